/** Random images over the actions of the taxonomy: every operand, operator, transform, unit and kind of entry. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type {
  ActionSource,
  ApiSource,
  CellSource,
  ImageSource,
  MappingSource,
  ObligationSource,
  OpSource,
  PredicateSource,
  RowSource,
  RuleSource,
  SignalSource,
  TallySource,
  TokenSource,
} from "../model/image-writer.ts";
import { actionsOf, caseTable, commandsOf } from "../model/lang/tables.ts";
import { hazardOfWeight } from "../model/risk.ts";
import {
  amplifierMaxima,
  amplifierNames,
  fieldNumber,
  flagNames,
  position,
  taxonomyFields,
  wire,
  wordGroup,
} from "../model/wire.ts";
import type { Random } from "./random.ts";

interface TaxonomyAction {
  name: string;
  number: number;
  effect: string;
  fields: string[];
  flags: { primary: string[]; secondary: string[] };
  levels: Record<string, { level: number }>;
  aliases: string[];
  tools: string[];
}

export const taxonomyActions: TaxonomyAction[] = readActions();

function readActions(): TaxonomyAction[] {
  const folder = fileURLToPath(new URL("../../taxonomy/actions/", import.meta.url));
  const actions: TaxonomyAction[] = [];
  for (const file of readdirSync(folder).sort()) {
    const page = parse(readFileSync(`${folder}/${file}`, "utf8")) as {
      domain: string;
      actions: (Omit<TaxonomyAction, "name"> & { verb: string })[];
    };
    for (const action of page.actions) actions.push({ ...action, name: `${page.domain}.${action.verb}` });
  }
  return actions.sort((a, b) => a.number - b.number);
}

/** Words that rules and requests share, so that predicates meet values they know. */
export const WORDS = {
  text: ["alpha", "acct_42", "Müller GmbH", "", "main", "true", "42", "a b", "x".repeat(40)],
  word: ["admin", "read", "production", "post", "public", "bash", "owner"],
  address: ["bob@acme.example", "eve@partner.example", "ann@mail.acme.example", "#general", "+49301234"],
  domain: ["acme.example", "partner.example", "mail.acme.example", "example", "rival.example"],
  path: ["/work/app", "/etc", "~/.ssh", ".git", "src/gen", "/", "~", "/c:/windows", "node_modules", "/home"],
  name: [".env", "*.pem", "id_*", "*", "*.TS", "README.md", "a*a", "*rc*", "**", "*.e*v", "k*y*p*m"],
  scheme: ["http", "https", "data", "javascript", "ftp", "file", "gopher"],
  host: [
    "acme.example",
    "127.0.0.1",
    "evil.example",
    "::1",
    "metadata",
    "10.0.0.1",
    "xn--a.example",
    "www.acme.example",
  ],
  actor: ["bob@acme.example", "alice", "svc-1"],
  role: ["admin", "support", "lead", "viewer"],
  environment: ["production", "staging", "development"],
  currency: ["USD", "EUR", "JPY", "KWD", "CLF"],
} as const;

const path = fieldNumber("path");
const host = fieldNumber("host");

function textWords(type: string): readonly string[] {
  switch (type) {
    case "address":
      return WORDS.address;
    case "currency":
      return WORDS.currency;
    case "word":
      return WORDS.word;
    case "host":
      return WORDS.host;
    case "path":
      return ["/work/app/src", "/etc/passwd", "~/.ssh", "./src/gen", "/"];
    case "url":
      return ["https://acme.example/", "http://127.0.0.1/"];
    default:
      return WORDS.text;
  }
}

const ENUMS: Record<string, string[]> = {
  recipient_scope: wire.recipient_scopes.slice(1),
  path_scope: wire.path_scopes.slice(1),
  host_scope: wire.host_scopes.slice(1),
  server_binding: wire.server_bindings,
  annotation: wire.annotations,
  mark: wire.marks,
  tier: wire.tiers,
  flag: flagNames,
  primary_flag: flagNames,
  label: wire.labels,
  provenance: wire.provenances,
};

const ENUM_WORDS: Record<string, string[]> = {
  recipient_scope: wire.recipient_scopes,
  path_scope: wire.path_scopes,
  host_scope: wire.host_scopes,
};

const RICH_TYPES = ["path", "address", "host"];
const DERIVED_FROM: Record<string, string[]> = {
  recipient_scope: ["recipient"],
  path_scope: ["path", "destination_path"],
  host_scope: ["url", "host"],
  url_scheme: ["url"],
  url_host: ["url"],
  amount_ref: ["amount_minor"],
};
/** What is asked of sessions. */
const SESSION_OPERANDS = ["provenance", "label", "written"];
const RISK_OPERANDS = ["tier", "score", "level", "flag", "primary_flag"];

