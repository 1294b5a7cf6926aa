// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "ebf46d04c4284292d50ef099e6d749979ccf89c585f23655444e7ec97b44cdcd";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "7e7ed2f787292fdb1d84151e8d967de7c8dc95e0e3191e2cc0d7bd93916fbfb9";
