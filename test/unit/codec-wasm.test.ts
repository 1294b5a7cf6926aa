/** The validator in the Wasm against the decoder of the host: they must refuse the same bytes for the same reason. */

import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { decode } from "../../bindings/src/codec/decode.ts";
import { CodecError, encode, encodeText } from "../../bindings/src/codec/encode.ts";
import { type Base, hex, openBase, Seeded, unhex } from "./base-harness.ts";
import { REFUSED, randomValue, sharedVectors, VALUES } from "./codec-cases.ts";

let base: Base;
beforeAll(() => {
  base = openBase();
}, 120_000);

/** The names of the statuses of assembly/base/cmp.ts. */
const NAMES: Readonly<Record<number, string>> = {
  0: "ok",
  [-1]: "cmp_truncated",
  [-2]: "cmp_trailing",
  [-3]: "cmp_type",
  [-4]: "cmp_not_shortest",
  [-5]: "cmp_utf8",
  [-6]: "cmp_key_type",
  [-7]: "cmp_key_order",
  [-8]: "cmp_depth",
  [-9]: "cmp_float",
  [-10]: "cmp_float",
  [-11]: "too_large",
};

/** `ok`, or what the Wasm says is wrong and where. */
function judgedByWasm(bytes: Uint8Array): string {
  const status = base.run.index(base.give(bytes));
  const name = NAMES[status] ?? `status ${status}`;
  return status === 0 ? name : `${name} at ${base.run.errorAt()}`;
}

function judgedByHost(bytes: Uint8Array): { verdict: string; value: unknown } {
  try {
    return { value: decode(bytes), verdict: "ok" };
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return { value: undefined, verdict: `${error.code} at ${error.offset}` };
  }
}

/** Reads the indexed document through the node functions and writes it again. */
function rewritten(): string {
  return hex(base.output(base.run.rewrite()));
}

/** One change of a kind that breaks a rule of the profile more often than not. */
function mutated(bytes: Uint8Array, seeded: Seeded): Uint8Array {
  const changed = [...bytes];
  const at = seeded.below(changed.length);
  switch (seeded.below(8)) {
    case 0:
      changed[at] = (changed[at] as number) ^ (1 << seeded.below(8));
      break;
    case 1:
      changed[at] = seeded.below(256);
      break;
    case 2:
      changed[at] = seeded.pick([
        0x80, 0x90, 0xa0, 0xc0, 0xc1, 0xc4, 0xca, 0xcb, 0xcc, 0xd0, 0xd3, 0xd9, 0xdd, 0xdf,
      ]);
      break;
    case 3:
      changed.splice(at, 1);
      break;
    case 4:
      changed.splice(at, 0, seeded.below(256));
      break;
    case 5:
      changed.length = at;
      break;
    case 6: {
      const piece = changed.slice(at, at + 1 + seeded.below(12));
      changed.splice(seeded.below(changed.length), 0, ...piece);
      break;
    }
    default: {
      const other = seeded.below(changed.length);
      [changed[at], changed[other]] = [changed[other] as number, changed[at] as number];
    }
  }
  return Uint8Array.from(changed);
}

