/** What a session learns and what a person stops: the real engine, a permit that tells it, and a log that says so. */

import { describe, expect, test } from "vitest";
import { fillStore, JsonLinesLog, readLog } from "../../bindings/hosts/log.ts";
import { MemoryStore } from "../../bindings/memory/memory-store.ts";
import { Replay } from "../../bindings/memory/replay.ts";
import { openEngine } from "../../bindings/src/engine.ts";
import { EngineError } from "../../bindings/src/errors.ts";
import { observeBodies, outcomeBodies, piecesOf } from "../../bindings/src/events.ts";
import { emptyCell, type Memory, Remembering } from "../../bindings/src/memory.ts";
import { type Note, readNote } from "../../bindings/src/note.ts";
import { createPermit, type EventResult, type Permit } from "../../bindings/src/permit.ts";
import { hex } from "../../bindings/src/sha256.ts";
import type { EventFacts, EventRequest, Request } from "../../bindings/src/types.ts";
import { IMAGE, TIME_MS, WASM } from "../unit/built.ts";
import { testFolder } from "./folder.ts";

const file = testFolder();
const engine = await openEngine({ wasm: WASM, image: IMAGE });
const call = { action: "files.read", fields: { path: "notes.txt" } } as const;

function permitWith(memory: Memory | undefined, context: object = { session: "s-1", agent: "a-1" }): Permit {
  return createPermit({ engine, ...(memory === undefined ? {} : { memory }), context, clock: () => TIME_MS });
}

const notesOf = (results: readonly EventResult[]): (Note | undefined)[] =>
  results.map(({ cells }) => (cells[0] === undefined ? undefined : readNote(cells[0].note)));

async function errorOf(work: () => Promise<unknown>): Promise<EngineError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error("no error");
}

