/** Steps 5 to 7 of evaluation.md: flags and levels, hazard, score and tier. */
import { hit } from "./coverage.ts";
import type { Action, Image } from "./image.ts";
import { type Excuse, type Surroundings, tryRaising } from "./predicates.ts";
import { limit } from "./wire.ts";

export const HAZARD_MAX = BigInt(limit("hazard_max"));
const SCORE_MAX = limit("score_max");
const MICRO = 1_000_000n;

/**
 * 1 - e^(-H/10^6) >= s/10^4 exactly when H >= 10^6 ln(10^4 / (10^4 - s)). The logarithm of a rational other than 1 is never
 * rational, so rounding up gives the smallest H that reaches the score s, once the logarithm is known closely enough to
 * tell on which side of an integer it lies. 60 decimal digits with an error below 10^-50 leave no doubt; a bound that did
 * would throw.
 */
const DIGITS = 60n;
const ONE = 10n ** DIGITS;
const SLACK = 10n ** 10n;

/** ln(numerator / denominator) as a fixed-point integer of 60 decimals, by the series of atanh. */
export function logarithm(numerator: bigint, denominator: bigint): bigint {
  // ln x = k ln 2 + ln(x / 2^k), with x / 2^k between 1 and 2, so that the series converges quickly.
  let k = 0n;
  const n = numerator;
  let d = denominator;
  while (n >= 2n * d) {
    d *= 2n;
    k++;
  }
  return k * TWICE_ATANH_THIRD + twiceAtanh(n - d, n + d);
}

/** 2 atanh(numerator / denominator), for values from 0 to 1/3. */
function twiceAtanh(numerator: bigint, denominator: bigint): bigint {
  const square = (numerator * numerator * ONE) / (denominator * denominator);
  let power = (numerator * ONE) / denominator;
  let sum = 0n;
  for (let odd = 1n; power > 0n; odd += 2n) {
    sum += power / odd;
    power = (power * square) / ONE;
  }
  return 2n * sum;
}

const TWICE_ATANH_THIRD = twiceAtanh(1n, 3n);

/** ceil(10^6 ln(numerator / denominator)), exact. */
export function ceilMicroLogarithm(numerator: bigint, denominator: bigint): bigint {
  if (numerator === denominator) return 0n;
  const low = ((logarithm(numerator, denominator) - SLACK) * MICRO) / ONE;
  const high = ((logarithm(numerator, denominator) + SLACK) * MICRO) / ONE;
  if (low !== high) throw new Error(`60 digits do not decide ln(${numerator}/${denominator})`);
  return low + 1n;
}

/** Smallest hazard of each score: entry s is the least H whose score is at least s. */
export const scoreThresholds: bigint[] = Array.from({ length: SCORE_MAX + 1 }, (_, s) =>
  ceilMicroLogarithm(10_000n, 10_000n - BigInt(s)),
);

/** Hazard of a flag of weight `bp` basis points: ceil(-10^6 ln(1 - w)). */
export function hazardOfWeight(bp: number): bigint {
  return ceilMicroLogarithm(10_000n, 10_000n - BigInt(bp));
}

/** floor(10 000 (1 - e^(-H/10^6))), at most 9 999. */
export function score(hazard: bigint): number {
  let least = 0;
  let most = SCORE_MAX;
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if ((scoreThresholds[middle] as bigint) <= hazard) least = middle;
    else most = middle - 1;
  }
  return least;
}

export function tier(hazard: bigint, thresholds: bigint[]): number {
  return thresholds.filter((threshold) => threshold <= hazard).length;
}

export function capped(hazardSum: bigint): bigint {
  return hazardSum > HAZARD_MAX ? HAZARD_MAX : hazardSum;
}

