/**
 * Programs for awk and sed that can do no more than write text (docs/format/command.md, section 5). Everything that is not
 * clearly one of them is code.
 */
import { startsWith } from "../../base/bytes";
import { isBlank, isDigit, isLetter } from "../../base/text";
import {
  AWK_WORD_ARGV,
  AWK_WORD_GETLINE,
  AWK_WORD_LOAD,
  AWK_WORD_PRINT,
  AWK_WORD_SYSTEM,
  WORD_AWK_WORD,
  wordAt,
  wordBytes,
} from "../../gen/words";

const NEWLINE: u8 = 0x0a;
const BACKSLASH: u8 = 0x5c;
const SLASH: u8 = 0x2f;
const BAR: u8 = 0x7c;
const SEMICOLON: u8 = 0x3b;

function isWord(at: usize, end: usize, position: i32): bool {
  const word = WORD_AWK_WORD + position;
  return startsWith(at, <u32>(end - at), wordAt(word), wordBytes(word));
}

/** What stands between the name of a function and its words, or goes on in its name. */
function isOpening(byte: u8): bool {
  return byte == 0x28 || byte == 0x5f;
}

/** True when a program for awk, or for yq, only computes and prints. */
export function isCalmProgram(at: usize, bytes: u32): bool {
  const end = at + bytes;
  let prints = false;
  for (; at < end; at++) {
    const byte = load<u8>(at);
    if (byte == BAR && at + 1 < end && load<u8>(at, 1) == BAR) at++;
    else if (byte == BAR || byte == 0x3e) {
      if (prints) return false;
    } else if (byte == 0x40)
      return false; // @
    else if (byte == BACKSLASH) {
      if (at + 1 < end && load<u8>(at, 1) == NEWLINE) return false;
    } else if (byte == 0x70) prints = prints || isWord(at, end, AWK_WORD_PRINT);
    else if (byte == 0x73) {
      if (isWord(at, end, AWK_WORD_SYSTEM)) return false;
    } else if (byte == 0x67) {
      if (isWord(at, end, AWK_WORD_GETLINE)) return false;
    } else if (byte == 0x6c) {
      // Of yq: `load(…)`, `load_str(…)`.
      if (isWord(at, end, AWK_WORD_LOAD) && at + 4 < end && isOpening(load<u8>(at, 4))) return false;
    } else if (byte == 0x41 && isWord(at, end, AWK_WORD_ARGV)) return false;
  }
  return true;
}

/** Bytes of a set of bytes below 128. */
function isOneOf(byte: u8, low: u64, high: u64): bool {
  if (byte >= 128) return false;
  return (((byte < 64 ? low : high) >> (byte & 63)) & 1) != 0;
}

const BETWEEN_LOW: u64 = ((<u64>1) << 0x3b) | ((<u64>1) << 0x21); // ; !
const BETWEEN_HIGH: u64 = ((<u64>1) << (0x7b - 64)) | ((<u64>1) << (0x7d - 64)); // { }

function isBetween(byte: u8): bool {
  return isBlank(byte) || isOneOf(byte, BETWEEN_LOW, BETWEEN_HIGH);
}

/** The byte after the next `delimiter` that no backslash stands before, or 0. */
function behind(at: usize, end: usize, delimiter: u8): usize {
  for (; at < end; at++) {
    const byte = load<u8>(at);
    if (byte == BACKSLASH) at++;
    else if (byte == delimiter) return at + 1;
  }
  return 0;
}

/**
 * The same for a pattern, in which a delimiter in brackets would be text to one sed and the end to another: 0 for that.
 */
function behindPattern(at: usize, end: usize, delimiter: u8): usize {
  for (; at < end; at++) {
    const byte = load<u8>(at);
    if (byte == BACKSLASH) at++;
    else if (byte == delimiter) return at + 1;
    else if (byte == 0x5b) {
      at = closing(at + 1, end, delimiter);
      if (at == 0) return 0;
    }
  }
  return 0;
}

