/** Ed25519 of Node for tests of evidence: signers from a seed, and the check that the code under test is given. */

import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import type { Signer, Verify } from "../../bindings/evidence/note.ts";
import { verifyEd25519 } from "../../bindings/hosts/node.ts";

const SEED_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/** The key whose seed is one byte 32 times. */
export function signerOf(byte: number): Signer {
  const seed = Buffer.alloc(32, byte);
  const key = createPrivateKey({ key: Buffer.concat([SEED_PREFIX, seed]), format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
  return {
    publicKey: new Uint8Array(publicKey),
    sign: (message) => new Uint8Array(sign(null, message, key)),
  };
}

export const verify: Verify = verifyEd25519;
