/**
 * Simple commands and the pipelines they stand in: words are gathered, and a command runs when it ends
 * (docs/format/shell.md, lists, pipelines, commands).
 */

import { equal, indexOf } from "../../base/bytes";
import { DIALECT_BASH, DIALECT_ZSH } from "../../gen/codes";
import { WORDS_MAX } from "../../gen/limits";
import { SHELL_NAMING_READ, WORD_SHELL_NAMING } from "../../gen/words";
import { Nested } from "../nested";
import { runCommand } from "./command";
import { effectiveWord, evaluates, isDeclare, judgeChanges } from "./shell-changes";
import {
  beginPipelineDirectory,
  currentDirectoryAt,
  currentDirectoryBytes,
  directoryMarks,
  doubtDirectorySince,
  noteEvent,
  restorePipelineDirectory,
} from "./shell-directory";
import { groupOfPipeline, joinSince, noteFile } from "./shell-flows";
import {
  dialect,
  FAULT_ARITHMETIC,
  FAULT_COMMAND,
  FAULT_IFS,
  FAULT_SYNTAX,
  FAULT_WORDS,
  Frame,
  fault,
  inTextList,
  makeOpaque,
  STATE_AFTER,
  STATE_START,
  STATE_WORDS,
} from "./shell-frames";
import { suspectFile, takeTarget } from "./shell-redirections";
import { isCalled, keepsSaid } from "./shell-said";
import {
  addPending,
  assignUnknown,
  dropPending,
  judgeName,
  keepPending,
  pendingCount,
} from "./shell-variables";
import {
  assignedNameBytes,
  finishedAt,
  finishedBytes,
  finishWord,
  hidesCommand,
  isPlainAssignment,
  knownBits,
  valueOffset,
  wordBits,
} from "./shell-words";
import { INPUT_NONE, INPUT_PIPE, INPUT_TEXT, Surroundings, WORD_EXPANDS, WORD_GLOBS, wordOf } from "./words";

/** Nothing was said about the input of the command. */
export const INPUT_UNSAID: i32 = -1;

const IFS: usize = memory.data<u8>([0x49, 0x46, 0x53]);
const AROUND: usize = memory.data(64, 8);

let words: i32 = 0;
let textMarks: u32 = 0;
let depth: i32 = 0;
/** `exec` may have put something in the place of the standard input. */
let inputLost: bool = false;

export function beginCommands(text: Nested): void {
  assert(offsetof<Surroundings>() <= 64);
  words = 0;
  textMarks = text.marks;
  depth = text.depth;
  inputLost = false;
}

function around(): Surroundings {
  return changetype<Surroundings>(AROUND);
}

/** Gets a list ready for its next command. */
export function beginCommand(list: Frame): void {
  list.state = STATE_START;
  list.firstWord = words;
  list.assignments = 0;
  list.firstAssignment = pendingCount();
  list.redirections = 0;
  list.redirection = 0;
  list.bothSeen = false;
  list.splits = false;
  list.input = INPUT_UNSAID;
  list.descriptor = 0;
}

/** Gets a list ready for its next pipeline. */
export function beginPipeline(list: Frame): void {
  list.group = -1;
  list.piped = 0;
  list.pipeInput = INPUT_PIPE;
  beginPipelineDirectory(list);
  beginCommand(list);
}

/** Words of the simple command so far. */
export function wordCount(list: Frame): i32 {
  return words - list.firstWord;
}

/** True while a word may still be an assignment. */
export function isAssignable(list: Frame): bool {
  return words == list.firstWord && list.redirection == 0 && list.state != STATE_AFTER;
}

/** True for `export` and the like as the first word. */
export function isDeclaring(list: Frame): bool {
  return wordCount(list) > 0 && isDeclare(wordOf(list.firstWord));
}

/** Ends a word of a simple command: a target, an assignment or one more word. */
export function takeWord(list: Frame, isArray: bool): void {
  const bits = wordBits();
  const value = isAssignable(list) ? valueOffset() : 0;
  const nameBytes = <u32>assignedNameBytes();
  const isPlain = isPlainAssignment() && !isArray;
  finishWord();
  if (list.redirection != 0) {
    takeTarget(list, bits);
    return;
  }
  list.state = STATE_WORDS;
  if (list.bothSeen && dialect() != DIALECT_BASH && dialect() != DIALECT_ZSH) fault(FAULT_SYNTAX);
  if (value > 0) takeAssignment(list, nameBytes, <u32>value, bits, isPlain, isArray);
  else addWord(list, bits);
}

function addWord(list: Frame, bits: u32): void {
  if (words == WORDS_MAX) {
    fault(FAULT_WORDS);
    return;
  }
  if (hidesCommand(bits, finishedAt(), finishedBytes()) && evaluates(list.firstWord, words)) {
    makeOpaque(FAULT_ARITHMETIC);
  }
  const word = wordOf(words++);
  word.at = finishedAt();
  word.bytes = finishedBytes();
  word.bits = knownBits(bits);
}

