/**
 * Everything that a record alone proves: hazard, score and tier follow from its flags, levels and thresholds, its
 * histories from what was put into them, and no verdict is calmer than its own reasons demand. What it cannot prove
 * (that its flags are those of the call) a replay does.
 */

import { digestAfter } from "../memory/fold.ts";
import { sortKeys } from "../src/codec/shape.ts";
import {
  FLAG_ROLE_PRIMARY,
  LABEL_NAMES,
  LOWERED_KIND_NAMES,
  MARK_NAMES,
  NOTE_CLASS_FROZEN,
  NOTE_CLASS_THAWED,
  NOTE_CLASS_TOOL,
  NOTE_CLASS_USER,
  NOTE_CLASS_WRITTEN,
  REASON_ANSWER_NAMES,
  REASON_STATE_NAMES,
  TIER_NAMES,
  VERDICT_NAMES,
} from "../src/gen/codes.ts";
import {
  NOTE_WRITTEN_MAX,
  OBLIGATION_TEXTS_MAX,
  REASONS_MAX,
  SCORE_MAX,
  TIME_MS_MAX,
} from "../src/gen/limits.ts";
import { amplified, hazardOfParts, scoreOf, tierOf } from "../src/hazard.ts";
import { sameBytes } from "../src/memory.ts";
import { sha256 } from "../src/sha256.ts";
import type { EventFacts } from "../src/types.ts";
import { answerFault } from "./answer.ts";
import type { Fault } from "./fault.ts";
import {
  CELL_EVENT_BYTES,
  type CellMembers,
  type EngineMembers,
  type PartMembers,
  readRecord,
} from "./record.ts";

import type { Hash } from "./tree.ts";

export type { Fault } from "./fault.ts";

/** Codes that only a denial can have. */
const DENYING = new Set([
  "frozen",
  "state_invalid",
  "state_stale",
  "state_full",
  "rows_overflow",
  "parts_overflow",
]);
/** With these no history is changed. */
const LOSING = new Set(["state_invalid", "state_stale", "state_full"]);

/**
 * Checks a record by itself: canonical bytes, members, arithmetic, and what its members say about each other.
 * @param maxima the maximum level of each amplifier, by number: of the image, or of the edition of the taxonomy
 * @param hash for the digests of histories; a host may have a faster one
 * @returns the first thing that no engine and no host could have written; undefined where there is none.
 */
export function checkArithmetic(
  record: Uint8Array,
  maxima: readonly number[],
  hash: Hash = sha256,
): Fault | undefined {
  const read = readRecord(record);
  if (!("engine" in read)) return read;
  const { engine } = read;
  if (engine === undefined) return undefined;
  return (
    numbersFault(engine, maxima) ??
    reasonsFault(engine) ??
    verdictFault(engine) ??
    answerFault(engine) ??
    listsFault(engine) ??
    (engine.event === undefined ? callFault(engine) : eventFault(engine, engine.event)) ??
    cellsFault(engine, hash)
  );
}

function fault(path: string, reason: string): Fault {
  return { path, reason };
}

// ---- Numbers: docs/format/evaluation.md, steps 6 and 7.

function numbersFault(record: EngineMembers, maxima: readonly number[]): Fault | undefined {
  const { hazard, parts, score, thresholds, tier } = record;
  for (let at = 1; at < thresholds.length; at++) {
    if ((thresholds[at] as number) <= (thresholds[at - 1] as number))
      return fault(`thresholds[${at}]`, "wanted thresholds that ascend");
  }
  for (let at = 0; at < parts.length; at++) {
    const found = partFault(parts, at, maxima) ?? countedFault(parts, at, thresholds);
    if (found !== undefined) return found;
  }
  const sum = hazardOfParts(parts);
  if (sum !== hazard) return fault("hazard", `its parts come to ${sum}, and it says ${hazard}`);
  const found = quickScoreOf(hazard);
  if (found !== score) return fault("score", `the hazard gives ${found}, and it says ${score}`);
  const reached = tierOf(hazard, thresholds);
  if (reached !== tier) return fault("tier", `the thresholds give ${reached}, and it says ${tier}`);
  return undefined;
}

