// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "57707da17b812755ba7adf7b702f0ef45cef1f5902ee966be255b2f8620227bc";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "ee2b25a31c83ec27e4a3157b153693159d4bf6240636f195a66a31380de5713a";
