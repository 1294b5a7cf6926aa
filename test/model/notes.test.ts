/** Notes and what becomes of them in a history, by hand (docs/format/cell.md, sections 2, 5 and 6). */
import { describe, expect, it } from "vitest";
import { hexOf, sha256 } from "./bytes.ts";
import {
  ALL_WRITTEN,
  type Cell,
  changeAt,
  digestAfter,
  emptyCell,
  readCell,
  SATURATED,
  sealCell,
  writeCell,
} from "./cells.ts";
import {
  countOf,
  FROZEN,
  filterHas,
  foldNote,
  hasBit,
  markOf,
  THAWED,
  TOOL,
  USER,
  WRITTEN,
  writeNote,
} from "./notes.ts";

const ID = new Uint8Array(32).fill(7);
/** Hashes that share no bit of the filter. */
const hash = (i: number): bigint => (BigInt(2 * i) << 3n) | (BigInt(2 * i + 1) << 18n);

function cellWith(...marks: bigint[]): Cell {
  const cell = emptyCell(ID, []);
  changeAt(cell, 1000n);
  foldNote(cell, { bits: 0, marks });
  return cell;
}

const many = (count: number, ofClass: number): bigint[] =>
  Array.from({ length: count }, (_, i) => markOf(BigInt(i + 1) << 33n, ofClass));

describe("a note", () => {
  it("is bytes, or none", () => {
    expect(writeNote({ bits: 0, marks: [] })).toEqual(new Uint8Array());
    expect(hexOf(writeNote({ bits: 0x0102, marks: [] }))).toBe("0201000000000000");
    expect(hexOf(writeNote({ bits: 0, marks: [0x11n] }))).toBe("00000000010000001100000000000000");
  });

  it("is in the digest", () => {
    const before = new Uint8Array(32).fill(3);
    const note = writeNote({ bits: 1, marks: [] });
    expect(digestAfter(ID, before, [], note)).toEqual(
      sha256("cmp1:cell\n", ID, before, new Uint8Array(4), note),
    );
    expect(digestAfter(ID, before, [], new Uint8Array())).toEqual(before);
  });
});

describe("a mark of a note", () => {
  it("of the user is put once", () => {
    expect(cellWith(markOf(hash(1), USER), markOf(hash(1), USER)).marks).toEqual([markOf(hash(1), USER)]);
  });

  it("of a tool goes into the filter", () => {
    const cell = cellWith(markOf(hash(1), TOOL), markOf(hash(1), TOOL));
    expect([cell.marks, cell.filterCount, cell.filter.length]).toEqual([[], 1, 4096]);
    // Bits 2 and 3: of the first byte.
    expect(cell.filter[0]).toBe(0b1100);
    expect([filterHas(cell, hash(1)), filterHas(cell, hash(2))]).toEqual([true, false]);
  });

  it("of the user is echoed if a tool showed it before, not behind", () => {
    expect(cellWith(markOf(hash(1), TOOL), markOf(hash(1), USER)).marks).toEqual([markOf(hash(1), TOOL)]);
    expect(cellWith(markOf(hash(1), USER), markOf(hash(1), TOOL)).marks).toEqual([markOf(hash(1), USER)]);
    const twice = cellWith(markOf(hash(1), TOOL), markOf(hash(1), USER), markOf(hash(1), USER));
    expect(twice.marks).toEqual([markOf(hash(1), TOOL)]);
  });

  it("of the user is not put where a filter has both bits by others", () => {
    // Bits 2 of one and 5 of another make up (2, 5).
    const mixed = (2n << 3n) | (5n << 18n);
    expect(cellWith(markOf(hash(1), TOOL), markOf(hash(2), TOOL), markOf(mixed, USER)).marks).toEqual([
      markOf(mixed, TOOL),
    ]);
  });

  it("of the user has 1 024 places, those of tools too", () => {
    const full = cellWith(markOf(hash(1), TOOL), markOf(hash(1), USER), ...many(1023, USER));
    expect([full.marks.length, hasBit(full, SATURATED)]).toEqual([1024, false]);
    foldNote(full, { bits: 0, marks: many(1, USER) });
    expect(hasBit(full, SATURATED)).toBe(false);
    foldNote(full, { bits: 0, marks: [markOf(hash(9), USER)] });
    expect([full.marks.length, hasBit(full, SATURATED)]).toEqual([1024, true]);
  });

  it("of the user is nothing in a saturated cell, also by the same note", () => {
    const cell = cellWith();
    foldNote(cell, { bits: 1 << SATURATED, marks: [markOf(hash(1), USER)] });
    expect(cell.marks).toEqual([]);
  });

  it("of a tool saturates a full filter", () => {
    const cell = cellWith(markOf(hash(1), TOOL));
    cell.filterCount = 4095;
    foldNote(cell, { bits: 0, marks: [markOf(hash(2), TOOL)] });
    expect([cell.filterCount, hasBit(cell, SATURATED)]).toEqual([4096, false]);
    foldNote(cell, { bits: 0, marks: [markOf(hash(2), TOOL)] });
    expect(hasBit(cell, SATURATED)).toBe(false);
    foldNote(cell, { bits: 0, marks: [markOf(hash(3), TOOL)] });
    expect([cell.filterCount, hasBit(cell, SATURATED), filterHas(cell, hash(3))]).toEqual([
      4096,
      true,
      false,
    ]);
  });

  it("of what was written has 128 places", () => {
    const cell = cellWith(...many(128, WRITTEN), ...many(128, WRITTEN));
    expect([countOf(cell, WRITTEN), hasBit(cell, ALL_WRITTEN)]).toEqual([128, false]);
    foldNote(cell, { bits: 0, marks: [markOf(hash(1), WRITTEN)] });
    expect([countOf(cell, WRITTEN), hasBit(cell, ALL_WRITTEN)]).toEqual([128, true]);
  });

  it("of what is frozen has 256 places, and can be taken out", () => {
    const cell = cellWith(...many(256, FROZEN), markOf(hash(1), FROZEN));
    expect(countOf(cell, FROZEN)).toBe(256);
    const [first, ...others] = many(256, THAWED) as [bigint, ...bigint[]];
    foldNote(cell, { bits: 0, marks: [first, first] });
    expect(countOf(cell, FROZEN)).toBe(255);
    foldNote(cell, { bits: 0, marks: others });
    expect(cell.marks).toEqual([]);
  });

  it("keeps its order and its class", () => {
    const marks = [USER, WRITTEN, FROZEN].map((ofClass) => markOf(hash(3), ofClass));
    const cell = cellWith(markOf(hash(5), USER), ...[...marks].reverse(), markOf(hash(2), WRITTEN));
    expect(cell.marks).toEqual([markOf(hash(2), WRITTEN), ...marks, markOf(hash(5), USER)]);
  });
});

