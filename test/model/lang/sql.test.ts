/** SQL against test/vectors/lang/sql.jsonl. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readable, utf8 } from "../bytes.ts";
import type { Image } from "../image.ts";
import { fieldNumber, taxonomyFields } from "../wire.ts";
import { Drafts, type Nested } from "./drafts.ts";
import { takeSql } from "./sql.ts";

interface Row {
  sql: string;
  parts: string[];
  why: string;
}

const rows = readFileSync(new URL("../../vectors/lang/sql.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as Row);

/** Actions are told by their names: that is all that SQL asks of an image. */
const names: string[] = [];
const image = {
  actionUnclassified: -1,
  look: (_namespace: number, text: string) =>
    names.includes(text) ? names.indexOf(text) : names.push(text) - 1,
} as unknown as Image;

function take(sql: string): string[] {
  const drafts = new Drafts(image);
  const text: Nested = {
    language: "sql",
    text: utf8(sql),
    marks: new Set(),
    group: drafts.newGroup(),
    depth: 0,
    directory: null,
  };
  takeSql(text, drafts, image);
  return drafts.drafts.map(({ action, marks, facts }) => {
    const query = facts.find(({ field }) => field === fieldNumber("query"));
    if (marks.has("opaque_command") && query?.text === text.text) return "opaque";
    const told = facts.filter((fact) => fact !== query);
    return [
      names[action],
      ...told.map(({ field, text: value }) =>
        field === fieldNumber("table")
          ? readable(value)
          : `${taxonomyFields[field - 1]?.name}=${readable(value)}`,
      ),
      ...[...marks].map((mark) => `${mark}!`),
    ].join(" ");
  });
}

describe("SQL", () => {
  it.each(rows)("$sql: $why", ({ sql, parts }) => {
    expect(take(sql)).toEqual(parts);
  });
});
