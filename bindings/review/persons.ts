/**
 * Who may approve: persons by name, each with the public keys that speak for him. A quorum counts persons, so a key
 * belongs to one person and a name is nearly nobody else's. Text in, text out; the file is the host's.
 */

import { JsonPlace } from "../keys/json-place.ts";
import { type KeyId, keyId, publicKeyText, registerPublicKey } from "../keys/paserk.ts";
import { quoted } from "../src/codec/errors.ts";
import { ReviewError } from "./errors.ts";

export type PersonStatus = "active" | "removed";

/**
 * How the secret of a key is kept, as far as whoever registered it knows: behind a passphrase, in a device that asks for a
 * touch, or in a file that a program can read.
 */
export type KeyKeeping = "passphrase" | "device" | "file";

export interface PersonKey {
  readonly id: KeyId;
  readonly publicKey: Uint8Array;
  readonly status: PersonStatus;
  /** Undefined: nobody said. */
  readonly kept: KeyKeeping | undefined;
}

export interface Person {
  readonly id: string;
  readonly status: PersonStatus;
  readonly roles: readonly string[];
  readonly keys: readonly PersonKey[];
}

const STATUSES: readonly unknown[] = ["active", "removed"];
const KEEPINGS: readonly unknown[] = ["passphrase", "device", "file"];
const PASSPHRASE_CHARACTERS_MIN = 8;
/** Letters that look alike on every screen: a name that can be mistaken for another one is no name. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,255}$/;
const NAME_TEXT = "a name of 1 to 256 letters A-Z and a-z, digits, and . _ @ + -";
const ROLE = /^[A-Za-z0-9._-]{1,64}$/;
const RESTORE = "correct the file";

/** @throws ReviewError `persons_file` with the place. */
export function parsePersons(text: string, name: string): readonly Person[] {
  const root = JsonPlace.parse(text, name, (message) => new ReviewError("persons_file", { path: message }));
  root.object(["v", "persons"]);
  const version = root.member("v");
  if (version.value !== 1) version.fail("1", "use the release that wrote it");
  const places = root.member("persons").items("persons");
  const persons = places.map(personAt);
  const names = new Set<string>();
  const keys = new Set<string>();
  places.forEach((place, at) => {
    const person = persons[at] as Person;
    if (names.has(folded(person.id))) place.member("id").fail("each name once, whatever its case", RESTORE);
    names.add(folded(person.id));
    for (const { id } of person.keys) {
      if (keys.has(id)) place.member("keys").fail("each key once, with one person", RESTORE, `${id} again`);
      keys.add(id);
    }
  });
  return persons;
}

function personAt(place: JsonPlace): Person {
  place.object(["id", "status", "keys"], ["roles"]);
  const id = place.member("id");
  if (!NAME.test(id.text(NAME_TEXT))) id.fail(NAME_TEXT, RESTORE);
  const roles = place.optional("roles")?.items("roles") ?? [];
  for (const role of roles)
    if (!ROLE.test(role.text("a role"))) role.fail("a role of 1 to 64 letters", RESTORE);
  return {
    id: id.value as string,
    status: wordAt(place.member("status"), STATUSES) as PersonStatus,
    roles: roles.map(({ value }) => value as string),
    keys: place.member("keys").items("keys").map(keyAt),
  };
}

function keyAt(place: JsonPlace): PersonKey {
  place.object(["key", "status"], ["kept"]);
  const publicKey = place.member("key").read("a k4.public key", registerPublicKey, `; ${RESTORE}`);
  const kept = place.optional("kept");
  return {
    id: keyId(publicKey),
    publicKey,
    status: wordAt(place.member("status"), STATUSES) as PersonStatus,
    kept: kept === undefined ? undefined : (wordAt(kept, KEEPINGS) as KeyKeeping),
  };
}

function wordAt(place: JsonPlace, words: readonly unknown[]): unknown {
  if (!words.includes(place.value)) place.fail(words.join(" or "), RESTORE);
  return place.value;
}

export function personsText(persons: readonly Person[]): string {
  const listed = persons.map(({ id, status, roles, keys }) => ({
    id,
    status,
    ...(roles.length === 0 ? {} : { roles }),
    keys: keys.map((key) => ({
      key: publicKeyText(key.publicKey),
      status: key.status,
      ...(key.kept === undefined ? {} : { kept: key.kept }),
    })),
  }));
  return `${JSON.stringify({ v: 1, persons: listed }, null, 2)}\n`;
}

/** What two spellings of a name have in common: who is asked must not approve himself by another case. */
export function folded(name: string): string {
  return name.normalize("NFKC").trim().toLowerCase();
}

