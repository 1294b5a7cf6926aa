/**
 * Request bytes to checked members (docs/format/request.md). It refuses and never repairs: the first fault ends the
 * reading with a status and the offset of what was wrong.
 */
import { equal } from "../base/bytes";
import * as cmp from "../base/cmp";
import * as codes from "../gen/codes";
import * as limits from "../gen/limits";
import * as words from "../gen/words";
import {
  ABSENT,
  addEventLabel,
  context,
  event,
  eventKind,
  forgetRequest,
  member,
  setAsserted,
  setContext,
  setEvent,
  setEventWord,
  setHost,
  setMember,
} from "./view";

/** Where the host puts the request. */
export const REQUEST_AT: usize = memory.data(65536, 16); // REQUEST_BYTES_MAX

const DIGEST_BYTES: u32 = 32;
const KEY_NONE: i32 = -1; // Also where a search begins: keys of a map and words of a group ascend alike.

let faultOffset: u32 = 0;

/** Offset in the request of what the last refusal was about. */
export function requestFaultOffset(): u32 {
  return faultOffset;
}

function refuse(status: i32, node: i32): i32 {
  faultOffset = <u32>(cmp.encodedAt(node) - REQUEST_AT);
  return status;
}

function cmpStatus(code: i32): i32 {
  if (code == cmp.CMP_TRUNCATED) return codes.STATUS_CMP_TRUNCATED;
  if (code == cmp.CMP_TRAILING) return codes.STATUS_CMP_TRAILING;
  if (code == cmp.CMP_BAD_TYPE) return codes.STATUS_CMP_TYPE;
  if (code == cmp.CMP_NOT_SHORTEST) return codes.STATUS_CMP_NOT_SHORTEST;
  if (code == cmp.CMP_BAD_UTF8) return codes.STATUS_CMP_UTF8;
  if (code == cmp.CMP_KEY_TYPE) return codes.STATUS_CMP_KEY_TYPE;
  if (code == cmp.CMP_KEY_ORDER) return codes.STATUS_CMP_KEY_ORDER;
  if (code == cmp.CMP_DEPTH) return codes.STATUS_CMP_DEPTH;
  if (code == cmp.CMP_NOT_FINITE || code == cmp.CMP_INTEGRAL_FLOAT) return codes.STATUS_CMP_FLOAT;
  assert(code == cmp.CMP_TOO_LARGE);
  return codes.STATUS_REQUEST_TOO_LARGE;
}

/** Position of a str node's text in a group of words, at or after position `from`, or KEY_NONE. */
function wordIn(node: i32, firstWord: i32, from: i32, wordCount: i32): i32 {
  const at = cmp.bytesAt(node);
  const bytes = cmp.bytesSize(node);
  for (let position = from; position < wordCount; position++) {
    const word = firstWord + position;
    if (<u32>words.wordBytes(word) == bytes && equal(words.wordAt(word), at, bytes)) return position;
  }
  return KEY_NONE;
}

// Checks of one value. Each returns a status; its offset is the value's.

function needKind(node: i32, kind: u32): i32 {
  return cmp.kind(node) == kind ? codes.STATUS_OK : refuse(codes.STATUS_VALUE_TYPE, node);
}

function needText(node: i32, bytesMax: i32): i32 {
  if (cmp.kind(node) != cmp.KIND_STR) return refuse(codes.STATUS_VALUE_TYPE, node);
  const bytes = cmp.bytesSize(node);
  return bytes > 0 && bytes <= <u32>bytesMax ? codes.STATUS_OK : refuse(codes.STATUS_VALUE_RANGE, node);
}

function needWord(node: i32, firstWord: i32, lastNumber: i32): i32 {
  if (cmp.kind(node) != cmp.KIND_STR) return refuse(codes.STATUS_VALUE_TYPE, node);
  return wordIn(node, firstWord, 0, lastNumber + 1) == KEY_NONE
    ? refuse(codes.STATUS_VALUE_UNKNOWN, node)
    : codes.STATUS_OK;
}

function needDigest(node: i32): i32 {
  if (cmp.kind(node) != cmp.KIND_BIN) return refuse(codes.STATUS_VALUE_TYPE, node);
  return cmp.bytesSize(node) == DIGEST_BYTES ? codes.STATUS_OK : refuse(codes.STATUS_VALUE_RANGE, node);
}

