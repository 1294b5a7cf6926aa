/** `permit0 keys`: the keys that sign a log, and what a verifier needs of them. Secrets are never printed. */

import type { Command } from "commander";
import type { ListedKey } from "permit0/evidence";
import { type KeyFolder, openKeyFolder } from "permit0/node";
import { CliError, EXIT } from "../failure.js";
import { Output, remark } from "../output.js";
import { safe, timeText } from "../text.js";

interface KeysOptions {
  readonly keys?: string;
  readonly reason?: string;
  readonly trust?: readonly string[];
  readonly json?: boolean;
}

const PEOPLE = "For people: an agent must not be able to run this.";

export function addKeys(program: Command): void {
  const keys = program
    .command("keys")
    .summary("keys that sign a log")
    .description("Makes, shows and ends the keys that sign a log. Their secrets stay in one folder.");
  addOptions(
    keys.command("new").summary("make the first key").description(`Makes the first key. ${PEOPLE}`),
  ).action(async (options: KeysOptions) => {
    process.exitCode = await made(options, (folder) => folder.add(options));
  });
  addOptions(
    keys.command("show").summary("list the keys").description("Lists the keys, and what became of each."),
    false,
  )
    .option("--trust <origins...>", "print the keys for the trust file of a verifier: ORIGIN/SHARD")
    .addHelpText("after", "\nExample:\n  $ permit0 keys show --trust permit0.local/3f9c21ab77d0e412/main")
    .action(async (options: KeysOptions) => {
      process.exitCode = await show(options);
    });
  addOptions(
    keys
      .command("rotate")
      .summary("make a new current key")
      .description(
        `Makes a new current key. The one of before signs along until it is retired, so that verifiers who know only that one can follow. ${PEOPLE}`,
      ),
  ).action(async (options: KeysOptions) => {
    process.exitCode = await made(options, (folder) => folder.rotate(options));
  });
  addOptions(
    keys
      .command("retire")
      .argument("<pid>", "name of the key, as `permit0 keys show` prints it")
      .summary("end a key that was replaced")
      .description(
        `Ends a key that another one has replaced: its secret is destroyed, and what it signed stays good. ${PEOPLE}`,
      ),
  ).action(async (id: string, options: KeysOptions) => {
    process.exitCode = await ended(options, (folder) => folder.retire(id, options));
  });
  addOptions(
    keys
      .command("revoke")
      .argument("<pid>", "name of the key, as `permit0 keys show` prints it")
      .summary("end a key that somebody else may have")
      .description(
        `Ends a key at once: its secret is destroyed, and verifiers are to remove it. Say why with --reason. ${PEOPLE}`,
      ),
  ).action(async (id: string, options: KeysOptions) => {
    const { reason } = options;
    if (reason === undefined) throw new CliError("usage", "wanted --reason TEXT; came nothing; say why");
    process.exitCode = await ended(options, (folder) => folder.revoke(id, { reason }));
  });
}

function addOptions(command: Command, changes = true): Command {
  command.option("--keys <folder>", "folder of the keys (default: ~/.permit0/keys)");
  if (changes) command.option("--reason <text>", "why; it is kept in the folder");
  return command.option("--json", "the result as JSON on standard output");
}

/** What may be shown of a key. */
async function facts({ id, publicKey, status, history }: ListedKey): Promise<Record<string, unknown>> {
  const { publicKeyText } = await import("permit0/evidence");
  return { id, key: publicKeyText(publicKey), status, history };
}

async function made({ keys, json }: KeysOptions, make: (folder: KeyFolder) => ListedKey): Promise<number> {
  const folder = await openKeyFolder(keys, { create: true });
  const key = make(folder);
  const output = new Output();
  if (json === true) await output.json(await facts(key));
  else {
    await output.lines(await keyLines(key));
    const retiring = folder.keys().filter(({ status }) => status === "retiring");
    for (const { id } of retiring) remark(`${id} signs along until \`permit0 keys retire ${id}\``);
    remark(safe(`its secret is in ${folder.path}, and nowhere else`));
    remark("verifiers need the public key: permit0 keys show --trust ORIGIN/SHARD");
  }
  await output.flush();
  return EXIT.done;
}

async function ended({ keys, json }: KeysOptions, end: (folder: KeyFolder) => ListedKey): Promise<number> {
  const folder = await openKeyFolder(keys);
  const key = end(folder);
  const output = new Output();
  if (json === true) await output.json(await facts(key));
  else await output.lines(await keyLines(key));
  await output.flush();
  remark(
    key.status === "retired"
      ? "verifiers set its last size of the tree as `to` in their trust files"
      : "tell every verifier to remove it from his trust file",
  );
  if (!folder.keys().some(({ status }) => status === "current"))
    remark("no key is current: permit0 keys new makes one");
  return EXIT.done;
}

async function show(options: KeysOptions): Promise<number> {
  const folder = await openKeyFolder(options.keys);
  const keys = folder.keys();
  if (options.trust !== undefined) return trustLines(keys, options.trust, options.json === true);
  const output = new Output();
  if (options.json === true) await output.json({ keys: await Promise.all(keys.map(facts)) });
  else for (const key of keys) await output.lines(await keyLines(key));
  await output.flush();
  remark(safe(`${keys.length} keys in ${folder.path}`));
  return EXIT.done;
}

async function keyLines(key: ListedKey): Promise<string[]> {
  const { publicKeyText } = await import("permit0/evidence");
  return [
    `${key.status.padEnd("retiring".length)}  ${key.id}`,
    `  ${publicKeyText(key.publicKey)}`,
    ...key.history.map(({ status, time_ms, reason }) =>
      safe(`  ${status} ${timeText(time_ms)}${reason === undefined ? "" : `: ${reason}`}`),
    ),
  ];
}

/** One line a shard, to be put into `shards` of a trust file. */
async function trustLines(
  keys: readonly ListedKey[],
  origins: readonly string[],
  json: boolean,
): Promise<number> {
  const { originFault, shardJson } = await import("permit0/evidence");
  const signing = keys.filter(({ status }) => status === "current" || status === "retiring");
  if (signing.length === 0)
    throw new CliError("file", "wanted a key that signs; came none; run `permit0 keys new`");
  const shards = origins.map((origin) => {
    const fault = originFault(origin);
    if (fault === undefined) return shardJson({ origin, keys: signing.map((key) => ({ ...key, from: 0 })) });
    throw new CliError(
      "usage",
      `--trust ${safe(origin)}: wanted <origin of the log>/<shard>; came ${fault}; copy it from a checkpoint of the log`,
    );
  });
  const output = new Output();
  if (json) await output.json(shards);
  else for (const shard of shards) await output.json(shard, true);
  await output.flush();
  const retired = keys.filter(({ status }) => status === "retired");
  if (keys.length > 1)
    remark("`from` is 0 for every key: raise it to the size of the tree at which the key began to sign");
  for (const { id } of retired)
    remark(`${id} is retired and left out: keep its line, with its last size of the tree as \`to\``);
  return EXIT.done;
}