/** What an image has that predicates name by its index. */
interface Named {
  sets: number;
  signals: SignalSource[];
  /** There are histories of sessions to ask. */
  sessions?: boolean;
}

/** Fields whose values are texts. */
function textFields(fields: number[]): number[] {
  return fields.filter(
    (number) => !["int", "bool", "money"].includes(taxonomyFields[number - 1]?.type as string),
  );
}

/** A predicate that an action with these fields can be asked. */
function predicate(random: Random, fields: number[], withRisk: boolean, named: Named): PredicateSource {
  const names = wire.operands.map((o) => o.name).filter((o) => withRisk || !RISK_OPERANDS.includes(o));
  // Facts that are worked out from fields of this very action are asked for more often.
  const derived = Object.keys(DERIVED_FROM).filter((operand) =>
    DERIVED_FROM[operand]?.some((field) => fields.includes(fieldNumber(field))),
  );
  const signals = named.signals.length > 0 ? ["signal", "signal"] : [];
  const sessions = named.sessions === true ? [...SESSION_OPERANDS, ...SESSION_OPERANDS, "provenance"] : [];
  const operands = [...names, ...derived, ...derived, ...derived, ...signals, ...sessions];
  for (;;) {
    const found = predicateOn(random, random.pick(operands), fields, named);
    if (found !== null) return found;
  }
}

/** A random predicate on one operand, or null where the action has no field for it. */
function predicateOn(
  random: Random,
  operand: string,
  fields: number[],
  named: Named,
): PredicateSource | null {
  // Fields with operators of their own come up more often than chance would have it.
  const rich = fields.filter((number) => RICH_TYPES.includes(taxonomyFields[number - 1]?.type as string));
  const of = (number: number) => taxonomyFields[number - 1] as (typeof taxonomyFields)[number];
  const pickField = (accepts: (type: string) => boolean): number | null => {
    const fitting = fields.filter((number) => accepts(of(number).type));
    return fitting.length === 0 ? null : random.pick(fitting);
  };
  const few = <T>(from: readonly T[]): T[] => {
    const list = random.shuffle(from).slice(0, random.between(1, 3));
    return list.length === 0 ? [random.pick(from)] : list;
  };
  const text = (
    extra: Partial<PredicateSource>,
    words: readonly string[],
    others: string[],
  ): PredicateSource => {
    const operator = random.pick([
      "in",
      "in",
      "not_in",
      "not_in",
      "in_set",
      "not_in_set",
      "present",
      "absent",
      ...others,
    ]);
    const base = { operand, ...extra, operator };
    if (operator === "in" || operator === "not_in") return { ...base, values: few(words) };
    if (operator.endsWith("in_set")) return { ...base, set: random.below(named.sets) };
    if (operator.endsWith("under")) return { ...base, values: few(WORDS.path) };
    if (operator.startsWith("name_")) return { ...base, values: few(WORDS.name) };
    if (operator.startsWith("domain_")) return { ...base, values: few(WORDS.domain) };
    return base;
  };
  const int = (
    extra: Partial<PredicateSource>,
    values: (number | bigint)[],
    some = values,
  ): PredicateSource => {
    const operator = random.pick(["in", "not_in", "ge", "ge", "lt", "lt", "present", "absent"]);
    const base = { operand, ...extra, operator };
    if (operator === "in" || operator === "not_in") return { ...base, values: few(some) };
    if (operator === "ge" || operator === "lt") return { ...base, values: [random.pick(values)] };
    return base;
  };
  const words = (extra: Partial<PredicateSource> = {}): PredicateSource => {
    const operator = random.pick(["in", "in", "not_in", "not_in", "present", "absent"]);
    const base = { operand, ...extra, operator };
    if (operator === "present" || operator === "absent") return base;
    const list = ENUM_WORDS[operand] ?? (ENUMS[operand] as string[]);
    return { ...base, values: few(ENUMS[operand] as string[]).map((word) => position(list, word)) };
  };

  switch (operand) {
    case "field_text": {
      const number =
        rich.length > 0 && random.chance(70)
          ? random.pick(rich)
          : pickField((type) => !["int", "bool", "money"].includes(type));
      if (number === null) return null;
      const type = of(number).type;
      const others =
        type === "path"
          ? ["under", "under", "not_under", "name_in", "name_in", "name_not_in"]
          : type === "address" || type === "host"
            ? ["domain_in", "domain_in", "domain_not_in"]
            : [];
      return text({ subject: number }, textWords(type), others);
    }
    case "field_int": {
      const number = pickField((type) => ["int", "bool", "money"].includes(type));
      if (number === null) return null;
      return int({ subject: number }, [0, 1, 5, 100, 1500, 85000, -3, 2n ** 63n - 1n, -(2n ** 63n)]);
    }
    case "amount_ref":
      return int({}, [0, 1, 1000, 50_000, 1_000_000, 2n ** 53n - 1n]);
    case "url_scheme":
      return text({}, WORDS.scheme, []);
    case "url_host":
      return text({}, WORDS.host, ["domain_in", "domain_not_in"]);
    case "url_userinfo":
    case "url_idn":
      return int({}, [0, 1]);
    case "actor":
      return text({}, WORDS.actor, []);
    case "role":
      return text({}, WORDS.role, []);
    case "environment":
      return text({}, WORDS.environment, []);
    case "minute_of_day":
      return int({}, [0, 60, 480, 1020, 1439]);
    case "weekday":
      return int({}, [0, 4, 5, 6]);
    case "score":
      return int({}, [0, 1000, 3000, 5000, 9999]);
    case "level": {
      const subject = random.below(amplifierNames.length);
      return int({ subject }, [0, 5, amplifierMaxima[subject] as number]);
    }
    case "signal": {
      if (named.signals.length === 0) return null;
      const subject = random.below(named.signals.length);
      return int({ subject }, signalBounds(named.signals[subject] as SignalSource));
    }
    case "provenance":
    case "written": {
      const texts = textFields(fields);
      if (texts.length === 0) return null;
      // Paths are written, and a host may be that of a url.
      const often = random.pick([path, host]);
      const subject = texts.includes(often) && random.chance(40) ? often : random.pick(texts);
      if (operand === "written") return int({ subject }, [0, 1]);
      const asked = words({ subject });
      // What calms is what the user said.
      return asked.values !== undefined && random.chance(40)
        ? { ...asked, values: [position(wire.provenances, "user")] }
        : asked;
    }
    default:
      return words();
  }
}

