/** docs/format/command.md: what becomes of the words of one command of the shell. */
import { toBytes } from "../bytes.ts";
import { hit } from "../coverage.ts";
import type { Image } from "../image.ts";
import type { Command, Literal, Option } from "../image-languages.ts";
import { isKind } from "../wildcards.ts";
import { fieldNumber, taxonomyFields, wire, wordGroup } from "../wire.ts";
import type { Drafts, Language, Nested } from "./drafts.ts";
import { isCalmAwk, isCalmSed, isHarmless } from "./harmless.ts";
import { overridesMethod, takeHttp } from "./http.ts";

export interface Word {
  text: string;
  /** Only the shell knows what it becomes. */
  expands: boolean;
  globs: boolean;
  quoted: boolean;
  /** It stays one word, whatever it expands to. */
  whole: boolean;
}

export type Input = { kind: "none" | "pipe" | "file" } | { kind: "text"; text: string };

/** One command of the shell, or one inside it. */
export interface Call {
  words: Word[];
  marks: ReadonlySet<string>;
  group: number;
  depth: number;
  directory: string | null;
  input: Input;
  dialect: string | null;
}

const INNER_MAX = 64;
const CHAIN_MAX = 8;
const CLUSTER_MAX = 64;
const JOINED_MAX = 256;
const PLACEHOLDER_MAX = 16;
const LAST = 0;
const REST = 255;

const UNKNOWN_WORD: Word = { text: "$@", expands: true, globs: false, quoted: false, whole: false };

/** Reads a command of the shell and, one after the other, the commands inside it. */
export function runCommand(call: Call, drafts: Drafts, image: Image): void {
  const inner: Call[] = [];
  let count = 0;
  const start = (one: Call): boolean => {
    if (count === INNER_MAX) return false;
    count++;
    inner.push(one);
    return true;
  };
  new CommandReader(call, drafts, image, start).read();
  for (let next = inner.shift(); next !== undefined; next = inner.shift()) {
    new CommandReader(next, drafts, image, start).read();
  }
}

/** Where relative paths start: before a path that is one. */
export function pathIn(directory: string | null, text: string, drafts: Drafts): string {
  if (text === "" || directory === null || /^([/\\~$]|[A-Za-z]:)/.test(text) || /^[^:]*:\/\/./s.test(text))
    return text;
  const path = `${directory}/${text}`;
  return drafts.keep(path) ? path : "";
}

interface Fact {
  field: number;
  text: string;
}

interface Operand {
  word: Word;
  afterOptions: boolean;
}

/** What an option or operand is told. `own`: the position of a word of its own. */
interface Given {
  text: string;
  expands: boolean;
  whole: boolean;
  own: number | null;
}

interface Found {
  option: Option;
  /** Later entries count for more: those of the row more than those of its chain. */
  rank: number;
}

class CommandReader {
  readonly words: Word[];
  row: Command | null = null;
  joined = "";
  chain: Command[] = [];
  facts: Fact[] = [];
  action: number | null = null;
  best = -1;
  isNoneByOption = false;
  readonly marks = new Set<string>();
  told = false;
  takesInput = false;
  doubts = false;
  /** Some option is in no table. */
  hasUnknownOption = false;
  optionsEnded = false;
  operands: Operand[] = [];
  shift = 0;
  directory: string | null;
  placeholder: string | null = null;
  ownExpands = false;
  /** Something was written, begun or queued. */
  acted = false;
  ended = false;
  at = 1;

  constructor(
    readonly call: Call,
    readonly drafts: Drafts,
    readonly image: Image,
    readonly startInner: (call: Call) => boolean,
  ) {
    this.words = call.words;
    this.directory = call.directory;
  }

  read(): void {
    const first = this.words[0];
    if (first === undefined) return;
    if (!this.findRow(first)) return;
    const row = this.row as Command;
    this.action = row.action;
    for (; this.at < this.words.length && !this.ended; this.at++) this.word(this.words[this.at] as Word);
    this.finish();
  }

  look(name: string): Command | null {
    const index = this.image.look(wire.namespaces.command as number, name);
    return index === undefined ? null : (this.image.commands[index] as Command);
  }

