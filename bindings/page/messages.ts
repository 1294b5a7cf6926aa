/** What the page and its worker tell each other: plain data, copied from one to the other. */

import type { Finding, Progress, VerifyReport } from "../evidence/verify.ts";
import type { Mode, Tier, Verdict } from "../src/types.ts";
import type { LoggedCellFacts } from "./detail.ts";

/** Files that somebody gave the page, sorted by what they are. */
export interface Given {
  /** What the folder of the log is called. */
  readonly folder: string;
  /** Files of the log by their names under its folder. */
  readonly log: ReadonlyMap<string, File>;
  readonly trust: File | undefined;
  /** Keys of subjects by their ids. */
  readonly keys: ReadonlyMap<string, File>;
  /** Proofs of single entries (tlog-proof). */
  readonly proofs: readonly File[];
  /** An evidence bundle, in the place of a log. */
  readonly bundle: File | undefined;
}

/** Who made a signature under a checkpoint, as far as anybody says. */
export interface SignatureFacts {
  readonly name: string;
  readonly keyId: string;
  /** `k4.public.…`; undefined for a key that nobody names. */
  readonly key: string | undefined;
  /** `trusted`: by the trust file. `named`: only by the log itself. `unknown`: by nobody. */
  readonly by: "trusted" | "named" | "unknown";
  readonly role: "log" | "witness" | "unknown";
  /** Whether the signature is right; undefined without a key. */
  readonly isRight: boolean | undefined;
  /** When a witness says that it saw the checkpoint. */
  readonly timeS: number | undefined;
}

export interface CheckpointFacts {
  readonly file: string;
  readonly at: number;
  readonly origin: string;
  readonly size: number;
  /** Hex. */
  readonly root: string;
  /** The note as it stands in the file. */
  readonly text: string;
  readonly signatures: readonly SignatureFacts[];
}

/** A perfect subtree at the edge of the tree. */
export interface Peak {
  readonly from: number;
  readonly to: number;
  readonly hash: string;
}

export interface ShardFacts {
  readonly shard: string;
  readonly origin: string;
  readonly entries: number;
  readonly root: string;
  readonly signed: number;
  readonly bytes: number;
  readonly checkpoints: number;
  readonly newest: CheckpointFacts | undefined;
  readonly peaks: readonly Peak[];
  /** Of a bundle: the entries that it is about, and how many of them are in it. */
  readonly range?: { readonly from: number; readonly to: number; readonly disclosed: number };
}

/** A field of a request that a bundle shows, and whose proof leads to its entry. */
export interface DisclosedFacts {
  readonly shard: string;
  readonly seq: number;
  readonly field: string;
  /** JSON. */
  readonly value: string;
}

/** What a bundle has and a log has not. */
export interface BundleFacts {
  /** What was chosen of the ranges, in words; undefined: nothing is left out. */
  readonly filter: string | undefined;
  readonly disclosed: readonly DisclosedFacts[];
}

/** What a proof of one entry comes to. */
export interface ProofFacts {
  readonly file: string;
  readonly answer: "proved" | "consistent, unanchored" | "failed";
  readonly sentence: string;
}

export interface PageReport {
  /** What was verified is called so. */
  readonly folder: string;
  readonly report: VerifyReport | undefined;
  readonly bundle?: BundleFacts;
  readonly hasTrust: boolean;
  readonly shards: readonly ShardFacts[];
  readonly proofs: readonly ProofFacts[];
  /** Engine and images: what is known of each. */
  readonly engines: readonly { readonly digest: string; readonly note: string }[];
  readonly images: readonly { readonly digest: string; readonly note: string }[];
  /** Actions of the log and how many calls each has, most first. */
  readonly actions: readonly (readonly [action: string, count: number])[];
  readonly rows: number;
  /** Sealed requests whose keys were destroyed, as the log says. */
  readonly erased: number;
  readonly ms: number;
}

/** What became of the request of an entry. */
export type RequestState = "opened" | "redacted" | "withheld" | "erased" | "none" | "";

/** One line of the table. */
export interface Row {
  readonly shard: string;
  readonly seq: number;
  readonly kind: "call" | "event" | "note" | "unread";
  readonly timeMs: number;
  readonly verdict: Verdict | "";
  readonly mode: Mode | "";
  readonly tier: Tier | "";
  /** Basis points; null where nothing was scored. */
  readonly score: number | null;
  /** The action, or what happened. */
  readonly what: string;
  /** Of a call with several parts: how many more there are. */
  readonly more: number;
  /** The first reason, or the facts of an event or note. */
  readonly why: string;
  readonly request: RequestState;
  readonly isFailed: boolean;
}

