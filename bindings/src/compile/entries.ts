/** Rules, gates, rows and relax entries: what they are about, when they apply, what they do. */

import {
  EFFECT_NAMES,
  LABEL_NAMES,
  OPERAND_AMOUNT_REF,
  OPERAND_FIELD_INT,
  OPERAND_FIELD_TEXT,
  OPERAND_HOST_SCOPE,
  OPERAND_LABEL,
  OPERAND_PATH_SCOPE,
  OPERAND_PROVENANCE,
  OPERAND_RECIPIENT_SCOPE,
  OPERAND_URL_HOST,
  OPERAND_URL_IDN,
  OPERAND_URL_SCHEME,
  OPERAND_URL_USERINFO,
  OPERATOR_DOMAIN_IN,
  OPERATOR_IN,
  OPERATOR_IN_SET,
  OPERATOR_LT,
  OPERATOR_NAME_IN,
  OPERATOR_UNDER,
  PROVENANCE_NAMES,
  PROVENANCE_USER,
  VERDICT_ALLOW,
  VERDICT_DENY,
  VERDICT_NAMES,
} from "../gen/codes.ts";
import { type Condition, ConditionReader, type EntryKind, type Predicate } from "./conditions.ts";
import { isText } from "./facts.ts";
import type { Place } from "./issues.ts";
import type { Memory } from "./memory.ts";
import { type Obligation, readObligations } from "./obligations.ts";
import { plain, type Tree } from "./parse.ts";
import type { Sets } from "./sets.ts";
import type { Reader, Shape } from "./shape.ts";
import { type Action, actionOf, engineCodes, type Field, flagBits, type Taxonomy } from "./taxonomy.ts";

/** A call that shows when an entry matches, as its file has it. */
export interface ExampleCall {
  /** Code of the entry. */
  readonly code: string;
  /** passes: the entry must not match; violates: it must. */
  readonly expected: "passes" | "violates";
  readonly call: Readonly<Record<string, unknown>>;
  readonly place: Place;
}

interface EntryBase {
  /** Id as records name it: of a pack's rule with the pack's name in front. */
  readonly code: string;
  readonly reason: string;
  readonly place: Place;
  /** Position in LAYER_NAMES. */
  readonly layer: number;
  /** The pack whose mappings it is limited to. */
  readonly pack: string | undefined;
  readonly actions: readonly Action[];
  readonly condition: Condition;
}

export interface Rule extends EntryBase {
  /** Amplifier number and level. */
  readonly raises: readonly { readonly target: number; readonly level: number }[];
  /** Flag number and role (0 primary, 1 secondary). */
  readonly adds: readonly { readonly target: number; readonly role: number }[];
  /** Numbers of labels that the session gets. */
  readonly labels: readonly number[];
  /** Numbers of fields whose values the session has then written. */
  readonly writes: readonly number[];
}

export interface Row extends EntryBase {
  readonly kind: "gate" | "row" | "relax";
  /** Position in VERDICT_NAMES. */
  readonly verdict: number;
  readonly obligations: readonly Obligation[];
  /** 0: never. */
  readonly expiresMs: number;
  readonly owner: string | undefined;
}

/** Where entries come from. */
export interface Origin {
  readonly layer: number;
  readonly pack?: string;
  /** The actions that the pack maps to: its rules can apply to no others. */
  readonly mapped?: ReadonlySet<string>;
  /** For relax: the day the org file is dated, in days since 1970-01-01. */
  readonly datedDays?: number;
}

const ID = { pattern: /^[a-z][a-z0-9_]{2,63}$/, wanted: "an id of 3 to 64 characters of a-z, 0-9 and _" };
const REASON = { bytesMax: 1024 };
const RELAX_DAYS_MAX = 366;
const DAY_MS = 86_400_000;
const ENGINE_CODES: ReadonlySet<string> = new Set(engineCodes());
const SCORED_VERDICTS = VERDICT_NAMES.slice(0, VERDICT_DENY);
/** What a rule can do; at least one of these. */
const RULE_EFFECTS = ["raise", "add", "label", "wrote"];

/** Facts that describe what the call does, so that a relax entry on them is about something. */
const CALL_OPERANDS: ReadonlySet<number> = new Set([
  OPERAND_FIELD_TEXT,
  OPERAND_FIELD_INT,
  OPERAND_AMOUNT_REF,
  OPERAND_RECIPIENT_SCOPE,
  OPERAND_PATH_SCOPE,
  OPERAND_URL_SCHEME,
  OPERAND_URL_HOST,
  OPERAND_HOST_SCOPE,
  OPERAND_URL_USERINFO,
  OPERAND_URL_IDN,
  OPERAND_PROVENANCE,
]);

