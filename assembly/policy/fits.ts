/**
 * What the checks of an image have in common (image.ts): refs, runs, lists and indexes lie where they may, and the first
 * place that does not is remembered.
 */
import { valid } from "../base/utf8";
import * as layout from "../gen/layout";
import { entryAt, IMAGE_AT, NONE, sectionAt, sectionCount, shortBytes, shortStart, textBytes } from "./view";

let faultOffset: u32 = 0;

/** Offset in the file of what the last refused image was refused for. */
export function imageFaultOffset(): u32 {
  return faultOffset;
}

export function beginFits(): void {
  faultOffset = 0;
}

export function fault(at: usize): bool {
  faultOffset = <u32>(at - IMAGE_AT);
  return false;
}

export function need(holds: bool, at: usize): bool {
  return holds ? true : fault(at);
}

export function refFits(at: usize): bool {
  return textFits(load<u32>(at), textBytes(at), at);
}

export function shortFits(at: usize): bool {
  return textFits(shortStart(at), shortBytes(at), at);
}

/** The text from `start` on, which the member at `at` names. */
export function textFits(start: u32, bytes: u32, at: usize): bool {
  if (<u64>start + bytes > <u64>sectionCount(layout.SECTION_TEXT)) return fault(at);
  return need(valid(sectionAt(layout.SECTION_TEXT) + <usize>start, bytes), at);
}

export function runFits(at: usize, section: i32): bool {
  return entriesFit(load<u32>(at), load<u32>(at, 4), section, at);
}

/** The run that the member at `at` names. */
export function entriesFit(start: u32, count: u32, section: i32, at: usize): bool {
  return need(<u64>start + count <= <u64>sectionCount(section), at);
}

export function listFits(list: u32, itemSection: i32, at: usize): bool {
  const count = sectionCount(layout.SECTION_LISTS);
  if (list >= count) return fault(at);
  const items = load<u32>(entryAt(layout.SECTION_LISTS, list, layout.LISTS_BYTES));
  if (<u64>list + 1 + items > <u64>count) return fault(at);
  const limit = sectionCount(itemSection);
  for (let position: u32 = 0; position < items; position++) {
    const itemAt = entryAt(layout.SECTION_LISTS, list + 1 + position, layout.LISTS_BYTES);
    if (load<u32>(itemAt) >= limit) return fault(itemAt);
  }
  return true;
}

export function packFits(at: usize): bool {
  const pack = load<u32>(at);
  return need(pack == NONE || pack < sectionCount(layout.SECTION_PACKS), at);
}
