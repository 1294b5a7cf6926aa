/**
 * CMP/1, the canonical MessagePack profile: one pass that refuses whatever an encoder could not have written and leaves
 * an index of the values, then reads over that index. `docs/format/cmp1.md` has the profile.
 *
 * The index is one 16-byte node a value, in document order; map keys are nodes too, directly before their value:
 *
 *   0  u8   kind     KIND_*
 *   1  u8   header   bytes before the payload, the type byte included
 *   4  u32  at       address of the first encoded byte
 *   8  u32  size     str, bin: payload bytes. int, float: bytes after the type byte. array: elements. map: pairs
 *  12  u32  next     node after this subtree; in a key: the next key, so that a lookup steps over values
 *
 * Behind the last node stands one that holds only the end of the document, so the end of every value is a load away.
 * There is one document at a time: `index` forgets the one before. Addresses in nodes point into the caller's bytes.
 */

import { DEPTH_MAX, NODES_MAX } from "../gen/limits";
import { BigEndian, compare, equal } from "./bytes";
import { valid } from "./utf8";

export const KIND_NIL: u32 = 0;
export const KIND_BOOL: u32 = 1;
export const KIND_INT: u32 = 2;
export const KIND_FLOAT: u32 = 3;
export const KIND_STR: u32 = 4;
export const KIND_BIN: u32 = 5;
export const KIND_ARRAY: u32 = 6;
export const KIND_MAP: u32 = 7;

export const CMP_OK: i32 = 0;
/** The bytes end inside a value. */
export const CMP_TRUNCATED: i32 = -1;
/** Bytes follow the value. */
export const CMP_TRAILING: i32 = -2;
/** ext, float32 or 0xc1. */
export const CMP_BAD_TYPE: i32 = -3;
/** A shorter form of this number or length exists. */
export const CMP_NOT_SHORTEST: i32 = -4;
export const CMP_BAD_UTF8: i32 = -5;
/** A map key that is not a str. */
export const CMP_KEY_TYPE: i32 = -6;
/** A map key that is not above the key before it: out of order, or twice. */
export const CMP_KEY_ORDER: i32 = -7;
/** More than DEPTH_MAX containers inside each other. */
export const CMP_DEPTH: i32 = -8;
/** NaN or an infinity. */
export const CMP_NOT_FINITE: i32 = -9;
/** A float64 that must be an int. */
export const CMP_INTEGRAL_FLOAT: i32 = -10;
/** More than NODES_MAX bytes. Every value takes a byte, so a document within it cannot overflow the index. */
export const CMP_TOO_LARGE: i32 = -11;

const NODE_BYTES: i32 = 16;
const TAKEN: usize = 3;
const AT: usize = 4;
const SIZE: usize = 8;
const NEXT: usize = 12;
const NODES: usize = memory.data((NODES_MAX + 1) * NODE_BYTES, 16);

/** What is set aside of the outer container while an inner one is read. */
const FRAME_BYTES: i32 = 16;
const FRAMES: usize = memory.data(DEPTH_MAX * FRAME_BYTES, 16);

let nodeCount: u32 = 0;
let failedAt: u32 = 0;

/**
 * Checks the `size` bytes at `at` and indexes them.
 * @returns CMP_OK, or what is wrong with the first thing that is wrong; `errorAt` says where. After a refusal the index
 * is empty.
 */
