/**
 * What a verifier believes before it has seen any evidence: which logs there are, which keys sign them, which witnesses
 * count, and which engines and images may have decided. It comes from the verifier and never from what is verified.
 */

import { JsonPlace } from "../keys/json-place.ts";
import { publicKeyFault } from "../keys/noble.ts";
import { type KeyId, keyId, type PublicKeyText, publicKeyText, registerPublicKey } from "../keys/paserk.ts";
import { hex, sha256 } from "../src/sha256.ts";
import { EvidenceError } from "./errors.ts";

export interface Trust {
  readonly shards: readonly TrustedShard[];
  /** Absent: no witness is asked for. */
  readonly witnesses?: TrustedWitnesses;
  /** SHA-256 of each engine that may have decided, in lower-case hex. */
  readonly engines: readonly string[];
  /** SHA-256 of each image that may have been in force. Absent: any. */
  readonly images?: readonly string[];
}

/** A part of a log, by one writer. */
export interface TrustedShard {
  /** `<origin of the log>/<shard>` */
  readonly origin: string;
  readonly keys: readonly TrustedKey[];
}

/** A key, and the sizes of the tree whose checkpoints it may sign. One that came back is there once for each time. */
export interface TrustedKey {
  readonly id: KeyId;
  readonly publicKey: Uint8Array;
  readonly from: number;
  /** Inclusive. Absent: it still signs. */
  readonly to?: number;
}

export interface TrustedWitnesses {
  /** How many of them must have cosigned. */
  readonly quorum: number;
  readonly keys: readonly WitnessKey[];
}

