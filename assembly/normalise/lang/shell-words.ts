/**
 * The word that is being read: its bytes without quotes, and what is not known of it. Words inside substitutions of a word
 * are built on top of it and are gone before it goes on, so one stack of bytes serves all.
 */
import { copyShort, indexOf } from "../../base/bytes";
import { isDigit, isLetter } from "../../base/text";
import { keepText, keptEnd } from "../drafts";
import { FAULT_WORDS, Frame, fault, here } from "./shell-frames";
import { WORD_EXPANDS, WORD_GLOBS, WORD_QUOTED, WORD_WHOLE } from "./words";

// Bits beside those of words.ts, for the parser alone.
/** Something was put in from outside the text, or an expansion stands in it. */
export const WORD_RAW: u32 = 16;
/** A backquote, or a `$` before `(` or `{`, that is plain text: arithmetic would still run it. */
export const WORD_DOLLAR: u32 = 32;
/** It begins with `<(` or `>(`. */
export const WORD_PROCESS: u32 = 64;
/** An expansion stands in it that can become several words, or none. */
export const WORD_LOOSE: u32 = 128;
const WORD_KNOWN: u32 = WORD_EXPANDS | WORD_GLOBS | WORD_QUOTED;

/** The bits that leave the parser. */
export function knownBits(bits: u32): u32 {
  const isWhole = (bits & (WORD_EXPANDS | WORD_LOOSE)) == WORD_EXPANDS;
  return (bits & WORD_KNOWN) | (isWhole ? WORD_WHOLE : 0);
}

const UNFINISHED_BYTES_MAX: u32 = 65536;
const UNFINISHED: usize = memory.data(65536, 16);

let on: bool = false;
/** Appended bytes are dropped: an expansion is written as a whole when it ends. */
let muted: i32 = 0;
let start: u32 = 0;
let end: u32 = 0;
let bits: u32 = 0;
/** The bytes so far stand in one piece in the text, from here. */
let runAt: usize = 0;
let run: bool = true;
/** 0, 1 behind an open brace, 2 behind a comma or two dots after it. */
let braces: i32 = 0;
let bracket: bool = false;
/** Bytes of the name before a `[` or `=`, and where the value of an assignment starts; -1 where it is none. */
let nameBytes: i32 = 0;
let value: i32 = 0;
/** The text that `finishWord` found. */
let textFrom: usize = 0;
let textSize: u32 = 0;

export function beginWords(): void {
  muted = 0;
  end = 0;
  clear();
}

function clear(): void {
  on = false;
  start = end;
  bits = 0;
  run = true;
  runAt = 0;
  braces = 0;
  bracket = false;
  nameBytes = 0;
  value = 0;
}

export function isWordOn(): bool {
  return on;
}

/** A word begins here, if none has; it may stay empty. */
export function startWord(): void {
  on = true;
}

export function addBits(more: u32): void {
  bits |= more;
}

export function wordBits(): u32 {
  return bits;
}

/** Nothing but bytes as they stand: it may be a reserved word. */
export function isPlain(): bool {
  return bits == 0;
}

/** True where arithmetic would run something of the text with these bits: `a[$(b)]`. */
export function hidesCommand(bits: u32, at: usize, bytes: u32): bool {
  return (bits & WORD_DOLLAR) != 0 && indexOf(at, bytes, 0x5b) >= 0;
}

export function partBytes(): u32 {
  return end - start;
}

export function partAt(): usize {
  return UNFINISHED + start;
}

export function mute(): void {
  muted++;
}

export function unmute(): void {
  muted--;
}

export function isMuted(): bool {
  return muted > 0;
}

/** Appends bytes that stand in the text. */
export function append(at: usize, bytes: u32): void {
  on = true;
  if (muted > 0) return;
  if (end + bytes > UNFINISHED_BYTES_MAX) {
    fault(FAULT_WORDS);
    return;
  }
  if (end == start) runAt = at;
  else if (runAt + (end - start) != at) run = false;
  copyShort(UNFINISHED + end, at, bytes);
  end += bytes;
}

/** Appends bytes that stand elsewhere. */
export function appendOther(at: usize, bytes: u32): void {
  append(at, bytes);
  if (muted == 0) run = false;
}

