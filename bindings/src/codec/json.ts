/**
 * JSON text to values with one reading. RFC 8259 leaves open what two equal keys, half a surrogate pair or a number of
 * twenty digits mean, and parsers differ; here they are refused, so that no later reader sees another value.
 */
import { DEPTH_MAX } from "../gen/limits.ts";
import { type CodecCode, CodecError, pathWith, quoted } from "./errors.ts";

export { CodecError } from "./errors.ts";

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/**
 * Reads one JSON text: all of `text`, white space around it allowed, a byte order mark not.
 *
 * Refused beyond the grammar: a key that occurs twice, a surrogate without its partner, an integer literal beyond
 * 2^53 - 1 in either direction, a number beyond the range of a double, more than 32 containers inside each other.
 * `__proto__` is a member like any other.
 * @param name begins the path of errors: `args` in `args.items[3].price`.
 * @throws CodecError with path, line and column of the first thing that is wrong.
 */
export function parseJson(text: string, name = ""): JsonValue {
  const parser = new Parser(text, name);
  const value = parser.value(0);
  parser.end();
  return value;
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

class Parser {
  readonly #text: string;
  readonly #name: string;
  readonly #trail: (string | number)[] = [];
  #cursor = 0;

  constructor(text: string, name: string) {
    this.#text = text;
    this.#name = name;
  }

  /** The value after white space, with `depth` containers around it. */
  value(depth: number): JsonValue {
    this.#space();
    const unit = this.#text[this.#cursor];
    switch (unit) {
      case "{":
        return this.#object(depth);
      case "[":
        return this.#array(depth);
      case '"':
        return this.#string();
      case "t":
        return this.#word("true", true);
      case "f":
        return this.#word("false", false);
      case "n":
        return this.#word("null", null);
      default:
        return this.#number();
    }
  }

  end(): void {
    this.#space();
    if (this.#cursor < this.#text.length) this.#fail("json_syntax", "the end of the text", this.#shown());
  }

  #object(depth: number): JsonValue {
    this.#needDepth(depth);
    const object: Record<string, JsonValue> = {};
    this.#cursor++;
    this.#space();
    if (this.#skip("}")) return object;
    while (true) {
      this.#space();
      const keyAt = this.#cursor;
      if (this.#text[keyAt] !== '"') this.#fail("json_syntax", "a key in double quotes", this.#shown());
      const key = this.#string();
      this.#trail.push(key);
      if (Object.hasOwn(object, key))
        this.#fail("json_duplicate_key", "each key once", "the same key again", keyAt);
      this.#space();
      if (!this.#skip(":")) this.#fail("json_syntax", "a colon", this.#shown());
      const value = this.value(depth + 1);
      this.#trail.pop();
      if (key === "__proto__") {
        Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
      } else {
        object[key] = value;
      }
      this.#space();
      if (this.#skip("}")) return object;
      if (!this.#skip(",")) this.#fail("json_syntax", "a comma or a closing brace", this.#shown());
    }
  }

  #array(depth: number): JsonValue {
    this.#needDepth(depth);
    const array: JsonValue[] = [];
    this.#cursor++;
    this.#space();
    if (this.#skip("]")) return array;
    while (true) {
      this.#trail.push(array.length);
      array.push(this.value(depth + 1));
      this.#trail.pop();
      this.#space();
      if (this.#skip("]")) return array;
      if (!this.#skip(",")) this.#fail("json_syntax", "a comma or a closing bracket", this.#shown());
    }
  }

  #string(): string {
    const text = this.#text;
    const from = this.#cursor;
    let value = "";
    let plainFrom = from + 1;
    let at = plainFrom;
    while (true) {
      const unit = text.charCodeAt(at);
      if (unit === 0x22) break;
      if (unit === 0x5c) {
        value += text.slice(plainFrom, at);
        this.#cursor = at;
        value += this.#escape();
        at = this.#cursor;
        plainFrom = at;
      } else if (unit >= 0x20) at++;
      else {
        // Also the end of the text, where there is no unit.
        this.#cursor = at;
        this.#fail("json_syntax", "a closing quote", this.#shown());
      }
    }
    value += text.slice(plainFrom, at);
    this.#cursor = at + 1;
    const lone = loneSurrogate(value);
    if (lone >= 0) {
      const came = `\\u${value.charCodeAt(lone).toString(16)} without its partner`;
      this.#fail("value_surrogate", "text of well-formed Unicode", came, from);
    }
    return value;
  }

  /** The character that an escape stands for: one UTF-16 unit. */
  #escape(): string {
    const letter = this.#text[this.#cursor + 1] ?? "";
    if (letter === "u") {
      const digits = this.#text.slice(this.#cursor + 2, this.#cursor + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(digits))
        this.#fail("json_syntax", "four hexadecimal digits", quoted(digits));
      this.#cursor += 6;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const character = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
    if (character === undefined) this.#fail("json_syntax", "an escape of JSON", quoted(`\\${letter}`));
    this.#cursor += 2;
    return character;
  }

  #number(): number {
    NUMBER.lastIndex = this.#cursor;
    const match = NUMBER.exec(this.#text);
    if (match === null) this.#fail("json_syntax", "a value", this.#shown());
    const [literal, fraction, exponent] = match;
    const value = Number(literal);
    if (!Number.isFinite(value))
      this.#fail("value_not_finite", "a number in the range of a double", quoted(literal));
    if (fraction === undefined && exponent === undefined && !Number.isSafeInteger(value)) {
      this.#fail(
        "value_integer_range",
        "an integer from -(2^53 - 1) to 2^53 - 1; send more as text",
        quoted(literal),
      );
    }
    this.#cursor += literal.length;
    return value;
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#cursor)) this.#fail("json_syntax", "a value", this.#shown());
    this.#cursor += word.length;
    return value;
  }

  #space(): void {
    const text = this.#text;
    while (true) {
      const unit = text.charCodeAt(this.#cursor);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
      this.#cursor++;
    }
  }

  #skip(unit: string): boolean {
    if (this.#text[this.#cursor] !== unit) return false;
    this.#cursor++;
    return true;
  }

  #needDepth(depth: number): void {
    if (depth >= DEPTH_MAX) {
      this.#fail("cmp_depth", `at most ${DEPTH_MAX} containers inside each other`, "more");
    }
  }

  /** What stands at the cursor, for an error. */
  #shown(): string {
    const point = this.#text.codePointAt(this.#cursor);
    return point === undefined ? "the end of the text" : quoted(String.fromCodePoint(point));
  }

  #fail(code: CodecCode, wanted: string, came: string, at: number = this.#cursor): never {
    let path = this.#name;
    for (const step of this.#trail) path = pathWith(path, step);
    const before = this.#text.slice(0, at);
    const lines = before.split("\n");
    const column = (lines[lines.length - 1] as string).length + 1;
    throw new CodecError(code, { path, line: lines.length, column }, wanted, came);
  }
}

/** Position of the first surrogate without its partner, or -1. */
function loneSurrogate(text: string): number {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const next = text.charCodeAt(i + 1);
    if (unit >= 0xdc00 || !(next >= 0xdc00 && next <= 0xdfff)) return i;
    i++;
  }
  return -1;
}
