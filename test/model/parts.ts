/** Steps 3 to 9 of evaluation.md for one candidate, alone: its parts, each judged, and then all of them together. */

import { hit } from "./coverage.ts";
import { decide, type Entries, tryEntries } from "./decide.ts";
import { extract, extractFacts, type Facts } from "./extract.ts";
import type { Action, Image } from "./image.ts";
import type { Draft, Drafts } from "./lang/drafts.ts";
import { takeApart } from "./lang/take-apart.ts";
import { annotationBits, type Candidate, type Match } from "./match.ts";
import { type Memory, type Remembered, rememberedOf } from "./memory.ts";
import type { Excuse, Surroundings } from "./predicates.ts";
import type { Evaluated, Part } from "./record.ts";
import type { Request } from "./request.ts";
import { assess, capped, score, tier } from "./risk.ts";
import { amplifierNames } from "./wire.ts";

const SENSITIVITY = amplifierNames.indexOf("sensitivity");

/** One part with what decides how it counts. */
interface Judging {
  part: Part;
  remembered: Remembered;
  action: Action;
  pack: number | null;
  entries: Entries;
  /** Null: the call was not taken apart. */
  draft: Draft | null;
}

export function evaluate(
  candidate: Candidate,
  request: Request,
  match: Match,
  image: Image,
  memory: Memory,
): Evaluated {
  const facts = extract(request, image, candidate);
  const touched: Remembered[] = [];
  /** Parts so far that stay. */
  const earlier: Remembered[] = [];
  const judge = (
    draft: Draft | null,
    read: Facts,
    more: Iterable<string>,
    of: { action: number; pack: number | null; mapping: string },
  ): Judging => {
    const action = image.actions[of.action];
    if (action === undefined) throw new Error("a part without an action");
    const marks = new Set([...match.marks, ...read.marks, ...more]);
    const surroundings: Surroundings = {
      image,
      context: request.context,
      facts: read,
      binding: match.binding,
      annotations: annotationBits(request.annotations),
      marks,
      risk: null,
      signal: null,
      session: memory.answers(earlier),
    };
    const remembered = rememberedOf(action, surroundings, memory);
    touched.push(remembered);
    surroundings.signal = (index) => memory.signal(index, remembered, earlier);
    const risk = assess(action, of.pack, image, surroundings);
    remembered.tier = risk.tier;
    remembered.given = { labels: risk.labels, written: risk.written };
    const entries = tryEntries(action, of.pack, request.context.timeMs, { ...surroundings, risk });
    const { mapping } = of;
    const part: Part = {
      action: of.action,
      actionName: action.name,
      mapping,
      facts: read,
      marks,
      risk,
      counted: "",
    };
    return { part, remembered, action, pack: of.pack, entries, draft };
  };
  const asOne = (marks: string[]): Evaluated => ({
    ...together([judge(null, facts, marks, candidate)], null, image),
    touched,
  });

  if (candidate.language === "none") return asOne([]);
  const drafts = takeApart(candidate, facts, request, image);
  if (drafts === null) return asOne(["opaque_command"]);
  const droppedExcuses: Excuse[] = [];
  const judged = drafts.drafts.flatMap((draft) => {
    const marks = drafts.overflow ? [...draft.marks, "parts_overflow"] : draft.marks;
    const one = judge(draft, extractFacts(request, image, draft), marks, { ...draft, mapping: draft.id });
    if (!draft.isSuspect || namesSecrets(one, image)) {
      earlier.push(one.remembered);
      return [one];
    }
    droppedExcuses.push(...one.remembered.excuses, ...one.part.risk.excuses);
    return [];
  });
  hit(`parts ${judged.length > 1 ? "several" : "one"}`);
  return { ...together(judged, drafts, image), droppedExcuses, touched };
}

/** Whether a suspect stays: it is as sensitive as anything can be. */
function namesSecrets({ part }: Judging, image: Image): boolean {
  return (part.risk.levels[SENSITIVITY] as number) >= (image.maxima[SENSITIVITY] as number);
}

/** How each part counts, and what they come to. */
function together(all: Judging[], drafts: Drafts | null, image: Image): Evaluated {
  const groupOf = (one: Judging): number =>
    one.draft === null || drafts === null ? 0 : drafts.rootOf(one.draft.group);
  const full: Judging[] = [];
  for (const one of all) {
    const flows = all.some((other) => groupOf(other) === groupOf(one) && other.part.risk.tier > 0);
    if (!flows) one.part.counted = "minimal";
    else if (full.some((earlier) => isSame(earlier, one))) one.part.counted = "duplicate";
    else {
      one.part.counted = "full";
      full.push(one);
    }
  }
  const hazards = (list: Judging[]): bigint[] => list.map((one) => one.part.risk.hazard);
  const sum = hazards(full).reduce((total, h) => total + h, 0n);
  const largest = hazards(all).reduce((most, h) => (h > most ? h : most), 0n);
  const hazard = capped(full.length > 0 ? sum : largest);

  const decision = decide(
    all.map(({ part, action, entries }) => ({
      action,
      tier: part.risk.tier,
      hazard: part.risk.hazard,
      counted: part.counted,
      entries,
    })),
    image,
    drafts?.overflow === true,
  );
  const marks = new Set(all.flatMap((one) => [...one.part.marks]));
  if (decision.overflow) marks.add("rows_overflow");
  return {
    parts: all.map((one) => one.part),
    marks,
    hazard,
    score: score(hazard),
    tier: tier(hazard, image.thresholds),
    decision,
    droppedExcuses: [],
    remembered: all.map((one) => one.remembered),
    touched: [],
  };
}

/** The same action on the same target: it counts once. */
function isSame(a: Judging, b: Judging): boolean {
  if (a.draft === null || b.draft === null) return false;
  const what = ({ action, pack, marks, facts }: Draft): string =>
    JSON.stringify([action, pack, [...marks].sort(), facts.map(({ field, text }) => [field, text])]);
  return what(a.draft) === what(b.draft);
}