export function index(at: usize, size: u32): i32 {
  nodeCount = 0;
  failedAt = 0;
  if (size > <u32>NODES_MAX) return CMP_TOO_LARGE;
  const end = at + size;
  let cursor = at;
  let node = NODES; // Address of the next node to write.
  let count: u32 = 0; // Nodes written.

  // The open container, if depth > 0.
  let depth: u32 = 0;
  let left: u32 = 0; // Values it still waits for.
  let container: usize = 0; // Address of its node.
  let key: usize = 0; // Address of the node of the key whose value comes next; 0 in an array.
  let keyed = false; // It is a map.
  let frame = FRAMES;

  while (true) {
    if (keyed) {
      if (cursor >= end) return refuse(CMP_TRUNCATED, cursor, at);
      const type: u32 = load<u8>(cursor);
      let header: u32 = 1;
      let bytes: u32 = type & 0x1f;
      if ((type & 0xe0) != 0xa0) {
        if (type < 0xd9 || type > 0xdb) return refuse(CMP_KEY_TYPE, cursor, at);
        header = 1 + (1 << (type - 0xd9));
        if (<u32>(end - cursor) < header) return refuse(CMP_TRUNCATED, cursor, at);
        bytes = lengthAfter(cursor, header);
        if (!lengthIsShortest(KIND_STR, bytes, header)) return refuse(CMP_NOT_SHORTEST, cursor, at);
      }
      const text = cursor + header;
      if (<u32>(end - text) < bytes) return refuse(CMP_TRUNCATED, cursor, at);
      if (!valid(text, bytes)) return refuse(CMP_BAD_UTF8, cursor, at);
      if (key != 0) {
        const before: usize = load<u32>(key, AT) + load<u8>(key, 1);
        const beforeBytes = load<u32>(key, SIZE);
        // Most keys differ in their first byte, which decides.
        if (bytes == 0 || beforeBytes == 0 || load<u8>(before) >= load<u8>(text)) {
          if (compare(before, beforeBytes, text, bytes) >= 0) return refuse(CMP_KEY_ORDER, cursor, at);
        }
        store<u32>(key, count, NEXT);
      }
      store<u32>(node, KIND_STR | (header << 8));
      store<u32>(node, cursor, AT);
      store<u32>(node, bytes, SIZE);
      key = node;
      node += NODE_BYTES;
      count++;
      cursor = text + bytes;
    }

    if (cursor >= end) return refuse(CMP_TRUNCATED, cursor, at);
    const type: u32 = load<u8>(cursor);
    const rest: u32 = <u32>(end - cursor);
    let kind: u32 = KIND_INT;
    let header: u32 = 1;
    let bytes: u32 = 0; // Payload bytes of a leaf.
    let items: u32 = 0; // Elements or pairs of a container.

    if (type < 0x80 || type >= 0xe0) {
      // The number is the type byte.
    } else if (type < 0xc0) {
      if (type >= 0xa0) {
        kind = KIND_STR;
        bytes = type & 0x1f;
      } else {
        kind = type < 0x90 ? KIND_MAP : KIND_ARRAY;
        items = type & 0x0f;
      }
    } else if (type >= 0xcc && type <= 0xd3) {
      bytes = 1 << (type & 3);
      if (rest <= bytes) return refuse(CMP_TRUNCATED, cursor, at);
      if (!intIsShortest(type, cursor + 1)) return refuse(CMP_NOT_SHORTEST, cursor, at);
    } else if (type == 0xc0) {
      kind = KIND_NIL;
    } else if (type == 0xc2 || type == 0xc3) {
      kind = KIND_BOOL;
    } else if (type == 0xcb) {
      kind = KIND_FLOAT;
      bytes = 8;
      if (rest <= bytes) return refuse(CMP_TRUNCATED, cursor, at);
      const wrong = floatRefusal(BigEndian.load64(cursor + 1));
      if (wrong != CMP_OK) return refuse(wrong, cursor, at);
    } else if (type >= 0xd9) {
      // d9 da db: str; dc dd: array; de df: map.
      kind = type < 0xdc ? KIND_STR : type < 0xde ? KIND_ARRAY : KIND_MAP;
      header = 1 + (kind == KIND_STR ? 1 << (type - 0xd9) : 2 << (type & 1));
      if (rest < header) return refuse(CMP_TRUNCATED, cursor, at);
      const length = lengthAfter(cursor, header);
      if (!lengthIsShortest(kind, length, header)) return refuse(CMP_NOT_SHORTEST, cursor, at);
      if (kind == KIND_STR) bytes = length;
      else items = length;
    } else if (type >= 0xc4 && type <= 0xc6) {
      kind = KIND_BIN;
      header = 1 + (1 << (type - 0xc4));
      if (rest < header) return refuse(CMP_TRUNCATED, cursor, at);
      bytes = lengthAfter(cursor, header);
      if (!lengthIsShortest(kind, bytes, header)) return refuse(CMP_NOT_SHORTEST, cursor, at);
    } else {
      return refuse(CMP_BAD_TYPE, cursor, at); // c1, c7-c9, ca, d4-d8.
    }

    if (rest - header < bytes) return refuse(CMP_TRUNCATED, cursor, at);
    if (kind == KIND_STR && !valid(cursor + header, bytes)) return refuse(CMP_BAD_UTF8, cursor, at);
    store<u32>(node, kind | (header << 8));
    store<u32>(node, cursor, AT);
    count++;

    if (kind >= KIND_ARRAY) {
      store<u32>(node, items, SIZE);
      cursor += header;
      if (depth == <u32>DEPTH_MAX) return refuse(CMP_DEPTH, load<u32>(node, AT), at);
      if (items > 0) {
        store<u32>(frame, left, 0);
        store<u32>(frame, container, 4);
        store<u32>(frame, key, 8);
        store<u32>(frame, keyed ? 1 : 0, 12);
        frame += FRAME_BYTES;
        depth++;
        left = items; // A count that cannot be true ends where the bytes do: every value takes one.
        container = node;
        key = 0;
        keyed = kind == KIND_MAP;
        node += NODE_BYTES;
        continue;
      }
      store<u32>(node, count, NEXT);
    } else {
      store<u32>(node, bytes, SIZE);
      store<u32>(node, count, NEXT);
      cursor += header + bytes;
    }
    node += NODE_BYTES;

    // A value is complete. It may complete the containers around it.
    while (depth > 0) {
      left--;
      if (left > 0) break;
      store<u32>(container, count, NEXT);
      if (keyed) store<u32>(key, count, NEXT);
      depth--;
      frame -= FRAME_BYTES;
      left = load<u32>(frame, 0);
      container = load<u32>(frame, 4);
      key = load<u32>(frame, 8);
      keyed = load<u32>(frame, 12) != 0;
    }
    if (depth == 0) break;
  }

  if (cursor != end) return refuse(CMP_TRAILING, cursor, at);
  assert(count <= <u32>NODES_MAX);
  store<u32>(node, cursor, AT);
  nodeCount = count;
  return CMP_OK;
}

