/**
 * A request inside a call: what its method, address and data ask for (docs/format/http.md). A host that a pack knows
 * gives the action of the API; every other request is one over the network.
 */

import { equal } from "../../base/bytes";
import { dropBlank, skipBlank } from "../../base/text";
import { equalFolded, lower } from "../../base/utf8";
import {
  FIELD_DATA,
  FIELD_METHOD,
  FIELD_PATH,
  FIELD_URL,
  LANGUAGE_HTTP,
  MARK_OPAQUE_COMMAND,
  MARK_URL_CARRIES,
} from "../../gen/codes";
import { APIS_ACTION, APIS_ID, APIS_MEMBER_COUNT, APIS_MEMBER_START, APIS_PACK } from "../../gen/layout";
import { INNER_URLS_MAX } from "../../gen/limits";
import {
  HTTP_METHOD_COUNT,
  HTTP_METHOD_GET,
  HTTP_METHOD_OPTIONS,
  HTTP_METHOD_POST,
  ROLE_ACTION_FILES_READ,
  ROLE_ACTION_NETWORK_HTTP_GET,
  ROLE_ACTION_NETWORK_HTTP_POST,
  SCHEME_HOST_COUNT,
  SCHEME_HOST_HTTP,
  SCHEME_HOST_HTTPS,
  SCHEME_OPAQUE_FILE,
  WORD_HTTP_METHOD,
  WORD_SCHEME_HOST,
  WORD_SCHEME_OPAQUE,
  wordAt,
  wordBytes,
} from "../../gen/words";
import { textAt, textBytes } from "../../policy/view";
import { beginDraft, beginRole, draftAt, draftCount, draftText } from "../drafts";
import { hostAt, hostBytes } from "../host";
import { Nested } from "../nested";
import {
  cleanUrl,
  readUrl,
  URL_OPAQUE,
  urlAt,
  urlBytes,
  urlHasUserinfo,
  urlSchemeAt,
  urlSchemeBytes,
} from "../url";
import {
  beginBody,
  bodyOverrides,
  membersHave,
  parametersAct,
  parametersOverride,
  takeMembers,
} from "./http-body";
import { findRow, hasRows, takeCaptures } from "./http-row";
import {
  beginParameters,
  keepDecoded,
  keepRounds,
  keptTextAt,
  keptTextBytes,
  nextParameter,
  opensAfter,
  parameterAt,
  parameterEnd,
  parameterValueAt,
} from "./http-text";
import {
  carriesData,
  isPathDoubtful,
  isSlash,
  placeUrl,
  readSegments,
  urlPathAt,
  urlPathEnd,
  urlQueryAt,
  urlQueryEnd,
} from "./http-url";

const METHOD_OTHER: i32 = HTTP_METHOD_COUNT;
const NO_NODE: i32 = -1;

// The request under way.
let method: i32 = 0;
let methodAt: usize = 0;
let methodBytes: u32 = 0;
let hasUrl: bool = false;
let givenAt: usize = 0;
let givenBytes: u32 = 0;
let dataAt: usize = 0;
let dataBytes: u32 = 0;
let hasData: bool = false;
/** HOST_SCOPE_*, URL_OPAQUE, or below 0 when malformed. */
let url: i32 = 0;
let isMethodDoubtful: bool = false;
let marks: u32 = 0;
let group: i32 = 0;
let innerUrls: i32 = 0;
let firstDraft: i32 = 0;

function readMethod(at: usize, bytes: u32): void {
  const end = dropBlank(at, at + bytes);
  at = skipBlank(at, end);
  methodAt = at;
  methodBytes = <u32>(end - at);
  method = METHOD_OTHER;
  if (methodBytes == 0) {
    method = hasData ? HTTP_METHOD_POST : HTTP_METHOD_GET;
    methodAt = wordAt(WORD_HTTP_METHOD + method);
    methodBytes = wordBytes(WORD_HTTP_METHOD + method);
  } else {
    for (let bit = 0; bit < HTTP_METHOD_COUNT; bit++) {
      const word = WORD_HTTP_METHOD + bit;
      if (<u32>wordBytes(word) == methodBytes && equalFolded(wordAt(word), at, methodBytes)) method = bit;
    }
  }
}

