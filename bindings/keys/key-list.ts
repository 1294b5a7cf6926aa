/**
 * The list of a key folder: which keys there are, and what became of each. Text in, text out; the folder is the host's.
 *
 * A key is current until another one takes its place, then retiring (both sign, so that verifiers who know only one of
 * them can follow), then retired. A key that somebody else may have is revoked, at any time.
 */

import { quoted } from "../src/codec/errors.ts";
import { KeyError } from "./errors.ts";
import { JsonPlace } from "./json-place.ts";
import { type KeyId, keyId, publicKeyText, registerPublicKey } from "./paserk.ts";

export type KeyStatus = "current" | "retiring" | "retired" | "revoked";

/** One step in the life of a key. */
export interface KeyChange {
  readonly status: KeyStatus;
  readonly time_ms: number;
  readonly reason?: string;
}

export interface ListedKey {
  readonly id: KeyId;
  readonly publicKey: Uint8Array;
  /** That of the last change. */
  readonly status: KeyStatus;
  /** Oldest first. */
  readonly history: readonly KeyChange[];
}

/** What may follow what. The first is `current`. */
const NEXT: Readonly<Record<KeyStatus, readonly KeyStatus[]>> = {
  current: ["retiring", "revoked"],
  retiring: ["retired", "revoked"],
  retired: ["revoked"],
  revoked: [],
};
const REASON_CHARACTERS_MAX = 500;

export function signs({ status }: ListedKey): boolean {
  return status === "current" || status === "retiring";
}

/** @throws KeyError `key_file` for a text that {@link keyListText} would not write, but for white space. */
export function parseKeyList(text: string, name: string): readonly ListedKey[] {
  const root = JsonPlace.parse(text, name, (message) => new KeyError("key_file", message));
  root.object(["v", "keys"]);
  const version = root.member("v");
  if (version.value !== 1) version.fail("1", "use the release that wrote it");
  const places = root.member("keys").items("keys");
  const keys = places.map(listedKey);
  places.forEach((place, at) => {
    const { id, status } = keys[at] as ListedKey;
    const earlier = keys.slice(0, at);
    if (earlier.some((key) => key.id === id)) place.fail("each key once", RESTORE, "the same key again");
    if (status === "current" && earlier.some((key) => key.status === "current")) {
      place.fail("at most one current key", RESTORE, "a second one");
    }
  });
  return keys;
}

const RESTORE = "restore the file from a copy";

function listedKey(place: JsonPlace): ListedKey {
  place.object(["key", "history"]);
  const publicKey = place.member("key").read("a k4.public key", RESTORE, registerPublicKey);
  let status: KeyStatus | undefined;
  const history = place
    .member("history")
    .items("changes")
    .map((at) => {
      const change = keyChange(at);
      const allowed: readonly KeyStatus[] = status === undefined ? ["current"] : NEXT[status];
      if (!allowed.includes(change.status)) {
        const wanted = allowed.length === 0 ? "nothing after revoked" : allowed.join(" or ");
        at.member("status").fail(wanted, RESTORE);
      }
      status = change.status;
      return change;
    });
  return { id: keyId(publicKey), publicKey, status: status as KeyStatus, history };
}

function keyChange(place: JsonPlace): KeyChange {
  place.object(["status", "time_ms"], ["reason"]);
  const reason = place.optional("reason")?.text("a reason");
  const status = place.member("status");
  const word = status.text("a status");
  if (!Object.hasOwn(NEXT, word)) status.fail(Object.keys(NEXT).join(", "), RESTORE);
  return {
    status: word as KeyStatus,
    time_ms: place.member("time_ms").integer(0),
    ...(reason === undefined ? {} : { reason }),
  };
}

export function keyListText(keys: readonly ListedKey[]): string {
  const listed = keys.map(({ publicKey, history }) => ({ key: publicKeyText(publicKey), history }));
  return `${JSON.stringify({ v: 1, keys: listed }, null, 2)}\n`;
}

/** The list with a new current key; the one of before goes on signing until it is retired. */
export function withNewKey(
  keys: readonly ListedKey[],
  publicKey: Uint8Array,
  time_ms: number,
  reason?: string,
): readonly ListedKey[] {
  const added = changed({ id: keyId(publicKey), publicKey, history: [] }, "current", time_ms, reason);
  const before = keys.map((key) =>
    key.status === "current" ? changed(key, "retiring", time_ms, reason) : key,
  );
  return [...before, added];
}

/**
 * The list with one key retired or revoked.
 * @throws KeyError `key_unknown`, and `key_status` where that cannot follow what the key is.
 */
export function withChange(
  keys: readonly ListedKey[],
  id: string,
  status: "retired" | "revoked",
  time_ms: number,
  reason?: string,
): readonly ListedKey[] {
  const key = keys.find((one) => one.id === id);
  if (key === undefined) {
    const known = keys.map((one) => one.id).join(", ");
    throw new KeyError(
      "key_unknown",
      `wanted one of ${known}; came ${quoted(id)}; see \`permit0 keys show\``,
    );
  }
  if (!NEXT[key.status].includes(status)) {
    const fix = key.status === "current" ? "run `permit0 keys rotate` first" : "leave it as it is";
    const wanted = status === "retired" ? "a retiring key" : "a key that is not revoked";
    throw new KeyError("key_status", `${id}: wanted ${wanted}; came one that is ${key.status}; ${fix}`);
  }
  return keys.map((one) => (one === key ? changed(key, status, time_ms, reason) : one));
}

function changed(
  key: Omit<ListedKey, "status">,
  status: KeyStatus,
  time_ms: number,
  reason?: string,
): ListedKey {
  if (reason !== undefined && (reason.length === 0 || reason.length > REASON_CHARACTERS_MAX)) {
    throw new KeyError(
      "key_status",
      `wanted a reason of 1 to ${REASON_CHARACTERS_MAX} characters; came ${reason.length}; shorten it, or leave it out`,
    );
  }
  const change = { status, time_ms, ...(reason === undefined ? {} : { reason }) };
  return { ...key, status, history: [...key.history, change] };
}
