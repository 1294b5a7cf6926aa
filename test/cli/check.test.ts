/** What scripts rely on: JSON as its schema says, streams in order, exit codes, surroundings that decide nothing. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { describe, expect, test } from "vitest";
import {
  AMPLIFIER_NAMES,
  BINDING_NAMES,
  DURABILITY_NAMES,
  FLAG_NAMES,
  LOWERED_KIND_NAMES,
  MODE_NAMES,
  TIER_NAMES,
  VERDICT_NAMES,
} from "../../bindings/src/gen/codes.ts";
import { ROOT } from "../../tools/files.ts";
import { run, shell, workFolder } from "./command.ts";

interface Schema {
  readonly definitions: Readonly<Record<string, { properties: Record<string, { enum?: string[] }> }>>;
}

const schema = JSON.parse(readFileSync(join(ROOT, "docs/format/check.schema.json"), "utf8")) as Schema;
const ajv = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true });
ajv.addSchema(schema, "check");
const validators: Record<string, ValidateFunction> = {};
for (const name of ["decision", "line_decision", "line_error", "failure"]) {
  validators[name] = ajv.getSchema(`check#/definitions/${name}`) as ValidateFunction;
}

/** The value, which must be what the schema calls `name` and nothing else that it describes. */
function expectShape(value: unknown, name: string): void {
  const fitting = Object.entries(validators).filter(([, validate]) => validate(value));
  expect(
    fitting.map(([fit]) => fit),
    JSON.stringify(validators[name]?.errors),
  ).toEqual([name]);
}

function parsed(text: string): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>;
}

const REFUND = ["check", "--action", "payments.refund", "--fields"] as const;

describe("check --json", () => {
  const done = run([...REFUND, '{"amount":85000,"currency":"USD","actor":"support_agent_v2"}', "--json"]);

  test("prints one decision, and nothing else", () => {
    expect(done).toMatchObject({ status: 0, stderr: "" });
    const decision = parsed(done.stdout);
    expectShape(decision, "decision");
    expect(decision.verdict).not.toBe("allow");
    expect(decision.action).toBe("payments.refund");
    expect(
      (decision.reasons as { code: string; sentence: string }[]).every(
        ({ code, sentence }) => sentence !== code,
      ),
    ).toBe(true);
  });

  test("prints the same bytes again, elsewhere too", () => {
    const environment = { TZ: "Pacific/Kiritimati", LC_ALL: "tr_TR.UTF-8", LANG: "tr_TR.UTF-8" };
    const again = run([...REFUND, '{"currency":"USD","actor":"support_agent_v2","amount":85000}', "--json"], {
      environment,
    });
    expect(again.stdout).toBe(done.stdout);
  });

  test("describes every shape it prints", () => {
    const large = run(["check", "--jsonl"], {
      input: JSON.stringify({ id: 1, tool: "x", args: { text: "y".repeat(70_000) } }),
    });
    expectShape(parsed(large.stdout), "line_decision");
    expect(parsed(large.stdout)).toMatchObject({ by: "host", verdict: "deny", score: 9_999 });
    const failed = run(["check", "--tool", "x", "--args", "[]", "--json"]);
    expect(failed.status).toBe(2);
    expectShape(parsed(failed.stdout), "failure");
    const policy = run(["check", "--tool", "x", "--policy", "test/cli/files/wrong.yaml", "--json"]);
    expect(policy.status).toBe(2);
    expectShape(parsed(policy.stdout), "failure");
    expect(parsed(policy.stdout)).toMatchObject({
      error: { code: "policy", issues: [{ line: 5 }, { line: 6 }, { line: 9 }] },
    });
    const usage = run(["check", "--json"]);
    expect(usage.status).toBe(2);
    expectShape(parsed(usage.stdout), "failure");
  });

  test("the schema's words are those of the taxonomy", () => {
    const words = (definition: string, member: string): readonly string[] =>
      schema.definitions[definition]?.properties[member]?.enum ?? [];
    expect(words("decision", "verdict")).toEqual(VERDICT_NAMES);
    expect(words("decision", "tier")).toEqual(TIER_NAMES);
    expect(words("decision", "mode")).toEqual(MODE_NAMES);
    expect(words("decision", "binding")).toEqual(BINDING_NAMES);
    expect(words("decision", "durability")).toEqual(DURABILITY_NAMES);
    expect(words("flag", "flag")).toEqual(FLAG_NAMES);
    expect(words("amplifier", "amplifier")).toEqual(AMPLIFIER_NAMES);
    expect(words("lowered", "kind")).toEqual(LOWERED_KIND_NAMES);
  });
});

