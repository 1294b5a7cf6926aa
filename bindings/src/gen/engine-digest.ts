// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "9aa6a7f17878ce18d20885ac4ed5a25d72f84abfdaec9b6bc78aa8b4f49d7db9";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "dd1164bf12fd445f4c1bec3f2b9beb460275973b68293d5e03d403ec1be9cf36";
