/**
 * Takes one command apart by the tables of the packs (docs/format/command.md): which program it is, what its words mean,
 * which commands it starts. What comes out are drafts, and texts that wait.
 */
import { equal } from "../../base/bytes";
import { isDigit, isLetter, lastIndex } from "../../base/text";
import {
  COMMAND_STYLE_BUNDLE,
  COMMAND_STYLE_POSIX,
  FIELD_PATH,
  MARK_COMMAND_UNKNOWN,
  MARK_OPAQUE_COMMAND,
  MARK_WORD_EXPANDS,
  WORD_ROLE_COMMAND,
  WORD_ROLE_EDIT,
} from "../../gen/codes";
import { COMMANDS_STYLE } from "../../gen/layout";
import { BIN_DIRECTORY_COUNT, WORD_BIN_DIRECTORY, wordAt, wordBytes } from "../../gen/words";
import { COMMAND_ASSIGNS, COMMAND_GOES_ON, NONE } from "../../policy/view";
import { beginFacts } from "./facts";
import { beginInner, beginQueue, nextInner } from "./inner";
import { noteExpands, readBareOption, readBundle, readOption } from "./options";
import { earlyRole, finishCommand, keepOperand, noteOperands } from "./own";
import { scriptPart, shellPart } from "./parts";
import { beginReading, hasFlag, lookUpLonger, lookUpPattern, reading, takeRow, wordIn } from "./reading";
import { isHarmless } from "./shell-variables";
import { Surroundings, WORD_EXPANDS, WORD_GLOBS, WORD_WHOLE, Word } from "./words";

const DASH: u8 = 0x2d;
const TWO_DASHES: u16 = 0x2d2d;
const SLASH: u8 = 0x2f;
const UNDERSCORE: u8 = 0x5f;
const EQUALS: u8 = 0x3d;

/** The directory is one in which programs are what their names say. */
function isBinDirectory(at: usize, bytes: u32): bool {
  for (let position = 0; position < BIN_DIRECTORY_COUNT; position++) {
    const word = WORD_BIN_DIRECTORY + position;
    if (wordBytes(word) == bytes && equal(wordAt(word), at, bytes)) return true;
  }
  return false;
}

/** Finds the row of the program that a word names; without one a part is written that says so. */
function takeProgram(word: Word): bool {
  const unknown: u32 = 1 << MARK_COMMAND_UNKNOWN;
  if (word.bytes == 0 || (word.bits & (WORD_EXPANDS | WORD_GLOBS)) != 0) {
    shellPart(word.at, word.bytes, unknown | (1 << MARK_WORD_EXPANDS));
    return false;
  }
  const end = word.at + word.bytes;
  const slash = lastIndex(word.at, end, SLASH);
  let index = NONE;
  if (slash == 0) {
    index = lookUpLonger(word.at, word.bytes);
  } else {
    if (reading().directoryBytes == 0) index = lookUpLonger(word.at, word.bytes);
    if (index == NONE) {
      if (!isBinDirectory(word.at, <u32>(slash - word.at))) {
        scriptPart(FIELD_PATH, word.at, word.bytes, 0);
        return false;
      }
      index = lookUpLonger(slash + 1, <u32>(end - slash - 1));
    }
  }
  if (index == NONE) {
    shellPart(word.at, word.bytes, unknown);
    return false;
  }
  takeRow(index);
  return true;
}

/** Bytes of the name before the `=` of an assignment, or 0. */
function assignedBytes(word: Word): u32 {
  for (let name: u32 = 0; name < word.bytes; name++) {
    const byte = load<u8>(word.at + name);
    if (byte == EQUALS) return name;
    if (!isLetter(byte) && byte != UNDERSCORE && (name == 0 || !isDigit(byte))) return 0;
  }
  return 0;
}

