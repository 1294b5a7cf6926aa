/**
 * Reason codes, most decisive first, each once (docs/format/evaluation.md, step 9).
 */
import { equal } from "../base/bytes";
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
import { WORD_MARK, WORD_REASON_TIER, wordAt, wordBytes } from "../gen/words";
import { level, part } from "../normalise/part";
import { gainOf, maximumOf, textAt, textBytes } from "../policy/view";
import { flagRule, flagRuleCount, levelRule } from "../risk/sources";

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

function addRows(kind: i32, verdict: i32): void {
  for (let position = 0; position < matchedCount(); position++) {
    const row = matchedRow(position);
    if (<i32>load<u8>(row + ROWS_KIND) != kind) continue;
    if (kind == ROW_KIND_ROW && <i32>load<u8>(row + ROWS_VERDICT) != verdict) continue;
    addRef(row + ROWS_CODE);
  }
}

function contribution(amplifier: i32): u32 {
  return (1000 * gainOf(amplifier) * level(amplifier)) / maximumOf(amplifier);
}

function addLevels(): void {
  let placed: usize = 0;
  for (let amplifier = 0; amplifier < AMPLIFIER_COUNT; amplifier++) {
    if (levelRule(amplifier) == 0) continue;
    let position = placed;
    while (position > 0 && contribution(load<u8>(ORDER + position - 1)) < contribution(amplifier)) {
      store<u8>(ORDER + position, load<u8>(ORDER + position - 1));
      position--;
    }
    store<u8>(ORDER + position, amplifier);
    placed++;
  }
  for (let position: usize = 0; position < placed; position++)
    addRef(levelRule(load<u8>(ORDER + position)) + RULES_CODE);
}

/** Gathers the reasons of the part that was taken. */
export function gatherReasons(): void {
  reasons = 0;
  for (let position = 0; position < gateCount(); position++) addRef(gate(position) + ROWS_CODE);
  for (let verdict = VERDICT_DENY; verdict >= VERDICT_ALLOW; verdict--) addRows(ROW_KIND_ROW, verdict);
  addWord(WORD_REASON_TIER + part().tier);
  for (let mark = 0; mark < MARK_COUNT; mark++) if ((part().marks >> mark) & 1) addWord(WORD_MARK + mark);
  addLevels();
  for (let position = 0; position < flagRuleCount(); position++) addRef(flagRule(position) + RULES_CODE);
  addRows(ROW_KIND_RELAX, VERDICT_ALLOW);
}
