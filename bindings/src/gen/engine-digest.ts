// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "48f7bd2ea35501505f9653586f7189daeef3a1427817f2aa8a5f6250ad60191e";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "00cf32721c218b3a30c72257ca53a4b1f5f1d2b30ffc2ea9b116f68a84a20bfd";
