/**
 * Which histories a part touches (docs/format/cell.md, section 1): the key of each kind, and its id under the key salt,
 * which a store or a log does not know.
 */
import { equal } from "../base/bytes";
import { bytesAt, bytesSize } from "../base/cmp";
import { SHA256_BYTES, sha256Begin, sha256Finish, sha256Update } from "../base/sha256";
import { putArrayHeader, putStr, writerBegin, writerOverflowed, writerSize } from "../base/writer";
import {
  CELL_SOURCE_CONTEXT,
  CELL_SOURCE_FIELDS,
  CELL_SOURCE_FREEZES,
  EVENT_KIND_FREEZE,
} from "../gen/codes";
import {
  ACTIONS_TALLIES,
  CELLS_BYTES,
  CELLS_KEY,
  CELLS_NAME,
  CELLS_OTHER,
  CELLS_SOURCE,
  CELLS_TALLY_COUNT,
  CELLS_TALLY_START,
  SECTION_CELLS,
} from "../gen/layout";
import { CANONICAL_BYTES_MAX, CELLS_MAX } from "../gen/limits";
import { CONTEXT_KEY_PARENT, CONTEXT_KEY_SESSION, WORD_CMP1_CELL_, wordAt, wordBytes } from "../gen/words";
import { FIELD_ABSENT, FIELD_PRESENT, fieldState, nextValue, part, valueAt } from "../normalise/part";
import { entryAt, listCount, listItem, sectionCount, textAt, textBytes } from "../policy/view";
import { ABSENT, context, eventKind } from "../request/view";

/** Where the host puts the secret that makes ids say nothing. */
export const KEY_SALT_AT: usize = memory.data(32, 8);
/** Ids that `name` lists. */
export const CELL_IDS_AT: usize = memory.data(256, 8); // CELLS_MAX x 32

/** The part has a key of this kind. */
export const KEY_FOUND: i32 = 0;
/** It has none, and nobody would expect one. */
export const KEY_NONE: i32 = 1;
/** In place of the number of a kind. */
export const NO_KIND: i32 = -1;

/** It has none because what should be the key is several or cannot be read. */
export const KEY_SEVERAL: i32 = 2;

/** The id that `findKey` made. */
export const FOUND_ID_AT: usize = memory.data(32, 8);

const TEXT_BYTES: u32 = <u32>CANONICAL_BYTES_MAX + 1024;
const TEXT: usize = memory.data(66560, 8); // TEXT_BYTES: the key as CMP/1.

let ids: u32 = 0;

export function kindCount(): i32 {
  return <i32>sectionCount(SECTION_CELLS);
}

export function kindAt(kind: i32): usize {
  return entryAt(SECTION_CELLS, kind, CELLS_BYTES);
}

function sourceOf(kind: usize): i32 {
  return load<u8>(kind + CELLS_SOURCE);
}

export function isOfContext(kind: usize): bool {
  return sourceOf(kind) != CELL_SOURCE_FIELDS;
}

/** The first kind of histories of sessions, or of freezes; NO_KIND when the image has none. */
function firstKind(source: i32, key: i32): i32 {
  for (let kind = 0; kind < kindCount(); kind++) {
    const entry = kindAt(kind);
    if (sourceOf(entry) == source && <i32>load<u8>(entry + CELLS_KEY) == key) return kind;
  }
  return NO_KIND;
}

export function sessionKind(): i32 {
  return firstKind(CELL_SOURCE_CONTEXT, CONTEXT_KEY_SESSION);
}

export function freezeKind(): i32 {
  return firstKind(CELL_SOURCE_FREEZES, 0);
}

/** The kind of histories that the event of the request goes into. */
export function kindOfEvent(): i32 {
  return eventKind() < EVENT_KIND_FREEZE ? sessionKind() : freezeKind();
}

