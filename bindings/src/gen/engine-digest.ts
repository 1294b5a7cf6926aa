// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "8022b0add54bd01c825f4b9d55f80e278954e8e5e95d979d47b860e8c12aef59";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "980bdbad31daccd0e0fd9bb9a5d734e75b3b5b8f260c8ee67073fe9c2c7d9303";
