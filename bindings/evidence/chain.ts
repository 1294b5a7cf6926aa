/** The entries of a shard as a chain and a tree: what must hold from one to the next, whatever they say. */

import { DIGEST_BYTES } from "./entry.ts";
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
    const fault = (code: string, what: string): ShardFault =>
      new ShardFault(code, found.file, found.at, found.seq, what);
    const { entry } = found;
    if (entry.seq !== this.tree.size)
      throw fault("entry_order", `wanted the number ${this.tree.size}, it has ${entry.seq}`);
    if (!sameHash(entry.prev, this.prev))
      throw fault(
        "entry_prev",
        "it does not follow the entry before it: one was changed, taken out or put in",
      );
    const sealed = entry.note === undefined ? entry.sealed : undefined;
    if (
      sealed !== undefined &&
      !(found.sealed !== undefined && sameHash(this.#hash(found.sealed), sealed.sha256))
    )
      throw fault("payload_changed", "its payload is not the one it was sealed with");
    const leaf = leafHash(found.bytes, this.#hash);
    this.tree.append(leaf);
    this.prev = leaf;
    return { ...found, leaf };
  }
}
