/** The entries of a shard as a chain and a tree: what must hold from one to the next, whatever they say. */

import { DIGEST_BYTES, type Entry, type RecordEntry } from "./entry.ts";
import { type FoundEntry, ShardFault } from "./shard.ts";
import { Frontier, type Hash, leafHash, sameHash } from "./tree.ts";

/** An entry whose place is right, with its hash. */
export interface ChainedEntry extends FoundEntry {
  readonly leaf: Uint8Array;
}

/** Follows a shard from entry to entry. */
export class Chain {
  readonly #hash: Hash;
  readonly tree: Frontier;
  prev: Uint8Array;

  constructor(
    hash: Hash,
    tree: Frontier = new Frontier(hash),
    prev: Uint8Array = new Uint8Array(DIGEST_BYTES),
  ) {
    this.#hash = hash;
    this.tree = tree;
    this.prev = prev;
  }

  /** @throws ShardFault when the entry is not the next one, or its payload not its own. */
  add(found: FoundEntry): ChainedEntry {
    const { entry, bytes, sealed } = found;
    const { size } = this.tree;
    if (entry.seq !== size)
      throw fault("entry_order", found, `wanted the number ${size}, it has ${entry.seq}`);
    if (!sameHash(entry.prev, this.prev))
      throw fault(
        "entry_prev",
        found,
        "it does not follow the entry before it: one was changed, taken out or put in",
      );
    if (sealed !== undefined && !sameHash(this.#hash(sealed), sha256Of(entry)))
      throw fault("payload_changed", found, "its payload is not the one it was sealed with");
    const leaf = leafHash(bytes, this.#hash);
    this.tree.append(leaf);
    this.prev = leaf;
    return { seq: found.seq, file: found.file, at: found.at, entry, bytes, sealed, leaf };
  }
}

/** What the entry says of its payload; who reads a shard gives one where the entry has it, and nowhere else. */
function sha256Of(entry: Entry): Uint8Array {
  return (entry as RecordEntry).sealed?.sha256 ?? NOTHING;
}

const NOTHING = new Uint8Array(0);

function fault(code: string, { file, at, seq }: FoundEntry, what: string): ShardFault {
  return new ShardFault(code, file, at, seq, what);
}
