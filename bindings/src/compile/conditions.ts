/** `when`: from a map of facts and tests to clauses of predicates. docs/format/evaluation.md, step 4, says what they do. */

import {
  OPERATOR_ABSENT,
  OPERATOR_DOMAIN_IN,
  OPERATOR_DOMAIN_NOT_IN,
  OPERATOR_GE,
  OPERATOR_IN,
  OPERATOR_IN_SET,
  OPERATOR_LT,
  OPERATOR_NAME_IN,
  OPERATOR_NAME_NOT_IN,
  OPERATOR_NOT_IN,
  OPERATOR_NOT_IN_SET,
  OPERATOR_NOT_UNDER,
  OPERATOR_PRESENT,
  OPERATOR_UNDER,
} from "../gen/codes.ts";
import { type Canonical, canonicalDomain, canonicalNamePattern, canonicalUnder } from "./canonical.ts";
import {
  type Fact,
  type Facts,
  factsOf,
  type Keyed,
  levelFact,
  MINUTE_OF_DAY,
  type TestName,
} from "./facts.ts";
import type { Place } from "./issues.ts";
import { largestOf, type Memory, type Signal } from "./memory.ts";
import { described, type MapTree, type Member, type Tree } from "./parse.ts";
import type { Sets } from "./sets.ts";
import type { Reader } from "./shape.ts";
import type { Action, Taxonomy } from "./taxonomy.ts";

export interface Predicate {
  readonly operand: number;
  readonly operator: number;
  /** Number of a field or an amplifier, index of a signal, else 0. */
  readonly param: number;
  /** Texts or numbers, as the operand says. */
  readonly values: readonly (string | bigint)[];
  /** The org set of in_set and not_in_set. */
  readonly set?: string;
}

export interface Condition {
  /** One of them must hold; none at all always holds. */
  readonly clauses: readonly (readonly Predicate[])[];
  /** The action must declare one field of each of these lists. */
  readonly needs: readonly (readonly string[])[];
  /** The action must be one of those of each. */
  readonly keyed: readonly Keyed[];
}

export const ALWAYS: Condition = { clauses: [], needs: [], keyed: [] };

export type EntryKind = "rule" | "gate" | "row" | "relax" | "tally";

const OPERATORS: Readonly<Record<TestName, number>> = {
  in: OPERATOR_IN,
  not_in: OPERATOR_NOT_IN,
  in_set: OPERATOR_IN_SET,
  not_in_set: OPERATOR_NOT_IN_SET,
  ge: OPERATOR_GE,
  lt: OPERATOR_LT,
  present: OPERATOR_PRESENT,
  absent: OPERATOR_ABSENT,
  under: OPERATOR_UNDER,
  not_under: OPERATOR_NOT_UNDER,
  name_in: OPERATOR_NAME_IN,
  name_not_in: OPERATOR_NAME_NOT_IN,
  domain_in: OPERATOR_DOMAIN_IN,
  domain_not_in: OPERATOR_DOMAIN_NOT_IN,
};

const INT_MIN = -(2n ** 63n);
const INT_MAX = 2n ** 63n - 1n;
/** What the names of signals have in front. */
const SIGNAL = "signal.";
const MINUTES_OF_DAY = 1440;
/** Clauses of one entry, after windows that pass midnight were taken apart. */
const CLAUSES_MAX = 256;

/** Predicates that must hold together, and further ones of which one group must hold as well. */
type Alternatives = readonly (readonly Predicate[])[];

function isTestName(key: string): key is TestName {
  return Object.hasOwn(OPERATORS, key);
}

/** Reads the conditions of one policy. */
export class ConditionReader {
  readonly #reader: Reader;
  readonly #facts: Facts;
  readonly #taxonomy: Taxonomy;
  readonly #sets: Sets;
  readonly #memory: Memory;

  constructor(reader: Reader, taxonomy: Taxonomy, sets: Sets, memory: Memory) {
    this.#reader = reader;
    this.#taxonomy = taxonomy;
    this.#facts = factsOf(taxonomy);
    this.#sets = sets;
    this.#memory = memory;
  }

