/**
 * Patterns of paths, file names and domains (docs/format/evaluation.md, path patterns and name patterns). Paths are
 * canonical; ASCII case is ignored, since some file systems do.
 */

import { endsWith, equal } from "../base/bytes";
import { equalFolded, lower, lowerInto } from "../base/utf8";
import { BRACKET, BRACKET_END, isKind, isWildcard, QUESTION, STAR } from "../base/wildcards";
import { WORD_HOME, WORD_ROOT, WORD_USERS, wordAt, wordBytes } from "../gen/words";

const SLASH: u8 = 0x2f;
const TILDE: u8 = 0x7e;
const DOT: u32 = 0x2e;
/** So many plain bytes in a row tell what a name with wildcards is about, and so many of them at a time are looked for. */
const TELLING_BYTES: u32 = 3;
const HOLD_BYTES: u32 = 4;
const COLON: u8 = 0x3a;

/** The path being matched, in lower case, and address and bytes of each of its segments, 8 bytes each. */
const PATH: usize = memory.data(8448, 8);
const PATH_CAPACITY: u32 = 8448; // A canonical path: the working directory, a path below it, and what joins them.
const SEGMENTS: usize = memory.data(33792, 8); // One for every two bytes.
let segments: u32 = 0;
let anchor: u8 = 0;
/** Where the path goes on below a home directory, or -1 when it lies in none. */
let belowHome: i32 = -1;
/** Which bytes segments begin with: a bit for their low five bits, which ASCII case does not touch. */
let firstBytes: u32 = 0;
/** Segments with a wildcard fit what they can stand for, in place of what they are. */
let wild: bool = false;

/**
 * Takes a canonical path apart, once for all the patterns it is held against.
 * @param isWild `*`, `?` and `[` in it stand for what a shell would put there.
 */
export function beginPath(at: usize, bytes: u32, isWild: bool): void {
  wild = isWild;
  lowerInto(PATH, PATH_CAPACITY, at, bytes);
  const end = PATH + bytes;
  anchor = load<u8>(PATH);
  segments = 0;
  firstBytes = 0;
  let cursor = anchor == SLASH ? PATH + 1 : PATH + 2;
  while (cursor < end) {
    const from = cursor;
    firstBytes |= wild && isWildcard(load<u8>(from)) ? 0xffffffff : firstByteBit(from);
    while (cursor < end && load<u8>(cursor) != SLASH) cursor++;
    store<u32>(segment(segments), <u32>from);
    store<u32>(segment(segments), <u32>(cursor - from), 4);
    segments++;
    cursor++;
  }
  belowHome = anchor == TILDE ? 0 : anchor == SLASH ? homeSegments() : -1;
}

/** Bytes before the first wildcard, or all of them. */
function plainStart(at: usize, bytes: u32): u32 {
  let plain: u32 = 0;
  while (plain < bytes && !isWildcard(load<u8>(at + plain))) plain++;
  return plain;
}

/** Bytes behind the last wildcard. What stands in brackets is a part of one. */
function plainEnd(at: usize, bytes: u32): u32 {
  let plain: u32 = 0;
  while (plain < bytes) {
    const byte: u32 = load<u8>(at + bytes - plain - 1);
    if (isWildcard(byte) || byte == BRACKET_END) break;
    plain++;
  }
  return plain;
}

/** True when a segment in which `*` stands for any bytes and `?` for one fits a name. */
function standsFor(at: usize, end: usize, name: usize, nameEnd: usize): bool {
  let star: usize = 0;
  let resume: usize = 0;
  while (name < nameEnd) {
    const byte: u32 = at < end ? load<u8>(at) : 0;
    if (byte == STAR) {
      star = ++at;
      resume = name;
    } else if (at < end && (byte == QUESTION || byte == lower(load<u8>(name)))) {
      at++;
      name++;
    } else {
      if (star == 0) return false;
      at = star;
      name = ++resume;
    }
  }
  while (at < end && <u32>load<u8>(at) == STAR) at++;
  return at == end;
}

