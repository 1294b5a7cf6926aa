/**
 * The bytes of entries with a record, which nearly all of a log is, written and read without the general codec: a fifth of
 * the time. What is not exactly of this form is left to the general one, which knows why.
 */

import { encode } from "../src/codec/encode.ts";
import type { EntryCell, RecordEntry, Sealed } from "./entry.ts";

const utf8 = new TextEncoder();
const DIGEST_BYTES = 32;
const KEY_BYTES = 16;

/** A key of at most 31 bytes with what stands between it and its value's content. */
function key(name: string, ...lead: readonly number[]): Uint8Array {
  return Uint8Array.of(0xa0 | name.length, ...utf8.encode(name), ...lead);
}

const CELLS = key("cells");
const PREV = key("prev", 0xc4, DIGEST_BYTES);
const RECORD = key("record");
const SEALED = Uint8Array.of(...key("sealed", 0x83), ...key("fields", 0xc4, DIGEST_BYTES));
const SEALED_KEY = key("key", 0xc4, KEY_BYTES);
const SEALED_SHA256 = key("sha256", 0xc4, DIGEST_BYTES);
const SEQ = key("seq");
const END = key("v", 1);
const GAP = key("gap", 0xc3);
const TALLIES = key("tallies");
const VERSION = key("version");

/** Members besides `cells` and `sealed`. */
const MEMBERS = 4;
/** All that is written but record and cells. */
const REST_BYTES_MAX = 256;

export function recordEntryBytes({ prev, seq, record, cells, sealed }: RecordEntry): Uint8Array {
  const cellBytes = cells.length === 0 ? undefined : encode(cells);
  const bytes = new Uint8Array(REST_BYTES_MAX + record.length + (cellBytes?.length ?? 0));
  let at = 0;
  const put = (...pieces: readonly Uint8Array[]): void => {
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
  };
  bytes[at++] = 0x80 | (MEMBERS + (cellBytes === undefined ? 0 : 1) + (sealed === undefined ? 0 : 1));
  if (cellBytes !== undefined) put(CELLS, cellBytes);
  put(PREV, prev, RECORD);
  const { length } = record;
  if (length < 0x100) bytes[at++] = 0xc4;
  else {
    bytes[at++] = 0xc5;
    bytes[at++] = length >>> 8;
  }
  bytes[at++] = length & 0xff;
  put(record);
  if (sealed !== undefined) put(SEALED, sealed.fields, SEALED_KEY, sealed.key, SEALED_SHA256, sealed.sha256);
  put(SEQ, encode(seq), END);
  return bytes.slice(0, at);
}

/** The entry that the bytes are, its record and digests as views of them; undefined where they are not of this form. */
export function recordEntryIn(bytes: Uint8Array): RecordEntry | undefined {
  const cursor = new Cursor(bytes);
  const members = (bytes[0] as number) - 0x80 - MEMBERS;
  if (!(members >= 0 && members <= 2)) return undefined;
  cursor.at = 1;
  let cells: readonly EntryCell[] = [];
  const hasCells = bytes[1] === CELLS[0];
  if (hasCells) {
    const found = cursor.cells();
    if (found === undefined) return undefined;
    cells = found;
  }
  const prev = cursor.bin(PREV, DIGEST_BYTES);
  if (prev === undefined || !cursor.skip(RECORD)) return undefined;
  const record = cursor.record();
  if (record === undefined) return undefined;
  let sealed: Sealed | undefined;
  const isSealed = members === (hasCells ? 2 : 1);
  if (isSealed) {
    const fields = cursor.bin(SEALED, DIGEST_BYTES);
    const subject = cursor.bin(SEALED_KEY, KEY_BYTES);
    const sha256 = cursor.bin(SEALED_SHA256, DIGEST_BYTES);
    if (fields === undefined || subject === undefined || sha256 === undefined) return undefined;
    sealed = { fields, key: subject, sha256 };
  } else if (members !== (hasCells ? 1 : 0)) return undefined;
  if (!cursor.skip(SEQ)) return undefined;
  const seq = cursor.count();
  if (seq === undefined || !cursor.skip(END) || cursor.at !== bytes.length) return undefined;
  return { prev, seq, record, cells, sealed };
}