  /** @param actions what the entry is about, to tell a field from a context fact of the same name. */
  read(tree: Tree | undefined, kind: EntryKind, actions: readonly Action[]): Condition {
    if (!tree) return ALWAYS;
    const map = this.#reader.map(tree, "conditions by fact");
    if (!map) return ALWAYS;
    const [first, ...others] = map.members;
    if (first?.key !== "any" && !others.some(({ key }) => key === "any"))
      return this.#clause(map, kind, actions);
    if (first?.key !== "any" || others.length > 0) {
      const fix = "put every condition into the maps of `any`";
      this.#reader.issues.fault(map.place, "`any` alone in its map", "other keys beside it", fix);
      return ALWAYS;
    }
    const items = this.#reader.list(first.value, "maps of which one must hold")?.items ?? [];
    if (items.length === 0) this.#reader.wrong(first.value, "at least one map", "add one, or remove `when`");
    const parts = items.flatMap((item) => {
      const part = this.#reader.map(item, "conditions by fact");
      return part ? [this.#clause(part, kind, actions)] : [];
    });
    return {
      clauses: parts.flatMap(({ clauses }) => clauses),
      needs: parts.flatMap(({ needs }) => needs),
      keyed: parts.flatMap(({ keyed }) => keyed),
    };
  }

  /** One map: all of its facts must hold. Windows that pass midnight make several clauses of it. */
  #clause(map: MapTree, kind: EntryKind, actions: readonly Action[]): Condition {
    if (map.members.length === 0) {
      const fix = "name one, or remove `when` if the entry always applies";
      this.#reader.issues.fault(map.place, "at least one fact", "an empty map", fix);
    }
    const needs: (readonly string[])[] = [];
    const keyed: Keyed[] = [];
    let clauses: (readonly Predicate[])[] = [[]];
    for (const member of map.members) {
      const alternatives = this.#member(member, kind, actions, needs, keyed);
      clauses = clauses.flatMap((clause) => alternatives.map((more) => [...clause, ...more]));
      if (clauses.length > CLAUSES_MAX) {
        const came = `${clauses.length}`;
        this.#reader.issues.fault(map.place, `at most ${CLAUSES_MAX} clauses`, came, "write several entries");
        return ALWAYS;
      }
    }
    return { clauses, needs, keyed };
  }

