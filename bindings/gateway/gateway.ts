/**
 * The gateway: runs a call under a token, at most once. What runs are the arguments that were read from the hashed bytes.
 * Each step that cannot be taken ends it, and before the burn nothing has happened.
 */

import type { Awaitable, Ed25519 } from "../keys/ed25519.ts";
import { CodecError } from "../src/codec/errors.ts";
import type { Permit, SessionOf } from "../src/permit.ts";
import { fromHex } from "../src/sha256.ts";
import type { Context, OutcomeStatus } from "../src/types.ts";
import {
  type Claims,
  type DecodedArguments,
  encodeArguments,
  matchArguments,
  type Target,
  TokenError,
  type TokenKey,
  type VerifiedToken,
  verifyToken,
} from "../token/index.ts";
import { SKEW_MS } from "../token/verify.ts";
import type { Burn, BurnStore } from "./burns.ts";
import { GatewayError } from "./errors.ts";

/** What a gateway writes beside decisions. A log of `permit0/node` is one. */
export interface GatewayLog {
  /** Time of the newest entry: the gateway's clock does not go behind it. */
  readonly lastTimeMs: number;
  noteBurn(burn: BurnFacts): Promise<void>;
  /** For a call without a session, whose outcome no history takes. */
  noteOutcome(outcome: OutcomeFacts): Promise<void>;
}

export interface BurnFacts {
  readonly iss: string;
  readonly jti: string;
  readonly exp_ms: number;
  readonly record: Uint8Array;
  readonly aud: string;
  readonly time_ms: number;
}

export interface OutcomeFacts {
  readonly iss: string;
  readonly jti: string;
  readonly record: Uint8Array;
  readonly status: OutcomeStatus;
  readonly time_ms: number;
}

export interface GatewayOptions {
  /** Who this gateway is: tokens for others are refused. */
  readonly audience: string;
  /** The keys that are believed; a function is asked anew at each call, twice. */
  readonly keys: readonly TokenKey[] | (() => Awaitable<readonly TokenKey[]>);
  /** The pinned predicate: `nodeEd25519.verify`, `nobleEd25519.verify`. */
  readonly verify: Ed25519["verify"];
  readonly burns: BurnStore;
  /** Says which policy is current and what is frozen, and takes outcomes. Its log is `log`. */
  readonly permit: Pick<Permit, "standing" | "outcome">;
  readonly log?: GatewayLog;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** See `verifyToken`. */
  readonly skew_ms?: number;
  /** Told what does not stop a call that ran: its outcome could not be logged. */
  readonly onRemark?: (sentence: string, cause: unknown) => void;
}

export interface Gateway {
  /**
   * Runs a call that a token covers, once. A call without a result because of a crash stays burnt.
   * @param token its text; of one that was made from another, the texts of it, its parent, and so on.
   * @param tool the host's own tool by its name, `{ tool, server }`, or `{ action }`.
   * @param run gets the arguments as they were read from the bytes that were hashed, frozen.
   * @throws TokenError, GatewayError: nothing ran. Whatever `run` throws.
   */
  execute<R>(
    token: string | readonly string[],
    tool: Target,
    args: unknown,
    run: (args: DecodedArguments) => R,
  ): Promise<Awaited<R>>;
  /** Refuses what comes later. The burn store is its owner's to close. */
  close(): void;
}

/**
 * A gateway. Calls that a process before this one burnt and never ended get the outcome `unknown` first.
 * @throws GatewayError `burns_unreachable`, `log_unreachable`.
 */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const gateway = new OpenGateway(options);
  await gateway.recover();
  const execute: Gateway["execute"] = (token, tool, args, run) => gateway.execute(token, tool, args, run);
  return { execute, close: () => gateway.close() };
}

class OpenGateway {
  readonly #options: GatewayOptions;
  #isClosed = false;

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  close(): void {
    this.#isClosed = true;
  }

