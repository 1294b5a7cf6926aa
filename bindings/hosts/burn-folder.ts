/**
 * Burns in a folder: one file for each, which only one process can create. It is on the disk, and its name too, before the
 * answer is given. Beside it `.done` once its outcome is logged, and a lock for each process that uses the folder, so that
 * another one can tell which burns were left by a process that is gone.
 */

import { randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join, resolve } from "node:path";
import type { Burn, BurnStore } from "../gateway/burns.ts";
import { nameOf } from "../gateway/burns.ts";
import { hex, sha256 } from "../src/sha256.ts";
import { syncFolder } from "./key-folder.ts";
import { FileLock, LockError } from "./lock.ts";

const BURN = /^([0-9a-f]{64})\.burn$/;
const WRITER = /^[0-9a-f]{16}$/;
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
/** A burn that a full disk or a crash left unreadable is kept for as long as any token can live. */
const UNREADABLE_MS = 24 * 60 * 60 * 1000;

/** What a file says: the burn, and which process made it. */
interface KeptBurn extends Burn {
  readonly writer: string;
}

/** Opens a folder of burns, and makes it when there is none. Several processes may share it. */
export class BurnFolder implements BurnStore {
  readonly path: string;
  readonly #writer = randomBytes(8).toString("hex");
  readonly #lock: FileLock;
  /** Locks of processes that are gone, held while their burns get an outcome. */
  readonly #taken = new Map<string, FileLock>();
  #isClosed = false;

  /** @throws Node's errors when the folder cannot be made or written. */
  constructor(path: string) {
    this.path = resolve(path);
    mkdirSync(this.path, { recursive: true, mode: FOLDER_MODE });
    this.#lock = new FileLock(join(this.path, this.#writer));
  }

  burn(burn: Burn): boolean {
    this.#needOpen();
    const file = this.#file(burn);
    let opened: number;
    try {
      opened = openSync(file, "wx", FILE_MODE);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw error;
    }
    try {
      const kept: KeptBurn = { ...burn, writer: this.#writer };
      const bytes = Buffer.from(`${JSON.stringify(kept)}\n`);
      // What was begun stays: half a burn is one.
      for (let at = 0; at < bytes.length; ) at += writeSync(opened, bytes, at);
      fsyncSync(opened);
    } finally {
      closeSync(opened);
    }
    syncFolder(this.path);
    return true;
  }

  settle(burn: Burn): void {
    this.#needOpen();
    const done = doneOf(this.#file(burn));
    closeSync(openSync(done, "w", FILE_MODE));
    syncFolder(this.path);
    const kept = this.#read(this.#file(burn));
    if (kept !== undefined && this.#taken.has(kept.writer)) this.#release(kept.writer);
  }

  left(): readonly Burn[] {
    this.#needOpen();
    const left = this.#burns()
      .filter(({ isDone }) => !isDone)
      .flatMap(({ file }) => this.#read(file) ?? [])
      .filter(({ writer }) => writer !== this.#writer && this.#isGone(writer));
    return left.map(({ writer: _, ...burn }) => burn);
  }

  sweep(beforeMs: number): void {
    this.#needOpen();
    for (const { file, isDone } of this.#burns()) {
      const burn = this.#read(file);
      const written = (): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
      const end = burn === undefined ? written() + UNREADABLE_MS : burn.exp_ms;
      // Without an outcome it is evidence that something may have run.
      if (end >= beforeMs || (burn !== undefined && !isDone)) continue;
      // The burn first: a mark without a burn says nothing.
      rmSync(file, { force: true });
      rmSync(doneOf(file), { force: true });
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const writer of [...this.#taken.keys()]) this.#taken.get(writer)?.release();
    this.#lock.release();
  }

  #needOpen(): void {
    if (this.#isClosed) throw new Error("the burn folder is closed");
  }

  #file(burn: Pick<Burn, "iss" | "jti">): string {
    return join(this.path, `${hex(sha256(new TextEncoder().encode(nameOf(burn))))}.burn`);
  }

  #burns(): readonly { readonly file: string; readonly isDone: boolean }[] {
    const names = new Set(readdirSync(this.path));
    return [...names]
      .filter((name) => BURN.test(name))
      .map((name) => ({ file: join(this.path, name), isDone: names.has(doneOf(name)) }));
  }

  /** Undefined for half a burn: its process never came to run anything. */
  #read(file: string): KeptBurn | undefined {
    let burn: Partial<KeptBurn>;
    try {
      burn = JSON.parse(readFileSync(file, "utf8")) as Partial<KeptBurn>;
    } catch {
      return undefined;
    }
    return typeof burn?.jti === "string" && WRITER.test(`${burn.writer}`) ? (burn as KeptBurn) : undefined;
  }

  /** Whether nobody holds the lock of a process; it is then held here, so that one process alone gives outcomes. */
  #isGone(writer: string): boolean {
    if (this.#taken.has(writer)) return true;
    try {
      this.#taken.set(writer, new FileLock(join(this.path, writer)));
      return true;
    } catch (error) {
      if (error instanceof LockError) return false;
      throw error;
    }
  }

  /** Lets go of a process that is gone once none of its burns is without an outcome. */
  #release(writer: string): void {
    const isLeft = this.#burns().some(({ file, isDone }) => !isDone && this.#read(file)?.writer === writer);
    if (isLeft) return;
    this.#taken.get(writer)?.release();
    this.#taken.delete(writer);
  }
}

function doneOf(file: string): string {
  return file.replace(/\.burn$/, ".done");
}
