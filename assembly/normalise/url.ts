/**
 * URLs: scheme, host and what hides beside the host, as browsers read them (docs/format/evaluation.md, url).
 */
import { equal } from "../base/bytes";
import { isDigit, isLetter, lastIndex } from "../base/text";
import { lowerInto } from "../base/utf8";
import {
  SCHEME_HOST_COUNT,
  SCHEME_HOST_HTTPS,
  SCHEME_OPAQUE_COUNT,
  WORD_SCHEME_HOST,
  WORD_SCHEME_OPAQUE,
  wordAt,
  wordBytes,
} from "../gen/words";
import { readBracketed, readHost } from "./host";

/** The scheme has no host. */
export const URL_OPAQUE: i32 = 0;
export const URL_MALFORMED: i32 = -1;

const CANONICAL_AT: usize = memory.data(65536, 16);
const SCHEME_BYTES_MAX: u32 = 64; // A longer one is none of those known; its text is cut here and matches nothing.
const SCHEME_AT: usize = memory.data(64, 8);

let canonicalBytes: u32 = 0;
let schemeAt: usize = 0;
let schemeBytes: u32 = 0;
let userinfo: bool = false;
let authorityAt: usize = 0;
let authorityEnd: usize = 0;

export function urlAt(): usize {
  return CANONICAL_AT;
}

export function urlBytes(): u32 {
  return canonicalBytes;
}

export function urlSchemeAt(): usize {
  return schemeAt;
}

export function urlSchemeBytes(): u32 {
  return schemeBytes;
}

export function urlHasUserinfo(): bool {
  return userinfo;
}

/** Where the authority of the last URL that was no URL_OPAQUE begins, among the bytes at `urlAt`. */
export function urlAuthorityAt(): usize {
  return authorityAt;
}

/** Where it ends: at a `/`, `\`, `?`, `#`, or the end. */
export function urlAuthorityEnd(): usize {
  return authorityEnd;
}

/** Trims bytes up to 0x20 at both ends and drops tabs and line ends inside. Returns the bytes left. */
export function cleanUrl(at: usize, bytes: u32): u32 {
  let end = at + bytes;
  while (at < end && load<u8>(at) <= 0x20) at++;
  while (end > at && load<u8>(end - 1) <= 0x20) end--;
  canonicalBytes = 0;
  for (; at < end; at++) {
    const byte = load<u8>(at);
    if (byte != 0x09 && byte != 0x0a && byte != 0x0d) store<u8>(CANONICAL_AT + canonicalBytes++, byte);
  }
  return canonicalBytes;
}

function isSchemeByte(byte: u32): bool {
  return isLetter(byte) || isDigit(byte) || byte == 0x2b || byte == 0x2d || byte == 0x2e;
}

/** True when SCHEME_AT holds one of the words of a group. */
function schemeIsIn(firstWord: i32, wordCount: i32): bool {
  for (let position = 0; position < wordCount; position++) {
    const word = firstWord + position;
    if (<u32>wordBytes(word) == schemeBytes && equal(wordAt(word), SCHEME_AT, schemeBytes)) return true;
  }
  return false;
}

/** Reads a scheme at the start. Returns the bytes it takes with its colon, or 0 when the text has none that counts. */
function readScheme(end: usize): u32 {
  let cursor = CANONICAL_AT;
  if (cursor < end && isLetter(load<u8>(cursor))) {
    while (cursor < end && isSchemeByte(load<u8>(cursor))) cursor++;
    if (cursor < end && load<u8>(cursor) == 0x3a) {
      const bytes = <u32>(cursor - CANONICAL_AT);
      schemeBytes = min(bytes, SCHEME_BYTES_MAX);
      lowerInto(SCHEME_AT, SCHEME_BYTES_MAX, CANONICAL_AT, schemeBytes);
      schemeAt = SCHEME_AT;
      const slashed = end - cursor >= 3 && load<u16>(cursor, 1) == 0x2f2f;
      if (
        slashed ||
        schemeIsIn(WORD_SCHEME_HOST, SCHEME_HOST_COUNT) ||
        schemeIsIn(WORD_SCHEME_OPAQUE, SCHEME_OPAQUE_COUNT)
      ) {
        return bytes + 1;
      }
    }
  }
  const https = WORD_SCHEME_HOST + SCHEME_HOST_HTTPS;
  schemeAt = wordAt(https);
  schemeBytes = wordBytes(https);
  return 0;
}

function endsAuthority(byte: u8): bool {
  return byte == 0x2f || byte == 0x5c || byte == 0x3f || byte == 0x23; // / \ ? #
}

/** True when some read what stands before a backslash as the host, and others what stands after the `@` behind it. */
function isTorn(at: usize, end: usize): bool {
  if (at == end || load<u8>(at) != 0x5c) return false;
  for (; at < end; at++) {
    const byte = load<u8>(at);
    if (byte == 0x40) return true;
    if (byte == 0x2f || byte == 0x3f || byte == 0x23) return false;
  }
  return false;
}

function isPort(at: usize, end: usize): bool {
  for (; at < end; at++) if (!isDigit(load<u8>(at))) return false;
  return true;
}

function readAuthority(at: usize, end: usize): i32 {
  const sign = lastIndex(at, end, 0x40);
  userinfo = sign != 0;
  if (userinfo) at = sign + 1;
  if (at < end && load<u8>(at) == 0x5b) {
    let close = at;
    while (close < end && load<u8>(close) != 0x5d) close++;
    if (close == end) return URL_MALFORMED;
    const tail = close + 1;
    if (tail < end && (load<u8>(tail) != 0x3a || !isPort(tail + 1, end))) return URL_MALFORMED;
    return readBracketed(at + 1, <u32>(close - at - 1));
  }
  const colon = lastIndex(at, end, 0x3a);
  if (colon != 0) {
    if (!isPort(colon + 1, end)) return URL_MALFORMED;
    end = colon;
  }
  return readHost(at, <u32>(end - at));
}

/** Reads what `cleanUrl` left. Returns the class of its host (HOST_SCOPE_*), URL_OPAQUE or URL_MALFORMED. */
export function readUrl(): i32 {
  const end = CANONICAL_AT + canonicalBytes;
  userinfo = false;
  const taken = readScheme(end);
  if (taken > 0 && schemeIsIn(WORD_SCHEME_OPAQUE, SCHEME_OPAQUE_COUNT)) return URL_OPAQUE;
  let at = CANONICAL_AT + taken;
  while (at < end && (load<u8>(at) == 0x2f || load<u8>(at) == 0x5c)) at++;
  let cut = at;
  while (cut < end && !endsAuthority(load<u8>(cut))) cut++;
  authorityAt = at;
  authorityEnd = cut;
  return isTorn(cut, end) ? URL_MALFORMED : readAuthority(at, cut);
}
