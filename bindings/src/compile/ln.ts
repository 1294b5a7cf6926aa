/**
 * h = ceil(-10^6 ln(1 - w)) for a weight w in basis points, in whole numbers.
 *
 * A host's Math.log may differ in its last bit from another's, so the logarithm is enclosed between two integers and
 * the precision doubled until both give the same ceiling. It ends: the logarithm of a rational other than 1 is never
 * rational, so it is never exactly a multiple of 10^-6.
 */

const BASIS_POINTS = 10_000n;
const MILLIONTHS = 1_000_000n;
const FIRST_BITS = 64n;

/**
 * Bounds on 2^bits * ln(n / d) for n > d > 0: low <= value < high.
 *
 * ln(n / d) = 2 * sum of z^(2k+1) / (2k+1) with z = (n - d) / (n + d). Every division rounds down, so the sum is too
 * small. With S = 1 / (1 - z^2): a power is short by less than S units (its own rounding and what it inherits, which
 * shrinks by z^2 a step), a quotient by less than 1 more, and the terms left out, which begin with a power below S
 * units, sum to less than S * S.
 */
export function lnBounds(n: bigint, d: bigint, bits: bigint): { low: bigint; high: bigint } {
  const numerator = n - d;
  const denominator = n + d;
  const one = 1n << bits;
  const square = numerator * numerator;
  const squareOf = denominator * denominator;
  let power = (one * numerator) / denominator;
  let sum = 0n;
  let terms = 0n;
  while (power > 0n) {
    sum += power / (2n * terms + 1n);
    power = (power * square) / squareOf;
    terms += 1n;
  }
  const shortage = squareOf / (squareOf - square) + 1n;
  const error = terms * (shortage + 1n) + shortage * shortage + 1n;
  return { low: 2n * sum, high: 2n * (sum + error) };
}

function ceilDivide(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by;
}

/** Hazard in millionths of a nat of a chance of `bp` basis points, 1..9999: 2800 gives 328505. */
export function hazardOf(bp: number): number {
  const n = BASIS_POINTS;
  const d = BASIS_POINTS - BigInt(bp);
  for (let bits = FIRST_BITS; ; bits *= 2n) {
    const { low, high } = lnBounds(n, d, bits);
    const lowCeil = ceilDivide(low * MILLIONTHS, 1n << bits);
    const highCeil = ceilDivide(high * MILLIONTHS, 1n << bits);
    // Equal ceilings of both ends hold for everything between them.
    if (lowCeil === highCeil) return Number(lowCeil);
  }
}
