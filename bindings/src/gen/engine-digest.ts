// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "68e4eef15edd4c6bf01cfec714ce9c76f0eeebe5b14d0a417a4f5383d3c13d9d";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "eb86709a029bc609fece03f3c6f32909b3d84f03b9cf12df42720c54048c8137";
