import { describe, expect, test } from "vitest";
import { keyId, publicKeyText } from "../../bindings/keys/paserk.ts";
import { parsePersons, personsText, withoutPerson, withPerson } from "../../bindings/review/persons.ts";
import { listed, SIGNERS, signerOf } from "./reviewed.ts";

const KEY = publicKeyText(SIGNERS.ann.publicKey);
const OTHER = publicKeyText(SIGNERS.ben.publicKey);
const NEW = publicKeyText(signerOf(50).publicKey);

test("a list is read as it was written", () => {
  const removed = withoutPerson(listed(undefined), "ben@acme.example");
  const without = withoutPerson(removed, "ann@acme.example", keyId(SIGNERS.ann2.publicKey));
  const persons = withPerson(without, { id: "dan", key: NEW, kept: "device", roles: ["finance", "lead"] });
  expect(parsePersons(personsText(persons), "persons.json")).toEqual(persons);
  const statuses = Object.fromEntries(
    persons.map(({ id, status, keys }) => [id, [status, ...keys.map((key) => key.status)]]),
  );
  expect(statuses).toMatchObject({
    "ann@acme.example": ["active", "active", "removed"],
    "ben@acme.example": ["removed", "active"],
    dan: ["active", "active"],
  });
});

const person = (more: object = {}): object => ({
  id: "ann",
  status: "active",
  keys: [{ key: KEY, status: "active" }],
  ...more,
});
const text = (persons: unknown, v: unknown = 1): string => JSON.stringify({ v, persons });

describe("a list is refused, with the place, when", () => {
  test.each([
    ["it is no JSON", "{", /persons\.json: .*json/i],
    ["it has a member too many", JSON.stringify({ v: 1, persons: [person()], keys: [] }), /came "keys"/],
    ["it is of another version", text([person()], 2), /persons\.json: v: wanted 1; came 2/],
    ["nobody is in it", text([]), /persons: wanted at least one of persons/],
    ["a name could be another one", text([person({ id: "\u0430nn" })]), /persons\[0\]\.id: wanted a name/],
    [
      "a name is there twice, but for its case",
      text([person(), person({ id: "ANN", keys: [{ key: OTHER, status: "active" }] })]),
      /persons\[1\]\.id: wanted each name once/,
    ],
    [
      "two persons have one key",
      text([person(), person({ id: "ben" })]),
      /persons\[1\]\.keys: wanted each key once/,
    ],
    ["a person has no key", text([person({ keys: [] })]), /persons\[0\]\.keys: wanted at least one of keys/],
    [
      "a key is none",
      text([person({ keys: [{ key: "k4.public.AAAA", status: "active" }] })]),
      /persons\[0\]\.keys\[0\]\.key: .*k4\.public/,
    ],
    [
      "a key is weak",
      text([person({ keys: [{ key: publicKeyText(new Uint8Array(32)), status: "active" }] })]),
      /small order/,
    ],
    [
      "a key is a secret",
      text([person({ keys: [{ key: `k4.secret.${"A".repeat(86)}`, status: "active" }] })]),
      /begins with k4\.secret/,
    ],
    [
      "a status is misspelt",
      text([person({ status: "actve" })]),
      /persons\[0\]\.status: wanted active or removed/,
    ],
    ["a member is misspelt", text([person({ role: ["x"] })]), /did you mean "roles"/],
    ["a role is none", text([person({ roles: ["fin ance"] })]), /persons\[0\]\.roles\[0\]: wanted a role/],
    [
      "a keeping is none",
      text([person({ keys: [{ key: KEY, status: "active", kept: "safe" }] })]),
      /kept: wanted passphrase or device or file/,
    ],
    ["a member is there twice", `{"v":1,"v":1,"persons":[]}`, /persons\.json: .*v/],
  ])("%s", (_, given, wanted) => {
    expect(() => parsePersons(given, "persons.json")).toThrow(wanted);
    expect(() => parsePersons(given, "persons.json")).toThrow(/^persons_file: /);
    expect(() => parsePersons(given, "persons.json")).not.toThrow(/AAAAAAAAAA/);
  });
});

test("who is added is nobody else, and who was removed does not come back", () => {
  const persons = listed();
  const code = (id: string, key: string): unknown => {
    try {
      withPerson(persons.length === 0 ? persons : withoutPerson(persons, "ben@acme.example"), { id, key });
      return undefined;
    } catch (error) {
      return (error as { code?: unknown }).code;
    }
  };
  expect(code("dan@acme.example", NEW)).toBeUndefined();
  expect(code("ann@acme.example", NEW)).toBeUndefined();
  expect(code("Ann@acme.example", NEW)).toBe("person_exists");
  expect(code("ben@acme.example", NEW)).toBe("person_exists");
  expect(code("dan@acme.example", KEY)).toBe("person_exists");
  expect(code("d\u0430n", NEW)).toBe("persons_file");
  expect(code("dan", "k4.public.x")).toBe("key_text");
  expect(() => withoutPerson(persons, "dan")).toThrow(/person_unknown/);
  expect(() => withoutPerson(persons, "ann@acme.example", keyId(SIGNERS.ben.publicKey))).toThrow(
    /person_key/,
  );
});
