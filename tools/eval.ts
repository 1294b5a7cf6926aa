/**
 * Replays recorded tool calls and counts what would have been stopped and what would have been let through:
 * `npm run eval -- --data FILE[.gz] [--context] [--policy FILE] [--policies FOLDER] [--sources A,B] [--json] [--misses N]
 * [--rw FILE]` (docs/eval.md).
 */

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import type { Decision, Verdict } from "permit0";
import type { Engine, Request } from "permit0/engine";
import { EPOCH_MS } from "../bindings/cli/calls.ts";
import { openPolicy } from "../bindings/cli/policy.ts";
import { cut, safe } from "../bindings/cli/text.ts";
import { type Fault, type RecordedCall, readCalls } from "./eval/calls.ts";
import { type Chooser, chooserOf } from "./eval/policies.ts";
import { reportLines } from "./eval/report.ts";
import { Session } from "./eval/session.ts";
import { type SourceCounts, Tally } from "./eval/tally.ts";
import { type Target, targetLines, targetsOf } from "./eval/targets.ts";
import { ROOT } from "./files.ts";

/** Where the data set lies for those who have it: beside the checkout. */
const DATA_FOLDER = join(ROOT, "../shared/data");
const CALL_MS = 60_000;
const FAULTS_SHOWN = 10;

/** What `--json` prints. */
export interface Evaluation {
  readonly sources: Readonly<Record<string, SourceCounts>>;
  /** With policies by suite: the same counts without them. */
  readonly without?: Readonly<Record<string, SourceCounts>>;
  /** The same counts for the gate that reviews every tool which does not read. */
  readonly baseline: Readonly<Record<string, SourceCounts>>;
  /** With context: what the counts are held to. */
  readonly targets?: readonly Target[];
  /** Lines that could not be used, and calls that the engine refused. */
  readonly faults: number;
  /** Time of the first call of each session, ms since 1970; the calls after it are a minute apart. */
  readonly epoch: number;
}

/** An attack that was allowed, or a benign call that was not. */
export interface Miss {
  readonly source: string;
  readonly label: string;
  readonly kind: string;
  readonly verdict: Verdict;
  readonly action: string;
  readonly reasons: readonly string[];
  readonly tool: string;
  readonly args: string;
}

export interface Run {
  readonly evaluation: Evaluation;
  readonly faults: readonly Fault[];
  readonly misses: readonly Miss[];
}

export interface EvaluateOptions {
  /** Only these; all of the file by default. */
  readonly sources?: ReadonlySet<string> | undefined;
  /** Decide each session with memory: what it did before, what the user typed, what tools answered. */
  readonly context?: boolean;
}

/** Reads the file that says by name which tools read. */
export function readReads(file: string): (tool: string) => boolean {
  const words = JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, unknown>>;
  return (tool) => Object.hasOwn(words, tool) && words[tool] === "read";
}

function requestOf({ tool, args, session }: RecordedCall, step: number): Request {
  return { tool, args, context: { session, time_ms: EPOCH_MS + step * CALL_MS } } as Request;
}

type Decide = (call: RecordedCall, request: Request) => Decision;

function withoutMemory(engineOf: Chooser): Decide {
  return (call, request) => engineOf(call).decide(request);
}

/** Of one session. Where its calls have different policies, each policy remembers its own. */
function withMemory(engineOf: Chooser): Decide {
  const sessions = new Map<Engine, Session>();
  return (call, request) => {
    const engine = engineOf(call);
    const session = sessions.get(engine) ?? new Session(call.session, engine);
    sessions.set(engine, session);
    return session.decide(call, request);
  };
}

/**
 * Decides every call of every session and counts.
 * @param decider the engine, or which one decides a call.
 */
