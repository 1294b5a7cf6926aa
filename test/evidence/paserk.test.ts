/** Keys as text: one text for each key, and no kind for another. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { base64url, bytesOfBase64url } from "../../bindings/keys/base64url.ts";
import {
  KeyError,
  type KeyId,
  type KeyPair,
  keyId,
  nobleEd25519,
  type PublicKeyText,
  parseKeyId,
  parsePublicKey,
  parseSecretKey,
  parseSecretKeyId,
  publicKeyText,
  registerPublicKey,
  secretKeyId,
  secretKeySigner,
  secretKeyText,
} from "../../bindings/keys/index.ts";
import { ROOT } from "../../tools/files.ts";

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));

interface Vector {
  readonly name: string;
  readonly "expect-fail": boolean;
  readonly key: string;
  readonly paserk: string | null;
}
const vectors = (kind: string): readonly Vector[] =>
  (
    JSON.parse(readFileSync(join(ROOT, `test/vectors/paserk/${kind}.json`), "utf8")) as {
      readonly tests: readonly Vector[];
    }
  ).tests;
const pair = (key: Uint8Array): KeyPair => ({ seed: key.slice(0, 32), publicKey: key.slice(32) });

const KINDS = {
  "k4.public": { write: publicKeyText, read: parsePublicKey, count: 4 },
  "k4.secret": { write: (key: Uint8Array) => secretKeyText(pair(key)), read: parseSecretKey, count: 5 },
  "k4.pid": { write: keyId, read: parseKeyId, count: 5 },
  "k4.sid": { write: (key: Uint8Array) => secretKeyId(pair(key)), read: parseSecretKeyId, count: 4 },
} as const;

describe.each(Object.entries(KINDS))("%s", (kind, { write, read, count }) => {
  test("agrees with the vectors", () => {
    expect(vectors(kind)).toHaveLength(count);
    for (const { name, key, paserk, "expect-fail": fails } of vectors(kind)) {
      if (fails) expect(() => write(bytes(key)), name).toThrow(KeyError);
      else expect(write(bytes(key)), name).toBe(paserk);
    }
  });

  test("is read back, and no other text is", () => {
    const good = vectors(kind)[1]?.paserk ?? "";
    expect(() => read(good)).not.toThrow();
    const last = good.at(-1) as string;
    const bad = [
      "",
      `${good}=`,
      `${good}A`,
      good.slice(0, -1),
      ` ${good}`,
      `${good}\n`,
      good.replace("k4", "k3"),
      good.replace("k4", "K4"),
      good.replace(`${kind}.`, `${kind}..`),
      `${good.slice(0, -1)}+`,
      // Another letter with the same bytes in front of the bits that nobody reads.
      ...(kind === "k4.public" || kind === "k4.secret"
        ? [good.slice(0, -1) + String.fromCharCode(last.charCodeAt(0) + 1)]
        : []),
      ...Object.keys(KINDS)
        .filter((other) => other !== kind)
        .map((other) => vectors(other)[1]?.paserk ?? ""),
    ];
    for (const text of bad) expect(() => read(text), text).toThrow(KeyError);
  });
});

test("the bytes come back", () => {
  const key = bytes(vectors("k4.secret")[1]?.key ?? "");
  expect(parseSecretKey(secretKeyText(pair(key)))).toEqual(pair(key));
  expect(parsePublicKey(publicKeyText(pair(key).publicKey))).toEqual(pair(key).publicKey);
});

test("an error never has a letter of a secret in it", () => {
  const secret = vectors("k4.secret")[1]?.paserk ?? "";
  for (const read of [parsePublicKey, parseKeyId, parseSecretKeyId]) {
    expect(() => read(secret)).toThrow(/came a text that begins with k4\.secret/);
  }
  const body = secret.slice("k4.secret.".length);
  for (const text of [secret.slice(0, -1), body, `x${secret}`, `${secret}=`]) {
    const message = (() => {
      try {
        parseSecretKey(text);
      } catch (error) {
        return (error as Error).message;
      }
      return body;
    })();
    for (let at = 0; at + 6 <= body.length; at++) expect(message).not.toContain(body.slice(at, at + 6));
  }
});

test("a key that anybody can sign for is a text, and not registered", () => {
  const text = vectors("k4.public")[0]?.paserk ?? "";
  expect(parsePublicKey(text)).toEqual(new Uint8Array(32));
  expect(() => registerPublicKey(text)).toThrow(/small order/);
});

test("two halves of different keys do not sign", () => {
  const [, one, two] = vectors("k4.secret").map(({ key }) => pair(bytes(key)));
  const mixed = secretKeyText({ seed: (one as KeyPair).seed, publicKey: (two as KeyPair).publicKey });
  expect(() => secretKeySigner(mixed, nobleEd25519)).toThrow(/halves of different keys/);
  const signer = secretKeySigner(secretKeyText(one as KeyPair), nobleEd25519);
  expect(signer.publicKey).toEqual((one as KeyPair).publicKey);
});

test("the compiler keeps the kinds apart", () => {
  const takesKey = (text: PublicKeyText): string => text;
  const takesId = (text: KeyId): string => text;
  const key = new Uint8Array(32);
  takesKey(publicKeyText(key));
  // @ts-expect-error the name of a key is not the key
  takesKey(keyId(key));
  // @ts-expect-error a secret is not public
  takesKey(secretKeyText({ seed: key, publicKey: key }));
  // @ts-expect-error nor is any text the name of a key
  takesId("k4.pid.");
  expect(takesId(keyId(key))).toMatch(/^k4\.pid\./);
});

test("base64url has one text for each sequence of bytes, that of Node", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (value) => {
      const text = base64url(value);
      expect(text).toBe(Buffer.from(value).toString("base64url"));
      expect(bytesOfBase64url(text)).toEqual(value);
    }),
  );
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("A", "Q", "_", "-", "9", "=", "+"), maxLength: 6 }),
      (text) => {
        const value = bytesOfBase64url(text);
        if (value !== undefined) expect(base64url(value)).toBe(text);
      },
    ),
  );
});
