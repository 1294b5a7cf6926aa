/**
 * The decision table (docs/format/evaluation.md, step 8): what the tier leads to, what the rows add, and the gates, which
 * nothing lowers. The strictest wins; only a relax entry lowers, and only what the tier alone said.
 */
import { asI64 } from "../base/cmp";
import { loweringMatches, raisingMatches } from "../condition/entry";
import { ROW_KIND_GATE, ROW_KIND_RELAX } from "../gen/codes";
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
import { part } from "../normalise/part";
import { entryAt, listCount, listItem, NONE, route } from "../policy/view";
import { context } from "../request/view";
import { addObligations, forgetObligations } from "./obligations";

const MATCHED: usize = memory.data(1024, 4); // ROWS_MATCHED_MAX entries

const GATES: usize = memory.data(256, 4); // GATES_MATCHED_MAX entries

let matched: i32 = 0;
let gates: i32 = 0;
let fits: bool = true;
let strictest: i32 = 0;

/** Rows and relax entries that matched, part by part in list order, each once. */
export function matchedCount(): i32 {
  return matched;
}

export function matchedRow(position: i32): usize {
  return <usize>load<u32>(MATCHED + ((<usize>position) << 2));
}

/** Gates that matched, part by part in list order, each once. */
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

/** False when more rows or obligations matched than there is room for. */
export function rowsFit(): bool {
  return fits;
}

/** The strictest verdict of a row that matched. */
export function strictestRow(): i32 {
  return strictest;
}

/** Before the first part of a call. */
export function beginTable(): void {
  matched = 0;
  gates = 0;
  fits = true;
  strictest = 0;
  forgetObligations();
}

/** True when the first `count` of the entries at `list` hold the row: it matched for an earlier part. */
function isNoted(list: usize, count: i32, row: usize): bool {
  for (let position = 0; position < count; position++) {
    if (<usize>load<u32>(list + ((<usize>position) << 2)) == row) return true;
  }
  return false;
}

function noteGate(row: usize, earlier: i32): void {
  if (gates == GATES_MATCHED_MAX || isNoted(GATES, earlier, row)) return;
  store<u32>(GATES + ((<usize>gates) << 2), <u32>row);
  gates++;
}

/** Lists a matched row; false when the list is full. */
function noteRow(row: usize, earlier: i32): bool {
  if (isNoted(MATCHED, earlier, row)) return true;
  if (matched == ROWS_MATCHED_MAX) return false;
  store<u32>(MATCHED + ((<usize>matched) << 2), <u32>row);
  matched++;
  return true;
}

/** Sets what the tier of the part leads to, and notes the entries that match it with their obligations. */
export function decidePart(): void {
  const call = part();
  const earlierRows = matched;
  const earlierGates = gates;
  fits =
    addObligations(
      load<u32>(call.action + ACTIONS_OBLIGATION_START),
      load<u32>(call.action + ACTIONS_OBLIGATION_COUNT),
    ) && fits;
  const routed = route(call.tier);
  let scored = routed;

  const rows = load<u32>(call.action + ACTIONS_ROWS);
  const rowCount = listCount(rows);
  for (let position: u32 = 0; position < rowCount; position++) {
    const row = entryAt(SECTION_ROWS, listItem(rows, position), ROWS_BYTES);
    const kind = <i32>load<u8>(row + ROWS_KIND);
    const pack = load<u32>(row + ROWS_PACK);
    if ((pack != NONE && pack != call.pack) || !rowMatches(row, kind)) continue;
    if (kind == ROW_KIND_GATE) {
      noteGate(row, earlierGates);
      continue;
    }
    const verdict = <i32>load<u8>(row + ROWS_VERDICT);
    if (kind == ROW_KIND_RELAX) scored = min(scored, verdict);
    else strictest = max(strictest, verdict);
    fits = noteRow(row, earlierRows) && fits;
    fits =
      addObligations(load<u32>(row + ROWS_OBLIGATION_START), load<u32>(row + ROWS_OBLIGATION_COUNT)) && fits;
  }
  call.scored = scored;
  call.isCalmed = scored < routed;
}
