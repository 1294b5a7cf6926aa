/** `permit0 token`: what it mints is believed where it should be, and what it shows moves nobody's cursor. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../../tools/files.ts";
import { signedPayload } from "../token/fixture.ts";
import { type Run, run, workFolder } from "./command.ts";

const { folder, remove } = workFolder();
afterAll(remove);

const ARGS = '{"path":"README.md"}';
const NOW = "2026-01-01T00:00:05Z";
const token = (...args: readonly string[]): Run => run(["token", ...args], { folder });
const verify = (text: string, ...args: readonly string[]): Run =>
  token("verify", text, "--trust", "trust.json", "--audience", "files", "--now", NOW, ...args);
const mint = (...args: readonly string[]): Run =>
  token(
    "mint",
    "--issuer",
    "acme",
    "--audience",
    "files",
    "--keys",
    "k",
    "--agent",
    "desk",
    "--time-ms",
    "2026-01-01",
    ...args,
  );

let minted: string;
beforeAll(() => {
  run(["keys", "new", "--keys", "k"], { folder });
  writeFileSync(
    join(folder, "trust.json"),
    token("trust", "--issuer", "acme", "--audience", "files", "--keys", "k").stdout,
  );
  const done = mint("--tool", "read_file", "--args", ARGS);
  expect(done).toMatchObject({ status: 0, stderr: "" });
  minted = done.stdout.trimEnd();
  writeFileSync(join(folder, "token.txt"), `\n${minted} \n\n`);
});

test("trust names the key, and mint says its own default of the time", () => {
  const { stdout, stderr } = token("trust", "--issuer", "acme", "--audience", "files", "--keys", "k");
  expect(JSON.parse(stdout).v).toBe(1);
  expect(stderr).toMatch(/^current {2}k4\.pid\.[A-Za-z0-9_-]{44}\n$/);
  const help = token("mint", "--help").stdout;
  expect(help).toMatch(/\(default:\s+now\)/);
  expect(help).not.toContain("epoch");
  expect(help).toContain('"op":"prefix"');
});

test("what is allowed is minted, what is not is not", () => {
  expect(minted).toMatch(/^v4\.public\./);
  const refused = mint("--tool", "bash", "--args", '{"command":"rm -rf /"}');
  expect(refused.status).toBe(1);
  expect(refused.stdout).toMatch(/^deny: .*no token is minted\n$/);
});

test("it is believed as text, from a file and from standard input", () => {
  for (const done of [
    verify(minted),
    verify("token.txt"),
    run(["token", "verify", "-", "--trust", "trust.json", "--audience", "files", "--now", NOW], {
      folder,
      input: minted,
    }),
    verify(minted, "--args", ARGS),
    verify(minted, "--tool", "read_file", "--args", ARGS),
    verify(minted, "--tool", "read_file"),
  ]) {
    expect(done).toMatchObject({ status: 0, stderr: "" });
    expect(done.stdout).toMatch(/^believed {2}read_file with exactly the decided arguments/);
  }
  expect(JSON.parse(verify(minted, "--json").stdout)).toMatchObject({
    believed: true,
    audience: "files",
    claims: { sub: "desk" },
  });
});

test("it is refused with one reason, and unreadable is something else", () => {
  const refused: readonly (readonly [readonly string[], string])[] = [
    [["--now", "2026-01-01T00:02:00Z"], "token_expired"],
    [["--audience", "mail"], "key_audience"],
    [["--args", '{"path":"x"}'], "args_hash"],
    [["--tool", "write_file", "--args", ARGS], "tool_other"],
    [["--tool", "write_file"], "tool_other"],
    [["--action", "read_file"], "tool_other"],
    [["--tool", "read_file", "--server", "files"], "tool_other"],
    [["--parent", minted], "parent_surplus"],
  ];
  for (const [args, code] of refused) {
    const done = verify(minted, ...args);
    expect(done.status, code).toBe(1);
    expect(done.stdout).toMatch(new RegExp(`^refused {2}${code}`));
    expect(JSON.parse(verify(minted, ...args, "--json").stdout)).toMatchObject({
      believed: false,
      error: { code },
    });
  }
  for (const done of [
    verify("nothing.txt"),
    token("verify", minted),
    token("verify"),
    token("verify", minted, "--trust", "token.txt", "--audience", "files"),
    verify(minted, "--args", "{"),
    verify(minted, "--now", "soon"),
    verify(minted, "--tool", "read_file", "--action", "files.read"),
    verify(minted, "--server", "files"),
    verify(minted, "--server", "files", "--action", "files.read", "--args", ARGS),
  ])
    expect(done).toMatchObject({ status: 2, stdout: "" });
});

test("an envelope is minted, and believed for what lies in it", () => {
  const envelope = '[{"p":["path"],"op":"prefix","v":"READ"}]';
  const text = mint("--tool", "read_file", "--args", ARGS, "--constraints", envelope).stdout.trimEnd();
  const believed = verify(text, "--args", '{"path":"READ"}');
  expect(believed.status).toBe(0);
  expect(believed.stdout).toContain('\n  if "path" prefix "READ"\n');
  expect(believed.stdout).toContain("whether it was used already was not looked at");
  expect(verify(text, "--args", '{"path":"WRITE"}').stdout).toMatch(/^refused {2}args_value/);
  expect(verify(text, "--args", '{"path":"READ","more":1}').stdout).toMatch(/^refused {2}args_extra/);
});

test("what is shown is escaped, and still JSON", async () => {
  const odd = "\u001b[2J\u202eevil\u200b\u{e0041}\u009b";
  const text = await signedPayload(JSON.stringify({ iss: odd }));
  const done = token("show", text);
  expect(done.status).toBe(0);
  expect(done.stderr).toContain("nothing of this was verified");
  // Line ends are ours; nothing else is.
  expect(done.stdout.replaceAll("\n", "")).toMatch(/^[\x20-\x7e]*$/);
  expect(JSON.parse(done.stdout).claims).toEqual({ iss: odd });
  expect(token("show", "v4.public.AAAA")).toMatchObject({ status: 2 });
});

test("test vectors are run as they are", () => {
  const vectors = (file: string): Run =>
    token("verify", "--vectors", join(ROOT, "test/vectors/paseto", file));
  expect(vectors("v4.json")).toMatchObject({
    status: 0,
    stderr: "8 of 8 as expected, 9 of v4.local left out\n",
  });
  expect(vectors("strictness.json")).toMatchObject({ status: 0, stderr: "14 of 14 as expected\n" });
  const wrong = JSON.stringify({ public_key: "00", vectors: [{ name: "x", token: "y", accept: true }] });
  writeFileSync(join(folder, "wrong.json"), wrong);
  expect(token("verify", "--vectors", "wrong.json")).toMatchObject({ status: 1 });
  expect(token("verify", "--vectors", "trust.json")).toMatchObject({ status: 2 });
});
