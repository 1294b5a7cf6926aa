import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EvidenceError } from "../../bindings/evidence/errors.ts";
import { crc32, unzip, type ZipMember, zip } from "../../bindings/evidence/report/zip.ts";
import { hasCommand } from "./report-harness.ts";

const utf8 = new TextEncoder();
const LIMITS = { members: 100, bytes: 1 << 20 };

const fileOf = (members: readonly ZipMember[]): Uint8Array =>
  new Uint8Array(Buffer.concat([...zip(members)]));
const member = (name: string, text = name): ZipMember => ({ name, bytes: utf8.encode(text) });

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof EvidenceError) return error.code;
    throw error;
  }
  return "none";
}

const SMALL = fileOf([member("a.txt", "one"), member("b/c.txt", "two")]);

test("the checksum of the standard's example", () => {
  expect(crc32(utf8.encode("123456789"))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array(0))).toBe(0);
});

test("every byte of a small file", () => {
  const hex = Buffer.from(fileOf([member("a", "hi")])).toString("hex");
  expect(hex).toBe(
    [
      "504b0304" +
        "1400" +
        "0008" +
        "0000" +
        "0000" +
        "2100" +
        "ac2a93d8" +
        "02000000" +
        "02000000" +
        "0100" +
        "0000",
      "61",
      "6869",
      "504b0102" +
        "1400" +
        "1400" +
        "0008" +
        "0000" +
        "0000" +
        "2100" +
        "ac2a93d8" +
        "02000000" +
        "02000000" +
        "0100",
      "0000" + "0000" + "0000" + "0000" + "00000000" + "00000000",
      "61",
      "504b0506" + "0000" + "0000" + "0100" + "0100" + "2f000000" + "21000000" + "0000",
    ].join(""),
  );
});

test("what is written is read, with names in any script", () => {
  const members = [
    member("ä/ж.txt"),
    member("empty", ""),
    member("[Content_Types].xml"),
    member("_rels/.rels"),
  ];
  expect(unzip(fileOf(members), LIMITS)).toEqual(members);
  expect(unzip(fileOf([]), LIMITS)).toEqual([]);
});

test("any members, any bytes", () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { maxLength: 5 });
  fc.assert(
    fc.property(names, fc.uint8Array({ maxLength: 50 }), (given, bytes) => {
      const members = given.map((name) => ({ name, bytes }));
      expect(unzip(fileOf(members), LIMITS)).toEqual(members);
    }),
  );
});

test("a file of which any one bit differs is refused", () => {
  for (let at = 0; at < SMALL.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const changed = SMALL.slice();
      changed[at] = (changed[at] as number) ^ (1 << bit);
      // A letter of a name may become another letter in one of its two places, never in both.
      expect(
        codeOf(() => unzip(changed, LIMITS)),
        `byte ${at}, bit ${bit}`,
      ).toMatch(/^zip_/);
    }
  }
});

test("a file that is cut, longer, or has something between its members is refused", () => {
  for (let size = 0; size < SMALL.length; size++) {
    expect(
      codeOf(() => unzip(SMALL.subarray(0, size), LIMITS)),
      `${size} bytes`,
    ).toMatch(/^zip_/);
  }
  for (let at = 0; at <= SMALL.length; at++) {
    const longer = Buffer.concat([SMALL.subarray(0, at), Uint8Array.of(0), SMALL.subarray(at)]);
    expect(
      codeOf(() => unzip(longer, LIMITS)),
      `a byte more at ${at}`,
    ).toMatch(/^zip_/);
  }
});

test("a member that the list does not have is refused, and one that only the list has", () => {
  const hidden = Buffer.from(SMALL);
  const end = hidden.length - 22;
  hidden.writeUInt16LE(1, end + 8);
  hidden.writeUInt16LE(1, end + 10);
  expect(codeOf(() => unzip(hidden, LIMITS))).toBe("zip_not_canonical");
  hidden.writeUInt16LE(3, end + 8);
  hidden.writeUInt16LE(3, end + 10);
  expect(codeOf(() => unzip(hidden, LIMITS))).toBe("zip_malformed");
});

test("a compressed member is refused before anything is unpacked", () => {
  const compressed = Buffer.from(SMALL);
  compressed.writeUInt16LE(8, 8);
  expect(codeOf(() => unzip(compressed, LIMITS))).toBe("zip_compressed");
});

test("limits come first", () => {
  expect(codeOf(() => unzip(SMALL, { members: 1, bytes: 1 << 20 }))).toBe("zip_too_many");
  expect(codeOf(() => unzip(SMALL, { members: 2, bytes: SMALL.length - 1 }))).toBe("zip_too_large");
  expect(unzip(SMALL, { members: 2, bytes: SMALL.length })).toHaveLength(2);
});

describe("a name is refused:", () => {
  const names = [
    "",
    "/a",
    "a/",
    "a//b",
    ".",
    "a/../b",
    "..",
    "a.",
    "a ",
    "a\\b",
    "c:d",
    "a\u202eb",
    "a\0",
    "a\ud800",
    "n?",
  ];
  for (const name of names) {
    test(JSON.stringify(name), () => expect(codeOf(() => fileOf([member(name)]))).toBe("zip_name"));
  }
  test("twice, in another case, in another composition, as a folder", () => {
    for (const pair of [
      ["a", "a"],
      ["a/b", "A/B"],
      ["\u00e9", "e\u0301"],
      ["a", "a/b"],
      ["a/b", "A"],
    ]) {
      expect(codeOf(() => fileOf(pair.map((name) => member(name))))).toBe("zip_name");
    }
  });
});

test("more members than ZIP can count", () => {
  const many = Array.from({ length: 65_536 }, (_, at) => ({ name: `m${at}`, bytes: new Uint8Array(0) }));
  expect(codeOf(() => fileOf(many))).toBe("zip_too_many");
});

test("more bytes than ZIP can count", () => {
  // The bytes are never looked at: the sizes are added first.
  const bytes = Object.defineProperty(new Uint8Array(0), "length", { value: 0xffff_ffff }) as Uint8Array;
  expect(codeOf(() => fileOf([{ name: "a", bytes }]))).toBe("zip_too_large");
});

test.skipIf(!hasCommand("unzip"))("another program finds nothing wrong with it", () => {
  const folder = mkdtempSync(join(tmpdir(), "permit0-zip-"));
  try {
    writeFileSync(join(folder, "a.zip"), SMALL);
    expect(execFileSync("unzip", ["-t", join(folder, "a.zip")], { encoding: "utf8" })).toContain("No errors");
    expect(execFileSync("unzip", ["-p", join(folder, "a.zip"), "b/c.txt"], { encoding: "utf8" })).toBe("two");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
