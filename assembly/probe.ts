/**
 * Debug target only: one door into a layer, so that tests can try every input of it. Never part of the release.
 */

import {
  beginDrafts,
  Draft,
  draftAt,
  draftCount,
  draftsOverflowed,
  factAt,
  newGroup,
} from "./normalise/drafts";
import { runCommand } from "./normalise/lang/command";
import { Surroundings, wordOf } from "./normalise/lang/words";
import { beginNested, nextNested } from "./normalise/nested";
import { tierOf } from "./risk/hazard";
import { scoreOf } from "./risk/score";

export { decide, IMAGE_AT, loadImage, RECORD_AT, REQUEST_AT, RESULT_AT } from "./index";

/** Score of a hazard, in basis points. */
export function score(hazard: i32): i32 {
  return scoreOf(hazard);
}

/** Tier of a hazard under the loaded image. */
export function tier(hazard: i32): i32 {
  return tierOf(hazard);
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
