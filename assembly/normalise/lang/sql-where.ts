/**
 * What the condition of an update or a delete says of how many rows it meets (docs/format/sql.md, 5): a few by their key,
 * or all of them because it is always true.
 */
import { isDigit } from "../../base/text";
import { lower } from "../../base/utf8";
import {
  SQL_AND,
  SQL_BETWEEN,
  SQL_CASE,
  SQL_FALSE,
  SQL_ILIKE,
  SQL_IN,
  SQL_IS,
  SQL_LIKE,
  SQL_NOT,
  SQL_NULL,
  SQL_OR,
  SQL_TRUE,
  SQL_XOR,
} from "../../gen/sql";
import {
  codeAt,
  contentAt,
  contentBytes,
  endOfPath,
  equalFolded,
  integerAt,
  KIND_NUMBER,
  KIND_PARAM,
  KIND_QUOTED,
  KIND_STRING,
  KIND_WORD,
  lastOfPath,
  sameToken,
  signAt,
  skip,
  TOKEN_BACKQUOTED,
  TOKEN_INTEGER,
  Token,
  tokenAt,
} from "./sql-tokens";

// Operators between two operands.
const OP_NONE: i32 = 0;
const OP_EQUAL: i32 = 1;
const OP_AT_MOST: i32 = 2;
const OP_AT_LEAST: i32 = 3;
const OP_BELOW: i32 = 4;
const OP_ABOVE: i32 = 5;
const OP_UNEQUAL: i32 = 6;
const OP_LIKE: i32 = 7;
/** `is` and `<=>`: true of two that are the same, whatever they are. */
const OP_SAME: i32 = 8;

/** `_id`, `uuid`, `guid`, `rowid`, `pk`: a word of which a byte stands in front. */
const KEYS: usize = memory.data<u8>([
  2, 0x69, 0x64, 3, 0x5f, 0x69, 0x64, 4, 0x75, 0x75, 0x69, 0x64, 4, 0x67, 0x75, 0x69, 0x64, 5, 0x72, 0x6f,
  0x77, 0x69, 0x64, 2, 0x70, 0x6b, 0,
]);

let opEnd: i32 = 0;

/** Something on this level lets a conjunct mean another thing than it says. */
function isMixed(from: i32, end: i32): bool {
  for (let position = from; position < end; position = skip(position)) {
    const code = codeAt(position, end);
    if (code == SQL_XOR || code == SQL_BETWEEN || code == SQL_CASE) return true;
    const sign = signAt(position, end);
    if (sign == 0x7c || sign == 0x26) return true;
    if (sign == 0x3a && signAt(position + 1, end) == 0x3d) return true;
  }
  return false;
}

/** The next AND or OR of this level, or `end`. */
function endOfConjunct(from: i32, end: i32): i32 {
  let position = from;
  while (position < end) {
    const code = codeAt(position, end);
    if (code == SQL_AND || code == SQL_OR) break;
    position = skip(position);
  }
  return position;
}

/** The name is one that keys have, in a table of that name. */
function isKeyName(at: usize, bytes: u32, tableAt: usize, tableBytes: u32): bool {
  for (let key = KEYS; load<u8>(key) > 0; key += <usize>load<u8>(key) + 1) {
    if (equalFolded(at, bytes, key + 1, load<u8>(key))) return true;
  }
  if (bytes < 3 || !equalFolded(at + bytes - 2, 2, KEYS + 1, 2)) return false;
  bytes -= 2;
  if (load<u8>(at + bytes - 1) == 0x5f && isTableOrOne(at, bytes - 1, tableAt, tableBytes)) return true;
  return isTableOrOne(at, bytes, tableAt, tableBytes);
}

/** The name of the table, or that without its last `s`. */
function isTableOrOne(at: usize, bytes: u32, tableAt: usize, tableBytes: u32): bool {
  if (equalFolded(at, bytes, tableAt, tableBytes)) return true;
  if (bytes == 0 || tableBytes == 0 || lower(load<u8>(tableAt + tableBytes - 1)) != 0x73) return false;
  return equalFolded(at, bytes, tableAt, tableBytes - 1);
}

