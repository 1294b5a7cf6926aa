/** Shell scripts made by chance: mostly whole ones of every construct, then some of them broken in one or two places. */

import type { Random } from "./random.ts";

const NAMES = ["a", "b", "x", "file", "PATH", "HOME", "IFS", "1", "@", "#", "?", "_", "if_", "LANG"];
const COMMANDS = [
  "echo",
  "ls",
  "cat",
  "true",
  "rm",
  "grep",
  "cd",
  "test",
  "printf",
  "read",
  "export",
  "set",
  "eval",
  "a.out",
  "./x",
  "/bin/ls",
  "local",
  "[",
  ":",
  "foo",
];
const PLAIN = [
  "a",
  "b1",
  "-x",
  "--long=v",
  "/etc/passwd",
  "./f.txt",
  "~",
  "~/a",
  "%",
  "+",
  "a=b",
  "x:y",
  "@",
  "é",
  "日",
  "=",
  "-",
  "--",
  "!",
  "^",
  "in",
  "do",
  "done",
  "fi",
  "then",
  "esac",
  "{",
  "}",
  "[",
  "]",
  "[[",
  "]]",
  "if",
  "for",
  "case",
  "function",
  "time",
];
const SPECIAL = [
  "*",
  "?",
  "[a-c]",
  "[!a]",
  "{a,b}",
  "{1..3}",
  "\\ ",
  "\\$",
  "\\\\",
  "\\'",
  '\\"',
  "\\\n",
  "#",
  "a#b",
  "$",
  "$$",
  "$!",
  "$-",
  "!!",
  "!x",
  "a\\\nb",
  "\\;",
  "\\&",
  "\\|",
  "\\(",
  "\\a",
];
const SINGLE = ["a", "", " ", "$x", "`", '"', "\\", "a b", "#", ";", "\n", "$(", "}", ")", "é"];
const DOUBLE = [
  "a",
  "",
  " ",
  "'",
  "\\$",
  '\\"',
  "\\\\",
  "\\`",
  "\\a",
  "#",
  ";",
  "\n",
  "}",
  ")",
  "*",
  "{",
  "!",
  "$",
  "é",
  "\\\n",
];
const ANSI = ["a", "\\n", "\\x41", "\\101", "\\'", '\\"', "\\\\", "\\u0041", "\\e", "b c", '"', "$x", "`"];
const OPERATORS = [
  "-",
  "-",
  ":-",
  ":-",
  "+",
  ":+",
  "?",
  ":?",
  "=",
  ":=",
  "#",
  "##",
  "%",
  "%%",
  "/",
  "//",
  "^",
  "^^",
  ",",
  ":",
  "@Q",
  "[0]",
  "[@]",
];
const ARITHMETIC = [
  "1",
  "x",
  "$x",
  "1 + 2",
  "x * (y + 1)",
  "x ? 1 : 2",
  "a[1]",
  "x++",
  "-1",
  "x = 3",
  "1 << 2",
  "x > 1",
  "16#ff",
  "(1)",
  "",
  "x == 1",
  "!x",
  "1,2",
  "'1'",
  '"1"',
  "\\",
  "1)(2",
];
const REDIRECTIONS = [
  "> f",
  ">> f",
  "< f",
  "2>&1",
  ">&2",
  "> /dev/null",
  "2> f",
  "&> f",
  "&>> f",
  "<> f",
  ">| f",
  "<&3",
  "<&-",
  "3>&1",
  "<<< w",
  ">&f",
  "10> f",
  "{v}> f",
  "< <(a)",
  "> >(a)",
  "2>&1>f",
  "<&$x",
];
const TOKENS = [
  "'",
  '"',
  "`",
  "$",
  "\\",
  "(",
  ")",
  "{",
  "}",
  ";",
  ";;",
  "&",
  "&&",
  "|",
  "||",
  "|&",
  "<",
  ">",
  "<<",
  "<<-",
  "<<<",
  "<(",
  ">(",
  "$(",
  "$((",
  "((",
  "))",
  "${",
  "[[",
  "]]",
  "#",
  "\n",
  " ",
  "\t",
  "!",
  "=",
  "if",
  "then",
  "else",
  "elif",
  "fi",
  "for",
  "in",
  "do",
  "done",
  "while",
  "until",
  "case",
  "esac",
  "function",
  "time",
  "select",
  "coproc",
  "a",
  "()",
  ";&",
  ";;&",
  "+=",
  "a=(",
  "$'",
  '$"',
  "\r",
  "\v",
  "&>",
  ">&",
  "<&",
  "*",
  "?",
  "~",
  "[",
  "]",
  ",",
  "0",
  "2",
];

