/** Tails that were made so that telling whether a crash left them takes long. Work is counted, not timed. */

import { beforeEach, describe, expect, test, vi } from "vitest";
import { FRAME_BYTES_MAX, FRAME_HEADER_BYTES, frameOf } from "../../bindings/evidence/frame.ts";
import { readShard, type ShardEnd, segmentName } from "../../bindings/evidence/shard.ts";
import { Disk, randomOf } from "./disk.ts";
import { entryOf, openSmall, signerOf } from "./small-log.ts";

const work = { checked: 0, bins: 0 };

vi.mock(import("../../bindings/evidence/crc32c.ts"), async (original) => {
  const { crc32c } = await original();
  return {
    crc32c: (bytes, from = 0, to = bytes.length) => {
      work.checked += to - from;
      return crc32c(bytes, from, to);
    },
  };
});
vi.mock(import("../../bindings/evidence/frame.ts"), async (original) => {
  const frame = await original();
  return {
    ...frame,
    binAt: (...given) => {
      work.bins++;
      return frame.binAt(...given);
    },
  };
});

const SEGMENT = segmentName("main", 0);
const TAIL_BYTES = FRAME_BYTES_MAX + FRAME_HEADER_BYTES;
/** Checksums of 64 MiB take some 50 ms, and so do eight million bins. */
const CHECKED_MAX = 64 * 1024 * 1024;
const BINS_MAX = TAIL_BYTES + CHECKED_MAX / 8;

async function readWith(tail: Uint8Array): Promise<ShardEnd> {
  const disk = new Disk();
  const log = await openSmall(disk.storage(), signerOf(1));
  await log.append(entryOf(0));
  await log.close();
  const image = disk.image();
  const whole = image.get(SEGMENT) as Uint8Array;
  const bytes = new Uint8Array(whole.length + tail.length);
  bytes.set(whole);
  bytes.set(tail, whole.length);
  work.checked = work.bins = 0;
  return readShard(Disk.of(new Map([[SEGMENT, bytes]])).storage(), [SEGMENT], () => {});
}

/** Frames of 11 bytes, each with one bin, and a length in which all those behind it are bins too. */
function nested(): Uint8Array {
  const tail = new Uint8Array(TAIL_BYTES);
  const view = new DataView(tail.buffer);
  // The header of a frame is a bin of six bytes to one that begins before it: c4 06, and what is left of the length.
  for (let at = 0; at + 11 <= tail.length; at += 11) {
    const reach = (tail.length - at - FRAME_HEADER_BYTES) >>> 16;
    view.setUint32(at, ((reach > 0 ? reach - 1 : 0) << 16) | 0x06c4, true);
    view.setUint32(at + 4, 0x01020304, true);
    tail.set([0xc4, 1, 0x80], at + FRAME_HEADER_BYTES);
  }
  return tail;
}

/** The same, with a length that ends at a border of bins, so that only the checksum can tell. */
function bordered(): Uint8Array {
  const tail = nested();
  const view = new DataView(tail.buffer);
  const length = 0x0008_06c4;
  expect(length % 11).toBe(0);
  for (let at = 0; at + FRAME_HEADER_BYTES + length <= tail.length; at += 11)
    view.setUint32(at, length, true);
  return tail;
}

beforeEach(() => {
  work.checked = work.bins = 0;
});

describe("a tail that was made to take long", () => {
  for (const [name, make, checkedMin] of [
    ["frames whose lengths reach to the end", nested, 0],
    ["frames that all have whole bins", bordered, CHECKED_MAX / 4],
  ] as const)
    test(`${name}: is damage after a bounded amount of work`, async () => {
      await expect(readWith(make())).rejects.toMatchObject({
        code: expect.stringMatching(/^frame_/),
        seq: 2,
      });
      expect(work.checked).toBeGreaterThan(checkedMin);
      expect(work.checked).toBeLessThan(CHECKED_MAX + TAIL_BYTES);
      expect(work.bins).toBeLessThan(BINS_MAX);
    });
});

describe("a tail that a crash left", () => {
  const noise = (): Uint8Array => {
    const random = randomOf(7);
    return new Uint8Array(FRAME_BYTES_MAX - 5).map(() => random() * 256);
  };

  test("is torn at its largest, with little work", async () => {
    const frame = frameOf([noise()]);
    frame[100] = (frame[100] as number) ^ 1;
    const { torn } = await readWith(frame);
    expect(torn).toBe(frame.length);
    expect(work.checked).toBeLessThan(4 * frame.length);
  });

  test("is damage when a whole frame stands behind it", async () => {
    const disk = new Disk();
    const log = await openSmall(disk.storage(), signerOf(1));
    await log.close();
    const whole = disk.image().get(SEGMENT) as Uint8Array;
    const tail = new Uint8Array(3 + whole.length);
    tail.set([1, 2, 3]);
    tail.set(whole, 3);
    await expect(readWith(tail)).rejects.toMatchObject({ code: expect.stringMatching(/^frame_/) });
  });
});
