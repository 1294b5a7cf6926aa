/**
 * Values of a call for the eyes of who decides: all of them, each sign that can be taken for another one spelt out. A text
 * stands in quotes with JSON's escapes, so a backslash that was in it is doubled and no escape can be forged.
 */

import { shown } from "../evidence/report/text.ts";
import type { CmpValue } from "../src/codec/decode.ts";
import { LOOK_ALIKES, LOOKED_ALIKE } from "../src/gen/look-alikes.ts";
import { hex } from "../src/sha256.ts";

/** A sign that was spelt out, and the ASCII text that it looks like; empty for one that is not seen or moves others. */
export interface Mark {
  readonly point: number;
  readonly like: string;
}

const LIKE: ReadonlyMap<string, string> = new Map(
  [...LOOK_ALIKES].map((letter, at) => [letter, LOOKED_ALIKE.charAt(at)]),
);
/** Signs that look like these on most screens and are others. Dashes of prose are longer and stay. */
const SIGNS: ReadonlyMap<string, string> = new Map([
  ...[..."\u2010\u2011\u2212\ufe63"].map((sign) => [sign, "-"] as const),
  ...[..."\u2044\u2215\u29f8"].map((sign) => [sign, "/"] as const),
  ...[..."\u2216\u29f5\u29f9"].map((sign) => [sign, "\\"] as const),
  ...[..."\u2024\ua4f8"].map((sign) => [sign, "."] as const),
  ...[..."\u02d0\u0589\u05c3\u2236\ua789"].map((sign) => [sign, ":"] as const),
  ...[..."\u037e"].map((sign) => [sign, ";"] as const),
]);
const ASCII_ONLY = /^[ -~]*$/;
const OF_WORD = /[\p{L}\p{N}\p{M}]/u;
/** Scripts with letters that nobody can tell from Latin ones. */
const NEAR_LATIN =
  /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Lisu}\p{Script=Coptic}]/u;
const WIDE_BLANK = /(?! )\p{Zs}/u;
/** Strokes and accents. Behind an ASCII sign they make another one, and for what is meant there is mostly one sign. */
const LOOSE_MARK = /[\u0300-\u036f]/;

/** One line without signs that deceive, and which those were. */
export function marked(text: string): { readonly text: string; readonly marks: readonly Mark[] } {
  return spelt(text, (sign) => sign);
}

/** The same as JSON: in quotes, in which an escape that stood in the text has another backslash. */
function quotedText(text: string): { readonly text: string; readonly marks: readonly Mark[] } {
  const { text: inside, marks } = spelt(text, (sign) => JSON.stringify(sign).slice(1, -1));
  return { text: `"${inside}"`, marks };
}

function spelt(text: string, plain: (sign: string) => string): { text: string; marks: Mark[] } {
  const signs = [...text];
  if (ASCII_ONLY.test(text)) return { text: signs.map(plain).join(""), marks: [] };
  const marks: Mark[] = [];
  const likes = likesOf(signs);
  const shownSigns = signs.map((sign, at) => {
    const like = likes[at];
    if (like === undefined) return plain(sign);
    marks.push({ point: sign.codePointAt(0) as number, like });
    // The usual ends of lines are JSON's own, where this is JSON.
    const own = plain(sign);
    return sign < " " && own !== sign ? own : escaped(sign);
  });
  return { text: shownSigns.join(""), marks };
}

/** For each sign that must be spelt out what it looks like, or empty; undefined for the others. */
function likesOf(signs: readonly string[]): (string | undefined)[] {
  const likes = signs.map((sign, at) => {
    if (shown(sign) !== sign) return "";
    if (WIDE_BLANK.test(sign)) return " ";
    if (LOOSE_MARK.test(sign))
      return isAscii(signs[at - 1]) || LOOSE_MARK.test(signs[at - 1] ?? "") ? "" : undefined;
    return SIGNS.get(sign) ?? asciiOf(sign);
  });
  for (let from = 0; from < signs.length; from++) {
    let end = from;
    while (end < signs.length && OF_WORD.test(signs[end] as string)) end++;
    const word = signs.slice(from, end);
    // In its own script a letter is what it is; unless all of the word could be read as an ASCII one.
    const isDisguise =
      word.some((letter) => /[A-Za-z]/.test(letter)) ||
      (word.length > 1 && word.every((letter) => LIKE.has(letter)));
    word.forEach((letter, at) => {
      if (isDisguise && (LIKE.has(letter) || NEAR_LATIN.test(letter)))
        likes[from + at] ??= LIKE.get(letter) ?? "";
    });
    from = end;
  }
  return likes;
}

