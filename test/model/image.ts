/** Reads a policy image into plain objects, or says which status a load returns. */
import { fromBytes, sha256 } from "./bytes.ts";
import { isUtf8 } from "./cmp.ts";
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
} from "./image-languages.ts";
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
  /** Field number for field_text and field_int, amplifier number for level. */
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
  /** Number of the amplifier whose level it raises, or of the flag that it adds. */
  target: number;
  /** The level, or the role: 0 primary, 1 secondary. */
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
  /** What it does to the world: none, read, write … */
  effect: string;
  primary: Set<number>;
  secondary: Set<number>;
  levels: number[];
  fields: Set<number>;
  rules: Rule[];
  rows: Row[];
  obligations: Obligation[];
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
const DIRECTORY_AT = 48;
const ABSENT = wire.operators.find((o) => o.name === "absent")?.number as number;

type Entry = Record<string, number | bigint | string | number[] | Uint8Array>;

function fail(why: string): never {
  throw Object.assign(new Refusal("image_structure", 0), { why });
}

/** Throws `Refusal` with the status that `loadImage` returns. */
export function readImage(bytes: Uint8Array): Image {
  return new ImageReader(bytes).read();
}

class ImageReader {
  readonly view: DataView;
  readonly offsets = new Map<string, number>();
  readonly counts = new Map<string, number>();

