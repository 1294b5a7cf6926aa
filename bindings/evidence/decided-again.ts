/** Decides a request that was kept again, with the engine and image that its record names. */

import { type Engine, EngineError } from "../src/engine.ts";
import type { Cell } from "../src/types.ts";
import type { Artifacts } from "./artifacts.ts";
import type { RecordFacts } from "./facts.ts";
import { sameHash } from "./tree.ts";

/** @returns why the record is not what the engine says; undefined where it is. */
export async function decidedAgain(
  artifacts: Artifacts,
  kept: Uint8Array,
  facts: RecordFacts,
  request: Uint8Array,
  cells: readonly Cell[] | undefined,
  keySalt: Uint8Array | undefined,
): Promise<string | undefined> {
  const engine = await artifacts.engine(facts.engine, facts.image, keySalt);
  if (typeof engine === "string") return engine;
  try {
    const { record } = engine.decideBytes(request, cells);
    return sameHash(record, kept) ? undefined : differenceOf(engine, record, kept);
  } catch (error) {
    if (!(error instanceof EngineError || error instanceof RangeError)) throw error;
    return `The engine refuses the request that was kept: ${error.message}`;
  }
}

/** What two records of one request say differently, in the words of a reader. */
function differenceOf(engine: Engine, again: Uint8Array, kept: Uint8Array): string {
  const [one, other] = [engine.readRecord(again), engine.readRecord(kept)];
  const names = ["verdict", "score", "tier", "action", "mode", "binding", "durability", "time_ms"] as const;
  const name = names.find((each) => one[each] !== other[each]);
  if (name === undefined)
    return "Decided again it gives another record, with the same verdict, score and tier.";
  return `Decided again it has ${name} ${String(one[name])}, and the record says ${String(other[name])}.`;
}
