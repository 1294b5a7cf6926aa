// Written by `npm run build`; do not edit. A release is known by these two digests.

/** SHA-256 of core.wasm, in lower-case hex. */
export const ENGINE_SHA256 = "4ad8d810ec449a2941d798bb61c2b0d7f97fc4502ccd2f89d5acf0213bf0915e";

/** SHA-256 of base.image, the default policy, in lower-case hex. */
export const BASE_IMAGE_SHA256 = "ca3678ea5f89652322f6cb6b026160cd0170211e1a694e62eb45f5eea2b46420";
