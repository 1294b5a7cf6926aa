/**
 * Target `requests`: mutated requests against the built engine, with the policy that ships and with an organisation's on
 * top. Whatever the bytes are, the engine answers within what docs/format/request.md says, and the same way each time.
 */
import { decode } from "../../bindings/src/codec/decode.ts";
import { encode } from "../../bindings/src/codec/encode.ts";
import { defaultImage, engineModule, organisationImage } from "../differential/both.ts";
import { randomRequest } from "../differential/generate.ts";
import { Random } from "../differential/random.ts";
import type { Image } from "../model/image.ts";
import { loadImageModel } from "../model/model.ts";
import { Refusal, wire } from "../model/wire.ts";
import { replaced } from "./cases.ts";
import { Corpus, keptInputs } from "./corpus.ts";
import { Draft } from "./draft.ts";
import { Engine, REQUEST_BYTES_MAX } from "./engine.ts";
import { damage } from "./mutate-bytes.ts";
import { CmpMutator, withoutOne } from "./mutate-cmp.ts";
import { Outline } from "./outline.ts";
import { placeOf, reasonsMark, recordFeatures, refusalFeature } from "./signature.ts";
import { Broken, need, type Outcome, type Target } from "./target.ts";
import { dictionaryOf } from "./values.ts";

const SEEDS_PER_IMAGE = 250;
/** Every so many inputs the record is read, and the request asked again, of this engine and of another one. */
const DEEP_EVERY = 64;
/** Every so many inputs the other engine is a new one. */
const FRESH_EVERY = 4096;

/** Every so many inputs one that is longer than a request may be. */
const OVERSIZED_EVERY = 2000;
const OVERSIZED = new Uint8Array(REQUEST_BYTES_MAX + 1);

/** An engine with one policy, and what stands for the digest of that policy in files. */
interface Seat {
  engine: Engine;
  /** Asked now and then only, so its past is another one. */
  twin: Engine;
  readonly image: Uint8Array;
  readonly digest: Buffer;
  readonly placeholder: Buffer;
  readonly model: Image;
}

// 32 bytes each. A digest would be out of date with the next change to a policy.
const PLACEHOLDERS = ["the SHA-256 of build/base.image!", "the SHA-256 of the example's org"] as const;

export class RequestsTarget implements Target {
  readonly corpus = new Corpus();
  readonly #makeEngine: () => Engine;
  readonly #kept: readonly Uint8Array[];
  readonly #random: Random;
  readonly #mutator: CmpMutator;
  readonly #seats: readonly Seat[];
  readonly #outline = new Outline();
  readonly #draft = new Draft(new Uint8Array(0));
  #seat: Seat;
  #tried = 0;

