/** What the command line says when it meets a fault of the system, of a log or of a lock: one line, no stack. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { errorFacts } from "../../bindings/cli/failure.ts";
import { ShardFault } from "../../bindings/evidence/shard.ts";
import { FolderStorage } from "../../bindings/hosts/folder-storage.ts";
import { FileLock } from "../../bindings/hosts/lock.ts";
import { LogFault } from "../../bindings/memory/replay.ts";

const folder = mkdtempSync(join(tmpdir(), "permit0-failure-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function thrownBy(run: () => unknown): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

const file = join(folder, "file");
writeFileSync(file, "");

for (const [name, code, words, run] of [
  ["no such file", "system", "ENOENT", () => readFileSync(join(folder, "none"))],
  ["no such file, asynchronously", "system", "ENOENT", () => readFile(join(folder, "none"))],
  ["a file that is there", "system", "EEXIST", () => writeFile(file, "", { flag: "wx" })],
  ["a file as a folder", "system", "ENOTDIR", () => readFileSync(join(file, "below"))],
  [
    "a full disk",
    "system",
    "ENOSPC",
    () => Promise.reject(Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" })),
  ],
  [
    "a lock of another one",
    "locked",
    "has it open",
    () => {
      new FileLock(file);
      new FileLock(file);
    },
  ],
  [
    "somebody else who writes",
    "storage",
    "somebody else writes to it",
    () => {
      return new FolderStorage(folder).append("file", 1, new Uint8Array(1));
    },
  ],
  ["a log that does not add up", "log", "record 3: no", () => Promise.reject(new LogFault(3, "no"))],
  [
    "a damaged shard",
    "frame_checksum",
    "main/0.seg, byte 7, entry 3: no",
    () => Promise.reject(new ShardFault("frame_checksum", "main/0.seg", 7, 3, "no")),
  ],
] as const)
  test(`${name} is one line`, async () => {
    const facts = errorFacts(await thrownBy(run));
    expect(facts).toEqual({ code, message: expect.stringContaining(words) });
    expect(facts.message).not.toContain("\n");
  });

test("a fault of the program keeps its stack", async () => {
  for (const run of [() => readFileSync(undefined as never), () => Promise.reject(new TypeError("odd"))]) {
    const facts = errorFacts(await thrownBy(run));
    expect(facts.code).toBe("internal");
    expect(facts.message).toContain("\n    at ");
  }
});
