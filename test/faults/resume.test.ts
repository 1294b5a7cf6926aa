/** Verifying a log of several shards that is stopped again and again: it comes to what it would have come to at once. */

import { beforeAll, describe, expect, it } from "vitest";
import {
  type VerifyOptions,
  type VerifyReport,
  type VerifyState,
  VerifyStopped,
} from "../../bindings/evidence/verify.ts";
import { Disk } from "./disk.ts";
import { entryOf, ORIGIN, openSmall, signerOf, TIME_MS, TRUST, verifySmall } from "./small-log.ts";

type Image = Map<string, Uint8Array>;

/** In the order in which they are verified. */
const SHARDS = ["east", "main", "west"] as const;
const trust = {
  ...TRUST,
  shards: SHARDS.map((shard) => ({
    origin: `${ORIGIN}/${shard}`,
    keys: [{ publicKey: signerOf(1).publicKey, from: 0 }],
  })),
};
let image: Image;

beforeAll(async () => {
  const disk = new Disk();
  for (const shard of SHARDS) {
    const log = await openSmall(disk.storage(), signerOf(1), { shard, segmentBytes: 1 });
    // The clock goes back in each of them, so that there is something to tell.
    for (const number of [3, 5, 4, 6]) await log.append(entryOf(number, TIME_MS + number));
    await log.close();
  }
  image = disk.image();
});

const verified = (files: Image, options: Partial<VerifyOptions> = {}): Promise<VerifyReport> =>
  verifySmall(Disk.of(files).storage(), { trust, ...options });

/** The state after so many batches of all shards, once through a file. */
async function stoppedAfter(files: Image, batches: number, resume?: VerifyState): Promise<VerifyState> {
  let seen = 0;
  const stop = (): boolean => ++seen === batches;
  const error = await verified(files, { stop, ...(resume === undefined ? {} : { resume }) }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof VerifyStopped)) throw new Error("it was not stopped");
  return JSON.parse(JSON.stringify(error.state)) as VerifyState;
}

async function batchesOf(files: Image): Promise<number> {
  let batches = 0;
  await verified(files, { onProgress: () => void batches++ });
  return batches;
}

const withoutTimes = (report: VerifyReport): unknown =>
  JSON.parse(JSON.stringify(report, (key, value) => (key === "ms" ? 0 : value)));

/** What a report says of a shard must not depend on where verifying was stopped. */
async function needSame(files: Image): Promise<VerifyReport> {
  const whole = await verified(files);
  const batches = await batchesOf(files);
  const stops = new Set<string>();
  for (let after = 1; after <= batches; after++) {
    const state = await stoppedAfter(files, after);
    stops.add(state.shard);
    expect(withoutTimes(await verified(files, { resume: state })), `${after} batches`).toEqual(
      withoutTimes(whole),
    );
  }
  expect([...stops]).toEqual([...SHARDS]);
  return whole;
}

function changed(change: (files: Image) => void): Image {
  const files = new Map([...image].map(([name, bytes]) => [name, bytes.slice()]));
  change(files);
  return files;
}

describe("a log of several shards", () => {
  it("is verified in two goes, wherever the first one ends", async () => {
    const { answer, findings, shards } = await needSame(image);
    expect(answer).toBe("self-signed");
    expect(findings.map(({ shard, code }) => [shard, code])).toEqual(
      SHARDS.map((shard) => [shard, "clock_back"]),
    );
    expect(shards.map(({ shard, entries }) => [shard, entries])).toEqual(SHARDS.map((shard) => [shard, 5]));
  });

  it("is verified in as many goes as it has batches", async () => {
    const whole = await verified(image);
    const batches = await batchesOf(image);
    let state = await stoppedAfter(image, 1);
    // A go begins in the shard that the one before was stopped in, at its first batch.
    for (let goes = 1; ; goes++) {
      const at = { ...state };
      let isDone = false;
      const report = await verified(image, {
        resume: state,
        stop: () => isDone,
        onProgress: ({ shard, entries }) => {
          isDone = shard !== at.shard || entries > at.seq;
        },
      }).catch((error: unknown) => {
        if (!(error instanceof VerifyStopped)) throw error;
        state = JSON.parse(JSON.stringify(error.state)) as VerifyState;
        return undefined;
      });
      if (report === undefined) continue;
      expect(withoutTimes(report)).toEqual(withoutTimes(whole));
      expect(goes).toBe(batches);
      break;
    }
  });

  it("fails in two goes as it fails in one", async () => {
    for (const shard of SHARDS) {
      const open = changed((files) => {
        const name = `${shard}/checkpoints`;
        const bytes = files.get(name) as Uint8Array;
        // The signature of the newest one.
        bytes[bytes.length - 10] = (bytes[bytes.length - 10] as number) ^ 1;
      });
      const { answer, findings } = await needSame(open);
      expect(answer).toBe("failed");
      expect(findings.filter(({ kind }) => kind === "failure").map((finding) => finding.shard)).toContain(
        shard,
      );
    }
  });

  it("does not go on in a log that has other shards, or another history", async () => {
    const batches = await batchesOf(image);
    const inWest = await stoppedAfter(image, batches - 1);
    expect(inWest.shard).toBe("west");
    const gone = changed((files) => {
      for (const name of [...files.keys()]) if (name.startsWith("west/")) files.delete(name);
    });
    await expect(verified(gone, { resume: inWest })).rejects.toMatchObject({ code: "resume" });
    const more = changed((files) => {
      for (const [name, bytes] of image)
        if (name.startsWith("east/")) files.set(name.replace("east/", "north/"), bytes);
    });
    await expect(verified(more, { resume: inWest })).rejects.toMatchObject({
      code: "resume",
      message: expect.stringContaining("shard north"),
    });
    const other = await verified(image, { resume: { ...inWest, prev: "00".repeat(32) } });
    expect(other.answer).toBe("failed");
    expect(other.findings).toContainEqual(expect.objectContaining({ code: "resume", shard: "west" }));
  });
});
