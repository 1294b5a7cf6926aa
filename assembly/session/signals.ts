/**
 * What is asked of a history (docs/format/cell.md, section 4): one number of a tally over a window, the part under way
 * and the parts before it included. Counts and sums are never too low.
 */
import * as codes from "../gen/codes";
import {
  SECTION_SIGNALS,
  SECTION_TALLIES,
  SIGNALS_BYTES,
  SIGNALS_CALM,
  SIGNALS_MEASURE,
  SIGNALS_OF,
  SIGNALS_OTHER,
  SIGNALS_TALLY,
  SIGNALS_WINDOW_S,
  TALLIES_BYTES,
  TALLIES_CELL,
  TALLIES_COUNTS,
} from "../gen/layout";
import { WINDOW_HOURS_S_MAX } from "../gen/limits";
import { entryAt } from "../policy/view";
import {
  BUCKET_HEAD,
  bucketBytes,
  Cell,
  COLUMN_BYTES,
  columnOf,
  DAY_MS,
  Event,
  eventAt,
  HEADER_BYTES,
  HOUR_MS,
  NO_COLUMN,
  tallyAt,
  tallyNumber,
  VALUE_MAX,
} from "./cell";
import { kindAt } from "./keys";
import { cellOf, NO_KEY, openedAt, rememberedAt, rememberedCount, requestMs, talliesOf } from "./memory";

/** No number. */
export const NO_SIGNAL: i64 = -1;

const SECOND_MS: u64 = 1000;
const COUNT: i32 = -1; // In place of SIGNAL_UNIT_*.

const NOTHING: usize = memory.data(80, 8); // A Cell without events.

// What is being asked.
let cell: Cell = changetype<Cell>(0);
let kind: i32 = 0;
let startMs: u64 = 0;
let byDays: bool = false;

/** A tally as it is asked: its place among those of its kind, its column in the cell, and whether parts here count. */
@unmanaged
class Asked {
  index: u32;
  column: u32;
  countsHere: bool;
}

const TALLY: usize = memory.data(16, 8);
const OTHER: usize = memory.data(16, 8);

function prepare(at: usize, tally: usize): Asked {
  const asked = changetype<Asked>(at);
  asked.index = <u32>(tally - tallyAt(kindAt(kind), 0)) / TALLIES_BYTES;
  asked.column = columnOf(cell, tallyNumber(tally));
  asked.countsHere = <i32>load<u8>(tally + TALLIES_COUNTS) != codes.TALLY_COUNTS_DENIED;
  return asked;
}

function counts(event: Event, tally: Asked): bool {
  return tally.column != NO_COLUMN && ((<u32>event.tallies >> tally.column) & 1) != 0;
}

/** True when the part at `position` is here: it has the key of the part under way and the tally counts it. */
function isHere(position: i32, tally: Asked): bool {
  if (!tally.countsHere || ((talliesOf(position, kind) >> tally.index) & 1) == 0) return false;
  const now = rememberedCount();
  const key = cellOf(now, kind);
  return position == now || (key >= 0 && cellOf(position, kind) == key);
}

function saturated(sum: u64): u64 {
  return min(sum, VALUE_MAX);
}

/** Buckets that may hold events of the window: the first of them, or the end. */
function bucketsFrom(at: usize, count: u32, lengthMs: u64): usize {
  const each = bucketBytes(cell.columns);
  const end = at + <usize>(count * each);
  while (at < end && (<u64>load<u32>(at) + 1) * lengthMs <= startMs) at += each;
  return at;
}

function firstBucket(): usize {
  if (cell.evictedMs < startMs) return bucketsEnd();
  return byDays
    ? bucketsFrom(cell.daysAt, cell.days, DAY_MS)
    : bucketsFrom(cell.hoursAt, cell.hours, HOUR_MS);
}

function bucketsEnd(): usize {
  const each = bucketBytes(cell.columns);
  return byDays ? cell.daysAt + cell.days * each : cell.hoursAt + cell.hours * each;
}

/** A number of the tally in a bucket. */
function ofBucket(bucket: usize, tally: Asked, unit: i32): u64 {
  if (tally.column == NO_COLUMN) return 0;
  const at = bucket + BUCKET_HEAD + tally.column * COLUMN_BYTES;
  if (unit == COUNT) return load<u32>(at);
  return unit == codes.SIGNAL_UNIT_AMOUNT ? load<u64>(at, 8) : load<u32>(at, 4);
}

function ofEvent(event: Event, unit: i32): u64 {
  if (unit == COUNT) return 1;
  return unit == codes.SIGNAL_UNIT_AMOUNT ? event.amount : event.units;
}

