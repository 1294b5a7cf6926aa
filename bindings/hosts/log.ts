/**
 * A log in one file: a line of JSON a decision, appended and never changed. docs/memory.md has the line. Behind the
 * interface `Log`, so that another log can take its place.
 */

import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { talliesOf } from "../memory/fold.ts";
import {
  LogFault,
  Replay,
  type ReplayedCell,
  type ReplayedEntry,
  rebuilt,
  refill,
} from "../memory/replay.ts";
import {
  type Freeze,
  type LastKnown,
  type Log,
  type LogEntry,
  type LoggedCell,
  type Store,
  type StoredCell,
  sameBytes,
} from "../src/memory.ts";
import { FileLock } from "./lock.ts";

export interface JsonLinesLogOptions {
  /**
   * `strict`: each record is on the disk before its answer is given. `batched`: at the latest after 100 records and when
   * the log is closed; a machine that stops may lose the last ones. Default `strict`.
   */
  readonly durability?: "strict" | "batched";
}

const BATCH_RECORDS = 100;
/** A record takes at most 32 KiB, and its histories less than that. */
const LINE_BYTES_MAX = 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;
const LINE_FEED = 0x0a;
const ZEROS = new Uint8Array(32);

/**
 * One writer's log. While it is open, a file beside it (`FILE.lock`) keeps others out; if somebody appends to the file all
 * the same, that is noticed, and the log then refuses to go on.
 */
export class JsonLinesLog implements Log {
  readonly durability: "strict" | "batched";
  /** Bytes of a line without an end that were cut off when the file was opened: a crash had left it half written. */
  readonly cutBytes: number;
  readonly #file: number;
  readonly #lock: FileLock;
  readonly #replay = new Replay();
  #bytes = 0;
  #records = 0;
  #unsynced = 0;
  #fault: Error | undefined;
  #isClosed = false;

