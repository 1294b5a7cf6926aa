/**
 * What is known of a command while its words are read (docs/format/command.md, section 4): its row in the tables, the rows
 * that led to it, and what the words so far have said.
 */
import { copyShort, equal, indexOf } from "../../base/bytes";
import { NAMESPACE_COMMAND } from "../../gen/codes";
import {
  COMMANDS_ACTION,
  COMMANDS_BYTES,
  COMMANDS_FLAGS,
  COMMANDS_LITERAL_START,
  COMMANDS_MARKS,
  COMMANDS_OPTION_COUNT,
  COMMANDS_OPTION_START,
  LITERALS_BYTES,
  LITERALS_FIELD,
  LITERALS_TEXT,
  OPTIONS_BYTES,
  OPTIONS_NAME,
  OPTIONS_USE,
  SECTION_COMMANDS,
  SECTION_LITERALS,
  SECTION_OPTIONS,
  SECTION_USES,
  USES_BYTES,
} from "../../gen/layout";
import { NAME_BYTES_MAX } from "../../gen/limits";
import {
  COMMAND_RUNS,
  entryAt,
  lookUp,
  NONE,
  shortAt,
  shortBytes,
  textAt,
  textBytes,
} from "../../policy/view";
import { hasFact, isMany, setFact } from "./facts";
import { Surroundings, WORD_EXPANDS, Word, wordOf } from "./words";

/** Rows that one command may pass through: `gcloud`, `gcloud compute`, … */
const CHAIN_MAX: i32 = 8;

@unmanaged
export class Reading {
  /** The entry of the row; those before it are the chain. */
  row: usize;
  /** Rows of the chain. */
  level: i32;
  action: u32;
  /** 1 where an option stood for the first operand: the operands then begin with number 2. */
  shift: i32;
  /** Level and place of the option that set the action, or -1. */
  best: i32;
  /** Marks from outside and of options; `marksNow` has those of the row too. */
  marks: u32;
  /** The own part has a word whose value is not known. */
  expands: bool;
  /** Some word said what runs. */
  told: bool;
  /** What runs comes from standard input, whatever the words say. */
  fromInput: bool;
  /** A part, a nested text or an inner command was begun. */
  wrote: bool;
  /** A word before may have been something else than it seems, so none after it says that there is nothing to judge. */
  doubts: bool;
  /** An option that no table knows was seen: the word behind it may be its value. */
  hasUnknown: bool;
  optionsEnded: bool;
  /** No more words are read. */
  ended: bool;
  /** The program adds no words where a placeholder stands. */
  hasPlaceholder: bool;
  operands: i32;
  first: i32;
  /** The word that is read next, and where the words end: one after `end` where an unknown word is added. */
  next: i32;
  end: i32;
  limit: i32;
  directoryAt: usize;
  directoryBytes: u32;
  placeholderAt: usize;
  placeholderBytes: u32;
  around: Surroundings;
}

const DASH: u8 = 0x2d;
const STAR: u8 = 0x2a;
const BLANK: u8 = 0x20;
const READING: usize = memory.data(128, 8);
const CHAIN: usize = memory.data(64, 8);
const UNKNOWN_WORD: usize = memory.data(16, 8);
/** `$@`: what stands for words that nobody knows. */
const ALL_WORDS: usize = memory.data<u8>([0x24, 0x40]);
const JOINED: usize = memory.data(264, 8);
/** The name as it was before its words became `*`. */
const HELD: usize = memory.data(264, 8);
let joined: u32 = 0;

export function reading(): Reading {
  return changetype<Reading>(READING);
}

/** Forgets the command before. */
export function beginReading(first: i32, end: i32, limit: i32, marks: u32, around: Surroundings): void {
  assert(offsetof<Reading>() <= 128);
  memory.fill(READING, 0, 128);
  const now = reading();
  now.best = -1;
  now.marks = marks;
  now.first = first;
  now.next = first + 1;
  now.end = end;
  now.limit = limit;
  now.around = around;
  joined = 0;
  const word = changetype<Word>(UNKNOWN_WORD);
  word.at = ALL_WORDS;
  word.bytes = 2;
  word.bits = WORD_EXPANDS;
}

/** A word of the command; the one after its end is the unknown word that a program adds. */
export function wordIn(position: i32): Word {
  return position == reading().end ? changetype<Word>(UNKNOWN_WORD) : wordOf(position);
}

/** Marks of everything that comes of the command. */
export function marksNow(): u32 {
  const now = reading();
  return now.row == 0 ? now.marks : now.marks | load<u32>(now.row + COMMANDS_MARKS);
}

/** Sets the fields whose values an option has written down; `runAt` is where its run stands. */
export function takeLiterals(runAt: usize): void {
  const start = load<u32>(runAt);
  const count = load<u32>(runAt, 4);
  for (let index: u32 = 0; index < count; index++) {
    const literal = entryAt(SECTION_LITERALS, start + index, LITERALS_BYTES);
    const text = literal + LITERALS_TEXT;
    setFact(load<i32>(literal + LITERALS_FIELD), textAt(text), textBytes(text));
  }
}

/** Sets the fields whose values the row has written down, where no word has said something else. */
export function completeFacts(): void {
  const start = load<u32>(reading().row + COMMANDS_LITERAL_START);
  const count = load<u32>(reading().row + COMMANDS_LITERAL_START, 4);
  for (let index: u32 = 0; index < count; index++) {
    const literal = entryAt(SECTION_LITERALS, start + index, LITERALS_BYTES);
    const field = load<i32>(literal + LITERALS_FIELD);
    const text = literal + LITERALS_TEXT;
    if (isMany(field) || !hasFact(field)) setFact(field, textAt(text), textBytes(text));
  }
}

