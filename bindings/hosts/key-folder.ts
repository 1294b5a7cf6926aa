/**
 * Signing keys in a folder: `keys.json` says which there are, and each that signs has a file `<pid>.key` with its secret.
 * Nobody but its owner may look into it; what others can read, or could have put there, is refused. docs/keys.md.
 */

import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { KeyError } from "../keys/errors.ts";
import {
  keyListText,
  type ListedKey,
  parseKeyList,
  signs,
  withChange,
  withNewKey,
} from "../keys/key-list.ts";
import { type KeyId, keyId, secretKeyText } from "../keys/paserk.ts";
import { type SyncSigner, secretKeySigner } from "../keys/signer.ts";
import { nodeEd25519 } from "./ed25519-node.ts";
import { FileLock } from "./lock.ts";
import { defaultKeyFolder } from "./own-paths.ts";

/** A signer of a folder. */
export interface FolderSigner extends SyncSigner {
  readonly id: KeyId;
}

/** Who changes a key may say when and why. */
export interface KeyChangeOptions {
  /** Default: now. */
  readonly time_ms?: number;
  readonly reason?: string;
}

const LIST = "keys.json";
/** A file that {@link writeOwn} has not yet given its name. */
export const LEFT = /\.[0-9a-f]{16}\.tmp$/;
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
const OTHERS = 0o077;
const FILE_BYTES_MAX = 1024 * 1024;
/** Windows keeps rights of files elsewhere. */
const HAS_MODES = process.platform !== "win32";

/** The signing keys of one folder. Each call reads what is there now. */
export class KeyFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = resolve(path);
  }

  /** @throws KeyError when there is no such folder, or others can look into it. */
  static open(path: string = defaultKeyFolder()): KeyFolder {
    const folder = new KeyFolder(path);
    needFolder(folder.path);
    return folder;
  }

  /** Opens a folder, and makes it when there is none. */
  static create(path: string = defaultKeyFolder()): KeyFolder {
    mkdirSync(path, { recursive: true, mode: FOLDER_MODE });
    return KeyFolder.open(path);
  }

  /** All keys, oldest first. */
  keys(): readonly ListedKey[] {
    needFolder(this.path);
    const file = join(this.path, LIST);
    const text = readOwn(file);
    return text === undefined ? [] : parseKeyList(text, file);
  }

  /**
   * Those that sign: the current key, then those that are retiring.
   * @throws KeyError when none does, or a file is not what the list says.
   */
  signers(): readonly FolderSigner[] {
    const signing = this.keys().filter(signs);
    if (signing.length === 0) {
      throw new KeyError(
        "key_unknown",
        `${this.path}: wanted a key that signs; came none; run \`permit0 keys new\``,
      );
    }
    signing.sort((a, b) => Number(b.status === "current") - Number(a.status === "current"));
    return signing.map((key) => this.#signer(key.id));
  }

  /**
   * Makes the first key, or one after the current key was revoked.
   * @throws KeyError when there is a current key: then {@link rotate}.
   */
  add(options: KeyChangeOptions = {}): ListedKey {
    return this.#change((keys) => {
      const current = keys.find(({ status }) => status === "current");
      if (current === undefined) return this.#withNew(keys, options);
      throw new KeyError(
        "key_status",
        `${this.path}: wanted no current key; came ${current.id}; run \`permit0 keys rotate\` to replace it`,
      );
    });
  }

  /**
   * Makes a new current key. The one of before goes on signing along until it is retired.
   * @throws KeyError when there is no current key: then {@link add}.
   */
  rotate(options: KeyChangeOptions = {}): ListedKey {
    return this.#change((keys) => {
      if (keys.some(({ status }) => status === "current")) return this.#withNew(keys, options);
      throw new KeyError(
        "key_status",
        `${this.path}: wanted a current key to replace; came none; run \`permit0 keys new\``,
      );
    });
  }

  /** Ends a retiring key. Its secret is destroyed: it cannot be made to sign again. */
  retire(id: string, { time_ms = Date.now(), reason }: KeyChangeOptions = {}): ListedKey {
    return this.#change((keys) => withChange(keys, id, "retired", time_ms, reason), id);
  }

  /** Ends a key that somebody else may have. Its secret is destroyed. */
  revoke(id: string, { time_ms = Date.now(), reason }: KeyChangeOptions & { reason: string }): ListedKey {
    return this.#change((keys) => withChange(keys, id, "revoked", time_ms, reason), id);
  }

  #signer(id: KeyId): FolderSigner {
    const file = this.#keyFile(id);
    const text = readOwn(file);
    if (text === undefined) {
      throw new KeyError(
        "key_file",
        `${file}: wanted the secret of the key; came no file; restore it, or revoke it`,
      );
    }
    const refuse = (came: string): never => {
      throw new KeyError(
        "key_file",
        `${file}: wanted the one line of this key; came ${came}; restore the file`,
      );
    };
    if (!text.endsWith("\n")) refuse("a text without a line end");
    try {
      const signer = secretKeySigner(text.slice(0, -1), nodeEd25519);
      if (keyId(signer.publicKey) !== id) refuse(`that of ${keyId(signer.publicKey)}`);
      return { ...signer, id };
    } catch (error) {
      if (error instanceof KeyError && error.code !== "key_file") {
        throw new KeyError(error.code, `${file}: ${error.message}`);
      }
      throw error;
    }
  }

  #keyFile(id: KeyId): string {
    return join(this.path, `${id}.key`);
  }

  /** The secret is on the disk before a list names it: a crash between leaves a file that nobody uses. */
  #withNew(
    keys: readonly ListedKey[],
    { time_ms = Date.now(), reason }: KeyChangeOptions,
  ): readonly ListedKey[] {
    const seed = new Uint8Array(randomBytes(32));
    const publicKey = nodeEd25519.publicKey(seed);
    const next = withNewKey(keys, publicKey, time_ms, reason);
    writeOwn(this.path, this.#keyFile(keyId(publicKey)), `${secretKeyText({ seed, publicKey })}\n`);
    seed.fill(0);
    return next;
  }

  /** Changes the list, and returns the key of `id`, or else the last one. */
  #change(change: (keys: readonly ListedKey[]) => readonly ListedKey[], id?: string): ListedKey {
    const lock = this.#lock();
    try {
      const keys = change(this.keys());
      writeOwn(this.path, join(this.path, LIST), keyListText(keys));
      this.#sweep(keys);
      return (id === undefined ? keys.at(-1) : keys.find((key) => key.id === id)) as ListedKey;
    } finally {
      lock.release();
    }
  }

  /**
   * Destroys secrets that must not sign, and what a crash has left of writing one. After the list is written, so that a key
   * that signs always has its file.
   */
  #sweep(keys: readonly ListedKey[]): void {
    for (const key of keys) if (!signs(key)) destroy(this.path, this.#keyFile(key.id));
    for (const name of readdirSync(this.path)) if (LEFT.test(name)) destroy(this.path, join(this.path, name));
  }

  #lock(): FileLock {
    try {
      return new FileLock(join(this.path, LIST));
    } catch (error) {
      throw new KeyError("key_folder", `${this.path}: ${(error as Error).message}`);
    }
  }
}

