/**
 * Ed25519 (RFC 8032) from whoever has it, with one verdict. Libraries disagree about odd signatures: keys of small
 * order, points with two encodings, scalars beyond the order. A log that one host calls good and another bad proves
 * nothing, so one predicate is pinned here and every provider is held to it; see {@link pinned}.
 */

import { fromHex } from "../src/sha256.ts";
import { bytesOfBase64url } from "./base64url.ts";
import { KeyError } from "./errors.ts";

/** A value, or a promise of it. */
export type Awaitable<T> = T | Promise<T>;

/** Signs and verifies. `verify` is the pinned predicate, whoever computes it. */
export interface Ed25519 {
  readonly name: string;
  /** @param seed 32 bytes, the secret. */
  publicKey(seed: Uint8Array): Awaitable<Uint8Array>;
  sign(seed: Uint8Array, message: Uint8Array): Awaitable<Uint8Array>;
  /** Never throws for what it is given: a key or signature that is none has verified nothing. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Awaitable<boolean>;
}

/** One that answers at once. */
export interface SyncEd25519 extends Ed25519 {
  publicKey(seed: Uint8Array): Uint8Array;
  sign(seed: Uint8Array, message: Uint8Array): Uint8Array;
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

export const SEED_BYTES = 32;
export const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;

const P = (1n << 255n) - 19n;
const FIELD = littleEndian(P);
const ORDER = littleEndian((1n << 252n) + 27742317777372353535851937790883648493n);

const Y_OF_ORDER_8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
/** The y of the eight points whose order divides 8; two points that share one differ in the sign of x. */
const SMALL_ORDER_Y = [0n, 1n, P - 1n, Y_OF_ORDER_8, P - Y_OF_ORDER_8].map(littleEndian);
/** The y of the two points whose x is 0 and has no sign. */
const UNSIGNED_Y = [1n, P - 1n].map(littleEndian);

/** Least byte first, as in keys and signatures. */
function littleEndian(number: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, at) => Number((number >> BigInt(8 * at)) & 0xffn));
}

function isBelow(bytes: Uint8Array, limit: Uint8Array): boolean {
  for (let at = 31; at >= 0; at--) {
    const [byte, bound] = [bytes[at] as number, limit[at] as number];
    if (byte !== bound) return byte < bound;
  }
  return false;
}

function isOneOf(bytes: Uint8Array, list: readonly Uint8Array[]): boolean {
  return list.some((one) => one.every((byte, at) => byte === bytes[at]));
}

/** The y of a point: its bytes without the sign of x. */
function yOf(point: Uint8Array): Uint8Array {
  const y = point.slice();
  y[31] = (y[31] as number) & 0x7f;
  return y;
}

/** Whether these 32 bytes are the only ones that a decoder may read as their point. Whether there is one is not asked. */
export function isCanonicalPoint(point: Uint8Array): boolean {
  const y = yOf(point);
  return isBelow(y, FIELD) && !(y[31] !== point[31] && isOneOf(y, UNSIGNED_Y));
}

/** Whether a canonical point is one of the eight that sign anything. */
export function isSmallOrder(point: Uint8Array): boolean {
  return isOneOf(yOf(point), SMALL_ORDER_Y);
}

/**
 * Holds a provider to the pinned predicate: key of 32 bytes and signature of 64; S below the order; key A canonical and
 * not of small order; R canonical; and, by the provider, R = S B - k A without the cofactor. All that providers are
 * known to disagree about is settled before one is asked, except for the cofactor: it must compare without it.
 */
export function pinned(provider: SyncEd25519): SyncEd25519;
export function pinned(provider: Ed25519): Ed25519;
export function pinned(provider: Ed25519): Ed25519 {
  return {
    name: provider.name,
    publicKey: (seed) => provider.publicKey(needSeed(seed)),
    sign: (seed, message) => provider.sign(needSeed(seed), message),
    verify: (publicKey, message, signature) =>
      isAskable(publicKey, signature) && provider.verify(publicKey, message, signature),
  };
}

function isAskable(key: Uint8Array, signature: Uint8Array): boolean {
  return (
    key.length === PUBLIC_KEY_BYTES &&
    signature.length === SIGNATURE_BYTES &&
    isBelow(signature.subarray(32), ORDER) &&
    isCanonicalPoint(key) &&
    !isSmallOrder(key) &&
    isCanonicalPoint(signature.subarray(0, 32))
  );
}

function needSeed(seed: Uint8Array): Uint8Array {
  if (seed.length === SEED_BYTES) return seed;
  throw new KeyError("key_length", `a seed has ${SEED_BYTES} bytes; came ${seed.length}`);
}

/** What stands before the 32 bytes of a seed in PKCS #8 (RFC 8410). */
export const SEED_PREFIX: Uint8Array = fromHex("302e020100300506032b657004220420") as Uint8Array;

const ALGORITHM = "Ed25519";

/** Ed25519 of WebCrypto, or undefined where the platform has none, or none that keeps to the pinned predicate. */
export async function webEd25519(
  subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle,
): Promise<Ed25519 | undefined> {
  if (subtle === undefined) return undefined;
  const secret = (seed: Uint8Array, mayExport: boolean): Promise<CryptoKey> => {
    const der = new Uint8Array([...SEED_PREFIX, ...seed]);
    return subtle.importKey("pkcs8", der, ALGORITHM, mayExport, ["sign"]);
  };
  const provider = pinned({
    name: "webcrypto",
    async publicKey(seed) {
      const { x = "" } = await subtle.exportKey("jwk", await secret(seed, true));
      return bytesOfBase64url(x) ?? new Uint8Array();
    },
    async sign(seed, message) {
      const key = await secret(seed, false);
      return new Uint8Array(await subtle.sign(ALGORITHM, key, message as Uint8Array<ArrayBuffer>));
    },
    async verify(publicKey, message, signature) {
      // The same bytes for the import and the check, whatever the caller does meanwhile.
      const [key, text, signed] = [publicKey.slice(), message.slice(), signature.slice()];
      const imported = await subtle
        .importKey("raw", key, ALGORITHM, false, ["verify"])
        .catch(() => undefined);
      return imported !== undefined && subtle.verify(ALGORITHM, imported, signed, text);
    },
  });
  return (await keepsTo(provider).catch(() => false)) ? provider : undefined;
}

/** One signature that is good, and one that is good only with the cofactor (case 4 of ed25519-speccheck). */
const GOOD = [
  "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
  "",
  "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
] as const;
const COFACTOR = [
  "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
  "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
  "160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed5125ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09",
] as const;

/** Whether a provider answers as the predicate does where it is asked about the cofactor. */
export async function keepsTo(provider: Ed25519): Promise<boolean> {
  const verdict = (sample: readonly [string, string, string]): Awaitable<boolean> => {
    const [key, message, signature] = sample.map(fromHex) as [Uint8Array, Uint8Array, Uint8Array];
    return provider.verify(key, message, signature);
  };
  return (await verdict(GOOD)) && !(await verdict(COFACTOR));
}
