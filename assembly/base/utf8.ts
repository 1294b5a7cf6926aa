/**
 * UTF-8: strict check, next code point, ASCII case. Well-formed means RFC 3629: no overlong form, no surrogate,
 * nothing above U+10FFFF. Text that `valid` accepted may be walked with `codePoint` and `width` without further checks.
 */

/** The top bit of each of eight bytes: all clear means eight ASCII characters. */
const NOT_ASCII: u64 = ((<u64>0x80808080) << 32) | 0x80808080;

/** True when all bytes are below 128. Words overlap at the end, so nothing outside the range is read. */
export function isAscii(at: usize, size: u32): bool {
  const end = at + size;
  if (size >= 8) {
    for (; at + 8 < end; at += 8) {
      if ((load<u64>(at) & NOT_ASCII) != 0) return false;
    }
    return (load<u64>(end - 8) & NOT_ASCII) == 0;
  }
  if (size >= 4) return ((load<u32>(at) | load<u32>(end - 4)) & 0x80808080) == 0;
  if (size >= 2) return ((load<u16>(at) | load<u16>(end - 2)) & 0x8080) == 0;
  return size == 0 || load<u8>(at) < 0x80;
}

/** True when `byte` is 10xxxxxx. */
function continues(byte: u32): bool {
  return (byte & 0xc0) == 0x80;
}

/** True when the `size` bytes at `at` are well-formed UTF-8. An empty range is. */
export function valid(at: usize, size: u32): bool {
  return isAscii(at, size) || validBeyondAscii(at, size);
}

function validBeyondAscii(at: usize, size: u32): bool {
  const end = at + size;
  while (at < end) {
    while (at + 8 <= end && (load<u64>(at) & NOT_ASCII) == 0) at += 8;
    while (at < end && load<u8>(at) < 0x80) at++;
    if (at == end) return true;
    const lead: u32 = load<u8>(at);
    const left = end - at;
    if (lead < 0xc2) return false; // A stray continuation, or an overlong form of ASCII.
    if (lead < 0xe0) {
      if (left < 2 || !continues(load<u8>(at, 1))) return false;
      at += 2;
    } else if (lead < 0xf0) {
      if (left < 3) return false;
      const second: u32 = load<u8>(at, 1);
      if (!continues(second) || !continues(load<u8>(at, 2))) return false;
      if (lead == 0xe0 && second < 0xa0) return false; // Overlong.
      if (lead == 0xed && second > 0x9f) return false; // Surrogate.
      at += 3;
    } else {
      if (left < 4 || lead > 0xf4) return false;
      const second: u32 = load<u8>(at, 1);
      if (!continues(second) || !continues(load<u8>(at, 2)) || !continues(load<u8>(at, 3))) return false;
      if (lead == 0xf0 && second < 0x90) return false; // Overlong.
      if (lead == 0xf4 && second > 0x8f) return false; // Above U+10FFFF.
      at += 4;
    }
  }
  return true;
}

/** Bytes of the character that begins at `at` in well-formed text: 1 to 4. */
export function width(at: usize): u32 {
  const lead = load<u8>(at);
  if (lead < 0x80) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}

/** Code point of the character that begins at `at` in well-formed text. */
export function codePoint(at: usize): u32 {
  const lead: u32 = load<u8>(at);
  if (lead < 0x80) return lead;
  const second: u32 = load<u8>(at, 1) & 0x3f;
  if (lead < 0xe0) return ((lead & 0x1f) << 6) | second;
  const third: u32 = load<u8>(at, 2) & 0x3f;
  if (lead < 0xf0) return ((lead & 0x0f) << 12) | (second << 6) | third;
  return ((lead & 0x07) << 18) | (second << 12) | (third << 6) | (load<u8>(at, 3) & 0x3f);
}

/** ASCII A-Z as a-z, every other byte as it is. Bytes above 127 never change, so UTF-8 stays well-formed. */
export function lower(byte: u32): u32 {
  return byte - 0x41 < 26 ? byte | 0x20 : byte;
}

/** Writes the range with ASCII letters in lower case to `to`; the areas may be the same, and must not overlap otherwise. */
export function lowerInto(to: usize, capacity: u32, from: usize, size: u32): void {
  assert(size <= capacity);
  for (let done: usize = 0; done < size; done++) store<u8>(to + done, lower(load<u8>(from + done)));
}

/** True when the two ranges of `size` bytes are the same but for the case of ASCII letters. */
export function equalFolded(oneAt: usize, otherAt: usize, size: u32): bool {
  for (let done: usize = 0; done < size; done++) {
    if (lower(load<u8>(oneAt + done)) != lower(load<u8>(otherAt + done))) return false;
  }
  return true;
}
