/** Reads taxonomy/*.yaml: what there is, before any policy says what to do about it. */

import {
  AMPLIFIER_NAMES,
  EFFECT_NAMES,
  FIELD_NAMES,
  FIELD_TYPE_NAMES,
  FIELD_TYPES,
  FLAG_NAMES,
  MARK_NAMES,
  REASON_ANSWER_NAMES,
  REASON_STATE_NAMES,
  TIER_NAMES,
} from "../gen/codes.ts";
import { lowerAscii } from "./canonical.ts";
import type { Issues, Place } from "./issues.ts";
import { type Obligation, readObligations } from "./obligations.ts";
import type { Tree } from "./parse.ts";
import { Reader, type Shape } from "./shape.ts";

export interface Field {
  readonly name: string;
  readonly number: number;
  /** Position in FIELD_TYPE_NAMES. */
  readonly type: number;
  readonly many: boolean;
}

export interface Flag {
  readonly number: number;
  readonly weightBp: number;
  /** Its weight never falls below the base policy's. */
  readonly isProtected: boolean;
}

export interface Amplifier {
  readonly number: number;
  readonly max: number;
}

export interface Action {
  /** `domain.verb`. */
  readonly name: string;
  readonly number: number;
  readonly domain: string;
  readonly domainNumber: number;
  /** Position in EFFECT_NAMES. */
  readonly effect: number;
  /** Bit n is flag n. */
  readonly primary: number;
  readonly secondary: number;
  /** By amplifier number. */
  readonly levels: readonly number[];
  readonly fields: ReadonlySet<string>;
  readonly obligations: readonly Obligation[];
  readonly aliases: ReadonlyMap<string, Place>;
  readonly place: Place;
}

export interface Reason {
  readonly code: string;
  readonly sentence: string;
}

export interface Taxonomy {
  readonly edition: string;
  readonly fields: ReadonlyMap<string, Field>;
  readonly flags: ReadonlyMap<string, Flag>;
  readonly amplifiers: ReadonlyMap<string, Amplifier>;
  /** Names of the domains, `unknown` included. */
  readonly domains: ReadonlySet<string>;
  /** Ascending by number; the index is the action's index in the image. */
  readonly actions: readonly Action[];
  readonly actionByName: ReadonlyMap<string, Action>;
  /** Alias to action name. */
  readonly aliases: ReadonlyMap<string, string>;
  /** What the engine itself says: marks and tiers. */
  readonly reasons: readonly Reason[];
}

/** The sources of the taxonomy by what they hold; undefined where a file is missing. */
export interface TaxonomyTrees {
  readonly edition: Tree | undefined;
  readonly flags: Tree | undefined;
  readonly amplifiers: Tree | undefined;
  readonly tiers: Tree | undefined;
  readonly fields: Tree | undefined;
  readonly reasons: Tree | undefined;
  readonly domains: readonly Tree[];
}

const NAME = { pattern: /^[a-z][a-z0-9_]{0,62}$/, wanted: "a name of a-z, 0-9 and _" };
const FLAG_NAME = { pattern: /^[A-Z][A-Z_]*$/, wanted: "a name of capitals and _" };
const EDITION = { pattern: /^[0-9]{4}\.[0-9]+$/, wanted: "an edition such as 2026.1" };
const SENTENCE = { bytesMax: 1024 };
const REVERSIBILITIES = ["reversible", "hard", "irreversible"];
const ALIAS = { pattern: /^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/, wanted: "a name as domain.verb" };

/** The engine has these names and numbers built in, so a source cannot give others. */
function checkNumbers(
  issues: Issues,
  what: string,
  found: readonly { readonly name: string; readonly number: number; readonly place: Place }[],
  wanted: ReadonlyMap<number, string>,
): void {
  const seen = new Set<string>();
  for (const { name, number, place } of found) {
    const builtIn = wanted.get(number);
    if (builtIn !== name) {
      const fix = "keep the names and numbers of this release, or run npm run gen and build the engine again";
      issues.fault(place, `${what} ${number} to be ${builtIn ?? "absent"}`, JSON.stringify(name), fix);
    } else if (seen.has(name)) {
      issues.fault(place, `each ${what} once`, JSON.stringify(name), "remove the second one");
    }
    seen.add(name);
  }
  const missing = [...wanted.values()].filter((name) => !seen.has(name));
  const first = found[0];
  if (missing.length > 0 && first) {
    issues.fault(first.place, `every ${what}`, `a list without ${missing.join(", ")}`, "add what is missing");
  }
}

