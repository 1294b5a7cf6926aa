/** Images and records of older editions stay valid: the engine of today decides with them as theirs did. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { compileModuleSync } from "../../bindings/src/abi.ts";
import { createEngine, explain } from "../../bindings/src/engine.ts";
import { ROOT } from "../../tools/files.ts";
import { open, TIME_MS, WASM } from "./built.ts";

interface Row {
  readonly why: string;
  readonly action: string;
  readonly verdict: string;
  readonly request: string;
  readonly record: string;
}

const DIRECTORY = join(ROOT, "test/vectors/editions");
const fromHex = (text: string) => new Uint8Array(Buffer.from(text, "hex"));
const now = await open();

describe.each(readdirSync(DIRECTORY))("edition %s", (edition) => {
  const image = new Uint8Array(gunzipSync(readFileSync(join(DIRECTORY, edition, "base.image.gz"))));
  const rows = JSON.parse(readFileSync(join(DIRECTORY, edition, "records.json"), "utf8")) as Row[];
  // The digest of the engine is part of every request and record, so the vectors name an engine that is none.
  const engine = createEngine(compileModuleSync(WASM), image, "11".repeat(32));

  test("its image loads, under its own name", () => {
    expect(engine.image.edition).toBe(edition);
    expect(now.image.edition).not.toBe(edition);
    expect(rows.length).toBeGreaterThanOrEqual(4);
  });

  test.each(rows.map((row) => [row.why, row] as const))("the same request, the same record: %s", (_, row) => {
    const decision = engine.decideBytes(fromHex(row.request));
    expect({ action: decision.action, verdict: decision.verdict }).toEqual({
      action: row.action,
      verdict: row.verdict,
    });
    expect(Buffer.from(decision.record).toString("hex")).toBe(row.record);
  });

  test.each(rows.map((row) => [row.why, row] as const))("its record is read and explained: %s", (_, row) => {
    for (const reader of [engine, now]) {
      const decision = reader.readRecord(fromHex(row.record));
      expect(decision.edition).toBe(edition);
      const { lines, consistent } = explain(decision, reader.image);
      expect(consistent).toBe(true);
      expect(lines[0]).toContain(`${row.action}: ${row.verdict} (`);
    }
  });
});

test.each([
  ["email.mark_read", { reference: "m-1" }],
  ["db.drop", { table: "orders" }],
  ["db.create", { table: "orders" }],
])("%s, an alias of 2026.1, is an action of its own now", (name, fields) => {
  expect(now.decide({ action: name, fields, context: { time_ms: TIME_MS } }).action).toBe(name);
});
