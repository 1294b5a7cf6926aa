/**
 * Writes CMP/1 into an area of memory. Every header and number takes its shortest form; the caller gives map keys in
 * ascending byte order and as many values as the headers announce.
 *
 * A value that does not fit sets `writerOverflowed` and nothing is written from then on, so one check at the end is
 * enough. One document at a time.
 */

import { BigEndian, copyShort } from "./bytes";

let start: usize = 0;
let cursor: usize = 0;
let limit: usize = 0;
let overflowed: bool = false;

/** Starts a document of at most `capacity` bytes at `area`. */
export function writerBegin(area: usize, capacity: u32): void {
  start = area;
  cursor = area;
  limit = area + capacity;
  overflowed = false;
}

/** Bytes written since `writerBegin`. */
export function writerSize(): u32 {
  return <u32>(cursor - start);
}

/** True when something did not fit: what was written is then only a part. */
export function writerOverflowed(): bool {
  return overflowed;
}

/** Nil. */
export function putNil(): void {
  putByte(0xc0);
}

/** Bool. */
export function putBool(value: bool): void {
  putByte(value ? 0xc3 : 0xc2);
}

/** Int in [-2^63, 2^63-1]. */
export function putInt(value: i64): void {
  if (value >= 0) {
    putUint(<u64>value);
  } else if (value >= -32) {
    putByte(<u32>(value & 0xff));
  } else if (value >= -128) {
    putTagged(0xd0, 1, <u64>value);
  } else if (value >= -32_768) {
    putTagged(0xd1, 2, <u64>value);
  } else if (value >= -2_147_483_648) {
    putTagged(0xd2, 4, <u64>value);
  } else {
    putTagged(0xd3, 8, <u64>value);
  }
}

/** Int in [0, 2^64-1]. */
export function putUint(value: u64): void {
  if (value < 0x80) putByte(<u32>value);
  else if (value <= 0xff) putTagged(0xcc, 1, value);
  else if (value <= 0xffff) putTagged(0xcd, 2, value);
  else if (value <= 0xffffffff) putTagged(0xce, 4, value);
  else putTagged(0xcf, 8, value);
}

/** Header of a str of `size` bytes, which follow through `putBytes`. */
export function putStrHeader(size: u32): void {
  if (size < 32) putByte(0xa0 | size);
  else if (size <= 0xff) putTagged(0xd9, 1, size);
  else if (size <= 0xffff) putTagged(0xda, 2, size);
  else putTagged(0xdb, 4, size);
}

/** Str: `size` bytes of well-formed UTF-8 at `at`. */
export function putStr(at: usize, size: u32): void {
  putStrHeader(size);
  putBytes(at, size);
}

/** Bin. */
export function putBin(at: usize, size: u32): void {
  if (size <= 0xff) putTagged(0xc4, 1, size);
  else if (size <= 0xffff) putTagged(0xc5, 2, size);
  else putTagged(0xc6, 4, size);
  putBytes(at, size);
}

/** Header of an array; `items` values follow. */
export function putArrayHeader(items: u32): void {
  if (items < 16) putByte(0x90 | items);
  else if (items <= 0xffff) putTagged(0xdc, 2, items);
  else putTagged(0xdd, 4, items);
}

/** Header of a map; `pairs` times a key and its value follow, keys ascending. */
export function putMapHeader(pairs: u32): void {
  if (pairs < 16) putByte(0x80 | pairs);
  else if (pairs <= 0xffff) putTagged(0xde, 2, pairs);
  else putTagged(0xdf, 4, pairs);
}

/** Bytes as they are: the payload after a header, or a value that is encoded already. */
export function putBytes(at: usize, size: u32): void {
  const to = reserve(size);
  if (to != 0) copyShort(to, at, size);
}

/** Address of `size` fresh bytes, or 0 when they do not fit. */
function reserve(size: u32): usize {
  if (overflowed || <u32>(limit - cursor) < size) {
    overflowed = true;
    return 0;
  }
  const to = cursor;
  cursor += size;
  return to;
}

function putByte(value: u32): void {
  const to = reserve(1);
  if (to != 0) store<u8>(to, value);
}

/** A type byte and the low `width` bytes of `value`, highest first. */
function putTagged(type: u32, width: u32, value: u64): void {
  const to = reserve(1 + width);
  if (to == 0) return;
  store<u8>(to, type);
  if (width == 1) store<u8>(to, <u32>value, 1);
  else if (width == 2) BigEndian.store16(to + 1, <u32>value);
  else if (width == 4) BigEndian.store32(to + 1, <u32>value);
  else BigEndian.store64(to + 1, value);
}
