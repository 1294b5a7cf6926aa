/** Writes the bytes of an image: sections of fixed-size entries, texts stored once, one hash table. docs/format/image.md. */

import { VERSION_ABI, VERSION_IMAGE } from "../gen/codes.ts";
import * as layout from "../gen/layout.ts";
import { SHORT_BYTES_MAX } from "../gen/limits.ts";
import { sha256 } from "../sha256.ts";
import { compareText } from "./issues.ts";

/** A pack index that stands for none, and the size of a path segment that stands for each element. */
export const NONE = 0xffffffff;

/** A run of entries of a section. */
export interface Run {
  readonly start: number;
  readonly count: number;
}

const ALIGNMENT = 8;
const SLOTS_MIN = 8;
const SLOT_NAMES_MAX = 0xfffff;
/** Below it the start of a short run, and its size in multiples of it. */
export const SHORT_UNIT = 2 ** 22;
const ENCODER = new TextEncoder();

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** FNV-1a, 32 bits, over the namespace as two bytes, low first, and the text's bytes. */
export function nameHash(namespace: number, text: Uint8Array): number {
  let hash = 0x811c9dc5;
  const step = (byte: number): void => {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  };
  step(namespace & 0xff);
  step(namespace >> 8);
  for (const byte of text) step(byte);
  return hash;
}

/** What stands in the slot of a name: twelve bits of its hash, then its index + 1. */
export function slotOf(hash: number, index: number): number {
  return ((hash & ~SLOT_NAMES_MAX) | (index + 1)) >>> 0;
}

/** Writes the members of one entry at their offsets. */
export class EntryWriter {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #image: ImageWriter;

  constructor(size: number, image: ImageWriter) {
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
    this.#image = image;
  }

  /** A number that does not fit is a fault of the compiler: every bound was checked when the source was read. */
  #check(value: number, bits: 8 | 16 | 32): number {
    if (Number.isInteger(value) && value >= 0 && value < 2 ** bits) return value;
    throw new RangeError(`image: wanted an unsigned number of ${bits} bits, came ${value}`);
  }

  u8(offset: number, value: number): this {
    this.#view.setUint8(offset, this.#check(value, 8));
    return this;
  }

  u16(offset: number, value: number): this {
    this.#view.setUint16(offset, this.#check(value, 16), true);
    return this;
  }

  u32(offset: number, value: number): this {
    this.#view.setUint32(offset, this.#check(value, 32), true);
    return this;
  }

  i64(offset: number, value: bigint): this {
    this.#view.setBigInt64(offset, value, true);
    return this;
  }

  u64(offset: number, value: bigint): this {
    this.#view.setBigUint64(offset, value, true);
    return this;
  }

  ref(offset: number, text: string): this {
    const { start, count } = this.#image.text(text);
    return this.u32(offset, start).u32(offset + 4, count);
  }

  /** A ref in four bytes. */
  short(offset: number, text: string): this {
    return this.shortRun(offset, this.#image.text(text));
  }

  /** A place beyond its bits is in an image that is too large, which is refused as a whole. */
  shortRun(offset: number, { start, count }: Run): this {
    if (count > SHORT_BYTES_MAX) throw new RangeError(`image: wanted a short run, came ${count}`);
    return this.u32(offset, (start % SHORT_UNIT) + count * SHORT_UNIT);
  }

  run(offset: number, { start, count }: Run): this {
    return this.u32(offset, start).u32(offset + 4, count);
  }

  raw(offset: number, bytes: Uint8Array): this {
    this.bytes.set(bytes, offset);
    return this;
  }
}

export class ImageWriter {
  readonly #sections: Uint8Array[][] = layout.SECTION_ENTRY_BYTES.map(() => []);
  readonly #texts = new Map<string, Run>();
  #textBytes = 0;
  readonly #runs = new Map<string, Run>();
  /** Hash of each name, in their order. */
  readonly #names = new Map<string, number>();

  /** Where a text stands; equal texts stand once. */
  text(text: string): Run {
    const known = this.#texts.get(text);
    if (known) return known;
    const bytes = ENCODER.encode(text);
    const run = { start: bytes.length === 0 ? 0 : this.#textBytes, count: bytes.length };
    this.#section(layout.SECTION_TEXT).push(bytes);
    this.#textBytes += bytes.length;
    this.#texts.set(text, run);
    return run;
  }

  /**
   * Puts texts of which some stand in others: a text with which another one begins, or ends after `_`, shares its bytes.
   * The longest come first, so that there is always somebody to share with.
   */
  texts(texts: Iterable<string>): void {
    const all = [...new Set(texts)].sort(
      (one, other) => other.length - one.length || compareText(one, other),
    );
    const wanted = new Set(all);
    for (const text of all) {
      const { start } = this.text(text);
      for (let cut = text.length - 1; cut > 0; cut--) {
        if (wanted.has(text.slice(0, cut))) this.#share(text.slice(0, cut), start);
        if (text[cut - 1] === "_" && wanted.has(text.slice(cut))) {
          this.#share(text.slice(cut), start + ENCODER.encode(text.slice(0, cut)).length);
        }
      }
    }
  }

  #share(text: string, start: number): void {
    if (!this.#texts.has(text)) this.#texts.set(text, { start, count: ENCODER.encode(text).length });
  }

  #section(section: number): Uint8Array[] {
    const entries = this.#sections[section];
    if (!entries) throw new RangeError(`image: no section ${section}`);
    return entries;
  }

