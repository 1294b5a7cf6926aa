/** Histories as bytes, against docs/format/cell.md and values worked out by hand. */
import { describe, expect, it } from "vitest";
import { fromBytes, hexOf, sha256 } from "./bytes.ts";
import {
  appendEvent,
  type Cell,
  type CellEvent,
  callName,
  checkOf,
  digestAfter,
  emptyCell,
  NO_NAME,
  NUMBER_MAX,
  openCell,
  readCell,
  sealCell,
  U32_MAX,
  withoutReviews,
  writeCell,
  writeEvent,
} from "./cells.ts";
import { cellId } from "./keys.ts";

const ID = new Uint8Array(32).fill(7);
const HOUR = 3_600_000n;

function event(time: bigint, more: Partial<CellEvent> = {}): CellEvent {
  const counted = { amount: 5n, target: 1n, units: 1n, tallies: 1, action: 58, tier: 1 };
  return { time, ...counted, verdict: 0, name: NO_NAME, ...more };
}

/** A cell of tallies 10 and 20 with these events. */
function cellOf(...events: CellEvent[]): Cell {
  const cell = emptyCell(ID, [10n, 20n]);
  for (const one of events) appendEvent(cell, one);
  return cell;
}

/** A written cell with bytes changed and the check made right again. */
function changed(cell: Cell, at: number, ...bytes: number[]): Uint8Array {
  const out = writeCell(cell);
  out.set(bytes, at);
  return sealCell(out);
}

describe("ids", () => {
  it("are those of the example", () => {
    expect(hexOf(cellId(new Uint8Array(32), "session", ["s-1"]))).toBe(
      "4fc9d705e8d0e4c1f25131ca23c31c1f9b270683e77cfc01932ff465fe2cbe66",
    );
  });
});

