/** The words of a text, their forms, and what a text shows (docs/format/cell.md, section 6). */
import { asciiLower } from "./bytes.ts";
import { hit } from "./coverage.ts";
import { hashOf, OF_FORM } from "./hashes.ts";
import { limit } from "./wire.ts";

interface Word {
  text: string;
  /** Only blanks stand between it and the next word. */
  hasNeighbour: boolean;
}

const WORDS = /[^\x00-\x20\x7f"'()[\]{}<>,;|\\`]+/g;
const LEADING = /^[@#$*:!?=]+/;
const TRAILING = /[.:!?*/]+$/;
const WWW = /^www\../is;
/** Of a value no other bytes may be cut off. */
const LEADING_OF_VALUE = /^[@#]*$/;
const TRAILING_OF_VALUE = /^[./]*$/;
const NUMERAL = /^[A-Z0-9]+$/;
/** A tool's word with one of these is looked at, also if it is not proper. */
const TELLING = /[0-9@./_:+-]/;
const FORM_BYTES_MIN = 3;
/** Rows of so many neighbours need not be numerals. */
const NEIGHBOURS_OF_TEXT = 3;

export function wordsOf(text: string): Word[] {
  const found = [...text.matchAll(WORDS)];
  return found.map((match, i) => {
    const next = found[i + 1];
    const between = next === undefined ? "\x7f" : text.slice(match.index + match[0].length, next.index);
    return { text: match[0], hasNeighbour: /^[\x00-\x20]+$/.test(between) };
  });
}

export function isProper(word: string): boolean {
  return /^[A-Z0-9+\x80-\xff]/.test(word);
}

export function isNumeral(word: string): boolean {
  return NUMERAL.test(word);
}

/** Neighbouring words without what is cut off at their ends, and that. */
function cutOff(words: string[]): { cut: string[]; leading: string; trailing: string } {
  const cut = [...words];
  const last = cut.length - 1;
  const leading = LEADING.exec(cut[0] as string)?.[0] ?? "";
  cut[0] = (cut[0] as string).slice(leading.length);
  const trailing = TRAILING.exec(cut[last] as string)?.[0] ?? "";
  cut[last] = (cut[last] as string).slice(0, (cut[last] as string).length - trailing.length);
  return { cut, leading, trailing };
}

/** The form of neighbouring words; null: they have none. */
export function formOf(words: string[]): string | null {
  const { cut } = cutOff(words);
  if (WWW.test(cut[0] as string)) {
    hit(`www. cut off ${cut.length === 1 ? "one word" : "words"}`);
    cut[0] = (cut[0] as string).slice("www.".length);
  }
  const last = cut.length - 1;
  if (cut[0] === "" || cut[last] === "") return null;
  const isNumber = cut.every(isNumeral) && cut.some((word) => /[0-9]/.test(word));
  const form = asciiLower(isNumber ? `\x01${cut.join("")}` : `\x00${cut.join(" ")}`);
  const most =
    words.length === 1
      ? limit("form_word_bytes_max")
      : limit(isNumber ? "form_numeral_bytes_max" : "form_words_bytes_max");
  return form.length < FORM_BYTES_MIN || form.length > most ? null : form;
}

/** The form of the whole of a value; null: it has none. */
export function formOfValue(text: string): string | null {
  const found = wordsOf(text);
  if (found.length < 1 || found.length > limit("form_words_max")) return null;
  if (!found.slice(0, -1).every(({ hasNeighbour }) => hasNeighbour)) return null;
  const words = found.map((word) => word.text);
  const { leading, trailing } = cutOff(words);
  const isWhole = text.startsWith(words[0] as string) && text.endsWith(words.at(-1) as string);
  if (!isWhole || !LEADING_OF_VALUE.test(leading) || !TRAILING_OF_VALUE.test(trailing)) {
    hit(`value without a form: edge of ${words.length === 1 ? "one word" : "words"}`);
    return null;
  }
  return formOf(words);
}

/** The host of the address in a word: behind `://`, or of a word with a slash; null: it has none that counts. */
function hostIn(word: string): string | null {
  const at = word.indexOf("://");
  const hasScheme = at >= 0;
  if (!hasScheme && !word.includes("/")) return null;
  const [authority] = (hasScheme ? word.slice(at + 3) : word).split(/[/?#]/) as [string];
  if (authority.includes("@") || (!hasScheme && !authority.includes("."))) return null;
  hit(`host ${hasScheme ? "behind" : "without"} a scheme`);
  const [host] = authority.split(":") as [string];
  return host === "" ? null : host;
}

/** The forms that a text shows, in order, with repeats. */
export function formsShown(text: string, isUser: boolean): string[] {
  const words = wordsOf(text);
  const forms: string[] = [];
  const show = (name: string, row: string[]): void => {
    const form = formOf(row);
    hit(`text ${name} ${form === null ? "without a form" : "shown"}`);
    if (form !== null) forms.push(form);
  };
  words.forEach(({ text: word }, i) => {
    if (isUser || isProper(word) || TELLING.test(word)) show("word", [word]);
    const host = hostIn(word);
    if (host !== null) show("host", [host]);
    if (!isProper(word)) return;
    const row = [word];
    for (let more = 1; more < limit("form_words_max"); more++) {
      const next = words[i + more];
      if (next === undefined || words[i + more - 1]?.hasNeighbour !== true || !isProper(next.text)) break;
      row.push(next.text);
      if (more > NEIGHBOURS_OF_TEXT && !row.every(isNumeral)) break;
      show(row.every(isNumeral) ? "numerals" : "row", [...row]);
    }
  });
  return forms;
}

/** The hashes that a text shows, each once, in the order of the first ones; null: more than can be listed. */
export function observeModel(text: string, isUser: boolean, keySalt: Uint8Array): bigint[] | null {
  const hashes = new Set(formsShown(text, isUser).map((form) => hashOf(keySalt, OF_FORM, form)));
  return hashes.size > limit("seen_max") ? null : [...hashes];
}