/** The user said every value of a field. */
function saidByUser(subject: number): PredicateSource {
  const values = [position(wire.provenances, "user")];
  return { operand: "provenance", operator: "in", subject, values };
}

/** Numbers that a signal may well be near. */
function signalBounds({ measure, of }: SignalSource): (number | bigint)[] {
  switch (measure) {
    case "sum":
    case "largest":
    case "average":
      return of === "units" ? [1, 2, 5, 100] : [0, 1, 1000, 50_000, 1_000_000, 2n ** 53n - 1n];
    case "tier":
      return [0, 1, 2, 3, 4];
    case "since":
    case "idle":
    case "age":
      return [0, 1, 60, 3600, 86_400, 2n ** 53n - 1n];
    case "ratio":
    case "acceleration":
      return [0, 500, 1000, 1001, 2000, 10_000];
    case "follows":
      return [0, 1];
    default:
      return [0, 1, 2, 3, 5, 20, 128, 200];
  }
}

function clauses(
  random: Random,
  fields: number[],
  withRisk: boolean,
  named: Named,
  needOne = false,
): PredicateSource[][] {
  if (!needOne && random.chance(6)) return [];
  return Array.from({ length: random.chance(75) ? 1 : 2 }, () =>
    Array.from({ length: !needOne && random.chance(2) ? 0 : random.pick([1, 1, 1, 2, 2, 3]) }, () =>
      predicate(random, fields, withRisk, named),
    ),
  );
}

function obligations(random: Random): ObligationSource[] {
  const all: (() => ObligationSource)[] = [
    () => ({ kind: "approvers", number: random.between(1, 5) }),
    () => ({ kind: "redact", text: random.pick(["text", "data", "ü"]) }),
    () => ({ kind: "notify", text: random.pick(["security", "sales"]) }),
    () => ({ kind: "dry_run" }),
    () => ({ kind: "ttl_ms", number: random.pick([1, 60_000, 86_400_000, 4294967295]) }),
    () => ({ kind: "disclose", text: random.pick(["An agent did this.", "recorded"]) }),
  ];
  return Array.from({ length: random.pick([0, 0, 1, 2]) }, () => random.pick(all)());
}

const NAMESPACES = ["tools", "post", "get", "run"];

