/**
 * permit0 on Deno: opens an engine from files (they need --allow-read). What is left out is the engine and the base policy of this release,
 * which are part of the bundle.
 */

import { type EngineFileNames, openFiles } from "../src/embedded.ts";
import type { Engine } from "../src/engine.ts";

declare const Deno: { readFile(path: string | URL): Promise<Uint8Array> };

/**
 * Opens an engine.
 * @throws EngineError as `openEngine`; Deno's own errors when a file cannot be read.
 */
export function loadEngine(files: EngineFileNames<string | URL> = {}): Promise<Engine> {
  return openFiles(files, (path) => Deno.readFile(path));
}
