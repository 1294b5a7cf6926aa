/**
 * A decision: four numbers read at once, everything else decoded from the record when somebody asks. The record is the
 * evidence, so nothing here says more than the record does.
 */

import { decode } from "./codec/decode.ts";
import { CmpWriter, CodecError, encode } from "./codec/encode.ts";
import { COMMIT_DOMAIN, RECORD_DOMAIN } from "./domains.ts";
import { deepFreeze } from "./frozen.ts";
import {
  AMPLIFIER_COUNT,
  AMPLIFIER_NAMES,
  BINDING_NAMES,
  COUNTED_NAMES,
  DURABILITY_NAMES,
  EVENT_KIND_NAMES,
  EVENT_STATUS_NAMES,
  FLAG_COUNT,
  FLAG_NAMES,
  FREEZE_SCOPE_NAMES,
  LABEL_NAMES,
  LOWERED_KIND_NAMES,
  MODE_NAMES,
  REVIEWER_ANSWER_NAMES,
  TIER_CRITICAL,
  TIER_NAMES,
  TRUST_NAMES,
  VERDICT_NAMES,
  VERSION_RECORD,
} from "./gen/codes.ts";
import { HAZARD_MAX, SCORE_MAX, SIGNATURE_BYTES, TIME_MS_MAX } from "./gen/limits.ts";
import { isNote } from "./note.ts";
import { hex, sha256 } from "./sha256.ts";
import type {
  AmplifierLevel,
  Approval,
  ApprovalJson,
  Binding,
  CellChange,
  Decision,
  DecisionFacts,
  DecisionJson,
  Digests,
  Durability,
  EventFacts,
  EventJson,
  EventRequest,
  FlagHazard,
  LoweredBy,
  Mode,
  NextCell,
  Obligations,
  Part,
  Reason,
  RememberedDecision,
  Request,
  ReviewerAnswer,
  ReviewerJson,
  Tier,
  Verdict,
} from "./types.ts";

/** What a decision needs to know of its policy: words for people and the maxima of the amplifiers. */
export interface Wording {
  /** Sentence of a reason code, or undefined when the policy has none. */
  sentence(code: string): string | undefined;
  /** Maximum level of an amplifier, by number. */
  maximum(amplifier: number): number;
}

/** The members of a record as CMP/1 gives them: docs/format/record.md. */
interface RecordMembers {
  readonly approval?: Approval;
  readonly args?: Uint8Array;
  readonly binding: Binding;
  readonly by?: "host";
  readonly cells?: readonly (Omit<CellChange, "note"> & { readonly note?: Uint8Array })[];
  readonly durability: Durability;
  readonly edition: string;
  readonly engine: Uint8Array;
  readonly event?: EventFacts;
  readonly gate?: string;
  readonly hazard: number;
  readonly image: Uint8Array;
  readonly lowered_by: readonly (readonly [LoweredBy["kind"], string, string])[];
  readonly mode: Mode;
  readonly obligations: Obligations;
  readonly parent?: Uint8Array;
  readonly parts: readonly {
    readonly action: string;
    readonly counted: Part["counted"];
    readonly flags: readonly (readonly [flag: number, role: number, hazard: number])[];
    readonly hazard: number;
    readonly levels: readonly (readonly [level: number, gain: number])[];
    readonly mapping: string;
  }[];
  readonly reasons: readonly string[];
  readonly request?: Uint8Array;
  readonly reviewer?: ReviewerAnswer;
  readonly rows: readonly string[];
  readonly score: number;
  readonly thresholds: readonly number[];
  readonly tier: Tier;
  readonly time_ms: number;
  readonly verdict: Verdict;
}

const DIGEST_BYTES = 32;
const CELL_EVENT_BYTES = 40;
const FLAG_ROLES = ["primary", "secondary"] as const;

