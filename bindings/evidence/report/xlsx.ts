/**
 * A workbook in the least SpreadsheetML that spreadsheets open: a sheet of entries and one about the file. Texts are
 * inline strings, which no program computes, and also keep that when somebody edits them.
 */

import { EvidenceError } from "../errors.ts";
import { COLUMNS, type Column } from "./columns.ts";
import { ANSWER_MEANINGS, encoded, joined, type ReportHead } from "./head.ts";
import type { ReportRow } from "./row.ts";
import { markup, shown, timeText } from "./text.ts";
import { zip } from "./zip.ts";

const ROWS_MAX = 1_048_576;
const CELL_CHARACTERS_MAX = 32_767;
const DAY_MS = 86_400_000;
/** 1 January 1970, as spreadsheets count days. */
const EPOCH_DAY = 25_569;
/** The first moment that has no date in a spreadsheet: the year 10000. */
const DATE_END_MS = 253_402_300_800_000;

/** Places in the list of cell formats. */
const STYLE = {
  plain: 0,
  heading: 1,
  text: 2,
  quoted: 3,
  integer: 4,
  percent: 5,
  time: 6,
  shadow: 7,
  deny: 8,
  review: 9,
  wrapped: 10,
};

const encoder = new TextEncoder();
const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/**
 * The file piece by piece; it is whole in memory before the first one.
 * @throws EvidenceError for more rows than a sheet holds.
 */
export function* xlsx(rows: Iterable<ReportRow>, head: ReportHead): Generator<Uint8Array> {
  const entries = entriesSheet(rows);
  const part = (name: string, text: string) => ({ name, bytes: encoder.encode(XML + text) });
  yield* zip([
    part("[Content_Types].xml", CONTENT_TYPES),
    part("_rels/.rels", relationships([["officeDocument", "xl/workbook.xml"]])),
    part("xl/workbook.xml", workbook(entries.lastRow)),
    part(
      "xl/_rels/workbook.xml.rels",
      relationships([
        ["worksheet", "worksheets/sheet1.xml"],
        ["worksheet", "worksheets/sheet2.xml"],
        ["styles", "styles.xml"],
      ]),
    ),
    part("xl/styles.xml", STYLES),
    { name: "xl/worksheets/sheet1.xml", bytes: entries.bytes },
    part("xl/worksheets/sheet2.xml", aboutSheet(head, entries.lastRow - 1)),
  ]);
}

const CONTENT_TYPES =
  `<Types xmlns="${PACKAGE}/content-types">` +
  '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
  `<Override PartName="/xl/workbook.xml" ContentType="${SHEET_TYPE}.sheet.main+xml"/>` +
  `<Override PartName="/xl/worksheets/sheet1.xml" ContentType="${SHEET_TYPE}.worksheet+xml"/>` +
  `<Override PartName="/xl/worksheets/sheet2.xml" ContentType="${SHEET_TYPE}.worksheet+xml"/>` +
  `<Override PartName="/xl/styles.xml" ContentType="${SHEET_TYPE}.styles+xml"/>` +
  "</Types>";

function relationships(targets: readonly (readonly [type: string, target: string])[]): string {
  const list = targets.map(
    ([type, target], at) => `<Relationship Id="rId${at + 1}" Type="${OFFICE}/${type}" Target="${target}"/>`,
  );
  return `<Relationships xmlns="${PACKAGE}/relationships">${list.join("")}</Relationships>`;
}

function workbook(lastRow: number): string {
  const name = (word: string, hidden: string, range: string) =>
    `<definedName name="_xlnm.${word}" localSheetId="0"${hidden}>Entries!${range}</definedName>`;
  const all = `$A$1:$${LAST_COLUMN}$${lastRow}`;
  return (
    `<workbook ${MAIN} xmlns:r="${OFFICE}"><sheets>` +
    '<sheet name="Entries" sheetId="1" r:id="rId1"/><sheet name="About" sheetId="2" r:id="rId2"/></sheets>' +
    `<definedNames>${name("_FilterDatabase", ' hidden="1"', all)}${name("Print_Titles", "", "$1:$1")}</definedNames>` +
    "</workbook>"
  );
}

