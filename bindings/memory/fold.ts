/**
 * From the bytes of a history and what a record put into it, events and a note, to its next bytes, by docs/format/cell.md
 * and without an engine: how a store is filled again from a log.
 */

import {
  NOTE_CLASS_FROZEN,
  NOTE_CLASS_THAWED,
  NOTE_CLASS_TOOL,
  NOTE_CLASS_USER,
  NOTE_CLASS_WRITTEN,
} from "../src/gen/codes.ts";
import {
  CELL_DAYS_MAX,
  CELL_EVENTS_MAX,
  CELL_FILTER_BYTES,
  CELL_FILTER_ENTRIES_MAX,
  CELL_FROZEN_MAX,
  CELL_HOURS_MAX,
  CELL_TALLIES_MAX,
  CELL_USER_MAX,
  CELL_WRITTEN_MAX,
} from "../src/gen/limits.ts";
import { sha256 } from "../src/sha256.ts";

const MAGIC = 0x45433050; // "P0CE", low byte first
const VERSION = 1;
const HEADER_BYTES = 120;
const CHECK_AT = 112;
const TALLY_BYTES = 16;
const EVENT_BYTES = 40;
const BUCKET_BYTES = 8;
const MARK_BYTES = 8;
/** Of a note: its bits, zeros, and the number of its marks. */
const NOTE_HEADER_BYTES = 8;
const BIT_SATURATED = 1 << 9;
const BIT_ALL_WRITTEN = 1 << 10;
const CLASS_BITS = 7n;
const FILTER_BIT_MASK = BigInt(CELL_FILTER_BYTES * 8 - 1);
const COUNT_MAX = 0xffffffff;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const DOMAIN = new TextEncoder().encode("cmp1:cell\n");

interface Tally {
  readonly number: bigint;
  /** Of its last event, 0 without any. */
  time: number;
}

/** An event, with its mask taken out of its bytes because another image counts its tallies in another order. */
interface Event {
  readonly bytes: Uint8Array;
  mask: number;
}

interface Column {
  events: number;
  units: number;
  amount: number;
}

interface Bucket {
  readonly index: number;
  tier: number;
  /** One a tally. */
  columns: Column[];
}

interface History {
  first: number;
  last: number;
  /** Time of the last event that left the ring, and how many did. */
  leftLast: number;
  left: number;
  tallies: Tally[];
  events: Event[];
  hours: Bucket[];
  days: Bucket[];
  bits: number;
  /** Hashes with their classes. */
  readonly marks: Set<bigint>;
  /** Hashes in the filter. */
  filtered: number;
  readonly filter: Uint8Array;
}

/** What one record put into one history. */
export interface FoldedEvents {
  readonly id: Uint8Array;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  /** 40 bytes each. */
  readonly events: Uint8Array;
  /** Bits and marks; no bytes where there are none. Without events there is a note. */
  readonly note: Uint8Array;
  /** Time of the record. */
  readonly timeMs: number;
  /** Numbers of the tallies that the masks of the events stand for, ascending. */
  readonly tallies: readonly bigint[];
}

const NO_BYTES = new Uint8Array(0);

/**
 * Digest of a history behind events and a note.
 * @param hash SHA-256 of the parts in one piece; a host may have a faster one.
 */
export function digestAfter(
  id: Uint8Array,
  before: Uint8Array,
  events: Uint8Array,
  note: Uint8Array = NO_BYTES,
  hash: typeof sha256 = sha256,
): Uint8Array {
  if (events.length === 0 && note.length === 0) return before;
  const count = new Uint8Array(4);
  viewOf(count).setUint32(0, events.length / EVENT_BYTES, true);
  return hash(DOMAIN, id, before, count, events, note);
}

/** Numbers of the tallies of a history, in their order. */
export function talliesOf(cell: Uint8Array): bigint[] {
  const view = viewOf(cell);
  return Array.from({ length: view.getUint16(6, true) }, (_, at) =>
    view.getBigUint64(HEADER_BYTES + at * TALLY_BYTES, true),
  );
}

/**
 * The next bytes of a history.
 * @param bytes what this function or an engine gave before; none for a history without events.
 */
