/**
 * The automaton of the loaded image (docs/format/detect.md, the section `automaton`), checked when the image was loaded.
 */
import { SECTION_AUTOMATON } from "../gen/layout";
import { sectionAt, sectionCount } from "../policy/view";

/** A walk begins in this state where a word begins, */
export const ROOT_WORD: u32 = 1;
/** and in this one at a capital behind a small letter. */
export const ROOT_HUMP: u32 = 2;
/** No detector can hit any more. */
export const DEAD: u32 = 0;

const WORDS_BYTES: usize = 24; // Six counts.
const CLASSES_BYTES: usize = 256;

/** Where the class of each byte stands. */
let classesAt: usize = 0;
let cellsAt: usize = 0;
let basesAt: usize = 0;
let firstAccepting: u32 = 0;
let startsAt: usize = 0;
let itemsAt: usize = 0;
let foldsAt: usize = 0;
let foldCount: u32 = 0;

/** Finds the tables; false where the image has no detectors. */
export function openAutomaton(): bool {
  if (sectionCount(SECTION_AUTOMATON) == 0) return false;
  const at = sectionAt(SECTION_AUTOMATON);
  const states = load<u32>(at, 4);
  firstAccepting = load<u32>(at, 8);
  foldCount = load<u32>(at, 16);
  classesAt = at + WORDS_BYTES;
  foldsAt = classesAt + CLASSES_BYTES;
  cellsAt = foldsAt + ((<usize>foldCount) << 2);
  basesAt = cellsAt + ((<usize>load<u32>(at, 20)) << 2);
  startsAt = basesAt + ((<usize>states) << 1);
  itemsAt = startsAt + ((<usize>(states - firstAccepting + 1)) << 1);
  return true;
}

/** The state after a byte. A cell that belongs to another state means that there is none. */
export function nextState(state: u32, byte: u32): u32 {
  const base = <u32>load<u16>(basesAt + ((<usize>state) << 1));
  const cell = load<u32>(cellsAt + ((<usize>(base + load<u8>(classesAt + byte))) << 2));
  return (cell & 0xffff) == state ? cell >> 16 : DEAD;
}

/** The first state that accepts; all after it do too. */
export function acceptingFrom(): u32 {
  return firstAccepting;
}

/** Position of the first item of an accepting state; its items end where those of the next begin. */
export function itemStart(state: u32): u32 {
  return load<u16>(startsAt + ((<usize>(state - firstAccepting)) << 1));
}

/** Index of a detector. */
export function itemAt(position: u32): u32 {
  return load<u16>(itemsAt + ((<usize>position) << 1));
}

/** The ASCII letter that a code point is taken for, or 0. */
export function foldOf(codePoint: u32): u32 {
  let low: u32 = 0;
  let high = foldCount;
  while (low < high) {
    const middle = (low + high) >> 1;
    const fold = load<u32>(foldsAt + ((<usize>middle) << 2));
    if (fold >> 8 == codePoint) return fold & 0x7f;
    if (fold >> 8 < codePoint) low = middle + 1;
    else high = middle;
  }
  return 0;
}
