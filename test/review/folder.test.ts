/** Approvals, persons and their keys as files: who else may touch them, and what other processes see. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ApprovalFolder } from "../../bindings/hosts/approval-folder.ts";
import { PersonFile } from "../../bindings/hosts/person-file.ts";
import { makePersonKey, openPersonKey } from "../../bindings/hosts/person-key.ts";
import { publicKeyText } from "../../bindings/keys/paserk.ts";
import type { ApprovalView } from "../../bindings/review/approvals.ts";
import { personsText, withPerson } from "../../bindings/review/persons.ts";
import { approvalJson, approvalLines } from "../../bindings/review/rendering.ts";
import { signStatement } from "../../bindings/review/statement.ts";
import { encode } from "../../bindings/src/codec/encode.ts";
import { ROOT } from "../../tools/files.ts";
import { ANN, BEN, listed, refund, room, SIGNERS } from "./reviewed.ts";

const root = mkdtempSync(join(tmpdir(), "permit0-review-"));
afterAll(() => rmSync(root, { recursive: true }));

let count = 0;
const fresh = (): string => join(root, `at-${++count}`);

function personsFile(): string {
  const file = join(mkdtempSync(join(root, "persons-")), "persons.json");
  writeFileSync(file, personsText(listed()));
  return file;
}

interface Child {
  readonly process: ChildProcess;
  readonly said: Promise<string>;
}

function child(...args: readonly string[]): Child {
  const script = join(ROOT, "test/review/child.ts");
  const spawned = spawn(process.execPath, ["--import", "tsx", script, ...args], { cwd: ROOT });
  let text = "";
  for (const stream of [spawned.stdout, spawned.stderr])
    stream?.on("data", (bytes) => {
      text += String(bytes);
    });
  return { process: spawned, said: once(spawned, "close").then(() => text.trim()) };
}

describe("a folder of approvals", () => {
  test("has one file each, that its owner alone can open, and survives a restart", async () => {
    const dir = fresh();
    const { decision, request } = refund();
    const { handle } = await room({ store: new ApprovalFolder(dir) }).approvals.open(decision, request);
    expect(readdirSync(dir)).toEqual([`${handle}.approval`]);
    expect(statSync(join(dir, `${handle}.approval`)).mode & 0o777).toBe(0o600);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    const later = room({ store: new ApprovalFolder(dir) }).approvals;
    expect((await later.approve(handle, ANN)).state).toBe("approved");
    expect((await room({ store: new ApprovalFolder(dir) }).approvals.show(handle)).approvers).toHaveLength(1);
    await later.take(handle);
    expect(await later.forget()).toBe(1);
    expect(readdirSync(dir)).toEqual([]);
  });

  test("is made by the first change, not by who looks, and a file is none", async () => {
    const dir = fresh();
    const { approvals } = room({ store: new ApprovalFolder(dir) });
    expect(await approvals.list()).toEqual([]);
    await expect(approvals.show("0".repeat(32))).rejects.toMatchObject({ code: "approval_unknown" });
    expect(existsSync(dir)).toBe(false);
    const { decision, request } = refund();
    const { handle } = await approvals.open(decision, request);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(() => new ApprovalFolder(join(dir, `${handle}.approval`))).toThrow(
      /approval_store.*wanted a folder/,
    );
  });

  test("sweeps what a crash left beside its files, and looks at nothing else", async () => {
    const dir = fresh();
    const store = new ApprovalFolder(dir);
    const { approvals } = room({ store });
    mkdirSync(dir, { mode: 0o700 });
    const aside = `${"a".repeat(32)}.approval.0123456789abcdef.tmp`;
    writeFileSync(join(dir, aside), "half");
    writeFileSync(join(dir, "notes.txt"), "mine");
    const { decision, request } = refund();
    const { handle } = await approvals.open(decision, request);
    expect(readdirSync(dir).sort()).toEqual([`${handle}.approval`, "notes.txt"].sort());
    expect((await approvals.list()).map((view) => view.handle)).toEqual([handle]);
  });

  test("is refused when others can look into it, or a file is a link, open or cut", async () => {
    const dir = fresh();
    const { approvals } = room({ store: new ApprovalFolder(dir) });
    const { decision, request } = refund();
    const { handle } = await approvals.open(decision, request);
    const file = join(dir, `${handle}.approval`);
    const bytes = readFileSync(file);
    chmodSync(file, 0o644);
    await expect(approvals.show(handle)).rejects.toMatchObject({ code: "approval_store" });
    chmodSync(file, 0o600);
    writeFileSync(file, bytes.subarray(0, -1));
    await expect(approvals.show(handle)).rejects.toMatchObject({ code: "approval_file" });
    rmSync(file);
    writeFileSync(join(root, "elsewhere"), bytes, { mode: 0o600 });
    symlinkSync(join(root, "elsewhere"), file);
    await expect(approvals.show(handle)).rejects.toMatchObject({ code: "approval_store" });
    chmodSync(dir, 0o755);
    expect(() => new ApprovalFolder(dir)).toThrow(/approval_store/);
  });

  test("goes on beside a file that is damaged, and says where that is", async () => {
    const dir = fresh();
    const { approvals } = room({ store: new ApprovalFolder(dir) });
    const [one, other] = [refund(), refund(85_000, { session: "s-2" })];
    const { handle } = await approvals.open(one.decision, one.request);
    const copied = join(dir, `${"0".repeat(32)}.approval`);
    writeFileSync(copied, readFileSync(join(dir, `${handle}.approval`)), { mode: 0o600 });
    const cut = join(dir, `${"1".repeat(32)}.approval`);
    writeFileSync(cut, "cut", { mode: 0o600 });
    mkdirSync(join(dir, `${"2".repeat(32)}.approval`));
    const odd = encode({ request: encode({ context: { session: 2n ** 60n } }) });
    writeFileSync(join(dir, `${"3".repeat(32)}.approval`), odd, { mode: 0o600 });
    mkdirSync(join(dir, "x.0123456789abcdef.tmp"));

    expect((await approvals.open(other.decision, other.request)).state).toBe("open");
    expect((await approvals.find(one.decision, one.request))?.handle).toBe(handle);
    // That of this session might have been a denial.
    const more = refund(85_000, {}, "ch_2");
    await expect(approvals.open(more.decision, more.request)).rejects.toMatchObject({
      code: "approval_file",
      message: expect.stringContaining(copied),
    });
    await expect(approvals.show("1".repeat(32))).rejects.toThrow(cut);
    const rows = await approvals.list("open");
    expect(rows.map(({ state }) => state).sort()).toEqual([
      "damaged",
      "damaged",
      "damaged",
      "damaged",
      "open",
      "open",
    ]);
    const row = rows.find((view) => view.handle === "1".repeat(32)) as ApprovalView;
    expect(row.damage).toContain(cut);
    expect(approvalJson(row)).toMatchObject({ state: "damaged", damage: row.damage });
    expect(approvalLines(row)).toEqual([expect.stringContaining(cut)]);
    expect(await approvals.expire()).toEqual([]);
    expect(await approvals.forget()).toBe(0);
  });

  test("loses no statement when two processes decide at once, and is taken by one of many", async () => {
    const dir = fresh();
    const persons = personsFile();
    const { approvals } = room({ store: new ApprovalFolder(dir) });
    const { decision, request } = refund(2_500_000);
    const { handle } = await approvals.open(decision, request);
    const waiting = child(dir, persons, "wait", handle);
    const said = await Promise.all([
      child(dir, persons, "approve", handle, "1", ANN.by).said,
      child(dir, persons, "approve", handle, "2", BEN.by).said,
    ]);
    expect(said.sort()).toEqual(["approved", "open"]);
    expect(await waiting.said).toBe("approved");
    const taken = await Promise.all([1, 2].map(() => child(dir, persons, "take", handle).said));
    expect(taken.sort()).toEqual(["approval_closed", "used"]);
  }, 60_000);

  test("waits for a process to decide, and a process that was killed leaves no lock behind", async () => {
    const dir = fresh();
    const persons = personsFile();
    const { approvals } = room({ store: new ApprovalFolder(dir) });
    const { decision, request } = refund();
    const { handle } = await approvals.open(decision, request);
    const killed = child(dir, persons, "wait", handle);
    await new Promise((done) => setTimeout(done, 300));
    killed.process.kill("SIGKILL");
    await killed.said;
    writeFileSync(join(dir, "approvals.lock"), `${killed.process.pid}\n`);
    const waited = approvals.wait(handle, { timeoutMs: 30_000 });
    expect(await child(dir, persons, "approve", handle, "1", ANN.by).said).toBe("approved");
    expect((await waited).state).toBe("approved");
  }, 60_000);
});

describe("a file of persons", () => {
  test("is changed whole, keeps its rights, and others may read it", () => {
    const path = join(fresh(), "persons.json");
    const file = new PersonFile(path);
    expect(() => file.persons()).toThrow(/persons_file.*permit0 persons add/);
    const key = publicKeyText(SIGNERS.ann.publicKey);
    file.change((persons) => withPerson(persons, { id: "ann", key }));
    expect(file.persons()).toMatchObject([{ id: "ann", keys: [{ kept: undefined }] }]);
    chmodSync(path, 0o640);
    file.change((persons) => withPerson(persons, { id: "ben", key: publicKeyText(SIGNERS.ben.publicKey) }));
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(readdirSync(join(path, ".."))).toEqual(["persons.json"]);
    expect(() => file.change((persons) => withPerson(persons, { id: "cleo", key }))).toThrow(/person_exists/);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  test("is refused when others can write it, and when it is no file", () => {
    const path = personsFile();
    chmodSync(path, 0o666);
    expect(() => new PersonFile(path).persons()).toThrow(/persons_file.*chmod go-w/);
    const link = fresh();
    symlinkSync(path, link);
    expect(() => new PersonFile(link).persons()).toThrow(/symbolic link/);
    const folder = fresh();
    mkdirSync(folder);
    expect(() => new PersonFile(folder).persons()).toThrow(/something else/);
  });

  test("knows that this process can write it", () => {
    expect(new PersonFile(personsFile()).isWritable).toBe(true);
  });
});

describe("a key of a person", () => {
  test("is sealed under a passphrase, which nothing but that opens", async () => {
    const folder = fresh();
    const made = await makePersonKey("correct horse", folder, 2 ** 15);
    const file = join(folder, `${made.id}.key`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8")).not.toContain("k4.secret");
    const key = openPersonKey(made.id, folder);
    expect(key).toMatchObject({ id: made.id, kept: "passphrase" });
    await expect(key.signer("correct hors")).rejects.toMatchObject({ code: "passphrase_wrong" });
    await expect(key.signer()).rejects.toMatchObject({ code: "passphrase_wrong" });
    const signer = await key.signer("correct horse");
    expect(signer.publicKey).toEqual(made.publicKey);
    const made2 = room();
    made2.persons = withPerson([], { id: "ann", key: publicKeyText(made.publicKey), kept: key.kept });
    const { decision, request } = refund();
    const { handle, terms } = await made2.approvals.open(decision, request);
    const statement = await signStatement(terms, "approve", "ann", signer);
    expect(await made2.approvals.submit(handle, statement)).toMatchObject({
      state: "approved",
      self_approvable: false,
    });
  });

  test("is refused when a byte of its file is another one, or asks for too little or too much work", async () => {
    const folder = fresh();
    const { id } = await makePersonKey("correct horse", folder, 2 ** 15);
    const file = join(folder, `${id}.key`);
    const sealed = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    const tried = async (changes: object): Promise<string> => {
      writeFileSync(file, JSON.stringify({ ...sealed, ...changes }), { mode: 0o600 });
      try {
        await openPersonKey(id, folder).signer("correct horse");
        return "opened";
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    const flip = (text: unknown): string =>
      `${String(text).startsWith("A") ? "B" : "A"}${String(text).slice(1)}`;
    expect(await tried({})).toBe("opened");
    expect(await tried({ salt: flip(sealed.salt) })).toBe("passphrase_wrong");
    expect(await tried({ nonce: flip(sealed.nonce) })).toBe("passphrase_wrong");
    expect(await tried({ box: flip(sealed.box) })).toBe("passphrase_wrong");
    expect(await tried({ scrypt: 2 ** 16 })).toBe("passphrase_wrong");
    expect(await tried({ scrypt: 2 ** 14 })).toBe("person_key_file");
    expect(await tried({ scrypt: 2 ** 21 })).toBe("person_key_file");
    expect(await tried({ scrypt: 100_000 })).toBe("person_key_file");
    expect(await tried({ key: publicKeyText(SIGNERS.ann.publicKey) })).toBe("person_key_file");
    expect(await tried({ more: 1 })).toBe("person_key_file");
  });

  test("without a passphrase says that programs can sign with it", async () => {
    const folder = fresh();
    const { id, kept } = await makePersonKey(undefined, folder);
    expect(kept).toBe("file");
    expect(openPersonKey(id, folder).kept).toBe("file");
    expect((await openPersonKey(id, folder).signer()).publicKey).toHaveLength(32);
    chmodSync(join(folder, `${id}.key`), 0o640);
    expect(() => openPersonKey(id, folder)).toThrow(/chmod 0600/);
    await expect(makePersonKey("short", folder)).rejects.toMatchObject({ code: "passphrase_wrong" });
    expect(() => openPersonKey("k4.pid.none", folder)).toThrow(/person_key_file/);
  });
});
