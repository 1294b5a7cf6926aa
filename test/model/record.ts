/** Steps 9 and 10 of evaluation.md: reasons, lowered_by, commitments and the bytes of the record. */
import { type Answered, NO_ANSWER } from "./answers.ts";
import { compareBytes, sha256 } from "./bytes.ts";
import { writeEvent } from "./cells.ts";
import { type Writable, writableOf, writeCmp } from "./cmp.ts";
import { hit } from "./coverage.ts";
import { type Decision, noObligations } from "./decide.ts";
import type { Facts } from "./extract.ts";
import type { Image } from "./image.ts";
import type { Match } from "./match.ts";
import type { Outcome, Remembered } from "./memory.ts";
import { writeNote } from "./notes.ts";
import type { Excuse } from "./predicates.ts";
import type { Request } from "./request.ts";
import { type Risk, tier } from "./risk.ts";
import { limit, Refusal, wire } from "./wire.ts";

/** One part of a call, fully evaluated. */
export interface Part {
  action: number;
  actionName: string;
  /** What the record calls `mapping`. */
  mapping: string;
  facts: Facts;
  marks: Set<string>;
  risk: Risk;
  counted: string;
}

/** One candidate, fully evaluated. Hazard, score and tier are those of its parts together. */
export interface Evaluated {
  parts: Part[];
  /** Marks of any part. */
  marks: Set<string>;
  hazard: bigint;
  score: number;
  tier: number;
  decision: Decision;
  /** What lowered while suspects were read that are no part. */
  droppedExcuses: Excuse[];
  /** Its parts as histories see them, and all parts that were looked at: suspects that were dropped too. */
  remembered: Remembered[];
  touched: Remembered[];
}

export function commitment(salt: Uint8Array, bytes: Uint8Array): Uint8Array {
  return sha256("cmp1:commit\n", salt, bytes);
}

/** Commitments of the arguments, and of the request with its arguments replaced by their commitment. */
export function commitments(bytes: Uint8Array, request: Request): { args: Uint8Array; request: Uint8Array } {
  const { at, end } = request.payload;
  const args = commitment(request.salt, bytes.subarray(at, end));
  const replaced = [...bytes.subarray(0, at), 0xc4, 0x20, ...args, ...bytes.subarray(end)];
  return { args, request: commitment(request.salt, Uint8Array.from(replaced)) };
}

export function recordDigest(record: Uint8Array): Uint8Array {
  return sha256("cmp1:record\n", record);
}

/** Reason codes, most decisive first, each once. `answered`: what a reviewer or an approval gave. */
export function reasonsOf(taken: Evaluated, memory: string[], answered: Answered): string[] {
  const { decision, marks, parts } = taken;
  for (const mark of marks) hit(`mark ${mark}`);
  for (const row of decision.rows) hit(`row kind ${row.kind}`);
  if (decision.gates.length > 0) hit("row kind gate");
  const levelReasons = parts.flatMap((part) => part.risk.levelReasons);
  const flagReasons = parts.flatMap((part) => part.risk.flagReasons);
  if (levelReasons.length > 0) hit("rule kind level");
  if (flagReasons.length > 0) hit("rule kind flag");
  for (const code of memory) hit(`reason ${code}`);
  const codes = decision.gates.slice(0, limit("gates_matched_max"));
  codes.push(...memory.filter((code) => code !== "time_backwards"));
  if (answered.reason !== null) codes.push(answered.reason);
  for (const verdict of [2, 1, 0]) {
    codes.push(
      ...decision.rows.filter((row) => row.kind === "row" && row.verdict === verdict).map((row) => row.code),
    );
  }
  codes.push(`tier_${wire.tiers[taken.tier]}`);
  codes.push(...wire.marks.filter((mark) => marks.has(mark)));
  codes.push(...memory.filter((code) => code === "time_backwards"));
  codes.push(...levelReasons, ...flagReasons);
  codes.push(...decision.rows.filter((row) => row.kind === "relax").map((row) => row.code));
  return [...new Set(codes)].slice(0, limit("reasons_max"));
}

/** Every input that made the verdict less strict: [kind, name, authority]. */
export function loweredBy(
  taken: Evaluated,
  match: Match,
  request: Request,
  image: Image,
  answered: Answered,
): string[][] {
  const excuses: Excuse[] = [
    ...taken.remembered.flatMap((part) => part.excuses),
    ...taken.parts.flatMap((part) => part.risk.excuses),
    ...taken.droppedExcuses,
    ...taken.decision.excuses,
  ];
  const excused = (kind: Excuse["kind"], name: string): boolean =>
    excuses.some((excuse) => excuse.kind === kind && "name" in excuse && excuse.name === name);
  const byKind: Record<string, string[][]> = {
    binding: match.binding === "bound" ? [[match.server as string, "org"]] : [],
    set: image.sets
      .filter((_, index) => excuses.some((excuse) => excuse.kind === "set" && excuse.index === index))
      .map((name) => [name, "org"]),
    provenance: excuses.some(({ kind }) => kind === "provenance") ? [["user", "host"]] : [],
    context: ["actor", "environment", "host", "roles", "tz_min"]
      .filter((name) => excused("context", name))
      .map((name) => [name, request.context.assertedBy.get(name) as string]),
    relax: taken.decision.rows.filter((row) => row.kind === "relax").map((row) => [row.code, "org"]),
    domain: ["recipient", "host"].filter((name) => excused("domain", name)).map((name) => [name, "org"]),
    default_currency: taken.parts.some((part) => part.facts.defaultCurrencyUsed)
      ? [[image.defaultCurrency as string, "org"]]
      : [],
    unknown_read: taken.parts.some((part) => part.action === image.actionRead) ? [["tool", "base"]] : [],
    approval: answered.lowering.map(({ id, key }) => [id, key]),
  };
  const entries: string[][] = [];
  for (const { name: kind } of wire.lowered_kinds) {
    const ofImage = image.lowered.filter((entry) => entry.kind === kind);
    const all = [...(byKind[kind] ?? []), ...ofImage.map((entry) => [entry.name, entry.authority])];
    for (const [name, authority] of all) {
      const entry = [kind, name as string, authority as string];
      hit(`lowered_by ${kind}`);
      if (!entries.some((other) => other.every((word, i) => word === entry[i]))) entries.push(entry);
    }
  }
  return entries;
}

