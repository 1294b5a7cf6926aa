/**
 * What a decision leaves in the histories it touched (docs/format/cell.md, section 5): each is taken apart, brought to
 * the tallies of this image, gets the events of the call, and is written in place of the old one.
 */
import { SHA256_BYTES, sha256Begin, sha256Finish, sha256Update } from "../base/sha256";
import * as codes from "../gen/codes";
import { TALLIES_COUNTS } from "../gen/layout";
import { CELL_DAYS_MAX, CELL_EVENTS_MAX, CELL_FILTER_BYTES, CELL_HOURS_MAX } from "../gen/limits";
import { REQUEST_KEY_MODE, WORD_CMP1_CELL_, WORD_REQUEST_KEY, wordAt, wordBytes } from "../gen/words";
import { callName } from "../record/commit";
import { choiceUnder } from "../request/view";
import {
  BUCKET_HEAD,
  bucketBytes,
  CELL_MAGIC,
  Cell,
  COLUMN_BYTES,
  checkOf,
  columnOf,
  DAY_MS,
  DIGEST_AT,
  EVENT_BYTES,
  Event,
  eventAt,
  HEADER_BYTES,
  Header,
  HOUR_MS,
  ID_AT,
  NO_COLUMN,
  tallyAt,
  tallyCount,
  tallyNumber,
  VALUE_MAX,
} from "./cell";
import { kindCount } from "./keys";
import { forgetNote, NOTE_HEAD, noteAt, noteBytes, noteCall, notedBits, notedCount } from "./learned";
import { foldedFilterAt, foldedMarksAt, foldMarks, takeMarks } from "./marks";
import {
  CELL_SIZES_AT,
  CELL_STRIDE,
  CELLS_AT,
  cellOf,
  cellOfEvent,
  cellsOfRequest,
  digestAt,
  idAt,
  openedAt,
  rememberedAt,
  rememberedCount,
  talliesOf,
  UNCHANGED,
} from "./memory";

/** Events under way: those of the ring, and room for one of each part. */
const EVENTS: usize = memory.data(7680, 8); // (CELL_EVENTS_MAX + PARTS_MAX) x EVENT_BYTES
const HOURS: usize = memory.data(12672, 8); // CELL_HOURS_MAX x 264
const DAYS: usize = memory.data(8448, 8); // CELL_DAYS_MAX x 264
const COLUMNS: usize = memory.data(256, 8); // CELL_TALLIES_MAX x COLUMN_BYTES
const HEADER: usize = memory.data(120, 8);
const ADDED: usize = memory.data(4, 4); // How many events were added, as it is hashed.
const FROM: usize = memory.data(16, 4); // Where each tally stood in the old cell.
const APPENDED: usize = memory.data(8, 4); // Events of this decision, a byte a history.

let columns: u32 = 0;
let events: u32 = 0;
let first: u32 = 0; // The oldest one still in the ring.
let hours: u32 = 0;
let days: u32 = 0;

/** Bits of the tallies of a kind that count a part, now that the call has its verdict. */
function counted(position: i32, kind: i32, entry: usize, isDenied: bool): u32 {
  let left: u32 = 0;
  const tallies = talliesOf(position, kind);
  for (let index: u32 = 0; tallies >> index != 0; index++) {
    if (((tallies >> index) & 1) == 0) continue;
    const counts = <i32>load<u8>(tallyAt(entry, index) + TALLIES_COUNTS);
    const fits = counts == codes.TALLY_COUNTS_ANY || (counts == codes.TALLY_COUNTS_DENIED) == isDenied;
    if (fits) left |= 1 << index;
  }
  return left;
}

function takeBuckets(to: usize, from: usize, count: u32, oldColumns: u32): void {
  for (; count > 0; count--) {
    store<u64>(to, load<u64>(from));
    for (let index: u32 = 0; index < columns; index++) {
      const column: u32 = load<u8>(FROM + <usize>index);
      const at = to + BUCKET_HEAD + <usize>(index * COLUMN_BYTES);
      if (column == NO_COLUMN) memory.fill(at, 0, COLUMN_BYTES);
      else memory.copy(at, from + BUCKET_HEAD + <usize>(column * COLUMN_BYTES), COLUMN_BYTES);
    }
    to += bucketBytes(columns);
    from += bucketBytes(oldColumns);
  }
}