  #member(
    { key, keyPlace, value }: Member,
    kind: EntryKind,
    actions: readonly Action[],
    needs: (readonly string[])[],
    keyed: Keyed[],
  ): Alternatives {
    if (key.startsWith(SIGNAL)) return [this.#signal(key, keyPlace, value, kind, keyed)];
    if (key === "time") return this.#time(value);
    if (key === "level" || key === "flags_all") {
      this.#checkScored(key, kind, keyPlace);
      return [key === "level" ? this.#levels(value) : this.#all("flag", value)];
    }
    if (key === "labels_all") return [this.#all("label", value)];
    const fact = this.#facts.byKey.get(key);
    if (!fact) {
      this.#reader.issues.unknownName(keyPlace, "a field or fact", key, [
        ...this.#facts.keys,
        ...this.#memory.keys(),
      ]);
      return [[]];
    }
    if (fact.isScored) this.#checkScored(key, kind, keyPlace);
    this.#checkShared(key, keyPlace, actions);
    needs.push(...fact.needs);
    return [this.#tests(fact, value)];
  }

  #checkScored(key: string, kind: EntryKind, place: Place): void {
    if (kind !== "rule" && kind !== "tally") return;
    const fix = `use it in a gate or a row; ${kind === "rule" ? "rules run" : "a tally counts"} before the score`;
    this.#reader.issues.fault(place, "a fact that is known before scoring", JSON.stringify(key), fix);
  }

  /** `role` is the asker's role. Where every action also has a field of that name, somebody may have meant the field. */
  #checkShared(key: string, place: Place, actions: readonly Action[]): void {
    if (!this.#facts.shared.has(key) || actions.length === 0) return;
    if (!actions.every(({ fields }) => fields.has(key))) return;
    const fix = `write field.${key} for what the call sets, context.${key} for who asks and where`;
    this.#reader.issues.fault(place, "one meaning", `${JSON.stringify(key)}, which is a field here too`, fix);
  }

  /** A number about a history. A bound that every number meets, or none, is not meant. */
  #signal(key: string, place: Place, tree: Tree, kind: EntryKind, keyed: Keyed[]): Predicate[] {
    if (kind === "tally") {
      const fix = "ask for the signal in a rule, gate or row; a tally counts before any signal is known";
      this.#reader.issues.fault(place, "a fact of the call", JSON.stringify(key), fix);
      return [];
    }
    const signal = this.#memory.signal(key.slice(SIGNAL.length), place);
    if (!signal) return [];
    const fact = this.#memory.fact(signal);
    if (fact.keyed) keyed.push(fact.keyed);
    const predicates = this.#tests(fact, tree);
    this.#checkReached(predicates, signal, tree.place);
    return predicates;
  }

  #checkReached(predicates: readonly Predicate[], { id, measure }: Signal, place: Place): void {
    const most = largestOf(measure);
    for (const { operator, values } of predicates) {
      const [bound] = values;
      if (typeof bound !== "bigint" || (bound >= 1n && bound <= most)) continue;
      const test = operator === OPERATOR_GE ? "ge" : "lt";
      const wanted = `a bound from 1 to ${most}: signal.${id} is a number from 0 to ${most}`;
      this.#reader.issues.fault(place, wanted, `${test} ${bound}`, "choose a bound that tells numbers apart");
    }
  }

  #tests(fact: Fact, tree: Tree): Predicate[] {
    if (tree.kind === "text" && (tree.value === "present" || tree.value === "absent")) {
      return this.#test(fact, tree.value, tree.place, undefined);
    }
    if (tree.kind !== "map") return this.#test(fact, "in", tree.place, tree);
    if (tree.members.length === 0) this.#reader.wrong(tree, "a test", "name a test, such as in, or present");
    const predicates = tree.members.flatMap(({ key, keyPlace, value }) => {
      if (isTestName(key)) return this.#test(fact, key, keyPlace, value);
      this.#reader.issues.unknownName(keyPlace, `a test of ${fact.name}`, key, fact.tests);
      return [];
    });
    this.#checkPossible(predicates, tree.place);
    return predicates;
  }

  #checkPossible(predicates: readonly Predicate[], place: Place): void {
    const find = (operator: number): Predicate | undefined =>
      predicates.find((one) => one.operator === operator);
    const low = find(OPERATOR_GE)?.values[0];
    const high = find(OPERATOR_LT)?.values[0];
    if (typeof low === "bigint" && typeof high === "bigint" && low >= high) {
      this.#reader.issues.fault(
        place,
        "bounds that a number can meet",
        `ge ${low} and lt ${high}`,
        "swap them",
      );
    }
    if (find(OPERATOR_PRESENT) && find(OPERATOR_ABSENT)) {
      this.#reader.issues.fault(place, "present or absent", "both", "keep one of them");
    }
  }

  #test(fact: Fact, test: TestName, place: Place, tree: Tree | undefined): Predicate[] {
    const { operand, param } = fact;
    if (!fact.tests.includes(test)) {
      const wanted = `one of the tests of ${fact.name} (${fact.tests.join(", ")})`;
      this.#reader.issues.fault(place, wanted, test, "use one of these tests");
      return [];
    }
    const base = { operand, operator: OPERATORS[test], param };
    if (test === "present" || test === "absent") {
      if (tree && !(tree.kind === "bool" && tree.value)) {
        const other = test === "present" ? "absent" : "present";
        this.#reader.wrong(tree, "true", `write ${test}: true, or ${other}: true for the opposite`);
      }
      return [{ ...base, values: [] }];
    }
    if (!tree) return [];
    if (test === "in_set" || test === "not_in_set") {
      const name = this.#reader.text(tree, "the name of a set");
      if (name === undefined || fact.values.kind !== "text") return [];
      return this.#sets.use(name, fact.values, tree.place) ? [{ ...base, values: [], set: name }] : [];
    }
    if (test === "ge" || test === "lt") {
      const bound = this.#bound(tree);
      return bound === undefined ? [] : [{ ...base, values: [bound] }];
    }
    if (test === "in" || test === "not_in") this.#checkNoSet(fact, test, tree);
    return [{ ...base, values: this.#values(fact, test, tree) }];
  }

  /** A word alone that is a set's name was meant as the set; as text it would hardly ever be equal to anything. */
  #checkNoSet(fact: Fact, test: "in" | "not_in", tree: Tree): void {
    if (tree.kind !== "text" || fact.values.kind !== "text" || !this.#sets.has(tree.value)) return;
    const fix = `write ${test}_set: ${tree.value}, or ${test}: [${tree.value}] if the text itself is meant`;
    this.#reader.issues.fault(tree.place, "texts to compare with", `${tree.value}, the name of a set`, fix);
  }

  #bound(tree: Tree): bigint | undefined {
    if (tree.kind === "int" && tree.value >= INT_MIN && tree.value <= INT_MAX) return tree.value;
    this.#reader.wrong(tree, "a whole number of at most 63 bits", "write it in decimal digits");
    return undefined;
  }

  #values(fact: Fact, test: TestName, tree: Tree): (string | bigint)[] {
    const values = new Set<string | bigint>();
    for (const item of this.#reader.oneOrMany(tree)) {
      const value = this.#value(fact, test, item);
      if (value !== undefined) values.add(value);
    }
    return [...values];
  }

  #value(fact: Fact, test: TestName, tree: Tree): string | bigint | undefined {
    if (test === "under" || test === "not_under") return this.#canonical(tree, canonicalUnder);
    if (test === "name_in" || test === "name_not_in") return this.#canonical(tree, canonicalNamePattern);
    if (test === "domain_in" || test === "domain_not_in") return this.#canonical(tree, canonicalDomain);
    const { values } = fact;
    if (values.kind === "text") return this.#canonical(tree, values.canonical);
    if (values.kind === "int") return this.#bound(tree);
    if (values.kind === "bool") {
      const bool = this.#reader.bool(tree, fact.name);
      return bool === undefined ? undefined : BigInt(bool);
    }
    const number = tree.kind === "text" ? values.numbers.get(tree.value) : undefined;
    if (number !== undefined) return BigInt(number);
    const known = [...values.numbers.keys()];
    const wanted = `a word of ${fact.name} (${known.join(", ")})`;
    if (tree.kind === "text") this.#reader.issues.unknownName(tree.place, wanted, tree.value, known);
    else this.#reader.wrong(tree, wanted, "use one of the words");
    return undefined;
  }

  #canonical(tree: Tree, canonical: (text: string) => Canonical): string | undefined {
    // A number in a list of texts is what it looks like: an account 4711 is the text 4711.
    const text = tree.kind === "int" ? `${tree.value}` : tree.kind === "text" ? tree.value : undefined;
    if (text === undefined) {
      this.#reader.wrong(tree, "text", "put it in quotes");
      return undefined;
    }
    const value = canonical(text);
    if (typeof value === "string") return value;
    this.#reader.issues.fault(tree.place, value.wanted, described(tree), value.fix);
    return undefined;
  }

  #levels(tree: Tree): Predicate[] {
    const predicates: Predicate[] = [];
    for (const { key, keyPlace, value } of this.#reader.map(tree, "bounds by amplifier")?.members ?? []) {
      const amplifier = this.#taxonomy.amplifiers.get(key);
      if (amplifier) predicates.push(...this.#tests(levelFact(key, amplifier.number), value));
      else this.#reader.issues.unknownName(keyPlace, "an amplifier", key, this.#taxonomy.amplifiers.keys());
    }
    return predicates;
  }

  #all(name: "flag" | "label", tree: Tree): Predicate[] {
    const fact = this.#facts.byKey.get(name);
    if (!fact) return [];
    return (this.#reader.list(tree, `${name}s that must all be set`)?.items ?? []).flatMap((item) =>
      this.#test(fact, "in", item.place, item),
    );
  }

  /** A window of the day. Passing midnight, inside is two pieces and outside is one. */
  #time(tree: Tree): Alternatives {
    const map = this.#reader.map(tree, "a window of the day");
    if (!map) return [[]];
    const isOutside = map.members.some(({ key }) => key.startsWith("not_"));
    const keys = isOutside ? ["not_from", "not_to"] : ["from", "to"];
    const shape = this.#reader.shape(tree, "a window of the day", keys);
    const from = this.#minute(shape?.get(keys[0] ?? ""));
    const to = this.#minute(shape?.get(keys[1] ?? ""));
    if (from === undefined || to === undefined) return [[]];
    if (from === to) {
      const fix = "leave `time` out for the whole day";
      this.#reader.issues.fault(tree.place, "a window with two different ends", "the same minute twice", fix);
      return [[]];
    }
    // Outside from..to is inside to..from.
    const [start, end] = isOutside ? [to, from] : [from, to];
    const at = { operand: MINUTE_OF_DAY.operand, param: MINUTE_OF_DAY.param };
    const after: Predicate = { ...at, operator: OPERATOR_GE, values: [BigInt(start)] };
    const before: Predicate = { ...at, operator: OPERATOR_LT, values: [BigInt(end)] };
    if (end === 0) return [[after]];
    if (start === 0) return [[before]];
    return start < end ? [[after, before]] : [[after], [before]];
  }

  #minute(tree: Tree | undefined): number | undefined {
    if (!tree) return undefined;
    const parts = tree.kind === "text" ? /^([0-9]{2}):([0-9]{2})$/.exec(tree.value) : undefined;
    const minute = parts ? Number(parts[1]) * 60 + Number(parts[2]) : MINUTES_OF_DAY;
    if (minute < MINUTES_OF_DAY && Number(parts?.[2]) < 60) return minute;
    this.#reader.wrong(
      tree,
      'a time of day from "00:00" to "23:59"',
      "write it with two digits each, in quotes",
    );
    return undefined;
  }
}
