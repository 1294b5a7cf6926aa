/** Step 8a by hand: what persons and reviewers said, joined to a call of the sample image. */
import { describe, expect, it } from "vitest";
import { readCmp } from "./cmp.ts";
import { writeImage } from "./image-writer.ts";
import { decideModel, loadImageModel } from "./model.ts";
import { commitment } from "./record.ts";
import { encode, encodeRequest, type Plain, type RequestSource } from "./request-writer.ts";
import { sampleImage } from "./sample.ts";
import { toPlain } from "./show.ts";
import { approval, approver, reviewer } from "./vector-cases.ts";
import { Refusal, statusCode } from "./wire.ts";

const image = writeImage(sampleImage);
const loaded = loadImageModel(image);
if (loaded instanceof Refusal) throw new Error("the sample image does not load");
const { digest } = loaded;

const NOW = 1_800_014_400_000;
const DAY = 86_400_000;
const salt = new Uint8Array(32).fill(5);

interface RecordView {
  verdict: string;
  reasons: string[];
  lowered_by: string[][];
  obligations: Record<string, unknown>;
  approval?: unknown;
  reviewer?: unknown;
  parent?: unknown;
}

function decide(source: RequestSource): RecordView | string {
  const answer = decideModel(image, encodeRequest(source, digest));
  if (!("record" in answer)) return statusCode(answer.status);
  return toPlain(readCmp(answer.record)) as RecordView;
}

function run(source: RequestSource): RecordView {
  const record = decide(source);
  if (typeof record === "string") throw new Error(record);
  return record;
}

const context = { time_ms: NOW, actor: "dave", agent: "a1", principal: "p1" };
/** Reviewed: what it says of the actor is a claim. */
const fields = { amount: 1500, currency: "USD", payee: "acct_42" };
const call: RequestSource = { action: "payments.refund", fields, salt, context };
const seen = run(call);
const denied: RequestSource = { ...call, fields: { amount: "99999.00", payee: "thief" } };
const allowed: RequestSource = { tool: "get_weather", args: { city: "Ulm" }, salt, context };
const PARENT = { bin: "07".repeat(32) };

function given(changed: Record<string, Plain | undefined> = {}): Plain {
  return approval({
    args: commitment(salt, encode(fields)),
    image: digest,
    at_ms: NOW - 1000,
    expires_ms: NOW + 1000,
    reasons: [...seen.reasons],
    ...changed,
  });
}

const askedOf = (changed: Record<string, Plain | undefined>, other: RequestSource = {}): RecordView =>
  run({ ...call, ...other, approval: given(changed) });

/** What an approval came to. */
function fate(changed: Record<string, Plain | undefined>, other: RequestSource = {}): string {
  const { verdict, reasons } = askedOf(changed, other);
  return `${verdict} ${reasons.find((code) => code.startsWith("appro")) ?? "-"}`;
}

