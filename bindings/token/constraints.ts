/**
 * The envelope of a token: which arguments it covers, as a list of constraints that must all hold. There is no "or", "not"
 * or pattern, so that whatever is appended can only take away. docs/format/token.md.
 */

import type { CmpValue } from "../src/codec/decode.ts";
import { encode } from "../src/codec/encode.ts";
import { pathWith } from "../src/codec/errors.ts";
import type { JsonValue } from "../src/codec/json.ts";
import { ARGS_DOMAIN } from "../src/domains.ts";
import { hex, sha256 } from "../src/sha256.ts";
import { TokenError } from "./errors.ts";
import { ClaimPlace } from "./place.ts";

/** Keys and indexes that lead to an argument. */
export type ArgumentPath = readonly (string | number)[];

/** An integer beyond 2^53 - 1 in either direction, which JSON numbers cannot hold. */
export interface BigInteger {
  readonly int: string;
}
export type Scalar = null | boolean | number | string | BigInteger;

/** One condition on one argument. `every` holds one for each element of an array, from the element on. */
export type Constraint =
  | { readonly p: ArgumentPath; readonly op: "eq" | "min" | "max"; readonly v: Scalar }
  | { readonly p: ArgumentPath; readonly op: "in"; readonly v: readonly Scalar[] }
  | { readonly p: ArgumentPath; readonly op: "subset"; readonly v: readonly Scalar[] }
  | { readonly p: ArgumentPath; readonly op: "prefix" | "hash_eq"; readonly v: string }
  | { readonly p: ArgumentPath; readonly op: "len_max"; readonly v: number }
  | { readonly p: ArgumentPath; readonly op: "same_as"; readonly v: ArgumentPath }
  | { readonly p: ArgumentPath; readonly op: "every"; readonly v: Constraint }
  | { readonly p: ArgumentPath; readonly op: "present" }
  | { readonly p: ArgumentPath; readonly op: "absent" };

const CONSTRAINTS_MAX = 64;
const CHOICES_MAX = 64;
const STEPS_MAX = 16;
const EVERY_DEPTH_MAX = 3;
const INDEX_MAX = 65_535;
const INT64_MIN = -(2n ** 63n);
const UINT64_MAX = 2n ** 64n - 1n;
const INTEGER = /^-?[1-9][0-9]*$/;
const utf8 = new TextEncoder();

/** SHA-256 of the parts in one piece, by whoever is fastest. */
export type Hash = (...parts: readonly Uint8Array[]) => Uint8Array;

/** `sha256:` and the digest of CMP/1 bytes in the domain of arguments. */
export function argsDigest(bytes: Uint8Array, hash: Hash = sha256): string {
  return `sha256:${hex(hash(ARGS_DOMAIN, bytes))}`;
}

// ---- Reading

/** @throws TokenError `claim_*` for what is no list of constraints. */
export function readConstraints(place: ClaimPlace): readonly Constraint[] {
  return place.items(0, CONSTRAINTS_MAX).map((item) => readConstraint(item, 0));
}

function readConstraint(place: ClaimPlace, depth: number): Constraint {
  place.object(["p", "op"], ["v"]);
  const op = place.member("op");
  const path = readPath(place.member("p"), depth === 0 ? 1 : 0, depth === 0);
  const word = op.text();
  if (!Object.hasOwn(READERS, word)) return op.fail("claim_value", `one of ${OPERATORS.join(", ")}`);
  const read = READERS[word as Constraint["op"]];
  const given = place.optional("v");
  if (read === undefined) {
    if (given !== undefined) place.object(["p", "op"]);
    return { p: path, op: word } as Constraint;
  }
  return { p: path, op: word, v: read(given ?? place.object(["p", "op", "v"]), depth) } as Constraint;
}

type Reader = (place: ClaimPlace, depth: number) => unknown;

const scalars: Reader = (place) => place.items(1, CHOICES_MAX).map(readScalar);
const READERS: Readonly<Record<Constraint["op"], Reader | undefined>> = {
  eq: readScalar,
  in: scalars,
  max: readNumber,
  min: readNumber,
  prefix: (place) => place.text(),
  len_max: readLength,
  absent: undefined,
  present: undefined,
  same_as: (place, depth) =>
    depth === 0 ? readPath(place, 1, true) : place.fail("claim_value", "no same_as inside of every"),
  subset: scalars,
  hash_eq: (place) => place.digest(),
  every: (place, depth) =>
    depth < EVERY_DEPTH_MAX
      ? readConstraint(place, depth + 1)
      : place.fail("claim_value", `at most ${EVERY_DEPTH_MAX} every inside each other`),
};

/** What stands at `op`, in the order in which errors name it. */
export const OPERATORS: readonly string[] = Object.keys(READERS);

