/**
 * One entry of the policy: it matches if one of its clauses holds, and a clause holds if all its predicates do. Raising
 * entries take an unknown answer as true, lowering ones as false: an unknown fact never calms.
 */
import {
  CLAUSES_BYTES,
  CLAUSES_PREDICATE_COUNT,
  CLAUSES_PREDICATE_START,
  PREDICATES_BYTES,
  SECTION_CLAUSES,
  SECTION_PREDICATES,
} from "../gen/layout";
import { entryAt } from "../policy/view";
import { beginClause, beginEntry, beginExcuses, keepClause, keepEntry } from "./lowered";
import { askPredicate, excuseLast, FALSE, forgetChangedPaths, noteLast, TRUE } from "./predicate";

/** Before the first part of a call. */
export function beginCallEntries(): void {
  beginExcuses();
}

/** Before the first entry of a part. */
export function beginPartEntries(): void {
  forgetChangedPaths();
}

function raisingClauseHolds(clause: usize, isScored: bool): bool {
  const start = load<u32>(clause + CLAUSES_PREDICATE_START);
  const predicates = load<u32>(clause + CLAUSES_PREDICATE_COUNT);
  let allTrue = true;
  beginClause();
  for (let index: u32 = 0; index < predicates; index++) {
    const predicate = entryAt(SECTION_PREDICATES, start + index, PREDICATES_BYTES);
    if (askPredicate(predicate, true, isScored) != FALSE) continue;
    if (!excuseLast()) return false;
    allTrue = false;
  }
  if (!allTrue) keepClause();
  return allTrue;
}

function loweringClauseHolds(clause: usize): bool {
  const start = load<u32>(clause + CLAUSES_PREDICATE_START);
  const predicates = load<u32>(clause + CLAUSES_PREDICATE_COUNT);
  beginClause();
  for (let index: u32 = 0; index < predicates; index++) {
    const predicate = entryAt(SECTION_PREDICATES, start + index, PREDICATES_BYTES);
    if (askPredicate(predicate, false, true) != TRUE) return false;
    noteLast();
  }
  keepClause();
  return true;
}

/** True when a rule, gate or row matches. Facts of risk are unknown until it `isScored`. */
export function raisingMatches(clauseStart: u32, clauses: u32, isScored: bool): bool {
  if (clauses == 0) return true;
  beginEntry();
  for (let index: u32 = 0; index < clauses; index++) {
    if (raisingClauseHolds(entryAt(SECTION_CLAUSES, clauseStart + index, CLAUSES_BYTES), isScored))
      return true;
  }
  keepEntry();
  return false;
}

/** True when a relax entry matches: every answer is known and true. What those answers rest on is noted. */
export function loweringMatches(clauseStart: u32, clauses: u32): bool {
  if (clauses == 0) return true;
  beginEntry();
  for (let index: u32 = 0; index < clauses; index++) {
    if (!loweringClauseHolds(entryAt(SECTION_CLAUSES, clauseStart + index, CLAUSES_BYTES))) continue;
    keepEntry();
    return true;
  }
  return false;
}