  /**
   * @param makeEngine makes the engine that is asked; the canary has a double of its own.
   * @param kept what to begin with beside what the generator makes.
   */
  constructor(
    seed: number,
    makeEngine: () => Engine = () => new Engine(engineModule()),
    kept: readonly Uint8Array[] = keptInputs("requests").map(([, input]) => input),
  ) {
    this.#makeEngine = makeEngine;
    this.#kept = kept;
    this.#random = new Random(seed);
    this.#seats = [defaultImage(), organisationImage()].map((image, at) =>
      seatOf(image, PLACEHOLDERS[at] as string, makeEngine),
    );
    this.#seat = this.#seats[0] as Seat;
    // The same values for every seed: the sequence alone differs.
    this.#mutator = new CmpMutator(
      this.#random,
      dictionaryOf(
        new Random(1),
        this.#seats.map(({ model }) => model),
      ),
    );
  }

  *seeds(): Iterable<Uint8Array> {
    yield* this.#kept;
    for (const seat of this.#seats) {
      for (let i = 0; i < SEEDS_PER_IMAGE; i++) {
        yield replaced(randomRequest(this.#random, seat.model), seat.digest, seat.placeholder);
      }
    }
  }

  next(): Uint8Array {
    const random = this.#random;
    if (random.below(OVERSIZED_EVERY) === 0) return OVERSIZED;
    this.#seat = random.pick(this.#seats);
    const { engine, digest } = this.#seat;
    const draft = this.#draft;
    draft.bytes = engine.draft;
    draft.start(this.corpus.pick(random));
    for (const { placeholder } of this.#seats) {
      const at = Buffer.from(draft.bytes.buffer, draft.bytes.byteOffset, draft.size).indexOf(placeholder);
      if (at >= 0) engine.draft.set(digest, at);
    }
    const structured = random.chance(92) ? random.pick([1, 1, 1, 2, 2, 3, 5]) : 0;
    for (let i = 0; i < structured && this.#outline.scan(draft.bytes, draft.size); i++) {
      this.#mutator.mutate(draft, this.#outline);
    }
    if (structured === 0 || random.chance(6)) {
      for (let i = random.pick([1, 1, 2, 4]); i > 0; i--) damage(draft, random);
    }
    return engine.draft.subarray(0, draft.size);
  }

  check(input: Uint8Array): Outcome {
    this.#tried++;
    if (input.buffer === this.#seat.engine.draft.buffer) {
      return this.#try(this.#seat, input.length, this.#tried % DEEP_EVERY === 0);
    }
    // From outside: asked of the policy that it names, or of both.
    const named = this.#seats.filter(({ placeholder }) => Buffer.from(input).includes(placeholder));
    let outcome: Outcome | undefined;
    for (const seat of named.length > 0 ? named : this.#seats) {
      const local = replaced(input, seat.placeholder, seat.digest);
      this.#seat = seat;
      seat.engine.draft.set(local.subarray(0, REQUEST_BYTES_MAX));
      outcome = this.#try(seat, local.length, true);
    }
    return outcome as Outcome;
  }

  portable(input: Uint8Array): Uint8Array {
    return this.#seats.reduce(
      (bytes, { digest, placeholder }) => replaced(bytes, digest, placeholder),
      input,
    );
  }

  features(input: Uint8Array): string[] {
    const { status, signature } = this.check(input);
    return status === "ok" ? recordFeatures(decode(this.#seat.engine.record)) : [refusalFeature(signature)];
  }

  *smaller(input: Uint8Array): Iterable<Uint8Array> {
    yield* withoutOne(input);
  }

  #try(seat: Seat, size: number, isDeep: boolean): Outcome {
    try {
      return this.#ask(seat, size, isDeep);
    } catch (error) {
      // An instance that stopped in the middle means nothing any more.
      seat.engine = loaded(seat.image, this.#makeEngine);
      seat.twin = loaded(seat.image, this.#makeEngine);
      throw error;
    }
  }

  #ask(seat: Seat, size: number, isDeep: boolean): Outcome {
    const { engine } = seat;
    const before = isDeep ? engine.draft.slice(0, size) : undefined;
    const status = engine.answer(size);
    if (before !== undefined) this.#lookDeeper(seat, before, size, status);
    if (status === "ok") {
      const signature = `${engine.verdict}${engine.tier}-${reasonsMark(engine.record).toString(16)}`;
      return { status, cases: 1, accepted: 1, signature };
    }
    const { draft, offset } = engine;
    this.#outline.scan(draft, Math.min(size, draft.length));
    return { status, cases: 1, accepted: 0, signature: `${status}-${placeOf(this.#outline, draft, offset)}` };
  }

  /** The record says what the result says and is canonical; asked again, and elsewhere, the answer is the same. */
  #lookDeeper(seat: Seat, request: Uint8Array, size: number, status: string): void {
    const { engine, twin, image, digest } = seat;
    const record = Buffer.from(engine.record);
    const { offset } = engine;
    need(
      engine.draft.subarray(0, request.length).every((byte, at) => byte === request[at]),
      "request-written",
      () => "the request was written to",
    );
    if (status === "ok") needRecord(engine, record, digest);

    need(
      engine.answer(size) === status && engine.offset === offset,
      "not-again",
      () => "another status the second time",
    );
    need(record.equals(engine.record), "not-again", () => "another record the second time");

    twin.draft.set(request);
    need(
      twin.answer(size) === status && twin.offset === offset,
      "not-elsewhere",
      () => "another status in another instance",
    );
    need(record.equals(twin.record), "not-elsewhere", () => "another record in another instance");
    engine.needGuard();
    if (this.#tried % FRESH_EVERY === 0) {
      engine.needImage(image);
      seat.twin = loaded(image, this.#makeEngine);
    }
  }
}

function seatOf(image: Uint8Array, placeholder: string, makeEngine: () => Engine): Seat {
  const model = loadImageModel(image);
  if (model instanceof Refusal) throw model;
  return {
    engine: loaded(image, makeEngine),
    twin: loaded(image, makeEngine),
    image,
    digest: Buffer.from(model.digest),
    placeholder: Buffer.from(placeholder),
    model,
  };
}

function loaded(image: Uint8Array, makeEngine: () => Engine): Engine {
  const engine = makeEngine();
  const status = engine.load(image);
  if (status !== "ok") throw new Error(`the engine refuses a policy that the compiler made: ${status}`);
  return engine;
}

function needRecord(engine: Engine, record: Buffer, image: Buffer): void {
  let value: Record<string, unknown>;
  try {
    value = decode(record) as Record<string, unknown>;
  } catch (error) {
    throw new Broken("record-not-canonical", String(error));
  }
  need(record.equals(encode(value)), "record-not-canonical", () => "written again it has other bytes");
  const said = [value.verdict, value.tier, value.score, value.hazard];
  const found = [wire.verdicts[engine.verdict], wire.tiers[engine.tier], engine.score, engine.hazard];
  need(
    said.join() === found.join(),
    "record-disagrees",
    () => `the record says ${said}, the result ${found}`,
  );
  need(image.equals(value.image as Uint8Array), "record-disagrees", () => "the record names another image");
}
