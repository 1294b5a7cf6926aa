/**
 * The library's front door: a permit asks one engine about calls, with the program's own context, clock and mode. It
 * turns the verdict into what a program does next: go on, throw, or ask a person.
 */

import { parseUtc, randomSalt, systemClock } from "./clock.ts";
import { decode } from "./codec/decode.ts";
import { encode } from "./codec/encode.ts";
import { typedError } from "./codec/request.ts";
import { reworded } from "./decision.ts";
import type { Engine } from "./engine.ts";
import { EngineError, shown, unknownName } from "./errors.ts";
import {
  type EventBody,
  type FreezeOrder,
  freezeBody,
  type GivenLabels,
  labelBody,
  type ObservedText,
  type Outcome,
  observeBodies,
  outcomeBodies,
  placeOf,
  type SessionOf,
} from "./events.ts";
import { percent } from "./explain.ts";
import { deepFreeze } from "./frozen.ts";
import { OBLIGATION_NAMES } from "./gen/codes.ts";
import { createGuard, type Guard, noteAsked } from "./guard.ts";
import type { CellNames } from "./image.ts";
import {
  type FrozenList,
  type Log,
  type Memory,
  memoryOf,
  Remembering,
  type Store,
  sameBytes,
} from "./memory.ts";
import { isPinnedName, ServerRegistry, type ServerStanding } from "./servers.ts";
import { fromHex } from "./sha256.ts";
import type {
  AllowDecision,
  Approval,
  AssertedBy,
  Binding,
  Call,
  Context,
  Decision,
  DenyDecision,
  EventFacts,
  EventRequest,
  Mode,
  Obligations,
  Request,
  ReviewDecision,
  ReviewerAnswer,
  Values,
} from "./types.ts";

/** Facts of one call: whatever is left out comes from the permit. Without `asserted_by` they are claims. */
export type CallContext = Partial<Context>;

/** A call to check, in one of its two forms, with facts that hold for this call only. */
export type PermitCall = Call & { readonly context?: CallContext };

/** Decide and record, but let calls run until a date at most 30 days away; after it, enforce. */
export interface ShadowMode {
  /** UTC date (`2026-12-01`), UTC time (`2026-12-01T09:00:00Z`) or milliseconds since 1970. */
  readonly shadow: { readonly until: string | number };
}

export interface PermitOptions {
  /** The compiled policy, as `permit0 compile -o` writes it. Default: the base policy of this release. */
  readonly image?: Uint8Array;
  /** An engine that the host opened itself, instead of `image`. */
  readonly engine?: Engine | Promise<Engine>;
  /**
   * Where the histories that the policy asks about are kept, and the log of decisions: a store of `permit0/memory` or
   * `permit0/memory-libsql`, alone or with what belongs to it. Without it nobody knows what came before, and what the policy asks of that is unknown.
   */
  readonly memory?: Store | Memory;
  /**
   * Where every answer goes before it is given: a log of `permit0/node` or one of your own. Alone, its own histories are the
   * memory; beside `memory` it is the log of that store.
   */
  readonly log?: Log;
  /**
   * 32 secret bytes that the ids of histories are made with, the same at every start. Goes with `image`, not `engine`.
   * Default: those of the log, else zeros.
   */
  readonly keySalt?: Uint8Array;
  /**
   * Facts that hold for every call. The program vouches for them: without `asserted_by` they are asserted by `host`.
   * Give `asserted_by` to name who really vouches for what; a fact left out of it is then a claim.
   */
  readonly context?: Omit<Context, "time_ms">;
  /** Milliseconds since 1970. Default: the machine's clock. */
  readonly clock?: () => number;
  /** Default `enforce`. */
  readonly mode?: "enforce" | ShadowMode;
  /**
   * What blinds the commitments in records. Default `random`: two records of one call cannot be linked, and nobody can
   * guess arguments from a record. `zero`, or 32 bytes: equal calls give equal commitments.
   */
  readonly salt?: "random" | "zero" | Uint8Array;
  /**
   * Obligations that this program meets when a call is allowed with them. `require` and `guard` refuse a call with any
   * other. Default: none.
   */
  readonly obligations?: readonly (keyof Obligations)[];
  /**
   * Tool definitions by server, as each server answered `tools/list`. A server that the policy pins counts as bound only
   * while they are the pinned ones; leaving a server out can only make its calls stricter.
   */
  readonly tools?: Readonly<Record<string, unknown>>;
  /**
   * Asked by `require` and `guard` when a call must be reviewed: they wait for it, and go on if the engine then allows the
   * call. `askPersons` of `permit0/review` is one. `check` and shadow mode never wait. Default: `PermitReview` at once.
   */
  readonly review?: Review;
  /**
   * Runs what a guard that asks was allowed to, once: `runUnderToken` of `permit0/gateway`. Default: it runs at once.
   */
  readonly run?: Run;
}

