/** A folder as the storage of a log: two writers at one moment, what is no regular file, and disks that say no. */

import { execFileSync } from "node:child_process";
import { constants, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { FolderReader, FolderStorage } from "../../bindings/hosts/folder-storage.ts";
import { entryOf, openSmall, signerOf, verifySmall } from "../faults/small-log.ts";

const home = mkdtempSync(join(tmpdir(), "permit0-storage-"));
afterAll(() => rmSync(home, { recursive: true }));

let folder = "";
let count = 0;
beforeEach(() => {
  count++;
  folder = join(home, `log${count}`);
});

const SEGMENT = "main/0000000000000000.seg";
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

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

  test("goes on behind what a cut left", async () => {
    const storage = new FolderStorage(folder);
    await storage.append("main/a", 0, bytesOf("12345"));
    await storage.cut("main/a", 2);
    await storage.append("main/a", 2, bytesOf("67"));
    await storage.close();
    expect(readFileSync(join(folder, "main/a"), "utf8")).toBe("1267");
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
