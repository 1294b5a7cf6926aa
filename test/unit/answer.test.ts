/** What a reviewer or persons said to a call, joined to it: each binding that fails has its reason, and nothing lowers a denial. */

import { describe, expect, test } from "vitest";
import { checkArithmetic } from "../../bindings/evidence/arithmetic.ts";
import { packageSources } from "../../bindings/hosts/node.ts";
import { compile } from "../../bindings/src/compile/index.ts";
import {
  type Approval,
  type Approver,
  type Decision,
  EngineError,
  explain,
  openEngine,
  type Request,
  type ReviewerAnswer,
} from "../../bindings/src/engine.ts";
import { emptyCell } from "../../bindings/src/memory.ts";
import { hex } from "../../bindings/src/sha256.ts";
import type { Cell, RememberedDecision } from "../../bindings/src/types.ts";
import { TIME_MS, WASM } from "./built.ts";

const POLICY = `org: acme
dated: "2026-11-22"
domains: [acme.example]
memory:
  cells:
    session: { of: session }
    stops: { of: freezes }
  tallies:
    - { id: mails, cell: session, on: { actions: [email.send] } }
rows:
  - id: for_minutes
    on: { actions: [payments.refund] }
    when: { reference: { in: [soon] } }
    verdict: review
    obligations: [{ kind: ttl_ms, ms: 60000 }]
    reason: Only for a minute.
`;

const { image } = compile([...packageSources(), { name: "acme.yaml", text: POLICY }], { wasm: WASM });
const engine = await openEngine({ wasm: WASM, image });
const maxima = Array.from({ length: 10 }, (_, amplifier) => engine.image.maximum(amplifier));

const SALT = new Uint8Array(32).fill(7);
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const refund = (rest: object = {}, context: object = {}): Request => ({
  action: "payments.refund",
  fields: { amount: 85_000, currency: "USD", reference: "r-1", ...rest },
  context: { time_ms: TIME_MS, actor: "ann", agent: "bot-1", principal: "shop", ...context },
  salt: SALT,
});

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));
const person = (id: string): Approver => ({ id, key: `k4.pid.${id}`, signature: new Uint8Array(64).fill(3) });

/** What persons who saw a decision sign, for an hour from its time on. */
function approvalOf(decision: Decision, ...ids: readonly string[]): Approval {
  return {
    approvers: (ids.length === 0 ? ["eve"] : ids).map(person),
    args: bytesOf(decision.digests.args),
    at_ms: decision.time_ms,
    expires_ms: decision.time_ms + 60 * MINUTE_MS,
    image: bytesOf(decision.digests.image),
    of: bytesOf(decision.digests.record),
    reasons: decision.reasons.map(({ code }) => code),
  };
}

const reviewerOf = (decision: Decision, answer: ReviewerAnswer["answer"]): ReviewerAnswer => ({
  answer,
  by: "careful 1",
  of: bytesOf(decision.digests.record),
  prompt: new Uint8Array(32).fill(5),
  reason: "The customer asked for less.",
});

const codes = ({ reasons }: Decision): string[] => reasons.map(({ code }) => code);

function decide(request: Request): Decision {
  const decision = engine.decide(request);
  expect(checkArithmetic(decision.record, maxima)).toBeUndefined();
  return decision;
}

function reviewed(request: Request): Decision {
  const decision = decide(request);
  expect(decision.verdict).toBe("review");
  expect([decision.approval, decision.reviewer, decision.parent]).toEqual([undefined, undefined, undefined]);
  return decision;
}

