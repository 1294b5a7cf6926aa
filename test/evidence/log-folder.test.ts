/** A program's log in a folder: `createPermit({ log })`, its memory, its keys, and what verify says of it. */

import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { decodeEntry, encodeEntry, type LogNote } from "../../bindings/evidence/entry.ts";
import { binAt, frameAt, frameOf, type Span } from "../../bindings/evidence/frame.ts";
import { leafHash } from "../../bindings/evidence/tree.ts";
import { parseTrust } from "../../bindings/evidence/trust.ts";
import type { VerifyReport } from "../../bindings/evidence/verify.ts";
import { KeyFolder } from "../../bindings/hosts/key-folder.ts";
import { openLog, type VerifyFolderOptions, verifyFolder } from "../../bindings/hosts/log-folder.ts";
import { ownTrustFile } from "../../bindings/hosts/own-paths.ts";
import { SubjectKeyFolder } from "../../bindings/hosts/subject-keys.ts";
import { publicKeyText } from "../../bindings/keys/paserk.ts";
import { MemoryStore } from "../../bindings/memory/memory-store.ts";
import { createPermit, EngineError, type PermitCall } from "../../bindings/src/index.ts";
import { signerOf } from "./ed25519.ts";

const home = mkdtempSync(join(tmpdir(), "permit0-log-"));
afterAll(() => rmSync(home, { recursive: true }));

let folder = "";
let keys = "";
let count = 0;
beforeEach(() => {
  count++;
  folder = join(home, `log${count}`);
  keys = join(home, `keys${count}`);
});

const CALL: PermitCall = {
  action: "payments.refund",
  fields: { amount: 85_000, currency: "USD" },
  context: { session: "s-1", principal: "ann" },
};

function verified(options: VerifyFolderOptions = {}): Promise<VerifyReport> {
  const trust = parseTrust(readFileSync(ownTrustFile(keys), "utf8"));
  return verifyFolder(folder, { trust, keys, ...options });
}

/** How many entries a segment has, and the leaf hash of the last one. */
function entriesOf(segment: Uint8Array): { entries: number; prev: Uint8Array } {
  let entries = 0;
  let prev: Uint8Array = new Uint8Array(32);
  for (let at = 0; at < segment.length; ) {
    const frame = frameAt(segment, at, segment.length) as Span;
    for (let next = frame.from; next < frame.to; ) {
      const bin = binAt(segment, next, frame.to) as Span;
      next = bin.to;
      const bytes = segment.subarray(bin.from, bin.to);
      // What is no map is the payload of the entry before it.
      if (((bytes[0] as number) & 0xf0) !== 0x80 || bytes.length < 40) continue;
      try {
        decodeEntry(bytes);
      } catch {
        continue;
      }
      entries++;
      prev = leafHash(bytes);
    }
    at = frame.to;
  }
  return { entries, prev };
}

function firstFrames(segment: Uint8Array, count: number): Uint8Array {
  let at = 0;
  for (let frame = 0; frame < count; frame++) at = (frameAt(segment, at, segment.length) as Span).to;
  return segment.subarray(0, at);
}

function codes({ findings }: VerifyReport): string[] {
  return findings.map(({ code }) => code);
}

async function written(
  calls: readonly PermitCall[],
  options: Parameters<typeof openLog>[1] = {},
): Promise<void> {
  const log = await openLog(folder, { keys, ...options });
  const permit = createPermit({ log });
  for (const call of calls) await permit.check(call);
  await log.close();
}