  /**
   * Opens a log and reads all of it; a file that is not there begins one.
   * @throws LogFault when the log does not add up; Error when another process has it open; Node's errors when the file
   * cannot be read or written.
   */
  constructor(file: string, options: JsonLinesLogOptions = {}) {
    this.durability = options.durability ?? "strict";
    this.#lock = new FileLock(file);
    let opened: number | undefined;
    try {
      opened = openSync(file, "a+");
      this.#file = opened;
      this.cutBytes = this.#readAll();
      if (this.cutBytes > 0) ftruncateSync(this.#file, this.#bytes);
    } catch (error) {
      if (opened !== undefined) closeSync(opened);
      this.#lock.release();
      throw error;
    }
  }

  /** Follows what stands in the file, and returns the bytes of a last line without an end. */
  #readAll(): number {
    let cut = 0;
    for (const entry of entriesOf(this.#file, (bytes) => {
      cut = bytes;
    })) {
      this.#replay.add(entry);
      this.#records++;
    }
    this.#bytes = fstatSync(this.#file).size - cut;
    return cut;
  }

  /** Records in the log. */
  get size(): number {
    return this.#records;
  }

  last(id: Uint8Array): LastKnown | undefined {
    return this.#replay.last(id);
  }

  frozen(): readonly Freeze[] {
    return this.#replay.frozen;
  }

  rebuild(id: Uint8Array): StoredCell | undefined {
    return rebuilt(
      id,
      entriesOf(this.#file, () => {}),
    );
  }

  append({ record, cells }: LogEntry): void {
    // What stands in the file behind a write that failed is not known any more.
    if (this.#fault !== undefined) throw this.#fault;
    const entry: ReplayedEntry = {
      seq: this.#records,
      record,
      cells: cells.map((cell) => this.#replayed(cell)),
    };
    const line = Buffer.from(lineOf(entry));
    try {
      this.#needSize(this.#bytes);
      writeAll(this.#file, line);
      this.#needSize(this.#bytes + line.length);
      this.#unsynced++;
      if (this.durability === "strict" || this.#unsynced >= BATCH_RECORDS) this.#sync();
    } catch (error) {
      this.#fault = error as Error;
      throw error;
    }
    this.#bytes += line.length;
    this.#records++;
    this.#replay.trust(entry);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#unsynced > 0 && this.#fault === undefined) this.#sync();
    // The number of the file may be given to another one now.
    this.#fault ??= new LogFault(this.#records, "the log is closed");
    closeSync(this.#file);
    this.#lock.release();
  }

  #replayed({ id, before, version, bytes }: LoggedCell): ReplayedCell {
    const known = this.#replay.last(id)?.digest ?? ZEROS;
    return { version, tallies: bytes === undefined ? [] : talliesOf(bytes), gap: !sameBytes(known, before) };
  }

  #sync(): void {
    fdatasyncSync(this.#file);
    this.#unsynced = 0;
  }

  #needSize(bytes: number): void {
    const { size, nlink } = fstatSync(this.#file);
    if (nlink === 0) throw new LogFault(this.#records, "the file of the log was removed");
    if (size !== bytes)
      throw new LogFault(this.#records, "somebody else writes to the log; it has one writer");
  }
}

/**
 * The records of a log file, one after the other.
 * @param cut told how many bytes of a last line without an end were left out, if there are any.
 * @throws LogFault when a line is not one of a log; Node's errors when the file cannot be read.
 */
export function* readLog(file: string, cut: (bytes: number) => void = () => {}): Generator<ReplayedEntry> {
  const opened = openSync(file, "r");
  try {
    yield* entriesOf(opened, cut);
  } finally {
    closeSync(opened);
  }
}

/**
 * Fills an empty store from a log file, for a store that does not outlive its process.
 * @throws LogFault when the log has not all events of a history; Node's errors when the file cannot be read.
 */
export async function fillStore(store: Store, file: string): Promise<void> {
  for (const entry of readLog(file)) await refill(store, entry);
}

function* entriesOf(file: number, cut: (bytes: number) => void): Generator<ReplayedEntry> {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let held: Buffer = Buffer.alloc(0);
  let seq = 0;
  let at = 0;
  for (;;) {
    const bytes = readSync(file, chunk, 0, CHUNK_BYTES, at);
    if (bytes === 0) break;
    at += bytes;
    held = Buffer.concat([held, chunk.subarray(0, bytes)]);
    let start = 0;
    for (let end = held.indexOf(LINE_FEED); end >= 0; end = held.indexOf(LINE_FEED, start)) {
      yield entryOf(held.subarray(start, end), seq++);
      start = end + 1;
    }
    held = held.subarray(start);
    if (held.length > LINE_BYTES_MAX) throw new LogFault(seq, `its line has over ${LINE_BYTES_MAX} bytes`);
  }
  if (held.length > 0) cut(held.length);
}

/** The order of the members is part of the format: the same decisions give the same file. */
function lineOf({ seq, record, cells }: ReplayedEntry): string {
  const histories = cells.map(({ version, tallies, gap }) => ({
    version,
    ...(tallies.length === 0 ? {} : { tallies: tallies.map(tallyText) }),
    ...(gap ? { gap } : {}),
  }));
  const members = { seq, record: Buffer.from(record).toString("base64url") };
  return `${JSON.stringify(cells.length === 0 ? members : { ...members, cells: histories })}\n`;
}

function tallyText(number: bigint): string {
  return number.toString(16).padStart(16, "0");
}

function entryOf(line: Buffer, seq: number): ReplayedEntry {
  const members = membersOf(line);
  if (members === undefined) throw new LogFault(seq, "its line is not one of a log");
  const entry: ReplayedEntry = {
    seq: members.seq,
    record: new Uint8Array(Buffer.from(members.record, "base64url")),
    cells: members.cells.map(({ version, tallies, gap }) => ({
      version,
      tallies: tallies.map((number) => BigInt(`0x${number}`)),
      gap,
    })),
  };
  // One way to write a line, so that nothing stands in it that nobody reads.
  if (lineOf(entry) !== `${line.toString("utf8")}\n`) throw new LogFault(seq, "its line is not one of a log");
  if (entry.seq !== seq) throw new LogFault(seq, `its line has the number ${entry.seq}`);
  return entry;
}

interface LineMembers {
  readonly seq: number;
  readonly record: string;
  readonly cells: readonly {
    readonly version: number;
    readonly tallies: readonly string[];
    readonly gap: boolean;
  }[];
}

function membersOf(line: Buffer): LineMembers | undefined {
  let value: Partial<Record<string, unknown>>;
  try {
    value = JSON.parse(line.toString("utf8")) as Partial<Record<string, unknown>>;
  } catch {
    return undefined;
  }
  const { seq, record, cells = [] } = value ?? {};
  if (typeof seq !== "number" || typeof record !== "string" || !Array.isArray(cells)) return undefined;
  const read = cells.map((cell: Partial<Record<string, unknown>> | null) => {
    const { version, tallies = [], gap = false } = cell ?? {};
    return { version, tallies, gap } as LineMembers["cells"][number];
  });
  const isRight = read.every(
    ({ version, tallies }) =>
      Number.isSafeInteger(version) &&
      version >= 0 &&
      Array.isArray(tallies) &&
      tallies.every((number: unknown) => typeof number === "string" && /^[0-9a-f]{16}$/.test(number)),
  );
  return isRight ? { seq, record, cells: read } : undefined;
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
