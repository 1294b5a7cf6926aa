/**
 * The wall: the only file that names WebAssembly, exports and memory. docs/format/request.md, "The wall", has the
 * addresses and the layout of the result. Memory cannot grow, so the views made here stay valid.
 */

import {
  CELL_BYTES_MAX,
  CELLS_MAX,
  IMAGE_BYTES_MAX,
  RECORD_BYTES_MAX,
  REQUEST_BYTES_MAX,
  SEEN_MAX,
} from "./gen/limits.js";

/** A compiled engine, before it has an instance. Compiling is the slow step; instances of one module are cheap. */
export type EngineModule = WebAssembly.Module;

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly REQUEST_AT: WebAssembly.Global;
  readonly IMAGE_AT: WebAssembly.Global;
  readonly RECORD_AT: WebAssembly.Global;
  readonly RESULT_AT: WebAssembly.Global;
  readonly CELLS_AT: WebAssembly.Global;
  readonly CELL_SIZES_AT: WebAssembly.Global;
  readonly CELL_IDS_AT: WebAssembly.Global;
  readonly KEY_SALT_AT: WebAssembly.Global;
  loadImage(bytes: number): number;
  name(bytes: number): number;
  decide(bytes: number): number;
  observe(bytes: number, isUser: number): number;
}

type Call = "loadImage" | "name" | "decide" | "observe";
type Area = Exclude<keyof Exports, "memory" | Call>;

const RESULT_BYTES = 52;
const RESULT_REFUSED_AT = 0;
const RESULT_RECORD_BYTES = 4;
const RESULT_VERDICT = 8;
const RESULT_TIER = 9;
const RESULT_SCORE = 10;
const RESULT_HAZARD = 12;
const RESULT_IMAGE_DIGEST = 16;
const RESULT_ID_COUNT = 48;
const DIGEST_BYTES = 32;
/** Each history has a place of this size. */
const CELL_PLACE_BYTES = 45056;
const HASH_BYTES = 8;
/** `observe`: the text shows more than can be listed. */
const SEEN_OVERFLOW = -1;
const CELL_UNCHANGED = 0xffffffff;
/** Put in the place of a history that no engine could have written, so that it is read as a damaged one. */
const DAMAGED = new Uint8Array(1);
/** A record that somebody keeps holds on to its slab, so slabs are small. */
const SLAB_BYTES = 8192;

/** The instance stopped in the middle, or answered what it cannot answer. Its memory means nothing any more. */
export class EngineFault extends Error {
  override readonly name = "EngineFault";
}

/** Compiles the engine file. Rejects when the bytes are not a valid module. */
export function compileModule(bytes: Uint8Array): Promise<EngineModule> {
  return WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>);
}

/** As {@link compileModule}, at once. Browsers refuse it on the main thread for anything but small files. */
export function compileModuleSync(bytes: Uint8Array): EngineModule {
  return new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
}

/** Whether a value is what {@link compileModule} gives. */
export function isModule(value: unknown): value is EngineModule {
  return value instanceof WebAssembly.Module;
}

/** One instance of the engine: fixed areas to write and read, and its four functions. */
export class Instance {
  /** All of the memory; the areas below are offsets into it. */
  readonly memory: Uint8Array;
  readonly requestAt: number;
  readonly requestEnd: number;
  readonly #exports: Exports;
  readonly #view: DataView;
  readonly #imageAt: number;
  readonly #recordAt: number;
  readonly #resultAt: number;
  readonly #cellsAt: number;
  readonly #cellSizesAt: number;
  readonly #cellIdsAt: number;
  readonly #keySaltAt: number;
  #slab = new ArrayBuffer(0);
  #slabUsed = 0;

  /** @throws EngineFault when the module is not a permit0 engine. */
  constructor(module: EngineModule) {
    let exports: Exports;
    try {
      exports = new WebAssembly.Instance(module, {}).exports as unknown as Exports;
    } catch (cause) {
      throw new EngineFault("the module cannot be instantiated without imports", { cause });
    }
    if (!(exports.memory instanceof WebAssembly.Memory))
      throw new EngineFault("the module exports no memory");
    for (const name of ["loadImage", "name", "decide", "observe"] as const) {
      if (typeof exports[name] !== "function")
        throw new EngineFault(`the module exports no function ${name}`);
    }
    this.#exports = exports;
    this.memory = new Uint8Array(exports.memory.buffer);
    this.#view = new DataView(exports.memory.buffer);
    this.requestAt = this.#area("REQUEST_AT", REQUEST_BYTES_MAX);
    this.requestEnd = this.requestAt + REQUEST_BYTES_MAX;
    this.#imageAt = this.#area("IMAGE_AT", IMAGE_BYTES_MAX);
    this.#recordAt = this.#area("RECORD_AT", RECORD_BYTES_MAX);
    this.#resultAt = this.#area("RESULT_AT", RESULT_BYTES);
    this.#cellsAt = this.#area("CELLS_AT", CELLS_MAX * CELL_PLACE_BYTES);
    this.#cellSizesAt = this.#area("CELL_SIZES_AT", CELLS_MAX * 4);
    this.#cellIdsAt = this.#area("CELL_IDS_AT", CELLS_MAX * DIGEST_BYTES);
    this.#keySaltAt = this.#area("KEY_SALT_AT", DIGEST_BYTES);
  }

