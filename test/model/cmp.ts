/** CMP/1: reads one value into a plain tree, or refuses; writes the values that a record needs. */
import { compareBytes, toBytes } from "./bytes.ts";
import { limit, Refusal } from "./wire.ts";

export type Node =
  | { type: "nil"; at: number; end: number }
  | { type: "bool"; at: number; end: number; value: boolean }
  | { type: "int"; at: number; end: number; value: bigint }
  | { type: "float"; at: number; end: number; bits: bigint }
  | { type: "str"; at: number; end: number; text: string }
  | { type: "bin"; at: number; end: number; bytes: Uint8Array }
  | { type: "array"; at: number; end: number; items: Node[] }
  | { type: "map"; at: number; end: number; members: Member[] };

export interface Member {
  key: string;
  keyAt: number;
  value: Node;
}

/** Largest and smallest integer that CMP/1 writes as an int. */
const INT_MIN = -(2n ** 63n);
const UINT_MAX = 2n ** 64n - 1n;

/** Reads the whole of `bytes` as one CMP/1 value. Throws `Refusal` at the first fault in byte order. */
export function readCmp(bytes: Uint8Array): Node {
  const reader = new Reader(bytes);
  const node = reader.value(1);
  if (node.end < bytes.length) throw new Refusal("cmp_trailing", node.end);
  return node;
}

class Reader {
  at = 0;
  nodes = 0;

  constructor(readonly bytes: Uint8Array) {}

  /** An unsigned big-endian integer of `count` bytes that belongs to the value at `start`. */
  uint(count: number, start: number): bigint {
    this.need(count, start);
    let value = 0n;
    for (let i = 0; i < count; i++) value = value * 256n + BigInt(this.bytes[this.at++] as number);
    return value;
  }

  need(count: number, start: number): void {
    if (this.at + count > this.bytes.length) throw new Refusal("cmp_truncated", start);
  }

  /** `depth` is the number of containers open once this value is one: the outermost value has depth 1. */
  value(depth: number): Node {
    const at = this.at;
    this.need(1, at);
    this.countNode(at);
    const header = this.bytes[this.at++] as number;

    if (header <= 0x7f) return { type: "int", at, end: this.at, value: BigInt(header) };
    if (header >= 0xe0) return { type: "int", at, end: this.at, value: BigInt(header) - 256n };
    if (header <= 0x8f) return this.map(at, header - 0x80, depth);
    if (header <= 0x9f) return this.array(at, header - 0x90, depth);
    if (header <= 0xbf) return this.str(at, header - 0xa0);

    switch (header) {
      case 0xc0:
        return { type: "nil", at, end: this.at };
      case 0xc2:
        return { type: "bool", at, end: this.at, value: false };
      case 0xc3:
        return { type: "bool", at, end: this.at, value: true };
      case 0xc4:
        return this.bin(at, this.size(at, 1, 0));
      case 0xc5:
        return this.bin(at, this.size(at, 2, 0x100));
      case 0xc6:
        return this.bin(at, this.size(at, 4, 0x10000));
      case 0xcb:
        return this.float(at);
      case 0xcc:
        return this.positive(at, 1, 0x80n);
      case 0xcd:
        return this.positive(at, 2, 0x100n);
      case 0xce:
        return this.positive(at, 4, 0x10000n);
      case 0xcf:
        return this.positive(at, 8, 0x100000000n);
      case 0xd0:
        return this.negative(at, 1, -0x20n);
      case 0xd1:
        return this.negative(at, 2, -0x80n);
      case 0xd2:
        return this.negative(at, 4, -0x8000n);
      case 0xd3:
        return this.negative(at, 8, -0x80000000n);
      case 0xd9:
        return this.str(at, this.size(at, 1, 32));
      case 0xda:
        return this.str(at, this.size(at, 2, 0x100));
      case 0xdb:
        return this.str(at, this.size(at, 4, 0x10000));
      case 0xdc:
        return this.array(at, this.size(at, 2, 16), depth);
      case 0xdd:
        return this.array(at, this.size(at, 4, 0x10000), depth);
      case 0xde:
        return this.map(at, this.size(at, 2, 16), depth);
      case 0xdf:
        return this.map(at, this.size(at, 4, 0x10000), depth);
      default:
        // ext, fixext, float32 and 0xc1.
        throw new Refusal("cmp_type", at);
    }
  }