function obligationsMap(decision: Decision): Map<string, Writable> {
  const { obligations } = decision;
  const map = new Map<string, Writable>();
  const all = {
    ...obligations,
    approvers: obligations.approvers !== null,
    ttlMs: obligations.ttlMs !== null,
  };
  for (const [kind, value] of Object.entries(all)) {
    if (value === true || (value instanceof Set && value.size > 0)) hit(`obligation ${kind}`);
  }
  if (obligations.approvers !== null) map.set("approvers", obligations.approvers);
  if (obligations.dryRun) map.set("dry_run", true);
  if (obligations.ttlMs !== null) map.set("ttl_ms", obligations.ttlMs);
  for (const kind of ["disclose", "notify", "redact"] as const) {
    if (obligations[kind].size > 0) map.set(kind, [...obligations[kind]].sort(compareBytes));
  }
  return map;
}

function partMap(part: Part, image: Image): Map<string, Writable> {
  const { risk } = part;
  hit(`counted ${part.counted}`);
  const flags: Writable[] = [];
  for (let flag = 0; flag < image.hazards.length; flag++) {
    const h = image.hazards[flag] as bigint;
    if (risk.primary.has(flag)) flags.push([flag, 0, h]);
    else if (risk.secondary.has(flag)) flags.push([flag, 1, h]);
  }
  return new Map<string, Writable>([
    ["action", part.actionName],
    ["counted", part.counted],
    ["flags", flags],
    ["hazard", risk.hazard],
    ["levels", risk.levels.map((level, d) => [level, image.gains[d] as number])],
    ["mapping", part.mapping],
  ]);
}

function historyMap({
  id,
  before,
  after,
  events,
  note,
}: Outcome["histories"][number]): Map<string, Writable> {
  const map = new Map<string, Writable>([
    ["after", after],
    ["before", before],
    ["events", Uint8Array.from(events.flatMap((event) => [...writeEvent(event)]))],
    ["id", id],
  ]);
  const noteBytes = writeNote(note);
  if (noteBytes.length > 0) map.set("note", noteBytes);
  return map;
}

/** An event has no parts, and nothing is scored: it has the tier of no hazard. */
export function evaluatedEvent(verdict: number, image: Image): Evaluated {
  const ofNothing = tier(0n, image.thresholds);
  hit(`event tier ${wire.tiers[ofNothing]}`);
  return {
    parts: [],
    marks: new Set(),
    hazard: 0n,
    score: 0,
    tier: ofNothing,
    decision: {
      verdict,
      gates: [],
      rows: [],
      obligations: noObligations(),
      overflow: false,
      excuses: [],
    },
    droppedExcuses: [],
    remembered: [],
    touched: [],
  };
}

export function writeRecord(
  bytes: Uint8Array,
  request: Request,
  image: Image,
  match: Match,
  taken: Evaluated,
  outcome: Outcome,
  answered: Answered = NO_ANSWER,
): Uint8Array {
  const digests = commitments(bytes, request);
  const { decision } = taken;
  const record = new Map<string, Writable>([
    ["args", digests.args],
    ["binding", request.binding],
    ["durability", request.durability],
    ["edition", image.edition],
    ["engine", request.engine],
    ["hazard", taken.hazard],
    ["image", request.image],
    ["lowered_by", loweredBy(taken, match, request, image, answered)],
    ["mode", request.mode],
    ["obligations", obligationsMap(decision)],
    ["parts", taken.parts.map((part) => partMap(part, image))],
    ["reasons", reasonsOf(taken, outcome.reasons, answered)],
    ["request", digests.request],
    ["rows", decision.rows.map((row) => row.code)],
    ["score", taken.score],
    ["thresholds", image.thresholds],
    ["tier", wire.tiers[taken.tier] as string],
    ["time_ms", request.context.timeMs],
    ["v", 1],
    ["verdict", wire.verdicts[decision.verdict] as string],
  ]);
  if (request.cells !== undefined) record.set("cells", outcome.histories.map(historyMap));
  if (request.event !== undefined) record.set("event", writableOf(request.payload));
  for (const key of ["approval", "reviewer"] as const) {
    const answer = request[key];
    if (answer === undefined) continue;
    record.set(key, writableOf(answer.node));
    record.set("parent", answer.of);
  }
  const [gate] = decision.gates;
  if (gate !== undefined) record.set("gate", gate);
  const out = writeCmp(record);
  if (out.length > limit("record_bytes_max")) throw new Refusal("record_too_large", 0);
  return out;
}