  // --- 3. finding the row --------------------------------------------------------------------------------------------

  findRow(first: Word): boolean {
    const { text } = first;
    if (first.expands || first.globs || text === "") {
      hit("command word unknown");
      this.begin("process.shell", "command_unknown", "word_expands");
      this.fact("command", text);
      return false;
    }
    let name = text;
    if (text.includes("/")) {
      const slash = text.lastIndexOf("/");
      const asWritten = this.directory === null ? this.look(text) : null;
      if (asWritten === null) {
        if (!wordGroup("bin_directory").includes(text.slice(0, slash))) {
          hit("command word is a path");
          this.begin("process.run_script");
          this.fact("path", pathIn(this.directory, text, this.drafts));
          return false;
        }
        name = text.slice(slash + 1);
      }
    }
    this.row = this.look(name);
    this.joined = name;
    if (this.row === null) {
      hit("command without a row");
      this.begin("process.shell", "command_unknown");
      this.fact("command", text);
      return false;
    }
    hit("command with a row");
    return true;
  }

  // --- parts -------------------------------------------------------------------------------------------------------

  marksNow(): Set<string> {
    return new Set([...this.call.marks, ...this.marks, ...(this.row?.marks ?? [])]);
  }

  /** Begins a part of an action that a role names. */
  begin(role: string, ...marks: string[]): void {
    this.beginAction(this.drafts.roleAction(role), ...marks);
  }

  beginAction(action: number, ...marks: string[]): void {
    this.acted = true;
    this.drafts.begin(action, this.row?.pack ?? null, this.row?.id ?? "shell", this.call.group);
    this.drafts.mark(...this.marksNow(), ...marks);
  }

  fact(field: string, text: string): void {
    if (text !== "") this.drafts.fact(fieldNumber(field), text);
  }

  // --- 4. reading the words ------------------------------------------------------------------------------------------

  word(word: Word): void {
    const row = this.row as Command;
    const { text } = word;
    if (word.expands) this.doubts = true;
    if (!this.optionsEnded && text === "--" && !word.expands) {
      hit("command rule end of options");
      this.optionsEnded = true;
      return;
    }
    if (!this.optionsEnded && text.length >= 2 && text.startsWith("-")) {
      if (row.style === "single") this.singleOption(word);
      else this.dashOption(word);
      return;
    }
    if (!this.optionsEnded && text !== "" && this.plainOption(word)) return;
    if (!this.optionsEnded && this.operands.length === 0 && row.goesOn && text !== "") {
      const mayGoOn = !word.expands && !word.globs && !this.hasUnknownOption;
      const longer = mayGoOn ? this.longerName(text) : null;
      if (longer !== null) {
        hit("command rule longer name");
        const next = this.look(longer) as Command;
        if (next !== row && this.chain.length < CHAIN_MAX) this.chain.push(row);
        this.become(next, longer);
        return;
      }
    }
    const name = /^([A-Za-z_][A-Za-z0-9_]*)=/s.exec(text)?.[1];
    if (row.assignments && name !== undefined) {
      hit("command rule assignment");
      if (!this.isHarmless(name)) this.marks.add("opaque_command");
      if (word.expands && !word.whole) this.note(false);
      return;
    }
    this.operand(word);
  }

  isHarmless(name: string): boolean {
    return isHarmless(name, this.call.dialect, this.image);
  }

  /** The name that goes on with a word: as it is, by its beginning, as any word; or such a one of any words before. */
  longerName(word: string): string | null {
    const joinedAs = [this.joined];
    if (this.chain.length === 0) joinedAs.push(this.joined.replaceAll(/ [^ ]*/g, " *"));
    const dash = word.indexOf("-");
    for (const joined of joinedAs) {
      const names = [`${joined} ${word}`];
      if (dash >= 0) names.push(`${joined} ${word.slice(0, dash + 1)}*`);
      names.push(`${joined} *`);
      const found = names.find((name) => name.length <= JOINED_MAX && this.look(name) !== null);
      if (found !== undefined) return found;
    }
    return null;
  }

  become(row: Command, joined: string): void {
    this.row = row;
    this.joined = joined;
    this.action = row.action;
    this.isNoneByOption = false;
    this.best = -1;
  }