function numbered(names: readonly string[]): Map<number, string> {
  return new Map(names.map((name, number) => [number, name]));
}

interface Listed {
  readonly name: string;
  readonly number: number;
  readonly place: Place;
  readonly shape: Shape;
}

/** A list of entries with a name and a number. */
function readListed(
  reader: Reader,
  tree: Tree | undefined,
  what: string,
  nameKey: "id" | "name",
  bound: { readonly pattern: RegExp; readonly wanted: string },
  keys: { readonly required: readonly string[]; readonly optional?: readonly string[] },
): Listed[] {
  if (!tree) return [];
  const listed: Listed[] = [];
  for (const item of reader.list(tree, `every ${what}`)?.items ?? []) {
    const article = /^[aeiou]/.test(what) ? "an" : "a";
    const shape = reader.shape(
      item,
      `${article} ${what}`,
      [nameKey, "number", ...keys.required],
      keys.optional,
    );
    const name = reader.text(shape?.get(nameKey), `the name of the ${what}`, bound);
    const number = reader.int(shape?.get("number"), "its number", 0, 65_535);
    if (shape && name !== undefined && number !== undefined) {
      listed.push({ name, number, place: shape.placeOf(nameKey), shape });
    }
  }
  return listed;
}

function readFlags(reader: Reader, tree: Tree | undefined): Map<string, Flag> {
  const required = ["weight_bp", "protected", "title", "description"];
  const listed = readListed(reader, tree, "flag", "id", FLAG_NAME, { required });
  checkNumbers(reader.issues, "flag", listed, numbered(FLAG_NAMES));
  const flags = new Map<string, Flag>();
  for (const { name, number, shape } of listed) {
    reader.text(shape.get("title"), "a title");
    reader.text(shape.get("description"), "a description", SENTENCE);
    const weightBp = reader.int(shape.get("weight_bp"), "a weight in basis points", 1, 9_900) ?? 1;
    flags.set(name, {
      number,
      weightBp,
      isProtected: reader.bool(shape.get("protected"), "protected") ?? true,
    });
  }
  return flags;
}

function readAmplifiers(reader: Reader, tree: Tree | undefined): Map<string, Amplifier> {
  const required = ["max", "weight_milli", "title", "description", "levels"];
  const listed = readListed(reader, tree, "amplifier", "id", NAME, { required });
  checkNumbers(reader.issues, "amplifier", listed, numbered(AMPLIFIER_NAMES));
  const amplifiers = new Map<string, Amplifier>();
  for (const { name, number, shape } of listed) {
    const max = reader.int(shape.get("max"), "the largest level", 1, 255) ?? 255;
    reader.int(shape.get("weight_milli"), "a weight in thousandths", 0, 1_000);
    reader.text(shape.get("title"), "a title");
    reader.text(shape.get("description"), "a description", SENTENCE);
    const levels = shape.get("levels");
    for (const item of (levels && reader.list(levels, "what levels mean"))?.items ?? []) {
      const level = reader.shape(item, "a level", ["at", "text"]);
      reader.int(level?.get("at"), "a level", 0, max);
      reader.text(level?.get("text"), "what it means");
    }
    amplifiers.set(name, { number, max });
  }
  return amplifiers;
}

function readTiers(reader: Reader, tree: Tree | undefined): void {
  const listed = readListed(reader, tree, "tier", "id", NAME, { required: ["title", "description"] });
  checkNumbers(reader.issues, "tier", listed, numbered(TIER_NAMES));
  for (const { shape } of listed) {
    reader.text(shape.get("title"), "a title");
    reader.text(shape.get("description"), "a description", SENTENCE);
  }
}

