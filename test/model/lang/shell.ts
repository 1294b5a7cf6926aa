/** docs/format/shell.md, 5 to 10: lists, pipelines, compounds and simple commands. */
import { hit } from "../coverage.ts";
import type { Image } from "../image.ts";
import type { Request } from "../request.ts";
import { fieldNumber, wire, wordGroup } from "../wire.ts";
import { type Input, runCommand, type Word } from "./command.ts";
import type { Drafts, Nested } from "./drafts.ts";
import { changeShell, effectiveIndex, isOptionOfSet } from "./shell-changes.ts";
import { hereBody } from "./shell-here.ts";
import { ShellState } from "./shell-state.ts";
import { ARITHMETIC, Fault, fault, Text, WordReader } from "./shell-words.ts";

/** Takes a shell text apart into commands and redirections. */
export function takeShell(text: Nested, drafts: Drafts, request: Request, image: Image): void {
  const { host, assertedBy } = request.context;
  const dialect = assertedBy.has("host") ? (host?.dialect ?? null) : null;
  const state = new ShellState(text, drafts, image, dialect);
  try {
    new ShellReader(state, dialect).read();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    state.isOpaque = true;
    state.joinText();
  }
  if (state.isOpaque) drafts.opaque(text);
}

const RESERVED = [
  ..."! { } [[".split(" "),
  ..."case do done elif else esac fi for function if select then until while time coproc".split(" "),
];
const WORDS_MAX = 4096;
/** Values that one command makes known. */
const VALUES_MAX = 64;
/** Words that no function may be called. */
const FUNCTION_GROUPS = [
  "keyword",
  "declare",
  "naming",
  "opaque",
  "forgets",
  "leading",
  "special",
  "builtin",
].map((name) => `shell_${name}`);

/** A list that is being read. */
interface Frame {
  parent: Frame | null;
  /** What may end it. */
  closers: string[];
  /** Groups begun since then join the pipeline around when it ends. */
  joins: { since: number; group: number } | null;
}

/** What a command was, for the command behind its pipe and for known values. */
interface Done {
  isSimple: boolean;
  words: Text[];
  redirections: number;
  assignments: number;
  input: Input;
  /** Assignments of a command that is nothing else. */
  values: Value[];
}

interface Value {
  name: string;
  /** null: only the shell knows it. */
  value: string | null;
  /** No variable of this name was there before. */
  isNew: boolean;
  /** Which assignment it was. */
  assignment: number;
}

interface List {
  closer: string;
  isEmpty: boolean;
}

const COMPOUND: Done = {
  isSimple: false,
  words: [],
  redirections: 0,
  assignments: 0,
  input: { kind: "none" },
  values: [],
};

export class ShellReader extends WordReader {
  /** The command that is being read stands behind a pipe. */
  isPiped = false;
  /** The next compound is the body of a function. */
  isFunctionNext = false;
  frame: Frame = { parent: null, closers: [], joins: null };
  /** What the lists of the compound or substitution do when they end. */
  joins: Frame["joins"] = null;
  compounds = 0;
  substitutions = 0;
  execChangedInput = false;
  openWords = 0;
  /** The substitution that is being read: here-documents and their newlines stand in the same one. */
  level = 0;
  lastLevel = 0;
  hereLevels: number[] = [];

  read(): void {
    if (/[\x00-\x08\x0b-\x1f\x7f]/.test(this.src)) fault("control byte");
    this.inside(() => this.list([""]));
  }

  // --- lists -------------------------------------------------------------------------------------------------------

  /** Passes a newline that ends a command or stands between words of a compound. */
  listNewline(): void {
    if (this.here === null || this.at !== this.here.newlineAt) {
      this.at++;
      return;
    }
    this.checkHereLevel();
    this.at = this.here.resumeAt;
    this.here = null;
    this.hereLevels = [];
  }

  checkHereLevel(): void {
    if (this.hereLevels.some((level) => level !== this.level)) fault("newline of a here-document");
  }

  listBlanks(): void {
    for (this.blanks(); this.byte() === "\n"; this.blanks()) this.listNewline();
  }

  list(closers: string[]): List {
    const outer = this.frame;
    this.frame = { parent: outer, closers, joins: this.joins };
    const result = this.listInside(closers);
    this.frame = outer;
    return result;
  }