/** Takes a history apart, in the order of this image's tallies. */
function takeApart(cell: Cell): void {
  columns = tallyCount(cell.kind);
  events = 0;
  first = 0;
  hours = cell.hours;
  days = cell.days;
  if (cell.at == 0) memory.fill(HEADER, 0, HEADER_BYTES);
  else memory.copy(HEADER, cell.at, HEADER_BYTES);
  for (let index: u32 = 0; index < columns; index++) {
    const number = tallyNumber(tallyAt(cell.kind, index));
    const column = columnOf(cell, number);
    store<u8>(FROM + <usize>index, <u8>column);
    const to = COLUMNS + <usize>(index * COLUMN_BYTES);
    store<u64>(to, number);
    store<u64>(
      to,
      column == NO_COLUMN ? 0 : load<u64>(cell.at + HEADER_BYTES + <usize>(column * COLUMN_BYTES), 8),
      8,
    );
  }
  for (let index: u32 = 0; index < cell.events; index++) {
    const from = eventAt(cell, index);
    let tallies: u32 = 0;
    for (let place: u32 = 0; place < columns; place++) {
      const column: u32 = load<u8>(FROM + <usize>place);
      if (column != NO_COLUMN && ((<u32>from.tallies >> column) & 1) != 0) tallies |= 1 << place;
    }
    if (tallies == 0) continue;
    const to = EVENTS + <usize>(events++ * EVENT_BYTES);
    memory.copy(to, changetype<usize>(from), EVENT_BYTES);
    changetype<Event>(to).tallies = <u16>tallies;
  }
  takeBuckets(HOURS, cell.hoursAt, hours, cell.columns);
  takeBuckets(DAYS, cell.daysAt, days, cell.columns);
  takeMarks(cell);
}

/** Adds an event that left the ring to the last bucket, or to a new one. Returns how many there are then. */
function addToBucket(at: usize, count: u32, most: u32, lengthMs: u64, event: Event): u32 {
  const each = bucketBytes(columns);
  const index = <u32>(event.timeMs / lengthMs);
  if (count == 0 || load<u32>(at + <usize>((count - 1) * each)) != index) {
    if (count == most) memory.copy(at, at + each, <usize>(--count * each));
    memory.fill(at + <usize>(count * each), 0, each);
    store<u32>(at + <usize>(count * each), index);
    count++;
  }
  const bucket = at + <usize>((count - 1) * each);
  store<u32>(bucket, max(load<u32>(bucket, 4), <u32>event.tier), 4);
  for (let column: u32 = 0; column < columns; column++) {
    if (((<u32>event.tallies >> column) & 1) == 0) continue;
    const to = bucket + BUCKET_HEAD + <usize>(column * COLUMN_BYTES);
    store<u32>(to, <u32>min(<u64>load<u32>(to) + 1, <u64>u32.MAX_VALUE));
    store<u32>(to, <u32>min(<u64>load<u32>(to, 4) + event.units, <u64>u32.MAX_VALUE), 4);
    store<u64>(to, min(load<u64>(to, 8) + event.amount, VALUE_MAX), 8);
  }
  return count;
}

function evict(): void {
  const event = changetype<Event>(EVENTS + <usize>(first++ * EVENT_BYTES));
  hours = addToBucket(HOURS, hours, CELL_HOURS_MAX, HOUR_MS, event);
  days = addToBucket(DAYS, days, CELL_DAYS_MAX, DAY_MS, event);
  const header = changetype<Header>(HEADER);
  header.evictedMs = event.timeMs;
  if (header.evicted != u32.MAX_VALUE) header.evicted++;
}

function append(position: i32, tallies: u32, nowMs: u64, verdict: u64): void {
  if (events - first == <u32>CELL_EVENTS_MAX) evict();
  const from = rememberedAt(position);
  const event = changetype<Event>(EVENTS + <usize>(events++ * EVENT_BYTES));
  event.timeMs = nowMs;
  // Amount, target and units lie side by side in both.
  const shared = offsetof<Event>("tallies") - offsetof<Event>("amount");
  memory.copy(changetype<usize>(event) + offsetof<Event>("amount"), changetype<usize>(from), shared);
  event.tallies = <u16>tallies;
  event.action = from.action;
  store<u64>(changetype<usize>(event), verdict | from.tier, offsetof<Event>("tier"));
  for (let column: u32 = 0; column < columns; column++) {
    if ((tallies >> column) & 1) store<u64>(COLUMNS + <usize>(column * COLUMN_BYTES), nowMs, 8);
  }
}

function put(to: usize, from: usize, bytes: u32): usize {
  memory.copy(to, from, bytes);
  return to + bytes;
}

/** Takes what is noted besides events into the history. */
function foldNote(): void {
  const header = changetype<Header>(HEADER);
  header.bits |= <u16>notedBits();
  foldMarks(header, noteAt() + NOTE_HEAD, notedCount());
}

