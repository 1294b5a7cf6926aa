/** The line that a finding is about, with a caret under it. */

import { cut } from "./text.js";

const COLUMNS_MAX = 110;

/** Two lines, or none when the place is not in the text. */
export function pointedOut(
  text: string,
  { line, column }: { readonly line: number; readonly column: number },
): string[] {
  const found = text.split(/\r?\n/)[line - 1];
  if (found === undefined || found.trim() === "") return [];
  // A long line is shown from a little before the place.
  const from = column > COLUMNS_MAX ? column - 20 : 1;
  const lead = `${line} | `;
  const shown = cut(found.slice(from - 1), COLUMNS_MAX);
  return [`${lead}${shown}`, `${" ".repeat(lead.length + column - from)}^`];
}
