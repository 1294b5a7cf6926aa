/**
 * One walk over the tokens of a statement that reads or writes rows (docs/format/sql.md, 3). It finds tables by the words
 * that stand before them, and writes by the places where their verbs can stand; a verb anywhere else is not understood.
 */

import { SQL_DEPTH_MAX } from "../../gen/limits";
import {
  SQL_ALTER,
  SQL_APPLY,
  SQL_CREATE,
  SQL_CROSS,
  SQL_DELETE,
  SQL_DENY,
  SQL_DISTINCT,
  SQL_DROP,
  SQL_DUMPFILE,
  SQL_EXCEPT,
  SQL_EXEC,
  SQL_EXECUTE,
  SQL_FETCH,
  SQL_FROM,
  SQL_GRANT,
  SQL_GROUP,
  SQL_HAVING,
  SQL_IGNORE,
  SQL_INSERT,
  SQL_INTERSECT,
  SQL_INTO,
  SQL_IS,
  SQL_JOIN,
  SQL_KILL,
  SQL_LATERAL,
  SQL_LIMIT,
  SQL_LOW_PRIORITY,
  SQL_MERGE,
  SQL_MINUS,
  SQL_NOT,
  SQL_ONLY,
  SQL_OR,
  SQL_ORDER,
  SQL_OUTER,
  SQL_OUTFILE,
  SQL_QUALIFY,
  SQL_QUICK,
  SQL_RETURNING,
  SQL_REVOKE,
  SQL_SELECT,
  SQL_SET,
  SQL_SHUTDOWN,
  SQL_STRAIGHT_JOIN,
  SQL_TABLE,
  SQL_TRUNCATE,
  SQL_UNION,
  SQL_UPDATE,
  SQL_USING,
  SQL_VALUES,
  SQL_WHEN,
  SQL_WHERE,
  SQL_WINDOW,
  SQL_WITH,
} from "../../gen/sql";
import { addTable, noteAdmin, noteExport, READS } from "./sql-found";
import {
  codeAt,
  codeBefore,
  endOfTable,
  equalFolded,
  isBracket,
  isFree,
  KIND_PARAM,
  KIND_STRING,
  KIND_WORD,
  lastOfPath,
  signAt,
  TOKEN_PLAIN,
  tokenAt,
} from "./sql-tokens";
import { begins, beginVerbs, endVerbs, isVerb, NO_SINK, openedSink, takeVerb } from "./sql-verbs";
import { beginEntries, isEntry, takeWith } from "./sql-with";

/** What the walk cannot go on from. */
export const FAULT: i32 = -1;
/** A mode: no table is expected after a comma. The others are READS and the numbers of writes. */
export const OFF: i32 = -2;

/** Words before a group in which FROM names no table: extract, substring, trim, overlay, position. */
const BEFORE_FROM: usize = memory.data<u8>([
  7, 0x65, 0x78, 0x74, 0x72, 0x61, 0x63, 0x74, 9, 0x73, 0x75, 0x62, 0x73, 0x74, 0x72, 0x69, 0x6e, 0x67, 4,
  0x74, 0x72, 0x69, 0x6d, 7, 0x6f, 0x76, 0x65, 0x72, 0x6c, 0x61, 0x79, 8, 0x70, 0x6f, 0x73, 0x69, 0x74, 0x69,
  0x6f, 0x6e, 0,
]);

/** 8 bytes: an open group, or the statement itself at depth 0. */
@unmanaged
class Level {
  mode: i32;
  /** Position of its opening bracket, or -1. */
  open: i32;
}

const LEVELS: usize = memory.data(520, 4); // (SQL_DEPTH_MAX + 1) x 8
let depth: i32 = 0;
let walkFrom: i32 = 0;
let walkEnd: i32 = 0;
/** A table stands next. */
let place: bool = false;

function level(): Level {
  return changetype<Level>(LEVELS + ((<usize>depth) << 3));
}

/** Where the innermost open group ends. */
function groupEnd(): i32 {
  const open = level().open;
  return open < 0 ? walkEnd : tokenAt(open).partner;
}

function open(position: i32, mode: i32): void {
  assert(depth < SQL_DEPTH_MAX);
  depth++;
  level().mode = mode;
  level().open = position;
}

/** A query or a write begins at the position, and no table. */
function beginsQuery(position: i32): bool {
  const code = codeAt(position, walkEnd);
  if (code == SQL_SELECT || code == SQL_WITH || code == SQL_VALUES || code == SQL_TABLE) return true;
  return code == SQL_INSERT || code == SQL_UPDATE || code == SQL_DELETE || code == SQL_MERGE;
}

/** Takes what stands where a table is expected. Returns the position after it, or FAULT. */
function takePlace(position: i32): i32 {
  const mode = level().mode;
  if (signAt(position, walkEnd) == 0x28) {
    place = !beginsQuery(position + 1);
    open(position, place ? mode : OFF);
    return position + 1;
  }
  const code = codeAt(position, walkEnd);
  if (code == SQL_OR && codeBefore(position, walkFrom) == SQL_UPDATE) {
    if (isBracket(position + 1, walkEnd)) return FAULT;
    place = true;
    return position + 2;
  }
  if (code == SQL_LATERAL || code == SQL_LOW_PRIORITY || (code == SQL_FROM && mode >= 0)) {
    place = true;
    return position + 1;
  }
  if (code == SQL_ONLY || code == SQL_IGNORE || code == SQL_QUICK) {
    const next = position + 1;
    if (isFree(next, walkEnd) || signAt(next, walkEnd) == 0x28 || codeAt(next, walkEnd) == SQL_FROM) {
      place = true;
      return next;
    }
  }
  const after = endOfTable(position, walkEnd);
  if (after == position) return FAULT;
  if (signAt(after, walkEnd) == 0x28) return after;
  if (mode < 0 && lastOfPath(after) == position && isEntry(position)) return after;
  return addTable(after, mode) ? after : FAULT;
}

