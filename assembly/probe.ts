/**
 * Debug target only: one door into a layer, so that tests can try every input of it. Never part of the release.
 */

import { CMP_OK, index, root } from "./base/cmp";
import { scanArguments } from "./detect/scan";
import { LANGUAGE_HTTP, LANGUAGE_SQL } from "./gen/codes";
import { ACTIONS_BYTES, ACTIONS_NUMBER, SECTION_ACTIONS } from "./gen/layout";
import {
  beginDrafts,
  Draft,
  draftAt,
  draftCount,
  draftsOverflowed,
  factAt,
  newGroup,
} from "./normalise/drafts";
import { hostIsIdn } from "./normalise/host";
import { runCommand } from "./normalise/lang/command";
import { takeHttp, takeHttpTree } from "./normalise/lang/http";
import { headersOverride } from "./normalise/lang/http-text";
import { takeSql } from "./normalise/lang/sql";
import { Surroundings, wordOf } from "./normalise/lang/words";
import { addNested, beginNested, nextNested } from "./normalise/nested";
import { cleanUrl, readUrl, urlHasUserinfo } from "./normalise/url";
import { entryAt, IMAGE_DIGEST_AT } from "./policy/view";
import { REQUEST_AT, readRequest } from "./request/read";
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
  return headersOverride(REQUEST_AT, bytes);
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

/** Where a probe of languages reads its text, and where it says what came out. */
export const TEXT_AT: usize = memory.data(65536, 16);
export const DRAFTS_AT: usize = memory.data(131072, 16);
const AROUND: usize = memory.data(64, 8);
const AROUND_BYTES: i32 = 24;

let written: usize = 0;

function put(value: u32): void {
  store<u32>(DRAFTS_AT + written, value);
  written += 4;
}

function putText(at: usize, bytes: u32): void {
  put(bytes);
  memory.copy(DRAFTS_AT + written, at, bytes);
  written += (bytes + 3) & ~3;
}

function putDraft(draft: Draft): void {
  put(draft.action);
  put(draft.marks);
  putText(draft.idAt, draft.idBytes);
  put(draft.factCount);
  for (let position = 0; position < draft.factCount; position++) {
    const fact = factAt(draft.factStart + position);
    put(fact.field);
    putText(fact.at, fact.bytes);
  }
}

/**
 * Takes apart a command whose words stand at TEXT_AT: marks, input, bytes of the input and of the directory, 2 numbers unused,
 * the texts, then for each word its bits, bytes and text. Every text is padded to 4 bytes. Writes counts, drafts and nested texts.
 */
export function command(words: i32): i32 {
  beginDrafts();
  beginNested();
  const around = changetype<Surroundings>(AROUND);
  around.marks = load<u32>(TEXT_AT);
  around.group = newGroup();
  around.depth = 0;
  around.input = load<i32>(TEXT_AT, 4);
  around.inputBytes = load<u32>(TEXT_AT, 8);
  around.directoryBytes = load<u32>(TEXT_AT, 12);
  let at = TEXT_AT + AROUND_BYTES;
  around.inputAt = at;
  at += (around.inputBytes + 3) & ~3;
  around.directoryAt = at;
  at += (around.directoryBytes + 3) & ~3;
  for (let position = 0; position < words; position++) {
    const word = wordOf(position);
    word.bits = load<u32>(at);
    word.bytes = load<u32>(at, 4);
    word.at = at + 8;
    at += 8 + ((word.bytes + 3) & ~3);
  }
  runCommand(0, words, around);
  written = 0;
  put(draftsOverflowed() ? 1 : 0);
  put(draftCount());
  for (let position = 0; position < draftCount(); position++) putDraft(draftAt(position));
  for (let nested = nextNested(); nested !== null; nested = nextNested()) {
    put(<u32>nested.language);
    put(nested.marks);
    putText(nested.at, nested.bytes);
    putText(nested.directoryAt, nested.directoryBytes);
  }
  return <i32>written;
}

/** Reads the request of `size` bytes; a status. */
export function read(size: i32): i32 {
  return readRequest(size, IMAGE_DIGEST_AT);
}

/** Marks of the arguments of the request that was read. */
export function scan(): u32 {
  return scanArguments();
}
