/** Who signs: a seed in this process, or something elsewhere that never gives its secret away. */

import type { Awaitable, Ed25519, SyncEd25519 } from "./ed25519.ts";
import { KeyError } from "./errors.ts";
import { checkPublicKey } from "./noble.ts";
import { parseSecretKey } from "./paserk.ts";

/**
 * Signs for one key. A key service, a smart card or another process is one by implementing this.
 *
 * @example
 * const signer: Signer = { publicKey, sign: (message) => kms.sign({ keyId, message }) };
 */
export interface Signer {
  readonly publicKey: Uint8Array;
  /** 64 bytes of Ed25519 over exactly these bytes, not over a digest of them. */
  sign(message: Uint8Array): Awaitable<Uint8Array>;
}

/** One that answers at once. */
export interface SyncSigner extends Signer {
  sign(message: Uint8Array): Uint8Array;
}

function after<T, U>(value: Awaitable<T>, next: (value: T) => Awaitable<U>): Awaitable<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** A signer from a seed of 32 bytes, which is copied. */
export function seedSigner(seed: Uint8Array, provider: SyncEd25519): SyncSigner;
export function seedSigner(seed: Uint8Array, provider: Ed25519): Awaitable<Signer>;
export function seedSigner(seed: Uint8Array, provider: Ed25519): Awaitable<Signer> {
  const secret = seed.slice();
  return after(provider.publicKey(secret), (publicKey) => ({
    publicKey,
    sign: (message: Uint8Array) => provider.sign(secret, message),
  }));
}

/**
 * A signer from a key as text.
 * @throws KeyError for a text that is none, and for halves that do not belong together: who signs with one half and
 * shows the other gives his secret away.
 */
export function secretKeySigner(text: string, provider: SyncEd25519): SyncSigner;
export function secretKeySigner(text: string, provider: Ed25519): Awaitable<Signer>;
export function secretKeySigner(text: string, provider: Ed25519): Awaitable<Signer> {
  const { seed, publicKey } = parseSecretKey(text);
  return after(seedSigner(seed, provider), (signer) => {
    if (signer.publicKey.every((byte, at) => byte === publicKey[at])) return signer;
    throw new KeyError(
      "key_pair",
      "wanted a secret key whose public half belongs to its seed; came two halves of different keys; restore the file of the key",
    );
  });
}

/**
 * The same signer, each of whose signatures is verified before it is given out: a service that signs with another key, or
 * something else than it was given, is found here and not by an auditor a year later.
 * @throws KeyError for a key that must not be registered.
 */
export function checkedSigner(signer: SyncSigner, provider: SyncEd25519): SyncSigner;
export function checkedSigner(signer: Signer, provider: Ed25519): Signer;
export function checkedSigner(signer: Signer, provider: Ed25519): Signer {
  const publicKey = Uint8Array.from(signer.publicKey);
  checkPublicKey(publicKey);
  return {
    publicKey,
    sign(message) {
      const signed = message.slice();
      return after(signer.sign(message), (signature) => {
        const copy = Uint8Array.from(signature);
        const verdict = provider.verify(publicKey, signed, copy);
        return after(verdict, (isGood) => goodSignature(isGood, copy));
      });
    },
  };
}

function goodSignature(isGood: boolean, signature: Uint8Array): Uint8Array {
  if (isGood) return signature;
  throw new KeyError(
    "signature_wrong",
    "wanted an Ed25519 signature of the signer's own public key; came one that does not verify; check which key the signer uses",
  );
}
