/**
 * The histories of one call (docs/format/cell.md): what signals say about a part, what the state of the cells demands, and
 * what becomes of them once the call is decided.
 */
import { fromBytes } from "./bytes.ts";
import {
  appendEvent,
  type Cell,
  type CellEvent,
  digestAfter,
  emptyCell,
  NO_DIGEST,
  openCell,
  readCell,
  writeCell,
} from "./cells.ts";
import { hit } from "./coverage.ts";
import { ALLOW, DENY, REVIEW } from "./decide.ts";
import type { Action, Image } from "./image.ts";
import type { CellKind, Signal, Tally } from "./image-cells.ts";
import { type Key, keysOf, type Weight, weightOf } from "./keys.ts";
import { type Excuse, type SignalAnswer, type Surroundings, tryRaising } from "./predicates.ts";
import type { Request } from "./request.ts";
import { measure, type Present, type Seen } from "./signals.ts";
import { limit } from "./wire.ts";

/** A part of a call as histories see it. */
export interface Remembered {
  /** One for each kind of the image. */
  keys: Key[];
  weight: Weight;
  /** Indexes of the tallies that count it, if the verdict is one that they count. */
  tallies: Set<number>;
  /** What kept others from counting it. */
  excuses: Excuse[];
  /** Number of its action. */
  action: number;
  tier: number;
}

/** What a decision did with one history of the request. */
export interface History {
  id: Uint8Array;
  before: Uint8Array;
  after: Uint8Array;
  /** The appended events. */
  events: CellEvent[];
  /** Bytes of the next cell; null: not changed. */
  next: Uint8Array | null;
}

export interface Outcome {
  /** In the order in which reasons stand. */
  reasons: string[];
  histories: History[];
}

/** What the histories of a call demand. */
export interface Demand {
  verdict: number;
  reasons: string[];
}

/** A history of the request. */
interface Given {
  id: Uint8Array;
  digest: Uint8Array;
  state: "valid" | "stale" | "invalid";
  /** As it was written; null: it is invalid, or there were no bytes. */
  cell: Cell | null;
}

/** Which verdicts a tally counts. */
export function countsVerdict(tally: Tally, verdict: number, mode: string): boolean {
  const isDenied = verdict === DENY && mode === "enforce";
  if (tally.counts === "any") return true;
  return tally.counts === "denied" ? isDenied : !isDenied;
}

export function rememberedOf(action: Action, surroundings: Surroundings, memory: Memory): Remembered {
  const { image, facts, context } = surroundings;
  const tried = [...action.tallies].map((index) => ({
    index,
    ...tryRaising((image.tallies[index] as Tally).clauses, surroundings),
  }));
  return {
    keys: keysOf(image, action, facts, context, memory.keySalt),
    weight: weightOf(action, facts, memory.keySalt),
    tallies: new Set(tried.filter(({ matches }) => matches).map(({ index }) => index)),
    excuses: tried.flatMap(({ excuses }) => excuses),
    action: action.number,
    tier: 0,
  };
}

/** Ids of all keys of parts, each once, in their order. */
export function idsOf(parts: Remembered[]): Uint8Array[] {
  const ids = new Map<string, Uint8Array>();
  for (const { keys } of parts) {
    for (const { id } of keys) if (id !== null && !ids.has(fromBytes(id))) ids.set(fromBytes(id), id);
  }
  return [...ids.values()];
}

export class Memory {
  /** Undefined: no memory is kept. */
  readonly given: Given[] | undefined;

  constructor(
    readonly image: Image,
    readonly request: Request,
    cells: Uint8Array[],
    readonly keySalt: Uint8Array,
  ) {
    this.given = request.cells?.map(({ id, digest }, i) =>
      readGiven(id, digest, cells[i] ?? new Uint8Array()),
    );
    for (const { state } of this.given ?? []) hit(`cell ${state}`);
  }

  private find(id: Uint8Array): Given | undefined {
    return this.given?.find((one) => fromBytes(one.id) === fromBytes(id));
  }

  /** The tallies of a kind, in its order. */
  private talliesOf(kind: CellKind): Tally[] {
    return this.image.tallies.slice(kind.tallyStart, kind.tallyStart + kind.tallyCount);
  }

  /** A history with the tallies of the image. */
  private open(given: Given, kind: CellKind): Cell {
    const numbers = this.talliesOf(kind).map((tally) => tally.number);
    return given.cell === null ? emptyCell(given.id, numbers) : openCell(given.cell, numbers);
  }

  private nowOf(cell: Cell): bigint {
    const { timeMs } = this.request.context;
    return cell.hadEvents && cell.lastTime > timeMs ? cell.lastTime : timeMs;
  }

