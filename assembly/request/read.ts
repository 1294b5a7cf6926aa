/**
 * Request bytes to checked members (docs/format/request.md). It refuses and never repairs: the first fault ends the
 * reading with a status and the offset of what was wrong.
 */
import { compare, equal } from "../base/bytes";
import * as cmp from "../base/cmp";
import * as codes from "../gen/codes";
import * as limits from "../gen/limits";
import * as words from "../gen/words";
import {
  ABSENT,
  addEventLabel,
  approverId,
  approverKey,
  choiceUnder,
  event,
  eventKind,
  forgetRequest,
  isEvent,
  member,
  setChoice,
  setNode,
} from "./view";

/** Where the host puts the request. */
export const REQUEST_AT: usize = memory.data(65536, 16); // REQUEST_BYTES_MAX

const DIGEST_BYTES: u32 = 32;
const SIGNATURE_BYTES: u32 = limits.SIGNATURE_BYTES;
const KEY_NONE: i32 = -1; // Also where a search begins: keys of a map and words of a group ascend alike.

// Keys that a map must have: a bit each, by position in its group.
const REQUEST_NEEDS: i32 =
  (1 << words.REQUEST_KEY_BINDING) |
  (1 << words.REQUEST_KEY_CONTEXT) |
  (1 << words.REQUEST_KEY_DURABILITY) |
  (1 << words.REQUEST_KEY_ENGINE) |
  (1 << words.REQUEST_KEY_IMAGE) |
  (1 << words.REQUEST_KEY_MODE) |
  (1 << words.REQUEST_KEY_SALT) |
  (1 << words.REQUEST_KEY_V);
const CONTEXT_NEEDS: i32 = (1 << words.CONTEXT_KEY_ASSERTED_BY) | (1 << words.CONTEXT_KEY_TIME_MS);
const EVENT_NEEDS: i32 = 1 << words.EVENT_KEY_KIND;
const APPROVAL_NEEDS: i32 = (1 << words.APPROVAL_KEY_COUNT) - 1;
const APPROVER_NEEDS: i32 = (1 << words.APPROVER_KEY_COUNT) - 1;
const REVIEWER_NEEDS: i32 = ((1 << words.REVIEWER_KEY_COUNT) - 1) ^ (1 << words.REVIEWER_KEY_REASON);

let faultOffset: u32 = 0;
/** Keys of the map that was read last, a bit each. */
let foundKeys: i32 = 0;

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
  if (code == cmp.CMP_NOT_FINITE || code == cmp.CMP_INTEGRAL_FLOAT) return codes.STATUS_CMP_FLOAT;
  if (code == cmp.CMP_TOO_LARGE) return codes.STATUS_REQUEST_TOO_LARGE;
  // Those between, type, not_shortest, utf8, key_type, key_order and depth, have the numbers of their statuses.
  assert(-code >= codes.STATUS_CMP_TYPE && -code <= codes.STATUS_CMP_DEPTH);
  return -code;
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

/** A word of a group, whose position is noted for the key. */
function needWord(key: i32, node: i32, firstWord: i32, lastNumber: i32): i32 {
  if (cmp.kind(node) != cmp.KIND_STR) return refuse(codes.STATUS_VALUE_TYPE, node);
  const position = wordIn(node, firstWord, 0, lastNumber + 1);
  if (position == KEY_NONE) return refuse(codes.STATUS_VALUE_UNKNOWN, node);
  setChoice(key, position);
  return codes.STATUS_OK;
}

function needBytes(node: i32, bytes: u32): i32 {
  if (cmp.kind(node) != cmp.KIND_BIN) return refuse(codes.STATUS_VALUE_TYPE, node);
  return cmp.bytesSize(node) == bytes ? codes.STATUS_OK : refuse(codes.STATUS_VALUE_RANGE, node);
}

function needDigest(node: i32): i32 {
  return needBytes(node, DIGEST_BYTES);
}

function needInt(node: i32, least: i64, most: i64): i32 {
  if (cmp.kind(node) != cmp.KIND_INT) return refuse(codes.STATUS_VALUE_TYPE, node);
  if (!cmp.intFits(node)) return refuse(codes.STATUS_VALUE_RANGE, node);
  const value = cmp.asI64(node);
  return value >= least && value <= most ? codes.STATUS_OK : refuse(codes.STATUS_VALUE_RANGE, node);
}

