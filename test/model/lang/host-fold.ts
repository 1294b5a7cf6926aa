/**
 * Letters of a host that readers take for others. evaluation.md names the folding of hosts («before folding») without
 * saying what it is. This is the strict reading of test/vectors/lang/addresses.jsonl and of UTS 46, which says what clients
 * make of a host: full-width letters and the dots of other scripts become ASCII, a few letters that nobody sees fall away,
 * and every other letter that some client drops or takes for ASCII is refused, with the blocks that such letters stand in.
 */

import { readable, toBytes, utf8 } from "../bytes.ts";
import { isUtf8 } from "../cmp.ts";

/** The host with its letters folded, or null where it may be read in more than one way. */
export function foldHost(text: string): string | null {
  if (!/[\x80-\xff]/.test(text)) return text;
  if (!isUtf8(toBytes(text))) return null;
  let out = "";
  for (const letter of readable(text)) {
    const code = letter.codePointAt(0) as number;
    if (code < 0x80) out += letter;
    else if (code >= 0xff01 && code <= 0xff5e) out += String.fromCharCode(code - 0xfee0);
    else if (code === 0x3002 || code === 0xff61) out += ".";
    else if (isIn(code, UNSEEN)) continue;
    else if (isIn(code, REFUSED) || isIn(code, DROPPED_BY_CLIENTS) || isTakenForAscii(letter)) return null;
    else out += utf8(letter);
  }
  return out;
}

type Ranges = [first: number, last: number][];

function isIn(code: number, ranges: Ranges): boolean {
  return ranges.some(([first, last]) => code >= first && code <= last);
}

const UNSEEN: Ranges = [
  [0xad, 0xad],
  [0x200b, 0x200b],
  [0x2060, 0x2060],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
];

/** Blanks, punctuation, numbers in circles, letters in other shapes. */
const REFUSED: Ranges = [
  [0xa0, 0xa0],
  [0xaa, 0xaa],
  [0xb2, 0xb3],
  [0xb9, 0xba],
  [0xbc, 0xbe],
  [0x130, 0x130],
  [0x17f, 0x17f],
  [0x2b0, 0x2ff],
  [0x1d2c, 0x1d6a],
  [0x2000, 0x218f],
  [0x2460, 0x24ff],
  [0x2c7c, 0x2c7d],
  [0x3000, 0x3000],
  [0x3200, 0x33ff],
  [0xfb00, 0xfb06],
  [0xfe10, 0xfe6f],
  [0x1d400, 0x1d7ff],
  [0x1f100, 0x1f2ff],
];

const DROPPED_BY_CLIENTS: Ranges = [
  [0x34f, 0x34f],
  [0x180b, 0x180d],
  [0x180f, 0x180f],
  [0x1e9e, 0x1e9e],
  [0x1bca0, 0x1bca3],
  [0xe0100, 0xe01ef],
];

function isTakenForAscii(letter: string): boolean {
  return /^[a-z0-9.-]+$/.test(letter.normalize("NFKC").toLowerCase().normalize("NFKC"));
}
