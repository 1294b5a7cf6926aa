/** `permit0 evidence export`, `prove`, and `verify` of what they write. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { membersOf } from "../evidence/forge.ts";
import { type Run, run, workFolder } from "./command.ts";

const { folder, remove } = workFolder();
afterAll(remove);

const permit0 = (...args: readonly string[]): Run => run(args, { folder });

const CALLS = [
  { tool: "bash", args: { command: "ls" }, session: "s-1", actor: "ann" },
  { tool: "bash", args: { command: "rm -rf /" }, session: "s-1", actor: "ann" },
  { tool: "send_email", args: { to: "max@example.net", body: "hi" }, session: "s-2", actor: "bob" },
];
const made = run(["check", "--jsonl", "--log", "log", "--keys", "keys"], {
  folder,
  input: CALLS.map((call) => `${JSON.stringify(call)}\n`).join(""),
});

test("there is a log", () => expect(made.status, made.stderr).toBe(0));

test("a bundle of all, opened, is verified with the trust of its reader", () => {
  const exported = permit0("evidence", "export", "log", "-o", "all.evidence.zip", "--open", "--keys", "keys");
  expect(exported).toMatchObject({ status: 0 });
  expect(exported.stdout).toMatch(
    /^permit0\.local\/[0-9a-f]{16}\/main: 4 of the entries 0 to 3, under the checkpoint of 4\n$/,
  );
  expect(exported.stderr).toContain("3 requests are open in it");
  const trusted = permit0("verify", "all.evidence.zip", "--keys", "keys");
  expect(trusted.stdout).toMatch(
    /^self-signed\n[\s\S]*exactly these\s+entries[\s\S]*3 decided again +all good/,
  );
  expect(trusted.status).toBe(0);
  const alone = permit0("verify", "all.evidence.zip", "--keys", "nobody");
  expect(alone.stdout).toMatch(/^consistent, unanchored\n/);
  expect(alone.status).toBe(1);
});

test("a bundle of denials shows one field and says what is left out", () => {
  const options = ["--verdict", "deny", "--disclose", "2:command", "--keys", "keys"];
  const exported = permit0("evidence", "export", "log", "-o", "deny.evidence.zip", ...options, "--json");
  expect(JSON.parse(exported.stdout)).toMatchObject({
    opened: 0,
    disclosed: 1,
    shards: [{ entries: 2, to: 4 }],
  });
  const { stdout, status } = permit0("verify", "deny.evidence.zip", "--keys", "keys");
  expect(status).toBe(0);
  expect(stdout).toContain('shown of main, entry 2: command = "rm -rf /"');
  expect(stdout).toContain("chosen: verdict deny");
  expect(stdout).toContain("2 of 4 entries of the range are left out");
  expect(stdout).not.toContain("exactly these");
  const json = JSON.parse(permit0("verify", "deny.evidence.zip", "--keys", "keys", "--json").stdout);
  expect(json).toMatchObject({ answer: "self-signed", disclosed: [{ seq: 2, value: "rm -rf /" }] });
});

test("a changed bundle fails, and a cut one could not be read", () => {
  const bytes = readFileSync(join(folder, "all.evidence.zip"));
  writeFileSync(join(folder, "cut.zip"), bytes.subarray(0, -1));
  const cut = permit0("verify", "cut.zip", "--keys", "keys");
  expect(cut.status).toBe(2);
  expect(cut.stderr.trimEnd().split("\n")).toHaveLength(1);
  const members = membersOf(new Uint8Array(bytes));
  expect(new TextDecoder().decode(members.get("summary.html"))).toContain("permit0 ");
});

test("a proof of an entry, and one of consistency", () => {
  expect(permit0("prove", "log", "2", "-o", "2.tlog-proof")).toMatchObject({ status: 0 });
  expect(readFileSync(join(folder, "2.tlog-proof"), "utf8")).toMatch(/^c2sp\.org\/tlog-proof@v1\nextra /);
  const found = permit0("verify", "2.tlog-proof", "--keys", "keys");
  expect(found.stdout).toMatch(/^self-signed\n[\s\S]*entry 2, a record/);
  expect(found.status).toBe(0);
  expect(permit0("verify", "2.tlog-proof", "--keys", "nobody").status).toBe(1);
  const sizes = readFileSync(join(folder, "log/main/checkpoints"), "utf8").match(/^\d+$/gm) ?? [];
  const [old = "", next = ""] = [sizes[0], sizes.at(-1)];
  expect(permit0("prove", "log", "--consistency", old, next, "-o", "c.proof")).toMatchObject({ status: 0 });
  expect(permit0("verify", "c.proof", "--keys", "keys").stdout).toContain(
    `the ${old} entries of the earlier`,
  );
});

test.each([
  [["evidence", "export", "log", "-o", "log/x.zip"], "outside of the log"],
  [["evidence", "export", "nowhere", "-o", "x.zip"], "wanted the folder of a log"],
  [["evidence", "export", "log", "-o", "x.zip", "--open", "--keys", "nobody"], "keys of subjects"],
  [["evidence", "export", "log", "-o", "x.zip", "--disclose", "command"], "wanted SEQ:PATH"],
  [["evidence", "export", "log", "-o", "x.zip", "--to", "9"], "entries under a signature"],
  [["evidence", "export", "log", "-o", "no/such/x.zip"], "wanted to write it"],
  [["prove", "log", "99", "-o", "x"], "entries under a signature"],
  [["prove", "log", "1", "2", "-o", "x"], "the number of one entry"],
  [["prove", "log", "--consistency", "1", "3", "-o", "x"], "the size of a signed checkpoint"],
  [["verify", "pack.yaml"], "wanted"],
  [["verify", "all.evidence.zip", "--from", "1", "--keys", "keys"], "--from and --to go with"],
] as const)("%j could not run: %s", (args, why) => {
  const done = permit0(...args);
  expect(done.stderr).toContain(why);
  expect(done.status).toBe(2);
  expect(existsSync(join(folder, "x.zip"))).toBe(false);
  expect(existsSync(join(folder, "x.zip.part"))).toBe(false);
});
