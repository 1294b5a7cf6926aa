/**
 * The log that a program writes: every answer is in it before it is given. Entries go out in groups, one write and one
 * sync each; signed checkpoints follow. docs/format/log.md.
 */

import type { Awaitable } from "../keys/ed25519.ts";
import { publicKeyText } from "../keys/paserk.ts";
import { talliesOf } from "../memory/fold.ts";
import { MemoryStore } from "../memory/memory-store.ts";
import { Replay, type ReplayedEntry, rebuilt } from "../memory/replay.ts";
import { decode } from "../src/codec/decode.ts";
import type { LoggedFacts } from "../src/decision.ts";
import type {
  Freeze,
  LastKnown,
  Log,
  LogEntry,
  LoggedCell,
  RecordSource,
  Store,
  StoredCell,
} from "../src/memory.ts";
import { hex, sha256 } from "../src/sha256.ts";
import { Turns } from "../src/turns.ts";
import type { Durability } from "../src/types.ts";
import { Chain } from "./chain.ts";
import { signCheckpoint } from "./checkpoint.ts";
import { CheckpointWriter, SIGNER_FAILED } from "./checkpoint-writer.ts";
import {
  type BeginNote,
  type BurnNote,
  DIGEST_BYTES,
  decodeEntry,
  type Entry,
  type EntryCell,
  encodeEntry,
  type LogNote,
  type OutcomeNote,
  replayedOf,
  type Sealed,
} from "./entry.ts";
import { EvidenceError } from "./errors.ts";
import { binAt, binBytes, FRAME_BYTES_MAX, FRAME_HEADER_BYTES, frameAt, frameOf } from "./frame.ts";
import { Histories } from "./histories.ts";
import { type KeySalts, keySaltId } from "./key-salt.ts";
import { type Note, needName, type Signer } from "./note.ts";
import { type OwnKey, OwnKeys } from "./own-keys.ts";
import {
  type FoundEntry,
  inventoryOf,
  readShard,
  SEGMENT_BYTES,
  SHARD_NAME,
  type ShardEnd,
  ShardFault,
  type ShardPlace,
  segmentName,
} from "./shard.ts";
import type { Storage } from "./storage.ts";
import { emptyRoot, type Hash, leafHash, sameHash } from "./tree.ts";
import { type Mark, proofBetween, Witnessed, type Witnessing } from "./witnessing.ts";

/** What an entry says of its payload, and the bytes that stand behind it. */
export interface SealedPayload {
  readonly sealed: Sealed;
  readonly bytes: Uint8Array;
}

/** Seals the payload of an entry: docs/format/payload.md. */
export type Seal = (
  request: Uint8Array,
  place: { readonly origin: string; readonly seq: number },
) => Awaitable<SealedPayload>;

export interface EvidenceLogOptions {
  /** Name of the shard, one for each writer: `[a-z0-9][a-z0-9-]{0,62}`. Default `main`. */
  readonly shard?: string;
  /** Name of a log that begins, under which its signatures are known. One that goes on keeps its own. */
  readonly origin: string;
  /** The key that signs, and behind it one that is being retired, if there is one. */
  readonly signers: readonly [Signer, ...Signer[]];
  /**
   * `strict`: each answer waits until its record is on the disk. `batched`: it waits until it is written; it is on the disk
   * within 100 records or a second. `none`: it waits until it is written. Default `strict`. Each record names it.
   */
  readonly durability?: Durability;
  /** Left out: requests are not kept, and nobody can decide them again. */
  readonly seal?: Seal;
  /** Left out: there are no witnesses, and a log that was restored from a copy goes on without noticing. */
  readonly witnessing?: Witnessing;
  /** Told what does not stop the log: that a witness does not answer. */
  readonly onRemark?: (sentence: string) => void;
  /** Where histories are kept, when they outlive the process. Default: a `MemoryStore`, filled from the log. */
  readonly store?: Store;
  /** Why a key that signed before signs no more, by the key as text. One that is not here was retired. */
  readonly revoked?: ReadonlyMap<string, string>;
  /** Where key salts are kept. Left out: a log that begins names none, and one that names one does not open. */
  readonly keySalts?: KeySalts;
  /** What the writer remembers of his logs, outside of them. Left out: a log is taken as it is found. */
  readonly memory?: LogMemory;
  /** Milliseconds since 1970, for what is no decision. */
  readonly clock: () => number;
  readonly hash?: Hash;
  /** Entries after which a checkpoint is signed. Default 1 024. */
  readonly checkpointEntries?: number;
  /** Milliseconds after which entries are signed at the latest. Default 1 000. */
  readonly checkpointMs?: number;
  /** Bytes after which a new segment begins. Default 64 MiB. */
  readonly segmentBytes?: number;
}

