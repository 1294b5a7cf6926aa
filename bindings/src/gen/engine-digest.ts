// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "c85544f2091b53cc1ee181412f448b9c9c214550f014f9245b78b1b0449a5587";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "257e56337487e7bfcad4f3af41c585b61e411f6bfe8ea10a34580b84beb05e47";