function partFault(
  parts: readonly PartMembers[],
  index: number,
  maxima: readonly number[],
): Fault | undefined {
  const { flags, levels, hazard } = parts[index] as PartMembers;
  const path = `parts[${index}]`;
  for (let at = 0; at < flags.length; at++) {
    const [flag, , own] = flags[at] as PartMembers["flags"][number];
    if (at > 0 && flag <= (flags[at - 1] as PartMembers["flags"][number])[0])
      return fault(`${path}.flags[${at}][0]`, "wanted flags by number, each once");
    const known = index === 0 ? undefined : hazardOfFlag(parts, index, flag);
    if (known !== undefined && known !== own)
      return fault(`${path}.flags[${at}][2]`, `an earlier part says ${known} of the same flag`);
  }
  for (let at = 0; at < levels.length; at++) {
    const [level, gain] = levels[at] as PartMembers["levels"][number];
    if (level > (maxima[at] ?? 0))
      return fault(`${path}.levels[${at}][0]`, `wanted at most ${maxima[at] ?? 0}`);
    const known = parts[0]?.levels[at]?.[1];
    if (known !== gain) return fault(`${path}.levels[${at}][1]`, `an earlier part has the gain ${known}`);
  }
  const found = hazardOf(parts[index] as PartMembers, maxima);
  return found === hazard
    ? undefined
    : fault(`${path}.hazard`, `its flags and levels give ${found}, and it says ${hazard}`);
}

function hazardOfFlag(parts: readonly PartMembers[], before: number, flag: number): number | undefined {
  for (let at = 0; at < before; at++) {
    const known = (parts[at] as PartMembers).flags.find(([number]) => number === flag);
    if (known !== undefined) return known[2];
  }
  return undefined;
}

/** As `hazardSteps` of bindings/src/hazard.ts, from the numbers of the record. */
function hazardOf({ flags, levels }: PartMembers, maxima: readonly number[]): number {
  let twice = 0;
  for (const [, role, hazard] of flags) twice += role === FLAG_ROLE_PRIMARY ? 2 * hazard : hazard;
  let hazard = Math.floor(twice / 2);
  for (let at = 0; at < levels.length; at++) {
    const [level, gain] = levels[at] as PartMembers["levels"][number];
    hazard = amplified(hazard, level, maxima[at] as number, gain);
  }
  return hazard;
}

/** Whether a part may count as it says: evaluation.md, "Parts together". Groups and facts are not in the record. */
function countedFault(
  parts: readonly PartMembers[],
  index: number,
  thresholds: readonly number[],
): Fault | undefined {
  const { action, counted, hazard } = parts[index] as PartMembers;
  const isMinimal = (one: number): boolean => one < (thresholds[0] as number);
  const path = `parts[${index}].counted`;
  if (counted === "minimal" && !isMinimal(hazard)) return fault(path, "its hazard is not minimal");
  if (counted === "full" && isMinimal(hazard) && parts.every((other) => isMinimal(other.hazard)))
    return fault(path, "wanted minimal: all parts are");
  if (counted === "duplicate") {
    const repeats = parts.slice(0, index).some((one) => one.counted === "full" && one.action === action);
    if (!repeats) return fault(path, "no full part before it has its action");
  }
  return undefined;
}

/** How near to a whole number a double may come before the exact method is asked. The double is wrong by far less. */
const DOUBT = 1e-6;

/** {@link scoreOf} in a fraction of its time. */
export function quickScoreOf(hazard: number): number {
  const scaled = -10_000 * Math.expm1(-hazard / 1e6);
  if (Math.abs(scaled - Math.round(scaled)) < DOUBT) return scoreOf(hazard);
  return Math.min(SCORE_MAX, Math.floor(scaled));
}

// ---- Reasons: evaluation.md, step 9.