/** Bytes from the start of the document to what `index` refused. */
export function errorAt(): u32 {
  return failedAt;
}

/** Nodes of the indexed document; 0 after a refusal. */
export function nodes(): u32 {
  return nodeCount;
}

/** Node of the outermost value. */
export function root(): i32 {
  assert(nodeCount > 0);
  return 0;
}

/** One of KIND_*. */
export function kind(node: i32): u32 {
  return load<u8>(nodeAt(node));
}

/** Elements of an array, pairs of a map. */
export function count(node: i32): u32 {
  assert(load<u8>(nodeAt(node)) >= KIND_ARRAY);
  return load<u32>(nodeAt(node), SIZE);
}

/** Address of the first payload byte of a str or bin. */
export function bytesAt(node: i32): usize {
  const from = nodeAt(node);
  assert(load<u8>(from) == KIND_STR || load<u8>(from) == KIND_BIN);
  return load<u32>(from, AT) + load<u8>(from, 1);
}

/** Payload bytes of a str or bin. */
export function bytesSize(node: i32): u32 {
  const from = nodeAt(node);
  assert(load<u8>(from) == KIND_STR || load<u8>(from) == KIND_BIN);
  return load<u32>(from, SIZE);
}

/** Address of the first byte of the encoded value. */
export function encodedAt(node: i32): usize {
  return load<u32>(nodeAt(node), AT);
}