function schemeIs(word: i32): bool {
  return <u32>wordBytes(word) == urlSchemeBytes() && equal(wordAt(word), urlSchemeAt(), urlSchemeBytes());
}

function isReading(): bool {
  return method <= HTTP_METHOD_OPTIONS && !hasData;
}

/** True for an address that a GET can only fetch. */
function isFetchable(): bool {
  if (!hasUrl || url == URL_OPAQUE) return true;
  for (let position = 0; position < SCHEME_HOST_COUNT; position++)
    if (schemeIs(WORD_SCHEME_HOST + position)) return true;
  return false;
}

function noteMarks(own: u32): void {
  draftAt(draftCount() - 1).marks |= own;
}

function takeGeneric(): void {
  const isGet = isReading() && !isMethodDoubtful && isFetchable();
  const role = isGet ? ROLE_ACTION_NETWORK_HTTP_GET : ROLE_ACTION_NETWORK_HTTP_POST;
  if (!beginRole(role, LANGUAGE_HTTP, group)) return;
  noteMarks(marks);
  if (hasUrl) draftText(FIELD_URL, givenAt, givenBytes);
  draftText(FIELD_METHOD, methodAt, methodBytes);
  if (dataBytes > 0) draftText(FIELD_DATA, dataAt, dataBytes);
}

function takeRow(row: usize): void {
  const id = row + APIS_ID;
  if (!beginDraft(load<u32>(row + APIS_ACTION), load<u32>(row + APIS_PACK), textAt(id), textBytes(id), group))
    return;
  noteMarks(marks);
  const start = load<u32>(row + APIS_MEMBER_START);
  const count = load<u32>(row + APIS_MEMBER_COUNT);
  draftText(FIELD_URL, givenAt, givenBytes);
  if (dataBytes > 0 && !membersHave(start, count, FIELD_DATA)) draftText(FIELD_DATA, dataAt, dataBytes);
  takeCaptures(row);
  takeMembers(start, count, urlQueryAt(), urlQueryEnd());
}

/** The row of an API for the address, or 0. */
function rowOfUrl(): usize {
  if (url < 0 || url == URL_OPAQUE) return 0;
  if (!schemeIs(WORD_SCHEME_HOST + SCHEME_HOST_HTTP) && !schemeIs(WORD_SCHEME_HOST + SCHEME_HOST_HTTPS))
    return 0;
  if (!hasRows(hostAt(), hostBytes()) || !readSegments()) return 0;
  return findRow(hostAt(), hostBytes(), method);
}

/** The path that a `file:` address names. */
function takeFile(): void {
  if (!beginRole(ROLE_ACTION_FILES_READ, LANGUAGE_HTTP, group)) return;
  noteMarks(marks);
  const urlEnd = urlAt() + urlBytes();
  let at = urlAt() + urlSchemeBytes() + 1;
  let end = at;
  while (end < urlEnd && load<u8>(end) != 0x3f && load<u8>(end) != 0x23) end++;
  if (end - at >= 2 && isSlash(load<u8>(at)) && isSlash(load<u8>(at, 1))) {
    at += 2;
    while (at < end && !isSlash(load<u8>(at))) at++;
  }
  if (at < end && keepDecoded(at, end, false)) draftText(FIELD_PATH, keptTextAt(), keptTextBytes());
}

function takeInner(at: usize, end: usize, rounds: i32): void {
  if (innerUrls == INNER_URLS_MAX) {
    draftAt(firstDraft).marks |= 1 << MARK_OPAQUE_COMMAND;
    return;
  }
  innerUrls++;
  if (!beginRole(ROLE_ACTION_NETWORK_HTTP_GET, LANGUAGE_HTTP, group)) return;
  noteMarks(marks & ~(1 << MARK_URL_CARRIES));
  if (keepRounds(at, end, rounds)) draftText(FIELD_URL, keptTextAt(), keptTextBytes());
}

