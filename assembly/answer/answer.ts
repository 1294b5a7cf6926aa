/**
 * What people or a second judge said to an earlier record of the call, joined to what was found now
 * (docs/format/evaluation.md, step 8a). A reviewer can only raise. An approval turns a review into an allow and nothing else.
 */
import { equal } from "../base/bytes";
import { asI64, bytesAt, bytesSize, count, firstChild, nextSibling, sameBytes } from "../base/cmp";
import { call, demand } from "../decide/call";
import { approverCount, shortestTtlMs } from "../decide/obligations";
import { REVIEWER_ANSWER_DENY, VERDICT_ALLOW, VERDICT_DENY, VERDICT_REVIEW } from "../gen/codes";
import { APPROVAL_MS_MAX } from "../gen/limits";
import {
  APPROVAL_KEY_APPROVERS,
  APPROVAL_KEY_ARGS,
  APPROVAL_KEY_AT_MS,
  APPROVAL_KEY_EXPIRES_MS,
  APPROVAL_KEY_IMAGE,
  APPROVAL_KEY_REASONS,
  CONTEXT_KEY_ACTOR,
  CONTEXT_KEY_AGENT,
  CONTEXT_KEY_PRINCIPAL,
  CONTEXT_KEY_TIME_MS,
  REASON_ANSWER_APPROVAL_EXPIRED,
  REASON_ANSWER_APPROVAL_MISMATCH,
  REASON_ANSWER_APPROVAL_QUORUM,
  REASON_ANSWER_APPROVAL_SELF,
  REASON_ANSWER_APPROVAL_STALE,
  REASON_ANSWER_APPROVED,
  REASON_ANSWER_REVIEWER_DENIED,
  REASON_ANSWER_REVIEWER_ESCALATED,
  REQUEST_KEY_APPROVAL,
  REQUEST_KEY_REVIEWER,
} from "../gen/words";
import { IMAGE_DIGEST_AT } from "../policy/view";
import { argsCommitmentAt } from "../record/commit";
import { gatherReasons, reasonAt, reasonBytes, reasonCount } from "../record/reasons";
import { ABSENT, approval, approverId, context, member, reviewerAnswer } from "../request/view";

const DIGEST_BYTES: u32 = 32;

function fits(): bool {
  const image = bytesAt(approval(APPROVAL_KEY_IMAGE));
  const args = bytesAt(approval(APPROVAL_KEY_ARGS));
  return equal(image, IMAGE_DIGEST_AT, DIGEST_BYTES) && equal(args, argsCommitmentAt(), DIGEST_BYTES);
}

/** True when the call is within the time of the approval, and that no longer than it may be. */
function isInTime(): bool {
  const atMs = asI64(approval(APPROVAL_KEY_AT_MS));
  const expiresMs = asI64(approval(APPROVAL_KEY_EXPIRES_MS));
  const nowMs = asI64(context(CONTEXT_KEY_TIME_MS));
  const ttlMs = shortestTtlMs();
  const longestMs: i64 = ttlMs == 0 ? APPROVAL_MS_MAX : min<i64>(ttlMs, APPROVAL_MS_MAX);
  return atMs <= nowMs && nowMs < expiresMs && expiresMs - atMs <= longestMs;
}

function wasSeen(position: i32): bool {
  const reasons = approval(APPROVAL_KEY_REASONS);
  for (let reason = firstChild(reasons); reason >= 0; reason = nextSibling(reasons, reason)) {
    const bytes = bytesSize(reason);
    if (bytes == reasonBytes(position) && equal(bytesAt(reason), reasonAt(position), bytes)) return true;
  }
  return false;
}

/** True when those who approved saw every reason that the call has now. */
function isCurrent(): bool {
  gatherReasons();
  for (let position = 0; position < reasonCount(); position++) if (!wasSeen(position)) return false;
  return true;
}

function isAnApprover(contextKey: i32): bool {
  const name = context(contextKey);
  if (name == ABSENT) return false;
  const approvers = approval(APPROVAL_KEY_APPROVERS);
  for (let entry = firstChild(approvers); entry >= 0; entry = nextSibling(approvers, entry)) {
    if (sameBytes(approverId(entry), name)) return true;
  }
  return false;
}

/** The REASON_ANSWER_* of an approval of a call that is reviewed. */
function tryApproval(): i32 {
  if (!fits()) return REASON_ANSWER_APPROVAL_MISMATCH;
  if (!isInTime()) return REASON_ANSWER_APPROVAL_EXPIRED;
  if (!isCurrent()) return REASON_ANSWER_APPROVAL_STALE;
  const isOwn =
    isAnApprover(CONTEXT_KEY_ACTOR) || isAnApprover(CONTEXT_KEY_AGENT) || isAnApprover(CONTEXT_KEY_PRINCIPAL);
  if (isOwn) return REASON_ANSWER_APPROVAL_SELF;
  const isQuorum = count(approval(APPROVAL_KEY_APPROVERS)) >= max<u32>(approverCount(), 1);
  return isQuorum ? REASON_ANSWER_APPROVED : REASON_ANSWER_APPROVAL_QUORUM;
}

/** Joins the answer that the request carries, if it carries one. */
export function joinAnswer(): void {
  const whole = call();
  if (member(REQUEST_KEY_REVIEWER) != ABSENT) {
    const isDenied = reviewerAnswer() == REVIEWER_ANSWER_DENY;
    demand(isDenied ? VERDICT_DENY : VERDICT_REVIEW);
    whole.answer = isDenied ? REASON_ANSWER_REVIEWER_DENIED : REASON_ANSWER_REVIEWER_ESCALATED;
  }
  if (member(REQUEST_KEY_APPROVAL) == ABSENT || whole.verdict != VERDICT_REVIEW) return;
  whole.answer = tryApproval();
  if (whole.answer == REASON_ANSWER_APPROVED) whole.verdict = VERDICT_ALLOW;
}
