/**
 * One approval as it is kept: the reviewed record, the request that it was made for, and what persons said. Its state
 * follows from that, from the list of persons and from the time, and is not written down beside it to contradict it.
 */

import { isRequestOf } from "../evidence/commitments.ts";
import { listOf, mapOf, needs } from "../evidence/fault.ts";
import { readRecord } from "../evidence/record.ts";
import { decode } from "../src/codec/decode.ts";
import { encode } from "../src/codec/encode.ts";
import { CodecError } from "../src/codec/errors.ts";
import { decisionFromRecord, type Wording } from "../src/decision.ts";
import { ARGS_DOMAIN } from "../src/domains.ts";
import { REQUEST_BYTES_MAX, TIME_MS_MAX } from "../src/gen/limits.ts";
import { fromHex, hex, sha256 } from "../src/sha256.ts";
import type { Context, Decision, Request } from "../src/types.ts";
import { ReviewError } from "./errors.ts";
import type { Statement, Terms } from "./statement.ts";

/** `damaged`: what is kept cannot be read, or has a denial that nobody signed. Nothing goes on with it. */
export type ApprovalState = "open" | "approved" | "denied" | "expired" | "used" | "damaged";

/** A statement with the time at which it came, which nobody signed. */
export interface KeptStatement extends Statement {
  readonly time_ms: number;
}

export interface Approval {
  /** First 16 bytes of the record's digest, in hex. */
  readonly handle: string;
  readonly record: Uint8Array;
  /** With the salt of the reviewed call, so that it can be decided again under the same commitments. */
  readonly request: Uint8Array;
  readonly at_ms: number;
  readonly expires_ms: number;
  /** Whoever asked could have written the list of persons. */
  readonly self_approvable: boolean;
  readonly statements: readonly KeptStatement[];
  /** What ended it, besides a denial. */
  readonly ended: { readonly state: "expired" | "used"; readonly time_ms: number } | undefined;
}

const VERSION = 1;
const HANDLE_BYTES = 16;
export const HANDLE = /^[0-9a-f]{32}$/;
/** A person may say something once, and a list of persons is short; a file of more was not written by this. */
export const STATEMENTS_MAX = 64;
const BYTES_MAX = REQUEST_BYTES_MAX * 4;

export function handleOf(record: Uint8Array): string {
  return hex(fromHexOf(digestOf(record)).subarray(0, HANDLE_BYTES));
}

const PLAIN: Wording = { sentence: () => undefined, maximum: () => 0 };

function digestOf(record: Uint8Array): string {
  return decisionOf(record).digests.record;
}

/** What the record says, with the sentences of a policy where there is one. */
export function decisionOf(record: Uint8Array, wording: Wording = PLAIN): Decision {
  return decisionFromRecord(record, wording) as Decision;
}

/** @throws ReviewError `approval_record` unless the engine decided this call, and this is its request. */
export function checkCall(record: Uint8Array, request: Uint8Array): void {
  need(callFault(record, request));
}

/** @throws ReviewError `approval_record` unless a person may say yes to this decision about this request. */
export function checkReviewed(record: Uint8Array, request: Uint8Array): void {
  checkCall(record, request);
  const { verdict } = decisionOf(record);
  need(verdict === "review" ? undefined : ["the verdict review", verdict]);
}

type WantedAndCame = readonly [wanted: string, came: string];

function need(fault: WantedAndCame | undefined): void {
  if (fault === undefined) return;
  const [wanted, came] = fault;
  throw new ReviewError("approval_record", { wanted, came });
}

function callFault(record: Uint8Array, request: Uint8Array): WantedAndCame | undefined {
  const read = readRecord(record);
  if ("reason" in read) return ["the record of a decision", `${read.path}: ${read.reason}`];
  const { engine } = read;
  // What the host answered instead of the engine cannot be decided again by it.
  if (engine === undefined) return ["a decision of the engine", "one of the host"];
  if (engine.event !== undefined) return ["the decision of a call", "one of an event"];
  if (!isRequestOf(record, request)) return ["the request of this record", "another one"];
  return undefined;
}

/** What all who are asked sign. */
export function termsOf({ record, at_ms, expires_ms }: Approval): Terms {
  const { digests, reasons } = decisionOf(record);
  return {
    args: fromHexOf(digests.args),
    at_ms,
    expires_ms,
    image: fromHexOf(digests.image),
    of: fromHexOf(digests.record),
    reasons: reasons.map(({ code }) => code),
  };
}

/** How many persons must approve. */
export function approversOf({ record }: Approval): number {
  return decisionOf(record).obligations.approvers ?? 1;
}

/** The call that was reviewed, decoded from the bytes that were hashed, without what was said to it before. */
export function requestOf({ request }: Pick<Approval, "request">): Request & { readonly salt: Uint8Array } {
  const {
    approval: _approval,
    reviewer: _reviewer,
    cells: _cells,
    engine: _engine,
    image: _image,
    v: _v,
    ...call
  } = decode(request) as unknown as Record<string, unknown>;
  return call as unknown as Request & { readonly salt: Uint8Array };
}

/** Digest of the arguments or fields without salt: equal calls have equal ones. It never leaves the store. */
export function plainArgs(approval: Approval): string {
  const { args, fields } = requestOf(approval);
  return hex(sha256(ARGS_DOMAIN, encode(args ?? fields)));
}

