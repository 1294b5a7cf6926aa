/**
 * Decimal numbers without a float instruction: what a float64 or a decimal text means in the smallest unit, 10^-exponent.
 *
 * Both functions return a status and leave the value in `minor()`. The status is DECIMAL_OK only when the input is that
 * decimal and no other: 0.1 + 0.2 is not 0.30, and "1.005" has no value in hundredths.
 */

export const DECIMAL_OK: i32 = 0;
/** More places than the exponent allows, or a float64 that no such decimal reads back as. */
export const DECIMAL_INEXACT: i32 = -1;
/** 10^15 smallest units or more: 15 digits are what a float64 always keeps apart. */
export const DECIMAL_RANGE: i32 = -2;
/** Not `-?digits[.digits]` with at most DIGITS_MAX digits on each side of the point. */
export const DECIMAL_MALFORMED: i32 = -3;

/** Decimal places between a unit and its smallest part. */
export const EXPONENT_MAX: u32 = 4;
/** Digits of a text on one side of the point, zeros included. */
export const DIGITS_MAX: u32 = 30;
const MINOR_END: u64 = 1_000_000_000_000_000;

/** Powers of two from which every |x| * 10^exponent is MINOR_END or more: 2^50 > 10^15. */
const POWER_END: i32 = 50;

let result: i64 = 0;

/** Smallest units found by the last call that returned DECIMAL_OK; 0 after any other. */
export function minor(): i64 {
  return result;
}

/**
 * Smallest units of the float64 with these bits: the integer m nearest to x * 10^exponent, if the decimal m / 10^exponent
 * reads back as exactly x. `exponent` is at most EXPONENT_MAX.
 */
export function minorOfFloat(bits: u64, exponent: u32): i32 {
  result = 0;
  const biased: i32 = <i32>((bits >> 52) & 0x7ff);
  let mantissa: u64 = bits & 0x000fffffffffffff;
  if (biased > 0) mantissa |= 0x0010000000000000;
  if (mantissa == 0) return DECIMAL_OK;
  if (biased - 1023 >= POWER_END) return DECIMAL_RANGE; // NaN and infinities too.

  // |x| = mantissa / 2^shift, shift >= 3. From 2^67 on every product rounds to zero.
  const shift: u32 = 1075 - (biased > 0 ? biased : 1);
  if (shift > 66) return DECIMAL_INEXACT;

  // product = mantissa * 10^exponent in 128 bits; it is below 2^67.
  const scale = powerOfTen(exponent);
  const productLow = mantissa * scale;
  const productHigh = ((mantissa >> 32) * scale + (((mantissa & 0xffffffff) * scale) >> 32)) >> 32;

  // m = (product + half) >> shift, and back = m << shift.
  const half = shift - 1;
  const sumLow = productLow + (half < 64 ? (<u64>1) << half : 0);
  const sumHigh = productHigh + (half < 64 ? 0 : (<u64>1) << (half - 64)) + (sumLow < productLow ? 1 : 0);
  let nearest: u64 = 0;
  let backLow: u64 = 0;
  let backHigh: u64 = 0;
  if (shift < 64) {
    nearest = (sumHigh << (64 - shift)) | (sumLow >> shift);
    backLow = nearest << shift;
    backHigh = nearest >> (64 - shift);
  } else {
    nearest = sumHigh >> (shift - 64);
    backHigh = nearest << (shift - 64);
  }
  if (nearest >= MINOR_END) return DECIMAL_RANGE;

  // m / 10^exponent reads back as x when it is no further than half a step of float64 away: 2 * |back - product| <= scale.
  const differenceLow = backLow - productLow;
  const differenceHigh = <i64>(backHigh - productHigh - (backLow < productLow ? 1 : 0));
  if (differenceHigh != 0 && differenceHigh != -1) return DECIMAL_INEXACT;
  const distance = differenceHigh < 0 ? 0 - differenceLow : differenceLow;
  // A distance of 2^63 or more doubles to something small, so it is refused first. Below MINOR_END no decimal lies half
  // way between two float64s, nor within half a step below a power of two, where the steps get shorter: both would need
  // |x| * 10^exponent of 2^52 or more. So there is no tie to settle and one length of step.
  if (distance > scale || distance * 2 > scale) return DECIMAL_INEXACT;

  result = bits >> 63 != 0 ? -(<i64>nearest) : <i64>nearest;
  return DECIMAL_OK;
}

/**
 * Smallest units of the text `-?digits[.digits]` in ASCII: no plus sign, no exponent, no group separators, no spaces.
 * Places behind the exponent must be zeros. `exponent` is at most EXPONENT_MAX.
 */
export function minorOfText(at: usize, size: u32, exponent: u32): i32 {
  result = 0;
  assert(exponent <= EXPONENT_MAX);
  const end = at + size;
  const negative = size > 0 && load<u8>(at) == 0x2d;
  let cursor = negative ? at + 1 : at;
  let value: u64 = 0;
  let digits: u32 = 0; // Since the start, or since the point.
  let pointSeen = false;
  let tooLarge = false;
  let inexact = false;
  for (; cursor < end; cursor++) {
    const byte: u32 = load<u8>(cursor);
    if (byte == 0x2e && !pointSeen && digits > 0) {
      pointSeen = true;
      digits = 0;
      continue;
    }
    const digit = byte - 0x30;
    if (digit > 9 || digits == DIGITS_MAX) return DECIMAL_MALFORMED;
    digits++;
    if (pointSeen && digits > exponent) {
      if (digit != 0) inexact = true;
    } else if (!tooLarge) {
      value = value * 10 + digit;
      tooLarge = value >= MINOR_END;
    }
  }
  if (digits == 0) return DECIMAL_MALFORMED;
  const places = pointSeen ? digits : 0;
  if (!tooLarge && places < exponent) {
    value *= powerOfTen(exponent - places);
    tooLarge = value >= MINOR_END;
  }
  if (tooLarge) return DECIMAL_RANGE;
  if (inexact) return DECIMAL_INEXACT;
  result = negative ? -(<i64>value) : <i64>value;
  return DECIMAL_OK;
}

/** 10^exponent for 0 to EXPONENT_MAX. */
function powerOfTen(exponent: u32): u64 {
  assert(exponent <= EXPONENT_MAX);
  let power: u64 = 1;
  for (let done: u32 = 0; done < exponent; done++) power *= 10;
  return power;
}