export interface PersonToAdd {
  readonly id: string;
  /** `k4.public.…` */
  readonly key: string;
  readonly kept?: KeyKeeping;
  readonly roles?: readonly string[];
}

/**
 * The list with a person, or with another key of a person who is there.
 * @throws ReviewError `person_exists`, `persons_file`; KeyError for a key that must not be registered.
 */
export function withPerson(persons: readonly Person[], added: PersonToAdd): readonly Person[] {
  const { id, roles = [], kept } = added;
  if (!NAME.test(id))
    throw new ReviewError("persons_file", {
      path: "id",
      wanted: NAME_TEXT,
      came: quoted(id),
      advice: "Take a name of those letters alone, such as a mail address: others look alike on a screen.",
    });
  const wrong = roles.find((role) => !ROLE.test(role));
  if (wrong !== undefined)
    throw new ReviewError("persons_file", {
      path: "roles",
      wanted: "a role of 1 to 64 letters, digits, . _ -",
      came: quoted(wrong),
      advice: "Give another role.",
    });
  const publicKey = registerPublicKey(added.key);
  const key: PersonKey = { id: keyId(publicKey), publicKey, status: "active", kept };
  const holder = persons.find(({ keys }) => keys.some((one) => one.id === key.id));
  if (holder !== undefined)
    throw new ReviewError("person_exists", {
      wanted: "a key of nobody",
      came: `the key ${key.id} of ${holder.id}`,
    });
  const before = persons.find((person) => folded(person.id) === folded(id));
  if (before === undefined) return [...persons, { id, status: "active", roles: [...roles], keys: [key] }];
  if (before.id !== id || before.status === "removed")
    throw new ReviewError("person_exists", {
      wanted: "a name of nobody",
      came: before.id === id ? `${id}, who was removed` : `${id}, and there is ${before.id}`,
    });
  const all = [...new Set([...before.roles, ...roles])];
  return persons.map((person) =>
    person === before ? { ...person, roles: all, keys: [...person.keys, key] } : person,
  );
}

/**
 * The list with a person removed, or one of his keys. Both stay in it: what they signed must still be verified, and
 * neither comes back.
 * @throws ReviewError `person_unknown`, `person_key`.
 */
export function withoutPerson(persons: readonly Person[], id: string, key?: string): readonly Person[] {
  const found = personOf(persons, id);
  if (key === undefined)
    return persons.map((person) => (person === found ? { ...person, status: "removed" } : person));
  if (!found.keys.some((one) => one.id === key)) throw keyUnknown(found, key);
  const keys = found.keys.map((one): PersonKey => (one.id === key ? { ...one, status: "removed" } : one));
  return persons.map((person) => (person === found ? { ...person, keys } : person));
}

/** @throws ReviewError `person_unknown`. */
export function personOf(persons: readonly Person[], id: string): Person {
  const found = persons.find((person) => person.id === id);
  if (found !== undefined) return found;
  throw new ReviewError("person_unknown", { wanted: "a registered person", came: quoted(id) });
}

/**
 * The key that speaks for a person, while both are active.
 * @throws ReviewError `person_unknown`, `person_key`.
 */
export function activeKey(persons: readonly Person[], id: string, key: string): PersonKey {
  const person = personOf(persons, id);
  if (person.status !== "active")
    throw new ReviewError("person_unknown", { wanted: "an active person", came: `${id}, who was removed` });
  const found = person.keys.find((one) => one.id === key);
  if (found === undefined) throw keyUnknown(person, key);
  if (found.status !== "active")
    throw new ReviewError("person_key", {
      wanted: `an active key of ${id}`,
      came: `${key}, which was removed`,
    });
  return found;
}

function keyUnknown({ id, keys }: Person, key: string): ReviewError {
  const known = keys.map((one) => one.id).join(", ");
  return new ReviewError("person_key", { wanted: `a key of ${id}: ${known}`, came: quoted(key) });
}

/** @throws ReviewError `passphrase_wrong` for a new passphrase that is too short. */
export function needPassphrase(passphrase: string): void {
  const { length } = [...passphrase];
  if (length < PASSPHRASE_CHARACTERS_MIN)
    throw new ReviewError("passphrase_wrong", {
      wanted: `at least ${PASSPHRASE_CHARACTERS_MIN} characters`,
      came: `${length}`,
      advice: "Choose a longer one.",
    });
}

/** Whether a program that runs as that person's user could sign in his place. */
export function isSelfApprovable({ kept }: PersonKey): boolean {
  return kept !== "passphrase" && kept !== "device";
}
