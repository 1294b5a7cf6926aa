// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "aced277541b307486a63ac26a7336e8d11ac0bde5c0e489e8274431724ed3cac";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "85f2be19390d69c165be0ba76681351427b274c571667f883668eb95ea1c9fb3";
