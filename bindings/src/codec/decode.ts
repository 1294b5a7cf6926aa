/**
 * CMP/1 decoder for hosts: canonical bytes to plain values, refusing exactly what the Wasm refuses.
 * `docs/format/cmp1.md` has the profile.
 *
 * Maps become ordinary objects with own members only: `__proto__` is a member like any other, as JSON.parse makes it.
 * An int beyond 2^53 - 1 in either direction becomes a bigint. A bin becomes a Uint8Array of its own.
 */
import { DEPTH_MAX } from "../gen/limits.ts";
import { type CodecCode, CodecError } from "./errors.ts";

export { CodecError } from "./errors.ts";

/** What CMP/1 bytes decode to. */
export type CmpValue = null | boolean | number | bigint | string | Uint8Array | readonly CmpValue[] | CmpMap;

export type CmpMap = { readonly [key: string]: CmpValue };

export function isMap(value: CmpValue | undefined): value is CmpMap {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

/** Texts up to this size are read by a loop; the built-in decoder pays only above it. */
const SHORT_BYTES_MAX = 24;

// Fatal refuses what is not well-formed; a byte order mark at the start of a text belongs to the text.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Decodes one document: all of `bytes`.
 * @throws CodecError with the offset of the first value that is not canonical. Nothing is repaired.
 * @example
 * decode(Uint8Array.of(0x81, 0xa1, 0x61, 0x01)); // { a: 1 }
 */
export function decode(bytes: Uint8Array): CmpValue {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (reader.cursor !== bytes.length) {
    throw refusal("cmp_trailing", reader.cursor, "the end", `${bytes.length - reader.cursor} more bytes`);
  }
  return value;
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  cursor = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The value at the cursor, with `depth` containers around it. */
  value(depth: number): CmpValue {
    const at = this.cursor;
    const type = this.#type();
    if (type < 0x80) return type;
    if (type >= 0xe0) return type - 0x100;
    if (type < 0x90) return this.#map(at, type & 0x0f, depth);
    if (type < 0xa0) return this.#array(at, type & 0x0f, depth);
    if (type < 0xc0) return this.#text(at, type & 0x1f);
    switch (type) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
        return this.#bin(at, this.#length8(at, 0));
      case 0xc5:
        return this.#bin(at, this.#length16(at, 0x100));
      case 0xc6:
        return this.#bin(at, this.#length32(at));
      case 0xcb:
        return this.#float(at);
      case 0xcc:
        return this.#int(at, this.#view.getUint8(this.#take(1, at)), 0x80, Infinity);
      case 0xcd:
        return this.#int(at, this.#view.getUint16(this.#take(2, at)), 0x100, Infinity);
      case 0xce:
        return this.#int(at, this.#view.getUint32(this.#take(4, at)), 0x1_0000, Infinity);
      case 0xcf:
        return this.#int64(at, this.#view.getBigUint64(this.#take(8, at)), 0x1_0000_0000n, UINT64_MAX);
      case 0xd0:
        return this.#int(at, this.#view.getInt8(this.#take(1, at)), -Infinity, -0x21);
      case 0xd1:
        return this.#int(at, this.#view.getInt16(this.#take(2, at)), -Infinity, -0x81);
      case 0xd2:
        return this.#int(at, this.#view.getInt32(this.#take(4, at)), -Infinity, -0x8001);
      case 0xd3:
        return this.#int64(at, this.#view.getBigInt64(this.#take(8, at)), INT64_MIN, -0x8000_0001n);
      case 0xd9:
        return this.#text(at, this.#length8(at, 32));
      case 0xda:
        return this.#text(at, this.#length16(at, 0x100));
      case 0xdb:
        return this.#text(at, this.#length32(at));
      case 0xdc:
        return this.#array(at, this.#length16(at, 16), depth);
      case 0xdd:
        return this.#array(at, this.#length32(at), depth);
      case 0xde:
        return this.#map(at, this.#length16(at, 16), depth);
      case 0xdf:
        return this.#map(at, this.#length32(at), depth);
      default:
        throw refusal("cmp_type", at, "a type of CMP/1", `the type byte 0x${type.toString(16)}`);
    }
  }

  #map(at: number, pairs: number, depth: number): CmpValue {
    needDepth(at, depth);
    const object: Record<string, CmpValue> = {};
    let beforeFrom = 0;
    let beforeEnd = -1;
    for (let i = 0; i < pairs; i++) {
      const keyAt = this.cursor;
      const key = this.#key(keyAt);
      const keyEnd = this.cursor;
      const keyFrom = keyEnd - this.#payload;
      if (beforeEnd >= 0 && this.#compare(beforeFrom, beforeEnd, keyFrom, keyEnd) >= 0) {
        throw refusal("cmp_key_order", keyAt, "a key above the one before it", "one that is not");
      }
      beforeFrom = keyFrom;
      beforeEnd = keyEnd;
      const value = this.value(depth + 1);
      if (key === "__proto__") {
        Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
      } else {
        object[key] = value;
      }
    }
    return object;
  }

  #array(at: number, items: number, depth: number): CmpValue {
    needDepth(at, depth);
    const array: CmpValue[] = [];
    for (let i = 0; i < items; i++) array.push(this.value(depth + 1));
    return array;
  }

  #key(at: number): string {
    const type = this.#type();
    if (type >= 0xa0 && type < 0xc0) return this.#text(at, type & 0x1f);
    if (type === 0xd9) return this.#text(at, this.#length8(at, 32));
    if (type === 0xda) return this.#text(at, this.#length16(at, 0x100));
    if (type === 0xdb) return this.#text(at, this.#length32(at));
    throw refusal(
      "cmp_key_type",
      at,
      "a str as key",
      `the type byte 0x${type.toString(16).padStart(2, "0")}`,
    );
  }

  /** Bytes of the text read last. */
  #payload = 0;

  #text(at: number, size: number): string {
    const from = this.#take(size, at);
    this.#payload = size;
    const bytes = this.#bytes;
    if (size <= SHORT_BYTES_MAX) {
      let text = "";
      let i = 0;
      for (; i < size; i++) {
        const byte = bytes[from + i] as number;
        if (byte > 0x7f) break;
        text += String.fromCharCode(byte);
      }
      if (i === size) return text;
    }
    try {
      return utf8.decode(bytes.subarray(from, from + size));
    } catch {
      throw refusal("cmp_utf8", at, "well-formed UTF-8", "bytes that are not");
    }
  }

  #bin(at: number, size: number): Uint8Array {
    const from = this.#take(size, at);
    return Uint8Array.prototype.slice.call(this.#bytes, from, from + size);
  }

  #float(at: number): number {
    const value = this.#view.getFloat64(this.#take(8, at));
    if (!Number.isFinite(value)) throw refusal("cmp_float", at, "a finite number", `${value}`);
    if (Number.isInteger(value) && value >= INT_MIN && value < INT_END) {
      throw refusal("cmp_float", at, "an int", `the float64 ${value}`);
    }
    return value;
  }

  #int(at: number, value: number, least: number, most: number): number {
    if (value < least || value > most) throw notShortest(at);
    return value;
  }

  #int64(at: number, value: bigint, least: bigint, most: bigint): number | bigint {
    if (value < least || value > most) throw notShortest(at);
    return value >= SAFE_MIN && value <= SAFE_MAX ? Number(value) : value;
  }

  #length8(at: number, least: number): number {
    const length = this.#view.getUint8(this.#take(1, at));
    if (length < least) throw notShortest(at);
    return length;
  }

  #length16(at: number, least: number): number {
    const length = this.#view.getUint16(this.#take(2, at));
    if (length < least) throw notShortest(at);
    return length;
  }

  #length32(at: number): number {
    const length = this.#view.getUint32(this.#take(4, at));
    if (length < 0x1_0000) throw notShortest(at);
    return length;
  }

  #type(): number {
    const at = this.#take(1, this.cursor);
    return this.#bytes[at] as number;
  }

  /** Position of the next `size` bytes, which belong to the value at `at`. */
  #take(size: number, at: number): number {
    const from = this.cursor;
    const left = this.#bytes.length - from;
    if (size > left) throw refusal("cmp_truncated", at, `${size} more bytes`, `${left}`);
    this.cursor = from + size;
    return from;
  }

  /** Byte order of two ranges of the document. */
  #compare(oneFrom: number, oneEnd: number, otherFrom: number, otherEnd: number): number {
    const bytes = this.#bytes;
    const shared = Math.min(oneEnd - oneFrom, otherEnd - otherFrom);
    for (let i = 0; i < shared; i++) {
      const difference = (bytes[oneFrom + i] as number) - (bytes[otherFrom + i] as number);
      if (difference !== 0) return difference;
    }
    return oneEnd - oneFrom - (otherEnd - otherFrom);
  }
}

const INT_MIN = -(2 ** 63);
const INT_END = 2 ** 64;
const INT64_MIN = -(2n ** 63n);
const UINT64_MAX = 2n ** 64n - 1n;
const SAFE_MIN = BigInt(Number.MIN_SAFE_INTEGER);
const SAFE_MAX = BigInt(Number.MAX_SAFE_INTEGER);

function needDepth(at: number, depth: number): void {
  if (depth >= DEPTH_MAX) {
    throw refusal("cmp_depth", at, `at most ${DEPTH_MAX} containers inside each other`, "more");
  }
}

function notShortest(at: number): CodecError {
  return refusal("cmp_not_shortest", at, "the shortest form", "a longer one");
}

function refusal(code: CodecCode, offset: number, wanted: string, came: string): CodecError {
  return new CodecError(code, { offset }, wanted, came);
}
