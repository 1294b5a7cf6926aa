/**
 * Values behind a name that says what they are: passwords, keys, tokens. What stands there for a person to fill in is none
 * (docs/format/detect.md, step 4).
 */
import { equalFolded, lower } from "../base/utf8";
import {
  KIND_DASH,
  KIND_DIGIT,
  KIND_DOT,
  KIND_LOWER,
  KIND_UNDERSCORE,
  KIND_UPPER,
  KIND_VALUE_END,
} from "../gen/kinds";
import { DETECT_VALUE_BYTES_MAX } from "../gen/limits";
import {
  PLACEHOLDER_COUNT,
  PLACEHOLDER_KEY_COUNT,
  WORD_PLACEHOLDER,
  WORD_PLACEHOLDER_KEY,
  wordAt,
  wordBytes,
} from "../gen/words";
import { KIND_ALNUM } from "./numbers";
import { byteAt, kindsAt, textEnd, textStart } from "./text";

const PASSWORD_BYTES_MIN: u32 = 6;
const KEY_BYTES_MIN: u32 = 16;
const SAMPLE_BYTES_MAX: u32 = 64;
const PLACEHOLDER_BYTES_MAX: u32 = 32;
const VARIETY_MIN: u32 = 6;
const USER_BYTES_MAX: u32 = 64;
const JWT_BYTES_MIN: u32 = 10;
const KIND_TOKEN: u32 = KIND_ALNUM | KIND_UNDERSCORE | KIND_DASH;
const KIND_LETTER: u32 = KIND_UPPER | KIND_LOWER;

const COUNTS: usize = memory.data(256, 8);
// password, pass, pwd, secret: what examples write, one byte of size before each.
const SHOWN: usize = memory.data<u8>([
  8, 0x70, 0x61, 0x73, 0x73, 0x77, 0x6f, 0x72, 0x64, 4, 0x70, 0x61, 0x73, 0x73, 3, 0x70, 0x77, 0x64, 6, 0x73,
  0x65, 0x63, 0x72, 0x65, 0x74, 0,
]);

/** The run of token bytes that was measured last: every position in it ends where it ends. */
let runAt: usize = 0;
let runEnd: usize = 0;

export function beginValues(): void {
  runAt = 0;
  runEnd = 0;
}

function valueBytes(at: usize): u32 {
  let bytes: u32 = 0;
  while (bytes < <u32>DETECT_VALUE_BYTES_MAX && at + bytes < textEnd()) {
    if ((kindsAt(at + bytes) & KIND_VALUE_END) != 0) break;
    bytes++;
  }
  return bytes;
}

/** True when the text holds one of the words of a group, ASCII case ignored. */
function holdsOneOf(at: usize, bytes: u32, firstWord: i32, wordCount: i32): bool {
  // Bits of the first letters: most positions begin no word.
  let firsts: u32 = 0;
  for (let word = firstWord; word < firstWord + wordCount; word++)
    firsts |= 1 << (load<u8>(wordAt(word)) & 31);
  for (let from: u32 = 0; from < bytes; from++) {
    const byte = lower(load<u8>(at + from));
    if (((firsts >> (byte & 31)) & 1) == 0) continue;
    for (let word = firstWord; word < firstWord + wordCount; word++) {
      const text = wordAt(word);
      if (<u32>load<u8>(text) != byte) continue;
      const size = <u32>wordBytes(word);
      if (from + size <= bytes && equalFolded(at + from, text, size)) return true;
    }
  }
  return false;
}

function isPlaceholder(at: usize, bytes: u32): bool {
  const first = byteAt(at);
  // $ % * ! # / ~ .
  if (first == 0x24 || first == 0x25 || first == 0x2a || first == 0x21 || first == 0x23) return true;
  if (first == 0x2f || first == 0x7e || first == 0x2e) return true;
  const looked = min(bytes, PLACEHOLDER_BYTES_MAX);
  for (let from: u32 = 0; from + 3 <= looked; from++) {
    if (load<u8>(at + from) == 0x3a && load<u16>(at + from, 1) == 0x2f2f) return true; // ://
  }
  return holdsOneOf(at, looked, WORD_PLACEHOLDER, PLACEHOLDER_COUNT);
}

/** True when no byte value takes up much of the value. */
function isVaried(at: usize, bytes: u32): bool {
  const looked = min(bytes, SAMPLE_BYTES_MAX);
  memory.fill(COUNTS, 0, 256);
  let squares: u32 = 0;
  for (let done: u32 = 0; done < looked; done++) {
    const count = COUNTS + <usize>load<u8>(at + done);
    const before = <u32>load<u8>(count);
    squares += 2 * before + 1;
    store<u8>(count, <u8>(before + 1));
  }
  return looked * looked >= VARIETY_MIN * squares;
}

