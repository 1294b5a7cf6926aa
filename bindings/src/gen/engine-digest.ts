// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "defce8b2cd0500273326ac30771b09c1045fb06544a8e500f54885cde514e550";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "5109f27fb2ec7bfc763363ded78ec9e7dbd738f9ee35b82918b33eadb705a167";
