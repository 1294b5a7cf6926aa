/**
 * What another policy would have decided: every request that a log kept, decided again under a candidate, and compared with
 * the record. Nothing is written, and no policy becomes active by it.
 */

import { MemoryStore } from "../memory/memory-store.ts";
import { decode } from "../src/codec/decode.ts";
import { type Engine, EngineError } from "../src/engine.ts";
import { VERDICT_NAMES } from "../src/gen/codes.ts";
import { Remembering } from "../src/memory.ts";
import { hex } from "../src/sha256.ts";
import type { Decision, EventRequest, Request, Tier, Verdict } from "../src/types.ts";
import { keySaltFor, type ReadersSalts } from "./key-salt.ts";
import type { StorageReader } from "./storage.ts";
import type { NotReplayed } from "./verify.ts";
import { UnopenedCounts, type WalkedDecision, type WalkOptions, walkLog } from "./walk.ts";

/** One side of a comparison. */
export interface BacktestSide {
  readonly verdict: Verdict;
  readonly tier: Tier;
  readonly score: number;
  /** People who must approve; 0 when nobody has to. */
  readonly approvers: number;
  /** Code of the first reason. */
  readonly reason: string;
}

/** One decision that would be another. */
export interface BacktestChange {
  readonly shard: string;
  readonly seq: number;
  readonly time_ms: number;
  /** The action as the record has it; of an event, `event` and its kind. */
  readonly action: string;
  readonly was: BacktestSide;
  /** Undefined where the candidate refuses the request, so that the call does not run. */
  readonly is: BacktestSide | undefined;
  /** `+code` speaks now, `-code` does not any more, `score`: neither, only the numbers moved; `refused`. */
  readonly cause: string;
}

export interface BacktestReport {
  readonly shards: number;
  /** Entries of the log, and those of them that are decisions. */
  readonly entries: number;
  readonly decisions: number;
  readonly judged: number;
  /** As the record in all that is compared. */
  readonly same: number;
  /** Another score, with the same verdict, tier and number of approvers. */
  readonly scores: number;
  readonly changed: number;
  /** `allow -> deny` and the like, and `-> refused`, with how many; the same verdict twice: another tier or number of approvers. */
  readonly pairs: readonly Counted[];
  readonly actions: readonly (Counted & Directions)[];
  readonly causes: readonly (Counted & Directions)[];
  /** Of each pair and action the first ones. */
  readonly examples: readonly BacktestChange[];
  /** What could not be judged. */
  readonly not: NotReplayed;
  /** Judged, but a history that was asked may lack what an earlier entry put there that could not be judged. */
  readonly short: number;
  /** Shards whose key salt the reader does not have: what their sessions saw and froze is not found again. */
  readonly unsalted: number;
  /** Bytes at the end of the log that are not a whole write. */
  readonly torn: number;
}

export interface Counted {
  readonly name: string;
  readonly count: number;
}

export interface Directions {
  readonly stricter: number;
  readonly calmer: number;
}

export interface BacktestOptions extends WalkOptions, ReadersSalts {
  /** The candidate. It takes the key salt that belongs to the log. */
  readonly engine: Engine;
  /** Examples to keep of each pair of verdicts. Default 10. */
  readonly examples?: number;
}

const EXAMPLES = 10;

/**
 * Decides a log again under a candidate. Histories begin at nothing and are folded under the decisions of the candidate; a
 * shard has its own, as its writer had.
 * @throws EvidenceError, ShardFault when the log does not add up; whatever storage and keys throw.
 */
