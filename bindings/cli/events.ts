/** From one line of JSON to an event, and back to its answer. docs/cli.md has the lines. */

import { type Decision, EngineError } from "permit0";
import type { Engine, EventRequest } from "permit0/engine";
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
} from "permit0/memory";
import { CALL_KEYS, LINE_MS, type ReadLine } from "./calls.js";

const EVENT_KEYS = ["observe", "label", "outcome", "freeze", "thaw"] as const;

export interface EventLine {
  readonly kind: (typeof EVENT_KEYS)[number];
  readonly context: EventRequest["context"];
  readonly bodiesOf: (engine: Engine) => readonly EventBody[];
}

/**
 * The event of one line; undefined when it is a call.
 * @param lineNumber as of calls: a line without `time_ms` happens at `epochMs` + line x 60 000.
 * @throws EngineError when the line is neither, or both.
 */
export function eventFromLine(
  { members }: ReadLine,
  lineNumber: number,
  epochMs: number,
): EventLine | undefined {
  // Lines of recorded calls may have a label of their own, which is no event.
  const isCall = CALL_KEYS.some((key) => Object.hasOwn(members, key));
  const kinds = EVENT_KEYS.filter((key) => Object.hasOwn(members, key) && (!isCall || isMap(members[key])));
  const [kind] = kinds;
  if (kind === undefined) return undefined;
  const others = Object.keys(members).filter((key) => key !== kind && key !== "id" && key !== "time_ms");
  if (others.length > 0) {
    throw new EngineError("call_form", {
      wanted: "a call, or an event with id and time_ms beside it",
      came: [kind, ...others].join(", "),
      advice: "Give each event a line of its own.",
    });
  }
  const given = members[kind];
  if (!isMap(given))
    throw new EngineError("value_type", { path: kind, wanted: "an object", came: "another value" });
  const time_ms = Object.hasOwn(members, "time_ms") ? members.time_ms : epochMs + lineNumber * LINE_MS;
  const { session, parent, ...facts } = given;
  if (kind === "freeze" || kind === "thaw")
    return {
      kind,
      context: { time_ms } as EventRequest["context"],
      bodiesOf: () => [freezeBody(kind, given as unknown as FreezeOrder)],
    };
  if (session === undefined && parent === undefined)
    throw new EngineError("key_missing", {
      path: `${kind}.session`,
      wanted: "whose history it is",
      came: "nothing",
    });
  const context = {
    time_ms,
    ...(session === undefined ? {} : { session }),
    ...(parent === undefined ? {} : { parent }),
  } as EventRequest["context"];
  return { kind, context, bodiesOf: (engine) => sessionBodies(engine, kind, facts) };
}

function sessionBodies(
  engine: Engine,
  kind: "observe" | "label" | "outcome",
  facts: Readonly<Record<string, unknown>>,
): readonly EventBody[] {
  switch (kind) {
    case "observe":
      return observeBodies(engine, facts as unknown as ObservedText);
    case "label":
      return [labelBody(facts as unknown as GivenLabels)];
    case "outcome": {
      const { of, ...outcome } = facts;
      return outcomeBodies(engine, digestOf(of), outcome as unknown as Outcome);
    }
  }
}

function digestOf(of: unknown): Uint8Array | undefined {
  if (of === undefined) return undefined;
  if (typeof of === "string" && /^[0-9a-f]{64}$/i.test(of)) return new Uint8Array(Buffer.from(of, "hex"));
  throw new EngineError("value_type", {
    path: "outcome.of",
    wanted: "the digest of the call's record, 64 hex digits",
    came: "another value",
  });
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** One answer for the pieces of an event: of the one that was denied, if one was, else of the first. */
export function shownEvents(decisions: readonly Decision[]): Record<string, unknown> {
  const shown = decisions.map((decision) => decision.toJSON());
  const answer = shown.find(({ verdict }) => verdict !== "allow") ?? shown[0];
  if (answer === undefined) throw new Error("an event without a record");
  const { verdict, reasons, by, durability, edition } = answer;
  const { id, before } = shown[0]?.cells?.[0] ?? {};
  const after = shown.at(-1)?.cells?.[0]?.after;
  return {
    event: shown[0]?.event ?? null,
    verdict,
    reasons,
    ...(id === undefined ? {} : { cells: [{ id, before, after }] }),
    by,
    durability,
    time_ms: answer.time_ms,
    edition,
    records: shown.map(({ digests }) => digests.record),
  };
}
