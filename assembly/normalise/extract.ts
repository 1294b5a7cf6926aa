/**
 * Arguments to fields: runs the extractions of a mapping, or takes the fields of the direct form, and reads each value
 * by its field's type (docs/format/evaluation.md, step 3).
 */
import {
  asBool,
  asI64,
  asU64,
  bytesAt,
  bytesSize,
  count,
  firstChild,
  intFits,
  isNegative,
  KIND_ARRAY,
  KIND_BOOL,
  KIND_FLOAT,
  KIND_INT,
  KIND_MAP,
  KIND_NIL,
  KIND_STR,
  kind,
  nextSibling,
  setTaken,
  valueUnder,
} from "../base/cmp";
import { dropBlank, isDigit, isLetter, skipBlank } from "../base/text";
import { lower, lowerInto } from "../base/utf8";
import { isWildcard, QUESTION, STAR } from "../base/wildcards";
import * as codes from "../gen/codes";
import {
  ACTIONS_FIELDS_LOW,
  FIELDS_BYTES,
  FIELDS_MANY,
  FIELDS_TYPE,
  MAPPINGS_LANGUAGE,
  MAPPINGS_OP_COUNT,
  MAPPINGS_OP_START,
  OPS_BYTES,
  OPS_FIELD,
  OPS_FROM,
  OPS_MANY,
  OPS_TRANSFORM,
  OPS_UNIT,
  SECTION_FIELDS,
  SECTION_OPS,
} from "../gen/layout";
import { NAME_BYTES_MAX } from "../gen/limits";
import {
  ROLE_ACTION_FILES_LIST,
  WORD_FALSE,
  WORD_ROLE_ACTION,
  WORD_TRUE,
  wordAt,
  wordBytes,
} from "../gen/words";
import { entryAt, lookUp, shortAt, shortBytes, shortStart } from "../policy/view";
import { payload } from "../request/view";
import { readAddresses, recipientScope } from "./address";
import { isAmountText, noteAmountNode, noteAmountText, settleAmount } from "./amount";
import { factAt } from "./drafts";
import { hostAt, hostBytes, hostIsIdn, readHostField } from "./host";
import {
  addCopy,
  addNumber,
  addText,
  dropSame,
  FIELD_ABSENT,
  FIELD_MALFORMED,
  FIELD_PRESENT,
  fieldState,
  nextValue,
  part,
  setFieldState,
  setMark,
  UNKNOWN,
  valueAt,
} from "./part";
import { beginPaths, isCwdKnown, pathAt, pathScope, pathSize, readPath } from "./path";
import {
  cleanUrl,
  readUrl,
  URL_MALFORMED,
  URL_OPAQUE,
  urlAt,
  urlBytes,
  urlHasUserinfo,
  urlSchemeAt,
  urlSchemeBytes,
} from "./url";
import { beginWalk, nextWalked } from "./walk";

const DECIMAL_AT: usize = memory.data(24, 8);
const WORD_AT: usize = memory.data(256, 8);
const URL_SCHEME_AT: usize = memory.data(64, 8);
const URL_HOST_AT: usize = memory.data(256, 8);
const HERE_AT: usize = memory.data<u8>([0x2e]);
const INT_DIGITS_MAX: usize = 18;

/** A call whose data may be a map or an array, and the one that it is, or -1. */
let takesTree: bool = false;
let dataTree: i32 = -1;

/** The field of the op has a value already, and what comes must agree with it. */
let again: bool = false;

/** Text of a scalar: where it stands, and its bytes. */
let scalarAt: usize = 0;
let scalarBytes: u32 = 0;

/** Writes an int as decimal text; the last digit goes to the end of DECIMAL_AT. */
function writeInt(node: i32): void {
  const negative = isNegative(node);
  let magnitude: u64 = negative ? 0 - <u64>asI64(node) : asU64(node);
  let at = DECIMAL_AT + 24;
  do {
    store<u8>(--at, <u8>(0x30 + (magnitude % 10)));
    magnitude /= 10;
  } while (magnitude > 0);
  if (negative) store<u8>(--at, 0x2d);
  scalarAt = at;
  scalarBytes = <u32>(DECIMAL_AT + 24 - at);
}

