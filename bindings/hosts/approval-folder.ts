/**
 * Approvals in a folder: a file each, `HANDLE.approval`, that only its owner can open. Written beside, synced and renamed,
 * under one lock for the folder, so that whoever stops in between leaves the old file or the new one, and two who decide at
 * once come one after the other.
 */

import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Awaitable } from "../keys/ed25519.ts";
import { KeyError } from "../keys/errors.ts";
import { ReviewError } from "../review/errors.ts";
import type { ApprovalStore, WriteApproval } from "../review/store.ts";
import { Turns } from "../src/turns.ts";
import { LEFT, needFolder, readOwnBytes, writeOwn } from "./key-folder.ts";
import { FileLock, LockError } from "./lock.ts";
import { defaultApprovalFolder } from "./own-paths.ts";

const FILE = /^([0-9a-f]{32})\.approval$/;
const FOLDER_MODE = 0o700;
const LOCK_MS_MAX = 10_000;
const LOCK_POLL_MS = 10;

export class ApprovalFolder implements ApprovalStore {
  readonly path: string;
  readonly #turns = new Turns();

  /**
   * @param path made by the first change when it is not there. Default: `~/.permit0/approvals` of the user who runs this.
   * @throws ReviewError `approval_store` when it is no folder, or others can look into it.
   */
  constructor(path: string = defaultApprovalFolder()) {
    this.path = resolve(path);
    this.#isThere();
  }

  handles(): readonly string[] {
    if (!this.#isThere()) return [];
    return readdirSync(this.path).flatMap((name) => FILE.exec(name)?.[1] ?? []);
  }

  read(handle: string): Uint8Array | undefined {
    const bytes = own(() => readOwnBytes(this.#file(handle)));
    return bytes === undefined ? undefined : new Uint8Array(bytes);
  }

  place(handle: string): string {
    return this.#file(handle);
  }

  change<T>(work: (write: WriteApproval) => Awaitable<T>): Awaitable<T> {
    return this.#turns.run(() => this.#locked(work));
  }

  async #locked<T>(work: (write: WriteApproval) => Awaitable<T>): Promise<T> {
    if (!this.#isThere()) {
      mkdirSync(this.path, { recursive: true, mode: FOLDER_MODE });
      own(() => needFolder(this.path));
    }
    const lock = await this.#lock();
    try {
      // A folder of such a name was not left by this.
      for (const entry of readdirSync(this.path, { withFileTypes: true }))
        if (LEFT.test(entry.name) && !entry.isDirectory())
          rmSync(join(this.path, entry.name), { force: true });
      return await work((handle, bytes) => {
        if (bytes === undefined) rmSync(this.#file(handle), { force: true });
        else own(() => writeOwn(this.path, this.#file(handle), bytes));
      });
    } finally {
      lock.release();
    }
  }

  /** Others hold it for milliseconds. */
  async #lock(): Promise<FileLock> {
    for (const endMs = performance.now() + LOCK_MS_MAX; ; ) {
      try {
        return new FileLock(join(this.path, "approvals"));
      } catch (error) {
        if (!(error instanceof LockError)) throw error;
        if (performance.now() > endMs)
          throw new ReviewError("approval_store", { path: error.message, cause: error });
      }
      await sleep(LOCK_POLL_MS * (1 + Math.random()));
    }
  }

  /** @throws ReviewError `approval_store` for one that is not ours alone. */
  #isThere(): boolean {
    if (!existsSync(this.path)) return false;
    own(() => needFolder(this.path));
    return true;
  }

  #file(handle: string): string {
    return join(this.path, `${handle}.approval`);
  }
}

/** Files that are not ours alone are refused in the words of keys, which say what to do. */
function own<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    throw new ReviewError("approval_store", { path: error.message, cause: error });
  }
}
