/** Letters of a host that readers take for others: the table of evaluation.md, «Folding». The first line that fits counts. */

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
    else if (isIn(code, DOTS)) out += ".";
    else if (isIn(code, FULL_WIDTH)) out += String.fromCharCode(code - 65248);
    else if (isIn(code, UNSEEN)) continue;
    else if (isIn(code, REFUSED)) return null;
    else out += utf8(letter);
  }
  return out;
}

type Range = readonly [first: number, last: number];

function isIn(code: number, ranges: readonly Range[]): boolean {
  return ranges.some(([first, last]) => code >= first && code <= last);
}

/** Code points as the page writes them: hexadecimal, with an en dash between first and last. */
function rangesOf(cell: string): Range[] {
  return cell.split(" ").map((range) => {
    const [first = "", last = first] = range.split("–");
    return [Number.parseInt(first, 16), Number.parseInt(last, 16)];
  });
}

const DOTS = rangesOf("3002 FF61");
const FULL_WIDTH = rangesOf("FF01–FF5E");
const UNSEEN = rangesOf("AD 200B 2060 FE00–FE0F FEFF");
const REFUSED = rangesOf(
  "80–B6 B8–BF DF 130 132–133 13F–140 149 17F 1C4–1CC 1F1–1F3 2B0–2FF 34F 37A 37E 384–385 61C 115F–1160 17B4–17B5 " +
    "180B–180F 1D2C–1DBF 1E9A 1E9E 1FBD–1FC1 1FCD–1FCF 1FDD–1FDF 1FED–1FEF 1FFD–1FFE 2000–2BFF 2C7C–2C7D 3000–3001 " +
    "309B–309C 3164 3200–33FF A7E0–A7F4 FB00–1FFFF 323B0–10FFFF",
);
