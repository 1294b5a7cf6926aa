// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "f41f27cc5067a8280d2f56ecaecec76be1ab2bb6a399cc0e6a123c735ebcc91a";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "3ba99f5d6f6ab3900b8bb9be043aaaa055fdfa866b81d6c3dcc64aba0202cae9";
