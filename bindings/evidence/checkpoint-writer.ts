/**
 * Writes the file `checkpoints` of a shard. A text goes to the disk before it is signed, so that no other root can be signed
 * for its size, whatever happens in between. docs/format/log.md.
 */

import { type Checkpoint, checkpointText, signCheckpoint } from "./checkpoint.ts";
import { type CheckpointNote, CheckpointReader } from "./checkpoint-file.ts";
import { EvidenceError, FileFault } from "./errors.ts";
import { bytesOfText, isSignatureLine, type Note, type Signer, signatureLine } from "./note.ts";
import { checkpointsName, inventoryOf } from "./shard.ts";
import type { Storage, StorageReader } from "./storage.ts";
import { type Frontier, sameHash } from "./tree.ts";

/** Code of what a later signature makes good: everything is on the disk but it. */
export const SIGNER_FAILED = "signer_failed";
const CHUNK_BYTES = 1024 * 1024;
/** More than one write: what a crash can have left without its bytes, as zeros. */
const LOST_BYTES_MAX = 16 * 1024;

/** All checkpoints of a file, and where what is whole ends. */
export interface FoundCheckpoints {
  readonly notes: readonly CheckpointNote[];
  /** A text that waits for its signature. */
  readonly pending: Checkpoint | undefined;
  readonly bytes: number;
  /** Where what is not signed begins; the end of the file when all is. */
  readonly openAt: number;
  /** Bytes behind them that a crash cut short. */
  readonly torn: number;
}

/** No entry is shorter: it has the hash of the one before, and the names of its members. */
const ENTRY_BYTES_MIN = 48;

/** More checkpoints than entries there are none; a file of more is not read to its end. */
async function checkpointsMax(storage: StorageReader, name: string): Promise<number> {
  const shard = name.slice(0, name.indexOf("/"));
  const segments = inventoryOf(await storage.list()).shards.get(shard) ?? [];
  const sizes = await Promise.all(segments.map((file) => storage.size(file)));
  return 2 + Math.ceil(sizes.reduce((sum, bytes) => sum + bytes, 0) / ENTRY_BYTES_MIN);
}

/** Two checkpoints of a file, one behind the other, whose sizes do not ascend. One of them is wrong, or both are right. */
export class OrderFault extends FileFault {
  readonly before: CheckpointNote;

  constructor(file: string, before: CheckpointNote, { from, checkpoint }: CheckpointPlace) {
    super(
      "checkpoint_order",
      file,
      from,
      `${file}, byte ${from}: wanted a size above ${before.checkpoint.size}, came ${checkpoint.size}: two roots for one size, or checkpoints out of order`,
    );
    this.before = before;
  }
}

type CheckpointPlace = Pick<CheckpointNote, "from" | "checkpoint">;

/**
 * Reads a file of checkpoints.
 * @param onOrder told where sizes do not ascend. Default: it throws.
 * @throws EvidenceError where something else stands in it.
 */
export async function readCheckpoints(
  storage: StorageReader,
  name: string,
  onOrder: (fault: OrderFault) => void = (fault) => {
    throw fault;
  },
): Promise<FoundCheckpoints> {
  const reader = new CheckpointReader(name);
  const notes: CheckpointNote[] = [];
  const size = await storage.size(name);
  const most = await checkpointsMax(storage, name);
  let end = size;
  for (let at = 0; at < end; ) {
    const chunk = await storage.read(name, at, Math.min(CHUNK_BYTES, size - at));
    const lost = chunk.indexOf(0);
    if (lost >= 0) end = at + lost;
    try {
      notes.push(...reader.push(lost < 0 ? chunk : chunk.subarray(0, lost)));
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error;
      throw new FileFault(error.code, name, reader.at, error.message);
    }
    if (notes.length > most)
      throw new FileFault(
        "checkpoint_many",
        name,
        reader.at,
        `${name}, byte ${reader.at}: wanted at most ${most} checkpoints, for entries of so few bytes, came more`,
      );
    at += chunk.length;
    if (chunk.length === 0)
      throw new EvidenceError("storage", `${name}: it became shorter while it was read`);
  }
  const { last, tail } = reader.end();
  if (last !== undefined) notes.push(last);
  const all: readonly CheckpointPlace[] = [...notes, ...(tail.pending === undefined ? [] : [tail.pending])];
  for (const [number, before] of notes.entries()) {
    const next = all[number + 1];
    if (next !== undefined && next.checkpoint.size <= before.checkpoint.size)
      onOrder(new OrderFault(name, before, next));
  }
  const bytes = tail.torn?.from ?? end;
  if (
    end < size &&
    !(await isOneWrite(storage, name, bytes, size, tail.pending === undefined && last === undefined))
  )
    throw new FileFault(
      "checkpoint_file",
      name,
      end,
      `${name}: byte ${end}: wanted text, came a zero that no crash has left; take the file from a copy`,
    );
  const openAt = tail.pending?.from ?? bytes;
  return { notes, pending: tail.pending?.checkpoint, openAt, bytes, torn: size - bytes };
}

