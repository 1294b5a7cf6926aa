/** `permit0 check`: one call, or a stream of them, decided. */

import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { type Decision, EngineError, type Verdict } from "permit0";
import { type Engine, obligationLines, percent, type Request } from "permit0/engine";
import { type CallOptions, callFromLine, callFromOptions, EPOCH_MS, readLine, timeOption } from "../calls.js";
import { type EventLine, eventFromLine, shownEvents } from "../events.js";
import { CliError, EXIT, errorFacts } from "../failure.js";
import { LINE_BYTES_MAX, type Line, linesOf } from "../lines.js";
import { addCallOptions, addEpochOption, addPolicyOptions } from "../options.js";
import { Output, remark } from "../output.js";
import { openPolicy, type PolicyOptions } from "../policy.js";
import { addStateOptions, State, type StateOptions } from "../state.js";
import { type Colors, safe, table, wrap } from "../text.js";

interface CheckOptions extends CallOptions, PolicyOptions, StateOptions {
  readonly json?: boolean;
  readonly jsonl?: boolean;
  readonly failOn?: string;
  readonly recordOut?: string;
}

const STRICTNESS: Readonly<Record<Verdict, number>> = { allow: 0, review: 1, deny: 2 };

export function addCheck(program: Command): void {
  const command = program
    .command("check")
    .summary("decide one tool call, or a stream of them")
    .description("Decides one tool call, or with --jsonl one call a line of standard input.")
    .usage("--tool NAME --args JSON | --action NAME --fields JSON | --jsonl  [options]");
  addPolicyOptions(addCallOptions(command))
    .optionsGroup("Input and output:")
    .option("--json", "the decision as JSON on standard output (docs/format/check.schema.json)")
    .option("--jsonl", "read one JSON object a line, a call or an event, write one answer a line, in order")
    .option("--fail-on <verdict>", "exit 1 when a verdict is this strict or stricter: review, deny")
    .option("--record-out <file>", "write the bytes of the record to a file");
  addStateOptions(command);
  addEpochOption(command);
  command.addHelpText(
    "after",
    `
Exit: 0 decided, 1 --fail-on found one, 2 could not run.

Examples:
  $ permit0 check --tool send_email --args '{"to":"ann@example.com","body":"hi"}'
  $ permit0 check --action payments.refund --fields '{"amount":85000,"currency":"USD"}' --json
  $ cat calls.jsonl | permit0 check --jsonl --fail-on deny
  $ cat calls.jsonl | permit0 check --jsonl --log evidence
  $ permit0 verify evidence`,
  );
  command.action(async (options: CheckOptions) => {
    process.exitCode = options.jsonl === true ? await checkLines(options) : await checkOne(options);
  });
}

/** The least strict verdict that counts as a finding. */
function findingFrom(failOn: string | undefined): number {
  if (failOn === undefined) return Number.POSITIVE_INFINITY;
  if (failOn === "review" || failOn === "deny") return STRICTNESS[failOn];
  throw new CliError("usage", `--fail-on: wanted review or deny, came ${JSON.stringify(failOn)}`);
}

/** How a run decides: each call for itself, or with what a log remembers. */
interface Judge {
  readonly state: State | undefined;
  decide(request: Request): Decision | Promise<Decision>;
  /** Keeps an event, which only a memory can. */
  take(line: EventLine): Promise<readonly Decision[]>;
}

async function openJudge(options: CheckOptions): Promise<Judge> {
  const opened = await openPolicy(options);
  const state = await State.open(options);
  if (state === undefined)
    return { state, decide: (request) => decideOrDeny(opened, request), take: refuseEvent };
  const engine = state.engineFor(opened);
  return {
    state,
    decide: (request) => state.decide(engine, request),
    take: ({ bodiesOf, context }) => state.take(engine, bodiesOf(engine), context),
  };
}

async function refuseEvent({ kind }: EventLine): Promise<never> {
  throw new EngineError("memory_missing", {
    path: kind,
    wanted: "a memory to put it into",
    came: "none",
    advice: "Name its folder with --log.",
  });
}

/** Decides; a call that is too large for a request is denied and recorded by the host. */
export function decideOrDeny(engine: Engine, request: Request): Decision {
  try {
    return engine.decide(request);
  } catch (error) {
    if (error instanceof EngineError && error.code === "request_too_large") {
      return engine.denyByHost(request, "request_too_large");
    }
    throw error;
  }
}

async function checkOne(options: CheckOptions): Promise<number> {
  const from = findingFrom(options.failOn);
  const request = callFromOptions(options);
  const judge = await openJudge(options);
  const decision = await judge.decide(request);
  await judge.state?.close();
  if (options.recordOut !== undefined) writeRecord(options.recordOut, decision);
  const output = new Output();
  if (options.json === true) await output.json(decision);
  else await output.lines(summary(decision, output.colors, output.columns));
  await output.flush();
  return STRICTNESS[decision.verdict] >= from ? EXIT.findings : EXIT.done;
}

function writeRecord(file: string, decision: Decision): void {
  try {
    writeFileSync(file, decision.record);
  } catch (error) {
    throw new CliError("file", `${file}: wanted to write the record; ${(error as Error).message}`);
  }
}

