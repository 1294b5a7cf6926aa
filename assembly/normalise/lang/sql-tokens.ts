/**
 * The tokens of an SQL text, and what they are called. `sql-lexer` writes them once, everything else of SQL reads them by
 * their position.
 */
import { compare, equal } from "../../base/bytes";
import { lower, lowerInto } from "../../base/utf8";
import { SQL_TOKENS_MAX } from "../../gen/limits";
import {
  SQL_FREE,
  SQL_LIST_FREE_WORDS,
  SQL_LIST_WORDS,
  SQL_NONE,
  SQL_WORD_BYTES_MAX,
  sqlListStart,
  sqlWordAt,
  sqlWordBytes,
} from "../../gen/sql";

export const KIND_WORD: u8 = 0;
/** A name in "…" or in backquotes. */
export const KIND_QUOTED: u8 = 1;
export const KIND_STRING: u8 = 2;
export const KIND_NUMBER: u8 = 3;
export const KIND_PARAM: u8 = 4;
export const KIND_SIGN: u8 = 5;

/** The content is the bytes between the marks, and nothing else. */
export const TOKEN_PLAIN: u8 = 1;
/** In backquotes. */
export const TOKEN_BACKQUOTED: u8 = 2;
/** A number of digits only. */
export const TOKEN_INTEGER: u8 = 4;
/** Defines a name, so that a `(` after it is no call. */
export const TOKEN_NAMED: u8 = 8;
/** A statement may begin here, after the entries of WITH. */
export const TOKEN_START: u8 = 16;

/** 16 bytes. */
@unmanaged
export class Token {
  at: usize;
  bytes: u32;
  /** KIND_*. */
  kind: u8;
  /** TOKEN_*. */
  bits: u8;
  /** SQL_*, of a word. */
  code: u8;
  /** Its byte, of a sign. */
  sign: u8;
  /** Position of the other one, of a bracket. */
  partner: i32;
}

const TOKEN_BYTES: usize = 16;
const INTEGER_BYTES_MAX: u32 = 15;
const TOKENS: usize = memory.data(262144, 8); // SQL_TOKENS_MAX x 16
const LOWERED: usize = memory.data(64, 8);

let tokens: i32 = 0;

export function beginTokens(): void {
  assert(offsetof<Token>() == TOKEN_BYTES);
  assert(SQL_WORD_BYTES_MAX <= 64);
  tokens = 0;
}

export function tokenCount(): i32 {
  return tokens;
}

export function tokenAt(position: i32): Token {
  assert(position >= 0 && position < tokens);
  return changetype<Token>(TOKENS + <usize>position * TOKEN_BYTES);
}

/** Adds a token; false when there are too many. */
export function addToken(kind: u8, at: usize, end: usize): bool {
  if (tokens == SQL_TOKENS_MAX) return false;
  const token = tokenAt(tokens++);
  token.at = at;
  token.bytes = <u32>(end - at);
  token.kind = kind;
  token.bits = 0;
  token.code = 0;
  token.sign = 0;
  token.partner = -1;
  return true;
}

/** Code of the word at a position below `end`, or SQL_NONE. */
export function codeAt(position: i32, end: i32): i32 {
  return position < end ? <i32>tokenAt(position).code : SQL_NONE;
}

/** Byte of the sign at a position below `end`, or 0. */
export function signAt(position: i32, end: i32): i32 {
  return position < end ? <i32>tokenAt(position).sign : 0;
}

/** The token opens or closes a group: what skips it by itself tears the group. */
export function isBracket(position: i32, end: i32): bool {
  return position < end && tokenAt(position).partner >= 0;
}

/** The code before a position at or after `from`, or SQL_NONE. */
export function codeBefore(position: i32, from: i32): i32 {
  return position > from ? <i32>tokenAt(position - 1).code : SQL_NONE;
}

export function signBefore(position: i32, from: i32): i32 {
  return position > from ? <i32>tokenAt(position - 1).sign : 0;
}

/** A token that can name something: a quoted one, or a word that has no other meaning there. */
export function isFree(position: i32, end: i32): bool {
  if (position >= end) return false;
  const token = tokenAt(position);
  if (token.kind == KIND_QUOTED) return true;
  return token.kind == KIND_WORD && (token.code == SQL_NONE || <i32>token.code >= SQL_FREE);
}

