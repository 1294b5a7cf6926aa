/**
 * The file `checkpoints` of a shard. A text goes to the disk before it is signed, so that no other root can be signed for its
 * size, whatever happens in between. docs/format/log.md.
 */

import { checkpointText, signCheckpoint } from "./checkpoint.ts";
import { type FileEnd, type FoundCheckpoint, readCheckpoints } from "./checkpoints.ts";
import { EvidenceError } from "./errors.ts";
import { bytesOfText, type Signer, signatureLine } from "./note.ts";
import { checkpointsName } from "./shard.ts";
import type { Storage } from "./storage.ts";
import { type Frontier, sameHash } from "./tree.ts";

export class CheckpointFile {
  readonly #storage: Storage;
  readonly #name: string;
  /** What the tree must be at some size. */
  readonly #roots = new Map<number, Uint8Array>();
  #bytes: number;
  #size = 0;
  #origin: string | undefined;
  /** A text that was written and not signed. */
  #pending: FoundCheckpoint | undefined;
  #signed: string | undefined;

  private constructor(storage: Storage, shard: string, found: readonly FoundCheckpoint[], end: FileEnd) {
    this.#storage = storage;
    this.#name = checkpointsName(shard);
    this.#bytes = end.at;
    this.#pending = end.pending;
    for (const { size, root, origin } of [...found, ...(end.pending === undefined ? [] : [end.pending])]) {
      this.#roots.set(size, root);
      this.#origin = origin;
    }
    const last = found.at(-1);
    this.#size = last?.size ?? 0;
    this.#signed = last?.note;
  }

  /**
   * Opens the file, and cuts off a text or a signature that a crash cut short.
   * @throws EvidenceError where something else stands there.
   */
  static async open(storage: Storage, shard: string): Promise<CheckpointFile> {
    const name = checkpointsName(shard);
    const size = await storage.size(name);
    const bytes = size === 0 ? new Uint8Array(0) : await storage.read(name, 0, size);
    const { found, end } = readCheckpoints(bytes, name);
    if (end.at < size) await storage.cut(name, end.at);
    return new CheckpointFile(storage, shard, found, end);
  }

  /** Entries under the last signature. */
  get size(): number {
    return this.#size;
  }

  /** The last checkpoint that was signed. */
  get newest(): string | undefined {
    return this.#signed;
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

  /** Signs the tree, whose entries are on the disk. */
  async sign(origin: string, tree: Frontier, signers: readonly Signer[]): Promise<void> {
    const { size } = tree;
    // One that waits is signed as it is: what stands there may have been signed and given away.
    if (this.#pending !== undefined && this.#pending.size < size) await this.#signPending(signers);
    if (this.#pending === undefined) {
      const checkpoint = { origin, size, root: tree.root() };
      const note = `${checkpointText(checkpoint)}\n`;
      await this.#append(note);
      this.#pending = { ...checkpoint, note };
    }
    await this.#signPending(signers);
  }

  async #signPending(signers: readonly Signer[]): Promise<void> {
    const pending = this.#pending as FoundCheckpoint;
    const { signatures } = await signCheckpoint(pending, signers);
    const lines = signatures.map(signatureLine).join("");
    await this.#append(lines);
    this.#pending = undefined;
    this.#size = pending.size;
    this.#signed = `${pending.note}${lines}`;
  }

  async #append(text: string): Promise<void> {
    const bytes = bytesOfText(text);
    await this.#storage.append(this.#name, this.#bytes, bytes);
    await this.#storage.sync(this.#name);
    this.#bytes += bytes.length;
  }
}
