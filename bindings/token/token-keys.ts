/** Whose tokens are believed: a list that somebody pinned on this machine. Nothing is ever fetched. */

import { JsonPlace } from "../keys/json-place.ts";
import type { KeyStatus } from "../keys/key-list.ts";
import { type KeyId, keyId, publicKeyText, registerPublicKey } from "../keys/paserk.ts";
import { shown } from "../src/errors.ts";
import { TokenError } from "./errors.ts";

/** A key and what it may mint. */
export interface TokenKey {
  readonly id: KeyId;
  readonly publicKey: Uint8Array;
  readonly issuer: string;
  readonly audiences: readonly string[];
  /** Only a key that is current or retiring is believed. */
  readonly status: KeyStatus;
  /** Milliseconds since 1970 from which it is believed. Default: always. */
  readonly from_ms?: number;
  /** Milliseconds since 1970 from which it is believed no more. Default: never. */
  readonly to_ms?: number;
}

const STATUSES: readonly string[] = ["current", "retiring", "retired", "revoked"] satisfies KeyStatus[];
const PUBLIC_KEY_BYTES = 32;
const FIX = "correct the list";

/**
 * The keys of a list, `{"v": 1, "keys": [{"key", "iss", "aud": [...], "status", "from_ms"?, "to_ms"?}]}`.
 * @param name of the file; errors begin with it.
 * @throws TokenError `key_list`, KeyError for a key that must not be registered.
 */
export function parseTokenKeys(text: string, name: string): readonly TokenKey[] {
  const root = JsonPlace.parse(text, name, (message) => new TokenError("key_list", { came: message }));
  root.object(["v", "keys"]);
  const version = root.member("v");
  if (version.value !== 1) version.fail("1", "use the release that wrote it");
  const places = root.member("keys").items("keys");
  const keys = places.map(tokenKey);
  places.forEach((place, at) => {
    if (keys.findIndex(({ id }) => id === keys[at]?.id) !== at)
      place.fail("each key once", FIX, "the same key again");
  });
  return keys;
}

function tokenKey(place: JsonPlace): TokenKey {
  place.object(["key", "iss", "aud", "status"], ["from_ms", "to_ms"]);
  const publicKey = place.member("key").read("a k4.public key", registerPublicKey, `; ${FIX}`);
  const status = place.member("status");
  const word = status.text("a status");
  if (!STATUSES.includes(word)) status.fail(STATUSES.join(", "), FIX);
  const from_ms = place.optional("from_ms")?.integer(0);
  const to_ms = place.optional("to_ms")?.integer(0);
  return {
    id: keyId(publicKey),
    publicKey,
    issuer: place.member("iss").text("an issuer"),
    audiences: place
      .member("aud")
      .items("audiences")
      .map((one) => one.text("an audience")),
    status: word as KeyStatus,
    ...(from_ms === undefined ? {} : { from_ms }),
    ...(to_ms === undefined ? {} : { to_ms }),
  };
}

/** What is wrong with a list of keys that a program gives, undefined where nothing is. */
export function keysFault(keys: unknown): { path: string; wanted: string; came: string } | undefined {
  if (!Array.isArray(keys)) return { path: "keys", wanted: "a list of keys", came: shown(keys) };
  const at = keys.findIndex((key: unknown) => !isTokenKey(key));
  if (at < 0) return undefined;
  const wanted = "{ id, publicKey, issuer, audiences, status }, as parseTokenKeys gives them";
  return { path: `keys[${at}]`, wanted, came: shown(keys[at]) };
}

function isTokenKey(key: unknown): key is TokenKey {
  const { id, publicKey, issuer, audiences, status } = Object(key) as Partial<TokenKey>;
  const texts: readonly unknown[] = [id, issuer, status];
  return (
    texts.every((text) => typeof text === "string") &&
    publicKey instanceof Uint8Array &&
    publicKey.length === PUBLIC_KEY_BYTES &&
    Array.isArray(audiences)
  );
}

export function tokenKeysText(keys: readonly TokenKey[]): string {
  const listed = keys.map(({ publicKey, issuer, audiences, status, from_ms, to_ms }) => ({
    key: publicKeyText(publicKey),
    iss: issuer,
    aud: audiences,
    status,
    ...(from_ms === undefined ? {} : { from_ms }),
    ...(to_ms === undefined ? {} : { to_ms }),
  }));
  return `${JSON.stringify({ v: 1, keys: listed }, null, 2)}\n`;
}
