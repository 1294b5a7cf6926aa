/** `permit0 diff`: what two policies decide differently. */

import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import type { Command } from "commander";
import type { Comparison, Difference, MemoryDifference } from "permit0/analyse";
import type { Request } from "permit0/engine";
import { callFromLine, EPOCH_MS, readLine } from "../calls.js";
import { CliError, EXIT } from "../failure.js";
import { linesOf } from "../lines.js";
import { Output, remark } from "../output.js";
import { type OpenedPolicy, openNamed } from "../policy.js";
import { safe, table } from "../text.js";

interface DiffOptions {
  readonly calls?: string;
  readonly limit?: string;
  readonly json?: boolean;
}

export function addDiff(program: Command): void {
  program
    .command("diff")
    .argument("<one>", "policy in YAML, image, or name of a shipped profile")
    .argument("<other>", "the same; differences are told from one to other")
    .summary("what two policies decide differently")
    .description(
      "Compares what two policies decide: by score alone, over a finite space of calls made of every value that their conditions tell apart, and over calls that were made.",
    )
    .option("--calls <file>", "also over these calls, as `check --jsonl` reads them; plain or .gz")
    .option("--limit <n>", "examples shown of each kind (default: 10)")
    .option("--json", "everything as JSON")
    .addHelpText(
      "after",
      "\nExit: 0 no difference, 1 some, 2 could not run.\n\nExample:\n  $ permit0 diff general permit0.yaml",
    )
    .action(async (one: string, other: string, options: DiffOptions) => {
      process.exitCode = await diff(one, other, options);
    });
}

async function diff(one: string, other: string, options: DiffOptions): Promise<number> {
  const limit = Number(options.limit ?? "10");
  if (!Number.isSafeInteger(limit) || limit < 0)
    throw new CliError("usage", `--limit: wanted a number from 0, came ${options.limit}`);
  const { compareCalls, compareGiven, compareMemory, compareScores } = await import("permit0/analyse");
  const [was, is] = [await openNamed(one), await openNamed(other)];
  const found: Record<string, Comparison> = {
    scores: compareScores(was.content, is.content),
    calls: compareCalls(was, is),
  };
  if (options.calls !== undefined)
    found.given = compareGiven(was.engine, is.engine, await givenCalls(options.calls));
  const memory = compareMemory(was.content, is.content);
  const differs = memory.length > 0 || Object.values(found).some(({ differences }) => differences.length > 0);
  const output = new Output();
  if (options.json === true)
    await output.json({ one: facts(was), other: facts(is), differs, ...found, memory });
  else await output.lines([...linesFor(was, is, found, limit), ...memoryLines(memory)]);
  await output.flush();
  return differs ? EXIT.findings : EXIT.done;
}

function facts({ name, content }: OpenedPolicy): Record<string, string> {
  return { name, digest: content.digest, profile: content.profile };
}

async function givenCalls(file: string): Promise<{ says: string; request: Request }[]> {
  const bytes = createReadStream(file);
  const calls: { says: string; request: Request }[] = [];
  let refused = 0;
  let number = 0;
  try {
    for await (const line of linesOf(file.endsWith(".gz") ? bytes.pipe(createGunzip()) : bytes)) {
      number++;
      try {
        if (!("text" in line)) throw new Error("a line that is too long, or not UTF-8");
        if (line.text.trim() === "") continue;
        const { request } = callFromLine(readLine(line.text), number, EPOCH_MS, undefined);
        calls.push({ says: `line ${number}`, request });
      } catch (error) {
        refused++;
        if (refused === 1) remark(safe(`${file}:${number}: ${(error as Error).message}`));
      }
    }
  } catch (error) {
    throw new CliError("file", `${file}: wanted calls; ${(error as Error).message}`);
  }
  if (refused > 0) remark(`${refused} lines of ${safe(file)} are no calls and were left out`);
  return calls;
}

const TITLES: Readonly<Record<string, string>> = {
  scores:
    "by score alone: every action at its default levels, and with each amplifier at 0 and at its maximum",
  calls: "by call: every action, with what either policy tells apart, in every environment and role it names",
  given: "by the calls given",
};

function linesFor(
  was: OpenedPolicy,
  is: OpenedPolicy,
  found: Readonly<Record<string, Comparison>>,
  limit: number,
): string[] {
  return [
    ...table([
      ["one", safe(was.name), was.content.digest],
      ["other", safe(is.name), is.content.digest],
    ]),
    ...Object.entries(found).flatMap(([key, comparison]) => [
      "",
      ...comparisonLines(TITLES[key] ?? key, comparison, limit),
    ]),
  ];
}

/** What no call above can show, since none has a history. */
function memoryLines(memory: readonly MemoryDifference[]): string[] {
  if (memory.length === 0) return [];
  const rows = memory.map(({ what, was, is }) => [
    safe(what),
    `${safe(was ?? "none")} -> ${safe(is ?? "none")}`,
  ]);
  return [
    "",
    "in memory, of which the calls above have none",
    `  ${memory.length} differ`,
    ...table(rows).map((line) => `    ${line}`),
  ];
}

function comparisonLines(title: string, { asked, differences }: Comparison, limit: number): string[] {
  const of = (direction: Difference["direction"]): Difference[] =>
    differences.filter((one) => one.direction === direction);
  const kinds = [
    ["calmer", of("calmer")],
    ["stricter", of("stricter")],
    ["same verdict, other tier or approvers", of("other")],
  ] as const;
  return [
    title,
    `  ${asked} asked, ${differences.length} differ${differences.length === 0 ? "" : `: ${kinds.map(([name, list]) => `${list.length} ${name}`).join(", ")}`}`,
    ...kinds.flatMap(([name, list]) => kindLines(name, list, limit)),
  ];
}

/** One direction: how many by action, and the first few in full. */
function kindLines(name: string, list: readonly Difference[], limit: number): string[] {
  if (list.length === 0 || limit === 0) return [];
  const byAction = new Map<string, number>();
  for (const { action } of list) byAction.set(action, (byAction.get(action) ?? 0) + 1);
  const counts = [...byAction].sort(([, one], [, other]) => other - one);
  const most = counts.slice(0, limit).map(([action, count]) => `${action} ${count}`);
  const more = counts.length > limit ? ` and ${counts.length - limit} more actions` : "";
  // One of each action first: ten examples of one action say less than one of ten.
  const seen = new Map<string, number>();
  const ranked = list.map((one) => {
    const rank = seen.get(one.action) ?? 0;
    seen.set(one.action, rank + 1);
    return { one, rank };
  });
  const shown = ranked.sort((a, b) => a.rank - b.rank).slice(0, limit);
  return [
    `  ${name}: ${most.join(", ")}${more}`,
    ...table(shown.map(({ one }) => row(one))).map((line) => `    ${line}`),
  ];
}

function row({ action, says, was, is }: Difference): string[] {
  const shown = ({ verdict, tier, approvers, by }: Difference["was"]): string =>
    `${verdict} (${[tier, ...(approvers > 1 ? [`${approvers} approvers`] : []), ...by].join(", ")})`;
  return [action, safe(says), `${shown(was)} -> ${shown(is)}`];
}
