/** `permit0 backtest`: what another policy would have decided about the requests that a log kept. */

import type { Command } from "commander";
import { percent } from "permit0/engine";
import type { BacktestChange, BacktestReport } from "permit0/evidence";
import { nodeSha256 } from "permit0/node";
import { EXIT } from "../failure.js";
import {
  addLogFolderOptions,
  countOption,
  type LogFolderOptions,
  notText,
  openingOf,
  openLogFolder,
  saltsOf,
} from "../log-folder.js";
import { addPolicyOptions } from "../options.js";
import { Output } from "../output.js";
import { openPolicy, type PolicyOptions } from "../policy.js";
import { safe, table, timeText, wrap } from "../text.js";

interface BacktestOptions extends PolicyOptions, LogFolderOptions {
  readonly examples?: string;
  readonly shard?: string;
  readonly json?: boolean;
}

/** What a reader must know of the numbers. */
const NOTES = [
  "Histories begin at nothing and are folded under the decisions of this policy, not under those of the log. Calls and events come as the log has them, also those that would not have come after another verdict.",
  "Nothing was written, and no policy was changed. Entries were checked against each other; who signed them is for verify to say.",
] as const;

export function addBacktest(program: Command): void {
  const command = program
    .command("backtest")
    .argument("<log>", "folder of a log")
    .summary("what another policy would have decided")
    .description(
      "Decides every request that a log kept again under a policy, and says what it would change. It is evidence, not an activation: neither log nor policy is changed.",
    );
  addLogFolderOptions(addPolicyOptions(command).optionsGroup("The log:"))
    .option("--shard <name>", "this shard alone")
    .optionsGroup("Output:")
    .option("--examples <n>", "examples shown of each pair of verdicts", "10")
    .option("--json", "everything as JSON")
    .addHelpText(
      "after",
      "\nExit: 0 nothing changes, 1 something does, 2 could not run.\n\nExample:\n  $ permit0 backtest log --policy permit0.yaml",
    )
    .action(async (log: string, options: BacktestOptions) => {
      process.exitCode = await run(log, options);
    });
}

async function run(log: string, options: BacktestOptions): Promise<number> {
  const examples = countOption(options.examples ?? "10", "--examples");
  const storage = await openLogFolder(log);
  const open = await openingOf(options);
  const engine = await openPolicy(options);
  const { backtest } = await import("permit0/evidence");
  const { shard } = options;
  const salts = await saltsOf(options);
  const report = await backtest(storage, {
    engine,
    examples,
    hash: nodeSha256,
    ...salts,
    ...(open === undefined ? {} : { open }),
    ...(shard === undefined ? {} : { shard }),
  });
  const policy = { name: options.policy ?? options.profile ?? "base policy", image: engine.digests.image };
  const output = new Output();
  if (options.json === true) await output.json({ policy, log, ...report, notes: NOTES });
  else await output.lines(linesFor(policy, log, report, output.columns));
  await output.flush();
  return report.changed > 0 ? EXIT.findings : EXIT.done;
}

function linesFor(
  policy: { readonly name: string; readonly image: string },
  log: string,
  report: BacktestReport,
  columns: number,
): string[] {
  const { shards, entries, decisions, judged, same, scores, changed, not, short, unsalted, torn } = report;
  const head = table([
    ["policy", safe(policy.name), policy.image],
    ["log", safe(log), `${counted(shards, "shard")}, ${entries} entries, ${decisions} of them decisions`],
  ]);
  const gaps = [
    ...(short === 0
      ? []
      : [`  ${short} judged with histories that may lack what an entry put there that could not be judged`]),
    ...(unsalted === 0
      ? []
      : [
          `  of ${counted(unsalted, "shard")} the key salt is not here: what sessions saw and what was frozen is not found again; give --keys or --key-salt`,
        ]),
    ...(torn === 0 ? [] : [`  ${torn} bytes at the end are not a whole write and were left out`]),
  ];
  return [
    ...head,
    "",
    `${judged} judged again: ${same} the same, ${scores} with another score alone, ${changed} change`,
    `not judged: ${notText(not)}`,
    ...gaps,
    ...section(
      "by verdict",
      report.pairs.map(({ name, count }) => [pairText(name), `${count}`]),
    ),
    ...section("by action", report.actions.map(directionRow)),
    ...section("by what makes the difference", report.causes.map(directionRow)),
    ...section("examples", report.examples.map(exampleRow)),
    "",
    ...NOTES.flatMap((note) => wrap(note, columns)),
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function section(title: string, rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : ["", title, ...table(rows).map((line) => `  ${line}`)];
}

function pairText(name: string): string {
  const [was, is] = name.split(" -> ");
  return was === is ? `${was}, with another tier or number of approvers` : name;
}

function directionRow({ name, count, stricter, calmer }: BacktestReport["actions"][number]): string[] {
  const other = count - stricter - calmer;
  const directions = [
    ...(stricter === 0 ? [] : [`${stricter} stricter`]),
    ...(calmer === 0 ? [] : [`${calmer} calmer`]),
    ...(other === 0 ? [] : [`${other} other`]),
  ];
  return [CAUSES[name] ?? safe(name), directions.join(", ")];
}

const CAUSES: Readonly<Record<string, string>> = {
  score: "the score alone",
  refused: "the policy refuses the call",
};

function exampleRow({ shard, seq, time_ms, action, was, is }: BacktestChange): string[] {
  return [
    `${shard} ${seq}`,
    timeText(time_ms),
    safe(action),
    `${sideText(was)} -> ${is === undefined ? "refused" : sideText(is)}`,
    `${safe(was.reason)} -> ${safe(is?.reason ?? "none")}`,
  ];
}

function sideText({ verdict, score, tier, approvers }: BacktestChange["was"]): string {
  return `${verdict} (${[percent(score), tier, ...(approvers > 1 ? [`${approvers} approvers`] : [])].join(", ")})`;
}