export function fold(
  bytes: Uint8Array,
  { id, after, events, note, timeMs, tallies }: FoldedEvents,
): Uint8Array {
  const history = bytes.length === 0 ? newHistory(timeMs) : readHistory(bytes);
  takeOrder(history, tallies);
  history.last = Math.max(history.last, timeMs);
  for (let at = 0; at < events.length; at += EVENT_BYTES) append(history, events.slice(at, at + EVENT_BYTES));
  takeNote(history, note);
  return writeHistory(history, id, after);
}

function newHistory(timeMs: number): History {
  return {
    first: timeMs,
    last: timeMs,
    leftLast: 0,
    left: 0,
    tallies: [],
    events: [],
    hours: [],
    days: [],
    bits: 0,
    marks: new Set(),
    filtered: 0,
    filter: new Uint8Array(CELL_FILTER_BYTES),
  };
}

/** Sets the bits of a note, then takes its marks one after the other. */
function takeNote(history: History, note: Uint8Array): void {
  if (note.length === 0) return;
  const view = viewOf(note);
  const counts = [0, 0, 0, 0];
  for (const mark of history.marks) counts[classOf(mark)] = (counts[classOf(mark)] as number) + 1;
  history.bits |= view.getUint16(0, true);
  for (let at = NOTE_HEADER_BYTES; at < note.length; at += MARK_BYTES)
    takeMark(history, view.getBigUint64(at, true), counts);
}

/** @param counts how many marks there are of each class */
function takeMark(history: History, mark: bigint, counts: number[]): void {
  const { marks } = history;
  const hash = mark & ~CLASS_BITS;
  const of = (kind: number): bigint => hash | BigInt(kind);
  const count = (kind: number): number => counts[kind] as number;
  const put = (kind: number): void => {
    marks.add(of(kind));
    counts[kind] = count(kind) + 1;
  };
  switch (classOf(mark)) {
    case NOTE_CLASS_USER: {
      if (marks.has(of(NOTE_CLASS_USER)) || marks.has(of(NOTE_CLASS_TOOL))) return;
      if ((history.bits & BIT_SATURATED) !== 0) return;
      // A mark of the class of tools is what the user typed behind a tool that had shown it.
      if (count(NOTE_CLASS_USER) + count(NOTE_CLASS_TOOL) >= CELL_USER_MAX) history.bits |= BIT_SATURATED;
      else put(isFiltered(history, hash) ? NOTE_CLASS_TOOL : NOTE_CLASS_USER);
      return;
    }
    case NOTE_CLASS_TOOL: {
      if (isFiltered(history, hash)) return;
      if (history.filtered >= CELL_FILTER_ENTRIES_MAX) history.bits |= BIT_SATURATED;
      else addToFilter(history, hash);
      return;
    }
    case NOTE_CLASS_WRITTEN: {
      if (marks.has(mark)) return;
      if (count(NOTE_CLASS_WRITTEN) >= CELL_WRITTEN_MAX) history.bits |= BIT_ALL_WRITTEN;
      else put(NOTE_CLASS_WRITTEN);
      return;
    }
    case NOTE_CLASS_FROZEN: {
      if (!marks.has(mark) && count(NOTE_CLASS_FROZEN) < CELL_FROZEN_MAX) put(NOTE_CLASS_FROZEN);
      return;
    }
    case NOTE_CLASS_THAWED:
      if (marks.delete(of(NOTE_CLASS_FROZEN))) counts[NOTE_CLASS_FROZEN] = count(NOTE_CLASS_FROZEN) - 1;
  }
}

function classOf(mark: bigint): number {
  return Number(mark & CLASS_BITS);
}

function filterBits(hash: bigint): readonly number[] {
  return [Number((hash >> 3n) & FILTER_BIT_MASK), Number((hash >> 18n) & FILTER_BIT_MASK)];
}

function isFiltered({ filter }: History, hash: bigint): boolean {
  return filterBits(hash).every((bit) => ((filter[bit >>> 3] as number) >>> (bit & 7)) & 1);
}

function addToFilter(history: History, hash: bigint): void {
  const { filter } = history;
  for (const bit of filterBits(hash)) filter[bit >>> 3] = (filter[bit >>> 3] as number) | (1 << (bit & 7));
  history.filtered++;
}

