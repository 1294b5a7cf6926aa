/** What else a decision or an event puts into a history (docs/format/cell.md, section 5): its note. */
import { ALL_WRITTEN, type Cell, SATURATED, uint } from "./cells.ts";
import { hit } from "./coverage.ts";
import { classOf, withoutClass } from "./hashes.ts";
import { limit, position, wire } from "./wire.ts";

export interface Note {
  /** Bit i is `1 << i`. */
  bits: number;
  /** Hashes with a class of wire.yaml's `note_classes`. */
  marks: bigint[];
}

export const NO_NOTE: Note = { bits: 0, marks: [] };

const noteClass = (name: string): number => position(wire.note_classes, name);
export const USER = noteClass("user");
/** In a note: a tool showed it. In a cell: a tool did, and then the user typed it. */
export const TOOL = noteClass("tool");
export const WRITTEN = noteClass("written");
export const FROZEN = noteClass("frozen");
export const THAWED = noteClass("thawed");

export function markOf(hash: bigint, ofClass: number): bigint {
  return hash | BigInt(ofClass);
}

export function isEmpty({ bits, marks }: Note): boolean {
  return bits === 0 && marks.length === 0;
}

export function writeNote(note: Note): Uint8Array {
  if (isEmpty(note)) return new Uint8Array();
  const { bits, marks } = note;
  return Uint8Array.from([
    ...uint(bits, 2),
    ...uint(0, 2),
    ...uint(marks.length, 4),
    ...marks.flatMap((mark) => uint(mark, 8)),
  ]);
}

export function hasBit(cell: Cell, bit: number): boolean {
  return ((cell.bits >> bit) & 1) === 1;
}

export function hasMark(cell: Cell, hash: bigint, ofClass: number): boolean {
  return cell.marks.includes(markOf(hash, ofClass));
}

export function countOf(cell: Cell, ...classes: number[]): number {
  return cell.marks.filter((mark) => classes.includes(classOf(mark))).length;
}

/** The two bits of the filter that stand for a hash. */
function placesOf(hash: bigint): number[] {
  return [Number((hash >> 3n) & 32767n), Number((hash >> 18n) & 32767n)];
}

export function filterHas(cell: Cell, hash: bigint): boolean {
  return placesOf(hash).every((bit) => (((cell.filter[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1);
}

function put(cell: Cell, mark: bigint): void {
  const behind = cell.marks.findIndex((other) => other > mark);
  cell.marks.splice(behind < 0 ? cell.marks.length : behind, 0, mark);
}

/** Puts a note into an opened cell, in place. */
export function foldNote(cell: Cell, note: Note): void {
  cell.bits |= note.bits;
  const met = (what: string): void => hit(`note: ${what}`);
  for (const mark of note.marks) {
    const hash = withoutClass(mark);
    switch (classOf(mark)) {
      case USER:
        if (hasMark(cell, hash, USER) || hasMark(cell, hash, TOOL)) met("user again");
        else if (hasBit(cell, SATURATED)) met("user, saturated");
        else if (countOf(cell, USER, TOOL) >= limit("cell_user_max")) {
          met("user, full");
          cell.bits |= 1 << SATURATED;
        } else {
          const isEchoed = filterHas(cell, hash);
          met(isEchoed ? "echoed" : "user");
          put(cell, markOf(hash, isEchoed ? TOOL : USER));
        }
        break;
      case TOOL:
        if (filterHas(cell, hash)) met("tool again");
        else if (cell.filterCount >= limit("cell_filter_entries_max")) {
          met("tool, full");
          cell.bits |= 1 << SATURATED;
        } else {
          met("tool");
          if (cell.filter.length === 0) cell.filter = new Uint8Array(limit("cell_filter_bytes"));
          for (const bit of placesOf(hash))
            cell.filter[bit >> 3] = (cell.filter[bit >> 3] ?? 0) | (1 << (bit & 7));
          cell.filterCount++;
        }
        break;
      case WRITTEN:
        if (hasMark(cell, hash, WRITTEN)) met("written again");
        else if (countOf(cell, WRITTEN) >= limit("cell_written_max")) {
          met("written, full");
          cell.bits |= 1 << ALL_WRITTEN;
        } else {
          met("written");
          put(cell, mark);
        }
        break;
      case FROZEN:
        if (hasMark(cell, hash, FROZEN)) met("frozen again");
        else if (countOf(cell, FROZEN) >= limit("cell_frozen_max")) met("frozen, full");
        else {
          met("frozen");
          put(cell, mark);
        }
        break;
      case THAWED:
        met(hasMark(cell, hash, FROZEN) ? "thawed" : "thawed, not frozen");
        cell.marks = cell.marks.filter((one) => one !== markOf(hash, FROZEN));
        break;
      default:
        throw new Error("a note with a mark of no class");
    }
  }
}
