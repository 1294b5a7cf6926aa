/** The facts a condition can ask for: operand, parameter, kind of values, operators, and the fields each needs. */

import {
  ANNOTATION_NAMES,
  FIELD_TYPE_ADDRESS,
  FIELD_TYPE_BOOL,
  FIELD_TYPE_CURRENCY,
  FIELD_TYPE_HOST,
  FIELD_TYPE_INT,
  FIELD_TYPE_MONEY,
  FIELD_TYPE_PATH,
  FIELD_TYPE_TEXT,
  FIELD_TYPE_URL,
  FIELD_TYPE_WORD,
  HOST_SCOPE_NAMES,
  LABEL_NAMES,
  MARK_NAMES,
  OPERAND_ACTOR,
  OPERAND_AMOUNT_REF,
  OPERAND_ANNOTATION,
  OPERAND_ENVIRONMENT,
  OPERAND_FIELD_INT,
  OPERAND_FIELD_TEXT,
  OPERAND_FLAG,
  OPERAND_HOST_SCOPE,
  OPERAND_LABEL,
  OPERAND_LEVEL,
  OPERAND_MARK,
  OPERAND_MINUTE_OF_DAY,
  OPERAND_PATH_SCOPE,
  OPERAND_PRIMARY_FLAG,
  OPERAND_PROVENANCE,
  OPERAND_RECIPIENT_SCOPE,
  OPERAND_ROLE,
  OPERAND_SCORE,
  OPERAND_SERVER_BINDING,
  OPERAND_SIGNAL,
  OPERAND_TIER,
  OPERAND_URL_HOST,
  OPERAND_URL_IDN,
  OPERAND_URL_SCHEME,
  OPERAND_URL_USERINFO,
  OPERAND_WEEKDAY,
  OPERAND_WRITTEN,
  PATH_SCOPE_NAMES,
  PROVENANCE_NAMES,
  RECIPIENT_SCOPE_NAMES,
  SERVER_BINDING_NAMES,
  TIER_NAMES,
} from "../gen/codes.ts";
import {
  type Canonical,
  canonicalAddress,
  canonicalCurrency,
  canonicalHost,
  canonicalPath,
  canonicalUrl,
  canonicalWord,
} from "./canonical.ts";
import type { Field, Taxonomy } from "./taxonomy.ts";

export type TestName =
  | "in"
  | "not_in"
  | "in_set"
  | "not_in_set"
  | "ge"
  | "lt"
  | "present"
  | "absent"
  | "under"
  | "not_under"
  | "name_in"
  | "name_not_in"
  | "domain_in"
  | "domain_not_in";

/** How a value of the policy becomes a value of the image. */
export type Values =
  | { readonly kind: "text"; readonly canonical: (text: string) => Canonical; readonly what: string }
  | { readonly kind: "int" }
  | { readonly kind: "bool" }
  /** Words whose number is in the map. */
  | { readonly kind: "words"; readonly numbers: ReadonlyMap<string, number> };

/** Histories by fields: only calls of actions that some tally of the kind counts have one. */
export interface Keyed {
  readonly kind: string;
  readonly actions: ReadonlySet<string>;
}

export interface Fact {
  readonly name: string;
  readonly operand: number;
  readonly param: number;
  readonly values: Values;
  readonly tests: readonly TestName[];
  /** The action must declare one field of each of these lists. */
  readonly needs: readonly (readonly string[])[];
  /** The histories that a signal is about. */
  readonly keyed?: Keyed;
  /** Known only after scoring: for gates, rows and relax entries. */
  readonly isScored: boolean;
}

const LISTED: readonly TestName[] = ["in", "not_in"];
const HERE: readonly TestName[] = ["present", "absent"];
const SETS: readonly TestName[] = ["in_set", "not_in_set"];
const BOUNDS: readonly TestName[] = ["ge", "lt"];
const TEXT_TESTS = [...LISTED, ...SETS, ...HERE];
const PATH_TESTS = [...TEXT_TESTS, "under", "not_under", "name_in", "name_not_in"] as const;
const DOMAIN_TESTS = [...TEXT_TESTS, "domain_in", "domain_not_in"] as const;

function exact(text: string): Canonical {
  return text;
}

