/** Every action of edition 2026.1 is mapped and shown with two verdicts, or policies/coverage.yaml says why not, and is right. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { coverageNotes } from "../../bindings/cli/coverage-notes.ts";
import { coverageOf, spaceOf } from "../../bindings/src/analyse/index.ts";
import { coverageText, PAGE } from "../../tools/coverage.ts";
import { ROOT } from "../../tools/files.ts";
import { compileDefault } from "../../tools/image.ts";
import { open } from "./built.ts";

const compiled = compileDefault();
const notes = coverageNotes(ROOT);
const all = coverageOf(compiled, notes);

const pinned = JSON.parse(readFileSync(join(ROOT, "test/vectors/taxonomy/2026.1.json"), "utf8")) as {
  readonly actions: readonly (readonly [number: number, name: string])[];
};

test("the page is what npm run gen writes", () => {
  const isFresh = readFileSync(join(ROOT, PAGE), "utf8") === coverageText(all);
  expect(isFresh, `${PAGE}: run npm run gen`).toBe(true);
});

test("the actions that must be covered are those of edition 2026.1", () => {
  const required = all.filter((one) => one.required).map(({ number, action }) => [number, action]);
  expect(required).toEqual([...pinned.actions].sort(([one], [other]) => one - other));
});

test("each of them is covered", () => {
  const lacking = all.filter(({ required, missing }) => required && missing.length > 0);
  expect(lacking.map(({ action, missing }) => `${action} lacks ${missing.join(" and ")}`)).toEqual([]);
});

describe("what is missing is said", () => {
  const { explain } = compiled;
  const without = (change: Partial<typeof explain>, action: string): readonly string[] | undefined =>
    coverageOf({ ...compiled, explain: { ...explain, ...change } }, notes).find(
      (one) => one.action === action,
    )?.missing;

  test("an example", () => {
    expect(without({ examples: [] }, "payments.refund")).toEqual(["an example"]);
  });

  test("a second verdict", () => {
    const examples = explain.examples.filter(({ verdict }) => verdict !== 0);
    expect(without({ examples }, "payments.refund")).toEqual(["a second verdict, or why there is none"]);
    expect(without({ examples }, "dev.deploy")).toEqual([]);
  });

  test("a mapping", () => {
    const content = { ...explain.content, mappings: [], apis: [], commands: [] };
    expect(without({ content }, "payments.refund")).toEqual(["a mapping"]);
  });
});

describe("the sentences of policies/coverage.yaml", () => {
  test.each([...notes.oneVerdict.keys()])("%s is shown with one verdict", (name) => {
    expect(all.find(({ action }) => action === name)?.verdicts).toHaveLength(1);
  });

  // Every call that the conditions of the policy tell apart, as `permit0 diff` makes them.
  test("no call of the policy's own space has another verdict", { timeout: 120_000 }, async () => {
    const engine = await open(compiled.image);
    const shown = new Map(all.map(({ action, verdicts }) => [action, verdicts[0]]));
    const tried = new Set<string>();
    const refuted = new Set<string>();
    for (const { action, request } of spaceOf(compiled.explain.content, compiled.explain.content)) {
      if (!notes.oneVerdict.has(action)) continue;
      tried.add(action);
      const { verdict } = engine.decide(request);
      if (verdict !== shown.get(action)) refuted.add(`${action} can be ${verdict}`);
    }
    expect([...refuted]).toEqual([]);
    expect(tried.size).toBe(notes.oneVerdict.size);
  });
});
