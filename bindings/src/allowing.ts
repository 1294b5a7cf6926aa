/**
 * The least that would have to be different for a call to be allowed. For people who write policies and set up hosts;
 * an agent that is told how to pass has been told too much.
 *
 * Changes that a call can carry (an amount, a receiver, a fact that the host vouches for) are tried by deciding the
 * changed call. Changes that no call can carry (a level, a flag, a row of the policy) are worked out from the record.
 */

import { type Move, movesOf } from "./allowing-moves.ts";
import { hazardSteps, scoreOf, tierOf } from "./hazard.ts";
import type { ImageView } from "./image.ts";
import type { Decision, Part, Request } from "./types.ts";

/** One fact, level, flag or entry of the policy that would have to be different. */
export interface Change {
  readonly kind: Move["kind"] | "level" | "flag" | "row" | "gate";
  /** What changes: `context.actor`, `fields.amount`, an amplifier, a flag, or the id of a row or gate. */
  readonly at: string;
  /** For a person, after «if»: `the amount were below 100.00 USD`. */
  readonly text: string;
}

export interface AllowingChange {
  /** All of them together; none when no set of at most three is known. */
  readonly changes: readonly Change[];
  /** One sentence. */
  readonly text: string;
  /** `decided`: the changed call was decided. `arithmetic`: worked out from the record. `none`: nothing was found. */
  readonly verified: "decided" | "arithmetic" | "none";
  /** What the changed call gets. Absent when nothing was found. */
  readonly tier?: string;
  /** Basis points. Absent when nothing was found. */
  readonly score?: number;
  /** Other changes that would do, after «if», at most five. */
  readonly others: readonly string[];
  /** The changed call, if a call can carry the change. */
  readonly request?: Request;
}

/** What is needed of an engine. */
interface Decider {
  readonly image: ImageView;
  readonly digests: { readonly image: string };
  decide(request: Request): Decision;
}

const CHANGES_MAX = 3;
const DECISIONS_MAX = 4_000;
const OTHERS_MAX = 5;

/**
 * The smallest known change that would have allowed a call. Pure: the engine decides and keeps nothing.
 *
 * @param request the call that was decided; without it (a record alone) only levels, flags and rows are looked at.
 * @returns undefined when the call is allowed already, when the host denied it unasked, or for a record of another policy.
 */
export function minimalAllowingChange(
  engine: Decider,
  decision: Decision,
  request?: Request,
): AllowingChange | undefined {
  if (decision.verdict === "allow" || decision.by === "host" || decision.event) return undefined;
  if (decision.digests.image !== engine.digests.image) return undefined;
  const byRecord = recordChanges(decision, engine.image);
  const byCall = request === undefined ? [] : allowingSets(engine, request).map(decided);
  // What a call can carry comes first, since somebody can do something about it; but one change before several.
  const isSingle = byCall[0]?.changes.length === 1;
  const [best, ...rest] = isSingle ? [...byCall, ...byRecord] : [...byRecord, ...byCall];
  if (best === undefined)
    return { changes: [], text: nothingFound(decision, engine.image), verified: "none", others: [] };
  return { ...best, others: rest.map(({ changes }) => joined(changes)).slice(0, OTHERS_MAX) };
}

interface AllowingSet {
  readonly moves: readonly Move[];
  readonly request: Request;
  readonly decision: Decision;
}

/** Sets of moves that allow the call, all of the smallest size there is. */
function allowingSets(engine: Decider, request: Request): AllowingSet[] {
  const moves = movesOf(request, engine.image);
  let left = DECISIONS_MAX;
  const decide = (changed: Request): Decision | undefined => {
    if (left-- <= 0) return undefined;
    try {
      return engine.decide(changed);
    } catch {
      // A change that makes no well-formed call is no change.
      return undefined;
    }
  };
  const isAllowed = (changed: Request): boolean => decide(changed)?.verdict === "allow";
  for (let size = 1; size <= CHANGES_MAX; size++) {
    const found = subsets(moves, size).filter((set) => isAllowed(applied(set, request)));
    // With several facts any set is as good; one of them is tightened and shown.
    const kept = size === 1 ? found : found.slice(0, 1);
    const tight = kept.flatMap((set) => {
      const tightened = tighten(set, request, isAllowed);
      const changed = applied(tightened, request);
      left = Math.max(left, 1);
      const decision = decide(changed);
      return decision?.verdict === "allow" ? [{ moves: tightened, request: changed, decision }] : [];
    });
    if (tight.length > 0) return tight;
  }
  return [];
}

/** Sets of `size` moves of different places, in the order of the moves. */
function subsets(moves: readonly Move[], size: number): Move[][] {
  if (size === 0) return [[]];
  return moves.flatMap((move, index) =>
    subsets(moves.slice(index + 1), size - 1)
      .filter((rest) => rest.every(({ at }) => at !== move.at))
      .map((rest) => [move, ...rest]),
  );
}

function applied(moves: readonly Move[], request: Request): Request {
  return moves.reduce((changed, { apply }) => apply(changed), request);
}

