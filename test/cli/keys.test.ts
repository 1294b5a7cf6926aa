/** `permit0 keys`: what is printed of keys, and what never is. */

import { chmodSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parseTrust } from "../../bindings/evidence/trust.ts";
import { type Run, run, workFolder } from "./command.ts";

const { folder, remove } = workFolder();
afterAll(remove);

const ORIGIN = "permit0.local/3f9c21ab77d0e412/main";
interface Shown {
  readonly id: string;
  readonly key: string;
  readonly status: string;
}

let count = 0;
/** A key folder of its own, and the command in it. No secret may ever leave it. */
function keys(): { path: string; permit0(...args: readonly string[]): Run; shown(): readonly Shown[] } {
  const path = join(folder, `keys${++count}`);
  const permit0 = (...args: readonly string[]): Run => {
    const bodies = secretsIn(path);
    const done = run(["keys", ...args, "--keys", path], { folder });
    for (const body of [...bodies, ...secretsIn(path)]) {
      for (const text of [done.stdout, done.stderr]) expect(text).not.toContain(body.slice(0, 20));
    }
    expect(done.stdout + done.stderr).not.toContain("k4.secret.");
    return done;
  };
  const shown = (): readonly Shown[] =>
    (JSON.parse(permit0("show", "--json").stdout) as { keys: readonly Shown[] }).keys;
  return { path, permit0, shown };
}

function secretsIn(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => name.endsWith(".key"))
    .map((name) => readFileSync(join(path, name), "utf8").slice("k4.secret.".length));
}

test("a key's life, from new to retired", () => {
  const { permit0, shown } = keys();
  const first = permit0("new", "--reason", "begin");
  expect(first).toMatchObject({ status: 0 });
  expect(first.stdout).toMatch(/^current +k4\.pid\..{44}\n {2}k4\.public\..{43}\n {2}current 2.*Z: begin\n$/);
  const again = permit0("new");
  expect(again.status).toBe(2);
  expect(again.stderr).toContain("run `permit0 keys rotate`");

  const [old] = shown();
  const rotated = permit0("rotate");
  expect(rotated.stderr).toContain(`${old?.id} signs along until`);
  expect(shown().map(({ status }) => status)).toEqual(["retiring", "current"]);
  const early = permit0("retire", shown()[1]?.id ?? "");
  expect(early.status).toBe(2);
  expect(permit0("retire", old?.id ?? "").status).toBe(0);
  expect(shown().map(({ status }) => status)).toEqual(["retired", "current"]);
});

test("revoke needs a reason, and leaves no current key", () => {
  const { permit0, shown } = keys();
  permit0("new");
  const id = shown()[0]?.id ?? "";
  const silent = permit0("revoke", id);
  expect(silent.status).toBe(2);
  expect(silent.stderr).toContain("wanted --reason TEXT");
  expect(shown()[0]?.status).toBe("current");
  const revoked = permit0("revoke", id, "--reason", "stolen\u202e", "--json");
  expect(JSON.parse(revoked.stdout)).toMatchObject({ id, status: "revoked" });
  expect(revoked.stderr).toContain("no key is current");
  const text = permit0("show").stdout;
  expect(text).toContain("stolen\\u202e");
  expect(text).not.toContain("\u202e");
  expect(permit0("show", "--trust", ORIGIN).status).toBe(2);
});

describe("show --trust", () => {
  test("prints lines that a trust file takes", () => {
    const { permit0, shown } = keys();
    permit0("new");
    permit0("rotate");
    const { stdout, status } = permit0("show", "--trust", ORIGIN, "a/two");
    expect(status).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    const shards = lines.map((line) => JSON.parse(line) as unknown);
    expect(JSON.parse(permit0("show", "--json", "--trust", ORIGIN, "a/two").stdout)).toEqual(shards);
    const file = `{"v":1,"engines":["${"ab".repeat(32)}"],"shards":[${lines.join(",")}]}`;
    const trust = parseTrust(file);
    expect(trust.shards.map(({ origin }) => origin)).toEqual([ORIGIN, "a/two"]);
    expect(trust.shards[0]?.keys.map(({ id }) => id)).toEqual(shown().map(({ id }) => id));
  });

  test("leaves out what does not sign, and says so where that matters", () => {
    const { permit0, shown } = keys();
    permit0("new");
    permit0("rotate");
    permit0("rotate");
    const [one, two, three] = shown().map(({ id, key }) => ({ id, key }));
    permit0("retire", one?.id ?? "");
    permit0("revoke", two?.id ?? "", "--reason", "x");
    const { stdout, stderr } = permit0("show", "--trust", ORIGIN);
    expect(JSON.parse(stdout)).toEqual({ origin: ORIGIN, keys: [{ key: three?.key, from: 0 }] });
    expect(stderr).toContain(`${one?.id} is retired and left out`);
    expect(stderr).not.toContain(two?.id);
  });

  test("refuses what is no origin", () => {
    const { permit0 } = keys();
    permit0("new");
    const { status, stderr, stdout } = permit0("show", "--trust", "main");
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("wanted <origin of the log>/<shard>");
  });
});

test("errors are one line, and data with --json", () => {
  const { path, permit0 } = keys();
  const none = permit0("show");
  expect([none.status, none.stdout]).toEqual([2, ""]);
  expect(none.stderr).toBe(
    `permit0: ${path}: wanted a folder of keys; came none; run \`permit0 keys new\`\n`,
  );
  permit0("new");
  chmodSync(path, 0o755);
  const open = permit0("show", "--json");
  expect(open.status).toBe(2);
  expect(JSON.parse(open.stdout)).toEqual({
    error: { code: "key_mode", message: expect.stringContaining(`run: chmod 0700 ${path}`) },
  });
});