/** True when `http:` or `https:` stands at the place, with its colon plain or encoded. */
function isHttpAt(at: usize, end: usize): bool {
  const http = WORD_SCHEME_HOST + SCHEME_HOST_HTTP;
  if (end - at < 5 || !equalFolded(at, wordAt(http), 4)) return false;
  at += 4;
  if (lower(load<u8>(at)) == 0x73) at++;
  if (at < end && load<u8>(at) == 0x3a) return true;
  return end - at >= 3 && load<u8>(at) == 0x25 && load<u8>(at, 1) == 0x33 && lower(load<u8>(at, 2)) == 0x61;
}

function takeInnerUrls(): void {
  innerUrls = 0;
  const end = urlAt() + urlBytes();
  for (let at = urlPathAt(); at < urlPathEnd(); at++) {
    if (!isSlash(load<u8>(at)) || !isHttpAt(at + 1, urlPathEnd())) continue;
    takeInner(at + 1, end, max(opensAfter(at + 1, end, 0), 0));
    break;
  }
  beginParameters(urlQueryAt(), urlQueryEnd());
  while (nextParameter()) {
    let at = parameterAt();
    let rounds = opensAfter(at, parameterEnd(), 1);
    if (rounds < 0) {
      at = parameterValueAt();
      rounds = opensAfter(at, parameterEnd(), 1);
    }
    if (rounds >= 0) takeInner(at, parameterEnd(), rounds);
  }
}

function take(text: Nested): void {
  marks = text.marks;
  group = text.group;
  firstDraft = draftCount();
  hasUrl = cleanUrl(givenAt, givenBytes) > 0;
  url = hasUrl ? readUrl() : URL_OPAQUE;
  const isPlaced = hasUrl && url != URL_OPAQUE;
  const hasUserinfo = isPlaced && urlHasUserinfo();
  isMethodDoubtful = method == METHOD_OTHER || (method <= HTTP_METHOD_OPTIONS && hasData) || bodyOverrides();
  let row: usize = 0;
  if (isPlaced) {
    placeUrl();
    if (parametersOverride(urlQueryAt(), urlQueryEnd()) || parametersAct(urlQueryAt(), urlQueryEnd()))
      isMethodDoubtful = true;
    if (carriesData()) marks |= 1 << MARK_URL_CARRIES;
    row = rowOfUrl();
  }
  if (row != 0) takeRow(row);
  if (row == 0 || isMethodDoubtful || hasUserinfo || isPathDoubtful()) takeGeneric();
  if (draftCount() == firstDraft) return; // No room for any part; the call is known to be too large.
  if (hasUrl && url == URL_OPAQUE && schemeIs(WORD_SCHEME_OPAQUE + SCHEME_OPAQUE_FILE)) takeFile();
  if (isPlaced) takeInnerUrls();
}

/** Takes a request apart. What is absent has no bytes. */
export function takeHttp(
  givenMethodAt: usize,
  givenMethodBytes: u32,
  givenUrlAt: usize,
  givenUrlBytes: u32,
  givenDataAt: usize,
  givenDataBytes: u32,
  text: Nested,
): void {
  hasData = givenDataBytes > 0;
  dataAt = givenDataAt;
  dataBytes = givenDataBytes;
  beginBody(dataAt, dataBytes, NO_NODE);
  readMethod(givenMethodAt, givenMethodBytes);
  givenAt = givenUrlAt;
  givenBytes = givenUrlBytes;
  take(text);
}

/** The same for a request whose data is a map or an array of the arguments. */
export function takeHttpTree(
  givenMethodAt: usize,
  givenMethodBytes: u32,
  givenUrlAt: usize,
  givenUrlBytes: u32,
  dataNode: i32,
  text: Nested,
): void {
  hasData = true;
  dataAt = 0;
  dataBytes = 0;
  beginBody(0, 0, dataNode);
  readMethod(givenMethodAt, givenMethodBytes);
  givenAt = givenUrlAt;
  givenBytes = givenUrlBytes;
  take(text);
}
