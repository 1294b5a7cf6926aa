// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "7c01c0c3fcc9b2fb3a95ecf6a927491b2abb7a1cd148d361cdc6fca8b6061c60";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "93e2402c806ed817acbef287072c73e5082da0f4bd4c69f70cedc0b21e0ccc5c";
