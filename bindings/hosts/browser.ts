/**
 * permit0 on a web page: opens an engine from addresses. What is left out is the engine and the base policy of this release,
 * which are part of the bundle.
 */

import { type EngineFileNames, openFiles } from "../src/embedded.ts";
import type { Engine } from "../src/engine.ts";

/**
 * Opens an engine.
 * @throws EngineError as `openEngine`; Error when an address cannot be fetched.
 */
export function loadEngine(files: EngineFileNames<string | URL> = {}): Promise<Engine> {
  return openFiles(files, fetchBytes);
}

async function fetchBytes(address: string | URL): Promise<Uint8Array> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: wanted the file, came status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
