/** Keys in a folder: nobody else can read them, and their lives go one way. */

import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { nodeEd25519 } from "../../bindings/hosts/ed25519-node.ts";
import { KeyFolder } from "../../bindings/hosts/key-folder.ts";
import { defaultKeyFolder } from "../../bindings/hosts/own-paths.ts";
import {
  KeyError,
  keyId,
  keyListText,
  nobleEd25519,
  parseKeyList,
  parseSecretKey,
  publicKeyText,
  secretKeyText,
} from "../../bindings/keys/index.ts";

const work = mkdtempSync(join(tmpdir(), "permit0-keys-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));
let count = 0;
const place = (): string => join(work, `${++count}`, "keys");
const made = (): KeyFolder => {
  const folder = KeyFolder.create(place());
  folder.add({ time_ms: 1 });
  return folder;
};
const list = (folder: KeyFolder): string => join(folder.path, "keys.json");
const secret = (folder: KeyFolder, id: string): string => join(folder.path, `${id}.key`);
const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
const MESSAGE = new TextEncoder().encode("a checkpoint");

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof KeyError) return error.code;
    throw error;
  }
  return "nothing was refused";
}

test("the first key signs", () => {
  const folder = KeyFolder.create(place());
  expect(folder.keys()).toEqual([]);
  const key = folder.add({ time_ms: 5, reason: "begin" });
  expect(key).toMatchObject({
    status: "current",
    history: [{ status: "current", time_ms: 5, reason: "begin" }],
  });
  const [signer, ...others] = folder.signers();
  expect(others).toEqual([]);
  expect(signer?.id).toBe(key.id);
  expect(signer?.publicKey).toEqual(key.publicKey);
  const signature = signer?.sign(MESSAGE) ?? new Uint8Array();
  expect(nobleEd25519.verify(key.publicKey, MESSAGE, signature)).toBe(true);
  expect(KeyFolder.open(folder.path).keys()).toEqual(folder.keys());
});

test("folder and files are their owner's alone, whatever the umask", () => {
  const before = process.umask(0);
  try {
    const folder = made();
    expect([folder.path, join(folder.path, "..")].map(mode)).toEqual(["700", "700"]);
    const names = readdirSync(folder.path);
    expect(names).toHaveLength(2);
    expect(names.map((name) => mode(join(folder.path, name)))).toEqual(["600", "600"]);
  } finally {
    process.umask(before);
  }
});

test("the file of a key is one line, and nothing else has the secret in it", () => {
  const folder = made();
  const id = folder.keys()[0]?.id ?? "";
  const text = readFileSync(secret(folder, id), "utf8");
  const pair = parseSecretKey(text.slice(0, -1));
  expect(text).toBe(`${secretKeyText(pair)}\n`);
  expect(keyId(pair.publicKey)).toBe(id);
  expect(readFileSync(list(folder), "utf8")).not.toContain("secret");
});

test("two folders have two keys", () => {
  expect(made().keys()[0]?.id).not.toBe(made().keys()[0]?.id);
});

