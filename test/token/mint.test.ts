/** What a token is minted for, and what not. */

import { beforeAll, describe, expect, test } from "vitest";
import type { Engine, Request } from "../../bindings/src/engine.ts";
import { createPermit } from "../../bindings/src/permit.ts";
import type { Decision } from "../../bindings/src/types.ts";
import {
  type MintOptions,
  mintToken,
  type TokenCode,
  TokenError,
  verifyToken,
} from "../../bindings/token/index.ts";
import { open, TIME_MS } from "../unit/built.ts";
import { AUDIENCE, asked, ISSUER, minted, READ, signer } from "./fixture.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await open();
});

async function refusal(
  decision: Decision,
  request: Uint8Array,
  more: Partial<MintOptions> = {},
): Promise<TokenCode | undefined> {
  try {
    await mintToken(decision, { request, issuer: ISSUER, audience: AUDIENCE, signer, ...more });
  } catch (error) {
    if (error instanceof TokenError) return error.code;
    throw error;
  }
  return undefined;
}

describe("no token is minted for", () => {
  const context = READ.context;
  const rows: readonly [string, Request, TokenCode][] = [
    [
      "a review",
      { action: "payments.refund", fields: { amount: 5_000_000, currency: "USD" }, context },
      "mint_verdict",
    ],
    ["a denial", { tool: "bash", args: { command: "rm -rf /" }, context }, "mint_verdict"],
    ["shadow mode", { ...READ, mode: "shadow" }, "mint_shadow"],
    ["a call of nobody", { ...READ, context: { time_ms: TIME_MS } }, "mint_subject"],
  ];
  test.each(rows)("%s", async (_, request, code) => {
    expect(await refusal(engine.decide(request), engine.encode(request))).toBe(code);
  });

  test("a decision of the host", async () => {
    expect(await refusal(engine.denyByHost(READ, "request_too_large"), engine.encode(READ))).toBe(
      "mint_host",
    );
  });

  test("a decision that says of itself what its record does not", async () => {
    const denied = engine.decide({ tool: "bash", args: { command: "rm -rf /" }, context });
    const posing = { record: denied.record, digests: denied.digests, verdict: "allow" };
    expect(await refusal(posing as Decision, engine.encode(READ))).toBe("mint_verdict");
    // What it says of itself is not asked: the record that it brings is that of the token.
    const bringing = { ...posing, record: engine.decide(READ).record };
    expect(await refusal(bringing as Decision, engine.encode(READ))).toBe(undefined);
    const broken = { ...posing, record: Uint8Array.of(0x81) };
    expect(await refusal(broken as Decision, engine.encode(READ))).toBe("mint_record");
  });

  test("a request that was not decided", async () => {
    const other = engine.encode({ ...READ, args: { path: "other" } } as Request);
    expect(await refusal(engine.decide(READ), other)).toBe("mint_request");
    expect(
      await refusal(engine.decide(READ), engine.encode({ ...READ, context: { ...context, agent: "x" } })),
    ).toBe("mint_request");
    expect(await refusal(engine.decide(READ), Uint8Array.of(1))).toBe("mint_request");
  });

  test("an envelope that the decided arguments are not in, or that is none", async () => {
    const bytes = engine.encode(READ);
    const envelope = (constraints: unknown) =>
      refusal(engine.decide(READ), bytes, { constraints } as Partial<MintOptions>);
    expect(
      await envelope([
        { p: ["path"], op: "eq", v: "other" },
        { p: ["limit"], op: "present" },
      ]),
    ).toBe("mint_envelope");
    expect(await envelope([{ p: ["path"], op: "present" }])).toBe("mint_envelope");
    expect(await envelope([{ p: ["path"], op: "regex", v: "." }])).toBe("claim_value");
    expect(await envelope("all")).toBe("claim_type");
  });

  test("a longer time than there is", async () => {
    const ttl = (ttl_ms: number) => refusal(engine.decide(READ), engine.encode(READ), { ttl_ms });
    expect(await ttl(60_001)).toBe("mint_lifetime");
    expect(await ttl(0)).toBe("mint_lifetime");
    expect(await ttl(999)).toBe("mint_lifetime");
    expect(await ttl(1_000)).toBe(undefined);
  });

  test("names that are none", async () => {
    const bytes = engine.encode(READ);
    for (const more of [
      { issuer: "" },
      { audience: "x".repeat(257) },
      { txn: "\ud800" },
      { jti: new Uint8Array(15) },
      { entry: { origin: "a", index: -1 } },
    ])
      expect(await refusal(engine.decide(READ), bytes, more)).toBe("mint_option");
  });
});

test("tokens of one decision have different names, and where the record stands if that is known", async () => {
  const [one, two] = [
    await minted(engine, { entry: { origin: "o/s", index: 3 }, txn: "t-1" }),
    await minted(engine),
  ];
  const claims = (await verifyToken(one, asked)).claims;
  expect(claims).toMatchObject({ txn: "t-1", prov: { log: "o/s", i: "3" } });
  expect(claims.jti).not.toBe((await verifyToken(two, asked)).claims.jti);
});

test("a permit gives out what its decision was made for", async () => {
  const permit = createPermit({ engine, context: { agent: "desk" }, clock: () => TIME_MS });
  const args = { path: "README.md" };
  const decision = await permit.check({ tool: "read_file", args });
  expect(await refusal(decision, permit.requestOf(decision))).toBe(undefined);
  // Whoever changes the arguments now has not changed what was decided.
  args.path = "/etc/shadow";
  expect(await refusal(decision, permit.requestOf(decision))).toBe("mint_request");
  expect(() => createPermit({ engine }).requestOf(decision)).toThrow(/a decision of this permit/);
});

test("an action and a tool of its name are two things", async () => {
  const request: Request = { action: "files.read", fields: { path: "README.md" }, context: READ.context };
  const { claims } = await verifyToken(await minted(engine, {}, request), asked);
  expect(claims.cap).toMatchObject({ tool: "files.read", direct: true });
});