export async function backtest(storage: StorageReader, options: BacktestOptions): Promise<BacktestReport> {
  const { engine, examples = EXAMPLES } = options;
  const unopened = new UnopenedCounts();
  const changes = new Changes(examples);
  const candidates = new Map<string, Candidate>();
  let decisions = 0;
  let judged = 0;
  let short = 0;
  let unsalted = 0;
  const shards = await walkLog(storage, options, async (decision) => {
    const { walk, entry, request } = decision;
    let candidate = candidates.get(walk.shard);
    if (candidate === undefined) {
      const keySalt =
        walk.saltId === undefined ? options.keySalt : keySaltFor(walk.saltId, options, options.hash);
      if (walk.saltId !== undefined && keySalt === undefined) unsalted++;
      candidate = new Candidate(keySalt === undefined ? engine : engine.withKeySalt(keySalt));
      candidates.set(walk.shard, candidate);
    }
    decisions++;
    const was = engine.readRecord(entry.record);
    if (typeof request === "string") {
      unopened.add(request);
      candidate.miss(was);
      return;
    }
    const is = await candidate.decide(requestIn(request), decision);
    judged++;
    if (is !== undefined && candidate.isShort(was, is)) short++;
    changes.add(walk.shard, entry.seq, was, is);
  });
  return {
    shards: shards.length,
    entries: shards.reduce((sum, { entries }) => sum + entries, 0),
    decisions,
    judged,
    ...changes.counts(),
    examples: changes.examples(),
    not: unopened.all(shards),
    short,
    unsalted,
    torn: shards.reduce((sum, { torn }) => sum + torn, 0),
  };
}

/** A request as a program gives it: what the log kept, without the engine and image that it was made for. */
function requestIn(bytes: Uint8Array): Request | EventRequest {
  const { engine: _engine, image: _image, v: _v, ...request } = decode(bytes) as Record<string, unknown>;
  return request as unknown as Request | EventRequest;
}

