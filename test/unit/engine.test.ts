/** Opening an engine, deciding, and what happens when the engine itself fails. */

import binaryen from "assemblyscript/binaryen";
import { describe, expect, test, vi } from "vitest";
import { decode } from "../../bindings/src/codec/decode.ts";
import { encode } from "../../bindings/src/codec/encode.ts";
import {
  createEngine,
  type Engine,
  EngineError,
  type EventRequest,
  openEngine,
  type Request,
} from "../../bindings/src/engine.ts";
import { memoryImage } from "../memory/policy.ts";
import { IMAGE, open, sha256Hex, TIME_MS, WASM } from "./built.ts";

const engine = await open();
const context = { time_ms: TIME_MS };
const SALT = new Uint8Array(32).fill(7);

async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof EngineError) return error.code;
    throw error;
  }
  return "no error";
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = (copy[at] as number) ^ 1;
  return copy;
}

describe("opening", () => {
  const digests = { engine: sha256Hex(WASM), image: sha256Hex(IMAGE) };
  const emptyModule = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  const rows: readonly (readonly [why: string, files: Parameters<typeof openEngine>[0], code: string])[] = [
    ["the expected files open", { wasm: WASM, image: IMAGE, expect: digests }, "no error"],
    [
      "digests may be written in capitals",
      { wasm: WASM, image: IMAGE, expect: { engine: digests.engine.toUpperCase() } },
      "no error",
    ],
    [
      "another engine than expected",
      { wasm: flipped(WASM, 900), image: IMAGE, expect: digests },
      "engine_unexpected",
    ],
    [
      "another image than expected",
      { wasm: WASM, image: flipped(IMAGE, 900), expect: digests },
      "image_unexpected",
    ],
    [
      "an image changed behind its header",
      { wasm: WASM, image: flipped(IMAGE, IMAGE.length - 1) },
      "image_digest",
    ],
    ["an image changed in its digest", { wasm: WASM, image: flipped(IMAGE, 20) }, "image_digest"],
    ["an image of another format", { wasm: WASM, image: flipped(IMAGE, 0) }, "image_magic"],
    ["an image of another version", { wasm: WASM, image: flipped(IMAGE, 5) }, "image_version"],
    ["an image that is too large", { wasm: WASM, image: new Uint8Array(4_194_305) }, "image_too_large"],
    ["bytes that are no module", { wasm: IMAGE, image: IMAGE }, "engine_invalid"],
    ["a module that is no engine", { wasm: emptyModule, image: IMAGE }, "engine_invalid"],
    [
      "something that is no bytes",
      { wasm: WASM, image: "base.image" as unknown as Uint8Array },
      "option_type",
    ],
  ];
  for (const [why, files, code] of rows) {
    test(why, async () => expect(await codeOf(() => openEngine(files))).toBe(code));
  }

  test("an image cut short is refused, wherever it is cut", async () => {
    for (const bytes of [0, 3, 16, 47, 248, 1_000, IMAGE.length - 1]) {
      expect(await codeOf(() => open(IMAGE.subarray(0, bytes))), `${bytes} bytes`).toMatch(/^image_/);
    }
  });

  test("a compiled module needs the digest of its file", async () => {
    const module = await WebAssembly.compile(WASM);
    expect(createEngine(module, IMAGE, digests.engine).digests).toEqual(digests);
    expect(await codeOf(() => createEngine(module, IMAGE, "abc"))).toBe("option_type");
    expect((await openEngine({ wasm: module, image: IMAGE, engineDigest: digests.engine })).digests).toEqual(
      digests,
    );
  });

  test("the engine keeps the files it was opened with, also when they come in a Buffer", async () => {
    const image = Buffer.from(IMAGE);
    const wasm = Buffer.from(WASM);
    const opening = openEngine({ wasm, image, expect: digests });
    image.fill(0);
    wasm.fill(0);
    const mine = await opening;
    expect(mine.digests).toEqual(digests);
    expect(mine.image.edition).toBe("2026.2");
    expect(mine.decide({ tool: "x", args: {}, context }).digests.image).toBe(digests.image);
    const made = Buffer.from(IMAGE);
    const another = createEngine(await WebAssembly.compile(WASM), made, digests.engine);
    made.fill(0);
    expect(another.image.edition).toBe("2026.2");
  });

  test("a decision keeps the record it was read from, also when that comes in a Buffer", () => {
    const { record } = engine.decide({ tool: "x", args: {}, context });
    const bytes = Buffer.from(record);
    const read = engine.readRecord(bytes);
    bytes.fill(0);
    expect(read.record).toEqual(record);
  });

  test("without the platform's digest the files have the same digests", async () => {
    vi.stubGlobal("crypto", { subtle: undefined });
    try {
      expect((await openEngine({ wasm: WASM, image: IMAGE, expect: digests })).digests).toEqual(digests);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

const REQUESTS: readonly Request[] = [
  { tool: "send_email", args: { to: "ann@example.com", body: "hi" }, context },
  {
    tool: "send_email",
    args: { to: ["ann@example.com"] },
    server: "gmail",
    annotations: { readOnlyHint: false },
    context,
  },
  {
    action: "payments.refund",
    fields: { amount: 85_000, currency: "USD" },
    context,
    salt: SALT,
    mode: "shadow",
  },
  {
    action: "db.delete",
    fields: { table: "orders" },
    context: {
      time_ms: TIME_MS,
      actor: "ann@example.com",
      agent: "a",
      asserted_by: { actor: "sso", environment: "host", host: "host", roles: "sso", tz_min: "host" },
      environment: "staging",
      host: { cwd: "/srv/app", dialect: "bash", persistent: true, realpaths: { "./x": "/srv/app/x" } },
      parent: "p",
      principal: "acme",
      roles: ["support", "billing"],
      session: "s",
      tenant: "t",
      tz_min: -300,
    },
    binding: "wrapped",
    durability: "none",
  },
];

describe("deciding", () => {
  test.each(REQUESTS.map((request, at) => [at, request] as const))(
    "request %i gives the same bytes again, in another instance and from its bytes",
    async (_, request) => {
      const decision = engine.decide(request);
      const other = await open();
      expect(engine.decide(request).record).toEqual(decision.record);
      expect(other.decide(request).record).toEqual(decision.record);
      expect(engine.decideBytes(engine.encode(request)).record).toEqual(decision.record);
    },
  );

  test.each(REQUESTS.map((request, at) => [at, request] as const))(
    "request %i is encoded with the members that were given",
    (_, request) => {
      const { engine: engineDigest, image } = engine.digests;
      const written = decode(engine.encode(request)) as Record<string, unknown>;
      const { context: given, ...call } = request;
      expect(written).toEqual({
        ...call,
        context: { asserted_by: {}, ...given },
        binding: request.binding ?? "advisory",
        durability: request.durability ?? "none",
        engine: new Uint8Array(Buffer.from(engineDigest, "hex")),
        image: new Uint8Array(Buffer.from(image, "hex")),
        mode: request.mode ?? "enforce",
        salt: request.salt ?? new Uint8Array(32),
        v: 1,
      });
      // The hand-written order is CMP/1's order: encoding the members again gives the same bytes.
      expect(encode(written)).toEqual(engine.encode(request));
    },
  );

  test("the numbers read at once are those of the record", () => {
    for (const request of REQUESTS) {
      const decision = engine.decide(request);
      const record = decode(decision.record) as Record<string, unknown>;
      expect(decision.verdict).toBe(record.verdict);
      expect(decision.tier).toBe(record.tier);
      expect(decision.score).toBe(record.score);
      expect(decision.hazard).toBe(record.hazard);
      expect(decision.time_ms).toBe(TIME_MS);
      expect(decision.by).toBe("engine");
    }
  });

  test("a decision outlives the next one", () => {
    const [first, second] = REQUESTS as readonly [Request, Request];
    const decision = engine.decide(first);
    const { record, digests } = decision;
    engine.decide(second);
    expect(decision.record).toEqual(record);
    expect(decision.digests).toEqual(digests);
    expect(decision.digests.record).toBe(sha256Hex("cmp1:record\n", record));
  });

  test("commitments can be computed from the request and the salt", () => {
    const request: Request = { tool: "x", args: { a: [1, "b"] }, context, salt: SALT };
    const { digests } = engine.decide(request);
    const args = sha256Hex("cmp1:commit\n", SALT, encode({ a: [1, "b"] }));
    const members = decode(engine.encode(request)) as Record<string, unknown>;
    const envelope = encode({ ...members, args: new Uint8Array(Buffer.from(args, "hex")) });
    expect(digests.args).toBe(args);
    expect(digests.request).toBe(sha256Hex("cmp1:commit\n", SALT, envelope));
  });

  test("a decision cannot be changed", () => {
    const decision = engine.decide({
      action: "payments.refund",
      fields: { amount: 1, currency: "USD" },
      context,
    });
    const target = decision as unknown as Record<string, unknown>;
    expect(() => {
      target.verdict = "allow";
    }).toThrow(TypeError);
    expect(() => {
      (decision.obligations as { approvers?: number }).approvers = 0;
    }).toThrow(TypeError);
    decision.record.fill(0);
    (decision.reasons as unknown[]).length = 0;
    expect(decision.reasons.length).toBeGreaterThan(0);
    expect(decision.digests.record).toBe(sha256Hex("cmp1:record\n", decision.record));
  });

  test("a value that decides while it is being read cannot mix two requests", () => {
    const nosy = new Proxy(
      { to: "ann@example.com" },
      {
        ownKeys(target) {
          engine.decide({ tool: "other", args: {}, context });
          return Reflect.ownKeys(target);
        },
      },
    );
    expect(() => engine.decide({ tool: "send_email", args: nosy, context })).toThrow(EngineError);
    const [request] = REQUESTS as readonly [Request];
    expect(engine.decide(request).verdict).toBeDefined();
  });
});

describe("a denial by the host", () => {
  const large: Request = { tool: "x", args: { text: "y".repeat(70_000) }, context, salt: SALT };

  test("is needed when the engine cannot take the call", async () => {
    expect(await codeOf(() => engine.decide(large))).toBe("request_too_large");
  });

  test("is recorded with the commitments the engine would have made", () => {
    const decision = engine.denyByHost(large, "request_too_large");
    const args = sha256Hex("cmp1:commit\n", SALT, encode(large.args));
    expect(decision).toMatchObject({
      verdict: "deny",
      by: "host",
      action: "",
      score: 9_999,
      tier: "critical",
    });
    expect(decision.reasons.map(({ code }) => code)).toEqual(["request_too_large"]);
    expect(decision.digests).toMatchObject({ ...engine.digests, args });
    expect(decode(decision.record)).toMatchObject({ by: "host", verdict: "deny", v: 1, time_ms: TIME_MS });
    // For a call that the engine can take, both commitments are the engine's own.
    const [small] = REQUESTS as readonly [Request];
    const { digests } = engine.denyByHost(small, "engine_fault");
    expect(digests.args).toBe(engine.decide(small).digests.args);
    expect(digests.request).toBe(engine.decide(small).digests.request);
  });

  test("has no commitment to arguments beyond 16 MiB, and still denies", () => {
    const huge: Request = { tool: "x", args: { text: "y".repeat(17 * 1024 * 1024) }, context };
    const decision = engine.denyByHost(huge, "request_too_large");
    expect(decision.verdict).toBe("deny");
    expect(decision.digests.args).toBe("");
    expect(Object.keys(decode(decision.record) as object)).not.toContain("args");
  });

  test("can be read back", () => {
    const decision = engine.denyByHost(large, "request_too_large");
    expect(engine.readRecord(decision.record).toJSON()).toEqual(decision.toJSON());
  });
});

describe("reading a record back", () => {
  test("gives the decision again", () => {
    for (const request of REQUESTS) {
      const decision = engine.decide(request);
      expect(engine.readRecord(decision.record).toJSON()).toEqual(decision.toJSON());
    }
  });

  test("a review by the host is one only where memory cannot be reached", async () => {
    const request = REQUESTS[0] as Request;
    const decision = engine.reviewByHost(request, "state_unavailable");
    expect(decision).toMatchObject({ verdict: "review", by: "host" });
    expect(engine.readRecord(decision.record).toJSON()).toEqual(decision.toJSON());
    expect(decision.reasons[0]?.sentence).not.toBe("state_unavailable");
    const denial = decode(engine.denyByHost(request, "state_contention").record) as Record<string, unknown>;
    const forged = encode({ ...denial, verdict: "review" });
    expect(await codeOf(() => engine.readRecord(forged))).toBe("record_malformed");
  });

  test("refuses what is not a record", async () => {
    const record = engine.decide(REQUESTS[0] as Request).record;
    const members = decode(record) as Record<string, unknown>;
    const bad: readonly (readonly [why: string, bytes: Uint8Array])[] = [
      ["nothing", new Uint8Array(0)],
      ["cut short", record.subarray(0, record.length - 1)],
      ["another value", encode([1, 2])],
      ["another version", encode({ ...members, v: 2 })],
      [
        "a missing member",
        encode(Object.fromEntries(Object.entries(members).filter(([key]) => key !== "rows"))),
      ],
      ["an unknown member", encode({ ...members, note: "x" })],
      ["an unknown verdict", encode({ ...members, verdict: "maybe" })],
      ["a score out of range", encode({ ...members, score: 10_000 })],
      [
        "levels of the wrong number",
        encode({ ...members, parts: [{ ...(members.parts as object[])[0], levels: [] }] }),
      ],
      ["the host as judge of an engine's record", encode({ ...members, by: "host" })],
    ];
    for (const [why, bytes] of bad)
      expect(await codeOf(() => engine.readRecord(bytes)), why).toBe("record_malformed");
  });
});

describe("an event", () => {
  const request: EventRequest = {
    event: { kind: "freeze", scope: "agent", value: "a1", by: "ann" },
    context,
    salt: SALT,
  };

  test("is encoded as the page of its format shows it", () => {
    const bytes = Buffer.from(engine.encode(request)).toString("hex");
    expect(bytes).toMatch(/^89a762696e64696e67/);
    expect(bytes).toContain(
      "a56576656e7484a26279a3616e6ea46b696e64a6667265657a65a573636f7065a56167656e74a576616c7565a26131",
    );
    const seen = { ...request, event: { kind: "observe", trust: "tool" } as const, seen: new Uint8Array(16) };
    const members = decode(engine.encode(seen)) as Record<string, unknown>;
    expect(Object.keys(members)).toEqual(
      ["binding", "context", "durability", "engine", "event", "image", "mode", "salt", "seen", "v"].sort(),
    );
    expect(members.seen).toEqual(new Uint8Array(16));
  });

  test("goes alone", async () => {
    const wrong: readonly object[] = [
      { ...request, tool: "x", args: {} },
      { ...request, server: "s" },
      { ...request, fields: {} },
      { context, seen: new Uint8Array(8) },
      { tool: "x", args: {}, context, seen: new Uint8Array(8) },
    ];
    for (const given of wrong)
      expect(await codeOf(() => engine.encode(given as never)), Object.keys(given).join()).toBe("call_form");
    expect(await codeOf(() => engine.encode({ event: request.event } as never))).toBe("key_missing");
    expect(await codeOf(() => engine.encode({ ...request, seen: undefined } as never))).toBe(
      "value_undefined",
    );
  });

  test("that the host denies has the commitments that the engine would have made", () => {
    const { digests, record, event } = engine.denyByHost(request, "state_unavailable");
    expect(digests.args).toBe(sha256Hex("cmp1:commit\n", SALT, encode(request.event)));
    expect(event).toBeUndefined();
    expect(engine.readRecord(record).verdict).toBe("deny");
  });

  test("that was recorded is read back, and no other record is one", async () => {
    const base = decode(engine.decide(REQUESTS[0] as Request).record) as Record<string, unknown>;
    const event = { kind: "outcome", status: "ran", of: new Uint8Array(32).fill(1) };
    const cell = {
      after: SALT,
      before: SALT,
      events: new Uint8Array(0),
      id: SALT,
      note: Uint8Array.of(4, 1, 0, 0, 0, 0, 0, 0),
    };
    const members = { ...base, verdict: "allow", parts: [], event, cells: [cell] };
    const decision = engine.readRecord(encode(members));
    expect(decision).toMatchObject({ verdict: "allow", action: "", parts: [], event });
    expect(decision.cells[0]?.note).toEqual(cell.note);
    expect(decision.toJSON().event).toEqual({ ...event, of: "01".repeat(32) });
    const wrong: readonly (readonly [why: string, members: object])[] = [
      ["a review", { ...members, verdict: "review" }],
      ["parts", { ...members, parts: base.parts }],
      ["an unknown kind", { ...members, event: { kind: "rumour" } }],
      ["an unknown key", { ...members, event: { ...event, text: "x" } }],
      [
        "an unknown bit",
        { ...members, cells: [{ ...cell, note: Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 0) }] },
      ],
      [
        "marks that are not there",
        { ...members, cells: [{ ...cell, note: Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0) }] },
      ],
      [
        "an unknown class",
        {
          ...members,
          cells: [{ ...cell, note: Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0) }],
        },
      ],
    ];
    for (const [why, given] of wrong)
      expect(await codeOf(() => engine.readRecord(encode(given as never))), why).toBe("record_malformed");
  });
});

describe("observing", () => {
  test("takes text, or well-formed UTF-8, of a bounded size", async () => {
    expect(await codeOf(() => engine.observe("x".repeat(65_537), "user"))).toBe("value_range");
    expect(await codeOf(() => engine.observe(Uint8Array.of(0xff), "user"))).toBe("value_type");
    expect(await codeOf(() => engine.observe(7 as never, "user"))).toBe("value_type");
    expect(await codeOf(() => engine.observe("x", "model" as never))).toBe("value_unknown");
    expect(engine.observe("", "user")).toEqual({ overflow: false, hashes: new Uint8Array(0) });
  });
});

// ---- A module that behaves badly, in place of the engine. It remembers calls in its memory, so a fresh instance shows.

function badEngine(second: string, observed = "unreachable"): WebAssembly.Module {
  const module = binaryen.parseText(`(module
    (memory (export "memory") 160 160)
    (global (export "REQUEST_AT") i32 (i32.const 1024))
    (global (export "IMAGE_AT") i32 (i32.const 131072))
    (global (export "RECORD_AT") i32 (i32.const 5000000))
    (global (export "RESULT_AT") i32 (i32.const 6000000))
    (global (export "CELLS_AT") i32 (i32.const 7000000))
    (global (export "CELL_SIZES_AT") i32 (i32.const 8000000))
    (global (export "CELL_IDS_AT") i32 (i32.const 8001000))
    (global (export "KEY_SALT_AT") i32 (i32.const 8002000))
    (func (export "loadImage") (param i32) (result i32) (i32.const 0))
    (func (export "decide") (param i32) (result i32)
      (if (i32.load (i32.const 0)) (then ${second}))
      (i32.store (i32.const 0) (i32.const 1))
      (i32.const 30))
    (func (export "name") (param i32) (result i32) unreachable)
    (func (export "observe") (param i32 i32) (result i32) ${observed}))`);
  return new WebAssembly.Module(module.emitBinary() as Uint8Array<ArrayBuffer>);
}

describe("a fault of the engine", () => {
  const request: Request = { tool: "x", args: { a: 1 }, context, salt: SALT };
  const faults: readonly (readonly [why: string, second: string])[] = [
    ["a trap", "unreachable"],
    ["endless recursion", "(return (call 1 (i32.const 0)))"],
    ["an unknown status", "(return (i32.const 77))"],
    ["done without a record", "(return (i32.const 0))"],
  ];
  for (const [why, second] of faults) {
    test(`${why} is a recorded denial, and the next call meets a fresh instance`, async () => {
      const bad: Engine = createEngine(badEngine(second), IMAGE, "00".repeat(32));
      // The first call of an instance is refused with status 30, the second goes wrong.
      expect(await codeOf(() => bad.decide(request))).toBe("image_mismatch");
      const decision = bad.decide(request);
      expect(decision).toMatchObject({ verdict: "deny", by: "host" });
      expect(decision.reasons[0]).toMatchObject({ code: "engine_fault" });
      expect(decision.digests.args).toBe(sha256Hex("cmp1:commit\n", SALT, encode({ a: 1 })));
      expect(await codeOf(() => bad.decide(request))).toBe("image_mismatch");
    });
  }

  test("while it lists histories it is a recorded denial too, of a call that is prepared", async () => {
    const bad = createEngine(badEngine("unreachable"), memoryImage(), "00".repeat(32));
    expect(await codeOf(() => bad.name(request))).toBe("engine_fault");
    const decision = bad.prepare(request).decide([]);
    expect(decision).toMatchObject({ verdict: "deny", by: "host", next: [] });
    expect(decision.reasons[0]).toMatchObject({ code: "engine_fault" });
  });

  test("while it looks at a text it is an error, and the next text meets a fresh instance", async () => {
    const answers: readonly (readonly [observed: string, code: string])[] = [
      ["unreachable", "engine_fault"],
      ["(i32.const 2049)", "engine_fault"],
      ["(i32.const -2)", "engine_fault"],
      ["(i32.const 2048)", "no error"],
    ];
    for (const [observed, code] of answers) {
      const bad = createEngine(badEngine("unreachable", observed), IMAGE, "00".repeat(32));
      expect(await codeOf(() => bad.observe("x", "tool")), observed).toBe(code);
    }
  });

  test("on bytes that are no request there is nothing to record, so it is an error", async () => {
    const bad = createEngine(badEngine("unreachable"), IMAGE, "00".repeat(32));
    expect(await codeOf(() => bad.decideBytes(Uint8Array.of(0xc1)))).toBe("image_mismatch");
    expect(await codeOf(() => bad.decideBytes(Uint8Array.of(0xc1)))).toBe("engine_fault");
  });
});
