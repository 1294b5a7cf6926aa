/** What files are to the page, by their places and names. */

import { describe, expect, test } from "vitest";
import { type GivenFile, NOTHING_GIVEN, sorted } from "../../bindings/page/given.ts";
import { bytesOf, sourceOf } from "../../bindings/page/source.ts";

const file = (path: string, content: string | Uint8Array = "x"): GivenFile => ({
  path,
  file: new File([content as BlobPart], path.slice(path.lastIndexOf("/") + 1)),
});
const KEY = "0123456789abcdef0123456789abcdef";
const LOG = ["main/0000000000000000.seg", "main/checkpoints", "images/a.image"];

describe("a log", () => {
  test("is the one folder that is given", async () => {
    const given = await sorted(
      LOG.map((path) => file(`acme-log/${path}`)),
      NOTHING_GIVEN,
    );
    expect(given.folder).toBe("acme-log");
    expect([...given.log.keys()]).toEqual(LOG);
  });

  test("is what lies in several folders", async () => {
    const given = await sorted(
      LOG.map((path) => file(path)),
      NOTHING_GIVEN,
    );
    expect([...given.log.keys()]).toEqual(LOG);
  });

  test("takes the place of the one before, and the trust file stays", async () => {
    const trust = await sorted([file("trust.json", ' {"v": 1}')], NOTHING_GIVEN);
    const first = await sorted([file("one/main/checkpoints")], trust);
    const given = await sorted([file("two/other/checkpoints")], first);
    expect([...given.log.keys()]).toEqual(["other/checkpoints"]);
    expect(given.trust?.name).toBe("trust.json");
  });

  test("with a trust file in the same drop", async () => {
    const given = await sorted([file("acme-log/main/checkpoints"), file("t.json", "{}")], NOTHING_GIVEN);
    expect([given.log.size, given.trust?.name]).toEqual([1, "t.json"]);
  });

  test("keeps a key that somebody left in it, so that the verifier says so", async () => {
    const given = await sorted(
      [file("acme-log/main/checkpoints"), file(`acme-log/${KEY}`, new Uint8Array(32))],
      NOTHING_GIVEN,
    );
    expect([given.log.has(KEY), given.keys.size]).toEqual([true, 0]);
  });
});

test("keys of subjects, single or in a folder", async () => {
  const key = new Uint8Array(32);
  for (const path of [KEY, `subjects/${KEY}`]) {
    const given = await sorted([file(path, key)], NOTHING_GIVEN);
    expect([[...given.keys.keys()], given.log.size]).toEqual([[KEY], 0]);
  }
});

test("a proof and a bundle, by how they begin", async () => {
  const given = await sorted(
    [file("a", "c2sp.org/tlog-proof@v1\nindex 0\n"), file("b.zip", "PK\u0003\u0004....")],
    NOTHING_GIVEN,
  );
  expect([given.proofs.length, given.bundle?.name]).toEqual([1, "b.zip"]);
});

test("a bundle takes the place of a log, and a log that of a bundle", async () => {
  const log = await sorted([file("acme-log/main/checkpoints")], NOTHING_GIVEN);
  const bundle = await sorted([file("b.zip", "PK\u0003\u0004....")], log);
  expect([bundle.folder, bundle.log.size, bundle.bundle?.name]).toEqual(["", 0, "b.zip"]);
  const again = await sorted([file("acme-log/main/checkpoints")], bundle);
  expect([again.log.size, again.bundle]).toEqual([1, undefined]);
});

test("another file is refused by its name", async () => {
  await expect(sorted([file("notes.txt", "hello")], NOTHING_GIVEN)).rejects.toThrow(
    /notes\.txt: wanted .* log/,
  );
});

describe("the source of what was given", () => {
  test("reads pieces of files in the order of their names", async () => {
    const { log } = await sorted([file("l/b", "wxyz"), file("l/a", "")], NOTHING_GIVEN);
    const source = sourceOf({ log });
    expect(await source.list()).toEqual(["a", "b"]);
    expect([await source.size("b"), await source.size("none")]).toEqual([4, 0]);
    expect(new TextDecoder().decode(await source.read("b", 1, 2))).toBe("xy");
    expect((await source.read("b", 3, 9)).length).toBe(1);
  });

  test("says what it cannot read", async () => {
    expect(() => sourceOf({ log: new Map() })).toThrow(/there is no log/);
    const lost = { name: "x.evidence.zip", arrayBuffer: () => Promise.reject(new Error("lost")) };
    await expect(bytesOf(lost as unknown as File)).rejects.toThrow(/x\.evidence\.zip: .* permit0 verify/);
  });
});