/** The `]` that closes the brackets whose first byte is at `at`, or 0 where a delimiter or something odd stands in them. */
function closing(at: usize, end: usize, delimiter: u8): usize {
  if (at < end && load<u8>(at) == 0x5e) at++; // ^
  for (let first = true; at < end; at++) {
    const byte = load<u8>(at);
    const next: u8 = at + 1 < end ? load<u8>(at, 1) : 0;
    if (byte == delimiter) return 0;
    if (byte == 0x5d && !first) return at;
    first = false;
    if (byte == BACKSLASH) {
      if (next == 0x5b || next == 0) return 0;
      at++;
    } else if (byte == 0x5b && (next == 0x3a || next == 0x2e || next == 0x3d)) {
      at += 2; // [: :] [. .] [= =]
      while (at + 1 < end && !(load<u8>(at) == next && load<u8>(at, 1) == 0x5d)) {
        if (load<u8>(at) == delimiter) return 0;
        at++;
      }
      at++;
    }
  }
  return 0;
}

function skipDigits(at: usize, end: usize): usize {
  while (at < end && isDigit(load<u8>(at))) at++;
  return at;
}

/** Behind one address, `at` itself where there is none, or 0. */
function skipAddress(at: usize, end: usize): usize {
  const byte = load<u8>(at);
  if (isDigit(byte)) return skipDigits(at, end);
  if (byte == 0x24) return at + 1;
  if (byte == 0x2b || byte == 0x7e) return skipDigits(at + 1, end); // + ~
  if (byte != SLASH) return at;
  at = behindPattern(at + 1, end, SLASH);
  return at != 0 && at < end && load<u8>(at) == 0x49 ? at + 1 : at; // I
}

/** g p i m I M and digits. */
function isFlag(byte: u8): bool {
  return (
    isDigit(byte) ||
    byte == 0x67 ||
    byte == 0x70 ||
    byte == 0x69 ||
    byte == 0x6d ||
    byte == 0x49 ||
    byte == 0x4d
  );
}

/** p P d D q Q = n N g G h H x l F z */
function isPlainCommand(byte: u8): bool {
  if (byte == 0x3d) return true;
  if (!isLetter(byte)) return false;
  const letter = byte | 0x20;
  if (byte == 0x46) return true; // F
  const both =
    letter == 0x70 || letter == 0x64 || letter == 0x71 || letter == 0x6e || letter == 0x67 || letter == 0x68;
  return both || byte == 0x78 || byte == 0x6c || byte == 0x7a;
}

/** Behind the command that begins at `at`, or 0 for one that may do more than write text. */
function skipSedCommand(at: usize, end: usize): usize {
  const byte = load<u8>(at++);
  if (isPlainCommand(byte)) return skipDigits(at, end);
  if (byte == 0x73 || byte == 0x79) {
    if (at == end) return 0;
    const delimiter = load<u8>(at);
    if (delimiter == BACKSLASH || delimiter == NEWLINE) return 0;
    at = byte == 0x73 ? behindPattern(at + 1, end, delimiter) : behind(at + 1, end, delimiter);
    if (at != 0) at = behind(at, end, delimiter);
    if (at == 0 || byte == 0x79) return at;
    while (at < end && isFlag(load<u8>(at))) at++;
    return at;
  }
  const writes = byte == 0x61 || byte == 0x69 || byte == 0x63; // a i c
  const branches = byte == 0x62 || byte == 0x74 || byte == 0x54 || byte == 0x3a; // b t T :
  if (!writes && !branches) return 0;
  for (; at < end; at++) {
    const inside = load<u8>(at);
    if (inside == NEWLINE || (branches && inside == SEMICOLON)) break;
    if (writes && inside == BACKSLASH) return 0; // Text that goes on in the next line.
  }
  return at;
}

/** True when a script for sed only changes what it writes out. */
export function isCalmScript(at: usize, bytes: u32): bool {
  const end = at + bytes;
  while (true) {
    while (at < end && isBetween(load<u8>(at))) at++;
    if (at == end) return true;
    const before = at;
    at = skipAddress(at, end);
    if (at == 0 || at > end) return false;
    if (at > before) {
      while (at < end && (isBlank(load<u8>(at)) || load<u8>(at) == 0x2c)) at++; // , before the second address
      continue;
    }
    at = skipSedCommand(at, end);
    if (at == 0) return false;
    // What follows a command must be between commands, or its end would not be where it seems.
    if (at < end && !isBetween(load<u8>(at))) return false;
  }
}
