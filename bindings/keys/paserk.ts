/**
 * Keys as text: the part of PASERK (github.com/paseto-standard/paserk) that version 4 needs for signatures. Each kind has
 * a type of its own, so that a secret cannot be written where a public key belongs, nor a name of a key where the key does.
 */

import { blake2b } from "@noble/hashes/blake2.js";
import { base64url, bytesOfBase64url } from "./base64url.ts";
import { PUBLIC_KEY_BYTES, SEED_BYTES } from "./ed25519.ts";
import { KeyError } from "./errors.ts";
import { checkPublicKey } from "./noble.ts";

declare const kind: unique symbol;

/** `k4.public.` and the key. */
export type PublicKeyText = string & { readonly [kind]: "k4.public" };
/** `k4.secret.`, the seed and the public key. Never to be shown. */
export type SecretKeyText = string & { readonly [kind]: "k4.secret" };
/** `k4.pid.` and a digest: names a public key. */
export type KeyId = string & { readonly [kind]: "k4.pid" };
/** `k4.sid.` and a digest: names a secret key without telling it. */
export type SecretKeyId = string & { readonly [kind]: "k4.sid" };

/** Both halves of a key. */
export interface KeyPair {
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** Bytes behind the header. */
const BYTES = {
  "k4.public": PUBLIC_KEY_BYTES,
  "k4.secret": SEED_BYTES + PUBLIC_KEY_BYTES,
  "k4.pid": 33,
  "k4.sid": 33,
} as const;
type Kind = keyof typeof BYTES;

export function publicKeyText(key: Uint8Array): PublicKeyText {
  return textOf("k4.public", key) as PublicKeyText;
}

export function secretKeyText({ seed, publicKey }: KeyPair): SecretKeyText {
  needBytes("the seed", seed, SEED_BYTES);
  needBytes("the public key", publicKey, PUBLIC_KEY_BYTES);
  return textOf("k4.secret", Uint8Array.of(...seed, ...publicKey)) as SecretKeyText;
}

/** The name of a public key. */
export function keyId(key: Uint8Array): KeyId {
  return idOf("k4.pid", publicKeyText(key)) as KeyId;
}

/** The name of a secret key. */
export function secretKeyId(pair: KeyPair): SecretKeyId {
  return idOf("k4.sid", secretKeyText(pair)) as SecretKeyId;
}

/** The bytes of a text, whatever they are; for a key that somebody brings, {@link registerPublicKey}. */
export function parsePublicKey(text: string): Uint8Array {
  return bytesOf("k4.public", text);
}

/**
 * The key of a text, if it may be registered.
 * @throws KeyError
 */
export function registerPublicKey(text: string): Uint8Array {
  const key = parsePublicKey(text);
  checkPublicKey(key);
  return key;
}

/** The halves of a text; whether they belong together is for who has the curve ({@link secretKeySigner}). */
export function parseSecretKey(text: string): KeyPair {
  const bytes = bytesOf("k4.secret", text);
  return { seed: bytes.slice(0, SEED_BYTES), publicKey: bytes.slice(SEED_BYTES) };
}

export function parseKeyId(text: string): KeyId {
  bytesOf("k4.pid", text);
  return text as KeyId;
}

export function parseSecretKeyId(text: string): SecretKeyId {
  bytesOf("k4.sid", text);
  return text as SecretKeyId;
}

function textOf(of: Kind, bytes: Uint8Array): string {
  needBytes(of, bytes, BYTES[of]);
  return `${of}.${base64url(bytes)}`;
}

function idOf(of: "k4.pid" | "k4.sid", text: PublicKeyText | SecretKeyText): string {
  return textOf(of, blake2b(new TextEncoder().encode(`${of}.${text}`), { dkLen: BYTES[of] }));
}

function needBytes(what: string, bytes: Uint8Array, wanted: number): void {
  if (bytes.length === wanted) return;
  throw new KeyError(
    "key_length",
    `${what}: wanted ${wanted} bytes; came ${bytes.length}; give the whole key`,
  );
}

function bytesOf(of: Kind, text: string): Uint8Array {
  const bytes = text.startsWith(`${of}.`) ? bytesOfBase64url(text.slice(of.length + 1)) : undefined;
  if (bytes?.length === BYTES[of]) return bytes;
  const letters = Math.ceil((BYTES[of] * 4) / 3);
  throw new KeyError(
    "key_text",
    `wanted ${of}. and ${letters} letters of base64url without padding; came ${cameText(of, text)}; copy the whole text of the key`,
  );
}

/** What came, without a letter of it: it may be a secret in the wrong place. */
function cameText(wanted: Kind, text: string): string {
  const other = /^(k[0-9]{1,2}\.[a-z-]{1,16})\./.exec(text)?.[1];
  if (other === undefined) return `a text of ${text.length} characters`;
  return other === wanted
    ? `${text.length - wanted.length - 1} characters that are no such letters`
    : `a text that begins with ${other}`;
}
