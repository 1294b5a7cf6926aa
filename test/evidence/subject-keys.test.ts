/** The folder of subject keys: made once whoever asks, for the owner alone, and gone when they are destroyed. */

import { spawn } from "node:child_process";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EvidenceError } from "../../bindings/evidence/errors.ts";
import { SubjectKeyFolder } from "../../bindings/hosts/subject-keys.ts";
import { hex } from "../../bindings/src/sha256.ts";
import { ROOT } from "../../tools/files.ts";
import { testFolder } from "../memory/folder.ts";

const file = testFolder();
const onPosix = test.skipIf(process.platform === "win32");
let made = 0;
const folderOf = (): string => file(`keys-${made++}`);
const rights = (path: string): string => (statSync(path).mode & 0o777).toString(8);

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof EvidenceError) return error.code;
    return String((error as NodeJS.ErrnoException).code);
  }
  return "none";
}

test("a key is made once and found again, by this and by the next who opens the folder", () => {
  const folder = folderOf();
  const keys = new SubjectKeyFolder(folder);
  const id = keys.idOf("ann");
  expect(keys.key(id)).toBeUndefined();
  const key = keys.make(id);
  expect(key).toHaveLength(32);
  expect(keys.make(id)).toEqual(key);
  const others = new SubjectKeyFolder(folder);
  expect(others.idOf("ann")).toEqual(id);
  expect(others.key(id)).toEqual(key);
  expect(keys.make(keys.idOf("bob"))).not.toEqual(key);
  expect(new SubjectKeyFolder(folderOf()).idOf("ann")).not.toEqual(id);
});

onPosix("the owner alone has rights, and a folder or file where others have some is refused", () => {
  const folder = folderOf();
  const keys = new SubjectKeyFolder(folder);
  const id = keys.idOf("ann");
  keys.make(id);
  const path = join(folder, "subjects", hex(id));
  expect([folder, join(folder, "subjects")].map(rights)).toEqual(["700", "700"]);
  expect([path, join(folder, "subjects.secret")].map(rights)).toEqual(["600", "600"]);
  chmodSync(path, 0o640);
  expect(codeOf(() => keys.key(id))).toBe("key_rights");
  expect(codeOf(() => keys.make(id))).toBe("key_rights");
  for (const opened of [folder, join(folder, "subjects"), join(folder, "subjects.secret")]) {
    const before = statSync(opened).mode;
    chmodSync(opened, 0o755);
    expect(codeOf(() => new SubjectKeyFolder(folder))).toBe("key_rights");
    chmodSync(opened, before);
  }
});

test("a file that is cut is no key, and is not made again in silence", () => {
  const folder = folderOf();
  const keys = new SubjectKeyFolder(folder);
  const id = keys.idOf("ann");
  keys.make(id);
  truncateSync(join(folder, "subjects", hex(id)), 31);
  expect(codeOf(() => keys.key(id))).toBe("key_size");
  expect(codeOf(() => keys.make(id))).toBe("key_size");
  truncateSync(join(folder, "subjects.secret"), 0);
  expect(codeOf(() => new SubjectKeyFolder(folder))).toBe("key_size");
  expect(codeOf(() => keys.key(new Uint8Array(15)))).toBe("subject_id");
});

onPosix("a link is not followed", () => {
  const folder = folderOf();
  const keys = new SubjectKeyFolder(folder);
  const id = keys.idOf("ann");
  const elsewhere = file("elsewhere");
  writeFileSync(elsewhere, new Uint8Array(32), { mode: 0o600 });
  symlinkSync(elsewhere, join(folder, "subjects", hex(id)));
  expect(codeOf(() => keys.key(id))).toBe("ELOOP");
});

describe("a key that is destroyed", () => {
  test("is gone for everybody, also from the bytes of its file", () => {
    const folder = folderOf();
    const keys = new SubjectKeyFolder(folder);
    const others = new SubjectKeyFolder(folder);
    const id = keys.idOf("ann");
    const key = keys.make(id);
    const kept = file("second-name");
    linkSync(join(folder, "subjects", hex(id)), kept);
    keys.destroy(id);
    expect(readFileSync(kept).every((byte) => byte === 0)).toBe(true);
    expect(others.key(id)).toBeUndefined();
    expect(readdirSync(join(folder, "subjects"))).toEqual([]);
    keys.destroy(id);
    expect(others.make(id)).not.toEqual(key);
  });

  test("is destroyed to the end by the next who opens the folder, if the first one stopped in between", () => {
    const folder = folderOf();
    mkdirSync(join(folder, "subjects"), { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    const left = join(folder, "subjects", `${"ab".repeat(16)}.0123456789abcdef.leaving`);
    writeFileSync(left, new Uint8Array(32).fill(9), { mode: 0o600 });
    const kept = file("left");
    linkSync(left, kept);
    new SubjectKeyFolder(folder);
    expect(readFileSync(kept).every((byte) => byte === 0)).toBe(true);
    expect(readdirSync(join(folder, "subjects"))).toEqual([]);
  });
});

test("processes that ask at once get the same secret and the same keys", async () => {
  const folder = folderOf();
  const child = join(ROOT, "test/evidence/subject-key-child.ts");
  const tsx = join(ROOT, "node_modules/tsx/dist/cli.mjs");
  const outputs = await Promise.all(
    Array.from({ length: 3 }, async () => {
      const run = spawn(process.execPath, [tsx, child, folder, "60"], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let text = "";
      for await (const piece of run.stdout) text += String(piece);
      return text;
    }),
  );
  expect(outputs[0]?.trim().split("\n")).toHaveLength(60);
  expect(new Set(outputs).size).toBe(1);
  expect(readdirSync(join(folder, "subjects"))).toHaveLength(60);
});