/** The row becomes the row of the command; the one before it, if any, stays as its chain. */
export function takeRow(index: u32): void {
  const now = reading();
  const row = entryAt(SECTION_COMMANDS, index, COMMANDS_BYTES);
  if (now.row != 0 && now.row != row && now.level < CHAIN_MAX) {
    store<usize>(CHAIN + ((<usize>now.level) << 2), now.row);
    now.level++;
  }
  now.row = row;
  now.action = load<u32>(row + COMMANDS_ACTION);
  now.best = -1;
}

/** The row takes the place of all before it. */
export function replaceRow(index: u32): void {
  const now = reading();
  now.level = 0;
  now.row = 0;
  takeRow(index);
}

/** The row at a level: that of the command, or one of its chain. */
export function rowAt(level: i32): usize {
  const now = reading();
  return level == now.level ? now.row : load<usize>(CHAIN + ((<usize>level) << 2));
}

export function hasFlag(flag: u32): bool {
  return (load<u8>(reading().row + COMMANDS_FLAGS) & flag) != 0;
}

/** Some word of the command can be another command or code. */
export function runs(): bool {
  return hasFlag(COMMAND_RUNS);
}

export function optionCount(row: usize): i32 {
  return load<i32>(row + COMMANDS_OPTION_COUNT);
}

export function optionAt(row: usize, place: i32): usize {
  return entryAt(SECTION_OPTIONS, load<u32>(row + COMMANDS_OPTION_START) + place, OPTIONS_BYTES);
}

/** What an option does: many of them do the same. */
export function useOf(option: usize): usize {
  return entryAt(SECTION_USES, load<u32>(option + OPTIONS_USE), USES_BYTES);
}

/** True when the option has exactly this name. */
export function isNamed(option: usize, at: usize, bytes: u32): bool {
  const name = option + OPTIONS_NAME;
  return shortBytes(name) == bytes && equal(shortAt(name), at, bytes);
}

/** Looks up the name with a text behind it, after one blank unless it is the first; NONE leaves the name as it was. */
export function lookUpLonger(at: usize, bytes: u32): u32 {
  const before = joined;
  if (!join(at, bytes)) return NONE;
  const index = lookUp(NAMESPACE_COMMAND, JOINED, joined);
  if (index == NONE) joined = before;
  return index;
}

/**
 * The same; where no name has the word itself, one that has `*` in its place: behind the word's first dash, or for all of it.
 * Where none has that either, and no row but that of the program was found yet, the words before count as `*` too:
 * `aws backup list-plans` is `aws * list-*`.
 */
export function lookUpPattern(at: usize, bytes: u32): u32 {
  const index = lookUpEither(at, bytes);
  if (index != NONE || reading().level > 0) return index;
  const before = joined;
  memory.copy(HELD, JOINED, joined);
  if (starBefore()) {
    const starred = lookUpEither(at, bytes);
    if (starred != NONE) return starred;
  }
  memory.copy(JOINED, HELD, before);
  joined = before;
  return NONE;
}

/** Each word of the name but its first becomes `*`; false when there is only the first. */
function starBefore(): bool {
  const first = indexOf(JOINED, joined, BLANK);
  if (first < 0) return false;
  let words = 0;
  for (let at: u32 = <u32>first; at < joined; at++) if (load<u8>(JOINED + at) == BLANK) words++;
  joined = <u32>first;
  for (let word = 0; word < words; word++) {
    // Never longer than what it takes the place of: a word has a byte.
    store<u8>(JOINED + joined, BLANK);
    store<u8>(JOINED + joined, STAR, 1);
    joined += 2;
  }
  return true;
}

function lookUpEither(at: usize, bytes: u32): u32 {
  let index = lookUpLonger(at, bytes);
  const dash = indexOf(at, bytes, DASH);
  if (index == NONE && dash >= 0) index = lookUpStarred(at, <u32>dash + 1);
  return index == NONE ? lookUpStarred(at, 0) : index;
}

/** Looks up the name with the first bytes of a word and a `*` behind it. */
function lookUpStarred(at: usize, bytes: u32): u32 {
  const before = joined;
  let index = NONE;
  if (join(at, bytes) && joined < <u32>NAME_BYTES_MAX) {
    store<u8>(JOINED + joined, STAR);
    joined++;
    index = lookUp(NAMESPACE_COMMAND, JOINED, joined);
  }
  if (index == NONE) joined = before;
  return index;
}

/** As lookUpLonger with two texts: the name of an option and its value. */
export function lookUpModule(optionAt: usize, optionBytes: u32, at: usize, bytes: u32): u32 {
  const before = joined;
  let index = NONE;
  if (join(optionAt, optionBytes) && join(at, bytes)) index = lookUp(NAMESPACE_COMMAND, JOINED, joined);
  if (index == NONE) joined = before;
  return index;
}

function join(at: usize, bytes: u32): bool {
  const blank: u32 = joined > 0 ? 1 : 0;
  if (bytes > <u32>NAME_BYTES_MAX || joined + blank + bytes > <u32>NAME_BYTES_MAX) return false;
  if (blank > 0) store<u8>(JOINED + joined, 0x20);
  copyShort(JOINED + joined + blank, at, bytes);
  joined += blank + bytes;
  return true;
}