  signal(index: number, self: Remembered, earlier: Remembered[]): SignalAnswer {
    const signal = this.image.signals[index] as Signal;
    const kind = this.image.cells[(this.image.tallies[signal.tally] as Tally).cell] as CellKind;
    const key = self.keys[kind.index] as Key;
    const present = (part: Remembered): Present => ({
      weight: part.weight,
      tallies: new Set(
        this.talliesOf(kind).flatMap((tally, place) =>
          part.tallies.has(tally.index) && tally.counts !== "denied" ? [place] : [],
        ),
      ),
    });
    const ask = (seen: Omit<Seen, "self">): bigint =>
      measure(
        { ...signal, tally: signal.tally - kind.tallyStart, other: signal.other - kind.tallyStart },
        { ...seen, self: present(self) },
      );

    if (this.given === undefined || key.id === null) {
      // Where no memory is kept, it does not matter why there is no key.
      if (!signal.calm || (this.given !== undefined && key.several)) return { number: null, isOfCell: false };
      const numbers = this.talliesOf(kind).map((tally) => tally.number);
      const cell = emptyCell(NO_DIGEST, numbers);
      hit(`signal ${signal.measure} calm`);
      return { number: ask({ cell, now: this.nowOf(cell), earlier: [] }), isOfCell: false };
    }
    const id = fromBytes(key.id);
    const given = this.find(key.id);
    if (given === undefined || given.state !== "valid") return { number: null, isOfCell: false };
    const cell = this.open(given, kind);
    const before = earlier.filter((part) => {
      const other = part.keys[kind.index]?.id ?? null;
      return other !== null && fromBytes(other) === id;
    });
    hit(`signal ${signal.measure}`);
    const number = ask({ cell, now: this.nowOf(cell), earlier: before.map(present) });
    return { number, isOfCell: true };
  }

  /** What the state of the cells demands of a call whose readings have these parts. */
  demand(parts: Remembered[]): Demand {
    if (this.given === undefined) return { verdict: ALLOW, reasons: [] };
    const ids = idsOf(parts);
    const isListed = (id: Uint8Array): boolean => this.find(id) !== undefined;
    const isKey = ({ id }: Given): boolean => ids.some((key) => fromBytes(key) === fromBytes(id));
    const leftOut = ids.some((id) => !isListed(id));
    const isFull = this.given.length === limit("cells_max");
    const { timeMs } = this.request.context;

    const isInvalid =
      this.given.some((one) => one.state === "invalid" || !isKey(one)) || (leftOut && !isFull);
    const isStale = this.given.some((one) => one.state === "stale");
    const overflows = leftOut && isFull;
    const isBackwards = this.given.some(({ cell }) => cell !== null && cell.lastTime > timeMs);
    const reasons: string[] = [];
    if (isInvalid) reasons.push("state_invalid");
    if (isStale) reasons.push("state_stale");
    if (overflows) reasons.push("cells_overflow");
    if (isBackwards) reasons.push("time_backwards");
    return { verdict: isInvalid || isStale ? DENY : overflows ? REVIEW : ALLOW, reasons };
  }

  /** What a decision writes: the parts of the reading that was taken, with the verdict of the call. */
  fold(parts: Remembered[], verdict: number, demand: Demand): History[] {
    const isFrozen = demand.reasons.some((code) => code === "state_invalid" || code === "state_stale");
    return (this.given ?? []).map((given) => {
      const unchanged: History = {
        id: given.id,
        before: given.digest,
        after: given.digest,
        events: [],
        next: null,
      };
      const kind = isFrozen ? undefined : this.kindOf(given, parts);
      if (kind === undefined) return unchanged;
      const cell = this.open(given, kind);
      const time = this.nowOf(cell);
      const events: CellEvent[] = [];
      for (const part of parts) {
        const id = part.keys[kind.index]?.id ?? null;
        if (id === null || fromBytes(id) !== fromBytes(given.id)) continue;
        const tallies = this.talliesOf(kind).reduce(
          (bits, tally, place) =>
            part.tallies.has(tally.index) && countsVerdict(tally, verdict, this.request.mode)
              ? bits | (1 << place)
              : bits,
          0,
        );
        if (tallies === 0) continue;
        const { action, tier, weight } = part;
        const event = { time, ...weight, tallies, action, tier, verdict };
        if (cell.events.length === limit("cell_events_max")) hit("an event leaves the ring");
        appendEvent(cell, event);
        events.push(event);
      }
      if (events.length === 0) return unchanged;
      hit("a history is changed");
      cell.digest = digestAfter(given.id, given.digest, events);
      return { ...unchanged, after: cell.digest, events, next: writeCell(cell) };
    });
  }

  private kindOf(given: Given, parts: Remembered[]): CellKind | undefined {
    return this.image.cells.find((kind) =>
      parts.some(({ keys }) => {
        const id = keys[kind.index]?.id ?? null;
        return id !== null && fromBytes(id) === fromBytes(given.id);
      }),
    );
  }
}

function readGiven(id: Uint8Array, digest: Uint8Array, bytes: Uint8Array): Given {
  const isDigest = (other: Uint8Array): boolean => fromBytes(other) === fromBytes(digest);
  if (bytes.length === 0) {
    return { id, digest, state: isDigest(NO_DIGEST) ? "valid" : "stale", cell: null };
  }
  const cell = readCell(bytes, id);
  if (cell === null) return { id, digest, state: "invalid", cell };
  return { id, digest, state: isDigest(cell.digest) ? "valid" : "stale", cell };
}
