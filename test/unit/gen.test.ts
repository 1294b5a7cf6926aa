/** The generator: both sides get the same numbers, words stand where their ids say, contradictions are refused. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decode } from "../../bindings/src/codec/decode.ts";
import { ROOT } from "../../tools/files.ts";
import { generate } from "../../tools/gen.ts";

const files = generate();
const textOf = (path: string): string => files.get(path) ?? "";

/** `export const NAME: type = number;` of a file. */
function constantsOf(path: string): Map<string, number> {
  const lines = textOf(path).matchAll(/^export const ([A-Z0-9_]+)(?:: [a-z0-9]+)? = (\d+);$/gm);
  return new Map([...lines].map(([, name = "", value]) => [name, Number(value)]));
}

describe("both sides have the same", () => {
  for (const name of ["limits", "codes", "layout"]) {
    test(name, () => {
      const assembly = constantsOf(`assembly/gen/${name}.ts`);
      expect(assembly.size).toBeGreaterThan(10);
      expect([...constantsOf(`bindings/src/gen/${name}.ts`)]).toEqual([...assembly]);
    });
  }
});

/** Typed by hand: numbers that records and images already carry. */
const PINNED: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  limits: { REQUEST_BYTES_MAX: 65_536, AMOUNT_MINOR_MAX: 999_999_999_999_999, TIME_MS_MAX: 2 ** 53 - 1 },
  codes: {
    STATUS_OK: 0,
    STATUS_RECORD_TOO_LARGE: 50,
    VERDICT_DENY: 2,
    TIER_CRITICAL: 4,
    FLAG_MUTATION: 8,
    FLAG_COUNT: 9,
    AMPLIFIER_ENVIRONMENT: 9,
    AMPLIFIER_COUNT: 10,
    FIELD_AMOUNT_MINOR: 1,
    FIELD_ORIGIN: 42,
    FIELD_COUNT: 42,
    // The field called count; FIELD_COUNT is how many fields there are.
    FIELD_COUNT_FIELD: 10,
    TRANSFORM_COUNT: 1,
    OPERAND_PRIMARY_FLAG: 23,
    OPERATOR_DOMAIN_NOT_IN: 14,
    MARK_ROWS_OVERFLOW: 9,
    MARK_OPAQUE_COMMAND: 10,
    MARK_SECRET_SEEN: 15,
    MARK_COUNT: 28,
    LANGUAGE_HTTP: 3,
    NAMESPACE_COMMAND: 10,
    NAMESPACE_API: 12,
    NAMESPACE_SET: 256,
    LOWERED_KIND_APPROVAL: 9,
    LAYER_ORG: 4,
  },
  layout: {
    IMAGE_MAGIC: 0x4d493050,
    HEADER_SIZE: 360,
    HEADER_DIRECTORY: 48,
    SECTION_SOURCES: 24,
    SECTION_COMMANDS: 25,
    SECTION_APIS: 29,
    SECTION_AUTOMATON: 31,
    SECTION_MEMBERS: 33,
    SECTION_USES: 34,
    SECTION_COUNT: 39,
    ACTIONS_BYTES: 56,
    ACTIONS_RULES: 36,
    MAPPINGS_LANGUAGE: 36,
    COMMANDS_OPTION_START: 24,
    OPTIONS_USE: 4,
    USES_ACTION: 4,
    APIS_METHODS: 32,
    ROWS_EXPIRES_MS: 28,
    META_MAXIMA: 100,
  },
};

describe("numbers keep their meaning", () => {
  for (const [name, numbers] of Object.entries(PINNED)) {
    const constants = constantsOf(`assembly/gen/${name}.ts`);
    for (const [constant, value] of Object.entries(numbers)) {
      test(`${constant} = ${value}`, () => expect(constants.get(constant)).toBe(value));
    }
  }
});

