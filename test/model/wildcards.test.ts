/** Wildcards in paths against answers worked out by hand from evaluation.md, 3a and 4. */
import { describe, expect, it } from "vitest";
import { isKind, mayBe, withoutFinalWildcards } from "./wildcards.ts";

describe("what is taken off the end", () => {
  const cases: [given: string, acted: string, listed: string][] = [
    ["src/*", "src", "src"],
    ["src/*/", "src", "src"],
    ["*", ".", "."],
    ["/*", "/", "/"],
    ["a/*/?*/*.*", "a", "a"],
    ["a/.*", "a/.*", "a"],
    ["a/*.c", "a/*.c", "a"],
    ["a/??/*.c", "a/??/*.c", "a/??"],
    ["a/*.py", "a/*.py", "a/*.py"],
    ["a/id_*", "a/id_*", "a/id_*"],
    ["a/?[b]*", "a/?[b]*", "a/?[b]*"],
    ["a/b/", "a/b/", "a/b/"],
  ];
  for (const [given, acted, listed] of cases) {
    it(given, () => {
      expect([withoutFinalWildcards(given, false), withoutFinalWildcards(given, true)]).toEqual([
        acted,
        listed,
      ]);
    });
  }
});

describe("a kind", () => {
  it("is wildcards and an ending", () => {
    for (const kind of ["*.c", "?.jsonabcd", "[a-z]*.tar", "[!a]?.x"]) expect(isKind(kind)).toBe(true);
    for (const none of [".c", "a*.c", "*.c.d", "*.jsonabcde", "*.", "*", "*.a-b", "[.c"]) {
      expect(isKind(none)).toBe(false);
    }
  });
});

describe("what a segment may be", () => {
  const cases: [segment: string, pattern: string, is: boolean, why: string][] = [
    ["*", ".env", false, "a wildcard at the start stands for no dot"],
    [".*", ".env", true, "the start agrees as far as both go"],
    [".x*", ".env", false, "the start differs"],
    ["*.c", "shadow", false, "a kind is no name"],
    ["*.pem", "*.pem", true, "a kind is a kind"],
    ["*.c", "*.pem", false, "another kind"],
    ["s?adow", "shadow", true, "it fits whole"],
    ["s?dow", "shadow", false, "a byte is missing"],
    ["s[gh]adow", "shadow", true, "of brackets only the ends count"],
    ["s*shadow", "shadow", false, "longer than the name"],
    ["*credent*", "*credential*", true, "four bytes in a row"],
    ["*cred.x", "*credential*", true, "the end of the pattern is empty"],
    ["*crxd*", "*credential*", false, "no four bytes in a row"],
    ["*env*", "*.env*", true, "all of a run of three"],
    ["*xyz.e*", "*.env", true, "two of which the first is a dot"],
    ["*xyzv", "*.env", false, "neither"],
    ["*a*", "*credential*", true, "it spells out too little"],
  ];
  for (const [segment, pattern, is, why] of cases) {
    it(`${segment} and ${pattern}: ${why}`, () => expect(mayBe(segment, pattern)).toBe(is));
  }
});
