/** `backtest`, `replay` and `explain` on the folder of a log, as people use them. */

import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FolderStorage } from "../../bindings/hosts/folder-storage.ts";
import { SubjectKeyFolder } from "../../bindings/hosts/subject-keys.ts";
import type { Request } from "../../bindings/src/types.ts";
import { writtenLog } from "../evidence/kept-log.ts";
import { open, TIME_MS } from "../unit/built.ts";
import { run, shell, workFolder } from "./command.ts";

const { folder, remove } = workFolder();
afterAll(remove);

const STRICT = `org: acme
dated: "2026-11-22"
rows:
  - id: no_files
    on: { actions: [files.read] }
    verdict: deny
    reason: Not now.
`;

const call = (tool: string, args: object, at: number, principal: string): Request => ({
  tool,
  args,
  context: { time_ms: TIME_MS + at * 60_000, session: "s-1", principal },
});

beforeAll(async () => {
  const keys = new SubjectKeyFolder(join(folder, "keys"));
  chmodSync(join(folder, "keys"), 0o700);
  const engine = await open();
  const { log, decide } = await writtenLog(new FolderStorage(join(folder, "log")), keys);
  await decide(engine, call("read_file", { path: "a.txt" }, 0, "ann"));
  await decide(engine, call("read_file", { path: "b.txt" }, 1, "bob"));
  await decide(engine, call("bash", { command: "sudo rm -rf /" }, 2, "ann"));
  await decide(engine, call("read_file", { path: "c.txt" }, 3, "ann"));
  await decide(engine, {
    event: { kind: "freeze", scope: "agent", value: "a-1", by: "ann" },
    context: { time_ms: TIME_MS + 240_000 },
  });
  keys.destroy(keys.idOf("bob"));
  await log.noteErased(keys.idOf("bob"), "ann", "he asked");
  await log.close();
  writeFileSync(join(folder, "strict.yaml"), STRICT);
});

/** What the screen shows. */
function session(command: string): string {
  const { output, status } = shell(command, folder);
  const shown = output.replaceAll(/\b[0-9a-f]{64}\b/g, "<digest>").trimEnd();
  return `$ ${command}\n${shown}\n[exit ${status}]\n`;
}

