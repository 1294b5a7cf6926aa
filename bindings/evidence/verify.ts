/**
 * Verifies a log from its bytes alone, and says three things apart: whether it is the log that was signed (structure),
 * whether each record follows from its own numbers (arithmetic), and whether the engine decides each request the same way
 * again (replay). Whom to believe comes from the verifier, never from the log.
 */

import { LogFault } from "../memory/replay.ts";
import { CodecError } from "../src/codec/errors.ts";
import { hex, sha256 } from "../src/sha256.ts";
import type { Cell } from "../src/types.ts";
import { type ApprovalsAnswer, type ApprovalsState, ApprovalsWalk, type CheckApprover } from "./approvals.ts";
import { checkArithmetic } from "./arithmetic.ts";
import { Artifacts } from "./artifacts.ts";
import type { ChainedEntry } from "./chain.ts";
import { type CheckpointTrust, type OpenedCheckpoint, openCheckpoint } from "./checkpoint.ts";
import { readCheckpoints } from "./checkpoint-writer.ts";
import { decidedAgain } from "./decided-again.ts";
import { type RecordEntry, replayedOf } from "./entry.ts";
import { EvidenceError, FileFault } from "./errors.ts";
import { factsOf, type RecordFacts } from "./facts.ts";
import { type ReadersSalts, saltRemark } from "./key-salt.ts";
import { KEY_TYPE, type Note, type NoteSignature, noteKey, type Verify } from "./note.ts";
import { checkpointsName, inventoryOf, readShard, ShardFault, witnessedName } from "./shard.ts";
import { type Standing, standingOf } from "./standing.ts";
import type { StorageReader } from "./storage.ts";
import type { Hash } from "./tree.ts";
import { ShardWalk } from "./verify-walk.ts";

/** Something that verify found, and where. */
export interface Finding {
  /** `failure`: the log does not prove what it says. `remark`: it does, and a reader should know this. */
  readonly kind: "failure" | "remark";
  readonly code: string;
  readonly shard?: string;
  readonly file?: string;
  /** Offset in the file. */
  readonly at?: number;
  readonly seq?: number;
  readonly sentence: string;
}

/** One of the three answers. */
export interface Answer {
  readonly checked: number;
  readonly failed: number;
  /** Milliseconds spent on it. */
  readonly ms: number;
}

/** Why records were not decided again. */
export interface NotReplayed {
  /** The host answered, no engine. */
  readonly host: number;
  /** No request was kept. */
  readonly unkept: number;
  /** It is sealed, and the verifier has no key. */
  readonly withheld: number;
  /** Some of its fields were redacted before it was kept. */
  readonly redacted: number;
  /** The key of the subject was destroyed, and an entry says so. */
  readonly erased: number;
  /** A history that it was decided on is not known: others changed it through logs of their own, or it had no room. */
  readonly history: number;
  /** Its histories have ids that were made with a key salt which the verifier does not have. */
  readonly salt: number;
}

export interface ShardReport {
  readonly shard: string;
  readonly origin: string;
  readonly entries: number;
  readonly root: string;
  /** Entries under the newest checkpoint. */
  readonly signed: number;
  readonly standing: Standing;
}

export interface VerifyReport {
  /** The worst of its shards, or `failed`. */
  readonly answer: Standing["word"] | "failed";
  readonly structure: Answer;
  readonly arithmetic: Answer;
  readonly replay: Answer & { readonly not: NotReplayed };
  /** Of the records that persons approved: whether each follows from one that was reviewed. */
  readonly approvals: ApprovalsAnswer;
  readonly verdicts: Readonly<Record<"allow" | "review" | "deny", number>>;
  /** Records of shadow mode: the calls ran whatever the verdict. */
  readonly shadow: number;
  readonly shards: readonly ShardReport[];
  /** SHA-256 of the engines and images that records name. */
  readonly engines: readonly string[];
  readonly images: readonly string[];
  readonly findings: readonly Finding[];
  /** Findings beyond those that are listed. */
  readonly unlisted: number;
}

