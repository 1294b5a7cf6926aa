// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "a4da886aac379d6992ea4c321216368823b5f462cebb09302b3f9318d6d4977f";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "34a83f130f73b9e231efe043eeed99ed059b7a5b2cad5dc2e58feb828c4a289f";
