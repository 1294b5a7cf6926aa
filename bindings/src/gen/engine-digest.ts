// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "560056228eab4bbebc0bf01c035aca836d1f804a21790c082e68da85ead17df0";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "67e028126d6f0821272aa855efccd1ddd3d6aadcecf9144fef1e1332b91dfcd1";