function opFor(random: Random, field: number): OpSource[] {
  const type = taxonomyFields[field - 1]?.type as string;
  const name = taxonomyFields[field - 1]?.name as string;
  const unit = type === "money" ? random.pick(["direct", "minor", "major"] as const) : "direct";
  const base = { field, unit, adds: random.chance(40) };
  const path = random.pick([[name], [name], ["input", name], [`${name}s`, null], ["items", null, name], []]);
  const ops: OpSource[] = [];
  if (type === "int" && random.chance(50)) ops.push({ ...base, transform: "count", path: [`${name}s`] });
  if (path.length > 0 || random.chance(15)) ops.push({ ...base, transform: "typed", path });
  if (random.chance(25)) ops.push({ ...base, transform: "typed", path: [name] });
  if (random.chance(12)) {
    const literal =
      type === "money"
        ? "12.50"
        : type === "int"
          ? "7"
          : type === "bool"
            ? "true"
            : random.pick(textWords(type));
    ops.push({ ...base, transform: "literal", literal });
  }
  if (random.chance(8)) ops.push({ ...base, unit: "direct", transform: "ignored", path: [name] });
  return ops;
}

/** Tokens of tool names, and names of arguments, that say what a tool does which nobody mapped. */
function unmappedNames(random: Random): Pick<ImageSource, "verbsRead" | "verbsAct" | "argumentNames"> {
  const none = 2 ** 32 - 1;
  const each = (tokens: string[], percent: number, value: () => number): TokenSource[] =>
    random.some(tokens, percent).map((token) => ({ token, value: value() }));
  // A value that is not there, one class or several, and now and then a thing.
  const classes = (): number =>
    random.chance(5) ? none : random.pick([0, 1, 2, 4, 8, 16, 31, 20]) + (random.chance(30) ? 128 : 0);
  const halves = (): number => {
    if (random.chance(5)) return none;
    const half = 2 ** random.below(7);
    const value = random.pick([half, half * 256, half * 257, 128, random.below(0x8000)]);
    return value + (random.chance(20) ? 0x8000 : 0);
  };
  const last = (name: string): string => name.slice(name.lastIndexOf("_") + 1);
  const fields = taxonomyFields.map(({ name }) => name);
  const keys = [
    ...fields,
    ...fields.map(last),
    "input",
    "items",
    "method",
    "modes",
    "q",
    "note",
    "key",
    "a",
    "operation",
    "mode",
  ];
  return {
    verbsRead: [
      "get",
      "list",
      "read",
      "search",
      ...each(["thing", "weather", "it", "count"], 40, () => random.pick([0, 1, 2, none])),
    ],
    verbsAct: each(
      ["send", "delete", "create", "run", "pay", "do", "thing", "email", "file", "post"],
      60,
      classes,
    ),
    argumentNames: each([...new Set(keys)], 35, halves),
  };
}

function mapping(random: Random, pack: number, index: number, actions: ActionSource[]): MappingSource {
  const action = random.below(actions.length);
  const of = taxonomyActions.find((a) => a.name === actions[action]?.name);
  const declared = actions[action]?.fields ?? [];
  const tools = [...(of?.tools ?? []), "do_it", "get_thing"];
  const result: MappingSource = {
    id: `pack${pack}/row${index}`,
    pack,
    priority: random.below(3),
    action,
    names: random.shuffle(tools).slice(0, random.between(1, 2)),
    ops: declared.flatMap((field) => (random.chance(70) ? opFor(random, field) : [])),
  };
  if (random.chance(30)) {
    result.patterns = [
      {
        prefix: random.pick(["", "x_"]),
        suffix: `_${random
          .pick(tools)
          .toLowerCase()
          .replace(/[^a-z_]/g, "")}`,
      },
      { prefix: `${random.pick(NAMESPACES)}_`, suffix: "" },
    ];
  }
  if (random.chance(40)) {
    result.guards = [
      random.pick([
        { kind: "in" as const, path: ["method"], values: ["post", "1", "true", "-5"] },
        { kind: "present" as const, path: ["input"] },
        { kind: "absent" as const, path: ["options", "dry"] },
        { kind: "in" as const, path: ["modes", null], values: ["write", "append"] },
      ]),
    ];
  }
  return result;
}

/** What an image remembers and asks of it. */
interface MemorySource {
  cells: CellSource[];
  signals: SignalSource[];
}

const NO_MEMORY: MemorySource = { cells: [], signals: [] };

const fieldsOf = (action: TaxonomyAction): number[] => action.fields.map(fieldNumber);

