/**
 * CMP/1 encoder: plain JavaScript values to canonical bytes, straight into a buffer the caller owns.
 * `docs/format/cmp1.md` has the profile; a value that it cannot carry is refused with its path, never repaired.
 *
 * Values are hostile. Every member is read once, through its property descriptor, so that no getter runs. A proxy's
 * traps do run; what they answer is what gets encoded, and whatever they throw becomes a typed error.
 */
import { DEPTH_MAX } from "../gen/limits.ts";
import { type CodecCode, CodecError, pathWith, quoted } from "./errors.ts";
import { isWellFormed, ShapeCache, sortKeys } from "./shape.ts";

export { CodecError } from "./errors.ts";
export { encodeText } from "./shape.ts";

/** Strings up to this length are written by a loop; the built-in encoder pays only above it. */
const SHORT_LENGTH_MAX = 40;

// Taken now, so that nobody can change later what is asked of a hostile value.
const {
  getPrototypeOf,
  getOwnPropertyDescriptor,
  getOwnPropertyNames,
  getOwnPropertySymbols,
  keys: keysOf,
} = Object;
const { isArray } = Array;
const objectPrototype = Object.prototype;
const arrayPrototype = Array.prototype;
// Questions that a subclass or an own member of the same name cannot answer instead.
const typedArrayPrototype: object = getPrototypeOf(Uint8Array.prototype);
const nameGetter = getOwnPropertyDescriptor(typedArrayPrototype, Symbol.toStringTag)?.get as () =>
  | string
  | undefined;
const lengthGetter = getOwnPropertyDescriptor(typedArrayPrototype, "length")?.get as () => number;
const { __lookupGetter__: lookupGetter } = objectPrototype as unknown as {
  __lookupGetter__(key: PropertyKey): unknown;
};

const textEncoder = new TextEncoder();
const NOTHING: object = {};
const NO_ITEMS: unknown[] = [];

/**
 * Writes CMP/1 from `at` on, at most `capacity` bytes.
 *
 * `value` takes any value. The other methods write single pieces for a caller that knows its document: it announces
 * counts, gives map keys in byte order, and must give what it announced.
 * A method that throws leaves the writer usable; start again with `reset`.
 */
export class CmpWriter {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #at: number;
  readonly #end: number;
  readonly #shapes = new ShapeCache();
  #cursor: number;
  #busy = false;
  // For the path of an error: what the value is called, and for each depth from `base` to below `level` the keys being
  // walked (undefined in an array) and how far.
  #name = "";
  #base = 0;
  #level = 0;
  readonly #trailNames: (readonly string[] | undefined)[] = new Array(DEPTH_MAX + 1).fill(undefined);
  readonly #trailSteps = new Int32Array(DEPTH_MAX + 1);

  constructor(bytes: Uint8Array, at = 0, capacity = bytes.length - at) {
    if (!(at >= 0 && capacity >= 0 && at + capacity <= bytes.length)) {
      throw new RangeError(`wanted an area inside ${bytes.length} bytes, came ${capacity} bytes at ${at}`);
    }
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
    this.#end = at + capacity;
    this.#cursor = at;
  }

  /** Starts a document; what was written before is forgotten. */
  reset(): void {
    this.#needIdle();
    this.#cursor = this.#at;
  }

  /** Bytes written since `reset`. */
  get size(): number {
    return this.#cursor - this.#at;
  }

  /**
   * Any value. `name` begins the path of errors (`args` in `args.items[3].price`). `depth` is how many containers the
   * caller has opened around it.
   * @throws CodecError. Nothing of the value may be used then.
   */
  value(value: unknown, name = "", depth = 0): void {
    this.#needIdle();
    this.#busy = true;
    this.#name = name;
    this.#base = depth;
    this.#level = depth;
    try {
      needCleanPrototypes(name);
      this.#any(value, depth);
    } catch (error) {
      const typed = this.#typed(error, value);
      this.#trailNames.fill(undefined);
      throw typed;
    } finally {
      this.#name = "";
      this.#level = this.#base;
      this.#busy = false;
    }
  }

  nil(): void {
    this.#byte(0xc0);
  }