/** Verdict, score and reasons for a person. */
function summary(decision: Decision, colors: Colors, columns: number): string[] {
  const name = decision.action === "" ? "not put to the engine" : decision.action;
  const head = [
    paint(decision.verdict, colors),
    colors.bold(safe(name)),
    `${decision.tier} risk, ${percent(decision.score)}`,
  ].join("  ");
  const several = decision.parts.length > 1;
  const parts = several
    ? decision.parts.map(({ action, mapping }) => `  + ${safe(action)} (${safe(mapping)})`)
    : [];
  const reasons = decision.reasons.flatMap(({ code, sentence }) => {
    const [first = "", ...rest] = wrap(`${safe(sentence)} [${safe(code)}]`, columns - 4);
    return [`  - ${first}`, ...rest.map((line) => `    ${line}`)];
  });
  const duties = obligationLines(decision.obligations).map((line) => `  ! ${safe(line)}`);
  const lowered = decision.lowered_by.map(
    ({ kind, name: what, authority }) =>
      `  < calmer because of ${safe(`${kind} ${what}`)}, on the word of ${safe(authority)}`,
  );
  return [
    head,
    ...parts,
    ...reasons,
    ...duties,
    ...lowered,
    colors.dim(`  record ${decision.digests.record}`),
  ];
}

/** A verdict in its colour. */
export function paint(verdict: Verdict, colors: Colors, columns = 0): string {
  const text = verdict.padEnd(columns);
  switch (verdict) {
    case "allow":
      return colors.green(text);
    case "review":
      return colors.yellow(text);
    case "deny":
      return colors.red(text);
  }
}

/** What a run over many lines met. */
class Tally {
  lines = 0;
  readonly verdicts: Record<Verdict, number> = { allow: 0, review: 0, deny: 0 };
  events = 0;
  hostDenials = 0;
  errors = 0;
  findings = 0;
  readonly #ignored = new Map<string, number>();

  ignore(keys: readonly string[]): void {
    for (const key of keys) this.#ignored.set(key, (this.#ignored.get(key) ?? 0) + 1);
  }

  remarks(): string[] {
    const { allow, review, deny } = this.verdicts;
    const host = this.hostDenials === 0 ? "" : ` (${this.hostDenials} of them by the host)`;
    const events = this.events === 0 ? "" : `${this.events} events, `;
    const head = `${this.lines} lines: ${events}${allow} allow, ${review} review, ${deny} deny${host}, ${this.errors} not decided`;
    if (this.#ignored.size === 0) return [head];
    const rows = [...this.#ignored].map(([key, count]) => [`  ${safe(key)}`, `${count}`]);
    return [head, "keys ignored, and in how many lines:", ...table(rows)];
  }
}

async function checkLines(options: CheckOptions): Promise<number> {
  const from = findingFrom(options.failOn);
  for (const name of ["tool", "action", "args", "fields", "server", "annotations", "recordOut"] as const) {
    if (options[name] !== undefined)
      throw new CliError("usage", `--jsonl reads calls from its lines; leave --${dashed(name)} out`);
  }
  for (const name of ["actor", "agent", "session", "environment", "timeMs"] as const) {
    if (options[name] !== undefined)
      throw new CliError(
        "usage",
        `--jsonl takes ${lineKey(name)} from each line; leave --${dashed(name)} out`,
      );
  }
  const epochMs = options.epoch === undefined ? EPOCH_MS : timeOption(options.epoch, "--epoch");
  const judge = await openJudge(options);
  const output = new Output();
  const tally = new Tally();
  for await (const line of linesOf(process.stdin)) {
    tally.lines++;
    const answer = await answerLine(line, tally, judge, epochMs, options.assertedBy, from);
    await output.json(answer, true);
  }
  await judge.state?.close();
  await output.flush();
  for (const text of tally.remarks()) remark(text);
  // What was not decided cannot have passed.
  const failed = tally.findings > 0 || (Number.isFinite(from) && tally.errors > 0);
  return failed ? EXIT.findings : EXIT.done;
}

async function answerLine(
  line: Line,
  tally: Tally,
  judge: Judge,
  epochMs: number,
  assertedBy: string | undefined,
  from: number,
): Promise<unknown> {
  let id: string | number | undefined;
  try {
    if ("fault" in line) throw lineFault(line.fault);
    const read = readLine(line.text);
    id = read.id;
    // With a log the clock of lines goes on where it stopped, so that a run in two halves is the same run.
    const number = judge.state === undefined ? tally.lines : judge.state.size + 1;
    const event = eventFromLine(read, number, epochMs);
    if (event !== undefined) {
      const decisions = await judge.take(event);
      tally.events++;
      if (decisions.some(({ verdict }) => STRICTNESS[verdict] >= from)) tally.findings++;
      return { line: tally.lines, ...(id === undefined ? {} : { id }), ...shownEvents(decisions) };
    }
    const { request, ignored } = callFromLine(read, number, epochMs, assertedBy);
    tally.ignore(ignored);
    const decision = await judge.decide(request);
    tally.verdicts[decision.verdict]++;
    if (decision.by === "host") tally.hostDenials++;
    if (STRICTNESS[decision.verdict] >= from) tally.findings++;
    return { line: tally.lines, ...(id === undefined ? {} : { id }), ...decision.toJSON() };
  } catch (error) {
    tally.errors++;
    return { line: tally.lines, ...(id === undefined ? {} : { id }), error: errorFacts(error) };
  }
}

function lineFault(fault: "too_long" | "utf8"): EngineError {
  return fault === "utf8"
    ? new EngineError("json_syntax", { wanted: "a line of UTF-8 text", came: "other bytes" })
    : new EngineError("request_too_large", {
        wanted: `a line of at most ${LINE_BYTES_MAX} bytes`,
        came: "more",
      });
}

function dashed(option: string): string {
  return option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function lineKey(option: string): string {
  return option === "timeMs" ? "time_ms" : option;
}
