/**
 * A log on a disk that fails: after every step, with torn and short writes, with pages that came in any order, without
 * room, with syncs that fail or lie. What was answered is there, and one size has one root.
 */

import { describe, expect, it } from "vitest";
import { EvidenceError } from "../../bindings/evidence/errors.ts";
import { frameAt } from "../../bindings/evidence/frame.ts";
import type { EvidenceLog, EvidenceLogOptions } from "../../bindings/evidence/log.ts";
import { inventoryOf, readShard, type ShardEnd } from "../../bindings/evidence/shard.ts";
import { hex } from "../../bindings/src/sha256.ts";
import { Disk, type Fault, randomOf } from "./disk.ts";
import { contentOf, entryOf, isWhole, openSmall, verifySmall, WatchedSigner } from "./small-log.ts";

const SEEDS = isWhole ? 30 : 2;
const RECORDS = 10;
/** So that segments change in the middle of it. */
const OPTIONS = { segmentBytes: 1500 } as const;

interface Run {
  readonly disk: Disk;
  readonly signer: WatchedSigner;
  /** Records whose promise was kept, in hex. */
  readonly answered: Set<string>;
  number: number;
}

const runOn = (disk = new Disk()): Run => ({
  disk,
  signer: new WatchedSigner(),
  answered: new Set(),
  number: 0,
});

