/** The real engine with a memory: the wall, the fold it shares with the log, and a permit that remembers. */

import { describe, expect, test } from "vitest";
import { fillStore, JsonLinesLog } from "../../bindings/hosts/log.ts";
import { LibsqlStore } from "../../bindings/hosts/memory-libsql.ts";
import { MemoryStore } from "../../bindings/memory/memory-store.ts";
import { openEngine } from "../../bindings/src/engine.ts";
import { emptyCell, FORGOTTEN, Remembering } from "../../bindings/src/memory.ts";
import { createPermit, PermitDenied } from "../../bindings/src/permit.ts";
import { hex } from "../../bindings/src/sha256.ts";
import type { Request } from "../../bindings/src/types.ts";
import { TIME_MS, WASM } from "../unit/built.ts";
import { cellId } from "./counting-engine.ts";
import { testFolder } from "./folder.ts";
import { memoryImage } from "./policy.ts";

const file = testFolder();
const image = memoryImage();
const engine = await openEngine({ wasm: WASM, image });
const ZEROS = new Uint8Array(32);

const mail = (session?: string, timeMs = TIME_MS): Request => ({
  tool: "send_email",
  args: { to: "ann@acme.example", subject: "Lunch", body: "At noon?" },
  context: { time_ms: timeMs, ...(session === undefined ? {} : { session }) },
});

describe("the wall", () => {
  test("names histories by the id of the page, under the key salt", async () => {
    expect(engine.name(mail("s-1")).map(hex)).toContain(hex(cellId(ZEROS, "session", "s-1")));
    const salt = new Uint8Array(32).fill(9);
    const salted = await openEngine({ wasm: WASM, image, keySalt: salt });
    expect(salted.name(mail("s-1")).map(hex)).toContain(hex(cellId(salt, "session", "s-1")));
    await expect(openEngine({ wasm: WASM, image, keySalt: new Uint8Array(5) })).rejects.toThrow(/keySalt/);
  });

  test("decides with histories and gives the next ones, and without as before", () => {
    const request = mail("s-1");
    const ids = engine.name(request);
    const first = engine.decide(request, ids.map(emptyCell));
    expect(first.verdict).toBe("allow");
    expect(first.next.map(({ id }) => hex(id))).toEqual(ids.map(hex));
    expect(first.cells).toHaveLength(ids.length);
    const cells = first.next.map(({ id, after, bytes }) => ({
      id,
      digest: after,
      // Of what is frozen nothing was changed, and nothing is there.
      bytes: bytes ?? new Uint8Array(0),
    }));
    const again = engine.prepare(request).decide(cells);
    expect(again.reasons[0]?.code).toBe("one_mail");
    expect(engine.readRecord(again.record).cells).toEqual(again.cells);
    expect(again.toJSON().cells?.map(({ id }) => id)).toEqual(ids.map(hex));
    expect(engine.decide(request).cells).toEqual([]);
    expect(engine.decide(request).toJSON().cells).toBeUndefined();
    expect(engine.decideBytes(engine.encode(request)).digests).toEqual(engine.decide(request).digests);
  });

  test("denies what cannot be read, is old, or is not there", () => {
    const request = mail("s-1");
    const call = engine.prepare(request);
    const reason = (cells: Parameters<typeof call.decide>[0]): string | undefined => {
      const decision = call.decide(cells);
      return decision.verdict === "deny" ? decision.reasons[0]?.code : decision.verdict;
    };
    const empty = call.ids.map(emptyCell);
    expect(reason(empty.map((cell) => ({ ...cell, bytes: FORGOTTEN })))).toBe("state_invalid");
    expect(reason(empty.map((cell) => ({ ...cell, bytes: new Uint8Array(40_000) })))).toBe("state_invalid");
    expect(reason(empty.map((cell) => ({ ...cell, digest: new Uint8Array(32).fill(1) })))).toBe(
      "state_stale",
    );
    expect(reason([])).toBe("state_invalid");
    expect(() => call.decide([...empty, ...empty])).toThrow(/cells/);
  });

  test("gives the same record whether a call is encoded once or again", () => {
    for (const request of [
      mail("s-1"),
      {
        action: "payments.refund",
        fields: { amount: 100, currency: "USD", payee: "x" },
        context: { time_ms: TIME_MS, agent: "a" },
      },
    ] as Request[]) {
      const call = engine.prepare(request);
      const cells = call.ids.map(emptyCell);
      expect(call.decide(cells).digests).toEqual(engine.decide(request, cells).digests);
    }
  });
});