/** What was said to a call that had to be reviewed, under the salt of the record that it was said to. */
export type ReviewAnswer = { readonly salt: Uint8Array } & (
  | { readonly approval: Approval }
  | { readonly reviewer: ReviewerAnswer }
);

export interface Review {
  /**
   * Brings what others say to a call. The last decision of `again` counts, whatever this returns or was told.
   * @param asked a decision of the engine, to review.
   * @returns why the call does not go on, where it does not; with the handle of the approval that was asked for.
   */
  resolve(
    asked: ReviewDecision,
    call: {
      /** The bytes that a decision of this call was made for. */
      requestOf(decision: Decision): Uint8Array;
      /** Decides the same call afresh, now, with what was said; kept and logged as any other. */
      again(said: ReviewAnswer): Promise<Decision>;
    },
  ): Promise<string | { readonly why: string; readonly approval?: string } | undefined>;
}

/** Starts `body`, at most once, and gives what it gives; or throws. `request` is what was decided. */
export type Run = <R>(decision: AllowDecision, request: Uint8Array, body: () => R) => Promise<Awaited<R>>;

/** What holds for a call now, besides what was decided about it. */
export interface Standing {
  /** SHA-256 of the engine and image that decide now, in hex. */
  readonly engine: string;
  readonly image: string;
  /** Whether something that the call names is frozen; `unknown` where its histories cannot be read. */
  readonly frozen: boolean | "unknown";
}

/** A decision that is only known by its record. */
export interface RecordOf extends SessionOf {
  /** Digest of the record, 32 bytes. */
  readonly record: Uint8Array;
}

/** An event that was kept: its record, and what it did to its history. */
export type EventResult = Pick<
  AllowDecision,
  "verdict" | "reasons" | "cells" | "mode" | "durability" | "time_ms" | "digests" | "record" | "toJSON"
> & { readonly event: EventFacts };