export const SORTS = ["seq", "time", "verdict", "score", "what", "why"] as const;
export type SortKey = (typeof SORTS)[number];

export interface Query {
  readonly shard: string;
  /** `allow`, `review`, `deny`, `event`, `note`, `failed`, `shadow`, or all. */
  readonly show: string;
  readonly action: string;
  readonly text: string;
  readonly sort: SortKey;
  readonly isDescending: boolean;
  readonly from: number;
  readonly count: number;
}

export interface RowsAnswer {
  readonly rows: readonly Row[];
  readonly from: number;
  readonly total: number;
}

export interface FlagStep {
  readonly flag: string;
  readonly role: string;
  readonly hazard: number;
}

export interface AmplifierStep {
  readonly amplifier: string;
  readonly level: number;
  readonly max: number;
  readonly gain: number;
  readonly numerator: number;
  readonly denominator: number;
  /** H before and behind it. */
  readonly before: number;
  readonly after: number;
  readonly why: string;
}

export interface PartSteps {
  readonly action: string;
  readonly mapping: string;
  readonly counted: string;
  readonly flags: readonly FlagStep[];
  readonly start: number;
  readonly amplifiers: readonly AmplifierStep[];
  /** As the steps make it, and as the record says it. */
  readonly computed: number;
  readonly hazard: number;
}

export interface CodeSentence {
  readonly code: string;
  readonly sentence: string;
  /** What it asks of histories. */
  readonly asks: readonly string[];
}

export interface DecisionFacts {
  readonly verdict: Verdict;
  readonly mode: Mode;
  readonly by: "engine" | "host";
  readonly event: string | undefined;
  readonly action: string;
  readonly binding: string;
  readonly durability: string;
  readonly edition: string;
  readonly reasons: readonly CodeSentence[];
  readonly gate: CodeSentence | undefined;
  readonly rows: readonly CodeSentence[];
  readonly parts: readonly PartSteps[];
  readonly hazard: number;
  readonly hazardComputed: number;
  readonly score: number;
  readonly scoreComputed: number;
  readonly tier: string;
  readonly tierComputed: string;
  /** Tiers with the hazard at which each begins and what the policy does with it alone. */
  readonly tiers: readonly { readonly tier: string; readonly from: number; readonly route: string }[];
  readonly loweredBy: readonly { readonly kind: string; readonly name: string; readonly authority: string }[];
  readonly obligations: readonly string[];
  readonly cells: readonly LoggedCellFacts[];
  readonly digests: readonly (readonly [name: string, digest: string])[];
  /** False where the image is not there or is none: then there are no maxima and no sentences. */
  readonly hasImage: boolean;
}

/** One step of a path: with the hash of a neighbour it makes the hash one level up. */
export interface PathStep {
  readonly from: number;
  readonly to: number;
  readonly side: "left" | "right";
  readonly sibling: string;
  readonly result: string;
}

export interface PathFacts {
  readonly index: number;
  readonly size: number;
  readonly leaf: string;
  readonly steps: readonly PathStep[];
  readonly root: string;
  /** The checkpoint whose root it is; undefined where none covers the entry. */
  readonly checkpoint: CheckpointFacts | undefined;
  readonly isMet: boolean;
}

export interface EntryDetail {
  readonly row: Row;
  readonly file: string;
  /** Undefined in a bundle, whose entries are not read one by one. */
  readonly at: number | undefined;
  readonly bytes: number;
  readonly prev: string;
  readonly sealed: readonly (readonly [name: string, value: string])[];
  readonly note: readonly (readonly [name: string, value: string])[] | undefined;
  readonly decision: DecisionFacts | undefined;
  /** The request as JSON, where it was opened. */
  readonly request: string | undefined;
  readonly disclosed: readonly DisclosedFacts[];
  readonly findings: readonly Finding[];
  readonly path: PathFacts;
}

export type ToWorker =
  | { readonly kind: "verify"; readonly given: Given }
  | { readonly kind: "rows"; readonly id: number; readonly query: Query }
  | { readonly kind: "entry"; readonly id: number; readonly shard: string; readonly seq: number };

export type FromWorker =
  | {
      readonly kind: "progress";
      readonly progress: Progress;
      readonly bytes: number;
      readonly bytesAll: number;
    }
  | { readonly kind: "report"; readonly report: PageReport }
  | { readonly kind: "stopped"; readonly code: string; readonly message: string }
  | { readonly kind: "answer"; readonly id: number; readonly value: RowsAnswer | EntryDetail }
  | { readonly kind: "refused"; readonly id: number; readonly message: string };
