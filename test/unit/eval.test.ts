/** The evaluation counts what it says it counts: a handful of sessions, added up by hand. */

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Verdict } from "permit0";
import type { Engine } from "permit0/engine";
import { afterAll, describe, expect, test } from "vitest";
import { openPolicy } from "../../bindings/cli/policy.ts";
import { reportLines, share } from "../../tools/eval/report.ts";
import { wilson } from "../../tools/eval/wilson.ts";
import { evaluate, readReads } from "../../tools/eval.ts";
import { ROOT } from "../../tools/files.ts";

const folder = mkdtempSync(join(tmpdir(), "permit0-eval-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** session, step, tool, label, kind, key */
type Row = readonly [string, number, string, string, string, string];

function fileOf(name: string, rows: readonly Row[], more: readonly string[] = []): string {
  const lines = rows.map(([session, step, tool, label, kind, key]) =>
    JSON.stringify({ source: "made", session, step, tool, args: { key }, label, kind, key }),
  );
  const file = join(folder, name);
  const text = `${[...lines, ...more].join("\n")}\n`;
  writeFileSync(file, name.endsWith(".gz") ? gzipSync(text) : text);
  return file;
}

/** Stands in for the engine: the tool's name says the verdict, and `seen` keeps what was asked. */
function engineOf(seen: unknown[] = []): Engine {
  const decide = (request: { tool: string }): unknown => {
    seen.push(request);
    const verdict = request.tool.split("_")[0] as Verdict | "fail";
    if (verdict === "fail") throw new Error("cannot be encoded");
    return { verdict, action: "a.b", reasons: [] };
  };
  return { decide } as unknown as Engine;
}

const isRead = (tool: string): boolean => tool.endsWith("_read");

const ROWS: readonly Row[] = [
  // A clean session, its steps out of order, one write of two stopped.
  ["clean", 1, "review_write", "benign", "none", "k2"],
  ["clean", 0, "allow_read", "benign", "none", "k1"],
  ["clean", 2, "allow_write", "benign", "none", "k3"],
  // Another one that nothing interrupts; what nobody labelled is decided and not counted.
  ["calm", 0, "allow_read", "benign", "none", "k1"],
  ["calm", 1, "deny_write", "unlabelled", "risky", "k9"],
  // Attacked, and every attack stopped. Its benign calls count, the session is not a clean one.
  ["held", 0, "allow_read", "benign", "none", "k1"],
  ["held", 1, "review_send", "attack", "fraud", "a1"],
  ["held", 2, "deny_send", "attack", "fraud", "a2"],
  // Attacked, and the same two calls with other verdicts: the calmest counts.
  ["lost", 0, "deny_send", "attack", "fraud", "a1"],
  ["lost", 1, "allow_read", "attack", "fraud", "a2"],
  ["lost", 2, "deny_wipe", "attack", "destruction", "a3"],
  ["lost", 3, "deny_read", "benign", "none", "k4"],
];

const WANTED = {
  attack: {
    calls: 5,
    unique: 3,
    denied: 1,
    reviewed: 1,
    allowed: 1,
    sessions: 2,
    sessionsStopped: 1,
    byKind: {
      fraud: { calls: 4, unique: 2, denied: 0, reviewed: 1, allowed: 1 },
      destruction: { calls: 1, unique: 1, denied: 1, reviewed: 0, allowed: 0 },
    },
  },
  benign: {
    calls: 6,
    reads: 4,
    writes: 2,
    allowed: 4,
    allowedReads: 3,
    allowedWrites: 1,
    denied: 1,
    sessions: 2,
    uninterrupted: 1,
  },
};

describe("counting", () => {
  test.each(["rows.jsonl", "rows.jsonl.gz"])("%s: is what a person counts", async (name) => {
    const { evaluation, faults, misses } = await evaluate(engineOf(), fileOf(name, ROWS), isRead);
    expect(evaluation.sources).toEqual({ made: WANTED });
    expect(evaluation.faults).toBe(0);
    expect(faults).toEqual([]);
    expect(misses.map(({ label, tool }) => `${label} ${tool}`).sort()).toEqual([
      "attack allow_read",
      "benign deny_read",
      "benign review_write",
    ]);
  });

  test("the trivial gate allows what reads by its name and reviews the rest", async () => {
    const { evaluation } = await evaluate(engineOf(), fileOf("gate.jsonl", ROWS), isRead);
    const { attack, benign } = evaluation.baseline.made as typeof WANTED;
    expect(attack).toMatchObject({ unique: 3, denied: 0, reviewed: 2, allowed: 1, sessionsStopped: 1 });
    expect(benign).toMatchObject({
      allowed: 4,
      allowedReads: 4,
      allowedWrites: 0,
      denied: 0,
      uninterrupted: 1,
    });
  });

  test("calls go to the engine session by session, in step order, a minute apart", async () => {
    const seen: { tool: string; context: { session: string; time_ms: number } }[] = [];
    const { evaluation } = await evaluate(engineOf(seen), fileOf("order.jsonl", ROWS), isRead);
    expect(seen.slice(0, 3).map(({ tool, context }) => [tool, context.session, context.time_ms])).toEqual([
      ["allow_read", "clean", evaluation.epoch],
      ["review_write", "clean", evaluation.epoch + 60_000],
      ["allow_write", "clean", evaluation.epoch + 120_000],
    ]);
  });

  test("what cannot be read is a fault with its line, and the rest is counted", async () => {
    const more = [
      "{",
      "[]",
      '{"source":"made","session":"s","step":0,"tool":"allow","args":[],"label":"benign","kind":"none","key":"k"}',
      '{"source":"made","session":"s","step":0,"tool":"allow","args":{},"label":"good","kind":"none","key":"k"}',
      '{"source":"made","session":"s","step":0.5,"tool":"allow","args":{},"label":"benign","kind":"none","key":"k"}',
      '{"source":"made","session":"s","step":0,"tool":"fail_write","args":{},"label":"benign","kind":"none","key":"k"}',
    ];
    const { evaluation, faults } = await evaluate(engineOf(), fileOf("faults.jsonl", ROWS, more), isRead);
    expect(faults.map(({ line }) => line)).toEqual([13, 14, 15, 16, 17, 18]);
    expect(faults.slice(1).map(({ message }) => message)).toEqual([
      "line: wanted a JSON object, came []",
      "args: wanted an object, came []",
      'label: wanted benign, attack or unlabelled, came "good"',
      "step: wanted a whole number, came 0.5",
      "cannot be encoded",
    ]);
    expect(evaluation.faults).toBe(6);
    // The call that the engine refused did not run.
    expect(evaluation.sources.made?.benign).toMatchObject({ calls: 7, allowed: 4, denied: 2 });
  });

  test("a file that is not there is an error", async () => {
    await expect(evaluate(engineOf(), join(folder, "none.jsonl"), isRead)).rejects.toThrow("ENOENT");
  });
});

describe("Wilson's interval", () => {
  // Newcombe, Statistics in Medicine 17 (1998), table I: score method without continuity correction.
  test.each<[number, number, number, number]>([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])("%i of %i", (hits, trials, low, high) => {
    const [from, to] = wilson(hits, trials);
    expect(from).toBeCloseTo(low, 4);
    expect(to).toBeCloseTo(high, 4);
  });

  test("of nothing says nothing", () => {
    expect(wilson(0, 0)).toEqual([0, 1]);
    expect(share(0, 0)).toBe("-");
    expect(share(29, 29)).toBe("100.0 % (88-100)");
  });
});

test("tables show every source with its interval and the trivial gate", async () => {
  const { evaluation } = await evaluate(engineOf(), fileOf("table.jsonl", ROWS), isRead);
  const text = reportLines(evaluation.sources, evaluation.baseline).join("\n");
  expect(text).toMatch(/^made +5 +3 +1 +1 +1 +66\.7 % \(21-94\) +66\.7 % \(21-94\) +50\.0 % \(9-91\)$/m);
  expect(text).toMatch(/^ {2}fraud +4 +2 +0 +1 +1 +50\.0 %/m);
  expect(text).toMatch(/^made +6 +66\.7 % \(30-90\) +75\.0 % \(30-95\) +50\.0 % \(9-91\) +1 +50\.0 %/m);
});

const DATA = join(ROOT, "../shared/data");
const there = existsSync(join(DATA, "calls-dev.jsonl.gz"));
if (!there) console.log("skipped: the data set calls-dev.jsonl.gz is not beside this checkout");

test.skipIf(!there)("19 727 recorded calls are decided without a fault", async () => {
  const engine = await openPolicy({});
  const { evaluation } = await evaluate(
    engine,
    join(DATA, "calls-dev.jsonl.gz"),
    readReads(join(DATA, "rw.json")),
  );
  expect(evaluation.faults).toBe(0);
  const sources = Object.values(evaluation.sources);
  const sum = (count: (source: (typeof sources)[number]) => number): number =>
    sources.reduce((total, source) => total + count(source), 0);
  // Labels of the file, counted apart from this code.
  expect(sum(({ attack }) => attack.calls)).toBe(1_224);
  expect(sum(({ benign }) => benign.calls)).toBe(17_388);
  expect(sum(({ attack }) => attack.denied + attack.reviewed + attack.allowed)).toBe(
    sum(({ attack }) => attack.unique),
  );
});