/** One script; nearly half of them are broken afterwards. */
export function script(random: Random): string {
  const whole = new Script(random).whole();
  return random.chance(45) ? broken(random, whole) : whole;
}

function broken(random: Random, text: string): string {
  let out = text;
  for (let times = random.between(1, 2); times > 0; times--) {
    const at = random.below(out.length + 1);
    const size = random.between(0, 2);
    switch (random.below(5)) {
      case 0:
        out = out.slice(0, at) + out.slice(at + 1);
        break;
      case 1:
        out = out.slice(0, at) + random.pick(TOKENS) + out.slice(at);
        break;
      case 2:
        out = out.slice(0, at) + random.pick(TOKENS) + out.slice(at + size);
        break;
      case 3:
        out = out.slice(0, at);
        break;
      default:
        out = `${out.slice(0, at)} ${random.pick(TOKENS)} ${out.slice(at)}`;
    }
  }
  return out;
}

class Script {
  readonly #random: Random;
  /** Bodies of here-documents that the next line end has to bring. */
  #documents: string[] = [];
  #left = 40;

  constructor(random: Random) {
    this.#random = random;
  }

  whole(): string {
    const text = this.#list(0);
    const end = this.#random.chance(30) ? "" : this.#line();
    return text + end + this.#bodies();
  }