describe("rotation", () => {
  test("goes from current over retiring to retired, and both sign in between", () => {
    const folder = made();
    const old = folder.keys()[0]?.id ?? "";
    const fresh = folder.rotate({ time_ms: 2, reason: "yearly" });
    expect(fresh.status).toBe("current");
    expect(folder.signers().map(({ id }) => id)).toEqual([fresh.id, old]);
    expect(folder.keys().map(({ status }) => status)).toEqual(["retiring", "current"]);

    const ended = folder.retire(old, { time_ms: 3 });
    expect(ended.history).toEqual([
      { status: "current", time_ms: 1 },
      { status: "retiring", time_ms: 2, reason: "yearly" },
      { status: "retired", time_ms: 3 },
    ]);
    expect(folder.signers().map(({ id }) => id)).toEqual([fresh.id]);
    expect(existsSync(secret(folder, old))).toBe(false);
    expect(existsSync(secret(folder, fresh.id))).toBe(true);
  });

  test("several may be retiring", () => {
    const folder = made();
    const ids = [folder.keys()[0]?.id, folder.rotate().id, folder.rotate().id];
    expect(folder.signers().map(({ id }) => id)).toEqual([ids[2], ids[0], ids[1]]);
  });

  test("a revoked key is gone at once, and another one may be made", () => {
    const folder = made();
    const old = folder.keys()[0]?.id ?? "";
    expect(folder.revoke(old, { time_ms: 2, reason: "laptop stolen" })).toMatchObject({ status: "revoked" });
    expect(existsSync(secret(folder, old))).toBe(false);
    expect(codeOf(() => folder.signers())).toBe("key_unknown");
    expect(codeOf(() => folder.rotate())).toBe("key_status");
    expect(folder.signers.bind(folder)).toThrow(/permit0 keys new/);
    const fresh = folder.add();
    expect(folder.signers().map(({ id }) => id)).toEqual([fresh.id]);
  });

  test("a retired key may be revoked too", () => {
    const folder = made();
    const old = folder.keys()[0]?.id ?? "";
    folder.rotate();
    folder.retire(old);
    expect(folder.revoke(old, { reason: "an old copy leaked" }).status).toBe("revoked");
  });

  test("no step back, and none left out", () => {
    const folder = made();
    const old = folder.keys()[0]?.id ?? "";
    expect(codeOf(() => folder.add())).toBe("key_status");
    expect(() => folder.retire(old)).toThrow(
      /wanted a retiring key; came one that is current; run `permit0 keys rotate`/,
    );
    folder.revoke(old, { reason: "x" });
    expect(codeOf(() => folder.revoke(old, { reason: "x" }))).toBe("key_status");
    expect(codeOf(() => folder.retire(old))).toBe("key_status");
    expect(codeOf(() => folder.retire("k4.pid.nobody"))).toBe("key_unknown");
    expect(codeOf(() => folder.revoke("", { reason: "x" }))).toBe("key_unknown");
  });

  test("an act that is refused leaves all as it was", () => {
    const folder = made();
    const before = [readdirSync(folder.path), readFileSync(list(folder), "utf8")];
    expect(codeOf(() => folder.add())).toBe("key_status");
    expect(codeOf(() => folder.revoke("x", { reason: "x" }))).toBe("key_unknown");
    expect(codeOf(() => folder.revoke(folder.keys()[0]?.id ?? "", { reason: "" }))).toBe("key_status");
    expect([readdirSync(folder.path), readFileSync(list(folder), "utf8")]).toEqual(before);
  });

  test("what a crash left is swept at the next change, and never used", () => {
    const folder = made();
    const orphan = join(folder.path, `${folder.keys()[0]?.id}.key.0123456789abcdef.tmp`);
    writeFileSync(orphan, "k4.secret.half", { mode: 0o600 });
    expect(folder.signers()).toHaveLength(1);
    folder.rotate();
    expect(existsSync(orphan)).toBe(false);
  });

  test("one process at a time changes a folder", () => {
    const folder = made();
    writeFileSync(`${list(folder)}.lock`, `${process.ppid}\n`);
    expect(codeOf(() => folder.rotate())).toBe("key_folder");
    expect(folder.keys()).toHaveLength(1);
    rmSync(`${list(folder)}.lock`);
    folder.rotate();
    expect(existsSync(`${list(folder)}.lock`)).toBe(false);
  });
});

