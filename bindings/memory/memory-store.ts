/**
 * Histories in the memory of one process, in a bounded number of bytes. The ones that nobody asked for longest make room,
 * and what made room is never taken for empty: a filter of its ids remembers that there was something. A history that says
 * what is frozen stays whatever happens.
 */

import { EngineError, shown } from "../src/errors.ts";
import { CELL_BYTES_MAX, CELLS_MAX } from "../src/gen/limits.ts";
import {
  emptyCell,
  FORGOTTEN,
  type Store,
  type StoredCell,
  type StoredChange,
  sameBytes,
} from "../src/memory.ts";
import { frozenIn } from "../src/note.ts";
import { isThenable, Turns } from "../src/turns.ts";

export interface MemoryStoreOptions {
  /** Room for histories, in bytes with what surrounds them. Default 64 MiB, at least 384 KiB. */
  readonly bytesMax?: number;
  /** Room for what is known of those that made room; a power of two. Default 4 MiB, at least 1 KiB. */
  readonly filterBytes?: number;
}

/** What one history takes beside its own bytes: its key, its digest, its place in the map. */
const ENTRY_BYTES = 400;
/** The histories of one decision, and the one that stays. */
const BYTES_MIN = (CELLS_MAX + 1) * (CELL_BYTES_MAX + ENTRY_BYTES);
const MIB = 1024 * 1024;

export class MemoryStore implements Store {
  readonly #bytesMax: number;
  readonly #filterBytes: number;
  /** The one that was asked for last stands last. */
  readonly #cells = new Map<string, StoredCell>();
  readonly #turns = new Turns();
  #bytes = 0;
  #forgotten: IdFilter | undefined;

  /** @throws EngineError `option_type`. */
  constructor({ bytesMax = 64 * MIB, filterBytes = 4 * MIB }: MemoryStoreOptions = {}) {
    if (!(Number.isSafeInteger(bytesMax) && bytesMax >= BYTES_MIN))
      throw wrong("bytesMax", `a whole number from ${BYTES_MIN} on`, bytesMax);
    if (!(filterBytes >= 1024 && filterBytes <= 256 * MIB && Number.isInteger(Math.log2(filterBytes))))
      throw wrong("filterBytes", "a power of two from 1024 to 2^28", filterBytes);
    this.#bytesMax = bytesMax;
    this.#filterBytes = filterBytes;
  }

  /** Histories kept, and the bytes they take. */
  get size(): { readonly cells: number; readonly bytes: number } {
    return { cells: this.#cells.size, bytes: this.#bytes };
  }

  read(ids: readonly Uint8Array[]): readonly StoredCell[] {
    return ids.map((id) => {
      const key = keyOf(id);
      const cell = this.#cells.get(key);
      if (cell === undefined) return this.#absent(id);
      this.#cells.delete(key);
      this.#cells.set(key, cell);
      return cell;
    });
  }

  commit(changes: readonly StoredChange[], append: () => void | Promise<void>): boolean | Promise<boolean> {
    return this.#turns.run(() => {
      if (!changes.every((change) => this.#isStill(change))) return false;
      const appended = append();
      if (!isThenable(appended)) return this.#keep(changes);
      return Promise.resolve(appended).then(() => this.#keep(changes));
    });
  }

  close(): void {}

  #absent(id: Uint8Array): StoredCell {
    return this.#forgotten?.has(id) ? { ...emptyCell(id), bytes: FORGOTTEN } : emptyCell(id);
  }

  #isStill({ id, before }: StoredChange): boolean {
    const cell = this.#cells.get(keyOf(id)) ?? this.#absent(id);
    return cell.bytes !== FORGOTTEN && sameBytes(cell.digest, before);
  }

  #keep(changes: readonly StoredChange[]): true {
    for (const { next } of changes) {
      if (next === undefined) continue;
      const key = keyOf(next.id);
      this.#drop(key);
      this.#cells.set(key, next);
      this.#bytes += ENTRY_BYTES + next.bytes.length;
    }
    for (const [key, { id, bytes }] of this.#cells) {
      if (this.#bytes <= this.#bytesMax) break;
      if (frozenIn(bytes) > 0) continue;
      this.#forgotten ??= new IdFilter(this.#filterBytes);
      this.#forgotten.add(id);
      this.#drop(key);
    }
    return true;
  }

  #drop(key: string): void {
    const cell = this.#cells.get(key);
    if (cell === undefined) return;
    this.#bytes -= ENTRY_BYTES + cell.bytes.length;
    this.#cells.delete(key);
  }
}

/**
 * Says of every id that was added that it was, and of few others. Ids are digests under a secret: their bits are as good
 * as any hash, and nobody can choose them. Nothing is ever taken out, because then an added id could look new.
 */
class IdFilter {
  readonly #words: Uint32Array;

  constructor(bytes: number) {
    this.#words = new Uint32Array(bytes / 4);
  }

  add(id: Uint8Array): void {
    for (const bit of this.#bits(id)) {
      const word = bit >>> 5;
      this.#words[word] = (this.#words[word] as number) | (1 << (bit & 31));
    }
  }

  has(id: Uint8Array): boolean {
    return this.#bits(id).every((bit) => (((this.#words[bit >>> 5] as number) >>> (bit & 31)) & 1) === 1);
  }

  #bits(id: Uint8Array): number[] {
    const view = new DataView(id.buffer, id.byteOffset, id.length);
    const mask = this.#words.length * 32 - 1;
    return [0, 4, 8, 12].map((at) => (view.getUint32(at) & mask) >>> 0);
  }
}

function keyOf(id: Uint8Array): string {
  return String.fromCharCode.apply(undefined, id as unknown as number[]);
}

function wrong(path: string, wanted: string, came: unknown): EngineError {
  return new EngineError("option_type", { path, wanted, came: shown(came) });
}
