/** `permit0 verify`: whether a log is what was signed, follows from its own numbers, and is decided the same way again. */

import { existsSync, readFileSync } from "node:fs";
import type { Command } from "commander";
import {
  type BundleReport,
  type Finding,
  type Progress,
  type ProofReport,
  parseTrust,
  type Trust,
  type VerifyReport,
} from "permit0/evidence";
import { defaultKeyFolder, ownTrustFile, verifyFile, verifyFolder } from "permit0/node";
import type { Person } from "permit0/review";
import { CliError, EXIT } from "../failure.js";
import { isFolder, keySaltOf } from "../log-folder.js";
import { Output } from "../output.js";
import { type Colors, safe, table, wrap } from "../text.js";

interface VerifyOptions {
  readonly trust?: string;
  readonly keys?: string;
  readonly keySalt?: string;
  readonly persons?: string;
  readonly from?: string;
  readonly to?: string;
  readonly replay: boolean;
  readonly json?: boolean;
}

export function addVerify(program: Command): void {
  program
    .command("verify")
    .summary("verify a log, a bundle or a proof, offline")
    .description(
      "Verifies a log and says three things apart: whether it is what was signed (structure), whether each record follows from its own numbers (arithmetic), and whether each request is decided the same way again (replay).",
    )
    .argument("<log>", "folder of the log, an evidence bundle, or a proof")
    .option(
      "--trust <file>",
      "whom to believe: keys, witnesses, engines (default: your own, trust.json beside your keys)",
    )
    .option(
      "--keys <folder>",
      "keys of subjects, to open requests that are sealed, and key salts (default: ~/.permit0/keys)",
    )
    .option(
      "--key-salt <file>",
      "the 32 bytes that ids of histories were made with, from whoever writes the log (default: what --keys has)",
    )
    .option(
      "--persons <file>",
      "who may approve: verify the signatures of approvers by this list (default: nobody looks at them)",
    )
    .option("--from <n>", "compute and decide again from this entry on; the structure is always whole")
    .option("--to <n>", "up to this entry, not included")
    .option("--no-replay", "do not decide again")
    .option("--json", "the report as JSON on standard output")
    .addHelpText(
      "after",
      `
Exit: 0 it is signed by who you trust and all of it adds up; 1 something does not, or nobody you trust signed it; 2 could not run.

Examples:
  $ permit0 check --jsonl --log evidence < calls.jsonl
  $ permit0 verify evidence
  $ permit0 verify denials.evidence.zip --trust theirs.json`,
    )
    .action(async (log: string, options: VerifyOptions) => {
      process.exitCode = await verify(log, options);
    });
}

async function verify(log: string, options: VerifyOptions): Promise<number> {
  const { replay, json } = options;
  const persons = options.persons === undefined ? undefined : await personsIn(options.persons);
  const keySalt = keySaltOf(options);
  if (!existsSync(log))
    throw new CliError("file", `${log}: wanted the folder of a log, a bundle or a proof; came nothing`);
  const keys = options.keys ?? defaultKeyFolder();
  const own = ownTrustFile(keys);
  const file = options.trust ?? (existsSync(own) ? own : undefined);
  const trust = file === undefined ? undefined : trustIn(file);
  const from = entryNumber(options.from, "--from");
  const to = entryNumber(options.to, "--to");
  if (!isFolder(log)) {
    if (from !== undefined || to !== undefined)
      throw new CliError("usage", "--from and --to go with the folder of a log; came a file");
    const report = await verifyFile(log, {
      keys,
      ...(trust === undefined ? {} : { trust }),
      ...(keySalt === undefined ? {} : { keySalt }),
      ...(persons === undefined ? {} : { persons }),
      replay,
    });
    return shown(report, file, json === true);
  }
  const bar = new ProgressBar();
  const report = await verifyFolder(log, {
    ...(trust === undefined ? {} : { trust }),
    keys,
    ...(keySalt === undefined ? {} : { keySalt }),
    ...(persons === undefined ? {} : { persons }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    replay,
    onProgress: (progress) => bar.show(progress),
  });
  bar.clear();
  return shown(report, file, json === true);
}

async function shown(
  report: VerifyReport | BundleReport | ProofReport,
  trust: string | undefined,
  json: boolean,
): Promise<number> {
  const output = new Output();
  if (json) await output.json({ ...(plain(report) as object), trust: trust ?? null });
  else if ("kind" in report) await output.lines(proofLines(report, trust, output.colors, output.columns));
  else await output.lines(lines(report, trust, output.colors, output.columns));
  await output.flush();
  const isGood = report.answer === "self-signed" || report.answer === "witnessed";
  return isGood ? EXIT.done : EXIT.findings;
}

/** Bytes as hex: JSON has none. */
function plain(report: unknown): unknown {
  return JSON.parse(
    JSON.stringify(report, (_, value: unknown) =>
      value instanceof Uint8Array
        ? Buffer.from(value).toString("hex")
        : typeof value === "bigint"
          ? `${value}`
          : value,
    ),
  );
}

function trustIn(file: string): Trust {
  return parseTrust(read(file).toString("utf8"), file);
}

/** Of an auditor: others may have written it, and he believes it all the same. */
async function personsIn(file: string): Promise<readonly Person[]> {
  const { parsePersons } = await import("permit0/review");
  return parsePersons(read(file).toString("utf8"), file);
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new CliError("file", `${file}: wanted a file to read; ${(error as Error).message}`);
  }
}