describe("is refused:", () => {
  test.each([0o640, 0o604, 0o620, 0o602, 0o601, 0o644])("a file with mode %o", (bad) => {
    for (const of of ["list", "secret"]) {
      const folder = made();
      const file = of === "list" ? list(folder) : secret(folder, folder.keys()[0]?.id ?? "");
      chmodSync(file, bad);
      expect(codeOf(() => folder.signers())).toBe("key_mode");
      expect(() => folder.signers()).toThrow(
        `mode 0600); came mode 0${bad.toString(8)}; run: chmod 0600 ${file}`,
      );
    }
  });

  test.each([0o750, 0o705, 0o710, 0o777])("a folder with mode %o", (bad) => {
    const folder = made();
    chmodSync(folder.path, bad);
    for (const act of [
      () => KeyFolder.open(folder.path),
      () => KeyFolder.create(folder.path),
      () => folder.signers(),
      () => folder.rotate(),
    ]) {
      expect(codeOf(act)).toBe("key_mode");
      expect(act).toThrow(`came mode 0${bad.toString(8)}; run: chmod 0700 ${folder.path}`);
    }
  });

  test("no folder, and a file in its place", () => {
    const path = place();
    expect(codeOf(() => KeyFolder.open(path))).toBe("key_folder");
    expect(() => KeyFolder.open(path)).toThrow(/came none; run `permit0 keys new`/);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, "", { mode: 0o600 });
    expect(codeOf(() => KeyFolder.open(path))).toBe("key_folder");
  });

  test("symbolic links", () => {
    const folder = made();
    const id = folder.keys()[0]?.id ?? "";
    const linked = place();
    mkdirSync(join(linked, ".."), { recursive: true });
    symlinkSync(folder.path, linked);
    expect(() => KeyFolder.open(linked)).toThrow(/came a symbolic link/);
    for (const file of [secret(folder, id), list(folder)]) {
      renameSync(file, `${file}.away`);
      symlinkSync(`${file}.away`, file);
      expect(() => folder.signers()).toThrow(/came a symbolic link/);
      expect(codeOf(() => folder.signers())).toBe("key_file");
      rmSync(file);
      renameSync(`${file}.away`, file);
    }
    expect(folder.signers()).toHaveLength(1);
  });

  test("a folder in place of a file", () => {
    const folder = made();
    const file = secret(folder, folder.keys()[0]?.id ?? "");
    rmSync(file);
    mkdirSync(file, { mode: 0o700 });
    expect(codeOf(() => folder.signers())).toBe("key_file");
  });

  test.skipIf(process.geteuid?.() !== 0)("what another user owns", () => {
    const folder = made();
    const file = secret(folder, folder.keys()[0]?.id ?? "");
    chownSync(file, 12345, 12345);
    expect(() => folder.signers()).toThrow(/wanted a file of user 0; came one of user 12345/);
    chownSync(file, 0, 0);
    chownSync(folder.path, 12345, 12345);
    expect(codeOf(() => KeyFolder.open(folder.path))).toBe("key_folder");
  });

  test("a secret that is missing, cut, of another key, or of two", () => {
    const folder = made();
    const id = folder.keys()[0]?.id ?? "";
    const file = secret(folder, id);
    const good = readFileSync(file, "utf8");
    const other = made();
    const foreign = readFileSync(secret(other, other.keys()[0]?.id ?? ""), "utf8");
    const [one, two] = [good, foreign].map((text) => parseSecretKey(text.trim()));
    const mixed = `${secretKeyText({ seed: one?.seed as Uint8Array, publicKey: two?.publicKey as Uint8Array })}\n`;
    const cases: readonly (readonly [string, string])[] = [
      ["", "key_file"],
      [good.trimEnd(), "key_file"],
      [`${good}\n`, "key_text"],
      [` ${good}`, "key_text"],
      [good.slice(0, -5), "key_file"],
      [`${good.slice(0, -5)}\n`, "key_text"],
      [`${publicKeyText(one?.publicKey as Uint8Array)}\n`, "key_text"],
      [foreign, "key_file"],
      [mixed, "key_pair"],
    ];
    for (const [text, code] of cases) {
      writeFileSync(file, text);
      expect(
        codeOf(() => folder.signers()),
        text.slice(0, 12),
      ).toBe(code);
      expect(() => folder.signers()).toThrow(file);
      try {
        folder.signers();
      } catch (error) {
        expect((error as Error).message).not.toContain(good.slice(20, 40));
        expect((error as Error).message).not.toContain(foreign.slice(20, 40));
      }
    }
    rmSync(file);
    expect(codeOf(() => folder.signers())).toBe("key_file");
  });
});

