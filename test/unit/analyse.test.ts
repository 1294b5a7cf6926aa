/** permit0/analyse and the commands on it: differences that are there, findings that are true, layouts that mean the same. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { schemaOf } from "../../bindings/cli/commands/schema.ts";
import { formatted } from "../../bindings/cli/format.ts";
import { junitOf } from "../../bindings/cli/junit.ts";
import { sarifOf } from "../../bindings/cli/sarif.ts";
import { pointedOut } from "../../bindings/cli/source.ts";
import { starterPolicy } from "../../bindings/cli/starter.ts";
import {
  compareCalls,
  compareGiven,
  compareScores,
  LINT_RULES,
  type LintRule,
  lint,
  type Policy,
  runCases,
  runExamples,
} from "../../bindings/src/analyse/index.ts";
import { compile, type Source } from "../../bindings/src/compile/index.ts";
import type { Request } from "../../bindings/src/types.ts";
import { ROOT } from "../../tools/files.ts";
import { checkoutSources } from "../../tools/image.ts";
import { open, TIME_MS, WASM } from "./built.ts";

const SOURCES = checkoutSources();
const HEAD = 'org: acme\ndated: "2026-11-23"\n';
const NAME = "permit0.yaml";

async function policyOf(
  own: readonly Source[],
  sources = SOURCES,
): Promise<Policy & { readonly compiled: ReturnType<typeof compile> }> {
  const compiled = compile([...sources, ...own], { wasm: WASM });
  return { compiled, engine: await open(compiled.image), content: compiled.explain.content };
}

const org = (text: string): Source[] => [{ name: NAME, text: `${HEAD}${text}` }];

describe("what two policies decide differently", () => {
  test("a policy and itself: nothing, over a space that is not small", async () => {
    const one = await policyOf([]);
    expect(compareScores(one.content, one.content)).toMatchObject({ differences: [] });
    const { asked, differences } = compareCalls(one, one);
    expect(differences).toEqual([]);
    expect(asked).toBeGreaterThan(15_000);
  });

  test("the gain of destination raised by 200 moves these decisions, all of them stricter", async () => {
    const raised = SOURCES.map(({ name, text, ...rest }) => ({
      ...rest,
      name,
      text:
        name === "policies/base.yaml"
          ? text.replace(
              /^( {2}destination: \{ gain: )(\d+)/m,
              (_, lead: string, gain: string) => `${lead}${Number(gain) + 200}`,
            )
          : text,
    }));
    const [before, after] = [await policyOf([]), await policyOf([], raised)];
    for (const { differences } of [
      compareScores(before.content, after.content),
      compareCalls(before, after),
    ]) {
      expect(differences.length).toBeGreaterThan(0);
      expect(differences.filter(({ direction }) => direction === "calmer")).toEqual([]);
    }
    const moved = new Set(
      compareCalls(before, after)
        .differences.filter(({ direction }) => direction === "stricter")
        .map(({ action }) => action),
    );
    expect([...moved]).toContain("dev.create_release");
    // A fact that raises no destination moves nothing.
    expect([...moved]).not.toContain("files.delete");
  });

  test("a relax entry shows as calmer on exactly its action, and a row as stricter on its own", async () => {
    const [before, after] = [
      await policyOf(org("")),
      await policyOf(
        org(`sets: { known: { owner: a@acme.example, reason: Checked., values: [globex] } }
rows:
  - { id: no_releases, on: { actions: [dev.create_release] }, verdict: deny, reason: Frozen. }
relax:
  - { id: known_transfer, on: { actions: [payments.transfer] }, when: { payee: { in_set: known }, amount: { lt: 50000 } }, verdict: allow, owner: a@acme.example, reason: Checked., expires: "2027-01-31" }
`),
      ),
    ];
    const { differences } = compareCalls(before, after);
    const of = (direction: string) =>
      new Set(differences.filter((one) => one.direction === direction).map(({ action }) => action));
    expect(of("calmer")).toEqual(new Set(["payments.transfer"]));
    expect(of("stricter")).toEqual(new Set(["dev.create_release"]));
    expect(differences.find(({ direction }) => direction === "calmer")?.says).toMatch(/payee globex/);
  });

  test("calls that were made are compared one by one", async () => {
    const [before, after] = [
      await policyOf([]),
      await policyOf(
        org("rows: [{ id: no_reads, on: { actions: [files.read] }, verdict: deny, reason: None. }]\n"),
      ),
    ];
    const calls = ["files.read", "db.select"].map((action, at) => ({
      says: `line ${at + 1}`,
      request: { action, fields: {}, context: { time_ms: TIME_MS } } as unknown as Request,
    }));
    const { asked, differences } = compareGiven(before.engine, after.engine, calls);
    expect(asked).toBe(2);
    expect(differences.map(({ says, direction, is }) => [says, direction, is.by])).toEqual(
      [["line 1", "stricter", ["no_reads", "file_not_named"].sort()]].map(([a, b, c]) => [
        a,
        b,
        expect.arrayContaining(c as string[]) as unknown,
      ]),
    );
  });
});

const RELAX = "verdict: allow, owner: a@acme.example, reason: Known.";

/** A policy with one thing wrong, the finding, and the line it stands on. */
const FINDINGS: readonly (readonly [LintRule, string, number])[] = [
  ["unpinned-server", "servers:\n  shop: { pack: stripe }\n", 4],
  ["unused-memory", "memory:\n  cells:\n    agent: { of: agent }\n", 5],
  ["unused-set", "sets:\n  idle: { owner: a@acme.example, reason: Known., values: [x] }\n", 4],
  [
    "shadowed",
    "rows:\n  - { id: all_refunds, on: { actions: [payments.refund] }, verdict: review, reason: All. }\n  - { id: large_refunds, on: { actions: [payments.refund] }, when: { amount: { ge: 100 } }, verdict: review, reason: Large. }\n",
    5,
  ],
  [
    "no-effect",
    "rules:\n  - { id: raise_nothing, on: { actions: [payments.refund] }, when: { amount: { ge: 100 } }, raise: { irreversibility: 1 }, reason: Little. }\n",
    4,
  ],
  [
    "idle-action",
    "rows:\n  - { id: odd_action, on: { actions: [payments.refund, files.read] }, when: { amount: { ge: 100 } }, verdict: review, reason: Odd. }\n",
    4,
  ],
  [
    "unreachable",
    "rows:\n  - { id: never_seen, on: { actions: [payments.refund] }, when: { tier: minimal }, verdict: deny, reason: A refund is never minimal. }\n",
    4,
  ],
  [
    "always-true",
    "rows:\n  - { id: every_refund, on: { actions: [payments.refund] }, verdict: review, reason: All. }\n",
    4,
  ],
  [
    "conflict",
    `rows:\n  - { id: hold_refunds, on: { actions: [payments.refund] }, verdict: review, reason: All. }\nrelax:\n  - { id: small_refunds, on: { actions: [payments.refund] }, when: { amount: { lt: 500 } }, ${RELAX} expires: "2027-06-30" }\n`.replace(
      "Known. e",
      "Known., e",
    ),
    6,
  ],
  [
    "expired",
    `relax:\n  - { id: old_refunds, on: { actions: [payments.refund] }, when: { amount: { lt: 500 } }, ${RELAX}, expires: "2026-11-30" }\n`,
    4,
  ],
  [
    "expires-soon",
    `relax:\n  - { id: soon_refunds, on: { actions: [payments.refund] }, when: { amount: { lt: 500 } }, ${RELAX}, expires: "2026-12-20" }\n`,
    4,
  ],
  [
    "never-lowers",
    `relax:\n  - { id: old_protocol, on: { actions: [files.download] }, when: { url_scheme: [ftp] }, ${RELAX}, expires: "2027-06-30" }\n`,
    4,
  ],
];
const NOW_MS = Date.UTC(2026, 11, 1);

