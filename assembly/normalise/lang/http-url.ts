/**
 * The address of a request beyond its host: path, query, segments, and whether it carries data out
 * (docs/format/http.md, step 2). Reads what `readUrl` left.
 */
import { hexValue, isDigit, isLetter } from "../../base/text";
import { URL_SEGMENTS_MAX } from "../../gen/limits";
import { keepByte } from "../drafts";
import { urlAt, urlAuthorityAt, urlAuthorityEnd, urlBytes } from "../url";
import { escaped, isEscape, keepDecoded, keptTextAt, keptTextBytes } from "./http-text";

const DOT: u8 = 0x2e;
const QUERY_BYTES_MAX: u32 = 512;
const RUN_BYTES: u32 = 48;
const PATH_RUN_BYTES: u32 = 96;
const SEGMENT_BYTES: usize = 8;
const SEGMENTS: usize = memory.data(512, 4); // URL_SEGMENTS_MAX x (at, bytes)

let pathEnd: usize = 0;
let queryAt: usize = 0;
let queryEnd: usize = 0;
let segments: i32 = 0;
/** Servers may read some segment in several ways, be it one that `..` removes: they may not see that `..`. */
let doubtful: bool = false;

/** Finds path and query. The address is no URL_OPAQUE. */
export function placeUrl(): void {
  const end = urlAt() + urlBytes();
  let at = urlAuthorityEnd();
  while (at < end && load<u8>(at) != 0x3f && load<u8>(at) != 0x23) at++;
  pathEnd = at;
  queryAt = at;
  queryEnd = at;
  if (at == end || load<u8>(at) == 0x23) return;
  queryAt = ++at;
  while (at < end && load<u8>(at) != 0x23) at++;
  queryEnd = at;
}

export function urlPathAt(): usize {
  return urlAuthorityEnd();
}

export function urlPathEnd(): usize {
  return pathEnd;
}

export function urlQueryAt(): usize {
  return queryAt;
}

export function urlQueryEnd(): usize {
  return queryEnd;
}

export function isSlash(byte: u32): bool {
  return byte == 0x2f || byte == 0x5c;
}

/** How many dots a piece of a path is made of, plain or as `%2e`, or -1. */
function dots(at: usize, end: usize): i32 {
  let count = 0;
  while (at < end) {
    if (load<u8>(at) == DOT) {
      at++;
    } else if (
      end - at >= 3 &&
      load<u8>(at) == 0x25 &&
      load<u8>(at, 1) == 0x32 &&
      hexValue(load<u8>(at, 2)) == 14
    ) {
      at += 3;
    } else {
      return -1;
    }
    count++;
  }
  return count;
}

function segmentPlace(position: i32): usize {
  return SEGMENTS + <usize>position * SEGMENT_BYTES;
}

export function segmentCount(): i32 {
  return segments;
}

export function segmentAt(position: i32): usize {
  return load<u32>(segmentPlace(position));
}

export function segmentEnd(position: i32): usize {
  return segmentAt(position) + load<u32>(segmentPlace(position), 4);
}

/** The piece, once decoded, can be decoded further or goes elsewhere: a `%`, a `\`, or `..`. */
function isDoubtful(at: usize, end: usize): bool {
  let before: u32 = 0;
  while (at < end) {
    const isCoded = isEscape(at, end);
    const byte: u32 = isCoded ? escaped(at) : load<u8>(at);
    if (byte == 0x25 || byte == 0x5c || (byte == <u32>DOT && before == byte)) return true;
    before = byte;
    at += isCoded ? 3 : 1;
  }
  return false;
}

/** Cuts the path into pieces; false when there are too many. */
function cutPath(): bool {
  segments = 0;
  doubtful = false;
  let at = urlAuthorityEnd();
  while (at < pathEnd) {
    const begin = at;
    while (at < pathEnd && !isSlash(load<u8>(at))) at++;
    const dotted = dots(begin, at);
    if (dotted == 2) {
      if (segments > 0) segments--;
    } else if (dotted != 0 && dotted != 1) {
      if (segments == URL_SEGMENTS_MAX) return false;
      if (isDoubtful(begin, at)) doubtful = true;
      store<u32>(segmentPlace(segments), <u32>begin);
      store<u32>(segmentPlace(segments), <u32>(at - begin), 4);
      segments++;
    }
    at++;
  }
  return true;
}

/** Keeps the segments of the path, decoded, with a `/` between them. False when there are too many or no room. */
export function readSegments(): bool {
  if (!cutPath()) return false;
  for (let position = 0; position < segments; position++) {
    if (position > 0 && !keepByte(0x2f)) return false;
    if (!keepDecoded(segmentAt(position), segmentEnd(position), false)) return false;
    store<u32>(segmentPlace(position), <u32>keptTextAt());
    store<u32>(segmentPlace(position), keptTextBytes(), 4);
  }
  return true;
}

/** True when servers may read the segments that were cut last in several ways. */
export function isPathDoubtful(): bool {
  return doubtful;
}

/** True when the range has a run of so many letters and digits, of both kinds. */
function hasRun(at: usize, end: usize, bytes: u32): bool {
  let run: u32 = 0;
  let letters = false;
  let digits = false;
  for (; at < end; at++) {
    const byte: u32 = load<u8>(at);
    if (isLetter(byte)) {
      letters = true;
    } else if (isDigit(byte)) {
      digits = true;
    } else {
      run = 0;
      letters = false;
      digits = false;
      continue;
    }
    if (++run >= bytes && letters && digits) return true;
  }
  return false;
}

/** True when the address is long or dense enough to carry data out. */
export function carriesData(): bool {
  return (
    <u32>(queryEnd - queryAt) > QUERY_BYTES_MAX ||
    hasRun(urlAuthorityAt(), urlAuthorityEnd(), RUN_BYTES) ||
    hasRun(queryAt, queryEnd, RUN_BYTES) ||
    hasRun(urlAuthorityEnd(), pathEnd, PATH_RUN_BYTES)
  );
}
