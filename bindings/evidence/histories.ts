/**
 * The histories of a log as its records make them. Not all can be known: another log of the same store may have changed one
 * in between, a part of a log may begin in the middle of one, and a store in memory has a bound.
 */

import { MemoryStore } from "../memory/memory-store.ts";
import { refill } from "../memory/replay.ts";
import { factsOfRecord } from "../src/decision.ts";
import { FORGOTTEN, type Store } from "../src/memory.ts";
import type { Cell } from "../src/types.ts";
import { type RecordEntry, replayedOf } from "./entry.ts";
import { sameHash } from "./tree.ts";

export class Histories {
  readonly #store: Store;

  constructor(store: Store = new MemoryStore()) {
    this.#store = store;
  }

  /** Those that a record was decided on; undefined where one of them is not known. */
  async cells({ record }: Pick<RecordEntry, "record">): Promise<readonly Cell[] | undefined> {
    const { cells = [] } = factsOfRecord(record) ?? {};
    const stored = await this.#store.read(cells.map(({ id }) => id));
    const isKnown = stored.every(({ digest, bytes }, at) => {
      const before = cells[at]?.before;
      return bytes !== FORGOTTEN && before !== undefined && sameHash(digest, before);
    });
    return isKnown ? stored.map(({ id, digest, bytes }) => ({ id, digest, bytes })) : undefined;
  }

  /** Puts into them what a record put there; where one of them is not known, none is from there on. */
  async remember(entry: RecordEntry): Promise<void> {
    if (entry.cells.length > 0 && (await this.cells(entry)) !== undefined)
      await refill(this.#store, replayedOf(entry));
  }
}
