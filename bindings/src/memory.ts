/**
 * Deciding with memory: read the histories that a call touches, decide, keep what became of them. Whatever goes wrong on
 * the way, the call does not run: docs/memory.md.
 */

import type { Engine } from "./engine.ts";
import { EngineError, shown } from "./errors.ts";
import { frozenIn } from "./note.ts";
import { Turns } from "./turns.ts";
import type {
  Cell,
  CellChange,
  Decision,
  Durability,
  EventRequest,
  FreezeScope,
  RememberedDecision,
  Request,
} from "./types.ts";

/** A history as a store keeps it. */
export interface StoredCell extends Cell {
  /** How often it was changed; 0 for one that is not there. */
  readonly version: number;
}

/** What a decision did to one of its histories. */
export interface StoredChange {
  readonly id: Uint8Array;
  /** Digest and version that the decision was made on. */
  readonly before: Uint8Array;
  readonly version: number;
  /** What to keep from now on; undefined: it must only be unchanged still. */
  readonly next: StoredCell | undefined;
}

/**
 * Where histories are kept. A cache: the truth is the log, where there is one. A store that cannot answer throws; a
 * history that it once had and has no more must never read as one that is empty.
 */
export interface Store {
  /** The histories with these ids as they are at one moment, in this order. One that is not there: no bytes, zeros, version 0. */
  read(ids: readonly Uint8Array[]): readonly StoredCell[] | Promise<readonly StoredCell[]>;
  /**
   * All changes or none. If each history has its digest `before` still, calls `append` while nobody else can change them,
   * then makes the changes visible. Throws whatever `append` throws, and has then changed nothing.
   * @returns false when somebody was faster; nothing was changed and `append` was not called.
   */
  commit(changes: readonly StoredChange[], append: () => void | Promise<void>): boolean | Promise<boolean>;
  close(): void | Promise<void>;
}

/** Where records come from. */
export type RecordSource = Pick<Engine, "digests" | "files">;

/** One decision on its way into a log. */
export interface LogEntry {
  readonly record: Uint8Array;
  /** What was decided, without its histories: docs/format/request.md. Left out where no request could be encoded. */
  readonly request?: Uint8Array;
  /** What the record names by its digests: files that the log keeps too. */
  readonly source?: RecordSource;
  /** As the record's, in its order. */
  readonly cells: readonly LoggedCell[];
}

export interface LoggedCell extends CellChange {
  /** Of the history behind the decision. */
  readonly version: number;
  /** Its bytes behind the decision; undefined where it was not changed. */
  readonly bytes: Uint8Array | undefined;
}

/** What a log knows of one history. */
export interface LastKnown {
  readonly digest: Uint8Array;
  readonly version: number;
}

/** Something that is frozen, and who says so. */
export interface Freeze {
  readonly scope: FreezeScope;
  readonly value: string;
  readonly by?: string;
  readonly reason?: string;
  readonly time_ms: number;
  /** Number of the record that froze it. */
  readonly seq: number;
}

/** What is frozen, as far as a log names it. */
export interface FrozenList {
  /** In the order in which it was frozen. */
  readonly frozen: readonly Freeze[];
  /**
   * Whether the store says the same. It does not where there is no log, or where others froze or thawed through logs of
   * their own: the store has hashes only, which stop what they stop and cannot be read.
   */
  readonly complete: boolean;
}

/** Where decisions are kept, in order, for good. */
export interface Log {
  /** What the records of this log say about it: `strict` if each is on the disk before its answer is given. */
  readonly durability: Durability;
  append(entry: LogEntry): void | Promise<void>;
  /** What the last record that names a history says about it; undefined if none does. */
  last(id: Uint8Array): LastKnown | undefined;
  /** The history as the log alone gives it; undefined if the log has not all of its events. */
  rebuild(id: Uint8Array): StoredCell | undefined | Promise<StoredCell | undefined>;
  /** What is frozen by the events of this log; a log need not say it. */
  frozen?(): readonly Freeze[];
  /** Histories as the records of this log make them; a log need not have them. */
  readonly store?: Store;
  /** What ids of histories are made with, where the log names it: it takes no record of an engine with another one. */
  readonly keySalt?: Uint8Array | undefined;
  /** Whether it keeps requests, sealed: it takes none with a salt of zeros. */
  readonly sealsRequests?: boolean;
  close(): void | Promise<void>;
}

/** A store with its log, and what to answer when they cannot be reached. */
export interface Memory {
  readonly store: Store;
  readonly log?: Log;
  /** Answer to a call whose histories or log cannot be read or written. Default `deny`. It never runs. */
  readonly unavailable?: "deny" | "review";
}

