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

interface Comb {
  /** Where the row of each state begins: the cell of a class stands at base + class. */
  readonly bases: readonly number[];
  /** State that a cell belongs to, then the next state; 0, 0 of a cell that belongs to none. */
  readonly cells: readonly number[];
}

/** Lays the rows of all states over each other, so that no two use a cell: most states are dead for most bytes. */
function combOf(rows: readonly (readonly number[])[], classes: number): Comb {
  const used = rows.map((row) => row.flatMap((next, kind) => (next === 0 ? [] : [kind])));
  const fullestFirst = used
    .map((_, state) => state)
    .sort((a, b) => (used[b]?.length ?? 0) - (used[a]?.length ?? 0) || a - b);
  const bases = rows.map(() => 0);
  const owners: number[] = [];
  const nexts: number[] = [];
  let free = 0;
  for (const state of fullestFirst) {
    const kinds = used[state] ?? [];
    let base = Math.max(0, free - (kinds[0] ?? 0));
    while (kinds.some((kind) => owners[base + kind])) base++;
    bases[state] = base;
    for (const kind of kinds) {
      owners[base + kind] = state;
      nexts[base + kind] = rows[state]?.[kind] ?? 0;
    }
    while (owners[free]) free++;
  }
  const size = Math.max(...bases) + classes;
  return {
    bases,
    cells: Array.from({ length: size }, (_, at) => [owners[at] ?? 0, nexts[at] ?? 0]).flat(),
  };
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
  const classOf = packed.runs(BYTES);
  const foldsPacked = packed.numbers(folds);
  const matrix = packed.runs(states * classes);
  const rows = Array.from({ length: states }, (_, state) =>
    matrix.slice(state * classes, (state + 1) * classes),
  );
  const { bases, cells } = combOf(rows, classes);
  const pieces = [
    sized([classes, states, accepting, items, folds, cells.length / 2], 4),
    sized(classOf, 1),
    sized(foldsPacked, 4),
    sized(cells, 2),
    sized(bases, 2),
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
