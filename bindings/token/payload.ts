/** The JSON of a token, with one reading or none. */

import { CodecError, type JsonValue, parseJson } from "../src/codec/json.ts";
import { type TokenCode, TokenError } from "./errors.ts";

export type JsonObject = { readonly [key: string]: JsonValue };

const DEPTH_MAX = 16;
const KEYS_MAX = 256;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const CODES: { readonly [code: string]: TokenCode } = {
  json_duplicate_key: "json_duplicate_key",
  value_surrogate: "json_surrogate",
  value_integer_range: "json_number",
  value_not_finite: "json_number",
  cmp_depth: "json_depth",
};

/**
 * The object that a payload is.
 * @throws TokenError `json_*`. Keys are compared as they are once their escapes are read.
 */
export function parsePayload(bytes: Uint8Array): JsonObject {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    throw new TokenError("json_bom", { wanted: "no byte order mark", came: "one" });
  const value = parsed(textOf(bytes));
  if (!isObject(value)) throw new TokenError("json_object", { wanted: "an object", came: "another value" });
  const keys = countKeys(value, 1);
  if (keys > KEYS_MAX)
    throw new TokenError("json_keys", { wanted: `at most ${KEYS_MAX} keys`, came: `${keys}` });
  return value;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new TokenError("json_utf8", { wanted: "UTF-8", came: "other bytes", cause });
  }
}

function parsed(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    const { code, path, wanted, came } = error;
    throw new TokenError(CODES[code] ?? "json_syntax", {
      ...(path === undefined ? {} : { path }),
      wanted,
      came,
      cause: error,
    });
  }
}

/** Keys of a value with `depth` - 1 objects and arrays around it. */
function countKeys(value: JsonValue, depth: number): number {
  if (typeof value !== "object" || value === null) return 0;
  if (depth > DEPTH_MAX)
    throw new TokenError("json_depth", {
      wanted: `at most ${DEPTH_MAX} objects and arrays inside each other`,
      came: "more",
    });
  const members = Object.values(value) as readonly JsonValue[];
  const inside = members.reduce<number>((sum, member) => sum + countKeys(member, depth + 1), 0);
  return Array.isArray(value) ? inside : inside + members.length;
}
