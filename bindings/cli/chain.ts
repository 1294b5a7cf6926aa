/** What belongs to one record of a log, as `permit0 explain --log DIR --record DIGEST` tells it. */

import type { Decision } from "permit0";
import type { Engine } from "permit0/engine";
import type { ChainStep, CheckApprover } from "permit0/evidence";
import { openLogFolder } from "./log-folder.js";
import { openImage, openPolicy, readPolicy } from "./policy.js";
import { type Colors, safe, timeText, wrap } from "./text.js";

type Approval = NonNullable<Decision["approval"]>;

interface ToldStep {
  readonly shard: string;
  readonly seq: number;
  readonly stands: ChainStep["stands"];
  readonly time_ms: number;
  /** Digest of the record that it follows. */
  readonly follows: string | null;
}

interface ToldApprover {
  readonly id: string;
  readonly key: string;
  /** `verified`, `not checked`, or what is wrong. */
  readonly signature: string;
}

interface ToldRecord extends ToldStep {
  readonly kind: "decision" | "event";
  readonly record: string;
  readonly verdict: string;
  /** In order; none of an event. */
  readonly actions: readonly string[];
  readonly reasons: readonly { readonly code: string; readonly sentence: string }[];
  readonly event?: object;
  readonly reviewer?: { readonly by: string; readonly answer: string; readonly reason: string | null };
  readonly approvers?: readonly ToldApprover[];
}

interface ToldNote extends ToldStep {
  readonly kind: "burn" | "outcome";
  readonly iss: string;
  readonly jti: string;
  readonly aud?: string;
  readonly status?: string;
}

type Told = ToldRecord | ToldNote;

interface ToldChain {
  readonly steps: readonly Told[];
  readonly elsewhere: readonly string[];
}

/** @throws EvidenceError `record_prefix`, `record_unknown`, `record_ambiguous`; CliError when there is no log. */
export async function chainOf(
  folder: string,
  prefix: string,
  persons: string | undefined,
): Promise<ToldChain> {
  const check = persons === undefined ? undefined : await checkBy(persons);
  const { recordChain } = await import("permit0/evidence");
  const { steps, elsewhere, images } = await recordChain(await openLogFolder(folder), prefix);
  const engines = new Map<string, Engine>();
  const told: Told[] = [];
  for (const step of steps) {
    if (step.note !== undefined) {
      told.push(toldNote(step));
      continue;
    }
    const image = images.get(step.image);
    // Without its image the numbers are right all the same, and sentences may be missing.
    const engine =
      engines.get(step.image) ?? (image === undefined ? await openPolicy({}) : await openImage(image));
    engines.set(step.image, engine);
    told.push(await toldRecord(step, engine.readRecord(step.record), check));
  }
  return { steps: told, elsewhere };
}

interface ToldApproved {
  readonly shard: string;
  readonly seq: number;
  readonly record: string;
  readonly time_ms: number;
  readonly actions: readonly string[];
  readonly approvers: readonly ToldApprover[];
  readonly uses: number;
  readonly outcomes: readonly string[];
}

/** What persons approved, newest first. @throws EvidenceError; CliError when there is no log. */
export async function approvedIn(
  folder: string,
  persons: string | undefined,
): Promise<readonly ToldApproved[]> {
  const check = persons === undefined ? undefined : await checkBy(persons);
  const { approvedRecords } = await import("permit0/evidence");
  const told: ToldApproved[] = [];
  for (const { approval, digest, ...facts } of await approvedRecords(await openLogFolder(folder)))
    told.unshift({ ...facts, record: digest, approvers: await approversOf(approval, check) });
  return told;
}

const APPROVED_LINES_MAX = 20;
/** Enough for `--record`. */
const DIGITS = 16;

export function approvedLines(approved: readonly ToldApproved[]): string[] {
  const lines = approved
    .slice(0, APPROVED_LINES_MAX)
    .map(({ actions, record, approvers, uses, outcomes }) => {
      const names = approvers.map(({ id, signature }) =>
        signature === "verified" || signature === "not checked" ? id : `${id} (${signature})`,
      );
      return safe(
        `${actions.join(", ")}  ${record.slice(0, DIGITS)}  approved by ${names.join(", ")}; ${cameText(uses, outcomes)}`,
      );
    });
  const more = approved.length - lines.length;
  return [
    ...(lines.length === 0 ? ["no record says that persons approved it"] : lines),
    ...(more > 0 ? [`and ${more} more, all of them with --json`] : []),
    "",
    "That these entries stand in the log rightly, and who signed it, is for verify to say.",
  ];
}

const CAME = [
  ["ran", "ran"],
  ["failed", "failed"],
  ["unknown", "may have run"],
] as const;

function cameText(uses: number, outcomes: readonly string[]): string {
  const told = CAME.flatMap(([status, words]) => (outcomes.includes(status) ? [words] : [])).join(", ");
  if (told === "")
    return uses > 0 ? "its token was used, and no outcome is in this log" : "no outcome is in this log";
  if (uses < 2) return uses === 1 ? `${told} once` : told;
  return `${told}, in ${uses} uses`;
}

