import { Packr } from "msgpackr";
import { describe, expect, it } from "vitest";
import { decode } from "../../bindings/src/codec/decode.ts";
import { CodecError, encode } from "../../bindings/src/codec/encode.ts";
import { hex, Seeded, unhex } from "./base-harness.ts";
import { meant, REFUSED, randomValue, sharedVectors, VALUES } from "./codec-cases.ts";

function refusalOf(bytes: Uint8Array): CodecError {
  try {
    decode(bytes);
  } catch (error) {
    if (error instanceof CodecError) return error;
    throw error;
  }
  throw new Error(`wanted a CodecError for ${hex(bytes)}, and nothing was thrown`);
}

describe("decode", () => {
  it.each(VALUES)("$why", ({ decoded, hex: given }) => {
    expect(decode(unhex(given))).toEqual(decoded);
  });

  it.each(REFUSED)("refuses $why", ({ hex: given, code, offset }) => {
    const error = refusalOf(unhex(given));
    expect(`${error.code} at ${error.offset}`).toBe(`${code} at ${offset}`);
    expect(error.wanted).not.toBe("");
    expect(error.came).not.toBe("");
  });

  it("refuses every document that is cut short, and every one with a byte more", () => {
    for (const { hex: given } of VALUES) {
      const bytes = unhex(given);
      for (let size = 0; size < bytes.length; size++) {
        expect(refusalOf(bytes.subarray(0, size)).code).toBe("cmp_truncated");
      }
      expect(refusalOf(unhex(`${given}00`)).code).toBe("cmp_trailing");
    }
  });

  it("reads from a view into a larger buffer", () => {
    const larger = unhex("ffff82a16101a162c40209ffff");
    expect(decode(larger.subarray(2, 12))).toEqual({ a: 1, b: Uint8Array.of(9, 255) });
  });

  it("gives bins that nobody else can change", () => {
    const bytes = unhex("c40101");
    const bin = decode(bytes) as Uint8Array;
    bytes[2] = 9;
    expect(bin).toEqual(Uint8Array.of(1));
    expect(bin.buffer.byteLength).toBe(1);
  });

  it("makes __proto__ a member and leaves prototypes alone", () => {
    const value = decode(encode(JSON.parse('{"__proto__":{"admin":true},"constructor":1}'))) as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.hasOwn(value, "__proto__")).toBe(true);
    expect((value as { admin?: boolean }).admin).toBeUndefined();
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
    expect(Object.getOwnPropertyDescriptor(value, "constructor")?.value).toBe(1);
  });

  it("keeps ints exact: numbers up to 2^53 - 1, bigints beyond", () => {
    expect(decode(unhex("cf001fffffffffffff"))).toBe(2 ** 53 - 1);
    expect(decode(unhex("cf0020000000000000"))).toBe(2n ** 53n);
    expect(decode(unhex("cf0020000000000001"))).toBe(2n ** 53n + 1n);
    expect(decode(unhex("d3ffe0000000000001"))).toBe(-(2 ** 53) + 1);
    expect(decode(unhex("d3ffe0000000000000"))).toBe(-(2n ** 53n));
  });

  it("agrees with the vectors beside the repository", ({ skip }) => {
    const shared = sharedVectors();
    if (shared === undefined) return skip();
    for (const { name, value, hex: given } of shared.encode) {
      const back = decode(unhex(given));
      expect(hex(encode(back)), name).toBe(given);
      if (typeof back !== "bigint" && !Object.is(meant(value), -0)) expect(back, name).toEqual(meant(value));
    }
    for (const { name, hex: given } of shared.decode_reject) {
      expect(refusalOf(unhex(given)), name).toBeInstanceOf(CodecError);
    }
  });
});

describe("msgpackr as transport", () => {
  const transport = new Packr({
    useRecords: false,
    variableMapSize: true,
    structuredClone: false,
    moreTypes: false,
    bundleStrings: false,
    int64AsType: "bigint",
    encodeUndefinedAsNil: false,
    largeBigIntToFloat: false,
    mapsAsObjects: true,
  });

  it("carries the same values", () => {
    const seeded = new Seeded(2);
    for (let i = 0; i < 5_000; i++) {
      const value = randomValue(seeded, 3);
      // Its reader renames this key, and its writer knows ints of 64 signed bits only.
      const text = JSON.stringify(value, (_key, member) => (typeof member === "bigint" ? "bigint" : member));
      if (text.includes("__proto__") || text.includes("bigint")) continue;
      const carried = transport.unpack(transport.pack(value));
      expect(hex(encode(carried))).toBe(hex(encode(value)));
    }
  });

  it("reads what this encoder writes", () => {
    for (const { value, hex: given, why } of VALUES) {
      if (why.includes("__proto__")) continue;
      expect(hex(encode(transport.unpack(unhex(given)))), why).toBe(hex(encode(value)));
    }
  });

  it("does not write CMP/1: order, and ints of 33 bits and more", () => {
    expect(refusalOf(transport.pack({ b: 1, a: 2 })).code).toBe("cmp_key_order");
    expect(refusalOf(transport.pack(2 ** 32)).code).toBe("cmp_float");
    expect(refusalOf(transport.pack(undefined)).code).toBe("cmp_type");
    expect(refusalOf(new Packr().pack({ a: 1 })).code).toBe("cmp_type");
  });
});
