/**
 * A log computed and decided again, entry by entry: what its records do to the histories, and in which members a record
 * differs from what its engine says of the same request today. What verify answers with yes or no, this shows.
 */

import { LogFault } from "../memory/replay.ts";
import { EngineError } from "../src/engine.ts";
import { hex } from "../src/sha256.ts";
import type { Decision, EventFacts, Verdict } from "../src/types.ts";
import { Artifacts } from "./artifacts.ts";
import { replayedOf } from "./entry.ts";
import { EvidenceError } from "./errors.ts";
import type { ReadersSalts } from "./key-salt.ts";
import { inventoryOf } from "./shard.ts";
import type { StorageReader } from "./storage.ts";
import { sameHash } from "./tree.ts";
import type { NotReplayed } from "./verify.ts";
import { UnopenedCounts, type WalkedDecision, type WalkOptions, walkLog } from "./walk.ts";

/** A member of a record that comes out otherwise. */
export interface MemberDifference {
  readonly member: string;
  /** As the record has it, and as it is now. */
  readonly was: unknown;
  readonly is: unknown;
}

/** An entry whose record does not come out again. */
export interface EntryDifference {
  readonly shard: string;
  readonly seq: number;
  /** Empty: another record with the same members that a reader sees. */
  readonly members: readonly MemberDifference[];
  /** Why there was nothing to compare with. */
  readonly reason?: string;
}

/** An event of a log. */
export interface LoggedEvent {
  readonly shard: string;
  readonly seq: number;
  readonly time_ms: number;
  readonly verdict: Verdict;
  readonly event: EventFacts;
}

export interface ReplayedShard {
  readonly shard: string;
  readonly entries: number;
  readonly decisions: number;
  readonly gaps: number;
  /** All histories and their digests behind the last entry, by id. */
  readonly cells: readonly { readonly id: string; readonly digest: string }[];
  readonly torn: number;
}

export interface ReplayReport {
  readonly shards: readonly ReplayedShard[];
  /** Decided again, and those of them that differ. */
  readonly checked: number;
  readonly differing: number;
  /** Not decided again. `engine`: nobody brought the engine, or the log has not its image. */
  readonly not: NotReplayed & { readonly engine: number };
  /** The entry that does not add up, behind which nothing was looked at. */
  readonly fault?: { readonly shard: string; readonly seq: number; readonly message: string };
}

export interface ReplayOptions extends WalkOptions, ReadersSalts {
  /** Engines that the reader brings, by digest in hex. Without one of them nothing is decided again. */
  readonly engines: ReadonlyMap<string, Uint8Array>;
  /** From this entry on, and before that one, records are computed and decided; those outside are taken at their word. */
  readonly from?: number;
  readonly to?: number;
  readonly onEvent?: (event: LoggedEvent) => void | Promise<void>;
  readonly onDifference?: (difference: EntryDifference) => void | Promise<void>;
}

/**
 * Computes and decides a log again. A shard is followed up to the first record that does not add up.
 * @throws EvidenceError, ShardFault when the entries are no log; whatever storage and keys throw.
 */
export async function replayLog(storage: StorageReader, options: ReplayOptions): Promise<ReplayReport> {
  const { engines, keySalt, keySalts, hash } = options;
  const artifacts = new Artifacts(
    storage,
    {
      engines,
      ...(keySalt === undefined ? {} : { keySalt }),
      ...(keySalts === undefined ? {} : { keySalts }),
      ...(hash === undefined ? {} : { hash }),
    },
    ({ file = "", sentence }) => {
      throw new EvidenceError("artifact_changed", `${file}: ${sentence}`);
    },
  );
  for (const file of inventoryOf(await storage.list()).artifacts) await artifacts.check(file);
  const again = new Again(options, artifacts);
  let fault: ReplayReport["fault"];
  const { open } = options;
  const walked: WalkOptions =
    open === undefined
      ? options
      : {
          ...options,
          // Nobody opens what is not asked for.
          open: async (entry, sealed, origin) =>
            isWanted(entry.seq, options) ? open(entry, sealed, origin) : "withheld",
        };
  const shards = await walkLog(storage, walked, async (decision) => {
    if (fault !== undefined) return;
    try {
      await again.take(decision);
    } catch (error) {
      if (!(error instanceof LogFault)) throw error;
      fault = { shard: decision.walk.shard, seq: error.seq, message: error.message };
    }
  });
  return {
    shards: shards.map(({ walk, entries, torn }) => ({
      shard: walk.shard,
      entries,
      decisions: again.decisions.get(walk.shard) ?? 0,
      gaps: walk.replay.gaps,
      cells: walk.replay.digests(),
      torn,
    })),
    checked: again.checked,
    differing: again.differing,
    not: { ...again.unopened.all(shards), engine: again.engineless },
    ...(fault === undefined ? {} : { fault }),
  };
}