/** Tests that leave only listed values or bounded amounts. */
const BOUNDING_OPERATORS: ReadonlySet<number> = new Set([
  OPERATOR_IN,
  OPERATOR_IN_SET,
  OPERATOR_LT,
  OPERATOR_UNDER,
  OPERATOR_NAME_IN,
  OPERATOR_DOMAIN_IN,
]);

function isBounded(clause: readonly Predicate[]): boolean {
  return clause.some(
    ({ operand, operator }) => CALL_OPERANDS.has(operand) && BOUNDING_OPERATORS.has(operator),
  );
}

/** The actions of `on`, and which of them were named one by one. */
interface Selection {
  readonly actions: readonly Action[];
  readonly named: ReadonlyMap<string, Place>;
}

export class EntryReader {
  readonly #reader: Reader;
  readonly #taxonomy: Taxonomy;
  readonly #conditions: ConditionReader;
  readonly #memory: Memory;
  /** Every code of the image and where it was first used. */
  readonly #codes = new Map<string, Place>();
  readonly calls: ExampleCall[] = [];

  constructor(reader: Reader, taxonomy: Taxonomy, sets: Sets, memory: Memory) {
    this.#reader = reader;
    this.#taxonomy = taxonomy;
    this.#conditions = new ConditionReader(reader, taxonomy, sets, memory);
    this.#memory = memory;
  }

  /** Reads `memory` of a layer, whose other entries can ask for its signals afterwards. */
  memory(tree: Tree | undefined, layer: number): void {
    this.#memory.define(tree, layer, this);
  }

  rules(tree: Tree | undefined, origin: Origin): Rule[] {
    return this.#items(tree, "rules").flatMap((item) => this.#rule(item, origin) ?? []);
  }

