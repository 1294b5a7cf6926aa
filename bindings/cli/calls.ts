/** From options of the command line, or one line of JSON, to a request. */

import { EngineError } from "permit0";
import type { Request } from "permit0/engine";
import { parseJson } from "permit0/node";
import { CliError } from "./failure.js";

/** 2026-01-01T00:00:00Z: the time of a call that says none, so that output repeats byte for byte. */
export const EPOCH_MS = Date.UTC(2026, 0, 1);
export const LINE_MS = 60_000;

/** Options shared by `check` and `explain`, as commander gives them. */
export interface CallOptions {
  readonly tool?: string;
  readonly args?: string;
  readonly server?: string;
  readonly annotations?: string;
  readonly action?: string;
  readonly fields?: string;
  readonly actor?: string;
  readonly agent?: string;
  readonly session?: string;
  readonly environment?: string;
  readonly assertedBy?: string;
  readonly timeMs?: string;
  readonly epoch?: string;
}

/** The facts of a call that options and lines can give, beside the call itself. */
interface ContextFacts {
  readonly actor?: unknown;
  readonly agent?: unknown;
  readonly session?: unknown;
  readonly environment?: unknown;
}

const UTC = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z)?$/;

/** Milliseconds of `now`, a whole number, or a UTC date or time. */
export function timeOption(text: string, option: string): number {
  if (text === "now") return Date.now();
  if (/^\d{1,16}$/.test(text)) return Number(text);
  const timeMs = UTC.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(timeMs)) return timeMs;
  throw new CliError(
    "usage",
    `${option}: wanted milliseconds since 1970, a UTC date such as 2026-03-31 or 2026-03-31T09:00:00Z, or now; came ${JSON.stringify(text)}`,
  );
}

/** The request that the options describe. */
export function callFromOptions(options: CallOptions): Request {
  const { tool, args, server, annotations, action, fields } = options;
  if (tool === undefined && action === undefined) {
    throw new CliError(
      "usage",
      "wanted --tool NAME --args JSON, or --action NAME --fields JSON; came neither",
    );
  }
  if (tool !== undefined && action !== undefined) {
    throw new CliError("usage", "wanted --tool or --action; came both");
  }
  const wrong = action === undefined ? { fields } : { args, server, annotations };
  for (const [name, value] of Object.entries(wrong)) {
    if (value !== undefined) {
      throw new CliError(
        "usage",
        `--${name} does not go with ${action === undefined ? "--tool" : "--action"}`,
      );
    }
  }
  const call =
    action === undefined
      ? {
          tool,
          args: parseJson(args ?? "{}", "args"),
          ...(server === undefined ? {} : { server }),
          ...(annotations === undefined ? {} : { annotations: parseJson(annotations, "annotations") }),
        }
      : { action, fields: parseJson(fields ?? "{}", "fields") };
  const timeMs = timeOption(
    options.timeMs ?? options.epoch ?? `${EPOCH_MS}`,
    options.timeMs ? "--time-ms" : "--epoch",
  );
  return requestOf(call, options, timeMs, options.assertedBy);
}

/** Keys of a line that mean something. */
const LINE_KEYS = [
  "id",
  "tool",
  "args",
  "server",
  "annotations",
  "action",
  "fields",
  "session",
  "agent",
  "actor",
  "environment",
  "time_ms",
  // Accepted and not used: what the user typed and tools showed is told in lines of its own.
  "user_task",
  "result",
] as const;
export const CALL_KEYS = ["tool", "args", "server", "annotations", "action", "fields"] as const;

/** One line read as JSON: whatever else is wrong with it, its id goes into the answer. */
export interface ReadLine {
  readonly id: string | number | undefined;
  readonly members: Readonly<Record<string, unknown>>;
}

/**
 * Reads one line of JSON.
 * @throws CodecError, EngineError: the line is answered with the error and the run goes on.
 */
