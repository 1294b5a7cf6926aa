/** The body of a request as members (docs/format/http.md, 4). */
import { fromBytes } from "../bytes.ts";
import type { Node } from "../cmp.ts";
import { type JsonValue, jsonMembers } from "./http-json.ts";
import { decode, parametersOf } from "./http-url.ts";

/** How much room a value takes: none where it stands in the request as it is. */
export type Room = "none" | "whole" | "bytes";

export interface BodyValue {
  text: string;
  room: Room;
}

export interface BodyMember {
  name: string;
  /** What it gives to a field with one value, and to a field with many. */
  one: BodyValue[];
  many: BodyValue[];
}

export class Body {
  /** Null: no data, or data without text. */
  readonly text: string | null;
  readonly present: boolean;
  readonly members: BodyMember[];

  constructor(data: Uint8Array | Node | null) {
    const isText = data instanceof Uint8Array;
    this.text = isText && data.length > 0 ? fromBytes(data) : null;
    this.present = this.text !== null || (data !== null && !isText);
    if (this.text !== null)
      this.members = /^[\t\n\r ]*\{/.test(this.text) ? ofJson(this.text) : ofForm(this.text);
    else this.members = data !== null && !isText ? ofTree(data) : [];
  }

  /** Names as step 2 compares them: those of a tree decoded, though step 4 takes them as they are. */
  get names(): string[] {
    return this.members.map(({ name }) => (this.text === null ? decode(name) : name));
  }
}

/** Of a form, or of the query. */
export function ofForm(text: string): BodyMember[] {
  return parametersOf(text).map(({ name, value }) => {
    const values: BodyValue[] = [{ text: decode(value.replaceAll("+", " ")), room: "bytes" }];
    return { name: decode(name), one: values, many: values };
  });
}

function ofJson(text: string): BodyMember[] {
  const plain = (value: JsonValue): BodyValue[] =>
    value.kind === "plain" ? [{ text: value.text, room: value.escaped ? "bytes" : "none" }] : [];
  return (jsonMembers(text) ?? []).map(({ name, value }) => ({
    name,
    one: plain(value),
    many: value.kind === "array" ? value.items.flatMap(plain) : plain(value),
  }));
}

function ofTree(data: Node): BodyMember[] {
  if (data.type !== "map") return [];
  return data.members.map(({ key, value }) => ({
    name: key,
    one: scalar(value),
    many: value.type === "array" ? value.items.flatMap(scalar) : scalar(value),
  }));
}

function scalar(node: Node): BodyValue[] {
  if (node.type === "str") return [{ text: node.text, room: "whole" }];
  if (node.type === "int" || node.type === "bool") return [{ text: String(node.value), room: "whole" }];
  return [];
}