describe("the list", () => {
  const key = publicKeyText(nodeEd25519.publicKey(new Uint8Array(32).fill(1)));
  const other = publicKeyText(nodeEd25519.publicKey(new Uint8Array(32).fill(2)));
  const step = (status: string, time_ms: unknown = 1): unknown => ({ status, time_ms });
  const text = (...keys: unknown[]): string => JSON.stringify({ v: 1, keys });

  test("is read and written", () => {
    const good = text(
      { key, history: [step("current"), step("retiring", 2)] },
      { key: other, history: [step("current", 2)] },
    );
    const keys = parseKeyList(good, "keys.json");
    expect(keys.map(({ status }) => status)).toEqual(["retiring", "current"]);
    expect(JSON.parse(keyListText(keys))).toEqual(JSON.parse(good));
    expect(parseKeyList(keyListText(keys), "keys.json")).toEqual(keys);
  });

  const cases: readonly (readonly [string, string, RegExp])[] = [
    ["no JSON", "keys", /^keys\.json: json_syntax/],
    ["a member twice", '{"v":1,"v":1,"keys":[]}', /json_duplicate_key/],
    ["no keys", text(), /: keys: wanted at least one of keys/],
    ["a misspelt member", text({ key, histroy: [] }), /did you mean "history"\?/],
    ["no history", text({ key, history: [] }), /history: wanted at least one of changes/],
    [
      "a life that begins at its end",
      text({ key, history: [step("retired")] }),
      /history\[0\]\.status: wanted current; came "retired"/,
    ],
    [
      "a step left out",
      text({ key, history: [step("current"), step("retired")] }),
      /history\[1\]\.status: wanted retiring or revoked/,
    ],
    [
      "a life after revoked",
      text({ key, history: [step("current"), step("revoked"), step("current")] }),
      /nothing after revoked/,
    ],
    [
      "a status that is none",
      text({ key, history: [step("toString")] }),
      /wanted current, retiring, retired, revoked; came "toString"/,
    ],
    ["a time as text", text({ key, history: [step("current", "now")] }), /time_ms: wanted an integer/],
    [
      "a key twice",
      text({ key, history: [step("current"), step("retiring")] }, { key, history: [step("current")] }),
      /keys\[1\]: wanted each key once/,
    ],
    [
      "two current keys",
      text({ key, history: [step("current")] }, { key: other, history: [step("current")] }),
      /at most one current key/,
    ],
    [
      "a weak key",
      text({ key: publicKeyText(new Uint8Array(32)), history: [step("current")] }),
      /small order/,
    ],
    ["a version to come", '{"v":2,"keys":[]}', /: v: wanted 1; came 2/],
  ];
  test.each(cases)("is refused: %s", (_, bad, message) => {
    expect(() => parseKeyList(bad, "keys.json")).toThrow(message);
    expect(codeOf(() => parseKeyList(bad, "keys.json"))).toBe("key_file");
  });

  test("that is damaged stops every act", () => {
    const folder = made();
    writeFileSync(list(folder), "{}");
    for (const act of [() => folder.signers(), () => folder.rotate(), () => folder.add()]) {
      expect(codeOf(act)).toBe("key_file");
    }
  });
});

test("the default folder is in the home of the user, not of the environment", () => {
  const before = process.env.HOME;
  process.env.HOME = work;
  try {
    expect(defaultKeyFolder()).toBe(join(userInfo().homedir, ".permit0", "keys"));
    expect(defaultKeyFolder()).not.toContain(work);
  } finally {
    if (before === undefined) delete process.env.HOME;
    else process.env.HOME = before;
  }
});
