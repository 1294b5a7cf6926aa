// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "cc9e588104551dcd953881f33e23320a74c4252e9aad8bf67eac8c05bfb04b43";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "6d4dc26d1e7f20f8d9b021d71b52887a884a8523add79e8ece788b160d2f7936";
