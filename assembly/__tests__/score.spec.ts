import { scoreOf } from "../risk/score";

describe("score of a hazard", () => {
  it("is zero for nothing and never full", () => {
    expect<i32>(scoreOf(0)).toBe(0);
    expect<i32>(scoreOf(1)).toBe(0);
    expect<i32>(scoreOf(60_000_000)).toBe(9_999);
  });

  it("turns at the thresholds of the tiers, which are rounded up by the same rule", () => {
    expect<i32>(scoreOf(162_518)).toBe(1_499);
    expect<i32>(scoreOf(162_519)).toBe(1_500);
    expect<i32>(scoreOf(430_782)).toBe(3_499);
    expect<i32>(scoreOf(430_783)).toBe(3_500);
    expect<i32>(scoreOf(798_507)).toBe(5_499);
    expect<i32>(scoreOf(798_508)).toBe(5_500);
    expect<i32>(scoreOf(1_386_294)).toBe(7_499);
    expect<i32>(scoreOf(1_386_295)).toBe(7_500);
  });

  it("says a single primary flag's weight when nothing amplifies it", () => {
    expect<i32>(scoreOf(105_361)).toBe(1_000);
    expect<i32>(scoreOf(328_505)).toBe(2_800);
  });
});
