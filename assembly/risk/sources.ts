/**
 * Which rules made the flags and levels what they are. Of several rules that reach the final level of an amplifier the
 * first one is the reason.
 */
import { AMPLIFIER_COUNT } from "../gen/codes";

/** A flag changes at most twice: to secondary, and to primary. */
export const FLAG_RULES_MAX: i32 = 18;
const LEVEL_RULES: usize = memory.data(40, 4); // An address an amplifier; 0: the action's own level.
const FLAG_RULES: usize = memory.data(72, 4);
let flagRules: i32 = 0;

export function forgetReasons(): void {
  flagRules = 0;
  memory.fill(LEVEL_RULES, 0, (<usize>AMPLIFIER_COUNT) << 2);
}

/** There is always room. */
export function noteFlagRule(rule: usize): void {
  assert(flagRules < FLAG_RULES_MAX);
  store<u32>(FLAG_RULES + ((<usize>flagRules) << 2), <u32>rule);
  flagRules++;
}

export function noteLevelRule(amplifier: i32, rule: usize): void {
  store<u32>(LEVEL_RULES + ((<usize>amplifier) << 2), <u32>rule);
}

/** Entry of the rule that set the level, or 0. */
export function levelRule(amplifier: i32): usize {
  return <usize>load<u32>(LEVEL_RULES + ((<usize>amplifier) << 2));
}

export function flagRuleCount(): i32 {
  return flagRules;
}

export function flagRule(position: i32): usize {
  return <usize>load<u32>(FLAG_RULES + ((<usize>position) << 2));
}
