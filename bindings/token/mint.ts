/** A token from a decision: what was allowed, for whom, and for how long. */

import { base64url } from "../keys/base64url.ts";
import { keyId } from "../keys/paserk.ts";
import type { Signer } from "../keys/signer.ts";
import { type CmpMap, type CmpValue, decode, isMap } from "../src/codec/decode.ts";
import { encode } from "../src/codec/encode.ts";
import { CodecError, quoted } from "../src/codec/errors.ts";
import { COMMIT_DOMAIN, RECORD_DOMAIN } from "../src/domains.ts";
import { shown } from "../src/errors.ts";
import { REQUEST_BYTES_MAX } from "../src/gen/limits.ts";
import { hex, sha256 } from "../src/sha256.ts";
import type { Decision, Obligations } from "../src/types.ts";
import { needArguments } from "./arguments.ts";
import {
  type Capability,
  type Claims,
  claimsJson,
  EXACT_MS_MAX,
  MATCH_MS_MAX,
  readClaims,
  type TokenContext,
} from "./claims.ts";
import { signToken, TOKEN_BYTES_MAX } from "./codec.ts";
import { argsDigest, type Constraint, checkedConstraints, type Hash } from "./constraints.ts";
import { TokenError } from "./errors.ts";
import { isAny, isFunction, type OptionTable, optionsFault, orNothing, SIGNER } from "./options.ts";
import { parsePayload } from "./payload.ts";
import { footerOf, implicitAssertion } from "./verify.ts";

export interface MintOptions {
  /** The canonical bytes of what was decided: `permit.requestOf(decision)`, `Engine.encode(request)`. */
  readonly request: Uint8Array;
  /** Who mints, as verifiers have it beside the key: 1..256 bytes. */
  readonly issuer: string;
  /** The one gateway that may use it: 1..256 bytes. */
  readonly audience: string;
  readonly signer: Signer;
  /** Left out: exactly the decided arguments. Else whatever lies in this envelope, as the decided ones must. */
  readonly constraints?: readonly Constraint[];
  /**
   * Milliseconds from the decision on; whole seconds count. Default and maximum: 60 s for exact arguments, 15 min for an
   * envelope, and no more than the decision's own `ttl_ms`.
   */
  readonly ttl_ms?: number;
  /** Obligations that whoever runs it meets. A decision with any other is not minted. */
  readonly obligations?: readonly (keyof Obligations)[];
  /** Names a transaction across systems: 1..256 bytes. */
  readonly txn?: string;
  /** Where the record stands. */
  readonly entry?: { readonly origin: string; readonly index: number };
  /** SHA-256, where the host has a faster one: `nodeSha256`. */
  readonly hash?: Hash;
}

const utf8 = new TextEncoder();
const ZERO_SALT = new Uint8Array(32);
const JTI_BYTES = 16;
/** Where anything may stand, the code of its own says what must. */
const OPTIONS: OptionTable<MintOptions> = {
  request: [isAny, ""],
  issuer: [isAny, ""],
  audience: [isAny, ""],
  signer: SIGNER,
  constraints: [isAny, ""],
  ttl_ms: [isAny, ""],
  obligations: [orNothing(Array.isArray), "a list of obligations"],
  txn: [isAny, ""],
  entry: [orNothing((value) => typeof value === "object" && value !== null), "{ origin, index }"],
  hash: [orNothing(isFunction), "a function, as nodeSha256"],
};

/**
 * Mints a token for an allowed call. It is believed by the bytes of record and request alone, whatever else the decision
 * says of itself. Of all tokens of one decision one is used, once: they have one name, that of its record.
 * @throws TokenError `mint_*` for what no token is minted for; `claim_*` for an envelope that is none.
 *
 * @example
 * const decision = await permit.check(call);
 * const token = await mintToken(decision, { request: permit.requestOf(decision), issuer, audience, signer });
 */
export async function mintToken(decision: Decision, options: MintOptions): Promise<string> {
  const fault = optionsFault(options, OPTIONS);
  if (fault !== undefined) throw new TokenError("mint_option", fault);
  const bytes: unknown = (decision as Partial<Decision> | null | undefined)?.record;
  if (!(bytes instanceof Uint8Array))
    throw new TokenError("mint_record", {
      path: "decision.record",
      wanted: "the bytes of a record",
      came: shown(bytes),
    });
  const record = recordOf(bytes);
  needAllowed(record, options.obligations ?? []);
  const { hash = sha256 } = options;
  const request = requestOf(record, options.request, hash);
  const args = request.args ?? request.fields;
  const claims = claimsOf(hash(RECORD_DOMAIN, bytes), record, request, args as CmpMap, options);
  return writeToken(claims, idOf(options.signer.publicKey), options.signer);
}

