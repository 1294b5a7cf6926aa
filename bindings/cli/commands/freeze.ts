/** `permit0 freeze`, `thaw` and `frozen`: what people stop, and what is stopped. */

import type { Command } from "commander";
import { type EventRequest, eventText } from "permit0/engine";
import { type Freeze, freezeBody, LogFault, Replay } from "permit0/memory";
import { nodeSha256, readLog } from "permit0/node";
import { timeOption } from "../calls.js";
import { shownEvents } from "../events.js";
import { CliError, EXIT } from "../failure.js";
import { openLogFolder } from "../log-folder.js";
import { addPolicyOptions } from "../options.js";
import { Output, remark } from "../output.js";
import { openPolicy, type PolicyOptions } from "../policy.js";
import { addStateOptions, fileError, State, type StateOptions } from "../state.js";
import { safe, table, timeText } from "../text.js";
import { paint } from "./check.js";

const SCOPES = "tenant, principal, agent, actor, session, tool, server or action";

interface OrderOptions extends PolicyOptions, StateOptions {
  readonly by?: string;
  readonly reason?: string;
  readonly timeMs?: string;
  readonly json?: boolean;
}

export function addFreeze(program: Command): void {
  addOrder(
    program,
    "freeze",
    "stop everything that a name stands for",
    "Stops a tenant, principal, agent, actor, session, tool, server or action by its name: calls that name it are denied with `frozen` from the next decision on. For people: an agent must not be able to run this.",
    "$ permit0 freeze agent mail-agent --log evidence --by ann --reason 'sends odd mails'",
  );
}

export function addThaw(program: Command): void {
  addOrder(
    program,
    "thaw",
    "let it go on",
    "Lets go on what `permit0 freeze` stopped. For people: an agent must not be able to run this.",
    "$ permit0 thaw agent mail-agent --log evidence --by ann --reason 'it was a test'",
  );
}

function addOrder(
  program: Command,
  kind: "freeze" | "thaw",
  summary: string,
  description: string,
  example: string,
): void {
  const command = program
    .command(kind)
    .summary(summary)
    .description(description)
    .argument("<scope>", SCOPES)
    .argument("<value>", "its name, as calls give it")
    .option("--by <name>", "who says so (required)")
    .option("--reason <text>", "why (required)")
    .option("--time-ms <time>", "milliseconds since 1970, a UTC date, or now (default: now)")
    .option("--json", "what became of it as JSON on standard output");
  addPolicyOptions(addStateOptions(command))
    .addHelpText(
      "after",
      `\nExit: 0 kept, 1 not kept, 2 could not run.\n\nExamples:\n  ${example}\n  $ permit0 frozen --log evidence`,
    )
    .action(async (scope: string, value: string, options: OrderOptions) => {
      process.exitCode = await order(kind, scope, value, options);
    });
}

async function order(
  kind: "freeze" | "thaw",
  scope: string,
  value: string,
  options: OrderOptions,
): Promise<number> {
  const { by, reason, timeMs = "now" } = options;
  needed(options.log ?? options.state, "--log FOLDER");
  const body = freezeBody(kind, {
    scope: scope as Freeze["scope"],
    value,
    by: needed(by, "--by NAME"),
    reason: needed(reason, "--reason TEXT"),
  });
  const context: EventRequest["context"] = { time_ms: timeOption(timeMs, "--time-ms") };
  const engine = await openPolicy(options);
  // Encoded once before the file is begun: a wrong word leaves nothing behind.
  engine.prepare({ ...body, context });
  const state = (await State.open(options)) as State;
  const decisions = await state.take(state.engineFor(engine), [body], context).finally(() => state.close());
  const [decision] = decisions;
  const output = new Output();
  if (options.json === true) await output.json(shownEvents(decisions));
  else if (decision !== undefined) {
    const { verdict, reasons, digests } = decision;
    const why = verdict === "allow" ? [] : reasons.map(({ code, sentence }) => `  - ${sentence} [${code}]`);
    await output.lines([
      `${paint(verdict, output.colors)}  ${safe(eventText(body.event))}`,
      ...why.map(safe),
      output.colors.dim(`  record ${digests.record}`),
    ]);
  }
  await output.flush();
  return decision?.verdict === "allow" ? EXIT.done : EXIT.findings;
}

function needed(value: string | undefined, option: string): string {
  if (value !== undefined) return value;
  throw new CliError("usage", `wanted ${option}; came nothing`);
}

export function addFrozen(program: Command): void {
  program
    .command("frozen")
    .summary("list what is frozen, by whom and why")
    .description(
      "Lists what is frozen by the events of a log: who did it, when and why. Reads all of the log and checks it.",
    )
    .option("--log <folder>", "folder of the log to read")
    .option("--shard <name>", "this shard of it alone")
    .option("--state <file>", "older log to read, a file of JSON lines")
    .option("--json", "the list as JSON on standard output")
    .addHelpText(
      "after",
      "\nExit: 0 listed, 2 could not run.\n\nExamples:\n  $ permit0 frozen --log evidence",
    )
    .action(async (options: ListOptions) => {
      process.exitCode = await list(options);
    });
}

type ListOptions = Pick<OrderOptions, "log" | "shard" | "state" | "json">;

/** What is frozen by the events of a log, and how often others changed its histories in between. */
interface Listed {
  readonly frozen: readonly (Freeze & { readonly shard?: string })[];
  readonly gaps: number;
}

async function list({ log, shard, state, json }: ListOptions): Promise<number> {
  if (log !== undefined && state !== undefined)
    throw new CliError("usage", "wanted --log or --state; came both");
  if (log === undefined && shard !== undefined)
    throw new CliError("usage", "--shard belongs to --log; name its folder");
  const { frozen, gaps } =
    log === undefined ? frozenInFile(needed(state, "--log FOLDER")) : await frozenInFolder(log, shard);
  const isSeveral = new Set(frozen.map((one) => one.shard)).size > 1;
  const output = new Output();
  if (json === true) await output.json({ frozen, gaps });
  else
    await output.lines(
      table(
        frozen.map(({ scope, value, by = "", reason = "", time_ms, shard: of = "" }) =>
          [scope, value, timeText(time_ms), by, reason, ...(isSeveral ? [of] : [])].map(safe),
        ),
      ),
    );
  await output.flush();
  if (gaps > 0)
    remark(`others wrote through logs of their own (${gaps} gaps): what they froze stands in those`);
  remark(`${frozen.length} frozen`);
  return EXIT.done;
}

function frozenInFile(file: string): Listed {
  const replay = new Replay();
  try {
    for (const entry of readLog(file)) replay.add(entry);
  } catch (error) {
    throw fileError(file, error);
  }
  return replay;
}

/** A shard has a list of its own, as its writer had. Nothing is written, so it may be in use. */
async function frozenInFolder(folder: string, shard: string | undefined): Promise<Listed> {
  const storage = await openLogFolder(folder);
  const { frozenIn } = await import("permit0/evidence");
  try {
    return await frozenIn(storage, { hash: nodeSha256, ...(shard === undefined ? {} : { shard }) });
  } catch (error) {
    if (error instanceof LogFault)
      throw new CliError("file", `${folder}: entry ${error.seq}: ${error.message}`);
    throw error;
  }
}
