/**
 * Memory: kinds of histories, what is counted in them (tallies) and what is asked of them (signals). Base, profile and org
 * add to it, in this order; none changes what another one said. docs/format/cell.md has the meaning.
 */

import { encode } from "../codec/encode.ts";
import {
  CELL_SOURCE_CONTEXT,
  CELL_SOURCE_FIELDS,
  CELL_SOURCE_FREEZES,
  CONTEXT_KEY_NAMES,
  LAYER_ORG,
  SIGNAL_MEASURE_ACCELERATION,
  SIGNAL_MEASURE_AGE,
  SIGNAL_MEASURE_AVERAGE,
  SIGNAL_MEASURE_FOLLOWS,
  SIGNAL_MEASURE_LARGEST,
  SIGNAL_MEASURE_NAMES,
  SIGNAL_MEASURE_RATIO,
  SIGNAL_MEASURE_SINCE,
  SIGNAL_MEASURE_SUM,
  SIGNAL_MEASURE_TIER,
  SIGNAL_UNIT_AMOUNT,
  SIGNAL_UNIT_NAMES,
  TALLY_COUNTS_NAMES,
  TALLY_COUNTS_RAN,
  TIER_NAMES,
} from "../gen/codes.ts";
import { CELL_KINDS_MAX, CELL_TALLIES_MAX, WINDOW_S_MAX } from "../gen/limits.ts";
import { hex, sha256 } from "../sha256.ts";
import type { Condition, Predicate } from "./conditions.ts";
import type { EntryReader } from "./entries.ts";
import { type Fact, isText, signalFact } from "./facts.ts";
import { compareText, type Place } from "./issues.ts";
import { described, type Member, type Tree } from "./parse.ts";
import { type Reader, type Shape, sortedMembers } from "./shape.ts";
import type { Action, Taxonomy } from "./taxonomy.ts";

/** A kind of histories: whose they are. */
export interface CellKind {
  readonly name: string;
  readonly place: Place;
  readonly layer: number;
  /** Position in CELL_SOURCE_NAMES. */
  readonly source: number;
  /** The member of the context, or one or two fields: names, and numbers in the same order. */
  readonly keys: readonly string[];
  readonly keyNumbers: readonly number[];
}

export interface Tally {
  readonly id: string;
  readonly place: Place;
  readonly layer: number;
  readonly kind: CellKind;
  /** Position in TALLY_COUNTS_NAMES. */
  readonly counts: number;
  readonly actions: readonly Action[];
  /** In canonical order. */
  readonly condition: Condition;
  /** Follows from what it says, and not from its id or place. */
  readonly number: bigint;
}

export interface Signal {
  readonly id: string;
  readonly place: Place;
  readonly layer: number;
  readonly tally: Tally;
  /** Where the measure compares with no other one, the tally itself. */
  readonly other: Tally;
  readonly windowS: number;
  /** Positions in SIGNAL_MEASURE_NAMES and SIGNAL_UNIT_NAMES. */
  readonly measure: number;
  readonly of: number;
  readonly isCalm: boolean;
}

/** What an image holds of it. */
export interface MemoryTables {
  /** Kinds in which something is counted or learned, each with different tallies, ascending by number. */
  readonly kinds: readonly { readonly kind: CellKind; readonly tallies: readonly Tally[] }[];
  /** In the order of their indexes. */
  readonly signals: readonly Signal[];
}

const NAME = { pattern: /^[a-z][a-z0-9_]{0,62}$/, wanted: "a name of a-z, 0-9 and _" };
const ID = { pattern: /^[a-z][a-z0-9_]{2,63}$/, wanted: "an id of 3 to 64 characters of a-z, 0-9 and _" };
/** Members of the context that tell one asker from another. */
const CONTEXT_KEYS = ["session", "agent", "principal", "actor", "tenant"] as const;
/** In place of a member of the context: what people froze. */
const FREEZES = "freezes";
const KIND = "a kind of histories";
const TALLY = "a tally";
const SIGNAL = "a signal";
/** Keys that each must have besides its id, and keys that it can have. */
const TALLY_KEYS = [["cell"], ["on", "when", "counts"]] as const;
const SIGNAL_KEYS = [
  ["tally", "measure"],
  ["of", "other", "within", "missing"],
] as const;
const FIELDS_OF_KEY_MAX = 2;
const MISSING = ["unknown", "calm"];
const WINDOW = /^([1-9][0-9]{0,8})([smhd])$/;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const TALLY_TAG = new TextEncoder().encode("cmp1:tally\n");

