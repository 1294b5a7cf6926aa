/**
 * Percent-encoded text: decoding into kept text, comparing with names, and cutting a query or a form into parameters
 * (docs/format/http.md).
 */
import { dropBlank, hexValue, isDigit, isLetter, skipBlank } from "../../base/text";
import { lower } from "../../base/utf8";
import { OVERRIDE_NAME_COUNT, WORD_OVERRIDE_NAME, wordAt, wordBytes } from "../../gen/words";
import { keepByte, keepText, keptEnd } from "../drafts";

const AND: u8 = 0x26;
const EQUALS: u8 = 0x3d;
const PERCENT: u8 = 0x25;
const PLUS: u8 = 0x2b;

/** How much of a text is looked at to see whether an address stands in it. */
const OPENING_BYTES_MAX: u32 = 256;
const OPENING: usize = memory.data(256, 8);
const ROUNDS_MAX: i32 = 3;

let keptAt: usize = 0;
let keptBytes: u32 = 0;

/** Where the text that was kept last begins. */
export function keptTextAt(): usize {
  return keptAt;
}

export function keptTextBytes(): u32 {
  return keptBytes;
}

/** A `%` and two hexadecimal digits stand at the place. */
export function isEscape(at: usize, end: usize): bool {
  return (
    end - at >= 3 &&
    load<u8>(at) == PERCENT &&
    hexValue(load<u8>(at, 1)) < 16 &&
    hexValue(load<u8>(at, 2)) < 16
  );
}

/** The byte that they stand for. */
export function escaped(at: usize): u32 {
  return (hexValue(load<u8>(at, 1)) << 4) | hexValue(load<u8>(at, 2));
}

/** Decodes a range where it stands. Returns its new end. */
function decodeInPlace(at: usize, end: usize): usize {
  let to = at;
  while (at < end) {
    if (isEscape(at, end)) {
      store<u8>(to++, <u8>escaped(at));
      at += 3;
    } else {
      store<u8>(to++, load<u8>(at++));
    }
  }
  return to;
}

/** Keeps the range decoded, in a form with each `+` as a blank. False when there is no room. */
export function keepDecoded(at: usize, end: usize, form: bool): bool {
  keptAt = keptEnd();
  while (at < end) {
    let byte: u32 = load<u8>(at);
    if (isEscape(at, end)) {
      byte = escaped(at);
      at += 3;
    } else {
      if (form && byte == <u32>PLUS) byte = 0x20;
      at++;
    }
    if (!keepByte(<u8>byte)) return false;
  }
  keptBytes = <u32>(keptEnd() - keptAt);
  return true;
}

/** True when the decoded range is the name; folded: in lower case, as the name is. */
export function decodedIs(at: usize, end: usize, nameAt: usize, nameBytes: u32, folded: bool): bool {
  const nameEnd = nameAt + nameBytes;
  while (at < end) {
    if (nameAt == nameEnd) return false;
    let byte: u32 = load<u8>(at);
    if (isEscape(at, end)) {
      byte = escaped(at);
      at += 3;
    } else {
      at++;
    }
    if (folded) byte = lower(byte);
    if (byte != <u32>load<u8>(nameAt++)) return false;
  }
  return nameAt == nameEnd;
}

/** True when the decoded range is a name that overrides the method. */
export function overridesMethod(at: usize, end: usize): bool {
  for (let position = 0; position < OVERRIDE_NAME_COUNT; position++) {
    const word = WORD_OVERRIDE_NAME + position;
    if (decodedIs(at, end, wordAt(word), wordBytes(word), true)) return true;
  }
  return false;
}

/** True when a line of the text is a header that makes a server take another method than the request has. */
export function headersOverride(at: usize, bytes: u32): bool {
  const end = at + bytes;
  while (at < end) {
    let lineEnd = at;
    let nameEnd: usize = 0;
    for (; lineEnd < end && load<u8>(lineEnd) != 0x0a; lineEnd++) {
      if (nameEnd == 0 && load<u8>(lineEnd) == 0x3a) nameEnd = lineEnd;
    }
    if (nameEnd == 0) nameEnd = lineEnd;
    nameEnd = dropBlank(at, nameEnd);
    if (overridesMethod(skipBlank(at, nameEnd), nameEnd)) return true;
    at = lineEnd + 1;
  }
  return false;
}

let cursor: usize = 0;
let parametersEnd: usize = 0;
let pieceAt: usize = 0;
let pieceEnd: usize = 0;
let nameEnd: usize = 0;

/** Begins with the parameters of a query or a form. */
export function beginParameters(at: usize, end: usize): void {
  cursor = at;
  parametersEnd = end;
}

/** Goes to the next parameter; false behind the last. */
export function nextParameter(): bool {
  if (cursor >= parametersEnd) return false;
  pieceAt = cursor;
  nameEnd = 0;
  while (cursor < parametersEnd && load<u8>(cursor) != AND) {
    if (nameEnd == 0 && load<u8>(cursor) == EQUALS) nameEnd = cursor;
    cursor++;
  }
  pieceEnd = cursor;
  cursor++;
  if (nameEnd == 0) nameEnd = pieceEnd;
  return true;
}

/** The parameter as a whole. */
export function parameterAt(): usize {
  return pieceAt;
}

export function parameterNameEnd(): usize {
  return nameEnd;
}

export function parameterValueAt(): usize {
  return min(nameEnd + 1, pieceEnd);
}

export function parameterEnd(): usize {
  return pieceEnd;
}

function isSlash(byte: u32): bool {
  return byte == 0x2f || byte == 0x5c;
}

/** True when the text begins like an address of its own. */
function opens(at: usize, end: usize): bool {
  while (at < end && load<u8>(at) <= 0x20) at++;
  if (end - at >= 2 && isSlash(load<u8>(at)) && isSlash(load<u8>(at, 1))) return true;
  if (at == end || !isLetter(load<u8>(at))) return false;
  const begin = at;
  while (at < end) {
    const byte: u32 = load<u8>(at);
    if (!isLetter(byte) && !isDigit(byte) && byte != 0x2b && byte != 0x2d && byte != 0x2e) break;
    at++;
  }
  if (at == end || load<u8>(at) != 0x3a) return false;
  if (end - at >= 3 && load<u8>(at, 1) == 0x2f && load<u8>(at, 2) == 0x2f) return true;
  // "file", folded, as a little-endian word.
  return at - begin == 4 && (load<u32>(begin) | 0x20202020) == 0x656c6966;
}

/** How often the text must be decoded until it begins like an address: `least` to 3, or -1. */
export function opensAfter(at: usize, end: usize, least: i32): i32 {
  const bytes = min(<u32>(end - at), OPENING_BYTES_MAX);
  memory.copy(OPENING, at, bytes);
  let openingEnd = OPENING + bytes;
  for (let round = 0; round <= ROUNDS_MAX; round++) {
    if (round > 0) openingEnd = decodeInPlace(OPENING, openingEnd);
    if (round >= least && opens(OPENING, openingEnd)) return round;
  }
  return -1;
}

/** Keeps the range decoded so many times. False when there is no room. */
export function keepRounds(at: usize, end: usize, rounds: i32): bool {
  keptAt = keptEnd();
  if (!keepText(at, <u32>(end - at))) return false;
  let last = keptEnd();
  for (let round = 0; round < rounds; round++) last = decodeInPlace(keptAt, last);
  keptBytes = <u32>(last - keptAt);
  return true;
}