  listInside(closers: string[]): List {
    let follows = "";
    for (let count = 0; ; count++) {
      this.listBlanks();
      const closer = this.closer(closers);
      if (closer !== null) {
        if (follows !== "") {
          if (closer === ")" || closer === "`") this.joinFrame();
          fault("nothing after && or ||");
        }
        return { closer, isEmpty: count === 0 };
      }
      follows = this.pipelineAndSeparator(follows);
    }
  }

  joinFrame(): void {
    const { joins } = this.frame;
    if (joins !== null) this.state.joinSince(joins.since, joins.group);
  }

  /** What closes the list here, passed; null where a command begins. */
  closer(closers: string[]): string | null {
    if (this.at >= this.end) return closers.includes("") ? "" : fault("list without end");
    if (this.byte() === ")") {
      if (!closers.includes(")")) fault(") without (");
      this.at++;
      return ")";
    }
    if (this.byte() === "`" && this.isAtOwnBackquote()) {
      if (!closers.includes("`")) fault("backquote in a list");
      this.at++;
      return "`";
    }
    for (const end of [";;&", ";;", ";&"]) {
      if (!this.starts(end)) continue;
      if (!closers.includes(";;")) fault(";; outside case");
      if (end !== ";;") this.notPosix(end);
      this.at += end.length;
      return ";;";
    }
    const word = this.keyword();
    if (!closers.includes(word) || word === "") return null;
    this.word();
    return word;
  }

  /** The word of plain letters, brackets or braces that stands here alone, or nothing. */
  keyword(): string {
    const found = /(?:[a-z{}[\]!]|\\\n)+/y;
    found.lastIndex = this.at;
    const written = (found.exec(this.src)?.[0] ?? "").slice(0, this.end - this.at);
    const after = this.byte(written.length);
    const isProcess = (after === "<" || after === ">") && this.byte(written.length + 1) === "(";
    const ends = after === "" || " \t\n;&|<>()".includes(after) || (after === "`" && this.isAtOwnBackquote());
    return ends && !isProcess ? written.replaceAll("\\\n", "") : "";
  }

  /** Gives what the next pipeline follows: `&&`, `||` or nothing. */
  pipelineAndSeparator(follows: string): string {
    const { state } = this;
    const before = { directory: state.directory, changes: state.changes };
    const values = this.pipeline();
    this.blanks();
    if (follows === "||" && state.changes !== before.changes) state.doubtDirectory(before.changes);
    const isTop = this.frame.parent?.parent === null && this.compounds === 0 && this.substitutions === 0;
    const isBackground = this.byte() === "&" && this.byte(1) !== "&";
    if (isTop && follows === "" && !isBackground) {
      this.know(values);
    }
    if (this.starts("&&") || this.starts("||")) {
      const operator = this.starts("&&") ? "&&" : "||";
      this.at += 2;
      this.listBlanks();
      return operator;
    }
    if (isBackground) {
      this.at++;
      state.restoreDirectory(before);
    } else if (this.byte() === ";") {
      if (!this.starts(";;") && !this.starts(";&")) this.at++;
    } else if (this.byte() === "\n") this.listNewline();
    else if (this.at < this.end && this.byte() !== ")" && !(this.byte() === "`" && this.isAtOwnBackquote())) {
      fault("no separator");
    }
    return "";
  }

  /** What a command of assignments alone makes known: of a name the last one, if that says its whole value. */
  know(values: Value[]): void {
    const plain = values.flatMap(({ value, ...one }) => (value === null ? [] : [{ ...one, value }]));
    for (const { name, value, isNew, assignment } of plain.slice(0, VALUES_MAX)) {
      if (this.state.lastAssignment(name) !== assignment) continue;
      if (isNew && this.src.includes(`${name}=$((`, this.at)) this.state.count(name);
      this.state.know(name, value);
    }
  }

  // --- pipelines ---------------------------------------------------------------------------------------------------

  /** The values that its one command makes known. */
  pipeline(): Done["values"] {
    const { state } = this;
    const outerGroup = this.group;
    this.group = state.newGroup();
    let before: Done | null = null;
    for (let count = 1; ; count++) {
      const start = { directory: state.directory, changes: state.changes, begun: state.begun.length };
      this.isPiped = before !== null;
      const done = this.command(before, count);
      this.blanks();
      const isPiped = this.byte() === "|" && this.byte(1) !== "|";
      if (!done.isSimple && isPiped) state.joinSince(start.begun, this.group);
      if (isPiped || before !== null) {
        state.restoreDirectory(start);
      }
      if (!isPiped) {
        this.group = outerGroup;
        return count === 1 ? done.values : [];
      }
      hit("shell pipe");
      this.at++;
      if (this.byte() === "&") {
        this.notPosix("|&");
        this.at++;
      }
      this.listBlanks();
      before = done;
    }
  }

