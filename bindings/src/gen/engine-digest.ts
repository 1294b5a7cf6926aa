// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "967d11137e68fbb7bcd1183f22a32a62242e4325eb63932d208fd2a31ce7a804";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "29315c0b75e101552270b27e745f6c24deacf77aca62c4672a89c1c34fd694f1";
