/** What the property tests share: an engine for an image, and requests as maps that can be changed. */
import { expect } from "vitest";
import { moduleOf, Wasm, type WasmAnswer } from "../differential/wasm.ts";
import { readCmp, type Writable, writableOf, writeCmp } from "../model/cmp.ts";
import type { Image } from "../model/image.ts";
import { type ImageSource, writeImage } from "../model/image-writer.ts";
import { loadImageModel } from "../model/model.ts";
import { toPlain } from "../model/show.ts";
import { Refusal, statusCode } from "../model/wire.ts";

export const SEED = Number(process.env.SEED ?? 20261122);

export type Fields = Map<string, Writable>;

export function readMap(bytes: Uint8Array): Fields {
  return writableOf(readCmp(bytes)) as Fields;
}

/** A copy of a map without one key, or with another value. */
export function without(map: Fields, key: string): Fields {
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}

export function withValue(map: Fields, key: string, value: Writable): Fields {
  return new Map(map).set(key, value);
}

export class Judge {
  readonly image: Image;
  private readonly wasm: Wasm;

  constructor(image: ImageSource | Uint8Array) {
    const module = moduleOf("core.wasm");
    if (module === null) throw new Error("build/core.wasm is missing: run npm run build");
    const bytes = image instanceof Uint8Array ? image : writeImage(image);
    const model = loadImageModel(bytes);
    if (model instanceof Refusal) throw model;
    this.image = model;
    this.wasm = new Wasm(module);
    expect(statusCode(this.wasm.loadImage(bytes).status)).toBe("ok");
  }

  decide(request: Fields | Uint8Array): WasmAnswer {
    return this.wasm.decide(request instanceof Uint8Array ? request : writeCmp(request));
  }

  /** The same request for this image: the digest of the image is part of it. */
  readdress(request: Fields): Fields {
    return withValue(request, "image", this.image.digest);
  }
}

export interface RecordView {
  verdict: string;
  reasons: string[];
  rows: string[];
  lowered_by: string[][];
  parts: { action: string; mapping: string }[];
}

export function recordOf(answer: WasmAnswer): RecordView {
  return toPlain(readCmp(answer.record)) as RecordView;
}

/** A sentence for a failed property: what was asked before and after, and what came. */
export function story(what: string, before: WasmAnswer, after: WasmAnswer, request: Fields): string {
  const show = (answer: WasmAnswer): string => {
    const record = recordOf(answer);
    return `${record.verdict} (hazard ${answer.hazard}; ${record.reasons.join(", ")})`;
  };
  const asked = JSON.stringify(toPlain(readCmp(writeCmp(request))));
  return `seed ${SEED}: ${what}: before ${show(before)}, after ${show(after)}\n${asked}`;
}
