/** One shard as it lies in a storage: its files, and its entries in order. docs/format/log.md. */

import { decodeEntry, type Entry } from "./entry.ts";
import { EvidenceError, FileFault } from "./errors.ts";
import { binAt, FRAME_BYTES_MAX, FRAME_HEADER_BYTES, type FrameFault, frameAt } from "./frame.ts";
import type { StorageReader } from "./storage.ts";

export const SHARD_NAME: RegExp = /^[a-z0-9][a-z0-9-]{0,62}$/;
const SEGMENT_NAME = /^(\d{16})\.seg$/;
const CHUNK_BYTES = 1024 * 1024;

/** A segment is closed once it has this many bytes. */
export const SEGMENT_BYTES: number = 64 * 1024 * 1024;

/** Name of the segment that begins with an entry. */
export function segmentName(shard: string, seq: number): string {
  return `${shard}/${String(seq).padStart(16, "0")}.seg`;
}

export function checkpointsName(shard: string): string {
  return `${shard}/checkpoints`;
}

export function witnessedName(shard: string): string {
  return `${shard}/witnessed`;
}

/** Whether it is the name of an engine or image that is kept by its digest. */
export const ARTIFACT_NAME: RegExp = /^(?:engines\/([0-9a-f]{64})\.wasm|images\/([0-9a-f]{64})\.image)$/;

/** What lies in a storage, sorted into rooms. Names that a log does not have are `foreign`, and so is what is no file. */
export interface Inventory {
  readonly shards: ReadonlyMap<string, readonly string[]>;
  readonly artifacts: readonly string[];
  readonly foreign: readonly string[];
}

export function inventoryOf(names: readonly string[]): Inventory {
  const shards = new Map<string, string[]>();
  const artifacts: string[] = [];
  const foreign: string[] = [];
  for (const listed of names) {
    // With a `/` behind it: a link, a pipe, a device. It keeps its place in the shard, and reading it is refused.
    const isFile = !listed.endsWith("/");
    const name = isFile ? listed : listed.slice(0, -1);
    if (!isFile) foreign.push(`${name} (no regular file)`);
    const [shard = "", file = "", ...rest] = name.split("/");
    if (ARTIFACT_NAME.test(name)) {
      if (isFile) artifacts.push(name);
    } else if (rest.length === 0 && SHARD_NAME.test(shard) && isShardFile(file)) {
      const segments = shards.get(shard) ?? [];
      shards.set(shard, segments);
      if (SEGMENT_NAME.test(file)) segments.push(name);
    } else if (isFile) foreign.push(name);
  }
  for (const segments of shards.values()) segments.sort();
  return { shards, artifacts, foreign };
}

function isShardFile(file: string): boolean {
  return file === "checkpoints" || file === "witnessed" || SEGMENT_NAME.test(file);
}

/** An entry where it was found. Its bytes are good until the next batch. */
export interface FoundEntry {
  readonly seq: number;
  readonly file: string;
  /** Where its frame begins. */
  readonly at: number;
  readonly entry: Entry;
  readonly bytes: Uint8Array;
  /** The sealed payload behind it. */
  readonly sealed: Uint8Array | undefined;
}

/** Something in a file that does not add up, and where. */
export class ShardFault extends FileFault {
  readonly seq: number;

  constructor(code: string, file: string, at: number, seq: number, what: string) {
    super(code, file, at, `${file}, byte ${at}, entry ${seq}: ${what}`);
    this.seq = seq;
  }
}

/** Where reading can begin: before an entry, at the frame that it opens. */
export interface ShardPlace {
  readonly seq: number;
  readonly file: string;
  readonly at: number;
}

/** Where the entries of a shard end, and what stands behind them: bytes of a write that a crash cut short. */
export interface ShardEnd extends ShardPlace {
  readonly torn: number;
}

/**
 * Reads the entries of a shard, a batch at a time. Whether they follow each other is not looked at.
 * @param segments names of the shard's segments, ascending.
 * @throws ShardFault where a frame is damaged, a segment is missing, or something stands there that is no entry.
 */
export async function readShard(
  storage: StorageReader,
  segments: readonly string[],
  take: (batch: readonly FoundEntry[], behind: ShardPlace) => void | Promise<void>,
  start?: ShardPlace,
): Promise<ShardEnd> {
  let seq = start?.seq ?? 0;
  const first = start === undefined ? 0 : segments.indexOf(start.file);
  for (let number = first; number < segments.length; number++) {
    const file = segments[number] as string;
    const isLast = number === segments.length - 1;
    const from = number === first && start !== undefined ? start.at : 0;
    if (from === 0 && Number(SEGMENT_NAME.exec(file.slice(file.indexOf("/") + 1))?.[1]) !== seq)
      throw new ShardFault(
        "segment_missing",
        file,
        0,
        seq,
        `wanted the segment that begins with entry ${seq}`,
      );
    const size = await storage.size(file);
    const chunks = new Chunks(storage, file, from, size);
    for (;;) {
      await chunks.fill();
      const batch: FoundEntry[] = [];
      let fault: FrameFault | undefined;
      while (chunks.held > 0) {
        const found = frameAt(chunks.bytes, chunks.start, chunks.end);
        if (typeof found === "string") {
          // What is short may only be not read yet.
          if (found !== "short" || chunks.isWhole) fault = found;
          break;
        }
        seq += entriesIn(chunks, found.from, found.to, file, seq, batch);
        chunks.take(found.to);
      }
      if (batch.length > 0) await take(batch, { seq, file, at: chunks.at });
      if (fault === undefined) {
        if (chunks.isWhole && chunks.held === 0) break;
        continue;
      }
      const torn = size - chunks.at;
      if (isLast && (await isTorn(chunks, torn))) return { seq, file, at: chunks.at, torn };
      const what = isLast ? `${FAULTS[fault]}, ${BEHIND}` : FAULTS[fault];
      throw new ShardFault(`frame_${fault}`, file, chunks.at, seq, what);
    }
    if (size === 0 && !isLast) throw new ShardFault("segment_missing", file, 0, seq, "the segment is empty");
    if (isLast) return { seq, file, at: size, torn: 0 };
  }
  return { seq, file: "", at: 0, torn: 0 };
}

