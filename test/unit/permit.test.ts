/** The library's front door: check, require, context, mode, salt, obligations. */

import { describe, expect, test } from "vitest";
import { decode } from "../../bindings/src/codec/decode.ts";
import { openEngine } from "../../bindings/src/engine.ts";
import {
  createPermit,
  EngineError,
  PermitDenied,
  type PermitOptions,
  PermitReview,
  permit,
} from "../../bindings/src/index.ts";
import { IMAGE, TIME_MS, WASM } from "./built.ts";
import { compileSmall, smallSources, smallText } from "./small-policy.ts";

const ROWS = `rows:
  - { id: no_fortune, on: { actions: [payments.refund] }, when: { amount: { ge: 1000000 } }, verdict: deny, reason: Too much. }
`;
const { image } = compileSmall(smallSources({ org: `${smallText("org")}${ROWS}` }));
const engine = await openEngine({ wasm: WASM, image });
const clock = (): number => TIME_MS;

function small(options: PermitOptions = {}): ReturnType<typeof createPermit> {
  return createPermit({ engine, clock, salt: "zero", ...options });
}

async function thrown(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  return undefined;
}

async function codeOf(work: () => unknown): Promise<string | undefined> {
  const error = await thrown(work);
  return error instanceof EngineError ? error.code : undefined;
}

/** The request that a permit sends for a call, as its bytes say it. */
async function sent(
  options: PermitOptions,
  call: Parameters<typeof permit.check>[0],
): Promise<Record<string, unknown>> {
  const seen: Uint8Array[] = [];
  const spy = {
    decide: (request: Parameters<typeof engine.decide>[0]) => {
      seen.push(engine.encode(request));
      return engine.decide(request);
    },
  } as unknown as typeof engine;
  await small({ ...options, engine: spy }).check(call);
  return decode(seen[0] as Uint8Array) as Record<string, unknown>;
}

describe("the permit of the package", () => {
  test("decides with the base policy that is part of the bundle", async () => {
    const decision = await permit.check({
      action: "payments.refund",
      fields: { amount: 85_000, currency: "USD" },
    });
    expect(decision.verdict).not.toBe("allow");
    expect(decision.edition).toBe("2026.2");
    expect((await createPermit({ image: IMAGE }).check({ tool: "x", args: {} })).digests.image).toBe(
      decision.digests.image,
    );
  });

  test("refuses a policy that is not an image, and an engine without any", async () => {
    expect(
      await codeOf(() => createPermit({ image: IMAGE.subarray(1) }).check({ tool: "x", args: {} })),
    ).toBe("image_magic");
  });
});

describe("check", () => {
  const call = { action: "files.read", fields: { path: "notes.txt" } };

  test("returns every verdict, and throws for none", async () => {
    const { check } = small();
    expect((await check(call)).verdict).toBe("allow");
    expect((await check({ action: "files.read", fields: { path: ".ssh/id.pem" } })).verdict).toBe("review");
    expect((await check({ action: "payments.refund", fields: { amount: 9_000_000 } })).verdict).toBe("deny");
  });

  test("denies and records a call that is too large", async () => {
    const decision = await small().check({ tool: "x", args: { text: "y".repeat(70_000) } });
    expect(decision).toMatchObject({ verdict: "deny", by: "host" });
    expect(decision.reasons[0]?.code).toBe("request_too_large");
  });

  test("rejects a malformed call", async () => {
    const { check } = small();
    expect(await codeOf(() => check(undefined as never))).toBe("value_type");
    expect(await codeOf(() => check({ tool: "x", args: { a: undefined } }))).toBe("value_undefined");
    expect(await codeOf(() => check({ tool: "x" } as never))).toBe("call_form");
  });

  test("equal calls at equal times give equal records, unless the salt is random", async () => {
    const one = await small().check(call);
    const other = await small().check(call);
    expect(other.record).toEqual(one.record);
    const random = small({ salt: "random" });
    const first = (await random.check(call)).digests;
    const second = (await random.check(call)).digests;
    expect(first.args).not.toBe(second.args);
    expect(first.request).not.toBe(second.request);
    // Two draws of the pool of salts.
    const many = new Set<string>();
    for (let i = 0; i < 130; i++) many.add((await random.check(call)).digests.args);
    expect(many.size).toBe(130);
  });
});

