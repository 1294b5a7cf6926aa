/** Cases for both sides of CMP/1: committed rows, rows kept beside the repository when they are there, random values. */

import { existsSync, readFileSync } from "node:fs";
import type { Seeded } from "./base-harness.ts";

export interface ValueCase {
  readonly why: string;
  readonly value: unknown;
  readonly hex: string;
  /** What a reader gets, where it is not the value that was written. */
  readonly decoded: unknown;
}

export interface RefusedCase {
  readonly why: string;
  readonly hex: string;
  readonly code: string;
  readonly offset: number;
}

interface ValueRow {
  readonly why: string;
  readonly value: unknown;
  readonly hex: string;
  readonly decoded?: unknown;
}

function readJson(path: string | URL): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}

export const VALUES: readonly ValueCase[] = (
  readJson(new URL("../vectors/cmp1/values.json", import.meta.url)) as ValueRow[]
).map(({ why, value, hex, decoded }) => ({
  why,
  hex,
  value: meant(value),
  decoded: meant(decoded === undefined ? value : decoded),
}));

export const REFUSED = readJson(
  new URL("../vectors/cmp1/refused.json", import.meta.url),
) as readonly RefusedCase[];

export interface SharedVectors {
  readonly encode: readonly { name: string; value: unknown; hex: string; sha256_args: string }[];
  readonly decode_reject: readonly { name: string; hex: string }[];
  readonly encode_reject: readonly { name: string }[];
}

const SHARED = new URL("../../../shared/vectors/cmp1/vectors.json", import.meta.url);

/** The vectors kept beside the repository, or undefined with a printed reason. */
export function sharedVectors(): SharedVectors | undefined {
  if (!existsSync(SHARED)) {
    console.log("skipped: no ../shared/vectors/cmp1/vectors.json beside the repository");
    return undefined;
  }
  return readJson(SHARED) as SharedVectors;
}

/** What a row stands for: `$num`, `$bigint` and `$bin` say what JSON cannot. */
export function meant(row: unknown): unknown {
  if (Array.isArray(row)) return row.map(meant);
  if (row === null || typeof row !== "object") return row;
  const members = Object.entries(row);
  const [first] = members;
  if (members.length === 1 && first !== undefined && typeof first[1] === "string") {
    if (first[0] === "$num") return Number(first[1]);
    if (first[0] === "$bigint") return BigInt(first[1]);
    if (first[0] === "$bin") return Uint8Array.from(Buffer.from(first[1], "hex"));
  }
  const value = {};
  for (const [key, member] of members) {
    Object.defineProperty(value, key, {
      value: meant(member),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return value;
}

const WORDS = [
  "to",
  "amount",
  "currency",
  "é",
  "\uff5e",
  "😀",
  "__proto__",
  "a",
  "ab",
  "",
  "10",
  "9",
  "k".repeat(40),
];
const EDGES = [
  0,
  1,
  -1,
  127,
  128,
  255,
  256,
  65_535,
  65_536,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53 - 1,
  -32,
  -33,
  -128,
  -129,
];

/** A value that CMP/1 can carry, in the form that a reader gets back. */
export function randomValue(seeded: Seeded, depth: number): unknown {
  switch (seeded.below(depth > 0 ? 12 : 8)) {
    case 0:
      return null;
    case 1:
      return seeded.below(2) === 1;
    case 2:
      return seeded.pick(EDGES);
    case 3:
      return seeded.next() - 0x8000_0000;
    case 4:
      return seeded.next() / 0x1_0000_0001 + seeded.below(1_000);
    case 5:
      return (BigInt(seeded.next() >>> 1) << 32n) + BigInt(seeded.next()) + (1n << 63n);
    case 6:
      return seeded.below(4) === 0 ? seeded.bytes(seeded.below(40)) : seeded.pick(WORDS);
    case 7:
      return seeded.pick(WORDS).repeat(seeded.below(9));
    case 8:
    case 9:
      return Array.from({ length: seeded.below(seeded.below(8) === 0 ? 20 : 5) }, () =>
        randomValue(seeded, depth - 1),
      );
    default: {
      const value = {};
      for (let i = seeded.below(seeded.below(8) === 0 ? 20 : 5); i > 0; i--) {
        const key = seeded.below(3) === 0 ? `k${seeded.below(99)}` : seeded.pick(WORDS);
        Object.defineProperty(value, key, {
          value: randomValue(seeded, depth - 1),
          writable: true,
          enumerable: true,
          configurable: true,
        });
      }
      return value;
    }
  }
}