describe("lint", () => {
  test.each(FINDINGS)("finds %s", async (rule, text, line) => {
    const { compiled, engine } = await policyOf(org(text));
    const findings = lint(compiled, engine, NOW_MS, (file) => file === NAME);
    expect(findings.map((one) => [one.rule, one.place.line])).toContainEqual([rule, line]);
  });

  test("every rule has a policy that shows it", () => {
    expect(new Set(FINDINGS.map(([rule]) => rule))).toEqual(new Set(Object.keys(LINT_RULES)));
  });

  test.each(["fintech", "healthcare", "permit0"])(
    "nothing in the example %s that would have to be mended",
    async (name) => {
      const file = `examples/org/${name}.yaml`;
      const { compiled, engine } = await policyOf([
        { name: file, text: readFileSync(join(ROOT, file), "utf8") },
      ]);
      const findings = lint(compiled, engine, NOW_MS, (found) => found === file);
      expect(findings.filter(({ level }) => level === "warning")).toEqual([]);
    },
  );
});

describe("examples and cases", () => {
  test("an example that does not hold fails with what came", async () => {
    const { compiled, engine } = await policyOf(
      org(
        "rows:\n  - id: large_only\n    on: { actions: [payments.refund] }\n    when: { amount: { ge: 500 } }\n    verdict: review\n    reason: Large.\n    violates:\n      - { action: payments.refund, fields: { amount: 100, currency: USD } }\n",
      ),
    );
    const [result, ...more] = runExamples(compiled, engine, (file) => file === NAME);
    expect(more).toEqual([]);
    expect(result).toMatchObject({
      name: "large_only violates",
      passed: false,
      wanted: "large_only among the reasons",
    });
    expect(result?.place).toMatchObject({ file: NAME, line: 10 });
  });

  test("a case says every expectation that did not hold, and a call that cannot be read fails", async () => {
    const { engine } = await policyOf([]);
    const place = { file: "cases.yaml", line: 1, column: 1 };
    const call = { action: "payments.refund", fields: { amount: 2_500_000, currency: "USD" } };
    const [one, other] = runCases(
      [
        {
          id: "wrong",
          call,
          context: {},
          verdict: "allow",
          tier: "low",
          row: "large_payment",
          approvers: 3,
          place,
        },
        {
          id: "unread",
          call: { action: "payments.refund", fields: { colour: "red" } },
          context: {},
          verdict: "review",
          place,
        },
      ],
      engine,
    );
    expect(one).toMatchObject({ passed: false, wanted: "verdict allow, tier low, approvers 3" });
    expect(other).toMatchObject({ passed: false });
    expect(other?.came).toContain("field_unknown");
  });
});

