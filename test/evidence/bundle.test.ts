/** Evidence bundles of an honest log: what is in them, and what a verifier says. */

import { expect, test } from "vitest";
import { type BundleOptions, makeBundle, verifyBundle } from "../../bindings/evidence/bundle/index.ts";
import { EvidenceError } from "../../bindings/evidence/errors.ts";
import { openEvidenceLog } from "../../bindings/evidence/log.ts";
import { payloadOpener } from "../../bindings/evidence/opener.ts";
import { proveConsistency, proveEntry, verifyProof } from "../../bindings/evidence/proof.ts";
import { joined } from "../../bindings/evidence/report/index.ts";
import { fromHex } from "../../bindings/src/sha256.ts";
import { hash, LOG, makeLog, ORIGIN, SIGNER, type TestLog, TIME_MS, trustOf, verify } from "./bundle-log.ts";
import { binsOf, membersOf } from "./forge.ts";

const PROGRAM = "permit0 0.1.0";
const { storage, keys } = await makeLog();

async function fileOf(
  options: Partial<BundleOptions> = {},
  log: TestLog = { storage, keys },
): Promise<Uint8Array> {
  const made = await makeBundle(log.storage, {
    program: PROGRAM,
    hash,
    opener: payloadOpener(log.keys),
    ...options,
  });
  return joined(made.pieces);
}

const report = async (file: Uint8Array, trust = trustOf()) => verifyBundle(file, { trust, verify, hash });

const codesOf = ({ findings }: { findings: readonly { code: string }[] }) => findings.map(({ code }) => code);

test("a whole bundle holds every entry, and all that was opened is decided again", async () => {
  const file = await fileOf({ open: true });
  const found = await report(file);
  expect(found.answer).toBe("self-signed");
  expect(found.findings).toEqual([]);
  expect(found.shards[0]).toMatchObject({ origin: ORIGIN, from: 0, to: 7, disclosed: 7, entries: 7 });
  expect(found.replay).toMatchObject({ checked: 4, failed: 0, not: { erased: 1, withheld: 0 } });
  expect(found.verdicts).toEqual({ allow: 3, review: 1, deny: 1 });
  const members = membersOf(file);
  expect([...members.keys()].filter((name) => !/^(engines|images)\//.test(name))).toEqual([
    "bundle.cmp",
    "shards/main/checkpoint",
    "shards/main/leaves",
    "shards/main/entries",
    "shards/main/opened",
    "summary.html",
    "entries.csv",
    "entries.xlsx",
    "entries.jsonl",
    "ocsf.jsonl",
  ]);
  const lines = new TextDecoder().decode(members.get("entries.jsonl")).trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line).payload)).toEqual([
    "none",
    "opened",
    "opened",
    "erased",
    "none",
    "opened",
    "opened",
  ]);
});

test("the same log and options give the same bytes", async () => {
  expect(await fileOf({ open: true })).toEqual(await fileOf({ open: true }));
});

test("without trust it is consistent and unanchored, and no engine of the bundle decides", async () => {
  const found = await verifyBundle(await fileOf({ open: true }), { verify, hash });
  expect(found.answer).toBe("consistent, unanchored");
  expect(found.findings).toEqual([]);
  expect(found.replay).toMatchObject({ checked: 0, not: { engine: 4 } });
});

test("what a key can open is only opened when it is asked for", async () => {
  const found = await report(await fileOf());
  expect(found.answer).toBe("self-signed");
  expect(found.replay).toMatchObject({ checked: 0, not: { withheld: 4, erased: 1 } });
});

test("a range that begins in the middle withholds what its histories would need", async () => {
  const file = await fileOf({ open: true, from: 2, to: 6 });
  const found = await report(file);
  expect(found.answer).toBe("self-signed");
  expect(codesOf(found)).toEqual(["range_open"]);
  expect(found.replay).toMatchObject({ checked: 0, not: { history: 2 } });
  expect(membersOf(file).get("shards/main/leaves")?.length).toBe(4 * 32);
});

test.each([
  [{ verdict: "deny" } as const, 1],
  [{ action: "files.read" } as const, 2],
  [{ session: "s-1" } as const, 4],
])("a filter %j leaves out the others and says so", async (filter, records) => {
  const file = await fileOf({ filter });
  const found = await report(file);
  expect(found.answer).toBe("self-signed");
  expect(codesOf(found)).toEqual(["entries_left_out"]);
  expect(found.arithmetic.checked).toBe(records);
  expect(found.filter).toContain(`${records + 2} of 7 entries`);
  expect(binsOf(membersOf(file).get("shards/main/entries") as Uint8Array)).toHaveLength(records + 2);
  expect(new TextDecoder().decode(membersOf(file).get("summary.html"))).toContain(
    `${records + 2} of 7 entries`,
  );
});

