/** Key salts of logs: nobody without one tries out whose histories a log has, and everything but replay goes without one. */

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { replayLog } from "../../bindings/evidence/again.ts";
import { backtest } from "../../bindings/evidence/backtest.ts";
import { type BundleReport, makeBundle, verifyBundle } from "../../bindings/evidence/bundle/index.ts";
import { keySaltId } from "../../bindings/evidence/key-salt.ts";
import { payloadOpener } from "../../bindings/evidence/opener.ts";
import { openingWith } from "../../bindings/evidence/opening.ts";
import { parseTrust } from "../../bindings/evidence/trust.ts";
import type { VerifyReport } from "../../bindings/evidence/verify.ts";
import { FolderReader } from "../../bindings/hosts/folder-storage.ts";
import { KeySaltFolder } from "../../bindings/hosts/key-salts.ts";
import {
  type LogFolderOptions,
  openLog,
  type VerifyFolderOptions,
  verifyFolder,
  verifyOptions,
} from "../../bindings/hosts/log-folder.ts";
import { ownTrustFile } from "../../bindings/hosts/own-paths.ts";
import { SubjectKeyFolder } from "../../bindings/hosts/subject-keys.ts";
import { MemoryStore } from "../../bindings/memory/memory-store.ts";
import { EMBEDDED_DIGESTS, embeddedWasm, openEmbedded } from "../../bindings/src/embedded.ts";
import { createPermit, type Permit, type PermitCall, type PermitOptions } from "../../bindings/src/index.ts";
import { Remembering } from "../../bindings/src/memory.ts";
import { hex } from "../../bindings/src/sha256.ts";
import { cellId } from "../memory/counting-engine.ts";

const home = mkdtempSync(join(tmpdir(), "permit0-salt-"));
afterAll(() => rmSync(home, { recursive: true }));

const ZEROS = new Uint8Array(32);
const OTHER = new Uint8Array(32).fill(9);
const CALL: PermitCall = {
  action: "payments.refund",
  fields: { amount: 500, currency: "USD" },
  context: { session: "s-1", principal: "ann", agent: "a-1" },
};
const AGENT = { scope: "agent", value: "a-1", by: "ann", reason: "odd" } as const;

let folder = "";
let keys = "";
let count = 0;
beforeEach(() => {
  count++;
  folder = join(home, `log${count}`);
  keys = join(home, `keys${count}`);
});

/** Opens the log, lets a program use it, and closes it. */
async function written(
  use: (permit: Permit) => Promise<unknown> = (permit) => permit.check(CALL),
  options: LogFolderOptions = {},
  permitOptions: PermitOptions = {},
): Promise<Uint8Array | undefined> {
  const log = await openLog(folder, { keys, ...options });
  try {
    await use(createPermit({ log, ...permitOptions }));
  } finally {
    await log.close();
  }
  return log.keySalt;
}

function trustOf(): ReturnType<typeof parseTrust> {
  return parseTrust(readFileSync(ownTrustFile(keys), "utf8"));
}

function verified(options: VerifyFolderOptions = {}): Promise<VerifyReport> {
  return verifyFolder(folder, { trust: trustOf(), keys, ...options });
}

function saltFiles(): string[] {
  return readdirSync(join(keys, "salts"));
}

/** The keys without the salts: what an auditor gets who may read requests. */
function keysAlone(): string {
  const copy = `${keys}-alone`;
  cpSync(keys, copy, { recursive: true });
  rmSync(join(copy, "salts"), { recursive: true });
  return copy;
}

function hasBytes(bytes: Uint8Array): boolean {
  return readFileSync(join(folder, "main/0000000000000000.seg")).includes(Buffer.from(bytes));
}

