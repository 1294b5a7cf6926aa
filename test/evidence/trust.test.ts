/** The trust file: read whole or not at all, with an error that says where and what to do. */

import { describe, expect, test } from "vitest";
import { openCheckpoint, signCheckpoint } from "../../bindings/evidence/checkpoint.ts";
import { EvidenceError } from "../../bindings/evidence/errors.ts";
import {
  originFault,
  parseTrust,
  parseWitnessKey,
  type TrustedShard,
  trustText,
  witnessKeyText,
} from "../../bindings/evidence/trust.ts";
import { keyId, nobleEd25519, publicKeyText, secretKeyText } from "../../bindings/keys/index.ts";
import { signerOf, verify } from "./ed25519.ts";

const publicKey = (seed: number): Uint8Array => nobleEd25519.publicKey(new Uint8Array(32).fill(seed));
const text = (seed: number): string => publicKeyText(publicKey(seed));
/** Key and name of the witness in the vectors of C2SP notes: seed 02 32 times. */
const VKEY = "witness.example.com/w1+745fb5e8+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU";
const LOG_VKEY = "example.com/agentlog/tenant1/shard0+dbb92d49+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c";
const vkey = (name: string, seed: number): string =>
  witnessKeyText({ name, keyId: new Uint8Array(4), publicKey: publicKey(seed) });
const DIGEST = "ab".repeat(32);
const ORIGIN = "permit0.local/3f9c21ab77d0e412/main";

type Members = Record<string, unknown>;
const file = (changes: Members = {}): Members => ({
  v: 1,
  shards: [
    {
      origin: ORIGIN,
      keys: [
        { key: text(1), from: 0, to: 12 },
        { key: text(3), from: 10 },
      ],
    },
  ],
  witnesses: { quorum: 1, keys: [VKEY] },
  engines: [DIGEST],
  images: [DIGEST],
  ...changes,
});
const shard = (changes: Members): Members =>
  file({ shards: [{ origin: ORIGIN, keys: [{ key: text(1), from: 0 }], ...changes }] });
const key = (changes: Members): Members => shard({ keys: [{ key: text(1), from: 0, ...changes }] });
const without = (name: string): Members => {
  const { [name]: _, ...rest } = file();
  return rest;
};

test("a trust file is read", () => {
  const trust = parseTrust(JSON.stringify(file()));
  expect(trust).toEqual({
    shards: [
      {
        origin: ORIGIN,
        keys: [
          { id: keyId(publicKey(1)), publicKey: publicKey(1), from: 0, to: 12 },
          { id: keyId(publicKey(3)), publicKey: publicKey(3), from: 10 },
        ],
      },
    ],
    witnesses: {
      quorum: 1,
      keys: [
        {
          name: "witness.example.com/w1",
          keyId: new Uint8Array([0x74, 0x5f, 0xb5, 0xe8]),
          publicKey: publicKey(2),
        },
      ],
    },
    engines: [DIGEST],
    images: [DIGEST],
  });
  expect(parseTrust(trustText(trust))).toEqual(trust);
  expect(trustText(parseTrust(trustText(trust)))).toBe(trustText(trust));
});

test("witnesses and images may be left out, and stay out", () => {
  const { witnesses, images, ...rest } = file();
  const trust = parseTrust(JSON.stringify(rest));
  expect(Object.keys(trust)).toEqual(["shards", "engines"]);
  expect(JSON.parse(trustText(trust))).toEqual(rest);
});

test("a key may go and come back, and counts for the sizes that it has and no others", async () => {
  const came = [
    { key: text(1), from: 0, to: 4 },
    { key: text(3), from: 5, to: 8 },
    { key: text(1), from: 9 },
  ];
  const trust = parseTrust(JSON.stringify(shard({ keys: came })));
  expect(JSON.parse(trustText(trust)).shards[0].keys).toEqual(came);
  const [trusted] = trust.shards;
  const counts = async (seed: number, size: number): Promise<boolean> => {
    const note = await signCheckpoint({ origin: ORIGIN, size, root: new Uint8Array(32) }, [signerOf(seed)]);
    return openCheckpoint(note, trusted as TrustedShard, verify).then(
      ({ signed }) => signed.length === 1,
      () => false,
    );
  };
  const sizes = [0, 4, 5, 8, 9, 1000];
  expect(await Promise.all(sizes.map((size) => counts(1, size)))).toEqual([
    true,
    true,
    false,
    false,
    true,
    true,
  ]);
  expect(await Promise.all(sizes.map((size) => counts(3, size)))).toEqual([
    false,
    false,
    true,
    true,
    false,
    false,
  ]);
});