/** Goes forward over pieces that are known; what is not there is undefined, and behind the end there is nothing. */
class Cursor {
  readonly #bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  skip(piece: Uint8Array): boolean {
    const { length } = piece;
    for (let step = 0; step < length; step++) if (this.#bytes[this.at + step] !== piece[step]) return false;
    this.at += length;
    return true;
  }

  bin(lead: Uint8Array, length: number): Uint8Array | undefined {
    return this.skip(lead) ? this.#take(length) : undefined;
  }

  record(): Uint8Array | undefined {
    const type = this.#bytes[this.at++];
    if (type === 0xc4) return this.#take(this.#bytes[this.at++] ?? 0);
    if (type !== 0xc5) return undefined;
    const length = this.#big(2);
    return length >= 0x100 ? this.#take(length) : undefined;
  }

  /** A whole number in its shortest form; one beyond 2^53 - 1 as the general codec gives it. */
  integer(): number | bigint | undefined {
    const type = this.#bytes[this.at++] as number;
    if (type < 0x80) return type;
    if (type === 0xcc) return shortest(this.#big(1), 0x80);
    if (type === 0xcd) return shortest(this.#big(2), 0x100);
    if (type === 0xce) return shortest(this.#big(4), 0x1_0000);
    if (type !== 0xcf) return undefined;
    const high = this.#big(4);
    const low = this.#big(4);
    if (!(high > 0 && low >= 0)) return undefined;
    const value = high * 0x1_0000_0000 + low;
    return value <= Number.MAX_SAFE_INTEGER ? value : (BigInt(high) << 32n) | BigInt(low);
  }

  count(): number | undefined {
    const value = this.integer();
    return typeof value === "number" ? value : undefined;
  }

  cells(): readonly EntryCell[] | undefined {
    const count = this.skip(CELLS) ? this.#length(0x90) : undefined;
    if (count === undefined || count === 0) return undefined;
    const cells: EntryCell[] = [];
    for (let number = 0; number < count; number++) {
      const cell = this.#cell();
      if (cell === undefined) return undefined;
      cells.push(cell);
    }
    return cells;
  }

  #cell(): EntryCell | undefined {
    let members = this.#length(0x80);
    if (members === undefined) return undefined;
    const gap = this.skip(GAP);
    if (gap) members--;
    let tallies: (number | bigint)[] | undefined;
    if (this.skip(TALLIES)) {
      members--;
      const count = this.#length(0x90);
      if (count === undefined || count === 0) return undefined;
      tallies = [];
      for (let number = 0; number < count; number++) {
        const tally = this.integer();
        if (tally === undefined) return undefined;
        tallies.push(tally);
      }
    }
    const version = this.skip(VERSION) ? this.count() : undefined;
    if (version === undefined || members !== 1) return undefined;
    return { ...(gap ? { gap: true as const } : {}), ...(tallies === undefined ? {} : { tallies }), version };
  }

  /** Of a list or map: its length, where one byte says it. */
  #length(lead: number): number | undefined {
    const length = (this.#bytes[this.at++] as number) - lead;
    return length >= 0 && length < 16 ? length : undefined;
  }

  #take(length: number): Uint8Array | undefined {
    const from = this.at;
    this.at += length;
    return this.at <= this.#bytes.length ? this.#bytes.subarray(from, this.at) : undefined;
  }

  /** Big-endian; behind the end not a number, which no comparison lets through. */
  #big(length: number): number {
    let value = 0;
    for (let step = 0; step < length; step++) value = value * 256 + (this.#bytes[this.at++] ?? Number.NaN);
    return value;
  }
}

function shortest(value: number, least: number): number | undefined {
  return value >= least ? value : undefined;
}
