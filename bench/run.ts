/**
 * The bench.
 *
 *   npm run bench                        every part; prints tables
 *   npm run bench -- decision peers      only these parts
 *   npm run bench -- --json              prints the results as JSON instead
 *   npm run bench -- --write             every part; writes results/<date>.json and the tables of README.md
 *   npm run bench:check [-- part…]       fails when a ratio is worse than in the newest committed results
 *
 * Each part runs in a process of its own, on a bundle of the sources like the one that ships. Peers are installed into
 * bench/node_modules when their lock file changed.
 */

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { builtDigests, sha256Hex } from "../tools/build.ts";
import { ROOT } from "../tools/files.ts";
import { SHA256_FILE } from "./parts/parts.ts";
import { ratiosOf, worseRatios } from "./ratios.ts";
import { README, withTables } from "./readme.ts";
import { reportText } from "./report.ts";
import { newestResults, type PartResult, type Results, thisMachine } from "./results.ts";

const PARTS = [
  "decision",
  "parts",
  "shell",
  "sql",
  "http",
  "detect",
  "growth",
  "cold",
  "memory",
  "evidence",
  "token",
  "gateway",
  "peers",
] as const;
/** Parts whose ratios `--check` compares. */
const CHECKED = ["decision", "shell", "sql", "http", "detect", "growth", "peers"];
const FLAGS = ["--json", "--write", "--check"];
const BENCH = join(ROOT, "bench");
const RESULTS = join(BENCH, "results");
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

class BenchError extends Error {}

/** Runs a program of Node to its end and returns what it printed. */
function run(what: string, args: readonly string[], command = process.execPath): string {
  const child = spawnSync(command, args, { cwd: ROOT, encoding: "utf8", maxBuffer: OUTPUT_BYTES_MAX });
  if (child.status === 0) return child.stdout;
  throw new BenchError(
    `${what}: ${child.error?.message ?? `exit ${child.status ?? child.signal}`}\n${child.stderr}`,
  );
}

function installPeers(): void {
  const lock = sha256Hex(readFileSync(join(BENCH, "package-lock.json")));
  const stamp = join(BENCH, "node_modules/.installed-lock");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  console.error("installing the peers into bench/node_modules");
  run("npm ci", ["ci", "--prefix", "bench", "--no-audit", "--no-fund"], "npm");
  writeFileSync(stamp, lock);
}

/** Bundles the parts as the library is bundled, and compiles the engine's SHA-256 apart. */
async function prepare(parts: readonly string[]): Promise<void> {
  run("build", ["--import", "tsx", "tools/build.ts", "--if-stale"]);
  await build({
    absWorkingDir: ROOT,
    entryPoints: ["bench/child.ts"],
    outdir: "bench/build",
    bundle: true,
    format: "esm",
    platform: "node",
    target: "es2022",
    packages: "external",
    logLevel: "warning",
  });
  if (parts.includes("parts")) compileSha256();
  if (parts.includes("peers")) installPeers();
}

function compileSha256(): void {
  mkdirSync(join(ROOT, "build/bench"), { recursive: true });
  writeFileSync(
    join(ROOT, "build/bench/sha256.ts"),
    [
      'import { sha256 } from "../../assembly/base/sha256";',
      "const INBOX: usize = memory.data(65536);",
      "const DIGEST: usize = memory.data(32);",
      "export function digest(bytes: i32): void { sha256(INBOX, bytes, DIGEST); }",
      "",
    ].join("\n"),
  );
  const asc = "node_modules/assemblyscript/bin/asc.js";
  run("asc", [
    asc,
    "build/bench/sha256.ts",
    "--target",
    "release",
    "--outFile",
    SHA256_FILE,
    "--textFile",
    "",
  ]);
}

async function measure(parts: readonly string[]): Promise<Results> {
  await prepare(parts);
  const found: Record<string, PartResult> = {};
  for (const part of parts) {
    console.error(`measuring ${part}`);
    const flags = part === "memory" ? ["--expose-gc"] : [];
    found[part] = JSON.parse(run(part, [...flags, "bench/build/child.js", part])) as PartResult;
  }
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: thisMachine(),
    ...builtDigests(),
    parts: found,
  };
}

function write(results: Results): void {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, `${results.date}.json`), `${JSON.stringify(results, null, 1)}\n`);
  writeFileSync(README, withTables(readFileSync(README, "utf8"), results));
}

async function check(named: readonly string[]): Promise<void> {
  const last = newestResults(RESULTS);
  if (last === undefined)
    throw new BenchError("bench/results: no results to compare with; run npm run bench -- --write");
  const parts = named.length > 0 ? named : CHECKED;
  const wrong = parts.find((part) => !CHECKED.includes(part));
  if (wrong !== undefined) throw new BenchError(`${wrong} has no ratios: wanted ${CHECKED.join(", ")}`);
  const now = await measure(parts);
  const worse = worseRatios(last, now);
  for (const line of worse) console.log(line);
  const compared = ratiosOf(now).length;
  console.log(`bench: ${compared - worse.length} ratios as good as on ${last.date}, ${worse.length} worse`);
  if (worse.length > 0) process.exitCode = 1;
}

async function main(args: readonly string[]): Promise<void> {
  const named = args.filter((arg) => !FLAGS.includes(arg));
  const wrong = named.find((name) => !(PARTS as readonly string[]).includes(name));
  if (wrong !== undefined) throw new BenchError(`${wrong}: wanted ${[...PARTS, ...FLAGS].join(", ")}`);
  if (args.includes("--check")) return check(named);
  if (args.includes("--write") && named.length > 0) {
    throw new BenchError("--write: wanted no names of parts, since a result file holds them all");
  }
  const results = await measure(named.length > 0 ? named : PARTS);
  console.log(args.includes("--json") ? JSON.stringify(results, null, 1) : reportText(results));
  if (args.includes("--write")) write(results);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof BenchError ? `bench: ${error.message}` : error);
  process.exitCode = 1;
});