/** The part that the call is named after: of the largest hazard, the first of them. */
function mainPart<P extends Pick<Part, "hazard">>(parts: readonly P[]): P | undefined {
  const largest = Math.max(...parts.map(({ hazard }) => hazard));
  return parts.find(({ hazard }) => hazard === largest);
}

class RecordDecision implements DecisionFacts {
  readonly #record: Uint8Array;
  readonly #verdict: number;
  readonly #tier: number;
  readonly #score: number;
  readonly #hazard: number;
  readonly #wording: Wording;
  readonly #nextBytes: readonly (Uint8Array | undefined)[];
  #members: RecordMembers | undefined;

  constructor(
    record: Uint8Array,
    verdict: number,
    tier: number,
    score: number,
    hazard: number,
    wording: Wording,
    nextBytes: readonly (Uint8Array | undefined)[],
  ) {
    this.#record = record;
    this.#verdict = verdict;
    this.#tier = tier;
    this.#score = score;
    this.#hazard = hazard;
    this.#wording = wording;
    this.#nextBytes = nextBytes;
  }

  get #read(): RecordMembers {
    this.#members ??= deepFreeze(decode(this.#record) as unknown as RecordMembers);
    return this.#members;
  }

  get verdict(): Verdict {
    // Total: a number outside the list would be a denial.
    return VERDICT_NAMES[this.#verdict] ?? "deny";
  }

  get tier(): Tier {
    return TIER_NAMES[this.#tier] ?? "critical";
  }

  get score(): number {
    return this.#score;
  }

  get hazard(): number {
    return this.#hazard;
  }

  get by(): "engine" | "host" {
    return this.#read.by ?? "engine";
  }

  get mode(): Mode {
    return this.#read.mode;
  }

  get binding(): Binding {
    return this.#read.binding;
  }

  get durability(): Durability {
    return this.#read.durability;
  }

  get event(): EventFacts | undefined {
    return this.#read.event;
  }

  get approval(): Approval | undefined {
    return this.#read.approval;
  }

  get reviewer(): ReviewerAnswer | undefined {
    return this.#read.reviewer;
  }

  get parent(): Uint8Array | undefined {
    return this.#read.parent;
  }

  get action(): string {
    return mainPart(this.#read.parts ?? [])?.action ?? "";
  }

  get parts(): readonly Part[] {
    return (this.#read.parts ?? []).map((part) => ({
      action: part.action,
      mapping: part.mapping,
      counted: part.counted,
      flags: part.flags.map(
        ([flag, role, hazard]) => ({ flag: FLAG_NAMES[flag], role: FLAG_ROLES[role], hazard }) as FlagHazard,
      ),
      amplifiers: part.levels.map(
        ([level, gain], number) =>
          ({
            amplifier: AMPLIFIER_NAMES[number],
            level,
            max: this.#wording.maximum(number),
            gain,
          }) as AmplifierLevel,
      ),
      hazard: part.hazard,
    }));
  }

  get gate(): string | undefined {
    return this.#read.gate;
  }

  get rows(): readonly string[] {
    return this.#read.rows ?? [];
  }

  get reasons(): readonly Reason[] {
    return this.#read.reasons.map((code) => ({
      code,
      sentence: this.#wording.sentence(code) ?? HOST_SENTENCES[code] ?? code,
    }));
  }

  get obligations(): Obligations {
    return this.#read.obligations ?? {};
  }

  get lowered_by(): readonly LoweredBy[] {
    return (this.#read.lowered_by ?? []).map(([kind, name, authority]) => ({ kind, name, authority }));
  }

  get cells(): readonly CellChange[] {
    return cellsOf(this.#read);
  }

  /** Only of use where the engine was asked with histories: {@link RememberedDecision}. */
  get next(): readonly NextCell[] {
    return this.cells.map((cell, at) => ({ ...cell, bytes: this.#nextBytes[at] }));
  }

  get thresholds(): readonly number[] {
    return this.#read.thresholds ?? [];
  }

  get time_ms(): number {
    return this.#read.time_ms;
  }

  get edition(): string {
    return this.#read.edition;
  }

  get digests(): Digests {
    const { engine, image, request, args } = this.#read;
    return {
      engine: hex(engine),
      image: hex(image),
      request: hex(request ?? NOTHING),
      args: hex(args ?? NOTHING),
      record: hex(sha256(RECORD_DOMAIN, this.#record)),
    };
  }

  get record(): Uint8Array {
    return this.#record.slice();
  }

  toJSON(): DecisionJson {
    const { parts } = this;
    const part = mainPart(parts);
    return {
      verdict: this.verdict,
      tier: this.tier,
      score: this.score,
      hazard: this.hazard,
      ...(this.event === undefined ? {} : { event: shownEvent(this.event) }),
      ...(this.approval === undefined ? {} : { approval: shownApproval(this.approval) }),
      ...(this.reviewer === undefined ? {} : { reviewer: shownReviewer(this.reviewer) }),
      ...(this.parent === undefined ? {} : { parent: hex(this.parent) }),
      action: this.action,
      mapping: part?.mapping ?? "",
      flags: part?.flags ?? [],
      amplifiers: part?.amplifiers ?? [],
      parts: parts.map(({ action, mapping, counted, hazard }) => ({ action, mapping, counted, hazard })),
      ...(this.gate === undefined ? {} : { gate: this.gate }),
      rows: this.rows,
      reasons: this.reasons,
      obligations: this.obligations,
      lowered_by: this.lowered_by,
      ...(this.#read.cells === undefined ? {} : { cells: this.cells.map(shownCell) }),
      by: this.by,
      mode: this.mode,
      binding: this.binding,
      durability: this.durability,
      time_ms: this.time_ms,
      edition: this.edition,
      digests: this.digests,
    };
  }

  /** What Node, Deno and Bun show when a decision is logged. */
  [Symbol.for("nodejs.util.inspect.custom")](): DecisionJson {
    return this.toJSON();
  }
}

function cellsOf({ cells = [] }: Pick<RecordMembers, "cells">): readonly CellChange[] {
  return cells.map(({ id, before, after, events, note = NOTHING }) => ({ id, before, after, events, note }));
}

/** An event as JSON shows it. */
export function shownEvent(event: EventFacts): EventJson {
  const { of, ...rest } = event as Exclude<EventFacts, { kind: "freeze" }> & { of?: Uint8Array };
  return { ...(rest as EventJson), ...(of === undefined ? {} : { of: hex(of) }) };
}

function shownApproval({ approvers, args, image, of, ...rest }: Approval): ApprovalJson {
  const shown = approvers.map(({ id, key, signature }) => ({ id, key, signature: hex(signature) }));
  return { approvers: shown, args: hex(args), image: hex(image), of: hex(of), ...rest };
}

function shownReviewer({ of, prompt, ...rest }: ReviewerAnswer): ReviewerJson {
  return { ...rest, of: hex(of), prompt: hex(prompt) };
}

function shownCell({ id, before, after }: CellChange): { id: string; before: string; after: string } {
  return { id: hex(id), before: hex(before), after: hex(after) };
}

const NOTHING = new Uint8Array(0);
const NO_CELLS: readonly undefined[] = [];

/** Why a host answers a call that it could not put to the engine, or whose answer it could not keep. */
export type HostReason = "request_too_large" | "engine_fault" | "state_contention" | "state_unavailable";

/** Sentences of the reasons that no policy holds. */
export const HOST_SENTENCES: Readonly<Record<string, string>> = {
  request_too_large: "The call is longer than one request may be, so it was denied without being scored.",
  engine_fault: "The engine stopped in the middle of this call, so it was denied without being scored.",
  state_contention:
    "Others changed the histories that this call touches each time it was decided, so its decision could not be kept.",
  state_unavailable:
    "The histories that this call touches, or the log of decisions, could not be read or written.",
};

/** Longest arguments that a record of the host still commits to. */
const COMMITTED_BYTES_MAX = 16 * 1024 * 1024;

/** What a host knows of its engine when it writes a record itself. */
export interface HostFacts {
  readonly engine: Uint8Array;
  readonly image: Uint8Array;
  readonly edition: string;
  readonly reason: HostReason;
  /** Only a memory that cannot be reached may lead to a review. */
  readonly verdict: "deny" | "review";
}

/**
 * The record of a decision by the host: docs/format/record.md, "Records of the host". It commits to the call or event as
 * the engine's record would; arguments beyond 16 MiB are left without a commitment.
 * @throws CodecError when the call has values that CMP/1 cannot carry.
 */
export function hostRecord(request: Request | EventRequest, facts: HostFacts): Uint8Array {
  const { engine, image, edition, reason, verdict } = facts;
  const { context, mode = "enforce", binding = "advisory", durability = "none" } = request;
  const salt = request.salt ?? new Uint8Array(DIGEST_BYTES);
  const name = request.event !== undefined ? "event" : request.fields !== undefined ? "fields" : "args";
  const args = argsCommitment(salt, request[name], name);
  const commitments: { args?: Uint8Array; request?: Uint8Array } = {};
  if (args !== undefined) {
    const { args: _args, fields: _fields, event: _event, ...envelope } = request;
    const whole = {
      ...envelope,
      [name]: args,
      context: { asserted_by: {}, ...context },
      binding,
      durability,
      engine,
      image,
      mode,
      salt,
      v: 1,
    };
    commitments.args = args;
    commitments.request = sha256(COMMIT_DOMAIN, salt, encode(whole));
  }
  const { time_ms } = context;
  return encode({
    ...commitments,
    binding,
    by: "host",
    durability,
    edition,
    engine,
    image,
    mode,
    reasons: [reason],
    time_ms,
    v: 1,
    verdict,
  });
}

function argsCommitment(salt: Uint8Array, value: unknown, name: string): Uint8Array | undefined {
  for (const bytes of [COMMITTED_BYTES_MAX / 16, COMMITTED_BYTES_MAX]) {
    const buffer = new Uint8Array(bytes);
    const writer = new CmpWriter(buffer);
    try {
      writer.value(value, name, 1);
      return sha256(COMMIT_DOMAIN, salt, buffer.subarray(0, writer.size));
    } catch (error) {
      if (!(error instanceof CodecError && error.code === "too_large")) throw error;
    }
  }
  return undefined;
}

/**
 * The decision that the engine's answer describes.
 * @param nextBytes the histories behind it, in the order of the request; undefined where one was not changed.
 */
export function decisionOf(
  record: Uint8Array,
  verdict: number,
  tier: number,
  score: number,
  hazard: number,
  wording: Wording,
  nextBytes: readonly (Uint8Array | undefined)[] = NO_CELLS,
): RememberedDecision {
  const decision = new RecordDecision(record, verdict, tier, score, hazard, wording, nextBytes);
  return decision as unknown as RememberedDecision;
}

/** The same decision with another sentence for one reason: the record has codes only, so nothing it says changes. */
export function reworded(decision: Decision, wording: Wording, code: string, sentence: string): Decision {
  const { record, verdict, tier, score, hazard } = decision;
  const numbers = [VERDICT_NAMES.indexOf(verdict), TIER_NAMES.indexOf(tier), score, hazard] as const;
  return decisionOf(record, ...numbers, {
    sentence: (asked) => (asked === code ? sentence : wording.sentence(asked)),
    maximum: (amplifier) => wording.maximum(amplifier),
  });
}

/** The decision that a record of the host describes. Nothing was scored: every scale stands at its top. */
export function hostDecisionOf(
  record: Uint8Array,
  verdict: "deny" | "review",
  wording: Wording,
): RememberedDecision {
  return decisionOf(record, VERDICT_NAMES.indexOf(verdict), TIER_CRITICAL, SCORE_MAX, HAZARD_MAX, wording);
}

/**
 * The decision that the bytes of a record describe, read back years later; undefined when they are no record of
 * version 1. Nothing is recomputed here: explain.ts compares the arithmetic, and a replay compares everything.
 * @throws CodecError when the bytes are not CMP/1.
 */
export function decisionFromRecord(record: Uint8Array, wording: Wording): Decision | undefined {
  const members: unknown = decode(record);
  if (isHostRecord(members)) return hostDecisionOf(new Uint8Array(record), members.verdict, wording);
  if (!isEngineRecord(members)) return undefined;
  const { verdict, tier, score, hazard } = members as unknown as RecordMembers;
  return decisionOf(
    new Uint8Array(record),
    VERDICT_NAMES.indexOf(verdict),
    TIER_NAMES.indexOf(tier),
    score,
    hazard,
    wording,
  );
}

/** What a reader of logs, who has no policy, reads in a record. */
export interface LoggedFacts {
  /** SHA-256 of the engine and of the image that the record names. */
  readonly engine: Uint8Array;
  readonly image: Uint8Array;
  readonly time_ms: number;
  readonly verdict: Verdict;
  readonly event: EventFacts | undefined;
  readonly cells: readonly CellChange[];
}

/**
 * What a record says to a reader of logs; undefined when the bytes are no record.
 * @throws CodecError when the bytes are not CMP/1.
 */
export function factsOfRecord(record: Uint8Array): LoggedFacts | undefined {
  const members: unknown = decode(record);
  if (!isHostRecord(members) && !isEngineRecord(members)) return undefined;
  const { engine, image, time_ms, verdict, event, cells } = members as RecordMembers;
  return { engine, image, time_ms, verdict, event, cells: cells === undefined ? [] : cellsOf({ cells }) };
}

/** Of a call, with its parts, or of an event, without any and never reviewed. */
function isEngineRecord(members: unknown): boolean {
  if (!matches(members, ENGINE_RECORD)) return false;
  const { approval, event, parent, parts, reviewer, verdict } = members as RecordMembers;
  const answers = [approval, reviewer].filter((answer) => answer !== undefined);
  if (answers.length > 1 || (parent !== undefined) !== answers.length > 0) return false;
  return event === undefined || (parts.length === 0 && verdict !== "review" && parent === undefined);
}

function isHostRecord(members: unknown): members is { readonly verdict: "deny" | "review" } {
  if (!matches(members, HOST_RECORD)) return false;
  const { reasons, verdict } = members as { reasons: readonly string[]; verdict: string };
  return verdict === "deny" || reasons[0] === "state_unavailable";
}

// ---- Is it a record? One check a member; `?` marks those that may be absent.

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isDigest: Check = (value) => value instanceof Uint8Array && value.length === DIGEST_BYTES;
const isSignature: Check = (value) => value instanceof Uint8Array && value.length === SIGNATURE_BYTES;
const isEvents: Check = (value) => value instanceof Uint8Array && value.length % CELL_EVENT_BYTES === 0;
const isLabels: Check = (value) => isListOf(isOneOf(LABEL_NAMES))(value);
const isCount =
  (max: number): Check =>
  (value) =>
    typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= max;
const isOneOf =
  (words: readonly unknown[]): Check =>
  (value) =>
    words.includes(value);
const isListOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const isTuple =
  (...checks: readonly Check[]): Check =>
  (value) =>
    Array.isArray(value) && value.length === checks.length && checks.every((check, at) => check(value[at]));
const isMap =
  (members: Readonly<Record<string, Check>>): Check =>
  (value) =>
    matches(value, members);

function matches(value: unknown, members: Readonly<Record<string, Check>>): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const given = value as Readonly<Record<string, unknown>>;
  const known = Object.keys(members).map((name) => name.replace("?", ""));
  if (!Object.keys(given).every((name) => known.includes(name))) return false;
  return Object.entries(members).every(([name, check]) => {
    const optional = name.endsWith("?");
    const key = optional ? name.slice(0, -1) : name;
    return Object.hasOwn(given, key) ? check(given[key]) : optional;
  });
}

const isHazard = isCount(HAZARD_MAX);
const isTimeMs = isCount(TIME_MS_MAX);
const GAIN_MAX = 0xffff;
const LEVEL_MAX = 0xff;

const COMMON: Readonly<Record<string, Check>> = {
  binding: isOneOf(BINDING_NAMES),
  durability: isOneOf(DURABILITY_NAMES),
  edition: isText,
  engine: isDigest,
  image: isDigest,
  mode: isOneOf(MODE_NAMES),
  reasons: isListOf(isText),
  time_ms: isTimeMs,
  v: isOneOf([VERSION_RECORD]),
};

const HOST_RECORD: Readonly<Record<string, Check>> = {
  ...COMMON,
  "args?": isDigest,
  by: isOneOf(["host"]),
  "request?": isDigest,
  verdict: isOneOf(["deny", "review"]),
};

const EVENT: Readonly<Record<string, Check>> = {
  "by?": isText,
  kind: isOneOf(EVENT_KIND_NAMES),
  "labels?": isLabels,
  "of?": isDigest,
  "reason?": isText,
  "scope?": isOneOf(FREEZE_SCOPE_NAMES),
  "source?": isText,
  "status?": isOneOf(EVENT_STATUS_NAMES),
  "trust?": isOneOf(TRUST_NAMES),
  "value?": isText,
};

const APPROVAL: Readonly<Record<string, Check>> = {
  approvers: isListOf(isMap({ id: isText, key: isText, signature: isSignature })),
  args: isDigest,
  at_ms: isTimeMs,
  expires_ms: isTimeMs,
  image: isDigest,
  of: isDigest,
  reasons: isListOf(isText),
};

const REVIEWER: Readonly<Record<string, Check>> = {
  answer: isOneOf(REVIEWER_ANSWER_NAMES),
  by: isText,
  of: isDigest,
  prompt: isDigest,
  "reason?": isText,
};

const CELL: Readonly<Record<string, Check>> = {
  after: isDigest,
  before: isDigest,
  events: isEvents,
  id: isDigest,
  "note?": (value) => value instanceof Uint8Array && isNote(value),
};

const ENGINE_RECORD: Readonly<Record<string, Check>> = {
  ...COMMON,
  "approval?": isMap(APPROVAL),
  args: isDigest,
  "cells?": isListOf(isMap(CELL)),
  "event?": isMap(EVENT),
  "gate?": isText,
  hazard: isHazard,
  lowered_by: isListOf(isTuple(isOneOf(LOWERED_KIND_NAMES), isText, isText)),
  obligations: isMap({
    "approvers?": isTimeMs,
    "disclose?": isListOf(isText),
    "dry_run?": isOneOf([true]),
    "notify?": isListOf(isText),
    "redact?": isListOf(isText),
    "ttl_ms?": isTimeMs,
  }),
  parts: isListOf(
    isMap({
      action: isText,
      counted: isOneOf(COUNTED_NAMES),
      flags: isListOf(isTuple(isCount(FLAG_COUNT - 1), isCount(1), isHazard)),
      hazard: isHazard,
      levels: (value) =>
        isListOf(isTuple(isCount(LEVEL_MAX), isCount(GAIN_MAX)))(value) &&
        (value as readonly unknown[]).length === AMPLIFIER_COUNT,
      mapping: isText,
    }),
  ),
  "parent?": isDigest,
  request: isDigest,
  "reviewer?": isMap(REVIEWER),
  rows: isListOf(isText),
  score: isCount(SCORE_MAX),
  thresholds: (value) => isListOf(isHazard)(value) && (value as readonly unknown[]).length === TIER_CRITICAL,
  tier: isOneOf(TIER_NAMES),
  verdict: isOneOf(VERDICT_NAMES),
};
