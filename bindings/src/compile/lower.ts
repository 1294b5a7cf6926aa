/** From checked policies to the tables of an image. Everything here follows from its input alone, in a fixed order. */

import {
  LAYER_PACK,
  LOWERED_KIND_PROFILE,
  NAMESPACE_ACTION,
  NAMESPACE_API,
  NAMESPACE_ARGUMENT,
  NAMESPACE_COMMAND,
  NAMESPACE_CURRENCY,
  NAMESPACE_DOMAIN,
  NAMESPACE_DOMAIN_UNDER,
  NAMESPACE_FIELD,
  NAMESPACE_SERVER,
  NAMESPACE_SET,
  NAMESPACE_TOOL,
  NAMESPACE_VARIABLE,
  NAMESPACE_VERB_ACT,
  NAMESPACE_VERB_READ,
  ROW_KIND_GATE,
  ROW_KIND_RELAX,
  ROW_KIND_ROW,
  RULE_KIND_FLAG,
  RULE_KIND_LABEL,
  RULE_KIND_LEVEL,
  RULE_KIND_WRITTEN,
  TRANSFORM_LITERAL,
} from "../gen/codes.ts";
import * as layout from "../gen/layout.ts";
import { CANDIDATES_MAX, IMAGE_BYTES_MAX } from "../gen/limits.ts";
import { SQL_WORDS } from "../gen/sql.ts";
import { ENGINE_WORDS } from "../gen/words.ts";
import { pinnedName } from "../servers.ts";
import { type ApiMember, type ApiRow, orderedRows, type Step } from "./apis.ts";
import { CommandLowering } from "./command-lower.ts";
import type { CommandNames } from "./command-names.ts";
import type { Condition, Predicate } from "./conditions.ts";
import { putDetectors } from "./detectors.ts";
import type { Row, Rule } from "./entries.ts";
import { ImageWriter, NONE, type Run } from "./image.ts";
import { compareText, type Issues, type Place } from "./issues.ts";
import type { Base, FinalSettings, Org, Profile } from "./layers.ts";
import { hazardOf } from "./ln.ts";
import type { MemoryTables } from "./memory.ts";
import type { Obligation } from "./obligations.ts";
import { EACH, type Mapping, type Pack, type Pattern, type Segment } from "./pack.ts";
import { reportShadows } from "./shadows.ts";
import type { Action, Taxonomy } from "./taxonomy.ts";

/** What an image was made from. */
export interface SourceRecord {
  readonly name: string;
  readonly version: string;
  readonly digest: Uint8Array;
}

export interface Policy {
  readonly taxonomy: Taxonomy;
  readonly base: Base;
  /** Ascending by name. */
  readonly packs: readonly Pack[];
  /** Names of the commands of all packs, which are in this order. */
  readonly commandNames: CommandNames;
  readonly profile: Profile | undefined;
  readonly org: Org | undefined;
  readonly settings: FinalSettings;
  readonly sets: readonly { readonly name: string; readonly values: readonly string[] }[];
  readonly memory: MemoryTables;
  readonly sources: readonly SourceRecord[];
  /** Where a fault of the whole is reported. */
  readonly place: Place;
}

/** A pattern with the place in which it is tried. */
interface OrderedPattern {
  readonly pattern: Pattern;
  readonly packIndex: number;
  readonly mappingIndex: number;
  readonly priority: number;
}

const SWITCH_UNKNOWN_READ = 1;

/** Layers in their order, weakest first: taxonomy and base, packs, profile, org. */
export function rulesOf({ base, packs, profile, org }: Policy): Rule[] {
  return [
    ...base.rules,
    ...packs.flatMap(({ rules }) => rules),
    ...(profile?.rules ?? []),
    ...(org?.rules ?? []),
  ];
}

/** Gates first, then rows, then relax entries; inside each by layer. */
export function rowsOf({ base, profile, org }: Policy): Row[] {
  const all = [...base.rows, ...(profile?.rows ?? []), ...(org?.rows ?? [])];
  return (["gate", "row", "relax"] as const).flatMap((kind) => all.filter((row) => row.kind === kind));
}

const ROW_KINDS = { gate: ROW_KIND_GATE, row: ROW_KIND_ROW, relax: ROW_KIND_RELAX } as const;

