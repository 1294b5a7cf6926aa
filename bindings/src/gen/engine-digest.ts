// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "7e7e53aa1e2fba5d8ece23c9df35ed6368407e1618f229772a6006bd4833b95f";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "00cf32721c218b3a30c72257ca53a4b1f5f1d2b30ffc2ea9b116f68a84a20bfd";