export function readLine(text: string): ReadLine {
  const line = parseJson(text);
  if (typeof line !== "object" || line === null || Array.isArray(line)) {
    throw new EngineError("value_type", { wanted: "one JSON object a line", came: "another JSON value" });
  }
  const members = line as Readonly<Record<string, unknown>>;
  const { id } = members;
  if (id !== undefined && typeof id !== "string" && typeof id !== "number") {
    throw new EngineError("value_type", { path: "id", wanted: "text or a number", came: "another value" });
  }
  return { id, members };
}

/**
 * The request of one line.
 * @param lineNumber from 1; a line without `time_ms` happens at `epochMs` + line x 60 000.
 * @returns the request, and the keys that were ignored.
 * @throws EngineError, as {@link readLine}.
 */
export function callFromLine(
  { members }: ReadLine,
  lineNumber: number,
  epochMs: number,
  assertedBy: string | undefined,
): { readonly request: Request; readonly ignored: readonly string[] } {
  const ignored = Object.keys(members).filter((key) => !(LINE_KEYS as readonly string[]).includes(key));
  for (const key of ignored) needFarFromKnown(key);
  const call = Object.fromEntries(
    CALL_KEYS.filter((key) => Object.hasOwn(members, key)).map((key) => [key, members[key]]),
  );
  const timeMs = Object.hasOwn(members, "time_ms") ? members.time_ms : epochMs + lineNumber * LINE_MS;
  return { request: requestOf(call, members, timeMs, assertedBy), ignored };
}

/** A key that is one slip away from a known one was meant to be that key, and ignoring it could loosen the answer. */
function needFarFromKnown(key: string): void {
  const bare = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, "");
  const meant = LINE_KEYS.find((known) => bare(known) === bare(key) || isOneSlip(known, key));
  if (meant === undefined) return;
  throw new EngineError("key_unknown", {
    path: key,
    wanted: `one of ${LINE_KEYS.join(", ")}, or a key unlike them`,
    came: JSON.stringify(key),
    advice: `Did you mean ${meant}?`,
  });
}

/** One letter more, fewer, other, or two neighbours swapped; short keys are too close to everything. */
function isOneSlip(known: string, key: string): boolean {
  if (known.length < 4 || Math.abs(known.length - key.length) > 1) return false;
  let start = 0;
  while (start < known.length && known[start] === key[start]) start++;
  const restKnown = known.slice(start);
  const restKey = key.slice(start);
  return (
    restKnown.slice(1) === restKey.slice(1) ||
    restKnown.slice(1) === restKey ||
    restKnown === restKey.slice(1) ||
    (restKnown.slice(2) === restKey.slice(2) && restKnown[0] === restKey[1] && restKnown[1] === restKey[0])
  );
}

function requestOf(
  call: Readonly<Record<string, unknown>>,
  facts: ContextFacts,
  timeMs: unknown,
  assertedBy: string | undefined,
): Request {
  const { fields, claim } = liftActor(call.fields);
  const given: Record<string, unknown> = {};
  for (const name of ["actor", "agent", "environment", "session"] as const) {
    if (facts[name] !== undefined) given[name] = facts[name];
  }
  // Who acts is context, and here the caller only claims it.
  const claimed = claim !== undefined && given.actor === undefined;
  if (claimed) given.actor = claim;
  else if (claim !== undefined && claim !== given.actor) {
    throw new EngineError("actor_conflict", {
      path: "fields.actor",
      wanted: `the other actor, ${JSON.stringify(given.actor)}`,
      came: JSON.stringify(claim),
    });
  }
  const vouched =
    assertedBy === undefined ? [] : (["actor", "environment"] as const).filter((name) => name in given);
  const asserted = vouched.filter((name) => !(claimed && name === "actor")).map((name) => [name, assertedBy]);
  return {
    ...call,
    ...(fields === undefined ? {} : { fields }),
    context: { ...given, asserted_by: Object.fromEntries(asserted), time_ms: timeMs },
  } as unknown as Request;
}

function liftActor(fields: unknown): { fields: unknown; claim: unknown } {
  if (typeof fields !== "object" || fields === null || !Object.hasOwn(fields, "actor")) {
    return { fields, claim: undefined };
  }
  const { actor, ...rest } = fields as Record<string, unknown>;
  return { fields: rest, claim: actor };
}
