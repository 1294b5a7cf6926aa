/** The log of the page: verified once, by the verifier of `permit0 verify`, and then asked for rows and entries. */

import type { ChainedEntry } from "../evidence/chain.ts";
import type { CheckpointNote } from "../evidence/checkpoint-file.ts";
import { readCheckpoints } from "../evidence/checkpoint-writer.ts";
import type { RecordEntry } from "../evidence/entry.ts";
import { EvidenceError } from "../evidence/errors.ts";
import type { Verify } from "../evidence/note.ts";
import { openPayload, redactedPaths } from "../evidence/payload.ts";
import {
  checkpointsName,
  type FoundEntry,
  inventoryOf,
  readShard,
  witnessedName,
} from "../evidence/shard.ts";
import type { StorageReader } from "../evidence/storage.ts";
import { alignedRanges, Frontier, leafHash, sameHash, subtreeHashes } from "../evidence/tree.ts";
import { type Finding, type OpenedRequest, type VerifyTrust, verifyLog } from "../evidence/verify.ts";
import { EMBEDDED_DIGESTS, embeddedWasm } from "../src/embedded.ts";
import { hex } from "../src/sha256.ts";
import {
  contentFacts,
  engineNote,
  Images,
  imageNote,
  keyOfNote,
  pathFacts,
  requestText,
} from "./entry-facts.ts";
import type {
  CheckpointFacts,
  EntryDetail,
  FromWorker,
  PageReport,
  PathFacts,
  Query,
  RowsAnswer,
  ShardFacts,
} from "./messages.ts";
import { type KeptRow, keptRow, Rows, shownRow } from "./rows.ts";
import { checkpointFacts } from "./signatures.ts";

/** Actions that the filter of the table offers. */
export const ACTIONS_MAX = 500;
const LEAF_BYTES = 32;

/** What was verified, whatever it came in, and what it can be asked. */
export interface Verified {
  /**
   * @param name what it is called.
   * @throws EvidenceError where there is nothing to verify, or it cannot be read.
   */
  verify(name: string): Promise<PageReport>;
  /** Leaf hash of an entry that was found; undefined where there is none. */
  leaf(origin: string, seq: number): Uint8Array | undefined;
  rows(query: Query): RowsAnswer;
  /** Everything about one entry. */
  entry(shard: string, seq: number): Promise<EntryDetail>;
}

/** What the page brings along and was given beside the log. */
export interface Surroundings {
  readonly verify: Verify;
  readonly trust: VerifyTrust | undefined;
  /** Keys of subjects by their ids in hex. */
  readonly keys: ReadonlyMap<string, Uint8Array>;
  readonly tell: (message: FromWorker) => void;
}

interface KeptShard {
  readonly leaves: Leaves;
  /** Keys that the log itself names. */
  readonly own: Uint8Array[];
  notes: readonly { readonly note: CheckpointNote; readonly file: string }[];
}

/** Leaf hashes one behind the other: an array of a million arrays would take four times as much. */
class Leaves {
  #bytes = new Uint8Array(1024 * LEAF_BYTES);
  size = 0;

