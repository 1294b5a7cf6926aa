/**
 * Writes images from plain objects, for tests: small images by hand and random ones. The real compiler is another program;
 * this one knows no YAML, checks nothing and writes what it is told.
 */
import { sha256, utf8 } from "./bytes.ts";
import { fnv1a } from "./image.ts";
import { wordsSection } from "./lang/words.ts";
import { canonicalToolName } from "./names.ts";
import { position, taxonomyFields, wire, wordGroup } from "./wire.ts";

export interface PredicateSource {
  operand: string;
  operator: string;
  /** Field number for field_text, field_int, provenance and written, amplifier number for level, index for signal. */
  subject?: number;
  set?: number;
  values?: (string | number | bigint)[];
}

export interface ObligationSource {
  kind: string;
  number?: number;
  text?: string;
}

export interface RuleSource {
  code: string;
  kind: "level" | "flag" | "label" | "written";
  target: number;
  value: number;
  pack?: number;
  clauses?: PredicateSource[][];
}

export interface RowSource {
  code: string;
  kind: "gate" | "row" | "relax";
  verdict: "allow" | "review" | "deny";
  pack?: number;
  expiresMs?: bigint;
  clauses?: PredicateSource[][];
  obligations?: ObligationSource[];
}

export interface ActionSource {
  name: string;
  aliases?: string[];
  number: number;
  effect?: string;
  primary?: number[];
  secondary?: number[];
  levels?: number[];
  /** Field numbers. */
  fields: number[];
  /** Indexes into rules and rows of the image. */
  rules?: number[];
  rows?: number[];
  obligations?: ObligationSource[];
  /** Indexes of tallies, over all kinds of histories in order. */
  tallies?: number[];
}

export interface GuardSource {
  kind: "in" | "present" | "absent";
  path: (string | null)[];
  values?: string[];
}

export interface OpSource {
  field: number;
  transform: "typed" | "count" | "literal" | "ignored";
  unit?: "direct" | "minor" | "major";
  adds?: boolean;
  path?: (string | null)[];
  literal?: string;
}

export interface LiteralSource {
  field: number;
  text: string;
}

export interface OptionSource {
  names: string[];
  takes?: string;
  role?: string;
  field?: number;
  first?: boolean;
  /** Index of an action, or none. */
  action?: number | "none";
  marks?: string[];
  literals?: LiteralSource[];
}

export interface OperandSource {
  place: number;
  role: string;
  field?: number;
}

export interface CommandSource {
  id: string;
  pack: number;
  names: string[];
  action: number | "none";
  style?: string;
  assignments?: boolean;
  appends?: boolean;
  needs?: number;
  input?: string;
  marks?: string[];
  options?: OptionSource[];
  operands?: OperandSource[];
  literals?: LiteralSource[];
}

export interface ApiSource {
  id: string;
  pack: number;
  action: number;
  /** As namespace 12 has them: `.stripe.com` for what ends so. */
  hosts: string[];
  steps?: { kind: string; prefix?: string; suffix?: string; field?: number }[];
  members?: { name: string; field: number; unit?: string; kind?: string }[];
  methods?: number;
}

export interface DetectorSource {
  id: string;
  mark: string;
  check: string;
  tailKinds?: number;
  tailMin?: number;
  tailMax?: number;
  param?: number;
}

export interface MappingSource {
  id: string;
  pack: number;
  priority?: number;
  action: number;
  names?: string[];
  patterns?: { prefix: string; suffix: string }[];
  guards?: GuardSource[];
  ops?: OpSource[];
  language?: string;
}

export interface TallySource {
  number: bigint;
  counts?: string;
  clauses?: PredicateSource[][];
}

export interface CellSource {
  name: string;
  /** Name of a member of the context, one or two field numbers, or null: it says what is frozen. */
  key: string | [number] | [number, number] | null;
  /** As they stand in the image: by number. */
  tallies: TallySource[];
}

export interface SignalSource {
  name: string;
  /** Indexes of tallies; without another one it is the same. */
  tally: number;
  other?: number;
  windowS: number;
  measure: string;
  of?: string;
  calm?: boolean;
}

/** A token of a name and what it says (image.md, namespaces 7, 8 and 13). */
export interface TokenSource {
  token: string;
  value: number;
}