/** True when `bytes` bytes at `at` stand in a row somewhere in the pattern. */
function holds(at: usize, bytes: u32, wanted: usize, wantedEnd: usize): bool {
  for (; wanted + bytes <= wantedEnd; wanted++) if (equalFolded(at, wanted, bytes)) return true;
  return false;
}

/** True when a row of plain bytes and a pattern share four bytes in a row, or all three it has, or a dot and what follows it. */
function isShared(at: usize, end: usize, wanted: usize, wantedEnd: usize): bool {
  const hold = min(<u32>(end - at), HOLD_BYTES);
  for (; at + 2 <= end; at++) {
    if (<u32>load<u8>(at) == DOT && holds(at, 2, wanted, wantedEnd)) return true;
    if (hold >= TELLING_BYTES && at + hold <= end && holds(at, hold, wanted, wantedEnd)) return true;
  }
  return false;
}

/**
 * True when a segment with wildcards and a pattern with wildcards have something to do with each other: plain bytes in a row
 * stand in both. What has too few of them to tell may be anything.
 */
function isAkin(at: usize, bytes: u32, wanted: usize, wantedBytes: u32): bool {
  const end = at + bytes;
  let tells = false;
  while (at < end) {
    const from = at;
    while (at < end && !isWildcard(load<u8>(at))) at++;
    if (isShared(from, at, wanted, wanted + wantedBytes)) return true;
    tells = tells || at - from >= TELLING_BYTES;
    at++;
  }
  return !tells;
}

function hasBracket(at: usize, bytes: u32): bool {
  for (let done: u32 = 0; done < bytes; done++) if (<u32>load<u8>(at + done) == BRACKET) return true;
  return false;
}

/**
 * True when a segment with wildcards may stand for a name, or for one that fits a pattern: their plain beginnings and ends
 * agree as far as both go, and what is between does not speak against it. A wildcard at the beginning is no dot.
 */
function mayBe(at: usize, bytes: u32, wanted: usize, wantedBytes: u32): bool {
  const start = plainStart(at, bytes);
  if (start == 0 && <u32>load<u8>(wanted) == DOT) return false;
  if (isKind(at, bytes) && (<u32>load<u8>(wanted) != STAR || plainEnd(wanted, wantedBytes) + 1 < wantedBytes))
    return false;
  const end = plainEnd(at, bytes);
  const wantedStart = plainStart(wanted, wantedBytes);
  const isName = wantedStart == wantedBytes;
  if (isName && start + end > wantedBytes) return false;
  const wantedEnd = isName ? wantedBytes : plainEnd(wanted, wantedBytes);
  const same = min(start, wantedStart);
  const sameEnd = min(end, wantedEnd);
  if (!equalFolded(at, wanted, same)) return false;
  if (!equalFolded(at + bytes - sameEnd, wanted + wantedBytes - sameEnd, sameEnd)) return false;
  if (hasBracket(at, bytes)) return true;
  if (!isName) return isAkin(at, bytes, wanted, wantedBytes);
  return standsFor(at, at + bytes, wanted, wanted + wantedBytes);
}

/** True when the segment has a wildcard that counts. */
function isWild(index: u32): bool {
  return wild && plainStart(segmentAt(index), segmentBytes(index)) < segmentBytes(index);
}

function firstByteBit(at: usize): u32 {
  return 1 << (load<u8>(at) & 31);
}

function segment(index: u32): usize {
  return SEGMENTS + ((<usize>index) << 3);
}

function segmentAt(index: u32): usize {
  return <usize>load<u32>(segment(index));
}

function segmentBytes(index: u32): u32 {
  return load<u32>(segment(index), 4);
}

/** True when the segments of the pattern are those of the path from `index` on. */
function leads(index: u32, pattern: usize, patternEnd: usize): bool {
  while (pattern < patternEnd) {
    if (index >= segments) return false;
    const at = segmentAt(index);
    const isPlain = !isWild(index);
    if (isPlain && <u32>load<u8>(at) != lower(load<u8>(pattern))) return false;
    let cut = pattern;
    while (cut < patternEnd && load<u8>(cut) != SLASH) cut++;
    const bytes = segmentBytes(index);
    const fits = isPlain
      ? <usize>bytes == cut - pattern && equalFolded(at, pattern, bytes)
      : mayBe(at, bytes, pattern, <u32>(cut - pattern));
    if (!fits) return false;
    index++;
    pattern = cut + 1;
  }
  return true;
}

