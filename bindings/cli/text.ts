/** Text for terminals: colour where it is wanted, columns that line up, nothing that moves somebody's cursor. */

import picocolors from "picocolors";

export type Colors = ReturnType<typeof picocolors.createColors>;

/** Colours for a stream: never with NO_COLOR or a dumb terminal, always with FORCE_COLOR, else only on a terminal. */
export function colorsFor(stream: { isTTY?: boolean }, environment: NodeJS.ProcessEnv = process.env): Colors {
  const { NO_COLOR, FORCE_COLOR, TERM } = environment;
  const plain = (NO_COLOR ?? "") !== "" || TERM === "dumb" || FORCE_COLOR === "0";
  const forced = (FORCE_COLOR ?? "") !== "";
  return picocolors.createColors(!plain && (forced || stream.isTTY === true));
}

const COLUMNS_MIN = 60;
const COLUMNS_MAX = 120;
const COLUMNS_PLAIN = 100;

/** Columns to write for. A pipe gets a fixed width, so that piped output does not depend on the window. */
export function columnsOf(stream: { isTTY?: boolean; columns?: number }): number {
  if (stream.isTTY !== true) return COLUMNS_PLAIN;
  return Math.min(COLUMNS_MAX, Math.max(COLUMNS_MIN, stream.columns ?? COLUMNS_PLAIN));
}

// Control characters, halves of characters, marks that reorder text on screen, what is no character, and letters that
// nobody sees: zero width, fillers, tags. bindings/evidence/report/text.ts has the same rule for reports.
const UNSAFE =
  /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\u2028\u2029\ufff9-\ufffb]/gu;

/** One line of text from anywhere, safe to print: control and direction characters are spelt out. */
export function safe(text: string): string {
  return text.replace(UNSAFE, (sign) => {
    const digits = (sign.codePointAt(0) as number).toString(16);
    return digits.length > 4 ? `\\u{${digits}}` : `\\u${digits.padStart(4, "0")}`;
  });
}

/** Text cut into lines of at most `columns`, at spaces where there are any. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Text of at most `columns`, with three dots for what was cut. */
export function cut(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, columns - 3)}...`;
}

/** Rows with every column but the last padded to its widest cell. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] as number))
      .join("  ")
      .trimEnd(),
  );
}

/** The last moment that a date can name; records can name later ones. */
const DATE_MS_MAX = 8_640_000_000_000_000;

/** A time in UTC. */
export function timeText(timeMs: number): string {
  return timeMs <= DATE_MS_MAX ? new Date(timeMs).toISOString() : `${timeMs} ms`;
}