  /** Reads one command; `count`: its place in the pipeline. */
  command(before: Done | null, count: number): Done {
    const isFirst = count === 1;
    for (;;) {
      this.blanks();
      if (this.byte() === "(") return this.compound(() => this.parenthesis());
      if (!this.wordBegins()) {
        if (!this.atRedirection()) {
          if (this.byte() === ")" && this.frame.closers.includes(")")) this.joinFrame();
          fault("no command");
        }
        return this.simple(null, before, count);
      }
      const word = this.word();
      if (!word.isPlain() || !RESERVED.includes(word.text)) return this.simple(word, before, count);
      hit(`shell reserved ${word.text}`);
      if (word.text === "!") {
        if (!isFirst) fault("! inside a pipeline");
        this.listBlanks();
        continue;
      }
      if (word.text === "time") {
        this.blanks();
        const isPosixForm = this.starts("-p ") || this.starts("-p\t");
        if (!isFirst || (this.byte() === "-" && !isPosixForm)) return this.simple(word, before, count);
        if (isPosixForm) this.at += 2;
        this.listBlanks();
        continue;
      }
      return this.reserved(word.text);
    }
  }

  // --- compounds ---------------------------------------------------------------------------------------------------

  reserved(word: string): Done {
    switch (word) {
      case "{":
        return this.compound(() => this.some(["}"]));
      case "if":
        return this.compound(() => this.doubting(() => this.ifThen()));
      case "while":
      case "until":
        return this.compound(() =>
          this.doubting(() =>
            this.looping(() => {
              this.some(["do"]);
              this.some(["done"]);
            }),
          ),
        );
      case "for":
      case "select":
        if (word === "select") this.notPosix(word);
        return this.compound(() => this.doubting(() => this.looping(() => this.forIn())));
      case "case":
        return this.compound(() => this.doubting(() => this.caseIn()));
      case "[[":
        this.notPosix("[[");
        return this.compound(() => this.test());
      case "function":
        this.notPosix("function");
        return this.namedFunction();
      default:
        if (this.frame.closers.includes(word)) this.joinFrame();
        return fault(`reserved word in the wrong place: ${word}`);
    }
  }

  /** A compound and the redirections behind it. */
  compound(body: () => void): Done {
    const begun = this.state.begun.length;
    const { changes } = this.state;
    const { isPiped, isFunctionNext, joins } = this;
    this.isFunctionNext = false;
    this.joins = isPiped ? { since: begun, group: this.group } : null;
    this.compounds++;
    this.inside(body);
    this.compounds--;
    this.joins = joins;
    if (isPiped) this.state.joinSince(begun, this.group);
    if (isFunctionNext && this.state.changes !== changes) {
      this.state.directoryLost = true;
      this.state.directory = { kind: "unknown" };
    }
    let redirections = 0;
    for (;;) {
      this.blanks();
      const number = /^[0-9]+(?=[<>])/.exec(this.src.slice(this.at, this.end))?.[0] ?? "";
      if (number === "" && !this.atRedirection()) break;
      this.at += number.length;
      this.state.joinSince(begun, this.group);
      this.redirection(number === "" ? null : Number(number));
      redirections++;
    }
    if (this.byte() === "(") fault("something after a compound");
    if (this.wordBegins()) {
      this.word();
      fault("something after a compound");
    }
    return { ...COMPOUND, redirections };
  }

  /** A list that must not be empty. */
  some(closers: string[]): string {
    const list = this.list(closers);
    if (list.isEmpty) fault("empty list");
    return list.closer;
  }

  /** What may or may not run: a change of directory in it leaves it unknown. */
  doubting(body: () => void): void {
    const { changes } = this.state;
    body();
    this.state.doubtDirectory(changes);
  }

  looping(body: () => void): void {
    this.state.loops.push({ acted: false, used: new Set() });
    body();
    this.state.loops.pop();
  }

  parenthesis(): void {
    const { state } = this;
    if (this.starts("((")) {
      this.notPosix("((");
      this.at += 2;
      this.arithmetic(ARITHMETIC);
      return;
    }
    const { directory, changes } = state;
    this.at++;
    this.some([")"]);
    state.restoreDirectory({ directory, changes });
  }

