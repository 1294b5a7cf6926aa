/**
 * A decision in lines for people. The arithmetic is done again here, from the record alone, and compared: what is shown
 * adds up, or the text says that the record does not.
 */

import { type AllowingChange, raisedBy } from "./allowing.ts";
import { eventText, noteTexts } from "./event-text.ts";
import { TIER_NAMES } from "./gen/codes.ts";
import { type HazardSteps, hazardOfParts, hazardSteps, scoreOf, tierOf } from "./hazard.ts";
import type { ImageView } from "./image.ts";
import { hex } from "./sha256.ts";
import { signalText } from "./signal-text.ts";
import type { Decision, EventFacts, FlagHazard, LoweredBy, Obligations, Part } from "./types.ts";

export { type AllowingChange, type Change, minimalAllowingChange } from "./allowing.ts";
export { scoreOf } from "./hazard.ts";

export interface Explanation {
  /** Plain text, at most 100 columns wide where the texts of the policy allow. */
  readonly lines: readonly string[];
  /** Whether hazard, score and tier of the record follow from its flags, levels and thresholds. */
  readonly consistent: boolean;
}

/**
 * Explains a decision: what the call was understood as, each flag, each level with its factor and reason, the hazard
 * step by step, score, tier, and what else had a say.
 * @param image the policy that decided, for sentences; another one explains the numbers but misses words.
 * @param allowing what {@link minimalAllowingChange} found, to be shown as well.
 */
export function explain(decision: Decision, image: ImageView, allowing?: AllowingChange): Explanation {
  if (decision.by === "host") return { lines: explainHost(decision), consistent: true };
  if (decision.event !== undefined)
    return { lines: explainEvent(decision, decision.event), consistent: true };
  const faults: string[] = [];
  const need = (holds: boolean, fault: string): void => {
    if (!holds) faults.push(fault);
  };
  const lines = [...explainVerdict(decision), ...section("why", explainReasons(decision))];
  lines.push(...section("memory asked", explainSignals(decision, image)));
  const several = decision.parts.length > 1;
  decision.parts.forEach((part, index) => {
    const steps = hazardSteps(part);
    need(steps.hazard === part.hazard, `the part ${part.action} says H = ${grouped(part.hazard)}`);
    const head = several ? `part ${index + 1}, ${part.action}: ` : "";
    lines.push(...section(`${head}flags`, explainFlags(part.flags, steps.start)));
    lines.push(...section(`${head}amplifiers`, explainAmplifiers(part, steps, decision, image)));
  });
  need(hazardOfParts(decision.parts) === decision.hazard, `the record says H = ${grouped(decision.hazard)}`);
  if (several) lines.push(...section("parts together", explainParts(decision)));
  need(scoreOf(decision.hazard) === decision.score, `the record says score ${decision.score}`);
  need(
    tierOf(decision.hazard, decision.thresholds) === decision.tier,
    `the record says tier ${decision.tier}`,
  );
  lines.push(...section("score", explainScore(decision)));
  lines.push(...section("decided by", explainTable(decision, image)));
  lines.push(...section("answered", answerLines(decision)));
  lines.push(...section("lowered by", decision.lowered_by.map(loweredLine)));
  lines.push(...section("noted", explainNotes(decision)));
  lines.push(...section("obligations", obligationLines(decision.obligations)));
  lines.push(...section("allowed if", allowing === undefined ? [] : allowingLines(allowing)));
  lines.push(...section("digests", digestLines(decision)));
  const consistent = faults.length === 0;
  lines.push(...section("DOES NOT ADD UP", faults));
  return { lines, consistent };
}

function explainVerdict(decision: Decision): string[] {
  const head = `${decision.action}: ${decision.verdict} (${decision.tier}, ${percent(decision.score)})`;
  const shadow =
    decision.mode === "shadow" ? ["SHADOW MODE: the host lets the call run whatever the verdict."] : [];
  return [
    head,
    ...shadow,
    ...decision.parts.map((part) => `understood as ${part.action}, ${mappingText(part.mapping)}`),
  ];
}

function explainHost(decision: Decision): string[] {
  return [
    `${decision.verdict}, by the host: the engine was not asked, and nothing was scored`,
    ...section("why", explainReasons(decision)),
    ...section("digests", digestLines(decision)),
  ];
}

function explainEvent(decision: Decision, event: EventFacts): string[] {
  return [
    `${event.kind}: ${decision.verdict}, and nothing was scored: this is no call`,
    ...section("what", [eventText(event)]),
    ...section("why", explainReasons(decision)),
    ...section("noted", explainNotes(decision)),
    ...section("digests", digestLines(decision)),
  ];
}