function needInt(node: i32, least: i64, most: i64): i32 {
  if (cmp.kind(node) != cmp.KIND_INT) return refuse(codes.STATUS_VALUE_TYPE, node);
  if (!cmp.intFits(node)) return refuse(codes.STATUS_VALUE_RANGE, node);
  const value = cmp.asI64(node);
  return value >= least && value <= most ? codes.STATUS_OK : refuse(codes.STATUS_VALUE_RANGE, node);
}

function needVersion(node: i32): i32 {
  if (cmp.kind(node) != cmp.KIND_INT) return refuse(codes.STATUS_VALUE_TYPE, node);
  const known = cmp.intFits(node) && cmp.asI64(node) == <i64>codes.VERSION_REQUEST;
  return known ? codes.STATUS_OK : refuse(codes.STATUS_VERSION_UNSUPPORTED, node);
}

function readRoles(node: i32): i32 {
  if (cmp.kind(node) != cmp.KIND_ARRAY) return refuse(codes.STATUS_VALUE_TYPE, node);
  if (cmp.count(node) > <u32>limits.ROLES_MAX) return refuse(codes.STATUS_VALUE_RANGE, node);
  for (let role = cmp.firstChild(node); role >= 0; role = cmp.nextSibling(node, role)) {
    const status = needText(role, limits.NAME_BYTES_MAX);
    if (status != codes.STATUS_OK) return status;
  }
  return codes.STATUS_OK;
}

function readRealpaths(node: i32): i32 {
  if (cmp.kind(node) != cmp.KIND_MAP) return refuse(codes.STATUS_VALUE_TYPE, node);
  if (cmp.count(node) > <u32>limits.REALPATHS_MAX) return refuse(codes.STATUS_VALUE_RANGE, node);
  for (let key = cmp.firstChild(node); key >= 0; key = cmp.nextSibling(node, key)) {
    let status = needText(key, limits.PATH_BYTES_MAX);
    if (status == codes.STATUS_OK) status = needText(cmp.valueUnder(key), limits.PATH_BYTES_MAX);
    if (status != codes.STATUS_OK) return status;
  }
  return codes.STATUS_OK;
}

function needDirectory(node: i32): i32 {
  const status = needText(node, limits.PATH_BYTES_MAX);
  if (status != codes.STATUS_OK) return status;
  return load<u8>(cmp.bytesAt(node)) == 0x2f ? codes.STATUS_OK : refuse(codes.STATUS_VALUE_RANGE, node);
}

function readHostValue(key: i32, value: i32): i32 {
  if (key == words.HOST_KEY_CWD) return needDirectory(value);
  if (key == words.HOST_KEY_DIALECT) return needWord(value, words.WORD_DIALECT, codes.DIALECT_LAST);
  if (key == words.HOST_KEY_PERSISTENT) return needKind(value, cmp.KIND_BOOL);
  return readRealpaths(value);
}

function readHost(node: i32): i32 {
  if (cmp.kind(node) != cmp.KIND_MAP) return refuse(codes.STATUS_VALUE_TYPE, node);
  let key = KEY_NONE;
  for (let keyNode = cmp.firstChild(node); keyNode >= 0; keyNode = cmp.nextSibling(node, keyNode)) {
    key = wordIn(keyNode, words.WORD_HOST_KEY, key + 1, words.HOST_KEY_COUNT);
    if (key == KEY_NONE) return refuse(codes.STATUS_KEY_UNKNOWN, keyNode);
    const value = cmp.valueUnder(keyNode);
    const status = readHostValue(key, value);
    if (status != codes.STATUS_OK) return status;
    setHost(key, value);
  }
  return codes.STATUS_OK;
}

function readAssertedBy(node: i32): i32 {
  if (cmp.kind(node) != cmp.KIND_MAP) return refuse(codes.STATUS_VALUE_TYPE, node);
  let key = KEY_NONE;
  for (let keyNode = cmp.firstChild(node); keyNode >= 0; keyNode = cmp.nextSibling(node, keyNode)) {
    key = wordIn(keyNode, words.WORD_ASSERTED_KEY, key + 1, words.ASSERTED_KEY_COUNT);
    if (key == KEY_NONE) return refuse(codes.STATUS_KEY_UNKNOWN, keyNode);
    const value = cmp.valueUnder(keyNode);
    const status = needText(value, limits.AUTHORITY_BYTES_MAX);
    if (status != codes.STATUS_OK) return status;
    setAsserted(key, value);
  }
  return codes.STATUS_OK;
}