  ifThen(): void {
    const { changes } = this.state;
    this.some(["then"]);
    for (;;) {
      const closer = this.some(["elif", "else", "fi"]);
      if (closer === "fi") return;
      this.state.doubtDirectory(changes);
      if (closer === "else") {
        this.some(["fi"]);
        return;
      }
      this.some(["then"]);
    }
  }

  forIn(): void {
    let name = "";
    const { flows } = this;
    this.blanks();
    if (this.starts("((")) {
      this.notPosix("for ((");
      this.at += 2;
      this.inside(() => this.arithmetic(ARITHMETIC));
    } else {
      const word = this.word();
      if (!word.isPlain() || !this.isName(word.text)) fault("name of for");
      name = word.text;
      this.state.judge(name);
      this.state.assign(name, null);
      this.listBlanks();
      if (this.plainWordHere("in")) {
        this.at += 2;
        for (this.blanks(); this.wordBegins(); this.blanks()) {
          const one = this.word();
          this.suspect(one.text, one);
        }
        if (this.byte() !== ";" && this.byte() !== "\n") fault("words of for");
      }
    }
    this.blanks();
    if (this.byte() === ";") this.at++;
    this.listBlanks();
    this.expect("do");
    this.at += 2;
    if (this.flows !== flows) this.state.setGroup(name, this.group);
    this.some(["done"]);
  }

  /** A reserved word that must stand here; another one is read before it is a fault. */
  expect(word: string): void {
    if (this.plainWordHere(word)) return;
    if (this.wordBegins()) this.word();
    fault(`no ${word}`);
  }

  /** Whether this word stands here, and ends here. */
  plainWordHere(word: string): boolean {
    const after = this.byte(word.length);
    return this.starts(word) && (after === "" || " \t\n;&|<>()".includes(after));
  }

  caseIn(): void {
    const { state } = this;
    const { changes } = state;
    this.blanks();
    if (!this.wordBegins()) fault("word of case");
    this.word();
    this.listBlanks();
    this.expect("in");
    this.at += 2;
    for (;;) {
      this.listBlanks();
      if (this.plainWordHere("esac")) {
        this.at += 4;
        return;
      }
      if (this.byte() === "(") this.at++;
      for (;;) {
        this.blanks();
        if (!this.wordBegins()) fault("pattern of case");
        this.word();
        this.blanks();
        if (this.byte() !== "|") break;
        this.at++;
      }
      if (this.byte() !== ")") fault("pattern of case");
      this.at++;
      const { closer } = this.list([";;", "esac"]);
      state.doubtDirectory(changes);
      if (closer === "esac") return;
    }
  }

  test(): void {
    for (;;) {
      this.continuation();
      while (this.byte() !== "" && " \t\n".includes(this.byte())) {
        if (this.byte() === "\n") this.newline();
        else this.at++;
        this.continuation();
      }
      if (this.byte() === "#") fault("# in [[");
      if (!this.wordBegins(true)) fault("[[ without end");
      if (this.plainWordHere("]]")) {
        this.at += 2;
        return;
      }
      const word = this.word(true);
      if (isHidden(word.text, word.kinds)) this.state.isOpaque = true;
    }
  }

  // --- functions ---------------------------------------------------------------------------------------------------

  namedFunction(): Done {
    this.blanks();
    const name = this.word();
    this.blanks();
    if (this.byte() === "(") this.emptyParentheses();
    return this.functionBody(name);
  }

  emptyParentheses(): void {
    this.at++;
    this.blanks();
    if (this.byte() !== ")") fault("( after a word");
    this.at++;
  }

  functionBody(name: Text): Done {
    const { state } = this;
    if (!name.isPlain() || !/^[A-Za-z0-9_.:-]+$/.test(name.text)) fault("name of a function");
    const isCommand = this.state.image.look(wire.namespaces.command as number, name.text) !== undefined;
    const isWord = FUNCTION_GROUPS.some((group) => wordGroup(group).includes(name.text));
    if (isCommand || isWord) state.isOpaque = true;
    state.hasFunction = true;
    state.forgetValues();
    this.listBlanks();
    const compounds = ["{", "[[", "if", "while", "until", "for", "select", "case"];
    if (this.byte() !== "(" && !compounds.includes(this.keyword())) {
      if (this.wordBegins()) this.word();
      fault("body of a function");
    }
    this.isFunctionNext = true;
    return this.command(null, 1);
  }

