/** The targets by name: how much of each is a whole run, and what a run must have reached to count for anything. */
import type { Target } from "./target.ts";

export interface TargetRow {
  readonly name: string;
  readonly about: string;
  /** A whole run: so many inputs, or so many seconds. */
  readonly count: number;
  readonly seconds: number;
  /** Of a hundred inputs at least this many must be accepted: a fuzzer that makes only rubbish tests only the door. */
  readonly acceptedMin: number;
  /** Each of these must have come up, in a run of at least `judgedFrom` inputs. */
  readonly expected: readonly string[];
  readonly judgedFrom: number;
  open(seed: number): Promise<Target>;
}

const ENDLESS = Number.POSITIVE_INFINITY;

export const TARGETS: readonly TargetRow[] = [
  {
    name: "differential",
    about: "random policies and requests, engine against model",
    count: ENDLESS,
    seconds: 3600,
    acceptedMin: 50,
    expected: ["base", "organisation", "random"],
    judgedFrom: 10_000,
    open: async (seed) => new (await import("./differential.ts")).DifferentialTarget(seed),
  },
];

export function targetRow(name: string): TargetRow {
  const row = TARGETS.find((target) => target.name === name);
  if (row === undefined) {
    throw new Error(`no target ${name}; there are ${TARGETS.map((target) => target.name).join(", ")}`);
  }
  return row;
}
