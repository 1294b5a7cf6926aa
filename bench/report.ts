/** Results as tables: for a terminal, and as Markdown for bench/README.md. */

import type { Figure, PartResult, Results, Row } from "./results.ts";
import { TARGETS } from "./targets.ts";

const COLUMNS = ["", "bytes", "p50 us", "p99 us", "per second", "p50 / switch"];

/** A table as lines; the first line of cells is the header. */
type Cells = readonly (readonly string[])[];

export function reportText(results: Results): string {
  return sections(results)
    .map(({ title, cells }) => `${title}\n${padded(cells)}`)
    .join("\n\n");
}

/** What stands in bench/README.md between its two marks. */
export function reportMarkdown(results: Results): string {
  const { machine } = results;
  const head = `Measured on ${results.date} (UTC): ${machine.cpu}, ${machine.cores} cores, ${machine.platform}, Node ${machine.node}. Engine \`${results.engine.slice(0, 16)}\`, base image \`${results.image.slice(0, 16)}\`.`;
  const tables = sections(results).map(({ title, cells }) => {
    const [header = [], ...rows] = cells;
    const line = (row: readonly string[]): string => `| ${row.join(" | ")} |`;
    const ruler = line(header.map((_, at) => (at === 0 ? "---" : "---:")));
    return `### ${title}\n\n${[line(header), ruler, ...rows.map(line)].join("\n")}`;
  });
  const notes = Object.values(results.parts).flatMap((part) => part.notes.map((note) => `- ${note}`));
  return [head, ...tables, `### Notes of the run\n\n${notes.join("\n")}`].join("\n\n");
}

function sections(results: Results): { title: string; cells: Cells }[] {
  const parts = Object.entries(results.parts).flatMap(([name, part]) => partSections(name, part));
  return [{ title: "Targets", cells: targetCells(results) }, ...parts];
}

function partSections(name: string, part: PartResult): { title: string; cells: Cells }[] {
  const tables = part.tables.map(({ title, rows }) => ({
    title: `${name}: ${title}`,
    cells: [COLUMNS, ...rows.map(rowCells)],
  }));
  if (part.figures.length === 0) return tables;
  return [...tables, { title: name, cells: [["", "value", "unit"], ...part.figures.map(figureCells)] }];
}

function rowCells({ name, request_bytes, p50_ns, p99_ns, per_second, floor }: Row): string[] {
  return [name, String(request_bytes), us(p50_ns), us(p99_ns), thousands(per_second), String(floor)];
}

function figureCells({ name, value, unit }: Figure): string[] {
  return [name, unit === "bytes" ? thousands(value) : String(value), unit];
}

function targetCells(results: Results): string[][] {
  const rows = TARGETS.flatMap(({ what, unit, at_most, stretch, of }) => {
    const value = of(results);
    if (value === undefined) return [];
    const met = stretch !== undefined && value <= stretch ? "stretch" : value <= at_most ? "yes" : "no";
    return [
      [what, unit, thousands(at_most), stretch === undefined ? "" : String(stretch), short(value), met],
    ];
  });
  return [["target", "unit", "at most", "stretch", "measured", "met"], ...rows];
}

function us(ns: number): string {
  return short(ns / 1_000);
}

/** Three digits are all that such a measurement can carry. */
function short(value: number): string {
  return value >= 1_000 ? thousands(Math.round(value)) : String(Number(value.toPrecision(3)));
}

function thousands(value: number): string {
  const [whole = "", decimals] = String(value).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, " ");
  return decimals === undefined ? grouped : `${grouped}.${decimals}`;
}

function padded(cells: Cells): string {
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  return cells
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
