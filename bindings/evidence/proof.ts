/**
 * Proofs that stand alone, made from a log and verified without it: that an entry is in it, and that an earlier checkpoint is
 * the beginning of a later one. docs/format/bundle.md, "Proofs that stand alone".
 */

import { quoted } from "../src/codec/errors.ts";
import { sha256 } from "../src/sha256.ts";
import { base64 } from "./base64.ts";
import { type Checkpoint, openCheckpoint, parseCheckpointText, parseHash } from "./checkpoint.ts";
import { type CheckpointNote, CheckpointReader } from "./checkpoint-file.ts";
import { decodeEntry, type Entry } from "./entry.ts";
import { EvidenceError, refusal } from "./errors.ts";
import { bytesOfText, formatNote, NOTE_BYTES_MAX, noteText, type Verify } from "./note.ts";
import { newestOf, readSigned, type SignedShard, signedShards } from "./signed.ts";
import { SOME_OF_THESE, type Standing, standingOf } from "./standing.ts";
import type { StorageReader } from "./storage.ts";
import { Subtrees } from "./subtrees.ts";
import { formatTlogProof, parseTlogProof } from "./tlog-proof.ts";
import {
  consistencyRanges,
  type Hash,
  inclusionRanges,
  leafHash,
  PATH_HASHES_MAX,
  verifyConsistency,
  verifyInclusion,
} from "./tree.ts";
import type { Finding, VerifyTrust } from "./verify.ts";

const CONSISTENCY = "permit0/consistency@v1";
const TLOG_PROOF = "c2sp.org/tlog-proof@v1";
const CONSISTENCY_BYTES_MAX = 2 * NOTE_BYTES_MAX + 64 * 64;

export interface ProofOptions {
  /** Needed where the log has several. */
  readonly shard?: string;
  readonly hash?: Hash;
}

/**
 * A tlog-proof of an entry with the bytes of the entry in it, under the newest checkpoint.
 * @throws EvidenceError when no signed checkpoint covers the entry, or the log does not add up.
 */
export async function proveEntry(
  storage: StorageReader,
  seq: number,
  { shard: name, hash = sha256 }: ProofOptions = {},
): Promise<Uint8Array> {
  const shard = await oneShard(storage, name);
  const checkpoint = newestOf(shard, seq + 1);
  const ranges = inclusionRanges(seq, checkpoint.checkpoint.size);
  const subtrees = new Subtrees(ranges, hash);
  let extra = new Uint8Array(0);
  await readSigned(storage, shard, checkpoint, hash, (entry) => {
    subtrees.take(entry.seq, entry.leaf);
    if (entry.seq === seq) extra = entry.bytes.slice();
  });
  const path = ranges.map((range) => subtrees.root(range));
  return formatTlogProof({ extra, index: seq, path, note: checkpoint.note });
}

/**
 * A proof that the checkpoint of one size is the beginning of that of another.
 * @throws EvidenceError when the log has no signed checkpoint of one of the sizes.
 */
export async function proveConsistency(
  storage: StorageReader,
  [oldSize, newSize]: readonly [number, number],
  { shard: name, hash = sha256 }: ProofOptions = {},
): Promise<Uint8Array> {
  const shard = await oneShard(storage, name);
  if (!(oldSize < newSize))
    throw new EvidenceError("range", `wanted a size and a larger one, came ${oldSize} and ${newSize}`);
  const [older, newer] = [checkpointOf(shard, oldSize), checkpointOf(shard, newSize)];
  const ranges = consistencyRanges(oldSize, newSize);
  const subtrees = new Subtrees(ranges, hash);
  await readSigned(storage, shard, newer, hash, ({ seq, leaf }) => subtrees.take(seq, leaf));
  const lines = [CONSISTENCY, ...ranges.map((range) => base64(subtrees.root(range))), "", ""];
  const notes = [older, newer].map(({ note }) => new TextDecoder().decode(formatNote(note, "checkpoint")));
  return bytesOfText(`${lines.join("\n")}${notes.join("")}`);
}

