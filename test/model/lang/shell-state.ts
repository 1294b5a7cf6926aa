/** What a shell text knows while it is read: variables, the directory, groups and the files that join them. */
import type { Image } from "../image.ts";
import type { Drafts, Nested } from "./drafts.ts";
import { isHarmless } from "./harmless.ts";

const VARIABLES_MAX = 64;
const FILES_MAX = 256;

interface Variable {
  /** null: not known. */
  value: string | null;
  group: number | null;
  /** Which assignment of the text was its last one. */
  assigned: number;
}

/** Where relative paths start: nowhere in particular, somewhere, or nobody knows where. */
export type Directory = { kind: "none" } | { kind: "known"; path: string } | { kind: "unknown" };

export interface Loop {
  /** A call or a part stood in it. */
  acted: boolean;
  /** Variables whose known value was used in it. */
  used: Set<string>;
}

export class ShellState {
  variables = new Map<string, Variable>();
  variablesFull = false;
  hasFunction = false;
  directory: Directory;
  /** Grows with each change of the directory. */
  changes = 0;
  /** A function may change it with any call. */
  directoryLost = false;
  loops: Loop[] = [];
  isOpaque = false;
  /** Groups begun in this text, in order. */
  readonly begun: number[] = [];
  private one: number | null = null;
  private assignments = 0;
  private readonly counted = new Set<string>();
  private readonly files = new Map<string, number>();

  constructor(
    readonly text: Nested,
    readonly drafts: Drafts,
    readonly image: Image,
    readonly dialect: string | null,
  ) {
    this.directory = text.directory === null ? { kind: "none" } : { kind: "known", path: text.directory };
    if (text.depth > 0) this.one = text.group;
  }

  // --- groups ------------------------------------------------------------------------------------------------------

  newGroup(): number {
    const group = this.one ?? this.drafts.newGroup();
    this.begun.push(group);
    return group;
  }

  /** Joins the groups begun since then with one. */
  joinSince(count: number, group: number): void {
    for (const other of this.begun.slice(count)) this.drafts.join(other, group);
  }

  /** A text that cannot be read to its end: data may flow between all that it began, and the text itself. */
  joinText(): void {
    for (const group of this.begun) this.drafts.join(group, this.text.group);
  }

  private allOneGroup(withPast: boolean, group: number): void {
    if (this.one !== null) return;
    this.one = group;
    if (withPast) this.joinSince(0, group);
  }

  /** A word that may name a file joins the commands that name it too. */
  file(word: string, isTarget: boolean, group: number): void {
    const keys = [
      word.startsWith("-") ? "" : word,
      word.includes("=") ? word.slice(word.indexOf("=") + 1) : "",
      word.includes("@") ? word.slice(word.lastIndexOf("@") + 1) : "",
    ];
    keys.forEach((written, i) => {
      const key = written.replace(/^(\.\/+)+/, "");
      if (key === "." || key === ".." || /^\/*$/.test(key)) return;
      const noted = this.files.get(key);
      if (noted !== undefined) this.drafts.join(noted, group);
      else if ((isTarget && i === 0) || /[/.]/.test(written)) {
        if (this.files.size === FILES_MAX) this.allOneGroup(true, group);
        else this.files.set(key, group);
      }
    });
  }

  // --- variables ---------------------------------------------------------------------------------------------------

  /** An assignment; `group`: what the value came from. */
  assign(name: string, group: number | null): void {
    this.assignments++;
    if (this.loops.some((loop) => loop.used.has(name))) this.isOpaque = true;
    if (!this.variables.has(name) && this.variables.size === VARIABLES_MAX) {
      this.variablesFull = true;
      this.forgetValues();
      if (this.one === null) this.allOneGroup(false, group ?? this.drafts.newGroup());
      return;
    }
    this.variables.set(name, { value: null, group, assigned: this.assignments });
  }

  isVariable(name: string): boolean {
    return this.variables.has(name);
  }

  /** Changes with each assignment of the name. */
  lastAssignment(name: string): number {
    return this.variables.get(name)?.assigned ?? 0;
  }

  /** The text goes on to count with it: no value that it gets is the only one. */
  count(name: string): void {
    this.counted.add(name);
  }

  know(name: string, value: string): void {
    const variable = this.variables.get(name);
    const isKept = !this.hasFunction && !this.variablesFull && !this.counted.has(name);
    if (variable !== undefined && isKept) variable.value = value;
  }

  forgetValues(): void {
    for (const variable of this.variables.values()) variable.value = null;
  }

  valueOf(name: string): string | null {
    return this.variables.get(name)?.value ?? null;
  }

  use(name: string): void {
    for (const loop of this.loops) loop.used.add(name);
  }

  setGroup(name: string, group: number): void {
    const variable = this.variables.get(name);
    if (variable !== undefined) variable.group = group;
  }

  groupOf(name: string): number | null {
    return this.variables.get(name)?.group ?? null;
  }

  /** Assigning it must not change what programs do. */
  judge(name: string): void {
    if (!isHarmless(name, this.dialect, this.image)) this.isOpaque = true;
  }

  // --- directory ---------------------------------------------------------------------------------------------------

  changeDirectory(directory: Directory): void {
    this.changes++;
    this.directory = directory;
    if (this.loops.length > 0) {
      this.directory = { kind: "unknown" };
      if (this.loops.some((loop) => loop.acted)) this.isOpaque = true;
    }
    if (this.directoryLost) this.directory = { kind: "unknown" };
  }

  /** Back to what it was, unless any call may have changed it. */
  restoreDirectory({ directory, changes }: { directory: Directory; changes: number }): void {
    this.directory = this.directoryLost ? { kind: "unknown" } : directory;
    this.changes = changes;
  }

  /** Where it may have been changed or not. */
  doubtDirectory(changesBefore: number): void {
    if (this.changes !== changesBefore) this.directory = { kind: "unknown" };
  }

  acted(): void {
    for (const loop of this.loops) loop.acted = true;
  }
}
