/**
 * Compound commands of the shell and the reserved words that open, divide and close them (docs/format/shell.md, lists,
 * pipelines, commands).
 */
import { NAMESPACE_COMMAND } from "../../gen/codes";
import {
  SHELL_KEYWORD_CASE,
  SHELL_KEYWORD_COUNT,
  SHELL_KEYWORD_DO,
  SHELL_KEYWORD_DONE,
  SHELL_KEYWORD_ELIF,
  SHELL_KEYWORD_ELSE,
  SHELL_KEYWORD_ESAC,
  SHELL_KEYWORD_FI,
  SHELL_KEYWORD_FOR,
  SHELL_KEYWORD_FUNCTION,
  SHELL_KEYWORD_IF,
  SHELL_KEYWORD_IN,
  SHELL_KEYWORD_SELECT,
  SHELL_KEYWORD_THEN,
  SHELL_KEYWORD_TIME,
  SHELL_KEYWORD_UNTIL,
  SHELL_KEYWORD_WHILE,
  WORD_SHELL_KEYWORD,
  WORD_SHELL_VARIABLE,
} from "../../gen/words";
import { holds } from "../../policy/view";
import { beginPipeline, endCommand, endPipeline } from "./shell-commands";
import {
  beginPipelineDirectory,
  doubtDirectorySince,
  doubtFunction,
  openDirectory,
  restoreOpenDirectory,
} from "./shell-directory";
import { closeDocuments } from "./shell-documents";
import { joinSince, nextGroup } from "./shell-flows";
import {
  FAULT_FUNCTION,
  FAULT_SYNTAX,
  Frame,
  fault,
  frameCount,
  here,
  KIND_BRACE,
  KIND_CASE,
  KIND_IF,
  KIND_LOOP,
  KIND_SUBSHELL,
  KIND_TEST,
  list,
  makeOpaque,
  moveTo,
  peek,
  popFrame,
  pushFrame,
  STATE_AFTER,
  STATE_START,
  top,
} from "./shell-frames";
import { wantMore } from "./shell-quotes";
import { suspectFile } from "./shell-redirections";
import { assignUnknown, forgetForGood, isWordOf, judgeName, positionOf } from "./shell-variables";
import { dropWord, finishedAt, finishedBytes, isName, isNameByte, partAt, partBytes } from "./shell-words";

/** A list is next: of `if` the condition, then what follows `then`, then `else`; of a loop the condition, the body. */
export const STAGE_CONDITION: i32 = 0;
export const STAGE_BODY: i32 = 1;
export const STAGE_ELSE: i32 = 2;
// What stands before the body of `for`: its name, `in`, words, `do`; behind `((…))` also a `;`.
export const STAGE_NAME: i32 = 10;
export const STAGE_IN: i32 = 11;
export const STAGE_WORDS: i32 = 12;
export const STAGE_DO: i32 = 13;
export const STAGE_COUNTED: i32 = 14;
// Of `case`: its word, `in`, a pattern or the end, what follows a pattern, another pattern, a branch.
export const STAGE_SUBJECT: i32 = 20;
export const STAGE_OF: i32 = 21;
export const STAGE_CASES: i32 = 22;
export const STAGE_MATCHED: i32 = 23;
export const STAGE_PATTERN: i32 = 24;
export const STAGE_BRANCH: i32 = 25;

/** True where a list is read, false between the reserved words of `for` and `case`. */
export function isListStage(stage: i32): bool {
  return stage < STAGE_NAME || stage == STAGE_BRANCH;
}

/** Opens a compound command. */
export function openCompound(around: Frame, kind: i32, stage: i32): void {
  const isFunction = around.wantsBody;
  around.wantsBody = false;
  const frame = pushFrame(kind, here());
  if (frame == null) return;
  frame.stage = stage;
  frame.isFunction = isFunction;
  frame.firstGroup = nextGroup();
  openDirectory(frame);
  beginPipeline(frame);
}

/** Its closing word or byte has been read: the list around goes on behind it. */
export function closeCompound(): void {
  const frame = top();
  if (frame.kind == KIND_SUBSHELL) restoreOpenDirectory(frame);
  else if (frame.kind != KIND_BRACE) doubtDirectorySince(frame.openChanges);
  if (frame.isFunction) doubtFunction(frame);
  closeDocuments(frame, frameCount() - 1);
  popFrame();
  endAlone(list(), frame.firstGroup);
}

/** The list stands behind a compound command. */
export function endAlone(list: Frame, firstGroup: i32): void {
  list.wantsBody = false;
  list.state = STATE_AFTER;
  list.compoundGroup = firstGroup;
  if (list.piped > 0) joinSince(list, firstGroup);
}

