/**
 * Runs the AssemblyScript specs and refuses a run that tested too little.
 *
 * as-pect reports success when it finds no spec at all, so its exit code alone proves nothing. The count in
 * its summary must reach SPEC_COUNT_MIN; raise the constant when specs are added.
 */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export const SPEC_COUNT_MIN = 34;

/** Reads `[Tests]: passed / total` from as-pect's summary, or undefined when there is none. */
export function readSummary(output: string): { passed: number; total: number } | undefined {
  const plain = output.replace(/\u001b\[[0-9;]*m/g, "");
  const found = /\[Tests\]:\s*(\d+)\s*\/\s*(\d+)/.exec(plain);
  return found ? { passed: Number(found[1]), total: Number(found[2]) } : undefined;
}

/** What is wrong with a finished run, or undefined when it may count as a success. */
export function judgeRun(exitCode: number | null, output: string, countMin: number): string | undefined {
  if (exitCode !== 0) return `as-pect: wanted exit 0, got ${exitCode}`;
  const summary = readSummary(output);
  if (!summary) return "as-pect: wanted a [Tests] line in the summary, got none";
  if (summary.passed !== summary.total) return `as-pect: ${summary.total - summary.passed} specs failed`;
  if (summary.total < countMin) return `as-pect: wanted at least ${countMin} specs, ran ${summary.total}`;
  return undefined;
}

function main(): void {
  const run = spawnSync(process.execPath, ["node_modules/@as-pect/cli/bin/asp.js", "--summary"], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const output = `${run.stdout ?? ""}${run.stderr ?? ""}`;
  const wrong = judgeRun(run.status, output, SPEC_COUNT_MIN);
  if (wrong) {
    console.error(`${output}\n${wrong}`);
    process.exitCode = 1;
    return;
  }
  const summary = readSummary(output);
  console.log(`specs: ${summary?.passed} passed, 0 failed`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
