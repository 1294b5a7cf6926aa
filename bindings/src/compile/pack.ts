/** Packs: which tool names of a product mean which action, and where its fields are in the arguments. */

import {
  FIELD_TYPE_INT,
  FIELD_TYPE_MONEY,
  GUARD_KIND_ABSENT,
  GUARD_KIND_IN,
  GUARD_KIND_PRESENT,
  LANGUAGE_HTTP,
  LANGUAGE_NAMES,
  LANGUAGE_NONE,
  LANGUAGE_SHELL,
  LAYER_PACK,
  TRANSFORM_COUNT,
  TRANSFORM_IGNORED,
  TRANSFORM_LITERAL,
  TRANSFORM_TYPED,
  UNIT_DIRECT,
  UNIT_NAMES,
  VERDICT_NAMES,
} from "../gen/codes.ts";
import { NAME_BYTES_MAX, PATH_SEGMENTS_MAX } from "../gen/limits.ts";
import { isPinnedName, pinnedName } from "../servers.ts";
import { type Api, readApis } from "./apis.ts";
import { canonicalToolName, lowerAscii, trimmed } from "./canonical.ts";
import { type Command, CommandReader } from "./commands.ts";
import { type EntryReader, type Rule, readCall } from "./entries.ts";
import type { Place } from "./issues.ts";
import { literalText } from "./literals.ts";
import { memberOf, type Tree } from "./parse.ts";
import { bytesOf, type Reader, type Shape, sortedMembers } from "./shape.ts";
import { type Action, actionOf, type Field, type Taxonomy } from "./taxonomy.ts";

/** A step into arguments: the name of a member, or each element of an array. */
export type Segment = string | typeof EACH;
export const EACH = Symbol("each element");

export interface Guard {
  /** GUARD_KIND_*. */
  readonly kind: number;
  readonly segments: readonly Segment[];
  readonly values: readonly string[];
}

export interface Op {
  readonly field: number;
  /** TRANSFORM_*. */
  readonly transform: number;
  /** UNIT_*. */
  readonly unit: number;
  /** Add to the values that are there; else skip a field that has one. */
  readonly adds: boolean;
  readonly segments: readonly Segment[];
  readonly literal: string;
}

export interface Mapping {
  /** `pack/row`. */
  readonly id: string;
  readonly priority: number;
  readonly action: Action;
  readonly guards: readonly Guard[];
  readonly ops: readonly Op[];
  /** LANGUAGE_*: in which the call is taken apart. */
  readonly language: number;
  /** Canonical tool names. */
  readonly names: ReadonlyMap<string, Place>;
  readonly patterns: readonly Pattern[];
  readonly place: Place;
}

export interface Pattern {
  readonly prefix: string;
  readonly suffix: string;
  readonly place: Place;
}

/** A call that a pack shows, with what must come out when the pack is bound. */
export interface PackExample {
  readonly pack: string;
  readonly call: Readonly<Record<string, unknown>>;
  /** Position in VERDICT_NAMES. */
  readonly verdict: number;
  readonly action: string;
  readonly why: string;
  readonly place: Place;
}

export interface Pack {
  readonly name: string;
  readonly version: string;
  readonly publisher: string;
  readonly title: string;
  readonly mappings: readonly Mapping[];
  readonly apis: readonly Api[];
  readonly commands: readonly Command[];
  /** Shell variables that may be assigned. */
  readonly variables: ReadonlyMap<string, Place>;
  readonly rules: readonly Rule[];
  readonly examples: readonly PackExample[];
  readonly place: Place;
}

const PACK_NAME = { pattern: /^[a-z][a-z0-9_]{0,62}$/, wanted: "a name of a-z, 0-9 and _" };
export const VERSION = {
  pattern: /^[0-9]+\.[0-9]+\.[0-9]+$/,
  wanted: 'a version such as "1.0.0"',
  bytesMax: 64,
};
const PROSE = { bytesMax: 1024 };
const PRIORITY_MAX = 65_535;
const TOOLS_MAX = 4_096;

