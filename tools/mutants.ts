/**
 * Shows that the suites can fail: breaks one thing at a time in a copy of the project and wants the suites that guard it to
 * notice. test/mutants/mutants.ts lists what is broken. That they pass while nothing is broken is for `npm test` to show.
 *
 *   tsx tools/mutants.ts              every suite
 *   tsx tools/mutants.ts codec tidy   only these
 */

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { MUTANTS, type Mutant, SUITES, type Suite } from "../test/mutants/mutants.ts";
import { ROOT, sourceFiles } from "./files.ts";

const KINDS = ["allow-all", "empty", "off-by-one"] as const;

interface Outcome {
  readonly failed: number;
  /** Name of the first failed test; why the run counts for nothing, if it does. */
  readonly first: string;
}

function run(folder: string, args: readonly string[]): { status: number | null; output: string } {
  const done = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
    maxBuffer: 256 * 1024 * 1024,
  });
  return { status: done.status, output: `${done.stdout ?? ""}${done.stderr ?? ""}` };
}

/** Failed specs, from the lines that as-pect marks. */
function runSpecs(folder: string): Outcome {
  const { output } = run(folder, ["node_modules/tsx/dist/cli.mjs", "tools/specs.ts"]);
  const failed = /specs: (\d+) passed, (\d+) failed/.exec(output);
  const marked = output.split("\n").find((line) => /\[Fail\]|✖|FAIL/.test(line));
  if (failed?.[2] === "0") return { failed: 0, first: "" };
  const count = /\[Tests\]:\s*(\d+)\s*\/\s*(\d+)/.exec(output.replaceAll(/\u001b\[[0-9;]*m/g, ""));
  if (!count) return { failed: 0, first: "the specs did not run" };
  return { failed: Number(count[2]) - Number(count[1]), first: (marked ?? "a spec").trim() };
}

function runSuite(folder: string, { files }: Suite): Outcome {
  if (files === "specs") return runSpecs(folder);
  const report = join(folder, "build/mutants.json");
  rmSync(report, { force: true });
  const args = [
    "node_modules/vitest/vitest.mjs",
    "run",
    ...files,
    "--reporter=json",
    `--outputFile=${report}`,
  ];
  const { output } = run(folder, args);
  let result: {
    numTotalTests: number;
    testResults: { assertionResults: { status: string; fullName: string }[] }[];
  };
  try {
    result = JSON.parse(readFileSync(report, "utf8"));
  } catch {
    return { failed: 0, first: `no report: ${output.slice(-200)}` };
  }
  const failures = result.testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === "failed"),
  );
  const none = result.numTotalTests === 0 ? "the files did not run" : "";
  return { failed: failures.length, first: failures[0]?.fullName ?? none };
}

function build(folder: string, steps: readonly string[]): void {
  const { status, output } = run(folder, [
    "node_modules/tsx/dist/cli.mjs",
    "tools/build.ts",
    ...steps,
    "--frozen",
  ]);
  if (status !== 0) throw new Error(`build of ${steps.join(", ")}: exit ${status}\n${output}`);
}

function copyProject(folder: string): void {
  for (const path of sourceFiles()) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(ROOT, path), join(folder, path));
  }
  for (const built of ["build", "dist"]) cpSync(join(ROOT, built), join(folder, built), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "dir");
}

/** What the build must make again for a mutant, and again when it is gone. */
function stepsOf({ build: what }: Mutant): string[] {
  return what === "wasm" ? ["wasm", "js"] : what === "js" ? ["js"] : [];
}

function print(cells: readonly string[]): void {
  const [suite = "", kind = "", mutant = "", verdict = ""] = cells;
  console.log(`${suite.padEnd(13)} ${kind.padEnd(11)} ${mutant.padEnd(46)} ${verdict}`.trimEnd());
}

function main(wanted: readonly string[]): void {
  const unknown = wanted.filter((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown.length > 0)
    throw new Error(`no suite ${unknown.join(", ")}; there are ${SUITES.map(({ name }) => name).join(", ")}`);
  const suites = SUITES.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  const folder = mkdtempSync(join(tmpdir(), "permit0-mutants-"));
  let passed = 0;
  let failed = 0;
  const judge = (good: boolean, cells: readonly string[]): void => {
    if (good) passed++;
    else failed++;
    print(cells);
  };
  try {
    copyProject(folder);
    print(["suite", "kind", "mutant", "noticed by"]);
    for (const suite of suites) {
      const kinds = new Set(
        MUTANTS.filter(({ suites: own }) => own.includes(suite.name)).map(({ kind }) => kind),
      );
      const missing = KINDS.filter((kind) => !kinds.has(kind) && suite.without?.[kind] === undefined);
      if (missing.length > 0) judge(false, [suite.name, "", `no mutant of ${missing.join(", ")}`, ""]);
    }
    for (const mutant of MUTANTS) {
      const guards = suites.filter(({ name }) => mutant.suites.includes(name));
      if (guards.length === 0) continue;
      const path = join(folder, mutant.file);
      const text = readFileSync(path, "utf8");
      if (text.split(mutant.find).length !== 2) {
        judge(false, [
          mutant.suites[0] ?? "",
          mutant.kind,
          mutant.name,
          `${mutant.file}: wanted the place once`,
        ]);
        continue;
      }
      writeFileSync(
        path,
        text.replace(mutant.find, () => mutant.replace),
      );
      const steps = stepsOf(mutant);
      if (steps.length > 0) build(folder, steps);
      for (const suite of guards) {
        const { failed: count, first } = runSuite(folder, suite);
        const verdict = count > 0 ? first.slice(0, 70) : `SURVIVED ${first}`;
        judge(count > 0, [suite.name, mutant.kind, mutant.name, verdict]);
      }
      writeFileSync(path, text);
      // The next mutant that is built makes everything anew; only what is not built must not see this one.
      if (mutant.build !== "none") restore(folder);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

function restore(folder: string): void {
  for (const built of ["build", "dist"]) {
    rmSync(join(folder, built), { recursive: true, force: true });
    cpSync(join(ROOT, built), join(folder, built), { recursive: true });
  }
}

main(process.argv.slice(2));
