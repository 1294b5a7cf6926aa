import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decode } from "../../bindings/src/codec/decode.ts";
import { CmpWriter, CodecError, encode, encodeText, measure } from "../../bindings/src/codec/encode.ts";
import { ShapeCache, sortKeys } from "../../bindings/src/codec/shape.ts";
import { hex, Seeded } from "./base-harness.ts";
import { meant, randomValue, sharedVectors, VALUES } from "./codec-cases.ts";

/** The error that a call throws; a test fails when it throws none, or one without a type. */
function refusalOf(call: () => unknown): CodecError {
  try {
    call();
  } catch (error) {
    if (error instanceof CodecError) return error;
    throw error;
  }
  throw new Error("wanted a CodecError, and nothing was thrown");
}

let getterRuns = 0;
function counted(): number {
  getterRuns++;
  return 1;
}

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function nested(depth: number): unknown {
  let value: unknown = [];
  for (let i = 1; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}

const cyclic: { items: unknown[] } = { items: [{}] };
(cyclic.items[0] as { owner?: unknown }).owner = cyclic;

class Money {
  amount = 1;
}

// Each row: why, the value, the code, and where inside it.
const REFUSED_VALUES: readonly (readonly [why: string, value: unknown, code: string, path: string])[] = [
  ["undefined", undefined, "value_undefined", ""],
  ["an undefined member", { a: { b: undefined } }, "value_undefined", "a.b"],
  ["an undefined element", [1, undefined], "value_undefined", "[1]"],
  ["a deep member", { items: [1, 2, 3, { price: undefined }] }, "value_undefined", "items[3].price"],
  ["a key that is no name", { "a b": { "\u202e": undefined } }, "value_undefined", '["a b"]["\\u202e"]'],
  ["NaN", [NaN], "value_not_finite", "[0]"],
  ["an infinity", { x: -Infinity }, "value_not_finite", "x"],
  ["a bigint of 65 bits", 2n ** 64n, "value_integer_range", ""],
  ["a bigint below -2^63", [-(2n ** 63n) - 1n], "value_integer_range", "[0]"],
  ["half a surrogate pair", { t: "a\ud800" }, "value_surrogate", "t"],
  ["half a pair in a long text", { t: `${"x".repeat(100)}\udc00` }, "value_surrogate", "t"],
  ["half a pair in a key", { a: { "\ud800": 1 } }, "value_surrogate", "a"],
  ["a function", { f: () => 1 }, "value_unsupported", "f"],
  ["a symbol", [Symbol("s")], "value_unsupported", "[0]"],
  ["a Date", { at: new Date(0) }, "value_unsupported", "at"],
  ["a Map", new Map([["a", 1]]), "value_unsupported", ""],
  ["a Set", new Set([1]), "value_unsupported", ""],
  ["a RegExp", /x/, "value_unsupported", ""],
  ["an Error", new Error("x"), "value_unsupported", ""],
  ["a class instance", { money: new Money() }, "value_unsupported", "money"],
  ["an array of a subclass", new (class Rows extends Array {})(), "value_unsupported", ""],
  ["a boxed text", Object("text"), "value_unsupported", ""],
  ["a Float64Array", new Float64Array(1), "value_unsupported", ""],
  ["an Int8Array", new Int8Array(1), "value_unsupported", ""],
  ["an ArrayBuffer", new ArrayBuffer(1), "value_unsupported", ""],
  ["an object with a parent", Object.create({ a: 1 }), "value_unsupported", ""],
  [
    "a member that is not listed",
    Object.defineProperty({ a: 1 }, "b", { value: 1 }),
    "value_unsupported",
    "b",
  ],
  ["a symbol key", { a: { [Symbol("s")]: 1 } }, "value_symbol", "a"],
  ["a symbol on an array", [Object.assign([1], { [Symbol("s")]: 1 })], "value_symbol", "[0]"],
  // biome-ignore lint/suspicious/noSparseArray: the subject
  ["a hole", { list: [1, , 3] }, "value_hole", "list[1]"],
  ["a sparse array", Object.assign([], { length: 3 }), "value_hole", "[0]"],
  ["a named member of an array", { list: Object.assign([1, 2], { total: 3 }) }, "value_unsupported", "list"],
  ["a match of a pattern", /a(?<b>b)/.exec("ab"), "value_unsupported", ""],
  [
    "a getter",
    {
      a: {
        get b() {
          return counted();
        },
      },
    },
    "value_accessor",
    "a.b",
  ],
  ["a setter", { set b(_value: unknown) {} }, "value_accessor", "b"],
  ["a getter in an array", Object.defineProperty([1, 2], 1, { get: counted }), "value_accessor", "[1]"],
  ["a revoked proxy", { a: revoked({}) }, "value_unsupported", "a"],
  ["a revoked proxy of an array", [revoked([])], "value_unsupported", "[0]"],
  [
    "a proxy that throws",
    [
      new Proxy(
        {},
        {
          ownKeys() {
            throw new Error("no");
          },
        },
      ),
    ],
    "value_unsupported",
    "[0]",
  ],
  [
    "a proxy that lies about its length",
    { list: new Proxy([1, 2], { get: (list, key) => (key === "length" ? 1.5 : Reflect.get(list, key)) }) },
    "value_unsupported",
    "list",
  ],
  [
    "a proxy whose member vanishes",
    new Proxy({ a: 1 }, { getOwnPropertyDescriptor: () => undefined, ownKeys: () => ["b"] }),
    "value_unsupported",
    "b",
  ],
  [
    "a proxy that encodes",
    {
      a: new Proxy(
        { b: 1 },
        {
          getOwnPropertyDescriptor(target, key) {
            encode([]);
            return Reflect.getOwnPropertyDescriptor(target, key);
          },
        },
      ),
    },
    "value_unsupported",
    "a.b",
  ],
  ["a value inside itself", { a: cyclic }, "value_cycle", "a.items[0].owner"],
  ["33 containers", nested(33), "cmp_depth", ""],
];

describe("encode", () => {
  it.each(VALUES)("$why", ({ value, hex: wanted }) => {
    expect(hex(encode(value))).toBe(wanted);
    expect(measure(value)).toBe(wanted.length / 2);
  });

  it.each(REFUSED_VALUES.map(([why, value, code, path]) => ({ why, value, code, path })))(
    "refuses $why",
    ({ value, code, path }) => {
      getterRuns = 0;
      const error = refusalOf(() => encode(value));
      expect(error.code).toBe(code);
      if (code !== "cmp_depth") expect(error.path).toBe(path);
      expect(error.wanted).not.toBe("");
      expect(error.came).not.toBe("");
      expect(getterRuns).toBe(0);
    },
  );

  it("encodes 32 containers inside each other and counts those of the caller", () => {
    expect(decode(encode(nested(32)))).toEqual(nested(32));
    const writer = new CmpWriter(new Uint8Array(1_000));
    writer.value(nested(31), "args", 1);
    expect(refusalOf(() => writer.value(nested(32), "args", 1)).code).toBe("cmp_depth");
  });

  it("begins the path with the name of the value", () => {
    const writer = new CmpWriter(new Uint8Array(1_000));
    const error = refusalOf(() => writer.value({ items: [{ price: undefined }] }, "args", 1));
    expect(error.path).toBe("args.items[0].price");
    expect(error.message).toBe("value_undefined: args.items[0].price: wanted a value, came undefined");
  });

  it("takes a Buffer, an object without prototype, and objects of another realm", async () => {
    const { runInNewContext } = await import("node:vm");
    const foreign = runInNewContext("({ b: [1, { c: new Uint8Array([7]) }] })");
    expect(hex(encode(foreign))).toBe(hex(encode({ b: [1, { c: Uint8Array.of(7) }] })));
    expect(hex(encode(Buffer.from("ff", "hex")))).toBe("c401ff");
    expect(hex(encode(Object.assign(Object.create(null), { a: 1 })))).toBe("81a16101");
    expect(refusalOf(() => encode(runInNewContext("new Map()"))).code).toBe("value_unsupported");
    expect(refusalOf(() => encode(runInNewContext("new (class A { a = 1 })()"))).code).toBe(
      "value_unsupported",
    );
  });

  it("does not believe a Uint8Array about its length", () => {
    const bytes = Object.defineProperty(Uint8Array.of(1, 2, 3), "length", { value: 1 });
    expect(hex(encode(bytes))).toBe("c403010203");
  });

  it("refuses everything while a prototype that all values share has members", () => {
    const shared = [Object.prototype, Array.prototype] as unknown as Record<string, unknown>[];
    for (const prototype of shared) {
      prototype.injected = true;
      try {
        expect(refusalOf(() => encode({ a: 1 })).code).toBe("value_prototype");
      } finally {
        delete prototype.injected;
      }
    }
    expect(hex(encode({ a: 1 }))).toBe("81a16101");
  });

  it("is ready for the next value after every refusal", () => {
    const bytes = new Uint8Array(4_096);
    const writer = new CmpWriter(bytes, 96, 2_000);
    for (const [why, value] of REFUSED_VALUES) {
      if (why === "a proxy that encodes") continue; // Another writer than the one that is busy: allowed.
      refusalOf(() => writer.value({ before: [1, { deep: value }] }, "args", 1));
      writer.reset();
      writer.value({ b: [1], a: {} });
      expect(hex(bytes.subarray(96, 96 + writer.size))).toBe("82a16180a1629101");
    }
  });

  it("never writes past its capacity, and says so at every one that is too small", () => {
    const value = {
      text: "é".repeat(30),
      list: [1, 300, 70_000, -5e9, 1.5, 2n ** 60n],
      "a long key, over 31 bytes": null,
    };
    const whole = encode(value);
    const bytes = new Uint8Array(whole.length + 64);
    for (let capacity = 0; capacity <= whole.length; capacity++) {
      bytes.fill(0xee);
      const writer = new CmpWriter(bytes, 8, capacity);
      if (capacity < whole.length) expect(refusalOf(() => writer.value(value)).code).toBe("too_large");
      else writer.value(value);
      expect(bytes.subarray(0, 8).every((byte) => byte === 0xee)).toBe(true);
      expect(bytes.subarray(8 + capacity).every((byte) => byte === 0xee)).toBe(true);
    }
    expect(hex(bytes.subarray(8, 8 + whole.length))).toBe(hex(whole));
    expect(() => new CmpWriter(bytes, 8, bytes.length)).toThrow(RangeError);
  });

  it("keeps to the limit it is given, and goes beyond its scratch for a larger one", () => {
    expect(refusalOf(() => encode("x".repeat(100), 50)).code).toBe("too_large");
    expect(encode("x".repeat(48), 50).length).toBe(50);
    const large = { text: "x".repeat(200_000) };
    expect(decode(encode(large))).toEqual(large);
    expect(refusalOf(() => encode({ text: "x".repeat(1_100_000) })).code).toBe("too_large");
  });

  it("refuses a huge object before it sorts or copies it", () => {
    const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, 0]));
    const writer = new CmpWriter(new Uint8Array(65_536));
    expect(refusalOf(() => writer.value(wide)).code).toBe("too_large");
    const sparse: unknown[] = [];
    sparse.length = 4_000_000_000;
    expect(refusalOf(() => writer.value(sparse)).code).toBe("too_large");
  });

  it("writes single pieces as `value` writes them", () => {
    const bytes = new Uint8Array(4_096);
    const writer = new CmpWriter(bytes);
    writer.mapHeader(3);
    writer.raw(encodeText("a"));
    writer.arrayHeader(5);
    writer.nil();
    writer.bool(true);
    writer.number(-0);
    writer.bigint(-5n);
    writer.bin(Uint8Array.of(1));
    writer.raw(encodeText("b".repeat(300)));
    writer.text("é");
    writer.raw(encodeText("c"));
    writer.value({ x: 1 }, "c", 1);
    const whole = { a: [null, true, 0, -5, Uint8Array.of(1)], [`${"b".repeat(300)}`]: "é", c: { x: 1 } };
    expect(hex(bytes.subarray(0, writer.size))).toBe(hex(encode(whole)));
  });

  it("gives the same bytes whatever the order of the keys", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: "binary", maxLength: 6 }), fc.integer()), (object) => {
        fc.pre(
          Object.keys(object).every((key) => (key as unknown as { isWellFormed(): boolean }).isWellFormed()),
        );
        const turned = Object.fromEntries(Object.entries(object).reverse());
        expect(hex(encode(turned))).toBe(hex(encode(object)));
      }),
      { seed: 20_261, numRuns: 2_000 },
    );
  });

  it("sorts keys by their UTF-8 bytes", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ unit: "binary", maxLength: 4 })), (keys) => {
        const bytewise = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect(sortKeys([...keys])).toEqual(bytewise);
      }),
      { seed: 20_262, numRuns: 2_000 },
    );
  });

  it("comes back as the same value, 20 000 times", () => {
    const seeded = new Seeded(1);
    for (let i = 0; i < 20_000; i++) {
      const value = randomValue(seeded, 4);
      const bytes = encode(value);
      const back = decode(bytes);
      if (hex(encode(back)) !== hex(bytes)) expect(hex(encode(back)), `value ${i}`).toBe(hex(bytes));
      if (i % 10 === 0) expect(back).toEqual(value);
    }
  });

  it("rounds every double to itself", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const back = decode(encode(value));
        expect(Number(back)).toBe(value === 0 ? 0 : value);
      }),
      { seed: 20_263, numRuns: 5_000 },
    );
  });

  it("agrees with the vectors beside the repository", ({ skip }) => {
    const shared = sharedVectors();
    if (shared === undefined) return skip();
    for (const { name, value, hex: wanted } of shared.encode)
      expect(hex(encode(meant(value))), name).toBe(wanted);
    expect(shared.encode.length).toBeGreaterThan(50);
    // They name the values that must be refused; REFUSED_VALUES holds each of them.
    expect(shared.encode_reject.length).toBe(17);
  });
});

