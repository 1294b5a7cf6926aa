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
  ...[..."\u201a\u066b"].map((sign) => [sign, ","] as const),
  ...[..."\u02d0\u0589\u05c3\u2236\ua789"].map((sign) => [sign, ":"] as const),
  ...[..."\u037e"].map((sign) => [sign, ";"] as const),
  ...[..."\u02bc"].map((sign) => [sign, "'"] as const),
]);
/** Stops and commas of prose, which stay behind their own letters. Behind ASCII they end no sentence. */
const PROSE: ReadonlyMap<string, string> = new Map([
  ["\u3002", "."],
  ["\uff61", "."],
  ["\u3001", ","],
  ["\u060c", ","],
]);
const ASCII_ONLY = /^[ -~]*$/;
const OF_WORD = /[\p{L}\p{N}\p{M}]/u;
const LETTER = /\p{L}/u;
const LATIN = /\p{Script=Latin}/u;
/** In these scripts words stand beside Latin ones without a blank, and no letter passes for a Latin one. */
const EASTERN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\u30fc]/u;
const WIDE_BLANK = /(?! )\p{Zs}/u;
/** Signs that are empty, though Unicode counts them among those that are seen, and those that a font gives any look. */
const EMPTY = /[\u2800\ufffc\p{Co}]/u;
const OTHER_DIGIT = /(?![0-9])\p{Nd}/u;
const MARK = /\p{M}/u;
/** Strokes, rings and accents of no script in particular. For what they make of a letter there is mostly one sign. */
const LOOSE_MARK = /[\p{Me}\p{Script_Extensions=Inherited}]/u;
/** Latin letters that no language but phonetics needs, small capitals among them, and clicks. */
const PHONETIC =
  /[\u01c0-\u01c3\u0250-\u02af\u1d00-\u1dbf\u2c60-\u2c7f\ua722-\ua7ff\uab30-\uab6f\u{10780}-\u{107bf}\u{1df00}-\u{1dfff}]/u;

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
  let base = "";
  const likes = signs.map((sign, at) => {
    if (!MARK.test(sign)) base = sign;
    return likeOf(sign, base, signs[at - 1] ?? "");
  });
  // In its own script a letter is what it is; unless all letters of the word could be read as ASCII ones.
  const isForeign = signs.some((sign) => isOther(sign) && !LIKE.has(sign));
  for (let from = 0; from < signs.length; from++) {
    let end = from;
    while (end < signs.length && OF_WORD.test(signs[end] as string)) end++;
    const word = signs.slice(from, end);
    const letters = word.filter((sign) => LETTER.test(sign));
    const isMixed = letters.some((letter) => LATIN.test(letter));
    const isPreposition = word.length === 1 && isForeign && isEdge(signs[from - 1]) && isEdge(signs[end]);
    const isDisguise = isMixed || (!isPreposition && letters.every((letter) => LIKE.has(letter)));
    word.forEach((letter, at) => {
      if (isDisguise && (LIKE.has(letter) || isOther(letter))) likes[from + at] ??= LIKE.get(letter) ?? "";
    });
    from = end;
  }
  return likes;
}

/** What one sign looks like, whatever its word. @param base what a mark stands on. */
function likeOf(sign: string, base: string, before: string): string | undefined {
  if (shown(sign) !== sign || EMPTY.test(sign)) return "";
  if (WIDE_BLANK.test(sign)) return " ";
  if (MARK.test(sign))
    return LOOSE_MARK.test(sign) || !LETTER.test(base) || LATIN.test(base) ? "" : undefined;
  if (before !== "" && before <= "~" && PROSE.has(sign)) return PROSE.get(sign);
  const like = SIGNS.get(sign) ?? asciiOf(sign);
  return like ?? (OTHER_DIGIT.test(sign) || PHONETIC.test(sign) ? (LIKE.get(sign) ?? "") : undefined);
}

/** A letter that does not belong into a Latin word. */
function isOther(sign: string): boolean {
  return LETTER.test(sign) && !LATIN.test(sign) && !EASTERN.test(sign);
}

