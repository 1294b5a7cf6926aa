/**
 * What kept a raising entry from matching although a missing fact would have let it match: the record names each such
 * input with who vouches for it (docs/format/evaluation.md, what lowered). Excuses gather for one entry at a time and
 * count only if the entry stays unmatched.
 */
import { SETS_MAX } from "../gen/limits";

export const EXCUSE_ACTOR: u32 = 1;
export const EXCUSE_ENVIRONMENT: u32 = 2;
export const EXCUSE_HOST_FACTS: u32 = 4;
export const EXCUSE_ROLES: u32 = 8;
export const EXCUSE_TZ_MIN: u32 = 16;
export const EXCUSE_DOMAIN_RECIPIENT: u32 = 32;
export const EXCUSE_DOMAIN_HOST: u32 = 64;
/** The default currency is named whenever it was used, so its excuse carries nothing. */
export const EXCUSE_DEFAULT_CURRENCY: u32 = 128;
export const EXCUSE_PROVENANCE: u32 = 256;

const SET_WORDS: usize = 4; // SETS_MAX bits
const CLAUSE_SETS: usize = memory.data(32, 8);
const ENTRY_SETS: usize = memory.data(32, 8);
const CALL_SETS: usize = memory.data(32, 8);

let clauseExcuses: u32 = 0;
let entryExcuses: u32 = 0;
let callExcuses: u32 = 0;
// Sets are rare: their bits are cleared and joined only when one of them was noted.
let clauseHasSets: bool = false;
let entryHasSets: bool = false;

/** Before the first entry of a call. */
export function beginExcuses(): void {
  callExcuses = 0;
  memory.fill(CALL_SETS, 0, 32);
}

export function beginEntry(): void {
  entryExcuses = 0;
  if (entryHasSets) memory.fill(ENTRY_SETS, 0, 32);
  entryHasSets = false;
}

export function beginClause(): void {
  clauseExcuses = 0;
  if (clauseHasSets) memory.fill(CLAUSE_SETS, 0, 32);
  clauseHasSets = false;
}

export function excuse(bit: u32): void {
  clauseExcuses |= bit;
}

export function excuseSet(index: u32): void {
  assert(index < <u32>SETS_MAX);
  clauseHasSets = true;
  const at = CLAUSE_SETS + <usize>(index >> 3);
  store<u8>(at, load<u8>(at) | ((<u8>1) << (<u8>(index & 7))));
}

function merge(to: usize, from: usize): void {
  for (let word: usize = 0; word < SET_WORDS; word++) {
    const offset = word << 3;
    store<u64>(to + offset, load<u64>(to + offset) | load<u64>(from + offset));
  }
}

/** The clause was false, and only for excused reasons. */
export function keepClause(): void {
  entryExcuses |= clauseExcuses;
  if (!clauseHasSets) return;
  entryHasSets = true;
  merge(ENTRY_SETS, CLAUSE_SETS);
}

/** No clause of the entry held. */
export function keepEntry(): void {
  callExcuses |= entryExcuses;
  if (entryHasSets) merge(CALL_SETS, ENTRY_SETS);
}

export function isExcused(bit: u32): bool {
  return (callExcuses & bit) != 0;
}

export function isSetExcused(index: u32): bool {
  return ((load<u8>(CALL_SETS + <usize>(index >> 3)) >> <u8>(index & 7)) & 1) != 0;
}
