// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "ce990f1550b0cba49e24d79145951392c45957f8ac2f73047f0f8a6aa990ef56";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "75d4d5b23319896d8e9a8b937db1ba3795de465eb4feb5b25f55a4fc676a200f";
