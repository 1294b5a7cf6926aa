// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "6fb23a8beba8d146cf2cf0c730928ba03952d7d2e8144c10c3c9073e2698dab3";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "dd1164bf12fd445f4c1bec3f2b9beb460275973b68293d5e03d403ec1be9cf36";
