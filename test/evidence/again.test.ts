/** A log computed and decided again: what its records do to histories, and each member that comes out otherwise. */

import { beforeAll, expect, test } from "vitest";
import {
  type EntryDifference,
  type LoggedEvent,
  type ReplayOptions,
  type ReplayReport,
  replayLog,
} from "../../bindings/evidence/again.ts";
import { keptEntry } from "../../bindings/evidence/kept-entry.ts";
import { openingWith } from "../../bindings/evidence/opening.ts";
import type { Engine } from "../../bindings/src/engine.ts";
import { emptyCell } from "../../bindings/src/memory.ts";
import type { Request } from "../../bindings/src/types.ts";
import { open, sha256Hex, TIME_MS, WASM } from "../unit/built.ts";
import { MemoryKeys, MemoryStorage } from "./in-memory.ts";
import { type WrittenLog, writtenLog } from "./kept-log.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await open();
});

const context = (at: number) => ({ time_ms: TIME_MS + at * 60_000, session: "s-1", principal: "ann" });
const mail = (at: number): Request => ({
  tool: "send_email",
  args: { to: "ann@acme.example", body: `number ${at}` },
  context: context(at),
});
const freeze = (at: number) => ({
  event: { kind: "freeze", scope: "agent", value: "a-1", by: "ann" } as const,
  context: { time_ms: TIME_MS + at * 60_000 },
});

interface Ran {
  readonly report: ReplayReport;
  readonly differences: readonly EntryDifference[];
  readonly events: readonly LoggedEvent[];
}

async function run(
  fill: (written: WrittenLog) => Promise<unknown>,
  options: Partial<ReplayOptions> = {},
): Promise<Ran> {
  const storage = new MemoryStorage();
  const keys = new MemoryKeys();
  const written = await writtenLog(storage, keys);
  await fill(written);
  await written.log.close();
  const differences: EntryDifference[] = [];
  const events: LoggedEvent[] = [];
  const report = await replayLog(storage, {
    engines: new Map([[engine.digests.engine, WASM]]),
    open: openingWith(keys),
    onDifference: (difference) => void differences.push(difference),
    onEvent: (event) => void events.push(event),
    ...options,
  });
  return { report, differences, events };
}

async function fillWell({ decide }: WrittenLog): Promise<void> {
  for (let at = 0; at < 3; at++) await decide(engine, mail(at));
  await decide(engine, freeze(3));
  await decide(engine, mail(4));
}

/** What was decided and what was kept are two things. */
async function fillFalse({ log }: WrittenLog): Promise<void> {
  const salt = new Uint8Array(32).fill(9);
  const said = engine.decide({ ...mail(0), salt });
  const kept = engine.encode({ tool: "bash", args: { command: "sudo rm -rf /" }, context: context(0), salt });
  await log.append({ record: said.record, cells: [], request: kept, source: engine });
}

test("a call that persons approved is decided again with their approval", async () => {
  const refund: Request = {
    action: "payments.refund",
    fields: { amount: 85_000, currency: "USD" },
    context: { time_ms: TIME_MS, principal: "ann" },
  };
  const found = engine.decide(refund);
  const hexBytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));
  const approval = {
    approvers: [{ id: "eve", key: "k4.pid.eve", signature: new Uint8Array(64) }],
    args: hexBytes(found.digests.args),
    at_ms: TIME_MS,
    expires_ms: TIME_MS + 60_000,
    image: hexBytes(found.digests.image),
    of: hexBytes(found.digests.record),
    reasons: found.reasons.map(({ code }) => code),
  };
  const approved = engine.decide({ ...refund, approval });
  expect(approved.verdict).toBe("allow");
  const { report, differences } = await run(async ({ log }) => {
    for (const [record, asked] of [
      [found.record, refund],
      [approved.record, { ...refund, approval }],
    ] as const)
      await log.append({ record, cells: [], request: engine.encode(asked), source: engine });
  });
  expect([report.checked, differences]).toEqual([2, []]);
});