/** Kinds of histories over the context and over fields that the actions have, with what is counted and asked. */
function randomMemory(random: Random, fields: number[], setCount: number): MemorySource {
  const contexts = random.some(["session", "agent", "principal", "actor", "tenant"], 50);
  const always: CellSource["key"][] = [
    ...(random.chance(90) ? ["session"] : []),
    ...(random.chance(80) ? [null] : []),
  ];
  const wanted = random.some(["recipient", "payee", "host", "url", "account", "user"], 30);
  // What is no text is no key.
  const isText = (number: number): boolean =>
    !["money", "int", "bool"].includes(taxonomyFields[number - 1]?.type as string);
  const texts = [path, ...fields.filter(isText)];
  // Paths are what a call in a language has most of.
  if (random.chance(60)) wanted.push("path");
  const keys: CellSource["key"][] = [
    ...contexts,
    ...wanted.map((name): [number] => [fieldNumber(name)]),
    [random.pick(texts)],
    [random.pick(texts), random.pick(texts)],
  ];
  if (random.chance(10)) keys.push(null);
  const some: CellSource["key"][] = random
    .shuffle<CellSource["key"]>(keys)
    .slice(0, random.pick([1, 2, 3, 5, 8]));
  if (some.filter((key) => key !== null).length === 0) some[0] = "agent";
  const kinds = random.shuffle([...some, ...always].slice(-8));
  const counted = kinds.findIndex((key) => key !== null);
  const cells = kinds.map((key, i) => ({
    // A name twice would be refused.
    name: typeof key === "string" && kinds.indexOf(key) === i ? key : `kind_${i}`,
    key,
    tallies: key === null ? [] : talliesOf(random, fields, setCount, i === counted ? 1 : 0),
  }));
  return { cells, signals: signalsOf(random, cells, random.pick([1, 4, 12, 24])) };
}

/** Few different numbers, so that another image has some of them too. */
function talliesOf(random: Random, fields: number[], setCount: number, atLeast: number): TallySource[] {
  const numbers = Array.from({ length: 20 }, (_, i) => (i < 18 ? BigInt(i + 1) : 2n ** 64n - BigInt(20 - i)));
  const count = Math.max(atLeast, random.pick([0, 1, 2, 3, 5, random.chance(20) ? 16 : 4]));
  // Facts of risk are unknown to a tally, and may be asked all the same.
  const named: Named = { sets: setCount, signals: [], sessions: random.chance(30) };
  return random
    .shuffle(numbers)
    .slice(0, count)
    .sort((a, b) => (a < b ? -1 : 1))
    .map((number) => ({
      number,
      counts: random.pick(wire.tally_counts),
      clauses: random.chance(60) ? [] : clauses(random, fields, random.chance(20), named),
    }));
}

const WINDOWS = [1, 60, 3599, 3600, 7200, 86_400, 169_200, 169_201, 604_800, 1_339_200, 2_678_400];

function signalsOf(random: Random, cells: CellSource[], count: number): SignalSource[] {
  const kindOf = cells.flatMap(({ tallies }, kind) => tallies.map(() => kind));
  return Array.from({ length: count }, (_, i) => {
    const tally = random.below(kindOf.length);
    const same = kindOf.flatMap((kind, index) => (kind === kindOf[tally] ? [index] : []));
    const measure = random.pick(wire.signal_measures);
    const windows = measure === "acceleration" ? WINDOWS.slice(0, -1) : WINDOWS;
    return {
      name: `signal_${i}`,
      tally,
      other: random.pick(same),
      windowS: random.pick(windows),
      measure,
      of: random.pick(wire.signal_units),
      calm: random.chance(50),
    };
  });
}

/** Indexes of the tallies that may count an action. */
function randomTallies(random: Random, { cells }: MemorySource): number[] {
  return random.some(
    cells.flatMap(({ tallies }) => tallies).map((_, index) => index),
    60,
  );
}

/** What a rule does if it matches. */
function ruleOf(random: Random, fields: number[]): Pick<RuleSource, "kind" | "target" | "value"> {
  const texts = textFields(fields);
  const kind = random.pick([
    ...Array.from({ length: 6 }, () => "level" as const),
    ...Array.from({ length: 2 }, () => "flag" as const),
    ...Array.from({ length: 2 }, () => "label" as const),
    ...(texts.length > 0 ? (["written", "written"] as const) : []),
  ]);
  switch (kind) {
    case "level": {
      const target = random.below(amplifierNames.length);
      return { kind, target, value: random.between(0, amplifierMaxima[target] as number) };
    }
    case "flag":
      return { kind, target: random.below(flagNames.length), value: random.below(2) };
    case "label":
      return { kind, target: random.below(wire.labels.length), value: 0 };
    default: {
      const target = texts.includes(path) && random.chance(60) ? path : random.pick(texts);
      return { kind, target, value: 0 };
    }
  }
}