describe("a log that a program writes", () => {
  test("has every answer, and each is decided the same way again", async () => {
    const log = await openLog(folder, { keys });
    const permit = createPermit({ log });
    const calls: PermitCall[] = [
      CALL,
      { tool: "bash", args: { command: "ls" }, context: { session: "s-1" } },
    ];
    for (const call of calls) expect((await permit.check(call)).durability).toBe("strict");
    await permit.freeze({ scope: "agent", value: "a-1", by: "ann", reason: "odd" });
    await log.close();
    const report = await verified();
    expect(report).toMatchObject({
      answer: "self-signed",
      structure: { checked: 4, failed: 0 },
      arithmetic: { checked: 3, failed: 0 },
      replay: { checked: 3, failed: 0, not: { withheld: 0, erased: 0 } },
      findings: [],
    });
  });

  test("is the memory of the next run", async () => {
    const first = await openLog(folder, { keys });
    await createPermit({ log: first }).freeze({ scope: "agent", value: "a-1", by: "ann", reason: "odd" });
    await first.close();
    const second = await openLog(folder, { keys });
    const permit = createPermit({ log: second });
    const { verdict, reasons } = await permit.check({ ...CALL, context: { agent: "a-1" } });
    expect({ verdict, first: reasons[0]?.code }).toEqual({ verdict: "deny", first: "frozen" });
    expect(await permit.frozen()).toMatchObject({ complete: true, frozen: [{ value: "a-1", by: "ann" }] });
    await second.close();
    expect((await verified()).answer).toBe("self-signed");
  });

  test("keeps what calls say at one time in one group", async () => {
    const log = await openLog(folder, { keys });
    const permit = createPermit({ log });
    await Promise.all(Array.from({ length: 40 }, () => permit.check(CALL)));
    await log.close();
    expect(await verified()).toMatchObject({ answer: "self-signed", structure: { checked: 41 } });
  });

  test("answers nothing once it is closed", async () => {
    const log = await openLog(folder, { keys });
    const permit = createPermit({ log });
    await log.close();
    expect(await permit.check(CALL)).toMatchObject({
      verdict: "deny",
      reasons: [{ code: "state_unavailable" }],
    });
  });

  test("has one writer, and its keys do not lie beside it", async () => {
    const log = await openLog(folder, { keys });
    await expect(openLog(folder, { keys })).rejects.toThrow(/has it open/);
    const other = await openLog(folder, { keys, shard: "second" });
    await other.close();
    await log.close();
    await expect(openLog(folder, { keys: join(folder, "keys") })).rejects.toMatchObject({
      code: "key_folder",
    });
    expect(statSync(ownTrustFile(keys)).mode & 0o777).toBe(0o600);
    expect((await verified()).shards.map(({ shard }) => shard)).toEqual(["main", "second"]);
  });

  test("does not open when a bit of it was turned over", async () => {
    await written([CALL]);
    const file = join(folder, "main/0000000000000000.seg");
    const bytes = readFileSync(file);
    bytes[20] = (bytes[20] as number) ^ 1;
    writeFileSync(file, bytes);
    await expect(openLog(folder, { keys })).rejects.toMatchObject({ code: "frame_checksum" });
    expect(existsSync(`${folder}.main.lock`)).toBe(false);
  });
});

describe("payloads", () => {
  test("stay sealed for somebody without keys", async () => {
    await written([CALL]);
    const trust = parseTrust(readFileSync(ownTrustFile(keys), "utf8"));
    const report = await verifyFolder(folder, { trust });
    expect(report).toMatchObject({ answer: "self-signed", replay: { checked: 0, not: { withheld: 1 } } });
    expect(readFileSync(join(folder, "main/0000000000000000.seg")).includes("payments.refund")).toBe(true);
    expect(readFileSync(join(folder, "main/0000000000000000.seg")).includes("85000")).toBe(false);
  });

  test("are erased with an entry, and lost without one", async () => {
    await written([CALL]);
    const subjects = new SubjectKeyFolder(keys);
    const id = subjects.idOf("ann");
    subjects.destroy(id);
    expect(codes(await verified())).toEqual(["payload_lost"]);
    const log = await openLog(folder, { keys });
    await log.noteErased(id, "dpo", "asked");
    await createPermit({ log }).check(CALL);
    await log.close();
    expect(await verified()).toMatchObject({
      answer: "self-signed",
      replay: { checked: 1, not: { erased: 1 } },
      findings: [],
    });
  });

  test("are kept without what the operator redacts, or not at all", async () => {
    await written([CALL], { redact: ["amount"] });
    expect((await verified()).replay.not.redacted).toBe(1);
    await written([CALL], { payloads: false });
    expect((await verified()).replay.not).toMatchObject({ redacted: 1, unkept: 1 });
  });
});

test("a history that another log of the same store changed is not known, and nothing else fails", async () => {
  const store = new MemoryStore();
  const [one, other] = [
    await openLog(folder, { keys, store }),
    await openLog(`${folder}-2`, { keys, store }),
  ];
  const permits = [one, other].map((log) => createPermit({ memory: { store, log } }));
  for (let round = 0; round < 2; round++) for (const permit of permits) await permit.check(CALL);
  await one.close();
  await other.close();
  const report = await verified();
  expect(report.findings.map(({ kind, code }) => `${kind} ${code}`)).toEqual(["remark state_gap"]);
  expect(report).toMatchObject({
    answer: "self-signed",
    replay: { checked: 1, failed: 0, not: { history: 1 } },
  });
  const again = await openLog(folder, { keys });
  expect(again.size).toBe(3);
  await again.close();
});

