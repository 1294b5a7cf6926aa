/**
 * Text to tokens (docs/format/sql.md, 1). Where PostgreSQL, MySQL, SQLite and ANSI would cut the text differently it is
 * refused: whoever reads on may then read it in any of the four ways.
 */
import { hexValue, isDigit, isLetter } from "../../base/text";
import { lower } from "../../base/utf8";
import { SQL_DEPTH_MAX } from "../../gen/limits";
import {
  addToken,
  beginTokens,
  codeOf,
  KIND_NUMBER,
  KIND_PARAM,
  KIND_QUOTED,
  KIND_SIGN,
  KIND_STRING,
  KIND_WORD,
  signBefore,
  TOKEN_BACKQUOTED,
  TOKEN_INTEGER,
  TOKEN_PLAIN,
  tokenAt,
  tokenCount,
} from "./sql-tokens";

const OPEN: usize = memory.data(256, 4); // SQL_DEPTH_MAX positions
let depth: i32 = 0;
/** Square brackets among the open ones. */
let squares: i32 = 0;
let start: usize = 0;
let end: usize = 0;

function byteAt(at: usize): u32 {
  return at < end ? <u32>load<u8>(at) : 0;
}

function isBlankByte(byte: u32): bool {
  return byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d;
}

function isWordByte(byte: u32): bool {
  return isLetter(byte) || isDigit(byte) || byte == 0x5f || byte == 0x24;
}

function startsWord(byte: u32): bool {
  return isLetter(byte) || byte == 0x5f;
}

function endOfWord(at: usize): usize {
  while (at < end && isWordByte(load<u8>(at))) at++;
  return at;
}

function endOfDigits(at: usize): usize {
  while (at < end && isDigit(load<u8>(at))) at++;
  return at;
}

/** What stands in square brackets is a name to some: nothing in it may hide their end. */
function hidesSquare(at: usize, after: usize): bool {
  if (squares == 0) return false;
  for (; at < after; at++) if (load<u8>(at) == 0x5d) return true;
  return false;
}

/** The end of a comment of one line, or 0. */
function endOfLine(at: usize): usize {
  const from = at;
  at += 2;
  if (at < end && !isBlankByte(load<u8>(at))) return 0; // MySQL: two minus signs.
  for (; at < end && load<u8>(at) != 0x0a; at++) {
    if (load<u8>(at) == 0x0d && byteAt(at + 1) != 0x0a) return 0;
    if (load<u8>(at) == 0) return 0;
  }
  return hidesSquare(from, at) ? 0 : at;
}

/** The end of a comment in slashes, or 0. */
function endOfComment(at: usize): usize {
  const from = at;
  at += 2;
  const first = byteAt(at);
  if (first == 0x21 || (first == 0x4d && byteAt(at + 1) == 0x21)) return 0; // MySQL runs what stands in it.
  for (; at + 1 < end; at++) {
    const pair = load<u16>(at);
    if (pair == 0x2a2f || load<u8>(at) == 0) return 0;
    if (pair == 0x2f2a) return hidesSquare(from, at) ? 0 : at + 2;
  }
  return 0;
}

/** Takes a string or a quoted name. Returns its end, or 0. */
function takeQuotes(at: usize, mark: u32): usize {
  const from = at++;
  let bits = TOKEN_PLAIN;
  for (; at < end; at++) {
    const byte: u32 = load<u8>(at);
    if (byte == 0) return 0;
    if (byte == 0x5c) {
      bits = 0;
      at++;
      if (byteAt(at) == mark || byteAt(at) == 0) return 0; // An end to some, content to others.
    } else if (byte == mark) {
      if (byteAt(at + 1) != mark) break;
      bits = 0;
      at++;
    }
  }
  if (at >= end || hidesSquare(from, at)) return 0;
  if (!addToken(mark == 0x27 ? KIND_STRING : KIND_QUOTED, from, at + 1)) return 0;
  tokenAt(tokenCount() - 1).bits = bits;
  return at + 1;
}

