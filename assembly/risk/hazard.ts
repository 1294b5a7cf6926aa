/**
 * Proportional hazards in integers (docs/format/evaluation.md, steps 6 and 7). Flags are independent causes and add;
 * amplifiers are context and multiply, each rounded down in a fixed order, so that a spreadsheet gets the same number.
 */
import { AMPLIFIER_COUNT, FLAG_COUNT, TIER_CRITICAL } from "../gen/codes";
import { HAZARD_MAX } from "../gen/limits";
import { level, part } from "../normalise/part";
import { gainOf, hazardOf, maximumOf, threshold } from "../policy/view";
import { scoreOf } from "./score";

/** Hazard of the flags, before any context. A secondary flag counts half. */
export function baseHazard(primary: u32, secondary: u32): u64 {
  let twice: u64 = 0;
  for (let flag = 0; flag < FLAG_COUNT; flag++) {
    if ((primary >> flag) & 1) twice += <u64>hazardOf(flag) * 2;
    else if ((secondary >> flag) & 1) twice += hazardOf(flag);
  }
  return twice / 2;
}

/** The hazard with one amplifier applied. */
export function amplified(hazard: u64, amplifier: i32): u64 {
  if (level(amplifier) == 0) return hazard; // A factor of 1, without the division.
  const whole = <u64>maximumOf(amplifier) * 1000;
  const raised = (hazard * (whole + <u64>gainOf(amplifier) * level(amplifier))) / whole;
  return min(raised, <u64>HAZARD_MAX);
}

/** TIER_* of a hazard: how many thresholds it has reached. */
export function tierOf(hazard: u32): i32 {
  let tier = 0;
  while (tier < TIER_CRITICAL && hazard >= threshold(tier)) tier++;
  return tier;
}

/** Sets hazard, score and tier of the part from its flags and levels. */
export function score(): void {
  const call = part();
  let hazard = baseHazard(call.primary, call.secondary);
  for (let amplifier = 0; amplifier < AMPLIFIER_COUNT; amplifier++) hazard = amplified(hazard, amplifier);
  call.hazard = <u32>hazard;
  call.score = scoreOf(call.hazard);
  call.tier = tierOf(call.hazard);
}