/** `options.dry_run`, `recipients[].email`, `[]`. */
function readPath(reader: Reader, tree: Tree | undefined): Segment[] | undefined {
  const text = reader.text(tree, "a path into the arguments");
  if (!tree || text === undefined) return undefined;
  const segments: Segment[] = [];
  const isSound = text.split(".").every((step, index) => {
    const parts = /^([^[\]]*)((?:\[\])*)$/.exec(step);
    if (!parts) return false;
    const [, name = "", each = ""] = parts;
    if (name !== "") segments.push(name);
    else if (index > 0 || each === "") return false;
    for (let count = each.length / 2; count > 0; count--) segments.push(EACH);
    return true;
  });
  if (!isSound) {
    reader.wrong(tree, "a path such as options.dry_run or items[].id", "write names, dots and []");
    return undefined;
  }
  if (segments.length > PATH_SEGMENTS_MAX) {
    reader.wrong(tree, `a path of at most ${PATH_SEGMENTS_MAX} steps`, "map a shorter path");
    return undefined;
  }
  return segments;
}

function pathTree(path: string, place: Place): Tree {
  return { kind: "text", place, value: path };
}

/** The text that guards compare: as the engine writes it for a str, int or bool. */
function guardText(reader: Reader, tree: Tree): string | undefined {
  if (tree.kind === "text") return lowerAscii(trimmed(tree.value));
  if (tree.kind === "int" || tree.kind === "bool") return `${tree.value}`;
  reader.wrong(tree, "text, a whole number, true or false", "use one of these, or present or absent");
  return undefined;
}

function readGuards(reader: Reader, tree: Tree | undefined): Guard[] {
  const map = tree && reader.map(tree, "conditions by argument path");
  if (!map) return [];
  return map.members.flatMap(({ key, keyPlace, value }): Guard[] => {
    const segments = readPath(reader, pathTree(key, keyPlace));
    if (!segments) return [];
    if (value.kind === "text" && value.value === "present") {
      return [{ kind: GUARD_KIND_PRESENT, segments, values: [] }];
    }
    if (value.kind === "text" && value.value === "absent") {
      return [{ kind: GUARD_KIND_ABSENT, segments, values: [] }];
    }
    const items = reader.list(value, "values, or the word present or absent")?.items ?? [];
    if (value.kind === "list" && items.length === 0) reader.wrong(value, "at least one value", "add one");
    const values = new Set(items.flatMap((item) => guardText(reader, item) ?? []));
    return [{ kind: GUARD_KIND_IN, segments, values: [...values] }];
  });
}

/**
 * Paths of one field: each of them tried in turn, or all of them together. Where a field holds one value, a second one found
 * that way makes it malformed: nobody knows which of the two the tool uses.
 */
function typedOps(reader: Reader, trees: readonly Tree[], field: Field, unit: number, adds: boolean): Op[] {
  return trees.flatMap((tree) => {
    const segments = readPath(reader, tree);
    if (!segments) return [];
    return [{ field: field.number, transform: TRANSFORM_TYPED, unit, adds, segments, literal: "" }];
  });
}