describe("an approval", () => {
  const request = refund();
  const before = reviewed(request);
  const good = approvalOf(before);

  test("of which every binding holds allows, and says whose it is", () => {
    const approval = approvalOf(before, "eve", "zoe");
    const after = decide({ ...request, approval });
    expect(after.verdict).toBe("allow");
    expect(codes(after)).toEqual(["approved", ...codes(before)]);
    expect(after.lowered_by).toEqual([
      ...before.lowered_by,
      { kind: "approval", name: "eve", authority: "k4.pid.eve" },
      { kind: "approval", name: "zoe", authority: "k4.pid.zoe" },
    ]);
    expect(after.approval).toEqual(approval);
    expect(after.parent).toEqual(approval.of);
    expect(hex(after.parent ?? SALT)).toBe(before.digests.record);
    expect([after.hazard, after.score, after.rows]).toEqual([before.hazard, before.score, before.rows]);
    expect(after.digests.args).toBe(before.digests.args);
    expect(engine.readRecord(after.record).toJSON()).toEqual(after.toJSON());
    expect(after.toJSON()).toMatchObject({ parent: before.digests.record, approval: { at_ms: TIME_MS } });
    expect(engine.decideBytes(engine.encode({ ...request, approval })).record).toEqual(after.record);
    const text = explain(after, engine.image).lines.join("\n");
    expect(text).toContain("zoe: approved, signed with k4.pid.zoe");
    expect(text).toContain("then approved:");
    expect(text).toContain(`to the record ${before.digests.record}`);
  });

  test("in shadow mode is joined alike", () => {
    const shadow: Request = { ...request, mode: "shadow" };
    expect(decide({ ...shadow, approval: approvalOf(reviewed(shadow)) }).verdict).toBe("allow");
  });

  const other = new Uint8Array(32);
  const later = (timeMs: number): Request => refund({}, { time_ms: timeMs });
  const FAILING: readonly (readonly [why: string, code: string, request: Request, approval: Approval])[] = [
    ["of another policy", "approval_mismatch", request, { ...good, image: other }],
    ["of other arguments", "approval_mismatch", request, { ...good, args: other }],
    ["of the same arguments, changed since", "approval_mismatch", refund({ amount: 85_001 }), good],
    ["under another salt", "approval_mismatch", { ...request, salt: other }, good],
    ["before it was opened", "approval_expired", later(TIME_MS - 1), good],
    ["at its end", "approval_expired", later(good.expires_ms), good],
    ["of more than a day", "approval_expired", request, { ...good, expires_ms: TIME_MS + DAY_MS + 1 }],
    ["that ends before it begins", "approval_expired", request, { ...good, expires_ms: TIME_MS - 1 }],
    ["that did not see a reason", "approval_stale", request, { ...good, reasons: good.reasons.slice(1) }],
    ["that saw no reason", "approval_stale", request, { ...good, reasons: [] }],
    ["by the actor", "approval_self", request, { ...good, approvers: [person("ann")] }],
    ["by the agent too", "approval_self", request, { ...good, approvers: [person("bot-1"), person("eve")] }],
    ["by the principal", "approval_self", request, { ...good, approvers: [person("shop")] }],
  ];
  test.each(FAILING)("%s stays a review with %s", (_, code, asked, approval) => {
    const found = decide(asked);
    const after = decide({ ...asked, approval });
    expect([after.verdict, codes(after)]).toEqual(["review", [code, ...codes(found)]]);
    expect(after.obligations).toEqual(found.obligations);
    expect(after.lowered_by).toEqual(found.lowered_by);
    expect(after.approval).toEqual(approval);
  });

  test("that fails in several ways gives the first of them", () => {
    const bad: Approval = { ...good, args: other, expires_ms: 0, reasons: [], approvers: [person("ann")] };
    const steps: readonly (readonly [string, Partial<Approval>])[] = [
      ["approval_mismatch", {}],
      ["approval_expired", { args: good.args }],
      ["approval_stale", { expires_ms: good.expires_ms }],
      ["approval_self", { reasons: good.reasons }],
      ["approved", { approvers: good.approvers }],
    ];
    let approval = bad;
    for (const [code, better] of steps) {
      approval = { ...approval, ...better };
      expect(codes(decide({ ...request, approval }))[0]).toBe(code);
    }
  });

  test("holds on its edges", () => {
    const day: Approval = { ...good, expires_ms: TIME_MS + DAY_MS };
    for (const timeMs of [TIME_MS, TIME_MS + DAY_MS - 1])
      expect(decide({ ...later(timeMs), approval: day }).verdict).toBe("allow");
    expect(decide({ ...request, approval: { ...good, reasons: [...good.reasons, "x"] } }).verdict).toBe(
      "allow",
    );
  });

  test("needs as many persons as the policy says", () => {
    const large = refund({ amount: 2_500_000, reference: "r-1" });
    const found = reviewed(large);
    expect(found.obligations.approvers).toBe(2);
    const one = decide({ ...large, approval: approvalOf(found, "eve") });
    expect([one.verdict, codes(one)[0]]).toEqual(["review", "approval_quorum"]);
    const two = decide({ ...large, approval: approvalOf(found, "eve", "zoe") });
    expect([two.verdict, two.obligations.approvers]).toEqual(["allow", 2]);
  });

  test("lasts no longer than the policy says", () => {
    const soon = refund({ reference: "soon" });
    const found = reviewed(soon);
    expect(found.obligations.ttl_ms).toBe(MINUTE_MS);
    const lasting = (ms: number): Decision =>
      decide({ ...soon, approval: { ...approvalOf(found), expires_ms: TIME_MS + ms } });
    expect(codes(lasting(MINUTE_MS + 1))[0]).toBe("approval_expired");
    expect(lasting(MINUTE_MS).verdict).toBe("allow");
  });

  test.each([
    [
      "a denial",
      { action: "files.copy", fields: { path: "mine.yaml", destination_path: "permit0.yaml" } },
      "deny",
    ],
    ["a gate", { tool: "bash", args: { command: "rm -rf /" } }, "deny"],
    ["an allow", { tool: "get_weather", args: { city: "Oslo" } }, "allow"],
  ] as const)("changes nothing of %s", (_, call, verdict) => {
    const asked: Request = { ...call, context: { time_ms: TIME_MS }, salt: SALT };
    const found = decide(asked);
    expect(found.verdict).toBe(verdict);
    const after = decide({ ...asked, approval: approvalOf(found) });
    expect([after.verdict, codes(after), after.lowered_by]).toEqual([
      verdict,
      codes(found),
      found.lowered_by,
    ]);
    expect(hex(after.parent ?? SALT)).toBe(found.digests.record);
  });
});

