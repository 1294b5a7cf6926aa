/** A log decided again under another policy: what would change, what could not be judged, and whose histories count. */

import { beforeAll, describe, expect, test } from "vitest";
import { type BacktestReport, backtest } from "../../bindings/evidence/backtest.ts";
import { EvidenceError } from "../../bindings/evidence/errors.ts";
import { openingWith } from "../../bindings/evidence/opening.ts";
import { packageSources } from "../../bindings/hosts/node.ts";
import { compile } from "../../bindings/src/compile/index.ts";
import { type Engine, openEngine } from "../../bindings/src/engine.ts";
import type { Request } from "../../bindings/src/types.ts";
import { memoryImage, POLICY } from "../memory/policy.ts";
import { TIME_MS, WASM } from "../unit/built.ts";
import { MemoryKeys, MemoryStorage } from "./in-memory.ts";
import { writtenLog } from "./kept-log.ts";

function engineOf(policy: string): Promise<Engine> {
  const { image } = compile([...packageSources(), { name: "acme.yaml", text: policy }], { wasm: WASM });
  return openEngine({ wasm: WASM, image });
}

const context = (at: number, principal = "ann") => ({
  time_ms: TIME_MS + at * 60_000,
  session: "s-1",
  agent: "a-1",
  principal,
});
const mail = (at: number, principal?: string): Request => ({
  tool: "send_email",
  args: { to: "ann@acme.example", body: `number ${at}` },
  context: context(at, principal),
});
const refund = (at: number, amount: number): Request => ({
  action: "payments.refund",
  fields: { amount, currency: "USD", payee: "p-1" },
  context: context(at),
});

/** Two policies are compiled. */
const COMPILE_MS = 120_000;
let current: Engine;
/** One mail more, and no refunds and no files. */
let candidate: Engine;
const STOPPED = `  - id: stop
    on: { actions: [payments.refund, files.read, files.list] }
    verdict: deny
    reason: Not now.
`;
beforeAll(async () => {
  current = await openEngine({ wasm: WASM, image: memoryImage() });
  candidate = await engineOf(POLICY.replace("{ ge: 2 }", "{ ge: 3 }") + STOPPED);
}, COMPILE_MS);

/** A call that every policy refuses. */
const NO_CALL = { action: "no.such", fields: {}, context: context(0) };

async function run(
  fill: (decide: (request: Parameters<Engine["decide"]>[0]) => Promise<unknown>) => Promise<void>,
  { engine = candidate, examples }: { engine?: Engine; examples?: number } = {},
): Promise<BacktestReport> {
  const storage = new MemoryStorage();
  const keys = new MemoryKeys();
  const written = await writtenLog(storage, keys);
  await fill((request) => written.decide(current, request));
  await written.log.close();
  return backtest(storage, {
    engine,
    open: openingWith(keys),
    ...(examples === undefined ? {} : { examples }),
  });
}

const verdictsOf = ({ examples }: BacktestReport): string[] =>
  examples.map(({ seq, was, is }) => `${seq} ${was.verdict} -> ${is?.verdict ?? "refused"}`);

test("the policy that decided changes nothing", async () => {
  const report = await run(
    async (decide) => {
      for (let at = 0; at < 4; at++) await decide(mail(at));
      await decide(refund(5, 85_000));
      await decide({
        event: { kind: "freeze", scope: "agent", value: "a-1", by: "ann" },
        context: context(6),
      });
      await decide(mail(7));
    },
    { engine: current },
  );
  expect(report).toMatchObject({ entries: 8, decisions: 7, judged: 7, same: 7, scores: 0, changed: 0 });
  expect(report).toMatchObject({ pairs: [], actions: [], causes: [], examples: [], short: 0, torn: 0 });
});

test("says what changes, by pair, action and cause", async () => {
  const report = await run(async (decide) => {
    for (let at = 0; at < 3; at++) await decide(mail(at));
    await decide(refund(3, 100));
    await decide(refund(4, 100));
  });
  expect(report).toMatchObject({ judged: 5, same: 1, scores: 1, changed: 3 });
  expect(report.causes).toEqual([
    { name: "+stop", count: 2, stricter: 2, calmer: 0 },
    { name: "-one_mail", count: 1, stricter: 0, calmer: 1 },
  ]);
  expect(report.actions).toEqual([
    { name: "payments.refund", count: 2, stricter: 2, calmer: 0 },
    { name: "email.send", count: 1, stricter: 0, calmer: 1 },
  ]);
  const mailed = report.examples.find(({ action }) => action === "email.send");
  expect(mailed).toMatchObject({ shard: "main", was: { verdict: "deny", reason: "one_mail" } });
  expect(mailed?.is?.verdict).not.toBe("deny");
  expect(report.pairs.reduce((sum, { count }) => sum + count, 0)).toBe(3);
});

test("histories are those that the candidate's own decisions make", async () => {
  // Mails that ran count. By the record the second and all others are denied and never count; under the candidate the second runs.
  const report = await run(async (decide) => {
    for (let at = 0; at < 5; at++) await decide(mail(at));
  });
  const denied = (side: "was" | "is"): number[] =>
    report.examples.filter((one) => one[side]?.verdict === "deny").map(({ seq }) => seq);
  expect(report.changed).toBe(1);
  expect(denied("was")).toEqual([2]);
  expect(denied("is")).toEqual([]);
});

