/**
 * A second judge, a model for example, that looks at a call before a person does. It may deny or pass it on. What it said
 * becomes a member of a request, and the engine joins it: the lattice has no place for a yes, so there is none to forge.
 */

import { systemClock } from "../src/clock.ts";
import type { CmpValue } from "../src/codec/decode.ts";
import type { Wording } from "../src/decision.ts";
import { shown } from "../src/errors.ts";
import type { Context, Decision, Reason, Request, ReviewerAnswer, Tier } from "../src/types.ts";
import { checkCall, decisionOf, fromHexOf, requestOf } from "./approval.ts";
import { ReviewError } from "./errors.ts";

/** What a reviewer sees of a call. All of it may come from an agent: data, never instructions. */
export interface ReviewFacts {
  readonly action: string;
  readonly tool?: string;
  readonly server?: string;
  /** Arguments or fields, decoded from the bytes that were hashed. A copy: changing it changes no call. */
  readonly args: unknown;
  readonly tier: Tier;
  /** Basis points. */
  readonly score: number;
  readonly reasons: readonly Reason[];
  readonly context: Context;
}

export interface ReviewVerdict {
  readonly answer: "deny" | "escalate";
  /** For the host and its people. It may repeat what stood in the call, so it is not put into a record. */
  readonly reason: string;
  /**
   * Set where nobody judged the call: what came in place of an answer was malformed, or an endpoint's HTTP status. A record
   * says so, and the status, and nothing else of it.
   */
  readonly unanswered?: { readonly status?: number };
}

/**
 * Looks at calls. Anything that it does but answer `deny` in time passes the call on to a person: an error, another
 * answer, none.
 */
export interface Reviewer {
  /** Name and version, 1 to 256 bytes: `acme-reviewer/3 gpt-oss-120b`. */
  readonly by: string;
  /** 32 bytes: digest of what it is asked besides the call. */
  readonly prompt: Uint8Array;
  review(facts: ReviewFacts, options: { readonly signal: AbortSignal }): Promise<ReviewVerdict>;
}

export interface ConsultOptions {
  /** How long to wait for an answer. Default 20 seconds. */
  readonly timeoutMs?: number;
  /** Of whoever asks. Aborted, there is no answer and {@link consult} throws. */
  readonly signal?: AbortSignal;
  /** Milliseconds since 1970: the time at which the call is decided again. Default: the machine's clock. */
  readonly clock?: () => number;
  /** The policy that decided, for sentences. */
  readonly wording?: Wording;
}

export interface Consulted {
  readonly answer: ReviewVerdict["answer"];
  /** What the reviewer said, or why there is no answer of his. */
  readonly reason: string;
  /** The call with the answer in it, for the engine to decide: the record that comes of it has the first one as `parent`. */
  readonly request: Request & { readonly reviewer: ReviewerAnswer };
}

/** Why a call was passed on without an answer: what a record may say of it. */
const UNANSWERED = {
  late: "no answer in time",
  failed: "the reviewer failed",
  unread: "no answer that counts",
} as const;

const TIMEOUT_MS = 20_000;
const TIMEOUT_MS_MAX = 10 * 60_000;
const utf8 = new TextEncoder();

/**
 * Asks a reviewer about a decision. Never fails because of the reviewer.
 * @param request the bytes that were decided, as `Engine.prepare` gives them.
 * @throws ReviewError `approval_record` when they do not belong together; `review_option`; what the signal was aborted with.
 *
 * @example
 * const { request } = await consult(reviewer, decision, prepared.request);
 * const joined = engine.decide(request); // never less strict than `decision`
 */
export async function consult(
  reviewer: Reviewer,
  decision: Pick<Decision, "record">,
  request: Uint8Array,
  { timeoutMs = TIMEOUT_MS, signal, clock = systemClock, wording }: ConsultOptions = {},
): Promise<Consulted> {
  const record = new Uint8Array(decision.record);
  checkCall(record, request);
  const { by, prompt } = needReviewer(reviewer);
  if (!Number.isSafeInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > TIMEOUT_MS_MAX)
    throw new ReviewError("review_option", {
      path: "timeoutMs",
      wanted: `milliseconds from 1 to ${TIMEOUT_MS_MAX}`,
      came: shown(timeoutMs),
    });
  signal?.throwIfAborted();
  const call = requestOf({ request });
  // Decoded once more: whatever a reviewer does to what it is shown, another call is decided.
  const facts = factsOf(record, requestOf({ request }), wording);
  const said = await asked(reviewer, facts, timeoutMs, signal);
  signal?.throwIfAborted();
  const answer: ReviewerAnswer = {
    answer: said.answer,
    by,
    of: fromHexOf(decisionOf(record).digests.record),
    prompt,
    ...(said.unanswered === undefined ? {} : { reason: said.unanswered }),
  };
  const { context } = call;
  // While the reviewer thought, other calls of the session went on.
  const now = { ...context, time_ms: Math.max(clock(), context.time_ms) };
  return {
    answer: said.answer,
    reason: said.reason,
    request: { ...call, context: now, reviewer: answer } as Consulted["request"],
  };
}