/** What was put into histories beside what is counted. */
function explainNotes({ cells }: Decision): string[] {
  return cells.flatMap(({ id, note }) => {
    const texts = noteTexts(note);
    return texts.length === 0 ? [] : [`history ${hex(id).slice(0, 16)}: ${texts.join(", ")}`];
  });
}

/** How a tool call became an action. */
export function mappingText(mapping: string): string {
  if (mapping === "direct") return "which the caller named";
  if (mapping === "unknown") return "because no pack vouches for this tool";
  return `by the mapping ${mapping}`;
}

/** What the entries that matched ask of histories. */
function explainSignals({ reasons }: Decision, image: ImageView): string[] {
  return reasons.flatMap(({ code }) =>
    image.asked(code).map((signal) => {
      const unknown = signal.calm ? "" : "; unknown, so it counts as met, where no memory is kept";
      return `${code} asks ${signal.name}: ${signalText(signal)}${unknown}`;
    }),
  );
}

function explainReasons(decision: Decision): string[] {
  const columns = Math.max(...decision.reasons.map(({ code }) => code.length));
  return decision.reasons.map(({ code, sentence }) => `${code.padEnd(columns)}  ${sentence}`);
}

function explainFlags(flags: readonly FlagHazard[], start: number): string[] {
  if (flags.length === 0) return ["none, so H0 = 0"];
  const columns = Math.max(...flags.map(({ flag }) => flag.length));
  const rows = flags.map(({ flag, role, hazard }) => {
    const counted = role === "primary" ? hazard : hazard / 2;
    const half = role === "primary" ? "   " : "/ 2";
    const share = start === 0 ? 0 : Math.round((100 * counted) / start);
    const numbers = `${grouped(hazard).padStart(10)} ${half}`;
    return `${flag.padEnd(columns)}  ${role.padEnd(9)}  ${numbers}  ${bar(counted, start)} ${`${share}`.padStart(3)} %`;
  });
  return [...rows, `H0 = ${grouped(start)} millionths of a nat`];
}

const BAR_COLUMNS = 10;

/** A bar of ten signs: never empty for something, never full for less than all. */
function bar(part: number, whole: number): string {
  const exact = whole === 0 ? 0 : (part * BAR_COLUMNS) / whole;
  const filled = part > 0 && exact < 1 ? 1 : Math.floor(exact);
  return "#".repeat(filled).padEnd(BAR_COLUMNS, ".");
}

function explainAmplifiers(
  { action, amplifiers }: Part,
  { after, hazard }: HazardSteps,
  decision: Decision,
  image: ImageView,
): string[] {
  const rows = amplifiers.flatMap((entry, number) => {
    if (entry.level === 0) return [];
    const { amplifier, level, max, gain } = entry;
    const factor = factorText(1000 * max + gain * level, 1000 * max);
    return [
      `${amplifier.padEnd(15)}${`${level}`.padStart(3)} of ${`${max}`.padEnd(3)}${bar(level, max)}  ` +
        `${factor}${grouped(after[number] as number).padStart(12)}  ${whyLevel(number, level, action, decision, image)}`,
    ];
  });
  const calm = amplifiers.filter(({ level }) => level === 0).map(({ amplifier }) => amplifier);
  const head = `${"".padEnd(15)}${"level".padStart(9)}${"".padEnd(BAR_COLUMNS + 3)}${"factor".padStart(8)}${"H".padStart(12)}`;
  return [
    ...(rows.length === 0 ? [] : [head, ...rows]),
    ...(calm.length === 0 ? [] : [`at 0, factor 1: ${calm.join(", ")}`]),
    `H = ${grouped(hazard)}`,
  ];
}

/** `x 1.3100`: exact when four decimals are enough, else with `~`. */
function factorText(numerator: number, denominator: number): string {
  const scaled = Math.floor((numerator * 10_000) / denominator);
  const exact = scaled * denominator === numerator * 10_000;
  return `${exact ? "x " : "x~"}${Math.floor(scaled / 10_000)}.${`${scaled % 10_000}`.padStart(4, "0")}`;
}

/** The reason that put an amplifier where it is. */
function whyLevel(
  amplifier: number,
  level: number,
  action: string,
  decision: Decision,
  image: ImageView,
): string {
  return raisedBy(amplifier, level, decision, image) ?? `default of ${action}`;
}

/** How each part counts, and what they come to. */
function explainParts({ parts, hazard }: Decision): string[] {
  const columns = Math.max(...parts.map(({ action }) => action.length));
  const counts = {
    full: "counts in full",
    minimal: "minimal, and nothing flows from or to it: adds nothing",
    duplicate: "done already: adds nothing",
  };
  const rows = parts.map(
    (part, index) =>
      `${`${index + 1}`.padStart(2)}  ${part.action.padEnd(columns)}  ${grouped(part.hazard).padStart(10)}  ${counts[part.counted]}`,
  );
  return [...rows, `H = ${grouped(hazard)}`];
}

