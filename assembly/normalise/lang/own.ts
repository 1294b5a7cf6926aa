/**
 * The end of a command's words: its operands get their roles, its standard input is looked at, and its own part is written
 * (docs/format/command.md, section 4, *at the end of the words*).
 */
import {
  FIELD_COMMAND,
  FIELD_DATA,
  FIELD_DESTINATION_PATH,
  FIELD_METHOD,
  FIELD_URL,
  LANGUAGE_HTTP,
  LANGUAGE_SHELL,
  LANGUAGE_SQL,
  MARK_COMMAND_UNKNOWN,
  MARK_OPAQUE_COMMAND,
  MARK_WORD_EXPANDS,
  NAMESPACE_ACTION,
  WORD_ROLE_CODE,
  WORD_ROLE_DROP,
  WORD_ROLE_FIELD,
  WORD_ROLE_SHELL,
  WORD_ROLE_SQL,
} from "../../gen/codes";
import {
  COMMANDS_INPUT,
  COMMANDS_NEEDS,
  COMMANDS_OPERAND_COUNT,
  COMMANDS_OPERAND_START,
  OPERANDS_BYTES,
  OPERANDS_FIELD,
  OPERANDS_PLACE,
  OPERANDS_ROLE,
  SECTION_OPERANDS,
} from "../../gen/layout";
import {
  ROLE_ACTION_DB_ADMIN,
  ROLE_ACTION_NETWORK_HTTP_GET,
  ROLE_ACTION_NETWORK_HTTP_POST,
  WORD_ROLE_ACTION,
  wordAt,
  wordBytes,
} from "../../gen/words";
import { entryAt, INERT, lookUp, PLACE_LAST, PLACE_REST } from "../../policy/view";
import { draftMark, draftText, keepByte, keepText, keptEnd } from "../drafts";
import { Nested } from "../nested";
import {
  draftFacts,
  findFact,
  foundAt,
  foundBytes,
  hasFact,
  isAddress,
  isMany,
  isPlain,
  setFact,
} from "./facts";
import { takeHttp } from "./http";
import { isTold, noteExpands } from "./options";
import { beginPart, beginRolePart, nestedText, scriptPart, shellPart } from "./parts";
import { completeFacts, marksNow, reading, wordIn } from "./reading";
import { isDash, useWord } from "./use";
import { INPUT_NONE, INPUT_TEXT, WORD_EXPANDS, WORD_WHOLE, Word } from "./words";

/** WORDS_MAX + 1 positions of operands; the highest bit says that options had ended before it. */
const POSITIONS: usize = memory.data(16392, 8);
const REQUEST: usize = memory.data(64, 8);
const POST: usize = memory.data<u8>([0x50, 0x4f, 0x53, 0x54]);
const BEHIND_OPTIONS: u32 = 0x80000000;
const SLASH: u8 = 0x2f;
const QUESTION: u8 = 0x3f;
const HASH: u8 = 0x23;

/** The role that `roleOf` found, and whether the operand is one of the rest. */
let role: i32 = 0;
let field: i32 = 0;
let isRest: bool = false;
/** `last` applies: said before the operands are used, because they may set its field. */
let hasLast: bool = false;

/** Keeps an operand for the end. */
export function keepOperand(position: i32): void {
  const now = reading();
  const bit: u32 = now.optionsEnded ? BEHIND_OPTIONS : 0;
  store<u32>(POSITIONS + ((<usize>now.operands) << 2), <u32>position | bit);
  now.operands++;
  // Not every system reads options behind operands.
  now.doubts = true;
}

function positionOf(index: i32): i32 {
  return <i32>(load<u32>(POSITIONS + ((<usize>index) << 2)) & ~BEHIND_OPTIONS);
}

export function operandAt(index: i32): Word {
  return wordIn(positionOf(index));
}

function isBehindOptions(index: i32): bool {
  return (load<u32>(POSITIONS + ((<usize>index) << 2)) & BEHIND_OPTIONS) != 0;
}

/** Takes the role that the table has for a place. */
function placeRole(place: u32): bool {
  const row = reading().row;
  const start = load<u32>(row + COMMANDS_OPERAND_START);
  const count = load<u32>(row + COMMANDS_OPERAND_COUNT);
  for (let index: u32 = 0; index < count; index++) {
    const entry = entryAt(SECTION_OPERANDS, start + index, OPERANDS_BYTES);
    if (<u32>load<u8>(entry + OPERANDS_PLACE) != place) continue;
    role = load<u8>(entry + OPERANDS_ROLE);
    field = load<u8>(entry + OPERANDS_FIELD);
    return true;
  }
  return false;
}

