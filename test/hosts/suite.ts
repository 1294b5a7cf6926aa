/**
 * The same decisions on every runtime. One function takes the door into the engine and the vectors, and answers with
 * counts and one digest over every output byte: hosts that agree have the same digest.
 *
 * This file and what it imports run in a browser as they are: no `node:` module.
 */

/** What this suite needs of `permit0/engine`. */
export type OpenEngine = (files: { wasm: Uint8Array; image: Uint8Array }) => Promise<{
  decideBytes(request: Uint8Array): { readonly status: number; readonly record?: Uint8Array | undefined };
}>;

/** One end-to-end vector: request bytes in, a status and, when it is 0, record bytes out. All bytes in hex. */
export interface Vector {
  /** File it came from, and what it shows. */
  readonly name: string;
  readonly why: string;
  /** Name of its image in {@link Inputs}. */
  readonly image: string;
  readonly requestHex: string;
  readonly status: number;
  readonly recordHex?: string;
}

export interface Inputs {
  readonly wasmBase64: string;
  readonly imagesBase64: Readonly<Record<string, string>>;
  readonly vectors: readonly Vector[];
}

export interface Report {
  readonly passed: number;
  readonly failed: number;
  /** SHA-256 in hex over each output in order: status (u32), record size (u32), record; little-endian. */
  readonly digest: string;
  /** The first few, in words. */
  readonly failures: readonly string[];
}

const FAILURES_SHOWN_MAX = 10;
const STATUS_DONE = 0;

export async function suite(openEngine: OpenEngine, inputs: Inputs): Promise<Report> {
  const wasm = fromBase64(inputs.wasmBase64);
  const engines = new Map<string, Awaited<ReturnType<OpenEngine>>>();
  const outputs: Uint8Array[] = [];
  const failures: string[] = [];
  for (const vector of inputs.vectors) {
    let engine = engines.get(vector.image);
    if (!engine) {
      const imageBase64 = inputs.imagesBase64[vector.image];
      if (imageBase64 === undefined) throw new Error(`${vector.name}: no image is called ${vector.image}`);
      engine = await openEngine({ wasm, image: fromBase64(imageBase64) });
      engines.set(vector.image, engine);
    }
    const { status, record = new Uint8Array(0) } = engine.decideBytes(fromHex(vector.requestHex));
    const recordHex = toHex(record);
    const wantedHex = vector.status === STATUS_DONE ? (vector.recordHex ?? "") : "";
    if (status !== vector.status || recordHex !== wantedHex) {
      failures.push(
        `${vector.name} (${vector.why}): wanted status ${vector.status} and record ${wantedHex || "none"}, ` +
          `came status ${status} and record ${recordHex || "none"}`,
      );
    }
    const head = new DataView(new ArrayBuffer(8));
    head.setUint32(0, status, true);
    head.setUint32(4, record.length, true);
    outputs.push(new Uint8Array(head.buffer), record.slice());
  }
  return {
    passed: inputs.vectors.length - failures.length,
    failed: failures.length,
    digest: toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", joined(outputs)))),
    failures: failures.slice(0, FAILURES_SHOWN_MAX),
  };
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((bytes, part) => bytes + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export function fromHex(hex: string): Uint8Array {
  if (!/^([0-9a-f]{2})*$/.test(hex)) throw new Error(`wanted pairs of lower-case hex digits, came ${hex}`);
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
