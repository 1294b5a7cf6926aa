/** `check --state` and `replay`, as scripts use them. */

import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { ROOT } from "../../tools/files.ts";
import { run } from "../cli/command.ts";
import { testFolder } from "./folder.ts";
import { memoryImage } from "./policy.ts";

const file = testFolder();
const policy = file("acme.image");
writeFileSync(policy, memoryImage());

/** Calls of a few sessions and agents, drawn from a seed; a fifth of them say when they happen. */
function calls(count: number): string[] {
  let seed = 11;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return (seed >>> 8) % below;
  };
  return Array.from({ length: count }, (_, at) => {
    const who = { session: `s-${random(40)}`, agent: `a-${random(3)}` };
    const when = random(5) === 0 ? { time_ms: 1_767_225_600_000 + at * 60_000 } : {};
    const call = [
      { tool: "send_email", args: { to: `p${random(9)}@acme.example`, body: "x" } },
      {
        action: "payments.refund",
        fields: { amount: random(90_000), currency: "USD", payee: `p${random(9)}` },
      },
      { tool: "read_file", args: { path: `notes-${random(9)}.txt` } },
    ][random(3)];
    return `${JSON.stringify({ ...call, ...who, ...when })}\n`;
  });
}

interface Answered {
  readonly verdict: string;
  readonly cells: readonly unknown[];
  readonly digests: { readonly record: string };
}

function check(state: string, lines: readonly string[]): Answered[] {
  const done = run(["check", "--jsonl", "--policy", policy, "--state", state], { input: lines.join("") });
  expect(done.status, done.stderr).toBe(0);
  return done.stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const { line: _, ...answer } = JSON.parse(line) as { line: number } & Answered;
      return answer;
    });
}

describe("check --state", () => {
  const lines = calls(600);
  const [one, other, halves] = ["one", "other", "halves"].map((name) => file(`${name}.jsonl`)) as [
    string,
    string,
    string,
  ];
  const answers = check(one, lines);

  test("remembers: the second mail of a session is not the first", () => {
    const verdicts = answers.map(({ verdict }) => verdict);
    expect(new Set(verdicts)).toEqual(new Set(["allow", "review", "deny"]));
    const without = run(["check", "--jsonl", "--policy", policy], { input: lines.join("") });
    // Nobody knows whether it is the first, so it is taken for the second.
    expect(without.stdout.includes('"verdict":"allow","tier":"low"')).toBe(false);
    expect(without.stdout.includes('"cells"')).toBe(false);
    expect(answers.every(({ cells }) => cells.length > 0)).toBe(true);
  });

  test("gives the same from an empty file again, and in two halves over one file", () => {
    expect(check(other, lines)).toEqual(answers);
    expect(readFileSync(other, "utf8")).toBe(readFileSync(one, "utf8"));
    // A line that is not decided is no decision, and does not move the clock.
    const halved = [...check(halves, ["{}\n", ...lines.slice(0, 251)]), ...check(halves, lines.slice(251))];
    expect(halved.filter(({ verdict }) => verdict !== undefined)).toEqual(answers);
    expect(readFileSync(halves, "utf8")).toBe(readFileSync(one, "utf8"));
  });

  test("goes on behind a line without an end, and not behind one that was changed", () => {
    appendFileSync(other, '{"seq":600,"rec');
    expect(check(other, lines.slice(0, 1))).toHaveLength(1);
    const text = readFileSync(one, "utf8").split("\n");
    const changed = file("changed.jsonl");
    writeFileSync(changed, [...text.slice(0, 300), ...text.slice(301)].join("\n"));
    const done = run(["check", "--tool", "read_file", "--policy", policy, "--state", changed]);
    expect(done.status).toBe(2);
    expect(done.stderr).toContain("changed.jsonl:301: record 300");
  });

  test("works for one call too, and says when the file cannot be one", () => {
    const state = file("single.jsonl");
    const mail = [
      "check",
      "--tool",
      "send_email",
      "--args",
      '{"to":"ann@acme.example"}',
      "--session",
      "s",
      "--policy",
      policy,
    ];
    expect(run([...mail, "--state", state]).stdout).toMatch(/^allow/);
    expect(run([...mail, "--state", state]).stdout).toMatch(/^deny/);
    expect(run([...mail, "--state", file("no/such/folder.jsonl")])).toMatchObject({ status: 2 });
  });
});

