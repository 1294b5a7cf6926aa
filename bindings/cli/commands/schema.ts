/** `permit0 schema`: JSON Schemas of the YAML files, for editors. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { packageFolder } from "permit0/node";
import { CliError, EXIT } from "../failure.js";
import { Output } from "../output.js";

/** Kinds of files that people write, and the schema of each. */
const SCHEMAS: Readonly<Record<string, string>> = {
  org: "org",
  profile: "profile",
  pack: "pack",
  base: "base",
  cases: "calibration",
};

export function addSchema(program: Command): void {
  program
    .command("schema")
    .argument("[kind]", `one of ${Object.keys(SCHEMAS).join(", ")}`)
    .summary("JSON Schema of a kind of file, for editors")
    .description(
      "Prints the JSON Schema of a kind of file, in one piece. Editors complete and check YAML with it.",
    )
    .addHelpText(
      "after",
      "\nExample:\n  $ permit0 schema org > permit0.schema.json\n  # yaml-language-server: $schema=./permit0.schema.json   as the first line of permit0.yaml",
    )
    .action(async (kind: string | undefined) => {
      process.exitCode = await printSchema(kind);
    });
}

async function printSchema(kind: string | undefined): Promise<number> {
  const output = new Output();
  if (kind === undefined) {
    for (const name of Object.keys(SCHEMAS)) await output.line(name);
  } else {
    await output.json(schemaOf(kind));
  }
  await output.flush();
  return EXIT.done;
}

type Schema = Record<string, unknown>;

function read(name: string): Schema {
  return JSON.parse(
    readFileSync(join(packageFolder(), `taxonomy/schema/${name}.schema.json`), "utf8"),
  ) as Schema;
}

/** The schema in one piece: definitions of other files that it uses, directly or through others, are put into it. */
export function schemaOf(kind: string): Schema {
  const name = Object.hasOwn(SCHEMAS, kind) ? SCHEMAS[kind] : undefined;
  if (name === undefined) {
    throw new CliError(
      "usage",
      `wanted one of ${Object.keys(SCHEMAS).join(", ")}; came ${JSON.stringify(kind)}`,
    );
  }
  const definitions: Schema = {};
  const embed = (text: string, from: string): unknown =>
    JSON.parse(
      text.replace(
        /"(?:(\w+)\.schema\.json)?#\/definitions\/(\w+)"/g,
        (_, file: string | undefined, key: string) => {
          const owner = file ?? from;
          const id = `${owner}_${key}`;
          if (!Object.hasOwn(definitions, id)) {
            definitions[id] = true; // Taken: a definition may name itself.
            definitions[id] = embed(JSON.stringify((read(owner).definitions as Schema)[key]), owner);
          }
          return `"#/definitions/${id}"`;
        },
      ),
    );
  const { definitions: _own, ...schema } = read(name);
  return { ...(embed(JSON.stringify(schema), name) as Schema), definitions };
}
