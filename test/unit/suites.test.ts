/** The policies of examples/suites: they compile, hold what they show, fit on a page, and the evaluation picks them by suite. */

import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Engine } from "permit0/engine";
import { describe, expect, test } from "vitest";
import { compilePolicy, openImage, packSources } from "../../bindings/cli/policy.ts";
import { type CaseResult, runExamples, runPackExamples } from "../../bindings/src/analyse/index.ts";
import type { RecordedCall } from "../../tools/eval/calls.ts";
import { chooserOf, suitePolicies } from "../../tools/eval/policies.ts";
import { reportLines } from "../../tools/eval/report.ts";
import { pooled, Tally } from "../../tools/eval/tally.ts";
import { ROOT } from "../../tools/files.ts";

const FOLDER = join(ROOT, "examples/suites");
const LINES_MAX = 90;
const SUITES = suitePolicies(FOLDER);

/** What came of the examples that do not hold. */
function failed(results: readonly CaseResult[]): string[] {
  return results
    .filter(({ passed }) => !passed)
    .map(({ name, wanted, came }) => `${name}: ${wanted}, ${came}`);
}

describe.each(SUITES.map((suite) => [suite.name, suite] as const))("%s", (_, { policy, pack }) => {
  const text = readFileSync(policy, "utf8");

  test("holds every call that it shows", async () => {
    const compiled = await compilePolicy([...packSources(pack), { name: policy, text }], undefined);
    expect(compiled.warnings).toEqual([]);
    const engine = await openImage(compiled.image);
    expect(failed(runExamples(compiled, engine, (file) => file === policy))).toEqual([]);
  });

  test.each(pack)("its pack holds every call that it shows: %s", async (file) => {
    const source = { name: file, text: readFileSync(file, "utf8"), vouched: true };
    const name = /^pack: (\w+)$/m.exec(source.text)?.[1];
    const bound = `org: test\ndated: "2026-01-01"\nservers: { ${name}: { pack: ${name} } }\n`;
    const compiled = await compilePolicy([source, { name: "bound.yaml", text: bound }], undefined);
    const engine = await openImage(compiled.image);
    const results = runPackExamples(compiled, engine, (shown) => shown === file);
    expect(results.length).toBeGreaterThan(1);
    expect(failed(results)).toEqual([]);
  });

  test("fits on a page", () => expect(text.split("\n").length - 1).toBeLessThanOrEqual(LINES_MAX));

  test("names nobody but in its own sets", () => {
    const all = [text, ...pack.map((file) => readFileSync(file, "utf8"))]
      .join("\n")
      .replace(/values: .*/g, "");
    const names = [...all.matchAll(/(?:@|:\/\/)([\w.-]+)/g)].map(([, host = ""]) => host);
    expect(names.filter((host) => !/\.(example|test)$/.test(host))).toEqual([]);
  });
});

function call(suite: string | undefined, source: string): RecordedCall {
  const names = suite === undefined ? { source } : { source, suite };
  return {
    ...names,
    session: "s",
    step: 0,
    tool: "t",
    args: {},
    label: "benign",
    kind: "none",
    key: "k",
    line: 1,
  };
}

test("a call is decided by the policy of its suite, else of its source, else by the other one", async () => {
  const other = { decide: () => undefined } as unknown as Engine;
  const choose = await chooserOf(FOLDER, other);
  expect(choose(call("retail", "tau-bench"))).not.toBe(choose(call("airline", "tau-bench")));
  expect(choose(call("parallel", "bfcl"))).toBe(choose(call(undefined, "bfcl")));
  expect(choose(call("bash", "nl2bash"))).toBe(other);
  await expect(chooserOf(join(ROOT, "docs"), other)).rejects.toThrow("wanted NAME.yaml");
}, 180_000);

test("a pack without its policy is no suite", () => {
  expect(SUITES.map(({ policy }) => basename(policy)).filter((file) => file.includes(".pack."))).toEqual([]);
  expect(SUITES.find(({ name }) => name === "retail")?.pack).toHaveLength(1);
  expect(SUITES.find(({ name }) => name === "travel")?.pack).toEqual([]);
});

test("pooled counts are sums, and the table shows them beside those without the policies", () => {
  const tally = (verdict: "allow" | "review"): Tally => {
    const counts = new Tally(() => false);
    for (const source of ["one", "two"]) {
      counts.add([call(undefined, source)], [verdict]);
      counts.add([{ ...call(undefined, source), label: "attack", kind: "fraud" }], ["review"]);
    }
    return counts;
  };
  const mine = tally("allow").counts();
  const without = tally("review").counts();
  const all = pooled(mine);
  expect(all.benign).toMatchObject({ calls: 2, writes: 2, allowedWrites: 2, sessions: 2, uninterrupted: 2 });
  expect(all.attack).toMatchObject({ unique: 2, reviewed: 2, sessionsStopped: 2 });
  expect(all.attack.byKind.fraud).toMatchObject({ calls: 2, unique: 2, reviewed: 2 });
  const text = reportLines(mine, without, without).join("\n");
  expect(text).toMatch(/^benign.* reads without +writes without/m);
  expect(text).toMatch(/^all +2 +100\.0 % \(34-100\) +- +100\.0 % \(34-100\) +- +0\.0 % \(0-66\)/m);
});