  /** An entry of this section, to be filled and put. */
  entry(section: number): EntryWriter {
    return new EntryWriter(layout.SECTION_ENTRY_BYTES[section] ?? 0, this);
  }

  /** Appends an entry; gives its index. */
  put(section: number, entry: EntryWriter): number {
    return this.#section(section).push(entry.bytes) - 1;
  }

  /** Appends entries that are bytes already, a whole number of them. */
  putBytes(section: number, bytes: Uint8Array): void {
    this.#section(section).push(bytes);
  }

  /** Appends entries that stand together. A run that stands there already is used again. */
  putRun(section: number, entries: readonly EntryWriter[]): Run {
    if (entries.length === 0) return { start: 0, count: 0 };
    const key = `${section}:${entries.map(({ bytes }) => bytes.join()).join(";")}`;
    const known = this.#runs.get(key);
    if (known) return known;
    const target = this.#section(section);
    const run = { start: target.length, count: entries.length };
    for (const { bytes } of entries) target.push(bytes);
    this.#runs.set(key, run);
    return run;
  }

  /** A list of numbers with its count before it; gives the index of the count. */
  putList(items: readonly number[]): number {
    const numbers = [items.length, ...items];
    return this.putRun(
      layout.SECTION_LISTS,
      numbers.map((number) => this.entry(layout.SECTION_LISTS).u32(0, number)),
    ).start;
  }

  putName(namespace: number, text: string, value: number): void {
    const key = `${namespace}:${text}`;
    if (this.#names.has(key)) throw new RangeError(`image: the name ${key} twice`);
    const { start, count } = this.text(text);
    const entry = this.entry(layout.SECTION_NAMES)
      .u32(layout.NAMES_TEXT, start)
      .u16(layout.NAMES_SIZE, count)
      .u16(layout.NAMES_NAMESPACE, namespace)
      .u32(layout.NAMES_VALUE, value);
    this.put(layout.SECTION_NAMES, entry);
    this.#names.set(key, nameHash(namespace, ENCODER.encode(text)));
  }

  /** Slots of the hash table: names in their order, each in the first free slot from its hash on. */
  #putSlots(): void {
    if (this.#names.size > SLOT_NAMES_MAX) throw new RangeError(`image: more than ${SLOT_NAMES_MAX} names`);
    let count = SLOTS_MIN;
    while (count * 9 < this.#names.size * 10) count *= 2;
    const slots = new Array<number>(count).fill(0);
    let index = 0;
    for (const hash of this.#names.values()) {
      // `>>> 0`: a mask of 32 bits would otherwise come out negative.
      let slot = (hash & (count - 1)) >>> 0;
      while (slots[slot] !== 0) slot = (slot + 1) % count;
      slots[slot] = slotOf(hash, index++);
    }
    for (const slot of slots) this.put(layout.SECTION_SLOTS, this.entry(layout.SECTION_SLOTS).u32(0, slot));
  }

  /** The file. Call it once, after everything was put. */
  finish(): Uint8Array {
    this.#putSlots();
    const sizes = this.#sections.map((entries) => entries.reduce((sum, { length }) => sum + length, 0));
    const fileBytes = sizes.reduce((end, size) => aligned(end) + size, layout.HEADER_SIZE);
    const file = new Uint8Array(fileBytes);
    const view = new DataView(file.buffer);
    view.setUint32(layout.HEADER_MAGIC, layout.IMAGE_MAGIC, true);
    view.setUint16(layout.HEADER_VERSION, VERSION_IMAGE, true);
    view.setUint16(layout.HEADER_ABI, VERSION_ABI, true);
    view.setUint32(layout.HEADER_BYTES, fileBytes, true);
    view.setUint32(layout.HEADER_SECTIONS, layout.SECTION_COUNT, true);
    let end = layout.HEADER_SIZE;
    this.#sections.forEach((entries, section) => {
      let at = aligned(end);
      const directory = layout.HEADER_DIRECTORY + section * layout.DIRECTORY_BYTES;
      const entryBytes = layout.SECTION_ENTRY_BYTES[section] ?? 1;
      view.setUint32(directory, at, true);
      view.setUint32(directory + 4, (sizes[section] ?? 0) / entryBytes, true);
      for (const bytes of entries) {
        file.set(bytes, at);
        at += bytes.length;
      }
      end = at;
    });
    file.set(sha256(file.subarray(layout.HEADER_DIRECTORY)), layout.HEADER_DIGEST);
    return file;
  }
}
