/**
 * The decisions of a log in order, each with the request that was kept of it or the reason why there is none. The chain
 * of entries is checked on the way; who signed them is for verify.ts to say.
 */

import { hex, sha256 } from "../src/sha256.ts";
import type { ChainedEntry } from "./chain.ts";
import type { RecordEntry } from "./entry.ts";
import { EvidenceError } from "./errors.ts";
import { factsOf, type RecordFacts } from "./facts.ts";
import type { Opening } from "./opening.ts";
import { inventoryOf, readShard, ShardFault } from "./shard.ts";
import type { StorageReader } from "./storage.ts";
import type { Hash } from "./tree.ts";
import type { NotReplayed } from "./verify.ts";
import { ShardWalk } from "./verify-walk.ts";

/** Why a decision has no request to look at. `lost`: its key is gone, and whether it was erased a later entry says. */
export type Unopened = "host" | "unkept" | "withheld" | "redacted" | "lost";

/** One decision on the way. */
export interface WalkedDecision {
  readonly walk: ShardWalk;
  readonly entry: RecordEntry;
  readonly facts: RecordFacts;
  readonly request: Uint8Array | Unopened;
}

export interface WalkOptions {
  /** Left out: all that is sealed is withheld. */
  readonly open?: Opening;
  readonly hash?: Hash;
  /** A shard alone. */
  readonly shard?: string;
}

export interface WalkedShard {
  readonly walk: ShardWalk;
  readonly entries: number;
  /** Bytes of a write at its end that is not whole: a crash, or a log in use. */
  readonly torn: number;
}

/**
 * Goes through a log, shard by shard.
 * @throws EvidenceError `log_none`; ShardFault where the entries do not follow each other; whatever storage and keys throw.
 */
export async function walkLog(
  storage: StorageReader,
  options: WalkOptions,
  take: (decision: WalkedDecision) => void | Promise<void>,
): Promise<readonly WalkedShard[]> {
  const { hash = sha256, shard: only } = options;
  const { shards } = inventoryOf(await storage.list());
  if (only !== undefined && !shards.has(only))
    throw new EvidenceError("shard_unknown", `the log has no shard ${only}; it has ${listed(shards.keys())}`);
  if (shards.size === 0)
    throw new EvidenceError(
      "log_none",
      "there is no shard of a log; give the folder that a log was written to",
    );
  const walked: WalkedShard[] = [];
  for (const [shard, segments] of shards) {
    if (only !== undefined && shard !== only) continue;
    const walk = new ShardWalk(shard, hash);
    const { torn } = await readShard(storage, segments, async (batch) => {
      for (const found of batch) await entryOf(walk, walk.add(found), options.open, take);
    });
    walked.push({ walk, entries: walk.chain.tree.size, torn });
  }
  return walked;
}

async function entryOf(
  walk: ShardWalk,
  chained: ChainedEntry,
  open: Opening | undefined,
  take: (decision: WalkedDecision) => void | Promise<void>,
): Promise<void> {
  const { entry, seq, file, at } = chained;
  if (entry.note !== undefined) {
    const fault = walk.note(entry.note, seq);
    if (fault !== undefined) throw new ShardFault("note_wrong", file, at, seq, fault);
    return;
  }
  const facts = factsOf(entry.record);
  if (facts === undefined)
    throw new ShardFault("record_malformed", file, at, seq, "its bytes are no record of version 1");
  const request = await requestOf(walk, chained, entry, facts, open);
  if (request === "lost")
    walk.lost.push({ seq, subject: hex((entry.sealed as NonNullable<typeof entry.sealed>).key) });
  await take({ walk, entry, facts, request });
}

async function requestOf(
  walk: ShardWalk,
  { sealed }: ChainedEntry,
  entry: RecordEntry,
  { byHost }: RecordFacts,
  open: Opening | undefined,
): Promise<Uint8Array | Unopened> {
  if (byHost) return "host";
  if (entry.sealed === undefined || sealed === undefined) return "unkept";
  // Its bytes are a view of what is read next.
  return open === undefined ? "withheld" : open(entry, sealed.slice(), walk.origin);
}

/** How many decisions had no request, by the reason. What is lost was erased if an entry behind it says so. */
export class UnopenedCounts {
  readonly #counts = { host: 0, unkept: 0, withheld: 0, redacted: 0, history: 0, salt: 0 };

  add(why: Unopened | "history" | "salt"): void {
    if (why !== "lost") this.#counts[why]++;
  }

  /** A key that is not here and was not erased may be with somebody else: it counts as withheld. */
  all(shards: readonly WalkedShard[]): NotReplayed {
    let erased = 0;
    let withheld = 0;
    for (const { walk } of shards)
      for (const { seq, subject } of walk.lost) {
        if ((walk.erasedAt.get(subject) ?? -1) > seq) erased++;
        else withheld++;
      }
    return { ...this.#counts, withheld: this.#counts.withheld + withheld, erased };
  }
}

function listed(names: Iterable<string>): string {
  return [...names].join(", ") || "none";
}
