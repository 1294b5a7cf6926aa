/**
 * The parser of the shell as a module of its own, so that tests in TypeScript can drive it with many texts. Not part of any
 * build: the tests compile it, with `shell-recorder.ts` in the place of the table of commands.
 */

import { beginDrafts, draftAt, draftCount, draftsOverflowed, factAt, groupOf, newGroup } from "../normalise/drafts";
import { Nested } from "../normalise/nested";
import { takeShellAs } from "../normalise/lang/shell";
import { shellReason } from "../normalise/lang/shell-frames";
import { placeSection } from "../policy/view";
import { SECTION_NAMES, SECTION_SLOTS } from "../gen/layout";

export { CALLS_AT, callsBytes } from "../normalise/lang/command";

/** The text. */
export const TEXT_AT: usize = memory.data(65536, 16);
/** Parts: action of its role is not known here, so field, text, marks, group. */
export const PARTS_AT: usize = memory.data(65536, 16);
const NESTED: usize = memory.data(64, 8);
const EMPTY_SLOTS: usize = memory.data(8, 8);

/** Takes the text apart; returns the number of parts. */
export function take(bytes: u32, dialect: i32, depth: i32): i32 {
  // An image without names: one free slot.
  placeSection(SECTION_SLOTS, EMPTY_SLOTS, 1);
  placeSection(SECTION_NAMES, EMPTY_SLOTS, 0);
  beginDrafts();
  const text = changetype<Nested>(NESTED);
  memory.fill(NESTED, 0, 64);
  text.language = 1;
  text.at = TEXT_AT;
  text.bytes = bytes;
  text.depth = depth;
  text.group = newGroup();
  takeShellAs(text, dialect);
  let to = PARTS_AT;
  for (let position = 0; position < draftCount(); position++) {
    const draft = draftAt(position);
    store<u32>(to, draft.marks);
    store<i32>(to, groupOf(draft.group), 4);
    store<i32>(to, draft.factCount, 8);
    to += 12;
    for (let fact = draft.factStart; fact < draft.factStart + draft.factCount; fact++) {
      store<i32>(to, factAt(fact).field);
      store<u32>(to, <u32>factAt(fact).at, 4);
      store<u32>(to, factAt(fact).bytes, 8);
      to += 12;
    }
  }
  return draftCount();
}

export function reason(): i32 {
  return shellReason();
}

export function overflowed(): bool {
  return draftsOverflowed();
}

export function group(number: i32): i32 {
  return groupOf(number);
}
