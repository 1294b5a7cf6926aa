/**
 * Drafts: the actions that a call was taken apart into, before any of them is judged. A draft is an action, the row of a
 * pack that led to it, and facts that are still text; `normalise` reads them later as it reads arguments. Parts between
 * which data flows are of one group.
 */
import { copyShort, equal } from "../base/bytes";
import {
  FIELD_COMMAND,
  FIELD_QUERY,
  FIELD_URL,
  LANGUAGE_SHELL,
  LANGUAGE_SQL,
  MARK_OPAQUE_COMMAND,
  NAMESPACE_ACTION,
  UNIT_DIRECT,
} from "../gen/codes";
import { META_ACTION_UNCLASSIFIED } from "../gen/layout";
import { FACTS_MAX, LANGUAGE_BYTES_MAX, PARTS_MAX } from "../gen/limits";
import {
  ROLE_ACTION_DB_ADMIN,
  ROLE_ACTION_NETWORK_HTTP_POST,
  ROLE_ACTION_PROCESS_SHELL,
  WORD_LANGUAGE,
  WORD_ROLE_ACTION,
  wordAt,
  wordBytes,
} from "../gen/words";
import { lookUp, metaAt, NONE } from "../policy/view";
import { Nested } from "./nested";

/** 32 bytes. */
@unmanaged
export class Draft {
  /** Index of the action. */
  action: u32;
  pack: u32;
  /** Text that names where it comes from: `pack/row`, or the language. */
  idAt: usize;
  idBytes: u32;
  /** Bits of MARK_*, besides those of the call. */
  marks: u32;
  /** Its group; `groupOf` says which one that has become. */
  group: i32;
  factStart: i32;
  factCount: i32;
}

/** A value of a field, as text. 12 bytes. */
@unmanaged
export class Fact {
  field: u16;
  /** UNIT_*, of an amount. */
  unit: u16;
  at: usize;
  bytes: u32;
}

const DRAFT_BYTES: usize = 32;
const FACT_BYTES: usize = 12;
const GROUPS_MAX: i32 = 4096;
const DRAFTS: usize = memory.data(2048, 8); // PARTS_MAX x 32
const FACTS: usize = memory.data(12288, 8); // FACTS_MAX x 12
const GROUPS: usize = memory.data(16384, 4); // GROUPS_MAX parents
const TEXT: usize = memory.data(65536, 16); // LANGUAGE_BYTES_MAX

/** A draft that counts only if what it reads is a place of secrets; beside the bits of MARK_*. */
export const SUSPECT: u32 = 0x80000000;

let drafts: i32 = 0;
let suspects: i32 = 0;
let facts: i32 = 0;
let groups: i32 = 0;
let textBytes: u32 = 0;
let full: bool = false;

/** Forgets the call before. */
export function beginDrafts(): void {
  assert(offsetof<Draft>() == DRAFT_BYTES && offsetof<Fact>() == FACT_BYTES);
  drafts = 0;
  suspects = 0;
  facts = 0;
  groups = 0;
  textBytes = 0;
  full = false;
}

export function draftCount(): i32 {
  return drafts;
}

/** The part that was begun last is a suspect. */
export function noteSuspect(): void {
  draftAt(drafts - 1).marks |= SUSPECT;
  suspects++;
}

export function suspectCount(): i32 {
  return suspects;
}

/** True for a suspect that is cleared: it is then gone. Another one is a draft like others from here on. */
export function dropsSuspect(position: i32, isCleared: bool): bool {
  const draft = draftAt(position);
  if ((draft.marks & SUSPECT) == 0) return false;
  draft.marks &= ~SUSPECT;
  if (!isCleared) return false;
  drafts--;
  const to = changetype<usize>(draft);
  memory.copy(to, to + DRAFT_BYTES, <usize>(drafts - position) * DRAFT_BYTES);
  return true;
}

export function draftAt(position: i32): Draft {
  return changetype<Draft>(DRAFTS + <usize>position * DRAFT_BYTES);
}

export function factAt(position: i32): Fact {
  return changetype<Fact>(FACTS + <usize>position * FACT_BYTES);
}

/** More actions, facts, groups or copied text than there is room for: what the call does is not fully known. */
export function draftsOverflowed(): bool {
  return full;
}

export function overflowDrafts(): void {
  full = true;
}

/** A new group of parts, without any part yet. When there are none left all parts are of one. */
export function newGroup(): i32 {
  if (groups == GROUPS_MAX) {
    full = true;
    return 0;
  }
  store<i32>(GROUPS + ((<usize>groups) << 2), groups);
  return groups++;
}

/** The group that a group has become. Halves the way it goes. */
export function groupOf(group: i32): i32 {
  while (true) {
    const at = GROUPS + ((<usize>group) << 2);
    const parent = load<i32>(at);
    if (parent == group) return group;
    const above = load<i32>(GROUPS + ((<usize>parent) << 2));
    store<i32>(at, above);
    group = above;
  }
}

