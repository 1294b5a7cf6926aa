/**
 * Compiles what is in taxonomy/ and policies/ to build/base.image, the policy that permit0 decides with when nobody
 * gives another one: base, every pack, and the profile `general` where there is one.
 *
 *   tsx tools/image.ts
 */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  type Compiled,
  CompileError,
  compile,
  issueText,
  type Source,
} from "../bindings/src/compile/index.ts";
import { ROOT } from "./files.ts";

export const BASE_IMAGE = "build/base.image";

const TAXONOMY_PARTS = ["edition", "flags", "amplifiers", "tiers", "fields", "reasons"];

/**
 * The sources of this checkout, by their paths. Not read through `permit0/node`: that has the image of the last build in
 * it, and there may be none yet.
 */
export function checkoutSources(): Source[] {
  const yamlIn = (path: string): string[] =>
    readdirSync(join(ROOT, path))
      .filter((name) => name.endsWith(".yaml"))
      .map((name) => `${path}/${name}`);
  const names = [
    ...TAXONOMY_PARTS.map((part) => `taxonomy/${part}.yaml`),
    ...yamlIn("taxonomy/actions"),
    "policies/base.yaml",
    "policies/corpus.yaml",
    ...yamlIn("policies/profiles"),
    ...readdirSync(join(ROOT, "policies/packs")).flatMap((pack) => yamlIn(`policies/packs/${pack}`)),
  ];
  return names.map((name) => ({ name, text: readFileSync(join(ROOT, name), "utf8"), vouched: true }));
}

/** The default policy as this checkout has it. */
export function compileDefault(): Compiled {
  return compile(checkoutSources());
}

/** Writes build/base.image. Warnings are shown here and fail the tests: nobody else could do anything about them. */
export function buildDefaultImages(): void {
  const { image, warnings } = compileDefault();
  for (const warning of warnings) console.warn(issueText(warning));
  mkdirSync(join(ROOT, "build"), { recursive: true });
  writeFileSync(join(ROOT, BASE_IMAGE), image);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    buildDefaultImages();
    const { image, digest } = compileDefault();
    console.log(`${BASE_IMAGE}: ${image.length} bytes, SHA-256 ${digest}`);
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    console.error(error.issues.map(issueText).join("\n"));
    process.exitCode = 1;
  }
}