  countNode(at: number): void {
    this.nodes++;
    if (this.nodes > limit("nodes_max")) throw new Refusal("cmp_nodes", at);
  }

  /** A length or count of `count` bytes; smaller than `least` a shorter header would have done. */
  size(at: number, count: number, least: number): number {
    const size = Number(this.uint(count, at));
    if (size < least) throw new Refusal("cmp_not_shortest", at);
    return size;
  }

  positive(at: number, count: number, least: bigint): Node {
    const value = this.uint(count, at);
    if (value < least) throw new Refusal("cmp_not_shortest", at);
    return { type: "int", at, end: this.at, value };
  }

  /** A signed integer; it must be negative and below `limitValue`, the smallest a shorter form can hold. */
  negative(at: number, count: number, limitValue: bigint): Node {
    const value = BigInt.asIntN(count * 8, this.uint(count, at));
    if (value >= limitValue) throw new Refusal("cmp_not_shortest", at);
    return { type: "int", at, end: this.at, value };
  }

  float(at: number): Node {
    const bits = this.uint(8, at);
    const value = new Float64Array(new BigUint64Array([bits]).buffer)[0] as number;
    if (!Number.isFinite(value)) throw new Refusal("cmp_float", at);
    if (Number.isInteger(value)) {
      const whole = BigInt(value);
      if (whole >= INT_MIN && whole <= UINT_MAX) throw new Refusal("cmp_float", at);
    }
    return { type: "float", at, end: this.at, bits };
  }

  str(at: number, size: number): Node {
    this.need(size, at);
    const bytes = this.bytes.subarray(this.at, this.at + size);
    if (!isUtf8(bytes)) throw new Refusal("cmp_utf8", at);
    this.at += size;
    return { type: "str", at, end: this.at, text: Buffer.from(bytes).toString("latin1") };
  }

  bin(at: number, size: number): Node {
    this.need(size, at);
    const bytes = this.bytes.slice(this.at, this.at + size);
    this.at += size;
    return { type: "bin", at, end: this.at, bytes };
  }

  array(at: number, count: number, depth: number): Node {
    if (depth > limit("depth_max")) throw new Refusal("cmp_depth", at);
    const items: Node[] = [];
    for (let i = 0; i < count; i++) items.push(this.value(depth + 1));
    return { type: "array", at, end: this.at, items };
  }

  map(at: number, count: number, depth: number): Node {
    if (depth > limit("depth_max")) throw new Refusal("cmp_depth", at);
    const members: Member[] = [];
    for (let i = 0; i < count; i++) {
      const keyAt = this.at;
      this.need(1, keyAt);
      if (!isStrHeader(this.bytes[keyAt] as number)) throw new Refusal("cmp_key_type", keyAt);
      const key = this.value(depth + 1);
      if (key.type !== "str") throw new Error("a str header gave another type");
      const before = members[members.length - 1];
      if (before !== undefined && compareBytes(before.key, key.text) >= 0)
        throw new Refusal("cmp_key_order", keyAt);
      members.push({ key: key.text, keyAt, value: this.value(depth + 1) });
    }
    return { type: "map", at, end: this.at, members };
  }
}

