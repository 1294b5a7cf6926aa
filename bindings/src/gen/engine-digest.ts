// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "57c4bdde4e4a439d8c5c5367f9fc5dd3615ca46b73eb9f9ba40a584573e483ec";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "c8fec091a3fceec04295737896e6632d7ae91e69b609c0435e20108f5610cf8d";