describe("the index", () => {
  it.each(VALUES)("accepts $why", ({ hex: given }) => {
    expect(judgedByWasm(unhex(given))).toBe("ok");
    expect(base.run.walk()).toBe(base.run.nodes());
    expect(rewritten()).toBe(given);
  });

  it.each(REFUSED)("refuses $why", ({ hex: given, code, offset }) => {
    expect(judgedByWasm(unhex(given))).toBe(`${code} at ${offset}`);
    expect(base.run.nodes()).toBe(0);
  });

  it("agrees with the decoder on 100 000 mutants, and accepts nothing that is not canonical", () => {
    const seeded = new Seeded(20_261);
    let accepted = 0;
    const seen = new Set<string>();
    for (let i = 0; i < 100_000; i++) {
      let bytes = encode(randomValue(seeded, 3));
      for (let changes = 1 + seeded.below(2); changes > 0 && bytes.length > 0; changes--) {
        bytes = mutated(bytes, seeded);
      }
      const wasm = judgedByWasm(bytes);
      const host = judgedByHost(bytes);
      if (wasm !== host.verdict) expect(wasm, `mutant ${i}: ${hex(bytes)}`).toBe(host.verdict);
      seen.add(wasm.split(" ")[0] as string);
      if (wasm !== "ok") continue;
      accepted++;
      const given = hex(bytes);
      if (hex(encode(host.value)) !== given || rewritten() !== given) {
        expect.fail(`mutant ${i} was accepted and is not canonical: ${given}`);
      }
    }
    // Both answers must have been tested, and every reason to refuse.
    expect(accepted).toBeGreaterThan(10_000);
    expect(accepted).toBeLessThan(90_000);
    const reasons = new Set(Object.values(NAMES));
    reasons.delete("cmp_depth");
    reasons.delete("too_large");
    expect(seen).toEqual(reasons);
  });

  it("agrees with the decoder on random bytes", () => {
    const seeded = new Seeded(3);
    for (let i = 0; i < 50_000; i++) {
      const bytes = seeded.bytes(seeded.below(12));
      const wasm = judgedByWasm(bytes);
      if (wasm !== judgedByHost(bytes).verdict) expect(wasm, hex(bytes)).toBe(judgedByHost(bytes).verdict);
    }
  });

  it("agrees with the decoder on every pair of bytes, and every header before seven of them", () => {
    for (let first = 0; first < 256; first++) {
      for (let second = 0; second < 256; second++) {
        for (const rest of [[], [0, 0, 0, 0, 0, 0, 0, 0]]) {
          const bytes = Uint8Array.of(first, second, ...rest);
          const wasm = judgedByWasm(bytes);
          if (wasm !== judgedByHost(bytes).verdict)
            expect(wasm, hex(bytes)).toBe(judgedByHost(bytes).verdict);
        }
      }
    }
  });

  it("agrees with the decoder on float64s around the edge between floats and ints", () => {
    const bytes = new Uint8Array(9);
    bytes[0] = 0xcb;
    const view = new DataView(bytes.buffer);
    for (let power = 0; power < 2_048; power++) {
      for (const fraction of [0n, 1n, 1n << 51n, (1n << 52n) - 1n, 1n << BigInt(power % 52)]) {
        for (const sign of [0n, 1n]) {
          view.setBigUint64(1, (sign << 63n) | (BigInt(power) << 52n) | fraction);
          const wasm = judgedByWasm(bytes);
          if (wasm !== judgedByHost(bytes).verdict)
            expect(wasm, hex(bytes)).toBe(judgedByHost(bytes).verdict);
        }
      }
    }
  });

  it("takes 65 536 bytes and as many nodes, and refuses one byte more", () => {
    const full = new Uint8Array(65_536);
    full.set([0xdc, 0xff, 0xfd]);
    expect(judgedByWasm(full)).toBe("ok");
    expect(base.run.nodes()).toBe(65_534);
    expect(base.run.walk()).toBe(65_534);
    expect(judgedByWasm(new Uint8Array(65_537))).toBe("too_large at 0");
    expect(base.run.nodes()).toBe(0);
  });

  it("finds the members of a map, and no others", () => {
    const seeded = new Seeded(4);
    for (let i = 0; i < 2_000; i++) {
      const map = Object.fromEntries(
        Array.from({ length: seeded.below(30) }, () => [
          "x".repeat(seeded.below(3)) + "abc".repeat(seeded.below(8)) + seeded.below(12),
          seeded.below(3) === 0 ? [1, [2]] : seeded.below(1_000),
        ]),
      );
      const document = encode(map);
      const sorted = Object.keys(map).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const wanted = [...Object.keys(map).slice(0, 5), "", "a", "zz", "abcabcabc1", "x0"];
      for (const key of wanted) {
        const bytes = Buffer.from(key);
        base.give(Uint8Array.from([...document, ...bytes]));
        expect(base.run.index(document.length)).toBe(0);
        const node = base.run.memberOfRoot(document.length, bytes.length);
        // Keys and values are nodes; a value here has one node, or three.
        let position = 1;
        let expected = -1;
        for (const name of sorted) {
          if (name === key) expected = position + 1;
          position += Array.isArray(map[name]) ? 5 : 2;
        }
        if (node !== expected) expect(node, `${key} in ${sorted}`).toBe(expected);
      }
    }
    base.give(unhex("9161"));
    base.run.index(2);
    expect(base.run.memberOfRoot(1, 1)).toBe(-1);
  });

  it("accepts and hashes the vectors beside the repository", ({ skip }) => {
    const shared = sharedVectors();
    if (shared === undefined) return skip();
    for (const { name, hex: given, sha256_args } of shared.encode) {
      expect(judgedByWasm(unhex(given)), name).toBe("ok");
      expect(rewritten(), name).toBe(given);
      base.run.sha256(base.give(Buffer.concat([Buffer.from("cmp1:args\n"), unhex(given)])));
      expect(hex(base.output(32)), name).toBe(sha256_args);
    }
    for (const { name, hex: given } of shared.decode_reject)
      expect(judgedByWasm(unhex(given)), name).not.toBe("ok");
  });
});

