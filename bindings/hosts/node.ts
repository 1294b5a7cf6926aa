/**
 * permit0 on Node: opens an engine from files, and finds the files that come with the package. What is left out is the
 * engine and the base policy of this release, which are part of the bundle.
 */

import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type EngineFileNames, openFiles } from "../src/embedded.ts";
import type { Engine } from "../src/engine.ts";

export { CodecError } from "../src/codec/errors.ts";
export { type JsonValue, parseJson } from "../src/codec/json.ts";

/**
 * Opens an engine.
 * @throws EngineError as `openEngine`; Node's own errors when a file cannot be read.
 *
 * @example
 * const engine = await loadEngine({ image: "acme.image" });
 */
export function loadEngine(files: EngineFileNames<string | URL> = {}): Promise<Engine> {
  return openFiles(files, (path) => readFile(path));
}

let root: string | undefined;

/** Folder of the installed package. It holds `taxonomy/` and `policies/`, the sources of the base policy. */
export function packageFolder(): string {
  if (root !== undefined) return root;
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!isPackage(folder)) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("the files of the package permit0 are not where its code is");
    folder = parent;
  }
  root = folder;
  return folder;
}

function isPackage(folder: string): boolean {
  const manifest = join(folder, "package.json");
  if (!existsSync(manifest)) return false;
  return (JSON.parse(readFileSync(manifest, "utf8")) as { name?: unknown }).name === "permit0";
}
