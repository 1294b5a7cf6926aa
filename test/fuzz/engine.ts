/** The engine asked in place, millions of times: a request is made where the engine reads it, and nothing is copied. */
import { HAZARD_MAX, IMAGE_BYTES_MAX, RECORD_BYTES_MAX, SCORE_MAX } from "../../bindings/src/gen/limits.ts";
import { Wasm } from "../differential/wasm.ts";
import { limit, wire } from "../model/wire.ts";
import { Broken, need } from "./target.ts";

export const REQUEST_BYTES_MAX = limit("request_bytes_max");

const STATUS_CODES: readonly (string | undefined)[] = wire.statuses.reduce<string[]>(
  (codes, { number, code }) => {
    codes[number] = code;
    return codes;
  },
  [],
);

/** Ends of a record by verdict: `verdict` is the last of its keys. */
const VERDICT_WORDS = wire.verdicts.map((word) =>
  Buffer.from(`\u00a7verdict${String.fromCharCode(0xa0 + word.length)}${word}`, "latin1"),
);

/** Nothing of the engine lives in the last page of its memory, so nothing may be written there. */
const GUARD_BYTES = 65_536;
const GUARD = Buffer.alloc(GUARD_BYTES, 0xa5);

export class Engine extends Wasm {
  readonly memory = Buffer.from(this.exports.memory.buffer);
  /** Where a request is written. */
  readonly draft = new Uint8Array(this.memory.buffer, this.exports.REQUEST_AT.value, REQUEST_BYTES_MAX);
  readonly #guard = this.memory.subarray(this.memory.length - GUARD_BYTES);
  readonly #resultAt = this.exports.RESULT_AT.value;
  readonly #recordAt = this.exports.RECORD_AT.value;
  readonly #imageAt = this.exports.IMAGE_AT.value;
  readonly #view = new DataView(this.exports.memory.buffer);

  constructor(module: WebAssembly.Module) {
    super(module);
    this.#guard.set(GUARD);
  }

  get offset(): number {
    return this.#view.getUint32(this.#resultAt, true);
  }

  get recordBytes(): number {
    return this.#view.getUint32(this.#resultAt + 4, true);
  }

  get verdict(): number {
    return this.memory[this.#resultAt + 8] as number;
  }

  get tier(): number {
    return this.memory[this.#resultAt + 9] as number;
  }

  get score(): number {
    return this.#view.getUint16(this.#resultAt + 10, true);
  }

  get hazard(): number {
    return this.#view.getUint32(this.#resultAt + 12, true);
  }

  /** The record where the engine wrote it: good until the next decision. */
  get record(): Buffer {
    return this.memory.subarray(this.#recordAt, this.#recordAt + this.recordBytes);
  }

  /** SHA-256 of the loaded image. */
  get imageDigest(): Buffer {
    return Buffer.from(this.memory.subarray(this.#resultAt + 16, this.#resultAt + 48));
  }

  /** Loads an image and holds what the wall promises about the answer. */
  load(image: Uint8Array): string {
    const { status, offset } = calling("loadImage", () => this.loadImage(image));
    const code = codeOf(status);
    need(offset <= image.length, "offset", () => `${code} at ${offset} of ${image.length} bytes`);
    need(status !== 0 || offset === 0, "offset", () => `loaded, and a fault at ${offset}`);
    return code;
  }

  /** Decides the `size` bytes of the draft. A double of the engine overrides this. */
  protected ask(size: number): number {
    return this.exports.decide(size);
  }

  /** Decides the draft and holds what must be true of every answer. Returns the code of the status. */
  answer(size: number): string {
    const status = calling("decide", () => this.ask(size));
    const code = codeOf(status);
    const { offset, recordBytes } = this;
    need(offset <= size, "offset", () => `${code} at ${offset} of ${size} bytes`);
    if (status !== 0) {
      need(recordBytes === 0, "record-of-a-refusal", () => `${code}, and a record of ${recordBytes} bytes`);
      const rest = this.verdict + this.tier + this.score + this.hazard;
      need(rest === 0, "result-of-a-refusal", () => `${code}, and a verdict or a score`);
      return code;
    }
    const { verdict, tier, score, hazard } = this;
    need(offset === 0, "offset", () => `decided, and a fault at ${offset}`);
    need(
      recordBytes > 0 && recordBytes <= RECORD_BYTES_MAX,
      "record-size",
      () => `a record of ${recordBytes} bytes`,
    );
    need(verdict < wire.verdicts.length, "verdict-range", () => `verdict ${verdict}`);
    need(tier < wire.tiers.length, "tier-range", () => `tier ${tier}`);
    need(score <= SCORE_MAX, "score-range", () => `score ${score}`);
    need(hazard <= HAZARD_MAX, "hazard-range", () => `hazard ${hazard}`);
    const word = VERDICT_WORDS[verdict] as Buffer;
    const end = this.#recordAt + recordBytes;
    const ends = this.memory.compare(word, 0, word.length, end - word.length, end) === 0;
    need(ends, "verdict-of-record", () => `verdict ${verdict}, and the record ends in another word`);
    return code;
  }

  /** Nothing was written where nothing of the engine is. */
  needGuard(): void {
    need(this.#guard.equals(GUARD), "written-outside", () => "the last page of the memory was written to");
  }

  /** The image is as it was given: it is checked once, so it must not change afterwards. */
  needImage(image: Uint8Array): void {
    const area = this.memory.subarray(this.#imageAt, this.#imageAt + Math.min(image.length, IMAGE_BYTES_MAX));
    need(area.equals(image), "image-written", () => "the loaded image was written to");
  }
}

function codeOf(status: number): string {
  const code = STATUS_CODES[status];
  if (code === undefined) throw new Broken("status-unknown", `status ${status}`);
  return code;
}

function calling<T>(name: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw new Broken("trap", `${name}: ${String(error)}`);
  }
}