const TEXTS = {
  text: { kind: "text", canonical: exact, what: "text" },
  word: { kind: "text", canonical: canonicalWord, what: "words" },
  currency: { kind: "text", canonical: canonicalCurrency, what: "currencies" },
  address: { kind: "text", canonical: canonicalAddress, what: "addresses" },
  path: { kind: "text", canonical: canonicalPath, what: "paths" },
  url: { kind: "text", canonical: canonicalUrl, what: "URLs" },
  host: { kind: "text", canonical: canonicalHost, what: "hosts" },
} as const satisfies Record<string, Values>;

/** Values and tests by the type of a field, in the order of FIELD_TYPE_NAMES. */
const BY_TYPE: Readonly<Record<number, readonly [Values, readonly TestName[]]>> = {
  [FIELD_TYPE_MONEY]: [{ kind: "int" }, [...LISTED, ...BOUNDS, ...HERE]],
  [FIELD_TYPE_CURRENCY]: [TEXTS.currency, TEXT_TESTS],
  [FIELD_TYPE_ADDRESS]: [TEXTS.address, DOMAIN_TESTS],
  [FIELD_TYPE_PATH]: [TEXTS.path, PATH_TESTS],
  [FIELD_TYPE_URL]: [TEXTS.url, TEXT_TESTS],
  [FIELD_TYPE_HOST]: [TEXTS.host, DOMAIN_TESTS],
  [FIELD_TYPE_INT]: [{ kind: "int" }, [...LISTED, ...BOUNDS, ...HERE]],
  [FIELD_TYPE_BOOL]: [{ kind: "bool" }, [...LISTED, ...BOUNDS, ...HERE]],
  [FIELD_TYPE_WORD]: [TEXTS.word, TEXT_TESTS],
  [FIELD_TYPE_TEXT]: [TEXTS.text, TEXT_TESTS],
};

/** Numbers by word. `none` stands for "no value" and is not a word one can ask for. */
function words(names: readonly string[]): Values {
  const known = names.flatMap((name, number) => (name === "none" ? [] : [[name, number] as const]));
  return { kind: "words", numbers: new Map(known) };
}

const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

function fact(
  name: string,
  operand: number,
  values: Values,
  tests: readonly TestName[],
  needs: readonly (readonly string[])[] = [],
  isScored = false,
): Fact {
  return { name, operand, param: 0, values, tests, needs, isScored };
}

const CALL_FACTS: readonly Fact[] = [
  fact("amount", OPERAND_AMOUNT_REF, { kind: "int" }, [...BOUNDS, ...HERE], [["amount_minor"]]),
  fact(
    "recipient_scope",
    OPERAND_RECIPIENT_SCOPE,
    words(RECIPIENT_SCOPE_NAMES),
    [...LISTED, ...HERE],
    [["recipient"]],
  ),
  fact(
    "path_scope",
    OPERAND_PATH_SCOPE,
    words(PATH_SCOPE_NAMES),
    [...LISTED, ...HERE],
    [["path", "destination_path"]],
  ),
  fact("url_scheme", OPERAND_URL_SCHEME, TEXTS.word, [...LISTED, ...HERE], [["url"]]),
  fact("url_host", OPERAND_URL_HOST, TEXTS.host, DOMAIN_TESTS, [["url"]]),
  fact("host_scope", OPERAND_HOST_SCOPE, words(HOST_SCOPE_NAMES), [...LISTED, ...HERE], [["url", "host"]]),
  fact("url_userinfo", OPERAND_URL_USERINFO, { kind: "bool" }, [...LISTED, ...BOUNDS, ...HERE], [["url"]]),
  fact("url_idn", OPERAND_URL_IDN, { kind: "bool" }, [...LISTED, ...BOUNDS, ...HERE], [["url"]]),
  fact("actor", OPERAND_ACTOR, TEXTS.text, TEXT_TESTS),
  fact("role", OPERAND_ROLE, TEXTS.text, TEXT_TESTS),
  fact("environment", OPERAND_ENVIRONMENT, TEXTS.word, TEXT_TESTS),
  fact("weekday", OPERAND_WEEKDAY, words(DAYS), LISTED),
  fact("server_binding", OPERAND_SERVER_BINDING, words(SERVER_BINDING_NAMES), LISTED),
  fact("annotation", OPERAND_ANNOTATION, words(ANNOTATION_NAMES), LISTED),
  fact("mark", OPERAND_MARK, words(MARK_NAMES), LISTED),
  fact("label", OPERAND_LABEL, words(LABEL_NAMES), LISTED),
];

