/** Two writers, a clock that was set back, and segments that change in the middle of a group. */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, describe, expect, it } from "vitest";
import { FolderReader, FolderStorage } from "../../bindings/hosts/folder-storage.ts";
import { FileLock } from "../../bindings/hosts/lock.ts";
import { Disk } from "./disk.ts";
import { contentOf, entryOf, openSmall, signerOf, TIME_MS, verifySmall, WatchedSigner } from "./small-log.ts";

const folder = mkdtempSync(join(tmpdir(), "permit0-writers-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("two writers of one shard", () => {
  it("are kept apart by the lock beside the folder", () => {
    const lock = new FileLock(join(folder, "locked.main"));
    expect(() => new FileLock(join(folder, "locked.main"))).toThrow("it has one writer");
    lock.release();
    new FileLock(join(folder, "locked.main")).release();
  });

  it("are kept apart in threads of one process too", async () => {
    const file = join(folder, "threads.main");
    const lock = new FileLock(file);
    const { href } = new URL("../../bindings/hosts/lock.ts", import.meta.url);
    const take = `import("tsx/esm/api").then(async ({ register }) => {
      register();
      const { FileLock } = await import(${JSON.stringify(href)});
      new FileLock(${JSON.stringify(file)});
    });`;
    const taken = new Promise((resolve, reject) =>
      new Worker(take, { eval: true }).on("error", reject).on("exit", resolve),
    );
    await expect(taken).rejects.toThrow(`process ${process.pid} has it open`);
    lock.release();
  });

  it("leave a lock whose process is gone, and only where its number means a process", () => {
    const file = join(folder, "left.main");
    const lock = new FileLock(file);
    const text = readFileSync(`${file}.lock`, "utf8");
    expect(text).toMatch(/^\d+ \S+ \S+( \d+)?\n$/);
    lock.release();
    const [, host = "", boot = ""] = text.trim().split(" ");
    // No process has this number.
    const gone = 2 ** 22 + 1;
    for (const [left, owner] of [
      [`${gone} ${host} ${boot}\n`, undefined],
      [`${gone}\n`, undefined],
      [`${process.ppid} ${host} ${boot}\n`, `process ${process.ppid} has it open`],
      [`${gone} other-host ${boot}\n`, `process ${gone} on other-host has it open`],
      [`${gone} ${host} other-boot\n`, undefined],
      // A process before this one had its number.
      [`${process.pid} ${host} ${boot} 1\n`, existsSync("/proc/self/stat") ? undefined : "has it open"],
      // The process with this number in another container.
      [`${process.pid} other-host ${boot}\n`, `process ${process.pid} on other-host has it open`],
      // Not written to its end.
      [`${gone} ${host}`, "somebody has it open"],
      [`${gone} ${host}\n`, "somebody has it open"],
      ["", "somebody has it open"],
    ] as const) {
      writeFileSync(`${file}.lock`, left);
      if (owner === undefined) new FileLock(file).release();
      else {
        expect(() => new FileLock(file), left).toThrow(owner);
        expect(() => new FileLock(file), left).toThrow(`remove ${file}.lock`);
        expect(readFileSync(`${file}.lock`, "utf8")).toBe(left);
        rmSync(`${file}.lock`);
      }
      expect(existsSync(`${file}.lock`)).toBe(false);
    }
  });

  it("do no harm without it: the second one fails, and signs nothing", async () => {
    const path = join(folder, "twice");
    const first = await openSmall(new FolderStorage(path), signerOf(1));
    await first.append(entryOf(0));
    await first.sign();
    const signer = new WatchedSigner();
    const second = await openSmall(new FolderStorage(path), signer);
    await first.append(entryOf(1));
    await expect(second.append(entryOf(2))).rejects.toThrow("somebody else writes to it");
    await expect(second.append(entryOf(3))).rejects.toThrow("somebody else writes to it");
    await second.close();
    expect(signer.roots.size).toBe(0);
    await first.append(entryOf(4));
    await first.close();
    const report = await verifySmall(new FolderReader(path));
    expect(report.findings).toEqual([]);
    expect(report.answer).toBe("self-signed");
    const { records } = await contentOf(new FolderReader(path));
    expect(records).toEqual([0, 1, 4].map((number) => entryOf(number).record));
  });

  it("sign no second root where the first one has signed", async () => {
    const path = join(folder, "signed");
    const first = await openSmall(new FolderStorage(path), signerOf(1));
    await first.append(entryOf(0));
    const signer = new WatchedSigner();
    // Opening signs what the other one has written; from there on it is the only writer.
    const second = await openSmall(new FolderStorage(path), signer);
    await expect(first.close()).rejects.toThrow("somebody else writes to it");
    await second.append(entryOf(1));
    await second.close();
    const { findings } = await verifySmall(new FolderReader(path));
    expect(findings.map(({ code }) => code)).toEqual(["adopted"]);
  });
});

it("a clock that was set back is remarked upon, and nothing more", async () => {
  const disk = new Disk();
  const log = await openSmall(disk.storage(), signerOf(1));
  await log.append(entryOf(0, TIME_MS + 60_000));
  await log.append(entryOf(1, TIME_MS));
  await log.append(entryOf(2, TIME_MS + 61_000));
  await log.close();
  const { answer, findings } = await verifySmall(disk.storage());
  expect(answer).toBe("self-signed");
  expect(findings).toEqual([expect.objectContaining({ kind: "remark", code: "clock_back", seq: 2 })]);
});

it("segments change between groups, however many records ask at once", async () => {
  const disk = new Disk();
  const log = await openSmall(disk.storage(), signerOf(1), { segmentBytes: 1 });
  for (let group = 0; group < 5; group++)
    await Promise.all([0, 1, 2, 3, 4].map((number) => log.append(entryOf(group * 5 + number))));
  await log.close();
  const names = (await disk.storage().list()).filter((name) => name.endsWith(".seg"));
  // One with what opening said, and one a group.
  expect(names.map((name) => Number(name.slice(5, 21)))).toEqual([0, 1, 6, 11, 16, 21]);
  const again = await openSmall(disk.storage(), signerOf(1));
  expect(again.size).toBe(26);
  await again.close();
  expect((await verifySmall(disk.storage())).findings).toEqual([]);
});
