import { describe, expect, test } from "vitest";
import { marked, ValueText } from "../../bindings/review/marked.ts";
import {
  approvalJson,
  approvalJsonLine,
  approvalLines,
  type PolicyWords,
} from "../../bindings/review/rendering.ts";
import type { Context } from "../../bindings/src/types.ts";
import { TIME_MS } from "../unit/built.ts";
import { ANN, decided, engine, refund, room } from "./reviewed.ts";

describe("what deceives is spelt out", () => {
  test.each([
    ["controls and escapes", "a\u001b[31m\u0007\u007f\u0085", "a\\u001b[31m\\u0007\\u007f\\u0085"],
    ["marks of direction", "a\u202egpj.exe\u2066", "a\\u202egpj.exe\\u2066"],
    ["what has no width", "pay\u200bpal\ufeff\u2060", "pay\\u200bpal\\ufeff\\u2060"],
    ["tags and fillers", "a\u{e0041}\u3164", "a\\u{e0041}\\u3164"],
    ["a Cyrillic letter in a Latin word", "p\u0430ypal.com", "p\\u0430ypal.com"],
    ["a word of such letters alone", "\u0441\u043e\u0441\u043e.com", "\\u0441\\u043e\\u0441\\u043e.com"],
    ["letters of scripts that no list names", "A\u13a0B", "A\\u13a0B"],
    ["wide and mathematical letters", "\uff50ay \u{1d5c9}", "\\uff50ay \\u{1d5c9}"],
    ["signs of addresses and paths", "a\u2215b a\u2024b 10\u22125", "a\\u2215b a\\u2024b 10\\u22125"],
    ["blanks that are none", "a\u00a0b\u3000", "a\\u00a0b\\u3000"],
    ["strokes on ASCII letters", "1\u0338 e\u0301\u0301", "1\\u0338 e\\u0301\\u0301"],
    ["letters of another script beside a digit", "\u0410\u0421\u04211", "\\u0410\\u0421\\u04211"],
    ["one such letter", "\u0421:\\x", "\\u0421:\\x"],
    ["digits of other scripts", "1\u09e60 \u07c0", "1\\u09e60 \\u07c0"],
    ["small capitals and clicks", "\u1d0f\u1d04 \u01c3 \u0269", "\\u1d0f\\u1d04 \\u01c3 \\u0269"],
    ["what is empty", "a\u2800b\ufffc", "a\\u2800b\\ufffc"],
    [
      "strokes and rings of all kinds",
      "a\u1ab0 1\u20e5 1\u20dd \u00e9\u0338",
      "a\\u1ab0 1\\u20e5 1\\u20dd \u00e9\\u0338",
    ],
    ["marks of a script on what is not of it", "a\u0e38 \u0e38", "a\\u0e38 \\u0e38"],
    [
      "commas and stops",
      "1\u201a000 1\u066b5 a\u3002com a\uff61com",
      "1\\u201a000 1\\u066b5 a\\u3002com a\\uff61com",
    ],
    ["what a font gives any look", "a\ue000b", "a\\ue000b"],
    ["ends of lines", "a\nb\r", "a\\u000ab\\u000d"],
  ])("%s", (_, text, wanted) => {
    expect(marked(text).text).toBe(wanted);
    expect(marked(text).marks.length).toBeGreaterThan(0);
  });

  test("and what does not is left alone", () => {
    for (const text of [
      "",
      "ann@acme.example",
      "Zoë Müller – 50 €…",
      "Привет, мир",
      "Ευχαριστώ",
      "東京 は 😀",
      "שלום",
      "สวัสดี",
      "Он с моря и в лес",
      "你好。",
      "नमस्ते दुनिया",
      "מָה",
      "Tシャツ 안녕 API를",
    ])
      expect(marked(text)).toEqual({ text, marks: [] });
  });

  test("no escape can be forged: a backslash in the text has another one", () => {
    const [real] = new ValueText("\u202e").lines;
    const [forged] = new ValueText("\\u202e").lines;
    expect([real, forged]).toEqual(['"\\u202e"', '"\\\\u202e"']);
  });
});