/** Asks about calls. Made by {@link createPermit}; its members work detached from it. */
export interface Permit {
  /**
   * Decides one call and returns the decision, whatever the verdict. A call too large for one request, or one that the
   * engine failed on, is denied.
   * @throws EngineError when the call is malformed. Then nothing was decided and nothing may run.
   */
  check(call: PermitCall): Promise<Decision>;
  /**
   * Goes on only if the action is allowed.
   * @param fields what the action declares; `actor` among them is taken out and becomes a claim of the context.
   * @returns the decision, whose verdict is `allow` (in shadow mode: any).
   * @throws PermitDenied, PermitReview with the decision; EngineError when the call is malformed, or is allowed with
   * obligations that the program has not promised to meet (`obligation_unmet`).
   */
  require(action: string, fields: Values, context?: CallContext): Promise<Decision>;
  /**
   * Takes the tool definitions that a server sent last, instead of any before: after connecting, and on every
   * `notifications/tools/list_changed`.
   * @param tools the answer to `tools/list`: an array, `{ tools }` or the JSON-RPC answer, all pages in one.
   * @returns whether they are the pinned ones; `changed` means that the server's calls are judged as unbound ones.
   * @throws EngineError when they cannot be read; the server then counts as changed.
   */
  registerServer(server: string, tools: unknown): Promise<ServerStanding>;
  /**
   * Tells a session of a text before the agent reads it, so that later calls know which values the user typed and which a
   * tool showed. The text is not kept, hashes of its words are. Of a user's text, lines that begin with `>` and blocks
   * between fences are quotes, and go as a tool's. Texts over 8 KiB go in pieces, one event each. A piece that shows more
   * than 2 048 things, and a text over 1 MiB, is not listed: nothing becomes the user's any more in this session.
   *
   * Wait for it before the next call is asked about. Telling a text twice changes nothing.
   * @returns one result a piece, quotes first.
   * @throws EngineError `memory_missing`; `key_missing` without a session; `value_unknown` for a user's text with another
   * source than `typed`: it is a tool's text; `event_denied` when a piece could not be kept.
   *
   * @example
   * await permit.observe({ session: "s-17", text: message, trust: "user" });
   * await permit.observe({ session: "s-17", text: mail.body, trust: "tool", source: "mail", labels: ["untrusted"] });
   */
  observe(observed: SessionOf & ObservedText): Promise<readonly EventResult[]>;
  /**
   * Puts labels on a session: for what the program knows and no rule can see. They stay.
   * @throws EngineError as {@link observe}.
   */
  label(given: SessionOf & GivenLabels): Promise<EventResult>;
  /**
   * Tells the session of a call what became of it. Its text is a tool's text, told as {@link observe} tells one. Outcomes
   * only raise: a call that failed still counts.
   * @param decision of this permit, the object itself; or its record and session, for who has the record alone.
   * @returns one result a piece of the text, at least one.
   * @throws EngineError as {@link observe}; `option_type` for a decision that this permit did not make.
   */
  outcome(decision: Decision | RecordOf, outcome: Outcome): Promise<readonly EventResult[]>;
  /**
   * The canonical bytes of the call that a decision was made for, without its histories: what a token or an approval is
   * bound to. Whoever changed the call's arguments since gets bytes that are not those of the record.
   * @param decision of this permit, the object itself.
   * @throws EngineError `option_type` for a decision that this permit did not make; `request_too_large`.
   */
  requestOf(decision: Decision): Uint8Array;
  /**
   * Whether a call that was allowed may still run: under which engine and policy, and whether anything it names was frozen
   * since, by any process that shares the store. Nothing is decided, counted or recorded.
   * @throws EngineError when the call is malformed; whatever a store throws that cannot be read.
   */
  standing(call: PermitCall): Promise<Standing>;
  /**
   * Stops everything that a name stands for, in every process that shares the store, from its next decision on: calls that
   * name it are denied with `frozen`. For people: a program must not give the agent a way to call this, nor {@link thaw}.
   * @throws EngineError `memory_missing`; `key_missing` without `by` or `reason`; `event_denied`, also (`state_full`) when 256
   * things are frozen.
   *
   * @example
   * await permit.freeze({ scope: "agent", value: "mail-agent", by: "ann@acme.example", reason: "sends odd mails" });
   */
  freeze(order: FreezeOrder): Promise<EventResult>;
  /** Lets it go on. For people, as {@link freeze}. What was not frozen stays as it is. */
  thaw(order: FreezeOrder): Promise<EventResult>;
  /**
   * What is frozen, by whom and why, as far as the log of this permit names it.
   * @throws EngineError `memory_missing`; whatever the store throws when it cannot be read.
   */
  frozen(): Promise<FrozenList>;
  /** Guards a function. See {@link Guard}. */
  readonly guard: Guard;
}

/** The policy says no. */
export class PermitDenied extends Error {
  override readonly name = "PermitDenied";
  readonly decision: DenyDecision;

  /** @param why said instead of the sentence of the first reason. */
  constructor(decision: DenyDecision, why?: string) {
    super(refusalText("denied", decision, why));
    this.decision = decision;
  }
}

/** A person must decide first. */
export class PermitReview extends Error {
  override readonly name = "PermitReview";
  readonly decision: ReviewDecision;
  /** Handle of the approval that was asked for, where one was: whoever has it can wait again. */
  readonly approval: string | undefined;

  /** @param why said instead of the sentence of the first reason. */
  constructor(decision: ReviewDecision, why?: string, approval?: string) {
    super(refusalText("needs review", decision, why));
    this.decision = decision;
    this.approval = approval;
  }
}

function refusalText(what: string, decision: DenyDecision | ReviewDecision, why: string | undefined): string {
  const { action, by, reasons, score, tier } = decision;
  const risk = by === "engine" ? ` (${tier} risk, ${percent(score)})` : "";
  return `${action || "call"} ${what}${risk}: ${why ?? reasons[0]?.sentence ?? "no reason given"}`;
}

