/**
 * The same decisions on every runtime. One function takes the doors into the library and the vectors, and answers with
 * counts and one digest over every output: hosts that agree have the same digest.
 *
 * This file and what it imports run in a browser as they are: no `node:` module.
 */

import { type CreatePermit, LIBRARY_CASES, libraryAnswer } from "./library.ts";

/** What this suite needs of `permit0/engine`. A refusal is thrown, with a `code`. */
export type OpenEngine = (files: { wasm: Uint8Array; image: Uint8Array }) => Promise<{
  decideBytes(request: Uint8Array): { readonly record: Uint8Array };
}>;

/** One end-to-end vector: request bytes in, record bytes or a refusal out. All bytes in hex. */
export interface Vector {
  /** File it came from. */
  readonly name: string;
  readonly why: string;
  /** Name of its image in {@link Inputs}. */
  readonly image: string;
  readonly requestHex: string;
  /** `ok`, or the code of the refusal. */
  readonly status: string;
  /** With `ok`. */
  readonly recordHex?: string | undefined;
  /** With a refusal: the offset in the request at which it was seen. */
  readonly offset?: number | undefined;
}

export interface Inputs {
  readonly wasmBase64: string;
  readonly imagesBase64: Readonly<Record<string, string>>;
  readonly vectors: readonly Vector[];
}

export interface Report {
  readonly passed: number;
  readonly failed: number;
  /** SHA-256 in hex over the outputs, one line each: status and record of a vector, JSON or code of a call. */
  readonly digest: string;
  /** The first few, in words. */
  readonly failures: readonly string[];
}

const FAILURES_SHOWN_MAX = 10;
const STATUS_OK = "ok";

/** How many cases a run has: the vectors, and the calls of library.ts. */
export function caseCount(inputs: Inputs): number {
  return inputs.vectors.length + LIBRARY_CASES.length;
}

export async function suite(
  openEngine: OpenEngine,
  createPermit: CreatePermit,
  inputs: Inputs,
): Promise<Report> {
  const wasm = fromBase64(inputs.wasmBase64);
  const engines = new Map<string, Awaited<ReturnType<OpenEngine>>>();
  const failures: string[] = [];
  let outputs = "";
  for (const vector of inputs.vectors) {
    let engine = engines.get(vector.image);
    if (!engine) {
      const imageBase64 = inputs.imagesBase64[vector.image];
      if (imageBase64 === undefined) throw new Error(`${vector.name}: no image is called ${vector.image}`);
      engine = await openEngine({ wasm, image: fromBase64(imageBase64) });
      engines.set(vector.image, engine);
    }
    const came = answer(() => engine.decideBytes(fromHex(vector.requestHex)).record);
    const wanted = `${vector.status} ${vector.status === STATUS_OK ? vector.recordHex : vector.offset}`;
    if (came !== wanted) failures.push(`${vector.name} (${vector.why}): wanted ${wanted}, came ${came}`);
    outputs += `${came}\n`;
  }
  for (const example of LIBRARY_CASES) {
    const { outcome, text } = await libraryAnswer(createPermit, example);
    if (outcome !== example.wanted) {
      failures.push(`library: ${example.why}: wanted ${example.wanted}, came ${outcome}: ${text}`);
    }
    outputs += `${text}\n`;
  }
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(outputs));
  return {
    passed: caseCount(inputs) - failures.length,
    failed: failures.length,
    digest: toHex(new Uint8Array(digest)),
    failures: failures.slice(0, FAILURES_SHOWN_MAX),
  };
}

/** `ok` and the record in hex, or code and offset of the refusal. Messages may differ between hosts, these not. */
function answer(decide: () => Uint8Array): string {
  try {
    return `${STATUS_OK} ${toHex(decide())}`;
  } catch (error) {
    const { code, offset } = error as { code?: unknown; offset?: unknown };
    if (typeof code !== "string") throw error;
    return `${code} ${offset}`;
  }
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
