// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "843fb529921af128602962377d00560bc064a656e403de9cb0af2c33ac126e8f";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "5f62dd7fd410853df78698e3f5a03e69665dc8e55d9aabdcb50c552de01e7b3f";
