/**
 * The verbs that write rows, by where they stand in a statement (docs/format/sql.md, 3).
 */
import {
  SQL_DELAYED,
  SQL_DELETE,
  SQL_DO,
  SQL_DUPLICATE,
  SQL_FOR,
  SQL_HIGH_PRIORITY,
  SQL_IGNORE,
  SQL_INSERT,
  SQL_INTO,
  SQL_KEY,
  SQL_LOW_PRIORITY,
  SQL_MERGE,
  SQL_NO,
  SQL_OR,
  SQL_REPLACE,
  SQL_TABLE,
  SQL_THEN,
  SQL_UPDATE,
  SQL_UPSERT,
} from "../../gen/sql";
import { insertedCount } from "./sql-counts";
import {
  addTable,
  addWrite,
  copyTables,
  READS,
  WRITE_DELETE,
  WRITE_INSERT,
  WRITE_UPDATE,
  writeCount,
  writeOf,
} from "./sql-found";
import {
  codeAt,
  codeBefore,
  endOfTable,
  isBracket,
  lastOfPath,
  signAt,
  signBefore,
  TOKEN_NAMED,
  TOKEN_START,
  tokenAt,
} from "./sql-tokens";

/** The verb does not change what a comma means. */
export const NO_SINK: i32 = -3;
const NOT_UNDERSTOOD: i32 = -1;
const SINK_OFF: i32 = -2;

let lead: i32 = 0;
/** Mode after the verb: a write whose tables follow, READS, SINK_OFF, or NO_SINK. */
let sink: i32 = -3;
/** The position after the target of the last MERGE, or 0. */
let mergeTarget: i32 = 0;
/** A MERGE has done nothing so far. */
let mergeIdle: bool = false;

export function beginVerbs(from: i32, end: i32): void {
  lead = from;
  while (signAt(lead, end) == 0x28) lead++;
  sink = NO_SINK;
  mergeTarget = 0;
  mergeIdle = false;
}

/** False when a MERGE says nothing of what it does. */
export function endVerbs(): bool {
  return !mergeIdle;
}

/** A query or a write begins at the position: it is the first word, or the first of a group. */
export function begins(position: i32, from: i32): bool {
  return position == lead || signBefore(position, from) == 0x28;
}

export function openedSink(): i32 {
  return sink;
}

export function isVerb(code: i32): bool {
  if (code == SQL_INSERT || code == SQL_REPLACE || code == SQL_UPSERT) return true;
  return code == SQL_UPDATE || code == SQL_DELETE || code == SQL_MERGE;
}

/** A write of one kind on the target of a MERGE. */
function takeMerged(position: i32, code: i32): i32 {
  let kind = WRITE_INSERT;
  if (code == SQL_UPDATE) kind = WRITE_UPDATE;
  else if (code == SQL_DELETE) kind = WRITE_DELETE;
  else if (code != SQL_INSERT) return NOT_UNDERSTOOD;
  if (addWrite(kind) === null || !addTable(mergeTarget, writeCount() - 1)) return NOT_UNDERSTOOD;
  mergeIdle = false;
  return position + 1;
}

/** The update of rows that an insert meets. */
function takeConflict(position: i32): i32 {
  const before = writeCount() - 1;
  if (before < 0 || writeOf(before).upserts == 0) return NOT_UNDERSTOOD;
  const write = addWrite(WRITE_UPDATE);
  if (write === null) return NOT_UNDERSTOOD;
  write.count = writeOf(before).count;
  write.upserts = 1;
  sink = SINK_OFF;
  return copyTables(before, before + 1) ? position + 1 : NOT_UNDERSTOOD;
}

function takeInsert(position: i32, code: i32, end: i32, groupEnd: i32): i32 {
  let replaces = code != SQL_INSERT;
  let at = position + 1;
  for (; at < end; at++) {
    const word = codeAt(at, end);
    if (word == SQL_OR) {
      at++;
      if (isBracket(at, end)) return NOT_UNDERSTOOD;
      if (codeAt(at, end) == SQL_REPLACE) replaces = true;
    } else if (
      word != SQL_INTO &&
      word != SQL_IGNORE &&
      word != SQL_LOW_PRIORITY &&
      word != SQL_HIGH_PRIORITY &&
      word != SQL_DELAYED &&
      word != SQL_TABLE
    ) {
      break;
    }
  }
  const after = endOfTable(at, end);
  const write = addWrite(WRITE_INSERT);
  if (write === null || after <= at || !addTable(after, writeCount() - 1)) return NOT_UNDERSTOOD;
  tokenAt(lastOfPath(after)).bits |= TOKEN_NAMED;
  write.count = insertedCount(after, groupEnd);
  write.upserts = 1;
  sink = SINK_OFF;
  if (!replaces) return after;
  const update = addWrite(WRITE_UPDATE);
  if (update === null) return NOT_UNDERSTOOD;
  update.count = write.count;
  update.upserts = 1;
  return copyTables(writeCount() - 2, writeCount() - 1) ? after : NOT_UNDERSTOOD;
}

function takeMerge(position: i32, end: i32): i32 {
  if (mergeIdle) return NOT_UNDERSTOOD;
  const at = codeAt(position + 1, end) == SQL_INTO ? position + 2 : position + 1;
  const after = endOfTable(at, end);
  if (after == at) return NOT_UNDERSTOOD;
  mergeTarget = after;
  mergeIdle = true;
  sink = READS;
  return after;
}

/** An update or a delete, whose tables follow. */
function takeChange(position: i32, kind: i32, groupEnd: i32): i32 {
  const write = addWrite(kind);
  if (write === null) return NOT_UNDERSTOOD;
  write.verb = position;
  write.end = groupEnd;
  sink = writeCount() - 1;
  return position + 1;
}

/** Takes the verb at a position. Returns the position after what it took, or a negative number. */
export function takeVerb(position: i32, from: i32, end: i32, groupEnd: i32): i32 {
  sink = NO_SINK;
  const code = codeAt(position, end);
  const before = codeBefore(position, from);
  if (before == SQL_THEN && mergeTarget > 0) return takeMerged(position, code);
  if ((code == SQL_INSERT || code == SQL_REPLACE) && signAt(position + 1, end) == 0x28) return position + 1;
  if (code == SQL_UPDATE) {
    const second = codeBefore(position - 1, from);
    if (before == SQL_FOR || (before == SQL_KEY && second == SQL_NO)) return position + 1;
    if (before == SQL_DO || (before == SQL_KEY && second == SQL_DUPLICATE)) return takeConflict(position);
  }
  const starts = (tokenAt(position).bits & TOKEN_START) != 0;
  if (!begins(position, from) && !starts) return NOT_UNDERSTOOD;
  if (code == SQL_UPDATE) return takeChange(position, WRITE_UPDATE, groupEnd);
  if (code == SQL_DELETE) return takeChange(position, WRITE_DELETE, groupEnd);
  if (code == SQL_MERGE) return takeMerge(position, end);
  return takeInsert(position, code, end, groupEnd);
}