  constructor(readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  read(): Image {
    this.checkHeader();
    const meta = this.one("meta");
    const maxima = meta.maxima as number[];
    if (maxima.some((max) => max < 1)) fail("the maximum of an amplifier is 0");
    if ((meta.gains as number[]).some((gain) => gain > 10_000)) fail("gain");
    if ((meta.hazards as number[]).some((h) => h > 5_000_000)) fail("hazard");
    const thresholds = meta.thresholds as number[];
    if (thresholds.some((threshold, i) => i > 0 && threshold <= (thresholds[i - 1] as number))) {
      fail("thresholds do not ascend");
    }
    const route = meta.route as number[];
    if (route.some((verdict) => verdict >= wire.verdicts.length)) fail("unknown verdict in route");

    const fields = this.all("fields").map((entry) => ({
      name: entry.name as string,
      type: this.word(wire.field_types, entry.type as number, "field type"),
      many: this.bool(entry.many as number),
    }));
    if (fields.length !== taxonomyFields.length) fail("number of fields");
    if (fields.some(({ type }, i) => type !== taxonomyFields[i]?.type)) fail("type of a field");
    const segments = this.all("segments");
    const texts = this.all("values_as_refs");
    const numbers = this.all("values_as_numbers");
    const names = this.all("names");
    const slots = this.all("slots").map((entry) => entry.value as number);
    const lists = this.all("lists").map((entry) => entry.value as number);
    const packCount = this.count("packs");
    const sets = this.all("sets").map((entry) => entry.text as string);

    if (sets.length > limit("sets_max")) fail("too many sets");
    const list = (index: number): number[] => {
      if (index >= lists.length) fail("list index");
      const count = lists[index] as number;
      if (index + 1 + count > lists.length) fail("list count");
      return lists.slice(index + 1, index + 1 + count);
    };
    const run = <T>(what: T[], start: number, count: number): T[] => {
      if (start + count > what.length) fail("run");
      return what.slice(start, start + count);
    };
    const path = (start: number, count: number): Segment[] => {
      if (count > limit("path_segments_max")) fail("path too long");
      return run(segments, start, count).map((entry) => entry.text as Segment);
    };
    const pack = (index: number): number | null => {
      if (index === NONE) return null;
      if (index >= packCount) fail("pack index");
      return index;
    };
    const texts_of = (start: number, count: number): string[] =>
      run(texts, start, count).map((entry) => {
        if (entry.text === undefined) fail("ref of a value");
        return entry.text as string;
      });

    const obligations: Obligation[] = this.all("obligations").map((entry) => ({
      kind: this.word(wire.obligations, entry.kind as number, "obligation"),
      number: entry.number as number,
      text: entry.text as string,
    }));
    const predicates: Predicate[] = this.all("predicates").map((entry) => {
      const operand = wire.operands.find((o) => o.number === entry.operand);
      const operator = wire.operators.find((o) => o.number === entry.operator);
      if (operand === undefined) fail("unknown operand");
      if (operator === undefined) fail("unknown operator");
      const start = entry.value_start as number;
      const count = entry.value_count as number;
      const param = entry.param as number;
      const inSet = operator.name === "in_set" || operator.name === "not_in_set";
      const subject = inSet ? param % 65536 : param;
      const set = inSet ? Math.floor(param / 65536) : 0;
      if (inSet && set >= sets.length) fail("set index");
      if (operand.name.startsWith("field_") && (subject < 1 || subject > fields.length))
        fail("field of a predicate");
      if (operand.name === "level" && subject >= maxima.length) fail("amplifier of a predicate");
      const takesParam = operand.name.startsWith("field_") || operand.name === "level";
      if (!takesParam && subject !== 0) fail("param of an operand that takes none");
      if ((operator.name === "ge" || operator.name === "lt") && count !== 1) fail("one value for ge and lt");
      const isText = operand.value === "text";
      const needsText = inSet || operator.number > ABSENT;
      if (isText && (operator.name === "ge" || operator.name === "lt")) fail("an order of texts");
      if (needsText && !isText) fail("an operator that asks a text");
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
      run(predicates, entry.predicate_start as number, entry.predicate_count as number),
    );
    const rules: Rule[] = this.all("rules").map((entry) => {
      const kind = this.word(wire.rule_kinds, entry.kind as number, "rule kind");
      const target = entry.target as number;
      const value = entry.value as number;
      if (kind === "level" && target >= maxima.length) fail("amplifier of a rule");
      if (kind === "level" && value > (maxima[target] as number)) fail("level of a rule");
      if (kind === "flag" && target >= 9) fail("flag of a rule");
      if (kind === "flag" && value >= wire.roles_of_flag.length) fail("role of a rule");
      return {
        code: entry.code as string,
        kind,
        target,
        value,
        clauses: run(clauses, entry.clause_start as number, entry.clause_count as number),
        pack: pack(entry.pack as number),
      };
    });
    const rows: Row[] = this.all("rows").map((entry) => {
      if ((entry.verdict as number) >= wire.verdicts.length) fail("verdict of a row");
      return {
        code: entry.code as string,
        kind: this.word(wire.row_kinds, entry.kind as number, "row kind"),
        verdict: entry.verdict as number,
        clauses: run(clauses, entry.clause_start as number, entry.clause_count as number),
        obligations: run(obligations, entry.obligation_start as number, entry.obligation_count as number),
        expiresMs: entry.expires_ms as bigint,
        pack: pack(entry.pack as number),
      };
    });
    const actions: Action[] = this.all("actions").map((entry) => {
      const levels = entry.levels as number[];
      levels.forEach((level, d) => {
        if (level > (maxima[d] as number)) fail("level of an action");
      });
      if ((entry.primary as number) >= 512 || (entry.secondary as number) >= 512) fail("flag of an action");
      if (((entry.primary as number) & (entry.secondary as number)) !== 0) fail("a flag in both roles");
      const low = bits(entry.fields_low as number).map((bit) => bit + 1);
      const high = bits(entry.fields_high as number).map((bit) => bit + 33);
      const declared = new Set([...low, ...high]);
      return {
        name: entry.name as string,
        effect: this.word(wire.effects, entry.effect as number, "effect"),
        primary: new Set(bits(entry.primary as number)),
        secondary: new Set(bits(entry.secondary as number)),
        levels,
        fields: declared,
        rules: list(entry.rules as number).map((index) => rules[index] ?? fail("rule index")),
        rows: list(entry.rows as number).map((index) => rows[index] ?? fail("row index")),
        obligations: run(obligations, entry.obligation_start as number, entry.obligation_count as number),
      };
    });
    const guards: Guard[] = this.all("guards").map((entry) => ({
      kind: this.word(wire.guard_kinds, entry.kind as number, "guard kind"),
      path: path(entry.segment_start as number, entry.segment_count as number),
      values: texts_of(entry.value_start as number, entry.value_count as number),
    }));
    const ops: Op[] = this.all("ops").map((entry) => {
      const field = entry.field as number;
      if (field < 1 || field > fields.length) fail("field of an op");
      return {
        field,
        transform: this.word(wire.transforms, entry.transform as number, "transform"),
        unit: this.word(wire.units, entry.unit as number, "unit"),
        adds: this.bool(entry.many as number),
        path: path(entry.segment_start as number, entry.segment_count as number),
        literal: entry.literal as string,
      };
    });
    const mappings: Mapping[] = this.all("mappings").map((entry) => {
      if ((entry.action as number) >= actions.length) fail("action of a mapping");
      return {
        id: entry.id as string,
        pack: pack(entry.pack as number) ?? fail("pack of a mapping"),
        action: entry.action as number,
        guards: run(guards, entry.guard_start as number, entry.guard_count as number),
        ops: run(ops, entry.op_start as number, entry.op_count as number),
        language: this.word(wire.languages, entry.language as number, "language"),
      };
    });
    const patterns = this.all("patterns").map((entry) => {
      if ((entry.mapping as number) >= mappings.length) fail("mapping of a pattern");
      return {
        prefix: entry.prefix as string,
        suffix: entry.suffix as string,
        mapping: entry.mapping as number,
      };
    });
    const currencies = this.all("currencies").map((entry) => {
      if ((entry.exponent as number) > 4) fail("exponent of a currency");
      if ((entry.reference_milli as number) < 1) fail("reference of a currency");
      return { exponent: entry.exponent as number, referenceMilli: BigInt(entry.reference_milli as number) };
    });
    const lowered = this.all("lowered").map((entry) => ({
      kind: this.word(
        wire.lowered_kinds.map((k) => k.name),
        entry.kind as number,
        "lowered kind",
      ),
      name: entry.name as string,
      authority: entry.authority as string,
    }));
    const prefixes = this.all("prefixes").map((entry) => entry.text as string);
    this.all("packs");

    // What words of commands, rows of APIs and detectors mean.
    const fieldOr0 = (number: number): number => {
      if (number > fields.length) fail("field");
      return number;
    };
    const fieldOf = (number: number): number => {
      if (number < 1) fail("field");
      return fieldOr0(number);
    };
    const actionOrNone = (index: number): number | null => {
      if (index === NO_ACTION) return null;
      if (index >= actions.length) fail("action");
      return index;
    };
    const roleField = (role: string, field: number): number =>
      role === "field" ? fieldOf(field) : field === 0 ? 0 : fail("a field of another role");
    const marksOf = (mask: number): string[] => bits(mask).map((bit) => wire.marks[bit] ?? fail("mark"));
    const literals: Literal[] = this.all("literals").map((entry) => ({
      field: fieldOf(entry.field as number),
      text: entry.text as string,
    }));
    const operands: Operand[] = this.all("operands").map((entry) => {
      const role = this.word(wire.word_roles, entry.role as number, "role");
      return { place: entry.place as number, role, field: roleField(role, entry.field as number) };
    });
    const options: Option[] = this.all("options").map((entry) => {
      const role = this.word(wire.word_roles, entry.role as number, "role");
      return {
        name: entry.name as string,
        takes: this.word(wire.option_takes, entry.takes as number, "takes"),
        role,
        field: roleField(role, entry.field as number),
        first: this.bool(entry.first as number),
        action: entry.action === NONE ? undefined : actionOrNone(entry.action as number),
        marks: marksOf(entry.marks as number),
        literals: run(literals, entry.literal_start as number, entry.literal_count as number),
      };
    });
    const commands: Command[] = this.all("commands").map((entry, index) => {
      const flags = entry.flags as number;
      if (flags >= 16) fail("flags of a command");
      const input = this.word(wire.word_roles, entry.input as number, "input");
      if (!["drop", "shell", "sql", "code"].includes(input)) fail("input of a command");
      return {
        index,
        id: entry.id as string,
        pack: pack(entry.pack as number) ?? fail("pack of a command"),
        action: actionOrNone(entry.action as number),
        style: this.word(wire.command_styles, entry.style as number, "style"),
        goesOn: (flags & 1) !== 0,
        assignments: (flags & 2) !== 0,
        appends: (flags & 4) !== 0,
        runs: (flags & 8) !== 0,
        needs: fieldOr0(entry.needs as number),
        input: input === "drop" ? null : input,
        marks: marksOf(entry.marks as number),
        options: run(options, entry.option_start as number, entry.option_count as number),
        operands: run(operands, entry.operand_start as number, entry.operand_count as number),
        literals: run(literals, entry.literal_start as number, entry.literal_count as number),
      };
    });
    for (const command of commands) {
      command.operands.forEach((operand, i) => {
        if (i > 0 && operand.place <= (command.operands[i - 1] as Operand).place) fail("order of operands");
      });
    }
    const steps: Step[] = this.all("steps").map((entry) => ({
      prefix: entry.prefix as string,
      suffix: entry.suffix as string,
      kind: this.word(wire.step_kinds, entry.kind as number, "kind of a step"),
      field: fieldOr0(entry.field as number),
    }));
    const members: ApiMember[] = this.all("members").map((entry) => ({
      name: entry.name as string,
      field: fieldOf(entry.field as number),
      unit: this.word(wire.units, entry.unit as number, "unit"),
      kind: this.word(wire.member_kinds, entry.kind as number, "kind of a member"),
    }));
    const apis: Api[] = this.all("apis").map((entry) => {
      if ((entry.action as number) >= actions.length) fail("action of an API");
      if ((entry.step_count as number) > API_STEPS_MAX) fail("steps of an API");
      if ((entry.member_count as number) > limit("api_members_max")) fail("members of an API");
      if ((entry.methods as number) > 255) fail("methods of an API");
      return {
        id: entry.id as string,
        pack: pack(entry.pack as number) ?? fail("pack of an API"),
        action: entry.action as number,
        steps: run(steps, entry.step_start as number, entry.step_count as number),
        members: run(members, entry.member_start as number, entry.member_count as number),
        methods: entry.methods as number,
      };
    });
    const detectors: Detector[] = this.all("detectors").map((entry) => {
      const mark = entry.mark as number;
      if (mark < FIRST_DETECTED_MARK || mark > LAST_DETECTED_MARK) fail("mark of a detector");
      const [tailMin, tailMax] = [entry.tail_min as number, entry.tail_max as number];
      if (tailMin > 128) fail("tail_min");
      if (tailMax !== 0 && tailMax < tailMin) fail("tail_max");
      return {
        id: entry.id as string,
        mark: wire.marks[mark] as string,
        check: this.word(wire.detector_checks, entry.check as number, "check"),
        tailKinds: entry.tail_kinds as number,
        tailMin,
        tailMax,
        param: entry.param as number,
      };
    });
    const words = this.all("automaton").map((entry) => entry.value as number);
    const automaton = readAutomaton(words, detectors.length);
    if (automaton !== null && "wrongAt" in automaton) fail("automaton");
    this.all("sentences");
    this.all("sources");

    // The one hash table.
    if (slots.length < 8 || (slots.length & (slots.length - 1)) !== 0) fail("slots are not a power of two");
    if (slots.length < 2 * names.length) fail("too few slots");
    if (slots.some((slot) => slot > names.length)) fail("slot");
    if (!slots.includes(0)) fail("no empty slot");
    const space = wire.namespaces as Record<string, number>;
    for (const name of names) {
      if (name.hash !== fnv1a(name.namespace as number, name.text as string)) fail("hash of a name");
      const namespace = name.namespace as number;
      const value = name.value as number;
      if (namespace === space.tool) {
        for (const mapping of list(value)) if (mapping >= mappings.length) fail("mapping of a tool name");
      } else if (namespace === space.action) {
        if (value >= actions.length) fail("action of a name");
      } else if (namespace === space.server) {
        if (value >= packCount) fail("pack of a server");
      } else if (namespace === space.currency) {
        if (value >= currencies.length) fail("currency of a name");
      } else if (namespace === space.field) {
        if (value < 1 || value > fields.length) fail("field of a name");
      } else if (namespace === space.command) {
        if (value >= commands.length) fail("command of a name");
      } else if (namespace === space.variable) {
        if (value !== 1 && value !== 2) fail("value of a variable");
      } else if (namespace === space.api) {
        for (const api of list(value)) if (api >= apis.length) fail("API of a host");
      }
    }
    const look = (namespace: number, text: string): number | undefined => {
      const hash = fnv1a(namespace, text);
      // An empty slot exists, so the walk ends.
      for (let at = hash & (slots.length - 1); slots[at] !== 0; at = (at + 1) & (slots.length - 1)) {
        const name = names[(slots[at] as number) - 1] as Entry;
        if (name.namespace === namespace && name.hash === hash && name.text === text)
          return name.value as number;
      }
      return undefined;
    };

    const defaultCurrency = meta.default_currency === "" ? null : (meta.default_currency as string);
    if (defaultCurrency !== null && defaultCurrency.length !== 3) fail("default currency");
    if ((meta.action_unclassified as number) >= actions.length) fail("action_unclassified");
    if ((meta.action_read as number) >= actions.length) fail("action_read");
    return {
      digest: sha256(this.bytes),
      edition: meta.edition as string,
      defaultCurrency,
      unknownReadOn: ((meta.switches as number) & 1) === 1,
      thresholds: (meta.thresholds as number[]).map(BigInt),
      route,
      hazards: (meta.hazards as number[]).map(BigInt),
      gains: meta.gains as number[],
      maxima,
      actionUnclassified: meta.action_unclassified as number,
      actionRead: meta.action_read as number,
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
      names: names.map((name) => ({
        namespace: name.namespace as number,
        text: name.text as string,
        value: name.value as number,
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
    if (view.getUint32(8, true) !== bytes.length) fail("size");
    if (view.getUint32(12, true) !== wire.sections.length) fail("number of sections");
    const digest = fromBytes(sha256(bytes.subarray(DIRECTORY_AT)));
    if (digest !== fromBytes(bytes.subarray(16, 48))) throw new Refusal("image_digest", 0);
    wire.sections.forEach((section, index) => {
      const offset = view.getUint32(DIRECTORY_AT + 8 * index, true);
      const count = view.getUint32(DIRECTORY_AT + 8 * index + 4, true);
      if (offset % 8 !== 0) fail("alignment");
      if (offset + count * section.bytes > bytes.length) fail("section outside the file");
      this.offsets.set(section.name, offset);
      this.counts.set(section.name, count);
    });
  }

  count(section: string): number {
    return this.counts.get(section) as number;
  }

  word(list: string[], number: number, what: string): string {
    return list[number] ?? fail(`unknown ${what}`);
  }

  bool(number: number): boolean {
    if (number > 1) fail("neither 0 nor 1");
    return number === 1;
  }

  one(section: string): Entry {
    const entries = this.all(section);
    if (entries.length !== 1) fail(`not exactly one ${section}`);
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
      if (name === "values_as_numbers") entries.push({ number: this.view.getBigInt64(at, true) });
      else if (name === "values_as_refs") {
        // A value is a ref only if its operand says so; the ones that are numbers give no text.
        const text = this.refOrNothing(at);
        entries.push(text === undefined ? {} : { text });
      } else if (["slots", "lists", "automaton"].includes(section))
        entries.push({ value: this.view.getUint32(at, true) });
      else if (section === "prefixes" || section === "sets") entries.push({ text: this.ref(at) });
      else if (section === "segments") {
        const each = this.view.getUint32(at + 4, true) === NONE;
        entries.push({ text: (each ? null : this.ref(at)) as string });
      } else entries.push(this.entry(section, at));
    }
    return entries;
  }

  entry(section: string, at: number): Entry {
    const entry: Entry = {};
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
      case "bin32":
        return this.bytes.subarray(at, at + 32);
      default:
        throw new Error(`wire.yaml has a member type the model does not know: ${type}`);
    }
  }

  ref(at: number): string {
    return this.refOrNothing(at) ?? fail("ref");
  }

  refOrNothing(at: number): string | undefined {
    const offset = this.view.getUint32(at, true);
    const size = this.view.getUint32(at + 4, true);
    if (offset + size > this.count("text")) return undefined;
    const start = (this.offsets.get("text") as number) + offset;
    const bytes = this.bytes.subarray(start, start + size);
    return isUtf8(bytes) ? fromBytes(bytes) : undefined;
  }
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
