/**
 * JSON in the body of a request: one check of the whole text, and then the members of its object one by one
 * (docs/format/http.md, step 4).
 */
import { hexValue, isDigit } from "../../base/text";
import { lower } from "../../base/utf8";
import { keepByte, keptEnd } from "../drafts";

const DEPTH_MAX: i32 = 64;
const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;
const COMMA: u8 = 0x2c;
const COLON: u8 = 0x3a;

export function skipJsonBlank(at: usize, end: usize): usize {
  while (at < end) {
    const byte = load<u8>(at);
    if (byte != 0x20 && byte != 0x09 && byte != 0x0a && byte != 0x0d) break;
    at++;
  }
  return at;
}

/** The end of the string that begins at `at`, behind its quote, or 0. */
function stringEnd(at: usize, end: usize): usize {
  if (at == end || load<u8>(at) != QUOTE) return 0;
  at++;
  while (at < end) {
    const byte = load<u8>(at);
    if (byte < 0x20) return 0;
    if (byte == QUOTE) return at + 1;
    if (byte == BACKSLASH) {
      if (++at == end) return 0;
      const letter = load<u8>(at);
      if (letter == 0x75) {
        if (end - at < 5) return 0;
        for (let digit: usize = 1; digit <= 4; digit++) if (hexValue(load<u8>(at + digit)) > 15) return 0;
        at += 4;
      } else if (
        letter != QUOTE &&
        letter != BACKSLASH &&
        letter != 0x2f &&
        letter != 0x62 &&
        letter != 0x66 &&
        letter != 0x6e &&
        letter != 0x72 &&
        letter != 0x74 // " \ / b f n r t
      ) {
        return 0;
      }
    }
    at++;
  }
  return 0;
}

function digitsEnd(at: usize, end: usize): usize {
  while (at < end && isDigit(load<u8>(at))) at++;
  return at;
}

/** The end of a number, or 0. */
function numberEnd(at: usize, end: usize): usize {
  if (at < end && load<u8>(at) == 0x2d) at++;
  let after = digitsEnd(at, end);
  if (after == at || (load<u8>(at) == 0x30 && after - at > 1)) return 0;
  at = after;
  if (at < end && load<u8>(at) == 0x2e) {
    after = digitsEnd(at + 1, end);
    if (after == at + 1) return 0;
    at = after;
  }
  if (at < end && (load<u8>(at) | 0x20) == 0x65) {
    at++;
    if (at < end && (load<u8>(at) == 0x2b || load<u8>(at) == 0x2d)) at++;
    after = digitsEnd(at, end);
    if (after == at) return 0;
    at = after;
  }
  return at;
}

/** The end of a string, number or word, or 0. */
function scalarEnd(at: usize, end: usize): usize {
  const byte = load<u8>(at);
  if (byte == QUOTE) return stringEnd(at, end);
  if (end - at >= 4) {
    const word = load<u32>(at); // "true", "null", "fals"
    if (word == 0x65757274 || word == 0x6c6c756e) return at + 4;
    if (word == 0x736c6166 && end - at >= 5 && load<u8>(at, 4) == 0x65) return at + 5;
  }
  return numberEnd(at, end);
}

/** What follows a key and its colon, or 0. */
function keyEnd(at: usize, end: usize): usize {
  at = stringEnd(at, end);
  if (at == 0) return 0;
  at = skipJsonBlank(at, end);
  return at < end && load<u8>(at) == COLON ? at + 1 : 0;
}

/** True when the range is one JSON text. `objects` remembers for each level whether it is an object, the innermost lowest. */
function isJson(at: usize, end: usize): bool {
  let depth = 0;
  let objects: u64 = 0;
  while (true) {
    at = skipJsonBlank(at, end);
    if (at == end) return false;
    const first = load<u8>(at);
    if (first == 0x7b || first == 0x5b) {
      const isObject: u64 = first == 0x7b ? 1 : 0;
      at = skipJsonBlank(at + 1, end);
      if (at == end || ++depth > DEPTH_MAX) return false;
      objects = (objects << 1) | isObject;
      if (load<u8>(at) != first + 2) {
        if (isObject != 0) {
          at = keyEnd(at, end);
          if (at == 0) return false;
        }
        continue;
      }
      at++;
      objects >>= 1;
      depth--;
    } else {
      at = scalarEnd(at, end);
      if (at == 0) return false;
    }
    // A value has ended, and perhaps what it stands in.
    while (true) {
      at = skipJsonBlank(at, end);
      if (depth == 0) return at == end;
      if (at == end) return false;
      const isObject = (objects & 1) != 0;
      const byte = load<u8>(at++);
      if (byte == COMMA) {
        if (isObject) {
          at = keyEnd(skipJsonBlank(at, end), end);
          if (at == 0) return false;
        }
        break;
      }
      if (byte != (isObject ? <u8>0x7d : <u8>0x5d)) return false;
      objects >>= 1;
      depth--;
    }
  }
}

let cursor: usize = 0;
let bodyEnd: usize = 0;
let nameAt: usize = 0;
let nameEnd: usize = 0;
let valueAt: usize = 0;
let valueEnd: usize = 0;

/** Where the value lies that was gone to last. */
export function jsonValueAt(): usize {
  return valueAt;
}

export function jsonValueEnd(): usize {
  return valueEnd;
}

/** True when the range is a JSON object. */
export function isJsonObject(at: usize, end: usize): bool {
  at = skipJsonBlank(at, end);
  return at < end && load<u8>(at) == 0x7b && isJson(at, end);
}

/** Begins with the members of an object, or the elements of an array, of a text that was found sound. */
export function beginJson(at: usize, end: usize): void {
  cursor = skipJsonBlank(at, end) + 1;
  bodyEnd = end;
}

