/** examples/refund-review, as its README has it; a person's acts want a terminal, so here the library speaks for ann. */

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { approvedLines } from "../../bindings/cli/chain.ts";
import { openApprovals } from "../../bindings/hosts/node.ts";
import { publicKeyText } from "../../bindings/keys/paserk.ts";
import { personsText, withPerson } from "../../bindings/review/persons.ts";
import { ROOT } from "../../tools/files.ts";
import { run } from "../cli/command.ts";
import { ANN, BEN } from "../review/reviewed.ts";

const folder = mkdtempSync(join(tmpdir(), "permit0-refund-"));
afterAll(() => rmSync(folder, { recursive: true }));
const PERSONS = join(folder, "persons.json");
const LOG = join(folder, "evidence");
let output = "";
let status: number | null = null;

beforeAll(async () => {
  const persons = withPerson([], { id: ANN.by, key: publicKeyText(ANN.signer.publicKey) });
  writeFileSync(PERSONS, personsText(persons), { mode: 0o600 });
  const script = spawn(process.execPath, [join(ROOT, "examples/refund-review/refund.mjs"), folder], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => script.on("close", resolve));
  const handle = await new Promise<string>((resolve, reject) => {
    const take = (bytes: Buffer): void => {
      output += bytes.toString("utf8");
      const found = /approvals approve ([0-9a-f]{32}) /.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    };
    script.stdout.on("data", take);
    script.stderr.on("data", take);
    script.on("close", () => reject(new Error(output)));
  });
  const approvals = await openApprovals({ dir: join(folder, "approvals"), persons: PERSONS });
  await approvals.approve(handle, ANN);
  status = await ended;
}, 60_000);

test("the refund waits, is approved elsewhere, and runs once", () => {
  expect(output).toMatch(/^review: /);
  expect(output).toMatch(/^allow: approved/m);
  expect(output.match(/refunded 850 USD of ch_1/g)).toHaveLength(1);
  expect(output).toContain("a second time: burnt");
  expect(status).toBe(0);
});

test("after a denial it says so in a sentence, with no stack; what waits is joined", async () => {
  const place = join(folder, "again");
  const started = (): { said: Promise<string>; handle: Promise<string>; stop: () => void } => {
    const script = spawn(process.execPath, [join(ROOT, "examples/refund-review/refund.mjs"), place]);
    let text = "";
    const handle = new Promise<string>((resolve) => {
      for (const stream of [script.stdout, script.stderr])
        stream.on("data", (bytes) => {
          text += String(bytes);
          const found = /approvals approve ([0-9a-f]{32}) /.exec(text)?.[1];
          if (found !== undefined) resolve(found);
        });
    });
    return {
      handle,
      stop: () => void script.kill(),
      said: new Promise((resolve) => script.on("close", (code) => resolve(`${code} ${text}`))),
    };
  };
  const first = started();
  const handle = await first.handle;
  first.stop();
  await first.said;
  const second = started();
  expect(await second.handle).toBe(handle);
  const persons = join(place, "persons.json");
  writeFileSync(
    persons,
    personsText(withPerson([], { id: ANN.by, key: publicKeyText(ANN.signer.publicKey) })),
  );
  const approvals = await openApprovals({ dir: join(place, "approvals"), persons });
  await approvals.deny(handle, ANN);
  expect(await second.said).toMatch(/^1 [\s\S]*\ndenied\n$/);
  const again = await started().said;
  expect(again).toMatch(/^1 [\s\S]*\napproval_cooldown: .*\n$/);
}, 60_000);

test("verify holds the approval against the review, and ann's signature", () => {
  const args = ["verify", LOG, "--keys", join(folder, "keys"), "--persons", PERSONS];
  const done = run(args);
  expect([done.status, done.stderr]).toEqual([0, ""]);
  expect(done.stdout).toMatch(/approvals +1 approved, signed 1 times +all good/);
  const { approvals } = JSON.parse(run([...args, "--json"]).stdout) as { approvals: object };
  expect(approvals).toMatchObject({ checked: 1, failed: 0, signatures: { checked: 1, failed: 0 } });
});

