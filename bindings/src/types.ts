/**
 * Calls and decisions as plain readonly data. Members that cross the wire keep the names of docs/format, so that one
 * thing has one name in code, in JSON and in the record.
 */

import type {
  AMPLIFIER_NAMES,
  BINDING_NAMES,
  COUNTED_NAMES,
  DIALECT_NAMES,
  DURABILITY_NAMES,
  EVENT_STATUS_NAMES,
  FLAG_NAMES,
  FREEZE_SCOPE_NAMES,
  LABEL_NAMES,
  LOWERED_KIND_NAMES,
  MODE_NAMES,
  REVIEWER_ANSWER_NAMES,
  TIER_NAMES,
  TRUST_NAMES,
} from "./gen/codes.js";

/** May it run, must a person decide, or may it not run. Strictness rises in this order. */
export type Verdict = "allow" | "review" | "deny";

/** How risky, from the hazard by four thresholds of the policy. */
export type Tier = (typeof TIER_NAMES)[number];

/** One of nine kinds of risk. */
export type Flag = (typeof FLAG_NAMES)[number];

/** One of ten dimensions of context that multiply the hazard. */
export type Amplifier = (typeof AMPLIFIER_NAMES)[number];

/** `shadow` decides and records like `enforce`, and the host lets the call run. */
export type Mode = (typeof MODE_NAMES)[number];

/** How tightly a decision is tied to the run: the host ran it, we ran frozen arguments, we ran the decoded bytes. */
export type Binding = (typeof BINDING_NAMES)[number];

/** How the record is kept before the answer is given. */
export type Durability = (typeof DURABILITY_NAMES)[number];

/**
 * Arguments of a tool, or fields of an action, by name: plain objects, arrays, text, booleans, finite numbers, bigint
 * in 64 bits, Uint8Array and null. Anything else (`undefined`, dates, class instances, accessors, functions) is refused
 * when it is encoded, with its path. The type is wide because TypeScript cannot tell a plain object from a class.
 */
export type Values = object;

/** Facts that somebody can vouch for by name. A fact without an entry is a claim: it can raise and never lowers. */
export interface AssertedBy {
  readonly actor?: string;
  readonly environment?: string;
  readonly host?: string;
  readonly roles?: string;
  readonly tz_min?: string;
}

/** Where the tool runs. */
export interface HostFacts {
  /** Working directory, absolute. */
  readonly cwd?: string;
  /** The shell that command lines go to. */
  readonly dialect?: (typeof DIALECT_NAMES)[number];
  /** Whether state survives from one call to the next. */
  readonly persistent?: boolean;
  /** Paths as the arguments spell them, to the paths they resolve to; at most 64. */
  readonly realpaths?: { readonly [path: string]: string };
}

/** Who, when and where. Filled by the host, never from a tool's arguments. Texts are 1..256 bytes. */
export interface Context {
  /** Milliseconds since 1970-01-01T00:00:00Z, 0..2^53-1. */
  readonly time_ms: number;
  /** On whose behalf the agent acts. */
  readonly actor?: string;
  readonly agent?: string;
  readonly asserted_by?: AssertedBy;
  /** `production`, `staging`, `development`, … */
  readonly environment?: string;
  readonly host?: HostFacts;
  /** The session that opened this one. */
  readonly parent?: string;
  /** The person or service that owns the request. */
  readonly principal?: string;
  /** At most 16. */
  readonly roles?: readonly string[];
  readonly session?: string;
  readonly tenant?: string;
  /** Offset of local time from UTC in minutes, -840..840. */
  readonly tz_min?: number;
}

/** What an agent asked for, as it asked. */
export interface ToolCall {
  /** The tool's name as the agent called it, 1..256 bytes. */
  readonly tool: string;
  readonly args: Values;
  /** The tool server. Absent: the host's own tool. */
  readonly server?: string;
  /** Hints of the tool's definition (MCP). They can only raise. */
  readonly annotations?: Values;
  readonly action?: never;
  readonly fields?: never;
}

/** The direct form: a program names the canonical action itself. */
export interface ActionCall {
  /** `domain.verb` of the taxonomy, or an alias. */
  readonly action: string;
  /** Facts that the action declares, by field name or input name. An integer `amount` is in minor units. */
  readonly fields: Values;
  readonly tool?: never;
  readonly args?: never;
  readonly server?: never;
  readonly annotations?: never;
}