/** Brings a history to the tallies of the image that the next events were written under. */
function takeOrder(history: History, numbers: readonly bigint[]): void {
  const old = history.tallies.map(({ number }) => number);
  if (old.length === numbers.length && old.every((number, at) => number === numbers[at])) return;
  const from = numbers.map((number) => old.indexOf(number));
  history.tallies = numbers.map((number, at) => ({
    number,
    time: history.tallies[from[at] as number]?.time ?? 0,
  }));
  history.events = history.events
    .map(({ bytes, mask }) => ({
      bytes,
      mask: from.reduce((bits, bit, at) => (bit >= 0 && (mask >>> bit) & 1 ? bits | (1 << at) : bits), 0),
    }))
    .filter(({ mask }) => mask !== 0);
  for (const bucket of [...history.hours, ...history.days])
    bucket.columns = from.map((at) => bucket.columns[at] ?? { events: 0, units: 0, amount: 0 });
}

function append(history: History, bytes: Uint8Array): void {
  if (history.events.length === CELL_EVENTS_MAX) leave(history, history.events.shift() as Event);
  const view = viewOf(bytes);
  const time = u64(view, 0);
  const mask = view.getUint16(28, true);
  history.last = time;
  history.events.push({ bytes, mask });
  history.tallies.forEach((tally, at) => {
    if ((mask >>> at) & 1) tally.time = time;
  });
}

/** The oldest event leaves the ring for the buckets of its hour and its day. */
function leave(history: History, event: Event): void {
  const time = u64(viewOf(event.bytes), 0);
  const count = history.tallies.length;
  addToBucket(history.hours, Math.floor(time / HOUR_MS), CELL_HOURS_MAX, event, count);
  addToBucket(history.days, Math.floor(time / DAY_MS), CELL_DAYS_MAX, event, count);
  history.leftLast = time;
  history.left = Math.min(history.left + 1, COUNT_MAX);
}

function addToBucket(buckets: Bucket[], index: number, max: number, event: Event, tallies: number): void {
  let bucket = buckets.at(-1);
  if (bucket?.index !== index) {
    if (buckets.length === max) buckets.shift();
    const columns = Array.from({ length: tallies }, () => ({ events: 0, units: 0, amount: 0 }));
    bucket = { index, tier: 0, columns };
    buckets.push(bucket);
  }
  const view = viewOf(event.bytes);
  bucket.tier = Math.max(bucket.tier, view.getUint8(32));
  const amount = u64(view, 8);
  const units = view.getUint32(24, true);
  bucket.columns.forEach((column, at) => {
    if (((event.mask >>> at) & 1) === 0) return;
    column.events = Math.min(column.events + 1, COUNT_MAX);
    column.units = Math.min(column.units + units, COUNT_MAX);
    column.amount = Math.min(column.amount + amount, Number.MAX_SAFE_INTEGER);
  });
}

function readHistory(bytes: Uint8Array): History {
  const view = viewOf(bytes);
  const tallyCount = view.getUint16(6, true);
  let at = HEADER_BYTES;
  const next = (size: number): number => {
    at += size;
    return at - size;
  };
  const bucket = (): Bucket => {
    const start = next(BUCKET_BYTES);
    return {
      index: view.getUint32(start, true),
      tier: view.getUint32(start + 4, true),
      columns: Array.from({ length: tallyCount }, () => {
        const column = next(TALLY_BYTES);
        return {
          events: view.getUint32(column, true),
          units: view.getUint32(column + 4, true),
          amount: u64(view, column + 8),
        };
      }),
    };
  };
  const filtered = view.getUint16(110, true);
  // Members are read in the order of the bytes.
  return {
    first: u64(view, 72),
    last: u64(view, 80),
    leftLast: u64(view, 88),
    left: view.getUint32(96, true),
    bits: view.getUint16(108, true),
    filtered,
    tallies: Array.from({ length: tallyCount }, () => {
      const start = next(TALLY_BYTES);
      return { number: view.getBigUint64(start, true), time: u64(view, start + 8) };
    }),
    events: Array.from({ length: view.getUint16(100, true) }, () => {
      const start = next(EVENT_BYTES);
      return { bytes: bytes.slice(start, start + EVENT_BYTES), mask: view.getUint16(start + 28, true) };
    }),
    hours: Array.from({ length: view.getUint16(102, true) }, bucket),
    days: Array.from({ length: view.getUint16(104, true) }, bucket),
    marks: new Set(
      Array.from({ length: view.getUint16(106, true) }, () => view.getBigUint64(next(MARK_BYTES), true)),
    ),
    filter: filtered > 0 ? bytes.slice(at, at + CELL_FILTER_BYTES) : new Uint8Array(CELL_FILTER_BYTES),
  };
}