function readPath(place: ClaimPlace, min: number, isOfArguments: boolean): ArgumentPath {
  const steps = place.items(min, STEPS_MAX);
  return steps.map((step, at) => {
    const { value } = step;
    if (typeof value === "string") return value;
    if (isOfArguments && at === 0) return step.fail("claim_type", "the name of an argument");
    const isIndex = typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= INDEX_MAX;
    return isIndex ? value : step.fail("claim_type", `a name, or an index from 0 to ${INDEX_MAX}`);
  });
}

function readScalar(place: ClaimPlace): Scalar {
  const { value } = place;
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  return readNumber(place);
}

function readNumber(place: ClaimPlace): number | BigInteger {
  const { value } = place;
  if (typeof value === "number") {
    // A double that CMP/1 writes as an integer is not said exactly by JSON.
    const isExact = !Number.isInteger(value) || Number.isSafeInteger(value) || Math.abs(value) >= 2 ** 64;
    return isExact ? value : place.fail("claim_value", 'an integer beyond 2^53 - 1 as {"int": "…"}');
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return place.fail("claim_type", "a value that is compared whole");
  const text = place.object(["int"]).member("int").matching(INTEGER, "an integer in digits");
  const isInRange = text.length <= 20 && BigInt(text) >= INT64_MIN && BigInt(text) <= UINT64_MAX;
  if (!isInRange || Number.isSafeInteger(Number(text)))
    return place.fail("claim_value", "an integer of 64 bits beyond 2^53 - 1; smaller ones are numbers");
  return { int: text };
}

function readLength(place: ClaimPlace): number {
  const { value } = place;
  if (typeof value !== "number") return place.fail("claim_type", "an integer");
  return Number.isSafeInteger(value) && value >= 0 ? value : place.fail("claim_value", "at least 0");
}

// ---- Matching

/**
 * Holds arguments against all constraints, in their order, and then looks for arguments that none of them names.
 * @throws TokenError `args_*` with the first that does not hold.
 */
export function needMatch(constraints: readonly Constraint[], args: CmpValue): void {
  for (const constraint of constraints) hold(constraint, args, args, "args");
  const named = constraints.flatMap(coverOf);
  needNamed(args, [], named);
}

function hold(constraint: Constraint, from: CmpValue, args: CmpValue, at: string): void {
  const path = constraint.p.reduce<string>(pathWith, at);
  const value = valueAt(constraint.p, from, at);
  if (constraint.op === "absent") {
    if (value === undefined) return;
    throw new TokenError("args_value", { path, wanted: "nothing", came: "a value" });
  }
  if (value === undefined) throw missing(path);
  if (constraint.op === "subset" || constraint.op === "every") {
    if (!Array.isArray(value)) throw otherType(path, "array", value);
    const inner: Constraint = constraint.op === "every" ? constraint.v : { p: [], op: "in", v: constraint.v };
    value.forEach((element: CmpValue, index) => {
      hold(inner, element, args, pathWith(path, index));
    });
  } else if (!holds(constraint, value, path, args))
    throw new TokenError("args_value", { path, wanted: "a value in the envelope", came: "another one" });
}

type OfOneValue = Exclude<Constraint, { readonly op: "absent" | "subset" | "every" }>;

function holds(constraint: OfOneValue, value: CmpValue, path: string, args: CmpValue): boolean {
  switch (constraint.op) {
    case "present":
      return true;
    case "eq":
      return isOneOf(value, [constraint.v], path);
    case "in":
      return isOneOf(value, constraint.v, path);
    case "min":
      return compared(value, constraint.v, path) >= 0;
    case "max":
      return compared(value, constraint.v, path) <= 0;
    case "prefix":
      if (typeof value !== "string") throw otherType(path, "str", value);
      return value.startsWith(constraint.v);
    case "len_max":
      return lengthOf(value, path) <= constraint.v;
    case "same_as": {
      const other = valueAt(constraint.v, args, "args");
      if (other === undefined) throw missing(constraint.v.reduce<string>(pathWith, "args"));
      return argsDigest(encode(value)) === argsDigest(encode(other));
    }
    case "hash_eq":
      return argsDigest(encode(value)) === constraint.v;
  }
}

function missing(path: string): TokenError {
  return new TokenError("args_missing", { path, wanted: "a value", came: "none" });
}

function otherType(path: string, wanted: string, value: CmpValue): TokenError {
  return new TokenError("args_type", { path, wanted, came: typeOf(value) });
}

/** What stands at a path; undefined where its last step, or one before it, is not there. */
function valueAt(path: ArgumentPath, from: CmpValue, at: string): CmpValue | undefined {
  let value = from;
  let place = at;
  for (const step of path) {
    const wanted = typeof step === "number" ? "array" : "map";
    if (typeOf(value) !== wanted) throw otherType(place, wanted, value);
    if (!Object.hasOwn(value as object, step)) return undefined;
    value = (value as Record<string | number, CmpValue>)[step] as CmpValue;
    place = pathWith(place, step);
  }
  return value;
}

type TypeName = "nil" | "bool" | "int" | "float64" | "str" | "bin" | "array" | "map";

function typeOf(value: CmpValue): TypeName {
  if (value === null) return "nil";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "bigint") return "int";
  if (typeof value === "number") return Number.isSafeInteger(value) ? "int" : "float64";
  if (typeof value === "string") return "str";
  if (value instanceof Uint8Array) return "bin";
  return Array.isArray(value) ? "array" : "map";
}

