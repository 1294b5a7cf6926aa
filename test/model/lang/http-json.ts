/** The members of a JSON object, by the grammar of RFC 8259 alone; bytes from 0x7f on stand for themselves. */
import { utf8 } from "../bytes.ts";

const DEPTH_MAX = 64;

export type JsonValue =
  | { kind: "plain"; text: string; escaped: boolean }
  | { kind: "array"; items: JsonValue[] }
  /** null and objects: nothing that a field could read. */
  | { kind: "other" };

export interface JsonMember {
  name: string;
  value: JsonValue;
}

class NotJson extends Error {}

/** The members in order, or null where the text is not one JSON object. */
export function jsonMembers(text: string): JsonMember[] | null {
  try {
    const reader = new JsonReader(text);
    reader.blanks();
    const members = reader.object(1);
    reader.blanks();
    return reader.at === text.length ? members : null;
  } catch (error) {
    if (error instanceof NotJson) return null;
    throw error;
  }
}

class JsonReader {
  at = 0;

  constructor(readonly text: string) {}

  see(form: RegExp): string | null {
    form.lastIndex = this.at;
    const found = form.exec(this.text);
    if (found === null) return null;
    this.at += found[0].length;
    return found[0];
  }

  need(form: RegExp): string {
    const found = this.see(form);
    if (found === null) throw new NotJson();
    return found;
  }

  blanks(): void {
    this.need(/[\t\n\r ]*/y);
  }

  object(depth: number): JsonMember[] {
    if (depth > DEPTH_MAX) throw new NotJson();
    const members: JsonMember[] = [];
    this.need(/\{[\t\n\r ]*/y);
    if (this.see(/\}/y) !== null) return members;
    do {
      this.blanks();
      const name = unescaped(this.need(STRING));
      this.need(/[\t\n\r ]*:[\t\n\r ]*/y);
      members.push({ name, value: this.value(depth) });
      this.blanks();
    } while (this.see(/,/y) !== null);
    this.need(/\}/y);
    return members;
  }

  array(depth: number): JsonValue[] {
    if (depth > DEPTH_MAX) throw new NotJson();
    const items: JsonValue[] = [];
    this.need(/\[[\t\n\r ]*/y);
    if (this.see(/\]/y) !== null) return items;
    do {
      this.blanks();
      items.push(this.value(depth));
      this.blanks();
    } while (this.see(/,/y) !== null);
    this.need(/\]/y);
    return items;
  }

  value(depth: number): JsonValue {
    const first = this.text.charAt(this.at);
    if (first === "{") {
      this.object(depth + 1);
      return { kind: "other" };
    }
    if (first === "[") return { kind: "array", items: this.array(depth + 1) };
    if (first === '"') {
      const text = this.need(STRING);
      return { kind: "plain", text: unescaped(text), escaped: text.includes("\\") };
    }
    if (this.see(/null/y) !== null) return { kind: "other" };
    return { kind: "plain", text: this.need(WORD_OR_NUMBER), escaped: false };
  }
}

const STRING = /"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9A-Fa-f]{4})*"/y;
const WORD_OR_NUMBER = /true|false|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

const ESCAPES: Record<string, string> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** The bytes that a string with its quote marks stands for. */
function unescaped(quoted: string): string {
  return quoted
    .slice(1, -1)
    .replace(/(?:\\u[0-9A-Fa-f]{4})+|\\(.)/gs, (escapes, letter: string | undefined) => {
      if (letter !== undefined) return ESCAPES[letter] ?? letter;
      const units = escapes.match(/[0-9A-Fa-f]{4}/g) as string[];
      const unicode = String.fromCharCode(...units.map((unit) => Number.parseInt(unit, 16)));
      return utf8(unicode);
    });
}
