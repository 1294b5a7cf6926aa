/**
 * Members of a request's body and query that a row of an API reads as fields (docs/format/http.md, step 4).
 */

import { indexOf } from "../../base/bytes";
import {
  bytesAt,
  bytesSize,
  firstChild,
  KIND_ARRAY,
  KIND_MAP,
  kind,
  member,
  nextSibling,
} from "../../base/cmp";
import { equalFolded, lower } from "../../base/utf8";
import { MEMBER_KIND_ALTERNATIVE, MEMBER_KIND_LITERAL, NAMESPACE_VERB_READ } from "../../gen/codes";
import {
  FIELDS_BYTES,
  FIELDS_MANY,
  MEMBERS_BYTES,
  MEMBERS_FIELD,
  MEMBERS_KIND,
  MEMBERS_NAME,
  MEMBERS_UNIT,
  SECTION_FIELDS,
  SECTION_MEMBERS,
} from "../../gen/layout";
import { NAME_BYTES_MAX } from "../../gen/limits";
import {
  OVERRIDE_NAME_COUNT,
  WORD_ACTION,
  WORD_MUTATION,
  WORD_OVERRIDE_NAME,
  wordAt,
  wordBytes,
} from "../../gen/words";
import { entryAt, lookUp, NONE, textAt, textBytes } from "../../policy/view";
import { draftAmount, keepText, keptEnd } from "../drafts";
import { readScalarText, scalarTextAt, scalarTextBytes } from "../extract";
import { canonicalNameAt, canonicalNameBytes, canonise } from "../name";
import {
  beginJson,
  isJsonArray,
  isJsonObject,
  jsonNameIs,
  jsonTextAt,
  jsonTextBytes,
  jsonValueAt,
  jsonValueEnd,
  nextJsonElement,
  nextJsonMember,
  readJsonText,
  resumeJson,
  skipJsonBlank,
} from "./http-json";
import {
  beginParameters,
  decodedIs,
  escaped,
  isEscape,
  keepDecoded,
  keptTextAt,
  keptTextBytes,
  nextParameter,
  overridesMethod,
  parameterAt,
  parameterEnd,
  parameterNameEnd,
  parameterValueAt,
} from "./http-text";

const UNDERSCORE: u8 = 0x5f;
const OPEN_BRACE: u32 = 0x7b;
const BODY_NONE: i32 = 0;
const BODY_MAP: i32 = 1;
const BODY_JSON: i32 = 2;
const BODY_FORM: i32 = 3;

let form: i32 = 0;
let map: i32 = -1;
let bodyAt: usize = 0;
let bodyEnd: usize = 0;
let field: i32 = 0;
let unit: i32 = 0;
let many: bool = false;
let found: u32 = 0;

/** Takes the body of a request: text, or with no text a map of arguments (-1: none). */
export function beginBody(at: usize, bytes: u32, node: i32): void {
  bodyAt = at;
  bodyEnd = at + bytes;
  map = node;
  if (node >= 0) {
    form = kind(node) == KIND_MAP ? BODY_MAP : BODY_NONE;
  } else {
    const first = skipJsonBlank(bodyAt, bodyEnd);
    if (first == bodyEnd) form = bytes == 0 ? BODY_NONE : BODY_FORM;
    else if (load<u8>(first) != 0x7b) form = BODY_FORM;
    else form = isJsonObject(bodyAt, bodyEnd) ? BODY_JSON : BODY_NONE;
  }
}

/** True when the node's text is a name that overrides the method. */
function keyOverrides(key: i32): bool {
  return overridesMethod(bytesAt(key), bytesAt(key) + bytesSize(key));
}

function jsonOverrides(): bool {
  for (let position = 0; position < OVERRIDE_NAME_COUNT; position++) {
    const word = WORD_OVERRIDE_NAME + position;
    if (jsonNameIs(wordAt(word), wordBytes(word), true)) return true;
  }
  return false;
}

/** True when some parameter of the range has a name that overrides the method. */
export function parametersOverride(at: usize, end: usize): bool {
  beginParameters(at, end);
  while (nextParameter()) if (overridesMethod(parameterAt(), parameterNameEnd())) return true;
  return false;
}

/** The word that begins a value says that something is read: `DescribeInstances`. */
function beginsReading(at: usize, end: usize): bool {
  if (end - at > <usize>NAME_BYTES_MAX) return false;
  canonise(at, <u32>(end - at));
  const first = indexOf(canonicalNameAt(), canonicalNameBytes(), UNDERSCORE);
  const bytes = first < 0 ? canonicalNameBytes() : <u32>first;
  return lookUp(NAMESPACE_VERB_READ, canonicalNameAt(), bytes) != NONE;
}

/** `mutation` and a `{` somewhere behind it, decoded: a text of GraphQL that changes something. */
function isMutation(at: usize, end: usize): bool {
  const word = wordAt(WORD_MUTATION);
  let met: u32 = 0;
  while (at < end) {
    const isCoded = isEscape(at, end);
    const byte = isCoded ? escaped(at) : <u32>load<u8>(at);
    at += isCoded ? 3 : 1;
    if (met == <u32>wordBytes(WORD_MUTATION)) {
      if (byte == OPEN_BRACE) return true;
    } else if (lower(byte) == <u32>load<u8>(word + met)) met++;
    else met = lower(byte) == <u32>load<u8>(word) ? 1 : 0;
  }
  return false;
}

