/**
 * Quotes and backslashes of the shell (docs/format/shell.md, words).
 */
import { hexValue } from "../../base/text";
import { DIALECT_DASH, DIALECT_SH } from "../../gen/codes";
import {
  before,
  dialect,
  FAULT_BYTE,
  FAULT_CONTINUATION,
  FAULT_DIALECT,
  FAULT_ESCAPE,
  FAULT_OPEN,
  fault,
  here,
  inBackquotes,
  isFaulted,
  KIND_DOUBLE,
  limit,
  moveTo,
  openBackquote,
  peek,
  pushFrame,
} from "./shell-frames";
import { addBits, append, appendByte, startWord, WORD_DOLLAR } from "./shell-words";
import { WORD_QUOTED } from "./words";

const NEWLINE: u32 = 0x0a;
const BACKQUOTE: u32 = 0x60;
const DOLLAR: u32 = 0x24;
const BACKSLASH: u32 = 0x5c;
const QUOTE: u32 = 0x22;

/** A construct that plain POSIX shells do not have, or read in another way. */
export function wantMore(): void {
  if (dialect() == DIALECT_SH || dialect() == DIALECT_DASH) fault(FAULT_DIALECT);
}

/** `\⏎`: nothing at all, unless it may hide what two bytes mean together. */
export function skipContinuation(): void {
  const last = before();
  const hides =
    last == DOLLAR ||
    last == 0x3c ||
    last == 0x3e ||
    last == 0x26 ||
    last == 0x7c ||
    last == 0x3b ||
    last == 0x28 ||
    last == 0x29 ||
    last == 0x21 ||
    last == 0x23 ||
    last == 0x7b ||
    last == BACKQUOTE;
  if (hides) {
    const next = peek(2);
    if (next != 0 && next != 0x20 && next != 0x09 && next != NEWLINE) fault(FAULT_CONTINUATION);
  }
  moveTo(here() + 2);
}

/** True where a `(` or `{` stands. */
function opensExpansion(at: usize): bool {
  return at < limit() && (load<u8>(at) == 0x28 || load<u8>(at) == 0x7b);
}

/** `'…'`, from the quote on. */
export function takeSingle(): void {
  startWord();
  addBits(WORD_QUOTED);
  const from = here() + 1;
  let at = from;
  for (; at < limit(); at++) {
    const byte = <u32>load<u8>(at);
    if (byte == 0x27) break;
    if (byte == BACKQUOTE || (byte == DOLLAR && opensExpansion(at + 1))) addBits(WORD_DOLLAR);
    if (byte == BACKQUOTE && inBackquotes()) fault(FAULT_ESCAPE);
  }
  if (at == limit()) {
    fault(FAULT_OPEN);
    return;
  }
  append(from, <u32>(at - from));
  moveTo(at + 1);
}

export function openDouble(): void {
  startWord();
  addBits(WORD_QUOTED);
  const frame = pushFrame(KIND_DOUBLE, here());
  if (frame != null) frame.inQuotes = true;
  moveTo(here() + 1);
}

/** A backslash inside a backquote substitution that is taken away before the command is read. */
function isTwiceRead(next: u32): bool {
  if (!inBackquotes()) return false;
  if (next == BACKQUOTE || next == BACKSLASH || next == DOLLAR) return true;
  return next == QUOTE && openBackquote().alone;
}

/** A backslash outside quotes. */
export function takeBackslash(): void {
  const next = peek(1);
  if (next == NEWLINE) {
    skipContinuation();
    return;
  }
  if (next == 0 || isTwiceRead(next)) {
    fault(next == 0 ? FAULT_OPEN : FAULT_ESCAPE);
    return;
  }
  startWord();
  addBits(WORD_QUOTED);
  if (next == DOLLAR || next == BACKQUOTE) addBits(WORD_DOLLAR);
  append(here() + 1, 1);
  moveTo(here() + 2);
}

/** A backslash inside double quotes or a here-document. */
export function takeQuotedBackslash(inDocument: bool): void {
  const next = peek(1);
  if (next == NEWLINE) {
    skipContinuation();
    return;
  }
  if (next == 0 && !inDocument) {
    fault(FAULT_OPEN);
    return;
  }
  if (isTwiceRead(next)) {
    fault(FAULT_ESCAPE);
    return;
  }
  if (next == DOLLAR || next == BACKQUOTE || next == BACKSLASH || (next == QUOTE && !inDocument)) {
    if (next == DOLLAR || next == BACKQUOTE) addBits(WORD_DOLLAR);
    append(here() + 1, 1);
    moveTo(here() + 2);
  } else {
    append(here(), 1);
    moveTo(here() + 1);
  }
}

