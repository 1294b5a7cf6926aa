// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "a593d068b6e39634d816c68b3b904aa38d713b8d72bd802c145d2ef19a0b1023";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "85f2be19390d69c165be0ba76681351427b274c571667f883668eb95ea1c9fb3";