/** What is signed of a log, remembered where nobody who can write to the log can. */
export interface LogMemory {
  /** The newest tree that was signed for an origin; undefined where none is known. */
  newest(origin: string): SignedTree | undefined;
  /** Called before the signature is written. */
  remember(origin: string, tree: SignedTree): void;
  /**
   * Asked about a log that was written before, and before anything is written to it.
   * @throws EvidenceError when it is not this writer's.
   */
  recognise(found: FoundLog): void | Promise<void>;
}

export interface SignedTree {
  readonly size: number;
  readonly root: Uint8Array;
}

/** A log as it was found. */
export interface FoundLog {
  readonly origin: string;
  readonly keys: readonly OwnKey[];
  readonly newest: Note | undefined;
  /** It goes on from the tree that is remembered. */
  readonly isRemembered: boolean;
}

const BATCH_RECORDS = 100;
const CHECKPOINT_ENTRIES = 1024;
const CHECKPOINT_MS = 1000;
const ZEROS = new Uint8Array(DIGEST_BYTES);

interface Waiting {
  readonly given: LogEntry | LogNote;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

interface MadeEntry {
  readonly entry: Entry;
  readonly encoded: Uint8Array;
  readonly sealed: Uint8Array | undefined;
}

/** What opening a log found and did. */
export interface LogOpening {
  /** Bytes of a write that a crash had cut short; they were cut off, and the log says so. */
  readonly cutBytes: number;
  readonly began: boolean;
}

export class EvidenceLog implements Log {
  readonly durability: Durability;
  readonly origin: string;
  readonly shard: string;
  readonly store: Store;
  /** What ids of histories in this log are made with; undefined where the log names no salt. */
  readonly keySalt: Uint8Array | undefined;
  readonly opening: LogOpening;
  readonly #storage: Storage;
  readonly #options: EvidenceLogOptions;
  readonly #hash: Hash;
  readonly #replay: Replay;
  readonly #chain: Chain;
  readonly #checkpoints: CheckpointWriter;
  readonly #ownKeys: OwnKeys;
  readonly #witnessed: Witnessed | undefined;
  /** The showing to witnesses that is under way. */
  #showing: Promise<void> | undefined;
  #shown: Mark | undefined;
  /** Of the newest checkpoint of this process. */
  #signed: Mark | undefined;
  readonly #kept: Set<string>;
  readonly #sources = new WeakSet<RecordSource>();
  #end: ShardPlace;
  /** Bytes behind the end that a crash cut short. The first write goes over them, and says so. */
  #torn: number;
  #segments: string[];
  #waiting: Waiting[] = [];
  readonly #turns = new Turns();
  #unsynced = 0;
  #lastTimeMs = 0;
  /** Its time is not read yet: most programs never ask. */
  #newest: Entry | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #fault: unknown;
  /** It did not sign the last time, and is asked again by the clock alone. */
  #isSignerOut = false;
  /** Nobody has heard of the fault yet. */
  #isUntold = false;
  #closing: Promise<void> | undefined;

  /** @internal Use {@link openEvidenceLog}. */
  constructor(storage: Storage, options: EvidenceLogOptions, opened: OpenedShard) {
    this.durability = options.durability ?? "strict";
    this.origin = opened.origin;
    this.shard = opened.shard;
    this.store = opened.store;
    this.keySalt = opened.keySalt;
    this.opening = { cutBytes: opened.end.torn, began: opened.chain.tree.size === 0 };
    this.#storage = storage;
    this.#options = options;
    this.#hash = options.hash ?? sha256;
    this.#replay = opened.replay;
    this.#chain = opened.chain;
    this.#checkpoints = opened.checkpoints;
    this.#ownKeys = opened.keys;
    this.#witnessed = opened.witnessed;
    this.#kept = new Set(opened.artifacts);
    this.#segments = [...opened.segments];
    this.#newest = opened.newest;
    this.#end = opened.end;
    this.#torn = opened.end.torn;
  }

