/**
 * Parameters of the shell, `$x` and `${…}`: which keep their text, which have a known value, which nobody knows
 * (docs/format/shell.md, parameters).
 */
import { equal, indexOf } from "../../base/bytes";
import { isDigit } from "../../base/text";
import { WORD__HOME, wordAt } from "../../gen/words";
import { takeBackquote, takeDollar } from "./shell-expansions";
import {
  FAULT_IFS,
  FAULT_OPEN,
  FAULT_PARAMETER,
  fault,
  here,
  inBackquotes,
  KIND_DOCUMENT,
  KIND_DOUBLE,
  KIND_PARAMETER,
  limit,
  makeOpaque,
  moveTo,
  peek,
  popFrame,
  pushFrame,
  top,
} from "./shell-frames";
import { openDouble, takeBackslash, takeSingle } from "./shell-quotes";
import { suspectFile } from "./shell-redirections";
import {
  assignUnknown,
  joinVariable,
  judgeName,
  knownValueAt,
  knownValueBytes,
  knownVariable,
  noteUse,
} from "./shell-variables";
import {
  addBits,
  append,
  appendByte,
  appendOther,
  isMuted,
  isNameByte,
  mute,
  partBytes,
  startWord,
  unmute,
  WORD_LOOSE,
  WORD_RAW,
} from "./shell-words";
import { WORD_EXPANDS } from "./words";

const PWD: usize = memory.data<u8>([0x50, 0x57, 0x44]);
const IFS: usize = memory.data<u8>([0x49, 0x46, 0x53]);
const DOLLAR: u32 = 0x24;

/** True where `.` may stand for the current directory: the word begins here and a segment ends `size` bytes on. */
export function isWholeSegment(size: usize): bool {
  if (partBytes() > 0 || isMuted() || top().kind == KIND_DOCUMENT) return false;
  let next = peek(size);
  if (top().kind == KIND_DOUBLE) {
    if (next != 0x22) return next == 0x2f || next == 0x3a;
    next = peek(size + 1);
  }
  return (
    next == 0 ||
    next == 0x20 ||
    next == 0x09 ||
    next == 0x0a ||
    next == 0x2f ||
    next == 0x3a ||
    next == 0x3b ||
    next == 0x26 ||
    next == 0x7c ||
    next == 0x29 ||
    next == 0x3c ||
    next == 0x3e
  );
}

export function takePwd(size: usize): void {
  addBits(WORD_RAW);
  appendByte(0x2e);
  moveTo(here() + size);
}

/** Only bytes that nothing is done with outside quotes. */
function isCalm(at: usize, bytes: u32): bool {
  if (bytes == 0) return false;
  for (let done: u32 = 0; done < bytes; done++) {
    const byte = <u32>load<u8>(at + done);
    const isCalmByte =
      isNameByte(byte) ||
      (byte >= 0x2b && byte <= 0x2f) ||
      byte == 0x3a ||
      byte == 0x40 ||
      byte == 0x25 ||
      byte == 0x3d ||
      byte == 0x7e ||
      byte == DOLLAR ||
      byte == 0x5e;
    if (!isCalmByte) return false;
  }
  return true;
}

/** Uses a parameter that stands from here to `end` in the text. */
export function useParameter(at: usize, bytes: u32, end: usize): void {
  if (bytes == 3 && equal(at, IFS, 3)) {
    makeOpaque(FAULT_IFS);
    appendRaw(here(), end, WORD_EXPANDS);
    return;
  }
  const size = end - here();
  if (bytes == 4 && equal(at, wordAt(WORD__HOME) + 1, 4)) {
    appendRaw(here(), end, 0);
    return;
  }
  if (bytes == 3 && equal(at, PWD, 3) && isWholeSegment(size)) {
    takePwd(size);
    return;
  }
  if (useKnown(at, bytes, size)) return;
  joinVariable(at, bytes);
  appendRaw(here(), end, WORD_EXPANDS);
}

function useKnown(at: usize, bytes: u32, size: usize): bool {
  if (isMuted() || top().kind == KIND_DOCUMENT) return false;
  const variable = knownVariable(at, bytes);
  if (variable < 0) return false;
  const valueAt = knownValueAt(variable);
  const valueBytes = knownValueBytes(variable);
  if (top().kind != KIND_DOUBLE && (peek(size) == 0x5b || !isCalm(valueAt, valueBytes))) return false;
  noteUse(variable, here());
  startWord();
  addBits(WORD_RAW);
  appendOther(valueAt, valueBytes);
  moveTo(here() + size);
  return true;
}

/** `@ * # ? $ ! -`. */
export function isSpecial(byte: u32): bool {
  return (
    byte == 0x40 ||
    byte == 0x2a ||
    byte == 0x23 ||
    byte == 0x3f ||
    byte == DOLLAR ||
    byte == 0x21 ||
    byte == 0x2d
  );
}