function needVersion(node: i32): i32 {
  if (cmp.kind(node) != cmp.KIND_INT) return refuse(codes.STATUS_VALUE_TYPE, node);
  const isKnown = load<u8>(cmp.encodedAt(node)) == <u8>codes.VERSION_REQUEST; // An int of one byte is its own number.
  return isKnown ? codes.STATUS_OK : refuse(codes.STATUS_VERSION_UNSUPPORTED, node);
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

function readLabel(key: i32, node: i32): i32 {
  const status = needWord(key, node, words.WORD_LABEL, codes.LABEL_LAST);
  if (status == codes.STATUS_OK) addEventLabel(choiceUnder(key));
  return status;
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

/** An entry of `approvers`: its id comes after that of the entry before, and no earlier entry has its key. */
function readApprover(approvers: i32, entry: i32, before: i32): i32 {
  const status = readMap(entry, words.WORD_APPROVER_KEY, words.APPROVER_KEY_COUNT, APPROVER_NEEDS);
  if (status != codes.STATUS_OK || before == ABSENT) return status;
  const id = approverId(entry);
  const last = approverId(before);
  if (compare(cmp.bytesAt(last), cmp.bytesSize(last), cmp.bytesAt(id), cmp.bytesSize(id)) >= 0)
    return refuse(codes.STATUS_VALUE_RANGE, id);
  const key = approverKey(entry);
  let earlier = cmp.firstChild(approvers);
  for (; earlier != entry; earlier = cmp.nextSibling(approvers, earlier)) {
    if (cmp.sameBytes(approverKey(earlier), key)) return refuse(codes.STATUS_VALUE_RANGE, key);
  }
  return codes.STATUS_OK;
}

/** Checks an element by the word that is the key of its array. */
function readElement(key: i32, array: i32, element: i32, before: i32): i32 {
  switch (key) {
    case words.WORD_REQUEST_KEY + words.REQUEST_KEY_CELLS:
      return readCell(array, element);
    case words.WORD_EVENT_KEY + words.EVENT_KEY_LABELS:
      return readLabel(key, element);
    case words.WORD_APPROVAL_KEY + words.APPROVAL_KEY_APPROVERS:
      return readApprover(array, element, before);
    default:
      return needText(element, limits.NAME_BYTES_MAX);
  }
}

/** Reads an array of `least` to `most` elements. */
function readArray(key: i32, node: i32, least: i32, most: i32): i32 {
  if (cmp.kind(node) != cmp.KIND_ARRAY) return refuse(codes.STATUS_VALUE_TYPE, node);
  const count = <i32>cmp.count(node);
  if (count < least || count > most) return refuse(codes.STATUS_VALUE_RANGE, node);
  let before = ABSENT;
  for (let element = cmp.firstChild(node); element >= 0; element = cmp.nextSibling(node, element)) {
    const status = readElement(key, node, element, before);
    if (status != codes.STATUS_OK) return status;
    before = element;
  }
  return codes.STATUS_OK;
}

/** Checks a value by the word that is its key. */
function readValue(key: i32, value: i32): i32 {
  switch (key) {
    case words.WORD_REQUEST_KEY + words.REQUEST_KEY_CONTEXT:
      return readMap(value, words.WORD_CONTEXT_KEY, words.CONTEXT_KEY_COUNT, CONTEXT_NEEDS);
    case words.WORD_CONTEXT_KEY + words.CONTEXT_KEY_ASSERTED_BY:
      return readMap(value, words.WORD_ASSERTED_KEY, words.ASSERTED_KEY_COUNT, 0);
    case words.WORD_CONTEXT_KEY + words.CONTEXT_KEY_HOST:
      return readMap(value, words.WORD_HOST_KEY, words.HOST_KEY_COUNT, 0);
    case words.WORD_REQUEST_KEY + words.REQUEST_KEY_EVENT:
      return readMap(value, words.WORD_EVENT_KEY, words.EVENT_KEY_COUNT, EVENT_NEEDS);
    case words.WORD_REQUEST_KEY + words.REQUEST_KEY_APPROVAL:
      return readMap(value, words.WORD_APPROVAL_KEY, words.APPROVAL_KEY_COUNT, APPROVAL_NEEDS);
    case words.WORD_REQUEST_KEY + words.REQUEST_KEY_REVIEWER:
      return readMap(value, words.WORD_REVIEWER_KEY, words.REVIEWER_KEY_COUNT, REVIEWER_NEEDS);

    case words.WORD_REQUEST_KEY + words.REQUEST_KEY_ARGS:
    case words.WORD_REQUEST_KEY + words.REQUEST_KEY_FIELDS:
    case words.WORD_REQUEST_KEY + words.REQUEST_KEY_ANNOTATIONS:
      return needKind(value, cmp.KIND_MAP);
    case words.WORD_HOST_KEY + words.HOST_KEY_PERSISTENT:
      return needKind(value, cmp.KIND_BOOL);
    case words.WORD_REQUEST_KEY + words.REQUEST_KEY_SALT:
    case words.WORD_REQUEST_KEY + words.REQUEST_KEY_ENGINE:
    case words.WORD_REQUEST_KEY + words.REQUEST_KEY_IMAGE:
    case words.WORD_EVENT_KEY + words.EVENT_KEY_OF:
    case words.WORD_APPROVAL_KEY + words.APPROVAL_KEY_ARGS:
    case words.WORD_APPROVAL_KEY + words.APPROVAL_KEY_IMAGE:
    case words.WORD_APPROVAL_KEY + words.APPROVAL_KEY_OF:
    case words.WORD_REVIEWER_KEY + words.REVIEWER_KEY_OF:
    case words.WORD_REVIEWER_KEY + words.REVIEWER_KEY_PROMPT:
      return needDigest(value);
    case words.WORD_APPROVER_KEY + words.APPROVER_KEY_SIGNATURE:
      return needBytes(value, SIGNATURE_BYTES);
    case words.WORD_CONTEXT_KEY + words.CONTEXT_KEY_TIME_MS:
    case words.WORD_APPROVAL_KEY + words.APPROVAL_KEY_AT_MS:
    case words.WORD_APPROVAL_KEY + words.APPROVAL_KEY_EXPIRES_MS:
      return needInt(value, 0, limits.TIME_MS_MAX);
    case words.WORD_CONTEXT_KEY + words.CONTEXT_KEY_TZ_MIN:
      return needInt(value, -limits.TZ_MIN_MAX, limits.TZ_MIN_MAX);

    case words.WORD_REQUEST_KEY + words.REQUEST_KEY_MODE:
      return needWord(key, value, words.WORD_MODE, codes.MODE_LAST);
    case words.WORD_REQUEST_KEY + words.REQUEST_KEY_BINDING:
      return needWord(key, value, words.WORD_BINDING, codes.BINDING_LAST);
    case words.WORD_REQUEST_KEY + words.REQUEST_KEY_DURABILITY:
      return needWord(key, value, words.WORD_DURABILITY, codes.DURABILITY_LAST);
    case words.WORD_HOST_KEY + words.HOST_KEY_DIALECT:
      return needWord(key, value, words.WORD_DIALECT, codes.DIALECT_LAST);
    case words.WORD_EVENT_KEY + words.EVENT_KEY_KIND:
      return needWord(key, value, words.WORD_EVENT_KIND, codes.EVENT_KIND_LAST);
    case words.WORD_EVENT_KEY + words.EVENT_KEY_SCOPE:
      return needWord(key, value, words.WORD_FREEZE_SCOPE, codes.FREEZE_SCOPE_LAST);
    case words.WORD_EVENT_KEY + words.EVENT_KEY_STATUS:
      return needWord(key, value, words.WORD_EVENT_STATUS, codes.EVENT_STATUS_LAST);
    case words.WORD_EVENT_KEY + words.EVENT_KEY_TRUST:
      return needWord(key, value, words.WORD_TRUST, codes.TRUST_LAST);
    case words.WORD_REVIEWER_KEY + words.REVIEWER_KEY_ANSWER:
      return needWord(key, value, words.WORD_REVIEWER_ANSWER, codes.REVIEWER_ANSWER_LAST);

    case words.WORD_REQUEST_KEY + words.REQUEST_KEY_CELLS:
      return readArray(key, value, 0, limits.CELLS_MAX);
    case words.WORD_REQUEST_KEY + words.REQUEST_KEY_SEEN:
      return readSeen(value);
    case words.WORD_REQUEST_KEY + words.REQUEST_KEY_V:
      return needVersion(value);
    case words.WORD_CONTEXT_KEY + words.CONTEXT_KEY_ROLES:
      return readArray(key, value, 0, limits.ROLES_MAX);
    case words.WORD_APPROVAL_KEY + words.APPROVAL_KEY_REASONS:
      return readArray(key, value, 0, limits.REASONS_MAX);
    case words.WORD_HOST_KEY + words.HOST_KEY_CWD:
      return needDirectory(value);
    case words.WORD_HOST_KEY + words.HOST_KEY_REALPATHS:
      return readRealpaths(value);
    case words.WORD_EVENT_KEY + words.EVENT_KEY_LABELS:
      return readArray(key, value, 0, codes.LABEL_LAST + 1);
    case words.WORD_APPROVAL_KEY + words.APPROVAL_KEY_APPROVERS:
      return readArray(key, value, 1, limits.APPROVERS_MAX);

    case words.WORD_ASSERTED_KEY + words.ASSERTED_KEY_ACTOR:
    case words.WORD_ASSERTED_KEY + words.ASSERTED_KEY_ENVIRONMENT:
    case words.WORD_ASSERTED_KEY + words.ASSERTED_KEY_HOST:
    case words.WORD_ASSERTED_KEY + words.ASSERTED_KEY_ROLES:
    case words.WORD_ASSERTED_KEY + words.ASSERTED_KEY_TZ_MIN:
      return needText(value, limits.AUTHORITY_BYTES_MAX);
    case words.WORD_APPROVER_KEY + words.APPROVER_KEY_KEY:
      return needText(value, limits.KEY_ID_BYTES_MAX);
    case words.WORD_REVIEWER_KEY + words.REVIEWER_KEY_REASON:
      return needText(value, limits.ANSWER_BYTES_MAX);
    case words.WORD_REQUEST_KEY + words.REQUEST_KEY_TOOL:
      return needText(value, limits.TOOL_BYTES_MAX);
    default:
      return needText(value, limits.NAME_BYTES_MAX);
  }
}

/** Reads a map whose keys are a group of words: each value is checked at once and noted under its word. */
function readMap(node: i32, firstWord: i32, keyCount: i32, needs: i32): i32 {
  if (cmp.kind(node) != cmp.KIND_MAP) return refuse(codes.STATUS_VALUE_TYPE, node);
  let key = KEY_NONE;
  let found = 0;
  for (let keyNode = cmp.firstChild(node); keyNode >= 0; keyNode = cmp.nextSibling(node, keyNode)) {
    key = wordIn(keyNode, firstWord, key + 1, keyCount);
    if (key == KEY_NONE) return refuse(codes.STATUS_KEY_UNKNOWN, keyNode);
    const value = cmp.valueUnder(keyNode);
    const status = readValue(firstWord + key, value);
    if (status != codes.STATUS_OK) return status;
    setNode(firstWord + key, value);
    found |= 1 << key;
  }
  foundKeys = found;
  return (needs & ~found) == 0 ? codes.STATUS_OK : refuse(codes.STATUS_KEY_MISSING, node);
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
  return event(kind == codes.EVENT_KIND_OUTCOME ? words.EVENT_KEY_STATUS : words.EVENT_KEY_LABELS) != ABSENT;
}

const TOOL_FORM: i32 = (1 << words.REQUEST_KEY_TOOL) | (1 << words.REQUEST_KEY_ARGS);
const ACTION_FORM: i32 = (1 << words.REQUEST_KEY_ACTION) | (1 << words.REQUEST_KEY_FIELDS);
const EVENT_FORM: i32 = 1 << words.REQUEST_KEY_EVENT;
const ANSWERS: i32 = (1 << words.REQUEST_KEY_APPROVAL) | (1 << words.REQUEST_KEY_REVIEWER);
const OF_TOOL: i32 = (1 << words.REQUEST_KEY_SERVER) | (1 << words.REQUEST_KEY_ANNOTATIONS);
const OF_EVENT: i32 = 1 << words.REQUEST_KEY_SEEN;
const FORMS: i32 = TOOL_FORM | ACTION_FORM | EVENT_FORM | ANSWERS | OF_TOOL | OF_EVENT;

/**
 * Exactly one of (tool, args), (action, fields) and event; server and annotations belong to the first, seen to the last,
 * and one answer at most to a call.
 */
function hasOneForm(keys: i32): bool {
  const form = keys & FORMS;
  if (isEvent()) return (form & ~OF_EVENT) == EVENT_FORM && isWholeEvent();
  if ((form & ANSWERS) == ANSWERS) return false;
  const call = form & ~ANSWERS;
  return call == ACTION_FORM || (call & ~OF_TOOL) == TOOL_FORM;
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
  forgetRequest();
  const read = readMap(root, words.WORD_REQUEST_KEY, words.REQUEST_KEY_COUNT, REQUEST_NEEDS);
  if (read != codes.STATUS_OK) return read;
  if (!hasOneForm(foundKeys)) return refuse(codes.STATUS_CALL_FORM, root);
  const image = member(words.REQUEST_KEY_IMAGE);
  return equal(cmp.bytesAt(image), imageDigestAt, DIGEST_BYTES)
    ? codes.STATUS_OK
    : refuse(codes.STATUS_IMAGE_MISMATCH, image);
}
