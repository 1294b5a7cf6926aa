/**
 * Verifies an evidence bundle from its bytes alone: docs/format/bundle.md, "What is checked". As with a log, whom to
 * believe comes from the verifier.
 */

import { LogFault } from "../../memory/replay.ts";
import { CodecError } from "../../src/codec/errors.ts";
import { hex, sha256 } from "../../src/sha256.ts";
import { ApprovalsWalk } from "../approvals.ts";
import { checkArithmetic } from "../arithmetic.ts";
import { Artifacts } from "../artifacts.ts";
import { type Checkpoint, openCheckpoint, parseCheckpointText } from "../checkpoint.ts";
import { isRequestOf } from "../commitments.ts";
import { decidedAgain } from "../decided-again.ts";
import { decodeEntry, type Entry, type RecordEntry } from "../entry.ts";
import { EvidenceError } from "../errors.ts";
import { factsOf, type RecordFacts } from "../facts.ts";
import type { Fault } from "../fault.ts";
import { saltRemark } from "../key-salt.ts";
import { type Note, parseNote } from "../note.ts";
import { checkDisclosure, type Disclosure, fieldsRoot, readDisclosure } from "../payload.ts";
import { readRecord } from "../record.ts";
import { unzip, type ZipMember } from "../report/index.ts";
import { ARTIFACT_NAME } from "../shard.ts";
import { SOME_OF_THESE, type Standing, standingOf } from "../standing.ts";
import type { StorageReader } from "../storage.ts";
import { HASH_BYTES, type Hash, leafHash, sameHash, verifyRange } from "../tree.ts";
import type { Answer, Finding, NotReplayed, ShardReport, VerifyOptions, VerifyReport } from "../verify.ts";
import { fitsFilter } from "./filter.ts";
import {
  type BundleFilter,
  type BundleShard,
  binsOf,
  filterText,
  MANIFEST,
  type Manifest,
  memberNames,
  REPORTS,
  type ReportName,
  readBeside,
  readManifest,
  type ShardPart,
  shardMember,
} from "./format.ts";
import { BundleRows, type ShardContent } from "./rows.ts";
import { BundleWalk } from "./walk.ts";

/** Why records of a bundle were not decided again. */
export interface BundleNotReplayed extends NotReplayed {
  /** Nobody whom the verifier trusts has released the engine, and no trust was given. */
  readonly engine: number;
}

/** A shard of a bundle; `entries` and `root` are those of the checkpoint. */
export interface BundleShardReport extends ShardReport {
  readonly from: number;
  readonly to: number;
  /** Entries of the range that are in the bundle. */
  readonly disclosed: number;
}

/** A field that was shown. */
export interface DisclosedField extends Disclosure {
  readonly shard: string;
  readonly seq: number;
}

export interface BundleReport extends VerifyReport {
  readonly replay: Answer & { readonly not: BundleNotReplayed };
  readonly shards: readonly BundleShardReport[];
  /** What was chosen of the ranges, in words; absent: nothing is left out. */
  readonly filter?: string;
  /** Fields whose proofs lead to their entries. */
  readonly disclosed: readonly DisclosedField[];
}

export type BundleVerifyOptions = Pick<
  VerifyOptions,
  "trust" | "verify" | "hash" | "engines" | "replay" | "keySalt" | "keySalts" | "approver" | "onEntry" | "now"
>;

const MEMBERS_MAX = 65_535;
const BYTES_MAX = 0xffff_ffff;
const FINDINGS_MAX = 100;

/** Whether a file begins as a bundle does. It says nothing about the rest. */
export function isBundle(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 0x03 && bytes[3] === 0x04;
}

/**
 * Verifies a bundle.
 * @throws EvidenceError when the bytes are no bundle.
 */
export async function verifyBundle(bytes: Uint8Array, options: BundleVerifyOptions): Promise<BundleReport> {
  return new BundleVerifier(readBundle(bytes), options).all();
}

