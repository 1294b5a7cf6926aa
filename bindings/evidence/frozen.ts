/** What is frozen by the events of a log, shard by shard. The entries are checked on the way, not who signed them. */

import { Replay } from "../memory/replay.ts";
import type { Freeze } from "../src/memory.ts";
import { replayedOf } from "./entry.ts";
import type { StorageReader } from "./storage.ts";
import { type WalkOptions, walkLog } from "./walk.ts";

export interface FrozenInLog {
  readonly frozen: readonly (Freeze & { readonly shard: string })[];
  /** How often others changed a history in between, through logs of their own. */
  readonly gaps: number;
}

/**
 * Lists what is frozen.
 * @throws EvidenceError, ShardFault, LogFault when the log does not add up; whatever the storage throws.
 */
export async function frozenIn(
  storage: StorageReader,
  options: Pick<WalkOptions, "hash" | "shard"> = {},
): Promise<FrozenInLog> {
  const replays = new Map<string, Replay>();
  await walkLog(storage, options, ({ walk: { shard }, entry }) => {
    const replay = replays.get(shard) ?? new Replay();
    replays.set(shard, replay);
    replay.add(replayedOf(entry));
  });
  const all = [...replays];
  return {
    frozen: all.flatMap(([shard, { frozen }]) => frozen.map((one) => ({ ...one, shard }))),
    gaps: all.reduce((sum, [, { gaps }]) => sum + gaps, 0),
  };
}
