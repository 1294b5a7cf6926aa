/**
 * Reason codes, most decisive first, each once (docs/format/evaluation.md, step 9).
 */
import { equal } from "../base/bytes";
import { call, NO_ANSWER } from "../decide/call";
import { keptAt, keptCount, keptFlagRule, keptLevel, keptLevelRule } from "../decide/parts";
import { gate, gateCount, matchedCount, matchedRow } from "../decide/table";
import {
  AMPLIFIER_COUNT,
  MARK_COUNT,
  ROW_KIND_RELAX,
  ROW_KIND_ROW,
  VERDICT_ALLOW,
  VERDICT_DENY,
} from "../gen/codes";
import { ROWS_CODE, ROWS_KIND, ROWS_VERDICT, RULES_CODE } from "../gen/layout";
import { REASONS_MAX } from "../gen/limits";
import {
  REASON_STATE_TIME_BACKWARDS,
  WORD_MARK,
  WORD_REASON_ANSWER,
  WORD_REASON_STATE,
  WORD_REASON_TIER,
  wordAt,
  wordBytes,
} from "../gen/words";
import { gainOf, maximumOf, textAt, textBytes } from "../policy/view";
import { stateHolds } from "../session/memory";

const REASONS: usize = memory.data(512, 4); // REASONS_MAX x (address, bytes)
const ORDER: usize = memory.data(16, 1); // Amplifiers, largest contribution first.
let reasons: i32 = 0;

export function reasonCount(): i32 {
  return reasons;
}

export function reasonAt(position: i32): usize {
  return <usize>load<u32>(REASONS + ((<usize>position) << 3));
}

export function reasonBytes(position: i32): u32 {
  return load<u32>(REASONS + ((<usize>position) << 3), 4);
}

function add(at: usize, bytes: u32): void {
  if (reasons == REASONS_MAX) return;
  for (let position = 0; position < reasons; position++) {
    if (reasonBytes(position) == bytes && equal(reasonAt(position), at, bytes)) return;
  }
  const to = REASONS + ((<usize>reasons) << 3);
  store<u32>(to, <u32>at);
  store<u32>(to, bytes, 4);
  reasons++;
}

function addRef(ref: usize): void {
  add(textAt(ref), textBytes(ref));
}

function addWord(word: i32): void {
  add(wordAt(word), wordBytes(word));
}

function addState(state: i32): void {
  if (stateHolds(state)) addWord(WORD_REASON_STATE + state);
}

function addRows(kind: i32, verdict: i32): void {
  for (let position = 0; position < matchedCount(); position++) {
    const row = matchedRow(position);
    if (<i32>load<u8>(row + ROWS_KIND) != kind) continue;
    if (kind == ROW_KIND_ROW && <i32>load<u8>(row + ROWS_VERDICT) != verdict) continue;
    addRef(row + ROWS_CODE);
  }
}

function contribution(part: i32, amplifier: i32): u32 {
  return (1000 * gainOf(amplifier) * keptLevel(part, amplifier)) / maximumOf(amplifier);
}

function addLevels(part: i32): void {
  let placed: usize = 0;
  for (let amplifier = 0; amplifier < AMPLIFIER_COUNT; amplifier++) {
    if (keptLevelRule(part, amplifier) == 0) continue;
    let position = placed;
    while (
      position > 0 &&
      contribution(part, load<u8>(ORDER + position - 1)) < contribution(part, amplifier)
    ) {
      store<u8>(ORDER + position, load<u8>(ORDER + position - 1));
      position--;
    }
    store<u8>(ORDER + position, amplifier);
    placed++;
  }
  for (let position: usize = 0; position < placed; position++)
    addRef(keptLevelRule(part, load<u8>(ORDER + position)) + RULES_CODE);
}

/** Gathers the reasons of the reading that was taken. */
export function gatherReasons(): void {
  reasons = 0;
  for (let position = 0; position < gateCount(); position++) addRef(gate(position) + ROWS_CODE);
  for (let state = 0; state < REASON_STATE_TIME_BACKWARDS; state++) addState(state);
  if (call().answer != NO_ANSWER) addWord(WORD_REASON_ANSWER + call().answer);
  for (let verdict = VERDICT_DENY; verdict >= VERDICT_ALLOW; verdict--) addRows(ROW_KIND_ROW, verdict);
  addWord(WORD_REASON_TIER + call().tier);
  for (let mark = 0; mark < MARK_COUNT; mark++) if ((call().marks >> mark) & 1) addWord(WORD_MARK + mark);
  addState(REASON_STATE_TIME_BACKWARDS);
  for (let part = 0; part < keptCount(); part++) addLevels(part);
  for (let part = 0; part < keptCount(); part++) {
    for (let index = 0; index < keptAt(part).flagRules; index++)
      addRef(keptFlagRule(part, index) + RULES_CODE);
  }
  addRows(ROW_KIND_RELAX, VERDICT_ALLOW);
}