/** What a verifier believes: a trust file, in the parts that count here. */
export interface VerifyTrust {
  readonly shards: readonly CheckpointTrust[];
  readonly engines: readonly string[];
  readonly images?: readonly string[];
}

/** The request of a sealed payload, or why there is none. */
export type OpenedRequest = Uint8Array | "withheld" | "redacted" | "lost";

export interface Progress {
  readonly shard: string;
  readonly entries: number;
  /** Bytes of its segments that were read, and all of them. */
  readonly bytes: number;
  readonly bytesAll: number;
}

export interface VerifyOptions extends ReadersSalts {
  readonly trust?: VerifyTrust;
  /** Ed25519 by the pinned predicate. */
  readonly verify: Verify;
  readonly hash?: Hash;
  /** Engines that the verifier itself brings, by digest in hex: what is released with it. */
  readonly engines?: ReadonlyMap<string, Uint8Array>;
  /** Opens what is sealed. Left out: all of it is withheld. */
  readonly open?: (entry: RecordEntry, bytes: Uint8Array, origin: string) => Promise<OpenedRequest>;
  /** Says by a list of persons who signed; left out, signatures of approvers are not looked at. */
  readonly approver?: CheckApprover;
  /** Whether requests are decided again. Default true. */
  readonly replay?: boolean;
  /** Records from this entry on, and before that one, are computed and decided again; the structure is always whole. */
  readonly from?: number;
  readonly to?: number;
  readonly onProgress?: (progress: Progress) => void;
  /** Asked now and then; on true verifying ends with a {@link VerifyStopped}. */
  readonly stop?: () => boolean;
  /**
   * Goes on where it was stopped: what stands before is only chained and folded again, not computed or decided, and shards
   * that were done are not read again.
   */
  readonly resume?: VerifyState;
  /** Sees each entry whose place is right, in order, whatever its record is worth; of `from` to `to` those in between. */
  readonly onEntry?: (entry: ChainedEntry, shard: string, request: OpenedRequest | undefined) => void;
  /** Milliseconds of any clock. */
  readonly now?: () => number;
}

const FINDINGS_MAX = 100;

/** How far a verifier has come: JSON, to be kept by the verifier and never taken from anybody else. */
export interface VerifyState {
  readonly v: 1;
  readonly shard: string;
  /** The next entry, and the leaf hash of the one before it. */
  readonly seq: number;
  readonly prev: string;
  readonly latestMs: number;
  readonly lost: ShardWalk["lost"];
  readonly unsalted: number;
  readonly structure: Answer;
  readonly arithmetic: Answer;
  readonly replay: Answer;
  readonly not: NotReplayed;
  readonly approvals: ApprovalsState;
  readonly verdicts: VerifyReport["verdicts"];
  readonly shadow: number;
  readonly shards: readonly ShardReport[];
  readonly engines: readonly string[];
  readonly images: readonly string[];
  readonly findings: readonly Finding[];
  readonly unlisted: number;
  readonly failures: number;
}

/** Verifying was stopped because it was asked to. */
export class VerifyStopped extends Error {
  override readonly name = "VerifyStopped";
  readonly state: VerifyState;

  constructor(state: VerifyState) {
    super(`stopped before entry ${state.seq} of ${state.shard}`);
    this.state = state;
  }
}

/**
 * Verifies all shards of a log.
 * @throws EvidenceError `log_none` when there is no log; VerifyStopped when it was asked to stop; whatever the storage
 * throws.
 */
export async function verifyLog(storage: StorageReader, options: VerifyOptions): Promise<VerifyReport> {
  return new Verifier(storage, options).all();
}

interface Tally {
  checked: number;
  failed: number;
  ms: number;
}