describe("words", () => {
  const text = textOf("assembly/gen/word-text.ts");
  const numbersIn = (name: string): number[] => {
    const [, list = ""] =
      new RegExp(`const ${name}: usize = memory.data<u\\d+>\\(\\[([^\\]]*)\\]`).exec(text) ?? [];
    return list
      .split(",")
      .filter((item) => item.trim() !== "")
      .map(Number);
  };
  const bytes = Uint8Array.from(numbersIn("WORD_TEXT"));
  const offsets = [0];
  for (let offset = 0; offset < bytes.length; ) {
    offset += 1 + ((bytes[offset] ?? 0) & 0x1f);
    offsets.push(offset);
  }
  const constants = constantsOf("assembly/gen/words.ts");
  const word = (name: string, position = 0): string => {
    const id = (constants.get(name) ?? Number.NaN) + position;
    return decode(bytes.subarray(offsets[id], offsets[id + 1])) as string;
  };

  test("stand one after the other, and the last one ends the text", () => {
    expect(offsets).toHaveLength((constants.get("WORD_COUNT") ?? 0) + 1);
    expect(offsets.at(-1)).toBe(bytes.length);
  });

  const rows: readonly (readonly [name: string, position: number, wanted: string])[] = [
    ["WORD_VERDICT", 0, "allow"],
    ["WORD_VERDICT", 2, "deny"],
    ["WORD_TIER", 4, "critical"],
    ["WORD_MARK", 9, "rows_overflow"],
    ["WORD_LOWERED_KIND", 8, "unknown_read"],
    ["WORD_REASON_TIER", 1, "tier_low"],
    ["WORD_DIRECT", 0, "direct"],
    ["WORD_CMP1_COMMIT_", 0, "cmp1:commit\n"],
  ];
  for (const [name, position, wanted] of rows) {
    test(`${name} + ${position} is ${JSON.stringify(wanted)}`, () =>
      expect(word(name, position)).toBe(wanted));
  }

  test("of a group of keys stand at their positions, ascending", () => {
    const positions = [...constants].filter(
      ([name]) => name.startsWith("REQUEST_KEY_") && !name.endsWith("_COUNT"),
    );
    const keys = positions.map(([, position]) => word("WORD_REQUEST_KEY", position));
    expect(keys).toEqual(positions.map(([name]) => name.slice("REQUEST_KEY_".length).toLowerCase()));
    expect(keys).toEqual([...keys].sort());
    expect(keys).toHaveLength(constants.get("REQUEST_KEY_COUNT") ?? 0);
  });
});

describe("sources that contradict themselves are refused", () => {
  const rows: readonly (readonly [why: string, path: string, from: string, to: string, says: string])[] = [
    [
      "members that overlap",
      "taxonomy/wire.yaml",
      "number: [4, u32], text: [8, ref]",
      "number: [2, u32], text: [8, ref]",
      "entries.obligations.number: begins at 2, before 4",
    ],
    [
      "members beyond the entry",
      "taxonomy/wire.yaml",
      "exponent: [0, u32], reference_milli: [4, u32]",
      "exponent: [0, u32], reference_milli: [4, u64]",
      "entries.currencies: members end at 12, the entry has 8 bytes",
    ],
    [
      "a member of no type",
      "taxonomy/wire.yaml",
      "exponent: [0, u32]",
      "exponent: [0, u24]",
      "entries: unknown type u24",
    ],
    [
      "an entry of no section",
      "taxonomy/wire.yaml",
      "  currencies:  { exponent",
      "  currency:  { exponent",
      "entries.currency: no such section",
    ],
    [
      "a word twice in a list",
      "taxonomy/wire.yaml",
      "verdicts: [allow, review, deny]",
      "verdicts: [allow, review, allow]",
      "codes: VERDICT_ALLOW would be written twice",
    ],
    [
      "keys that do not ascend",
      "taxonomy/wire.yaml",
      "host_key: [cwd, dialect,",
      "host_key: [dialect, cwd,",
      "words.groups.host_key: cwd after dialect, wanted ascending bytes",
    ],
    [
      "a limit that is no integer",
      "taxonomy/wire.yaml",
      "parts_max: 64 ",
      "parts_max: 64.5 ",
      "PARTS_MAX: wanted an integer, got 64.5",
    ],
    [
      "a field number that is left out",
      "taxonomy/fields.yaml",
      "{ name: start, number: 41,",
      "{ name: start, number: 42,",
      "fields.yaml: start has number 42, wanted 41",
    ],
    [
      "a list that is none",
      "taxonomy/wire.yaml",
      "modes: [enforce, shadow]",
      "modes: enforce",
      "modes: wanted a list of words",
    ],
  ];
  for (const [why, path, from, to, says] of rows) {
    test(why, () => {
      const read = (asked: string): string => {
        const text = readFileSync(join(ROOT, asked), "utf8");
        if (asked !== path) return text;
        expect(text.split(from), from).toHaveLength(2);
        return text.replace(from, to);
      };
      expect(() => generate(read)).toThrow(says);
    });
  }
});
