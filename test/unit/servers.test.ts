/** Pinned servers: the digest of tool definitions, and that a host without the pinned ones is not bound. */

import { describe, expect, test } from "vitest";
import { driftOf } from "../../bindings/src/analyse/drift.ts";
import { lint } from "../../bindings/src/analyse/lint.ts";
import { type Compiled, CompileError } from "../../bindings/src/compile/index.ts";
import { openEngine } from "../../bindings/src/engine.ts";
import { createPermit, EngineError, type Permit } from "../../bindings/src/index.ts";
import { definitionDigests, pinnedName, ServerRegistry, toolsOf } from "../../bindings/src/servers.ts";
import { TIME_MS, WASM } from "./built.ts";
import { compileSmall, smallSources, smallText } from "./small-policy.ts";

const READ = {
  name: "read_page",
  description: "Reads a page.",
  inputSchema: { type: "object", properties: { path: { type: "string" } } },
  annotations: { readOnlyHint: true },
};
const REFUND = { name: "create_refund", inputSchema: { type: "object" } };
const TOOLS = [REFUND, READ];
const DIGEST = definitionDigests(TOOLS).server;

/** What the shipped base policy does with a tool that nobody knows. */
const ROWS = `rows:
  - { id: unknown_tool, on: { actions: [unknown.unclassified] }, verdict: review, reason: Nobody knows the tool. }
`;

function policy(pin: string): Compiled {
  const org = smallText("org").replace("shop-prod: { pack: shop }", `shop-prod: { pack: shop${pin} }`);
  // A pattern that leads to a read wants a word that reads.
  const base = smallText("base").replace("read: [get, list]", "read: [get, list, read]");
  return compileSmall(smallSources({ base, org: `${org}${ROWS}` }));
}

const pinned = policy(`, pin: "sha256:${DIGEST}"`);
const engine = await openEngine({ wasm: WASM, image: pinned.image });
const named = await openEngine({ wasm: WASM, image: policy("").image });

function permitFor(tools?: Record<string, unknown>, its = engine): Permit {
  const known = tools === undefined ? {} : { tools };
  return createPermit({ engine: its, clock: () => TIME_MS, salt: "zero", ...known });
}

const CALL = { tool: "read_page", args: { path: "notes.txt" }, server: "shop-prod" };

/** Whether the engine took the call as one of a bound server, and what it says if not. */
async function boundness(permit: Permit, call: object = CALL): Promise<string> {
  const { lowered_by, reasons } = await permit.check({ ...CALL, ...call });
  if (lowered_by.some(({ kind }) => kind === "binding")) return "bound";
  const conflict = reasons.some(({ code }) => code === "server_conflict");
  return conflict ? "conflict" : (reasons.find(({ code }) => code === "server_unbound")?.sentence ?? "");
}

describe("the digest of definitions", () => {
  test("is the one of docs/format/servers.md", () => {
    expect([...definitionDigests(TOOLS).tools]).toEqual([
      ["create_refund", expect.stringMatching(/^[0-9a-f]{64}$/)],
      ["read_page", expect.stringMatching(/^[0-9a-f]{64}$/)],
    ]);
    expect(definitionDigests([{ name: "ping" }]).server).toBe(EXAMPLE);
  });

  test("does not depend on the order of tools or members, nor on what a page wraps them in", () => {
    const turned = [{ _meta: { build: 7 }, ...Object.fromEntries(Object.entries(READ).reverse()) }, REFUND];
    for (const list of [turned, { tools: turned }, { jsonrpc: "2.0", id: 1, result: { tools: turned } }]) {
      expect(definitionDigests(toolsOf(list)).server).toBe(DIGEST);
    }
  });

  test.each([
    ["description", { description: "Reads a page. " }],
    ["a letter that nobody sees", { description: "Reads a\u200b page." }],
    ["the type of a number", { inputSchema: { type: "object", minProperties: "1" } }],
    ["an annotation", { annotations: { readOnlyHint: false } }],
    ["the title", { title: "Page" }],
    ["the schema of the answer", { outputSchema: { type: "object" } }],
  ])("follows %s", (_, change) => {
    expect(definitionDigests(toolsOf([REFUND, { ...READ, ...change }])).server).not.toBe(DIGEST);
  });

  test.each([
    ["no list", {}],
    ["a tool without a name", [{ description: "x" }]],
    ["a name twice", [READ, READ]],
    ["one page of several", { tools: TOOLS, nextCursor: "2" }],
  ])("is refused for %s", (_, list) => {
    expect(() => toolsOf(list)).toThrow(EngineError);
  });
});

// The worked example of docs/format/servers.md.
const EXAMPLE = "b3335e809d85b5577e37b853b9233e1785bd7cd4f03d2e22f834e221bfdda151";

