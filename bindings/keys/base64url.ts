/** base64url without padding, one text for each sequence of bytes: what another encoder would write is refused. */

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

export function base64url(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3);
    const group = (a << 16) | (b << 8) | c;
    const letters = Math.min(4, bytes.length - at + 1);
    for (let i = 0; i < letters; i++) text += LETTERS[(group >> (18 - 6 * i)) & 63];
  }
  return text;
}

/** The bytes, or undefined for a text that {@link base64url} would not write. */
export function bytesOfBase64url(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let group = 0;
  let bits = 0;
  let filled = 0;
  for (const letter of text) {
    const value = LETTERS.indexOf(letter);
    if (value < 0) return undefined;
    group = ((group << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[filled++] = (group >> bits) & 0xff;
  }
  // A letter that gives no byte, and bits after the last byte, could be anything.
  return base64url(bytes) === text ? bytes : undefined;
}