/** Writes the history in the place of the old one. */
function putTogether(index: i32, added: u32, nowMs: u64): void {
  const at = CELLS_AT + <usize>index * CELL_STRIDE;
  const newest = EVENTS + <usize>((events - added) * EVENT_BYTES);
  const header = changetype<Header>(HEADER);
  store<u64>(HEADER, CELL_MAGIC | ((<u64>columns) << 48));
  header.events = <u16>(events - first);
  header.hours = <u16>hours;
  header.days = <u16>days;
  if (openedAt(index).at == 0) header.firstMs = nowMs;
  header.lastMs = nowMs;
  memory.copy(HEADER + ID_AT, idAt(index), SHA256_BYTES);
  sha256Begin();
  sha256Update(wordAt(WORD_CMP1_CELL_), wordBytes(WORD_CMP1_CELL_));
  sha256Update(HEADER + ID_AT, SHA256_BYTES);
  sha256Update(digestAt(index), SHA256_BYTES);
  store<u32>(ADDED, added);
  sha256Update(ADDED, 4);
  sha256Update(newest, added * EVENT_BYTES);
  sha256Update(noteAt(), noteBytes(index));
  sha256Finish(HEADER + DIGEST_AT);
  let to = put(at, HEADER, HEADER_BYTES);
  to = put(to, COLUMNS, columns * COLUMN_BYTES);
  to = put(to, EVENTS + <usize>(first * EVENT_BYTES), (events - first) * EVENT_BYTES);
  to = put(to, HOURS, hours * bucketBytes(columns));
  to = put(to, DAYS, days * bucketBytes(columns));
  to = put(to, foldedMarksAt(), (<u32>header.marks) << 3);
  if (header.filtered > 0) to = put(to, foldedFilterAt(), CELL_FILTER_BYTES);
  const bytes = <u32>(to - at);
  changetype<Header>(at).check = checkOf(at, bytes);
  store<u32>(CELL_SIZES_AT + ((<usize>index) << 2), bytes);
}

/** @param verdict as events have it, above their tier: with the name of the call, if it may be decided again. */
function foldCell(index: i32, verdict: u64, isDenied: bool): void {
  const cell = openedAt(index);
  let added: u32 = 0;
  for (let position = 0; position < rememberedCount(); position++) {
    for (let kind = 0; kind < kindCount(); kind++) {
      if (cellOf(position, kind) != index) continue;
      const tallies = counted(position, kind, cell.kind, isDenied);
      if (tallies == 0) continue;
      if (added++ == 0) takeApart(cell);
      append(position, tallies, cell.nowMs, verdict);
    }
  }
  store<u8>(APPENDED + <usize>index, <u8>added);
  const isNoted = noteBytes(index) > 0;
  if (added == 0 && !isNoted) return;
  if (added == 0) takeApart(cell);
  if (isNoted) foldNote();
  putTogether(index, added, cell.nowMs);
}

/** In shadow mode the host runs the call whatever the verdict is. */
function isShadow(): bool {
  return choiceUnder(WORD_REQUEST_KEY + REQUEST_KEY_MODE) == codes.MODE_SHADOW;
}

/** Leaves every history as it is. */
export function foldNothing(): void {
  forgetNote();
  leaveAll();
}

function leaveAll(): void {
  memory.fill(CELL_SIZES_AT, <u8>UNCHANGED, 32);
  memory.fill(APPENDED, 0, 8);
}

/** Writes the next histories behind a call. */
export function foldCall(verdict: i32): void {
  foldNothing();
  const isDenied = verdict == codes.VERDICT_DENY && !isShadow();
  if (!isDenied) noteCall();
  let word = (<u64>verdict) << 8;
  if (verdict == codes.VERDICT_REVIEW && !isShadow()) word |= callName() << 16;
  for (let index = 0; index < cellsOfRequest(); index++) foldCell(index, word, isDenied);
}

/** Writes the history that the event goes into. The note was made already. */
export function foldEvent(): void {
  leaveAll();
  foldCell(cellOfEvent(), (<u64>codes.VERDICT_ALLOW) << 8, false);
}

/** How many events a history got. */
export function appendedCount(index: i32): u32 {
  return load<u8>(APPENDED + <usize>index);
}

/** The events that a history got: the last ones of its ring. */
export function appendedAt(index: i32): usize {
  const at = CELLS_AT + <usize>index * CELL_STRIDE;
  const header = changetype<Header>(at);
  const ring = at + HEADER_BYTES + <usize>header.tallies * COLUMN_BYTES;
  return ring + <usize>((<u32>header.events - appendedCount(index)) * EVENT_BYTES);
}

/** The digest behind this decision. */
export function nextDigestAt(index: i32): usize {
  return load<u32>(CELL_SIZES_AT + ((<usize>index) << 2)) == UNCHANGED
    ? digestAt(index)
    : CELLS_AT + <usize>index * CELL_STRIDE + DIGEST_AT;
}
