/** Which tokens were used. A token is burnt before its call runs, and stays burnt whatever happens then. */

import type { Awaitable } from "../keys/ed25519.ts";

/** One use of a token. */
export interface Burn {
  readonly iss: string;
  readonly jti: string;
  /** Until when the token could be used; after that the burn may be forgotten. */
  readonly exp_ms: number;
  /** Digest of the record that permitted it, in hex. */
  readonly record: string;
  readonly aud: string;
  /** Session of the call, for its outcome. */
  readonly session?: string;
  /** The session that opened it. */
  readonly parent?: string;
  readonly time_ms: number;
}

/** Where burns are kept. One that cannot be reached throws, and then nothing runs. */
export interface BurnStore {
  /**
   * Burns (iss, jti) for good before it answers: behind a crash it is still burnt.
   * @returns false when it was burnt before, by whomever.
   */
  burn(burn: Burn): Awaitable<boolean>;
  /** Notes that the outcome is in the log. */
  settle(burn: Burn): Awaitable<void>;
  /** Burns without an outcome whose process is gone. */
  left(): Awaitable<readonly Burn[]>;
  /** Forgets burns that have an outcome and ended before a time. */
  sweep(beforeMs: number): Awaitable<void>;
  close(): Awaitable<void>;
}

/** Burns of one process, which are forgotten with it: for tests, and for audiences that live no longer than it. */
export class MemoryBurns implements BurnStore {
  readonly #burns = new Map<string, { readonly burn: Burn; isSettled: boolean }>();

  burn(burn: Burn): boolean {
    const name = nameOf(burn);
    if (this.#burns.has(name)) return false;
    this.#burns.set(name, { burn, isSettled: false });
    return true;
  }

  settle(burn: Burn): void {
    const kept = this.#burns.get(nameOf(burn));
    if (kept !== undefined) kept.isSettled = true;
  }

  left(): readonly Burn[] {
    return [];
  }

  sweep(beforeMs: number): void {
    for (const [name, { burn, isSettled }] of this.#burns)
      if (isSettled && burn.exp_ms < beforeMs) this.#burns.delete(name);
  }

  close(): void {}
}

/** Two names in one text, so that no two pairs share it. */
export function nameOf({ iss, jti }: Pick<Burn, "iss" | "jti">): string {
  return `${jti}\0${iss}`;
}
