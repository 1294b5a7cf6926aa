/** A log that was restored from yesterday's copy: only somebody else can know, and a witness does. */

import { beforeEach, describe, expect, it } from "vitest";
import type { EvidenceLog } from "../../bindings/evidence/log.ts";
import { KEY_TYPE, noteKey } from "../../bindings/evidence/note.ts";
import { type SeenCheckpoint, Witness } from "../../bindings/evidence/witness.ts";
import { witnessingBy } from "../../bindings/evidence/witnessing.ts";
import { Disk, randomOf } from "./disk.ts";
import {
  entryOf,
  openSmall,
  SHARD_ORIGIN,
  signerOf,
  TRUST,
  verify,
  verifySmall,
  WatchedSigner,
} from "./small-log.ts";

const NAME = "witness.local/w";
const witnessSigner = signerOf(2);
const logs = [noteKey(SHARD_ORIGIN, KEY_TYPE.note, signerOf(1).publicKey)];
const trust = {
  ...TRUST,
  shards: TRUST.shards.map((shard) => ({
    ...shard,
    witnesses: { quorum: 1, keys: [{ name: NAME, publicKey: witnessSigner.publicKey }] },
  })),
};

let isReachable = true;
let remarks: string[] = [];
let seen: Map<string, SeenCheckpoint>;
let witness: Witness;

beforeEach(() => {
  isReachable = true;
  remarks = [];
  seen = new Map();
  witness = new Witness({
    name: NAME,
    signer: witnessSigner,
    logs,
    memory: { load: (origin) => seen.get(origin), store: (origin, last) => void seen.set(origin, last) },
    verify,
    timeS: () => 1_800_000_000,
  });
});

const open = (disk: Disk, signer = new WatchedSigner()): Promise<EvidenceLog> =>
  openSmall(disk.storage(), signer, {
    segmentBytes: 2000,
    witnessing: witnessingBy({
      witnesses: [{ url: "https://witness.local", name: NAME, publicKey: witnessSigner.publicKey }],
      quorum: 1,
      verify,
      post: (_, body) => {
        if (!isReachable) throw new Error("no route to host");
        return witness.addCheckpoint(body);
      },
    }),
    onRemark: (sentence) => remarks.push(sentence),
  });

async function write(disk: Disk, first: number, count: number): Promise<void> {
  const log = await open(disk);
  for (let number = first; number < first + count; number++) await log.append(entryOf(number));
  await log.close();
}

async function refused(disk: Disk): Promise<{ readonly code: unknown; readonly signed: readonly number[] }> {
  const signer = new WatchedSigner();
  const before = disk.image();
  const error = await open(disk, signer).then(
    () => undefined,
    (reason: { code?: unknown }) => reason,
  );
  expect(disk.image(), "nothing is written").toEqual(before);
  return { code: error?.code, signed: [...signer.roots.keys()] };
}

describe("a log with a witness", () => {
  it("is witnessed, and goes on where it was", async () => {
    const disk = new Disk();
    await write(disk, 0, 9);
    await write(disk, 100, 30);
    expect(remarks).toEqual([]);
    expect(seen.get(SHARD_ORIGIN)?.size).toBe(40);
    const report = await verifySmall(disk.storage(), { trust });
    expect(report.findings).toEqual([]);
    expect(report.answer).toBe("witnessed");
  });

  it("does not open when yesterday's copy was restored, and signs nothing", async () => {
    const disk = new Disk();
    await write(disk, 0, 9);
    const yesterday = disk.image();
    await write(disk, 100, 9);
    expect(await refused(Disk.of(yesterday))).toEqual({ code: "witness_ahead", signed: [] });
    // With the copy of today it does.
    await write(Disk.of(disk.image()), 200, 1);
  });

  it("does not open when all of it is gone, and promises nothing", async () => {
    await write(new Disk(), 0, 9);
    expect(await refused(new Disk())).toEqual({ code: "witness_ahead", signed: [0] });
  });

  it("does not open when a copy of the same size says something else", async () => {
    const other = new Disk();
    isReachable = false;
    await write(other, 500, 9);
    isReachable = true;
    await write(new Disk(), 0, 9);
    expect(await refused(other)).toEqual({ code: "witness_conflict", signed: [] });
  });

  it("stops when it was restored while the witness was away, and the witness comes back", async () => {
    const disk = new Disk();
    await write(disk, 0, 5);
    const yesterday = disk.image();
    await write(disk, 100, 5);
    isReachable = false;
    const log = await open(Disk.of(yesterday));
    expect(remarks).toHaveLength(1);
    expect(remarks[0]).toContain("no route to host");
    for (let number = 200; number < 210; number++) await log.append(entryOf(number));
    isReachable = true;
    await log.append(entryOf(210));
    await log.append(entryOf(211));
    await expect(log.close()).rejects.toMatchObject({ code: "witness_inconsistent" });
    expect(seen.get(SHARD_ORIGIN)?.size).toBe(11);
  });

  it("goes on without a witness that does not answer, and is witnessed once it does", async () => {
    const disk = new Disk();
    isReachable = false;
    await write(disk, 0, 9);
    expect(remarks.length).toBeGreaterThan(1);
    const without = await verifySmall(disk.storage(), { trust });
    expect(without.findings.map(({ code }) => code)).toEqual(["witness_missing"]);
    isReachable = true;
    await write(disk, 100, 9);
    const report = await verifySmall(disk.storage(), { trust });
    expect(report.findings).toEqual([]);
    expect(report.answer).toBe("witnessed");
  });

  it("opens again wherever its machine stopped", async () => {
    for (let seed = 1; seed <= 60; seed++) {
      seen.clear();
      const random = randomOf(seed);
      const disk = new Disk();
      disk.crashAfter(Math.floor(random() * 90));
      await write(disk, 0, 12).catch(() => {});
      disk.powerOff(random);
      await write(disk, 100, 2);
      const report = await verifySmall(disk.storage(), { trust });
      expect(
        report.findings.filter(({ kind }) => kind === "failure"),
        `seed ${seed}`,
      ).toEqual([]);
      expect(report.answer, `seed ${seed}`).toBe("witnessed");
    }
  });
});
