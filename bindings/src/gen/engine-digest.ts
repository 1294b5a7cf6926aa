// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "f64002609eb7b4914aa36d1b854c88a79dd4b8f69f70be0ccf6ff09c3114f950";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "3e8d9d94ff26349f2cef1e400007df04d5a5d9b87ae208c8cedf55c70ae26ca2";
