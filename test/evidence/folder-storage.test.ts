/** A folder as the storage of a log: two writers at one moment, what is no regular file, and disks that say no. */

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { FolderReader, FolderStorage } from "../../bindings/hosts/folder-storage.ts";
import { entryOf, openSmall, signerOf, verifySmall } from "../faults/small-log.ts";

const home = mkdtempSync(join(tmpdir(), "permit0-storage-"));
afterAll(() => rmSync(home, { recursive: true }));

/** What another hand does between the look at a file and the write to it; once. */
const between = vi.hoisted(() => ({ run: () => {} }));
vi.mock(import("node:fs"), async (original) => {
  const fs = await original();
  const writeSync = (...given: Parameters<typeof fs.writeSync>): number => {
    const { run } = between;
    between.run = () => {};
    run();
    return fs.writeSync(...given);
  };
  return { ...fs, writeSync: writeSync as typeof fs.writeSync };
});

let folder = "";
let count = 0;
beforeEach(() => {
  count++;
  folder = join(home, `log${count}`);
});

const SEGMENT = "main/0000000000000000.seg";
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Grows a file for as long as it is there, a little at a time. */
const OTHER_HAND = `
  const { openSync, writeSync } = require("node:fs");
  const file = openSync(process.argv[1], "a");
  const end = Date.now() + 20_000;
  while (Date.now() < end) writeSync(file, "x");
`;

/** The class of what opening a file returns: Node does not export it. */
async function handles(): Promise<FileHandle> {
  const handle = await open(home, constants.O_RDONLY);
  await handle.close();
  return Object.getPrototypeOf(handle) as FileHandle;
}

describe("appending", () => {
  test("two at one moment: one is answered, and its bytes stand there", async () => {
    const [one, other] = [new FolderStorage(folder), new FolderStorage(folder)];
    await one.append("main/a", 0, bytesOf("begin"));
    await other.append("main/a", 5, bytesOf("."));
    const ends = await Promise.allSettled([
      one.append("main/a", 6, bytesOf("111")),
      other.append("main/a", 6, bytesOf("222")),
    ]);
    const text = readFileSync(join(folder, "main/a"), "utf8");
    expect(text).toHaveLength(9);
    const answered = ends.flatMap(({ status }, at) => (status === "fulfilled" ? [["111", "222"][at]] : []));
    expect(answered.length).toBeLessThan(2);
    for (const bytes of answered) expect(text.slice(6, 9)).toBe(bytes);
    for (const end of ends)
      if (end.status === "rejected") expect(String(end.reason)).toContain("somebody else writes to it");
    await one.close();
    await other.close();
  });

  test("is not answered when another hand grew the file behind the look at its size", async () => {
    const storage = new FolderStorage(folder);
    const path = join(folder, "main/a");
    await storage.append("main/a", 0, bytesOf("begin"));
    between.run = () => appendFileSync(path, "other");
    await expect(storage.append("main/a", 5, bytesOf("mine"))).rejects.toMatchObject({
      code: "storage",
      message: "main/a: wanted 9 bytes, found 14: somebody else writes to it",
    });
    // Nothing was written over: both stand there, and neither is what the log thinks stands at byte 5.
    expect(readFileSync(path, "utf8")).toBe("beginothermine");
    await storage.close();
  });

  test("is not answered when the file was removed behind the look at it", async () => {
    const storage = new FolderStorage(folder);
    await storage.append("main/a", 0, bytesOf("begin"));
    between.run = () => rmSync(join(folder, "main/a"));
    await expect(storage.append("main/a", 5, bytesOf("mine"))).rejects.toThrow("the file was removed");
    await storage.close();
  });

  test("beside another process that never stops appending, what is answered stands where it was put", async () => {
    const storage = new FolderStorage(folder);
    const path = join(folder, "main/a");
    await storage.append("main/a", 0, bytesOf("begin"));
    const other = spawn(process.execPath, ["--eval", OTHER_HAND, path], { stdio: "inherit" });
    const ended = once(other, "exit");
    const counts = { answered: 0, refused: 0 };
    const mine: { readonly at: number; readonly bytes: string }[] = [];
    try {
      while (statSync(path).size === 5) await new Promise((done) => setTimeout(done, 1));
      for (let round = 0; counts.refused < 100 && round < 100_000; round++) {
        const [at, bytes] = [statSync(path).size, `<${round}>`];
        try {
          await storage.append("main/a", at, bytesOf(bytes));
          mine.push({ at, bytes });
          counts.answered++;
        } catch (error) {
          expect(error).toMatchObject({ code: "storage" });
          counts.refused++;
        }
        await new Promise((done) => setImmediate(done));
      }
    } finally {
      other.kill();
      await ended;
    }
    await storage.close();
    const text = readFileSync(path, "latin1");
    for (const { at, bytes } of mine) expect(text.slice(at, at + bytes.length)).toBe(bytes);
    expect(counts.refused).toBe(100);
  });

  test("goes on behind what a cut left", async () => {
    const storage = new FolderStorage(folder);
    await storage.append("main/a", 0, bytesOf("12345"));
    await storage.cut("main/a", 2);
    await storage.append("main/a", 2, bytesOf("67"));
    await storage.close();
    expect(readFileSync(join(folder, "main/a"), "utf8")).toBe("1267");
  });

  test("goes on behind what was written over the end", async () => {
    const storage = new FolderStorage(folder);
    await storage.append("main/a", 0, bytesOf("12345"));
    await storage.replace("main/a", 1, bytesOf("ab"));
    expect(readFileSync(join(folder, "main/a"), "utf8")).toBe("1ab");
    await storage.replace("main/a", 2, bytesOf("cdefg"));
    await storage.append("main/a", 7, bytesOf("."));
    await storage.close();
    expect(readFileSync(join(folder, "main/a"), "utf8")).toBe("1acdefg.");
  });
});

