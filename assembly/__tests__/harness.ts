/**
 * The base layer as a module of its own, so that tests in TypeScript can drive it with many inputs. Not part of any
 * build: the tests compile it. Values of 64 bits cross in memory.
 */

import * as bytes from "../base/bytes";
import * as cmp from "../base/cmp";
import * as decimal from "../base/decimal";
import * as sha from "../base/sha256";
import * as utf8 from "../base/utf8";
import * as writer from "../base/writer";

/** Input of every call. */
export const INPUT: usize = memory.data(131_072, 16);
/** Output, and 64-bit arguments and results in its first bytes. */
export const OUTPUT: usize = memory.data(131_072, 16);
const OUTPUT_BYTES: u32 = 131_072;

export function sha256(size: u32): void {
  sha.sha256(INPUT, size, OUTPUT);
}

/** The same digest in pieces: `first` bytes, then pieces of `step` bytes. */
export function sha256Pieces(size: u32, first: u32, step: u32): void {
  sha.sha256Begin();
  sha.sha256Update(INPUT, first);
  for (let done = first; done < size; done += step) {
    sha.sha256Update(INPUT + done, size - done < step ? size - done : step);
  }
  sha.sha256Finish(OUTPUT);
}

export function utf8Valid(size: u32): i32 {
  return utf8.valid(INPUT, size) ? 1 : 0;
}

/** Code points of well-formed text as u32 at OUTPUT; how many. */
export function utf8CodePoints(size: u32): u32 {
  let count: u32 = 0;
  for (let at = INPUT; at < INPUT + size; at += utf8.width(at)) {
    store<u32>(OUTPUT + count * 4, utf8.codePoint(at));
    count++;
  }
  return count;
}

/** Order of the first `oneSize` bytes and the `otherSize` bytes after them. */
export function compare(oneSize: u32, otherSize: u32): i32 {
  return bytes.compare(INPUT, oneSize, INPUT + oneSize, otherSize);
}

/** Whether the first `size` bytes equal the `size` bytes after them. */
export function equal(size: u32): i32 {
  return bytes.equal(INPUT, INPUT + size, size) ? 1 : 0;
}

export function hash32(size: u32): u32 {
  return bytes.hash32(INPUT, size);
}

export function index(size: u32): i32 {
  return cmp.index(INPUT, size);
}

export function errorAt(): u32 {
  return cmp.errorAt();
}

export function nodes(): u32 {
  return cmp.nodes();
}

/** Reads the indexed document through the node functions only and writes it again at OUTPUT: bytes, or -1. */
export function rewrite(): i32 {
  writer.writerBegin(OUTPUT, OUTPUT_BYTES);
  const total = <i32>cmp.nodes();
  for (let node = 0; node < total; node++) {
    const kind = cmp.kind(node);
    if (kind == cmp.KIND_NIL) writer.putNil();
    else if (kind == cmp.KIND_BOOL) writer.putBool(cmp.asBool(node));
    else if (kind == cmp.KIND_STR) writer.putStr(cmp.bytesAt(node), cmp.bytesSize(node));
    else if (kind == cmp.KIND_BIN) writer.putBin(cmp.bytesAt(node), cmp.bytesSize(node));
    else if (kind == cmp.KIND_ARRAY) writer.putArrayHeader(cmp.count(node));
    else if (kind == cmp.KIND_MAP) writer.putMapHeader(cmp.count(node));
    else if (kind == cmp.KIND_FLOAT) writer.putBytes(cmp.encodedAt(node), 9);
    else if (cmp.intFits(node)) writer.putInt(cmp.asI64(node));
    else writer.putUint(cmp.asU64(node));
  }
  return writer.writerOverflowed() ? -1 : <i32>writer.writerSize();
}

/**
 * Visits every value by `firstChild`, `nextSibling`, `valueUnder` and checks what the index says of it: sizes add up to the
 * parent's, and `member` finds exactly the value beside each key. Returns the values visited, or -1.
 */
export function walk(): i32 {
  let visited = 0;
  const total = <i32>cmp.nodes();
  for (let node = 0; node < total; node++) {
    visited++;
    const kind = cmp.kind(node);
    if (kind < cmp.KIND_ARRAY) continue;
    const keyed = kind == cmp.KIND_MAP;
    let left = cmp.count(node);
    let end = cmp.encodedAt(node);
    let child = cmp.firstChild(node);
    if (child >= 0) end = cmp.encodedAt(child);
    else end += cmp.encodedSize(node);
    for (; child >= 0; child = cmp.nextSibling(node, child)) {
      if (left == 0 || cmp.encodedAt(child) != end) return -1;
      left--;
      let value = child;
      if (keyed) {
        end += cmp.encodedSize(child);
        value = cmp.valueUnder(child);
        if (cmp.encodedAt(value) != end) return -1;
        if (cmp.member(node, cmp.bytesAt(child), cmp.bytesSize(child)) != value) return -1;
      }
      end += cmp.encodedSize(value);
    }
    if (left != 0 || end != cmp.encodedAt(node) + cmp.encodedSize(node)) return -1;
  }
  return visited;
}

/** Node under the key of `keySize` bytes behind the document of `size` bytes in the outermost map, or -1. */
export function memberOfRoot(size: u32, keySize: u32): i32 {
  return cmp.member(cmp.root(), INPUT + size, keySize);
}

/** Writes the int whose bits lie at OUTPUT to INPUT; its size. */
export function putInt(signed: bool, capacity: u32): i32 {
  writer.writerBegin(INPUT, capacity);
  if (signed) writer.putInt(load<i64>(OUTPUT));
  else writer.putUint(load<u64>(OUTPUT));
  return writer.writerOverflowed() ? -1 : <i32>writer.writerSize();
}

/** Status for the float64 whose bits lie at OUTPUT; the value replaces them. */
export function minorOfFloat(exponent: u32): i32 {
  const status = decimal.minorOfFloat(load<u64>(OUTPUT), exponent);
  store<i64>(OUTPUT, decimal.minor());
  return status;
}

export function minorOfText(size: u32, exponent: u32): i32 {
  const status = decimal.minorOfText(INPUT, size, exponent);
  store<i64>(OUTPUT, decimal.minor());
  return status;
}