/** The role of operand `number` as long as it is not known whether more follow. */
export function earlyRole(number: i32): i32 {
  isRest = false;
  if (<u32>number < PLACE_REST && placeRole(<u32>number)) return role;
  isRest = placeRole(PLACE_REST);
  if (!isRest) {
    role = WORD_ROLE_DROP;
    field = 0;
  }
  return role;
}

/** Finds the role of the operand at an index, now that all are known. */
function findRole(index: i32, lastApplies: bool): void {
  const number = index + 1 + reading().shift;
  isRest = false;
  if (<u32>number < PLACE_REST && placeRole(<u32>number)) return;
  if (lastApplies && number > 1 && index + 1 == reading().operands && placeRole(PLACE_LAST)) return;
  earlyRole(PLACE_REST);
}

/** The last operand has a role of its own, and no option has given its field a value. */
function lastApplies(): bool {
  return placeRole(PLACE_LAST) && !(role == WORD_ROLE_FIELD && !isMany(field) && hasFact(field));
}

/** It begins with a byte that stands for itself and is no dash: whatever follows, it is no option. */
function beginsPlain(at: usize, bytes: u32): bool {
  if (bytes == 0) return false;
  const first = load<u8>(at);
  return first != 0x24 && first != 0x60 && first != 0x2d;
}

/** Notes which operands are not known. Their roles may still change, but only from one that is done to another. */
export function noteOperands(): void {
  const now = reading();
  const last = lastApplies();
  for (let index = 0; index < now.operands; index++) {
    const word = wordIn(positionOf(index));
    const bits = word.bits;
    if ((bits & WORD_EXPANDS) == 0) continue;
    findRole(index, last);
    if ((bits & WORD_WHOLE) != 0 && isBehindOptions(index) && isTold(role, field)) continue;
    const isWhole = (bits & WORD_WHOLE) != 0;
    noteExpands(!isWhole || !(isBehindOptions(index) || beginsPlain(word.at, word.bytes)));
  }
}

/** All words of `rest` are one value. */
function isJoined(): bool {
  if (!isRest) return false;
  if (role == WORD_ROLE_FIELD) return !isMany(field) && isPlain(field);
  return role == WORD_ROLE_SHELL || role == WORD_ROLE_SQL || role == WORD_ROLE_CODE;
}

/** There is one own part for each word of `rest`. */
function isRepeated(): bool {
  return isRest && role == WORD_ROLE_FIELD && !isMany(field) && isAddress(field);
}

/** Uses the operands from an index on as one value, joined by blanks. */
function useJoined(index: i32): void {
  const now = reading();
  const start = keptEnd();
  let bits: u32 = 0;
  for (let other = index; other < now.operands; other++) {
    const word = wordIn(positionOf(other));
    if (other > index && !keepByte(0x20)) break;
    if (!keepText(word.at, word.bytes)) break;
    bits |= word.bits;
  }
  useWord(role, field, start, <u32>(keptEnd() - start), bits);
}

function useOperands(): void {
  const now = reading();
  for (let index = 0; index < now.operands; index++) {
    findRole(index, hasLast);
    const word = wordIn(positionOf(index));
    if (isRepeated()) continue;
    if (isJoined()) {
      // Numbers and `last` come before `rest` everywhere, so what follows is the rest, but for a last word of its own.
      const hasOwnLast = hasLast && index + 1 < now.operands;
      if (hasOwnLast) now.operands--;
      useJoined(index);
      if (!hasOwnLast) return;
      index = now.operands++ - 1;
      continue;
    }
    useWord(role, field, word.at, word.bytes, word.bits);
  }
}

/** An option said that there is nothing to judge, such as `--help`. */
function isWaived(): bool {
  return reading().best >= 0 && reading().action == INERT;
}

function useInput(): void {
  const now = reading();
  const input = <i32>load<u8>(now.row + COMMANDS_INPUT);
  if (input == 0 || (now.told && !now.fromInput) || isWaived()) return;
  const around = now.around;
  if (around.input == INPUT_TEXT) {
    if (input == WORD_ROLE_CODE) scriptPart(FIELD_COMMAND, around.inputAt, around.inputBytes, 0);
    else if (input == WORD_ROLE_SQL) nestedText(LANGUAGE_SQL, around.inputAt, around.inputBytes, 0);
    else nestedText(LANGUAGE_SHELL, around.inputAt, around.inputBytes, 0);
  } else if (around.input == INPUT_NONE) {
    const word = wordIn(now.first);
    if (input == WORD_ROLE_SHELL) shellPart(word.at, word.bytes, 0);
  } else if (input == WORD_ROLE_SQL) {
    if (beginRolePart(ROLE_ACTION_DB_ADMIN)) draftMark(MARK_OPAQUE_COMMAND);
  } else if (scriptPart(FIELD_COMMAND, 0, 0, 0)) {
    draftMark(MARK_OPAQUE_COMMAND);
  }
}

