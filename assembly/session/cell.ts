/**
 * The bytes of one history (docs/format/cell.md, section 2): checked once, then read in place through a `Cell`. A cell
 * can come from another image, whose tallies had other columns; `columnOf` says where a tally of this image stands.
 */
import { equal } from "../base/bytes";
import { VERDICT_REVIEW } from "../gen/codes";
import {
  CELLS_TALLY_COUNT,
  CELLS_TALLY_START,
  SECTION_TALLIES,
  TALLIES_BYTES,
  TALLIES_NUMBER,
} from "../gen/layout";
import {
  CELL_DAYS_MAX,
  CELL_EVENTS_MAX,
  CELL_FILTER_BYTES,
  CELL_FILTER_ENTRIES_MAX,
  CELL_FROZEN_MAX,
  CELL_HOURS_MAX,
  CELL_MARKS_MAX,
  CELL_TALLIES_MAX,
  CELL_USER_MAX,
  CELL_WRITTEN_MAX,
  TIME_MS_MAX,
} from "../gen/limits";
import { entryAt } from "../policy/view";

/** "P0CE", then the version in two bytes. The number of tallies stands behind it. */
export const CELL_MAGIC: u64 = 0x0001_45433050;
export const HEADER_BYTES: u32 = 120;
export const COLUMN_BYTES: u32 = 16;
export const EVENT_BYTES: u32 = 40;
export const BUCKET_HEAD: u32 = 8;
/** Numbers of events stop here. */
export const VALUE_MAX: u64 = 9007199254740991;
export const HOUR_MS: u64 = 3_600_000;
export const DAY_MS: u64 = 86_400_000;
/** No column: the cell has never counted this tally. */
export const NO_COLUMN: u32 = 0xff;

@unmanaged
export class Header {
  magic: u32;
  version: u16;
  tallies: u16;
  id0: u64;
  id1: u64;
  id2: u64;
  id3: u64;
  digest0: u64;
  digest1: u64;
  digest2: u64;
  digest3: u64;
  firstMs: u64;
  lastMs: u64;
  evictedMs: u64;
  evicted: u32;
  events: u16;
  hours: u16;
  days: u16;
  marks: u16;
  bits: u16;
  filtered: u16;
  check: u64;
}

// What `bits` of a header say, besides labels.
export const LABEL_BITS: u32 = 127;
export const IS_OBSERVED: u32 = 256;
export const IS_SATURATED: u32 = 512;
export const WROTE_ALL: u32 = 1024;
const BITS: u32 = LABEL_BITS | IS_OBSERVED | IS_SATURATED | WROTE_ALL;

export const ID_AT: usize = 8;
export const DIGEST_AT: usize = 40;

@unmanaged
export class Event {
  timeMs: u64;
  amount: u64;
  target: u64;
  units: u32;
  tallies: u16;
  action: u16;
  tier: u8;
  verdict: u8;
  /** With `call1` what names the call of a review, so that it is found when the call is decided again; else 0. */
  call0: u16;
  call1: u32;
}

/** The verdict, and above it the name of the call. */
function verdictOf(event: Event): u64 {
  return load<u64>(changetype<usize>(event), offsetof<Event>("tier")) >> 8;
}

/** A history that was opened. */
@unmanaged
export class Cell {
  /** Its bytes, or 0: a history without events. */
  at: usize;
  /** Entry of its kind. */
  kind: usize;
  /** Time of the request, or of the last event if that is later. */
  nowMs: u64;
  firstMs: u64;
  evictedMs: u64;
  columns: u32;
  events: u32;
  eventsAt: usize;
  hours: u32;
  hoursAt: usize;
  days: u32;
  daysAt: usize;
  marks: u32;
  marksAt: usize;
  /** Entries of the filter behind the marks; without any there is none. */
  filtered: u32;
  bits: u32;
  isKnown: bool;
}

export function bucketBytes(tallies: u32): u32 {
  return BUCKET_HEAD + tallies * COLUMN_BYTES;
}

/** The check of a cell of `bytes`: every word but the one it stands in. */
export function checkOf(at: usize, bytes: u32): u64 {
  let sum: u64 = 0xcbf29ce484222325;
  for (let offset: usize = 0; offset < <usize>bytes; offset += 8) {
    if (offset != offsetof<Header>("check")) sum = (sum ^ load<u64>(at + offset)) * 0x100000001b3;
  }
  return sum;
}

export function eventAt(cell: Cell, index: u32): Event {
  return changetype<Event>(cell.eventsAt + <usize>(index * EVENT_BYTES));
}

function eventsFit(cell: Cell, header: Header): bool {
  let last = header.evictedMs;
  for (let index: u32 = 0; index < cell.events; index++) {
    const event = eventAt(cell, index);
    const fits =
      event.timeMs >= last &&
      event.amount <= VALUE_MAX &&
      event.tallies != 0 &&
      <u32>event.tallies >> cell.columns == 0 &&
      event.tier <= 4 &&
      (verdictOf(event) <= 2 || event.verdict == <u8>VERDICT_REVIEW);
    if (!fits) return false;
    last = event.timeMs;
  }
  return last <= header.lastMs && header.firstMs <= header.lastMs && header.lastMs <= <u64>TIME_MS_MAX;
}

function bucketsFit(at: usize, count: u32, columns: u32): bool {
  let least: u64 = 0;
  for (let index: u32 = 0; index < count; index++) {
    if (<u64>load<u32>(at) < least || load<u32>(at, 4) > 4) return false;
    least = <u64>load<u32>(at) + 1;
    at += BUCKET_HEAD;
    for (let column: u32 = 0; column < columns; column++) {
      if (load<u64>(at, 8) > VALUE_MAX) return false;
      at += COLUMN_BYTES;
    }
  }
  return true;
}

