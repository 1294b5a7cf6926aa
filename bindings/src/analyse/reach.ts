/**
 * How far calls of an action can get: levels and flags only ever rise from the action's own, so what lies below them or above
 * everything that a rule raises is never seen.
 */

import type { ImageContent, ImagePredicate } from "../compile/index.ts";
import { AMPLIFIER_NAMES, FLAG_NAMES } from "../gen/codes.ts";
import { hazardSteps, scoreOf, tierOf } from "../hazard.ts";

type Action = ImageContent["actions"][number];

interface Reach {
  /** Lowest and highest level of each amplifier. */
  readonly levels: readonly (readonly [number, number])[];
  /** Flag numbers that every call has, and those that some call can have. */
  readonly flags: readonly [ReadonlySet<number>, ReadonlySet<number>];
  readonly primary: readonly [ReadonlySet<number>, ReadonlySet<number>];
  readonly score: readonly [number, number];
  readonly tier: readonly [number, number];
}

const TIERS = ["minimal", "low", "medium", "high", "critical"];

function reachOf(content: ImageContent, action: Action): Reach {
  const rules = action.rules.map((index) => content.rules[index]).filter((rule) => rule !== undefined);
  const numbers = (names: readonly string[]): number[] =>
    names.map((name) => (FLAG_NAMES as readonly string[]).indexOf(name));
  const added = (role: number): string[] =>
    rules.filter(({ kind, value }) => kind === "flag" && value === role).map(({ target }) => target);
  const least = { primary: action.primary, secondary: action.secondary };
  const most = {
    primary: [...new Set([...action.primary, ...added(0)])],
    secondary: [...new Set([...action.secondary, ...added(1)])],
  };
  const levels = AMPLIFIER_NAMES.map((name, number): [number, number] => {
    const own = action.levels[number] as number;
    const raised = rules
      .filter(({ kind, target }) => kind === "level" && target === name)
      .map(({ value }) => value);
    return [own, Math.max(own, ...raised)];
  });
  const hazard = (flags: typeof least, end: 0 | 1): number => {
    const of = (role: "primary" | "secondary") =>
      numbers(
        role === "primary" ? flags.primary : flags.secondary.filter((name) => !flags.primary.includes(name)),
      ).map((number) => ({
        flag: FLAG_NAMES[number] as (typeof FLAG_NAMES)[number],
        role,
        hazard: content.hazards[number] as number,
      }));
    const amplifiers = AMPLIFIER_NAMES.map((amplifier, number) => ({
      amplifier,
      level: (levels[number] as [number, number])[end],
      max: content.maxima[number] as number,
      gain: content.gains[number] as number,
    }));
    return hazardSteps({ flags: [...of("primary"), ...of("secondary")], amplifiers }).hazard;
  };
  const [low, high] = [hazard(least, 0), hazard(most, 1)];
  const tier = (at: number): number => TIERS.indexOf(tierOf(at, content.thresholds));
  return {
    levels,
    flags: [
      new Set(numbers([...least.primary, ...least.secondary])),
      new Set(numbers([...most.primary, ...most.secondary])),
    ],
    primary: [new Set(numbers(least.primary)), new Set(numbers(most.primary))],
    score: [scoreOf(low), scoreOf(high)],
    tier: [tier(low), tier(high)],
  };
}

/** Whether some call within reach can meet a test. Tests of other facts can always be met. */
function canHold(predicate: ImagePredicate, reach: Reach): boolean {
  const { operand, operator, subject, values } = predicate;
  const listed = values.map(Number);
  const inRange = ([low, high]: readonly [number, number]): boolean => {
    if (operator === "ge") return high >= (listed[0] as number);
    if (operator === "lt") return low < (listed[0] as number);
    const all = Array.from({ length: high - low + 1 }, (_, at) => low + at);
    return all.some((value) => listed.includes(value) === (operator === "in"));
  };
  const inSet = ([always, possible]: readonly [ReadonlySet<number>, ReadonlySet<number>]): boolean =>
    operator === "in"
      ? listed.some((flag) => possible.has(flag))
      : [...always, ...possible].some((flag) => !listed.includes(flag));
  switch (operand) {
    case "level":
      return inRange(reach.levels[subject] as readonly [number, number]);
    case "score":
      return inRange(reach.score);
    case "tier":
      return inRange(reach.tier);
    case "flag":
      return inSet(reach.flags);
    case "primary_flag":
      return inSet(reach.primary);
    default:
      return true;
  }
}

/** Codes of gates, rows and relax entries that no call can meet, whatever its facts. */
export function unreachableOf(content: ImageContent): string[] {
  const met = new Set<string>();
  const seen = new Set<string>();
  for (const action of content.actions) {
    const reach = reachOf(content, action);
    for (const index of action.rows) {
      const row = content.rows[index];
      if (!row || met.has(row.code)) continue;
      seen.add(row.code);
      const can =
        row.clauses.length === 0 ||
        row.clauses.some((clause) => clause.every((predicate) => canHold(predicate, reach)));
      if (can) met.add(row.code);
    }
  }
  return [...seen].filter((code) => !met.has(code));
}
