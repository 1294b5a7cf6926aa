/**
 * The second model of permit0: the engine once more, written plainly from docs/format/*.md, taxonomy/*.yaml and nothing
 * else. Slow and obvious on purpose. The tests hold the Wasm against it, byte for byte.
 */

import { answerOf, NO_ANSWER } from "./answers.ts";
import { callName } from "./cells.ts";
import { raise, settle } from "./decide.ts";
import { scanArguments } from "./detect.ts";
import { type Image, readImage } from "./image.ts";
import { match, NO_MATCH } from "./match.ts";
import { idsOf, Memory } from "./memory.ts";
import { evaluate } from "./parts.ts";
import { commitments, type Evaluated, evaluatedEvent, reasonsOf, writeRecord } from "./record.ts";
import { readRequest } from "./request.ts";
import { limit, Refusal } from "./wire.ts";

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
  | {
      status: 0;
      offset: 0;
      record: Uint8Array;
      result: ModelResult;
      /** The next cell of each history of the request; null: not changed. */
      cells: (Uint8Array | null)[];
    }
  | { status: number; offset: number };

export type NamesAnswer =
  | { status: 0; offset: 0; ids: Uint8Array[] }
  | { status: number; offset: number; ids: [] };

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

const NO_SALT = new Uint8Array(32);

/** The ids of the histories that a call touches, at most eight; `most`: a test asks for those that are left out, too. */
export function nameModel(
  imageBytes: Uint8Array,
  requestBytes: Uint8Array,
  keySalt: Uint8Array = NO_SALT,
  most: number = limit("cells_max"),
): NamesAnswer {
  const image = loadImageModel(imageBytes);
  if (image instanceof Refusal) return { status: image.status, offset: image.offset, ids: [] };
  const ids = refusalOr(() => {
    const request = readRequest(requestBytes, image);
    const memory = new Memory(image, request, [], keySalt);
    if (request.event !== undefined) {
      const id = memory.idOfEvent(request.event);
      return id === null ? [] : [id];
    }
    const matched = match(request, image);
    const touched = matched.candidates.flatMap(
      (candidate) => evaluate(candidate, request, matched, image, memory).touched,
    );
    return idsOf(touched).slice(0, most);
  });
  if (ids instanceof Refusal) return { status: ids.status, offset: ids.offset, ids: [] };
  return { status: 0, offset: 0, ids };
}

/**
 * Decides one request against one image. Never throws for bad bytes: they get a status and an offset. `cells`: the bytes of
 * each history of the request, none for one without events.
 */
export function decideModel(
  imageBytes: Uint8Array,
  requestBytes: Uint8Array,
  cells: Uint8Array[] = [],
  keySalt: Uint8Array = NO_SALT,
): ModelAnswer {
  const image = loadImageModel(imageBytes);
  if (image instanceof Refusal) return { status: image.status, offset: image.offset };
  return decideLoaded(image, requestBytes, cells, keySalt);
}

/** The same against an image that is loaded. */
export function decideLoaded(
  image: Image,
  requestBytes: Uint8Array,
  cells: Uint8Array[] = [],
  keySalt: Uint8Array = NO_SALT,
): ModelAnswer {
  const answer = refusalOr(() => {
    const request = readRequest(requestBytes, image);
    const { args } = commitments(requestBytes, request);
    const memory = new Memory(image, request, cells, keySalt, callName(request.salt, args));
    if (request.event !== undefined) {
      const { verdict, ...outcome } = memory.event(request.event);
      const taken = evaluatedEvent(verdict, image);
      const record = writeRecord(requestBytes, request, image, NO_MATCH, taken, outcome);
      return { record, taken, cells: outcome.histories.map((history) => history.next) };
    }
    const matched = match(request, image);
    for (const mark of scanArguments(request, image)) matched.marks.add(mark);
    const readings = matched.candidates.map((candidate) =>
      evaluate(candidate, request, matched, image, memory),
    );
    const demand = memory.demand(
      readings.flatMap((reading) => reading.touched),
      matched,
    );
    const strict = strictest(readings);
    const found = { ...strict, decision: raise(strict.decision, demand.verdict) };
    const answered = answerOf(request, {
      image: image.digest,
      args,
      verdict: found.decision.verdict,
      obligations: found.decision.obligations,
      reasons: reasonsOf(found, demand.reasons, NO_ANSWER),
    });
    const verdict = answered.verdict ?? found.decision.verdict;
    const taken = { ...found, decision: settle(found.decision, verdict) };
    const histories = memory.fold(taken.remembered, taken.decision.verdict, demand);
    const outcome = { reasons: demand.reasons, histories };
    const record = writeRecord(requestBytes, request, image, matched, taken, outcome, answered);
    return { record, taken, cells: histories.map((history) => history.next) };
  });
  if (answer instanceof Refusal) return { status: answer.status, offset: answer.offset };
  const { tier, score, hazard, decision } = answer.taken;
  return {
    status: 0,
    offset: 0,
    record: answer.record,
    result: { verdict: decision.verdict, tier, score, hazard: Number(hazard) },
    cells: answer.cells,
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
