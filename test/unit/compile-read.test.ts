/** Reading images back: what goes in comes out, and bytes that the compiler would not write are refused. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { compile, type ImageContent, readImage } from "../../bindings/src/compile/index.ts";
import { EngineError } from "../../bindings/src/errors.ts";
import * as layout from "../../bindings/src/gen/layout.ts";
import { sha256 } from "../../bindings/src/sha256.ts";
import { compileSmall, leastSources, smallSources, smallText } from "./small-policy.ts";

const memory = `memory:
  cells:
    agent: { of: agent }
    payee: { of: [payee, reference] }
  tallies:
    - { id: money_out, cell: agent, on: { domains: [payments] }, when: { amount: { ge: 100 } } }
    - { id: everything, cell: agent, counts: any }
    - { id: to_payee, cell: payee, on: { actions: [payments.refund] } }
  signals:
    - { id: share, tally: money_out, measure: ratio, other: everything, within: 1h }
    - { id: faster, tally: to_payee, measure: acceleration, within: 2h }
rows:
  - { id: too_fast, when: { signal.faster: { ge: 2000 }, signal.share: { ge: 500 } }, verdict: review, reason: Fast. }
`;
const { image } = compileSmall(smallSources({ org: smallText("org") + memory }));

function section(number: number): { offset: number; count: number } {
  const view = new DataView(image.buffer, image.byteOffset);
  const at = layout.HEADER_DIRECTORY + number * layout.DIRECTORY_BYTES;
  return { offset: view.getUint32(at, true), count: view.getUint32(at + 4, true) };
}

/** A copy with changes; the digest in the header is made right again. */
function altered(change: (bytes: Uint8Array, view: DataView) => void): Uint8Array {
  const bytes = image.slice();
  change(bytes, new DataView(bytes.buffer));
  bytes.set(sha256(bytes.subarray(layout.HEADER_DIRECTORY)), layout.HEADER_DIGEST);
  return bytes;
}

function refusalOf(bytes: Uint8Array): string {
  try {
    readImage(bytes);
    return "accepted";
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return error.offset === undefined ? error.code : `${error.code} ${error.offset}`;
  }
}

/** Place of a member of the first entry, or of a later one. */
function member(number: number, offset: number, index = 0): number {
  return section(number).offset + index * (layout.SECTION_ENTRY_BYTES[number] ?? 0) + offset;
}