const OF_UNITS: readonly number[] = [SIGNAL_MEASURE_SUM, SIGNAL_MEASURE_LARGEST, SIGNAL_MEASURE_AVERAGE];
const OF_TWO: readonly number[] = [SIGNAL_MEASURE_RATIO, SIGNAL_MEASURE_FOLLOWS];
const WITHOUT_WINDOW: readonly number[] = [SIGNAL_MEASURE_SINCE, SIGNAL_MEASURE_AGE];

/** The largest number that a measure gives. */
export function largestOf(measure: number): bigint {
  if (measure === SIGNAL_MEASURE_FOLLOWS) return 1n;
  if (measure === SIGNAL_MEASURE_TIER) return BigInt(TIER_NAMES.length - 1);
  return BigInt(Number.MAX_SAFE_INTEGER);
}

export class Memory {
  readonly #reader: Reader;
  readonly #taxonomy: Taxonomy;
  readonly #kinds = new Map<string, CellKind>();
  readonly #tallies = new Map<string, Tally>();
  readonly #signals = new Map<string, Signal>();
  /** What was read with a fault, such as `a tally money_out`: where it is used nothing more is said. */
  readonly #faulty = new Set<string>();
  /** Signals that some condition asks for. */
  readonly #asked = new Set<Signal>();

  constructor(reader: Reader, taxonomy: Taxonomy) {
    this.#reader = reader;
    this.#taxonomy = taxonomy;
  }

  /** Adds what a layer says under `memory`; before its conditions are read, which can ask for it. */
  define(tree: Tree | undefined, layer: number, entries: EntryReader): void {
    const shape = tree && this.#reader.shape(tree, "memory", [], ["cells", "tallies", "signals"]);
    const cells = shape?.get("cells");
    const kinds = cells && this.#reader.map(cells, "kinds of histories by name");
    for (const member of kinds ? sortedMembers(kinds) : []) this.#kind(member, layer);
    for (const item of this.#items(shape?.get("tallies"), "tallies")) {
      this.#add(item, TALLY, this.#tallies, TALLY_KEYS, (one, id) => this.#tally(one, id, layer, entries));
    }
    for (const item of this.#items(shape?.get("signals"), "signals")) {
      this.#add(item, SIGNAL, this.#signals, SIGNAL_KEYS, (one, id) => this.#signal(one, id, layer));
    }
  }

  #items(tree: Tree | undefined, what: string): readonly Tree[] {
    return (tree && this.#reader.list(tree, what))?.items ?? [];
  }

  #kind({ key, keyPlace, value }: Member, layer: number): void {
    const { count } = this.#reader.issues;
    if (!NAME.pattern.test(key)) {
      this.#reader.issues.fault(keyPlace, NAME.wanted, JSON.stringify(key), "rename the kind");
    }
    const of = this.#reader.shape(value, KIND, ["of"])?.get("of");
    const keys = of && (of.kind === "list" ? this.#fields(of) : this.#contextKey(of));
    if (!keys || this.#reader.issues.count > count) {
      this.#faulty.add(`${KIND} ${key}`);
      return;
    }
    const kind: CellKind = { name: key, place: keyPlace, layer, ...keys };
    const first = this.#kinds.get(key);
    if (!first) this.#kinds.set(key, kind);
    else if (first.source !== kind.source || first.keys.join() !== kind.keys.join()) {
      const wanted = `of ${written(first)}, as ${key} is at ${first.place.file}:${first.place.line}`;
      this.#reader.issues.fault(keyPlace, wanted, `of ${written(kind)}`, "give the second kind its own name");
    }
  }

