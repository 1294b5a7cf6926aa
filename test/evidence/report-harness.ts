/** Rows for the tests of reports, from records that are encoded here: no policy and no engine changes their bytes. */

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import {
  joined,
  type ReportEntry,
  type ReportHead,
  type ReportRow,
  type RowFacts,
  rowOf,
} from "../../bindings/evidence/report/index.ts";
import { encode } from "../../bindings/src/codec/encode.ts";
import { ROOT } from "../../tools/files.ts";

/** 2026-01-01T00:00:00Z. */
export const TIME_MS = 1_767_225_600_000;

export const bytes32 = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);

const COMMON = {
  binding: "wrapped",
  durability: "strict",
  edition: "2026.1",
  engine: bytes32(0x11),
  image: bytes32(0x22),
  mode: "enforce",
  time_ms: TIME_MS,
  v: 1,
};

export const part = (action: string, mapping = "direct") => ({
  action,
  counted: "full",
  flags: [],
  hazard: 100_000,
  levels: Array.from({ length: 10 }, () => [0, 0]),
  mapping,
});

/** The bytes of a record of the engine, with some members different. */
export function recordBytes(members: object = {}): Uint8Array {
  return encode({
    ...COMMON,
    args: bytes32(0x33),
    hazard: 100_000,
    lowered_by: [],
    obligations: {},
    parts: [part("files.read")],
    reasons: ["tier_minimal"],
    request: bytes32(0x44),
    rows: [],
    score: 952,
    thresholds: [162_519, 430_783, 798_508, 1_386_295],
    tier: "minimal",
    verdict: "allow",
    ...members,
  });
}

export function hostRecordBytes(members: object = {}): Uint8Array {
  return encode({ ...COMMON, by: "host", reasons: ["engine_fault"], verdict: "deny", ...members });
}

export function requestBytes(context: object, rest: object = { tool: "read_file" }): Uint8Array {
  return encode({ args: {}, context: { asserted_by: {}, time_ms: TIME_MS, ...context }, v: 1, ...rest });
}

const SENTENCES: Readonly<Record<string, string>> = {
  tier_minimal: "The risk is minimal.",
  tier_high: "The risk is high.",
  amount_large: "The amount is large.",
};

export function row(entry: Partial<ReportEntry> = {}, facts: Partial<RowFacts> = {}): ReportRow {
  const { seq = 1, prev = bytes32(0xaa), note, ...rest } = entry;
  const record = note === undefined ? (rest.record ?? recordBytes()) : undefined;
  return rowOf(
    {
      ...rest,
      seq,
      prev,
      ...(record === undefined ? {} : { record }),
      ...(note === undefined ? {} : { note }),
    },
    { shard: "main", leaf: bytes32(0xbb), sentence: (code) => SENTENCES[code], ...facts },
  );
}

const SEALED = { key: new Uint8Array(16).fill(0x66), sha256: bytes32(0x77) };

/** One of each kind: what the checked-in reports show. */
export function smallRows(): ReportRow[] {
  const later = (minutes: number) => ({ time_ms: TIME_MS + minutes * 60_000 });
  const leaf = (seq: number) => ({ leaf: bytes32(0xb0 + seq) });
  const prev = (seq: number) => bytes32(seq === 0 ? 0 : 0xaf + seq);
  return [
    row(
      {
        seq: 0,
        prev: prev(0),
        note: { kind: "begin", time_ms: TIME_MS, origin: "permit0.local/3f9c/main", key: "k4.public.AAAA" },
      },
      leaf(0),
    ),
    row(
      { seq: 1, prev: prev(1), sealed: SEALED, record: recordBytes(later(1)) },
      {
        ...leaf(1),
        opened: requestBytes(
          { principal: "ann", actor: "ann", agent: "helper", session: "s-17", asserted_by: { actor: "sso" } },
          { tool: "read_file", server: "files" },
        ),
        outcome: "ran",
      },
    ),
    row(
      {
        seq: 2,
        prev: prev(2),
        sealed: SEALED,
        record: recordBytes({
          ...later(2.5),
          parts: [part("payments.refund", "stripe/refund"), { ...part("email.send", "shell"), hazard: 1 }],
          score: 3836,
          tier: "high",
          verdict: "review",
          reasons: ["tier_high", "amount_large"],
          rows: ["base.large_amount"],
          lowered_by: [["set", "refund_desk", "policy"]],
          obligations: { approvers: 2, notify: ["#money"] },
        }),
      },
      leaf(2),
    ),
    row(
      {
        seq: 3,
        prev: prev(3),
        record: recordBytes({
          ...later(3),
          mode: "shadow",
          parts: [part("files.delete")],
          gate: "base.whole_disk",
          score: 9999,
          tier: "critical",
          verdict: "deny",
          reasons: ["gate_whole_disk"],
        }),
      },
      leaf(3),
    ),
    row({ seq: 4, prev: prev(4), record: hostRecordBytes(later(4)) }, leaf(4)),
    row(
      {
        seq: 5,
        prev: prev(5),
        record: recordBytes({
          ...later(5),
          parts: [],
          hazard: 0,
          score: 0,
          event: { by: "ann", kind: "freeze", reason: "it loops", scope: "agent", value: "helper" },
        }),
      },
      leaf(5),
    ),
    row(
      {
        seq: 6,
        prev: prev(6),
        record: recordBytes({
          ...later(6),
          parts: [],
          hazard: 0,
          score: 0,
          event: { kind: "outcome", of: bytes32(0x55), status: "ran" },
        }),
      },
      leaf(6),
    ),
    row(
      {
        seq: 7,
        prev: prev(7),
        note: { kind: "erase", ...later(7), subject: SEALED.key, by: "dpo", reason: "request of 2 January" },
      },
      leaf(7),
    ),
  ];
}

