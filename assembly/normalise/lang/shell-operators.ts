/**
 * What stands between words of the shell: blanks, newlines, `;` and its like, parentheses, and the operators of
 * redirections (docs/format/shell.md, lists, pipelines, commands).
 */
import {
  dropCommand,
  endCommand,
  endPipeline,
  isAssignable,
  isDeclaring,
  nextInPipeline,
  takeWord,
  wordCount,
} from "./shell-commands";
import {
  closeBranch,
  closeCompound,
  defineFunction,
  endList,
  isListStage,
  openBranch,
  openCompound,
  parenthesesBytes,
  STAGE_BRANCH,
  STAGE_CASES,
  STAGE_CONDITION,
  STAGE_COUNTED,
  STAGE_DO,
  STAGE_IN,
  STAGE_MATCHED,
  STAGE_NAME,
  STAGE_OF,
  STAGE_PATTERN,
  STAGE_WORDS,
} from "./shell-compounds";
import { passDocuments } from "./shell-documents";
import { closeList, openArithmetic } from "./shell-expansions";
import {
  FAULT_SYNTAX,
  Frame,
  fault,
  here,
  KIND_ARRAY,
  KIND_PROCESS,
  KIND_SUBSHELL,
  KIND_SUBSTITUTION,
  list,
  moveTo,
  peek,
  pushFrame,
  STATE_AFTER,
  STATE_START,
  STATE_WORDS,
} from "./shell-frames";
import { endWord } from "./shell-lexer";
import { wantMore } from "./shell-quotes";
import { descriptorBefore, takeOperator } from "./shell-redirections";
import { isWordOn, partBytes, valueOffset } from "./shell-words";
import { wordOf } from "./words";

const AND: u32 = 0x26;
const PIPE: u32 = 0x7c;
const SEMICOLON: u32 = 0x3b;
const OPEN: u32 = 0x28;
const MORE: u32 = 0x3e;
const NEWLINE: u32 = 0x0a;

/** A byte that is no part of a word, in a list. */
export function takeOperatorByte(byte: u32): void {
  if (byte == OPEN) {
    takeOpen();
    return;
  }
  if (byte == 0x3c || byte == MORE || (byte == AND && peek(1) == MORE)) {
    takeRedirection();
    return;
  }
  if (isWordOn()) {
    endWord(); // It may lead elsewhere; the byte is looked at again.
    return;
  }
  const around = list();
  if (byte == NEWLINE) takeNewline(around);
  else if (byte == 0x29) takeClose(around);
  else if (!isListStage(around.stage)) takeStageByte(around, byte);
  else if (around.namesFunction) fault(FAULT_SYNTAX);
  else if (byte == AND) {
    if (peek(1) == AND) chain(around, false);
    else separate(around, true);
  } else if (byte == PIPE) takePipe(around);
  else takeSemicolon(around);
}

function takeRedirection(): void {
  const descriptor = descriptorBefore();
  if (isWordOn()) {
    endWord();
    return;
  }
  const around = list();
  if (!isListStage(around.stage) || around.namesFunction) fault(FAULT_SYNTAX);
  else takeOperator(around, descriptor);
}

function takeNewline(list: Frame): void {
  const stage = list.stage;
  if (list.namesFunction || list.redirection != 0) fault(FAULT_SYNTAX);
  else if (stage == STAGE_WORDS) list.stage = STAGE_DO;
  else if (isListStage(stage)) {
    if (list.state != STATE_START) {
      endCommand(list, true);
      endPipeline(list, false);
    }
  } else if (
    stage != STAGE_IN &&
    stage != STAGE_DO &&
    stage != STAGE_COUNTED &&
    stage != STAGE_OF &&
    stage != STAGE_CASES
  ) {
    fault(FAULT_SYNTAX);
  }
  passDocuments();
}

/** `;` between the reserved words of `for`, `|` between the patterns of `case`. */
function takeStageByte(list: Frame, byte: u32): void {
  const stage = list.stage;
  const mayEnd = stage == STAGE_IN || stage == STAGE_WORDS || stage == STAGE_COUNTED;
  if (byte == SEMICOLON && mayEnd) list.stage = STAGE_DO;
  else if (byte == PIPE && stage == STAGE_MATCHED) list.stage = STAGE_PATTERN;
  else fault(FAULT_SYNTAX);
  moveTo(here() + 1);
}

