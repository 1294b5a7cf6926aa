// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "22130cd6b95acd7882ea5c49a5dbf7cb5978c1adca4807572c228bfda2ce7aa2";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "fe47dfada55c33f94eb73a98fdd72394f2fc423765bb7771baa18cd7e844b1d0";