/** Bytes of the encoded value, everything inside it included. */
export function encodedSize(node: i32): u32 {
  const from = nodeAt(node);
  if (load<u8>(from) < KIND_ARRAY) return load<u8>(from, 1) + load<u32>(from, SIZE);
  return load<u32>(NODES + load<u32>(from, NEXT) * NODE_BYTES, AT) - load<u32>(from, AT);
}

/** Node after a value and everything inside it, in document order; after the document's last value `nodes()`. */
export function after(node: i32): i32 {
  return <i32>load<u32>(nodeAt(node), NEXT);
}

/** Notes of a value and everything inside it whether somebody took it; 0 or 1. */
export function setTaken(node: i32, taken: u8): void {
  const end = after(node);
  for (; node < end; node++) store<u8>(nodeAt(node), taken, TAKEN);
}

export function isTaken(node: i32): bool {
  return load<u8>(nodeAt(node), TAKEN) != 0;
}

/** True for a map key: the next node of any other str is the one behind it, of a key one beyond its value. */
export function isKey(node: i32): bool {
  return kind(node) == KIND_STR && after(node) > node + 1;
}

/** First element of an array or first key of a map; -1 in an empty one. */
export function firstChild(node: i32): i32 {
  return count(node) > 0 ? node + 1 : -1;
}

/** Element after `child` in the array `parent`, or key after the key `child` in the map `parent`; -1 behind the last. */
export function nextSibling(parent: i32, child: i32): i32 {
  assert(child > parent);
  const following = load<u32>(nodeAt(child), NEXT);
  return following < load<u32>(nodeAt(parent), NEXT) ? <i32>following : -1;
}

/** Value that belongs to a key of a map. */
export function valueUnder(key: i32): i32 {
  return key + 1;
}

/**
 * Value under a key, or -1: no such key, or `map` is not a map. Keys are compared byte by byte; they ascend, so the
 * search ends at the first one that begins above the wanted key.
 */
export function member(map: i32, keyAt: usize, keySize: u32): i32 {
  const from = nodeAt(map);
  if (load<u8>(from) != KIND_MAP) return -1;
  const after = load<u32>(from, NEXT);
  const first: u32 = keySize > 0 ? load<u8>(keyAt) : 0;
  let key: u32 = <u32>map + 1;
  while (key < after) {
    const record = NODES + key * NODE_BYTES;
    const size = load<u32>(record, SIZE);
    const text: usize = load<u32>(record, AT) + load<u8>(record, 1);
    if (size == keySize && equal(text, keyAt, keySize)) return <i32>(key + 1);
    if (size > 0 && load<u8>(text) > first) return -1;
    key = load<u32>(record, NEXT);
  }
  return -1;
}

/** True when two strs, or two bins, hold the same bytes. */
export function sameBytes(one: i32, other: i32): bool {
  const bytes = bytesSize(one);
  return bytesSize(other) == bytes && equal(bytesAt(one), bytesAt(other), bytes);
}

/** Value of a bool. */
export function asBool(node: i32): bool {
  assert(kind(node) == KIND_BOOL);
  return load<u8>(encodedAt(node)) == 0xc3;
}

/** True when an int is below zero. */
export function isNegative(node: i32): bool {
  assert(kind(node) == KIND_INT);
  return load<u8>(encodedAt(node)) >= 0xd0; // d0-d3 and e0-ff.
}

/** True when an int lies in [-2^63, 2^63-1], so that `asI64` may read it. */
export function intFits(node: i32): bool {
  assert(kind(node) == KIND_INT);
  const at = encodedAt(node);
  return load<u8>(at) != 0xcf || load<u8>(at, 1) < 0x80;
}

/** Value of an int for which `intFits`. */
export function asI64(node: i32): i64 {
  assert(intFits(node));
  return <i64>intBits(encodedAt(node));
}

/** Value of an int that is not negative. */
export function asU64(node: i32): u64 {
  assert(!isNegative(node));
  return intBits(encodedAt(node));
}

