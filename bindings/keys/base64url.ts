/** base64url without padding, one text for each sequence of bytes: what another encoder would write is refused. */

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const CODES = Uint8Array.from(LETTERS, (letter) => letter.charCodeAt(0));
/** What a letter stands for by its code; 255 for what is no letter. */
const VALUES = new Uint8Array(128).fill(255);
CODES.forEach((code, value) => {
  VALUES[code] = value;
});
const ascii = new TextDecoder();

export function base64url(bytes: Uint8Array): string {
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

/** The bytes, or undefined for a text that {@link base64url} would not write. */
export function bytesOfBase64url(text: string): Uint8Array | undefined {
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
