/** Whatever happens between reading histories and keeping them, a call runs only by a decision that was kept. */

import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fillStore, JsonLinesLog, readLog } from "../../bindings/hosts/log.ts";
import { LibsqlStore } from "../../bindings/hosts/memory-libsql.ts";
import { MemoryStore } from "../../bindings/memory/memory-store.ts";
import { Replay } from "../../bindings/memory/replay.ts";
import { type Log, type Memory, memoryOf, Remembering, type Store } from "../../bindings/src/memory.ts";
import { CountingEngine, callOf, cellId, eventCount } from "./counting-engine.ts";
import { testFolder } from "./folder.ts";

const file = testFolder();
const codes = (decision: { reasons: readonly { code: string }[] }): string[] =>
  decision.reasons.map(({ code }) => code);
const id = cellId(new Uint8Array(32), "session", "s-1");

/** A store whose steps can be made to fail. */
function failing(store: Store, step: "read" | "commit", when: () => boolean): Store {
  return {
    read: (ids) => {
      if (step === "read" && when()) throw new Error("no connection");
      return store.read(ids);
    },
    commit: (changes, append) => {
      if (step === "commit" && when()) throw new Error("no connection");
      return store.commit(changes, append);
    },
    close: () => store.close(),
  };
}

/** A log that only counts, and can be made to fail. */
function countingLog(fails = () => false): Log & { readonly records: Uint8Array[] } {
  const records: Uint8Array[] = [];
  return {
    records,
    durability: "strict",
    append: ({ record }) => {
      if (fails()) throw new Error("disk full");
      records.push(record);
    },
    last: () => undefined,
    rebuild: () => undefined,
    close: () => {},
  };
}

async function decideMany(
  remembering: Remembering,
  engine: CountingEngine,
  count: number,
): Promise<string[]> {
  const calls = Array.from({ length: count }, (_, at) =>
    remembering.decide(engine, callOf("s-1", 1000 + at)),
  );
  return (await Promise.all(calls)).map(({ verdict }) => verdict);
}

describe("one program", () => {
  test("keeps every history and logs every decision, in order, also when it asks many at once", async () => {
    const store = new MemoryStore();
    const log = countingLog();
    const engine = new CountingEngine(5);
    const verdicts = await decideMany(new Remembering({ store, log }), engine, 20);
    expect(verdicts).toEqual([...Array(5).fill("allow"), ...Array(15).fill("deny")]);
    expect(engine.decided).toBe(20);
    expect(log.records).toHaveLength(20);
    expect(store.read([id])[0]?.version).toBe(5);
  });

  test("a malformed call is an error and changes nothing; one that is too large is denied and logged", async () => {
    const log = countingLog();
    const remembering = new Remembering({ store: new MemoryStore(), log });
    const engine = new CountingEngine(5);
    await expect(
      remembering.decide(engine, { ...callOf("s-1"), tool: "malformed" } as never),
    ).rejects.toThrow("value_type");
    expect(log.records).toHaveLength(0);
    const decision = await remembering.decide(engine, { ...callOf("s-1"), tool: "large" } as never);
    expect([decision.verdict, decision.by, ...codes(decision)]).toEqual([
      "deny",
      "host",
      "request_too_large",
    ]);
    expect(log.records).toHaveLength(1);
  });

  test("a call without a session is decided and logged too", async () => {
    const log = countingLog();
    const decision = await new Remembering({ store: new MemoryStore(), log }).decide(new CountingEngine(1), {
      tool: "send",
      args: {},
      context: { time_ms: 0 },
    });
    expect(decision.verdict).toBe("allow");
    expect(log.records).toHaveLength(1);
  });
});

