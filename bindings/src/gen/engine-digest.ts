// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "cc9e588104551dcd953881f33e23320a74c4252e9aad8bf67eac8c05bfb04b43";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "153a2900847b5b9e6f5d0670e1009fca75006beb6218ecd933bfce947b3f7caf";