export function isPassword(at: usize): bool {
  const bytes = valueBytes(at);
  if (bytes < PASSWORD_BYTES_MIN) return false;
  let hasDigit = false;
  let hasLetter = false;
  let hasMark = false;
  for (let done: u32 = 0; done < bytes; done++) {
    const kinds = kindsAt(at + done);
    if ((kinds & KIND_DIGIT) != 0) hasDigit = true;
    else if ((kinds & KIND_LETTER) != 0) hasLetter = true;
    else if (isOdd(byteAt(at + done))) hasMark = true;
  }
  return (hasDigit || (hasLetter && hasMark)) && !isPlaceholder(at, bytes);
}

/** A byte that is no letter or digit and seldom stands in words, paths and times: none of _ - . / : @ * #. */
function isOdd(byte: u32): bool {
  return (
    byte != 0x5f &&
    byte != 0x2d &&
    byte != 0x2e &&
    byte != 0x2f &&
    byte != 0x3a &&
    byte != 0x40 &&
    byte != 0x2a &&
    byte != 0x23
  );
}

export function isKeyValue(start: usize, at: usize, alone: bool): bool {
  if (alone && (kindsAt(start - 1) & (KIND_TOKEN | KIND_DOT)) != 0) return false;
  const bytes = valueBytes(at);
  if (bytes < KEY_BYTES_MIN) return false;
  let found: u32 = 0;
  for (let done: u32 = 0; done < bytes; done++) found |= kindsAt(at + done);
  if ((found & KIND_DIGIT) == 0 || (found & KIND_LETTER) == 0) return false;
  if (!isVaried(at, bytes) || isPlaceholder(at, bytes)) return false;
  const looked = min(bytes, PLACEHOLDER_BYTES_MAX);
  return !holdsOneOf(at, looked, WORD_PLACEHOLDER_KEY, PLACEHOLDER_KEY_COUNT);
}

/** True when the text is one of the words that stand for a password in examples. */
function isShownPassword(at: usize, bytes: u32): bool {
  for (let word = SHOWN; load<u8>(word) != 0; word += <usize>load<u8>(word) + 1) {
    if (<u32>load<u8>(word) == bytes && equalFolded(at, word + 1, bytes)) return true;
  }
  return false;
}

/** A byte that ends user and password of an authority. */
function endsUserinfo(at: usize): bool {
  const byte = byteAt(at);
  return (
    at >= textEnd() ||
    (kindsAt(at) & KIND_VALUE_END) != 0 ||
    byte == 0x2f ||
    byte == 0x3f ||
    byte == 0x23 ||
    byte == 0x40
  );
}

/** `user:password@` behind `://`. */
export function isAuthority(start: usize, at: usize): bool {
  if ((kindsAt(start - 1) & KIND_ALNUM) == 0) return false;
  let user: u32 = 0;
  while (user <= USER_BYTES_MAX && byteAt(at) != 0x3a) {
    if (endsUserinfo(at)) return false;
    at++;
    user++;
  }
  if (user > USER_BYTES_MAX) return false;
  at++;
  let bytes: u32 = 0;
  while (bytes <= <u32>DETECT_VALUE_BYTES_MAX && !endsUserinfo(at + bytes)) bytes++;
  if (bytes == 0 || bytes > <u32>DETECT_VALUE_BYTES_MAX || byteAt(at + bytes) != 0x40) return false;
  return !isShownPassword(at, bytes) && !isPlaceholder(at, bytes);
}

/** The end of the run of token bytes at `at`. */
function tokenEnd(at: usize): usize {
  if (at >= runAt && at < runEnd) return runEnd;
  let end = at;
  while (end < textEnd() && (kindsAt(end) & KIND_TOKEN) != 0) end++;
  runAt = at;
  runEnd = end;
  return end;
}

export function isJwt(at: usize): bool {
  const dot = tokenEnd(at);
  if (byteAt(dot) != 0x2e || byteAt(dot + 1) != 0x65 || byteAt(dot + 2) != 0x79 || byteAt(dot + 3) != 0x4a) {
    return false;
  }
  let bytes: u32 = 0;
  while (bytes < JWT_BYTES_MIN && (kindsAt(dot + 4 + bytes) & KIND_TOKEN) != 0) bytes++;
  return bytes == JWT_BYTES_MIN;
}

/** True when `count` token bytes stand before the position. */
export function isBehind(at: usize, count: u32): bool {
  if (at - textStart() < count) return false;
  for (let back: u32 = 1; back <= count; back++) if ((kindsAt(at - back) & KIND_TOKEN) == 0) return false;
  return true;
}
