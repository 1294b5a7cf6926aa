/** The envelope: each operator, each surprise, and that what is appended only takes away. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encode } from "../../bindings/src/codec/encode.ts";
import { needArguments } from "../../bindings/token/arguments.ts";
import { checkedConstraints, namesNoMore, OPERATORS } from "../../bindings/token/constraints.ts";
import { argsDigest, type Constraint, type TokenCode, TokenError } from "../../bindings/token/index.ts";
import { ROOT } from "../../tools/files.ts";

function codeOf(run: () => unknown): TokenCode | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof TokenError) return error.code;
    throw error;
  }
  return undefined;
}
const match = (c: unknown, args: unknown): TokenCode | undefined => {
  const checked = checkedConstraints(c, "c");
  return codeOf(() => needArguments({ mode: "match", closed: true, c: checked }, encode(args)));
};

const at = (op: string, v?: unknown) => [{ p: ["a"], op, ...(v === undefined ? {} : { v }) }];
const BIG = 2n ** 63n;

test("each operator has a row in docs/format/token.md, and no other", () => {
  const page = readFileSync(join(ROOT, "docs/format/token.md"), "utf8");
  const [, table = ""] = page.split("| `op` |");
  const rows = table.split("\n\n")[0] as string;
  const named = [...rows.matchAll(/^\| (`\w+`(?:, `\w+`)*) \|/gm)].flatMap(([, cell = ""]) =>
    cell.match(/\w+/g),
  );
  expect(named.sort()).toEqual([...OPERATORS].sort());
});

describe("an operator", () => {
  const rows: readonly [string, unknown, unknown, TokenCode | undefined][] = [
    ["eq", at("eq", "x"), { a: "x" }, undefined],
    ["eq, another value", at("eq", "x"), { a: "y" }, "args_value"],
    ["eq, another type", at("eq", 1), { a: "1" }, "args_type"],
    ["eq, nothing there", at("eq", "x"), {}, "args_missing"],
    ["eq null is not missing", at("eq", null), {}, "args_missing"],
    ["eq null", at("eq", null), { a: null }, undefined],
    ["eq -0", at("eq", 0), { a: -0 }, undefined],
    ["eq 1.0", at("eq", 1), { a: 1.0 }, undefined],
    ["eq, an integer and a fraction", at("eq", 1), { a: 1.5 }, "args_type"],
    ["eq, a big integer", at("eq", { int: `${BIG}` }), { a: BIG }, undefined],
    ["eq, the next big integer", at("eq", { int: `${BIG}` }), { a: BIG + 1n }, "args_value"],
    ["in", at("in", ["x", 2]), { a: 2 }, undefined],
    ["in, another value", at("in", ["x", 2]), { a: 3 }, "args_value"],
    ["in, another type", at("in", ["x", 2]), { a: true }, "args_type"],
    ["max, at it", at("max", 5), { a: 5 }, undefined],
    ["max, over it", at("max", 5), { a: 6 }, "args_value"],
    [
      "max, over it by more than a double can say",
      at("max", { int: "9007199254740993" }),
      { a: 9007199254740994n },
      "args_value",
    ],
    ["max, small under big", at("max", { int: `${BIG}` }), { a: 1 }, undefined],
    ["max, a fraction", at("max", 5), { a: 4.5 }, "args_type"],
    ["max, of fractions", at("max", 5.5), { a: 5.25 }, undefined],
    ["max, a text", at("max", 5), { a: "4" }, "args_type"],
    ["max, a boolean", at("max", 5), { a: true }, "args_type"],
    ["min, at it", at("min", -5), { a: -5 }, undefined],
    ["min, under it", at("min", -5), { a: -6 }, "args_value"],
    ["prefix", at("prefix", "/srv/"), { a: "/srv/x" }, undefined],
    ["prefix, another", at("prefix", "/srv/"), { a: "/etc/x" }, "args_value"],
    ["prefix, no text", at("prefix", "/srv/"), { a: ["/srv/"] }, "args_type"],
    ["len_max, in bytes", at("len_max", 2), { a: "é" }, undefined],
    ["len_max, over it", at("len_max", 1), { a: "é" }, "args_value"],
    ["len_max, of bytes", at("len_max", 2), { a: Uint8Array.of(1, 2) }, undefined],
    ["len_max, of a map", at("len_max", 2), { a: { b: 1 } }, "args_type"],
    ["len_max does not name the elements", at("len_max", 2), { a: [1] }, "args_extra"],
    ["present", at("present"), { a: true }, undefined],
    ["present, not there", at("present"), {}, "args_missing"],
    ["present does not name what is inside", at("present"), { a: { b: 1 } }, "args_extra"],
    ["absent", at("absent"), {}, undefined],
    ["absent, there", at("absent"), { a: null }, "args_value"],
    ["absent, inside of what is not there", [{ p: ["a", "b"], op: "absent" }], {}, undefined],
    ["absent names nothing", [{ p: ["a", "b"], op: "absent" }], { a: {} }, "args_extra"],
    ["same_as", [...at("same_as", ["b"]), { p: ["b"], op: "eq", v: 1 }], { a: 1, b: 1 }, undefined],
    [
      "same_as, another",
      [...at("same_as", ["b"]), { p: ["b"], op: "eq", v: 1 }],
      { a: 2, b: 1 },
      "args_value",
    ],
    ["same_as, nothing to compare", at("same_as", ["b"]), { a: 1 }, "args_missing"],
    ["subset", at("subset", ["x", "y"]), { a: ["y", "y"] }, undefined],
    ["subset, empty", at("subset", ["x", "y"]), { a: [] }, undefined],
    ["subset, one more", at("subset", ["x", "y"]), { a: ["x", "z"] }, "args_value"],
    ["subset, no array", at("subset", ["x", "y"]), { a: "x" }, "args_type"],
    ["hash_eq", at("hash_eq", argsDigest(encode({ b: [1] }))), { a: { b: [1] } }, undefined],
    ["hash_eq, another", at("hash_eq", argsDigest(encode({ b: [1] }))), { a: { b: [2] } }, "args_value"],
    ["every", at("every", { p: ["n"], op: "max", v: 3 }), { a: [{ n: 1 }, { n: 3 }] }, undefined],
    [
      "every, one over",
      at("every", { p: ["n"], op: "max", v: 3 }),
      { a: [{ n: 1 }, { n: 4 }] },
      "args_value",
    ],
    ["every, one without", at("every", { p: ["n"], op: "max", v: 3 }), { a: [{}] }, "args_missing"],
    [
      "every, one with more",
      at("every", { p: ["n"], op: "max", v: 3 }),
      { a: [{ n: 1, m: 1 }] },
      "args_extra",
    ],
    ["every, of the elements", at("every", { p: [], op: "prefix", v: "x" }), { a: ["x1"] }, undefined],
    ["every, no array", at("every", { p: [], op: "present" }), { a: {} }, "args_type"],
    ["one more argument", at("eq", 1), { a: 1, b: 1 }, "args_extra"],
    ["one more inside", [{ p: ["a", "b"], op: "eq", v: 1 }], { a: { b: 1, c: 1 } }, "args_extra"],
    ["another element", [{ p: ["a", 0], op: "eq", v: 1 }], { a: [1, 1] }, "args_extra"],
    ["an index of a map", [{ p: ["a", 0], op: "eq", v: 1 }], { a: { 0: 1 } }, "args_type"],
    ["a name of an array", [{ p: ["a", "0"], op: "eq", v: 1 }], { a: [1] }, "args_type"],
    ["length is no argument", [{ p: ["a", "length"], op: "eq", v: 1 }], { a: [1] }, "args_type"],
    ["a member of Object.prototype", [{ p: ["toString"], op: "present" }], {}, "args_missing"],
    ["__proto__ is a name", [{ p: ["__proto__"], op: "eq", v: 1 }], JSON.parse('{"__proto__":1}'), undefined],
    ["no constraint, no argument", [], {}, undefined],
    ["no constraint, one argument", [], { a: 1 }, "args_extra"],
  ];
  test.each(rows)("%s", (_, c, args, code) => {
    expect(match(c, args)).toBe(code);
  });
});

describe("no envelope is", () => {
  const every = (depth: number): unknown =>
    depth === 0 ? { p: [], op: "present" } : { p: [], op: "every", v: every(depth - 1) };
  const rows: readonly [string, unknown, TokenCode][] = [
    ["an operator that there is not", at("regex", "."), "claim_value"],
    ["an operator of objects", at("toString"), "claim_value"],
    ["an or", [{ any: [] }], "claim_unknown"],
    ["without a value", at("eq"), "claim_missing"],
    ["with a value of present", at("present", 1), "claim_unknown"],
    ["about all arguments", [{ p: [], op: "present" }], "claim_value"],
    ["of a path as text", [{ p: "a.b", op: "present" }], "claim_type"],
    ["of a path with a fraction", [{ p: ["a", 0.5], op: "present" }], "claim_type"],
    ["of a path that begins with an index", [{ p: [0], op: "present" }], "claim_type"],
    ["of a value that is compared in parts", at("eq", [1]), "claim_type"],
    ["of an integer that JSON cannot say", at("max", 2 ** 60), "claim_value"],
    ["of a small integer as text", at("max", { int: "5" }), "claim_value"],
    ["of an integer over 64 bits", at("max", { int: `${2n ** 64n}` }), "claim_value"],
    ["of a maximum that is a text", at("max", "5"), "claim_type"],
    ["with no choice", at("in", []), "claim_value"],
    ["with 65 constraints", Array.from({ length: 65 }, () => at("present")[0]), "claim_value"],
    ["with every inside every, four times", at("every", every(3)), "claim_value"],
    ["with same_as inside every", at("every", { p: [], op: "same_as", v: ["b"] }), "claim_value"],
    ["with a digest that is none", at("hash_eq", "sha256:00"), "claim_value"],
    ["with a length below zero", at("len_max", -1), "claim_value"],
  ];
  test.each(rows)("%s", (_, c, code) => {
    expect(codeOf(() => checkedConstraints(c, "c"))).toBe(code);
  });
});

// ---- Properties, over arguments and envelopes small enough to meet.

const scalar = fc.constantFrom<null | boolean | number | string>(null, true, 0, 1, 2, 1.5, "", "a", "ab");
const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar,
    fc.array(tie("value"), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom("a", "b"), tie("value"), { maxKeys: 2 }),
  ),
})).value;
const args = fc.dictionary(fc.constantFrom("a", "b"), value, { maxKeys: 2 });
const step = fc.constantFrom<string | number>("a", "b", 0, 1);
const path = fc
  .tuple(fc.constantFrom("a", "b"), fc.array(step, { maxLength: 1 }))
  .map(([first, rest]) => [first, ...rest]);
const simple = (p: fc.Arbitrary<readonly (string | number)[]>) =>
  fc.oneof(
    fc.record({ p, op: fc.constant("eq"), v: scalar }),
    fc.record({ p, op: fc.constantFrom("min", "max"), v: fc.constantFrom(0, 1, 1.5) }),
    fc.record({
      p,
      op: fc.constantFrom("in", "subset"),
      v: fc.array(scalar, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ p, op: fc.constant("prefix"), v: fc.constantFrom("", "a") }),
    fc.record({ p, op: fc.constant("len_max"), v: fc.constantFrom(0, 1, 2) }),
    fc.record({ p, op: fc.constantFrom("present", "absent") }),
    fc.record({ p, op: fc.constant("hash_eq"), v: value.map((one) => argsDigest(encode(one))) }),
  );
const constraint = fc.oneof(
  { weight: 6, arbitrary: simple(path) },
  { weight: 1, arbitrary: fc.record({ p: path, op: fc.constant("same_as"), v: path }) },
  {
    weight: 2,
    arbitrary: fc.record({ p: path, op: fc.constant("every"), v: simple(fc.array(step, { maxLength: 1 })) }),
  },
) as unknown as fc.Arbitrary<Constraint>;
const list = fc.array(constraint, { maxLength: 4 });

/** Constraints that arguments are likely to meet: each of their leaves by its value. */
function leavesOf(given: unknown, at: (string | number)[] = []): Constraint[] {
  if (typeof given === "object" && given !== null && Object.keys(given).length > 0)
    return Object.entries(given).flatMap(([key, member]) =>
      leavesOf(member, [...at, Array.isArray(given) ? Number(key) : key]),
    );
  if (at.length === 0) return [];
  return typeof given === "object" && given !== null
    ? [{ p: at, op: "present" }]
    : [{ p: at, op: "eq", v: given as string }];
}

