/**
 * One writer at a time for a file: beside it stands `FILE.lock` with who writes: the number of the process, the name of its
 * host, the start of the system that gave the number out, and, where the system says it, the start of the process.
 */

import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { threadId } from "node:worker_threads";

/** Locks that this thread holds. Other threads, and another copy of this module, have their own. */
const held = new Set<string>();
/** A process that ended without a word leaves its lock, and others may take it away at the same time. */
const TRIES_MAX = 3;

/** Who holds a lock. Locks of older versions have the number alone. */
interface Owner {
  readonly pid: number;
  readonly place?: Place;
}

/** Where the number of a process means that process. */
interface Place {
  readonly host: string;
  readonly boot: string;
  /** When the process started, in ticks since the start of the system: whoever has its number later started later. */
  readonly start?: string;
}

const OWNER = /^([1-9]\d{0,9})(?: (\S+) (\S+)(?: (\d+))?)?\n$/;
/** Stands for a name that the system does not say. */
const UNSAID = "-";
const BOOT_ID = "/proc/sys/kernel/random/boot_id";

/** Somebody else has the file. */
export class LockError extends Error {
  override readonly name = "LockError";
  readonly code = "locked";
}

export class FileLock {
  readonly #path: string;

  /** @throws LockError when somebody else has the file; Node's errors when the lock cannot be read or written. */
  constructor(file: string) {
    this.#path = resolve(`${file}.lock`);
    const here: Place = { host: word(hostname()), boot: word(bootId()) };
    const start = startOf(process.pid);
    const own = `${process.pid} ${here.host} ${here.boot}${start === undefined ? "" : ` ${start}`}\n`;
    for (let tries = 0; !this.#put(own); tries++) {
      const text = this.#read(this.#path);
      if (text === undefined) continue;
      const owner = ownerOf(text);
      if (tries === TRIES_MAX || owner === undefined || !this.#isLeft(here, owner))
        throw new LockError(
          `${shown(owner, here)} has it open, and it has one writer; if that is no longer so, remove ${this.#path}`,
        );
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

  /** Whether the process that wrote it is gone. Numbers of another host, a container among them, say nothing here. */
  #isLeft(here: Place, { pid, place = here }: Owner): boolean {
    if (place.host !== here.host) return false;
    // Whatever ran before this host was started is gone.
    if (place.boot !== here.boot) return true;
    const now = startOf(pid);
    if (place.start !== undefined && now !== undefined) return now !== place.start;
    // Another thread's, where nothing tells when the process started; else one of a version that did not write it.
    if (pid === process.pid) return now !== undefined && !held.has(this.#path);
    try {
      process.kill(pid, 0);
      return false;
    } catch (error) {
      // One that may not be asked is there.
      return codeOf(error) === "ESRCH";
    }
  }

  /** Takes a lock that was left away, and puts it back if it has become somebody's in between. */
  #clear(text: string): void {
    const aside = `${this.#path}.${process.pid}.${threadId}`;
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

/** Undefined without a whole line: somebody may be about to write it. */
function ownerOf(text: string): Owner | undefined {
  const [, pid, host, boot, start] = OWNER.exec(text) ?? [];
  if (pid === undefined) return undefined;
  if (host === undefined || boot === undefined) return { pid: Number(pid) };
  return { pid: Number(pid), place: { host, boot, ...(start === undefined ? {} : { start }) } };
}

function shown(owner: Owner | undefined, here: Place): string {
  if (owner === undefined) return "somebody";
  const { pid, place = here } = owner;
  return place.host === here.host ? `process ${pid}` : `process ${pid} on ${place.host}`;
}

/** Another one after each start of the system. */
function bootId(): string {
  try {
    return readFileSync(BOOT_ID, "utf8");
  } catch {
    return "";
  }
}

/** The start of a running process, the same for all its threads; undefined where the system does not say it. */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name of the program, in parentheses, may hold anything.
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

function word(text: string): string {
  return text.trim().replace(/\s/g, "_") || UNSAID;
}

function codeOf(error: unknown): unknown {
  return (error as NodeJS.ErrnoException).code;
}
