/**
 * The pass over the text of a call: where something may begin the automaton walks, and what it accepts is checked
 * (docs/format/detect.md, step 3). A hit raises; no hit says nothing.
 */
import {
  DETECTOR_CHECK_AADHAAR,
  DETECTOR_CHECK_ADDRESS,
  DETECTOR_CHECK_APART,
  DETECTOR_CHECK_AUTHORITY,
  DETECTOR_CHECK_BEHIND,
  DETECTOR_CHECK_CARD,
  DETECTOR_CHECK_CPF,
  DETECTOR_CHECK_DNI,
  DETECTOR_CHECK_IBAN,
  DETECTOR_CHECK_JWT,
  DETECTOR_CHECK_KEY,
  DETECTOR_CHECK_NINO,
  DETECTOR_CHECK_NIR,
  DETECTOR_CHECK_NONE,
  DETECTOR_CHECK_NOTE,
  DETECTOR_CHECK_PASSWORD,
  DETECTOR_CHECK_RESIDENT,
  DETECTOR_CHECK_SIN,
  DETECTOR_CHECK_SSN,
  DETECTOR_CHECK_STEUER,
  DETECTOR_CHECK_TELEPHONE,
  MARK_BULK_SEEN,
  MARK_CARD_SEEN,
  MARK_HEALTH_SEEN,
  MARK_NATIONAL_ID_SEEN,
} from "../gen/codes";
import { KIND_CELL, KIND_LINE_END, KIND_LOWER, KIND_UPPER, KINDS_AT } from "../gen/kinds";
import {
  DETECTORS_BYTES,
  DETECTORS_CHECK,
  DETECTORS_MARK,
  DETECTORS_PARAM,
  DETECTORS_TAIL_KINDS,
  DETECTORS_TAIL_MAX,
  DETECTORS_TAIL_MIN,
  SECTION_DETECTORS,
} from "../gen/layout";
import { BULK_ADDRESSES_MIN, BULK_NUMBERS_MIN, BULK_ROWS_MIN, DETECT_WALK_BYTES_MAX } from "../gen/limits";
import { entryAt } from "../policy/view";
import { payload } from "../request/view";
import {
  acceptingFrom,
  DEAD,
  itemAt,
  itemStart,
  nextState,
  openAutomaton,
  ROOT_HUMP,
  ROOT_WORD,
} from "./automaton";
import * as numbers from "./numbers";
import { kindsAt, textEnd, textStart, writeText } from "./text";
import * as values from "./values";

const TAIL_VARIED_MIN: u32 = 12;
const TAIL_VALUES_MIN: i32 = 6;
const SHAPE_MIN: u32 = 2;
const NOTES_BOTH: u32 = 6; // Bits 1 and 2.

let marks: u32 = 0;
let notes: u32 = 0;
let addresses: u32 = 0;
let telephones: u32 = 0;
let numbersSeen: u32 = 0;
let shape: u32 = 0;
let shapeBefore: u32 = 0;
let rows: u32 = 0;
let rowsMost: u32 = 0;

/** Where the tail of a detector ends, or 0 when it has another. */
function tailEnd(detector: usize, at: usize): usize {
  const least = <u32>load<u8>(detector + DETECTORS_TAIL_MIN);
  if (least == 0) return at;
  const most = <u32>load<u8>(detector + DETECTORS_TAIL_MAX);
  const kinds = <u32>load<u16>(detector + DETECTORS_TAIL_KINDS);
  const limit = most == 0 ? least : most + 1;
  // One bit for each byte value below 128; tails hold no others.
  let low: u64 = 0;
  let high: u64 = 0;
  let bytes: u32 = 0;
  while (bytes < limit && (kindsAt(at + bytes) & kinds) != 0) {
    const byte = load<u8>(at + bytes);
    if (bytes < least) {
      if (byte < 64) low |= (<u64>1) << byte;
      else high |= (<u64>1) << (byte - 64);
    }
    bytes++;
  }
  if (bytes < least || (most != 0 && bytes > most)) return 0;
  if (least >= TAIL_VARIED_MIN && <i32>popcnt(low) + <i32>popcnt(high) < TAIL_VALUES_MIN) return 0;
  return at + bytes;
}

