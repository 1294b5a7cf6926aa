/** One full decision, from a JavaScript object to a decision with its record, by size of the request; the shipped policy. */

import { openEmbedded } from "../../bindings/src/embedded.ts";
import { createPermit } from "../../bindings/src/permit.ts";
import type { Request } from "../../bindings/src/types.ts";
import { benchCalls } from "../calls.ts";
import { openSwitch } from "../peers/switch.ts";
import { benchPolicy } from "../policy.ts";
import { REQUEST_KINDS, requestsOf } from "../requests.ts";
import { type PartResult, rowsOf, type Table } from "../results.ts";
import { FLOOR_GROUP, type Subject, timeSideBySide } from "../timing.ts";

/** Different requests of each kind: enough that no value is always in the nearest cache. */
export const INPUTS = 500;
export const SCHEDULE = { inputs: INPUTS, batchCalls: 1_000, batches: 31, warmUpBatches: 10 };
/** Kinds that `permit.check` is timed on. */
const CHECKED = 3;

export async function measureDecision(): Promise<PartResult> {
  const engine = await openEmbedded();
  const permit = createPermit({ engine, context: { environment: "staging" } });
  const kinds = REQUEST_KINDS.map(({ name, ...kind }) => {
    const requests = requestsOf({ name, ...kind }, INPUTS, engine);
    return { name, requests, request_bytes: engine.encode(requests[0] as Request).length };
  });
  const decided = kinds.map(({ name, requests, request_bytes }) => ({
    name,
    request_bytes,
    run: (index: number) => engine.decide(requests[index] as Request).verdict,
  }));
  const checked = kinds.slice(0, CHECKED).map(({ name, requests, request_bytes }) => {
    const calls = requests.map(({ tool, args }) => ({ tool, args }) as { tool: string; args: object });
    return { name, request_bytes, run: (index: number) => permit.check(calls[index] as (typeof calls)[0]) };
  });
  return {
    tables: [
      await timeTable("Engine.decide", [...decided, yardstick()]),
      await timeTable("permit.check, which adds time, context and a fresh salt", [...checked, yardstick()]),
    ],
    figures: [],
    notes: [],
  };
}

export interface TableSubject extends Subject {
  readonly request_bytes: number;
}

/** Times subjects beside the floor, which is not among the rows. */
export async function timeTable(title: string, subjects: readonly TableSubject[]): Promise<Table> {
  const [floor, ...timings] = await timeSideBySide([floorSubject(), ...subjects], SCHEDULE);
  if (floor === undefined) throw new Error("the floor was not timed");
  return { title, rows: rowsOf(subjects, timings, floor) };
}

/** The generated switch with 60 entries, over calls of its own. */
export function floorSubject(): TableSubject {
  const peer = openSwitch(benchPolicy(60));
  const prepared = benchCalls(INPUTS, 20).map((call) => peer.prepare(call));
  return {
    name: "switch",
    request_bytes: 0,
    run: (index) => peer.allows(prepared[index]),
    group: FLOOR_GROUP,
  };
}

export const YARDSTICK = "JSON round trip of 800 bytes";

/** Ordinary work of a program that is steadier than the floor: what `bench:check` divides by. */
export function yardstick(): TableSubject {
  const calls = benchCalls(INPUTS, 500).map(({ prepared }) => prepared);
  const request_bytes = 800;
  return { name: YARDSTICK, request_bytes, run: (index) => JSON.parse(JSON.stringify(calls[index])) };
}
