/**
 * Paths, resolved by their text alone: one canonical form and a scope (docs/format/evaluation.md, path). `..` never
 * reaches above a known root, and what the host found out about links takes the place of the text.
 */
import { equal, indexOf, startsWith } from "../base/bytes";
import { bytesAt, bytesSize, member } from "../base/cmp";
import { isLetter, startsWithFolded } from "../base/text";
import { lower } from "../base/utf8";
import { PATH_SCOPE_INSIDE, PATH_SCOPE_NONE, PATH_SCOPE_OUTSIDE } from "../gen/codes";
import { PATH_BYTES_MAX } from "../gen/limits";
import {
  HOST_KEY_CWD,
  HOST_KEY_REALPATHS,
  WORD___HOME_,
  WORD__HOME,
  WORD_FILE___,
  wordAt,
  wordBytes,
} from "../gen/words";
import { ABSENT, hostFact } from "../request/view";

const SLASH: u8 = 0x2f;
const BACKSLASH: u8 = 0x5c;
const DOT: u8 = 0x2e;
const TILDE: u8 = 0x7e;

const CWD_AT: usize = memory.data(4104, 8);
const PATH_AT: usize = memory.data(8448, 8); // The working directory, a path below it, and the separator between.

let cwdBytes: u32 = 0;
let pathBytes: u32 = 0;
/** The path begins with what a shell or a tool may expand to anywhere. */
let expands: bool = false;
/** Bytes before the first `/` of the path being written: 0 under anchor `/`, 1 under `~` and `.`. */
let anchorBytes: u32 = 0;

function isSlash(byte: u8): bool {
  return byte == SLASH || byte == BACKSLASH;
}

function appendSegment(at: usize, end: usize): void {
  store<u8>(PATH_AT + pathBytes, SLASH);
  memory.copy(PATH_AT + pathBytes + 1, at, end - at);
  pathBytes += <u32>(end - at) + 1;
}

function isDotDot(at: usize, end: usize): bool {
  return end - at == 2 && load<u8>(at) == DOT && load<u8>(at, 1) == DOT;
}

/** `..`: takes the last segment away, or stays where the root is not known. */
function ascend(at: usize): void {
  let last = pathBytes;
  while (last > anchorBytes && load<u8>(PATH_AT + last - 1) != SLASH) last--;
  const hasSegment = last > anchorBytes;
  if (hasSegment && !isDotDot(PATH_AT + last, PATH_AT + pathBytes)) {
    pathBytes = last - 1;
  } else if (anchorBytes > 0) {
    appendSegment(at, at + 2);
  }
}

function appendSegments(at: usize, end: usize): void {
  while (at < end) {
    let cut = at;
    while (cut < end && !isSlash(load<u8>(cut))) cut++;
    const bytes = cut - at;
    if (isDotDot(at, cut)) ascend(at);
    else if (bytes > 0 && !(bytes == 1 && load<u8>(at) == DOT)) appendSegment(at, cut);
    at = cut + 1;
  }
}

function beginAnchor(anchor: u8): void {
  pathBytes = 0;
  if (anchor != SLASH) store<u8>(PATH_AT + pathBytes++, anchor);
  anchorBytes = pathBytes;
}

function finish(): void {
  if (pathBytes == 0) store<u8>(PATH_AT + pathBytes++, SLASH);
}

/** Bytes of a leading `~`, `$HOME` or `${HOME}` that a separator or the end follows, or 0. */
function homeBytes(at: usize, end: usize): usize {
  let bytes: usize = 0;
  if (load<u8>(at) == TILDE) bytes = 1;
  else if (startsWith(at, <u32>(end - at), wordAt(WORD__HOME), wordBytes(WORD__HOME)))
    bytes = wordBytes(WORD__HOME);
  else if (startsWith(at, <u32>(end - at), wordAt(WORD___HOME_), wordBytes(WORD___HOME_)))
    bytes = wordBytes(WORD___HOME_);
  return bytes > 0 && (at + bytes == end || isSlash(load<u8>(at + bytes))) ? bytes : 0;
}

function isDrive(at: usize, end: usize): bool {
  if (end - at < 2 || !isLetter(load<u8>(at)) || load<u8>(at, 1) != 0x3a) return false;
  return end - at == 2 || isSlash(load<u8>(at, 2));
}

