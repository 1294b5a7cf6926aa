/**
 * Text from records on its way to people: what nobody sees, what moves a cursor and what reorders a line is spelt out,
 * by the rule that the command line has for terminals (bindings/cli/text.ts; a test compares the two). Here the letters
 * that nobody sees are listed, so that a report keeps its bytes when a later Unicode adds some.
 */

/** Control characters, half surrogates, marks of direction, zero width, fillers, tags, and what is no character. */
const UNSAFE =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: signs that combine with others are meant each by itself
  /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;

const hex4 = (unit: number): string => unit.toString(16).padStart(4, "0");

/** One line of text from anywhere, safe to show: `\u202e`, `\u{e0041}`. */
export function shown(text: string): string {
  // Most cells are digests and codes.
  if (/^[ -~]*$/.test(text)) return text;
  return text.replace(UNSAFE, (sign) => {
    const point = sign.codePointAt(0) as number;
    return point > 0xffff ? `\\u{${point.toString(16)}}` : `\\u${hex4(point)}`;
  });
}

/** One item of a list in one cell: quoted where it could be taken for more than one, or for none. */
export function item(text: string): string {
  return /^$|[;,:()"]|^\s|\s$/.test(text) ? JSON.stringify(text) : text;
}

/** A value as one line of JSON in which those signs are JSON's own escapes: a reader gets the exact text back. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(UNSAFE, (sign) =>
    Array.from({ length: sign.length }, (_, at) => `\\u${hex4(sign.charCodeAt(at))}`).join(""),
  );
}

const MARKUP: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Safe to show, and text everywhere in HTML and XML, in attributes too. */
export function markup(text: string): string {
  return shown(text).replace(/[&<>"']/g, (sign) => MARKUP[sign] as string);
}

/** The last moment that a date can name; records can name later ones. */
const DATE_MS_MAX = 8_640_000_000_000_000;

/** A time in UTC, ISO 8601 with milliseconds. */
export function timeText(timeMs: number): string {
  return timeMs <= DATE_MS_MAX ? new Date(timeMs).toISOString() : `${timeMs} ms`;
}

/** Basis points as a percentage with two decimals, without its sign. */
export function percentText(basisPoints: number): string {
  const digits = String(basisPoints).padStart(3, "0");
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