test("events go into the candidate's histories", async () => {
  const thaws = await run(async (decide) => {
    await decide({ event: { kind: "freeze", scope: "agent", value: "a-1", by: "ann" }, context: context(0) });
    await decide(mail(1));
    await decide({ event: { kind: "thaw", scope: "agent", value: "a-1", by: "ann" }, context: context(2) });
    await decide(mail(3));
  });
  expect(thaws).toMatchObject({ judged: 4, changed: 0 });
});

describe("what cannot be judged", () => {
  test("is counted by its reason, and what it kept from histories is said", async () => {
    const storage = new MemoryStorage();
    const keys = new MemoryKeys();
    const written = await writtenLog(storage, keys);
    const decide = (request: Request) => written.decide(current, request);
    await decide(mail(0, "gone"));
    await decide(mail(1, "elsewhere"));
    written.keep(keys, [["body"]]);
    await decide(mail(2));
    written.keep(undefined);
    await decide(mail(3));
    await written.log.append({ record: current.denyByHost(mail(4), "state_unavailable").record, cells: [] });
    written.keep(keys);
    await decide({ ...mail(5), context: { time_ms: TIME_MS + 300_000, session: "other" } });
    keys.destroy(keys.idOf("elsewhere"));
    keys.destroy(keys.idOf("gone"));
    await written.log.noteErased(keys.idOf("gone"), "ann", "she asked");
    await decide(mail(6));
    await written.log.close();
    const report = await backtest(storage, { engine: current, open: openingWith(keys) });
    expect(report.not).toEqual({
      host: 1,
      unkept: 1,
      withheld: 1,
      redacted: 1,
      erased: 1,
      history: 0,
      salt: 0,
    });
    expect(report).toMatchObject({ entries: 9, decisions: 7, judged: 2 });
    // The session of the last mail lacks four others; another session lacks nothing of its own.
    expect(report.short).toBe(1);
    const sealed = await backtest(storage, { engine: current });
    expect(sealed).toMatchObject({ judged: 0, changed: 0, not: { withheld: 5 } });
  });

  test("a key that was made after an erasure opens nothing before it", async () => {
    const storage = new MemoryStorage();
    const keys = new MemoryKeys();
    const written = await writtenLog(storage, keys);
    await written.decide(current, mail(0));
    keys.destroy(keys.idOf("ann"));
    await written.log.noteErased(keys.idOf("ann"), "ann", "she asked");
    keys.make(keys.idOf("nobody"));
    await written.decide(current, mail(1));
    await written.log.close();
    const report = await backtest(storage, { engine: current, open: openingWith(keys) });
    expect(report).toMatchObject({ judged: 1, not: { erased: 1 } });
  });

  test("what the candidate refuses would not run", async () => {
    const old = new MemoryStorage();
    const keys = new MemoryKeys();
    const written = await writtenLog(old, keys);
    await written.decide(current, refund(0, 100));
    await written.log.close();
    const refuses = new Proxy(candidate, {
      get: (target, name) => {
        if (name === "prepare")
          return (request: Request) => target.prepare(request.action === undefined ? request : NO_CALL);
        const value = Reflect.get(target, name, target) as unknown;
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const report = await backtest(old, { engine: refuses, open: openingWith(keys) });
    expect(report.changed).toBe(1);
    expect(report.causes).toEqual([{ name: "refused", count: 1, stricter: 1, calmer: 0 }]);
    expect(verdictsOf(report)[0]).toMatch(/^1 \w+ -> refused$/);
  });
});

test("examples are of each pair, and of several actions before several of one", async () => {
  const file = (tool: string, at: number): Request => ({
    tool,
    args: { path: `notes-${at}` },
    context: context(at),
  });
  const report = await run(
    async (decide) => {
      for (let at = 0; at < 4; at++) await decide(file("read_file", at));
      await decide(file("list_directory", 4));
    },
    { examples: 2 },
  );
  expect(report.pairs).toEqual([{ name: "allow -> deny", count: 5 }]);
  expect(verdictsOf(report)).toEqual(["1 allow -> deny", "5 allow -> deny"]);
});

test("shards have histories of their own", async () => {
  const storage = new MemoryStorage();
  const keys = new MemoryKeys();
  for (const shard of ["one", "two"]) {
    const written = await writtenLog(storage, keys, shard);
    await written.decide(current, mail(0));
    await written.log.close();
  }
  const report = await backtest(storage, { engine: current, open: openingWith(keys) });
  expect(report).toMatchObject({ shards: 2, judged: 2, changed: 0 });
});

test("a log decided without memory is judged without", async () => {
  const storage = new MemoryStorage();
  const keys = new MemoryKeys();
  const written = await writtenLog(storage, keys);
  for (let at = 0; at < 3; at++) {
    const request = { ...mail(at), salt: new Uint8Array(32).fill(at + 1) };
    await written.log.append({
      record: current.decide(request).record,
      cells: [],
      request: current.encode(request),
      source: current,
    });
  }
  await written.log.close();
  const report = await backtest(storage, { engine: current, open: openingWith(keys) });
  expect(report).toMatchObject({ judged: 3, same: 3, short: 0 });
});

test("a log that does not add up is not judged", async () => {
  const storage = new MemoryStorage();
  const written = await writtenLog(storage, new MemoryKeys());
  for (const number of [0, 1, 2]) await written.decide(current, mail(number));
  await written.log.close();
  const [segment] = [...storage.files.keys()].filter((name) => name.endsWith(".seg"));
  const bytes = storage.files.get(segment as string) as Uint8Array;
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] as number) ^ 1;
  await expect(backtest(storage, { engine: current })).rejects.toThrow(EvidenceError);
  await expect(backtest(new MemoryStorage(), { engine: current })).rejects.toThrow("no shard of a log");
});
