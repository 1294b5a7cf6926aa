/**
 * Takes a shell text apart, in one pass from left to right (docs/format/shell.md): which commands it runs, which files it
 * opens, between which of them data flows. What is not understood makes it opaque.
 */
import { HOST_KEY_DIALECT, WORD_HOST_KEY } from "../../gen/words";
import { ABSENT, choiceUnder, hostFact } from "../../request/view";
import { draftOpaque } from "../drafts";
import { Nested } from "../nested";
import { beginCommands, beginPipeline } from "./shell-commands";
import { endAlone, endList, STAGE_COUNTED } from "./shell-compounds";
import { beginDirectory, openDirectory } from "./shell-directory";
import {
  beginDocuments,
  closeDocument,
  endDocuments,
  isPastDocuments,
  stepDocument,
} from "./shell-documents";
import { closeList, stepArithmetic, takeBackquote, takeDollar } from "./shell-expansions";
import { beginFlows, joinText, nextGroup } from "./shell-flows";
import {
  beginFrames,
  FAULT_ARITHMETIC,
  FAULT_BYTE,
  FAULT_DOCUMENT,
  FAULT_OPEN,
  FAULT_SYNTAX,
  fault,
  here,
  isFaulted,
  isListKind,
  isOpaque,
  KIND_ARITHMETIC,
  KIND_ARRAY,
  KIND_BACKQUOTE,
  KIND_DOCUMENT,
  KIND_DOUBLE,
  KIND_PARAMETER,
  KIND_TEST,
  KIND_TEXT,
  limit,
  list,
  makeOpaque,
  moveTo,
  peek,
  popFrame,
  pushFrame,
  top,
} from "./shell-frames";
import { endWord, skipComment, takePiece } from "./shell-lexer";
import { takeOperatorByte } from "./shell-operators";
import { stepParameter } from "./shell-parameters";
import { hasControl, takeQuotedBackslash } from "./shell-quotes";
import { beginRedirections } from "./shell-redirections";
import { beginVariables } from "./shell-variables";
import {
  append,
  beginWords,
  dropWord,
  hidesCommand,
  isNameByte,
  isPlain,
  isWordOn,
  partAt,
  partBytes,
  wordBits,
} from "./shell-words";

const NEWLINE: u32 = 0x0a;
const BACKQUOTE: u32 = 0x60;

/** Takes one text apart; its parts are drafts, and its commands go to the table of commands. */
export function takeShell(text: Nested): void {
  takeShellAs(text, statedDialect());
}

/** The same as a shell of this dialect reads it; -1 where nobody says which. */
export function takeShellAs(text: Nested, dialect: i32): void {
  beginFrames(text.at, text.bytes, dialect);
  beginWords();
  beginFlows(text);
  beginVariables();
  beginDirectory(text);
  beginDocuments();
  beginCommands(text);
  beginRedirections(text.marks);
  const frame = pushFrame(KIND_TEXT, text.at);
  if (frame != null) {
    openDirectory(frame);
    beginPipeline(frame);
  }
  if (hasControl(text.at, text.at + text.bytes)) fault(FAULT_BYTE);
  while (!isFaulted()) {
    if (isPastDocuments()) fault(FAULT_DOCUMENT);
    else if (here() < limit()) step();
    else if (top().kind == KIND_DOCUMENT) closeDocument();
    else if (isListKind(top().kind) && isWordOn()) endWord();
    else if (top().kind == KIND_TEST && endsTest()) closeTest();
    else {
      endText();
      break;
    }
  }
  if (isFaulted()) joinText(text.group);
  if (isOpaque()) draftOpaque(text);
}

function statedDialect(): i32 {
  return hostFact(HOST_KEY_DIALECT) == ABSENT ? -1 : choiceUnder(WORD_HOST_KEY + HOST_KEY_DIALECT);
}

function endText(): void {
  const frame = top();
  if (frame.kind != KIND_TEXT) {
    fault(FAULT_OPEN);
    return;
  }
  if (frame.namesFunction) fault(FAULT_SYNTAX);
  else endList(frame, true);
  endDocuments();
}