  get sealsRequests(): boolean {
    return this.#options.seal !== undefined;
  }

  /** Entries in the log. */
  get size(): number {
    return this.#chain.tree.size;
  }

  /** Time of the newest entry; never less than it was. */
  get lastTimeMs(): number {
    const { note, record } = this.#newest ?? {};
    if (this.#newest !== undefined)
      this.#lastTimeMs = Math.max(this.#lastTimeMs, note?.time_ms ?? timeOf(record as Uint8Array));
    this.#newest = undefined;
    return this.#lastTimeMs;
  }

  /** Entries under the last signature. */
  get signedSize(): number {
    return this.#checkpoints.size;
  }

  /** The keys that signed it, as the log names them. */
  get keys(): readonly OwnKey[] {
    return this.#ownKeys.all;
  }

  /** Entries that witnesses have seen. */
  get witnessedSize(): number {
    return this.#witnessed?.size ?? 0;
  }

  last(id: Uint8Array): LastKnown | undefined {
    return this.#replay.last(id);
  }

  frozen(): readonly Freeze[] {
    return this.#replay.frozen;
  }

  async rebuild(id: Uint8Array): Promise<StoredCell | undefined> {
    const entries: ReplayedEntry[] = [];
    await readShard(this.#storage, this.#segments, (batch) => {
      for (const { entry } of batch) {
        if (entry.note !== undefined || entry.cells.length === 0) continue;
        const { cells } = Replay.factsOf(entry.seq, entry.record);
        if (cells.some((cell) => sameHash(cell.id, id))) entries.push(replayedOf(entry));
      }
    });
    return rebuilt(id, entries);
  }

  append(given: LogEntry): Promise<void> {
    return this.#put(given);
  }

  /** Says in the log that what was kept of a subject cannot be read any more. Its key must be destroyed already. */
  noteErased(subject: Uint8Array, by: string, reason: string): Promise<void> {
    return this.#put({ kind: "erase", subject, by, reason, time_ms: this.#options.clock() });
  }

  /** Says that a token was used, before what it permits runs. */
  noteBurn(burn: Omit<BurnNote, "kind">): Promise<void> {
    return this.#put({ ...burn, kind: "burn" });
  }

  /** Says what became of a call under a token that belongs to no session. */
  noteOutcome(outcome: Omit<OutcomeNote, "kind">): Promise<void> {
    return this.#put({ ...outcome, kind: "outcome" });
  }