/** Where the name of a word or the content of a quoted or string begins. */
export function contentAt(token: Token): usize {
  return token.kind == KIND_QUOTED || token.kind == KIND_STRING ? token.at + 1 : token.at;
}

export function contentBytes(token: Token): u32 {
  return token.kind == KIND_QUOTED || token.kind == KIND_STRING ? token.bytes - 2 : token.bytes;
}

/** Position of a text, lower case ignored, among all words of SQL if it is in the list, or -1. */
export function findWord(list: i32, at: usize, bytes: u32): i32 {
  if (bytes > <u32>SQL_WORD_BYTES_MAX) return -1;
  lowerInto(LOWERED, 64, at, bytes);
  let low = sqlListStart(list);
  let high = sqlListStart(list + 1);
  while (low < high) {
    const middle = (low + high) >> 1;
    const order = compare(LOWERED, bytes, sqlWordAt(middle), <u32>sqlWordBytes(middle));
    if (order == 0) return middle;
    if (order < 0) high = middle;
    else low = middle + 1;
  }
  return -1;
}

export function isIn(list: i32, at: usize, bytes: u32): bool {
  return findWord(list, at, bytes) >= 0;
}

/** True when the token at a position below `end` is a word of the list, or a word with another code. */
export function wordIn(list: i32, position: i32, end: i32): bool {
  if (position >= end) return false;
  const token = tokenAt(position);
  return token.kind == KIND_WORD && isIn(list, token.at, token.bytes);
}

/** Code of a word by its bytes. */
export function codeOf(at: usize, bytes: u32): u8 {
  let found = findWord(SQL_LIST_WORDS, at, bytes);
  if (found < 0) found = findWord(SQL_LIST_FREE_WORDS, at, bytes);
  return <u8>(found + 1);
}

/** The same bytes, ASCII case ignored. */
export function equalFolded(oneAt: usize, oneBytes: u32, otherAt: usize, otherBytes: u32): bool {
  if (oneBytes != otherBytes) return false;
  for (let done: usize = 0; done < <usize>oneBytes; done++) {
    if (lower(load<u8>(oneAt + done)) != lower(load<u8>(otherAt + done))) return false;
  }
  return true;
}

/** The same token: of equal kind and bytes, words in whichever case. */
export function sameToken(one: Token, other: Token): bool {
  if (one.kind != other.kind) return false;
  if (one.kind == KIND_WORD) return equalFolded(one.at, one.bytes, other.at, other.bytes);
  return one.bytes == other.bytes && equal(one.at, other.at, one.bytes);
}

/** The position after the part of a path at `position`, or `position` where there is none. */
function endOfPart(position: i32, end: i32): i32 {
  if (position >= end) return position;
  const token = tokenAt(position);
  if (token.kind == KIND_WORD || token.kind == KIND_QUOTED) return position + 1;
  if (token.sign != 0x5b || token.partner != position + 2) return position;
  return tokenAt(position + 1).kind == KIND_WORD ? position + 3 : position;
}

/** The position after the path at `position`, or `position` where there is none. */
export function endOfPath(position: i32, end: i32): i32 {
  let after = endOfPart(position, end);
  while (after > position && signAt(after, end) == 0x2e) {
    const next = endOfPart(after + 1, end);
    if (next == after + 1) break;
    after = next;
  }
  return after;
}

/** The same for a path that names a table: its first part is free, or in brackets. */
export function endOfTable(position: i32, end: i32): i32 {
  if (signAt(position, end) != 0x5b && !isFree(position, end)) return position;
  return endOfPath(position, end);
}

/** The position after a token, or after the whole group that it opens. */
export function skip(position: i32): i32 {
  const token = tokenAt(position);
  return token.partner > position ? token.partner + 1 : position + 1;
}

/** The integer at a position, or -1. */
export function integerAt(position: i32, end: i32): i64 {
  if (position >= end) return -1;
  const token = tokenAt(position);
  if (!(token.bits & TOKEN_INTEGER) || token.bytes > INTEGER_BYTES_MAX) return -1;
  let value: i64 = 0;
  for (let done: usize = 0; done < <usize>token.bytes; done++) {
    value = value * 10 + <i64>(load<u8>(token.at + done) - 0x30);
  }
  return value;
}

/** Position of the token with the last name of the path that ends before `after`. */
export function lastOfPath(after: i32): i32 {
  return tokenAt(after - 1).sign == 0x5d ? after - 2 : after - 1;
}