/** The engine reads some fields by their number and takes their types for granted. */
function checkFieldType(issues: Issues, place: Place, name: string, number: number, type: number): void {
  const builtIn = FIELD_TYPES[number - 1];
  // A name that the number does not have is reported already.
  if (builtIn === undefined || builtIn === type || FIELD_NAMES[number] !== name) return;
  const wanted = `the type ${FIELD_TYPE_NAMES[builtIn]}, which the engine has for ${name}`;
  issues.fault(place, wanted, FIELD_TYPE_NAMES[type] ?? `${type}`, "give it the type that the engine has");
}

function readFields(reader: Reader, tree: Tree | undefined): Map<string, Field> {
  const keys = { required: ["type", "many", "description"], optional: ["unit"] };
  const listed = readListed(reader, tree, "field", "name", NAME, keys);
  const builtIn = Object.entries(FIELD_NAMES).map(([number, name]) => [Number(number), name] as const);
  checkNumbers(reader.issues, "field", listed, new Map(builtIn));
  const fields = new Map<string, Field>();
  for (const { name, number, shape } of listed) {
    reader.text(shape.get("unit"), "a unit");
    reader.text(shape.get("description"), "a description", SENTENCE);
    const type = reader.word(shape.get("type"), "a field type", FIELD_TYPE_NAMES);
    if (type !== undefined) checkFieldType(reader.issues, shape.placeOf("type"), name, number, type);
    fields.set(name, {
      name,
      number,
      type: type ?? 0,
      many: reader.bool(shape.get("many"), "many") ?? false,
    });
  }
  return fields;
}

/** Codes that the engine writes into `reasons` without a policy saying so. */
export function engineCodes(): string[] {
  return [
    ...TIER_NAMES.map((tier) => `tier_${tier}`),
    ...MARK_NAMES,
    ...REASON_STATE_NAMES,
    ...REASON_ANSWER_NAMES,
  ];
}

function readReasons(reader: Reader, tree: Tree | undefined): Reason[] {
  if (!tree) return [];
  const known = engineCodes();
  const reasons = new Map<string, Reason>();
  for (const item of reader.list(tree, "reasons")?.items ?? []) {
    const shape = reader.shape(item, "a reason", ["code", "sentence"]);
    const position = reader.word(shape?.get("code"), "a code of the engine", known);
    const sentence = reader.text(shape?.get("sentence"), "a sentence", SENTENCE);
    const code = position === undefined ? undefined : known[position];
    if (!shape || code === undefined || sentence === undefined) continue;
    if (reasons.has(code)) {
      reader.issues.fault(
        shape.placeOf("code"),
        "each code once",
        JSON.stringify(code),
        "remove the second one",
      );
    }
    reasons.set(code, { code, sentence });
  }
  const missing = known.filter((code) => !reasons.has(code));
  if (missing.length > 0) {
    const came = `a list without ${missing.join(", ")}`;
    reader.issues.fault(tree.place, "a sentence for every code of the engine", came, "add what is missing");
  }
  return [...reasons.values()];
}

interface Vocabulary {
  readonly fields: ReadonlyMap<string, Field>;
  readonly flags: ReadonlyMap<string, Flag>;
  readonly amplifiers: ReadonlyMap<string, Amplifier>;
}

/** Bits of the flags that a list names. */
export function flagBits(reader: Reader, tree: Tree | undefined, flags: ReadonlyMap<string, Flag>): number {
  let bits = 0;
  for (const [name, place] of reader.texts(tree, "flag")) {
    const flag = flags.get(name);
    if (flag) bits |= 1 << flag.number;
    else reader.issues.unknownName(place, "a flag", name, flags.keys());
  }
  return bits;
}

