/**
 * The histories of one call (docs/format/cell.md): what signals say about a part, what the state of the cells demands, and
 * what becomes of them once the call is decided.
 */
import { fromBytes } from "./bytes.ts";
import {
  ALL_WRITTEN,
  appendEvent,
  type Cell,
  type CellEvent,
  changeAt,
  digestAfter,
  emptyCell,
  NO_DIGEST,
  NO_NAME,
  OBSERVED,
  openCell,
  readCell,
  SATURATED,
  withoutReviews,
  writeCell,
} from "./cells.ts";
import { hit } from "./coverage.ts";
import { ALLOW, DENY, REVIEW } from "./decide.ts";
import { hashesOfFreeze, isFrozen, namesOfCall } from "./freezes.ts";
import type { Action, Image } from "./image.ts";
import { type CellKind, freezeKind, type Signal, sessionKind, type Tally } from "./image-cells.ts";
import { type Key, keyBeside, keysOf, type Weight, weightOf } from "./keys.ts";
import type { Match } from "./match.ts";
import {
  countOf,
  FROZEN,
  foldNote,
  hasBit,
  hasMark,
  isEmpty,
  markOf,
  NO_NOTE,
  type Note,
  THAWED,
  TOOL,
  USER,
  WRITTEN,
  writeNote,
} from "./notes.ts";
import { type Excuse, type SignalAnswer, type Surroundings, tryRaising } from "./predicates.ts";
import type { Request, RequestEvent } from "./request.ts";
import {
  labelsOf,
  NOTHING_GIVEN,
  type Given as PartGiven,
  type SessionAnswers,
  type SessionCell,
  sessionAnswers,
  writtenHash,
} from "./session.ts";
import { measure, type Present, type Seen } from "./signals.ts";
import { limit, position, wire } from "./wire.ts";

/** A part of a call as histories see it. */
export interface Remembered {
  /** One for each kind of the image. */
  keys: Key[];
  weight: Weight;
  /** Indexes of the tallies that count it, if the verdict is one that they count. */
  tallies: Set<number>;
  /** What kept others from counting it. */
  excuses: Excuse[];
  /** Number of its action, and its name. */
  action: number;
  actionName: string;
  tier: number;
  /** What it puts into its session, if it runs. */
  given: PartGiven;
}

/** What a decision did with one history of the request. */
export interface History {
  id: Uint8Array;
  before: Uint8Array;
  after: Uint8Array;
  /** The appended events. */
  events: CellEvent[];
  note: Note;
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
    actionName: action.name,
    tier: 0,
    given: NOTHING_GIVEN,
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
  /** The history of the session of the request. */
  private readonly session: SessionCell;

  constructor(
    readonly image: Image,
    readonly request: Request,
    cells: Uint8Array[],
    readonly keySalt: Uint8Array,
    /** Name of the call. */
    readonly name: string = NO_NAME,
  ) {
    this.given = request.cells?.map(({ id, digest }, i) =>
      this.decidedAgain(readGiven(id, digest, cells[i] ?? new Uint8Array())),
    );
    for (const { state } of this.given ?? []) hit(`cell ${state}`);
    this.session = this.readSession();
  }

