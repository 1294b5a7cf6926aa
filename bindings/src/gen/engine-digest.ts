// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "967d11137e68fbb7bcd1183f22a32a62242e4325eb63932d208fd2a31ce7a804";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "ba29a14f05230e0c59f54e768694ed18e832eb890530090ca5861fb30a79d264";
