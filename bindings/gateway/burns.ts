/** Which tokens were used. A token is burnt before its call runs, and stays burnt whatever happens then. */

import type { Awaitable } from "../keys/ed25519.ts";

/** One use of a token. */
export interface Burn {
  readonly iss: string;
  readonly jti: string;
  /** From when on no gateway, whatever its skew, believes the token any more; behind that the burn may be forgotten. */
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

/**
 * `burnt`: by this call. `before`: by another one, whoever it was. `forgotten`: burns that ended no sooner were swept, so
 * nobody can tell; only a clock that was set back asks about such a token.
 */
export type BurnAnswer = "burnt" | "before" | "forgotten";

/** Where burns are kept. One that cannot be reached throws, and then nothing runs. */
export interface BurnStore {
  /** Burns (iss, jti) for good before it answers: behind a crash it is still burnt. */
  burn(burn: Burn): Awaitable<BurnAnswer>;
  /** Notes that the outcome is in the log. */
  settle(burn: Burn): Awaitable<void>;
  /** Burns for an audience without an outcome whose process is gone. Those of others are their gateways' to tell. */
  left(audience: string): Awaitable<readonly Burn[]>;
  /**
   * Forgets burns that have an outcome and ended before a time. Up to which end they are forgotten is kept for good before
   * the first one goes.
   */
  sweep(beforeMs: number): Awaitable<void>;
  close(): Awaitable<void>;
}

/** Burns of one process, which are forgotten with it: for tests, and for audiences that live no longer than it. */
export class MemoryBurns implements BurnStore {
  readonly #burns = new Map<string, { readonly burn: Burn; isSettled: boolean }>();
  /** The latest end of a burn that is forgotten. */
  #forgottenMs = Number.NEGATIVE_INFINITY;

  burn(burn: Burn): BurnAnswer {
    const name = nameOf(burn);
    if (this.#burns.has(name)) return "before";
    if (burn.exp_ms <= this.#forgottenMs) return "forgotten";
    this.#burns.set(name, { burn, isSettled: false });
    return "burnt";
  }

  settle(burn: Burn): void {
    const kept = this.#burns.get(nameOf(burn));
    if (kept !== undefined) kept.isSettled = true;
  }

  left(): readonly Burn[] {
    return [];
  }

  sweep(beforeMs: number): void {
    for (const [name, { burn, isSettled }] of this.#burns) {
      if (!isSettled || burn.exp_ms >= beforeMs) continue;
      this.#forgottenMs = Math.max(this.#forgottenMs, burn.exp_ms);
      this.#burns.delete(name);
    }
  }

  close(): void {}
}

/** Two names in one text, so that no two pairs share it. */
export function nameOf({ iss, jti }: Pick<Burn, "iss" | "jti">): string {
  return `${jti}\0${iss}`;
}
