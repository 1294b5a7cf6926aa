/** Decimals in the Wasm against exact arithmetic: bigint for the value, the platform's parser for «reads back as». */

import { beforeAll, describe, expect, it } from "vitest";
import { type Base, openBase, Seeded } from "./base-harness.ts";

let base: Base;
beforeAll(() => {
  base = openBase();
}, 120_000);

const END = 10n ** 15n;
const INEXACT = "inexact";
const RANGE = "range";
const MALFORMED = "malformed";
const NAMES: Readonly<Record<number, string>> = { [-1]: INEXACT, [-2]: RANGE, [-3]: MALFORMED };

/** Smallest units as text, or the name of the status. */
function judged(status: number): string {
  const minor = base.wide.getBigInt64(0, true);
  if (status !== 0 && minor !== 0n) expect(minor).toBe(0n);
  return status === 0 ? `${minor}` : (NAMES[status] ?? `status ${status}`);
}

function minorOfFloat(value: number, exponent: number): string {
  base.wide.setFloat64(0, value, true);
  return judged(base.run.minorOfFloat(exponent));
}

function minorOfText(text: string, exponent: number): string {
  return judged(base.run.minorOfText(base.give(Buffer.from(text)), exponent));
}

const view = new DataView(new ArrayBuffer(8));

function ofBits(bits: bigint): number {
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}

function bitsOf(value: number): bigint {
  view.setFloat64(0, value);
  return view.getBigUint64(0);
}

/** |x| as an exact fraction of bigints. */
function fractionOf(value: number): { over: bigint; under: bigint } {
  const bits = bitsOf(Math.abs(value));
  const power = Number(bits >> 52n);
  const mantissa = (bits & ((1n << 52n) - 1n)) | (power > 0 ? 1n << 52n : 0n);
  const shift = BigInt(Math.max(power, 1) - 1075);
  return shift >= 0n ? { over: mantissa << shift, under: 1n } : { over: mantissa, under: 1n << -shift };
}

function expectedOfFloat(value: number, exponent: number): string {
  if (!Number.isFinite(value)) return RANGE;
  const { over, under } = fractionOf(value);
  const nearest = (over * 10n ** BigInt(exponent) * 2n + under) / (under * 2n);
  if (nearest >= END) return RANGE;
  const digits = `${nearest}`.padStart(exponent + 1, "0");
  const point = digits.length - exponent;
  const text = `${digits.slice(0, point)}.${digits.slice(point)}0`;
  if (Number(text) !== Math.abs(value)) return INEXACT;
  return `${value < 0 ? -nearest : nearest}`;
}

function check(value: number, exponent: number): string {
  const wanted = expectedOfFloat(value, exponent);
  const came = minorOfFloat(value, exponent);
  if (came !== wanted) expect(came, `${value} in 10^-${exponent}`).toBe(wanted);
  return wanted;
}

describe("float64 to smallest units", () => {
  it.each([
    [0.29, 2, "29"],
    [849.99, 2, "84999"],
    [-0.07, 2, "-7"],
    [0.1 + 0.2, 2, INEXACT],
    [1.005, 2, INEXACT],
    [1.005, 3, "1005"],
    [2.675, 2, INEXACT],
    [0.5, 0, INEXACT],
    [0.0001, 4, "1"],
    [0.0004, 4, "4"],
    [0.00005, 4, INEXACT],
    [5e-324, 4, INEXACT],
    [0, 2, "0"],
    [-0, 2, "0"],
    [123_456_789_012.34, 2, "12345678901234"],
    [9_999_999_999_999.99, 2, "999999999999999"],
    [90_071_992_547_409.9, 2, RANGE],
    [1e300, 0, RANGE],
    [Infinity, 2, RANGE],
    [NaN, 2, RANGE],
  ])("%s in 10^-%i is %s", (value, exponent, wanted) => {
    expect(minorOfFloat(value, exponent)).toBe(wanted);
    expect(expectedOfFloat(value, exponent)).toBe(wanted);
  });

  it("agrees with exact arithmetic on 200 000 doubles and their neighbours", () => {
    const seeded = new Seeded(20_261);
    const answers = new Map<string, number>();
    for (let i = 0; i < 40_000; i++) {
      const digits = Number(`${seeded.next()}${seeded.next()}`.slice(0, 1 + seeded.below(17)));
      const places = seeded.below(7);
      let value = Number(`${digits}e-${places}`);
      if (seeded.below(4) === 0) value = ofBits((BigInt(seeded.next()) << 32n) | BigInt(seeded.next()));
      if (seeded.below(4) === 0) value = (seeded.below(100_000) / 100) * (1 + seeded.below(50) / 100);
      if (seeded.below(4) === 0) value = -value;
      const near = bitsOf(value);
      for (const distance of [0n, 1n, -1n, 2n, -2n]) {
        const answer = check(ofBits(BigInt.asUintN(64, near + distance)), seeded.below(5));
        const kind = /\d/.test(answer) ? "exact" : answer;
        answers.set(kind, (answers.get(kind) ?? 0) + 1);
      }
    }
    for (const kind of ["exact", INEXACT, RANGE]) expect(answers.get(kind)).toBeGreaterThan(10_000);
  });

  it("agrees on every amount of cents up to 100 000 and its neighbours, and around each power of two", () => {
    for (let cents = 0; cents <= 100_000; cents++) {
      if (minorOfFloat(cents / 100, 2) !== `${cents}`) expect(minorOfFloat(cents / 100, 2)).toBe(`${cents}`);
    }
    for (let power = -30; power < 60; power++) {
      for (const exponent of [0, 1, 2, 3, 4]) {
        const nearest = Math.round(2 ** power * 10 ** exponent) / 10 ** exponent;
        for (const value of [2 ** power, nearest]) {
          for (const distance of [-2n, -1n, 0n, 1n, 2n])
            check(ofBits(BigInt.asUintN(64, bitsOf(value) + distance)), exponent);
        }
      }
    }
  });
});

