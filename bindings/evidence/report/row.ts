/** One line of a report: what an auditor sorts, filters and samples by, out of one entry of a log. */

import { type CmpValue, CodecError, decode, isMap } from "../../src/codec/decode.ts";
import { decisionFromRecord, shownEvent, type Wording } from "../../src/decision.ts";
import { hex } from "../../src/sha256.ts";
import type {
  Binding,
  Durability,
  EventFacts,
  LoweredBy,
  Mode,
  Obligations,
  Reason,
  Tier,
  Verdict,
} from "../../src/types.ts";
import { EvidenceError } from "../errors.ts";
import { controlsOf } from "./controls.ts";
import { item } from "./text.ts";

/** An entry of a log as it is decoded: exactly one of record and note is there. */
export interface ReportEntry {
  readonly seq: number;
  readonly prev: Uint8Array;
  readonly record?: Uint8Array;
  readonly note?: ReportNote;
  readonly sealed?: { readonly key: Uint8Array; readonly sha256: Uint8Array };
}

/** What the log says about itself: `begin`, `cut`, `key`, `erase`. */
export interface ReportNote {
  readonly kind: string;
  readonly time_ms: number;
  readonly [member: string]: CmpValue;
}

/**
 * What became of the sealed request: opened here, there and not opened, erased by an entry of the log, never kept, or
 * gone without such an entry.
 */
export type PayloadState = "opened" | "withheld" | "erased" | "none" | "lost";

/** What the entry itself does not say. */
export interface RowFacts {
  readonly shard: string;
  /** Leaf hash of the entry, 32 bytes. */
  readonly leaf: Uint8Array;
  /**
   * Bytes of the request, where they were opened. The row believes them: whoever opens them compares them with what
   * the entry commits to.
   */
  readonly opened?: Uint8Array;
  /** Default: `opened` with the bytes, else `withheld` where something was sealed, else `none`. */
  readonly payload?: PayloadState;
  /** What became of the call, from a later entry. */
  readonly outcome?: string;
  /** The token by which it ran, from a later entry. */
  readonly token?: string;
  /** The sentences of the policy that the record names. Without them a reason is its code. */
  readonly sentence?: (code: string) => string | undefined;
  /** Ids of the clauses that the row is evidence for. */
  readonly controlsOf?: (row: RowWithoutControls) => readonly string[];
}

/** Everything is there in every row; what does not apply is "", [] or null. */
export interface ReportRow {
  readonly shard: string;
  readonly seq: number;
  readonly kind: "call" | "event" | "note";
  /** Of an event or note what happened: `freeze`, `erase`. */
  readonly event: string;
  /** Its facts in one line. */
  readonly detail: string;
  readonly time_ms: number;
  readonly verdict: Verdict | "";
  readonly mode: Mode | "";
  readonly by: "engine" | "host" | "log";
  readonly tier: Tier | "";
  /** Basis points; null where nothing was scored. */
  readonly score: number | null;
  /** The action that the call is named after. */
  readonly action: string;
  /** Of every part, in the order of the record. */
  readonly actions: readonly string[];
  readonly mapping: readonly string[];
  readonly reasons: readonly Reason[];
  readonly gate: string;
  readonly rows: readonly string[];
  readonly lowered_by: readonly LoweredBy[];
  readonly obligations: Obligations;
  readonly principal: string;
  readonly actor: string;
  readonly agent: string;
  readonly session: string;
  /** `actor: sso`: which facts of the context somebody vouches for, and who. */
  readonly vouched: readonly string[];
  readonly tool: string;
  readonly server: string;
  readonly approver: string;
  readonly token: string;
  readonly outcome: string;
  /** Of an outcome the digest of the record that it belongs to. */
  readonly of: string;
  readonly binding: Binding | "";
  readonly durability: Durability | "";
  readonly image: string;
  readonly edition: string;
  readonly engine: string;
  readonly record: string;
  readonly request: string;
  readonly args: string;
  readonly leaf: string;
  readonly prev: string;
  readonly payload: PayloadState;
  /** SHA-256 of the sealed bytes. */
  readonly sealed: string;
  /** Id of the key that they are sealed under, or that was erased. */
  readonly subject: string;
  readonly controls: readonly string[];
}

export type RowWithoutControls = Omit<ReportRow, "controls">;

const NO_DECISION = {
  event: "",
  detail: "",
  verdict: "",
  mode: "",
  tier: "",
  score: null,
  action: "",
  actions: [],
  mapping: [],
  reasons: [],
  gate: "",
  rows: [],
  lowered_by: [],
  obligations: {},
  outcome: "",
  of: "",
  binding: "",
  durability: "",
  image: "",
  edition: "",
  engine: "",
  record: "",
  request: "",
  args: "",
} as const;

const NOBODY = {
  principal: "",
  actor: "",
  agent: "",
  session: "",
  vouched: [] as readonly string[],
  tool: "",
  server: "",
};

/**
 * The row of an entry.
 * @throws EvidenceError when the entry holds no record of version 1 and no note, or the opened bytes are no request.
 */
