/** Whatever somebody does to the files of a log, verify says so, and where. */

import { beforeAll, describe, expect, it } from "vitest";
import { cosignCheckpoint, parseCheckpointText, signCheckpoint } from "../../bindings/evidence/checkpoint.ts";
import { frameAt, frameOf } from "../../bindings/evidence/frame.ts";
import { bytesOfText, formatNote, parseNote } from "../../bindings/evidence/note.ts";
import type { VerifyReport, VerifyTrust } from "../../bindings/evidence/verify.ts";
import { nodeSha256 } from "../../bindings/hosts/hash-node.ts";
import { hex } from "../../bindings/src/sha256.ts";
import { compileSmall } from "../unit/small-policy.ts";
import { Disk, randomOf } from "./disk.ts";
import { entryOf, isWhole, ORIGIN, openSmall, signerOf, TRUST, verifySmall } from "./small-log.ts";

type Image = Map<string, Uint8Array>;

const CHECKPOINTS = "main/checkpoints";
const WITNESSED = "main/witnessed";
let image: Image;
let segments: string[];

beforeAll(async () => {
  const { image: policy } = compileSmall();
  const files = { image: policy, wasm: new TextEncoder().encode("stands for an engine") };
  const disk = new Disk();
  const log = await openSmall(disk.storage(), signerOf(1), { segmentBytes: 900 });
  for (let number = 0; number < 6; number++) await log.append(entryOf(number, undefined, files));
  await Promise.all([6, 7].map((number) => log.append(entryOf(number, undefined, files))));
  await log.close();
  image = disk.image();
  segments = [...image.keys()].filter((name) => name.endsWith(".seg"));
  const trust = await report(image);
  expect(trust.findings).toEqual([]);
  expect(segments.length).toBeGreaterThan(2);
});

const report = (changed: Image, shards: VerifyTrust["shards"] = TRUST.shards): Promise<VerifyReport> => {
  const policy = [...image.keys()].find((name) => name.startsWith("images/")) as string;
  return verifySmall(Disk.of(changed).storage(), {
    trust: { ...TRUST, shards, images: [policy.slice("images/".length, -".image".length)] },
  });
};

function copy(): Image {
  return new Map([...image].map(([name, bytes]) => [name, bytes.slice()]));
}