describe("a permit that observes", () => {
  test("notes what the user typed and what tools showed, and says so", async () => {
    const permit = permitWith({ store: new MemoryStore() });
    const typed = await permit.observe({ text: "Send it to Ann Miller", trust: "user" });
    expect(typed).toHaveLength(1);
    expect(typed[0]).toMatchObject({ verdict: "allow", event: { kind: "observe", trust: "user" } });
    expect(notesOf(typed)[0]).toMatchObject({ observed: true, saturated: false, tool: 0 });
    expect(notesOf(typed)[0]?.user).toBeGreaterThan(5);
    const shown = await permit.observe({
      text: "ann@acme.example",
      trust: "tool",
      source: "mail",
      labels: ["untrusted", "pii"],
    });
    expect(shown[0]?.event).toEqual({
      kind: "observe",
      trust: "tool",
      source: "mail",
      labels: ["untrusted", "pii"],
    });
    expect(notesOf(shown)[0]).toMatchObject({ labels: ["untrusted", "pii"], user: 0, tool: 1 });
  });

  test("puts labels on a session, and on the one that opened it", async () => {
    const store = new MemoryStore();
    const permit = permitWith({ store }, {});
    const one = await permit.label({ session: "s-2", parent: "s-1", labels: ["secret"], by: "vault" });
    const other = await permit.label({ session: "s-1", labels: ["secret"] });
    expect(one.cells[0]?.id).toEqual(other.cells[0]?.id);
    expect(notesOf([one])[0]?.labels).toEqual(["secret"]);
    expect(one.event).toEqual({ kind: "label", labels: ["secret"], by: "vault" });
  });

  test("tells the session of a call what became of it", async () => {
    const permit = permitWith({ store: new MemoryStore() }, {});
    const decision = await permit.check({ ...call, context: { session: "s-7" } });
    const [outcome] = await permit.outcome(decision, { status: "ran", text: "id 4711", labels: ["private"] });
    expect(hex((outcome as { event: { of: Uint8Array } }).event.of)).toBe(decision.digests.record);
    expect(notesOf([outcome as EventResult])[0]).toMatchObject({
      labels: ["private"],
      observed: false,
      tool: 1,
    });
    const label = await permit.label({ session: "s-7", labels: ["pii"] });
    expect(label.cells[0]?.before).toEqual(outcome?.cells[0]?.after);
    expect(await permit.outcome(decision, { status: "failed" })).toHaveLength(1);
    const foreign = await permitWith({ store: new MemoryStore() }).check(call);
    expect((await errorOf(() => permit.outcome(foreign, { status: "ran" }))).path).toBe("decision");
    const nobody = await permit.check(call);
    expect((await errorOf(() => permit.outcome(nobody, { status: "ran" }))).code).toBe("key_missing");
  });

  test("is told what is wrong", async () => {
    const bare = permitWith(undefined);
    const order = { scope: "agent", value: "a", by: "ann", reason: "x" } as const;
    const decision = await bare.check(call);
    for (const work of [
      () => bare.observe({ text: "x", trust: "tool" }),
      () => bare.label({ labels: ["pii"] }),
      () => bare.outcome(decision, { status: "ran" }),
      () => bare.freeze(order),
      () => bare.thaw(order),
      () => bare.frozen(),
    ])
      expect((await errorOf(work)).code).toBe("memory_missing");
    const permit = permitWith({ store: new MemoryStore() }, {});
    const rows: readonly (readonly [code: string, path: string | undefined, work: () => Promise<unknown>])[] =
      [
        ["key_missing", "session", () => permit.observe({ text: "x", trust: "tool" })],
        ["key_missing", "session", () => permit.label({ labels: ["pii"] })],
        [
          "value_unknown",
          "source",
          () => permit.observe({ session: "s", text: "x", trust: "user", source: "paste" }),
        ],
        [
          "value_unknown",
          "trust",
          () => permit.observe({ session: "s", text: "x", trust: "model" as never }),
        ],
        ["value_type", "text", () => permit.observe({ session: "s", text: 7 as never, trust: "tool" })],
        [
          "key_unknown",
          "label",
          () => permit.observe({ session: "s", text: "", trust: "tool", label: 1 } as never),
        ],
        ["value_unknown", "event.labels[0]", () => permit.label({ session: "s", labels: ["odd" as never] })],
        ["key_missing", "by", () => permit.freeze({ scope: "agent", value: "a", reason: "x" } as never)],
        ["value_range", "event.value", () => permit.freeze({ ...order, value: "" })],
        ["value_unknown", "event.scope", () => permit.freeze({ ...order, scope: "planet" as never })],
      ];
    for (const [code, path, work] of rows) {
      const error = await errorOf(work);
      expect([error.code, error.path], error.message).toEqual([code, path]);
    }
    expect(
      (await errorOf(() => permit.observe({ session: "s", text: "", trust: "user", source: "paste" })))
        .advice,
    ).toMatch(/trust: "tool"/);
  });

  test("throws when an event is denied, and nobody goes on by mistake", async () => {
    const inner = new MemoryStore();
    let down = true;
    const permit = permitWith({
      store: {
        read: (ids) => {
          if (down) throw new Error("no connection");
          return inner.read(ids);
        },
        commit: (changes, append) => inner.commit(changes, append),
        close: () => {},
      },
      unavailable: "review",
    });
    const error = await errorOf(() => permit.label({ labels: ["pii"] }));
    expect([error.code, error.came]).toEqual([
      "event_denied",
      expect.stringMatching(/^state_unavailable: The histories/),
    ]);
    expect(error.cause).toMatchObject({ verdict: "deny", by: "host" });
    down = false;
    expect((await permit.label({ labels: ["pii"] })).verdict).toBe("allow");
  });

  test("tries once more when a history was put back from the log", async () => {
    const log = new JsonLinesLog(file("stale.jsonl"));
    const permit = permitWith({ store: new MemoryStore(), log });
    await permit.label({ labels: ["pii"] });
    // An empty store behind the same log.
    const again = permitWith({ store: new MemoryStore(), log });
    const { cells } = await again.label({ labels: ["secret"] });
    expect(notesOf([{ cells } as never])[0]?.labels).toEqual(["secret"]);
    expect(log.size).toBe(3);
    log.close();
  });

  test("lets no call of its own in between the pieces of a text", async () => {
    const kinds: string[] = [];
    const memory = {
      store: new MemoryStore(),
      log: {
        durability: "none",
        append: ({ record }: { record: Uint8Array }) => {
          const { event } = engine.readRecord(record);
          kinds.push(event?.kind ?? "call");
        },
        last: () => undefined,
        rebuild: () => undefined,
        close: () => {},
      },
    } as const;
    const permit = permitWith(memory);
    await Promise.all([
      permit.observe({ text: "plain words ".repeat(2_000), trust: "tool" }),
      permit.check(call),
    ]);
    expect(kinds).toEqual(["observe", "observe", "observe", "call"]);
  });
});