describe("a log that begins", () => {
  test("has ids that nobody tries out without its salt, which the key folder has", async () => {
    const salt = (await written()) as Uint8Array;
    expect(hasBytes(cellId(ZEROS, "session", "s-1"))).toBe(false);
    expect(hasBytes(cellId(salt, "session", "s-1"))).toBe(true);
    expect(hasBytes(salt)).toBe(false);
    expect(saltFiles()).toEqual([hex(keySaltId(salt))]);
    const file = join(keys, "salts", saltFiles()[0] as string);
    expect(new Uint8Array(readFileSync(file))).toEqual(salt);
    if (process.platform !== "win32") {
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(statSync(join(keys, "salts")).mode & 0o777).toBe(0o700);
    }
  });

  test("goes on with it, so what is frozen stays frozen", async () => {
    const salt = await written((permit) => permit.freeze(AGENT));
    const again = await written(async (permit) => {
      expect((await permit.check(CALL)).reasons[0]?.code).toBe("frozen");
    });
    expect(again).toEqual(salt);
    expect(saltFiles()).toHaveLength(1);
    expect(await verified()).toMatchObject({
      answer: "self-signed",
      replay: { checked: 2, failed: 0, not: { salt: 0 } },
      findings: [],
    });
  });

  test("has one of its own, whatever other logs have the same keys", async () => {
    const one = await written();
    folder = `${folder}-b`;
    const other = await written();
    expect(other).not.toEqual(one);
    expect(saltFiles()).toHaveLength(2);
    expect(await verified()).toMatchObject({
      answer: "self-signed",
      replay: { checked: 1, not: { salt: 0 } },
    });
  });

  test("gives it to each of its shards", async () => {
    const salt = await written();
    expect(await written(undefined, { shard: "second" })).toEqual(salt);
    expect(saltFiles()).toHaveLength(1);
    expect(await verified()).toMatchObject({ answer: "self-signed", replay: { checked: 2, failed: 0 } });
  });

  test("does not open when it is lost, rather than begin every history anew", async () => {
    await written((permit) => permit.freeze(AGENT));
    rmSync(join(keys, "salts"), { recursive: true });
    await expect(openLog(folder, { keys })).rejects.toMatchObject({
      code: "key_salt",
      message: expect.stringContaining("restore salts/"),
    });
    await expect(openLog(folder, { keys, shard: "second" })).rejects.toMatchObject({ code: "key_salt" });
  });

  test("takes the one of the program, and keeps it beside the keys", async () => {
    expect(await written(undefined, { keySalt: OTHER })).toEqual(OTHER);
    expect(hasBytes(cellId(OTHER, "session", "s-1"))).toBe(true);
    expect(await written()).toEqual(OTHER);
    expect(await verified()).toMatchObject({
      answer: "self-signed",
      replay: { checked: 2, not: { salt: 0 } },
    });
    await expect(openLog(folder, { keys, keySalt: ZEROS })).rejects.toMatchObject({ code: "key_salt" });
    const short = new Uint8Array(31);
    await expect(openLog(folder, { keys, keySalt: short })).rejects.toThrow("keySalt: wanted 32 bytes");
  });

  test("has none beside a store, which may have histories of before", async () => {
    expect(await written(undefined, { store: new MemoryStore() })).toBeUndefined();
    expect(await written(undefined, { store: new MemoryStore(), shard: "b" })).toBeUndefined();
    folder = `${folder}-b`;
    expect(await written(undefined, { store: new MemoryStore(), keySalt: OTHER })).toEqual(OTHER);
  });
});

describe("a log that began without a salt", () => {
  test("goes on without, and nothing of it is forgotten", async () => {
    await written((permit) => permit.freeze(AGENT), { store: new MemoryStore() });
    const salt = await written(async (permit) => {
      expect((await permit.check(CALL)).reasons[0]?.code).toBe("frozen");
    });
    expect(salt).toBeUndefined();
    expect(await written(undefined, { shard: "second" })).toBeUndefined();
    expect(await verified()).toMatchObject({
      answer: "self-signed",
      replay: { checked: 3, failed: 0 },
      findings: [],
    });
    expect(await verified({ keys: keysWithout() })).toMatchObject({ replay: { checked: 3, failed: 0 } });
    await expect(openLog(folder, { keys, keySalt: OTHER })).rejects.toThrow("began without a key salt");
  });

  test("is verified with the salt that its program gave the permit", async () => {
    await written(undefined, { store: new MemoryStore() }, { keySalt: OTHER });
    expect(hasBytes(cellId(OTHER, "session", "s-1"))).toBe(true);
    expect(await verified({ keySalt: OTHER })).toMatchObject({
      answer: "self-signed",
      replay: { checked: 1 },
    });
    expect((await verified()).answer).toBe("failed");
  });

  function keysWithout(): string {
    expect(readdirSync(keys)).not.toContain("salts");
    return keys;
  }
});

