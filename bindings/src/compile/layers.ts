/**
 * The layers above the packs: base, profile, org. Base has every number; a profile and an org may move some of them
 * within bounds, and all of them may add rules, gates and rows. Only an org has domains, sets, servers and relax.
 */

import {
  AMPLIFIER_NAMES,
  FLAG_NAMES,
  LAYER_BASE,
  LAYER_ORG,
  LAYER_PROFILE,
  TIER_NAMES,
  VERDICT_NAMES,
} from "../gen/codes.ts";
import { canonicalDomain } from "./canonical.ts";
import type { EntryReader, Row, Rule } from "./entries.ts";
import type { Place } from "./issues.ts";
import { type BoundServer, readServers, VERSION } from "./pack.ts";
import { described, memberOf, type Tree, textOf } from "./parse.ts";
import { type Publishers, readPublishers } from "./publishers.ts";
import type { Sets } from "./sets.ts";
import { type Reader, type Shape, sortedMembers } from "./shape.ts";
import type { Taxonomy } from "./taxonomy.ts";
import { readUnknownTools, type UnknownTools } from "./unknown.ts";

/** The tiers that a threshold begins; minimal begins at 0. */
const THRESHOLD_NAMES = TIER_NAMES.slice(1);
const WEIGHT_BP_MAX = 9_900;
const GAIN_MAX = 10_000;
const THRESHOLD_BP_MAX = 9_900;
const THRESHOLD_MOVE_BP_MAX = 1_000;
const EXPONENT_MAX = 4;
const REFERENCE_MILLI_MAX = 4_294_967_295;
const PROSE = { bytesMax: 1024 };
const EDITION = { pattern: /^[0-9]{4}\.[0-9]+$/, wanted: 'the edition in quotes, such as "2026.1"' };
const LAYER_NAME = { pattern: /^[a-z][a-z0-9_]{0,62}$/, wanted: "a name of a-z, 0-9 and _" };
const ORG_NAME = { pattern: /^[a-z][a-z0-9_-]{0,62}$/, wanted: "a name of a-z, 0-9, _ and -" };

/** One tunable number and where it was set last. */
interface Setting {
  readonly value: number;
  readonly place: Place;
  /** The layer that set it; undefined while it is the base policy's. */
  readonly by: string | undefined;
}

interface Settings {
  readonly weights: Map<string, Setting>;
  readonly gains: Map<string, Setting>;
  readonly thresholds: Map<string, Setting>;
  readonly routing: Map<string, Setting>;
}

type Knob = keyof Settings;

export interface Currency {
  readonly code: string;
  readonly exponent: number;
  readonly referenceMilli: number;
}

export interface Base {
  readonly version: string;
  readonly settings: Settings;
  readonly currencies: readonly Currency[];
  readonly hostPrefixes: readonly string[];
  /** Input name of the direct form to field name. */
  readonly fieldInputs: ReadonlyMap<string, string>;
  readonly unknown: UnknownTools;
  readonly rules: readonly Rule[];
  readonly rows: readonly Row[];
}

export interface Profile {
  readonly name: string;
  readonly version: string;
  readonly rules: readonly Rule[];
  readonly rows: readonly Row[];
}

export interface Org {
  readonly name: string;
  readonly dated: string;
  /** Exact domains, and those whose subdomains count. */
  readonly domains: readonly string[];
  readonly domainsUnder: readonly string[];
  readonly defaultCurrency: string | undefined;
  readonly servers: readonly BoundServer[];
  readonly unknownReadEnabled: boolean;
  readonly rules: readonly Rule[];
  readonly rows: readonly Row[];
}

/** Reads numbers by name: `{ bp: 1500, why: … }`. */
function readNumbers(
  reader: Reader,
  tree: Tree | undefined,
  what: string,
  member: "bp" | "gain",
  names: readonly string[],
  min: number,
  max: number,
): Map<string, Setting> {
  const settings = new Map<string, Setting>();
  for (const { key, keyPlace, value } of (tree && reader.map(tree, `${what} by name`))?.members ?? []) {
    if (!names.includes(key)) {
      reader.issues.unknownName(keyPlace, `one of ${names.join(", ")}`, key, names);
      continue;
    }
    const shape = reader.shape(value, `a ${what}`, [member, "why"]);
    reader.text(shape?.get("why"), "the reason for the number", PROSE);
    const number = reader.int(shape?.get(member), `a ${what}`, min, max);
    if (shape && number !== undefined) {
      settings.set(key, { value: number, place: shape.get(member)?.place ?? shape.place, by: undefined });
    }
  }
  return settings;
}