/** The candidate on one shard, with the histories that its own decisions make. */
class Candidate {
  readonly #engine: Engine;
  readonly #remembering = new Remembering({ store: new MemoryStore() });
  /** Histories that something was kept from. */
  readonly #missed = new Set<string>();
  #hasMissed = false;
  /** The history of what is frozen, which every call asks and only freezes change. */
  readonly #freezes: string | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
    const [id] = engine.prepare(THAW).ids;
    this.#freezes = id === undefined ? undefined : hex(id);
  }

  /** Undefined when the candidate refuses the request, as it would have refused the call. */
  async decide(request: Request | EventRequest, { facts }: WalkedDecision): Promise<Decision | undefined> {
    try {
      // Where the host had no memory then, it has none now.
      if (facts.hasCells) return await this.#remembering.decide(this.#engine, request);
      return this.#engine.decide(request);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      if (error.code === "request_too_large") return this.#engine.denyByHost(request, "request_too_large");
      return undefined;
    }
  }

  /** Something happened that cannot be put into the histories. */
  miss({ by, cells, event }: Decision): void {
    // What the host answered touched none.
    if (by === "host") return;
    this.#hasMissed = true;
    const isFreeze = event?.kind === "freeze" || event?.kind === "thaw";
    for (const name of cells.map(({ id }) => hex(id)))
      if (isFreeze || name !== this.#freezes) this.#missed.add(name);
  }

  /** Whether a history may lack something: it does by name, or the policy of that time did not name it at all. */
  isShort(was: Decision, is: Decision): boolean {
    if (!this.#hasMissed) return false;
    const named = new Set([this.#freezes, ...was.cells.map(({ id }) => hex(id))]);
    return is.cells.map(({ id }) => hex(id)).some((name) => this.#missed.has(name) || !named.has(name));
  }
}

/** Any event of its kind names the one history of what is frozen. */
const THAW: EventRequest = { event: { kind: "thaw", scope: "agent", value: "a" }, context: { time_ms: 0 } };

type Direction = "stricter" | "calmer" | "other";

/** Counts and examples of what differs, in bounded memory: actions and codes are as many as the policies have. */
class Changes {
  readonly #examplesMax: number;
  readonly #pairs = new Map<string, number>();
  readonly #actions = new Map<string, Record<Direction, number>>();
  readonly #causes = new Map<string, Record<Direction, number>>();
  readonly #examples = new Map<string, BacktestChange[]>();
  #same = 0;
  #scores = 0;
  #changed = 0;

  constructor(examplesMax: number) {
    this.#examplesMax = examplesMax;
  }

  add(shard: string, seq: number, old: Decision, now: Decision | undefined): void {
    const was = sideOf(old);
    const is = now === undefined ? undefined : sideOf(now);
    const direction = directionOf(was, is);
    if (direction === undefined) {
      if (was.score === is?.score) this.#same++;
      else this.#scores++;
      return;
    }
    this.#changed++;
    const action = old.event === undefined ? old.action : `event ${old.event.kind}`;
    const cause = now === undefined ? "refused" : causeOf(old, now, direction);
    const pair = `${was.verdict} -> ${is?.verdict ?? "refused"}`;
    this.#pairs.set(pair, (this.#pairs.get(pair) ?? 0) + 1);
    count(this.#actions, action, direction);
    count(this.#causes, cause, direction);
    const key = `${pair}\n${action}`;
    const examples = this.#examples.get(key) ?? [];
    this.#examples.set(key, examples);
    if (examples.length < this.#examplesMax)
      examples.push({ shard, seq, time_ms: old.time_ms, action, was, is, cause });
  }

  counts(): Pick<BacktestReport, "same" | "scores" | "changed" | "pairs" | "actions" | "causes"> {
    return {
      same: this.#same,
      scores: this.#scores,
      changed: this.#changed,
      pairs: ranked([...this.#pairs].map(([name, number]) => ({ name, count: number }))),
      actions: ranked(directed(this.#actions)),
      causes: ranked(directed(this.#causes)),
    };
  }

  /** Of each pair one of each action first: ten examples of one action say less than one of ten. */
  examples(): BacktestChange[] {
    const taken: BacktestChange[] = [];
    for (const { name } of this.counts().pairs) {
      const lists = [...this.#examples]
        .filter(([key]) => key.startsWith(`${name}\n`))
        .map(([, list]) => list);
      const rounds = Array.from({ length: this.#examplesMax }, (_, round) =>
        lists.flatMap((list) => list[round] ?? []),
      );
      const some = rounds.flat().slice(0, this.#examplesMax);
      taken.push(...some.sort((one, other) => order(one, other)));
    }
    return taken;
  }
}

function sideOf({ verdict, tier, score, obligations, reasons }: Decision): BacktestSide {
  return { verdict, tier, score, approvers: obligations.approvers ?? 0, reason: reasons[0]?.code ?? "" };
}

function directionOf(was: BacktestSide, is: BacktestSide | undefined): Direction | undefined {
  // What is refused does not run.
  if (is === undefined) return "stricter";
  const change = VERDICT_NAMES.indexOf(is.verdict) - VERDICT_NAMES.indexOf(was.verdict);
  if (change !== 0) return change > 0 ? "stricter" : "calmer";
  return was.tier === is.tier && was.approvers === is.approvers ? undefined : "other";
}

/** What speaks on one side alone: of a stricter decision first what was added, of a calmer one first what is gone. */
function causeOf(was: Decision, is: Decision, direction: Direction): string {
  const [before, behind] = [codesOf(was), codesOf(is)];
  const added = behind.find((code) => !before.includes(code));
  const gone = before.find((code) => !behind.includes(code));
  const causes = [...(added === undefined ? [] : [`+${added}`]), ...(gone === undefined ? [] : [`-${gone}`])];
  const [first, last] = [causes[0], causes.at(-1)];
  return (direction === "calmer" ? last : first) ?? "score";
}

/** A reason `tier_…` says only where the score lies. */
const TIER_REASON = /^tier_/;

function codesOf({ gate, rows, reasons }: Decision): readonly string[] {
  const codes = [...(gate === undefined ? [] : [gate]), ...rows, ...reasons.map(({ code }) => code)];
  return codes.filter((code) => !TIER_REASON.test(code));
}

function count(counts: Map<string, Record<Direction, number>>, name: string, direction: Direction): void {
  const found = counts.get(name) ?? { stricter: 0, calmer: 0, other: 0 };
  found[direction]++;
  counts.set(name, found);
}

function directed(counts: ReadonlyMap<string, Record<Direction, number>>): (Counted & Directions)[] {
  return [...counts].map(([name, { stricter, calmer, other }]) => ({
    name,
    count: stricter + calmer + other,
    stricter,
    calmer,
  }));
}

function ranked<T extends Counted>(counts: readonly T[]): T[] {
  return [...counts].sort((one, other) => other.count - one.count || (one.name < other.name ? -1 : 1));
}

function order(one: BacktestChange, other: BacktestChange): number {
  if (one.shard !== other.shard) return one.shard < other.shard ? -1 : 1;
  return one.seq - other.seq;
}