const SHADOW_MS_MAX = 30 * 24 * 60 * 60 * 1000;
const ZERO_SALT = new Uint8Array(32);
const CALL_MEMBERS: readonly string[] = [
  "tool",
  "server",
  "args",
  "annotations",
  "action",
  "fields",
  "context",
] satisfies (keyof Request)[];
/** Facts whose authority is recorded: the keys of `asserted_by`. */
const ASSERTABLE = ["actor", "environment", "host", "roles", "tz_min"] as const;

/**
 * A permit with its own policy, context, clock and mode. The engine is opened at the first question, once.
 * @throws EngineError `option_unknown`, `option_type`, `shadow_range`.
 *
 * @example
 * const permit = createPermit({ image: await readFile("acme.image"), context: { environment: "production" } });
 * const decision = await permit.check({ tool: "send_email", args: { to: "ann@example.com" }, server: "gmail" });
 */
export function createPermit(options: PermitOptions = {}): Permit {
  needOptions(options);
  const { clock = systemClock, salt = "random", obligations = [], review } = options;
  const shared = sharedContext(options.context);
  const modeAt = modeOf(options.mode ?? "enforce", clock);
  const saltNow = salt === "random" ? randomSalt : () => (salt === "zero" ? ZERO_SALT : salt);
  const met: ReadonlySet<string> = new Set(obligations);
  const memory = memoryOf(options.memory, options.log);
  needFitting(options, memory);
  const remembering = memory === undefined ? undefined : new Remembering(memory);
  const servers = new ServerRegistry();
  for (const [server, tools] of Object.entries(options.tools ?? {})) servers.register(server, tools);
  let engine: Engine | undefined;
  let opening: Promise<Engine> | undefined;

  async function opened(): Promise<Engine> {
    opening ??= openPermitEngine(options, memory?.log?.keySalt);
    engine = await opening;
    return engine;
  }

  /** What the decisions of this permit were made for. */
  const requests = new WeakMap<Decision, Request>();

  function requestBehind(decision: Decision): Request {
    const request = requests.get(decision);
    if (request !== undefined) return request;
    throw new EngineError("option_type", {
      path: "decision",
      wanted: "a decision of this permit, the object itself",
      came: shown(decision),
    });
  }

  function neededMemory(): Remembering {
    if (remembering !== undefined) return remembering;
    throw new EngineError("memory_missing", { path: "memory", wanted: "a store", came: "nothing" });
  }

  /** Keeps events one after the other, with no call of this permit in between. */
  async function keep(
    place: SessionOf | undefined,
    bodiesOf: (engine: Engine) => readonly EventBody[],
  ): Promise<readonly EventResult[]> {
    const memory = neededMemory();
    engine ??= await opened();
    const { image } = engine;
    const context = mergeContext(shared, place, undefined, clock);
    if (place === undefined) needFreezes(image);
    else needSession(image, context);
    const surroundings = {
      context,
      mode: modeAt(context.time_ms),
      binding: "advisory",
      durability: memory.durability,
    } as const;
    const requests = bodiesOf(engine).map(
      (body): EventRequest => ({ ...body, ...surroundings, salt: saltNow() }),
    );
    const asked = engine;
    const decided = await Promise.allSettled(requests.map((request) => memory.decide(asked, request)));
    const kept: EventResult[] = [];
    for (const [at, result] of decided.entries()) {
      if (result.status === "rejected") throw result.reason;
      // A history that could not be read is put back from the log when it is denied.
      const isUnread = result.value.reasons.some(({ code }) => UNREAD.includes(code));
      const decision = isUnread ? await memory.decide(asked, requests[at] as EventRequest) : result.value;
      kept.push(resultOf(decision));
    }
    return kept;
  }

  async function keepOne(place: SessionOf | undefined, body: () => EventBody): Promise<EventResult> {
    return (await keep(place, () => [body()]))[0] as EventResult;
  }

  async function decide(given: PermitCall, binding: Binding, said?: ReviewAnswer): Promise<Decision> {
    engine ??= await opened();
    const { call, sentence } = mayHaveServer(given)
      ? servers.resolve(given, engine.image)
      : { call: given, sentence: undefined };
    const bare = requestOf(call, shared, clock, modeAt, saltNow, binding);
    const asked = said === undefined ? bare : answered(bare, said, clock);
    const request = remembering === undefined ? asked : { ...asked, durability: remembering.durability };
    const decision =
      remembering === undefined ? decideOrDeny(engine, request) : await remembering.decide(engine, request);
    const told =
      sentence === undefined ? decision : reworded(decision, engine.image, "server_unbound", sentence);
    requests.set(told, request);
    return told;
  }

  async function pass(call: PermitCall, binding: Binding): Promise<Decision> {
    let decision = await decide(call, binding);
    let said: Awaited<ReturnType<Review["resolve"]>>;
    if (review !== undefined && decision.verdict === "review" && decision.mode === "enforce") {
      // People are shown who asks, and from where: that stays so, whatever becomes of the caller's objects.
      const { context } = decode(permit.requestOf(decision)) as unknown as Request;
      said = await review.resolve(decision, {
        requestOf: permit.requestOf,
        again: async (answer) => {
          decision = await decide({ ...call, context }, binding, answer);
          return decision;
        },
      });
    }
    const { why, approval } = typeof said === "string" ? { why: said } : { why: undefined, ...said };
    needPermission(decision, met, why, approval);
    return decision;
  }

  const permit: Permit = {
    check: (call) => decide(call, "advisory"),
    require: async (action, fields, context) => {
      const asked = noteAsked(permit);
      const call = { action, fields, ...(context === undefined ? {} : { context }) };
      const decision = await pass(call, "advisory");
      asked();
      return decision;
    },
    registerServer: async (server, tools) => {
      servers.register(server, tools);
      return servers.standing(server, (await opened()).image);
    },
    observe: async ({ session, parent, ...text }) =>
      keep(placeOf({ session, parent }), (asked) => observeBodies(asked, text)),
    label: async ({ session, parent, ...labels }) =>
      keepOne(placeOf({ session, parent }), () => labelBody(labels)),
    outcome: async (decision, outcome) => {
      neededMemory();
      const { place, of } = isRecordOf(decision)
        ? { place: placeOf(decision), of: decision.record }
        : { place: placeOf(requestBehind(decision).context), of: fromHex(decision.digests.record) };
      return keep(place, (asked) => outcomeBodies(asked, of, outcome));
    },
    standing: async (call) => {
      engine ??= await opened();
      const { digests } = engine;
      const { call: resolved } = mayHaveServer(call) ? servers.resolve(call, engine.image) : { call };
      const request = requestOf(
        resolved,
        shared,
        clock,
        () => "enforce",
        () => ZERO_SALT,
        "advisory",
      );
      return { ...digests, frozen: (await remembering?.isFrozen(engine, request)) ?? false };
    },
    requestOf: (decision) => {
      const request = requestBehind(decision);
      // Whoever has a decision has the engine that made it.
      return (engine as Engine).encode(request);
    },
    freeze: async (order) => keepOne(undefined, () => freezeBody("freeze", order)),
    thaw: async (order) => keepOne(undefined, () => freezeBody("thaw", order)),
    frozen: async () => {
      const memory = neededMemory();
      const asked = engine ?? (await opened());
      needFreezes(asked.image);
      const context = mergeContext(shared, undefined, undefined, clock);
      return memory.frozen(asked, { event: ANY_FREEZE, context });
    },
    guard: createGuard(
      () => permit,
      (call) => pass(call, "wrapped"),
      options.run,
    ),
  };
  return Object.freeze(permit);
}

