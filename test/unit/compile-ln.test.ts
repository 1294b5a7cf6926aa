/** Hazards of weights, in whole numbers: exact, and proven so by bounds. */

import { describe, expect, test } from "vitest";
import { hazardOf, lnBounds } from "../../bindings/src/compile/ln.ts";

describe("hazards", () => {
  // ceil(-10^6 ln(1 - w)) with the logarithms from a table of 20 digits.
  const rows: readonly (readonly [bp: number, hazard: number])[] = [
    [1, 101], // 100.005…
    [1_000, 105_361], // 105360.51565782630123
    [1_400, 150_823], // 150822.88973458366…
    [1_500, 162_519], // 162518.92949777495…
    [1_600, 174_354], // 174353.38714477778…
    [2_000, 223_144], // 223143.55131420976…
    [2_200, 248_462], // 248461.35929849961…
    [2_600, 301_106], // 301105.09278392162…
    [2_800, 328_505], // 328504.06697203606…
    [3_500, 430_783], // 430782.91609245424…
    [5_000, 693_148], // 693147.18055994530942
    [5_500, 798_508], // 798507.69621777162…
    [7_500, 1_386_295], // 1386294.36111989061883
    [9_000, 2_302_586], // 2302585.09299404568402
    [9_999, 9_210_341], // 9210340.37197618273607
  ];
  for (const [bp, hazard] of rows) test(`${bp} bp`, () => expect(hazardOf(bp)).toBe(hazard));

  test("grow with the weight", () => {
    let before = 0;
    for (let bp = 1; bp <= 9_999; bp++) {
      const hazard = hazardOf(bp);
      expect(hazard).toBeGreaterThan(before);
      before = hazard;
    }
  });
});

test("coarse bounds enclose fine ones", () => {
  for (let bp = 1; bp <= 9_999; bp += 101) {
    const d = 10_000n - BigInt(bp);
    const fine = lnBounds(10_000n, d, 256n);
    expect(fine.low).toBeLessThan(fine.high);
    for (const bits of [8n, 16n, 32n, 64n, 128n]) {
      const coarse = lnBounds(10_000n, d, bits);
      expect(coarse.low << (256n - bits)).toBeLessThanOrEqual(fine.high);
      expect(coarse.high << (256n - bits)).toBeGreaterThanOrEqual(fine.low);
    }
  }
});
