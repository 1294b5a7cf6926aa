/** `permit0 pack draft`: a first pack from what a server says about its tools. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { packageFolder } from "permit0/node";
import { parse } from "yaml";
import { type DraftAction, Drafter, draftText } from "../draft.js";
import { CliError, EXIT } from "../failure.js";
import { Output } from "../output.js";
import { readTools } from "../pins.js";
import { safe } from "../text.js";

interface DraftOptions {
  readonly tools: string;
  readonly output?: string;
}

const NAME = /^[a-z][a-z0-9_]{0,62}$/;
/** Actions that stand for what is not understood; a draft leaves such a tool out instead. */
const UNKNOWN = /^unknown\./;

/** Adds the subcommand to `permit0 pack`. */
export function addPackDraft(pack: Command): void {
  pack
    .command("draft")
    .argument("<name>", "name of the pack, and of the server")
    .summary("draft a pack from a server's tools/list")
    .description(
      "Writes a pack that is switched off, with what each tool was understood as and what is doubtful. It goes by words alone.",
    )
    .requiredOption("--tools <file>", "the server's answer to tools/list, as JSON")
    .option("-o, --output <file>", "write to a file that does not exist yet, instead of standard output")
    .addHelpText(
      "after",
      "\nA draft does not compile. Read it, correct it, then remove its line `draft: true`.",
    )
    .action(async (name: string, options: DraftOptions) => {
      process.exitCode = await draft(name, options);
    });
}

/** Guesses by the taxonomy and the base policy of this release. */
export function shippedDrafter(): Drafter {
  const read = (path: string): string => readFileSync(join(packageFolder(), path), "utf8");
  const taxonomy = JSON.parse(read("taxonomy/taxonomy.json")) as {
    domains: readonly { readonly actions: readonly DraftAction[] }[];
  };
  const base = parse(read("policies/base.yaml")) as { field_inputs: Record<string, string> };
  const actions = taxonomy.domains.flatMap((domain) => domain.actions);
  return new Drafter(
    actions.filter((action) => !UNKNOWN.test(action.name)),
    new Map(Object.entries(base.field_inputs)),
  );
}

async function draft(name: string, { tools: file, output: target }: DraftOptions): Promise<number> {
  if (!NAME.test(name)) {
    throw new CliError("usage", `wanted a pack name of a-z, 0-9 and _; came ${JSON.stringify(name)}`);
  }
  const text = draftText(name, readTools(file), shippedDrafter());
  const output = new Output();
  if (target === undefined) await output.text(text);
  else {
    try {
      // `wx`: what somebody has corrected already is not overwritten.
      writeFileSync(target, text, { flag: "wx" });
    } catch (error) {
      throw new CliError("file", `${target}: wanted to write a new file; ${(error as Error).message}`);
    }
    await output.lines([
      `${safe(target)} written, switched off. Next:`,
      "  read every row and every `# doubt:`, correct them, and add examples",
      "  remove the line `draft: true`",
      `  permit0 pack test ${safe(target)}    runs the examples`,
      `  permit0 pack lint ${safe(target)}    says what is probably not meant`,
    ]);
  }
  await output.flush();
  return EXIT.done;
}