test("letters of other scripts that stay are named, each script once", () => {
  const warnings = new ValueText({ Привет: ["мир", "\ua4ee\ua4da", "\u13aa1", "\u15c5"], to: "100 \u05d0 5" })
    .warnings;
  expect(warnings).toEqual([
    "letters of Cyrillic",
    "letters of Lisu",
    "letters of Cherokee",
    "letters of a rare script",
    "letters of Hebrew, from right to left: a screen may turn the order of digits and signs beside them",
  ]);
  expect(new ValueText("Zoë Müller").warnings).toEqual([]);
});

describe("a value", () => {
  test("is shown in full, line by line, and nothing in it looks like another line", () => {
    const long = "x".repeat(50_000);
    const text = new ValueText({
      body: 'one\n"two": 2,\n}',
      bytes: new Uint8Array([10, 11]),
      empty: [],
      "key\n": null,
      list: [1, 2.5, 10n ** 18n, true],
      long,
    });
    expect(text.lines).toEqual([
      "{",
      '  "body":',
      '    "one\\n"',
      '    "\\"two\\": 2,\\n"',
      '    "}",',
      '  "bytes": bytes(0a0b),',
      '  "empty": [],',
      '  "key\\n": null,',
      '  "list": [',
      "    1,",
      "    2.5,",
      "    1000000000000000000,",
      "    true",
      "  ],",
      `  "long": "${long}"`,
      "}",
    ]);
    expect(text.warnings).toEqual([]);
  });

  test("is warned about once a sign, and that has an end", () => {
    expect(new ValueText({ to: "\u0430nn \u0430nn\u202e" }).warnings).toEqual([
      "\\u0430 looks like a",
      "\\u202e is not seen, moves other signs, or passes for one",
    ]);
    const many = String.fromCodePoint(...Array.from({ length: 200 }, (_, at) => 0xe0001 + at));
    expect(new ValueText(many).warnings).toHaveLength(65);
  });
});

