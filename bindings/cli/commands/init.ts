/** `permit0 init`: a policy to start from. */

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { packageSources } from "permit0/node";
import { CliError, EXIT } from "../failure.js";
import { Output } from "../output.js";
import { starterPolicy } from "../starter.js";
import { safe } from "../text.js";

interface InitOptions {
  readonly profile: string;
  readonly org: string;
}

const FILE = "permit0.yaml";
const ORG = /^[a-z][a-z0-9_-]{0,62}$/;

export function addInit(program: Command): void {
  program
    .command("init")
    .argument("[folder]", "where to put it", ".")
    .summary("write a commented policy to start from")
    .description(
      `Writes ${FILE}: a commented policy that compiles and passes its own examples. It never overwrites a file.`,
    )
    .option("--profile <name>", "shipped profile to start from", "general")
    .option("--org <name>", "short name of the organisation", "acme")
    .addHelpText(
      "after",
      "\nExit: 0 written, 2 could not run.\n\nThen:\n  $ permit0 test permit0.yaml\n  $ permit0 diff general permit0.yaml",
    )
    .action(async (folder: string, options: InitOptions) => {
      process.exitCode = await init(folder, options);
    });
}

async function init(folder: string, { profile, org }: InitOptions): Promise<number> {
  const profiles = packageSources().flatMap(
    ({ name }) => /^policies\/profiles\/(\w+)\.yaml$/.exec(name)?.[1] ?? [],
  );
  if (!profiles.includes(profile)) {
    throw new CliError(
      "usage",
      `--profile: wanted one of ${profiles.join(", ")}, came ${JSON.stringify(profile)}`,
    );
  }
  if (!ORG.test(org))
    throw new CliError(
      "usage",
      `--org: wanted a short name of a-z, 0-9, _ and -, came ${JSON.stringify(org)}`,
    );
  const file = join(folder, FILE);
  if (existsSync(file))
    throw new CliError(
      "file",
      `${file}: there is one already, and init never overwrites; move it, or name another folder`,
    );
  try {
    mkdirSync(folder, { recursive: true });
    // `wx`: whoever wrote the file in between keeps it.
    writeFileSync(file, starterPolicy(org, profile, new Date().toISOString().slice(0, 10)), { flag: "wx" });
  } catch (error) {
    throw new CliError("file", `${file}: wanted to write it; ${(error as Error).message}`);
  }
  const output = new Output();
  await output.lines([
    `${safe(file)} written. Next:`,
    `  permit0 test ${safe(file)}            runs the calls it shows`,
    `  permit0 lint ${safe(file)}            says what is probably not meant`,
    `  permit0 diff ${profile} ${safe(file)}    says what it changes`,
    `  permit0 check --policy ${safe(file)} --tool send_email --args '{"to":"max@example.net"}'`,
  ]);
  await output.flush();
  return EXIT.done;
}