  bool(value: boolean): void {
    this.#byte(value ? 0xc3 : 0xc2);
  }

  /** An int if the number is integral and fits 64 bits, else a float64. */
  number(value: number): void {
    if (value === (value | 0)) {
      this.#int32(value); // -0 comes here and is 0.
      return;
    }
    const at = this.#reserve(9);
    const view = this.#view;
    if (!Number.isInteger(value) || value < INT_MIN || value >= INT_END) {
      if (!Number.isFinite(value)) this.#fail("value_not_finite", "a finite number", `${value}`);
      view.setUint8(at, 0xcb);
      view.setFloat64(at + 1, value);
    } else if (value >= 0 && value < 0x1_0000_0000) {
      view.setUint8(at, 0xce);
      view.setUint32(at + 1, value);
      this.#cursor -= 4;
    } else {
      // Both divisions by a power of two are exact.
      const high = Math.floor(value / 0x1_0000_0000);
      view.setUint8(at, value < 0 ? 0xd3 : 0xcf);
      view.setUint32(at + 1, high);
      view.setUint32(at + 5, value - high * 0x1_0000_0000);
    }
  }

  /** An int in [-2^63, 2^64-1]. */
  bigint(value: bigint): void {
    if (value >= -0x8000_0000n && value <= 0xffff_ffffn) {
      this.number(Number(value));
      return;
    }
    if (value < BIGINT_MIN || value > BIGINT_MAX) {
      this.#fail("value_integer_range", "an integer from -2^63 to 2^64-1", "a bigint outside of it");
    }
    const at = this.#reserve(9);
    this.#view.setUint8(at, value < 0n ? 0xd3 : 0xcf);
    this.#view.setBigUint64(at + 1, BigInt.asUintN(64, value));
  }