/** A decision has the digest of its record among its digests, and bytes as `record`. */
function isRecordOf(given: Decision | RecordOf): given is RecordOf {
  return (
    typeof given === "object" && given !== null && !("digests" in given) && given.record instanceof Uint8Array
  );
}

/** Reasons of a denial behind which a history is read again. */
const UNREAD = ["state_stale", "state_invalid"];
/** Names the list of freezes, and is never decided. */
const ANY_FREEZE: EventFacts = { kind: "freeze", scope: "agent", value: "any" };

/** Refuses what belongs to a session, where there is none, and what the policy keeps no history for. */
function needSession(image: Engine["image"], { session, parent }: SessionOf): void {
  if (session === undefined && parent === undefined)
    throw new EngineError("key_missing", { path: "session", wanted: "whose history it is", came: "nothing" });
  needCells(image, "sessions", ({ source, keys }) => source === "context" && keys[0] === "session");
}

function needFreezes(image: Engine["image"]): void {
  needCells(image, "freezes", ({ source }) => source === "freezes");
}

function needCells(image: Engine["image"], of: string, isKind: (cell: CellNames) => boolean): void {
  if (image.cells().some(isKind)) return;
  throw new EngineError("memory_missing", {
    path: "image",
    wanted: `a policy that keeps histories of ${of}`,
    came: "one without",
  });
}