/** True when some parameter of a query says that the request does more than read, as APIs of one address do it. */
export function parametersAct(at: usize, end: usize): bool {
  beginParameters(at, end);
  while (nextParameter()) {
    const isAction =
      parameterNameEnd() - parameterAt() == <usize>wordBytes(WORD_ACTION) &&
      equalFolded(wordAt(WORD_ACTION), parameterAt(), wordBytes(WORD_ACTION));
    if (isAction && !beginsReading(parameterValueAt(), parameterEnd())) return true;
    if (isMutation(parameterValueAt(), parameterEnd())) return true;
  }
  return false;
}

/** True when the body asks for another method than the request has. */
export function bodyOverrides(): bool {
  if (form == BODY_FORM) return parametersOverride(bodyAt, bodyEnd);
  if (form == BODY_JSON) {
    beginJson(bodyAt, bodyEnd);
    while (nextJsonMember()) if (jsonOverrides()) return true;
  } else if (form == BODY_MAP) {
    for (let key = firstChild(map); key >= 0; key = nextSibling(map, key)) if (keyOverrides(key)) return true;
  }
  return false;
}

function emit(at: usize, bytes: u32): void {
  draftAmount(field, unit, at, bytes);
  found++;
}

function emitNode(node: i32): void {
  if (!readScalarText(node)) return;
  const at = keptEnd();
  if (keepText(scalarTextAt(), scalarTextBytes())) emit(at, scalarTextBytes());
}

function emitFromMap(nameAt: usize, nameBytes: u32): void {
  const node = member(map, nameAt, nameBytes);
  if (node < 0) return;
  if (kind(node) != KIND_ARRAY) {
    emitNode(node);
  } else if (many) {
    for (let child = firstChild(node); child >= 0; child = nextSibling(node, child)) emitNode(child);
  }
}

function emitFromJson(nameAt: usize, nameBytes: u32): void {
  beginJson(bodyAt, bodyEnd);
  while (nextJsonMember()) {
    if (!jsonNameIs(nameAt, nameBytes, false)) continue;
    if (readJsonText()) {
      emit(jsonTextAt(), jsonTextBytes());
    } else if (many && isJsonArray()) {
      const after = jsonValueEnd();
      beginJson(jsonValueAt(), after);
      while (nextJsonElement()) if (readJsonText()) emit(jsonTextAt(), jsonTextBytes());
      resumeJson(after, bodyEnd);
    }
  }
}

function emitFromParameters(at: usize, end: usize, nameAt: usize, nameBytes: u32): void {
  beginParameters(at, end);
  while (nextParameter()) {
    if (!decodedIs(parameterAt(), parameterNameEnd(), nameAt, nameBytes, false)) continue;
    if (keepDecoded(parameterValueAt(), parameterEnd(), true)) emit(keptTextAt(), keptTextBytes());
  }
}

/** Adds to the part that was begun last what the members say, and the parameters of the query with their names. */
export function takeMembers(start: u32, count: u32, queryAt: usize, queryEnd: usize): void {
  let fields: u64 = 0; // Those that have a fact.
  for (let position: u32 = 0; position < count; position++) {
    const entry = entryAt(SECTION_MEMBERS, start + position, MEMBERS_BYTES);
    field = load<u8>(entry + MEMBERS_FIELD);
    unit = load<u8>(entry + MEMBERS_UNIT);
    const bit = (<u64>1) << (field - 1);
    const memberKind = load<u8>(entry + MEMBERS_KIND);
    if (memberKind == <u8>MEMBER_KIND_ALTERNATIVE && (fields & bit) != 0) continue;
    many = load<u8>(entryAt(SECTION_FIELDS, field - 1, FIELDS_BYTES) + FIELDS_MANY) != 0;
    found = 0;
    const nameAt = textAt(entry + MEMBERS_NAME);
    const nameBytes = textBytes(entry + MEMBERS_NAME);
    if (memberKind == <u8>MEMBER_KIND_LITERAL) {
      emit(nameAt, nameBytes);
      continue;
    }
    if (form == BODY_MAP) emitFromMap(nameAt, nameBytes);
    else if (form == BODY_JSON) emitFromJson(nameAt, nameBytes);
    else if (form == BODY_FORM) emitFromParameters(bodyAt, bodyEnd, nameAt, nameBytes);
    emitFromParameters(queryAt, queryEnd, nameAt, nameBytes);
    if (found > 0) fields |= bit;
  }
}

/** True when some member of a row is read into the field. */
export function membersHave(start: u32, count: u32, wanted: i32): bool {
  for (let position: u32 = 0; position < count; position++) {
    const entry = entryAt(SECTION_MEMBERS, start + position, MEMBERS_BYTES);
    if (<i32>load<u8>(entry + MEMBERS_FIELD) == wanted) return true;
  }
  return false;
}
