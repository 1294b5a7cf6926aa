/** Base64 of RFC 4648 section 4, in its one canonical form. */

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Map([...LETTERS].map((letter, value) => [letter.charCodeAt(0), value]));
const PADDING = "=";

export function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const bits = ((bytes[at] as number) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += LETTERS.charAt(bits >> 18) + LETTERS.charAt((bits >> 12) & 63);
    text += left > 1 ? LETTERS.charAt((bits >> 6) & 63) : PADDING;
    text += left > 2 ? LETTERS.charAt(bits & 63) : PADDING;
  }
  return text;
}

/** The bytes of a text; undefined when it is not exactly what `base64` writes for them. */
export function bytesOfBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return;
  const padding = text.endsWith("==") ? 2 : text.endsWith(PADDING) ? 1 : 0;
  const letters = text.length - padding;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let bits = 0;
  let held = 0;
  let filled = 0;
  for (let at = 0; at < letters; at++) {
    const value = VALUES.get(text.charCodeAt(at));
    if (value === undefined) return;
    bits = ((bits << 6) | value) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[filled++] = bits >> held;
  }
  // Bits of the last letter that belong to no byte must be zero, else several texts would say the same.
  return (bits & ((1 << held) - 1)) === 0 ? bytes : undefined;
}