  /** `isSure`: it stays one word, and what kind of word it is is known. */
  note(isSure: boolean): void {
    this.ownExpands = true;
    if ((this.row as Command).runs && !isSure) this.marks.add("command_unknown");
  }

  unknownOption(): void {
    hit("command option unknown");
    this.doubts = true;
    this.hasUnknownOption = true;
    if ((this.row as Command).runs) this.marks.add("command_unknown");
  }

  /** Entries of the row, then of its chain backwards. */
  entries(): Found[] {
    const rows = [...this.chain, this.row as Command];
    return rows
      .flatMap((row, level) => [row.options.map((option, i) => ({ option, rank: level * 65536 + i }))])
      .reverse()
      .flat();
  }

  /** Entries of each row, the row itself first. */
  entriesByRow(): Found[][] {
    const rows = [...this.chain, this.row as Command];
    return rows
      .map((row, level) => row.options.map((option, i) => ({ option, rank: level * 65536 + i })))
      .reverse();
  }

  nextWord(): Given | null {
    const own = this.at + 1;
    const word = this.words[own];
    if (word === undefined) return null;
    this.at = own;
    return { ...word, own };
  }

  /** Rule 2 in the styles gnu, posix and bundle. */
  dashOption(word: Word): void {
    const { text } = word;
    if (text.startsWith("--") || text.length >= 3) {
      const equals = text.indexOf("=");
      for (const entries of this.entriesByRow()) {
        const whole = entries.find(({ option }) => option.name === text);
        const before =
          equals < 0 ? undefined : entries.find(({ option }) => option.name === text.slice(0, equals));
        const found = whole ?? before;
        if (found === undefined) continue;
        hit("command option by its name");
        let given: Given | null = null;
        if (whole === undefined) given = this.attached(word, equals + 1);
        else if (found.option.takes === "argument") given = this.nextWord();
        this.apply(found, given);
        if (word.expands && !word.whole) this.note(false);
        return;
      }
    }
    if (word.expands) this.note(false);
    if (text.startsWith("--")) this.abbreviation(word);
    else this.cluster(word, text.slice(1), false);
  }

  attached(word: Word, from: number): Given {
    return { text: word.text.slice(from), expands: word.expands, whole: word.whole, own: null };
  }

  abbreviation(word: Word): void {
    const equals = word.text.indexOf("=");
    const start = equals < 0 ? word.text : word.text.slice(0, equals);
    const found = this.entries().filter(({ option }) => option.name.startsWith(start));
    if (found.length === 0) {
      this.unknownOption();
      return;
    }
    hit("command option abbreviated");
    let given: Given | null = null;
    if (equals >= 0) given = this.attached(word, equals + 1);
    else if (found.some(({ option }) => option.takes === "argument")) given = this.nextWord();
    for (const one of found) {
      const takesIt = equals >= 0 || one.option.takes !== "attached";
      this.apply(one, takesIt ? given : null, true);
    }
  }

  /** `bundled`: the first word of the style bundle, whose options take the words behind it. */
  cluster(word: Word, bytes: string, bundled: boolean): void {
    let unknown = false;
    for (let i = 0; i < bytes.length; i++) {
      if (i === CLUSTER_MAX) {
        this.marks.add("command_unknown");
        return;
      }
      const byte = bytes[i] as string;
      const found = this.entries().find(({ option }) => option.name === `-${byte}`);
      if (found === undefined) {
        if (/[0-9]/.test(byte)) continue;
        unknown = true;
        this.unknownOption();
        continue;
      }
      hit("command option in a cluster");
      const { takes } = found.option;
      const rest = bytes.slice(i + 1);
      let given: Given | null = null;
      if (takes === "argument" && (bundled || rest === "")) given = this.nextWord();
      else if (takes !== "nothing" && !bundled && rest !== "") {
        given = { text: rest, expands: word.expands, whole: false, own: null };
      }
      this.apply(found, given, unknown);
      if (takes !== "nothing" && !bundled) return;
      if (this.ended) return;
    }
  }

