/** Names that must not occur. The rules and their reasons are in words.ts. */

import { describe, expect, test } from "vitest";
import { projectFiles } from "./sources.ts";
import { WORD_RULES, wordFaults } from "./words.ts";

for (const rule of WORD_RULES) {
  describe(rule.why, () => {
    test("holds", () => expect(wordFaults(projectFiles(), rule)).toEqual([]));
    for (const text of rule.bad) {
      test(`refuses ${text}`, () => expect(rule.find(text)).not.toEqual([]));
    }
    for (const text of rule.good) {
      test(`accepts ${text}`, () => expect(rule.find(text)).toEqual([]));
    }
  });
}