describe("a cell with marks", () => {
  const cell = cellWith(markOf(hash(1), TOOL), markOf(hash(2), USER), markOf(hash(3), WRITTEN));
  cell.bits = 0x77f;
  const bytes = writeCell(cell);
  const changed = (at: number, ...with_: number[]): Uint8Array => {
    const out = bytes.slice();
    out.set(with_, at);
    return sealCell(out);
  };

  it("stands where the page says", () => {
    expect(bytes.length).toBe(120 + 2 * 8 + 4096);
    // No events and no buckets; two marks, bits, one entry of the filter.
    expect(hexOf(bytes.subarray(100, 112))).toBe("00000000000002007f070100");
    expect(hexOf(bytes.subarray(72, 88))).toBe("e803000000000000e803000000000000");
    expect(new DataView(bytes.buffer).getBigUint64(120, true)).toBe(hash(2));
    expect(new DataView(bytes.buffer).getBigUint64(128, true)).toBe(hash(3) + 2n);
    expect(bytes[136]).toBe(0b1100);
    expect(readCell(bytes, ID)).toEqual(cell);
  });

  it("is checked", () => {
    expect(readCell(changed(108, 0xff), ID), "bit 7").toBeNull();
    expect(readCell(changed(109, 0x08), ID), "bit 11").toBeNull();
    expect(readCell(changed(106, 3), ID), "marks").toBeNull();
    expect(readCell(changed(110, 0), ID), "no filter").toBeNull();
    expect(readCell(changed(110, 0, 0x10), ID)).not.toBeNull();
    expect(readCell(changed(110, 1, 0x10), ID), "4 097 entries").toBeNull();
    expect(readCell(changed(128, ...bytes.subarray(120, 128)), ID), "marks are equal").toBeNull();
    expect(readCell(changed(128, 4), ID), "class 4").toBeNull();
    expect(readCell(changed(80, 0xe7), ID), "first after last").toBeNull();
  });

  it("has so many of each class", () => {
    const valid = (...marks: bigint[]): boolean => {
      const full = cellWith();
      full.marks = marks.sort((a, b) => (a < b ? -1 : 1));
      return readCell(writeCell(full), ID) !== null;
    };
    const all = [...many(1024, USER), ...many(128, WRITTEN), ...many(256, FROZEN)];
    expect(valid(...all)).toBe(true);
    // Those of the user and those that a tool showed before count together.
    expect(valid(...many(1000, USER), ...many(24, TOOL))).toBe(true);
    expect(valid(...many(1000, USER), ...many(25, TOOL))).toBe(false);
    expect(valid(...many(1025, USER))).toBe(false);
    expect(valid(...many(1025, TOOL))).toBe(false);
    expect(valid(...many(129, WRITTEN))).toBe(false);
    expect(valid(...many(257, FROZEN))).toBe(false);
  });

  it("may be later than its last event", () => {
    const later = cellWith();
    later.leftCount = 1n;
    later.leftTime = 900n;
    later.hours = [{ index: 0n, tier: 0, columns: [] }];
    later.days = [{ index: 0n, tier: 0, columns: [] }];
    expect(readCell(writeCell(later), ID)).not.toBeNull();
    later.leftTime = 1001n;
    expect(readCell(writeCell(later), ID), "left after the last change").toBeNull();
  });
});