function step(): void {
  const kind = top().kind;
  if (isListKind(kind)) stepList();
  else if (kind == KIND_DOUBLE) stepDouble();
  else if (kind == KIND_PARAMETER) stepParameter();
  else if (kind == KIND_ARITHMETIC) {
    if (stepArithmetic() && list().stage != STAGE_COUNTED) endAlone(list(), nextGroup());
  } else if (kind == KIND_DOCUMENT) stepDocument();
  else stepWords(kind);
}

function stepDouble(): void {
  const byte = peek(0);
  if (byte == 0x22) {
    popFrame();
    moveTo(here() + 1);
  } else if (byte == 0x24) takeDollar();
  else if (byte == BACKQUOTE) takeBackquote();
  else if (byte == 0x5c) takeQuotedBackslash(false);
  else {
    let at = here() + 1;
    while (at < limit() && isPlainInDouble(load<u8>(at))) at++;
    append(here(), <u32>(at - here()));
    moveTo(at);
  }
}

function isPlainInDouble(byte: u32): bool {
  return byte != 0x22 && byte != 0x24 && byte != BACKQUOTE && byte != 0x5c;
}

/** A step in a list of commands. */
function stepList(): void {
  const byte = peek(0);
  if (byte == BACKQUOTE && top().kind == KIND_BACKQUOTE) {
    closeBackquote();
    return;
  }
  if (takePiece(byte)) return;
  if (byte == 0x20 || byte == 0x09) {
    // A word that ends may lead elsewhere, as into the body of a here-document.
    if (isWordOn()) endWord();
    else moveTo(here() + 1);
  } else if (byte == 0x23) skipComment();
  else takeOperatorByte(byte);
}

function closeBackquote(): void {
  if (isWordOn()) {
    endWord();
    return;
  }
  if (top().namesFunction) {
    fault(FAULT_SYNTAX);
    return;
  }
  endList(top(), true);
  moveTo(here() + 1);
  closeList();
}

/** A step in the words of an array or of `[[`. */
function stepWords(kind: i32): void {
  const byte = peek(0);
  // Shells read up to the `]`, over blanks, signs of comments and line ends.
  if (kind == KIND_ARRAY && byte == 0x5b && !isWordOn() && !isIndex()) {
    fault(FAULT_SYNTAX);
    return;
  }
  if (takePiece(byte)) return;
  if (byte == 0x20 || byte == 0x09 || byte == NEWLINE) {
    if (kind == KIND_TEST && endsTest()) {
      closeTest();
      return;
    }
    if (kind == KIND_TEST && hidesCommand(wordBits(), partAt(), partBytes())) makeOpaque(FAULT_ARITHMETIC);
    dropWord();
    moveTo(here() + 1);
  } else if (kind == KIND_ARRAY) stepArray(byte);
  else if (byte == 0x23) fault(FAULT_SYNTAX);
  else if (endsTest()) closeTest();
  else {
    append(here(), 1);
    moveTo(here() + 1);
  }
}

/** `[name]=` or `[name]+=` here, the name being letters, digits and `_`. */
function isIndex(): bool {
  let ahead: usize = 1;
  while (isNameByte(peek(ahead))) ahead++;
  if (ahead == 1 || peek(ahead) != 0x5d) return false;
  ahead++;
  if (peek(ahead) == 0x2b) ahead++;
  return peek(ahead) == 0x3d;
}

function stepArray(byte: u32): void {
  if (byte == 0x23) {
    skipComment();
    return;
  }
  if (byte != 0x29) {
    fault(FAULT_SYNTAX);
    return;
  }
  dropWord();
  popFrame();
  moveTo(here() + 1);
  const next = peek(0);
  const isEnd =
    next == 0 ||
    next == 0x20 ||
    next == 0x09 ||
    next == NEWLINE ||
    next == 0x3b ||
    next == 0x26 ||
    next == 0x7c ||
    next == 0x29 ||
    next == BACKQUOTE;
  if (!isEnd) fault(FAULT_SYNTAX);
}

/** The plain word `]]`. */
function endsTest(): bool {
  return isWordOn() && isPlain() && partBytes() == 2 && load<u16>(partAt()) == 0x5d5d;
}

function closeTest(): void {
  dropWord();
  popFrame();
  endAlone(list(), nextGroup());
}
