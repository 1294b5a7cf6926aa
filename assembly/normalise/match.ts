/**
 * Which mappings claim a tool call: exact names by one probe, then patterns; one candidate a pack.
 */
import { endsWith, startsWith } from "../base/bytes";
import { KIND_NIL, kind } from "../base/cmp";
import { dropBlank, skipBlank } from "../base/text";
import { lower } from "../base/utf8";
import { EFFECT_READ, GUARD_KIND_ABSENT, GUARD_KIND_IN, NAMESPACE_TOOL } from "../gen/codes";
import {
  ACTIONS_BYTES,
  ACTIONS_EFFECT,
  GUARDS_BYTES,
  GUARDS_KIND,
  GUARDS_SEGMENT_COUNT,
  GUARDS_SEGMENT_START,
  GUARDS_VALUE_COUNT,
  GUARDS_VALUE_START,
  MAPPINGS_ACTION,
  MAPPINGS_BYTES,
  MAPPINGS_GUARD_COUNT,
  MAPPINGS_GUARD_START,
  MAPPINGS_PACK,
  PATTERNS_BYTES,
  PATTERNS_MAPPING,
  PATTERNS_PREFIX,
  PATTERNS_SUFFIX,
  SECTION_ACTIONS,
  SECTION_GUARDS,
  SECTION_MAPPINGS,
  SECTION_PATTERNS,
  SECTION_VALUES,
  VALUES_BYTES,
} from "../gen/layout";
import { CANDIDATES_MAX } from "../gen/limits";
import { entryAt, listCount, listItem, lookUp, NONE, sectionCount, textAt, textBytes } from "../policy/view";
import { payload } from "../request/view";
import { readScalarText, scalarTextAt, scalarTextBytes } from "./extract";
import { canonicalNameAt, canonicalNameBytes } from "./name";
import { nameReads } from "./unknown";
import { beginWalk, nextWalked } from "./walk";

const CANDIDATES: usize = memory.data(32, 4); // CANDIDATES_MAX mapping indexes
let candidates: i32 = 0;
/** More packs claim the name than an image may have; the call counts as unclassified too. */
let crowded: bool = false;

/** A pack has the whole name in its list. */
let listed: bool = false;

export function isListed(): bool {
  return listed;
}

export function candidateCount(): i32 {
  return candidates;
}

export function isCrowded(): bool {
  return crowded;
}

/** Address of the mapping of a candidate. */
export function candidateMapping(position: i32): usize {
  return entryAt(SECTION_MAPPINGS, load<u32>(CANDIDATES + ((<usize>position) << 2)), MAPPINGS_BYTES);
}

function textIsListed(start: u32, values: u32): bool {
  const end = dropBlank(scalarTextAt(), scalarTextAt() + scalarTextBytes());
  const at = skipBlank(scalarTextAt(), end);
  for (let index: u32 = 0; index < values; index++) {
    const ref = entryAt(SECTION_VALUES, start + index, VALUES_BYTES);
    if (<usize>textBytes(ref) != end - at) continue;
    let same = true;
    for (let done: usize = 0; at + done < end; done++) {
      const byte: u32 = load<u8>(at + done);
      if (lower(byte) != <u32>load<u8>(textAt(ref) + done)) same = false;
    }
    if (same) return true;
  }
  return false;
}

function guardHolds(guard: usize): bool {
  const guardKind = <i32>load<u32>(guard + GUARDS_KIND);
  beginWalk(payload(), load<u32>(guard + GUARDS_SEGMENT_START), load<u32>(guard + GUARDS_SEGMENT_COUNT));
  for (let node = nextWalked(); node >= 0; node = nextWalked()) {
    if (guardKind == GUARD_KIND_IN) {
      if (!readScalarText(node)) continue;
      if (textIsListed(load<u32>(guard + GUARDS_VALUE_START), load<u32>(guard + GUARDS_VALUE_COUNT)))
        return true;
    } else if (kind(node) != KIND_NIL) {
      return guardKind != GUARD_KIND_ABSENT;
    }
  }
  return guardKind == GUARD_KIND_ABSENT;
}

function guardsHold(mapping: usize): bool {
  const start = load<u32>(mapping + MAPPINGS_GUARD_START);
  const guards = load<u32>(mapping + MAPPINGS_GUARD_COUNT);
  for (let index: u32 = 0; index < guards; index++) {
    if (!guardHolds(entryAt(SECTION_GUARDS, start + index, GUARDS_BYTES))) return false;
  }
  return true;
}

function packHasCandidate(pack: u32): bool {
  for (let position = 0; position < candidates; position++) {
    if (load<u32>(candidateMapping(position) + MAPPINGS_PACK) == pack) return true;
  }
  return false;
}

function consider(index: u32, boundPack: u32): void {
  const mapping = entryAt(SECTION_MAPPINGS, index, MAPPINGS_BYTES);
  const pack = load<u32>(mapping + MAPPINGS_PACK);
  if ((boundPack != NONE && pack != boundPack) || packHasCandidate(pack) || !guardsHold(mapping)) return;
  if (candidates == CANDIDATES_MAX) {
    crowded = true;
    return;
  }
  store<u32>(CANDIDATES + ((<usize>candidates) << 2), index);
  candidates++;
}

function patternMatches(pattern: usize): bool {
  const at = canonicalNameAt();
  const bytes = canonicalNameBytes();
  const prefix = pattern + PATTERNS_PREFIX;
  const suffix = pattern + PATTERNS_SUFFIX;
  if (textBytes(prefix) + textBytes(suffix) > bytes) return false;
  return (
    startsWith(at, bytes, textAt(prefix), textBytes(prefix)) &&
    endsWith(at, bytes, textAt(suffix), textBytes(suffix))
  );
}

function isRead(mapping: u32): bool {
  const action = load<u32>(entryAt(SECTION_MAPPINGS, mapping, MAPPINGS_BYTES) + MAPPINGS_ACTION);
  return load<u8>(entryAt(SECTION_ACTIONS, action, ACTIONS_BYTES) + ACTIONS_EFFECT) <= <u8>EFFECT_READ;
}

/** Finds the candidates for the canonical name; only those of `boundPack`, unless it is NONE. */
export function findCandidates(boundPack: u32): void {
  candidates = 0;
  crowded = false;
  const list = lookUp(NAMESPACE_TOOL, canonicalNameAt(), canonicalNameBytes());
  listed = list != NONE;
  if (listed) {
    const items = listCount(list);
    for (let position: u32 = 0; position < items; position++) consider(listItem(list, position), boundPack);
  }
  const patterns = sectionCount(SECTION_PATTERNS);
  for (let index: u32 = 0; index < patterns; index++) {
    const pattern = entryAt(SECTION_PATTERNS, index, PATTERNS_BYTES);
    if (!patternMatches(pattern)) continue;
    // Whatever the star stands for, a name with a word that acts is no read.
    const mapping = load<u32>(pattern + PATTERNS_MAPPING);
    if (!isRead(mapping) || nameReads()) consider(mapping, boundPack);
  }
}
