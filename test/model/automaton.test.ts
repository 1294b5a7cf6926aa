/** The section `automaton` (detect.md, 2): one written by hand, and every fault of it with its place. */
import { describe, expect, it } from "vitest";
import { readAutomaton } from "./image-languages.ts";

const CLASSES_AT = 24;
const FOLDS_AT = CLASSES_AT + 256;
const CELLS_AT = FOLDS_AT + 8;
const BASES_AT = CELLS_AT + 16;
const STARTS_AT = BASES_AT + 8;
const ITEMS_AT = STARTS_AT + 4;

/** Two classes, four states; from the root *word*, class 1 leads to state 3, which accepts detector 0. */
function section(): Uint8Array {
  const u16 = (...numbers: number[]): number[] => numbers.flatMap((n) => [n & 255, n >> 8]);
  const u32 = (...numbers: number[]): number[] => numbers.flatMap((n) => u16(n & 0xffff, n >>> 16));
  const classes = Array.from({ length: 256 }, (_, byte) => (byte === 0x61 ? 1 : 0));
  const cells = [0, 0, 1, 3, 2, 0, 2, 3];
  return Uint8Array.from([
    ...u32(2, 4, 3, 1, 2, 4),
    ...classes,
    ...u32(0x430 * 256 + 0x61, 0x435 * 256 + 0x65),
    ...u16(...cells),
    ...u16(0, 0, 2, 2),
    ...u16(0, 1),
    ...u16(0),
    7,
    7,
  ]);
}

function changed(at: number, ...bytes: number[]): Uint8Array {
  const made = section();
  made.set(bytes, at);
  return made;
}

describe("the automaton of an image", () => {
  it("is read: rows lie over each other, and a cell counts for its state alone", () => {
    expect(readAutomaton(section(), 1)).toMatchObject({
      next: [0, 0, 0, 3, 0, 3, 0, 0],
      items: [[0]],
      folds: new Map([
        [0x430, 0x61],
        [0x435, 0x65],
      ]),
    });
  });

  it("may be empty", () => expect(readAutomaton(new Uint8Array(0), 1)).toBeNull());

  const faults: [why: string, bytes: Uint8Array, at: number][] = [
    ["no class", changed(0, 0), 0],
    ["too few states", changed(4, 2), 4],
    ["a root that accepts", changed(8, 2), 8],
    ["no state behind the first that accepts", changed(8, 5), 8],
    ["too many folds", changed(16, 1, 4), 16],
    ["too many cells", changed(20, 0, 1, 1), 20],
    ["another size", changed(20, 3), 0],
    ["a section that ends in its counts", section().subarray(0, 20), 0],
    ["a class", changed(CLASSES_AT + 5, 2), CLASSES_AT + 5],
    ["a fold that does not ascend", changed(FOLDS_AT + 4, 0x62, 0x30), FOLDS_AT + 4],
    ["a fold to no letter", changed(FOLDS_AT, 0), FOLDS_AT],
    ["a fold to a byte that is not ASCII", changed(FOLDS_AT, 128), FOLDS_AT],
    ["a next state", changed(CELLS_AT + 6, 4), CELLS_AT + 4],
    ["a row that leaves the cells", changed(BASES_AT + 2, 3), BASES_AT + 2],
    ["items that do not begin at 0", changed(STARTS_AT, 1), STARTS_AT],
    ["items that do not end with the last", changed(STARTS_AT + 2, 0), STARTS_AT + 2],
    ["an item", changed(ITEMS_AT, 1), ITEMS_AT],
  ];
  for (const [why, bytes, wrongAt] of faults) {
    it(`is refused for ${why}`, () => expect(readAutomaton(bytes, 1)).toEqual({ wrongAt }));
  }
});
