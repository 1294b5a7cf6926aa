/**
 * What a host reads of a loaded image: words for people, names to suggest, maxima. The engine has checked every offset
 * of an image before this file sees it (docs/format/image.md); deciding never comes here.
 */

import {
  AMPLIFIER_COUNT,
  CELL_SOURCE_CONTEXT,
  CELL_SOURCE_FIELDS,
  CELL_SOURCE_NAMES,
  CONTEXT_KEY_NAMES,
  FIELD_NAMES,
  FLAG_NAMES,
  NAMESPACE_ACTION,
  NAMESPACE_CURRENCY,
  NAMESPACE_DOMAIN,
  NAMESPACE_DOMAIN_UNDER,
  NAMESPACE_FIELD,
  NAMESPACE_SERVER,
  OPERAND_SIGNAL,
  ROW_KIND_GATE,
  RULE_KIND_FLAG,
  RULE_KIND_LEVEL,
  SIGNAL_MEASURE_NAMES,
  SIGNAL_UNIT_NAMES,
  TALLY_COUNTS_NAMES,
  TIER_NAMES,
  VERDICT_ALLOW,
  VERDICT_NAMES,
} from "./gen/codes.ts";
import * as layout from "./gen/layout.ts";
import type { Verdict } from "./types.ts";

const FIELDS_PER_WORD = 32;

/** A source that an image was made from. */
export interface ImageSource {
  readonly name: string;
  readonly version: string;
  /** SHA-256 of the source, 32 bytes. */
  readonly digest: Uint8Array;
}

export interface FieldNames {
  readonly declared: readonly string[];
  /** Every declared name is an input name too. */
  readonly inputs: readonly string[];
}

/** A level that a rule sets. */
export interface Raise {
  /** Number of the amplifier. */
  readonly amplifier: number;
  readonly level: number;
}

/** What an action starts with, before any rule. */
export interface ActionDefaults {
  /** Levels by amplifier number. */
  readonly levels: readonly number[];
  readonly flags: readonly { readonly flag: string; readonly role: "primary" | "secondary" }[];
}

/** A kind of histories. */
export interface CellNames {
  readonly name: string;
  readonly source: (typeof CELL_SOURCE_NAMES)[number];
  /** The member of the context, or one or two fields; of freezes none. */
  readonly keys: readonly string[];
}

/** What is counted in a kind of histories. */
export interface TallyNames {
  /** 16 digits of hex. */
  readonly number: string;
  readonly cell: CellNames;
  readonly counts: (typeof TALLY_COUNTS_NAMES)[number];
  readonly actions: readonly string[];
  /** Whether it counts only calls that meet a condition. */
  readonly hasCondition: boolean;
}

/** One number that is asked of a history. */
export interface SignalNames {
  readonly name: string;
  readonly measure: (typeof SIGNAL_MEASURE_NAMES)[number];
  readonly of: (typeof SIGNAL_UNIT_NAMES)[number];
  readonly tally: TallyNames;
  /** The tally itself where the measure compares with no other one. */
  readonly other: TallyNames;
  readonly windowS: number;
  /** Where no memory is kept it is that of an empty history, and not unknown. */
  readonly calm: boolean;
}

/** Reads a checked image lazily; the bytes are kept, not copied. */
export class ImageView {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #utf8 = new TextDecoder();
  #sentences: ReadonlyMap<string, string> | undefined;
  #raises: ReadonlyMap<string, readonly Raise[]> | undefined;
  #signals: readonly SignalNames[] | undefined;
  #names: ReadonlyMap<number, readonly { readonly text: string; readonly value: number }[]> | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Edition of the taxonomy. */
  get edition(): string {
    return this.#ref(this.#meta + layout.META_EDITION);
  }

  get profile(): string {
    return this.#ref(this.#meta + layout.META_PROFILE);
  }

  /** Whether the policy keeps histories of any kind. */
  get hasCells(): boolean {
    return this.#entries(layout.SECTION_CELLS, layout.CELLS_BYTES).length > 0;
  }

  /** Maximum level of an amplifier, by number. */
  maximum(amplifier: number): number {
    if (!(amplifier >= 0 && amplifier < AMPLIFIER_COUNT)) return 0;
    return this.#view.getUint8(this.#meta + layout.META_MAXIMA + amplifier);
  }

