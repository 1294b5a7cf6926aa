/** A file of checkpoints: read in any pieces, cut at any byte, changed at any byte. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { signCheckpoint } from "../../bindings/evidence/checkpoint.ts";
import { CheckpointReader, type CheckpointTail } from "../../bindings/evidence/checkpoint-file.ts";
import { EvidenceError } from "../../bindings/evidence/errors.ts";
import { formatNote } from "../../bindings/evidence/note.ts";
import { leafHash } from "../../bindings/evidence/tree.ts";
import { signerOf } from "./ed25519.ts";

interface Read {
  readonly notes: readonly { size: number; from: number; to: number; signatures: number }[];
  readonly tail: CheckpointTail;
}

function read(bytes: Uint8Array, pieces: readonly number[] = []): Read {
  const reader = new CheckpointReader();
  const found = [];
  let at = 0;
  for (const piece of [...pieces, bytes.length]) {
    found.push(...reader.push(bytes.subarray(at, at + piece)));
    at += piece;
  }
  const { last, tail } = reader.end();
  const notes = [...found, ...(last === undefined ? [] : [last])].map(({ note, checkpoint, from, to }) => {
    // The range is the note and nothing else.
    expect(formatNote(note)).toEqual(bytes.slice(from, to));
    return { size: checkpoint.size, from, to, signatures: note.signatures.length };
  });
  return { notes, tail };
}

async function noteOf(size: number, keys: readonly number[]): Promise<Uint8Array> {
  const root = leafHash(Uint8Array.of(size));
  return formatNote(await signCheckpoint({ origin: "log\u00e9/main", size, root }, keys.map(signerOf)));
}

const notes = [await noteOf(1, [1]), await noteOf(20, [1, 2]), await noteOf(300, [1, 2])];
const file = new Uint8Array(Buffer.concat(notes));
const starts = [0, notes[0]?.length as number, (notes[0]?.length as number) + (notes[1]?.length as number)];
/** Offset in the last note behind its text with the empty line, and behind its first signature. */
const textEnd = Buffer.from(file).indexOf("\n\n", starts[2]) + 2;
const firstEnd = Buffer.from(file).indexOf("\n", textEnd) + 1;

describe("a file of checkpoints", () => {
  const whole = [
    { size: 1, from: 0, to: starts[1], signatures: 1 },
    { size: 20, from: starts[1], to: starts[2], signatures: 2 },
    { size: 300, from: starts[2], to: file.length, signatures: 2 },
  ];

  it("says where each one stands, however the bytes come", () => {
    expect(read(file)).toEqual({ notes: whole, tail: {} });
    fc.assert(
      fc.property(fc.array(fc.nat(90), { maxLength: 30 }), (pieces) => {
        expect(read(file, pieces)).toEqual({ notes: whole, tail: {} });
      }),
    );
    expect(read(new Uint8Array(0))).toEqual({ notes: [], tail: {} });
  });

  it("is read through one piece of memory that is filled again and again", () => {
    const piece = Buffer.alloc(50);
    const reader = new CheckpointReader();
    const sizes: number[] = [];
    for (let at = 0; at < file.length; at += piece.length) {
      const bytes = piece.subarray(0, Math.min(piece.length, file.length - at));
      bytes.set(file.subarray(at, at + bytes.length));
      sizes.push(...reader.push(bytes).map(({ checkpoint }) => checkpoint.size));
      piece.fill(0);
    }
    expect([...sizes, reader.end().last?.checkpoint.size]).toEqual([1, 20, 300]);
  });

  it("cut at any byte is whole, pending or torn, and cutting off what is torn leaves whole pieces", () => {
    for (let to = starts[2] as number; to < file.length; to++) {
      const { notes: found, tail } = read(file.subarray(0, to));
      const from = starts[2] as number;
      if (to === from) expect(tail).toEqual({});
      else if (to < textEnd) expect(tail).toEqual({ torn: { from, to } });
      else if (to < firstEnd) {
        expect(tail.pending).toMatchObject({ from, to: textEnd, checkpoint: { size: 300 } });
        expect(tail.torn).toEqual(to === textEnd ? undefined : { from: textEnd, to });
      } else expect(tail).toEqual(to === firstEnd ? {} : { torn: { from: firstEnd, to } });
      expect(found.map(({ size }) => size)).toEqual(to < firstEnd ? [1, 20] : [1, 20, 300]);
      const mended = read(file.subarray(0, tail.torn?.from ?? to));
      expect(mended).toEqual({ notes: found, tail: tail.pending ? { pending: tail.pending } : {} });
    }
  });

  it("with zeros at its end, as a crash leaves them, is torn there", () => {
    for (const to of [file.length, textEnd, textEnd + 9, (starts[2] as number) + 5]) {
      const bytes = new Uint8Array(to + 40);
      bytes.set(file.subarray(0, to));
      const { torn, pending } = read(bytes).tail;
      expect(torn?.to).toBe(bytes.length);
      expect(pending !== undefined).toBe(to === textEnd || to === textEnd + 9);
    }
  });

  it("with a byte changed before its last note is refused, or the change is in what was read", () => {
    fc.assert(
      fc.property(fc.nat((starts[2] as number) - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const bytes = file.map((byte, i) => (i === at ? byte ^ change : byte));
        let found: Read;
        try {
          found = read(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(EvidenceError);
          return;
        }
        // `read` wrote every note again and found the changed bytes; nothing of the file is left out.
        expect(found.notes.at(-1)?.to).toBe(file.length);
        expect(found.notes.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(file.length);
        expect(found.tail).toEqual({});
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    [
      "a text without signatures in the middle",
      [file.subarray(0, textEnd), notes[0]],
      /a signature of the text/,
    ],
    ["half a text in the middle", [file.subarray(0, (starts[2] as number) + 12), notes[0]], /./],
    ["half a signature in the middle", [file.subarray(0, firstEnd - 9), notes[0]], /./],
    ["an empty line too many", [notes[0], Buffer.from("\n"), notes[1]], /./],
    ["a signature alone", [file.subarray(textEnd)], /./],
    ["an endless line", [notes[0], Buffer.alloc(20_000, "a")], /a line of at most/],
    [
      "17 signatures",
      [
        ...Array(16)
          .fill(0)
          .map((_, i) => (i === 0 ? file.subarray(0, firstEnd) : file.subarray(textEnd, firstEnd))),
        file.subarray(textEnd, firstEnd),
      ],
      /at most 16 signatures/,
    ],
  ] as const)("with %s is refused", (_, parts, message) => {
    const bytes = new Uint8Array(Buffer.concat(parts as readonly Uint8Array[]));
    expect(() => read(bytes)).toThrow(message);
    expect(() => read(bytes)).toThrow(EvidenceError);
  });
});