/** What CMP/1 has for a scalar of an envelope. */
function cmpOf(scalar: Scalar): CmpValue {
  return typeof scalar === "object" && scalar !== null ? BigInt(scalar.int) : scalar;
}

function isOneOf(value: CmpValue, choices: readonly Scalar[], path: string): boolean {
  const type = typeOf(value);
  const known = choices.map(cmpOf);
  // Decoded values have one form each: what fits a number is one, and -0 is 0.
  if (known.some((choice) => choice === value)) return true;
  const types = new Set(known.map(typeOf));
  if (types.has(type)) return false;
  throw otherType(path, [...types].join(" or "), value);
}

/** Below, at or above 0 as the value is less, the same or more. Integers go with integers, other numbers with others. */
function compared(value: CmpValue, bound: Scalar, path: string): number {
  const limit = cmpOf(bound);
  const type = typeOf(value);
  if ((type !== "int" && type !== "float64") || typeOf(limit) !== type)
    throw otherType(path, typeOf(limit), value);
  // Between numbers and bigints JavaScript compares exactly.
  const [one, other] = [value as number | bigint, limit as number | bigint];
  return one < other ? -1 : one > other ? 1 : 0;
}

function lengthOf(value: CmpValue, path: string): number {
  if (typeof value === "string") return utf8.encode(value).length;
  if (value instanceof Uint8Array || Array.isArray(value)) return value.length;
  throw otherType(path, "str, bin or array", value);
}

// ---- What is named

/** Stands for any element of an array. */
const EACH = null;
/** Arguments that constraints name: what stands at `path` if it holds nothing else, or all of it if `whole`. */
interface Cover {
  readonly path: readonly (string | number | null)[];
  readonly whole: boolean;
}

function coverOf(constraint: Constraint): readonly Cover[] {
  const { p: path } = constraint;
  const own: Cover = { path, whole: false };
  switch (constraint.op) {
    case "absent":
      return [];
    case "same_as":
    case "hash_eq":
      return [{ path, whole: true }];
    case "subset":
      return [own, { path: [...path, EACH], whole: false }];
    case "every":
      return [
        own,
        ...coverOf(constraint.v).map((inner) => ({ ...inner, path: [...path, EACH, ...inner.path] })),
      ];
    case "eq":
    case "in":
    case "min":
    case "max":
    case "prefix":
    case "len_max":
    case "present":
      return [own];
  }
}

function needNamed(value: CmpValue, path: ArgumentPath, covers: readonly Cover[]): void {
  const here = covers.filter((cover) => leadsTo(cover.path, path));
  if (here.some(({ whole }) => whole)) return;
  const type = typeOf(value);
  const members =
    type === "array" || type === "map"
      ? Object.entries(value as Record<string, CmpValue>).map(
          ([key, member]) => [type === "array" ? Number(key) : key, member] as const,
        )
      : [];
  for (const [step, member] of members) needNamed(member, [...path, step], covers);
  // The map of all arguments is named by itself.
  if (members.length > 0 || here.length > 0 || path.length === 0) return;
  throw new TokenError("args_extra", {
    path: path.reduce<string>(pathWith, "args"),
    wanted: "nothing that the envelope does not name",
    came: "a value",
  });
}

function leadsTo(pattern: Cover["path"], path: Cover["path"]): boolean {
  return (
    pattern.length === path.length &&
    pattern.every((step, at) => step === path[at] || (step === EACH && typeof path[at] !== "string"))
  );
}

/**
 * Whether constraints that are appended to others name nothing that those do not name. A constraint that names a new
 * argument would otherwise let it in, and what was appended would give more instead of less.
 */
export function namesNoMore(before: readonly Constraint[], appended: readonly Constraint[]): boolean {
  const named = before.flatMap(coverOf);
  return appended
    .flatMap(coverOf)
    .every(({ path, whole }) =>
      named.some(
        (cover) =>
          (cover.whole && leadsTo(cover.path, path.slice(0, cover.path.length))) ||
          (!whole && leadsTo(cover.path, path)),
      ),
    );
}

/** Constraints as a program gives them, checked as those of a token are. */
export function checkedConstraints(given: unknown, path: string): readonly Constraint[] {
  return readConstraints(new ClaimPlace(given as JsonValue, path));
}
