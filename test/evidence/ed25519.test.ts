/** One verdict about a signature, whoever computes it. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { nodeEd25519 } from "../../bindings/hosts/ed25519-node.ts";
import {
  checkedSigner,
  checkPublicKey,
  type Ed25519,
  KeyError,
  keepsTo,
  nobleEd25519,
  pinned,
  publicKeyFault,
  type Signer,
  seedSigner,
  webEd25519,
} from "../../bindings/keys/index.ts";
import { ROOT } from "../../tools/files.ts";

const VECTORS = join(ROOT, "test/vectors/ed25519");
const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));
const hex = (value: Uint8Array): string => Buffer.from(value).toString("hex");

interface Wycheproof {
  readonly numberOfTests: number;
  readonly testGroups: readonly {
    readonly publicKey: { readonly pk: string };
    readonly tests: readonly {
      readonly tcId: number;
      readonly msg: string;
      readonly sig: string;
      readonly result: string;
    }[];
  }[];
}
interface SpecCase {
  readonly message: string;
  readonly pub_key: string;
  readonly signature: string;
}
const wycheproof = JSON.parse(readFileSync(join(VECTORS, "wycheproof.json"), "utf8")) as Wycheproof;
const speccheck = JSON.parse(readFileSync(join(VECTORS, "speccheck.json"), "utf8")) as SpecCase[];

/** Which of the twelve are good: typed by hand. */
const PINNED_ROW = "XXVVXXXXXXXX";
const SEED = bytes("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
const PUBLIC = bytes("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
const MESSAGE = new TextEncoder().encode("a checkpoint");
const IDENTITY = `01${"00".repeat(31)}`;
const ORDER = bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");

const providers = new Map<string, Ed25519>([
  ["noble", nobleEd25519],
  ["node", nodeEd25519],
]);
beforeAll(async () => {
  const web = await webEd25519();
  if (web !== undefined) providers.set("webcrypto", web);
});
const provider = (name: string): Ed25519 => {
  const found = providers.get(name);
  if (found === undefined) throw new Error(`${name} is not here`);
  return found;
};

describe.each(["noble", "node", "webcrypto"])("%s", (name) => {
  test("says its name", () => expect(provider(name).name).toBe(name));

  test("agrees with Wycheproof", async () => {
    let count = 0;
    const wrong: number[] = [];
    for (const { publicKey, tests } of wycheproof.testGroups) {
      for (const { tcId, msg, sig, result } of tests) {
        count++;
        const verdict = await provider(name).verify(bytes(publicKey.pk), bytes(msg), bytes(sig));
        if (verdict !== (result === "valid")) wrong.push(tcId);
      }
    }
    expect(count).toBe(wycheproof.numberOfTests);
    expect(wrong).toEqual([]);
  });

  test("gives the pinned row of the twelve", async () => {
    const verdicts = await Promise.all(
      speccheck.map(({ pub_key, message, signature }) =>
        provider(name).verify(bytes(pub_key), bytes(message), bytes(signature)),
      ),
    );
    expect(verdicts.map((isGood) => (isGood ? "V" : "X")).join("")).toBe(PINNED_ROW);
  });

  test("signs as RFC 8032 does", async () => {
    expect(hex(await provider(name).publicKey(SEED))).toBe(hex(PUBLIC));
    expect(hex(await provider(name).sign(SEED, new Uint8Array()))).toBe(
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    );
  });

  test("refuses the identity as a key, other lengths, a second spelling, and S plus the order", async () => {
    const { verify, sign } = provider(name);
    const signature = await sign(SEED, MESSAGE);
    expect(await verify(PUBLIC, MESSAGE, signature)).toBe(true);
    expect(await verify(bytes(IDENTITY), MESSAGE, bytes(`${IDENTITY}${"00".repeat(32)}`))).toBe(false);
    expect(await verify(PUBLIC, MESSAGE, signature.subarray(1))).toBe(false);
    expect(await verify(PUBLIC.subarray(1), MESSAGE, signature)).toBe(false);
    const second = signature.slice();
    let carry = 0;
    for (let at = 0; at < 32; at++) {
      carry += (second[32 + at] as number) + (ORDER[at] as number);
      second[32 + at] = carry & 0xff;
      carry >>= 8;
    }
    expect(await verify(PUBLIC, MESSAGE, second)).toBe(false);
    // y = -1 with a sign: no number of x = 0 is negative.
    const unsigned = signature.slice();
    unsigned.set(bytes(`ec${"ff".repeat(31)}`));
    expect(await verify(PUBLIC, MESSAGE, unsigned)).toBe(false);
  });

  test("finds any changed bit of a short message and signature", async () => {
    const { verify, sign } = provider(name);
    const message = bytes("00ff");
    const signature = await sign(SEED, message);
    for (let bit = 0; bit < 8 * (message.length + signature.length); bit++) {
      const changed = new Uint8Array([...message, ...signature]);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(await verify(PUBLIC, changed.subarray(0, 2), changed.subarray(2)), `bit ${bit}`).toBe(false);
    }
  });

  test("refuses a seed of another length", async () => {
    await expect(async () => provider(name).sign(SEED.subarray(1), MESSAGE)).rejects.toThrow(KeyError);
    await expect(async () => provider(name).publicKey(new Uint8Array(64))).rejects.toThrow(KeyError);
  });
});

test("a provider that compares with the cofactor, or knows no curve, does not keep to the predicate", async () => {
  expect(await keepsTo(nobleEd25519)).toBe(true);
  const always = pinned({ ...nobleEd25519, verify: () => true });
  const never = pinned({ ...nobleEd25519, verify: () => false });
  expect(await keepsTo(always)).toBe(false);
  expect(await keepsTo(never)).toBe(false);
});

test("what providers disagree about is settled before one is asked", async () => {
  const asked: number[] = [];
  const lenient = pinned({
    ...nobleEd25519,
    verify: () => {
      asked.push(1);
      return true;
    },
  });
  const signature = nobleEd25519.sign(SEED, MESSAGE);
  const withR = (r: string): Uint8Array => Uint8Array.of(...bytes(r), ...signature.subarray(32));
  const withS = (s: Uint8Array): Uint8Array => Uint8Array.of(...signature.subarray(0, 32), ...s);
  const p = `ed${"ff".repeat(30)}7f`;
  const refused: readonly (readonly [string, Uint8Array, Uint8Array])[] = [
    ["a short key", PUBLIC.subarray(1), signature],
    ["a long signature", PUBLIC, Uint8Array.of(...signature, 0)],
    ["S = L", PUBLIC, withS(ORDER)],
    ["S = 2^256 - 1", PUBLIC, withS(new Uint8Array(32).fill(255))],
    ["key = p", bytes(p), signature],
    ["key of small order", bytes(IDENTITY), signature],
    ["R = p", PUBLIC, withR(p)],
    ["R = p + 1 with a sign", PUBLIC, withR(`ee${"ff".repeat(31)}`)],
    ["R = 1 with a sign", PUBLIC, withR(`01${"00".repeat(30)}80`)],
    ["R = -1 with a sign", PUBLIC, withR(`ec${"ff".repeat(31)}`)],
  ];
  for (const [what, key, bad] of refused) expect(lenient.verify(key, MESSAGE, bad), what).toBe(false);
  expect(asked).toEqual([]);
  const below = ORDER.slice();
  below[0] = (below[0] as number) - 1;
  for (const good of [signature, withS(below), withR(IDENTITY), withR(`ec${"ff".repeat(30)}7f`)]) {
    expect(lenient.verify(PUBLIC, MESSAGE, good)).toBe(true);
  }
  expect(asked).toHaveLength(4);
});

test("a platform without Ed25519 has none", async () => {
  expect(await webEd25519({} as SubtleCrypto)).toBeUndefined();
  const subtle = new Proxy(globalThis.crypto.subtle, {
    get: (target, name) =>
      name === "importKey"
        ? () => Promise.reject(new DOMException("no", "NotSupportedError"))
        : Reflect.get(target, name),
  });
  expect(await webEd25519(subtle)).toBeUndefined();
});

describe("a key is refused at registration:", () => {
  const P = (1n << 255n) - 19n;
  const spelt = (y: bigint): Uint8Array =>
    Uint8Array.from({ length: 32 }, (_, at) => Number((y >> BigInt(8 * at)) & 0xffn));
  const cases: readonly (readonly [string, Uint8Array, string])[] = [
    ["31 bytes", PUBLIC.subarray(1), "31 bytes"],
    ["the identity", bytes(IDENTITY), "small order"],
    ["order 2", spelt(P - 1n), "small order"],
    ["order 4", spelt(0n), "small order"],
    ["order 4 with a sign", spelt(1n << 255n), "small order"],
    ["order 8", bytes(speccheck[0]?.pub_key ?? ""), "small order"],
    ["the identity, spelt p + 1", spelt(P + 1n), "second spelling"],
    ["0, spelt p", spelt(P), "second spelling"],
    ["y = 3, spelt p + 3", spelt(P + 3n), "second spelling"],
    ["mixed order", bytes(speccheck[2]?.pub_key ?? ""), "prime order"],
    ["no point", spelt(2n), "no point"],
  ];
  test.each(cases)("%s", (_, key, fault) => {
    expect(publicKeyFault(key)).toContain(fault);
    expect(() => checkPublicKey(key)).toThrow(KeyError);
  });
  test("and a good one is not", () => expect(publicKeyFault(PUBLIC)).toBeUndefined());
});

describe("a signer", () => {
  test("from a seed keeps its own copy, and answers at once where the provider does", () => {
    const seed = SEED.slice();
    const signer = seedSigner(seed, nodeEd25519);
    seed.fill(0);
    expect(signer.publicKey).toEqual(PUBLIC);
    expect(nobleEd25519.verify(PUBLIC, MESSAGE, signer.sign(MESSAGE))).toBe(true);
    expect(checkedSigner(signer, nobleEd25519).sign(MESSAGE)).toEqual(signer.sign(MESSAGE));
  });

  test("may be elsewhere", async () => {
    const external: Signer = {
      publicKey: PUBLIC,
      sign: async (message) => nobleEd25519.sign(SEED, message),
    };
    const signature = await checkedSigner(external, nodeEd25519).sign(MESSAGE);
    expect(nodeEd25519.verify(PUBLIC, MESSAGE, signature)).toBe(true);
  });

  test("whose signature is of another key or text is found", async () => {
    const liars: readonly Signer[] = [
      { publicKey: PUBLIC, sign: (message) => nobleEd25519.sign(new Uint8Array(32), message) },
      { publicKey: PUBLIC, sign: async () => nobleEd25519.sign(SEED, new Uint8Array(1)) },
      { publicKey: PUBLIC, sign: () => new Uint8Array(64) },
    ];
    for (const liar of liars) {
      const signing = async (): Promise<Uint8Array> => checkedSigner(liar, nodeEd25519).sign(MESSAGE);
      await expect(signing()).rejects.toMatchObject({ name: "KeyError", code: "signature_wrong" });
    }
  });

  test("with a key that anybody can sign for is none", () => {
    const weak: Signer = { publicKey: bytes(IDENTITY), sign: () => new Uint8Array(64) };
    expect(() => checkedSigner(weak, nodeEd25519)).toThrow(/small order/);
  });
});