async function checkBy(file: string): Promise<CheckApprover> {
  const { approverCheck, parsePersons } = await import("permit0/review");
  const { nodeEd25519 } = await import("permit0/node");
  return approverCheck(
    parsePersons(new TextDecoder().decode(readPolicy(file, "a list of persons")), file),
    nodeEd25519,
  );
}

function placeOf({ shard, seq, stands, follows }: ChainStep): Omit<ToldStep, "time_ms"> {
  return { shard, seq, stands, follows: follows ?? null };
}

function toldNote(step: ChainStep & { readonly note: object }): ToldNote {
  const { note } = step as Extract<ChainStep, { readonly note: object }>;
  const { kind, iss, jti, time_ms } = note;
  const more = note.kind === "burn" ? { aud: note.aud } : { status: note.status };
  return { kind, ...placeOf(step), time_ms, iss, jti, ...more };
}

async function toldRecord(
  step: ChainStep,
  decision: Decision,
  check: CheckApprover | undefined,
): Promise<ToldRecord> {
  const { approval, digests, event, parts, reasons, reviewer, time_ms, verdict } = decision;
  return {
    kind: event === undefined ? "decision" : "event",
    ...placeOf(step),
    time_ms,
    record: digests.record,
    verdict,
    actions: parts.map(({ action }) => action),
    reasons: reasons.map(({ code, sentence }) => ({ code, sentence })),
    ...(event === undefined ? {} : { event: eventJson(event) }),
    ...(reviewer === undefined
      ? {}
      : { reviewer: { by: reviewer.by, answer: reviewer.answer, reason: reviewer.reason ?? null } }),
    ...(approval === undefined ? {} : { approvers: await approversOf(approval, check) }),
  };
}

async function approversOf(approval: Approval, check: CheckApprover | undefined): Promise<ToldApprover[]> {
  const approvers: ToldApprover[] = [];
  for (const [at, { id, key }] of approval.approvers.entries()) {
    const signature = check === undefined ? "not checked" : ((await check(approval, at)) ?? "verified");
    approvers.push({ id, key, signature });
  }
  return approvers;
}

/** Without its bytes: what it is of stands beside it. */
function eventJson(event: NonNullable<Decision["event"]>): object {
  const { of: _, ...facts } = event as typeof event & { readonly of?: unknown };
  return facts;
}

export function chainJson({ steps, elsewhere }: ToldChain): object {
  return { steps, elsewhere };
}

const STANDS = { before: "", asked: "  <- asked about", after: "" } as const;

export function chainLines({ steps, elsewhere }: ToldChain, colors: Colors, columns: number): string[] {
  const outside = elsewhere.flatMap((digest) => [
    `record ${digest}`,
    "  is in another log than this one",
    "",
  ]);
  const lines = steps.flatMap((step) => {
    const head = `${timeText(step.time_ms)}  ${headOf(step)}${STANDS[step.stands]}`;
    const place = `entry ${step.seq} of ${step.shard}`;
    const facts =
      "record" in step ? [`${place}, record ${step.record}`, ...factsOf(step)] : [place, ...noteFacts(step)];
    return [
      step.stands === "asked" ? colors.bold(safe(head)) : safe(head),
      ...facts.flatMap((fact) =>
        wrap(safe(fact), columns - 2).map((line, at) => `${at === 0 ? "  " : "    "}${line}`),
      ),
      "",
    ];
  });
  return [
    ...outside,
    ...lines,
    "That these entries stand in the log rightly, and who signed it, is for verify to say.",
  ];
}

function headOf(step: Told): string {
  switch (step.kind) {
    case "decision":
      return `${step.verdict}  ${step.actions.join(", ")}`;
    case "event":
      return `event  ${Object.entries(step.event ?? {})
        .map(([name, value]) => (name === "kind" ? `${value}` : `${name} ${value}`))
        .join(", ")}`;
    case "burn":
      return "token used";
    case "outcome":
      return `outcome  ${step.status}`;
  }
}

function factsOf({ kind, approvers = [], follows, reasons, reviewer }: ToldRecord): string[] {
  return [
    ...(follows === null ? [] : [`follows ${follows}`]),
    ...(reviewer === undefined
      ? []
      : [
          `reviewer ${reviewer.by} answered ${reviewer.answer}${reviewer.reason === null ? "" : `: ${reviewer.reason}`}`,
        ]),
    ...approvers.map(({ id, key, signature }) => `approved by ${id} with ${key}, signature ${signature}`),
    ...(kind === "event" ? [] : reasons.map(({ code, sentence }) => `${code}: ${sentence}`)),
  ];
}

function noteFacts({ kind, iss, jti, aud, follows }: ToldNote): string[] {
  return [
    `follows ${follows}`,
    kind === "burn" ? `token ${jti} of ${iss}, for ${aud}` : `token ${jti} of ${iss}`,
  ];
}
