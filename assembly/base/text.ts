/**
 * Small things done to text in place: trimming, comparing with fixed words, copying in lower case.
 */
import { lower } from "./utf8";

/** 0x09-0x0d and space: what `trim` removes. */
export function isBlank(byte: u32): bool {
  return byte == 0x20 || byte - 0x09 < 5;
}

/** True when a byte is among those of a set: the bytes below 64, and those from there to 127. */
export function inMask(byte: u32, low: u64, high: u64): bool {
  return byte < 128 && (((byte < 64 ? low : high) >> (byte & 63)) & 1) != 0;
}

export function isDigit(byte: u32): bool {
  return byte - 0x30 < 10;
}

export function isLetter(byte: u32): bool {
  return (byte | 0x20) - 0x61 < 26;
}

/** The value of a hexadecimal digit, or 16 and more. */
export function hexValue(byte: u32): u32 {
  if (isDigit(byte)) return byte - 0x30;
  const letter = (byte | 0x20) - 0x61;
  return letter < 6 ? letter + 10 : 16;
}

/** The first byte at or after `at` that is not blank, or `end`. */
export function skipBlank(at: usize, end: usize): usize {
  while (at < end && isBlank(load<u8>(at))) at++;
  return at;
}

/** The end of the text without the blanks before it. */
export function dropBlank(at: usize, end: usize): usize {
  while (end > at && isBlank(load<u8>(end - 1))) end--;
  return end;
}

/** True when the text begins with the word, ASCII case ignored. The word is in lower case. */
export function startsWithFolded(at: usize, bytes: u32, wordAt: usize, wordBytes: u32): bool {
  if (bytes < wordBytes) return false;
  for (let done: usize = 0; done < <usize>wordBytes; done++) {
    if (lower(load<u8>(at + done)) != <u32>load<u8>(wordAt + done)) return false;
  }
  return true;
}

/** The last `byte` before `end`, or 0. */
export function lastIndex(at: usize, end: usize, byte: u32): usize {
  while (end > at) {
    end--;
    if (<u32>load<u8>(end) == byte) return end;
  }
  return 0;
}
