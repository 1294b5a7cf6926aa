/** What is asked of histories (docs/format/cell.md, section 4): the twelve measures, each worked out from the start. */
import {
  atMost,
  type Bucket,
  type Cell,
  type CellEvent,
  type Column,
  countsIn,
  DAY_MS,
  HOUR_MS,
  NUMBER_MAX,
} from "./cells.ts";
import type { Weight } from "./keys.ts";
import { limit } from "./wire.ts";

/** A part of the call under way that has the key of the history. */
export interface Present {
  weight: Weight;
  /** Places of the tallies that it counts in, before there is a verdict. */
  tallies: Set<number>;
}

/** A history as one part of a call sees it. */
export interface Seen {
  /** In the order of the image's tallies. */
  cell: Cell;
  now: bigint;
  /** Parts before this one. */
  earlier: Present[];
  self: Present;
}

/** What a signal says, with tallies as places in the cell. */
export interface Question {
  measure: string;
  tally: number;
  other: number;
  windowS: bigint;
  of: string;
}

/** What stands in the window of one tally. */
interface Window {
  events: CellEvent[];
  here: Present[];
  buckets: { tier: number; column: Column }[];
}

const HOURS_MOST = BigInt(limit("window_hours_s_max"));

export function measure(question: Question, seen: Seen): bigint {
  return atMost(numberOf(question, seen), NUMBER_MAX);
}

function numberOf(question: Question, seen: Seen): bigint {
  const { cell, now } = seen;
  const { tally, other, windowS } = question;
  const amountOf = (weight: Weight): bigint => (question.of === "amount" ? weight.amount : weight.units);
  const amountIn = (column: Column): bigint => (question.of === "amount" ? column.amount : column.units);
  const window = windowOf(seen, tally, windowS);
  const count = countOf(window);
  const amounts = [...window.events, ...window.here.map((part) => part.weight)].map(amountOf);
  const bucketAmounts = window.buckets.map(({ column }) => amountIn(column));
  const sum = atMost(
    [...amounts, ...bucketAmounts].reduce((a, b) => a + b, 0n),
    NUMBER_MAX,
  );
  switch (question.measure) {
    case "count":
      return count;
    case "sum":
      return sum;
    case "distinct": {
      const targets = [...window.events, ...window.here.map((part) => part.weight)].map((one) => one.target);
      return BigInt(new Set(targets).size) + bucketEvents(window);
    }
    case "largest":
      return largest([...amounts, ...bucketAmounts]);
    case "average":
      return count === 0n ? 0n : ceilDivide(sum, count);
    case "tier":
      return largest([
        ...window.events.map((event) => BigInt(event.tier)),
        ...window.buckets.filter(({ column }) => column.events > 0n).map((bucket) => BigInt(bucket.tier)),
      ]);
    case "since": {
      if (seen.earlier.some((part) => part.tallies.has(tally))) return 0n;
      const last = cell.tallies[tally]?.lastTime ?? 0n;
      return last === 0n ? NUMBER_MAX : seconds(now - last);
    }
    case "idle":
      return longestGap(tally, windowS, seen);
    case "ratio":
      return ceilDivide(1000n * count, atLeastOne(countOf(windowOf(seen, other, windowS))));
    case "acceleration": {
      const twice = countOf(windowOf(seen, tally, 2n * windowS));
      return ceilDivide(1000n * count, atLeastOne(twice - count));
    }
    case "age":
      return cell.wasChanged ? seconds(now - cell.firstTime) : 0n;
    case "follows":
      return follows(window, windowOf(seen, other, windowS), tally, other, seen) ? 1n : 0n;
    default:
      throw new Error(`the model does not know the measure ${question.measure}`);
  }
}

function startOf(now: bigint, windowS: bigint): bigint {
  const start = now - 1000n * windowS;
  return start < 0n ? 0n : start;
}

function windowOf({ cell, now, earlier, self }: Seen, tally: number, windowS: bigint): Window {
  const start = startOf(now, windowS);
  return {
    events: cell.events.filter((event) => countsIn(event, tally) && event.time >= start),
    here: [...earlier, self].filter((part) => part.tallies.has(tally)),
    buckets: bucketsFrom(cell, start, windowS).map(({ tier, columns }) => ({
      tier,
      column: columns[tally] as Column,
    })),
  };
}

/** The buckets that end after a time, if anything that left the ring can be as late as that. */
function bucketsFrom(cell: Cell, start: bigint, windowS: bigint): Bucket[] {
  if (cell.leftCount === 0n || cell.leftTime < start) return [];
  const [buckets, length] = windowS <= HOURS_MOST ? [cell.hours, HOUR_MS] : [cell.days, DAY_MS];
  return buckets.filter(({ index }) => (index + 1n) * length > start);
}

function bucketEvents({ buckets }: Window): bigint {
  return buckets.reduce((sum, { column }) => sum + column.events, 0n);
}

function countOf(window: Window): bigint {
  return BigInt(window.events.length + window.here.length) + bucketEvents(window);
}

/** Longest time between an event of the tally and the one before it, and to the part itself. */
function longestGap(tally: number, windowS: bigint, { cell, now, self }: Seen): bigint {
  const start = startOf(now, windowS);
  const gaps: bigint[] = [];
  let before = cell.leftCount === 0n ? null : cell.leftTime;
  for (const event of cell.events) {
    if (!countsIn(event, tally)) continue;
    if (before !== null && event.time >= start) gaps.push(seconds(event.time - before));
    before = event.time;
  }
  const last = cell.tallies[tally]?.lastTime ?? 0n;
  if (self.tallies.has(tally) && last !== 0n) gaps.push(seconds(now - last));
  return largest(gaps);
}

/** Whether something of the tally stands after something of the other one. */
function follows(window: Window, others: Window, tally: number, other: number, seen: Seen): boolean {
  const tallyInBuckets = bucketEvents(window) > 0n;
  const otherInBuckets = bucketEvents(others) > 0n;
  if (tallyInBuckets && otherInBuckets) return true;
  // What stands one after the other: the ring, then the parts of the call.
  const line = [
    ...seen.cell.events
      .filter((event) => window.events.includes(event) || others.events.includes(event))
      .map((event) => ({ isTally: countsIn(event, tally), isOther: countsIn(event, other) })),
    ...[...seen.earlier, seen.self].map((part) => ({
      isTally: part.tallies.has(tally),
      isOther: part.tallies.has(other),
    })),
  ];
  let otherWas = otherInBuckets;
  for (const { isTally, isOther } of line) {
    if (isTally && otherWas) return true;
    if (isOther) otherWas = true;
  }
  return false;
}

function seconds(ms: bigint): bigint {
  return ms / 1000n;
}

function largest(numbers: bigint[]): bigint {
  return numbers.reduce((most, one) => (one > most ? one : most), 0n);
}

function atLeastOne(number: bigint): bigint {
  return number < 1n ? 1n : number;
}

function ceilDivide(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}