/** Ends what a list holds, before its closing word or byte. */
export function endList(list: Frame, mayBeEmpty: bool): void {
  endCommand(list, false);
  if (list.needs || (list.commands == 0 && !mayBeEmpty)) fault(FAULT_SYNTAX);
  endPipeline(list, false);
  list.commands = 0;
}

/** The next list of the same compound. */
function nextList(list: Frame, stage: i32): void {
  endList(list, false);
  list.stage = stage;
}

function keywordOf(at: usize, bytes: u32): i32 {
  return positionOf(WORD_SHELL_KEYWORD, SHELL_KEYWORD_COUNT, at, bytes);
}

function isByte(byte: u32): bool {
  return partBytes() == 1 && <u32>load<u8>(partAt()) == byte;
}

/** Takes a word between the reserved words of `for` and `case`. */
export function takeStageWord(list: Frame, bits: u32): void {
  const isPlain = bits == 0;
  const keyword = isPlain ? keywordOf(finishedAt(), finishedBytes()) : -1;
  const stage = list.stage;
  if (stage == STAGE_NAME) {
    if (!isPlain || !isName(finishedAt(), finishedBytes())) {
      fault(FAULT_SYNTAX);
      return;
    }
    list.nameAt = finishedAt();
    list.nameBytes = finishedBytes();
    judgeName(list.nameAt, list.nameBytes);
    assignUnknown(list.nameAt, list.nameBytes, false);
    list.stage = STAGE_IN;
  } else if (stage == STAGE_IN && keyword == SHELL_KEYWORD_IN) list.stage = STAGE_WORDS;
  else if (stage >= STAGE_IN && stage <= STAGE_COUNTED) {
    if (stage == STAGE_WORDS) {
      suspectFile(finishedAt(), finishedBytes(), bits);
      return;
    }
    if (keyword != SHELL_KEYWORD_DO) {
      fault(FAULT_SYNTAX);
      return;
    }
    if (list.group >= 0 && list.nameBytes > 0) assignUnknown(list.nameAt, list.nameBytes, true);
    list.stage = STAGE_BODY;
    beginPipeline(list);
  } else if (stage == STAGE_SUBJECT) list.stage = STAGE_OF;
  else if (stage == STAGE_OF && keyword == SHELL_KEYWORD_IN) {
    list.stage = STAGE_CASES;
    beginPipeline(list);
  } else if (stage == STAGE_CASES && keyword == SHELL_KEYWORD_ESAC) closeCompound();
  else if (stage == STAGE_CASES || stage == STAGE_PATTERN) list.stage = STAGE_MATCHED;
  else fault(FAULT_SYNTAX);
}

/** Behind the `)` of a pattern. */
export function openBranch(list: Frame): void {
  list.stage = STAGE_BRANCH;
  list.commands = 0;
  beginPipeline(list);
}

/** Another branch begins: what the ones before it did may not have been done. */
function doubtBranches(list: Frame): void {
  doubtDirectorySince(list.openChanges);
  beginPipelineDirectory(list);
}

/** `;;` and its like. */
export function closeBranch(list: Frame): void {
  endList(list, true);
  doubtBranches(list);
  list.stage = STAGE_CASES;
}

/** True where the plain word that is being read is a reserved word here, and then does what it says. */
export function takeReserved(list: Frame): bool {
  if (!list.wantsBody && takeClosing(list)) return true;
  return list.state == STATE_START && takeOpening(list);
}

function takeClosing(list: Frame): bool {
  if (isByte(0x7d)) {
    dropWord();
    if (list.kind != KIND_BRACE) fault(FAULT_SYNTAX);
    else closeWith(list, false);
    return true;
  }
  const keyword = keywordOf(partAt(), partBytes());
  const isElse = keyword == SHELL_KEYWORD_ELSE;
  if (
    keyword == SHELL_KEYWORD_THEN ||
    keyword == SHELL_KEYWORD_ELIF ||
    isElse ||
    keyword == SHELL_KEYWORD_FI
  ) {
    dropWord();
    const wanted = keyword == SHELL_KEYWORD_THEN ? STAGE_CONDITION : STAGE_BODY;
    const isFine = list.stage == wanted || (keyword == SHELL_KEYWORD_FI && list.stage == STAGE_ELSE);
    if (list.kind != KIND_IF || !isFine) fault(FAULT_SYNTAX);
    else if (keyword == SHELL_KEYWORD_FI) closeWith(list, false);
    else {
      nextList(list, keyword == SHELL_KEYWORD_THEN ? STAGE_BODY : isElse ? STAGE_ELSE : STAGE_CONDITION);
      if (keyword != SHELL_KEYWORD_THEN) doubtBranches(list);
    }
    return true;
  }
  if (keyword == SHELL_KEYWORD_DO || keyword == SHELL_KEYWORD_DONE) {
    dropWord();
    const wanted = keyword == SHELL_KEYWORD_DO ? STAGE_CONDITION : STAGE_BODY;
    if (list.kind != KIND_LOOP || list.stage != wanted) fault(FAULT_SYNTAX);
    else if (keyword == SHELL_KEYWORD_DO) nextList(list, STAGE_BODY);
    else closeWith(list, false);
    return true;
  }
  if (keyword != SHELL_KEYWORD_ESAC) return false;
  dropWord();
  if (list.kind != KIND_CASE) fault(FAULT_SYNTAX);
  else closeWith(list, true);
  return true;
}