/** Finds the text of a str, int or bool; false for other kinds. */
export function readScalarText(node: i32): bool {
  const type = kind(node);
  if (type == KIND_STR) {
    scalarAt = bytesAt(node);
    scalarBytes = bytesSize(node);
  } else if (type == KIND_INT) {
    writeInt(node);
  } else if (type == KIND_BOOL) {
    const word = asBool(node) ? WORD_TRUE : WORD_FALSE;
    scalarAt = wordAt(word);
    scalarBytes = wordBytes(word);
  } else {
    return false;
  }
  return true;
}

export function scalarTextAt(): usize {
  return scalarAt;
}

export function scalarTextBytes(): u32 {
  return scalarBytes;
}

function readWord(field: i32, at: usize, bytes: u32): bool {
  const end = dropBlank(at, at + bytes);
  at = skipBlank(at, end);
  const size = <u32>(end - at);
  if (size > <u32>NAME_BYTES_MAX) return false;
  if (size == 0) return true;
  lowerInto(WORD_AT, NAME_BYTES_MAX, at, size);
  addCopy(field, WORD_AT, size, 0);
  return true;
}

function readCurrency(field: i32, at: usize, bytes: u32): bool {
  const end = dropBlank(at, at + bytes);
  at = skipBlank(at, end);
  if (at == end) return true;
  if (end - at != 3) return false;
  for (let done: usize = 0; done < 3; done++) {
    if (!isLetter(load<u8>(at + done))) return false;
    store<u8>(WORD_AT + done, load<u8>(at + done) & 0xdf);
  }
  addCopy(field, WORD_AT, 3, 0);
  return true;
}

function readIntText(field: i32, at: usize, bytes: u32): bool {
  const end = dropBlank(at, at + bytes);
  at = skipBlank(at, end);
  const negative = at < end && load<u8>(at) == 0x2d;
  if (negative) at++;
  if (at == end || end - at > INT_DIGITS_MAX) return false;
  let value: i64 = 0;
  for (; at < end; at++) {
    if (!isDigit(load<u8>(at))) return false;
    value = value * 10 + <i64>(load<u8>(at) - 0x30);
  }
  addNumber(field, negative ? -value : value);
  return true;
}

function isWordFolded(at: usize, end: usize, word: i32): bool {
  if (end - at != <usize>wordBytes(word)) return false;
  for (let done: usize = 0; at + done < end; done++) {
    if (lower(load<u8>(at + done)) != <u32>load<u8>(wordAt(word) + done)) return false;
  }
  return true;
}

function readBoolText(field: i32, at: usize, bytes: u32): bool {
  const end = dropBlank(at, at + bytes);
  at = skipBlank(at, end);
  const isTrue = isWordFolded(at, end, WORD_TRUE);
  if (!isTrue && !isWordFolded(at, end, WORD_FALSE)) return false;
  addNumber(field, isTrue ? 1 : 0);
  return true;
}

function readPathText(field: i32, at: usize, bytes: u32): bool {
  if (bytes == 0) return true;
  if (!readPath(at, bytes)) return false;
  addCopy(field, pathAt(), pathSize(), pathScope());
  return true;
}

function addHostScope(scope: i32): void {
  const call = part();
  call.hostScopes = (call.hostScopes == UNKNOWN ? 0 : call.hostScopes) | (1 << scope);
}

function readHostText(field: i32, at: usize, bytes: u32): bool {
  const end = dropBlank(at, at + bytes);
  at = skipBlank(at, end);
  if (at == end) return true;
  const scope = readHostField(at, <u32>(end - at));
  if (scope < 0) return false;
  if (addCopy(field, hostAt(), hostBytes(), scope)) addHostScope(scope);
  return true;
}

function readUrlText(field: i32, at: usize, bytes: u32): bool {
  if (cleanUrl(at, bytes) == 0) return true;
  const scope = readUrl();
  if (scope == URL_MALFORMED) return false;
  if (!addCopy(field, urlAt(), urlBytes(), scope)) return true;
  const call = part();
  call.urlSchemeAt = URL_SCHEME_AT;
  call.urlSchemeBytes = urlSchemeBytes();
  memory.copy(URL_SCHEME_AT, urlSchemeAt(), urlSchemeBytes());
  call.urlUserinfo = urlHasUserinfo() ? 1 : 0;
  call.urlIdn = 0;
  if (scope == URL_OPAQUE) return true;
  call.urlIdn = hostIsIdn() ? 1 : 0;
  call.urlHostAt = URL_HOST_AT;
  call.urlHostBytes = hostBytes();
  memory.copy(URL_HOST_AT, hostAt(), hostBytes());
  addHostScope(scope);
  return true;
}

