/**
 * Burns in a folder: one file for each, which only one process can create. It is on the disk, and its name too, before the
 * answer is given. Beside it `.done` once its outcome is logged, a lock for each process that uses the folder, so that
 * another one can tell which burns were left by a process that is gone, and `forgotten`, the latest end of a burn that was
 * swept.
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
import type { Burn, BurnAnswer, BurnStore } from "../gateway/burns.ts";
import { nameOf } from "../gateway/burns.ts";
import { shown } from "../src/errors.ts";
import { hex, sha256 } from "../src/sha256.ts";
import { readOwn, syncFolder, writeOwn } from "./key-folder.ts";
import { FileLock, LockError } from "./lock.ts";

const BURN = /^([0-9a-f]{64})\.burn$/;
const WRITER = /^[0-9a-f]{16}$/;
const FORGOTTEN = "forgotten";
const FORGOTTEN_TEXT = /^\d{1,16}\n$/;
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
/** A burn that a full disk or a crash left unreadable is kept for as long as any token can live. */
const UNREADABLE_MS = 24 * 60 * 60 * 1000;

/** What a file says: the burn, and which process made it. */
interface KeptBurn extends Burn {
  readonly writer: string;
}

interface BurnFile {
  readonly file: string;
  readonly isDone: boolean;
}

/** Opens a folder of burns, and makes it when there is none. Several processes may share it. */
export class BurnFolder implements BurnStore {
  readonly path: string;
  readonly #writer = randomBytes(8).toString("hex");
  readonly #lock: FileLock;
  /** Locks of processes that are gone, held while their burns get an outcome. */
  readonly #taken = new Map<string, FileLock>();
  /** Their burns that were given out, by file, and whose they are. */
  readonly #given = new Map<string, string>();
  #isClosed = false;

  /** @throws Node's errors when the folder cannot be made or written. */
  constructor(path: string) {
    this.path = resolve(path);
    mkdirSync(this.path, { recursive: true, mode: FOLDER_MODE });
    this.#lock = new FileLock(join(this.path, this.#writer));
  }

  burn(burn: Burn): BurnAnswer {
    this.#needOpen();
    const file = this.#file(burn);
    let opened: number;
    try {
      opened = openSync(file, "wx", FILE_MODE);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return "before";
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
    // Asked behind the file: whoever swept one of this name has said so before.
    if (burn.exp_ms > this.#forgottenMs()) return "burnt";
    rmSync(file);
    return "forgotten";
  }

  settle(burn: Burn): void {
    this.#needOpen();
    const file = this.#file(burn);
    closeSync(openSync(doneOf(file), "w", FILE_MODE));
    syncFolder(this.path);
    const writer = this.#given.get(file);
    this.#given.delete(file);
    if (writer !== undefined) this.#release(writer);
  }

  left(audience: string): readonly Burn[] {
    this.#needOpen();
    const left: Burn[] = [];
    for (const { file, isDone } of this.#burns()) {
      const kept = isDone ? undefined : this.#read(file);
      if (kept === undefined || kept.aud !== audience) continue;
      const { writer, ...burn } = kept;
      if (writer === this.#writer || !this.#isGone(writer)) continue;
      this.#given.set(file, writer);
      left.push(burn);
    }
    return left;
  }

  sweep(beforeMs: number): void {
    this.#needOpen();
    let lock: FileLock;
    try {
      lock = new FileLock(join(this.path, FORGOTTEN));
    } catch (error) {
      // Somebody else sweeps.
      if (error instanceof LockError) return;
      throw error;
    }
    try {
      const ended = this.#burns().filter((burn) => this.#hasEnded(burn, beforeMs));
      this.#forget(ended.map(({ file }) => this.#read(file)?.exp_ms ?? 0));
      for (const { file } of ended) {
        // The burn first: a mark without a burn says nothing.
        rmSync(file, { force: true });
        rmSync(doneOf(file), { force: true });
      }
    } finally {
      lock.release();
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

  #hasEnded({ file, isDone }: BurnFile, beforeMs: number): boolean {
    const burn = this.#read(file);
    // Without an outcome it is evidence that something may have run.
    if (burn !== undefined) return isDone && burn.exp_ms < beforeMs;
    const writtenMs = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return writtenMs + UNREADABLE_MS < beforeMs;
  }

  /** Says, before they go, that burns of these ends are forgotten. It is on the disk behind this, and never gets less. */
  #forget(ends: readonly number[]): void {
    const end = Math.max(...ends, 0);
    if (end > this.#forgottenMs()) writeOwn(this.path, join(this.path, FORGOTTEN), `${end}\n`);
  }

  #forgottenMs(): number {
    const path = join(this.path, FORGOTTEN);
    const text = readOwn(path);
    if (text === undefined) return 0;
    if (FORGOTTEN_TEXT.test(text)) return Number(text);
    throw new Error(`${path}: wanted a time in milliseconds, came ${shown(text)}`);
  }

  #file(burn: Pick<Burn, "iss" | "jti">): string {
    return join(this.path, `${hex(sha256(new TextEncoder().encode(nameOf(burn))))}.burn`);
  }

  #burns(): readonly BurnFile[] {
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
    const texts = [burn?.iss, burn?.jti, burn?.aud, burn?.record, burn?.writer];
    const isWhole = texts.every((text) => typeof text === "string") && Number.isSafeInteger(burn.exp_ms);
    return isWhole && WRITER.test(`${burn.writer}`) ? (burn as KeptBurn) : undefined;
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

  /** Lets go of a process that is gone once each burn of it that was given out has an outcome. */
  #release(writer: string): void {
    if ([...this.#given.values()].includes(writer)) return;
    this.#taken.get(writer)?.release();
    this.#taken.delete(writer);
  }
}

function doneOf(file: string): string {
  return file.replace(/\.burn$/, ".done");
}
