/**
 * Facts of a command's own part, collected until all its words are read: only then is it known which action it is. Paths
 * are put behind the directory of the command.
 */
import { indexOf } from "../../base/bytes";
import { isLetter } from "../../base/text";
import {
  FIELD_TYPE_HOST,
  FIELD_TYPE_PATH,
  FIELD_TYPE_TEXT,
  FIELD_TYPE_URL,
  FIELD_TYPE_WORD,
} from "../../gen/codes";
import { FIELDS_BYTES, FIELDS_MANY, FIELDS_TYPE, SECTION_FIELDS } from "../../gen/layout";
import { FACTS_MAX } from "../../gen/limits";
import { entryAt } from "../../policy/view";
import { draftText, Fact, keepByte, keepText, keptEnd, overflowDrafts } from "../drafts";
import { reading } from "./reading";

const FACT_BYTES: usize = 12;
const OWN: usize = memory.data(12288, 8); // FACTS_MAX x 12
let own: i32 = 0;
let found: i32 = 0;

let pathAt: usize = 0;
let pathBytes: u32 = 0;

function ownAt(position: i32): Fact {
  return changetype<Fact>(OWN + <usize>position * FACT_BYTES);
}

export function beginFacts(): void {
  assert(offsetof<Fact>() == FACT_BYTES);
  own = 0;
}

function fieldType(field: i32): i32 {
  return load<u8>(entryAt(SECTION_FIELDS, field - 1, FIELDS_BYTES) + FIELDS_TYPE);
}

export function isMany(field: i32): bool {
  return load<u8>(entryAt(SECTION_FIELDS, field - 1, FIELDS_BYTES) + FIELDS_MANY) != 0;
}

/** Text of which no rule asks what it does. */
export function isPlain(field: i32): bool {
  const type = fieldType(field);
  return type == FIELD_TYPE_TEXT || type == FIELD_TYPE_WORD;
}

/** Of an address with one value there is one part a word. */
export function isAddress(field: i32): bool {
  const type = fieldType(field);
  return type == FIELD_TYPE_URL || type == FIELD_TYPE_HOST;
}

export function factCount(): i32 {
  return own;
}

export function hasFact(field: i32): bool {
  return findFact(field);
}

/** Finds the first value of a field. */
export function findFact(field: i32): bool {
  for (found = 0; found < own; found++) {
    if (ownAt(found).field == field) return true;
  }
  return false;
}

export function foundAt(): usize {
  return ownAt(found).at;
}

export function foundBytes(): u32 {
  return ownAt(found).bytes;
}

/** Sets a field: one more value where it can have many, else in place of the one before. */
export function setFact(field: i32, at: usize, bytes: u32): void {
  if (fieldType(field) == FIELD_TYPE_PATH) {
    placePath(at, bytes);
    at = pathAt;
    bytes = pathBytes;
  }
  let position = own;
  if (!isMany(field)) {
    position = 0;
    while (position < own && ownAt(position).field != field) position++;
  }
  if (position == FACTS_MAX) {
    overflowDrafts();
    return;
  }
  if (position == own) own++;
  const fact = ownAt(position);
  fact.field = <u16>field;
  fact.at = at;
  fact.bytes = bytes;
}

/** Writes the facts to the part that was begun last, all but those of one field. */
export function draftFacts(except: i32): void {
  for (let position = 0; position < own; position++) {
    const fact = ownAt(position);
    if (fact.field != except) draftText(fact.field, fact.at, fact.bytes);
  }
}

/** Adds a value to the part that was begun last. */
export function draftFact(field: i32, at: usize, bytes: u32): void {
  if (fieldType(field) == FIELD_TYPE_PATH) {
    placePath(at, bytes);
    draftText(field, pathAt, pathBytes);
  } else draftText(field, at, bytes);
}

/** Relative paths of the command start there from now on. */
export function changeDirectory(at: usize, bytes: u32): void {
  placePath(at, bytes);
  const now = reading();
  now.directoryAt = pathAt;
  now.directoryBytes = pathBytes;
}

/** It begins where the directory has no say: at a root, a home, a variable, a drive or another machine. */
function isRooted(at: usize, bytes: u32): bool {
  if (bytes == 0) return false;
  const first = load<u8>(at);
  if (first == 0x2f || first == 0x5c || first == 0x7e || first == 0x24) return true;
  if (bytes >= 2 && isLetter(first) && load<u8>(at, 1) == 0x3a) return true;
  const colon = indexOf(at, bytes, 0x3a);
  return (
    colon >= 0 && <u32>colon + 2 < bytes && load<u8>(at + colon, 1) == 0x2f && load<u8>(at + colon, 2) == 0x2f
  );
}

/** Puts a relative path behind the directory of the command. */
function placePath(at: usize, bytes: u32): void {
  const now = reading();
  pathAt = at;
  pathBytes = bytes;
  if (now.directoryBytes == 0 || isRooted(at, bytes)) return;
  const start = keptEnd();
  if (!keepText(now.directoryAt, now.directoryBytes) || !keepByte(0x2f) || !keepText(at, bytes)) return;
  pathAt = start;
  pathBytes = <u32>(keptEnd() - start);
}
