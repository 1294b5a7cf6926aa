/** The members of a record, strictly: docs/format/record.md and event.md. What they say together is in arithmetic.ts. */

import { CodecError, decode } from "../src/codec/decode.ts";
import {
  AMPLIFIER_COUNT,
  BINDING_NAMES,
  COUNTED_NAMES,
  DURABILITY_NAMES,
  EVENT_KIND_NAMES,
  EVENT_STATUS_NAMES,
  FLAG_COUNT,
  FREEZE_SCOPE_NAMES,
  LABEL_NAMES,
  LANGUAGE_NAMES,
  LOWERED_KIND_NAMES,
  MODE_NAMES,
  REVIEWER_ANSWER_NAMES,
  TIER_CRITICAL,
  TIER_NAMES,
  TRUST_NAMES,
  VERDICT_NAMES,
  VERSION_RECORD,
} from "../src/gen/codes.ts";
import {
  ANSWER_BYTES_MAX,
  APPROVERS_MAX,
  CELLS_MAX,
  HAZARD_MAX,
  KEY_ID_BYTES_MAX,
  NAME_BYTES_MAX,
  OBLIGATION_TEXTS_MAX,
  PARTS_MAX,
  REASONS_MAX,
  RECORD_BYTES_MAX,
  ROWS_MATCHED_MAX,
  SCORE_MAX,
  SIGNATURE_BYTES,
  TIME_MS_MAX,
} from "../src/gen/limits.ts";
import { isNote } from "../src/note.ts";
import type {
  Approval,
  EventFacts,
  LoweredBy,
  Mode,
  Obligations,
  Part,
  ReviewerAnswer,
  Tier,
  Verdict,
} from "../src/types.ts";
import { type Check, type Fault, listOf, mapOf, needs, Refusal, tupleOf } from "./fault.ts";

export const CELL_EVENT_BYTES = 40;
const DIGEST_BYTES = 32;

export interface PartMembers {
  readonly action: string;
  readonly counted: Part["counted"];
  readonly flags: readonly (readonly [flag: number, role: number, hazard: number])[];
  readonly hazard: number;
  readonly levels: readonly (readonly [level: number, gain: number])[];
  readonly mapping: string;
}

export interface CellMembers {
  readonly after: Uint8Array;
  readonly before: Uint8Array;
  readonly events: Uint8Array;
  readonly id: Uint8Array;
  readonly note?: Uint8Array;
}

/** Of a record of the engine. */
export interface EngineMembers {
  readonly approval?: Approval;
  readonly args: Uint8Array;
  readonly cells?: readonly CellMembers[];
  readonly event?: EventFacts;
  readonly gate?: string;
  readonly hazard: number;
  readonly image: Uint8Array;
  readonly lowered_by: readonly (readonly [LoweredBy["kind"], string, string])[];
  readonly mode: Mode;
  readonly obligations: Obligations;
  readonly parent?: Uint8Array;
  readonly parts: readonly PartMembers[];
  readonly reasons: readonly string[];
  readonly reviewer?: ReviewerAnswer;
  readonly rows: readonly string[];
  readonly score: number;
  readonly thresholds: readonly number[];
  readonly tier: Tier;
  readonly time_ms: number;
  readonly verdict: Verdict;
}

/** The members of a record; undefined instead for one of the host, which has nothing to compute. */
export interface ReadRecord {
  readonly engine: EngineMembers | undefined;
}

const utf8 = new TextEncoder();

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const text = needs("a text", isText);
const bytesOf = (size: number): Check =>
  needs(`${size} bytes`, (value) => value instanceof Uint8Array && value.length === size);
