/** One image loaded on both sides, and many requests asked of both: what the differential test and the fuzzer share. */
import { readFileSync } from "node:fs";
import { compile } from "../../bindings/src/compile/index.ts";
import { checkoutSources } from "../../tools/image.ts";
import type { Image } from "../model/image.ts";
import { decideModel, loadImageModel } from "../model/model.ts";
import { Refusal, statusCode } from "../model/wire.ts";
import { difference } from "./compare.ts";
import { randomRequest } from "./generate.ts";
import { withAnswer } from "./generate-answers.ts";
import type { Random } from "./random.ts";
import { buildPath, moduleOf, Wasm } from "./wasm.ts";

/** The first request that engine and model answer differently. */
export interface Disagreement {
  /** Which request of the sequence, from 0. */
  readonly at: number;
  readonly request: Uint8Array;
  /** What differs, in words. */
  readonly found: string;
}

export function engineModule(): WebAssembly.Module {
  const module = moduleOf("core.wasm");
  if (module === null) throw new Error("build/core.wasm is missing: run npm run build");
  return module;
}

/** The policy that ships. */
export function defaultImage(): Uint8Array {
  return new Uint8Array(readFileSync(buildPath("base.image")));
}

/** The shipped policy with the annotated example of an organisation on top. */
export function organisationImage(): Uint8Array {
  const path = "examples/org/permit0.yaml";
  const text = readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
  return compile([...checkoutSources(), { name: path, text }]).image;
}

/** An image loaded on both sides. */
export function open(bytes: Uint8Array): { wasm: Wasm; model: Image } {
  const model = loadImageModel(bytes);
  if (model instanceof Refusal) throw new Error(`the model refuses the image: ${String(model)}`);
  const wasm = new Wasm(engineModule());
  const { status } = wasm.loadImage(bytes);
  if (status !== 0) throw new Error(`the engine refuses the image: ${statusCode(status)}`);
  return { wasm, model };
}

/** How many of 100 requests are looked at for something that a person or a reviewer may have said to them. */
const ANSWERED_PERCENT = 25;

/** Asks both `count` random requests; stops at the first difference. `met` hears the status of each answer. */
export function compareMany(
  bytes: Uint8Array,
  random: Random,
  count: number,
  met: (code: string, request: Uint8Array) => void,
  make: (random: Random, image: Image) => Uint8Array = randomRequest,
): Disagreement | null {
  const { wasm, model } = open(bytes);
  for (let at = 0; at < count; at++) {
    const made = make(random, model);
    const request = random.chance(ANSWERED_PERCENT) ? withAnswer(random, model, made) : made;
    const answer = decideModel(bytes, request);
    met(statusCode(answer.status), request);
    const found = difference(wasm, bytes, request, answer);
    if (found !== null) return { at, request, found };
  }
  return null;
}