/** What {@link Remembering} needs of an engine. */
export type MemoryEngine = Pick<Engine, "prepare" | "denyByHost" | "reviewByHost"> &
  Partial<Pick<Engine, "hasKeySalt">> &
  RecordSource;

/** Lost races after which a call is denied. */
const RACES_MAX = 8;
const DIGEST_BYTES = 32;

/** One program's use of a memory. Calls are decided one after the other: its own would only lose races to each other. */
export class Remembering {
  readonly #memory: Memory;
  readonly #turns = new Turns();

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** How the records of decisions are kept. */
  get durability(): Durability {
    return this.#memory.log?.durability ?? "none";
  }

  /**
   * Decides a call, or takes an event, and keeps its record and histories. An event that was not taken is denied, also
   * where the program chose a review for what cannot be reached.
   * @throws EngineError when the request is malformed. Then nothing was decided.
   */
  decide(engine: MemoryEngine, request: Request | EventRequest): Promise<Decision> {
    return this.#turns.run(() => this.#inTurn(engine, request)) as Promise<Decision>;
  }

  /** What is frozen, and whether that is all of it. @throws whatever a store throws that cannot be read. */
  async frozen(engine: MemoryEngine, freeze: EventRequest): Promise<FrozenList> {
    const { store, log } = this.#memory;
    this.#needSalt(engine);
    const frozen = log?.frozen?.() ?? [];
    const [cell] = await store.read(engine.prepare(freeze).ids);
    if (cell === undefined) return { frozen, complete: false };
    const known = log?.last(cell.id)?.digest ?? emptyCell(cell.id).digest;
    return { frozen, complete: sameBytes(known, cell.digest) && frozenIn(cell.bytes) === frozen.length };
  }

  /** Under another salt every history would begin at nothing, and what is frozen would go on. */
  #needSalt(engine: MemoryEngine): void {
    const salt = this.#memory.log?.keySalt;
    if (salt === undefined || engine.hasKeySalt?.(salt) === true) return;
    throw new EngineError("option_type", {
      path: "keySalt",
      wanted: "an engine with the key salt of the log",
      came: "one with another",
      advice: "Take `engine.withKeySalt(log.keySalt)`.",
    });
  }

  /**
   * Whether something that a call names is frozen now. Nothing is kept of the question.
   * @returns `unknown` when a history that it needs is damaged.
   * @throws whatever a store throws that cannot be read.
   */
  async isFrozen(engine: MemoryEngine, request: Request): Promise<boolean | "unknown"> {
    const call = engine.prepare(request);
    const stored = await this.#memory.store.read(call.ids);
    const { reasons } = call.decide(stored.map((cell) => this.#expected(cell)));
    const has = (code: string): boolean => reasons.some((reason) => reason.code === code);
    if (has("frozen")) return true;
    return has("state_stale") || has("state_invalid") || has("engine_fault") ? "unknown" : false;
  }

  async #inTurn(engine: MemoryEngine, request: Request | EventRequest): Promise<Decision> {
    this.#needSalt(engine);
    try {
      return await this.#races(engine, request);
    } catch (error) {
      if (error instanceof Unavailable) return this.#unavailable(engine, request);
      if (!(error instanceof EngineError && error.code === "request_too_large")) throw error;
      return this.#byHost(engine, request, engine.denyByHost(request, "request_too_large"));
    }
  }

  async #races(engine: MemoryEngine, request: Request | EventRequest): Promise<Decision> {
    const call = engine.prepare(request);
    for (let race = 0; race < RACES_MAX; race++) {
      const stored = await reached(() => this.#memory.store.read(call.ids));
      if (stored.length !== call.ids.length) throw new Unavailable();
      const cells = stored.map((cell) => this.#expected(cell));
      const decision = call.decide(cells);
      if (!(await reached(() => this.#keep(engine, call.request, decision, cells)))) continue;
      if (isUnreadable(decision)) await this.#repair(stored);
      return decision;
    }
    return this.#byHost(engine, request, engine.denyByHost(request, "state_contention"));
  }

  /** A history as the request names it: as the log knows it, unless others have gone on from there. */
  #expected(stored: StoredCell): StoredCell {
    // One that was written has bytes; without them it was taken away, and is not new.
    const isEmptied = stored.version > 0 && stored.bytes.length === 0;
    const cell = isEmptied ? { ...stored, bytes: FORGOTTEN } : stored;
    const known = this.#memory.log?.last(cell.id);
    return known === undefined || cell.version > known.version ? cell : { ...cell, ...known };
  }

  async #keep(
    engine: MemoryEngine,
    request: Uint8Array,
    decision: RememberedDecision,
    expected: readonly StoredCell[],
  ): Promise<boolean> {
    const { next, record } = decision;
    const { store, log } = this.#memory;
    const cells = next.map((cell, at): LoggedCell => {
      const { version = 0 } = expected[at] ?? {};
      return { ...cell, version: cell.bytes === undefined ? version : version + 1 };
    });
    const append = (): void | Promise<void> => log?.append({ record, cells, request, source: engine });
    // What changes nothing was true when it was read, and needs no more than its record.
    if (cells.every(({ bytes }) => bytes === undefined)) {
      await append();
      return true;
    }
    const changes = cells.map(
      ({ id, before, after, bytes, version }, at): StoredChange => ({
        id,
        before,
        version: expected[at]?.version ?? 0,
        next: bytes === undefined ? undefined : { id, digest: after, bytes, version },
      }),
    );
    return store.commit(changes, append);
  }

  /** Puts histories that are damaged or older than the log says back, so that the next call finds them. */
  async #repair(stored: readonly StoredCell[]): Promise<void> {
    const { store, log } = this.#memory;
    if (log === undefined) return;
    try {
      for (const cell of stored) {
        const known = log.last(cell.id);
        // Others have gone on from what this log knows; and what was forgotten for want of room would be forgotten again.
        if (known === undefined || cell.version > known.version || cell.bytes === FORGOTTEN) continue;
        const whole = await log.rebuild(cell.id);
        if (whole === undefined) continue;
        const { id, digest: before, version } = cell;
        await store.commit([{ id, before, version, next: whole }], () => {});
      }
    } catch {
      // The call was denied, and so is the next one.
    }
  }

  #unavailable(engine: MemoryEngine, request: Request | EventRequest): Promise<Decision> {
    const decision =
      this.#memory.unavailable === "review" && request.event === undefined
        ? engine.reviewByHost(request, "state_unavailable")
        : engine.denyByHost(request, "state_unavailable");
    return this.#byHost(engine, request, decision);
  }

  /** Logs what the host answered. Nothing runs by it, so a log that fails changes no more than the reason. */
  async #byHost(
    engine: MemoryEngine,
    request: Request | EventRequest,
    decision: Decision,
  ): Promise<Decision> {
    const [reason] = decision.reasons;
    try {
      await this.#memory.log?.append({ record: decision.record, cells: [] });
      return decision;
    } catch {
      return reason?.code === "state_unavailable" ? decision : this.#unavailable(engine, request);
    }
  }
}

