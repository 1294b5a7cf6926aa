/** What is explained adds up to the record, and a record that does not is called out. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode } from "../../bindings/src/codec/decode.ts";
import { encode } from "../../bindings/src/codec/encode.ts";
import { type Decision, explain, percent, type Request } from "../../bindings/src/engine.ts";
import { grouped, obligationLines, scoreOf } from "../../bindings/src/explain.ts";
import { HAZARD_MAX } from "../../bindings/src/gen/limits.ts";
import { open, TIME_MS } from "./built.ts";

const engine = await open();
const context = { time_ms: TIME_MS };

const REQUESTS: readonly Request[] = [
  { action: "payments.refund", fields: { amount: 85_000, currency: "USD" }, context },
  { action: "files.delete", fields: { path: "/", recursive: true }, context },
  { action: "iam.assign_role", fields: { role: "admin", user: "ann" }, context },
  { tool: "send_email", args: { to: "ann@example.com", subject: "hello" }, context },
  { tool: "no_pack_knows_this", args: {}, server: "strange", context },
  { tool: "get_weather", args: { city: "Oslo" }, context },
];

function textOf(decision: Decision): string {
  return explain(decision, engine.image).lines.join("\n");
}

/** Whole numbers as they are shown: `710 799`. */
function numberAfter(text: string, lead: RegExp): number {
  const shown = new RegExp(`${lead.source}([0-9 ]+)`).exec(text)?.[1] ?? "none";
  return Number(shown.replaceAll(" ", ""));
}

describe("an explanation", () => {
  test.each(REQUESTS.map((request) => [request.action ?? request.tool, request] as const))(
    "of %s shows the record's own numbers",
    (_, request) => {
      const decision = engine.decide(request);
      const { lines, consistent } = explain(decision, engine.image);
      const text = lines.join("\n");
      const [part] = decision.parts;
      expect(consistent).toBe(true);
      expect(lines[0]).toBe(
        `${decision.action}: ${decision.verdict} (${decision.tier}, ${percent(decision.score)})`,
      );
      expect(text).toContain(`${decision.score} of 10 000`);
      expect(numberAfter(text, /\n {2}H = /)).toBe(decision.hazard);
      for (const { flag, hazard } of part?.flags ?? [])
        expect(text).toMatch(new RegExp(`${flag} .* ${grouped(hazard)}`));
      for (const { amplifier, level, max } of part?.amplifiers ?? []) {
        if (level > 0) expect(text).toMatch(new RegExp(`${amplifier} +${level} of ${max} `));
      }
      for (const { code, sentence } of decision.reasons) {
        expect(text).toContain(code);
        expect(text).toContain(sentence);
      }
      for (const row of decision.rows) expect(text).toContain(`row   ${row}`);
      for (const line of obligationLines(decision.obligations)) expect(text).toContain(line);
      for (const digest of Object.values(decision.digests)) expect(text).toContain(digest);
    },
  );

  test("names the rule that set a level, or says that it is the action's own", () => {
    const text = textOf(engine.decide(REQUESTS[0] as Request));
    expect(text).toMatch(/actor +20 of 20 .* actor_unknown/);
    expect(text).toMatch(/irreversibility .* default of payments\.refund/);
  });

  test("says what a person must do, and who vouched for what lowered", () => {
    const decision = engine.decide({ tool: "get_weather", args: { city: "Oslo" }, context });
    expect(decision.lowered_by).toEqual([{ kind: "unknown_read", name: "tool", authority: "base" }]);
    expect(textOf(decision)).toContain("unknown_read tool, on the word of base");
    expect(
      obligationLines({
        approvers: 2,
        ttl_ms: 60_000,
        dry_run: true,
        redact: ["args.card"],
        notify: ["#x"],
        disclose: ["d"],
      }),
    ).toEqual([
      "2 persons must approve",
      "only a dry run may be made",
      "good for 60 000 ms",
      "redact args.card",
      "notify #x",
      "disclose: d",
    ]);
  });

  test("is loud about shadow mode", () => {
    const decision = engine.decide({ ...(REQUESTS[0] as Request), mode: "shadow" });
    expect(textOf(decision)).toContain("SHADOW MODE");
  });

  test("of a denial by the host invents no numbers", () => {
    const decision = engine.denyByHost(REQUESTS[0] as Request, "engine_fault");
    const { lines, consistent } = explain(decision, engine.image);
    expect(consistent).toBe(true);
    expect(lines[0]).toContain("nothing was scored");
    expect(lines.join("\n")).not.toContain("10 000");
  });
});