function isRole(action: u32, role: i32): bool {
  const name = WORD_ROLE_ACTION + role;
  return action == lookUp(NAMESPACE_ACTION, wordAt(name), wordBytes(name));
}

function isHttp(action: u32): bool {
  return isRole(action, ROLE_ACTION_NETWORK_HTTP_GET) || isRole(action, ROLE_ACTION_NETWORK_HTTP_POST);
}

/** A request is taken apart like one that a tool sends; false when the words do not say where it goes. */
function writeRequest(except: i32, at: usize, bytes: u32): bool {
  const now = reading();
  if (except != FIELD_URL && findFact(FIELD_URL)) {
    at = foundAt();
    bytes = foundBytes();
  } else if (except != FIELD_URL) return false;
  const request = changetype<Nested>(REQUEST);
  request.language = LANGUAGE_HTTP;
  request.at = at;
  request.bytes = bytes;
  request.marks = marksNow() | (now.expands ? 1 << MARK_WORD_EXPANDS : 0);
  request.group = now.around.group;
  request.depth = now.around.depth + 1;
  request.directoryAt = now.directoryAt;
  request.directoryBytes = now.directoryBytes;
  let methodAt: usize = 0;
  let methodBytes: u32 = 0;
  if (findFact(FIELD_METHOD)) {
    methodAt = foundAt();
    methodBytes = foundBytes();
  } else if (isRole(now.action, ROLE_ACTION_NETWORK_HTTP_POST)) {
    methodAt = POST;
    methodBytes = 4;
  }
  let dataAt: usize = 0;
  let dataBytes: u32 = 0;
  if (findFact(FIELD_DATA)) {
    dataAt = foundAt();
    dataBytes = foundBytes();
  }
  now.wrote = true;
  takeHttp(methodAt, methodBytes, at, bytes, dataAt, dataBytes, request);
  return true;
}

/** Writes the own part; `except` is a field that `at` takes the place of, or 0. */
function writeOwn(except: i32, at: usize, bytes: u32): void {
  const now = reading();
  if (isHttp(now.action) && writeRequest(except, at, bytes)) return;
  if (!beginPart(now.action)) return;
  draftFacts(except);
  if (except != 0) draftText(except, at, bytes);
  if (now.expands) draftMark(MARK_WORD_EXPANDS);
}

/** The place is the directory itself: nobody has said under which name something lands there. */
function landsHere(): bool {
  if (!findFact(FIELD_DESTINATION_PATH)) return false;
  const last = foundAt() + foundBytes() - 1;
  return load<u8>(last) == 0x2e && (foundBytes() == 1 || load<u8>(last - 1) == SLASH);
}

/** What is fetched lands under the last name of its address. */
function nameByAddress(at: usize, bytes: u32): void {
  const end = at + bytes;
  let name = at;
  for (; at < end; at++) {
    const byte = load<u8>(at);
    if (byte == QUESTION || byte == HASH) break;
    if (byte == SLASH) name = at + 1;
  }
  if (at > name) setFact(FIELD_DESTINATION_PATH, name, <u32>(at - name));
}

/** One part for each address among the rest; false where there is none. */
function writeRepeated(): bool {
  const now = reading();
  const isNamed = landsHere();
  let wrote = false;
  for (let index = 0; index < now.operands; index++) {
    findRole(index, hasLast);
    if (!isRepeated()) continue;
    const word = wordIn(positionOf(index));
    if (word.bytes == 0 || isDash(word.at, word.bytes)) continue;
    // An option may have given the same field a value, such as `curl --url`.
    const repeated = field;
    if (!wrote && hasFact(repeated)) writeOwn(0, 0, 0);
    wrote = true;
    if (isNamed) nameByAddress(word.at, word.bytes);
    writeOwn(repeated, word.at, word.bytes);
  }
  return wrote;
}

/** Does what is left to do when all words are read. */
export function finishCommand(): void {
  const now = reading();
  noteOperands();
  hasLast = lastApplies();
  useOperands();
  useInput();
  completeFacts();
  if (now.action != INERT && !writeRepeated()) {
    const needs = <i32>load<u8>(now.row + COMMANDS_NEEDS);
    if (needs == 0 || hasFact(needs)) writeOwn(0, 0, 0);
  }
  const doubts: u32 = (1 << MARK_OPAQUE_COMMAND) | (1 << MARK_COMMAND_UNKNOWN);
  if (now.wrote || (marksNow() & doubts) == 0 || isWaived()) return;
  const word = wordIn(now.first);
  shellPart(word.at, word.bytes, 0);
}