describe("a reviewer", () => {
  const read: Request = {
    tool: "get_weather",
    args: { city: "Oslo" },
    context: { time_ms: TIME_MS },
    salt: SALT,
  };
  const copy = { path: "mine.yaml", destination_path: "permit0.yaml" };
  const denied: Request = { action: "files.copy", fields: copy, context: { time_ms: TIME_MS }, salt: SALT };

  test.each([
    ["deny", "reviewer_denied", "deny", "deny", "deny"],
    ["escalate", "reviewer_escalated", "review", "review", "deny"],
  ] as const)("who says %s can only raise", (answer, code, ofAllow, ofReview, ofDeny) => {
    for (const [request, verdict] of [
      [read, ofAllow],
      [refund(), ofReview],
      [denied, ofDeny],
    ] as const) {
      const found = decide(request);
      const after = decide({ ...request, reviewer: reviewerOf(found, answer) });
      expect([after.verdict, after.gate]).toEqual([verdict, found.gate]);
      expect(codes(after).filter((one) => !codes(found).includes(one))).toEqual([code]);
      expect(after.lowered_by).toEqual(found.lowered_by);
      expect(hex(after.parent ?? SALT)).toBe(found.digests.record);
      if (verdict === "review") expect(after.obligations.approvers).toBe(found.obligations.approvers ?? 1);
      expect(engine.readRecord(after.record).toJSON()).toEqual(after.toJSON());
      expect(explain(after, engine.image).lines.join("\n")).toContain("The customer asked for less.");
    }
  });
});

describe("with histories", () => {
  const none = (request: Request): Cell[] => engine.name(request).map(emptyCell);
  const next = ({ next: cells }: RememberedDecision): Cell[] =>
    cells.map(({ id, after, bytes }) => ({ id, digest: after, bytes: bytes ?? new Uint8Array(0) }));
  const asReview: Request = refund({}, { session: "s-1" });

  test("what they get follows the verdict behind the answer", () => {
    const found = engine.decide(asReview, none(asReview));
    expect(found.verdict).toBe("review");
    const approved = engine.decide({ ...asReview, approval: approvalOf(found) }, none(asReview));
    expect(approved.verdict).toBe("allow");
    const answered = engine.decide({ ...asReview, reviewer: reviewerOf(found, "deny") }, none(asReview));
    expect(answered.verdict).toBe("deny");
    for (const decision of [approved, answered])
      expect(checkArithmetic(decision.record, maxima)).toBeUndefined();
  });

  test("a frozen name denies, approval or not", () => {
    const found = engine.decide(asReview, none(asReview));
    const freeze = { kind: "freeze", scope: "agent", value: "bot-1" } as const;
    const stop = engine.prepare({ event: freeze, context: asReview.context });
    const frozen = next(stop.decide(stop.ids.map(emptyCell)));
    const cells = none(asReview).map((cell) => frozen.find(({ id }) => hex(id) === hex(cell.id)) ?? cell);
    const after = engine.decide({ ...asReview, approval: approvalOf(found) }, cells);
    expect([after.verdict, codes(after)[0]]).toEqual(["deny", "frozen"]);
    expect(codes(after)).not.toContain("approved");
  });

  test("a damaged history denies, approval or not", () => {
    const found = engine.decide(asReview, none(asReview));
    const cells = none(asReview).map((cell) => ({ ...cell, digest: new Uint8Array(32).fill(1) }));
    const after = engine.decide({ ...asReview, approval: approvalOf(found) }, cells);
    expect([after.verdict, codes(after)[0]]).toEqual(["deny", "state_stale"]);
  });
});

