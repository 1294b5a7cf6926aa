/**
 * The slow tier: `npm run test:slow`. README.md beside this file says what the targets are and how to read what it prints.
 */
import { randomBytes } from "node:crypto";
import { relative } from "node:path";
import { ROOT } from "../../tools/files.ts";
import type { Report } from "./loop.ts";
import { type Options, readOptions, USAGE, UsageError } from "./options.ts";
import { type Result, runTarget } from "./pool.ts";
import { readRegression, writeRegression } from "./regressions.ts";
import { failureOf } from "./target.ts";
import { type TargetRow, targetRow } from "./targets.ts";

const FAILURES_MAX = 5;
const HANG_SECONDS = 30;
const PROGRESS_MS = 60_000;
/** So little of a target shows nothing. */
const COUNT_MIN = 20;
const SECONDS_MIN = 2;

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options.command === "help") {
    console.log(USAGE);
    return 0;
  }
  if (options.command === "replay") return replay(options.files);
  return fuzzAll(options);
}

async function fuzzAll(options: Options): Promise<number> {
  const seed = options.seed ?? randomBytes(4).readUInt32LE();
  console.log(`seed ${seed.toString(16).padStart(8, "0")}`);
  const lines: string[][] = [];
  let failed = 0;
  for (const name of options.targets) {
    const row = targetRow(name);
    const result = await runTarget(runOf(row, options, seed), reporter(name));
    const faults = faultsOf(row, result);
    for (const fault of faults) console.log(`${name}: ${fault}`);
    if (faults.length > 0) failed++;
    lines.push(lineOf(name, result, faults.length));
  }
  printTable(lines);
  console.log(`${options.targets.length - failed} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}

function runOf(row: TargetRow, options: Options, seed: number): Parameters<typeof runTarget>[0] {
  const count = options.count ?? Math.max(Math.round(row.count * options.scale), COUNT_MIN);
  const seconds = options.seconds ?? Math.max(row.seconds * options.scale, SECONDS_MIN);
  return {
    target: row.name,
    seed,
    workers: options.workers,
    limits: { count, seconds, failuresMax: FAILURES_MAX },
    hangSeconds: HANG_SECONDS,
  };
}

/** Prints how far a target is, once a minute. */
function reporter(name: string): (report: Report) => void {
  const started = performance.now();
  let shown = started;
  return ({ cases, accepted, corpus }) => {
    const now = performance.now();
    if (now - shown < PROGRESS_MS) return;
    shown = now;
    const seconds = Math.round((now - started) / 1000);
    console.log(
      `${name}: ${seconds} s, ${grouped(cases)} inputs, ${percent(accepted, cases)} accepted, corpus ${corpus}`,
    );
  };
}

/** What is wrong with a run, in words; what failed is written to a file. */
function faultsOf(row: TargetRow, { report, failures }: Result): string[] {
  const faults = failures.map(({ kind, message, target, input }) => {
    const file = relative(ROOT, writeRegression(target, kind, input));
    return `${kind}: ${message}\n  written to ${file}\n  npm run test:slow -- replay ${file}`;
  });
  if (report.cases === 0) return [...faults, "nothing was tried"];
  if (report.cases < row.judgedFrom) return faults;
  const share = (100 * report.accepted) / report.cases;
  if (share < row.acceptedMin) {
    faults.push(`only ${share.toFixed(1)} % accepted, wanted ${row.acceptedMin}: the inputs are rubbish`);
  }
  const missing = row.expected.filter((status) => !report.statuses.has(status));
  if (missing.length > 0) faults.push(`never reached ${missing.join(", ")}`);
  return faults;
}

function lineOf(name: string, { report, seconds }: Result, faults: number): string[] {
  return [
    name,
    grouped(report.cases),
    percent(report.accepted, report.cases),
    String(report.statuses.size),
    grouped(report.signatures),
    grouped(report.corpus),
    seconds.toFixed(0),
    grouped(Math.round(report.cases / seconds)),
    faults === 0 ? "ok" : `FAILED (${faults})`,
  ];
}

function printTable(lines: readonly string[][]): void {
  const head = [
    "target",
    "inputs",
    "accepted",
    "statuses",
    "signatures",
    "corpus",
    "s",
    "inputs/s",
    "result",
  ];
  const rows = [head, ...lines];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  for (const row of rows) {
    const last = row.length - 1;
    console.log(
      row
        .map((cell, column) =>
          column === 0 || column === last
            ? cell.padEnd(widths[column] ?? 0)
            : cell.padStart(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    );
  }
}

function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, " ");
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "–" : `${((100 * part) / whole).toFixed(1)} %`;
}

async function replay(files: readonly string[]): Promise<number> {
  let failed = 0;
  for (const file of files) {
    const { target: name, input } = readRegression(file);
    const target = await targetRow(name).open(0);
    const failure = failureOf(target, input);
    if (failure !== null) failed++;
    console.log(failure === null ? `${file}: holds` : `${file}: ${failure.kind}: ${failure.message}`);
  }
  console.log(`${files.length - failed} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