/** True when the first segment of a relative path begins with `~`, `$` or a drive, or holds a `%`. */
function isExpandable(at: usize, end: usize): bool {
  const first = load<u8>(at);
  if (first == TILDE || first == 0x24) return true;
  if (end - at >= 2 && isLetter(first) && load<u8>(at, 1) == 0x3a) return true;
  for (; at < end && !isSlash(load<u8>(at)); at++) if (load<u8>(at) == 0x25) return true;
  return false;
}

/** Writes the canonical form to PATH_AT; relative paths start at the working directory if there is one. */
function resolve(at: usize, bytes: u32, cwd: u32): bool {
  if (bytes > <u32>PATH_BYTES_MAX || indexOf(at, bytes, 0) >= 0) return false;
  const end = at + bytes;
  if (startsWithFolded(at, bytes, wordAt(WORD_FILE___), wordBytes(WORD_FILE___))) {
    at += wordBytes(WORD_FILE___);
    while (at < end && load<u8>(at) != SLASH) at++;
    if (at == end) return false;
  }
  expands = false;
  const home = homeBytes(at, end);
  if (home > 0) {
    beginAnchor(TILDE);
    at += home;
  } else if (isSlash(load<u8>(at))) {
    beginAnchor(SLASH);
  } else if (isDrive(at, end)) {
    beginAnchor(SLASH);
    appendSegment(at, at + 2);
    store<u8>(PATH_AT + 1, lower(load<u8>(at)));
    at += 2;
  } else {
    expands = isExpandable(at, end);
    beginAnchor(cwd > 0 ? SLASH : DOT);
    if (cwd > 0) appendSegments(CWD_AT, CWD_AT + cwd);
  }
  appendSegments(at, end);
  finish();
  return true;
}

/** Makes the host's working directory canonical; once for each part. */
export function beginPaths(): void {
  cwdBytes = 0;
  const cwd = hostFact(HOST_KEY_CWD);
  if (cwd == ABSENT || !resolve(bytesAt(cwd), bytesSize(cwd), 0)) return;
  memory.copy(CWD_AT, PATH_AT, pathBytes);
  cwdBytes = pathBytes;
}

/** True when a working directory that somebody vouches for is known. */
export function isCwdKnown(): bool {
  return cwdBytes > 0;
}

/** The canonical form that the last `readPath` found. */
export function pathAt(): usize {
  return PATH_AT;
}

export function pathSize(): u32 {
  return pathBytes;
}

function isUnderCwd(): bool {
  if (cwdBytes == 1) return true;
  if (pathBytes < cwdBytes || !equal(PATH_AT, CWD_AT, cwdBytes)) return false;
  return pathBytes == cwdBytes || load<u8>(PATH_AT + cwdBytes) == SLASH;
}

/** Scope of the last path: PATH_SCOPE_INSIDE, PATH_SCOPE_OUTSIDE, or PATH_SCOPE_NONE where that is unclear. */
export function pathScope(): i32 {
  if (expands) return PATH_SCOPE_NONE;
  const anchor = load<u8>(PATH_AT);
  if (anchor == SLASH) {
    if (cwdBytes == 0) return PATH_SCOPE_NONE;
    return isUnderCwd() ? PATH_SCOPE_INSIDE : PATH_SCOPE_OUTSIDE;
  }
  if (anchor == TILDE) return PATH_SCOPE_OUTSIDE;
  const climbs =
    pathBytes >= 4 && isDotDot(PATH_AT + 2, PATH_AT + 4) && (pathBytes == 4 || load<u8>(PATH_AT, 4) == SLASH);
  return climbs ? PATH_SCOPE_OUTSIDE : PATH_SCOPE_INSIDE;
}

/** Reads a path that is not empty; false when it is malformed. */
export function readPath(at: usize, bytes: u32): bool {
  if (!resolve(at, bytes, cwdBytes)) return false;
  const realpaths = hostFact(HOST_KEY_REALPATHS);
  const real = realpaths == ABSENT ? -1 : member(realpaths, at, bytes);
  return real < 0 || resolve(bytesAt(real), bytesSize(real), cwdBytes);
}