/** What stands in a bundle, before anything of it is checked but its form. */
export interface BundleContent {
  readonly list: readonly ZipMember[];
  readonly members: ReadonlyMap<string, Uint8Array>;
  readonly manifest: Manifest;
}

/** @throws EvidenceError when the bytes are no bundle. */
export function readBundle(bytes: Uint8Array): BundleContent {
  const list = unzip(bytes, { members: MEMBERS_MAX, bytes: BYTES_MAX });
  const members = new Map(list.map((member) => [member.name, member.bytes]));
  const manifest = members.get(MANIFEST);
  if (manifest === undefined)
    throw new EvidenceError("bundle_none", `there is no ${MANIFEST} in it: it is no evidence bundle`);
  return { list, members, manifest: readManifest(manifest) };
}

/** Engines and images of a bundle, as a log would have them. */
export class MemberReader implements StorageReader {
  readonly #members: ReadonlyMap<string, Uint8Array>;

  constructor(members: ReadonlyMap<string, Uint8Array>) {
    this.#members = members;
  }
  async list(): Promise<readonly string[]> {
    return [...this.#members.keys()].filter((name) => ARTIFACT_NAME.test(name)).sort();
  }
  async size(name: string): Promise<number> {
    return this.#members.get(name)?.length ?? 0;
  }
  async read(name: string, at: number, length: number): Promise<Uint8Array> {
    return (this.#members.get(name) ?? new Uint8Array(0)).subarray(at, at + length);
  }
}

interface Tally {
  checked: number;
  failed: number;
  ms: number;
}

class BundleVerifier {
  readonly #list: readonly ZipMember[];
  readonly #members: ReadonlyMap<string, Uint8Array>;
  readonly #manifest: Manifest;
  readonly #options: BundleVerifyOptions;
  readonly #hash: Hash;
  readonly #now: () => number;
  readonly #reader: MemberReader;
  readonly #artifacts: Artifacts;
  readonly #approvals: ApprovalsWalk;
  readonly #findings: Finding[] = [];
  readonly #structure: Tally = { checked: 0, failed: 0, ms: 0 };
  readonly #arithmetic: Tally = { checked: 0, failed: 0, ms: 0 };
  readonly #replay: Tally = { checked: 0, failed: 0, ms: 0 };
  readonly #not = { host: 0, unkept: 0, withheld: 0, redacted: 0, erased: 0, history: 0, salt: 0, engine: 0 };
  readonly #verdicts = { allow: 0, review: 0, deny: 0 };
  readonly #disclosed: DisclosedField[] = [];
  readonly #contents = new Map<string, ShardContent>();
  #shadow = 0;
  #failures = 0;
  #unlisted = 0;

  constructor({ list, members, manifest }: BundleContent, options: BundleVerifyOptions) {
    this.#list = list;
    this.#members = members;
    this.#manifest = manifest;
    this.#options = options;
    this.#hash = options.hash ?? sha256;
    this.#now = options.now ?? (() => performance.now());
    this.#reader = new MemberReader(members);
    this.#artifacts = new Artifacts(this.#reader, options, (finding) => this.#find(finding));
    this.#approvals = new ApprovalsWalk(
      (code, sentence, place) => this.#fail(code, sentence, place),
      options.approver,
    );
  }

  async all(): Promise<BundleReport> {
    const start = this.#now();
    await this.#files();
    const shards: BundleShardReport[] = [];
    for (const shard of this.#manifest.shards) shards.push(await this.#shard(shard));
    this.#needShards();
    this.#approvals.isPartial = !this.#isWhole();
    this.#approvals.end();
    this.#artifacts.needNamed();
    this.#structure.ms = this.#now() - start - this.#arithmetic.ms - this.#replay.ms;
    await this.#reports();
    const filter = filterText(this.#manifest);
    return {
      answer: this.#failures > 0 ? "failed" : worst(shards.map(({ standing }) => standing.word)),
      structure: this.#structure,
      arithmetic: this.#arithmetic,
      replay: { ...this.#replay, not: this.#not },
      approvals: this.#approvals.answer,
      verdicts: this.#verdicts,
      shadow: this.#shadow,
      shards,
      engines: this.#artifacts.named("engines"),
      images: this.#artifacts.named("images"),
      ...(filter === undefined ? {} : { filter }),
      disclosed: this.#disclosed,
      findings: this.#findings,
      unlisted: this.#unlisted,
    };
  }

  #find(finding: Finding): void {
    if (finding.kind === "failure") this.#failures++;
    if (this.#findings.length < FINDINGS_MAX) this.#findings.push(finding);
    else this.#unlisted++;
  }

  #fail(code: string, sentence: string, place: Partial<Finding> = {}): void {
    this.#find({ kind: "failure", code, ...place, sentence });
  }

  /** The members are those that the manifest asks for, in their order. */
  async #files(): Promise<void> {
    const artifacts = await this.#reader.list();
    const wanted = memberNames(this.#manifest, artifacts, (name) => this.#members.has(name));
    const isWanted = new Set(wanted);
    const foreign = this.#list.filter(({ name }) => !isWanted.has(name));
    const missing = wanted.filter((name) => !this.#members.has(name));
    for (const { name } of foreign) this.#fail("file_foreign", "A bundle has no such file.", { file: name });
    for (const file of missing)
      this.#fail("file_missing", "A bundle has this file, and this one not.", { file });
    const moved = this.#list.findIndex(({ name }, at) => name !== wanted[at]);
    if (foreign.length === 0 && missing.length === 0 && moved >= 0)
      this.#fail("file_order", "It stands elsewhere than in a bundle.", {
        file: this.#list[moved]?.name ?? "",
      });
    for (const file of artifacts) await this.#artifacts.check(file);
  }

  /** Whether the bundle has all entries of all shards, and each was read. */
  #isWhole(): boolean {
    const { filter, shards } = this.#manifest;
    return (
      filter === undefined &&
      this.#structure.failed === 0 &&
      shards.every(({ from, to, size, entries }) => from === 0 && to === size && entries === size)
    );
  }

  /** The shards of the log that the trust names are there, or the bundle says that they are left out. */
  #needShards(): void {
    const { filter, shards } = this.#manifest;
    const logs = new Set(shards.map(({ origin }) => logOf(origin)));
    if (logs.size > 1) this.#fail("checkpoint_origin", "Its shards are of several logs.");
    if (filter?.shard !== undefined && (shards.length > 1 || shards[0]?.shard !== filter.shard))
      this.#fail("filter_other", `It says that it holds the shard ${filter.shard}, and holds others.`);
    for (const { origin } of this.#options.trust?.shards ?? []) {
      if (!logs.has(logOf(origin)) || shards.some((shard) => shard.origin === origin)) continue;
      if (filter?.shard === undefined)
        this.#fail("shard_missing", `The trust file names the shard ${origin}, and it is not there.`);
      else
        this.#find({
          kind: "remark",
          code: "shard_left_out",
          sentence: `The shard ${origin} of the same log is left out, as the bundle says.`,
        });
    }
  }

  async #shard(claimed: BundleShard): Promise<BundleShardReport> {
    const { shard, origin, from, to, size } = claimed;
    let standing = standingOf();
    let root = "";
    let disclosed = 0;
    try {
      const walk = new BundleWalk(claimed, this.#hash);
      if (!origin.endsWith(`/${shard}`))
        this.#fail("shard_name", `The shard ${shard} cannot be ${origin}.`, { shard });
      const { note, checkpoint } = this.#checkpoint(claimed);
      root = hex(checkpoint.root);
      this.#range(claimed, checkpoint);
      const opened = this.#beside(claimed, "opened", "request");
      const disclosures = this.#beside(claimed, "disclosed", "disclosure");
      for (const bytes of binsOf(this.#part(shard, "entries"), shardMember(shard, "entries"))) {
        disclosed++;
        await this.#entry(walk, bytes, opened, disclosures);
      }
      this.#needAll(walk, disclosed);
      this.#needBound(shard, opened, disclosures);
      if (walk.unsalted > 0 && claimed.salt !== undefined)
        this.#find(saltRemark(shard, claimed.salt, walk.unsalted));
      standing = await this.#standing(walk, note);
      this.#contents.set(shard, {
        leaves: this.#part(shard, "leaves"),
        entries: this.#part(shard, "entries"),
        opened: new Map([...opened].map(([seq, [request]]) => [seq, request as Uint8Array])),
        root: checkpoint.root,
      });
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error;
      this.#structure.failed++;
      this.#fail(error.code, error.message, { shard });
    }
    this.#structure.checked += disclosed;
    return { shard, origin, entries: size, signed: size, root, standing, from, to, disclosed };
  }

  #part(shard: string, part: ShardPart): Uint8Array {
    return this.#members.get(shardMember(shard, part)) ?? new Uint8Array(0);
  }

  #checkpoint({ shard, origin, size, to }: BundleShard): { note: Note; checkpoint: Checkpoint } {
    const file = shardMember(shard, "checkpoint");
    const note = parseNote(this.#part(shard, "checkpoint"), file);
    const checkpoint = parseCheckpointText(note.text, file);
    if (checkpoint.origin !== origin)
      throw new EvidenceError(
        "checkpoint_origin",
        `${file}: it is of the log ${checkpoint.origin}, not ${origin}`,
      );
    if (checkpoint.size !== size)
      throw new EvidenceError("checkpoint_size", `${file}: it has ${checkpoint.size} entries, not ${size}`);
    if (to < size)
      this.#find({
        kind: "remark",
        code: "range_open",
        shard,
        sentence: `The checkpoint has ${size - to} entries behind the range.`,
      });
    return { note, checkpoint };
  }

  /** The leaf hashes are those of the tree that was signed. */
  #range({ shard, from, to, size, left, right }: BundleShard, { root }: Checkpoint): void {
    const bytes = this.#part(shard, "leaves");
    const fits =
      bytes.length === (to - from) * HASH_BYTES &&
      verifyRange({ from, to }, size, leavesIn(bytes), root, { left, right }, this.#hash);
    if (!fits)
      throw new EvidenceError(
        "range_proof",
        `${shardMember(shard, "leaves")}: the leaf hashes are not those of the tree that was signed`,
      );
  }

  /** What is kept beside entries, by their numbers, in its order. */
  #beside(
    { shard }: BundleShard,
    part: "opened" | "disclosed",
    name: "request" | "disclosure",
  ): Map<number, Uint8Array[]> {
    const member = shardMember(shard, part);
    const found = new Map<number, Uint8Array[]>();
    let before = -1;
    for (const bin of binsOf(this.#part(shard, part), member)) {
      const { seq, bytes } = readBeside(name, bin, member);
      if (seq < before || (seq === before && part === "opened"))
        throw new EvidenceError("bundle_malformed", `${member}: wanted ascending entries, came ${seq}`);
      before = seq;
      found.set(seq, [...(found.get(seq) ?? []), bytes]);
    }
    return found;
  }

  async #entry(
    walk: BundleWalk,
    bytes: Uint8Array,
    opened: ReadonlyMap<number, readonly Uint8Array[]>,
    disclosures: ReadonlyMap<number, readonly Uint8Array[]>,
  ): Promise<void> {
    const { shard } = walk;
    const entry = decodeEntry(bytes);
    const { seq } = entry;
    const leaf = leafHash(bytes, this.#hash);
    walk.place(entry, leaf, this.#part(shard, "leaves"));
    const fail = (code: string, sentence: string): void => this.#fail(code, sentence, { shard, seq });
    const request = opened.get(seq)?.[0];
    const isOwn = this.#disclose(walk.shard, entry, request, disclosures.get(seq) ?? [], fail);
    if (entry.note !== undefined) {
      const fault = walk.note(entry);
      if (fault !== undefined) fail("note_wrong", fault);
    } else {
      if (seq === 0) fail("begin_missing", "A shard begins with an entry that names it and its key.");
      await this.#record(walk, entry, request, fail);
    }
    this.#options.onEntry?.(
      { seq, entry, bytes, leaf, file: shardMember(shard, "entries"), at: 0, sealed: undefined },
      shard,
      entry.note !== undefined || entry.sealed === undefined
        ? undefined
        : isOwn
          ? (request ?? "withheld")
          : "withheld",
    );
  }

  /** What was opened and shown of an entry is of this entry; returns whether the request is. */
  #disclose(
    shard: string,
    entry: Entry,
    request: Uint8Array | undefined,
    disclosures: readonly Uint8Array[],
    fail: (code: string, sentence: string) => void,
  ): boolean {
    const sealed = entry.note === undefined ? entry.sealed : undefined;
    const isOwn = request === undefined || (sealed !== undefined && isBound(entry as RecordEntry, request));
    if (!isOwn) fail("request_other", "The request that was opened is not the one of the entry.");
    let index = -1;
    for (const bytes of disclosures) {
      const disclosure = disclosureIn(bytes);
      const fits =
        disclosure !== undefined &&
        disclosure.index > index &&
        sealed !== undefined &&
        checkDisclosure(sealed.fields, disclosure);
      if (fits) this.#disclosed.push({ ...disclosure, shard, seq: entry.seq });
      else fail("disclosure_wrong", "A field that is shown is not one of the entry.");
      index = disclosure?.index ?? index;
    }
    return isOwn;
  }

  async #record(
    walk: BundleWalk,
    entry: RecordEntry,
    request: Uint8Array | undefined,
    fail: (code: string, sentence: string) => void,
  ): Promise<void> {
    const start = this.#now();
    const facts = this.#computed(walk, entry, request, fail);
    this.#arithmetic.ms += this.#now() - start;
    if (facts === undefined) {
      this.#arithmetic.failed++;
      walk.isReadable = false;
      return;
    }
    this.#arithmetic.checked++;
    this.#verdicts[facts.verdict]++;
    if (facts.mode === "shadow") this.#shadow++;
    await this.#approvals.take(entry.record, facts, {
      shard: walk.shard,
      file: shardMember(walk.shard, "entries"),
      seq: entry.seq,
    });
    const began = this.#now();
    if (this.#options.replay !== false) await this.#again(walk, entry, facts, request, fail);
    await walk.histories.remember(entry);
    this.#replay.ms += this.#now() - began;
  }

  #computed(
    walk: BundleWalk,
    entry: RecordEntry,
    request: Uint8Array | undefined,
    fail: (code: string, sentence: string) => void,
  ): RecordFacts | undefined {
    const facts = factsOf(entry.record);
    if (facts === undefined) {
      fail("record_malformed", "Its bytes are no record of version 1.");
      return undefined;
    }
    this.#artifacts.name(facts.engine, facts.image);
    // Without its image the levels have no maxima; that it is missing is a failure of its own.
    const maxima = this.#artifacts.maxima(facts.image);
    const fault = maxima === undefined ? shapeFault(entry.record) : checkArithmetic(entry.record, maxima);
    if (fault !== undefined) {
      fail("arithmetic", `${fault.path === "" ? "record" : fault.path}: ${fault.reason}`);
      return undefined;
    }
    if (!fitsFilter(entry, this.#manifest.filter, request))
      fail("filter_other", "It does not fit the filter of the bundle.");
    const { shard } = walk;
    const remark = (code: string, sentence: string): void =>
      this.#find({ kind: "remark", code, shard, seq: entry.seq, sentence });
    if (facts.timeMs < walk.latestMs)
      remark(
        "clock_back",
        `Its time is ${walk.latestMs - facts.timeMs} ms before that of an entry before it.`,
      );
    walk.latestMs = Math.max(walk.latestMs, facts.timeMs);
    if (entry.cells.length === 0 && !facts.hasCells) return facts;
    try {
      walk.histories.add(entry);
    } catch (error) {
      if (!(error instanceof LogFault)) throw error;
      fail("history", error.message);
      return undefined;
    }
    if (entry.cells.some(({ gap }) => gap === true))
      remark(
        "state_gap",
        "Others had changed its histories in between, through another log of the same store.",
      );
    return facts;
  }

  async #again(
    walk: BundleWalk,
    entry: RecordEntry,
    facts: RecordFacts,
    request: Uint8Array | undefined,
    fail: (code: string, sentence: string) => void,
  ): Promise<void> {
    if (facts.byHost) this.#not.host++;
    else if (entry.sealed === undefined) this.#not.unkept++;
    else if (request === undefined) walk.withheld.push({ seq: entry.seq, subject: hex(entry.sealed.key) });
    else {
      const { trust, engines } = this.#options;
      const keySalt = this.#artifacts.keySalt(walk.claimed.salt);
      const cells = facts.hasCells ? await walk.histories.cells(entry) : undefined;
      if (trust === undefined && engines?.has(facts.engine) !== true) this.#not.engine++;
      else if (facts.hasCells && cells === undefined) this.#not.history++;
      else if (facts.hasCells && keySalt === undefined) {
        this.#not.salt++;
        walk.unsalted++;
      } else {
        const fault = await decidedAgain(this.#artifacts, entry.record, facts, request, cells, keySalt);
        this.#replay.checked++;
        if (fault === undefined) return;
        this.#replay.failed++;
        fail("replay", fault);
      }
    }
  }

  /** Nothing is missing that no filter names. */
  #needAll(walk: BundleWalk, disclosed: number): void {
    const { shard, entries, from, to } = walk.claimed;
    const all = to - from;
    if (disclosed !== entries)
      this.#fail("entries_count", `It says that ${entries} entries are here, and ${disclosed} are.`, {
        shard,
      });
    if (disclosed < all && !isChoosing(this.#manifest.filter))
      this.#fail(
        "entries_withheld",
        `${all - disclosed} entries of the range are not here, and the bundle claims that it leaves out none.`,
        { shard },
      );
    else if (disclosed < all)
      this.#find({
        kind: "remark",
        code: "entries_left_out",
        shard,
        sentence: `${all - disclosed} of ${all} entries of the range are left out. That they do not fit the filter is the word of whoever made the bundle.`,
      });
    if (!walk.isReadable) this.#structure.failed++;
    for (const { seq, subject } of walk.withheld) {
      const isErased = (walk.erasedAt.get(subject) ?? -1) > seq;
      this.#not[isErased ? "erased" : "withheld"]++;
    }
  }

  /** Nothing is opened or shown of an entry that is not there. */
  #needBound(
    shard: string,
    opened: ReadonlyMap<number, unknown>,
    disclosures: ReadonlyMap<number, unknown>,
  ): void {
    const known = new Set<number>();
    for (const bytes of binsOf(this.#part(shard, "entries"), shardMember(shard, "entries")))
      known.add(decodeEntry(bytes).seq);
    for (const seq of opened.keys())
      if (!known.has(seq))
        this.#fail("request_other", "A request is opened whose entry is not here.", { shard, seq });
    for (const seq of disclosures.keys())
      if (!known.has(seq))
        this.#fail("disclosure_wrong", "A field is shown whose entry is not here.", { shard, seq });
  }

  async #standing(walk: BundleWalk, note: Note): Promise<Standing> {
    const { trust, verify } = this.#options;
    const { shard, claimed } = walk;
    const { origin } = claimed;
    const where = shardMember(shard, "checkpoint");
    const own = walk.ownTrust();
    if (own !== undefined) await this.#opened(shard, () => openCheckpoint(note, own, verify, where));
    if (trust === undefined) return standingOf();
    const trusted = trust.shards.find((one) => one.origin === origin);
    if (trusted === undefined) {
      this.#fail("shard_unknown", `The trust file names no shard ${origin}; its keys are unknown.`, {
        shard,
      });
      return standingOf();
    }
    const standing = await this.#opened(shard, async () => {
      const opened = await openCheckpoint(note, trusted, verify, where);
      const strangers = note.signatures.length - opened.signed.length - opened.witnessed.length;
      if (strangers > 0)
        this.#find({
          kind: "remark",
          code: "signature_unknown",
          shard,
          file: where,
          sentence: `${strangers} of its signatures are of nobody whom the trust file names; they count for nothing.`,
        });
      return standingOf(trusted, opened, walk.isComplete ? undefined : SOME_OF_THESE);
    });
    return standing ?? standingOf();
  }

  async #opened<T>(shard: string, open: () => Promise<T>): Promise<T | undefined> {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error;
      this.#fail(error.code, error.message, { shard, file: shardMember(shard, "checkpoint") });
      return undefined;
    }
  }

  /** The reports are what the entries give. */
  async #reports(): Promise<void> {
    // What does not add up gives no report, and is a failure already.
    if (this.#structure.failed > 0 || this.#contents.size < this.#manifest.shards.length) return;
    const images = new Map<string, Uint8Array>();
    for (const [name, bytes] of this.#members) {
      const image = ARTIFACT_NAME.exec(name)?.[2];
      if (image !== undefined && hex(this.#hash(bytes)) === image) images.set(image, bytes);
    }
    const rows = new BundleRows(this.#manifest, this.#contents, images);
    for (const name of REPORTS) {
      const bytes = this.#members.get(name);
      if (bytes !== undefined) this.#report(name, bytes, rows);
    }
  }

  #report(name: ReportName, bytes: Uint8Array, rows: BundleRows): void {
    let at = 0;
    let isSame = true;
    try {
      for (const piece of rows.report(name)) {
        const differs = piece.findIndex((byte, step) => byte !== bytes[at + step]);
        isSame = differs < 0;
        at += isSame ? piece.length : differs;
        if (!isSame) break;
      }
    } catch (error) {
      if (!(error instanceof EvidenceError || error instanceof CodecError)) throw error;
      this.#fail("report_unmade", `The entries give no such report: ${error.message}`, { file: name });
      return;
    }
    if (!isSame || at !== bytes.length)
      this.#fail("report_changed", "It is not what the entries give: do not read it.", { file: name, at });
  }
}

function shapeFault(record: Uint8Array): Fault | undefined {
  const found = readRecord(record);
  return "reason" in found ? found : undefined;
}

const WORDS = ["consistent, unanchored", "self-signed", "witnessed"] as const;

function worst(words: readonly Standing["word"][]): Standing["word"] {
  return WORDS[Math.min(...words.map((word) => WORDS.indexOf(word)))] ?? "consistent, unanchored";
}

function* leavesIn(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += HASH_BYTES) yield bytes.subarray(at, at + HASH_BYTES);
}

/** A filter that leaves entries out; one by shard leaves out shards. */
function isChoosing(filter: BundleFilter | undefined): boolean {
  return (
    filter !== undefined &&
    (filter.action !== undefined || filter.session !== undefined || filter.verdict !== undefined)
  );
}

function isBound(entry: RecordEntry, request: Uint8Array): boolean {
  const { record, sealed } = entry;
  if (sealed === undefined || !isRequestOf(record, request)) return false;
  try {
    return sameHash(fieldsRoot({ request }), sealed.fields);
  } catch (error) {
    if (error instanceof EvidenceError) return false;
    throw error;
  }
}

function disclosureIn(bytes: Uint8Array): Disclosure | undefined {
  try {
    return readDisclosure(bytes);
  } catch (error) {
    if (error instanceof EvidenceError || error instanceof CodecError) return undefined;
    throw error;
  }
}

/** The log that a shard belongs to. */
function logOf(origin: string): string {
  return origin.slice(0, origin.lastIndexOf("/"));
}