  // --- simple commands ----------------------------------------------------------------------------------------------

  atRedirection(): boolean {
    const byte = this.byte();
    if (byte === "<" || byte === ">") return this.byte(1) !== "(";
    return byte === "&" && this.byte(1) === ">";
  }

  /** A simple command, of which the first word may have been read. */
  simple(first: Text | null, before: Done | null, count: number): Done {
    const { state } = this;
    const words: Text[] = [];
    const values: Done["values"] = [];
    let assignments = 0;
    let setsIfs = false;
    const openBefore = this.openWords;
    let redirections = 0;
    let input: Input | null = null;
    let wasBoth = false;
    for (let word = first; ; word = null) {
      if (word === null) {
        this.blanks();
        if (this.atRedirection()) {
          wasBoth = this.byte() === "&";
          input = this.redirection(null) ?? input;
          redirections++;
          continue;
        }
        if (this.byte() === "(") fault("( after a word");
        if (!this.wordBegins()) break;
        word = this.word();
      }
      const { text } = word;
      if (word.isPlain() && this.atRedirection() && this.byte() !== "&") {
        if (/^[0-9]+$/.test(text)) {
          input = this.redirection(Number(text)) ?? input;
          redirections++;
          continue;
        }
        if (/^\{[A-Za-z0-9_]*\}$/.test(text)) fault("{name} before a redirection");
      }
      if (wasBoth && this.dialect !== "bash" && this.dialect !== "zsh") fault("a word after &>");
      this.openWords++;
      if (this.openWords > WORDS_MAX) fault("too many words");
      if (words.length === 0) {
        const assignment = assignmentOf(word);
        if (assignment !== null) {
          if (this.arrayHere(word)) this.array(word);
          assignments++;
          if (assignment.name === "IFS" && assignment.isPlain) setsIfs = true;
          else this.state.judge(assignment.name);
          const { name, value, isPlain } = assignment;
          const isNew = !state.isVariable(name);
          this.assign(word, assignment);
          const assigned = isPlain && !word.expands ? value : null;
          values.push({ name, value: assigned, isNew, assignment: state.lastAssignment(name) });
          this.suspect(value, word);
          continue;
        }
        const isAlone = assignments === 0 && redirections === 0;
        if (word.isPlain() && isAlone) {
          this.blanks();
          if (this.byte() === "(") {
            this.emptyParentheses();
            this.openWords = openBefore;
            return this.functionBody(word);
          }
        }
      } else if (this.arrayHere(word) && this.isDeclaring(words)) this.array(word);
      words.push(word);
    }
    this.openWords = openBefore;
    this.checkEnd();
    if (setsIfs && words[0]?.text !== "read") state.isOpaque = true;
    const isExpanded = words[0] !== undefined && (words[0].expands || words[0].globs);
    if (isExpanded) state.isOpaque = true;
    const finalInput = input ?? this.ordinaryInput(before, count);
    if (words.length > 0 && !isExpanded) this.call(words, finalInput);
    const isValuesAlone = words.length === 0 && redirections === 0;
    return {
      isSimple: true,
      words,
      redirections,
      assignments,
      input: finalInput,
      values: isValuesAlone ? values : [],
    };
  }

  /** A byte that cannot end a command here is a fault before the command is one. */
  checkEnd(): void {
    const { closers } = this.frame;
    const isBranchEnd = this.starts(";;") || this.starts(";&");
    if (isBranchEnd && !closers.includes(";;")) fault(";; outside case");
    if (this.byte() === ")" && !closers.includes(")")) fault(") without (");
    if (this.at >= this.end && !closers.includes("")) fault("list without end");
  }

  /** Behind `command` and the like a shell takes no array. */
  isDeclaring([name]: Text[]): boolean {
    return name !== undefined && wordGroup("shell_declare").includes(name.text);
  }

  arrayHere(word: Text): boolean {
    return this.byte() === "(" && /^[A-Za-z_][A-Za-z0-9_]*\+?=$/.test(word.text) && /^p*$/.test(word.kinds);
  }

