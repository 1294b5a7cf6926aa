/**
 * SHA-256 (FIPS 180-4) over ranges of memory, as a stream: a digest over a prefix, a salt and several ranges needs no
 * copy that joins them. One stream at a time; `sha256Begin` drops an unfinished one.
 *
 * The hash is the largest cost of a decision, so the block function is written out: state and message words are locals,
 * the rotations are nested, and the majority function re-uses `a ^ b` of the round before.
 */

import { BigEndian, clearShort, copyShort } from "./bytes";

export const SHA256_BYTES: u32 = 32;

const BLOCK_BYTES: u32 = 64;
/** A padded last block keeps eight bytes for the length. */
const LENGTH_AT: u32 = BLOCK_BYTES - 8;

const STATE: usize = memory.data(32, 16);
const BUFFER: usize = memory.data(64, 16);
const CONSTANTS: usize = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
]);

/** Bytes given since `sha256Begin`. */
let total: u64 = 0;
/** Bytes waiting in BUFFER: always fewer than a block. */
let waiting: u32 = 0;

/** Starts a stream. */
export function sha256Begin(): void {
  store<u32>(STATE, 0x6a09e667, 0);
  store<u32>(STATE, 0xbb67ae85, 4);
  store<u32>(STATE, 0x3c6ef372, 8);
  store<u32>(STATE, 0xa54ff53a, 12);
  store<u32>(STATE, 0x510e527f, 16);
  store<u32>(STATE, 0x9b05688c, 20);
  store<u32>(STATE, 0x1f83d9ab, 24);
  store<u32>(STATE, 0x5be0cd19, 28);
  total = 0;
  waiting = 0;
}

/** Adds `size` bytes to the stream. Whole blocks are read in place; only an unfilled rest is copied. */
export function sha256Update(at: usize, size: u32): void {
  total += size;
  if (waiting > 0) {
    const room = BLOCK_BYTES - waiting;
    const taken = size < room ? size : room;
    copyShort(BUFFER + waiting, at, taken);
    waiting += taken;
    at += taken;
    size -= taken;
    if (waiting < BLOCK_BYTES) return;
    block(BUFFER);
    waiting = 0;
  }
  while (size >= BLOCK_BYTES) {
    block(at);
    at += BLOCK_BYTES;
    size -= BLOCK_BYTES;
  }
  if (size > 0) {
    copyShort(BUFFER, at, size);
    waiting = size;
  }
}

/** Ends the stream and writes 32 bytes to `out`. */
export function sha256Finish(out: usize): void {
  assert(waiting < BLOCK_BYTES);
  store<u8>(BUFFER + waiting, 0x80);
  waiting++;
  if (waiting > LENGTH_AT) {
    clearShort(BUFFER + waiting, BLOCK_BYTES - waiting);
    block(BUFFER);
    waiting = 0;
  }
  clearShort(BUFFER + waiting, LENGTH_AT - waiting);
  BigEndian.store64(BUFFER + LENGTH_AT, total << 3);
  block(BUFFER);
  waiting = 0;
  for (let offset: usize = 0; offset < SHA256_BYTES; offset += 4) {
    store<u32>(out + offset, BigEndian.load32(STATE + offset));
  }
}

/** Digest of one range. */
export function sha256(at: usize, size: u32, out: usize): void {
  sha256Begin();
  sha256Update(at, size);
  sha256Finish(out);
}

/** The small functions of the standard, inlined because they run 64 times a block. */
class Round {
  /** rotr 2 ^ rotr 13 ^ rotr 22. */
  @inline static sum0(x: u32): u32 {
    return rotr<u32>(x ^ rotr<u32>(x ^ rotr<u32>(x, 9), 11), 2);
  }

  /** rotr 6 ^ rotr 11 ^ rotr 25. */
  @inline static sum1(x: u32): u32 {
    return rotr<u32>(x ^ rotr<u32>(x ^ rotr<u32>(x, 14), 5), 6);
  }

  /** Bits of f where e is set, bits of g elsewhere. */
  @inline static choose(e: u32, f: u32, g: u32): u32 {
    return g ^ (e & (f ^ g));
  }

  /** Next word of the message schedule from the words 16, 15, 7 and 2 places back. */
  @inline static word(back16: u32, back15: u32, back7: u32, back2: u32): u32 {
    const small0 = rotr<u32>(back15, 7) ^ rotr<u32>(back15, 18) ^ (back15 >>> 3);
    const small1 = rotr<u32>(back2, 17) ^ rotr<u32>(back2, 19) ^ (back2 >>> 10);
    return back16 + small0 + back7 + small1;
  }
}

