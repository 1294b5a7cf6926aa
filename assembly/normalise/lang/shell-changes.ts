/**
 * Commands that change how the shell reads or runs what follows: they assign, redefine, set options, change directory
 * (docs/format/shell.md, commands that change the shell).
 */
import {
  SHELL_DECLARE_COUNT,
  SHELL_DECLARE_LOCAL,
  SHELL_FORGETS_COUNT,
  SHELL_INDEXING_COUNT,
  SHELL_LEADING_COUNT,
  SHELL_NAMING_COUNT,
  SHELL_NAMING_LET,
  SHELL_NAMING_READ,
  SHELL_OPAQUE_COUNT,
  SHELL_SET_COUNT,
  SHELL_SHOPT_COUNT,
  SHELL_SPECIAL_CD,
  SHELL_SPECIAL_COUNT,
  SHELL_SPECIAL_HASH,
  SHELL_SPECIAL_POPD,
  SHELL_SPECIAL_PRINTF,
  SHELL_SPECIAL_PUSHD,
  SHELL_SPECIAL_SET,
  SHELL_SPECIAL_SHOPT,
  WORD_SHELL_DECLARE,
  WORD_SHELL_FORGETS,
  WORD_SHELL_INDEXING,
  WORD_SHELL_LEADING,
  WORD_SHELL_NAMING,
  WORD_SHELL_OPAQUE,
  WORD_SHELL_SET,
  WORD_SHELL_SHOPT,
  WORD_SHELL_SPECIAL,
} from "../../gen/words";
import { changeDirectory } from "./shell-directory";
import { FAULT_CHANGES, makeOpaque } from "./shell-frames";
import { suspectFile } from "./shell-redirections";
import { assignUnknown, forgetValues, isWordOf, judgeName, positionOf } from "./shell-variables";
import { isName, isNameByte } from "./shell-words";
import { WORD_EXPANDS, WORD_GLOBS, WORD_QUOTED, Word, wordOf } from "./words";

const DASH: u8 = 0x2d;
const PLUS: u8 = 0x2b;
const EQUALS: u8 = 0x3d;
const HOME: usize = memory.data<u8>([0x7e]);

/** Position of the first word that is not `command`, `builtin` or `exec`; `last` + 1 if there is none. */
export function effectiveWord(first: i32, end: i32): i32 {
  while (first < end && isIn(wordOf(first), WORD_SHELL_LEADING, SHELL_LEADING_COUNT)) first++;
  return first;
}

function isIn(word: Word, first: i32, count: i32): bool {
  return isWordOf(first, count, word.at, word.bytes);
}

/** True where the word is `export` or the like. */
export function isDeclare(word: Word): bool {
  return isIn(word, WORD_SHELL_DECLARE, SHELL_DECLARE_COUNT);
}

/** True for a command that reads some of its words as names with an index, which is arithmetic. */
export function evaluates(first: i32, end: i32): bool {
  first = effectiveWord(first, end);
  if (first == end) return false;
  const word = wordOf(first);
  if (isDeclare(word) || isIn(word, WORD_SHELL_NAMING, SHELL_NAMING_COUNT)) return true;
  return isIn(word, WORD_SHELL_INDEXING, SHELL_INDEXING_COUNT);
}

function byteOf(word: Word, position: u32): u32 {
  return position < word.bytes ? <u32>load<u8>(word.at + position) : 0;
}

/** Bytes before the first `[`, `=` or `+=`. */
function leadingBytes(word: Word): u32 {
  let bytes: u32 = 0;
  while (bytes < word.bytes) {
    const byte = byteOf(word, bytes);
    if (byte == EQUALS || byte == 0x5b || (byte == PLUS && byteOf(word, bytes + 1) == EQUALS)) break;
    bytes++;
  }
  return bytes;
}

