/**
 * Options of a command (docs/format/command.md, section 4, rules 2 and 3): which entries of the table a word names, what
 * value each takes, and what follows from it.
 */
import { startsWith } from "../../base/bytes";
import { isDigit } from "../../base/text";
import {
  COMMAND_STYLE_SINGLE,
  EFFECT_READ,
  FIELD_COMMAND,
  MARK_COMMAND_UNKNOWN,
  OPTION_TAKES_ARGUMENT,
  OPTION_TAKES_ATTACHED,
  OPTION_TAKES_NOTHING,
  WORD_ROLE_COMMAND,
  WORD_ROLE_DROP,
  WORD_ROLE_EXEC,
  WORD_ROLE_FIELD,
  WORD_ROLE_INPUT,
  WORD_ROLE_MODULE,
} from "../../gen/codes";
import {
  ACTIONS_BYTES,
  ACTIONS_EFFECT,
  COMMANDS_STYLE,
  OPTIONS_NAME,
  SECTION_ACTIONS,
  USES_ACTION,
  USES_FIELD,
  USES_FIRST,
  USES_LITERAL_START,
  USES_MARKS,
  USES_ROLE,
  USES_TAKES,
} from "../../gen/layout";
import { entryAt, INERT, NONE, shortAt, shortBytes } from "../../policy/view";
import { draftMark } from "../drafts";
import { isPlain } from "./facts";
import { beginInner, innerEnd } from "./inner";
import { scriptPart } from "./parts";
import {
  isNamed,
  lookUpModule,
  optionAt,
  optionCount,
  reading,
  replaceRow,
  rowAt,
  runs,
  takeLiterals,
  useOf,
  wordIn,
} from "./reading";
import { useWord } from "./use";
import { WORD_EXPANDS, WORD_WHOLE } from "./words";

/** Letters of one cluster; behind more of them nobody can say what the word does. */
const LETTERS_MAX: i32 = 64;
const OPTIONS_IN_ROW_MAX: i32 = 1024;
const DASH: u8 = 0x2d;
const EQUALS: u8 = 0x3d;
/** `-x` of a cluster. */
const LETTER: usize = memory.data(8, 8);

/** The word or the part of it that is the value of the option which is read. */
let valueAt: usize = 0;
let valueBytes: u32 = 0;
let valueBits: u32 = 0;
/** Where the next word that is a value stands, or -1 where the value is attached. */
let valueFrom: i32 = -1;
let hasValue: bool = false;

function noValue(): void {
  hasValue = false;
  valueFrom = -1;
}

function attach(at: usize, bytes: u32, bits: u32): void {
  hasValue = true;
  valueAt = at;
  valueBytes = bytes;
  valueBits = bits;
  valueFrom = -1;
}

/** The next word becomes the value, if there is one. */
function takeNext(): void {
  const now = reading();
  noValue();
  if (now.next == now.limit) return;
  const word = wordIn(now.next);
  attach(word.at, word.bytes, word.bits);
  valueFrom = now.next++;
}

/**
 * Notes a word of which only the shell knows the value. `isOther` when it may be several words, or an option: then another
 * word than it seems may be what is started.
 */
export function noteExpands(isOther: bool): void {
  const now = reading();
  now.expands = true;
  if (isOther && runs()) now.marks |= 1 << MARK_COMMAND_UNKNOWN;
}

/** What a word says is only told, not done: nothing depends on how it comes out. */
export function isTold(role: i32, field: i32): bool {
  return role == WORD_ROLE_DROP || (role == WORD_ROLE_FIELD && isPlain(field));
}

function noteUnknown(): void {
  const now = reading();
  now.doubts = true;
  now.hasUnknown = true;
  if (runs()) now.marks |= 1 << MARK_COMMAND_UNKNOWN;
}

/** The command goes on as a row of its own, or is code that nobody knows. */
function useModule(option: usize): void {
  const now = reading();
  now.told = true;
  const name = option + OPTIONS_NAME;
  const index =
    (valueBits & WORD_EXPANDS) != 0
      ? NONE
      : lookUpModule(shortAt(name), shortBytes(name), valueAt, valueBytes);
  if (index != NONE) {
    replaceRow(index);
    return;
  }
  if (scriptPart(FIELD_COMMAND, valueAt, valueBytes, valueBits)) draftMark(MARK_COMMAND_UNKNOWN);
  now.wrote = true;
  now.ended = true;
}

