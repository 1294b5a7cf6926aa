/** The twelve measures by numbers worked out by hand. */
import { describe, expect, it } from "vitest";
import { appendEvent, type Cell, type CellEvent, emptyCell, NO_NAME, NUMBER_MAX, openCell } from "./cells.ts";
import { measure, type Present, type Question, type Seen } from "./signals.ts";

const HOUR_S = 3600;
const DAY_S = 86_400;

/** An event at a second, of an amount to a target, in tallies. */
function event(second: number, amount: number, target: number, tallies: number[], tier = 1): CellEvent {
  return {
    time: 1000n * BigInt(second),
    amount: BigInt(amount),
    target: BigInt(target),
    units: BigInt(amount) * 2n,
    tallies: tallies.reduce((bits, place) => bits | (1 << place), 0),
    action: 1,
    tier,
    verdict: 0,
    name: NO_NAME,
  };
}

function cellOf(...events: CellEvent[]): Cell {
  const cell = emptyCell(new Uint8Array(32), [1n, 2n, 3n]);
  for (const one of events) appendEvent(cell, one);
  return cell;
}

function part(amount: number, target: number, ...tallies: number[]): Present {
  const weight = { amount: BigInt(amount), target: BigInt(target), units: BigInt(amount) * 2n };
  return { weight, tallies: new Set(tallies) };
}

function ask(
  name: string,
  cell: Cell,
  nowS: number,
  more: Partial<Question> & { earlier?: Present[]; self?: Present } = {},
): bigint {
  const { earlier = [], self = part(0, 0), ...question } = more;
  const seen: Seen = { cell, now: 1000n * BigInt(nowS), earlier, self };
  return measure({ measure: name, tally: 0, other: 1, windowS: 100n, of: "amount", ...question }, seen);
}

// At second 1000 the window of 100 s begins at 900, and that of 200 s at 800.
const cell = cellOf(
  event(500, 90, 1, [0]),
  event(850, 70, 2, [0, 1], 4),
  event(899, 60, 3, [0]),
  event(900, 10, 4, [0], 2),
  event(950, 30, 4, [0, 1]),
  event(960, 500, 5, [1], 3),
  event(970, 21, 6, [0]),
);
const here = { earlier: [part(7, 4, 0), part(1000, 9, 1)], self: part(40, 0, 0) };

describe("the measures of a ring", () => {
  it.each([
    ["count", {}, 3n],
    ["count", here, 5n],
    ["count", { tally: 2, ...here }, 0n],
    ["count", { windowS: 5000n }, 6n],
    ["sum", {}, 61n],
    ["sum", here, 108n],
    ["sum", { of: "units", ...here }, 216n],
    ["distinct", {}, 2n],
    ["distinct", here, 3n],
    ["largest", {}, 30n],
    ["largest", here, 40n],
    ["largest", { tally: 2 }, 0n],
    ["average", {}, 21n],
    ["average", here, 22n],
    ["average", { tally: 2 }, 0n],
    ["tier", {}, 2n],
    ["tier", { windowS: 200n }, 4n],
    ["tier", { tally: 2 }, 0n],
    ["since", {}, 30n],
    ["since", { self: part(1, 1, 0) }, 30n],
    ["since", here, 0n],
    ["since", { tally: 2 }, NUMBER_MAX],
    // 900 after 899, 950 after 900, 970 after 950.
    ["idle", {}, 50n],
    ["idle", { self: part(1, 1, 0) }, 50n],
    ["idle", { windowS: 5000n }, 350n],
    ["idle", { tally: 2, self: part(1, 1, 2) }, 0n],
    // Three events, and of the other tally two; with the call five and three.
    ["ratio", {}, 1500n],
    ["ratio", here, 1667n],
    ["ratio", { other: 2 }, 3000n],
    // Three in the window, and two in the one before.
    ["acceleration", {}, 1500n],
    ["acceleration", here, 2500n],
    ["acceleration", { windowS: 600n }, 6000n],
    ["age", {}, 500n],
    ["follows", {}, 1n],
  ] as [string, Partial<Question> & { earlier?: Present[]; self?: Present }, bigint][])(
    "%s of %o is %i",
    (name, more, expected) => {
      expect(ask(name, cell, 1000, more)).toBe(expected);
    },
  );

  it("idle goes on to the part itself", () => {
    expect(ask("idle", cell, 1060, { self: part(1, 1, 0) })).toBe(90n);
    expect(ask("idle", cell, 1060)).toBe(20n);
  });

  it("follows looks at the order", () => {
    const at = (...places: number[][]): Cell =>
      cellOf(...places.map((place, i) => event(990 + i, 1, 1, place)));
    expect(ask("follows", at([1], [0]), 1000)).toBe(1n);
    expect(ask("follows", at([0], [1]), 1000)).toBe(0n);
    expect(ask("follows", at([0, 1]), 1000)).toBe(0n);
    expect(ask("follows", at([0, 1], [0]), 1000)).toBe(1n);
    expect(ask("follows", at([1]), 1000, { self: part(0, 0, 0) })).toBe(1n);
    expect(ask("follows", at([1]), 1200, { self: part(0, 0, 0) })).toBe(0n);
    expect(ask("follows", at([2]), 1000, { earlier: [part(0, 0, 1)], self: part(0, 0, 0) })).toBe(1n);
    expect(ask("follows", at([2]), 1000, { earlier: [part(0, 0, 0)], self: part(0, 0, 1) })).toBe(0n);
    expect(ask("follows", at([2]), 1000, { self: part(0, 0, 0, 1) })).toBe(0n);
    expect(ask("follows", at([0], [0]), 1000, { other: 0 })).toBe(1n);
  });

  it("stops at 2^53 - 1", () => {
    const rich = cellOf(event(990, 2 ** 53 - 1, 1, [0]), event(991, 2 ** 53 - 1, 1, [0]));
    expect(ask("sum", rich, 1000)).toBe(NUMBER_MAX);
    // The sum stops before it is divided.
    expect(ask("average", rich, 1000)).toBe(2n ** 52n);
  });

  it("begins at the first of all times", () => {
    expect(ask("count", cell, 1000, { windowS: 31n * 86_400n })).toBe(6n);
  });

  it("says of no events", () => {
    const none = emptyCell(new Uint8Array(32), [1n, 2n, 3n]);
    const self = part(9, 5, 0);
    const said = (name: string): bigint => ask(name, none, 1000, { self });
    expect(["count", "sum", "distinct", "largest", "average", "tier"].map(said)).toEqual([
      1n,
      9n,
      1n,
      9n,
      9n,
      0n,
    ]);
    expect(["since", "idle", "ratio", "acceleration", "age", "follows"].map(said)).toEqual([
      NUMBER_MAX,
      0n,
      1000n,
      1000n,
      0n,
      0n,
    ]);
  });
});

