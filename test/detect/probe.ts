/** The pass over arguments alone, in the debug build: assembly/probe.ts. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { MARK_NAMES } from "../../bindings/src/gen/codes.ts";
import { encodeRequest, type Plain } from "../model/request-writer.ts";

interface Exports {
  memory: WebAssembly.Memory;
  REQUEST_AT: WebAssembly.Global;
  IMAGE_AT: WebAssembly.Global;
  loadImage(bytes: number): number;
  read(bytes: number): number;
  scan(): number;
}

export class Probe {
  readonly #run: Exports;
  readonly #digest: Uint8Array;

  constructor(module: Uint8Array, image: Uint8Array) {
    const compiled = new WebAssembly.Module(module as Uint8Array<ArrayBuffer>);
    this.#run = new WebAssembly.Instance(compiled, {}).exports as unknown as Exports;
    new Uint8Array(this.#run.memory.buffer, this.#run.IMAGE_AT.value, image.length).set(image);
    const status = this.#run.loadImage(image.length);
    if (status !== 0) throw new Error(`image: status ${status}`);
    this.#digest = createHash("sha256").update(image).digest();
  }

  /** Puts a call where `scan` finds it. */
  give(args: Plain): void {
    const request = encodeRequest({ tool: "t", args }, new Uint8Array(this.#digest));
    if (request.length > 65_536) throw new RangeError(`request: ${request.length} bytes`);
    new Uint8Array(this.#run.memory.buffer, this.#run.REQUEST_AT.value, request.length).set(request);
    const status = this.#run.read(request.length);
    if (status !== 0) throw new Error(`request: status ${status}`);
  }

  bits(): number {
    return this.#run.scan() >>> 0;
  }

  /** Names of the marks of a call's arguments, by number. */
  marks(args: Plain): string[] {
    this.give(args);
    const bits = this.bits();
    return MARK_NAMES.filter((_, number) => (bits >>> number) & 1);
  }
}

export function openProbe(): Probe {
  const built = (name: string): Uint8Array =>
    new Uint8Array(readFileSync(new URL(`../../build/${name}`, import.meta.url)));
  return new Probe(built("probe.wasm"), built("base.image"));
}