describe("an approval", () => {
  test("shows who asks, what for, why, and where it stands", async () => {
    const { approvals } = room();
    const { decision, request } = refund(2_500_000);
    const opened = await approvals.open(decision, request);
    const lines = approvalLines(opened, engine.image).join("\n");
    for (const wanted of [
      `approval ${opened.handle}: open until 2026-01-02T00:00:00.000Z, approved by 0 of 2 persons`,
      '  actor "zoe@acme.example" (on the word of "sso")',
      '  agent "billing-agent"',
      '  action "payments.refund"',
      '    "amount": 2500000,',
      "  high risk, ",
      "[large_payment]",
      "  2 persons must approve",
      `  ${decision.digests.image}`,
      `  ${decision.digests.record}`,
    ])
      expect(lines).toContain(wanted);
    expect(lines).not.toContain("LOOK TWICE");
    // Without the policy the codes stand alone.
    expect(approvalLines(opened).join("\n")).toContain("  large_payment\n");
    const said = await approvals.approve(opened.handle, ANN);
    expect(approvalLines(said)[0]).toContain("approved by 1 of 2 persons: ann@acme.example");
    expect(approvalLines(await approvals.deny(opened.handle, ANN))[0]).toContain(
      "denied by ann@acme.example at 2026",
    );
  });

  test("shows what its server says of the tool, and what calmed the decision and on whose word", async () => {
    const { decision, request } = decided({
      tool: "unheard_of",
      args: {},
      annotations: { title: "Unheard of" },
      context: { time_ms: TIME_MS, actor: "zoe", asserted_by: { actor: "sso" } },
    });
    expect(decision.lowered_by).toHaveLength(1);
    const lines = approvalLines(await room().approvals.open(decision, request)).join("\n");
    expect(lines).toContain('\nwhat its server says of the tool\n  {\n    "title": "Unheard of"\n  }\n');
    expect(lines).toContain('\ntaken from\n  context "actor", on the word of "sso"\n');
  });

  test("has names in quotes, so that none can say more than it is, and warns about each", async () => {
    const { decision, request } = decided({
      tool: "wire\", the host's own\u200b",
      server: "e\u200cvil",
      args: {},
      annotations: { title: "\u200d" },
      context: {
        time_ms: TIME_MS,
        actor: "zo\u0435",
        agent: "a, approved by ann\u2060",
        session: "\u2061",
        tenant: "\u2062",
        roles: ["clerk, admin\u2063", "x"],
        host: { cwd: "/\u2064" },
        asserted_by: { actor: "sso\ufeff" },
      } as Context,
    });
    const view = await room().approvals.open(decision, request);
    const lines = approvalLines(view);
    for (const wanted of [
      '  tool "wire\\", the host\'s own\\u200b", of the server "e\\u200cvil"',
      '  actor "zo\\u0435" (on the word of "sso\\ufeff")',
      '  agent "a, approved by ann\\u2060"',
      '  roles "clerk, admin\\u2063", "x" (nobody vouches for it)',
      '  host { "cwd": "/\\u2064" } (nobody vouches for it)',
    ])
      expect(lines).toContain(wanted);
    const { warnings } = approvalJson(view) as { warnings: readonly string[] };
    const signs = ["200b", "200c", "200d", "0435", "2060", "2061", "2062", "2063", "2064", "feff"];
    expect(warnings.map((warning) => warning.slice(2, 6)).sort()).toEqual(signs.sort());
    const twice = lines.slice(lines.indexOf("LOOK TWICE") + 1);
    expect(twice.slice(0, signs.length)).toEqual(warnings.map((warning) => `  ${warning}`));
  });

  test.each([
    ["minor units of the direct form", { amount: 85_000, currency: "USD" }, "USD 850.00"],
    ["any case, the absolute value", { amount_minor: -5, currency: "usd" }, "USD 0.05"],
    ["a currency without cents", { amount: 850_000, currency: "JPY" }, "JPY 850000"],
    ["a text is in major units and reads as such", { amount: "850.00", currency: "USD" }, undefined],
    ["a list", { amount: [85_000], currency: "USD" }, undefined],
    ["no currency", { amount: 85_000 }, undefined],
    ["no currency that the policy knows", { amount: 85_000, currency: "QQQ" }, undefined],
    ["a look-alike", { amount: 85_000, currency: "U\u0405D" }, undefined],
  ])("says what an amount was understood as: %s", async (_, fields, wanted) => {
    const { approvals } = room({ ttlMs: 60_000 });
    const { decision, request } = decided({
      action: "payments.refund",
      fields: { ...fields, reference: "ch_1" },
      context: { time_ms: TIME_MS, agent: "billing-agent", session: "s-1" },
      salt: new Uint8Array(32).fill(9),
    });
    const view = await approvals.open(decision, request);
    const told = (policy?: PolicyWords): readonly string[] =>
      approvalLines(view, policy).filter((line) => line.includes("amount understood as"));
    expect(told(engine.image)).toEqual(wanted === undefined ? [] : [`  amount understood as ${wanted}`]);
    expect(approvalJson(view, engine.image).amount_understood).toBe(wanted);
    // Nobody's word but that of the policy that decided.
    const { image } = engine;
    const other: PolicyWords = {
      sentence: (code) => image.sentence(code),
      maximum: (at) => image.maximum(at),
      bytes: image.bytes.subarray(1),
      exponentOf: (currency) => image.exponentOf(currency),
      fieldOf: (name) => image.fieldOf(name),
      fields: (action) => image.fields(action),
    };
    expect([told(other), told()]).toEqual([[], []]);
  });

  test("shows hostile texts of every member as text", async () => {
    const { approvals } = room();
    const evil = "x\u202e\n\u001b[2J";
    const { decision, request } = decided({
      tool: `t${evil}`,
      server: `s${evil}`,
      annotations: { title: evil },
      args: { [`k${evil}`]: evil, to: "\u0430nn" },
      context: { time_ms: TIME_MS, actor: evil, agent: evil, session: evil, roles: [evil] },
    });
    expect(decision.verdict).toBe("review");
    const opened = await approvals.open(decision, request);
    const all = approvalLines(opened, engine.image);
    expect(all.join("")).not.toMatch(/[\u202e\n\u001b\u0430]/);
    expect(all.join("\n")).toContain("LOOK TWICE");
    expect(all.join("\n")).toContain("(nobody vouches for it)");
    const line = approvalJsonLine(opened, engine.image);
    expect(line).not.toMatch(/[\u202e\n\u001b]/);
    const json = JSON.parse(line) as Record<string, unknown>;
    expect(json).toEqual(JSON.parse(JSON.stringify(approvalJson(opened, engine.image))));
    expect(json).toMatchObject({
      tool: `t${evil}`,
      state: "open",
      warnings: expect.arrayContaining(["\\u0430 looks like a"]),
    });
  });
});
