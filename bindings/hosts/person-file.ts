/**
 * The list of persons in a file. Who can write it decides who may approve, so it belongs to the user who reads it or to
 * root, and nobody else may write it; that others read it is no harm.
 */

import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import type { PersonSource } from "../review/approvals.ts";
import { ReviewError } from "../review/errors.ts";
import { type Person, parsePersons, personsText } from "../review/persons.ts";
import { writeOwn } from "./key-folder.ts";
import { FileLock } from "./lock.ts";
import { defaultPersonFile } from "./own-paths.ts";

const FILE_BYTES_MAX = 1024 * 1024;
const FILE_MODE = 0o644;
const FOLDER_MODE = 0o700;
const WRITABLE_BY_OTHERS = 0o022;
/** Windows keeps rights of files elsewhere. */
const HAS_MODES = process.platform !== "win32";

export class PersonFile implements PersonSource {
  readonly path: string;

  /** @param path default: `~/.permit0/persons.json` of the user who runs this. */
  constructor(path: string = defaultPersonFile()) {
    this.path = resolve(path);
  }

  /** Whether this process could change the list, or put another one in its place anywhere on the way to it. */
  get isWritable(): boolean {
    for (let path = this.path; ; path = dirname(path)) {
      if (isWritable(path)) return true;
      if (path === dirname(path)) return false;
    }
  }

  /** @throws ReviewError `persons_file` when there is none, others can write it, or it is no list. */
  persons(): readonly Person[] {
    const text = this.#read();
    if (text !== undefined) return parsePersons(text, this.path);
    throw new ReviewError("persons_file", {
      path: this.path,
      wanted: "a list of persons",
      came: "no such file",
      advice: "Register a person with `permit0 persons add`.",
    });
  }

  /** Those who are there; nobody where there is no file yet. */
  known(): readonly Person[] {
    return this.#read() === undefined ? [] : this.persons();
  }

  /** Changes the list; one process at a time. @throws what `change` throws; LockError; ReviewError `persons_file`. */
  change(change: (persons: readonly Person[]) => readonly Person[]): readonly Person[] {
    mkdirSync(dirname(this.path), { recursive: true, mode: FOLDER_MODE });
    const lock = new FileLock(this.path);
    try {
      const mode = statSync(this.path, { throwIfNoEntry: false })?.mode ?? FILE_MODE;
      const persons = change(this.known());
      writeOwn(dirname(this.path), this.path, personsText(persons), mode & 0o777);
      return persons;
    } finally {
      lock.release();
    }
  }

  #read(): string | undefined {
    let file: number;
    try {
      // A pipe must not keep us waiting.
      file = openSync(
        this.path,
        constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
      );
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT") return undefined;
      if (code !== "ELOOP" && code !== "EMLINK") throw error;
      throw this.#refused("a file", "a symbolic link");
    }
    try {
      const { mode, size, uid } = fstatSync(file);
      if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw this.#refused("a file", "something else");
      if (size > FILE_BYTES_MAX) throw this.#refused(`at most ${FILE_BYTES_MAX} bytes`, `${size}`);
      if (HAS_MODES) this.#needRights(mode, uid);
      return readFileSync(file, "utf8");
    } finally {
      closeSync(file);
    }
  }

  #needRights(mode: number, uid: number): void {
    const own = process.geteuid?.();
    if (uid !== own && uid !== 0)
      throw this.#refused(`a file of user ${own} or of root`, `one of user ${uid}`);
    if ((mode & WRITABLE_BY_OTHERS) === 0) return;
    const rights = (mode & 0o777).toString(8);
    throw this.#refused(
      "a file that nobody else can write",
      `mode ${rights}`,
      `Run: chmod go-w ${this.path}`,
    );
  }

  #refused(wanted: string, came: string, advice?: string): ReviewError {
    const detail = { path: this.path, wanted, came };
    return new ReviewError("persons_file", advice === undefined ? detail : { ...detail, advice });
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
