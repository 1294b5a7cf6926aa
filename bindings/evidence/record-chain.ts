/**
 * What belongs to one decision: the records that it follows, and what followed from it, in whatever shard of a log. The
 * entries are taken as they stand; that they stand there rightly is for verify to say.
 */

import { CodecError, decode } from "../src/codec/decode.ts";
import { hex } from "../src/sha256.ts";
import type { Approval } from "../src/types.ts";
import { recordDigest } from "./commitments.ts";
import type { BurnNote, Entry, OutcomeNote } from "./entry.ts";
import { EvidenceError } from "./errors.ts";
import { factsOf } from "./facts.ts";
import { imageOf } from "./kept-entry.ts";
import { readRecord } from "./record.ts";
import { inventoryOf, readShard } from "./shard.ts";
import type { StorageReader } from "./storage.ts";

interface StepBase {
  readonly shard: string;
  readonly seq: number;
  /** Digest of the record that it follows, in hex. */
  readonly follows: string | undefined;
  /** Whether it is the one that was asked about, stands before it, or followed. */
  readonly stands: "before" | "asked" | "after";
}

/** A decision or an event. */
export interface RecordStep extends StepBase {
  readonly digest: string;
  readonly record: Uint8Array;
  readonly image: string;
  readonly note?: never;
}

/** A token that was used, or what became of a call without a session. */
export interface NoteStep extends StepBase {
  readonly note: BurnNote | OutcomeNote;
  readonly record?: never;
}

export type ChainStep = RecordStep | NoteStep;

export interface RecordChain {
  readonly steps: readonly ChainStep[];
  /** Digests of records that the steps follow and this log does not have: a gateway on another machine has a log of its own. */
  readonly elsewhere: readonly string[];
  /** Images that the records name and the log has, by their digests. */
  readonly images: ReadonlyMap<string, Uint8Array>;
}

const PREFIX = /^[0-9a-f]{8,64}$/;
/** 16 bytes in base64url. */
const TOKEN = /^[A-Za-z0-9_-]{22}$/;

/**
 * The chain of the record with this digest: one of this log, or one that an entry of it follows. The log is read twice; what
 * is kept of it are the entries that name a record.
 * @param name at least 8 hex digits of the digest, or the `jti` of a token that was used or has an outcome here.
 * @throws EvidenceError `record_prefix`, `record_unknown`, `record_ambiguous`, `log_none`; ShardFault where entries are damaged.
 */
export async function recordChain(storage: StorageReader, name: string): Promise<RecordChain> {
  const wanted = name.toLowerCase();
  const isDigest = PREFIX.test(wanted);
  if (!isDigest && !TOKEN.test(name))
    throw new EvidenceError(
      "record_prefix",
      `wanted 8 to 64 hex digits of a record's digest, or the jti of a token, came ${JSON.stringify(name)}`,
    );
  const found = new Set<string>();
  const parents = new Map<string, string>();
  const take = (digest: string): void => {
    if (digest.startsWith(wanted)) found.add(digest);
  };
  await eachEntry(storage, (_, entry) => {
    const follows = followedBy(entry);
    if (follows !== undefined) take(follows);
    if (entry.note !== undefined) {
      if (follows !== undefined && (entry.note as BurnNote | OutcomeNote).jti === name) found.add(follows);
      return;
    }
    const digest = recordDigest(entry.record);
    take(digest);
    if (follows !== undefined) parents.set(digest, follows);
  });
  const [asked, other] = found;
  if (asked === undefined)
    throw new EvidenceError(
      "record_unknown",
      isDigest
        ? `the log has no record whose digest begins with ${wanted}, and nothing that follows one; look in the log that decided it`
        : `the log has no use and no outcome of the token ${name}; give the digest of a record, or look in the log of the gateway`,
    );
  if (other !== undefined)
    throw new EvidenceError(
      "record_ambiguous",
      isDigest
        ? `${found.size} records begin with ${wanted}, ${asked} and ${other} among them; give more digits`
        : `${found.size} records have a token ${name}, ${asked} and ${other} among them; give the digest of one`,
    );
  return new Chain(asked, parents).read(storage);
}

class Chain {
  readonly #asked: string;
  /** How far from the one that was asked about, by digest: before it negative. */
  readonly #places = new Map<string, number>();

