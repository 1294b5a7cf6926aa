/** SHA-256 by Node, for trees of many entries: several times as fast as ours, with the same answers. */

import * as crypto from "node:crypto";
import type { Hash } from "../evidence/tree.ts";

/** Node has it since 20.12. Its bytes come quickest as text of one byte a character. */
const oneShot = (crypto as { hash?: (algorithm: string, bytes: Uint8Array, encoding: "binary") => string })
  .hash;

const SCRATCH_BYTES = 128 * 1024;
const scratch = Buffer.allocUnsafe(SCRATCH_BYTES);

export const nodeSha256: Hash = (...parts) => {
  let bytes = 0;
  for (const part of parts) bytes += part.length;
  if (oneShot === undefined || bytes > SCRATCH_BYTES) return inPieces(parts);
  let at = 0;
  for (const part of parts) {
    scratch.set(part, at);
    at += part.length;
  }
  const text = oneShot("sha256", scratch.subarray(0, bytes), "binary");
  // By hand: an array of so few bytes lies in the heap of the language, which no Buffer does.
  const digest = new Uint8Array(text.length);
  for (let byte = 0; byte < digest.length; byte++) digest[byte] = text.charCodeAt(byte);
  return digest;
};

function inPieces(parts: readonly Uint8Array[]): Uint8Array {
  const hash = crypto.createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}