export interface ImageSource {
  edition: string;
  defaultCurrency?: string;
  unknownRead: boolean;
  thresholds: number[];
  route: string[];
  hazards: number[];
  gains: number[];
  maxima: number[];
  profile?: string;
  actionUnclassified: number;
  actionRead: number;
  actions: ActionSource[];
  packs: string[];
  mappings: MappingSource[];
  rules: RuleSource[];
  rows: RowSource[];
  currencies: { code: string; exponent: number; referenceMilli: number }[];
  prefixes: string[];
  sets: { name: string; values: string[] }[];
  servers: { name: string; pack: number }[];
  domains: string[];
  domainsUnder: string[];
  /** Tokens of tool names, value 0 where none is given. */
  verbsRead: (string | TokenSource)[];
  verbsAct: (string | TokenSource)[];
  /** Names of arguments of tools that nobody mapped. */
  argumentNames?: TokenSource[];
  /** Extra input names of the direct form; every field name is one itself. */
  fieldInputs: { name: string; field: number }[];
  lowered: { kind: string; name: string; authority: string }[];
  commands?: CommandSource[];
  /** Names of shell variables, or beginnings and `*`; `!`: may not be assigned. */
  variables?: string[];
  /** In the order in which rows of one host are tried. */
  apis?: ApiSource[];
  detectors?: DetectorSource[];
  /** The words of the section as they are. */
  automaton?: number[];
  cells?: CellSource[];
  signals?: SignalSource[];
}

type Members = Record<string, number | bigint | string | number[] | Uint8Array>;

export function writeImage(source: ImageSource): Uint8Array {
  return new ImageWriter(source).write();
}

class ImageWriter {
  readonly sections = new Map<string, number[][]>(wire.sections.map((section) => [section.name, []]));
  readonly texts = new Map<string, number>();
  text: number[] = [];

  constructor(readonly source: ImageSource) {}

  write(): Uint8Array {
    const s = this.source;
    for (const field of taxonomyFields) {
      const type = position(wire.field_types, field.type);
      this.add("fields", { name: field.name, type, many: field.many ? 1 : 0 });
    }
    for (const pack of s.packs)
      this.add("packs", { name: pack, publisher: "permit0", version: "1.0.0", layer: 2 });
    for (const set of s.sets) this.addRaw("sets", this.ref(set.name));
    for (const prefix of s.prefixes) this.addRaw("prefixes", this.ref(prefix));
    for (const currency of s.currencies) {
      this.add("currencies", { exponent: currency.exponent, reference_milli: currency.referenceMilli });
    }
    for (const rule of s.rules) {
      const [clause_start, clause_count] = this.clauses(rule.clauses ?? []);
      const kind = position(wire.rule_kinds, rule.kind);
      const pack = rule.pack ?? 0xffffffff;
      const { code, target, value } = rule;
      this.add("rules", { code, kind, target, value, layer: 1, clause_start, clause_count, pack });
    }
    for (const row of s.rows) {
      const [clause_start, clause_count] = this.clauses(row.clauses ?? []);
      const [obligation_start, obligation_count] = this.obligations(row.obligations ?? []);
      this.add("rows", {
        code: row.code,
        kind: position(wire.row_kinds, row.kind),
        verdict: position(wire.verdicts, row.verdict),
        layer: 4,
        clause_start,
        clause_count,
        obligation_start,
        obligation_count,
        expires_ms: row.expiresMs ?? 0n,
        pack: row.pack ?? 0xffffffff,
      });
    }
    for (const action of s.actions) this.action(action);
    for (const mapping of s.mappings) this.mapping(mapping);
    this.patterns();
    for (const entry of s.lowered) {
      const kind = wire.lowered_kinds.findIndex((k) => k.name === entry.kind);
      this.add("lowered", { kind, name: entry.name, authority: entry.authority });
    }
    for (const command of s.commands ?? []) this.command(command);
    for (const api of s.apis ?? []) this.api(api);
    for (const detector of s.detectors ?? []) {
      this.add("detectors", {
        id: detector.id,
        mark: position(wire.marks, detector.mark),
        check: position(wire.detector_checks, detector.check),
        tail_kinds: detector.tailKinds ?? 0,
        tail_min: detector.tailMin ?? 0,
        tail_max: detector.tailMax ?? 0,
        param: detector.param ?? 0,
      });
    }
    for (const word of s.automaton ?? []) this.addRaw("automaton", uint(word, 4));
    for (const cell of s.cells ?? []) this.cell(cell);
    for (const signal of s.signals ?? []) {
      this.add("signals", {
        name: signal.name,
        tally: signal.tally,
        other: signal.other ?? signal.tally,
        window_s: signal.windowS,
        measure: position(wire.signal_measures, signal.measure),
        of: position(wire.signal_units, signal.of ?? "amount"),
        calm: signal.calm === true ? 1 : 0,
      });
    }
    for (const byte of wordsSection) this.addRaw("words", [byte]);
    this.names();
    this.add("meta", {
      edition: s.edition,
      default_currency: s.defaultCurrency ?? "",
      switches: s.unknownRead ? 1 : 0,
      thresholds: s.thresholds,
      route: s.route.map((verdict) => position(wire.verdicts, verdict)),
      hazards: s.hazards,
      gains: s.gains,
      maxima: s.maxima,
      profile: s.profile ?? "test",
      action_unclassified: s.actionUnclassified,
      action_read: s.actionRead,
    });
    return this.assemble();
  }