  /** `name=( … )`, from the parenthesis on. */
  array(word: Text): void {
    this.notPosix("array");
    hit("shell array");
    this.at++;
    for (;;) {
      this.blanksAndNewlines();
      if (this.byte() === ")") break;
      if (!this.wordBegins()) fault("array without end");
      // A shell reads on to the `]`, over blanks and `#`.
      if (this.byte() === "[" && !/^\[[A-Za-z0-9_]+\]\+?=/.test(this.src.slice(this.at, this.end))) {
        fault("[ in an array");
      }
      const element = this.word();
      if (isHidden(element.text, element.kinds)) this.state.isOpaque = true;
    }
    // What an array holds is not known.
    word.expands = true;
    this.at++;
    const isEnd = " \t\n;&|)".includes(this.byte()) || (this.byte() === "`" && this.isAtOwnBackquote());
    if (!isEnd) fault("something after an array");
  }

  assign(word: Text, { name, value, valueAt }: Assignment): void {
    const { state } = this;
    if (isHidden(value, word.kinds.slice(valueAt))) state.isOpaque = true;
    state.assign(name, word.expands ? this.group : null);
  }

  call(words: Text[], input: Input): void {
    const { state } = this;
    hit(`shell input ${input.kind}`);
    words.forEach((word, i) => {
      this.suspectWord(words.slice(0, i), word);
    });
    const marks = new Set(state.text.marks);
    if (state.directory.kind === "unknown") marks.add("word_expands");
    words.forEach((word, i) => {
      const isName = i === 0 && !word.text.includes("/");
      if (!isName && !word.expands) state.file(word.text, false, this.group);
    });
    const directory = state.directory.kind === "known" ? state.directory.path : null;
    const call = {
      words: words.map(
        ({ text, expands, globs, quoted, whole }): Word => ({
          text,
          expands,
          globs,
          quoted,
          whole: expands && whole,
        }),
      ),
      dialect: this.dialect,
      marks,
      group: this.group,
      depth: state.text.depth,
      directory,
      input,
    };
    runCommand(call, state.drafts, state.image);
    changeShell(words, this);
    state.acted();
  }

  // --- input -------------------------------------------------------------------------------------------------------

  ordinaryInput(before: Done | null, count: number): Input {
    if (before !== null) return (count === 2 ? this.echoed(before) : null) ?? { kind: "pipe" };
    const isInside = this.compounds > 0 || this.substitutions > 0 || this.state.text.depth > 0;
    return { kind: isInside || this.execChangedInput ? "pipe" : "none" };
  }

  /** What the command before the pipe writes, if it only says so. */
  echoed({ isSimple, redirections, assignments, words, input }: Done): Input | null {
    const [name, ...rest] = words;
    if (!isSimple || assignments > 0 || name === undefined) return null;
    if (name.text === "cat" && rest.length === 0 && input.kind === "text") return input;
    if (redirections > 0) return null;
    if (rest.some((word) => word.expands || word.globs)) return null;
    if (name.text === "echo") {
      const said = rest[0]?.text === "-n" ? rest.slice(1) : rest;
      if (said[0]?.text.startsWith("-") === true) return null;
      if (said.some((word) => word.text.includes("\\"))) return null;
      const text = said.map((word) => word.text).join(" ");
      if (said.length > 1) this.keep(text);
      return { kind: "text", text };
    }
    if (name.text !== "printf") return null;
    const [one, two] = rest.map((word) => word.text);
    if (rest.length === 1 && one !== undefined && /^[^%\\-][^%\\]*$/s.test(one)) {
      return { kind: "text", text: one };
    }
    if (rest.length === 2 && two !== undefined && (one === "%s" || one === "%s\\n")) {
      return { kind: "text", text: two };
    }
    return null;
  }

  // --- redirections ------------------------------------------------------------------------------------------------

