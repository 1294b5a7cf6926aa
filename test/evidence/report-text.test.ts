import { expect, test } from "vitest";
import { safe } from "../../bindings/cli/text.ts";
import { item, jsonLine, markup, percentText, shown, timeText } from "../../bindings/evidence/report/text.ts";

test("reports and terminals spell out the same signs", () => {
  for (let point = 0; point <= 0x10ffff; point++) {
    const text = String.fromCodePoint(point);
    if (shown(text) !== safe(text)) expect(shown(text), `U+${point.toString(16)}`).toBe(safe(text));
  }
});

test("what is shown has no sign that a terminal, a browser or an eye would take for something else", () => {
  expect(shown("a\u001b[31m\u0000\n\u202eb\u200b\ud800\u{e0041}\ufeff")).toBe(
    "a\\u001b[31m\\u0000\\u000a\\u202eb\\u200b\\ud800\\u{e0041}\\ufeff",
  );
  expect(shown("Zoë 東京 😀")).toBe("Zoë 東京 😀");
});

test("a line of JSON says the same without those signs", () => {
  const value = { "k\u202e": ["\u001b\u007f\u0085\u2028\u200b", "\u{e0041}😀", "\ud800", 'q"\\'] };
  const line = jsonLine(value);
  expect(JSON.parse(line)).toEqual(value);
  expect(shown(line)).toBe(line);
  expect(line).toContain("\\udb40\\udc41");
});

test("text is text everywhere in markup", () => {
  expect(markup(`<a b='c' d="e">&]]>\u0000`)).toBe(
    "&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt;&amp;]]&gt;\\u0000",
  );
});

test("times and percentages have one form", () => {
  expect(timeText(1767225600000)).toBe("2026-01-01T00:00:00.000Z");
  expect(timeText(Number.MAX_SAFE_INTEGER)).toBe("9007199254740991 ms");
  expect([0, 7, 99, 100, 3836, 9999].map(percentText)).toEqual([
    "0.00",
    "0.07",
    "0.99",
    "1.00",
    "38.36",
    "99.99",
  ]);
});

test("an item of a list cannot look like two, nor like none", () => {
  expect(["a", "a b", "#money", "args.x[3]"].map(item)).toEqual(["a", "a b", "#money", "args.x[3]"]);
  expect(["", "a; b", " a", "x (policy)", 'q"', "a, b", "by: ann"].map(item)).toEqual([
    '""',
    '"a; b"',
    '" a"',
    '"x (policy)"',
    '"q\\""',
    '"a, b"',
    '"by: ann"',
  ]);
});
