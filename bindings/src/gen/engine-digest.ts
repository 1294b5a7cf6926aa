// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "b9af4f2402598bbb07ef51496a8c5dbfeb76cd3d98221a5922bac5fed0296d70";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "c157edd8d70fd69ff336d6294284e3d8b547fd2897d14e0e0853e6aea5dd63d6";