describe("what cannot be reached", () => {
  for (const step of ["read", "commit"] as const) {
    for (const unavailable of ["deny", "review"] as const) {
      test(`a store that cannot ${step} leads to ${unavailable}, and the log says so`, async () => {
        const log = countingLog();
        const inner = new MemoryStore();
        let down = true;
        const store = failing(inner, step, () => down);
        const remembering = new Remembering({ store, log, unavailable });
        const engine = new CountingEngine(5);
        const decision = await remembering.decide(engine, callOf("s-1"));
        expect([decision.verdict, decision.by, ...codes(decision)]).toEqual([
          unavailable,
          "host",
          "state_unavailable",
        ]);
        expect(log.records).toHaveLength(1);
        expect(inner.size.cells).toBe(0);
        down = false;
        expect((await remembering.decide(engine, callOf("s-1"))).verdict).toBe("allow");
      });
    }
  }

  test("a log that cannot be written leads to a denial, and the history stays as it was", async () => {
    let full = true;
    const store = new MemoryStore();
    const remembering = new Remembering({ store, log: countingLog(() => full) });
    const engine = new CountingEngine(1);
    for (const tool of ["send", "large"]) {
      const decision = await remembering.decide(engine, { ...callOf("s-1"), tool } as never);
      expect([decision.verdict, ...codes(decision)]).toEqual(["deny", "state_unavailable"]);
    }
    full = false;
    expect((await remembering.decide(engine, callOf("s-1"))).verdict).toBe("allow");
    full = true;
    // Denials are logged before they are given as well.
    expect(codes(await remembering.decide(engine, callOf("s-1")))).toEqual(["state_unavailable"]);
  });
});

describe("races", () => {
  test("a call that loses eight is denied, and has changed nothing", async () => {
    const store = new MemoryStore();
    const log = countingLog();
    const faster = new Remembering({ store });
    const rival = new CountingEngine(1000);
    const engine = new CountingEngine(1000);
    const slow: Store = {
      read: (ids) => store.read(ids),
      commit: async (changes, append) => {
        await faster.decide(rival, callOf("s-1"));
        return store.commit(changes, append);
      },
      close: () => {},
    };
    const decision = await new Remembering({ store: slow, log }).decide(engine, callOf("s-1"));
    expect([decision.verdict, decision.by, ...codes(decision)]).toEqual(["deny", "host", "state_contention"]);
    expect(engine.decided).toBe(8);
    expect(rival.decided).toBe(8);
    expect(log.records).toHaveLength(1);
    expect(eventCount(store.read([id])[0]?.bytes as Uint8Array)).toBe(8);
  });

  test("a call that loses one is decided again on what the winner left", async () => {
    const store = new MemoryStore();
    const engine = new CountingEngine(1);
    let race = true;
    const slow: Store = {
      read: (ids) => store.read(ids),
      commit: async (changes, append) => {
        if (race) await new Remembering({ store }).decide(new CountingEngine(1), callOf("s-1"));
        race = false;
        return store.commit(changes, append);
      },
      close: () => {},
    };
    const decision = await new Remembering({ store: slow }).decide(engine, callOf("s-1"));
    expect([decision.verdict, ...codes(decision)]).toEqual(["deny", "session_limit"]);
    expect(engine.decided).toBe(2);
  });
});

