/** Entries: one way to write each, the two ways to read them agree, and frames around them. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { crc32c } from "../../bindings/evidence/crc32c.ts";
import {
  anyEntry,
  decodeEntry,
  type Entry,
  type EntryCell,
  encodeEntry,
  type RecordEntry,
} from "../../bindings/evidence/entry.ts";
import { recordEntryIn } from "../../bindings/evidence/entry-bytes.ts";
import { EvidenceError } from "../../bindings/evidence/errors.ts";
import { frameAt, frameOf } from "../../bindings/evidence/frame.ts";
import { encode } from "../../bindings/src/codec/encode.ts";

const bin = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });
const whole = fc.oneof(fc.nat(300), fc.nat(70_000), fc.maxSafeNat());
const tally = fc.oneof(whole, fc.bigInt(2n ** 53n, 2n ** 64n - 1n));

const cell: fc.Arbitrary<EntryCell> = fc
  .record(
    {
      gap: fc.constant(true as const),
      tallies: fc.array(tally, { minLength: 1, maxLength: 16 }),
      version: whole,
    },
    { requiredKeys: ["version"] },
  )
  .map(({ gap, tallies, version }) => ({
    ...(gap === undefined ? {} : { gap }),
    ...(tallies === undefined ? {} : { tallies }),
    version,
  }));

const recordEntry: fc.Arbitrary<RecordEntry> = fc.record({
  prev: bin(32),
  seq: whole,
  record: fc.uint8Array({ maxLength: 700 }),
  cells: fc.array(cell, { maxLength: 8 }),
  sealed: fc.option(fc.record({ fields: bin(32), key: bin(16), sha256: bin(32) }), { nil: undefined }),
});

/** By the general codec alone. */
function generalBytes({ prev, seq, record, cells, sealed }: RecordEntry): Uint8Array {
  const map = { ...(cells.length === 0 ? {} : { cells }), prev, record, seq, v: 1 };
  return encode(sealed === undefined ? map : { ...map, sealed });
}

function read(bytes: Uint8Array, by: (bytes: Uint8Array) => Entry): Entry | string {
  try {
    return by(bytes);
  } catch (error) {
    if (error instanceof EvidenceError) return error.code;
    throw error;
  }
}

test("an entry is written as the general codec writes it, and read as it reads it", () => {
  fc.assert(
    fc.property(recordEntry, (entry) => {
      const bytes = encodeEntry(entry);
      expect(bytes).toEqual(generalBytes(entry));
      expect(decodeEntry(bytes)).toEqual(anyEntry(bytes));
      expect(decodeEntry(bytes)).toEqual(entry);
    }),
    { numRuns: 500 },
  );
});

test("what the quick reader takes, the general one takes alike", () => {
  const place = fc.record({ at: fc.nat(), byte: fc.nat(255), cut: fc.nat(40) });
  fc.assert(
    fc.property(recordEntry, place, ({ ...entry }, { at, byte, cut }) => {
      const whole = encodeEntry(entry);
      const bytes = whole.slice(0, whole.length - (cut > 30 ? cut - 30 : 0));
      bytes[at % bytes.length] = byte;
      const quick = recordEntryIn(bytes);
      if (quick !== undefined) expect(quick).toEqual(read(bytes, anyEntry));
      // Near the ends are the keys and lengths.
      const near = whole.slice();
      near[at % Math.min(60, near.length)] = byte;
      const found = recordEntryIn(near);
      if (found !== undefined) expect(found).toEqual(read(near, anyEntry));
    }),
    { numRuns: 5_000 },
  );
});

test("the quick reader is the one that is used", () => {
  const entry = {
    prev: new Uint8Array(32),
    seq: 70_000,
    record: new Uint8Array(300),
    cells: [],
    sealed: undefined,
  };
  expect(recordEntryIn(encodeEntry(entry))).toEqual(entry);
  const withCells = { ...entry, cells: [{ tallies: [2n ** 60n], version: 3 }] };
  expect(recordEntryIn(encodeEntry(withCells))).toEqual(withCells);
});

test("what is no entry says which member is wrong", () => {
  const good = { prev: new Uint8Array(32), record: new Uint8Array(1), seq: 0, v: 1 };
  const note = { kind: "erase", by: "a", reason: "b", subject: new Uint8Array(16), time_ms: 1 };
  const cases: readonly [object, RegExp][] = [
    [{ ...good, v: 2 }, /v has another value/],
    [{ ...good, prev: new Uint8Array(31) }, /prev has another value/],
    [{ ...good, more: 1 }, /has a member that no entry has/],
    [{ prev: good.prev, seq: 0, v: 1 }, /wanted a record or a note/],
    [{ ...good, note }, /an entry with a note has nothing else/],
    [{ ...good, cells: [] }, /wanted one or none/],
    [
      { prev: good.prev, seq: 0, v: 1, note: { ...note, kind: "other" } },
      /note.kind: wanted one of begin, cut, key, adopt, erase/,
    ],
    [
      { prev: good.prev, seq: 0, v: 1, note: { ...note, subject: new Uint8Array(1) } },
      /subject has another value/,
    ],
  ];
  for (const [value, message] of cases) expect(() => decodeEntry(encode(value))).toThrow(message);
  expect(() => decodeEntry(new Uint8Array(0))).toThrow(EvidenceError);
});

test("the checksum is CRC-32C", () => {
  const bytes = new TextEncoder().encode("123456789");
  expect(crc32c(bytes)).toBe(0xe3069283);
  expect(crc32c(Uint8Array.of(0, ...bytes, 0), 1, 10)).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
});

test("a frame is what was put into it, and every bit of it counts", () => {
  const frame = frameOf([new Uint8Array(3), new Uint8Array(300), new Uint8Array(70_000)]);
  expect(frameAt(frame, 0, frame.length)).toEqual({ from: 8, to: frame.length });
  for (let bit = 0; bit < 8 * 400; bit++) {
    const other = frame.slice();
    other[bit >> 3] = (other[bit >> 3] as number) ^ (1 << (bit & 7));
    expect(typeof frameAt(other, 0, other.length)).toBe("string");
  }
});