test("an honest log comes out as it is, with its events and histories", async () => {
  const { report, differences, events } = await run(fillWell);
  expect(report).toMatchObject({
    checked: 5,
    differing: 0,
    not: { host: 0, unkept: 0, withheld: 0, engine: 0 },
  });
  expect(report.fault).toBeUndefined();
  expect(report.shards).toMatchObject([{ shard: "main", entries: 6, decisions: 5, gaps: 0, torn: 0 }]);
  expect(report.shards[0]?.cells.length).toBeGreaterThan(1);
  expect(differences).toEqual([]);
  expect(events).toMatchObject([{ shard: "main", seq: 4, verdict: "allow", event: { kind: "freeze" } }]);
});

test("each member that differs is shown", async () => {
  const { report, differences } = await run(fillFalse);
  expect(report).toMatchObject({ checked: 1, differing: 1 });
  expect(differences).toMatchObject([{ shard: "main", seq: 1 }]);
  const members = new Map(differences[0]?.members.map((one) => [one.member, one]));
  expect(members.get("action")).toMatchObject({ was: "email.send" });
  expect([...members.keys()]).toEqual(
    expect.arrayContaining(["verdict", "score", "reasons", "parts", "args"]),
  );
  expect(members.has("time_ms")).toBe(false);
});

test("what is outside of the range is taken at its word, and the histories are the same", async () => {
  const whole = await run(fillWell);
  const { report, events } = await run(fillWell, { from: 2, to: 4 });
  expect(report).toMatchObject({ checked: 2, not: { withheld: 0 } });
  expect(events).toEqual([]);
  expect(report.shards[0]?.cells).toEqual(whole.report.shards[0]?.cells);
  const late = await run(fillFalse, { from: 2 });
  expect(late.report).toMatchObject({ checked: 0, differing: 0 });
});

test("what cannot be decided again is counted", async () => {
  expect((await run(fillWell, { engines: new Map() })).report).toMatchObject({
    checked: 0,
    not: { engine: 5 },
  });
  const storage = new MemoryStorage();
  const written = await writtenLog(storage, new MemoryKeys());
  await fillWell(written);
  await written.log.close();
  const sealed = await replayLog(storage, { engines: new Map() });
  expect(sealed).toMatchObject({ checked: 0, not: { withheld: 5, engine: 0 } });
});

test("a record that does not join is a fault with its number", async () => {
  const { report } = await run(async ({ log, decide }) => {
    await decide(engine, mail(0));
    const call = engine.prepare({ ...mail(1), salt: new Uint8Array(32).fill(1) });
    const decision = call.decide(call.ids.map(emptyCell));
    const cells = decision.next.map((cell) => ({ ...cell, version: 7 }));
    await log.append({ record: decision.record, cells, source: engine });
  });
  expect(report.fault).toMatchObject({ shard: "main", seq: 2 });
});

test("one entry is found with the image that decided it", async () => {
  const storage = new MemoryStorage();
  const written = await writtenLog(storage, new MemoryKeys());
  const decided = await written.decide(engine, mail(0));
  await written.log.close();
  const kept = await keptEntry(storage, "main", 1);
  expect(kept.record).toEqual(decided.record);
  expect(sha256Hex(kept.image ?? "")).toBe(engine.digests.image);
  expect(kept.isSealed).toBe(true);
  await expect(keptEntry(storage, "main", 0)).rejects.toThrow("it is a note: begin");
  await expect(keptEntry(storage, "main", 2)).rejects.toThrow("no entry 2");
  await expect(keptEntry(storage, "other", 1)).rejects.toThrow("it has main");
  const name = `images/${engine.digests.image}.image`;
  storage.files.set(name, new Uint8Array(12));
  await expect(keptEntry(storage, "main", 1)).rejects.toThrow("its name promises");
  await expect(replayLog(storage, { engines: new Map() })).rejects.toThrow("its name promises");
});