export async function evaluate(
  decider: Engine | Chooser,
  file: string,
  isRead: (tool: string) => boolean,
  { sources, context = false }: EvaluateOptions = {},
): Promise<Run> {
  const recorded = await readCalls(file);
  const unread = recorded.faults;
  const sessions = recorded.sessions.filter(([first]) => !sources || sources.has(first?.source ?? ""));
  const engineOf: Chooser = typeof decider === "function" ? decider : () => decider;
  const tally = new Tally(isRead);
  const trivial = new Tally(isRead);
  const faults = [...unread];
  const misses = new Map<string, Miss>();
  for (const calls of sessions) {
    const decide = context ? withMemory(engineOf) : withoutMemory(engineOf);
    const verdicts = calls.map((call, step): Verdict => {
      try {
        const decision = decide(call, requestOf(call, step));
        const isMiss = (call.label === "attack") === (decision.verdict === "allow");
        if (isMiss && call.label !== "unlabelled") {
          const reasons = decision.reasons.map(({ code }) => code);
          const { verdict, action } = decision;
          const { source, label, kind, tool } = call;
          const miss = {
            source,
            label,
            kind,
            verdict,
            action,
            reasons,
            tool,
            args: JSON.stringify(call.args),
          };
          misses.set(JSON.stringify([source, label, kind, call.key]), miss);
        }
        return decision.verdict;
      } catch (error) {
        faults.push({ line: call.line, message: (error as Error).message });
        return "deny"; // What could not be decided does not run.
      }
    });
    tally.add(calls, verdicts);
    trivial.add(
      calls,
      calls.map(({ tool }) => (isRead(tool) ? "allow" : "review")),
    );
  }
  const evaluation = {
    sources: tally.counts(),
    baseline: trivial.counts(),
    faults: faults.length,
    epoch: EPOCH_MS,
  };
  return { evaluation, faults, misses: [...misses.values()] };
}

/** Up to `count` misses of each source and label. */
function missLines(misses: readonly Miss[], count: number): string[] {
  const shown = new Map<string, number>();
  return misses.flatMap(({ source, label, kind, verdict, action, reasons, tool, args }) => {
    const group = `${source} ${label}`;
    const before = shown.get(group) ?? 0;
    shown.set(group, before + 1);
    if (before >= count) return [];
    return [
      `${group} ${kind}: ${verdict}, ${action} (${reasons.slice(0, 4).join(", ")})`,
      `  ${cut(safe(`${tool} ${args}`), 160)}`,
    ];
  });
}

function fileAt(name: string, what: string): string {
  const found = [name, join(DATA_FOLDER, name)].find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Error(`${what} ${name}: no such file, here or in ../shared/data`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: "string" },
      rw: { type: "string" },
      policy: { type: "string" },
      policies: { type: "string" },
      sources: { type: "string" },
      context: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      misses: { type: "string", default: "0" },
    },
  });
  if (values.data === undefined) throw new Error("--data: wanted a file of recorded calls, plain or .gz");
  const count = Number(values.misses);
  if (!Number.isSafeInteger(count) || count < 0)
    throw new Error(`--misses: wanted a number from 0, came ${values.misses}`);
  const data = fileAt(values.data, "--data");
  const isRead = readReads(
    values.rw === undefined ? join(dirname(data), "rw.json") : fileAt(values.rw, "--rw"),
  );
  const engine = await openPolicy(values.policy === undefined ? {} : { policy: values.policy });
  const sources = values.sources === undefined ? undefined : new Set(values.sources.split(","));
  const options = { sources, context: values.context };
  const plain = await evaluate(engine, data, isRead, options);
  if (Object.keys(plain.evaluation.sources).length === 0)
    throw new Error(`--sources: wanted sources of ${data}, came ${values.sources}`);
  const run =
    values.policies === undefined
      ? plain
      : await evaluate(await chooserOf(values.policies, engine), data, isRead, options);
  const { faults, misses } = run;
  const without = run === plain ? undefined : plain.evaluation.sources;
  const evaluation: Evaluation = {
    ...run.evaluation,
    ...(without ? { without } : {}),
    ...(values.context ? { targets: targetsOf(run.evaluation.sources, without) } : {}),
  };
  for (const { line, message } of faults.slice(0, FAULTS_SHOWN))
    console.error(safe(`${data}:${line}: ${message}`));
  if (faults.length > FAULTS_SHOWN) console.error(`and ${faults.length - FAULTS_SHOWN} more`);
  if (values.json) {
    console.log(JSON.stringify(evaluation, null, 2));
    return;
  }
  const lines = [
    ...reportLines(evaluation.sources, evaluation.baseline, evaluation.without),
    `${evaluation.faults} faults`,
    ...(evaluation.targets ? ["", ...targetLines(evaluation.targets)] : []),
  ];
  console.log([...lines, ...(count === 0 ? [] : ["", ...missLines(misses, count)])].join("\n"));
}

if (process.argv[1]?.endsWith("eval.ts")) {
  main().catch((error: unknown) => {
    console.error(`eval: ${(error as Error).message}`);
    process.exitCode = 2;
  });
}
