/** docs/format/shell.md, 1 to 4: bytes, words, parameters and substitutions. */
import { hit } from "../coverage.ts";
import type { ShellState } from "./shell-state.ts";

/** Reading stops: what came before stays, and the text is opaque. */
export class Fault extends Error {}

export function fault(why: string): never {
  hit(`shell fault ${why}`);
  throw new Fault(why);
}

const CONTEXTS_MAX = 32;
const UNFINISHED_MAX = 65_536;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const FORBIDDEN: [number, number][] = [
  [0x85, 0x85],
  [0xa0, 0xa0],
  [0xad, 0xad],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x1680, 0x1680],
  [0x180b, 0x180f],
  [0x2000, 0x200f],
  [0x2028, 0x202f],
  [0x205f, 0x206f],
  [0x3000, 0x3000],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0xe0000, 0xe0fff],
];

/** A word that is being read. `kinds` has a letter for each byte: p plain, q in double
 * quotes, s in single quotes, b behind a backslash, d in `$'…'`, x expansion, h put in by this page. */
export class Text {
  text = "";
  kinds = "";
  expands = false;
  globs = false;
  quoted = false;
  /** Where it expands: it stays one word. */
  whole = true;
  /** Its bytes stand in the source in one piece. */
  inOnePiece = true;
  private sourceEnd = -1;

  source(src: string, from: number, to: number, kind: string): void {
    if (from === to) return;
    if (this.text !== "" && this.sourceEnd !== from) this.inOnePiece = false;
    this.text += src.slice(from, to);
    this.kinds += kind.repeat(to - from);
    this.sourceEnd = to;
  }

  other(text: string, kind: string): void {
    if (text === "") return;
    this.inOnePiece = false;
    this.text += text;
    this.kinds += kind.repeat(text.length);
    this.sourceEnd = -2;
  }

  isPlain(): boolean {
    return /^p*$/.test(this.kinds) && !this.quoted && !this.expands && !this.globs;
  }
}

/** Where a piece stands. */
interface Place {
  /** In double quotes or a here-document. */
  inQuotes: boolean;
  inHere: boolean;
  inArithmetic: boolean;
  /** Known values are put in. */
  takesValues: boolean;
}

export const OUTSIDE: Place = { inQuotes: false, inHere: false, inArithmetic: false, takesValues: true };
export const ARITHMETIC: Place = { inQuotes: false, inHere: false, inArithmetic: true, takesValues: false };

export interface HerePending {
  newlineAt: number;
  resumeAt: number;
}

export abstract class WordReader {
  readonly src: string;
  at = 0;
  /** Where the text, or the body that is being read, ends. */
  end: number;
  contexts = 0;
  unfinished = 0;
  /** Backquote substitutions that are open: whether each began in double quotes. */
  readonly backquotes: boolean[] = [];
  /** Depth of contexts at which the innermost backquote's own list is read. */
  backquoteContext = -1;
  here: HerePending | null = null;
  /** The group of the pipeline that is being read. */
  group = 0;
  /** How often something flowed into the pipeline: substitutions, variables with a group, and suspects. */
  flows = 0;

  constructor(
    readonly state: ShellState,
    readonly dialect: string | null,
  ) {
    this.src = state.text.text;
    this.end = this.src.length;
  }

  /** A text that may name a place of secrets; `marked`: what the word around it is. */
  abstract suspectText(text: string, marked: { expands: boolean; globs: boolean }): void;

  /** Reads the list of a substitution up to its end, which is passed. */
  abstract substitution(closer: ")" | "`"): void;

  get isPosix(): boolean {
    return this.dialect === "sh" || this.dialect === "dash";
  }

  notPosix(what: string): void {
    if (this.isPosix) fault(`not posix: ${what}`);
  }

  inside<T>(run: () => T): T {
    if (this.contexts === CONTEXTS_MAX) fault("too many contexts");
    this.contexts++;
    const result = run();
    this.contexts--;
    return result;
  }

  // --- bytes -------------------------------------------------------------------------------------------------------

  byte(ahead = 0): string {
    return this.at + ahead < this.end ? (this.src[this.at + ahead] as string) : "";
  }

  starts(text: string): boolean {
    return this.at + text.length <= this.end && this.src.startsWith(text, this.at);
  }