describe("a malformed answer is refused", () => {
  const request = refund();
  const good = approvalOf(reviewed(request), "eve", "zoe");
  const [eve, zoe] = [person("eve"), person("zoe")];
  const said = reviewerOf(reviewed(request), "deny");
  const short = new Uint8Array(31);
  const nine = Array.from({ length: 9 }, (_, at) => person(`p${at}`));

  const ROWS: readonly (readonly [why: string, answer: object, code: string, path?: string])[] = [
    ["both at once", { approval: good, reviewer: said }, "call_form"],
    ["no map", { approval: [] }, "value_type", "approval"],
    ["an unknown key", { approval: { ...good, note: "x" } }, "key_unknown", "approval.note"],
    ["no approvers", { approval: { ...good, approvers: [] } }, "value_range", "approval.approvers"],
    ["nine approvers", { approval: { ...good, approvers: nine } }, "value_range", "approval.approvers"],
    [
      "an approver who is none",
      { approval: { ...good, approvers: ["eve"] } },
      "value_type",
      "approval.approvers[0]",
    ],
    [
      "an approver without a signature",
      { approval: { ...good, approvers: [{ id: "eve", key: "k" }] } },
      "key_missing",
      "approval.approvers[0]",
    ],
    [
      "a short signature",
      { approval: { ...good, approvers: [{ ...eve, signature: new Uint8Array(63) }] } },
      "value_range",
      "approval.approvers[0].signature",
    ],
    [
      "ids out of order",
      { approval: { ...good, approvers: [zoe, eve] } },
      "value_range",
      "approval.approvers[1].id",
    ],
    [
      "one id twice",
      { approval: { ...good, approvers: [eve, eve] } },
      "value_range",
      "approval.approvers[1].id",
    ],
    [
      "one key twice",
      { approval: { ...good, approvers: [eve, { ...zoe, key: eve.key }] } },
      "value_range",
      "approval.approvers[1].key",
    ],
    [
      "a long key",
      { approval: { ...good, approvers: [{ ...eve, key: "k".repeat(65) }] } },
      "value_range",
      "approval.approvers[0].key",
    ],
    ["short arguments", { approval: { ...good, args: short } }, "value_range", "approval.args"],
    ["a time before 1970", { approval: { ...good, at_ms: -1 } }, "value_range", "approval.at_ms"],
    ["a time of text", { approval: { ...good, expires_ms: "1" } }, "value_type", "approval.expires_ms"],
    ["an empty reason", { approval: { ...good, reasons: [""] } }, "value_range", "approval.reasons[0]"],
    [
      "65 reasons",
      { approval: { ...good, reasons: Array.from({ length: 65 }, (_, at) => `r${at}`) } },
      "value_range",
      "approval.reasons",
    ],
    ["an answer that allows", { reviewer: { ...said, answer: "allow" } }, "value_unknown", "reviewer.answer"],
    ["a reviewer without a name", { reviewer: { ...said, by: "" } }, "value_range", "reviewer.by"],
    ["a short prompt", { reviewer: { ...said, prompt: short } }, "value_range", "reviewer.prompt"],
    ["a long reason", { reviewer: { ...said, reason: "x".repeat(1025) } }, "value_range", "reviewer.reason"],
  ];
  test.each(ROWS.map((row) => [row[0], row] as const))("%s", (_, [, answer, code, path]) => {
    let error: unknown;
    try {
      engine.decide({ ...request, ...answer } as Request);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(EngineError);
    const { code: found, path: place } = error as EngineError;
    expect([found, place]).toEqual([code, path]);
  });

  test("every key of an answer is needed but the reason of a reviewer", () => {
    const tried = (name: string, answer: object): void => {
      for (const key of Object.keys(answer)) {
        const { [key]: _, ...rest } = answer as Record<string, unknown>;
        const asked = { ...request, [name]: rest } as Request;
        if (key === "reason") engine.decide(asked);
        else expect(() => engine.decide(asked), key).toThrow(/^key_missing/);
      }
    };
    tried("approval", good);
    tried("reviewer", said);
  });

  test("an event has none", () => {
    const event = { event: { kind: "label", labels: ["secret"] }, context: request.context };
    const answers: readonly object[] = [{ approval: good }, { reviewer: said }];
    for (const answer of answers)
      expect(() => engine.decide({ ...event, ...answer } as never)).toThrow(/^call_form/);
  });
});
