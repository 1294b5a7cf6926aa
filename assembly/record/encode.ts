/**
 * Decision to canonical bytes (docs/format/record.md). Members are written in the byte order of their keys; nothing here
 * decides anything.
 */
import { encodedAt, encodedSize } from "../base/cmp";
import {
  putArrayHeader,
  putBin,
  putBool,
  putBytes,
  putInt,
  putMapHeader,
  putStr,
  writerBegin,
  writerOverflowed,
  writerSize,
} from "../base/writer";
import { call } from "../decide/call";
import {
  approverCount,
  isDryRun,
  obligationText,
  obligationTextCount,
  shortestTtlMs,
} from "../decide/obligations";
import { keptAt, keptCount, keptLevel } from "../decide/parts";
import { gate, matchedCount, matchedRow } from "../decide/table";
import * as codes from "../gen/codes";
import { ACTIONS_NAME, OBLIGATIONS_KIND, OBLIGATIONS_TEXT, ROWS_CODE } from "../gen/layout";
import { RECORD_BYTES_MAX } from "../gen/limits";
import * as words from "../gen/words";
import { editionRef, gainOf, hazardOf, textAt, textBytes, threshold } from "../policy/view";
import { ABSENT, approval, context, isEvent, member, reviewer } from "../request/view";
import { EVENT_BYTES } from "../session/cell";
import { appendedAt, appendedCount, nextDigestAt } from "../session/fold";
import { noteAt, noteBytes } from "../session/learned";
import { cellsOfRequest, digestAt, idAt, keepsMemory } from "../session/memory";
import { argsCommitmentAt, requestCommitmentAt } from "./commit";
import { gatherLowered, loweredAt, loweredCount } from "./lowered";
import { gatherReasons, reasonAt, reasonBytes, reasonCount } from "./reasons";

/** Where the record stands. */
export const RECORD_AT: usize = memory.data(32768, 16); // RECORD_BYTES_MAX
const DIGEST_BYTES: u32 = 32;

function putWord(word: i32): void {
  putBytes(words.encodedWordAt(word), words.wordBytes(word) + 1);
}

function putKey(key: i32): void {
  putWord(words.WORD_RECORD_KEY + key);
}

function putRef(ref: usize): void {
  putStr(textAt(ref), textBytes(ref));
}

/** A value of the request under a key, as it was given: both are canonical. */
function putGiven(key: i32, node: i32): void {
  putKey(key);
  putBytes(encodedAt(node), encodedSize(node));
}

function putLowered(): void {
  putArrayHeader(loweredCount());
  for (let position = 0; position < loweredCount(); position++) {
    const entry = loweredAt(position);
    putArrayHeader(3);
    putWord(entry.kindWord);
    putStr(entry.nameAt, entry.nameBytes);
    putStr(entry.authorityAt, entry.authorityBytes);
  }
}

/** Texts of one kind of obligation, which stand side by side and in order. */
function textsOf(kind: i32): i32 {
  let found = 0;
  for (let position = 0; position < obligationTextCount(); position++) {
    if (<i32>load<u32>(obligationText(position) + OBLIGATIONS_KIND) == kind) found++;
  }
  return found;
}

function putTexts(key: i32, kind: i32): void {
  const found = textsOf(kind);
  if (found == 0) return;
  putWord(words.WORD_OBLIGATION_KEY + key);
  putArrayHeader(found);
  for (let position = 0; position < obligationTextCount(); position++) {
    const entry = obligationText(position);
    if (<i32>load<u32>(entry + OBLIGATIONS_KIND) == kind) putRef(entry + OBLIGATIONS_TEXT);
  }
}

function one(holds: bool): i32 {
  return holds ? 1 : 0;
}

