// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "a3b02ccf36ecb945bc416a7567442bd3ec60430dff1bfdff850e99bba986414b";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "fa7dc2f379951115406036e45b18a629d81b52f1db4db67da705d55f9183a2b7";
