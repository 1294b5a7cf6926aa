/** What `npm run build` left in build/, for tests of the library around it. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Engine, openEngine } from "../../bindings/src/engine.ts";
import { ROOT } from "../../tools/files.ts";

export const WASM = new Uint8Array(readFileSync(join(ROOT, "build/core.wasm")));
export const IMAGE = new Uint8Array(readFileSync(join(ROOT, "build/base.image")));

export function open(image: Uint8Array = IMAGE): Promise<Engine> {
  return openEngine({ wasm: WASM, image });
}

export function sha256Hex(...parts: readonly (Uint8Array | string)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/** 2026-01-01T00:00:00Z. */
export const TIME_MS = 1_767_225_600_000;