/** Appends one byte that does not stand in the text as it is. */
export function appendByte(byte: u32): void {
  on = true;
  if (muted > 0) return;
  if (end == UNFINISHED_BYTES_MAX) {
    fault(FAULT_WORDS);
    return;
  }
  run = false;
  store<u8>(UNFINISHED + end++, <u8>byte);
}

/** Notes what an unquoted byte that is about to be appended means for globs, braces and assignments. */
export function noteByte(byte: u32, assignable: bool): void {
  if (byte == 0x2a || byte == 0x3f) bits |= WORD_GLOBS;
  else if (byte == 0x5b) {
    if (assignable && !bracket && value == 0 && bits == 0 && isName(partAt(), partBytes())) {
      nameBytes = <i32>partBytes();
    }
    bracket = true;
  } else if (byte == 0x5d) {
    if (bracket) bits |= WORD_GLOBS;
  } else if (byte == 0x7b) {
    if (braces == 0) braces = 1;
  } else if (byte == 0x2c) {
    if (braces == 1) braces = 2;
  } else if (byte == 0x7d) {
    if (braces == 2) bits |= WORD_EXPANDS | WORD_LOOSE;
  } else if (byte == 0x3d && assignable && value == 0) noteEquals();
}

/** Two unquoted dots. */
export function noteDots(): void {
  if (braces == 1) braces = 2;
}

function noteEquals(): void {
  let size = partBytes();
  if (size > 0 && load<u8>(partAt() + size - 1) == 0x2b) size--;
  if (nameBytes > 0) {
    if (size > <u32>nameBytes && load<u8>(partAt() + size - 1) == 0x5d) value = <i32>partBytes() + 1;
  } else if (bits == 0 && isName(partAt(), size)) {
    nameBytes = <i32>size;
    value = <i32>partBytes() + 1;
  } else {
    value = -1;
  }
}

/** Bytes before the value if the word is an assignment, or 0. */
export function valueOffset(): i32 {
  return max(value, 0);
}

export function assignedNameBytes(): i32 {
  return nameBytes;
}

/** `name=` without `[`, `+` in between. */
export function isPlainAssignment(): bool {
  return value > 0 && value == nameBytes + 1;
}

export function isName(at: usize, bytes: u32): bool {
  if (bytes == 0 || isDigit(load<u8>(at))) return false;
  for (let done: u32 = 0; done < bytes; done++) if (!isNameByte(load<u8>(at + done))) return false;
  return true;
}

export function isNameByte(byte: u32): bool {
  return isLetter(byte) || isDigit(byte) || byte == 0x5f;
}

export function finishedAt(): usize {
  return textFrom;
}

export function finishedBytes(): u32 {
  return textSize;
}

/** Ends the word. Its text is `finishedAt`, `finishedBytes`: in the source where it stands there in one piece. */
export function finishWord(): void {
  textSize = end - start;
  if (textSize == 0) textFrom = here();
  else if (run) textFrom = runAt;
  else {
    textFrom = keptEnd();
    if (!keepText(UNFINISHED + start, textSize)) fault(FAULT_WORDS);
  }
  end = start;
  clear();
}

/** Forgets the word. */
export function dropWord(): void {
  end = start;
  clear();
}

/** Puts the word aside in a frame; a new one starts on top of it. */
export function saveWord(frame: Frame): void {
  frame.wordOn = on;
  frame.wordMuted = muted;
  frame.wordStart = start;
  frame.wordBits = bits;
  frame.wordRunAt = runAt;
  frame.wordRun = run;
  frame.wordBraces = braces;
  frame.wordBracket = bracket;
  frame.wordName = nameBytes;
  frame.wordValue = value;
  muted = 0;
  clear();
}

/** Goes on with the word that was put aside. */
export function restoreWord(frame: Frame): void {
  end = start;
  on = frame.wordOn;
  muted = frame.wordMuted;
  start = frame.wordStart;
  bits = frame.wordBits;
  runAt = frame.wordRunAt;
  run = frame.wordRun;
  braces = frame.wordBraces;
  bracket = frame.wordBracket;
  nameBytes = frame.wordName;
  value = frame.wordValue;
}
