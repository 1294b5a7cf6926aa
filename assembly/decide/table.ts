/**
 * The decision table (docs/format/evaluation.md, step 8): what the tier leads to, what the rows add, and the gates, which
 * nothing lowers. The strictest wins; only a relax entry lowers, and only what the tier alone said.
 */
import { asI64 } from "../base/cmp";
import { loweringMatches, raisingMatches } from "../condition/entry";
import {
  MARK_ROWS_OVERFLOW,
  ROW_KIND_GATE,
  ROW_KIND_RELAX,
  VERDICT_DENY,
  VERDICT_REVIEW,
} from "../gen/codes";
import {
  ACTIONS_OBLIGATION_COUNT,
  ACTIONS_OBLIGATION_START,
  ACTIONS_ROWS,
  ROWS_BYTES,
  ROWS_CLAUSE_COUNT,
  ROWS_CLAUSE_START,
  ROWS_EXPIRES_MS,
  ROWS_KIND,
  ROWS_OBLIGATION_COUNT,
  ROWS_OBLIGATION_START,
  ROWS_PACK,
  ROWS_VERDICT,
  SECTION_ROWS,
} from "../gen/layout";
import { GATES_MATCHED_MAX, ROWS_MATCHED_MAX } from "../gen/limits";
import { CONTEXT_KEY_TIME_MS } from "../gen/words";
import { part, setMark } from "../normalise/part";
import { entryAt, listCount, listItem, NONE, route } from "../policy/view";
import { context } from "../request/view";
import { addObligations, approverCount, forgetObligations, needApprovers } from "./obligations";

const MATCHED: usize = memory.data(1024, 4); // ROWS_MATCHED_MAX entries

const GATES: usize = memory.data(256, 4); // GATES_MATCHED_MAX entries

let matched: i32 = 0;
let gates: i32 = 0;

/** Rows and relax entries that matched, in list order. */
export function matchedCount(): i32 {
  return matched;
}

export function matchedRow(position: i32): usize {
  return <usize>load<u32>(MATCHED + ((<usize>position) << 2));
}

/** Gates that matched, in list order. */
export function gateCount(): i32 {
  return gates;
}

export function gate(position: i32): usize {
  return <usize>load<u32>(GATES + ((<usize>position) << 2));
}

function rowMatches(row: usize, kind: i32): bool {
  const start = load<u32>(row + ROWS_CLAUSE_START);
  const clauses = load<u32>(row + ROWS_CLAUSE_COUNT);
  if (kind != ROW_KIND_RELAX) return raisingMatches(start, clauses, true);
  const expiresMs = load<u64>(row + ROWS_EXPIRES_MS);
  const nowMs = <u64>asI64(context(CONTEXT_KEY_TIME_MS));
  return (expiresMs == 0 || nowMs < expiresMs) && loweringMatches(start, clauses);
}

function noteGate(row: usize): void {
  if (gates == GATES_MATCHED_MAX) return;
  store<u32>(GATES + ((<usize>gates) << 2), <u32>row);
  gates++;
}

/** Lists a matched row; false when the list is full. */
function noteRow(row: usize): bool {
  if (matched == ROWS_MATCHED_MAX) return false;
  store<u32>(MATCHED + ((<usize>matched) << 2), <u32>row);
  matched++;
  return true;
}

/** Sets the verdict of the part, its obligations and the entries that matched. */
export function decide(): void {
  const call = part();
  matched = 0;
  gates = 0;
  forgetObligations();
  let fits = addObligations(
    load<u32>(call.action + ACTIONS_OBLIGATION_START),
    load<u32>(call.action + ACTIONS_OBLIGATION_COUNT),
  );
  let scored = route(call.tier);
  let strictest = 0;

  const rows = load<u32>(call.action + ACTIONS_ROWS);
  const rowCount = listCount(rows);
  for (let position: u32 = 0; position < rowCount; position++) {
    const row = entryAt(SECTION_ROWS, listItem(rows, position), ROWS_BYTES);
    const kind = <i32>load<u8>(row + ROWS_KIND);
    const pack = load<u32>(row + ROWS_PACK);
    if ((pack != NONE && pack != call.pack) || !rowMatches(row, kind)) continue;
    if (kind == ROW_KIND_GATE) {
      noteGate(row);
      continue;
    }
    const verdict = <i32>load<u8>(row + ROWS_VERDICT);
    if (kind == ROW_KIND_RELAX) scored = min(scored, verdict);
    else strictest = max(strictest, verdict);
    fits = noteRow(row) && fits;
    fits =
      addObligations(load<u32>(row + ROWS_OBLIGATION_START), load<u32>(row + ROWS_OBLIGATION_COUNT)) && fits;
  }

  if (!fits) setMark(MARK_ROWS_OVERFLOW);
  call.isGated = gates > 0;
  call.verdict = call.isGated || !fits ? VERDICT_DENY : max(scored, strictest);
  if (call.verdict == VERDICT_REVIEW && approverCount() == 0) needApprovers(1);
}