function isStrHeader(header: number): boolean {
  return (header >= 0xa0 && header <= 0xbf) || header === 0xd9 || header === 0xda || header === 0xdb;
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. */
export function isUtf8(bytes: Uint8Array): boolean {
  try {
    strictUtf8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/**
 * What the writer takes: byte strings stand for str, Uint8Array for bin, `bits` for a float64. Maps are sorted here; a
 * number must be a safe integer.
 */
export type Writable =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | { bits: bigint }
  | Writable[]
  | Map<string, Writable>;

/** A value that was read, to be changed and written again. */
export function writableOf(node: Node): Writable {
  switch (node.type) {
    case "nil":
      return null;
    case "bool":
    case "int":
      return node.value;
    case "float":
      return { bits: node.bits };
    case "str":
      return node.text;
    case "bin":
      return node.bytes;
    case "array":
      return node.items.map(writableOf);
    case "map":
      return new Map(node.members.map(({ key, value }) => [key, writableOf(value)]));
  }
}

/** The canonical bytes of a value. */
export function writeCmp(value: Writable): Uint8Array {
  const out: number[] = [];
  write(value, out);
  return Uint8Array.from(out);
}

function write(value: Writable, out: number[]): void {
  if (value === null) out.push(0xc0);
  else if (typeof value === "boolean") out.push(value ? 0xc3 : 0xc2);
  else if (typeof value === "bigint") writeInt(value, out);
  else if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new Error(`not a safe integer: ${value}`);
    writeInt(BigInt(value), out);
  } else if (typeof value === "string") {
    writeHeader(value.length, out, 0xa0, 31, 0xd9, 0xda, 0xdb);
    pushAll(out, toBytes(value));
  } else if (value instanceof Uint8Array) {
    writeHeader(value.length, out, 0, -1, 0xc4, 0xc5, 0xc6);
    pushAll(out, value);
  } else if ("bits" in value) writeTagged(0xcb, value.bits, 8, out);
  else if (Array.isArray(value)) {
    writeHeader(value.length, out, 0x90, 15, -1, 0xdc, 0xdd);
    for (const item of value) write(item, out);
  } else {
    writeHeader(value.size, out, 0x80, 15, -1, 0xde, 0xdf);
    for (const key of [...value.keys()].sort(compareBytes)) {
      write(key, out);
      write(value.get(key) as Writable, out);
    }
  }
}

function pushAll(out: number[], bytes: Uint8Array): void {
  for (const byte of bytes) out.push(byte);
}

function writeUint(value: bigint, count: number, out: number[]): void {
  for (let i = count - 1; i >= 0; i--) out.push(Number((value >> BigInt(8 * i)) & 255n));
}

function writeInt(value: bigint, out: number[]): void {
  if (value >= 0n) {
    if (value <= 0x7fn) out.push(Number(value));
    else if (value <= 0xffn) writeTagged(0xcc, value, 1, out);
    else if (value <= 0xffffn) writeTagged(0xcd, value, 2, out);
    else if (value <= 0xffffffffn) writeTagged(0xce, value, 4, out);
    else if (value <= UINT_MAX) writeTagged(0xcf, value, 8, out);
    else throw new Error(`outside the int range: ${value}`);
  } else if (value >= -0x20n) out.push(Number(value + 256n));
  else if (value >= -0x80n) writeTagged(0xd0, value, 1, out);
  else if (value >= -0x8000n) writeTagged(0xd1, value, 2, out);
  else if (value >= -0x80000000n) writeTagged(0xd2, value, 4, out);
  else if (value >= INT_MIN) writeTagged(0xd3, value, 8, out);
  else throw new Error(`outside the int range: ${value}`);
}

function writeTagged(tag: number, value: bigint, count: number, out: number[]): void {
  out.push(tag);
  writeUint(BigInt.asUintN(count * 8, value), count, out);
}

/** Shortest header for `count`: inside the tag byte up to `fixMax`, then 1, 2 or 4 bytes. A tag of -1 does not exist. */
function writeHeader(
  count: number,
  out: number[],
  fixTag: number,
  fixMax: number,
  tag8: number,
  tag16: number,
  tag32: number,
): void {
  if (count <= fixMax) out.push(fixTag + count);
  else if (tag8 >= 0 && count <= 0xff) writeTagged(tag8, BigInt(count), 1, out);
  else if (count <= 0xffff) writeTagged(tag16, BigInt(count), 2, out);
  else writeTagged(tag32, BigInt(count), 4, out);
}
