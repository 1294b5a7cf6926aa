/** Step 8 of evaluation.md: gates, rows, relax entries and obligations give the verdict. */
import type { Action, Image, Obligation, Row } from "./image.ts";
import { type Excuse, type Surroundings, tryLowering, tryRaising } from "./predicates.ts";
import { capped, tier } from "./risk.ts";
import { limit } from "./wire.ts";

export const ALLOW = 0;
export const REVIEW = 1;
export const DENY = 2;

export interface Obligations {
  approvers: number | null;
  ttlMs: number | null;
  dryRun: boolean;
  redact: Set<string>;
  notify: Set<string>;
  disclose: Set<string>;
}

/** What matched for one part. */
export interface Entries {
  gates: Row[];
  /** Rows and relax entries, in list order. */
  rows: Row[];
  excuses: Excuse[];
}

/** One part, as far as the verdict of the call asks. */
export interface Judged {
  action: Action;
  tier: number;
  hazard: bigint;
  counted: string;
  entries: Entries;
}

export interface Decision {
  verdict: number;
  gates: string[];
  /** Matched rows and relax entries of all parts, each once: as many as a record names. */
  rows: Row[];
  obligations: Obligations;
  overflow: boolean;
  excuses: Excuse[];
}

/** The table alone: what the tier routes to, what relax entries lower it to, and what rows and gates raise it to. */
export function decideVerdict(
  routed: number,
  relaxed: number[],
  rowVerdicts: number[],
  gated: boolean,
): number {
  const scored = Math.min(routed, ...relaxed);
  return Math.max(scored, ...rowVerdicts, gated ? DENY : ALLOW);
}

/** Tries the rows of an action on one part. */
export function tryEntries(
  action: Action,
  pack: number | null,
  timeMs: bigint,
  surroundings: Surroundings,
): Entries {
  const entries: Entries = { gates: [], rows: [], excuses: [] };
  for (const row of action.rows) {
    if (row.pack !== null && row.pack !== pack) continue;
    if (row.kind === "relax") {
      const inTime = row.expiresMs === 0n || timeMs < row.expiresMs;
      const tried = tryLowering(row.clauses, surroundings);
      if (!inTime || !tried.matches) continue;
      entries.excuses.push(...tried.excuses);
      entries.rows.push(row);
      continue;
    }
    const tried = tryRaising(row.clauses, surroundings);
    entries.excuses.push(...tried.excuses);
    if (!tried.matches) continue;
    if (row.kind === "gate") entries.gates.push(row);
    else entries.rows.push(row);
  }
  return entries;
}

function verdictsOf(rows: Row[], kind: string): number[] {
  return rows.filter((row) => row.kind === kind).map((row) => row.verdict);
}

/** The verdict of a call from its parts. `partsOverflow`: it had more of them than fit. */
export function decide(parts: Judged[], image: Image, partsOverflow: boolean): Decision {
  const route = (tierOfHazard: number): number => image.route[tierOfHazard] as number;
  const gates = [...new Set(parts.flatMap((part) => part.entries.gates))];
  const rows = [...new Set(parts.flatMap((part) => part.entries.rows))];
  const gathered = gather(
    parts.flatMap((part) => [
      ...part.action.obligations,
      ...part.entries.rows.flatMap((row) => row.obligations),
    ]),
  );
  const overflow = gathered.overflow || rows.length > limit("rows_matched_max");

  let scored = ALLOW;
  let uncalmed: bigint | null = null;
  for (const part of parts) {
    const routed = route(part.tier);
    const lowered = Math.min(routed, ...verdictsOf(part.entries.rows, "relax"));
    scored = Math.max(scored, lowered);
    if (part.counted === "full" && lowered === routed) uncalmed = (uncalmed ?? 0n) + part.hazard;
  }
  if (uncalmed !== null) scored = Math.max(scored, route(tier(capped(uncalmed), image.thresholds)));

  let verdict = decideVerdict(scored, [], verdictsOf(rows, "row"), gates.length > 0);
  if (overflow || partsOverflow) verdict = DENY;
  return {
    verdict,
    gates: gates.map((row) => row.code),
    rows: rows.slice(0, limit("rows_matched_max")),
    obligations: gathered.obligations,
    overflow,
    excuses: parts.flatMap((part) => part.entries.excuses),
  };
}

/** The decision once histories had their say: nothing makes it less strict. */
export function raise(decision: Decision, demanded: number): Decision {
  return { ...decision, verdict: Math.max(decision.verdict, demanded) };
}

/** The decision with the verdict that it ends with, and what every review asks for. */
export function settle(decision: Decision, verdict: number): Decision {
  const obligations = { ...decision.obligations };
  if (verdict === REVIEW && obligations.approvers === null) obligations.approvers = 1;
  return { ...decision, verdict, obligations };
}

export function noObligations(): Obligations {
  return {
    approvers: null,
    ttlMs: null,
    dryRun: false,
    redact: new Set(),
    notify: new Set(),
    disclose: new Set(),
  };
}

function gather(list: Obligation[]): { obligations: Obligations; overflow: boolean } {
  const obligations = noObligations();
  let overflow = false;
  const texts = (): number => obligations.redact.size + obligations.notify.size + obligations.disclose.size;
  for (const { kind, number, text } of list) {
    switch (kind) {
      case "approvers":
        obligations.approvers = Math.max(obligations.approvers ?? 0, number);
        break;
      case "ttl_ms":
        obligations.ttlMs = Math.min(obligations.ttlMs ?? number, number);
        break;
      case "dry_run":
        obligations.dryRun = true;
        break;
      case "redact":
      case "notify":
      case "disclose":
        if (obligations[kind].has(text)) break;
        if (texts() === limit("obligation_texts_max")) overflow = true;
        else obligations[kind].add(text);
        break;
      default:
        throw new Error(`the model does not know obligation ${kind}`);
    }
  }
  return { obligations, overflow };
}
