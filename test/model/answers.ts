/** Step 8a of evaluation.md: what a reviewer or persons said to an earlier record of the call, joined to what was found. */
import { fromBytes } from "./bytes.ts";
import { hit } from "./coverage.ts";
import { ALLOW, DENY, type Obligations, REVIEW } from "./decide.ts";
import type { Approval, Request } from "./request.ts";
import { wire } from "./wire.ts";

/** No approval holds longer. */
const APPROVED_MS_MAX = 86_400_000n;

/** Why an approval of a review does not count, in the order in which that is looked at. */
export const APPROVAL_FAULTS = [
  "approval_mismatch",
  "approval_expired",
  "approval_stale",
  "approval_self",
  "approval_quorum",
] as const;

/** The call as it is without a reviewer and an approval. */
export interface Found {
  /** SHA-256 of the loaded image. */
  image: Uint8Array;
  /** Commitment of the arguments. */
  args: Uint8Array;
  verdict: number;
  obligations: Obligations;
  /** As a record would have them. */
  reasons: string[];
}

export interface Answered {
  /** Null: the one that was found stays. */
  verdict: number | null;
  reason: string | null;
  /** Who made the verdict less strict. */
  lowering: Approval["approvers"];
}

export const NO_ANSWER: Answered = { verdict: null, reason: null, lowering: [] };

export function answerOf(request: Request, found: Found): Answered {
  const { approval, reviewer } = request;
  const word = wire.verdicts[found.verdict];
  if (reviewer !== undefined) {
    hit(`reviewer ${reviewer.answer} of ${word}`);
    return reviewer.answer === "deny"
      ? { ...NO_ANSWER, verdict: DENY, reason: "reviewer_denied" }
      : { ...NO_ANSWER, verdict: Math.max(found.verdict, REVIEW), reason: "reviewer_escalated" };
  }
  if (approval === undefined) return NO_ANSWER;
  hit(`approval of ${word}`);
  if (found.verdict !== REVIEW) return NO_ANSWER;
  const fault = faultOf(approval, request, found);
  hit(`answer ${fault ?? "approved"}`);
  if (fault !== null) return { ...NO_ANSWER, reason: fault };
  return { verdict: ALLOW, reason: "approved", lowering: approval.approvers };
}

/** Why an approval does not count; null: it does. */
function faultOf(
  approval: Approval,
  { context }: Request,
  found: Found,
): (typeof APPROVAL_FAULTS)[number] | null {
  const { approvers, atMs, expiresMs, reasons } = approval;
  const { obligations } = found;
  const isSame = (a: Uint8Array, b: Uint8Array): boolean => fromBytes(a) === fromBytes(b);
  if (!isSame(approval.image, found.image) || !isSame(approval.args, found.args)) return "approval_mismatch";

  const holdsFor = expiresMs - atMs;
  const isNow = atMs <= context.timeMs && context.timeMs < expiresMs;
  const isTooLong =
    holdsFor > APPROVED_MS_MAX || (obligations.ttlMs !== null && holdsFor > BigInt(obligations.ttlMs));
  if (!isNow || isTooLong) return "approval_expired";

  if (!found.reasons.every((code) => reasons.includes(code))) return "approval_stale";

  const asking = ["actor", "agent", "principal"].map((key) => context.texts.get(key));
  if (approvers.some(({ id }) => asking.includes(id))) return "approval_self";

  return approvers.length < (obligations.approvers ?? 1) ? "approval_quorum" : null;
}
