/**
 * From the bytes of a history and the events that a record appended to it to its next bytes, by docs/format/cell.md and
 * without an engine: how a store is filled again from a log.
 */

import { CELL_DAYS_MAX, CELL_EVENTS_MAX, CELL_HOURS_MAX, CELL_TALLIES_MAX } from "../src/gen/limits.ts";
import { sha256 } from "../src/sha256.ts";

const MAGIC = 0x45433050; // "P0CE", low byte first
const VERSION = 1;
const HEADER_BYTES = 120;
const CHECK_AT = 112;
const TALLY_BYTES = 16;
const EVENT_BYTES = 40;
const BUCKET_BYTES = 8;
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
}

/** What one record appended to one history. */
export interface FoldedEvents {
  readonly id: Uint8Array;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  /** 40 bytes each, at least one. */
  readonly events: Uint8Array;
  /** Numbers of the tallies that the masks of the events stand for, ascending. */
  readonly tallies: readonly bigint[];
}

/** Digest of a history behind events. */
export function digestAfter(id: Uint8Array, before: Uint8Array, events: Uint8Array): Uint8Array {
  return events.length === 0 ? before : sha256(DOMAIN, id, before, events);
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
export function fold(bytes: Uint8Array, { id, after, events, tallies }: FoldedEvents): Uint8Array {
  const history = bytes.length === 0 ? newHistory() : readHistory(bytes);
  takeOrder(history, tallies);
  for (let at = 0; at < events.length; at += EVENT_BYTES) append(history, events.slice(at, at + EVENT_BYTES));
  return writeHistory(history, id, after);
}

function newHistory(): History {
  return { first: -1, last: 0, leftLast: 0, left: 0, tallies: [], events: [], hours: [], days: [] };
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
  if (history.first < 0) history.first = time;
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
  return {
    first: u64(view, 72),
    last: u64(view, 80),
    leftLast: u64(view, 88),
    left: view.getUint32(96, true),
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
  };
}

function writeHistory(history: History, id: Uint8Array, digest: Uint8Array): Uint8Array {
  const { tallies, events, hours, days } = history;
  const columnBytes = BUCKET_BYTES + TALLY_BYTES * tallies.length;
  const size =
    HEADER_BYTES +
    tallies.length * TALLY_BYTES +
    events.length * EVENT_BYTES +
    (hours.length + days.length) * columnBytes;
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
    numbers.length > 0 &&
    numbers.length <= CELL_TALLIES_MAX &&
    numbers.every((number, at) => at === 0 || number > (numbers[at - 1] as bigint))
  );
}
