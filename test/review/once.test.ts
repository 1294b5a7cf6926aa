/** A call that people were asked about is decided again, and is no second call beside the one that they saw. */

import { describe, expect, test } from "vitest";
import { MemoryStore } from "../../bindings/memory/memory-store.ts";
import { type AskOptions, askPersons } from "../../bindings/review/asking.ts";
import type { Reviewer } from "../../bindings/review/reviewer.ts";
import { decode } from "../../bindings/src/codec/decode.ts";
import { createPermit, type Review } from "../../bindings/src/permit.ts";
import type { Request } from "../../bindings/src/types.ts";
import { ANN, BEN, engine, room } from "./reviewed.ts";

const reviewer: Reviewer = {
  by: "second look",
  prompt: new Uint8Array(32),
  review: async () => ({ answer: "escalate", reason: "a person should see it" }),
};

/** How often people are asked about refunds of these amounts, one after the other, that all are approved. */
async function asked(amounts: readonly number[], options: AskOptions = {}): Promise<readonly number[]> {
  const { approvals } = room({ clock: () => Date.now() });
  let times = 0;
  const onWait: AskOptions["onWait"] = async ({ handle, needed }) => {
    times++;
    await approvals.approve(handle, ANN);
    if (needed > 1) await approvals.approve(handle, BEN);
  };
  const permit = createPermit({
    engine,
    memory: new MemoryStore(),
    context: { agent: "billing-agent", session: "s" },
    obligations: ["notify"],
    review: askPersons(approvals, { ...options, onWait, timeoutMs: 5000 }),
  });
  const counted: number[] = [];
  for (const amount of amounts) {
    times = 0;
    const fields = { amount, currency: "USD", reference: `ch_${amount}` };
    expect((await permit.require("payments.refund", fields)).verdict).toBe("allow");
    counted.push(times);
  }
  return counted;
}

describe("a call that was reviewed", () => {
  test.each([85_000, 400_000, 500_000, 850_000, 900_000, 2_000_000])(
    "is asked about once, with and without a reviewer: %d cents",
    async (amount) => {
      expect(await asked([amount])).toEqual([1]);
      expect(await asked([amount], { reviewer })).toEqual([1]);
    },
  );

  test("counts beside others as soon as it ran", async () => {
    // The third one just below the bound is another question, and still one.
    expect(await asked([900_000, 890_000, 880_000])).toEqual([1, 1, 1]);
  });

  test("keeps the context that people saw, and takes no answer from its caller", async () => {
    const context = { tenant: "sandbox", roles: ["clerk"], principal: "ben" };
    let seen: Request | undefined;
    const review: Review = {
      resolve: async (decision, { again, requestOf }) => {
        const { salt } = decode(requestOf(decision)) as unknown as Request;
        Object.assign(context, { tenant: "victim", principal: "ann" });
        context.roles.push("owner");
        const { record: of } = decision.digests;
        const prompt = new Uint8Array(32);
        const answer = { answer: "escalate", by: "x", of: Buffer.from(of, "hex"), prompt } as const;
        const joined = await again({ reviewer: answer, salt: salt as Uint8Array });
        seen = decode(requestOf(joined)) as unknown as Request;
        return undefined;
      },
    };
    const permit = createPermit({ engine, context: { agent: "a", session: "s" }, review });
    const fields = { amount: 85_000, currency: "USD" };
    await expect(permit.require("payments.refund", fields, context)).rejects.toMatchObject({
      name: "PermitReview",
    });
    expect(seen?.context).toMatchObject({
      tenant: "sandbox",
      roles: ["clerk"],
      principal: "ben",
      agent: "a",
    });

    const forged = { action: "payments.refund", fields, approval: { approvers: [] } } as never;
    await expect(permit.check(forged)).rejects.toMatchObject({ code: "key_unknown", path: "approval" });
    expect(() => createPermit({ engine, review: {} as never })).toThrow("askPersons");
  });
});
