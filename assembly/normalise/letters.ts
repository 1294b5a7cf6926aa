/**
 * Letters that look like ASCII in the name of a host, as browsers map them before they resolve it
 * (docs/format/evaluation.md, host).
 */

/** The letter stays as it is. */
export const LETTER_OTHER: u32 = 0x80;
/** It falls away. */
export const LETTER_DROPPED: u32 = 0x81;
/** It becomes ASCII in a way that is not followed here, so the name is not known. */
export const LETTER_UNCLEAR: u32 = 0x82;

function lies(letter: u32, first: u32, last: u32): bool {
  return letter - first <= last - first;
}

/** The ASCII byte that a letter becomes, or LETTER_*. */
export function foldLetter(letter: u32): u32 {
  if (letter < 0x80) return letter;
  if (letter == 0x3002 || letter == 0xff61) return 0x2e; // Ideographic full stops.
  if (lies(letter, 0xff01, 0xff5e)) return letter - 0xfee0; // Full-width forms, the full stop among them.
  if (
    letter == 0xad ||
    letter == 0x200b ||
    letter == 0x2060 ||
    letter == 0xfeff ||
    lies(letter, 0xfe00, 0xfe0f)
  ) {
    return LETTER_DROPPED;
  }
  if (letter < 0x250) {
    const isSign = letter == 0xa0 || letter == 0xaa || letter == 0xb2 || letter == 0xb3 || letter == 0xb9;
    const isLetterSign = letter == 0xba || lies(letter, 0xbc, 0xbe) || letter == 0x130 || letter == 0x17f;
    return isSign || isLetterSign ? LETTER_UNCLEAR : LETTER_OTHER;
  }
  const isUnclear =
    lies(letter, 0x2b0, 0x2ff) || // Modifier letters.
    lies(letter, 0x1d2c, 0x1d6a) ||
    lies(letter, 0x2000, 0x218f) || // Spaces, dots, raised and lowered digits, letterlike signs, fractions.
    lies(letter, 0x2460, 0x24ff) || // In circles and brackets.
    lies(letter, 0x2c7c, 0x2c7d) ||
    letter == 0x3000 ||
    lies(letter, 0x3200, 0x33ff) ||
    lies(letter, 0xfb00, 0xfb06) || // Ligatures.
    lies(letter, 0xfe10, 0xfe6f) || // Small forms.
    lies(letter, 0x1d400, 0x1d7ff) || // Mathematical letters and digits.
    lies(letter, 0x1f100, 0x1f2ff);
  return isUnclear ? LETTER_UNCLEAR : LETTER_OTHER;
}