const FAULTS: Readonly<Record<FrameFault, string>> = {
  short: "the file ends inside a frame",
  length: "the length of the frame is none",
  checksum: "the bytes of the frame are not those of its checksum",
};

/** Behind a frame of the last segment that is none, and is not the end of one write. */
const BEHIND =
  "and more stands behind it than one write leaves: a power cut leaves that where records say durability batched or none, and so does whoever changes the file";

/**
 * Whether a write that a crash cut short would look like this. Its pages come to the disk in any order, so there is no
 * telling what it leaves; but nothing was written behind it, so that no whole frame stands there. What takes too much work
 * to tell was made to take it: no crash leaves it.
 */
async function isTorn(chunks: Chunks, bytes: number): Promise<boolean> {
  if (bytes > FRAME_BYTES_MAX + FRAME_HEADER_BYTES) return false;
  while (!chunks.isWhole) await chunks.fill();
  const work = { left: TORN_WORK_MAX };
  for (let at = chunks.start + 1; at < chunks.end && work.left >= 0; at++)
    if (beginsEntries(chunks.bytes, at, chunks.end, work)) return false;
  return work.left >= 0;
}

/** Bytes that may be looked at, over and over, to tell whether a tail is torn. A write of a log takes a fraction of it. */
const TORN_WORK_MAX = 64 * 1024 * 1024;
/** What a bin costs, whatever its length: its header is looked at, and what is in it is passed over. */
const BIN_WORK = 8;

/**
 * Whether a frame of entries stands there: its length, then its bins, then its checksum, for there are as many places as
 * bytes. Stops when no work is left.
 */
function beginsEntries(bytes: Uint8Array, at: number, end: number, work: { left: number }): boolean {
  const from = at + FRAME_HEADER_BYTES;
  if (from >= end) return false;
  const first = binAt(bytes, from, end);
  if (first === undefined || ((bytes[first.from] as number) & 0xf0) !== FIXMAP) return false;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
  const to = from + length;
  if (length > FRAME_BYTES_MAX || to > end) return false;
  for (let next = from; next < to; ) {
    work.left -= BIN_WORK;
    const bin = work.left < 0 ? undefined : binAt(bytes, next, to);
    if (bin === undefined) return false;
    next = bin.to;
  }
  work.left -= length;
  return work.left >= 0 && typeof frameAt(bytes, at, end) !== "string";
}

/** Type of a map of CMP/1 with few members: what each entry is. */
const FIXMAP = 0x80;

function entriesIn(
  { bytes, start, at }: Chunks,
  from: number,
  to: number,
  file: string,
  seq: number,
  batch: FoundEntry[],
): number {
  const fault = (code: string, place: number, what: string): ShardFault =>
    new ShardFault(code, file, at + place - start, seq + count, what);
  let count = 0;
  for (let next = from; next < to; count++) {
    const bin = binAt(bytes, next, to);
    if (bin === undefined) throw fault("frame_content", next, "wanted an entry");
    const content = bytes.subarray(bin.from, bin.to);
    let entry: Entry;
    try {
      entry = decodeEntry(content);
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error;
      throw fault(error.code, next, error.message);
    }
    next = bin.to;
    let sealed: Uint8Array | undefined;
    if (entry.note === undefined && entry.sealed !== undefined) {
      const behind = binAt(bytes, next, to);
      if (behind === undefined) throw fault("payload_lost", next, "wanted the payload of the entry");
      sealed = bytes.subarray(behind.from, behind.to);
      next = behind.to;
    }
    batch.push({ seq: seq + count, file, at, entry, bytes: content, sealed });
  }
  return count;
}

/** A window over a file that moves forward and always holds whole frames. */
class Chunks {
  readonly #storage: StorageReader;
  readonly #file: string;
  readonly #size: number;
  /** Of the file: where the bytes end that were read. */
  #read: number;
  bytes: Uint8Array = new Uint8Array(0);
  /** Of `bytes`: what is not taken yet. */
  start = 0;
  end = 0;

  constructor(storage: StorageReader, file: string, from: number, size: number) {
    this.#storage = storage;
    this.#file = file;
    this.#size = size;
    this.#read = from;
  }

  get held(): number {
    return this.end - this.start;
  }

  /** Of the file: where what is not taken begins. */
  get at(): number {
    return this.#read - this.held;
  }

  get isWhole(): boolean {
    return this.#read >= this.#size;
  }

  take(to: number): void {
    this.start = to;
  }

  async fill(): Promise<void> {
    if (this.isWhole) return;
    const wanted = Math.min(CHUNK_BYTES, this.#size - this.#read);
    const chunk = await this.#storage.read(this.#file, this.#read, wanted);
    if (chunk.length === 0)
      throw new EvidenceError("storage", `${this.#file}: it became shorter while it was read`);
    if (this.held === 0) this.bytes = chunk;
    else {
      const joined = new Uint8Array(this.held + chunk.length);
      joined.set(this.bytes.subarray(this.start, this.end));
      joined.set(chunk, this.held);
      this.bytes = joined;
    }
    this.end = this.held + chunk.length;
    this.start = 0;
    this.#read += chunk.length;
  }
}
