/** Roots of subtrees of a log that is read once, in order: what proofs are made of, without keeping leaves. */

import { Frontier, type Hash, type Range } from "./tree.ts";

export class Subtrees {
  readonly #hash: Hash;
  /** Ascending, none overlaps another. */
  readonly #ranges: readonly Range[];
  readonly #roots = new Map<number, Uint8Array>();
  #at = 0;
  #open: Frontier | undefined;

  constructor(ranges: readonly Range[], hash: Hash) {
    this.#hash = hash;
    this.#ranges = [...ranges].sort((one, other) => one.from - other.from);
  }

  /** Takes the leaf hash of the next entry. */
  take(seq: number, leaf: Uint8Array): void {
    const range = this.#ranges[this.#at];
    if (range === undefined || seq < range.from) return;
    this.#open ??= new Frontier(this.#hash);
    this.#open.append(leaf);
    if (seq + 1 < range.to) return;
    this.#roots.set(range.from, this.#open.root());
    this.#open = undefined;
    this.#at++;
  }

  /** The root of a range that was read whole. */
  root({ from }: Range): Uint8Array {
    return this.#roots.get(from) as Uint8Array;
  }
}
