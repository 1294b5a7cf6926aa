/** A small log for the tests of faults: records of the host, which need no engine, and what a verifier makes of it. */

import { parseCheckpointText } from "../../bindings/evidence/checkpoint.ts";
import type { RecordEntry } from "../../bindings/evidence/entry.ts";
import { type EvidenceLog, type EvidenceLogOptions, openEvidenceLog } from "../../bindings/evidence/log.ts";
import type { Signer } from "../../bindings/evidence/note.ts";
import { inventoryOf, readShard } from "../../bindings/evidence/shard.ts";
import type { Storage, StorageReader } from "../../bindings/evidence/storage.ts";
import { Frontier, leafHash } from "../../bindings/evidence/tree.ts";
import { type VerifyOptions, type VerifyReport, verifyLog } from "../../bindings/evidence/verify.ts";
import { nodeEd25519 } from "../../bindings/hosts/ed25519-node.ts";
import { nodeSha256 } from "../../bindings/hosts/hash-node.ts";
import { seedSigner } from "../../bindings/keys/signer.ts";
import { hostRecord } from "../../bindings/src/decision.ts";
import type { LogEntry } from "../../bindings/src/memory.ts";
import { hex } from "../../bindings/src/sha256.ts";

/** Whether all rounds are asked for: `npm run test:faults`. */
export const isWhole: boolean = process.env.FAULTS === "whole";

export const TIME_MS = 1_800_000_000_000;

/** The key whose seed is one byte 32 times. */
export const signerOf = (byte: number): Signer => seedSigner(new Uint8Array(32).fill(byte), nodeEd25519);

export const { verify } = nodeEd25519;

export const ORIGIN = "permit0.local/0123456789abcdef";
export const SHARD_ORIGIN: string = `${ORIGIN}/main`;

/** Small files in place of an engine and an image: nobody decides with them here. */
export interface Files {
  readonly wasm: Uint8Array;
  readonly image: Uint8Array;
}

const FILES: Files = {
  wasm: new TextEncoder().encode("stands for an engine"),
  image: new TextEncoder().encode("stands for an image"),
};
const sources = new WeakMap<Files, NonNullable<LogEntry["source"]>>();

function sourceOf(files: Files): NonNullable<LogEntry["source"]> {
  const [engine, image] = [hex(nodeSha256(files.wasm)), hex(nodeSha256(files.image))];
  const source = sources.get(files) ?? { digests: { engine, image }, files };
  sources.set(files, source);
  return source;
}

/** What a host says when its engine stopped, as the `number`th of its records. */
export function entryOf(number: number, timeMs: number = TIME_MS + number, files: Files = FILES): LogEntry {
  const request = { action: "files.read", fields: { path: `${number}` }, context: { time_ms: timeMs } };
  const [engine, image] = [nodeSha256(files.wasm), nodeSha256(files.image)];
  const facts = { engine, image, edition: "2026.1" };
  const record = hostRecord(request, { ...facts, reason: "engine_fault", verdict: "deny" });
  return { record, source: sourceOf(files), cells: [] };
}

/** A signer that remembers what it signed. */
export class WatchedSigner implements Signer {
  readonly publicKey: Uint8Array;
  /** Root by size: there may be one only. */
  readonly roots = new Map<number, string>();
  readonly conflicts: number[] = [];
  readonly #signer: Signer;

  constructor(byte = 1) {
    this.#signer = signerOf(byte);
    this.publicKey = this.#signer.publicKey;
  }

  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array> {
    const { size, root } = parseCheckpointText(new TextDecoder().decode(message));
    const before = this.roots.get(size);
    if (before !== undefined && before !== hex(root)) this.conflicts.push(size);
    this.roots.set(size, hex(root));
    return this.#signer.sign(message);
  }
}

export function openSmall(
  storage: Storage,
  signer: Signer,
  options: Partial<EvidenceLogOptions> = {},
): Promise<EvidenceLog> {
  return openEvidenceLog(storage, {
    origin: ORIGIN,
    signers: [signer],
    clock: () => TIME_MS,
    hash: nodeSha256,
    checkpointEntries: 4,
    // Only when it is asked to: the tests count steps.
    checkpointMs: 3_600_000,
    ...options,
  });
}

export const TRUST: NonNullable<VerifyOptions["trust"]> = {
  shards: [{ origin: SHARD_ORIGIN, keys: [{ publicKey: signerOf(1).publicKey, from: 0 }] }],
  engines: [hex(nodeSha256(FILES.wasm))],
};

export function verifySmall(
  storage: StorageReader,
  options: Partial<VerifyOptions> = {},
): Promise<VerifyReport> {
  return verifyLog(storage, { trust: TRUST, verify, hash: nodeSha256, ...options });
}

/** What stands in the shard `main`: its records and notes, and its root at each size. */
export async function contentOf(storage: StorageReader): Promise<{
  readonly records: readonly Uint8Array[];
  readonly notes: readonly string[];
  readonly roots: ReadonlyMap<number, string>;
}> {
  const records: Uint8Array[] = [];
  const notes: string[] = [];
  const tree = new Frontier(nodeSha256);
  const roots = new Map([[0, hex(tree.root())]]);
  const segments = inventoryOf(await storage.list()).shards.get("main") ?? [];
  await readShard(storage, segments, (batch) => {
    for (const { entry, bytes } of batch) {
      if (entry.note === undefined) records.push((entry as RecordEntry).record.slice());
      else notes.push(entry.note.kind);
      tree.append(leafHash(bytes, nodeSha256));
      roots.set(tree.size, hex(tree.root()));
    }
  });
  return { records, notes, roots };
}