async function oneShard(storage: StorageReader, name: string | undefined): Promise<SignedShard> {
  const shards = await signedShards(storage, name);
  if (shards.length === 1) return shards[0] as SignedShard;
  throw new EvidenceError(
    "shard_none",
    `the log has the shards ${shards.map(({ shard }) => shard).join(", ")}; say which one`,
  );
}

function checkpointOf({ shard, signed, witnessed }: SignedShard, size: number): CheckpointNote {
  const isIt = ({ checkpoint }: CheckpointNote): boolean => checkpoint.size === size;
  const found = witnessed.find(isIt) ?? signed.find(isIt);
  if (found !== undefined) return found;
  const sizes = signed.map(({ checkpoint }) => checkpoint.size);
  const shown =
    sizes.length <= 8 ? sizes.join(", ") : `${sizes.slice(0, 4).join(", ")} … ${sizes.slice(-4).join(", ")}`;
  throw new EvidenceError(
    "checkpoint_none",
    `${shard}: wanted the size of a signed checkpoint (${shown}), came ${size}`,
  );
}

// ---- Verifying.

export interface ProofReport {
  readonly kind: "inclusion" | "consistency";
  readonly answer: Standing["word"] | "failed";
  readonly origin: string;
  /** Of the checkpoint; with consistency of the later one. */
  readonly size: number;
  readonly root: Uint8Array;
  /** Of the earlier checkpoint. */
  readonly oldSize?: number;
  /** The entry that is proven, and its hash. */
  readonly entry?: Entry;
  readonly leaf?: Uint8Array;
  readonly standing: Standing;
  readonly findings: readonly Finding[];
}

export interface VerifyProofOptions {
  readonly trust?: Pick<VerifyTrust, "shards">;
  readonly verify: Verify;
  readonly hash?: Hash;
  /** The bytes of the entry, where they are not in the proof, or where they are to be these. */
  readonly entry?: Uint8Array;
}

/** Whether a file begins as a proof does. It says nothing about the rest. */
export function isProof(bytes: Uint8Array): boolean {
  return [TLOG_PROOF, CONSISTENCY].some((head) =>
    bytesOfText(`${head}\n`).every((byte, at) => bytes[at] === byte),
  );
}

/**
 * Verifies a proof of an entry or of consistency.
 * @throws EvidenceError when the bytes are neither.
 */
export async function verifyProof(bytes: Uint8Array, options: VerifyProofOptions): Promise<ProofReport> {
  const isConsistency = bytesOfText(`${CONSISTENCY}\n`).every((byte, at) => bytes[at] === byte);
  return isConsistency ? verifyOlder(bytes, options) : verifyEntry(bytes, options);
}

async function verifyEntry(bytes: Uint8Array, options: VerifyProofOptions): Promise<ProofReport> {
  const { hash = sha256 } = options;
  const { extra, index, path, note } = parseTlogProof(bytes);
  const checkpoint = parseCheckpointText(note.text, "proof: checkpoint");
  const entryBytes = options.entry ?? extra;
  if (entryBytes === undefined)
    throw new EvidenceError("tlog_proof", "proof: the entry is not in it; give its bytes too");
  const entry = decodeEntry(entryBytes);
  const leaf = leafHash(entryBytes, hash);
  const { size, root } = checkpoint;
  const faults: Fault[] = [];
  if (entry.seq !== index)
    faults.push(["entry_number", `It proves the entry ${index}, and holds the entry ${entry.seq}.`]);
  if (!verifyInclusion(index, size, leaf, root, path, hash))
    faults.push(["not_included", "The path does not lead from the entry to the root of the checkpoint."]);
  const standing = await standingIn([{ note, checkpoint }], options, faults);
  return { kind: "inclusion", ...reportOf(checkpoint, standing, faults), entry, leaf };
}

