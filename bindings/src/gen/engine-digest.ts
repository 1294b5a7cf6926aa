// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "ebf46d04c4284292d50ef099e6d749979ccf89c585f23655444e7ec97b44cdcd";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "ab9fcc47d0895a3e10c8cc9058989711ddf97e9acb9fbaa8706e2b7a7000f989";