function part(bytes: Uint8Array, from: number, to = bytes.length): Uint8Array {
  return bytes.slice(from, to);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Where the frames of a segment begin, and its end. */
function framesOf(bytes: Uint8Array): number[] {
  const starts = [0];
  for (let at = 0; at < bytes.length; ) {
    const frame = frameAt(bytes, at, bytes.length);
    if (typeof frame === "string") throw new Error(frame);
    at = frame.to;
    starts.push(at);
  }
  return starts;
}

/** Where the checkpoints of a file begin, and its end. */
function notesOf(bytes: Uint8Array): number[] {
  const text = Buffer.from(bytes).toString("latin1");
  const starts: number[] = [];
  for (let at = text.indexOf(ORIGIN); at >= 0; at = text.indexOf(`\n${ORIGIN}`, at))
    starts.push(at > 0 ? ++at : at++);
  return [...starts, bytes.length];
}

async function flipped(name: string, bit: number, shards?: VerifyTrust["shards"]): Promise<VerifyReport> {
  const changed = copy();
  const bytes = changed.get(name) as Uint8Array;
  bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
  return report(changed, shards);
}

/** Each bit of a file, or as many of them as there is time for. */
function* bitsOf(name: string, most: number): Generator<number> {
  const bits = (image.get(name) as Uint8Array).length * 8;
  const random = randomOf(bits);
  if (most >= bits) for (let bit = 0; bit < bits; bit++) yield bit;
  else for (let count = 0; count < most; count++) yield Math.floor(random() * bits);
}

/** A failure is found in the file, in the piece that the bit is in. */
async function needFound(
  name: string,
  bit: number,
  starts: readonly number[],
  shards?: VerifyTrust["shards"],
): Promise<void> {
  const { answer, findings } = await flipped(name, bit, shards);
  const at = bit >> 3;
  const why = `bit ${bit & 7} of byte ${at} of ${name}`;
  expect(answer, why).toBe("failed");
  const from = starts.filter((start) => start <= at).at(-1) as number;
  const to = starts.find((start) => start > at) as number;
  const isPlaced = findings.some(
    (finding) => finding.file === name && finding.at !== undefined && finding.at >= from && finding.at < to,
  );
  expect(isPlaced ? [] : findings, `${why}, in ${from}..${to}`).toEqual([]);
}

describe("a bit that was turned over", () => {
  it("is found in each segment", async () => {
    for (const name of segments) {
      const starts = framesOf(image.get(name) as Uint8Array);
      for (const bit of bitsOf(name, isWhole ? Number.POSITIVE_INFINITY : 150))
        await needFound(name, bit, starts);
    }
  });

  it("is found in the checkpoints", async () => {
    const starts = notesOf(image.get(CHECKPOINTS) as Uint8Array);
    expect(starts.length).toBeGreaterThan(3);
    for (const bit of bitsOf(CHECKPOINTS, isWhole ? Number.POSITIVE_INFINITY : 400))
      await needFound(CHECKPOINTS, bit, starts);
  });

  it("is found in what witnesses cosigned", async () => {
    const witness = { name: "witness.example/w1", publicKey: signerOf(5).publicKey };
    const shards = TRUST.shards.map((shard) => ({ ...shard, witnesses: { quorum: 1, keys: [witness] } }));
    const bytes = image.get(CHECKPOINTS) as Uint8Array;
    const starts = notesOf(bytes);
    const notes: Uint8Array[] = [];
    for (const [number, from] of starts.slice(0, -1).entries()) {
      const note = parseNote(part(bytes, from, starts[number + 1]));
      const line = await cosignCheckpoint(
        parseCheckpointText(note.text),
        witness.name,
        signerOf(5),
        1_800_000_000,
      );
      notes.push(formatNote({ ...note, signatures: [...note.signatures, line] }));
    }
    image.set(WITNESSED, joined(...notes));
    try {
      expect((await report(image, shards)).answer).toBe("witnessed");
      const places = notesOf(image.get(WITNESSED) as Uint8Array);
      for (const bit of bitsOf(WITNESSED, isWhole ? Number.POSITIVE_INFINITY : 200))
        await needFound(WITNESSED, bit, places, shards);
    } finally {
      image.delete(WITNESSED);
    }
  });

  it("is found in the checkpoint whose size it raised, not in the next one", async () => {
    const bytes = image.get(CHECKPOINTS) as Uint8Array;
    const starts = notesOf(bytes);
    let overtaken = 0;
    for (const [number, from] of starts.slice(0, -2).entries()) {
      const lineFrom = bytes.indexOf(0x0a, from) + 1;
      const size = (at: number): number =>
        Number(
          Buffer.from(part(bytes, starts[at] as number, starts[at + 1]))
            .toString("latin1")
            .split("\n")[1],
        );
      for (let bit = 0; bit < 4; bit++) {
        const digit = (bytes[lineFrom] as number) ^ (1 << bit);
        if (digit - 0x30 < size(number + 1) || digit > 0x39) continue;
        overtaken++;
        const { findings } = await flipped(CHECKPOINTS, lineFrom * 8 + bit);
        expect(findings[0]).toMatchObject({ code: "checkpoint_order", file: CHECKPOINTS, at: from });
      }
    }
    expect(overtaken).toBeGreaterThan(0);
  });

  it("is found in an engine and an image", async () => {
    for (const name of image.keys()) {
      if (!/^(engines|images)\//.test(name)) continue;
      for (const bit of bitsOf(name, isWhole ? 500 : 20)) {
        const { answer, findings } = await flipped(name, bit);
        expect(answer).toBe("failed");
        expect(findings).toContainEqual(expect.objectContaining({ code: "artifact_changed", file: name }));
      }
    }
  });
});

/** The file and the code of the first failure. */
async function firstOf(change: (files: Image) => void | Promise<void>): Promise<unknown> {
  const changed = copy();
  await change(changed);
  const { answer, findings } = await report(changed);
  const { code, file, shard } = findings.find(({ kind }) => kind === "failure") ?? {};
  return { answer, code, file: file ?? shard };
}

describe("a log that was changed", () => {
  const last = (): string => segments.at(-1) as string;
  /** A segment with its frames in another order. */
  const reframed = (name: string, order: (frames: Uint8Array[]) => Uint8Array[]) => (files: Image) => {
    const bytes = files.get(name) as Uint8Array;
    const starts = framesOf(bytes);
    const frames = starts.slice(0, -1).map((from, at) => part(bytes, from, starts[at + 1]));
    files.set(name, joined(...order(frames)));
  };

  it("is told when entries were dropped, doubled, reordered or cut off", async () => {
    const [first = "", second = ""] = segments;
    const failed = (code: string, file: string) => ({ answer: "failed", code, file });
    expect(await firstOf(reframed(first, ([a, , ...rest]) => [a as Uint8Array, ...rest]))).toEqual(
      failed("entry_order", first),
    );
    expect(await firstOf(reframed(first, ([a, ...rest]) => [a, a, ...rest] as Uint8Array[]))).toEqual(
      failed("entry_order", first),
    );
    expect(await firstOf(reframed(first, ([a, b, ...rest]) => [b, a, ...rest] as Uint8Array[]))).toEqual(
      failed("entry_order", first),
    );
    expect(await firstOf((files) => void files.delete(second))).toEqual(
      failed("segment_missing", segments[2] as string),
    );
    expect(await firstOf(reframed(last(), (frames) => frames.slice(0, -1)))).toMatchObject({
      code: "log_short",
    });
    expect(
      await firstOf((files) => void files.set(last(), part(files.get(last()) as Uint8Array, 0, 20))),
    ).toEqual(failed("frame_torn", last()));
  });

  it("is told when an entry was replaced and its frame made again", async () => {
    const [first = ""] = segments;
    const found = await firstOf(
      reframed(first, ([a, b, ...rest]) => {
        const entry = part(b as Uint8Array, 8 + 3);
        const at = Buffer.from(entry).indexOf("deny");
        entry.set(new TextEncoder().encode("denY"), at);
        return [a as Uint8Array, frameOf([entry]), ...rest];
      }),
    );
    expect(found).toMatchObject({ answer: "failed", file: first });
  });

  it("is told when an engine or image was swapped or taken away, and when a file was put in", async () => {
    const [policy = ""] = [...image.keys()].filter((name) => name.startsWith("images/"));
    const other = `images/${hex(nodeSha256(bytesOfText("another")))}.image`;
    const swapped = await firstOf((files) => void files.set(policy, bytesOfText("another")));
    expect(swapped).toEqual({ answer: "failed", code: "artifact_changed", file: policy });
    const renamed = await firstOf((files) => {
      files.delete(policy);
      files.set(other, bytesOfText("another"));
    });
    expect(renamed).toEqual({ answer: "failed", code: "artifact_missing", file: policy });
    const foreign = await firstOf((files) => void files.set("main/readme", bytesOfText("hello")));
    expect(foreign).toEqual({ answer: "failed", code: "file_foreign", file: "main/readme" });
  });

  it("is told when a signature was forged, and when there is a second root", async () => {
    const bytes = image.get(CHECKPOINTS) as Uint8Array;
    const starts = notesOf(bytes);
    const newest = parseNote(part(bytes, starts.at(-2) as number));
    const [origin = "", size] = newest.text.split("\n");
    const before = part(bytes, 0, starts.at(-2));
    const other = { origin, size: Number(size), root: new Uint8Array(32).fill(7) };
    const forged = await signCheckpoint(other, [signerOf(9)]);
    const own = await signCheckpoint(other, [signerOf(1)]);
    const withNote =
      (...notes: readonly (typeof newest)[]) =>
      (files: Image) =>
        void files.set(CHECKPOINTS, joined(before, ...notes.map((note) => formatNote(note))));
    const failed = (code: string) => ({ answer: "failed", code, file: CHECKPOINTS });
    expect(await firstOf(withNote(forged))).toEqual(failed("root_other"));
    expect(await firstOf(withNote(own))).toEqual(failed("root_other"));
    expect(await firstOf(withNote(newest, own))).toEqual(failed("checkpoint_order"));
    const stranger = { text: newest.text, signatures: forged.signatures };
    expect(await firstOf(withNote(stranger))).toEqual(failed("checkpoint_unsigned"));
    expect(await firstOf((files) => void files.set(CHECKPOINTS, before))).toMatchObject({
      code: "tail_unsigned",
    });
  });

  it("is told when a shard is missing or nobody knows it", async () => {
    const changed = copy();
    const shards = [
      ...TRUST.shards,
      { origin: `${ORIGIN}/other`, keys: [{ publicKey: signerOf(1).publicKey, from: 0 }] },
    ];
    const { findings } = await verifySmall(Disk.of(changed).storage(), { trust: { ...TRUST, shards } });
    expect(findings.map(({ code }) => code)).toEqual(["shard_missing"]);
    for (const [name, bytes] of image)
      if (name.startsWith("main/")) changed.set(name.replace("main/", "more/"), bytes);
    const doubled = await report(changed);
    expect(doubled.findings).toContainEqual(expect.objectContaining({ shard: "more", code: "note_wrong" }));
  });
});
