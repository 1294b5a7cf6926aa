import * as decimal from "../base/decimal";

const TEXT: usize = memory.data(64);

function ofText(text: string, exponent: u32): i32 {
  const bytes = String.UTF8.encode(text);
  memory.copy(TEXT, changetype<usize>(bytes), bytes.byteLength);
  return decimal.minorOfText(TEXT, bytes.byteLength, exponent);
}

function ofFloat(value: f64, exponent: u32): i32 {
  return decimal.minorOfFloat(reinterpret<u64>(value), exponent);
}

describe("minorOfFloat", () => {
  it("takes the double nearest to an amount, and only that", () => {
    expect(ofFloat(849.99, 2)).toBe(decimal.DECIMAL_OK);
    expect(decimal.minor()).toBe(84999);
    expect(ofFloat(-0.07, 2)).toBe(decimal.DECIMAL_OK);
    expect(decimal.minor()).toBe(-7);
    expect(ofFloat(0.1 + 0.2, 2)).toBe(decimal.DECIMAL_INEXACT);
    expect(decimal.minor()).toBe(0);
    expect(ofFloat(1.005, 2)).toBe(decimal.DECIMAL_INEXACT);
    expect(ofFloat(1.005, 3)).toBe(decimal.DECIMAL_OK);
    expect(decimal.minor()).toBe(1005);
  });

  it("keeps to fifteen digits", () => {
    expect(ofFloat(9999999999999.99, 2)).toBe(decimal.DECIMAL_OK);
    expect(decimal.minor()).toBe(999999999999999);
    expect(ofFloat(90071992547409.9, 2)).toBe(decimal.DECIMAL_RANGE);
    expect(ofFloat(Infinity, 2)).toBe(decimal.DECIMAL_RANGE);
    expect(ofFloat(NaN, 2)).toBe(decimal.DECIMAL_RANGE);
  });

  it("reads the smallest parts", () => {
    for (let parts = 1; parts <= 20000; parts++) {
      expect(ofFloat(<f64>parts / 10000.0, 4)).toBe(decimal.DECIMAL_OK);
      expect(decimal.minor()).toBe(parts);
    }
  });

  throws("an exponent above four", () => {
    ofFloat(0.5, 5);
  });
});

describe("minorOfText", () => {
  it("reads plain decimals", () => {
    expect(ofText("850.00", 2)).toBe(decimal.DECIMAL_OK);
    expect(decimal.minor()).toBe(85000);
    expect(ofText("-1.5000", 2)).toBe(decimal.DECIMAL_OK);
    expect(decimal.minor()).toBe(-150);
    expect(ofText("850", 0)).toBe(decimal.DECIMAL_OK);
    expect(decimal.minor()).toBe(850);
  });

  it("refuses the rest", () => {
    expect(ofText("1.505", 2)).toBe(decimal.DECIMAL_INEXACT);
    expect(ofText("10000000000000", 2)).toBe(decimal.DECIMAL_RANGE);
    expect(decimal.minor()).toBe(0);
    const malformed = [
      "",
      "-",
      ".",
      ".5",
      "5.",
      "1.2.3",
      "+1",
      "1e3",
      "1,234.50",
      " 1",
      "1 ",
      "--1",
      "0".repeat(31),
    ];
    for (let i = 0; i < malformed.length; i++) {
      expect(ofText(malformed[i], 2)).toBe(decimal.DECIMAL_MALFORMED, malformed[i]);
    }
  });
});
