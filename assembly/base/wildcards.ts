/** Wildcards of names, as a shell has them: `*`, `?` and brackets. */
import { isDigit, isLetter } from "./text";

export const STAR: u32 = 0x2a;
export const QUESTION: u32 = 0x3f;
export const BRACKET: u32 = 0x5b;
export const BRACKET_END: u32 = 0x5d;
const DOT: u32 = 0x2e;
const KIND_BYTES_MAX: u32 = 8;

export function isWildcard(byte: u32): bool {
  return byte == STAR || byte == QUESTION || byte == BRACKET;
}

/**
 * True for `*.txt`, `[a-f]*.txt` and their like: all files of a kind, as the folder holds them, and none by its name. Before
 * the dot are wildcards alone.
 */
export function isKind(at: usize, bytes: u32): bool {
  let dot = bytes - 1;
  while (dot > 0 && isWordByte(load<u8>(at + dot))) dot--;
  const kind = bytes - dot - 1;
  if (dot == 0 || kind == 0 || kind > KIND_BYTES_MAX || <u32>load<u8>(at + dot) != DOT) return false;
  let inBrackets = false;
  for (let done: u32 = 0; done < dot; done++) {
    const byte: u32 = load<u8>(at + done);
    if (byte == BRACKET) inBrackets = true;
    else if (byte == BRACKET_END) inBrackets = false;
    else if (!inBrackets && !isWildcard(byte)) return false;
  }
  return !inBrackets;
}

function isWordByte(byte: u8): bool {
  return isLetter(byte) || isDigit(byte);
}
