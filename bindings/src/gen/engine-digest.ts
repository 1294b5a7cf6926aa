// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "94c3ba13e3690ded45fbe33512cd41f0604f55034be7487e6543291dd7847b0f";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "3082f394f01d49209a72f7cad91a6f22c81b3d2809b30a3e31b9c9d20ab86db3";
