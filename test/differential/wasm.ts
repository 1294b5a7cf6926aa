/** Loads the engine under test, as «The wall» of docs/format/request.md describes it, and nothing more. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface WasmAnswer {
  status: number;
  offset: number;
  record: Uint8Array;
  verdict: number;
  tier: number;
  score: number;
  hazard: number;
  imageDigest: Uint8Array;
  /** The next cell of each history that was given; null: not changed. */
  cells: (Uint8Array | null)[];
}

interface Exports {
  memory: WebAssembly.Memory;
  REQUEST_AT: WebAssembly.Global;
  IMAGE_AT: WebAssembly.Global;
  RECORD_AT: WebAssembly.Global;
  RESULT_AT: WebAssembly.Global;
  CELLS_AT: WebAssembly.Global;
  CELL_SIZES_AT: WebAssembly.Global;
  CELL_IDS_AT: WebAssembly.Global;
  KEY_SALT_AT: WebAssembly.Global;
  name(bytes: number): number;
  loadImage(bytes: number): number;
  decide(bytes: number): number;
  observe(bytes: number, isUser: number): number;
}

const REQUEST_BYTES_MAX = 65536;
const IMAGE_BYTES_MAX = 4194304;
const CELL_STRIDE = 45056;
const CELLS_MAX = 8;
const UNCHANGED = 0xffffffff;

const modules = new Map<string, WebAssembly.Module>();

export function buildPath(name: string): string {
  return fileURLToPath(new URL(`../../build/${name}`, import.meta.url));
}

/** A compiled module of build/, or null where it has not been built. */
export function moduleOf(name: string): WebAssembly.Module | null {
  const path = buildPath(name);
  if (!existsSync(path)) return null;
  let module = modules.get(name);
  if (module === undefined) {
    module = new WebAssembly.Module(readFileSync(path));
    modules.set(name, module);
  }
  return module;
}

export class Wasm {
  readonly exports: Exports;

  constructor(module: WebAssembly.Module) {
    this.exports = new WebAssembly.Instance(module, {}).exports as unknown as Exports;
  }

  bytes(at: number, count: number): Uint8Array {
    return new Uint8Array(this.exports.memory.buffer, at, count);
  }

  loadImage(image: Uint8Array): { status: number; offset: number } {
    const kept = image.subarray(0, IMAGE_BYTES_MAX);
    this.bytes(this.exports.IMAGE_AT.value, kept.length).set(kept);
    const status = this.exports.loadImage(image.length);
    return { status, offset: this.result().getUint32(0, true) };
  }

  setKeySalt(keySalt: Uint8Array): void {
    this.bytes(this.exports.KEY_SALT_AT.value, 32).set(keySalt);
  }

  name(request: Uint8Array): { status: number; offset: number; ids: Uint8Array[] } {
    this.putRequest(request);
    const status = this.exports.name(request.length);
    const result = this.result();
    const ids = Array.from({ length: result.getUint32(48, true) }, (_, i) =>
      this.bytes(this.exports.CELL_IDS_AT.value + 32 * i, 32).slice(),
    );
    return { status, offset: result.getUint32(0, true), ids };
  }

  decide(request: Uint8Array, cells: readonly Uint8Array[] = []): WasmAnswer {
    this.putRequest(request);
    cells.slice(0, CELLS_MAX).forEach((cell, i) => {
      this.bytes(this.exports.CELLS_AT.value + CELL_STRIDE * i, cell.length).set(cell);
      this.sizes().setUint32(4 * i, cell.length, true);
    });
    const status = this.exports.decide(request.length);
    const result = this.result();
    return {
      status,
      offset: result.getUint32(0, true),
      record: this.bytes(this.exports.RECORD_AT.value, result.getUint32(4, true)).slice(),
      verdict: result.getUint8(8),
      tier: result.getUint8(9),
      score: result.getUint16(10, true),
      hazard: result.getUint32(12, true),
      imageDigest: this.bytes(this.exports.RESULT_AT.value + 16, 32).slice(),
      cells: cells.slice(0, CELLS_MAX).map((_, i) => this.nextCell(i)),
    };
  }

  /** Hashes of what a text shows; null: more than can be listed. The text is well-formed UTF-8 of at most 65 536 bytes. */
  observe(text: Uint8Array, isUser: boolean): bigint[] | null {
    this.putRequest(text);
    const count = this.exports.observe(text.length, isUser ? 1 : 0);
    if (count < 0) return null;
    const hashes = new DataView(this.exports.memory.buffer, this.exports.CELLS_AT.value, 8 * count);
    return Array.from({ length: count }, (_, i) => hashes.getBigUint64(8 * i, true));
  }

  /** A longer request does not fit the area; its length alone must make the engine refuse it. */
  private putRequest(request: Uint8Array): void {
    const kept = request.subarray(0, REQUEST_BYTES_MAX);
    this.bytes(this.exports.REQUEST_AT.value, kept.length).set(kept);
  }

  private nextCell(index: number): Uint8Array | null {
    const bytes = this.sizes().getUint32(4 * index, true);
    if (bytes === UNCHANGED) return null;
    return this.bytes(this.exports.CELLS_AT.value + CELL_STRIDE * index, bytes).slice();
  }

  private sizes(): DataView {
    return new DataView(this.exports.memory.buffer, this.exports.CELL_SIZES_AT.value, 4 * CELLS_MAX);
  }

  private result(): DataView {
    return new DataView(this.exports.memory.buffer, this.exports.RESULT_AT.value, 52);
  }
}
