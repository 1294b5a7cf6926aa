/** Options as programs without types give them: each known by name, and of the wanted type. */

import { type ErrorDetail, shown, unknownDetail } from "../src/errors.ts";

export type Check = (value: unknown) => boolean;

/** Every option, with what it must be. */
export type OptionTable<Options> = Readonly<Record<keyof Options, readonly [Check, string]>>;

/** What is wrong with options, undefined where nothing is. */
export function optionsFault<Options>(given: unknown, table: OptionTable<Options>): ErrorDetail | undefined {
  if (typeof given !== "object" || given === null)
    return { wanted: "options as an object", came: shown(given) };
  const names = Object.keys(table);
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) return unknownDetail(unknown, unknown, names);
  for (const [path, [isRight, wanted]] of Object.entries<readonly [Check, string]>(table)) {
    const value = (given as Readonly<Record<string, unknown>>)[path];
    if (!isRight(value)) return { path, wanted, came: shown(value) };
  }
  return undefined;
}

export const isFunction: Check = (value) => typeof value === "function";
/** What is looked at where it is used. */
export const isAny: Check = () => true;

export function orNothing(check: Check): Check {
  return (value) => value === undefined || check(value);
}

/** Whether a value has these methods. */
export function hasMethods(
  value: unknown,
  ...names: readonly string[]
): value is Readonly<Record<string, unknown>> {
  const members = Object(value) as Readonly<Record<string, unknown>>;
  return names.every((name) => typeof members[name] === "function");
}

export const SIGNER = [
  (value: unknown) => hasMethods(value, "sign") && value.publicKey instanceof Uint8Array,
  "a signer, as openKeyFolder().signers() gives them",
] as const;