function isAscii(sign: string | undefined): boolean {
  return sign === undefined || sign <= "~";
}

/** What a full-width, mathematical or raised sign stands for, where that is ASCII. Three dots are three dots. */
function asciiOf(sign: string): string | undefined {
  if (sign <= "~" || sign === "\u2026") return undefined;
  const plain = sign.normalize("NFKC");
  return plain !== sign && /^[!-~]+$/.test(plain) ? plain : undefined;
}

function escaped(sign: string): string {
  const digits = (sign.codePointAt(0) as number).toString(16);
  return digits.length > 4 ? `\\u{${digits}}` : `\\u${digits.padStart(4, "0")}`;
}

const WARNINGS_MAX = 64;
/** Tab, line feed, carriage return: in quotes they deceive nobody. */
const LINE_SIGNS = [9, 10, 13];

/** A value in full, as indented JSON; what JSON has no form for is named: `bytes(0a0b)`. */
export class ValueText {
  readonly lines: readonly string[];
  readonly #marks = new Map<number, Mark>();

  constructor(value: CmpValue, indent = "") {
    this.lines = this.#value(value, indent, "", "");
  }

  /** What to look at twice, in words. */
  get warnings(): readonly string[] {
    const all = [...this.#marks.values()];
    const told = all.slice(0, WARNINGS_MAX).map(({ point, like }) => {
      const sign = escaped(String.fromCodePoint(point));
      return like === ""
        ? `${sign} is not seen, moves other signs, or passes for one`
        : `${sign} looks like ${like === " " ? "a blank" : like}`;
    });
    return all.length > told.length ? [...told, `and ${all.length - told.length} other signs`] : told;
  }

  #value(value: CmpValue, indent: string, lead: string, tail: string): string[] {
    if (typeof value === "string") return this.#text(value, indent, lead, tail);
    if (value instanceof Uint8Array) return [`${indent}${lead}bytes(${hex(value)})${tail}`];
    if (typeof value !== "object" || value === null) return [`${indent}${lead}${value}${tail}`];
    const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
    const items = Array.isArray(value)
      ? value.map((item: CmpValue) => ["", item] as const)
      : Object.entries(value).map(([key, item]) => [`${this.#quoted(key)}: `, item as CmpValue] as const);
    if (items.length === 0) return [`${indent}${lead}${open}${close}${tail}`];
    const inside = items.flatMap(([name, item], at) =>
      this.#value(item, `${indent}  `, name, at === items.length - 1 ? "" : ","),
    );
    return [`${indent}${lead}${open}`, ...inside, `${indent}${close}${tail}`];
  }

  /** A text of several lines stands in several pieces, one below the other, each in quotes of its own. */
  #text(text: string, indent: string, lead: string, tail: string): string[] {
    const pieces = text.split(/(?<=\n)/);
    if (pieces.length < 2) return [`${indent}${lead}${this.#quoted(text)}${tail}`];
    const last = pieces.length - 1;
    const below = pieces.map((piece, at) => `${indent}  ${this.#quoted(piece)}${at === last ? tail : ""}`);
    return [`${indent}${lead}`.trimEnd(), ...below];
  }

  #quoted(text: string): string {
    const { text: safe, marks } = quotedText(text);
    for (const { point, like } of marks) if (!LINE_SIGNS.includes(point)) this.#note(point, like);
    return safe;
  }

  #note(point: number, like: string): void {
    if (!this.#marks.has(point)) this.#marks.set(point, { point, like });
  }
}