function readFieldOps(reader: Reader, tree: Tree, field: Field): Op[] {
  if (tree.kind !== "map") return typedOps(reader, reader.oneOrMany(tree), field, UNIT_DIRECT, false);
  const [form] = tree.members;
  if (form?.key === "all") {
    const shape = reader.shape(tree, "paths that are taken together", ["all"]);
    return typedOps(reader, reader.oneOrMany(shape?.get("all") ?? tree), field, UNIT_DIRECT, true);
  }
  const empty = { field: field.number, unit: UNIT_DIRECT, adds: false, segments: [], literal: "" };
  if (form?.key === "count") {
    const shape = reader.shape(tree, "a count", ["count"]);
    if (field.type !== FIELD_TYPE_INT) {
      reader.issues.fault(form.keyPlace, "a field of type int", field.name, "count into an int field");
    }
    const segments = readPath(reader, shape?.get("count"));
    return segments ? [{ ...empty, transform: TRANSFORM_COUNT, segments }] : [];
  }
  if (form?.key === "value") {
    const value = reader.shape(tree, "a fixed value", ["value"])?.get("value");
    const literal = value && literalText(reader, value, field);
    return literal === undefined ? [] : [{ ...empty, transform: TRANSFORM_LITERAL, literal }];
  }
  const shape = reader.shape(tree, "where a field comes from", ["from"], ["unit"]);
  const unit = reader.word(shape?.get("unit"), "a unit", UNIT_NAMES) ?? UNIT_DIRECT;
  if (shape?.get("unit") && field.type !== FIELD_TYPE_MONEY) {
    reader.issues.fault(shape.placeOf("unit"), "a unit on an amount only", field.name, "remove the unit");
  }
  const from = shape?.get("from");
  return from ? typedOps(reader, reader.oneOrMany(from), field, unit, false) : [];
}

function readOps(reader: Reader, tree: Tree | undefined, action: Action, taxonomy: Taxonomy): Op[] {
  const map = tree && reader.map(tree, "fields and where they come from");
  return (map?.members ?? []).flatMap(({ key, keyPlace, value }) => {
    const field = taxonomy.fields.get(key);
    if (field && action.fields.has(key)) return readFieldOps(reader, value, field);
    reader.issues.unknownName(keyPlace, `a field that ${action.name} declares`, key, action.fields);
    return [];
  });
}

function readNames(reader: Reader, tree: Tree | undefined): Map<string, Place> {
  const names = new Map<string, Place>();
  for (const [name, place] of reader.texts(tree, "tool name")) {
    const canonical = canonicalToolName(name);
    if (canonical === "") {
      reader.issues.fault(place, "a tool name", JSON.stringify(name), "write at least one letter or digit");
    } else if (!names.has(canonical)) {
      // Two spellings of one name are welcome: they document how hosts write it.
      names.set(canonical, place);
    }
  }
  return names;
}

/** Parts of a canonical name: a pattern that has others would never match. */
const PATTERN_PART = /^(?!.*__)[a-z0-9_\u0080-\u{10ffff}]*$/u;

function readPatterns(reader: Reader, tree: Tree | undefined): Pattern[] {
  return [...reader.texts(tree, "pattern")].flatMap(([text, place]) => {
    const [prefix = "", suffix = "", ...more] = text.split("*");
    const isSound = text.split("*").length === 2 && more.length === 0;
    if (!isSound || prefix + suffix === "") {
      const fix = "write one star and something beside it";
      reader.issues.fault(place, "a tool name with one *", JSON.stringify(text), fix);
      return [];
    }
    const isCanonical = PATTERN_PART.test(prefix) && PATTERN_PART.test(suffix);
    if (!isCanonical || prefix.startsWith("_") || suffix.endsWith("_")) {
      const fix = "write it in small letters with single _ between words, as tool names are compared";
      reader.issues.fault(place, "a pattern in canonical form", JSON.stringify(text), fix);
      return [];
    }
    return [{ prefix, suffix, place }];
  });
}

/** By language, the arguments that change nothing of what a text does, in canonical spelling. */
type Ignores = ReadonlyMap<number, readonly string[]>;

function readIgnores(reader: Reader, tree: Tree | undefined): Ignores {
  const languages = LANGUAGE_NAMES.slice(LANGUAGE_SHELL, LANGUAGE_HTTP + 1);
  const shape = tree && reader.shape(tree, "arguments to ignore, by language", [], languages);
  return new Map(
    languages.map((name, index) => [LANGUAGE_SHELL + index, [...readNames(reader, shape?.get(name)).keys()]]),
  );
}