/** A random image that keeps histories in any case. */
export function memoryImage(random: Random): ImageSource {
  for (;;) {
    const image = random.chance(50) ? randomImage(random) : languageImage(random);
    if ((image.signals?.length ?? 0) > 0) return image;
  }
}

/** The same policy with other tallies in the same kinds of histories, and other questions. */
export function changedMemory(random: Random, image: ImageSource): ImageSource {
  const fields = image.actions.flatMap((action) => action.fields);
  const counted = (image.cells ?? []).findIndex(({ key }) => key !== null);
  const cells = (image.cells ?? []).map((cell, i) => {
    if (cell.key === null) return cell;
    const kept = random.some(cell.tallies, 60);
    const fresh = talliesOf(random, fields, image.sets.length, i === counted ? 1 : 0);
    const tallies = [...kept, ...fresh.filter(({ number }) => !kept.some((one) => one.number === number))]
      .slice(0, 16)
      .sort((a, b) => (a.number < b.number ? -1 : 1));
    return { ...cell, tallies };
  });
  const memory = { cells, signals: signalsOf(random, cells, image.signals?.length ?? 0) };
  const actions = image.actions.map((action) => ({ ...action, tallies: randomTallies(random, memory) }));
  return { ...image, ...memory, actions };
}

/**
 * A whole random image. The fields, flags and amplifiers are those of the taxonomy; all else is chance. `needed`: names of
 * actions that it has in any case.
 */