describe("explain --record", () => {
  interface Step {
    readonly kind: string;
    readonly stands: string;
    readonly record?: string;
    readonly follows: string | null;
    readonly verdict?: string;
    readonly approvers?: readonly { readonly id: string; readonly signature: string }[];
  }
  const explained = (digest: string, ...more: readonly string[]): readonly Step[] =>
    (
      JSON.parse(run(["explain", "--log", LOG, "--record", digest, "--json", ...more]).stdout) as {
        readonly steps: readonly Step[];
      }
    ).steps;
  const asked = (): string => /--record ([0-9a-f]{16})/.exec(output)?.[1] as string;

  test("walks from the review to what became of it, and back", () => {
    const steps = explained(asked(), "--persons", PERSONS);
    expect(steps.map(({ kind, stands, verdict }) => [kind, stands, verdict])).toEqual([
      ["decision", "asked", "review"],
      ["decision", "after", "allow"],
      ["burn", "after", undefined],
      ["event", "after", "allow"],
    ]);
    const [review, allowed, burn, outcome] = steps;
    expect(allowed?.follows).toBe(review?.record);
    expect([burn?.follows, outcome?.follows]).toEqual([allowed?.record, allowed?.record]);
    expect(allowed?.approvers).toMatchObject([{ id: ANN.by, signature: "verified" }]);
    const back = explained(outcome?.record as string);
    expect(back.map(({ stands }) => stands)).toEqual(["before", "before", "asked"]);
    expect(back[1]?.approvers).toMatchObject([{ signature: "not checked" }]);
    const others = join(folder, "others.json");
    writeFileSync(
      others,
      personsText(withPerson([], { id: BEN.by, key: publicKeyText(BEN.signer.publicKey) })),
    );
    expect(explained(asked(), "--persons", others)[1]?.approvers?.[0]?.signature).toContain(
      "nobody whom it names",
    );
  });

  test("--approved tells who approved what, and whether it ran", () => {
    const told = run(["explain", "--log", LOG, "--approved"]);
    expect(told.status).toBe(0);
    expect(told.stdout).toMatch(
      /^payments\.refund {2}[0-9a-f]{16} {2}approved by ann@acme\.example; ran once\n\nThat these/,
    );
    const json = run(["explain", "--log", LOG, "--approved", "--persons", PERSONS, "--json"]).stdout;
    expect(JSON.parse(json).approved).toMatchObject([
      { approvers: [{ id: ANN.by, signature: "verified" }], uses: 1, outcomes: ["ran"] },
    ]);
    const both = run(["explain", "--log", LOG, "--approved", "--seq", "1"]);
    expect([both.status, both.stderr]).toEqual([2, expect.stringContaining("leave --seq out")]);
    expect(run(["explain", "--approved"]).stderr).toContain("--approved is of --log DIR");
  });

  test("--approved is bounded for people", () => {
    const one = { shard: "main", seq: 1, record: "ab".repeat(32), time_ms: 1, actions: ["a.b"] };
    const facts = { approvers: [{ id: "ann", key: "k", signature: "ann did not sign this" }], uses: 1 };
    const lines = approvedLines(Array.from({ length: 22 }, () => ({ ...one, ...facts, outcomes: [] })));
    expect(lines).toHaveLength(23);
    expect(lines[0]).toBe(
      "a.b  abababababababab  approved by ann (ann did not sign this); its token was used, and no outcome is in this log",
    );
    expect(approvedLines([{ ...one, ...facts, uses: 2, outcomes: ["ran", "failed"] }])[0]).toContain(
      "; ran, failed, in 2 uses",
    );
    expect(lines[20]).toBe("and 2 more, all of them with --json");
    expect(approvedLines([])[0]).toBe("no record says that persons approved it");
  });

  test("takes the id of a token for the record that permitted it", () => {
    const told = run(["explain", "--log", LOG, "--record", asked()]).stdout;
    const jti = /token ([A-Za-z0-9_-]{22}) of/.exec(told)?.[1] as string;
    expect(explained(jti).map(({ kind, stands }) => [kind, stands])).toEqual([
      ["decision", "before"],
      ["decision", "asked"],
      ["burn", "after"],
      ["event", "after"],
    ]);
  });

  test("tells it to people", () => {
    const { stdout, status } = run(["explain", "--log", LOG, "--record", asked().toUpperCase()]);
    expect(status).toBe(0);
    for (const told of [
      /review {2}payments\.refund {2}<- asked about/,
      /approved by ann@acme\.example with k4\.pid\./,
      /token used/,
      /event {2}kind outcome|event {2}outcome/,
      /approved: /,
    ])
      expect(stdout).toMatch(told);
  });

  test("says what it cannot find", () => {
    for (const [args, sentence] of [
      [["--record", "00000000"], "no record whose digest begins with 00000000"],
      [["--record", "0000"], "wanted 8 to 64 hex digits"],
      [["--record", asked(), "--seq", "1"], "--record names the record by itself; leave --seq out"],
      [["--seq", "1", "--persons", PERSONS], "--persons goes with --record or --approved"],
    ] as const) {
      const done = run(["explain", "--log", LOG, ...args]);
      expect(done.status, sentence).toBe(2);
      expect(done.stderr).toContain(sentence);
    }
    const alone = run(["explain", "--record", asked()]);
    expect([alone.status, alone.stderr]).toEqual([2, expect.stringContaining("add --log")]);
  });
});
