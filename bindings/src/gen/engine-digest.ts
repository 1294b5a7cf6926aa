// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "3862fbddc5f120af1950d9a5c188649c52b2ba64ede2cb26768f7e231db294af";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "67e028126d6f0821272aa855efccd1ddd3d6aadcecf9144fef1e1332b91dfcd1";
