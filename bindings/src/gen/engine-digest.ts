// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "5b6666ccc3ae3dc96caec3aba644b246439b86d75063b6a0ea7e706177318a3d";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "93a53940c359ac4ae49648cf43fa9011c0035af0085a4deb922b248571a2067d";