function explainScore(decision: Decision): string[] {
  const { hazard, score, thresholds, tier } = decision;
  const starts = thresholds.map((start, index) => `${TIER_NAMES[index + 1]} from ${grouped(start)}`);
  return [
    `${score} of 10 000 = floor(10 000 x (1 - e^(-${grouped(hazard)} / 1 000 000)))`,
    `${tier}, because ${starts.join(", ")}`,
  ];
}

/** Answers that can have changed the verdict. */
const DECIDING_ANSWERS: ReadonlySet<string> = new Set(["reviewer_denied", "reviewer_escalated", "approved"]);

function explainTable(decision: Decision, image: ImageView): string[] {
  const gate = decision.gate === undefined ? [] : [`gate  ${withSentence(decision.gate, image)}`];
  const rows = decision.rows.map((row) => `row   ${withSentence(row, image)}`);
  if (decision.reasons.some(({ code }) => code === "frozen"))
    return [...gate, ...rows, "a person, before any rule; `permit0 frozen` says who and why"];
  const answered = decision.reasons.find(({ code }) => DECIDING_ANSWERS.has(code));
  return [
    ...gate,
    ...rows,
    `tier ${decision.tier} and the policy's routing`,
    ...(answered === undefined ? [] : [`then ${answered.code}: ${answered.sentence}`]),
  ];
}

/** What a reviewer or persons said, and to which record. */
function answerLines({ approval, reviewer }: Decision): string[] {
  if (reviewer !== undefined) {
    const { answer, by, of, reason } = reviewer;
    const said = answer === "deny" ? "deny" : "a person must decide";
    return [`${by}: ${said}${reason === undefined ? "" : ` (${reason})`}`, `to the record ${hex(of)}`];
  }
  if (approval === undefined) return [];
  const { approvers, at_ms, expires_ms, of } = approval;
  return [
    ...approvers.map(({ id, key }) => `${id}: approved, signed with ${key}`),
    `from ${at_ms} ms on, before ${expires_ms} ms`,
    `to the record ${hex(of)}`,
  ];
}

function withSentence(code: string, image: ImageView): string {
  const sentence = image.sentence(code);
  return sentence === undefined ? code : `${code}: ${sentence}`;
}

/** What would have had to be different, and how that is known. */
function allowingLines({ changes, text, verified, tier, score, others }: AllowingChange): string[] {
  const [first] = changes;
  if (first === undefined) return [text];
  const how = verified === "decided" ? "decided again" : "by the arithmetic of this record";
  return [
    ...changes.map((change, at) => (at === 0 ? change.text : `and ${change.text}`)),
    `(${how}: ${tier}, ${percent(score ?? 0)})`,
    ...others.map((other) => `or if ${other}`),
  ];
}

function loweredLine({ kind, name, authority }: LoweredBy): string {
  if (kind === "provenance")
    return `a value that the ${name} typed and no tool showed before, on the word of ${authority}`;
  if (kind === "approval") return `approval of ${name}, signed with ${authority}`;
  return `${kind} ${name}, on the word of ${authority}`;
}

/** Each obligation as one line. */
export function obligationLines(obligations: Obligations): string[] {
  const { approvers, redact, notify, dry_run, ttl_ms, disclose } = obligations;
  return [
    ...(approvers === undefined
      ? []
      : [approvers === 1 ? "1 person must approve" : `${approvers} persons must approve`]),
    ...(dry_run === undefined ? [] : ["only a dry run may be made"]),
    ...(ttl_ms === undefined ? [] : [`good for ${grouped(ttl_ms)} ms`]),
    ...(redact ?? []).map((path) => `redact ${path}`),
    ...(notify ?? []).map((channel) => `notify ${channel}`),
    ...(disclose ?? []).map((text) => `disclose: ${text}`),
  ];
}

function digestLines(decision: Decision): string[] {
  return Object.entries(decision.digests)
    .filter(([, digest]) => digest !== "")
    .map(([name, digest]) => `${name.padEnd(8)} ${digest}`);
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}

/** A whole number with a space every three digits. */
export function grouped(value: number): string {
  return `${value}`.replace(/\B(?=(\d{3})+$)/g, " ");
}

/** Basis points as per cent with two decimals: 5231 is `52.31 %`. */
export function percent(scoreBp: number): string {
  return `${Math.floor(scoreBp / 100)}.${`${scoreBp % 100}`.padStart(2, "0")} %`;
}