function isEdge(sign: string | undefined): boolean {
  return sign === undefined || " ,.".includes(sign);
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
/** Scripts by name; letters of any other are those of a rare one. */
const SCRIPTS = [
  ...[
    "Arabic",
    "Armenian",
    "Bengali",
    "Cherokee",
    "Coptic",
    "Cyrillic",
    "Devanagari",
    "Ethiopic",
    "Georgian",
  ],
  ...["Greek", "Gujarati", "Gurmukhi", "Han", "Hangul", "Hebrew", "Hiragana", "Kannada", "Katakana", "Khmer"],
  ...["Lao", "Lisu", "Malayalam", "Mongolian", "Myanmar", "Nko", "Sinhala", "Syriac", "Tamil", "Telugu"],
  ...["Thaana", "Thai", "Tibetan", "Tifinagh"],
].map((name) => ({ name, letter: new RegExp(`\\p{Script=${name}}`, "u") }));
const OTHER_LETTERS = /(?!\p{Script=Latin}|\p{Script=Common})\p{L}/gu;
/** Letters that run from right to left, and take digits and signs beside them along. */
const LEFTWARD = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** Puts texts in quotes, and remembers what to look at twice. */
export class Lookout {
  readonly #marks = new Map<number, Mark>();
  readonly #scripts = new Map<string, boolean>();

  quoted(text: string): string {
    const { text: safe, marks } = quotedText(text);
    for (const mark of marks)
      if (!LINE_SIGNS.includes(mark.point) && !this.#marks.has(mark.point)) this.#marks.set(mark.point, mark);
    for (const [letter] of safe.matchAll(OTHER_LETTERS)) {
      const script = SCRIPTS.find((one) => one.letter.test(letter));
      this.#scripts.set(script?.name ?? "a rare script", LEFTWARD.test(letter));
    }
    return safe;
  }

  /** In words: each sign that was spelt out, and each script whose letters were not. */
  get warnings(): readonly string[] {
    const all = [...this.#marks.values()];
    const told = all.slice(0, WARNINGS_MAX).map(({ point, like }) => {
      const sign = escaped(String.fromCodePoint(point));
      return like === ""
        ? `${sign} is not seen, moves other signs, or passes for one`
        : `${sign} looks like ${like === " " ? "a blank" : like}`;
    });
    const more = all.length > told.length ? [`and ${all.length - told.length} other signs`] : [];
    const scripts = [...this.#scripts].map(
      ([name, isLeftward]) =>
        `letters of ${name}${isLeftward ? ", from right to left: a screen may turn the order of digits and signs beside them" : ""}`,
    );
    return [...told, ...more, ...scripts];
  }
}

/** A value in full, as indented JSON; what JSON has no form for is named: `bytes(0a0b)`. */
export class ValueText {
  readonly lines: readonly string[];
  readonly #lookout: Lookout;

  /** @param lookout where several values have one list of warnings. */
  constructor(value: CmpValue, indent = "", lookout = new Lookout()) {
    this.#lookout = lookout;
    this.lines = this.#value(value, indent, "", "");
  }

  get warnings(): readonly string[] {
    return this.#lookout.warnings;
  }

  #value(value: CmpValue, indent: string, lead: string, tail: string): string[] {
    if (typeof value === "string") return this.#text(value, indent, lead, tail);
    if (value instanceof Uint8Array) return [`${indent}${lead}bytes(${hex(value)})${tail}`];
    if (typeof value !== "object" || value === null) return [`${indent}${lead}${value}${tail}`];
    const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
    const items = Array.isArray(value)
      ? value.map((item: CmpValue) => ["", item] as const)
      : Object.entries(value).map(
          ([key, item]) => [`${this.#lookout.quoted(key)}: `, item as CmpValue] as const,
        );
    if (items.length === 0) return [`${indent}${lead}${open}${close}${tail}`];
    const inside = items.flatMap(([name, item], at) =>
      this.#value(item, `${indent}  `, name, at === items.length - 1 ? "" : ","),
    );
    return [`${indent}${lead}${open}`, ...inside, `${indent}${close}${tail}`];
  }

  /** A text of several lines stands in several pieces, one below the other, each in quotes of its own. */
  #text(text: string, indent: string, lead: string, tail: string): string[] {
    const pieces = text.split(/(?<=\n)/);
    if (pieces.length < 2) return [`${indent}${lead}${this.#lookout.quoted(text)}${tail}`];
    const last = pieces.length - 1;
    const below = pieces.map(
      (piece, at) => `${indent}  ${this.#lookout.quoted(piece)}${at === last ? tail : ""}`,
    );
    return [`${indent}${lead}`.trimEnd(), ...below];
  }
}
