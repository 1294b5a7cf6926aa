/** Step 8 of evaluation.md: gates, rows, relax entries and obligations give the verdict. */
import type { Action, Image, Obligation, Row } from "./image.ts";
import { type Excuse, type Surroundings, tryLowering, tryRaising } from "./predicates.ts";
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

export interface Decision {
  verdict: number;
  gates: string[];
  /** Matched rows and relax entries, in list order: as many as a record names. */
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

export function decide(
  action: Action,
  pack: number | null,
  tier: number,
  timeMs: bigint,
  image: Image,
  surroundings: Surroundings,
): Decision {
  const gates: string[] = [];
  const rows: Row[] = [];
  const excuses: Excuse[] = [];
  for (const row of action.rows) {
    if (row.pack !== null && row.pack !== pack) continue;
    if (row.kind === "relax") {
      const inTime = row.expiresMs === 0n || timeMs < row.expiresMs;
      const tried = tryLowering(row.clauses, surroundings);
      if (!inTime || !tried.matches) continue;
      excuses.push(...tried.excuses);
      rows.push(row);
      continue;
    }
    const tried = tryRaising(row.clauses, surroundings);
    excuses.push(...tried.excuses);
    if (!tried.matches) continue;
    if (row.kind === "gate") gates.push(row.code);
    else rows.push(row);
  }

  const gathered = gather([...action.obligations, ...rows.flatMap((row) => row.obligations)]);
  const overflow = gathered.overflow || rows.length > limit("rows_matched_max");
  let verdict = decideVerdict(
    image.route[tier] as number,
    rows.filter((row) => row.kind === "relax").map((row) => row.verdict),
    rows.filter((row) => row.kind === "row").map((row) => row.verdict),
    gates.length > 0,
  );
  if (overflow) verdict = DENY;
  const obligations = gathered.obligations;
  if (verdict === REVIEW && obligations.approvers === null) obligations.approvers = 1;
  return { verdict, gates, rows: rows.slice(0, limit("rows_matched_max")), obligations, overflow, excuses };
}

function gather(list: Obligation[]): { obligations: Obligations; overflow: boolean } {
  const obligations: Obligations = {
    approvers: null,
    ttlMs: null,
    dryRun: false,
    redact: new Set(),
    notify: new Set(),
    disclose: new Set(),
  };
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
