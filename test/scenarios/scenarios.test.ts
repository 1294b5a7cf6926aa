/** Sessions of calls, and their clean twins, through a permit that remembers. README.md says what the files hold. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { MemoryStore } from "../../bindings/memory/memory-store.ts";
import { compile } from "../../bindings/src/compile/index.ts";
import { type Engine, openEngine } from "../../bindings/src/engine.ts";
import type { FreezeOrder } from "../../bindings/src/events.ts";
import { createPermit, type Permit } from "../../bindings/src/permit.ts";
import type { Decision, Label, Trust, Verdict } from "../../bindings/src/types.ts";
import { ROOT } from "../../tools/files.ts";
import { checkoutSources } from "../../tools/image.ts";
import { WASM } from "../unit/built.ts";

/** What every step may have. */
interface AnyStep {
  readonly after?: string;
  readonly session?: string;
  readonly parent?: string;
}

interface CallStep extends AnyStep {
  readonly action?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly tool?: string;
  readonly args?: Readonly<Record<string, unknown>>;
  readonly agent?: string;
  readonly verdict: Verdict;
  /** What the tool answered. */
  readonly shows?: string;
}

interface TextStep extends AnyStep {
  readonly observe: Trust;
  readonly text: string;
  /** The text so often, with its number for `{line}`. */
  readonly lines?: number;
  readonly source?: string;
  readonly labels?: readonly Label[];
  /** The code of the error, of what must not be told so. */
  readonly refused?: string;
}

type OrderStep = AnyStep & ({ readonly freeze: FreezeOrder } | { readonly thaw: FreezeOrder });

type SingleStep = CallStep | TextStep | OrderStep;

interface RepeatedSteps {
  readonly times: number;
  readonly calls: readonly SingleStep[];
}

type Step = SingleStep | RepeatedSteps;

interface Played {
  readonly scenario: string;
  readonly calls: readonly Step[];
}

interface Scenario extends Played {
  readonly policy?: string;
  readonly context?: Readonly<Record<string, unknown>>;
  readonly stopped?: { readonly call: number; readonly reason: string; readonly approvers?: number };
  /** Entries that speak in calls that pass. */
  readonly speaks?: readonly string[];
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

/** The steps one by one. */
function written(steps: readonly Step[]): SingleStep[] {
  return steps.flatMap((step) => {
    if (!("times" in step)) return [step];
    return Array.from({ length: step.times }, (_, round) => round + 1).flatMap(
      (round) => JSON.parse(JSON.stringify(step.calls).replaceAll("{n}", `${round}`)) as SingleStep[],
    );
  });
}

function callsOf(steps: readonly SingleStep[]): CallStep[] {
  return steps.filter((step): step is CallStep => "verdict" in step);
}

/** The decisions of all calls, by a permit whose clock goes as the steps say. Without a memory nothing can be told. */
async function play(
  steps: readonly SingleStep[],
  open: (clock: () => number) => Permit,
  remembers = true,
): Promise<Decision[]> {
  let now = START_MS;
  const permit = open(() => now);
  const decisions: Decision[] = [];
  for (const step of steps) {
    now += msOf(step.after ?? "1s");
    const place = { session: step.session ?? "s-1", ...(step.parent && { parent: step.parent }) };
    if ("verdict" in step) {
      const { action, fields = {}, tool, args = {}, agent, shows } = step;
      const call = tool === undefined ? { action, fields } : { tool, args };
      const context = { ...place, ...(agent && { agent }) };
      const decision = await permit.check({ ...call, context } as never);
      decisions.push(decision);
      if (shows !== undefined && remembers) await permit.outcome(decision, { status: "ran", text: shows });
    } else if (remembers) await tell(permit, place, step);
  }
  return decisions;
}

type Place = { readonly session: string; readonly parent?: string };

/** Tells a permit what is no call. */
async function tell(permit: Permit, place: Place, step: TextStep | OrderStep): Promise<void> {
  if ("freeze" in step) {
    await permit.freeze(step.freeze);
    return;
  }
  if ("thaw" in step) {
    await permit.thaw(step.thaw);
    return;
  }
  const { observe: trust, text, lines = 1, source, labels, refused } = step;
  const whole = Array.from({ length: lines }, (_, at) => text.replaceAll("{line}", `${at + 1}`)).join("\n");
  const observing = permit.observe({
    ...place,
    text: whole,
    trust,
    ...(source && { source }),
    ...(labels && { labels }),
  });
  if (refused === undefined) await observing;
  else expect(await observing.catch((error: unknown) => error)).toMatchObject({ code: refused });
}

/** What a condition says of a history. `provenance … not_in` holds without one, too. */
const OF_HISTORY = /"(signal|written)\.|"label(s_all)?":\[|"provenance\.\w+":\[/;

/** Ids of the entries of a policy that ask about a history. */
function askingIds(text: string): string[] {
  const { rules, gates, rows } = parse(text) as Record<string, { id: string; when?: unknown }[] | undefined>;
  return [rules, gates, rows]
    .flatMap((entries) => entries ?? [])
    .filter(({ when }) => OF_HISTORY.test(JSON.stringify(when ?? null)))
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
      const { action, tool, verdict } = calls[at] as CallStep;
      if (decision.verdict === verdict) return [];
      return [
        {
          call: at + 1,
          action: action ?? tool,
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
    const steps = written(scenario.calls);
    const decisions = await play(steps, remembering);
    expect(wrong(callsOf(steps), decisions)).toEqual([]);
    const { stopped } = scenario;
    if (stopped === undefined) {
      const spoken = new Set(decisions.flatMap(codesOf).filter((code) => asking.has(code)));
      expect([...spoken]).toEqual(scenario.speaks ?? []);
      return;
    }
    expect(firstNamed(decisions, stopped.reason)).toBe(stopped.call);
    const decision = decisions[stopped.call - 1] as Decision;
    expect(decision.verdict).not.toBe("allow");
    expect(decision.obligations.approvers ?? 1).toBe(stopped.approvers ?? 1);
  });

  test("without a memory no entry that asks about one speaks", async () => {
    const open = (clock: () => number): Permit => createPermit({ engine, context, clock });
    const decisions = await play(written(scenario.calls), open, false);
    expect(decisions.flatMap(codesOf).filter((code) => ASKING.includes(code))).toEqual([]);
  });

  const { twin } = scenario;
  test.runIf(twin !== undefined)("the twin is left alone", async () => {
    const steps = written(twin?.calls ?? []);
    const decisions = await play(steps, remembering);
    expect(wrong(callsOf(steps), decisions)).toEqual([]);
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
