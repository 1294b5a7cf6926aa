/** JSON that people write and keys depend on, read strictly: a misspelt member is an error, never a setting left out. */

import { CodecError, pathWith, quoted } from "../src/codec/errors.ts";
import { type JsonValue, parseJson } from "../src/codec/json.ts";
import { nearest } from "../src/errors.ts";

/** A value and where it stands. What is wrong with it is said by the error that `refuse` makes of a message. */
export class JsonPlace {
  readonly value: JsonValue;
  readonly path: string;
  readonly #refuse: (message: string) => Error;

  private constructor(value: JsonValue, path: string, refuse: (message: string) => Error) {
    this.value = value;
    this.path = path;
    this.#refuse = refuse;
  }

  /** @param name of the file or text; every message begins with it. */
  static parse(text: string, name: string, refuse: (message: string) => Error): JsonPlace {
    try {
      return new JsonPlace(parseJson(text), "", (message) => refuse(`${name}: ${message}`));
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      throw refuse(`${name}: ${error.message}; correct the JSON text`);
    }
  }

  fail(wanted: string, fix: string, came: string = shownValue(this.value)): never {
    const place = this.path === "" ? "" : `${this.path}: `;
    throw this.#refuse(`${place}wanted ${wanted}; came ${came}; ${fix}`);
  }

  /** An object with all of `required`, any of `optional`, and nothing else. */
  object(required: readonly string[], optional: readonly string[] = []): this {
    const { value } = this;
    if (!isObject(value)) return this.fail("an object", "put its members in braces");
    const known = [...required, ...optional];
    for (const name of Object.keys(value)) {
      if (known.includes(name)) continue;
      const meant = nearest(name, known);
      const fix = meant === undefined ? "remove it" : `did you mean ${JSON.stringify(meant)}?`;
      this.fail(`no members but ${known.join(", ")}`, fix, shownText(name));
    }
    const missing = required.find((name) => !Object.hasOwn(value, name));
    if (missing !== undefined) this.#at("", missing).fail(`the member ${missing}`, "add it", "none");
    return this;
  }

  member(name: string): JsonPlace {
    return this.optional(name) ?? this.#at(null, name);
  }

  optional(name: string): JsonPlace | undefined {
    const { value } = this;
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    return this.#at(value[name] as JsonValue, name);
  }

  /** The items of an array that has at least one. */
  items(what: string): readonly JsonPlace[] {
    const { value } = this;
    if (!Array.isArray(value)) return this.fail(`an array of ${what}`, "put it in brackets");
    if (value.length === 0) return this.fail(`at least one of ${what}`, "add one", "none");
    return value.map((item: JsonValue, at) => this.#at(item, at));
  }

  text(what: string): string {
    return typeof this.value === "string" ? this.value : this.fail(what, "give it in quotes");
  }

  integer(min: number, max: number = Number.MAX_SAFE_INTEGER): number {
    const { value } = this;
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max)
      return value;
    const bounds = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
    return this.fail(`an integer ${bounds}`, "correct the number");
  }

  /** What `read` makes of the text here. What it refuses is refused at this place. */
  read<T>(what: string, fix: string, read: (text: string) => T): T {
    const text = this.text(what);
    try {
      return read(text);
    } catch (error) {
      throw this.#refuse(`${this.path}: ${(error as Error).message}; ${fix}`);
    }
  }

  #at(value: JsonValue, step: string | number): JsonPlace {
    return new JsonPlace(value, pathWith(this.path, step), this.#refuse);
  }
}

function isObject(value: JsonValue): value is { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Text for an error, unless there may be a secret in it. */
function shownText(text: string): string {
  return /k[0-9]\.(secret|local|seal|.*-wrap|.*-pw)\./.test(text)
    ? "a text with a secret key in it"
    : quoted(text);
}

function shownValue(value: JsonValue): string {
  if (typeof value === "string") return shownText(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return isObject(value) ? "an object" : String(value);
}
