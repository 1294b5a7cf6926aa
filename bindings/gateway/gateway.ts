/**
 * The gateway: runs a call under a token, at most once. What runs are the arguments that were read from the hashed bytes.
 * Each step that cannot be taken ends it, and before the burn nothing has happened.
 */

import type { Awaitable } from "../keys/ed25519.ts";
import { CodecError } from "../src/codec/errors.ts";
import { shown } from "../src/errors.ts";
import { placeOf } from "../src/events.ts";
import type { Permit } from "../src/permit.ts";
import { fromHex } from "../src/sha256.ts";
import type { Context, OutcomeStatus } from "../src/types.ts";
import { MATCH_MS_MAX } from "../token/claims.ts";
import {
  type Claims,
  type DecodedArguments,
  encodeArguments,
  matchArguments,
  type Target,
  TokenError,
  type TokenKey,
  type VerifyTokenOptions,
  verifyToken,
} from "../token/index.ts";
import { keysFault } from "../token/token-keys.ts";
import { needStill, SKEW_MS, SKEW_MS_MAX } from "../token/verify.ts";
import type { Burn } from "./burns.ts";
import { GatewayError } from "./errors.ts";
import { type GatewayOptions, needOptions, optionFault } from "./options.ts";

/** Burns between two sweeps. */
const SWEEP_BURNS = 256;

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
 * @throws GatewayError `gateway_option`, `burns_unreachable`, `log_unreachable`, `clock_unreadable`.
 */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  needOptions(options);
  const gateway = new OpenGateway(options);
  await gateway.recover();
  const execute: Gateway["execute"] = (token, tool, args, run) => gateway.execute(token, tool, args, run);
  return { execute, close: () => gateway.close() };
}

class OpenGateway {
  readonly #options: GatewayOptions;
  #burnt = 0;
  /** Until the permit says that it keeps none, which it says for good. */
  #hasHistories = true;
  #isClosed = false;

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  close(): void {
    this.#isClosed = true;
  }

  async recover(): Promise<void> {
    const { burns, audience } = this.#options;
    const left = await reach("burns_unreachable", "the burns before this start", () => burns.left(audience));
    for (const burn of left) {
      await reach("log_unreachable", "an outcome of before this start", () => this.#note(burn, "unknown"));
      await reach("burns_unreachable", "the mark of an outcome", () => burns.settle(burn));
    }
    const now_ms = this.#now();
    await reach("burns_unreachable", "a sweep of what has ended", () => burns.sweep(now_ms));
  }

  async execute<R>(
    token: string | readonly string[],
    tool: Target,
    args: unknown,
    run: (args: DecodedArguments) => R,
  ): Promise<Awaited<R>> {
    if (this.#isClosed) throw new GatewayError("gateway_closed");
    if (typeof run !== "function") throw optionFault("run", "a function that gets the arguments", run);
    const verified = await verifyToken(token, this.#asking(await this.#keys()));
    const { claims } = verified;
    const decoded = matchArguments(claims, tool, bytesOf(args));
    // What was withdrawn, frozen or ended while the steps before took their time. Behind the last answer nobody is waited
    // for until the token is burnt.
    const keys = await this.#keys();
    await this.#needStanding(claims, decoded);
    const asking = this.#asking(keys);
    needStill(verified, asking);
    const burn = await this.#burn(claims, asking.now_ms);
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
    const now: unknown = clock();
    const logged = log === "none" ? 0 : log.lastTimeMs;
    if (typeof now === "number" && Number.isFinite(now + logged)) return Math.max(now, logged);
    throw new GatewayError("clock_unreadable", { wanted: "a number of milliseconds", came: shown(now) });
  }

  async #keys(): Promise<readonly TokenKey[]> {
    const { keys } = this.#options;
    if (typeof keys !== "function") return keys;
    const listed = await reach("keys_unreachable", "the keys that are believed", keys);
    const fault = keysFault(listed);
    if (fault !== undefined) throw new GatewayError("keys_unreachable", fault);
    return listed;
  }

  /** What a token is held against now. */
  #asking(keys: readonly TokenKey[]): VerifyTokenOptions {
    const { audience, verify, skew_ms = SKEW_MS } = this.#options;
    return { keys, audience, now_ms: this.#now(), verify, skew_ms };
  }

  /** The policy and engine of the decision are the current ones, and nothing that it names is frozen. */
  async #needStanding(claims: Claims, args: DecodedArguments): Promise<void> {
    const { pol, prov } = claims;
    const { image, engine, frozen } = await reach("freeze_unknown", "what is frozen", () =>
      this.#options.permit.standing({ ...callOf(claims, args), context: contextOf(claims) }),
    );
    if (`sha256:${image}` !== pol.h)
      throw new GatewayError("image_stale", { path: "pol.h", wanted: `sha256:${image}`, came: pol.h });
    if (`sha256:${engine}` !== prov.engine)
      throw new GatewayError("engine_stale", {
        path: "prov.engine",
        wanted: `sha256:${engine}`,
        came: prov.engine,
      });
    if (frozen === false) return;
    if (frozen === true)
      throw new GatewayError("frozen", { wanted: "names that nobody froze", came: "one that is frozen" });
    throw new GatewayError("freeze_unknown", { wanted: "what is frozen", came: "a damaged memory" });
  }

  async #burn({ iss, jti, iat_ms, exp_ms, prov, aud, ctx }: Claims, time_ms: number): Promise<Burn> {
    const { burns, log } = this.#options;
    const record = prov.record.slice("sha256:".length);
    // All tokens of the decision have this name and time. Kept for as long as any gateway could believe the longest of them.
    const end = iat_ms + MATCH_MS_MAX + SKEW_MS_MAX;
    const burn: Burn = { iss, jti, exp_ms: end, record, aud, ...placeOf(ctx ?? {}), time_ms };
    const answer = await reach("burns_unreachable", "a burn", () => burns.burn(burn));
    if (answer === "before")
      throw new GatewayError("burnt", {
        path: "jti",
        wanted: "a token that was never used",
        came: jti,
      });
    // A store that answers anything else has not burnt it.
    if (answer !== "burnt")
      throw new GatewayError("burn_forgotten", {
        path: "jti",
        wanted: "a token that ends behind the burns that were swept",
        came: `${jti}, of which nobody knows whether it was used`,
      });
    if (log !== "none")
      await reach("log_unreachable", "a note of the burn", () =>
        log.noteBurn({ iss, jti, exp_ms, record: digestOf(burn), aud, time_ms }),
      );
    return burn;
  }

