// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "b47616f3a59710fcbb993925ab11bec6200cb51f7846ce2efb2e985b47109044";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "cdf9813d02148feed1a2d171a08cf89fb0b735a328ebdefd589eb6d5e09875e4";