/** A call in one of its two forms. */
export type Call = ToolCall | ActionCall;

/** What is told along with a call or an event. */
interface Surroundings {
  readonly context: Context;
  /** Default `enforce`. */
  readonly mode?: Mode;
  /** 32 bytes that blind the commitments of the record. Default: zeros, so that output repeats. */
  readonly salt?: Uint8Array;
  /** Default `advisory`. */
  readonly binding?: Binding;
  /** Default `none`. */
  readonly durability?: Durability;
}

/** A person who approved. */
export interface Approver {
  /** Who, 1..256 bytes. */
  readonly id: string;
  /** Id of the key that signed, 1..64 bytes. */
  readonly key: string;
  /** 64 bytes. The engine stores it; whoever builds the request has checked it. */
  readonly signature: Uint8Array;
}

/** What persons said to an earlier record of the call: docs/format/request.md, approval. */
export interface Approval {
  /** 1..8, ids ascending by their bytes, keys all different. */
  readonly approvers: readonly Approver[];
  /** Args commitment of the reviewed record, 32 bytes. */
  readonly args: Uint8Array;
  /** When it was opened. */
  readonly at_ms: number;
  /** Its end: at this time it counts no more. */
  readonly expires_ms: number;
  /** Image of the reviewed record, 32 bytes. */
  readonly image: Uint8Array;
  /** Digest of the reviewed record, 32 bytes. */
  readonly of: Uint8Array;
  /** All reason codes of the reviewed record. */
  readonly reasons: readonly string[];
}

/** What a second judge said to an earlier record of the call: docs/format/request.md, reviewer. It can only raise. */
export interface ReviewerAnswer {
  readonly answer: (typeof REVIEWER_ANSWER_NAMES)[number];
  /** Name and version of the reviewer, 1..256 bytes. */
  readonly by: string;
  /** Digest of the reviewed record, 32 bytes. */
  readonly of: Uint8Array;
  /** Digest of what it was asked, 32 bytes. */
  readonly prompt: Uint8Array;
  /** Why, 1..1024 bytes. It stands in the record: nothing that has to be erased one day. */
  readonly reason?: string;
}

/** At most one of the two. With either, `salt` is that of the reviewed request. */
interface Answers {
  readonly approval?: Approval;
  readonly reviewer?: ReviewerAnswer;
}

/** A call with everything that a decision depends on: equal requests give equal records, on every host. */
export type Request = Call & Surroundings & Answers & { readonly event?: never; readonly seen?: never };

/** What a session knows. Once there it stays. */
export type Label = (typeof LABEL_NAMES)[number];

/** Whose text it is: what the user typed, or everything else. */
export type Trust = (typeof TRUST_NAMES)[number];

/** What became of a call. */
export type OutcomeStatus = (typeof EVENT_STATUS_NAMES)[number];

/** What kind of thing is frozen. */
export type FreezeScope = (typeof FREEZE_SCOPE_NAMES)[number];

/** Members that any event may have. They stand in the record: nothing that has to be erased one day. Texts of 1..256 bytes. */
interface EventFactsBase {
  /** Who says so. */
  readonly by?: string;
  readonly reason?: string;
}

/** A text that somebody or something showed to the agent. */
export interface ObserveFacts extends EventFactsBase {
  readonly kind: "observe";
  readonly trust: Trust;
  /** Where it comes from, 1..256 bytes. */
  readonly source?: string;
  /** At most 7, each once or more. */
  readonly labels?: readonly Label[];
}

/** Labels that a session gets because somebody says so. */
export interface LabelFacts extends EventFactsBase {
  readonly kind: "label";
  readonly labels: readonly Label[];
}

/** What became of a call, and of what the agent saw of it. */
export interface OutcomeFacts extends EventFactsBase {
  readonly kind: "outcome";
  readonly status: OutcomeStatus;
  /** Digest of the call's record, 32 bytes. */
  readonly of?: Uint8Array;
  readonly source?: string;
  readonly labels?: readonly Label[];
}

/** A person stops something by its name, or lets it go on. */
export interface FreezeFacts extends EventFactsBase {
  readonly kind: "freeze" | "thaw";
  readonly scope: FreezeScope;
  /** The name of what is frozen, 1..256 bytes. */
  readonly value: string;
}

/** What a session learns or a person decides: docs/format/event.md. */
export type EventFacts = ObserveFacts | LabelFacts | OutcomeFacts | FreezeFacts;

