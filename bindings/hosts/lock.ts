/** One writer at a time for a file: beside it stands `FILE.lock` with the number of the process that writes. */

import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";

/** Locks that this process holds. Its own number in another one was written by a process before it. */
const held = new Set<string>();
/** A process that ended without a word leaves its lock, and others may take it away at the same time. */
const TRIES_MAX = 3;

export class FileLock {
  readonly #path: string;

  /** @throws Error when somebody else has the file; Node's errors when the lock cannot be read or written. */
  constructor(file: string) {
    this.#path = resolve(`${file}.lock`);
    for (let tries = 0; !this.#put(`${process.pid}\n`); tries++) {
      const text = this.#read(this.#path);
      if (text === undefined) continue;
      if (tries === TRIES_MAX || !this.#isLeft(text)) {
        const owner = text.trim() === "" ? "somebody" : `process ${text.trim()}`;
        throw new Error(
          `${owner} has it open, and it has one writer; if that is no longer so, remove ${this.#path}`,
        );
      }
      this.#clear(text);
    }
    held.add(this.#path);
  }

  /** Once: what stands there afterwards is another one's. */
  release(): void {
    if (held.delete(this.#path)) rmSync(this.#path, { force: true });
  }

  /** Whether there was none yet. */
  #put(text: string): boolean {
    try {
      writeFileSync(this.#path, text, { flag: "wx" });
      return true;
    } catch (error) {
      if (codeOf(error) === "EEXIST") return false;
      throw error;
    }
  }

  #read(path: string): string | undefined {
    try {
      return readFileSync(path, "utf8");
    } catch (error) {
      if (codeOf(error) === "ENOENT") return undefined;
      throw error;
    }
  }

  /** Whether the process that wrote it is gone. Without a number somebody may be about to write it. */
  #isLeft(text: string): boolean {
    if (!/^[1-9]\d{0,9}\n$/.test(text)) return false;
    const owner = Number(text);
    if (owner === process.pid) return !held.has(this.#path);
    try {
      process.kill(owner, 0);
      return false;
    } catch (error) {
      // One that may not be asked is there.
      return codeOf(error) === "ESRCH";
    }
  }

  /** Takes a lock that was left away, and puts it back if it has become somebody's in between. */
  #clear(text: string): void {
    const aside = `${this.#path}.${process.pid}`;
    try {
      renameSync(this.#path, aside);
    } catch (error) {
      if (codeOf(error) === "ENOENT") return;
      throw error;
    }
    const taken = this.#read(aside);
    if (taken !== undefined && taken !== text) this.#put(taken);
    rmSync(aside, { force: true });
  }
}

function codeOf(error: unknown): unknown {
  return (error as NodeJS.ErrnoException).code;
}
