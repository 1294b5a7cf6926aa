/**
 * The slow tier: `npm run test:slow`. README.md beside this file says what the targets are and how to read what it prints.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { ROOT } from "../../tools/files.ts";
import { keepInputs } from "./corpus.ts";
import { kept } from "./keep.ts";
import type { Report } from "./loop.ts";
import { type Options, readOptions, USAGE, UsageError } from "./options.ts";
import { type Result, runTarget } from "./pool.ts";
import { readRegression, writeRegression } from "./regressions.ts";
import { failureOf } from "./target.ts";
import { type Canary, type TargetRow, targetRow } from "./targets.ts";

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
  if (options.command === "minimise") return minimiseAll(options);
  return fuzzAll(options);
}

async function fuzzAll(options: Options): Promise<number> {
  const seed = options.seed ?? randomBytes(4).readUInt32LE();
  console.log(`seed ${hex(seed)}`);
  const lines: string[][] = [];
  let failed = 0;
  for (const name of options.targets) {
    const row = targetRow(name);
    const result = await runTarget(runOf(row, options, seed), reporter(name));
    const faults =
      row.canary === undefined ? await faultsOf(row, result) : await canaryFaults(row, row.canary, result);
    for (const fault of faults) console.log(`${name}: ${fault}`);
    if (faults.length > 0) failed++;
    lines.push(lineOf(name, result, faults.length));
  }
  printTable(lines);
  console.log(`${options.targets.length - failed} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}

function runOf(row: TargetRow, options: Options, seed: number): Parameters<typeof runTarget>[0] {
  // A canary stops when it is found, so less of it would only be less sure.
  const scale = row.canary === undefined ? options.scale : 1;
  const count = options.count ?? Math.max(Math.round(row.count * scale), COUNT_MIN);
  const seconds = options.seconds ?? Math.max(row.seconds * scale, SECONDS_MIN);
  return {
    target: row.name,
    seed,
    workers: options.workers,
    limits: { count, seconds, failuresMax: row.canary === undefined ? FAILURES_MAX : 1 },
    hangSeconds: row.canary?.hangSeconds ?? HANG_SECONDS,
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
async function faultsOf(row: TargetRow, { report, failures }: Result): Promise<string[]> {
  const faults: string[] = [];
  for (const { kind, message, target, input } of failures) {
    const file = relative(ROOT, writeRegression(target, kind, await portable(target, input)));
    faults.push(`${kind}: ${message}\n  written to ${file}\n  npm run test:slow -- replay ${file}`);
  }
  // Of each kind only the first is written; how often it came up says how rare it is.
  const broken = report.statuses.get("broken") ?? 0;
  if (broken > failures.length) faults.push(`${grouped(broken)} inputs failed in all`);
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

async function portable(name: string, input: Uint8Array): Promise<Uint8Array> {
  const target = await targetRow(name).open(0);
  return target.portable?.(input) ?? input;
}

/** What is wrong with the fuzzer: a canary that was not found, was not made smaller, or does not sing again. */
async function canaryFaults(row: TargetRow, { kind }: Canary, { failures }: Result): Promise<string[]> {
  const found = failures.find((failure) => failure.kind === kind);
  if (found === undefined)
    return [`found ${failures.map((failure) => failure.kind).join(", ") || "nothing"}, wanted ${kind}`];
  const folder = mkdtempSync(join(tmpdir(), "permit0-canary-"));
  try {
    const written = writeRegression(row.name, kind, await portable(row.name, found.input), folder);
    const { input } = readRegression(written);
    console.log(`${row.name}: found ${kind}, ${found.met.length} bytes, ${input.length} when minimised`);
    const faults =
      failureOf(await targetRow("requests").open(0), input) === null
        ? []
        : ["the right engine fails on it too"];
    // A worker that hangs cannot make its input smaller, and who asks again hangs too.
    if (kind === "hang") return faults;
    if (input.length >= found.met.length) faults.push("the input was not made smaller");
    if (failureOf(await row.open(0), input)?.kind !== kind)
      faults.push("the written file does not show it again");
    return faults;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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

function hex(seed: number): string {
  return seed.toString(16).padStart(8, "0");
}

function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, " ");
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "–" : `${((100 * part) / whole).toFixed(1)} %`;
}

/** What a corpus in git is about, and how much of a run it is taken from. */
const KEPT = [
  {
    name: "requests",
    count: 1_000_000,
    shrinks: true,
    most: 120,
    about:
      "Requests of test/fuzz, by what they reach. The digest of the image is a placeholder of 32 letters.",
  },
  {
    name: "images",
    count: 20_000,
    shrinks: true,
    most: 32,
    about:
      "Images of test/fuzz and the requests asked of each, by what they reach: lengths and bytes (cases.ts).",
  },
  {
    name: "yaml",
    count: 4000,
    shrinks: false,
    most: 60,
    about: "Sources of test/fuzz, by what they reach: the first line names the one replaced.",
  },
] as const;

/** Writes test/fuzz/corpus anew. */
async function minimiseAll(options: Options): Promise<number> {
  const seed = options.seed ?? randomBytes(4).readUInt32LE();
  console.log(`seed ${hex(seed)}`);
  for (const { name, count, shrinks, most, about } of KEPT) {
    const row = targetRow(name);
    const scaled = Math.max(Math.round(count * options.scale), COUNT_MIN);
    const result = await runTarget(runOf(row, { ...options, count: scaled }, seed), reporter(name));
    for (const { kind, message } of result.failures) console.log(`${name}: ${kind}: ${message}`);
    if (result.failures.length > 0) return 1;
    const entries = kept(await row.open(0), result.corpus, shrinks, most);
    keepInputs(name, about, entries);
    console.log(`${name}: ${entries.length} inputs kept of ${result.corpus.length}`);
  }
  return 0;
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
