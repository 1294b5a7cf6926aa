/** Real processes that are killed at any moment: no record is lost that was answered, and the log goes on. */

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { afterAll, expect, it } from "vitest";
import { FolderReader, FolderStorage } from "../../bindings/hosts/folder-storage.ts";
import { hex } from "../../bindings/src/sha256.ts";
import { randomOf } from "./disk.ts";
import { contentOf, entryOf, isWhole, openSmall, signerOf, verifySmall } from "./small-log.ts";

const ROUNDS = isWhole ? 500 : 8;
/** Logs are verified from their first byte each time, so that one that is too long costs only time. */
const ROUNDS_PER_LOG = 10;
/** Two logs at a time: most of a round is the start of a process. */
const WRITERS = 2;

const folder = mkdtempSync(join(tmpdir(), "permit0-kill-"));
const CHILD = join(folder, "child.mjs");
buildSync({
  entryPoints: [fileURLToPath(new URL("./kill-child.ts", import.meta.url))],
  outfile: CHILD,
  bundle: true,
  platform: "node",
  format: "esm",
  logLevel: "error",
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Kills a writer after some milliseconds; the numbers of the records that it said were answered. */
async function killedAfter(log: string, first: number, ms: number, inOpening: boolean): Promise<number[]> {
  const child: ChildProcess = fork(CHILD, [log, `${first}`], { execArgv: [] });
  const answered: number[] = [];
  let failure: unknown;
  child.on("error", (error) => {
    failure = error;
  });
  const ended = once(child, "close");
  child.on("message", (said) => {
    if (typeof said === "number") answered.push(said);
  });
  if (!inOpening) await Promise.race([once(child, "message"), ended]);
  const timer = setTimeout(() => child.kill("SIGKILL"), ms);
  const [code, signal] = (await ended) as [number | null, string | null];
  clearTimeout(timer);
  if (failure !== undefined) throw failure;
  // It ends in no other way: a log that does not open would end it with an error.
  expect({ code, signal }, `writer of ${first}`).toEqual({ code: null, signal: "SIGKILL" });
  return answered;
}

interface Counts {
  answered: number;
  cuts: number;
}

/** Kills writers of one log, one after the other, and looks at the log behind each of them. */
async function rounds(log: string, count: number, random: () => number, counts: Counts): Promise<void> {
  const known = new Set<string>();
  for (let round = 0; round < count; round++) {
    const inOpening = random() < 0.1;
    const ms = random() * (inOpening ? 150 : 40);
    for (const number of await killedAfter(log, round * 100_000, ms, inOpening)) {
      known.add(hex(entryOf(number).record));
      counts.answered++;
    }
    const opened = await openSmall(new FolderStorage(log), signerOf(1));
    if (opened.opening.cutBytes > 0) counts.cuts++;
    await opened.close();
    const reader = new FolderReader(log);
    const { records } = await contentOf(reader);
    const there = new Set(records.map(hex));
    const lost = [...known].filter((record) => !there.has(record));
    expect(lost.length, `round ${round}: answered and lost`).toBe(0);
    expect(there.size, `round ${round}: a record twice`).toBe(records.length);
    const report = await verifySmall(reader);
    expect(
      report.findings.filter(({ kind }) => kind === "failure"),
      `round ${round}`,
    ).toEqual([]);
    expect(report.answer, `round ${round}`).toBe("self-signed");
  }
}

it("loses nothing that was answered when its process is killed at any moment", async () => {
  const random = randomOf(Date.now() >>> 0);
  const counts: Counts = { answered: 0, cuts: 0 };
  const writers = Array.from({ length: WRITERS }, async (_, writer) => {
    for (let done = 0, log = 0; done < ROUNDS / WRITERS; done += ROUNDS_PER_LOG, log++) {
      const count = Math.min(ROUNDS_PER_LOG, ROUNDS / WRITERS - done);
      await rounds(join(folder, `${writer}-${log}`), count, random, counts);
    }
  });
  await Promise.all(writers);
  // How many come through depends on the disk; in all rounds together it is many.
  expect(counts.answered).toBeGreaterThan(isWhole ? ROUNDS : 0);
  console.log(`${ROUNDS} rounds, ${counts.answered} records answered, ${counts.cuts} writes cut`);
}, 1_200_000);