function readLevels(
  reader: Reader,
  tree: Tree | undefined,
  amplifiers: ReadonlyMap<string, Amplifier>,
): number[] {
  const levels = new Array<number>(amplifiers.size).fill(0);
  for (const { key, keyPlace, value } of (tree && reader.map(tree, "levels by amplifier"))?.members ?? []) {
    const amplifier = amplifiers.get(key);
    if (!amplifier) {
      reader.issues.unknownName(keyPlace, "an amplifier", key, amplifiers.keys());
      continue;
    }
    const shape = reader.shape(value, "a default level", ["level", "why"]);
    reader.text(shape?.get("why"), "a reason", SENTENCE);
    levels[amplifier.number] = reader.int(shape?.get("level"), `a level of ${key}`, 1, amplifier.max) ?? 0;
  }
  return levels;
}

const ACTION_KEYS = [
  "verb",
  "number",
  "since",
  "title",
  "description",
  "effect",
  "reversibility",
  "fields",
  "flags",
  "levels",
  "obligations",
  "tools",
  "aliases",
];

function readAction(
  reader: Reader,
  tree: Tree,
  domain: { readonly name: string; readonly number: number },
  { fields, flags, amplifiers }: Vocabulary,
): Action | undefined {
  const shape = reader.shape(tree, "an action", ACTION_KEYS);
  if (!shape) return undefined;
  const verb = reader.text(shape.get("verb"), "a verb", NAME);
  const number = reader.int(shape.get("number"), "the action's number", 0, 65_535);
  reader.text(shape.get("since"), "an edition", EDITION);
  reader.text(shape.get("title"), "a title");
  reader.text(shape.get("description"), "a description", SENTENCE);
  reader.word(shape.get("reversibility"), "reversibility", REVERSIBILITIES);
  reader.texts(shape.get("tools"), "tool name");
  const effect = reader.word(shape.get("effect"), "an effect", EFFECT_NAMES) ?? 0;
  const declared = reader.texts(shape.get("fields"), "field");
  for (const [name, place] of declared) {
    if (!fields.has(name)) reader.issues.unknownName(place, "a field", name, fields.keys());
  }
  const flagTree = shape.get("flags");
  const roles = flagTree && reader.shape(flagTree, "the flags of an action", ["primary", "secondary"]);
  const primary = flagBits(reader, roles?.get("primary"), flags);
  const secondary = flagBits(reader, roles?.get("secondary"), flags);
  if ((primary & secondary) !== 0) {
    reader.issues.fault(
      shape.placeOf("flags"),
      "each flag in one role",
      "a flag in both",
      "keep it as primary",
    );
  }
  const levels = readLevels(reader, shape.get("levels"), amplifiers);
  const obligations = readObligations(reader, shape.get("obligations"));
  const aliases = reader.texts(shape.get("aliases"), "alias", ALIAS);
  if (verb === undefined || number === undefined) return undefined;
  return {
    name: `${domain.name}.${verb}`,
    number,
    domain: domain.name,
    domainNumber: domain.number,
    effect,
    primary,
    secondary,
    levels,
    fields: new Set(declared.keys()),
    obligations,
    aliases,
    place: shape.placeOf("verb"),
  };
}

interface Domain {
  readonly name: string;
  readonly number: number;
  readonly place: Place;
  readonly actions: readonly Action[];
}

function readDomain(reader: Reader, tree: Tree, vocabulary: Vocabulary): Domain | undefined {
  const shape = reader.shape(tree, "a domain", ["domain", "number", "title", "description", "actions"]);
  if (!shape) return undefined;
  const name = reader.text(shape.get("domain"), "the domain's name", NAME);
  const number = reader.int(shape.get("number"), "the domain's number", 0, 255);
  reader.text(shape.get("title"), "a title");
  reader.text(shape.get("description"), "a description", SENTENCE);
  if (name === undefined || number === undefined) return undefined;
  const list = shape.get("actions");
  const items = (list && reader.list(list, "the actions of the domain"))?.items ?? [];
  const actions = items.flatMap((item) => readAction(reader, item, { name, number }, vocabulary) ?? []);
  return { name, number, place: shape.placeOf("domain"), actions };
}

/** Reports every name or number that stands twice. */
function checkUnique(
  issues: Issues,
  what: string,
  entries: readonly { readonly key: string | number; readonly place: Place }[],
): void {
  const seen = new Set<string | number>();
  for (const { key, place } of entries) {
    if (seen.has(key)) issues.fault(place, `each ${what} once`, JSON.stringify(key), "give it another one");
    seen.add(key);
  }
}

