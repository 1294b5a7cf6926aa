/** The cases of test/vectors/lang/command.jsonl, read by the model. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readable, utf8 } from "../bytes.ts";
import type { Image } from "../image.ts";
import { readImage } from "../image.ts";
import { type ImageSource, writeImage } from "../image-writer.ts";
import { sampleImage } from "../sample.ts";
import { taxonomyFields, wire, wordGroup } from "../wire.ts";
import { type Input, runCommand, type Word } from "./command.ts";
import { Drafts } from "./drafts.ts";
import { actionsOf, caseTable, commandsOf } from "./tables.ts";

interface Case {
  words: string[];
  parts: string[];
  directory?: string;
  input?: string;
}

function imageOf(): Image {
  const table = caseTable();
  const names = [...new Set([...actionsOf(table), ...wordGroup("role_action")])];
  const source: ImageSource = {
    ...sampleImage,
    actions: [
      ...sampleImage.actions,
      ...names
        .filter((name) => !sampleImage.actions.some((action) => action.name === name))
        .map((name, i) => ({ name, number: 200 + i, fields: taxonomyFields.map((field) => field.number) })),
    ],
    packs: [...sampleImage.packs, table.pack],
    variables: table.variables ?? [],
  };
  const index = (name: string): number => source.actions.findIndex((action) => action.name === name);
  return readImage(writeImage({ ...source, commands: commandsOf(table, source.packs.length - 1, index) }));
}

const image = imageOf();

function wordOf(written: string): Word {
  const [text = "", bits = ""] = written.split("\t");
  return {
    text: utf8(text),
    expands: bits.includes("x"),
    globs: bits.includes("g"),
    quoted: bits.includes("q"),
    whole: bits.includes("w"),
  };
}

function inputOf(written: string | undefined): Input {
  if (written === undefined) return { kind: "none" };
  if (written.startsWith("text:")) return { kind: "text", text: utf8(written.slice("text:".length)) };
  return { kind: written as "pipe" | "file" };
}

function partsOf({ words, directory, input }: Case): string[] {
  const drafts = new Drafts(image);
  const call = {
    words: words.map(wordOf),
    marks: new Set<string>(),
    group: drafts.newGroup(),
    depth: 0,
    directory: directory === undefined ? null : utf8(directory),
    input: inputOf(input),
    dialect: null,
  };
  runCommand(call, drafts, image);
  const marks = (set: ReadonlySet<string>): string =>
    wire.marks
      .filter((mark) => set.has(mark))
      .map((mark) => ` +${mark}`)
      .join("");
  const parts = drafts.drafts.map((draft) => {
    const facts = draft.facts.map(
      ({ field, text }) => ` ${taxonomyFields[field - 1]?.name}=${readable(text)}`,
    );
    const action = image.actions[draft.action]?.name;
    return `${action} ${draft.id}${facts.join("")}${marks(draft.marks)}`;
  });
  for (let next = drafts.next(); next !== undefined; next = drafts.next()) {
    const where = next.directory === null ? "" : ` in ${readable(next.directory)}`;
    parts.push(`${next.language}: ${readable(next.text)}${where}${marks(next.marks)}`);
  }
  return parts;
}

const cases = readFileSync(new URL("../../vectors/lang/command.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Case);

describe("the words of commands", () => {
  for (const one of cases) {
    it(JSON.stringify(one.words), () => {
      expect(partsOf(one)).toEqual(one.parts);
    });
  }
});
