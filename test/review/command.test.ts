/** `permit0 approvals` and `permit0 persons`, with and without a terminal. */

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ApprovalFolder } from "../../bindings/hosts/approval-folder.ts";
import { ROOT } from "../../tools/files.ts";
import { run } from "../cli/command.ts";
import { refund, room } from "./reviewed.ts";

const folder = mkdtempSync(join(tmpdir(), "permit0-approvals-"));
afterAll(() => rmSync(folder, { recursive: true }));
const PLACES = ["--dir", "approvals", "--persons", "persons.json"];

/** The command at a terminal of its own, as `script` makes one; `typed` answers what it asks. */
function atTerminal(typed: string, ...args: readonly string[]): { status: number | null; output: string } {
  const line = [process.execPath, join(ROOT, "dist/cli/main.js"), ...args]
    .map((word) => `'${word}'`)
    .join(" ");
  const keyboard =
    typed === ""
      ? "sleep 2"
      : `${typed
          .split("\n")
          .map((word) => `sleep 2; printf '%s\\n' '${word}'`)
          .join("; ")}; sleep 6`;
  const done = spawnSync("bash", ["-c", `{ ${keyboard}; } | script -qec "$0" /dev/null`, line], {
    cwd: folder,
    encoding: "utf8",
  });
  return { status: done.status, output: done.stdout };
}

async function opened(amount: 85_000 | 2_500_000): Promise<string> {
  const { approvals } = room({ store: new ApprovalFolder(join(folder, "approvals")), clock: Date.now });
  const { decision, request } = refund(amount, { session: `s-${Math.random()}` });
  return (await approvals.open(decision, request)).handle;
}

describe("without a terminal", () => {
  test("nobody speaks for a person, and nothing is left behind", async () => {
    const handle = await opened(85_000);
    for (const args of [
      ["persons", "add", "ann", "--persons", "persons-none.json", "--keys", "keys-none", "--plain"],
      ["persons", "key", "--keys", "keys-none", "--plain"],
      ["persons", "remove", "ann", "--persons", "persons-none.json"],
      ["approvals", "approve", handle, "--by", "ann", ...PLACES],
      ["approvals", "deny", handle, "--by", "ann", ...PLACES],
    ]) {
      const done = run(args, { folder, input: "" });
      expect([done.status, done.stderr.includes("key_unattended")], args.join(" ")).toEqual([2, true]);
    }
    for (const name of ["persons-none.json", "keys-none"]) expect(existsSync(join(folder, name))).toBe(false);
  });

  test("what waits is listed and shown, and mistakes are said", async () => {
    const handle = await opened(85_000);
    const listed = run(["approvals", "list", "--dir", "approvals", "--persons", "persons.json"], { folder });
    expect(listed.stdout).toContain(`${handle}  open  0/1  payments.refund`);
    const shown = run(["approvals", "show", handle, "--dir", "approvals", "--json"], { folder });
    expect(JSON.parse(shown.stdout)).toMatchObject({ handle, state: "open", fields: { amount: 85_000 } });
    expect(run(["approvals", "show", handle, "--dir", "approvals"], { folder }).stdout).toContain(
      "fields, in full",
    );
    const ended = /^[0-9a-f]{32}: ended at 20\S+Z, before its time; nobody refused it\n$/;
    expect(run(["approvals", "expire", handle, "--dir", "approvals"], { folder }).stdout).toMatch(ended);
    expect(run(["approvals", "list", "--dir", "approvals", "--all"], { folder }).stdout).toContain("expired");
    expect(listed.stderr).toMatch(/persons\.json: there is no such list of persons/);
    for (const args of [["list"], ["list", "--json"], ["show", handle], ["expire"]]) {
      const typo = run(["approvals", ...args, "--dir", "aprovals"], { folder });
      expect([typo.status, typo.stdout + typo.stderr], args.join(" ")).toEqual([
        2,
        expect.stringContaining("aprovals: wanted the folder of the approvals; there is no such folder"),
      ]);
    }
    expect(existsSync(join(folder, "aprovals"))).toBe(false);
    const file = run(["approvals", "list", "--dir", join("approvals", `${handle}.approval`)], { folder });
    expect([file.status, file.stderr]).toEqual([
      2,
      expect.stringContaining("wanted a folder; came something else"),
    ]);
    const unknown = run(["approvals", "show", "x", "--dir", "approvals", "--json"], { folder });
    expect(JSON.parse(unknown.stdout)).toMatchObject({ error: { code: "approval_unknown" } });
    expect(run(["persons", "list", "--persons", "none.json"], { folder }).stderr).toContain(
      "permit0 persons add",
    );
  });
});