export const HEAD: ReportHead = {
  program: "permit0 0.1.0",
  origin: "permit0.local/3f9c",
  ranges: [{ shard: "main", from: 0, to: 8, size: 8, root: "cd".repeat(32) }],
  answer: "self-signed",
};

/** Everything that somebody could put into a text to be taken for something else. */
export const ATTACKS: readonly string[] = [
  '=HYPERLINK("http://evil.example","x")',
  "+1+cmd|' /C calc'!A0",
  "-2+3",
  "@SUM(1)",
  "\t=1",
  "\r=1",
  " =1",
  "\uff1d1+1",
  "\uff0b1",
  "\uff0d1",
  "\uff20x",
  'a";=1',
  "a;=1",
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "]]>",
  "&lt;b&gt;",
  "\u001b[2J\u001b]8;;http://evil.example\u0007x",
  "\u009b31m",
  "abc\u202edcba",
  "\u2066x\u2069",
  "a\u200bb\ufeff",
  "\u{e0041}\u{e0042}",
  "nul\u0000",
  "half\ud800",
  "\udfffhalf",
  "\ufffe\uffff",
  "line\nbreak\r\nand\u2028more",
  "_x0041_ _X000D_",
  "'",
  '"',
  "{{x}}`y`",
];

/** A row with one text everywhere that a text may be. */
export function hostileRow(text: string): ReportRow {
  return {
    ...row(),
    shard: text,
    event: text,
    detail: text,
    action: text,
    actions: [text, text],
    mapping: [text],
    reasons: [{ code: text, sentence: text }],
    gate: text,
    rows: [text],
    lowered_by: [{ kind: "claim" as never, name: text, authority: text }],
    obligations: { notify: [text], redact: [text], disclose: [text] },
    principal: text,
    actor: text,
    agent: text,
    session: text,
    vouched: [text],
    tool: text,
    server: text,
    approver: text,
    token: text,
    outcome: text,
    edition: text,
    controls: [text],
    verdict: "review",
  };
}

export const hostileHead = (text: string): ReportHead => ({
  program: text,
  origin: text,
  filter: text,
  ranges: [{ shard: text, from: 0, to: 1, size: 1, root: text }],
});

export const textOf = (pieces: Iterable<Uint8Array>): string =>
  new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(joined(pieces));

/** Control characters but the line ends a format needs, marks of direction, unseen signs. */
export const NEVER_RAW =
  /(?!\r?\n)[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2028\u2029]/u;

const GOLDEN_FOLDER = join(ROOT, "test/evidence/reports");

/** Compares with the file that is checked in. `UPDATE=1` writes it: look at what changed before you commit it. */
export function expectGolden(name: string, pieces: Iterable<Uint8Array>): void {
  const file = join(GOLDEN_FOLDER, name);
  const bytes = Buffer.from(joined(pieces));
  if (process.env.UPDATE === "1") writeFileSync(file, bytes);
  expect(bytes.equals(readFileSync(file)), `${name} is not what is written today`).toBe(true);
}

/** Whether a program that only some machines have is there. */
export function hasCommand(name: string): boolean {
  try {
    execFileSync(name, ["--version"], { stdio: "ignore" });
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ENOENT";
  }
}
