/**
 * Host names and addresses: one canonical form and a class (docs/format/evaluation.md, host). IPv4 is read in every
 * notation that resolvers read, since 0x7f.1 and 2130706433 both reach 127.0.0.1.
 */
import { copyShort } from "../base/bytes";
import { hexValue, isDigit, lastIndex } from "../base/text";
import { codePoint, isAscii, lower, valid, width } from "../base/utf8";
import { HOST_SCOPE_LINK_LOCAL, HOST_SCOPE_PRIVATE, HOST_SCOPE_PUBLIC } from "../gen/codes";
import { classOfName } from "./host-name";
import { foldLetter, LETTER_DROPPED, LETTER_OTHER, LETTER_UNCLEAR } from "./letters";

const HOST_BYTES_MAX: u32 = 253;
const DOT: u8 = 0x2e;
const LABEL_IPV4_BYTES_MAX: usize = 16;

const CANONICAL_AT: usize = memory.data(256, 8);
const GROUPS_AT: usize = memory.data(16, 8); // The eight groups of an IPv6 address, u16 each, host byte order.

let canonicalBytes: u32 = 0;
let idn: bool = false;
let ipv4: u32 = 0;

/** The canonical form that the last `readHost` found. */
export function hostAt(): usize {
  return CANONICAL_AT;
}

export function hostBytes(): u32 {
  return canonicalBytes;
}

/** True when that name holds letters outside ASCII, plainly or as `xn--`. */
export function hostIsIdn(): bool {
  return idn;
}

function isForbidden(byte: u32): bool {
  if (byte <= 0x20 || byte == 0x7f) return true;
  // " # % / : < > ? @ [ \ ] ^ ` { | }
  if (byte == 0x22 || byte == 0x23 || byte == 0x25 || byte == 0x2f || byte == 0x3a) return true;
  if (byte == 0x3c || byte == 0x3e || byte == 0x3f || byte == 0x40) return true;
  if (byte >= 0x5b && byte <= 0x60) return byte != 0x5f;
  return byte >= 0x7b && byte <= 0x7d;
}

/** True when the label is all digits, or 0x and hexadecimal digits: a name that a resolver reads as IPv4. */
function looksNumeric(at: usize, end: usize): bool {
  if (at == end) return false;
  if (end - at >= 2 && load<u8>(at) == 0x30 && load<u8>(at, 1) == 0x78) {
    for (let cursor = at + 2; cursor < end; cursor++) if (hexValue(load<u8>(cursor)) > 15) return false;
    return true;
  }
  for (let cursor = at; cursor < end; cursor++) if (!isDigit(load<u8>(cursor))) return false;
  return true;
}

/** One part of an IPv4 address as inet_aton reads it, or -1. */
function ipv4Part(at: usize, end: usize): i64 {
  if (at == end || end - at > LABEL_IPV4_BYTES_MAX) return -1;
  let base: u64 = 10;
  if (load<u8>(at) == 0x30) {
    if (end - at >= 2 && load<u8>(at, 1) == 0x78) {
      base = 16;
      at += 2;
    } else {
      base = 8;
    }
  }
  let value: u64 = 0;
  for (; at < end; at++) {
    const digit = <u64>hexValue(load<u8>(at));
    if (digit >= base) return -1;
    value = value * base + digit; // At most 16 digits of base 16: no overflow.
  }
  return value > 0xffffffff ? -1 : <i64>value;
}

/** Reads one to four parts into `ipv4`. */
function readIpv4(at: usize, end: usize): bool {
  let value: u64 = 0;
  for (let parts: u64 = 1; parts <= 4; parts++) {
    let cut = at;
    while (cut < end && load<u8>(cut) != 0x2e) cut++;
    const read = ipv4Part(at, cut);
    if (read < 0) return false;
    if (cut == end) {
      const room = (5 - parts) << 3;
      if (<u64>read >> room != 0) return false;
      ipv4 = <u32>((value << room) | <u64>read);
      return true;
    }
    if (read > 255) return false;
    value = (value << 8) | <u64>read;
    at = cut + 1;
  }
  return false;
}

/** Four decimal parts without leading zeros, as they end an IPv6 address. */
function readDotted(at: usize, end: usize): bool {
  let parts = 1;
  let digits = 0;
  for (let cursor = at; cursor < end; cursor++) {
    const byte: u32 = load<u8>(cursor);
    if (byte == 0x2e) {
      if (digits == 0) return false;
      parts++;
      digits = 0;
    } else {
      if (!isDigit(byte) || (digits > 0 && load<u8>(cursor - <usize>digits) == 0x30)) return false;
      digits++;
    }
  }
  return parts == 4 && digits > 0 && readIpv4(at, end);
}