/** An event with everything that its record depends on. */
export type EventRequest = Surroundings & {
  readonly event: EventFacts;
  /** Hashes of what a text shows, as `observe` gives them: 8 bytes each, at most 2 048. */
  readonly seen?: Uint8Array;
  readonly tool?: never;
  readonly args?: never;
  readonly server?: never;
  readonly annotations?: never;
  readonly action?: never;
  readonly fields?: never;
  readonly approval?: never;
  readonly reviewer?: never;
};

/** A flag of a part with what it adds. */
export interface FlagHazard {
  readonly flag: Flag;
  /** A primary flag adds its whole hazard, a secondary one half. */
  readonly role: "primary" | "secondary";
  /** Millionths of a nat. */
  readonly hazard: number;
}

/** A level of a part with what it multiplies: the factor is (1000 x max + gain x level) / (1000 x max). */
export interface AmplifierLevel {
  readonly amplifier: Amplifier;
  /** 0..max */
  readonly level: number;
  readonly max: number;
  /** Thousandths at the maximum level. */
  readonly gain: number;
}

/** One action inside a call. */
export interface Part {
  readonly action: string;
  /** `direct`, `unknown`, or `pack/row`: how the tool call became this action. */
  readonly mapping: string;
  readonly counted: (typeof COUNTED_NAMES)[number];
  readonly flags: readonly FlagHazard[];
  /** All ten, in the order of the arithmetic. */
  readonly amplifiers: readonly AmplifierLevel[];
  readonly hazard: number;
}

/** Why, as a stable code and as a sentence for people. */
export interface Reason {
  readonly code: string;
  readonly sentence: string;
}

/** What must happen with the verdict. A host that does not know an obligation denies. */
export interface Obligations {
  /** Persons who must approve. */
  readonly approvers?: number;
  /** Texts to disclose to whoever is affected. */
  readonly disclose?: readonly string[];
  /** Only a dry run may be made. */
  readonly dry_run?: true;
  /** Channels to notify. */
  readonly notify?: readonly string[];
  /** Paths into the arguments to redact. */
  readonly redact?: readonly string[];
  /** The decision is good for this long. */
  readonly ttl_ms?: number;
}

/** An input that made the verdict less strict, and who vouches for it. */
export interface LoweredBy {
  readonly kind: (typeof LOWERED_KIND_NAMES)[number];
  readonly name: string;
  readonly authority: string;
}

/** A history as a request names it, with its bytes as a store keeps them (none: no event yet). docs/format/cell.md */
export interface Cell {
  /** 32 bytes, as `name` gives them. */
  readonly id: Uint8Array;
  /** 32 bytes that the history must have; zeros for one without events. */
  readonly digest: Uint8Array;
  readonly bytes: Uint8Array;
}

/** What a decision made of a history, as its record says it. */
export interface CellChange {
  readonly id: Uint8Array;
  /** Digest that the request named. */
  readonly before: Uint8Array;
  /** Digest behind the decision; `before` where nothing was appended or noted. */
  readonly after: Uint8Array;
  /** The appended events, 40 bytes each. */
  readonly events: Uint8Array;
  /** What else was put into it: labels and marks (docs/format/cell.md, section 5). No bytes: nothing. */
  readonly note: Uint8Array;
}

/** The same with the bytes to keep from now on; undefined where the history was not changed. */
export interface NextCell extends CellChange {
  readonly bytes: Uint8Array | undefined;
}

/** Digests in lower-case hex, 64 digits each. */
export interface Digests {
  /** SHA-256 of the Wasm file. */
  readonly engine: string;
  /** SHA-256 of the image file. */
  readonly image: string;
  /** Commitment to the request, blinded by the salt. */
  readonly request: string;
  /** Commitment to the arguments or fields. */
  readonly args: string;
  readonly record: string;
}

