/** The log: what an entry costs to write and to check, beside the disk's own sync and the live decision. */

import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkArithmetic } from "../../bindings/evidence/arithmetic.ts";
import { Chain } from "../../bindings/evidence/chain.ts";
import { encodeEntry } from "../../bindings/evidence/entry.ts";
import { frameOf } from "../../bindings/evidence/frame.ts";
import { readShard } from "../../bindings/evidence/shard.ts";
import type { StorageReader } from "../../bindings/evidence/storage.ts";
import { leafHash } from "../../bindings/evidence/tree.ts";
import { nodeSha256 } from "../../bindings/hosts/hash-node.ts";
import { openLog } from "../../bindings/hosts/log-folder.ts";
import { openEmbedded } from "../../bindings/src/embedded.ts";
import { AMPLIFIER_COUNT } from "../../bindings/src/gen/codes.ts";
import { benchCalls } from "../calls.ts";
import type { Figure, PartResult } from "../results.ts";
import { median } from "../timing.ts";

const CALLS = 1_000;
const ENTRIES = 100_000;
const ROUNDS = 5;
const APPENDS = 200;
const GROUPED = 50_000;

export async function measureEvidence(): Promise<PartResult> {
  const engine = await openEmbedded();
  const requests = benchCalls(CALLS, 440).map(({ request }) => request);
  const encoded = requests.map((request) => engine.encode(request));
  const records = encoded.map((request) => engine.decideBytes(request).record);

  // Live and again take turns, as all that is compared.
  const live: number[] = [];
  const again: number[] = [];
  for (let round = 0; round < ROUNDS * 4; round++) {
    live.push(timed(CALLS, (at) => engine.decide(requests[at] as (typeof requests)[0]).record));
    again.push(timed(CALLS, (at) => engine.decideBytes(encoded[at] as Uint8Array).record));
  }

  const maxima = Array.from({ length: AMPLIFIER_COUNT }, (_, number) => engine.image.maximum(number));
  const arithmetic: number[] = [];
  for (let round = 0; round < ROUNDS; round++)
    arithmetic.push(timed(CALLS, (at) => checkArithmetic(records[at] as Uint8Array, maxima)));

  const segment = segmentOf(records);
  const structure: number[] = [];
  for (let round = 0; round < ROUNDS; round++) structure.push(await checked(segment));

  const folder = mkdtempSync(join(tmpdir(), "permit0-bench-"));
  try {
    const { strict, raw, grouped } = await appended(folder, records);
    const bytes = records.reduce((sum, record) => sum + record.length, 0) / records.length;
    const figure = (name: string, value: number, unit: Figure["unit"] = "us"): Figure => ({
      name,
      value: Number(value.toPrecision(3)),
      unit,
    });
    return {
      tables: [],
      figures: [
        figure("structure: an entry", median(structure)),
        figure("arithmetic: a record", median(arithmetic)),
        figure("replay: a request decided again", median(again)),
        figure("replay against the live decision", median(again) / median(live), "times"),
        figure("a write and a sync of the disk", median(raw)),
        figure("strict: an append", median(strict)),
        figure(
          "strict against the disk",
          median(strict.map((own, at) => own / (raw[at] as number))),
          "times",
        ),
        figure("group commit: an append", grouped),
      ],
      notes: [
        `evidence: records of ${Math.round(bytes)} bytes without histories; ${ENTRIES} entries in memory; ${APPENDS} appends a round, each beside a write and fdatasync of as many bytes; ${GROUPED} appends at once`,
      ],
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Microseconds for one of `count` calls. */
function timed(count: number, run: (at: number) => unknown): number {
  const start = performance.now();
  for (let at = 0; at < count; at++) run(at);
  return ((performance.now() - start) * 1000) / count;
}

function segmentOf(records: readonly Uint8Array[]): Uint8Array {
  const frames: Uint8Array[] = [];
  let prev: Uint8Array = new Uint8Array(32);
  let group: Uint8Array[] = [];
  for (let seq = 0; seq < ENTRIES; seq++) {
    const record = records[seq % records.length] as Uint8Array;
    const entry = encodeEntry({ prev, seq, record, cells: [], sealed: undefined });
    prev = leafHash(entry, nodeSha256);
    group.push(entry);
    if (group.length === 100) {
      frames.push(frameOf(group));
      group = [];
    }
  }
  return new Uint8Array(Buffer.concat(frames));
}

/** Microseconds for an entry: frames, checksums, entries, chain and tree. */
async function checked(segment: Uint8Array): Promise<number> {
  const reader: StorageReader = {
    list: async () => [],
    size: async () => segment.length,
    read: async (_name, at, length) => segment.slice(at, at + length),
  };
  const chain = new Chain(nodeSha256);
  const start = performance.now();
  await readShard(reader, ["main/0000000000000000.seg"], (batch) => {
    for (const found of batch) chain.add(found);
  });
  const took = performance.now() - start;
  if (chain.tree.size !== ENTRIES) throw new Error(`evidence: read ${chain.tree.size} of ${ENTRIES} entries`);
  return (took * 1000) / ENTRIES;
}

/** Appends one after the other beside the disk's own sync, then many at once. Microseconds each. */
async function appended(
  folder: string,
  records: readonly Uint8Array[],
): Promise<{ strict: number[]; raw: number[]; grouped: number }> {
  const log = await openLog(join(folder, "log"), { keys: join(folder, "keys"), payloads: false });
  const file = openSync(join(folder, "raw"), "w");
  const entry = (at: number): { record: Uint8Array; cells: [] } => ({
    record: records[at % records.length] as Uint8Array,
    cells: [],
  });
  const strict: number[] = [];
  const raw: number[] = [];
  for (let round = 0; round < ROUNDS * 2; round++) {
    raw.push(
      timed(APPENDS, (at) => {
        writeSync(file, entry(at).record);
        fdatasyncSync(file);
      }),
    );
    const start = performance.now();
    for (let at = 0; at < APPENDS; at++) await log.append(entry(at));
    strict.push(((performance.now() - start) * 1000) / APPENDS);
  }
  closeSync(file);
  const start = performance.now();
  await Promise.all(Array.from({ length: GROUPED }, (_, at) => log.append(entry(at))));
  const grouped = ((performance.now() - start) * 1000) / GROUPED;
  await log.close();
  return { strict, raw, grouped };
}
