// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "3a78183f385b2296f0c435e65d743b0e403554c80f2168f29ae6c4e90386202e";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "7c509ae1c808509920b7b08a9ba1528782a4d38556c7e64f8d967e93c5b23c3a";
