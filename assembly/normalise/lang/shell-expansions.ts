/**
 * What begins with a `$` or a backquote, and process substitutions (docs/format/shell.md, parameters and substitutions).
 */
import { equal } from "../../base/bytes";
import { isDigit, isLetter } from "../../base/text";
import { DIALECT_ZSH } from "../../gen/codes";
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
  FAULT_SYNTAX,
  fault,
  frameCount,
  here,
  inBackquotes,
  KIND_ARITHMETIC,
  KIND_BACKQUOTE,
  KIND_PROCESS,
  KIND_SUBSTITUTION,
  limit,
  list,
  moveTo,
  peek,
  popFrame,
  pushFrame,
  top,
} from "./shell-frames";
import {
  appendRaw,
  isSpecial,
  isWholeSegment,
  openParameter,
  takePwd,
  useParameter,
} from "./shell-parameters";
import { openDouble, takeAnsi, wantMore } from "./shell-quotes";
import { forgetValues } from "./shell-variables";
import {
  addBits,
  append,
  dropWord,
  isNameByte,
  mute,
  partBytes,
  restoreWord,
  saveWord,
  startWord,
  unmute,
  WORD_PROCESS,
} from "./shell-words";
import { WORD_EXPANDS } from "./words";

/** `(pwd)` and `` pwd` ``. */
const PWD_LIST: usize = memory.data<u8>([0x28, 0x70, 0x77, 0x64, 0x29]);
const PWD_BACKQUOTED: usize = memory.data<u8>([0x70, 0x77, 0x64, 0x60]);

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

const DOLLAR: u32 = 0x24;

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
