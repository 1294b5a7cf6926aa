// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "08382a6fe4b616e7e1401c59c49c40bcf09abca6a49182b4d18d5828147f8def";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "1cb2a6d458333d082c01af333d05d647ffe613e562a59d19fc1dbe36a056e8a2";