/** True when the rule could change something about a call of this action. */
function changes(
  action: Action,
  rule: { readonly kind: number; readonly target: number; readonly value: number },
): boolean {
  if (rule.kind === RULE_KIND_LEVEL) return rule.value > (action.levels[rule.target] ?? 0);
  if (rule.kind !== RULE_KIND_FLAG) return true;
  const bit = 1 << rule.target;
  const isPrimary = (action.primary & bit) !== 0;
  return rule.value === 0 ? !isPrimary : !isPrimary && (action.secondary & bit) === 0;
}

const utf8 = new TextEncoder();
/** Header of a CMP/1 str of at most 31 bytes, with its size. */
const CMP_STR = 0xa0;

export class Lowering {
  readonly #writer = new ImageWriter();
  readonly #policy: Policy;
  readonly #issues: Issues;
  readonly #packIndexes: ReadonlyMap<string, number>;
  readonly #setIndexes: ReadonlyMap<string, number>;
  readonly #actionIndexes: ReadonlyMap<string, number>;

  constructor(policy: Policy, issues: Issues) {
    this.#policy = policy;
    this.#issues = issues;
    this.#packIndexes = new Map(policy.packs.map(({ name }, index) => [name, index]));
    this.#setIndexes = new Map(policy.sets.map(({ name }, index) => [name, index]));
    this.#actionIndexes = new Map(policy.taxonomy.actions.map(({ name }, index) => [name, index]));
  }

  /** The image, or undefined after a fault was reported. */
  run(): Uint8Array | undefined {
    this.#writer.texts(this.#sharedTexts());
    this.#putMeta();
    this.#putFields();
    this.#putPacks();
    const patterns = this.#putMappings();
    this.#checkCandidates(patterns);
    this.#putPatterns(patterns);
    this.#putApis();
    this.#putCommands();
    const ruleLists = this.#putRules();
    const rowLists = this.#putRows();
    this.#putActions(ruleLists, rowLists, this.#putMemory());
    this.#putCurrencies();
    this.#putOrg();
    this.#putLowered();
    this.#putSentences();
    putDetectors(this.#writer);
    this.#putEngineWords();
    this.#putSources();
    reportShadows(rulesOf(this.#policy), rowsOf(this.#policy), this.#issues);
    const image = this.#writer.finish();
    if (image.length <= IMAGE_BYTES_MAX) return image;
    const wanted = `an image of at most ${IMAGE_BYTES_MAX} bytes`;
    this.#issues.fault(
      this.#policy.place,
      wanted,
      `${image.length} bytes`,
      "use fewer packs, sets or entries",
    );
    return undefined;
  }

  #actionIndex(name: string): number {
    const index = this.#actionIndexes.get(name);
    if (index === undefined) throw new RangeError(`image: no action ${name}`);
    return index;
  }

  #packIndex(name: string | undefined): number {
    return name === undefined ? NONE : (this.#packIndexes.get(name) ?? NONE);
  }

  /** The engine's words, each as a CMP/1 str; of those of SQL a byte of size for each, then the words. */
  #putEngineWords(): void {
    const put = (bytes: Iterable<number>): void =>
      this.#writer.putBytes(layout.SECTION_WORDS, Uint8Array.from(bytes));
    for (const word of ENGINE_WORDS.map((text) => utf8.encode(text))) put([CMP_STR | word.length, ...word]);
    const words = SQL_WORDS.map((word) => utf8.encode(word));
    put(words.map(({ length }) => length));
    for (const word of words) put(word);
  }

