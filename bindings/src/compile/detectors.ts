/**
 * The detectors of this release: `npm run gen` made one automaton of them (tools/detectors.ts), which goes into every
 * image as it is. docs/format/detect.md has the bytes.
 */
import { AUTOMATON, DETECTORS } from "../gen/detectors.ts";
import * as layout from "../gen/layout.ts";
import type { ImageWriter } from "./image.ts";

const BYTES = 256;

/** Reads what `packAutomaton` wrote. */
class Unpacker {
  readonly #text = atob(AUTOMATON);
  #at = 0;

  number(): number {
    let number = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#text.charCodeAt(this.#at++);
      number += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return number;
    }
  }

  numbers(count: number): number[] {
    return Array.from({ length: count }, () => this.number());
  }

  /** `count` numbers that are packed as runs. */
  runs(count: number): number[] {
    const numbers: number[] = [];
    while (numbers.length < count) {
      const length = this.number();
      const number = this.number();
      for (let item = 0; item < length; item++) numbers.push(number);
    }
    return numbers;
  }
}

function sized(numbers: readonly number[], bytes: 1 | 2 | 4): Uint8Array {
  const array = new Uint8Array(numbers.length * bytes);
  const view = new DataView(array.buffer);
  numbers.forEach((number, index) => {
    if (bytes === 1) view.setUint8(index, number);
    else if (bytes === 2) view.setUint16(index * 2, number, true);
    else view.setUint32(index * 4, number, true);
  });
  return array;
}

/** Unpacked once: it is the same for every image. */
let unpacked: Uint8Array | undefined;

/** The section `automaton`, a whole number of words. Not to be written to. */
export function automatonBytes(): Uint8Array {
  unpacked ??= unpack();
  return unpacked;
}

function unpack(): Uint8Array {
  const packed = new Unpacker();
  const [classes = 0, states = 0, accepting = 0, items = 0, folds = 0] = packed.numbers(5);
  const pieces = [
    sized([classes, states, accepting, items, folds], 4),
    sized(packed.runs(BYTES), 1),
    sized(packed.numbers(folds), 4),
    sized(packed.runs(states * classes), 2),
  ];
  const starts = [0];
  for (const count of packed.numbers(states - accepting)) starts.push((starts.at(-1) ?? 0) + count);
  pieces.push(sized(starts, 2), sized(packed.numbers(items), 2));
  const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
  const section = new Uint8Array(Math.ceil(bytes / layout.AUTOMATON_BYTES) * layout.AUTOMATON_BYTES);
  let at = 0;
  for (const piece of pieces) {
    section.set(piece, at);
    at += piece.length;
  }
  return section;
}

/** Puts the detectors and their automaton. */
export function putDetectors(writer: ImageWriter): void {
  for (const [id, mark, check, kinds, least, most, param] of DETECTORS) {
    const entry = writer
      .entry(layout.SECTION_DETECTORS)
      .ref(layout.DETECTORS_ID, id)
      .u8(layout.DETECTORS_MARK, mark)
      .u8(layout.DETECTORS_CHECK, check)
      .u16(layout.DETECTORS_TAIL_KINDS, kinds)
      .u8(layout.DETECTORS_TAIL_MIN, least)
      .u8(layout.DETECTORS_TAIL_MAX, most)
      .u16(layout.DETECTORS_PARAM, param);
    writer.put(layout.SECTION_DETECTORS, entry);
  }
  writer.putBytes(layout.SECTION_AUTOMATON, automatonBytes());
}
