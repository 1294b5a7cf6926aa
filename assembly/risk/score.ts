/**
 * Hazard to score: floor(10 000 x (1 - e^(-H / 10^6))), exact for every H, without floats.
 *
 * H is a sum of powers of two, so e^(-H / 10^6) is a product of constants e^(-2^k / 10^6), kept as fractions of 2^64 and
 * rounded down. The product errs by less than 52 / 2^64; no H from 1 to 60 000 000 puts 10 000 x e^(-H / 10^6) that near
 * to an integer, which test/exhaustive shows by trying them all.
 */
import { HAZARD_MAX, SCORE_MAX } from "../gen/limits";

const HAZARD_BITS: usize = 26;
const FACTORS: usize = memory.data<u64>([
  0xffffef3908ec06db, 0xffffde7212f1873c, 0xffffbce42a48f445, 0xffff79c866297d6f, 0xfffef39112b13bff,
  0xfffde7233edae8ed, 0xfffbce4ae392f902, 0xfff79ca75e75aa6f, 0xffef399519031924, 0xffde7443992c9bd8,
  0xffbcecec8531dc81, 0xff79eb6c0801e69f, 0xfef41d119c92df88, 0xfde952765f92ea3b, 0xfbd701a52ef2685e,
  0xf7bf51cdad86e8c7, 0xefc2bed60fe7118f, 0xe08d34797c63ff9a, 0xc4f769b7724399a4, 0x978bc8fe129e00e6,
  0x59b6336f9bac95e5, 0x1f703170c745024d, 0x03dc5d249c7d70e8, 0x000ee7df147b872f, 0x000000de2e6a96de,
  0x000000000000c0d4,
]);

/** The upper 64 bits of a product of two 64-bit numbers. */
function multiplyHigh(one: u64, other: u64): u64 {
  const oneLow = one & 0xffffffff;
  const oneHigh = one >> 32;
  const otherLow = other & 0xffffffff;
  const otherHigh = other >> 32;
  const middle = oneHigh * otherLow + ((oneLow * otherLow) >> 32);
  const carried = oneLow * otherHigh + (middle & 0xffffffff);
  return oneHigh * otherHigh + (middle >> 32) + (carried >> 32);
}

/** Score in basis points, 0..9 999, of a hazard of 0..60 000 000 millionths of a nat. */
export function scoreOf(hazard: u32): i32 {
  assert(hazard <= <u32>HAZARD_MAX);
  if (hazard == 0) return 0;
  let remaining: u64 = u64.MAX_VALUE;
  for (let bit: usize = 0; bit < HAZARD_BITS; bit++) {
    if ((hazard >> <u32>bit) & 1) remaining = multiplyHigh(remaining, load<u64>(FACTORS + (bit << 3)));
  }
  // 10 000 x e^(-x) is never an integer for x > 0, so rounding the loss down is rounding the rest up.
  const score = SCORE_MAX - <i32>multiplyHigh(remaining, 10_000);
  assert(score >= 0);
  return score;
}