function ignoredOps(language: number, ignores: Ignores, taxonomy: Taxonomy): Op[] {
  const field = taxonomy.fields.get(TEXT_FIELDS[language] ?? "")?.number ?? 0;
  const names = field === 0 ? [] : (ignores.get(language) ?? []);
  return names.map((name) => ({
    field,
    transform: TRANSFORM_IGNORED,
    unit: UNIT_DIRECT,
    adds: false,
    segments: [name],
    literal: "",
  }));
}

function readMapping(
  reader: Reader,
  tree: Tree,
  pack: string,
  ignores: Ignores,
  taxonomy: Taxonomy,
): Mapping | undefined {
  const optional = ["names", "patterns", "args", "priority", "fields", "unwrap"];
  const shape = reader.shape(tree, "a tool", ["id", "action"], optional);
  if (!shape) return undefined;
  const id = reader.text(shape.get("id"), "an id", PACK_NAME);
  const name = reader.text(shape.get("action"), "an action");
  const action =
    name === undefined ? undefined : actionOf(taxonomy, name, valuePlace(shape, "action"), reader.issues);
  const names = readNames(reader, shape.get("names"));
  const patterns = readPatterns(reader, shape.get("patterns"));
  if (!shape.get("names") && !shape.get("patterns")) {
    reader.issues.fault(shape.place, "names or patterns", "neither", "say which tools this is about");
  }
  const guards = readGuards(reader, shape.get("args"));
  const priority = reader.int(shape.get("priority"), "a priority", 0, PRIORITY_MAX) ?? guards.length;
  if (!action || id === undefined) return undefined;
  const typed = readOps(reader, shape.get("fields"), action, taxonomy);
  const language = readLanguage(reader, shape, typed, taxonomy);
  const ops = [...typed, ...ignoredOps(language, ignores, taxonomy)];
  const place = shape.placeOf("id");
  return { id: `${pack}/${id}`, priority, action, guards, ops, language, names, patterns, place };
}

/** The field whose value is the text, by language. */
const TEXT_FIELDS = ["", "command", "query", "url"];

function readLanguage(reader: Reader, shape: Shape, ops: readonly Op[], taxonomy: Taxonomy): number {
  const tree = shape.get("unwrap");
  if (!tree) return LANGUAGE_NONE;
  const language = reader.word(tree, "a language", LANGUAGE_NAMES.slice(LANGUAGE_SHELL, LANGUAGE_HTTP + 1));
  if (language === undefined) return LANGUAGE_NONE;
  const field = TEXT_FIELDS[language + LANGUAGE_SHELL] ?? "";
  if (!ops.some((op) => op.field === taxonomy.fields.get(field)?.number)) {
    const came = `a tool without the field ${field}`;
    reader.issues.fault(tree.place, `the field ${field}, where the text stands`, came, "add it to `fields`");
  }
  return language + LANGUAGE_SHELL;
}

function valuePlace(shape: Shape, key: string): Place {
  return shape.get(key)?.place ?? shape.place;
}

/** Guards that can never hold together: the same path with two lists that share nothing, or present and absent. */
function exclude(one: Mapping, other: Mapping): boolean {
  return one.guards.some((mine) =>
    other.guards.some((theirs) => {
      if (!isSamePath(mine.segments, theirs.segments)) return false;
      const kinds = [mine.kind, theirs.kind];
      // A path through an array has several values, so both lists could be met by different ones.
      if (mine.kind === GUARD_KIND_IN && theirs.kind === GUARD_KIND_IN) {
        return !mine.segments.includes(EACH) && !mine.values.some((value) => theirs.values.includes(value));
      }
      return (
        kinds.includes(GUARD_KIND_ABSENT) &&
        (kinds.includes(GUARD_KIND_PRESENT) || kinds.includes(GUARD_KIND_IN))
      );
    }),
  );
}

function isSamePath(one: readonly Segment[], other: readonly Segment[]): boolean {
  return one.length === other.length && one.every((segment, index) => segment === other[index]);
}

