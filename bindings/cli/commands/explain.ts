/** `permit0 explain`: a decision with its arithmetic, for people. */

import { readFileSync } from "node:fs";
import type { Command } from "commander";
import type { Decision } from "permit0";
import {
  type AllowingChange,
  type Engine,
  explain,
  minimalAllowingChange,
  type Request,
} from "permit0/engine";
import { type CallOptions, callFromOptions } from "../calls.js";
import { CliError, EXIT } from "../failure.js";
import { countOption, openLogFolder } from "../log-folder.js";
import { addCallOptions, addEpochOption, addPolicyOptions } from "../options.js";
import { Output } from "../output.js";
import { openImage, openPolicy, type PolicyOptions } from "../policy.js";
import { safe, wrap } from "../text.js";
import { decideOrDeny, paint } from "./check.js";

interface ExplainOptions extends CallOptions, PolicyOptions {
  readonly record?: string;
  readonly log?: string;
  readonly seq?: string;
  readonly shard?: string;
  readonly persons?: string;
  readonly approved?: boolean;
  readonly json?: boolean;
}

export function addExplain(program: Command): void {
  const command = program
    .command("explain")
    .summary("show how a verdict came about, step by step")
    .description(
      "Shows how a verdict came about: flags, levels, the hazard step by step, score, tier, rows and gates.",
    )
    .usage(
      "--tool NAME --args JSON | --action NAME --fields JSON | --record FILE | --log DIR --seq N | --log DIR --record DIGEST | --log DIR --approved  [options]",
    );
  addPolicyOptions(addCallOptions(command))
    .optionsGroup("Input and output:")
    .option(
      "--record <file>",
      "explain a record that `check --record-out` wrote, from its own numbers; with --log the digest of one, its first 8 digits or more, or the jti of a token: what it follows, and what followed",
    )
    .option("--log <dir>", "explain a decision of this log, with the policy that the log keeps")
    .option("--seq <n>", "its number in the log")
    .option("--shard <name>", "its shard (default: main)")
    .option("--approved", "with --log: what persons approved, and what became of it")
    .option(
      "--persons <file>",
      "with --log and --record or --approved: verify who approved by this list of persons",
    )
    .option("--json", "the lines and the decision as JSON");
  addEpochOption(command);
  command.addHelpText("after", "\nExit: 0 explained, 1 the record does not add up, 2 could not run.");
  command.action(async (options: ExplainOptions) => {
    if (options.approved === true) return explainApproved(options);
    for (const name of ["seq", "shard"] as const)
      if (options.record !== undefined && options[name] !== undefined)
        throw new CliError("usage", `--record names the record by itself; leave --${name} out`);
    if (options.log !== undefined && options.record !== undefined) return explainChain(options.log, options);
    const { engine, decision, request, notes } = await explainedIn(options);
    const allowing = minimalAllowingChange(engine, decision, request);
    const { lines, consistent } = explain(decision, engine.image, allowing);
    const output = new Output();
    if (options.json === true) {
      const minimal_allowing_change = changeJson(allowing);
      await output.json({ consistent, lines: [...lines, ...notes], decision, minimal_allowing_change });
    } else await output.lines(laidOut([...lines, ...notes], decision, output));
    await output.flush();
    process.exitCode = consistent ? EXIT.done : EXIT.findings;
  });
}

/** What is explained, and what is to be said of it beside. */
interface Explained {
  readonly engine: Engine;
  readonly decision: Decision;
  /** Where it was decided just now. */
  readonly request?: Request;
  readonly notes: readonly string[];
}

async function explainedIn(options: ExplainOptions): Promise<Explained> {
  const { log, record } = options;
  if (log !== undefined) return fromLog(log, options);
  for (const name of ["seq", "shard", "persons"] as const)
    if (options[name] !== undefined) throw new CliError("usage", `--${name} is of --log DIR; give it too`);
  const engine = await openPolicy(options);
  if (record === undefined) {
    const request = callFromOptions(options);
    return { engine, request, decision: decideOrDeny(engine, request), notes: [] };
  }
  const decision = readRecord(engine, options);
  return { engine, decision, notes: notesOn(decision, engine) };
}

/** What belongs to one record of a log. */
async function explainChain(folder: string, options: ExplainOptions): Promise<void> {
  needNone(options, "tool", "action", "policy", "profile", "pack");
  const { chainJson, chainLines, chainOf } = await import("../chain.js");
  const chain = await chainOf(folder, options.record as string, options.persons);
  const output = new Output();
  if (options.json === true) await output.json(chainJson(chain));
  else await output.lines(chainLines(chain, output.colors, output.columns));
  await output.flush();
}