function readRouting(reader: Reader, tree: Tree | undefined): Map<string, Setting> {
  const settings = new Map<string, Setting>();
  for (const { key, keyPlace, value } of (tree && reader.map(tree, "verdicts by tier"))?.members ?? []) {
    if (!(TIER_NAMES as readonly string[]).includes(key)) {
      reader.issues.unknownName(keyPlace, `one of ${TIER_NAMES.join(", ")}`, key, TIER_NAMES);
      continue;
    }
    const verdict = reader.word(value, "a verdict", VERDICT_NAMES);
    if (verdict !== undefined) settings.set(key, { value: verdict, place: value.place, by: undefined });
  }
  return settings;
}

function readSettings(reader: Reader, shape: Shape): Settings {
  return {
    weights: readNumbers(reader, shape.get("weights"), "weight", "bp", FLAG_NAMES, 1, WEIGHT_BP_MAX),
    gains: readNumbers(reader, shape.get("gains"), "gain", "gain", AMPLIFIER_NAMES, 0, GAIN_MAX),
    thresholds: readNumbers(
      reader,
      shape.get("thresholds"),
      "threshold",
      "bp",
      THRESHOLD_NAMES,
      1,
      THRESHOLD_BP_MAX,
    ),
    routing: readRouting(reader, shape.get("routing")),
  };
}

const KNOB_NAMES: Readonly<Record<Knob, readonly string[]>> = {
  weights: FLAG_NAMES,
  gains: AMPLIFIER_NAMES,
  thresholds: THRESHOLD_NAMES,
  routing: TIER_NAMES,
};
const KNOBS = Object.keys(KNOB_NAMES) as readonly Knob[];

/** Base names every number; the layers above name what they move. */
function checkComplete(reader: Reader, shape: Shape, settings: Settings): void {
  for (const knob of KNOBS) {
    const value = shape.get(knob);
    if (value?.kind !== "map") continue;
    const present = new Set(value.members.map(({ key }) => key));
    const missing = KNOB_NAMES[knob].filter((name) => !present.has(name));
    if (missing.length > 0) {
      reader.issues.fault(
        value.place,
        `every one of the ${knob}`,
        `none for ${missing.join(", ")}`,
        "add them",
      );
    }
  }
  checkOrder(reader, settings);
}

function checkOrder(reader: Reader, { thresholds }: Settings): void {
  THRESHOLD_NAMES.forEach((name, index) => {
    const upper = thresholds.get(name);
    const lower = thresholds.get(THRESHOLD_NAMES[index - 1] ?? "");
    if (!upper || !lower || upper.value > lower.value) return;
    const wanted = `a threshold above that of ${THRESHOLD_NAMES[index - 1]}, ${lower.value}`;
    reader.issues.fault(upper.place, wanted, `${upper.value}`, "thresholds ascend with the tiers");
  });
}

/** Where a value lies that is less strict than another. A higher threshold is reached later, so it is calmer. */
function isCalmer(knob: Knob, value: number, base: number): boolean {
  return knob === "thresholds" ? value > base : value < base;
}

/** What stops a layer above base from setting this value, if anything does. */
function boundOf(
  knob: Knob,
  name: string,
  value: number,
  base: number,
  taxonomy: Taxonomy,
): string | undefined {
  if (knob === "routing") return value < base ? `${VERDICT_NAMES[base]} or stricter` : undefined;
  if (knob === "thresholds") {
    if (Math.abs(value - base) <= THRESHOLD_MOVE_BP_MAX) return undefined;
    return `${base - THRESHOLD_MOVE_BP_MAX} to ${base + THRESHOLD_MOVE_BP_MAX}: at most ${THRESHOLD_MOVE_BP_MAX} from base`;
  }
  if (knob === "weights" && taxonomy.flags.get(name)?.isProtected && value < base) {
    return `at least ${base}: ${name} is never weakened`;
  }
  if (value * 2 >= base && value <= base * 2) return undefined;
  return `${Math.ceil(base / 2)} to ${base * 2}: half to twice the base policy's`;
}

