/** SQL, step 1 (docs/format/sql.md): from bytes to the tokens of each statement. */
import { asciiLower } from "../bytes.ts";
import { limit } from "../wire.ts";
import { freeWords, words } from "./sql-words.ts";

export type TokenKind = "word" | "quoted" | "string" | "number" | "param" | "sign";

export interface Token {
  kind: TokenKind;
  /** All its bytes. */
  text: string;
  lower: string;
  /** Where its bytes begin and end in the text. */
  start: number;
  end: number;
  /** What stands between the marks of a quoted or a string; else all its bytes. */
  content: string;
  /** Of a quoted or a string: no backslash and no doubled mark in it. */
  plain: boolean;
  backquoted: boolean;
  /** A number of digits only. */
  integer: boolean;
  /** The word, if it means something to the language here; else empty. */
  code: string;
  /** A word without a meaning, or one that may be a name as well, or a quoted. */
  free: boolean;
  /** Of a bracket: position of the other one in the same statement. */
  partner: number;
}

/** The text, or a statement of it, cannot be read in one way only. */
export class Fault extends Error {}

export function fault(why: string): never {
  throw new Fault(why);
}

/** The tokens of each statement; statements without any are left out. Throws a fault of bytes. */
export function tokenize(text: string): Token[][] {
  return new Tokenizer(text).run();
}

const PARTNERS: Record<string, string> = { ")": "(", "]": "[" };

class Tokenizer {
  at = 0;
  count = 0;
  statement: Token[] = [];
  readonly statements: Token[][] = [];
  /** Positions of the open brackets in the statement. */
  readonly open: number[] = [];

  constructor(readonly text: string) {}

  run(): Token[][] {
    if (this.text.includes("\0")) fault("a zero byte");
    while (this.at < this.text.length) this.step();
    if (this.open.length > 0) fault("a bracket is not closed");
    this.endStatement();
    return this.statements;
  }

  /** What a sticky expression finds here, or undefined. */
  see(form: RegExp): string | undefined {
    form.lastIndex = this.at;
    return form.exec(this.text)?.[0];
  }

  step(): void {
    const blank = this.see(/[ \t\n\r]+/y);
    const first = this.text.charAt(this.at);
    if (blank !== undefined) this.at += blank.length;
    else if (this.see(/--/y) !== undefined) this.lineComment();
    else if (this.see(/\/\*/y) !== undefined) this.comment();
    else if (first === "'" || first === '"') this.marked(first);
    else if (first === "`") this.backquoted();
    else if (this.see(/\.?[0-9]/y) !== undefined) this.number();
    else if (/[A-Za-z_]/.test(first)) this.word();
    else if (first === "$") this.dollar();
    else if (this.param() !== undefined) this.add("param", (this.param() as string).length);
    else if (/[()[\]]/.test(first)) this.bracket(first);
    else if (first === ";") this.semicolon();
    else if (/[!%&*+,\-./:<=>?@^|~]/.test(first)) this.add("sign", 1);
    else fault("a byte that no token begins with");
  }

  semicolon(): void {
    if (this.open.length > 0) fault("a semicolon in brackets");
    this.countToken();
    this.endStatement();
    this.at++;
  }

  countToken(): void {
    this.count++;
    if (this.count > limit("sql_tokens_max")) fault("too many tokens");
  }

  endStatement(): void {
    if (this.statement.length > 0) this.statements.push(this.statement);
    this.statement = [];
  }

  add(kind: TokenKind, size: number, marks: Partial<Token> = {}): void {
    this.countToken();
    const start = this.at;
    const end = start + size;
    const text = this.text.slice(start, end);
    const lower = asciiLower(text);
    const before = this.statement[this.statement.length - 1];
    if (text === "(" && before?.kind === "param") fault("a parameter before a group");
    const isBehindDot = before?.kind === "sign" && before.text === ".";
    const code = kind === "word" && words.has(lower) && !isBehindDot ? lower : "";
    const isFree = kind === "quoted" || (kind === "word" && (code === "" || freeWords.has(code)));
    this.statement.push({
      kind,
      text,
      lower,
      start,
      end,
      content: text,
      plain: false,
      backquoted: false,
      integer: false,
      code,
      free: isFree,
      partner: -1,
      ...marks,
    });
    this.at = end;
  }

  /** Something that may hold any byte ends here; an open `[` must not seem to end in it. */
  checkInBrackets(size: number): void {
    const isInBrackets = this.open.some((position) => this.statement[position]?.text === "[");
    if (isInBrackets && this.text.slice(this.at, this.at + size).includes("]")) {
      fault("a bracket that only some see");
    }
  }

