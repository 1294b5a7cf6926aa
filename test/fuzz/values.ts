/** Values and keys that requests are mutated with, encoded once: what policies ask for, what stands at an edge, what is forbidden. */
import { hostText, moneyValue, pathValue, urlValue } from "../differential/generate.ts";
import { WORDS } from "../differential/images.ts";
import type { Random } from "../differential/random.ts";
import { readable } from "../model/bytes.ts";
import type { Image } from "../model/image.ts";
import { knownKeys } from "../model/request.ts";
import { encode, type Plain } from "../model/request-writer.ts";
import { taxonomyFields } from "../model/wire.ts";

export interface Dictionary {
  /** CMP/1 values. */
  readonly values: readonly Uint8Array[];
  /** Bytes that stand where a value should and are none. */
  readonly faults: readonly Uint8Array[];
  /** Encoded keys of the envelope, and those of arguments and fields. */
  readonly envelopeKeys: readonly Uint8Array[];
  readonly innerKeys: readonly Uint8Array[];
  /** Pieces to put into texts. */
  readonly pieces: readonly Uint8Array[];
}

/** Of each kind of text, so many. */
const SAMPLES = 60;

export function dictionaryOf(random: Random, images: readonly Image[]): Dictionary {
  const many = <T>(make: (random: Random) => T): T[] => Array.from({ length: SAMPLES }, () => make(random));
  const words = [...new Set(Object.values(WORDS).flat()), ...images.flatMap(namesOf)];
  const values: Plain[] = [
    ...EDGES,
    ...words,
    ...many(moneyValue),
    ...many(pathValue),
    ...many(hostText),
    ...many(urlValue),
  ];
  return {
    values: [...values.map(encode), ...nests()],
    faults: FAULTS.map((hex) => new Uint8Array(Buffer.from(hex, "hex"))),
    envelopeKeys: [...Object.values(knownKeys).flat(), "zz", ""].map(encode),
    innerKeys: innerKeys(images).map(encode),
    pieces: PIECES.map((piece) => new Uint8Array(Buffer.from(piece, "latin1"))),
  };
}

function namesOf(image: Image): string[] {
  const texts = image.actions.flatMap(({ rules, rows }) =>
    [...rules, ...rows].flatMap(({ clauses }) => clauses.flat().flatMap((predicate) => predicate.texts)),
  );
  return [...new Set([...image.names.map(({ text }) => text), ...texts])].map(readable);
}

function innerKeys(images: readonly Image[]): string[] {
  const paths = images.flatMap(({ mappings }) =>
    mappings.flatMap(({ ops, guards }) => [...ops, ...guards].flatMap(({ path }) => path)),
  );
  const names = paths.filter((segment) => segment !== null).map(readable);
  return [
    ...new Set([
      ...names,
      ...taxonomyFields.map(({ name }) => name),
      "",
      "__proto__",
      "é",
      "\u{1f600}",
      "～",
      "k".repeat(300),
    ]),
  ];
}

const EDGES: readonly Plain[] = [
  null,
  true,
  false,
  "",
  [],
  {},
  new Uint8Array(0),
  new Uint8Array(31),
  new Uint8Array(32),
  new Uint8Array(33),
  ...[
    0, 1, -1, 2, 31, 32, -32, -33, 127, 128, -128, -129, 255, 256, 839, 840, 841, -840, -841, 65_535, 65_536,
  ],
  ...[
    2 ** 31,
    2 ** 32 - 1,
    2 ** 32,
    -(2 ** 31),
    -(2 ** 31) - 1,
    2 ** 53 - 1,
    2 ** 53,
    999_999_999_999_999,
    1e15,
  ],
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
  -(2n ** 63n),
  ...[0.5, -0.5, 1e-300, 5e-324, 1.7976931348623157e308, 2 ** 64, 2 ** 70, 0.1, 1.005, 999_999_999_999.995],
  ...[1, 31, 32, 63, 64, 65, 255, 256, 257, 4095, 4096, 4097].map((bytes) => "x".repeat(bytes)),
  ..."é|e\u0301|日本語|\u{1f600}|\u0000|a\u0000b|\ufeff|\u202e| x |\t|\n|0|-0|00|1e3|true|TRUE|null".split(
    "|",
  ),
  [null],
  [[]],
  [1, "2"],
  { a: 1 },
  { a: { b: [{ c: null }] } },
  Array.from({ length: 15 }, () => 1),
  Array.from({ length: 16 }, () => "a"),
  Array.from({ length: 65 }, () => "a@b.example"),
  "2026-11-22",
  "admin",
  "production",
  "mcp__shop__create_refund",
  "functions.read_file",
  "getHTTPHeader",
  "rm -rf /",
];

/** Arrays and maps in each other, about as deep as is allowed. */
function nests(): Uint8Array[] {
  return [28, 29, 30, 31, 32, 33, 60].flatMap((depth) => [
    Uint8Array.from([...Array<number>(depth).fill(0x91), 0xc0]),
    Uint8Array.from([...Array.from({ length: depth }, () => [0x81, 0xa1, 0x61]).flat(), 0x01]),
  ]);
}

const FAULTS = [
  "c1",
  "ca3f800000",
  "c70100",
  "d40000",
  "d8",
  "cb7ff8000000000000",
  "cb7ff0000000000000",
  "cb3ff0000000000000",
  "cb8000000000000000",
  "cc00",
  "cc7f",
  "cd00ff",
  "ce0000ffff",
  "cf00000000ffffffff",
  "d000",
  "d0ff",
  "d1ff80",
  "d2ffff8000",
  "d3ffffffff80000000",
  "d900",
  "d91f",
  "da00ff",
  "db0000ffff",
  "dc0000",
  "dc000f",
  "dd0000ffff",
  "de0000",
  "df0000ffff",
  "c500ff",
  "c60000ffff",
  "c6ffffffff",
  "dbffffffff",
  "ddffffffff",
  "dfffffffff",
  "a2c080",
  "a3eda080",
  "a4f4908080",
  "a1ff",
  "a1c3",
  "81c001",
  "8101c0",
  "82a16101a16101",
  "82a16201a16101",
  "a5",
  "c420",
  "d9ff41",
] as const;

const PIECES = [
  "/",
  "//",
  "\\",
  ".",
  "..",
  "../",
  "/./",
  "~",
  "~/",
  "$HOME",
  "C:",
  "file://",
  "\0",
  "\x01",
  "\x7f",
  "\t",
  "\n",
  " ",
  "@",
  "<",
  ">",
  ",",
  ";",
  ":",
  "mailto:",
  "http://",
  "https://",
  "HTTP:",
  "javascript:",
  "%2e",
  "#",
  "?",
  "[",
  "]",
  "[::1]",
  "::",
  "127.0.0.1",
  "0x7f",
  "169.254.169.254",
  "localhost",
  "xn--",
  "_",
  "__",
  "mcp__",
  "-",
  "+",
  "0",
  "9",
  "e9",
  ".5",
  ",",
  "A",
  "aB",
  "XMLHttp",
  "*",
  "\xc3\xa9",
  "\xc3",
  "\xff",
  "\xed\xa0\x80",
  "\xf0\x9f\x98\x80",
  "\xef\xbb\xbf",
  ".ssh/",
  ".env",
  "id_rsa",
  ".pem",
  "AKIA0123456789ABCDEF",
  "a".repeat(64),
] as const;