/** Reads text as a value of the field's type; false when it is malformed. */
function readText(field: i32, type: i32, unit: i32, at: usize, bytes: u32): bool {
  if (type == codes.FIELD_TYPE_TEXT) {
    addText(field, at, bytes, 0);
    return true;
  }
  if (type == codes.FIELD_TYPE_WORD) return readWord(field, at, bytes);
  if (type == codes.FIELD_TYPE_INT) return readIntText(field, at, bytes);
  if (type == codes.FIELD_TYPE_BOOL) return readBoolText(field, at, bytes);
  if (type == codes.FIELD_TYPE_CURRENCY) return readCurrency(field, at, bytes);
  if (type == codes.FIELD_TYPE_ADDRESS) return readAddresses(field, at, bytes);
  if (type == codes.FIELD_TYPE_PATH) return readPathText(field, at, bytes);
  if (type == codes.FIELD_TYPE_URL) return readUrlText(field, at, bytes);
  if (type == codes.FIELD_TYPE_HOST) return readHostText(field, at, bytes);
  assert(type == codes.FIELD_TYPE_MONEY);
  if (!isAmountText(at, bytes)) return false;
  const end = dropBlank(at, at + bytes);
  const from = skipBlank(at, end);
  noteAmountText(from, <u32>(end - from), unit);
  return true;
}

/** Reads a number or bool as a value of the field's type; false when it is malformed. */
function readNumber(field: i32, type: i32, unit: i32, node: i32): bool {
  const found = kind(node);
  if (type == codes.FIELD_TYPE_TEXT || type == codes.FIELD_TYPE_WORD) {
    if (!readScalarText(node)) return false;
    addCopy(field, scalarAt, scalarBytes, 0);
    return true;
  }
  if (type == codes.FIELD_TYPE_MONEY) {
    if (found != KIND_INT && found != KIND_FLOAT) return false;
    noteAmountNode(node, unit);
    return true;
  }
  if (type == codes.FIELD_TYPE_BOOL && found == KIND_BOOL) {
    addNumber(field, asBool(node) ? 1 : 0);
    return true;
  }
  if (found != KIND_INT || !intFits(node)) return false;
  const value = asI64(node);
  if (type != codes.FIELD_TYPE_INT && (type != codes.FIELD_TYPE_BOOL || (value != 0 && value != 1)))
    return false;
  addNumber(field, value);
  return true;
}

function malform(field: i32): void {
  setMark(codes.MARK_FIELD_MALFORMED);
  setFieldState(field, FIELD_MALFORMED);
}

function fieldEntry(field: i32): usize {
  return entryAt(SECTION_FIELDS, field - 1, FIELDS_BYTES);
}

function typeOf(field: i32): i32 {
  return load<u8>(fieldEntry(field) + FIELDS_TYPE);
}

/** True when an action has a field. */
export function declares(action: usize, field: u32): bool {
  const bit = field - 1;
  return ((load<u32>(action + ACTIONS_FIELDS_LOW + ((bit >> 5) << 2)) >> (bit & 31)) & 1) != 0;
}

/** Reads one value of a field. */
function readValue(field: i32, unit: i32, node: i32): void {
  if (fieldState(field) == FIELD_MALFORMED) return;
  const type = typeOf(field);
  const well =
    kind(node) == KIND_STR
      ? readText(field, type, unit, bytesAt(node), bytesSize(node))
      : readNumber(field, type, unit, node);
  if (!well) malform(field);
}

/** Reads a value of a field that holds many: the elements of an array stand for it, one level deep. */
function readMany(field: i32, unit: i32, node: i32): void {
  if (kind(node) != KIND_ARRAY) return readValue(field, unit, node);
  for (let element = firstChild(node); element >= 0; element = nextSibling(node, element)) {
    if (kind(element) != KIND_NIL) readValue(field, unit, element);
  }
}

/** The next value of the walk, which is then taken. A map beside a value may be what the value stands in. */
function nextTaken(): i32 {
  let node = nextWalked();
  while (again && node >= 0 && kind(node) == KIND_MAP) node = nextWalked();
  if (node >= 0 && !again) setTaken(node, 1);
  return node;
}