  gates(tree: Tree | undefined, origin: Origin): Row[] {
    return this.#items(tree, "gates").flatMap((item) => {
      const shape = this.#reader.shape(
        item,
        "a gate",
        ["id", "when", "reason"],
        ["on", "passes", "violates"],
      );
      const base = shape && this.#base(shape, "gate", origin);
      if (!base) return [];
      return [
        { ...base, kind: "gate", verdict: VERDICT_DENY, obligations: [], expiresMs: 0, owner: undefined },
      ];
    });
  }

  rows(tree: Tree | undefined, origin: Origin): Row[] {
    return this.#items(tree, "rows").flatMap((item) => this.#row(item, origin) ?? []);
  }

  relaxes(tree: Tree | undefined, origin: Origin): Row[] {
    return this.#items(tree, "relax entries").flatMap((item) => this.#relax(item, origin) ?? []);
  }

  #items(tree: Tree | undefined, what: string): readonly Tree[] {
    return (tree && this.#reader.list(tree, what))?.items ?? [];
  }

  #rule(tree: Tree, origin: Origin): Rule | undefined {
    const optional = ["on", "when", ...RULE_EFFECTS, "passes", "violates"];
    const shape = this.#reader.shape(tree, "a rule", ["id", "reason"], optional);
    const writes = shape ? this.#writes(shape.get("wrote")) : [];
    const keys = writes.map(({ name }) => [name]);
    const base = shape && this.#base(shape, "rule", origin, keys);
    if (!base) return undefined;
    const raises = this.#raises(shape.get("raise"));
    const adds = this.#adds(shape.get("add"));
    const labels = this.#labels(shape.get("label"));
    if (!RULE_EFFECTS.some((key) => shape.get(key))) {
      const fix = "say what it raises, adds or labels, or what it notes as written";
      this.#reader.issues.fault(shape.place, RULE_EFFECTS.join(", "), "a rule that does nothing", fix);
    }
    return { ...base, raises, adds, labels, writes: writes.map(({ number }) => number) };
  }

  #labels(tree: Tree | undefined): number[] {
    const items = tree ? this.#reader.oneOrMany(tree) : [];
    return items.flatMap((item) => this.#reader.word(item, "a label", LABEL_NAMES) ?? []);
  }

  /** Fields with texts. */
  #writes(tree: Tree | undefined): Field[] {
    const fields = [...this.#taxonomy.fields.values()].filter(isText);
    return (tree ? this.#reader.oneOrMany(tree) : []).flatMap((item) => {
      const name = this.#reader.text(item, "a field with a text");
      const field = fields.find((one) => one.name === name);
      const names = fields.map((one) => one.name);
      if (name !== undefined && !field)
        this.#reader.issues.unknownName(item.place, "a field with a text", name, names);
      return field ?? [];
    });
  }

  #raises(tree: Tree | undefined): { target: number; level: number }[] {
    const { amplifiers } = this.#taxonomy;
    return ((tree && this.#reader.map(tree, "levels by amplifier"))?.members ?? []).flatMap((member) => {
      const amplifier = amplifiers.get(member.key);
      if (!amplifier) {
        this.#reader.issues.unknownName(member.keyPlace, "an amplifier", member.key, amplifiers.keys());
        return [];
      }
      const level = this.#reader.int(member.value, `a level of ${member.key}`, 1, amplifier.max);
      return level === undefined ? [] : [{ target: amplifier.number, level }];
    });
  }

  #adds(tree: Tree | undefined): { target: number; role: number }[] {
    const shape = tree && this.#reader.shape(tree, "flags by role", [], ["primary", "secondary"]);
    return ["primary", "secondary"].flatMap((key, role) => {
      const bits = flagBits(this.#reader, shape?.get(key), this.#taxonomy.flags);
      const numbers = [...this.#taxonomy.flags.values()].map(({ number }) => number);
      return numbers.filter((number) => ((bits >> number) & 1) === 1).map((target) => ({ target, role }));
    });
  }

  #row(tree: Tree, origin: Origin): Row | undefined {
    const optional = ["on", "when", "obligations", "owner", "passes", "violates"];
    const shape = this.#reader.shape(tree, "a row", ["id", "verdict", "reason"], optional);
    const base = shape && this.#base(shape, "row", origin);
    if (!base) return undefined;
    const verdict = this.#reader.word(shape.get("verdict"), "a verdict", VERDICT_NAMES);
    const obligations = readObligations(this.#reader, shape.get("obligations"));
    if (verdict === VERDICT_ALLOW && obligations.length === 0) {
      const fix =
        "add obligations, or make it review or deny; only a relax entry of the org can lower a verdict";
      this.#reader.issues.fault(shape.placeOf("verdict"), "a row that does something", "allow alone", fix);
    }
    const owner = this.#reader.text(shape.get("owner"), "who answers for the row");
    return { ...base, kind: "row", verdict: verdict ?? VERDICT_DENY, obligations, expiresMs: 0, owner };
  }

  #relax(tree: Tree, origin: Origin): Row | undefined {
    const required = ["id", "on", "when", "verdict", "owner", "reason", "expires"];
    const shape = this.#reader.shape(tree, "a relax entry", required, ["passes", "violates"]);
    const base = shape && this.#base(shape, "relax", origin);
    if (!base) return undefined;
    const verdict = this.#reader.word(shape.get("verdict"), "a verdict", SCORED_VERDICTS);
    const owner = this.#reader.text(shape.get("owner"), "who answers for it");
    const days = this.#reader.date(shape.get("expires"), "the day it ends");
    if (days !== undefined && origin.datedDays !== undefined) {
      const left = days - origin.datedDays;
      if (left < 1 || left > RELAX_DAYS_MAX) {
        const wanted = `an end 1 to ${RELAX_DAYS_MAX} days after the file's \`dated\``;
        const came = left < 1 ? "a day that is over by then" : `${left} days`;
        this.#reader.issues.fault(shape.placeOf("expires"), wanted, came, "choose a day in these bounds");
      }
    }
    if (base.condition.clauses.some((clause) => !isBounded(clause))) {
      const wanted =
        "a test in every clause that bounds the call by a field or amount (in, in_set, lt, under, …)";
      this.#reader.issues.fault(
        shape.placeOf("when"),
        wanted,
        "a clause without one",
        "say what may be lowered",
      );
    }
    this.#checkLearned(base.condition, shape.placeOf("when"));
    const row = { kind: "relax" as const, verdict: verdict ?? VERDICT_DENY, obligations: [], owner };
    return { ...base, ...row, expiresMs: (days ?? 0) * DAY_MS };
  }

  /** Of what a session learned, only one thing calms: that the user typed a value. */
  #checkLearned({ clauses }: Condition, place: Place): void {
    for (const { operand, operator, values } of clauses.flat()) {
      if (operand === OPERAND_LABEL) {
        const fix = "write a row that reviews what must not pass";
        this.#reader.issues.fault(place, "facts that can calm", "label, which never does", fix);
      }
      const isUser = operator === OPERATOR_IN && values.every((value) => value === BigInt(PROVENANCE_USER));
      if (operand !== OPERAND_PROVENANCE || isUser) continue;
      const came = values.map((value) => PROVENANCE_NAMES[Number(value)]).join(", ");
      const wanted = "provenance: [user], which alone calms";
      this.#reader.issues.fault(
        place,
        wanted,
        `${operator === OPERATOR_IN ? "" : "not "}${came}`,
        "write [user]",
      );
    }
  }

  /** What all entries have: id, reason, actions, condition, example calls. */
  #base(
    shape: Shape,
    kind: EntryKind,
    origin: Origin,
    keys: readonly (readonly string[])[] = [],
  ): EntryBase | undefined {
    const id = this.#reader.text(shape.get("id"), "an id", ID);
    const reason = this.#reader.text(shape.get("reason"), "a reason", REASON) ?? "";
    const { actions, condition } = this.about(shape, kind, origin, keys);
    if (id === undefined) return undefined;
    const code = origin.pack === undefined ? id : `${origin.pack}.${id}`;
    const place = shape.placeOf("id");
    this.#claimCode(code, place);
    this.#readCalls(code, shape);
    return { code, reason, place, layer: origin.layer, pack: origin.pack, actions, condition };
  }

  /**
   * The actions that an entry is about, and its condition.
   * @param keys fields that the actions must declare besides those of `when`.
   */
  about(
    shape: Shape,
    kind: EntryKind,
    origin: Origin,
    keys: readonly (readonly string[])[] = [],
  ): Pick<EntryBase, "actions" | "condition"> {
    const faultsBefore = this.#reader.issues.count;
    const { actions, named } = this.#selection(shape.get("on"), kind);
    const condition = this.#conditions.read(shape.get("when"), kind, shape.get("on") ? actions : []);
    // After a fault in `on` or `when` nobody knows what the entry is about.
    if (this.#reader.issues.count > faultsBefore) return { actions: [], condition };
    const needed = { ...condition, needs: [...condition.needs, ...keys] };
    return { actions: this.#applicable(actions, named, needed, origin, shape, keys.length > 0), condition };
  }

  #claimCode(code: string, place: Place): void {
    const first = this.#codes.get(code);
    if (first) {
      const came = `${JSON.stringify(code)}, used at ${first.file}:${first.line}`;
      this.#reader.issues.fault(place, "an id that is used once", came, "rename one of the two");
    } else if (ENGINE_CODES.has(code)) {
      this.#reader.issues.fault(
        place,
        "an id of its own",
        `${JSON.stringify(code)}, a code of the engine`,
        "rename it",
      );
    } else {
      this.#codes.set(code, place);
    }
  }

  #selection(tree: Tree | undefined, kind: EntryKind): Selection {
    const { actions: all } = this.#taxonomy;
    const named = new Map<string, Place>();
    if (!tree) return { actions: all, named };
    const shape =
      kind === "relax"
        ? this.#reader.shape(tree, "`on` of a relax entry", ["actions"])
        : this.#reader.shape(tree, "`on`", [], ["actions", "domains", "effects", "except"]);
    if (!shape) return { actions: all, named };
    const chosen = new Set<string>();
    for (const [name, place] of this.#reader.texts(shape.get("actions"), "action")) {
      const found = this.#named(name, place, kind !== "relax");
      for (const action of found) chosen.add(action);
      if (found.length === 1 && found[0] === name) named.set(name, place);
    }
    for (const [name, place] of this.#reader.texts(shape.get("domains"), "domain")) {
      if (!this.#taxonomy.domains.has(name)) {
        this.#reader.issues.unknownName(place, "a domain", name, this.#taxonomy.domains);
      }
      for (const action of all) if (action.domain === name) chosen.add(action.name);
    }
    for (const item of this.#items(shape.get("effects"), "effects")) {
      const effect = this.#reader.word(item, "an effect", EFFECT_NAMES);
      for (const action of all) if (action.effect === effect) chosen.add(action.name);
    }
    const narrows = ["actions", "domains", "effects"].some((key) => shape.get(key));
    if (!narrows) for (const action of all) chosen.add(action.name);
    for (const [name, place] of this.#reader.texts(shape.get("except"), "action")) {
      for (const action of this.#named(name, place, true)) chosen.delete(action);
    }
    return { actions: all.filter(({ name }) => chosen.has(name)), named };
  }

  /** Names of the actions that `domain.verb` or `domain.*` means. */
  #named(name: string, place: Place, allowsStar: boolean): string[] {
    const domain = /^([^.*]+)\.\*$/.exec(name)?.[1];
    if (domain === undefined || !allowsStar) {
      const action = actionOf(this.#taxonomy, name, place, this.#reader.issues);
      return action ? [action.name] : [];
    }
    if (!this.#taxonomy.domains.has(domain)) {
      this.#reader.issues.unknownName(place, "a domain before .*", domain, this.#taxonomy.domains);
    }
    return this.#taxonomy.actions.filter((action) => action.domain === domain).map((action) => action.name);
  }

  /** Of the chosen actions those that have what the condition asks for. */
  #applicable(
    actions: readonly Action[],
    named: ReadonlyMap<string, Place>,
    { needs, keyed }: Condition,
    { pack, mapped }: Origin,
    shape: Shape,
    hasKey: boolean,
  ): Action[] {
    const missingOf = ({ name, fields }: Action): string[] => {
      const missing = needs.filter((alternatives) => !alternatives.some((field) => fields.has(field)));
      const undeclared = missing.map((alternatives) => alternatives.join(" or ")).join(", ");
      const uncounted = keyed.filter((one) => !one.actions.has(name)).map(({ kind }) => kind);
      return [
        ...(missing.length === 0 ? [] : [`does not declare ${undeclared}`]),
        ...(uncounted.length === 0 ? [] : [`no tally of ${uncounted.join(" or ")} counts`]),
      ];
    };
    const kept = actions.filter((action) => missingOf(action).length === 0);
    for (const action of actions) {
      const place = named.get(action.name);
      const missing = missingOf(action);
      if (place === undefined || missing.length === 0) continue;
      const came = `${action.name}, which ${missing.join(", and which ")}`;
      const fix = "remove it from `on`, or write an entry of its own";
      this.#reader.issues.warning(place, "idle-action", "an action that has the fields of `when`", came, fix);
    }
    const reached = mapped ? kept.filter(({ name }) => mapped.has(name)) : kept;
    if (reached.length === 0) {
      const counted = keyed.map(({ kind }) => ` and that some tally of ${kind} counts`);
      const wanted = mapped
        ? `an action that pack ${pack} maps to and that declares the fields of \`when\``
        : `an action that declares every field of ${hasKey ? "`when` and of its histories' key" : "`when`"}`;
      const fix = "widen `on`, or use other fields";
      this.#reader.issues.fault(
        shape.placeOf(shape.get("on") ? "on" : "id"),
        `${wanted}${[...new Set(counted)].join("")}`,
        "none",
        fix,
      );
    }
    return reached;
  }

  #readCalls(code: string, shape: Shape): void {
    for (const expected of ["passes", "violates"] as const) {
      for (const item of this.#items(shape.get(expected), "calls")) {
        const call = readCall(this.#reader, this.#taxonomy, item);
        if (call) this.calls.push({ code, expected, call, place: item.place });
      }
    }
  }
}