  add(leaf: Uint8Array): void {
    if ((this.size + 1) * LEAF_BYTES > this.#bytes.length) {
      const grown = new Uint8Array(2 * this.#bytes.length);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(leaf, LEAF_BYTES * this.size++);
  }

  at(index: number): Uint8Array {
    return this.#bytes.subarray(LEAF_BYTES * index, LEAF_BYTES * (index + 1));
  }
}

export class VerifiedLog implements Verified {
  readonly #storage: StorageReader;
  readonly #with: Surroundings;
  readonly #rows = new Rows();
  readonly #shards = new Map<string, KeptShard>();
  readonly #segments = new Map<string, readonly string[]>();
  readonly #images: Images;
  #findings: readonly Finding[] = [];

  constructor(storage: StorageReader, surroundings: Surroundings) {
    this.#storage = storage;
    this.#images = new Images(storage);
    this.#with = surroundings;
  }

  async verify(folder: string): Promise<PageReport> {
    const began = performance.now();
    const { trust, verify, tell } = this.#with;
    const { shards } = inventoryOf(await this.#storage.list());
    const bytesOf = new Map<string, number>();
    for (const [shard, segments] of shards) {
      this.#segments.set(shard, segments);
      const sizes = await Promise.all(segments.map((name) => this.#storage.size(name)));
      bytesOf.set(
        shard,
        sizes.reduce((sum, size) => sum + size, 0),
      );
    }
    const bytesAll = [...bytesOf.values()].reduce((sum, bytes) => sum + bytes, 0);
    const read = new Map<string, number>();
    const report = await verifyLog(this.#storage, {
      ...(trust === undefined ? {} : { trust }),
      verify,
      engines: new Map([[EMBEDDED_DIGESTS.engine, embeddedWasm()]]),
      open: (entry, bytes, origin) => this.#open(entry, bytes, origin),
      onEntry: (entry, shard, request) => this.#keep(entry, shard, request),
      onProgress: (progress) => {
        read.set(progress.shard, progress.bytes);
        const bytes = [...read.values()].reduce((sum, part) => sum + part, 0);
        tell({ kind: "progress", progress, bytes, bytesAll });
      },
    });
    this.#findings = report.findings;
    this.#rows.markFailed(report.findings);
    const erased = this.#rows.markErased();
    return {
      folder,
      report,
      hasTrust: trust !== undefined,
      shards: await Promise.all(
        report.shards.map(({ shard, origin, entries, root, signed }) =>
          this.#shardFacts({ shard, origin, entries, root, signed, bytes: bytesOf.get(shard) ?? 0 }),
        ),
      ),
      proofs: [],
      engines: report.engines.map((digest) => ({ digest, note: engineNote(digest, trust) })),
      images: report.images.map((digest) => ({ digest, note: imageNote(digest, trust) })),
      actions: this.#rows.actions(ACTIONS_MAX),
      rows: this.#rows.size,
      erased,
      ms: performance.now() - began,
    };
  }

  leaf(origin: string, seq: number): Uint8Array | undefined {
    const shard = this.#shards.get(origin.slice(origin.lastIndexOf("/") + 1));
    return shard === undefined || seq >= shard.leaves.size ? undefined : shard.leaves.at(seq);
  }

  rows(query: Query): RowsAnswer {
    return this.#rows.ask(query);
  }

  /** The entry is read from its file again. */
  async entry(shard: string, seq: number): Promise<EntryDetail> {
    const row = this.#rows.of(shard, seq);
    const kept = this.#shards.get(shard);
    if (row === undefined || kept === undefined)
      throw new EvidenceError("entry_none", `entry ${seq} of ${shard} was not read`);
    const found = await this.#found(row);
    if (!sameHash(leafHash(found.bytes), kept.leaves.at(seq)))
      throw new EvidenceError(
        "storage",
        `${row.file}: it changed since it was verified; give the folder again`,
      );
    const { entry } = found;
    const common = {
      row: shownRow(row),
      file: row.file,
      at: row.at,
      bytes: found.bytes.length,
      prev: hex(entry.prev),
      findings: this.#findings.filter((finding) => finding.shard === shard && finding.seq === seq),
      path: await this.#path(kept, seq),
    };
    return {
      ...common,
      ...(await contentFacts(entry, this.#images)),
      request: entry.note === undefined ? await this.#requestText(shard, entry, found.sealed) : undefined,
      disclosed: [],
    };
  }

  #keep(entry: ChainedEntry, shard: string, request: OpenedRequest | undefined): void {
    let kept = this.#shards.get(shard);
    if (kept === undefined) {
      kept = { leaves: new Leaves(), own: [], notes: [] };
      this.#shards.set(shard, kept);
    }
    kept.leaves.add(entry.leaf);
    this.#rows.add(keptRow(shard, entry, request));
    const key = keyOfNote(entry.entry);
    if (key !== undefined) kept.own.push(key);
  }

  async #open(entry: RecordEntry, bytes: Uint8Array, origin: string): Promise<OpenedRequest> {
    const { sealed, seq } = entry;
    const key = sealed === undefined ? undefined : this.#with.keys.get(hex(sealed.key));
    if (sealed === undefined || key === undefined) return "withheld";
    const payload = await openPayload(bytes, sealed, key, { origin, seq });
    return redactedPaths(payload).length > 0 ? "redacted" : payload.request;
  }

  async #shardFacts(
    facts: Pick<ShardFacts, "shard" | "origin" | "entries" | "root" | "signed" | "bytes">,
  ): Promise<ShardFacts> {
    const kept = this.#shards.get(facts.shard);
    if (kept === undefined) return { ...facts, checkpoints: 0, newest: undefined, peaks: [] };
    kept.notes = [
      ...(await this.#notes(checkpointsName(facts.shard))),
      ...(await this.#notes(witnessedName(facts.shard))),
    ];
    // Of one size the one that witnesses saw says more.
    const newest = kept.notes.reduce<KeptShard["notes"][number] | undefined>(
      (best, next) => ((best?.note.checkpoint.size ?? -1) <= next.note.checkpoint.size ? next : best),
      undefined,
    );
    const frontier = new Frontier();
    for (let index = 0; index < kept.leaves.size; index++) frontier.append(kept.leaves.at(index).slice());
    return {
      ...facts,
      checkpoints: kept.notes.filter(({ file }) => file === checkpointsName(facts.shard)).length,
      newest: newest === undefined ? undefined : await this.#checkpoint(kept, newest),
      peaks: alignedRanges(0, frontier.size).map(({ from, to }, at) => ({
        from,
        to,
        hash: hex(frontier.nodes[at] ?? new Uint8Array()),
      })),
    };
  }

  #checkpoint(kept: KeptShard, { note, file }: KeptShard["notes"][number]): Promise<CheckpointFacts> {
    return checkpointFacts(note, file, kept.own, this.#with.trust, this.#with.verify);
  }

  async #notes(file: string): Promise<KeptShard["notes"]> {
    try {
      const { notes } = await readCheckpoints(this.#storage, file);
      return notes.map((note) => ({ note, file }));
    } catch (error) {
      if (error instanceof EvidenceError) return [];
      throw error;
    }
  }

  /** The way from an entry to the newest checkpoint over it. */
  async #path(kept: KeptShard, index: number): Promise<PathFacts> {
    const { leaves, notes } = kept;
    const above = notes.filter(
      ({ note: { checkpoint } }) => checkpoint.size > index && checkpoint.size <= leaves.size,
    );
    const best = above.reduce<KeptShard["notes"][number] | undefined>(
      (most, next) => ((most?.note.checkpoint.size ?? -1) <= next.note.checkpoint.size ? next : most),
      undefined,
    );
    const size = best?.note.checkpoint.size ?? leaves.size;
    const hashOf = subtreeHashes((at) => leaves.at(at));
    const signed =
      best === undefined
        ? undefined
        : { root: best.note.checkpoint.root, facts: await this.#checkpoint(kept, best) };
    return pathFacts(index, size, hashOf, signed);
  }

  /** Reads the frame that an entry lies in, and finds it there. */
  async #found({ shard, seq, file, at }: KeptRow): Promise<FoundEntry> {
    let first = seq;
    for (let row = this.#rows.of(shard, first - 1); row?.file === file && row.at === at; first--)
      row = this.#rows.of(shard, first - 2);
    const found: FoundEntry[] = [];
    const segments = this.#segments.get(shard) ?? [];
    const stop = new Error("found");
    try {
      await readShard(
        this.#storage,
        segments,
        (batch) => {
          found.push(...batch.filter((one) => one.seq === seq));
          if (found.length > 0) throw stop;
        },
        { seq: first, file, at },
      );
    } catch (error) {
      if (error !== stop) throw error;
    }
    const [entry] = found;
    if (entry === undefined)
      throw new EvidenceError("entry_none", `${file}: entry ${seq} is not there any more`);
    return entry;
  }

  async #requestText(
    shard: string,
    entry: RecordEntry,
    sealed: Uint8Array | undefined,
  ): Promise<string | undefined> {
    const origin = this.#originOf(shard);
    if (sealed === undefined || origin === undefined || entry.sealed === undefined) return undefined;
    const key = this.#with.keys.get(hex(entry.sealed.key));
    if (key === undefined) return undefined;
    const payload = await openPayload(sealed, entry.sealed, key, { origin, seq: entry.seq });
    return requestText(payload.request);
  }

  #originOf(shard: string): string | undefined {
    return this.#shards.get(shard)?.notes[0]?.note.checkpoint.origin;
  }
}