function isBackquotedByte(byte: u32): bool {
  if (isLetter(byte) || isDigit(byte) || byte >= 0x80) return true;
  // _ - . : * @ and space
  return (
    byte == 0x5f ||
    byte == 0x2d ||
    byte == 0x2e ||
    byte == 0x3a ||
    byte == 0x2a ||
    byte == 0x40 ||
    byte == 0x20
  );
}

/** Takes a name in backquotes, which are signs like others to PostgreSQL. Returns its end, or 0. */
function takeBackquotes(at: usize): usize {
  const from = at++;
  for (; at < end && load<u8>(at) != 0x60; at++) {
    const byte: u32 = load<u8>(at);
    if (!isBackquotedByte(byte) || (byte == 0x2d && byteAt(at + 1) == 0x2d)) return 0;
  }
  if (at == end || at == from + 1 || byteAt(at + 1) == 0x60) return 0;
  if (!addToken(KIND_QUOTED, from, at + 1)) return 0;
  tokenAt(tokenCount() - 1).bits = TOKEN_PLAIN | TOKEN_BACKQUOTED;
  return at + 1;
}

/** Takes a number. Returns its end, or 0. */
function takeNumber(at: usize): usize {
  const from = at;
  let bits: u8 = 0;
  if (load<u8>(at) == 0x30 && lower(byteAt(at + 1)) == 0x78) {
    at += 2;
    const digits = at;
    while (at < end && hexValue(load<u8>(at)) < 16) at++;
    if (at == digits) return 0;
  } else {
    at = endOfDigits(at);
    bits = TOKEN_INTEGER;
    if (byteAt(at) == 0x2e) {
      bits = 0;
      at = endOfDigits(at + 1);
    }
    if (lower(byteAt(at)) == 0x65) {
      let digits = at + 1;
      if (byteAt(digits) == 0x2b || byteAt(digits) == 0x2d) digits++;
      const after = endOfDigits(digits);
      if (after > digits) {
        bits = 0;
        at = after;
      }
    }
  }
  const next = byteAt(at);
  if (isWordByte(next) || next == 0x2e || next >= 0x80) return 0; // MySQL goes on with a name.
  if (!addToken(KIND_NUMBER, from, at)) return 0;
  tokenAt(tokenCount() - 1).bits = bits;
  return at;
}

/** A word and the quote mark after it are one thing to some: u&'…', q'[…]', r'…'. */
function joinsQuotes(at: usize, after: usize): bool {
  const next = byteAt(after);
  const bytes = <u32>(after - at);
  const first = lower(load<u8>(at));
  if (next == 0x26)
    return bytes == 1 && first == 0x75 && (byteAt(after + 1) == 0x27 || byteAt(after + 1) == 0x22);
  if (next != 0x27 && next != 0x22) return false;
  if (bytes == 1) return first == 0x71 || first == 0x72;
  if (bytes != 2) return false;
  const second = lower(load<u8>(at + 1));
  return (
    (first == 0x6e && second == 0x71) ||
    (first == 0x72 && second == 0x62) ||
    (first == 0x62 && second == 0x72)
  );
}

function takeWord(at: usize): usize {
  const after = endOfWord(at);
  if (joinsQuotes(at, after)) return 0;
  const named = signBefore(tokenCount(), 0) == 0x2e;
  if (!addToken(KIND_WORD, at, after)) return 0;
  if (!named) tokenAt(tokenCount() - 1).code = codeOf(at, <u32>(after - at));
  return after;
}

function addParam(at: usize, after: usize): usize {
  return addToken(KIND_PARAM, at, after) ? after : 0;
}

/** Takes $1 or $name. Returns its end, or 0: a dollar quote is a string in one dialect only. */
function takeDollar(at: usize): usize {
  let after = endOfDigits(at + 1);
  if (after > at + 1) return isWordByte(byteAt(after)) ? 0 : addParam(at, after);
  if (!startsWord(byteAt(after))) return 0;
  while (after < end && isWordByte(load<u8>(after)) && load<u8>(after) != 0x24) after++;
  return byteAt(after) == 0x24 ? 0 : addParam(at, after);
}