interface Said {
  readonly answer: ReviewVerdict["answer"];
  readonly reason: string;
  /** What a record says of it. */
  readonly unanswered?: string;
}

function unanswered(why: keyof typeof UNANSWERED): Said {
  return { answer: "escalate", reason: UNANSWERED[why], unanswered: UNANSWERED[why] };
}

/** One that goes on after its time is told to stop, and not waited for. */
async function asked(
  reviewer: Reviewer,
  facts: ReviewFacts,
  timeoutMs: number,
  outer: AbortSignal | undefined,
): Promise<Said> {
  const controller = new AbortController();
  let stop = (): void => {};
  const stopped = new Promise<Said>((done) => {
    stop = () => {
      done(unanswered("late"));
      controller.abort(new ReviewError("wait_timeout", { wanted: "an answer in time", came: "none" }));
    };
  });
  const timer = setTimeout(stop, timeoutMs);
  outer?.addEventListener("abort", stop);
  try {
    const answered = (async () => read(await reviewer.review(facts, { signal: controller.signal })))();
    return await Promise.race([answered.catch(() => unanswered("failed")), stopped]);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener("abort", stop);
  }
}

const REASON_CHARACTERS_MAX = 1024;

/** Each member is read once: what an answer is asked twice it may answer differently. */
function read(given: unknown): Said {
  if (typeof given !== "object" || given === null) return unanswered("unread");
  const { answer, reason, unanswered: nothing } = given as { [name in keyof ReviewVerdict]?: unknown };
  if (typeof reason !== "string" || reason === "") return unanswered("unread");
  const told = reason.slice(0, REASON_CHARACTERS_MAX);
  if (nothing !== undefined) return { answer: "escalate", reason: told, unanswered: unreadText(nothing) };
  if (answer === "deny" || answer === "escalate") return { answer, reason: told };
  return unanswered("unread");
}

/** Of all that came, a record may have an HTTP status, which cannot repeat the call. */
function unreadText(nothing: unknown): string {
  const { status } = (nothing ?? {}) as { status?: unknown };
  const isStatus = Number.isInteger(status) && (status as number) >= 100 && (status as number) <= 599;
  return isStatus ? `${UNANSWERED.unread}: the endpoint answered ${status}` : UNANSWERED.unread;
}

function factsOf(record: Uint8Array, call: Request, wording: Wording | undefined): ReviewFacts {
  const { action, tier, score, reasons } = decisionOf(record, wording);
  const { tool, server, args, fields, context } = call;
  return {
    action,
    ...(tool === undefined ? {} : { tool }),
    ...(server === undefined ? {} : { server }),
    args: (args ?? fields) as CmpValue,
    tier,
    score,
    reasons,
    context,
  };
}

const BY_BYTES_MAX = 256;
/** Half of a surrogate pair, which no text has. */
const HALF = /\p{Cs}/u;
const DIGEST_BYTES = 32;

function needReviewer({ by, prompt }: Reviewer): Pick<Reviewer, "by" | "prompt"> {
  if (typeof by !== "string" || by === "" || HALF.test(by) || utf8.encode(by).length > BY_BYTES_MAX)
    throw new ReviewError("review_option", {
      path: "reviewer.by",
      wanted: `a name of 1 to ${BY_BYTES_MAX} bytes, well-formed`,
      came: shown(by),
    });
  if (!(prompt instanceof Uint8Array) || prompt.length !== DIGEST_BYTES)
    throw new ReviewError("review_option", {
      path: "reviewer.prompt",
      wanted: `${DIGEST_BYTES} bytes`,
      came: shown(prompt),
    });
  return { by, prompt: new Uint8Array(prompt) };
}