/** Reasons stand in this order; those of the engine of one kind, in that of their numbers. */
const RANK_GATE = 0;
const RANK_STATE = 100;
const RANK_ANSWER = 150;
const RANK_ROW = 200;
const RANK_TIER = 300;
const RANK_MARK = 400;
const RANK_BACKWARDS = 500;
const RANK_RULE = 600;
const RANK_RELAX = 700;

const ENGINE_RANKS: ReadonlyMap<string, number> = new Map([
  ...REASON_STATE_NAMES.map(
    (code, number) => [code, code === "time_backwards" ? RANK_BACKWARDS : RANK_STATE + number] as const,
  ),
  ...REASON_ANSWER_NAMES.map((code, number) => [code, RANK_ANSWER + number] as const),
  ...TIER_NAMES.map((tier) => [`tier_${tier}`, RANK_TIER] as const),
  ...MARK_NAMES.map((code, number) => [code, RANK_MARK + number] as const),
]);

function reasonsFault({ gate, lowered_by, reasons, rows, tier }: EngineMembers): Fault | undefined {
  const isFull = reasons.length === REASONS_MAX;
  let last = RANK_GATE;
  let tierAt = -1;
  for (let at = 0; at < reasons.length; at++) {
    const code = reasons[at] as string;
    const rank = rankOf(code, rows, tierAt >= 0);
    const path = `reasons[${at}]`;
    if (reasons.indexOf(code) !== at) return fault(path, "wanted each code once");
    const isAlone = ENGINE_RANKS.has(code);
    if (rank < last || (isAlone && rank === last)) return fault(path, `${code} may not stand here`);
    if (rank === RANK_TIER) {
      if (code !== `tier_${tier}`) return fault(path, `wanted tier_${tier}`);
      tierAt = at;
    }
    if (rank === RANK_GATE && gate === undefined)
      return fault(path, "wanted a gate, a row or a code of the engine");
    if (rank === RANK_RELAX && !lowered_by.some(([kind, name]) => kind === "relax" && name === code))
      return fault(path, "a relax entry that lowered_by does not name");
    last = rank;
  }
  if (tierAt < 0 && !isFull) return fault("reasons", `wanted tier_${tier} among them`);
  if (gate !== undefined && reasons[0] !== gate) return fault("reasons[0]", `wanted the gate ${gate}`);
  if (isFull) return undefined;
  const missing = rows.findIndex((row) => !reasons.includes(row));
  return missing < 0 ? undefined : fault(`rows[${missing}]`, "wanted it among the reasons too");
}

function rankOf(code: string, rows: readonly string[], isBehindTier: boolean): number {
  const own = ENGINE_RANKS.get(code);
  if (own !== undefined) return own;
  if (rows.includes(code)) return isBehindTier ? RANK_RELAX : RANK_ROW;
  return isBehindTier ? RANK_RULE : RANK_GATE;
}

// ---- Verdict and lists.

function verdictFault({ gate, obligations, reasons, verdict }: EngineMembers): Fault | undefined {
  if (verdict === "deny") return undefined;
  if (gate !== undefined) return fault("verdict", `wanted deny: the gate ${gate} matched`);
  const denying = reasons.find((code) => DENYING.has(code));
  if (denying !== undefined) return fault("verdict", `wanted deny with ${denying}`);
  if (verdict === "allow" && reasons.includes("cells_overflow") && !reasons.includes("approved"))
    return fault("verdict", "wanted at least review with cells_overflow");
  if (verdict === "review" && obligations.approvers === undefined)
    return fault("obligations", "wanted approvers: a review needs somebody");
  return undefined;
}

