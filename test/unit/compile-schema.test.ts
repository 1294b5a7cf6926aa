/** The JSON Schemas of taxonomy/schema: every shipped file passes, and where they can see a fault the compiler sees it too. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ROOT } from "../../tools/files.ts";
import { FAULTS } from "./compile-faults.ts";
import { type SmallName, smallText } from "./small-policy.ts";

const FOLDER = "taxonomy/schema";
const ajv = new Ajv({ allErrors: true, strict: false, formats: { date: true } });
for (const name of readdirSync(join(ROOT, FOLDER))) {
  ajv.addSchema(JSON.parse(readFileSync(join(ROOT, FOLDER, name), "utf8")));
}

function schemaOf(name: string): ValidateFunction {
  const schema = ajv.getSchema(`${name}.schema.json`);
  if (!schema) throw new Error(`no schema ${name}`);
  return schema;
}

/** What is wrong with a YAML text by its schema; empty when nothing is. */
function refusals(schema: string, text: string): string[] {
  const validate = schemaOf(schema);
  validate(parse(text));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const yamlIn = (path: string): string[] =>
  readdirSync(join(ROOT, path))
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => `${path}/${name}`);

const SHIPPED: readonly (readonly [schema: string, files: readonly string[]])[] = [
  ...["edition", "flags", "amplifiers", "tiers", "fields", "reasons", "wire"].map(
    (name) => [name, [`taxonomy/${name}.yaml`]] as const,
  ),
  ["actions", yamlIn("taxonomy/actions")],
  ["base", ["policies/base.yaml"]],
  ["coverage", ["policies/coverage.yaml"]],
  ["calibration", ["policies/calibration.yaml", ...yamlIn("policies/cases")]],
  ["corpus", ["policies/corpus.yaml"]],
  [
    "pack",
    [
      ...readdirSync(join(ROOT, "policies/packs")).map((name) => `policies/packs/${name}/pack.yaml`),
      ...yamlIn("examples/suites").filter((name) => name.endsWith(".pack.yaml")),
    ],
  ],
  ["profile", yamlIn("policies/profiles")],
  [
    "org",
    [...yamlIn("examples/org"), ...yamlIn("examples/suites").filter((name) => !name.endsWith(".pack.yaml"))],
  ],
];

describe("every shipped file passes its schema", () => {
  for (const [schema, files] of SHIPPED) {
    test(schema, () => {
      expect(files.length).toBeGreaterThan(0);
      for (const file of files) {
        expect(refusals(schema, readFileSync(join(ROOT, file), "utf8")), file).toEqual([]);
      }
    });
  }
});

const POLICIES: readonly SmallName[] = ["base", "pack", "profile", "org"];

describe("the small policy passes", () => {
  for (const name of POLICIES) test(name, () => expect(refusals(name, smallText(name))).toEqual([]));
});

describe("of memory, the schema", () => {
  const text = `org: acme
dated: "2026-11-22"
memory:
  cells: { session: { of: session }, payee: { of: [payee, account] } }
  tallies: [{ id: money_out, cell: session, on: { domains: [payments] }, when: { amount: { ge: 100 } }, counts: any }]
  signals:
    - { id: money_day, tally: money_out, measure: sum, of: amount, within: 24h, missing: calm }
    - { id: share, tally: money_out, measure: ratio, other: money_out, within: 90s }
    - { id: known, tally: money_out, measure: age }
rows: [{ id: much, when: { signal.money_day: { ge: 5 } }, verdict: review, reason: Much. }]
`;

  test("accepts what the compiler accepts", () => {
    for (const schema of ["org", "profile", "base"]) {
      const missing = refusals(schema, text).filter((line) => line.startsWith("/memory"));
      expect(missing, schema).toEqual([]);
    }
    expect(refusals("org", text)).toEqual([]);
  });

  test.each([
    ["an owner that is none", "of: session", "of: role"],
    ["three fields", "[payee, account]", "[payee, account, path]"],
    ["a sum of nothing", "of: amount, ", ""],
    ["a count of amounts", "measure: sum", "measure: count"],
    ["a ratio to nothing", "other: money_out, ", ""],
    ["a window that is none", "24h", "24w"],
    ["no window", ", within: 90s", ""],
    ["a window of an age", "measure: age", "measure: age, within: 1h"],
    ["another word for what is missing", "calm", "quiet"],
    ["another verdict that counts", "counts: any", "counts: reviewed"],
    ["another key", "counts: any", "count: any"],
  ])("refuses %s", (_what, from, to) => {
    expect(text).toContain(from);
    expect(refusals("org", text.replace(from, to))).not.toEqual([]);
  });
});

describe("on a policy that the compiler refuses, the schema", () => {
  const rows = FAULTS.filter(({ schema }) => schema !== undefined);

  test("was asked about many", () => {
    expect(rows.filter(({ schema }) => schema === "refuses").length).toBeGreaterThan(50);
  });

  for (const { why, source, from, to, schema } of rows) {
    test(`${schema} ${why}`, () => {
      const text = smallText(source).replace(from, () => to.replaceAll("»", ""));
      expect(refusals(source, text).length > 0 ? "refuses" : "accepts").toBe(schema);
    });
  }
});
