/** A history grows as docs/format/cell.md says: sections 2 and 5. The engine's own bytes are compared in engine.test.ts. */

import { describe, expect, test } from "vitest";
import { digestAfter, fold, talliesOf } from "../../bindings/memory/fold.ts";
import { hex, sha256 } from "../../bindings/src/sha256.ts";
import { cellId, eventOf } from "./counting-engine.ts";

const id = cellId(new Uint8Array(32), "session", "s-1");
const ZEROS = new Uint8Array(32);
const HOUR = 3_600_000;
const [T1, T2, T3] = [7n, 1n << 60n, 0xffff_ffff_ffff_ffffn] as const;

const NOTHING = new Uint8Array(0);
const timeOf = (events: Uint8Array): number =>
  events.length === 0 ? 0 : Number(view(events).getBigUint64(0, true));

/** A history behind one more record. */
function folded(
  bytes: Uint8Array,
  change: {
    events?: Uint8Array;
    note?: Uint8Array;
    timeMs?: number;
    tallies?: readonly bigint[];
  },
): Uint8Array {
  const { events = NOTHING, note = NOTHING, timeMs = timeOf(events), tallies = [] } = change;
  const before = bytes.length === 0 ? ZEROS : bytes.slice(40, 72);
  const after = digestAfter(id, before, events, note);
  return fold(bytes, { id, before, after, events, note, timeMs, tallies });
}