function listsFault({ lowered_by, obligations, rows }: EngineMembers): Fault | undefined {
  for (let at = 1; at < rows.length; at++) {
    if (rows.indexOf(rows[at] as string) !== at) return fault(`rows[${at}]`, "wanted each id once");
  }
  const engines = rows.findIndex((row) => ENGINE_RANKS.has(row));
  if (engines >= 0) return fault(`rows[${engines}]`, "a code of the engine is no id");
  for (let at = 1; at < lowered_by.length; at++) {
    const one = lowered_by[at] as EngineMembers["lowered_by"][number];
    const earlier = lowered_by.slice(0, at);
    if (LOWERED_KIND_NAMES.indexOf(one[0]) < LOWERED_KIND_NAMES.indexOf((earlier[at - 1] as typeof one)[0]))
      return fault(`lowered_by[${at}][0]`, "wanted the kinds in the order of the format");
    if (earlier.some((other) => other.every((text, step) => text === one[step])))
      return fault(`lowered_by[${at}]`, "wanted each entry once");
  }
  let texts = 0;
  for (const name of ["disclose", "notify", "redact"] as const) {
    const list = obligations[name];
    if (list === undefined) continue;
    texts += list.length;
    const sorted = sortKeys([...new Set(list)]);
    const wrong = list.findIndex((text, at) => text !== sorted[at]);
    if (wrong >= 0) return fault(`obligations.${name}[${wrong}]`, "wanted texts that ascend by their bytes");
  }
  if (texts > OBLIGATION_TEXTS_MAX)
    return fault("obligations", `wanted at most ${OBLIGATION_TEXTS_MAX} texts`);
  return undefined;
}

// ---- Calls and events.

const UNKNOWN_READ = "unknown.read";
const UNKNOWN_ACTIONS = [UNKNOWN_READ, "unknown.unclassified"];
/** Ways to name an action of a call that was not taken apart. */
const WHOLE = ["direct", "unknown"];

function callFault({ lowered_by, parts, reasons, cells }: EngineMembers): Fault | undefined {
  if (parts.length === 0) return fault("parts", "wanted at least one");
  for (let at = 0; at < parts.length; at++) {
    const { action, mapping } = parts[at] as PartMembers;
    const path = `parts[${at}]`;
    if (WHOLE.includes(mapping) && parts.length > 1)
      return fault(`${path}.mapping`, "such a call has one part");
    if (mapping === "unknown" && !UNKNOWN_ACTIONS.includes(action))
      return fault(`${path}.action`, `wanted one of ${UNKNOWN_ACTIONS.join(" ")}`);
    if (action === UNKNOWN_READ && !lowered_by.some(([kind]) => kind === "unknown_read"))
      return fault("lowered_by", `wanted unknown_read: a part is ${UNKNOWN_READ}`);
  }
  if (reasons.includes("state_full")) return fault("reasons", "state_full is for freezes");
  if (cells === undefined) {
    const state = reasons.find((code) => (REASON_STATE_NAMES as readonly string[]).includes(code));
    if (state !== undefined) return fault("cells", `wanted them with ${state}`);
  }
  return undefined;
}

/** Keys that an event of a kind must have, and those that a freeze must not. */
const EVENT_KEYS: Readonly<Record<EventFacts["kind"], readonly string[]>> = {
  observe: ["trust"],
  label: ["labels"],
  outcome: ["status"],
  freeze: ["scope", "value"],
  thaw: ["scope", "value"],
};
const EVENT_REASONS = ["state_invalid", "state_stale", "state_full", "time_backwards"];

