/** Keyed hashes of what a text shows, of what was written and of what is frozen (docs/format/cell.md, section 6). */
import { toBytes } from "./bytes.ts";

const MASK = 2n ** 64n - 1n;
/** The lowest three bits of a mark are its class. */
const CLASS_BITS = 7n;

/** What the byte before a hashed text says. Of what is frozen it is this and the number of the scope. */
export const OF_FORM = 0;
export const OF_WRITTEN = 1;
export const OF_FROZEN = 16;

function rotate(value: bigint, by: bigint): bigint {
  return ((value << by) | (value >> (64n - by))) & MASK;
}

function word(bytes: Uint8Array, at: number, count = 8): bigint {
  let value = 0n;
  for (let i = 0; i < count; i++) value |= BigInt(bytes[at + i] as number) << BigInt(8 * i);
  return value;
}

/** SipHash-2-4 of 64 bits; the key has 16 bytes. */
export function sipHash(key: Uint8Array, text: Uint8Array): bigint {
  const [k0, k1] = [word(key, 0), word(key, 8)];
  let v0 = k0 ^ 0x736f6d6570736575n;
  let v1 = k1 ^ 0x646f72616e646f6dn;
  let v2 = k0 ^ 0x6c7967656e657261n;
  let v3 = k1 ^ 0x7465646279746573n;
  const round = (): void => {
    v0 = (v0 + v1) & MASK;
    v1 = rotate(v1, 13n) ^ v0;
    v0 = rotate(v0, 32n);
    v2 = (v2 + v3) & MASK;
    v3 = rotate(v3, 16n) ^ v2;
    v0 = (v0 + v3) & MASK;
    v3 = rotate(v3, 21n) ^ v0;
    v2 = (v2 + v1) & MASK;
    v1 = rotate(v1, 17n) ^ v2;
    v2 = rotate(v2, 32n);
  };
  const take = (m: bigint): void => {
    v3 ^= m;
    round();
    round();
    v0 ^= m;
  };
  const whole = text.length - (text.length % 8);
  for (let at = 0; at < whole; at += 8) take(word(text, at));
  take((BigInt(text.length & 255) << 56n) | word(text, whole, text.length - whole));
  v2 ^= 0xffn;
  for (let i = 0; i < 4; i++) round();
  return v0 ^ v1 ^ v2 ^ v3;
}

/** The hash of a text, with its lowest three bits 0. */
export function hashOf(keySalt: Uint8Array, kind: number, text: string): bigint {
  const hash = sipHash(keySalt.subarray(0, 16), Uint8Array.from([kind, ...toBytes(text)]));
  return hash - (hash & CLASS_BITS);
}

/** Class and hash of a mark. */
export function classOf(mark: bigint): number {
  return Number(mark & CLASS_BITS);
}

export function withoutClass(mark: bigint): bigint {
  return mark - (mark & CLASS_BITS);
}