  /** Reads one from its operator on; gives the input that it sets. */
  redirection(given: number | null): Input | null {
    const operators = ["&>>", "&>", "<<<", "<<-", "<<", "<>", "<&", ">>", ">|", ">&", "<", ">"];
    const operator = operators.find((one) => this.starts(one)) as string;
    hit(`shell redirection ${operator}`);
    if (operator === "<<<") this.notPosix(operator);
    this.at += operator.length;
    const n = given ?? (operator.startsWith("<") ? 0 : 1);
    if (operator === "<<" || operator === "<<-") {
      const input = this.hereDocument(operator === "<<-");
      return n === 0 ? input : null;
    }
    this.blanks();
    if (!this.wordBegins()) fault("redirection without a target");
    const isProcess = this.byte() === "<" || this.byte() === ">";
    const target = this.word();
    const { text } = target;
    if (!target.quoted && text.startsWith("!")) fault("target begins with !");
    if (operator === "<<<" && isHidden(text, target.kinds)) this.state.isOpaque = true;
    const toInput = (input: Input): Input | null => (n === 0 ? input : null);
    if (operator === "<<<") return toInput(target.expands ? { kind: "pipe" } : { kind: "text", text });
    if (operator === "<&" || operator === ">&") {
      if (/^([0-9]+-?|-)$/.test(text)) return toInput({ kind: "pipe" });
      if (operator === "<&" || n !== 1 || target.expands) fault(`${operator} of a name`);
    }
    if (/^\/dev\/(null|stdin|stdout|stderr|tty|fd\/[0-9]+)$/.test(text)) {
      return toInput({ kind: text === "/dev/null" ? "none" : "pipe" });
    }
    const socket = /^\/dev\/(?:tcp|udp)\/([^/]*)/.exec(text);
    if (socket !== null) {
      this.part("network.http_post", "host", socket[1] as string, target);
      return toInput({ kind: "pipe" });
    }
    if (isProcess) return toInput({ kind: "pipe" });
    if (!target.expands) this.state.file(text, true, this.group);
    const isRead = operator === "<" || operator === "<>";
    if (isRead) this.part("files.read", "path", text, target);
    if (operator !== "<") this.part("files.write", "path", text, target);
    return isRead ? toInput({ kind: "file" }) : null;
  }

  part(role: string, field: string, text: string, target: Text): void {
    this.draft(role, field, text, target);
    this.state.acted();
  }

  draft(role: string, field: string, text: string, target: { expands: boolean; globs: boolean }): void {
    const { drafts, directory, text: whole } = this.state;
    const isRelative = field === "path" && !/^[/~$]/.test(text);
    let value = text;
    if (isRelative && directory.kind === "known") {
      value = `${directory.path}/${text}`;
      this.keep(value);
    }
    drafts.role(role, "shell", this.group);
    drafts.mark(...whole.marks);
    const isUnknown = isRelative && directory.kind === "unknown";
    if (target.expands || target.globs || isUnknown) drafts.mark("word_expands");
    drafts.fact(fieldNumber(field), value);
  }

  // --- words whose use nobody knows -----------------------------------------------------------------------------------

  suspect(text: string, word: Text): void {
    if (!word.expands) this.suspectText(text, word);
  }