  #area(name: Area, bytes: number): number {
    const address: unknown = this.#exports[name]?.value;
    if (typeof address === "number" && address >= 0 && address + bytes <= this.memory.length) return address;
    throw new EngineFault(`the module exports no area ${name} of ${bytes} bytes`);
  }

  /** Copies the image in and loads it; returns the status. The caller has checked the size. */
  loadImage(image: Uint8Array): number {
    this.memory.set(image, this.#imageAt);
    return this.#call("loadImage", image.length);
  }

  /** Decides the request that stands at `requestAt`; returns the status. */
  decide(requestBytes: number): number {
    return this.#call("decide", requestBytes);
  }

  /** Puts the salt of the keys of histories in its place, for good. */
  setKeySalt(salt: Uint8Array): void {
    this.memory.set(salt, this.#keySaltAt);
  }

  /** Lists the histories that the request at `requestAt` touches; returns the status. */
  name(requestBytes: number): number {
    return this.#call("name", requestBytes);
  }

  /** The ids that {@link name} listed. */
  names(): readonly Uint8Array[] {
    const count = this.#view.getUint32(this.#resultAt + RESULT_ID_COUNT, true);
    if (count > CELLS_MAX) throw new EngineFault(`${count} histories named`);
    return Array.from({ length: count }, (_, at) => {
      const start = this.#cellIdsAt + at * DIGEST_BYTES;
      return this.memory.slice(start, start + DIGEST_BYTES);
    });
  }

  /**
   * Hashes of what the text shows, in the order in which they were found; undefined when it shows too much. The caller has
   * checked its size.
   */
  observe(text: Uint8Array, isUser: boolean): Uint8Array | undefined {
    this.memory.set(text, this.requestAt);
    const count = this.#call("observe", text.length, isUser ? 1 : 0);
    if (count === SEEN_OVERFLOW) return undefined;
    if (count < 0 || count > SEEN_MAX) throw new EngineFault(`${count} hashes of one text`);
    return this.memory.slice(this.#cellsAt, this.#cellsAt + count * HASH_BYTES);
  }

  /** Puts the histories of the request in their places, at most eight. */
  putCells(cells: readonly Uint8Array[]): void {
    cells.forEach((given, at) => {
      const bytes = given.length > CELL_BYTES_MAX ? DAMAGED : given;
      this.memory.set(bytes, this.#cellsAt + at * CELL_PLACE_BYTES);
      this.#view.setUint32(this.#cellSizesAt + at * 4, bytes.length, true);
    });
  }

  /** Copies of the next histories after {@link decide}; undefined where one was not changed. */
  nextCells(count: number): readonly (Uint8Array | undefined)[] {
    return Array.from({ length: count }, (_, at) => {
      const bytes = this.#view.getUint32(this.#cellSizesAt + at * 4, true);
      if (bytes === CELL_UNCHANGED) return undefined;
      if (bytes === 0 || bytes > CELL_BYTES_MAX) throw new EngineFault(`a history of ${bytes} bytes`);
      const start = this.#cellsAt + at * CELL_PLACE_BYTES;
      return this.memory.slice(start, start + bytes);
    });
  }

  #call(name: Call, bytes: number, isUser = 0): number {
    try {
      return name === "observe" ? this.#exports.observe(bytes, isUser) : this.#exports[name](bytes);
    } catch (cause) {
      throw new EngineFault(`${name} stopped: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      });
    }
  }

  /** Offset in the request or image where a refusal was seen. */
  get refusedAt(): number {
    return this.#view.getUint32(this.#resultAt + RESULT_REFUSED_AT, true);
  }

  get recordBytes(): number {
    return this.#view.getUint32(this.#resultAt + RESULT_RECORD_BYTES, true);
  }

  get verdict(): number {
    return this.memory[this.#resultAt + RESULT_VERDICT] as number;
  }

  get tier(): number {
    return this.memory[this.#resultAt + RESULT_TIER] as number;
  }

  get score(): number {
    return this.#view.getUint16(this.#resultAt + RESULT_SCORE, true);
  }

  get hazard(): number {
    return this.#view.getUint32(this.#resultAt + RESULT_HAZARD, true);
  }

  /** SHA-256 of the loaded image file. */
  imageDigest(): Uint8Array {
    const at = this.#resultAt + RESULT_IMAGE_DIGEST;
    return this.memory.slice(at, at + DIGEST_BYTES);
  }

  /** Fresh bytes out of a slab that several records share: a small array of its own costs more than filling it. */
  #take(bytes: number): Uint8Array {
    if (this.#slabUsed + bytes > this.#slab.byteLength) {
      this.#slab = new ArrayBuffer(Math.max(SLAB_BYTES, bytes));
      this.#slabUsed = 0;
    }
    const taken = new Uint8Array(this.#slab, this.#slabUsed, bytes);
    this.#slabUsed += bytes;
    return taken;
  }

  /** A copy of the record. */
  record(): Uint8Array {
    const bytes = this.recordBytes;
    if (bytes === 0 || bytes > RECORD_BYTES_MAX) throw new EngineFault(`a record of ${bytes} bytes`);
    const copy = this.#take(bytes);
    copy.set(this.memory.subarray(this.#recordAt, this.#recordAt + bytes));
    return copy;
  }
}