function columnsFit(at: usize, columns: u32, lastMs: u64): bool {
  for (let column: u32 = 0; column < columns; column++) {
    if (load<u64>(at, 8) > lastMs) return false;
    if (column > 0 && load<u64>(at - COLUMN_BYTES) >= load<u64>(at)) return false;
    at += COLUMN_BYTES;
  }
  return true;
}

/** The last of the buckets is that of the event that left last; there are none if none left. */
function lastFits(at: usize, count: u32, columns: u32, header: Header, lengthMs: u64): bool {
  if (count == 0 || header.evicted == 0) return count == 0 && header.evicted == 0;
  return <u64>load<u32>(at + <usize>((count - 1) * bucketBytes(columns))) == header.evictedMs / lengthMs;
}

/** Marks ascend, and none has a class that only a note has. */
function marksFit(cell: Cell): bool {
  let least: u64 = 0;
  let counts: u64 = 0; // Two bytes a class.
  for (let index: u32 = 0; index < cell.marks; index++) {
    const mark = markAt(cell, index);
    if (mark < least || (mark & 4) != 0) return false;
    least = mark + 1;
    counts += (<u64>1) << ((mark & 3) << 4);
  }
  return (
    (counts & 0xffff) + ((counts >> 16) & 0xffff) <= <u64>CELL_USER_MAX &&
    ((counts >> 32) & 0xffff) <= <u64>CELL_WRITTEN_MAX &&
    counts >> 48 <= <u64>CELL_FROZEN_MAX
  );
}

export function markAt(cell: Cell, index: u32): u64 {
  return load<u64>(cell.marksAt + ((<usize>index) << 3));
}

export function filterAt(cell: Cell): usize {
  return cell.marksAt + ((<usize>cell.marks) << 3);
}

/** Opens the `bytes` at `at` as the history with the id at `idAt`. False: it is none. */
export function openCell(cell: Cell, at: usize, bytes: u32, idAt: usize): bool {
  assert(offsetof<Header>() == <usize>HEADER_BYTES && offsetof<Event>() == <usize>EVENT_BYTES);
  const header = changetype<Header>(at);
  const columns: u32 = header.tallies;
  const each = bucketBytes(columns);
  cell.at = at;
  cell.columns = columns;
  cell.events = header.events;
  cell.hours = header.hours;
  cell.days = header.days;
  cell.eventsAt = at + HEADER_BYTES + columns * COLUMN_BYTES;
  cell.hoursAt = cell.eventsAt + cell.events * EVENT_BYTES;
  cell.daysAt = cell.hoursAt + cell.hours * each;
  cell.marks = header.marks;
  cell.marksAt = cell.daysAt + cell.days * each;
  cell.filtered = header.filtered;
  cell.bits = header.bits;
  cell.firstMs = header.firstMs;
  cell.evictedMs = header.evictedMs;
  cell.nowMs = max(cell.nowMs, header.lastMs);
  return (
    bytes >= HEADER_BYTES &&
    load<u64>(at) == (CELL_MAGIC | ((<u64>columns) << 48)) &&
    columns <= <u32>CELL_TALLIES_MAX &&
    cell.events <= <u32>CELL_EVENTS_MAX &&
    cell.hours <= <u32>CELL_HOURS_MAX &&
    cell.days <= <u32>CELL_DAYS_MAX &&
    cell.marks <= <u32>CELL_MARKS_MAX &&
    cell.filtered <= <u32>CELL_FILTER_ENTRIES_MAX &&
    at + <usize>bytes == filterAt(cell) + (cell.filtered > 0 ? <usize>CELL_FILTER_BYTES : 0) &&
    checkOf(at, bytes) == header.check &&
    equal(at + ID_AT, idAt, 32) &&
    lastFits(cell.hoursAt, cell.hours, columns, header, HOUR_MS) &&
    lastFits(cell.daysAt, cell.days, columns, header, DAY_MS) &&
    (header.evicted != 0 || header.evictedMs == 0) &&
    (cell.bits & ~BITS) == 0 &&
    columnsFit(at + HEADER_BYTES, columns, header.lastMs) &&
    eventsFit(cell, header) &&
    bucketsFit(cell.hoursAt, cell.hours, columns) &&
    bucketsFit(cell.daysAt, cell.days, columns) &&
    marksFit(cell)
  );
}

/** Takes the events of the review of a call out: what is decided again stands once. */
export function forgetReview(cell: Cell, call: u64): void {
  let kept: u32 = 0;
  for (let index: u32 = 0; index < cell.events; index++) {
    const event = eventAt(cell, index);
    if (verdictOf(event) == ((call << 8) | VERDICT_REVIEW)) continue;
    memory.copy(changetype<usize>(eventAt(cell, kept++)), changetype<usize>(event), EVENT_BYTES);
  }
  cell.events = kept;
}

/** Column of a tally of the image, or NO_COLUMN. */
export function columnOf(cell: Cell, number: u64): u32 {
  for (let column: u32 = 0; column < cell.columns; column++) {
    if (load<u64>(cell.at + HEADER_BYTES + <usize>(column * COLUMN_BYTES)) == number) return column;
  }
  return NO_COLUMN;
}

export function tallyCount(kind: usize): u32 {
  return load<u32>(kind + CELLS_TALLY_COUNT);
}

/** Entry of the tally of a kind in place `index`. */
export function tallyAt(kind: usize, index: u32): usize {
  return entryAt(SECTION_TALLIES, load<u32>(kind + CELLS_TALLY_START) + index, TALLIES_BYTES);
}

export function tallyNumber(tally: usize): u64 {
  return load<u64>(tally + TALLIES_NUMBER);
}
