/** «Tools nobody mapped» of evaluation.md, step 2: what a call without a candidate looks like, and what passes as a read. */
import type { Member, Node } from "./cmp.ts";
import { hit } from "./coverage.ts";
import type { Image } from "./image.ts";
import { canonicalToolName } from "./names.ts";
import { limit, wire } from "./wire.ts";

/** Classes by number. The last one gives no mark. */
const CLASSES = ["delete", "money", "exec", "send", "write", "read", "place"] as const;
type Class = (typeof CLASSES)[number];

/** A value that says that the name is not there. */
const NOT_FOUND = 0xffffffff;
/** In namespace 8: a thing after a token that reads. */
const IS_THING = 1 << 7;
/** In namespace 13: its value says what the tool does. */
const SAYS_WHAT = 1 << 7;
/** In namespace 13: counts only as the whole name. */
const IS_WHOLE_ONLY = 1 << 15;
/** Longer keys are not looked up, and what longer texts say is not read. */
const WORD_BYTES_MAX = 256;

/** What a call looks like; `annotations` are the bits of step 5. */
export function classesOf(
  canonical: string,
  args: Node,
  annotations: ReadonlySet<string>,
  image: Image,
): Set<Class> {
  const classes = new Set([...classesOfName(canonical, image), ...classesOfArguments(args, image)]);
  const acts = actsOfArguments(args, image);
  for (const one of classesOfActs(acts)) classes.add(one);
  if (acts.length > 0) classes.delete("read");
  if (annotations.has("destructive")) classes.add("delete");
  if (annotations.has("read_write")) classes.add("write");
  for (const one of classes) hit(`class ${one}`);
  return classes;
}

/** Their marks. */
export function marksOf(classes: ReadonlySet<Class>): string[] {
  return CLASSES.filter((one) => one !== "place" && classes.has(one)).map((one) => `looks_like_${one}`);
}

/** Whether a call of these classes only reads. Who reads of money reads. */
export function looksLikeRead(classes: ReadonlySet<Class>): boolean {
  return [...classes].filter((one) => one !== "money").join() === "read";
}

function look(namespace: string, text: string, image: Image): number | undefined {
  const value = image.look(wire.namespaces[namespace] as number, text);
  return value === NOT_FOUND ? undefined : value;
}

/** Whether the name gives class 5. */
export function nameReads(canonical: string, image: Image): boolean {
  return classesOfName(canonical, image).includes("read");
}

/** Whether some argument says that the tool does more than read. */
export function argumentsAct(args: Node, image: Image): boolean {
  return actsOfArguments(args, image).length > 0;
}

interface Act {
  kind: "act";
  value: number;
}
type Token = { kind: "thing" | "reads" | "plain" } | Act;

function tokensOf(canonical: string, image: Image): Token[] {
  const names = canonical.split("_");
  const tokens: Token[] = [];
  names.forEach((name, i) => {
    tokens.push(tokenOf(name, tokens[i - 1], i === names.length - 1, image));
  });
  return tokens;
}

function classesOfActs(acts: Act[]): Class[] {
  return acts.flatMap(({ value }) => CLASSES.filter((_, n) => n <= 4 && isSet(value, n)));
}

function classesOfName(canonical: string, image: Image): Class[] {
  const tokens = tokensOf(canonical, image);
  const acts = tokens.filter((token) => token.kind === "act");
  const reads = acts.length === 0 && tokens.some((token) => token.kind === "reads");
  return reads ? ["read"] : classesOfActs(acts);
}

function tokenOf(name: string, before: Token | undefined, isLast: boolean, image: Image): Token {
  if ([...name].some((character) => character.charCodeAt(0) > 0x7f)) return { kind: "act", value: 0 };
  const act = look("verb_act", name, image);
  if (act !== undefined) {
    const follows = before?.kind === "reads" || before?.kind === "thing";
    return (act & IS_THING) !== 0 && follows ? { kind: "thing" } : { kind: "act", value: act };
  }
  const read = look("verb_read", name, image);
  return { kind: read === 0 || (read === 1 && isLast) ? "reads" : "plain" };
}

