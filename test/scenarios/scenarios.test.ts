/** Sessions of calls, and their clean twins, through a permit that remembers. README.md says what the files hold. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { MemoryStore } from "../../bindings/memory/memory-store.ts";
import { compile } from "../../bindings/src/compile/index.ts";
import { type Engine, openEngine } from "../../bindings/src/engine.ts";
import { createPermit, type Permit } from "../../bindings/src/permit.ts";
import type { Decision, Verdict } from "../../bindings/src/types.ts";
import { ROOT } from "../../tools/files.ts";
import { checkoutSources } from "../../tools/image.ts";
import { WASM } from "../unit/built.ts";

interface CallStep {
  readonly action: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly verdict: Verdict;
  readonly after?: string;
  readonly session?: string;
}

interface RepeatedSteps {
  readonly times: number;
  readonly calls: readonly CallStep[];
}

type Step = CallStep | RepeatedSteps;

interface Played {
  readonly scenario: string;
  readonly calls: readonly Step[];
}

interface Scenario extends Played {
  readonly policy?: string;
  readonly context?: Readonly<Record<string, unknown>>;
  readonly stopped?: { readonly call: number; readonly reason: string; readonly approvers?: number };
  readonly twin?: Played;
}

const FOLDER = join(ROOT, "test/scenarios");
const START_MS = Date.UTC(2026, 10, 23, 9);
const ORG = 'org: acme\ndated: "2026-11-22"\ndomains: [acme.example]\ndefault_currency: USD\n';
const SHARED = {
  actor: "ann@acme.example",
  agent: "assistant",
  principal: "operations",
  environment: "production",
  host: { cwd: "/home/ann/project" },
};
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const SOURCES = checkoutSources();

const SCENARIOS = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => [file, parse(readFileSync(join(FOLDER, file), "utf8")) as Scenario] as const);

function msOf(text: string): number {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const seconds = SECONDS[unit ?? ""];
  if (seconds === undefined) throw new RangeError(`wanted a time such as 30s, came ${text}`);
  return Number(count) * seconds * 1000;
}

const engines = new Map<string, Promise<Engine>>();

/** The engine of a policy; several scenarios have the same. */
function engineOf(policy: string): Promise<Engine> {
  let engine = engines.get(policy);
  if (engine === undefined) {
    const { image, warnings } = compile([...SOURCES, { name: "acme.yaml", text: policy }]);
    expect(warnings).toEqual([]);
    engine = openEngine({ wasm: WASM, image });
    engines.set(policy, engine);
  }
  return engine;
}

/** The calls one by one. */
function written(steps: readonly Step[]): CallStep[] {
  return steps.flatMap((step) => {
    if (!("times" in step)) return [step];
    return Array.from({ length: step.times }, (_, round) => round + 1).flatMap(
      (round) => JSON.parse(JSON.stringify(step.calls).replaceAll("{n}", `${round}`)) as CallStep[],
    );
  });
}

/** The decisions of all calls, by a permit whose clock goes as the calls say. */
async function play(calls: readonly CallStep[], open: (clock: () => number) => Permit): Promise<Decision[]> {
  let now = START_MS;
  const permit = open(() => now);
  const decisions: Decision[] = [];
  for (const { action, fields = {}, after = "1s", session = "s-1" } of calls) {
    now += msOf(after);
    decisions.push(await permit.check({ action, fields, context: { session } } as never));
  }
  return decisions;
}

/** Ids of the entries of a policy that ask about a history. */
function askingIds(text: string): string[] {
  const { rules, gates, rows } = parse(text) as Record<string, { id: string; when?: unknown }[] | undefined>;
  return [rules, gates, rows]
    .flatMap((entries) => entries ?? [])
    .filter(({ when }) => JSON.stringify(when ?? null).includes('"signal.'))
    .map(({ id }) => id);
}

const ASKING = askingIds(SOURCES.find(({ name }) => name === "policies/base.yaml")?.text ?? "");

function codesOf({ reasons }: Decision): string[] {
  return reasons.map(({ code }) => code);
}

describe.each(SCENARIOS)("%s", (_file, scenario) => {
  const policy = `${ORG}${scenario.policy ?? ""}`;
  const asking = new Set([...ASKING, ...askingIds(policy)]);
  const context = { ...SHARED, ...scenario.context };
  let engine: Engine;
  beforeAll(async () => {
    engine = await engineOf(policy);
  }, 60_000);

  const remembering = (clock: () => number): Permit =>
    createPermit({ engine, context, clock, memory: new MemoryStore() });

  /** Call, and what was wrong with the answer. */
  function wrong(calls: readonly CallStep[], decisions: readonly Decision[]): unknown[] {
    return decisions.flatMap((decision, at) => {
      const { action, verdict } = calls[at] as CallStep;
      if (decision.verdict === verdict) return [];
      return [
        {
          call: at + 1,
          action,
          wanted: verdict,
          came: decision.verdict,
          reasons: codesOf(decision),
          score: decision.score,
        },
      ];
    });
  }

  const firstNamed = (decisions: readonly Decision[], code: string): number =>
    1 + decisions.findIndex((decision) => codesOf(decision).includes(code));

  test("says what happens, and has a twin", () => {
    expect(scenario.scenario.length).toBeGreaterThan(60);
    expect(scenario.stopped === undefined || scenario.twin !== undefined).toBe(true);
  });

  test("every call has its verdict", async () => {
    const calls = written(scenario.calls);
    const decisions = await play(calls, remembering);
    expect(wrong(calls, decisions)).toEqual([]);
    const { stopped } = scenario;
    if (stopped === undefined) {
      expect(decisions.flatMap(codesOf).filter((code) => asking.has(code))).toEqual([]);
      return;
    }
    expect(firstNamed(decisions, stopped.reason)).toBe(stopped.call);
    const decision = decisions[stopped.call - 1] as Decision;
    expect(decision.verdict).not.toBe("allow");
    expect(decision.obligations.approvers ?? 1).toBe(stopped.approvers ?? 1);
  });

  test("without a memory no entry that asks about one speaks", async () => {
    const decisions = await play(written(scenario.calls), (clock) =>
      createPermit({ engine, context, clock }),
    );
    expect(decisions.flatMap(codesOf).filter((code) => ASKING.includes(code))).toEqual([]);
  });

  const { twin } = scenario;
  test.runIf(twin !== undefined)("the twin is left alone", async () => {
    const calls = written(twin?.calls ?? []);
    const decisions = await play(calls, remembering);
    expect(wrong(calls, decisions)).toEqual([]);
    const spoken = decisions.map((decision, at) => [
      at + 1,
      codesOf(decision).filter((code) => asking.has(code)),
    ]);
    expect(spoken.filter(([, codes]) => (codes as string[]).length > 0)).toEqual([]);
  });
});

test("every entry of base that asks about a history stops some scenario", () => {
  const shown = new Set(SCENARIOS.map(([, { stopped }]) => stopped?.reason));
  expect(ASKING.length).toBeGreaterThan(15);
  expect(ASKING.filter((id) => !shown.has(id))).toEqual([]);
});