/** The value of a field that holds one, where the walk gives exactly one. */
function readOne(field: i32, unit: i32): void {
  let found = -1;
  for (let node = nextTaken(); node >= 0; node = nextTaken()) {
    if (kind(node) == KIND_NIL) continue;
    if (found >= 0) return malform(field);
    found = node;
  }
  if (found < 0) return;
  if (field == codes.FIELD_DATA && takesTree) {
    const isTree = kind(found) == KIND_MAP || kind(found) == KIND_ARRAY;
    if (dataTree >= 0 || (isTree && fieldState(field) != FIELD_ABSENT)) return malform(field);
    if (isTree) {
      dataTree = found;
      return;
    }
  }
  readValue(field, unit, found);
}

function readCount(field: i32): void {
  let values: i64 = 0;
  let seen = false;
  for (let node = nextTaken(); node >= 0; node = nextTaken()) {
    if (kind(node) == KIND_NIL) continue;
    seen = true;
    values += kind(node) == KIND_ARRAY ? <i64>count(node) : 1;
  }
  if (seen) addNumber(field, values);
}

function isMany(field: i32): bool {
  return load<u8>(fieldEntry(field) + FIELDS_MANY) != 0;
}

/** Two values in a field that holds one spoil it. */
function needOne(field: i32): void {
  const first = nextValue(field, 0);
  if (first >= 0 && nextValue(field, first + 1) >= 0) malform(field);
}

/** Runs one extraction. */
function runOp(op: usize): void {
  const field = <i32>load<u8>(op + OPS_FIELD);
  if (fieldState(field) == FIELD_MALFORMED) return;
  gather(op, field);
  if (!isMany(field)) needOne(field);
}

/**
 * Which of several arguments for one field its tool goes by, only the tool knows. Of a text to be read there is often a
 * short and a long one.
 */
function mustAgree(field: i32): bool {
  return typeOf(field) != codes.FIELD_TYPE_TEXT || field == codes.FIELD_PAYEE;
}

function gather(op: usize, field: i32): void {
  const transform = <i32>load<u8>(op + OPS_TRANSFORM);
  const unit = <i32>load<u8>(op + OPS_UNIT);
  const from = op + OPS_FROM;
  if (transform == codes.TRANSFORM_IGNORED) return;
  again = load<u8>(op + OPS_MANY) == 0 && fieldState(field) != FIELD_ABSENT;
  if (again && (transform != codes.TRANSFORM_TYPED || !mustAgree(field))) return;
  if (transform == codes.TRANSFORM_LITERAL) {
    if (!readText(field, typeOf(field), unit, shortAt(from), shortBytes(from))) malform(field);
    return;
  }
  beginWalk(payload(), shortStart(from), shortBytes(from));
  if (transform == codes.TRANSFORM_COUNT) return readCount(field);
  if (!isMany(field)) {
    readOne(field, unit);
    if (again && typeOf(field) != codes.FIELD_TYPE_MONEY) dropSame(field);
    return;
  }
  for (let node = nextTaken(); node >= 0; node = nextTaken()) {
    if (kind(node) != KIND_NIL) readMany(field, unit, node);
  }
}

function runDirect(): void {
  const fields = payload();
  for (let key = firstChild(fields); key >= 0; key = nextSibling(fields, key)) {
    const field = <i32>lookUp(codes.NAMESPACE_FIELD, bytesAt(key), bytesSize(key));
    const value = valueUnder(key);
    if (kind(value) == KIND_NIL) continue;
    if (isMany(field)) {
      readMany(field, codes.UNIT_DIRECT, value);
    } else {
      readValue(field, codes.UNIT_DIRECT, value);
      needOne(field);
    }
  }
}

/** Scope of all paths together: outside if one is, unknown if one is unclear, inside, or unknown when there is none. */
function settlePathScope(): void {
  let seen: u32 = 0;
  let malformed = false;
  for (let field = codes.FIELD_PATH; field <= codes.FIELD_DESTINATION_PATH; field++) {
    if (fieldState(field) == FIELD_MALFORMED) {
      malformed = true;
      continue;
    }
    for (let at = nextValue(field, 0); at >= 0; at = nextValue(field, at + 1)) seen |= 1 << valueAt(at).kind;
  }
  if (seen & (1 << codes.PATH_SCOPE_OUTSIDE)) part().pathScope = codes.PATH_SCOPE_OUTSIDE;
  else if (!malformed && seen == 1 << codes.PATH_SCOPE_INSIDE) part().pathScope = codes.PATH_SCOPE_INSIDE;
}