  #contextKey(tree: Tree): Pick<CellKind, "source" | "keys" | "keyNumbers"> | undefined {
    if (tree.kind === "text" && this.#taxonomy.fields.has(tree.value)) {
      const wanted = `one of ${[...CONTEXT_KEYS, FREEZES].join(", ")}, or a list of fields`;
      this.#reader.issues.fault(tree.place, wanted, JSON.stringify(tree.value), `write [${tree.value}]`);
      return undefined;
    }
    if (tree.kind === "text" && tree.value === FREEZES)
      return { source: CELL_SOURCE_FREEZES, keys: [FREEZES], keyNumbers: [0] };
    const position = this.#reader.word(tree, "whose history it is, or a list of fields", CONTEXT_KEYS);
    if (position === undefined) return undefined;
    const name = CONTEXT_KEYS[position] as (typeof CONTEXT_KEYS)[number];
    return { source: CELL_SOURCE_CONTEXT, keys: [name], keyNumbers: [CONTEXT_KEY_NAMES.indexOf(name)] };
  }

  #fields(tree: Tree): Pick<CellKind, "source" | "keys" | "keyNumbers"> | undefined {
    const named = [...this.#reader.texts(tree, "field")];
    if (named.length < 1 || named.length > FIELDS_OF_KEY_MAX) {
      const fix = "name whose history it is";
      this.#reader.issues.fault(tree.place, "one field, or two", `${named.length}`, fix);
      return undefined;
    }
    const fields = named.flatMap(([name, place]) => {
      const field = this.#taxonomy.fields.get(name);
      if (field && isText(field)) return [field];
      const texts = [...this.#taxonomy.fields.values()].filter(isText).map((one) => one.name);
      if (!field) this.#reader.issues.unknownName(place, "a field with a text", name, texts);
      else {
        const fix = "histories are of names: of a receiver, an account, a path";
        this.#reader.issues.fault(place, "a field with a text", `${name}, which has a number`, fix);
      }
      return [];
    });
    if (fields.length < named.length) return undefined;
    const source = CELL_SOURCE_FIELDS;
    return { source, keys: fields.map(({ name }) => name), keyNumbers: fields.map(({ number }) => number) };
  }

  /** Reads an entry and adds it under its id, which is its own over all layers. */
  #add<T extends { readonly place: Place }>(
    tree: Tree,
    what: string,
    known: Map<string, T>,
    [required, optional]: readonly [required: readonly string[], optional: readonly string[]],
    read: (shape: Shape, id: string) => T | undefined,
  ): void {
    const { issues } = this.#reader;
    const { count } = issues;
    const shape = this.#reader.shape(tree, what, ["id", ...required], optional);
    const id = this.#reader.text(shape?.get("id"), "an id", ID);
    if (!shape || id === undefined) return;
    const one = read(shape, id);
    const first = known.get(id)?.place;
    if (first) {
      const came = `${JSON.stringify(id)}, used at ${first.file}:${first.line}`;
      const fix = "rename one of the two; a layer adds to what lies below it and changes nothing of it";
      issues.fault(shape.placeOf("id"), "an id that is used once", came, fix);
    } else if (one && issues.count === count) known.set(id, one);
    else this.#faulty.add(`${what} ${id}`);
  }

  #tally(shape: Shape, id: string, layer: number, entries: EntryReader): Tally | undefined {
    const kind = this.#known(shape.get("cell"), KIND, this.#kinds);
    const counts = this.#reader.word(shape.get("counts"), "what counts", TALLY_COUNTS_NAMES);
    if (!kind) return undefined;
    if (kind.source === CELL_SOURCE_FREEZES) {
      const fix = "count in histories of somebody";
      this.#reader.issues.fault(shape.placeOf("cell"), "histories in which calls count", kind.name, fix);
    }
    const keys = kind.source === CELL_SOURCE_FIELDS ? kind.keys.map((key) => [key]) : [];
    const about = entries.about(shape, "tally", { layer }, keys);
    const clauses = inOrder(about.condition.clauses.map(clauseInOrder), saidClause);
    const condition = { ...about.condition, clauses };
    const said = { kind, counts: counts ?? TALLY_COUNTS_RAN, actions: about.actions, condition };
    return { id, place: shape.placeOf("id"), layer, ...said, number: numberOf(said) };
  }

  #signal(shape: Shape, id: string, layer: number): Signal | undefined {
    const tally = this.#known(shape.get("tally"), TALLY, this.#tallies);
    const measure = this.#reader.word(shape.get("measure"), "a measure", SIGNAL_MEASURE_NAMES);
    const missing = this.#reader.word(shape.get("missing"), "what holds where no memory is kept", MISSING);
    if (measure === undefined) return undefined;
    const ofTree = this.#belonging(shape, "of", measure, OF_UNITS.includes(measure));
    const of = this.#reader.word(ofTree, "what of an event is measured", SIGNAL_UNIT_NAMES);
    const otherTree = this.#belonging(shape, "other", measure, OF_TWO.includes(measure));
    const other = this.#known(otherTree, TALLY, this.#tallies);
    const hasWindow = !WITHOUT_WINDOW.includes(measure);
    const windowS = this.#window(this.#belonging(shape, "within", measure, hasWindow), measure);
    if (!tally) return undefined;
    if (other && other.kind !== tally.kind) {
      const wanted = `a tally of the histories ${tally.kind.name}, as ${tally.id} is`;
      const came = `${other.id}, of ${other.kind.name}`;
      this.#reader.issues.fault(shape.placeOf("other"), wanted, came, "count both in one kind of histories");
    }
    if (of === SIGNAL_UNIT_AMOUNT && !tally.actions.some(({ fields }) => fields.has("amount_minor"))) {
      const wanted = "a tally of actions with an amount";
      const came = `${tally.id}, of whose actions none declares amount_minor`;
      this.#reader.issues.fault(shape.placeOf("of"), wanted, came, "measure units, or count other actions");
    }
    return {
      id,
      place: shape.placeOf("id"),
      layer,
      tally,
      other: other ?? tally,
      windowS: windowS ?? WINDOW_S_MAX,
      measure,
      of: of ?? SIGNAL_UNIT_AMOUNT,
      isCalm: missing === MISSING.indexOf("calm"),
    };
  }

  #known<T>(tree: Tree | undefined, what: string, known: ReadonlyMap<string, T>): T | undefined {
    const name = this.#reader.text(tree, what);
    const found = name === undefined ? undefined : known.get(name);
    if (tree && name !== undefined && !found && !this.#faulty.has(`${what} ${name}`)) {
      const wanted = `${what} of this layer or one below`;
      this.#reader.issues.unknownName(tree.place, wanted, name, known.keys());
    }
    return found;
  }

  /** A member that some measures need and no other one has. */
  #belonging(shape: Shape, key: string, measure: number, isNeeded: boolean): Tree | undefined {
    const value = shape.get(key);
    const name = SIGNAL_MEASURE_NAMES[measure];
    if (isNeeded && !value) {
      const wanted = `the key ${key} of a signal with the measure ${name}`;
      this.#reader.issues.fault(shape.place, wanted, "no such key", `add ${key}`);
    } else if (!isNeeded && value) {
      const wanted = `no ${key} of a signal with the measure ${name}`;
      this.#reader.issues.fault(shape.placeOf(key), wanted, described(value), "remove it");
    }
    return isNeeded ? value : undefined;
  }

  #window(tree: Tree | undefined, measure: number): number | undefined {
    if (!tree) return undefined;
    const [, count, unit] = (tree.kind === "text" ? WINDOW.exec(tree.value) : undefined) ?? [];
    if (count === undefined || unit === undefined) {
      this.#reader.wrong(tree, "a time such as 90s, 15m, 24h or 7d", "write a whole number and s, m, h or d");
      return undefined;
    }
    const seconds = Number(count) * (SECONDS[unit] as number);
    // It is compared with the time before it, and no history goes further back than 31 days.
    const isHalf = measure === SIGNAL_MEASURE_ACCELERATION;
    const max = isHalf ? WINDOW_S_MAX / 2 : WINDOW_S_MAX;
    if (seconds <= max) return seconds;
    const wanted = `at most ${isHalf ? `${max / 3600}h, half of 31d` : `${max / 86_400}d`}`;
    this.#reader.wrong(tree, wanted, "shorten it: histories hold 31 days");
    return undefined;
  }

  /** `signal.money_out_day` and so on. */
  keys(): string[] {
    return [...this.#signals.keys()].map((id) => `signal.${id}`);
  }

  /** The signal that a condition names at a place; one that is not known is reported. */
  signal(id: string, place: Place): Signal | undefined {
    const found = this.#signals.get(id);
    if (!found && !this.#faulty.has(`${SIGNAL} ${id}`)) {
      const wanted = `${SIGNAL} of this layer or one below`;
      this.#reader.issues.unknownName(place, wanted, `signal.${id}`, this.keys());
    }
    return found;
  }

  /** The fact that a condition asks for, which counts as a use. */
  fact(signal: Signal): Fact {
    this.#asked.add(signal);
    const { kind } = signal.tally;
    const index = [...this.#signals.keys()].indexOf(signal.id);
    const name = `signal.${signal.id}`;
    if (kind.source === CELL_SOURCE_CONTEXT) return signalFact(name, index);
    // Calls of other actions have no key, so their signal is never known.
    const counted = [...this.#tallies.values()].filter((tally) => tally.kind === kind);
    const actions = new Set(counted.flatMap((tally) => tally.actions.map((action) => action.name)));
    return signalFact(name, index, { kind: kind.name, actions });
  }

  /** What the image holds. Call it after every condition was read. */
  tables(): MemoryTables {
    const tallies = [...this.#tallies.values()];
    const kinds = [...this.#kinds.values()].flatMap((kind) => {
      const own = tallies.filter((tally) => tally.kind === kind);
      const different = [...new Map(own.map((tally) => [tally.number, tally])).values()];
      return own.length === 0 && !learns(kind) ? [] : [{ kind, tallies: different.sort(byNumber) }];
    });
    this.#checkCounts(kinds);
    this.#reportUnused();
    return { kinds, signals: [...this.#signals.values()] };
  }

  #checkCounts(kinds: MemoryTables["kinds"]): void {
    const { issues } = this.#reader;
    const late = kinds[CELL_KINDS_MAX];
    if (late) {
      const wanted = `at most ${CELL_KINDS_MAX} kinds of histories in which something is counted`;
      issues.fault(late.kind.place, wanted, `${kinds.length}`, "count in fewer kinds");
    }
    for (const { kind, tallies } of kinds) {
      if (tallies.length <= CELL_TALLIES_MAX) continue;
      const seen = new Set<bigint>();
      const last = [...this.#tallies.values()].find(
        (tally) => tally.kind === kind && seen.add(tally.number).size > CELL_TALLIES_MAX,
      );
      const wanted = `at most ${CELL_TALLIES_MAX} different tallies of ${kind.name}`;
      const fix = "count less, or in another kind of histories";
      issues.fault(last?.place ?? kind.place, wanted, `${tallies.length}`, fix);
    }
  }

  /** What only an org says, only the org can use. Base and profiles say things for those above them. */
  #reportUnused(): void {
    const [tallies, signals] = [[...this.#tallies.values()], [...this.#signals.values()]];
    const used = new Set<CellKind | Tally | Signal>([
      ...tallies.map(({ kind }) => kind),
      ...[...this.#kinds.values()].filter(learns),
      ...signals.flatMap(({ tally, other }) => [tally, other]),
      ...this.#asked,
    ]);
    for (const [wanted, items] of [
      ["a kind that some tally counts in", this.#kinds],
      ["a tally that some signal measures", this.#tallies],
      ["a signal that some condition asks for", this.#signals],
    ] as const) {
      for (const [name, item] of items) {
        if (item.layer !== LAYER_ORG || used.has(item)) continue;
        const came = `${name}, which none does`;
        this.#reader.issues.warning(item.place, "unused-memory", wanted, came, "use it, or remove it");
      }
    }
  }
}

/** Whether such histories are kept even if nothing is counted in them. */
function learns({ source, keys }: CellKind): boolean {
  return source === CELL_SOURCE_FREEZES || (source === CELL_SOURCE_CONTEXT && keys[0] === "session");
}

function written({ source, keys }: CellKind): string {
  return source !== CELL_SOURCE_FIELDS ? (keys[0] as string) : `[${keys.join(", ")}]`;
}

function byNumber(one: Tally, other: Tally): number {
  return one.number < other.number ? -1 : 1;
}

/** Items in the order of the CMP/1 bytes of what they say, each once: what says the same is written in one way. */
function inOrder<T>(items: readonly T[], said: (item: T) => unknown): T[] {
  const byBytes = new Map(items.map((item) => [hex(encode(said(item))), item]));
  return [...byBytes].sort(([one], [other]) => compareText(one, other)).map(([, item]) => item);
}

function clauseInOrder(clause: readonly Predicate[]): Predicate[] {
  const predicates = clause.map((one) => ({ ...one, values: inOrder(one.values, (value) => value) }));
  return inOrder(predicates, saidPredicate);
}

/** A set by its name: another member of it is no other tally. */
function saidPredicate({ operand, operator, param, set, values }: Predicate): unknown {
  return [operand, operator, param, set ?? "", values];
}

function saidClause(clause: readonly Predicate[]): unknown {
  return clause.map(saidPredicate);
}

/** docs/format/cell.md, section 3. */
function numberOf({
  kind,
  counts,
  actions,
  condition,
}: Pick<Tally, "kind" | "counts" | "actions" | "condition">): bigint {
  const names = actions.map(({ name }) => name).sort(compareText);
  const said = encode([kind.name, kind.source, kind.keys, counts, names, condition.clauses.map(saidClause)]);
  const bytes = new Uint8Array(TALLY_TAG.length + said.length);
  bytes.set(TALLY_TAG);
  bytes.set(said, TALLY_TAG.length);
  return new DataView(sha256(bytes).buffer).getBigUint64(0, true);
}