async function verifyOlder(bytes: Uint8Array, options: VerifyProofOptions): Promise<ProofReport> {
  const { proof, older, newer } = parseConsistency(bytes);
  const [one, other] = [older.checkpoint, newer.checkpoint];
  const faults: Fault[] = [];
  if (one.origin !== other.origin)
    faults.push(["checkpoint_origin", `Its checkpoints are of ${one.origin} and of ${other.origin}.`]);
  if (!verifyConsistency(one.size, other.size, one.root, other.root, proof, { hash: options.hash ?? sha256 }))
    faults.push(["not_consistent", "The earlier tree is not the beginning of the later one."]);
  const standing = await standingIn([older, newer], options, faults);
  return { kind: "consistency", ...reportOf(other, standing, faults), oldSize: one.size };
}

function parseConsistency(bytes: Uint8Array): {
  proof: readonly Uint8Array[];
  older: CheckpointNote;
  newer: CheckpointNote;
} {
  const fault = (wanted: string, came: string): EvidenceError =>
    refusal("consistency_malformed", "proof", wanted, came, "export the proof again");
  if (bytes.length > CONSISTENCY_BYTES_MAX)
    throw fault(`at most ${CONSISTENCY_BYTES_MAX} bytes`, `${bytes.length}`);
  const text = noteText(bytes, "proof");
  const end = text.indexOf("\n\n");
  if (end < 0) throw fault("an empty line before the checkpoints", "none");
  const lines = text.slice(0, end).split("\n").slice(1);
  if (lines.length > PATH_HASHES_MAX + 1)
    throw fault(`at most ${PATH_HASHES_MAX + 1} hashes`, `${lines.length}`);
  const proof = lines.map((line) => {
    const found = parseHash(line);
    if (found === undefined) throw fault("32 bytes in canonical base64 a line", quoted(line));
    return found;
  });
  const reader = new CheckpointReader("proof");
  const notes = reader.push(bytesOfText(text.slice(end + 2)));
  const { last, tail } = reader.end();
  if (last !== undefined) notes.push(last);
  const [older, newer, ...more] = notes;
  const isWhole = tail.pending === undefined && tail.torn === undefined;
  if (older === undefined || newer === undefined || more.length > 0 || !isWhole)
    throw fault("two signed checkpoints", `${notes.length}${isWhole ? "" : " and a part of one"}`);
  return { proof, older, newer };
}

type Fault = readonly [code: string, sentence: string];

/** What the last of some checkpoints is worth, all of which a trusted key must have signed. */
async function standingIn(
  checkpoints: readonly Pick<CheckpointNote, "note" | "checkpoint">[],
  { trust, verify }: VerifyProofOptions,
  faults: Fault[],
): Promise<Standing> {
  let standing = standingOf();
  if (trust === undefined) return standing;
  for (const [at, { note, checkpoint }] of checkpoints.entries()) {
    const trusted = trust.shards.find(({ origin }) => origin === checkpoint.origin);
    if (trusted === undefined) {
      faults.push([
        "shard_unknown",
        `The trust file names no shard ${checkpoint.origin}; its keys are unknown.`,
      ]);
      return standingOf();
    }
    const isLast = at === checkpoints.length - 1;
    try {
      // Witnesses see the later one, and that it continues the earlier one is what the proof shows.
      const keys = isLast ? trusted : { origin: trusted.origin, keys: trusted.keys };
      const opened = await openCheckpoint(note, keys, verify, "proof: checkpoint");
      if (isLast) standing = standingOf(trusted, opened, SOME_OF_THESE);
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error;
      faults.push([error.code, error.message]);
    }
  }
  return standing;
}

function reportOf({ origin, size, root }: Checkpoint, standing: Standing, faults: readonly Fault[]) {
  return {
    answer: faults.length > 0 ? ("failed" as const) : standing.word,
    origin,
    size,
    root,
    standing,
    findings: faults.map(([code, sentence]): Finding => ({ kind: "failure", code, sentence })),
  };
}