function takeAssignment(
  list: Frame,
  nameBytes: u32,
  value: u32,
  bits: u32,
  isPlain: bool,
  isArray: bool,
): void {
  const at = finishedAt();
  const valueAt = at + value;
  const valueBytes = finishedBytes() - value;
  if (nameBytes == 3 && isPlain && equal(at, IFS, 3)) list.splits = true;
  else judgeName(at, nameBytes);
  if (hidesCommand(bits, valueAt, valueBytes)) makeOpaque(FAULT_ARITHMETIC);
  if (!isArray) suspectFile(valueAt, valueBytes, bits);
  const expands = (bits & WORD_EXPANDS) != 0;
  assignUnknown(at, nameBytes, expands || isArray);
  list.assignments++;
  if (isPlain && !expands) addPending(at, nameBytes, valueAt, valueBytes);
}

/** Where the input of a command comes from when it does not say. */
function inputUnsaid(list: Frame): i32 {
  if (list.piped > 0) return list.pipeInput;
  return inTextList() && depth == 0 && !inputLost ? INPUT_NONE : INPUT_PIPE;
}

/** Tells the table of commands about the words of a command. */
function run(list: Frame): void {
  const first = list.firstWord;
  const command = wordOf(first);
  const group = groupOfPipeline(list);
  if (command.bits & (WORD_EXPANDS | WORD_GLOBS)) {
    makeOpaque(FAULT_COMMAND);
    return;
  }
  for (let position = first; position < words; position++) {
    const word = wordOf(position);
    if (position == first && indexOf(word.at, word.bytes, 0x2f) < 0) continue;
    noteFile(word.at, word.bytes, word.bits, group, false);
  }
  const here = around();
  here.marks = textMarks | directoryMarks();
  here.group = list.group;
  here.depth = depth;
  here.directoryAt = currentDirectoryAt();
  here.directoryBytes = currentDirectoryBytes();
  here.input = list.input == INPUT_UNSAID ? inputUnsaid(list) : list.input;
  const isPiped = list.input == INPUT_UNSAID && list.piped > 0;
  const hasText = here.input == INPUT_TEXT;
  here.inputAt = hasText ? (isPiped ? list.pipeAt : list.inputAt) : 0;
  here.inputBytes = hasText ? (isPiped ? list.pipeBytes : list.inputBytes) : 0;
  const effective = effectiveWord(first, words);
  judgeChanges(effective, words);
  if (effective == words) inputLost = true;
  runCommand(first, words - first, here);
  noteEvent();
}

/** Forgets the words of the command: they were the name of a function. */
export function dropCommand(list: Frame): void {
  words = list.firstWord;
}

/** Ends the command that a list is at, if any. `isSure`: it runs in this very shell and always. */
export function endCommand(list: Frame, isSure: bool): void {
  if (list.redirection != 0 || list.wantsBody) {
    fault(FAULT_SYNTAX);
    return;
  }
  if (
    list.splits &&
    (words == list.firstWord || !isCalled(wordOf(list.firstWord), WORD_SHELL_NAMING + SHELL_NAMING_READ))
  ) {
    makeOpaque(FAULT_IFS);
  }
  if (list.state == STATE_WORDS) {
    if (words > list.firstWord) run(list);
    else if (isSure && list.redirections == 0 && list.piped == 0 && !list.conditional && inTextList()) {
      keepPending(list.firstAssignment);
    }
  }
  if (list.state != STATE_START) {
    list.commands++;
    list.needs = false;
  }
  words = list.firstWord;
  dropPending(list.firstAssignment);
}

/** Ends the pipeline that a list is at. */
export function endPipeline(list: Frame, isBackground: bool): void {
  if (list.piped > 0 || isBackground) restorePipelineDirectory(list);
  else if (list.afterOr) doubtDirectorySince(list.changes);
  list.afterOr = false;
  list.conditional = false;
  beginPipeline(list);
}

/** At a `|`: the next command of the pipeline. */
export function nextInPipeline(list: Frame): void {
  if (list.state == STATE_START) {
    fault(FAULT_SYNTAX);
    return;
  }
  const isFirst =
    list.piped == 0 && list.state == STATE_WORDS && list.assignments == 0 && wordCount(list) > 0;
  const says = isFirst && keepsSaid(list, words);
  if (list.state == STATE_AFTER) joinSince(list, list.compoundGroup);
  groupOfPipeline(list);
  endCommand(list, false);
  list.pipeInput = says ? INPUT_TEXT : INPUT_PIPE;
  restorePipelineDirectory(list);
  list.piped++;
  list.needs = true;
  beginCommand(list);
}