const font = (bold: string, color: string): string =>
  `<font>${bold}<sz val="10"/>${color}<name val="Arial"/></font>`;
const fill = (color: string): string =>
  `<fill><patternFill patternType="solid"><fgColor rgb="FF${color}"/><bgColor indexed="64"/></patternFill></fill>`;
const format = (number: number, fontAt: number, fillAt: number, more = "", inside = ""): string =>
  `<xf numFmtId="${number}" fontId="${fontAt}" fillId="${fillAt}" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1"${more}` +
  (inside === "" ? "/>" : ` applyAlignment="1">${inside}</xf>`);
/** 49 is the number format of text. */
const TEXT = 49;

const STYLES =
  `<styleSheet ${MAIN}>` +
  '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss.000"/></numFmts>' +
  `<fonts count="3">${font("", "")}${font("<b/>", '<color rgb="FFFFFFFF"/>')}${font("<b/>", "")}</fonts>` +
  '<fills count="6"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>' +
  `${fill("1F3A5F")}${fill("FFD166")}${fill("F8D7DA")}${fill("FFF3CD")}</fills>` +
  '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>' +
  '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
  '<cellXfs count="11">' +
  format(0, 0, 0) +
  format(TEXT, 1, 2, "", '<alignment vertical="center"/>') +
  format(TEXT, 0, 0) +
  format(TEXT, 0, 0, ' quotePrefix="1"') +
  format(1, 0, 0) +
  format(10, 0, 0) +
  format(164, 0, 0) +
  format(TEXT, 2, 3) +
  format(TEXT, 2, 4) +
  format(TEXT, 2, 5) +
  format(TEXT, 0, 0, "", '<alignment vertical="top" wrapText="1"/>') +
  "</cellXfs>" +
  '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>' +
  "</styleSheet>";

/** `A` … `Z`, `AA` … of a column from 0. */
function letters(column: number): string {
  const last = String.fromCharCode(65 + (column % 26));
  return column < 26 ? last : letters(Math.floor(column / 26) - 1) + last;
}

/** As bytes from the start: a long sheet is longer than one text may be. */
function entriesSheet(rows: Iterable<ReportRow>): { readonly bytes: Uint8Array; readonly lastRow: number } {
  let lastRow = 1;
  function* xml(): Generator<string> {
    yield XML + ENTRIES_START;
    yield rowXml(
      1,
      COLUMNS.map(({ title }) => ({ style: STYLE.heading, text: title })),
    );
    for (const row of rows) {
      if (lastRow === ROWS_MAX) {
        throw new EvidenceError(
          "xlsx_too_many",
          `a sheet has ${ROWS_MAX} rows; choose fewer entries, or write CSV`,
        );
      }
      lastRow++;
      yield rowXml(
        lastRow,
        COLUMNS.map((column) => cellOf(column, row)),
      );
    }
    yield `</sheetData><autoFilter ref="A1:${LAST_COLUMN}${lastRow}"/>${ENTRIES_END}`;
  }
  const bytes = joined(encoded(xml()));
  return { bytes, lastRow };
}

const LAST_COLUMN = letters(COLUMNS.length - 1);

const ENTRIES_START =
  `<worksheet ${MAIN}><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>` +
  '<sheetViews><sheetView tabSelected="1" workbookViewId="0">' +
  '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' +
  '<selection pane="bottomLeft" activeCell="A2" sqref="A2"/></sheetView></sheetViews>' +
  `<sheetFormatPr defaultRowHeight="14"/><cols>${COLUMNS.map(
    ({ width }, at) => `<col min="${at + 1}" max="${at + 1}" width="${width}" customWidth="1"/>`,
  ).join("")}</cols><sheetData>`;

const ENTRIES_END =
  '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" footer="0.3"/>' +
  '<pageSetup orientation="landscape" fitToWidth="1" fitToHeight="0"/></worksheet>';

interface Cell {
  readonly style: number;
  /** Exactly one of the two; neither is an empty cell. */
  readonly text?: string;
  readonly number?: number;
}

const EMPTY: Cell = { style: STYLE.plain };