  /** A str. */
  text(text: string): void {
    const length = text.length;
    const bytes = this.#bytes;
    const start = this.#cursor;
    if (length > this.#end - start) this.#tooLarge();
    if (length <= SHORT_LENGTH_MAX) {
      const header = length < 32 ? 1 : 2;
      const payload = start + header;
      if (payload + length > this.#end) this.#tooLarge();
      let i = 0;
      for (; i < length; i++) {
        const unit = text.charCodeAt(i);
        if (unit > 0x7f) break;
        bytes[payload + i] = unit;
      }
      if (i === length) {
        if (header === 1) bytes[start] = 0xa0 | length;
        else {
          bytes[start] = 0xd9;
          bytes[start + 1] = length;
        }
        this.#cursor = payload + length;
        return;
      }
    }
    if (!isWellFormed(text)) {
      this.#fail("value_surrogate", "text of well-formed Unicode", "a surrogate without its partner");
    }
    // The payload goes behind the header it will most likely get, and moves when it came out longer.
    const guess = strHeaderBytes(length);
    const { read, written } = textEncoder.encodeInto(text, bytes.subarray(start + guess, this.#end));
    const header = strHeaderBytes(written);
    if (read !== length || start + header + written > this.#end) this.#tooLarge();
    if (header !== guess) bytes.copyWithin(start + header, start + guess, start + guess + written);
    if (header === 1) bytes[start] = 0xa0 | written;
    else this.#tagged(0xd9, written);
    this.#cursor = start + header + written;
  }

  /** A bin. Buffer is a Uint8Array. */
  bin(value: Uint8Array): void {
    const size = lengthGetter.call(value);
    if (size > this.#end - this.#cursor) this.#tooLarge();
    this.#tagged(0xc4, size);
    const at = this.#reserve(size);
    this.#bytes.set(value, at);
  }

  /** Header of an array; `items` values follow. */
  arrayHeader(items: number): void {
    if (items < 16) this.#byte(0x90 | items);
    else if (items <= 0xffff) this.#tagged16(0xdc, items);
    else this.#tagged32(0xdd, items);
  }

  /** Header of a map; `pairs` times a key and its value follow, keys in byte order. */
  mapHeader(pairs: number): void {
    if (pairs < 16) this.#byte(0x80 | pairs);
    else if (pairs <= 0xffff) this.#tagged16(0xde, pairs);
    else this.#tagged32(0xdf, pairs);
  }

  /** Bytes as they are: keys and values that are encoded already. */
  raw(encoded: Uint8Array): void {
    const at = this.#reserve(encoded.length);
    this.#bytes.set(encoded, at);
  }

  #any(value: unknown, depth: number): void {
    switch (typeof value) {
      case "string":
        this.text(value);
        return;
      case "number":
        this.number(value);
        return;
      case "boolean":
        this.#byte(value ? 0xc3 : 0xc2);
        return;
      case "object":
        if (value === null) this.#byte(0xc0);
        else this.#object(value, depth);
        return;
      case "bigint":
        this.bigint(value);
        return;
      case "undefined":
        this.#fail("value_undefined", "a value", "undefined");
        break;
      default:
        this.#fail("value_unsupported", SUPPORTED, `a ${typeof value}`);
    }
  }

  #object(value: object, depth: number): void {
    const prototype = getPrototypeOf(value);
    if (prototype === objectPrototype || prototype === null) this.#map(value, depth);
    else if (isArray(value) && isArrayPrototype(prototype)) this.#array(value, depth);
    else if (nameGetter.call(value) === "Uint8Array") this.bin(value as Uint8Array);
    else if (isForeignObjectPrototype(prototype)) this.#map(value, depth);
    else this.#fail("value_unsupported", SUPPORTED, kindOf(value));
  }

  #map(value: object, depth: number): void {
    if (depth >= DEPTH_MAX)
      this.#fail("cmp_depth", `at most ${DEPTH_MAX} containers inside each other`, "more");
    if (getOwnPropertySymbols(value).length !== 0)
      this.#fail("value_symbol", "text keys only", "a symbol key");
    const names = getOwnPropertyNames(value);
    const count = names.length;
    // Refused before anything is sorted: a pair takes two bytes.
    if (count * 2 > this.#end - this.#cursor) this.#tooLarge();
    const shape = this.#shapes.find(names);
    const sorted = shape === undefined ? sortKeys(names) : shape.names;
    this.#trailNames[depth] = sorted;
    this.#level = depth + 1;
    if (count === 0 || shape === undefined) this.mapHeader(count);
    let from = 0;
    for (let i = 0; i < count; i++) {
      const name = sorted[i] as string;
      this.#trailSteps[depth] = i;
      const descriptor = getOwnPropertyDescriptor(value, name);
      if (descriptor === undefined)
        this.#fail("value_unsupported", "a value that stays", "a member that vanished");
      if (descriptor.get !== undefined || descriptor.set !== undefined) {
        this.#fail("value_accessor", "a plain member", "a getter or setter");
      }
      if (descriptor.enumerable !== true)
        this.#fail("value_unsupported", "enumerable members", "a hidden member");
      if (shape === undefined) this.text(name);
      else {
        const end = shape.ends[i] as number;
        this.#copy(shape.bytes, from, end);
        from = end;
      }
      this.#any(descriptor.value, depth + 1);
    }
    this.#level = depth;
    this.#trailNames[depth] = undefined;
  }

  #array(value: readonly unknown[], depth: number): void {
    if (depth >= DEPTH_MAX)
      this.#fail("cmp_depth", `at most ${DEPTH_MAX} containers inside each other`, "more");
    const count = value.length;
    if (count > this.#end - this.#cursor) this.#tooLarge();
    this.#trailNames[depth] = undefined;
    this.#level = depth + 1;
    this.arrayHeader(count);
    for (let i = 0; i < count; i++) {
      this.#trailSteps[depth] = i;
      // A descriptor costs three times as much for an element as this question, and arrays have many.
      if (lookupGetter.call(value, i) !== undefined)
        this.#fail("value_accessor", "a plain element", "a getter");
      const element = value[i];
      if (element === undefined && !Object.hasOwn(value, i)) this.#fail("value_hole", "a value", "a hole");
      this.#any(element, depth + 1);
    }
    this.#level = depth;
    // Keys list indexes first, so as many keys as elements with the last index at the end leave no room for a hole
    // (which would show an element of Array.prototype) or for a named member.
    const keys = keysOf(value);
    if (keys.length !== count || (count > 0 && keys[count - 1] !== `${count - 1}`)) {
      this.#fail("value_unsupported", "an array of elements only", "an array with holes or named members");
    }
    if (getOwnPropertySymbols(value).length !== 0)
      this.#fail("value_symbol", "elements only", "a symbol key");
  }

  #int32(value: number): void {
    if (value >= 0) {
      if (value < 0x80) this.#byte(value);
      else if (value <= 0xff) this.#tagged8(0xcc, value);
      else if (value <= 0xffff) this.#tagged16(0xcd, value);
      else this.#tagged32(0xce, value);
    } else if (value >= -0x20) this.#byte(value & 0xff);
    else if (value >= -0x80) this.#tagged8(0xd0, value);
    else if (value >= -0x8000) this.#tagged16(0xd1, value);
    else this.#tagged32(0xd2, value);
  }

  /** Header with the shortest length of 1, 2 or 4 bytes: `type`, `type + 1`, `type + 2`. */
  #tagged(type: number, length: number): void {
    if (length <= 0xff) this.#tagged8(type, length);
    else if (length <= 0xffff) this.#tagged16(type + 1, length);
    else this.#tagged32(type + 2, length);
  }

  #byte(value: number): void {
    const at = this.#cursor;
    if (at >= this.#end) this.#tooLarge();
    this.#bytes[at] = value;
    this.#cursor = at + 1;
  }

  #tagged8(type: number, value: number): void {
    const at = this.#reserve(2);
    this.#bytes[at] = type;
    this.#bytes[at + 1] = value;
  }

  #tagged16(type: number, value: number): void {
    const at = this.#reserve(3);
    this.#bytes[at] = type;
    this.#bytes[at + 1] = value >> 8;
    this.#bytes[at + 2] = value;
  }

