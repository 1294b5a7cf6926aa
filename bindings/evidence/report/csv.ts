/** CSV (RFC 4180) in UTF-8 with a byte order mark, which is how spreadsheets know the encoding. */

import { COLUMNS, type Column } from "./columns.ts";
import { encoded } from "./head.ts";
import type { ReportRow } from "./row.ts";
import { percentText, shown, timeText } from "./text.ts";

const BYTE_ORDER_MARK = "\ufeff";

/** Signs that make a spreadsheet compute a cell, with those that its input methods take for them. */
const FORMULA_SIGN = "[=+\\-@\\uff1d\\uff0b\\uff0d\\uff20\\u2212\\ufe62\\ufe63\\ufe66\\ufe6b]";

/** Such a sign where a cell begins, or would begin for a reader that separates at another sign. */
const FORMULA = new RegExp(`(^|[;,|])([\\s"']*)(?=${FORMULA_SIGN})`, "gu");

/** The report piece by piece. */
export function csv(rows: Iterable<ReportRow>): Generator<Uint8Array> {
  return encoded(csvLines(rows));
}

function* csvLines(rows: Iterable<ReportRow>): Generator<string> {
  yield BYTE_ORDER_MARK;
  yield `${COLUMNS.map(({ name }) => name).join(",")}\r\n`;
  for (const row of rows) yield `${COLUMNS.map((column) => cell(column, row)).join(",")}\r\n`;
}

function cell({ kind, of }: Column, row: ReportRow): string {
  const value = of(row);
  if (value === null || value === "") return "";
  if (kind === "integer") return String(value);
  if (kind === "percent") return percentText(value as number);
  return quoted(kind === "time" ? timeText(value as number) : (value as string));
}

/** Text as a quoted cell. An apostrophe in front keeps a formula text; its reader sees that it is there. */
function quoted(text: string): string {
  const plain = shown(text).replace(FORMULA, "$1$2'");
  return `"${plain.replaceAll('"', '""')}"`;
}