/** The 64 bits of a float64. */
export function floatBits(node: i32): u64 {
  assert(kind(node) == KIND_FLOAT);
  return BigEndian.load64(encodedAt(node) + 1);
}

/** Address of a node of the current document. */
function nodeAt(node: i32): usize {
  assert(<u32>node < nodeCount);
  return NODES + <u32>node * NODE_BYTES;
}

/** The bits of the int at `at`, sign-extended to 64. */
function intBits(at: usize): u64 {
  const type: u32 = load<u8>(at);
  if (type < 0x80) return type;
  if (type >= 0xe0) return <u64>(<i64>load<i8>(at));
  if (type == 0xcc) return load<u8>(at, 1);
  if (type == 0xcd) return BigEndian.load16(at + 1);
  if (type == 0xce) return BigEndian.load32(at + 1);
  if (type == 0xd0) return <u64>(<i64>load<i8>(at, 1));
  if (type == 0xd1) return <u64>(<i64>(<i16>BigEndian.load16(at + 1)));
  if (type == 0xd2) return <u64>(<i64>(<i32>BigEndian.load32(at + 1)));
  return BigEndian.load64(at + 1); // cf, d3.
}

/** Ends the pass with nothing indexed. */
function refuse(code: i32, cursor: usize, at: usize): i32 {
  nodeCount = 0;
  failedAt = <u32>(cursor - at);
  return code;
}

/** The length between the type byte and the end of a header of 2, 3 or 5 bytes. */
function lengthAfter(at: usize, header: u32): u32 {
  if (header == 2) return load<u8>(at, 1);
  if (header == 3) return BigEndian.load16(at + 1);
  return BigEndian.load32(at + 1);
}

/** True when no shorter header can say this length: fixstr ends at 31, fixarray and fixmap at 15, and bin has none. */
function lengthIsShortest(kind: u32, length: u32, header: u32): bool {
  if (header == 5) return length > 0xffff;
  if (kind >= KIND_ARRAY) return length > 15;
  if (header == 3) return length > 0xff;
  return kind == KIND_BIN || length > 31;
}

/** True when no shorter form can say the number after the type byte cc-cf or d0-d3. */
function intIsShortest(type: u32, at: usize): bool {
  if (type == 0xcc) return load<u8>(at) >= 0x80;
  if (type == 0xcd) return BigEndian.load16(at) > 0xff;
  if (type == 0xce) return BigEndian.load32(at) > 0xffff;
  if (type == 0xcf) return BigEndian.load32(at) != 0;
  if (type == 0xd0) return load<i8>(at) < -32;
  if (type == 0xd1) return <i16>BigEndian.load16(at) < -128;
  if (type == 0xd2) return <i32>BigEndian.load32(at) < -32_768;
  return <i64>BigEndian.load64(at) < -2_147_483_648;
}

/**
 * CMP_OK for the bits of a float64 that is finite and cannot be an int: it has a fraction, or it lies outside
 * [-2^63, 2^64-1]. Zero, of either sign, is an int.
 */
function floatRefusal(bits: u64): i32 {
  const exponent: u32 = <u32>(bits >> 52) & 0x7ff;
  const fraction: u64 = bits & 0x000fffffffffffff;
  if (exponent == 0x7ff) return CMP_NOT_FINITE;
  if (exponent < 1023) return bits << 1 == 0 ? CMP_INTEGRAL_FLOAT : CMP_OK; // Below 1.
  const power = exponent - 1023; // 2^power <= |x| < 2^(power+1)
  if (power < 52 && fraction << (12 + power) != 0) return CMP_OK; // A fraction is left.
  if (power < 63) return CMP_INTEGRAL_FLOAT;
  if (power > 63) return CMP_OK;
  const negative = bits >> 63 != 0;
  return negative && fraction != 0 ? CMP_OK : CMP_INTEGRAL_FLOAT; // -2^63 is the lowest int.
}