/** What every decision holds, whatever its verdict. */
export interface DecisionFacts {
  /**
   * `engine`, or `host` when the engine could not be asked: the call was too large, the engine failed, or the memory did.
   * A decision of the host never allows; nothing was scored, so its tier, score and hazard stand at the top of their scales.
   */
  readonly by: "engine" | "host";
  readonly tier: Tier;
  /** 0..9 999 basis points. */
  readonly score: number;
  /** 0..60 000 000 millionths of a nat. */
  readonly hazard: number;
  readonly mode: Mode;
  readonly binding: Binding;
  readonly durability: Durability;
  /** What happened, where it was no call: then there are no parts, and the verdict is `allow` or `deny`. */
  readonly event: EventFacts | undefined;
  /** The request's approval, whatever came of it: `reasons` says. */
  readonly approval: Approval | undefined;
  /** The request's answer of a reviewer. */
  readonly reviewer: ReviewerAnswer | undefined;
  /** Digest of the record that this one follows: what was approved, or what the reviewer looked at. */
  readonly parent: Uint8Array | undefined;
  /** Canonical name of the deciding action; empty in a decision of the host and of an event. */
  readonly action: string;
  /** Empty in a decision of the host and of an event. */
  readonly parts: readonly Part[];
  /** Id of the gate that denied, if one did. */
  readonly gate: string | undefined;
  /** Ids of the matched rows and relax entries. */
  readonly rows: readonly string[];
  /** Most decisive first; never empty. */
  readonly reasons: readonly Reason[];
  readonly obligations: Obligations;
  readonly lowered_by: readonly LoweredBy[];
  /** The histories that the call touched, and what was put into them. Empty without memory. */
  readonly cells: readonly CellChange[];
  /** Hazards at which low, medium, high and critical begin. Empty in a decision of the host. */
  readonly thresholds: readonly number[];
  readonly time_ms: number;
  /** Edition of the taxonomy. */
  readonly edition: string;
  readonly digests: Digests;
  /** The canonical bytes of the record: docs/format/record.md. */
  readonly record: Uint8Array;
  /** The decision as `permit0 check --json` prints it: docs/format/check.schema.json. */
  toJSON(): DecisionJson;
}

export interface AllowDecision extends DecisionFacts {
  readonly verdict: "allow";
}

export interface ReviewDecision extends DecisionFacts {
  readonly verdict: "review";
}

export interface DenyDecision extends DecisionFacts {
  readonly verdict: "deny";
}

/**
 * The answer to one call. A switch over `verdict` that forgets one of the three does not compile.
 *
 * @example
 * switch (decision.verdict) {
 *   case "allow": return run();
 *   case "review": return askPerson(decision);
 *   case "deny": return refuse(decision);
 * }
 */
export type Decision = AllowDecision | ReviewDecision | DenyDecision;

/** A decision with the histories to keep, in the order of the request. */
export type RememberedDecision = Decision & { readonly next: readonly NextCell[] };

/** An event as JSON shows it: `of` in hex. */
export type EventJson = Readonly<Record<string, string | readonly string[]>>;

/** An approval as JSON shows it: bytes in hex. */
export interface ApprovalJson {
  readonly approvers: readonly { readonly id: string; readonly key: string; readonly signature: string }[];
  readonly args: string;
  readonly at_ms: number;
  readonly expires_ms: number;
  readonly image: string;
  readonly of: string;
  readonly reasons: readonly string[];
}

/** The answer of a reviewer as JSON shows it: bytes in hex. */
export interface ReviewerJson {
  readonly answer: ReviewerAnswer["answer"];
  readonly by: string;
  readonly of: string;
  readonly prompt: string;
  readonly reason?: string;
}

/** The shape of docs/format/check.schema.json. */
export interface DecisionJson {
  readonly verdict: Verdict;
  readonly tier: Tier;
  readonly score: number;
  readonly hazard: number;
  /** Only of an event; `of` in hex. */
  readonly event?: EventJson;
  readonly approval?: ApprovalJson;
  readonly reviewer?: ReviewerJson;
  /** In hex. */
  readonly parent?: string;
  readonly action: string;
  readonly mapping: string;
  readonly flags: readonly FlagHazard[];
  readonly amplifiers: readonly AmplifierLevel[];
  /** All that the call does. The action, mapping, flags and amplifiers above are those of the part with the largest hazard. */
  readonly parts: readonly Pick<Part, "action" | "mapping" | "counted" | "hazard">[];
  readonly gate?: string;
  readonly rows: readonly string[];
  readonly reasons: readonly Reason[];
  readonly obligations: Obligations;
  readonly lowered_by: readonly LoweredBy[];
  /** In hex; absent without memory. */
  readonly cells?: readonly { readonly id: string; readonly before: string; readonly after: string }[];
  readonly by: "engine" | "host";
  readonly mode: Mode;
  readonly binding: Binding;
  readonly durability: Durability;
  readonly time_ms: number;
  readonly edition: string;
  readonly digests: Digests;
}