  /** The rule of the style single: an entry and what it is told, or null. */
  single(word: Word): { found: Found; given: Given | null } | null {
    const { text } = word;
    for (const found of this.entries()) {
      const { name, takes } = found.option;
      if (name === text) return { found, given: takes === "argument" ? this.nextWord() : null };
      if (takes !== "nothing" && text.startsWith(`${name}=`)) {
        return { found, given: this.attached(word, name.length + 1) };
      }
      const goesOn = takes === "attached" || (takes === "argument" && !name.startsWith("-"));
      if (goesOn && text.startsWith(name)) return { found, given: this.attached(word, name.length) };
    }
    return null;
  }

  singleOption(word: Word): void {
    const one = this.single(word);
    if (one === null) this.unknownOption();
    else {
      hit("command option of style single");
      this.apply(one.found, one.given);
    }
    if (word.expands && (one === null || !word.whole)) this.note(false);
  }

  /** Rule 3: options without a dash. */
  plainOption(word: Word): boolean {
    const isBundle = (this.row as Command).style === "bundle" && this.at === 1;
    const one = this.single(word);
    if (one !== null) {
      hit("command option without a dash");
      this.apply(one.found, one.given);
    } else if (isBundle) {
      hit("command bundle");
      this.cluster(word, word.text, true);
    } else return false;
    if (word.expands) this.note(word.whole);
    return true;
  }

  apply({ option, rank }: Found, given: Given | null, neverNone = false): void {
    this.setLiterals(option.literals);
    for (const mark of option.marks) this.marks.add(mark);
    if (option.first) this.shift = 1;
    if (option.action !== undefined && rank > this.best) {
      const isNone = option.action === null;
      const effect = isNone ? "none" : this.image.actions[option.action as number]?.effect;
      const isCalm = effect === "none" || effect === "read";
      const isAllowed = isNone ? !(neverNone || this.doubts) : !(isCalm && this.hasUnknownOption);
      if (isAllowed) {
        this.action = option.action;
        this.best = rank;
        this.isNoneByOption = isNone;
      }
    }
    if (option.role === "input") this.takesInput = true;
    if (option.takes === "nothing" || given === null) return;
    hit(`command option role ${option.role}`);

    if (option.role === "module") this.module(option, given);
    else if (option.role === "command" && given.own !== null) {
      this.inner(given.own, this.words.length, false);
      this.ended = true;
    } else if (option.role === "exec" && given.own !== null) {
      let end = given.own;
      while (end < this.words.length && !this.endsExec(end, given.own)) end++;
      this.inner(given.own, end, true);
      this.at = end;
    } else {
      if (given.expands && !(given.whole && this.isHarmlessRole(option))) this.note(given.whole);
      this.use(option.role, option.field, given);
    }
  }

  endsExec(at: number, start: number): boolean {
    const text = (index: number): string | undefined => this.words[index]?.text;
    return text(at) === ";" || (at > start && text(at) === "+" && text(at - 1) === "{}");
  }

  module(option: Option, given: Given): void {
    this.told = true;
    const name = `${this.joined} ${option.name} ${given.text}`;
    const next = given.expands || name.length > JOINED_MAX ? null : this.look(name);
    if (next !== null) {
      this.chain = [];
      this.become(next, name);
      return;
    }
    this.codePart("command", given.text, given.expands, "command_unknown");
    this.ended = true;
  }

  isHarmlessRole({ role, field }: { role: string; field: number }): boolean {
    return role === "drop" || (role === "field" && ["text", "word"].includes(typeOf(field)));
  }

  setLiterals(literals: Literal[]): void {
    for (const { field, text } of literals) this.setFact(field, text);
  }

  setFact(field: number, text: string): void {
    const value = typeOf(field) === "path" ? pathIn(this.directory, text, this.drafts) : text;
    if (text === "" || value === "") return;
    const before = isMany(field) ? undefined : this.facts.find((fact) => fact.field === field);
    if (before === undefined) this.facts.push({ field, text: value });
    else before.text = value;
  }

  // --- operands ----------------------------------------------------------------------------------------------------

  roleAt(place: number): { role: string; field: number } | undefined {
    return (this.row as Command).operands.find((operand) => operand.place === place);
  }