test("what would not be read is not written", () => {
  const trust = parseTrust(JSON.stringify(file()));
  expect(() => trustText({ ...trust, engines: [] })).toThrow(EvidenceError);
});

describe("is refused with place, wish, find and advice:", () => {
  const mixed = publicKeyText(
    new Uint8Array(Buffer.from("cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d", "hex")),
  );
  const cases: readonly (readonly [string, Members | string, RegExp])[] = [
    [
      "no JSON",
      "{",
      /^trust file: json_syntax: line 1:2: wanted a key in double quotes, came .*; correct the JSON text$/,
    ],
    ["a key twice", '{"v":1,"v":1}', /trust file: json_duplicate_key: line 1:8: v: .*each key once/],
    ["a byte order mark", `\ufeff${JSON.stringify(file())}`, /json_syntax/],
    ["an array", "[]", /^trust file: wanted an object; came an array of 0;/],
    ["a version to come", file({ v: 2 }), /: v: wanted 1; came 2;/],
    ["no engines", without("engines"), /: engines: wanted the member engines; came none; add it/],
    [
      "a misspelt member",
      { ...without("witnesses"), witneses: {} },
      /came "witneses"; did you mean "witnesses"\?/,
    ],
    ["a foreign member", file({ comment: "x" }), /no members but v, shards, .*; came "comment"; remove it/],
    ["a foreign member of a key", key({ until: 3 }), /: shards\[0\]\.keys\[0\]: wanted no members but/],
    ["__proto__", JSON.stringify(file()).replace("{", '{"__proto__":{},'), /came "__proto__"/],
    ["no shard", file({ shards: [] }), /: shards: wanted at least one of shards; came none; add one/],
    ["shards by name", file({ shards: {} }), /: shards: wanted an array of shards; came an object/],
    [
      "an origin twice",
      file({ shards: [1, 2].map(() => (shard({}).shards as Members[])[0]) }),
      /: shards\[1\]: wanted each origin once/,
    ],
    ["an origin without a shard", shard({ origin: "permit0.local" }), /origin: wanted .*; came no slash/],
    ["a shard in capitals", shard({ origin: "permit0.local/Main" }), /came a shard that is not/],
    ["an origin with a look-alike", shard({ origin: "permit0.l\u043ecal/main" }), /letter outside ASCII/],
    ["an origin that is a number", shard({ origin: 3 }), /\.origin: wanted the origin of a shard; came 3;/],
    ["no keys", shard({ keys: [] }), /: shards\[0\]\.keys: wanted at least one/],
    ...(
      [
        ["from the end of the first on", [0, 5], [5, 9]],
        ["within the first", [0, 9], [3, 4]],
        ["around the first", [3, 4], [0, 9]],
        ["behind one without an end", [0], [5]],
        ["without an end, before the first is over", [5, 9], [0]],
      ] as const
    ).map(([how, ...ranges]) => {
      const keys = ranges.map(([from, to]) => ({ key: text(1), from, ...(to === undefined ? {} : { to }) }));
      const between = { key: text(3), from: 0 };
      return [
        `a key twice in a shard, ${how}`,
        shard({ keys: [keys[0], between, keys[1]] }),
        /keys\[2\]: wanted each key once for a size; came sizes that it has already;/,
      ] as const;
    }),
    [
      "a key cut short",
      key({ key: text(1).slice(0, -1) }),
      /keys\[0\]\.key: wanted k4\.public\..*; came 42 characters/,
    ],
    ["a weak key", key({ key: publicKeyText(new Uint8Array(32)) }), /\.key: .*small order/],
    ["a key of mixed order", key({ key: mixed }), /\.key: .*prime order/],
    ["the name of a key", key({ key: keyId(publicKey(1)) }), /begins with k4\.pid/],
    ["a range the wrong way", key({ from: 5, to: 4 }), /\.to: wanted an integer of at least 5; came 4;/],
    ["a negative size", key({ from: -1 }), /\.from: wanted an integer of at least 0; came -1;/],
    ["half a size", key({ from: 0.5 }), /\.from: wanted an integer/],
    ["a size as text", key({ from: "0" }), /\.from: wanted an integer of at least 0; came "0";/],
    [
      "more witnesses than there are",
      file({ witnesses: { quorum: 2, keys: [VKEY] } }),
      /: witnesses\.quorum: wanted an integer from 1 to 1; came 2;/,
    ],
    ["no quorum", file({ witnesses: { quorum: 0, keys: [VKEY] } }), /quorum: .*came 0/],
    [
      "a witness twice",
      file({ witnesses: { quorum: 2, keys: [VKEY, VKEY] } }),
      /keys\[1\]: wanted each witness once/,
    ],
    [
      "a witness under two names",
      file({ witnesses: { quorum: 2, keys: [VKEY, vkey("w2", 2)] } }),
      /keys\[1\]: wanted each key once/,
    ],
    [
      "a witness with two keys",
      file({ witnesses: { quorum: 2, keys: [VKEY, vkey("witness.example.com/w1", 4)] } }),
      /each witness once/,
    ],
    [
      "the log as its own witness",
      file({ witnesses: { quorum: 1, keys: [vkey("w", 3)] } }),
      /keys\[0\]: wanted a witness other than the log/,
    ],
    [
      "the key of a log as a witness",
      file({ witnesses: { quorum: 1, keys: [LOG_VKEY] } }),
      /witnesses\.keys\[0\]: .*type 0x01, a key of a log/,
    ],
    [
      "a digest in capitals",
      file({ engines: ["AB".repeat(32)] }),
      /: engines\[0\]: wanted 64 digits of lower-case hex/,
    ],
    ["a digest twice", file({ images: [DIGEST, DIGEST] }), /: images\[1\]: wanted each digest once/],
  ];
  test.each(cases)("%s", (_, bad, message) => {
    const parse = () => parseTrust(typeof bad === "string" ? bad : JSON.stringify(bad));
    expect(parse).toThrow(EvidenceError);
    expect(parse).toThrow(message);
  });

  test("and never repeats a secret that stands in the wrong place", () => {
    const secret = secretKeyText({ seed: new Uint8Array(32).fill(7), publicKey: publicKey(7) });
    const places = [
      key({ key: secret }),
      shard({ origin: secret }),
      file({ engines: [secret] }),
      file({ [secret]: 1 }),
      file({ v: secret }),
    ];
    for (const bad of places) {
      try {
        parseTrust(JSON.stringify(bad));
        expect.unreachable();
      } catch (error) {
        expect(error).toBeInstanceOf(EvidenceError);
        expect((error as Error).message).not.toContain("BwcHBwcH");
      }
    }
  });
});