function readEdition(reader: Reader, tree: Tree | undefined, domains: readonly Domain[]): string {
  if (!tree) return "";
  const keys = ["edition", "released", "title", "licence", "domains", "actions", "cite"];
  const shape = reader.shape(tree, "an edition", keys);
  reader.date(shape?.get("released"), "the day of release");
  reader.text(shape?.get("title"), "a title");
  reader.text(shape?.get("licence"), "a licence");
  reader.text(shape?.get("cite"), "how to cite it", SENTENCE);
  const counted = domains.filter(({ name }) => name !== "unknown");
  const actionCount = counted.reduce((sum, { actions }) => sum + actions.length, 0);
  for (const [key, found] of [
    ["domains", counted.length],
    ["actions", actionCount],
  ] as const) {
    const value = shape?.get(key);
    const stated = reader.int(value, `the number of ${key}`, 0, 65_535);
    if (value && stated !== undefined && stated !== found) {
      reader.issues.fault(
        value.place,
        `${found}, as many ${key} as there are`,
        `${stated}`,
        "correct the number",
      );
    }
  }
  return reader.text(shape?.get("edition"), "the edition", EDITION) ?? "";
}

/** Reads the whole taxonomy. After faults were reported the result is incomplete and must not be used. */
export function readTaxonomy(trees: TaxonomyTrees, issues: Issues): Taxonomy {
  const reader = new Reader(issues);
  const flags = readFlags(reader, trees.flags);
  const amplifiers = readAmplifiers(reader, trees.amplifiers);
  const fields = readFields(reader, trees.fields);
  readTiers(reader, trees.tiers);
  const reasons = readReasons(reader, trees.reasons);
  const vocabulary = { fields, flags, amplifiers };
  const domains = trees.domains.flatMap((tree) => readDomain(reader, tree, vocabulary) ?? []);
  const actions = domains.flatMap((domain) => domain.actions).sort((one, other) => one.number - other.number);

  checkUnique(
    issues,
    "domain",
    domains.map(({ name, place }) => ({ key: name, place })),
  );
  checkUnique(
    issues,
    "domain number",
    domains.map(({ number, place }) => ({ key: number, place })),
  );
  checkUnique(
    issues,
    "action number",
    actions.map(({ number, place }) => ({ key: number, place })),
  );
  const names = actions.map(({ name, place }) => ({ key: name, place }));
  const aliases = actions.flatMap((action) => [...action.aliases].map(([key, place]) => ({ key, place })));
  checkUnique(issues, "action name or alias", [...names, ...aliases]);
  for (const wanted of ["unknown.unclassified", "unknown.read"]) {
    const first = domains[0];
    if (first && !actions.some(({ name }) => name === wanted)) {
      issues.fault(
        first.place,
        `the action ${wanted}`,
        "a taxonomy without it",
        "add taxonomy/actions/unknown.yaml",
      );
    }
  }
  return {
    edition: readEdition(reader, trees.edition, domains),
    fields,
    flags,
    amplifiers,
    domains: new Set(domains.map(({ name }) => name)),
    actions,
    actionByName: new Map(actions.map((action) => [action.name, action])),
    aliases: new Map(
      actions.flatMap(({ name, aliases: own }) => [...own.keys()].map((alias) => [alias, name])),
    ),
    reasons,
  };
}

/** The action of a canonical name; anything else is reported, an alias with the name it stands for. */
export function actionOf(taxonomy: Taxonomy, name: string, place: Place, issues: Issues): Action | undefined {
  const action = taxonomy.actionByName.get(name);
  if (action) return action;
  const meant = taxonomy.aliases.get(lowerAscii(name));
  if (meant !== undefined) {
    issues.fault(place, "a canonical action", `the alias ${JSON.stringify(name)}`, `write ${meant}`);
  } else {
    issues.unknownName(place, "an action of the taxonomy", name, taxonomy.actionByName.keys());
  }
  return undefined;
}
