/** A permit that waits for people: what must be reviewed is asked of them, and the engine decides with their answer. */

import { parseKeyId } from "../keys/paserk.ts";
import type { PermitCall, Review, ReviewAnswer } from "../src/permit.ts";
import { sha256 } from "../src/sha256.ts";
import type { Decision, ReviewDecision } from "../src/types.ts";
import { requestOf } from "./approval.ts";
import type { Approvals, ApprovalView, TakenApproval, WaitOptions } from "./approvals.ts";
import { needKnown, ReviewError } from "./errors.ts";
import { type ConsultOptions, consult, type Reviewer, type ReviewVerdict } from "./reviewer.ts";
import { statementBytes } from "./statement.ts";

export type { Review, ReviewAnswer };

export interface AskOptions extends WaitOptions {
  /** Looks at the call first. Persons are asked only for what it passes on. */
  readonly reviewer?: Reviewer;
  readonly consult?: Omit<ConsultOptions, "signal" | "wording">;
  /**
   * Told what the reviewer answered, or why he did not: an endpoint that is broken passes every call on, and says so here
   * alone and in the log. The reason may repeat the call. Whatever it throws ends the call.
   */
  readonly onReviewer?: (answered: ReviewVerdict & { readonly by: string }) => unknown;
  /** Told what a call waits for: tell the people. Whatever it throws ends the call. */
  readonly onWait?: (approval: ApprovalView) => unknown;
}

const OPTIONS: Readonly<Record<keyof AskOptions, true>> = {
  consult: true,
  onReviewer: true,
  onWait: true,
  reviewer: true,
  signal: true,
  timeoutMs: true,
};

/** How often one call is asked about: once more if there are new reasons by the time it is approved. */
const ROUNDS = 2;

/**
 * What `createPermit({ review })` takes. Whoever asks for the same call, in this process or another one, waits for the same
 * approval; it is used once, so of several that wait one goes on.
 *
 * The guarded call rejects with `PermitDenied` when a person or the reviewer said no, with `PermitReview` when nobody decided in
 * `timeoutMs`, the approval ended or was used by another, or may not be asked for now; with a ReviewError when the approvals
 * cannot be read; with what the signal was aborted with.
 * @throws ReviewError `review_option` for an option that there is not.
 *
 * @example
 * const approvals = await openApprovals({ persons: "/etc/permit0/persons.json" });
 * const permit = createPermit({ log, review: askPersons(approvals, { onWait: ({ handle }) => tell(handle) }) });
 */
export function askPersons(approvals: Approvals, options: AskOptions = {}): Review {
  needKnown(options, OPTIONS);
  return { resolve: (asked, call) => resolved(approvals, options, asked, call) };
}

/** The call that an approval is about, for a process that has nothing but the handle: give it to the same permit again. */
export function reviewedCall(approval: Pick<ApprovalView, "request">): PermitCall {
  const { tool, server, args, annotations, action, fields, context } = requestOf(approval);
  const { time_ms: _now, ...facts } = context;
  const given = { tool, server, args, annotations, action, fields };
  const call = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...call, context: facts } as unknown as PermitCall;
}

type Asked = Parameters<Review["resolve"]>[1];

async function resolved(
  approvals: Approvals,
  options: AskOptions,
  first: ReviewDecision,
  call: Asked,
): ReturnType<Review["resolve"]> {
  let decision: Decision = first;
  for (let round = 1; round <= ROUNDS && decision.verdict === "review"; round++) {
    let view = await approvals.find(decision, call.requestOf(decision));
    if (view === undefined && round === 1 && options.reviewer !== undefined) {
      const judged = await judgedBy(options.reviewer, options, decision, call);
      decision = judged.decision;
      if (decision.verdict !== "review") return judged.why;
    }
    try {
      view ??= await approvals.open(decision, call.requestOf(decision), { join: true });
    } catch (error) {
      if (error instanceof ReviewError && UNASKED.includes(error.code)) return error.message;
      throw error;
    }
    await options.onWait?.(view);
    const end = await ended(approvals, view.handle, options);
    if (typeof end === "string") return { why: end, approval: view.handle };
    if ("denied" in end) {
      const no = deniedBy(end);
      if (no !== undefined) await call.again(no);
      return { why: sentenceOf(end), approval: end.handle };
    }
    const { approval, salt } = end.request;
    decision = await call.again({ approval, salt: salt as Uint8Array });
    if (!decision.reasons.some(({ code }) => code === "approval_stale")) return undefined;
  }
  return undefined;
}

/** Why nobody is asked: no fault of the store, and another time it may be. */
const UNASKED: readonly string[] = ["approval_limit", "approval_cooldown", "approval_quorum_range"];
/** Somebody was quicker between waiting and taking: what it is now is seen by waiting again. */
const OVERTAKEN: readonly string[] = ["approval_closed", "approval_expired", "approval_pending"];

async function judgedBy(
  reviewer: Reviewer,
  { consult: how, onReviewer, signal }: AskOptions,
  decision: Decision,
  call: Asked,
): Promise<{ decision: Decision; why: string | undefined }> {
  const sentences = new Map(decision.reasons.map(({ code, sentence }) => [code as string, sentence]));
  const wording = { sentence: (code: string) => sentences.get(code), maximum: () => 0 };
  const { answer, reason, request } = await consult(reviewer, decision, call.requestOf(decision), {
    ...how,
    ...(signal === undefined ? {} : { signal }),
    wording,
  });
  const said: ReviewAnswer = { reviewer: request.reviewer, salt: request.salt as Uint8Array };
  const joined = await call.again(said);
  await onReviewer?.({ by: request.reviewer.by, answer, reason });
  return { decision: joined, why: answer === "deny" ? `${request.reviewer.by}: ${reason}` : undefined };
}

/** What came of an approval: taken, ended in another way, or, as a sentence, not in time. */
async function ended(
  approvals: Approvals,
  handle: string,
  { signal, timeoutMs }: AskOptions,
): Promise<TakenApproval | ApprovalView | string> {
  const waiting = {
    ...(signal === undefined ? {} : { signal }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
  for (;;) {
    try {
      const view = await approvals.wait(handle, waiting);
      if (view.state !== "approved") return view;
      return await approvals.take(handle);
    } catch (error) {
      if (!(error instanceof ReviewError)) throw error;
      if (error.code === "wait_timeout") return `nobody decided in time; approval ${handle} goes on.`;
      if (!OVERTAKEN.includes(error.code)) throw error;
    }
  }
}

/** A person's no, for the record: it joins as any judge's does. What he was asked is what he signed. */
function deniedBy({ denied, request, terms }: ApprovalView): ReviewAnswer | undefined {
  if (denied === undefined) return undefined;
  const { by, key } = denied;
  const prompt = sha256(statementBytes(terms, { act: "deny", by, key: parseKeyId(key) }));
  const { salt } = requestOf({ request });
  return { reviewer: { answer: "deny", by, of: terms.of, prompt, reason: "a person said no" }, salt };
}

function sentenceOf({ handle, state, denied }: ApprovalView): string {
  if (denied !== undefined) return `${denied.by} said no to approval ${handle}.`;
  if (state === "used") return `approval ${handle} was used by another call.`;
  return `approval ${handle} expired before it was used.`;
}
