/** What a malformed request is told: the code, the place, what was wanted and what came. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decode } from "../../bindings/src/codec/decode.ts";
import { encode } from "../../bindings/src/codec/encode.ts";
import { WANTED } from "../../bindings/src/codec/request.ts";
import { EngineError, type Request } from "../../bindings/src/engine.ts";
import { ROOT } from "../../tools/files.ts";
import { open, TIME_MS } from "./built.ts";

const engine = await open();
const context = { time_ms: TIME_MS };

function refused(work: () => unknown): EngineError {
  try {
    work();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error("it was decided");
}

const tool = (rest: object): unknown => ({ tool: "x", args: {}, context, ...rest });
const action = (rest: object): unknown => ({ action: "payments.refund", fields: {}, context, ...rest });
const inContext = (rest: object): unknown => tool({ context: { ...context, ...rest } });

interface Refusal {
  readonly why: string;
  readonly request: unknown;
  readonly code: string;
  readonly path?: string;
  readonly message?: RegExp;
}

const cyclic: Record<string, unknown> = {};
cyclic.self = cyclic;

const REFUSALS: readonly Refusal[] = [
  { why: "no object", request: "tool", code: "value_type" },
  { why: "an array", request: [], code: "value_type" },
  { why: "neither form", request: { context }, code: "call_form", message: /came none of them/ },
  { why: "both forms", request: tool({ action: "email.send", fields: {} }), code: "call_form" },
  { why: "a tool without arguments", request: { tool: "x", context }, code: "call_form" },
  { why: "an action without fields", request: { action: "email.send", context }, code: "call_form" },
  { why: "a server for an action", request: action({ server: "s" }), code: "call_form" },
  { why: "annotations for an action", request: action({ annotations: {} }), code: "call_form" },
  { why: "no context", request: { tool: "x", args: {} }, code: "key_missing", path: "context" },
  {
    why: "a context without a time",
    request: tool({ context: {} }),
    code: "key_missing",
    path: "context",
    message: /time_ms/,
  },
  {
    why: "an unknown key",
    request: tool({ argz: {} }),
    code: "key_unknown",
    path: "argz",
    message: /Did you mean args\?/,
  },
  {
    why: "a key that only the library sets",
    request: tool({ engine: new Uint8Array(32) }),
    code: "key_unknown",
    path: "engine",
  },
  {
    why: "an unknown key of the context",
    request: inContext({ sesion: "s" }),
    code: "key_unknown",
    path: "context.sesion",
    message: /Did you mean session\?/,
  },
  {
    why: "an unknown fact to vouch for",
    request: inContext({ asserted_by: { agent: "x" } }),
    code: "key_unknown",
    path: "context.asserted_by.agent",
  },
  {
    why: "an unknown fact of the host",
    request: inContext({ host: { dir: "/" } }),
    code: "key_unknown",
    path: "context.host.dir",
  },
  {
    why: "an undefined member",
    request: tool({ server: undefined }),
    code: "value_undefined",
    path: "server",
  },
  {
    why: "an undefined argument",
    request: tool({ args: { a: [1, undefined] } }),
    code: "value_undefined",
    path: "args.a[1]",
  },
  {
    why: "an undefined fact",
    request: inContext({ session: undefined }),
    code: "value_undefined",
    path: "context.session",
  },
  { why: "a cycle", request: tool({ args: cyclic }), code: "value_cycle", path: "args.self" },
  { why: "a date", request: tool({ args: { at: new Date(0) } }), code: "value_unsupported", path: "args.at" },
  {
    why: "a function",
    request: tool({ args: { run: () => 1 } }),
    code: "value_unsupported",
    path: "args.run",
  },
  {
    why: "not a number",
    request: action({ fields: { amount: Number.NaN } }),
    code: "value_not_finite",
    path: "fields.amount",
  },
  {
    why: "a lone surrogate",
    request: tool({ args: { text: "\ud800" } }),
    code: "value_surrogate",
    path: "args.text",
  },
  {
    why: "a getter",
    request: tool({
      args: {
        get a() {
          return 1;
        },
      },
    }),
    code: "value_accessor",
    path: "args.a",
  },
  { why: "arguments as an array", request: tool({ args: [] }), code: "value_type", path: "args" },
  { why: "arguments as text", request: tool({ args: "{}" }), code: "value_type", path: "args" },
  {
    why: "a tool that is a number",
    request: tool({ tool: 7 }),
    code: "value_type",
    path: "tool",
    message: /came 7/,
  },
  { why: "a tool without a name", request: tool({ tool: "" }), code: "value_range", path: "tool" },
  {
    why: "a tool with too long a name",
    request: tool({ tool: "x".repeat(257) }),
    code: "value_range",
    path: "tool",
  },
  { why: "a server that is nothing", request: tool({ server: null }), code: "value_type", path: "server" },
  {
    why: "a negative time",
    request: inContext({ time_ms: -1 }),
    code: "value_range",
    path: "context.time_ms",
  },
  { why: "a broken time", request: inContext({ time_ms: 1.5 }), code: "value_type", path: "context.time_ms" },
  {
    why: "an impossible time zone",
    request: inContext({ tz_min: 841 }),
    code: "value_range",
    path: "context.tz_min",
  },
  { why: "roles as text", request: inContext({ roles: "admin" }), code: "value_type", path: "context.roles" },
  {
    why: "too many roles",
    request: inContext({ roles: Array(17).fill("r") }),
    code: "value_range",
    path: "context.roles",
  },
  {
    why: "a role that is a number",
    request: inContext({ roles: ["a", 2] }),
    code: "value_type",
    path: "context.roles[1]",
  },
  {
    why: "a relative working directory",
    request: inContext({ host: { cwd: "src" } }),
    code: "value_range",
    path: "context.host.cwd",
  },
  {
    why: "an unknown shell",
    request: inContext({ host: { dialect: "fish" } }),
    code: "value_unknown",
    path: "context.host.dialect",
    message: /sh, bash, dash or zsh/,
  },
  {
    why: "a real path that is no text",
    request: inContext({ host: { realpaths: { "a.b": 1 } } }),
    code: "value_type",
    path: 'context.host.realpaths["a.b"]',
  },
  {
    why: "an unknown mode",
    request: tool({ mode: "dry" }),
    code: "value_unknown",
    path: "mode",
    message: /enforce or shadow/,
  },
  { why: "a mode that is no text", request: tool({ mode: 1 }), code: "value_type", path: "mode" },
  { why: "an unknown binding", request: tool({ binding: "tight" }), code: "value_unknown", path: "binding" },
  {
    why: "an unknown durability",
    request: tool({ durability: "batch" }),
    code: "value_unknown",
    path: "durability",
  },
  { why: "a short salt", request: tool({ salt: new Uint8Array(16) }), code: "value_range", path: "salt" },
  { why: "a salt in hex", request: tool({ salt: "00".repeat(32) }), code: "value_type", path: "salt" },
  {
    why: "an unknown action",
    request: action({ action: "payments.refnd" }),
    code: "action_unknown",
    path: "action",
    message: /Did you mean payments\.refund\?/,
  },
  {
    why: "a misspelt field",
    request: action({ fields: { amout: 1 } }),
    code: "field_unknown",
    path: "fields.amout",
    message: /Did you mean amount\?/,
  },
  {
    why: "a field of another action",
    request: action({ fields: { table: "orders" } }),
    code: "field_unknown",
    path: "fields.table",
  },
  {
    why: "a field under two names",
    request: action({ fields: { amount: 1, amount_minor: 1 } }),
    code: "field_unknown",
    path: "fields.amount_minor",
  },
  {
    why: "more than 64 KiB",
    request: tool({ args: { text: "x".repeat(65_536) } }),
    code: "request_too_large",
  },
];

test.each(REFUSALS.map((row) => [row.why, row] as const))("%s", (_, { request, code, path, message }) => {
  const error = refused(() => engine.decide(request as Request));
  expect({ code: error.code, path: error.path }).toEqual({ code, path });
  expect(error.message).toMatch(message ?? /./);
  expect(error.message.startsWith(`${code}: `), error.message).toBe(true);
});

test("the instance is as good as before after every refusal", () => {
  const request: Request = { tool: "x", args: {}, context };
  const { record } = engine.decide(request);
  for (const { request: bad } of REFUSALS) {
    refused(() => engine.decide(bad as Request));
    expect(engine.decide(request).record).toEqual(record);
  }
});

describe("bytes that another host wrote", () => {
  const good = decode(engine.encode({ tool: "x", args: {}, context })) as Record<string, unknown>;
  const { tool: _tool, args: _args, ...around } = good;
  const event = { ...around, event: { kind: "label", labels: ["secret"] } };
  const [digest, signature] = [new Uint8Array(32), new Uint8Array(64)];
  const reviewer = { answer: "deny", by: "careful 1", of: digest, prompt: digest };
  const approvers = [{ id: "eve", key: "k4.pid.eve", signature }];
  const approval = {
    approvers,
    args: digest,
    at_ms: 0,
    expires_ms: 1,
    image: digest,
    of: digest,
    reasons: [],
  };
  const rows: readonly (readonly [why: string, bytes: Uint8Array, code: string, path?: string])[] = [
    ["nothing", new Uint8Array(0), "cmp_truncated"],
    ["two values", Uint8Array.of(0xc0, 0xc0), "cmp_trailing"],
    ["a forbidden type", Uint8Array.of(0xc1), "cmp_type"],
    ["a long integer", Uint8Array.of(0xcc, 1), "cmp_not_shortest"],
    ["a list", encode([]), "value_type"],
    ["another version", encode({ ...good, v: 2 }), "version_unsupported", "v"],
    ["an approval of nothing", encode({ ...good, approval: {} }), "key_missing", "approval"],
    ["two answers", encode({ ...good, approval, reviewer }), "call_form"],
    ["an answer to an event", encode({ ...event, approval }), "call_form"],
    ["a reviewer of an event", encode({ ...event, reviewer }), "call_form"],
    [
      "no salt",
      encode(Object.fromEntries(Object.entries(good).filter(([key]) => key !== "salt"))),
      "key_missing",
    ],
    ["another policy", encode({ ...good, image: new Uint8Array(32) }), "image_mismatch", "image"],
  ];
  for (const [why, bytes, code, path] of rows) {
    test(why, () => {
      const error = refused(() => engine.decideBytes(bytes));
      expect({ code: error.code, path: error.path }).toEqual({ code, path });
      expect(error.offset).toBeTypeOf("number");
    });
  }

  test("more than 64 KiB", () => {
    expect(refused(() => engine.decideBytes(new Uint8Array(65_537))).code).toBe("request_too_large");
  });

  test("no bytes at all", () => {
    expect(refused(() => engine.decideBytes("83" as unknown as Uint8Array)).code).toBe("option_type");
  });
});

test("the places that errors can explain are those of docs/format/request.md", () => {
  const page = readFileSync(join(ROOT, "docs/format/request.md"), "utf8");
  const keys = (text: string): string[] =>
    [...text.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1] as string);
  const [top = "", ...sections] = page.split("\n## ");
  const onPage = keys(top);
  for (const name of ["approval", "context", "reviewer"]) {
    const section = sections.find((text) => text.startsWith(`${name}\n`)) ?? "";
    const [own = "", approver = ""] = section.split("\nAn approver");
    onPage.push(...keys(own).map((key) => `${name}.${key}`));
    onPage.push(...keys(approver).map((key) => `${name}.approvers[].${key}`));
  }
  const explained = Object.keys(WANTED).filter((place) =>
    /^(\w+|(approval|context|reviewer)\.\w+|approval\.approvers\[\]\.\w+)$/.test(place),
  );
  expect(explained.sort()).toEqual(onPage.sort());
});