/** Facts with a form of their own: `time` has windows, `level` has amplifiers, the others have one predicate a word. */
export const SPECIAL_FACTS = ["time", "level", "flags_all", "labels_all"] as const;

export const MINUTE_OF_DAY = fact("time", OPERAND_MINUTE_OF_DAY, { kind: "int" }, BOUNDS);

/** Facts that a field and the context share a name with; `field.` and `context.` tell them apart. */
const CONTEXT_FACTS: ReadonlySet<string> = new Set(["actor", "role", "environment"]);

/** Whether a field has texts, and not numbers. */
export function isText({ type }: Field): boolean {
  return (BY_TYPE[type]?.[0] ?? TEXTS.text).kind === "text";
}

function fieldFact(field: Field): Fact {
  const [values, tests] = BY_TYPE[field.type] ?? [TEXTS.text, TEXT_TESTS];
  const operand = values.kind === "text" ? OPERAND_FIELD_TEXT : OPERAND_FIELD_INT;
  return {
    name: field.name,
    operand,
    param: field.number,
    values,
    tests,
    needs: [[field.name]],
    isScored: false,
  };
}

/** What a session learned of the values of a field. */
function learnedFacts(field: Field): Fact[] {
  const needs = [[field.name]];
  // A part without a host has that of its address.
  const origins = field.name === "host" ? [["host", "url"]] : needs;
  const origin = fact(
    `provenance.${field.name}`,
    OPERAND_PROVENANCE,
    words(PROVENANCE_NAMES),
    LISTED,
    origins,
  );
  const written = fact(`written.${field.name}`, OPERAND_WRITTEN, { kind: "bool" }, LISTED, needs);
  return [origin, written].map((one) => ({ ...one, param: field.number }));
}

export interface Facts {
  /** Every spelling of every fact, special ones left out. */
  readonly byKey: ReadonlyMap<string, Fact>;
  /** A plain name that the context and a field share: the field it could mean as well. */
  readonly shared: ReadonlySet<string>;
  readonly keys: readonly string[];
}

/** What conditions can ask for, given the fields and flags of a taxonomy. */
export function factsOf(taxonomy: Taxonomy): Facts {
  const flags: Values = {
    kind: "words",
    numbers: new Map([...taxonomy.flags].map(([name, { number }]) => [name, number])),
  };
  const scored = [
    fact("tier", OPERAND_TIER, words(TIER_NAMES), LISTED, [], true),
    fact("score", OPERAND_SCORE, { kind: "int" }, BOUNDS, [], true),
    fact("flag", OPERAND_FLAG, flags, LISTED, [], true),
    fact("primary_flag", OPERAND_PRIMARY_FLAG, flags, LISTED, [], true),
  ];
  const byKey = new Map<string, Fact>();
  const shared = new Set<string>();
  for (const field of taxonomy.fields.values()) {
    byKey.set(field.name, fieldFact(field));
    byKey.set(`field.${field.name}`, fieldFact(field));
    for (const one of isText(field) ? learnedFacts(field) : []) byKey.set(one.name, one);
  }
  for (const one of [...CALL_FACTS, ...scored]) {
    if (byKey.has(one.name)) shared.add(one.name);
    byKey.set(one.name, one);
    if (CONTEXT_FACTS.has(one.name)) byKey.set(`context.${one.name}`, one);
  }
  return { byKey, shared, keys: [...byKey.keys(), ...SPECIAL_FACTS] };
}

/** The level of one amplifier. */
export function levelFact(name: string, number: number): Fact {
  return { ...fact(`level ${name}`, OPERAND_LEVEL, { kind: "int" }, BOUNDS, [], true), param: number };
}

/** One number about a history. */
export function signalFact(name: string, index: number, keyed?: Keyed): Fact {
  const one = fact(name, OPERAND_SIGNAL, { kind: "int" }, [...BOUNDS, ...HERE]);
  return { ...one, param: index, ...(keyed === undefined ? {} : { keyed }) };
}
