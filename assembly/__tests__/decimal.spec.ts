import * as decimal from "../base/decimal";

const TEXT: usize = memory.data(64);

function ofText(text: string, exponent: u32): i32 {
  const bytes = String.UTF8.encode(text);
  memory.copy(TEXT, changetype<usize>(bytes), bytes.byteLength);
  return decimal.minorOfText(TEXT, bytes.byteLength, exponent);
}

/** The float64 with these bits; what it is stands beside each call, because no fraction may stand in here. */
function ofBits(high: u32, low: u32, exponent: u32): i32 {
  return decimal.minorOfFloat(((<u64>high) << 32) | low, exponent);
}

describe("minorOfFloat", () => {
  it("takes the double nearest to an amount, and only that", () => {
    expect(ofBits(0x408a8feb, 0x851eb852, 2)).toBe(decimal.DECIMAL_OK); // 849.99
    expect(decimal.minor()).toBe(84999);
    expect(ofBits(0xbfb1eb85, 0x1eb851ec, 2)).toBe(decimal.DECIMAL_OK); // -0.07
    expect(decimal.minor()).toBe(-7);
    expect(ofBits(0x3fd33333, 0x33333334, 2)).toBe(decimal.DECIMAL_INEXACT); // 0.1 + 0.2
    expect(decimal.minor()).toBe(0);
    expect(ofBits(0x3ff0147a, 0xe147ae14, 2)).toBe(decimal.DECIMAL_INEXACT); // 1.005
    expect(ofBits(0x3ff0147a, 0xe147ae14, 3)).toBe(decimal.DECIMAL_OK);
    expect(decimal.minor()).toBe(1005);
  });

  it("keeps to fifteen digits", () => {
    expect(ofBits(0x42a2309c, 0xe53ffffb, 2)).toBe(decimal.DECIMAL_OK); // 9 999 999 999 999.99
    expect(decimal.minor()).toBe(999999999999999);
    expect(ofBits(0x42d47ae1, 0x47ae147a, 2)).toBe(decimal.DECIMAL_RANGE); // 90 071 992 547 409.9
    expect(ofBits(0x7ff00000, 0, 2)).toBe(decimal.DECIMAL_RANGE); // Beyond every number.
    expect(ofBits(0x7ff80000, 0, 2)).toBe(decimal.DECIMAL_RANGE); // Not a number.
  });

  it("reads the smallest parts", () => {
    expect(ofBits(0x3f1a36e2, 0xeb1c432d, 4)).toBe(decimal.DECIMAL_OK); // 0.0001
    expect(decimal.minor()).toBe(1);
    expect(ofBits(0x3f3a36e2, 0xeb1c432d, 4)).toBe(decimal.DECIMAL_OK); // 0.0004
    expect(decimal.minor()).toBe(4);
    expect(ofBits(0x3f0a36e2, 0xeb1c432d, 4)).toBe(decimal.DECIMAL_INEXACT); // 0.00005
    expect(ofBits(0, 1, 4)).toBe(decimal.DECIMAL_INEXACT); // The smallest of all.
    expect(ofBits(0, 0, 4)).toBe(decimal.DECIMAL_OK);
  });

  throws("an exponent above four", () => {
    ofBits(0x3fe00000, 0x00000000, 5);
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