/** Checks the shape of a call; what is in args, fields and context is data and passes as it is. */
export function readCall(
  reader: Reader,
  taxonomy: Taxonomy,
  tree: Tree,
  extra: { readonly required?: readonly string[]; readonly optional?: readonly string[] } = {},
): Readonly<Record<string, unknown>> | undefined {
  const isDirect = tree.kind === "map" && tree.members.some(({ key }) => key === "fields");
  const required = isDirect ? ["action", "fields"] : ["tool", "args"];
  const optional = isDirect ? ["context"] : ["server", "annotations", "context"];
  const before = reader.issues.count;
  const shape = reader.shape(
    tree,
    isDirect ? "a call by action" : "a call by tool",
    [...required, ...(extra.required ?? [])],
    [...optional, ...(extra.optional ?? [])],
  );
  const action = reader.text(shape?.get("action"), "an action");
  if (shape && action !== undefined) actionOf(taxonomy, action, shape.placeOf("action"), reader.issues);
  reader.text(shape?.get("tool"), "a tool name");
  reader.text(shape?.get("server"), "a server name");
  for (const key of ["fields", "args", "context", "annotations"]) {
    const value = shape?.get(key);
    if (value) reader.map(value, key);
  }
  return shape && reader.issues.count === before ? (plain(tree) as Record<string, unknown>) : undefined;
}
