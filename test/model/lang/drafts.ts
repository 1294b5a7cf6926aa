/**
 * What a call in a language is taken apart into (step 3a of evaluation.md): drafts of parts, the groups between which data
 * flows, and texts inside the text that wait for their turn. Texts are byte strings, as in bytes.ts.
 */
import type { Image } from "../image.ts";
import { fieldNumber, limit, wire, wordGroup } from "../wire.ts";

/** Groups of one call (evaluation.md, 3a). */
const GROUPS_MAX = 4096;

export type Language = "shell" | "sql" | "http";

/** A text that is taken apart, or waits for it. */
export interface Nested {
  language: Language;
  text: string;
  /** Marks that every part of this text has. */
  marks: ReadonlySet<string>;
  group: number;
  /** 0: the text of the call itself. */
  depth: number;
  /** Where relative paths start, or null. */
  directory: string | null;
}

/** A field and the text it is read from. `unit` counts for fields of type money: direct where it is not given. */
export interface Fact {
  field: number;
  text: string;
  unit?: string;
}

/** One part to be. */
export interface Draft {
  action: number;
  pack: number | null;
  /** What the record calls `mapping`: `pack/row`, or the language. */
  id: string;
  group: number;
  marks: Set<string>;
  facts: Fact[];
  /** It stays only if it names a place of secrets. */
  isSuspect: boolean;
}

export class Drafts {
  readonly drafts: Draft[] = [];
  /** Something did not fit and was left out: the call is denied. */
  overflow = false;

  private current: Draft | null = null;
  private suspectCount = 0;
  private factCount = 0;
  private keptBytes = 0;
  private readonly parents: number[] = [];
  private readonly waiting: Nested[] = [];
  private queuedCount = 0;

  constructor(readonly image: Image) {}

  // --- parts -------------------------------------------------------------------------------------------------------

  /** Begins a part; facts and marks that follow belong to it. */
  begin(action: number, pack: number | null, id: string, group: number): void {
    this.current = null;
    if (this.drafts.length === limit("parts_max")) {
      this.overflow = true;
      return;
    }
    this.current = { action, pack, id, group, marks: new Set(), facts: [], isSuspect: false };
    this.drafts.push(this.current);
  }

  /** Begins a part of an action that a language names by itself. */
  role(name: string, language: Language, group: number): void {
    this.begin(this.roleAction(name), null, language, group);
  }

  /** The action that a language names by itself; one that the image does not have is the unclassified one. */
  roleAction(name: string): number {
    if (!wordGroup("role_action").includes(name)) throw new Error(`no role names ${name}`);
    return this.image.look(wire.namespaces.action as number, name) ?? this.image.actionUnclassified;
  }

  /** A fact of the part that was begun last. */
  fact(field: number, text: string, unit?: string): void {
    if (this.current === null) return;
    if (this.factCount === limit("facts_max")) {
      this.overflow = true;
      return;
    }
    this.factCount++;
    this.current.facts.push(unit === undefined ? { field, text } : { field, text, unit });
  }

  /** Marks of the part that was begun last. */
  mark(...names: string[]): void {
    for (const name of names) {
      if (!wire.marks.includes(name)) throw new Error(`no mark ${name}`);
      this.current?.marks.add(name);
    }
  }

  hasRoomForSuspect(): boolean {
    return this.suspectCount < limit("suspects_max");
  }

  /** The part that was begun last stays only if it names a place of secrets. */
  suspect(): void {
    this.suspectCount++;
    if (this.current !== null) this.current.isSuspect = true;
  }

  /** The one part of a text that cannot be taken apart, or not in one way only. */
  opaque(text: Nested): void {
    const [action, field] = OPAQUE[text.language];
    this.role(action, text.language, text.group);
    this.mark(...text.marks, "opaque_command");
    this.fact(fieldNumber(field), text.text);
  }

  // --- groups ------------------------------------------------------------------------------------------------------

  newGroup(): number {
    if (this.parents.length === GROUPS_MAX) {
      this.overflow = true;
      return 0;
    }
    this.parents.push(this.parents.length);
    return this.parents.length - 1;
  }

  /** Data flows between the two from now on. */
  join(a: number, b: number): void {
    this.parents[this.rootOf(a)] = this.rootOf(b);
  }

  /** The group that all groups joined with this one share. */
  rootOf(group: number): number {
    let root = group;
    while (this.parents[root] !== root) root = this.parents[root] as number;
    return root;
  }

  // --- room for text that does not stand in the request as it is -----------------------------------------------------

  /** Keeps a whole text, or nothing of it: false. */
  keep(text: string): boolean {
    if (this.keptBytes + text.length > limit("language_bytes_max")) {
      this.overflow = true;
      return false;
    }
    this.keptBytes += text.length;
    return true;
  }

  /** Keeps a text byte by byte; false where the room ended on the way, and then it is used up. */
  keepBytes(text: string): boolean {
    if (this.keep(text)) return true;
    this.keptBytes = limit("language_bytes_max");
    return false;
  }

  // --- texts inside texts ------------------------------------------------------------------------------------------

  /** Whether one more text of this depth can wait. */
  hasRoomFor(depth: number): boolean {
    return this.queuedCount < limit("nested_texts_max") && depth <= limit("nested_depth_max");
  }

  /** The text waits for its turn; false where there is no room for it. */
  queue(text: Nested): boolean {
    if (!this.hasRoomFor(text.depth)) return false;
    this.queuedCount++;
    this.waiting.push(text);
    return true;
  }

  /** The text whose turn it is, first in, first out. */
  next(): Nested | undefined {
    return this.waiting.shift();
  }
}

const OPAQUE: Record<Language, [action: string, field: string]> = {
  shell: ["process.shell", "command"],
  sql: ["db.admin", "query"],
  http: ["network.http_post", "url"],
};
