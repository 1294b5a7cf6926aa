/**
 * What a log says about histories: each record names the digest before and behind it and what was put in between, so that
 * every digest can be computed again, and every history, from the records alone. And what its events say is frozen.
 */

import { CodecError } from "../src/codec/errors.ts";
import { factsOfRecord, type LoggedFacts } from "../src/decision.ts";
import {
  emptyCell,
  FORGOTTEN,
  type Freeze,
  type LastKnown,
  type Store,
  type StoredCell,
  sameBytes,
} from "../src/memory.ts";
import { hex } from "../src/sha256.ts";
import type { CellChange, FreezeFacts } from "../src/types.ts";
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
  /** What the masks of the appended events stand for; empty where nothing was put in, and where nothing is counted. */
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
  readonly #frozen = new Map<string, Freeze>();
  #gaps = 0;

  /** Histories that others had changed in between. */
  get gaps(): number {
    return this.#gaps;
  }

  last(id: Uint8Array): LastKnown | undefined {
    return this.#last.get(hex(id));
  }

  /** What is frozen by the records so far, in the order in which it was frozen. */
  get frozen(): readonly Freeze[] {
    return [...this.#frozen.values()];
  }

  /**
   * Takes the next record: computes what it says of each history again.
   * @returns what it says.
   * @throws LogFault when it does not add up, or does not join what stands before it.
   */
  add(entry: ReplayedEntry): LoggedFacts {
    const facts = factsIn(entry);
    for (const [at, change] of facts.cells.entries())
      this.#check(entry, change, entry.cells[at] as ReplayedCell);
    return this.#take(entry, facts);
  }

  /** Takes the next record at its word. For the part of a log that was computed before. */
  trust(entry: ReplayedEntry): LoggedFacts {
    return this.#take(entry, factsIn(entry));
  }

  /** What a record says. @throws LogFault when its bytes are none. */
  static factsOf(seq: number, record: Uint8Array): LoggedFacts {
    return readFacts(seq, record);
  }

  /** All histories of the records so far, by id. */
  digests(): CellDigest[] {
    return [...this.#last]
      .map(([id, { digest }]) => ({ id, digest: hex(digest) }))
      .sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  #check({ seq }: ReplayedEntry, change: CellChange, cell: ReplayedCell): void {
    const { id, before, after, events, note } = change;
    const isChanged = events.length > 0 || note.length > 0;
    const known = this.last(id) ?? emptyCell(id);
    const name = `history ${hex(id).slice(0, 16)}`;
    if (!cell.gap && !sameBytes(known.digest, before))
      throw new LogFault(seq, `${name} was ${hex(known.digest)}, and the record begins at ${hex(before)}`);
    const found = digestAfter(id, before, events, note);
    if (!sameBytes(found, after))
      throw new LogFault(seq, `${name} becomes ${hex(found)}, and the record says ${hex(after)}`);
    const hasColumns = cell.tallies.length > 0;
    if (isChanged ? !areTallies(cell.tallies) || (events.length > 0 && !hasColumns) : hasColumns)
      throw new LogFault(seq, `${name} has tallies that its events cannot count in`);
    const version = known.version + (isChanged ? 1 : 0);
    if (!cell.gap && cell.version !== version)
      throw new LogFault(seq, `${name} has version ${version}, and the log says ${cell.version}`);
  }

  #take(entry: ReplayedEntry, facts: LoggedFacts): LoggedFacts {
    const { cells, event, verdict, time_ms } = facts;
    if (verdict === "allow" && (event?.kind === "freeze" || event?.kind === "thaw"))
      this.#freeze(event, time_ms, entry.seq);
    for (const [at, { id, after }] of cells.entries()) {
      const { version, gap } = entry.cells[at] as ReplayedCell;
      if (gap) this.#gaps++;
      this.#last.set(hex(id), { digest: after, version });
    }
    return facts;
  }

  /** What is frozen twice was frozen by the first one. */
  #freeze({ kind, scope, value, by, reason }: FreezeFacts, timeMs: number, seq: number): void {
    const name = `${scope} ${value}`;
    if (kind === "thaw") this.#frozen.delete(name);
    else if (!this.#frozen.has(name))
      this.#frozen.set(name, {
        scope,
        value,
        ...(by === undefined ? {} : { by }),
        ...(reason === undefined ? {} : { reason }),
        time_ms: timeMs,
        seq,
      });
  }
}

/**
 * Does to the histories of a store what a record says was done to them: all records of a log, in order, fill an empty
 * store as the decisions had filled theirs. A history that the store has no room for any more stays forgotten.
 * @throws LogFault when the store is not where the record begins.
 */
export async function refill(store: Store, entry: ReplayedEntry): Promise<void> {
  const facts = factsIn(entry);
  const stored = await store.read(facts.cells.map(({ id }) => id));
  const grown = facts.cells.flatMap((change, at) => {
    const { id, before } = change;
    const { version, bytes } = stored[at] as StoredCell;
    if (bytes === FORGOTTEN) return [];
    return [{ id, before, version, next: grownCell(entry, at, facts, stored[at] as StoredCell) }];
  });
  if (grown.every(({ next }) => next === undefined)) return;
  if (!(await store.commit(grown, () => {})))
    throw new LogFault(entry.seq, "its histories are not in the store as it found them");
}

/** A history behind one more record, or undefined where nothing was put in. */
function grownCell(
  entry: ReplayedEntry,
  at: number,
  { cells, time_ms: timeMs }: LoggedFacts,
  cell: StoredCell,
): StoredCell | undefined {
  const { version, tallies } = entry.cells[at] as ReplayedCell;
  const change = cells[at] as CellChange;
  if (change.events.length === 0 && change.note.length === 0) return undefined;
  if (!sameBytes(cell.digest, change.before))
    throw new LogFault(entry.seq, `history ${hex(change.id).slice(0, 16)} begins in another log`);
  const bytes = fold(cell.bytes, { ...change, timeMs, tallies });
  return { id: change.id, digest: change.after, bytes, version };
}

/** One history out of all records of a log; undefined if not all of its events are in it. */
export function rebuilt(id: Uint8Array, entries: Iterable<ReplayedEntry>): StoredCell | undefined {
  let cell = emptyCell(id);
  for (const entry of entries) {
    const facts = factsIn(entry);
    const at = facts.cells.findIndex((change) => sameBytes(change.id, id));
    if (at < 0) continue;
    if ((entry.cells[at] as ReplayedCell).gap) return undefined;
    cell = grownCell(entry, at, facts, cell) ?? cell;
  }
  return cell.version === 0 ? undefined : cell;
}

function factsIn({ seq, record, cells }: ReplayedEntry): LoggedFacts {
  const facts = readFacts(seq, record);
  if (facts.cells.length === cells.length) return facts;
  throw new LogFault(seq, `the record has ${facts.cells.length} histories, and its line ${cells.length}`);
}

function readFacts(seq: number, record: Uint8Array): LoggedFacts {
  try {
    const facts = factsOfRecord(record);
    if (facts !== undefined) return facts;
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
  }
  throw new LogFault(seq, "its bytes are not a record of version 1");
}
