/**
 * What a program knows that is no call, as the events that tell an engine: texts cut into pieces, what the user typed apart
 * from what the user quoted, outcomes, labels, freezes. docs/memory.md says what a session makes of them.
 */

import type { Engine, Seen } from "./engine.ts";
import { EngineError, shown, unknownName } from "./errors.ts";
import { TRUST_NAMES } from "./gen/codes.ts";
import type { EventFacts, FreezeScope, Label, OutcomeStatus, Trust } from "./types.ts";

/** An event without its surroundings. */
export interface EventBody {
  readonly event: EventFacts;
  readonly seen?: Uint8Array;
}

/** What looks at texts: an engine. */
export type Observer = Pick<Engine, "observe">;

/** A text that comes before the agent. */
export interface ObservedText {
  readonly text: string;
  /**
   * `user`: what the user typed with their own hands. Everything else is `tool`: results, files, pages, mail, pastes, what
   * another model wrote.
   */
  readonly trust: Trust;
  /** Where it comes from, 1..256 bytes, for the record. Of a user's text only `typed`, which it is without it. */
  readonly source?: string;
  /** What the session knows from now on. */
  readonly labels?: readonly Label[];
}

/** Labels that somebody gives to a session. */
export interface GivenLabels {
  /** At least one. */
  readonly labels: readonly Label[];
  /** Who says so, 1..256 bytes. */
  readonly by?: string;
  /** 1..256 bytes. */
  readonly reason?: string;
}

/** What became of a call. */
export interface Outcome {
  /** `unknown` where nobody knows whether it ran. */
  readonly status: OutcomeStatus;
  /** What the agent is shown of it. */
  readonly text?: string;
  /** What the session knows from now on. */
  readonly labels?: readonly Label[];
}

/** What a person stops, or lets go on. */
export interface FreezeOrder {
  readonly scope: FreezeScope;
  /** Its name, as calls give it, 1..256 bytes. */
  readonly value: string;
  /** Who, 1..256 bytes. */
  readonly by: string;
  /** Why, 1..256 bytes. */
  readonly reason: string;
}

/** Bytes of one piece of a text. */
const PIECE_BYTES_MAX = 8192;
/** Bytes that a piece repeats of the one before, so that words beside each other are seen beside each other. */
const OVERLAP_BYTES = 128;
/** Longer texts are not looked at: they show more than can be listed. */
const TEXT_BYTES_MAX = 1024 * 1024;
const TYPED = "typed";
const utf8 = new TextEncoder();

/**
 * The events of a text, in order.
 * @throws EngineError when it cannot be one.
 */
export function observeBodies(engine: Observer, given: ObservedText): EventBody[] {
  needMembers(given, ["text", "trust", "source", "labels"]);
  const { text, trust, source, labels } = given;
  needText(text);
  if (!(TRUST_NAMES as readonly unknown[]).includes(trust))
    throw new EngineError("value_unknown", { path: "trust", wanted: "user or tool", came: shown(trust) });
  if (trust === "user" && source !== undefined && source !== TYPED) {
    throw new EngineError("value_unknown", {
      path: "source",
      wanted: `${TYPED}: only what the user typed is the user's`,
      came: shown(source),
      advice: 'Send pasted, quoted, attached or written-by-a-model text with trust: "tool".',
    });
  }
  const from = source === undefined ? {} : { source };
  const { typed, quoted } = trust === "user" ? partsOf(text) : { typed: "", quoted: text };
  // What is quoted was there before it was typed again.
  const shownByTools = quoted.trim() === "" && trust === "user" ? [] : seenIn(engine, quoted, "tool");
  const shownByUser = trust === "user" ? seenIn(engine, typed, "user") : [];
  const bodies = [
    ...shownByTools.map((seen): EventBody => {
      const quote = trust === "user" ? { source: "quote" } : from;
      return { event: { kind: "observe", trust: "tool", ...quote }, ...seen };
    }),
    ...shownByUser.map(
      (seen): EventBody => ({ event: { kind: "observe", trust: "user", ...from }, ...seen }),
    ),
  ];
  return withLabels(bodies, labels);
}

