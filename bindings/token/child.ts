/**
 * A token from a token: the same permission with more constraints. It keeps issuer and jti, so that of a token and all that
 * was made from it one is used, once.
 */

import { keyId } from "../keys/paserk.ts";
import type { Signer } from "../keys/signer.ts";
import { type Claims, constraintJson } from "./claims.ts";
import { type Constraint, checkedConstraints, namesNoMore } from "./constraints.ts";
import { TokenError } from "./errors.ts";
import { writeToken } from "./mint.ts";
import { isAny, type OptionTable, optionsFault, orNothing, SIGNER } from "./options.ts";
import { PARENTS_MAX, tokenDigest, type VerifiedToken } from "./verify.ts";

export interface AttenuateOptions {
  /** Appended to those of the parent. */
  readonly constraints: readonly Constraint[];
  /** Signs the child: a key of the same issuer. */
  readonly signer: Signer;
  /** Default: that of the parent. Whole seconds count. */
  readonly exp_ms?: number;
}

const OPTIONS: OptionTable<AttenuateOptions> = {
  // Looked at as an envelope.
  constraints: [isAny, ""],
  signer: SIGNER,
  exp_ms: [orNothing(Number.isFinite), "milliseconds since 1970"],
};

/**
 * A token that covers less than another one. Who verifies it needs the parent too.
 * @throws TokenError `mint_option`, `child_*`, `claim_*`; `parent_surplus` where it would have more parents than a token can.
 */
export async function attenuate(parent: VerifiedToken, options: AttenuateOptions): Promise<string> {
  const fault = optionsFault(options, OPTIONS);
  if (fault !== undefined) throw new TokenError("mint_option", fault);
  needFewParents(parent);
  const { claims } = parent;
  const { args } = claims.cap;
  if (args.mode !== "match")
    throw new TokenError("child_envelope", {
      path: "cap[0].args.mode",
      wanted: "match",
      came: "exact arguments, which nothing can be taken from",
    });
  const appended = checkedConstraints(options.constraints, "constraints");
  const exp = Math.floor((options.exp_ms ?? claims.exp_ms) / 1000) * 1000;
  const child: Claims = {
    ...claims,
    exp_ms: exp,
    cap: { ...claims.cap, args: { ...args, c: [...args.c, ...appended] } },
    par: tokenDigest(parent.token),
  };
  needChild(claims, child);
  return writeToken(child, keyId(options.signer.publicKey), options.signer);
}

function needFewParents(parent: VerifiedToken): void {
  let count = 0;
  for (let one: VerifiedToken | undefined = parent; one !== undefined; one = one.parent) count++;
  if (count <= PARENTS_MAX) return;
  throw new TokenError("parent_surplus", {
    wanted: `at most ${PARENTS_MAX} parents`,
    came: `${count}`,
    advice: "Make it of a token that is nearer to the first.",
  });
}

/**
 * Refuses a child that is more than its parent. That it names its parent was checked.
 * @throws TokenError `child_*`.
 */
export function needChild(parent: Claims, child: Claims): void {
  for (const name of ["iss", "sub", "aud", "act", "jti", "txn", "ctx", "pol", "prov"] as const)
    needSame("child_claims", name, parent[name], child[name]);
  for (const name of ["tool", "server", "direct", "lim"] as const)
    needSame("child_claims", `cap[0].${name}`, parent.cap[name], child.cap[name]);
  const [before, after] = [parent.cap.args, child.cap.args];
  if (before.mode !== "match" || after.mode !== "match")
    throw new TokenError("child_envelope", { path: "cap[0].args.mode", wanted: "match", came: "exact" });
  before.c.forEach((constraint, at) => {
    const same = after.c[at];
    const isSame =
      same !== undefined && jsonText(constraintJson(constraint)) === jsonText(constraintJson(same));
    if (isSame) return;
    throw new TokenError("child_envelope", {
      path: `cap[0].args.c[${at}]`,
      wanted: "the constraint of the parent",
      came: same === undefined ? "none" : "another one",
    });
  });
  if (!namesNoMore(before.c, after.c.slice(before.c.length)))
    throw new TokenError("child_wider", {
      path: "cap[0].args.c",
      wanted: "constraints about arguments that the parent names",
      came: "one that names another",
    });
  if (child.iat_ms !== parent.iat_ms || child.nbf_ms < parent.nbf_ms || child.exp_ms > parent.exp_ms)
    throw new TokenError("child_lifetime", { wanted: "the time of the parent, or less", came: "more" });
}

function needSame(code: "child_claims", path: string, wanted: unknown, came: unknown): void {
  if (jsonText(wanted) === jsonText(came)) return;
  throw new TokenError(code, { path, wanted: "that of the parent", came: "another one" });
}

/** Claims were read into one order, so equal ones have equal texts. */
function jsonText(value: unknown): string {
  return JSON.stringify(value) ?? "";
}