function resultOf(decision: Decision): EventResult {
  if (decision.verdict === "allow" && decision.event !== undefined) return decision as EventResult;
  const [reason] = decision.reasons;
  const sentence = reason?.sentence.replace(/\.$/, "") ?? "no reason given";
  throw new EngineError("event_denied", {
    wanted: "an event that is kept",
    came: `${reason?.code ?? "a denial"}: ${sentence}`,
    cause: decision,
  });
}

function decideOrDeny(engine: Engine, request: Request): Decision {
  try {
    return engine.decide(request);
  } catch (error) {
    if (!(error instanceof EngineError && error.code === "request_too_large")) throw error;
    return engine.denyByHost(request, "request_too_large");
  }
}

/** Throws unless the call may run now. */
function needPermission(
  decision: Decision,
  met: ReadonlySet<string>,
  why: string | undefined,
  approval: string | undefined,
): void {
  if (decision.mode === "shadow") return;
  switch (decision.verdict) {
    case "allow": {
      // Those who approved are the approvers that were asked for.
      const isApproved = decision.reasons.some(({ code }) => code === "approved");
      const unmet = Object.keys(decision.obligations).filter(
        (kind) => !met.has(kind) && !(isApproved && kind === "approvers"),
      );
      if (unmet.length === 0) return;
      throw new EngineError("obligation_unmet", {
        path: decision.action,
        wanted: unmet.join(", "),
        came: met.size === 0 ? "no promise to meet any" : `a promise to meet ${[...met].join(", ")}`,
      });
    }
    case "review":
      throw new PermitReview(decision, why, approval);
    default:
      throw new PermitDenied(decision, why);
  }
}

async function openPermitEngine(options: PermitOptions, ofLog: Uint8Array | undefined): Promise<Engine> {
  if (options.engine !== undefined) {
    const engine = await options.engine;
    return ofLog === undefined ? engine : engine.withKeySalt(ofLog);
  }
  const { openEmbedded } = await import("./embedded.ts");
  return openEmbedded(options.image, options.keySalt ?? ofLog);
}

/** Refuses salts that do not go with the log: with them every call would be denied, or every history begin at nothing. */
function needFitting({ salt, keySalt }: PermitOptions, memory: Memory | undefined): void {
  const log = memory?.log;
  const isZero = salt === "zero" || (salt instanceof Uint8Array && sameBytes(salt, ZERO_SALT));
  if (isZero && log?.sealsRequests === true)
    throw new EngineError("option_type", {
      path: "salt",
      wanted: 'none, "random" or 32 secret bytes, as the log keeps requests',
      came: "zeros, with which anybody could guess them",
      advice: "Leave `salt` out, or open the log with `payloads: false`.",
    });
  if (log?.keySalt === undefined) return;
  if (keySalt !== undefined && !sameBytes(keySalt, log.keySalt))
    throw new EngineError("option_type", {
      path: "keySalt",
      wanted: "the key salt that the log began with",
      came: "another one",
      advice:
        "Leave it out: the log brings its own. A new log begins with the `keySalt` that openLog is given.",
    });
  if (keySalt === undefined && memory?.store !== log.store)
    throw new EngineError("option_type", {
      path: "memory",
      wanted: "the store that openLog was given",
      came: "another one, whose histories may have ids of another key salt",
      advice: "Give the store to openLog; or, if it is as new as the log, `keySalt: log.keySalt` here.",
    });
}

