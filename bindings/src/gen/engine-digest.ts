// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "5e60f065ebf83ae0c8bf9f3ccebc57d83ccfc9fa3b35fdb566687964da32e6e9";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "93a53940c359ac4ae49648cf43fa9011c0035af0085a4deb922b248571a2067d";
