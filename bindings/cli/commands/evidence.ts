/** `permit0 evidence` and `permit0 prove`: what somebody gets who has neither the log nor its keys. */

import { closeSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { resolve, sep } from "node:path";
import { type Command, Option } from "commander";
import type { BundleFilter, BundleOptions, FieldToDisclose } from "permit0/evidence";
import { FolderReader, nodeSha256 } from "permit0/node";
import { CliError, EXIT } from "../failure.js";
import { subjectKeysOf } from "../log-folder.js";
import { Output, remark } from "../output.js";
import { safe } from "../text.js";
import { version } from "../version.js";

interface ExportOptions {
  readonly output: string;
  readonly shard?: string;
  readonly from?: string;
  readonly to?: string;
  readonly verdict?: "allow" | "review" | "deny";
  readonly action?: string;
  readonly session?: string;
  readonly open?: boolean;
  readonly disclose?: readonly string[];
  readonly keys?: string;
  readonly json?: boolean;
}

export function addEvidence(program: Command): void {
  const evidence = program
    .command("evidence")
    .summary("hand out part of a log")
    .description("Writes evidence for somebody who has neither the log nor its keys.");
  evidence
    .command("export")
    .summary("write an evidence bundle")
    .description(
      "Writes a range of a log as one file: its entries, what proves them against a signed checkpoint, and reports. Requests stay sealed unless --open or --disclose says so.",
    )
    .argument("<log>", "folder of the log")
    .requiredOption("-o, --output <file>", "write the bundle to a file: NAME.evidence.zip")
    .optionsGroup("Which entries:")
    .option("--shard <name>", "this shard alone (default: all)")
    .option("--from <n>", "first entry of the range (default: 0)")
    .option("--to <n>", "up to this entry, not included (default: all under the newest checkpoint)")
    .addOption(new Option("--verdict <verdict>", "only records of it").choices(["allow", "review", "deny"]))
    .option("--action <name>", "only records with this action: payments.refund")
    .option("--session <id>", "only records of this session, which are opened")
    .optionsGroup("What is shown of requests:")
    .option("--open", "open the requests of these entries")
    .option("--disclose <fields...>", "show single fields: SEQ:PATH, SHARD/SEQ:PATH where there are several")
    .option("--keys <folder>", "keys of subjects, to open payloads (default: ~/.permit0/keys)")
    .option("--json", "what was written as JSON on standard output")
    .addHelpText(
      "after",
      `
A bundle says what it leaves out: the leaf hash of every entry of the range is in it, and the filter in words.

Exit: 0 written, 2 could not run.

Examples:
  $ permit0 evidence export evidence -o all.evidence.zip
  $ permit0 evidence export evidence -o denials.evidence.zip --verdict deny
  $ permit0 evidence export evidence -o one.evidence.zip --from 42 --to 43 --disclose 42:amount`,
    )
    .action(async (log: string, options: ExportOptions) => {
      process.exitCode = await exportBundle(log, options);
    });
}

async function exportBundle(log: string, options: ExportOptions): Promise<number> {
  const { open = false, session, json, output: file } = options;
  const reader = readerOf(log);
  needOutside(log, file);
  const { makeBundle, payloadOpener } = await import("permit0/evidence");
  const fields = options.disclose?.map(fieldToDisclose);
  const needsKeys = open || fields !== undefined || session !== undefined;
  const filter = filterOf(options);
  const from = wholeNumber(options.from, "--from");
  const to = wholeNumber(options.to, "--to");
  const bundle: BundleOptions = {
    program: `permit0 ${version()}`,
    hash: nodeSha256,
    open,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(filter === undefined ? {} : { filter }),
    ...(fields === undefined ? {} : { disclose: fields }),
    ...(needsKeys ? { opener: payloadOpener(await subjectKeysOf(options.keys)) } : {}),
  };
  const made = await makeBundle(reader, bundle);
  const bytes = writeWhole(file, made.pieces);
  const output = new Output();
  const shards = made.shards.map(({ shard, origin, from, to, size, entries }) => ({
    shard,
    origin,
    from,
    to,
    size,
    entries,
  }));
  const { opened, unopened, disclosed } = made;
  if (json === true) await output.json({ file, bytes, shards, opened, unopened, disclosed });
  else
    for (const { origin, from: first, to: end, size, entries } of shards)
      await output.line(
        safe(`${origin}: ${entries} of the entries ${first} to ${end - 1}, under the checkpoint of ${size}`),
      );
  await output.flush();
  remark(safe(`${bytes} bytes in ${file}`));
  if (opened > 0) remark(`${opened} requests are open in it: whoever gets the file can read them`);
  if (unopened > 0)
    remark(`${unopened} requests could not be opened: erased, redacted, or without a key here`);
  if (disclosed > 0) remark(`${disclosed} fields are shown in it`);
  return EXIT.done;
}

function filterOf({ action, session, shard, verdict }: ExportOptions): BundleFilter | undefined {
  const filter = {
    ...(action === undefined ? {} : { action }),
    ...(session === undefined ? {} : { session }),
    ...(shard === undefined ? {} : { shard }),
    ...(verdict === undefined ? {} : { verdict }),
  };
  return Object.keys(filter).length === 0 ? undefined : filter;
}

/** `42:card.number`, `main/42:card.number`. */
function fieldToDisclose(text: string): FieldToDisclose {
  const [, shard, seq, path] = /^(?:([a-z0-9][a-z0-9-]{0,62})\/)?(\d{1,15}):(.+)$/s.exec(text) ?? [];
  if (seq === undefined || path === undefined)
    throw new CliError("usage", `--disclose: wanted SEQ:PATH, as 42:amount; came ${JSON.stringify(text)}`);
  return { seq: Number(seq), path, ...(shard === undefined ? {} : { shard }) };
}

interface ProveOptions {
  readonly output: string;
  readonly shard?: string;
  readonly consistency?: boolean;
  readonly json?: boolean;
}

export function addProve(program: Command): void {
  program
    .command("prove")
    .summary("write a proof of one entry, or of consistency")
    .description(
      "Writes a proof that stands alone: of one entry, with its bytes in it, or with --consistency that the log at one checkpoint is the beginning of the log at a later one.",
    )
    .argument("<log>", "folder of the log")
    .argument("<numbers...>", "number of the entry; with --consistency the two sizes")
    .requiredOption("-o, --output <file>", "write the proof to a file")
    .option("--consistency", "prove that the checkpoint of OLD is the beginning of that of NEW")
    .option("--shard <name>", "shard of the entry, where the log has several")
    .option("--json", "what was written as JSON on standard output")
    .addHelpText(
      "after",
      `
Exit: 0 written, 2 could not run.

Examples:
  $ permit0 prove evidence 42 -o 42.tlog-proof
  $ permit0 prove evidence --consistency 1024 4096 -o 1024-4096.proof`,
    )
    .action(async (log: string, numbers: readonly string[], options: ProveOptions) => {
      process.exitCode = await prove(log, numbers, options);
    });
}

async function prove(log: string, texts: readonly string[], options: ProveOptions): Promise<number> {
  const { consistency = false, shard, output: file, json } = options;
  const numbers = texts.map((text) => wholeNumber(text, consistency ? "size" : "entry") as number);
  const [first = 0, second = 0] = numbers;
  if (numbers.length !== (consistency ? 2 : 1))
    throw new CliError(
      "usage",
      consistency ? "--consistency: wanted two sizes, OLD and NEW" : "wanted the number of one entry",
    );
  const { proveConsistency, proveEntry } = await import("permit0/evidence");
  const reader = readerOf(log);
  needOutside(log, file);
  const how = { hash: nodeSha256, ...(shard === undefined ? {} : { shard }) };
  const proof = consistency
    ? await proveConsistency(reader, [first, second], how)
    : await proveEntry(reader, first, how);
  const bytes = writeWhole(file, [proof]);
  const output = new Output();
  const what = consistency ? { oldSize: first, newSize: second } : { seq: first };
  if (json === true) await output.json({ file, bytes, ...what });
  await output.flush();
  remark(safe(`${bytes} bytes in ${file}`));
  return EXIT.done;
}

function readerOf(log: string): FolderReader {
  const found = statSync(log, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return new FolderReader(log);
  throw new CliError(
    "file",
    `${log}: wanted the folder of a log; came ${found === undefined ? "nothing" : "a file"}`,
  );
}

function wholeNumber(text: string | undefined, what: string): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new CliError("usage", `${what}: wanted a whole number; came ${JSON.stringify(text)}`);
}

/** A log with a file in it that is not its own does not open any more. */
function needOutside(log: string, file: string): void {
  const folder = resolve(log);
  if (!resolve(file).startsWith(`${folder}${sep}`)) return;
  throw new CliError("usage", `${file}: wanted a file outside of the log ${log}; choose another place`);
}

/** All of a file under its name, or nothing; returns its bytes. */
function writeWhole(file: string, pieces: Iterable<Uint8Array>): number {
  const aside = `${file}.part`;
  let bytes = 0;
  try {
    const handle = openSync(aside, "w");
    try {
      for (const piece of pieces) {
        for (let at = 0; at < piece.length; ) at += writeSync(handle, piece, at);
        bytes += piece.length;
      }
    } finally {
      closeSync(handle);
    }
    renameSync(aside, file);
  } catch (error) {
    rmSync(aside, { force: true });
    if (typeof (error as NodeJS.ErrnoException).syscall !== "string") throw error;
    throw new CliError("file", `${file}: wanted to write it; ${(error as Error).message}`);
  }
  return bytes;
}
