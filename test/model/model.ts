/**
 * The second model of permit0: the engine once more, written plainly from docs/format/*.md, taxonomy/*.yaml and nothing
 * else. Slow and obvious on purpose. The tests hold the Wasm against it, byte for byte.
 */

import { scanArguments } from "./detect.ts";
import { type Image, readImage } from "./image.ts";
import { match } from "./match.ts";
import { evaluate } from "./parts.ts";
import { type Evaluated, writeRecord } from "./record.ts";
import { readRequest } from "./request.ts";
import { Refusal } from "./wire.ts";

export interface ModelResult {
  /** 0 allow, 1 review, 2 deny. */
  verdict: number;
  /** 0 minimal .. 4 critical. */
  tier: number;
  /** 0..9 999 basis points. */
  score: number;
  /** 0..60 000 000 millionths of a nat. */
  hazard: number;
}

export type ModelAnswer =
  | { status: 0; offset: 0; record: Uint8Array; result: ModelResult }
  | { status: number; offset: number };

export function isRefused(answer: ModelAnswer): answer is { status: number; offset: number } {
  return !("record" in answer);
}

const images = new WeakMap<Uint8Array, Image | Refusal>();

/** The image in plain objects, or the refusal that `loadImage` answers with. Parsed once for each array. */
export function loadImageModel(bytes: Uint8Array): Image | Refusal {
  let image = images.get(bytes);
  if (image === undefined) {
    image = refusalOr(() => readImage(bytes));
    images.set(bytes, image);
  }
  return image;
}

/** Decides one request against one image. Never throws for bad bytes: they get a status and an offset. */
export function decideModel(imageBytes: Uint8Array, requestBytes: Uint8Array): ModelAnswer {
  const image = loadImageModel(imageBytes);
  if (image instanceof Refusal) return { status: image.status, offset: image.offset };
  const answer = refusalOr(() => {
    const request = readRequest(requestBytes, image);
    const matched = match(request, image);
    for (const mark of scanArguments(request, image)) matched.marks.add(mark);
    const taken = strictest(
      matched.candidates.map((candidate) => evaluate(candidate, request, matched, image)),
    );
    return { record: writeRecord(requestBytes, request, image, matched, taken), taken };
  });
  if (answer instanceof Refusal) return { status: answer.status, offset: answer.offset };
  const { tier, score, hazard, decision } = answer.taken;
  return {
    status: 0,
    offset: 0,
    record: answer.record,
    result: { verdict: decision.verdict, tier, score, hazard: Number(hazard) },
  };
}

/** Larger verdict, then a gate before none, then larger hazard, then the earlier candidate. */
function strictest(all: Evaluated[]): Evaluated {
  let taken = all[0];
  if (taken === undefined) throw new Error("no candidate");
  for (const other of all.slice(1)) if (isStricter(other, taken)) taken = other;
  return taken;
}

function isStricter(a: Evaluated, b: Evaluated): boolean {
  if (a.decision.verdict !== b.decision.verdict) return a.decision.verdict > b.decision.verdict;
  const [gateA, gateB] = [a.decision.gates.length > 0, b.decision.gates.length > 0];
  if (gateA !== gateB) return gateA;
  return a.hazard > b.hazard;
}

function refusalOr<T>(run: () => T): T | Refusal {
  try {
    return run();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