describe.skipIf(!existsSync("/usr/bin/script"))("at a terminal", () => {
  test("a person with a sealed key approves, and one with a plain key is said to be no proof", async () => {
    const handle = await opened(2_500_000);
    const persons = ["--persons", "persons.json", "--keys", "keys"];
    const ann = atTerminal("correct horse\ncorrect horse", "persons", "add", "ann", ...persons);
    expect(ann.output).toContain("passphrase");
    expect(ann.status).toBe(0);
    expect(ann.output).not.toContain("k4.secret");
    expect(atTerminal("", "persons", "add", "ben", "--plain", ...persons).output).toContain(
      "self_approvable",
    );
    const { persons: known } = JSON.parse(readFileSync(join(folder, "persons.json"), "utf8"));
    expect(known.map((one: { keys: { kept: string }[] }) => one.keys[0]?.kept)).toEqual([
      "passphrase",
      "file",
    ]);

    const wrong = atTerminal(
      "incorrect",
      "approvals",
      "approve",
      handle,
      "--by",
      "ann",
      "--keys",
      "keys",
      ...PLACES,
    );
    expect(wrong.output).toContain("passphrase_wrong");
    const yes = atTerminal(
      "correct horse",
      "approvals",
      "approve",
      handle,
      "--by",
      "ann",
      "--keys",
      "keys",
      ...PLACES,
    );
    // All of it stands above the question.
    expect(yes.output).toMatch(/"amount": 2500000[\s\S]*passphrase of k4\.pid/);
    expect(yes.output).toContain("approved by 1 of 2 persons: ann");
    expect(yes.output).not.toContain("self_approvable");
    expect(yes.output).not.toContain("another policy");
    const ben = ["--by", "ben", "--keys", "keys", "--profile", "fintech", ...PLACES];
    const also = atTerminal("", "approvals", "approve", handle, ...ben);
    expect(also.output).toContain("approved by 2 of 2 persons: ann, ben");
    // What can be said no more costs nobody a passphrase.
    const late = atTerminal("", "approvals", "approve", handle, "--by", "ann", "--keys", "keys", ...PLACES);
    expect(late.output).toContain("approval_closed");
    expect(late.output).not.toContain("passphrase of");
    const short = atTerminal("short", "persons", "add", "cleo", ...persons);
    expect(short.output).toContain("wanted at least 8 characters");
    expect(short.output).not.toContain("the same again");
    const list = ["--persons", "persons.json"];
    const gone = atTerminal("", "persons", "remove", "ben", ...list).output;
    expect(gone).toMatch(/^removed {2}ben\s+removed {2}k4\.pid\./m);
    expect(run(["persons", "list", ...list], { folder }).stdout).toMatch(
      /^removed {2}ben\n {2}removed {2}k4\.pid/m,
    );
    const none = atTerminal("", "persons", "remove", "ben", "--persons", "missing/persons.json").output;
    expect(none).toMatch(/persons_file.*no such file/);
    expect(existsSync(join(folder, "missing"))).toBe(false);
    const name = atTerminal("", "persons", "add", "Ann Müller", ...persons).output;
    expect(name).toMatch(/wanted a name of 1 to 256 letters[\s\S]*Take a name of those letters alone/);
    expect(also.output).toContain("the sentences are those of another policy than the one that decided");
    expect(also.output).toContain("self_approvable");
  }, 180_000);
});
