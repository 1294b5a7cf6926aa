/** `permit0 fmt`: policies in one layout, comments kept. */

import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { CliError, EXIT } from "../failure.js";
import { formatted } from "../format.js";
import { Output } from "../output.js";
import { readPolicy, textOf } from "../policy.js";
import { safe } from "../text.js";

interface FmtOptions {
  readonly check?: boolean;
}

export function addFmt(program: Command): void {
  program
    .command("fmt")
    .argument("<files...>", "policies and case files in YAML")
    .summary("lay policies out in one way")
    .description(
      "Lays policies out in one way: indentation, spaces, the order of keys in an entry. Comments stay; what a policy means stays.",
    )
    .option("--check", "change nothing; exit 1 when a file is laid out in another way")
    .addHelpText("after", "\nExit: 0 done, 1 --check found a file, 2 could not run.")
    .action(async (files: string[], options: FmtOptions) => {
      process.exitCode = await format(files, options);
    });
}

async function format(files: readonly string[], { check }: FmtOptions): Promise<number> {
  const output = new Output();
  // All are read before one is written: a mistake in the last file leaves the first as it was.
  const changed = files
    .map((file) => ({ file, text: textOf(readPolicy(file), file) }))
    .map(({ file, text }) => ({ file, text, layout: formatted(file, text) }))
    .filter(({ text, layout }) => text !== layout);
  for (const { file, layout } of changed) {
    if (check !== true) write(file, layout);
    await output.line(`${safe(file)}: ${check === true ? "is laid out in another way" : "laid out"}`);
  }
  await output.flush();
  return check === true && changed.length > 0 ? EXIT.findings : EXIT.done;
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new CliError("file", `${file}: wanted to write it; ${(error as Error).message}`);
  }
}