function eventFault(record: EngineMembers, event: EventFacts): Fault | undefined {
  const { cells, gate, hazard, obligations, parts, reasons, rows, tier, verdict } = record;
  const missing = EVENT_KEYS[event.kind].find((key) => !Object.hasOwn(event, key));
  if (missing !== undefined) return fault("event", `wanted the key ${missing}`);
  const isFreeze = event.kind === "freeze" || event.kind === "thaw";
  if (isFreeze && Object.hasOwn(event, "labels")) return fault("event.labels", "not with a freeze or thaw");
  if (gate !== undefined) return fault("gate", "an event has none");
  if (parts.length > 0) return fault("parts", "an event has none");
  if (hazard !== 0) return fault("hazard", "of an event it is 0");
  if (Object.keys(obligations).length > 0) return fault("obligations", "an event has none");
  if (rows.length > 0) return fault("rows", "an event has none");
  const other = reasons.findIndex((code) => code !== `tier_${tier}` && !EVENT_REASONS.includes(code));
  if (other >= 0) return fault(`reasons[${other}]`, "no reason of an event");
  if (reasons.includes("state_full") && event.kind !== "freeze")
    return fault("reasons", "state_full is for freezes");
  const isLost = reasons.some((code) => LOSING.has(code));
  if (verdict !== (isLost ? "deny" : "allow"))
    return fault("verdict", `wanted ${isLost ? "deny" : "allow"} by its reasons`);
  if (isLost) return undefined;
  return cells?.length === 1 ? undefined : fault("cells", "wanted the one history that the event went into");
}

// ---- Histories: docs/format/cell.md, section 5.

const NO_BYTES = new Uint8Array(0);

function cellsFault(record: EngineMembers, hash: Hash): Fault | undefined {
  const { cells, event, mode, reasons, verdict } = record;
  if (cells === undefined) return undefined;
  const isLost = reasons.some((code) => LOSING.has(code));
  let isNoted = false;
  for (let at = 0; at < cells.length; at++) {
    const cell = cells[at] as CellMembers;
    const { after, before, events, id, note = NO_BYTES } = cell;
    const path = `cells[${at}]`;
    if (cells.slice(0, at).some((other) => sameBytes(other.id, id)))
      return fault(`${path}.id`, "wanted each once");
    if (isLost && (events.length > 0 || note.length > 0))
      return fault(path, "its reasons say that no history was changed");
    if (!sameBytes(digestAfter(id, before, events, note, hash), after))
      return fault(`${path}.after`, "not what its events and note make of the history before");
    const found = event === undefined ? undefined : eventNoteFault(event, events, note, isLost, path);
    if (found !== undefined) return found;
    if (event !== undefined) continue;
    const wrong = eventsFault(record, events, `${path}.events`);
    if (wrong !== undefined) return wrong;
    if (note.length === 0) continue;
    if (isNoted) return fault(`${path}.note`, "wanted a note in one history only");
    if (verdict === "deny" && mode === "enforce")
      return fault(`${path}.note`, "a call that did not run leaves none");
    isNoted = true;
    const reason = callNoteReason(note);
    if (reason !== undefined) return fault(`${path}.note`, reason);
  }
  return undefined;
}

const AT_AMOUNT = 8;
const AT_UNITS = 24;
const AT_TALLIES = 28;
const AT_TIER = 32;
const AT_VERDICT = 33;
const AT_CALL = 34;

/** Events of one history: all at one time, each of a part, in the order of the parts. */
function eventsFault(record: EngineMembers, events: Uint8Array, path: string): Fault | undefined {
  const { args, mode, parts, thresholds, time_ms, verdict } = record;
  const view = viewOf(events);
  let part = 0;
  for (let at = 0; at < events.length; at += CELL_EVENT_BYTES) {
    const time = wholeAt(view, at);
    if (time < time_ms || time > TIME_MS_MAX) return fault(path, "an event has a time before the call's");
    if (time !== wholeAt(view, 0)) return fault(path, "its events have more than one time");
    if (wholeAt(view, at + AT_AMOUNT) > TIME_MS_MAX) return fault(path, "an event has too large an amount");
    if (view.getUint32(at + AT_UNITS, true) === 0) return fault(path, "an event counts nothing");
    if (view.getUint16(at + AT_TALLIES, true) === 0) return fault(path, "an event is in no tally");
    if (VERDICT_NAMES[events[at + AT_VERDICT] as number] !== verdict)
      return fault(path, "an event has another verdict");
    const name = events.subarray(at + AT_CALL, at + CELL_EVENT_BYTES);
    const isNamed = name.every((byte, position) => byte === args[position]);
    if (!(isNamed && verdict === "review" && mode === "enforce") && name.some((byte) => byte !== 0))
      return fault(path, "an event has the name of another call");
    const tier = TIER_NAMES[events[at + AT_TIER] as number];
    while (part < parts.length && tierOf((parts[part] as PartMembers).hazard, thresholds) !== tier) part++;
    if (part++ >= parts.length) return fault(path, "an event has a tier of no part");
  }
  return undefined;
}

