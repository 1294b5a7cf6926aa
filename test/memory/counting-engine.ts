/**
 * An engine that knows two rules: a session may do so many things, and nothing that is frozen. It keeps its histories with
 * `fold`, so that stores, logs, events and races can be tested without an image, and wrong engines be played.
 */

import { digestAfter, fold } from "../../bindings/memory/fold.ts";
import { CmpWriter, encode } from "../../bindings/src/codec/encode.ts";
import { decisionOf, hostDecisionOf, hostRecord } from "../../bindings/src/decision.ts";
import type { EngineBytes, HostReason, PreparedCall, Seen } from "../../bindings/src/engine.ts";
import { EngineError } from "../../bindings/src/errors.ts";
import type { MemoryEngine } from "../../bindings/src/memory.ts";
import { sameBytes } from "../../bindings/src/memory.ts";
import { sha256 } from "../../bindings/src/sha256.ts";
import type {
  Cell,
  Decision,
  EventRequest,
  RememberedDecision,
  Request,
  Trust,
} from "../../bindings/src/types.ts";

const utf8 = new TextEncoder();
const ZEROS = new Uint8Array(32);
export const TALLY = 0x1122334455667788n;
const NOTHING = new Uint8Array(0);
const WORDING = { sentence: () => undefined, maximum: () => 0 };

/** Id of a history: docs/format/cell.md, section 1. */
export function cellId(keySalt: Uint8Array, ...texts: readonly string[]): Uint8Array {
  const bytes = new Uint8Array(1024);
  const writer = new CmpWriter(bytes);
  writer.arrayHeader(texts.length);
  for (const text of texts) writer.text(text);
  return sha256(utf8.encode("cmp1:cell\n"), keySalt, bytes.subarray(0, writer.size));
}

/** One event of one unit: docs/format/cell.md, section 2. */
export function eventOf(
  timeMs: number,
  facts: { mask?: number; units?: number; amount?: number; tier?: number } = {},
): Uint8Array {
  const bytes = new Uint8Array(40);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(timeMs), true);
  view.setBigUint64(8, BigInt(facts.amount ?? 0), true);
  view.setUint32(24, facts.units ?? 1, true);
  view.setUint16(28, facts.mask ?? 1, true);
  view.setUint8(32, facts.tier ?? 0);
  return bytes;
}

/** Events that a history holds, in and behind its ring. */
export function eventCount(bytes: Uint8Array): number {
  if (bytes.length === 0) return 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return view.getUint32(96, true) + view.getUint16(100, true);
}

export class CountingEngine implements MemoryEngine {
  readonly #limit: number;
  /** Decisions made, also those that lost a race. */
  decided = 0;
  /** Called after each decision, before it is kept. */
  afterDecision: () => void = () => {};

  constructor(limit: number) {
    this.#limit = limit;
  }

  readonly digests = { engine: "", image: "" };

  get files(): EngineBytes {
    return { image: NOTHING };
  }

  prepare(request: Request | EventRequest): PreparedCall {
    if (request.event !== undefined) return this.#prepareEvent(request);
    if (request.tool === "malformed") throw new EngineError("value_type", { path: "tool" });
    if (request.tool === "large") throw new EngineError("request_too_large");
    const { session } = request.context;
    const ids = session === undefined ? [] : [cellId(ZEROS, "session", session)];
    return { request: NOTHING, ids, decide: (cells) => this.#decide(request, cells) };
  }

  /** Each word of a text is what it shows. */
  observe(text: string, _trust: Trust): Seen {
    const words = [...new Set(text.split(/[\s|]+/).filter(Boolean))];
    if (words.length > 2048) return { overflow: true };
    return { overflow: false, hashes: new Uint8Array(words.flatMap((word) => [...wordHash(word)])) };
  }

  #prepareEvent(request: EventRequest): PreparedCall {
    const { event, context } = request;
    const session = context.parent ?? context.session;
    const isFreeze = event.kind === "freeze" || event.kind === "thaw";
    const id = isFreeze ? FREEZES : session === undefined ? undefined : cellId(ZEROS, "session", session);
    return {
      request: NOTHING,
      ids: id === undefined ? [] : [id],
      decide: (cells) => {
        this.decided++;
        const reason = cells[0] === undefined ? "state_invalid" : this.#refusal(cells[0], true);
        const note = reason === undefined ? noteOf(request) : NOTHING;
        return this.#decision(request, cells, reason, NOTHING, note);
      },
    };
  }

  denyByHost(request: Request | EventRequest, reason: HostReason): Decision {
    return byHost(request, reason, "deny");
  }