  operand(word: Word): void {
    const number = this.operands.length + 1 + this.shift;
    const role = (this.roleAt(number < REST ? number : REST) ?? this.roleAt(REST))?.role;
    if (role === "command") {
      hit("command operand command");
      this.noteOperands();
      this.inner(this.at, this.words.length, false);
      this.told = true;
      this.ended = true;
      return;
    }
    if (word.text === "" && role === "edit") return;
    this.operands.push({ word, afterOptions: this.optionsEnded });
    this.doubts = true;
    if ((this.row as Command).style === "posix") this.optionsEnded = true;
  }

  /** The role of an operand, once all are known. */
  finalRole(operand: Operand): { role: string; field: number; isRest: boolean } {
    // An option that stands for operand 1 counts for all operands, wherever it stood.
    const number = this.operands.indexOf(operand) + 1 + this.shift;
    const own = number < REST ? this.roleAt(number) : undefined;
    if (own !== undefined) return { role: own.role, field: own.field, isRest: false };
    const last = this.roleAt(LAST);
    const isLast = operand === this.operands[this.operands.length - 1] && number >= 2;
    if (last !== undefined && isLast) {
      const isTaken =
        last.role === "field" && !isMany(last.field) && this.facts.some((fact) => fact.field === last.field);
      if (!isTaken) return { role: last.role, field: last.field, isRest: false };
    }
    const rest = this.roleAt(REST);
    return rest === undefined
      ? { role: "drop", field: 0, isRest: false }
      : { role: rest.role, field: rest.field, isRest: true };
  }

