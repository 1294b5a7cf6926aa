/** The lists of taxonomy/sql.yaml, by name. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { utf8 } from "../bytes.ts";

interface SqlYaml {
  words: string[];
  free_words: string[];
  leads: Record<string, string[]>;
  settings: string[];
  columns: string[];
  pragmas: string[];
  pragmas_bare: string[];
  define_before: string[];
  define_after: string[];
  file_reads: string[];
  file_writes: string[];
  keen: string[];
  keen_starts: string[];
  calm: string[];
}

const yaml = parse(readFileSync(new URL("../../../taxonomy/sql.yaml", import.meta.url), "utf8")) as SqlYaml;

export const words = new Set([...yaml.words, ...yaml.free_words]);
export const freeWords = new Set(yaml.free_words);
export const settings = new Set(yaml.settings);
/** Columns with secrets. */
export const columns = new Set(yaml.columns);
export const pragmas = new Set(yaml.pragmas);
export const pragmasBare = new Set(yaml.pragmas_bare);
export const defineBefore = new Set(yaml.define_before);
export const defineAfter = new Set(yaml.define_after);
export const fileReads = new Set(yaml.file_reads);
export const fileWrites = new Set(yaml.file_writes);
export const keen = new Set(yaml.keen);
export const keenStarts = yaml.keen_starts;
export const calm = new Set(yaml.calm);

/** What becomes of a statement that begins with a word, or null. */
export function leadList(word: string): string | null {
  return Object.keys(yaml.leads).find((list) => yaml.leads[list]?.includes(word)) ?? null;
}

export const isWalkLead = (word: string): boolean => leadList(word) === "walk";

/** The end of the section `words` of an image: the size of each word, then the words, list by list. */
export const sqlWords: Uint8Array = sectionOf(
  Object.values<string[] | SqlYaml["leads"]>({ ...yaml }).flatMap((lists) =>
    Array.isArray(lists) ? [lists] : Object.values(lists),
  ),
);

function sectionOf(lists: string[][]): Uint8Array {
  // As byte strings, of which the order of code units is the order of bytes.
  const all = lists.flatMap((list) => list.map(utf8).sort((a, b) => (a < b ? -1 : 1)));
  return Uint8Array.from([
    ...all.map((word) => word.length),
    ...all.flatMap((word) => [...word].map((byte) => byte.charCodeAt(0))),
  ]);
}
