// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "f93b56e6eee6ec7c4c4bf99660da73a1821aaeb01801481d884ac15872ab57ea";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "441034ccfdace233b62e05f8f94bba7f0985d10e92f4990e2b388284c65d6688";