/** What follows an unknown option may be its value, so it does not make a command one that only reads. */
function isRead(action: u32): bool {
  if (action == INERT) return false;
  return load<u8>(entryAt(SECTION_ACTIONS, action, ACTIONS_BYTES) + ACTIONS_EFFECT) <= <u8>EFFECT_READ;
}

/** Everything that follows from an option that was found; `isSure` is false where it was not written out. */
function apply(level: i32, place: i32, isSure: bool): void {
  const now = reading();
  const option = optionAt(rowAt(level), place);
  const use = useOf(option);
  takeLiterals(use + USES_LITERAL_START);
  now.marks |= load<u32>(use + USES_MARKS);
  if (load<u8>(use + USES_FIRST) != 0) now.shift = 1;
  const action = load<u32>(use + USES_ACTION);
  const rank = level * OPTIONS_IN_ROW_MAX + place;
  const isHeld = action == INERT ? !isSure || now.doubts : now.hasUnknown && action != NONE && isRead(action);
  if (action != NONE && rank > now.best && !isHeld) {
    now.action = action;
    now.best = rank;
  }
  const role = <i32>load<u8>(use + USES_ROLE);
  if (role == WORD_ROLE_INPUT) now.fromInput = true;
  if (load<u8>(use + USES_TAKES) == <u8>OPTION_TAKES_NOTHING || !hasValue) return;
  if (role == WORD_ROLE_MODULE) useModule(option);
  else if (valueFrom >= 0 && role == WORD_ROLE_COMMAND) {
    beginInner(valueFrom, now.end, now.limit > now.end, false);
    now.ended = true;
  } else if (valueFrom >= 0 && role == WORD_ROLE_EXEC) {
    const end = innerEnd(valueFrom);
    beginInner(valueFrom, min(end, now.end), end > now.end, true);
    now.next = min(end + 1, now.limit);
  } else {
    const field = <i32>load<u8>(use + USES_FIELD);
    const isWhole = (valueBits & WORD_WHOLE) != 0;
    if ((valueBits & WORD_EXPANDS) != 0 && !(isWhole && isTold(role, field))) noteExpands(!isWhole);
    useWord(role, field, valueAt, valueBytes, valueBits);
  }
}

function takesOf(level: i32, place: i32): i32 {
  return load<u8>(useOf(optionAt(rowAt(level), place)) + USES_TAKES);
}

/** Place in the row at a level of the option with this name, or -1. */
function placeOf(level: i32, at: usize, bytes: u32): i32 {
  const row = rowAt(level);
  const count = optionCount(row);
  for (let place = 0; place < count; place++) {
    if (isNamed(optionAt(row, place), at, bytes)) return place;
  }
  return -1;
}

/** Bytes before the first `=`, or all of them. */
function nameBytes(at: usize, bytes: u32): u32 {
  let name: u32 = 0;
  while (name < bytes && load<u8>(at + name) != EQUALS) name++;
  return name;
}

/** An option that is written out: `at` begins its name, and what follows a `=` is its value. */
function readExact(level: i32, place: i32, at: usize, name: u32, bytes: u32, bits: u32): void {
  noValue();
  if (name < bytes) attach(at + name + 1, bytes - name - 1, bits);
  else if (takesOf(level, place) == OPTION_TAKES_ARGUMENT) takeNext();
  apply(level, place, true);
}

/** True when an entry is the whole word or what stands before its `=`. */
function readNamed(at: usize, bytes: u32, bits: u32): bool {
  const name = nameBytes(at, bytes);
  for (let level = reading().level; level >= 0; level--) {
    let place = placeOf(level, at, bytes);
    if (place >= 0) {
      readExact(level, place, at, bytes, bytes, bits);
      return true;
    }
    place = name < bytes ? placeOf(level, at, name) : -1;
    if (place >= 0) {
      readExact(level, place, at, name, bytes, bits);
      return true;
    }
  }
  return false;
}

/** All entries that begin with what was written before the `=`. */
function readAbbreviated(at: usize, bytes: u32, bits: u32): bool {
  const now = reading();
  const name = nameBytes(at, bytes);
  const top = now.level;
  const before = now.row;
  let found = false;
  noValue();
  if (name < bytes) attach(at + name + 1, bytes - name - 1, bits);
  for (let turn = 0; turn < 2; turn++) {
    for (let level = top; level >= 0; level--) {
      const row = rowAt(level);
      const count = optionCount(row);
      for (let place = 0; place < count && !now.ended; place++) {
        const text = optionAt(row, place) + OPTIONS_NAME;
        if (!startsWith(shortAt(text), shortBytes(text), at, name)) continue;
        const takes = takesOf(level, place);
        if (turn == 0) {
          // The first turn only finds out whether the next word is a value.
          found = true;
          if (name == bytes && takes == OPTION_TAKES_ARGUMENT && valueFrom < 0) takeNext();
        } else {
          const held = hasValue;
          if (name == bytes && takes == OPTION_TAKES_ATTACHED) hasValue = false;
          apply(level, place, false);
          hasValue = held;
          if (now.row != before) return true;
        }
      }
    }
  }
  return found;
}