function closeWith(list: Frame, mayBeEmpty: bool): void {
  endList(list, mayBeEmpty);
  closeCompound();
}

function takeOpening(list: Frame): bool {
  if (isByte(0x7b)) {
    dropWord();
    openCompound(list, KIND_BRACE, STAGE_CONDITION);
    return true;
  }
  if (isByte(0x21)) {
    dropWord();
    passOver(list);
    return true;
  }
  if (partBytes() == 2 && load<u16>(partAt()) == 0x5b5b) {
    dropWord();
    wantMore();
    pushFrame(KIND_TEST, here());
    return true;
  }
  const keyword = keywordOf(partAt(), partBytes());
  if (keyword < 0 || keyword == SHELL_KEYWORD_IN) return false;
  if (keyword == SHELL_KEYWORD_TIME) return list.piped == 0 && takeTime(list);
  dropWord();
  if (keyword == SHELL_KEYWORD_IF) openCompound(list, KIND_IF, STAGE_CONDITION);
  else if (keyword == SHELL_KEYWORD_WHILE || keyword == SHELL_KEYWORD_UNTIL) {
    openCompound(list, KIND_LOOP, STAGE_CONDITION);
  } else if (keyword == SHELL_KEYWORD_FOR || keyword == SHELL_KEYWORD_SELECT) {
    if (keyword == SHELL_KEYWORD_SELECT) wantMore();
    openCompound(list, KIND_LOOP, STAGE_NAME);
  } else if (keyword == SHELL_KEYWORD_CASE) openCompound(list, KIND_CASE, STAGE_SUBJECT);
  else if (keyword == SHELL_KEYWORD_FUNCTION && !list.wantsBody) {
    wantMore();
    list.namesFunction = true;
  } else fault(FAULT_SYNTAX);
  return true;
}

/** A word that stands before a command and changes nothing of it. */
function passOver(list: Frame): void {
  if (list.wantsBody || list.piped > 0) fault(FAULT_SYNTAX);
  list.needs = true;
}

function takeTime(list: Frame): bool {
  let ahead: usize = 0;
  while (peek(ahead) == 0x20 || peek(ahead) == 0x09) ahead++;
  if (peek(ahead) == 0x2d) {
    const next = peek(ahead + 2);
    if (peek(ahead + 1) != 0x70 || (next != 0x20 && next != 0x09)) return false;
    moveTo(here() + ahead + 2);
  }
  dropWord();
  passOver(list);
  return true;
}

/** A function gets a name, and its body is next. */
export function defineFunction(list: Frame, at: usize, bytes: u32): void {
  list.namesFunction = false;
  list.parenthesesSeen = false;
  for (let done: u32 = 0; done < bytes; done++) {
    const byte = load<u8>(at + done);
    if (!isNameByte(byte) && byte != 0x2d && byte != 0x2e && byte != 0x3a) fault(FAULT_FUNCTION);
  }
  // All words of the shell but the names of variables and what follows them.
  const isTaken = isWordOf(WORD_SHELL_KEYWORD, WORD_SHELL_VARIABLE - WORD_SHELL_KEYWORD, at, bytes);
  if (isTaken || holds(NAMESPACE_COMMAND, at, bytes)) makeOpaque(FAULT_FUNCTION);
  forgetForGood();
  list.wantsBody = true;
  list.state = STATE_START;
}

/** The blanks and bytes of `( )` from here on, or 0 where that is not what stands here. */
export function parenthesesBytes(): usize {
  let ahead: usize = 1;
  if (peek(0) != 0x28) return 0;
  while (peek(ahead) == 0x20 || peek(ahead) == 0x09) ahead++;
  return peek(ahead) == 0x29 ? ahead + 1 : 0;
}
