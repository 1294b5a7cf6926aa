/** Reads recorded tool calls: one JSON object a line, plain or gzipped, grouped into the sessions they belong to. */

import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";

export type Label = "benign" | "attack" | "unlabelled";

/** One recorded call, as docs/eval.md describes the format. */
export interface RecordedCall {
  readonly source: string;
  /** Part of the source that has tools of its own. */
  readonly suite?: string;
  readonly session: string;
  /** Order within the session. */
  readonly step: number;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly label: Label;
  /** What an attack is after; `none` for benign calls. */
  readonly kind: string;
  /** Same tool and arguments, same key. */
  readonly key: string;
  readonly userTask?: string;
  readonly result?: unknown;
  /** Line of the file, from 1. */
  readonly line: number;
}

/** A line that could not be used, and why. */
export interface Fault {
  readonly line: number;
  readonly message: string;
}

export interface Recorded {
  /** Sessions in order of their first line; the calls of each by `step`. */
  readonly sessions: readonly (readonly RecordedCall[])[];
  readonly faults: readonly Fault[];
}

const LABELS: readonly unknown[] = ["benign", "attack", "unlabelled"];

/**
 * Reads a file as a whole: the calls of a session need not stand together.
 * @throws Error when the file cannot be read; a line that cannot be used is a fault in the answer.
 */
export async function readCalls(file: string): Promise<Recorded> {
  const sessions = new Map<string, RecordedCall[]>();
  const faults: Fault[] = [];
  let line = 0;
  for await (const text of linesOf(file)) {
    line++;
    if (text.trim() === "") continue;
    try {
      const call = readCall(text, line);
      const name = JSON.stringify([call.source, call.session]);
      const session = sessions.get(name) ?? [];
      session.push(call);
      sessions.set(name, session);
    } catch (error) {
      faults.push({ line, message: (error as Error).message });
    }
  }
  for (const calls of sessions.values()) calls.sort((one, other) => one.step - other.step);
  return { sessions: [...sessions.values()], faults };
}

async function* linesOf(file: string): AsyncIterable<string> {
  const bytes = createReadStream(file);
  const input = file.endsWith(".gz") ? bytes.pipe(createGunzip()) : bytes;
  const failed = new Promise<never>((_, reject) => bytes.once("error", reject));
  failed.catch(() => undefined);
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([lines.next(), failed]);
    if (next.done === true) return;
    yield next.value;
  }
}

function readCall(text: string, line: number): RecordedCall {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw wrong("line", "a JSON object", value);
  const members = value as Readonly<Record<string, unknown>>;
  const { label, args, step, suite, user_task: userTask } = members;
  if (!LABELS.includes(label)) throw wrong("label", "benign, attack or unlabelled", label);
  if (typeof args !== "object" || args === null || Array.isArray(args))
    throw wrong("args", "an object", args);
  if (!Number.isSafeInteger(step)) throw wrong("step", "a whole number", step);
  return {
    source: textOf(members, "source"),
    session: textOf(members, "session"),
    step: step as number,
    tool: textOf(members, "tool"),
    args: args as Readonly<Record<string, unknown>>,
    label: label as Label,
    kind: textOf(members, "kind"),
    key: textOf(members, "key"),
    ...(typeof suite === "string" ? { suite } : {}),
    ...(typeof userTask === "string" ? { userTask } : {}),
    ...(members.result === undefined ? {} : { result: members.result }),
    line,
  };
}

function textOf(members: Readonly<Record<string, unknown>>, name: string): string {
  const text = members[name];
  if (typeof text === "string" && text !== "") return text;
  throw wrong(name, "a text", text);
}

function wrong(name: string, wanted: string, came: unknown): Error {
  const shown = came === undefined ? "nothing" : (JSON.stringify(came) ?? typeof came).slice(0, 80);
  return new Error(`${name}: wanted ${wanted}, came ${shown}`);
}