  /** The call has ended; what cannot be logged of it now is logged as unknown after the next start. */
  async #settle(burn: Burn, status: OutcomeStatus): Promise<void> {
    const { burns, onRemark } = this.#options;
    try {
      await this.#note(burn, status);
      await burns.settle(burn);
    } catch (cause) {
      onRemark?.(`the outcome of ${burn.jti} could not be logged`, cause);
    }
    this.#burnt++;
    if (this.#burnt % SWEEP_BURNS !== 0) return;
    try {
      await burns.sweep(this.#now());
    } catch (cause) {
      onRemark?.("burns that have ended could not be swept", cause);
    }
  }

  /** To the histories of the session, where there are any; else to the log. */
  async #note(burn: Burn, status: OutcomeStatus): Promise<void> {
    const { permit, log } = this.#options;
    const { iss, jti } = burn;
    const record = digestOf(burn);
    const place = placeOf(burn);
    if (this.#hasHistories && Object.keys(place).length > 0) {
      try {
        await permit.outcome({ record, ...place }, { status });
        return;
      } catch (error) {
        if ((error as { readonly code?: unknown } | null)?.code !== "memory_missing") throw error;
        this.#hasHistories = false;
      }
    }
    if (log !== "none") await log.noteOutcome({ iss, jti, record, status, time_ms: this.#now() });
  }
}

async function reach<T>(
  code: "keys_unreachable" | "freeze_unknown" | "burns_unreachable" | "log_unreachable",
  wanted: string,
  step: () => Awaitable<T>,
): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    const came = cause instanceof Error ? cause.message : shown(cause);
    throw new GatewayError(code, { wanted, came, cause });
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

/** The call that was decided, as far as freezes can name it. */
function callOf({ cap }: Claims, args: DecodedArguments): Parameters<Permit["standing"]>[0] {
  const { tool, server, direct } = cap;
  if (direct === true) return { action: tool, fields: args };
  return { tool, args, ...(server === undefined ? {} : { server }) };
}

function contextOf({ sub, act, ctx }: Claims): Omit<Context, "time_ms"> {
  return { principal: sub, agent: act.sub, ...ctx };
}