function isSegment(index: u32, word: i32): bool {
  if (index >= segments) return false;
  if (isWild(index)) return mayBe(segmentAt(index), segmentBytes(index), wordAt(word), wordBytes(word));
  if (<i32>segmentBytes(index) != wordBytes(word)) return false;
  return equalFolded(segmentAt(index), wordAt(word), segmentBytes(index));
}

/** Segments before those below a home directory: /home/x, /Users/x or /root, each also on a drive; -1 when in none. */
function homeSegments(): i32 {
  const hasDrive = segments > 1 && segmentBytes(0) == 2 && load<u8>(segmentAt(0), 1) == COLON;
  const first: u32 = hasDrive ? 1 : 0;
  if (isSegment(first, WORD_ROOT)) return <i32>first + 1;
  const isHome = isSegment(first, WORD_HOME) || isSegment(first, WORD_USERS);
  return isHome && first + 2 <= segments ? <i32>first + 2 : -1;
}

/** True when the path lies under the pattern, or is it. */
export function isUnder(pattern: usize, patternBytes: u32): bool {
  const patternEnd = pattern + patternBytes;
  if (patternBytes == 0) return false;
  const first = load<u8>(pattern);
  if (first == SLASH) return anchor == SLASH && leads(0, pattern + 1, patternEnd);
  if (first == TILDE && (patternBytes == 1 || load<u8>(pattern, 1) == SLASH)) {
    return belowHome >= 0 && leads(belowHome, pattern + 2, patternEnd);
  }
  if ((firstBytes & firstByteBit(pattern)) == 0) return false;
  for (let index: u32 = 0; index < segments; index++) if (leads(index, pattern, patternEnd)) return true;
  return false;
}

/** True when a name in lower case is the pattern, in which each `*` stands for any bytes. The latest star takes one byte more at a time. */
function fits(name: usize, nameEnd: usize, pattern: usize, patternEnd: usize): bool {
  let star: usize = 0;
  let resume: usize = 0;
  while (name < nameEnd) {
    if (pattern < patternEnd && <u32>load<u8>(pattern) == STAR) {
      star = ++pattern;
      resume = name;
    } else if (pattern < patternEnd && lower(load<u8>(pattern)) == <u32>load<u8>(name)) {
      pattern++;
      name++;
    } else {
      if (star == 0) return false;
      pattern = star;
      name = ++resume;
    }
  }
  while (pattern < patternEnd && <u32>load<u8>(pattern) == STAR) pattern++;
  return pattern == patternEnd;
}

/** True when the last segment of the path matches the pattern. */
export function isNamed(pattern: usize, patternBytes: u32): bool {
  if (segments == 0 || patternBytes == 0) return false; // The root, or an anchor alone.
  const at = segmentAt(segments - 1);
  const end = at + segmentBytes(segments - 1);
  if (isWild(segments - 1)) return mayBe(at, segmentBytes(segments - 1), pattern, patternBytes);
  // Most patterns fail at one of their ends.
  const first: u32 = load<u8>(pattern);
  if (first != STAR && lower(first) != <u32>load<u8>(at)) return false;
  const last: u32 = load<u8>(pattern + patternBytes - 1);
  if (last != STAR && lower(last) != <u32>load<u8>(end - 1)) return false;
  return fits(at, end, pattern, pattern + patternBytes);
}

/** True when the domain is the wanted one or lies under it. */
export function isOfDomain(at: usize, bytes: u32, domain: usize, domainBytes: u32): bool {
  if (bytes == domainBytes) return equal(at, domain, bytes);
  if (bytes <= domainBytes || !endsWith(at, bytes, domain, domainBytes)) return false;
  return load<u8>(at + bytes - domainBytes - 1) == 0x2e;
}
