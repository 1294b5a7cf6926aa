/**
 * Shell texts for the differential test: programs and options that the image knows, words of every kind of quoting and
 * expansion, compounds, redirections and here-documents; and then damage.
 */
import { readable } from "../model/bytes.ts";
import type { Image } from "../model/image.ts";
import type { Command } from "../model/image-languages.ts";
import { wire } from "../model/wire.ts";
import type { Random } from "./random.ts";

export function randomShell(random: Random, image: Image): string {
  const text = new ShellWriter(random, image).list(
    random.pick([0, 1, 1, 2]),
    random.pick([1, 1, 2, 2, 3, 4]),
  );
  return random.chance(15) ? damaged(random, text) : text;
}

const ENDS = ["; ", ";", "\n", " && ", " || ", " & ", "\n\n", " # note\n", ";\n"];
const NAMES = [
  "x",
  "a",
  "b",
  "foo",
  "file",
  "LANG",
  "PATH",
  "path",
  "HOME",
  "PWD",
  "IFS",
  "_",
  "npm_x",
  "TZ",
];

class ShellWriter {
  /** Here-documents whose bodies stand behind the next newline. */
  bodies: string[] = [];

  constructor(
    readonly random: Random,
    readonly image: Image,
  ) {}

  list(depth: number, count: number): string {
    const { random } = this;
    let out = "";
    for (let i = 0; i < count; i++) {
      out += this.pipeline(depth);
      const end = i < count - 1 ? random.pick(ENDS) : random.pick(["", "", ";", "\n", " ", "&"]);
      out += this.bodies.length > 0 && random.chance(85) ? this.newline() : end;
    }
    return out;
  }

  /** A newline, and the bodies that follow it. */
  newline(): string {
    const out = `\n${this.bodies.join("")}`;
    this.bodies = [];
    return out;
  }

  pipeline(depth: number): string {
    const { random } = this;
    const count = random.pick([1, 1, 1, 1, 2, 2, 3]);
    const prefix = random.chance(4) ? random.pick(["! ", "time ", "time -p ", "! ! "]) : "";
    const pipe = (): string => random.pick([" | ", "|", " | ", " |& ", " |\n"]);
    let out = prefix;
    for (let i = 0; i < count; i++) out += (i === 0 ? "" : pipe()) + this.command(depth);
    return out;
  }

  command(depth: number): string {
    const { random } = this;
    if (depth > 0 && random.chance(45)) return this.compound(depth - 1) + this.redirections(15);
    if (random.chance(12)) return this.assignments();
    if (random.chance(10)) return this.shellCommand();
    if (random.chance(6)) return `${random.pick(["echo", "printf '%s\\n'", "printf"])} ${this.word(0)}`;
    return this.redirections(3) + this.simple(depth) + this.redirections(20);
  }

  compound(depth: number): string {
    const { random } = this;
    const list = (): string => {
      const inside = this.list(depth, random.pick([1, 1, 2]));
      return /[;&\n]$/.test(inside) ? inside : `${inside}${random.pick(["; ", "\n"])}`;
    };
    const name = random.pick(NAMES);
    switch (random.below(11)) {
      case 0:
        return `(${this.list(depth, random.pick([1, 2]))})`;
      case 1:
        return `{ ${list()}}`;
      case 2:
        return `if ${list()}then ${list()}${random.chance(30) ? `elif ${list()}then ${list()}` : ""}${
          random.chance(40) ? `else ${list()}` : ""
        }fi`;
      case 3:
        return `${random.pick(["while", "until"])} ${list()}do ${list()}done`;
      case 4:
        return `for ${name} in ${this.words(depth)}${random.pick([";", "\n", "; "])}do ${list()}done`;
      case 5:
        return `for ${name}${random.pick([" ", "; ", "\n"])}do ${list()}done`;
      case 6: {
        const branch = (): string =>
          `${random.pick(["", "("])}${this.word(0)}${random.pick(["", "|b", " | *"])}) ${list()}${random.pick([";;", ";;\n", ";&", ";;&", " ;; "])}`;
        return `case ${this.word(depth)} in ${branch()}${random.chance(50) ? branch() : ""} esac`;
      }
      case 7:
        return `[[ ${random.pick(["-f ", "! ", "( ", ""])}${this.word(depth)}${random.pick(["", " == b*", " && -d c", " =~ a(b|c)", " < d", " )"])} ]]`;
      case 8:
        return `${random.pick(["f", "g-h", "ls", "cd", "function f", "f.x"])}${random.pick(["()", " ( )", "()\n", ""])} { ${list()}}`;
      case 9:
        return random.pick(["((x=1))", "((a + (b)))", "(( $(ls) ))", "for ((i=0;i<3;i++)); do ls; done"]);
      default:
        return `select ${name} in a b; do ${list()}done`;
    }
  }

