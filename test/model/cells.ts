/** One history as bytes (docs/format/cell.md, sections 2 and 5): read and checked, opened, added to, written. */
import { fromBytes, sha256, toBytes } from "./bytes.ts";
import { hit } from "./coverage.ts";
import { REVIEW } from "./decide.ts";
import { classOf } from "./hashes.ts";
import { limit } from "./wire.ts";

/** Domain of every digest of a history. */
export const CELL_DOMAIN = "cmp1:cell\n";
/** Largest amount and largest number of a signal. */
export const NUMBER_MAX = 2n ** 53n - 1n;
export const U32_MAX = 2n ** 32n - 1n;
export const HOUR_MS = 3_600_000n;
export const DAY_MS = 86_400_000n;
/** Digest of a history without events. */
export const NO_DIGEST = new Uint8Array(32);
const NAME_BYTES = 6;
/** The name of a call that has none. */
export const NO_NAME = "\0".repeat(NAME_BYTES);

const MAGIC = "P0CE";
const HEAD_BYTES = 120;
const CHECK_AT = 112;
const TALLY_BYTES = 16;
const EVENT_BYTES = 40;
const TIER_MAX = 4;
const VERDICT_MAX = 2;
const CLASS_MAX = 3;
/** Bits 0 to 6 of the header are labels; these are the others. */
export const OBSERVED = 8;
export const SATURATED = 9;
export const ALL_WRITTEN = 10;
const BITS = 0b111_0111_1111;

export interface CellEvent {
  time: bigint;
  amount: bigint;
  target: bigint;
  units: bigint;
  /** Bit i: it counts in the i-th tally. */
  tallies: number;
  action: number;
  tier: number;
  verdict: number;
  /** Of its call, if it was reviewed: six bytes. */
  name: string;
}

/** What a bucket holds of one tally. */
export interface Column {
  events: bigint;
  units: bigint;
  amount: bigint;
}

export interface Bucket {
  index: bigint;
  tier: number;
  /** One for each tally. */
  columns: Column[];
}

export interface Cell {
  /** Something was put into it, if only an event of a tally that the image no longer has. */
  wasChanged: boolean;
  id: Uint8Array;
  digest: Uint8Array;
  firstTime: bigint;
  lastTime: bigint;
  /** Of the last event that left the ring. */
  leftTime: bigint;
  leftCount: bigint;
  tallies: { number: bigint; lastTime: bigint }[];
  events: CellEvent[];
  hours: Bucket[];
  days: Bucket[];
  /** Labels and what else the header says: bit i is `1 << i`. */
  bits: number;
  /** Hashes with their class, ascending. */
  marks: bigint[];
  /** How many hashes were put into the filter, and its bytes; none without any. */
  filterCount: number;
  filter: Uint8Array;
}

export function atMost(value: bigint, most: bigint): bigint {
  return value > most ? most : value;
}

/** A history without events, of a kind with these tallies. */
export function emptyCell(id: Uint8Array, numbers: bigint[]): Cell {
  return {
    wasChanged: false,
    id,
    digest: NO_DIGEST,
    firstTime: 0n,
    lastTime: 0n,
    leftTime: 0n,
    leftCount: 0n,
    tallies: numbers.map((number) => ({ number, lastTime: 0n })),
    events: [],
    hours: [],
    days: [],
    bits: 0,
    marks: [],
    filterCount: 0,
    filter: new Uint8Array(),
  };
}

/** The check of a whole cell: FNV-1a over its u64, without the one that holds the check. */
export function checkOf(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let check = 0xcbf29ce484222325n;
  for (let at = 0; at < bytes.length; at += 8) {
    if (at === CHECK_AT) continue;
    check = BigInt.asUintN(64, (check ^ view.getBigUint64(at, true)) * 0x100000001b3n);
  }
  return check;
}