/** `;` or `&`. */
function separate(list: Frame, isBackground: bool): void {
  if (list.state == STATE_START) {
    fault(FAULT_SYNTAX);
    return;
  }
  endCommand(list, !isBackground);
  endPipeline(list, isBackground);
  moveTo(here() + 1);
}

/** `&&` or `||`. */
function chain(list: Frame, isOr: bool): void {
  if (list.state == STATE_START) {
    fault(FAULT_SYNTAX);
    return;
  }
  endCommand(list, true);
  endPipeline(list, false);
  list.conditional = true;
  list.afterOr = isOr;
  list.needs = true;
  moveTo(here() + 2);
}

function takePipe(list: Frame): void {
  if (peek(1) == PIPE) {
    chain(list, true);
    return;
  }
  const isBoth = peek(1) == AND;
  if (isBoth) wantMore();
  nextInPipeline(list);
  moveTo(here() + (isBoth ? 2 : 1));
}

function takeSemicolon(list: Frame): void {
  const next = peek(1);
  if (next != SEMICOLON && next != AND) {
    separate(list, false);
    return;
  }
  if (list.stage != STAGE_BRANCH) {
    fault(FAULT_SYNTAX);
    return;
  }
  const isThrough = next == SEMICOLON && peek(2) == AND;
  if (next == AND || isThrough) wantMore();
  closeBranch(list);
  moveTo(here() + (isThrough ? 3 : 2));
}

function takeClose(list: Frame): void {
  const kind = list.kind;
  if (list.stage == STAGE_MATCHED) {
    openBranch(list);
    moveTo(here() + 1);
  } else if (kind == KIND_SUBSHELL) {
    endList(list, false);
    moveTo(here() + 1);
    closeCompound();
  } else if (kind == KIND_SUBSTITUTION || kind == KIND_PROCESS) {
    endList(list, true);
    moveTo(here() + 1);
    closeList();
  } else {
    fault(FAULT_SYNTAX);
  }
}

/** `(`: an array, a function, arithmetic, a subshell, or before a pattern. */
function takeOpen(): void {
  const isValue = isWordOn() && valueOffset() > 0 && partBytes() == <u32>valueOffset();
  if (isValue && (isAssignable(list()) || isDeclaring(list()))) {
    wantMore();
    takeWord(list(), true);
    pushFrame(KIND_ARRAY, here());
    moveTo(here() + 1);
    return;
  }
  if (isWordOn()) {
    endWord();
    return;
  }
  const around = list();
  const parentheses = parenthesesBytes();
  if (around.stage == STAGE_NAME && peek(1) == OPEN) {
    wantMore();
    around.stage = STAGE_COUNTED;
    openArithmetic(true);
  } else if (around.stage == STAGE_CASES) {
    around.stage = STAGE_PATTERN;
    moveTo(here() + 1);
  } else if (!isListStage(around.stage) || around.state == STATE_AFTER || around.redirection != 0) {
    fault(FAULT_SYNTAX);
  } else if (around.state == STATE_WORDS) {
    takeFunction(around, parentheses);
  } else if (around.namesFunction) {
    fault(FAULT_SYNTAX);
  } else if (around.wantsBody && parentheses > 0 && !around.parenthesesSeen) {
    around.parenthesesSeen = true;
    moveTo(here() + parentheses);
  } else if (peek(1) == OPEN) {
    wantMore();
    openArithmetic(true);
  } else {
    openCompound(around, KIND_SUBSHELL, STAGE_CONDITION);
    moveTo(here() + 1);
  }
}

/** `name ()`. */
function takeFunction(list: Frame, parentheses: usize): void {
  const isOne = wordCount(list) == 1 && list.assignments == 0 && list.redirections == 0;
  const name = wordOf(list.firstWord);
  if (!isOne || parentheses == 0 || name.bits != 0) {
    fault(FAULT_SYNTAX);
    return;
  }
  dropCommand(list);
  defineFunction(list, name.at, name.bytes);
  list.parenthesesSeen = true;
  moveTo(here() + parentheses);
}