export function rowOf(entry: ReportEntry, facts: RowFacts): ReportRow {
  const { seq, prev, record, note, sealed } = entry;
  const { shard, opened, outcome = "", token = "" } = facts;
  const place = `${shard}, entry ${seq}`;
  if ((record === undefined) === (note === undefined)) {
    throw new EvidenceError("report_entry", `${place}: wanted either a record or a note`);
  }
  const row: RowWithoutControls = {
    shard,
    seq,
    ...NO_DECISION,
    outcome,
    ...NOBODY,
    ...(opened === undefined ? {} : requestMembers(opened, place)),
    approver: "",
    token,
    leaf: hex(facts.leaf),
    prev: hex(prev),
    payload: facts.payload ?? (opened !== undefined ? "opened" : sealed !== undefined ? "withheld" : "none"),
    sealed: sealed === undefined ? "" : hex(sealed.sha256),
    subject: sealed === undefined ? "" : hex(sealed.key),
    ...(record === undefined ? noteMembers(note as ReportNote) : recordMembers(record, facts, place)),
  };
  return { ...row, controls: (facts.controlsOf ?? controlsOf)(row) };
}

function noteMembers({ kind, time_ms, ...rest }: ReportNote) {
  const { subject, record, jti, status } = rest;
  return {
    kind: "note" as const,
    by: "log" as const,
    event: kind,
    time_ms,
    detail: detailOf(rest),
    ...(subject instanceof Uint8Array ? { subject: hex(subject) } : {}),
    // Of a token that was burnt, and of what became of its call.
    ...(record instanceof Uint8Array ? { of: hex(record) } : {}),
    ...(typeof jti === "string" ? { token: jti } : {}),
    ...(typeof status === "string" ? { outcome: status } : {}),
  };
}

function recordMembers(record: Uint8Array, { sentence, outcome }: RowFacts, place: string) {
  // Only the numbers of the record are read here, and no maxima.
  const wording: Wording = { sentence: (code) => sentence?.(code), maximum: () => 0 };
  const decision = readable(() => decisionFromRecord(record, wording), `${place}: the record`);
  if (decision === undefined) {
    throw new EvidenceError("report_record", `${place}: wanted a record of version 1`);
  }
  const { event, by, digests, parts } = decision;
  return {
    kind: event === undefined ? ("call" as const) : ("event" as const),
    by,
    time_ms: decision.time_ms,
    verdict: decision.verdict,
    mode: decision.mode,
    // The host scores nothing, and the score of an event says nothing.
    ...(by === "host" || event !== undefined ? {} : { tier: decision.tier, score: decision.score }),
    action: decision.action,
    actions: parts.map(({ action }) => action),
    mapping: parts.map(({ mapping }) => mapping),
    reasons: decision.reasons,
    gate: decision.gate ?? "",
    rows: decision.rows,
    lowered_by: decision.lowered_by,
    // Whose approval counted; those of one that came to nothing stand in the record alone.
    approver: decision.lowered_by
      .filter(({ kind }) => kind === "approval")
      .map(({ name }) => name)
      .join("; "),
    obligations: decision.obligations,
    binding: decision.binding,
    durability: decision.durability,
    image: digests.image,
    edition: decision.edition,
    engine: digests.engine,
    record: digests.record,
    request: digests.request,
    args: digests.args,
    ...(event === undefined ? {} : eventMembers(event, outcome)),
  };
}

function eventMembers(event: EventFacts, outcome = ""): Partial<RowWithoutControls> {
  const { kind, of = "", status = outcome, ...rest } = shownEvent(event) as Record<string, string>;
  return { event: kind as string, detail: detailOf(rest), outcome: status, of };
}

function requestMembers(bytes: Uint8Array, place: string): typeof NOBODY {
  const request = readable(() => decode(bytes), `${place}: the opened request`);
  const context = isMap(request) ? request.context : undefined;
  if (!isMap(request) || !isMap(context)) {
    throw new EvidenceError("report_request", `${place}: wanted a request with its context`);
  }
  const text = (value: CmpValue | undefined): string => (typeof value === "string" ? value : "");
  const { asserted_by } = context;
  const vouched = isMap(asserted_by) ? Object.entries(asserted_by) : [];
  return {
    principal: text(context.principal),
    actor: text(context.actor),
    agent: text(context.agent),
    session: text(context.session),
    vouched: vouched.map(([fact, authority]) => `${fact}: ${item(text(authority))}`),
    tool: text(request.tool),
    server: text(request.server),
  };
}

function readable<T>(read: () => T, what: string): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof CodecError) throw new EvidenceError("report_bytes", `${what}: ${error.message}`);
    throw error;
  }
}

/** Facts in one line, in the order of their names: `reason: left the company; scope: agent`. */
function detailOf(facts: Readonly<Record<string, CmpValue>>): string {
  return Object.keys(facts)
    .sort()
    .map((name) => `${name}: ${factText(facts[name] as CmpValue)}`)
    .join("; ");
}

function factText(value: CmpValue): string {
  if (value instanceof Uint8Array) return hex(value);
  if (Array.isArray(value)) return value.map(factText).join(", ");
  if (isMap(value)) return `(${detailOf(value)})`;
  return item(String(value));
}
