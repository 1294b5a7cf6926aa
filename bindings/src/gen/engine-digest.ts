// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "cd5060b2fb6918dff15fa4160d04d1758b696d65456b7d60b1eada534e815658";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "17007b6d1a436f9c41b5f71187e39a6eb4d0bc111084e5f05db4c202e8524bba";