  /** @internal Says in the log which keys sign from now on, where that has changed. */
  async useKeys(): Promise<void> {
    const { signers, revoked, clock } = this.#options;
    const signing = new Set(signers.map(({ publicKey }) => publicKeyText(publicKey) as string));
    const before = this.#ownKeys.signing.map(({ text }) => text);
    for (const key of signing)
      if (!before.includes(key)) await this.#put({ kind: "key", act: "add", key, time_ms: clock() });
    for (const key of before) {
      const reason = revoked?.get(key);
      const act = reason === undefined ? "retire" : "revoke";
      if (!signing.has(key))
        await this.#put({
          kind: "key",
          act,
          key,
          ...(reason === undefined ? {} : { reason }),
          time_ms: clock(),
        });
    }
  }

  /** @internal What opening has to say. */
  note(note: LogNote): Promise<void> {
    return this.#put(note);
  }

  /** Signs what is in the log so far. @throws EvidenceError `signer_failed`; the log goes on, and signs later. */
  async sign(): Promise<void> {
    await this.#turns.run(() => this.#whole(() => this.#sign()));
  }

  /**
   * Signs what is in the log, and lets go of it. What comes later is refused.
   * @throws what had stopped the log, if nobody was told before.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#turns.run(async () => {
      try {
        if (this.#fault === undefined) await this.#whole(() => this.#sign());
        await this.#showing;
        if (this.#isUntold) throw this.#fault;
      } finally {
        this.#fault ??= new EvidenceError("log_closed", "the log is closed");
        await this.#storage.close();
      }
    });
  }

  /**
   * @internal Asks the witnesses about what was signed before anything else is.
   * @throws EvidenceError when one of them has seen another history.
   */
  async needSeen(): Promise<void> {
    if (this.#witnessed === undefined) return;
    // Nothing is promised about an empty tree: it has one root.
    const empty = { origin: this.origin, size: 0, root: emptyRoot(this.#hash) };
    const note = this.#checkpoints.newest ?? (await signCheckpoint(empty, this.#options.signers));
    await this.#witnessed.show(note, this.#proof());
  }

  #proof(): (oldSize: number, size: number) => Promise<readonly Uint8Array[]> {
    const segments = [...this.#segments];
    const shown = this.#shown;
    return (oldSize, size) => proofBetween(this.#storage, segments, shown, oldSize, size, this.#hash);
  }

  /** Shows what was signed to the witnesses; answers do not wait for them. */
  #show(): void {
    if (this.#witnessed === undefined || this.#showing !== undefined) return;
    const note = this.#checkpoints.newest as Note;
    const mark = this.#signed;
    const showing = this.#witnessed.show(note, this.#proof()).then(
      () => {
        this.#shown = mark;
        this.#showing = undefined;
        if (this.#checkpoints.newest !== note && this.#fault === undefined) this.#show();
        return this.#showing;
      },
      (error: unknown) => {
        this.#showing = undefined;
        if (this.#fault === undefined) this.#isUntold = true;
        this.#fault ??= error;
      },
    );
    this.#showing = showing;
  }

  #put(given: LogEntry | LogNote): Promise<void> {
    // What stands behind a write that failed is not known any more; opening the log again finds out.
    if (this.#fault !== undefined) {
      this.#isUntold = false;
      return Promise.reject(this.#fault);
    }
    if (this.#closing !== undefined)
      return Promise.reject(new EvidenceError("log_closed", "the log is closed"));
    return new Promise((done, failed) => {
      this.#waiting.push({ given, done, failed });
      if (this.#waiting.length === 1) void this.#turns.run(() => this.#groups());
    });
  }

  /** One group after the other, for as long as somebody waits. */
  async #groups(): Promise<void> {
    // Whoever asks in this moment goes into the same group.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#group();
  }

  /** A step that must not fail half: behind one that did, nothing is written any more. */
  async #whole(step: () => Promise<void>): Promise<void> {
    if (this.#fault !== undefined) throw this.#fault;
    try {
      await step();
    } catch (error) {
      // A signer that does not answer stops nothing: what it has not signed waits for it.
      if (!isSigners(error)) this.#fault ??= error;
      throw error;
    }
  }

  async #group(): Promise<void> {
    const group: Waiting[] = [];
    const bins: Uint8Array[] = [];
    let bytes = 0;
    let lifts = false;
    try {
      if (this.#fault !== undefined) throw this.#fault;
      let taken = 0;
      while (taken < this.#waiting.length && bytes < FRAME_BYTES_MAX / 4) {
        const next = this.#waiting[taken++] as Waiting;
        let made: MadeEntry;
        try {
          // Waiting costs more than making an entry, so there is none without need.
          if (this.#hasNewFiles(next.given)) await this.#keepFiles(next.given.source);
          const payload = this.#seal(next.given);
          made = this.#entryOf(next.given, payload instanceof Promise ? await payload : payload);
        } catch (error) {
          // Nothing of it is in the log yet, so the others go on.
          next.failed(error);
          continue;
        }
        group.push(next);
        const { entry, encoded, sealed } = made;
        const leaf = leafHash(encoded, this.#hash);
        if (entry.note?.kind === "begin" || entry.note?.kind === "key")
          this.#ownKeys.take(entry.note, entry.seq);
        this.#chain.prev = leaf;
        this.#newest = entry;
        this.#chain.tree.append(leaf);
        for (const bin of sealed === undefined ? [encoded] : [encoded, sealed]) {
          bins.push(bin);
          bytes += binBytes(bin.length);
        }
        // A record without histories tells the next one nothing.
        if (entry.note === undefined && entry.cells.length > 0)
          lifts = liftsFreeze(this.#replay.trust(replayedOf(entry))) || lifts;
      }
      this.#waiting.splice(0, taken);
      if (bins.length > 0) await this.#write(frameOf(bins), this.#chain.tree.size - group.length);
      // Anybody can write a thaw behind what is signed, so none is answered, nor believed at the next opening, before that.
      if (lifts) await this.#signUnasked();
      if (this.#fault !== undefined) throw this.#fault;
    } catch (error) {
      this.#fault ??= error;
      for (const { failed } of [...group, ...this.#waiting.splice(0)]) failed(this.#fault);
      return;
    }
    for (const { done } of group) done();
    await this.#signWhenDue();
  }

  async #write(frame: Uint8Array, firstSeq: number): Promise<void> {
    const { segmentBytes = SEGMENT_BYTES } = this.#options;
    if (this.#torn > 0) return this.#writeOver(frame);
    if (this.#end.file === "" || this.#end.at >= segmentBytes) {
      if (this.#unsynced > 0) await this.#sync();
      const file = segmentName(this.shard, firstSeq);
      this.#segments.push(file);
      this.#end = { seq: firstSeq, file, at: 0 };
    }
    const { file, at } = this.#end;
    await this.#storage.append(file, at, frame);
    this.#end = { seq: this.#chain.tree.size, file, at: at + frame.length };
    this.#unsynced += this.#chain.tree.size - firstSeq;
    const isDue =
      this.durability === "strict" || (this.durability === "batched" && this.#unsynced >= BATCH_RECORDS);
    if (isDue) await this.#sync();
  }

  /** The write that says what was cut off stands where that began: a crash leaves the one or the other. */
  async #writeOver(frame: Uint8Array): Promise<void> {
    const { file, at } = this.#end;
    await this.#storage.replace(file, at, frame);
    this.#torn = 0;
    this.#end = { seq: this.#chain.tree.size, file, at: at + frame.length };
  }

  async #sync(): Promise<void> {
    await this.#storage.sync(this.#end.file);
    this.#unsynced = 0;
  }

  #seal(given: LogEntry | LogNote): Awaitable<SealedPayload> | undefined {
    if ("kind" in given || given.request === undefined) return undefined;
    return this.#options.seal?.(given.request, { origin: this.origin, seq: this.#chain.tree.size });
  }

  #entryOf(given: LogEntry | LogNote, payload: SealedPayload | undefined): MadeEntry {
    const { prev, tree } = this.#chain;
    const seq = tree.size;
    const entry: Entry =
      "kind" in given
        ? { prev, seq, note: given }
        : {
            prev,
            seq,
            record: given.record,
            cells: given.cells.map((cell) => this.#cellOf(cell)),
            sealed: payload?.sealed,
          };
    return { entry, encoded: encodeEntry(entry), sealed: payload?.bytes };
  }

  #cellOf({ id, before, version, bytes }: LoggedCell): EntryCell {
    const known = this.#replay.last(id)?.digest ?? ZEROS;
    // A history of freezes or labels alone has no tally, and an entry has no empty list.
    const tallies = bytes === undefined ? [] : talliesOf(bytes);
    return {
      ...(sameHash(known, before) ? {} : { gap: true as const }),
      ...(tallies.length === 0 ? {} : { tallies }),
      version,
    };
  }

  /** The engine and the image that a record names are in the log before it is. */
  async #keepFiles(source: RecordSource): Promise<void> {
    const { digests, files } = source;
    for (const [name, bytes] of [
      [`engines/${digests.engine}.wasm`, files.wasm],
      [`images/${digests.image}.image`, files.image],
    ] as const) {
      if (bytes === undefined || this.#kept.has(name)) continue;
      await this.#storage.put(name, bytes);
      this.#kept.add(name);
    }
    this.#sources.add(source);
  }

  #hasNewFiles(given: LogEntry | LogNote): given is LogEntry & { readonly source: RecordSource } {
    return !("kind" in given) && given.source !== undefined && !this.#sources.has(given.source);
  }

  async #signWhenDue(): Promise<void> {
    const { checkpointEntries = CHECKPOINT_ENTRIES, checkpointMs = CHECKPOINT_MS } = this.#options;
    if (this.size - this.signedSize >= checkpointEntries && !this.#isSignerOut) {
      await this.#signUnasked();
      return;
    }
    this.#signIn(checkpointMs);
  }

  #signIn(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#turns.run(() => this.#signUnasked());
    }, ms);
    (this.#timer as { unref?: () => void }).unref?.();
  }

  /** The answers were given; a fault is told to whoever appends next, or closes the log. */
  async #signUnasked(): Promise<void> {
    if (this.#fault !== undefined) return;
    try {
      await this.#whole(() => this.#sign());
    } catch (error) {
      if (!isSigners(error)) {
        this.#isUntold = true;
        return;
      }
      if (!this.#isSignerOut) this.#options.onRemark?.(`${(error as Error).message}; it is asked again`);
      this.#isSignerOut = true;
      this.#signIn(this.#options.checkpointMs ?? CHECKPOINT_MS);
    }
  }

  async #sign(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.size === this.signedSize) return;
    if (this.#unsynced > 0) await this.#sync();
    const { tree } = this.#chain;
    this.#options.memory?.remember(this.origin, { size: tree.size, root: tree.root() });
    await this.#checkpoints.sign(this.origin, this.#chain.tree, this.#options.signers);
    this.#isSignerOut = false;
    if (this.#witnessed === undefined) return;
    this.#signed = { place: this.#end, tree: this.#chain.tree.copy() };
    this.#show();
  }
}

function isSigners(error: unknown): boolean {
  return error instanceof EvidenceError && error.code === SIGNER_FAILED;
}

/** The time of a record. */
function timeOf(record: Uint8Array): number {
  return (decode(record) as { readonly time_ms: number }).time_ms;
}

/** What opening a shard finds. */
export interface OpenedShard {
  readonly shard: string;
  readonly origin: string;
  readonly store: Store;
  readonly replay: Replay;
  readonly chain: Chain;
  readonly newest: Entry | undefined;
  readonly end: ShardEnd;
  readonly segments: readonly string[];
  readonly artifacts: readonly string[];
  readonly checkpoints: CheckpointWriter;
  readonly keys: OwnKeys;
  readonly witnessed: Witnessed | undefined;
  readonly keySalt: Uint8Array | undefined;
}

/**
 * Opens a shard of a log and reads all of it; one that is not there begins.
 * @throws ShardFault, LogFault, EvidenceError when it does not add up: nothing is repaired but a write that was cut short.
 */
export async function openEvidenceLog(storage: Storage, options: EvidenceLogOptions): Promise<EvidenceLog> {
  const { shard = "main", hash = sha256, store = new MemoryStore(), clock, signers } = options;
  needShardName(shard);
  const { shards, artifacts, foreign } = inventoryOf(await storage.list());
  const [stranger] = foreign;
  if (stranger !== undefined)
    throw new EvidenceError("file_foreign", `${stranger}: a log has no such file; move it away`);
  const segments = shards.get(shard) ?? [];
  const chain = new Chain(hash);
  const replay = new Replay();
  const histories = new Histories(store);
  const keys = new OwnKeys();
  const begins = await firstNotes(storage, shards);
  const [other] = begins.values();
  const first = begins.get(shard) ?? other;
  if (segments.length === 0 && first !== undefined) needOwnLog(first, options);
  const origin = first === undefined ? `${options.origin}/${shard}` : `${logNameOf(first)}/${shard}`;
  needName(origin, "origin");
  // A new shard of a log has the salt of the others: its writer may share their store.
  const saltId = first?.salt;
  const seen = options.memory?.newest(origin);
  const checkpoints = await CheckpointWriter.open(storage, shard);
  const signedBefore = seen?.size ?? checkpoints.size;
  let newest: Entry | undefined;
  /** The first entry of a write that lifts a freeze, and that nobody signed. */
  let lifting: FoundEntry | undefined;
  let end = await readShard(storage, segments, async (batch) => {
    lifting ??= unsignedThaw(batch, signedBefore);
    for (const found of batch) {
      if (lifting !== undefined && found.seq >= lifting.seq) return;
      const { entry } = chain.add(found);
      newest = entry;
      checkpoints.check(chain.tree);
      if ((entry.note?.kind === "begin") !== (entry.seq === 0))
        throw new ShardFault(
          "begin",
          found.file,
          found.at,
          entry.seq,
          "a log begins once, with its first entry",
        );
      if (seen?.size === chain.tree.size && !sameHash(seen.root, chain.tree.root()))
        throw new EvidenceError(
          "root_other",
          `${shard}: the ${seen.size} entries are not those that were signed here; they were changed behind the log's back`,
        );
      if (entry.note?.kind === "begin" || entry.note?.kind === "key") keys.take(entry.note, entry.seq);
      if (entry.note !== undefined || entry.cells.length === 0) continue;
      const replayed = replayedOf(entry);
      replay.trust(replayed);
      // A store of its own outlives the process, and has what it has.
      if (options.store === undefined) await histories.remember(entry);
    }
  });
  if (lifting !== undefined) end = await cutBefore(storage, lifting, segments);
  checkpoints.needAll(chain.tree.size, origin);
  const { size: found } = chain.tree;
  if (seen !== undefined && found < seen.size)
    throw new EvidenceError(
      "log_short",
      `${shard}: ${seen.size} entries were signed here and ${found} are there; bring back the files that are missing`,
    );
  if (found > 0) {
    const { newest } = checkpoints;
    await options.memory?.recognise({ origin, keys: keys.all, newest, isRemembered: seen !== undefined });
  }
  if (end.torn > 0 && end.seq < checkpoints.size)
    throw new EvidenceError("log_short", `${end.file}: what is torn was signed already`);
  // Whoever wrote it may not have come to its sync; nothing may be signed or answered that is not on the disk.
  if (end.file !== "") await storage.sync(end.file);
  const { witnessing, onRemark = () => {} } = options;
  const witnessed =
    witnessing === undefined ? undefined : await Witnessed.open(storage, shard, witnessing, onRemark);
  const isNew = first === undefined && chain.tree.size === 0;
  const keySalt = isNew ? options.keySalts?.make() : neededSalt(saltId, shard, options.keySalts);
  const opened = {
    shard,
    origin,
    store,
    keySalt,
    replay,
    chain,
    // Its bytes are a view of what was read.
    newest:
      newest === undefined || newest.note !== undefined
        ? newest
        : { ...newest, record: newest.record.slice() },
    end,
    segments,
    artifacts,
    checkpoints,
    keys,
    witnessed,
  };
  const log = new EvidenceLog(storage, options, opened);
  await log.needSeen();
  // Before anything is written, which may be signed at once.
  const known = new Set(keys.signing.map(({ text }) => text));
  await checkpoints.settle(signers.filter(({ publicKey }) => known.has(publicKeyText(publicKey))));
  const torn = end.torn === 0 ? undefined : await storage.read(end.file, end.at, end.torn);
  const opening: LogNote[] = [];
  if (chain.tree.size === 0)
    opening.push({
      kind: "begin",
      origin,
      key: publicKeyText(signers[0].publicKey),
      ...(keySalt === undefined ? {} : { salt: keySaltId(keySalt, hash) }),
      time_ms: clock(),
    });
  if (torn !== undefined)
    opening.push({
      kind: "cut",
      segment: end.file,
      at: end.at,
      bytes: end.torn,
      sha256: hash(torn),
      time_ms: clock(),
    });
  // In one write.
  await Promise.all(opening.map((note) => log.note(note)));
  const signed = Math.max(seen?.size ?? 0, checkpoints.size);
  if (found > signed && found > 1) await log.note({ kind: "adopt", from: signed, time_ms: clock() });
  await log.useKeys();
  await log.sign();
  return log;
}

/** @throws EvidenceError for what is no name of a shard. */
export function needShardName(shard: string): void {
  if (SHARD_NAME.test(shard)) return;
  throw new EvidenceError("shard_name", `shard: wanted ${SHARD_NAME.source}, came ${JSON.stringify(shard)}`);
}

/** @throws EvidenceError when it is not there: with another one every history would begin at nothing. */
function neededSalt(
  named: Uint8Array | undefined,
  shard: string,
  salts: KeySalts | undefined,
): Uint8Array | undefined {
  if (named === undefined) return undefined;
  const salt = salts?.find(named);
  if (salt !== undefined && sameHash(keySaltId(salt), named)) return salt;
  throw new EvidenceError(
    "key_salt",
    `${shard}: wanted the key salt ${hex(named)}, which the log began with; came none or another one; restore salts/ of its key folder, or give keySalt`,
  );
}

/** The first note of each shard that is there: it names the log that all of them belong to. */
async function firstNotes(
  storage: Storage,
  shards: ReadonlyMap<string, readonly string[]>,
): Promise<ReadonlyMap<string, BeginNote>> {
  const begins = new Map<string, BeginNote>();
  for (const [shard, [file]] of shards) {
    if (file === undefined) continue;
    const bytes = await storage.read(file, 0, BEGIN_BYTES_MAX);
    const frame = frameAt(bytes, 0, bytes.length);
    const entry = typeof frame === "string" ? undefined : binAt(bytes, frame.from, frame.to);
    const { note } = entry === undefined ? {} : decodeEntry(bytes.subarray(entry.from, entry.to));
    if (note?.kind !== "begin") continue;
    if (!note.origin.endsWith(`/${shard}`))
      throw new EvidenceError(
        "shard_other",
        `${shard}: it begins the shard ${note.origin}, and stands in the folder ${shard}; move it back`,
      );
    begins.set(shard, note);
  }
  return begins;
}

function logNameOf({ origin }: BeginNote): string {
  return origin.slice(0, origin.lastIndexOf("/"));
}

/**
 * A new shard takes name and salt from a shard that is there, which anybody may have put there.
 * @throws EvidenceError unless it was signed here, or the program names that log and it has a salt that is here.
 */
function needOwnLog(begun: BeginNote, { memory, origin, keySalts, store }: EvidenceLogOptions): void {
  if (memory === undefined || memory.newest(begun.origin) !== undefined) return;
  const needsSalt = keySalts !== undefined && store === undefined;
  if (logNameOf(begun) === origin && (begun.salt !== undefined || !needsSalt)) return;
  throw new EvidenceError(
    "log_stranger",
    `${begun.origin}: wanted a log that was signed here, came one that was not; to write beside another writer of it give its origin and keySalt, else begin another log`,
  );
}

/** The first entry of a write that nobody signed and that lifts a freeze. */
function unsignedThaw(batch: readonly FoundEntry[], signed: number): FoundEntry | undefined {
  const thaw = batch.find(({ seq, entry }) => seq >= signed && isThaw(entry));
  return batch.find(({ file, at }) => file === thaw?.file && at === thaw.at);
}

function isThaw(entry: Entry): boolean {
  if (entry.note !== undefined || entry.cells.length === 0) return false;
  return liftsFreeze(Replay.factsOf(entry.seq, entry.record));
}

function liftsFreeze({ event, verdict }: Pick<LoggedFacts, "event" | "verdict">): boolean {
  return event?.kind === "thaw" && verdict === "allow";
}

/**
 * A thaw is answered once it is signed, so one that is not was answered to nobody: it goes like a write that was cut short. Its
 * record follows from the freeze, and anybody could have written it.
 * @throws EvidenceError when more stands behind it than one write.
 */
async function cutBefore(
  storage: Storage,
  { seq, file, at }: FoundEntry,
  segments: readonly string[],
): Promise<ShardEnd> {
  const torn = (await storage.size(file)) - at;
  if (file === segments.at(-1) && torn <= FRAME_HEADER_BYTES + FRAME_BYTES_MAX)
    return { seq, file, at, torn };
  throw new EvidenceError(
    "thaw_unsigned",
    `${file}, byte ${at}, entry ${seq}: wanted a thaw that was signed, came one with more behind it; no log leaves that`,
  );
}

/** A frame with the first entry of a shard, which stands alone in it. */
const BEGIN_BYTES_MAX = 4096;