function cellOf({ name, kind, of }: Column, row: ReportRow): Cell {
  const value = of(row);
  if (value === null || value === "") return EMPTY;
  if (typeof value === "string") return { style: textStyle(name, value, row), text: value };
  if (kind === "percent") return { style: STYLE.percent, number: value / 10_000 };
  if (kind === "integer") return { style: STYLE.integer, number: value };
  if (value >= DATE_END_MS) return { style: STYLE.text, text: timeText(value) };
  return { style: STYLE.time, number: value / DAY_MS + EPOCH_DAY };
}

function textStyle(name: string, text: string, { verdict, mode }: ReportRow): number {
  if (name === "mode" && mode === "shadow") return STYLE.shadow;
  if (name === "verdict" && verdict !== "allow") return STYLE[verdict as "review" | "deny"];
  // As if it had been typed with an apostrophe in front: it stays text when somebody edits the cell.
  return /^\s*[\p{L}\p{N}]/u.test(text) ? STYLE.text : STYLE.quoted;
}

function rowXml(line: number, cells: readonly Cell[]): string {
  const list = cells.map((cell, at) => cellXml(`${letters(at)}${line}`, cell));
  return `<row r="${line}">${list.join("")}</row>`;
}

function cellXml(place: string, { style, text, number }: Cell): string {
  if (number !== undefined) return `<c r="${place}" s="${style}"><v>${number}</v></c>`;
  if (text === undefined) return "";
  return `<c r="${place}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${cellText(text)}</t></is></c>`;
}

/** Spreadsheets read `_x0041_` as `A`; its first sign is spelt in that way, so that the text stays. */
function cellText(text: string): string {
  const plain = shown(text).replace(/_(?=x[0-9a-f]{4}_)/gi, "_x005F_");
  return markup(cut(plain));
}

function cut(text: string): string {
  if (text.length <= CELL_CHARACTERS_MAX) return text;
  const note = ` … (cut; ${text.length} characters in all)`;
  const end = CELL_CHARACTERS_MAX - note.length;
  // Never half of a character, nor half of a spelt one.
  return text.slice(0, end).replace(/([\ud800-\udbff]|_x?[0-9a-f]{0,4}|\\u\{?[0-9a-f]{0,5})$/i, "") + note;
}

function aboutSheet(head: ReportHead, rowCount: number): string {
  const { origin, program, ranges, filter, time_ms } = head;
  const answer = head.answer ?? "none";
  const facts: (readonly [string, string | number])[] = [
    ["Log", origin],
    ["Entries in this file", rowCount],
    ["Chosen", filter ?? "all entries of the ranges below"],
    ["Verification", answer === "none" ? "not verified" : answer],
    ["What that means", ANSWER_MEANINGS[answer]],
    ["Written by", program],
    ...(time_ms === undefined ? [] : ([["Written at (UTC)", timeText(time_ms)]] as const)),
    ["Times", "UTC, as the host that decided gave them"],
    ["Score", "0 to 99.99 percent, by the policy's arithmetic; empty where nothing was scored"],
    ["Columns", "docs/reports.md of permit0 explains each"],
    ["Evidence for", "clauses that a row is evidence for; it does not say that a clause is met"],
    ["Shadow", "rows whose mode is SHADOW ran whatever their verdict says"],
    ...ranges.flatMap(({ shard, from, to, size, root }) => [
      [`Shard ${shard}: entries`, to > from ? `${from} to ${to - 1}` : "none"] as const,
      [`Shard ${shard}: checkpoint`, `size ${size}, root ${root}`] as const,
    ]),
  ];
  const lines = facts.map(([name, fact], at) =>
    rowXml(at + 1, [
      { style: STYLE.heading, text: name },
      typeof fact === "number"
        ? { style: STYLE.integer, number: fact }
        : { style: STYLE.wrapped, text: fact },
    ]),
  );
  return (
    `<worksheet ${MAIN}><dimension ref="A1:B${lines.length}"/>` +
    '<sheetViews><sheetView workbookViewId="0"/></sheetViews><sheetFormatPr defaultRowHeight="14"/>' +
    '<cols><col min="1" max="1" width="28" customWidth="1"/><col min="2" max="2" width="90" customWidth="1"/></cols>' +
    `<sheetData>${lines.join("")}</sheetData></worksheet>`
  );
}
