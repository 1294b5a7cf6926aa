/**
 * Target `images`: mutated policy images, most of them with their digest made right again. An image is refused with a
 * known status, or it is loaded, and then whatever is decided on it stays within what the wall says. Now and then the
 * second model is asked too: it must load the same images, and decide alike.
 */
import { IMAGE_BYTES_MAX } from "../../bindings/src/gen/limits.ts";
import { engineModule } from "../differential/both.ts";
import { difference } from "../differential/compare.ts";
import { randomRequest } from "../differential/generate.ts";
import { randomImage } from "../differential/images.ts";
import { Random } from "../differential/random.ts";
import { writeImage } from "../model/image-writer.ts";
import { loadImageModel } from "../model/model.ts";
import { sampleImage } from "../model/sample.ts";
import { Refusal } from "../model/wire.ts";
import { compileSmall, leastSources } from "../unit/small-policy.ts";
import { type ImageCase, packCase, replaced, unpackCase } from "./cases.ts";
import { Corpus, keptInputs } from "./corpus.ts";
import { Draft } from "./draft.ts";
import { Engine } from "./engine.ts";
import { damage } from "./mutate-bytes.ts";
import { mutateImage, placeInImage, reseal } from "./mutate-image.ts";
import { need, type Outcome, type Target } from "./target.ts";

const RANDOM_IMAGES = 6;
const REQUESTS_PER_IMAGE = 40;
const REQUESTS_MAX = 8;
const REQUESTS_MIN = 3;
/** Larger images are not made here: the digest of one costs more than it shows. */
const DRAFT_BYTES_MAX = 128 * 1024;
const CORPUS_MAX = 1000;
const DEEP_EVERY = 64;
const OVERSIZED_EVERY = 1000;
/** Stands in a request for the digest of the image beside it, which a mutation changes. */
const PLACEHOLDER = Buffer.from("the SHA-256 of the loaded image!");