describe("keys", () => {
  test("change with overlap, and the log says so", async () => {
    await written([CALL]);
    const own = KeyFolder.open(keys);
    const [first] = own.keys();
    own.rotate();
    await written([CALL]);
    expect((await verified()).answer).toBe("self-signed");
    own.retire(first?.id ?? "");
    await written([CALL]);
    const report = await verified();
    expect(report.findings).toEqual([]);
    const trust = parseTrust(readFileSync(ownTrustFile(keys), "utf8"));
    expect(trust.shards[0]?.keys.map(({ from, to }) => [from, to])).toEqual([
      [0, 4],
      [2, undefined],
    ]);
  });

  test("of nobody whom the verifier knows are worth nothing", async () => {
    await written([CALL]);
    const report = await verifyFolder(folder, { keys });
    expect(report.answer).toBe("consistent, unanchored");
    const trust = parseTrust(readFileSync(ownTrustFile(keys), "utf8"));
    const others = {
      ...trust,
      shards: trust.shards.map((shard) => ({ ...shard, origin: "other.example/x/main" })),
    };
    expect(codes(await verified({ trust: others }))).toContain("shard_unknown");
  });
});

describe("a log that somebody else has written to", () => {
  const segment = (): string => join(folder, "main/0000000000000000.seg");

  /** Adds an entry with good hashes behind the last one, as anybody can. */
  function appendEntry(note: LogNote): void {
    const bytes = readFileSync(segment());
    const { entries, prev } = entriesOf(bytes);
    const entry = encodeEntry({ prev, seq: entries, note });
    writeFileSync(segment(), Buffer.concat([bytes, frameOf([entry])]));
  }

  test("since it was signed says which entries nobody had signed", async () => {
    await written([CALL]);
    appendEntry({ kind: "erase", subject: new Uint8Array(16), by: "nobody", reason: "none", time_ms: 1 });
    expect(codes(await verified())).toEqual(["tail_unsigned"]);
    await written([CALL]);
    expect((await verified()).findings).toMatchObject([{ kind: "remark", code: "adopted", seq: 3 }]);
  });

  test("names no key but those of its writer", async () => {
    await written([CALL]);
    appendEntry({ kind: "key", act: "add", key: publicKeyText(signerOf(9).publicKey), time_ms: 1 });
    await expect(openLog(folder, { keys })).rejects.toMatchObject({ code: "log_stranger" });
  });

  test("is not signed anew from another beginning", async () => {
    await written([CALL, CALL]);
    const whole = readFileSync(segment());
    rmSync(join(folder, "main/checkpoints"));
    writeFileSync(segment(), firstFrames(whole, 2));
    await expect(openLog(folder, { keys })).rejects.toMatchObject({ code: "log_short" });
    rmSync(join(keys, "seen"), { recursive: true });
    await expect(openLog(folder, { keys })).rejects.toMatchObject({ code: "log_stranger" });
  });

  test("or put another one in its place does not open with its keys", async () => {
    await written([CALL]);
    await expect(openLog(folder, { keys: `${keys}-others` })).rejects.toMatchObject({ code: "log_stranger" });
  });
});

test("a new shard belongs to the log that is there", async () => {
  await written([CALL]);
  await written([CALL], { shard: "second" });
  const { shards } = await verified();
  expect(new Set(shards.map(({ origin }) => origin.replace(/\/[^/]+$/, ""))).size).toBe(1);
  rmSync(join(folder, "second"), { recursive: true });
  expect(codes(await verified())).toEqual(["shard_missing"]);
});

test("shards that open at one moment are all in the trust of their writer", async () => {
  await written([CALL]);
  const shards = ["a", "b", "c", "d"];
  const logs = await Promise.all(shards.map((shard) => openLog(folder, { keys, shard })));
  for (const log of logs) await log.close();
  expect((await verified()).answer).toBe("self-signed");
});

test("a shard that the trust file names, and that is not there, is missed", async () => {
  await written([CALL]);
  const trust = parseTrust(readFileSync(ownTrustFile(keys), "utf8"));
  const [shard] = trust.shards;
  const missing = { origin: shard?.origin.replace(/main$/, "gone") ?? "", keys: shard?.keys ?? [] };
  expect(codes(await verified({ trust: { ...trust, shards: [...trust.shards, missing] } }))).toEqual([
    "shard_missing",
  ]);
});

test("an engine that nobody released cannot vouch for itself", async () => {
  await written([CALL]);
  const engines = join(folder, "engines");
  writeFileSync(join(engines, `${"0".repeat(64)}.wasm`), "another engine");
  expect(codes(await verified())).toEqual(["artifact_changed"]);
});

test("a log is asked for, or nothing", () => {
  for (const log of [1, {}, { append() {} }])
    expect(() => createPermit({ log: log as never })).toThrow(EngineError);
});
