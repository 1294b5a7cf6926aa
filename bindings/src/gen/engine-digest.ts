// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "53091106420ce3dd70a13674fb265d4e1c6d61b3ce475057bd735f098749291a";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "b16db0b3b961ffdeab32d512a921cb74002d965d4f4c180c13a2b98d9c354955";