  assignments(): string {
    const { random } = this;
    const one = (): string => {
      const name = random.pick(NAMES);
      if (random.chance(15)) return name + random.pick(["=", "+="]) + random.pick(["(a b)", "(\n$x)", "()"]);
      const operator = random.pick(["=", "=", "=", "+=", "[0]=", "[$x]="]);
      return name + operator + (random.chance(90) ? this.word(0) : random.pick(["", "'a[$(id)]'"]));
    };
    const all = Array.from({ length: random.pick([1, 1, 2]) }, one).join(" ");
    return all + (random.chance(25) ? ` ${this.simple(0)}` : "");
  }

  /** Commands that change the shell itself. */
  shellCommand(): string {
    const { random } = this;
    const name = random.pick(NAMES);
    const word = this.word(0);
    return random.pick([
      `cd ${word}`,
      `cd ${random.pick(["a", "/tmp", "..", "-", "~", "$HOME/x", "-P a", "-- b", "a b", "", "'c d'"])}`,
      `pushd ${random.pick(["a", "/x", "+1", ""])}`,
      "popd",
      `export ${name}=${word}`,
      `export ${name}`,
      `${random.pick(["local", "declare", "typeset", "readonly"])} ${random.pick(["", "-a ", "-x ", "-i ", "+x ", "-gx "])}${name}=${word}`,
      `read ${random.pick(["-r ", "", "-p 'a b' "])}${name}`,
      `unset ${name}`,
      `let ${name}=1`,
      `getopts ab ${name}`,
      `mapfile -t ${name}`,
      `printf -v ${name} %s a`,
      `printf -v${name} x`,
      `set ${random.pick(["-e", "-euo pipefail", "+x", "-o posix", "-k", "-- a -b", "a -k", "-o"])}`,
      `shopt -s ${random.pick(["nullglob", "extglob", "globstar"])}`,
      `eval ${word}`,
      `source ${word}`,
      `. ${word}`,
      `trap ${word} EXIT`,
      `exec ${random.pick(["< x", "ls", "", "> y", word])}`,
      `alias ${name}=${word}`,
      `hash ${word}`,
      `command ${random.pick(["-v ls", "cd a", "ls"])}`,
      `builtin cd ${word}`,
    ]);
  }

  simple(depth: number): string {
    const { random, image } = this;
    if (image.commands.length === 0 || random.chance(8))
      return `${random.pick(ODD_PROGRAMS)} ${this.words(depth)}`;
    const names = commandNames(image);
    const { name, row } = random.chance(45) ? random.pick(names.favourites) : random.pick(names.all);
    const words: string[] = [];
    for (let i = random.pick([0, 1, 2, 2, 3, 4, 5]); i > 0; i--) words.push(this.argument(depth, row));
    const prefix = random.chance(5)
      ? random.pick(["/usr/bin/", "/opt/", "./", "\\", "X=1 ", "sudo ", "env A=1 "])
      : "";
    return [prefix + name, ...words].join(random.chance(3) ? "\t" : " ");
  }