describe("replay", () => {
  const log = file("long.jsonl");
  const count = 10_000;

  test(`computes the histories of ${count} records again, from any of them on`, () => {
    check(log, calls(count));
    const whole = run(["replay", log]);
    expect(whole.stderr).toMatch(/^10000 records, \d+ histories, 0 gaps\n$/);
    expect(whole.stdout).toMatch(/^([0-9a-f]{64} [0-9a-f]{64}\n){40,}$/);
    for (const from of [1, 4_321, 9_999, count]) {
      expect(run(["replay", log, "--from", `${from}`]).stdout).toBe(whole.stdout);
    }
    expect(run(["replay", log, "--from", `${count + 1}`]).status).toBe(2);
    expect(run(["replay", log, "--from", "-1"]).status).toBe(2);
    expect(run(["replay", file("missing.jsonl")]).status).toBe(2);
  }, 240_000);

  test("finds what was left out, put in, or changed, and where", () => {
    const lines = readFileSync(log, "utf8").split("\n").slice(0, 50);
    const written = (name: string, kept: readonly string[]): string => {
      writeFileSync(file(name), `${kept.join("\n")}\n`);
      return file(name);
    };
    const leftOut = lines.filter((_, at) => at !== 7);
    const changed = (index: number, line: string): string[] =>
      lines.map((old, at) => (at === index ? line : old));
    const renumbered = leftOut.map((line, at) => line.replace(/"seq":\d+/, `"seq":${at}`));
    const faults: readonly [string, readonly string[], RegExp][] = [
      ["left-out.jsonl", leftOut, /left-out.jsonl:8: record 7: its line has the number 8/],
      [
        "renumbered.jsonl",
        renumbered,
        /renumbered.jsonl:\d+: record \d+: history [0-9a-f]{16} was [0-9a-f]{64}, and the record begins at/,
      ],
      ["text.jsonl", changed(3, "{}"), /text.jsonl:4: record 3: its line is not one of a log/],
      [
        "version.jsonl",
        changed(0, (lines[0] as string).replace('"version":1', '"version":5')),
        /:1: record 0: .* version 1, and the log says 5/,
      ],
      [
        "record.jsonl",
        changed(5, (lines[5] as string).replace(/"record":"..../, '"record":"AAAA')),
        /:6: record 5: its bytes are not a record/,
      ],
    ];
    for (const [name, kept, wanted] of faults) {
      const done = run(["replay", written(name, kept)]);
      expect([done.status, done.stdout], name).toEqual([1, ""]);
      expect(done.stderr).toMatch(wanted);
    }
    const json = run(["replay", file("text.jsonl"), "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({ records: 3, gaps: 0, fault: { line: 4 } });
    const torn = file("torn.jsonl");
    writeFileSync(torn, `${lines.slice(0, 3).join("\n")}\n{"seq":3`);
    expect(run(["replay", torn])).toMatchObject({ status: 0 });
    expect(run(["replay", torn]).stderr).toContain("its 8 bytes were left out");
    rmSync(torn);
  });

  test("an event that was changed gives another digest", () => {
    const [line] = readFileSync(log, "utf8").split("\n") as [string];
    const members = JSON.parse(line) as { seq: number; record: string };
    const record = Buffer.from(members.record, "base64url");
    // Of the session; before it stands the list of freezes, without events.
    const events = record.lastIndexOf("events");
    // The amount of the first event: behind the header of the bin and the time.
    record[events + 6 + 2 + 8] = ((record[events + 6 + 2 + 8] as number) + 1) & 0x7f;
    writeFileSync(
      file("event.jsonl"),
      `${JSON.stringify({ ...members, record: record.toString("base64url") })}\n`,
    );
    const done = run(["replay", file("event.jsonl")]);
    expect(done.status).toBe(1);
    expect(done.stderr).toMatch(/becomes [0-9a-f]{64}, and the record says/);
  });
});

describe("events", () => {
  const lines = (...values: readonly unknown[]): string =>
    values.map((value) => `${JSON.stringify(value)}\n`).join("");
  const schema = JSON.parse(readFileSync(join(ROOT, "docs/format/check.schema.json"), "utf8")) as object;
  const ajv = new Ajv({ strict: true, allowUnionTypes: true });
  ajv.addSchema(schema, "check");
  const answers = (state: string | undefined, ...values: readonly unknown[]): Record<string, unknown>[] => {
    const memory = state === undefined ? [] : ["--state", state];
    const done = run(["check", "--jsonl", ...memory], { input: lines(...values) });
    return done.stdout
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  };
  const code = (answer: Record<string, unknown> | undefined): string | undefined =>
    (answer?.error as { code: string } | undefined)?.code;
  const read = { tool: "read_file", args: { path: "notes.txt" }, session: "s-1", agent: "a-1" };
  const freeze = { scope: "agent", value: "a-1", by: "ann", reason: "x" };

  test("are kept in the order of the lines, and answered as the schema says", () => {
    const state = file("events.jsonl");
    const found = answers(
      state,
      { id: 1, observe: { session: "s-1", text: "hello Ann\n> quoted", trust: "user" } },
      read,
      {
        outcome: { session: "s-1", status: "ran", text: "x@y.example", of: "ab".repeat(32) },
        time_ms: 1_767_225_900_000,
      },
      { label: { session: "s-2", parent: "s-1", labels: ["pii"] } },
      { freeze },
      read,
      { thaw: freeze },
      read,
    );
    expect(found.map(({ verdict }) => verdict)).toEqual([
      "allow",
      "allow",
      "allow",
      "allow",
      "allow",
      "deny",
      "allow",
      "allow",
    ]);
    expect(found[5]?.reasons).toContainEqual(expect.objectContaining({ code: "frozen" }));
    expect(found[0]).toMatchObject({
      line: 1,
      id: 1,
      event: { kind: "observe", trust: "tool", source: "quote" },
    });
    expect(found[0]?.records).toHaveLength(2);
    expect(found[2]).toMatchObject({ event: { of: "ab".repeat(32) }, time_ms: 1_767_225_900_000 });
    for (const at of [0, 2, 3, 4, 6]) {
      expect(ajv.validate("check#/definitions/line_event", found[at]), ajv.errorsText()).toBe(true);
      expect(ajv.validate("check#/definitions/line_decision", found[at])).toBe(false);
    }
    const shown = run(["replay", state, "--json"]);
    const { events } = JSON.parse(shown.stdout) as { events: { seq: number; event: { kind: string } }[] };
    expect(events.map(({ seq, event }) => [seq, event.kind])).toEqual([
      [0, "observe"],
      [1, "observe"],
      [3, "outcome"],
      [4, "label"],
      [5, "freeze"],
      [7, "thaw"],
    ]);
    expect(run(["replay", state]).stdout).toContain("  agent a-1 was frozen by ann: x\n");
    expect(run(["replay", state]).stderr).toBe("9 records (6 of them events), 2 histories, 0 gaps\n");
  });

  test("need a memory, a line of their own, and all that belongs to them", () => {
    const event = { label: { session: "s", labels: ["pii"] } };
    expect(code(answers(undefined, event)[0])).toBe("memory_missing");
    const found = answers(
      file("wrong-events.jsonl"),
      { ...event, ...read },
      { ...event, freeze },
      { label: ["pii"] },
      { label: { labels: ["pii"] } },
      { label: { session: "s", labels: ["odd"] } },
      { observe: { session: "s", text: "x", trust: "user", source: "paste" } },
      { outcome: { session: "s", status: "ran", of: "x" } },
      { freeze: { ...freeze, by: undefined } },
      { freeze: { ...freeze, session: "s" } },
      { ...event, time_ms: -1 },
      // A label that a recorded call had before there were events.
      { ...read, label: "benign" },
    );
    expect(found.map(code)).toEqual([
      "call_form",
      "call_form",
      "value_type",
      "key_missing",
      "value_unknown",
      "value_unknown",
      "value_type",
      "key_missing",
      "key_unknown",
      "value_range",
      undefined,
    ]);
  });

  test("freeze and thaw from the command line, and who did it", () => {
    const state = file("orders.jsonl");
    const order = (name: string, ...more: readonly string[]): ReturnType<typeof run> =>
      run([name, "agent", "a-1", "--state", state, "--by", "ann", "--reason", "x", ...more]);
    expect(order("freeze", "--time-ms", "2026-01-05")).toMatchObject({ status: 0, stderr: "" });
    expect(answers(state, read)[0]?.verdict).toBe("deny");
    expect(run(["frozen", "--state", state]).stdout).toBe("agent  a-1  2026-01-05T00:00:00.000Z  ann  x\n");
    expect(JSON.parse(run(["frozen", "--state", state, "--json"]).stdout)).toEqual({
      frozen: [
        { scope: "agent", value: "a-1", by: "ann", reason: "x", time_ms: Date.UTC(2026, 0, 5), seq: 0 },
      ],
      gaps: 0,
    });
    const thawed = order("thaw", "--json");
    expect(JSON.parse(thawed.stdout)).toMatchObject({
      verdict: "allow",
      event: { kind: "thaw", value: "a-1" },
    });
    expect(answers(state, read)[0]?.verdict).toBe("allow");
    expect(run(["frozen", "--state", state])).toMatchObject({ status: 0, stdout: "" });
    for (const wrong of [
      ["freeze", "agent", "a-1", "--state", state, "--by", "ann"],
      ["freeze", "planet", "earth", "--state", file("never.jsonl"), "--by", "ann", "--reason", "x"],
      ["thaw", "agent", "a-1", "--by", "ann", "--reason", "x"],
      ["frozen", "--state", file("missing.jsonl")],
    ])
      expect(run(wrong)).toMatchObject({ status: 2, stdout: "" });
    expect(existsSync(file("never.jsonl"))).toBe(false);
    // A process that has the log open is its only writer.
    writeFileSync(`${state}.lock`, `${process.pid}\n`);
    expect(order("freeze").stderr).toContain(`process ${process.pid} has it open`);
  });
});
