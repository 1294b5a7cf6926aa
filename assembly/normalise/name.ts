/**
 * Tool names: which server a name carries, and its one canonical spelling (docs/format/evaluation.md, step 2).
 */
import { equal, startsWith } from "../base/bytes";
import { isDigit, startsWithFolded } from "../base/text";
import { lower } from "../base/utf8";
import { PREFIXES_BYTES, SECTION_PREFIXES } from "../gen/layout";
import { WORD_MCP__, wordAt, wordBytes } from "../gen/words";
import { entryAt, sectionCount, textAt, textBytes } from "../policy/view";

const CANONICAL_AT: usize = memory.data(520, 8); // At most two bytes for each of a name.
const UNDERSCORE: u8 = 0x5f;
/** `mcp` and one break, as the canonical spelling has it. */
const MCP_BYTES: u32 = 4;
const DOT: u32 = 0x2e;
const SLASH: u32 = 0x2f;
const COLON: u32 = 0x3a;

let nameAt: usize = 0;
let nameBytes: u32 = 0;
let serverAt: usize = 0;
let serverBytes: u32 = 0;
let canonicalBytes: u32 = 0;

/** The server that the name carries; 0 bytes when it carries none. */
export function carriedServerAt(): usize {
  return serverAt;
}

export function carriedServerBytes(): u32 {
  return serverBytes;
}

export function canonicalNameAt(): usize {
  return CANONICAL_AT;
}

export function canonicalNameBytes(): u32 {
  return canonicalBytes;
}

/** Takes a name apart: a prefix that hosts put before tool names falls away, then `mcp__server__tool` splits. */
export function splitName(at: usize, bytes: u32): void {
  nameAt = at;
  nameBytes = bytes;
  serverBytes = 0;
  dropHostPrefix();
  splitServer(nameAt, nameBytes);
  canoniseName();
}

/** Spells the name that was taken apart last, in place of what was spelled since. */
export function canoniseName(): void {
  canonise(nameAt, nameBytes);
}

function splitServer(at: usize, bytes: u32): void {
  const prefix = <u32>wordBytes(WORD_MCP__);
  if (!startsWithFolded(at, bytes, wordAt(WORD_MCP__), prefix)) return;
  const end = at + bytes;
  for (let cut = at + prefix + 1; cut + 2 < end; cut++) {
    if (load<u8>(cut) != UNDERSCORE || load<u8>(cut, 1) != UNDERSCORE) continue;
    serverAt = at + prefix;
    serverBytes = <u32>(cut - serverAt);
    nameAt = cut + 2;
    nameBytes = <u32>(end - nameAt);
    return;
  }
}

/**
 * True when what stands before a mark in the name may be a server, though not as hosts spell it. With `dots`, a dot is such
 * a mark too.
 */
export function hasPrefix(dots: bool): bool {
  if (startsWith(CANONICAL_AT, canonicalBytes, wordAt(WORD_MCP__), MCP_BYTES)) return true;
  for (let position: u32 = 1; position + 1 < nameBytes; position++) {
    const byte: u32 = load<u8>(nameAt + position);
    if (byte == SLASH || byte == COLON || (dots && byte == DOT)) return true;
    if (byte == UNDERSCORE && load<u8>(nameAt + position, 1) == UNDERSCORE) return true;
  }
  return false;
}

function dropHostPrefix(): void {
  const prefixes = sectionCount(SECTION_PREFIXES);
  for (let index: u32 = 0; index < prefixes; index++) {
    const ref = entryAt(SECTION_PREFIXES, index, PREFIXES_BYTES);
    const bytes = textBytes(ref);
    if (bytes < nameBytes && equal(nameAt, textAt(ref), bytes)) {
      nameAt += bytes;
      nameBytes -= bytes;
      return;
    }
  }
}

function isUpper(byte: u32): bool {
  return byte - 0x41 < 26;
}

function isLower(byte: u32): bool {
  return byte - 0x61 < 26;
}

function write(byte: u32): void {
  store<u8>(CANONICAL_AT + canonicalBytes++, byte);
}

function writeBreak(): void {
  if (canonicalBytes > 0 && load<u8>(CANONICAL_AT + canonicalBytes - 1) != UNDERSCORE) write(UNDERSCORE);
}

/**
 * Writes the canonical spelling of at most NAME_BYTES_MAX bytes: sendEmail, send-email and SEND EMAIL are all
 * send_email. It stands there until the next one.
 */
export function canonise(at: usize, bytes: u32): void {
  canonicalBytes = 0;
  for (let position: u32 = 0; position < bytes; position++) {
    const byte: u32 = load<u8>(at + position);
    if (isUpper(byte)) {
      const before: u32 = position > 0 ? load<u8>(at + position - 1) : 0;
      const after: u32 = position + 1 < bytes ? load<u8>(at + position + 1) : 0;
      if (isLower(before) || isDigit(before) || (isUpper(before) && isLower(after))) writeBreak();
      write(lower(byte));
    } else if (isLower(byte) || isDigit(byte) || byte >= 0x80) {
      write(byte);
    } else {
      writeBreak();
    }
  }
  if (canonicalBytes > 0 && load<u8>(CANONICAL_AT + canonicalBytes - 1) == UNDERSCORE) canonicalBytes--;
}