  suspectText(text: string, marked: { expands: boolean; globs: boolean }): void {
    if (text.startsWith("-") || !/[/.]/.test(text) || /^[^/]*:\/\//.test(text)) return;
    if (!this.state.drafts.hasRoomForSuspect()) {
      this.state.isOpaque = true;
      return;
    }
    this.draft("files.read", "path", text, marked);
    this.state.drafts.suspect();
    // A variable of `for` holds what may be read here.
    this.flows++;
  }

  /** A word behind others that declares a variable, or sets the arguments of the shell. */
  suspectWord(before: Text[], word: Text): void {
    const at = effectiveIndex(before);
    const name = before[at]?.text;
    if (name === undefined) return;
    if (wordGroup("shell_declare").includes(name)) {
      const assigned = /^[A-Za-z_][A-Za-z0-9_]*(?:\[|\+?=)/.exec(word.text)?.[0];
      const length = /^[A-Za-z_][A-Za-z0-9_]*/.exec(word.text)?.[0].length ?? 0;
      if (assigned !== undefined) this.suspect(word.text.slice(length + 1), word);
    }
    if (name === "set" && word.text !== "--" && !isOptionOfSet(before.slice(at + 1), word)) {
      this.suspect(word.text, word);
    }
  }

  hereDocument(stripsTabs: boolean): Input {
    if (this.backquotes.length > 0) fault("here-document in backquotes");
    this.blanks();
    if (!this.wordBegins()) fault("here-document without a delimiter");
    const delimiter = this.word();
    if (delimiter.expands || delimiter.globs) fault("delimiter expands");
    const newline = this.here === null ? this.src.indexOf("\n", this.at) : this.here.newlineAt;
    if (newline < 0 || newline >= this.end) fault("here-document without a body");
    const start = this.here === null ? newline + 1 : this.here.resumeAt;
    const { bodyEnd, resumeAt } = hereBody(this.src, start, this.end, delimiter, stripsTabs);
    const input = this.hereInput(start, bodyEnd, delimiter.quoted, stripsTabs);
    this.here = { newlineAt: newline, resumeAt };
    this.hereLevels.push(this.level);
    return input;
  }

  /** Reads the body of a here-document where it stands. */
  hereInput(start: number, bodyEnd: number, isLiteral: boolean, stripsTabs: boolean): Input {
    const raw = this.src.slice(start, bodyEnd);
    const strip = (text: string): string => (stripsTabs ? text.replace(/^\t+/gm, "") : text);
    if (isLiteral) {
      const text = strip(raw);
      if (text !== raw) this.keep(text);
      return { kind: "text", text };
    }
    const saved = { at: this.at, end: this.end, here: this.here, levels: this.hereLevels };
    const body = new Text();
    this.here = null;
    this.hereLevels = [];
    this.at = start;
    this.end = bodyEnd;
    this.inside(() => {
      const place = { inQuotes: true, inHere: true, inArithmetic: false, takesValues: false };
      for (;;) {
        this.continuation();
        if (this.at >= this.end) break;
        this.quotedPiece(body, place);
      }
    });
    this.at = saved.at;
    this.end = saved.end;
    this.here = saved.here;
    this.hereLevels = saved.levels;
    if (body.expands) return { kind: "pipe" };
    const text = strip(body.text);
    if (text !== raw) this.keep(text);
    return { kind: "text", text };
  }

  // --- substitutions ------------------------------------------------------------------------------------------------

  substitution(closer: ")" | "`"): void {
    const { state } = this;
    const saved = {
      directory: state.directory,
      changes: state.changes,
      begun: state.begun.length,
      backquoteContext: this.backquoteContext,
      group: this.group,
      level: this.level,
      isPiped: this.isPiped,
      joins: this.joins,
    };
    this.flows++;
    this.level = ++this.lastLevel;
    this.substitutions++;
    this.inside(() => {
      if (closer === "`") this.backquoteContext = this.contexts;
      this.joins = { since: saved.begun, group: saved.group };
      this.list([closer]);
    });
    this.substitutions--;
    this.joins = saved.joins;
    state.joinSince(saved.begun, saved.group);
    if (this.hereLevels.includes(this.level)) fault("here-document of a substitution");
    state.restoreDirectory(saved);
    this.backquoteContext = saved.backquoteContext;
    this.group = saved.group;
    this.level = saved.level;
    this.isPiped = saved.isPiped;
  }
}

interface Assignment {
  name: string;
  value: string;
  /** Where the value begins in the word. */
  valueAt: number;
  /** `name=value`: no element of an array, nothing added. */
  isPlain: boolean;
}

/** What a word assigns, or null. */
export function assignmentOf({ text, kinds }: Text): Assignment | null {
  const name = /^[A-Za-z_][A-Za-z0-9_]*/.exec(text)?.[0] ?? "";
  if (name === "" || !/^p*$/.test(kinds.slice(0, name.length))) return null;
  const isPlainAt = (from: number, to: number): boolean => /^p+$/.test(kinds.slice(from, to));
  const made = (from: number, operator: string): Assignment | null => {
    const valueAt = from + operator.length;
    if (!isPlainAt(from, valueAt)) return null;
    return { name, value: text.slice(valueAt), valueAt, isPlain: from === name.length && operator === "=" };
  };
  const simple = /^\+?=/.exec(text.slice(name.length));
  if (simple !== null) return made(name.length, simple[0] as string);
  if (text[name.length] !== "[" || !isPlainAt(name.length, name.length + 1)) return null;
  for (let close = text.indexOf("]"); close >= 0; close = text.indexOf("]", close + 1)) {
    const operator = /^\+?=/.exec(text.slice(close + 1));
    if (operator === null || !isPlainAt(close, close + 1)) continue;
    const found = made(close + 1, operator[0] as string);
    if (found !== null) return found;
  }
  return null;
}

/** A text with something in it that arithmetic would run, as in `a[$(b)]`, though the shell passed it over. */
export function isHidden(text: string, kinds: string): boolean {
  if (!text.includes("[")) return false;
  for (let i = 0; i < text.length; i++) {
    const byte = text[i];
    if (byte !== "$" && byte !== "`") continue;
    const kind = kinds[i];
    if (kind === "b" || kind === "d") return true;
    const opens = kinds[i + 1] === "s" && (text[i + 1] === "(" || text[i + 1] === "{");
    if (kind === "s" && (byte === "`" || opens)) return true;
  }
  return false;
}