/** Patterns that some one name matches, with equally much written out: nobody could say which one counts. */
function collide(one: Pattern, other: Pattern): boolean {
  const share = (a: string, b: string, covers: (whole: string, part: string) => boolean): boolean =>
    a.length >= b.length ? covers(a, b) : covers(b, a);
  return (
    one.prefix.length + one.suffix.length === other.prefix.length + other.suffix.length &&
    share(one.prefix, other.prefix, (whole, part) => whole.startsWith(part)) &&
    share(one.suffix, other.suffix, (whole, part) => whole.endsWith(part))
  );
}

/** Two mappings of one pack for one name need an order, or guards of which only one can hold. */
function checkTies(reader: Reader, mappings: readonly Mapping[]): void {
  const fix = "give one of them a larger priority, or conditions on `args` that exclude each other";
  mappings.forEach((one, index) => {
    for (const other of mappings.slice(0, index)) {
      if (one.priority !== other.priority || exclude(one, other)) continue;
      for (const [name, place] of one.names) {
        if (!other.names.has(name)) continue;
        const came = `${JSON.stringify(name)}, which ${other.id} has with the same priority ${one.priority}`;
        reader.issues.fault(place, "one mapping for a name", came, fix);
      }
      for (const pattern of one.patterns) {
        const same = other.patterns.find((theirs) => collide(pattern, theirs));
        if (!same) continue;
        const theirs = JSON.stringify(`${same.prefix}*${same.suffix}`);
        const came = `a pattern that can match the same names as ${theirs} of ${other.id}`;
        reader.issues.fault(pattern.place, "one mapping for a name", came, fix);
      }
    }
  });
}

function readExamples(
  reader: Reader,
  tree: Tree | undefined,
  pack: string,
  taxonomy: Taxonomy,
): PackExample[] {
  return ((tree && reader.list(tree, "examples"))?.items ?? []).flatMap((item) => {
    const required = ["verdict", "action", "why"];
    const call = readCall(reader, taxonomy, item, { required });
    const verdict = reader.word(memberOf(item, "verdict"), "a verdict", VERDICT_NAMES);
    const why = reader.text(memberOf(item, "why"), "why this is right", PROSE);
    if (!call || verdict === undefined || why === undefined) return [];
    const { action, verdict: _verdict, why: _why, ...rest } = call;
    return [{ pack, call: rest, verdict, action: String(action), why, place: item.place }];
  });
}

/** The name that a pack file gives itself, for messages and for the choice of packs; undefined when it has none. */
export function packName(tree: Tree): { readonly name: string; readonly place: Place } | undefined {
  const name = memberOf(tree, "pack");
  return name?.kind === "text" ? { name: name.value, place: name.place } : undefined;
}