/** Goes on behind a value, after a look inside it. */
export function resumeJson(at: usize, end: usize): void {
  cursor = at;
  bodyEnd = end;
}

/** The end of a value in a sound text. */
function soundEnd(at: usize): usize {
  const first = load<u8>(at);
  if (first != 0x7b && first != 0x5b) return scalarEnd(at, bodyEnd);
  let depth = 0;
  while (true) {
    const byte = load<u8>(at);
    if (byte == QUOTE) {
      at = stringEnd(at, bodyEnd);
      continue;
    }
    at++;
    if (byte == 0x7b || byte == 0x5b) depth++;
    else if ((byte == 0x7d || byte == 0x5d) && --depth == 0) return at;
  }
}

/** Goes to the next element of an array; false behind the last. */
export function nextJsonElement(): bool {
  cursor = skipJsonBlank(cursor, bodyEnd);
  if (load<u8>(cursor) == COMMA) cursor = skipJsonBlank(cursor + 1, bodyEnd);
  const byte = load<u8>(cursor);
  if (byte == 0x5d || byte == 0x7d) return false;
  valueAt = cursor;
  valueEnd = soundEnd(cursor);
  cursor = valueEnd;
  return true;
}

/** Goes to the next member of an object; false behind the last. */
export function nextJsonMember(): bool {
  if (!nextJsonElement()) return false; // The key.
  nameAt = valueAt;
  nameEnd = valueEnd;
  valueAt = skipJsonBlank(skipJsonBlank(nameEnd, bodyEnd) + 1, bodyEnd);
  valueEnd = soundEnd(valueAt);
  cursor = valueEnd;
  return true;
}

function hex4(at: usize): u32 {
  return (
    (hexValue(load<u8>(at)) << 12) |
    (hexValue(load<u8>(at, 1)) << 8) |
    (hexValue(load<u8>(at, 2)) << 4) |
    hexValue(load<u8>(at, 3))
  );
}

let unescapedEnd: usize = 0;

/** The character that an escape stands for; `unescapedEnd` is behind it. Surrogates are joined, a lone one is U+FFFD. */
function unescaped(at: usize, end: usize): u32 {
  const letter: u32 = load<u8>(at, 1);
  unescapedEnd = at + 2;
  if (letter == 0x62) return 0x08;
  if (letter == 0x66) return 0x0c;
  if (letter == 0x6e) return 0x0a;
  if (letter == 0x72) return 0x0d;
  if (letter == 0x74) return 0x09;
  if (letter != 0x75) return letter;
  const unit = hex4(at + 2);
  unescapedEnd = at + 6;
  if (unit < 0xd800 || unit > 0xdfff) return unit;
  if (unit < 0xdc00 && end - at >= 12 && load<u8>(at, 6) == BACKSLASH && load<u8>(at, 7) == 0x75) {
    const low = hex4(at + 8);
    if (low >= 0xdc00 && low <= 0xdfff) {
      unescapedEnd = at + 12;
      return 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff);
    }
  }
  return 0xfffd;
}

/** True when the name of the member is this one, which is ASCII; folded: in lower case, as the name is. */
export function jsonNameIs(wantedAt: usize, wantedBytes: u32, folded: bool): bool {
  const wantedEnd = wantedAt + wantedBytes;
  let at = nameAt + 1;
  const end = nameEnd - 1;
  while (at < end) {
    if (wantedAt == wantedEnd) return false;
    let character: u32 = load<u8>(at);
    if (character == <u32>BACKSLASH) {
      character = unescaped(at, end);
      at = unescapedEnd;
    } else {
      at++;
    }
    if (folded) character = lower(character);
    if (character != <u32>load<u8>(wantedAt++)) return false;
  }
  return wantedAt == wantedEnd;
}

function keepCharacter(character: u32): bool {
  if (character < 0x80) return keepByte(<u8>character);
  if (character < 0x800) {
    return keepByte(<u8>(0xc0 | (character >> 6))) && keepByte(<u8>(0x80 | (character & 0x3f)));
  }
  const head =
    character < 0x10000
      ? keepByte(<u8>(0xe0 | (character >> 12)))
      : keepByte(<u8>(0xf0 | (character >> 18))) && keepByte(<u8>(0x80 | ((character >> 12) & 0x3f)));
  return (
    head && keepByte(<u8>(0x80 | ((character >> 6) & 0x3f))) && keepByte(<u8>(0x80 | (character & 0x3f)))
  );
}

let textAt: usize = 0;
let textBytes: u32 = 0;

/** Where the text lies that `readJsonText` found. */
export function jsonTextAt(): usize {
  return textAt;
}

export function jsonTextBytes(): u32 {
  return textBytes;
}

/** Finds the text of the value: a string without its escapes, a number, true or false. False for all others. */
export function readJsonText(): bool {
  const first = load<u8>(valueAt);
  if (first == 0x6e || first == 0x7b || first == 0x5b) return false;
  textAt = valueAt;
  textBytes = <u32>(valueEnd - valueAt);
  if (first != QUOTE) return true;
  textAt++;
  textBytes -= 2;
  let at = textAt;
  const end = textAt + textBytes;
  while (at < end && load<u8>(at) != BACKSLASH) at++;
  if (at == end) return true;
  at = textAt;
  textAt = keptEnd();
  while (at < end) {
    let kept: bool;
    if (load<u8>(at) == BACKSLASH) {
      kept = keepCharacter(unescaped(at, end));
      at = unescapedEnd;
    } else {
      kept = keepByte(load<u8>(at++));
    }
    if (!kept) return false;
  }
  textBytes = <u32>(keptEnd() - textAt);
  return true;
}

/** True when the value is an array. */
export function isJsonArray(): bool {
  return load<u8>(valueAt) == 0x5b;
}