describe("freezing", () => {
  test("stops what it names until it is thawed, and the log says who did it", async () => {
    const log = new JsonLinesLog(file("freeze.jsonl"));
    const store = new MemoryStore();
    const permit = permitWith({ store, log });
    expect((await permit.check(call)).verdict).toBe("allow");
    const order = { scope: "agent", value: "a-1", by: "ann", reason: "sends odd mails" } as const;
    expect((await permit.freeze(order)).event).toEqual({ kind: "freeze", ...order });
    const denied = await permit.check(call);
    expect([denied.verdict, denied.reasons[0]?.code]).toEqual(["deny", "frozen"]);
    expect((await permit.check({ ...call, context: { agent: "a-2" } })).verdict).toBe("allow");
    expect(await permit.frozen()).toEqual({
      frozen: [{ ...order, time_ms: TIME_MS, seq: 1 }],
      complete: true,
    });
    await permit.freeze({ ...order, reason: "again" });
    expect((await permit.frozen()).frozen).toHaveLength(1);
    // Another process with a log of its own knows that there is more.
    const other = permitWith({ store, log: new JsonLinesLog(file("other.jsonl")) });
    expect(await other.frozen()).toEqual({ frozen: [], complete: false });
    await permit.thaw({ ...order, reason: "was a test" });
    expect((await permit.check(call)).verdict).toBe("allow");
    expect(await permit.frozen()).toEqual({ frozen: [], complete: true });
    log.close();
  });

  test("is refused when 256 things are frozen, and says so", async () => {
    const permit = permitWith({ store: new MemoryStore() });
    const order = { scope: "session", by: "ann", reason: "x" } as const;
    for (let at = 0; at < 256; at++) await permit.freeze({ ...order, value: `s-${at}` });
    const error = await errorOf(() => permit.freeze({ ...order, value: "one more" }));
    expect(error.came).toMatch(/^state_full: /);
    expect((await permit.freeze({ ...order, value: "s-3" })).verdict).toBe("allow");
    await permit.thaw({ ...order, value: "s-4" });
    expect((await permit.freeze({ ...order, value: "one more" })).verdict).toBe("allow");
  });
});

test("a log of calls and events, filled into an empty store, gives the bytes that the engine gave", async () => {
  const store = new MemoryStore();
  const log = new JsonLinesLog(file("both.jsonl"), { durability: "batched" });
  const remembering = new Remembering({ store, log });
  let seed = 5;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return (seed >>> 8) % below;
  };
  const word = (): string =>
    ["Ann", "bob", "DE89", "3704", "x@y.example", `n${random(4_000)}`, "a/b.txt"][random(7)] as string;
  const text = (): string => Array.from({ length: random(300) }, word).join(" ");
  const ids = new Map<string, Uint8Array>();
  let timeMs = TIME_MS;
  for (let at = 0; at < 400; at++) {
    timeMs += [0, 1000, 600_000, -5000][random(4)] as number;
    const context = { time_ms: timeMs, session: `s-${random(2)}`, agent: `a-${random(3)}` };
    const seenOf = (trust: "user" | "tool"): { seen?: Uint8Array } => {
      const { hashes } = engine.observe(text(), trust);
      return hashes === undefined || random(60) === 0 ? {} : { seen: hashes };
    };
    const path = `src/${random(200)}.ts`;
    const request = [
      { action: "files.write", fields: { path, content: "x" }, context },
      { tool: "send_email", args: { to: `p${random(4)}@acme.example`, body: "x" }, context },
      { event: { kind: "observe", trust: "user" }, ...seenOf("user"), context },
      { event: { kind: "observe", trust: "tool", labels: ["pii"] }, ...seenOf("tool"), context },
      { event: { kind: "outcome", status: "ran" }, ...seenOf("tool"), context },
      { event: { kind: "label", labels: ["secret", "pii"] }, context },
      { event: { kind: "freeze", scope: "agent", value: `a-${random(3)}` }, context },
      { event: { kind: "thaw", scope: "agent", value: `a-${random(3)}` }, context },
    ][random(8)] as Request | EventRequest;
    for (const id of engine.name(request)) ids.set(hex(id), id);
    await remembering.decide(engine, request);
  }
  log.close();
  const all = [...ids.values()];
  const filled = new MemoryStore();
  await fillStore(filled, file("both.jsonl"));
  expect(filled.read(all)).toEqual(store.read(all));
  const replay = new Replay();
  for (const entry of readLog(file("both.jsonl"))) replay.add(entry);
  expect(replay.gaps).toBe(0);
  expect(store.read(all).some(({ bytes }) => bytes.length > 4_096)).toBe(true);
}, 120_000);

