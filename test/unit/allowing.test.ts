/** The change that would have allowed a call: what is printed does allow it, and nothing smaller of its kind does. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { minimalAllowingChange } from "../../bindings/src/allowing.ts";
import { compile } from "../../bindings/src/compile/index.ts";
import type { Decision, Request } from "../../bindings/src/types.ts";
import { ROOT } from "../../tools/files.ts";
import { checkoutSources } from "../../tools/image.ts";
import { open, TIME_MS } from "./built.ts";

interface Calibration {
  readonly organisation: string;
  readonly contexts: Readonly<Record<string, object>>;
  readonly cases: readonly {
    readonly id: string;
    readonly who: string;
    readonly call: object;
    readonly verdict: string;
  }[];
}
const { organisation, contexts, cases } = parse(
  readFileSync(join(ROOT, "policies/calibration.yaml"), "utf8"),
) as Calibration;
const { image } = compile([...checkoutSources(), { name: "permit0.yaml", text: organisation }]);
const engine = await open(image);

const requestOf = ({ call, who }: Calibration["cases"][number]): Request =>
  ({ ...call, context: { time_ms: TIME_MS, ...contexts[who] } }) as unknown as Request;
const held = cases
  .filter(({ verdict }) => verdict !== "allow")
  .map((row) => [row.id, requestOf(row)] as const);
const found = held.map(([id, request]) => {
  const decision = engine.decide(request);
  return [id, request, decision, minimalAllowingChange(engine, decision, request)] as const;
});

describe("every worked case that is not allowed", () => {
  test.each(found)("%s", (_, request, decision, change) => {
    if (change === undefined) throw new Error("a call that is not allowed has an answer");
    const { verified, changes, text } = change;
    expect(text.length).toBeGreaterThan(20);
    if (verified === "decided") {
      // The changed call is given, is another one, and the engine allows it with the score that was said.
      const changed = engine.decide(change.request as Request);
      expect(changed).toMatchObject({ verdict: "allow", tier: change.tier, score: change.score });
      expect(change.request).not.toEqual(request);
      expect(changes.length).toBeGreaterThan(0);
      for (const one of changes) expect(text).toContain(one.text);
    } else if (verified === "arithmetic") {
      expect(["level", "flag", "row", "gate"]).toContain(changes[0]?.kind);
      expect((change.score as number) <= decision.score).toBe(true);
    } else {
      expect(changes).toEqual([]);
      expect(text).toMatch(/what holds it is the (gate|row|tier) /);
    }
  });

  test("many that no row holds have a change", () => {
    // Nothing about a call allows what a row wants a person to decide, and many actions weigh too much whatever is known.
    const free = found.filter(([, , { rows }]) => rows.length === 0);
    const changed = free.filter(([, , , change]) => change?.verified === "decided");
    expect(changed.length).toBeGreaterThan(50);
  });

  test("no single fact is enough where several are said to be needed", () => {
    for (const [, , , change] of found) {
      if (change?.verified !== "decided" || change.changes.length < 2) continue;
      expect(change.others.filter((other) => !other.includes(" and "))).toEqual([]);
    }
  });
});

test.each(["payments.refund", "payments.create_subscription"])(
  "%s: the amount that is said to be enough is the largest that is",
  (action) => {
    const context = {
      time_ms: TIME_MS,
      actor: "ann",
      environment: "development",
      asserted_by: { actor: "host", environment: "host" },
    };
    const request = { action, fields: { amount: 85_000, currency: "USD" }, context } as unknown as Request;
    const change = minimalAllowingChange(engine, engine.decide(request), request);
    assert(change);
    expect(change.changes.map(({ at, text }) => [at, text])).toEqual([
      ["fields.amount", "the amount were below 500.00 USD"],
    ]);
    const { fields } = change.request as unknown as { fields: { amount: number; currency: string } };
    expect(fields).toEqual({ amount: 49_999, currency: "USD" });
    expect(
      engine.decide({ action, fields: { ...fields, amount: 50_000 }, context } as unknown as Request).verdict,
    ).toBe("review");
  },
);

test("what is allowed, what the host denied, and what another policy decided has no answer", async () => {
  const request = {
    action: "files.read",
    fields: { path: "notes.txt" },
    context: { time_ms: TIME_MS },
  } as unknown as Request;
  expect(minimalAllowingChange(engine, engine.decide(request), request)).toBeUndefined();
  expect(minimalAllowingChange(engine, engine.denyByHost(request, "engine_fault"), request)).toBeUndefined();
  const [, reviewed, decision] = found[0] as (typeof found)[number];
  const other = await open(compile(checkoutSources()).image);
  expect(minimalAllowingChange(other, decision as Decision, reviewed)).toBeUndefined();
});

test("from a record alone the arithmetic is still said", () => {
  const [, , decision] = found.find(
    ([, , , change]) => change?.verified === "decided",
  ) as (typeof found)[number];
  const change = minimalAllowingChange(engine, engine.readRecord(decision.record));
  expect(change?.verified).not.toBe("decided");
  expect(change?.request).toBeUndefined();
});
