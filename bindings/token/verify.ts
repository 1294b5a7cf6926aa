/** Whether a token is to be believed, now and here. The rules stand in the order in which they are asked. */

import type { Ed25519 } from "../keys/ed25519.ts";
import { quoted } from "../src/codec/errors.ts";
import { shown } from "../src/errors.ts";
import { hex, sha256 } from "../src/sha256.ts";
import { needChild } from "./child.ts";
import { type Claims, readClaims, timeText } from "./claims.ts";
import { isSigned, type ParsedToken, parseToken } from "./codec.ts";
import { TokenError } from "./errors.ts";
import { parsePayload } from "./payload.ts";
import type { TokenKey } from "./token-keys.ts";

export interface VerifyTokenOptions {
  /** The keys that are believed. */
  readonly keys: readonly TokenKey[];
  /** Who asks: a token is minted for one audience. */
  readonly audience: string;
  /** Milliseconds since 1970. */
  readonly now_ms: number;
  /** The pinned predicate: `nodeEd25519.verify`, `nobleEd25519.verify`. */
  readonly verify: Ed25519["verify"];
  /** How far the clocks of minter and verifier may differ, at most 30 000 ms. Default 5 000. */
  readonly skew_ms?: number;
}

/** A token that is believed. */
export interface VerifiedToken {
  readonly token: string;
  readonly claims: Claims;
  readonly key: TokenKey;
  /** That of the check; who checks again needs it, because the token was signed with it. */
  readonly audience: string;
  /** The token that it was made from. */
  readonly parent?: VerifiedToken;
}

/** How far clocks may differ where nobody says otherwise. */
export const SKEW_MS = 5_000;
/** More than this no verifier can be told. */
export const SKEW_MS_MAX = 30_000;
/** How many parents a token can have. */
export const PARENTS_MAX = 8;
const FOOTER_BYTES_MAX = 128;
const FOOTER = /^\{"kid":"(k4\.pid\.[A-Za-z0-9_-]{44})"\}$/;
const ASCII = new TextDecoder("latin1");
const utf8 = new TextEncoder();

/** What is signed beside a token and never sent: what it is for, and for whom. */
export function implicitAssertion(audience: string): Uint8Array {
  return utf8.encode(`permit0/cap/v1\0${audience}`);
}

export function footerOf(key: string): Uint8Array {
  return utf8.encode(`{"kid":"${key}"}`);
}

/** The digest by which a child names its parent. */
export function tokenDigest(token: string): string {
  return `sha256:${hex(sha256(utf8.encode(token)))}`;
}

/**
 * Believes a token or says why not.
 * @param token its text; of one that was made from another, the texts of it, its parent, and so on.
 * @throws TokenError with the first rule that is broken.
 *
 * @example
 * const { claims } = await verifyToken(text, { keys, audience: "urn:pep:shop", now_ms: Date.now(), verify: nodeEd25519.verify });
 */
export async function verifyToken(
  token: string | readonly string[],
  options: VerifyTokenOptions,
): Promise<VerifiedToken> {
  const { skew_ms = SKEW_MS } = options;
  if (typeof skew_ms !== "number" || !(skew_ms >= 0 && skew_ms <= SKEW_MS_MAX))
    throw new RangeError(`skew_ms: wanted 0 to ${SKEW_MS_MAX}, came ${shown(skew_ms)}`);
  const texts = (Array.isArray(token) ? token : [token]) as readonly unknown[];
  const other = texts.length === 0 ? 0 : texts.findIndex((text) => typeof text !== "string");
  if (other >= 0)
    throw new TokenError("token_prefix", { wanted: "the text of a token", came: shown(texts[other]) });
  const [text, ...parents] = texts as [string, ...string[]];
  return verifyChain(text, parents, options, skew_ms);
}

/**
 * @internal Asks of a token that was verified what may have changed since: its keys and its time, and those of the tokens
 * that it was made from.
 */
export function needStill(verified: VerifiedToken, options: VerifyTokenOptions): void {
  const { now_ms, skew_ms = SKEW_MS } = options;
  for (let one: VerifiedToken | undefined = verified; one !== undefined; one = one.parent) {
    needIssuer(one.claims, keyOf(one.key.id, options));
    needTime(one.claims, now_ms, skew_ms);
  }
}