/** A variable for the command that follows; one that can change what programs do makes all of it unclear. */
function readAssignment(word: Word): bool {
  const now = reading();
  const name = hasFlag(COMMAND_ASSIGNS) ? assignedBytes(word) : 0;
  if (name == 0) return false;
  if (!isHarmless(word.at, name)) now.marks |= 1 << MARK_OPAQUE_COMMAND;
  if ((word.bits & WORD_EXPANDS) != 0 && (word.bits & WORD_WHOLE) == 0) noteExpands(true);
  return true;
}

/** The word makes the name of the command longer. */
function goesOn(word: Word): bool {
  const now = reading();
  // Behind an unknown option it may be that option's value, and the name is still to come.
  if (now.operands > 0 || now.hasUnknown || !hasFlag(COMMAND_GOES_ON)) return false;
  if (word.bytes == 0 || (word.bits & (WORD_EXPANDS | WORD_GLOBS)) != 0) return false;
  const index = lookUpPattern(word.at, word.bytes);
  if (index == NONE) return false;
  takeRow(index);
  return true;
}

/** Reads a word that is no operand, as long as options have not ended. */
function readSpecial(word: Word, position: i32): bool {
  const now = reading();
  const isKnown = (word.bits & WORD_EXPANDS) == 0;
  if (word.bytes == 2 && isKnown && load<u16>(word.at) == TWO_DASHES) {
    now.optionsEnded = true;
    return true;
  }
  if (word.bytes >= 2 && load<u8>(word.at) == DASH) {
    readOption(word.at, word.bytes, word.bits);
    return true;
  }
  if (word.bytes == 0) return false;
  if (readBareOption(word.at, word.bytes, word.bits)) {
    if (!isKnown) noteExpands((word.bits & WORD_WHOLE) == 0);
    return true;
  }
  const isBundle = load<u8>(now.row + COMMANDS_STYLE) == <u8>COMMAND_STYLE_BUNDLE;
  if (isBundle && position == now.first + 1 && load<u8>(word.at) != DASH) {
    readBundle(word.at, word.bytes, word.bits);
    return true;
  }
  return goesOn(word);
}

function readOperand(position: i32): void {
  const now = reading();
  if (earlyRole(now.operands + 1 + now.shift) == WORD_ROLE_COMMAND) {
    noteOperands();
    beginInner(position, now.end, now.limit > now.end, false);
    now.ended = true;
    return;
  }
  // `sed -i ''` of BSD: what stands behind it is the script.
  if (wordIn(position).bytes == 0 && earlyRole(now.operands + 1 + now.shift) == WORD_ROLE_EDIT) return;
  keepOperand(position);
  if (load<u8>(now.row + COMMANDS_STYLE) == <u8>COMMAND_STYLE_POSIX) now.optionsEnded = true;
}

function readCommand(): void {
  const now = reading();
  if (!takeProgram(wordIn(now.first))) return;
  while (!now.ended && now.next < now.limit) {
    const position = now.next++;
    const word = wordIn(position);
    if ((word.bits & WORD_EXPANDS) != 0) now.doubts = true;
    if (!now.optionsEnded && readSpecial(word, position)) continue;
    if (!readAssignment(word)) readOperand(position);
  }
  finishCommand();
}

/** Takes the command apart whose words are the `count` from `first` on, and every command that it starts. */
export function runCommand(first: i32, count: i32, around: Surroundings): void {
  if (count <= 0) return;
  beginQueue();
  beginReading(first, first + count, first + count, around.marks, around);
  reading().directoryAt = around.directoryAt;
  reading().directoryBytes = around.directoryBytes;
  beginFacts();
  readCommand();
  for (let inner = nextInner(); inner !== null; inner = nextInner()) {
    const limit = inner.end + (inner.appended ? 1 : 0);
    if (inner.first == limit) continue;
    beginReading(inner.first, inner.end, limit, inner.marks, around);
    reading().directoryAt = inner.directoryAt;
    reading().directoryBytes = inner.directoryBytes;
    beginFacts();
    readCommand();
  }
}