/** Who approved which record of a log, and whether it ran. */
async function explainApproved(options: ExplainOptions): Promise<void> {
  const { log } = options;
  if (log === undefined) throw new CliError("usage", "--approved is of --log DIR; give it too");
  needNone(options, "tool", "action", "policy", "profile", "pack");
  for (const name of ["record", "seq", "shard"] as const)
    if (options[name] !== undefined)
      throw new CliError("usage", `--approved is of the whole log; leave --${name} out`);
  const { approvedIn, approvedLines } = await import("../chain.js");
  const approved = await approvedIn(log, options.persons);
  const output = new Output();
  if (options.json === true) await output.json({ approved });
  else await output.lines(approvedLines(approved));
  await output.flush();
}

function needNone(options: ExplainOptions, ...names: readonly (keyof ExplainOptions)[]): void {
  for (const name of names)
    if (options[name] !== undefined)
      throw new CliError("usage", `--log brings its own call and policy; leave --${name} out`);
}

/** A decision of a log, with the sentences of the image that stands beside it. */
async function fromLog(folder: string, options: ExplainOptions): Promise<Explained> {
  needNone(options, "tool", "action", "policy", "profile", "pack");
  if (options.persons !== undefined)
    throw new CliError("usage", "--persons goes with --record or --approved; give one too");
  if (options.seq === undefined)
    throw new CliError("usage", "wanted --seq N, the number of a decision in the log; came none");
  const { keptEntry } = await import("permit0/evidence");
  const storage = await openLogFolder(folder);
  const { shard, seq, record, leaf, isSealed, image } = await keptEntry(
    storage,
    options.shard ?? "main",
    countOption(options.seq, "--seq"),
  );
  const engine = image === undefined ? await openPolicy({}) : await openImage(image);
  const decision = engine.readRecord(record);
  const kept = isSealed ? "its request is kept, sealed" : "its request is not kept";
  return {
    engine,
    decision,
    notes: [
      ...notesOn(decision, engine),
      "",
      `entry ${seq} of ${shard}; ${kept}`,
      `leaf ${Buffer.from(leaf).toString("hex")}`,
      "One entry was read: that it stands in the log rightly, and who signed it, is for verify to say.",
    ],
  };
}

/** The change without the changed call, which may hold anything; null when there is nothing to change. */
function changeJson(allowing: AllowingChange | undefined): object | null {
  if (allowing === undefined) return null;
  const { request: _, ...shown } = allowing;
  return shown;
}

/** What `--record` takes with `--log`. */
const DIGEST = /^([0-9a-f]{8,64}|[A-Za-z0-9_-]{22})$/i;

function readRecord(engine: Engine, options: ExplainOptions): Decision {
  const file = options.record as string;
  if (options.tool !== undefined || options.action !== undefined) {
    throw new CliError("usage", "--record brings its own call; leave --tool and --action out");
  }
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    if (DIGEST.test(file))
      throw new CliError(
        "usage",
        `--record ${file}: wanted --log DIR beside the digest of a record; came none; add --log, or give the file of a record`,
      );
    throw new CliError("file", `${file}: wanted a record; ${(error as Error).message}`);
  }
  return engine.readRecord(new Uint8Array(bytes));
}

/** A record of another policy is explained by its numbers; only the sentences may be missing or other. */
function notesOn(decision: Decision, engine: Engine): string[] {
  if (decision.digests.image === engine.digests.image) return [];
  return [
    "",
    "This record was made with another image, so sentences may be missing or other. With --policy give:",
    `  ${decision.digests.image}`,
  ];
}

function laidOut(lines: readonly string[], decision: Decision, output: Output): string[] {
  const { colors, columns } = output;
  return lines.flatMap((line, at) => {
    const text = safe(line);
    if (at === 0) return [text.replace(`: ${decision.verdict} `, `: ${paint(decision.verdict, colors)} `)];
    if (text !== "" && !text.startsWith(" ") && !text.includes(" ")) return [colors.bold(text)];
    return text.length <= columns ? [text] : hung(text, " ".repeat(hangOf(text, columns)), columns);
  });
}

const HANG_COLUMNS_MAX = 64;
/** The last column keeps at least this much, or the line is hung under an earlier one. */
const LAST_COLUMNS_MIN = 24;

/** Where the last column of a line begins: behind its last run of several spaces that leaves room. */
function hangOf(line: string, columns: number): number {
  const runs = [...line.matchAll(/ {2,}/g)].map((run) => run.index + run[0].length);
  const most = Math.min(HANG_COLUMNS_MAX, columns - LAST_COLUMNS_MIN);
  return runs.filter((at) => at <= most).at(-1) ?? 2;
}

/** A long line whose further lines stand under its last column. */
function hung(line: string, hang: string, columns: number): string[] {
  const [first = "", ...rest] = wrap(line.slice(hang.length), columns - hang.length);
  return [`${line.slice(0, hang.length)}${first}`, ...rest.map((more) => `${hang}${more}`)];
}
