/** Amounts: from a value of a call to minor units of its currency, exactly, with rationals of big integers. */
import { trim } from "./bytes.ts";
import type { Node } from "./cmp.ts";
import { limit } from "./wire.ts";

export type Minor =
  | { kind: "minor"; minor: bigint }
  | { kind: "spoiled"; mark: "amount_inexact" | "amount_range" };

const INEXACT: Minor = { kind: "spoiled", mark: "amount_inexact" };
const OUT_OF_RANGE: Minor = { kind: "spoiled", mark: "amount_range" };
const MINOR_MAX = BigInt(limit("amount_minor_max"));

const AMOUNT_FORM = /^-?([0-9]{1,30})(?:\.([0-9]{1,30}))?$/;

/** Whether a value can be read as an amount at all, whatever its currency. */
export function isAmount(value: Node): boolean {
  if (value.type === "str") return AMOUNT_FORM.test(trim(value.text));
  return value.type === "int" || value.type === "float";
}

/**
 * Minor units of a value that `isAmount`. `unit` says how a bare number is meant; `exponent` is the number of minor-unit
 * digits of the currency.
 */
export function toMinor(value: Node, unit: string, exponent: number): Minor {
  if (value.type === "int") {
    return ofDecimal(absolute(value.value), 0, unit === "major" ? exponent : 0);
  }
  if (value.type === "str") {
    const form = AMOUNT_FORM.exec(trim(value.text));
    if (form === null) throw new Error("not an amount");
    const fraction = form[2];
    const isMajor = unit !== "minor" || fraction !== undefined;
    const digits = BigInt((form[1] as string) + (fraction ?? ""));
    return ofDecimal(digits, fraction?.length ?? 0, isMajor ? exponent : 0);
  }
  if (value.type === "float") return ofFloat(value.bits, exponent);
  throw new Error("not an amount");
}

/** digits x 10^-fraction x 10^shift. */
function ofDecimal(digits: bigint, fraction: number, shift: number): Minor {
  const numerator = digits * 10n ** BigInt(shift);
  const denominator = 10n ** BigInt(fraction);
  if (numerator / denominator > MINOR_MAX) return OUT_OF_RANGE;
  if (numerator % denominator !== 0n) return INEXACT;
  return { kind: "minor", minor: numerator / denominator };
}

/** A float64 stands for the decimal whose nearest double it is, if that decimal has few enough digits. */
export function ofFloat(bits: bigint, exponent: number): Minor {
  const ten = 10n ** BigInt(exponent);
  const [mantissa, shift] = magnitude(bits);
  // |v| = mantissa x 2^shift. Written as a fraction so that no rounding happens anywhere.
  const numerator = shift >= 0n ? mantissa * 2n ** shift : mantissa;
  const denominator = shift >= 0n ? 1n : 2n ** -shift;
  // Nearest integer to |v| x 10^e, halves up.
  const nearest = (2n * numerator * ten + denominator) / (2n * denominator);
  if (nearest > MINOR_MAX) return OUT_OF_RANGE;
  return nearestDouble(nearest, ten) === (bits & 0x7fffffffffffffffn)
    ? { kind: "minor", minor: nearest }
    : INEXACT;
}

/** Mantissa and power of two of |v|. */
function magnitude(bits: bigint): [bigint, bigint] {
  const field = (bits >> 52n) & 0x7ffn;
  const low = bits & 0xfffffffffffffn;
  return field === 0n ? [low, -1074n] : [low | (1n << 52n), field - 1075n];
}

/** Bits of the double nearest to numerator / denominator (both positive or zero), ties to even. */
export function nearestDouble(numerator: bigint, denominator: bigint): bigint {
  if (numerator === 0n) return 0n;
  // The power of two that leaves 53 bits before the point, but not below the smallest subnormal.
  let shift = BigInt(numerator.toString(2).length - denominator.toString(2).length) - 53n;
  const scaled = (s: bigint): [bigint, bigint] =>
    s >= 0n ? [numerator, denominator * 2n ** s] : [numerator * 2n ** -s, denominator];
  const whole = (s: bigint): bigint => {
    const [n, d] = scaled(s);
    return n / d;
  };
  while (whole(shift) >= 1n << 53n) shift++;
  while (whole(shift) < 1n << 52n) shift--;
  if (shift < -1074n) shift = -1074n;
  const [n, d] = scaled(shift);
  let mantissa = n / d;
  const twice = 2n * (n % d);
  if (twice > d || (twice === d && mantissa % 2n === 1n)) mantissa++;
  if (mantissa === 1n << 53n) {
    mantissa = 1n << 52n;
    shift++;
  }
  if (mantissa < 1n << 52n) return mantissa;
  return ((shift + 1075n) << 52n) | (mantissa - (1n << 52n));
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** Reference cents: coarse, rounded up, comparable between currencies. */
export function referenceCents(minor: bigint, referenceMilli: bigint): bigint {
  const cents = (minor * referenceMilli + 999n) / 1000n;
  const most = 2n ** 53n - 1n;
  return cents > most ? most : cents;
}