test("a log filled into an empty store gives the bytes that the engine gave", async () => {
  const store = new MemoryStore();
  const log = new JsonLinesLog(file("fold.jsonl"), { durability: "batched" });
  const remembering = new Remembering({ store, log });
  let seed = 7;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return (seed >>> 8) % below;
  };
  const ids = new Map<string, Uint8Array>();
  let timeMs = TIME_MS;
  for (let at = 0; at < 1500; at++) {
    timeMs += [0, 1000, 600_000, 7_200_000, -5000][random(5)] as number;
    const context = { time_ms: timeMs, session: `s-${random(3)}`, agent: `a-${random(2)}` };
    const request = [
      { tool: "send_email", args: { to: `p${random(4)}@acme.example`, body: "x" }, context },
      {
        action: "payments.refund",
        fields: { amount: random(500_000), currency: "USD", payee: `p${random(4)}` },
        context,
      },
      { tool: "bash", args: { command: "cat a.txt && rm b.txt; ls" }, context },
    ][random(3)] as Request;
    for (const id of engine.name(request)) ids.set(hex(id), id);
    await remembering.decide(engine, request);
  }
  log.close();
  const all = [...ids.values()];
  const filled = new MemoryStore();
  await fillStore(filled, file("fold.jsonl"));
  expect(filled.read(all)).toEqual(store.read(all));
  // Some of them have more events than a ring holds.
  expect(Math.max(...store.read(all).map(({ bytes }) => bytes.length))).toBeGreaterThan(128 * 40);
}, 120_000);

test("a log of another image is filled into a store as the engine goes on from it", async () => {
  const store = new MemoryStore();
  const log = new JsonLinesLog(file("images.jsonl"), { durability: "batched" });
  const remembering = new Remembering({ store, log });
  const { compile } = await import("../../bindings/src/compile/index.ts");
  const { packageSources } = await import("../../bindings/hosts/node.ts");
  const { POLICY } = await import("./policy.ts");
  const text = POLICY.replace(
    "cell: session, on: { actions: [email.send] }",
    "cell: session, on: { domains: [email] }",
  );
  const other = await openEngine({
    wasm: WASM,
    image: compile([...packageSources(), { name: "acme.yaml", text }], { wasm: WASM }).image,
  });
  for (let at = 0; at < 600; at++) {
    await remembering.decide(at % 200 < 100 ? engine : other, mail("s-1", TIME_MS + at * 3_000_000));
  }
  log.close();
  const filled = new MemoryStore();
  await fillStore(filled, file("images.jsonl"));
  const ids = engine.name(mail("s-1"));
  expect(filled.read(ids)).toEqual(store.read(ids));
}, 120_000);

describe("a permit", () => {
  const call = { action: "email.send", fields: { recipient: "ann@acme.example", text: "Lunch?" } } as const;

  test("remembers, in require, check and guard alike", async () => {
    const permit = createPermit({
      image,
      memory: new MemoryStore(),
      context: { session: "s-1" },
      clock: () => TIME_MS,
    });
    expect((await permit.require(call.action, call.fields)).verdict).toBe("allow");
    await expect(permit.require(call.action, call.fields)).rejects.toThrow(PermitDenied);
    expect((await permit.check(call)).reasons[0]?.code).toBe("one_mail");
    await expect(permit.guard(call, () => "ran")()).rejects.toThrow(/One mail a session/);
    expect((await permit.check({ ...call, context: { session: "s-2" } })).verdict).toBe("allow");
  });

  test("remembers across a restart, with the same key salt", async () => {
    const keySalt = new Uint8Array(32).fill(3);
    const ask = async (salt: Uint8Array): Promise<string> => {
      const store = new LibsqlStore(file("permit.db"));
      const log = new JsonLinesLog(file("permit.jsonl"));
      const permit = createPermit({
        image,
        memory: { store, log },
        keySalt: salt,
        context: { session: "s-1" },
        clock: () => TIME_MS,
      });
      const { verdict, durability } = await permit.check(call);
      expect(durability).toBe("strict");
      store.close();
      log.close();
      return verdict;
    };
    expect(await ask(keySalt)).toBe("allow");
    expect(await ask(keySalt)).toBe("deny");
    expect(await ask(ZEROS)).toBe("allow");
  });

  test("says what is wrong with its memory at once", () => {
    expect(() => createPermit({ memory: {} as never })).toThrow(/memory: wanted a store/);
    expect(() => createPermit({ keySalt: new Uint8Array(3) })).toThrow(/keySalt: wanted 32 bytes/);
    expect(() => createPermit({ engine, keySalt: ZEROS })).toThrow(/keySalt/);
  });
});