  /** Passes what continues a line. */
  continuation(): void {
    while (this.starts("\\\n")) {
      const before = this.src[this.at - 1] ?? "";
      const after = this.byte(2);
      if (before !== "" && "$<>&|;()!#{`".includes(before) && after !== "" && !" \t\n".includes(after)) {
        fault("continuation");
      }
      this.at++;
      this.newline();
    }
  }

  /** Passes a newline that stands where no command ends. */
  newline(): void {
    if (this.here !== null && this.at === this.here.newlineAt) fault("newline of a here-document");
    this.at++;
  }

  blanks(): void {
    for (;;) {
      this.continuation();
      const byte = this.byte();
      if (byte !== " " && byte !== "\t") break;
      this.at++;
    }
    if (this.byte() === "#") this.comment();
  }

  comment(): void {
    while (this.at < this.end && this.byte() !== "\n") {
      if (this.byte() === "`" && this.backquotes.length > 0) return;
      this.skip();
    }
  }

  blanksAndNewlines(): void {
    for (this.blanks(); this.byte() === "\n"; this.blanks()) this.newline();
  }

  /** Passes one byte. */
  skip(): void {
    if (this.byte() === "\n") this.newline();
    else this.at++;
  }

  isName(text: string): boolean {
    return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);
  }

  nameHere(): string {
    NAME.lastIndex = this.at;
    const name = NAME.exec(this.src)?.[0] ?? "";
    return name.slice(0, Math.max(0, this.end - this.at));
  }

  // --- words -------------------------------------------------------------------------------------------------------

  /** Whether a word begins here. */
  wordBegins(inTest = false): boolean {
    this.continuation();
    const byte = this.byte();
    if (byte === "" || " \t\n".includes(byte)) return false;
    if (byte === "`" && this.isAtOwnBackquote()) return false;
    if (byte === "<" || byte === ">") return this.byte(1) === "(" || inTest;
    return inTest || !";&|()".includes(byte);
  }

  isAtOwnBackquote(): boolean {
    return this.backquotes.length > 0 && this.contexts === this.backquoteContext;
  }

  word(inTest = false): Text {
    const word = new Text();
    const openBefore = this.unfinished;
    const isZsh = this.dialect === "zsh" || this.dialect === null;
    let bracket = false;
    let brace: "no" | "open" | "split" = "no";
    while (this.wordBegins(inTest)) {
      const byte = this.byte();
      const from = this.at;
      if (byte === "<" || byte === ">") {
        if (this.byte(1) === "(") this.process(word);
        else this.plain(word);
      } else if (!this.piece(word, OUTSIDE)) {
        this.plain(word);
        if (isZsh && !word.quoted && word.kinds === "pp" && /^=[A-Za-z_]/.test(word.text)) fault("= word");
        if (byte === "*" || byte === "?") word.globs = true;
        if (byte === "[") bracket = true;
        if (byte === "]" && bracket) word.globs = true;
        if (byte === "{" && brace === "no") brace = "open";
        const isDots = byte === "." && word.kinds.endsWith("pp") && word.text.endsWith("..");
        if (brace === "open" && (byte === "," || isDots)) brace = "split";
        if (byte === "}" && brace === "split") {
          word.expands = true;
          word.whole = false;
        }
      }
      if (this.at === from) throw new Error("a word that does not go on");
      this.unfinished = openBefore + word.text.length;
      if (this.unfinished > UNFINISHED_MAX) fault("unfinished words");
    }
    this.unfinished = openBefore;
    if (!word.inOnePiece) this.keep(word.text);
    return word;
  }

  keep(text: string): void {
    if (!this.state.drafts.keep(text)) fault("no room to keep a text");
  }

  /** An unquoted code point of a word. */
  plain(word: Text): void {
    const from = this.at;
    const point = pointAt(this.src, from);
    if (FORBIDDEN.some(([first, last]) => point.value >= first && point.value <= last)) fault("code point");
    if (this.byte() === "\n") this.newline();
    else this.at += point.bytes;
    word.source(this.src, from, this.at, "p");
  }

  /** One piece that is not an ordinary byte; false where an ordinary byte stands. */
  piece(word: Text, place: Place): boolean {
    switch (this.byte()) {
      case "'":
        if (place.inQuotes) return false;
        this.single(word);
        return true;
      case '"':
        if (place.inHere) return false;
        this.double(word, place);
        return true;
      case "\\":
        this.backslash(word, place);
        return true;
      case "$":
        this.dollar(word, place);
        return true;
      case "`":
        this.backquote(word, place);
        return true;
      default:
        return false;
    }
  }

  single(word: Text): void {
    const from = ++this.at;
    while (this.byte() !== "'") {
      if (this.at >= this.end) fault("single quote without end");
      if (this.byte() === "`" && this.backquotes.length > 0) fault("backquote in single quotes");
      this.skip();
    }
    word.source(this.src, from, this.at, "s");
    word.quoted = true;
    this.at++;
  }

  double(word: Text, outer: Place): void {
    this.at++;
    this.inside(() => {
      const place = { ...outer, inQuotes: true };
      for (;;) {
        this.continuation();
        if (this.at >= this.end) fault("double quote without end");
        if (this.byte() === '"') break;
        this.quotedPiece(word, place);
      }
    });
    this.at++;
    word.quoted = true;
  }

  /** One piece in double quotes or in a here-document. */
  quotedPiece(word: Text, place: Place): void {
    if (this.piece(word, place)) return;
    const from = this.at;
    this.skip();
    word.source(this.src, from, this.at, "q");
  }

  backslash(word: Text, place: Place): void {
    const next = this.byte(1);
    if (next === "" && !place.inQuotes) fault("backslash at the end");
    this.judgeBackslash(next);
    if (place.inQuotes) {
      const isTaken = next !== "" && ("$`\\".includes(next) || (next === '"' && !place.inHere));
      const from = this.at;
      this.at += 1;
      if (isTaken) {
        this.at += 1;
        word.source(this.src, from + 1, from + 2, "b");
      } else word.source(this.src, from, from + 1, "q");
      return;
    }
    const from = this.at + 1;
    this.at = from;
    this.skip();
    word.source(this.src, from, this.at, "b");
    word.quoted = true;
  }

  /** A backslash before this byte, where a backquote substitution may take it away. */
  judgeBackslash(next: string): void {
    if (this.backquotes.length === 0 || next === "") return;
    const beganInQuotes = this.backquotes[this.backquotes.length - 1] === true;
    if ("`\\$".includes(next) || (next === '"' && beganInQuotes)) fault("backslash in backquotes");
  }

  // --- dollars -----------------------------------------------------------------------------------------------------

  dollar(word: Text, place: Place): void {
    const from = this.at;
    const next = this.byte(1);
    if (next === "'" && !place.inQuotes) {
      this.notPosix("$'");
      this.ansi(word);
    } else if (next === '"' && !place.inQuotes) {
      this.notPosix('$"');
      this.at++;
      this.double(word, place);
    } else if (next === "[") fault("$[");
    else if (next === "(") {
      if (this.byte(2) === "(") {
        this.at += 3;
        this.inside(() => this.arithmetic(place));
        this.expansion(word, from, place);
      } else if (this.starts("$(pwd)") && this.isDirectoryHere(word, "$(pwd)".length, place)) {
        this.at += "$(pwd)".length;
        word.other(".", "h");
      } else {
        this.at += 2;
        this.substitution(")");
        this.expansion(word, from, place);
      }
    } else if (next === "{") this.braces(word, place);
    else if (/[A-Za-z_]/.test(next)) {
      this.at++;
      const name = this.nameHere();
      this.at += name.length;
      if (this.starts("\\\n")) fault("$name continued");
      if (this.dialect === "zsh" && !place.inQuotes && this.byte() === "[") fault("$name[");
      this.parameter(word, name, from, place);
    } else if (next !== "" && /[0-9@*#?$!-]/.test(next)) {
      this.at += 2;
      this.expansion(word, from, place);
    } else {
      this.at++;
      word.source(this.src, from, this.at, place.inQuotes ? "q" : "p");
    }
  }

  /** What stands from there to here is as written, and only the shell knows what it becomes. */
  expansion(word: Text, from: number, place: Place): void {
    word.source(this.src, from, this.at, "x");
    word.expands = true;
    const written = this.src.slice(from, this.at);
    if (!place.inQuotes || (/^\$[^(]/.test(written) && /[@*]/.test(written))) word.whole = false;
  }

  /** Whether a parameter of this length that is the working directory can stand as `.`. */
  isDirectoryHere(word: Text, length: number, place: Place): boolean {
    if (word.text !== "" || !place.takesValues) return false;
    const ends = (next: string): boolean => next === "" || " \t\n/:;&|)<>".includes(next);
    const next = this.byte(length);
    if (!place.inQuotes) return ends(next);
    return next === "/" || next === ":" || (next === '"' && ends(this.byte(length + 1)));
  }

  /** `$name` or `${name}`, read. */
  parameter(word: Text, name: string, from: number, place: Place): void {
    if (name === "IFS") {
      this.state.isOpaque = true;
      this.expansion(word, from, place);
      return;
    } else {
      if (name === "HOME") {
        word.source(this.src, from, this.at, "h");
        return;
      }
      if (name === "PWD" && this.isDirectoryHere(word, 0, place)) {
        word.other(".", "h");
        return;
      }
      const value = name === "PWD" || !place.takesValues ? null : this.state.valueOf(name);
      if (value !== null && this.canStand(value, place)) {
        hit("shell value put in");
        this.state.use(name);
        word.other(value, "h");
        return;
      }
    }
    this.joinGroup(this.state.groupOf(name));
    this.expansion(word, from, place);
  }

  canStand(value: string, place: Place): boolean {
    if (place.inQuotes) return true;
    return /^[A-Za-z0-9_./:@%+,=~$^-]+$/.test(value) && this.byte() !== "[";
  }

  joinGroup(group: number | null): void {
    if (group === null) return;
    this.flows++;
    this.state.drafts.join(group, this.group);
  }

  braces(word: Text, place: Place): void {
    const from = this.at;
    const simple = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/y;
    simple.lastIndex = from;
    const name = simple.exec(this.src)?.[1];
    if (name !== undefined && from + name.length + 3 <= this.end) {
      this.at += name.length + 3;
      this.parameter(word, name, from, place);
      return;
    }
    this.at += 2;
    const group = this.inside(() => this.braceBody(place));
    this.joinGroup(group);
    this.expansion(word, from, place);
  }

  /** The group of the variable that is used, or none. */
  braceBody(place: Place): number | null {
    let group: number | null = null;
    if ((this.byte() === "#" || this.byte() === "!") && this.byte(1) !== "}") this.at++;
    const name = this.nameHere();
    if (name !== "") {
      this.at += name.length;
      if (name === "IFS") this.state.isOpaque = true;
      group = this.state.groupOf(name);
    } else if (/[0-9]/.test(this.byte())) while (/[0-9]/.test(this.byte())) this.at++;
    else if (this.byte() !== "" && "@*#?$!-".includes(this.byte())) this.at++;
    else fault("parameter");

    const next = this.byte();
    if (next === "" || !"}:-+=?#%/^,[".includes(next)) fault("parameter operator");
    if (name !== "" && (next === "=" || this.starts(":="))) {
      this.state.judge(name);
      this.state.assign(name, this.group);
    }
    // What `${name:-word}` and its like may give.
    const operator = /^:?[-=+?]/.exec(this.src.slice(this.at, this.end))?.[0];
    const wordAt = this.at + (operator?.length ?? 0);
    const inner = { ...place, takesValues: false };
    const isQuoted = place.inQuotes || place.inArithmetic;
    const unused = new Text();
    for (;;) {
      this.continuation();
      const byte = this.byte();
      if (byte === "") fault("${ without end");
      if (byte === "}") break;
      if (byte === "{") fault("{ in ${");
      if (byte === "'") {
        if (isQuoted) fault("' in ${ in quotes");
        this.single(unused);
      } else if (byte === "\\") {
        this.judgeBackslash(this.byte(1));
        this.at++;
        if (this.byte() === "") fault("${ without end");
        this.skip();
      } else if (byte === '"') this.double(unused, { ...inner, inHere: false });
      else if (!isQuoted && (this.starts("<(") || this.starts(">("))) fault("process in ${");
      else if (!this.piece(unused, inner)) this.skip();
    }
    if (operator !== undefined) {
      this.suspectText(this.src.slice(wordAt, this.at), { expands: false, globs: false });
    }
    this.at++;
    return group;
  }

  /** From behind the `((` to behind the `))`. */
  arithmetic(place: Place): void {
    const inner = { ...place, takesValues: false, inArithmetic: true };
    const unused = new Text();
    let open = 0;
    for (;;) {
      const byte = this.byte();
      if (byte === "") fault("(( without end");
      if (byte === "\\" || byte === "'") fault("backslash or quote in ((");
      if (byte === "(") open++;
      if (byte === ")") {
        if (open === 0) {
          if (this.byte(1) !== ")") fault(") in ((");
          this.at += 2;
          return;
        }
        open--;
      }
      if (byte === "=" || this.starts("++") || this.starts("--")) this.state.forgetValues();
      if (byte === '"') this.double(unused, { ...inner, inHere: false });
      else if (byte === "$" || byte === "`") this.piece(unused, inner);
      else this.skip();
    }
  }

  ansi(word: Text): void {
    this.at += 2;
    for (;;) {
      if (this.at >= this.end) fault("$' without end");
      const byte = this.byte();
      if (byte === "'") break;
      if (byte === "`" && this.backquotes.length > 0) fault("backquote in $'");
      if (byte === "\\") word.other(this.ansiEscape(), "b");
      else {
        word.other(byte, "d");
        this.skip();
      }
    }
    this.at++;
    word.quoted = true;
  }

  ansiEscape(): string {
    this.judgeBackslash(this.byte(1));
    const rest = this.src.slice(this.at + 1, Math.min(this.end, this.at + 11));
    const simple: Record<string, string> = {
      a: "\x07",
      b: "\b",
      e: "\x1b",
      E: "\x1b",
      f: "\f",
      n: "\n",
      r: "\r",
      t: "\t",
      v: "\v",
      "\\": "\\",
      "'": "'",
      '"': '"',
      "?": "?",
    };
    const plain = simple[rest[0] ?? ""];
    if (plain !== undefined) {
      this.at += 2;
      return plain;
    }
    const number =
      /^([0-7]{1,3})/.exec(rest) ??
      /^x([0-9a-fA-F]{1,2})/.exec(rest) ??
      /^u([0-9a-fA-F]{1,4})/.exec(rest) ??
      /^U([0-9a-fA-F]{1,8})/.exec(rest);
    if (number === null) fault("escape in $'");
    const isPoint = /^[uU]/.test(rest);
    const value = Number.parseInt(number[1] as string, /^[0-7]/.test(rest) ? 8 : 16);
    const isSurrogate = value >= 0xd800 && value <= 0xdfff;
    if ((!isPoint && value > 0x7f) || value > 0x10ffff || isSurrogate) fault("value in $'");
    this.at += 1 + (number[0] as string).length;
    if (value === 0) return this.byte() === "'" ? "" : fault("0 in $'");
    return Buffer.from(String.fromCodePoint(value)).toString("latin1");
  }

  // --- substitutions ------------------------------------------------------------------------------------------------

  backquote(word: Text, place: Place): void {
    const from = this.at;
    if (this.backquotes.length > 0) fault("backquote inside backquotes");
    if (this.starts("`pwd`") && this.isDirectoryHere(word, "`pwd`".length, place)) {
      this.at += "`pwd`".length;
      word.other(".", "h");
      return;
    }
    this.at++;
    this.backquotes.push(place.inQuotes);
    this.substitution("`");
    this.backquotes.pop();
    this.expansion(word, from, place);
  }

  /** `<(…)` or `>(…)`. */
  process(word: Text): void {
    this.notPosix("process substitution");
    const from = this.at;
    this.at += 2;
    this.substitution(")");
    this.expansion(word, from, OUTSIDE);
  }
}

function pointAt(text: string, at: number): { value: number; bytes: number } {
  const first = text.charCodeAt(at);
  if (first < 0x80) return { value: first, bytes: 1 };
  const bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  let value = first & (0xff >> (bytes + 1));
  for (let i = 1; i < bytes; i++) value = value * 64 + (text.charCodeAt(at + i) & 63);
  return { value, bytes };
}
