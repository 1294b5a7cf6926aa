/**
 * The parser of the shell as a module of its own, so that tests in TypeScript can drive it with many texts. Not part of any
 * build: the tests compile it, with `shell-recorder.ts` in the place of the table of commands.
 */

import { hash32With } from "../base/bytes";
import { NAMESPACE_ACTION, NAMESPACE_COMMAND, NAMESPACE_VARIABLE } from "../gen/codes";
import {
  NAMES_BYTES,
  NAMES_NAMESPACE,
  NAMES_SIZE,
  NAMES_TEXT,
  NAMES_VALUE,
  SECTION_NAMES,
  SECTION_SLOTS,
  SECTION_TEXT,
} from "../gen/layout";
import { WORD_TEXT } from "../gen/word-text";
import { layOutWords, ROLE_ACTION_COUNT, WORD_ROLE_ACTION, wordAt, wordBytes } from "../gen/words";
import {
  beginDrafts,
  draftAt,
  draftCount,
  draftsOverflowed,
  factAt,
  groupOf,
  newGroup,
} from "../normalise/drafts";
import { takeShellAs } from "../normalise/lang/shell";
import { shellReason } from "../normalise/lang/shell-frames";
import { Nested } from "../normalise/nested";
import { placeSection, SLOT_HASH_MASK } from "../policy/view";

export { CALLS_AT, callsBytes } from "../normalise/lang/command";

/** The text. */
export const TEXT_AT: usize = memory.data(65536, 16);
/** Parts: marks, group, number of the role's action, number of facts; facts: field, address, bytes. */
export const PARTS_AT: usize = memory.data(65536, 16);
const NESTED: usize = memory.data(64, 8);
const SLOTS: usize = memory.data(256, 8);
const NAMES: usize = memory.data(1280, 8);
/** `FOO` may be assigned, `ls` is a command. */
const FOO: usize = memory.data<u8>([0x46, 0x4f, 0x4f]);
const LS: usize = memory.data<u8>([0x6c, 0x73]);
let names: u32 = 0;

function addName(namespace: u32, at: usize, bytes: u32, value: u32): void {
  const entry = NAMES + <usize>names * NAMES_BYTES;
  const hash = hash32With(namespace, at, bytes);
  store<u16>(entry + NAMES_NAMESPACE, namespace);
  store<u32>(entry + NAMES_TEXT, <u32>at);
  store<u16>(entry + NAMES_SIZE, bytes);
  store<u32>(entry + NAMES_VALUE, value);
  let slot = hash & 63;
  while (load<u32>(SLOTS + ((<usize>slot) << 2)) != 0) slot = (slot + 1) & 63;
  store<u32>(SLOTS + ((<usize>slot) << 2), (hash & SLOT_HASH_MASK) | ++names);
}

/** A table of names in the place of an image's. */
function placeNames(): void {
  if (names > 0) return;
  layOutWords(WORD_TEXT);
  placeSection(SECTION_TEXT, 0, 0);
  placeSection(SECTION_SLOTS, SLOTS, 64);
  placeSection(SECTION_NAMES, NAMES, 32);
  for (let role = 0; role < ROLE_ACTION_COUNT; role++) {
    addName(NAMESPACE_ACTION, wordAt(WORD_ROLE_ACTION + role), wordBytes(WORD_ROLE_ACTION + role), role);
  }
  addName(NAMESPACE_VARIABLE, FOO, 3, 0);
  addName(NAMESPACE_COMMAND, LS, 2, 0);
}

/** Takes the text apart; returns the number of parts. */
export function take(bytes: u32, dialect: i32, depth: i32): i32 {
  placeNames();
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
    store<u32>(to, draft.action, 8);
    store<i32>(to, draft.factCount, 12);
    to += 16;
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