/** Hazard of one part, from flags and levels. */
export function hazard(
  primary: Iterable<number>,
  secondary: Iterable<number>,
  levels: number[],
  image: Pick<Image, "hazards" | "gains" | "maxima">,
): bigint {
  const sum = (flags: Iterable<number>): bigint =>
    [...flags].reduce((total, flag) => total + (image.hazards[flag] as bigint), 0n);
  let h = (2n * sum(primary) + sum(secondary)) / 2n;
  for (let d = 0; d < levels.length; d++) {
    const base = 1000n * BigInt(image.maxima[d] as number);
    h = (h * (base + BigInt(image.gains[d] as number) * BigInt(levels[d] as number))) / base;
    if (h > HAZARD_MAX) h = HAZARD_MAX;
  }
  return h;
}

export interface Risk {
  primary: Set<number>;
  secondary: Set<number>;
  levels: number[];
  hazard: bigint;
  score: number;
  tier: number;
  excuses: Excuse[];
  /** Codes of the level rules that set a level above the action's own, most decisive first. */
  levelReasons: string[];
  /** Codes of the rules that changed a flag, in list order. */
  flagReasons: string[];
  /** Labels that rules gave, and values that they say are written. */
  labels: Set<number>;
  written: Set<string>;
}

/** Runs the rules of the action, then the arithmetic. `surroundings.risk` must be null: rules run before it exists. */
export function assess(action: Action, pack: number | null, image: Image, surroundings: Surroundings): Risk {
  const primary = new Set(action.primary);
  const secondary = new Set(action.secondary);
  const levels = [...action.levels];
  const excuses: Excuse[] = [];
  const flagReasons: string[] = [];
  const raised: { code: string; amplifier: number; level: number }[] = [];
  const labels = new Set<number>();
  const written = new Set<string>();

  for (const rule of action.rules) {
    if (rule.pack !== null && rule.pack !== pack) continue;
    const tried = tryRaising(rule.clauses, surroundings);
    excuses.push(...tried.excuses);
    if (!tried.matches) continue;
    if (rule.kind === "level") {
      levels[rule.target] = Math.max(levels[rule.target] as number, rule.value);
      raised.push({ code: rule.code, amplifier: rule.target, level: rule.value });
    } else if (rule.kind === "label") {
      hit("rule kind label");
      labels.add(rule.target);
    } else if (rule.kind === "written") {
      const field = surroundings.facts.fields.get(rule.target);
      hit(`rule kind written${field?.malformed === true ? ", malformed" : ""}`);
      if (field === undefined || field.malformed) continue;
      for (const value of field.values) if ("text" in value) written.add(value.text);
    } else if (rule.value === 0) {
      if (!primary.has(rule.target)) flagReasons.push(rule.code);
      primary.add(rule.target);
      secondary.delete(rule.target);
    } else if (!primary.has(rule.target) && !secondary.has(rule.target)) {
      flagReasons.push(rule.code);
      secondary.add(rule.target);
    }
  }

  const h = hazard(primary, secondary, levels, image);
  return {
    primary,
    secondary,
    levels,
    hazard: h,
    score: score(h),
    tier: tier(h, image.thresholds),
    excuses,
    levelReasons: levelReasons(action, levels, raised, image),
    flagReasons,
    labels,
    written,
  };
}

function levelReasons(
  action: Action,
  levels: number[],
  raised: { code: string; amplifier: number; level: number }[],
  image: Image,
): string[] {
  const decisive: { code: string; amplifier: number; weight: number }[] = [];
  levels.forEach((level, d) => {
    if (level <= (action.levels[d] as number)) return;
    const first = raised.find((rule) => rule.amplifier === d && rule.level === level);
    if (first === undefined) throw new Error("a level rose without a rule");
    const weight = Math.floor((1000 * (image.gains[d] as number) * level) / (image.maxima[d] as number));
    decisive.push({ code: first.code, amplifier: d, weight });
  });
  decisive.sort((a, b) => b.weight - a.weight || a.amplifier - b.amplifier);
  return decisive.map((rule) => rule.code);
}