  constructor(asked: string, parents: ReadonlyMap<string, string>) {
    this.#asked = asked;
    for (
      let digest: string | undefined = asked;
      digest !== undefined && !this.#places.has(digest);
      digest = parents.get(digest)
    )
      this.#places.set(digest, -this.#places.size);
    const children = new Map<string, string[]>();
    for (const [child, parent] of parents) {
      const known = children.get(parent);
      if (known === undefined) children.set(parent, [child]);
      else known.push(child);
    }
    const next = [asked];
    for (let digest = next.shift(); digest !== undefined; digest = next.shift())
      for (const child of children.get(digest) ?? []) {
        if (this.#places.has(child)) continue;
        this.#places.set(child, (this.#places.get(digest) as number) + 1);
        next.push(child);
      }
  }

  async read(storage: StorageReader): Promise<RecordChain> {
    const steps: (readonly [place: number, step: ChainStep])[] = [];
    const seen = new Set<string>();
    await eachEntry(storage, (shard, entry) => {
      const step = this.#step(shard, entry);
      if (step === undefined || (step[1].record !== undefined && seen.has(step[1].digest))) return;
      if (step[1].record !== undefined) seen.add(step[1].digest);
      steps.push(step);
    });
    steps.sort(([one, { seq }], [other, { seq: otherSeq }]) => one - other || seq - otherSeq);
    const images = new Map<string, Uint8Array>();
    for (const [, { record, ...step }] of steps) {
      if (record === undefined || images.has((step as RecordStep).image)) continue;
      const image = await imageOf(storage, (step as RecordStep).image);
      if (image !== undefined) images.set((step as RecordStep).image, image);
    }
    const all = steps.map(([, step]) => step);
    const named = all.flatMap(({ follows }) => follows ?? []);
    return { steps: all, elsewhere: [...new Set(named.filter((digest) => !seen.has(digest)))], images };
  }

  #step(shard: string, entry: Entry): readonly [number, ChainStep] | undefined {
    const { seq } = entry;
    const follows = followedBy(entry);
    if (entry.note !== undefined) {
      const place = follows === undefined ? undefined : this.#places.get(follows);
      // A token of a record before is none of this one.
      if (place === undefined || place < 0) return undefined;
      return [
        place + 0.5,
        { shard, seq, follows, stands: "after", note: entry.note as BurnNote | OutcomeNote },
      ];
    }
    const digest = recordDigest(entry.record);
    const place = this.#places.get(digest);
    if (place === undefined) return undefined;
    const stands = digest === this.#asked ? "asked" : place < 0 ? "before" : "after";
    const image = factsOf(entry.record)?.image ?? "";
    return [place, { shard, seq, follows, stands, digest, record: entry.record.slice(), image }];
  }
}

/** A record that persons approved, and what the log says became of it. */
export interface ApprovedRecord {
  readonly shard: string;
  readonly seq: number;
  readonly digest: string;
  readonly time_ms: number;
  readonly actions: readonly string[];
  readonly approval: Approval;
  /** Tokens of it that were used. */
  readonly uses: number;
  /** `ran`, `failed`, `unknown`: each that an outcome says, once. One outcome can be several entries. */
  readonly outcomes: readonly string[];
}

/**
 * What persons approved, oldest first. The log is read once, and the approved records are kept of it.
 * @throws EvidenceError `log_none`; ShardFault where entries are damaged.
 */
export async function approvedRecords(storage: StorageReader): Promise<readonly ApprovedRecord[]> {
  const found = new Map<string, Omit<ApprovedRecord, "uses" | "outcomes">>();
  const uses = new Map<string, number>();
  const outcomes = new Map<string, Set<string>>();
  const cameOf = (digest: string, status: string): void => {
    outcomes.set(digest, (outcomes.get(digest) ?? new Set()).add(status));
  };
  await eachEntry(storage, (shard, entry) => {
    const { note, record, seq } = entry;
    if (note?.kind === "burn") uses.set(hex(note.record), (uses.get(hex(note.record)) ?? 0) + 1);
    if (note?.kind === "outcome") cameOf(hex(note.record), note.status);
    if (record === undefined) return;
    const { approval, event, verdict } = membersOf(record);
    if (event?.kind === "outcome" && event.of instanceof Uint8Array && verdict === "allow")
      cameOf(hex(event.of), `${event.status}`);
    const read = approval === undefined ? undefined : readRecord(record.slice());
    if (read === undefined || "reason" in read || !read.engine?.reasons.includes("approved")) return;
    const { approval: given, parts, time_ms } = read.engine;
    const digest = recordDigest(record);
    if (given === undefined || found.has(digest)) return;
    found.set(digest, {
      shard,
      seq,
      digest,
      time_ms,
      actions: parts.map(({ action }) => action),
      approval: given,
    });
  });
  return [...found.values()]
    .map((one) => ({
      ...one,
      uses: uses.get(one.digest) ?? 0,
      outcomes: [...(outcomes.get(one.digest) ?? [])],
    }))
    .sort((one, other) => one.time_ms - other.time_ms || one.seq - other.seq);
}

/** The record that an entry names: what was asked before, what an outcome is of, what a token permitted. */
function followedBy({ note, record }: Entry): string | undefined {
  if (note !== undefined)
    return note.kind === "burn" || note.kind === "outcome" ? hex(note.record) : undefined;
  const { parent, event } = membersOf(record);
  const of = parent ?? event?.of;
  return of instanceof Uint8Array ? hex(of) : undefined;
}

interface LooseMembers {
  readonly approval?: unknown;
  readonly parent?: unknown;
  readonly verdict?: unknown;
  readonly event?: { readonly kind?: unknown; readonly of?: unknown; readonly status?: unknown };
}

/** As they stand; none of what is no record. */
function membersOf(record: Uint8Array): LooseMembers {
  try {
    return (decode(record) ?? {}) as LooseMembers;
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return {};
  }
}

async function eachEntry(storage: StorageReader, take: (shard: string, entry: Entry) => void): Promise<void> {
  const { shards } = inventoryOf(await storage.list());
  if (shards.size === 0)
    throw new EvidenceError(
      "log_none",
      "there is no shard of a log; give the folder that a log was written to",
    );
  for (const [shard, segments] of shards)
    await readShard(storage, segments, (batch) => {
      for (const { entry } of batch) take(shard, entry);
    });
}
