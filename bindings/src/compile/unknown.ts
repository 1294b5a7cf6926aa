/** What base says of tools that nobody mapped: the words of names and arguments, and what each speaks for. */

import { canonicalToolName } from "./canonical.ts";
import type { Place } from "./issues.ts";
import type { Tree } from "./parse.ts";
import type { Reader } from "./shape.ts";

/** Classes of unmapped tools; the position is the number of the class (docs/format/evaluation.md, step 2). */
const CLASSES = ["delete", "money", "exec", "send", "write", "read", "place"];
/** Only the engine says `read`, and no word of a name says `place`. */
const CLASSES_OF_NAMES = CLASSES.slice(0, 5);
const CLASSES_OF_ARGUMENTS = CLASSES.filter((name) => name !== "read");
const ANYWHERE = 0;
const AS_LAST = 1;
const THING = 1 << 7;
const OTHER_HALF = 8;
/** Of an argument: its value says what the tool does. */
const SAYS = 1 << 7;
const ONLY_WHOLE = 1 << 15;

/** Words with their value in the image. */
type Words = Map<string, number>;

export interface UnknownTools {
  readonly readEnabled: boolean;
  readonly reading: ReadonlyMap<string, number>;
  readonly acting: ReadonlyMap<string, number>;
  readonly inArguments: ReadonlyMap<string, number>;
}

/** Reads `unknown_read` and `unknown_looks` of base. */
export function readUnknownTools(
  reader: Reader,
  read: Tree | undefined,
  looks: Tree | undefined,
): UnknownTools {
  const shape = read && reader.shape(read, "unknown_read", ["enabled", "read", "act"], ["heads", "things"]);
  const reading: Words = new Map();
  for (const word of readTokens(reader, shape?.get("heads")).keys()) reading.set(word, AS_LAST);
  for (const word of readTokens(reader, shape?.get("read")).keys()) reading.set(word, ANYWHERE);

  const acting: Words = new Map();
  const inArguments: Words = new Map();
  const acts = [...readTokens(reader, shape?.get("act"))];
  add(
    acting,
    acts.map(([word]) => word),
    0,
  );
  const classes =
    looks && reader.shape(looks, "unknown_looks", [], [...CLASSES_OF_ARGUMENTS, "says", "only_whole"]);
  for (const name of CLASSES_OF_ARGUMENTS) {
    acts.push(...readClass(reader, name, classes?.get(name), acting, inArguments));
  }
  add(inArguments, readNames(reader, classes?.get("says")).keys(), SAYS);
  mark(reader, readNames(reader, classes?.get("only_whole")), inArguments, "a listed argument", ONLY_WHOLE);
  mark(reader, readTokens(reader, shape?.get("things")), acting, "a verb that acts", THING);
  refuseBoth(reader, acts, reading);
  return {
    readEnabled: reader.bool(shape?.get("enabled"), "unknown_read") ?? false,
    reading,
    acting,
    inArguments,
  };
}

function add(to: Words, words: Iterable<string> | undefined, bits: number): void {
  for (const word of words ?? []) to.set(word, (to.get(word) ?? 0) | bits);
}

/** Reads one class; returns the words of names that speak for it. */
function readClass(
  reader: Reader,
  name: string,
  tree: Tree | undefined,
  acting: Words,
  inArguments: Words,
): Map<string, Place> {
  const bit = 1 << CLASSES.indexOf(name);
  const keys = CLASSES_OF_NAMES.includes(name) ? ["words", "arguments", "pair"] : ["arguments", "pair"];
  const parts = tree && reader.shape(tree, "what tools of a class look like", [], keys);
  const words = readTokens(reader, parts?.get("words"));
  add(acting, words.keys(), bit);
  add(inArguments, readNames(reader, parts?.get("arguments")).keys(), bit | (bit << OTHER_HALF));
  const pair = parts?.get("pair");
  const halves = pair && reader.shape(pair, "two lists of arguments", ["one_of", "with_one_of"]);
  add(inArguments, readNames(reader, halves?.get("one_of")).keys(), bit);
  add(inArguments, readNames(reader, halves?.get("with_one_of")).keys(), bit << OTHER_HALF);
  return words;
}

/** Adds a bit to words that must be listed already. */
function mark(reader: Reader, words: Map<string, Place>, listed: Words, what: string, bit: number): void {
  for (const [word, place] of words) {
    if (listed.has(word)) add(listed, [word], bit);
    else reader.issues.unknownName(place, what, word, listed.keys());
  }
}

function refuseBoth(reader: Reader, acts: Iterable<[string, Place]>, reading: Words): void {
  for (const [word, place] of acts) {
    if (!reading.has(word)) continue;
    const wanted = "a verb that reads or one that acts";
    reader.issues.fault(place, wanted, `${word}, listed as both`, "keep it under act");
  }
}

/** Words as they stand between the `_` of a tool name. */
function readTokens(reader: Reader, tree: Tree | undefined): Map<string, Place> {
  const words = reader.texts(tree, "verb");
  for (const [word, place] of words) {
    if (isName(word) && !word.includes("_")) continue;
    const fix = "write one small word, as it stands between the _ of a tool name";
    reader.issues.fault(place, "one token of a tool name", JSON.stringify(word), fix);
  }
  return words;
}

/** Names of arguments. */
function readNames(reader: Reader, tree: Tree | undefined): Map<string, Place> {
  const names = reader.texts(tree, "argument");
  for (const [name, place] of names) {
    if (isName(name)) continue;
    const fix = "write small words with _ between them";
    reader.issues.fault(place, "the name of an argument", JSON.stringify(name), fix);
  }
  return names;
}

/** True for what canonical spelling does not change. */
function isName(word: string): boolean {
  return canonicalToolName(word) === word;
}