/** @internal Writes claims as a token. */
export async function writeToken(claims: Claims, key: string, signer: Signer): Promise<string> {
  const message = utf8.encode(JSON.stringify(claimsJson(claims)));
  // What the reader would refuse is not signed.
  if (claims.cap.args.mode === "match") readClaims(parsePayload(message));
  const token = await signToken(message, footerOf(key), implicitAssertion(claims.aud), signer);
  if (token.length <= TOKEN_BYTES_MAX) return token;
  throw new TokenError("mint_envelope", {
    wanted: `a token of at most ${TOKEN_BYTES_MAX} bytes`,
    came: `${token.length}`,
  });
}

function recordOf(bytes: Uint8Array): CmpMap {
  const value = decoded(bytes, "mint_record");
  if (isMap(value) && value.v === 1) return value;
  throw new TokenError("mint_record", { wanted: "a record of version 1", came: "another value" });
}

function needAllowed(record: CmpMap, met: readonly string[]): void {
  const { verdict, mode, by, event, obligations } = record;
  // A token ends, and those who approved are the approvers that were asked for.
  const comesAlong = (name: string): boolean =>
    name === "ttl_ms" || (name === "approvers" && approversIn(record).length > 0);
  if (by !== undefined)
    throw new TokenError("mint_host", { wanted: "a decision of the engine", came: "one of the host" });
  if (event !== undefined) throw new TokenError("mint_event", { wanted: "a call", came: "an event" });
  if (mode !== "enforce") throw new TokenError("mint_shadow", { wanted: "enforce", came: `${mode}` });
  if (verdict !== "allow") throw new TokenError("mint_verdict", { wanted: "allow", came: `${verdict}` });
  const unmet = Object.keys(obligations as CmpMap).filter((name) => !met.includes(name) && !comesAlong(name));
  if (unmet.length > 0)
    throw new TokenError("mint_obligation", { wanted: unmet.join(", "), came: "no promise to meet it" });
}

/** The request's members, if the record is its. */
function requestOf(record: CmpMap, bytes: Uint8Array, hash: Hash): CmpMap {
  if (!(bytes instanceof Uint8Array))
    throw new TokenError("mint_request", {
      path: "request",
      wanted: "the bytes of the request of the record",
      came: shown(bytes),
    });
  const request = decoded(bytes, "mint_request");
  if (isMap(request)) {
    const name = request.args === undefined ? "fields" : "args";
    const salt = request.salt ?? ZERO_SALT;
    const commitment = (value: unknown): Uint8Array =>
      hash(COMMIT_DOMAIN, salt as Uint8Array, encode(value, REQUEST_BYTES_MAX + 34));
    const args = commitment(request[name] ?? null);
    // What is kept of a request has no digests of histories; those of its record are put back in.
    const cells = record.cells as readonly CmpMap[] | undefined;
    const whole =
      cells === undefined ? request : { ...request, cells: cells.map(({ id, before }) => [id, before]) };
    const found = commitment({ ...whole, [name]: args });
    if (isMap(request[name]) && sameBytes(record.args, args) && sameBytes(record.request, found))
      return request;
  }
  throw new TokenError("mint_request", { wanted: "the request of the record", came: "another one" });
}

function claimsOf(
  recordDigest: Uint8Array,
  record: CmpMap,
  request: CmpMap,
  args: CmpMap,
  options: MintOptions,
): Claims {
  const { issuer, audience, txn, entry } = options;
  const context = request.context as CmpMap;
  const principal = context.principal as string | undefined;
  const agent = context.agent as string | undefined;
  const subject = principal ?? agent;
  const actor = agent ?? principal;
  if (subject === undefined || actor === undefined)
    throw new TokenError("mint_subject", {
      path: "context",
      wanted: "a principal or an agent",
      came: "neither",
    });
  const cap = capabilityOf(request, args, options);
  const iat = wholeSeconds(record.time_ms as number);
  const exp = wholeSeconds((record.time_ms as number) + lifetime(record, cap, options.ttl_ms));
  if (exp <= iat)
    throw new TokenError("mint_lifetime", {
      path: "ttl_ms",
      wanted: "at least a whole second",
      came: "less",
    });
  const ctx = contextOf(context);
  const approvers = approversIn(record);
  const digest = (name: string): string => `sha256:${hex(record[name] as Uint8Array)}`;
  return {
    iss: named(issuer, "issuer"),
    sub: subject,
    aud: named(audience, "audience"),
    act: { sub: actor },
    jti: base64url(recordDigest.subarray(0, JTI_BYTES)),
    ...(txn === undefined ? {} : { txn: named(txn, "txn") }),
    ...(ctx === undefined ? {} : { ctx }),
    iat_ms: iat,
    nbf_ms: iat,
    exp_ms: exp,
    cap,
    pol: { h: digest("image"), edition: record.edition as string },
    prov: {
      record: `sha256:${hex(recordDigest)}`,
      engine: digest("engine"),
      args: digest("args"),
      ...(entry === undefined ? {} : { log: named(entry.origin, "entry.origin"), i: indexText(entry.index) }),
      ...(approvers.length === 0 ? {} : { appr: approvers }),
    },
  };
}