export class ImagesTarget implements Target {
  readonly corpus = new Corpus(CORPUS_MAX);
  readonly #random: Random;
  readonly #draft = new Draft(new Uint8Array(DRAFT_BYTES_MAX));
  readonly #requests: Uint8Array[] = [];
  readonly #good: Uint8Array;
  readonly #seeds: ImageCase[];
  /** Has refused images and loaded none, so it can be asked to load another. */
  #unloaded: Engine | undefined;
  #own: Uint8Array | undefined;
  #tried = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
    this.#good = compileSmall(leastSources()).image;
    const images = [this.#good, compileSmall().image, writeImage(sampleImage)];
    for (let i = 0; i < RANDOM_IMAGES; i++) images.push(writeImage(randomImage(this.#random)));
    this.#seeds = images.map((image) => ({ image, requests: this.#requestsFor(image) }));
    for (const { requests } of this.#seeds) this.#requests.push(...requests);
  }

  #requestsFor(image: Uint8Array): Uint8Array[] {
    const model = loadImageModel(image);
    if (model instanceof Refusal) throw model;
    const digest = Buffer.from(model.digest);
    return Array.from({ length: REQUESTS_PER_IMAGE }, () => {
      const request = randomRequest(this.#random, model);
      return replaced(request, digest, PLACEHOLDER);
    });
  }

  *seeds(): Iterable<Uint8Array> {
    for (const [, input] of keptInputs("images")) yield input;
    for (const { image, requests } of this.#seeds) {
      for (let at = 0; at < requests.length; at += REQUESTS_MAX) {
        yield packCase({ image, requests: requests.slice(at, at + REQUESTS_MAX) });
      }
    }
  }

  next(): Uint8Array {
    const random = this.#random;
    const requests = this.#requests;
    if (random.below(OVERSIZED_EVERY) === 0) {
      return this.#made({ image: new Uint8Array(IMAGE_BYTES_MAX + random.between(1, 9)), requests: [] });
    }
    const parent = unpackCase(this.corpus.pick(random));
    const draft = this.#draft;
    draft.start(parent.image);
    for (let i = random.pick([1, 1, 1, 2, 3]); i > 0; i--) {
      if (random.chance(96)) mutateImage(draft, random);
      else damage(draft, random);
    }
    if (random.chance(93)) reseal(draft);
    if (random.chance(3)) damage(draft, random);
    const asked = Array.from({ length: random.between(REQUESTS_MIN, REQUESTS_MAX) }, (_, at) =>
      random.chance(30) ? random.pick(requests) : (parent.requests[at] ?? random.pick(requests)),
    );
    return this.#made({ image: draft.bytes.subarray(0, draft.size), requests: asked });
  }

  #made(made: ImageCase): Uint8Array {
    this.#own = packCase(made);
    return this.#own;
  }

  check(input: Uint8Array): Outcome {
    const isDeep = input !== this.#own || ++this.#tried % DEEP_EVERY === 0;
    const { image, requests } = unpackCase(input);
    const engine = this.#unloaded ?? newEngine();
    this.#unloaded = undefined;
    const status = engine.load(image);
    if (isDeep) needSameLoad(image, status);
    if (status !== "ok") {
      const place = status === "image_structure" ? `-${placeInImage(image, engine.offset)}` : "";
      if (isDeep) this.#needUntouched(engine, requests);
      else this.#unloaded = engine;
      return { status, cases: 1, accepted: 0, signature: `${status}${place}` };
    }
    const digest = Buffer.from(engine.imageDigest);
    const reached = new Set<string>();
    for (const request of requests) {
      const local = replaced(request, PLACEHOLDER, digest);
      engine.draft.set(local);
      const answer = engine.answer(local.length);
      reached.add(answer === "ok" ? `${engine.verdict}${engine.tier}` : answer);
      if (isDeep) needSameAnswer(engine, image, local);
    }
    if (isDeep) {
      engine.needImage(image);
      engine.needGuard();
    }
    return { status, cases: 1, accepted: 1, signature: `ok-${[...reached].sort().join("-")}` };
  }

  features(input: Uint8Array): string[] {
    const { signature } = this.check(input);
    const [status, ...reached] = signature.split("-");
    // Of a refused image the section is enough.
    return status === "ok"
      ? reached.map((what) => `ok-${what}`)
      : [signature.split("-").slice(0, 2).join("-")];
  }

  *smaller(input: Uint8Array): Iterable<Uint8Array> {
    const { image, requests } = unpackCase(input);
    for (const left of requests.keys())
      yield packCase({ image, requests: requests.filter((_, at) => at !== left) });
  }

  /** A refused image leaves nothing behind: nothing is decided on it, and a good one is loaded as if it had not been there. */
  #needUntouched(engine: Engine, requests: readonly Uint8Array[]): void {
    const [request = new Uint8Array(0)] = requests;
    engine.draft.set(request);
    const status = engine.answer(request.length);
    need(
      status === "image_missing",
      "refused-and-used",
      () => `a refused image, and a decision that says ${status}`,
    );
    const fresh = newEngine();
    for (const one of [engine, fresh]) {
      const loaded = one.load(this.#good);
      need(loaded === "ok", "refused-and-in-the-way", () => `a good image after a refused one: ${loaded}`);
    }
    const local = replaced(request, PLACEHOLDER, Buffer.from(fresh.imageDigest));
    engine.draft.set(local);
    fresh.draft.set(local);
    const same =
      engine.answer(local.length) === fresh.answer(local.length) && engine.record.equals(fresh.record);
    need(same, "refused-and-remembered", () => "an answer that depends on an image refused before");
    engine.needGuard();
  }
}

function newEngine(): Engine {
  return new Engine(engineModule());
}

function needSameLoad(image: Uint8Array, status: string): void {
  const model = loadImageModel(image);
  const expected = model instanceof Refusal ? model.code : "ok";
  need(status === expected, "load-difference", () => `engine ${status}, model ${expected}`);
}

function needSameAnswer(engine: Engine, image: Uint8Array, request: Uint8Array): void {
  const found = difference(engine, image, request);
  need(found === null, "difference", () => found ?? "");
}
