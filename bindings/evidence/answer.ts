/**
 * What a reviewer or persons said, as far as a record proves what came of it (docs/format/evaluation.md, step 8a). Who the
 * call was made for is not in a record, and what had been found before the answer only as far as its reasons say it.
 */

import { sortKeys } from "../src/codec/shape.ts";
import { REASON_ANSWER_NAMES, VERDICT_NAMES } from "../src/gen/codes.ts";
import { APPROVAL_MS_MAX, REASONS_MAX } from "../src/gen/limits.ts";
import { sameBytes } from "../src/memory.ts";
import type { Approval, ReviewerAnswer } from "../src/types.ts";
import type { Fault } from "./fault.ts";
import type { EngineMembers } from "./record.ts";

type AnswerCode = (typeof REASON_ANSWER_NAMES)[number];

/** What is wrong with the answer of a record, or with what it says came of it. */
export function answerFault(record: EngineMembers): Fault | undefined {
  const { approval, lowered_by, parent, reviewer } = record;
  if (approval !== undefined && reviewer !== undefined) return fault("reviewer", "not with an approval");
  const { of } = approval ?? reviewer ?? {};
  if (of === undefined && parent !== undefined) return fault("parent", "not without an answer");
  if (of !== undefined && (parent === undefined || !sameBytes(parent, of)))
    return fault("parent", "wanted what the answer is of");
  const codes = codesOf(record);
  if (codes.length > 1) return fault("reasons", `wanted one of ${codes.join(" and ")}`);
  if (of !== undefined && record.event !== undefined) return fault("parent", "an event has none");
  const [code] = codes;
  if (code !== "approved" && lowered_by.some(([kind]) => kind === "approval"))
    return fault("lowered_by", "an approval that did not lower");
  if (approval !== undefined) return approvalFault(record, approval, code);
  if (reviewer !== undefined) return reviewerFault(record, reviewer, code);
  return code === undefined ? undefined : fault("reasons", `${code} without an answer`);
}

function codesOf({ reasons }: EngineMembers): AnswerCode[] {
  return REASON_ANSWER_NAMES.filter((code) => reasons.includes(code));
}

function reviewerFault(
  { reasons, verdict }: EngineMembers,
  { answer }: ReviewerAnswer,
  code: AnswerCode | undefined,
): Fault | undefined {
  const wanted = answer === "deny" ? "reviewer_denied" : "reviewer_escalated";
  // Gates stand before it, and as many as the list holds push it out.
  const isPushedOut = code === undefined && reasons.length === REASONS_MAX;
  if (code !== wanted && !isPushedOut) return fault("reasons", `wanted ${wanted} among them`);
  const least = answer === "deny" ? "deny" : "review";
  return VERDICT_NAMES.indexOf(verdict) < VERDICT_NAMES.indexOf(least)
    ? fault("verdict", `wanted at least ${least}: the reviewer said ${answer}`)
    : undefined;
}

function approvalFault(
  record: EngineMembers,
  approval: Approval,
  code: AnswerCode | undefined,
): Fault | undefined {
  const { approvers } = approval;
  const ids = approvers.map(({ id }) => id);
  const sorted = sortKeys([...new Set(ids)]);
  const unsorted = ids.findIndex((id, at) => id !== sorted[at]);
  if (unsorted >= 0) return fault(`approval.approvers[${unsorted}].id`, "wanted ids that ascend");
  const keys = approvers.map(({ key }) => key);
  const twice = keys.findIndex((key, at) => keys.indexOf(key) !== at);
  if (twice >= 0) return fault(`approval.approvers[${twice}].key`, "wanted each key once");

  const { lowered_by, verdict } = record;
  if (code === undefined)
    return verdict === "review" ? fault("reasons", "wanted what came of the approval") : undefined;
  const left = code === "approved" ? "allow" : "review";
  if (verdict !== left) return fault("verdict", `wanted ${left} with ${code}`);
  const found = foundOf(record, approval);
  if (!found.includes(code)) return fault("reasons", `wanted ${found.join(" or ")}, and it says ${code}`);
  if (code !== "approved") return undefined;
  const named = lowered_by.filter(([kind]) => kind === "approval");
  const isNamed = (at: number): boolean => named[at]?.[1] === ids[at] && named[at]?.[2] === keys[at];
  return named.length === approvers.length && approvers.every((_, at) => isNamed(at))
    ? undefined
    : fault("lowered_by", "wanted each approver, and nobody else");
}

/** What may have come of an approval of a call that was to be reviewed. */
function foundOf(record: EngineMembers, approval: Approval): readonly AnswerCode[] {
  const { args, image, obligations, reasons, time_ms } = record;
  if (!sameBytes(approval.image, image) || !sameBytes(approval.args, args)) return ["approval_mismatch"];
  const { at_ms, expires_ms } = approval;
  const longestMs = Math.min(APPROVAL_MS_MAX, obligations.ttl_ms ?? APPROVAL_MS_MAX);
  const isInTime = at_ms <= time_ms && time_ms < expires_ms && expires_ms - at_ms <= longestMs;
  if (!isInTime) return ["approval_expired"];
  const seen = new Set<string>([...approval.reasons, ...REASON_ANSWER_NAMES]);
  if (reasons.some((code) => !seen.has(code))) return ["approval_stale"];
  const counted = approval.approvers.length >= (obligations.approvers ?? 1) ? "approved" : "approval_quorum";
  // The last reason of a full list made room for the answer's, and nobody knows which it was.
  const unknown: readonly AnswerCode[] = reasons.length === REASONS_MAX ? ["approval_stale"] : [];
  return [counted, "approval_self", ...unknown];
}

function fault(path: string, reason: string): Fault {
  return { path, reason };
}
