/** Reading trees into shapes: closed maps, bounded numbers, words of a list. Every reader reports and goes on. */

import { compareText, type Issues, type Place } from "./issues.ts";
import { described, type ListTree, type MapTree, type Member, type Tree } from "./parse.ts";

/** The members of a map that was checked against a list of keys. */
export class Shape {
  readonly place: Place;
  readonly #members: ReadonlyMap<string, Member>;

  constructor(place: Place, members: ReadonlyMap<string, Member>) {
    this.place = place;
    this.#members = members;
  }

  get(key: string): Tree | undefined {
    return this.#members.get(key)?.value;
  }

  /** Where the key stands, or the map itself when it is missing. */
  placeOf(key: string): Place {
    return this.#members.get(key)?.keyPlace ?? this.place;
  }
}

export interface TextBound {
  readonly pattern?: RegExp;
  /** What the pattern means, in words. */
  readonly wanted?: string;
  readonly bytesMax?: number;
}

const NAME_BYTES_MAX = 256;
const ENCODER = new TextEncoder();

export function bytesOf(text: string): number {
  return ENCODER.encode(text).length;
}

/** Days of a date since 1970-01-01, or undefined when there is no such day. Gregorian, years 1970 to 9999. */
export function daysOf(date: string): number | undefined {
  const parts = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(date);
  if (!parts) return undefined;
  const [year, month, day] = parts.slice(1).map(Number) as [number, number, number];
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const monthDays = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > (monthDays[month - 1] ?? 0))
    return undefined;
  const before = year - 1;
  const leapDays = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400);
  const yearDays = before * 365 + leapDays - 719_162;
  return yearDays + monthDays.slice(0, month - 1).reduce((sum, days) => sum + days, 0) + day - 1;
}

export class Reader {
  readonly issues: Issues;

  constructor(issues: Issues) {
    this.issues = issues;
  }

  /** A value of the wrong kind. */
  wrong(tree: Tree, wanted: string, fix: string): void {
    this.issues.fault(tree.place, wanted, described(tree), fix);
  }

  map(tree: Tree, what: string): MapTree | undefined {
    if (tree.kind === "map") return tree;
    this.wrong(tree, `a map: ${what}`, "write `key: value` lines");
    return undefined;
  }

  list(tree: Tree, what: string): ListTree | undefined {
    if (tree.kind === "list") return tree;
    this.wrong(tree, `a list: ${what}`, "write it in square brackets or with dashes");
    return undefined;
  }

  /** A list, or a single value as a list of one. */
  oneOrMany(tree: Tree): readonly Tree[] {
    if (tree.kind !== "list") return [tree];
    if (tree.items.length === 0) this.wrong(tree, "at least one value", "add one, or remove the key");
    return tree.items;
  }

  /** A map with these keys and no others. */
  shape(
    tree: Tree,
    what: string,
    required: readonly string[],
    optional: readonly string[] = [],
  ): Shape | undefined {
    const map = this.map(tree, what);
    if (!map) return undefined;
    const known = [...required, ...optional];
    const members = new Map<string, Member>();
    for (const member of map.members) {
      if (known.includes(member.key)) members.set(member.key, member);
      else {
        const wanted = `one of the keys of ${what} (${known.join(", ")})`;
        this.issues.unknownName(member.keyPlace, wanted, member.key, known, "correct or remove the key");
      }
    }
    for (const key of required) {
      if (members.has(key)) continue;
      this.issues.fault(map.place, `the key ${key} of ${what}`, "no such key", `add ${key}`);
    }
    return new Shape(map.place, members);
  }

  text(tree: Tree | undefined, what: string, bound: TextBound = {}): string | undefined {
    if (!tree) return undefined;
    const { pattern, wanted = what, bytesMax = NAME_BYTES_MAX } = bound;
    if (tree.kind !== "text") {
      const isPlain = tree.kind === "int" || tree.kind === "float" || tree.kind === "bool";
      this.wrong(tree, `text: ${wanted}`, isPlain ? "put it in quotes" : "write text");
      return undefined;
    }
    if (tree.value === "" || (pattern && !pattern.test(tree.value))) {
      this.wrong(tree, wanted, `write ${wanted}`);
      return undefined;
    }
    if (bytesOf(tree.value) > bytesMax) {
      this.wrong(tree, `${what} of at most ${bytesMax} bytes`, "shorten it");
      return undefined;
    }
    return tree.value;
  }

  int(tree: Tree | undefined, what: string, min: number, max: number): number | undefined {
    if (!tree) return undefined;
    if (tree.kind !== "int") {
      this.wrong(tree, `a whole number: ${what}`, "write it in decimal digits, without a point or quotes");
      return undefined;
    }
    if (tree.value < BigInt(min) || tree.value > BigInt(max)) {
      this.wrong(tree, `${what} from ${min} to ${max}`, "stay within the bounds");
      return undefined;
    }
    return Number(tree.value);
  }

  bool(tree: Tree | undefined, what: string): boolean | undefined {
    if (!tree) return undefined;
    if (tree.kind === "bool") return tree.value;
    this.wrong(tree, `true or false: ${what}`, "write true or false, without quotes");
    return undefined;
  }

  /** One of a list of words; gives its position. */
  word(tree: Tree | undefined, what: string, words: readonly string[]): number | undefined {
    if (!tree) return undefined;
    const position = tree.kind === "text" ? words.indexOf(tree.value) : -1;
    if (position >= 0) return position;
    const wanted = `${what}: one of ${words.join(", ")}`;
    if (tree.kind === "text") this.issues.unknownName(tree.place, wanted, tree.value, words);
    else this.wrong(tree, wanted, "use one of the words");
    return undefined;
  }

  /** A date at 00:00 UTC, in days since 1970-01-01. */
  date(tree: Tree | undefined, what: string): number | undefined {
    if (!tree) return undefined;
    const days = tree.kind === "text" ? daysOf(tree.value) : undefined;
    if (days === undefined) this.wrong(tree, `${what}: a day as YYYY-MM-DD`, "write an existing day");
    return days;
  }

  /** Texts of a list, each once. */
  texts(tree: Tree | undefined, what: string, bound: TextBound = {}): Map<string, Place> {
    const found = new Map<string, Place>();
    if (!tree) return found;
    for (const item of this.list(tree, what)?.items ?? []) {
      const text = this.text(item, what, bound);
      if (text === undefined) continue;
      if (found.has(text)) this.wrong(item, `each ${what} once`, "remove the second one");
      else found.set(text, item.place);
    }
    return found;
  }
}

/** Members of a map sorted by key, for tables whose order in the file must not matter. */
export function sortedMembers(map: MapTree): Member[] {
  return [...map.members].sort((one, other) => compareText(one.key, other.key));
}
