/** What a token is minted for, and what not. */

import { beforeAll, describe, expect, test } from "vitest";
import { packageSources } from "../../bindings/hosts/node.ts";
import { keyId } from "../../bindings/keys/paserk.ts";
import { MemoryStore } from "../../bindings/memory/memory-store.ts";
import { compile } from "../../bindings/src/compile/index.ts";
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
import { AUDIENCE, asked, codeOf, ISSUER, minted, READ, signer, signerOf } from "./fixture.ts";

const TWO_LOOK = `org: acme
dated: "2026-11-23"
rows:
  - id: two_look
    on: { actions: [files.read] }
    verdict: allow
    obligations: [{ kind: approvers, count: 2 }, { kind: notify, channel: "#files" }, { kind: ttl_ms, ms: 5000 }]
    owner: x@acme.example
    reason: Two people.
`;

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
      { entry: { origin: "a", index: -1 } },
      { entry: "a" },
      { signer: {} },
      { obligations: "notify" },
      { hash: "sha256" },
      { ttlMs: 1_000 },
    ] as unknown as Partial<MintOptions>[])
      expect(await refusal(engine.decide(READ), bytes, more), Object.keys(more)[0]).toBe("mint_option");
    const all = { issuer: ISSUER, audience: AUDIENCE, signer };
    for (const options of [undefined, null, "all", all, { ...all, request: "bytes" }])
      expect(await codeOf(() => mintToken(engine.decide(READ), options as never)), `${options}`).toBe(
        typeof options === "object" && options !== null ? "mint_request" : "mint_option",
      );
    for (const decision of [undefined, null, {}, { record: "bytes" }])
      expect(await refusal(decision as never, bytes)).toBe("mint_record");
  });

  test("obligations that nobody promised to meet, and approvers whom nobody asked", async () => {
    const obliged = await open(compile([...packageSources(), { name: "acme.yaml", text: TWO_LOOK }]).image);
    const decision = obliged.decide(READ);
    expect([decision.verdict, Object.keys(decision.obligations)]).toEqual([
      "allow",
      ["approvers", "notify", "ttl_ms"],
    ]);
    const mint = (obligations: MintOptions["obligations"] = []) =>
      refusal(decision, obliged.encode(READ), { obligations });
    expect(await mint()).toBe("mint_obligation");
    expect(await mint(["notify"])).toBe("mint_obligation");
    expect(await mint(["approvers"])).toBe("mint_obligation");
    expect(await mint(["approvers", "notify"])).toBe(undefined);
    // The policy's own end counts, whatever is asked for.
    for (const ttl of [{}, { ttl_ms: 60_000 }]) {
      const text = await minted(obliged, { obligations: ["approvers", "notify"], ...ttl });
      expect((await verifyToken(text, asked)).claims.exp_ms).toBe(TIME_MS + 5_000);
    }
    const shorter = await minted(obliged, { obligations: ["approvers", "notify"], ttl_ms: 2_000 });
    expect((await verifyToken(shorter, asked)).claims.exp_ms).toBe(TIME_MS + 2_000);
  });

  test("an event", async () => {
    const permit = createPermit({ engine, memory: new MemoryStore(), context: { session: "s-1" } });
    const label = await permit.label({ labels: ["private"] });
    expect(await refusal(label as unknown as Decision, engine.encode(READ))).toBe("mint_event");
  });
});

test("tokens of one decision have one name, that of its record, and where it stands if that is known", async () => {
  const [one, two] = [
    await minted(engine, { entry: { origin: "o/s", index: 3 }, txn: "t-1" }),
    await minted(engine),
  ];
  const claims = (await verifyToken(one, asked)).claims;
  expect(claims).toMatchObject({ txn: "t-1", prov: { log: "o/s", i: "3" } });
  const record = engine.decide(READ).digests.record;
  expect(claims.jti).toBe(Buffer.from(record.slice(0, 32), "hex").toString("base64url"));
  expect(claims.jti).toBe((await verifyToken(two, asked)).claims.jti);
});

test("what persons approved names their keys, and asks for approvers no more", async () => {
  const refund: Request = {
    action: "payments.refund",
    fields: { amount: 2_500_000, currency: "USD", reference: "r-1" },
    context: { ...READ.context, actor: "zoe" },
    salt: new Uint8Array(32).fill(9),
  };
  const reviewed = engine.decide(refund);
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, "hex"));
  const keysOf = [7, 8].map((byte) => keyId(signerOf(byte).publicKey));
  const approval = {
    approvers: keysOf.map((key, at) => ({ id: `p-${at}`, key, signature: new Uint8Array(64) })),
    args: bytes(reviewed.digests.args),
    at_ms: TIME_MS,
    expires_ms: TIME_MS + 60_000,
    image: bytes(reviewed.digests.image),
    of: bytes(reviewed.digests.record),
    reasons: reviewed.reasons.map(({ code }) => code),
  };
  const approved: Request = { ...refund, approval };
  expect(Object.keys(engine.decide(approved).obligations)).toContain("approvers");
  const { claims } = await verifyToken(await minted(engine, { obligations: ["notify"] }, approved), asked);
  expect(claims.prov.appr).toEqual(keysOf);
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