  argument(depth: number, row: Command): string {
    const { random } = this;
    if (row.options.length > 0 && random.chance(50)) {
      const { name: bytes, takes } = random.pick(row.options);
      const name = readable(bytes);
      if (takes === "nothing") return random.chance(90) ? name : `${name}=1`;
      if (random.chance(60)) return `${name} ${this.word(depth)}`;
      if (random.chance(60)) return name + random.pick(["=", "="]) + this.word(0);
      return name.startsWith("--") ? name.slice(0, random.between(3, name.length)) : name + this.word(0);
    }
    if (random.chance(8)) {
      const clusters = row.options
        .map((option) => readable(option.name))
        .filter((name) => /^-[A-Za-z]$/.test(name));
      const letters = Array.from({ length: random.between(1, 4) }, () =>
        clusters.length === 0 ? "z" : random.pick(clusters).slice(1),
      );
      return `-${letters.join("")}`;
    }
    if (random.chance(5))
      return random.pick(["--", "-", "-z", "--zzz", "-9", "{}", "\\;", "+", "--help", "--version"]);
    if (random.chance(10)) {
      // The words of commands inside commands.
      const inner = random.pick(commandNames(this.image).favourites);
      return `${inner.name} ${this.word(0)}`;
    }
    return this.word(depth);
  }

  words(depth: number): string {
    return Array.from({ length: this.random.pick([0, 1, 1, 2, 3]) }, () => this.word(depth)).join(" ");
  }

  word(depth: number): string {
    const { random } = this;
    const count = random.pick([1, 1, 1, 1, 2]);
    return Array.from({ length: count }, () => this.piece(depth)).join("");
  }

  piece(depth: number): string {
    const { random } = this;
    const plain = (): string => random.pick(PLAIN);
    if (random.chance(55)) return plain();
    const name = random.pick(NAMES);
    const expansion = (): string =>
      random.pick([
        `$${name}`,
        `\${${name}}`,
        "$1",
        "$@",
        "$?",
        `\${${name}:-y}`,
        `\${${name}:=y}`,
        `\${#${name}}`,
        `\${${name}%.*}`,
        `\${${name}[0]}`,
        "$((1+x))",
        "$(pwd)",
        ...(depth > 0
          ? [
              `$(${this.list(depth - 1, 1).replace(/[;&\n ]+$/, "")})`,
              `\`${this.pipeline(0).replaceAll("`", "")}\``,
            ]
          : ["$(ls)", "`cat y`"]),
      ]);
    switch (random.below(9)) {
      case 0:
        return `'${random.pick(SCRIPTS)}'`;
      case 1:
        return `"${plain()}${expansion()}"`;
      case 2:
        return `"${expansion()}${plain()}"`;
      case 3:
      case 4:
        return expansion();
      case 5:
        return random.pick([
          '"a b"',
          '"\\$x"',
          "\\*",
          "\\ ",
          "''",
          '""',
          "$'a\\tb'",
          '$"a"',
          "\\\n",
          "a\\\nb",
        ]);
      case 6:
        return random.pick([
          "*.o",
          "[ab]*",
          "{a,b}",
          "{1..3}",
          "~/x",
          "~",
          "a?",
          "=ls",
          "a=b",
          "x#y",
          "!",
          "{}",
        ]);
      case 7:
        return depth > 0 ? random.pick([`<(${this.pipeline(0)})`, `>(${this.pipeline(0)})`]) : "<(ls)";
      default:
        return `'${plain()}'`;
    }
  }

