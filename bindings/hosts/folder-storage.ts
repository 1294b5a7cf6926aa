/** A folder as the storage of a log. Writes go where the log says they go, or fail. */

import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Storage, StorageReader } from "../evidence/storage.ts";

/** Reads what lies in a folder: regular files alone. Anything else is listed too, so that a reader can refuse it. */
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
      else names.push(name);
    }
  }

  async size(name: string): Promise<number> {
    try {
      return (await stat(join(this.folder, name))).size;
    } catch (error) {
      if (isAbsent(error)) return 0;
      throw error;
    }
  }

  async read(name: string, at: number, length: number): Promise<Uint8Array> {
    const file = await open(join(this.folder, name), "r");
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
    const file = await this.#opened(name);
    const { size, nlink } = await file.handle.stat();
    if (nlink === 0) throw new Error(`${name}: the file was removed`);
    if (size !== at)
      throw new Error(`${name}: wanted ${at} bytes, found ${size}: somebody else writes to it`);
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await file.handle.write(bytes, done, bytes.length - done, at + done);
      if (bytesWritten === 0) throw new Error(`${name}: nothing more could be written`);
      done += bytesWritten;
    }
  }

  async sync(name: string): Promise<void> {
    const file = await this.#opened(name);
    await file.handle.datasync();
    if (!file.isNew) return;
    await syncFolder(dirname(join(this.folder, name)));
    file.isNew = false;
  }

  async cut(name: string, size: number): Promise<void> {
    const file = await this.#opened(name);
    await file.handle.truncate(size);
    await file.handle.sync();
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    const path = join(this.folder, name);
    await makeFolders(this.folder, dirname(path));
    // Outside of what the log lists: a crash may leave it.
    const aside = `${this.folder}.${process.pid}.${parts++}.part`;
    const file = await open(aside, "w", FILE_MODE);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    try {
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
    const path = join(this.folder, name);
    await makeFolders(this.folder, dirname(path));
    const isNew = (await this.size(name)) === 0;
    const handle = await open(path, APPEND, FILE_MODE);
    const file = { handle, isNew };
    this.#open.set(name, file);
    return file;
  }
}

/** Read and write, made when it is not there, and never emptied. */
const APPEND: number = constants.O_RDWR | constants.O_CREAT;
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

function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}