describe("an image is refused", () => {
  const u8 = (at: number, value: number) => altered((bytes) => bytes.fill(value, at, at + 1));
  const u16 = (at: number, value: number) => altered((_, view) => view.setUint16(at, value, true));
  const u32 = (at: number, value: number) => altered((_, view) => view.setUint32(at, value, true));
  const meta = (offset: number) => member(layout.SECTION_META, offset);
  const directory = (number: number) => layout.HEADER_DIRECTORY + number * layout.DIRECTORY_BYTES;
  const rows: readonly (readonly [why: string, bytes: Uint8Array, wanted: string])[] = [
    ["when it is empty", new Uint8Array(), "image_magic 0"],
    ["when it is shorter than a header", image.slice(0, 247), "image_magic 0"],
    ["with another magic", u8(0, 0x51), "image_magic 0"],
    ["of another version", u16(4, 2), "image_version 4"],
    ["for another ABI", u16(6, 2), "image_version 6"],
    ["with another size", u32(8, image.length + 8), "image_structure 8"],
    ["with another number of sections", u32(12, 24), "image_structure 12"],
    ["that is cut short", image.slice(0, -1), "image_structure 8"],
    ["that goes on", new Uint8Array([...image, 0]), "image_structure 8"],
    [
      "with one byte changed",
      Uint8Array.from(image, (byte, at) => (at === 300 ? byte ^ 1 : byte)),
      "image_digest 16",
    ],
    [
      "with another digest",
      Uint8Array.from(image, (byte, at) => (at === 20 ? byte ^ 1 : byte)),
      "image_digest 16",
    ],
    ["with a section elsewhere", u32(directory(4), section(4).offset + 8), `image_structure ${directory(4)}`],
    ["with a section too long", u32(directory(24) + 4, 10_000), `image_structure ${directory(24) + 4}`],
    [
      "with a byte between sections",
      u8(section(1).offset - 1, 1),
      `image_structure ${section(1).offset - 1}`,
    ],
    ["with two metas", u32(directory(1) + 4, 2), `image_structure ${directory(2)}`],
    [
      "with thresholds that do not ascend",
      u32(meta(layout.META_THRESHOLDS + 4), 1),
      `image_structure ${meta(24)}`,
    ],
    ["with an unknown verdict", u8(meta(layout.META_ROUTE + 4), 3), `image_structure ${meta(40)}`],
    ["with a flag above all", u32(meta(layout.META_HAZARDS), 5_000_001), `image_structure ${meta(44)}`],
    ["with a gain above all", u16(meta(layout.META_GAINS), 10_001), `image_structure ${meta(80)}`],
    ["with a maximum of 0", u8(meta(layout.META_MAXIMA), 0), `image_structure ${meta(100)}`],
    ["with an unknown switch", u32(meta(layout.META_SWITCHES), 2), `image_structure ${meta(16)}`],
    ["with a ref out of the text", u32(meta(layout.META_EDITION), 0xfffffff0), `image_structure ${meta(0)}`],
    [
      "with text that is not UTF-8",
      u8(section(layout.SECTION_TEXT).offset + textOfEdition(), 0xff),
      `image_structure ${meta(layout.META_EDITION)}`,
    ],
    [
      "with an unknown field type",
      u8(member(layout.SECTION_FIELDS, layout.FIELDS_TYPE), 10),
      `image_structure ${member(layout.SECTION_FIELDS, 8)}`,
    ],
    [
      "with a slot in use too many",
      u32(section(layout.SECTION_SLOTS).offset + 4 * slots().indexOf(0), 1),
      `image_structure ${section(layout.SECTION_SLOTS).offset}`,
    ],
    [
      "with a name that hashes elsewhere",
      u16(member(layout.SECTION_NAMES, layout.NAMES_SIZE), 0),
      `image_structure ${member(layout.SECTION_NAMES, 0)}`,
    ],
    [
      "with a level above its maximum",
      u8(member(layout.SECTION_ACTIONS, layout.ACTIONS_LEVELS), 41),
      `image_structure ${member(layout.SECTION_ACTIONS, 16)}`,
    ],
    [
      "with a flag in two roles",
      u16(member(layout.SECTION_ACTIONS, layout.ACTIONS_SECONDARY), 4),
      `image_structure ${member(layout.SECTION_ACTIONS, 12)}`,
    ],
    [
      "with a field that is none",
      u32(member(layout.SECTION_ACTIONS, layout.ACTIONS_FIELDS_HIGH), 0x80000000),
      `image_structure ${member(layout.SECTION_ACTIONS, 28)}`,
    ],
    [
      "with a list out of bounds",
      u32(member(layout.SECTION_ACTIONS, layout.ACTIONS_RULES), section(layout.SECTION_LISTS).count),
      `image_structure ${member(layout.SECTION_ACTIONS, 36)}`,
    ],
    [
      "with a run out of bounds",
      u32(member(layout.SECTION_MAPPINGS, layout.MAPPINGS_OP_COUNT), 99),
      `image_structure ${member(layout.SECTION_MAPPINGS, 28)}`,
    ],
    [
      "with an unknown transform",
      u8(member(layout.SECTION_OPS, layout.OPS_TRANSFORM), 4),
      `image_structure ${member(layout.SECTION_OPS, 1)}`,
    ],
    [
      "with a path of more segments than there are, start and count in one number",
      u32(member(layout.SECTION_OPS, layout.OPS_FROM), 0x003f_ffff + 2 ** 22),
      `image_structure ${member(layout.SECTION_OPS, 4)}`,
    ],
    [
      "with a rule for no amplifier",
      u8(member(layout.SECTION_RULES, layout.RULES_TARGET), 10),
      `image_structure ${member(layout.SECTION_RULES, 9)}`,
    ],
    [
      "with a rule of no pack",
      u32(member(layout.SECTION_RULES, layout.RULES_PACK), 1),
      `image_structure ${member(layout.SECTION_RULES, 20)}`,
    ],
    [
      "with an unknown kind of row",
      u8(member(layout.SECTION_ROWS, layout.ROWS_KIND), 3),
      `image_structure ${member(layout.SECTION_ROWS, 8)}`,
    ],
    [
      "with an unknown operand",
      u16(member(layout.SECTION_PREDICATES, layout.PREDICATES_OPERAND), 25),
      `image_structure ${member(layout.SECTION_PREDICATES, 0)}`,
    ],
    [
      "with an unknown operator",
      u8(member(layout.SECTION_PREDICATES, layout.PREDICATES_OPERATOR), 15),
      `image_structure ${member(layout.SECTION_PREDICATES, 2)}`,
    ],
    [
      "with a bound of no number",
      u32(member(layout.SECTION_PREDICATES, layout.PREDICATES_VALUE_COUNT), 0),
      `image_structure ${member(layout.SECTION_PREDICATES, 8)}`,
    ],
    ...refusedMemory(),
    [
      "with a rate of nothing",
      u32(member(layout.SECTION_CURRENCIES, layout.CURRENCIES_REFERENCE_MILLI), 0),
      `image_structure ${member(layout.SECTION_CURRENCIES, 4)}`,
    ],
    [
      "with an unknown lowering input",
      u32(member(layout.SECTION_LOWERED, layout.LOWERED_KIND), 10),
      `image_structure ${member(layout.SECTION_LOWERED, 0)}`,
    ],
  ];
  for (const [why, bytes, wanted] of rows) test(why, () => expect(refusalOf(bytes)).toBe(wanted));

  test("never in another way, whatever byte is changed", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: layout.HEADER_DIRECTORY, max: image.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        (at, mask) => {
          const bytes = altered((changed) => {
            changed[at] = (changed[at] ?? 0) ^ mask;
          });
          expect(refusalOf(bytes)).toMatch(/^(accepted|image_structure \d+)$/);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  function refusedMemory(): (readonly [string, Uint8Array, string])[] {
    const [cell, tally, signal] = [layout.SECTION_CELLS, layout.SECTION_TALLIES, layout.SECTION_SIGNALS];
    const at = (number: number, offset = 0, index = 0): string =>
      `image_structure ${member(number, offset, index)}`;
    return [
      ["with a history of the roles", u8(member(cell, layout.CELLS_KEY), 7), at(cell)],
      ["with a history of nobody else's", u8(member(cell, layout.CELLS_OTHER), 1), at(cell)],
      ["with a history of amounts", u8(member(cell, layout.CELLS_KEY, 1), 1), at(cell, 0, 1)],
      [
        "with two kinds of one name",
        altered((bytes) => bytes.copyWithin(member(cell, 0, 1), member(cell, 0), member(cell, 0) + 8)),
        at(cell, 0, 1),
      ],
      [
        "with tallies between two kinds",
        u32(member(cell, layout.CELLS_TALLY_START, 1), 1),
        at(cell, layout.CELLS_TALLY_START, 1),
      ],
      ["with a history of no field", u8(member(cell, layout.CELLS_KEY, 1), 43), at(cell, 0, 1)],
      [
        "with a history of too many tallies",
        u32(member(cell, layout.CELLS_TALLY_COUNT), 9),
        at(cell, layout.CELLS_TALLY_START),
      ],
      ["with a tally of another kind", u8(member(tally, layout.TALLIES_CELL), 1), at(tally)],
      ["with a tally of no kind", u8(member(tally, layout.TALLIES_CELL), 2), at(tally)],
      ["with an unknown verdict of a tally", u8(member(tally, layout.TALLIES_COUNTS), 3), at(tally)],
      [
        "with tallies that do not ascend",
        altered((_, view) => view.setBigUint64(member(tally, 0, 1), 0n, true)),
        at(tally, 0, 1),
      ],
      ["with a signal of no tally", u32(member(signal, layout.SIGNALS_TALLY), 3), at(signal, 8)],
      ["with a signal of two kinds", u32(member(signal, layout.SIGNALS_OTHER), 2), at(signal, 12)],
      ["with a signal of no time", u32(member(signal, layout.SIGNALS_WINDOW_S), 0), at(signal)],
      [
        "with an acceleration over more than a month",
        u32(member(signal, layout.SIGNALS_WINDOW_S, 1), 1_339_201),
        at(signal, 0, 1),
      ],
      ["with an unknown measure", u8(member(signal, layout.SIGNALS_MEASURE), 12), at(signal)],
      [
        "with an action that no tally counts",
        u32(member(layout.SECTION_ACTIONS, layout.ACTIONS_TALLIES), section(layout.SECTION_LISTS).count),
        at(layout.SECTION_ACTIONS, layout.ACTIONS_TALLIES),
      ],
    ];
  }

  function textOfEdition(): number {
    return new DataView(image.buffer, image.byteOffset).getUint32(meta(layout.META_EDITION), true);
  }

  function slots(): number[] {
    const { offset, count } = section(layout.SECTION_SLOTS);
    const view = new DataView(image.buffer, image.byteOffset);
    return Array.from({ length: count }, (_, slot) => view.getUint32(offset + slot * 4, true));
  }
});

/** A test of a fact as a policy writes it, and as the image must have it. */
interface Wanted {
  readonly yaml: unknown;
  readonly predicates: readonly object[];
}

const word = fc.stringMatching(/^[a-z][a-z0-9_-]{0,11}$/);
const number = fc.integer({ min: -1_000_000, max: 1_000_000 });

function listed(operand: string, subject: number, values: fc.Arbitrary<unknown>): fc.Arbitrary<Wanted> {
  const list = fc.uniqueArray(values, { minLength: 1, maxLength: 5 });
  return fc.tuple(fc.constantFrom("in", "not_in"), list).map(([operator, found]) => ({
    yaml: { [operator]: found },
    predicates: [
      {
        operand,
        operator,
        subject,
        values: found.map((value) => (typeof value === "number" ? BigInt(value) : value)),
      },
    ],
  }));
}

function bounded(operand: string, subject: number): fc.Arbitrary<Wanted> {
  return fc.tuple(number, fc.nat(1_000)).map(([low, width]) => ({
    yaml: { ge: low, lt: low + width + 1 },
    predicates: [
      { operand, operator: "ge", subject, values: [BigInt(low)] },
      { operand, operator: "lt", subject, values: [BigInt(low + width + 1)] },
    ],
  }));
}

function here(operand: string, subject: number): fc.Arbitrary<Wanted> {
  return fc
    .constantFrom("present", "absent")
    .map((operator) => ({ yaml: operator, predicates: [{ operand, operator, subject, values: [] }] }));
}

/** Facts of payments.refund with tests on them. */
const FACTS: Readonly<Record<string, fc.Arbitrary<Wanted>>> = {
  payee: fc.oneof(listed("field_text", 4, word), here("field_text", 4)),
  reference: listed("field_text", 36, word),
  amount_minor: fc.oneof(bounded("field_int", 1), listed("field_int", 1, number)),
  amount: fc.oneof(bounded("amount_ref", 0), here("amount_ref", 0)),
  actor: listed("actor", 0, word),
  environment: listed("environment", 0, word),
};

const clause = fc
  .uniqueArray(fc.constantFrom(...Object.keys(FACTS)), { minLength: 1, maxLength: 4 })
  .chain((names) =>
    fc.tuple(...names.map((name) => (FACTS[name] as fc.Arbitrary<Wanted>).map((test) => ({ name, test })))),
  );

const LEVELS = ["destination", "scope", "session", "volume"] as const;

const entry = fc.record({
  clauses: fc.array(clause, { maxLength: 3 }),
  isRule: fc.boolean(),
  verdict: fc.constantFrom("review", "deny"),
  raise: fc.uniqueArray(fc.constantFrom(...LEVELS), { minLength: 1, maxLength: 3 }),
  level: fc.integer({ min: 1, max: 25 }),
  approvers: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
  reason: fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" }),
});

type Entry = typeof entry extends fc.Arbitrary<infer T> ? T : never;

function whenOf({ clauses }: Entry): object {
  const maps = clauses.map((tests) => Object.fromEntries(tests.map(({ name, test }) => [name, test.yaml])));
  if (maps.length === 0) return {};
  return { when: maps.length === 1 ? maps[0] : { any: maps } };
}

const wantedClauses = ({ clauses }: Entry): object[][] =>
  clauses.map((tests) => tests.flatMap(({ test }) => test.predicates));

const on = { actions: ["payments.refund"] };

function yamlOf(one: Entry, index: number): object {
  const id = `entry_${index}`;
  if (one.isRule) {
    return {
      id,
      on,
      ...whenOf(one),
      raise: Object.fromEntries(one.raise.map((name) => [name, one.level])),
      reason: one.reason,
    };
  }
  const obligations =
    one.approvers === undefined ? {} : { obligations: [{ kind: "approvers", count: one.approvers }] };
  return { id, on, ...whenOf(one), verdict: one.verdict, ...obligations, reason: one.reason };
}

test("random entries come out of the image as they went in", () => {
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 12 }), (entries) => {
      const all = entries.map((one, index) => ({ one, index, yaml: yamlOf(one, index) }));
      const rules = all.filter(({ one }) => one.isRule);
      const rows = all.filter(({ one }) => !one.isRule);
      const text = stringify({
        org: "random",
        dated: "2026-11-22",
        rules: rules.map(({ yaml }) => yaml),
        rows: rows.map(({ yaml }) => yaml),
      });
      const content: ImageContent = compile([...leastSources(), { name: "random.yaml", text }]).explain
        .content;
      const own = content.rules.filter(({ layer }) => layer === "org");
      expect(own).toEqual(
        rules.flatMap(({ one, index }) =>
          one.raise.map((target) => ({
            code: `entry_${index}`,
            layer: "org",
            kind: "level",
            target,
            value: one.level,
            clauses: wantedClauses(one),
          })),
        ),
      );
      expect(content.rows.filter(({ layer }) => layer === "org")).toEqual(
        rows.map(({ one, index }) => ({
          code: `entry_${index}`,
          layer: "org",
          kind: "row",
          verdict: one.verdict,
          expiresMs: 0,
          obligations:
            one.approvers === undefined ? [] : [{ kind: "approvers", number: one.approvers, text: "" }],
          clauses: wantedClauses(one),
        })),
      );
      for (const { one, index } of all) expect(content.sentences.get(`entry_${index}`)).toBe(one.reason);
      const refund = content.actions.find(({ name }) => name === "payments.refund");
      expect(refund?.rules.filter((rule) => content.rules[rule]?.layer === "org")).toHaveLength(own.length);
    }),
    { numRuns: 60 },
  );
});

test("names are found again, however many there are", () => {
  fc.assert(
    fc.property(fc.uniqueArray(word, { minLength: 1, maxLength: 200 }), (values) => {
      const text = smallText("org").replace("values: [globex, 4711]", `values: ${JSON.stringify(values)}`);
      const { content } = compileSmall(smallSources({ org: text })).explain;
      // readImage looks every name up through the hash table before it lists it.
      expect(content.sets[0]?.values).toEqual(values);
    }),
    { numRuns: 30 },
  );
});