/** The store or the log threw. */
class Unavailable extends Error {}

async function reached<T>(step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    throw new Unavailable("", { cause });
  }
}

function isUnreadable({ verdict, reasons }: Decision): boolean {
  if (verdict !== "deny") return false;
  return reasons.some(({ code }) => code === "state_stale" || code === "state_invalid");
}

/** Whether two digests, or any bytes, are the same. */
export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/** A history without events. */
export function emptyCell(id: Uint8Array): StoredCell {
  return { id, digest: new Uint8Array(DIGEST_BYTES), bytes: new Uint8Array(0), version: 0 };
}

/** The bytes of a history that a store had no room for any more: no engine can read them, so whoever touches it is denied. */
export const FORGOTTEN: Uint8Array = new Uint8Array(1);

const STORE_METHODS = ["read", "commit", "close"] as const;
const LOG_METHODS = ["append", "last", "rebuild", "close"] as const;

/** A memory from what a program gave: a store alone or with what belongs to it, and a log, beside it or with histories of its own. */
export function memoryOf(given: unknown, log?: unknown): Memory | undefined {
  if (log !== undefined && !has(log, LOG_METHODS)) throw wrongOption("log", "a log", log);
  const own = log as Log | undefined;
  if (given === undefined) {
    if (own === undefined) return undefined;
    if (own.store !== undefined) return { store: own.store, log: own };
    throw wrongOption("log", "a log with histories of its own, or a store as memory beside it", log);
  }
  const stored = has(given, STORE_METHODS) ? { store: given as Store } : ((given ?? {}) as Partial<Memory>);
  const { store, log: inside, unavailable = "deny", ...rest } = stored;
  const wrong =
    !has(store, STORE_METHODS) ||
    (inside !== undefined && !has(inside, LOG_METHODS)) ||
    (unavailable !== "deny" && unavailable !== "review") ||
    Object.keys(rest).length > 0;
  if (wrong)
    throw wrongOption("memory", 'a store, or { store, log?, unavailable?: "deny" or "review" }', given);
  if (inside !== undefined && own !== undefined) throw wrongOption("log", "one log", "two: one in memory");
  const kept = inside ?? own;
  return { store: store as Store, unavailable, ...(kept === undefined ? {} : { log: kept }) };
}

function wrongOption(path: string, wanted: string, came: unknown): EngineError {
  return new EngineError("option_type", { path, wanted, came: shown(came) });
}

function has(value: unknown, methods: readonly string[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  return methods.every((name) => typeof (value as Record<string, unknown>)[name] === "function");
}
