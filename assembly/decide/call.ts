/**
 * What the parts of a call come to (docs/format/evaluation.md, steps 6 to 8): hazards of full parts add, the strictest
 * verdict counts, and what a relax entry calmed is calm for its own part alone.
 */
import {
  COUNTED_DUPLICATE,
  COUNTED_FULL,
  COUNTED_MINIMAL,
  MARK_ROWS_OVERFLOW,
  TIER_MINIMAL,
  VERDICT_ALLOW,
  VERDICT_DENY,
  VERDICT_REVIEW,
} from "../gen/codes";
import { HAZARD_MAX } from "../gen/limits";
import { isSameDraft } from "../normalise/drafts";
import { route } from "../policy/view";
import { tierOf } from "../risk/hazard";
import { scoreOf } from "../risk/score";
import { approverCount, needApprovers } from "./obligations";
import { keptAt, keptCount } from "./parts";
import { gateCount, rowsFit, strictestRow } from "./table";

@unmanaged
export class Call {
  marks: u32;
  hazard: u32;
  score: i32;
  tier: i32;
  verdict: i32;
  isGated: bool;
  /** REASON_ANSWER_* that a reviewer or an approval gave, or NO_ANSWER. */
  answer: i32;
}

export const NO_ANSWER: i32 = -1;

const CALL_AT: usize = memory.data(32, 8);

export function call(): Call {
  return changetype<Call>(CALL_AT);
}

/** True when a part of the group is more than minimal. */
function groupMatters(group: i32): bool {
  for (let position = 0; position < keptCount(); position++) {
    const other = keptAt(position);
    if (other.group == group && other.tier != TIER_MINIMAL) return true;
  }
  return false;
}

/** True when an earlier part that counts in full does the same. */
function repeats(position: i32): bool {
  for (let earlier = 0; earlier < position; earlier++) {
    if (keptAt(earlier).counted == COUNTED_FULL && isSameDraft(earlier, position)) return true;
  }
  return false;
}

function countParts(): void {
  for (let position = 0; position < keptCount(); position++) {
    const entry = keptAt(position);
    if (entry.tier == TIER_MINIMAL && !groupMatters(entry.group)) entry.counted = COUNTED_MINIMAL;
    else entry.counted = repeats(position) ? COUNTED_DUPLICATE : COUNTED_FULL;
  }
}

/** Adds the parts up: sets marks and hazard of the call, and returns the verdict that its tiers lead to. */
function addParts(): i32 {
  const whole = call();
  let full: u64 = 0;
  let uncalmed: u64 = 0;
  let largest: u32 = 0;
  let scored = VERDICT_ALLOW;
  let marks: u32 = 0;
  for (let position = 0; position < keptCount(); position++) {
    const entry = keptAt(position);
    marks |= entry.marks;
    scored = max(scored, entry.scored);
    largest = max(largest, entry.hazard);
    if (entry.counted != COUNTED_FULL) continue;
    full += entry.hazard;
    if (!entry.isCalmed) uncalmed += entry.hazard;
  }
  whole.marks = marks;
  whole.hazard = full == 0 ? largest : <u32>min(full, <u64>HAZARD_MAX);
  return uncalmed == 0 ? scored : max(scored, route(tierOf(<u32>min(uncalmed, <u64>HAZARD_MAX))));
}

/** Decides the call from its parts. `overflowed`: it has more than were kept. */
export function decideCall(overflowed: bool): void {
  const whole = call();
  countParts();
  const scored = addParts();
  whole.score = scoreOf(whole.hazard);
  whole.tier = tierOf(whole.hazard);
  whole.isGated = gateCount() > 0;
  if (!rowsFit()) whole.marks |= 1 << MARK_ROWS_OVERFLOW;
  const denied = whole.isGated || !rowsFit() || overflowed;
  whole.verdict = denied ? VERDICT_DENY : max(scored, strictestRow());
  whole.answer = NO_ANSWER;
}

/** Makes the verdict at least as strict. */
export function demand(verdict: i32): void {
  call().verdict = max(call().verdict, verdict);
}

/** A review needs somebody, whether or not an entry says how many. */
export function settle(): void {
  if (call().verdict == VERDICT_REVIEW && approverCount() == 0) needApprovers(1);
}