/** The end of a parameter that begins with `?`, `%`, `:` or `@`, or 0 where the byte is a sign of its own. */
function endOfParam(at: usize, byte: u32): usize {
  const next = byteAt(at + 1);
  if (byte == 0x3f) return endOfDigits(at + 1);
  if (byte == 0x25) return next == 0x73 && !isWordByte(byteAt(at + 2)) ? at + 2 : 0;
  if (at > start && <u32>load<u8>(at - 1) == byte) return 0;
  if (byte == 0x3a) return startsWord(next) ? endOfWord(at + 1) : 0;
  if (byte != 0x40) return 0;
  if (next == 0x40) return startsWord(byteAt(at + 2)) ? endOfWord(at + 2) : 0;
  return startsWord(next) ? endOfWord(at + 1) : 0;
}

/** Opens or closes a bracket. False when it does not match, or lies too deep. */
function takeBracket(byte: u32): bool {
  const position = tokenCount() - 1;
  if (byte == 0x28 || byte == 0x5b) {
    if (depth == SQL_DEPTH_MAX) return false;
    if (byte == 0x28 && position > 0 && tokenAt(position - 1).kind == KIND_PARAM) return false;
    store<i32>(OPEN + ((<usize>depth) << 2), position);
    depth++;
    if (byte == 0x5b) squares++;
    return true;
  }
  if (depth == 0) return false;
  depth--;
  const other = load<i32>(OPEN + ((<usize>depth) << 2));
  if (tokenAt(other).sign != (byte == 0x29 ? 0x28 : 0x5b)) return false;
  if (byte == 0x5d) squares--;
  tokenAt(other).partner = position;
  tokenAt(position).partner = other;
  return true;
}

function isSignByte(byte: u32): bool {
  if (byte == 0x21 || byte == 0x25 || byte == 0x26) return true; // ! % &
  if (byte >= 0x28 && byte <= 0x2f) return true; // ( ) * + , - . /
  if (byte >= 0x3a && byte <= 0x40) return true; // : ; < = > ? @
  return byte == 0x5b || byte == 0x5d || byte == 0x5e || byte == 0x7c || byte == 0x7e; // [ ] ^ | ~
}

function takeSign(at: usize, byte: u32): usize {
  if (!isSignByte(byte)) return 0;
  if (byte == 0x3b && depth > 0) return 0;
  if (!addToken(KIND_SIGN, at, at + 1)) return 0;
  tokenAt(tokenCount() - 1).sign = <u8>byte;
  if ((byte == 0x28 || byte == 0x29 || byte == 0x5b || byte == 0x5d) && !takeBracket(byte)) return 0;
  return at + 1;
}

/** Takes what begins at `at`. Returns its end, or 0 when it cannot be read in one way only. */
function takeToken(at: usize): usize {
  const byte: u32 = load<u8>(at);
  const next = byteAt(at + 1);
  if (byte == 0x2d && next == 0x2d) return endOfLine(at);
  if (byte == 0x2f && next == 0x2a) return endOfComment(at);
  if (byte == 0x27 || byte == 0x22) return takeQuotes(at, byte);
  if (byte == 0x60) return takeBackquotes(at);
  if (isDigit(byte) || (byte == 0x2e && isDigit(next))) return takeNumber(at);
  if (startsWord(byte)) return takeWord(at);
  if (byte == 0x24) return takeDollar(at);
  const param = endOfParam(at, byte);
  return param != 0 ? addParam(at, param) : takeSign(at, byte);
}

/** Reads the whole text. False when it has to be taken as opaque. */
export function readTokens(at: usize, bytes: u32): bool {
  beginTokens();
  depth = 0;
  squares = 0;
  start = at;
  end = at + bytes;
  while (at < end) {
    if (isBlankByte(load<u8>(at))) {
      at++;
      continue;
    }
    at = takeToken(at);
    if (at == 0) return false;
  }
  return depth == 0;
}
