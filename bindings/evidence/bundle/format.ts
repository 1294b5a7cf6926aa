/** What stands in an evidence bundle, and in which order: docs/format/bundle.md. */

import { type CmpMap, type CmpValue, CodecError, decode, isMap } from "../../src/codec/decode.ts";
import { encode } from "../../src/codec/encode.ts";
import { EvidenceError } from "../errors.ts";
import { binAt, binBytes, frameAt, frameOf } from "../frame.ts";
import { item } from "../report/text.ts";
import { SHARD_NAME } from "../shard.ts";
import { HASH_BYTES, isSize, PATH_HASHES_MAX, type RangeProof } from "../tree.ts";

export const MANIFEST = "bundle.cmp";
const VERSION = 1;
const FRAME_BYTES = 1024 * 1024;
const PROGRAM = /^permit0 [0-9]{1,6}\.[0-9]{1,6}\.[0-9]{1,6}(-[0-9A-Za-z.-]{1,32})?$/;
const FILTER_BYTES_MAX = 256;

/** Which entries of the ranges are disclosed; notes of the log about itself always are. */
export interface BundleFilter {
  /** Canonical name of an action; an entry fits when one of its parts has it. */
  readonly action?: string;
  /** Fits only requests that were opened. */
  readonly session?: string;
  /** The one shard that is in the bundle. */
  readonly shard?: string;
  readonly verdict?: "allow" | "review" | "deny";
}

export interface BundleShard extends RangeProof {
  readonly shard: string;
  readonly origin: string;
  /** How many of the range are disclosed. */
  readonly entries: number;
  readonly from: number;
  readonly to: number;
  /** What the shard calls its key salt, as its first entry says; absent where it names none. */
  readonly salt?: Uint8Array;
  /** Of the checkpoint. */
  readonly size: number;
}

export interface Manifest {
  /** Absent: everything is disclosed. */
  readonly filter?: BundleFilter;
  readonly program: string;
  readonly shards: readonly BundleShard[];
}

/** Names of the reports, in their order. */
export const REPORTS = [
  "summary.html",
  "entries.csv",
  "entries.xlsx",
  "entries.jsonl",
  "ocsf.jsonl",
] as const;
export type ReportName = (typeof REPORTS)[number];
/** A sheet holds no more, beside its heading. */
const SHEET_ROWS_MAX = 1_048_575;

export const shardMember = (shard: string, part: ShardPart): string => `shards/${shard}/${part}`;
const SHARD_PARTS = ["checkpoint", "leaves", "entries", "opened", "disclosed"] as const;
export type ShardPart = (typeof SHARD_PARTS)[number];
const OPTIONAL_PARTS: readonly string[] = ["opened", "disclosed"];

/** The members of a bundle in their order; of those that may be absent the ones that are there. */
export function memberNames(
  { shards }: Manifest,
  artifacts: readonly string[],
  has: (name: string) => boolean,
): string[] {
  const entries = shards.reduce((sum, shard) => sum + shard.entries, 0);
  return [
    MANIFEST,
    ...shards.flatMap(({ shard }) =>
      SHARD_PARTS.filter((part) => !OPTIONAL_PARTS.includes(part) || has(shardMember(shard, part))).map(
        (part) => shardMember(shard, part),
      ),
    ),
    ...[...artifacts].sort(),
    ...REPORTS.filter((name) => name !== "entries.xlsx" || entries <= SHEET_ROWS_MAX),
  ];
}

/** The filter in words. */
export function filterText({ filter, shards }: Manifest): string | undefined {
  if (filter === undefined) return undefined;
  const names = ["verdict", "action", "session", "shard"] as const;
  const words = names.flatMap((name) =>
    filter[name] === undefined ? [] : [`${name} ${item(filter[name])}`],
  );
  const disclosed = shards.reduce((sum, { entries }) => sum + entries, 0);
  const all = shards.reduce((sum, { from, to }) => sum + to - from, 0);
  return `${words.join("; ")} (${disclosed} of ${all} entries of the ranges are here, with all notes of the log)`;
}

// ---- The manifest.

/** @throws EvidenceError when nobody could read it again. */
export function manifestBytes({ filter, program, shards }: Manifest): Uint8Array {
  const bytes = encode({
    ...(filter === undefined ? {} : { filter: withoutAbsent(filter) }),
    program,
    shards: shards.map(({ entries, from, left, origin, right, salt, shard, size, to }) => ({
      entries,
      from,
      left,
      origin,
      right,
      ...(salt === undefined ? {} : { salt }),
      shard,
      size,
      to,
    })),
    v: VERSION,
  });
  readManifest(bytes);
  return bytes;
}

function withoutAbsent(filter: BundleFilter): Record<string, string> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

