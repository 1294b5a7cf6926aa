/** `policies/coverage.yaml`: what a table of coverage cannot count. Its shape: taxonomy/schema/coverage.schema.json. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CoverageNotes } from "permit0/analyse";
import { parse } from "yaml";

export const COVERAGE_NOTES = "policies/coverage.yaml";

/** @param folder that has `policies/`: the package's, or a checkout. */
export function coverageNotes(folder: string): CoverageNotes {
  const notes = parse(readFileSync(join(folder, COVERAGE_NOTES), "utf8")) as {
    readonly numbers_to: number;
    readonly one_verdict: Readonly<Record<string, string>>;
  };
  return { numbersTo: notes.numbers_to, oneVerdict: new Map(Object.entries(notes.one_verdict)) };
}
