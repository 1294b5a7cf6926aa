/** From nothing to the first decision, each time in a fresh process; and from YAML to an image. */

import { spawnSync } from "node:child_process";
import type { Figure, PartResult } from "../results.ts";
import { median } from "../timing.ts";

const RUNS = 21;
const COMPILES = 5;

/** What bench/cold-child.ts prints, in milliseconds. */
export interface ColdTimes {
  readonly import_ms: number;
  readonly open_ms: number;
  readonly first_ms: number;
  readonly compile_ms: number;
}

export function measureCold(): Promise<PartResult> {
  const image = runs("image", RUNS);
  const yaml = runs("yaml", COMPILES);
  const permit = runs("permit", RUNS);
  const middle = (all: readonly ColdTimes[], of: (times: ColdTimes) => number): number =>
    Number(median(all.map(of)).toPrecision(3));
  const figure = (name: string, value: number): Figure => ({ name, value, unit: "ms" });
  return Promise.resolve({
    tables: [],
    figures: [
      figure(
        "import the library",
        middle(image, (times) => times.import_ms),
      ),
      figure(
        "open engine and image",
        middle(image, (times) => times.open_ms),
      ),
      figure(
        "first decision",
        middle(image, (times) => times.first_ms),
      ),
      figure(
        "start to first decision, without the import",
        middle(image, ({ open_ms, first_ms }) => open_ms + first_ms),
      ),
      figure(
        "import permit0",
        middle(permit, ({ import_ms }) => import_ms),
      ),
      figure(
        "its first permit.check, engine and policy embedded",
        middle(permit, ({ first_ms }) => first_ms),
      ),
      figure(
        "compile the shipped policy from YAML, then open and decide",
        middle(yaml, ({ compile_ms, open_ms, first_ms }) => compile_ms + open_ms + first_ms),
      ),
    ],
    notes: [`medians of ${RUNS} fresh processes, ${COMPILES} for YAML`],
  });
}

function runs(from: "image" | "yaml" | "permit", count: number): ColdTimes[] {
  return Array.from({ length: count }, () => {
    const child = spawnSync(process.execPath, ["bench/cold-child.mjs", from], { encoding: "utf8" });
    if (child.status !== 0) throw new Error(`cold: the child failed: ${child.stderr}`);
    return JSON.parse(child.stdout) as ColdTimes;
  });
}
