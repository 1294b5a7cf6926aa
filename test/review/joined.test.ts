/** What was approved, decided afresh by the engine: it has the last word. */

import { describe, expect, test } from "vitest";
import type { TakenApproval } from "../../bindings/review/approvals.ts";
import { promptOf } from "../../bindings/review/prompt.ts";
import { consult } from "../../bindings/review/reviewer.ts";
import type { Engine } from "../../bindings/src/engine.ts";
import type { Decision } from "../../bindings/src/types.ts";
import { open } from "../unit/built.ts";
import { compileSmall } from "../unit/small-policy.ts";
import { ANN, BEN, engine, type Reviewed, refund, room, ZOE } from "./reviewed.ts";

const DAY_MS = 24 * 60 * 60_000;

async function approved(
  reviewed: Reviewed,
  ...persons: readonly (typeof ANN)[]
): Promise<TakenApproval["request"]> {
  const { approvals, clock } = room();
  const { handle } = await approvals.open(reviewed.decision, reviewed.request);
  clock.ms += 60_000;
  for (const person of persons) await approvals.approve(handle, person);
  return (await approvals.take(handle)).request;
}

function shownOf({ verdict, reasons, lowered_by }: Decision): unknown {
  return [
    verdict,
    reasons[0]?.code,
    lowered_by.filter(({ kind }) => kind === "approval").map(({ name }) => name),
  ];
}

test("a review that enough persons approved is allowed, and the record says who", async () => {
  for (const [reviewed, persons] of [
    [refund(), [ANN]],
    [refund(2_500_000), [BEN, ANN]],
  ] as const) {
    const decision = engine.decide(await approved(reviewed, ...persons));
    expect(shownOf(decision)).toEqual(["allow", "approved", persons.map(({ by }) => by).sort()]);
    expect(decision.parent).toEqual(Uint8Array.from(Buffer.from(reviewed.decision.digests.record, "hex")));
    expect(decision.digests.args).toBe(reviewed.decision.digests.args);
  }
});

describe("what was approved does not allow", () => {
  const changed = async (
    change: (request: TakenApproval["request"]) => object,
    asked: Engine = engine,
  ): Promise<unknown> =>
    shownOf(asked.decide({ ...change(await approved(refund(), ANN)) } as TakenApproval["request"]));

  test("other arguments, or the same under another salt", async () => {
    expect(
      await changed((request) => ({ ...request, fields: { ...request.fields, reference: "ch_2" } })),
    ).toEqual(["review", "approval_mismatch", []]);
    expect(await changed((request) => ({ ...request, salt: new Uint8Array(32) }))).toEqual([
      "review",
      "approval_mismatch",
      [],
    ]);
  });

  test("another policy", async () => {
    const other = await open(compileSmall().image);
    expect(other.digests.image).not.toBe(engine.digests.image);
    expect(await changed((request) => request, other)).toEqual(["review", "approval_mismatch", []]);
  });

  test("anything once its time is over", async () => {
    expect(
      await changed(({ context, ...request }) => ({
        ...request,
        context: { ...context, time_ms: context.time_ms + DAY_MS },
      })),
    ).toEqual(["review", "approval_expired", []]);
  });

  test("what there are new reasons for", async () => {
    expect(
      await changed(({ approval, ...request }) => ({
        ...request,
        approval: { ...approval, reasons: approval.reasons.slice(1) },
      })),
    ).toEqual(["review", "approval_stale", []]);
  });

  test("what whoever approved asks for himself", async () => {
    expect(
      await changed(({ context, ...request }) => ({ ...request, context: { ...context, actor: ANN.by } })),
    ).toEqual(["review", "approval_self", []]);
    expect(ZOE.by).not.toBe(ANN.by);
  });
});

test("a reviewer that passed a call on, and then a person who approves it: three records, each with the one before", async () => {
  const first = refund();
  const reviewer = {
    by: "test/1",
    prompt: promptOf().digest,
    review: async () => ({ answer: "escalate" as const, reason: "ask" }),
  };
  const { request } = await consult(reviewer, first.decision, first.request, {
    clock: () => first.decision.time_ms,
  });
  const prepared = engine.prepare(request);
  const second = { decision: engine.decide(request), request: prepared.request };
  expect(second.decision).toMatchObject({ verdict: "review", reviewer: { answer: "escalate" } });
  const third = engine.decide(await approved(second, ANN));
  expect(shownOf(third)).toEqual(["allow", "approved", [ANN.by]]);
  expect(Buffer.from(third.parent as Uint8Array).toString("hex")).toBe(second.decision.digests.record);
  expect(Buffer.from(second.decision.parent as Uint8Array).toString("hex")).toBe(
    first.decision.digests.record,
  );
});