export function needFolder(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    throw new KeyError("key_folder", `${path}: wanted a folder of keys; came none; run \`permit0 keys new\``);
  }
  needOwn(path, found, "folder");
}

/** Refuses what is no folder or file of this user, or what others can look into. */
function needOwn(path: string, stats: Stats, what: "folder" | "file"): void {
  const isRight = what === "folder" ? stats.isDirectory() : stats.isFile();
  const code = what === "folder" ? "key_folder" : "key_file";
  if (!isRight) {
    const came = stats.isSymbolicLink() ? "a symbolic link" : "something else";
    throw new KeyError(code, `${path}: wanted a ${what}; came ${came}; put the ${what} itself there`);
  }
  if (!HAS_MODES) return;
  const own = process.geteuid?.();
  // What root owns, root could change anyway.
  if (stats.uid !== own && stats.uid !== 0) {
    throw new KeyError(
      code,
      `${path}: wanted a ${what} of user ${own}; came one of user ${stats.uid}; use your own`,
    );
  }
  if ((stats.mode & OTHERS) === 0) return;
  const mode = modeText(what === "folder" ? FOLDER_MODE : FILE_MODE);
  throw new KeyError(
    "key_mode",
    `${path}: wanted a ${what} that only its owner can open (mode ${mode}); came mode ${modeText(stats.mode & 0o777)}; run: chmod ${mode} ${shellWord(path)}`,
  );
}

function modeText(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The text of a file, or undefined when there is none. */
export function readOwn(path: string): string | undefined {
  return readOwnBytes(path)?.toString("utf8");
}

/** The bytes of a file, or undefined when there is none. It is looked at by its number, so that nobody swaps it in between. */
export function readOwnBytes(path: string): Buffer | undefined {
  let file: number;
  try {
    // A pipe must not keep us waiting.
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    if (code !== "ELOOP" && code !== "EMLINK") throw error;
    throw new KeyError("key_file", `${path}: wanted a file; came a symbolic link; put the file itself there`);
  }
  try {
    const stats = fstatSync(file);
    needOwn(path, stats, "file");
    if (stats.size > FILE_BYTES_MAX) {
      throw new KeyError(
        "key_file",
        `${path}: wanted at most ${FILE_BYTES_MAX} bytes; came ${stats.size}; restore it`,
      );
    }
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

/** All of a file or what stood there before, whenever the machine stops. */
export function writeOwn(folder: string, path: string, text: string | Uint8Array, mode = FILE_MODE): void {
  const aside = `${path}.${randomBytes(8).toString("hex")}.tmp`;
  const file = openSync(aside, "wx", mode);
  try {
    try {
      writeAll(file, typeof text === "string" ? Buffer.from(text) : text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(aside, path);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
  syncFolder(folder);
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** Sees that the names in a folder are on the disk. */
export function syncFolder(folder: string): void {
  // Windows cannot open a folder.
  if (!HAS_MODES) return;
  const opened = openSync(folder, "r");
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

/** Zeros over a secret, and then no file. What copies the disk keeps is out of reach here. */
function destroy(folder: string, path: string): void {
  let file: number;
  try {
    file = openSync(path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return;
    if (code !== "ELOOP") throw error;
    unlinkSync(path);
    return;
  }
  try {
    const stats = fstatSync(file);
    if (stats.isFile()) {
      writeAll(file, new Uint8Array(Math.min(stats.size, FILE_BYTES_MAX)));
      fsyncSync(file);
    }
  } finally {
    closeSync(file);
  }
  unlinkSync(path);
  syncFolder(folder);
}
