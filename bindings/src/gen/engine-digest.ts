// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "c85544f2091b53cc1ee181412f448b9c9c214550f014f9245b78b1b0449a5587";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "75d4d5b23319896d8e9a8b937db1ba3795de465eb4feb5b25f55a4fc676a200f";
