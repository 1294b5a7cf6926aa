/** The bundle of the page: verified once, by the verifier of `permit0 verify`, and then asked for rows and entries. */

import {
  type BundleContent,
  type BundleShard,
  type DisclosedField,
  MemberReader,
  readBundle,
  shardMember,
  verifyBundle,
} from "../evidence/bundle/index.ts";
import { parseCheckpointText } from "../evidence/checkpoint.ts";
import type { Entry } from "../evidence/entry.ts";
import { EvidenceError } from "../evidence/errors.ts";
import { pathText } from "../evidence/fields.ts";
import { parseNote } from "../evidence/note.ts";
import { alignedRanges, HASH_BYTES, rangeHashes, type SubtreeHash, verifyRange } from "../evidence/tree.ts";
import type { Finding, OpenedRequest } from "../evidence/verify.ts";
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
  valueText,
} from "./entry-facts.ts";
import type {
  CheckpointFacts,
  DisclosedFacts,
  EntryDetail,
  PageReport,
  Query,
  RowsAnswer,
  ShardFacts,
} from "./messages.ts";
import { keptRow, Rows, shownRow } from "./rows.ts";
import { checkpointFacts } from "./signatures.ts";
import { ACTIONS_MAX, type Surroundings, type Verified } from "./verified.ts";

interface KeptEntry {
  readonly entry: Entry;
  readonly bytes: Uint8Array;
  readonly leaf: Uint8Array;
  readonly request: OpenedRequest | undefined;
}

interface KeptShard {
  readonly claimed: BundleShard;
  readonly entries: Map<number, KeptEntry>;
  /** Keys that the shard itself names, as far as its notes are here. */
  readonly own: Uint8Array[];
  signed: { readonly root: Uint8Array; readonly facts: CheckpointFacts } | undefined;
}

export class VerifiedBundle implements Verified {
  readonly #bytes: Uint8Array;
  readonly #content: BundleContent;
  readonly #with: Surroundings;
  readonly #rows = new Rows();
  readonly #shards: ReadonlyMap<string, KeptShard>;
  readonly #images: Images;
  #findings: readonly Finding[] = [];
  #disclosed: readonly DisclosedFacts[] = [];

