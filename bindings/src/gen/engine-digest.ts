// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "ad2b931a7ed0be5561ebeff30a618b9772159ae9d08216a6ef26188719fb47d1";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "3ba99f5d6f6ab3900b8bb9be043aaaa055fdfa866b81d6c3dcc64aba0202cae9";