/** The position after a value that is one whatever the row, with a cast behind it; `from` where there is none. */
function endOfValue(from: i32, end: i32): i32 {
  if (from >= end) return from;
  const token = tokenAt(from);
  const first = load<u8>(token.at);
  const number = (token.bits & TOKEN_INTEGER) != 0 && first >= 0x31; // To MySQL, 0 equals any text without digits.
  if (token.kind != KIND_STRING && token.kind != KIND_PARAM && !number) return from;
  const after = from + 1;
  if (signAt(after, end) != 0x3a || signAt(after + 1, end) != 0x3a) return after;
  return after + 2 < end && tokenAt(after + 2).kind == KIND_WORD ? after + 3 : after;
}

/** Rows that a conjunct picks by a key, or 0. */
function keysOf(from: i32, end: i32, tableAt: usize, tableBytes: u32): i64 {
  const after = endOfPath(from, end);
  if (after == from) return 0;
  const name = tokenAt(lastOfPath(after));
  // A name in double quotes is a string to MySQL.
  if (name.kind == KIND_QUOTED && !(name.bits & TOKEN_BACKQUOTED)) return 0;
  if (!isKeyName(contentAt(name), contentBytes(name), tableAt, tableBytes)) return 0;
  if (signAt(after, end) == 0x3d) return endOfValue(after + 1, end) == end && after + 1 < end ? 1 : 0;
  if (codeAt(after, end) != SQL_IN || signAt(after + 1, end) != 0x28) return 0;
  const close = tokenAt(after + 1).partner;
  if (close != end - 1) return 0;
  let count: i64 = 0;
  let position = after + 2;
  while (true) {
    const next = endOfValue(position, close);
    if (next == position) return 0;
    count++;
    if (next == close) return count;
    if (signAt(next, close) != 0x2c) return 0;
    position = next + 1;
  }
}

/** Rows that a condition picks by a key, or 0 where it does not: nothing is a key of a write whose table is not known. */
export function keyCount(from: i32, end: i32, tableAt: usize, tableBytes: u32): i64 {
  if (tableAt == 0 || isMixed(from, end)) return 0;
  let count: i64 = 0;
  for (let position = from; position < end; position++) {
    const after = endOfConjunct(position, end);
    if (codeAt(after, end) == SQL_OR) return 0;
    if (count == 0) count = keysOf(position, after, tableAt, tableBytes);
    position = after;
  }
  return count;
}

/** How many groups around the whole stretch can be taken off. */
function wrapped(from: i32, end: i32): i32 {
  let depth = 0;
  while (signAt(from + depth, end) == 0x28 && tokenAt(from + depth).partner == end - 1 - depth) depth++;
  return depth;
}

/** Reads an operator; `opEnd` is then the position after it. */
function readOperator(position: i32, end: i32): i32 {
  opEnd = position + 1;
  const code = codeAt(position, end);
  if (code == SQL_LIKE || code == SQL_ILIKE) return OP_LIKE;
  if (code == SQL_IS) return OP_SAME;
  const sign = signAt(position, end);
  const next = signAt(position + 1, end);
  if (sign == 0x3d) {
    if (next == 0x3d) opEnd++;
    return OP_EQUAL;
  }
  if (sign == 0x3c && next == 0x3d) {
    opEnd++;
    if (signAt(position + 2, end) != 0x3e) return OP_AT_MOST;
    opEnd++;
    return OP_SAME;
  }
  if (sign == 0x3c && next == 0x3e) {
    opEnd++;
    return OP_UNEQUAL;
  }
  if (sign == 0x3e && next == 0x3d) {
    opEnd++;
    return OP_AT_LEAST;
  }
  if (sign == 0x21 && next == 0x3d) {
    opEnd++;
    return OP_UNEQUAL;
  }
  if (sign == 0x3c) return OP_BELOW;
  return sign == 0x3e ? OP_ABOVE : OP_NONE;
}

function endOfOperand(from: i32, end: i32): i32 {
  if (from >= end) return from;
  const kind = tokenAt(from).kind;
  return kind == KIND_NUMBER || kind == KIND_STRING ? from + 1 : endOfPath(from, end);
}

function sameTokens(one: i32, other: i32, count: i32): bool {
  for (let done = 0; done < count; done++)
    if (!sameToken(tokenAt(one + done), tokenAt(other + done))) return false;
  return true;
}

