/** Where the values of CMP/1 bytes lie, without reading them: enough to take one out, put one in, or name a place. */

/** Values that an outline has room for; a request with more is mutated as bytes. */
const VALUES_MAX = 2048;
const DEPTH_MAX = 64;

export class Outline {
  /** Values in document order, a container before what is in it. */
  count = 0;
  /** Whether the bytes are one value, as far as an outline can tell. */
  isWhole = false;
  readonly at = new Int32Array(VALUES_MAX);
  readonly end = new Int32Array(VALUES_MAX);
  /** Where the key of a member begins; -1 for elements and for the outermost value. */
  readonly keyAt = new Int32Array(VALUES_MAX);
  /** The container around a value; -1 for the outermost. */
  readonly parent = new Int32Array(VALUES_MAX);
  readonly #openValue = new Int32Array(DEPTH_MAX);
  readonly #openLeft = new Int32Array(DEPTH_MAX);

  /** Reads as far as the bytes make sense. */
  scan(bytes: Uint8Array, size: number): boolean {
    let cursor = 0;
    let depth = 0;
    this.count = 0;
    this.isWhole = false;
    while (true) {
      if (this.count === VALUES_MAX || cursor >= size) return false;
      const parent = depth === 0 ? -1 : (this.#openValue[depth - 1] as number);
      let keyAt = -1;
      if (parent >= 0 && isMap(bytes[this.at[parent] as number] as number)) {
        keyAt = cursor;
        cursor = textEnd(bytes, cursor, size);
        if (cursor < 0 || cursor >= size) return false;
      }
      const value = this.count++;
      this.at[value] = cursor;
      this.end[value] = size;
      this.keyAt[value] = keyAt;
      this.parent[value] = parent;
      const type = bytes[cursor] as number;
      cursor += headerBytes(type);
      if (cursor > size) return false;
      if (isMap(type) || isArray(type)) {
        if (depth === DEPTH_MAX) return false;
        this.#openValue[depth] = value;
        this.#openLeft[depth++] = lengthAt(bytes, this.at[value] as number) + 1;
      } else {
        cursor += payloadBytes(bytes, this.at[value] as number);
        if (cursor > size) return false;
        this.end[value] = cursor;
      }
      // Close every container that has nothing left.
      while (depth > 0) {
        const left = (this.#openLeft[depth - 1] as number) - 1;
        this.#openLeft[depth - 1] = left;
        if (left > 0) break;
        this.end[this.#openValue[--depth] as number] = cursor;
      }
      if (depth === 0) {
        this.isWhole = cursor === size;
        return this.isWhole;
      }
    }
  }

  /** The value after the last one inside `value`. */
  after(value: number): number {
    const end = this.end[value] as number;
    let next = value + 1;
    while (next < this.count && (this.at[next] as number) < end) next++;
    return next;
  }
}

export function isMap(type: number): boolean {
  return (type & 0xf0) === 0x80 || type === 0xde || type === 0xdf;
}

export function isArray(type: number): boolean {
  return (type & 0xf0) === 0x90 || type === 0xdc || type === 0xdd;
}

export function isText(type: number): boolean {
  return (type & 0xe0) === 0xa0 || (type >= 0xd9 && type <= 0xdb);
}

export function isBin(type: number): boolean {
  return type >= 0xc4 && type <= 0xc6;
}

/** Bytes of the type byte and of the length or number after it. */
export function headerBytes(type: number): number {
  if (type < 0xc0 || type >= 0xe0) return 1;
  return HEADER_BYTES[type - 0xc0] as number;
}

// c0 .. df. What CMP/1 forbids is one byte long here.
const HEADER_BYTES = [
  1, 1, 1, 1, 2, 3, 5, 1, 1, 1, 5, 9, 2, 3, 5, 9, 2, 3, 5, 9, 1, 1, 1, 1, 1, 2, 3, 5, 3, 5, 3, 5,
];

/** What the header of a text, bin, array or map counts. */
export function lengthAt(bytes: Uint8Array, at: number): number {
  const type = bytes[at] as number;
  if (type < 0xa0) return type & 0x0f;
  if (type < 0xc0) return type & 0x1f;
  let length = 0;
  for (let i = 1; i < headerBytes(type); i++) length = length * 256 + (bytes[at + i] as number);
  return length;
}

function payloadBytes(bytes: Uint8Array, at: number): number {
  const type = bytes[at] as number;
  return isText(type) || isBin(type) ? lengthAt(bytes, at) : 0;
}

function textEnd(bytes: Uint8Array, at: number, size: number): number {
  const type = bytes[at] as number;
  if (!isText(type) || at + headerBytes(type) > size) return -1;
  return at + headerBytes(type) + lengthAt(bytes, at);
}
