/** Ed25519 of Node's own crypto: the fastest, and at once. */

import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { pinned, SEED_PREFIX, type SyncEd25519 } from "../keys/ed25519.ts";

/** What stands before the 32 bytes of a public key in SubjectPublicKeyInfo (RFC 8410). */
const KEY_PREFIX = Buffer.from("302a300506032b6570032100", "hex");
const KEY_BYTES = 32;

const secretOf = remembered((seed) =>
  createPrivateKey({ key: Buffer.concat([SEED_PREFIX, seed]), format: "der", type: "pkcs8" }),
);

const publicOf = remembered((key) => {
  try {
    return createPublicKey({ key: Buffer.concat([KEY_PREFIX, key]), format: "der", type: "spki" });
  } catch {
    return undefined;
  }
});

/** Reading a key takes longer than signing with it, so what was read stays as long as the array it was read from. */
function remembered<T>(read: (bytes: Uint8Array) => T): (bytes: Uint8Array) => T {
  const known = new WeakMap<Uint8Array, { readonly bytes: Uint8Array; readonly value: T }>();
  return (bytes) => {
    const found = known.get(bytes);
    // Its owner may have written into it.
    if (found?.bytes.every((byte, at) => byte === bytes[at]) === true) return found.value;
    const copy = Uint8Array.from(bytes);
    const value = read(copy);
    known.set(bytes, { bytes: copy, value });
    return value;
  };
}

/** Ed25519 by `node:crypto`. */
export const nodeEd25519: SyncEd25519 = pinned({
  name: "node",
  publicKey(seed) {
    const encoded = createPublicKey(secretOf(seed)).export({ format: "der", type: "spki" });
    return new Uint8Array(encoded.subarray(-KEY_BYTES));
  },
  sign: (seed, message) => new Uint8Array(sign(null, message, secretOf(seed))),
  verify(publicKey, message, signature) {
    // A key that is no point of the curve has signed nothing.
    const key = publicOf(publicKey);
    return key !== undefined && verify(null, message, key, signature);
  },
});