/** Reads an IPv6 address without brackets into GROUPS_AT. */
function readIpv6(at: usize, end: usize): bool {
  let groups: usize = 0;
  let gap: isize = -1; // Groups before `::`.
  memory.fill(GROUPS_AT, 0, 16);
  if (end - at >= 2 && load<u8>(at) == 0x3a) {
    if (load<u8>(at, 1) != 0x3a) return false;
    gap = 0;
    at += 2;
  }
  while (at < end) {
    if (groups == 8) return false;
    let cut = at;
    let value: u32 = 0;
    while (cut < end && cut - at < 4 && hexValue(load<u8>(cut)) < 16)
      value = (value << 4) | hexValue(load<u8>(cut++));
    if (cut < end && load<u8>(cut) == 0x2e) {
      if (groups > 6 || !readDotted(at, end)) return false;
      store<u16>(GROUPS_AT + (groups << 1), ipv4 >> 16);
      store<u16>(GROUPS_AT + (groups << 1), ipv4, 2);
      groups += 2;
      at = end;
      break;
    }
    if (cut == at) return false;
    store<u16>(GROUPS_AT + (groups << 1), value);
    groups++;
    if (cut == end) {
      at = end;
      break;
    }
    if (load<u8>(cut) != 0x3a) return false;
    at = cut + 1;
    if (at == end) return false; // A single colon at the end.
    if (load<u8>(at) == 0x3a) {
      if (gap >= 0) return false;
      gap = <isize>groups;
      at++;
    }
  }
  if (gap < 0) return groups == 8;
  if (groups == 8) return false; // `::` stands for at least one group.
  const moved = groups - <usize>gap;
  const from = GROUPS_AT + ((<usize>gap) << 1);
  const to = GROUPS_AT + ((8 - moved) << 1);
  memory.copy(to, from, moved << 1);
  memory.fill(from, 0, to - from);
  return true;
}

function group(position: usize): u32 {
  return load<u16>(GROUPS_AT + (position << 1));
}

function classOfIpv4(address: u32): i32 {
  const first = address >> 24;
  const two = address >> 16;
  // 168.63.129.16, 100.100.100.200 and 192.0.0.192: what three clouds use in place of 169.254.169.254.
  if (address == 0xa83f8110 || address == 0x646464c8 || address == 0xc00000c0) return HOST_SCOPE_LINK_LOCAL;
  if (two == 0xa9fe) return HOST_SCOPE_LINK_LOCAL; // 169.254/16
  if (first == 0 || first == 10 || first == 127 || first >= 224) return HOST_SCOPE_PRIVATE;
  if (two >> 4 == 0xac1 || two == 0xc0a8) return HOST_SCOPE_PRIVATE; // 172.16/12, 192.168/16
  if (two >> 6 == 0x191 || two >> 1 == 0x6309) return HOST_SCOPE_PRIVATE; // 100.64/10, 198.18/15
  if (address >> 8 == 0xc00000) return HOST_SCOPE_PRIVATE; // 192.0.0/24
  return HOST_SCOPE_PUBLIC;
}

function classOfIpv6(): i32 {
  const first = group(0);
  let middle: u32 = 0; // Groups 1 to 4.
  for (let position: usize = 1; position < 5; position++) middle |= group(position);
  const last = (group(6) << 16) | group(7);
  if (first == 0 && middle == 0 && group(5) == 0 && last <= 1) return HOST_SCOPE_PRIVATE; // ::, ::1
  // ::/96 and ::ffff:0:0/96
  if (first == 0 && middle == 0 && (group(5) == 0 || group(5) == 0xffff)) return classOfIpv4(last);
  if (first == 0 && (group(1) | group(2) | group(3) | group(5)) == 0 && group(4) == 0xffff) {
    return classOfIpv4(last); // ::ffff:0:0:0/96
  }
  if (first == 0x2001 && group(1) == 0) return HOST_SCOPE_PRIVATE; // Teredo
  // fd00:ec2::254 and fd20:ce::254
  const site = (first << 16) | group(1);
  const isMetadata = site == 0xfd000ec2 || site == 0xfd2000ce;
  if (isMetadata && (group(2) | group(3) | group(4) | group(5) | group(6)) == 0 && group(7) == 0x254) {
    return HOST_SCOPE_LINK_LOCAL;
  }
  if (first == 0x64 && group(1) == 0xff9b) {
    if ((group(2) | group(3) | group(4) | group(5)) == 0) return classOfIpv4(last); // 64:ff9b::/96
    if (group(2) == 1) return HOST_SCOPE_PRIVATE; // 64:ff9b:1::/48
  }
  if (first == 0x2002) return classOfIpv4((group(1) << 16) | group(2)); // 6to4
  if ((first & 0xffc0) == 0xfe80) return HOST_SCOPE_LINK_LOCAL;
  if ((first & 0xfe00) == 0xfc00 || (first & 0xffc0) == 0xfec0 || first >= 0xff00) return HOST_SCOPE_PRIVATE;
  return HOST_SCOPE_PUBLIC;
}