async function verifyChain(
  token: string,
  parents: readonly string[],
  options: VerifyTokenOptions,
  skewMs: number,
): Promise<VerifiedToken> {
  const { audience, now_ms: now } = options;
  const parsed = parseToken(token);
  const key = keyOf(idIn(parsed), options);
  if (!(await isSigned(parsed, key.publicKey, implicitAssertion(audience), options.verify)))
    throw new TokenError("token_signature", { wanted: "a signature of its key for this audience" });
  const claims = readClaims(parsePayload(parsed.message));
  needIssuer(claims, key);
  if (claims.aud !== audience)
    throw new TokenError("claim_audience", {
      path: "aud",
      wanted: quoted(audience),
      came: quoted(claims.aud),
    });
  needTime(claims, now, skewMs);
  const verified: VerifiedToken = { token, claims, key, audience };
  const [parent, ...older] = parents;
  if (claims.par === undefined) {
    if (parent === undefined) return verified;
    throw new TokenError("parent_surplus", { wanted: "no parent", came: `${parents.length}` });
  }
  if (parent === undefined) throw new TokenError("parent_missing", { wanted: "its parent", came: "none" });
  if (parents.length > PARENTS_MAX)
    throw new TokenError("parent_surplus", {
      wanted: `at most ${PARENTS_MAX} parents`,
      came: `${parents.length}`,
    });
  if (tokenDigest(parent) !== claims.par)
    throw new TokenError("child_parent", {
      path: "par",
      wanted: "the digest of the parent",
      came: "another",
    });
  const believed = await verifyChain(parent, older, options, skewMs);
  needChild(believed.claims, claims);
  return { ...verified, parent: believed };
}

function shownTime(ms: number): string {
  return Number.isFinite(ms) && Math.abs(ms) <= 8_640_000_000_000_000 ? timeText(ms) : `${ms}`;
}

function needIssuer({ iss }: Claims, { issuer }: TokenKey): void {
  if (iss !== issuer)
    throw new TokenError("claim_issuer", { path: "iss", wanted: quoted(issuer), came: quoted(iss) });
}

function needTime({ nbf_ms, exp_ms }: Claims, now: number, skewMs: number): void {
  if (!(now + skewMs >= nbf_ms))
    throw new TokenError("token_early", {
      wanted: `a time from ${timeText(nbf_ms)}`,
      came: shownTime(now),
    });
  if (!(now - skewMs < exp_ms))
    throw new TokenError("token_expired", {
      wanted: `a time before ${timeText(exp_ms)}`,
      came: shownTime(now),
    });
}

/** The key that the footer names. */
function idIn({ footer }: ParsedToken): string {
  const id = footer.length > FOOTER_BYTES_MAX ? undefined : FOOTER.exec(ASCII.decode(footer))?.[1];
  if (id !== undefined) return id;
  throw new TokenError("token_footer", {
    wanted: '{"kid":"k4.pid.…"}',
    came: `${footer.length} other bytes`,
  });
}

/** The key of a name, if it may mint for whoever asks. */
function keyOf(id: string, { keys, audience, now_ms: now }: VerifyTokenOptions): TokenKey {
  const key = keys.find((one) => one.id === id);
  if (key === undefined) throw new TokenError("key_unknown", { wanted: "a key of the list", came: id });
  const { status, from_ms = 0, to_ms = Number.POSITIVE_INFINITY, audiences } = key;
  if (status !== "current" && status !== "retiring")
    throw new TokenError("key_status", {
      path: id,
      wanted: "a key that signs",
      came: `one that is ${status}`,
    });
  if (!(now >= from_ms && now < to_ms))
    throw new TokenError("key_validity", {
      path: id,
      wanted: "a key that is valid now",
      came: shownTime(now),
    });
  if (!audiences.includes(audience))
    throw new TokenError("key_audience", {
      path: id,
      wanted: audiences.map(quoted).join(" or "),
      came: quoted(audience),
    });
  return key;
}