describe("the measures of what left the ring", () => {
  // One event an hour for 180 hours, the first at hour 0: hours 0 to 51 have left, of which 4 to 51 are kept.
  const long = cellOf(
    ...Array.from({ length: 180 }, (_, i) => event(i * HOUR_S, i, i % 3, i % 2 === 0 ? [0] : [0, 1], i % 5)),
  );
  const now = 179 * HOUR_S;
  const asked = (name: string, hours: number, more: Partial<Question> = {}): bigint =>
    ask(name, long, now, { windowS: BigInt(hours * HOUR_S), ...more });

  it("are exact where nothing that left is in the window", () => {
    expect(long.leftTime).toBe(1000n * BigInt(51 * HOUR_S));
    expect(asked("count", 47)).toBe(48n);
    expect(asked("count", 127)).toBe(128n);
  });

  it("take whole days of longer windows", () => {
    // From hour 51 on: of day 2, hours 48 to 51 have left.
    expect(asked("count", 128)).toBe(132n);
    expect(asked("sum", 128)).toBe(BigInt((48 + 179) * 66));
    expect(asked("largest", 128)).toBe(BigInt(48 + 49 + 50 + 51));
    expect(asked("distinct", 128)).toBe(7n);
    expect(asked("count", 128, { tally: 1 })).toBe(66n);
    // From hour 47 on: days 1 and 2.
    expect(asked("count", 132)).toBe(156n);
    expect(asked("tier", 132)).toBe(4n);
  });

  it("take hours of windows up to 47 hours", () => {
    // 200 events in one minute of hour 100: 72 of them have left, and one an hour before that.
    const burst = cellOf(
      ...Array.from({ length: 100 }, (_, i) => event(i * HOUR_S, 1, 1, [0])),
      ...Array.from({ length: 200 }, () => event(100 * HOUR_S, 1, 1, [0])),
    );
    const at = (windowS: number): bigint => ask("count", burst, 100 * HOUR_S, { windowS: BigInt(windowS) });
    expect(at(1)).toBe(201n);
    expect(at(HOUR_S - 1)).toBe(201n);
    // A window that begins with hour 99 does not take hour 98, which ends there.
    expect(at(HOUR_S)).toBe(201n);
    expect(at(HOUR_S + 1)).toBe(202n);
    expect(at(47 * HOUR_S)).toBe(247n);
    // 48 hours are two days: hours 48 to 100.
    expect(at(2 * DAY_S)).toBe(252n);
  });

  it("find that something followed", () => {
    const before = cellOf(
      event(0, 1, 1, [1]),
      ...Array.from({ length: 128 }, (_, i) => event(10 + i, 1, 1, [0])),
    );
    expect(ask("follows", before, 200, { windowS: 200n })).toBe(1n);
    // The last one that left is older than the window.
    expect(ask("follows", before, 200)).toBe(0n);
    const both = cellOf(
      event(0, 1, 1, [0]),
      event(1, 1, 1, [1]),
      ...Array.from({ length: 128 }, (_, i) => event(10 + i, 1, 1, [2])),
    );
    expect(ask("follows", both, 200, { windowS: 200n })).toBe(1n);
  });

  it("count idle time from the last that left", () => {
    const gone = cellOf(
      event(0, 1, 1, [1]),
      ...Array.from({ length: 128 }, (_, i) => event(1000 + i, 1, 1, [0])),
    );
    expect(ask("idle", gone, 1200, { windowS: 200n })).toBe(1000n);
    expect(ask("idle", gone, 1200, { windowS: 199n })).toBe(1n);
  });

  it("know the tier of a bucket only where the tally has events", () => {
    const gone = cellOf(
      event(0, 1, 1, [1], 4),
      ...Array.from({ length: 128 }, () => event(10, 1, 1, [0], 1)),
    );
    expect(ask("tier", gone, 20)).toBe(1n);
    expect(ask("tier", gone, 20, { tally: 1 })).toBe(4n);
  });

  it("are those of the tallies that the image has", () => {
    const opened = openCell(long, [2n]);
    expect(ask("count", opened, now, { tally: 0, other: 0, windowS: BigInt(132 * HOUR_S) })).toBe(78n);
  });
});
