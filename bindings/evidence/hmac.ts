/** HMAC-SHA-256 (RFC 2104), for the names of subjects and the salts of fields. */

import { sha256 } from "../src/sha256.ts";

const BLOCK_BYTES = 64;
const INNER = 0x36;
const OUTER = 0x5c;

/** The function under one key; messages are hashed as if their parts stood in one piece. */
export function hmacUnder(key: Uint8Array): (...parts: readonly Uint8Array[]) => Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(key.length > BLOCK_BYTES ? sha256(key) : key);
  const inner = block.map((byte) => byte ^ INNER);
  const outer = block.map((byte) => byte ^ OUTER);
  return (...parts) => sha256(outer, sha256(inner, ...parts));
}
