/** A value of a token and where it stands, so that each refusal names its place. */

import { pathWith, quoted } from "../src/codec/errors.ts";
import type { JsonValue } from "../src/codec/json.ts";
import { TokenError } from "./errors.ts";
import { isObject, type JsonObject } from "./payload.ts";

const TEXT_BYTES_MAX = 256;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const utf8 = new TextEncoder();

export class ClaimPlace {
  readonly value: JsonValue;
  readonly #around: ClaimPlace | string;
  readonly #step: string | number | undefined;

  /** @param around the value that it stands in, or the path of the outermost one. */
  constructor(value: JsonValue, around: ClaimPlace | string = "", step?: string | number) {
    this.value = value;
    this.#around = around;
    this.#step = step;
  }

  /** Put together when it is asked for, which good tokens never do. */
  get path(): string {
    const around = typeof this.#around === "string" ? this.#around : this.#around.path;
    return this.#step === undefined ? around : pathWith(around, this.#step);
  }

  fail(code: "claim_type" | "claim_value", wanted: string): never {
    throw new TokenError(code, { path: this.path, wanted, came: this.#shown() });
  }

  /** An object with all of `required`, any of `optional`, and nothing else. */
  object(required: readonly string[], optional: readonly string[] = []): this {
    const { value } = this;
    if (!isObject(value)) return this.fail("claim_type", "an object");
    for (const name of Object.keys(value)) {
      if (required.includes(name) || optional.includes(name)) continue;
      throw new TokenError("claim_unknown", {
        path: pathWith(this.path, name),
        wanted: `one of ${[...required, ...optional].join(", ")}`,
        came: "another claim",
      });
    }
    const missing = required.find((name) => !Object.hasOwn(value, name));
    if (missing === undefined) return this;
    throw new TokenError("claim_missing", {
      path: pathWith(this.path, missing),
      wanted: "a value",
      came: "none",
    });
  }

  member(name: string): ClaimPlace {
    return new ClaimPlace((this.value as JsonObject)[name] as JsonValue, this, name);
  }

  optional(name: string): ClaimPlace | undefined {
    return Object.hasOwn(this.value as JsonObject, name) ? this.member(name) : undefined;
  }

  items(min: number, max: number): readonly ClaimPlace[] {
    const { value } = this;
    if (!Array.isArray(value)) return this.fail("claim_type", "an array");
    if (value.length < min || value.length > max) return this.fail("claim_value", `${min} to ${max} items`);
    return value.map((item: JsonValue, at) => new ClaimPlace(item, this, at));
  }

  /** A text of 1 to 256 bytes. */
  name(): string {
    const text = this.text();
    // No unit takes more than three bytes.
    const isShort = text.length * 3 <= TEXT_BYTES_MAX;
    if (text === "" || !(isShort || utf8.encode(text).length <= TEXT_BYTES_MAX))
      return this.fail("claim_value", `a text of 1 to ${TEXT_BYTES_MAX} bytes`);
    return text;
  }

  text(): string {
    return typeof this.value === "string" ? this.value : this.fail("claim_type", "a text");
  }

  matching(pattern: RegExp, wanted: string): string {
    const text = this.text();
    return pattern.test(text) ? text : this.fail("claim_value", wanted);
  }

  digest(): string {
    return this.matching(DIGEST, "sha256: and 64 hex digits");
  }

  #shown(): string {
    const { value } = this;
    if (typeof value === "string") return quoted(value);
    if (Array.isArray(value)) return `an array of ${value.length}`;
    return isObject(value) ? "an object" : `${value}`;
  }
}
