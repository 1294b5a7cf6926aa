/** The text of a call that detectors read: keys and values in document order, folded (docs/format/detect.md, 1). */
import { readable, utf8 } from "../bytes.ts";
import type { Node } from "../cmp.ts";

/** Code point to the ASCII byte that it looks like. */
type Folds = Map<number, number>;

export function textOf(payload: Node & { type: "map" }, folds: Folds): string {
  return payload.members.map(({ key, value }) => `${fold(key, folds)}=${valueText(value, folds)}`).join("");
}

function valueText(node: Node, folds: Folds): string {
  switch (node.type) {
    case "str":
      return `${fold(node.text, folds)}\n`;
    case "int":
      return node.value >= 10_000_000n ? `${node.value}\n` : "\n";
    case "array":
      return `\n${node.items.map((item) => valueText(item, folds)).join("")}`;
    case "map":
      return `\n${textOf(node, folds)}`;
    default:
      return "\n";
  }
}

const within = (code: number, ranges: [first: number, last: number][]): boolean =>
  ranges.some(([first, last]) => code >= first && code <= last);

const NOTHING: [number, number][] = [
  [0xad, 0xad],
  [0x300, 0x36f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xe0000, 0xe0fff],
];

const BLANK: [number, number][] = [
  [0xa0, 0xa0],
  [0x2000, 0x200a],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
];

const DASH: [number, number][] = [
  [0x2010, 0x2015],
  [0x2212, 0x2212],
  [0xfe58, 0xfe58],
  [0xfe63, 0xfe63],
];

/** First digits of the scripts that have digits of their own. */
const ZEROS = [0x660, 0x6f0, 0x966];

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** The folded bytes of a str or key. */
export function fold(bytes: string, folds: Folds): string {
  let out = "";
  for (const letter of readable(bytes)) out += foldLetter(letter.codePointAt(0) as number, letter, folds);
  return out;
}

function foldLetter(code: number, letter: string, folds: Folds): string {
  if (code < 0x80) return letter;
  if (within(code, NOTHING)) return "";
  if (within(code, BLANK)) return " ";
  if (within(code, DASH)) return "-";
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0);
  const zero = ZEROS.find((first) => code >= first && code <= first + 9);
  if (zero !== undefined) return String(code - zero);
  if (code >= 0x1d400 && code <= 0x1d6a3) return LETTERS.charAt((code - 0x1d400) % 52);
  if (code >= 0x1d7ce && code <= 0x1d7ff) return String((code - 0x1d7ce) % 10);
  const looksLike = folds.get(code);
  return looksLike === undefined ? utf8(letter) : String.fromCharCode(looksLike);
}