function putObligations(): void {
  const numbers = one(approverCount() > 0) + one(isDryRun()) + one(shortestTtlMs() > 0);
  const lists =
    one(textsOf(codes.OBLIGATION_DISCLOSE) > 0) +
    one(textsOf(codes.OBLIGATION_NOTIFY) > 0) +
    one(textsOf(codes.OBLIGATION_REDACT) > 0);
  putMapHeader(numbers + lists);
  if (approverCount() > 0) {
    putWord(words.WORD_OBLIGATION_KEY + words.OBLIGATION_KEY_APPROVERS);
    putInt(approverCount());
  }
  putTexts(words.OBLIGATION_KEY_DISCLOSE, codes.OBLIGATION_DISCLOSE);
  if (isDryRun()) {
    putWord(words.WORD_OBLIGATION_KEY + words.OBLIGATION_KEY_DRY_RUN);
    putBool(true);
  }
  putTexts(words.OBLIGATION_KEY_NOTIFY, codes.OBLIGATION_NOTIFY);
  putTexts(words.OBLIGATION_KEY_REDACT, codes.OBLIGATION_REDACT);
  if (shortestTtlMs() > 0) {
    putWord(words.WORD_OBLIGATION_KEY + words.OBLIGATION_KEY_TTL_MS);
    putInt(shortestTtlMs());
  }
}

function putFlags(part: i32): void {
  const entry = keptAt(part);
  const flags = entry.primary | entry.secondary;
  putArrayHeader(popcnt(flags));
  for (let flag = 0; flag < codes.FLAG_COUNT; flag++) {
    if (((flags >> flag) & 1) == 0) continue;
    putArrayHeader(3);
    putInt(flag);
    putInt((entry.primary >> flag) & 1 ? codes.FLAG_ROLE_PRIMARY : codes.FLAG_ROLE_SECONDARY);
    putInt(hazardOf(flag));
  }
}

function putLevels(part: i32): void {
  putArrayHeader(codes.AMPLIFIER_COUNT);
  for (let amplifier = 0; amplifier < codes.AMPLIFIER_COUNT; amplifier++) {
    putArrayHeader(2);
    putInt(keptLevel(part, amplifier));
    putInt(gainOf(amplifier));
  }
}

function putPart(part: i32): void {
  const entry = keptAt(part);
  putMapHeader(words.PART_KEY_COUNT);
  putWord(words.WORD_PART_KEY + words.PART_KEY_ACTION);
  putRef(entry.action + ACTIONS_NAME);
  putWord(words.WORD_PART_KEY + words.PART_KEY_COUNTED);
  putWord(words.WORD_COUNTED + entry.counted);
  putWord(words.WORD_PART_KEY + words.PART_KEY_FLAGS);
  putFlags(part);
  putWord(words.WORD_PART_KEY + words.PART_KEY_HAZARD);
  putInt(entry.hazard);
  putWord(words.WORD_PART_KEY + words.PART_KEY_LEVELS);
  putLevels(part);
  putWord(words.WORD_PART_KEY + words.PART_KEY_MAPPING);
  putStr(entry.idAt, entry.idBytes);
}

function putReasons(): void {
  putArrayHeader(reasonCount());
  for (let position = 0; position < reasonCount(); position++)
    putStr(reasonAt(position), reasonBytes(position));
}

function putRows(): void {
  putArrayHeader(matchedCount());
  for (let position = 0; position < matchedCount(); position++) putRef(matchedRow(position) + ROWS_CODE);
}

function putCells(): void {
  putArrayHeader(cellsOfRequest());
  for (let index = 0; index < cellsOfRequest(); index++) {
    const note = noteBytes(index);
    putMapHeader(words.CELL_KEY_COUNT - one(note == 0));
    putWord(words.WORD_CELL_KEY + words.CELL_KEY_AFTER);
    putBin(nextDigestAt(index), DIGEST_BYTES);
    putWord(words.WORD_CELL_KEY + words.CELL_KEY_BEFORE);
    putBin(digestAt(index), DIGEST_BYTES);
    putWord(words.WORD_CELL_KEY + words.CELL_KEY_EVENTS);
    putBin(appendedAt(index), appendedCount(index) * EVENT_BYTES);
    putWord(words.WORD_CELL_KEY + words.CELL_KEY_ID);
    putBin(idAt(index), DIGEST_BYTES);
    if (note == 0) continue;
    putWord(words.WORD_CELL_KEY + words.CELL_KEY_NOTE);
    putBin(noteAt(), note);
  }
}

