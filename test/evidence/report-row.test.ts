import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { COLUMNS } from "../../bindings/evidence/report/columns.ts";
import { CONTROLS } from "../../bindings/evidence/report/controls.ts";
import { rowOf } from "../../bindings/evidence/report/index.ts";
import { encode } from "../../bindings/src/codec/encode.ts";
import { ROOT } from "../../tools/files.ts";
import {
  bytes32,
  hostRecordBytes,
  part,
  recordBytes,
  requestBytes,
  row,
  smallRows,
  TIME_MS,
} from "./report-harness.ts";

describe("a row", () => {
  test("of the record on the page of the format says what the page says", () => {
    const page = readFileSync(join(ROOT, "docs/format/record.md"), "utf8");
    const blocks = [...page.slice(page.indexOf("## Worked example")).matchAll(/^```\n([\s\S]*?)^```$/gm)];
    const digits = (blocks[1]?.[1] ?? "").split("\n").map((line) => /^[0-9a-f]*/.exec(line)?.[0] ?? "");
    const shown = row({ record: new Uint8Array(Buffer.from(digits.join(""), "hex")) });
    expect(shown).toMatchObject({
      kind: "call",
      by: "engine",
      time_ms: 1767225600000,
      verdict: "review",
      mode: "enforce",
      tier: "medium",
      score: 3836,
      action: "payments.refund",
      actions: ["payments.refund"],
      mapping: ["direct"],
      obligations: { approvers: 1, notify: ["#money"] },
      edition: "2026.1",
      engine: "11".repeat(32),
    });
    expect(page).toContain(shown.record);
    expect(page).toContain(shown.image);
    expect(page).toContain(shown.args);
    expect(page).toContain(shown.request);
  });

  test("names nobody until the request is opened", () => {
    const sealed = { key: new Uint8Array(16).fill(9), sha256: bytes32(8) };
    const closed = row({ sealed });
    expect(closed).toMatchObject({
      principal: "",
      actor: "",
      agent: "",
      session: "",
      tool: "",
      payload: "withheld",
    });
    expect(closed).toMatchObject({ subject: "09".repeat(16), sealed: "08".repeat(32) });
    const opened = requestBytes({
      principal: "p",
      actor: "ann",
      agent: "g",
      session: "s",
      asserted_by: { actor: "sso" },
    });
    expect(row({ sealed }, { opened })).toMatchObject({
      principal: "p",
      actor: "ann",
      agent: "g",
      session: "s",
      vouched: ["actor: sso"],
      tool: "read_file",
      payload: "opened",
    });
    expect(row({}).payload).toBe("none");
    expect(row({ sealed }, { payload: "lost" }).payload).toBe("lost");
  });

  test("of the host has no score and no tier: nothing was scored", () => {
    expect(row({ record: hostRecordBytes() })).toMatchObject({
      by: "host",
      kind: "call",
      tier: "",
      score: null,
      action: "",
      args: "",
      request: "",
      reasons: [{ code: "engine_fault", sentence: expect.stringContaining("engine stopped") }],
    });
  });

  test("of several parts has all of them, and is named after the worst", () => {
    const parts = [{ ...part("files.read"), hazard: 1 }, part("email.send", "gmail/send")];
    expect(row({ record: recordBytes({ parts }) })).toMatchObject({
      action: "email.send",
      actions: ["files.read", "email.send"],
      mapping: ["direct", "gmail/send"],
    });
  });

  test("of an event says what happened and scores nothing", () => {
    const event = { kind: "outcome", of: bytes32(5), status: "failed", source: "mail" };
    expect(row({ record: recordBytes({ parts: [], event }) })).toMatchObject({
      kind: "event",
      event: "outcome",
      detail: "source: mail",
      outcome: "failed",
      of: "05".repeat(32),
      score: null,
      tier: "",
    });
    const observed = { kind: "observe", trust: "tool", labels: ["untrusted", "pii"] };
    expect(row({ record: recordBytes({ parts: [], event: observed }) }).detail).toBe(
      "labels: untrusted, pii; trust: tool",
    );
  });

  test("of a note is a row too", () => {
    const note = { kind: "cut", time_ms: TIME_MS, segment: 16, at: 5, bytes: 7, sha256: bytes32(1) };
    expect(row({ note })).toMatchObject({
      kind: "note",
      event: "cut",
      by: "log",
      verdict: "",
      mode: "",
      time_ms: TIME_MS,
      detail: `at: 5; bytes: 7; segment: 16; sha256: ${"01".repeat(32)}`,
    });
    expect(row({ note: { kind: "erase", time_ms: 1, subject: new Uint8Array(16) } }).subject).toBe(
      "00".repeat(16),
    );
  });

  test("has the outcome that a later entry told, and the token", () => {
    expect(row({}, { outcome: "ran", token: "t-1" })).toMatchObject({ outcome: "ran", token: "t-1" });
  });

  test("names whose approval counted", () => {
    const record = recordBytes({
      lowered_by: [
        ["set", "refund_desk", "policy"],
        ["approval", "ann", "k4.pid.a"],
        ["approval", "bob", "k4.pid.b"],
      ],
    });
    expect(row({ record }).approver).toBe("ann; bob");
    expect(row({ record: recordBytes() }).approver).toBe("");
  });

  test("has a reason's code where no policy has its sentence", () => {
    expect(row({}, { sentence: () => undefined }).reasons).toEqual([
      { code: "tier_minimal", sentence: "tier_minimal" },
    ]);
  });
});