/** The event of labels. */
export function labelBody(given: GivenLabels): EventBody {
  needMembers(given, ["labels", "by", "reason"]);
  return { event: { kind: "label", ...given } };
}

/**
 * The events of what became of a call: what its text shows is what a tool showed. An outcome says nothing of what the user
 * typed, so a session of which nothing was observed stays one, unless the text shows more than can be listed.
 * @param of digest of the call's record, if it is known.
 */
export function outcomeBodies(engine: Observer, of: Uint8Array | undefined, given: Outcome): EventBody[] {
  needMembers(given, ["status", "text", "labels"]);
  const { status, text, labels } = given;
  if (text !== undefined) needText(text);
  const event = { kind: "outcome", status, ...(of === undefined ? {} : { of }) } as const;
  const pieces = text === undefined ? [] : seenIn(engine, text, "tool");
  const listed = pieces.filter(({ seen }) => seen !== undefined);
  const bodies: EventBody[] = (listed.length === 0 ? [{}] : listed).map((seen) => ({ event, ...seen }));
  // Only a text that is observed can say that it showed too much.
  const tooMuch: EventBody = { event: { kind: "observe", trust: "tool", source: "outcome" } };
  return withLabels(listed.length === pieces.length ? bodies : [...bodies, tooMuch], labels);
}

/** The event of a freeze, or of its end. */
export function freezeBody(kind: "freeze" | "thaw", given: FreezeOrder): EventBody {
  needMembers(given, ["scope", "value", "by", "reason"]);
  for (const name of ["by", "reason"] as const) {
    if (given[name] === undefined)
      throw new EngineError("key_missing", {
        path: name,
        wanted: name === "by" ? "who says so" : "why",
        came: "nothing",
      });
  }
  // A pinned server is stopped with any definitions.
  const value = given.scope === "server" ? given.value.split("@sha256:", 1)[0] : given.value;
  return { event: { kind, ...given, value: value ?? "" } };
}

/** Labels stay, so the first event of several has them. */
function withLabels(bodies: readonly EventBody[], labels: readonly Label[] | undefined): EventBody[] {
  if (labels === undefined) return [...bodies];
  return bodies.map((body, at) =>
    at === 0 ? { ...body, event: { ...body.event, labels } as EventFacts } : body,
  );
}

/** What the pieces of a text show, at least one; without `seen` what shows more than can be listed. */
function seenIn(engine: Observer, text: string, trust: Trust): { readonly seen?: Uint8Array }[] {
  const bytes = utf8.encode(trust === "user" ? withoutStops(text) : withBare(text));
  if (bytes.length > TEXT_BYTES_MAX) return [{}];
  return piecesOf(bytes).map((piece) => {
    const seen: Seen = engine.observe(piece, trust);
    return seen.overflow ? {} : { seen: seen.hashes };
  });
}

/** What ends a sentence belongs to no name. A comma stands in its place: words on both sides are no neighbours. */
function withoutStops(text: string): string {
  return text.replace(/[.?!:]+(?=\s|$)/gu, ",");
}