  clauses(clauses: PredicateSource[][]): [number, number] {
    const entries = clauses.map((clause) => {
      const predicate_start = this.count("predicates");
      for (const predicate of clause) this.predicate(predicate);
      return { predicate_start, predicate_count: clause.length };
    });
    const start = this.count("clauses");
    for (const entry of entries) this.add("clauses", entry);
    return [start, clauses.length];
  }

  predicate(predicate: PredicateSource): void {
    const operand = wire.operands.find((o) => o.name === predicate.operand);
    const operator = wire.operators.find((o) => o.name === predicate.operator);
    if (operand === undefined || operator === undefined) throw new Error("unknown operand or operator");
    const value_start = this.count("values");
    const values = predicate.values ?? [];
    for (const value of values)
      this.addRaw("values", typeof value === "string" ? this.ref(value) : int64(value));
    this.add("predicates", {
      operand: operand.number,
      operator: operator.number,
      param: (predicate.subject ?? 0) + 65536 * (predicate.set ?? 0),
      value_start,
      value_count: values.length,
    });
  }

  obligations(obligations: ObligationSource[]): [number, number] {
    const start = this.count("obligations");
    for (const { kind, number, text } of obligations) {
      this.add("obligations", {
        kind: position(wire.obligations, kind),
        number: number ?? 0,
        text: text ?? "",
      });
    }
    return [start, obligations.length];
  }

  list(items: number[]): number {
    const index = this.count("lists");
    this.addRaw("lists", uint(items.length, 4));
    for (const item of items) this.addRaw("lists", uint(item, 4));
    return index;
  }

  action(action: ActionSource): void {
    const [obligation_start, obligation_count] = this.obligations(action.obligations ?? []);
    this.add("actions", {
      name: action.name,
      number: action.number,
      domain: 0,
      effect: position(wire.effects, action.effect ?? "none"),
      primary: mask(action.primary ?? []),
      secondary: mask(action.secondary ?? []),
      levels: action.levels ?? new Array<number>(10).fill(0),
      fields_low: mask(action.fields.filter((field) => field <= 32).map((field) => field - 1)),
      fields_high: mask(action.fields.filter((field) => field > 32).map((field) => field - 33)),
      rules: this.list(action.rules ?? []),
      rows: this.list(action.rows ?? []),
      obligation_start,
      obligation_count,
      tallies: this.list(action.tallies ?? []),
    });
  }

  cell(cell: CellSource): void {
    const source = cell.key === null ? "freezes" : typeof cell.key === "string" ? "context" : "fields";
    const [key, other] =
      typeof cell.key === "string" ? [position(wordGroup("context_key"), cell.key)] : (cell.key ?? [0]);
    const index = this.count("cells");
    this.add("cells", {
      name: cell.name,
      source: position(wire.cell_sources, source),
      key: key as number,
      other: (other as number | undefined) ?? 0,
      tally_start: this.count("tallies"),
      tally_count: cell.tallies.length,
    });
    for (const { number, counts, clauses } of cell.tallies) {
      const [clause_start, clause_count] = this.clauses(clauses ?? []);
      this.add("tallies", {
        number,
        clause_start,
        clause_count,
        cell: index,
        counts: position(wire.tally_counts, counts ?? "ran"),
      });
    }
  }