function judgeDeclare(word: Word, isLocal: bool): void {
  const lead = byteOf(word, 0);
  if (lead == DASH || lead == PLUS) {
    for (let position: u32 = 1; position < word.bytes; position++) {
      const byte = byteOf(word, position);
      const isKnown =
        lead == PLUS
          ? byte == 0x78
          : byte == 0x61 ||
            byte == 0x41 ||
            byte == 0x66 ||
            byte == 0x46 ||
            byte == 0x67 || // aAfFg
            byte == 0x70 ||
            byte == 0x72 ||
            byte == 0x78 ||
            byte == 0x6c ||
            byte == 0x75 || // prxlu
            byte == DASH;
      if (!isKnown) makeOpaque(FAULT_CHANGES);
    }
    if (word.bits & WORD_EXPANDS) makeOpaque(FAULT_CHANGES);
    return;
  }
  const bytes = leadingBytes(word);
  if (!isName(word.at, bytes)) {
    makeOpaque(FAULT_CHANGES);
    return;
  }
  if (bytes < word.bytes || !isLocal) judgeName(word.at, bytes);
  if (bytes == word.bytes) return;
  assignUnknown(word.at, bytes, (word.bits & WORD_EXPANDS) != 0);
  suspectFile(word.at + bytes + 1, word.bytes - bytes - 1, word.bits);
}

function judgeNaming(at: usize, bytes: u32, flows: bool): void {
  if (!isName(at, bytes)) return;
  judgeName(at, bytes);
  assignUnknown(at, bytes, flows);
}

/** An option of `read` whose argument is the next word: the last letter is one of `dinNptu`. */
function takesArgument(word: Word): bool {
  const last = byteOf(word, word.bytes - 1);
  return (
    byteOf(word, 0) == DASH &&
    (last == 0x64 ||
      last == 0x69 ||
      last == 0x6e ||
      last == 0x4e ||
      last == 0x70 ||
      last == 0x74 ||
      last == 0x75)
  );
}

function judgeNames(first: i32, end: i32, naming: i32): void {
  for (; first < end; first++) {
    const word = wordOf(first);
    const bytes = leadingBytes(word);
    const isSubscript = byteOf(word, bytes) == 0x5b && isName(word.at, bytes);
    if (naming != SHELL_NAMING_LET && word.bits & WORD_EXPANDS && !isSubscript) makeOpaque(FAULT_CHANGES);
    if (byteOf(word, 0) != DASH) judgeNaming(word.at, bytes, true);
    else if (naming == SHELL_NAMING_READ && takesArgument(word) && first + 1 < end) {
      const argument = wordOf(first + 1);
      if (!(argument.bits & WORD_EXPANDS) || argument.bits & WORD_QUOTED) first++;
    }
  }
}

/** They become `$1`, `$2` and so on. */
function suspectWords(first: i32, end: i32): void {
  for (; first < end; first++) suspectFile(wordOf(first).at, wordOf(first).bytes, wordOf(first).bits);
}

function judgeSet(first: i32, end: i32): void {
  for (; first < end; first++) {
    const word = wordOf(first);
    const lead = byteOf(word, 0);
    if (lead != DASH && lead != PLUS) {
      if (word.bits & WORD_EXPANDS) makeOpaque(FAULT_CHANGES);
      suspectWords(first, end);
      return;
    }
    if (word.bytes == 2 && byteOf(word, 1) == DASH) {
      suspectWords(first + 1, end);
      return;
    }
    let takesName = false;
    for (let position: u32 = 1; position < word.bytes; position++) {
      const byte = byteOf(word, position);
      if (byte == 0x6f) takesName = true;
      else if (
        byte != 0x61 &&
        byte != 0x65 &&
        byte != 0x66 &&
        byte != 0x68 &&
        byte != 0x6d &&
        byte != 0x6e && // aefhmn
        byte != 0x75 &&
        byte != 0x76 &&
        byte != 0x78 &&
        byte != 0x43 &&
        byte != 0x45 &&
        byte != 0x54 // uvxCET
      )
        makeOpaque(FAULT_CHANGES);
    }
    if (takesName && first + 1 < end && !isIn(wordOf(++first), WORD_SHELL_SET, SHELL_SET_COUNT)) {
      makeOpaque(FAULT_CHANGES);
    }
  }
}