/** A u64; above 2^53 not to the unit, and still above. */
function wholeAt(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
}

const LABEL_BITS = (1 << LABEL_NAMES.length) - 1;
const BIT_OBSERVED = 1 << 8;
const BIT_SATURATED = 1 << 9;
const BIT_ALL_WRITTEN = 1 << 10;
const MARKS_AT = 8;
const MARK_BYTES = 8;
const CLASS_BITS = 7;

/** What is wrong with the note of a call: labels that it gave, and marks of what it wrote. */
function callNoteReason(note: Uint8Array): string | undefined {
  const bits = viewOf(note).getUint16(0, true);
  const marks = marksOf(note);
  if (bits === 0 && marks.length === 0) return "wanted no such key where nothing is noted";
  if ((bits & ~(LABEL_BITS | BIT_ALL_WRITTEN)) !== 0) return "a call does not observe";
  if (marks.some((mark) => classOf(mark) !== NOTE_CLASS_WRITTEN))
    return "a call leaves marks of what it wrote";
  if (new Set(marks).size !== marks.length) return "wanted each mark once";
  if (marks.length > ((bits & BIT_ALL_WRITTEN) === 0 ? NOTE_WRITTEN_MAX : 0))
    return "more marks than a call leaves";
  return undefined;
}

/** The note of an event follows from the event, but for its hashes. */
function eventNoteFault(
  event: EventFacts,
  events: Uint8Array,
  note: Uint8Array,
  isLost: boolean,
  path: string,
): Fault | undefined {
  if (events.length > 0) return fault(`${path}.events`, "an event is counted in no tally");
  if (isLost) return undefined;
  const bits = note.length === 0 ? 0 : viewOf(note).getUint16(0, true);
  const marks = marksOf(note);
  if (note.length > 0 && bits === 0 && marks.length === 0)
    return fault(`${path}.note`, "wanted no such key where nothing is noted");
  const labels = "labels" in event ? (event.labels ?? []) : [];
  const wanted = labels.reduce((sum, label) => sum | (1 << LABEL_NAMES.indexOf(label)), 0);
  const isObserved = event.kind === "observe";
  const hidden = isObserved && marks.length === 0 ? bits & BIT_SATURATED : 0;
  if (bits !== (wanted | hidden | (isObserved ? BIT_OBSERVED : 0)))
    return fault(`${path}.note`, "its bits are not those of the event");
  const isFreeze = event.kind === "freeze" || event.kind === "thaw";
  if (isFreeze && !(marks.length === 1 || (marks.length === 2 && event.scope === "tool")))
    return fault(`${path}.note`, "wanted one mark, or two of a tool");
  const kind = markClassOf(event);
  if (marks.some((mark) => classOf(mark) !== kind))
    return fault(`${path}.note`, "its marks are not those of the event");
  return undefined;
}

function markClassOf(event: EventFacts): number {
  if (event.kind === "freeze") return NOTE_CLASS_FROZEN;
  if (event.kind === "thaw") return NOTE_CLASS_THAWED;
  return event.kind === "observe" && event.trust === "user" ? NOTE_CLASS_USER : NOTE_CLASS_TOOL;
}

function marksOf(note: Uint8Array): bigint[] {
  if (note.length === 0) return [];
  const view = viewOf(note);
  return Array.from({ length: view.getUint32(MARKS_AT - 4, true) }, (_, mark) =>
    view.getBigUint64(MARKS_AT + mark * MARK_BYTES, true),
  );
}

function classOf(mark: bigint): number {
  return Number(mark & BigInt(CLASS_BITS));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