  path(path: (string | null)[]): [number, number] {
    const start = this.count("segments");
    for (const segment of path) {
      this.addRaw("segments", segment === null ? [0, 0, 0, 0, 255, 255, 255, 255] : this.ref(segment));
    }
    return [start, path.length];
  }

  mapping(mapping: MappingSource): void {
    const guards = mapping.guards ?? [];
    const ops = mapping.ops ?? [];
    const guard_start = this.count("guards");
    for (const guard of guards) {
      const [segment_start, segment_count] = this.path(guard.path);
      const value_start = this.count("values");
      for (const value of guard.values ?? []) this.addRaw("values", this.ref(value));
      this.add("guards", {
        kind: position(wire.guard_kinds, guard.kind),
        segment_start,
        segment_count,
        value_start,
        value_count: guard.values?.length ?? 0,
      });
    }
    const op_start = this.count("ops");
    for (const op of ops) {
      const isLiteral = op.transform === "literal";
      const [from, size] = isLiteral ? this.placeAndSize(op.literal ?? "") : this.path(op.path ?? []);
      this.add("ops", {
        field: op.field,
        transform: position(wire.transforms, op.transform),
        unit: position(wire.units, op.unit ?? "direct"),
        many: op.adds === true ? 1 : 0,
        from: from + size * 2 ** 22,
      });
    }
    this.add("mappings", {
      id: mapping.id,
      pack: mapping.pack,
      priority: mapping.priority ?? 0,
      action: mapping.action,
      guard_start,
      guard_count: guards.length,
      op_start,
      op_count: ops.length,
      language: position(wire.languages, mapping.language ?? "none"),
    });
  }

  literals(literals: LiteralSource[]): [number, number] {
    const start = this.count("literals");
    for (const { field, text } of literals) this.add("literals", { field, text });
    return [start, literals.length];
  }

  command(command: CommandSource): void {
    const action = (index: number | "none"): number => (index === "none" ? 0xfffffffe : index);
    const marks = (names: string[]): number => mask(names.map((name) => position(wire.marks, name)));
    const options = command.options ?? [];
    const option_start = this.count("options");
    for (const option of options) {
      const use = this.use(option, action, marks);
      for (const name of option.names) this.add("options", { name, use });
    }
    const option_count = this.count("options") - option_start;
    const operands = [...(command.operands ?? [])].sort((a, b) => a.place - b.place);
    const operand_start = this.count("operands");
    for (const { place, role, field } of operands) {
      this.add("operands", { place, role: position(wire.word_roles, role), field: field ?? 0 });
    }
    const [literal_start, literal_count] = this.literals(command.literals ?? []);
    const roles = [...options, ...operands].map((word) => word.role ?? "drop");
    const runs = ["command", "exec", "shell", "sql", "code", "script", "module"];
    const all = this.source.commands ?? [];
    const goesOn = command.names.some((name) =>
      all.some((other) => other.names.some((longer) => longer.startsWith(`${name} `))),
    );
    const flags = [goesOn, command.assignments === true, command.appends === true];
    this.add("commands", {
      id: command.id,
      pack: command.pack,
      action: action(command.action),
      style: position(wire.command_styles, command.style ?? "gnu"),
      flags: mask(
        [...flags, roles.some((role) => runs.includes(role))].flatMap((is, bit) => (is ? [bit] : [])),
      ),
      needs: command.needs ?? 0,
      input: position(wire.word_roles, command.input ?? "drop"),
      marks: marks(command.marks ?? []),
      option_start,
      option_count,
      operand_start,
      operand_count: operands.length,
      literal_start,
      literal_count,
    });
  }

  /** What an option does, for all its names. */
  use(
    option: OptionSource,
    action: (index: number | "none") => number,
    marks: (names: string[]) => number,
  ): number {
    const [literal_start, literal_count] = this.literals(option.literals ?? []);
    this.add("uses", {
      takes: position(wire.option_takes, option.takes ?? "nothing"),
      role: position(wire.word_roles, option.role ?? "drop"),
      field: option.field ?? 0,
      first: option.first === true ? 1 : 0,
      action: option.action === undefined ? 0xffffffff : action(option.action),
      marks: marks(option.marks ?? []),
      literal_start,
      literal_count,
    });
    return this.count("uses") - 1;
  }