function ofPart(position: i32, unit: i32): u64 {
  if (unit == COUNT) return 1;
  return unit == codes.SIGNAL_UNIT_AMOUNT ? rememberedAt(position).amount : rememberedAt(position).units;
}

function inBuckets(tally: Asked, unit: i32): u64 {
  let sum: u64 = 0;
  for (let at = firstBucket(); at < bucketsEnd(); at += bucketBytes(cell.columns)) {
    sum = saturated(sum + ofBucket(at, tally, unit));
  }
  return sum;
}

/** The sum, or with `largest` the largest, of a number of the tally in the window. */
function inWindow(tally: Asked, unit: i32, largest: bool): u64 {
  let sum: u64 = 0;
  for (let at = firstBucket(); at < bucketsEnd(); at += bucketBytes(cell.columns)) {
    const one = ofBucket(at, tally, unit);
    sum = largest ? max(sum, one) : saturated(sum + one);
  }
  for (let index: u32 = 0; index < cell.events; index++) {
    const event = eventAt(cell, index);
    if (event.timeMs < startMs || !counts(event, tally)) continue;
    const one = ofEvent(event, unit);
    sum = largest ? max(sum, one) : saturated(sum + one);
  }
  for (let position = 0; position <= rememberedCount(); position++) {
    if (!isHere(position, tally)) continue;
    const one = ofPart(position, unit);
    sum = largest ? max(sum, one) : saturated(sum + one);
  }
  return sum;
}

const SEEN_SLOTS: u32 = 512; // More than twice the events and parts there can be.
const SEEN: usize = memory.data(4096, 8);
let seenNothing: bool = false;
let seen: u64 = 0;

function see(target: u64): void {
  if (target == 0) {
    if (!seenNothing) seen++;
    seenNothing = true;
    return;
  }
  let slot = <u32>target & (SEEN_SLOTS - 1);
  for (;;) {
    const at = SEEN + ((<usize>slot) << 3);
    if (load<u64>(at) == target) return;
    if (load<u64>(at) == 0) {
      store<u64>(at, target);
      seen++;
      return;
    }
    slot = (slot + 1) & (SEEN_SLOTS - 1);
  }
}

function distinct(tally: Asked): u64 {
  memory.fill(SEEN, 0, SEEN_SLOTS << 3);
  seenNothing = false;
  seen = inBuckets(tally, COUNT);
  for (let index: u32 = 0; index < cell.events; index++) {
    const event = eventAt(cell, index);
    if (event.timeMs >= startMs && counts(event, tally)) see(event.target);
  }
  for (let position = 0; position <= rememberedCount(); position++) {
    if (isHere(position, tally)) see(rememberedAt(position).target);
  }
  return saturated(seen);
}

function highestTier(tally: Asked): u64 {
  let tier: u64 = 0;
  for (let at = firstBucket(); at < bucketsEnd(); at += bucketBytes(cell.columns)) {
    if (ofBucket(at, tally, COUNT) > 0) tier = max(tier, <u64>load<u32>(at, 4));
  }
  for (let index: u32 = 0; index < cell.events; index++) {
    const event = eventAt(cell, index);
    if (event.timeMs >= startMs && counts(event, tally)) tier = max(tier, <u64>event.tier);
  }
  return tier;
}

/** Time of the last event of the tally, or 0. */
function lastMs(tally: Asked): u64 {
  if (tally.column == NO_COLUMN) return 0;
  return load<u64>(cell.at + HEADER_BYTES + <usize>(tally.column * COLUMN_BYTES), 8);
}

function since(tally: Asked): u64 {
  for (let position = 0; position < rememberedCount(); position++) {
    if (isHere(position, tally)) return 0;
  }
  const last = lastMs(tally);
  return last == 0 ? VALUE_MAX : (cell.nowMs - last) / SECOND_MS;
}

function idle(tally: Asked): u64 {
  let longest: u64 = 0;
  let before = cell.evictedMs;
  let isFirst = cell.hours + cell.days == 0;
  for (let index: u32 = 0; index < cell.events; index++) {
    const event = eventAt(cell, index);
    if (!counts(event, tally)) continue;
    if (!isFirst && event.timeMs >= startMs) longest = max(longest, event.timeMs - before);
    isFirst = false;
    before = event.timeMs;
  }
  const last = lastMs(tally);
  if (last != 0 && isHere(rememberedCount(), tally)) longest = max(longest, cell.nowMs - last);
  return longest / SECOND_MS;
}