/** Bytes that are not the valid cell of this id give null. There must be some: no bytes are no cell. */
export function readCell(bytes: Uint8Array, id: Uint8Array): Cell | null {
  if (bytes.length < HEAD_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const u16 = (at: number): number => view.getUint16(at, true);
  const u32 = (at: number): bigint => BigInt(view.getUint32(at, true));
  const u64 = (at: number): bigint => view.getBigUint64(at, true);

  if (fromBytes(bytes.subarray(0, 4)) !== MAGIC || u16(4) !== 1) return null;
  const [tallyCount, eventCount, hourCount, dayCount] = [u16(6), u16(100), u16(102), u16(104)] as const;
  const [markCount, filterCount] = [u16(106), u16(110)];
  if (tallyCount > limit("cell_tallies_max")) return null;
  if (eventCount > limit("cell_events_max")) return null;
  if (hourCount > limit("cell_hours_max") || dayCount > limit("cell_days_max")) return null;
  if (markCount > limit("cell_marks_max") || filterCount > limit("cell_filter_entries_max")) return null;
  const bucketBytes = 8 + TALLY_BYTES * tallyCount;
  const eventsAt = HEAD_BYTES + TALLY_BYTES * tallyCount;
  const hoursAt = eventsAt + EVENT_BYTES * eventCount;
  const daysAt = hoursAt + bucketBytes * hourCount;
  const marksAt = daysAt + bucketBytes * dayCount;
  const filterAt = marksAt + 8 * markCount;
  const filterBytes = filterCount > 0 ? limit("cell_filter_bytes") : 0;
  if (bytes.length !== filterAt + filterBytes) return null;
  if (checkOf(bytes) !== u64(CHECK_AT)) return null;
  if (fromBytes(bytes.subarray(8, 40)) !== fromBytes(id)) return null;

  const many = <T>(count: number, start: number, size: number, read: (at: number) => T): T[] =>
    Array.from({ length: count }, (_, i) => read(start + i * size));
  const readBucket = (at: number): Bucket => ({
    index: u32(at),
    tier: Number(u32(at + 4)),
    columns: many(tallyCount, at + 8, TALLY_BYTES, (column) => ({
      events: u32(column),
      units: u32(column + 4),
      amount: u64(column + 8),
    })),
  });
  const cell: Cell = {
    wasChanged: true,
    id,
    digest: bytes.slice(40, 72),
    firstTime: u64(72),
    lastTime: u64(80),
    leftTime: u64(88),
    leftCount: u32(96),
    tallies: many(tallyCount, HEAD_BYTES, TALLY_BYTES, (at) => ({ number: u64(at), lastTime: u64(at + 8) })),
    events: many(eventCount, eventsAt, EVENT_BYTES, (at) => ({
      time: u64(at),
      amount: u64(at + 8),
      target: u64(at + 16),
      units: u32(at + 24),
      tallies: u16(at + 28),
      action: u16(at + 30),
      tier: view.getUint8(at + 32),
      verdict: view.getUint8(at + 33),
      name: fromBytes(bytes.subarray(at + 34, at + EVENT_BYTES)),
    })),
    hours: many(hourCount, hoursAt, bucketBytes, readBucket),
    days: many(dayCount, daysAt, bucketBytes, readBucket),
    bits: u16(108),
    marks: many(markCount, marksAt, 8, u64),
    filterCount,
    filter: bytes.slice(filterAt),
  };
  return holds(cell) ? cell : null;
}

/** What the numbers of a cell must say, whatever its bytes. */
function holds(cell: Cell): boolean {
  const { events, hours, days, tallies } = cell;
  const ascends = (list: bigint[]): boolean =>
    list.every((one, i) => i === 0 || one > (list[i - 1] as bigint));
  if (cell.firstTime > cell.lastTime || cell.lastTime > NUMBER_MAX) return false;
  // The last event of a cell whose ring is empty is the one that left last.
  let before = cell.leftTime;
  for (const { time } of events) {
    if (time < before) return false;
    before = time;
  }
  if (before > cell.lastTime) return false;
  // Events that left stand in an hour and in a day, the last of them in the last ones.
  const noneLeft = cell.leftCount === 0n;
  if (noneLeft !== (hours.length === 0) || noneLeft !== (days.length === 0)) return false;
  if (noneLeft && cell.leftTime !== 0n) return false;
  if (!noneLeft && hours.at(-1)?.index !== cell.leftTime / HOUR_MS) return false;
  if (!noneLeft && days.at(-1)?.index !== cell.leftTime / DAY_MS) return false;
  if (!ascends(tallies.map(({ number }) => number))) return false;
  // No tally has an event after the last one of all.
  if (tallies.some(({ lastTime }) => lastTime > cell.lastTime)) return false;
  for (const event of events) {
    if (event.tallies === 0 || event.tallies >= 2 ** tallies.length) return false;
    if (event.tier > TIER_MAX || event.verdict > VERDICT_MAX || event.amount > NUMBER_MAX) return false;
    if (event.verdict !== REVIEW && event.name !== NO_NAME) return false;
  }
  for (const bucket of [...hours, ...days]) {
    if (bucket.tier > TIER_MAX) return false;
    if (bucket.columns.some(({ amount }) => amount > NUMBER_MAX)) return false;
  }
  if ((cell.bits & ~BITS) !== 0) return false;
  if (!ascends(cell.marks) || cell.marks.some((mark) => classOf(mark) > CLASS_MAX)) return false;
  const most: [string, number[]][] = [
    ["cell_user_max", [0, 1]],
    ["cell_written_max", [2]],
    ["cell_frozen_max", [3]],
  ];
  for (const [name, classes] of most) {
    if (cell.marks.filter((mark) => classes.includes(classOf(mark))).length <= limit(name)) continue;
    hit(`cell with too many marks: ${name.split("_")[1]}`);
    return false;
  }
  return ascends(hours.map(({ index }) => index)) && ascends(days.map(({ index }) => index));
}

/** A cell brought to the tallies of the image: some are dropped with what they counted, others begin empty. */
export function openCell(cell: Cell, numbers: bigint[]): Cell {
  const places = numbers.map((number) => cell.tallies.findIndex((tally) => tally.number === number));
  const openBucket = (bucket: Bucket): Bucket => ({
    ...bucket,
    columns: places.map((place) => ({
      ...(bucket.columns[place] ?? { events: 0n, units: 0n, amount: 0n }),
    })),
  });
  return {
    ...cell,
    tallies: numbers.map((number, i) => ({
      number,
      lastTime: cell.tallies[places[i] as number]?.lastTime ?? 0n,
    })),
    events: cell.events
      .map((event) => ({
        ...event,
        tallies: places.reduce(
          (bits, place, i) => (place >= 0 && ((event.tallies >> place) & 1) === 1 ? bits | (1 << i) : bits),
          0,
        ),
      }))
      .filter((event) => event.tallies !== 0),
    hours: cell.hours.map(openBucket),
    days: cell.days.map(openBucket),
    marks: [...cell.marks],
    filter: cell.filter.slice(),
  };
}

/** The name by which the review of a call is found again: none where all calls with the same arguments would have it. */
export function callName(salt: Uint8Array, args: Uint8Array): string {
  return salt.subarray(0, 8).every((byte) => byte === 0) ? NO_NAME : fromBytes(args.subarray(0, NAME_BYTES));
}

/** A cell without the reviews of the call of this name. */
export function withoutReviews(cell: Cell, name: string): Cell {
  const isTaken = (event: CellEvent): boolean => event.verdict === REVIEW && event.name === name;
  return { ...cell, events: cell.events.filter((event) => !isTaken(event)) };
}

/** Whether an event counts in the i-th tally of its cell. */
export function countsIn(event: CellEvent, i: number): boolean {
  return ((event.tallies >> i) & 1) === 1;
}

/** Something is put into an opened cell now. */
export function changeAt(cell: Cell, now: bigint): void {
  if (!cell.wasChanged) cell.firstTime = now;
  cell.wasChanged = true;
  cell.lastTime = now;
}

/** Adds an event to an opened cell, in place. */
export function appendEvent(cell: Cell, event: CellEvent): void {
  changeAt(cell, event.time);
  cell.tallies.forEach((tally, i) => {
    if (countsIn(event, i)) tally.lastTime = event.time;
  });
  if (cell.events.length === limit("cell_events_max")) {
    const oldest = cell.events.shift() as CellEvent;
    addToBucket(cell.hours, oldest, HOUR_MS, limit("cell_hours_max"), cell.tallies.length);
    addToBucket(cell.days, oldest, DAY_MS, limit("cell_days_max"), cell.tallies.length);
    cell.leftTime = oldest.time;
    cell.leftCount = atMost(cell.leftCount + 1n, U32_MAX);
  }
  cell.events.push(event);
}

function addToBucket(
  buckets: Bucket[],
  event: CellEvent,
  length: bigint,
  most: number,
  tallyCount: number,
): void {
  const index = event.time / length;
  let bucket = buckets.find((one) => one.index === index);
  if (bucket === undefined) {
    if (buckets.length === most) buckets.shift();
    const columns = Array.from({ length: tallyCount }, () => ({ events: 0n, units: 0n, amount: 0n }));
    bucket = { index, tier: 0, columns };
    buckets.push(bucket);
  }
  bucket.tier = Math.max(bucket.tier, event.tier);
  bucket.columns.forEach((column, i) => {
    if (!countsIn(event, i)) return;
    column.events = atMost(column.events + 1n, U32_MAX);
    column.units = atMost(column.units + event.units, U32_MAX);
    column.amount = atMost(column.amount + event.amount, NUMBER_MAX);
  });
}

/** The digest of a history behind what appended these events and left this note. */
export function digestAfter(
  id: Uint8Array,
  before: Uint8Array,
  events: CellEvent[],
  note: Uint8Array = new Uint8Array(),
): Uint8Array {
  if (events.length === 0 && note.length === 0) return before;
  const count = Uint8Array.from(uint(events.length, 4));
  return sha256(CELL_DOMAIN, id, before, count, ...events.map(writeEvent), note);
}

export function writeEvent(event: CellEvent): Uint8Array {
  return Uint8Array.from([
    ...uint(event.time, 8),
    ...uint(event.amount, 8),
    ...uint(event.target, 8),
    ...uint(event.units, 4),
    ...uint(event.tallies, 2),
    ...uint(event.action, 2),
    event.tier,
    event.verdict,
    ...toBytes(event.name),
  ]);
}

export function writeCell(cell: Cell): Uint8Array {
  const bucket = ({ index, tier, columns }: Bucket): number[] => [
    ...uint(index, 4),
    ...uint(tier, 4),
    ...columns.flatMap(({ events, units, amount }) => [
      ...uint(events, 4),
      ...uint(units, 4),
      ...uint(amount, 8),
    ]),
  ];
  return sealCell(
    Uint8Array.from([
      ...MAGIC.split("").map((letter) => letter.charCodeAt(0)),
      ...uint(1, 2),
      ...uint(cell.tallies.length, 2),
      ...cell.id,
      ...cell.digest,
      ...uint(cell.firstTime, 8),
      ...uint(cell.lastTime, 8),
      ...uint(cell.leftTime, 8),
      ...uint(cell.leftCount, 4),
      ...uint(cell.events.length, 2),
      ...uint(cell.hours.length, 2),
      ...uint(cell.days.length, 2),
      ...uint(cell.marks.length, 2),
      ...uint(cell.bits, 2),
      ...uint(cell.filterCount, 2),
      ...uint(0, 8),
      ...cell.tallies.flatMap(({ number, lastTime }) => [...uint(number, 8), ...uint(lastTime, 8)]),
      ...cell.events.flatMap((event) => [...writeEvent(event)]),
      ...cell.hours.flatMap(bucket),
      ...cell.days.flatMap(bucket),
      ...cell.marks.flatMap((mark) => uint(mark, 8)),
      ...cell.filter,
    ]),
  );
}

/** Fills in the check of a cell whose bytes are otherwise done. */
export function sealCell(bytes: Uint8Array): Uint8Array {
  const sealed = bytes.slice();
  const whole = sealed.subarray(0, sealed.length - (sealed.length % 8));
  if (whole.length >= HEAD_BYTES) sealed.set(uint(checkOf(whole), 8), CHECK_AT);
  return sealed;
}

export function uint(value: number | bigint, bytes: number): number[] {
  const wide = BigInt(value);
  return Array.from({ length: bytes }, (_, i) => Number((wide >> BigInt(8 * i)) & 255n));
}