function writeHistory(history: History, id: Uint8Array, digest: Uint8Array): Uint8Array {
  const { tallies, events, hours, days, bits, filtered, filter } = history;
  const marks = BigUint64Array.from(history.marks).sort();
  const columnBytes = BUCKET_BYTES + TALLY_BYTES * tallies.length;
  const size =
    HEADER_BYTES +
    tallies.length * TALLY_BYTES +
    events.length * EVENT_BYTES +
    (hours.length + days.length) * columnBytes +
    marks.length * MARK_BYTES +
    (filtered > 0 ? CELL_FILTER_BYTES : 0);
  const bytes = new Uint8Array(size);
  const view = viewOf(bytes);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, VERSION, true);
  view.setUint16(6, tallies.length, true);
  bytes.set(id, 8);
  bytes.set(digest, 40);
  setU64(view, 72, history.first);
  setU64(view, 80, history.last);
  setU64(view, 88, history.leftLast);
  view.setUint32(96, history.left, true);
  view.setUint16(100, events.length, true);
  view.setUint16(102, hours.length, true);
  view.setUint16(104, days.length, true);
  view.setUint16(106, marks.length, true);
  view.setUint16(108, bits, true);
  view.setUint16(110, filtered, true);
  let at = HEADER_BYTES;
  for (const { number, time } of tallies) {
    view.setBigUint64(at, number, true);
    setU64(view, at + 8, time);
    at += TALLY_BYTES;
  }
  for (const event of events) {
    bytes.set(event.bytes, at);
    view.setUint16(at + 28, event.mask, true);
    at += EVENT_BYTES;
  }
  for (const { index, tier, columns } of [...hours, ...days]) {
    view.setUint32(at, index, true);
    view.setUint32(at + 4, tier, true);
    at += BUCKET_BYTES;
    for (const { events: count, units, amount } of columns) {
      view.setUint32(at, count, true);
      view.setUint32(at + 4, units, true);
      setU64(view, at + 8, amount);
      at += TALLY_BYTES;
    }
  }
  for (const mark of marks) {
    view.setBigUint64(at, mark, true);
    at += MARK_BYTES;
  }
  if (filtered > 0) bytes.set(filter, at);
  setCheck(view);
  return bytes;
}

/**
 * c = (c xor u64) x 0x100000001b3 modulo 2^64 over the whole cell but the check itself, in two halves of 32 bits: the
 * factor is 2^40 + 435, and no product leaves the whole numbers that are exact.
 */
function setCheck(view: DataView): void {
  let low = 0x84222325;
  let high = 0xcbf29ce4;
  for (let at = 0; at < view.byteLength; at += 8) {
    if (at === CHECK_AT) continue;
    low = (low ^ view.getUint32(at, true)) >>> 0;
    high = (high ^ view.getUint32(at + 4, true)) >>> 0;
    const product = low * 435;
    high = (high * 435 + Math.floor(product / 0x1_0000_0000) + ((low << 8) >>> 0)) % 0x1_0000_0000;
    low = product % 0x1_0000_0000;
  }
  view.setUint32(CHECK_AT, low, true);
  view.setUint32(CHECK_AT + 4, high, true);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** A u64 of at most 2^53 - 1. */
function u64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 0x1_0000_0000 + view.getUint32(at, true);
}

function setU64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % 0x1_0000_0000, true);
  view.setUint32(at + 4, Math.floor(value / 0x1_0000_0000), true);
}

/** Whether numbers of tallies can be those of a history. */
export function areTallies(numbers: readonly bigint[]): boolean {
  return (
    numbers.length <= CELL_TALLIES_MAX &&
    numbers.every((number, at) => at === 0 || number > (numbers[at - 1] as bigint))
  );
}
