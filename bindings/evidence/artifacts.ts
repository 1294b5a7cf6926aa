/** Engines and images that a log keeps by their digests, and the engines that a verifier brings along. */

import { type Engine, EngineError, openEngine } from "../src/engine.ts";
import { AMPLIFIER_COUNT } from "../src/gen/codes.ts";
import { IMAGE_BYTES_MAX } from "../src/gen/limits.ts";
import { ImageView } from "../src/image.ts";
import { hex, sha256 } from "../src/sha256.ts";
import { keySaltFor, type ReadersSalts } from "./key-salt.ts";
import { ARTIFACT_NAME } from "./shard.ts";
import type { StorageReader } from "./storage.ts";
import type { Hash } from "./tree.ts";
import type { Finding, VerifyTrust } from "./verify.ts";

export interface ArtifactOptions extends ReadersSalts {
  readonly trust?: VerifyTrust;
  readonly hash?: Hash;
  readonly engines?: ReadonlyMap<string, Uint8Array>;
}

const WASM_BYTES_MAX = 16 * 1024 * 1024;
/** Instances that are kept ready. */
const ENGINES_MAX = 4;

export class Artifacts {
  readonly #storage: StorageReader;
  readonly #options: ArtifactOptions;
  readonly #find: (finding: Finding) => void;
  readonly #named = { engines: new Set<string>(), images: new Set<string>() };
  readonly #maxima = new Map<string, readonly number[] | undefined>();
  readonly #engines = new Map<string, Engine | string>();
  readonly #salts = new Map<string, Uint8Array | undefined>();
  readonly #present = new Set<string>();

  constructor(storage: StorageReader, options: ArtifactOptions, find: (finding: Finding) => void) {
    this.#storage = storage;
    this.#options = options;
    this.#find = find;
  }

  /** Digests that records named, sorted. */
  named(kind: "engines" | "images"): readonly string[] {
    return [...this.#named[kind]].sort();
  }

  /** Notes what a record names. */
  name(engine: string, image: string): void {
    this.#named.engines.add(engine);
    this.#named.images.add(image);
  }

  /** Checks a file that is kept by its digest, and reads what records of that image need. */
  async check(file: string): Promise<void> {
    const [, engine, image = ""] = ARTIFACT_NAME.exec(file) ?? [];
    const bytes = await this.#read(file, engine === undefined ? IMAGE_BYTES_MAX : WASM_BYTES_MAX);
    const { hash = sha256 } = this.#options;
    if (bytes === undefined || hex(hash(bytes)) !== (engine ?? image)) {
      const sentence = "Its bytes are not those that its name promises.";
      this.#find({ kind: "failure", code: "artifact_changed", file, sentence });
      return;
    }
    this.#present.add(file);
    if (engine === undefined) this.#maxima.set(image, maximaOf(bytes));
  }

  /** Maximum level of each amplifier by an image; undefined where the log has not kept it. */
  maxima(image: string): readonly number[] | undefined {
    return this.#maxima.get(image);
  }

  /** What was named is there and may have decided, and what is there was named. */
  needNamed(): void {
    const { trust, engines } = this.#options;
    const fail = (code: string, file: string, sentence: string): void =>
      this.#find({ kind: "failure", code, file, sentence });
    for (const engine of this.#named.engines) {
      const file = `engines/${engine}.wasm`;
      if (trust !== undefined && !trust.engines.includes(engine) && engines?.has(engine) !== true)
        fail("engine_unknown", file, "Records name an engine that nobody whom you trust has released.");
      if (!this.#present.has(file) && engines?.has(engine) !== true)
        fail("artifact_missing", file, "Records name an engine that is not there.");
    }
    for (const image of this.#named.images) {
      const file = `images/${image}.image`;
      if (trust?.images !== undefined && !trust.images.includes(image))
        fail("image_unknown", file, "Records name an image that the trust file does not.");
      if (!this.#present.has(file))
        fail("artifact_missing", file, "Records name an image that is not there.");
    }
    for (const file of this.#present) {
      const [, engine, image = ""] = ARTIFACT_NAME.exec(file) ?? [];
      const isNamed = engine === undefined ? this.#named.images.has(image) : this.#named.engines.has(engine);
      if (!isNamed)
        this.#find({ kind: "remark", code: "artifact_unused", file, sentence: "No record names it." });
    }
  }

  /** The key salt of a shard that calls it so; undefined where the reader does not have it. */
  keySalt(named: Uint8Array | undefined): Uint8Array | undefined {
    const key = named === undefined ? "" : hex(named);
    if (!this.#salts.has(key))
      this.#salts.set(key, keySaltFor(named, this.#options, this.#options.hash ?? sha256));
    return this.#salts.get(key);
  }

  /** An engine to decide with again, or why there is none. Without a salt for what no history has to do with. */
  async engine(engine: string, image: string, keySalt?: Uint8Array): Promise<Engine | string> {
    const key = `${engine} ${image} ${keySalt === undefined ? "" : hex(keySalt)}`;
    const known = this.#engines.get(key);
    if (known !== undefined) return known;
    const opened = await this.#open(engine, image, keySalt);
    if (this.#engines.size >= ENGINES_MAX) this.#engines.delete(this.#engines.keys().next().value as string);
    this.#engines.set(key, opened);
    return opened;
  }

  async #open(engine: string, image: string, keySalt: Uint8Array | undefined): Promise<Engine | string> {
    const { trust, engines } = this.#options;
    const own = engines?.get(engine);
    // An engine that nobody vouches for would vouch for itself.
    if (own === undefined && trust?.engines.includes(engine) !== true)
      return `Its engine ${engine.slice(0, 16)} is none that you trust, so it cannot be decided again.`;
    const wasm = own ?? (await this.#kept(`engines/${engine}.wasm`, WASM_BYTES_MAX));
    const policy = await this.#kept(`images/${image}.image`, IMAGE_BYTES_MAX);
    if (wasm === undefined || policy === undefined)
      return `Its ${wasm === undefined ? "engine" : "image"} is not there, so it cannot be decided again.`;
    try {
      return await openEngine({
        wasm,
        image: policy,
        expect: { engine, image },
        ...(keySalt === undefined ? {} : { keySalt }),
      });
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return `Its engine refuses its image: ${error.message}`;
    }
  }

  async #kept(file: string, bytesMax: number): Promise<Uint8Array | undefined> {
    return this.#present.has(file) ? this.#read(file, bytesMax) : undefined;
  }

  async #read(file: string, bytesMax: number): Promise<Uint8Array | undefined> {
    const size = await this.#storage.size(file);
    return size > bytesMax ? undefined : this.#storage.read(file, 0, size);
  }
}

/** Read without an engine that has checked the image: whatever stands there, it is a byte each. */
function maximaOf(image: Uint8Array): readonly number[] | undefined {
  try {
    const view = new ImageView(image);
    return Array.from({ length: AMPLIFIER_COUNT }, (_, amplifier) => view.maximum(amplifier));
  } catch {
    return undefined;
  }
}