  #line(): string {
    return `\n${this.#bodies()}`;
  }

  #bodies(): string {
    const bodies = this.#documents.join("");
    this.#documents = [];
    return bodies === "" ? "" : bodies;
  }

  #list(depth: number): string {
    const random = this.#random;
    let out = this.#pipeline(depth);
    for (let more = random.below(3); more > 0 && this.#left > 0; more--) {
      const between = random.pick([
        ";",
        " ; ",
        "\n",
        " && ",
        " || ",
        " & ",
        ";\n",
        "\n\n",
        " &&\n",
        "&",
        " # c\n",
      ]);
      out += between.endsWith("\n") ? between.slice(0, -1) + this.#line() : between;
      out += this.#pipeline(depth);
    }
    return out;
  }

  #pipeline(depth: number): string {
    const random = this.#random;
    let out = random.chance(4) ? "! " : random.chance(3) ? "time " : "";
    out += this.#command(depth);
    while (random.chance(18))
      out +=
        random.pick(
          [" | ", "|", " |& ", " |\n"].filter((s) => !s.endsWith("\n") || this.#documents.length === 0),
        ) + this.#command(depth);
    return out;
  }

  #command(depth: number): string {
    const random = this.#random;
    this.#left--;
    if (depth > 3 || this.#left < 0 || random.chance(62)) return this.#simple(depth);
    const list = () => this.#list(depth + 1);
    const end = () => (random.chance(60) && this.#documents.length === 0 ? "; " : this.#line());
    const forms: (() => string)[] = [
      () => `( ${list()} )`,
      () => `(${list()})`,
      () => `{ ${list()}${end()}}`,
      () => `if ${list()}${end()}then ${list()}${end()}fi`,
      () => `if ${list()}${end()}then ${list()}${end()}else ${list()}${end()}fi`,
      () => `if ${list()}${end()}then ${list()}${end()}elif ${list()}${end()}then ${list()}${end()}fi`,
      () => `while ${list()}${end()}do ${list()}${end()}done`,
      () => `until ${list()}${end()}do ${list()}${end()}done`,
      () => `for ${random.pick(["a", "i", "x"])} in ${this.#words(depth, 3)}${end()}do ${list()}${end()}done`,
      () => `for a${end()}do ${list()}${end()}done`,
      () => `for ((i = 0; i < 3; i++)); do ${list()}${end()}done`,
      () => `select a in ${this.#words(depth, 2)}; do ${list()}${end()}done`,
      () =>
        `case ${this.#word(depth)} in ${random.pick(["", "("])}${this.#word(depth)}) ${list()}${random.pick([";;", ";;", ";&", "\n;;"])} *) ;; esac`,
      () => `case ${this.#word(depth)} in a|b) ${list()} ;; esac`,
      () =>
        `[[ ${this.#word(depth)} ${random.pick(["==", "=", "!=", "<", "-eq", "=~"])} ${this.#word(depth)} ]]`,
      () =>
        `[[ ${random.pick(["-f", "-n", "-z", "! -e"])} ${this.#word(depth)} ${random.pick(["", "&& a", "|| ! b"])} ]]`,
      () => `((${random.pick(ARITHMETIC)}))`,
      () => `${random.pick(["f", "g-h"])}() { ${list()}${end()}}`,
      () => `function f { ${list()}${end()}}`,
      () => `f() ( ${list()} )`,
      () => `coproc ${this.#simple(depth)}`,
      () => `a=(${this.#words(depth, 3)})`,
    ];
    const form = random.pick(forms)();
    return random.chance(15) ? `${form} ${random.pick(REDIRECTIONS)}` : form;
  }

  #simple(depth: number): string {
    const random = this.#random;
    const words: string[] = [];
    while (random.chance(14))
      words.push(
        `${random.pick(["a", "x", "LANG", "a[1]", "b+"])}=${random.chance(70) ? this.#word(depth) : ""}`,
      );
    if (random.chance(10)) words.push(random.pick(REDIRECTIONS));
    if (words.length === 0 || random.chance(85))
      words.push(random.chance(88) ? random.pick(COMMANDS) : this.#word(depth));
    for (let more = random.below(4); more > 0; more--) words.push(this.#word(depth));
    while (random.chance(12)) words.push(random.pick(REDIRECTIONS));
    if (depth === 0 && random.chance(6)) words.push(this.#document());
    return words.join(random.chance(90) ? " " : random.pick(["  ", "\t", " \\\n"]));
  }

  #document(): string {
    const random = this.#random;
    const name = random.pick(["END", "E", "EOF"]);
    const quoted = random.chance(40);
    const strip = random.chance(25);
    const lines = random.some(
      ["text", "$x", "$(ls)", "`ls`", "a'b", 'a"b', "\\$x", "", "$" + "{x:-a}", "\tindented", "END ", "a\\"],
      25,
    );
    this.#documents.push(`${lines.map((line) => `${line}\n`).join("")}${strip ? "\t" : ""}${name}\n`);
    return `<<${strip ? "-" : ""}${random.pick(["", " "])}${quoted ? random.pick([`'${name}'`, `"${name}"`, `\\${name}`]) : name}`;
  }

  #words(depth: number, most: number): string {
    return Array.from({ length: this.#random.below(most + 1) }, () => this.#word(depth)).join(" ");
  }

  #word(depth: number): string {
    let out = "";
    for (let pieces = this.#random.pick([1, 1, 1, 1, 2, 2, 3]); pieces > 0; pieces--)
      out += this.#piece(depth, false);
    return out;
  }

  #piece(depth: number, inDouble: boolean): string {
    const random = this.#random;
    const deep = depth > 3 || this.#left < 0;
    const roll = random.below(100);
    if (roll < 40) return random.pick(inDouble ? DOUBLE : PLAIN);
    if (roll < 48) return random.pick(inDouble ? DOUBLE : SPECIAL);
    if (roll < 56) return inDouble ? random.pick(DOUBLE) : `'${random.some(SINGLE, 12).join("")}'`;
    if (roll < 68)
      return inDouble || deep
        ? `$${random.pick(NAMES)}`
        : `"${Array.from({ length: random.below(4) }, () => this.#piece(depth + 1, true)).join("")}"`;
    if (roll < 76) return `$${random.pick(NAMES)}`;
    if (roll < 84) return this.#parameter(depth, inDouble);
    if (roll < 88) return `$((${random.pick(ARITHMETIC)}))`;
    if (roll < 90) return inDouble ? "$x" : `$'${random.some(ANSI, 15).join("")}'`;
    if (deep || this.#documents.length > 0) return "a";
    if (roll < 95) return `$(${this.#list(depth + 2)})`;
    if (roll < 98) return `\`${this.#simple(9)}\``;
    return inDouble ? "$(a)" : `${random.pick(["<", ">"])}(${this.#list(depth + 2)})`;
  }

  #parameter(depth: number, inDouble: boolean): string {
    const random = this.#random;
    const name = random.pick(NAMES);
    if (random.chance(35)) return `\${${name}}`;
    if (random.chance(12)) return `\${${random.pick(["#", "!"])}${name}}`;
    const operator = random.pick(OPERATORS);
    return `\${${name}${operator}${random.chance(50) ? (depth > 3 ? "w" : this.#piece(depth + 1, inDouble)) : ""}}`;
  }
}