function classesOfArguments(args: Node, image: Image): Class[] {
  const keys = keysUnder(args);
  const short = keys.filter((key) => key.length <= WORD_BYTES_MAX);
  const bits = short.reduce((all, key) => all | bitsOfKey(canonicalToolName(key), image), 0);
  const found = CLASSES.filter((one, n) => one !== "read" && isSet(bits, n) && isSet(bits, n + 8));
  return short.length < keys.length ? ["place", ...found] : found;
}

/** Acts in the texts of arguments that say what the tool does. */
function actsOfArguments(args: Node, image: Image): Act[] {
  if (args.type === "array") return args.items.flatMap((item) => actsOfArguments(item, image));
  if (args.type !== "map") return [];
  return args.members.flatMap(({ key, value }) => {
    const saysWhat =
      key.length <= WORD_BYTES_MAX && (bitsOfKey(canonicalToolName(key), image) & SAYS_WHAT) !== 0;
    return saysWhat
      ? textsUnder(value).flatMap((text) => actsOfText(text, image))
      : actsOfArguments(value, image);
  });
}

function actsOfText(text: string, image: Image): Act[] {
  if (text.length > WORD_BYTES_MAX) return [{ kind: "act", value: 0 }];
  return tokensOf(canonicalToolName(text), image).filter((token) => token.kind === "act");
}

function bitsOfKey(name: string, image: Image): number {
  const whole = look("argument", name, image);
  if (whole !== undefined) return whole;
  const joint = name.lastIndexOf("_");
  const last = joint < 0 ? undefined : look("argument", name.slice(joint + 1), image);
  return last === undefined || (last & IS_WHOLE_ONLY) !== 0 ? 0 : last;
}

function isSet(bits: number, n: number): boolean {
  return ((bits >>> n) & 1) === 1;
}

/** Keys of the map and of every map inside it. */
function keysUnder(node: Node): string[] {
  if (node.type === "array") return node.items.flatMap(keysUnder);
  if (node.type !== "map") return [];
  return node.members.flatMap(({ key, value }) => [key, ...keysUnder(value)]);
}

/** All texts of a value: those of elements, members and keys too. */
function textsUnder(node: Node): string[] {
  if (node.type === "str") return [node.text];
  if (node.type === "array") return node.items.flatMap(textsUnder);
  if (node.type !== "map") return [];
  return node.members.flatMap(({ key, value }) => [key, ...textsUnder(value)]);
}

/** Few, short and plain values: nothing that could carry a secret out. */
export function looksHarmless(args: Node & { type: "map" }): boolean {
  const texts: string[] = [];
  let values = 0;
  let total = 0;
  let harmless = true;
  const visit = (node: Node): void => {
    values++;
    if (node.type === "bin") harmless = false;
    if (node.type === "str") {
      if (node.text.length > limit("unknown_read_string_bytes_max")) harmless = false;
      texts.push(node.text);
    }
    if (node.type === "array") node.items.forEach(visit);
    if (node.type === "map") visitMembers(node.members);
  };
  const visitMembers = (members: Member[]): void => {
    for (const member of members) {
      texts.push(member.key);
      visit(member.value);
    }
  };
  visitMembers(args.members);
  for (const text of texts) {
    total += text.length;
    if (hasDenseRun(text)) harmless = false;
  }
  if (values > limit("unknown_read_values_max")) harmless = false;
  if (total > limit("unknown_read_total_bytes_max")) harmless = false;
  return harmless;
}

/** A run of letters and digits long enough to be a key or a blob. */
export function hasDenseRun(text: string): boolean {
  const runs = text.match(/[A-Za-z0-9]+/g) ?? [];
  return runs.some(
    (run) =>
      run.length >= 64 ||
      (run.length >= limit("unknown_read_run_bytes_max") && /[A-Za-z]/.test(run) && /[0-9]/.test(run)),
  );
}