describe("require", () => {
  test("resolves with an allowed decision", async () => {
    const decision = await small().require("files.read", { path: "notes.txt" });
    expect(decision).toMatchObject({
      verdict: "allow",
      action: "files.read",
      binding: "advisory",
      durability: "none",
    });
  });

  test("rejects with the decision, and says why in one sentence", async () => {
    const review = await thrown(() => small().require("files.read", { path: ".ssh/id.pem" }));
    expect(review).toBeInstanceOf(PermitReview);
    expect((review as PermitReview).decision.verdict).toBe("review");
    expect((review as PermitReview).message).toMatch(
      /^files\.read needs review \(\w+ risk, [\d.]+ %\): Keys are looked at by a person\.$/,
    );
    const denied = await thrown(() => small().require("payments.refund", { amount: 9_000_000 }));
    expect(denied).toBeInstanceOf(PermitDenied);
    expect((denied as PermitDenied).decision.verdict).toBe("deny");
    expect((denied as PermitDenied).message).toContain("payments.refund denied");
    expect((denied as PermitDenied).message).toContain("Too much.");
  });

  test("rejects an allowed call whose obligations nobody promised to meet", async () => {
    const list = (options?: PermitOptions): Promise<unknown> => small(options).require("payments.list", {});
    expect(await codeOf(() => list())).toBe("obligation_unmet");
    expect(await codeOf(() => list({ obligations: ["notify"] }))).toBe("obligation_unmet");
    await expect(list({ obligations: ["disclose"] })).resolves.toMatchObject({ verdict: "allow" });
    // Asking is free: check only reports them.
    expect((await small().check({ action: "payments.list", fields: {} })).obligations).toEqual({
      disclose: ["Payments were read."],
    });
  });
});

describe("context", () => {
  const call = { tool: "x", args: {} };

  test("the program vouches for the facts of its permit", async () => {
    const { context } = await sent(
      { context: { actor: "ann", environment: "staging", session: "s", roles: ["r"] } },
      call,
    );
    expect(context).toEqual({
      actor: "ann",
      asserted_by: { actor: "host", environment: "host", roles: "host" },
      environment: "staging",
      roles: ["r"],
      session: "s",
      time_ms: TIME_MS,
    });
  });

  test("asserted_by says otherwise", async () => {
    const { context } = await sent(
      { context: { actor: "ann", environment: "staging", asserted_by: { actor: "sso" } } },
      call,
    );
    expect(context).toMatchObject({ asserted_by: { actor: "sso" } });
    expect((context as { asserted_by: object }).asserted_by).not.toHaveProperty("environment");
  });

  test("a fact of one call replaces the permit's and loses its word", async () => {
    const options = { context: { actor: "ann", environment: "staging" } };
    const { context } = await sent(options, { ...call, context: { actor: "bob", time_ms: 5 } });
    expect(context).toEqual({
      actor: "bob",
      asserted_by: { environment: "host" },
      environment: "staging",
      time_ms: 5,
    });
    const vouched = await sent(options, {
      ...call,
      context: { actor: "bob", asserted_by: { actor: "jwt" } },
    });
    expect(vouched.context).toMatchObject({
      actor: "bob",
      asserted_by: { actor: "jwt", environment: "host" },
    });
  });

  test("an actor among the fields becomes a claim", async () => {
    const fields = { path: "a", actor: "bot" };
    const request = await sent({}, { action: "files.read", fields });
    expect(request.fields).toEqual({ path: "a" });
    expect(request.context).toEqual({ actor: "bot", asserted_by: {}, time_ms: TIME_MS });
    expect(fields).toEqual({ path: "a", actor: "bot" });
  });

  test("an actor among the fields cannot replace one of the context", async () => {
    const named = small({ context: { actor: "ann" } });
    const ask = (actor: string): Promise<unknown> =>
      named.check({ action: "files.read", fields: { path: "a", actor } });
    expect(await codeOf(() => ask("bob"))).toBe("actor_conflict");
    await expect(ask("ann")).resolves.toBeDefined();
  });

  test("arguments of a tool are data, whatever they are called", async () => {
    const request = await sent({}, { tool: "x", args: { actor: "root", context: { roles: ["admin"] } } });
    expect(request.context).toEqual({ asserted_by: {}, time_ms: TIME_MS });
  });

  test("is copied when the permit is made", async () => {
    const context = { actor: "ann", roles: ["r"] };
    const made = small({ context });
    context.roles.push("admin");
    context.actor = "root";
    const before = await small({ context: { actor: "ann", roles: ["r"] } }).check(call);
    expect((await made.check(call)).digests.request).toBe(before.digests.request);
  });
});