test("an envelope of all leaves covers its arguments, and not one leaf less", () => {
  fc.assert(
    fc.property(args, (given) => {
      const leaves = leavesOf(given);
      expect(match(leaves, given)).toBe(undefined);
      for (const leaf of leaves)
        expect(
          match(
            leaves.filter((one) => one !== leaf),
            given,
          ),
        ).toBe("args_extra");
    }),
  );
});

test("appending what names no more only shrinks what matches", () => {
  let matched = 0;
  fc.assert(
    fc.property(args, list, list, (given, more, appended) => {
      const before = [
        ...leavesOf(given).map((leaf) => ({ p: leaf.p, op: "present" }) as Constraint),
        ...more,
      ];
      for (const parent of [before, more]) {
        if (!namesNoMore(parent, appended)) continue;
        const child = match([...parent, ...appended], given);
        if (child !== undefined) continue;
        matched++;
        expect(match(parent, given)).toBe(undefined);
      }
    }),
    { numRuns: 3_000 },
  );
  expect(matched).toBeGreaterThan(50);
});

test("without that rule, an appended constraint would let an argument in", () => {
  const parent: Constraint[] = [{ p: ["a"], op: "eq", v: 1 }];
  const appended: Constraint[] = [{ p: ["b"], op: "present" }];
  expect(match(parent, { a: 1, b: 1 })).toBe("args_extra");
  expect(match([...parent, ...appended], { a: 1, b: 1 })).toBe(undefined);
  expect(namesNoMore(parent, appended)).toBe(false);
});

test("no arguments make the matcher fail in another way than by a refusal", () => {
  fc.assert(
    fc.property(args, list, (given, c) => {
      match(c, given);
    }),
    { numRuns: 2_000 },
  );
});