function isWanted(seq: number, { from = 0, to = Number.POSITIVE_INFINITY }: ReplayOptions): boolean {
  return seq >= from && seq < to;
}

class Again {
  readonly #options: ReplayOptions;
  readonly #artifacts: Artifacts;
  readonly unopened = new UnopenedCounts();
  readonly decisions = new Map<string, number>();
  checked = 0;
  differing = 0;
  engineless = 0;

  constructor(options: ReplayOptions, artifacts: Artifacts) {
    this.#options = options;
    this.#artifacts = artifacts;
  }

  /** @throws LogFault when the record does not add up, or does not join what stands before it. */
  async take(decision: WalkedDecision): Promise<void> {
    const { walk, entry } = decision;
    const { onEvent, onDifference } = this.#options;
    const { shard, replay } = walk;
    const { seq } = entry;
    this.decisions.set(shard, (this.decisions.get(shard) ?? 0) + 1);
    const wanted = isWanted(seq, this.#options);
    const replayed = replayedOf(entry);
    const { event, time_ms, verdict } = wanted ? replay.add(replayed) : replay.trust(replayed);
    if (wanted && event !== undefined) await onEvent?.({ shard, seq, time_ms, verdict, event });
    const difference = wanted ? await this.#decided(decision) : undefined;
    await walk.remember(entry);
    if (difference === undefined) return;
    this.differing++;
    await onDifference?.(difference);
  }

  async #decided({ walk, entry, facts, request }: WalkedDecision): Promise<EntryDifference | undefined> {
    if (typeof request === "string") {
      this.unopened.add(request);
      return undefined;
    }
    const keySalt = this.#artifacts.keySalt(walk.saltId);
    if (facts.hasCells && keySalt === undefined) {
      this.unopened.add("salt");
      return undefined;
    }
    const engine = await this.#artifacts.engine(facts.engine, facts.image, keySalt);
    if (typeof engine === "string") {
      this.engineless++;
      return undefined;
    }
    const cells = facts.hasCells ? await walk.cells(entry) : undefined;
    if (facts.hasCells && cells === undefined) {
      this.unopened.add("history");
      return undefined;
    }
    this.checked++;
    const place = { shard: walk.shard, seq: entry.seq };
    try {
      const is = engine.decideBytes(request, cells);
      if (sameHash(is.record, entry.record)) return undefined;
      return { ...place, members: differencesOf(engine.readRecord(entry.record), is) };
    } catch (error) {
      if (!(error instanceof EngineError || error instanceof RangeError)) throw error;
      return { ...place, members: [], reason: `the engine refuses it: ${error.message}` };
    }
  }
}

/** The members of two decisions that are not the same, in the order in which people read them. */
function differencesOf(was: Decision, is: Decision): MemberDifference[] {
  const [one, other] = [membersOf(was), membersOf(is)];
  return Object.keys({ ...one, ...other }).flatMap((member) => {
    const [before, now] = [one[member], other[member]];
    return JSON.stringify(before) === JSON.stringify(now) ? [] : [{ member, was: before, is: now }];
  });
}

function membersOf(decision: Decision): Readonly<Record<string, unknown>> {
  const { digests, reasons, flags: _flags, amplifiers: _levels, parts: _parts, ...shown } = decision.toJSON();
  return {
    ...shown,
    reasons: reasons.map(({ code }) => code),
    thresholds: decision.thresholds,
    parts: decision.parts.map(({ action, mapping, counted, hazard, flags, amplifiers }) => ({
      action,
      mapping,
      counted,
      hazard,
      flags: flags.map(({ flag, role, hazard }) => [flag, role, hazard]),
      levels: amplifiers.map(({ amplifier, level, gain }) => [amplifier, level, gain]),
    })),
    events: decision.cells.map(({ events, note }) => [hex(events), hex(note)]),
    request: digests.request,
    args: digests.args,
  };
}