describe("the bytes of a cell", () => {
  it("stand where the page says", () => {
    const cell = cellOf(event(1000n), event(2000n, { tallies: 2, tier: 4, verdict: 2, units: 3n }));
    cell.digest = new Uint8Array(32).fill(9);
    const bytes = writeCell(cell);
    expect(bytes.length).toBe(120 + 2 * 16 + 2 * 40);
    const text = hexOf(bytes);
    const hex = (at: number, count: number): string => text.slice(2 * at, 2 * (at + count));
    expect(hex(0, 8)).toBe("5030434501000200");
    expect(hex(8, 32)).toBe("07".repeat(32));
    expect(hex(40, 32)).toBe("09".repeat(32));
    expect(hex(72, 16)).toBe("e803000000000000d007000000000000");
    expect(hex(88, 12)).toBe("00".repeat(12));
    expect(hex(100, 12)).toBe("020000000000000000000000");
    expect(hex(120, 32)).toBe("0a00000000000000e8030000000000001400000000000000d007000000000000");
    expect(hex(192, 40)).toBe(
      "d007000000000000050000000000000001000000000000000300000002003a000402000000000000",
    );
    // c = 0 for no u64 at all but the basis; here worked out once more, u64 by u64.
    let check = 0xcbf29ce484222325n;
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < bytes.length; at += 8) {
      if (at !== 112) check = ((check ^ view.getBigUint64(at, true)) * 0x100000001b3n) % 2n ** 64n;
    }
    expect(view.getBigUint64(112, true)).toBe(check);
    expect(checkOf(bytes)).toBe(check);
    expect(writeCell(readCell(bytes, ID) as Cell)).toEqual(bytes);
  });

  it("are checked", () => {
    const cell = cellOf(event(1000n), event(2000n));
    expect(readCell(changed(cell, 0, 0x50), ID)).not.toBeNull();
    const wrong: [string, number, number[]][] = [
      ["magic", 3, [0x44]],
      ["version", 4, [2]],
      ["tallies", 6, [17]],
      ["events", 100, [1]],
      ["hours", 102, [1]],
      ["days", 104, [1]],
      ["another id", 8, [8]],
      ["first after last", 72, [0xd1, 7]],
      ["last before that of the ring", 80, [0xcf]],
      ["events descend", 152, [0xd1, 7]],
      ["one left and no bucket", 96, [1]],
      ["a time of none that left", 88, [1]],
      ["numbers do not ascend", 136, [10]],
      ["a tally later than all", 128, [0xd1, 7]],
      ["too many entries", 111, [1]],
      ["a mark that is not there", 106, [1]],
      ["a filter that is not there", 110, [1]],
      ["no label", 108, [0x80]],
      ["no bit", 109, [8]],
      ["a name of an allowed call", 191, [1]],
      ["a name of a denied call", 185, [2, 1]],
      ["no tally", 180, [0]],
      ["a foreign tally", 180, [4]],
      ["tier", 184, [5]],
      ["verdict", 185, [3]],
      ["amount", 160, [255, 255, 255, 255, 255, 255, 32]],
    ];
    for (const [why, at, bytes] of wrong) expect(readCell(changed(cell, at, ...bytes), ID), why).toBeNull();
    const broken = writeCell(cell);
    broken[112] = (broken[112] as number) ^ 1;
    expect(readCell(broken, ID), "check").toBeNull();
    expect(readCell(writeCell(cell).slice(0, 119), ID)).toBeNull();
    expect(readCell(Uint8Array.from([...writeCell(cell), ...new Array<number>(8).fill(0)]), ID)).toBeNull();
  });

  it("have the name of a reviewed call", () => {
    const cell = cellOf(event(1000n), event(2000n, { verdict: 1, name: "\x01\x02\x03\x04\x05\xff" }));
    const bytes = writeCell(cell);
    expect(hexOf(bytes.subarray(192 + 32, 192 + 40))).toBe("01010102030405ff");
    expect(readCell(bytes, ID)).toEqual(cell);
    for (const verdict of [0, 2]) {
      expect(readCell(changed(cell, 192 + 33, verdict), ID)).toBeNull();
    }
    // In shadow mode it has none.
    expect(readCell(writeCell(cellOf(event(1000n, { verdict: 1 }))), ID)).not.toBeNull();
  });

  it("hold no time beyond 2^53 - 1", () => {
    expect(readCell(writeCell(cellOf(event(NUMBER_MAX))), ID)).not.toBeNull();
    expect(readCell(writeCell(cellOf(event(NUMBER_MAX + 1n))), ID)).toBeNull();
  });

  it("are those of buckets too", () => {
    const cell = cellOf(...Array.from({ length: 130 }, (_, i) => event(BigInt(i) * HOUR)));
    const bytes = writeCell(cell);
    expect(bytes.length).toBe(120 + 2 * 16 + 128 * 40 + (2 + 1) * (8 + 2 * 16));
    expect(readCell(bytes, ID)).toEqual(cell);
    const hoursAt = 120 + 32 + 128 * 40;
    expect(readCell(changed(cell, hoursAt, 1), ID), "hours do not ascend").toBeNull();
    expect(readCell(changed(cell, hoursAt + 4, 5), ID), "tier of a bucket").toBeNull();
    expect(readCell(changed(cell, hoursAt + 16 + 6, 32), ID), "amount of a bucket").toBeNull();
    expect(readCell(changed(cell, 96, 0), ID), "buckets and none left").toBeNull();
    expect(readCell(changed(cell, 88, 0, 0, 0, 0, 1), ID), "left after the first of the ring").toBeNull();
  });
});

describe("a ring", () => {
  it("keeps the last 128 events, and the rest by hour and by day", () => {
    const tierOf = (i: number): number => (i === 1 ? 3 : 1);
    const events = Array.from({ length: 131 }, (_, i) =>
      event(23n * HOUR + BigInt(i) * (HOUR / 2n), {
        tier: tierOf(i),
        units: BigInt(i),
        tallies: i === 2 ? 3 : 1,
      }),
    );
    const cell = cellOf(...events);
    expect(cell.events).toEqual(events.slice(3));
    expect([cell.firstTime, cell.lastTime]).toEqual([23n * HOUR, 23n * HOUR + 65n * HOUR]);
    expect([cell.leftTime, cell.leftCount]).toEqual([24n * HOUR, 3n]);
    const empty = { events: 0n, units: 0n, amount: 0n };
    const third = { events: 1n, units: 2n, amount: 5n };
    expect(cell.hours).toEqual([
      { index: 23n, tier: 3, columns: [{ events: 2n, units: 1n, amount: 10n }, empty] },
      { index: 24n, tier: 1, columns: [third, third] },
    ]);
    expect(cell.days).toEqual([
      { index: 0n, tier: 3, columns: [{ events: 2n, units: 1n, amount: 10n }, empty] },
      { index: 1n, tier: 1, columns: [third, third] },
    ]);
  });

  it("keeps 48 hours and 32 days behind it", () => {
    const cell = cellOf(...Array.from({ length: 128 + 50 }, (_, i) => event(BigInt(i) * HOUR)));
    expect(cell.hours.map(({ index }) => index)).toEqual(Array.from({ length: 48 }, (_, i) => BigInt(i + 2)));
    expect(cell.days.map(({ index }) => index)).toEqual([0n, 1n, 2n]);
    const days = cellOf(...Array.from({ length: 128 + 33 }, (_, i) => event(BigInt(i) * 24n * HOUR)));
    expect(days.days.map(({ index }) => index)).toEqual(Array.from({ length: 32 }, (_, i) => BigInt(i + 1)));
    expect(days.hours.length).toBe(33);
    expect(days.leftCount).toBe(33n);
  });

  it("counts up to the largest number and no further", () => {
    const big = event(0n, { amount: NUMBER_MAX, units: U32_MAX });
    const cell = cellOf(...Array.from({ length: 130 }, () => big));
    expect(cell.hours[0]?.columns[0]).toEqual({ events: 2n, units: U32_MAX, amount: NUMBER_MAX });
    cell.leftCount = U32_MAX;
    appendEvent(cell, big);
    expect(cell.leftCount).toBe(U32_MAX);
  });
});

