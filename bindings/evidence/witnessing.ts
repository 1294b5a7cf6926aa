/**
 * A log and its witnesses: each checkpoint is shown to them, and what they cosigned stands in the file `witnessed`. One
 * that has seen another history of the log stops it; one that does not answer is only spoken of.
 */

import { quoted } from "../src/codec/errors.ts";
import { parseCheckpointText } from "./checkpoint.ts";
import type { CheckpointNote } from "./checkpoint-file.ts";
import { readCheckpoints } from "./checkpoint-writer.ts";
import { EvidenceError, refusal } from "./errors.ts";
import { formatNote, type Note, type Verify } from "./note.ts";
import { readShard, type ShardPlace, witnessedName } from "./shard.ts";
import type { Storage, StorageReader } from "./storage.ts";
import { alignedRanges, consistencyRanges, Frontier, type Hash, leafHash, subtreeHashes } from "./tree.ts";
import { type Post, submitCheckpoint } from "./witness-client.ts";

/** Proof of consistency between two sizes of the log. */
export type ProofBetween = (oldSize: number, size: number) => Promise<readonly Uint8Array[]>;

/**
 * Gives a checkpoint to witnesses, and returns it with what they signed.
 * @throws EvidenceError `witness_ahead`, `witness_conflict` or `witness_inconsistent` when one of them has seen another
 * history; whatever else keeps them from answering.
 */
export type Witnessing = (note: Note, proof: ProofBetween) => Promise<Note>;

/** A witness, and where it is asked. */
export interface LogWitness {
  /** Submission prefix, without a slash at its end. */
  readonly url: string;
  readonly name: string;
  readonly publicKey: Uint8Array;
}

export interface WitnessingOptions {
  readonly witnesses: readonly LogWitness[];
  /** How many must have cosigned. */
  readonly quorum: number;
  readonly post: Post;
  readonly verify: Verify;
  /** Milliseconds that a witness has for each of its answers; later than that it does not answer. Default 10 000. */
  readonly waitMs?: number;
}

const WAIT_MS = 10_000;

/** What a witness says that has seen another history. */
const STOPS: readonly string[] = ["witness_ahead", "witness_conflict", "witness_inconsistent"];

/** Asks all witnesses at once. */
export function witnessingBy(options: WitnessingOptions): Witnessing {
  const { witnesses, quorum, verify, waitMs = WAIT_MS } = options;
  const sizes = new Map<string, number>();
  // The witness is waited for, and not what the log itself does for it: a proof over a long log takes its time.
  const post: Post = (url, body) => within(waitMs, url, options.post(url, body));
  return async (note, proof) => {
    const { size } = parseCheckpointText(note.text);
    const answers = await Promise.allSettled(
      witnesses.map(async ({ url, ...key }) => {
        const oldSize = Math.min(sizes.get(url) ?? 0, size);
        const signed = await submitCheckpoint({ url, witness: [key], note, oldSize, proof, post, verify });
        sizes.set(url, size);
        return signed;
      }),
    );
    const faults = answers.flatMap((answer) =>
      answer.status === "rejected" ? [answer.reason as unknown] : [],
    );
    const stop = faults.find(isStop);
    if (stop !== undefined) throw stop;
    const cosigned = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
    if (cosigned.length < quorum)
      throw new EvidenceError(
        "witness_quorum",
        `wanted ${quorum} witnesses of size ${size}, came ${cosigned.length}: ${faults.map(messageOf).join("; ")}`,
      );
    const signatures = cosigned.flat().map(({ line }) => line);
    return { text: note.text, signatures: [...note.signatures, ...signatures] };
  };
}

/** @throws EvidenceError `witness_silent` when there is no answer by then. What comes later is not looked at. */
async function within<T>(waitMs: number, url: string, answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, failed) => {
    timer = setTimeout(() => {
      const todo = "try again later, or ask the owner of the witness";
      failed(refusal("witness_silent", quoted(url), `an answer within ${waitMs} ms`, "none", todo));
    }, waitMs);
    // A process that has nothing else to do does not stay for it.
    (timer as { unref?: () => void }).unref?.();
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}

function isStop(error: unknown): boolean {
  return error instanceof EvidenceError && STOPS.includes(error.code);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A size of a log whose entries need not be read again, and where the next one begins. */
export interface Mark {
  readonly place: ShardPlace;
  readonly tree: Frontier;
}

/** The file of what witnesses cosigned. */
export class Witnessed {
  readonly #storage: Storage;
  readonly #name: string;
  readonly #witnessing: Witnessing;
  readonly #remark: (sentence: string) => void;
  #bytes: number;
  #size: number;

  private constructor(
    storage: Storage,
    name: string,
    witnessing: Witnessing,
    remark: (sentence: string) => void,
    last: CheckpointNote | undefined,
  ) {
    this.#storage = storage;
    this.#name = name;
    this.#witnessing = witnessing;
    this.#remark = remark;
    this.#bytes = last?.to ?? 0;
    this.#size = last?.checkpoint.size ?? 0;
  }

  /** Opens the file, and cuts off what a crash cut short. */
  static async open(
    storage: Storage,
    shard: string,
    witnessing: Witnessing,
    remark: (sentence: string) => void,
  ): Promise<Witnessed> {
    const name = witnessedName(shard);
    const { notes } = await readCheckpoints(storage, name);
    const last = notes.at(-1);
    if ((await storage.size(name)) > (last?.to ?? 0)) await storage.cut(name, last?.to ?? 0);
    return new Witnessed(storage, name, witnessing, remark, last);
  }

  /** Entries that witnesses have seen. */
  get size(): number {
    return this.#size;
  }

  /**
   * Shows a checkpoint to the witnesses and keeps what they cosigned.
   * @throws EvidenceError when one of them has seen another history; what the storage throws.
   */
  async show(note: Note, proof: ProofBetween): Promise<void> {
    let cosigned: Note;
    try {
      cosigned = await this.#witnessing(note, proof);
    } catch (error) {
      if (isStop(error)) throw error;
      this.#remark(`no witness has seen the newest checkpoint: ${messageOf(error)}`);
      return;
    }
    const { size } = parseCheckpointText(note.text);
    if (size <= this.#size) return;
    const bytes = formatNote(cosigned);
    await this.#storage.append(this.#name, this.#bytes, bytes);
    await this.#storage.sync(this.#name);
    this.#bytes += bytes.length;
    this.#size = size;
  }
}

/** Proof between two sizes of a shard, read from its entries; those before the mark need not be read. */
export async function proofBetween(
  storage: StorageReader,
  segments: readonly string[],
  mark: Mark | undefined,
  oldSize: number,
  size: number,
  hash: Hash,
): Promise<readonly Uint8Array[]> {
  const ranges = consistencyRanges(oldSize, size);
  if (ranges.length === 0) return [];
  const start = mark !== undefined && mark.tree.size <= oldSize ? mark : undefined;
  const old = start?.tree.copy() ?? new Frontier(hash);
  const leaves: Uint8Array[] = [];
  await readShard(
    storage,
    segments,
    (batch) => {
      for (const { seq, bytes } of batch) {
        if (seq < oldSize) old.append(leafHash(bytes, hash));
        else if (seq < size) leaves.push(leafHash(bytes, hash));
      }
    },
    start?.place,
  );
  const hashOf = subtreeHashes((at) => leaves[at - oldSize] as Uint8Array, hash);
  const before = alignedRanges(0, oldSize);
  return ranges.map(({ from, to }) =>
    from >= oldSize
      ? hashOf(from, to)
      : (old.nodes[before.findIndex((range) => range.from === from)] as Uint8Array),
  );
}