  /** Sentence of a reason code. */
  sentence(code: string): string | undefined {
    this.#sentences ??= new Map(
      this.#entries(layout.SECTION_SENTENCES, layout.SENTENCES_BYTES).map((at) => [
        this.#ref(at + layout.SENTENCES_CODE),
        this.#ref(at + layout.SENTENCES_SENTENCE),
      ]),
    );
    return this.#sentences.get(code);
  }

  /** Levels that the rules of a code set. */
  raises(code: string): readonly Raise[] {
    if (this.#raises === undefined) {
      const raises = new Map<string, Raise[]>();
      for (const at of this.#entries(layout.SECTION_RULES, layout.RULES_BYTES)) {
        if (this.#view.getUint8(at + layout.RULES_KIND) !== RULE_KIND_LEVEL) continue;
        const name = this.#ref(at + layout.RULES_CODE);
        const list = raises.get(name) ?? [];
        list.push({
          amplifier: this.#view.getUint8(at + layout.RULES_TARGET),
          level: this.#view.getUint8(at + layout.RULES_VALUE),
        });
        raises.set(name, list);
      }
      this.#raises = raises;
    }
    return this.#raises.get(code) ?? [];
  }

  /** Flags that the rules of a code add. */
  flagsAdded(code: string): readonly string[] {
    return this.#entries(layout.SECTION_RULES, layout.RULES_BYTES)
      .filter((at) => this.#view.getUint8(at + layout.RULES_KIND) === RULE_KIND_FLAG)
      .filter((at) => this.#ref(at + layout.RULES_CODE) === code)
      .flatMap((at) => FLAG_NAMES[this.#view.getUint8(at + layout.RULES_TARGET)] ?? []);
  }

  /** Action names and aliases. */
  actions(): readonly string[] {
    return this.#namesOf(NAMESPACE_ACTION).map(({ text }) => text);
  }

  /** Fields that an action declares, and all names that the direct form takes for them; none for an unknown action. */
  fields(action: string): FieldNames {
    const index = this.#namesOf(NAMESPACE_ACTION).find(({ text }) => text === action)?.value;
    if (index === undefined) return { declared: [], inputs: [] };
    const at = this.#section(layout.SECTION_ACTIONS) + index * layout.ACTIONS_BYTES;
    const low = this.#view.getUint32(at + layout.ACTIONS_FIELDS_LOW, true);
    const high = this.#view.getUint32(at + layout.ACTIONS_FIELDS_HIGH, true);
    const isDeclared = (field: number): boolean => {
      const bit = field - 1;
      const word = bit < FIELDS_PER_WORD ? low : high;
      return ((word >>> (bit % FIELDS_PER_WORD)) & 1) === 1;
    };
    const declared = this.#entries(layout.SECTION_FIELDS, layout.FIELDS_BYTES)
      .filter((_, number) => isDeclared(number + 1))
      .map((entry) => this.#ref(entry + layout.FIELDS_NAME));
    const inputs = this.#namesOf(NAMESPACE_FIELD)
      .filter(({ value }) => isDeclared(value))
      .map(({ text }) => text);
    return { declared, inputs };
  }

  /** Levels and flags that an action starts with; none for a name that is no action. */
  defaults(action: string): ActionDefaults | undefined {
    const index = this.#namesOf(NAMESPACE_ACTION).find(({ text }) => text === action)?.value;
    if (index === undefined) return undefined;
    const at = this.#section(layout.SECTION_ACTIONS) + index * layout.ACTIONS_BYTES;
    const roleOf = (number: number): "primary" | "secondary" | undefined => {
      if ((this.#view.getUint16(at + layout.ACTIONS_PRIMARY, true) >>> number) & 1) return "primary";
      if ((this.#view.getUint16(at + layout.ACTIONS_SECONDARY, true) >>> number) & 1) return "secondary";
      return undefined;
    };
    return {
      levels: Array.from({ length: AMPLIFIER_COUNT }, (_, number) =>
        this.#view.getUint8(at + layout.ACTIONS_LEVELS + number),
      ),
      flags: FLAG_NAMES.flatMap((flag, number) => {
        const role = roleOf(number);
        return role === undefined ? [] : [{ flag, role }];
      }),
    };
  }

  /** The declared field that a name of the direct form stands for. */
  fieldOf(input: string): string | undefined {
    const number = this.#namesOf(NAMESPACE_FIELD).find(({ text }) => text === input)?.value;
    if (number === undefined) return undefined;
    return this.#ref(
      this.#section(layout.SECTION_FIELDS) + (number - 1) * layout.FIELDS_BYTES + layout.FIELDS_NAME,
    );
  }

  /** What the score alone leads to, or undefined for an unknown tier. */
  route(tier: string): Verdict | undefined {
    const number = (TIER_NAMES as readonly string[]).indexOf(tier);
    return number < 0
      ? undefined
      : VERDICT_NAMES[this.#view.getUint8(this.#meta + layout.META_ROUTE + number)];
  }

  /** Whether the score alone lets a tier pass. */
  routesToAllow(tier: string): boolean {
    return this.route(tier) === "allow";
  }

  /** Whether a row or relax entry lets calls pass; undefined for an unknown id. */
  rowAllows(id: string): boolean | undefined {
    const at = this.#row(id);
    return at === undefined ? undefined : this.#view.getUint8(at + layout.ROWS_VERDICT) === VERDICT_ALLOW;
  }

  isGate(id: string): boolean {
    const at = this.#row(id);
    return at !== undefined && this.#view.getUint8(at + layout.ROWS_KIND) === ROW_KIND_GATE;
  }

  /** Domains that the organisation calls its own, hosts below a `*.` domain as an example. */
  ownDomains(): readonly string[] {
    return [
      ...this.#namesOf(NAMESPACE_DOMAIN).map(({ text }) => text),
      ...this.#namesOf(NAMESPACE_DOMAIN_UNDER).map(({ text }) => `www.${text}`),
    ];
  }

  /** Servers that are bound to a pack; a pinned one as `name@sha256:…`. */
  servers(): readonly string[] {
    return this.#namesOf(NAMESPACE_SERVER).map(({ text }) => text);
  }

  /** Digits of the minor unit of a currency; undefined for one that the policy does not know. */
  exponentOf(currency: string): number | undefined {
    const index = this.#namesOf(NAMESPACE_CURRENCY).find(({ text }) => text === currency)?.value;
    if (index === undefined) return undefined;
    const at = this.#section(layout.SECTION_CURRENCIES) + index * layout.CURRENCIES_BYTES;
    return this.#view.getUint32(at + layout.CURRENCIES_EXPONENT, true);
  }

  /** What the image was made from, in the order of the compiler. */
  sources(): readonly ImageSource[] {
    return this.#entries(layout.SECTION_SOURCES, layout.SOURCES_BYTES).map((at) => ({
      name: this.#ref(at + layout.SOURCES_NAME),
      version: this.#ref(at + layout.SOURCES_VERSION),
      digest: this.bytes.slice(at + layout.SOURCES_DIGEST, at + layout.SOURCES_DIGEST + 32),
    }));
  }

  /** Kinds of histories, in the order of their indexes. */
  cells(): readonly CellNames[] {
    return this.#entries(layout.SECTION_CELLS, layout.CELLS_BYTES).map((at) => {
      const source = this.#view.getUint8(at + layout.CELLS_SOURCE);
      const numbers = [layout.CELLS_KEY, layout.CELLS_OTHER].map((offset) =>
        this.#view.getUint8(at + offset),
      );
      const [key = 0, other = 0] = numbers;
      return {
        name: this.#ref(at + layout.CELLS_NAME),
        source: CELL_SOURCE_NAMES[source] ?? "context",
        keys:
          source === CELL_SOURCE_FIELDS
            ? [key, other].flatMap((number) => FIELD_NAMES[number] ?? [])
            : source === CELL_SOURCE_CONTEXT
              ? [CONTEXT_KEY_NAMES[key] ?? ""]
              : [],
      };
    });
  }

  /** What is counted, in the order of the indexes. */
  tallies(): readonly TallyNames[] {
    const cells = this.cells();
    const actions = this.#entries(layout.SECTION_ACTIONS, layout.ACTIONS_BYTES).map((at) => ({
      name: this.#ref(at + layout.ACTIONS_NAME),
      tallies: this.#list(this.#view.getUint32(at + layout.ACTIONS_TALLIES, true)),
    }));
    return this.#entries(layout.SECTION_TALLIES, layout.TALLIES_BYTES).map((at, index) => ({
      number: this.#view
        .getBigUint64(at + layout.TALLIES_NUMBER, true)
        .toString(16)
        .padStart(16, "0"),
      cell: cells[this.#view.getUint8(at + layout.TALLIES_CELL)] as CellNames,
      counts: TALLY_COUNTS_NAMES[this.#view.getUint8(at + layout.TALLIES_COUNTS)] ?? "any",
      actions: actions.filter(({ tallies }) => tallies.includes(index)).map(({ name }) => name),
      hasCondition: this.#view.getUint32(at + layout.TALLIES_CLAUSE_COUNT, true) > 0,
    }));
  }

  /** What is asked of histories, in the order of the indexes. */
  signals(): readonly SignalNames[] {
    if (this.#signals === undefined) {
      const tallies = this.tallies();
      const tally = (at: number): TallyNames => tallies[this.#view.getUint32(at, true)] as TallyNames;
      this.#signals = this.#entries(layout.SECTION_SIGNALS, layout.SIGNALS_BYTES).map((at) => ({
        name: this.#ref(at + layout.SIGNALS_NAME),
        measure: SIGNAL_MEASURE_NAMES[this.#view.getUint8(at + layout.SIGNALS_MEASURE)] ?? "count",
        of: SIGNAL_UNIT_NAMES[this.#view.getUint8(at + layout.SIGNALS_OF)] ?? "amount",
        tally: tally(at + layout.SIGNALS_TALLY),
        other: tally(at + layout.SIGNALS_OTHER),
        windowS: this.#view.getUint32(at + layout.SIGNALS_WINDOW_S, true),
        calm: this.#view.getUint8(at + layout.SIGNALS_CALM) === 1,
      }));
    }
    return this.#signals;
  }

  /** The signals that the rules, gates, rows and relax entries of a code ask for. */
  asked(code: string): readonly SignalNames[] {
    const signals = this.signals();
    if (signals.length === 0) return [];
    const indexes = new Set<number>();
    const visit = (at: number, clauses: number): void => {
      for (const clause of this.#run(at + clauses, layout.SECTION_CLAUSES, layout.CLAUSES_BYTES)) {
        const start = clause + layout.CLAUSES_PREDICATE_START;
        for (const one of this.#run(start, layout.SECTION_PREDICATES, layout.PREDICATES_BYTES)) {
          if (this.#view.getUint16(one + layout.PREDICATES_OPERAND, true) !== OPERAND_SIGNAL) continue;
          indexes.add(this.#view.getUint16(one + layout.PREDICATES_PARAM, true));
        }
      }
    };
    for (const at of this.#entries(layout.SECTION_RULES, layout.RULES_BYTES)) {
      if (this.#ref(at + layout.RULES_CODE) === code) visit(at, layout.RULES_CLAUSE_START);
    }
    for (const at of this.#entries(layout.SECTION_ROWS, layout.ROWS_BYTES)) {
      if (this.#ref(at + layout.ROWS_CODE) === code) visit(at, layout.ROWS_CLAUSE_START);
    }
    return [...indexes].sort((one, other) => one - other).flatMap((index) => signals[index] ?? []);
  }

  get #meta(): number {
    return this.#section(layout.SECTION_META);
  }

  #section(number: number): number {
    return this.#view.getUint32(layout.HEADER_DIRECTORY + number * layout.DIRECTORY_BYTES, true);
  }

  #row(id: string): number | undefined {
    return this.#entries(layout.SECTION_ROWS, layout.ROWS_BYTES).find(
      (at) => this.#ref(at + layout.ROWS_CODE) === id,
    );
  }

  /** Offsets of the entries of a section. */
  #entries(section: number, entryBytes: number): readonly number[] {
    const start = this.#section(section);
    const count = this.#view.getUint32(layout.HEADER_DIRECTORY + section * layout.DIRECTORY_BYTES + 4, true);
    return Array.from({ length: count }, (_, index) => start + index * entryBytes);
  }

  /** Offsets of the entries of a run whose start stands at `at`. */
  #run(at: number, section: number, entryBytes: number): readonly number[] {
    const first = this.#section(section) + this.#view.getUint32(at, true) * entryBytes;
    const count = this.#view.getUint32(at + 4, true);
    return Array.from({ length: count }, (_, index) => first + index * entryBytes);
  }

  /** Items of a list by the index of its count. */
  #list(index: number): readonly number[] {
    const at = this.#section(layout.SECTION_LISTS) + index * layout.LISTS_BYTES;
    const count = this.#view.getUint32(at, true);
    return Array.from({ length: count }, (_, item) => this.#view.getUint32(at + 4 + item * 4, true));
  }

  #ref(at: number): string {
    return this.#text(at, this.#view.getUint32(at + 4, true));
  }

  /** The text whose offset stands at `at`. */
  #text(at: number, size: number): string {
    const offset = this.#section(layout.SECTION_TEXT) + this.#view.getUint32(at, true);
    return this.#utf8.decode(this.bytes.subarray(offset, offset + size));
  }

  #namesOf(namespace: number): readonly { readonly text: string; readonly value: number }[] {
    if (this.#names === undefined) {
      const names = new Map<number, { readonly text: string; readonly value: number }[]>();
      for (const at of this.#entries(layout.SECTION_NAMES, layout.NAMES_BYTES)) {
        const key = this.#view.getUint16(at + layout.NAMES_NAMESPACE, true);
        const list = names.get(key) ?? [];
        list.push({
          text: this.#text(at + layout.NAMES_TEXT, this.#view.getUint16(at + layout.NAMES_SIZE, true)),
          value: this.#view.getUint32(at + layout.NAMES_VALUE, true),
        });
        names.set(key, list);
      }
      this.#names = names;
    }
    return this.#names.get(namespace) ?? [];
  }
}