/** Letters behind one dash, each an option; `isBundle` where each value is a word of its own. */
function readCluster(at: usize, bytes: u32, bits: u32, isBundle: bool): void {
  const now = reading();
  const end = at + bytes;
  let isSure = true;
  store<u8>(LETTER, DASH);
  for (let letters = 0; at < end && !now.ended; letters++) {
    if (letters == LETTERS_MAX) {
      now.marks |= 1 << MARK_COMMAND_UNKNOWN;
      return;
    }
    const letter = load<u8>(at++);
    store<u8>(LETTER, letter, 1);
    let level = now.level;
    let place = placeOf(level, LETTER, 2);
    while (place < 0 && level > 0) place = placeOf(--level, LETTER, 2);
    if (place < 0) {
      if (isDigit(letter)) continue;
      isSure = false;
      noteUnknown();
      continue;
    }
    const takes = takesOf(level, place);
    noValue();
    if (takes == OPTION_TAKES_ARGUMENT) {
      if (at < end && !isBundle) attach(at, <u32>(end - at), bits & ~WORD_WHOLE);
      else takeNext();
    } else if (takes == OPTION_TAKES_ATTACHED && at < end && !isBundle) {
      attach(at, <u32>(end - at), bits & ~WORD_WHOLE);
    }
    apply(level, place, isSure);
    if (takes != OPTION_TAKES_NOTHING && !isBundle) return;
  }
}

/** The first entry that the word begins with, as styles without clusters and options without a dash have them. */
function readAttached(at: usize, bytes: u32, bits: u32): bool {
  for (let level = reading().level; level >= 0; level--) {
    const row = rowAt(level);
    const count = optionCount(row);
    for (let place = 0; place < count; place++) {
      const text = optionAt(row, place) + OPTIONS_NAME;
      const name = shortBytes(text);
      if (!startsWith(at, bytes, shortAt(text), name)) continue;
      const takes = takesOf(level, place);
      noValue();
      if (name == bytes) {
        if (takes == OPTION_TAKES_ARGUMENT) takeNext();
      } else if (takes == OPTION_TAKES_NOTHING) {
        continue;
      } else if (load<u8>(at + name) == EQUALS) {
        attach(at + name + 1, bytes - name - 1, bits);
      } else if (takes == OPTION_TAKES_ATTACHED || load<u8>(shortAt(text)) != DASH) {
        attach(at + name, bytes - name, bits);
      } else {
        continue;
      }
      apply(level, place, true);
      return true;
    }
  }
  return false;
}

/** Reads a word that begins with a dash and has two bytes or more. */
export function readOption(at: usize, bytes: u32, bits: u32): void {
  const now = reading();
  // What a part of the word expands to can be other options; the value of a long one cannot.
  const isLong = load<u8>(at, 1) == DASH;
  if (load<u8>(now.row + COMMANDS_STYLE) == <u8>COMMAND_STYLE_SINGLE) {
    if (!readAttached(at, bytes, bits)) {
      noteUnknown();
      if ((bits & WORD_EXPANDS) != 0) noteExpands(true);
    } else if ((bits & WORD_EXPANDS) != 0 && (bits & WORD_WHOLE) == 0) noteExpands(true);
    return;
  }
  const isExact = (isLong || bytes > 2) && readNamed(at, bytes, bits);
  if ((bits & WORD_EXPANDS) != 0 && !(isExact && (bits & WORD_WHOLE) != 0)) noteExpands(true);
  if (isExact) return;
  if (!isLong) readCluster(at + 1, bytes - 1, bits, false);
  else if (!readAbbreviated(at, bytes, bits)) noteUnknown();
}

/** Reads a word without a dash as an option; false when the row has no such option. */
export function readBareOption(at: usize, bytes: u32, bits: u32): bool {
  return load<u8>(at) != DASH && readAttached(at, bytes, bits);
}

/** Reads the first word of a command whose options need no dash. */
export function readBundle(at: usize, bytes: u32, bits: u32): void {
  if ((bits & WORD_EXPANDS) != 0) noteExpands(true);
  readCluster(at, bytes, bits, true);
}
