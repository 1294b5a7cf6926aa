// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "643c70006e05a7836bc5c265ad1fba3b2e341d0599c4bec10899a1f94449b6e4";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "67e028126d6f0821272aa855efccd1ddd3d6aadcecf9144fef1e1332b91dfcd1";