  #putMeta(): void {
    const { taxonomy, base, profile, org, settings } = this.#policy;
    const entry = this.#writer.entry(layout.SECTION_META);
    const readsUnknown = base.unknown.readEnabled && (org?.unknownReadEnabled ?? true);
    entry
      .ref(layout.META_EDITION, taxonomy.edition)
      .ref(layout.META_DEFAULT_CURRENCY, org?.defaultCurrency ?? "")
      .u32(layout.META_SWITCHES, readsUnknown ? SWITCH_UNKNOWN_READ : 0)
      .ref(layout.META_PROFILE, profile?.name ?? "")
      .u32(layout.META_ACTION_UNCLASSIFIED, this.#actionIndex("unknown.unclassified"))
      .u32(layout.META_ACTION_READ, this.#actionIndex("unknown.read"));
    settings.thresholds.forEach((bp, index) => {
      entry.u32(layout.META_THRESHOLDS + index * 4, hazardOf(bp));
    });
    settings.routing.forEach((verdict, tier) => {
      entry.u8(layout.META_ROUTE + tier, verdict);
    });
    settings.weights.forEach((bp, flag) => {
      entry.u32(layout.META_HAZARDS + flag * 4, hazardOf(bp));
    });
    settings.gains.forEach((gain, amplifier) => {
      entry.u16(layout.META_GAINS + amplifier * 2, gain);
    });
    for (const { number, max } of taxonomy.amplifiers.values()) entry.u8(layout.META_MAXIMA + number, max);
    this.#writer.put(layout.SECTION_META, entry);
  }

  #putFields(): void {
    const { taxonomy, base } = this.#policy;
    const fields = [...taxonomy.fields.values()].sort((one, other) => one.number - other.number);
    for (const { name, type, many } of fields) {
      const entry = this.#writer.entry(layout.SECTION_FIELDS);
      entry
        .ref(layout.FIELDS_NAME, name)
        .u8(layout.FIELDS_TYPE, type)
        .u8(layout.FIELDS_MANY, many ? 1 : 0);
      this.#writer.put(layout.SECTION_FIELDS, entry);
    }
    for (const { name, number } of fields) this.#writer.putName(NAMESPACE_FIELD, name, number);
    for (const [input, name] of base.fieldInputs) {
      this.#writer.putName(NAMESPACE_FIELD, input, taxonomy.fields.get(name)?.number ?? 0);
    }
  }