describe("the writer", () => {
  it("writes every int as the host does, and nothing where it does not fit", () => {
    const seeded = new Seeded(5);
    const edges = [0, 5, 7, 8, 15, 16, 31, 32, 53, 63].flatMap((power) =>
      [-2n, -1n, 0n, 1n].map((d) => 2n ** BigInt(power) + d),
    );
    const random = Array.from({ length: 2_000 }, () =>
      BigInt.asIntN(64, ((BigInt(seeded.next()) << 32n) | BigInt(seeded.next())) >> BigInt(seeded.below(64))),
    );
    for (const value of [...edges, ...edges.map((edge) => -edge), ...random]) {
      if (value < -(2n ** 63n)) continue;
      const whole = encode(value);
      for (const signed of [true, false]) {
        if (signed ? value >= 2n ** 63n : value < 0n) continue;
        for (let capacity = 0; capacity <= 9; capacity++) {
          base.wide.setBigUint64(0, BigInt.asUintN(64, value), true);
          base.give(new Uint8Array(10).fill(0xee));
          const size = base.run.putInt(signed ? 1 : 0, capacity);
          const fits = capacity >= whole.length;
          const wanted = `${fits ? whole.length : -1} ${(fits ? hex(whole) : "").padEnd(20, "e")}`;
          const came = `${size} ${hex(base.input(10))}`;
          if (came !== wanted) expect(came, `${value} into ${capacity} bytes`).toBe(wanted);
        }
      }
    }
  });
});

describe("bytes", () => {
  it("compares as node does", () => {
    const seeded = new Seeded(6);
    for (let i = 0; i < 20_000; i++) {
      const one = seeded.bytes(seeded.below(20)).map((byte) => byte & 0x81);
      const other = seeded.below(3) === 0 ? seeded.bytes(seeded.below(20)) : one.slice(0, seeded.below(20));
      if (seeded.below(2) === 0 && other.length > 0) other[seeded.below(other.length)] = 0x80;
      base.give(Uint8Array.from([...one, ...other]));
      const order = base.run.compare(one.length, other.length);
      if (order !== Buffer.compare(one, other)) expect(order, hex(one)).toBe(Buffer.compare(one, other));
      const size = Math.min(one.length, other.length);
      base.give(Uint8Array.from([...one.slice(0, size), ...other.slice(0, size)]));
      const same = Buffer.compare(one.slice(0, size), other.slice(0, size)) === 0;
      if (base.run.equal(size) !== (same ? 1 : 0)) expect(base.run.equal(size), hex(one)).toBe(same ? 1 : 0);
    }
  });

  it("hashes as FNV-1a does", () => {
    // Published values of the 32-bit function.
    const known: readonly (readonly [string, number])[] = [
      ["", 0x811c9dc5],
      ["a", 0xe40c292c],
      ["foobar", 0xbf9cf968],
    ];
    for (const [text, hash] of known) expect(base.run.hash32(base.give(Buffer.from(text))) >>> 0).toBe(hash);
  });
});

describe("UTF-8", () => {
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  function wellFormed(bytes: Uint8Array): boolean {
    try {
      strict.decode(bytes);
      return true;
    } catch {
      return false;
    }
  }

  it("is judged as the platform judges it: every two bytes, and three or four from those that matter", () => {
    const edges = [
      0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xec, 0xed, 0xee, 0xef,
      0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff,
    ];
    const check = (bytes: readonly number[]): void => {
      const given = Uint8Array.from(bytes);
      const judged = base.run.utf8Valid(base.give(given)) === 1;
      if (judged !== wellFormed(given)) expect(judged, hex(given)).toBe(wellFormed(given));
    };
    for (let first = 0; first < 256; first++)
      for (let second = 0; second < 256; second++) check([first, second]);
    for (const a of edges) for (const b of edges) for (const c of edges) check([a, b, c]);
    for (const a of edges.filter((edge) => edge >= 0xe0)) {
      for (const b of edges)
        for (const c of [0x7f, 0x80, 0xbf, 0xc0])
          for (const d of [0x7f, 0x80, 0xbf, 0xc0]) check([a, b, c, d]);
    }
    // The same behind text that the fast path skips, ending at each place of a word.
    for (let pad = 0; pad < 20; pad++) {
      for (const tail of [[], [0xc3], [0xc3, 0xa9], [0xed, 0xa0, 0x80], [0xf0, 0x9f, 0x98, 0x80], [0x80]]) {
        check([...new Array<number>(pad).fill(0x61), ...tail]);
        check([...new Array<number>(pad).fill(0x61), ...tail, ...new Array<number>(pad).fill(0x62)]);
      }
    }
  });

  it("gives every code point there is", () => {
    for (let from = 0; from < 0x110000; from += 0x4000) {
      const points = Array.from({ length: 0x4000 }, (_, i) => from + i).filter(
        (point) => point < 0xd800 || point > 0xdfff,
      );
      if (points.length === 0) continue;
      const text = Buffer.from(points.map((point) => String.fromCodePoint(point)).join(""));
      const size = base.give(text);
      expect(base.run.utf8Valid(size)).toBe(1);
      expect(base.run.utf8CodePoints(size)).toBe(points.length);
      const read = base.output(points.length * 4);
      const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
      expect(digest(read)).toBe(digest(new Uint8Array(Uint32Array.from(points).buffer)));
    }
  });
});

it("encodes a key as a text", () => {
  expect(hex(encodeText("é".repeat(20)))).toBe(hex(encode("é".repeat(20))));
});