describe("the name of a call", () => {
  it("is the start of its args commitment, unless its salt begins with zeros", () => {
    const args = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
    const salt = new Uint8Array(32);
    expect(callName(salt, args)).toBe(NO_NAME);
    salt.fill(1, 8);
    expect(callName(salt, args)).toBe(NO_NAME);
    salt[7] = 1;
    expect(callName(salt, args)).toBe("\x01\x02\x03\x04\x05\x06");
    expect(callName(args, args)).toBe(fromBytes(args.subarray(0, 6)));
  });

  it("finds its reviews and nothing else", () => {
    const [name, other] = ["abcdef", "abcdeg"];
    const reviews = [
      event(1n, { verdict: 1, name }),
      event(2n, { verdict: 1, name: other }),
      event(2n, { verdict: 1, name, tallies: 2 }),
      event(3n),
      event(4n, { verdict: 2 }),
    ];
    const cell = cellOf(...reviews);
    const { events, ...rest } = withoutReviews(cell, name);
    expect(events).toEqual([reviews[1], reviews[3], reviews[4]]);
    const { events: all, ...whole } = cell;
    expect(rest).toEqual(whole);
    expect(all).toEqual(reviews);
  });
});

describe("a cell of another image", () => {
  it("is brought to the tallies of this one", () => {
    const cell = cellOf(
      ...Array.from({ length: 128 }, () => event(0n, { tallies: 3 })),
      event(1n, { tallies: 1 }),
      event(2n, { tallies: 2 }),
      event(3n, { tallies: 3 }),
    );
    const opened = openCell(cell, [5n, 20n, 30n]);
    expect(opened.tallies).toEqual([
      { number: 5n, lastTime: 0n },
      { number: 20n, lastTime: 3n },
      { number: 30n, lastTime: 0n },
    ]);
    // 128 events of both; three have left. Of what is left one was of tally 10 alone.
    expect(opened.events.length).toBe(127);
    expect(opened.events.every((one) => one.tallies === 2)).toBe(true);
    const empty = { events: 0n, units: 0n, amount: 0n };
    expect(opened.hours).toEqual([
      { index: 0n, tier: 1, columns: [empty, { events: 3n, units: 3n, amount: 15n }, empty] },
    ]);
    expect([opened.leftCount, opened.firstTime, opened.lastTime]).toEqual([3n, 0n, 3n]);
    expect(opened.digest).toEqual(cell.digest);
    expect(openCell(cell, [10n, 20n])).toEqual(cell);
    expect(openCell(cell, []).events).toEqual([]);
  });
});

describe("a digest", () => {
  it("is over what was appended, and stays where nothing was", () => {
    const before = new Uint8Array(32).fill(3);
    const one = event(1n);
    expect(digestAfter(ID, before, [])).toEqual(before);
    expect(digestAfter(ID, before, [one, one])).toEqual(
      sha256(
        "cmp1:cell\n",
        Uint8Array.from([...ID, ...before, 2, 0, 0, 0, ...writeEvent(one), ...writeEvent(one)]),
      ),
    );
  });
});
