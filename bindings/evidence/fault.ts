/** What is wrong with a record, and where in it. */

import { pathWith } from "../src/codec/errors.ts";

export interface Fault {
  /** `parts[0].levels[3][0]`; empty for the whole record. */
  readonly path: string;
  readonly reason: string;
}

/** One check of a value. Steps are added from the inside outwards, so that a value that fits costs no path. */
export type Check = (value: unknown) => Refusal | undefined;

export class Refusal {
  readonly #steps: (string | number)[] = [];
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }

  within(step: string | number): this {
    this.#steps.push(step);
    return this;
  }

  get fault(): Fault {
    return { path: this.#steps.reduceRight<string>(pathWith, ""), reason: this.reason };
  }
}

/** A check by a question; `wanted` says what the answer is about. */
export function needs(wanted: string, holds: (value: unknown) => boolean): Check {
  const reason = `wanted ${wanted}`;
  return (value) => (holds(value) ? undefined : new Refusal(reason));
}

export function listOf(check: Check, least: number, most: number): Check {
  const wanted = `wanted an array of ${least === most ? most : `${least} to ${most}`}`;
  return (value) => {
    if (!Array.isArray(value) || value.length < least || value.length > most) return new Refusal(wanted);
    for (let at = 0; at < value.length; at++) {
      const refusal = check(value[at]);
      if (refusal !== undefined) return refusal.within(at);
    }
    return undefined;
  };
}

export function tupleOf(...checks: readonly Check[]): Check {
  const wanted = `wanted an array of ${checks.length}`;
  return (value) => {
    if (!Array.isArray(value) || value.length !== checks.length) return new Refusal(wanted);
    for (let at = 0; at < checks.length; at++) {
      const refusal = (checks[at] as Check)(value[at]);
      if (refusal !== undefined) return refusal.within(at);
    }
    return undefined;
  };
}

/** A map of these members and no others; `?` behind a name marks one that may be absent. */
export function mapOf(members: Readonly<Record<string, Check>>): Check {
  const checks = new Map(Object.entries(members).map(([name, check]) => [name.replace("?", ""), check]));
  const required = Object.keys(members).filter((name) => !name.endsWith("?"));
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Uint8Array)
      return new Refusal("wanted a map");
    const given = value as Readonly<Record<string, unknown>>;
    for (const name of required) {
      if (!Object.hasOwn(given, name)) return new Refusal(`wanted the key ${name}`);
    }
    for (const name of Object.keys(given)) {
      const check = checks.get(name);
      const refusal =
        check === undefined ? new Refusal("no key of a record of version 1") : check(given[name]);
      if (refusal !== undefined) return refusal.within(name);
    }
    return undefined;
  };
}