/** The FROM at a position belongs to a comparison or a function. */
function isPlainFrom(position: i32): bool {
  if (codeBefore(position, walkFrom) == SQL_DISTINCT) {
    const before = codeBefore(position - 1, walkFrom);
    if (before == SQL_IS || before == SQL_NOT) return true;
  }
  const group = level().open;
  if (group <= walkFrom || tokenAt(group).sign != 0x28) return false;
  const name = tokenAt(group - 1);
  if (name.kind != KIND_WORD) return false;
  const first = codeAt(group + 1, walkEnd);
  if (first == SQL_SELECT || first == SQL_WITH) return false;
  for (let word = BEFORE_FROM; load<u8>(word) > 0; word += <usize>load<u8>(word) + 1) {
    if (equalFolded(name.at, name.bytes, word + 1, load<u8>(word))) return true;
  }
  return false;
}

/** An INTO that belongs to no write: a file, a variable, or a new table. */
function takeInto(position: i32): i32 {
  const next = position + 1;
  const code = codeAt(next, walkEnd);
  if (code == SQL_OUTFILE || code == SQL_DUMPFILE) {
    if (next + 1 >= walkEnd) return FAULT;
    const token = tokenAt(next + 1);
    if (token.kind != KIND_STRING || !(token.bits & TOKEN_PLAIN)) return FAULT;
    noteExport(next + 1);
    return next + 2;
  }
  if (next < walkEnd && tokenAt(next).kind == KIND_PARAM && load<u8>(tokenAt(next).at) == 0x40) return next;
  noteAdmin();
  return next;
}

function endsTables(code: i32): bool {
  switch (code) {
    case SQL_WHERE:
    case SQL_GROUP:
    case SQL_ORDER:
    case SQL_HAVING:
    case SQL_LIMIT:
    case SQL_FETCH:
    case SQL_UNION:
    case SQL_EXCEPT:
    case SQL_INTERSECT:
    case SQL_MINUS:
    case SQL_WINDOW:
    case SQL_QUALIFY:
    case SQL_RETURNING:
    case SQL_SET:
    case SQL_VALUES:
    case SQL_WHEN:
      return true;
    default:
      return false;
  }
}

/** Words that begin another statement, which cannot stand in the middle of this one. */
export function isHot(code: i32): bool {
  switch (code) {
    case SQL_ALTER:
    case SQL_CREATE:
    case SQL_DENY:
    case SQL_DROP:
    case SQL_EXEC:
    case SQL_EXECUTE:
    case SQL_GRANT:
    case SQL_KILL:
    case SQL_REVOKE:
    case SQL_SHUTDOWN:
    case SQL_TRUNCATE:
      return true;
    default:
      return false;
  }
}

/** Takes a verb of a write and goes on in its mode. */
function takeWriteVerb(position: i32): i32 {
  const after = takeVerb(position, walkFrom, walkEnd, groupEnd());
  const sink = openedSink();
  if (after < 0 || sink == NO_SINK) return after;
  level().mode = sink;
  place = sink >= 0;
  return after;
}

/** Takes the word at a position. Returns the position after it, or FAULT. */
function takeWord(position: i32, code: i32): i32 {
  const next = position + 1;
  const mode = level().mode;
  if (endsTables(code)) {
    level().mode = OFF;
    return mode != OFF && signAt(next, walkEnd) == 0x2c ? FAULT : next; // It was the alias of a table.
  }
  if (isVerb(code)) return takeWriteVerb(position);
  if (isHot(code)) return code == SQL_TRUNCATE && signAt(next, walkEnd) == 0x28 ? next : FAULT;
  if (code == SQL_INTO) return takeInto(position);
  if (code == SQL_WITH)
    return takeWith(position, walkEnd, groupEnd(), begins(position, walkFrom)) ? next : FAULT;
  if (code == SQL_FROM) {
    if (isPlainFrom(position)) return next;
    if (mode < 0) level().mode = READS;
    place = true;
    return next;
  }
  const before = codeBefore(position, walkFrom);
  const applies = code == SQL_APPLY && (before == SQL_CROSS || before == SQL_OUTER);
  if (code == SQL_JOIN || code == SQL_STRAIGHT_JOIN || applies) {
    place = true;
    return mode == OFF ? FAULT : next;
  }
  const uses = code == SQL_USING && mode != OFF && signAt(next, walkEnd) != 0x28;
  if (uses || (code == SQL_TABLE && isFree(next, walkEnd))) {
    level().mode = READS;
    place = true;
  }
  return next;
}

function takeSign(position: i32, sign: i32): i32 {
  if (sign == 0x28 || sign == 0x5b) open(position, OFF);
  if (sign == 0x29 || sign == 0x5d) {
    assert(depth > 0);
    depth--;
  }
  if (sign == 0x2c && level().mode != OFF) place = true;
  return position + 1;
}

/** Walks from one position to another, which hold whole groups only. False: not understood. */
export function walk(from: i32, end: i32): bool {
  beginEntries();
  beginVerbs(from, end);
  depth = 0;
  walkFrom = from;
  walkEnd = end;
  place = false;
  level().mode = OFF;
  level().open = -1;
  let position = from;
  while (position < end) {
    if (place) {
      place = false;
      position = takePlace(position);
    } else {
      const sign = signAt(position, end);
      position = sign != 0 ? takeSign(position, sign) : takeWord(position, codeAt(position, end));
    }
    if (position == FAULT) return false;
  }
  return !place && endVerbs();
}