  lineComment(): void {
    const comment = this.see(/--[^\n]*/y) as string;
    if (!/^--([ \t\r]|$)/.test(comment)) fault("two minus signs that are a comment to some");
    const isEnd = this.at + comment.length === this.text.length;
    if (/\r(?!$)/.test(comment) || (isEnd && comment.endsWith("\r"))) fault("a line that ends to some");
    this.checkInBrackets(comment.length);
    this.at += comment.length;
  }

  comment(): void {
    if (this.see(/\/\*M?!/y) !== undefined) fault("a comment that runs");
    let end = this.at + 2;
    while (!this.text.startsWith("*/", end)) {
      if (end >= this.text.length) fault("a comment without an end");
      if (this.text.startsWith("/*", end)) fault("a comment in a comment");
      end++;
    }
    const size = end + 2 - this.at;
    this.checkInBrackets(size);
    this.at += size;
  }

  marked(mark: string): void {
    let end = this.at + 1;
    let plain = true;
    for (;;) {
      if (end >= this.text.length) fault("a string without an end");
      const byte = this.text.charAt(end);
      const next = this.text.charAt(end + 1);
      if (byte === "\\") {
        if (next === mark) fault("a mark behind a backslash");
        plain = false;
        end += 2;
      } else if (byte !== mark) end++;
      else if (next === mark) {
        plain = false;
        end += 2;
      } else break;
    }
    const size = end + 1 - this.at;
    this.checkInBrackets(size);
    const content = this.text.slice(this.at + 1, end);
    this.add(mark === "'" ? "string" : "quoted", size, { content, plain });
  }

  backquoted(): void {
    const text = this.see(/`[A-Za-z0-9_\-.:*@ \x80-\xff]+`/y);
    if (text === undefined || text.includes("--")) fault("backquotes around something odd");
    if (this.text.charAt(this.at + text.length) === "`") fault("a doubled backquote");
    this.checkInBrackets(text.length);
    this.add("quoted", text.length, { content: text.slice(1, -1), plain: true, backquoted: true });
  }

  number(): void {
    const text = this.see(/(0[xX][0-9a-fA-F]+|[0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?/y) as string;
    if (/[A-Za-z0-9_$.\x80-\xff]/.test(this.text.charAt(this.at + text.length))) fault("a number goes on");
    this.add("number", text.length, { integer: /^[0-9]+$/.test(text) });
  }

  word(): void {
    const text = this.see(/[A-Za-z0-9_$]+/y) as string;
    const behind = this.text.slice(this.at + text.length, this.at + text.length + 2);
    const lower = asciiLower(text);
    if (["q", "nq", "r", "rb", "br"].includes(lower) && /^['"]/.test(behind))
      fault("a string of one dialect");
    if (lower === "u" && /^&['"]/.test(behind)) fault("a string with escapes");
    this.add("word", text.length);
  }

  dollar(): void {
    const number = this.see(/\$[0-9]+/y);
    const name = this.see(/\$[A-Za-z_][A-Za-z0-9_]*/y);
    const text = number ?? name ?? fault("a dollar");
    const behind = this.text.charAt(this.at + text.length);
    if (number !== undefined ? /[A-Za-z0-9_$]/.test(behind) : behind === "$") fault("a dollar quote");
    this.add("param", text.length);
  }

  param(): string | undefined {
    const before = this.text.charAt(this.at - 1);
    const simple = this.see(/\?[0-9]*/y) ?? this.see(/%s(?![A-Za-z0-9_$])/y);
    if (simple !== undefined) return simple;
    if (before !== ":") {
      const named = this.see(/:[A-Za-z_][A-Za-z0-9_$]*/y);
      if (named !== undefined) return named;
    }
    return before === "@" ? undefined : this.see(/@@?[A-Za-z_][A-Za-z0-9_$]*/y);
  }

  bracket(sign: string): void {
    const position = this.statement.length;
    if (sign === "(" || sign === "[") {
      if (this.open.length === limit("sql_depth_max")) fault("brackets too deep");
      this.add("sign", 1);
      this.open.push(position);
      return;
    }
    const other = this.open.pop();
    const partner = this.statement[other ?? -1];
    if (other === undefined || partner === undefined || partner.text !== PARTNERS[sign]) {
      fault("brackets that do not match");
    }
    this.add("sign", 1, { partner: other });
    partner.partner = position;
  }
}