/** What the automaton could not know of the match from `at` to `end`. */
function checkHolds(check: i32, param: u32, at: usize, end: usize): bool {
  if (check == DETECTOR_CHECK_NONE) return true;
  if (check == DETECTOR_CHECK_CARD) return numbers.isCard(at);
  if (check == DETECTOR_CHECK_IBAN) return numbers.isIban(at);
  if (check == DETECTOR_CHECK_SSN) return numbers.isSsn(at, end);
  if (check == DETECTOR_CHECK_SIN) return numbers.isSin(at, end);
  if (check == DETECTOR_CHECK_NINO) return numbers.isNino(at, end);
  if (check == DETECTOR_CHECK_DNI) return numbers.isDni(at, end);
  if (check == DETECTOR_CHECK_CPF) return numbers.isCpf(at, end);
  if (check == DETECTOR_CHECK_AADHAAR) return numbers.isAadhaar(at, end);
  if (check == DETECTOR_CHECK_NIR) return numbers.isNir(at, end);
  if (check == DETECTOR_CHECK_STEUER) return numbers.isSteuer(at, end);
  if (check == DETECTOR_CHECK_RESIDENT) return numbers.isResident(at, end);
  if (check == DETECTOR_CHECK_PASSWORD) return values.isPassword(end);
  if (check == DETECTOR_CHECK_KEY) return values.isKeyValue(at, end, param == 1);
  if (check == DETECTOR_CHECK_AUTHORITY) return values.isAuthority(at, end);
  if (check == DETECTOR_CHECK_JWT) return values.isJwt(at);
  if (check == DETECTOR_CHECK_APART) return numbers.isApart(at, end);
  assert(check == DETECTOR_CHECK_BEHIND);
  return values.isBehind(at, param);
}

/** Tries one detector on a match. */
function tryDetector(index: u32, at: usize, end: usize): void {
  const detector = entryAt(SECTION_DETECTORS, index, DETECTORS_BYTES);
  end = tailEnd(detector, end);
  if (end == 0) return;
  const check = <i32>load<u8>(detector + DETECTORS_CHECK);
  const param = <u32>load<u16>(detector + DETECTORS_PARAM);
  if (check == DETECTOR_CHECK_NOTE) {
    notes |= 1 << param;
  } else if (check == DETECTOR_CHECK_ADDRESS) {
    if (numbers.isAddress(at)) addresses++;
  } else if (check == DETECTOR_CHECK_TELEPHONE) {
    if (numbers.isTelephone(at, end)) telephones++;
  } else if (checkHolds(check, param, at, end)) {
    const mark = <i32>load<u8>(detector + DETECTORS_MARK);
    marks |= 1 << mark;
    if (mark >= MARK_CARD_SEEN && mark <= MARK_NATIONAL_ID_SEEN) numbersSeen++;
  }
}

/** Walks the automaton on from `state`, which the byte at `at` led to. */
function walk(state: u32, at: usize): void {
  const accepting = acceptingFrom();
  const end = min(textEnd(), at + <usize>DETECT_WALK_BYTES_MAX);
  for (let cursor = at + 1; state != DEAD; cursor++) {
    if (state >= accepting) {
      const last = itemStart(state + 1);
      for (let item = itemStart(state); item < last; item++) tryDetector(itemAt(item), at, cursor);
    }
    if (cursor == end) return;
    state = nextState(state, load<u8>(cursor));
  }
}

function endLine(): void {
  if (shape < SHAPE_MIN) rows = 0;
  else rows = shape == shapeBefore ? rows + 1 : 1;
  rowsMost = max(rowsMost, rows);
  shapeBefore = shape;
  shape = 0;
}

function pass(): void {
  const end = textEnd();
  let before: u32 = 0;
  for (let at = textStart(); at < end; at++) {
    const byte: u32 = load<u8>(at);
    const kinds = <u32>load<u16>(KINDS_AT + ((<usize>byte) << 1));
    let root = DEAD;
    if ((before & numbers.KIND_ALNUM) == 0 || (kinds & numbers.KIND_ALNUM) == 0) root = ROOT_WORD;
    else if ((before & KIND_LOWER) != 0 && (kinds & KIND_UPPER) != 0) root = ROOT_HUMP;
    before = kinds;
    if (root != DEAD) {
      const state = nextState(root, byte);
      if (state != DEAD) walk(state, at);
    }
    if ((kinds & KIND_CELL) != 0) shape++;
    else if ((kinds & KIND_LINE_END) != 0) endLine();
  }
}

/** Marks of the arguments of the request: bits of MARK_*. Called once a call. */
export function scanArguments(): u32 {
  marks = 0;
  if (!openAutomaton()) return 0;
  notes = 0;
  addresses = 0;
  telephones = 0;
  numbersSeen = 0;
  shape = 0;
  shapeBefore = 0;
  rows = 0;
  rowsMost = 0;
  values.beginValues();
  writeText(payload());
  pass();
  if ((notes & NOTES_BOTH) == NOTES_BOTH) marks |= 1 << MARK_HEALTH_SEEN;
  if (
    addresses >= <u32>BULK_ADDRESSES_MIN ||
    telephones >= <u32>BULK_ADDRESSES_MIN ||
    numbersSeen >= <u32>BULK_NUMBERS_MIN ||
    rowsMost >= <u32>BULK_ROWS_MIN
  ) {
    marks |= 1 << MARK_BULK_SEEN;
  }
  return marks;
}
