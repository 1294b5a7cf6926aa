/**
 * What a log says about histories: each record names the digest before and behind it and the events between, so that
 * every digest can be computed again, and every history, from the records alone.
 */

import { CodecError } from "../src/codec/errors.ts";
import { cellsOfRecord } from "../src/decision.ts";
import { emptyCell, type LastKnown, type Store, type StoredCell, sameBytes } from "../src/memory.ts";
import { hex } from "../src/sha256.ts";
import type { CellChange } from "../src/types.ts";
import { areTallies, digestAfter, fold } from "./fold.ts";

/** One record of a log, with what its log says beside it. */
export interface ReplayedEntry {
  readonly seq: number;
  readonly record: Uint8Array;
  /** One a history of the record, in its order. */
  readonly cells: readonly ReplayedCell[];
}

export interface ReplayedCell {
  /** Of the history behind the decision. */
  readonly version: number;
  /** What the masks of the appended events stand for; empty without events. */
  readonly tallies: readonly bigint[];
  /** Others had changed the history in between, through another log of the same store. */
  readonly gap: boolean;
}

/** A log that does not add up, and at which record. */
export class LogFault extends Error {
  override readonly name = "LogFault";
  readonly seq: number;

  constructor(seq: number, reason: string) {
    super(`record ${seq}: ${reason}`);
    this.seq = seq;
  }
}

/** A history and its digest behind the last record. */
export interface CellDigest {
  /** In hex. */
  readonly id: string;
  readonly digest: string;
}

/** Follows a log from record to record. */
export class Replay {
  readonly #last = new Map<string, LastKnown>();
  #gaps = 0;

  /** Histories that others had changed in between. */
  get gaps(): number {
    return this.#gaps;
  }

  last(id: Uint8Array): LastKnown | undefined {
    return this.#last.get(hex(id));
  }

  /**
   * Takes the next record: computes what it says of each history again.
   * @throws LogFault when it does not add up, or does not join what stands before it.
   */
  add(entry: ReplayedEntry): void {
    const changes = cellsIn(entry);
    for (const [at, change] of changes.entries()) this.#check(entry, change, entry.cells[at] as ReplayedCell);
    this.#take(entry, changes);
  }

  /** Takes the next record at its word. For the part of a log that was computed before. */
  trust(entry: ReplayedEntry): void {
    this.#take(entry, cellsIn(entry));
  }

  /** All histories of the records so far, by id. */
  digests(): CellDigest[] {
    return [...this.#last]
      .map(([id, { digest }]) => ({ id, digest: hex(digest) }))
      .sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  #check({ seq }: ReplayedEntry, change: CellChange, cell: ReplayedCell): void {
    const { id, before, after, events } = change;
    const known = this.last(id) ?? emptyCell(id);
    const name = `history ${hex(id).slice(0, 16)}`;
    if (!cell.gap && !sameBytes(known.digest, before))
      throw new LogFault(seq, `${name} was ${hex(known.digest)}, and the record begins at ${hex(before)}`);
    const found = digestAfter(id, before, events);
    if (!sameBytes(found, after))
      throw new LogFault(seq, `${name} becomes ${hex(found)}, and the record says ${hex(after)}`);
    if (events.length > 0 ? !areTallies(cell.tallies) : cell.tallies.length > 0)
      throw new LogFault(seq, `${name} has tallies that its events cannot count in`);
    const version = known.version + (events.length > 0 ? 1 : 0);
    if (!cell.gap && cell.version !== version)
      throw new LogFault(seq, `${name} has version ${version}, and the log says ${cell.version}`);
  }

  #take(entry: ReplayedEntry, changes: readonly CellChange[]): void {
    for (const [at, { id, after }] of changes.entries()) {
      const { version, gap } = entry.cells[at] as ReplayedCell;
      if (gap) this.#gaps++;
      this.#last.set(hex(id), { digest: after, version });
    }
  }
}

/**
 * Does to the histories of a store what a record says was done to them: all records of a log, in order, fill an empty
 * store as the decisions had filled theirs.
 * @throws LogFault when the store is not where the record begins.
 */
export async function refill(store: Store, entry: ReplayedEntry): Promise<void> {
  const changes = cellsIn(entry);
  const stored = await store.read(changes.map(({ id }) => id));
  const grown = changes.map((change, at) => ({
    id: change.id,
    before: change.before,
    version: stored[at]?.version ?? 0,
    next: grownCell(entry, at, change, stored[at] as StoredCell),
  }));
  if (grown.every(({ next }) => next === undefined)) return;
  if (!(await store.commit(grown, () => {})))
    throw new LogFault(entry.seq, "its histories are not in the store as it found them");
}

/** A history behind one more record, or undefined where nothing was appended. */
function grownCell(
  entry: ReplayedEntry,
  at: number,
  change: CellChange,
  cell: StoredCell,
): StoredCell | undefined {
  const { version, tallies } = entry.cells[at] as ReplayedCell;
  if (change.events.length === 0) return undefined;
  if (!sameBytes(cell.digest, change.before))
    throw new LogFault(entry.seq, `history ${hex(change.id).slice(0, 16)} begins in another log`);
  return { id: change.id, digest: change.after, bytes: fold(cell.bytes, { ...change, tallies }), version };
}

/** One history out of all records of a log; undefined if not all of its events are in it. */
export function rebuilt(id: Uint8Array, entries: Iterable<ReplayedEntry>): StoredCell | undefined {
  let cell = emptyCell(id);
  for (const entry of entries) {
    const changes = cellsIn(entry);
    const at = changes.findIndex((change) => sameBytes(change.id, id));
    if (at < 0) continue;
    if ((entry.cells[at] as ReplayedCell).gap) return undefined;
    cell = grownCell(entry, at, changes[at] as CellChange, cell) ?? cell;
  }
  return cell.version === 0 ? undefined : cell;
}

function cellsIn({ seq, record, cells }: ReplayedEntry): readonly CellChange[] {
  const changes = readCells(seq, record);
  if (changes.length === cells.length) return changes;
  throw new LogFault(seq, `the record has ${changes.length} histories, and its line ${cells.length}`);
}

function readCells(seq: number, record: Uint8Array): readonly CellChange[] {
  try {
    const changes = cellsOfRecord(record);
    if (changes !== undefined) return changes;
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
  }
  throw new LogFault(seq, "its bytes are not a record of version 1");
}
