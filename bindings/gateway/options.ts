/** What a gateway is made of, checked before anything runs by it. */

import type { Awaitable, Ed25519 } from "../keys/ed25519.ts";
import { type ErrorDetail, shown } from "../src/errors.ts";
import type { Permit } from "../src/permit.ts";
import type { OutcomeStatus } from "../src/types.ts";
import {
  type Check,
  hasMethods,
  isFunction,
  type OptionTable,
  optionsFault,
  orNothing,
} from "../token/options.ts";
import { keysFault, type TokenKey } from "../token/token-keys.ts";
import { SKEW_MS_MAX } from "../token/verify.ts";
import type { BurnStore } from "./burns.ts";
import { GatewayError } from "./errors.ts";

/** What a gateway writes beside decisions. A log of `permit0/node` is one. */
export interface GatewayLog {
  /** Time of the newest entry: the gateway's clock does not go behind it. */
  readonly lastTimeMs: number;
  noteBurn(burn: BurnFacts): Promise<void>;
  /** For a call without a session, or under a permit without a memory: an outcome that no history takes. */
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
  /** Who this gateway is: tokens for others are refused. 1..256 bytes. */
  readonly audience: string;
  /** The keys that are believed; a function is asked anew at each call, twice. */
  readonly keys: readonly TokenKey[] | (() => Awaitable<readonly TokenKey[]>);
  /** The pinned predicate: `nodeEd25519.verify`, `nobleEd25519.verify`. */
  readonly verify: Ed25519["verify"];
  readonly burns: BurnStore;
  /** Says which policy is current and, with a memory, what is frozen, and takes outcomes. Its log is `log`. */
  readonly permit: Pick<Permit, "standing" | "outcome">;
  /** `"none"`: neither burns nor, without a memory, outcomes are written down. */
  readonly log: GatewayLog | "none";
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** See `verifyToken`. */
  readonly skew_ms?: number;
  /** Told what does not stop a call that ran: its outcome could not be logged, what has ended not be swept. */
  readonly onRemark?: (sentence: string, cause: unknown) => void;
}

/** @throws GatewayError `gateway_option` for the first option that is unknown, missing or not what it should be. */
export function needOptions(given: unknown): asserts given is GatewayOptions {
  const fault = optionsFault(given, OPTIONS) ?? keyFault((given as GatewayOptions).keys);
  if (fault !== undefined) throw new GatewayError("gateway_option", fault);
}

/** Of a list; what a function gives is looked at each time. */
function keyFault(keys: unknown): ErrorDetail | undefined {
  return Array.isArray(keys) ? keysFault(keys) : undefined;
}

export function optionFault(path: string, wanted: string, came: unknown): GatewayError {
  return new GatewayError("gateway_option", { path, wanted, came: shown(came) });
}

const isAudience: Check = (value) =>
  typeof value === "string" && value !== "" && new TextEncoder().encode(value).length <= 256;
const isSkew: Check = (value) => typeof value === "number" && value >= 0 && value <= SKEW_MS_MAX;
const isLog: Check = (value) =>
  value === "none" || (hasMethods(value, "noteBurn", "noteOutcome") && typeof value.lastTimeMs === "number");

/** Every option, with what it must be. */
const OPTIONS: OptionTable<GatewayOptions> = {
  audience: [isAudience, "a text of 1 to 256 bytes"],
  keys: [
    (value) => Array.isArray(value) || isFunction(value),
    "a list of keys, or a function that gives one",
  ],
  verify: [isFunction, "a function, as nodeEd25519.verify"],
  burns: [
    (value) => hasMethods(value, "burn", "settle", "left", "sweep"),
    "a burn store, as new BurnFolder(path)",
  ],
  permit: [(value) => hasMethods(value, "standing", "outcome"), "a permit, as createPermit makes one"],
  log: [isLog, 'the log of the permit, or "none"'],
  clock: [isFunction, "a function that returns milliseconds"],
  skew_ms: [orNothing(isSkew), `0 to ${SKEW_MS_MAX} ms`],
  onRemark: [orNothing(isFunction), "a function"],
};
