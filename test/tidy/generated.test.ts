/** What is generated or measured is committed fresh. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { builtDigests, DIGEST_FILE, digestSource } from "../../tools/build.ts";
import { ROOT } from "../../tools/files.ts";
import { generate } from "../../tools/gen.ts";

/** Paths whose committed text is not the text wanted. */
function staleFiles(
  wanted: ReadonlyMap<string, string>,
  read: (path: string) => string | undefined,
): string[] {
  return [...wanted].filter(([path, text]) => read(path) !== text).map(([path]) => path);
}

function readSource(path: string): string | undefined {
  const file = join(ROOT, path);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

test("generated sources match the taxonomy", () => {
  const wanted = generate();
  expect(wanted.size).toBeGreaterThan(0);
  expect(staleFiles(wanted, readSource)).toEqual([]);
});

test("the check finds a stale and a missing file", () => {
  const wanted = new Map([
    ["fresh.ts", "1"],
    ["stale.ts", "2"],
    ["missing.ts", "3"],
  ]);
  const found: Readonly<Record<string, string>> = { "fresh.ts": "1", "stale.ts": "1" };
  expect(staleFiles(wanted, (path) => found[path])).toEqual(["stale.ts", "missing.ts"]);
});

test("the committed digests are those of the built engine and image", () => {
  const { engine, image } = builtDigests();
  expect(readFileSync(join(ROOT, DIGEST_FILE), "utf8")).toBe(digestSource(engine, image));
});