describe("backtest", () => {
  test("shows what a policy would change", { timeout: 120_000 }, () => {
    const shown = session("permit0 backtest log --policy strict.yaml --keys keys");
    expect(shown).toMatchInlineSnapshot(`
      "$ permit0 backtest log --policy strict.yaml --keys keys
      policy  strict.yaml  <digest>
      log     log          1 shard, 7 entries, 5 of them decisions

      4 judged again: 1 the same, 1 with another score alone, 2 change
      not judged: 1 erased
        2 judged with histories that may lack what an entry put there that could not be judged

      by verdict
        allow -> deny  2

      by action
        files.read  2 stricter

      by what makes the difference
        +no_files  2 stricter

      examples
        main 1  2026-01-01T00:00:00.000Z  files.read  allow (12.88 %, minimal) -> deny (12.88 %, minimal)  tier_minimal -> no_files
        main 4  2026-01-01T00:03:00.000Z  files.read  allow (12.88 %, minimal) -> deny (12.88 %, minimal)  tier_minimal -> no_files

      Histories begin at nothing and are folded under the decisions of this policy, not under those of the
      log. Calls and events come as the log has them, also those that would not have come after another
      verdict.
      Nothing was written, and no policy was changed. Entries were checked against each other; who signed
      them is for verify to say.
      [exit 1]
      "
    `);
  });

  test("the policy that decided changes nothing, and JSON has everything", () => {
    const { stdout, stderr, status } = run(["backtest", "log", "--keys", "keys", "--json"], { folder });
    expect([status, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({
      log: "log",
      policy: { name: "base policy" },
      entries: 7,
      decisions: 5,
      judged: 4,
      changed: 0,
      not: { host: 0, unkept: 0, withheld: 0, redacted: 0, erased: 1, history: 0, salt: 0 },
      notes: [expect.stringContaining("under the decisions of this policy"), expect.any(String)],
    });
  });

  test("what it cannot run with is said in one line", () => {
    const faults = [
      ["backtest", "strict.yaml"],
      ["backtest", "log", "--keys", "nowhere"],
      ["backtest", "keys", "--keys", "keys"],
      ["backtest", "log", "--keys", "keys", "--examples", "-1"],
      ["backtest", "log", "--keys", "keys", "--key-salt", "strict.yaml"],
    ].map((args) => run(args, { folder }));
    for (const { status, stdout } of faults) expect([status, stdout]).toEqual([2, ""]);
    expect(faults.map(({ stderr }) => stderr)).toMatchInlineSnapshot(`
      [
        "permit0: strict.yaml: wanted the folder of a log
      ",
        "permit0: nowhere: wanted a key folder with keys of subjects, came none
      ",
        "permit0: there is no shard of a log; give the folder that a log was written to
      ",
        "permit0: --examples: wanted a whole number from 0, came "-1"
      ",
        "permit0: strict.yaml: wanted 32 bytes or 64 hex digits, came 126 bytes
      ",
      ]
    `);
  });
});

describe("replay", () => {
  test("of a folder decides again, and says of what it could not", () => {
    expect(session("permit0 replay log --keys keys")).toMatchInlineSnapshot(`
      "$ permit0 replay log --keys keys
      main 5  2026-01-01T00:04:00.000Z  agent a-1 was frozen by ann
      <digest> <digest>
      <digest> <digest>
      7 entries, 5 decisions, 2 histories, 0 gaps
      4 decided again, 0 differ; not decided again: 1 erased
      [exit 0]
      "
    `);
    const { stdout } = run(["replay", "log", "--keys", "keys", "--json", "--from", "2", "--to", "4"], {
      folder,
    });
    expect(JSON.parse(stdout)).toMatchObject({
      from: 2,
      checked: 1,
      differing: 0,
      differences: [],
      events: [],
      not: { erased: 1 },
      shards: [{ shard: "main", entries: 7 }],
    });
  });

  test("of a file takes no options of a folder", () => {
    const { status, stderr } = run(["replay", "strict.yaml", "--key-salt", "x"], { folder });
    expect([status, stderr]).toEqual([
      2,
      "permit0: --key-salt is for the folder of a log, and strict.yaml is a file\n",
    ]);
  });
});

describe("explain --log", () => {
  test("shows a decision by the policy that the log keeps", () => {
    const shown = session("permit0 explain --log log --seq 3");
    expect(shown).toContain("files.delete: deny (critical");
    expect(shown).toContain("entry 3 of main; its request is kept, sealed\nleaf <digest>\n");
    expect(shown).toMatch(/\[exit 0\]/);
  });

  test("refuses what it cannot show", () => {
    const faults = [
      ["--log", "log"],
      ["--log", "log", "--seq", "0"],
      ["--log", "log", "--seq", "99"],
      ["--log", "log", "--seq", "1", "--shard", "x"],
      ["--log", "log", "--seq", "1", "--policy", "strict.yaml"],
      ["--seq", "1"],
    ].map((args) => run(["explain", ...args], { folder }));
    for (const { status, stdout } of faults) expect([status, stdout]).toEqual([2, ""]);
    expect(faults.map(({ stderr }) => stderr)).toMatchInlineSnapshot(`
      [
        "permit0: wanted --seq N, the number of a decision in the log; came none
      ",
        "permit0: entry 0 is no decision, it is a note: begin
      ",
        "permit0: the shard has no entry 99
      ",
        "permit0: the log has no shard x; it has main
      ",
        "permit0: --log brings its own call and policy; leave --policy out
      ",
        "permit0: --seq is of --log DIR; give it too
      ",
      ]
    `);
  });
});
