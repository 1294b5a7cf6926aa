/**
 * Checks the sections `detectors` and `automaton` of an image (docs/format/detect.md), so that the pass over a call's text
 * may follow states and items without looking.
 */
import * as codes from "../gen/codes";
import * as layout from "../gen/layout";
import { DETECT_VALUE_BYTES_MAX } from "../gen/limits";
import { sectionAt, sectionCount } from "./view";

const COUNTS_BYTES: u64 = 24;
const CLASSES_BYTES: u64 = 256;
const CLASSES_MAX: u32 = 256;
const STATES_MIN: u32 = 3; // Dead and two roots.
const STATES_MAX: u32 = 65535;
const ITEMS_MAX: u32 = 65535;
const FOLDS_MAX: u32 = 1024;
const CELLS_MAX: u32 = 65535 + 256; // Bases have two bytes.

/** Address of the member of a detector that is out of bounds, or 0. The ref is checked with all others. */
export function detectorFault(at: usize): usize {
  const mark = <i32>load<u8>(at + layout.DETECTORS_MARK);
  if (mark < codes.MARK_SECRET_SEEN || mark > codes.MARK_BULK_SEEN) return at + layout.DETECTORS_MARK;
  const check = <i32>load<u8>(at + layout.DETECTORS_CHECK);
  if (check > codes.DETECTOR_CHECK_LAST) return at + layout.DETECTORS_CHECK;
  const least = <u32>load<u8>(at + layout.DETECTORS_TAIL_MIN);
  if (least > <u32>DETECT_VALUE_BYTES_MAX) return at + layout.DETECTORS_TAIL_MIN;
  const most = <u32>load<u8>(at + layout.DETECTORS_TAIL_MAX);
  if (most != 0 && most < least) return at + layout.DETECTORS_TAIL_MAX;
  const param = <u32>load<u16>(at + layout.DETECTORS_PARAM);
  if (check == codes.DETECTOR_CHECK_NOTE && param - 1 > 1) return at + layout.DETECTORS_PARAM;
  return 0;
}

/** Address of the first thing in the automaton that is out of bounds, or 0. */
export function automatonFault(): usize {
  const words = sectionCount(layout.SECTION_AUTOMATON);
  if (words == 0) return 0;
  const at = sectionAt(layout.SECTION_AUTOMATON);
  const size = (<u64>words) << 2;
  if (size < COUNTS_BYTES) return at;
  const classes = load<u32>(at);
  const states = load<u32>(at, 4);
  const accepting = load<u32>(at, 8);
  const items = load<u32>(at, 12);
  const folds = load<u32>(at, 16);
  if (classes - 1 >= CLASSES_MAX) return at;
  if (states < STATES_MIN || states > STATES_MAX) return at + 4;
  if (accepting < STATES_MIN || accepting > states) return at + 8;
  if (items > ITEMS_MAX) return at + 12;
  const cells = load<u32>(at, 20);
  if (folds > FOLDS_MAX) return at + 16;
  if (cells > CELLS_MAX) return at + 20;
  const starts = states - accepting + 1;
  const needed =
    COUNTS_BYTES +
    CLASSES_BYTES +
    ((<u64>folds) << 2) +
    ((<u64>cells) << 2) +
    ((<u64>states) << 1) +
    ((<u64>starts) << 1) +
    ((<u64>items) << 1);
  if ((needed + 3) >> 2 != <u64>words) return at;

  const classesAt = at + <usize>COUNTS_BYTES;
  for (let byte: usize = 0; byte < 256; byte++) {
    if (<u32>load<u8>(classesAt + byte) >= classes) return classesAt + byte;
  }
  const foldsAt = classesAt + <usize>CLASSES_BYTES;
  for (let fold: u32 = 0; fold < folds; fold++) {
    const foldAt = foldsAt + ((<usize>fold) << 2);
    const letter = load<u32>(foldAt) & 0xff;
    if (letter == 0 || letter > 0x7f) return foldAt;
    if (fold > 0 && load<u32>(foldAt) >> 8 <= load<u32>(foldAt - 4) >> 8) return foldAt;
  }
  const cellsAt = foldsAt + ((<usize>folds) << 2);
  const basesAt = cellsAt + ((<usize>cells) << 2);
  for (let cellAt = cellsAt; cellAt < basesAt; cellAt += 4) {
    if (load<u32>(cellAt) >> 16 >= states) return cellAt;
  }
  const startsAt = basesAt + ((<usize>states) << 1);
  for (let baseAt = basesAt; baseAt < startsAt; baseAt += 2) {
    if (<u32>load<u16>(baseAt) + classes > cells) return baseAt;
  }
  for (let start: u32 = 0; start < starts; start++) {
    const startAt = startsAt + ((<usize>start) << 1);
    const value = <u32>load<u16>(startAt);
    if (start == 0 ? value != 0 : value < <u32>load<u16>(startAt - 2)) return startAt;
    if (start == starts - 1 && value != items) return startAt;
  }
  const itemsAt = startsAt + ((<usize>starts) << 1);
  const detectors = sectionCount(layout.SECTION_DETECTORS);
  for (let item: u32 = 0; item < items; item++) {
    const itemAt = itemsAt + ((<usize>item) << 1);
    if (<u32>load<u16>(itemAt) >= detectors) return itemAt;
  }
  return 0;
}
