/** An image and the requests asked of it, as one input: a u32 length, lowest byte first, before each of them. */

export interface ImageCase {
  readonly image: Uint8Array;
  readonly requests: readonly Uint8Array[];
}

export function packCase({ image, requests }: ImageCase): Uint8Array {
  const all = [image, ...requests];
  const out = new Uint8Array(all.reduce((sum, part) => sum + 4 + part.length, 0));
  const view = new DataView(out.buffer);
  let at = 0;
  for (const part of all) {
    view.setUint32(at, part.length, true);
    out.set(part, at + 4);
    at += 4 + part.length;
  }
  return out;
}

/** A length that leads out of the input ends with it, so that every input is a case. */
export function unpackCase(input: Uint8Array): ImageCase {
  const view = new DataView(input.buffer, input.byteOffset, input.length);
  const parts: Uint8Array[] = [];
  for (let at = 0; at + 4 <= input.length; ) {
    const end = Math.min(at + 4 + view.getUint32(at, true), input.length);
    parts.push(input.subarray(at + 4, end));
    at = end;
  }
  const [image = new Uint8Array(0), ...requests] = parts;
  return { image, requests };
}

/** The bytes with another 32 in the place of some; the input itself where they do not occur. */
export function replaced(input: Uint8Array, from: Buffer, to: Buffer): Uint8Array {
  const at = Buffer.from(input.buffer, input.byteOffset, input.length).indexOf(from);
  if (at < 0) return input;
  const out = input.slice();
  out.set(to, at);
  return out;
}
