/**
 * A log of very many entries: memory stays bounded, and verifying can be stopped and go on. `PERMIT0_ENTRIES=10000000` has
 * ten million of them, which takes 1.2 GB of disk and some ten minutes.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { signCheckpoint } from "../../bindings/evidence/checkpoint.ts";
import { encodeEntry } from "../../bindings/evidence/entry.ts";
import { frameOf } from "../../bindings/evidence/frame.ts";
import { formatNote } from "../../bindings/evidence/note.ts";
import { checkpointsName, segmentName } from "../../bindings/evidence/shard.ts";
import { Frontier, leafHash } from "../../bindings/evidence/tree.ts";
import { type VerifyReport, type VerifyState, VerifyStopped } from "../../bindings/evidence/verify.ts";
import { FolderReader, FolderStorage } from "../../bindings/hosts/folder-storage.ts";
import { nodeSha256 } from "../../bindings/hosts/hash-node.ts";
import { publicKeyText } from "../../bindings/keys/paserk.ts";
import { entryOf, isWhole, openSmall, SHARD_ORIGIN, signerOf, TIME_MS, verifySmall } from "./small-log.ts";

const ENTRIES = Number(process.env.PERMIT0_ENTRIES ?? (isWhole ? 1_000_000 : 10_000));
/** A checkpoint behind each, as often as a log has one. */
const FRAME_ENTRIES = 1_000;
const SEGMENT_ENTRIES = 200_000;
const MIB = 1024 * 1024;
const mib = (bytes: number): number => Math.round(bytes / MIB);

/** Small entries, written into their frames at once. */
async function fill(storage: FolderStorage): Promise<void> {
  let prev: Uint8Array = new Uint8Array(32);
  let [file, at] = ["", 0];
  let bins: Uint8Array[] = [];
  const subject = new Uint8Array(16);
  const key = publicKeyText(signerOf(1).publicKey);
  const tree = new Frontier(nodeSha256);
  let checkpointsBytes = 0;
  const begin = { kind: "begin", origin: SHARD_ORIGIN, key, time_ms: TIME_MS } as const;
  for (let seq = 0; seq < ENTRIES; seq++) {
    if (seq % SEGMENT_ENTRIES === 0) [file, at] = [segmentName("main", seq), 0];
    const time_ms = TIME_MS + seq;
    const note = seq === 0 ? begin : ({ kind: "erase", by: "a", reason: "b", subject, time_ms } as const);
    // Some of them records, so that there is something to count.
    const entry =
      seq % 1000 === 1
        ? { prev, seq, record: entryOf(seq).record, cells: [], sealed: undefined }
        : { prev, seq, note };
    const bytes = encodeEntry(entry);
    bins.push(bytes);
    prev = leafHash(bytes, nodeSha256);
    tree.append(prev);
    if ((seq + 1) % FRAME_ENTRIES !== 0) continue;
    const frame = frameOf(bins);
    await storage.append(file, at, frame);
    at += frame.length;
    bins = [];
    const checkpoint = { origin: SHARD_ORIGIN, size: tree.size, root: tree.root() };
    const signed = formatNote(await signCheckpoint(checkpoint, [signerOf(1)]));
    await storage.append(checkpointsName("main"), checkpointsBytes, signed);
    checkpointsBytes += signed.length;
  }
}

const withoutTimes = ({ structure, arithmetic, replay, ...rest }: VerifyReport): unknown => ({
  ...rest,
  ...{
    structure: { ...structure, ms: 0 },
    arithmetic: { ...arithmetic, ms: 0 },
    replay: { ...replay, ms: 0 },
  },
});

it("a log of very many entries is verified in bounded memory, and in several goes", async () => {
  const folder = mkdtempSync(join(tmpdir(), "permit0-many-"));
  try {
    const path = join(folder, "log");
    const storage = new FolderStorage(path);
    await storage.list();
    await fill(storage);
    await storage.close();
    // Keeps the files that the records name, and signs.
    const log = await openSmall(new FolderStorage(path), signerOf(1));
    await log.append(entryOf(ENTRIES));
    await log.close();

    let heap = 0;
    let buffers = 0;
    const onProgress = (): void => {
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      heap = Math.max(heap, heapUsed);
      buffers = Math.max(buffers, arrayBuffers);
    };
    const start = performance.now();
    const whole = await verifySmall(new FolderReader(path), { onProgress });
    const seconds = (performance.now() - start) / 1000;
    expect(whole.findings).toEqual([]);
    expect(whole.answer).toBe("self-signed");
    expect(whole.shards[0]?.entries).toBe(ENTRIES + 1);
    expect(whole.verdicts.deny).toBe(ENTRIES / 1000 + 1);
    expect(heap).toBeLessThan(300 * MIB);
    expect(buffers).toBeLessThan(300 * MIB);
    console.log(
      `${ENTRIES} entries in ${seconds.toFixed(1)} s, heap ${mib(heap)} MiB, buffers ${mib(buffers)} MiB`,
    );

    // Each go a while longer than the one before, and its state once through a file.
    let state: VerifyState | undefined;
    let report: VerifyReport | undefined;
    let stops = 0;
    for (let go = 1; report === undefined; go += Math.ceil(ENTRIES / 15_000)) {
      let batches = 0;
      const resume = state === undefined ? {} : { resume: state };
      report = await verifySmall(new FolderReader(path), { ...resume, stop: () => ++batches === go }).catch(
        (error) => {
          if (!(error instanceof VerifyStopped)) throw error;
          state = JSON.parse(JSON.stringify(error.state)) as VerifyState;
          stops++;
          return undefined;
        },
      );
    }
    expect(stops).toBeGreaterThan(0);
    expect(withoutTimes(report)).toEqual(withoutTimes(whole));

    // What was verified must still be there.
    const other = { ...(state as VerifyState), prev: "00".repeat(32) };
    const changed = await verifySmall(new FolderReader(path), { resume: other });
    expect(changed.answer).toBe("failed");
    expect(changed.findings.map(({ code }) => code)).toContain("resume");
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 3_600_000);
