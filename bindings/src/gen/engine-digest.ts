// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "df767017a2f18a175a59f2c1e23fdfa5bf4d3dcb7c26a3ec5241a3e680d33d35";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "f28230ae85f38a634b5844918b528e670f6a7776d6402cbb41095dd4d97a5bd1";