describe("refused:", () => {
  const facts = { shard: "main", leaf: bytes32(1) };
  const entry = { seq: 7, prev: bytes32(0) };
  const refused = (code: string) =>
    expect.objectContaining({ code, message: expect.stringContaining("main, entry 7") });

  test("an entry with neither record nor note, or both", () => {
    expect(() => rowOf(entry, facts)).toThrow(refused("report_entry"));
    const note = { kind: "begin", time_ms: 1 };
    expect(() => rowOf({ ...entry, note, record: recordBytes() }, facts)).toThrow(refused("report_entry"));
  });
  test("bytes that are no record", () => {
    expect(() => rowOf({ ...entry, record: encode({ v: 1 }) }, facts)).toThrow(refused("report_record"));
    expect(() => rowOf({ ...entry, record: Uint8Array.of(0xc1) }, facts)).toThrow(refused("report_bytes"));
  });
  test("opened bytes that are no request", () => {
    const given = { ...entry, record: recordBytes() };
    expect(() => rowOf(given, { ...facts, opened: encode(["x"]) })).toThrow(refused("report_request"));
    expect(() => rowOf(given, { ...facts, opened: Uint8Array.of(0x81) })).toThrow(refused("report_bytes"));
  });
});

describe("controls:", () => {
  const ids = (shown: { readonly controls: readonly string[] }) => shown.controls;

  test("each is on the page, once, with its source", () => {
    const page = readFileSync(join(ROOT, "docs/reports.md"), "utf8");
    for (const { id, source } of CONTROLS) {
      expect(page.split(`| \`${id}\` |`), id).toHaveLength(2);
      expect(page).toContain(source);
    }
    expect(new Set(CONTROLS.map(({ id }) => id)).size).toBe(CONTROLS.length);
  });

  test("each serves some row and not every text of the world", () => {
    const medical = row({ record: recordBytes({ parts: [part("clinical.read_chart")] }) });
    const rows = [...smallRows(), medical];
    for (const { id } of CONTROLS)
      expect(
        rows.some((shown) => shown.controls.includes(id)),
        id,
      ).toBe(true);
  });

  test("what ran in shadow mode is no evidence that anything was held back", () => {
    const deny = { verdict: "deny", reasons: ["tier_high"] };
    expect(ids(row({ record: recordBytes(deny) }))).toEqual(
      expect.arrayContaining(["nist-800-53:ac-3", "soc2:cc6.1"]),
    );
    const shadow = ids(row({ record: recordBytes({ ...deny, mode: "shadow" }) }));
    expect(shadow).not.toContain("nist-800-53:ac-3");
    expect(shadow).not.toContain("soc2:cc6.1");
    expect(shadow).toContain("eu-ai-act:art-12");
    const review = { verdict: "review" };
    expect(ids(row({ record: recordBytes(review) }))).toContain("eu-ai-act:art-14");
    expect(ids(row({ record: recordBytes({ ...review, mode: "shadow" }) }))).not.toContain(
      "eu-ai-act:art-14",
    );
  });

  test("medicine, erasure and stops are evidence of their own", () => {
    expect(ids(row({ record: recordBytes({ parts: [part("clinical.read_chart")] }) }))).toContain(
      "hipaa:164.312(b)",
    );
    expect(ids(row())).not.toContain("hipaa:164.312(b)");
    expect(ids(row({ note: { kind: "erase", time_ms: 1 } }))).toContain("gdpr:art-5");
    const event = { kind: "freeze", scope: "agent", value: "a" };
    expect(ids(row({ record: recordBytes({ parts: [], event }) }))).toContain("nist-ai-rmf:manage-2.4");
  });

  test("another table may be given", () => {
    expect(row({}, { controlsOf: ({ verdict }) => [`mine:${verdict}`] }).controls).toEqual(["mine:allow"]);
  });
});

test("the page names every column, in their order", () => {
  const page = readFileSync(join(ROOT, "docs/reports.md"), "utf8");
  const section = page.slice(page.indexOf("## Columns"), page.indexOf("## Formats"));
  const named = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect(named).toEqual(COLUMNS.map(({ name }) => name));
});
