// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "deb2a49df7a2783c9774be6f93029199a52284c5bbc7e4e8458cd325655b9357";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "4d5774be80878f5229ab7177fe0a208efc5aae9bac579acea8d2ba5e2dc39503";
