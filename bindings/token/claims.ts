/** What a token says: closed, typed, and written in one order. docs/format/token.md. */

import { bytesOfBase64url } from "../keys/base64url.ts";
import type { JsonValue } from "../src/codec/json.ts";
import { APPROVERS_MAX } from "../src/gen/limits.ts";
import { type Constraint, readConstraints } from "./constraints.ts";
import { TokenError } from "./errors.ts";
import type { JsonObject } from "./payload.ts";
import { ClaimPlace } from "./place.ts";

/** Which arguments a token covers: exactly those with a digest, or those in an envelope. */
export type CoveredArguments =
  | { readonly mode: "exact"; readonly h: string }
  | { readonly mode: "match"; readonly closed: true; readonly c: readonly Constraint[] };

/** What may run. */
export interface Capability {
  /** Name of the tool as the agent called it, or of the action. */
  readonly tool: string;
  /** Its tool server; absent: the host's own tool. */
  readonly server?: string;
  /** `tool` is an action of the taxonomy, asked for by a program. */
  readonly direct?: true;
  readonly args: CoveredArguments;
  readonly lim: { readonly uses: 1 };
}

/** Names of the context that can be frozen, besides those of the subject and the agent. */
export interface TokenContext {
  readonly actor?: string;
  readonly session?: string;
  /** The session that opened it, which learns what it does. */
  readonly parent?: string;
  readonly tenant?: string;
}

export interface Claims {
  readonly iss: string;
  /** Whose authority: the principal; of an agent without one, the agent. */
  readonly sub: string;
  readonly aud: string;
  /** Who acts: the agent; of a principal without one, the principal. */
  readonly act: { readonly sub: string };
  /** The first 16 bytes of the digest of the record. With the issuer it can be used once. */
  readonly jti: string;
  readonly txn?: string;
  readonly ctx?: TokenContext;
  readonly iat_ms: number;
  readonly nbf_ms: number;
  readonly exp_ms: number;
  readonly cap: Capability;
  /** The policy. */
  readonly pol: { readonly h: string; readonly edition: string };
  /** Where it comes from. */
  readonly prov: {
    readonly record: string;
    readonly engine: string;
    /** Args commitment of the record. */
    readonly args?: string;
    /** Origin and index of the record's entry. */
    readonly log?: string;
    readonly i?: string;
    /** Keys of those who approved it. */
    readonly appr?: readonly string[];
  };
  /** Digest of the token that this one was made from. */
  readonly par?: string;
}

export const EXACT_MS_MAX = 60_000;
export const MATCH_MS_MAX = 15 * 60_000;
const JTI_BYTES = 16;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const INDEX = /^(0|[1-9]\d{0,15})$/;
const KEY_ID = /^k4\.pid\.[A-Za-z0-9_-]{44}$/;

/** A time as a token has it: whole seconds. */
export function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** The JSON value of claims, its members in the order in which they are minted. */
export function claimsJson(claims: Claims): JsonObject {
  const { iss, sub, aud, act, jti, txn, ctx, cap, pol, prov, par } = claims;
  const { record, engine, args, log, i, appr } = prov;
  const json = {
    iss,
    sub,
    aud,
    act: { sub: act.sub },
    jti,
    ...given({ txn }),
    ...(ctx === undefined
      ? {}
      : {
          ctx: given({ actor: ctx.actor, session: ctx.session, parent: ctx.parent, tenant: ctx.tenant }),
        }),
    iat: timeText(claims.iat_ms),
    nbf: timeText(claims.nbf_ms),
    exp: timeText(claims.exp_ms),
    cap: [
      {
        tool: cap.tool,
        ...given({ server: cap.server, direct: cap.direct }),
        args:
          cap.args.mode === "exact"
            ? { mode: "exact", h: cap.args.h }
            : { mode: "match", closed: true, c: cap.args.c.map(constraintJson) },
        lim: { uses: 1 },
      },
    ],
    pol: { h: pol.h, edition: pol.edition },
    prov: { record, engine, ...given({ args, log, i, appr }) },
    ...given({ par }),
  };
  return json as unknown as JsonObject;
}

export function constraintJson(constraint: Constraint): JsonValue {
  const { p, op } = constraint;
  if (!("v" in constraint)) return { p, op };
  const v = op === "every" ? constraintJson(constraint.v as Constraint) : (constraint.v as JsonValue);
  return { p, op, v };
}

function given(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const name in members) if (members[name] !== undefined) kept[name] = members[name];
  return kept;
}

