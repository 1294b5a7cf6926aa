/** The words that the engine reads or writes, as an image has them. */
import { utf8 } from "../bytes.ts";
import { wire } from "../wire.ts";
import { sqlWords } from "./sql-words.ts";

/** A group is a list, or the name of a list of wire.yaml. */
function listed(group: string[] | string): string[] {
  if (Array.isArray(group)) return group;
  const list = (wire as unknown as Record<string, (string | { name: string })[]>)[group];
  if (list === undefined) throw new Error(`taxonomy/wire.yaml has no list ${group}`);
  return list.map((item) => (typeof item === "string" ? item : item.name));
}

/** A str of CMP/1 of at most 31 bytes. */
function str(word: string): number[] {
  const bytes = utf8(word);
  return [0xa0 + bytes.length, ...[...bytes].map((byte) => byte.charCodeAt(0))];
}

/** The section `words` of an image. */
export const wordsSection = Uint8Array.from([
  ...[...Object.values(wire.words.groups).flatMap(listed), ...wire.words.single].flatMap(str),
  ...sqlWords,
]);