  /** A history as a call sees it that was reviewed and is decided again: without the review. */
  private decidedAgain(given: Given): Given {
    const { approval, reviewer } = this.request;
    if (given.cell === null || (approval === undefined && reviewer === undefined)) return given;
    if (this.name === NO_NAME) {
      hit("decided again: without a name");
      return given;
    }
    const cell = withoutReviews(given.cell, this.name);
    const taken = given.cell.events.length - cell.events.length;
    hit(
      `decided again: ${taken === 0 ? "no event" : taken === 1 ? "one event" : "several events"} of ${given.state}`,
    );
    return { ...given, cell };
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
    return cell.wasChanged && cell.lastTime > timeMs ? cell.lastTime : timeMs;
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

  private readSession(): SessionCell {
    const kind = sessionKind(this.image.cells);
    const id = kind === undefined ? null : this.keyOf(kind).id;
    if (this.given === undefined || id === null || kind === undefined) return { state: "none" };
    const given = this.find(id);
    if (given?.state !== "valid") return { state: "unreadable" };
    return { state: "known", cell: this.open(given, kind) };
  }

  private keyOf(kind: CellKind): Key {
    return keyBeside(kind, this.request.context, this.keySalt);
  }

  /** What a part may ask of its session; `earlier`: the parts before it that stay. */
  answers(earlier: Remembered[]): SessionAnswers {
    const { session } = this;
    hit(`session ${session.state}`);
    return sessionAnswers(
      session,
      earlier.map(({ given }) => given),
      this.keySalt,
    );
  }

  /** Whether a person stopped what the call names. An unreadable list says nothing; that is a denial anyway. */
  private freezes(parts: Remembered[], match: Match): boolean {
    const kind = freezeKind(this.image.cells);
    if (kind === undefined) return false;
    const list = this.find(this.keyOf(kind).id as Uint8Array);
    if (list?.state !== "valid") return false;
    const actions = parts.map(({ actionName }) => actionName);
    return isFrozen(this.open(list, kind), namesOfCall(this.request, match, actions), this.keySalt);
  }

  /** What the state of the cells demands of a call whose readings have these parts. */
  demand(parts: Remembered[], match: Match): Demand {
    if (this.given === undefined) return { verdict: ALLOW, reasons: [] };
    const ids = idsOf(parts);
    const isListed = (id: Uint8Array): boolean => this.find(id) !== undefined;
    const isKey = ({ id }: Given): boolean => ids.some((key) => fromBytes(key) === fromBytes(id));
    const leftOut = ids.some((id) => !isListed(id));
    const isFull = this.given.length === limit("cells_max");

    const frozen = this.freezes(parts, match);
    const freezes = freezeKind(this.image.cells);
    const isInvalid =
      this.given.some((one) => one.state === "invalid" || !isKey(one)) ||
      (leftOut && !isFull) ||
      (freezes !== undefined && !isListed(this.keyOf(freezes).id as Uint8Array) && !this.isStale);
    const overflows = leftOut && isFull;
    if (isFull && freezes !== undefined && !isListed(this.keyOf(freezes).id as Uint8Array)) {
      hit("no list of what is frozen, all places taken");
    }
    const reasons: string[] = [];
    if (frozen) reasons.push("frozen");
    if (isInvalid) reasons.push("state_invalid");
    if (this.isStale) reasons.push("state_stale");
    if (overflows) reasons.push("cells_overflow");
    if (this.isBackwards) reasons.push("time_backwards");
    const verdict = frozen || isInvalid || this.isStale ? DENY : overflows ? REVIEW : ALLOW;
    return { verdict, reasons };
  }

  private get isStale(): boolean {
    return this.given?.some(({ state }) => state === "stale") === true;
  }

  private get isBackwards(): boolean {
    const { timeMs } = this.request.context;
    return this.given?.some(({ cell }) => cell !== null && cell.lastTime > timeMs) === true;
  }

  /** What a decision writes: the parts of the reading that was taken, with the verdict of the call. */
  fold(parts: Remembered[], verdict: number, demand: Demand): History[] {
    const staysAsItIs = demand.reasons.some((code) => code === "state_invalid" || code === "state_stale");
    return (this.given ?? []).map((given) => {
      const kind = staysAsItIs ? undefined : this.kindOf(given, parts);
      if (kind === undefined) return unchanged(given);
      const cell = this.open(given, kind);
      const time = this.nowOf(cell);
      const name = verdict === REVIEW && this.request.mode === "enforce" ? this.name : NO_NAME;
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
        events.push({ time, ...weight, tallies, action, tier, verdict, name });
      }
      const isSession = kind === sessionKind(this.image.cells);
      const note = isSession ? this.noteOf(parts, verdict, cell) : NO_NOTE;
      return this.change(given, cell, events, note);
    });
  }

  /** What else a decision puts into the history of its session. */
  private noteOf(parts: Remembered[], verdict: number, cell: Cell): Note {
    if (verdict === DENY && this.request.mode === "enforce") return NO_NOTE;
    const had = labelsOf(cell);
    let bits = 0;
    for (const { given } of parts) for (const label of given.labels) if (!had.has(label)) bits |= 1 << label;
    if (bits !== 0) hit("a call gives a label");
    if (hasBit(cell, ALL_WRITTEN)) return { bits, marks: [] };
    const hashes = parts.flatMap(({ given }) =>
      [...given.written].map((text) => writtenHash(this.keySalt, text)),
    );
    const fresh = [...new Set(hashes)].filter((hash) => !hasMark(cell, hash, WRITTEN));
    if (fresh.length > limit("note_written_max")) {
      hit("a call writes more than a note can hold");
      return { bits: bits | (1 << ALL_WRITTEN), marks: [] };
    }
    if (fresh.length > 0) hit("a call writes");
    return { bits, marks: fresh.map((hash) => markOf(hash, WRITTEN)) };
  }