function settleHosts(): void {
  const call = part();
  if (fieldState(codes.FIELD_URL) != FIELD_PRESENT) {
    call.urlSchemeBytes = UNKNOWN;
    call.urlHostBytes = UNKNOWN;
    call.urlUserinfo = UNKNOWN;
    call.urlIdn = UNKNOWN;
  }
  const malformed =
    fieldState(codes.FIELD_URL) == FIELD_MALFORMED || fieldState(codes.FIELD_HOST) == FIELD_MALFORMED;
  if (malformed) call.hostScopes = UNKNOWN;
}

function settle(): void {
  settleAmount();
  settlePathScope();
  settleHosts();
  part().recipientScope = recipientScope();
}

/** Fills the part's fields and what follows from them. `mapping` is 0 for the direct form. */
export function extract(mapping: usize): void {
  beginPaths();
  dataTree = -1;
  takesTree = mapping != 0 && load<u32>(mapping + MAPPINGS_LANGUAGE) == <u32>codes.LANGUAGE_HTTP;
  part().isCwdKnown = isCwdKnown();
  setTaken(payload(), 0);
  if (mapping == 0) {
    runDirect();
  } else {
    const start = load<u32>(mapping + MAPPINGS_OP_START);
    const ops = load<u32>(mapping + MAPPINGS_OP_COUNT);
    for (let op: u32 = 0; op < ops; op++) runOp(entryAt(SECTION_OPS, start + op, OPS_BYTES));
  }
  settle();
}

/** The map or array that a request of the call has for data, or -1. */
export function dataNode(): i32 {
  return dataTree;
}

/** So many plain bytes in a row say too little of a name to be a search for it. */
const TELLS_LITTLE: u32 = 2;

/**
 * Bytes of a path without the segments at its end that stand for everything there: `*`, `*.*`, or the folders among it: `*` and
 * slashes. Where only names come out, `few` bytes in a row beside `*` look for nothing in particular either.
 */
function withoutAll(at: usize, bytes: u32, few: u32): u32 {
  let end = bytes;
  while (end > 0) {
    while (end > 1 && load<u8>(at + end - 1) == 0x2f) end--;
    let from = end;
    let wild = false;
    let run: u32 = 0;
    while (from > 0 && load<u8>(at + from - 1) != 0x2f) {
      const byte: u32 = load<u8>(at + from - 1);
      if (byte == STAR || (few == 0 && byte == QUESTION)) {
        wild = true;
        run = 0;
      } else if ((few > 0 || byte != 0x2e) && ++run > few) return bytes;
      from--;
    }
    if (!wild || (few == 0 && load<u8>(at + from) == 0x2e)) return bytes;
    // The slash stays where nothing stands before it.
    end = from > 1 ? from - 1 : from;
    bytes = end;
  }
  return bytes;
}

/** Of a listing only names come out. */
function isListing(): bool {
  const name = WORD_ROLE_ACTION + ROLE_ACTION_FILES_LIST;
  return part().actionIndex == lookUp(codes.NAMESPACE_ACTION, wordAt(name), wordBytes(name));
}

function hasWildcard(at: usize, bytes: u32): bool {
  for (let done: u32 = 0; done < bytes; done++) if (isWildcard(load<u8>(at + done))) return true;
  return false;
}

function readPathFact(field: i32, at: usize, bytes: u32): bool {
  let kept = withoutAll(at, bytes, 0);
  if (hasWildcard(at, kept)) {
    if (isListing()) kept = withoutAll(at, kept, TELLS_LITTLE);
    if (hasWildcard(at, kept)) part().hasWildcards = true;
  }
  return kept == 0 && bytes > 0 ? readPathText(field, HERE_AT, 1) : readPathText(field, at, kept);
}

/** Fills the part's fields with the facts of a draft; those that its action does not have are left out. */
export function extractFacts(start: i32, count: i32): void {
  beginPaths();
  part().isCwdKnown = isCwdKnown();
  for (let position = start; position < start + count; position++) {
    const fact = factAt(position);
    const field = fact.field;
    if (!declares(part().action, field) || fieldState(field) == FIELD_MALFORMED) continue;
    const type = typeOf(field);
    const well =
      type == codes.FIELD_TYPE_PATH
        ? readPathFact(field, fact.at, fact.bytes)
        : readText(field, type, fact.unit, fact.at, fact.bytes);
    if (!well) malform(field);
    if (!isMany(field)) needOne(field);
  }
  settle();
}
