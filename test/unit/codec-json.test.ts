import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CodecError, parseJson } from "../../bindings/src/codec/json.ts";

function refusalOf(text: string): CodecError {
  try {
    parseJson(text, "args");
  } catch (error) {
    if (error instanceof CodecError) return error;
    throw error;
  }
  throw new Error(`wanted a CodecError for ${text}, and nothing was thrown`);
}

// Each row: why, the text, the code, the path, line:column.
const REFUSED: readonly (readonly [why: string, text: string, code: string, path: string, place: string])[] =
  [
    ["nothing", "", "json_syntax", "args", "1:1"],
    ["white space only", " \n ", "json_syntax", "args", "2:2"],
    ["a second value", '{"a":1} 2', "json_syntax", "args", "1:9"],
    ["a byte order mark", "\ufeff1", "json_syntax", "args", "1:1"],
    ["a comma too many", "[1,]", "json_syntax", "args[1]", "1:4"],
    ["a comma too many in an object", '{"a":1,}', "json_syntax", "args", "1:8"],
    ["a missing comma", "[1 2]", "json_syntax", "args", "1:4"],
    ["a missing colon", '{"a" 1}', "json_syntax", "args.a", "1:6"],
    ["a key without quotes", "{a:1}", "json_syntax", "args", "1:2"],
    ["single quotes", "['a']", "json_syntax", "args[0]", "1:2"],
    ["a comment", "[1 /* one */]", "json_syntax", "args", "1:4"],
    ["an open array", "[1", "json_syntax", "args", "1:3"],
    ["an open object", '{"a":1', "json_syntax", "args", "1:7"],
    ["an open text", '{"a":"x', "json_syntax", "args.a", "1:8"],
    ["a line break in a text", '["a\nb"]', "json_syntax", "args[0]", "1:4"],
    ["an unknown escape", '["\\x41"]', "json_syntax", "args[0]", "1:3"],
    ["a short escape", '["\\u12"]', "json_syntax", "args[0]", "1:3"],
    ["an escape that names an inherited member", '["\\constructor"]', "json_syntax", "args[0]", "1:3"],
    ["undefined", "[undefined]", "json_syntax", "args[0]", "1:2"],
    ["NaN", '{"a":NaN}', "json_syntax", "args.a", "1:6"],
    ["a word in capitals", "[True]", "json_syntax", "args[0]", "1:2"],
    ["half a word", "[tru]", "json_syntax", "args[0]", "1:2"],
    ["a plus sign", "[+1]", "json_syntax", "args[0]", "1:2"],
    ["a leading zero", "[012]", "json_syntax", "args", "1:3"],
    ["a point without digits", "[1.]", "json_syntax", "args", "1:3"],
    ["a point first", "[.5]", "json_syntax", "args[0]", "1:2"],
    ["hexadecimal", "[0x10]", "json_syntax", "args", "1:3"],
    ["the same key twice", '{"a":1,\n "b":2,\n "a":3}', "json_duplicate_key", "args.a", "3:2"],
    ["the same key twice, once escaped", '{"a":1,"\\u0061":2}', "json_duplicate_key", "args.a", "1:8"],
    ["the same key twice, deep", '[{"x":{"to":1,"to":2}}]', "json_duplicate_key", "args[0].x.to", "1:15"],
    ["__proto__ twice", '{"__proto__":1,"__proto__":2}', "json_duplicate_key", "args.__proto__", "1:16"],
    ["half a pair as an escape", '{"a":["\\ud800"]}', "value_surrogate", "args.a[0]", "1:7"],
    ["half a pair as it is", '["x\udc00y"]', "value_surrogate", "args[0]", "1:2"],
    ["a pair the wrong way round", '["\\udc00\\ud800"]', "value_surrogate", "args[0]", "1:2"],
    ["half a pair in a key", '{"\\ud800":1}', "value_surrogate", "args", "1:2"],
    ["an integer of 2^53", '{"id":9007199254740992}', "value_integer_range", "args.id", "1:7"],
    ["an integer of -2^53", "[-9007199254740992]", "value_integer_range", "args[0]", "1:2"],
    ["an integer of thirty digits", `[${"1".repeat(30)}]`, "value_integer_range", "args[0]", "1:2"],
    ["an integer of 400 digits", `[${"1".repeat(400)}]`, "value_not_finite", "args[0]", "1:2"],
    ["a number beyond every double", '{"x":1e999}', "value_not_finite", "args.x", "1:6"],
    ["33 containers", "[".repeat(33) + "]".repeat(33), "cmp_depth", `args${"[0]".repeat(32)}`, "1:33"],
    [
      "as many containers as fit in a line",
      "[".repeat(100_000),
      "cmp_depth",
      `args${"[0]".repeat(32)}`,
      "1:33",
    ],
  ];

describe("parseJson", () => {
  it.each(REFUSED.map(([why, text, code, path, place]) => ({ why, text, code, path, place })))(
    "refuses $why",
    ({ text, code, path, place }) => {
      const error = refusalOf(text);
      expect({ code: error.code, path: error.path, place: `${error.line}:${error.column}` }).toEqual({
        code,
        path,
        place,
      });
      expect(error.message.startsWith(`${code}: line ${place}: ${path}: wanted `)).toBe(true);
    },
  );

  it.each([
    ["9007199254740991", 2 ** 53 - 1],
    ["-9007199254740991", -(2 ** 53) + 1],
    ["-0", -0],
    ["1.5e3", 1_500],
    ["1E-2", 0.01],
    ["12345678901234567890.5", 12_345_678_901_234_567_000],
    [' "\\u00e9\\n\\/\\ud83d\\ude00\u2028" ', "é\n/😀\u2028"],
    ["\t\r\n[ ]\n", []],
    ["{ }", {}],
    ["[".repeat(32) + "]".repeat(32), JSON.parse("[".repeat(32) + "]".repeat(32))],
  ])("reads %s", (text, value) => {
    expect(parseJson(text)).toEqual(value);
  });

  it("makes __proto__ a member and leaves prototypes alone", () => {
    const value = parseJson('{"__proto__":{"admin":true}}') as { admin?: boolean };
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.hasOwn(value, "__proto__")).toBe(true);
    expect(value.admin).toBeUndefined();
  });

  it("reads what JSON.stringify writes", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.constantFrom(undefined, 1, "\t"), (text, indent) => {
        const value: unknown = JSON.parse(text);
        const spaced = JSON.stringify(value, null, indent);
        // The one thing it writes that is refused here: doubles from 2^53 to 10^21 as long integers.
        fc.pre(!/(?<![.\d])\d{16}/.test(spaced));
        expect(parseJson(spaced)).toEqual(JSON.parse(spaced));
      }),
      { seed: 20_264, numRuns: 3_000 },
    );
  });

  it("accepts nothing that JSON.parse refuses, and reads the same where both accept", () => {
    const alphabet = [
      '"',
      "\\",
      "u0061",
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      "0",
      "1",
      "-",
      ".",
      "e",
      "true",
      "null",
      " ",
      "\n",
      "a",
    ];
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...alphabet), { maxLength: 12 }), (pieces) => {
        const text = pieces.join("");
        let value: unknown;
        try {
          value = parseJson(text);
        } catch (error) {
          if (!(error instanceof CodecError)) throw error;
          if (error.code === "json_syntax") expect(() => JSON.parse(text)).toThrow();
          return;
        }
        accepted++;
        expect(value).toEqual(JSON.parse(text));
      }),
      { seed: 20_265, numRuns: 20_000 },
    );
    expect(accepted).toBeGreaterThan(200);
  });
});
