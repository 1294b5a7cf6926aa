/** Where approvals are kept, so that a restart loses none and another process can decide them. */

import type { Awaitable } from "../keys/ed25519.ts";
import { Turns } from "../src/turns.ts";

/** Writes one approval, or with undefined removes it; all of it or what stood there before, on the disk when it returns. */
export type WriteApproval = (handle: string, bytes: Uint8Array | undefined) => Awaitable<void>;

/**
 * Keeps the bytes of approvals by their handles. A store of your own is one by implementing this; a database does
 * `change` in a transaction that no other one can overlap.
 */
export interface ApprovalStore {
  /** Handles of all, in any order. */
  handles(): Awaitable<readonly string[]>;
  /** What was written last; undefined when there is none. */
  read(handle: string): Awaitable<Uint8Array | undefined>;
  /** Where people find it, for errors: the path of a file. Default: the handle. */
  place?(handle: string): string;
  /**
   * Does work while nobody else, in no other process either, changes anything here: what it reads stays true until it
   * has written. Two persons who decide at the same moment must both be heard.
   */
  change<T>(work: (write: WriteApproval) => Awaitable<T>): Awaitable<T>;
}

/** Approvals in the memory of one process, for tests and for programs that ask while they run. */
export class MemoryApprovals implements ApprovalStore {
  readonly #approvals = new Map<string, Uint8Array>();
  readonly #turns = new Turns();

  handles(): readonly string[] {
    return [...this.#approvals.keys()];
  }

  read(handle: string): Uint8Array | undefined {
    return this.#approvals.get(handle)?.slice();
  }

  change<T>(work: (write: WriteApproval) => Awaitable<T>): Awaitable<T> {
    return this.#turns.run(() =>
      work((handle, bytes) => {
        if (bytes === undefined) this.#approvals.delete(handle);
        else this.#approvals.set(handle, bytes.slice());
      }),
    );
  }
}
