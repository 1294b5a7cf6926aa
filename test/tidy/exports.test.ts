/** The front door is a list. A name added, lost or renamed is a change for every user. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../tools/files.ts";
import { exportedNames, filesUnder } from "./sources.ts";

/** Typed by hand, types included. */
const PUBLIC_NAMES: readonly string[] = [
  "createPermit",
  "permit",
  "guard",
  "Permit",
  "PermitCall",
  "PermitOptions",
  "PermitDenied",
  "PermitReview",
  "CallContext",
  "Context",
  "Decision",
  "AllowDecision",
  "ReviewDecision",
  "DenyDecision",
  "Obligations",
  "Tier",
  "Verdict",
  "EngineError",
  "ErrorCode",
];

const NAME_COUNT_LIMIT = 20;

/** The subpaths a user may import, typed by hand. */
const SUBPATHS = [
  ".",
  "./engine",
  "./compile",
  "./analyse",
  "./inline",
  "./node",
  "./deno",
  "./bun",
  "./browser",
  "./memory",
  "./evidence",
  "./review",
  "./token",
  "./gateway",
  "./memory-libsql",
  "./core.wasm",
  "./package.json",
];

function pinFaults(text: string, wanted: readonly string[]): string[] {
  const found = exportedNames(text);
  const faults = [
    ...found.filter((name) => !wanted.includes(name)).map((name) => `not on the list: ${name}`),
    ...wanted.filter((name) => !found.includes(name)).map((name) => `not exported: ${name}`),
  ];
  if (found.length >= NAME_COUNT_LIMIT)
    faults.push(`${found.length} names, wanted under ${NAME_COUNT_LIMIT}`);
  return faults;
}

test("the public names are the ones on the list", () => {
  expect(pinFaults(readFileSync(join(ROOT, "bindings/src/index.ts"), "utf8"), PUBLIC_NAMES)).toEqual([]);
});

test("the subpaths are the ones on the list, and each leads to a built file", () => {
  const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    exports: Record<string, string | Record<string, string>>;
  };
  expect(Object.keys(manifest.exports)).toEqual(SUBPATHS);
  const targets = Object.values(manifest.exports).flatMap((target) =>
    typeof target === "string" ? [target] : Object.values(target),
  );
  for (const target of targets) expect(() => readFileSync(join(ROOT, target)), target).not.toThrow();
});

test("no file of the library exports everything of another", () => {
  const open = filesUnder("bindings/").filter(({ text }) => /^\s*export \* from/m.test(text));
  expect(open.map(({ path }) => path)).toEqual([]);
});

test("the check refuses a new, a lost and an open-ended export, and too many of them", () => {
  expect(pinFaults('export { a, b } from "./x.ts";', ["a"])).toEqual(["not on the list: b"]);
  expect(pinFaults("export type T = 1; export const a = 1;", ["a"])).toEqual(["not on the list: T"]);
  expect(pinFaults("export function a() {}", ["a", "b"])).toEqual(["not exported: b"]);
  expect(pinFaults('export * from "./x.ts";', ["a"])).toEqual(["not on the list: *", "not exported: a"]);
  const names = Array.from({ length: NAME_COUNT_LIMIT }, (_, at) => `name${at}`);
  expect(pinFaults(`export { ${names.join(", ")} } from "./x.ts";`, names)).toEqual([
    "20 names, wanted under 20",
  ]);
});