/** Node of what a kind of the context has as its key. A session that was opened by another goes on in that one's history. */
function keyOfContext(key: i32): i32 {
  const parent = context(CONTEXT_KEY_PARENT);
  return key == CONTEXT_KEY_SESSION && parent != ABSENT ? parent : context(key);
}

/** SHA-256("cmp1:cell\n" || key salt || what was written since writerBegin(TEXT)). */
function hashText(to: usize): void {
  sha256Begin();
  sha256Update(wordAt(WORD_CMP1_CELL_), wordBytes(WORD_CMP1_CELL_));
  sha256Update(KEY_SALT_AT, SHA256_BYTES);
  sha256Update(TEXT, writerSize());
  sha256Finish(to);
}

/** The first eight bytes of the keyed digest of a text. */
export function keyedHash(at: usize, bytes: u32): u64 {
  writerBegin(TEXT, TEXT_BYTES);
  putStr(at, bytes);
  hashText(FOUND_ID_AT);
  return load<u64>(FOUND_ID_AT);
}

/** True when the action of the part has a tally of the kind. */
function isCounted(kind: usize): bool {
  const tallies = load<u32>(part().action + ACTIONS_TALLIES);
  const start = load<u32>(kind + CELLS_TALLY_START);
  for (let position: u32 = 0; position < listCount(tallies); position++) {
    if (listItem(tallies, position) - start < load<u32>(kind + CELLS_TALLY_COUNT)) return true;
  }
  return false;
}

function putField(field: i32): i32 {
  if (field == 0) return KEY_FOUND;
  const state = fieldState(field);
  if (state == FIELD_ABSENT) return KEY_NONE;
  const at = nextValue(field, 0);
  if (state != FIELD_PRESENT || nextValue(field, at + 1) >= 0) return KEY_SEVERAL;
  putStr(valueAt(at).at, valueAt(at).bytes);
  return KEY_FOUND;
}

/** Makes the id of the kind for the part at FOUND_ID_AT, or says why there is none. */
export function findKey(kind: usize): i32 {
  const key = <i32>load<u8>(kind + CELLS_KEY);
  const other = <i32>load<u8>(kind + CELLS_OTHER);
  const source = sourceOf(kind);
  writerBegin(TEXT, TEXT_BYTES);
  putArrayHeader(source == CELL_SOURCE_FREEZES ? 1 : other == 0 ? 2 : 3);
  putStr(textAt(kind + CELLS_NAME), textBytes(kind + CELLS_NAME));
  if (source == CELL_SOURCE_CONTEXT) {
    const node = keyOfContext(key);
    if (node == ABSENT) return KEY_NONE;
    putStr(bytesAt(node), bytesSize(node));
  } else if (source == CELL_SOURCE_FIELDS) {
    if (!isCounted(kind)) return KEY_NONE;
    const missing = max(putField(key), putField(other));
    if (missing != KEY_FOUND) return missing;
  }
  if (writerOverflowed()) return KEY_SEVERAL;
  hashText(FOUND_ID_AT);
  return KEY_FOUND;
}

export function beginNames(): void {
  ids = 0;
}

/** How many ids were listed since `beginNames`. */
export function nameCount(): u32 {
  return ids;
}

/** Lists the ids of the part that are not there yet. */
export function namePart(): void {
  for (let kind = 0; kind < kindCount(); kind++) {
    if (findKey(kindAt(kind)) == KEY_FOUND) nameFound();
  }
}

/** Lists the id of the history that the event of the request goes into. */
export function nameEvent(): void {
  const kind = kindOfEvent();
  if (kind != NO_KIND && findKey(kindAt(kind)) == KEY_FOUND) nameFound();
}

function nameFound(): void {
  for (let index: u32 = 0; index < ids; index++) {
    if (equal(CELL_IDS_AT + <usize>(index << 5), FOUND_ID_AT, SHA256_BYTES)) return;
  }
  if (ids == <u32>CELLS_MAX) return;
  memory.copy(CELL_IDS_AT + <usize>(ids << 5), FOUND_ID_AT, SHA256_BYTES);
  ids++;
}