describe("what is no regular file", () => {
  const KINDS: readonly (readonly [string, (path: string) => void])[] = [
    ["pipe", (path) => execFileSync("mkfifo", [path])],
    ["link", (path) => symlinkSync(join(home, "whole", SEGMENT), path)],
    ["link to nothing", (path) => symlinkSync(join(home, "nothing"), path)],
  ];
  const NAMES = [SEGMENT, "main/checkpoints", "main/witnessed", `images/${"0".repeat(64)}.image`];

  async function written(path: string): Promise<void> {
    const log = await openSmall(new FolderStorage(path), signerOf(1));
    await log.append(entryOf(0));
    await log.close();
  }

  for (const [kind, make] of KINDS)
    test(`a ${kind} is found by verify, refused when it is read, and keeps a log from opening`, async () => {
      await written(join(home, "whole"));
      await written(folder);
      for (const name of NAMES) {
        const path = join(folder, name);
        const kept = join(home, "kept");
        const isThere = readdirSync(join(folder, name, "..")).some((file) => name.endsWith(file));
        if (isThere) execFileSync("mv", [path, kept]);
        make(path);
        const reader = new FolderReader(folder);
        const refused = {
          name: "EvidenceError",
          code: "file_foreign",
          message: expect.stringContaining(name),
        };
        await expect(reader.size(name)).rejects.toMatchObject(refused);
        await expect(reader.read(name, 0, 1)).rejects.toMatchObject(refused);
        const report = await verifySmall(reader);
        expect(report.answer, name).toBe("failed");
        expect(report.findings, name).toContainEqual(
          expect.objectContaining({ code: "file_foreign", file: `${name} (no regular file)` }),
        );
        const storage = new FolderStorage(folder);
        await expect(openSmall(storage, signerOf(1))).rejects.toMatchObject(refused);
        await expect(storage.append(name, 0, bytesOf("x"))).rejects.toMatchObject(refused);
        await storage.close();
        rmSync(path);
        if (isThere) execFileSync("mv", [kept, path]);
      }
      expect((await verifySmall(new FolderReader(folder))).findings).toEqual([]);
    });

  test("folders are no links either", async () => {
    await written(join(home, "elsewhere"));
    mkdirSync(folder);
    for (const name of ["main", "engines", "images"])
      symlinkSync(join(home, "elsewhere", name), join(folder, name));
    const reader = new FolderReader(folder);
    expect(await reader.list()).toEqual(["engines/", "images/", "main/"]);
    await expect(reader.size(SEGMENT)).rejects.toMatchObject({ code: "file_foreign" });
    await expect(reader.read(SEGMENT, 0, 1)).rejects.toMatchObject({ code: "file_foreign" });
    await expect(openSmall(new FolderStorage(folder), signerOf(1))).rejects.toMatchObject({
      code: "file_foreign",
    });
  });
});

describe("a file that cannot be put", () => {
  for (const step of ["writeFile", "sync"] as const)
    test(`leaves nothing when ${step} fails`, async () => {
      const storage = new FolderStorage(folder);
      await storage.list();
      const spy = vi.spyOn(await handles(), step).mockImplementation(async () => {
        throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
      });
      mkdirSync(join(folder, "images"), { recursive: true });
      await expect(storage.put("images/a", bytesOf("1")))
        .rejects.toMatchObject({ code: "ENOSPC" })
        .finally(() => spy.mockRestore());
      expect(readdirSync(home).filter((name) => name.endsWith(".part"))).toEqual([]);
      expect(readdirSync(join(folder, "images"))).toEqual([]);
    });
});
