/** A decision taken apart for the page: each number with those that it follows from, computed again here. */

import type { EntryCell } from "../evidence/entry.ts";
import { CELL_EVENT_BYTES } from "../evidence/record.ts";
import { raisedBy } from "../src/allowing.ts";
import { eventText, noteTexts } from "../src/event-text.ts";
import { mappingText, obligationLines } from "../src/explain.ts";
import { TIER_NAMES } from "../src/gen/codes.ts";
import { hazardOfParts, hazardSteps, scoreOf, tierOf } from "../src/hazard.ts";
import type { ImageView } from "../src/image.ts";
import { hex } from "../src/sha256.ts";
import { signalText } from "../src/signal-text.ts";
import type { Decision, Part } from "../src/types.ts";
import type { CodeSentence, DecisionFacts, PartSteps } from "./messages.ts";

/** One history that a decision touched. */
export interface LoggedCellFacts {
  readonly id: string;
  readonly before: string;
  readonly after: string;
  readonly events: number;
  readonly notes: readonly string[];
  readonly version: number | undefined;
  readonly hasGap: boolean;
}

/** @param image of the policy that decided; without it there are no sentences and no maxima. */
export function decisionFacts(
  decision: Decision,
  image: ImageView | undefined,
  logged: readonly EntryCell[],
): DecisionFacts {
  const { hazard, score, tier, thresholds, event } = decision;
  const isScored = decision.by === "engine" && event === undefined;
  return {
    verdict: decision.verdict,
    mode: decision.mode,
    by: decision.by,
    event: event === undefined ? undefined : eventText(event),
    action: decision.action,
    binding: decision.binding,
    durability: decision.durability,
    edition: decision.edition,
    reasons: decision.reasons.map(({ code, sentence }) => ({ code, sentence, asks: asksOf(code, image) })),
    gate: decision.gate === undefined ? undefined : sentenceOf(decision.gate, image),
    rows: decision.rows.map((row) => sentenceOf(row, image)),
    parts: isScored ? decision.parts.map((part) => stepsOf(part, decision, image)) : [],
    hazard,
    hazardComputed: isScored ? hazardOfParts(decision.parts) : hazard,
    score,
    scoreComputed: isScored ? scoreOf(hazard) : score,
    tier,
    tierComputed: isScored ? tierOf(hazard, thresholds) : tier,
    tiers: isScored
      ? TIER_NAMES.map((name, at) => ({
          tier: name,
          from: at === 0 ? 0 : (thresholds[at - 1] ?? 0),
          route: image?.route(name) ?? "",
        }))
      : [],
    loweredBy: decision.lowered_by,
    obligations: obligationLines(decision.obligations),
    cells: decision.cells.map(({ id, before, after, events, note }, at) => ({
      id: hex(id),
      before: hex(before),
      after: hex(after),
      events: events.length / CELL_EVENT_BYTES,
      notes: noteTexts(note),
      version: logged[at]?.version,
      hasGap: logged[at]?.gap === true,
    })),
    digests: Object.entries(decision.digests).filter(([, digest]) => digest !== ""),
    hasImage: image !== undefined,
  };
}

function asksOf(code: string, image: ImageView | undefined): string[] {
  return (image?.asked(code) ?? []).map((signal) => `${signal.name}: ${signalText(signal)}`);
}

function sentenceOf(code: string, image: ImageView | undefined): CodeSentence {
  return { code, sentence: image?.sentence(code) ?? "", asks: asksOf(code, image) };
}

function stepsOf(part: Part, decision: Decision, image: ImageView | undefined): PartSteps {
  const { start, after, hazard } = hazardSteps(part);
  return {
    action: part.action,
    mapping: mappingText(part.mapping),
    counted: part.counted,
    flags: part.flags,
    start,
    amplifiers: part.amplifiers.map(({ amplifier, level, max, gain }, at) => ({
      amplifier,
      level,
      max,
      gain,
      numerator: 1000 * max + gain * level,
      denominator: 1000 * max,
      before: at === 0 ? start : (after[at - 1] ?? start),
      after: after[at] ?? start,
      why: whyOf(at, level, part, decision, image),
    })),
    computed: hazard,
    hazard: part.hazard,
  };
}

/** What put an amplifier where it is. */
function whyOf(
  at: number,
  level: number,
  { action }: Part,
  decision: Decision,
  image: ImageView | undefined,
): string {
  if (level === 0 || image === undefined) return "";
  return raisedBy(at, level, decision, image) ?? `default of ${action}`;
}