  api(api: ApiSource): void {
    const step_start = this.count("steps");
    for (const { kind, prefix, suffix, field } of api.steps ?? []) {
      this.add("steps", {
        prefix: prefix ?? "",
        suffix: suffix ?? "",
        kind: position(wire.step_kinds, kind),
        field: field ?? 0,
      });
    }
    const member_start = this.count("members");
    for (const { name, field, unit, kind } of api.members ?? []) {
      this.add("members", {
        name,
        field,
        unit: position(wire.units, unit ?? "direct"),
        kind: position(wire.member_kinds, kind ?? "member"),
      });
    }
    this.add("apis", {
      id: api.id,
      pack: api.pack,
      action: api.action,
      step_start,
      step_count: api.steps?.length ?? 0,
      member_start,
      member_count: api.members?.length ?? 0,
      methods: api.methods ?? 255,
    });
  }

  /** Indexes of the mappings in the order in which candidates are tried. */
  ordered(indexes: number[]): number[] {
    const of = (index: number): MappingSource => this.source.mappings[index] as MappingSource;
    return [...indexes].sort(
      (a, b) => of(a).pack - of(b).pack || (of(b).priority ?? 0) - (of(a).priority ?? 0) || a - b,
    );
  }

  patterns(): void {
    for (const index of this.ordered(this.source.mappings.map((_, i) => i))) {
      for (const { prefix, suffix } of this.source.mappings[index]?.patterns ?? []) {
        this.add("patterns", { prefix, suffix, mapping: index });
      }
    }
  }

  names(): void {
    const s = this.source;
    const space = wire.namespaces as Record<string, number>;
    const names: { namespace: number; text: string; value: number }[] = [];
    const seen = new Set<string>();
    const add = (namespace: number, text: string, value: number): void => {
      if (seen.has(`${namespace} ${text}`)) return;
      seen.add(`${namespace} ${text}`);
      names.push({ namespace, text, value });
    };
    const tools = new Map<string, number[]>();
    s.mappings.forEach((mapping, index) => {
      for (const name of mapping.names ?? []) {
        const canonical = canonicalToolName(utf8(name));
        tools.set(canonical, [...new Set([...(tools.get(canonical) ?? []), index])]);
      }
    });
    for (const [name, indexes] of tools) add(space.tool as number, name, this.list(this.ordered(indexes)));
    s.actions.forEach((action, index) => {
      for (const name of [action.name, ...(action.aliases ?? [])])
        add(space.action as number, utf8(name), index);
    });
    for (const server of s.servers) add(space.server as number, utf8(server.name), server.pack);
    s.currencies.forEach((currency, index) => {
      add(space.currency as number, currency.code, index);
    });
    for (const domain of s.domains) add(space.domain as number, utf8(domain), 0);
    for (const domain of s.domainsUnder) add(space.domain_under as number, utf8(domain), 0);
    const addToken = (namespace: string, source: string | TokenSource): void => {
      const { token, value } = typeof source === "string" ? { token: source, value: 0 } : source;
      add(space[namespace] as number, utf8(token), value);
    };
    for (const verb of s.verbsRead) addToken("verb_read", verb);
    for (const verb of s.verbsAct) addToken("verb_act", verb);
    for (const name of s.argumentNames ?? []) addToken("argument", name);
    for (const field of taxonomyFields) add(space.field as number, field.name, field.number);
    for (const input of s.fieldInputs) add(space.field as number, utf8(input.name), input.field);
    s.sets.forEach((set, index) => {
      for (const value of set.values) add((space.set as number) + index, utf8(value), 0);
    });

    (s.commands ?? []).forEach((command, index) => {
      for (const name of command.names) add(space.command as number, utf8(name), index);
    });
    for (const variable of s.variables ?? []) {
      const refused = variable.startsWith("!");
      add(space.variable as number, utf8(refused ? variable.slice(1) : variable), refused ? 2 : 1);
    }
    const hosts = new Map<string, number[]>();
    (s.apis ?? []).forEach((api, index) => {
      for (const host of api.hosts) hosts.set(host, [...(hosts.get(host) ?? []), index]);
    });
    for (const [host, indexes] of hosts) add(space.api as number, utf8(host), this.list(indexes));

    let slotCount = 8;
    while (9 * slotCount < 10 * names.length) slotCount *= 2;
    const slots = new Array<number>(slotCount).fill(0);
    names.forEach((name, index) => {
      const hash = fnv1a(name.namespace, name.text);
      const { namespace, value } = name;
      this.add("names", { text: this.placeOf(name.text), size: name.text.length, namespace, value });
      let at = hash & (slotCount - 1);
      while (slots[at] !== 0) at = (at + 1) & (slotCount - 1);
      slots[at] = (hash >>> 20) * 2 ** 20 + index + 1;
    });
    for (const slot of slots) this.addRaw("slots", uint(slot, 4));
  }