/** Whether one write can have left these bytes, zeros in it where its pages did not come to the disk. */
async function isOneWrite(
  storage: StorageReader,
  name: string,
  from: number,
  size: number,
  isText: boolean,
): Promise<boolean> {
  if (size - from > LOST_BYTES_MAX) return false;
  const lines = new TextDecoder().decode(await storage.read(name, from, size - from)).split("\n");
  // A text with its empty line is one write, and the lines of its signatures are another.
  return !lines.some(isSignatureLine) || !(isText || lines.slice(0, -1).includes(""));
}

export class CheckpointWriter {
  readonly #storage: Storage;
  readonly #name: string;
  /** What the tree must be at some size. */
  readonly #roots = new Map<number, Uint8Array>();
  #bytes: number;
  #size = 0;
  #origin: string | undefined;
  #pending: Checkpoint | undefined;
  readonly #openAt: number;
  #newest: Note | undefined;

  private constructor(storage: Storage, name: string, { notes, pending, bytes, openAt }: FoundCheckpoints) {
    this.#storage = storage;
    this.#name = name;
    this.#bytes = bytes;
    this.#pending = pending;
    this.#openAt = openAt;
    for (const { size, root, origin } of [
      ...notes.map(({ checkpoint }) => checkpoint),
      ...(pending === undefined ? [] : [pending]),
    ]) {
      this.#roots.set(size, root);
      this.#origin = origin;
    }
    const last = notes.at(-1);
    this.#size = last?.checkpoint.size ?? 0;
    this.#newest = last?.note;
  }

  /**
   * Opens the file, and cuts off a text or a signature that a crash cut short.
   * @throws EvidenceError where something else stands there.
   */
  static async open(storage: Storage, shard: string): Promise<CheckpointWriter> {
    const name = checkpointsName(shard);
    const found = await readCheckpoints(storage, name);
    if (found.torn > 0) await storage.cut(name, found.bytes);
    // A text that waits is signed only once it is on the disk, and who wrote it may not have come that far.
    else if (found.bytes > 0) await storage.sync(name);
    return new CheckpointWriter(storage, name, found);
  }

  /** Entries under the last signature. */
  get size(): number {
    return this.#size;
  }

  /** The last checkpoint that was signed. */
  get newest(): Note | undefined {
    return this.#newest;
  }

  /** @throws EvidenceError when another root was signed for the size that the tree has. */
  check(tree: Frontier): void {
    const root = this.#roots.get(tree.size);
    if (root === undefined) return;
    this.#roots.delete(tree.size);
    if (!sameHash(root, tree.root()))
      throw new EvidenceError(
        "root_other",
        `${this.#name}: the ${tree.size} entries are not those that were signed; they were changed behind the log's back`,
      );
  }

  /** @throws EvidenceError when more was signed than there is, or for another shard. */
  needAll(size: number, origin: string): void {
    const [missing] = this.#roots.keys();
    if (missing !== undefined)
      throw new EvidenceError(
        "log_short",
        `${this.#name}: ${missing} entries were signed and ${size} are there; bring back the files that are missing`,
      );
    if (this.#origin !== undefined && this.#origin !== origin)
      throw new EvidenceError(
        "origin_other",
        `${this.#name}: wanted checkpoints of ${origin}, came some of ${this.#origin}`,
      );
  }

  /**
   * Ends a text that waits, in a shard whose entries are on the disk: by the keys that the shard named when it was written.
   * Where none of them signs any more it is cut off: its root is that of the entries, so no other one comes in its place.
   */
  async settle(signers: readonly Signer[]): Promise<void> {
    const pending = this.#pending;
    if (pending === undefined) return;
    if (signers.length > 0) return this.#sign(pending, signers);
    this.#pending = undefined;
    await this.#storage.cut(this.#name, this.#openAt);
    this.#bytes = this.#openAt;
  }

  /**
   * Signs the tree, whose entries are on the disk.
   * @throws EvidenceError `signer_failed`: the text waits, and is signed before the next one.
   */
  async sign(origin: string, tree: Frontier, signers: readonly Signer[]): Promise<void> {
    if (this.#pending !== undefined) await this.#sign(this.#pending, signers);
    if (tree.size === this.#size) return;
    const checkpoint = { origin, size: tree.size, root: tree.root() };
    await this.#append(`${checkpointText(checkpoint)}\n`);
    this.#pending = checkpoint;
    await this.#sign(checkpoint, signers);
  }

  async #sign(checkpoint: Checkpoint, signers: readonly Signer[]): Promise<void> {
    let note: Note;
    try {
      note = await signCheckpoint(checkpoint, signers);
    } catch (error) {
      throw new EvidenceError(
        SIGNER_FAILED,
        `the signer did not sign the ${checkpoint.size} entries of ${checkpoint.origin}: ${(error as Error).message}`,
      );
    }
    await this.#append(note.signatures.map(signatureLine).join(""));
    this.#pending = undefined;
    this.#size = checkpoint.size;
    this.#newest = note;
  }

  async #append(text: string): Promise<void> {
    const bytes = bytesOfText(text);
    await this.#storage.append(this.#name, this.#bytes, bytes);
    await this.#storage.sync(this.#name);
    this.#bytes += bytes.length;
  }
}