test("one field is shown, and the others are not", async () => {
  const file = await fileOf({
    disclose: [
      { seq: 2, path: "amount" },
      { seq: 2, path: ["payee"] },
    ],
  });
  const found = await report(file);
  expect(found.answer).toBe("self-signed");
  expect(found.disclosed.map(({ seq, path, value }) => [seq, path, value])).toEqual([
    [2, ["amount"], 5000],
    [2, ["payee"], "p-1"],
  ]);
  expect(Buffer.from(file).includes("s-1")).toBe(false);
});

test("a payload of which something is redacted is not opened, and its other fields can be shown", async () => {
  const log = await makeLog({ redaction: ["payee"] });
  const found = await report(await fileOf({ open: true, disclose: [{ seq: 2, path: "amount" }] }, log));
  expect(found.answer).toBe("self-signed");
  expect(found.replay.not.withheld).toBe(2);
  expect(found.disclosed).toMatchObject([{ seq: 2, value: 5000 }]);
  await expect(fileOf({ disclose: [{ seq: 2, path: "payee" }] }, log)).rejects.toMatchObject({
    code: "field_redacted",
  });
});

test("all shards of a log are in one bundle, or it says which one is", async () => {
  const log = await makeLog();
  await makeLog({ ...log, shard: "second" });
  const trust = trustOf({
    shards: ["main", "second"].map((shard) => ({
      ...trustOf().shards[0],
      origin: ORIGIN.replace("main", shard),
    })) as never,
  });
  const both = await report(await fileOf({}, log), trust);
  expect(both.answer).toBe("self-signed");
  expect(both.shards.map(({ shard }) => shard)).toEqual(["main", "second"]);
  const one = await report(await fileOf({ filter: { shard: "second" } }, log), trust);
  expect(one.answer).toBe("self-signed");
  expect(codesOf(one)).toEqual(["shard_left_out"]);
});

/** So many entries that proofs have paths of every kind. */
const long = await makeLog({ more: 300 });

test("proofs of ranges hold at every kind of edge", async () => {
  const log = long;
  for (const [from, to] of [
    [0, 1],
    [1, 2],
    [63, 65],
    [64, 128],
    [255, 257],
    [300, 307],
    [306, 307],
  ] as const) {
    const found = await report(await fileOf({ from, to }, log));
    expect([from, to, found.answer, found.structure.checked]).toEqual([from, to, "self-signed", to - from]);
  }
});

test.each([
  ["range", { from: 7 }],
  ["range", { to: 8 }],
  ["range", { from: 3, to: 3 }],
  ["shard_none", { filter: { shard: "other" } }],
  ["disclose", { disclose: [{ seq: 0, path: "amount" }] }],
  ["disclose", { disclose: [{ seq: 3, path: "amount" }] }],
  ["field_unknown", { disclose: [{ seq: 2, path: "nothing" }] }],
  ["bundle_malformed", { program: "somebody 1" }],
  ["bundle_malformed", { filter: {} }],
] as const)("%s: no bundle for %j", async (code, options) => {
  await expect(fileOf(options)).rejects.toMatchObject({ name: "EvidenceError", code });
});

test("without keys nothing can be opened", async () => {
  for (const options of [
    { open: true },
    { disclose: [{ seq: 2, path: "amount" }] },
    { filter: { session: "s-1" } },
  ])
    await expect(makeBundle(storage, { program: PROGRAM, hash, ...options })).rejects.toMatchObject({
      code: "keys_needed",
    });
});

test("the reports speak of later outcomes and are escaped", async () => {
  const members = membersOf(await fileOf({ open: true }));
  expect(new TextDecoder().decode(members.get("entries.csv"))).not.toContain('"=cmd');
});

test("the reports have the token under which a call ran, and what became of it", async () => {
  const own = await makeLog();
  const rowsOf = async (): Promise<Record<string, unknown>[]> => {
    const members = membersOf(await fileOf({}, own));
    const lines = new TextDecoder().decode(members.get("entries.jsonl")).trimEnd().split("\n");
    return lines.map((line) => JSON.parse(line));
  };
  const call = (await rowsOf()).find(({ kind }) => kind === "call") as { seq: number; record: string };
  expect(call).toMatchObject({ token: "", outcome: "" });
  const log = await openEvidenceLog(own.storage, {
    origin: LOG,
    signers: [SIGNER],
    clock: () => TIME_MS + 1,
    hash,
  });
  const place = { iss: "urn:pdp:acme", jti: "t-1", record: fromHex(call.record) as Uint8Array };
  await log.noteBurn({ ...place, aud: "urn:pep:acme", exp_ms: TIME_MS + 60_000, time_ms: TIME_MS + 1 });
  await log.noteOutcome({ ...place, status: "failed", time_ms: TIME_MS + 2 });
  await log.close();
  const rows = await rowsOf();
  expect(rows.find(({ seq }) => seq === call.seq)).toMatchObject({ token: "t-1", outcome: "failed" });
  expect(rows.slice(-2)).toMatchObject([
    { kind: "note", event: "burn", of: call.record, token: "t-1", outcome: "" },
    { kind: "note", event: "outcome", of: call.record, token: "t-1", outcome: "failed" },
  ]);
});