/** Some records, one by one and together; ends with the process. */
async function work(run: Run, options: Partial<EvidenceLogOptions> = {}): Promise<unknown> {
  let log: EvidenceLog;
  try {
    log = await openSmall(run.disk.storage(), run.signer, { ...OPTIONS, ...options });
    const put = async (): Promise<void> => {
      const entry = entryOf(run.number++);
      await log.append(entry);
      run.answered.add(hex(entry.record));
    };
    for (let done = 0; done < RECORDS; done += 4) {
      await put();
      await Promise.all([put(), put(), put()]);
    }
    await log.close();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** The log opens, has what was answered, contradicts nothing that was ever signed, and verifies. */
async function needWhole(run: Run, why: string): Promise<readonly string[]> {
  const log = await openSmall(run.disk.storage(), run.signer, OPTIONS).catch((error) => {
    throw new Error(`${why}: ${error.message}`);
  });
  await log.append(entryOf(run.number++));
  await log.close();
  const { records, notes, roots } = await contentOf(run.disk.storage());
  const there = new Set(records.map(hex));
  const lost = [...run.answered].filter((record) => !there.has(record));
  expect(lost.length, `${why}: answered and lost`).toBe(0);
  expect(run.signer.conflicts, `${why}: two roots`).toEqual([]);
  for (const [size, root] of run.signer.roots) expect(roots.get(size), `${why}: root of ${size}`).toBe(root);
  const report = await verifySmall(run.disk.storage());
  expect(
    report.findings.filter(({ kind }) => kind === "failure"),
    why,
  ).toEqual([]);
  expect(report.answer, why).toBe("self-signed");
  return notes;
}

/** The same moment once more. */
function forkOf({ disk, signer, answered, number }: Run): Run {
  const fork = {
    disk: Disk.of(disk.image()),
    signer: new WatchedSigner(),
    answered: new Set(answered),
    number,
  };
  for (const [size, root] of signer.roots) fork.signer.roots.set(size, root);
  return fork;
}

async function segmentsOf(disk: Disk): Promise<readonly string[]> {
  return inventoryOf(await disk.storage().list()).shards.get("main") ?? [];
}

async function endOf(disk: Disk): Promise<ShardEnd> {
  return readShard(disk.storage(), await segmentsOf(disk), () => {});
}

const whole = runOn();
await work(whole);
const { steps } = whole.disk;
const operations = { ...whole.disk.operations };

describe("a log on a disk that fails", () => {
  it("is whole when nothing fails", async () => {
    expect(whole.answered.size).toBeGreaterThanOrEqual(RECORDS);
    expect(
      (await whole.disk.storage().list()).filter((name) => name.endsWith(".seg")).length,
    ).toBeGreaterThan(2);
    await needWhole(whole, "no fault");
  });

  it("opens again wherever its process ended", async () => {
    for (let step = 0; step < steps; step++) {
      const run = runOn();
      run.disk.crashAfter(step);
      await work(run);
      run.disk.kill();
      await needWhole(run, `killed at step ${step}`);
    }
  });

  it("opens again wherever the machine stopped, and says what it cut", async () => {
    let cuts = 0;
    for (let step = 0; step < steps; step++)
      for (let seed = 1; seed <= SEEDS; seed++) {
        const run = runOn();
        run.disk.crashAfter(step);
        await work(run);
        run.disk.powerOff(randomOf(step * 1000 + seed));
        const notes = await needWhole(run, `stopped at step ${step}, seed ${seed}`);
        cuts += notes.filter((kind) => kind === "cut").length;
      }
    expect(cuts).toBeGreaterThan(0);
  });

  it("says what it cut off, wherever the process or the machine stops on the way to that", async () => {
    let torn = 0;
    for (let step = 0; step < steps; step++)
      for (let seed = 1; seed <= (isWhole ? 10 : 1); seed++) {
        const run = runOn();
        run.disk.crashAfter(step);
        await work(run);
        run.disk.powerOff(randomOf(step * 1000 + seed));
        if ((await endOf(run.disk)).torn === 0) continue;
        torn++;
        const opening = forkOf(run);
        await openSmall(opening.disk.storage(), opening.signer, OPTIONS);
        const stride = isWhole ? 1 : 3;
        for (let next = step % stride; next <= opening.disk.steps; next += stride) {
          const again = forkOf(run);
          again.disk.crashAfter(next);
          await work(again);
          if ((step + next) % 2 === 0) again.disk.kill();
          else again.disk.powerOff(randomOf(step * 1000 + seed + next));
          const why = `stopped at step ${step}, seed ${seed}, and ${next} steps later`;
          expect(await needWhole(again, why), why).toContain("cut");
        }
      }
    expect(torn).toBeGreaterThan(0);
  });

  it("promises nothing that is not on the disk when it opens what a killed process left", async () => {
    for (let step = 0; step < steps; step++)
      for (const next of isWhole ? [1, 2, 3, 4, 5, 6, 7, 8] : [3, 5]) {
        const run = runOn();
        run.disk.crashAfter(step);
        await work(run);
        run.disk.kill();
        run.disk.crashAfter(next);
        await work(run);
        // All is lost that was not synced.
        run.disk.powerOff(() => 0);
        await needWhole(run, `killed at step ${step}, stopped ${next} steps later`);
      }
  });

  it("opens again after crashes of every kind, one after the other, in the middle of opening too", async () => {
    for (let seed = 1; seed <= SEEDS * 20; seed++) {
      const run = runOn();
      const random = randomOf(seed);
      for (let crash = 0; crash < 6; crash++) {
        run.disk.crashAfter(Math.floor(random() * (crash % 2 === 0 ? steps : 12)));
        await work(run);
        if (random() < 0.5) run.disk.kill();
        else run.disk.powerOff(random);
      }
      await needWhole(run, `seed ${seed}`);
    }
  });

  const faults: readonly (readonly [string, Fault["operation"], Fault["kind"]])[] = [
    ["a write fails", "append", "EIO"],
    ["a write is cut short", "append", "short"],
    ["a write finds no room", "append", "ENOSPC"],
    ["a sync fails", "sync", "EIO"],
    ["an engine or image cannot be kept", "put", "EIO"],
  ];
  it.each(faults)("answers nothing more once %s, and opens again", async (_, operation, kind) => {
    for (let at = 0; at < operations[operation]; at++)
      for (let seed = 0; seed < (isWhole ? 20 : 2); seed++) {
        const run = runOn();
        run.disk.fault({ kind, operation, at });
        const error = await work(run);
        const why = `${operation} ${at}, ${kind}, seed ${seed}`;
        expect(error instanceof Error, why).toBe(true);
        if (seed === 0) run.disk.kill();
        else run.disk.powerOff(randomOf(at * 100 + seed));
        await needWhole(run, why);
      }
  });

  it("answers nothing more once a disk is full, at whatever byte, and opens again with room", async () => {
    const bytes = [...whole.disk.image().values()].reduce((sum, { length }) => sum + length, 0);
    for (let room = 0; room < bytes; room += isWhole ? 3 : 61) {
      const run = runOn();
      run.disk.room = room;
      await work(run);
      run.disk.powerOff(randomOf(room + 1));
      await needWhole(run, `room for ${room}`);
    }
  });

  it("never contradicts itself without saying so on a disk whose syncs lie", async () => {
    let refused = 0;
    for (let seed = 1; seed <= SEEDS * 20; seed++) {
      const run = runOn();
      const random = randomOf(seed);
      for (let at = 0; at < operations.sync; at++)
        if (random() < 0.3) run.disk.fault({ kind: "lie", operation: "sync", at });
      run.disk.crashAfter(Math.floor(random() * steps));
      await work(run);
      run.disk.powerOff(random);
      const error = await work(run);
      if (error === undefined) {
        const report = await verifySmall(run.disk.storage());
        expect(
          report.findings.filter(({ kind }) => kind === "failure"),
          `seed ${seed}`,
        ).toEqual([]);
      } else {
        refused++;
        expect(error, `seed ${seed}`).toBeInstanceOf(EvidenceError);
      }
    }
    expect(refused).toBeGreaterThan(0);
  });

  it("keeps an engine again whose name a disk has lost", async () => {
    const run = runOn();
    run.disk.fault({ kind: "lie", operation: "put", at: 0 }, { kind: "lie", operation: "put", at: 1 });
    await work(run);
    run.disk.powerOff(() => 0.4);
    expect((await run.disk.storage().list()).some((name) => name.startsWith("engines/"))).toBe(false);
    const before = await verifySmall(run.disk.storage());
    expect(before.findings.map(({ code }) => code)).toContain("artifact_missing");
    await needWhole(run, "lost engine");
  });

  it("opens or refuses clearly what was not synced record by record", async () => {
    for (const durability of ["batched", "none"] as const)
      for (let seed = 1; seed <= SEEDS * 10; seed++) {
        const run = runOn();
        const random = randomOf(seed);
        run.disk.crashAfter(Math.floor(random() * steps));
        await work(run, { durability, checkpointEntries: 1000 });
        // Answers did not wait for the disk.
        run.answered.clear();
        run.disk.powerOff(random);
        const error = await work(run, { durability });
        if (error === undefined) await needWhole(run, `${durability}, seed ${seed}`);
        else expect(error, `${durability}, seed ${seed}`).toBeInstanceOf(EvidenceError);
      }
  });

  it("finds a write that is missing before one that is there, and calls it nothing else", async () => {
    const holes = { batched: 0, none: 0 };
    for (const durability of ["batched", "none"] as const)
      for (let seed = 1; seed <= SEEDS * 20; seed++) {
        // Pages of about a frame.
        const run = runOn(new Disk(512));
        const random = randomOf(seed);
        const log = await openSmall(run.disk.storage(), run.signer, {
          segmentBytes: 4000,
          durability,
          checkpointEntries: 1000,
        });
        const records = 2 + Math.floor(random() * 12);
        for (let count = 0; count < records; count++) await log.append(entryOf(run.number++));
        const written = run.disk.image();
        run.disk.powerOff(random);
        const why = `${durability}, seed ${seed}`;
        const hole = holeIn(written, run.disk.image());
        if (hole === undefined) {
          await needWhole(run, why);
          continue;
        }
        holes[durability]++;
        // What stands in a segment is on the disk before another one begins.
        expect(hole.file, why).toBe((await segmentsOf(run.disk)).at(-1));
        const found = { code: expect.stringMatching(/^frame_/), file: hole.file, at: hole.at };
        const { answer, findings } = await verifySmall(run.disk.storage());
        expect(answer, why).toBe("failed");
        expect(findings, why).toContainEqual(
          expect.objectContaining({ ...found, sentence: expect.stringContaining("a power cut leaves that") }),
        );
        const before = run.disk.image();
        await expect(openSmall(run.disk.storage(), run.signer, OPTIONS), why).rejects.toMatchObject({
          name: "EvidenceError",
          ...found,
          message: expect.stringContaining("a power cut leaves that"),
        });
        // Nothing is repaired, so that whoever looks into it finds it as it was.
        expect(run.disk.image(), why).toEqual(before);
      }
    expect(holes.batched).toBeGreaterThan(0);
    expect(holes.none).toBeGreaterThan(0);
  });
});

/** The first frame that is lost while one behind it is there. */
function holeIn(
  written: ReadonlyMap<string, Uint8Array>,
  left: ReadonlyMap<string, Uint8Array>,
): { readonly file: string; readonly at: number } | undefined {
  let lost: { readonly file: string; readonly at: number } | undefined;
  for (const file of [...written.keys()].filter((name) => name.endsWith(".seg")).sort()) {
    const bytes = written.get(file) as Uint8Array;
    for (let at = 0; at < bytes.length; ) {
      const frame = frameAt(bytes, at, bytes.length);
      if (typeof frame === "string") throw new Error(frame);
      const [was, is] = [bytes, left.get(file) ?? new Uint8Array(0)].map((all) =>
        hex(all.slice(at, frame.to)),
      );
      if (was !== is) lost ??= { file, at };
      else if (lost !== undefined) return lost;
      at = frame.to;
    }
  }
  return undefined;
}