/** The permit's own facts, frozen, with who vouches for them. */
function sharedContext(given: PermitOptions["context"]): Omit<Context, "time_ms"> {
  if (given === undefined) return Object.freeze({ asserted_by: Object.freeze({}) });
  const vouched: Record<string, string> = {};
  for (const fact of ASSERTABLE) if (Object.hasOwn(given, fact)) vouched[fact] = "host";
  try {
    const copy = decode(encode({ context: { asserted_by: vouched, ...given } })) as unknown as {
      context: Omit<Context, "time_ms">;
    };
    return deepFreeze(copy).context;
  } catch (error) {
    throw typedError(error);
  }
}

function requestOf(
  call: PermitCall,
  shared: Omit<Context, "time_ms">,
  clock: () => number,
  modeAt: (timeMs: number) => Mode,
  saltNow: () => Uint8Array,
  binding: Binding,
): Request {
  const given: unknown = call;
  if (typeof given !== "object" || given === null) {
    throw new EngineError("value_type", { wanted: "a call as an object", came: shown(given) });
  }
  const { claim, rest } = liftActor(call);
  const context = mergeContext(shared, rest.context, claim, clock);
  const mode = modeAt(context.time_ms);
  const salt = saltNow();
  // The two usual forms are written out: gathering the rest of an object and spreading it costs half as much as deciding.
  const { tool, args, action, fields } = rest;
  if (tool !== undefined && args !== undefined && hasOnly(rest, "tool", "args"))
    return { tool, args, context, mode, salt, binding } as Request;
  if (action !== undefined && fields !== undefined && hasOnly(rest, "action", "fields"))
    return { action, fields, context, mode, salt, binding } as Request;
  const { context: _, ...bare } = rest;
  // What people and reviewers said comes from `review`, and from no caller.
  const unknown = Object.keys(bare).find((name) => !CALL_MEMBERS.includes(name));
  if (unknown !== undefined) throw unknownName("key_unknown", unknown, unknown, CALL_MEMBERS);
  return { ...bare, context, mode, salt, binding };
}

/**
 * The call with what was said to it. Only the salt is that of before: arguments that changed since have another
 * commitment, and what was said does not fit them.
 */
function answered(request: Request, said: ReviewAnswer, clock: () => number): Request {
  const { context } = request;
  const time_ms = Math.max(context.time_ms, clock());
  const answer = "approval" in said ? { approval: said.approval } : { reviewer: said.reviewer };
  return { ...request, ...answer, salt: said.salt, context: { ...context, time_ms } };
}

/** Whether the call may come from a server. Most programs' own calls do not, and cost nothing more. */
function mayHaveServer(given: unknown): given is PermitCall & { readonly tool: string } {
  const { tool, server } = (given ?? {}) as { tool?: unknown; server?: unknown };
  return typeof tool === "string" && (server !== undefined || /mcp__/i.test(tool) || isPinnedName(tool));
}

/** Whether a call has no member but these two and its context. */
function hasOnly(call: PermitCall, one: string, other: string): boolean {
  return Object.keys(call).every((name) => name === one || name === other || name === "context");
}

/** Takes `actor` out of the fields of a direct call: who acts is context, and here nobody vouches for it. */
function liftActor(call: PermitCall): { claim: unknown; rest: PermitCall } {
  const fields: unknown = call.fields;
  if (typeof fields !== "object" || fields === null || Array.isArray(fields))
    return { claim: undefined, rest: call };
  const prototype: unknown = Object.getPrototypeOf(fields);
  const plain = prototype === Object.prototype || prototype === null;
  const actor = Object.getOwnPropertyDescriptor(fields, "actor");
  // What is not a plain value is left where it is: the encoder refuses it with its path.
  if (!plain || actor === undefined || !("value" in actor) || actor.value === undefined) {
    return { claim: undefined, rest: call };
  }
  const others = Object.getOwnPropertyDescriptors(fields as Record<string, unknown>);
  delete others.actor;
  return {
    claim: actor.value,
    rest: { ...call, fields: Object.create(prototype as object | null, others) } as PermitCall,
  };
}