/**
 * Whether an approval is one of this very call, whenever and under whatever salt it is asked for: the same policy, the
 * same tool, arguments, context and way of asking, no reason that was not shown, and no more persons wanted.
 */
export function isOfCall(approval: Approval, record: Uint8Array, request: Uint8Array): boolean {
  const [was, is] = [decisionOf(approval.record), decisionOf(record)];
  if (was.digests.image !== is.digests.image || callText(approval) !== callText({ request })) return false;
  const shown = new Set(was.reasons.map(({ code }) => code));
  if (!is.reasons.every(({ code }) => shown.has(code))) return false;
  return (was.obligations.approvers ?? 1) >= (is.obligations.approvers ?? 1);
}

function callText(approval: Pick<Approval, "request">): string {
  const { salt: _salt, context, ...call } = requestOf(approval);
  return hex(encode({ ...call, context: { ...context, time_ms: 0 } }, BYTES_MAX));
}

/** Which sessions opened which, by what contexts tell. */
export type Parents = ReadonlyMap<string, ReadonlySet<string>>;

export function parentsIn(contexts: readonly Context[]): Parents {
  const parents = new Map<string, Set<string>>();
  for (const { tenant, session, parent } of contexts) {
    if (session === undefined || parent === undefined) continue;
    const name = nameOf(tenant, session);
    parents.set(name, (parents.get(name) ?? new Set()).add(nameOf(tenant, parent)));
  }
  return parents;
}

/**
 * Whose patience a call takes: its session and all above it, as far as is known; where there is none, whoever asks. Calls
 * that have anybody in common share the room for open approvals and the cool-down after a denial.
 */
export function familyOf(context: Context, parents: Parents): ReadonlySet<string> {
  const { tenant, parent, session, principal, agent, actor } = context;
  const family = new Set<string>();
  for (const one of [session, parent]) if (one !== undefined) family.add(nameOf(tenant, one));
  if (family.size === 0) family.add(JSON.stringify([tenant, principal, agent, actor]));
  // Goes on over what is added meanwhile; each name once, so a circle of parents ends.
  for (const name of family) for (const above of parents.get(name) ?? []) family.add(above);
  return family;
}

function nameOf(tenant: string | undefined, session: string): string {
  return JSON.stringify([tenant, session]);
}

const FAMILY = ["tenant", "session", "parent", "principal", "agent", "actor"] as const;

/** Whose call damaged bytes were about, where that can still be read. */
export function contextIn(bytes: Uint8Array): Context | undefined {
  try {
    const { request } = decode(bytes) as unknown as Approval;
    const { context } = requestOf({ request });
    const names = FAMILY.map((name) => context[name] as unknown);
    return names.every((name) => name === undefined || typeof name === "string") ? context : undefined;
  } catch {
    return undefined;
  }
}

/** @param path where people find it. @throws ReviewError `approval_file`. */
export function readApproval(bytes: Uint8Array, handle: string, path = handle): Approval {
  const refuse = (came: string, cause?: unknown): never => {
    throw new ReviewError("approval_file", { path, wanted: "an approval of version 1", came, cause });
  };
  let value: unknown;
  try {
    value = decode(bytes);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return refuse(error.message, error);
  }
  const refusal = FILE(value);
  if (refusal !== undefined) return refuse(`${refusal.fault.path}: ${refusal.fault.reason}`);
  const { v: _v, ...members } = value as Omit<Approval, "handle" | "ended"> & {
    v: 1;
    ended?: Approval["ended"];
  };
  try {
    checkReviewed(members.record, members.request);
  } catch (error) {
    if (!(error instanceof ReviewError)) throw error;
    return refuse(error.message, error);
  }
  if (members.at_ms >= members.expires_ms) return refuse("one that ends before it begins");
  const found = handleOf(members.record);
  if (found !== handle) return refuse(`that of ${found}`);
  return { ...members, handle, ended: members.ended };
}

export function approvalBytes(approval: Approval): Uint8Array {
  const { handle: _handle, ended, statements, ...members } = approval;
  return encode(
    {
      ...members,
      ...(ended === undefined ? {} : { ended }),
      statements: statements.map(({ act, by, key, signature, time_ms }) => ({
        act,
        by,
        key,
        signature,
        time_ms,
      })),
      v: VERSION,
    },
    BYTES_MAX,
  );
}

const isBytes = needs("bytes", (value) => value instanceof Uint8Array);
const isTime = needs(
  "a time",
  (value) => Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= TIME_MS_MAX,
);
const isOneOf = (...words: readonly unknown[]) => needs(words.join(" or "), (value) => words.includes(value));
const isName = needs(
  "a text of 1 to 256",
  (value) => typeof value === "string" && value.length > 0 && value.length <= 256,
);

const FILE = mapOf({
  at_ms: isTime,
  "ended?": mapOf({ state: isOneOf("expired", "used"), time_ms: isTime }),
  expires_ms: isTime,
  record: isBytes,
  request: isBytes,
  self_approvable: isOneOf(true, false),
  statements: listOf(
    mapOf({
      act: isOneOf("approve", "deny"),
      by: isName,
      key: isName,
      signature: needs("64 bytes", (value) => value instanceof Uint8Array && value.length === 64),
      time_ms: isTime,
    }),
    0,
    STATEMENTS_MAX,
  ),
  v: isOneOf(VERSION),
});

export function fromHexOf(text: string): Uint8Array {
  return fromHex(text) as Uint8Array;
}
