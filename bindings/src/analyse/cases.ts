/**
 * Puts the calls that a policy shows to the engine: `passes` and `violates` of its entries, the examples of its packs, and
 * worked cases with the tier and verdict that somebody expected.
 */

import { canonicalToolName } from "../compile/canonical.ts";
import type { Compiled, Pack, PackExample, Place } from "../compile/index.ts";
import type { Engine } from "../engine.ts";
import { boundName } from "../servers.ts";
import type { Decision, Request } from "../types.ts";

export interface CaseResult {
  /** `small_transfer violates`, `stripe example`, or the id of a case. */
  readonly name: string;
  readonly place: Place;
  readonly passed: boolean;
  readonly wanted: string;
  readonly came: string;
  /** Codes of the reasons, most decisive first. */
  readonly reasons: readonly string[];
}

/** The time of calls that say none: 2026-01-01T00:00:00Z. */
const TIME_MS = 1_767_225_600_000;

type Call = Readonly<Record<string, unknown>>;

function decide(engine: Engine, call: Call): Decision {
  const { context, server, ...rest } = call;
  return engine.decide({
    ...rest,
    // Examples are about the server that was pinned, so its definitions count as seen.
    ...(typeof server === "string" ? { server: boundName(server, engine.image) } : {}),
    context: { time_ms: TIME_MS, ...(context as object | undefined) },
  } as unknown as Request);
}

function outcome({ action, verdict, tier, score }: Decision): string {
  return `${verdict} (${action}, ${tier}, ${(score / 100).toFixed(2)} %)`;
}

function failure(place: Place, name: string, wanted: string, error: unknown): CaseResult {
  return { name, place, passed: false, wanted, came: (error as Error).message, reasons: [] };
}

/**
 * The `passes` and `violates` of entries. An entry that matches stands among the reasons, unless another one raised the same
 * level as far: then it shows nothing on that call, and the example is not one.
 * @param mayRun which files' entries to run.
 */
export function runExamples(
  { explain }: Compiled,
  engine: Engine,
  mayRun: (file: string) => boolean,
): CaseResult[] {
  return explain.calls
    .filter(({ place }) => mayRun(place.file))
    .map(({ code, expected, call, place }): CaseResult => {
      const name = `${code} ${expected}`;
      const wanted = expected === "violates" ? `${code} among the reasons` : `${code} not among the reasons`;
      try {
        const decision = decide(engine, call);
        const reasons = decision.reasons.map((reason) => reason.code);
        const passed = reasons.includes(code) === (expected === "violates");
        return { name, place, passed, wanted, came: outcome(decision), reasons };
      } catch (error) {
        return failure(place, name, wanted, error);
      }
    });
}

/**
 * The server of an example that names none: the pack's own. Not so for the shell whose commands a pack shows, which is
 * the agent's own tool, and for the tools of the pack `generic`.
 */
function serverOf({ name, mappings, commands }: Pack, { call }: PackExample): { readonly server?: string } {
  const tool = canonicalToolName(String(call.tool));
  const isOwn = commands.length === 0 || mappings.some(({ names }) => names.has(tool));
  return name === "generic" || mappings.length === 0 || !isOwn ? {} : { server: name };
}

/** Decides an example of a pack. The pack's server must be bound to it in the policy of the engine, under the pack's own name. */
export function decideExample(pack: Pack, example: PackExample, engine: Engine): Decision {
  return decide(engine, { ...serverOf(pack, example), ...example.call });
}

/** The examples of packs. A pack's server must be bound to it in the policy of the engine, under the pack's own name. */
export function runPackExamples(
  { explain }: Compiled,
  engine: Engine,
  mayRun: (file: string) => boolean,
): CaseResult[] {
  return explain.packs.flatMap((pack) =>
    pack.examples
      .filter(({ place }) => mayRun(place.file))
      .map((example): CaseResult => {
        const { verdict, action, place } = example;
        const name = `${pack.name} example`;
        const wantedVerdict = ["allow", "review", "deny"][verdict];
        const wanted = `${wantedVerdict} (${action})`;
        try {
          const decision = decideExample(pack, example, engine);
          const hasAction = decision.parts.some((part) => part.action === action);
          const passed = hasAction && decision.verdict === wantedVerdict;
          return {
            name,
            place,
            passed,
            wanted,
            came: outcome(decision),
            reasons: decision.reasons.map(({ code }) => code),
          };
        } catch (error) {
          return failure(place, name, wanted, error);
        }
      }),
  );
}

/** One worked case: the shape of policies/calibration.yaml. */
export interface WorkedCase {
  readonly id: string;
  readonly call: Call;
  readonly context: Readonly<Record<string, unknown>>;
  readonly tier?: string;
  readonly verdict: string;
  readonly gate?: string;
  readonly row?: string;
  readonly approvers?: number;
  readonly place: Place;
}

/** What a case expects, against what came: `tier high`, `row large_payment`. */
function expectations(one: WorkedCase, decision: Decision): { wanted: string; holds: boolean }[] {
  const { tier, verdict, gate, row, approvers } = one;
  return [
    { wanted: `verdict ${verdict}`, holds: decision.verdict === verdict },
    ...(tier === undefined ? [] : [{ wanted: `tier ${tier}`, holds: decision.tier === tier }]),
    ...(gate === undefined && verdict !== "deny"
      ? []
      : [{ wanted: `gate ${gate ?? "none"}`, holds: decision.gate === gate }]),
    ...(row === undefined ? [] : [{ wanted: `row ${row}`, holds: decision.rows.includes(row) }]),
    ...(approvers === undefined
      ? []
      : [{ wanted: `approvers ${approvers}`, holds: decision.obligations.approvers === approvers }]),
  ];
}

/** Worked cases, each with every expectation that did not hold. */
export function runCases(cases: readonly WorkedCase[], engine: Engine): CaseResult[] {
  return cases.map((one): CaseResult => {
    const { id: name, place } = one;
    try {
      const decision = decide(engine, { ...one.call, context: one.context });
      const expected = expectations(one, decision);
      const missed = expected.filter(({ holds }) => !holds);
      const wanted = (missed.length === 0 ? expected : missed)
        .map((expectation) => expectation.wanted)
        .join(", ");
      const reasons = decision.reasons.map(({ code }) => code);
      return { name, place, passed: missed.length === 0, wanted, came: outcome(decision), reasons };
    } catch (error) {
      return failure(place, name, `verdict ${one.verdict}`, error);
    }
  });
}
