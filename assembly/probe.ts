/**
 * Debug target only: one door into a layer, so that tests can try every input of it. Never part of the release.
 */

import { CMP_OK, index, root } from "./base/cmp";
import { LANGUAGE_HTTP, LANGUAGE_SQL } from "./gen/codes";
import { ACTIONS_BYTES, ACTIONS_NUMBER, SECTION_ACTIONS } from "./gen/layout";
import { beginDrafts, draftAt, draftCount, factAt, newGroup } from "./normalise/drafts";
import { hostIsIdn } from "./normalise/host";
import { headerOverrides, takeHttp, takeHttpTree } from "./normalise/lang/http";
import { takeSql } from "./normalise/lang/sql";
import { addNested, beginNested } from "./normalise/nested";
import { cleanUrl, readUrl, urlHasUserinfo } from "./normalise/url";
import { entryAt } from "./policy/view";
import { REQUEST_AT } from "./request/read";
import { tierOf } from "./risk/hazard";
import { scoreOf } from "./risk/score";

export { decide, IMAGE_AT, loadImage, RECORD_AT, REQUEST_AT, RESULT_AT } from "./index";

export { draftAt, draftCount, draftsOverflowed, factAt } from "./normalise/drafts";

/**
 * Takes a request apart: method, URL and data stand one after the other at REQUEST_AT. Data may be a map in CMP/1.
 * The parts are at `draftAt`.
 */
export function http(methodBytes: u32, urlBytes: u32, dataBytes: u32, isMap: bool): bool {
  const urlAt = REQUEST_AT + methodBytes;
  const dataAt = urlAt + urlBytes;
  beginDrafts();
  beginNested();
  const text = addNested(LANGUAGE_HTTP, urlAt, urlBytes, 0);
  if (text === null) return false;
  text.group = newGroup();
  if (!isMap) {
    takeHttp(REQUEST_AT, methodBytes, urlAt, urlBytes, dataAt, dataBytes, text);
    return true;
  }
  if (index(dataAt, dataBytes) != CMP_OK) return false;
  takeHttpTree(REQUEST_AT, methodBytes, urlAt, urlBytes, root(), text);
  return true;
}

/** Class of the host of the URL at REQUEST_AT (HOST_SCOPE_*, 0 without a host, -1 malformed), with bit 4 for userinfo, 5 for idn. */
export function urlClass(bytes: u32): i32 {
  cleanUrl(REQUEST_AT, bytes);
  const scope = readUrl();
  if (scope < 0) return scope;
  return scope | (urlHasUserinfo() ? 16 : 0) | (scope > 0 && hostIsIdn() ? 32 : 0);
}

/** True when the header line at REQUEST_AT overrides the method. */
export function overrides(bytes: u32): bool {
  return headerOverrides(REQUEST_AT, bytes);
}

/** Score of a hazard, in basis points. */
export function score(hazard: i32): i32 {
  return scoreOf(hazard);
}

/** Tier of a hazard under the loaded image. */
export function tier(hazard: i32): i32 {
  return tierOf(hazard);
}

/** Takes the SQL of `size` bytes at REQUEST_AT apart. Returns the number of drafts. */
export function sql(size: i32): i32 {
  beginDrafts();
  beginNested();
  const text = addNested(LANGUAGE_SQL, REQUEST_AT, <u32>size, 0);
  if (text !== null) takeSql(text);
  return draftCount();
}

/** Number of the action of a draft, its marks, and its facts: their count, and of each field, address and bytes. */
export function draftAction(position: i32): i32 {
  return load<u16>(entryAt(SECTION_ACTIONS, draftAt(position).action, ACTIONS_BYTES), ACTIONS_NUMBER);
}

export function draftMarks(position: i32): u32 {
  return draftAt(position).marks;
}

export function draftFacts(position: i32): i32 {
  return draftAt(position).factCount;
}

export function factField(draft: i32, position: i32): i32 {
  return factAt(draftAt(draft).factStart + position).field;
}

export function factText(draft: i32, position: i32): usize {
  return factAt(draftAt(draft).factStart + position).at;
}

export function factBytes(draft: i32, position: i32): u32 {
  return factAt(draftAt(draft).factStart + position).bytes;
}
