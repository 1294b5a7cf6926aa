/** Tools that nobody mapped: what the engine makes of their names, arguments and hints (docs/policies.md). */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type Engine, openEngine } from "../../bindings/src/engine.ts";
import type { Request } from "../../bindings/src/types.ts";
import { ROOT } from "../../tools/files.ts";

const TIME_MS = 1_790_000_000_000;
let engine: Engine;

beforeAll(async () => {
  const file = (name: string): Uint8Array => readFileSync(join(ROOT, "build", name));
  engine = await openEngine({ wasm: file("core.wasm"), image: file("base.image") });
});

interface Seen {
  readonly verdict: string;
  readonly action: string;
  /** The classes, in the order of the reasons. */
  readonly looks: string;
  readonly score: number;
  /** The server counts as one that nobody bound. */
  readonly unbound: boolean;
}

function see(tool: string, args: object = {}, more: object = {}): Seen {
  const decision = engine.decide({ tool, args, ...more, context: { time_ms: TIME_MS } } as Request);
  const codes = decision.reasons.map(({ code }) => code);
  return {
    verdict: decision.verdict,
    action: decision.parts[0]?.action ?? "",
    looks: codes.flatMap((code) => (code.startsWith("looks_like_") ? [code.slice(11)] : [])).join(" "),
    score: decision.score,
    unbound: codes.includes("server_unbound"),
  };
}

describe("what the name says", () => {
  test.each([
    ["sprocketFrobnicate", ""],
    ["remove-sprocket", "delete"],
    ["sprocket.purge", "delete"],
    ["PAY_SPROCKET", "money"],
    ["runSprocket", "exec"],
    ["notify_sprocket", "send"],
    ["sprocket/update", "write"],
    ["cancelAndRefund", "money write"],
    ["getThenRemoveSprocket", "delete"],
    ["purge_sprocket_and_notify", "delete send"],
  ])("%s is reviewed as: %s", (tool, looks) => {
    expect(see(tool)).toMatchObject({ verdict: "review", action: "unknown.unclassified", looks });
  });

  test.each([
    "get_sprocket",
    "listSprockets",
    "math.factorial",
    "geometry.circle_area",
    "calculate_sprocket_area",
    "sprocket_info",
    "museum.opening.details",
    "sprocket_conversion",
    "list_message",
    "sprocket.get_record",
  ])("%s reads", (tool) => {
    expect(see(tool)).toMatchObject({ verdict: "allow", action: "unknown.read", looks: "read" });
  });

  test.each([
    // Information is read only where the name ends with it.
    "info_sprocket",
    "details_frobnicate",
    // A word of a thing alone, before the reading word, or away from it, acts.
    "schedule",
    "schedule_get",
    "get_sprocket_email",
    "find_replace",
    "search_book_flight",
    // Spending, deleting and running words are never things.
    "get_refund_order",
    "check_delete",
    "list_run",
    "update_sprocket_info",
    "falsify_statistics",
    "draw_rectangle",
    "get_president_and_vice",
    "get_sprocket_captcha",
    "read_sprocket_file",
    "run_math",
  ])("%s does not pass", (tool) => {
    expect(see(tool)).toMatchObject({ verdict: "review", action: "unknown.unclassified" });
  });
});

describe("what the arguments say", () => {
  test.each([
    [{ amount: 5 }, "money"],
    [{ totalAmount: 5 }, "money"],
    [{ order: { line: [{ unitPrice: 5 }] } }, "money"],
    [{ beneficiary_iban: "x" }, "money"],
    [{ command: "ls" }, "exec"],
    [{ "shell-command": "ls" }, "exec"],
    [{ code: "1", language: "python" }, "exec"],
    [{ code: "FR" }, ""],
    [{ postal_code: "1", language: "fr" }, ""],
    [{ to: "bob", text: "hello" }, "send"],
    [{ recipientEmail: "bob@stranger.test", emailBody: "hello" }, "send"],
    [{ recipient: "bob" }, ""],
    [{ valid_to: "2027", text: "hello" }, ""],
    [{ path: "a.txt", content: "x" }, "write"],
    [{ filePath: "a.txt", content: "x" }, "write"],
    [{ path: "a.txt" }, ""],
    [{ path: "a.txt", content: "x", to: "bob", body: "x", cmd: "ls", price: 1 }, "money exec send write"],
  ] as const)("%j: %s", (args, looks) => {
    expect(see("frobnicate", args)).toMatchObject({ verdict: "review", looks });
  });

  test.each([
    [{ url: "https://example.com/" }],
    [{ imagePath: "a.png" }],
    [{ nested: [{ host: "example.com" }] }],
    [{ command: "ls" }],
    [{ to: "bob", text: "hello" }],
    [{ ["x".repeat(257)]: 1 }],
  ])("a tool that reads by its name does not pass with %j", (args) => {
    expect(see("get_sprocket", args)).toMatchObject({ verdict: "review", action: "unknown.unclassified" });
  });

  test.each([
    [{ amount: 5, from_currency: "EUR", to_currency: "USD" }],
    [{ text: "hello", target_language: "fr" }],
    [{ postal_code: "1", date_to: "2027" }],
    [{ email: "bob@stranger.test" }],
  ])("and passes with %j", (args) => {
    expect(see("get_sprocket", args)).toMatchObject({ verdict: "allow", action: "unknown.read" });
  });
});

