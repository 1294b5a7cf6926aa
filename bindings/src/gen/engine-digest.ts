// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "a1dcceacde9bc1875bd2566af35984e219e5a8c5afabe1d95ee859d60630d540";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "1d4e6d30ae097b8ff897e2ff3b9c1a94dcec9cc8392a7b4998ca56ba50018632";