  redirections(percent: number): string {
    const { random } = this;
    if (!random.chance(percent)) return "";
    const operator = random.pick([
      "<",
      ">",
      ">>",
      "2>",
      "&>",
      ">|",
      "<>",
      ">&",
      "<<<",
      "<<",
      "<<-",
      "2>&1",
      "<&3",
      "0<",
    ]);
    if (operator === "2>&1" || operator === "<&3") return ` ${operator} `;
    if (operator !== "<<" && operator !== "<<-") {
      const target = random.chance(70) ? random.pick(TARGETS) : this.word(0);
      return ` ${operator}${random.pick(["", " "])}${target} `;
    }
    const mark = random.pick(["E", "EOF", "'E'", '"E"', "\\E"]);
    const lines = Array.from({ length: random.below(3) }, () =>
      random.pick(["rm x", "ls $x", "$(ls)", "\ta b", "x\\", "\\$x", '"q"', "import os", "select 1"]),
    );
    const end = mark.replace(/['"\\]/g, "");
    this.bodies.push(`${[...lines, random.chance(95) ? end : "F"].join("\n")}\n`);
    return ` ${operator}${mark} `;
  }
}

const ODD_PROGRAMS = [
  "nosuch",
  "./run.sh",
  "/bin/nosuch",
  "/opt/x/y",
  "$x",
  "*",
  "''",
  "a/b",
  "~/bin/x",
  "\\ls",
  "'ls'",
];
const PLAIN = [
  "a",
  "b.txt",
  "./c",
  "../d",
  "/etc/passwd",
  "dir/e.sh",
  ".env",
  "https://api.example.com/v1?q=1",
  "http://10.0.0.1/x",
  "user@host",
  "user@host:/x",
  "file=/x/y",
  "-v",
  "1",
  "main",
  "name=value",
  "PATH=/x",
  "@f",
  "select",
  "ü",
  "x,y",
];
const TARGETS = [
  "out",
  "./out",
  "b.txt",
  "/dev/null",
  "/dev/tcp/h/1",
  "$x",
  "~/o",
  "'a b'",
  "/tmp/z",
  "*",
  "!x",
  "3",
  "-",
];
const SCRIPTS = [
  "rm -rf x",
  "ls; cat b.txt",
  "ls | sh",
  "select * from t",
  "delete from t",
  "print(1)",
  "{print $1}",
  '{print > "f"}',
  "s/a/b/g",
  "s/a/b/e",
  "1,3p",
  "s|[^/]|x|;p",
  "sh -c 'ls'",
  "x $(ls)",
  "a b",
  "$x",
  "X-HTTP-Method-Override: DELETE",
];

interface Named {
  name: string;
  row: Command;
}

const FAVOURITES =
  /^(rm|cp|cat|grep|find|tar|dd|tee|sudo|env|xargs|sh|bash|eval|python3?|psql|mysql|curl|wget|git|awk|sed|test|read|ssh|docker|kubectl|npm|make|nohup|timeout|node|echo|printf|sort|ln|mv|chmod|rsync|scp|export|nice|time|watch|parallel|su)\b/;

const namesByImage = new WeakMap<Image, { all: Named[]; favourites: Named[] }>();

function commandNames(image: Image): { all: Named[]; favourites: Named[] } {
  let names = namesByImage.get(image);
  if (names === undefined) {
    const all = image.names
      .filter((name) => name.namespace === wire.namespaces.command)
      .map((name) => ({ name: readable(name.text), row: image.commands[name.value] as Command }));
    const favourites = all.filter(({ name }) => FAVOURITES.test(name));
    names = { all, favourites: favourites.length > 0 ? favourites : all };
    namesByImage.set(image, names);
  }
  return names;
}

/** A byte taken out, put in or doubled where the text's form is decided. */
function damaged(random: Random, text: string): string {
  let out = text;
  for (let i = random.pick([1, 1, 2]); i > 0; i--) {
    const at = random.below(out.length + 1);
    const byte = random.pick([..."'\"`$(){}[]<>|&;\\\n #!=~*"]);
    out = random.chance(50) ? out.slice(0, at) + byte + out.slice(at) : out.slice(0, at) + out.slice(at + 1);
  }
  return out;
}