/** Takes the 64 bytes at `at` into STATE. */
function block(at: usize): void {
  let w0 = BigEndian.load32(at);
  let w1 = BigEndian.load32(at + 4);
  let w2 = BigEndian.load32(at + 8);
  let w3 = BigEndian.load32(at + 12);
  let w4 = BigEndian.load32(at + 16);
  let w5 = BigEndian.load32(at + 20);
  let w6 = BigEndian.load32(at + 24);
  let w7 = BigEndian.load32(at + 28);
  let w8 = BigEndian.load32(at + 32);
  let w9 = BigEndian.load32(at + 36);
  let w10 = BigEndian.load32(at + 40);
  let w11 = BigEndian.load32(at + 44);
  let w12 = BigEndian.load32(at + 48);
  let w13 = BigEndian.load32(at + 52);
  let w14 = BigEndian.load32(at + 56);
  let w15 = BigEndian.load32(at + 60);
  let a: u32 = load<u32>(STATE);
  let b: u32 = load<u32>(STATE, 4);
  let c: u32 = load<u32>(STATE, 8);
  let d: u32 = load<u32>(STATE, 12);
  let e: u32 = load<u32>(STATE, 16);
  let f: u32 = load<u32>(STATE, 20);
  let g: u32 = load<u32>(STATE, 24);
  let h: u32 = load<u32>(STATE, 28);
  // a ^ b of an even and of an odd round: each is b ^ c of the round that follows.
  let even: u32 = 0;
  let odd: u32 = b ^ c;
  // Rounds 0 to 15: the words of the block themselves.
  h += w0 + load<u32>(CONSTANTS) + Round.sum1(e) + Round.choose(e, f, g);
  d += h;
  even = a ^ b;
  h += Round.sum0(a) + (b ^ (even & odd));
  g += w1 + load<u32>(CONSTANTS, 4) + Round.sum1(d) + Round.choose(d, e, f);
  c += g;
  odd = h ^ a;
  g += Round.sum0(h) + (a ^ (odd & even));
  f += w2 + load<u32>(CONSTANTS, 8) + Round.sum1(c) + Round.choose(c, d, e);
  b += f;
  even = g ^ h;
  f += Round.sum0(g) + (h ^ (even & odd));
  e += w3 + load<u32>(CONSTANTS, 12) + Round.sum1(b) + Round.choose(b, c, d);
  a += e;
  odd = f ^ g;
  e += Round.sum0(f) + (g ^ (odd & even));
  d += w4 + load<u32>(CONSTANTS, 16) + Round.sum1(a) + Round.choose(a, b, c);
  h += d;
  even = e ^ f;
  d += Round.sum0(e) + (f ^ (even & odd));
  c += w5 + load<u32>(CONSTANTS, 20) + Round.sum1(h) + Round.choose(h, a, b);
  g += c;
  odd = d ^ e;
  c += Round.sum0(d) + (e ^ (odd & even));
  b += w6 + load<u32>(CONSTANTS, 24) + Round.sum1(g) + Round.choose(g, h, a);
  f += b;
  even = c ^ d;
  b += Round.sum0(c) + (d ^ (even & odd));
  a += w7 + load<u32>(CONSTANTS, 28) + Round.sum1(f) + Round.choose(f, g, h);
  e += a;
  odd = b ^ c;
  a += Round.sum0(b) + (c ^ (odd & even));
  h += w8 + load<u32>(CONSTANTS, 32) + Round.sum1(e) + Round.choose(e, f, g);
  d += h;
  even = a ^ b;
  h += Round.sum0(a) + (b ^ (even & odd));
  g += w9 + load<u32>(CONSTANTS, 36) + Round.sum1(d) + Round.choose(d, e, f);
  c += g;
  odd = h ^ a;
  g += Round.sum0(h) + (a ^ (odd & even));
  f += w10 + load<u32>(CONSTANTS, 40) + Round.sum1(c) + Round.choose(c, d, e);
  b += f;
  even = g ^ h;
  f += Round.sum0(g) + (h ^ (even & odd));
  e += w11 + load<u32>(CONSTANTS, 44) + Round.sum1(b) + Round.choose(b, c, d);
  a += e;
  odd = f ^ g;
  e += Round.sum0(f) + (g ^ (odd & even));
  d += w12 + load<u32>(CONSTANTS, 48) + Round.sum1(a) + Round.choose(a, b, c);
  h += d;
  even = e ^ f;
  d += Round.sum0(e) + (f ^ (even & odd));
  c += w13 + load<u32>(CONSTANTS, 52) + Round.sum1(h) + Round.choose(h, a, b);
  g += c;
  odd = d ^ e;
  c += Round.sum0(d) + (e ^ (odd & even));
  b += w14 + load<u32>(CONSTANTS, 56) + Round.sum1(g) + Round.choose(g, h, a);
  f += b;
  even = c ^ d;
  b += Round.sum0(c) + (d ^ (even & odd));
  a += w15 + load<u32>(CONSTANTS, 60) + Round.sum1(f) + Round.choose(f, g, h);
  e += a;
  odd = b ^ c;
  a += Round.sum0(b) + (c ^ (odd & even));
  // Rounds 16 to 63, sixteen at a time: each word is first replaced by the next one of the schedule.
  for (let constants = CONSTANTS + 64; constants < CONSTANTS + 256; constants += 64) {
    w0 = Round.word(w0, w1, w9, w14);
    h += w0 + load<u32>(constants) + Round.sum1(e) + Round.choose(e, f, g);
    d += h;
    even = a ^ b;
    h += Round.sum0(a) + (b ^ (even & odd));
    w1 = Round.word(w1, w2, w10, w15);
    g += w1 + load<u32>(constants, 4) + Round.sum1(d) + Round.choose(d, e, f);
    c += g;
    odd = h ^ a;
    g += Round.sum0(h) + (a ^ (odd & even));
    w2 = Round.word(w2, w3, w11, w0);
    f += w2 + load<u32>(constants, 8) + Round.sum1(c) + Round.choose(c, d, e);
    b += f;
    even = g ^ h;
    f += Round.sum0(g) + (h ^ (even & odd));
    w3 = Round.word(w3, w4, w12, w1);
    e += w3 + load<u32>(constants, 12) + Round.sum1(b) + Round.choose(b, c, d);
    a += e;
    odd = f ^ g;
    e += Round.sum0(f) + (g ^ (odd & even));
    w4 = Round.word(w4, w5, w13, w2);
    d += w4 + load<u32>(constants, 16) + Round.sum1(a) + Round.choose(a, b, c);
    h += d;
    even = e ^ f;
    d += Round.sum0(e) + (f ^ (even & odd));
    w5 = Round.word(w5, w6, w14, w3);
    c += w5 + load<u32>(constants, 20) + Round.sum1(h) + Round.choose(h, a, b);
    g += c;
    odd = d ^ e;
    c += Round.sum0(d) + (e ^ (odd & even));
    w6 = Round.word(w6, w7, w15, w4);
    b += w6 + load<u32>(constants, 24) + Round.sum1(g) + Round.choose(g, h, a);
    f += b;
    even = c ^ d;
    b += Round.sum0(c) + (d ^ (even & odd));
    w7 = Round.word(w7, w8, w0, w5);
    a += w7 + load<u32>(constants, 28) + Round.sum1(f) + Round.choose(f, g, h);
    e += a;
    odd = b ^ c;
    a += Round.sum0(b) + (c ^ (odd & even));
    w8 = Round.word(w8, w9, w1, w6);
    h += w8 + load<u32>(constants, 32) + Round.sum1(e) + Round.choose(e, f, g);
    d += h;
    even = a ^ b;
    h += Round.sum0(a) + (b ^ (even & odd));
    w9 = Round.word(w9, w10, w2, w7);
    g += w9 + load<u32>(constants, 36) + Round.sum1(d) + Round.choose(d, e, f);
    c += g;
    odd = h ^ a;
    g += Round.sum0(h) + (a ^ (odd & even));
    w10 = Round.word(w10, w11, w3, w8);
    f += w10 + load<u32>(constants, 40) + Round.sum1(c) + Round.choose(c, d, e);
    b += f;
    even = g ^ h;
    f += Round.sum0(g) + (h ^ (even & odd));
    w11 = Round.word(w11, w12, w4, w9);
    e += w11 + load<u32>(constants, 44) + Round.sum1(b) + Round.choose(b, c, d);
    a += e;
    odd = f ^ g;
    e += Round.sum0(f) + (g ^ (odd & even));
    w12 = Round.word(w12, w13, w5, w10);
    d += w12 + load<u32>(constants, 48) + Round.sum1(a) + Round.choose(a, b, c);
    h += d;
    even = e ^ f;
    d += Round.sum0(e) + (f ^ (even & odd));
    w13 = Round.word(w13, w14, w6, w11);
    c += w13 + load<u32>(constants, 52) + Round.sum1(h) + Round.choose(h, a, b);
    g += c;
    odd = d ^ e;
    c += Round.sum0(d) + (e ^ (odd & even));
    w14 = Round.word(w14, w15, w7, w12);
    b += w14 + load<u32>(constants, 56) + Round.sum1(g) + Round.choose(g, h, a);
    f += b;
    even = c ^ d;
    b += Round.sum0(c) + (d ^ (even & odd));
    w15 = Round.word(w15, w0, w8, w13);
    a += w15 + load<u32>(constants, 60) + Round.sum1(f) + Round.choose(f, g, h);
    e += a;
    odd = b ^ c;
    a += Round.sum0(b) + (c ^ (odd & even));
  }
  store<u32>(STATE, load<u32>(STATE) + a);
  store<u32>(STATE, load<u32>(STATE, 4) + b, 4);
  store<u32>(STATE, load<u32>(STATE, 8) + c, 8);
  store<u32>(STATE, load<u32>(STATE, 12) + d, 12);
  store<u32>(STATE, load<u32>(STATE, 16) + e, 16);
  store<u32>(STATE, load<u32>(STATE, 20) + f, 20);
  store<u32>(STATE, load<u32>(STATE, 24) + g, 24);
  store<u32>(STATE, load<u32>(STATE, 28) + h, 28);
}
