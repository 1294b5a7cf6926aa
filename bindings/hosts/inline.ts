/**
 * permit0 in one piece: the engine and the base policy of this release, without a file to find or an address to fetch.
 * Works wherever modules load, without permissions.
 */

import { openEmbedded } from "../src/embedded.ts";
import type { Engine } from "../src/engine.ts";

export { EMBEDDED_DIGESTS, embeddedImage, embeddedWasm } from "../src/embedded.ts";

/**
 * Opens the embedded engine.
 * @param image another compiled policy instead of the base policy.
 * @param keySalt what the ids of histories are made with; see `openEngine`.
 * @throws EngineError as `openEngine`.
 */
export function loadEngine(image?: Uint8Array, keySalt?: Uint8Array): Promise<Engine> {
  return openEmbedded(image, keySalt);
}