describe("what a session learns", () => {
  const base = decode(engine.decide(REQUESTS[0] as Request).record) as Record<string, unknown>;
  const zeros = new Uint8Array(32);
  const cell = { after: zeros, before: zeros, events: new Uint8Array(0), id: zeros.slice().fill(0xab) };
  /** A note with these bits and the classes of its marks. */
  const noteOf = (bits: number, ...classes: readonly number[]): Uint8Array => {
    const bytes = new Uint8Array(8 + 8 * classes.length);
    new DataView(bytes.buffer).setUint16(0, bits, true);
    bytes[4] = classes.length;
    for (const [at, kind] of classes.entries()) bytes[8 + 8 * at] = 0xf8 | kind;
    return bytes;
  };
  const linesOf = (changed: object): readonly string[] =>
    explain(engine.readRecord(encode({ ...base, ...changed })), engine.image).lines;

  test("is shown of a call: what was noted, and what the user typed", () => {
    const cells = [{ ...cell, note: noteOf(0b110 | (1 << 10), 2, 2) }, cell];
    const lines = linesOf({ cells, lowered_by: [["provenance", "user", "host"]] });
    expect(lines).toContain(
      "  history abababababababab: labels private, secret, 2 written values, more was written than can be listed, so everything counts as written",
    );
    expect(lines.filter((line) => line.startsWith("  history"))).toHaveLength(1);
    expect(lines).toContain("  a value that the user typed and no tool showed before, on the word of host");
  });

  test("is shown of an event, and no number that was not there", () => {
    const rows: readonly (readonly [event: object, note: Uint8Array, text: string, noted: string])[] = [
      [
        { kind: "observe", trust: "user" },
        noteOf(1 << 8, 0, 0, 0),
        "a text of the user was seen",
        "its texts are observed, 3 values that the user typed",
      ],
      [
        { kind: "observe", trust: "tool", source: "mail", labels: ["untrusted"] },
        noteOf((1 << 8) | (1 << 9) | 1, 1),
        "a text of a tool was seen, source mail, with labels untrusted",
        "labels untrusted, its texts are observed, 1 values that a tool showed, more was shown than can be listed, so nothing becomes the user's any more",
      ],
      [
        { kind: "outcome", status: "unknown", of: zeros },
        noteOf(2),
        "the call of record 0000000000000000 may have run",
        "labels private",
      ],
      [
        { kind: "label", labels: ["pii"], by: "vault", reason: "unsealed" },
        noteOf(8),
        "labels pii were given by vault: unsealed",
        "labels pii",
      ],
      [
        { kind: "freeze", scope: "agent", value: "a", by: "ann" },
        noteOf(0, 3),
        "agent a was frozen by ann",
        "1 frozen",
      ],
      [{ kind: "thaw", scope: "tool", value: "t" }, noteOf(0, 4), "tool t was thawed", "1 thawed"],
    ];
    for (const [event, note, text, noted] of rows) {
      const lines = linesOf({ event, parts: [], verdict: "allow", cells: [{ ...cell, note }] });
      expect(lines[0]).toMatch(/^\w+: allow, and nothing was scored/);
      expect(lines).toContain(`  ${text}`);
      expect(lines).toContain(`  history abababababababab: ${noted}`);
      expect(lines.join("\n")).not.toContain("10 000");
    }
  });

  test("and a freeze is said to be a person's", () => {
    expect(linesOf({ verdict: "deny", reasons: ["frozen"] })).toContain(
      "  a person, before any rule; `permit0 frozen` says who and why",
    );
  });
});

describe("a record that does not add up", () => {
  const { record } = engine.decide(REQUESTS[0] as Request);
  const members = decode(record) as Record<string, unknown> & { parts: Record<string, unknown>[] };
  const [part] = members.parts as [Record<string, unknown>];
  const flags = part.flags as [number, number, number][];
  const rows: readonly (readonly [why: string, changed: object])[] = [
    ["hazard", { hazard: (members.hazard as number) - 1 }],
    ["score", { score: (members.score as number) - 1 }],
    ["tier", { tier: "minimal" }],
    ["thresholds", { thresholds: [1, 2, 3, 4] }],
    ["hazard of the part", { parts: [{ ...part, hazard: (part.hazard as number) + 1 }] }],
    ["a flag", { parts: [{ ...part, flags: flags.slice(1) }] }],
    ["a level", { parts: [{ ...part, levels: (part.levels as number[][]).map(([, gain]) => [0, gain]) }] }],
  ];
  test.each(rows)("in its %s is called out", (_, changed) => {
    const decision = engine.readRecord(encode({ ...members, ...changed }));
    const { lines, consistent } = explain(decision, engine.image);
    expect(consistent).toBe(false);
    expect(lines).toContain("DOES NOT ADD UP");
  });
});

describe("numbers for people", () => {
  test("per cent and groups of three", () => {
    expect([percent(0), percent(5), percent(5_087), percent(9_999)]).toEqual([
      "0.00 %",
      "0.05 %",
      "50.87 %",
      "99.99 %",
    ]);
    expect([grouped(0), grouped(999), grouped(1_000), grouped(60_000_000)]).toEqual([
      "0",
      "999",
      "1 000",
      "60 000 000",
    ]);
  });

  test("the score follows from the hazard exactly", () => {
    expect([0, 99, 100, 101, 162_519, 162_518, 1_386_295, 1_386_294, HAZARD_MAX].map(scoreOf)).toEqual([
      0, 0, 0, 1, 1_500, 1_499, 7_500, 7_499, 9_999,
    ]);
    // Away from whole numbers a double is exact enough to compare with.
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20_000_000 }), (hazard) => {
        const near = 10_000 * (1 - Math.exp(-hazard / 1e6));
        fc.pre(Math.abs(near - Math.round(near)) > 1e-6);
        expect(scoreOf(hazard)).toBe(Math.min(9_999, Math.floor(near)));
      }),
    );
  });
});