describe("a store behind its log", () => {
  const open = (name: string): Memory & { store: LibsqlStore; log: JsonLinesLog } => ({
    store: new LibsqlStore(file(`${name}.db`)),
    log: new JsonLinesLog(file(`${name}.jsonl`)),
  });

  test("a history that was lost is stale: the call is denied, the history put back, the next call counts it", async () => {
    const engine = new CountingEngine(3);
    const full = open("lost");
    await decideMany(new Remembering(full), engine, 2);
    full.store.close();
    full.log.close();
    // Somebody removes the file, or brings back an old one.
    const lost: Memory = {
      store: new LibsqlStore(file("fresh.db")),
      log: new JsonLinesLog(file("lost.jsonl")),
    };
    const remembering = new Remembering(lost);
    const first = await remembering.decide(engine, callOf("s-1"));
    expect([first.verdict, ...codes(first)]).toEqual(["deny", "state_stale"]);
    const [back] = await lost.store.read([id]);
    expect([back?.version, eventCount(back?.bytes as Uint8Array)]).toEqual([2, 2]);
    expect(await decideMany(remembering, engine, 2)).toEqual(["allow", "deny"]);
    lost.store.close();
    lost.log?.close();
    const replay = new Replay();
    for (const entry of readLog(file("lost.jsonl"))) replay.add(entry);
    expect(replay.gaps).toBe(0);
  });

  test("a crash between log and store is put right by the next call", async () => {
    const engine = new CountingEngine(2);
    const { store, log } = open("crash");
    // The record is on the disk, and then the process stops before the store has it.
    const crashing: Store = {
      read: (ids) => store.read(ids),
      commit: async (_changes, append) => {
        await append();
        throw new Error("killed");
      },
      close: () => {},
    };
    expect(codes(await new Remembering({ store: crashing, log }).decide(engine, callOf("s-1")))).toEqual([
      "state_unavailable",
    ]);
    const remembering = new Remembering({ store, log });
    expect(codes(await remembering.decide(engine, callOf("s-1")))).toEqual(["state_stale"]);
    // What was in the log counts, although nothing ran.
    expect(await decideMany(remembering, engine, 2)).toEqual(["allow", "deny"]);
    store.close();
    log.close();
  });

  test("two logs of one store each say where the other had been, and neither takes it for stale", async () => {
    const engine = new CountingEngine(100);
    const store = new LibsqlStore(file("two.db"));
    const logs = ["one", "other"].map((name) => new JsonLinesLog(file(`${name}.jsonl`)));
    const [one, other] = logs.map((log) => new Remembering({ store, log })) as [Remembering, Remembering];
    for (const turn of [one, one, other, one, other, other]) {
      expect((await turn.decide(engine, callOf("s-1"))).verdict).toBe("allow");
    }
    const gaps = ["one", "other"].map((name) => {
      const replay = new Replay();
      for (const entry of readLog(file(`${name}.jsonl`))) replay.add(entry);
      return replay.gaps;
    });
    expect(gaps).toEqual([1, 2]);
    // With a gap the log cannot fill a store.
    await expect(fillStore(new MemoryStore(), file("one.jsonl"))).rejects.toThrow(/another log/);
    for (const log of logs) log.close();
    store.close();
  });
});