export function randomImage(random: Random, needed: string[] = []): ImageSource {
  const unknown = taxonomyActions.filter((a) => a.name.startsWith("unknown."));
  const known = taxonomyActions.filter((a) => !a.name.startsWith("unknown."));
  // Actions with money, recipients, paths or URLs are the interesting ones: take some of each.
  const having = (field: string): TaxonomyAction[] =>
    random.shuffle(known.filter((a) => a.fields.includes(field))).slice(0, 2);
  const chosen = new Set([
    ...[
      "amount_minor",
      "recipient",
      "path",
      "destination_path",
      "url",
      "host",
      "permission",
      "count",
    ].flatMap(having),
    ...random.shuffle(known).slice(0, 4),
    ...known.filter((action) => needed.includes(action.name)),
    ...unknown,
  ]);
  const packs = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
  const packCount = random.pick([1, 2, 3, 4, 10]);
  const setCount = random.between(1, 3);
  const memory = random.chance(70)
    ? randomMemory(random, [...chosen].flatMap(fieldsOf), setCount)
    : NO_MEMORY;
  const sessions = memory.cells.some(({ key }) => key === "session");
  const named: Named = { sets: setCount, signals: memory.signals, sessions };
  const rules: RuleSource[] = [];
  const rows: RowSource[] = [];
  const layer = (): { pack?: number } => (random.chance(15) ? { pack: random.below(packCount) } : {});

  const actions: ActionSource[] = [...chosen]
    .sort((a, b) => a.number - b.number)
    .map((action) => {
      const fields = fieldsOf(action);
      const texts = textFields(fields);
      const ruleIndexes: number[] = [];
      const rowIndexes: number[] = [];
      const prefix = action.name.replace(".", "_");
      for (let i = random.between(1, 7); i > 0; i--) {
        ruleIndexes.push(rules.length);
        rules.push({
          code: random.chance(10) ? "shared_code" : `${prefix}_rule_${rules.length}`,
          ...ruleOf(random, fields),
          clauses: clauses(random, fields, false, named),
          ...layer(),
        });
      }
      const kinds = ["gate", "row", "row", "row", "relax", "relax"] as const;
      for (const kind of Array.from({ length: random.between(0, 7) }, () => random.pick(kinds)).sort(
        (a, b) => position(wire.row_kinds, a) - position(wire.row_kinds, b),
      )) {
        rowIndexes.push(rows.length);
        rows.push({
          code: `${prefix}_${kind}_${rows.length}`,
          kind,
          verdict:
            kind === "gate"
              ? "deny"
              : random.pick(
                  kind === "row"
                    ? (["allow", "review", "review", "deny"] as const)
                    : (["allow", "review"] as const),
                ),
          clauses:
            sessions && kind === "relax" && texts.length > 0 && random.chance(30)
              ? [[saidByUser(random.pick(texts))]]
              : clauses(random, fields, true, named, kind !== "row"),
          obligations: kind === "gate" ? [] : obligations(random),
          ...(kind === "relax"
            ? { expiresMs: random.pick([0n, 1_800_000_000_000n, 4_000_000_000_000n]) }
            : {}),
          ...layer(),
        });
      }
      const flags = (names: string[]): number[] => names.map((name) => position(flagNames, name));
      return {
        name: action.name,
        aliases: action.aliases,
        number: action.number,
        effect: action.effect,
        primary: flags(action.flags.primary),
        secondary: flags(action.flags.secondary),
        levels: amplifierNames.map((name) => action.levels[name]?.level ?? 0),
        fields,
        rules: ruleIndexes,
        rows: rowIndexes,
        obligations: obligations(random),
        tallies: randomTallies(random, memory),
      };
    });

  const weights = [2800, 2600, 2200, 2000, 2000, 1600, 1400, 1000, 1000];
  const gains = [620, 544, 544, 468, 388, 388, 312, 312, 232, 192];
  const scale = random.pick([0.5, 1, 1, 1, 2, 15]);
  const source: ImageSource = {
    edition: "2026.1",
    unknownRead: random.chance(80),
    thresholds: random.chance(90)
      ? [1500, 3500, 5500, 7500].map((bp) => Number(hazardOfWeight(bp + random.between(-500, 500))))
      : [0, 1, 5_000_000, 60_000_000],
    route: random.pick([
      ["allow", "allow", "review", "review", "deny"],
      ["allow", "allow", "review", "review", "deny"],
      ["allow", "review", "review", "deny", "deny"],
    ]),
    hazards: weights.map((bp) => Math.floor(Number(hazardOfWeight(bp)) * scale)),
    gains: gains.map((gain) => (random.chance(90) ? gain : random.pick([0, 1, 4000, 10_000]))),
    maxima: amplifierMaxima,
    actionUnclassified: actions.findIndex((a) => a.name === "unknown.unclassified"),
    actionRead: actions.findIndex((a) => a.name === "unknown.read"),
    actions,
    packs: packs.slice(0, packCount),
    mappings: [],
    rules,
    rows,
    ...memory,
    currencies: [
      { code: "USD", exponent: 2, referenceMilli: 1000 },
      { code: "EUR", exponent: 2, referenceMilli: 1200 },
      { code: "JPY", exponent: 0, referenceMilli: 700 },
      { code: "KWD", exponent: 3, referenceMilli: 330 },
      { code: "CLF", exponent: 4, referenceMilli: random.pick([1, 4294967295]) },
    ],
    prefixes: random.some(["functions.", "default_api.", "f", "tools__"], 70),
    sets: Array.from({ length: setCount }, (_, i) => ({
      name: `set_${i}`,
      values: random.some(
        [
          ...WORDS.text,
          ...WORDS.word,
          ...WORDS.address,
          ...WORDS.actor,
          ...WORDS.role,
          ...WORDS.host,
          "production",
          "EUR",
          "/etc/passwd",
          "https",
        ],
        30,
      ),
    })),
    servers: packs
      .slice(0, packCount)
      .flatMap((name, pack) => (random.chance(70) ? [{ name: `srv-${name}`, pack }] : [])),
    domains: random.some(["acme.example", "localhost", "ümlaut.example"], 80),
    domainsUnder: random.some(["acme.example", "internal", "example"], 40),
    ...unmappedNames(random),
    fieldInputs: [
      { name: "amount", field: fieldNumber("amount_minor") },
      { name: "to", field: fieldNumber("recipient") },
      { name: "file", field: path },
      { name: "dest", field: fieldNumber("destination_path") },
      { name: "ü", field: fieldNumber("text") },
    ],
    lowered: random.some(
      [
        { kind: "profile", name: "general", authority: "org" },
        { kind: "profile", name: "weights", authority: "org" },
        { kind: "context", name: "actor", authority: "image" },
        { kind: "domain", name: "recipient", authority: "org" },
      ],
      40,
    ),
  };
  if (random.chance(60)) source.defaultCurrency = random.pick(["USD", "JPY", "CLF"]);
  for (let pack = 0; pack < packCount; pack++) {
    for (let i = random.between(1, 4); i > 0; i--) source.mappings.push(mapping(random, pack, i, actions));
    // Ten packs that all claim one name: more candidates than a call may have.
    if (packCount === 10)
      source.mappings.push({ ...mapping(random, pack, 99, actions), names: ["everybody"], guards: [] });
  }
  return source;
}

/**
 * A random image in which every action asks every operand in turn, each time in a row and in a relax entry of its own, so
 * that no predicate hides behind another.
 */
export function catalogueImage(random: Random): ImageSource {
  const base = randomImage(random);
  const named: Named = { sets: base.sets.length, signals: base.signals ?? [] };
  const rows: RowSource[] = [];
  const actions = base.actions.map((action) => {
    const asked = wire.operands.flatMap(({ name }) =>
      Array.from({ length: 5 }, () => predicateOn(random, name, action.fields, named)),
    );
    const indexes: number[] = [];
    for (const kind of ["row", "relax"] as const) {
      for (const found of asked) {
        if (found === null) continue;
        indexes.push(rows.length);
        rows.push({ code: `${kind}_${rows.length}`, kind, verdict: "allow", clauses: [[found]] });
      }
    }
    return { ...action, rows: indexes };
  });
  return { ...base, actions, rows };
}