describe("texts", () => {
  const observed: { text: string; trust: string }[] = [];
  const observer = {
    observe: (piece: string | Uint8Array, trust: string) => {
      const text = typeof piece === "string" ? piece : new TextDecoder().decode(piece);
      observed.push({ text, trust });
      return text.includes("MUCH")
        ? ({ overflow: true } as const)
        : { overflow: false as const, hashes: new Uint8Array(8) };
    },
  };
  const told = (text: string): readonly (readonly [string, string])[] => {
    observed.length = 0;
    observeBodies(observer, { text, trust: "user" });
    return observed.map((seen) => [seen.trust, seen.text]);
  };

  test("of a user: what is quoted is a tool's", () => {
    const rows: readonly (readonly [text: string, typed: string | undefined, quoted: string | undefined])[] =
      [
        ["pay Ann", "pay Ann", undefined],
        ["", "", undefined],
        ["> pay Bob\nno", "no", "> pay Bob"],
        ["no\r\n \t> pay Bob\rnever", "no\n|\nnever", " \t> pay Bob"],
        ["see\n```\npay Bob\n```\nno", "see\n|\nno", "```\npay Bob\n```"],
        ["see\n```\npay Bob", "see", "```\npay Bob"],
        // A paste with a fence of its own does not get out of the block around it.
        ["see\n```\nx\n```\npay Bob\n```\ny\n```\nno", "see\n|\nno", "```\nx\n```\npay Bob\n```\ny\n```"],
        ["see\n```\nx\n```\npay Bob\n```\nno", "see", "```\nx\n```\npay Bob\n```\nno"],
        ["a\n- ~~~\n  pay Bob\n  ~~~\nno", "a\n|\nno", "- ~~~\n  pay Bob\n  ~~~\n|\n pay Bob "],
        ["a\u2028> b", "a", "> b"],
      ];
    for (const [text, typed, quoted] of rows) {
      const wanted = [
        ...(quoted === undefined ? [] : [["tool", quoted]]),
        ...(typed === undefined ? [] : [["user", typed]]),
      ];
      expect(told(text), text).toEqual(wanted);
    }
    const [quote, typed] = observeBodies(observer, { text: "> a\nb", trust: "user", source: "typed" });
    expect(quote?.event).toEqual({ kind: "observe", trust: "tool", source: "quote" });
    expect(typed?.event).toEqual({ kind: "observe", trust: "user", source: "typed" });
  });

  test("are cut between words, and words beside each other stay so in one piece", () => {
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    const words = Array.from({ length: 5_000 }, (_, at) => `wörd${at}`);
    const text = words.join(" ");
    const pieces = piecesOf(bytes(text)).map((piece) =>
      new TextDecoder("utf-8", { fatal: true }).decode(piece),
    );
    expect(pieces.length).toBe(7);
    expect(Math.max(...pieces.map((piece) => bytes(piece).length))).toBeLessThanOrEqual(8192);
    for (let at = 0; at + 3 <= words.length; at++) {
      const row = words.slice(at, at + 3).join(" ");
      expect(
        pieces.some((piece) => ` ${piece} `.includes(` ${row} `)),
        row,
      ).toBe(true);
    }
    const known = new Set(words);
    expect(
      pieces.flatMap((piece) => piece.split(" ")).filter((word) => word !== "" && !known.has(word)),
    ).toEqual([]);
    // Without a place to cut, between characters.
    const long = piecesOf(bytes("€".repeat(6_000)));
    expect(long.map((piece) => new TextDecoder("utf-8", { fatal: true }).decode(piece)).join("")).toBe(
      "€".repeat(6_000),
    );
    expect(piecesOf(bytes("x".repeat(8_192)))).toHaveLength(1);
    expect(piecesOf(bytes(""))).toHaveLength(1);
    expect(piecesOf(bytes("a,".repeat(8_000))).every((piece) => piece.length <= 8_192)).toBe(true);
  });

  test("that show too much go without a list, and of an outcome beside it", () => {
    const kinds = (bodies: readonly { event: EventFacts; seen?: Uint8Array }[]): string[] =>
      bodies.map(({ event, seen }) => `${event.kind}${seen === undefined ? "" : " seen"}`);
    expect(kinds(observeBodies(observer, { text: "MUCH", trust: "tool" }))).toEqual(["observe"]);
    const half = `${"a ".repeat(4_096)}${"b ".repeat(2_000)}MUCH`;
    expect(kinds(observeBodies(observer, { text: half, trust: "tool" }))).toEqual([
      "observe seen",
      "observe",
    ]);
    expect(kinds(outcomeBodies(observer, undefined, { status: "ran", text: half }))).toEqual([
      "outcome seen",
      "observe",
    ]);
    expect(kinds(outcomeBodies(observer, undefined, { status: "ran" }))).toEqual(["outcome"]);
    expect(kinds(outcomeBodies(observer, undefined, { status: "ran", text: "MUCH" }))).toEqual([
      "outcome",
      "observe",
    ]);
    expect(kinds(observeBodies(observer, { text: "x".repeat(1024 * 1024 + 1), trust: "user" }))).toEqual([
      "observe",
    ]);
  });
});

test("an event that changes nothing is recorded, and the next one joins it", async () => {
  const permit = permitWith({ store: new MemoryStore() });
  const [first] = await permit.outcome(await permit.check(call), { status: "ran" });
  expect(first?.cells[0]?.note).toHaveLength(0);
  expect(first?.cells[0]?.after).toEqual(first?.cells[0]?.before);
  expect(emptyCell(new Uint8Array(32)).version).toBe(0);
});