/** Letters outside ASCII as they were given, or `xn--` at the start of a label of the canonical form. */
function noteIdn(givenAt: usize, givenBytes: u32): void {
  idn = !isAscii(givenAt, givenBytes);
  const end = CANONICAL_AT + canonicalBytes;
  let labelAt = CANONICAL_AT;
  for (let cursor = CANONICAL_AT; cursor < end; cursor++) {
    if (load<u8>(cursor) == DOT) labelAt = cursor + 1;
    // "xn--", read as a little-endian word.
    else if (cursor == labelAt && end - cursor >= 4 && load<u32>(cursor) == 0x2d2d6e78) idn = true;
  }
}

function writeDecimal(at: usize, value: u32): usize {
  if (value >= 100) store<u8>(at++, 0x30 + value / 100);
  if (value >= 10) store<u8>(at++, 0x30 + ((value / 10) % 10));
  store<u8>(at++, 0x30 + (value % 10));
  return at;
}

function writeIpv4(): void {
  let at = CANONICAL_AT;
  for (let shift: i32 = 24; shift >= 0; shift -= 8) {
    at = writeDecimal(at, (ipv4 >> shift) & 0xff);
    if (shift > 0) store<u8>(at++, 0x2e);
  }
  canonicalBytes = <u32>(at - CANONICAL_AT);
}

function copyLowered(at: usize, bytes: u32): void {
  for (let done: usize = 0; done < <usize>bytes; done++)
    store<u8>(CANONICAL_AT + done, lower(load<u8>(at + done)));
  canonicalBytes = bytes;
}

/** Copies a name as resolvers will see it, in lower case. False when it has letters that they may read as others. */
function copyFolded(at: usize, bytes: u32): bool {
  if (isAscii(at, bytes)) {
    copyLowered(at, bytes);
    return true;
  }
  if (!valid(at, bytes)) return false;
  const end = at + bytes;
  let to = CANONICAL_AT;
  while (at < end) {
    const size = width(at);
    const folded = foldLetter(codePoint(at));
    if (folded == LETTER_UNCLEAR) return false;
    if (folded == LETTER_OTHER) {
      copyShort(to, at, size);
      to += size;
    } else if (folded != LETTER_DROPPED) {
      store<u8>(to++, <u8>lower(folded));
    }
    at += size;
  }
  canonicalBytes = <u32>(to - CANONICAL_AT);
  return true;
}

/** Reads what stands between `[` and `]`. Returns its class, or -1. */
export function readBracketed(at: usize, bytes: u32): i32 {
  idn = false;
  if (bytes > HOST_BYTES_MAX || !readIpv6(at, at + bytes)) return -1;
  copyLowered(at, bytes);
  return classOfIpv6();
}

/** Reads a host name or IPv4 address. Returns its class, or -1 when it is malformed. */
export function readHost(at: usize, bytes: u32): i32 {
  if (bytes > HOST_BYTES_MAX + 1 || !copyFolded(at, bytes)) return -1;
  noteIdn(at, bytes);
  if (canonicalBytes > 0 && load<u8>(CANONICAL_AT + canonicalBytes - 1) == DOT) canonicalBytes--;
  if (canonicalBytes == 0 || canonicalBytes > HOST_BYTES_MAX) return -1;
  const end = CANONICAL_AT + canonicalBytes;
  let before: u8 = DOT;
  for (let cursor = CANONICAL_AT; cursor < end; cursor++) {
    const byte = load<u8>(cursor);
    if (isForbidden(byte) || (byte == DOT && before == DOT)) return -1;
    before = byte;
  }
  if (before == DOT) return -1; // Labels have bytes: `a..b`, `.a` and `a..` are no names.
  const dot = lastIndex(CANONICAL_AT, end, 0x2e);
  if (looksNumeric(dot == 0 ? CANONICAL_AT : dot + 1, end)) {
    if (!readIpv4(CANONICAL_AT, end)) return -1;
    writeIpv4();
    return classOfIpv4(ipv4);
  }
  return classOfName(CANONICAL_AT, canonicalBytes);
}

/** Reads a field of type host: a name, IPv4, or IPv6 with or without brackets. */
export function readHostField(at: usize, bytes: u32): i32 {
  if (bytes >= 2 && load<u8>(at) == 0x5b) {
    return load<u8>(at + bytes - 1) == 0x5d ? readBracketed(at + 1, bytes - 2) : -1;
  }
  const scope = readBracketed(at, bytes);
  return scope >= 0 ? scope : readHost(at, bytes);
}