describe("the cache of shapes", () => {
  it("stays within its bound whatever keys come, and the bytes do not depend on it", () => {
    const cache = new ShapeCache();
    for (let i = 0; i < 20_000; i++) cache.find([`key${i}`, "a", "b"]);
    expect(cache.nodes).toBeGreaterThan(1_000);
    expect(cache.nodes).toBeLessThanOrEqual(4_096);

    const bytes = new Uint8Array(1_000);
    const full = new CmpWriter(bytes);
    for (let i = 0; i < 3_000; i++) {
      full.reset();
      full.value({ [`k${i}`]: 0, x: 1, a: 2 });
    }
    for (const { value, hex: wanted } of VALUES.filter((row) => row.hex.length < 1_000)) {
      full.reset();
      full.value(value);
      expect(hex(bytes.subarray(0, full.size))).toBe(wanted);
    }
  });

  it("takes up new shapes again after it was full", () => {
    const cache = new ShapeCache();
    for (let i = 0; i < 4_096; i++) cache.find([`one${i}`]);
    expect(cache.find(["late"])).toBeUndefined();
    for (let i = 0; i < 4_096; i++) cache.find(["late"]);
    expect(cache.find(["late"])?.names).toEqual(["late"]);
    expect(cache.nodes).toBe(1);
  });

  it("does not keep long or many keys", () => {
    const cache = new ShapeCache();
    expect(cache.find(["x".repeat(65)])).toBeUndefined();
    expect(cache.find(Array.from({ length: 65 }, (_, i) => `k${i}`))).toBeUndefined();
    expect(cache.nodes).toBe(0);
  });
});
