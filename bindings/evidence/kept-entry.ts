/** One decision of a log by its number, with the policy that made it as the log keeps it. */

import { hex, sha256 } from "../src/sha256.ts";
import type { RecordEntry } from "./entry.ts";
import { EvidenceError } from "./errors.ts";
import { factsOf } from "./facts.ts";
import { type FoundEntry, inventoryOf, readShard } from "./shard.ts";
import type { StorageReader } from "./storage.ts";
import { leafHash } from "./tree.ts";

export interface KeptEntry {
  readonly shard: string;
  readonly seq: number;
  readonly record: Uint8Array;
  /** Of the entry in the tree of its shard. */
  readonly leaf: Uint8Array;
  readonly isSealed: boolean;
  /** The image that the record names; undefined where the log has not kept it. */
  readonly image: Uint8Array | undefined;
}

/**
 * Reads one entry, and nothing of those before its segment: that it stands there rightly is for verify to say.
 * @throws EvidenceError when there is no such entry or it is no decision; ShardFault when its segment is damaged.
 */
export async function keptEntry(storage: StorageReader, shard: string, seq: number): Promise<KeptEntry> {
  const { shards } = inventoryOf(await storage.list());
  const segments = shards.get(shard);
  if (segments === undefined) {
    const known = [...shards.keys()].join(", ");
    throw new EvidenceError("shard_unknown", `the log has no shard ${shard}; it has ${known || "none"}`);
  }
  const { entry, bytes, isSealed } = await entryAt(storage, segments, seq);
  const facts = factsOf(entry.record);
  if (facts === undefined)
    throw new EvidenceError("record_malformed", `entry ${seq}: its bytes are no record of version 1`);
  const image = await imageOf(storage, facts.image);
  return { shard, seq, record: entry.record, leaf: leafHash(bytes, sha256), isSealed, image };
}

async function entryAt(
  storage: StorageReader,
  segments: readonly string[],
  seq: number,
): Promise<{ readonly entry: RecordEntry; readonly bytes: Uint8Array; readonly isSealed: boolean }> {
  const firstOf = (segment: string): number => Number(/(\d+)\.seg$/.exec(segment)?.[1]);
  const file = segments.filter((segment) => firstOf(segment) <= seq).at(-1);
  let found: FoundEntry | undefined;
  if (file !== undefined)
    await readShard(
      storage,
      [file],
      (batch) => {
        const one = batch.find((each) => each.seq === seq);
        // Bytes of a batch are good until the next one.
        if (one !== undefined) found = { ...one, bytes: one.bytes.slice() };
      },
      { seq: firstOf(file), file, at: 0 },
    );
  if (found === undefined) throw new EvidenceError("entry_unknown", `the shard has no entry ${seq}`);
  const { entry, bytes, sealed } = found;
  if (entry.note !== undefined)
    throw new EvidenceError("entry_note", `entry ${seq} is no decision, it is a note: ${entry.note.kind}`);
  return { entry: { ...entry, record: entry.record.slice() }, bytes, isSealed: sealed !== undefined };
}

/** An image that the log keeps. @throws EvidenceError `artifact_changed`. */
export async function imageOf(storage: StorageReader, digest: string): Promise<Uint8Array | undefined> {
  const name = `images/${digest}.image`;
  const image = await storage.read(name, 0, await storage.size(name)).catch(() => undefined);
  if (image === undefined || image.length === 0) return undefined;
  if (hex(sha256(image)) === digest) return image;
  throw new EvidenceError("artifact_changed", `${name}: its bytes are not those that its name promises`);
}
