/** Ed25519 in plain JavaScript, for every runtime; and the check of keys, which needs the curve itself. */

import { getPublicKey, hashes, Point, sign } from "@noble/ed25519";
import { sha512 } from "@noble/hashes/sha2.js";
import { isCanonicalPoint, isSmallOrder, PUBLIC_KEY_BYTES, pinned, type SyncEd25519 } from "./ed25519.ts";
import { KeyError } from "./errors.ts";

/** The package takes SHA-512 from whoever uses it; one that is set already may be faster. */
function needHash(): void {
  hashes.sha512 ??= sha512;
}

function numberOf(bytes: Uint8Array): bigint {
  let number = 0n;
  for (let at = bytes.length - 1; at >= 0; at--) number = (number << 8n) | BigInt(bytes[at] as number);
  return number;
}

/** Ed25519 by `@noble/ed25519`. */
export const nobleEd25519: SyncEd25519 = pinned({
  name: "noble",
  publicKey(seed) {
    needHash();
    return getPublicKey(seed);
  },
  sign(seed, message) {
    needHash();
    return sign(message, seed);
  },
  // By hand, because the package's own verify compares with the cofactor.
  verify(publicKey, message, signature) {
    const key = pointOf(publicKey);
    if (key === undefined) return false;
    const r = signature.subarray(0, 32);
    const s = numberOf(signature.subarray(32));
    const digest = sha512.create().update(r).update(publicKey).update(message).digest();
    const k = numberOf(digest) % Point.CURVE().n;
    const wanted = Point.BASE.multiply(s, false).subtract(key.multiply(k, false)).toBytes();
    return wanted.every((byte, at) => byte === r[at]);
  },
});

function pointOf(bytes: Uint8Array): Point | undefined {
  try {
    return Point.fromBytes(bytes);
  } catch {
    return undefined;
  }
}

/** Why bytes must not be registered as a public key, in words for an error; undefined for a good key. */
export function publicKeyFault(key: Uint8Array): string | undefined {
  if (key.length !== PUBLIC_KEY_BYTES) return `${key.length} bytes`;
  if (!isCanonicalPoint(key)) return "bytes that are a second spelling of another key";
  if (isSmallOrder(key)) return "a point of small order, under which anybody can sign";
  const point = pointOf(key);
  if (point === undefined) return "bytes that are no point of the curve";
  // Such a key makes signatures that are good for some libraries and bad for others.
  if (!point.isTorsionFree()) return "a point outside the group of prime order";
  return undefined;
}

/**
 * Refuses a key that must not be registered. To be asked once, where a key is first believed; signatures are then checked
 * with the pinned predicate.
 * @throws KeyError
 */
export function checkPublicKey(key: Uint8Array): void {
  const fault = publicKeyFault(key);
  if (fault === undefined) return;
  const code = key.length === PUBLIC_KEY_BYTES ? "key_weak" : "key_length";
  throw new KeyError(
    code,
    `wanted an Ed25519 public key of ${PUBLIC_KEY_BYTES} bytes; came ${fault}; take the key from its owner again`,
  );
}