describe("the verifier key of a witness", () => {
  test("is read and written", () => {
    expect(witnessKeyText(parseWitnessKey(VKEY))).toBe(VKEY);
  });
  const [name, id, encoded] = VKEY.split("+") as [string, string, string];
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ["another key id", `${name}+00000000+${encoded}`, /key id 00000000, where name and key give 745fb5e8/],
    ["another name", `${name}2+${id}+${encoded}`, /the key id 745fb5e8/],
    ["no name", `+${id}+${encoded}`, /a name/],
    ["a name with a space", `a b+${id}+${encoded}`, /a name with a space/],
    ["an id in capitals", `${name}+745FB5E8+${encoded}`, /another form/],
    ["two parts", `${name}+${id}`, /another form/],
    ["base64url", `${name}+${id}+${encoded.replace("BI", "-I")}`, /not 44 letters/],
    ["padding that is not needed", `${name}+${id}+${encoded}====`, /not 44 letters/],
    ["a line end", `${VKEY}\n`, /not 44 letters/],
    ["a short key", `${name}+${id}+${encoded.slice(0, -4)}`, /not 44 letters/],
    [
      "a key of small order",
      `${name}+${id}+${Buffer.from([4, ...new Uint8Array(32)]).toString("base64")}`,
      /small order/,
    ],
    ["the key of a log", LOG_VKEY, /type 0x01/],
    ["nothing", "", /another form/],
  ];
  test.each(cases)("is refused: %s", (_, bad, message) => {
    expect(() => parseWitnessKey(bad)).toThrow(message);
    expect(() => parseWitnessKey(bad)).toThrow(EvidenceError);
  });
});

test("origins", () => {
  for (const good of [ORIGIN, "a/b", "example.com/agentlog/tenant1/shard0"])
    expect(originFault(good), good).toBeUndefined();
  for (const bad of ["", "/main", "a", "a/", "a/-b", "a b/c", "a+b/c", `a/${"b".repeat(64)}`, "a/b\n"]) {
    expect(originFault(bad), bad).toBeDefined();
  }
});