class Verifier {
  readonly #storage: StorageReader;
  readonly #options: VerifyOptions;
  readonly #hash: Hash;
  readonly #now: () => number;
  readonly #artifacts: Artifacts;
  readonly #approvals: ApprovalsWalk;
  readonly #findings: Finding[] = [];
  readonly #structure: Tally = { checked: 0, failed: 0, ms: 0 };
  readonly #arithmetic: Tally = { checked: 0, failed: 0, ms: 0 };
  readonly #replay: Tally = { checked: 0, failed: 0, ms: 0 };
  readonly #not = { host: 0, unkept: 0, withheld: 0, redacted: 0, erased: 0, history: 0, salt: 0 };
  readonly #verdicts = { allow: 0, review: 0, deny: 0 };
  readonly #shards: ShardReport[] = [];
  #shadow = 0;
  #failures = 0;
  #unlisted = 0;
  /** What is still to be reached: nothing before it is told again. */
  #resume: VerifyState | undefined;

  constructor(storage: StorageReader, options: VerifyOptions) {
    this.#storage = storage;
    this.#options = options;
    this.#resume = options.resume;
    this.#hash = options.hash ?? sha256;
    this.#now = options.now ?? (() => performance.now());
    this.#artifacts = new Artifacts(storage, options, (finding) => this.#find(finding));
    this.#approvals = new ApprovalsWalk(
      (code, sentence, place) => this.#find({ kind: "failure", code, ...place, sentence }),
      options.approver,
    );
  }

  async all(): Promise<VerifyReport> {
    const { shards, artifacts, foreign } = inventoryOf(await this.#storage.list());
    if (shards.size === 0)
      throw new EvidenceError(
        "log_none",
        "there is no shard of a log; give the folder that a log was written to",
      );
    for (const file of foreign)
      this.#find({ kind: "failure", code: "file_foreign", file, sentence: "A log has no such file." });
    for (const file of artifacts) await this.#artifacts.check(file);
    const origins: string[] = [];
    const resume = this.#resume;
    if (resume !== undefined && !shards.has(resume.shard))
      throw new EvidenceError(
        "resume",
        `shard ${resume.shard}: it is not there any more; verify from the beginning`,
      );
    for (const [shard, segments] of shards) {
      const done = resume?.shards.find((report) => report.shard === shard);
      if (done !== undefined) {
        origins.push(done.origin);
        this.#shards.push(done);
        continue;
      }
      if (this.#resume !== undefined && shard !== this.#resume.shard)
        throw new EvidenceError(
          "resume",
          `shard ${shard}: it was not there when verifying began; verify from the beginning`,
        );
      const report = await this.#shard(shard, segments);
      origins.push(report.origin);
      this.#shards.push(report);
    }
    if (new Set(origins.filter(Boolean).map(logOf)).size > 1)
      this.#find({
        kind: "failure",
        code: "logs_mixed",
        sentence: `The shards are of several logs: ${origins.join(", ")}.`,
      });
    this.#needShards(origins);
    const { from = 0, to } = this.#options;
    // What was reviewed stands before what was approved, or in another shard.
    if (from > 0 || (to !== undefined && shards.size > 1)) this.#approvals.isPartial = true;
    this.#approvals.end();
    this.#artifacts.needNamed();
    return {
      answer: this.#failures > 0 ? "failed" : worst(this.#shards.map(({ standing }) => standing.word)),
      structure: this.#structure,
      arithmetic: this.#arithmetic,
      replay: { ...this.#replay, not: this.#not },
      approvals: this.#approvals.answer,
      verdicts: this.#verdicts,
      shadow: this.#shadow,
      shards: this.#shards,
      engines: this.#artifacts.named("engines"),
      images: this.#artifacts.named("images"),
      findings: this.#findings,
      unlisted: this.#unlisted,
    };
  }

  #state(walk: ShardWalk, seq: number): VerifyState {
    return {
      v: 1,
      shard: walk.shard,
      seq,
      prev: hex(walk.chain.prev),
      latestMs: walk.latestMs,
      lost: [...walk.lost],
      unsalted: walk.unsalted,
      structure: { ...this.#structure },
      arithmetic: { ...this.#arithmetic },
      replay: { ...this.#replay },
      not: { ...this.#not },
      approvals: this.#approvals.state(),
      verdicts: { ...this.#verdicts },
      shadow: this.#shadow,
      shards: [...this.#shards],
      engines: this.#artifacts.named("engines"),
      images: this.#artifacts.named("images"),
      findings: [...this.#findings],
      unlisted: this.#unlisted,
      failures: this.#failures,
    };
  }

  /** Takes up what was known when verifying was stopped. @throws EvidenceError when what stands before is another log. */
  #goOn(walk: ShardWalk, prev: Uint8Array): void {
    const state = this.#resume as VerifyState;
    this.#resume = undefined;
    if (hex(prev) !== state.prev)
      throw new EvidenceError(
        "resume",
        `entry ${state.seq}: what stands before it is not what was verified; verify from the beginning`,
      );
    walk.latestMs = state.latestMs;
    walk.lost.push(...state.lost);
    walk.unsalted = state.unsalted;
    Object.assign(this.#structure, state.structure);
    Object.assign(this.#arithmetic, state.arithmetic);
    Object.assign(this.#replay, state.replay);
    Object.assign(this.#not, state.not);
    this.#approvals.goOn(state.approvals);
    Object.assign(this.#verdicts, state.verdicts);
    this.#shadow = state.shadow;
    this.#findings.push(...state.findings);
    this.#unlisted = state.unlisted;
    this.#failures = state.failures;
    for (const engine of state.engines) for (const image of state.images) this.#artifacts.name(engine, image);
  }

  #find(finding: Finding): void {
    if (this.#resume !== undefined) return;
    if (finding.kind === "failure") this.#failures++;
    if (this.#findings.length < FINDINGS_MAX) this.#findings.push(finding);
    else this.#unlisted++;
  }

  #fail(code: string, shard: string, sentence: string, place: Partial<Finding> = {}): void {
    this.#find({ kind: "failure", code, shard, ...place, sentence });
  }

  /** The shards of a log that the trust names are all there, and no other. */
  #needShards(origins: readonly string[]): void {
    const { trust } = this.#options;
    if (trust === undefined) return;
    const logs = new Set(origins.map(logOf));
    for (const { origin } of trust.shards)
      if (logs.has(logOf(origin)) && !origins.includes(origin))
        this.#find({
          kind: "failure",
          code: "shard_missing",
          sentence: `The trust file names the shard ${origin}, and it is not there.`,
        });
  }

  async #shard(shard: string, segments: readonly string[]): Promise<ShardReport> {
    const walk = new ShardWalk(shard, this.#hash);
    let signed = 0;
    let standing = standingOf();
    try {
      signed = await this.#checkpoints(walk);
      const sizes = await Promise.all(segments.map((name) => this.#storage.size(name)));
      const bytesAll = sizes.reduce((sum, size) => sum + size, 0);
      const starts = new Map(
        segments.map((name, at) => [name, sizes.slice(0, at).reduce((a, b) => a + b, 0)]),
      );
      const end = await readShard(this.#storage, segments, async (batch, behind) => {
        const start = this.#now();
        const chained = batch.map((found) => walk.add(found));
        this.#structure.ms += this.#now() - start;
        for (const entry of chained) {
          if (entry.seq === this.#resume?.seq) this.#goOn(walk, entry.entry.prev);
          this.#structure.checked++;
          await this.#entry(walk, entry);
        }
        if (behind.seq === this.#resume?.seq) this.#goOn(walk, walk.chain.prev);
        const bytes = (starts.get(behind.file) ?? 0) + behind.at;
        this.#options.onProgress?.({ shard, entries: behind.seq, bytes, bytesAll });
        if (this.#options.stop?.() === true)
          throw new VerifyStopped(this.#resume ?? this.#state(walk, behind.seq));
      });
      if (this.#resume !== undefined)
        throw new EvidenceError(
          "resume",
          `${this.#resume.seq} entries were verified and ${end.seq} are there`,
        );
      if (end.torn > 0)
        this.#fail(
          "frame_torn",
          shard,
          `The last ${end.torn} bytes are no whole write: a crash leaves that, and so does somebody who cuts the file. Nothing of them was answered or signed. An auditor asks for a copy of now; whoever writes the log opens and closes it once, which cuts them off and notes it in the log.`,
          { file: end.file, at: end.at },
        );
      await this.#needOrder(walk);
      this.#needSigned(walk);
      standing = await this.#standing(walk);
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error;
      this.#resume = undefined;
      await this.#needOrder(walk);
      this.#structure.failed++;
      this.#approvals.isPartial = true;
      const place = error instanceof FileFault ? { file: error.file, at: error.at } : {};
      const seq = error instanceof ShardFault ? { seq: error.seq } : {};
      this.#fail(error.code, shard, error.message, { ...place, ...seq });
    }
    this.#needErased(walk);
    if (walk.unsalted > 0 && walk.saltId !== undefined)
      this.#find(saltRemark(shard, walk.saltId, walk.unsalted));
    const { size } = walk.chain.tree;
    return { shard, origin: walk.origin, entries: size, root: hex(walk.chain.tree.root()), signed, standing };
  }

  /** Reads the checkpoints, so that roots can be compared on the way. */
  async #checkpoints(walk: ShardWalk): Promise<number> {
    const name = checkpointsName(walk.shard);
    const { notes, pending, torn, openAt } = await readCheckpoints(this.#storage, name, (fault) =>
      walk.takeDisorder(fault),
    );
    if (pending !== undefined || torn > 0)
      this.#fail(
        "checkpoint_open",
        walk.shard,
        "Its last checkpoint is not signed: the writer was stopped at that moment, or is writing now. What is signed before it stands. An auditor asks for a copy of the closed log; whoever writes it opens and closes it once, which signs it.",
        { file: name, at: openAt },
      );
    for (const { checkpoint, note, from } of notes) walk.expect(checkpoint, note, name, from);
    const witnessed = witnessedName(walk.shard);
    if ((await this.#storage.size(witnessed)) > 0) {
      const found = await readCheckpoints(this.#storage, witnessed, (fault) => walk.takeDisorder(fault));
      if (found.pending !== undefined || found.torn > 0)
        this.#fail(
          "checkpoint_open",
          walk.shard,
          "The last cosigned checkpoint is cut short: the writer was stopped at that moment. An auditor asks for a copy of the closed log; whoever writes it opens it once with its witnesses.",
          {
            file: witnessed,
            at: found.openAt,
          },
        );
      for (const { checkpoint, note, from } of found.notes) walk.expect(checkpoint, note, witnessed, from);
    }
    return notes.at(-1)?.checkpoint.size ?? 0;
  }

  /** Checkpoints ascend. Where one does not, the one before it may be what was changed: its signature tells. */
  async #needOrder(walk: ShardWalk): Promise<void> {
    const { origin, keys } = walk.ownTrust();
    // Whoever changed the size has changed which keys count at it.
    const trust = { origin, keys: keys.map(({ publicKey }) => ({ publicKey, from: 0 })) };
    for (const { code, file, at, message, before } of walk.disorder.splice(0)) {
      const isChanged = await openCheckpoint(before.note, trust, this.#options.verify).then(
        () => false,
        (error: unknown) => error instanceof EvidenceError && error.code === "note_signature",
      );
      this.#structure.failed++;
      this.#fail(code, walk.shard, message, { file, at: isChanged ? before.from : at });
    }
  }

  /** Every checkpoint was met on the way, and nothing stands behind the last one. */
  #needSigned(walk: ShardWalk): void {
    const { size } = walk.chain.tree;
    const missing = walk.expected.find((expected) => !expected.isMet);
    if (missing !== undefined)
      this.#fail(
        "log_short",
        walk.shard,
        `A checkpoint covers ${missing.size} entries, and ${size} are there: the others were taken away.`,
        { file: missing.file, at: missing.at },
      );
    const last = walk.expected.reduce((most, expected) => Math.max(most, expected.size), 0);
    if (last < size)
      this.#fail(
        "tail_unsigned",
        walk.shard,
        `Nobody has signed the last ${size - last} entries: whoever can write to the files may have put them there. A crash leaves such a tail too; the writer's next opening notes it in the log.`,
        { seq: last },
      );
  }

  /** Checks who signed, and says what that is worth. */
  async #standing(walk: ShardWalk): Promise<Standing> {
    const { trust, verify } = this.#options;
    const { origin } = walk;
    const trusted = trust?.shards.find((shard) => shard.origin === origin);
    if (trust !== undefined && trusted === undefined)
      this.#fail(
        "shard_unknown",
        walk.shard,
        `The trust file names no shard ${origin}; its keys are unknown.`,
      );
    const own = walk.ownTrust();
    let unseen = 0;
    let best = standingOf();
    for (const { note, file, at, size } of walk.expected) {
      const where = `${file}, byte ${at}`;
      // By its own keys the log must be in order, whoever is trusted: a second key is a second signer.
      const announced = await this.#opened(walk, () => openCheckpoint(note, own, verify, where), file, at);
      if (announced === undefined) continue;
      const isWitnessed = file === witnessedName(walk.shard);
      const strangers = strangersOf(note, announced, isWitnessed ? trusted?.witnesses?.keys : []);
      // Whose cosignature it is nobody can say who relies on no witness; anything else is judged.
      if (isWitnessed && trusted?.witnesses === undefined && strangers.every(isCosignature))
        unseen += strangers.length > 0 ? 1 : 0;
      else if (strangers.length > 0)
        this.#fail(
          "signature_unknown",
          walk.shard,
          isWitnessed
            ? "It has a signature of somebody whom neither the log nor the trust file names."
            : "It has a signature of somebody whom the log does not name.",
          { file, at },
        );
      if (trusted === undefined) continue;
      const withoutWitnesses = { origin: trusted.origin, keys: trusted.keys };
      const newest = size === walk.chain.tree.size;
      const counted = isWitnessed || trusted.witnesses === undefined ? trusted : withoutWitnesses;
      const opened = await this.#opened(walk, () => openCheckpoint(note, counted, verify, where), file, at);
      if (opened !== undefined && newest && counted === trusted) best = standingOf(trusted, opened);
    }
    if (unseen > 0)
      this.#find({
        kind: "remark",
        code: "witness_unknown",
        shard: walk.shard,
        file: witnessedName(walk.shard),
        sentence: `The cosignatures of ${unseen} checkpoints were not looked at: no witness of this log is trusted.`,
      });
    if (trusted?.witnesses !== undefined && best.word !== "witnessed")
      this.#fail(
        "witness_missing",
        walk.shard,
        `The trust file asks for ${trusted.witnesses.quorum} witnesses of ${origin}, and they have not seen all ${walk.chain.tree.size} entries.`,
      );
    return best;
  }

  async #opened<T>(
    walk: ShardWalk,
    open: () => Promise<T>,
    file: string,
    at: number,
  ): Promise<T | undefined> {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error;
      this.#fail(error.code, walk.shard, error.message, { file, at });
      return undefined;
    }
  }

  async #entry(walk: ShardWalk, chained: ChainedEntry): Promise<void> {
    const { entry, seq } = chained;
    const place = { file: chained.file, at: chained.at, seq };
    const fail = (code: string, sentence: string): void => this.#fail(code, walk.shard, sentence, place);
    if (entry.note !== undefined) {
      const { note } = entry;
      const fault = await faultOf(() => walk.note(note, seq));
      if (note.kind === "adopt")
        this.#find({
          kind: "remark",
          code: "adopted",
          shard: walk.shard,
          ...place,
          sentence: `Entries ${note.from} to ${seq - 1} were there when the log was opened, and nobody had signed them: a crash leaves that, and so does somebody who appends.`,
        });
      if (fault !== undefined) fail("note_wrong", fault);
      if (this.#resume === undefined) this.#options.onEntry?.(chained, walk.shard, undefined);
      return;
    }
    if (seq === 0) fail("begin_missing", "A shard begins with an entry that names it and its key.");
    const { from = 0, to = Number.POSITIVE_INFINITY } = this.#options;
    const isWanted = seq >= from && seq < to && this.#resume === undefined;
    const start = this.#now();
    let facts: RecordFacts | undefined;
    const fault = await faultOf(() => {
      facts = this.#computed(walk, entry, isWanted, fail);
    });
    if (fault !== undefined) fail("history", fault);
    this.#arithmetic.ms += this.#now() - start;
    if (facts === undefined || !isWanted) {
      if (isWanted) {
        this.#arithmetic.failed++;
        this.#options.onEntry?.(chained, walk.shard, undefined);
      } else if (facts !== undefined) await this.#remember(walk, entry, fail);
      return;
    }
    this.#arithmetic.checked++;
    this.#verdicts[facts.verdict]++;
    if (facts.mode === "shadow") this.#shadow++;
    await this.#approvals.take(entry.record, facts, { shard: walk.shard, ...place });
    const request = await this.#request(walk, chained, entry, fail);
    if (this.#options.replay !== false) {
      const began = this.#now();
      await this.#again(walk, entry, facts, request, fail);
      this.#replay.ms += this.#now() - began;
    } else await this.#remember(walk, entry, fail);
    this.#options.onEntry?.(chained, walk.shard, request);
  }

  /** @throws LogFault when what it says of its histories does not add up; see {@link faultOf} for what else. */
  #computed(
    walk: ShardWalk,
    entry: RecordEntry,
    isWanted: boolean,
    fail: (code: string, sentence: string) => void,
  ): RecordFacts | undefined {
    const facts = factsOf(entry.record);
    if (facts === undefined) {
      fail("record_malformed", "Its bytes are no record of version 1.");
      return undefined;
    }
    this.#artifacts.name(facts.engine, facts.image);
    if (!isWanted) {
      walk.replay.trust(replayedOf(entry));
      return facts;
    }
    const maxima = this.#artifacts.maxima(facts.image);
    // Without its image the levels have no maxima; that it is missing is a failure of its own.
    const fault = maxima === undefined ? undefined : checkArithmetic(entry.record, maxima);
    if (fault !== undefined) {
      fail("arithmetic", `${fault.path === "" ? "record" : fault.path}: ${fault.reason}`);
      return undefined;
    }
    if (facts.timeMs < walk.latestMs)
      this.#find({
        kind: "remark",
        code: "clock_back",
        shard: walk.shard,
        seq: entry.seq,
        sentence: `Its time is ${walk.latestMs - facts.timeMs} ms before that of an entry before it.`,
      });
    walk.latestMs = Math.max(walk.latestMs, facts.timeMs);
    if (entry.cells.length === 0 && !facts.hasCells) return facts;
    const gaps = walk.replay.gaps;
    walk.replay.add(replayedOf(entry));
    if (walk.replay.gaps > gaps)
      this.#find({
        kind: "remark",
        code: "state_gap",
        shard: walk.shard,
        seq: entry.seq,
        sentence: "Others had changed its histories in between, through another log of the same store.",
      });
    return facts;
  }

  /** The request of an entry, as far as the verifier may read it; undefined where none was kept. */
  async #request(
    walk: ShardWalk,
    { sealed }: ChainedEntry,
    entry: RecordEntry,
    fail: (code: string, sentence: string) => void,
  ): Promise<OpenedRequest | undefined> {
    if (entry.sealed === undefined || sealed === undefined) return undefined;
    const { open } = this.#options;
    if (open === undefined) return "withheld";
    try {
      // Its bytes are a view of what is read next.
      return await open(entry, sealed.slice(), walk.origin);
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error;
      fail(error.code, error.message);
      return "withheld";
    }
  }

  async #again(
    walk: ShardWalk,
    entry: RecordEntry,
    facts: RecordFacts,
    request: OpenedRequest | undefined,
    fail: (code: string, sentence: string) => void,
  ): Promise<void> {
    if (facts.byHost) this.#not.host++;
    else if (request === undefined) this.#not.unkept++;
    else if (request === "withheld" || request === "redacted") this.#not[request]++;
    else if (request === "lost")
      walk.lost.push({ seq: entry.seq, subject: hex((entry.sealed as { key: Uint8Array }).key) });
    else {
      await this.#decide(walk, entry, facts, request, fail);
    }
    await this.#remember(walk, entry, fail);
  }

  async #decide(
    walk: ShardWalk,
    entry: RecordEntry,
    facts: RecordFacts,
    request: Uint8Array,
    fail: (code: string, sentence: string) => void,
  ): Promise<void> {
    let cells: readonly Cell[] | undefined;
    let fault = await faultOf(async () => {
      if (facts.hasCells) cells = await walk.cells(entry);
    });
    if (fault === undefined && facts.hasCells && cells === undefined) {
      this.#not.history++;
      return;
    }
    const keySalt = this.#artifacts.keySalt(walk.saltId);
    if (fault === undefined && facts.hasCells && keySalt === undefined) {
      this.#not.salt++;
      walk.unsalted++;
      return;
    }
    fault ??= await decidedAgain(this.#artifacts, entry.record, facts, request, cells, keySalt);
    this.#replay.checked++;
    if (fault === undefined) return;
    this.#replay.failed++;
    fail("replay", fault);
  }

  /** Puts into the histories what the record put there. */
  async #remember(
    walk: ShardWalk,
    entry: RecordEntry,
    fail: (code: string, sentence: string) => void,
  ): Promise<void> {
    const fault = await faultOf(() => walk.remember(entry));
    if (fault === undefined) return;
    this.#arithmetic.failed++;
    fail("history", fault);
  }

  /** What could not be opened was erased, and the log says so behind it; or it is lost. */
  #needErased(walk: ShardWalk): void {
    for (const { seq, subject } of walk.lost) {
      const erased = walk.erasedAt.get(subject);
      if (erased !== undefined && erased > seq) this.#not.erased++;
      else
        this.#fail(
          "payload_lost",
          walk.shard,
          "The key of its payload is gone, and no entry says that it was erased.",
          { seq },
        );
    }
  }
}

