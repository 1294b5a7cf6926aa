/** What the words of some programs do: programs for awk, scripts for sed, names of variables (command.md, 5). */
import type { Image } from "../image.ts";
import { wire, wordGroup } from "../wire.ts";

/** Whether a program for awk can only write text to its output. */
export function isCalmAwk(program: string): boolean {
  if (program.includes("@") || program.includes("\\\n")) return false;
  const words = wordGroup("awk_word").filter((word) => word !== "print" && word !== "load");
  if (words.some((word) => program.includes(word)) || /load[(_]/.test(program)) return false;
  const printAt = program.indexOf("print");
  if (printAt < 0) return true;
  return !/[>|]/.test(withoutOr(program, printAt));
}

/** What follows a position, without each `||` of the whole text. */
function withoutOr(program: string, from: number): string {
  return program.replaceAll("||", "  ").slice(from);
}

/** Whether a script for sed can only write text to its output. */
export function isCalmSed(script: string): boolean {
  return new SedReader(script).isCalm();
}

class SedReader {
  at = 0;

  constructor(readonly text: string) {}

  isCalm(): boolean {
    for (;;) {
      this.skip(/[\t-\r ;!{}]/);
      if (this.at >= this.text.length) return true;
      const address = this.address();
      if (address === "code") return false;
      if (address === "address") {
        this.skip(/[\t-\r ,]/);
        continue;
      }
      if (!this.command()) return false;
      if (this.at < this.text.length && !/[\t-\r ;!{}]/.test(this.byte())) return false;
    }
  }

  byte(): string {
    return this.text[this.at] ?? "";
  }

  skip(class_: RegExp): void {
    while (this.at < this.text.length && class_.test(this.byte())) this.at++;
  }

  address(): "address" | "none" | "code" {
    const rest = this.text.slice(this.at);
    const simple = /^([0-9]+|\$|[+~][0-9]*)/.exec(rest);
    if (simple !== null) {
      this.at += (simple[0] as string).length;
      return "address";
    }
    if (this.byte() !== "/") return "none";
    this.at++;
    if (!this.pattern("/")) return "code";
    if (this.byte() === "I") this.at++;
    return "address";
  }

  command(): boolean {
    const command = this.byte();
    this.at++;
    if (/[pPdDqQnNgGhHFxlz=]/.test(command)) {
      this.skip(/[0-9]/);
      return true;
    }
    if (/[btT:]/.test(command)) {
      this.skip(/[^;\n]/);
      return true;
    }
    if (/[aic]/.test(command)) {
      const start = this.at;
      this.skip(/[^\n]/);
      return !this.text.slice(start, this.at).includes("\\");
    }
    if (command !== "s" && command !== "y") return false;
    const delimiter = this.byte();
    if (delimiter === "" || delimiter === "\\" || delimiter === "\n") return false;
    this.at++;
    if (!(command === "s" ? this.pattern(delimiter) : this.plain(delimiter))) return false;
    if (!this.plain(delimiter)) return false;
    if (command === "s") this.skip(/[gpimIM0-9]/);
    return true;
  }

  /** Text up to the delimiter, which is passed. */
  plain(delimiter: string): boolean {
    for (; this.at < this.text.length; this.at++) {
      if (this.byte() === "\\") this.at++;
      else if (this.byte() === delimiter) {
        this.at++;
        return true;
      }
    }
    return false;
  }

  pattern(delimiter: string): boolean {
    for (; this.at < this.text.length; this.at++) {
      if (this.byte() === "\\") this.at++;
      else if (this.byte() === delimiter) {
        this.at++;
        return true;
      } else if (this.byte() === "[" && !this.brackets(delimiter)) return false;
    }
    return false;
  }

  /** From `[` to the `]` that ends it, where it stays. */
  brackets(delimiter: string): boolean {
    this.at++;
    if (this.byte() === "^" && delimiter !== "^") this.at++;
    for (let isFirst = true; this.at < this.text.length; this.at++, isFirst = false) {
      const byte = this.byte();
      const after = this.text[this.at + 1] ?? "";
      if (byte === delimiter) return false;
      if (byte === "]" && !isFirst) return true;
      if (byte === "\\") {
        if (after === "" || after === "[") return false;
        this.at++;
      } else if (byte === "[" && after !== "" && ":.=".includes(after)) {
        const end = this.text.indexOf(`${after}]`, this.at + 2);
        if (end < 0 || this.text.slice(this.at, end + 2).includes(delimiter)) return false;
        this.at = end + 1;
      }
    }
    return false;
  }
}

/** Whether a variable may be assigned without changing what programs do (shell.md, 7). */
export function isHarmless(name: string, dialect: string | null, image: Image): boolean {
  if (image.look(wire.namespaces.variable as number, name) !== undefined) return true;
  if (!/^[^A-Za-z]*[a-z]/.test(name)) return false;
  const isZsh = dialect === "zsh" || dialect === null;
  if (isZsh && wordGroup("shell_variable").includes(name)) return false;
  if (wordGroup("shell_foreign").some((start) => name.startsWith(start))) return false;
  return !wordGroup("shell_inherited").some((end) => name.endsWith(end));
}
