/**
 * How many rows a statement reads or changes, as far as its text says (docs/format/sql.md, 5).
 */
import {
  SQL_ALL,
  SQL_APPLY,
  SQL_DEFAULT,
  SQL_DELETE,
  SQL_DISTINCT,
  SQL_EXCEPT,
  SQL_FETCH,
  SQL_FIRST,
  SQL_FOR,
  SQL_FROM,
  SQL_IGNORE,
  SQL_INTERSECT,
  SQL_JOIN,
  SQL_LIMIT,
  SQL_LOCK,
  SQL_LOW_PRIORITY,
  SQL_MINUS,
  SQL_NEXT,
  SQL_OFFSET,
  SQL_ONLY,
  SQL_ORDER,
  SQL_PERCENT,
  SQL_QUICK,
  SQL_RETURNING,
  SQL_ROW,
  SQL_ROWS,
  SQL_SELECT,
  SQL_SET,
  SQL_STRAIGHT_JOIN,
  SQL_TABLE,
  SQL_TOP,
  SQL_UNION,
  SQL_USING,
  SQL_VALUE,
  SQL_VALUES,
  SQL_WHERE,
  SQL_WITH,
} from "../../gen/sql";
import { codeAt, codeBefore, integerAt, signAt, skip, tokenAt } from "./sql-tokens";
import { alwaysTrue, keyCount } from "./sql-where";

/** The text does not say. */
export const COUNT_NONE: i64 = -1;
/** As many as there are. */
export const COUNT_ALL: i64 = 1000000;

function limitAt(position: i32, end: i32): i64 {
  const first = integerAt(position + 1, end);
  if (first < 0) return COUNT_NONE;
  let value = first;
  let after = position + 2;
  let offset = true;
  if (signAt(after, end) == 0x2c) {
    value = integerAt(after + 1, end);
    after += 2;
    offset = false;
  }
  if (after >= end) return value;
  const next = codeAt(after, end);
  if (next == SQL_FOR || next == SQL_LOCK) return value;
  return offset && (next == SQL_OFFSET || next == SQL_FETCH) ? value : COUNT_NONE;
}

function fetchAt(position: i32, end: i32): i64 {
  const row = codeAt(position + 3, end);
  if (row != SQL_ROW && row != SQL_ROWS) return COUNT_NONE;
  return codeAt(position + 4, end) == SQL_ONLY ? integerAt(position + 2, end) : COUNT_NONE;
}

function topAt(position: i32, end: i32): i64 {
  let value = integerAt(position + 1, end);
  let after = position + 2;
  if (signAt(position + 1, end) == 0x28 && tokenAt(position + 1).partner == position + 3) {
    value = integerAt(position + 2, end);
    after = position + 4;
  }
  return codeAt(after, end) == SQL_PERCENT ? COUNT_NONE : value;
}

function followsSelect(position: i32, from: i32): bool {
  const before = codeBefore(position, from);
  if (before == SQL_SELECT) return true;
  if (before != SQL_DISTINCT && before != SQL_ALL) return false;
  return codeBefore(position - 1, from) == SQL_SELECT;
}

/** Rows that a query asks for at most, or COUNT_NONE. */
export function limitOf(from: i32, end: i32): i64 {
  let found = 0;
  let value: i64 = COUNT_NONE;
  let topped = false;
  let joined = false;
  for (let position = from; position < end; position = skip(position)) {
    const code = codeAt(position, end);
    if (code == SQL_UNION || code == SQL_EXCEPT || code == SQL_INTERSECT || code == SQL_MINUS) {
      joined = true;
    } else if (code == SQL_LIMIT) {
      found++;
      value = limitAt(position, end);
    } else if (code == SQL_FETCH) {
      const next = codeAt(position + 1, end);
      if (next != SQL_FIRST && next != SQL_NEXT) continue;
      found++;
      value = fetchAt(position, end);
    } else if (code == SQL_TOP && followsSelect(position, from)) {
      found++;
      topped = true;
      value = topAt(position, end);
    }
  }
  return found != 1 || (topped && joined) ? COUNT_NONE : value;
}

/** Rows that an insert adds, from the token after its target, or COUNT_NONE. */
export function insertedCount(from: i32, end: i32): i64 {
  for (let position = from; position < end; position = skip(position)) {
    const code = codeAt(position, end);
    if (code == SQL_SET) return 1;
    if (code == SQL_SELECT || code == SQL_TABLE || code == SQL_WITH) return COUNT_NONE;
    if (code != SQL_VALUES && code != SQL_VALUE) continue;
    if (codeBefore(position, from) == SQL_DEFAULT) return 1;
    let count: i64 = 0;
    let group = position + 1;
    while (signAt(group, end) == 0x28) {
      count++;
      group = tokenAt(group).partner + 1;
      if (signAt(group, end) != 0x2c) break;
      group++;
    }
    return count > 0 ? count : COUNT_NONE;
  }
  return COUNT_NONE;
}

/** Only the rows of one table can be meant between a verb and its WHERE. */
function isAlone(verb: i32, where: i32): bool {
  let set = false;
  let named = false;
  for (let position = verb + 1; position < where; position = skip(position)) {
    const code = codeAt(position, where);
    if (code == SQL_JOIN || code == SQL_STRAIGHT_JOIN || code == SQL_APPLY || code == SQL_USING) return false;
    if (code == SQL_SET) set = true;
    if (signAt(position, where) == 0x2c && !set) return false;
    if (code != SQL_FROM) continue;
    const before = codeBefore(position, verb);
    const first =
      before == SQL_DELETE || before == SQL_LOW_PRIORITY || before == SQL_QUICK || before == SQL_IGNORE;
    if (!first || set || named) return false;
    named = true;
  }
  return true;
}

/** Rows that an update or a delete of a table changes, from its verb on, or COUNT_NONE. */
export function changedCount(verb: i32, end: i32, tableAt: usize, tableBytes: u32): i64 {
  let where = -1;
  let clauseEnd = end;
  let limit: i64 = COUNT_NONE;
  let limited = false;
  for (let position = verb; position < end; position = skip(position)) {
    const code = codeAt(position, end);
    if (code == SQL_WHERE && where < 0) where = position;
    if (code == SQL_RETURNING || code == SQL_ORDER || code == SQL_LIMIT) {
      if (where >= 0 && clauseEnd == end) clauseEnd = position;
    }
    if (code == SQL_LIMIT && !limited) {
      limited = true;
      const after = position + 2;
      if (after >= end || codeAt(after, end) == SQL_RETURNING) limit = integerAt(position + 1, end);
    }
  }
  if (where >= 0 && isAlone(verb, where)) {
    const count = keyCount(where + 1, clauseEnd, tableAt, tableBytes);
    if (count > 0) return count;
  }
  if (limit >= 0) return limit;
  return where < 0 || alwaysTrue(where + 1, clauseEnd) ? COUNT_ALL : COUNT_NONE;
}