/** Data flows between two groups, in whichever direction: they are one. The earlier number stays. */
export function joinGroups(one: i32, other: i32): void {
  one = groupOf(one);
  other = groupOf(other);
  const first = min(one, other);
  store<i32>(GROUPS + ((<usize>max(one, other)) << 2), first);
}

/** Begins a part; its facts and marks follow. False when the call has too many. */
export function beginDraft(action: u32, pack: u32, idAt: usize, idBytes: u32, group: i32): bool {
  if (drafts == PARTS_MAX) {
    full = true;
    return false;
  }
  const draft = draftAt(drafts++);
  draft.action = action;
  draft.pack = pack;
  draft.idAt = idAt;
  draft.idBytes = idBytes;
  draft.marks = 0;
  draft.group = group;
  draft.factStart = facts;
  draft.factCount = 0;
  return true;
}

/** Begins a part with the action that ROLE_ACTION_* names, found by the language itself and no pack. */
export function beginRole(role: i32, language: i32, group: i32): bool {
  const name = WORD_ROLE_ACTION + role;
  let action = lookUp(NAMESPACE_ACTION, wordAt(name), wordBytes(name));
  if (action == NONE) action = load<u32>(metaAt(META_ACTION_UNCLASSIFIED));
  const id = WORD_LANGUAGE + language;
  return beginDraft(action, NONE, wordAt(id), wordBytes(id), group);
}

/** A part for a text that could not be taken apart, or not in one way only: the strictest thing its language can do. */
export function draftOpaque(text: Nested): void {
  let role = ROLE_ACTION_NETWORK_HTTP_POST;
  let field = FIELD_URL;
  if (text.language == LANGUAGE_SHELL) {
    role = ROLE_ACTION_PROCESS_SHELL;
    field = FIELD_COMMAND;
  } else if (text.language == LANGUAGE_SQL) {
    role = ROLE_ACTION_DB_ADMIN;
    field = FIELD_QUERY;
  }
  if (!beginRole(role, text.language, text.group)) return;
  draftText(field, text.at, text.bytes);
  draftAt(drafts - 1).marks |= text.marks | (1 << MARK_OPAQUE_COMMAND);
}

/** Adds a value to the part that was begun last. The text stays where it is. */
export function draftText(field: i32, at: usize, bytes: u32): void {
  assert(drafts > 0);
  if (facts == FACTS_MAX) {
    full = true;
    return;
  }
  const fact = factAt(facts++);
  fact.field = <u16>field;
  fact.unit = <u16>UNIT_DIRECT;
  fact.at = at;
  fact.bytes = bytes;
  draftAt(drafts - 1).factCount++;
}

/** The same for a field whose amounts are in a unit of their own. */
export function draftAmount(field: i32, unit: i32, at: usize, bytes: u32): void {
  const before = facts;
  draftText(field, at, bytes);
  if (facts > before) factAt(before).unit = <u16>unit;
}

/** Notes something about the part that was begun last. */
export function draftMark(mark: i32): void {
  assert(drafts > 0);
  draftAt(drafts - 1).marks |= 1 << mark;
}

/** True when two parts do the same to the same: their action, pack, marks and facts are equal. */
export function isSameDraft(one: i32, other: i32): bool {
  const mine = draftAt(one);
  const theirs = draftAt(other);
  if (mine.action != theirs.action || mine.pack != theirs.pack || mine.marks != theirs.marks) return false;
  if (mine.factCount != theirs.factCount) return false;
  for (let index = 0; index < mine.factCount; index++) {
    const fact = factAt(mine.factStart + index);
    const twin = factAt(theirs.factStart + index);
    if (fact.field != twin.field || fact.unit != twin.unit || fact.bytes != twin.bytes) return false;
    if (fact.at != twin.at && !equal(fact.at, twin.at, fact.bytes)) return false;
  }
  return true;
}

/** Where the next kept byte goes. */
export function keptEnd(): usize {
  return TEXT + textBytes;
}

/** Keeps one byte until the call is decided; false when there is no room. */
export function keepByte(byte: u8): bool {
  if (textBytes == LANGUAGE_BYTES_MAX) {
    full = true;
    return false;
  }
  store<u8>(TEXT + textBytes++, byte);
  return true;
}

/** Keeps text until the call is decided; false when there is no room for all of it, and then nothing is kept. */
export function keepText(at: usize, bytes: u32): bool {
  if (textBytes + bytes > <u32>LANGUAGE_BYTES_MAX) {
    full = true;
    return false;
  }
  copyShort(TEXT + textBytes, at, bytes);
  textBytes += bytes;
  return true;
}
