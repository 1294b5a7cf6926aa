/**
 * The parts of a call that were judged, each with what the record says of it (docs/format/evaluation.md, steps 6 and 9).
 * While the next part is read its facts are gone, so what is needed later is kept here.
 */
import { AMPLIFIER_COUNT } from "../gen/codes";
import { PARTS_MAX } from "../gen/limits";
import { level, part } from "../normalise/part";
import { FLAG_RULES_MAX, flagRule, flagRuleCount, levelRule } from "../risk/sources";

/** 68 bytes, and behind it the levels, the rules that set them, and the rules that changed flags. */
@unmanaged
export class Kept {
  action: usize;
  actionIndex: u32;
  idAt: usize;
  idBytes: u32;
  marks: u32;
  primary: u32;
  secondary: u32;
  hazard: u32;
  tier: i32;
  scored: i32;
  isCalmed: bool;
  usedDefaultCurrency: bool;
  flagRules: i32;
  /** Its group, as a number that parts share; parts of a call that was not taken apart have 0. */
  group: i32;
  /** COUNTED_*. */
  counted: i32;
}

const KEPT_BYTES: usize = 64;
const LEVELS_BYTES: usize = 12;
const RULES_BYTES: usize = 40; // An address an amplifier.
const ENTRY_BYTES: usize = 192; // KEPT_BYTES + LEVELS_BYTES + RULES_BYTES + FLAG_RULES_MAX x 4, rounded up.
const ENTRIES: usize = memory.data(12288, 8); // PARTS_MAX x ENTRY_BYTES
let kept: i32 = 0;

export function forgetParts(): void {
  kept = 0;
}

export function keptCount(): i32 {
  return kept;
}

export function keptAt(position: i32): Kept {
  return changetype<Kept>(ENTRIES + <usize>position * ENTRY_BYTES);
}

function levelsAt(position: i32): usize {
  return ENTRIES + <usize>position * ENTRY_BYTES + KEPT_BYTES;
}

export function keptLevel(position: i32, amplifier: i32): u32 {
  return load<u8>(levelsAt(position) + <usize>amplifier);
}

/** Entry of the rule that set the level, or 0. */
export function keptLevelRule(position: i32, amplifier: i32): usize {
  return <usize>load<u32>(levelsAt(position) + LEVELS_BYTES + ((<usize>amplifier) << 2));
}

export function keptFlagRule(position: i32, index: i32): usize {
  return <usize>load<u32>(levelsAt(position) + LEVELS_BYTES + RULES_BYTES + ((<usize>index) << 2));
}

/** Keeps the part under way. */
export function keepPart(group: i32): void {
  assert(kept < PARTS_MAX && offsetof<Kept>() <= KEPT_BYTES);
  assert(KEPT_BYTES + LEVELS_BYTES + RULES_BYTES + ((<usize>FLAG_RULES_MAX) << 2) <= ENTRY_BYTES);
  const call = part();
  const entry = keptAt(kept);
  entry.action = call.action;
  entry.actionIndex = call.actionIndex;
  entry.idAt = call.idAt;
  entry.idBytes = call.idBytes;
  entry.marks = call.marks;
  entry.primary = call.primary;
  entry.secondary = call.secondary;
  entry.hazard = call.hazard;
  entry.tier = call.tier;
  entry.scored = call.scored;
  entry.isCalmed = call.isCalmed;
  entry.usedDefaultCurrency = call.usedDefaultCurrency;
  entry.flagRules = flagRuleCount();
  entry.group = group;
  const levels = levelsAt(kept);
  for (let amplifier = 0; amplifier < AMPLIFIER_COUNT; amplifier++) {
    store<u8>(levels + <usize>amplifier, <u8>level(amplifier));
    store<u32>(levels + LEVELS_BYTES + ((<usize>amplifier) << 2), <u32>levelRule(amplifier));
  }
  const rules = levels + LEVELS_BYTES + RULES_BYTES;
  for (let index = 0; index < flagRuleCount(); index++)
    store<u32>(rules + ((<usize>index) << 2), <u32>flagRule(index));
  kept++;
}
