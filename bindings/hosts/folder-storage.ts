/** A folder as the storage of a log. Writes go where the log says they go, or fail. */

import { constants, fstatSync, type Stats, writeSync } from "node:fs";
import { type FileHandle, lstat, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { EvidenceError } from "../evidence/errors.ts";
import type { Storage, StorageReader } from "../evidence/storage.ts";

/**
 * Reads what lies in a folder: regular files alone. Anything else (a link, a pipe, a device) is listed with a `/` behind its
 * name, so that a reader can refuse it, and is never opened: a link leads elsewhere, and a pipe has no end.
 */
export class FolderReader implements StorageReader {
  protected readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async list(): Promise<readonly string[]> {
    const names: string[] = [];
    await this.#listIn("", names);
    return names.sort();
  }

  async #listIn(under: string, names: string[]): Promise<void> {
    for (const entry of await readdir(join(this.folder, under), { withFileTypes: true })) {
      const name = under === "" ? entry.name : `${under}/${entry.name}`;
      if (entry.isDirectory()) await this.#listIn(name, names);
      else names.push(entry.isFile() ? name : `${name}/`);
    }
  }

  async size(name: string): Promise<number> {
    return (await this.#stat(name))?.size ?? 0;
  }

  async read(name: string, at: number, length: number): Promise<Uint8Array> {
    const file = await this.open(name, constants.O_RDONLY);
    try {
      const bytes = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await file.read(bytes, filled, length - filled, at + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return bytes.subarray(0, filled);
    } finally {
      await file.close();
    }
  }

  /** @throws EvidenceError `file_foreign` when it is no regular file, or becomes none on the way. */
  protected async open(name: string, flags: number): Promise<FileHandle> {
    await this.#stat(name);
    let file: FileHandle;
    try {
      file = await open(join(this.folder, name), flags | AS_IT_IS, FILE_MODE);
    } catch (error) {
      if (IRREGULAR.has(codeOf(error))) throw foreign(name);
      throw error;
    }
    try {
      if (!(await file.stat()).isFile()) throw foreign(name);
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Of a regular file in folders that are no links; undefined where there is nothing. */
  async #stat(name: string): Promise<Stats | undefined> {
    try {
      for (let at = name.indexOf("/"); at !== -1; at = name.indexOf("/", at + 1)) {
        const folder = name.slice(0, at);
        if (!(await lstat(join(this.folder, folder))).isDirectory()) throw foreign(folder);
      }
      const found = await lstat(join(this.folder, name));
      if (!found.isFile()) throw foreign(name);
      return found;
    } catch (error) {
      if (codeOf(error) === "ENOENT") return undefined;
      throw error;
    }
  }
}

/** Of this process: files that are on their way to their names. */
let parts = 0;

interface OpenFile {
  readonly handle: FileHandle;
  /** Its name is not known to be on the disk yet. */
  isNew: boolean;
}

export class FolderStorage extends FolderReader implements Storage {
  readonly #open = new Map<string, OpenFile>();

  override async list(): Promise<readonly string[]> {
    await makeFolders(dirname(this.folder), this.folder);
    const names = await super.list();
    // A process before this one may have ended between a name and its sync.
    const folders = new Set(names.map((name) => dirname(join(this.folder, name))));
    for (const folder of [...folders, this.folder, dirname(this.folder)]) await syncFolder(folder);
    return names;
  }

  async append(name: string, at: number, bytes: Uint8Array): Promise<void> {
    const { fd } = (await this.#opened(name)).handle;
    // At once: these go to the memory of the system, and a turn in the pool of threads takes longer than they do.
    needSize(name, fstatSync(fd), at);
    for (let done = 0; done < bytes.length; ) {
      const written = writeSync(fd, bytes, done, bytes.length - done, null);
      if (written === 0) throw new EvidenceError("storage", `${name}: nothing more could be written`);
      done += written;
    }
    // Somebody else may have looked at the size at the same time. Both stand there then, and at most one is answered.
    needSize(name, fstatSync(fd), at + bytes.length);
  }

  async sync(name: string): Promise<void> {
    const file = await this.#opened(name);
    await file.handle.datasync();
    if (!file.isNew) return;
    await syncFolder(dirname(join(this.folder, name)));
    file.isNew = false;
  }

  async cut(name: string, size: number): Promise<void> {
    // Windows does not cut what was opened to append.
    const file = await this.open(name, constants.O_RDWR);
    try {
      await file.truncate(size);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async replace(name: string, at: number, bytes: Uint8Array): Promise<void> {
    const file = await this.open(name, constants.O_RDWR);
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
        if (bytesWritten === 0) throw new EvidenceError("storage", `${name}: nothing more could be written`);
        done += bytesWritten;
      }
      // Only once they are there: what they say of the rest goes with it otherwise.
      await file.sync();
      await file.truncate(at + bytes.length);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    const path = join(this.folder, name);
    await makeFolders(this.folder, dirname(path));
    // Outside of what the log lists: a crash may leave it.
    const aside = `${this.folder}.${process.pid}.${parts++}.part`;
    try {
      const file = await open(aside, "w", FILE_MODE);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(aside, path);
    } catch (error) {
      await rm(aside, { force: true });
      throw error;
    }
    await syncFolder(dirname(path));
  }

  async close(): Promise<void> {
    const files = [...this.#open.values()];
    this.#open.clear();
    for (const { handle } of files) await handle.close();
  }

  async #opened(name: string): Promise<OpenFile> {
    const known = this.#open.get(name);
    if (known !== undefined) return known;
    await makeFolders(this.folder, dirname(join(this.folder, name)));
    const isNew = (await this.size(name)) === 0;
    const handle = await this.open(name, APPEND);
    const file = { handle, isNew };
    this.#open.set(name, file);
    return file;
  }
}

/** Read and write, made when it is not there, never emptied; and no write lands on what another one has written. */
const APPEND: number = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND;
/** Through no link, and without waiting for the other end of a pipe. Windows has neither flag. */
const AS_IT_IS: number = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
/** What opening says of a link, and of a socket or device. */
const IRREGULAR: ReadonlySet<unknown> = new Set(["ELOOP", "EMLINK", "ENXIO", "ENODEV"]);
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** Makes the folders down to `inner`, and sees that their names are on the disk. */
async function makeFolders(outer: string, inner: string): Promise<void> {
  const made = await mkdir(inner, { recursive: true, mode: FOLDER_MODE });
  if (made === undefined) return;
  for (let folder = inner; ; folder = dirname(folder)) {
    await syncFolder(dirname(folder));
    if (folder === made || folder === outer || folder === dirname(folder)) return;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function needSize(name: string, { size, nlink }: Stats, wanted: number): void {
  if (nlink === 0) throw new EvidenceError("storage", `${name}: the file was removed`);
  if (size !== wanted)
    throw new EvidenceError(
      "storage",
      `${name}: wanted ${wanted} bytes, found ${size}: somebody else writes to it`,
    );
}

function foreign(name: string): EvidenceError {
  return new EvidenceError("file_foreign", `${name}: wanted a regular file, came another kind; move it away`);
}

function codeOf(error: unknown): unknown {
  return (error as NodeJS.ErrnoException).code;
}
