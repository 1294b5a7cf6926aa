/** Holds the answers of the engine and of the model to one request against each other. */
import { hexOf } from "../model/bytes.ts";
import { readCmp } from "../model/cmp.ts";
import { decideModel, type ModelAnswer } from "../model/model.ts";
import { toPlain } from "../model/show.ts";
import { statusCode } from "../model/wire.ts";
import type { Wasm } from "./wasm.ts";

/** Null where both agree to the byte; else what differs, in words. */
export function difference(
  wasm: Wasm,
  image: Uint8Array,
  request: Uint8Array,
  model: ModelAnswer = decideModel(image, request),
  cells: readonly Uint8Array[] = [],
): string | null {
  let engine: ReturnType<Wasm["decide"]>;
  try {
    engine = wasm.decide(request, cells);
  } catch (error) {
    return `the engine trapped (${String((error as Error).stack)}), the model says ${statusCode(model.status)} at ${model.offset}`;
  }
  if (engine.status !== model.status || engine.offset !== model.offset) {
    return (
      `status: engine ${statusCode(engine.status)} at ${engine.offset}, ` +
      `model ${statusCode(model.status)} at ${model.offset}`
    );
  }
  if (!("record" in model)) return engine.record.length === 0 ? null : "a refused request has a record";
  if (hexOf(model.record) !== hexOf(engine.record)) return recordDifference(engine.record, model.record);
  for (const member of ["verdict", "tier", "score", "hazard"] as const) {
    if (engine[member] !== model.result[member]) {
      return `${member} in the result: engine ${engine[member]}, model ${model.result[member]}`;
    }
  }
  for (const [at, next] of model.cells.slice(0, cells.length).entries()) {
    const given = engine.cells[at] ?? null;
    if ((next && hexOf(next)) !== (given && hexOf(given))) {
      return `cell ${at}: engine ${given && hexOf(given)}, model ${next && hexOf(next)}`;
    }
  }
  return null;
}

/** The keys of the two records that differ, with both values. */
function recordDifference(engine: Uint8Array, model: Uint8Array): string {
  let theirs: Record<string, unknown>;
  try {
    theirs = toPlain(readCmp(engine)) as Record<string, unknown>;
  } catch (error) {
    return `the engine's record is not CMP/1 (${String(error)}): ${hexOf(engine)}`;
  }
  const ours = toPlain(readCmp(model)) as Record<string, unknown>;
  const keys = [...new Set([...Object.keys(theirs), ...Object.keys(ours)])];
  const lines = keys
    .filter((key) => JSON.stringify(theirs[key]) !== JSON.stringify(ours[key]))
    .map((key) => `${key}: engine ${JSON.stringify(theirs[key])}, model ${JSON.stringify(ours[key])}`);
  return `record: ${lines.join("; ") || "same values, other bytes"}`;
}
