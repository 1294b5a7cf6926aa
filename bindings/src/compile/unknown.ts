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
const ONLY_WHOLE = 1 << 15;

/** Words with their value in the image. */
type Words = ReadonlyMap<string, number>;

export interface UnknownTools {
  readonly readEnabled: boolean;
  readonly reading: Words;
  readonly acting: Words;
  readonly inArguments: Words;
}

export function readUnknownTools(
  reader: Reader,
  read: Tree | undefined,
  looks: Tree | undefined,
): UnknownTools {
  const shape = read && reader.shape(read, "unknown_read", ["enabled", "read", "act"], ["heads", "things"]);
  const reading = new Map<string, number>();
  const acting = new Map<string, number>();
  const inArguments = new Map<string, number>();
  const add = (to: Map<string, number>, words: Iterable<string>, bits: number): void => {
    for (const word of words) to.set(word, (to.get(word) ?? 0) | bits);
  };
  const listed = (tree: Tree | undefined): Map<string, Place> => readWords(reader, tree, "verb", isToken);

  add(reading, listed(shape?.get("heads")).keys(), AS_LAST);
  for (const word of listed(shape?.get("read")).keys()) reading.set(word, ANYWHERE);
  const acts = new Map(listed(shape?.get("act")));
  add(acting, acts.keys(), 0);

  const classes = looks && reader.shape(looks, "unknown_looks", [], [...CLASSES_OF_ARGUMENTS, "only_whole"]);
  for (const name of CLASSES_OF_ARGUMENTS) {
    const bit = 1 << CLASSES.indexOf(name);
    const tree = classes?.get(name);
    const keys = CLASSES_OF_NAMES.includes(name) ? ["words", "arguments", "pair"] : ["arguments", "pair"];
    const parts = tree && reader.shape(tree, "what tools of a class look like", [], keys);
    const words = listed(parts?.get("words"));
    for (const [word, place] of words) acts.set(word, place);
    add(acting, words.keys(), bit);
    const names = (list: Tree | undefined) => readWords(reader, list, "argument", isName).keys();
    add(inArguments, names(parts?.get("arguments")), bit | (bit << OTHER_HALF));
    const pair = parts?.get("pair");
    const halves = pair && reader.shape(pair, "two lists of arguments", ["one_of", "with_one_of"]);
    add(inArguments, names(halves?.get("one_of")), bit);
    add(inArguments, names(halves?.get("with_one_of")), bit << OTHER_HALF);
  }
  for (const [word, place] of readWords(reader, classes?.get("only_whole"), "argument", isName)) {
    if (!inArguments.has(word))
      reader.issues.unknownName(place, "a listed argument", word, inArguments.keys());
    else add(inArguments, [word], ONLY_WHOLE);
  }
  for (const [word, place] of listed(shape?.get("things"))) {
    if (!acting.has(word)) reader.issues.unknownName(place, "a verb that acts", word, acting.keys());
    else add(acting, [word], THING);
  }
  for (const [word, place] of acts) {
    if (!reading.has(word)) continue;
    const fix = "keep it under act";
    reader.issues.fault(place, "a verb that reads or one that acts", `${word}, listed as both`, fix);
  }
  return {
    readEnabled: reader.bool(shape?.get("enabled"), "unknown_read") ?? false,
    reading,
    acting,
    inArguments,
  };
}

function isToken(word: string): boolean {
  return isName(word) && !word.includes("_");
}

function isName(word: string): boolean {
  return canonicalToolName(word) === word;
}

function readWords(
  reader: Reader,
  tree: Tree | undefined,
  what: string,
  fits: (word: string) => boolean,
): Map<string, Place> {
  const words = reader.texts(tree, what);
  for (const [word, place] of words) {
    if (fits(word)) continue;
    const fix =
      fits === isToken
        ? "write one small word, as it stands between the _ of a tool name"
        : "write small words with _ between them";
    const wanted = fits === isToken ? "one token of a tool name" : "a name of an argument";
    reader.issues.fault(place, wanted, JSON.stringify(word), fix);
  }
  return words;
}
