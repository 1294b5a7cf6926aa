// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "9c59b2af9b98de7f346e19128b000a31b84aa0ae9a05cc8b9425d93ff5e5a68a";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "ca26c1a6327632101d5b2115a49a730123dd43d2c96e8caf7827f1a1e061ac82";
