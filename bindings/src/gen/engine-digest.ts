// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "dc9e045ab673079550168cafc4e755a5c79622909ee498b10f54e8a632a5e2c2";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "3ba99f5d6f6ab3900b8bb9be043aaaa055fdfa866b81d6c3dcc64aba0202cae9";