/** `${`, from the dollar on. */
export function openParameter(): void {
  let at = here() + 2;
  const first = at < limit() ? <u32>load<u8>(at) : 0;
  const second = at + 1 < limit() ? <u32>load<u8>(at + 1) : 0;
  const isPrefixed = (first == 0x23 || first == 0x21) && second != 0x7d;
  if (isPrefixed) at++;
  const nameAt = at;
  while (at < limit() && isNameByte(load<u8>(at))) at++;
  const isNamed = at > nameAt;
  if (!isNamed && at < limit() && isSpecial(load<u8>(at))) at++;
  const bytes = <u32>(at - nameAt);
  const operator = at < limit() ? <u32>load<u8>(at) : 0;
  if (bytes == 0 || operator == 0) {
    fault(bytes == 0 ? FAULT_PARAMETER : FAULT_OPEN);
    return;
  }
  const isNumbered = isDigit(load<u8>(nameAt));
  if (isNumbered && !isNumber(nameAt, bytes)) {
    fault(FAULT_PARAMETER);
    return;
  }
  if (operator == 0x7d && isNamed && !isPrefixed && !isNumbered) {
    useParameter(nameAt, bytes, at + 1);
    return;
  }
  if (operator != 0x7d && !isOperator(operator)) {
    fault(FAULT_PARAMETER);
    return;
  }
  if (isNamed && !isNumbered) {
    if (bytes == 3 && equal(nameAt, IFS, 3)) makeOpaque(FAULT_IFS);
    joinVariable(nameAt, bytes);
    const assigns = operator == 0x3d || (operator == 0x3a && at + 1 < limit() && load<u8>(at + 1) == 0x3d);
    if (assigns) {
      judgeName(nameAt, bytes);
      assignUnknown(nameAt, bytes, true);
    }
  }
  startWord();
  const frame = pushFrame(KIND_PARAMETER, here());
  if (frame == null) return;
  mute();
  moveTo(at);
}

function isNumber(at: usize, bytes: u32): bool {
  for (let done: u32 = 0; done < bytes; done++) if (!isDigit(load<u8>(at + done))) return false;
  return true;
}

/** `: - + = ? # % / ^ , [`. */
function isOperator(byte: u32): bool {
  return (
    byte == 0x3a ||
    byte == 0x2d ||
    byte == 0x2b ||
    byte == 0x3d ||
    byte == 0x3f ||
    byte == 0x23 ||
    byte == 0x25 ||
    byte == 0x2f ||
    byte == 0x5e ||
    byte == 0x2c ||
    byte == 0x5b
  );
}

/** One step inside `${…}`. */
export function stepParameter(): void {
  const byte = peek(0);
  if (byte == 0x7d) {
    const openAt = top().openAt;
    suspectDefault(openAt + 2, here());
    popFrame();
    unmute();
    appendRaw(openAt, here() + 1, WORD_EXPANDS);
  } else if (byte == 0x5c) {
    if (inBackquotes()) takeBackslash();
    else if (peek(1) == 0) fault(FAULT_OPEN);
    else moveTo(here() + 2);
  } else if (byte == 0x27) {
    if (top().inQuotes) fault(FAULT_PARAMETER);
    else takeSingle();
  } else if (byte == 0x22) openDouble();
  else if (byte == DOLLAR) takeDollar();
  else if (byte == 0x60) takeBackquote();
  else if (byte == 0x7b || ((byte == 0x3c || byte == 0x3e) && peek(1) == 0x28 && !top().inQuotes)) {
    fault(FAULT_PARAMETER);
  } else moveTo(here() + 1);
}

/** What `${name:-WORD}` and its like may stand for. */
function suspectDefault(at: usize, end: usize): void {
  while (at < end && (isNameByte(load<u8>(at)) || isSpecial(load<u8>(at)))) at++;
  if (at < end && load<u8>(at) == 0x3a) at++;
  const operator = at < end ? <u32>load<u8>(at) : 0;
  const stands = operator == 0x2d || operator == 0x2b || operator == 0x3d || operator == 0x3f;
  if (stands) suspectFile(at + 1, <u32>(end - at - 1), 0);
}

/** True for `"$@"`, `"${a[@]}"` and their like: in quotes they can still be several words. */
function spreads(from: usize, end: usize): bool {
  if (load<u8>(from) != <u8>DOLLAR || load<u8>(from, 1) == 0x28) return false;
  return indexOf(from, <u32>(end - from), 0x40) >= 0 || indexOf(from, <u32>(end - from), 0x2a) >= 0;
}

/** Appends an expansion as it is written. */
export function appendRaw(from: usize, end: usize, bits: u32): void {
  startWord();
  if (bits != 0 && (!top().inQuotes || spreads(from, end))) bits |= WORD_LOOSE;
  addBits(bits | WORD_RAW);
  append(from, <u32>(end - from));
  moveTo(end);
}