function entryNumber(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new CliError("usage", `${option}: wanted the number of an entry; came ${JSON.stringify(text)}`);
}

const BAR_COLUMNS = 30;
const BAR_EVERY_MS = 100;

/** On a terminal alone: what is piped is read by programs. */
class ProgressBar {
  readonly #isShown = process.stderr.isTTY === true;
  #shownMs = 0;

  show({ shard, entries, bytes, bytesAll }: Progress): void {
    const now = performance.now();
    if (!this.#isShown || now - this.#shownMs < BAR_EVERY_MS) return;
    this.#shownMs = now;
    const done = bytesAll === 0 ? 1 : bytes / bytesAll;
    const bar = "#".repeat(Math.round(done * BAR_COLUMNS)).padEnd(BAR_COLUMNS, ".");
    process.stderr.write(`\r${safe(shard)} [${bar}] ${Math.floor(done * 100)} %, ${entries} entries`);
  }

  clear(): void {
    if (this.#shownMs > 0) process.stderr.write("\r\u001b[K");
  }
}

/** What a proof shows, for a person. */
function proofLines(
  { kind, answer, origin, size, oldSize, root, entry, standing, findings }: ProofReport,
  trust: string | undefined,
  colors: Colors,
  columns: number,
): string[] {
  const isGood = answer === "self-signed" || answer === "witnessed";
  const what =
    kind === "consistency"
      ? `the ${oldSize} entries of the earlier checkpoint are the first of ${size}`
      : `entry ${entry?.seq}, ${entry?.note === undefined ? "a record" : `a note: ${entry.note.kind}`}`;
  const meaning =
    answer === "failed"
      ? "It does not prove what it claims to. What failed stands below."
      : `${standing.shows} ${standing.leavesOpen}`;
  return [
    (isGood ? colors.green : colors.red)(colors.bold(answer)),
    ...wrap(meaning, columns - 2).map((line) => `  ${line}`),
    "",
    safe(`  ${what}`),
    safe(`  ${origin}  ${size} entries`),
    colors.dim(`    root ${Buffer.from(root).toString("hex")}`),
    colors.dim(`  trust ${trust === undefined ? "nobody" : safe(trust)}`),
    ...findings.flatMap((finding) => findingLines(finding, colors, columns)),
  ];
}

/** What a bundle leaves out and shows, beside what a log says. */
function bundleLines(report: VerifyReport | BundleReport): string[] {
  if (!("disclosed" in report)) return [];
  return [
    ...report.shards.map(({ shard, from, to, disclosed }) =>
      safe(`  ${shard}: ${disclosed} of the entries ${from} to ${to - 1}`),
    ),
    ...(report.filter === undefined ? [] : [safe(`  chosen: ${report.filter}`)]),
    ...report.disclosed.map(({ shard, seq, path, value }) =>
      safe(`  shown of ${shard}, entry ${seq}: ${path.join(".")} = ${JSON.stringify(plain(value))}`),
    ),
  ];
}

/** The report for a person. */
function lines(
  report: VerifyReport | BundleReport,
  trust: string | undefined,
  colors: Colors,
  columns: number,
): string[] {
  const { answer, structure, arithmetic, replay, approvals, verdicts, shadow, shards, findings, unlisted } =
    report;
  const isGood = answer === "self-signed" || answer === "witnessed";
  const [standing] = shards.map((shard) => shard.standing);
  const meaning =
    answer === "failed"
      ? "This is not the log that it claims to be, or it is damaged. What failed stands below."
      : `${standing?.shows ?? ""} ${standing?.leavesOpen ?? ""}`;
  const head = isGood ? colors.green(answer) : colors.red(answer);
  const entries =
    "disclosed" in report
      ? report.shards.reduce((sum, { disclosed }) => sum + disclosed, 0)
      : shards.reduce((sum, shard) => sum + shard.entries, 0);
  const rows = [
    [
      "structure",
      `${structure.checked} of ${entries} entries`,
      failedText(structure.failed),
      rate(structure),
    ],
    ["arithmetic", `${arithmetic.checked} records`, failedText(arithmetic.failed), rate(arithmetic)],
    ["replay", `${replay.checked} decided again`, failedText(replay.failed), rate(replay)],
    ...approvalRows(approvals),
  ];
  const not = Object.entries(replay.not).filter(([, count]) => count > 0);
  return [
    colors.bold(head),
    ...wrap(meaning, columns - 2).map((line) => `  ${line}`),
    "",
    ...table(rows).map((line) => `  ${line}`),
    ...(not.length === 0
      ? []
      : [
          `  not decided again: ${not.map(([why, count]) => `${count} ${NOT_WORDS[why] ?? why}`).join(", ")}`,
        ]),
    `  verdicts: ${verdicts.allow} allow, ${verdicts.review} review, ${verdicts.deny} deny`,
    ...(shadow > 0
      ? [colors.yellow(`  SHADOW MODE: ${shadow} records; these calls ran whatever the verdict.`)]
      : []),
    "",
    ...shards.flatMap(({ origin, entries: size, root, standing: { word } }) => [
      `  ${safe(origin)}  ${size} entries, ${word}`,
      colors.dim(`    root ${root}`),
    ]),
    ...bundleLines(report),
    colors.dim(`  trust ${trust === undefined ? "nobody" : safe(trust)}`),
    ...findings.flatMap((finding) => findingLines(finding, colors, columns)),
    ...(unlisted > 0 ? [`  and ${unlisted} more`] : []),
  ];
}

/** Nothing where nothing was approved. */
function approvalRows({ checked, failed, outside, signatures }: VerifyReport["approvals"]): string[][] {
  if (checked + outside === 0) return [];
  const signed = signatures.checked > 0 ? `signed ${signatures.checked} times` : "signatures not looked at";
  const left = outside === 0 ? "" : `, ${outside} reviewed outside of this`;
  return [["approvals", `${checked} approved, ${signed}${left}`, failedText(failed + signatures.failed), ""]];
}

const NOT_WORDS: Readonly<Record<string, string>> = {
  host: "answered by the host",
  unkept: "without a request that was kept",
  withheld: "sealed, without a key for you",
  redacted: "redacted before they were kept",
  erased: "erased, as the log says",
  history: "on histories that are not all known",
  salt: "without the key salt of the log",
  engine: "by an engine that nobody you trust has released",
};

function failedText(failed: number): string {
  return failed === 0 ? "all good" : `${failed} FAILED`;
}

function rate({ checked, ms }: { readonly checked: number; readonly ms: number }): string {
  return checked === 0 || ms <= 0 ? "" : `${Math.round((checked / ms) * 1000).toLocaleString("en-US")}/s`;
}

function findingLines(
  { kind, code, shard, file, at, seq, sentence }: Finding,
  colors: Colors,
  columns: number,
): string[] {
  const place = [
    ...(file === undefined ? (shard === undefined ? [] : [shard]) : [file]),
    ...(at === undefined ? [] : [`byte ${at}`]),
    ...(seq === undefined ? [] : [`entry ${seq}`]),
  ].join(", ");
  const lead = kind === "failure" ? colors.red("FAILED") : colors.yellow("note");
  const [first = "", ...rest] = wrap(safe(sentence), columns - 4);
  return [`  ${lead} ${safe(place)} [${safe(code)}]`, `    ${first}`, ...rest.map((line) => `    ${line}`)];
}