  /** Puts events, then a note into an opened cell. */
  private change(given: Given, cell: Cell, events: CellEvent[], note: Note): History {
    if (events.length === 0 && isEmpty(note)) return unchanged(given);
    hit("a history is changed");
    const now = this.nowOf(cell);
    for (const event of events) {
      if (cell.events.length === limit("cell_events_max")) hit("an event leaves the ring");
      appendEvent(cell, event);
    }
    changeAt(cell, now);
    foldNote(cell, note);
    cell.digest = digestAfter(given.id, given.digest, events, writeNote(note));
    return { ...unchanged(given), after: cell.digest, events, note, next: writeCell(cell) };
  }

  /** The id of the one history of an event; null: there is none. */
  idOfEvent(event: RequestEvent): Uint8Array | null {
    const kind = this.kindOfEvent(event);
    return kind === undefined ? null : this.keyOf(kind).id;
  }

  private kindOfEvent({ kind }: RequestEvent): CellKind | undefined {
    const find = kind === "freeze" || kind === "thaw" ? freezeKind : sessionKind;
    return find(this.image.cells);
  }

  /** What becomes of an event (docs/format/event.md). */
  event(event: RequestEvent): { verdict: number } & Outcome {
    const kind = this.kindOfEvent(event);
    const id = this.idOfEvent(event);
    const isKey = (one: Given): boolean => id !== null && fromBytes(one.id) === fromBytes(id);
    const own = this.given?.find(isKey);
    const isInvalid =
      own === undefined || (this.given ?? []).some((one) => one.state === "invalid" || !isKey(one));
    const note = this.noteOfEvent(event);
    const list = own?.state === "valid" ? own.cell : null;
    const fresh = note.marks.filter((mark) => list?.marks.includes(mark) !== true);
    const isFull =
      event.kind === "freeze" &&
      list !== null &&
      countOf(list, FROZEN) + fresh.length > limit("cell_frozen_max");
    if (isFull && fresh.length === 2 && countOf(list, FROZEN) < limit("cell_frozen_max")) {
      hit("a freeze by two with one place left");
    }
    const reasons: string[] = [];
    if (isInvalid) reasons.push("state_invalid");
    if (this.isStale) reasons.push("state_stale");
    if (isFull) reasons.push("state_full");
    const verdict = reasons.length > 0 ? DENY : ALLOW;
    hit(`event ${event.kind} ${wire.verdicts[verdict]}`);
    if (this.isBackwards) reasons.push("time_backwards");
    const histories = (this.given ?? []).map((given) =>
      verdict === ALLOW && given === own
        ? this.change(given, this.open(given, kind as CellKind), [], note)
        : unchanged(given),
    );
    return { verdict, reasons, histories };
  }

  private noteOfEvent(event: RequestEvent): Note {
    if (event.kind === "freeze" || event.kind === "thaw") {
      const hashes = hashesOfFreeze(this.keySalt, this.image, event.scope as string, event.value as string);
      const ofClass = event.kind === "freeze" ? FROZEN : THAWED;
      return { bits: 0, marks: hashes.map((hash) => markOf(hash, ofClass)) };
    }
    let bits = 0;
    for (const label of event.labels) bits |= 1 << position(wire.labels, label);
    if (event.kind === "observe") {
      bits |= 1 << OBSERVED;
      if (event.seen === undefined) bits |= 1 << SATURATED;
      hit(`observe ${event.trust} ${event.seen === undefined ? "too much" : "listed"}`);
    }
    if (event.seen !== undefined) hit(`seen by ${event.kind} ${event.trust ?? "nobody"}`);
    const ofClass = event.kind === "observe" && event.trust === "user" ? USER : TOOL;
    return { bits, marks: (event.seen ?? []).map((hash) => markOf(hash, ofClass)) };
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

function unchanged({ id, digest }: Given): History {
  return { id, before: digest, after: digest, events: [], note: NO_NOTE, next: null };
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