test("a proof of an entry stands alone", async () => {
  const log = long;
  for (const seq of [0, 1, 6, 255, 256, 306]) {
    const bytes = await proveEntry(log.storage, seq, { hash });
    const found = await verifyProof(bytes, { trust: trustOf(), verify, hash });
    expect(found).toMatchObject({ kind: "inclusion", answer: "self-signed", size: 307, entry: { seq } });
    expect((await verifyProof(bytes, { verify, hash })).answer).toBe("consistent, unanchored");
  }
  await expect(proveEntry(log.storage, 307, { hash })).rejects.toMatchObject({ code: "range" });
});

test("a proof of consistency stands alone", async () => {
  const log = await makeLog();
  await makeLog({ ...log, more: 20 });
  const bytes = await proveConsistency(log.storage, [7, 33], { hash });
  expect(await verifyProof(bytes, { trust: trustOf(), verify, hash })).toMatchObject({
    kind: "consistency",
    answer: "self-signed",
    oldSize: 7,
    size: 33,
    findings: [],
  });
  await expect(proveConsistency(log.storage, [8, 33], { hash })).rejects.toMatchObject({
    code: "checkpoint_none",
  });
  await expect(proveConsistency(log.storage, [33, 7], { hash })).rejects.toMatchObject({ code: "range" });
});

// ---- Bytes from anywhere: one clear error, and never a partial answer.

async function refused(bytes: Uint8Array): Promise<string> {
  try {
    const { answer } = await report(bytes);
    return answer;
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    return error.code;
  }
}

test("a bundle cut short anywhere is refused", async () => {
  const file = await fileOf({ open: true });
  const step = Math.ceil(file.length / 150);
  for (let at = 0; at < file.length; at += step) expect(await refused(file.slice(0, at))).toMatch(/^zip_/);
  for (let at = file.length - 40; at < file.length; at++)
    expect(await refused(file.slice(0, at))).toMatch(/^zip_/);
});

test("a bundle with any byte changed is refused or fails", async () => {
  const file = await fileOf({ open: true });
  const step = Math.ceil(file.length / 200);
  for (let at = 0; at < file.length; at += step) {
    const changed = file.slice();
    changed[at] = (changed[at] as number) ^ 0x10;
    expect(await refused(changed), `byte ${at}`).toMatch(/^(zip_|failed)/);
  }
});

test.each([
  ["nothing", new Uint8Array(0), "zip_malformed"],
  ["text", new TextEncoder().encode("this is no bundle\n"), "zip_malformed"],
  ["an empty zip", joined([Uint8Array.of(0x50, 0x4b, 5, 6), new Uint8Array(18)]), "bundle_none"],
  ["zeros", new Uint8Array(4096), "zip_malformed"],
] as const)("%s is no bundle", async (_, bytes, code) => {
  expect(await refused(bytes)).toBe(code);
});

test("random bytes are no bundle", async () => {
  let state = 12345;
  const next = (): number => (state = (state * 1103515245 + 12345) & 0x7fffffff);
  for (let round = 0; round < 200; round++) {
    const bytes = Uint8Array.from({ length: next() % 2000 }, () => next() >> 8);
    bytes.set([0x50, 0x4b, 3, 4].slice(0, bytes.length));
    if (bytes.length > 26 && round % 2 === 0) bytes.set([0x50, 0x4b, 5, 6], bytes.length - 22);
    expect(await refused(bytes)).toMatch(/^zip_/);
  }
});

test("a proof cut short anywhere, or with any byte changed, is refused or fails", async () => {
  const log = await makeLog();
  await makeLog({ ...log, more: 5 });
  const judged = async (bytes: Uint8Array): Promise<string> => {
    try {
      return (await verifyProof(bytes, { trust: trustOf(), verify, hash })).answer;
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error;
      return "refused";
    }
  };
  for (const bytes of [
    await proveEntry(log.storage, 2, { hash }),
    await proveConsistency(log.storage, [7, 18], { hash }),
  ])
    for (let at = 0; at < bytes.length; at++) {
      expect(await judged(bytes.slice(0, at)), `cut at ${at}`).toMatch(/^(refused|failed)$/);
      const changed = bytes.slice();
      changed[at] = (changed[at] as number) ^ 1;
      expect(await judged(changed), `byte ${at}`).toMatch(/^(refused|failed)$/);
    }
});
