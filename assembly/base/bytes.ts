/**
 * Byte ranges in linear memory: compare, copy, hash. An address is `at`, a length is `size`, both in bytes.
 * No function here reads outside the ranges it is given.
 */

/** True when the two ranges of `size` bytes hold the same bytes. */
export function equal(oneAt: usize, otherAt: usize, size: u32): bool {
  if (size < 8) {
    if (size & 4) {
      if (load<u32>(oneAt) != load<u32>(otherAt)) return false;
      oneAt += 4;
      otherAt += 4;
    }
    if (size & 2) {
      if (load<u16>(oneAt) != load<u16>(otherAt)) return false;
      oneAt += 2;
      otherAt += 2;
    }
    return !(size & 1) || load<u8>(oneAt) == load<u8>(otherAt);
  }
  const last: usize = size - 8;
  for (let done: usize = 0; done < last; done += 8) {
    if (load<u64>(oneAt + done) != load<u64>(otherAt + done)) return false;
  }
  // The last eight bytes, which may overlap the word before them.
  return load<u64>(oneAt + last) == load<u64>(otherAt + last);
}

/** Three-way unsigned byte order, a shorter prefix first: -1, 0 or 1. */
export function compare(oneAt: usize, oneSize: u32, otherAt: usize, otherSize: u32): i32 {
  const shared: usize = oneSize < otherSize ? oneSize : otherSize;
  let done: usize = 0;
  for (; done + 8 <= shared; done += 8) {
    const one = load<u64>(oneAt + done);
    const other = load<u64>(otherAt + done);
    if (one != other) return bswap<u64>(one) < bswap<u64>(other) ? -1 : 1;
  }
  for (; done < shared; done++) {
    const one = load<u8>(oneAt + done);
    const other = load<u8>(otherAt + done);
    if (one != other) return one < other ? -1 : 1;
  }
  if (oneSize == otherSize) return 0;
  return oneSize < otherSize ? -1 : 1;
}

/** True when the range begins with the `prefixSize` bytes at `prefixAt`. */
export function startsWith(at: usize, size: u32, prefixAt: usize, prefixSize: u32): bool {
  return size >= prefixSize && equal(at, prefixAt, prefixSize);
}

/** True when the range ends with the `suffixSize` bytes at `suffixAt`. */
export function endsWith(at: usize, size: u32, suffixAt: usize, suffixSize: u32): bool {
  return size >= suffixSize && equal(at + (size - suffixSize), suffixAt, suffixSize);
}

/** Copies `size` bytes into an area that has room for `capacity`; the areas may overlap. */
export function copy(to: usize, capacity: u32, from: usize, size: u32): void {
  assert(size <= capacity);
  memory.copy(to, from, size);
}

/** Copies a short range into one that does not overlap it: the instruction for it costs a call, whatever the size. */
export function copyShort(to: usize, from: usize, size: u32): void {
  for (; size >= 8; size -= 8) {
    store<u64>(to, load<u64>(from));
    to += 8;
    from += 8;
  }
  if (size & 4) {
    store<u32>(to, load<u32>(from));
    to += 4;
    from += 4;
  }
  if (size & 2) {
    store<u16>(to, load<u16>(from));
    to += 2;
    from += 2;
  }
  if (size & 1) store<u8>(to, load<u8>(from));
}

/** Writes zeros over a short range. */
export function clearShort(at: usize, size: u32): void {
  for (; size >= 8; size -= 8) {
    store<u64>(at, 0);
    at += 8;
  }
  for (; size > 0; size--) store<u8>(at++, 0);
}

/** Position of the first `byte` in the range, or -1. */
export function indexOf(at: usize, size: u32, byte: u8): i32 {
  for (let position: u32 = 0; position < size; position++) {
    if (load<u8>(at + position) == byte) return <i32>position;
  }
  return -1;
}

const HASH_SEED: u32 = 0x811c9dc5;
const HASH_PRIME: u32 = 0x01000193;

/**
 * FNV-1a, 32 bits. It finds a slot in a table and decides nothing: whoever probes with it compares the bytes too,
 * because two names with one hash are easy to make.
 */
export function hash32(at: usize, size: u32): u32 {
  return hash32After(HASH_SEED, at, size);
}

/** The same, going on from the hash of the bytes before. */
export function hash32After(hash: u32, at: usize, size: u32): u32 {
  const end = at + size;
  for (; at < end; at++) hash = (hash ^ load<u8>(at)) * HASH_PRIME;
  return hash;
}

/** FNV-1a of a 16-bit number, low byte first, and then the range. */
export function hash32With(number: u32, at: usize, size: u32): u32 {
  const hash = (HASH_SEED ^ (number & 0xff)) * HASH_PRIME;
  return hash32After((hash ^ ((number >> 8) & 0xff)) * HASH_PRIME, at, size);
}

/**
 * Numbers whose first byte is the highest, as MessagePack and SHA-256 write them. Static methods, because only a
 * method may ask to be inlined and the built-in byte swap is otherwise a call.
 */
export class BigEndian {
  @inline static swap32(x: u32): u32 {
    return rotl<u32>(x & 0xff00ff00, 8) | rotr<u32>(x & 0x00ff00ff, 8);
  }

  @inline static load16(at: usize): u32 {
    return ((<u32>load<u8>(at)) << 8) | load<u8>(at, 1);
  }

  @inline static load32(at: usize): u32 {
    return BigEndian.swap32(load<u32>(at));
  }

  @inline static load64(at: usize): u64 {
    return ((<u64>BigEndian.load32(at)) << 32) | BigEndian.load32(at + 4);
  }

  @inline static store16(at: usize, value: u32): void {
    store<u8>(at, value >> 8);
    store<u8>(at, value, 1);
  }

  @inline static store32(at: usize, value: u32): void {
    store<u32>(at, BigEndian.swap32(value));
  }

  @inline static store64(at: usize, value: u64): void {
    BigEndian.store32(at, <u32>(value >> 32));
    BigEndian.store32(at + 4, <u32>value);
  }
}
