/** The checkpoints of a shard, and its entries under one of them: what exports and proofs begin with. */

import { Chain, type ChainedEntry } from "./chain.ts";
import type { CheckpointNote } from "./checkpoint-file.ts";
import { readCheckpoints } from "./checkpoint-writer.ts";
import { EvidenceError } from "./errors.ts";
import { checkpointsName, inventoryOf, readShard, witnessedName } from "./shard.ts";
import type { StorageReader } from "./storage.ts";
import { type Hash, sameHash } from "./tree.ts";

export interface SignedShard {
  readonly shard: string;
  readonly segments: readonly string[];
  readonly signed: readonly CheckpointNote[];
  /** Those that witnesses have seen, with their cosignatures. */
  readonly witnessed: readonly CheckpointNote[];
}

/**
 * The shards of a log, or the one that is asked for.
 * @throws EvidenceError `log_none`, `shard_none`.
 */
export async function signedShards(storage: StorageReader, only?: string): Promise<SignedShard[]> {
  const { shards } = inventoryOf(await storage.list());
  if (shards.size === 0)
    throw new EvidenceError(
      "log_none",
      "there is no shard of a log; give the folder that a log was written to",
    );
  if (only !== undefined && !shards.has(only))
    throw new EvidenceError(
      "shard_none",
      `wanted a shard of the log (${[...shards.keys()].sort().join(", ")}), came ${JSON.stringify(only)}`,
    );
  const found: SignedShard[] = [];
  for (const shard of [...shards.keys()].sort()) {
    if (only !== undefined && shard !== only) continue;
    const { notes: signed } = await readCheckpoints(storage, checkpointsName(shard));
    const { notes: witnessed } = await readCheckpoints(storage, witnessedName(shard));
    if (signed.length === 0)
      throw new EvidenceError("log_unsigned", `${shard}: it has no signed checkpoint; open the log once`);
    found.push({ shard, segments: shards.get(shard) as readonly string[], signed, witnessed });
  }
  return found;
}

/** The newest checkpoint, or the newest that covers so many entries: one that witnesses have seen if there is one. */
export function newestOf({ shard, signed, witnessed }: SignedShard, to = 0): CheckpointNote {
  const covering = (notes: readonly CheckpointNote[]) =>
    notes.filter(({ checkpoint }) => checkpoint.size >= to).at(-1);
  const found = covering(witnessed) ?? covering(signed);
  if (found !== undefined) return found;
  throw new EvidenceError(
    "range",
    `${shard}: wanted at most ${signed.at(-1)?.checkpoint.size ?? 0}, the entries under a signature; came ${to}`,
  );
}

/**
 * Reads the entries under a checkpoint in order; what comes behind them is left out.
 * @throws ShardFault, EvidenceError `root_other` when they are not those that were signed.
 */
export async function readSigned(
  storage: StorageReader,
  { shard, segments }: SignedShard,
  { checkpoint: { size, root } }: CheckpointNote,
  hash: Hash,
  take: (entry: ChainedEntry, chain: Chain) => void | Promise<void>,
): Promise<void> {
  const chain = new Chain(hash);
  await readShard(storage, segments, async (batch) => {
    for (const found of batch) {
      if (found.seq >= size) return;
      await take(chain.add(found), chain);
    }
  });
  if (chain.tree.size === size && sameHash(chain.tree.root(), root)) return;
  throw new EvidenceError(
    "root_other",
    `${shard}: the ${size} entries are not those that were signed; verify the log`,
  );
}