function capabilityOf(request: CmpMap, args: CmpMap, { constraints, hash }: MintOptions): Capability {
  const { tool, action, server } = request as { readonly [key: string]: string };
  const bytes = encode(args, REQUEST_BYTES_MAX);
  const covered =
    constraints === undefined
      ? ({ mode: "exact", h: argsDigest(bytes, hash) } as const)
      : ({ mode: "match", closed: true, c: checkedConstraints(constraints, "constraints") } as const);
  if (covered.mode === "match") {
    try {
      needArguments(covered, bytes);
    } catch (cause) {
      if (!(cause instanceof TokenError)) throw cause;
      throw new TokenError("mint_envelope", {
        ...(cause.path === undefined ? {} : { path: cause.path }),
        wanted: "the decided arguments inside the envelope",
        came: cause.code,
        cause,
      });
    }
  }
  return {
    tool: (action ?? tool) as string,
    ...(server === undefined ? {} : { server }),
    ...(action === undefined ? {} : { direct: true as const }),
    args: covered,
    lim: { uses: 1 },
  };
}

/** Milliseconds that a token may live, from the decision on. */
function lifetime(record: CmpMap, cap: Capability, given: number | undefined): number {
  const most = cap.args.mode === "exact" ? EXACT_MS_MAX : MATCH_MS_MAX;
  if (given !== undefined && !(Number.isSafeInteger(given) && given > 0 && given <= most))
    throw new TokenError("mint_lifetime", { path: "ttl_ms", wanted: `1 to ${most} ms`, came: `${given}` });
  const { ttl_ms = most } = record.obligations as { readonly ttl_ms?: number | bigint };
  return Math.min(given ?? most, most, Number(ttl_ms));
}

function contextOf({ actor, session, parent, tenant }: CmpMap): TokenContext | undefined {
  const context = {
    ...(actor === undefined ? {} : { actor }),
    ...(session === undefined ? {} : { session }),
    ...(parent === undefined ? {} : { parent }),
    ...(tenant === undefined ? {} : { tenant }),
  };
  return Object.keys(context).length === 0 ? undefined : (context as TokenContext);
}

/** Keys of those who approved it. */
function approversIn({ lowered_by }: CmpMap): readonly string[] {
  return (lowered_by as readonly (readonly string[])[])
    .filter(([kind]) => kind === "approval")
    .map(([, , key]) => key as string);
}

function indexText(index: number): string {
  if (Number.isSafeInteger(index) && index >= 0) return `${index}`;
  throw new TokenError("mint_option", { path: "entry.index", wanted: "an index", came: `${index}` });
}

function named(text: string, path: string): string {
  const bytes = typeof text === "string" && !/\p{Cs}/u.test(text) ? utf8.encode(text).length : 0;
  if (bytes >= 1 && bytes <= 256) return text;
  const came = typeof text === "string" ? quoted(text) : typeof text;
  throw new TokenError("mint_option", { path, wanted: "a text of 1 to 256 bytes", came });
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

const ids = new WeakMap<Uint8Array, { readonly key: string; readonly id: string }>();

/** The name of a key, which takes as long as many signatures' share of everything else. */
function idOf(publicKey: Uint8Array): string {
  const key = hex(publicKey);
  const known = ids.get(publicKey);
  if (known?.key === key) return known.id;
  const id = keyId(publicKey);
  ids.set(publicKey, { key, id });
  return id;
}

function decoded(bytes: Uint8Array, code: "mint_record" | "mint_request"): CmpValue {
  try {
    return decode(bytes);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    throw new TokenError(code, { wanted: "CMP/1 bytes", came: error.code, cause: error });
  }
}

function sameBytes(one: unknown, other: Uint8Array): boolean {
  return (
    one instanceof Uint8Array && one.length === other.length && one.every((byte, at) => byte === other[at])
  );
}
