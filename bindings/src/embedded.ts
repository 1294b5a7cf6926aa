/** The engine and the base policy that a build puts into the bundle as text, so that no file has to be found. */

import { IMAGE_BASE64, IMAGE_SHA256 } from "../../build/image.js";
import { WASM_BASE64, WASM_SHA256 } from "../../build/wasm.js";
import { type Engine, type ExpectedDigests, openEngine } from "./engine.ts";

/** SHA-256 of the embedded files, in hex. */
export const EMBEDDED_DIGESTS = { engine: WASM_SHA256, image: IMAGE_SHA256 } as const;

/** The embedded core.wasm. */
export function embeddedWasm(): Uint8Array {
  return fromBase64(WASM_BASE64);
}

/** The embedded base policy. */
export function embeddedImage(): Uint8Array {
  return fromBase64(IMAGE_BASE64);
}

/** Opens the embedded engine with a policy of the caller, or with the embedded one. */
export function openEmbedded(image?: Uint8Array, keySalt?: Uint8Array): Promise<Engine> {
  return openEngine({
    wasm: embeddedWasm(),
    image: image ?? embeddedImage(),
    expect: image === undefined ? EMBEDDED_DIGESTS : { engine: EMBEDDED_DIGESTS.engine },
    ...(keySalt === undefined ? {} : { keySalt }),
  });
}

/** Files that a host can read, by name or address. What is left out is the embedded one. */
export interface EngineFileNames<File> {
  readonly wasm?: File;
  readonly image?: File;
  /** SHA-256 digests in hex that the files must have. */
  readonly expect?: ExpectedDigests;
}

/** Opens an engine from files that `read` fetches. */
export async function openFiles<File>(
  files: EngineFileNames<File>,
  read: (file: File) => Promise<Uint8Array>,
): Promise<Engine> {
  const { wasm, image, expect } = files;
  if (wasm === undefined && image === undefined && expect === undefined) return openEmbedded();
  return openEngine({
    wasm: wasm === undefined ? embeddedWasm() : await read(wasm),
    image: image === undefined ? embeddedImage() : await read(image),
    ...(expect === undefined ? {} : { expect }),
  });
}

interface BufferMaker {
  from(text: string, encoding: "base64"): Uint8Array;
}

function fromBase64(text: string): Uint8Array {
  // Where there is a Buffer it spares a fresh process eight milliseconds of the loop below.
  const { Buffer: maker } = globalThis as { Buffer?: BufferMaker };
  if (maker !== undefined) {
    const { buffer, byteOffset, length } = maker.from(text, "base64");
    return new Uint8Array(buffer, byteOffset, length);
  }
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