const digest = bytesOf(DIGEST_BYTES);
const intFrom = (least: number, most: number): Check => {
  const wanted = `wanted an integer from ${least} to ${most}`;
  return (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most
      ? undefined
      : new Refusal(wanted);
};
const wordOf = (words: readonly unknown[]): Check =>
  needs(words.length === 1 ? String(words[0]) : `one of ${words.join(" ")}`, (value) =>
    words.includes(value),
  );
const textLike = (wanted: string, pattern: RegExp): Check =>
  needs(wanted, (value) => typeof value === "string" && pattern.test(value));
/** A text of a request. */
const textTo = (most: number): Check =>
  needs(
    `a text of 1 to ${most} bytes`,
    (value) => isText(value) && (value.length * 3 <= most || utf8.encode(value).length <= most),
  );
const name = textTo(NAME_BYTES_MAX);

const millionths = intFrom(0, HAZARD_MAX);
/** What an image may give a flag or an amplifier: docs/format/image.md. */
const FLAG_HAZARD_MAX = 5_000_000;
const GAIN_MAX = 10_000;
const LEVEL_MAX = 0xff;
const UINT32_MAX = 0xffffffff;
const timeMs = intFrom(0, TIME_MS_MAX);

const COMMON: Readonly<Record<string, Check>> = {
  binding: wordOf(BINDING_NAMES),
  durability: wordOf(DURABILITY_NAMES),
  edition: textLike("an edition such as 2026.1", /^[0-9]{4}\.[0-9]+$/),
  engine: digest,
  image: digest,
  mode: wordOf(MODE_NAMES),
  time_ms: timeMs,
  v: wordOf([VERSION_RECORD]),
};

const HOST_RECORD = mapOf({
  ...COMMON,
  "args?": digest,
  by: wordOf(["host"]),
  reasons: tupleOf(wordOf(["request_too_large", "engine_fault", "state_contention", "state_unavailable"])),
  "request?": digest,
  verdict: wordOf(["deny", "review"]),
});

const texts = listOf(text, 1, OBLIGATION_TEXTS_MAX);

const ENGINE_RECORD = mapOf({
  ...COMMON,
  "approval?": mapOf({
    approvers: listOf(
      mapOf({ id: name, key: textTo(KEY_ID_BYTES_MAX), signature: bytesOf(SIGNATURE_BYTES) }),
      1,
      APPROVERS_MAX,
    ),
    args: digest,
    at_ms: timeMs,
    expires_ms: timeMs,
    image: digest,
    of: digest,
    reasons: listOf(name, 0, REASONS_MAX),
  }),
  args: digest,
  "cells?": listOf(
    mapOf({
      after: digest,
      before: digest,
      events: needs(
        "events of 40 bytes each, at most one a part",
        (value) =>
          value instanceof Uint8Array &&
          value.length % CELL_EVENT_BYTES === 0 &&
          value.length <= PARTS_MAX * CELL_EVENT_BYTES,
      ),
      id: digest,
      "note?": needs(
        "a note, or no such key",
        (value) => value instanceof Uint8Array && value.length > 0 && isNote(value),
      ),
    }),
    0,
    CELLS_MAX,
  ),
  "event?": mapOf({
    "by?": name,
    kind: wordOf(EVENT_KIND_NAMES),
    "labels?": listOf(wordOf(LABEL_NAMES), 0, LABEL_NAMES.length),
    "of?": digest,
    "reason?": name,
    "scope?": wordOf(FREEZE_SCOPE_NAMES),
    "source?": name,
    "status?": wordOf(EVENT_STATUS_NAMES),
    "trust?": wordOf(TRUST_NAMES),
    "value?": name,
  }),
  "gate?": text,
  hazard: millionths,
  lowered_by: listOf(tupleOf(wordOf(LOWERED_KIND_NAMES), text, text), 0, RECORD_BYTES_MAX),
  obligations: mapOf({
    "approvers?": intFrom(1, UINT32_MAX),
    "disclose?": texts,
    "dry_run?": wordOf([true]),
    "notify?": texts,
    "redact?": texts,
    "ttl_ms?": intFrom(1, UINT32_MAX),
  }),
  "parent?": digest,
  parts: listOf(
    mapOf({
      action: textLike("the name of an action", /^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/),
      counted: wordOf(COUNTED_NAMES),
      flags: listOf(
        tupleOf(intFrom(0, FLAG_COUNT - 1), intFrom(0, 1), intFrom(0, FLAG_HAZARD_MAX)),
        0,
        FLAG_COUNT,
      ),
      hazard: millionths,
      levels: listOf(tupleOf(intFrom(0, LEVEL_MAX), intFrom(0, GAIN_MAX)), AMPLIFIER_COUNT, AMPLIFIER_COUNT),
      mapping: textLike(
        "direct, unknown, a language or pack/row",
        new RegExp(`^(direct|unknown|${LANGUAGE_NAMES.slice(1).join("|")}|[^/]+/[^]+)$`),
      ),
    }),
    0,
    PARTS_MAX,
  ),
  reasons: listOf(text, 1, REASONS_MAX),
  request: digest,
  "reviewer?": mapOf({
    answer: wordOf(REVIEWER_ANSWER_NAMES),
    by: name,
    of: digest,
    prompt: digest,
    "reason?": textTo(ANSWER_BYTES_MAX),
  }),
  rows: listOf(text, 0, ROWS_MATCHED_MAX),
  score: intFrom(0, SCORE_MAX),
  thresholds: listOf(millionths, TIER_CRITICAL, TIER_CRITICAL),
  tier: wordOf(TIER_NAMES),
  verdict: wordOf(VERDICT_NAMES),
});

/** Reads the members of a record, or says why these bytes are none. */
export function readRecord(record: Uint8Array): ReadRecord | Fault {
  if (record.length > RECORD_BYTES_MAX)
    return { path: "", reason: `wanted at most ${RECORD_BYTES_MAX} bytes, came ${record.length}` };
  let members: unknown;
  try {
    members = decode(record);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return { path: "", reason: error.message };
  }
  const isHost = typeof members === "object" && members !== null && Object.hasOwn(members, "by");
  const refusal = isHost
    ? (HOST_RECORD(members) ?? hostRefusal(members as HostMembers))
    : ENGINE_RECORD(members);
  if (refusal !== undefined) return refusal.fault;
  return { engine: isHost ? undefined : (members as EngineMembers) };
}

interface HostMembers {
  readonly args?: Uint8Array;
  readonly reasons: readonly string[];
  readonly request?: Uint8Array;
  readonly verdict: string;
}

function hostRefusal({ args, reasons, request, verdict }: HostMembers): Refusal | undefined {
  if ((args === undefined) !== (request === undefined))
    return new Refusal("wanted both args and request, or neither of them");
  if (verdict === "review" && reasons[0] !== "state_unavailable")
    return new Refusal(`wanted deny with ${reasons[0]}`).within("verdict");
  return undefined;
}
