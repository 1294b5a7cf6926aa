/** The chain of one record, by the first digits of its digest. */

import { expect, test } from "vitest";
import { recordDigest } from "../../bindings/evidence/commitments.ts";
import type { BurnNote, OutcomeNote, RecordEntry } from "../../bindings/evidence/entry.ts";
import { recordChain } from "../../bindings/evidence/record-chain.ts";
import { encode } from "../../bindings/src/codec/encode.ts";
import { makeLog } from "./bundle-log.ts";
import { forged, type Loaded, loaded } from "./forge.ts";

const { storage } = await makeLog();

/** A log with these bytes where its first records are. */
const withRecords = (...records: readonly Uint8Array[]) =>
  forged(storage, (all): Loaded[] =>
    all.map((one, seq) => {
      const record = records[seq - 1];
      return record === undefined || one.entry.note !== undefined
        ? one
        : { ...one, entry: { ...one.entry, record } as RecordEntry };
    }),
  );

/** Two byte strings whose digests begin alike: of some hundred thousand two mostly do, and it goes on until then. */
function alike(): readonly [Uint8Array, Uint8Array] {
  const seen = new Map<string, Uint8Array>();
  for (let number = 0; ; number++) {
    const record = encode({ number });
    const prefix = recordDigest(record).slice(0, 8);
    const before = seen.get(prefix);
    if (before !== undefined) return [before, record];
    seen.set(prefix, record);
  }
}

test("a record is named by as many digits as tell it from the others", async () => {
  const [one, other] = alike();
  const log = await withRecords(one, other);
  const [digest, another] = [recordDigest(one), recordDigest(other)];
  await expect(recordChain(log, digest.slice(0, 8))).rejects.toMatchObject({ code: "record_ambiguous" });
  for (const [wanted, seq] of [
    [digest, 1],
    [another, 2],
  ] as const)
    expect((await recordChain(log, wanted)).steps).toMatchObject([{ digest: wanted, seq, stands: "asked" }]);
});

test("what is no digest, or nobody's, is refused", async () => {
  for (const prefix of ["", "1234567", "x".repeat(8), "0".repeat(65)])
    await expect(recordChain(storage, prefix)).rejects.toMatchObject({ code: "record_prefix" });
  await expect(recordChain(storage, "0".repeat(64))).rejects.toMatchObject({ code: "record_unknown" });
});

test("what followed a decision of another log is found by that decision, or by its token", async () => {
  const record = new Uint8Array(32).fill(0xab);
  const jti = "AAAAAAAAAAAAAAAAAAAAAA";
  const notes: readonly (BurnNote | OutcomeNote)[] = [
    { kind: "burn", iss: "acme", jti, exp_ms: 2, record, aud: "files", time_ms: 1 },
    { kind: "outcome", iss: "acme", jti, record, status: "ran", time_ms: 1 },
  ];
  const log = await forged(storage, (all): Loaded[] => {
    let at = 0;
    return all.map((one) => {
      const note = one.entry.note === undefined ? notes[at++] : undefined;
      return note === undefined
        ? one
        : { sealed: undefined, entry: { seq: one.entry.seq, prev: one.entry.prev, note } };
    });
  });
  for (const name of ["abababab", "ab".repeat(32), jti]) {
    const { steps, elsewhere } = await recordChain(log, name);
    expect(steps).toMatchObject(notes.map((note) => ({ note, stands: "after" })));
    expect(elsewhere).toEqual(["ab".repeat(32)]);
  }
  await expect(recordChain(log, "BAAAAAAAAAAAAAAAAAAAAA")).rejects.toMatchObject({ code: "record_unknown" });
});

test("a record that names nothing and that nothing names stands alone, with its image", async () => {
  const entry = (await loaded(storage)).find(({ entry: { note } }) => note === undefined)
    ?.entry as RecordEntry;
  const { steps, elsewhere, images } = await recordChain(storage, recordDigest(entry.record).toUpperCase());
  expect(steps).toMatchObject([{ seq: entry.seq, shard: "main", follows: undefined, stands: "asked" }]);
  expect([elsewhere, images.size]).toEqual([[], 1]);
});