describe("the log", () => {
  test("fills an empty store with the very bytes that the decisions had left", async () => {
    const store = new MemoryStore();
    const log = new JsonLinesLog(file("fill.jsonl"), { durability: "batched" });
    const remembering = new Remembering({ store, log });
    const engine = new CountingEngine(400);
    for (let at = 0; at < 500; at++) await remembering.decide(engine, callOf(`s-${at % 3}`, at * 1_000_000));
    log.close();
    const filled = new MemoryStore();
    await fillStore(filled, file("fill.jsonl"));
    const ids = [0, 1, 2].map((at) => cellId(new Uint8Array(32), "session", `s-${at}`));
    expect(filled.read(ids)).toEqual(store.read(ids));
  });

  test("cuts a line that a crash left half written, and goes on behind the last whole one", async () => {
    const path = file("torn.jsonl");
    const log = new JsonLinesLog(path);
    await decideMany(new Remembering({ store: new MemoryStore(), log }), new CountingEngine(9), 3);
    log.close();
    const whole = readFileSync(path);
    const { appendFileSync } = await import("node:fs");
    appendFileSync(path, whole.subarray(0, 100));
    const again = new JsonLinesLog(path);
    expect([again.size, again.cutBytes]).toEqual([3, 100]);
    expect(readFileSync(path).equals(whole)).toBe(true);
    again.close();
  });

  test("has one writer: another one is refused, until it is closed or its process is gone", () => {
    const path = file("shared.jsonl");
    const one = new JsonLinesLog(path);
    expect(readFileSync(`${path}.lock`, "utf8")).toMatch(new RegExp(`^${process.pid} \\S+ \\S+( \\d+)?\\n$`));
    expect(() => new JsonLinesLog(path)).toThrow(`process ${process.pid} has it open`);
    one.close();
    one.close();
    expect(existsSync(`${path}.lock`)).toBe(false);
    // A number that no process has any more, one of a process before this one with its number, and of one that lives.
    const gone = spawnSync(process.execPath, ["-e", ""]).pid;
    for (const [owner, isLeft] of [
      [gone, true],
      [process.pid, true],
      [process.ppid, false],
      ["", false],
    ] as const) {
      writeFileSync(`${path}.lock`, `${owner}\n`);
      const open = (): JsonLinesLog => new JsonLinesLog(path);
      if (isLeft) open().close();
      else expect(open, `${owner}`).toThrow(/has it open/);
      expect(existsSync(`${path}.lock`), `${owner}`).toBe(!isLeft);
    }
    // One that cannot be read is not locked.
    rmSync(`${path}.lock`);
    writeFileSync(path, "{}\n");
    expect(() => new JsonLinesLog(path)).toThrow(/not one of a log/);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  test("stops when somebody else writes to its file all the same", async () => {
    const path = file("unlocked.jsonl");
    const one = new JsonLinesLog(path);
    rmSync(`${path}.lock`);
    const other = new JsonLinesLog(path, { durability: "batched" });
    const engine = new CountingEngine(100);
    const [first, second] = [one, other].map((log) => new Remembering({ store: new MemoryStore(), log })) as [
      Remembering,
      Remembering,
    ];
    expect((await first.decide(engine, callOf("s-1"))).verdict).toBe("allow");
    expect(codes(await second.decide(engine, callOf("s-1")))).toEqual(["state_unavailable"]);
    expect(codes(await second.decide(engine, callOf("s-1")))).toEqual(["state_unavailable"]);
    expect((await first.decide(engine, callOf("s-1"))).verdict).toBe("allow");
    one.close();
    other.close();
  });

  test("fills a store that has less room than its histories need: what was forgotten is denied", async () => {
    const path = file("outgrown.jsonl");
    const log = new JsonLinesLog(path, { durability: "batched" });
    const engine = new CountingEngine(1_000);
    const remembering = new Remembering({ store: new MemoryStore(), log });
    for (let at = 0; at < 1_500; at++) await remembering.decide(engine, callOf(`s-${at}`, at));
    for (let at = 0; at < 1_500; at += 100) await remembering.decide(engine, callOf(`s-${at}`, 5_000 + at));
    log.close();
    const store = new MemoryStore({ bytesMax: 384 * 1024 });
    await fillStore(store, path);
    const again = new Remembering({ store, log: new JsonLinesLog(path) });
    expect(codes(await again.decide(engine, callOf("s-1499", 9_000)))).toEqual(["tier_minimal"]);
    expect(codes(await again.decide(engine, callOf("s-0", 9_000)))).toEqual(["state_invalid"]);
  });

  test("writes nothing once it is closed or its file was removed, and closes once", async () => {
    const decide = async (log: JsonLinesLog): Promise<string[]> =>
      codes(
        await new Remembering({ store: new MemoryStore(), log }).decide(new CountingEngine(9), callOf("s-1")),
      );
    const removed = new JsonLinesLog(file("removed.jsonl"));
    rmSync(file("removed.jsonl"));
    expect(await decide(removed)).toEqual(["state_unavailable"]);
    const closed = new JsonLinesLog(file("closed.jsonl"));
    closed.close();
    // The number of the closed file goes to the next one that is opened.
    const next = openSync(file("next.txt"), "w");
    expect(await decide(closed)).toEqual(["state_unavailable"]);
    closed.close();
    writeSync(next, "mine");
    closeSync(next);
    expect(readFileSync(file("next.txt"), "utf8")).toBe("mine");
  });
});

test("a memory is a store, or a store with what belongs to it", () => {
  const store = new MemoryStore();
  expect(memoryOf(store)?.store).toBe(store);
  expect(memoryOf({ store, unavailable: "review" })?.unavailable).toBe("review");
  expect(memoryOf(undefined)).toBeUndefined();
  for (const wrong of [
    null,
    {},
    { store: {} },
    { store, log: {} },
    { store, unavailable: "allow" },
    { store, lock: 1 },
  ])
    expect(() => memoryOf(wrong)).toThrow(/memory: wanted a store/);
});