describe("check --jsonl", () => {
  const lines = (...values: readonly unknown[]): string =>
    values.map((value) => `${JSON.stringify(value)}\n`).join("");
  const call = { tool: "send_email", args: { to: "ann@example.com" } };
  const answers = (input: string | Uint8Array, ...args: string[]): Record<string, unknown>[] => {
    const done = run(["check", "--jsonl", ...args], { input });
    return done.stdout.split("\n").filter(Boolean).map(parsed);
  };

  test("answers every line in order, and goes on after a bad one", () => {
    const input = Buffer.concat([
      Buffer.from(lines({ id: "a", ...call })),
      Buffer.from("{]\n\n"),
      Buffer.from([0xff, 0x0a]),
      Buffer.from(lines([1], { id: {}, ...call }, { id: 7, tool: "x" }, { id: "z", ...call }).trimEnd()),
    ]);
    const found = answers(input);
    expect(found.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(found.map(({ id }) => id)).toEqual([
      "a",
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      7,
      "z",
    ]);
    expect(found.map((answer) => (answer.error as { code: string } | undefined)?.code)).toEqual([
      undefined,
      "json_syntax",
      "json_syntax",
      "json_syntax",
      "value_type",
      "value_type",
      "call_form",
      undefined,
    ]);
    for (const answer of found) expectShape(answer, "error" in answer ? "line_error" : "line_decision");
  });

  test("gives line n the time of the epoch and n minutes", () => {
    const input = lines(call, call, { ...call, time_ms: 5 });
    expect(answers(input).map(({ time_ms }) => time_ms)).toEqual([1_767_225_660_000, 1_767_225_720_000, 5]);
    expect(answers(input, "--epoch", "1970-01-01").map(({ time_ms }) => time_ms)).toEqual([
      60_000, 120_000, 5,
    ]);
  });

  test("ignores what data sets carry, and counts it", () => {
    const extra = {
      label: "benign",
      kind: "none",
      source: "x",
      key: "y",
      licence: "MIT",
      suite: "s",
      step: 1,
    };
    const known = { user_task: null, result: { any: ["thing"] } };
    const done = run(["check", "--jsonl"], {
      input: lines({ ...call, ...extra, ...known }, { ...call, label: "x" }),
    });
    expect(done.status).toBe(0);
    expect(done.stderr).toMatch(/^2 lines: .* 0 not decided$/m);
    expect(done.stderr).toMatch(/^ {2}label +2$/m);
    expect(done.stderr).not.toMatch(/user_task|result/);
    const [first] = done.stdout.split("\n");
    expect(parsed(first as string).digests).toEqual(answers(lines(call))[0]?.digests);
  });

  test("refuses a key that was meant to be another: ignoring it could loosen the answer", () => {
    const slips = [
      "servr",
      "serverr",
      "Server",
      "sevrer",
      "tools",
      "arg",
      "annotation",
      "enviroment",
      "time-ms",
      "timeMs",
      "field",
      "action_",
    ];
    const found = answers(lines(...slips.map((slip) => ({ ...call, [slip]: "x" }))));
    expect(found.map((answer) => (answer.error as { code: string } | undefined)?.code)).toEqual(
      slips.map(() => "key_unknown"),
    );
    const fine = answers(
      lines(...["label", "step", "trace", "note", "status", "target"].map((key) => ({ ...call, [key]: 1 }))),
    );
    expect(fine.every((answer) => !("error" in answer))).toBe(true);
  });

  test("a server is somebody else's; without one the tool is the host's own", () => {
    const [own, other] = answers(lines(call, { ...call, server: "strange" }));
    const codes = (answer: Record<string, unknown> = {}): string[] =>
      (answer.reasons as { code: string }[]).map(({ code }) => code);
    expect(codes(own)).not.toContain("server_unbound");
    expect(codes(other)).toContain("server_unbound");
  });

  test("actor and environment are claims unless somebody vouches", () => {
    const line = lines({ ...call, actor: "ann@example.com", environment: "development" });
    const [claimed] = answers(line);
    const [vouched] = answers(line, "--asserted-by", "audit");
    expect(claimed?.lowered_by).toEqual([]);
    expect(vouched?.lowered_by).toContainEqual({ kind: "context", name: "environment", authority: "audit" });
    expect(vouched?.score).toBeLessThan(claimed?.score as number);
  });

  test("stops without a word when the reader has seen enough", () => {
    const { folder, remove } = workFolder();
    try {
      writeFileSync(join(folder, "many.jsonl"), lines(...Array.from({ length: 3_000 }, () => call)));
      const { output } = shell(
        "permit0 check --jsonl < many.jsonl 2> remarks.txt | head -1 | cut -c1-9; cat remarks.txt",
        folder,
      );
      expect(output).toBe('{"line":1\n');
    } finally {
      remove();
    }
  });

  test("--fail-on counts verdicts, and what was not decided", () => {
    const status = (input: string, ...args: string[]): number | null =>
      run(["check", "--jsonl", ...args], { input }).status;
    const fine = { action: "calendar.list_events", fields: {} };
    const odd = { tool: "no_pack_knows_this", args: {} };
    expect(status(lines(fine), "--fail-on", "review")).toBe(0);
    expect(status(lines(fine, odd), "--fail-on", "review")).toBe(1);
    expect(status(lines(fine, odd), "--fail-on", "deny")).toBe(0);
    expect(status("nonsense\n", "--fail-on", "deny")).toBe(1);
    expect(status("nonsense\n")).toBe(0);
    expect(status("", "--fail-on", "review")).toBe(0);
  });
});

describe("surroundings", () => {
  const call = ["check", "--tool", "send_email", "--args", "{}"];

  test("colours only where they are wanted", () => {
    const control = "\u001b[";
    const coloured = (environment: Record<string, string>): boolean =>
      run(call, { environment }).stdout.includes(control);
    expect(coloured({})).toBe(false);
    expect(coloured({ CI: "true" })).toBe(false);
    expect(coloured({ FORCE_COLOR: "1" })).toBe(true);
    expect(coloured({ FORCE_COLOR: "1", NO_COLOR: "1" })).toBe(false);
    expect(coloured({ FORCE_COLOR: "1", TERM: "dumb" })).toBe(false);
  });

  test("neither a variable nor a file of the folder chooses a policy or a mode", () => {
    const { folder, remove } = workFolder();
    try {
      const plain = run([...call, "--json"]).stdout;
      const environment = {
        PERMIT0_POLICY: "acme.yaml",
        PERMIT0_MODE: "shadow",
        PERMIT0_PROFILE: "none",
        NODE_ENV: "development",
      };
      expect(run([...call, "--json"], { folder, environment }).stdout).toBe(plain);
    } finally {
      remove();
    }
  });

  test("text of a policy cannot move the cursor", () => {
    const { folder, remove } = workFolder();
    try {
      const policy = readFileSync(join(folder, "acme.yaml"), "utf8");
      writeFileSync(join(folder, "odd.yaml"), policy.replace("by two people", "by\\e[2J\\u202etwo"));
      const { stdout, status } = run([...REFUND, '{"amount":500000}', "--policy", "odd.yaml"], { folder });
      expect(status).toBe(0);
      expect(stdout).toContain("approved by\\u001b[2J\\u202etwo");
      expect(stdout).not.toMatch(/[\u001b\u202e]/);
    } finally {
      remove();
    }
  });
});

describe("taxonomy", () => {
  test("list --json has 33 domains and 215 actions, none without defaults", () => {
    const done = run(["taxonomy", "list", "--edition", "2026.2", "--json"]);
    const { edition, domains, actions, unknown } = parsed(done.stdout) as {
      edition: string;
      domains: { actions: string[] }[];
      actions: {
        name: string;
        flags: { primary: string[]; secondary: string[] };
        levels: Record<string, { level: number }>;
      }[];
      unknown: { name: string }[];
    };
    expect(edition).toBe("2026.2");
    expect(domains.length).toBe(33);
    expect(actions.length).toBe(215);
    expect(domains.flatMap((domain) => domain.actions)).toEqual(actions.map(({ name }) => name));
    expect(unknown.map(({ name }) => name).sort()).toEqual(["unknown.read", "unknown.unclassified"]);
    for (const { name, flags, levels } of actions) {
      expect(flags.primary.length + flags.secondary.length, name).toBeGreaterThan(0);
      expect(Object.keys(levels), name).toEqual(AMPLIFIER_NAMES);
    }
  });

  test("export gives the files of the package", () => {
    for (const [format, file] of [
      ["json", "taxonomy.json"],
      ["csv", "taxonomy.csv"],
      ["md", "TAXONOMY.md"],
    ] as const) {
      const { stdout, status } = run(["taxonomy", "export", "--format", format]);
      expect(status).toBe(0);
      expect(stdout).toBe(readFileSync(join(ROOT, "taxonomy", file), "utf8"));
    }
  });
});
