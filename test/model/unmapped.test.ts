/** Tools that nobody mapped against classes worked out by hand from evaluation.md, step 2. */
import { describe, expect, it } from "vitest";
import { readImage } from "./image.ts";
import { writeImage } from "./image-writer.ts";
import { canonicalToolName } from "./names.ts";
import { type Plain, toNode } from "./request-writer.ts";
import { sampleImage } from "./sample.ts";
import { classesOf, looksLikeRead, marksOf } from "./unmapped.ts";

const NOT_FOUND = 0xffffffff;
const image = readImage(
  writeImage({
    ...sampleImage,
    verbsRead: ["get", { token: "status", value: 1 }, { token: "peek", value: NOT_FOUND }],
    verbsAct: [
      { token: "delete", value: 1 },
      { token: "pay", value: 0b1010 },
      { token: "order", value: 0b10000 + 128 },
      { token: "mail", value: 0b1000 + 128 },
      { token: "drop", value: NOT_FOUND },
    ],
    argumentNames: [
      { token: "to", value: 1 << 3 },
      { token: "body", value: 1 << 11 },
      { token: "path", value: (1 << 4) + (1 << 6) },
      { token: "file_path", value: NOT_FOUND },
      { token: "content", value: (1 << 12) + (1 << 15) },
      { token: "query", value: (1 << 5) + (1 << 13) },
      { token: "operation", value: 1 << 7 },
      { token: "op", value: (1 << 7) + (1 << 15) },
    ],
  }),
);

function classes(name: string, args: Plain = {}, annotations: string[] = []): string[] {
  const found = classesOf(canonicalToolName(name), toNode(args), new Set(annotations), image);
  return [...found].sort();
}

describe("the classes of a call", () => {
  const names: [name: string, classes: string[], why: string][] = [
    ["getUser", ["read"], "a token reads"],
    ["user_status", ["read"], "it reads at the end"],
    ["status_user", [], "and nowhere else"],
    ["get_order", ["read"], "a thing after a token that reads"],
    ["get_order_mail", ["read"], "and after a thing"],
    ["get_user_order", ["write"], "not after a plain token"],
    ["order_get", ["write"], "nor before"],
    ["get_delete", ["delete"], "an act is an act anywhere"],
    ["pay", ["money", "send"], "an act of two classes"],
    ["peek_drop", [], "values that say: not found"],
    ["", [], "no token at all"],
  ];
  for (const [name, wanted, why] of names) {
    it(`${name}: ${why}`, () => expect(classes(name)).toEqual(wanted));
  }

  const calls: [args: Plain, classes: string[], why: string][] = [
    [{ to: 1 }, [], "one half"],
    [{ to: 1, body: 2 }, ["send"], "both halves"],
    [
      { a: [{ To: 1 }], b: { "mail-body": 2 } },
      ["send"],
      "anywhere, spelled as names are, by the last token",
    ],
    [{ path: 1, content: 2 }, ["write"], "a whole name"],
    [{ path: 1, my_content: 2 }, [], "only as the whole name"],
    [{ file_path: 1, content: 2 }, ["write"], "not found as a whole, but by its last token"],
    [{ query: 1 }, [], "no argument reads"],
    [{ ["to".repeat(128)]: 1 }, [], "a key of 256 bytes"],
    [{ [`${"to".repeat(128)}x`]: 1 }, ["place"], "a longer one"],
  ];
  for (const [args, wanted, why] of calls) {
    it(`${JSON.stringify(args).slice(0, 50)}: ${why}`, () => expect(classes("x", args)).toEqual(wanted));
  }

  const said: [args: Plain, classes: string[], why: string][] = [
    [{ operation: "delete" }, ["delete"], "an act"],
    [{ operation: "getUser" }, ["read"], "none"],
    [{ db_operation: "please-PAY" }, ["money", "send"], "by its last token, spelled as names are"],
    [{ my_op: "delete" }, ["read"], "only as the whole name"],
    [{ op: "get order" }, ["read"], "a thing"],
    [{ op: "order" }, ["write"], "an act without what reads before it"],
    [{ a: [{ op: { b: [1, "pay"] } }] }, ["money", "send"], "at any depth, under it at any depth"],
    [{ op: { delete: 1 } }, ["delete"], "keys under it"],
    [{ op: "ünknown" }, [], "a letter that nobody knows"],
    [{ op: "x".repeat(256) }, ["read"], "a text of 256 bytes"],
    [{ op: "x".repeat(257) }, [], "a longer one"],
    [{ op: 7, operation: null }, ["read"], "no text"],
  ];
  for (const [args, wanted, why] of said) {
    it(`get with ${JSON.stringify(args).slice(0, 40)}: ${why}`, () =>
      expect(classes("get", args)).toEqual(wanted));
  }

  it("come from annotations too", () => {
    expect(classes("get", {}, ["destructive", "read_write", "open_world"])).toEqual([
      "delete",
      "read",
      "write",
    ]);
  });

  it("give marks, but for the place", () => {
    expect(marksOf(new Set(["read", "place", "delete"]))).toEqual(["looks_like_delete", "looks_like_read"]);
  });

  it("read where they are reading and money alone", () => {
    expect(looksLikeRead(new Set(["read"]))).toBe(true);
    expect(looksLikeRead(new Set(["money", "read"]))).toBe(true);
    expect(looksLikeRead(new Set(["read", "place"]))).toBe(false);
    expect(looksLikeRead(new Set(["money"]))).toBe(false);
    expect(looksLikeRead(new Set())).toBe(false);
  });
});