/** Whether the tally comes after the other one. */
function follows(tally: Asked, other: Asked): u64 {
  let began = inBuckets(other, COUNT) > 0;
  if (began && inBuckets(tally, COUNT) > 0) return 1;
  for (let index: u32 = 0; index < cell.events; index++) {
    const event = eventAt(cell, index);
    if (event.timeMs < startMs) continue;
    if (began && counts(event, tally)) return 1;
    if (counts(event, other)) began = true;
  }
  for (let position = 0; position <= rememberedCount(); position++) {
    if (began && isHere(position, tally)) return 1;
    if (isHere(position, other)) began = true;
  }
  return 0;
}

function perMille(part: u64, whole: u64): u64 {
  return saturated((1000 * part + max(whole, 1) - 1) / max(whole, 1));
}

function setWindow(seconds: u64): void {
  const window = seconds * SECOND_MS;
  startMs = cell.nowMs > window ? cell.nowMs - window : 0;
  byDays = seconds > <u64>WINDOW_HOURS_S_MAX;
}

function acceleration(tally: Asked, seconds: u64): u64 {
  const late = inWindow(tally, COUNT, false);
  setWindow(2 * seconds);
  const both = inWindow(tally, COUNT, false);
  return perMille(late, both > late ? both - late : 0);
}

function measured(signal: usize, tally: Asked, other: Asked): u64 {
  const measure = <i32>load<u8>(signal + SIGNALS_MEASURE);
  const unit = <i32>load<u8>(signal + SIGNALS_OF);
  const seconds: u64 = load<u32>(signal + SIGNALS_WINDOW_S);
  setWindow(seconds);
  if (measure == codes.SIGNAL_MEASURE_COUNT) return inWindow(tally, COUNT, false);
  if (measure == codes.SIGNAL_MEASURE_SUM) return inWindow(tally, unit, false);
  if (measure == codes.SIGNAL_MEASURE_DISTINCT) return distinct(tally);
  if (measure == codes.SIGNAL_MEASURE_LARGEST) return inWindow(tally, unit, true);
  if (measure == codes.SIGNAL_MEASURE_AVERAGE) {
    const number = max(inWindow(tally, COUNT, false), 1);
    return (inWindow(tally, unit, false) + number - 1) / number;
  }
  if (measure == codes.SIGNAL_MEASURE_TIER) return highestTier(tally);
  if (measure == codes.SIGNAL_MEASURE_SINCE) return since(tally);
  if (measure == codes.SIGNAL_MEASURE_IDLE) return idle(tally);
  if (measure == codes.SIGNAL_MEASURE_RATIO)
    return perMille(inWindow(tally, COUNT, false), inWindow(other, COUNT, false));
  if (measure == codes.SIGNAL_MEASURE_ACCELERATION) return acceleration(tally, seconds);
  if (measure == codes.SIGNAL_MEASURE_AGE) return cell.at == 0 ? 0 : (cell.nowMs - cell.firstMs) / SECOND_MS;
  return follows(tally, other);
}

/** The tally whose index stands at `at`. */
function tallyEntry(at: usize): usize {
  return entryAt(SECTION_TALLIES, load<u32>(at), TALLIES_BYTES);
}

/** The history that a signal would be asked of, or NO_KEY or UNREADABLE. */
function cellOfSignal(signal: usize): i32 {
  kind = load<u8>(tallyEntry(signal + SIGNALS_TALLY) + TALLIES_CELL);
  return cellOf(rememberedCount(), kind);
}

function signalAt(index: u32): usize {
  return entryAt(SECTION_SIGNALS, index, SIGNALS_BYTES);
}

/** True when there is a history to ask. */
export function hasSignal(index: u32): bool {
  return cellOfSignal(signalAt(index)) >= 0;
}

/** The number of a signal for the part under way, or NO_SIGNAL. What lowers is told no calm numbers. */
export function signalOf(index: u32, isRaising: bool): i64 {
  const signal = signalAt(index);
  const found = cellOfSignal(signal);
  if (found >= 0) cell = openedAt(found);
  else if (isRaising && found == NO_KEY && load<u8>(signal + SIGNALS_CALM) != 0) {
    cell = changetype<Cell>(NOTHING);
    cell.nowMs = requestMs();
  } else return NO_SIGNAL;
  const tally = prepare(TALLY, tallyEntry(signal + SIGNALS_TALLY));
  const other = prepare(OTHER, tallyEntry(signal + SIGNALS_OTHER));
  return <i64>measured(signal, tally, other);
}
