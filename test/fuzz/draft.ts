/** Bytes being made, in a buffer that is never copied: cut, put in, and headers that count along. */
import { headerBytes, isBin, isMap, isText, lengthAt } from "./outline.ts";

export class Draft {
  size = 0;

  /** @param bytes the buffer; it is as long as a draft can become. */
  constructor(public bytes: Uint8Array) {}

  start(from: Uint8Array): void {
    this.size = Math.min(from.length, this.bytes.length);
    this.bytes.set(from.subarray(0, this.size));
  }

  /** Puts `middle` in the place of the bytes from `start` to `end`. False, and nothing changed, without the room. */
  splice(start: number, end: number, middle: Uint8Array): boolean {
    const size = this.size - (end - start) + middle.length;
    if (size > this.bytes.length) return false;
    this.bytes.copyWithin(start + middle.length, end, this.size);
    this.bytes.set(middle, start);
    this.size = size;
    return true;
  }

  cut(start: number, end: number): void {
    this.splice(start, end, NOTHING);
  }

  /** Writes a copy of the bytes from `start` to `end` at `to`. */
  copy(start: number, end: number, to: number): boolean {
    return this.splice(to, to, this.bytes.slice(start, end));
  }

  /** Gives the text, bin, array or map at `at` the length, in the shortest form. */
  setLength(at: number, length: number): boolean {
    const type = this.bytes[at] as number;
    return this.splice(at, at + headerBytes(type), headerOf(type, length));
  }

  /** Adds to what the header of a container or text counts. */
  addLength(at: number, more: number): boolean {
    return this.setLength(at, lengthAt(this.bytes, at) + more);
  }
}

const NOTHING = new Uint8Array(0);
const HEADERS = Array.from({ length: 6 }, (_, bytes) => new Uint8Array(bytes));

/** The shortest header for a length, of the kind that `type` is of. Good until the next call. */
function headerOf(type: number, length: number): Uint8Array {
  const [tag, most] = isText(type) ? [0xa0, 31] : isBin(type) ? [0, -1] : [isMap(type) ? 0x80 : 0x90, 15];
  if (length <= most) return filled(1, tag + length, 0);
  if (isText(type) || isBin(type)) {
    const wide = isText(type) ? 0xd9 : 0xc4;
    if (length <= 0xff) return filled(2, wide, length);
    return length <= 0xffff ? filled(3, wide + 1, length) : filled(5, wide + 2, length);
  }
  const wide = isMap(type) ? 0xde : 0xdc;
  return length <= 0xffff ? filled(3, wide, length) : filled(5, wide + 1, length);
}

function filled(bytes: number, first: number, length: number): Uint8Array {
  const header = HEADERS[bytes] as Uint8Array;
  header[0] = first;
  let left = length;
  for (let at = bytes - 1; at > 0; at--) {
    header[at] = left & 0xff;
    left >>>= 8;
  }
  return header;
}