describe("what its definition says", () => {
  test.each([
    ["get_sprocket", { destructiveHint: true }, "delete read"],
    ["get_sprocket", { readOnlyHint: false }, "write read"],
    ["frobnicate", { destructiveHint: true, readOnlyHint: false }, "delete write"],
    ["remove_sprocket", { destructiveHint: false, readOnlyHint: true }, "delete"],
  ])("%s with %j: %s", (tool, annotations, looks) => {
    expect(see(tool, {}, { annotations })).toMatchObject({ verdict: "review", looks });
  });

  test("a server that nobody bound is reviewed, and the reasons still say what was understood", () => {
    expect(see("mcp__sprockets__get_sprocket")).toMatchObject({ verdict: "review", looks: "read" });
    expect(see("mcp__sprockets__delete_sprocket")).toMatchObject({ verdict: "review", looks: "delete" });
  });
});

test("what a tool looks like only raises its score", () => {
  const plain = see("frobnicate").score;
  const score = (tool: string, args: object = {}) => see(tool, args).score;
  expect(score("sprocket_update")).toBe(plain);
  for (const tool of ["remove_sprocket", "pay_sprocket", "run_sprocket", "notify_sprocket"])
    expect(score(tool)).toBeGreaterThan(plain);
  expect(score("remove_sprocket", { amount: 5 })).toBeGreaterThan(score("remove_sprocket"));
  expect(score("remove_sprocket")).toBeGreaterThan(score("pay_sprocket"));
});

describe("a name with a server in another spelling", () => {
  test.each([
    "MCP__sprocket__list_issues",
    "mcp_sprocket_list_issues",
    "mcp-sprocket-get_weather",
    "mcp.sprocket.get_weather",
    "sprocket__list_issues",
    "sprocket__get_weather",
    "sprocket/list_issues",
    "sprocket:get_weather",
    "sprocket.list_issues",
    "functions.sprocket__list_issues",
  ])("%s is not the host's own tool", (tool) => {
    expect(see(tool)).toMatchObject({ verdict: "review", unbound: true });
  });

  test.each([
    "list_issues",
    "sprocket_list_issues",
    "sprocket.get_weather",
    "database__query",
    "_get_weather",
  ])("%s is", (tool) => {
    expect(see(tool)).toMatchObject({ unbound: false });
  });

  test("a server in the request is what counts", () => {
    const { unbound } = see("sprocket__list_issues", {}, { server: "sprocket" });
    expect(unbound).toBe(true);
  });
});

describe("what arguments say is done", () => {
  test.each([
    { operation: "delete" },
    { method: "DELETE" },
    { httpMethod: "patch" },
    { action: ["get", "dropAll"] },
    { mode: { write: true } },
    { action: { verb: "get", what: "purge" } },
    { op: `get ${"x ".repeat(150)}` },
  ])("%o is no read", (args) => {
    expect(see("get_sprocket", args)).toMatchObject({ verdict: "review", action: "unknown.unclassified" });
    expect(see("sprocket_list_issues", args)).toMatchObject({
      verdict: "review",
      action: "unknown.unclassified",
    });
  });

  test.each([{ operation: "get" }, { mode: "driving" }, { note: "delete" }])("%o may be one", (args) => {
    expect(see("get_sprocket", args)).toMatchObject({ verdict: "allow", action: "unknown.read" });
  });
});

describe("two arguments for one field", () => {
  const unread = (tool: string, args: object): boolean =>
    engine
      .decide({ tool, args, context: { time_ms: TIME_MS } } as Request)
      .reasons.some(({ code }) => code === "field_malformed");

  test.each([
    ["submit_payment_file", { amount: 5, total: 90_000 }],
    ["post_message", { channel: "team-web", channel_id: "everybody", text: "Hello" }],
    ["add_payee", { payee: "Bob", iban: "Eve" }],
  ])("%s %o: nobody knows which one counts", (tool, args) => {
    expect(unread(tool, args)).toBe(true);
  });

  test.each([
    ["submit_payment_file", { amount: 5 }],
    ["post_message", { channel: "team-web", channel_id: " Team-Web ", text: "Hello" }],
    ["post_message", { channel: "team-web", text: "Hello", body: "Hello, all of you" }],
    ["add_payee", { payee: "Bob", iban: "Bob" }],
    ["paypal_create_refund", { capture_id: "ca_1", amount: { value: "5.00", currency_code: "USD" } }],
  ])("%s %o can be read", (tool, args) => {
    expect(unread(tool, args)).toBe(false);
  });
});
