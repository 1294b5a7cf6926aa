/**
 * Reads an image back into names and numbers: what the compiler checks its own work with, and what tools show of a
 * policy. It is as strict as the engine (docs/format/image.md) and adds that sections stand in order with zero between
 * them, so one policy has one sequence of bytes.
 */

import { EngineError, type ErrorCode } from "../errors.ts";
import * as codes from "../gen/codes.ts";
import * as layout from "../gen/layout.ts";
import {
  API_MEMBERS_MAX,
  CELL_KINDS_MAX,
  CELL_TALLIES_MAX,
  IMAGE_BYTES_MAX,
  PATH_SEGMENTS_MAX,
  URL_SEGMENTS_MAX,
  WINDOW_S_MAX,
} from "../gen/limits.ts";
import { hex, sha256 } from "../sha256.ts";
import { INERT } from "./command-lower.ts";
import { NONE, nameHash, type Run, SHORT_UNIT, slotOf } from "./image.ts";

export interface ImageObligation {
  readonly kind: string;
  readonly number: number;
  readonly text: string;
}

export interface ImagePredicate {
  readonly operand: string;
  readonly operator: string;
  /** Number of a field or an amplifier, index of a signal, else 0. */
  readonly subject: number;
  /** Name of the org set of in_set and not_in_set. */
  readonly set?: string;
  readonly values: readonly (string | bigint)[];
}

export interface ImageRule {
  readonly code: string;
  readonly layer: string;
  readonly pack?: string;
  readonly kind: "level" | "flag" | "label" | "written";
  /** Amplifier, flag, label or field. */
  readonly target: string;
  /** Level, or role: 0 primary, 1 secondary. */
  readonly value: number;
  readonly clauses: readonly (readonly ImagePredicate[])[];
}

export interface ImageRow {
  readonly code: string;
  readonly layer: string;
  readonly pack?: string;
  readonly kind: "gate" | "row" | "relax";
  readonly verdict: string;
  /** Milliseconds since 1970; 0: never. */
  readonly expiresMs: number;
  readonly obligations: readonly ImageObligation[];
  readonly clauses: readonly (readonly ImagePredicate[])[];
}

export interface ImageAction {
  readonly name: string;
  readonly number: number;
  readonly domain: number;
  readonly effect: string;
  readonly primary: readonly string[];
  readonly secondary: readonly string[];
  /** By amplifier number. */
  readonly levels: readonly number[];
  readonly fields: readonly string[];
  /** Indexes into `rules` and `rows`, in the order in which they are tried. */
  readonly rules: readonly number[];
  readonly rows: readonly number[];
  readonly obligations: readonly ImageObligation[];
  /** Indexes into `tallies`. */
  readonly tallies: readonly number[];
}

/** A kind of histories. */
export interface ImageCell {
  readonly name: string;
  readonly source: string;
  /** The member of the context, or one or two fields. */
  readonly keys: readonly string[];
  /** Indexes into `tallies`. */
  readonly tallies: readonly number[];
}

export interface ImageTally {
  /** Made from what it says. */
  readonly number: bigint;
  /** Index into `cells`. */
  readonly cell: number;
  readonly counts: string;
  readonly clauses: readonly (readonly ImagePredicate[])[];
}

export interface ImageSignal {
  readonly name: string;
  /** Indexes into `tallies`. */
  readonly tally: number;
  readonly other: number;
  readonly windowS: number;
  readonly measure: string;
  readonly of: string;
  readonly calm: boolean;
}

export interface ImageMapping {
  readonly id: string;
  readonly pack: string;
  readonly priority: number;
  readonly action: string;
  /** A path is a list of member names, with null for each element of an array. */
  readonly guards: readonly {
    readonly kind: string;
    readonly path: readonly (string | null)[];
    readonly values: readonly string[];
  }[];
  readonly ops: readonly {
    readonly field: string;
    readonly transform: string;
    readonly unit: string;
    readonly adds: boolean;
    readonly path: readonly (string | null)[];
    readonly literal: string;
  }[];
  /** In which the call is taken apart, or `none`. */
  readonly language: string;
}

export interface ImageApi {
  readonly id: string;
  readonly pack: string;
  readonly action: string;
  /** Bit by position: get, head, options, post, put, patch, delete, any other. */
  readonly methods: number;
  readonly steps: readonly {
    readonly kind: string;
    readonly prefix: string;
    readonly suffix: string;
    /** Empty: none. */
    readonly field: string;
  }[];
  readonly members: readonly {
    readonly name: string;
    readonly field: string;
    readonly unit: string;
    readonly kind: string;
  }[];
}

/** What becomes of a word: a field, or one of WORD_ROLE_NAMES. */
export interface ImageRole {
  readonly role: string;
  readonly field?: string;
}

export interface ImageCommand {
  readonly id: string;
  readonly pack: string;
  /** Undefined where there is nothing to judge. */
  readonly action: string | undefined;
  readonly style: string;
  /** Bit 0 some name goes on after this row, 1 assignments, 2 appends, 3 words can be commands or code. */
  readonly flags: number;
  readonly needs?: string;
  readonly input: number;
  readonly marks: readonly string[];
  readonly literals: readonly ImageLiteral[];
  readonly options: readonly ImageOption[];
  /** Place 0 is the last operand, 255 the rest. */
  readonly operands: readonly { readonly place: number; readonly role: ImageRole }[];
}

export interface ImageOption {
  readonly name: string;
  readonly takes: string;
  readonly role: ImageRole;
  /** It stands for the first operand. */
  readonly first: boolean;
  /** Undefined: no change; "none": nothing to judge. */
  readonly action: string | undefined;
  readonly marks: readonly string[];
  readonly literals: readonly ImageLiteral[];
}

export interface ImageLiteral {
  readonly field: string;
  readonly text: string;
}

export interface ImageName {
  readonly text: string;
  readonly value: number;
}

