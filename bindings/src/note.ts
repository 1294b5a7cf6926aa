/** What a decision or an event puts into a history beside counted events: docs/format/cell.md, section 5. */

import {
  LABEL_NAMES,
  NOTE_CLASS_FROZEN,
  NOTE_CLASS_LAST,
  NOTE_CLASS_THAWED,
  NOTE_CLASS_TOOL,
  NOTE_CLASS_USER,
  NOTE_CLASS_WRITTEN,
} from "./gen/codes.ts";
import type { Label } from "./types.ts";

/** Bits of a note, and of the header of a history, beside the labels. */
const BIT_OBSERVED = 1 << 8;
const BIT_SATURATED = 1 << 9;
const BIT_ALL_WRITTEN = 1 << 10;
const BITS = (1 << LABEL_NAMES.length) - 1 + BIT_OBSERVED + BIT_SATURATED + BIT_ALL_WRITTEN;

const ZEROS_AT = 2;
const COUNT_AT = 4;
const MARKS_AT = 8;
const MARK_BYTES = 8;
/** The lowest bits of a mark; the rest is its hash. */
const CLASS_BITS = 7;

/** A note in numbers and words. Marks are counted: their hashes say nothing to people. */
export interface Note {
  readonly labels: readonly Label[];
  readonly observed: boolean;
  readonly saturated: boolean;
  readonly allWritten: boolean;
  readonly user: number;
  readonly tool: number;
  readonly written: number;
  readonly frozen: number;
  readonly thawed: number;
}

/** Whether bytes are a note, or none at all. */
export function isNote(bytes: Uint8Array): boolean {
  if (bytes.length === 0) return true;
  if (bytes.length < MARKS_AT) return false;
  const view = viewOf(bytes);
  const marks = view.getUint32(COUNT_AT, true);
  if (bytes.length !== MARKS_AT + marks * MARK_BYTES) return false;
  if ((view.getUint16(0, true) & ~BITS) !== 0 || view.getUint16(ZEROS_AT, true) !== 0) return false;
  return classesOf(bytes).every((kind) => kind <= NOTE_CLASS_LAST);
}

/** What a note says; undefined when it says nothing. */
export function readNote(bytes: Uint8Array): Note | undefined {
  if (bytes.length === 0) return undefined;
  const bits = viewOf(bytes).getUint16(0, true);
  const classes = classesOf(bytes);
  const count = (wanted: number): number => classes.filter((kind) => kind === wanted).length;
  return {
    labels: LABEL_NAMES.filter((_, label) => (bits >>> label) & 1),
    observed: (bits & BIT_OBSERVED) !== 0,
    saturated: (bits & BIT_SATURATED) !== 0,
    allWritten: (bits & BIT_ALL_WRITTEN) !== 0,
    user: count(NOTE_CLASS_USER),
    tool: count(NOTE_CLASS_TOOL),
    written: count(NOTE_CLASS_WRITTEN),
    frozen: count(NOTE_CLASS_FROZEN),
    thawed: count(NOTE_CLASS_THAWED),
  };
}

/** Classes of the marks of a note, in order. */
function classesOf(bytes: Uint8Array): number[] {
  const kinds: number[] = [];
  for (let at = MARKS_AT; at < bytes.length; at += MARK_BYTES) kinds.push((bytes[at] as number) & CLASS_BITS);
  return kinds;
}

const CELL_HEADER_BYTES = 120;
const FILTER_BYTES = 4096;

/** How many things the bytes of a history say are frozen: its marks of that class, before the filter at the end. */
export function frozenIn(cell: Uint8Array): number {
  if (cell.length < CELL_HEADER_BYTES) return 0;
  const view = viewOf(cell);
  const end = cell.length - (view.getUint16(110, true) > 0 ? FILTER_BYTES : 0);
  let frozen = 0;
  for (let at = end - view.getUint16(106, true) * MARK_BYTES; at < end; at += MARK_BYTES) {
    if (at >= CELL_HEADER_BYTES && ((cell[at] as number) & CLASS_BITS) === NOTE_CLASS_FROZEN) frozen++;
  }
  return frozen;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
