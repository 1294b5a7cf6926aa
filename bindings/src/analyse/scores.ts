/**
 * The score space: every action at its default levels, and with each amplifier at 0, at its default and at its maximum, worked
 * out by the arithmetic of each image. It shows what moved numbers do, apart from any call.
 */

import type { ImageContent } from "../compile/index.ts";
import { AMPLIFIER_NAMES, FLAG_NAMES, TIER_NAMES } from "../gen/codes.ts";
import { hazardSteps, tierOf } from "../hazard.ts";
import type { Verdict } from "../types.ts";

export interface Scored {
  readonly hazard: number;
  readonly tier: string;
  readonly verdict: Verdict;
}

export interface ScorePoint {
  readonly action: string;
  /** `default levels`, or `amount at 30`. */
  readonly says: string;
  readonly levels: readonly number[];
}

/** Every action with default levels, and with one amplifier moved to 0 or to its maximum. */
export function scoreSpace({ actions, maxima }: ImageContent): ScorePoint[] {
  return actions.flatMap(({ name: action, levels }): ScorePoint[] => {
    const moved = AMPLIFIER_NAMES.flatMap((amplifier, number) =>
      [0, maxima[number] as number]
        .filter((level) => level !== levels[number])
        .map((level) => ({
          action,
          says: `${amplifier} at ${level}`,
          levels: levels.map((own, at) => (at === number ? level : own)),
        })),
    );
    return [{ action, says: "default levels", levels }, ...moved];
  });
}

/** What the score of a point leads to under an image; undefined when it lacks the action. */
export function scorePoint(content: ImageContent, { action, levels }: ScorePoint): Scored | undefined {
  const found = content.actions.find(({ name }) => name === action);
  if (!found) return undefined;
  const flag = (role: "primary" | "secondary") => (name: string) => ({
    flag: name as (typeof FLAG_NAMES)[number],
    role,
    hazard: content.hazards[FLAG_NAMES.indexOf(name as (typeof FLAG_NAMES)[number])] as number,
  });
  const amplifiers = AMPLIFIER_NAMES.map((amplifier, number) => ({
    amplifier,
    level: levels[number] as number,
    max: content.maxima[number] as number,
    gain: content.gains[number] as number,
  }));
  const flags = [...found.primary.map(flag("primary")), ...found.secondary.map(flag("secondary"))];
  const { hazard } = hazardSteps({ flags, amplifiers });
  const tier = tierOf(hazard, content.thresholds);
  return {
    hazard,
    tier,
    verdict: content.route[TIER_NAMES.indexOf(tier as (typeof TIER_NAMES)[number])] as Verdict,
  };
}
