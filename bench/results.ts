/** The shape of a result file, `bench/results/<date>.json`: what was measured, when, and on what kind of machine. */

import { readdirSync, readFileSync } from "node:fs";
import { arch, cpus, platform } from "node:os";
import { join } from "node:path";
import { type Timed, type Timing, timesAsLong } from "./timing.ts";

/** One timed row. `floor` says how many times as long it takes as the generated switch that took turns with it. */
export interface Row extends Timing {
  readonly name: string;
  /** Bytes of the encoded request, the median of the inputs; 0 where there is none. */
  readonly request_bytes: number;
  readonly floor: number;
}

export interface Table {
  readonly title: string;
  readonly rows: readonly Row[];
}

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: "ns" | "us" | "ms" | "bytes" | "times";
}

/** What one part of the bench found: tables of times, and single figures. */
export interface PartResult {
  readonly tables: readonly Table[];
  readonly figures: readonly Figure[];
  readonly notes: readonly string[];
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly platform: string;
  readonly node: string;
}

export interface Results {
  /** Day of the run, UTC. */
  readonly date: string;
  readonly machine: Machine;
  /** SHA-256 of core.wasm and of the base image. */
  readonly engine: string;
  readonly image: string;
  readonly parts: Readonly<Record<string, PartResult>>;
}

export function thisMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    platform: `${platform()} ${arch()}`,
    node: process.versions.node,
  };
}

/** The newest result file of a folder, by its name; undefined when there is none. */
export function newestResults(folder: string): Results | undefined {
  const name = readdirSync(folder)
    .filter((file) => /^\d{4}-\d{2}-\d{2}\.json$/.test(file))
    .sort()
    .at(-1);
  return name === undefined ? undefined : (JSON.parse(readFileSync(join(folder, name), "utf8")) as Results);
}

/** Rows of a table, from timings in the order of the subjects. */
export function rowsOf(
  subjects: readonly { readonly name: string; readonly request_bytes: number }[],
  timings: readonly Timed[],
  floor: Timed,
): Row[] {
  return subjects.map(({ name, request_bytes }, at) => {
    const timed = timings[at] as Timed;
    const { p50_ns, p99_ns, per_second } = timed;
    return { name, request_bytes, p50_ns, p99_ns, per_second, floor: timesAsLong(timed, floor) };
  });
}