export function readPack(
  reader: Reader,
  tree: Tree,
  taxonomy: Taxonomy,
  entries: EntryReader,
): Pack | undefined {
  const required = ["pack", "version", "publisher", "title", "description"];
  const contents = ["tools", "apis", "commands", "variables"];
  const optional = [...contents, "draft", "ignores", "servers", "rules", "examples"];
  const shape = reader.shape(tree, "a pack", required, optional);
  if (!shape) return undefined;
  const draft = shape.get("draft");
  if (draft && reader.bool(draft, "whether it is a draft") !== undefined) {
    const fix = "look at every mapping and every `# doubt:`, then remove the line draft";
    reader.issues.fault(shape.placeOf("draft"), "a pack that a person has read", "a draft", fix);
  }
  const name = reader.text(shape.get("pack"), "the pack's name", PACK_NAME);
  const version = reader.text(shape.get("version"), "a version", VERSION);
  const publisher = reader.text(shape.get("publisher"), "who publishes it");
  const title = reader.text(shape.get("title"), "a title");
  reader.text(shape.get("description"), "what it covers", PROSE);
  reader.texts(shape.get("servers"), "server name");
  if (name === undefined) return undefined;
  if (!contents.some((key) => shape.get(key))) {
    reader.issues.fault(shape.place, "tools, apis, commands or variables", "none of them", "map something");
  }
  const tools = shape.get("tools");
  const items = (tools && reader.list(tools, "tools"))?.items ?? [];
  if (tools && items.length === 0) reader.wrong(tools, "at least one tool", "map one, or leave the pack out");
  if (items.length > TOOLS_MAX) reader.wrong(tools ?? tree, `at most ${TOOLS_MAX} tools`, "split the pack");
  const ignores = readIgnores(reader, shape.get("ignores"));
  const mappings = items.flatMap((item) => readMapping(reader, item, name, ignores, taxonomy) ?? []);
  const apis = readApis(reader, shape.get("apis"), name, taxonomy);
  checkIds(reader, [...mappings, ...apis]);
  checkTies(reader, mappings);
  const commandReader = new CommandReader(reader, taxonomy);
  const commands = commandReader.commands(shape.get("commands"), name);
  const variables = commandReader.variables(shape.get("variables"));
  const mapped = new Set([
    ...[...mappings, ...apis].map(({ action }) => action.name),
    ...commands.flatMap(({ action }) => (action === "none" ? [] : [action.name])),
  ]);
  const rules = entries.rules(shape.get("rules"), { layer: LAYER_PACK, pack: name, mapped });
  const examples = readExamples(reader, shape.get("examples"), name, taxonomy);
  const place = shape.placeOf("pack");
  return {
    name,
    version: version ?? "",
    publisher: publisher ?? "",
    title: title ?? "",
    mappings,
    apis,
    commands,
    variables,
    rules,
    examples,
    place,
  };
}

function checkIds(reader: Reader, rows: readonly { readonly id: string; readonly place: Place }[]): void {
  const seen = new Set<string>();
  for (const { id, place } of rows) {
    if (seen.has(id))
      reader.issues.fault(place, "an id that is used once", JSON.stringify(id), "rename one of the two");
    seen.add(id);
  }
}

/** A server that the org binds to a pack. */
export interface BoundServer {
  readonly server: string;
  readonly pack: string;
  /** SHA-256 of its tool definitions in hex; without it the name alone is bound. */
  readonly pin: string | undefined;
  readonly place: Place;
}

const PIN = { pattern: /^sha256:[0-9a-f]{64}$/, wanted: "a pin: sha256: and 64 hex digits in small letters" };
const PIN_PREFIX = "sha256:";
/** A pinned server stands in the image under its name and its pin, and that must fit into a request. */
const SERVER_BYTES_MAX = NAME_BYTES_MAX - pinnedName("", "0".repeat(64)).length;

/** Members of `servers` of the org file: exact server name to pack name and pin. */
export function readServers(
  reader: Reader,
  tree: Tree | undefined,
  packs: ReadonlySet<string>,
): BoundServer[] {
  const map = tree && reader.map(tree, "servers by name");
  return (map ? sortedMembers(map) : []).flatMap(({ key, keyPlace, value }) => {
    if (key === "" || bytesOf(key) > SERVER_BYTES_MAX || isPinnedName(key)) {
      const wanted = `a server name of 1 to ${SERVER_BYTES_MAX} bytes, without @sha256:`;
      reader.issues.fault(keyPlace, wanted, JSON.stringify(key), "correct it; a digest belongs under pin");
    }
    const shape = reader.shape(value, "a server", ["pack"], ["pin"]);
    const pack = reader.text(shape?.get("pack"), "a pack");
    const pin = reader.text(shape?.get("pin"), "a pin", PIN)?.slice(PIN_PREFIX.length);
    if (!shape || pack === undefined) return [];
    if (packs.has(pack)) return [{ server: key, pack, pin, place: keyPlace }];
    const fix = "bind the server to a pack that the policy has";
    reader.issues.unknownName(valuePlace(shape, "pack"), "a pack of this policy", pack, packs, fix);
    return [];
  });
}