function readContextValue(key: i32, value: i32): i32 {
  if (key == words.CONTEXT_KEY_ASSERTED_BY) return readAssertedBy(value);
  if (key == words.CONTEXT_KEY_HOST) return readHost(value);
  if (key == words.CONTEXT_KEY_ROLES) return readRoles(value);
  if (key == words.CONTEXT_KEY_TIME_MS) return needInt(value, 0, limits.TIME_MS_MAX);
  if (key == words.CONTEXT_KEY_TZ_MIN) return needInt(value, -limits.TZ_MIN_MAX, limits.TZ_MIN_MAX);
  return needText(value, limits.NAME_BYTES_MAX);
}

function readContext(node: i32): i32 {
  if (cmp.kind(node) != cmp.KIND_MAP) return refuse(codes.STATUS_VALUE_TYPE, node);
  let key = KEY_NONE;
  for (let keyNode = cmp.firstChild(node); keyNode >= 0; keyNode = cmp.nextSibling(node, keyNode)) {
    key = wordIn(keyNode, words.WORD_CONTEXT_KEY, key + 1, words.CONTEXT_KEY_COUNT);
    if (key == KEY_NONE) return refuse(codes.STATUS_KEY_UNKNOWN, keyNode);
    const value = cmp.valueUnder(keyNode);
    const status = readContextValue(key, value);
    if (status != codes.STATUS_OK) return status;
    setContext(key, value);
  }
  const complete =
    context(words.CONTEXT_KEY_ASSERTED_BY) != ABSENT && context(words.CONTEXT_KEY_TIME_MS) != ABSENT;
  return complete ? codes.STATUS_OK : refuse(codes.STATUS_KEY_MISSING, node);
}

/** An entry of `cells`: an id that no earlier entry has, and a digest. */
function readCell(cells: i32, entry: i32): i32 {
  if (cmp.kind(entry) != cmp.KIND_ARRAY) return refuse(codes.STATUS_VALUE_TYPE, entry);
  if (cmp.count(entry) != 2) return refuse(codes.STATUS_VALUE_RANGE, entry);
  const id = cmp.firstChild(entry);
  const status = needDigest(id);
  if (status != codes.STATUS_OK) return status;
  for (let earlier = cmp.firstChild(cells); earlier != entry; earlier = cmp.nextSibling(cells, earlier)) {
    if (equal(cmp.bytesAt(cmp.firstChild(earlier)), cmp.bytesAt(id), DIGEST_BYTES))
      return refuse(codes.STATUS_VALUE_RANGE, id);
  }
  return needDigest(cmp.nextSibling(entry, id));
}

function readCells(node: i32): i32 {
  if (cmp.kind(node) != cmp.KIND_ARRAY) return refuse(codes.STATUS_VALUE_TYPE, node);
  if (cmp.count(node) > <u32>limits.CELLS_MAX) return refuse(codes.STATUS_VALUE_RANGE, node);
  for (let entry = cmp.firstChild(node); entry >= 0; entry = cmp.nextSibling(node, entry)) {
    const status = readCell(node, entry);
    if (status != codes.STATUS_OK) return status;
  }
  return codes.STATUS_OK;
}

function readLabels(node: i32): i32 {
  if (cmp.kind(node) != cmp.KIND_ARRAY) return refuse(codes.STATUS_VALUE_TYPE, node);
  if (cmp.count(node) > <u32>codes.LABEL_LAST + 1) return refuse(codes.STATUS_VALUE_RANGE, node);
  for (let label = cmp.firstChild(node); label >= 0; label = cmp.nextSibling(node, label)) {
    const status = needWord(label, words.WORD_LABEL, codes.LABEL_LAST);
    if (status != codes.STATUS_OK) return status;
    addEventLabel(wordIn(label, words.WORD_LABEL, 0, codes.LABEL_LAST + 1));
  }
  return codes.STATUS_OK;
}

function readEventWord(key: i32, value: i32, firstWord: i32, lastNumber: i32): i32 {
  const status = needWord(value, firstWord, lastNumber);
  if (status == codes.STATUS_OK) setEventWord(key, wordIn(value, firstWord, 0, lastNumber + 1));
  return status;
}