/** @throws EvidenceError `bundle_malformed`. */
export function readManifest(bytes: Uint8Array): Manifest {
  const whole = decoded(bytes);
  const { filter, program, shards, v, ...others } = isMap(whole) ? whole : {};
  if (!isMap(whole) || Object.keys(others).length > 0 || v !== VERSION)
    throw malformed("wanted filter, program, shards and v, of version 1");
  if (typeof program !== "string" || !PROGRAM.test(program))
    throw malformed("program: wanted permit0 and its version");
  if (filter !== undefined && !isFilter(filter))
    throw malformed("filter: wanted action, session, shard or verdict");
  if (!Array.isArray(shards) || shards.length === 0 || !shards.every(isShard))
    throw malformed("shards: wanted one or more, each with its range and proof");
  const all = shards as unknown as readonly BundleShard[];
  if (all.some(({ shard }, at) => at > 0 && shard <= (all[at - 1] as BundleShard).shard))
    throw malformed("shards: wanted each once, in the order of their names");
  return { ...(filter === undefined ? {} : { filter: filter as BundleFilter }), program, shards: all };
}

function isFilter(value: CmpValue): boolean {
  if (!isMap(value) || Object.keys(value).length === 0) return false;
  return Object.entries(value).every(([name, text]) => {
    if (typeof text !== "string" || text === "" || text.length > FILTER_BYTES_MAX) return false;
    if (name === "verdict") return text === "allow" || text === "review" || text === "deny";
    if (name === "shard") return SHARD_NAME.test(text);
    return name === "action" || name === "session";
  });
}

const SHARD_KEYS = "entries,from,left,origin,right,shard,size,to";

function isShard(value: CmpValue): boolean {
  if (!isMap(value)) return false;
  const { salt, ...members } = value as CmpMap;
  if (Object.keys(members).sort().join() !== SHARD_KEYS) return false;
  const { entries, from, left, origin, right, shard, size, to } = members;
  const numbers = [entries, from, to, size] as readonly number[];
  if (!numbers.every((number) => typeof number === "number" && isSize(number))) return false;
  const isRange = (from as number) < (to as number) && (to as number) <= (size as number);
  const isCount = (entries as number) <= (to as number) - (from as number);
  const isName = typeof shard === "string" && SHARD_NAME.test(shard) && typeof origin === "string";
  const isSalt = salt === undefined || (salt instanceof Uint8Array && salt.length === HASH_BYTES);
  return isRange && isCount && isName && isSalt && isHashes(left) && isHashes(right);
}

function isHashes(value: CmpValue | undefined): boolean {
  return (
    Array.isArray(value) &&
    value.length <= 2 * PATH_HASHES_MAX &&
    value.every((hash) => hash instanceof Uint8Array && hash.length === HASH_BYTES)
  );
}

function decoded(bytes: Uint8Array): CmpValue {
  try {
    return decode(bytes);
  } catch (error) {
    if (error instanceof CodecError) throw malformed(error.message);
    throw error;
  }
}

function malformed(what: string): EvidenceError {
  return new EvidenceError("bundle_malformed", `${MANIFEST}: ${what}; export the bundle again`);
}

// ---- Bins in frames.

/** Bins one after another, in frames of about a mebibyte. */
export function framesOf(bins: Iterable<Uint8Array>): Uint8Array[] {
  const frames: Uint8Array[] = [];
  let held: Uint8Array[] = [];
  let bytes = 0;
  for (const bin of bins) {
    if (bytes > 0 && bytes + binBytes(bin.length) > FRAME_BYTES) {
      frames.push(frameOf(held));
      held = [];
      bytes = 0;
    }
    held.push(bin);
    bytes += binBytes(bin.length);
  }
  if (held.length > 0) frames.push(frameOf(held));
  return frames;
}

/**
 * The bins of a member.
 * @throws EvidenceError `frame_…` where something else stands in it.
 */
export function* binsOf(bytes: Uint8Array, member: string): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const frame = frameAt(bytes, at, bytes.length);
    if (typeof frame === "string") throw frameFault(`frame_${frame}`, member, at, "wanted a whole frame");
    for (let next = frame.from; next < frame.to; ) {
      const bin = binAt(bytes, next, frame.to);
      if (bin === undefined) throw frameFault("frame_content", member, next, "wanted a bin");
      yield bytes.subarray(bin.from, bin.to);
      next = bin.to;
    }
    at = frame.to;
  }
}

function frameFault(code: string, member: string, at: number, what: string): EvidenceError {
  return new EvidenceError(code, `${member}, byte ${at}: ${what}; get the bundle again`);
}

/** What is kept of one entry beside it. */
export interface Beside {
  readonly seq: number;
  readonly bytes: Uint8Array;
}

export function besideBytes(name: "request" | "disclosure", { seq, bytes }: Beside): Uint8Array {
  return encode({ [name]: bytes, seq });
}

/** @throws EvidenceError `bundle_malformed`. */
export function readBeside(name: "request" | "disclosure", bytes: Uint8Array, member: string): Beside {
  const whole = decoded(bytes);
  const { seq, [name]: content, ...others } = isMap(whole) ? whole : {};
  if (Object.keys(others).length > 0 || !(content instanceof Uint8Array) || !isSize(seq as number))
    throw new EvidenceError("bundle_malformed", `${member}: wanted ${name} and seq; export the bundle again`);
  return { seq: seq as number, bytes: content };
}
