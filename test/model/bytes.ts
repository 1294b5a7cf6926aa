/**
 * The model works on byte strings: JavaScript strings in which every character stands for one byte (0..255). Comparing,
 * slicing and matching them means comparing, slicing and matching bytes, which is what the documents speak of.
 */
import { createHash } from "node:crypto";

export function fromBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

export function toBytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "latin1"));
}

/** Unicode text to its UTF-8 bytes. */
export function utf8(text: string): string {
  return fromBytes(new TextEncoder().encode(text));
}

/** UTF-8 bytes to readable Unicode text. */
export function readable(bytes: string): string {
  return new TextDecoder().decode(toBytes(bytes));
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

export function ofHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}

/** `A`-`Z` to `a`-`z`; all other bytes stay. */
export function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32));
}

/** Removes bytes 0x09 0x0a 0x0b 0x0c 0x0d 0x20 at both ends. */
export function trim(text: string): string {
  return text.replace(/^[\x09-\x0d\x20]+/, "").replace(/[\x09-\x0d\x20]+$/, "");
}

export function compareBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function sha256(...parts: (string | Uint8Array)[]): Uint8Array {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(typeof part === "string" ? toBytes(part) : part);
  return new Uint8Array(hash.digest());
}