function readEventValue(key: i32, value: i32): i32 {
  if (key == words.EVENT_KEY_KIND)
    return readEventWord(key, value, words.WORD_EVENT_KIND, codes.EVENT_KIND_LAST);
  if (key == words.EVENT_KEY_SCOPE)
    return readEventWord(key, value, words.WORD_FREEZE_SCOPE, codes.FREEZE_SCOPE_LAST);
  if (key == words.EVENT_KEY_STATUS)
    return readEventWord(key, value, words.WORD_EVENT_STATUS, codes.EVENT_STATUS_LAST);
  if (key == words.EVENT_KEY_TRUST) return readEventWord(key, value, words.WORD_TRUST, codes.TRUST_LAST);
  if (key == words.EVENT_KEY_LABELS) return readLabels(value);
  if (key == words.EVENT_KEY_OF) return needDigest(value);
  return needText(value, limits.NAME_BYTES_MAX);
}

function readEvent(node: i32): i32 {
  if (cmp.kind(node) != cmp.KIND_MAP) return refuse(codes.STATUS_VALUE_TYPE, node);
  let key = KEY_NONE;
  for (let keyNode = cmp.firstChild(node); keyNode >= 0; keyNode = cmp.nextSibling(node, keyNode)) {
    key = wordIn(keyNode, words.WORD_EVENT_KEY, key + 1, words.EVENT_KEY_COUNT);
    if (key == KEY_NONE) return refuse(codes.STATUS_KEY_UNKNOWN, keyNode);
    const value = cmp.valueUnder(keyNode);
    const status = readEventValue(key, value);
    if (status != codes.STATUS_OK) return status;
    setEvent(key, value);
  }
  return event(words.EVENT_KEY_KIND) == ABSENT ? refuse(codes.STATUS_KEY_MISSING, node) : codes.STATUS_OK;
}

/** Hashes, each with room for a class in its lowest bits. */
function readSeen(node: i32): i32 {
  if (cmp.kind(node) != cmp.KIND_BIN) return refuse(codes.STATUS_VALUE_TYPE, node);
  const bytes = cmp.bytesSize(node);
  let low: u32 = bytes;
  if (bytes > <u32>limits.SEEN_BYTES_MAX) return refuse(codes.STATUS_VALUE_RANGE, node);
  for (let offset: u32 = 0; offset < bytes; offset += 8) low |= load<u8>(cmp.bytesAt(node) + offset);
  return (low & 7) == 0 ? codes.STATUS_OK : refuse(codes.STATUS_VALUE_RANGE, node);
}

function readValue(key: i32, value: i32): i32 {
  if (key == words.REQUEST_KEY_EVENT) return readEvent(value);
  if (key == words.REQUEST_KEY_SEEN) return readSeen(value);
  if (key == words.REQUEST_KEY_CELLS) return readCells(value);
  if (key == words.REQUEST_KEY_CONTEXT) return readContext(value);
  if (
    key == words.REQUEST_KEY_ARGS ||
    key == words.REQUEST_KEY_FIELDS ||
    key == words.REQUEST_KEY_ANNOTATIONS
  ) {
    return needKind(value, cmp.KIND_MAP);
  }
  if (key == words.REQUEST_KEY_SALT || key == words.REQUEST_KEY_ENGINE || key == words.REQUEST_KEY_IMAGE) {
    return needDigest(value);
  }
  if (key == words.REQUEST_KEY_TOOL) return needText(value, limits.TOOL_BYTES_MAX);
  if (key == words.REQUEST_KEY_ACTION || key == words.REQUEST_KEY_SERVER)
    return needText(value, limits.NAME_BYTES_MAX);
  if (key == words.REQUEST_KEY_MODE) return needWord(value, words.WORD_MODE, codes.MODE_LAST);
  if (key == words.REQUEST_KEY_BINDING) return needWord(value, words.WORD_BINDING, codes.BINDING_LAST);
  if (key == words.REQUEST_KEY_DURABILITY)
    return needWord(value, words.WORD_DURABILITY, codes.DURABILITY_LAST);
  assert(key == words.REQUEST_KEY_V);
  return needVersion(value);
}