describe("who has no salt", () => {
  const use = async (permit: Permit): Promise<void> => {
    await permit.check(CALL);
    await permit.freeze(AGENT);
  };

  test("verifies everything else, and is told what was left out", async () => {
    const salt = (await written(use)) as Uint8Array;
    const alone = keysAlone();
    for (const options of [{ keys: alone }, { keys: alone, keySalt: OTHER }]) {
      const report = await verified(options);
      expect(report).toMatchObject({
        answer: "self-signed",
        structure: { checked: 3, failed: 0 },
        arithmetic: { checked: 2, failed: 0 },
        replay: { checked: 0, failed: 0, not: { salt: 2, withheld: 0, history: 0 } },
      });
      expect(report.findings).toMatchObject([{ kind: "remark", code: "salt_unknown", shard: "main" }]);
      expect(report.findings[0]?.sentence).toContain(hex(keySaltId(salt)));
    }
    expect(await verified({ keys: alone, keySalt: salt })).toMatchObject({
      replay: { checked: 2, not: { salt: 0 } },
      findings: [],
    });
  });

  test("is told nothing of it when no request is open anyway", async () => {
    await written(use);
    const report = await verifyFolder(folder, { trust: trustOf() });
    expect(report).toMatchObject({ replay: { not: { withheld: 2, salt: 0 } }, findings: [] });
  });

  test("replays and backtests as far as that goes", async () => {
    await written(use);
    const storage = new FolderReader(folder);
    const open = openingWith(new SubjectKeyFolder(keys));
    const engines = new Map([[EMBEDDED_DIGESTS.engine, embeddedWasm()]]);
    const salts = { keySalts: new KeySaltFolder(keys) };
    expect(await replayLog(storage, { engines, open })).toMatchObject({
      checked: 0,
      differing: 0,
      not: { salt: 2 },
    });
    expect(await replayLog(storage, { engines, open, ...salts })).toMatchObject({
      checked: 2,
      differing: 0,
      not: { salt: 0 },
    });
    const engine = await openEmbedded();
    expect(await backtest(storage, { engine, open })).toMatchObject({ judged: 2, unsalted: 1 });
    expect(await backtest(storage, { engine, open, ...salts })).toMatchObject({
      judged: 2,
      same: 2,
      unsalted: 0,
    });
  });

  test("is told the same by a bundle, also by one without the first entry", async () => {
    const salt = (await written(use)) as Uint8Array;
    const opener = payloadOpener(new SubjectKeyFolder(keys));
    const brought = await verifyOptions({ trust: trustOf() });
    for (const from of [0, 1]) {
      const { pieces, shards } = await makeBundle(new FolderReader(folder), {
        program: "permit0 0.1.0",
        from,
        open: true,
        opener,
      });
      expect(shards[0]?.salt).toEqual(keySaltId(salt));
      const bytes = new Uint8Array(Buffer.concat([...pieces]));
      const report: BundleReport = await verifyBundle(bytes, brought);
      expect(report).toMatchObject({ answer: "self-signed", replay: { checked: 0, not: { salt: 2 } } });
      expect(report.findings.map(({ kind, code }) => `${kind} ${code}`)).toEqual(["remark salt_unknown"]);
      expect(await verifyBundle(bytes, { ...brought, keySalt: salt })).toMatchObject({
        answer: "self-signed",
        replay: { checked: 2, failed: 0, not: { salt: 0 } },
        findings: [],
      });
    }
  });

  test("does not take another salt for it", async () => {
    await written(use);
    const [file] = saltFiles();
    const wrong = { find: (): Uint8Array => OTHER };
    expect(file).toBeDefined();
    const open = openingWith(new SubjectKeyFolder(keys));
    const engines = new Map([[EMBEDDED_DIGESTS.engine, embeddedWasm()]]);
    expect(await replayLog(new FolderReader(folder), { engines, open, keySalts: wrong })).toMatchObject({
      checked: 0,
      not: { salt: 2 },
    });
  });
});

describe("a program", () => {
  test("has the salt of its log in an engine that it opened itself", async () => {
    const salt = (await written(undefined, {}, { engine: openEmbedded() })) as Uint8Array;
    await written(undefined, {}, { engine: openEmbedded(undefined, salt) });
    expect(hasBytes(cellId(salt, "session", "s-1"))).toBe(true);
    expect(await verified()).toMatchObject({ replay: { checked: 2, failed: 0 }, findings: [] });
    const other = { engine: openEmbedded(undefined, OTHER) };
    await expect(written(undefined, {}, other)).rejects.toThrow("wanted the key salt of the log");
  });

  test("is told at once what does not go with its log", async () => {
    await written();
    const log = await openLog(folder, { keys });
    const store = new MemoryStore();
    const salt = log.keySalt as Uint8Array;
    expect(() => createPermit({ log, keySalt: OTHER })).toThrow(
      "wanted the key salt that the log began with",
    );
    expect(() => createPermit({ log, memory: store })).toThrow("wanted the store that openLog was given");
    createPermit({ log, keySalt: salt });
    createPermit({ log, memory: store, keySalt: salt });
    const unsalted = await openEmbedded();
    const remembering = new Remembering({ store: log.store, log });
    const call = { ...CALL, context: { ...CALL.context, time_ms: 1 } };
    const asked = remembering.decide(unsalted, call as Parameters<typeof remembering.decide>[1]);
    await expect(asked).rejects.toThrow("engine.withKeySalt(log.keySalt)");
    await log.close();
  });

  test.each([["zero" as const], [ZEROS]])(
    "is told that a log keeps no request with a salt of zeros",
    async (salt) => {
      const log = await openLog(folder, { keys });
      expect(() => createPermit({ log, salt })).toThrow(
        "Leave `salt` out, or open the log with `payloads: false`",
      );
      await log.close();
      folder = `${folder}-b`;
      await written(undefined, { payloads: false }, { salt });
      expect(await verified()).toMatchObject({ arithmetic: { checked: 1 }, replay: { not: { unkept: 1 } } });
    },
  );
});