  #putPacks(): void {
    for (const { name, publisher, version } of this.#policy.packs) {
      const entry = this.#writer.entry(layout.SECTION_PACKS);
      entry
        .ref(layout.PACKS_NAME, name)
        .ref(layout.PACKS_PUBLISHER, publisher)
        .ref(layout.PACKS_VERSION, version);
      this.#writer.put(layout.SECTION_PACKS, entry.u32(layout.PACKS_LAYER, LAYER_PACK));
    }
  }

  #segments(segments: readonly Segment[]): Run {
    const entries = segments.map((segment) => {
      const entry = this.#writer.entry(layout.SECTION_SEGMENTS);
      return segment === EACH ? entry.u32(4, NONE) : entry.ref(0, segment);
    });
    return this.#writer.putRun(layout.SECTION_SEGMENTS, entries);
  }

  #values(values: readonly (string | bigint)[]): Run {
    const entries = values.map((value) => {
      const entry = this.#writer.entry(layout.SECTION_VALUES);
      return typeof value === "string" ? entry.ref(0, value) : entry.i64(0, value);
    });
    return this.#writer.putRun(layout.SECTION_VALUES, entries);
  }

  #guards({ guards }: Mapping): Run {
    const entries = guards.map(({ kind, segments, values }) =>
      this.#writer
        .entry(layout.SECTION_GUARDS)
        .u32(layout.GUARDS_KIND, kind)
        .run(layout.GUARDS_SEGMENT_START, this.#segments(segments))
        .run(layout.GUARDS_VALUE_START, this.#values(values)),
    );
    return this.#writer.putRun(layout.SECTION_GUARDS, entries);
  }

  #ops({ ops }: Mapping): Run {
    const entries = ops.map(({ field, transform, unit, adds, segments, literal }) => {
      const entry = this.#writer
        .entry(layout.SECTION_OPS)
        .u8(layout.OPS_FIELD, field)
        .u8(layout.OPS_TRANSFORM, transform)
        .u8(layout.OPS_UNIT, unit)
        .u8(layout.OPS_MANY, adds ? 1 : 0);
      return transform === TRANSFORM_LITERAL
        ? entry.short(layout.OPS_FROM, literal)
        : entry.shortRun(layout.OPS_FROM, this.#segments(segments));
    });
    return this.#writer.putRun(layout.SECTION_OPS, entries);
  }

  /** Names, of which there are most: many of them stand in others, `create_refund` in `stripe_create_refund`. */
  #sharedTexts(): string[] {
    const { packs, commandNames } = this.#policy;
    const tools = packs.flatMap(({ mappings }) => mappings.flatMap(({ names }) => [...names.keys()]));
    const options = packs.flatMap(({ commands }) => commands.flatMap(({ options }) => options));
    return [...commandNames.byName.keys(), ...tools, ...options.map(({ name }) => name)];
  }

  /** Mappings, and the tool names that lead to them. */
  #putMappings(): OrderedPattern[] {
    const byName = new Map<string, { mapping: number; pack: number; priority: number }[]>();
    const patterns: OrderedPattern[] = [];
    this.#policy.packs.forEach(({ mappings }, packIndex) => {
      for (const mapping of mappings) {
        const entry = this.#writer
          .entry(layout.SECTION_MAPPINGS)
          .ref(layout.MAPPINGS_ID, mapping.id)
          .u32(layout.MAPPINGS_PACK, packIndex)
          .u32(layout.MAPPINGS_PRIORITY, mapping.priority)
          .u32(layout.MAPPINGS_ACTION, this.#actionIndex(mapping.action.name))
          .run(layout.MAPPINGS_GUARD_START, this.#guards(mapping))
          .run(layout.MAPPINGS_OP_START, this.#ops(mapping))
          .u32(layout.MAPPINGS_LANGUAGE, mapping.language);
        const mappingIndex = this.#writer.put(layout.SECTION_MAPPINGS, entry);
        const { priority } = mapping;
        for (const name of mapping.names.keys()) {
          const claims = byName.get(name) ?? [];
          claims.push({ mapping: mappingIndex, pack: packIndex, priority });
          byName.set(name, claims);
        }
        for (const pattern of mapping.patterns) patterns.push({ pattern, packIndex, mappingIndex, priority });
      }
    });
    for (const [name, claims] of [...byName].sort(([one], [other]) => compareText(one, other))) {
      claims.sort((one, other) => one.pack - other.pack || other.priority - one.priority);
      const list = this.#writer.putList(claims.map(({ mapping }) => mapping));
      this.#writer.putName(NAMESPACE_TOOL, name, list);
    }
    return patterns.sort(comparePatterns);
  }

  #putCommands(): void {
    const { packs, commandNames } = this.#policy;
    const lowering = new CommandLowering(this.#writer, (name) => this.#actionIndex(name));
    const commands = packs.flatMap((pack, packIndex) =>
      pack.commands.map((command) => ({ command, packIndex })),
    );
    commands.forEach(({ command, packIndex }, position) => {
      lowering.put(command, packIndex, commandNames.goOn.has(position));
    });
    for (const [name, position] of commandNames.byName) {
      this.#writer.putName(NAMESPACE_COMMAND, name, position);
    }
    const variables = new Set(packs.flatMap((pack) => [...pack.variables.keys()]));
    for (const name of [...variables].sort(compareText)) this.#writer.putName(NAMESPACE_VARIABLE, name, 1);
  }

  #putPatterns(patterns: readonly OrderedPattern[]): void {
    for (const { pattern, mappingIndex } of patterns) {
      const entry = this.#writer.entry(layout.SECTION_PATTERNS);
      entry.ref(layout.PATTERNS_PREFIX, pattern.prefix).ref(layout.PATTERNS_SUFFIX, pattern.suffix);
      this.#writer.put(layout.SECTION_PATTERNS, entry.u32(layout.PATTERNS_MAPPING, mappingIndex));
    }
  }

  #steps(steps: readonly Step[]): Run {
    const entries = steps.map(({ kind, prefix, suffix, field }) =>
      this.#writer
        .entry(layout.SECTION_STEPS)
        .short(layout.STEPS_PREFIX, prefix)
        .short(layout.STEPS_SUFFIX, suffix)
        .u8(layout.STEPS_KIND, kind)
        .u8(layout.STEPS_FIELD, field),
    );
    return this.#writer.putRun(layout.SECTION_STEPS, entries);
  }

  #members(members: readonly ApiMember[]): Run {
    const entries = members.map(({ name, field, unit, kind }) =>
      this.#writer
        .entry(layout.SECTION_MEMBERS)
        .ref(layout.MEMBERS_NAME, name)
        .u8(layout.MEMBERS_FIELD, field)
        .u8(layout.MEMBERS_UNIT, unit)
        .u8(layout.MEMBERS_KIND, kind),
    );
    return this.#writer.putRun(layout.SECTION_MEMBERS, entries);
  }

  /** Rows of APIs, and the hosts that lead to them. */
  #putApis(): void {
    const rows = this.#policy.packs.flatMap(({ apis }, packIndex) =>
      apis.flatMap((api) => api.paths.map((path) => ({ api, path, packIndex }))),
    );
    const indexes = new Map<ApiRow, number>();
    for (const row of rows) {
      const { api, path, packIndex } = row;
      const entry = this.#writer
        .entry(layout.SECTION_APIS)
        .ref(layout.APIS_ID, api.id)
        .u32(layout.APIS_PACK, packIndex)
        .u32(layout.APIS_ACTION, this.#actionIndex(api.action.name))
        .run(layout.APIS_STEP_START, this.#steps(path.steps))
        .run(layout.APIS_MEMBER_START, this.#members(api.members))
        .u32(layout.APIS_METHODS, api.methods);
      indexes.set(row, this.#writer.put(layout.SECTION_APIS, entry));
    }
    for (const [host, list] of orderedRows(rows, this.#issues)) {
      const items = list.map((row) => indexes.get(row) ?? 0);
      this.#writer.putName(NAMESPACE_API, host, this.#writer.putList(items));
    }
  }

  /** No name may have more candidates than the engine looks at. */
  #checkCandidates(patterns: readonly OrderedPattern[]): void {
    const { packs } = this.#policy;
    if (packs.length <= CANDIDATES_MAX) return;
    const fits = (name: string, { prefix, suffix }: Pattern): boolean =>
      name.length >= prefix.length + suffix.length && name.startsWith(prefix) && name.endsWith(suffix);
    const report = (place: Place, name: string, count: number): void => {
      const wanted = `at most ${CANDIDATES_MAX} packs that claim a tool name`;
      const fix = "list fewer packs in the org file, or narrow the patterns";
      this.#issues.fault(place, wanted, `${count} for ${JSON.stringify(name)}`, fix);
    };
    const exact = new Map<string, { place: Place; packs: Set<number> }>();
    packs.forEach(({ mappings }, packIndex) => {
      for (const { names } of mappings) {
        for (const [name, place] of names) {
          const claim = exact.get(name) ?? { place, packs: new Set<number>() };
          claim.packs.add(packIndex);
          exact.set(name, claim);
        }
      }
    });
    for (const [name, claim] of exact) {
      for (const { pattern, packIndex } of patterns) if (fits(name, pattern)) claim.packs.add(packIndex);
      if (claim.packs.size > CANDIDATES_MAX) report(claim.place, name, claim.packs.size);
    }
    // Patterns that one name can match together have prefixes of its beginning and suffixes of its end. So the name that
    // most of them match begins with some pattern's prefix and ends with some pattern's suffix.
    const prefixes = new Set(patterns.map(({ pattern }) => pattern.prefix));
    const suffixes = new Set(patterns.map(({ pattern }) => pattern.suffix));
    for (const prefix of prefixes) {
      const starting = patterns.filter(({ pattern }) => prefix.startsWith(pattern.prefix));
      for (const suffix of suffixes) {
        const matching = starting.filter(({ pattern }) => suffix.endsWith(pattern.suffix));
        const claimed = new Set(matching.map(({ packIndex }) => packIndex));
        const last = matching.at(-1);
        if (claimed.size > CANDIDATES_MAX && last) {
          report(last.pattern.place, `${prefix}…${suffix}`, claimed.size);
        }
      }
    }
  }

  #predicates(clause: readonly Predicate[]): Run {
    const entries = clause.map(({ operand, operator, param, values, set }) => {
      const setIndex = set === undefined ? 0 : (this.#setIndexes.get(set) ?? 0);
      return this.#writer
        .entry(layout.SECTION_PREDICATES)
        .u16(layout.PREDICATES_OPERAND, operand)
        .u8(layout.PREDICATES_OPERATOR, operator)
        .u32(layout.PREDICATES_PARAM, param + setIndex * 65_536)
        .run(layout.PREDICATES_VALUE_START, this.#values(values));
    });
    return this.#writer.putRun(layout.SECTION_PREDICATES, entries);
  }

  #clauses({ clauses }: Condition): Run {
    const entries = clauses.map((clause) =>
      this.#writer
        .entry(layout.SECTION_CLAUSES)
        .run(layout.CLAUSES_PREDICATE_START, this.#predicates(clause)),
    );
    return this.#writer.putRun(layout.SECTION_CLAUSES, entries);
  }

  #obligations(obligations: readonly Obligation[]): Run {
    const entries = obligations.map(({ kind, number, text }) =>
      this.#writer
        .entry(layout.SECTION_OBLIGATIONS)
        .u32(layout.OBLIGATIONS_KIND, kind)
        .u32(layout.OBLIGATIONS_NUMBER, number)
        .ref(layout.OBLIGATIONS_TEXT, text),
    );
    return this.#writer.putRun(layout.SECTION_OBLIGATIONS, entries);
  }

  /** Rules, and for each action the indexes of those that could change something about it. */
  #putRules(): Map<string, number[]> {
    const lists = new Map<string, number[]>();
    for (const rule of rulesOf(this.#policy)) {
      const effects = [
        ...rule.raises.map(({ target, level }) => ({ kind: RULE_KIND_LEVEL, target, value: level })),
        ...rule.adds.map(({ target, role }) => ({ kind: RULE_KIND_FLAG, target, value: role })),
        ...rule.labels.map((target) => ({ kind: RULE_KIND_LABEL, target, value: 0 })),
        ...rule.writes.map((target) => ({ kind: RULE_KIND_WRITTEN, target, value: 0 })),
      ];
      const clauses = this.#clauses(rule.condition);
      let reached = 0;
      for (const effect of effects) {
        const affected = rule.actions.filter((action) => changes(action, effect));
        if (affected.length === 0) continue;
        reached += 1;
        const entry = this.#writer
          .entry(layout.SECTION_RULES)
          .ref(layout.RULES_CODE, rule.code)
          .u8(layout.RULES_KIND, effect.kind)
          .u8(layout.RULES_TARGET, effect.target)
          .u8(layout.RULES_VALUE, effect.value)
          .u8(layout.RULES_LAYER, rule.layer)
          .run(layout.RULES_CLAUSE_START, clauses)
          .u32(layout.RULES_PACK, this.#packIndex(rule.pack));
        append(lists, affected, this.#writer.put(layout.SECTION_RULES, entry));
      }
      if (reached < effects.length) {
        const came = reached === 0 ? "no effect" : "an effect that some of its levels or flags never have";
        const fix = "raise above the default levels of its actions, or add a flag that they do not have";
        this.#issues.warning(
          rule.place,
          "no-effect",
          `${rule.code} to change something about its actions`,
          came,
          fix,
        );
      }
    }
    return lists;
  }

  #putRows(): Map<string, number[]> {
    const lists = new Map<string, number[]>();
    for (const row of rowsOf(this.#policy)) {
      const entry = this.#writer
        .entry(layout.SECTION_ROWS)
        .ref(layout.ROWS_CODE, row.code)
        .u8(layout.ROWS_KIND, ROW_KINDS[row.kind])
        .u8(layout.ROWS_VERDICT, row.verdict)
        .u8(layout.ROWS_LAYER, row.layer)
        .run(layout.ROWS_CLAUSE_START, this.#clauses(row.condition))
        .run(layout.ROWS_OBLIGATION_START, this.#obligations(row.obligations))
        .i64(layout.ROWS_EXPIRES_MS, BigInt(row.expiresMs))
        .u32(layout.ROWS_PACK, this.#packIndex(row.pack));
      append(lists, row.actions, this.#writer.put(layout.SECTION_ROWS, entry));
    }
    return lists;
  }

  /** Kinds of histories, tallies and signals, and for each action the indexes of the tallies that count it. */
  #putMemory(): Map<string, number[]> {
    const { kinds, signals } = this.#policy.memory;
    const lists = new Map<string, number[]>();
    const indexes = new Map<bigint, number>();
    kinds.forEach(({ kind, tallies }, cell) => {
      for (const { number, counts, actions, condition } of tallies) {
        const entry = this.#writer
          .entry(layout.SECTION_TALLIES)
          .u64(layout.TALLIES_NUMBER, number)
          .run(layout.TALLIES_CLAUSE_START, this.#clauses(condition))
          .u8(layout.TALLIES_CELL, cell)
          .u8(layout.TALLIES_COUNTS, counts);
        const index = this.#writer.put(layout.SECTION_TALLIES, entry);
        indexes.set(number, index);
        append(lists, actions, index);
      }
      const start = indexes.size - tallies.length;
      const entry = this.#writer
        .entry(layout.SECTION_CELLS)
        .ref(layout.CELLS_NAME, kind.name)
        .u8(layout.CELLS_SOURCE, kind.source)
        .u8(layout.CELLS_KEY, kind.keyNumbers[0] ?? 0)
        .u8(layout.CELLS_OTHER, kind.keyNumbers[1] ?? 0)
        .run(layout.CELLS_TALLY_START, { start, count: tallies.length });
      this.#writer.put(layout.SECTION_CELLS, entry);
    });
    for (const { id, tally, other, windowS, measure, of, isCalm } of signals) {
      const entry = this.#writer
        .entry(layout.SECTION_SIGNALS)
        .ref(layout.SIGNALS_NAME, id)
        .u32(layout.SIGNALS_TALLY, indexes.get(tally.number) ?? 0)
        .u32(layout.SIGNALS_OTHER, indexes.get(other.number) ?? 0)
        .u32(layout.SIGNALS_WINDOW_S, windowS)
        .u8(layout.SIGNALS_MEASURE, measure)
        .u8(layout.SIGNALS_OF, of)
        .u8(layout.SIGNALS_CALM, isCalm ? 1 : 0);
      this.#writer.put(layout.SECTION_SIGNALS, entry);
    }
    return lists;
  }

  #putActions(
    ruleLists: ReadonlyMap<string, number[]>,
    rowLists: ReadonlyMap<string, number[]>,
    tallyLists: ReadonlyMap<string, number[]>,
  ): void {
    const { actions, fields, aliases } = this.#policy.taxonomy;
    for (const action of actions) {
      const bits = [...action.fields].map((name) => (fields.get(name)?.number ?? 1) - 1);
      const half = (from: number): number =>
        bits.filter((bit) => bit >= from && bit < from + 32).reduce((sum, bit) => sum + 2 ** (bit - from), 0);
      const entry = this.#writer
        .entry(layout.SECTION_ACTIONS)
        .ref(layout.ACTIONS_NAME, action.name)
        .u16(layout.ACTIONS_NUMBER, action.number)
        .u8(layout.ACTIONS_DOMAIN, action.domainNumber)
        .u8(layout.ACTIONS_EFFECT, action.effect)
        .u16(layout.ACTIONS_PRIMARY, action.primary)
        .u16(layout.ACTIONS_SECONDARY, action.secondary)
        .raw(layout.ACTIONS_LEVELS, Uint8Array.from(action.levels))
        .u32(layout.ACTIONS_FIELDS_LOW, half(0))
        .u32(layout.ACTIONS_FIELDS_HIGH, half(32))
        .u32(layout.ACTIONS_RULES, this.#writer.putList(ruleLists.get(action.name) ?? []))
        .u32(layout.ACTIONS_ROWS, this.#writer.putList(rowLists.get(action.name) ?? []))
        .run(layout.ACTIONS_OBLIGATION_START, this.#obligations(action.obligations))
        .u32(layout.ACTIONS_TALLIES, this.#writer.putList(tallyLists.get(action.name) ?? []));
      this.#writer.putName(NAMESPACE_ACTION, action.name, this.#writer.put(layout.SECTION_ACTIONS, entry));
    }
    for (const [alias, name] of [...aliases].sort(([one], [other]) => compareText(one, other))) {
      this.#writer.putName(NAMESPACE_ACTION, alias, this.#actionIndex(name));
    }
  }

  #putCurrencies(): void {
    for (const { code, exponent, referenceMilli } of this.#policy.base.currencies) {
      const entry = this.#writer.entry(layout.SECTION_CURRENCIES);
      entry.u32(layout.CURRENCIES_EXPONENT, exponent).u32(layout.CURRENCIES_REFERENCE_MILLI, referenceMilli);
      this.#writer.putName(NAMESPACE_CURRENCY, code, this.#writer.put(layout.SECTION_CURRENCIES, entry));
    }
  }

  #putWords(namespace: number, words: ReadonlyMap<string, number>): void {
    for (const word of [...words.keys()].sort(compareText)) {
      this.#writer.putName(namespace, word, words.get(word) as number);
    }
  }

  /** What only base and the org have: verbs, prefixes, domains, servers, sets. */
  #putOrg(): void {
    const { base, org, sets } = this.#policy;
    this.#putWords(NAMESPACE_VERB_READ, base.unknown.reading);
    this.#putWords(NAMESPACE_VERB_ACT, base.unknown.acting);
    this.#putWords(NAMESPACE_ARGUMENT, base.unknown.inArguments);
    for (const prefix of base.hostPrefixes) {
      this.#writer.put(layout.SECTION_PREFIXES, this.#writer.entry(layout.SECTION_PREFIXES).ref(0, prefix));
    }
    for (const domain of org?.domains ?? []) this.#writer.putName(NAMESPACE_DOMAIN, domain, 0);
    for (const domain of org?.domainsUnder ?? []) this.#writer.putName(NAMESPACE_DOMAIN_UNDER, domain, 0);
    for (const { server, pack, pin } of org?.servers ?? []) {
      const name = pin === undefined ? server : pinnedName(server, pin);
      this.#writer.putName(NAMESPACE_SERVER, name, this.#packIndex(pack));
    }
    for (const { name, values } of sets) {
      const index = this.#writer.put(
        layout.SECTION_SETS,
        this.#writer.entry(layout.SECTION_SETS).ref(0, name),
      );
      for (const value of values) this.#writer.putName(NAMESPACE_SET + index, value, 0);
    }
  }

  #putLowered(): void {
    const { profile, org, settings } = this.#policy;
    const layers = [
      { by: "profile", name: profile?.name },
      { by: "org", name: org?.name },
    ];
    for (const { by, name } of layers) {
      if (name === undefined || !settings.calmed.some((number) => number.by === by)) continue;
      const entry = this.#writer.entry(layout.SECTION_LOWERED);
      entry.u32(layout.LOWERED_KIND, LOWERED_KIND_PROFILE).ref(layout.LOWERED_NAME, name);
      this.#writer.put(layout.SECTION_LOWERED, entry.ref(layout.LOWERED_AUTHORITY, by));
    }
  }

  #putSentences(): void {
    const own = this.#policy.taxonomy.reasons.map(({ code, sentence }) => [code, sentence] as const);
    const entries = [...rulesOf(this.#policy), ...rowsOf(this.#policy)];
    const sentences = [...own, ...entries.map(({ code, reason }) => [code, reason] as const)];
    for (const [code, sentence] of sentences.sort(([one], [other]) => compareText(one, other))) {
      const entry = this.#writer.entry(layout.SECTION_SENTENCES);
      entry.ref(layout.SENTENCES_CODE, code).ref(layout.SENTENCES_SENTENCE, sentence);
      this.#writer.put(layout.SECTION_SENTENCES, entry);
    }
  }

  #putSources(): void {
    const sources = [...this.#policy.sources].sort((one, other) => compareText(one.name, other.name));
    for (const { name, version, digest } of sources) {
      const entry = this.#writer.entry(layout.SECTION_SOURCES);
      entry.ref(layout.SOURCES_NAME, name).ref(layout.SOURCES_VERSION, version);
      this.#writer.put(layout.SECTION_SOURCES, entry.raw(layout.SOURCES_DIGEST, digest));
    }
  }
}

function comparePatterns(one: OrderedPattern, other: OrderedPattern): number {
  const written = ({ pattern }: OrderedPattern): number => pattern.prefix.length + pattern.suffix.length;
  return (
    one.packIndex - other.packIndex ||
    other.priority - one.priority ||
    // What says more of the name comes first: it is the narrower one.
    written(other) - written(one) ||
    one.mappingIndex - other.mappingIndex
  );
}

function append(lists: Map<string, number[]>, actions: readonly Action[], index: number): void {
  for (const { name } of actions) {
    const list = lists.get(name);
    if (list) list.push(index);
    else lists.set(name, [index]);
  }
}
