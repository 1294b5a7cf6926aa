// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "1b7a92765ccefdd3e94a53f0ea838c2e3d1ac4072f014b2711992ab9f196cc29";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "cdf9813d02148feed1a2d171a08cf89fb0b735a328ebdefd589eb6d5e09875e4";