  reviewByHost(request: Request, reason: "state_unavailable"): Decision {
    return byHost(request, reason, "review");
  }

  #decide(request: Request, cells: readonly Cell[]): RememberedDecision {
    this.decided++;
    const reason = cells.map((cell) => this.#refusal(cell, false)).find((found) => found !== undefined);
    const events = reason === undefined ? eventOf(request.context.time_ms) : NOTHING;
    return this.#decision(request, cells, reason, events, NOTHING);
  }

  #decision(
    request: Request | EventRequest,
    cells: readonly Cell[],
    reason: string | undefined,
    events: Uint8Array,
    note: Uint8Array,
  ): RememberedDecision {
    const allowed = reason === undefined;
    const { event, context } = request;
    const timeMs = context.time_ms;
    const tallies = event?.kind === "freeze" || event?.kind === "thaw" ? [] : [TALLY];
    const grown = cells.map(({ id, digest, bytes }) => {
      const after = digestAfter(id, digest, events, note);
      const next = allowed
        ? fold(bytes, { id, before: digest, after, events, note, timeMs, tallies })
        : undefined;
      const change = { after, before: digest, events, id, ...(note.length === 0 ? {} : { note }) };
      return { change, next };
    });
    const record = encode({
      args: ZEROS,
      binding: "advisory",
      cells: grown.map(({ change }) => change),
      durability: request.durability ?? "none",
      edition: "2026.1",
      engine: ZEROS,
      ...(event === undefined ? {} : { event }),
      hazard: 0,
      image: ZEROS,
      lowered_by: [],
      mode: "enforce",
      obligations: {},
      parts: [],
      reasons: [reason ?? "tier_minimal"],
      request: ZEROS,
      rows: [],
      score: 0,
      thresholds: [1, 2, 3, 4],
      tier: "minimal",
      time_ms: request.context.time_ms,
      v: 1,
      verdict: allowed ? "allow" : "deny",
    });
    this.afterDecision();
    return decisionOf(
      record,
      allowed ? 0 : 2,
      0,
      0,
      0,
      WORDING,
      grown.map(({ next }) => next),
    );
  }

  #refusal({ digest, bytes }: Cell, isEvent: boolean): string | undefined {
    if (bytes.length > 0 && bytes.length < 120) return "state_invalid";
    const found = bytes.length === 0 ? ZEROS : bytes.subarray(40, 72);
    if (!sameBytes(found, digest)) return "state_stale";
    return isEvent || eventCount(bytes) < this.#limit ? undefined : "session_limit";
  }
}

export const FREEZES = cellId(ZEROS, "freezes");

function wordHash(word: string, kind = 0): Uint8Array {
  const hash = sha256(utf8.encode(word)).slice(0, 8);
  hash[0] = ((hash[0] as number) & 0xf8) | kind;
  return hash;
}

/** docs/format/event.md, without the labels that a session has already. */
function noteOf({ event, seen }: EventRequest): Uint8Array {
  const bits = ["untrusted", "private", "secret", "pii", "phi", "pci", "privileged"];
  const labels = "labels" in event ? (event.labels ?? []) : [];
  const observed = event.kind === "observe" ? 1 << 8 : 0;
  const saturated = event.kind === "observe" && seen === undefined ? 1 << 9 : 0;
  const isUser = event.kind === "observe" && event.trust === "user";
  const marks =
    event.kind === "freeze" || event.kind === "thaw"
      ? wordHash(`${event.scope} ${event.value}`, event.kind === "freeze" ? 3 : 4)
      : (seen ?? NOTHING).map((byte, at) => (at % 8 === 0 && !isUser ? byte | 1 : byte));
  const bytes = new Uint8Array(8 + marks.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(
    0,
    labels.reduce((set, label) => set | (1 << bits.indexOf(label)), observed | saturated),
    true,
  );
  view.setUint32(4, marks.length / 8, true);
  bytes.set(marks, 8);
  return bytes.every((byte) => byte === 0) ? NOTHING : bytes;
}

function byHost(request: Request | EventRequest, reason: HostReason, verdict: "deny" | "review"): Decision {
  const facts = { engine: ZEROS, image: ZEROS, edition: "2026.1", reason, verdict };
  return hostDecisionOf(hostRecord(request, facts), verdict, WORDING);
}

/** A call of a session. */
export function callOf(session: string, timeMs = 1_767_225_600_000): Request {
  return { tool: "send", args: {}, context: { time_ms: timeMs, session } };
}
