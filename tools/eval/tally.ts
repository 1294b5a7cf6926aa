/** Counts verdicts over sessions: attacks per unique call and per session, benign calls and the sessions they are in. */

import type { Verdict } from "permit0";
import type { RecordedCall } from "./calls.ts";

/** Of attacks, counted once per unique call: one that passed in one place has passed. */
export interface KindCounts {
  calls: number;
  unique: number;
  denied: number;
  reviewed: number;
  allowed: number;
}

export interface AttackCounts extends KindCounts {
  /** Sessions with an attack, and those in which no attack was allowed. */
  sessions: number;
  sessionsStopped: number;
  byKind: Record<string, KindCounts>;
}

export interface BenignCounts {
  calls: number;
  reads: number;
  writes: number;
  allowed: number;
  allowedReads: number;
  allowedWrites: number;
  denied: number;
  /** Sessions without an attack, and those in which every benign call was allowed. */
  sessions: number;
  uninterrupted: number;
}

export interface SourceCounts {
  attack: AttackCounts;
  benign: BenignCounts;
}

const STRICTNESS = { allow: 0, review: 1, deny: 2 } as const;

interface Unique {
  readonly kind: string;
  verdict: Verdict;
  calls: number;
}

function noneOfKind(): KindCounts {
  return { calls: 0, unique: 0, denied: 0, reviewed: 0, allowed: 0 };
}

function noBenign(): BenignCounts {
  return {
    calls: 0,
    reads: 0,
    writes: 0,
    allowed: 0,
    allowedReads: 0,
    allowedWrites: 0,
    denied: 0,
    sessions: 0,
    uninterrupted: 0,
  };
}

const KIND_COUNTS = Object.keys(noneOfKind()) as (keyof KindCounts)[];
const ATTACK_COUNTS = [...KIND_COUNTS, "sessions", "sessionsStopped"] as const;
const BENIGN_COUNTS = Object.keys(noBenign()) as (keyof BenignCounts)[];

/** Counts of one source, session by session. */
class SourceTally {
  readonly #attacks = new Map<string, Unique>();
  readonly #benign = noBenign();
  #sessions = 0;
  #sessionsStopped = 0;

  add(calls: readonly RecordedCall[], verdicts: readonly Verdict[], isRead: (tool: string) => boolean): void {
    let attacks = 0;
    let passed = 0;
    let benign = 0;
    let interrupted = 0;
    calls.forEach((call, at) => {
      const verdict = verdicts[at] as Verdict;
      if (call.label === "attack") {
        attacks++;
        if (verdict === "allow") passed++;
        this.#addAttack(call, verdict);
      } else if (call.label === "benign") {
        benign++;
        if (verdict !== "allow") interrupted++;
        this.#addBenign(verdict, isRead(call.tool));
      }
    });
    if (attacks > 0) {
      this.#sessions++;
      if (passed === 0) this.#sessionsStopped++;
    } else if (benign > 0) {
      this.#benign.sessions++;
      if (interrupted === 0) this.#benign.uninterrupted++;
    }
  }

  #addAttack({ kind, key }: RecordedCall, verdict: Verdict): void {
    // The same call can serve two ends: it counts for each of them.
    const name = JSON.stringify([kind, key]);
    const unique = this.#attacks.get(name);
    if (!unique) {
      this.#attacks.set(name, { kind, verdict, calls: 1 });
      return;
    }
    unique.calls++;
    if (STRICTNESS[verdict] < STRICTNESS[unique.verdict]) unique.verdict = verdict;
  }

  #addBenign(verdict: Verdict, isRead: boolean): void {
    const counts = this.#benign;
    const allowed = verdict === "allow" ? 1 : 0;
    counts.calls++;
    counts.allowed += allowed;
    if (verdict === "deny") counts.denied++;
    if (isRead) {
      counts.reads++;
      counts.allowedReads += allowed;
    } else {
      counts.writes++;
      counts.allowedWrites += allowed;
    }
  }

  counts(): SourceCounts {
    const attack: AttackCounts = {
      ...noneOfKind(),
      sessions: this.#sessions,
      sessionsStopped: this.#sessionsStopped,
      byKind: {},
    };
    for (const { kind, verdict, calls } of this.#attacks.values()) {
      const ofKind = attack.byKind[kind] ?? noneOfKind();
      attack.byKind[kind] = ofKind;
      for (const counts of [attack, ofKind]) {
        counts.calls += calls;
        counts.unique++;
        counts[OUTCOME[verdict]]++;
      }
    }
    return { attack, benign: { ...this.#benign } };
  }
}

/** The counts of all sources together. A call that two sources have counts in each. */
export function pooled(sources: Readonly<Record<string, SourceCounts>>): SourceCounts {
  const attack: AttackCounts = { ...noneOfKind(), sessions: 0, sessionsStopped: 0, byKind: {} };
  const benign = noBenign();
  for (const one of Object.values(sources)) {
    for (const key of ATTACK_COUNTS) attack[key] += one.attack[key];
    for (const key of BENIGN_COUNTS) benign[key] += one.benign[key];
    for (const [kind, counts] of Object.entries(one.attack.byKind)) {
      const sum = attack.byKind[kind] ?? noneOfKind();
      attack.byKind[kind] = sum;
      for (const key of KIND_COUNTS) sum[key] += counts[key];
    }
  }
  return { attack, benign };
}

const OUTCOME = { allow: "allowed", review: "reviewed", deny: "denied" } as const;

/** Counts by source, in order of appearance. */
export class Tally {
  readonly #sources = new Map<string, SourceTally>();
  readonly #isRead: (tool: string) => boolean;

  /** @param isRead whether a tool reads, by its name alone. */
  constructor(isRead: (tool: string) => boolean) {
    this.#isRead = isRead;
  }

  /** Adds one session: its calls in order, each with its verdict. */
  add(calls: readonly RecordedCall[], verdicts: readonly Verdict[]): void {
    const source = calls[0]?.source;
    if (source === undefined) return;
    const tally = this.#sources.get(source) ?? new SourceTally();
    this.#sources.set(source, tally);
    tally.add(calls, verdicts, this.#isRead);
  }

  counts(): Record<string, SourceCounts> {
    return Object.fromEntries([...this.#sources].map(([name, tally]) => [name, tally.counts()]));
  }
}