  #tagged32(type: number, value: number): void {
    const at = this.#reserve(5);
    this.#bytes[at] = type;
    this.#view.setUint32(at + 1, value);
  }

  /** Keys are short, so a loop beats a call. */
  #copy(source: Uint8Array, from: number, end: number): void {
    let at = this.#reserve(end - from);
    const bytes = this.#bytes;
    for (let i = from; i < end; i++) bytes[at++] = source[i] as number;
  }

  /** Position of `size` fresh bytes. */
  #reserve(size: number): number {
    const at = this.#cursor;
    if (at + size > this.#end) this.#tooLarge();
    this.#cursor = at + size;
    return at;
  }

  #needIdle(): void {
    if (this.#busy) {
      throw new CodecError(
        "value_unsupported",
        {},
        "a value that can be read without encoding another",
        "a proxy that calls this encoder",
      );
    }
  }

  #tooLarge(): never {
    this.#fail("too_large", `at most ${this.#end - this.#at} bytes`, "more");
  }

  #fail(code: CodecCode, wanted: string, came: string): never {
    throw new CodecError(code, { path: this.#path() }, wanted, came);
  }

  /** Where the value being read stands. */
  #path(): string {
    let path = this.#name;
    for (let depth = this.#base; depth < this.#level; depth++) path = pathWith(path, this.#step(depth));
    return path;
  }

  /** Key or index being read at a depth. */
  #step(depth: number): string | number {
    const step = this.#trailSteps[depth] as number;
    return this.#trailNames[depth]?.[step] ?? step;
  }

  /** Whatever was thrown as a typed error with a path. */
  #typed(error: unknown, value: unknown): CodecError {
    const path = this.#path();
    if (!(error instanceof CodecError)) {
      return new CodecError(
        "value_unsupported",
        { path },
        "a value that can be read",
        "one that throws when it is read",
      );
    }
    if (error.path === undefined) return new CodecError(error.code, { path }, error.wanted, error.came);
    const cycle = error.code === "cmp_depth" ? this.#cyclePath(value) : undefined;
    if (cycle === undefined) return error;
    return new CodecError(
      "value_cycle",
      { path: cycle },
      "a value that does not contain itself",
      "one that does",
    );
  }

  /** Path of the first container on the trail that stands there a second time. */
  #cyclePath(outermost: unknown): string | undefined {
    const seen = new Set<unknown>();
    let value = outermost;
    let path = this.#name;
    try {
      for (let depth = this.#base; depth <= this.#level; depth++) {
        if (seen.has(value)) return path;
        seen.add(value);
        const step = this.#step(depth);
        value = getOwnPropertyDescriptor(value, step)?.value;
        path = pathWith(path, step);
      }
    } catch {
      // It could not be read a second time: a proxy.
    }
    return undefined;
  }
}