function appendCodePoint(code: u32): void {
  if (code < 0x80) {
    appendByte(code);
  } else if (code < 0x800) {
    appendByte(0xc0 | (code >> 6));
    appendByte(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    appendByte(0xe0 | (code >> 12));
    appendByte(0x80 | ((code >> 6) & 0x3f));
    appendByte(0x80 | (code & 0x3f));
  } else {
    appendByte(0xf0 | (code >> 18));
    appendByte(0x80 | ((code >> 12) & 0x3f));
    appendByte(0x80 | ((code >> 6) & 0x3f));
    appendByte(0x80 | (code & 0x3f));
  }
}

/** Reads up to `most` digits of base 16 or 8 at `at`, appends what they say, returns how many there were. */
function takeDigits(at: usize, most: u32, base: u32, isCode: bool): u32 {
  let value: u32 = 0;
  let count: u32 = 0;
  while (count < most && at + count < limit()) {
    const digit = hexValue(load<u8>(at + count));
    if (digit >= base) break;
    value = value * base + digit;
    count++;
  }
  // A zero ends the string: fine where it ends anyway.
  if (count > 0 && value == 0 && at + count < limit() && load<u8>(at + count) == 0x27) return count;
  const isSurrogate = value >= 0xd800 && value < 0xe000;
  if (count == 0 || value == 0 || isSurrogate || value > 0x10ffff || (!isCode && value > 0x7f)) {
    fault(FAULT_ESCAPE);
  } else {
    if (value == DOLLAR || value == BACKQUOTE) addBits(WORD_DOLLAR);
    appendCodePoint(value);
  }
  return count;
}

/** The byte that a letter behind a backslash stands for, or 0. */
function escapedByte(letter: u32): u32 {
  if (letter == 0x61) return 7;
  if (letter == 0x62) return 8;
  if (letter == 0x65 || letter == 0x45) return 27;
  if (letter == 0x66) return 12;
  if (letter == 0x6e) return 10;
  if (letter == 0x72) return 13;
  if (letter == 0x74) return 9;
  if (letter == 0x76) return 11;
  if (letter == BACKSLASH || letter == 0x27 || letter == QUOTE || letter == 0x3f) return letter;
  return 0;
}

/** `$'…'`, from the dollar on. */
export function takeAnsi(): void {
  wantMore();
  startWord();
  addBits(WORD_QUOTED);
  let at = here() + 2;
  while (!isFaulted()) {
    if (at >= limit()) {
      fault(FAULT_OPEN);
      return;
    }
    const byte = <u32>load<u8>(at);
    if (byte == 0x27) break;
    if (byte == DOLLAR || byte == BACKQUOTE) addBits(WORD_DOLLAR);
    if (byte == BACKQUOTE && inBackquotes()) fault(FAULT_ESCAPE);
    if (byte != BACKSLASH) {
      append(at++, 1);
      continue;
    }
    const letter = at + 1 < limit() ? <u32>load<u8>(at + 1) : 0;
    const plain = escapedByte(letter);
    if (isTwiceRead(letter)) fault(FAULT_ESCAPE);
    else if (plain != 0) {
      appendByte(plain);
      at += 2;
    } else if (letter == 0x78) at += 2 + takeDigits(at + 2, 2, 16, false);
    else if (letter == 0x75) at += 2 + takeDigits(at + 2, 4, 16, true);
    else if (letter == 0x55) at += 2 + takeDigits(at + 2, 8, 16, true);
    else if (letter - 0x30 < 8) at += 1 + takeDigits(at + 1, 3, 8, false);
    else fault(FAULT_ESCAPE);
  }
  moveTo(at + 1);
}

/** True for a code point that begins at `at` and is blank, invisible or turns the direction of text. */
function isHidden(at: usize, end: usize): bool {
  const size = end - at;
  const first = <u32>load<u8>(at);
  if (size < 2 || first < 0xc2) return false;
  const second = <u32>load<u8>(at, 1) & 0x3f;
  if (first < 0xe0) {
    const code = ((first & 0x1f) << 6) | second;
    return code == 0x85 || code == 0xa0 || code == 0xad || code == 0x61c;
  }
  if (size < 3) return false;
  const third = <u32>load<u8>(at, 2) & 0x3f;
  if (first < 0xf0) {
    const code = ((first & 0x0f) << 12) | (second << 6) | third;
    return (
      code == 0x115f ||
      code == 0x1160 ||
      code == 0x1680 ||
      (code >= 0x180b && code <= 0x180f) ||
      (code >= 0x2000 && code <= 0x200f) ||
      (code >= 0x2028 && code <= 0x202f) ||
      (code >= 0x205f && code <= 0x206f) ||
      code == 0x3000 ||
      code == 0x3164 ||
      (code >= 0xfe00 && code <= 0xfe0f) ||
      code == 0xfeff ||
      code == 0xffa0 ||
      (code >= 0xfff0 && code <= 0xfffb)
    );
  }
  return first == 0xf3 && second == 0x20; // U+E0000 to U+E0FFF
}

/** A byte of more than ASCII outside quotes. */
export function judgeHidden(): void {
  if (isHidden(here(), limit())) fault(FAULT_BYTE);
}

/** True where the text has a control byte other than tab and newline. */
export function hasControl(at: usize, end: usize): bool {
  for (; at < end; at++) {
    const byte = <u32>load<u8>(at);
    if ((byte < 0x20 && byte != 0x09 && byte != NEWLINE) || byte == 0x7f) return true;
  }
  return false;
}