function isReserved(key: i32): bool {
  return key == words.REQUEST_KEY_APPROVAL || key == words.REQUEST_KEY_REVIEWER;
}

function isComplete(): bool {
  return (
    member(words.REQUEST_KEY_BINDING) != ABSENT &&
    member(words.REQUEST_KEY_CONTEXT) != ABSENT &&
    member(words.REQUEST_KEY_DURABILITY) != ABSENT &&
    member(words.REQUEST_KEY_ENGINE) != ABSENT &&
    member(words.REQUEST_KEY_IMAGE) != ABSENT &&
    member(words.REQUEST_KEY_MODE) != ABSENT &&
    member(words.REQUEST_KEY_SALT) != ABSENT &&
    member(words.REQUEST_KEY_V) != ABSENT
  );
}

/** What each kind of event needs. */
function isWholeEvent(): bool {
  const kind = eventKind();
  if (kind >= codes.EVENT_KIND_FREEZE) {
    return (
      event(words.EVENT_KEY_SCOPE) != ABSENT &&
      event(words.EVENT_KEY_VALUE) != ABSENT &&
      event(words.EVENT_KEY_LABELS) == ABSENT &&
      member(words.REQUEST_KEY_SEEN) == ABSENT
    );
  }
  if (kind == codes.EVENT_KIND_OBSERVE) return event(words.EVENT_KEY_TRUST) != ABSENT;
  if (kind == codes.EVENT_KIND_OUTCOME) return event(words.EVENT_KEY_STATUS) != ABSENT;
  return event(words.EVENT_KEY_LABELS) != ABSENT;
}

/** Exactly one of (tool, args), (action, fields) and event; server and annotations belong to the first, seen to the last. */
function hasOneForm(): bool {
  const tool = member(words.REQUEST_KEY_TOOL) != ABSENT;
  const args = member(words.REQUEST_KEY_ARGS) != ABSENT;
  const action = member(words.REQUEST_KEY_ACTION) != ABSENT;
  const fields = member(words.REQUEST_KEY_FIELDS) != ABSENT;
  const isEvent = member(words.REQUEST_KEY_EVENT) != ABSENT;
  if (member(words.REQUEST_KEY_SEEN) != ABSENT && !isEvent) return false;
  if (tool) return args && !action && !fields && !isEvent;
  const ofTool =
    args || member(words.REQUEST_KEY_SERVER) != ABSENT || member(words.REQUEST_KEY_ANNOTATIONS) != ABSENT;
  if (isEvent) return !action && !fields && !ofTool && isWholeEvent();
  return action && fields && !ofTool;
}

/**
 * Checks the `size` bytes at REQUEST_AT against the formats and the loaded image's digest.
 * @returns a status; anything but STATUS_OK leaves nothing to decide on.
 */
export function readRequest(size: u32, imageDigestAt: usize): i32 {
  faultOffset = 0;
  const code = cmp.index(REQUEST_AT, size);
  if (code != cmp.CMP_OK) {
    faultOffset = cmp.errorAt();
    return cmpStatus(code);
  }
  const root = cmp.root();
  if (cmp.kind(root) != cmp.KIND_MAP) return refuse(codes.STATUS_VALUE_TYPE, root);
  forgetRequest();
  let key = KEY_NONE;
  for (let keyNode = cmp.firstChild(root); keyNode >= 0; keyNode = cmp.nextSibling(root, keyNode)) {
    key = wordIn(keyNode, words.WORD_REQUEST_KEY, key + 1, words.REQUEST_KEY_COUNT);
    if (key == KEY_NONE) return refuse(codes.STATUS_KEY_UNKNOWN, keyNode);
    if (isReserved(key)) return refuse(codes.STATUS_KEY_RESERVED, keyNode);
    const value = cmp.valueUnder(keyNode);
    const status = readValue(key, value);
    if (status != codes.STATUS_OK) return status;
    setMember(key, value);
  }
  if (!isComplete()) return refuse(codes.STATUS_KEY_MISSING, root);
  if (!hasOneForm()) return refuse(codes.STATUS_CALL_FORM, root);
  const image = member(words.REQUEST_KEY_IMAGE);
  return equal(cmp.bytesAt(image), imageDigestAt, DIGEST_BYTES)
    ? codes.STATUS_OK
    : refuse(codes.STATUS_IMAGE_MISMATCH, image);
}
