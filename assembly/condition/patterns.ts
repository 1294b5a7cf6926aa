/**
 * Patterns of paths, file names and domains (docs/format/evaluation.md, path patterns and name patterns). Paths are
 * canonical; ASCII case is ignored, since some file systems do.
 */

import { endsWith, equal } from "../base/bytes";
import { lastIndex } from "../base/text";
import { equalFolded, lower } from "../base/utf8";
import { WORD_HOME, WORD_ROOT, WORD_USERS, wordAt, wordBytes } from "../gen/words";

const SLASH: u8 = 0x2f;
const TILDE: u8 = 0x7e;
const STAR: u8 = 0x2a;
const COLON: u8 = 0x3a;

/** End of the segment that begins at `at`. */
function segmentEnd(at: usize, end: usize): usize {
  while (at < end && load<u8>(at) != SLASH) at++;
  return at;
}

/** True when the segments of `pattern` are the first ones of the path from `at` on; both begin at a segment. */
function leads(at: usize, end: usize, pattern: usize, patternEnd: usize): bool {
  while (pattern < patternEnd) {
    const cut = segmentEnd(at, end);
    const patternCut = segmentEnd(pattern, patternEnd);
    if (at >= end || cut - at != patternCut - pattern || !equalFolded(at, pattern, <u32>(cut - at)))
      return false;
    at = cut + 1;
    pattern = patternCut + 1;
  }
  return true;
}

function isWord(at: usize, cut: usize, word: i32): bool {
  return <i32>(cut - at) == wordBytes(word) && equalFolded(at, wordAt(word), <u32>(cut - at));
}

/**
 * Where the part below a home directory begins in an absolute path: behind /home/x, /Users/x or /root, each also on a
 * drive; or 0.
 */
function belowHome(at: usize, end: usize): usize {
  let cut = segmentEnd(at, end);
  if (cut - at == 2 && load<u8>(at, 1) == COLON && cut < end) {
    at = cut + 1;
    cut = segmentEnd(at, end);
  }
  if (isWord(at, cut, WORD_ROOT)) return cut + 1;
  if (!isWord(at, cut, WORD_HOME) && !isWord(at, cut, WORD_USERS)) return 0;
  return cut < end ? segmentEnd(cut + 1, end) + 1 : 0;
}

/** True when the canonical path lies under the pattern, or is it. */
export function isUnder(at: usize, bytes: u32, pattern: usize, patternBytes: u32): bool {
  const end = at + bytes;
  const patternEnd = pattern + patternBytes;
  if (patternBytes == 0) return false;
  const anchor = load<u8>(at);
  const first = anchor == SLASH ? at + 1 : at + 2; // The first segment.
  if (load<u8>(pattern) == SLASH) return anchor == SLASH && leads(first, end, pattern + 1, patternEnd);
  if (load<u8>(pattern) == TILDE && (patternBytes == 1 || load<u8>(pattern, 1) == SLASH)) {
    if (anchor == TILDE) return leads(first, end, pattern + 2, patternEnd);
    const below = anchor == SLASH ? belowHome(first, end) : 0;
    return below != 0 && leads(below, end, pattern + 2, patternEnd);
  }
  for (let segment = first; segment < end; segment = segmentEnd(segment, end) + 1) {
    if (leads(segment, end, pattern, patternEnd)) return true;
  }
  return false;
}

/** True when the name is the pattern, in which each `*` stands for any bytes. The latest star takes one byte more at a time. */
function fits(name: usize, nameEnd: usize, pattern: usize, patternEnd: usize): bool {
  let star: usize = 0;
  let resume: usize = 0;
  while (name < nameEnd) {
    if (pattern < patternEnd && load<u8>(pattern) == STAR) {
      star = ++pattern;
      resume = name;
    } else if (pattern < patternEnd && lower(load<u8>(pattern)) == lower(load<u8>(name))) {
      pattern++;
      name++;
    } else {
      if (star == 0) return false;
      pattern = star;
      name = ++resume;
    }
  }
  while (pattern < patternEnd && load<u8>(pattern) == STAR) pattern++;
  return pattern == patternEnd;
}

/** True when the last segment of the canonical path matches the pattern. */
export function isNamed(at: usize, bytes: u32, pattern: usize, patternBytes: u32): bool {
  const end = at + bytes;
  const slash = lastIndex(at, end, SLASH);
  if (slash == 0 || slash + 1 == end) return false; // The root, or an anchor alone.
  return fits(slash + 1, end, pattern, pattern + patternBytes);
}

/** True when the domain is the wanted one or lies under it. */
export function isOfDomain(at: usize, bytes: u32, domain: usize, domainBytes: u32): bool {
  if (bytes == domainBytes) return equal(at, domain, bytes);
  if (bytes <= domainBytes || !endsWith(at, bytes, domain, domainBytes)) return false;
  return load<u8>(at + bytes - domainBytes - 1) == 0x2e;
}
