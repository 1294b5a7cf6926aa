/** The conformance corpus (test/vectors/conformance) against the shipped policy. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { createPermit, type PermitOptions } from "../../bindings/src/index.ts";
import { ROOT } from "../../tools/files.ts";
import { open, TIME_MS } from "./built.ts";
import { OPEN } from "./conformance-open.ts";

interface Case {
  readonly id: string;
  readonly tool: string;
  readonly args: Record<string, unknown>;
  readonly context?: object;
  readonly verdict: "allow" | "review" | "deny" | "not_allow";
  readonly parts: readonly string[];
  readonly attack: boolean;
  readonly why: string;
}

const FOLDER = join(ROOT, "test/vectors/conformance");
const MEMBERS = ["args", "attack", "context", "id", "parts", "tool", "verdict", "why"];
const AT_LEAST: Readonly<Record<string, number>> = { detect: 60, http: 60, shell: 150, sql: 60 };

const FILES = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".jsonl"))
  .map((name) => ({
    name: name.slice(0, -".jsonl".length),
    cases: readFileSync(join(FOLDER, name), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Case),
  }));

const permit = createPermit({ engine: await open(), clock: () => TIME_MS, salt: "zero" } as PermitOptions);

/** What differs from the expectation; empty: nothing. */
async function differs({ tool, args, context, verdict, parts }: Case): Promise<string> {
  const call = { tool, args, ...(context === undefined ? {} : { context }) };
  const decision = await permit.check(call as Parameters<typeof permit.check>[0]);
  const found = decision.parts.map(({ action }) => action);
  const missing = parts.filter((part) => !found.includes(part as (typeof found)[number]));
  const fits = verdict === "not_allow" ? decision.verdict !== "allow" : decision.verdict === verdict;
  if (fits && missing.length === 0) return "";
  return `wanted ${verdict} ${parts.join()}; came ${decision.verdict} ${found.join()} (${decision.score}; ${decision.rows.join()})`;
}

const counts = { cases: 0, holes: 0, stern: 0, parts: 0 };
afterAll(() => {
  const { cases, holes, stern, parts } = counts;
  console.log(`conformance: ${cases} cases; open: ${holes} allowed, ${stern} stopped, ${parts} other parts`);
});

describe.each(FILES)("$name", ({ name, cases }) => {
  test("has its share of attacks and of look-alikes, in the form of its README", () => {
    expect(cases.length).toBeGreaterThanOrEqual(AT_LEAST[name] ?? Number.POSITIVE_INFINITY);
    const attacks = cases.filter(({ attack }) => attack).length;
    expect(Math.min(attacks, cases.length - attacks) / cases.length).toBeGreaterThan(0.4);
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
    for (const one of cases) {
      expect(MEMBERS).toEqual(expect.arrayContaining(Object.keys(one)));
      if (one.attack) expect(one.verdict, one.id).not.toBe("allow");
    }
  });

  test.each(cases.map((one) => [one.id, one.why, one] as const))("%s: %s", async (id, _, one) => {
    const difference = await differs(one);
    const open = OPEN[name]?.[id];
    counts.cases++;
    if (open !== undefined) counts[open]++;
    // A case that has come right leaves the list.
    if (open === undefined) expect(difference, JSON.stringify(one.args)).toBe("");
    else expect(difference, `${id} is right now: take it off the list`).not.toBe("");
  });
});

test("what is open is in the corpus", () => {
  for (const [name, open] of Object.entries(OPEN)) {
    const ids = FILES.find((file) => file.name === name)?.cases.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(Object.keys(open)));
  }
});