const INVISIBLE = /[\u00ad\u200b-\u200f\u2060\ufeff]/gu;
const SIGNS = /[^\p{L}\p{N}@.+]+/gu;
/** What cuts words anyway: docs/format/cell.md, section 6. */
const BETWEEN = /[\0- \x7f"'()[\]{}<>,;|\\`]+/g;

/** A tool's text, and once more without the signs that it could write around or into a value to keep it from being seen. */
function withBare(text: string): string {
  const bare = text
    .replace(INVISIBLE, "")
    .replace(SIGNS, " ")
    .replace(/\.+(?= |$)/g, "");
  return bare.trim() === text.replace(BETWEEN, " ").trim() ? text : `${text}${GAP}${bare}`;
}

/** Cut between words, or where there are none that far, between characters. */
export function piecesOf(text: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let start = 0;
  for (;;) {
    const limit = start + PIECE_BYTES_MAX;
    if (limit >= text.length) return [...pieces, text.subarray(start)];
    const cut = lastSeparator(text, start + PIECE_BYTES_MAX / 2, limit);
    const end = cut < 0 ? characterStart(text, limit) : cut;
    pieces.push(text.subarray(start, end));
    start = cut < 0 ? end : firstSeparator(text, end - OVERLAP_BYTES, end);
  }
}

/** Separators of words: docs/format/cell.md, section 6. All are single bytes, and no byte of another character. */
const SEPARATORS: ReadonlySet<number> = new Set([
  ...Array.from({ length: 0x21 }, (_, byte) => byte),
  0x7f,
  ...utf8.encode("\"'()[]{}<>,;|\\`"),
]);

function lastSeparator(text: Uint8Array, from: number, to: number): number {
  for (let at = to; at > from; at--) if (SEPARATORS.has(text[at] as number)) return at;
  return -1;
}

/** There is one at `to`. */
function firstSeparator(text: Uint8Array, from: number, to: number): number {
  for (let at = from; at < to; at++) if (SEPARATORS.has(text[at] as number)) return at;
  return to;
}

/** The start of the character that a byte belongs to. */
function characterStart(text: Uint8Array, at: number): number {
  let start = at;
  while (((text[start] as number) & 0xc0) === 0x80) start--;
  return start;
}

/** Stands where something was left out: words on both sides are no neighbours. */
const GAP = "\n|\n";
const QUOTE = /^\s*>/;
/** Also behind the sign of a list. */
const FENCE = /^[\s>*+\-\d.)]*(?:```|~~~)/;

/**
 * What a user typed, and what the user quoted: lines that begin with `>`, and all from the first fence of a block of code to
 * the last one. What is pasted into such a block can hold fences of its own, and must not get out by them; with an odd
 * number of fences the last block does not end.
 */
function partsOf(text: string): { readonly typed: string; readonly quoted: string } {
  const lines = text.split(/\r\n|[\n\r\v\f\x85\u2028\u2029]/);
  const fences = lines.flatMap((line, at) => (FENCE.test(line) ? [at] : []));
  const first = fences[0] ?? lines.length;
  const last = fences.length % 2 === 0 ? (fences.at(-1) ?? -1) : lines.length;
  const isQuoted = (line: string, at: number): boolean => QUOTE.test(line) || (at >= first && at <= last);
  const joined = (wanted: boolean): string => {
    const runs: string[][] = [];
    lines.forEach((line, at) => {
      if (isQuoted(line, at) !== wanted) runs.push([]);
      else if (runs.length === 0) runs.push([line]);
      else (runs.at(-1) as string[]).push(line);
    });
    return runs
      .filter((run) => run.length > 0)
      .map((run) => run.join("\n"))
      .join(GAP);
  };
  return { typed: joined(false), quoted: joined(true) };
}

function needText(text: unknown): void {
  if (typeof text === "string") return;
  throw new EngineError("value_type", { path: "text", wanted: "text", came: shown(text) });
}

/** Which session an event belongs to; what is left out comes from the permit's context. */
export interface SessionOf {
  /** 1..256 bytes. */
  readonly session?: string;
  /** The session that opened this one, 1..256 bytes: what is learned goes to it. */
  readonly parent?: string;
}

/** The session of something that has more members, or none. */
export function placeOf({ session, parent }: { session?: unknown; parent?: unknown }): SessionOf {
  return {
    ...(session === undefined ? {} : { session }),
    ...(parent === undefined ? {} : { parent }),
  } as SessionOf;
}

/** Refuses what is no object, and members that nobody would read; a misspelt one must not be left out in silence. */
function needMembers(given: object, known: readonly string[]): void {
  const value: unknown = given;
  if (typeof value !== "object" || value === null)
    throw new EngineError("value_type", { wanted: `an object: ${known.join(", ")}`, came: shown(value) });
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined) throw unknownName("key_unknown", unknown, unknown, known);
}