/** A witness by its C2SP verifier key `<name>+<key id>+<base64 of type and key>`, of the type for cosignatures. */
export interface WitnessKey {
  readonly name: string;
  /** The first bytes of a digest of name and key, 4 of them; found again in each of its signatures. */
  readonly keyId: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** Of the key of a cosignature, as opposed to one of a plain note (0x01). */
const COSIGNATURE_TYPE = 0x04;
const SHARD_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
/** Names travel in notes, whose lines are cut at spaces; and people compare them, so they have letters that people can type. */
const NAME = /^[!-*,-~]{1,255}$/;

/**
 * Reads a trust file.
 * @param name of the file, for errors.
 * @throws EvidenceError `trust` that says where, what was wanted, what came and what to do.
 */
export function parseTrust(text: string, name = "trust file"): Trust {
  const root = JsonPlace.parse(text, name, (message) => new EvidenceError("trust", message));
  root.object(["v", "shards", "engines"], ["witnesses", "images"]);
  const version = root.member("v");
  if (version.value !== 1) version.fail("1", "use the release that wrote it, or write it anew");
  const places = root.member("shards").items("shards");
  const shards = places.map(shardOf);
  once(places, "origin", (at) => shards[at]?.origin);
  const witnesses = root.optional("witnesses");
  const images = root.optional("images");
  return {
    shards,
    ...(witnesses === undefined ? {} : { witnesses: witnessesOf(witnesses, shards) }),
    engines: digestsOf(root.member("engines"), "digests of engines"),
    ...(images === undefined ? {} : { images: digestsOf(images, "digests of images") }),
  };
}

/** The text of a trust file, for {@link parseTrust}: the same trust gives the same bytes. */
export function trustText({ shards, witnesses, engines, images }: Trust): string {
  const file = {
    v: 1,
    shards: shards.map(shardJson),
    ...(witnesses === undefined
      ? {}
      : { witnesses: { quorum: witnesses.quorum, keys: witnesses.keys.map(witnessKeyText) } }),
    engines,
    ...(images === undefined ? {} : { images }),
  };
  const text = `${JSON.stringify(file, null, 2)}\n`;
  // Nothing is written that would not be read.
  parseTrust(text, "trust");
  return text;
}

/** One item of `shards` as JSON, for a verifier who adds it to his file. */
export function shardJson({ origin, keys }: TrustedShard): {
  origin: string;
  keys: { key: PublicKeyText; from: number; to?: number }[];
} {
  return {
    origin,
    keys: keys.map(({ publicKey, from, to }) => ({
      key: publicKeyText(publicKey),
      from,
      ...(to === undefined ? {} : { to }),
    })),
  };
}

/** Why a text cannot be the origin of a shard; undefined where it can. */
export function originFault(origin: string): string | undefined {
  const slash = origin.lastIndexOf("/");
  if (slash <= 0) return "no slash with a shard behind it";
  if (!NAME.test(origin)) return "a space, a plus, a letter outside ASCII, or over 255 of them";
  if (SHARD_NAME.test(origin.slice(slash + 1))) return undefined;
  return "a shard that is not 1 to 63 of a-z, 0-9 and -";
}

function shardOf(place: JsonPlace): TrustedShard {
  place.object(["origin", "keys"]);
  const at = place.member("origin");
  const origin = at.text("the origin of a shard");
  const fault = originFault(origin);
  if (fault !== undefined) at.fail("<origin of the log>/<shard>", "copy it from the log's checkpoint", fault);
  const places = place.member("keys").items("keys");
  const keys = places.map(keyOf);
  places.forEach((each, index) => {
    const key = keys[index] as TrustedKey;
    if (keys.slice(0, index).some((before) => before.id === key.id && overlap(before, key)))
      each.fail(
        "each key once for a size",
        "end the one before the other begins",
        "sizes that it has already",
      );
  });
  return { origin, keys };
}

/** A key that was taken out and came back has sizes before and behind, and none twice. */
function overlap(one: TrustedKey, other: TrustedKey): boolean {
  const endOf = ({ to = Number.POSITIVE_INFINITY }: TrustedKey): number => to;
  return one.from <= endOf(other) && other.from <= endOf(one);
}

function keyOf(place: JsonPlace): TrustedKey {
  place.object(["key", "from"], ["to"]);
  const publicKey = place
    .member("key")
    .read("a key: k4.public. and 43 letters", registerPublicKey, "; `permit0 keys show` prints it");
  const from = place.member("from").integer(0);
  const to = place.optional("to")?.integer(from);
  return { id: keyId(publicKey), publicKey, from, ...(to === undefined ? {} : { to }) };
}

function witnessesOf(place: JsonPlace, shards: readonly TrustedShard[]): TrustedWitnesses {
  place.object(["quorum", "keys"]);
  const places = place.member("keys").items("verifier keys of witnesses");
  const keys = places.map((at) => at.read("the verifier key of a witness", parseWitnessKey));
  once(places, "witness", (index) => keys[index]?.name);
  once(places, "key", (index) => hex(keys[index]?.publicKey ?? new Uint8Array()));
  const own = new Set(shards.flatMap(({ keys: signing }) => signing.map(({ publicKey }) => hex(publicKey))));
  places.forEach((at, index) => {
    if (!own.has(hex((keys[index] as WitnessKey).publicKey))) return;
    at.fail("a witness other than the log", "leave it out", "a key that signs a shard itself");
  });
  return { quorum: place.member("quorum").integer(1, keys.length), keys };
}

function digestsOf(place: JsonPlace, what: string): readonly string[] {
  const places = place.items(what);
  const digests = places.map((at) => {
    const digest = at.text("a SHA-256");
    if (!/^[0-9a-f]{64}$/.test(digest)) at.fail("64 digits of lower-case hex", "copy the whole digest");
    return digest;
  });
  once(places, "digest", (index) => digests[index]);
  return digests;
}

function once(places: readonly JsonPlace[], what: string, nameOf: (at: number) => string | undefined): void {
  const seen = new Set<string | undefined>();
  places.forEach((place, at) => {
    if (seen.has(nameOf(at))) place.fail(`each ${what} once`, "remove one of the two", "the same again");
    seen.add(nameOf(at));
  });
}

/**
 * Reads the verifier key of a witness (c2sp.org/signed-note).
 * @throws EvidenceError `vkey`
 */
export function parseWitnessKey(text: string): WitnessKey {
  const refuse = (came: string): never => {
    throw new EvidenceError(
      "vkey",
      `wanted <name>+<8 hex digits>+<base64 of type 0x04 and an Ed25519 key>; came ${came}; get it from the witness again`,
    );
  };
  const [, name = "", id = "", encoded = ""] =
    /^([^+]*)\+([0-9a-f]{8})\+(.*)$/s.exec(text) ?? refuse("another form");
  if (!NAME.test(name)) refuse("a name with a space, or a letter outside ASCII, or none");
  // 33 bytes: no padding, and no bits left over.
  if (!/^[A-Za-z0-9+/]{44}$/.test(encoded)) refuse("a last part that is not 44 letters of base64");
  const bytes = Uint8Array.from(atob(encoded), (unit) => unit.charCodeAt(0));
  const [type, publicKey] = [bytes[0], bytes.slice(1)];
  if (type !== COSIGNATURE_TYPE) refuse(type === 0x01 ? "type 0x01, a key of a log" : `type ${type}`);
  const fault = publicKeyFault(publicKey);
  if (fault !== undefined) refuse(fault);
  const wanted = noteKeyId(name, bytes);
  if (hex(wanted) !== id) refuse(`the key id ${id}, where name and key give ${hex(wanted)}`);
  return { name, keyId: wanted, publicKey };
}

/** The verifier key of a witness as text. */
export function witnessKeyText({ name, publicKey }: WitnessKey): string {
  const bytes = Uint8Array.of(COSIGNATURE_TYPE, ...publicKey);
  return `${name}+${hex(noteKeyId(name, bytes))}+${btoa(String.fromCharCode(...bytes))}`;
}

function noteKeyId(name: string, typeAndKey: Uint8Array): Uint8Array {
  return sha256(new TextEncoder().encode(`${name}\n`), typeAndKey).slice(0, 4);
}
