// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "fc5bfe7edd4d06e11687c9000fba0ceb2cecf055a61187720992774723fc3e2a";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "980bdbad31daccd0e0fd9bb9a5d734e75b3b5b8f260c8ee67073fe9c2c7d9303";