function holds(one: i64, op: i32, other: i64): bool {
  if (op == OP_EQUAL) return one == other;
  if (op == OP_AT_MOST) return one <= other;
  if (op == OP_AT_LEAST) return one >= other;
  if (op == OP_BELOW) return one < other;
  if (op == OP_ABOVE) return one > other;
  return op == OP_UNEQUAL && one != other;
}

/** A string of nothing but `%`. */
function isAnything(token: Token): bool {
  if (token.kind != KIND_STRING || token.bytes < 3) return false;
  for (let at = token.at + 1; at < token.at + token.bytes - 1; at++) if (load<u8>(at) != 0x25) return false;
  return true;
}

function isZero(position: i32): bool {
  const token = tokenAt(position);
  if (!(token.bits & TOKEN_INTEGER)) return false;
  for (let done: usize = 0; done < <usize>token.bytes; done++) {
    assert(isDigit(load<u8>(token.at + done)));
    if (load<u8>(token.at + done) != 0x30) return false;
  }
  return true;
}

/** Of one operand by itself, or after NOT. */
function isTrueAlone(from: i32, end: i32): bool {
  if (from == end - 1) {
    if (codeAt(from, end) == SQL_TRUE) return true;
    return (tokenAt(from).bits & TOKEN_INTEGER) != 0 && !isZero(from);
  }
  if (from != end - 2 || codeAt(from, end) != SQL_NOT) return false;
  return codeAt(from + 1, end) == SQL_FALSE || isZero(from + 1);
}

/** A conjunct is true of every row, whatever stands in it. */
function isTrue(from: i32, end: i32): bool {
  const around = wrapped(from, end);
  from += around;
  end -= around;
  if (from >= end) return false;
  if (isTrueAlone(from, end)) return true;
  const after = endOfOperand(from, end);
  if (after == from || after >= end) return false;
  const op = readOperator(after, end);
  if (op == OP_NONE) return false;
  const path =
    tokenAt(from).kind == KIND_WORD || tokenAt(from).kind == KIND_QUOTED || tokenAt(from).sign == 0x5b;
  if (codeAt(after, end) == SQL_IS && path && end == after + 3) {
    if (codeAt(after + 1, end) == SQL_NOT && codeAt(after + 2, end) == SQL_NULL) return true;
  }
  const other = opEnd;
  if (other >= end || endOfOperand(other, end) != end) return false;
  const oneValue = after == from + 1 ? integerAt(from, end) : -1;
  const otherValue = end == other + 1 ? integerAt(other, end) : -1;
  if (path && op == OP_ABOVE && isSingle(other, 0x30)) return true;
  if (path && op == OP_AT_LEAST && (isSingle(other, 0x30) || isSingle(other, 0x31))) return true;
  if (op == OP_LIKE && isAnything(tokenAt(other))) return true;
  const agrees = op == OP_EQUAL || op == OP_AT_MOST || op == OP_AT_LEAST || op == OP_LIKE || op == OP_SAME;
  if (agrees && after - from == end - other && sameTokens(from, other, after - from)) return true;
  if (oneValue >= 0 && otherValue >= 0) return holds(oneValue, op, otherValue);
  if (op != OP_UNEQUAL || tokenAt(from).kind != KIND_STRING || tokenAt(other).kind != KIND_STRING)
    return false;
  return !sameToken(tokenAt(from), tokenAt(other));
}

/** The token is a number of just this digit. */
function isSingle(position: i32, digit: u8): bool {
  const token = tokenAt(position);
  return token.kind == KIND_NUMBER && token.bytes == 1 && load<u8>(token.at) == digit;
}

/** A condition is true of every row. */
export function alwaysTrue(from: i32, end: i32): bool {
  const around = wrapped(from, end);
  from += around;
  end -= around;
  if (from >= end || isMixed(from, end)) return false;
  let all = true;
  for (let position = from; position <= end; position++) {
    const after = endOfConjunct(position, end);
    if (!isTrue(position, after)) all = false;
    if (after >= end || codeAt(after, end) == SQL_OR) {
      if (all) return true;
      all = true;
    }
    position = after;
  }
  return false;
}
