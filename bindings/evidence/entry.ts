/** One entry of a log: docs/format/log.md. */

import type { ReplayedEntry } from "../memory/replay.ts";
import { decode } from "../src/codec/decode.ts";
import { encode } from "../src/codec/encode.ts";
import { CodecError } from "../src/codec/errors.ts";
import { recordEntryBytes, recordEntryIn } from "./entry-bytes.ts";
import { EvidenceError } from "./errors.ts";

/** What a log says about one history of a record, beside the record. */
export interface EntryCell {
  /** Others had changed the history in between, through another log of the same store. */
  readonly gap?: true;
  readonly tallies?: readonly (number | bigint)[];
  readonly version: number;
}

/** What binds a sealed payload to its entry: docs/format/payload.md. */
export interface Sealed {
  readonly fields: Uint8Array;
  /** Whose key it was sealed with. */
  readonly key: Uint8Array;
  readonly sha256: Uint8Array;
}

export interface BeginNote {
  readonly kind: "begin";
  readonly origin: string;
  readonly key: string;
  /** Name of the key salt that ids of histories are made with; absent: zeros, or one that the log does not name. */
  readonly salt?: Uint8Array;
  readonly time_ms: number;
}
export interface CutNote {
  readonly kind: "cut";
  readonly segment: string;
  readonly at: number;
  readonly bytes: number;
  readonly sha256: Uint8Array;
  readonly time_ms: number;
}
export interface KeyNote {
  readonly kind: "key";
  readonly act: "add" | "retire" | "revoke";
  readonly key: string;
  readonly by?: string;
  readonly reason?: string;
  readonly time_ms: number;
}
export interface EraseNote {
  readonly kind: "erase";
  readonly subject: Uint8Array;
  readonly by: string;
  readonly reason: string;
  readonly time_ms: number;
}
/** Entries that nobody had signed were there when the log was opened. */
export interface AdoptNote {
  readonly kind: "adopt";
  /** The first of them; the last one stands before this entry. */
  readonly from: number;
  readonly time_ms: number;
}
/** A capability token was used: what it permitted is about to run. */
export interface BurnNote {
  readonly kind: "burn";
  readonly iss: string;
  readonly jti: string;
  readonly exp_ms: number;
  /** Digest of the record that permitted it. */
  readonly record: Uint8Array;
  readonly aud: string;
  readonly time_ms: number;
}
/** What became of a call under a token that belongs to no session. */
export interface OutcomeNote {
  readonly kind: "outcome";
  readonly iss: string;
  readonly jti: string;
  readonly record: Uint8Array;
  readonly status: "ran" | "failed" | "unknown";
  readonly time_ms: number;
}
/** What a log says that is no decision. */
export type LogNote = BeginNote | CutNote | KeyNote | EraseNote | AdoptNote | BurnNote | OutcomeNote;

interface EntryBase {
  readonly prev: Uint8Array;
  readonly seq: number;
}
export interface RecordEntry extends EntryBase {
  readonly record: Uint8Array;
  readonly cells: readonly EntryCell[];
  readonly sealed: Sealed | undefined;
  readonly note?: never;
}
export interface NoteEntry extends EntryBase {
  readonly note: LogNote;
  readonly record?: never;
}
export type Entry = RecordEntry | NoteEntry;

export const DIGEST_BYTES = 32;
export const SUBJECT_BYTES = 16;
export const SEALED_BYTES_MAX = 131_072;
/** What C2SP's bundles of entries can carry. */
export const ENTRY_BYTES_MAX = 65_535;
const VERSION = 1;

/** @throws EvidenceError `entry_too_large`; `entry_malformed` for a note that nobody could read again. */
export function encodeEntry(entry: Entry): Uint8Array {
  const { prev, seq } = entry;
  const bytes =
    entry.note !== undefined ? encode({ note: entry.note, prev, seq, v: VERSION }) : recordEntryBytes(entry);
  if (entry.note !== undefined) anyEntry(bytes);
  if (bytes.length <= ENTRY_BYTES_MAX) return bytes;
  throw new EvidenceError(
    "entry_too_large",
    `entry ${seq}: wanted at most ${ENTRY_BYTES_MAX} bytes, came ${bytes.length}`,
  );
}

/**
 * Reads an entry, which must be exactly what {@link encodeEntry} writes.
 * @throws EvidenceError `entry_malformed` with the member that is wrong.
 */
export function decodeEntry(bytes: Uint8Array): Entry {
  return recordEntryIn(bytes) ?? anyEntry(bytes);
}