/** @throws TokenError `claim_*` for the first claim that is unknown, missing or not what it should be. */
export function readClaims(payload: JsonObject): Claims {
  const root = new ClaimPlace(payload).object(
    ["iss", "sub", "aud", "act", "jti", "iat", "nbf", "exp", "cap", "pol", "prov"],
    ["txn", "ctx", "par"],
  );
  const named = (name: string): string => root.member(name).name();
  const txn = root.optional("txn")?.name();
  const ctx = root.optional("ctx");
  const par = root.optional("par")?.digest();
  const [cap] = root.member("cap").items(1, 1) as [ClaimPlace];
  const claims: Claims = {
    iss: named("iss"),
    sub: named("sub"),
    aud: named("aud"),
    act: { sub: root.member("act").object(["sub"]).member("sub").name() },
    jti: readJti(root.member("jti")),
    ...(txn === undefined ? {} : { txn }),
    ...(ctx === undefined ? {} : { ctx: readContext(ctx) }),
    iat_ms: readTime(root.member("iat")),
    nbf_ms: readTime(root.member("nbf")),
    exp_ms: readTime(root.member("exp")),
    cap: readCapability(cap),
    pol: readPolicy(root.member("pol")),
    prov: readProvenance(root.member("prov")),
    ...(par === undefined ? {} : { par }),
  };
  needLifetime(claims);
  return claims;
}

function needLifetime({ iat_ms, nbf_ms, exp_ms, cap }: Claims): void {
  const most = cap.args.mode === "exact" ? EXACT_MS_MAX : MATCH_MS_MAX;
  if (iat_ms <= nbf_ms && nbf_ms < exp_ms && exp_ms - iat_ms <= most) return;
  throw new TokenError("claim_lifetime", {
    wanted: `iat, nbf and exp in this order, and exp at most ${most / 1000} s behind iat`,
    came: [iat_ms, nbf_ms, exp_ms].map(timeText).join(", "),
  });
}

function readJti(place: ClaimPlace): string {
  const text = place.text();
  if (bytesOfBase64url(text)?.length === JTI_BYTES) return text;
  return place.fail("claim_value", "16 bytes in base64url");
}

function readTime(place: ClaimPlace): number {
  const text = place.matching(TIME, "a time like 2026-12-01T09:30:00Z");
  const ms = Date.parse(text);
  // Date.parse takes the 31st of any month.
  return !Number.isNaN(ms) && timeText(ms) === text ? ms : place.fail("claim_value", "a time that there is");
}

function readContext(place: ClaimPlace): TokenContext {
  place.object([], ["actor", "session", "parent", "tenant"]);
  if (Object.keys(place.value as JsonObject).length === 0) place.fail("claim_value", "at least one member");
  return given({
    actor: place.optional("actor")?.name(),
    session: place.optional("session")?.name(),
    parent: place.optional("parent")?.name(),
    tenant: place.optional("tenant")?.name(),
  });
}

function readCapability(place: ClaimPlace): Capability {
  place.object(["tool", "args", "lim"], ["server", "direct"]);
  const uses = place.member("lim").object(["uses"]).member("uses");
  if (uses.value !== 1) uses.fail("claim_value", "1");
  const server = place.optional("server")?.name();
  const direct = place.optional("direct");
  if (direct !== undefined && (direct.value !== true || server !== undefined))
    direct.fail("claim_value", "true, and no server beside it");
  return {
    tool: place.member("tool").name(),
    ...(server === undefined ? {} : { server }),
    ...(direct === undefined ? {} : { direct: true }),
    args: readCovered(place.member("args")),
    lim: { uses: 1 },
  };
}

function readCovered(place: ClaimPlace): CoveredArguments {
  const mode = place.object(["mode"], ["h", "closed", "c"]).member("mode");
  switch (mode.text()) {
    case "exact":
      return { mode: "exact", h: place.object(["mode", "h"]).member("h").digest() };
    case "match": {
      const closed = place.object(["mode", "closed", "c"]).member("closed");
      if (closed.value !== true) closed.fail("claim_value", "true");
      return { mode: "match", closed: true, c: readConstraints(place.member("c")) };
    }
    default:
      return mode.fail("claim_value", "exact or match");
  }
}

function readPolicy(place: ClaimPlace): Claims["pol"] {
  place.object(["h", "edition"]);
  return { h: place.member("h").digest(), edition: place.member("edition").name() };
}

function readProvenance(place: ClaimPlace): Claims["prov"] {
  place.object(["record", "engine"], ["args", "log", "i", "appr"]);
  const args = place.optional("args")?.digest();
  const log = place.optional("log")?.name();
  const i = place.optional("i")?.matching(INDEX, "an index in digits");
  if ((log === undefined) !== (i === undefined)) place.fail("claim_value", "log and i, or neither");
  const appr = place
    .optional("appr")
    ?.items(1, APPROVERS_MAX)
    .map((key) => key.matching(KEY_ID, "the name of a key, k4.pid.…"));
  return {
    record: place.member("record").digest(),
    engine: place.member("engine").digest(),
    ...(args === undefined ? {} : { args }),
    ...(log === undefined || i === undefined ? {} : { log, i }),
    ...(appr === undefined ? {} : { appr }),
  };
}