describe("shadow mode", () => {
  const DAY_MS = 24 * 60 * 60 * 1000;

  test("decides alike, says so in the record, and lets the call run", async () => {
    const shadow = small({ mode: { shadow: { until: TIME_MS + DAY_MS } } });
    const decision = await shadow.require("payments.refund", { amount: 9_000_000 });
    expect(decision).toMatchObject({ verdict: "deny", mode: "shadow" });
  });

  test("enforces from its end on", async () => {
    let now = TIME_MS;
    const shadow = small({ mode: { shadow: { until: "2026-01-15" } }, clock: () => now });
    const ask = (): Promise<unknown> => shadow.require("payments.refund", { amount: 9_000_000 });
    now = Date.UTC(2026, 0, 15) - 1;
    await expect(ask()).resolves.toBeDefined();
    now = Date.UTC(2026, 0, 15);
    expect(await thrown(ask)).toBeInstanceOf(PermitDenied);
  });

  test("ends within 30 days", async () => {
    expect(await codeOf(() => small({ mode: { shadow: { until: TIME_MS + 30 * DAY_MS } } }))).toBe(undefined);
    expect(await codeOf(() => small({ mode: { shadow: { until: TIME_MS + 30 * DAY_MS + 1 } } }))).toBe(
      "shadow_range",
    );
    for (const until of ["soon", "2026-01-15T10:00:00", "2026-13-01", undefined, Number.NaN]) {
      expect(await codeOf(() => small({ mode: { shadow: { until: until as string } } })), String(until)).toBe(
        "option_type",
      );
    }
  });
});

describe("options", () => {
  const bad: readonly (readonly [why: string, options: unknown, code: string])[] = [
    ["a policy that turned out undefined", { image: undefined }, "option_type"],
    ["a policy by its path", { image: "acme.image" }, "option_type"],
    ["an unknown option", { policy: IMAGE }, "option_unknown"],
    ["a misspelt option", { contxt: {} }, "option_unknown"],
    ["a mode that is no mode", { mode: "shadow" }, "option_type"],
    ["a clock that stands still", { clock: TIME_MS }, "option_type"],
    ["a salt that is too short", { salt: new Uint8Array(8) }, "option_type"],
    ["an obligation nobody knows", { obligations: ["applaud"] }, "option_type"],
    ["two engines", { engine, image }, "option_type"],
    ["no options", null, "option_type"],
    ["a context with a date", { context: { session: new Date(0) } }, "value_unsupported"],
  ];
  for (const [why, options, code] of bad) {
    test(why, async () => expect(await codeOf(() => createPermit(options as PermitOptions))).toBe(code));
  }
});

test("a policy that keeps no histories of sessions or freezes is told apart from one that does", async () => {
  const { MemoryStore } = await import("../../bindings/memory/memory-store.ts");
  const permit = small({ memory: new MemoryStore(), context: { session: "s" } });
  const order = { scope: "agent", value: "a", by: "ann", reason: "x" } as const;
  for (const [work, wanted] of [
    [() => permit.label({ labels: ["pii"] }), "a policy that keeps histories of sessions"],
    [() => permit.freeze(order), "a policy that keeps histories of freezes"],
    [() => permit.frozen(), "a policy that keeps histories of freezes"],
  ] as const)
    expect(await thrown(work)).toMatchObject({ code: "memory_missing", path: "image", wanted });
});
