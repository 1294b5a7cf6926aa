import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { needAgreement } from "../../bench/agreement.ts";
import { benchCalls } from "../../bench/calls.ts";
import { YARDSTICK } from "../../bench/parts/decision.ts";
import { PEERS } from "../../bench/parts/peers.ts";
import { isInstalled, type OpenPeer, type Peer } from "../../bench/peers/peer.ts";
import { openPermit0 } from "../../bench/peers/permit0.ts";
import { openSwitch } from "../../bench/peers/switch.ts";
import { benchPolicy, type Policy } from "../../bench/policy.ts";
import { WORSE_MAX, worseRatios } from "../../bench/ratios.ts";
import { README, withTables } from "../../bench/readme.ts";
import { newestResults, type PartResult, type Results, type Row } from "../../bench/results.ts";
import { median, percentile, timeSideBySide, timesAsLong } from "../../bench/timing.ts";
import { ROOT } from "../../tools/files.ts";

const policy = benchPolicy(60);
const calls = benchCalls(400, 40);
/** The same policy with one value of one entry changed. */
const changed: Policy = {
  ...policy,
  entries: policy.entries.map((entry, at) =>
    at === 0 ? { ...entry, all: [{ fact: "amount_minor", by: "at_least", value: 1_000 }] } : entry,
  ),
};

describe("the agreement check:", () => {
  test("the generated switch and permit0 agree", async () => {
    const { allowed } = await needAgreement([openSwitch(policy), await openPermit0(policy)], calls);
    expect(allowed).toBeGreaterThan(calls.length / 2);
  });

  test("permit0 with a changed policy is found", async () => {
    await expectDisagreement(openSwitch(policy), await openPermit0(changed));
  });

  test("a changed floor is found", async () => {
    await expectDisagreement(openSwitch(changed), await openPermit0(policy));
  });

  test("calls that are all allowed show nothing", async () => {
    const free = openSwitch({ ...policy, entries: [] });
    const known = calls.filter(({ prepared }) => policy.actions.includes(prepared.action));
    await expect(needAgreement([free], known)).rejects.toThrow("wanted calls of both kinds");
  });

  for (const [name, open] of Object.entries(PEERS)) peerTests(name, open);
});

function peerTests(name: string, open: OpenPeer): void {
  const missing = !isInstalled(name);
  const why = missing ? ", skipped: bench/node_modules has no such package; npm run bench installs it" : "";
  test.skipIf(missing)(`${name} agrees, and with a changed policy is found${why}`, async () => {
    const { allowed } = await needAgreement([openSwitch(policy), await open(policy)], calls);
    expect(allowed).toBeGreaterThan(calls.length / 2);
    await expectDisagreement(openSwitch(policy), await open(changed));
  });
  if (missing) console.warn(`bench: ${name} is not installed, its agreement is not tested`);
}

async function expectDisagreement(...peers: readonly Peer[]): Promise<void> {
  await expect(needAgreement(peers, calls)).rejects.toThrow(/differ on \d+ of \d+ calls, first on: switch/);
}

test("equal seeds give equal calls, other seeds others", () => {
  expect(benchCalls(50, 100)).toEqual(benchCalls(50, 100));
  expect(benchCalls(50, 100)).not.toEqual(benchCalls(50, 100, 8));
});

describe("statistics:", () => {
  test("percentile and median", () => {
    const hundred = Array.from({ length: 100 }, (_, at) => at + 1);
    expect([percentile(hundred, 50), percentile(hundred, 99), percentile([3], 99)]).toEqual([50, 99, 3]);
    expect(median([5, 1, 3])).toBe(3);
    expect(() => percentile([], 50)).toThrow("at least one value");
  });

  test("subjects take turns, each over all inputs, and a promise is waited for", async () => {
    const seen: string[] = [];
    const subject = (name: string, group?: number) => ({
      name,
      run: async (index: number) => {
        await Promise.resolve();
        seen.push(`${name}${index}`);
      },
      ...(group === undefined ? {} : { group }),
    });
    const schedule = { inputs: 3, batchCalls: 2, batches: 1, warmUpBatches: 1 };
    const timings = await timeSideBySide([subject("a"), subject("b", 2)], schedule);
    expect(seen).toEqual(["a0", "a1", "b0", "b1", "a2", "a0", "b2", "b0"]);
    expect(timings).toHaveLength(2);
  });

  test("two subjects are compared batch by batch", () => {
    const timed = (...batchP50s: number[]) => ({
      p50_ns: 1,
      p99_ns: 1,
      per_second: 1,
      least_ns: 1,
      batchP50s,
    });
    // The machine became half as fast after the second of five batches.
    expect(timesAsLong(timed(30, 30, 60, 60, 60), timed(10, 10, 20, 20, 20))).toBe(3);
  });
});

describe("bench:check", () => {
  const row = (name: string, floor: number) => ({
    name,
    request_bytes: 1,
    p50_ns: 1,
    p99_ns: 1,
    per_second: 1,
    floor,
  });
  const part = (title: string, rows: readonly Row[]): PartResult => ({
    tables: [{ title, rows }],
    figures: [],
    notes: [],
  });
  /** Results in which permit0 takes so many times as long as the floor, and everything else a hundred times. */
  const results = (floor: number, cpu = "one"): Results => ({
    date: "2026-01-01",
    machine: { cpu, cores: 2, platform: "linux x64", node: "20.0.0" },
    engine: "",
    image: "",
    parts: {
      peers: part("calls", [row("permit0", floor), row("casbin", 100)]),
      decision: part("decide", [row("mail", floor), row(YARDSTICK, 100)]),
    },
  });

  test("passes what is within the bound or better", () => {
    expect(worseRatios(results(10), results(10 * WORSE_MAX))).toEqual([]);
    expect(worseRatios(results(10), results(2))).toEqual([]);
  });

  test("names what became worse, and from when the last figure is", () => {
    expect(worseRatios(results(10), results(14))).toEqual([
      `decide: mail / ${YARDSTICK}: was 0.100 on 2026-01-01, is 0.140: 1.40 times, allowed are 1.25`,
    ]);
    expect(worseRatios(results(10), results(20))).toContain(
      "calls: permit0 / casbin: was 0.100 on 2026-01-01, is 0.200: 2.00 times, allowed are 1.5",
    );
  });

  test("is looser with results of another processor", () => {
    expect(worseRatios(results(10), results(14, "two"))).toEqual([]);
    expect(worseRatios(results(10), results(16, "two"))).toHaveLength(2);
  });
});

test("the tables of bench/README.md are those of the newest results", () => {
  const newest = newestResults(join(ROOT, "bench/results"));
  expect(newest).toBeDefined();
  const page = readFileSync(README, "utf8");
  expect(page).toBe(withTables(page, newest as Results));
});
