/** Requests taken apart by the debug module: what its drafts hold, as names and texts. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { encode } from "../../bindings/src/codec/encode.ts";
import { readImage } from "../../bindings/src/compile/read.ts";
import { HOST_SCOPE_NAMES, MARK_NAMES, UNIT_NAMES } from "../../bindings/src/gen/codes.ts";
import { ROOT } from "../../tools/files.ts";
import { IMAGE } from "./built.ts";

export interface HttpPart {
  readonly action: string;
  readonly mapping: string;
  readonly marks?: readonly string[];
  /** [field, text], or for an amount [field, text, unit], in order. */
  readonly facts: readonly (readonly string[])[];
}

export interface HttpRequest {
  readonly method?: string;
  readonly url?: string;
  /** Text, or a map. */
  readonly data?: string | Readonly<Record<string, unknown>>;
}

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly IMAGE_AT: WebAssembly.Global;
  readonly REQUEST_AT: WebAssembly.Global;
  loadImage(bytes: number): number;
  http(methodBytes: number, urlBytes: number, dataBytes: number, isMap: number): number;
  overrides(bytes: number): number;
  urlClass(bytes: number): number;
  draftCount(): number;
  draftsOverflowed(): number;
  draftAt(position: number): number;
  factAt(position: number): number;
}

export class HttpProbe {
  readonly #run: Exports;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #content: ReturnType<typeof readImage>;

  constructor(image: Uint8Array = IMAGE) {
    const wasm = new Uint8Array(readFileSync(join(ROOT, "build/probe.wasm")));
    const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm), {});
    this.#run = instance.exports as unknown as Exports;
    this.#bytes = new Uint8Array(this.#run.memory.buffer);
    this.#view = new DataView(this.#run.memory.buffer);
    this.#content = readImage(image);
    this.#bytes.set(image, this.#run.IMAGE_AT.value as number);
    const status = this.#run.loadImage(image.length);
    if (status !== 0) throw new Error(`the image was refused: ${status}`);
  }

  #give(...texts: readonly Uint8Array[]): void {
    let at = this.#run.REQUEST_AT.value as number;
    for (const text of texts) {
      this.#bytes.set(text, at);
      at += text.length;
    }
  }

  #text(at: number, size: number): string {
    return Buffer.from(this.#bytes.subarray(at, at + size)).toString("utf8");
  }

  overrides(line: string): boolean {
    const bytes = Buffer.from(line);
    this.#give(bytes);
    return this.#run.overrides(bytes.length) !== 0;
  }

  /** `public`, `private userinfo idn`, `malformed`, `opaque`, … */
  urlClass(url: string): string {
    const bytes = Buffer.from(url);
    this.#give(bytes);
    const found = this.#run.urlClass(bytes.length);
    if (found < 0) return "malformed";
    const name = found % 16 === 0 ? "opaque" : HOST_SCOPE_NAMES[found % 16];
    return [name, ...(found & 16 ? ["userinfo"] : []), ...(found & 32 ? ["idn"] : [])].join(" ");
  }

  get isOverflowed(): boolean {
    return this.#run.draftsOverflowed() !== 0;
  }

  take({ method = "", url = "", data = "" }: HttpRequest): HttpPart[] {
    const [methodBytes, urlBytes] = [Buffer.from(method), Buffer.from(url)];
    const isMap = typeof data !== "string";
    const dataBytes = isMap ? encode(data) : Buffer.from(data);
    this.#give(methodBytes, urlBytes, dataBytes);
    this.#run.http(methodBytes.length, urlBytes.length, dataBytes.length, isMap ? 1 : 0);
    return Array.from({ length: this.#run.draftCount() }, (_, index) => this.#part(this.#run.draftAt(index)));
  }

  #part(at: number): HttpPart {
    const word = (offset: number): number => this.#view.getUint32(at + offset, true);
    const marks = MARK_NAMES.filter((_, bit) => ((word(16) >>> bit) & 1) === 1);
    const start = word(24);
    const facts = Array.from({ length: word(28) }, (_, index) => {
      const fact = this.#run.factAt(start + index);
      const field = this.#view.getUint16(fact, true);
      const unit = this.#view.getUint16(fact + 2, true);
      const text = this.#text(this.#view.getUint32(fact + 4, true), this.#view.getUint32(fact + 8, true));
      const name = this.#content.fields[field - 1]?.name ?? "";
      return unit === 0 ? [name, text] : [name, text, UNIT_NAMES[unit] ?? ""];
    });
    return {
      action: this.#content.actions[word(0)]?.name ?? "",
      mapping: this.#text(word(8), word(12)),
      ...(marks.length === 0 ? {} : { marks }),
      facts,
    };
  }
}
