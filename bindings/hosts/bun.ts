/**
 * permit0 on Bun: opens an engine from files. What is left out is the engine and the base policy of this release,
 * which are part of the bundle.
 */

import { type EngineFileNames, openFiles } from "../src/embedded.ts";
import type { Engine } from "../src/engine.ts";

declare const Bun: { file(path: string | URL): { arrayBuffer(): Promise<ArrayBuffer> } };

/**
 * Opens an engine.
 * @throws EngineError as `openEngine`; Bun's own errors when a file cannot be read.
 */
export function loadEngine(files: EngineFileNames<string | URL> = {}): Promise<Engine> {
  return openFiles(files, async (path) => new Uint8Array(await Bun.file(path).arrayBuffer()));
}
