/** What two policies decide differently: over the score space, over a finite space of calls, and over calls that were made. */

import type { ImageContent } from "../compile/index.ts";
import type { Engine } from "../engine.ts";
import { VERDICT_NAMES } from "../gen/codes.ts";
import type { Decision, Request, Verdict } from "../types.ts";
import { scorePoint, scoreSpace } from "./scores.ts";
import { spaceOf } from "./space.ts";

export interface Policy {
  readonly engine: Engine;
  readonly content: ImageContent;
}

/** One call, or combination of levels, about which they differ. */
export interface Difference {
  readonly action: string;
  /** What the call is, in words. */
  readonly says: string;
  readonly was: Outcome;
  readonly is: Outcome;
  /** `other`: the same verdict with another tier or another number of approvers. */
  readonly direction: "stricter" | "calmer" | "other";
}

export interface Outcome {
  readonly verdict: Verdict;
  readonly tier: string;
  /** People who must approve; 0 when nobody has to. */
  readonly approvers: number;
  /** What decided, apart from the score: gate and rows. */
  readonly by: readonly string[];
}

export interface Comparison {
  /** How many points were looked at. */
  readonly asked: number;
  readonly differences: readonly Difference[];
}

function directionOf(was: Outcome, is: Outcome): Difference["direction"] | undefined {
  const change = VERDICT_NAMES.indexOf(is.verdict) - VERDICT_NAMES.indexOf(was.verdict);
  if (change !== 0) return change > 0 ? "stricter" : "calmer";
  if (was.tier === is.tier && was.approvers === is.approvers) return undefined;
  return "other";
}

function outcomeOf({ verdict, tier, obligations, gate, rows }: Decision): Outcome {
  return {
    verdict,
    tier,
    approvers: obligations.approvers ?? 0,
    by: [...(gate === undefined ? [] : [gate]), ...rows],
  };
}

function collect(points: Iterable<{ action: string; says: string; was: Outcome; is: Outcome }>): Comparison {
  let asked = 0;
  const differences: Difference[] = [];
  for (const { action, says, was, is } of points) {
    asked++;
    const direction = directionOf(was, is);
    if (direction !== undefined) differences.push({ action, says, was, is, direction });
  }
  return { asked, differences };
}

/** Every action at default levels and with each amplifier at 0 and at its maximum: what the score alone leads to. */
export function compareScores(one: ImageContent, other: ImageContent): Comparison {
  const outcome = (
    content: ImageContent,
    point: ReturnType<typeof scoreSpace>[number],
  ): Outcome | undefined => {
    const scored = scorePoint(content, point);
    return scored && { verdict: scored.verdict, tier: scored.tier, approvers: 0, by: [] };
  };
  return collect(
    scoreSpace(one).flatMap((point) => {
      const [was, is] = [outcome(one, point), outcome(other, point)];
      return was && is ? [{ action: point.action, says: point.says, was, is }] : [];
    }),
  );
}

function* decided(one: Engine, other: Engine, calls: Iterable<{ says: string; request: Request }>) {
  for (const { says, request } of calls) {
    const [was, is] = [one.decide(request), other.decide(request)];
    yield { action: was.action, says, was: outcomeOf(was), is: outcomeOf(is) };
  }
}

/** The finite space of calls that the two policies span. Both engines decide every one of them. */
export function compareCalls(one: Policy, other: Policy): Comparison {
  return collect(decided(one.engine, other.engine, spaceOf(one.content, other.content)));
}

/** Calls that were made. `says` names each, such as `line 12`. */
export function compareGiven(
  one: Engine,
  other: Engine,
  calls: Iterable<{ says: string; request: Request }>,
): Comparison {
  return collect(decided(one, other, calls));
}
