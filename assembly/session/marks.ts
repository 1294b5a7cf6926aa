/**
 * What a history remembers beside its events (docs/format/cell.md, sections 5 and 6): marks of what the user typed, what
 * was written and what is frozen, a filter of what tools showed, and how a note changes them.
 */

import * as codes from "../gen/codes";
import {
  CELL_FILTER_BYTES,
  CELL_FILTER_ENTRIES_MAX,
  CELL_FROZEN_MAX,
  CELL_USER_MAX,
  CELL_WRITTEN_MAX,
} from "../gen/limits";
import { Cell, filterAt, Header, IS_OBSERVED, IS_SATURATED, markAt, WROTE_ALL } from "./cell";
import { CLASS_MASK, hashOfValue, NO_HASH } from "./texts";

/** In place of NOTE_CLASS_TOOL, which stands in the filter: first shown by a tool, then typed. */
export const MARK_ECHOED: u64 = 1;

function maskOf(hash: u64): u64 {
  return (<u64>1) << (hash & 63);
}

/** Address of the word of a filter that a number of a bit stands in. */
function wordOf(filter: usize, bit: u64): usize {
  return filter + <usize>(((bit & 32767) >> 6) << 3);
}

function filterHas(filter: usize, hash: u64): bool {
  const one = hash >> 3;
  const other = hash >> 18;
  return (
    (load<u64>(wordOf(filter, one)) & maskOf(one)) != 0 &&
    (load<u64>(wordOf(filter, other)) & maskOf(other)) != 0
  );
}

/** Where a mark stands among `count` that ascend, or would. */
function placeOf(marks: usize, count: u32, mark: u64): u32 {
  let low: u32 = 0;
  while (low < count) {
    const middle = (low + count) >> 1;
    if (load<u64>(marks + ((<usize>middle) << 3)) < mark) low = middle + 1;
    else count = middle;
  }
  return low;
}

function isAmong(marks: usize, count: u32, mark: u64): bool {
  const place = placeOf(marks, count, mark);
  return place < count && load<u64>(marks + ((<usize>place) << 3)) == mark;
}

export function hasMark(cell: Cell, mark: u64): bool {
  return isAmong(cell.marksAt, cell.marks, mark);
}

/** Where a value came from, by the history of its session. PROVENANCE_*. */
export function provenanceIn(cell: Cell, at: usize, bytes: u32): i32 {
  if ((cell.bits & IS_OBSERVED) == 0) return codes.PROVENANCE_UNOBSERVED;
  const hash = hashOfValue(at, bytes);
  if (hash != NO_HASH) {
    if (hasMark(cell, hash)) return codes.PROVENANCE_USER;
    if (hasMark(cell, hash | MARK_ECHOED)) return codes.PROVENANCE_ECHOED;
    if (cell.filtered > 0 && filterHas(filterAt(cell), hash)) return codes.PROVENANCE_TOOL;
  }
  // What was shown beyond what a filter can hold may be anything.
  return (cell.bits & IS_SATURATED) != 0 ? codes.PROVENANCE_TOOL : codes.PROVENANCE_UNKNOWN;
}

/** The classes of marks, by class: how many there may be. MARK_ECHOED counts as NOTE_CLASS_USER. */
function mostOf(kind: u32): u32 {
  if (kind == codes.NOTE_CLASS_USER) return CELL_USER_MAX;
  return kind == codes.NOTE_CLASS_WRITTEN ? CELL_WRITTEN_MAX : CELL_FROZEN_MAX;
}

// The marks and the filter of a history that is being folded.
const MARKS: usize = memory.data(11264, 8); // CELL_MARKS_MAX x 8
const FILTER: usize = memory.data(4096, 8); // CELL_FILTER_BYTES
let marks: u32 = 0;

export function foldedMarksAt(): usize {
  return MARKS;
}

export function foldedFilterAt(): usize {
  return FILTER;
}

/** Takes marks and filter of a history apart, with the header that counts them. */
export function takeMarks(cell: Cell): void {
  marks = cell.marks;
  memory.copy(MARKS, cell.marksAt, marks << 3);
  if (cell.filtered > 0) memory.copy(FILTER, filterAt(cell), CELL_FILTER_BYTES);
  else memory.fill(FILTER, 0, CELL_FILTER_BYTES);
}

function countOf(kind: u64): u32 {
  let found: u32 = 0;
  for (let index: u32 = 0; index < marks; index++) {
    const other = load<u64>(MARKS + ((<usize>index) << 3)) & CLASS_MASK;
    if ((other == MARK_ECHOED ? codes.NOTE_CLASS_USER : other) == kind) found++;
  }
  return found;
}

/** Puts a mark in its place, if one of its kind has room. Returns whether it stands there then. */
function insert(mark: u64, kind: u32): bool {
  const place = placeOf(MARKS, marks, mark);
  const at = MARKS + ((<usize>place) << 3);
  if (place < marks && load<u64>(at) == mark) return true;
  if (countOf(kind) >= mostOf(kind)) return false;
  memory.copy(at + 8, at, (marks++ - place) << 3);
  store<u64>(at, mark);
  return true;
}

function remove(mark: u64): void {
  if (!isAmong(MARKS, marks, mark)) return;
  const place = placeOf(MARKS, marks--, mark);
  const at = MARKS + ((<usize>place) << 3);
  memory.copy(at, at + 8, (marks - place) << 3);
}

function addTyped(header: Header, hash: u64): void {
  if (isAmong(MARKS, marks, hash) || isAmong(MARKS, marks, hash | MARK_ECHOED)) return;
  if ((<u32>header.bits & IS_SATURATED) != 0) return;
  const mark = filterHas(FILTER, hash) ? hash | MARK_ECHOED : hash;
  if (!insert(mark, codes.NOTE_CLASS_USER)) header.bits |= <u16>IS_SATURATED;
}

function addShown(header: Header, hash: u64): void {
  if (filterHas(FILTER, hash)) return;
  if (<u32>header.filtered == CELL_FILTER_ENTRIES_MAX) {
    header.bits |= <u16>IS_SATURATED;
    return;
  }
  header.filtered++;
  for (let bit = hash >> 3, times = 0; times < 2; bit = hash >> 18, times++) {
    const at = wordOf(FILTER, bit);
    store<u64>(at, load<u64>(at) | maskOf(bit));
  }
}

/** Folds the `count` marks of a note, which stand at `at`. */
export function foldMarks(header: Header, at: usize, count: u32): void {
  for (; count > 0; count--) {
    const mark = load<u64>(at);
    const kind = <u32>(mark & CLASS_MASK);
    const hash = mark & ~CLASS_MASK;
    if (kind == codes.NOTE_CLASS_USER) addTyped(header, hash);
    else if (kind == codes.NOTE_CLASS_TOOL) addShown(header, hash);
    else if (kind == codes.NOTE_CLASS_THAWED) remove(hash | codes.NOTE_CLASS_FROZEN);
    else if (!insert(mark, kind) && kind == codes.NOTE_CLASS_WRITTEN) header.bits |= <u16>WROTE_ALL;
    at += 8;
  }
  header.marks = <u16>marks;
}

/** How many things are frozen in a history. */
export function frozenCount(cell: Cell): u32 {
  let found: u32 = 0;
  for (let index: u32 = 0; index < cell.marks; index++) {
    if ((markAt(cell, index) & CLASS_MASK) == codes.NOTE_CLASS_FROZEN) found++;
  }
  return found;
}