  /** @throws EvidenceError when the bytes are no bundle. */
  constructor(bytes: Uint8Array, surroundings: Surroundings) {
    this.#bytes = bytes;
    this.#content = readBundle(bytes);
    this.#with = surroundings;
    this.#images = new Images(new MemberReader(this.#content.members));
    this.#shards = new Map(
      this.#content.manifest.shards.map((claimed) => [
        claimed.shard,
        { claimed, entries: new Map(), own: [], signed: undefined },
      ]),
    );
  }

  async verify(name: string): Promise<PageReport> {
    const began = performance.now();
    const { trust, verify } = this.#with;
    // The page gets disclosed values as texts: a value of bytes would take a copy of the whole file with it.
    const { disclosed, filter, ...report } = await verifyBundle(this.#bytes, {
      ...(trust === undefined ? {} : { trust }),
      verify,
      engines: new Map([[EMBEDDED_DIGESTS.engine, embeddedWasm()]]),
      onEntry: ({ entry, seq, bytes, leaf, file, at }, shard, request) => {
        const kept = this.#shards.get(shard);
        kept?.entries.set(seq, { entry, bytes, leaf, request });
        const key = keyOfNote(entry);
        if (key !== undefined) kept?.own.push(key);
        this.#rows.add(keptRow(shard, { entry, seq, file, at, leaf }, request));
      },
    });
    this.#findings = report.findings;
    this.#disclosed = disclosed.map(disclosedFacts);
    this.#rows.markFailed(report.findings);
    this.#rows.markErased();
    const shards: ShardFacts[] = [];
    for (const { shard, origin, entries, root, signed, from, to, disclosed } of report.shards)
      shards.push({
        ...{ shard, origin, entries, root, signed, range: { from, to, disclosed } },
        ...(await this.#shardFacts(shard)),
      });
    return {
      folder: name,
      report,
      bundle: { filter, disclosed: this.#disclosed },
      hasTrust: trust !== undefined,
      shards,
      proofs: [],
      engines: report.engines.map((digest) => ({ digest, note: engineNote(digest, trust) })),
      images: report.images.map((digest) => ({ digest, note: imageNote(digest, trust) })),
      actions: this.#rows.actions(ACTIONS_MAX),
      rows: this.#rows.size,
      // What the log says was erased is counted by the verifier: nobody gives keys to a bundle.
      erased: 0,
      ms: performance.now() - began,
    };
  }

  leaf(origin: string, seq: number): Uint8Array | undefined {
    for (const { claimed, entries } of this.#shards.values())
      if (claimed.origin === origin) return entries.get(seq)?.leaf;
    return undefined;
  }

  rows(query: Query): RowsAnswer {
    return this.#rows.ask(query);
  }

  async entry(shard: string, seq: number): Promise<EntryDetail> {
    const row = this.#rows.of(shard, seq);
    const kept = this.#shards.get(shard);
    const found = kept?.entries.get(seq);
    if (row === undefined || kept === undefined || found === undefined)
      throw new EvidenceError("entry_none", `entry ${seq} of ${shard} is not in the bundle`);
    const { entry, bytes, request } = found;
    const isHere = (one: { readonly shard?: string; readonly seq?: number }): boolean =>
      one.shard === shard && one.seq === seq;
    return {
      row: shownRow(row),
      file: row.file,
      at: undefined,
      bytes: bytes.length,
      prev: hex(entry.prev),
      findings: this.#findings.filter(isHere),
      path: pathFacts(seq, kept.claimed.size, this.#hashes(kept.claimed), kept.signed),
      ...(await contentFacts(entry, this.#images)),
      request: request instanceof Uint8Array ? requestText(request) : undefined,
      disclosed: this.#disclosed.filter(isHere),
    };
  }

  #leaves(shard: string): Uint8Array {
    return this.#content.members.get(shardMember(shard, "leaves")) ?? new Uint8Array(0);
  }

  /** Good once the verifier has read an entry: it checks the range before. */
  #hashes(claimed: BundleShard): SubtreeHash {
    const leaves = this.#leaves(claimed.shard);
    return rangeHashes(claimed, claimed.size, (index) => leafIn(leaves, index - claimed.from), claimed);
  }

  async #shardFacts(shard: string): Promise<Pick<ShardFacts, "bytes" | "checkpoints" | "newest" | "peaks">> {
    const { members } = this.#content;
    const kept = this.#shards.get(shard) as KeptShard;
    const bytes = members.get(shardMember(shard, "entries"))?.length ?? 0;
    try {
      const file = shardMember(shard, "checkpoint");
      const text = members.get(file) ?? new Uint8Array(0);
      const note = parseNote(text, file);
      const checkpoint = parseCheckpointText(note.text, file);
      const { trust, verify } = this.#with;
      const place = { note, checkpoint, from: 0, to: text.length };
      const facts = await checkpointFacts(place, file, kept.own, trust, verify);
      kept.signed = { root: checkpoint.root, facts };
      return { bytes, checkpoints: 1, newest: facts, peaks: this.#peaks(kept.claimed, checkpoint.root) };
    } catch (error) {
      // A finding says so.
      if (error instanceof EvidenceError) return { bytes, checkpoints: 0, newest: undefined, peaks: [] };
      throw error;
    }
  }

  #peaks(claimed: BundleShard, root: Uint8Array): ShardFacts["peaks"] {
    const leaves = this.#leaves(claimed.shard);
    const { from, to, size } = claimed;
    const each = Array.from({ length: to - from }, (_, at) => leafIn(leaves, at));
    if (leaves.length !== (to - from) * HASH_BYTES || !verifyRange(claimed, size, each, root, claimed))
      return [];
    const hashOf = this.#hashes(claimed);
    return alignedRanges(0, size).map((range) => ({ ...range, hash: hex(hashOf(range.from, range.to)) }));
  }
}

function leafIn(leaves: Uint8Array, at: number): Uint8Array {
  return leaves.subarray(HASH_BYTES * at, HASH_BYTES * (at + 1));
}

function disclosedFacts({ shard, seq, path, value }: DisclosedField): DisclosedFacts {
  return { shard, seq, field: pathText(path), value: valueText(value) };
}
