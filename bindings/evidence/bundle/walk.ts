import { Replay } from "../../memory/replay.ts";
import type { CheckpointTrust } from "../checkpoint.ts";
import { DIGEST_BYTES, type Entry, type NoteEntry, type RecordEntry, replayedOf } from "../entry.ts";
import { EvidenceError } from "../errors.ts";
import { Histories } from "../histories.ts";
import { HASH_BYTES, type Hash, sameHash } from "../tree.ts";
import { ShardWalk } from "../verify-walk.ts";
import type { BundleShard } from "./format.ts";

const ZEROS = new Uint8Array(DIGEST_BYTES);

export class BundleWalk {
  readonly claimed: BundleShard;
  readonly histories = new PartialHistories();
  /** Payloads that are not opened; erased ones among them show at the end. */
  readonly withheld: { readonly seq: number; readonly subject: string }[] = [];
  /** Whether each record so far can be read. */
  isReadable = true;
  latestMs = 0;
  /** Records that could not be decided again without the key salt. */
  unsalted = 0;
  readonly #notes: ShardWalk;
  #next: number;
  #isWhole: boolean;

  constructor(claimed: BundleShard, hash: Hash) {
    this.claimed = claimed;
    this.#notes = new ShardWalk(claimed.shard, hash);
    this.#next = claimed.from;
    this.#isWhole = claimed.from === 0;
    if (claimed.from > 0) this.histories.skip();
  }

  get shard(): string {
    return this.claimed.shard;
  }

  get erasedAt(): ReadonlyMap<string, number> {
    return this.#notes.erasedAt;
  }

  /** @throws EvidenceError when the entry is not the one that the tree has at its number. */
  place({ seq, prev }: Entry, leaf: Uint8Array, leaves: Uint8Array): void {
    const { shard, from, to } = this.claimed;
    const fault = (code: string, what: string): EvidenceError =>
      new EvidenceError(code, `${shard}, entry ${seq}: ${what}`);
    if (seq < from || seq >= to) throw fault("entry_range", `the range is ${from} to ${to}`);
    if (seq < this.#next) throw fault("entry_order", `wanted an entry from ${this.#next} on`);
    const leafAt = (number: number): Uint8Array =>
      leaves.subarray((number - from) * HASH_BYTES, (number - from + 1) * HASH_BYTES);
    if (!sameHash(leafAt(seq), leaf))
      throw fault("leaf_other", "it is not the entry that the tree has there");
    const before = seq === 0 ? ZEROS : seq > from ? leafAt(seq - 1) : undefined;
    if (before !== undefined && !sameHash(before, prev))
      throw fault("entry_prev", "it does not follow the entry before it");
    if (seq > this.#next) {
      this.#isWhole = false;
      this.histories.skip();
    }
    this.#next = seq + 1;
  }

  /** Takes what is no decision; returns what is wrong with it. Keys are followed where all notes are there. */
  note({ note, seq }: NoteEntry): string | undefined {
    if (note.kind === "key" && !this.#isWhole) return undefined;
    if (note.kind === "begin" && note.origin !== this.claimed.origin)
      return `It begins the shard ${note.origin}, and the bundle says ${this.claimed.origin}.`;
    if (note.kind === "begin" && !isSame(note.salt, this.claimed.salt))
      return "It names another key salt than the bundle says.";
    return this.#notes.note(note, seq);
  }

  /** Whether every entry under the checkpoint has been there so far. */
  get isComplete(): boolean {
    return this.#isWhole && this.#next === this.claimed.size;
  }

  /** The keys that the shard itself names, where all of it is there. */
  ownTrust(): CheckpointTrust | undefined {
    return this.isComplete ? { ...this.#notes.ownTrust(), origin: this.claimed.origin } : undefined;
  }
}

function isSame(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  return one === undefined || other === undefined ? one === other : sameHash(one, other);
}

/** Histories as far as the entries that are there make them. */
class PartialHistories extends Histories {
  /** Of the entries since the last one that is not there. */
  #run = new Replay();
  #isWhole = true;

  /** Entries are not there. */
  skip(): void {
    this.#run = new Replay();
    this.#isWhole = false;
  }

  /**
   * Takes what the next record says of its histories: how each became what it is, and that it joins the record before if
   * that one is there.
   * @throws LogFault
   */
  add(entry: RecordEntry): void {
    const { cells: changes } = Replay.factsOf(entry.seq, entry.record);
    const replayed = replayedOf(entry);
    const cells = replayed.cells.map((cell, at) => {
      const id = changes[at]?.id;
      const isKnown = this.#isWhole || (id !== undefined && this.#run.last(id) !== undefined);
      return isKnown ? cell : { ...cell, gap: true };
    });
    this.#run.add({ ...replayed, cells });
  }
}