describe("a pinned server", () => {
  test("is bound while its definitions are the pinned ones, also under the name with its prefix", async () => {
    const permit = permitFor({ "shop-prod": TOOLS });
    expect(await boundness(permit)).toBe("bound");
    expect(await boundness(permit, { tool: "mcp__shop-prod__read_page" })).toBe("bound");
    const { lowered_by } = await permit.check(CALL);
    expect(lowered_by).toContainEqual(
      expect.objectContaining({ kind: "binding", name: pinnedName("shop-prod", DIGEST) }),
    );
  });

  test("is not bound when the host has not given its definitions", async () => {
    expect(await boundness(permitFor())).toContain("this host has not given them");
    expect((await permitFor().check(CALL)).verdict).not.toBe("allow");
  });

  test("is not bound once it changed, and the reason says so and what to do", async () => {
    const permit = permitFor({ "shop-prod": TOOLS });
    const before = await permit.check(CALL);
    expect(await permit.registerServer("shop-prod", [REFUND, { ...READ, description: "Now else." }])).toBe(
      "changed",
    );
    expect(await boundness(permit)).toMatch(/changed its tool definitions .*permit0 servers check/);
    const after = await permit.check(CALL);
    expect(before.verdict).toBe("allow");
    expect(after.verdict).toBe("review");
    expect(JSON.stringify(after)).toContain("changed its tool definitions");
    expect(await permit.registerServer("shop-prod", TOOLS)).toBe("pinned");
    expect(await boundness(permit)).toBe("bound");
  });

  test("is not bound after definitions that cannot be read", async () => {
    const permit = permitFor({ "shop-prod": TOOLS });
    await expect(permit.registerServer("shop-prod", [{ name: "\ud800" }])).rejects.toThrow(EngineError);
    const endless = Array.from({ length: 100_000 }, (_, index) => ({ name: `tool_${index}` }));
    await expect(permit.registerServer("shop-prod", endless)).rejects.toThrow(EngineError);
    expect(await boundness(permit)).toContain("this host has not given them");
  });

  test("a tool that it did not list is not covered", async () => {
    const call = { tool: "read_other" };
    expect(await boundness(permitFor({ "shop-prod": TOOLS }), call)).toContain("does not list the tool");
  });

  test.each([
    { tool: `mcp__shop-prod@sha256:${DIGEST}__read_page`, server: undefined },
    { tool: `functions.mcp__shop-prod@sha256:${DIGEST}__read_page`, server: undefined },
  ])("nobody becomes the pinned server by a name: $tool", async ({ tool }) => {
    const { server: _, ...bare } = CALL;
    const { verdict, reasons } = await permitFor().check({ ...bare, tool });
    expect(verdict).not.toBe("allow");
    expect(reasons.map(({ code }) => code)).toContain("server_conflict");
  });

  test("nor by naming the digest as the server", async () => {
    const call = { server: pinnedName("shop-prod", DIGEST) };
    expect(await boundness(permitFor(), call)).toContain("this host has not given them");
  });

  test("the definitions of one server say nothing about another", async () => {
    expect(await boundness(permitFor({ evil: TOOLS }))).not.toBe("bound");
    expect(await boundness(permitFor({ evil: TOOLS }), { server: "evil" })).not.toBe("bound");
    expect(await boundness(permitFor({ "shop-prod": TOOLS }), { tool: "mcp__evil__read_page" })).toBe(
      "conflict",
    );
  });
});

test("a server bound by name alone is bound as before, and lint notes it", async () => {
  expect(await boundness(permitFor(undefined, named))).toBe("bound");
  expect(await permitFor(undefined, named).registerServer("shop-prod", TOOLS)).toBe("not pinned");
  expect(await permitFor(undefined, named).registerServer("other", TOOLS)).toBe("not bound");
  const rules = (compiled: Compiled): string[] =>
    lint(compiled, engine, TIME_MS, () => true).map(({ rule }) => rule);
  expect(rules(policy(""))).toContain("unpinned-server");
  expect(rules(pinned)).not.toContain("unpinned-server");
});

test("a call is the same object when no server is pinned", () => {
  const call = { tool: "mcp__a__b", args: {} };
  expect(new ServerRegistry().resolve(call, named.image).call).toBe(call);
});

test.each([
  ["a pin that is no digest", "shop-prod: { pack: shop, pin: abc }"],
  ["capital digits", `shop-prod: { pack: shop, pin: "sha256:${"A".repeat(64)}" }`],
  ["a name that spells a pin", `"shop@sha256:${DIGEST}": { pack: shop }`],
])("%s does not compile", (_, line) => {
  const org = smallText("org").replace("shop-prod: { pack: shop }", line);
  expect(() => compileSmall(smallSources({ org }))).toThrow(CompileError);
});

test("drift is told member by member", () => {
  const now = [
    {
      ...READ,
      description: "Reads all pages.",
      inputSchema: { type: "object", properties: { "a.b": { type: "string" } } },
    },
    { name: "wipe", description: "Empties all." },
  ];
  expect(driftOf(TOOLS, now)).toEqual([
    { tool: "create_refund", kind: "removed" },
    {
      tool: "read_page",
      kind: "changed",
      path: "description",
      before: "Reads a page.",
      after: "Reads all pages.",
    },
    { tool: "read_page", kind: "changed", path: 'inputSchema.properties."a.b".type', after: "string" },
    { tool: "read_page", kind: "changed", path: "inputSchema.properties.path.type", before: "string" },
    { tool: "wipe", kind: "added", after: "Empties all." },
  ]);
});
