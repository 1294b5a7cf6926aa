/**
 * What begins with a `$` or a backquote, and process substitutions (docs/format/shell.md, parameters and substitutions).
 */
import { equal } from "../../base/bytes";
import { isDigit, isLetter } from "../../base/text";
import { DIALECT_ZSH } from "../../gen/codes";
import { WORD__HOME, wordAt } from "../../gen/words";
import { beginPipeline } from "./shell-commands";
import { openDirectory, restoreOpenDirectory } from "./shell-directory";
import { closeDocuments } from "./shell-documents";
import { joinSince, nextGroup } from "./shell-flows";
import {
  dialect,
  FAULT_ARITHMETIC,
  FAULT_CONTINUATION,
  FAULT_DIALECT,
  FAULT_ESCAPE,
  FAULT_IFS,
  FAULT_OPEN,
  FAULT_PARAMETER,
  FAULT_SYNTAX,
  fault,
  frameCount,
  here,
  inBackquotes,
  KIND_ARITHMETIC,
  KIND_BACKQUOTE,
  KIND_DOCUMENT,
  KIND_DOUBLE,
  KIND_PARAMETER,
  KIND_PROCESS,
  KIND_SUBSTITUTION,
  limit,
  list,
  makeOpaque,
  moveTo,
  peek,
  popFrame,
  pushFrame,
  top,
} from "./shell-frames";
import { openDouble, takeAnsi, takeBackslash, takeSingle, wantMore } from "./shell-quotes";
import {
  assignUnknown,
  forgetValues,
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
  dropWord,
  isMuted,
  isNameByte,
  mute,
  partBytes,
  restoreWord,
  saveWord,
  startWord,
  unmute,
  WORD_PROCESS,
  WORD_RAW,
} from "./shell-words";
import { WORD_EXPANDS } from "./words";

/** `(pwd)` and `` pwd` ``. */
const PWD_LIST: usize = memory.data<u8>([0x28, 0x70, 0x77, 0x64, 0x29]);
const PWD_BACKQUOTED: usize = memory.data<u8>([0x70, 0x77, 0x64, 0x60]);
const PWD: usize = memory.data<u8>([0x50, 0x57, 0x44]);
const IFS: usize = memory.data<u8>([0x49, 0x46, 0x53]);

/** Appends an expansion as it is written. */
function appendRaw(from: usize, end: usize, bits: u32): void {
  startWord();
  addBits(bits | WORD_RAW);
  append(from, <u32>(end - from));
  moveTo(end);
}

/** Opens a list of commands inside a word. */
export function openList(kind: i32, opening: usize): void {
  startWord();
  const quoted = top().inQuotes;
  const frame = pushFrame(kind, here());
  if (frame == null) return;
  frame.alone = quoted;
  frame.firstGroup = nextGroup();
  saveWord(frame);
  openDirectory(frame);
  beginPipeline(frame);
  moveTo(here() + opening);
}

/** Behind its closing byte: the word around goes on. */
export function closeList(): void {
  const frame = top();
  closeDocuments(frame, frameCount() - 1);
  restoreWord(frame);
  restoreOpenDirectory(frame);
  popFrame();
  joinSince(list(), frame.firstGroup);
  appendRaw(frame.openAt, here(), WORD_EXPANDS);
}

/** True where `.` may stand for the current directory: the word begins here and a segment ends `size` bytes on. */
function isWholeSegment(size: usize): bool {
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

function takePwd(size: usize): void {
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

const DOLLAR: u32 = 0x24;

/** Uses a parameter that stands from here to `end` in the text. */
function useParameter(at: usize, bytes: u32, end: usize): void {
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

/** Anything that begins with a `$`. */
export function takeDollar(): void {
  const next = peek(1);
  const quoted = top().inQuotes;
  if (next == 0x28) {
    if (peek(2) == 0x28) openArithmetic(false);
    else if (limit() - here() >= 6 && equal(here() + 1, PWD_LIST, 5) && isWholeSegment(6)) takePwd(6);
    else openList(KIND_SUBSTITUTION, 2);
  } else if (next == 0x7b) {
    openParameter();
  } else if (next == 0x5b) {
    fault(FAULT_SYNTAX);
  } else if (next == 0x27 && !quoted) {
    takeAnsi();
  } else if (next == 0x22 && !quoted) {
    wantMore();
    moveTo(here() + 1);
    openDouble();
  } else if (isLetter(next) || next == 0x5f) {
    let end = here() + 2;
    while (end < limit() && isNameByte(load<u8>(end))) end++;
    if (dialect() == DIALECT_ZSH && !quoted && end < limit() && load<u8>(end) == 0x5b) fault(FAULT_DIALECT);
    if (end + 1 < limit() && load<u16>(end) == 0x0a5c) fault(FAULT_CONTINUATION);
    useParameter(here() + 1, <u32>(end - here() - 1), end);
  } else if (isDigit(next) || isSpecial(next)) {
    appendRaw(here(), here() + 2, WORD_EXPANDS);
  } else {
    append(here(), 1);
    moveTo(here() + 1);
  }
}

/** `@ * # ? $ ! -`. */
function isSpecial(byte: u32): bool {
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
function openParameter(): void {
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

/** A backquote outside single quotes: it opens a substitution, or closes the one that the place is in. */
export function takeBackquote(): void {
  if (inBackquotes()) {
    fault(FAULT_ESCAPE);
    return;
  }
  if (limit() - here() >= 5 && equal(here() + 1, PWD_BACKQUOTED, 4) && isWholeSegment(5)) takePwd(5);
  else openList(KIND_BACKQUOTE, 1);
}

/** `<(` or `>(`. */
export function openProcess(): void {
  wantMore();
  if (partBytes() == 0) addBits(WORD_PROCESS);
  openList(KIND_PROCESS, 2);
}

/** `$((`, or `((` where `alone`. */
export function openArithmetic(alone: bool): void {
  if (!alone) startWord();
  const frame = pushFrame(KIND_ARITHMETIC, here());
  if (frame == null) return;
  frame.alone = alone;
  frame.inQuotes = true;
  mute();
  moveTo(here() + (alone ? 2 : 3));
}

/** One step inside arithmetic. True when it was a command and ended. */
export function stepArithmetic(): bool {
  const byte = peek(0);
  const frame = top();
  if (byte == 0x29) {
    if (frame.depth > 0) {
      frame.depth--;
    } else if (peek(1) != 0x29) {
      fault(FAULT_ARITHMETIC);
    } else {
      const alone = frame.alone;
      const openAt = frame.openAt;
      popFrame();
      unmute();
      if (!alone) appendRaw(openAt, here() + 2, WORD_EXPANDS);
      else {
        dropWord();
        moveTo(here() + 2);
      }
      return alone;
    }
  } else if (byte == 0x28) frame.depth++;
  else if (byte == 0x22) {
    openDouble();
    return false;
  } else if (byte == DOLLAR) {
    takeDollar();
    return false;
  } else if (byte == 0x60) {
    takeBackquote();
    return false;
  } else if (byte == 0x5c || byte == 0x27) fault(FAULT_ARITHMETIC);
  else if (byte == 0x3d || ((byte == 0x2b || byte == 0x2d) && peek(1) == byte)) forgetValues();
  moveTo(here() + 1);
  return false;
}