/** Puts a layer's numbers over those below it. Bounds are against base, so they hold for all layers together. */
function override(
  reader: Reader,
  taxonomy: Taxonomy,
  base: Settings,
  below: Settings,
  above: Settings,
  by: string,
): Settings {
  const merged = {} as Record<Knob, Map<string, Setting>>;
  for (const knob of KNOBS) {
    merged[knob] = new Map(below[knob]);
    for (const [name, { value, place }] of above[knob]) {
      const origin = base[knob].get(name);
      if (!origin) continue;
      const bound = boundOf(knob, name, value, origin.value, taxonomy);
      if (bound !== undefined) {
        const came = knob === "routing" ? (VERDICT_NAMES[value] ?? "") : `${value}`;
        reader.issues.fault(place, bound, came, "stay within the bounds; only a relax entry goes further");
      }
      merged[knob].set(name, { value, place, by });
    }
  }
  return merged;
}

function readCurrencies(reader: Reader, tree: Tree | undefined): Currency[] {
  const map = tree && reader.map(tree, "currencies by code");
  return (map ? sortedMembers(map) : []).flatMap(({ key, keyPlace, value }) => {
    if (!/^[A-Z]{3}$/.test(key)) {
      reader.issues.fault(
        keyPlace,
        "three capital letters of ISO 4217",
        JSON.stringify(key),
        "correct the code",
      );
    }
    const shape = reader.shape(value, "a currency", ["exponent", "reference_milli"]);
    const exponent = reader.int(shape?.get("exponent"), "digits of the minor unit", 0, EXPONENT_MAX);
    const what = "reference cents of 1 000 minor units";
    const referenceMilli = reader.int(shape?.get("reference_milli"), what, 1, REFERENCE_MILLI_MAX);
    if (exponent === undefined || referenceMilli === undefined) return [];
    return [{ code: key, exponent, referenceMilli }];
  });
}

function readFieldInputs(reader: Reader, tree: Tree | undefined, taxonomy: Taxonomy): Map<string, string> {
  const inputs = new Map<string, string>();
  const map = tree && reader.map(tree, "input names and their fields");
  for (const { key, keyPlace, value } of map ? sortedMembers(map) : []) {
    const field = reader.text(value, "a field");
    if (field === undefined) continue;
    if (taxonomy.fields.has(key)) {
      const fix = "remove it: every field name is an input name of itself";
      reader.issues.fault(keyPlace, "a name that is no field's own", JSON.stringify(key), fix);
    } else if (taxonomy.fields.has(field)) inputs.set(key, field);
    else reader.issues.unknownName(value.place, "a field", field, taxonomy.fields.keys());
  }
  return inputs;
}

const OWN_ENTRIES = ["rules", "gates", "rows"];
const SETTING_KEYS: readonly string[] = KNOBS;

function readRows(shape: Shape, entries: EntryReader, layer: number): Row[] {
  return [...entries.gates(shape.get("gates"), { layer }), ...entries.rows(shape.get("rows"), { layer })];
}

const BASE_KEYS = ["base", ...SETTING_KEYS, "currencies", "host_prefixes", "field_inputs", "unknown_read"];