/** As {@link decodeEntry}, by the general codec. */
export function anyEntry(bytes: Uint8Array): Entry {
  let value: unknown;
  try {
    value = decode(bytes);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    throw malformed(error.message);
  }
  const members = needMap(value, "entry", ENTRY);
  const { prev, seq, note, record } = members as {
    prev: Uint8Array;
    seq: number;
    note?: unknown;
    record?: Uint8Array;
  };
  if (note !== undefined) {
    if (members.cells !== undefined || members.sealed !== undefined || record !== undefined)
      throw malformed("an entry with a note has nothing else");
    return { prev, seq, note: noteOf(note) };
  }
  if (record === undefined) throw malformed("wanted a record or a note, came neither");
  const cells = (members.cells ?? []) as readonly EntryCell[];
  if (members.cells !== undefined && cells.length === 0)
    throw malformed("cells: wanted one or none, came an empty list");
  return { prev, seq, record, cells, sealed: members.sealed as Sealed | undefined };
}

/** What a replay of histories needs of an entry. */
export function replayedOf({ seq, record, cells }: RecordEntry): ReplayedEntry {
  return {
    seq,
    record,
    cells: cells.map(({ version, tallies = [], gap = false }) => ({
      version,
      tallies: tallies.map(BigInt),
      gap,
    })),
  };
}

function noteOf(value: unknown): LogNote {
  const kind = (value as { kind?: unknown } | null)?.kind;
  const shape =
    typeof kind === "string" && Object.hasOwn(NOTES, kind) ? NOTES[kind as LogNote["kind"]] : undefined;
  if (shape === undefined) throw malformed(`note.kind: wanted one of ${Object.keys(NOTES).join(", ")}`);
  return needMap(value, "note", shape) as unknown as LogNote;
}

function malformed(what: string): EvidenceError {
  return new EvidenceError("entry_malformed", what);
}

// ---- Shapes: one check a member; `?` marks those that may be absent.

type Check = (value: unknown) => boolean;
type Shape = Readonly<Record<string, Check>>;

const isText: Check = (value) => typeof value === "string";
const isCount: Check = (value) => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
const isTally: Check = (value) => isCount(value) || (typeof value === "bigint" && value >= 0n);
const isBin =
  (size: number): Check =>
  (value) =>
    value instanceof Uint8Array && value.length === size;
const isWord =
  (...words: readonly string[]): Check =>
  (value) =>
    words.includes(value as string);
const fits =
  (shape: Shape): Check =>
  (value) =>
    faultOf(value, shape) === undefined;

const CELL: Shape = {
  "gap?": (value) => value === true,
  "tallies?": (value) => Array.isArray(value) && value.length > 0 && value.every(isTally),
  version: isCount,
};
const SEALED: Shape = { fields: isBin(DIGEST_BYTES), key: isBin(SUBJECT_BYTES), sha256: isBin(DIGEST_BYTES) };
const ENTRY: Shape = {
  "cells?": (value) => Array.isArray(value) && value.every(fits(CELL)),
  "note?": (value) => typeof value === "object" && value !== null,
  prev: isBin(DIGEST_BYTES),
  "record?": (value) => value instanceof Uint8Array,
  "sealed?": fits(SEALED),
  seq: isCount,
  v: (value) => value === VERSION,
};
const NOTES: Readonly<Record<LogNote["kind"], Shape>> = {
  begin: { key: isText, kind: isText, origin: isText, "salt?": isBin(DIGEST_BYTES), time_ms: isCount },
  cut: {
    at: isCount,
    bytes: isCount,
    kind: isText,
    segment: isText,
    sha256: isBin(DIGEST_BYTES),
    time_ms: isCount,
  },
  key: {
    act: isWord("add", "retire", "revoke"),
    "by?": isText,
    key: isText,
    kind: isText,
    "reason?": isText,
    time_ms: isCount,
  },
  adopt: { from: isCount, kind: isText, time_ms: isCount },
  erase: { by: isText, kind: isText, reason: isText, subject: isBin(SUBJECT_BYTES), time_ms: isCount },
  burn: {
    aud: isText,
    exp_ms: isCount,
    iss: isText,
    jti: isText,
    kind: isText,
    record: isBin(DIGEST_BYTES),
    time_ms: isCount,
  },
  outcome: {
    iss: isText,
    jti: isText,
    kind: isText,
    record: isBin(DIGEST_BYTES),
    status: isWord("ran", "failed", "unknown"),
    time_ms: isCount,
  },
};

function faultOf(value: unknown, shape: Shape): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Uint8Array)
    return "wanted a map";
  const given = value as Readonly<Record<string, unknown>>;
  let known = 0;
  for (const [name, check] of Object.entries(shape)) {
    const isOptional = name.endsWith("?");
    const key = isOptional ? name.slice(0, -1) : name;
    if (!Object.hasOwn(given, key)) {
      if (isOptional) continue;
      return `${key} is missing`;
    }
    if (!check(given[key])) return `${key} has another value than an entry can have`;
    known++;
  }
  return known === Object.keys(given).length ? undefined : "has a member that no entry has";
}

function needMap(value: unknown, name: string, shape: Shape): Readonly<Record<string, unknown>> {
  const fault = faultOf(value, shape);
  if (fault === undefined) return value as Readonly<Record<string, unknown>>;
  throw malformed(`${name}: ${fault}`);
}
