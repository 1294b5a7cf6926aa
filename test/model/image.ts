/** Reads a policy image into plain objects, or says which status a load returns. */
import { fromBytes, sha256 } from "./bytes.ts";
import { isUtf8 } from "./cmp.ts";
import {
  type CellKind,
  isTextField,
  readCells,
  readSignals,
  readTallies,
  type Signal,
  type Tally,
} from "./image-cells.ts";
import {
  type Api,
  type ApiMember,
  type Automaton,
  type Command,
  type Detector,
  FIRST_DETECTED_MARK,
  LAST_DETECTED_MARK,
  type Literal,
  type Operand,
  type Option,
  readAutomaton,
  type Step,
  type Use,
} from "./image-languages.ts";
import { wordsSection } from "./lang/words.ts";
import { limit, Refusal, taxonomyFields, wire } from "./wire.ts";

/** One step of a path into arguments: the name of a member, or null for «each element». */
export type Segment = string | null;

export interface Guard {
  kind: string;
  path: Segment[];
  values: string[];
}

export interface Op {
  field: number;
  transform: string;
  unit: string;
  /** true: values are added; false: only the first op that finds something counts. */
  adds: boolean;
  path: Segment[];
  literal: string;
}

export interface Mapping {
  id: string;
  pack: number;
  action: number;
  guards: Guard[];
  ops: Op[];
  /** none, or the language of the text that the call carries. */
  language: string;
}

export interface Predicate {
  operand: string;
  operator: string;
  /** Field number for field_text, field_int, provenance and written, amplifier number for level, index for signal. */
  subject: number;
  /** Index of an org set, for in_set and not_in_set. */
  set: number;
  texts: string[];
  numbers: bigint[];
}

export type Clause = Predicate[];

export interface Obligation {
  kind: string;
  number: number;
  text: string;
}

export interface Rule {
  code: string;
  kind: string;
  /** Number of the amplifier whose level it raises, of the flag that it adds, of a label or of a field. */
  target: number;
  /** The level, or the role: 0 primary, 1 secondary. Of other kinds 0. */
  value: number;
  clauses: Clause[];
  pack: number | null;
}

export interface Row {
  code: string;
  kind: string;
  verdict: number;
  clauses: Clause[];
  obligations: Obligation[];
  expiresMs: bigint;
  pack: number | null;
}

export interface Action {
  name: string;
  /** As the taxonomy numbers it. */
  number: number;
  /** What it does to the world: none, read, write … */
  effect: string;
  primary: Set<number>;
  secondary: Set<number>;
  levels: number[];
  fields: Set<number>;
  rules: Rule[];
  rows: Row[];
  obligations: Obligation[];
  /** Indexes of the tallies that may count it. */
  tallies: Set<number>;
}

export interface Currency {
  exponent: number;
  referenceMilli: bigint;
}

export interface Image {
  /** SHA-256 of the whole file. */
  digest: Uint8Array;
  edition: string;
  defaultCurrency: string | null;
  unknownReadOn: boolean;
  thresholds: bigint[];
  route: number[];
  hazards: bigint[];
  gains: number[];
  maxima: number[];
  actionUnclassified: number;
  actionRead: number;
  actions: Action[];
  mappings: Mapping[];
  patterns: { prefix: string; suffix: string; mapping: number }[];
  currencies: Currency[];
  prefixes: string[];
  sets: string[];
  lowered: { kind: string; name: string; authority: string }[];
  fields: { name: string; type: string; many: boolean }[];
  commands: Command[];
  apis: Api[];
  detectors: Detector[];
  automaton: Automaton | null;
  cells: CellKind[];
  tallies: Tally[];
  signals: Signal[];
  /** All names of the hash table, for tests that need something to ask for. */
  names: { namespace: number; text: string; value: number }[];
  /** Value of a name in the hash table, or undefined. */
  look(namespace: number, text: string): number | undefined;
  /** Items of a list. */
  list(index: number): number[];
}

const NONE = 0xffffffff;
/** Of the action of a command or option: nothing to judge. */
const NO_ACTION = 0xfffffffe;
const API_STEPS_MAX = 64;
/** A slot has the index of a name + 1 in its lower bits, and the upper bits of its hash above them. */
const SLOT_INDEX_BITS = 20;
const DIRECTORY_AT = 48;
const ABSENT = wire.operators.find((o) => o.name === "absent")?.number as number;