function expectedOfText(text: string, exponent: number): string {
  const match = /^(-?)([0-9]{1,30})(?:\.([0-9]{1,30}))?$/.exec(text);
  if (match === null) return MALFORMED;
  const [, sign, whole, fraction = ""] = match as unknown as [string, string, string, string | undefined];
  const kept = fraction.slice(0, exponent).padEnd(exponent, "0");
  const minor = BigInt(whole + kept);
  if (minor >= END) return RANGE;
  if (/[1-9]/.test(fraction.slice(exponent))) return INEXACT;
  return `${sign === "-" ? -minor : minor}`;
}

describe("decimal text to smallest units", () => {
  it.each([
    ["850.00", 2, "85000"],
    ["850", 2, "85000"],
    ["-0.5", 2, "-50"],
    ["-0", 2, "0"],
    ["007", 0, "7"],
    ["1.5000", 2, "150"],
    ["1.505", 2, INEXACT],
    ["9999999999999.99", 2, "999999999999999"],
    ["10000000000000.00", 2, RANGE],
    ["10000000000000.001", 2, RANGE],
    ["", 2, MALFORMED],
    ["-", 2, MALFORMED],
    [".5", 2, MALFORMED],
    ["5.", 2, MALFORMED],
    ["1.2.3", 2, MALFORMED],
    ["--1", 2, MALFORMED],
    ["+1", 2, MALFORMED],
    ["1e3", 2, MALFORMED],
    ["1,234.50", 2, MALFORMED],
    [" 1", 2, MALFORMED],
    ["1 ", 2, MALFORMED],
    ["0x10", 2, MALFORMED],
    ["٣", 2, MALFORMED],
    ["0".repeat(30), 2, "0"],
    ["0".repeat(31), 2, MALFORMED],
    [`0.${"0".repeat(31)}`, 2, MALFORMED],
  ])("%j in 10^-%i is %s", (text, exponent, wanted) => {
    expect(minorOfText(text, exponent)).toBe(wanted);
    expect(expectedOfText(text, exponent)).toBe(wanted);
  });

  it("agrees with exact arithmetic on 50 000 texts", () => {
    const seeded = new Seeded(7);
    for (let i = 0; i < 50_000; i++) {
      let text = "";
      const alphabet = seeded.below(3) === 0 ? "0012345.-+ e" : "0000123456789";
      for (let size = seeded.below(22); size > 0; size--) text += alphabet[seeded.below(alphabet.length)];
      if (seeded.below(2) === 0) text = `${text}.${"0".repeat(seeded.below(5))}${seeded.below(1_000)}`;
      if (seeded.below(4) === 0) text = `-${text}`;
      const exponent = seeded.below(5);
      const wanted = expectedOfText(text, exponent);
      if (minorOfText(text, exponent) !== wanted) expect(minorOfText(text, exponent), text).toBe(wanted);
    }
  });

  it("agrees with the float64 of the same amount", () => {
    const seeded = new Seeded(8);
    for (let i = 0; i < 20_000; i++) {
      const text = `${seeded.below(100_000_000)}.${`${seeded.below(10_000)}`.padStart(4, "0")}`;
      const exponent = seeded.below(5);
      const wanted = minorOfText(text, exponent);
      if (minorOfFloat(Number(text), exponent) !== wanted)
        expect(minorOfFloat(Number(text), exponent), text).toBe(wanted);
    }
  });
});
