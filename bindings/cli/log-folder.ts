/** A log in a folder, as commands read it: docs/format/log.md. None of them writes to it. */

import { statSync } from "node:fs";
import { type Command, Option } from "commander";
import type { Opening, ReadersSalts, StorageReader, SubjectKeys } from "permit0/evidence";
import { CliError } from "./failure.js";
import { readPolicy } from "./policy.js";

export interface LogFolderOptions {
  /** Folder with the keys of subjects. */
  readonly keys?: string;
  /** File with the salt that the ids of histories were made with. */
  readonly keySalt?: string;
}

export function addLogFolderOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--keys <dir>",
        "keys of subjects, to open what is sealed, and key salts (default: ~/.permit0/keys)",
      ),
    )
    .addOption(
      new Option(
        "--key-salt <file>",
        "32 bytes that the ids of histories were made with (default: what --keys has; of a log that names none zeros)",
      ),
    );
}

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** @throws CliError when it is no folder. */
export async function openLogFolder(path: string): Promise<StorageReader> {
  if (!isFolder(path)) throw new CliError("file", `${path}: wanted the folder of a log`);
  const { FolderReader } = await import("permit0/node");
  return new FolderReader(path);
}

/** Keys of subjects that are there; none are made. @throws CliError when there are none. */
export async function subjectKeysOf(keys: string | undefined): Promise<SubjectKeys> {
  const { defaultKeyFolder, openSubjectKeys } = await import("permit0/node");
  const found = await openSubjectKeys(keys);
  if (found !== undefined) return found;
  const folder = keys ?? defaultKeyFolder();
  throw new CliError("file", `${folder}: wanted a folder with the keys of subjects; came none; give --keys`);
}

/** How to open what is sealed; undefined where there are no keys, and nobody named some. */
export async function openingOf({ keys }: LogFolderOptions): Promise<Opening | undefined> {
  const { openSubjectKeys } = await import("permit0/node");
  const found = await openSubjectKeys(keys);
  if (found === undefined) {
    if (keys === undefined) return undefined;
    throw new CliError("file", `${keys}: wanted a key folder with keys of subjects, came none`);
  }
  const { openingWith } = await import("permit0/evidence");
  return openingWith(found);
}

/** Salts to read a log with: the one that was given, and those beside the keys. */
export async function saltsOf(options: LogFolderOptions): Promise<ReadersSalts> {
  const keySalt = keySaltOf(options);
  const { openKeySalts } = await import("permit0/node");
  return { ...(keySalt === undefined ? {} : { keySalt }), keySalts: await openKeySalts(options.keys) };
}

const SALT_BYTES = 32;

export function keySaltOf({ keySalt: file }: LogFolderOptions): Uint8Array | undefined {
  if (file === undefined) return undefined;
  const bytes = readPolicy(file, "a key salt");
  if (bytes.length === SALT_BYTES) return bytes;
  const text = new TextDecoder().decode(bytes).trim();
  if (/^[0-9a-f]{64}$/i.test(text)) return new Uint8Array(Buffer.from(text, "hex"));
  throw new CliError(
    "file",
    `${file}: wanted ${SALT_BYTES} bytes or 64 hex digits, came ${bytes.length} bytes`,
  );
}

/** A whole number from 0 that an option gives. */
export function countOption(text: string, name: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new CliError("usage", `${name}: wanted a whole number from 0, came ${JSON.stringify(text)}`);
}

const NOT: Readonly<Record<string, string>> = {
  host: "by the host",
  unkept: "no request kept",
  withheld: "sealed, and no key",
  redacted: "redacted",
  erased: "erased",
  history: "on histories that are not all known",
  salt: "without the key salt of the log",
  engine: "without its engine or image",
};

/** What could not be looked at, by the reason; `none` where there is nothing. */
export function notText(not: object): string {
  const some = Object.entries(not).flatMap(([name, count]) => (count === 0 ? [] : [`${count} ${NOT[name]}`]));
  return some.join(", ") || "none";
}