/** Reads policies/base.yaml. */
export function readBase(
  reader: Reader,
  tree: Tree,
  taxonomy: Taxonomy,
  entries: EntryReader,
): Base | undefined {
  const shape = reader.shape(tree, "the base policy", BASE_KEYS, ["unknown_looks", "memory", ...OWN_ENTRIES]);
  if (!shape) return undefined;
  const version = reader.text(shape.get("base"), "the edition it is made for", EDITION) ?? "";
  if (version !== "" && taxonomy.edition !== "" && version !== taxonomy.edition) {
    const place = shape.get("base")?.place ?? shape.place;
    const fix = "use taxonomy and base policy of one edition";
    reader.issues.fault(place, `${taxonomy.edition}, the edition of the taxonomy`, version, fix);
  }
  const settings = readSettings(reader, shape);
  checkComplete(reader, shape, settings);
  entries.memory(shape.get("memory"), LAYER_BASE);
  return {
    version,
    settings,
    currencies: readCurrencies(reader, shape.get("currencies")),
    hostPrefixes: [...reader.texts(shape.get("host_prefixes"), "host prefix").keys()],
    fieldInputs: readFieldInputs(reader, shape.get("field_inputs"), taxonomy),
    unknown: readUnknownTools(reader, shape.get("unknown_read"), shape.get("unknown_looks")),
    rules: entries.rules(shape.get("rules"), { layer: LAYER_BASE }),
    rows: readRows(shape, entries, LAYER_BASE),
  };
}

/** Settings after a layer, and the layer. */
export interface Layered<T> {
  readonly layer: T;
  readonly settings: Settings;
}

/** Reads a profile over base. */
export function readProfile(
  reader: Reader,
  tree: Tree,
  taxonomy: Taxonomy,
  entries: EntryReader,
  base: Base,
): Layered<Profile> | undefined {
  const optional = ["title", "description", ...SETTING_KEYS, "memory", ...OWN_ENTRIES];
  const shape = reader.shape(tree, "a profile", ["profile", "version"], optional);
  if (!shape) return undefined;
  const name = reader.text(shape.get("profile"), "the profile's name", LAYER_NAME) ?? "";
  const version = reader.text(shape.get("version"), "a version", VERSION) ?? "";
  reader.text(shape.get("title"), "a title");
  reader.text(shape.get("description"), "for whom it is", PROSE);
  const own = readSettings(reader, shape);
  const settings = override(reader, taxonomy, base.settings, base.settings, own, "profile");
  checkOrder(reader, settings);
  entries.memory(shape.get("memory"), LAYER_PROFILE);
  const layer = {
    name,
    version,
    rules: entries.rules(shape.get("rules"), { layer: LAYER_PROFILE }),
    rows: readRows(shape, entries, LAYER_PROFILE),
  };
  return { layer, settings };
}

function readDomains(reader: Reader, tree: Tree | undefined): Pick<Org, "domains" | "domainsUnder"> {
  const domains = new Set<string>();
  const domainsUnder = new Set<string>();
  for (const [text, place] of reader.texts(tree, "domain")) {
    const isUnder = text.startsWith("*.");
    const domain = canonicalDomain(isUnder ? text.slice(2) : text);
    if (typeof domain === "string") (isUnder ? domainsUnder : domains).add(domain);
    else
      reader.issues.fault(place, domain.wanted, JSON.stringify(text), "write example.com or *.example.com");
  }
  return { domains: [...domains].sort(), domainsUnder: [...domainsUnder].sort() };
}

const ORG_KEYS = [
  "profile",
  "packs",
  "domains",
  "default_currency",
  "sets",
  "servers",
  "publishers",
  "unknown_read",
  ...SETTING_KEYS,
  "memory",
  ...OWN_ENTRIES,
  "relax",
];

/** What the org file says about which other files count; read before they are. */
export interface OrgChoice {
  readonly profile: { readonly name: string; readonly place: Place } | undefined;
  /** undefined: all. */
  readonly packs: ReadonlyMap<string, Place> | undefined;
  readonly publishers: Publishers;
  /** The organisation's own name, as packs name their publisher. */
  readonly org: string;
}

export function readChoice(reader: Reader, tree: Tree): OrgChoice {
  const profile = memberOf(tree, "profile");
  const name = reader.text(profile, "the name of a profile", LAYER_NAME);
  const packs = memberOf(tree, "packs");
  const isAll = !packs || (packs.kind === "text" && packs.value === "all");
  if (packs && !isAll && packs.kind !== "list")
    reader.wrong(packs, "all, or a list of packs", "write packs: all");
  return {
    profile: profile && name !== undefined ? { name, place: profile.place } : undefined,
    packs: isAll || packs?.kind !== "list" ? undefined : reader.texts(packs, "pack"),
    publishers: readPublishers(reader, memberOf(tree, "publishers")),
    org: textOf(memberOf(tree, "org")),
  };
}

