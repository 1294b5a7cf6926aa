/** Requests against test/vectors/lang/http.jsonl, with the rows of the shipped packs. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readable, toBytes, utf8 } from "../bytes.ts";
import { readCmp, writeCmp } from "../cmp.ts";
import { readImage } from "../image.ts";
import { type Plain, toWritable } from "../request-writer.ts";
import { fieldNumber } from "../wire.ts";
import { Drafts, type Nested } from "./drafts.ts";
import { overridesMethod, takeHttp } from "./http.ts";

interface Row {
  id: string;
  method?: string;
  url?: string;
  data?: string | Record<string, Plain>;
  parts: unknown[];
  why: string;
}

const rows = readFileSync(new URL("../../vectors/lang/http.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as Row);

const file = new URL("../../../build/base.image", import.meta.url);
const image = existsSync(file) ? readImage(new Uint8Array(readFileSync(file))) : null;

function take({ method, url = "", data }: Row): unknown[] {
  if (image === null) throw new Error("no image");
  const drafts = new Drafts(image);
  const text: Nested = {
    language: "http",
    text: utf8(url),
    marks: new Set(),
    group: drafts.newGroup(),
    depth: 0,
    directory: null,
  };
  const body =
    data === undefined
      ? null
      : typeof data === "string"
        ? toBytes(utf8(data))
        : readCmp(writeCmp(toWritable(data)));
  takeHttp(
    method === undefined ? null : toBytes(utf8(method)),
    toBytes(text.text),
    body,
    text,
    drafts,
    image,
  );
  return drafts.drafts.map(({ action, id, marks, facts }) => ({
    action: image.actions[action]?.name,
    mapping: readable(id),
    ...(marks.size === 0 ? {} : { marks: [...marks] }),
    facts: facts.map(({ field, text: value, unit }) => [
      image.fields[field - 1]?.name,
      readable(value),
      ...(field === fieldNumber("amount_minor") ? [unit ?? "direct"] : []),
    ]),
  }));
}

describe.skipIf(image === null)("requests", () => {
  it.each(rows)("$id: $why", (row) => {
    expect(take(row)).toEqual(row.parts);
  });
});

describe("headers that override the method", () => {
  it.each([
    ["X-HTTP-Method-Override: DELETE", true],
    ["  X-Method-Override : PUT", true],
    ["X-HTTP-Method", true],
    ["X-HTTP-Method-Overrides: PUT", false],
    ["", false],
  ])("%j: %s", (line, is) => {
    expect(overridesMethod(line)).toBe(is);
  });
});