/** Each number as large as it may be, given the other changes. */
function tighten(moves: readonly Move[], request: Request, isAllowed: (request: Request) => boolean): Move[] {
  let tight = [...moves];
  for (const [index, move] of moves.entries()) {
    if (move.tighten === undefined) continue;
    const rest = applied(
      tight.filter((_, other) => other !== index),
      request,
    );
    const tightened = move.tighten(rest, isAllowed);
    tight = tight.map((other, at) => (at === index ? tightened : other));
  }
  return tight;
}

function decided({ moves, request, decision }: AllowingSet): AllowingChange {
  const changes = moves.map(({ kind, at, text }) => ({ kind, at, text }));
  return {
    changes,
    text: sentence(changes),
    verified: "decided",
    tier: decision.tier,
    score: decision.score,
    others: [],
    request,
  };
}

/** What the record alone shows: a level or flag at its default, or one entry of the policy that does not apply. */
function recordChanges(decision: Decision, image: ImageView): AllowingChange[] {
  const [part] = decision.parts;
  if (part === undefined || decision.parts.length !== 1) return [];
  const gates = decision.reasons.flatMap(({ code }) => (image.isGate(code) ? [code] : []));
  const rows = decision.rows.filter((row) => image.rowAllows(row) !== true);
  const entries = [
    ...gates.map((at) => ({ kind: "gate" as const, at })),
    ...rows.map((at) => ({ kind: "row" as const, at })),
  ];
  if (entries.length > 0) {
    if (!image.routesToAllow(decision.tier) || entries.length > 1) return [];
    const changes = entries.map(({ kind, at }) => ({ kind, at, text: `${kind} ${at} did not apply` }));
    return [ofArithmetic(changes, decision.hazard, decision)];
  }
  const isEnough = (changed: Pick<Part, "flags" | "amplifiers">): number | undefined => {
    const { hazard } = hazardSteps(changed);
    return image.routesToAllow(tierOf(hazard, decision.thresholds)) ? hazard : undefined;
  };
  const defaults = image.defaults(part.action);
  if (defaults === undefined) return [];
  const levels = part.amplifiers.flatMap(({ amplifier, level }, number) => {
    const calm = defaults.levels[number] ?? 0;
    if (level <= calm) return [];
    const amplifiers = part.amplifiers.map((entry, other) =>
      other === number ? { ...entry, level: calm } : entry,
    );
    const hazard = isEnough({ flags: part.flags, amplifiers });
    if (hazard === undefined) return [];
    const cause = raisedBy(number, level, decision, image) ?? "something";
    const text = `${cause} had not raised ${amplifier} from ${calm} to ${level}`;
    return [ofArithmetic([{ kind: "level", at: amplifier, text }], hazard, decision)];
  });
  const flags = part.flags.flatMap(({ flag, role }, number) => {
    const calm = defaults.flags.find((own) => own.flag === flag);
    if (calm?.role === role) return [];
    const changed = part.flags.flatMap((entry, other) => {
      if (other !== number) return [entry];
      return calm === undefined ? [] : [{ ...entry, role: calm.role }];
    });
    const hazard = isEnough({ flags: changed, amplifiers: part.amplifiers });
    if (hazard === undefined) return [];
    return [
      ofArithmetic(
        [
          {
            kind: "flag",
            at: flag,
            text: `${addedBy(flag, decision, image) ?? "something"} had not added ${flag}`,
          },
        ],
        hazard,
        decision,
      ),
    ];
  });
  return [...levels, ...flags];
}

function addedBy(flag: string, decision: Decision, image: ImageView): string | undefined {
  return decision.reasons.find(({ code }) => image.flagsAdded(code).includes(flag))?.code;
}

/** The reason of a decision that put an amplifier where it is; undefined for a default of the action. */
export function raisedBy(
  amplifier: number,
  level: number,
  decision: Decision,
  image: ImageView,
): string | undefined {
  return decision.reasons.find(({ code }) =>
    image.raises(code).some((raise) => raise.amplifier === amplifier && raise.level === level),
  )?.code;
}

function ofArithmetic(changes: readonly Change[], hazard: number, { thresholds }: Decision): AllowingChange {
  return {
    changes,
    text: sentence(changes),
    verified: "arithmetic",
    tier: tierOf(hazard, thresholds),
    score: scoreOf(hazard),
    others: [],
  };
}

function sentence(changes: readonly Change[]): string {
  return `It would have been allowed if ${joined(changes)}.`;
}

function joined(changes: readonly Change[]): string {
  const texts = changes.map(({ text }) => text);
  const last = texts.pop() ?? "";
  return texts.length === 0 ? last : `${texts.join(", ")} and ${last}`;
}

function nothingFound(decision: Decision, image: ImageView): string {
  const { gate, rows, tier } = decision;
  const holds = [
    ...(gate === undefined ? [] : [`the gate ${gate}`]),
    ...rows.filter((row) => image.rowAllows(row) !== true).map((row) => `the row ${row}`),
    ...(image.routesToAllow(tier) ? [] : [`the tier ${tier}`]),
  ];
  return `No change of up to three facts is known that would have allowed it; what holds it is ${holds.join(", ")}.`;
}
