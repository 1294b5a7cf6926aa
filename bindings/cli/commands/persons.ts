/** `permit0 persons`: who may approve, and the keys that speak for them. */

import type { Command } from "commander";
import { makePersonKey, openPersonFile, openPersonKey, type PersonKeyFile } from "permit0/node";
import type { KeyKeeping, Person } from "permit0/review";
import { CliError, EXIT } from "../failure.js";
import { Output, remark } from "../output.js";
import { askPassphrase, needTerminal, PEOPLE } from "../terminal.js";
import { safe } from "../text.js";

interface PersonsOptions {
  readonly persons?: string;
  readonly key?: string;
  readonly keys?: string;
  readonly kept?: string;
  readonly plain?: boolean;
  readonly role?: readonly string[];
  readonly json?: boolean;
}

const KEEPINGS: readonly string[] = ["passphrase", "device", "file"];

export function addPersons(program: Command): void {
  const persons = program
    .command("persons")
    .summary("who may approve")
    .description("Registers persons who may approve, with their keys.");
  addKeyOptions(
    addOptions(
      persons
        .command("add")
        .argument("<name>", "of the person, or of one who is there and gets another key")
        .summary("register a person")
        .description(`Registers a person with a key: a new one, or one that he made elsewhere. ${PEOPLE}`),
    ),
  )
    .option("--key <key>", "k4.public.… of his, or k4.pid.… of one in the folder (default: a new one)")
    .option("--kept <word>", "how a k4.public key is kept: passphrase, device or file")
    .option("--role <names...>", "roles, for people who read the list")
    .action(async (id: string, options: PersonsOptions) => {
      process.exitCode = await add(id, options);
    });
  addKeyOptions(
    persons
      .command("key")
      .summary("make a key")
      .description(`Makes a key and prints its public half, for somebody else to register. ${PEOPLE}`),
  )
    .option("--json", "the result as JSON on standard output")
    .action(async (options: PersonsOptions) => {
      process.exitCode = await key(options);
    });
  addOptions(
    persons.command("list").summary("list the persons").description("Lists the persons and their keys."),
  ).action(async (options: PersonsOptions) => {
    process.exitCode = await shown((await openPersonFile(options.persons)).persons(), options);
  });
  addOptions(
    persons
      .command("remove")
      .argument("<name>", "of the person")
      .summary("remove a person, or a key")
      .description(
        `Removes a person, or one of his keys: what they approved and was not used yet counts no more. ${PEOPLE}`,
      ),
  )
    .option("--key <pid>", "this key alone")
    .action(async (id: string, options: PersonsOptions) => {
      process.exitCode = await remove(id, options);
    });
}

function addOptions(command: Command): Command {
  return command
    .option("--persons <file>", "list of persons (default: ~/.permit0/persons.json)")
    .option("--json", "the result as JSON on standard output");
}

function addKeyOptions(command: Command): Command {
  return command
    .option("--keys <folder>", "folder for the key (default: ~/.permit0/person)")
    .option("--plain", "without a passphrase: any program of this user can approve with it");
}

async function add(id: string, options: PersonsOptions): Promise<number> {
  const { withPerson } = await import("permit0/review");
  const { key: given, kept, role: roles = [] } = options;
  if (kept !== undefined && (!KEEPINGS.includes(kept) || given?.startsWith("k4.public.") !== true))
    throw new CliError(
      "usage",
      `--kept: wanted ${KEEPINGS.join(", ")}, beside --key k4.public.…; came ${JSON.stringify(kept)}`,
    );
  needTerminal("who may register persons");
  const file = await openPersonFile(options.persons);
  // A name that cannot be registered must not leave a key behind.
  if (given === undefined) withPerson(file.known(), { id, key: PROBE });
  const key = given?.startsWith("k4.public.") === true ? undefined : await keyFileOf(given, options);
  const { publicKeyText } = await import("permit0/evidence");
  const text = key === undefined ? (given as string) : publicKeyText(key.publicKey);
  const keeping = (key?.kept ?? kept) as KeyKeeping | undefined;
  const persons = file.change((before) =>
    withPerson(before, { id, key: text, roles, ...(keeping === undefined ? {} : { kept: keeping }) }),
  );
  remark(safe(`registered in ${file.path}`));
  if (file.isWritable)
    remark(
      "self_approvable: this user can change the list; let root own it, in a folder that only root can write",
    );
  return shown(
    persons.filter((person) => person.id === id),
    options,
  );
}

/** A key of nobody, for a look at the rest of what would be registered: the base point of the curve. */
const PROBE = "k4.public.WGZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmY";

async function keyFileOf(id: string | undefined, options: PersonsOptions): Promise<PersonKeyFile> {
  return id === undefined ? made(options) : openPersonKey(id, options.keys);
}

async function made({ keys, plain }: PersonsOptions): Promise<PersonKeyFile> {
  needTerminal("whose key it will be");
  if (plain === true) {
    remark("self_approvable: any program of this user can approve with this key");
    return makePersonKey(undefined, keys);
  }
  const { needPassphrase, ReviewError } = await import("permit0/review");
  const passphrase = await askPassphrase("new passphrase, at least 8 characters");
  needPassphrase(passphrase);
  if ((await askPassphrase("the same again")) !== passphrase)
    throw new ReviewError("passphrase_wrong", { wanted: "the same passphrase twice", came: "two of them" });
  return makePersonKey(passphrase, keys);
}

async function key(options: PersonsOptions): Promise<number> {
  const { publicKeyText } = await import("permit0/evidence");
  const { id, publicKey, kept } = await made(options);
  const output = new Output();
  const text = publicKeyText(publicKey);
  if (options.json === true) await output.json({ id, key: text, kept });
  else await output.lines([id, text]);
  await output.flush();
  remark(`register it: permit0 persons add NAME --key ${text} --kept ${kept}`);
  return EXIT.done;
}

async function remove(id: string, options: PersonsOptions): Promise<number> {
  const { withoutPerson } = await import("permit0/review");
  needTerminal("who may remove persons");
  const file = await openPersonFile(options.persons);
  // A list that is not there is said as that, and none is begun.
  file.persons();
  const persons = file.change((before) => withoutPerson(before, id, options.key));
  return shown(
    persons.filter((person) => person.id === id),
    options,
  );
}

async function shown(persons: readonly Person[], { json }: PersonsOptions): Promise<number> {
  const { publicKeyText } = await import("permit0/evidence");
  const output = new Output();
  if (json === true)
    await output.json({
      persons: persons.map(({ keys, ...person }) => ({
        ...person,
        keys: keys.map(({ id, publicKey, status, kept }) => ({
          id,
          key: publicKeyText(publicKey),
          status,
          kept: kept ?? null,
        })),
      })),
    });
  else
    for (const { id, status, roles, keys } of persons) {
      await output.line(`${status.padEnd(7)}  ${id}${roles.length === 0 ? "" : `  ${roles.join(", ")}`}`);
      // Whoever was removed speaks with no key.
      for (const { id: pid, status: own, kept } of keys) {
        const standing = status === "removed" ? status : own;
        await output.line(`  ${standing.padEnd(7)}  ${pid}  ${kept ?? "nobody said how it is kept"}`);
      }
    }
  await output.flush();
  return EXIT.done;
}
