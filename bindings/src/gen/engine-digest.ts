// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "a9c15b2f6a272cd36c213f02faadd1584e1e4c5c7523bfaa170f797fec40ec6e";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "34a83f130f73b9e231efe043eeed99ed059b7a5b2cad5dc2e58feb828c4a289f";
