/**
 * Pieces of words as they come, and what becomes of a word when it ends (docs/format/shell.md, words).
 */
import { isDigit, isLetter } from "../../base/text";
import { DIALECT_ZSH } from "../../gen/codes";
import { isAssignable, isDeclaring, takeWord } from "./shell-commands";
import { defineFunction, isListStage, takeReserved, takeStageWord } from "./shell-compounds";
import { openProcess, takeBackquote, takeDollar } from "./shell-expansions";
import {
  dialect,
  FAULT_DIALECT,
  FAULT_SYNTAX,
  fault,
  here,
  inBackquotes,
  isListKind,
  limit,
  list,
  moveTo,
  peek,
  STATE_AFTER,
  STATE_WORDS,
  top,
} from "./shell-frames";
import { judgeHidden, openDouble, takeBackslash, takeSingle } from "./shell-quotes";
import {
  append,
  finishedAt,
  finishedBytes,
  finishWord,
  isPlain,
  isWordOn,
  noteByte,
  noteDots,
  wordBits,
} from "./shell-words";

const NEWLINE: u32 = 0x0a;
const BACKQUOTE: u32 = 0x60;

/** Bytes that mean nothing but themselves. */
function isPlainByte(byte: u32): bool {
  // - / : _ % + @ and ~ ^ !
  return (
    isLetter(byte) ||
    isDigit(byte) ||
    byte == 0x2d ||
    byte == 0x2f ||
    byte == 0x3a ||
    byte == 0x5f ||
    byte == 0x25 ||
    byte == 0x2b ||
    byte == 0x40 ||
    byte == 0x7e ||
    byte == 0x5e ||
    byte == 0x21
  );
}

/** Takes a piece of a word; false at what ends one, and at a comment. */
export function takePiece(byte: u32): bool {
  if (isPlainByte(byte)) {
    let at = here() + 1;
    while (at < limit() && isPlainByte(load<u8>(at))) at++;
    append(here(), <u32>(at - here()));
    moveTo(at);
  } else if (byte == 0x5c) takeBackslash();
  else if (byte == 0x27) takeSingle();
  else if (byte == 0x22) openDouble();
  else if (byte == 0x24) takeDollar();
  else if (byte == BACKQUOTE) takeBackquote();
  else if ((byte == 0x3c || byte == 0x3e) && peek(1) == 0x28) openProcess();
  else if (
    byte == 0x20 ||
    byte == 0x09 ||
    byte == NEWLINE ||
    byte == 0x3b ||
    byte == 0x26 ||
    byte == 0x7c ||
    byte == 0x3c ||
    byte == 0x3e ||
    byte == 0x28 ||
    byte == 0x29 ||
    (byte == 0x23 && !isWordOn())
  )
    return false;
  else takeByte(byte);
  return true;
}

/** An unquoted byte of a word. */
function takeByte(byte: u32): void {
  if (byte >= 0xc2) judgeHidden();
  else if (byte == 0x2e) {
    if (peek(1) == 0x2e) noteDots();
  } else if (byte == 0x3d && !isWordOn() && (dialect() < 0 || dialect() == DIALECT_ZSH)) {
    if (isLetter(peek(1)) || peek(1) == 0x5f) fault(FAULT_DIALECT);
  }
  const around = list();
  const assignable = isListKind(top().kind) && isListStage(around.stage);
  noteByte(byte, assignable && (isAssignable(around) || isDeclaring(around)));
  append(here(), 1);
  moveTo(here() + 1);
}

/** From a `#` to the end of its line. */
export function skipComment(): void {
  let at = here();
  while (at < limit()) {
    const byte = <u32>load<u8>(at);
    if (byte == NEWLINE || (byte == BACKQUOTE && inBackquotes())) break;
    at++;
  }
  moveTo(at);
}

/** Ends the word that is being read in a list, if any. */
export function endWord(): void {
  if (!isWordOn()) return;
  const around = list();
  const bits = wordBits();
  const plain = isPlain();
  if (!isListStage(around.stage)) {
    finishWord();
    takeStageWord(around, bits);
  } else if (around.redirection != 0 || around.state == STATE_WORDS) {
    takeWord(around, false);
  } else if (around.namesFunction) {
    finishWord();
    if (plain) defineFunction(around, finishedAt(), finishedBytes());
    else fault(FAULT_SYNTAX);
  } else if (!plain || !takeReserved(around)) {
    if (around.state == STATE_AFTER || around.wantsBody) fault(FAULT_SYNTAX);
    else takeWord(around, false);
  }
}