function putThresholds(): void {
  putArrayHeader(codes.TIER_CRITICAL);
  for (let above = 0; above < codes.TIER_CRITICAL; above++) putInt(threshold(above));
}

/**
 * Writes the record of the reading that was taken.
 * @returns its bytes, or 0 when it would be longer than RECORD_BYTES_MAX.
 */
export function encodeRecord(): u32 {
  const whole = call();
  gatherReasons();
  gatherLowered();
  writerBegin(RECORD_AT, RECORD_BYTES_MAX);
  const isApproved = member(words.REQUEST_KEY_APPROVAL) != ABSENT;
  const isReviewed = member(words.REQUEST_KEY_REVIEWER) != ABSENT;
  // Without an answer there is no parent either, and there is one answer at most.
  const absent = isApproved || isReviewed ? 1 : 3;
  putMapHeader(words.RECORD_KEY_COUNT - absent - one(!isEvent()) - one(!whole.isGated) - one(!keepsMemory()));
  if (isApproved) putGiven(words.RECORD_KEY_APPROVAL, member(words.REQUEST_KEY_APPROVAL));
  putKey(words.RECORD_KEY_ARGS);
  putBin(argsCommitmentAt(), DIGEST_BYTES);
  putGiven(words.RECORD_KEY_BINDING, member(words.REQUEST_KEY_BINDING));
  if (keepsMemory()) {
    putKey(words.RECORD_KEY_CELLS);
    putCells();
  }
  putGiven(words.RECORD_KEY_DURABILITY, member(words.REQUEST_KEY_DURABILITY));
  putKey(words.RECORD_KEY_EDITION);
  putRef(editionRef());
  putGiven(words.RECORD_KEY_ENGINE, member(words.REQUEST_KEY_ENGINE));
  if (isEvent()) putGiven(words.RECORD_KEY_EVENT, member(words.REQUEST_KEY_EVENT));
  if (whole.isGated) {
    putKey(words.RECORD_KEY_GATE);
    putRef(gate(0) + ROWS_CODE);
  }
  putKey(words.RECORD_KEY_HAZARD);
  putInt(whole.hazard);
  putGiven(words.RECORD_KEY_IMAGE, member(words.REQUEST_KEY_IMAGE));
  putKey(words.RECORD_KEY_LOWERED_BY);
  putLowered();
  putGiven(words.RECORD_KEY_MODE, member(words.REQUEST_KEY_MODE));
  putKey(words.RECORD_KEY_OBLIGATIONS);
  putObligations();
  if (isApproved) putGiven(words.RECORD_KEY_PARENT, approval(words.APPROVAL_KEY_OF));
  if (isReviewed) putGiven(words.RECORD_KEY_PARENT, reviewer(words.REVIEWER_KEY_OF));
  putKey(words.RECORD_KEY_PARTS);
  putArrayHeader(keptCount());
  for (let part = 0; part < keptCount(); part++) putPart(part);
  putKey(words.RECORD_KEY_REASONS);
  putReasons();
  putKey(words.RECORD_KEY_REQUEST);
  putBin(requestCommitmentAt(), DIGEST_BYTES);
  if (isReviewed) putGiven(words.RECORD_KEY_REVIEWER, member(words.REQUEST_KEY_REVIEWER));
  putKey(words.RECORD_KEY_ROWS);
  putRows();
  putKey(words.RECORD_KEY_SCORE);
  putInt(whole.score);
  putKey(words.RECORD_KEY_THRESHOLDS);
  putThresholds();
  putKey(words.RECORD_KEY_TIER);
  putWord(words.WORD_TIER + whole.tier);
  putGiven(words.RECORD_KEY_TIME_MS, context(words.CONTEXT_KEY_TIME_MS));
  putKey(words.RECORD_KEY_V);
  putInt(codes.VERSION_RECORD);
  putKey(words.RECORD_KEY_VERDICT);
  putWord(words.WORD_VERDICT + whole.verdict);
  return writerOverflowed() ? 0 : writerSize();
}
