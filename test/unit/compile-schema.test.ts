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