describe("what other programs read", () => {
  const place = { file: "a & <b>.yaml", line: 3, column: 7 };

  test("JUnit is well-formed with any text in it", () => {
    const result = {
      name: 'says "no"',
      place,
      passed: false,
      wanted: "<allow>",
      came: "deny \u0007 & more",
      reasons: [],
    };
    const xml = junitOf([{ file: place.file, results: [result, { ...result, passed: true }] }]);
    expect(xml).toContain('<testsuite name="a &amp; &lt;b&gt;.yaml" tests="2" failures="1">');
    expect(xml).toContain('message="wanted &lt;allow&gt;; came deny \\u0007 &amp; more"');
    expect(xml.match(/<testcase/g)).toHaveLength(2);
  });

  test("SARIF names each rule once, and every finding a rule that is there", () => {
    const log = JSON.parse(
      sarifOf(
        [
          { rule: "expired", level: "warning", place, message: "x" },
          { rule: "error", level: "error", place, message: "y" },
        ],
        LINT_RULES,
      ),
    ) as {
      version: string;
      runs: {
        tool: { driver: { rules: { id: string }[] } };
        results: {
          ruleId: string;
          locations: { physicalLocation: { artifactLocation: { uri: string }; region: object } }[];
        }[];
      }[];
    };
    const [run] = log.runs;
    const ids = run?.tool.driver.rules.map(({ id }) => id) ?? [];
    expect(log.version).toBe("2.1.0");
    expect(new Set(ids).size).toBe(ids.length);
    expect(run?.results.every(({ ruleId }) => ids.includes(ruleId))).toBe(true);
    expect(run?.results[0]?.locations[0]?.physicalLocation).toEqual({
      artifactLocation: { uri: "a%20&%20%3Cb%3E.yaml" },
      region: { startLine: 3, startColumn: 7 },
    });
  });

  test("a caret stands under the place, in short and in long lines", () => {
    expect(pointedOut("org: acme\nrows: []\n", { line: 2, column: 7 })).toEqual([
      "2 | rows: []",
      "          ^",
    ]);
    const [line = "", caret = ""] = pointedOut(`${"x".repeat(300)}!`, { line: 1, column: 301 });
    expect(line[caret.indexOf("^")]).toBe("!");
    expect(pointedOut("org: acme\n", { line: 9, column: 1 })).toEqual([]);
  });
});

const yamlIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => `${folder}/${name}`);

describe("the layout", () => {
  test.each([...yamlIn("policies"), ...yamlIn("examples")])("%s is laid out", (file) => {
    const text = readFileSync(join(ROOT, file), "utf8");
    expect(formatted(file, text)).toBe(text);
  });

  test("means what the text meant, keeps comments, and is its own layout", () => {
    const text = `org: acme   \r
dated: "2026-11-22"
rows:
  # about refunds
  - verdict: review   # strict
    # why
    reason: "Two   
      people."
    id: refund_two
    when: { amount: { ge: 200000 } }

    on: { actions: [payments.refund] }
`;
    const layout = formatted("a.yaml", text);
    expect(parse(layout)).toEqual(parse(text));
    expect(formatted("a.yaml", layout)).toBe(layout);
    for (const comment of ["# about refunds", "# strict", "# why"]) expect(layout).toContain(comment);
    expect(layout.indexOf("id: refund_two")).toBeLessThan(layout.indexOf("on: {"));
    expect(layout.indexOf("# why")).toBeLessThan(layout.indexOf("reason:"));
    expect(layout).toContain('"Two   \n      people."');
  });

  test("a file that is no YAML is an error with its place", () => {
    expect(() => formatted("a.yaml", "org: [acme\n")).toThrow(/^a\.yaml:\d+:\d+ wanted YAML; /);
  });
});

describe("the policy to start from", () => {
  test.each(["general", "fintech", "healthcare"])(
    "with %s: compiles without a warning, passes its calls, fits the schema, is laid out",
    async (profile) => {
      const text = starterPolicy("acme", profile, "2026-11-23");
      const { compiled, engine } = await policyOf([{ name: NAME, text }]);
      expect(compiled.warnings).toEqual([]);
      expect(compiled.explain.content.profile).toBe(profile);
      const results = runExamples(compiled, engine, (file) => file === NAME);
      expect(results.length).toBeGreaterThan(4);
      expect(results.filter(({ passed }) => !passed)).toEqual([]);
      expect(formatted(NAME, text)).toBe(text);
      const validate = new Ajv({ strict: false }).compile(schemaOf("org"));
      expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true);
    },
  );

  test("schemas stand alone, and refuse what the compiler refuses by shape", () => {
    for (const kind of ["org", "profile", "pack", "base", "cases"]) {
      const schema = schemaOf(kind);
      expect(JSON.stringify(schema)).not.toContain("entries.schema.json#");
      expect(() => new Ajv({ strict: false }).compile(schema)).not.toThrow();
    }
    const validate = new Ajv({ strict: false }).compile(schemaOf("org"));
    expect(validate(parse(`${HEAD}server: {}\n`))).toBe(false);
    expect(() => schemaOf("toString")).toThrow(/wanted one of org/);
  });
});
