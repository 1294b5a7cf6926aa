/**
 * Read access to the loaded image (docs/format/image.md). Everything here was bounds-checked once, at load, so the
 * hot path reads tables in place without further checks.
 */
import { equal, hash32With } from "../base/bytes";
import {
  LISTS_BYTES,
  META_DEFAULT_CURRENCY,
  META_EDITION,
  META_GAINS,
  META_HAZARDS,
  META_MAXIMA,
  META_ROUTE,
  META_SWITCHES,
  META_THRESHOLDS,
  NAMES_BYTES,
  NAMES_NAMESPACE,
  NAMES_SIZE,
  NAMES_TEXT,
  NAMES_VALUE,
  SECTION_COUNT,
  SECTION_LISTS,
  SECTION_META,
  SECTION_NAMES,
  SECTION_SLOTS,
  SECTION_TEXT,
  SLOTS_BYTES,
} from "../gen/layout";
import { IMAGE_BYTES_MAX } from "../gen/limits";

/** Where the host puts the image. */
export const IMAGE_AT: usize = memory.data(IMAGE_BYTES_MAX, 16);
/** SHA-256 of the loaded file. */
export const IMAGE_DIGEST_AT: usize = memory.data(32, 8);

const STARTS_AT: usize = memory.data(SECTION_COUNT * 4, 4);
const COUNTS_AT: usize = memory.data(SECTION_COUNT * 4, 4);

export const NONE: u32 = 0xffffffff;

/** In place of an action: there is nothing to judge. */
export const INERT: u32 = 0xfffffffe;
/** Bits of `flags` of a command. */
export const COMMAND_GOES_ON: u32 = 1;
export const COMMAND_ASSIGNS: u32 = 2;
export const COMMAND_APPENDS: u32 = 4;
export const COMMAND_RUNS: u32 = 8;
/** Places of operands that are no number. */
export const PLACE_LAST: u32 = 0;
export const PLACE_REST: u32 = 255;

let loaded: bool = false;

export function isLoaded(): bool {
  return loaded;
}

export function markLoaded(): void {
  assert(!loaded);
  loaded = true;
}

/** Notes where a section lies: `start` is an address, `count` its entries. */
export function placeSection(section: i32, start: usize, count: u32): void {
  assert(section < SECTION_COUNT);
  store<u32>(STARTS_AT + ((<usize>section) << 2), <u32>start);
  store<u32>(COUNTS_AT + ((<usize>section) << 2), count);
}

/** Address of a section. */
export function sectionAt(section: i32): usize {
  return <usize>load<u32>(STARTS_AT + ((<usize>section) << 2));
}

/** Entries of a section. */
export function sectionCount(section: i32): u32 {
  return load<u32>(COUNTS_AT + ((<usize>section) << 2));
}

/** Address of entry `index` of a section whose entries have `bytes` bytes. */
export function entryAt(section: i32, index: u32, bytes: i32): usize {
  return sectionAt(section) + <usize>index * <usize>bytes;
}

/** Address of the text that the ref at `refAt` names. */
export function textAt(refAt: usize): usize {
  return sectionAt(SECTION_TEXT) + <usize>load<u32>(refAt);
}

/** Bytes of the text that the ref at `refAt` names. */
export function textBytes(refAt: usize): u32 {
  return load<u32>(refAt, 4);
}

/** A short ref has the offset in these bits, and the bytes above them. */
const SHORT_OFFSET_BITS: u32 = 22;

/** Where in `text`, or from which entry on, the short ref at `at` begins. */
export function shortStart(at: usize): u32 {
  return load<u32>(at) & ((1 << SHORT_OFFSET_BITS) - 1);
}

/** Address of the text that the short ref at `at` names. */
export function shortAt(at: usize): usize {
  return sectionAt(SECTION_TEXT) + <usize>shortStart(at);
}

/** Bytes of that text. */
export function shortBytes(at: usize): u32 {
  return load<u32>(at) >> SHORT_OFFSET_BITS;
}

/** Items of the list that starts at `list`. */
export function listCount(list: u32): u32 {
  return load<u32>(entryAt(SECTION_LISTS, list, LISTS_BYTES));
}

/** Item `position` of the list that starts at `list`. */
export function listItem(list: u32, position: u32): u32 {
  return load<u32>(entryAt(SECTION_LISTS, list + 1 + position, LISTS_BYTES));
}

/** A slot has these bits from the hash of its name, and below them the name's index + 1. */
export const SLOT_HASH_MASK: u32 = 0xfff00000;

/** Value of a name in a namespace, or NONE. At most one turn round the table. */
export function lookUp(namespace: u32, at: usize, bytes: u32): u32 {
  const mask = sectionCount(SECTION_SLOTS) - 1;
  const hash = hash32With(namespace, at, bytes);
  let slot = hash & mask;
  for (let turn: u32 = 0; turn <= mask; turn++) {
    const found = load<u32>(entryAt(SECTION_SLOTS, slot, SLOTS_BYTES));
    if (found == 0) return NONE;
    slot = (slot + 1) & mask;
    // Most slots of others are told apart by the bits of the hash, without a look at their names.
    if (((found ^ hash) & SLOT_HASH_MASK) != 0) continue;
    const entry = entryAt(SECTION_NAMES, (found & ~SLOT_HASH_MASK) - 1, NAMES_BYTES);
    if (
      <u32>load<u16>(entry + NAMES_NAMESPACE) == namespace &&
      <u32>load<u16>(entry + NAMES_SIZE) == bytes &&
      equal(textAt(entry + NAMES_TEXT), at, bytes)
    ) {
      return load<u32>(entry + NAMES_VALUE);
    }
  }
  return NONE;
}

/** True when the namespace holds the name. */
export function holds(namespace: u32, at: usize, bytes: u32): bool {
  return lookUp(namespace, at, bytes) != NONE;
}

/** Address of a member of the one `meta` entry. */
export function metaAt(member: i32): usize {
  return sectionAt(SECTION_META) + <usize>member;
}

export function editionRef(): usize {
  return metaAt(META_EDITION);
}

export function defaultCurrencyRef(): usize {
  return metaAt(META_DEFAULT_CURRENCY);
}

/** Hazard at which tier `above + 1` begins. */
export function threshold(above: i32): u32 {
  return load<u32>(metaAt(META_THRESHOLDS) + ((<usize>above) << 2));
}

/** Verdict that a tier leads to when nothing else speaks. */
export function route(tier: i32): i32 {
  return load<u8>(metaAt(META_ROUTE) + <usize>tier);
}

/** h of a flag in millionths of a nat. */
export function hazardOf(flag: i32): u32 {
  return load<u32>(metaAt(META_HAZARDS) + ((<usize>flag) << 2));
}

/** Gain of an amplifier in thousandths at its maximum. */
export function gainOf(amplifier: i32): u32 {
  return load<u16>(metaAt(META_GAINS) + ((<usize>amplifier) << 1));
}

/** Largest level of an amplifier. */
export function maximumOf(amplifier: i32): u32 {
  return load<u8>(metaAt(META_MAXIMA) + <usize>amplifier);
}

/** True when tools that nobody mapped may pass as unknown.read. */
export function unknownReadOn(): bool {
  return (load<u32>(metaAt(META_SWITCHES)) & 1) != 0;
}