/** The permit's facts, overridden by those of the call. An overridden fact loses the permit's word for it. */
function mergeContext(
  shared: Omit<Context, "time_ms">,
  own: CallContext | undefined,
  claim: unknown,
  clock: () => number,
): Context {
  if (own === undefined && claim === undefined) return { time_ms: clock(), ...shared };
  const vouched: Record<string, unknown> = { ...shared.asserted_by };
  for (const fact of ASSERTABLE) if (own !== undefined && Object.hasOwn(own, fact)) delete vouched[fact];
  const context: Record<string, unknown> = {
    ...shared,
    ...own,
    asserted_by: { ...vouched, ...own?.asserted_by } as AssertedBy,
  };
  if (!Object.hasOwn(context, "time_ms")) context.time_ms = clock();
  if (claim !== undefined) {
    if (context.actor !== undefined && context.actor !== claim) {
      throw new EngineError("actor_conflict", {
        path: "fields.actor",
        wanted: `the actor of the context, ${shown(context.actor)}`,
        came: shown(claim),
      });
    }
    context.actor = claim;
  }
  return context as unknown as Context;
}

function modeOf(mode: "enforce" | ShadowMode, clock: () => number): (timeMs: number) => Mode {
  if (mode === "enforce") return () => "enforce";
  const given: unknown = (mode as Partial<ShadowMode> | null)?.shadow?.until;
  const until = typeof given === "string" ? parseUtc(given) : given;
  if (typeof until !== "number" || !Number.isSafeInteger(until)) {
    throw new EngineError("option_type", {
      path: "mode",
      wanted: '"enforce", or { shadow: { until } } with a UTC date or milliseconds',
      came: shown(given ?? mode),
    });
  }
  const now = clock();
  if (until > now + SHADOW_MS_MAX) {
    throw new EngineError("shadow_range", {
      path: "mode.shadow.until",
      wanted: `at most ${now + SHADOW_MS_MAX} ms, 30 days from now`,
      came: `${until} ms`,
    });
  }
  return (timeMs) => (timeMs < until ? "shadow" : "enforce");
}

function needOptions(options: PermitOptions): void {
  const given: unknown = options;
  if (typeof given !== "object" || given === null) {
    throw new EngineError("option_type", { wanted: "options as an object", came: shown(given) });
  }
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    if (!Object.hasOwn(OPTIONS, name)) throw unknownName("option_unknown", name, name, Object.keys(OPTIONS));
    // A policy that turned out undefined must not silently become the default one.
    const [isRight, wanted] = OPTIONS[name as keyof PermitOptions];
    if (!isRight(value)) throw new EngineError("option_type", { path: name, wanted, came: shown(value) });
  }
  if (options.image !== undefined && options.engine !== undefined) {
    throw new EngineError("option_type", { path: "engine", wanted: "either image or engine", came: "both" });
  }
  if (options.keySalt !== undefined && options.engine !== undefined) {
    throw new EngineError("option_type", {
      path: "keySalt",
      wanted: "the engine opened with it",
      came: "an engine beside it",
    });
  }
}

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null;
const isFunction = (value: unknown): boolean => typeof value === "function";
const isSalt = (value: unknown): boolean => value instanceof Uint8Array && value.length === ZERO_SALT.length;
const isObligation = (kind: unknown): boolean => (OBLIGATION_NAMES as readonly unknown[]).includes(kind);
const OBJECT = [isObject, "an object"] as const;

/** Every option, with what it must be. */
const OPTIONS: Readonly<Record<keyof PermitOptions, readonly [(value: unknown) => boolean, string]>> = {
  image: [(value) => value instanceof Uint8Array, "the bytes of an image, as a Uint8Array"],
  engine: OBJECT,
  memory: OBJECT,
  log: OBJECT,
  keySalt: [isSalt, "32 bytes"],
  context: OBJECT,
  clock: [isFunction, "a function that returns milliseconds"],
  mode: [(value) => value === "enforce" || isObject(value), '"enforce", or { shadow: { until } }'],
  salt: [(value) => value === "random" || value === "zero" || isSalt(value), '"random", "zero" or 32 bytes'],
  obligations: [
    (value) => Array.isArray(value) && value.every(isObligation),
    `a list of ${OBLIGATION_NAMES.join(", ")}`,
  ],
  tools: OBJECT,
  review: [
    (value) => isFunction((value as Partial<Review> | null)?.resolve),
    "an object with resolve, as askPersons gives one",
  ],
  run: [isFunction, "a function, as runUnderToken gives one"],
};

/** The permit that `import { permit } from "permit0"` gives: base policy, no context, enforcing. */
export const permit: Permit = createPermit();