  count(section: string): number {
    return (this.sections.get(section) as number[][]).length;
  }

  addRaw(section: string, bytes: number[]): void {
    (this.sections.get(section) as number[][]).push(bytes);
  }

  /** One entry of a section from its members; what is not given is 0. */
  add(section: string, members: Members): void {
    const size = wire.sections.find((s) => s.name === section)?.bytes as number;
    const entry = new Array<number>(size).fill(0);
    const layout = wire.entries[section] ?? {};
    for (const [member, value] of Object.entries(members)) {
      const place = layout[member];
      if (place === undefined) throw new Error(`${section} has no member ${member}`);
      const [offset, type] = place;
      this.encode(type, value).forEach((byte, i) => {
        entry[offset + i] = byte;
      });
    }
    this.addRaw(section, entry);
  }

  encode(type: string, value: Members[string]): number[] {
    if (Array.isArray(value)) {
      const unit = (/^(u\d+) x/.exec(type) as RegExpExecArray)[1] as string;
      return value.flatMap((item) => this.encode(unit, item));
    }
    if (typeof value === "string") return type === "short" ? this.short(value) : this.ref(value);
    const bytes: Record<string, number> = { u8: 1, u16: 2, u32: 4, list: 4, u64: 8 };
    return uint(value as number | bigint, bytes[type] as number);
  }

  ref(text: string): number[] {
    return this.refOfBytes(utf8(text));
  }

  placeAndSize(text: string): [number, number] {
    const bytes = utf8(text);
    return [this.placeOf(bytes), bytes.length];
  }

  short(text: string): number[] {
    const [offset, size] = this.placeAndSize(text);
    return uint(offset + size * 2 ** 22, 4);
  }

  refOfBytes(bytes: string): number[] {
    return [...uint(this.placeOf(bytes), 4), ...uint(bytes.length, 4)];
  }

  /** Where in `text` the bytes stand, once they do. */
  placeOf(bytes: string): number {
    let offset = this.texts.get(bytes);
    if (offset === undefined) {
      offset = this.text.length;
      this.texts.set(bytes, offset);
      for (let i = 0; i < bytes.length; i++) this.text.push(bytes.charCodeAt(i));
    }
    return offset;
  }

  assemble(): Uint8Array {
    const directory: number[] = [];
    let body: number[] = [];
    const bodyAt = 48 + 8 * wire.sections.length;
    for (const section of wire.sections) {
      while ((bodyAt + body.length) % 8 !== 0) body.push(0);
      const bytes =
        section.name === "text" ? this.text : (this.sections.get(section.name) as number[][]).flat();
      directory.push(...uint(bodyAt + body.length, 4), ...uint(bytes.length / section.bytes, 4));
      body = body.concat(bytes);
    }
    return seal(Uint8Array.from([...new Array<number>(48).fill(0), ...directory, ...body]));
  }
}

/** Fills in the header: magic, versions, size, number of sections and the digest of what follows. */
export function seal(image: Uint8Array): Uint8Array {
  const sealed = image.slice();
  sealed.set([0x50, 0x30, 0x49, 0x4d, 1, 0, 1, 0], 0);
  sealed.set(uint(sealed.length, 4), 8);
  sealed.set(uint(wire.sections.length, 4), 12);
  sealed.set(sha256(sealed.subarray(48)), 16);
  return sealed;
}

function uint(value: number | bigint, bytes: number): number[] {
  const wide = BigInt.asUintN(8 * bytes, BigInt(value));
  return Array.from({ length: bytes }, (_, i) => Number((wide >> BigInt(8 * i)) & 255n));
}

function int64(value: number | bigint): number[] {
  return uint(BigInt(value), 8);
}

function mask(bits: number[]): number {
  return bits.reduce((sum, bit) => sum + 2 ** bit, 0);
}
