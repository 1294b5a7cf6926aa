/** `permit0 witness`: cosigns the checkpoints of logs that continue what it saw of them. */

import { once } from "node:events";
import type { Command } from "commander";
import type { NoteKey } from "permit0/evidence";
import { type FolderSigner, nodeEd25519, openKeyFolder, openWitness } from "permit0/node";
import { CliError, EXIT } from "../failure.js";
import { Output, remark } from "../output.js";
import { safe } from "../text.js";

interface KeyOptions {
  readonly name: string;
  readonly keys?: string;
}

interface ServeOptions extends KeyOptions {
  readonly state: string;
  readonly log: readonly string[];
  readonly host: string;
  readonly port: string;
}

const PORT_MAX = 65_535;

export function addWitness(program: Command): void {
  const witness = program
    .command("witness")
    .summary("cosign checkpoints of logs")
    .description(
      "A witness remembers the last checkpoint of each log and cosigns only what continues it, so that nobody can be shown another history.",
    );
  addKeyOptions(
    witness
      .command("serve")
      .summary("answer logs that ask for a cosignature")
      .description(
        "Answers POST /add-checkpoint (c2sp.org/tlog-witness) until it is stopped. It has keys of its own, which the logs do not have, and best a machine of its own.",
      ),
  )
    .requiredOption("--state <file>", "file in which it remembers what it saw; never restore an old one")
    .requiredOption("--log <keys...>", "logs by the keys that sign them: a vkey, or ORIGIN/SHARD=k4.public.…")
    .option("--port <number>", "port to listen at (0: one that is free)", "8462")
    .option("--host <address>", "address to listen at", "127.0.0.1")
    .addHelpText(
      "after",
      "\nExample:\n  $ permit0 witness serve --name witness.example/w1 --keys w1-keys --state w1.json --log permit0.local/3f9c21ab77d0e412/main=k4.public.…",
    )
    .action(async (options: ServeOptions) => {
      process.exitCode = await serve(options);
    });
  addKeyOptions(
    witness
      .command("key")
      .summary("print the key that others need to check its cosignatures")
      .description(
        "Prints the vkey of a witness: for the trust file of a verifier, and for the logs that ask it.",
      ),
  ).action(async (options: KeyOptions) => {
    process.exitCode = await showKey(options);
  });
}

function addKeyOptions(command: Command): Command {
  return command
    .requiredOption("--name <name>", "name of the witness, such as witness.example/w1")
    .option("--keys <folder>", "folder of its keys (default: ~/.permit0/keys)");
}

async function signerOf({ keys }: KeyOptions): Promise<FolderSigner> {
  const folder = await openKeyFolder(keys);
  const [signer] = folder.signers();
  if (signer !== undefined) return signer;
  throw new CliError(
    "file",
    `${folder.path}: wanted a key that signs; came none; make one: permit0 keys new`,
  );
}

async function showKey(options: KeyOptions): Promise<number> {
  const { formatVkey, KEY_TYPE, noteKey } = await import("permit0/evidence");
  const { publicKey } = await signerOf(options);
  const output = new Output();
  await output.line(formatVkey(noteKey(options.name, KEY_TYPE.cosignature, publicKey)));
  await output.flush();
  return EXIT.done;
}

async function serve(options: ServeOptions): Promise<number> {
  const { name, state, log, host, port } = options;
  if (!/^\d{1,5}$/.test(port) || Number(port) > PORT_MAX) {
    throw new CliError("usage", `--port: wanted 0 to ${PORT_MAX}; came ${JSON.stringify(port)}`);
  }
  const logs: NoteKey[] = [];
  for (const text of log) logs.push(await logKeyOf(text));
  const signer = await signerOf(options);
  const { formatVkey } = await import("permit0/evidence");
  const verify = nodeEd25519.verify.bind(nodeEd25519);
  const server = await openWitness(state, { name, signer, logs, verify, host, port: Number(port) });
  const output = new Output();
  await output.lines([server.url, formatVkey(server.witness.key)]);
  await output.flush();
  if (server.isNew) remark(safe(`${state} is new: the first checkpoint of each log is taken as it comes`));
  await stopped();
  await server.close();
  return EXIT.done;
}

async function logKeyOf(text: string): Promise<NoteKey> {
  const { checkPublicKey, KEY_TYPE, noteKey, parseVkey, registerPublicKey } = await import(
    "permit0/evidence"
  );
  const [, origin, key] = /^([^=]+)=(k4\.public\..*)$/su.exec(text) ?? [];
  if (origin !== undefined && key !== undefined) {
    return noteKey(origin, KEY_TYPE.note, registerPublicKey(key));
  }
  const read = parseVkey(text, "--log");
  checkPublicKey(read.publicKey);
  return read;
}

/** Until somebody stops it. */
async function stopped(): Promise<void> {
  const stop = new AbortController();
  await Promise.race(["SIGINT", "SIGTERM"].map((signal) => once(process, signal, { signal: stop.signal })));
  stop.abort();
}
