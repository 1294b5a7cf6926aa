/**
 * Action and facts to flags and levels: the action's own, raised by the rules that match (evaluation.md, step 5).
 * Rules only ever raise, so their order does not change the result; it only decides whose code is the reason.
 */
import { raisingMatches } from "../condition/entry";
import {
  AMPLIFIER_COUNT,
  AMPLIFIER_SENSITIVITY,
  FLAG_ROLE_PRIMARY,
  RULE_KIND_FLAG,
  RULE_KIND_LABEL,
  RULE_KIND_LEVEL,
} from "../gen/codes";
import {
  ACTIONS_LEVELS,
  ACTIONS_PRIMARY,
  ACTIONS_RULES,
  ACTIONS_SECONDARY,
  META_MAXIMA,
  RULES_BYTES,
  RULES_CLAUSE_COUNT,
  RULES_CLAUSE_START,
  RULES_KIND,
  RULES_PACK,
  RULES_TARGET,
  RULES_VALUE,
  SECTION_RULES,
} from "../gen/layout";
import { level, Part, part, setLevel } from "../normalise/part";
import { entryAt, listCount, listItem, metaAt, NONE } from "../policy/view";
import { addLabel, addWritten } from "../session/learned";
import { forgetReasons, noteFlagRule, noteLevelRule } from "./sources";

function addFlag(call: Part, rule: usize): void {
  const bit: u32 = 1 << load<u8>(rule + RULES_TARGET);
  const known = call.primary | call.secondary;
  if (<i32>load<u8>(rule + RULES_VALUE) == FLAG_ROLE_PRIMARY) {
    if (call.primary & bit) return;
    call.primary |= bit;
    call.secondary &= ~bit;
  } else {
    if (known & bit) return;
    call.secondary |= bit;
  }
  noteFlagRule(rule);
}

function raiseLevel(rule: usize): void {
  const amplifier = <i32>load<u8>(rule + RULES_TARGET);
  const value: u32 = load<u8>(rule + RULES_VALUE);
  if (value <= level(amplifier)) return;
  setLevel(amplifier, value);
  noteLevelRule(amplifier, rule);
}

// One entry of a policy can raise several levels; its rules share their clauses, so the answer is kept for the next one.
let knownStart: u32 = 0;
let knownCount: u32 = 0;
let knownAnswer: bool = true;

function matches(call: Part, rule: usize): bool {
  const pack = load<u32>(rule + RULES_PACK);
  if (pack != NONE && pack != call.pack) return false;
  const start = load<u32>(rule + RULES_CLAUSE_START);
  const clauses = load<u32>(rule + RULES_CLAUSE_COUNT);
  if (start != knownStart || clauses != knownCount) {
    knownStart = start;
    knownCount = clauses;
    knownAnswer = raisingMatches(start, clauses, false);
  }
  return knownAnswer;
}

/** True when what the part reads is a place of secrets: no level of sensitivity is above its own. */
export function isMostSensitive(): bool {
  return level(AMPLIFIER_SENSITIVITY) == <u32>load<u8>(metaAt(META_MAXIMA) + AMPLIFIER_SENSITIVITY);
}

/** Sets the flags and levels of the part. */
export function assess(): void {
  const call = part();
  forgetReasons();
  knownStart = 0;
  knownCount = 0;
  knownAnswer = true; // An entry without clauses always matches.
  call.primary = load<u16>(call.action + ACTIONS_PRIMARY);
  call.secondary = load<u16>(call.action + ACTIONS_SECONDARY);
  for (let amplifier = 0; amplifier < AMPLIFIER_COUNT; amplifier++) {
    setLevel(amplifier, load<u8>(call.action + ACTIONS_LEVELS + <usize>amplifier));
  }
  const rules = load<u32>(call.action + ACTIONS_RULES);
  const ruleCount = listCount(rules);
  for (let position: u32 = 0; position < ruleCount; position++) {
    const rule = entryAt(SECTION_RULES, listItem(rules, position), RULES_BYTES);
    if (!matches(call, rule)) continue;
    const kind = <i32>load<u8>(rule + RULES_KIND);
    if (kind == RULE_KIND_LEVEL) raiseLevel(rule);
    else if (kind == RULE_KIND_FLAG) addFlag(call, rule);
    else if (kind == RULE_KIND_LABEL) addLabel(load<u8>(rule + RULES_TARGET));
    else addWritten(load<u8>(rule + RULES_TARGET));
  }
}