describe("an approval", () => {
  it("makes an allow of a review, and the record says who gave it", () => {
    expect(seen.verdict).toBe("review");
    expect(seen.obligations.approvers).toBe(1);
    const record = askedOf({});
    expect(record.verdict).toBe("allow");
    expect(record.reasons).toEqual(["approved", ...seen.reasons]);
    expect(record.lowered_by).toEqual([
      ...seen.lowered_by,
      ["approval", "ann", "k-ann"],
      ["approval", "bob", "k-bob"],
    ]);
    // The one that every review asks for is no obligation of an entry.
    const { approvers: _, ...owed } = seen.obligations;
    expect(record.obligations).toEqual(owed);
    expect(record.parent).toEqual(PARENT);
    expect(record.approval).toEqual(toPlain(readCmp(encode(given()))));
  });

  it("is of this call under this policy", () => {
    expect(fate({ args: new Uint8Array(32) })).toBe("review approval_mismatch");
    expect(fate({ image: new Uint8Array(32) })).toBe("review approval_mismatch");
    expect(fate({}, { salt: new Uint8Array(32) })).toBe("review approval_mismatch");
  });

  it("has a beginning and an end", () => {
    expect(fate({ at_ms: NOW, expires_ms: NOW + 1 })).toBe("allow approved");
    expect(fate({ at_ms: NOW + 1, expires_ms: NOW + 2 })).toBe("review approval_expired");
    expect(fate({ at_ms: NOW - 1, expires_ms: NOW })).toBe("review approval_expired");
    expect(fate({ at_ms: NOW, expires_ms: NOW + DAY })).toBe("allow approved");
    expect(fate({ at_ms: NOW, expires_ms: NOW + DAY + 1 })).toBe("review approval_expired");
  });

  it("knows each reason, in any order, and maybe more", () => {
    const more = ["zzz", "zzz", ...[...seen.reasons].reverse()];
    expect(fate({ reasons: more })).toBe("allow approved");
    expect(fate({ reasons: seen.reasons.slice(1) })).toBe("review approval_stale");
    expect(fate({ reasons: seen.reasons.map((code) => code.toUpperCase()) })).toBe("review approval_stale");
  });

  it("is not given by whoever asks", () => {
    for (const id of ["dave", "a1", "p1"]) {
      expect(fate({ approvers: [approver(id)] })).toBe("review approval_self");
    }
    expect(fate({ approvers: [approver("Dave")] })).toBe("allow approved");
  });

  it("is of as many persons as the call needs", () => {
    const inexact = { ...fields, amount: "1.005" };
    const { reasons, obligations } = run({ ...call, fields: inexact });
    expect(obligations.approvers).toBe(2);
    const args = commitment(salt, encode(inexact));
    const both = askedOf({ args, reasons }, { fields: inexact });
    expect([both.verdict, both.obligations.approvers]).toEqual(["allow", 2]);
    expect(fate({ args, reasons, approvers: [approver("ann")] }, { fields: inexact })).toBe(
      "review approval_quorum",
    );
  });

  it("says the first thing that does not hold", () => {
    const wrong = { reasons: [], approvers: [approver("dave")], at_ms: NOW + 1, args: new Uint8Array(32) };
    expect(fate(wrong)).toBe("review approval_mismatch");
    const { args: _, ...late } = wrong;
    expect(fate(late)).toBe("review approval_expired");
    const { at_ms: __, ...stale } = late;
    expect(fate(stale)).toBe("review approval_stale");
  });

  it("changes no other verdict and gives no reason there", () => {
    for (const other of [denied, allowed]) {
      const { approval: said, parent, ...rest } = run({ ...other, approval: given() });
      const before = run(other) as unknown as Record<string, unknown>;
      expect({ ...rest, request: null }).toEqual({ ...before, request: null });
      expect([said === undefined, parent]).toEqual([false, PARENT]);
    }
  });
});

describe("a reviewer", () => {
  it("only raises", () => {
    const verdicts = (answer: string): string[] =>
      [allowed, call, denied].map((other) => run({ ...other, reviewer: reviewer({ answer }) }).verdict);
    expect(verdicts("escalate")).toEqual(["review", "review", "deny"]);
    expect(verdicts("deny")).toEqual(["deny", "deny", "deny"]);
  });

  it("stands in the record, behind the gates", () => {
    const record = run({ ...denied, reviewer: reviewer({ answer: "deny" }) });
    expect(record.reasons.slice(0, 2)).toEqual(["money_to_strangers", "reviewer_denied"]);
    expect(record.reviewer).toEqual(toPlain(readCmp(encode(reviewer({ answer: "deny" })))));
    expect(record.parent).toEqual(PARENT);
    expect(run({ ...allowed, reviewer: reviewer({}) }).obligations).toEqual({ approvers: 1 });
  });

  it("stands beside no approval, and neither stands with an event", () => {
    expect(decide({ ...call, approval: given(), reviewer: reviewer({}) })).toBe("call_form");
    const event = { event: { kind: "outcome", status: "ran" }, context };
    expect(decide({ ...event, approval: given() })).toBe("call_form");
    expect(decide({ ...event, reviewer: reviewer({}) })).toBe("call_form");
  });
});