/** A history of these events, each appended by a decision of its own. */
function grown(
  events: readonly Uint8Array[],
  tallies: readonly bigint[],
  from: Uint8Array = new Uint8Array(0),
): Uint8Array {
  let bytes: Uint8Array = from;
  for (const event of events) {
    bytes = folded(bytes, { events: event, tallies });
  }
  return bytes;
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** The numbers of a history, read by the table of the page. */
function read(bytes: Uint8Array) {
  const at = view(bytes);
  const tallies = at.getUint16(6, true);
  const ring = at.getUint16(100, true);
  const buckets = (count: number, start: number): unknown[] =>
    Array.from({ length: count }, (_, bucket) => {
      const begin = start + bucket * (8 + 16 * tallies);
      return {
        index: at.getUint32(begin, true),
        tier: at.getUint32(begin + 4, true),
        columns: Array.from({ length: tallies }, (_, column) => {
          const entry = begin + 8 + 16 * column;
          return [
            at.getUint32(entry, true),
            at.getUint32(entry + 4, true),
            Number(at.getBigUint64(entry + 8, true)),
          ];
        }),
      };
    });
  const hoursAt = 120 + tallies * 16 + ring * 40;
  const hours = at.getUint16(102, true);
  const number = (place: number): number => Number(at.getBigUint64(place, true));
  return {
    times: [number(72), number(80), number(88)],
    left: at.getUint32(96, true),
    ring,
    tallyTimes: Array.from({ length: tallies }, (_, tally) => number(120 + tally * 16 + 8)),
    masks: Array.from({ length: ring }, (_, event) =>
      at.getUint16(120 + tallies * 16 + event * 40 + 28, true),
    ),
    hours: buckets(hours, hoursAt),
    days: buckets(at.getUint16(104, true), hoursAt + hours * (8 + 16 * tallies)),
  };
}

/** The check of the page, in big numbers. */
function checkOf(bytes: Uint8Array): bigint {
  let check = 0xcbf29ce484222325n;
  for (let at = 0; at < bytes.length; at += 8) {
    if (at === 112) continue;
    check = ((check ^ view(bytes).getBigUint64(at, true)) * 0x100000001b3n) & 0xffff_ffff_ffff_ffffn;
  }
  return check;
}

test("the id of the page's example", () => {
  expect(hex(id)).toBe("4fc9d705e8d0e4c1f25131ca23c31c1f9b270683e77cfc01932ff465fe2cbe66");
});

test("the first event begins a history", () => {
  const event = eventOf(5_000, { mask: 0b10, units: 3, amount: 700, tier: 2 });
  const bytes = grown([event], [T1, T2]);
  expect(bytes.length).toBe(120 + 2 * 16 + 40);
  expect(hex(bytes.subarray(0, 8))).toBe("5030434501000200");
  expect(hex(bytes.subarray(8, 40))).toBe(hex(id));
  expect(hex(bytes.subarray(40, 72))).toBe(
    hex(sha256(new TextEncoder().encode("cmp1:cell\n"), id, ZEROS, Uint8Array.of(1, 0, 0, 0), event)),
  );
  expect(talliesOf(bytes)).toEqual([T1, T2]);
  expect(read(bytes)).toEqual({
    times: [5_000, 5_000, 0],
    left: 0,
    ring: 1,
    tallyTimes: [0, 5_000],
    masks: [0b10],
    hours: [],
    days: [],
  });
  expect(view(bytes).getBigUint64(112, true)).toBe(checkOf(bytes));
});

describe("events that leave the ring", () => {
  test("are added to the hour and the day of their time", () => {
    const events = Array.from({ length: 131 }, (_, at) =>
      eventOf(at * (HOUR / 2), { units: 2, amount: 10, tier: at % 5 }),
    );
    const found = read(grown(events, [T1]));
    expect([found.ring, found.left, ...found.times]).toEqual([128, 3, 0, 130 * (HOUR / 2), HOUR]);
    expect(found.hours).toEqual([
      { index: 0, tier: 1, columns: [[2, 4, 20]] },
      { index: 1, tier: 2, columns: [[1, 2, 10]] },
    ]);
    expect(found.days).toEqual([{ index: 0, tier: 2, columns: [[3, 6, 30]] }]);
  });

  test("push out the oldest of 48 hours and 32 days, and sums stop where they must", () => {
    const events = Array.from({ length: 128 + 60 }, (_, at) =>
      eventOf(at * 24 * HOUR, { units: 0xffffffff, amount: Number.MAX_SAFE_INTEGER }),
    );
    events.splice(60, 0, eventOf(59 * 24 * HOUR + 1, { units: 1, amount: 1, mask: 0b11 }));
    const bytes = grown(events, [T1, T2]);
    const found = read(bytes) as unknown as {
      hours: { index: number; columns: number[][] }[];
      days: { index: number }[];
    };
    expect(found.hours.map(({ index }) => index)).toEqual(
      Array.from({ length: 48 }, (_, at) => (12 + at) * 24),
    );
    expect(found.days.map(({ index }) => index)).toEqual(Array.from({ length: 32 }, (_, at) => 28 + at));
    expect(found.hours.at(-1)?.columns).toEqual([
      [2, 0xffffffff, Number.MAX_SAFE_INTEGER],
      [1, 1, 1],
    ]);
    expect(view(bytes).getBigUint64(112, true)).toBe(checkOf(bytes));
  });
});

test("another image's tallies: those that are gone go with their events, new ones begin at nothing", () => {
  const old = Array.from({ length: 130 }, (_, at) => eventOf((at + 1) * 1000, { mask: (at % 3) + 1 }));
  const before = grown(old, [T1, T2]);
  const bytes = grown(
    [eventOf(200_000, { mask: 0b101 })],
    [T2, T3, 0xffff_ffff_ffff_fffen].sort((a, b) => (a < b ? -1 : 1)),
    before,
  );
  const found = read(bytes);
  expect(talliesOf(bytes)).toEqual([T2, 0xffff_ffff_ffff_fffen, T3]);
  // Of the ring those with the second bit stay, which is now the first.
  const kept = Array.from({ length: 128 }, (_, at) => ((at + 2) % 3) + 1).filter((mask) => mask & 0b10);
  expect(found.masks).toEqual([...kept.map(() => 1), 0b101]);
  expect(found.left).toBe(2);
  expect(found.times).toEqual([1000, 200_000, 2000]);
  expect(found.tallyTimes).toEqual([200_000, 0, 200_000]);
  expect(found.hours).toEqual([
    {
      index: 0,
      tier: 0,
      columns: [
        [1, 1, 0],
        [0, 0, 0],
        [0, 0, 0],
      ],
    },
  ]);
});

test("several events of one decision are one step of the digest", () => {
  const events = new Uint8Array([...eventOf(1), ...eventOf(1)]);
  const after = digestAfter(id, ZEROS, events);
  const bytes = folded(NOTHING, { events, tallies: [T1] });
  expect(read(bytes).ring).toBe(2);
  expect(hex(bytes.subarray(40, 72))).toBe(hex(after));
  expect(digestAfter(id, after, new Uint8Array(0))).toBe(after);
});

describe("a note", () => {
  const [USER, TOOL, WRITTEN, FROZEN, THAWED] = [0, 1, 2, 3, 4] as const;
  const [OBSERVED, SATURATED, ALL_WRITTEN] = [1 << 8, 1 << 9, 1 << 10] as const;
  /** The n-th of hashes that set other bits of the filter each. */
  const hash = (n: number): bigint => (BigInt(2 * n) << 3n) | (BigInt(2 * n + 1) << 18n);
  const mark = (kind: number, n: number): bigint => hash(n) | BigInt(kind);

  function noteOf(bits: number, ...marks: readonly bigint[]): Uint8Array {
    const bytes = new Uint8Array(8 + 8 * marks.length);
    view(bytes).setUint16(0, bits, true);
    view(bytes).setUint32(4, marks.length, true);
    for (const [at, value] of marks.entries()) view(bytes).setBigUint64(8 + 8 * at, value, true);
    return bytes;
  }

  /** Of a history without tallies, events and buckets. */
  function marksIn(bytes: Uint8Array): { bits: number; filtered: number; marks: bigint[] } {
    const at = view(bytes);
    const marks = Array.from({ length: at.getUint16(106, true) }, (_, n) =>
      at.getBigUint64(120 + 8 * n, true),
    );
    const filtered = at.getUint16(110, true);
    expect(bytes.length).toBe(120 + 8 * marks.length + (filtered > 0 ? 4096 : 0));
    expect(at.getBigUint64(112, true)).toBe(checkOf(bytes));
    return { bits: at.getUint16(108, true), filtered, marks };
  }

  const noted = (...notes: readonly Uint8Array[]): ReturnType<typeof marksIn> =>
    marksIn(notes.reduce((bytes, note) => folded(bytes, { note }), NOTHING));
  const many = (kind: number, count: number, from = 0): bigint[] =>
    Array.from({ length: count }, (_, n) => mark(kind, from + n));
  const sorted = (marks: readonly bigint[]): bigint[] => [...BigUint64Array.from(marks).sort()];

  test("begins a history, moves its time and its digest, and stands behind events", () => {
    const note = noteOf(OBSERVED | 0b101, mark(USER, 1));
    const bytes = folded(NOTHING, { note, timeMs: 7_000 });
    expect(read(bytes).times).toEqual([7_000, 7_000, 0]);
    expect(hex(bytes.subarray(40, 72))).toBe(
      hex(sha256(new TextEncoder().encode("cmp1:cell\n"), id, ZEROS, new Uint8Array(4), note)),
    );
    const later = folded(bytes, { note: noteOf(0b10), timeMs: 9_000 });
    expect(read(later).times).toEqual([7_000, 9_000, 0]);
    // An event of the past happens at the time of the history.
    expect(read(folded(later, { note: noteOf(0b10), timeMs: 1_000 })).times).toEqual([7_000, 9_000, 0]);
    expect(marksIn(later)).toEqual({ bits: OBSERVED | 0b111, filtered: 0, marks: [mark(USER, 1)] });
    const both = folded(later, { events: eventOf(10_000), note: noteOf(SATURATED), tallies: [T1] });
    expect(read(both)).toMatchObject({ times: [7_000, 10_000, 0], ring: 1 });
    expect(view(both).getUint16(108, true)).toBe(OBSERVED | SATURATED | 0b111);
    expect(both.length).toBe(120 + 16 + 40 + 8);
    expect(digestAfter(id, ZEROS, NOTHING, NOTHING)).toBe(ZEROS);
  });

  test("what the user typed is the user's unless a tool showed it before", () => {
    expect(noted(noteOf(0, mark(USER, 1), mark(TOOL, 1), mark(USER, 1)))).toEqual({
      bits: 0,
      filtered: 1,
      marks: [mark(USER, 1)],
    });
    expect(noted(noteOf(0, mark(TOOL, 1), mark(TOOL, 1), mark(USER, 1), mark(USER, 2)))).toEqual({
      bits: 0,
      filtered: 1,
      marks: sorted([mark(TOOL, 1), mark(USER, 2)]),
    });
  });

  test("nothing becomes the user's once too much was shown or typed", () => {
    const full = noted(noteOf(0, ...many(USER, 1_023), mark(TOOL, 5_000), mark(USER, 5_000)));
    expect([full.bits, full.marks.length]).toEqual([0, 1_024]);
    const more = noted(noteOf(0, ...many(USER, 1_025)), noteOf(0, mark(USER, 2_000)));
    expect([more.bits, more.marks.length]).toEqual([SATURATED, 1_024]);
    const saturated = noted(noteOf(SATURATED, mark(USER, 1)));
    expect(saturated).toEqual({ bits: SATURATED, filtered: 0, marks: [] });
    const shown = noted(noteOf(0, ...many(TOOL, 4_096)));
    expect([shown.bits, shown.filtered, shown.marks]).toEqual([0, 4_096, []]);
    // The two bits of the last hash are taken.
    expect(noted(noteOf(0, ...many(TOOL, 4_096), mark(TOOL, 5))).bits).toBe(0);
    const beyond = noted(noteOf(0, ...many(TOOL, 4_097)), noteOf(0, mark(USER, 9_000)));
    expect([beyond.bits, beyond.filtered, beyond.marks]).toEqual([SATURATED, 4_096, []]);
  });

  test("128 written values are kept, and one more stands for everything", () => {
    const full = noted(noteOf(0, ...many(WRITTEN, 128), mark(WRITTEN, 0)));
    expect([full.bits, full.marks]).toEqual([0, sorted(many(WRITTEN, 128))]);
    const more = noted(noteOf(0, ...many(WRITTEN, 129)));
    expect([more.bits, more.marks.length]).toEqual([ALL_WRITTEN, 128]);
  });

  test("256 things are frozen at most, and thawed one by one", () => {
    const full = noted(noteOf(0, ...many(FROZEN, 257), mark(FROZEN, 1)));
    expect([full.bits, full.marks]).toEqual([0, sorted(many(FROZEN, 256))]);
    const thawed = noted(
      noteOf(0, ...many(FROZEN, 256)),
      noteOf(0, mark(THAWED, 3), mark(THAWED, 999)),
      noteOf(0, mark(FROZEN, 300)),
    );
    expect(thawed.marks).toEqual(
      sorted([...many(FROZEN, 256), mark(FROZEN, 300)].filter((m) => m !== mark(FROZEN, 3))),
    );
  });

  test("marks and filter outlive another image", () => {
    const bytes = folded(
      folded(NOTHING, { events: eventOf(1), note: noteOf(1, mark(USER, 1), mark(TOOL, 2)), tallies: [T1] }),
      { note: noteOf(0, mark(USER, 2)), timeMs: 2, tallies: [] },
    );
    expect(talliesOf(bytes)).toEqual([]);
    expect(marksIn(bytes)).toEqual({ bits: 1, filtered: 1, marks: sorted([mark(USER, 1), mark(TOOL, 2)]) });
  });
});