/** Reads the org file over what lies below it. `sets` is filled before any condition is read. */
export function readOrg(
  reader: Reader,
  tree: Tree,
  taxonomy: Taxonomy,
  entries: EntryReader,
  sets: Sets,
  base: Base,
  below: Settings,
  packs: ReadonlySet<string>,
): Layered<Org> | undefined {
  const shape = reader.shape(tree, "an org policy", ["org", "dated"], ORG_KEYS);
  if (!shape) return undefined;
  const name = reader.text(shape.get("org"), "the organisation's name", ORG_NAME) ?? "";
  const dated = shape.get("dated");
  const datedDays = reader.date(dated, "the day the file was written");
  const own = readSettings(reader, shape);
  const settings = override(reader, taxonomy, base.settings, below, own, "org");
  checkOrder(reader, settings);
  sets.define(shape.get("sets"));
  entries.memory(shape.get("memory"), LAYER_ORG);
  const unknownRead = shape.get("unknown_read");
  const enabled = unknownRead && reader.shape(unknownRead, "unknown_read", ["enabled"])?.get("enabled");
  if (reader.bool(enabled, "unknown_read") === true && enabled) {
    reader.wrong(
      enabled,
      "false",
      "an org can only switch unknown_read off; remove it to keep what base says",
    );
  }
  const layer = {
    name,
    dated: textOf(dated),
    ...readDomains(reader, shape.get("domains")),
    defaultCurrency: readDefaultCurrency(reader, shape.get("default_currency"), base),
    servers: readServers(reader, shape.get("servers"), packs),
    unknownReadEnabled: !enabled,
    rules: entries.rules(shape.get("rules"), { layer: LAYER_ORG }),
    rows: [
      ...readRows(shape, entries, LAYER_ORG),
      ...entries.relaxes(shape.get("relax"), {
        layer: LAYER_ORG,
        ...(datedDays === undefined ? {} : { datedDays }),
      }),
    ],
  };
  return { layer, settings };
}

function readDefaultCurrency(reader: Reader, tree: Tree | undefined, base: Base): string | undefined {
  if (!tree) return undefined;
  const known = base.currencies.map(({ code }) => code);
  if (tree.kind === "text" && known.includes(tree.value)) return tree.value;
  if (tree.kind === "text")
    reader.issues.unknownName(tree.place, "a currency of the base policy", tree.value, known);
  else reader.issues.fault(tree.place, "a currency of the base policy", described(tree), "write it as USD");
  return undefined;
}

/** The numbers that count after all layers, by number of flag, amplifier, tier. */
export interface FinalSettings {
  /** Basis points by flag number. */
  readonly weights: readonly number[];
  readonly gains: readonly number[];
  /** Basis points of low, medium, high, critical. */
  readonly thresholds: readonly number[];
  /** Verdict by tier. */
  readonly routing: readonly number[];
  /** Numbers that some layer left less strict than base has them. */
  readonly calmed: readonly Calmed[];
}

/** A number that a layer made calmer. */
export interface Calmed {
  /** `weights.FINANCIAL`. */
  readonly name: string;
  readonly by: string;
  readonly place: Place;
}

export function finalSettings(base: Settings, settings: Settings): FinalSettings {
  const calmed: Calmed[] = [];
  const list = (knob: Knob): number[] =>
    KNOB_NAMES[knob].map((name) => {
      const setting = settings[knob].get(name);
      const value = setting?.value ?? 0;
      if (setting?.by !== undefined && isCalmer(knob, value, base[knob].get(name)?.value ?? 0)) {
        calmed.push({ name: `${knob}.${name}`, by: setting.by, place: setting.place });
      }
      return value;
    });
  return {
    weights: list("weights"),
    gains: list("gains"),
    thresholds: list("thresholds"),
    routing: list("routing"),
    calmed,
  };
}
