/** The arithmetic of a record, done again outside the engine: docs/format/evaluation.md, steps 6 and 7. */

import { TIER_NAMES } from "./gen/codes.ts";
import { HAZARD_MAX, SCORE_MAX } from "./gen/limits.ts";
import type { Part } from "./types.ts";

export interface HazardSteps {
  /** H0. */
  readonly start: number;
  /** H after each amplifier. */
  readonly after: readonly number[];
  readonly hazard: number;
}

/** H behind one amplifier. At most 5 x 10^8 x 3 x 10^6: exact in a double. */
export function amplified(hazard: number, level: number, max: number, gain: number): number {
  return Math.min(HAZARD_MAX, Math.floor((hazard * (1000 * max + gain * level)) / (1000 * max)));
}

/** The hazard of a part, step by step, from the numbers of the record. */
export function hazardSteps({ flags, amplifiers }: Pick<Part, "flags" | "amplifiers">): HazardSteps {
  let twice = 0;
  for (const { role, hazard } of flags) twice += role === "primary" ? 2 * hazard : hazard;
  const start = Math.floor(twice / 2);
  let hazard = start;
  const after = amplifiers.map(({ level, max, gain }) => {
    hazard = amplified(hazard, level, max, gain);
    return hazard;
  });
  return { start, after, hazard };
}

/** The hazard of a call from those of its parts: full ones add, and without any the largest counts. */
export function hazardOfParts(parts: readonly Pick<Part, "counted" | "hazard">[]): number {
  const full = parts.filter(({ counted }) => counted === "full");
  if (full.length === 0) return Math.max(0, ...parts.map(({ hazard }) => hazard));
  return Math.min(
    HAZARD_MAX,
    full.reduce((sum, { hazard }) => sum + hazard, 0),
  );
}

export function tierOf(hazard: number, thresholds: readonly number[]): string {
  return TIER_NAMES[thresholds.filter((start) => start <= hazard).length] ?? "";
}

/** floor(10 000 x (1 - e^(-H / 10^6))), exact: the exponential series in whole numbers of 40 digits. */
export function scoreOf(hazard: number): number {
  const scale = 10n ** 40n;
  const x = BigInt(hazard);
  let term = scale;
  let sum = scale;
  for (let k = 1n; term > 0n; k++) {
    term = (term * x) / (1_000_000n * k);
    sum += term;
  }
  return Math.min(SCORE_MAX, Number((10_000n * (sum - scale)) / sum));
}