/** A random image with tables of commands, rows of APIs and a tool for each language. */
export function languageImage(random: Random): ImageSource {
  const table = caseTable();
  const carriers = ["process.shell", "db.select", "network.http_post"];
  const roles = random.some(wordGroup("role_action"), 85);
  const base = randomImage(random, [...new Set([...actionsOf(table), ...carriers, ...roles])]);
  const index = (name: string): number => base.actions.findIndex((action) => action.name === name);
  // What a command deletes is written: it may be much in one call.
  if (random.chance(80)) {
    base.actions[index("files.delete")]?.rules?.push(base.rules.length);
    base.rules.push({ code: "deletes", kind: "written", target: path, value: 0 });
  }
  const typed = (name: string): OpSource => ({
    field: fieldNumber(name),
    transform: "typed",
    path: [name],
    adds: random.chance(20),
  });
  const tool = (language: string, action: string, fields: string[]): MappingSource => ({
    id: `one/${language}`,
    pack: 0,
    action: index(action),
    names: [`run_${language}`],
    ops: [
      ...fields.map(typed),
      ...random.some(fields, 20).map((name) => ({ ...typed(name), path: ["input", name] })),
      ...random
        .some(["text", "body", "api_key", "card", "a", "note"], 25)
        .map((key): OpSource => ({ ...typed(fields[0] as string), transform: "ignored", path: [key] })),
    ],
    language,
  });
  return {
    ...base,
    commands: commandsOf(table, random.below(base.packs.length), index),
    variables: [...(table.variables ?? []), ...random.some(["foo", "PATH", "A"], 30)],
    apis: Array.from({ length: random.between(0, 6) }, () => apiRow(random, base)),
    mappings: [
      ...base.mappings,
      tool("shell", "process.shell", ["command", "path"]),
      tool("sql", "db.select", ["query"]),
      tool("http", "network.http_post", ["url", "method", "data"]),
    ],
  };
}

function apiRow(random: Random, image: ImageSource): ApiSource {
  const action = random.below(image.actions.length);
  const fields = image.actions[action]?.fields ?? [];
  const field = (): number => (fields.length > 0 && random.chance(60) ? random.pick(fields) : 0);
  const text = (): string => random.pick(["v1", "refunds", "users", "bot", ":cancel", "x"]);
  const step = (isLast: boolean): NonNullable<ApiSource["steps"]>[number] => {
    const kind = random.pick(isLast ? ["exact", "one", "rest", "any"] : ["exact", "exact", "one"]);
    if (kind === "exact") return { kind, prefix: text() };
    if (kind === "one") {
      const [prefix, suffix] = [random.pick(["", "", text()]), random.pick(["", "", text()])];
      return { kind, prefix, suffix, field: field() };
    }
    return { kind, field: kind === "rest" ? field() : 0 };
  };
  const count = random.between(0, 3);
  return {
    id: `one/api_${random.below(1000)}`,
    pack: random.below(image.packs.length),
    action,
    hosts: random.some(["api.example.com", ".example.com", ".com", "api.stripe.com", "acme.example"], 40),
    steps: Array.from({ length: count }, (_, i) => step(i === count - 1)),
    members:
      fields.length === 0
        ? []
        : Array.from({ length: random.between(0, 3) }, () => ({
            name: random.pick(["amount", "currency", "charge", "q", "user"]),
            field: random.pick(fields),
            unit: random.pick(wire.units),
            kind: random.pick(wire.member_kinds),
          })),
    methods: random.pick([255, 255, 1, 8, 9, 64, 127]),
  };
}

/** An image whose one action matches more rows, and holds more obligation texts, than a record may list. */
export function overflowingImage(base: ImageSource, rowCount: number, textCount: number): ImageSource {
  const rows: RowSource[] = Array.from({ length: rowCount }, (_, i) => ({
    code: `row_${i}`,
    kind: "row",
    verdict: i % 3 === 0 ? "review" : "allow",
    obligations: i < textCount ? [{ kind: i % 2 === 0 ? "redact" : "notify", text: `text ${i}` }] : [],
  }));
  const actions = base.actions.map((action) => ({ ...action, rules: [], rows: rows.map((_, i) => i) }));
  return { ...base, rows, actions };
}
