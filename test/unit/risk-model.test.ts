/** docs/risk-model.md and its table say what the engine says, and the table can be recomputed from its own columns. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { explain, percent } from "../../bindings/src/engine.ts";
import { grouped } from "../../bindings/src/explain.ts";
import { ROOT } from "../../tools/files.ts";
import { PAGE, riskModelFiles, TABLE, workedRequests } from "../../tools/risk-model.ts";
import { open } from "./built.ts";

const engine = await open();
const page = readFileSync(join(ROOT, PAGE), "utf8");
const table = readFileSync(join(ROOT, TABLE), "utf8");

// It compiles the whole policy for each gain that is moved, so it takes its time.
test("page and table are what tools/risk-model.ts writes", { timeout: 300_000 }, async () => {
  for (const [path, text] of await riskModelFiles()) {
    expect(readFileSync(join(ROOT, path), "utf8") === text, `${path}: run npx tsx tools/risk-model.ts`).toBe(
      true,
    );
  }
});

test("no cell of the table is a formula or needs quotes", () => {
  const cells = table.trimEnd().split(/[\n,]/);
  expect(cells.length).toBeGreaterThan(500);
  expect(cells.filter((cell) => !/^[A-Za-z0-9_ ]*$/.test(cell))).toEqual([]);
});

type Row = Readonly<Record<string, string>>;

const [heading = "", ...lines] = table.trimEnd().split("\n");
const rows = lines.map((line): Row => {
  const cells = line.split(",");
  return Object.fromEntries(heading.split(",").map((name, at) => [name, cells[at] ?? ""]));
});

/** The formulas that the page gives for a spreadsheet, in the doubles that a spreadsheet has. */
function recompute(record: readonly Row[]): object {
  const number = (row: Row, column: string) => Number(row[column]);
  const hazardOf = (row: Row) => Math.ceil(-1e6 * Math.log(1 - number(row, "weight_bp") / 10_000));
  const of = (step: string) => record.filter((row) => row.step === step);
  let hazard = 0;
  for (const flag of of("flag")) {
    expect(hazardOf(flag)).toBe(number(flag, "after"));
    hazard += (flag.role === "primary" ? 2 : 1) * hazardOf(flag);
  }
  expect(of("amplifier")).toHaveLength(10);
  for (const row of of("amplifier")) {
    expect(number(row, "denominator")).toBe(1000 * number(row, "max"));
    expect(number(row, "numerator")).toBe(
      number(row, "denominator") + number(row, "gain") * number(row, "level"),
    );
  }
  for (const row of [...of("H0"), ...of("amplifier")]) {
    expect(number(row, "before")).toBe(hazard);
    hazard = Math.floor((hazard * number(row, "numerator")) / number(row, "denominator"));
    expect(number(row, "after")).toBe(hazard);
  }
  const [score, tier, verdict] = [...of("score"), ...of("tier"), ...of("verdict")] as [Row, Row, Row];
  expect(number(score, "after")).toBe(Math.floor(10_000 * (1 - Math.exp(-hazard / 1e6))));
  expect(hazardOf(tier)).toBe(number(tier, "after"));
  return { hazard, score: number(score, "after"), tier: tier.name, verdict: verdict.name };
}

describe("the five records", () => {
  test("are five", () => expect(workedRequests()).toHaveLength(5));

  test.each(workedRequests())("%s: engine, table, page and explanation agree to the unit", (id, request) => {
    const decision = engine.decide(request);
    const { hazard, score, tier, verdict } = decision;
    expect(recompute(rows.filter(({ record }) => record === id))).toEqual({ hazard, score, tier, verdict });
    const { lines: explained, consistent } = explain(decision, engine.image);
    expect(consistent).toBe(true);
    expect(explained.join("\n")).toContain(`H = ${grouped(hazard)}`);
    expect(page).toContain(`${percent(score)}, ${tier}, **${verdict}**`);
    expect(page).toContain(`floor(10 000 x (1 - e^(-${grouped(hazard)} / 10^6))) = ${grouped(score)}`);
    for (const { code } of decision.reasons) expect(page).toContain(`\`${code}\``);
  });
});
