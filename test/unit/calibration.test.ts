/**
 * The worked cases of policies/calibration.yaml on the real engine, and the proof that they hold the numbers: a gain that
 * moves takes named rows with it.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { compile } from "../../bindings/src/compile/index.ts";
import type { Engine } from "../../bindings/src/engine.ts";
import type { Request, Tier, Verdict } from "../../bindings/src/types.ts";
import { ROOT } from "../../tools/files.ts";
import { checkoutSources } from "../../tools/image.ts";
import { open, TIME_MS } from "./built.ts";

interface Case {
  readonly id: string;
  readonly who: string;
  readonly call: { readonly action?: string; readonly tool?: string };
  readonly tier: Tier;
  readonly verdict: Verdict;
  readonly gate?: string;
  readonly row?: string;
  readonly approvers?: number;
  readonly corrected?: { readonly tier?: Tier; readonly verdict?: Verdict };
}

interface Calibration {
  readonly organisation: string;
  readonly contexts: Readonly<Record<string, object>>;
  readonly cases: readonly Case[];
}

const { organisation, contexts, cases } = parse(
  readFileSync(join(ROOT, "policies/calibration.yaml"), "utf8"),
) as Calibration;
const BASE = "policies/base.yaml";
const SOURCES = checkoutSources();
const { explain } = compile(SOURCES);

/** The engine with the policy of the cases; `patch` may change the text of base policy first. */
function engineWith(patch: (base: string) => string = (base) => base): Promise<Engine> {
  const sources = SOURCES.map((one) => ({ ...one, text: one.name === BASE ? patch(one.text) : one.text }));
  return open(compile([...sources, { name: "permit0.yaml", text: organisation }]).image);
}

function decide(engine: Engine, { call, who }: Case) {
  return engine.decide({ ...call, context: { time_ms: TIME_MS, ...contexts[who] } } as unknown as Request);
}

const engine = await engineWith();

describe("the table", () => {
  test.each(cases.map((row) => [row.id, row] as const))("%s", (_, row) => {
    const decision = decide(engine, row);
    expect({ tier: decision.tier, verdict: decision.verdict, gate: decision.gate }).toEqual({
      tier: row.tier,
      verdict: row.verdict,
      gate: row.gate,
    });
    if (row.row !== undefined) expect(decision.rows).toContain(row.row);
    if (row.approvers !== undefined) expect(decision.obligations.approvers).toBe(row.approvers);
  });

  test("has unlike ids, known contexts, and corrections that correct something", () => {
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
    expect(cases.filter(({ who }) => contexts[who] === undefined)).toEqual([]);
    const idle = cases.filter(
      ({ corrected, tier, verdict }) =>
        corrected && (corrected.tier ?? tier) === tier && (corrected.verdict ?? verdict) === verdict,
    );
    expect(idle).toEqual([]);
  });

  test("covers every domain three times, every context, tier, verdict and gate", () => {
    const counts = new Map<string, number>();
    for (const row of cases) {
      const { action } = decide(engine, row);
      const [domain = ""] = action.split(".");
      counts.set(domain, (counts.get(domain) ?? 0) + 1);
    }
    const domains = new Set(explain.content.actions.map(({ name }) => name.split(".")[0] as string));
    expect(domains.size).toBe(34);
    expect([...domains].filter((domain) => (counts.get(domain) ?? 0) < 3)).toEqual([]);
    const seen = (of: (row: Case) => string | undefined) => new Set(cases.map(of).filter(Boolean));
    expect(seen(({ who }) => who)).toEqual(new Set(Object.keys(contexts)));
    expect(seen(({ tier }) => tier).size).toBe(5);
    expect(seen(({ verdict }) => verdict).size).toBe(3);
    expect(seen(({ gate }) => gate).size).toBe(5);
  });
});

/** Ids of the rows whose tier or verdict is another one when the gain of an amplifier changes by `thousandths`. */
async function movedBy(amplifier: string, thousandths: number): Promise<string[]> {
  const line = new RegExp(`^( {2}${amplifier}: \\{ gain: )(\\d+)`, "m");
  const changed = await engineWith((base) => {
    expect(base).toMatch(line);
    return base.replace(line, (_, lead: string, gain: string) => `${lead}${Number(gain) + thousandths}`);
  });
  return cases
    .filter((row) => {
      const { tier, verdict } = decide(changed, row);
      return tier !== row.tier || verdict !== row.verdict;
    })
    .map(({ id }) => id);
}

describe.each(["fintech", "healthcare"])("the worked cases of the profile %s", async (profile) => {
  const own = parse(readFileSync(join(ROOT, `policies/cases/${profile}.yaml`), "utf8")) as Calibration;
  const compiled = compile([...SOURCES, { name: "permit0.yaml", text: own.organisation }]);
  const judge = await open(compiled.image);

  test("are at least twenty, and the profile is the one that decides", () => {
    expect(own.cases.length).toBeGreaterThanOrEqual(20);
    expect(new Set(own.cases.map(({ id }) => id)).size).toBe(own.cases.length);
    expect(compiled.explain.content.profile).toBe(profile);
    expect(compiled.warnings).toEqual([]);
  });

  test.each(own.cases.map((row) => [row.id, row] as const))("%s", (_, row) => {
    const context = { time_ms: TIME_MS, ...own.contexts[row.who] };
    const decision = judge.decide({ ...row.call, context } as unknown as Request);
    const { tier, verdict, gate } = decision;
    expect({ tier, verdict, gate }).toEqual({ tier: row.tier, verdict: row.verdict, gate: row.gate });
    if (row.row !== undefined) expect(decision.rows).toContain(row.row);
    if (row.approvers !== undefined) expect(decision.obligations.approvers).toBe(row.approvers);
  });

  test("show every row of the profile at work", () => {
    const met = new Set(
      own.cases.flatMap(
        (row) =>
          judge.decide({
            ...row.call,
            context: { time_ms: TIME_MS, ...own.contexts[row.who] },
          } as unknown as Request).rows,
      ),
    );
    const rows = compiled.explain.content.rows
      .filter(({ layer }) => layer === "profile")
      .map(({ code }) => code);
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.filter((id) => !met.has(id))).toEqual([]);
  });
});

describe("the rows hold the gains", () => {
  test("nothing moves when nothing changes", async () => {
    expect(await movedBy("destination", 0)).toEqual([]);
  });

  test("destination raised by 200 takes these rows with it", async () => {
    expect(await movedBy("destination", 200)).toEqual([
      "file_upload_report",
      "pay_transfer_5000",
      "dev_release_public",
      "email_create_filter_2",
    ]);
  });
});