/** Everything that an image holds. */
export interface ImageContent {
  /** SHA-256 of the file, lower-case hex. */
  readonly digest: string;
  readonly edition: string;
  readonly profile: string;
  /** Three letters, or empty. */
  readonly defaultCurrency: string;
  readonly unknownRead: boolean;
  /** Hazards at which low, medium, high and critical begin. */
  readonly thresholds: readonly number[];
  /** Verdict of each tier. */
  readonly route: readonly string[];
  /** Hazard of each flag. */
  readonly hazards: readonly number[];
  /** Gain and largest level of each amplifier. */
  readonly gains: readonly number[];
  readonly maxima: readonly number[];
  readonly actions: readonly ImageAction[];
  readonly packs: readonly { readonly name: string; readonly publisher: string; readonly version: string }[];
  readonly mappings: readonly ImageMapping[];
  readonly patterns: readonly {
    readonly prefix: string;
    readonly suffix: string;
    readonly mapping: string;
  }[];
  readonly commands: readonly ImageCommand[];
  /** Mapping ids by canonical tool name, in the order in which they are tried. */
  readonly tools: ReadonlyMap<string, readonly string[]>;
  readonly apis: readonly ImageApi[];
  /** Indexes into `apis` by host, or by what hosts end with, in the order in which they are tried. */
  readonly hosts: ReadonlyMap<string, readonly number[]>;
  /** Names by namespace number. */
  readonly names: ReadonlyMap<number, readonly ImageName[]>;
  readonly rules: readonly ImageRule[];
  readonly rows: readonly ImageRow[];
  readonly currencies: readonly { readonly exponent: number; readonly referenceMilli: number }[];
  readonly prefixes: readonly string[];
  readonly sets: readonly { readonly name: string; readonly values: readonly string[] }[];
  readonly lowered: readonly { readonly kind: string; readonly name: string; readonly authority: string }[];
  readonly fields: readonly { readonly name: string; readonly type: string; readonly many: boolean }[];
  /** Sentence by reason code. */
  readonly sentences: ReadonlyMap<string, string>;
  readonly sources: readonly { readonly name: string; readonly version: string; readonly digest: string }[];
  readonly cells: readonly ImageCell[];
  readonly tallies: readonly ImageTally[];
  readonly signals: readonly ImageSignal[];
}

/** Types of fields that no history can be of. */
const NUMBER_TYPES: readonly string[] = ["money", "int", "bool"];
/** Members of the context that a history can be of. */
const CELL_CONTEXT_KEYS: readonly string[] = ["actor", "agent", "principal", "session", "tenant"];

const HAZARD_OF_FLAG_MAX = 5_000_000;
const GAIN_MAX = 10_000;
const EXPONENT_MAX = 4;
const ROLE_MAX = 1;
const TARGET_NAMES = { level: codes.AMPLIFIER_NAMES, flag: codes.FLAG_NAMES, label: codes.LABEL_NAMES };

/** One entry of a section: reads its members and checks each against what it may be. */
class Entry {
  readonly #image: ImageBytes;
  readonly at: number;

  constructor(image: ImageBytes, at: number) {
    this.#image = image;
    this.at = at;
  }

  fail(offset: number, wanted: string, came: string | number | bigint): never {
    return this.#image.fail("image_structure", this.at + offset, wanted, `${came}`);
  }

  u8(offset: number): number {
    return this.#image.view.getUint8(this.at + offset);
  }

  u16(offset: number): number {
    return this.#image.view.getUint16(this.at + offset, true);
  }

  u32(offset: number): number {
    return this.#image.view.getUint32(this.at + offset, true);
  }

  u64(offset: number): bigint {
    return this.#image.view.getBigUint64(this.at + offset, true);
  }

  i64(offset: number): bigint {
    return this.#image.view.getBigInt64(this.at + offset, true);
  }

  /** A number of a list of words. */
  word<T extends string>(offset: number, value: number, words: readonly T[]): T {
    return words[value] ?? this.fail(offset, `a number below ${words.length}`, value);
  }

  /** A number up to a maximum. */
  bounded(offset: number, value: number, min: number, max: number): number {
    return value >= min && value <= max ? value : this.fail(offset, `${min} to ${max}`, value);
  }

  zero(offset: number, value: number): void {
    if (value !== 0) this.fail(offset, "0 in a reserved place", value);
  }

  ref(offset: number): string {
    return this.#image.text(this.u32(offset), this.u32(offset + 4), this.at + offset);
  }

  /** A ref in four bytes. */
  short(offset: number): string {
    const { start, count } = this.#shortRun(offset);
    return this.#image.text(start, count, this.at + offset);
  }

  #shortRun(offset: number): Run {
    const value = this.u32(offset);
    return { start: value % SHORT_UNIT, count: Math.floor(value / SHORT_UNIT) };
  }

  /** The text of an entry of `names`. */
  name(): string {
    const size = this.u16(layout.NAMES_SIZE);
    return this.#image.text(this.u32(layout.NAMES_TEXT), size, this.at + layout.NAMES_TEXT);
  }

  /** The entries of a run (start, count). */
  run(offset: number, section: number): Entry[] {
    return this.#entries(offset, section, { start: this.u32(offset), count: this.u32(offset + 4) });
  }

  #entries(offset: number, section: number, { start, count }: Run): Entry[] {
    const total = this.#image.count(section);
    if (start + count > total) this.fail(offset, `a run inside ${total} entries`, `${start} + ${count}`);
    return Array.from({ length: count }, (_, index) => this.#image.entry(section, start + index));
  }

  /** The items of a list, each an index into a section. */
  list(offset: number, itemSection: number): number[] {
    const start = this.u32(offset);
    const total = this.#image.count(layout.SECTION_LISTS);
    if (start >= total) return this.fail(offset, `a list below ${total}`, start);
    const count = this.#image.entry(layout.SECTION_LISTS, start).u32(0);
    if (start + 1 + count > total) this.fail(offset, "a list inside its section", count);
    return Array.from({ length: count }, (_, index) => {
      const item = this.#image.entry(layout.SECTION_LISTS, start + 1 + index);
      return item.bounded(0, item.u32(0), 0, this.#image.count(itemSection) - 1);
    });
  }

  index(offset: number, section: number): number {
    return this.bounded(offset, this.u32(offset), 0, this.#image.count(section) - 1);
  }

  path(offset: number): (string | null)[] {
    return this.#path(offset, this.run(offset, layout.SECTION_SEGMENTS));
  }

  /** A path whose start and count share four bytes. */
  shortPath(offset: number): (string | null)[] {
    return this.#path(offset, this.#entries(offset, layout.SECTION_SEGMENTS, this.#shortRun(offset)));
  }

  #path(offset: number, segments: readonly Entry[]): (string | null)[] {
    this.bounded(offset, segments.length, 0, PATH_SEGMENTS_MAX);
    return segments.map((segment) => (segment.u32(4) === NONE ? null : segment.ref(0)));
  }
}

class ImageBytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly #utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  readonly #offsets: number[] = [];
  readonly #counts: number[] = [];

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#checkHeader();
    this.#checkSections();
  }

  fail(code: ErrorCode, offset: number, wanted: string, came: string): never {
    throw new EngineError(code, { path: "image", offset, wanted, came });
  }

  #checkHeader(): void {
    const { bytes, view } = this;
    if (bytes.length > IMAGE_BYTES_MAX) {
      this.fail("image_too_large", 0, `at most ${IMAGE_BYTES_MAX} bytes`, `${bytes.length}`);
    }
    const isImage = bytes.length >= layout.HEADER_SIZE && view.getUint32(0, true) === layout.IMAGE_MAGIC;
    if (!isImage) this.fail("image_magic", 0, "P0IM and a header", `${bytes.length} other bytes`);
    for (const [offset, wanted] of [
      [layout.HEADER_VERSION, codes.VERSION_IMAGE],
      [layout.HEADER_ABI, codes.VERSION_ABI],
    ] as const) {
      const came = view.getUint16(offset, true);
      if (came !== wanted) this.fail("image_version", offset, `version ${wanted}`, `${came}`);
    }
    for (const [offset, wanted] of [
      [layout.HEADER_BYTES, bytes.length],
      [layout.HEADER_SECTIONS, layout.SECTION_COUNT],
    ] as const) {
      const came = view.getUint32(offset, true);
      if (came !== wanted) this.fail("image_structure", offset, `${wanted}`, `${came}`);
    }
    const stated = bytes.subarray(layout.HEADER_DIGEST, layout.HEADER_DIGEST + 32);
    const digest = sha256(bytes.subarray(layout.HEADER_DIRECTORY));
    if (hex(stated) !== hex(digest))
      this.fail("image_digest", layout.HEADER_DIGEST, hex(digest), hex(stated));
  }

  #checkSections(): void {
    let end: number = layout.HEADER_SIZE;
    layout.SECTION_ENTRY_BYTES.forEach((entryBytes, section) => {
      const at = layout.HEADER_DIRECTORY + section * layout.DIRECTORY_BYTES;
      const offset = this.view.getUint32(at, true);
      const count = this.view.getUint32(at + 4, true);
      const wanted = Math.ceil(end / 8) * 8;
      if (offset !== wanted) this.fail("image_structure", at, `section ${section} at ${wanted}`, `${offset}`);
      for (let gap = end; gap < offset; gap++) {
        if (this.bytes[gap] !== 0)
          this.fail("image_structure", gap, "a zero byte between sections", "another");
      }
      end = offset + count * entryBytes;
      if (end > this.bytes.length)
        this.fail("image_structure", at + 4, "a section inside the file", `${count}`);
      this.#offsets.push(offset);
      this.#counts.push(count);
    });
    if (end !== this.bytes.length) this.fail("image_structure", end, "the end of the file", "more bytes");
  }

  count(section: number): number {
    return this.#counts[section] ?? 0;
  }

  entry(section: number, index: number): Entry {
    return new Entry(
      this,
      (this.#offsets[section] ?? 0) + index * (layout.SECTION_ENTRY_BYTES[section] ?? 0),
    );
  }

  all<T>(section: number, read: (entry: Entry, index: number) => T): T[] {
    return Array.from({ length: this.count(section) }, (_, index) => read(this.entry(section, index), index));
  }

  text(offset: number, size: number, from: number): string {
    const total = this.count(layout.SECTION_TEXT);
    if (offset + size > total)
      this.fail("image_structure", from, `text inside ${total} bytes`, `${offset} + ${size}`);
    const start = (this.#offsets[layout.SECTION_TEXT] ?? 0) + offset;
    try {
      return this.#utf8.decode(this.bytes.subarray(start, start + size));
    } catch {
      return this.fail("image_structure", from, "well-formed UTF-8", "other bytes");
    }
  }
}

function bitNames(entry: Entry, offset: number, bits: number, names: readonly string[]): string[] {
  if (bits >= 2 ** names.length) entry.fail(offset, `bits below ${names.length}`, bits);
  return names.filter((_, number) => ((bits >>> number) & 1) === 1);
}

function numbers(count: number, read: (index: number) => number): number[] {
  return Array.from({ length: count }, (_, index) => read(index));
}

/** Reads and checks the parts that depend on one another, in the order of the sections. */
class ContentReader {
  readonly #image: ImageBytes;
  readonly #fields: ImageContent["fields"];
  readonly #maxima: readonly number[];

  constructor(image: ImageBytes) {
    this.#image = image;
    if (image.count(layout.SECTION_META) !== 1) {
      image.fail("image_structure", layout.HEADER_DIRECTORY + 8, "one meta entry", "another number");
    }
    const meta = image.entry(layout.SECTION_META, 0);
    this.#maxima = numbers(codes.AMPLIFIER_COUNT, (index) => {
      const offset = layout.META_MAXIMA + index;
      return meta.bounded(offset, meta.u8(offset), 1, 255);
    });
    this.#fields = image.all(layout.SECTION_FIELDS, (entry) => ({
      name: entry.ref(layout.FIELDS_NAME),
      type: entry.word(layout.FIELDS_TYPE, entry.u8(layout.FIELDS_TYPE), codes.FIELD_TYPE_NAMES),
      many: entry.bounded(layout.FIELDS_MANY, entry.u8(layout.FIELDS_MANY), 0, 1) === 1,
    }));
    if (this.#fields.length !== codes.FIELD_COUNT) {
      meta.fail(0, `${codes.FIELD_COUNT} fields`, this.#fields.length);
    }
  }

  read(digest: string): ImageContent {
    const image = this.#image;
    const names = this.#names();
    const mappings = image.all(layout.SECTION_MAPPINGS, (entry) => this.#mapping(entry));
    const idOf = (index: number): string => mappings[index]?.id ?? "";
    return {
      digest,
      ...this.#meta(),
      actions: image.all(layout.SECTION_ACTIONS, (entry) => this.#action(entry)),
      packs: image.all(layout.SECTION_PACKS, (entry) => ({
        name: entry.ref(layout.PACKS_NAME),
        publisher: entry.ref(layout.PACKS_PUBLISHER),
        version: entry.ref(layout.PACKS_VERSION),
      })),
      mappings,
      patterns: image.all(layout.SECTION_PATTERNS, (entry) => ({
        prefix: entry.ref(layout.PATTERNS_PREFIX),
        suffix: entry.ref(layout.PATTERNS_SUFFIX),
        mapping: idOf(entry.index(layout.PATTERNS_MAPPING, layout.SECTION_MAPPINGS)),
      })),
      commands: image.all(layout.SECTION_COMMANDS, (entry) => this.#command(entry)),
      tools: this.#tools(idOf),
      apis: image.all(layout.SECTION_APIS, (entry) => this.#api(entry)),
      hosts: this.#hosts(),
      names,
      rules: image.all(layout.SECTION_RULES, (entry) => this.#rule(entry)),
      rows: image.all(layout.SECTION_ROWS, (entry) => this.#row(entry)),
      currencies: image.all(layout.SECTION_CURRENCIES, (entry) => {
        const [exponent, milli] = [layout.CURRENCIES_EXPONENT, layout.CURRENCIES_REFERENCE_MILLI];
        return {
          exponent: entry.bounded(exponent, entry.u32(exponent), 0, EXPONENT_MAX),
          referenceMilli: entry.bounded(milli, entry.u32(milli), 1, NONE),
        };
      }),
      prefixes: image.all(layout.SECTION_PREFIXES, (entry) => entry.ref(0)),
      sets: image.all(layout.SECTION_SETS, (entry, index) => ({
        name: entry.ref(0),
        values: (names.get(codes.NAMESPACE_SET + index) ?? []).map(({ text }) => text),
      })),
      lowered: image.all(layout.SECTION_LOWERED, (entry) => ({
        kind: entry.word(layout.LOWERED_KIND, entry.u32(layout.LOWERED_KIND), codes.LOWERED_KIND_NAMES),
        name: entry.ref(layout.LOWERED_NAME),
        authority: entry.ref(layout.LOWERED_AUTHORITY),
      })),
      fields: this.#fields,
      sentences: new Map(
        image.all(layout.SECTION_SENTENCES, (entry) => [
          entry.ref(layout.SENTENCES_CODE),
          entry.ref(layout.SENTENCES_SENTENCE),
        ]),
      ),
      sources: image.all(layout.SECTION_SOURCES, (entry) => {
        const at = entry.at + layout.SOURCES_DIGEST;
        return {
          name: entry.ref(layout.SOURCES_NAME),
          version: entry.ref(layout.SOURCES_VERSION),
          digest: hex(image.bytes.subarray(at, at + 32)),
        };
      }),
      ...this.#memory(),
    };
  }

  #meta(): Pick<
    ImageContent,
    | "edition"
    | "profile"
    | "defaultCurrency"
    | "unknownRead"
    | "thresholds"
    | "route"
    | "hazards"
    | "gains"
    | "maxima"
  > {
    const meta = this.#image.entry(layout.SECTION_META, 0);
    const thresholds = numbers(codes.TIER_NAMES.length - 1, (index) =>
      meta.u32(layout.META_THRESHOLDS + index * 4),
    );
    thresholds.forEach((threshold, index) => {
      const offset = layout.META_THRESHOLDS + index * 4;
      meta.bounded(offset, threshold, (thresholds[index - 1] ?? 0) + 1, NONE);
    });
    meta.index(layout.META_ACTION_UNCLASSIFIED, layout.SECTION_ACTIONS);
    meta.index(layout.META_ACTION_READ, layout.SECTION_ACTIONS);
    meta.zero(layout.META_RESERVED, meta.u32(layout.META_RESERVED) + meta.u32(layout.META_RESERVED + 4));
    const defaultCurrency = meta.ref(layout.META_DEFAULT_CURRENCY);
    if (!/^([A-Z]{3})?$/.test(defaultCurrency)) {
      meta.fail(layout.META_DEFAULT_CURRENCY, "three capitals or nothing", defaultCurrency);
    }
    return {
      edition: meta.ref(layout.META_EDITION),
      profile: meta.ref(layout.META_PROFILE),
      defaultCurrency,
      unknownRead: meta.bounded(layout.META_SWITCHES, meta.u32(layout.META_SWITCHES), 0, 1) === 1,
      thresholds,
      route: codes.TIER_NAMES.map((_, tier) => {
        const offset = layout.META_ROUTE + tier;
        return meta.word(offset, meta.u8(offset), codes.VERDICT_NAMES);
      }),
      hazards: numbers(codes.FLAG_COUNT, (index) => {
        const offset = layout.META_HAZARDS + index * 4;
        return meta.bounded(offset, meta.u32(offset), 0, HAZARD_OF_FLAG_MAX);
      }),
      gains: numbers(codes.AMPLIFIER_COUNT, (index) => {
        const offset = layout.META_GAINS + index * 2;
        return meta.bounded(offset, meta.u16(offset), 0, GAIN_MAX);
      }),
      maxima: this.#maxima,
    };
  }

  /** Names by namespace; every one must be found where the hash table is searched for it. */
  #names(): Map<number, ImageName[]> {
    const image = this.#image;
    const encoder = new TextEncoder();
    const slots = image.all(layout.SECTION_SLOTS, (entry) => entry.u32(0));
    const count = image.count(layout.SECTION_NAMES);
    const first = image.entry(layout.SECTION_SLOTS, 0);
    const isPower = slots.length >= 8 && (slots.length & (slots.length - 1)) === 0;
    if (!isPower || slots.length * 9 < count * 10)
      first.fail(0, "a power of two of slots, ten for nine names", slots.length);
    if (slots.filter((slot) => slot !== 0).length !== count)
      first.fail(0, `${count} slots in use`, "another number");
    const names = new Map<number, ImageName[]>();
    const keys = new Set<string>();
    image.all(layout.SECTION_NAMES, (entry, index) => {
      const namespace = entry.u16(layout.NAMES_NAMESPACE);
      const text = entry.name();
      const key = `${namespace}:${text}`;
      if (keys.has(key)) entry.fail(layout.NAMES_TEXT, "each name once", key);
      keys.add(key);
      const hash = nameHash(namespace, encoder.encode(text));
      let slot = (hash & (slots.length - 1)) >>> 0;
      while (slots[slot] !== slotOf(hash, index)) {
        if (slots[slot] === 0) entry.fail(0, "a name that a search finds", key);
        slot = (slot + 1) % slots.length;
      }
      const value = this.#nameValue(entry, namespace);
      const list = names.get(namespace);
      if (list) list.push({ text, value });
      else names.set(namespace, [{ text, value }]);
    });
    return names;
  }

  #nameValue(entry: Entry, namespace: number): number {
    const at = layout.NAMES_VALUE;
    const value = entry.u32(at);
    switch (namespace) {
      case codes.NAMESPACE_TOOL:
        entry.list(at, layout.SECTION_MAPPINGS);
        return value;
      case codes.NAMESPACE_API:
        entry.list(at, layout.SECTION_APIS);
        return value;
      case codes.NAMESPACE_ACTION:
        return entry.index(at, layout.SECTION_ACTIONS);
      case codes.NAMESPACE_SERVER:
        return entry.index(at, layout.SECTION_PACKS);
      case codes.NAMESPACE_CURRENCY:
        return entry.index(at, layout.SECTION_CURRENCIES);
      case codes.NAMESPACE_COMMAND:
        return entry.index(at, layout.SECTION_COMMANDS);
      case codes.NAMESPACE_VARIABLE:
        return entry.bounded(at, value, 1, 1);
      case codes.NAMESPACE_FIELD:
        return entry.bounded(at, value, 1, codes.FIELD_COUNT);
      case codes.NAMESPACE_VERB_READ:
        return entry.bounded(at, value, 0, 1);
      case codes.NAMESPACE_VERB_ACT:
        return entry.bounded(at, value, 0, 0xff);
      case codes.NAMESPACE_ARGUMENT:
        return entry.bounded(at, value, 1, 0xffff);
      case codes.NAMESPACE_DOMAIN:
      case codes.NAMESPACE_DOMAIN_UNDER:
        return entry.bounded(at, value, 0, 0);
      default: {
        const set = namespace - codes.NAMESPACE_SET;
        const total = this.#image.count(layout.SECTION_SETS);
        if (set < 0 || set >= total) entry.fail(layout.NAMES_NAMESPACE, "a known namespace", namespace);
        return entry.bounded(at, value, 0, 0);
      }
    }
  }

  #tools(idOf: (index: number) => string): Map<string, string[]> {
    const tools = new Map<string, string[]>();
    this.#image.all(layout.SECTION_NAMES, (entry) => {
      if (entry.u16(layout.NAMES_NAMESPACE) !== codes.NAMESPACE_TOOL) return;
      tools.set(entry.name(), entry.list(layout.NAMES_VALUE, layout.SECTION_MAPPINGS).map(idOf));
    });
    return tools;
  }

  #hosts(): Map<string, number[]> {
    const hosts = new Map<string, number[]>();
    this.#image.all(layout.SECTION_NAMES, (entry) => {
      if (entry.u16(layout.NAMES_NAMESPACE) !== codes.NAMESPACE_API) return;
      hosts.set(entry.name(), entry.list(layout.NAMES_VALUE, layout.SECTION_APIS));
    });
    return hosts;
  }

  #api(entry: Entry): ImageApi {
    const packIndex = entry.index(layout.APIS_PACK, layout.SECTION_PACKS);
    const action = entry.index(layout.APIS_ACTION, layout.SECTION_ACTIONS);
    const steps = entry.run(layout.APIS_STEP_START, layout.SECTION_STEPS);
    const members = entry.run(layout.APIS_MEMBER_START, layout.SECTION_MEMBERS);
    entry.bounded(layout.APIS_STEP_COUNT, steps.length, 0, URL_SEGMENTS_MAX);
    entry.bounded(layout.APIS_MEMBER_COUNT, members.length, 0, API_MEMBERS_MAX);
    return {
      id: entry.ref(layout.APIS_ID),
      pack: this.#image.entry(layout.SECTION_PACKS, packIndex).ref(layout.PACKS_NAME),
      action: this.#image.entry(layout.SECTION_ACTIONS, action).ref(layout.ACTIONS_NAME),
      methods: entry.bounded(layout.APIS_METHODS, entry.u32(layout.APIS_METHODS), 0, 255),
      steps: steps.map((step) => {
        step.zero(layout.STEPS_RESERVED, step.u16(layout.STEPS_RESERVED));
        const field = step.u8(layout.STEPS_FIELD);
        return {
          kind: step.word(layout.STEPS_KIND, step.u8(layout.STEPS_KIND), codes.STEP_KIND_NAMES),
          prefix: step.short(layout.STEPS_PREFIX),
          suffix: step.short(layout.STEPS_SUFFIX),
          field: field === 0 ? "" : this.#fieldName(step, layout.STEPS_FIELD, field),
        };
      }),
      members: members.map((member) => {
        member.zero(layout.MEMBERS_RESERVED, member.u8(layout.MEMBERS_RESERVED));
        const kind = member.u8(layout.MEMBERS_KIND);
        return {
          name: member.ref(layout.MEMBERS_NAME),
          field: this.#fieldName(member, layout.MEMBERS_FIELD, member.u8(layout.MEMBERS_FIELD)),
          unit: member.word(layout.MEMBERS_UNIT, member.u8(layout.MEMBERS_UNIT), codes.UNIT_NAMES),
          kind: member.word(layout.MEMBERS_KIND, kind, codes.MEMBER_KIND_NAMES),
        };
      }),
    };
  }

  #fieldName(entry: Entry, offset: number, number: number): string {
    return this.#fields[number - 1]?.name ?? entry.fail(offset, "the number of a field", number);
  }

  #action(entry: Entry): ImageAction {
    const primary = entry.u16(layout.ACTIONS_PRIMARY);
    const secondary = entry.u16(layout.ACTIONS_SECONDARY);
    if ((primary & secondary) !== 0)
      entry.fail(layout.ACTIONS_PRIMARY, "each flag in one role", primary & secondary);
    const low = entry.u32(layout.ACTIONS_FIELDS_LOW);
    const high = entry.u32(layout.ACTIONS_FIELDS_HIGH);
    const isDeclared = (bit: number): boolean => (((bit < 32 ? low : high) >>> (bit % 32)) & 1) === 1;
    for (let bit = this.#fields.length; bit < 64; bit++) {
      if (isDeclared(bit)) entry.fail(layout.ACTIONS_FIELDS_LOW, "bits of fields", `bit ${bit}`);
    }
    return {
      name: entry.ref(layout.ACTIONS_NAME),
      number: entry.u16(layout.ACTIONS_NUMBER),
      domain: entry.u8(layout.ACTIONS_DOMAIN),
      effect: entry.word(layout.ACTIONS_EFFECT, entry.u8(layout.ACTIONS_EFFECT), codes.EFFECT_NAMES),
      primary: bitNames(entry, layout.ACTIONS_PRIMARY, primary, codes.FLAG_NAMES),
      secondary: bitNames(entry, layout.ACTIONS_SECONDARY, secondary, codes.FLAG_NAMES),
      levels: this.#maxima.map((max, number) => {
        const offset = layout.ACTIONS_LEVELS + number;
        return entry.bounded(offset, entry.u8(offset), 0, max);
      }),
      fields: this.#fields.filter((_, bit) => isDeclared(bit)).map(({ name }) => name),
      rules: entry.list(layout.ACTIONS_RULES, layout.SECTION_RULES),
      rows: entry.list(layout.ACTIONS_ROWS, layout.SECTION_ROWS),
      obligations: this.#obligations(entry, layout.ACTIONS_OBLIGATION_START),
      tallies: entry.list(layout.ACTIONS_TALLIES, layout.SECTION_TALLIES),
    };
  }

  #memory(): Pick<ImageContent, "cells" | "tallies" | "signals"> {
    const image = this.#image;
    const kinds = image.count(layout.SECTION_CELLS);
    if (kinds > CELL_KINDS_MAX) {
      const at = layout.HEADER_DIRECTORY + layout.SECTION_CELLS * layout.DIRECTORY_BYTES;
      image.fail("image_structure", at, `at most ${CELL_KINDS_MAX} kinds of histories`, `${kinds}`);
    }
    const cells: ImageCell[] = [];
    image.all(layout.SECTION_CELLS, (entry) => {
      const cell = this.#cell(entry, cells.flatMap(({ tallies }) => tallies).length);
      if (cells.some(({ name }) => name === cell.name)) entry.fail(0, "each name once", cell.name);
      cells.push(cell);
    });
    const tallies: ImageTally[] = [];
    image.all(layout.SECTION_TALLIES, (entry, index) => {
      const tally = this.#tally(entry);
      const before = tallies.at(-1);
      const ascends = before?.cell !== tally.cell || before.number < tally.number;
      if (!ascends) entry.fail(0, "ascending numbers of a kind", tally.number);
      if (!cells[tally.cell]?.tallies.includes(index)) entry.fail(0, "a tally of its kind", index);
      tallies.push(tally);
    });
    return { cells, tallies, signals: image.all(layout.SECTION_SIGNALS, (entry) => this.#signal(entry)) };
  }

  /** @param end where the tallies of the kinds before end. */
  #cell(entry: Entry, end: number): ImageCell {
    const source = entry.word(0, entry.u8(layout.CELLS_SOURCE), codes.CELL_SOURCE_NAMES);
    const [key, other] = [entry.u8(layout.CELLS_KEY), entry.u8(layout.CELLS_OTHER)];
    const isOfFields = source === "fields";
    const isOfFreezes = source === "freezes";
    if (isOfFreezes) entry.bounded(0, key, 0, 0);
    const name = isOfFields ? this.#textField(entry, key) : (codes.CONTEXT_KEY_NAMES[key] ?? "");
    if (source === "context" && !CELL_CONTEXT_KEYS.includes(name)) entry.fail(0, "whose history it is", key);
    if (!isOfFields) entry.bounded(0, other, 0, 0);
    entry.zero(0, entry.u8(layout.CELLS_RESERVED));
    const start = entry.bounded(layout.CELLS_TALLY_START, entry.u32(layout.CELLS_TALLY_START), end, end);
    const { length } = entry.run(layout.CELLS_TALLY_START, layout.SECTION_TALLIES);
    return {
      name: entry.ref(layout.CELLS_NAME),
      source,
      keys: isOfFreezes ? [] : [name, ...(other === 0 ? [] : [this.#textField(entry, other)])],
      tallies: numbers(
        entry.bounded(layout.CELLS_TALLY_START, length, 0, isOfFreezes ? 0 : CELL_TALLIES_MAX),
        (at) => start + at,
      ),
    };
  }

  /** A field that has texts. */
  #textField(entry: Entry, number: number): string {
    const name = this.#fieldName(entry, 0, number);
    const { type } = this.#fields[number - 1] as ImageContent["fields"][number];
    return NUMBER_TYPES.includes(type) ? entry.fail(0, "a field with texts", name) : name;
  }

  #tally(entry: Entry): ImageTally {
    const cells = this.#image.count(layout.SECTION_CELLS);
    entry.zero(0, entry.u16(layout.TALLIES_RESERVED) + entry.u32(layout.TALLIES_RESERVED_TOO));
    return {
      number: entry.u64(layout.TALLIES_NUMBER),
      cell: entry.bounded(0, entry.u8(layout.TALLIES_CELL), 0, cells - 1),
      counts: entry.word(0, entry.u8(layout.TALLIES_COUNTS), codes.TALLY_COUNTS_NAMES),
      clauses: this.#clauses(entry, layout.TALLIES_CLAUSE_START),
    };
  }

  #signal(entry: Entry): ImageSignal {
    const tally = entry.index(layout.SIGNALS_TALLY, layout.SECTION_TALLIES);
    const other = entry.index(layout.SIGNALS_OTHER, layout.SECTION_TALLIES);
    const cellOf = (index: number): number =>
      this.#image.entry(layout.SECTION_TALLIES, index).u8(layout.TALLIES_CELL);
    if (cellOf(other) !== cellOf(tally)) entry.fail(layout.SIGNALS_OTHER, "a tally of the same kind", other);
    const measure = entry.word(0, entry.u8(layout.SIGNALS_MEASURE), codes.SIGNAL_MEASURE_NAMES);
    const most = measure === "acceleration" ? WINDOW_S_MAX / 2 : WINDOW_S_MAX;
    entry.zero(0, entry.u8(layout.SIGNALS_RESERVED));
    return {
      name: entry.ref(layout.SIGNALS_NAME),
      tally,
      other,
      windowS: entry.bounded(0, entry.u32(layout.SIGNALS_WINDOW_S), 1, most),
      measure,
      of: entry.word(0, entry.u8(layout.SIGNALS_OF), codes.SIGNAL_UNIT_NAMES),
      calm: entry.bounded(0, entry.u8(layout.SIGNALS_CALM), 0, 1) === 1,
    };
  }

  #obligations(entry: Entry, offset: number): ImageObligation[] {
    return entry.run(offset, layout.SECTION_OBLIGATIONS).map((obligation) => ({
      kind: obligation.word(
        layout.OBLIGATIONS_KIND,
        obligation.u32(layout.OBLIGATIONS_KIND),
        codes.OBLIGATION_NAMES,
      ),
      number: obligation.u32(layout.OBLIGATIONS_NUMBER),
      text: obligation.ref(layout.OBLIGATIONS_TEXT),
    }));
  }

  #mapping(entry: Entry): ImageMapping {
    const pack = this.#image.entry(
      layout.SECTION_PACKS,
      entry.index(layout.MAPPINGS_PACK, layout.SECTION_PACKS),
    );
    const action = entry.index(layout.MAPPINGS_ACTION, layout.SECTION_ACTIONS);
    return {
      id: entry.ref(layout.MAPPINGS_ID),
      pack: pack.ref(layout.PACKS_NAME),
      priority: entry.u32(layout.MAPPINGS_PRIORITY),
      action: this.#image.entry(layout.SECTION_ACTIONS, action).ref(layout.ACTIONS_NAME),
      guards: entry.run(layout.MAPPINGS_GUARD_START, layout.SECTION_GUARDS).map((guard) => ({
        kind: guard.word(layout.GUARDS_KIND, guard.u32(layout.GUARDS_KIND), codes.GUARD_KIND_NAMES),
        path: guard.path(layout.GUARDS_SEGMENT_START),
        values: guard.run(layout.GUARDS_VALUE_START, layout.SECTION_VALUES).map((value) => value.ref(0)),
      })),
      ops: entry.run(layout.MAPPINGS_OP_START, layout.SECTION_OPS).map((op) => {
        const isLiteral = op.u8(layout.OPS_TRANSFORM) === codes.TRANSFORM_LITERAL;
        return {
          field: this.#fieldName(op, layout.OPS_FIELD, op.u8(layout.OPS_FIELD)),
          transform: op.word(layout.OPS_TRANSFORM, op.u8(layout.OPS_TRANSFORM), codes.TRANSFORM_NAMES),
          unit: op.word(layout.OPS_UNIT, op.u8(layout.OPS_UNIT), codes.UNIT_NAMES),
          adds: op.bounded(layout.OPS_MANY, op.u8(layout.OPS_MANY), 0, 1) === 1,
          path: isLiteral ? [] : op.shortPath(layout.OPS_FROM),
          literal: isLiteral ? op.short(layout.OPS_FROM) : "",
        };
      }),
      language: entry.word(
        layout.MAPPINGS_LANGUAGE,
        entry.u32(layout.MAPPINGS_LANGUAGE),
        codes.LANGUAGE_NAMES,
      ),
    };
  }

  #use(use: Entry): Omit<ImageOption, "name"> {
    return {
      takes: use.word(layout.USES_TAKES, use.u8(layout.USES_TAKES), codes.OPTION_TAKES_NAMES),
      role: this.#role(use, layout.USES_ROLE),
      first: use.bounded(layout.USES_FIRST, use.u8(layout.USES_FIRST), 0, 1) === 1,
      action: this.#actionOrNone(use, layout.USES_ACTION),
      marks: bitNames(use, layout.USES_MARKS, use.u32(layout.USES_MARKS), codes.MARK_NAMES),
      literals: this.#literals(use, layout.USES_LITERAL_START),
    };
  }

  #command(entry: Entry): ImageCommand {
    const pack = entry.index(layout.COMMANDS_PACK, layout.SECTION_PACKS);
    const needs = entry.u8(layout.COMMANDS_NEEDS);
    const input = entry.u8(layout.COMMANDS_INPUT);
    const inputs: readonly number[] = [0, codes.WORD_ROLE_SHELL, codes.WORD_ROLE_SQL, codes.WORD_ROLE_CODE];
    if (!inputs.includes(input)) entry.fail(layout.COMMANDS_INPUT, "shell, sql or code", input);
    const action = this.#actionOrNone(entry, layout.COMMANDS_ACTION);
    return {
      id: entry.ref(layout.COMMANDS_ID),
      pack: this.#image.entry(layout.SECTION_PACKS, pack).ref(layout.PACKS_NAME),
      action:
        action === "none" ? undefined : (action ?? entry.fail(layout.COMMANDS_ACTION, "an action", NONE)),
      style: entry.word(layout.COMMANDS_STYLE, entry.u8(layout.COMMANDS_STYLE), codes.COMMAND_STYLE_NAMES),
      flags: entry.bounded(layout.COMMANDS_FLAGS, entry.u8(layout.COMMANDS_FLAGS), 0, 15),
      ...(needs === 0 ? {} : { needs: this.#fieldName(entry, layout.COMMANDS_NEEDS, needs) }),
      input,
      marks: bitNames(entry, layout.COMMANDS_MARKS, entry.u32(layout.COMMANDS_MARKS), codes.MARK_NAMES),
      literals: this.#literals(entry, layout.COMMANDS_LITERAL_START),
      options: entry.run(layout.COMMANDS_OPTION_START, layout.SECTION_OPTIONS).map((option) => ({
        name: option.short(layout.OPTIONS_NAME),
        ...this.#use(
          this.#image.entry(layout.SECTION_USES, option.index(layout.OPTIONS_USE, layout.SECTION_USES)),
        ),
      })),
      operands: entry.run(layout.COMMANDS_OPERAND_START, layout.SECTION_OPERANDS).map((operand) => ({
        place: operand.u8(layout.OPERANDS_PLACE),
        role: this.#role(operand, layout.OPERANDS_ROLE),
      })),
    };
  }

  #actionOrNone(entry: Entry, offset: number): string | undefined {
    const index = entry.u32(offset);
    if (index === NONE) return undefined;
    if (index === INERT) return "none";
    const action = entry.index(offset, layout.SECTION_ACTIONS);
    return this.#image.entry(layout.SECTION_ACTIONS, action).ref(layout.ACTIONS_NAME);
  }

  /** A role, and the field beside it exactly if that is the role. */
  #role(entry: Entry, offset: number): ImageRole {
    const number = entry.u8(offset);
    const role = entry.word(offset, number, codes.WORD_ROLE_NAMES);
    if (number === codes.WORD_ROLE_FIELD) {
      return { role, field: this.#fieldName(entry, offset + 1, entry.u8(offset + 1)) };
    }
    entry.zero(offset + 1, entry.u8(offset + 1));
    return { role };
  }

  #literals(entry: Entry, offset: number): ImageLiteral[] {
    return entry.run(offset, layout.SECTION_LITERALS).map((literal) => ({
      field: this.#fieldName(literal, layout.LITERALS_FIELD, literal.u32(layout.LITERALS_FIELD)),
      text: literal.ref(layout.LITERALS_TEXT),
    }));
  }

  /** `{}` for an entry that is not limited to a pack. */
  #packOf(entry: Entry, offset: number): { readonly pack?: string } {
    if (entry.u32(offset) === NONE) return {};
    const index = entry.index(offset, layout.SECTION_PACKS);
    return { pack: this.#image.entry(layout.SECTION_PACKS, index).ref(layout.PACKS_NAME) };
  }

  #rule(entry: Entry): ImageRule {
    const kind = entry.word(layout.RULES_KIND, entry.u8(layout.RULES_KIND), codes.RULE_KIND_NAMES);
    const target = entry.u8(layout.RULES_TARGET);
    const maxima = { level: this.#maxima[target] ?? 0, flag: ROLE_MAX, label: 0, written: 0 };
    entry.zero(layout.RULES_RESERVED, entry.u32(layout.RULES_RESERVED));
    return {
      code: entry.ref(layout.RULES_CODE),
      layer: entry.word(layout.RULES_LAYER, entry.u8(layout.RULES_LAYER), codes.LAYER_NAMES),
      ...this.#packOf(entry, layout.RULES_PACK),
      kind,
      target:
        kind === "written"
          ? this.#textField(entry, target)
          : entry.word(layout.RULES_TARGET, target, TARGET_NAMES[kind]),
      value: entry.bounded(layout.RULES_VALUE, entry.u8(layout.RULES_VALUE), 0, maxima[kind]),
      clauses: this.#clauses(entry, layout.RULES_CLAUSE_START),
    };
  }

  #row(entry: Entry): ImageRow {
    const expiresMs = entry.i64(layout.ROWS_EXPIRES_MS);
    if (expiresMs < 0n || expiresMs > BigInt(Number.MAX_SAFE_INTEGER)) {
      entry.fail(layout.ROWS_EXPIRES_MS, "a time", expiresMs);
    }
    entry.zero(layout.ROWS_RESERVED, entry.u32(layout.ROWS_RESERVED));
    return {
      code: entry.ref(layout.ROWS_CODE),
      layer: entry.word(layout.ROWS_LAYER, entry.u8(layout.ROWS_LAYER), codes.LAYER_NAMES),
      ...this.#packOf(entry, layout.ROWS_PACK),
      kind: entry.word(layout.ROWS_KIND, entry.u8(layout.ROWS_KIND), codes.ROW_KIND_NAMES),
      verdict: entry.word(layout.ROWS_VERDICT, entry.u8(layout.ROWS_VERDICT), codes.VERDICT_NAMES),
      expiresMs: Number(expiresMs),
      obligations: this.#obligations(entry, layout.ROWS_OBLIGATION_START),
      clauses: this.#clauses(entry, layout.ROWS_CLAUSE_START),
    };
  }

  #clauses(entry: Entry, offset: number): ImagePredicate[][] {
    return entry
      .run(offset, layout.SECTION_CLAUSES)
      .map((clause) =>
        clause
          .run(layout.CLAUSES_PREDICATE_START, layout.SECTION_PREDICATES)
          .map((predicate) => this.#predicate(predicate)),
      );
  }

  #predicate(entry: Entry): ImagePredicate {
    const number = entry.u16(layout.PREDICATES_OPERAND);
    const operatorNumber = entry.u8(layout.PREDICATES_OPERATOR);
    const operand =
      codes.OPERAND_NAMES[number] ?? entry.fail(layout.PREDICATES_OPERAND, "an operand", number);
    const operator =
      codes.OPERATOR_NAMES[operatorNumber] ??
      entry.fail(layout.PREDICATES_OPERATOR, "an operator", operatorNumber);
    entry.zero(layout.PREDICATES_RESERVED, entry.u8(layout.PREDICATES_RESERVED));
    const isText = codes.OPERAND_VALUES[number] === "text";
    const values = entry
      .run(layout.PREDICATES_VALUE_START, layout.SECTION_VALUES)
      .map((value) => (isText ? value.ref(0) : value.i64(0)));
    const isBound = operatorNumber === codes.OPERATOR_GE || operatorNumber === codes.OPERATOR_LT;
    if (isBound && (isText || values.length !== 1)) {
      entry.fail(layout.PREDICATES_VALUE_START, "one number", values.length);
    }
    if (operatorNumber >= codes.OPERATOR_UNDER && !isText) {
      entry.fail(layout.PREDICATES_OPERATOR, "an operator for numbers", operator);
    }
    return { operand, operator, ...this.#param(entry, number, operatorNumber, isText), values };
  }

  #param(
    entry: Entry,
    operand: number,
    operator: number,
    isText: boolean,
  ): { readonly subject: number; readonly set?: string } {
    const offset = layout.PREDICATES_PARAM;
    const param = entry.u32(offset);
    const subject = param % 65_536;
    const setIndex = Math.floor(param / 65_536);
    if (operand === codes.OPERAND_FIELD_TEXT || operand === codes.OPERAND_FIELD_INT) {
      this.#fieldName(entry, offset, subject);
    } else if (operand === codes.OPERAND_PROVENANCE || operand === codes.OPERAND_WRITTEN) {
      this.#textField(entry, subject);
    } else {
      entry.bounded(offset, subject, 0, this.#subjectMax(operand));
    }
    if (operator === codes.OPERATOR_IN_SET || operator === codes.OPERATOR_NOT_IN_SET) {
      if (!isText) entry.fail(offset, "a set of texts for a text", operand);
      entry.bounded(offset, setIndex, 0, this.#image.count(layout.SECTION_SETS) - 1);
      return { subject, set: this.#image.entry(layout.SECTION_SETS, setIndex).ref(0) };
    }
    entry.bounded(offset, setIndex, 0, 0);
    return { subject };
  }

  #subjectMax(operand: number): number {
    if (operand === codes.OPERAND_LEVEL) return codes.AMPLIFIER_COUNT - 1;
    return operand === codes.OPERAND_SIGNAL ? this.#image.count(layout.SECTION_SIGNALS) - 1 : 0;
  }
}

/**
 * Decodes an image.
 *
 * @throws EngineError with one of the codes `image_too_large`, `image_magic`, `image_version`, `image_digest`,
 *   `image_structure`; `offset` says where in the file.
 */
export function readImage(bytes: Uint8Array): ImageContent {
  const image = new ImageBytes(bytes);
  return new ContentReader(image).read(hex(sha256(bytes)));
}
