/** `permit0 taxonomy coverage`: from where each action is reached, and which examples of packs show it. */

import type { Command } from "commander";
import type { Coverage, Reach } from "permit0/analyse";
import { packageFolder } from "permit0/node";
import { coverageNotes } from "../coverage-notes.js";
import { EXIT } from "../failure.js";
import { Output } from "../output.js";
import { compilePolicy } from "../policy.js";
import { table } from "../text.js";

interface CoverageOptions {
  readonly json?: boolean;
  readonly missing?: boolean;
}

export function addCoverage(taxonomy: Command): void {
  taxonomy
    .command("coverage")
    .summary("from which packs each action is reached, and what shows it")
    .description(
      "Every action with the packs that lead to it and the verdicts of the examples that show it, or why there is only one.",
    )
    .option("--missing", "only actions that lack a mapping, an example or a second verdict")
    .option("--json", "as JSON, with every example")
    .addHelpText("after", "\nExit: 0 what must be covered is, 1 something is missing, 2 could not run.")
    .action(async (options: CoverageOptions) => {
      process.exitCode = await showCoverage(options);
    });
}

async function showCoverage({ json, missing }: CoverageOptions): Promise<number> {
  const { coverageOf } = await import("permit0/analyse");
  const notes = coverageNotes(packageFolder());
  const compiled = await compilePolicy([], undefined);
  const all = coverageOf(compiled, notes);
  const lacking = all.filter((one) => one.missing.length > 0);
  const failed = lacking.filter(({ required }) => required);
  const shown = missing === true ? lacking : all;
  const output = new Output();
  if (json === true) {
    const { edition } = compiled.explain.content;
    await output.json({
      edition,
      covered: all.length - lacking.length,
      missing: lacking.length,
      missing_required: failed.length,
      actions: shown.map(asJson),
    });
  } else {
    await output.lines(table(shown.map(rowOf)));
    await output.line(
      `${all.length - lacking.length} of ${all.length} actions covered${lacking.length === 0 ? "" : `, ${failed.length} that must be are not`}`,
    );
  }
  await output.flush();
  return failed.length === 0 ? EXIT.done : EXIT.findings;
}

function asJson({ examples, oneVerdict, ...rest }: Coverage): object {
  return {
    ...rest,
    ...(oneVerdict === "" ? {} : { one_verdict: oneVerdict }),
    examples: examples.map(({ pack, call, why, verdict, place }) => ({
      pack,
      call,
      verdict: ["allow", "review", "deny"][verdict],
      why,
      place: `${place.file}:${place.line}`,
    })),
  };
}

/** `stripe 3`: how many rows of the pack lead to the action. */
function reachText(reach: readonly Reach[]): string {
  return reach
    .map(({ pack, tools, requests, commands }) => `${pack} ${tools + requests + commands}`)
    .join(", ");
}

function rowOf({ action, reach, examples, verdicts, oneVerdict, missing }: Coverage): string[] {
  const verdictText = examples.length === 0 ? "-" : `${examples.length} ${verdicts.join("/")}`;
  const note = missing.length > 0 ? `lacks ${missing.join(" and ")}` : oneVerdict;
  return [action, verdictText, `${reachText(reach) || "-"}${note === "" ? "" : ` | ${note}`}`];
}