  noteOperands(): void {
    for (const operand of this.operands) {
      const { word, afterOptions } = operand;
      if (!word.expands) continue;
      const isSure = word.whole && (afterOptions || !/^[$`-]/.test(word.text));
      if (!(word.whole && afterOptions && this.isHarmlessRole(this.finalRole(operand)))) this.note(isSure);
    }
  }

  // --- inner commands ------------------------------------------------------------------------------------------------

  /** What `{}` of `find DIR -name '*.c' -exec` stands for, or null where nobody knows. */
  foundFiles(): string | null {
    const [operand, another] = this.operands;
    const [fact, more] = this.facts;
    if (operand === undefined || another !== undefined || fact === undefined || more !== undefined)
      return null;
    const { text, expands, globs } = operand.word;
    if (expands || globs || this.ownExpands) return null;
    if (fact.field !== fieldNumber("path") || !isKind(fact.text)) return null;
    return `${text}/${fact.text}`;
  }

  /** A word of an inner command that is to be what was found. */
  found(files: string): Pick<Word, "text" | "globs"> {
    hit("command word {} is a kind");
    return { text: this.drafts.keep(files) ? files : "", globs: true };
  }

  inner(start: number, end: number, isExec: boolean): void {
    let words = this.words.slice(start, end);
    const { appends } = this.row as Command;
    if (isExec || appends) {
      const files = isExec ? this.foundFiles() : null;
      const unknown = (text: string): boolean =>
        text.includes("{}") ||
        (this.placeholder !== null &&
          (this.placeholder.length > PLACEHOLDER_MAX || text.includes(this.placeholder)));
      words = words.map((word) => {
        if (files !== null && word.text === "{}") return { ...word, ...this.found(files) };
        if (!unknown(word.text)) return word;
        return { ...word, expands: true, whole: word.expands ? word.whole : isExec };
      });
    }
    if (words.length === 0) return;
    if (appends && this.placeholder === null) words.push(UNKNOWN_WORD);
    const { group, depth, input } = this.call;
    const { directory } = this;
    const call: Call = { ...this.call, words, marks: this.marksNow(), group, depth, directory, input };
    if (this.startInner(call)) this.acted = true;
    else {
      this.begin("process.shell", "opaque_command");
      this.fact("command", (words[0] as Word).text);
    }
  }

  // --- using a word --------------------------------------------------------------------------------------------------

  use(role: string, field: number, given: Given | Word): void {
    const { text, expands } = given;
    const mark = expands ? ["word_expands"] : [];
    if (text === "-") return;
    hit(`command use ${role}`);
    switch (role) {
      case "field":
        this.setFact(field, text);
        return;
      case "shell":
      case "sql":
        this.told = true;
        this.nested(role, text, expands);
        return;
      case "fetch":
        this.nested("http", text, expands);
        return;
      case "code":
      case "script":
        this.told = true;
        this.codePart(role === "script" ? "path" : "command", text, expands);
        return;
      case "program":
      case "edit": {
        this.told = true;
        const isCalm = role === "program" ? isCalmAwk(text) : isCalmSed(text);
        if (expands || !isCalm) this.codePart("command", text, expands);
        return;
      }
      case "read":
      case "write":
        this.filePart(`files.${role}`, text, mark);
        return;
      case "header":
        if (overridesMethod(text)) this.marks.add("opaque_command");
        if (!/^@./s.test(text)) return;
        this.filePart("files.read", text.slice(1), mark);
        return;
      case "send":
        this.begin("network.http_post", ...mark);
        this.fact("url", text);
        return;
      case "command":
      case "exec":
        this.told = true;
        this.begin("process.shell", "opaque_command");
        this.fact("command", text);
        return;
      case "number":
        if (!text.includes("$(") && !text.includes("`")) return;
        this.begin("process.shell", "opaque_command");
        this.fact("command", text);
        return;
      case "directory":
        if (text !== "") this.directory = pathIn(this.directory, text, this.drafts);
        return;
      case "placeholder":
        this.placeholder = text;
        return;
      case "variable":
        if (!this.isHarmless(text)) this.marks.add("opaque_command");
        return;
    }
  }

  filePart(role: string, path: string, marks: string[]): void {
    this.begin(role, ...marks);
    this.fact("path", pathIn(this.directory, path, this.drafts));
  }

  nested(language: Language, text: string, expands: boolean): void {
    const { group, depth } = this.call;
    const marks = this.marksNow();
    const waits = { language, text, marks, group, depth: depth + 1, directory: this.directory };
    if (!expands && this.drafts.queue(waits)) {
      this.acted = true;
      return;
    }
    const mark = expands ? ["word_expands"] : [];
    if (language === "http") {
      this.begin("network.http_get", ...mark);
      this.fact("url", text);
    } else if (language === "sql") {
      this.begin("db.admin", "opaque_command", ...mark);
      this.fact("query", text);
    } else {
      this.begin("process.shell", "opaque_command", ...mark);
      this.fact("command", text);
    }
  }

  /** A part `process.run_script`: what the row sets by itself, and then the code or where it stands. */
  codePart(field: "command" | "path", text: string, expands: boolean, ...marks: string[]): void {
    this.begin("process.run_script", ...marks, ...(expands ? ["word_expands"] : []));
    this.literalsBut(field, ...(field === "command" ? ["origin"] : []));
    this.fact(field, field === "path" ? pathIn(this.directory, text, this.drafts) : text);
  }

  /** What the row sets by itself, in a part of its own. */
  literalsBut(...fields: string[]): void {
    const others = fields.map(fieldNumber);
    for (const literal of (this.row as Command).literals) {
      if (!others.includes(literal.field)) this.drafts.fact(literal.field, literal.text);
    }
  }

  // --- at the end of the words ----------------------------------------------------------------------------------------

  finish(): void {
    this.noteOperands();
    const repeated = this.useOperands();
    const row = this.row as Command;
    if (row.input !== null && (!this.told || this.takesInput) && !this.isNoneByOption) {
      this.readInput(row.input);
    }
    for (const { field, text } of row.literals) {
      if (isMany(field) || !this.facts.some((fact) => fact.field === field)) this.setFact(field, text);
    }
    if (this.action !== null) this.ownParts(this.action, repeated);
    const marks = this.marksNow();
    const isDoubtful = marks.has("opaque_command") || marks.has("command_unknown");
    if (!this.acted && isDoubtful && !this.isNoneByOption) {
      hit("command without a part");
      this.begin("process.shell");
      this.fact("command", (this.words[0] as Word).text);
    }
  }

  /** Uses the operands; those of a repeated field are given back. */
  useOperands(): { field: number; texts: string[] } {
    const rest = this.roleAt(REST);
    const isSingle = rest?.role === "field" && !isMany(rest.field);
    const isRepeated = isSingle && ["url", "host"].includes(typeOf(rest?.field ?? 0));
    const isJoined =
      (rest !== undefined && ["shell", "sql", "code"].includes(rest.role)) ||
      (isSingle && ["text", "word"].includes(typeOf(rest?.field ?? 0)));
    const repeated = { field: rest?.field ?? 0, texts: [] as string[] };
    const roles = this.operands.map((operand) => ({ operand, ...this.finalRole(operand) }));
    const ofRest = roles.filter((one) => one.isRest).map((one) => one.operand.word);
    let isJoinedUsed = false;
    for (const { operand, role, field, isRest } of roles) {
      const { word } = operand;
      if (isRest && isRepeated) {
        if (word.text !== "-" && word.text !== "") repeated.texts.push(word.text);
      } else if (isRest && isJoined) {
        if (isJoinedUsed) continue;
        isJoinedUsed = true;
        const text = ofRest.map((one) => one.text).join(" ");
        if (ofRest.length > 1 && !this.drafts.keep(text)) continue;
        const expands = ofRest.some((one) => one.expands);
        this.use(role, field, { text, expands, whole: false, own: null });
      } else this.use(role, field, word);
    }
    return repeated;
  }

  readInput(role: string): void {
    const { input } = this.call;
    hit(`command input ${role} ${input.kind}`);
    if (input.kind === "text") {
      if (role === "code") this.codePart("command", input.text, false);
      else this.nested(role as Language, input.text, false);
    } else if (input.kind === "none") {
      if (role !== "shell") return;
      this.begin("process.shell");
      this.fact("command", (this.words[0] as Word).text);
    } else {
      this.begin(role === "sql" ? "db.admin" : "process.run_script", "opaque_command");
      this.literalsBut();
    }
  }

  ownParts(action: number, repeated: { field: number; texts: string[] }): void {
    const row = this.row as Command;
    if (repeated.texts.length === 0) {
      if (row.needs === 0 || this.facts.some((fact) => fact.field === row.needs))
        this.ownPart(action, this.facts);
      return;
    }
    const others = (): Fact[] => this.facts.filter((fact) => fact.field !== repeated.field);
    if (others().length < this.facts.length) this.ownPart(action, this.facts);
    const destination = this.facts.find((fact) => fact.field === fieldNumber("destination_path"))?.text ?? "";
    const isNamed = repeated.field !== fieldNumber("url") || !/(^|\/)\.$/.test(destination);
    for (const text of repeated.texts) {
      if (!isNamed) this.setFact(fieldNumber("destination_path"), nameOfDownload(text));
      this.ownPart(action, [...others(), { field: repeated.field, text }]);
    }
  }

  ownPart(action: number, facts: Fact[]): void {
    const of = (name: string): string | null =>
      facts.find((fact) => fact.field === fieldNumber(name))?.text ?? null;
    const url = of("url");
    const isPost = action === this.drafts.roleAction("network.http_post");
    const isHttp = isPost || action === this.drafts.roleAction("network.http_get");
    const marks = new Set([...this.marksNow(), ...(this.ownExpands ? ["word_expands"] : [])]);
    if (isHttp && url !== null) {
      hit("command part taken apart as http");
      const { group, depth } = this.call;
      const text: Nested = { language: "http", text: url, marks, group, depth, directory: this.directory };
      const bytes = (given: string | null): Uint8Array | null => (given === null ? null : toBytes(given));
      const method = of("method") ?? (isPost ? "POST" : null);
      this.acted = true;
      takeHttp(bytes(method), toBytes(url), bytes(of("data")), text, this.drafts, this.image);
      return;
    }
    this.beginAction(action, ...marks);
    for (const { field, text } of facts) this.drafts.fact(field, text);
  }
}

/** The name that what an address holds is saved under, or nothing. */
function nameOfDownload(address: string): string {
  const path = address.replace(/[?#].*$/s, "");
  return path.slice(path.lastIndexOf("/") + 1);
}

function typeOf(field: number): string {
  return taxonomyFields[field - 1]?.type ?? "";
}

function isMany(field: number): boolean {
  return taxonomyFields[field - 1]?.many === true;
}
