/** A log that is signed elsewhere: by an object that stands in for a key service, answers later, and fails at times. */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { parseTrust } from "../../bindings/evidence/trust.ts";
import type { VerifyReport } from "../../bindings/evidence/verify.ts";
import { KeyFolder } from "../../bindings/hosts/key-folder.ts";
import { type LogFolderOptions, openLog, verifyFolder } from "../../bindings/hosts/log-folder.ts";
import { ownTrustFile } from "../../bindings/hosts/own-paths.ts";
import type { Signer } from "../../bindings/keys/signer.ts";
import { createPermit } from "../../bindings/src/index.ts";
import { signerOf } from "./ed25519.ts";

const home = mkdtempSync(join(tmpdir(), "permit0-signer-"));
afterAll(() => rmSync(home, { recursive: true }));

let folder = "";
let keys = "";
let count = 0;
beforeEach(() => {
  count++;
  folder = join(home, `log${count}`);
  keys = join(home, `keys${count}`);
});

const CALL = { tool: "read_file", args: { path: "a.txt" }, context: { session: "s-1" } };

/** A key service: it has the secret, and whoever asks waits for it. */
class Service implements Signer {
  readonly #secret: ReturnType<typeof signerOf>;
  isDown = false;
  asked = 0;

  constructor(fill: number) {
    this.#secret = signerOf(fill);
  }
  get publicKey(): Uint8Array {
    return this.#secret.publicKey;
  }
  async sign(message: Uint8Array): Promise<Uint8Array> {
    this.asked++;
    await new Promise((done) => setTimeout(done, 1));
    if (this.isDown) throw new Error("the service does not answer");
    return this.#secret.sign(message);
  }
}

async function written(options: LogFolderOptions): Promise<void> {
  const log = await openLog(folder, { keys, ...options });
  await createPermit({ log }).check(CALL);
  await log.close();
}

function verified(): Promise<VerifyReport> {
  const trust = parseTrust(readFileSync(ownTrustFile(keys), "utf8"));
  return verifyFolder(folder, { trust, keys });
}

test("it is opened, remembered and signed by it, and no key is made for it", async () => {
  const signer = new Service(5);
  await written({ signer });
  await written({ signer });
  expect(await verified()).toMatchObject({ answer: "self-signed", replay: { checked: 2 }, findings: [] });
  expect(existsSync(join(keys, "keys.json"))).toBe(false);
  // Neither the folder nor somebody else goes on with it.
  KeyFolder.open(keys).add();
  await expect(openLog(folder, { keys })).rejects.toMatchObject({ code: "log_stranger" });
  rmSync(ownTrustFile(keys));
  await expect(openLog(folder, { keys, signer: new Service(6) })).rejects.toMatchObject({
    code: "log_stranger",
  });
  await written({ signer });
});

test("what was cut off behind its back is found", async () => {
  const signer = new Service(5);
  await written({ signer });
  const segment = join(folder, "main/0000000000000000.seg");
  const bytes = readFileSync(segment);
  await written({ signer });
  writeFileSync(segment, bytes);
  await expect(openLog(folder, { keys, signer })).rejects.toMatchObject({ code: "log_short" });
});

test("a signature that fails waits for the next one; no record is lost, and the log goes on", async () => {
  const signer = new Service(5);
  const remarks: string[] = [];
  const log = await openLog(folder, { keys, signer, onRemark: (text) => remarks.push(text) });
  const permit = createPermit({ log });
  signer.isDown = true;
  expect((await permit.check(CALL)).verdict).toBe("allow");
  await expect(log.sign()).rejects.toMatchObject({ code: "signer_failed" });
  expect(log.signedSize).toBe(1);
  const waiting = await verified();
  expect(waiting.findings.map(({ code }) => code)).toContain("checkpoint_open");
  expect((await permit.check(CALL)).verdict).toBe("allow");
  // By the clock it is asked again, and says so once.
  await expect.poll(() => remarks.length, { timeout: 10_000 }).toBe(1);
  expect(remarks[0]).toContain("the service does not answer");
  signer.isDown = false;
  await expect.poll(() => log.signedSize, { timeout: 10_000 }).toBe(3);
  await log.close();
  expect(await verified()).toMatchObject({
    answer: "self-signed",
    structure: { checked: 3, failed: 0 },
    replay: { checked: 2, failed: 0 },
    findings: [],
  });
});

test("a log that was closed without a signature is signed by the next opening", async () => {
  const signer = new Service(5);
  const log = await openLog(folder, { keys, signer });
  await createPermit({ log }).check(CALL);
  signer.isDown = true;
  await expect(log.close()).rejects.toMatchObject({ code: "signer_failed" });
  await expect(openLog(folder, { keys, signer })).rejects.toMatchObject({ code: "signer_failed" });
  signer.isDown = false;
  const again = await openLog(folder, { keys, signer });
  expect([again.size, again.signedSize]).toEqual([2, 2]);
  await again.close();
  expect(await verified()).toMatchObject({ answer: "self-signed", findings: [] });
});

test("its key is replaced with overlap, and a service that signs with another key is found at once", async () => {
  const [old, next] = [new Service(5), new Service(6)];
  await written({ signer: old });
  await written({ signer: next, retiring: old });
  await written({ signer: next });
  expect(await verified()).toMatchObject({ answer: "self-signed", findings: [] });
  const liar: Signer = { publicKey: next.publicKey, sign: (message) => old.sign(message) };
  folder = `${folder}-b`;
  await expect(openLog(folder, { keys, signer: liar })).rejects.toThrow("does not verify");
  await expect(openLog(folder, { keys, retiring: old })).rejects.toThrow("give signer too");
});