  async recover(): Promise<void> {
    const { burns } = this.#options;
    const left = await reach("burns_unreachable", "the burns before this start cannot be read", () =>
      burns.left(),
    );
    for (const burn of left) {
      await reach("log_unreachable", "an outcome of before this start cannot be logged", () =>
        this.#note(burn, "unknown"),
      );
      await reach("burns_unreachable", "an outcome of before this start cannot be noted", () =>
        burns.settle(burn),
      );
    }
    await reach("burns_unreachable", "what has ended cannot be swept", () => burns.sweep(this.#now()));
  }

  async execute<R>(
    token: string | readonly string[],
    tool: Target,
    args: unknown,
    run: (args: DecodedArguments) => R,
  ): Promise<Awaited<R>> {
    if (this.#isClosed) throw new GatewayError("gateway_closed", "the gateway is closed");
    const verified = await this.#verified(token);
    const { claims } = verified;
    const decoded = matchArguments(claims, tool, bytesOf(args));
    await this.#needStanding(claims, decoded);
    // What was revoked, or ended, while the steps before took their time.
    const now_ms = this.#now();
    await this.#needKeys(verified, now_ms);
    const burn = await this.#burn(claims, now_ms);
    let result: Awaited<R>;
    try {
      result = await run(decoded);
    } catch (error) {
      await this.#settle(burn, "failed");
      throw error;
    }
    await this.#settle(burn, "ran");
    return result;
  }

  /** Never behind what is logged: a clock that was set back makes no ended token good again. */
  #now(): number {
    const { clock, log } = this.#options;
    return Math.max(clock(), log?.lastTimeMs ?? 0);
  }

  async #keys(): Promise<readonly TokenKey[]> {
    const { keys } = this.#options;
    return typeof keys === "function" ? keys() : keys;
  }

  async #verified(token: string | readonly string[]): Promise<VerifiedToken> {
    const { audience, verify, skew_ms } = this.#options;
    const keys = await this.#keys();
    const skew = skew_ms === undefined ? {} : { skew_ms };
    return verifyToken(token, { keys, audience, now_ms: this.#now(), verify, ...skew });
  }

  /** The keys of a token and its parents are believed still, and it has not ended. */
  async #needKeys(verified: VerifiedToken, nowMs: number): Promise<void> {
    const keys = await this.#keys();
    for (let one: VerifiedToken | undefined = verified; one !== undefined; one = one.parent) {
      const { id } = one.key;
      const now = keys.find((key) => key.id === id);
      if (now?.status !== "current" && now?.status !== "retiring")
        throw new TokenError("key_status", {
          path: id,
          wanted: "a key that signs",
          came: "one that does no more",
        });
    }
    const { skew_ms = SKEW_MS } = this.#options;
    if (nowMs - skew_ms >= verified.claims.exp_ms)
      throw new TokenError("token_expired", {
        wanted: "a token that has not ended",
        came: "one that just has",
      });
  }

  /** The policy and engine of the decision are the current ones, and nothing that it names is frozen. */
  async #needStanding(claims: Claims, args: DecodedArguments): Promise<void> {
    const { pol, prov } = claims;
    const standing = await reach("freeze_unknown", "what is frozen cannot be asked", () =>
      this.#options.permit.standing({ ...callOf(claims, args), context: contextOf(claims) }),
    );
    if (`sha256:${standing.image}` !== pol.h)
      throw new GatewayError("image_stale", "the token was minted under another policy");
    if (`sha256:${standing.engine}` !== prov.engine)
      throw new GatewayError("engine_stale", "the token was minted by another engine");
    if (standing.frozen === "unknown")
      throw new GatewayError("freeze_unknown", "the memory that says what is frozen is damaged");
    if (standing.frozen) throw new GatewayError("frozen", "something that the call names is frozen");
  }

  async #burn({ iss, jti, exp_ms, prov, aud, ctx }: Claims, time_ms: number): Promise<Burn> {
    const { burns, log, skew_ms = SKEW_MS } = this.#options;
    const record = prov.record.slice("sha256:".length);
    // Kept for as long as some clock could take the token for good.
    const burn: Burn = { iss, jti, exp_ms: exp_ms + skew_ms, record, aud, ...placeOf(ctx ?? {}), time_ms };
    const isFirst = await reach("burns_unreachable", "the token cannot be burnt", () => burns.burn(burn));
    if (!isFirst) throw new GatewayError("burnt", "the token was used before");
    await reach("log_unreachable", "the burn cannot be logged", () =>
      log?.noteBurn({ iss, jti, exp_ms, record: digestOf(burn), aud, time_ms }),
    );
    return burn;
  }

  /** The call has ended; what cannot be logged of it now is logged as unknown after the next start. */
  async #settle(burn: Burn, status: OutcomeStatus): Promise<void> {
    try {
      await this.#note(burn, status);
      await this.#options.burns.settle(burn);
    } catch (cause) {
      this.#options.onRemark?.(`the outcome of ${burn.jti} could not be logged`, cause);
    }
  }

  async #note(burn: Burn, status: OutcomeStatus): Promise<void> {
    const { permit, log } = this.#options;
    const { iss, jti } = burn;
    const record = digestOf(burn);
    const place = placeOf(burn);
    const isOfSession = Object.keys(place).length > 0;
    if (isOfSession && log !== undefined) await permit.outcome({ record, ...place }, { status });
    else await log?.noteOutcome({ iss, jti, record, status, time_ms: this.#now() });
  }
}

async function reach<T>(
  code: "burns_unreachable" | "log_unreachable" | "freeze_unknown",
  what: string,
  step: () => Awaitable<T>,
): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    throw new GatewayError(code, what, cause);
  }
}

function bytesOf(args: unknown): Uint8Array {
  try {
    return encodeArguments(args);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    throw new TokenError("args_bytes", {
      path: error.path || "args",
      wanted: error.wanted,
      came: error.came,
      cause: error,
    });
  }
}

function digestOf({ record }: Burn): Uint8Array {
  return fromHex(record) as Uint8Array;
}

/** Whose histories an outcome belongs to. */
function placeOf({ session, parent }: SessionOf): SessionOf {
  return {
    ...(session === undefined ? {} : { session }),
    ...(parent === undefined ? {} : { parent }),
  };
}

/** The call that was decided, as far as freezes can name it. */
function callOf({ cap }: Claims, args: DecodedArguments): Parameters<Permit["standing"]>[0] {
  const { tool, server, direct } = cap;
  if (direct === true) return { action: tool, fields: args };
  return { tool, args, ...(server === undefined ? {} : { server }) };
}

function contextOf({ sub, act, ctx }: Claims): Omit<Context, "time_ms"> {
  return { principal: sub, agent: act.sub, ...ctx };
}