/**
 * What is wrong with an entry by what is computed from its bytes alone: what that returns, or throws where the bytes are
 * hostile. Nothing that reads the storage is given here: its errors are no fault of the log.
 */
async function faultOf(
  compute: () => string | undefined | void | Promise<void>,
): Promise<string | undefined> {
  try {
    return (await compute()) ?? undefined;
  } catch (error) {
    if (error instanceof LogFault) return error.message;
    if (error instanceof CodecError || error instanceof RangeError || error instanceof TypeError)
      return `Nothing can be computed from its bytes: ${error.message}`;
    throw error;
  }
}

/** Signature lines of a note by nobody who is known: by no key of the log's own at this size, and by no such witness. */
function strangersOf(
  note: Note,
  { signed }: OpenedCheckpoint,
  witnesses: NonNullable<CheckpointTrust["witnesses"]>["keys"] = [],
): readonly NoteSignature[] {
  const known = [
    ...signed.map(({ key }) => key),
    ...witnesses.map(({ name, publicKey }) => noteKey(name, KEY_TYPE.cosignature, publicKey)),
  ];
  return note.signatures.filter(
    (line) => !known.some(({ name, id }) => name === line.name && id === line.keyId),
  );
}

/** Of a time and a signature of Ed25519. */
const COSIGNATURE_BYTES = 72;

function isCosignature({ signature }: NoteSignature): boolean {
  return signature.length === COSIGNATURE_BYTES;
}

/** The log that a shard belongs to. */
function logOf(origin: string): string {
  return origin.slice(0, origin.lastIndexOf("/"));
}

const WORDS = ["consistent, unanchored", "self-signed", "witnessed"] as const;

function worst(words: readonly Standing["word"][]): Standing["word"] {
  return WORDS[Math.min(...words.map((word) => WORDS.indexOf(word)))] ?? "consistent, unanchored";
}
