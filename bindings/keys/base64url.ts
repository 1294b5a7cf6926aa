/** base64url without padding, one text for each sequence of bytes: what another encoder would write is refused. */

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const CODES = Uint8Array.from(LETTERS, (letter) => letter.charCodeAt(0));
/** What a letter stands for by its code; 255 for what is no letter. */
const VALUES = new Uint8Array(128).fill(255);
CODES.forEach((code, value) => {
  VALUES[code] = value;
});
const ascii = new TextDecoder();

interface NativeBytes extends Uint8Array {
  toString(encoding?: "base64url"): string;
}
/** The host's own, where it has one: several times as fast, with the same texts. */
const native = (
  globalThis as {
    Buffer?: {
      from(buffer: ArrayBufferLike, at: number, length: number): NativeBytes;
      from(text: string, encoding: "base64url"): NativeBytes;
    };
  }
).Buffer;

export function base64url(bytes: Uint8Array): string {
  if (native === undefined) return writtenByHand(bytes);
  return native.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64url");
}

/** The bytes, or undefined for a text that {@link base64url} would not write. */
export function bytesOfBase64url(text: string): Uint8Array | undefined {
  if (native === undefined) return readByHand(text);
  const bytes = native.from(text, "base64url");
  // The host's reads more than it writes.
  return bytes.toString("base64url") === text ? new Uint8Array(bytes) : undefined;
}

/** @internal As {@link base64url} where the host has none. */
export function writtenByHand(bytes: Uint8Array): string {
  const codes = new Uint8Array(Math.ceil((bytes.length * 4) / 3));
  let filled = 0;
  let group = 0;
  let bits = 0;
  for (let at = 0; at < bytes.length; at++) {
    group = ((group << 8) | (bytes[at] as number)) & 0xffff;
    for (bits += 8; bits >= 6; bits -= 6) codes[filled++] = CODES[(group >> (bits - 6)) & 63] as number;
  }
  if (bits > 0) codes[filled] = CODES[(group << (6 - bits)) & 63] as number;
  return ascii.decode(codes);
}

/** @internal As {@link bytesOfBase64url} where the host has none. */
export function readByHand(text: string): Uint8Array | undefined {
  // A last letter alone gives no byte.
  if (text.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let filled = 0;
  let group = 0;
  let bits = 0;
  for (let at = 0; at < text.length; at++) {
    const value = VALUES[text.charCodeAt(at)] ?? 255;
    if (value === 255) return undefined;
    group = ((group << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[filled++] = (group >> bits) & 0xff;
  }
  // Bits behind the last byte could be anything, and are zeros.
  return (group & ((1 << bits) - 1)) === 0 ? bytes : undefined;
}
