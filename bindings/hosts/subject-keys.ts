/**
 * The keys of subjects in a folder: a file of 32 bytes a subject, named after its id, and beside them the secret that the
 * ids are made with. Files are read each time, so that a key that another process ended is ended here too.
 */

import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { EvidenceError } from "../evidence/errors.ts";
import { SUBJECT_ID_BYTES, SUBJECT_KEY_BYTES, type SubjectKeys, subjectId } from "../evidence/subject.ts";
import { hex } from "../src/sha256.ts";

const FOLDER = "subjects";
const SECRET = "subjects.secret";
const SECRET_BYTES = 32;
/** A file on its way out: nobody finds it under its old name any more. */
const LEAVING = ".leaving";
const OTHERS = 0o077;
const isWindows = process.platform === "win32";

/** Keys of subjects under a key folder, which is made if it is not there. */
export class SubjectKeyFolder implements SubjectKeys {
  readonly #folder: string;
  readonly #secret: Uint8Array;

  /**
   * @param keys the key folder, `~/.permit0/keys` by custom; never inside a log.
   * @throws EvidenceError when others may read it or a file is not what it should be; Node's errors when it cannot be used.
   */
  constructor(keys: string) {
    this.#folder = join(keys, FOLDER);
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    needOwn(keys, statSync(keys).mode);
    needOwn(this.#folder, statSync(this.#folder).mode);
    this.#secret = readOrMake(keys, SECRET, SECRET_BYTES);
    // What an erasure that was cut short had left.
    for (const name of readdirSync(this.#folder)) if (name.endsWith(LEAVING)) this.#wipe(name);
  }

  idOf(name: string): Uint8Array {
    return subjectId(this.#secret, name);
  }

  key(id: Uint8Array): Uint8Array | undefined {
    return readSecret(join(this.#folder, nameOf(id)), SUBJECT_KEY_BYTES);
  }

  make(id: Uint8Array): Uint8Array {
    return readOrMake(this.#folder, nameOf(id), SUBJECT_KEY_BYTES);
  }

  destroy(id: Uint8Array): void {
    const name = nameOf(id);
    // Taken away first: whoever asks from now on makes another key, and that one is not wiped.
    const leaving = `${name}.${unique()}${LEAVING}`;
    try {
      renameSync(join(this.#folder, name), join(this.#folder, leaving));
    } catch (error) {
      if (codeOf(error) === "ENOENT") return;
      throw error;
    }
    this.#wipe(leaving);
  }

  /** Overwrites a file before it goes: what is left on the disk is no key. */
  #wipe(name: string): void {
    const path = join(this.#folder, name);
    try {
      const file = openSync(path, constants.O_RDWR | noFollow);
      try {
        const { size } = fstatSync(file);
        if (size > 0) writeSync(file, new Uint8Array(size), 0, size, 0);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      // Another process may have wiped it in between.
      if (codeOf(error) !== "ENOENT") throw error;
    }
    rmSync(path, { force: true });
    syncFolder(this.#folder);
  }
}

/** The keys of subjects of a key folder that has some; a reader makes none. */
export function existingSubjectKeys(keys: string): SubjectKeyFolder | undefined {
  return existsSync(join(keys, FOLDER)) ? new SubjectKeyFolder(keys) : undefined;
}

const noFollow = constants.O_NOFOLLOW ?? 0;

function nameOf(id: Uint8Array): string {
  if (id.length === SUBJECT_ID_BYTES) return hex(id);
  throw new EvidenceError("subject_id", `subject id: wanted ${SUBJECT_ID_BYTES} bytes, came ${id.length}`);
}

function unique(): string {
  return hex(globalThis.crypto.getRandomValues(new Uint8Array(8)));
}

/** The bytes of a secret file; undefined when it is not there. @throws EvidenceError when others may read it. */
export function readSecret(path: string, bytes: number): Uint8Array | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | noFollow);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    const { mode, size } = fstatSync(file);
    needOwn(path, mode);
    const key = new Uint8Array(bytes);
    if (size !== bytes || readSync(file, key, 0, bytes, 0) !== bytes)
      throw new EvidenceError(
        "key_size",
        `${path}: wanted ${bytes} bytes, came ${size}; restore it from a backup`,
      );
    return key;
  } finally {
    closeSync(file);
  }
}

/**
 * The bytes of a secret file, those of `make` if it is new. It is written under another name and linked, which only one of several
 * processes can do, and nobody finds it half written.
 */
export function readOrMake(
  folder: string,
  name: string,
  bytes: number,
  make: () => Uint8Array = () => globalThis.crypto.getRandomValues(new Uint8Array(bytes)),
): Uint8Array {
  const path = join(folder, name);
  const known = readSecret(path, bytes);
  if (known !== undefined) return known;
  const made = make();
  const aside = join(folder, `${name}.${unique()}`);
  const file = openSync(aside, "wx", 0o600);
  try {
    writeSync(file, made, 0, bytes, 0);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    linkSync(aside, path);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  } finally {
    rmSync(aside, { force: true });
  }
  syncFolder(folder);
  // Its own or that of whoever was first; ended in between by a third, it is made again.
  return readSecret(path, bytes) ?? readOrMake(folder, name, bytes, make);
}

/** @throws EvidenceError when others than the owner may read or write. */
export function needOwn(path: string, mode: number): void {
  if (isWindows || (mode & OTHERS) === 0) return;
  const rights = (mode & 0o777).toString(8);
  throw new EvidenceError(
    "key_rights",
    `${path}: wanted no rights for others, came ${rights}; take them away with chmod go= ${path}`,
  );
}

function syncFolder(folder: string): void {
  // Windows does not sync folders.
  if (isWindows) return;
  const file = openSync(folder, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function codeOf(error: unknown): unknown {
  return (error as NodeJS.ErrnoException).code;
}
