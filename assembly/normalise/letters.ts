/**
 * Letters that look like ASCII in the name of a host, as browsers map them before they resolve it
 * (docs/format/evaluation.md, host).
 */

/** The letter stays as it is. */
export const LETTER_OTHER: u32 = 0x80;
/** It falls away. */
export const LETTER_DROPPED: u32 = 0x81;
/** It becomes ASCII or falls away, for some reader at least, in a way that is not followed here: the name is not known. */
export const LETTER_UNCLEAR: u32 = 0x82;

/** Ranges of letters that are LETTER_UNCLEAR, first and last of each, ascending, 0 at the end. */
const UNCLEAR: usize = memory.data<u32>([
  0x80, 0xb6, 0xb8, 0xbf, 0xdf, 0xdf, 0x130, 0x130, 0x132, 0x133, 0x13f, 0x140, 0x149, 0x149, 0x17f, 0x17f,
  0x1c4, 0x1cc, 0x1f1, 0x1f3, 0x2b0, 0x2ff, 0x34f, 0x34f, 0x37a, 0x37a, 0x37e, 0x37e, 0x384, 0x385, 0x61c,
  0x61c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b, 0x180f, 0x1d2c, 0x1dbf, 0x1e9a, 0x1e9a, 0x1e9e, 0x1e9e,
  0x1fbd, 0x1fc1, 0x1fcd, 0x1fcf, 0x1fdd, 0x1fdf, 0x1fed, 0x1fef, 0x1ffd, 0x1ffe, 0x2000, 0x2bff, 0x2c7c,
  0x2c7d, 0x3000, 0x3001, 0x309b, 0x309c, 0x3164, 0x3164, 0x3200, 0x33ff, 0xa7e0, 0xa7f4, 0xfb00, 0x1ffff,
  0x323b0, 0x10ffff, 0,
]);

function lies(letter: u32, first: u32, last: u32): bool {
  return letter - first <= last - first;
}

function isUnclear(letter: u32): bool {
  for (let range = UNCLEAR; load<u32>(range) != 0 && load<u32>(range) <= letter; range += 8)
    if (letter <= load<u32>(range, 4)) return true;
  return false;
}

/** The ASCII byte that a letter becomes, or LETTER_*. */
export function foldLetter(letter: u32): u32 {
  if (letter < 0x80) return letter;
  if (letter == 0x3002 || letter == 0xff61) return 0x2e; // Ideographic full stops.
  if (lies(letter, 0xff01, 0xff5e)) return letter - 0xfee0; // Full-width forms, the full stop among them.
  if (letter == 0xad || letter == 0x200b || letter == 0x2060) return LETTER_DROPPED;
  if (letter == 0xfeff || lies(letter, 0xfe00, 0xfe0f)) return LETTER_DROPPED;
  return isUnclear(letter) ? LETTER_UNCLEAR : LETTER_OTHER;
}
