// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "9fc3c43cda6a9fa6d9fee07303bda212dee41b1c9b8d04aba83689fa127afaf9";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "0b29c1d66e7be7b21ecf828f9892696458fa8bba8dedb8f06cc1d8015f9bc672";
