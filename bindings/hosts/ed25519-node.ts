/** Ed25519 of Node's own crypto: the fastest, and at once. */

import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { pinned, SEED_PREFIX, type SyncEd25519 } from "../keys/ed25519.ts";

/** What stands before the 32 bytes of a public key in SubjectPublicKeyInfo (RFC 8410). */
const KEY_PREFIX = Buffer.from("302a300506032b6570032100", "hex");
const KEY_BYTES = 32;

function secretOf(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([SEED_PREFIX, seed]), format: "der", type: "pkcs8" });
}

function publicOf(key: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.concat([KEY_PREFIX, key]), format: "der", type: "spki" });
  } catch {
    return undefined;
  }
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