const INT_MIN = -(2 ** 63);
const INT_END = 2 ** 64;
const BIGINT_MIN = -(2n ** 63n);
const BIGINT_MAX = 2n ** 64n - 1n;
const SUPPORTED = "a plain object, array, text, boolean, finite number, bigint, Uint8Array or null";

const BYTES_MAX = 1_048_576;
const SCRATCH_BYTES = 65_536;
let scratch: { bytes: Uint8Array; writer: CmpWriter } | undefined;

/**
 * Encodes one value into bytes of its own.
 * @param bytesMax what the encoding may take, by default 1 MiB.
 * @throws CodecError with the path of what CMP/1 cannot carry; `too_large` past the limit.
 * @example
 * encode({ b: 1, a: [true, null] }); // 82 a1 61 92 c3 c0 a1 62 01
 */
export function encode(value: unknown, bytesMax: number = BYTES_MAX): Uint8Array {
  return withEncoding(value, bytesMax, (bytes) => bytes.slice());
}

/** Bytes that `encode` would return, counted. */
export function measure(value: unknown, bytesMax: number = BYTES_MAX): number {
  return withEncoding(value, bytesMax, (bytes) => bytes.length);
}

function withEncoding<R>(value: unknown, bytesMax: number, use: (bytes: Uint8Array) => R): R {
  if (scratch === undefined) {
    const bytes = new Uint8Array(SCRATCH_BYTES);
    scratch = { bytes, writer: new CmpWriter(bytes) };
  }
  try {
    scratch.writer.reset();
    scratch.writer.value(value);
    if (scratch.writer.size <= bytesMax) return use(scratch.bytes.subarray(0, scratch.writer.size));
  } catch (error) {
    const again = error instanceof CodecError && error.code === "too_large" && bytesMax > SCRATCH_BYTES;
    if (!again) throw error;
  }
  // Larger than the scratch, or than what is allowed: a buffer of the allowed size settles it.
  const bytes = new Uint8Array(bytesMax);
  const writer = new CmpWriter(bytes);
  writer.value(value);
  return use(bytes.subarray(0, writer.size));
}

function strHeaderBytes(size: number): number {
  if (size < 32) return 1;
  if (size <= 0xff) return 2;
  return size <= 0xffff ? 3 : 5;
}

/** A member that everything inherits would make the value that a tool sees differ from the bytes that were hashed. */
function needCleanPrototypes(path: string): void {
  for (const key in NOTHING) {
    throw new CodecError("value_prototype", { path }, "an Object.prototype without members", quoted(key));
  }
  for (const key in NO_ITEMS) {
    throw new CodecError("value_prototype", { path }, "an Array.prototype without members", quoted(key));
  }
}

/** Array.prototype of this realm or another; the prototype of a subclass is an ordinary object. */
function isArrayPrototype(prototype: object): boolean {
  return prototype === arrayPrototype || isArray(prototype);
}

/** Object.prototype of another realm: it ends the chain and has what every such prototype has. */
function isForeignObjectPrototype(prototype: object): boolean {
  return getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "isPrototypeOf");
}

/** What an object is, by the name of its constructor, without running code of its own. */
function kindOf(value: object): string {
  const maker: unknown = getOwnPropertyDescriptor(getPrototypeOf(value) ?? value, "constructor")?.value;
  const name: unknown =
    typeof maker === "function" ? getOwnPropertyDescriptor(maker, "name")?.value : undefined;
  return typeof name === "string" && /^[A-Za-z0-9_$]{1,40}$/.test(name)
    ? `an instance of ${name}`
    : "an object with a class";
}