export type Entry = Record<string, number | bigint | string | number[] | Uint8Array>;

/** Throws `Refusal` with the status that `loadImage` returns. */
export function readImage(bytes: Uint8Array): Image {
  return new ImageReader(bytes).read();
}

export class ImageReader {
  readonly view: DataView;
  readonly offsets = new Map<string, number>();
  readonly counts = new Map<string, number>();
  /** Where what was read last stands, and what was read before it: the offset of a refusal. */
  where = 0;
  before = 0;

  constructor(readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  read(): Image {
    this.checkHeader();
    const meta = this.one("meta");
    const maxima = this.of(meta, "maxima") as number[];
    const _thresholds = this.each(meta, "thresholds", 4, "thresholds do not ascend", (one, i, all) => {
      return i === 0 || one > (all[i - 1] as number);
    });
    const route = this.each(
      meta,
      "route",
      1,
      "unknown verdict in route",
      (one) => one < wire.verdicts.length,
    );
    this.each(meta, "hazards", 4, "hazard", (one) => one <= 5_000_000);
    this.each(meta, "gains", 2, "gain", (one) => one <= 10_000);
    this.each(meta, "maxima", 1, "the maximum of an amplifier is 0", (one) => one >= 1);

    const fields = this.all("fields").map((entry) => ({
      name: this.of(entry, "name") as string,
      type: this.word(wire.field_types, this.of(entry, "type") as number, "field type"),
      many: this.bool(this.of(entry, "many") as number),
    }));
    if (fields.length !== taxonomyFields.length) this.fail("number of fields");
    if (fields.some(({ type }, i) => type !== taxonomyFields[i]?.type)) this.fail("type of a field");
    const segments = this.all("segments");
    const texts = this.all("values_as_refs");
    const numbers = this.all("values_as_numbers");
    const names = this.all("names").map((entry): Entry => {
      this.of(entry, "text");
      const text =
        this.textOrNothing(entry.text as number, entry.size as number) ?? this.fail("text of a name");
      return { ...entry, text, hash: fnv1a(entry.namespace as number, text) };
    });
    const slots = this.all("slots").map((entry) => this.of(entry, "value") as number);
    const lists = this.all("lists").map((entry) => this.of(entry, "value") as number);
    const packCount = this.count("packs");
    const sets = this.all("sets").map((entry) => this.of(entry, "text") as string);

    if (sets.length > limit("sets_max")) this.fail("too many sets");
    const listsAt = this.offsets.get("lists") as number;
    /** Items of a list that must be below a number. */
    const checkedList = (index: number, most: number, what: string): number[] => {
      const items = list(index);
      items.forEach((item, i) => {
        this.where = listsAt + 4 * (index + 1 + i);
        if (item >= most) this.fail(what);
      });
      return items;
    };
    const list = (index: number): number[] => {
      if (index >= lists.length) this.fail("list index");
      const count = lists[index] as number;
      if (index + 1 + count > lists.length) this.fail("list count");
      return lists.slice(index + 1, index + 1 + count);
    };
    const run = <T>(what: T[], start: number, count: number): T[] => {
      if (start + count > what.length) {
        // The run as a whole, so where it starts.
        this.where = this.before;
        this.fail("run");
      }
      return what.slice(start, start + count);
    };
    const path = (start: number, count: number): Segment[] => {
      if (count > limit("path_segments_max")) {
        this.where = this.before;
        this.fail("path too long");
      }
      return run(segments, start, count).map((entry) => entry.text as Segment);
    };
    const pack = (index: number): number | null => {
      if (index === NONE) return null;
      if (index >= packCount) this.fail("pack index");
      return index;
    };
    const texts_of = (start: number, count: number): string[] =>
      run(texts, start, count).map((entry) => {
        this.where = entry.at as number;
        if (entry.text === undefined) this.fail("ref of a value");
        return entry.text as string;
      });

    const obligations: Obligation[] = this.all("obligations").map((entry) => ({
      kind: this.word(wire.obligations, this.of(entry, "kind") as number, "obligation"),
      number: this.of(entry, "number") as number,
      text: this.of(entry, "text") as string,
    }));
    const predicates: Predicate[] = this.all("predicates").map((entry) => {
      const operand = wire.operands.find((o) => o.number === this.of(entry, "operand"));
      if (operand === undefined) this.fail("unknown operand");
      const operator = wire.operators.find((o) => o.number === this.of(entry, "operator"));
      if (operator === undefined) this.fail("unknown operator");
      const start = this.of(entry, "value_start") as number;
      const count = this.of(entry, "value_count") as number;
      const param = this.of(entry, "param") as number;
      const inSet = operator.name === "in_set" || operator.name === "not_in_set";
      const subject = inSet ? param % 65536 : param;
      const set = inSet ? Math.floor(param / 65536) : 0;
      if (inSet && set >= sets.length) this.fail("set index");
      if (operand.name.startsWith("field_") && (subject < 1 || subject > fields.length))
        this.fail("field of a predicate");
      if (operand.name === "level" && subject >= maxima.length) this.fail("amplifier of a predicate");
      if (operand.name === "signal" && subject >= this.count("signals")) this.fail("signal of a predicate");
      const asksTexts = operand.name === "provenance" || operand.name === "written";
      if (asksTexts && !isTextField(subject)) this.fail("field of a predicate whose values are no texts");
      const takesParam =
        operand.name.startsWith("field_") ||
        operand.name === "level" ||
        operand.name === "signal" ||
        asksTexts;
      if (!takesParam && subject !== 0) this.fail("param of an operand that takes none");
      if ((operator.name === "ge" || operator.name === "lt") && count !== 1)
        this.fail("one value for ge and lt");
      this.of(entry, "value_start");
      this.of(entry, "value_count");
      const isText = operand.value === "text";
      const needsText = inSet || operator.number > ABSENT;
      if (isText && (operator.name === "ge" || operator.name === "lt")) this.fail("an order of texts");
      if (needsText && !isText) this.fail("an operator that asks a text");
      return {
        operand: operand.name,
        operator: operator.name,
        subject,
        set,
        texts: isText ? texts_of(start, count) : [],
        numbers: isText ? [] : run(numbers, start, count).map((value) => value.number as bigint),
      };
    });
    const clauses: Clause[] = this.all("clauses").map((entry) =>
      run(
        predicates,
        this.of(entry, "predicate_start") as number,
        this.of(entry, "predicate_count") as number,
      ),
    );
    const rules: Rule[] = this.all("rules").map((entry) => {
      const kind = this.word(wire.rule_kinds, this.of(entry, "kind") as number, "rule kind");
      const target = this.of(entry, "target") as number;
      if (kind === "level" && target >= maxima.length) this.fail("amplifier of a rule");
      if (kind === "flag" && target >= 9) this.fail("flag of a rule");
      if (kind === "label" && target >= wire.labels.length) this.fail("label of a rule");
      if (kind === "written" && !isTextField(target)) this.fail("field of a rule");
      const value = this.of(entry, "value") as number;
      if (kind === "level" && value > (maxima[target] as number)) this.fail("level of a rule");
      if (kind === "flag" && value >= wire.roles_of_flag.length) this.fail("role of a rule");
      if ((kind === "label" || kind === "written") && value !== 0) this.fail("value of a rule");
      return {
        code: this.of(entry, "code") as string,
        kind,
        target,
        value,
        clauses: run(
          clauses,
          this.of(entry, "clause_start") as number,
          this.of(entry, "clause_count") as number,
        ),
        pack: pack(this.of(entry, "pack") as number),
      };
    });
    const rows: Row[] = this.all("rows").map((entry) => {
      if ((this.of(entry, "verdict") as number) >= wire.verdicts.length) this.fail("verdict of a row");
      return {
        code: this.of(entry, "code") as string,
        kind: this.word(wire.row_kinds, this.of(entry, "kind") as number, "row kind"),
        verdict: this.of(entry, "verdict") as number,
        clauses: run(
          clauses,
          this.of(entry, "clause_start") as number,
          this.of(entry, "clause_count") as number,
        ),
        obligations: run(
          obligations,
          this.of(entry, "obligation_start") as number,
          this.of(entry, "obligation_count") as number,
        ),
        expiresMs: this.of(entry, "expires_ms") as bigint,
        pack: pack(this.of(entry, "pack") as number),
      };
    });
    const actions: Action[] = this.all("actions").map((entry) => {
      const levels = this.of(entry, "levels") as number[];
      this.each(entry, "levels", 1, "level of an action", (level, d) => level <= (maxima[d] as number));
      if ((this.of(entry, "primary") as number) >= 512 || (this.of(entry, "secondary") as number) >= 512)
        this.fail("flag of an action");
      if (((this.of(entry, "primary") as number) & (this.of(entry, "secondary") as number)) !== 0)
        this.fail("a flag in both roles");
      const low = bits(this.of(entry, "fields_low") as number).map((bit) => bit + 1);
      const high = bits(this.of(entry, "fields_high") as number).map((bit) => bit + 33);
      const declared = new Set([...low, ...high]);
      return {
        name: this.of(entry, "name") as string,
        number: entry.number as number,
        effect: wire.effects[entry.effect as number] ?? "unknown",
        primary: new Set(bits(this.of(entry, "primary") as number)),
        secondary: new Set(bits(this.of(entry, "secondary") as number)),
        levels,
        fields: declared,
        rules: checkedList(this.of(entry, "rules") as number, rules.length, "rule index").map(
          (index) => rules[index] as Rule,
        ),
        rows: checkedList(this.of(entry, "rows") as number, rows.length, "row index").map(
          (index) => rows[index] as Row,
        ),
        obligations: run(
          obligations,
          this.of(entry, "obligation_start") as number,
          this.of(entry, "obligation_count") as number,
        ),
        tallies: new Set(
          checkedList(this.of(entry, "tallies") as number, this.count("tallies"), "tally index"),
        ),
      };
    });
    const guards: Guard[] = this.all("guards").map((entry) => ({
      kind: this.word(wire.guard_kinds, this.of(entry, "kind") as number, "guard kind"),
      path: path(this.of(entry, "segment_start") as number, this.of(entry, "segment_count") as number),
      values: texts_of(this.of(entry, "value_start") as number, this.of(entry, "value_count") as number),
    }));
    const ops: Op[] = this.all("ops").map((entry) => {
      const field = this.of(entry, "field") as number;
      if (field < 1 || field > fields.length) this.fail("field of an op");
      const transform = this.word(wire.transforms, this.of(entry, "transform") as number, "transform");
      const unit = this.word(wire.units, this.of(entry, "unit") as number, "unit");
      const adds = this.bool(this.of(entry, "many") as number);
      const [from, size] = halves(this.of(entry, "from") as number);
      // The run is one member.
      this.before = this.where;
      const isLiteral = transform === "literal";
      return {
        field,
        transform,
        unit,
        adds,
        path: isLiteral ? [] : path(from, size),
        literal: isLiteral ? (this.textOrNothing(from, size) ?? this.fail("literal of an op")) : "",
      };
    });
    const mappings: Mapping[] = this.all("mappings").map((entry) => {
      if ((this.of(entry, "action") as number) >= actions.length) this.fail("action of a mapping");
      return {
        id: this.of(entry, "id") as string,
        pack: pack(this.of(entry, "pack") as number) ?? this.fail("pack of a mapping"),
        action: this.of(entry, "action") as number,
        guards: run(guards, this.of(entry, "guard_start") as number, this.of(entry, "guard_count") as number),
        ops: run(ops, this.of(entry, "op_start") as number, this.of(entry, "op_count") as number),
        language: this.word(wire.languages, this.of(entry, "language") as number, "language"),
      };
    });
    const patterns = this.all("patterns").map((entry) => {
      if ((this.of(entry, "mapping") as number) >= mappings.length) this.fail("mapping of a pattern");
      return {
        prefix: this.of(entry, "prefix") as string,
        suffix: this.of(entry, "suffix") as string,
        mapping: this.of(entry, "mapping") as number,
      };
    });
    const currencies = this.all("currencies").map((entry) => {
      if ((this.of(entry, "exponent") as number) > 4) this.fail("exponent of a currency");
      if ((this.of(entry, "reference_milli") as number) < 1) this.fail("reference of a currency");
      return {
        exponent: this.of(entry, "exponent") as number,
        referenceMilli: BigInt(this.of(entry, "reference_milli") as number),
      };
    });
    const lowered = this.all("lowered").map((entry) => ({
      kind: this.word(
        wire.lowered_kinds.map((k) => k.name),
        this.of(entry, "kind") as number,
        "lowered kind",
      ),
      name: this.of(entry, "name") as string,
      authority: this.of(entry, "authority") as string,
    }));
    const prefixes = this.all("prefixes").map((entry) => this.of(entry, "text") as string);
    this.all("packs");

    // What words of commands, rows of APIs and detectors mean.
    const fieldOr0 = (number: number): number => {
      if (number > fields.length) this.fail("field");
      return number;
    };
    const fieldOf = (number: number): number => {
      if (number < 1) this.fail("field");
      return fieldOr0(number);
    };
    const actionOrNone = (index: number): number | null => {
      if (index === NO_ACTION) return null;
      if (index >= actions.length) this.fail("action");
      return index;
    };
    const roleField = (role: string, field: number): number =>
      role === "field" ? fieldOf(field) : field === 0 ? 0 : this.fail("a field of another role");
    const marksOf = (mask: number): string[] => bits(mask).map((bit) => wire.marks[bit] ?? this.fail("mark"));
    const literals: Literal[] = this.all("literals").map((entry) => ({
      field: fieldOf(this.of(entry, "field") as number),
      text: this.of(entry, "text") as string,
    }));
    const operands: Operand[] = this.all("operands").map((entry) => {
      const role = this.word(wire.word_roles, this.of(entry, "role") as number, "role");
      return {
        place: this.of(entry, "place") as number,
        role,
        field: roleField(role, this.of(entry, "field") as number),
      };
    });
    const uses: Use[] = this.all("uses").map((entry) => {
      const takes = this.word(wire.option_takes, this.of(entry, "takes") as number, "takes");
      const role = this.word(wire.word_roles, this.of(entry, "role") as number, "role");
      return {
        takes,
        role,
        field: roleField(role, this.of(entry, "field") as number),
        first: this.bool(this.of(entry, "first") as number),
        action: entry.action === NONE ? undefined : actionOrNone(this.of(entry, "action") as number),
        marks: marksOf(this.of(entry, "marks") as number),
        literals: run(
          literals,
          this.of(entry, "literal_start") as number,
          this.of(entry, "literal_count") as number,
        ),
      };
    });
    const options: Option[] = this.all("options").map((entry) => {
      const name = this.of(entry, "name") as string;
      if (name === "") this.fail("an option without a name");
      const use = uses[this.of(entry, "use") as number] ?? this.fail("use of an option");
      return { name, ...use };
    });
    const commands: Command[] = this.all("commands").map((entry, index) => {
      const flags = this.of(entry, "flags") as number;
      if (flags >= 16) this.fail("flags of a command");
      const input = this.word(wire.word_roles, this.of(entry, "input") as number, "input");
      if (!["drop", "shell", "sql", "code"].includes(input)) this.fail("input of a command");
      return {
        index,
        id: this.of(entry, "id") as string,
        pack: pack(this.of(entry, "pack") as number) ?? this.fail("pack of a command"),
        action: actionOrNone(this.of(entry, "action") as number),
        style: this.word(wire.command_styles, this.of(entry, "style") as number, "style"),
        goesOn: (flags & 1) !== 0,
        assignments: (flags & 2) !== 0,
        appends: (flags & 4) !== 0,
        runs: (flags & 8) !== 0,
        needs: fieldOr0(this.of(entry, "needs") as number),
        input: input === "drop" ? null : input,
        marks: marksOf(this.of(entry, "marks") as number),
        options: run(
          options,
          this.of(entry, "option_start") as number,
          this.of(entry, "option_count") as number,
        ),
        operands: run(
          operands,
          this.of(entry, "operand_start") as number,
          this.of(entry, "operand_count") as number,
        ),
        literals: run(
          literals,
          this.of(entry, "literal_start") as number,
          this.of(entry, "literal_count") as number,
        ),
      };
    });
    const steps: Step[] = this.all("steps").map((entry) => ({
      prefix: this.of(entry, "prefix") as string,
      suffix: this.of(entry, "suffix") as string,
      kind: this.word(wire.step_kinds, this.of(entry, "kind") as number, "kind of a step"),
      field: fieldOr0(this.of(entry, "field") as number),
    }));
    const members: ApiMember[] = this.all("members").map((entry) => ({
      name: this.of(entry, "name") as string,
      field: fieldOf(this.of(entry, "field") as number),
      unit: this.word(wire.units, this.of(entry, "unit") as number, "unit"),
      kind: this.word(wire.member_kinds, this.of(entry, "kind") as number, "kind of a member"),
    }));
    const apis: Api[] = this.all("apis").map((entry) => {
      if ((this.of(entry, "action") as number) >= actions.length) this.fail("action of an API");
      if ((entry.step_count as number) > API_STEPS_MAX) {
        this.of(entry, "step_start");
        this.fail("steps of an API");
      }
      if ((entry.member_count as number) > limit("api_members_max")) {
        this.of(entry, "member_start");
        this.fail("members of an API");
      }
      if ((this.of(entry, "methods") as number) > 255) this.fail("methods of an API");
      return {
        id: this.of(entry, "id") as string,
        pack: pack(this.of(entry, "pack") as number) ?? this.fail("pack of an API"),
        action: this.of(entry, "action") as number,
        steps: run(steps, this.of(entry, "step_start") as number, this.of(entry, "step_count") as number),
        members: run(
          members,
          this.of(entry, "member_start") as number,
          this.of(entry, "member_count") as number,
        ),
        methods: this.of(entry, "methods") as number,
      };
    });
    const detectors: Detector[] = this.all("detectors").map((entry) => {
      const mark = this.of(entry, "mark") as number;
      if (mark < FIRST_DETECTED_MARK || mark > LAST_DETECTED_MARK) this.fail("mark of a detector");
      const check = this.word(wire.detector_checks, this.of(entry, "check") as number, "check");
      const tailMin = this.of(entry, "tail_min") as number;
      if (tailMin > 128) this.fail("tail_min");
      const tailMax = this.of(entry, "tail_max") as number;
      if (tailMax !== 0 && tailMax < tailMin) this.fail("tail_max");
      const param = this.of(entry, "param") as number;
      if (check === "note" && param !== 1 && param !== 2) this.fail("number of a note");
      return {
        id: entry.id as string,
        mark: wire.marks[mark] as string,
        check,
        tailKinds: entry.tail_kinds as number,
        tailMin,
        tailMax,
        param,
      };
    });
    const automatonAt = this.offsets.get("automaton") as number;
    const automatonEnd = automatonAt + 4 * this.count("automaton");
    const automaton = readAutomaton(this.bytes.subarray(automatonAt, automatonEnd), detectors.length);
    if (automaton !== null && "wrongAt" in automaton) {
      this.where = automatonAt + automaton.wrongAt;
      this.fail("automaton");
    }
    this.all("sentences");
    this.all("sources");
    const kinds = readCells(this);
    const tallies = readTallies(this, kinds, clauses);
    const signals = readSignals(this, tallies);
    this.where = this.offsets.get("cells") as number;
    if (kinds.length > limit("cell_kinds_max")) this.fail("too many cells");
    this.where = this.offsets.get("words") as number;
    const words = this.bytes.subarray(this.where, this.where + this.count("words"));
    if (fromBytes(words) !== fromBytes(wordsSection)) this.fail("words");

    // The one hash table.
    this.where = this.offsets.get("slots") as number;
    if (slots.length < 8 || (slots.length & (slots.length - 1)) !== 0)
      this.fail("slots are not a power of two");
    if (9 * slots.length < 10 * names.length) this.fail("too few slots");
    const space = wire.namespaces as Record<string, number>;
    for (const name of names) {
      const namespace = this.of(name, "namespace") as number;
      const value = this.of(name, "value") as number;
      if (namespace === space.tool) {
        checkedList(value, mappings.length, "mapping of a tool name");
      } else if (namespace === space.action) {
        if (value >= actions.length) this.fail("action of a name");
      } else if (namespace === space.server) {
        if (value >= packCount) this.fail("pack of a server");
      } else if (namespace === space.currency) {
        if (value >= currencies.length) this.fail("currency of a name");
      } else if (namespace === space.field) {
        if (value < 1 || value > fields.length) this.fail("field of a name");
      } else if (namespace === space.command) {
        if (value >= commands.length) this.fail("command of a name");
      } else if (namespace === space.api) {
        checkedList(value, apis.length, "API of a host");
      }
    }
    slots.forEach((slot, i) => {
      this.where = (this.offsets.get("slots") as number) + 4 * i;
      if (slot !== 0 && this.nameOf(slot, names) === undefined) this.fail("slot");
    });
    const look = (namespace: number, text: string): number | undefined => {
      const hash = fnv1a(namespace, text);
      for (let step = 0; step < slots.length; step++) {
        const slot = slots[(hash + step) & (slots.length - 1)] as number;
        if (slot === 0) return undefined;
        const name = this.nameOf(slot, names) as Entry;
        if (name.namespace === namespace && name.text === text) return name.value as number;
      }
      return undefined;
    };

    const defaultCurrency =
      meta.default_currency === "" ? null : (this.of(meta, "default_currency") as string);
    if (defaultCurrency !== null && defaultCurrency.length !== 3) this.fail("default currency");
    if ((this.of(meta, "action_unclassified") as number) >= actions.length) this.fail("action_unclassified");
    if ((this.of(meta, "action_read") as number) >= actions.length) this.fail("action_read");
    return {
      digest: sha256(this.bytes),
      edition: this.of(meta, "edition") as string,
      defaultCurrency,
      unknownReadOn: ((this.of(meta, "switches") as number) & 1) === 1,
      thresholds: (this.of(meta, "thresholds") as number[]).map(BigInt),
      route,
      hazards: (this.of(meta, "hazards") as number[]).map(BigInt),
      gains: this.of(meta, "gains") as number[],
      maxima,
      actionUnclassified: this.of(meta, "action_unclassified") as number,
      actionRead: this.of(meta, "action_read") as number,
      actions,
      mappings,
      patterns,
      currencies,
      prefixes,
      sets,
      lowered,
      fields,
      commands,
      apis,
      detectors,
      automaton,
      cells: kinds,
      tallies,
      signals,
      names: names.map((name) => ({
        namespace: this.of(name, "namespace") as number,
        text: this.of(name, "text") as string,
        value: this.of(name, "value") as number,
      })),
      look,
      list,
    };
  }

  checkHeader(): void {
    const { bytes, view } = this;
    if (bytes.length > limit("image_bytes_max")) throw new Refusal("image_too_large", 0);
    const isShort = bytes.length < DIRECTORY_AT + 8 * wire.sections.length;
    if (isShort || fromBytes(bytes.subarray(0, 4)) !== "P0IM") throw new Refusal("image_magic", 0);
    if (view.getUint16(4, true) !== 1 || view.getUint16(6, true) !== 1) throw new Refusal("image_version", 0);
    if (view.getUint32(8, true) !== bytes.length) this.fail("size");
    if (view.getUint32(12, true) !== wire.sections.length) this.fail("number of sections");
    const digest = fromBytes(sha256(bytes.subarray(DIRECTORY_AT)));
    if (digest !== fromBytes(bytes.subarray(16, 48))) throw new Refusal("image_digest", 0);
    wire.sections.forEach((section, index) => {
      const offset = view.getUint32(DIRECTORY_AT + 8 * index, true);
      const count = view.getUint32(DIRECTORY_AT + 8 * index + 4, true);
      this.where = DIRECTORY_AT + 8 * index;
      if (offset < DIRECTORY_AT + 8 * wire.sections.length) this.fail("section inside the header");
      if (offset % 8 !== 0) this.fail("alignment");
      if (offset + count * section.bytes > bytes.length) this.fail("section outside the file");
      this.offsets.set(section.name, offset);
      this.counts.set(section.name, count);
    });
  }

  fail(why: string): never {
    throw Object.assign(new Refusal("image_structure", this.where), { why });
  }

  /** A member of an entry; what is found wrong next is wrong there. */
  of(entry: Entry, member: string): Entry[string] {
    this.before = this.where;
    const offset = wire.entries[entry.section as string]?.[member]?.[0] ?? 0;
    this.where = (entry.at as number) + offset;
    return entry[member] as Entry[string];
  }

  /** The numbers of a member, each of which must hold. */
  each(
    entry: Entry,
    member: string,
    bytes: number,
    why: string,
    holds: (one: number, i: number, all: number[]) => boolean,
  ): number[] {
    const all = this.of(entry, member) as number[];
    const start = this.where;
    all.forEach((one, i) => {
      this.where = start + bytes * i;
      if (!holds(one, i, all)) this.fail(why);
    });
    return all;
  }

  /** The name of a slot that is not empty; undefined where there is none, or its hash has other upper bits. */
  nameOf(slot: number, names: Entry[]): Entry | undefined {
    const name = names[(slot & (2 ** SLOT_INDEX_BITS - 1)) - 1];
    return name !== undefined && (name.hash as number) >>> SLOT_INDEX_BITS === slot >>> SLOT_INDEX_BITS
      ? name
      : undefined;
  }

  count(section: string): number {
    return this.counts.get(section) as number;
  }

  word(list: string[], number: number, what: string): string {
    return list[number] ?? this.fail(`unknown ${what}`);
  }

  bool(number: number): boolean {
    if (number > 1) this.fail("neither 0 nor 1");
    return number === 1;
  }

  one(section: string): Entry {
    const entries = this.all(section);
    if (entries.length !== 1) this.fail(`not exactly one ${section}`);
    return entries[0] as Entry;
  }

  /** Every entry of a section as an object of its members. */
  all(name: string): Entry[] {
    const section = name.startsWith("values_") ? "values" : name;
    const size = (wire.sections.find((s) => s.name === section) as { bytes: number }).bytes;
    const start = this.offsets.get(section) as number;
    const entries: Entry[] = [];
    for (let i = 0; i < this.count(section); i++) {
      const at = start + i * size;
      if (name === "values_as_numbers") entries.push({ at, number: this.view.getBigInt64(at, true) });
      else if (name === "values_as_refs") {
        // A value is a ref only if its operand says so; the ones that are numbers give no text.
        const text = this.refOrNothing(at);
        entries.push(text === undefined ? { at } : { at, text });
      } else if (section === "slots" || section === "lists")
        entries.push({ at, value: this.view.getUint32(at, true) });
      else if (section === "prefixes" || section === "sets") entries.push({ at, text: this.ref(at) });
      else if (section === "segments") {
        const each = this.view.getUint32(at + 4, true) === NONE;
        entries.push({ at, text: (each ? null : this.ref(at)) as string });
      } else entries.push(this.entry(section, at));
    }
    return entries;
  }

  entry(section: string, at: number): Entry {
    const entry: Entry = { at, section };
    for (const [member, [offset, type]] of Object.entries(wire.entries[section] ?? {})) {
      entry[member] = this.member(type, at + offset);
    }
    return entry;
  }

  member(type: string, at: number): number | bigint | string | number[] | Uint8Array {
    const many = /^(u8|u16|u32) x (\d+)$/.exec(type);
    if (many !== null) {
      const unit = many[1] as string;
      const step = Number(unit.slice(1)) / 8;
      return Array.from({ length: Number(many[2]) }, (_, i) => this.member(unit, at + i * step) as number);
    }
    switch (type) {
      case "u8":
        return this.view.getUint8(at);
      case "u16":
        return this.view.getUint16(at, true);
      case "u32":
      case "list":
        return this.view.getUint32(at, true);
      case "u64":
        return this.view.getBigUint64(at, true);
      case "ref":
        return this.ref(at);
      case "short":
        return this.short(at);
      case "bin32":
        return this.bytes.subarray(at, at + 32);
      default:
        throw new Error(`wire.yaml has a member type the model does not know: ${type}`);
    }
  }

  ref(at: number): string {
    this.where = at;
    return this.refOrNothing(at) ?? this.fail("ref");
  }

  /** A ref in one number: 22 bits of offset, 10 bits of size. */
  short(at: number): string {
    this.where = at;
    return this.textOrNothing(...halves(this.view.getUint32(at, true))) ?? this.fail("short ref");
  }

  refOrNothing(at: number): string | undefined {
    const offset = this.view.getUint32(at, true);
    return this.textOrNothing(offset, this.view.getUint32(at + 4, true));
  }

  textOrNothing(offset: number, size: number): string | undefined {
    if (offset + size > this.count("text")) return undefined;
    const start = (this.offsets.get("text") as number) + offset;
    const bytes = this.bytes.subarray(start, start + size);
    return isUtf8(bytes) ? fromBytes(bytes) : undefined;
  }
}

/** Start and size of a run that stands in one number. */
function halves(number: number): [start: number, size: number] {
  return [number % 2 ** 22, Math.floor(number / 2 ** 22)];
}

function bits(mask: number): number[] {
  const set: number[] = [];
  for (let bit = 0; bit < 32; bit++) if (((mask >>> bit) & 1) === 1) set.push(bit);
  return set;
}

/** FNV-1a, 32 bits, over the namespace as two bytes, low first, then the bytes of the text. */
export function fnv1a(namespace: number, text: string): number {
  let hash = 0x811c9dc5;
  const take = (byte: number): void => {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  };
  take(namespace & 0xff);
  take((namespace >>> 8) & 0xff);
  for (let i = 0; i < text.length; i++) take(text.charCodeAt(i));
  return hash;
}