function judgePrintf(first: i32, end: i32): void {
  if (first + 1 >= end) return;
  const option = wordOf(first + 1);
  if (byteOf(option, 0) != DASH || byteOf(option, 1) != 0x76) return;
  let at = option.at + 2;
  let bytes = option.bytes - 2;
  let bits = option.bits;
  if (bytes == 0 && first + 2 < end) {
    const name = wordOf(first + 2);
    at = name.at;
    bytes = name.bytes;
    bits = name.bits;
  }
  if (bits & WORD_EXPANDS) makeOpaque(FAULT_CHANGES);
  let named: u32 = 0;
  while (named < bytes && isNameByte(load<u8>(at + named))) named++;
  judgeNaming(at, named, true);
}

/** What a command does to the shell, besides the call that it is. `first` is its effective word. */
export function judgeChanges(first: i32, end: i32): void {
  if (first == end) return;
  const command = wordOf(first);
  if (isIn(command, WORD_SHELL_OPAQUE, SHELL_OPAQUE_COUNT)) {
    makeOpaque(FAULT_CHANGES);
    return;
  }
  if (isIn(command, WORD_SHELL_FORGETS, SHELL_FORGETS_COUNT)) {
    forgetValues();
    return;
  }
  const declare = positionOf(WORD_SHELL_DECLARE, SHELL_DECLARE_COUNT, command.at, command.bytes);
  if (declare >= 0) {
    for (let word = first + 1; word < end; word++) judgeDeclare(wordOf(word), declare == SHELL_DECLARE_LOCAL);
    return;
  }
  const naming = positionOf(WORD_SHELL_NAMING, SHELL_NAMING_COUNT, command.at, command.bytes);
  if (naming >= 0) {
    judgeNames(first + 1, end, naming);
    return;
  }
  const special = positionOf(WORD_SHELL_SPECIAL, SHELL_SPECIAL_COUNT, command.at, command.bytes);
  if (special == SHELL_SPECIAL_HASH) {
    if (end - first > 1) makeOpaque(FAULT_CHANGES);
  } else if (special == SHELL_SPECIAL_SET) {
    judgeSet(first + 1, end);
  } else if (special == SHELL_SPECIAL_SHOPT) {
    for (let word = first + 1; word < end; word++) {
      if (!isIn(wordOf(word), WORD_SHELL_SHOPT, SHELL_SHOPT_COUNT)) makeOpaque(FAULT_CHANGES);
    }
  } else if (special == SHELL_SPECIAL_PRINTF) {
    judgePrintf(first, end);
  } else if (special == SHELL_SPECIAL_POPD) {
    changeDirectory(0, 0);
  } else if (special == SHELL_SPECIAL_CD || special == SHELL_SPECIAL_PUSHD) {
    judgeDirectory(first + 1, end, special == SHELL_SPECIAL_CD);
  }
}

/** `-P`, `-L`, `-e`, `-@`, `--`. */
function isDirectoryOption(word: Word): bool {
  if (word.bytes != 2 || byteOf(word, 0) != DASH) return false;
  const byte = byteOf(word, 1);
  return byte == 0x50 || byte == 0x4c || byte == 0x65 || byte == 0x40 || byte == DASH;
}

function judgeDirectory(first: i32, end: i32, isCd: bool): void {
  while (first < end && isDirectoryOption(wordOf(first))) first++;
  if (first == end && isCd) {
    changeDirectory(HOME, 1);
    return;
  }
  if (end - first == 1) {
    const word = wordOf(first);
    const lead = byteOf(word, 0);
    if (!(word.bits & (WORD_EXPANDS | WORD_GLOBS)) && word.bytes > 0 && lead != DASH && lead != PLUS) {
      changeDirectory(word.at, word.bytes);
      return;
    }
  }
  changeDirectory(0, 0);
}
