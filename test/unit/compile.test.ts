/** The compiler: a small policy byte by byte, its faults and warnings, and that nothing around it shows in the image. */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  type Compiled,
  CompileError,
  type CompileOptions,
  compile,
  issueText,
  type Source,
} from "../../bindings/src/compile/index.ts";
import * as layout from "../../bindings/src/gen/layout.ts";
import { IMAGE_BYTES_MAX } from "../../bindings/src/gen/limits.ts";
import { ROOT } from "../../tools/files.ts";
import { checkoutSources, compileDefault } from "../../tools/image.ts";
import { FAULTS } from "./compile-faults.ts";
import {
  compileSmall,
  leastSources,
  NAMES,
  type SmallName,
  smallSources,
  smallText,
} from "./small-policy.ts";

/** Lines of the error that these sources give; none when they compile. */
function faultsOf(sources: readonly Source[], options: CompileOptions = {}): string[] {
  try {
    compileSmall(sources, options);
    return [];
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    expect(error.message).toBe(error.issues.map(issueText).join("\n"));
    return error.issues.map(issueText);
  }
}

/** A source with one place changed. */
function changed(source: SmallName, from: string, to: string): string {
  const parts = smallText(source).split(from);
  expect(parts.length, `${source}: ${from} stands once`).toBe(2);
  return parts.join(to);
}

function compileChanged(source: SmallName, from: string, to: string): Compiled {
  return compileSmall(smallSources({ [source]: changed(source, from, to) }));
}

const u32 = (bytes: Uint8Array, at: number): number => new DataView(bytes.buffer).getUint32(at, true);

function sectionOf(image: Uint8Array, section: number): { offset: number; count: number } {
  const at = layout.HEADER_DIRECTORY + section * layout.DIRECTORY_BYTES;
  return { offset: u32(image, at), count: u32(image, at + 4) };
}

const SMALL_DIGEST = "40f8f03ed21a83e7ef87cc99e170f1cb6971de563a5484838f81bfbf9618c9d9";

describe("the small policy", () => {
  const { image, digest, warnings, explain } = compileSmall();
  const { content } = explain;

  test("has this digest", () => {
    // A change here is a change of the format or of what entries mean: every image ever published changes with it.
    expect(digest).toBe(SMALL_DIGEST);
    expect(warnings).toEqual([]);
  });

  test("has a header that says what it is", () => {
    expect(new TextDecoder().decode(image.subarray(0, 4))).toBe("P0IM");
    expect([...image.subarray(4, 8)]).toEqual([1, 0, 1, 0]);
    expect(u32(image, 8)).toBe(image.length);
    expect(u32(image, 12)).toBe(layout.SECTION_COUNT);
    expect(sectionOf(image, layout.SECTION_TEXT).offset).toBe(layout.HEADER_SIZE);
  });

  test("has as many entries of each section as it should", () => {
    const counts = Array.from(
      { length: layout.SECTION_COUNT },
      (_, section) => sectionOf(image, section).count,
    );
    const named = Object.fromEntries(counts.map((count, section) => [section, count]));
    expect(named).toMatchObject({
      [layout.SECTION_META]: 1,
      [layout.SECTION_NAMES]: 65,
      [layout.SECTION_SLOTS]: 128,
      [layout.SECTION_ACTIONS]: 5,
      [layout.SECTION_PACKS]: 1,
      [layout.SECTION_PATTERNS]: 1,
      [layout.SECTION_MAPPINGS]: 3,
      [layout.SECTION_GUARDS]: 1,
      [layout.SECTION_OPS]: 7,
      [layout.SECTION_RULES]: 4,
      [layout.SECTION_ROWS]: 4,
      // Two entries with one condition share its clauses: at_night has two of them, for a level and a flag.
      [layout.SECTION_CLAUSES]: 7,
      [layout.SECTION_CURRENCIES]: 2,
      [layout.SECTION_PREFIXES]: 2,
      [layout.SECTION_SETS]: 1,
      [layout.SECTION_LOWERED]: 2,
      [layout.SECTION_FIELDS]: 42,
      [layout.SECTION_SENTENCES]: 54,
      [layout.SECTION_SOURCES]: 13,
    });
  });

  test("has the numbers of all layers", () => {
    expect(content.thresholds).toEqual([162_519, 510_826, 798_508, 1_386_295]);
    expect(content.hazards.at(-1)).toBe(94_311);
    expect(content.route).toEqual(["allow", "allow", "review", "review", "deny"]);
    expect(content.unknownRead).toBe(false);
    expect(content.defaultCurrency).toBe("USD");
    expect(content.lowered).toEqual([
      { kind: "profile", name: "calm", authority: "profile" },
      { kind: "profile", name: "acme", authority: "org" },
    ]);
  });

  test("lists the entries of each action in the order in which they are tried", () => {
    const refund = content.actions.find(({ name }) => name === "payments.refund");
    expect(refund?.rules.map((index) => content.rules[index]?.code)).toEqual([
      "amount_large",
      "shop.old_order",
      "at_night",
      "at_night",
    ]);
    expect(refund?.rows.map((index) => content.rows[index]?.code)).toEqual([
      "refund_of_everything",
      "small_refund",
    ]);
    expect(content.actions.find(({ name }) => name === "unknown.read")?.rules).toEqual([]);
  });

  test("tries mappings of one name by priority, and canonical names alone", () => {
    expect([...content.tools]).toEqual([
      ["create_refund", ["shop/refund_dry", "shop/refund"]],
      ["refund_order", ["shop/refund"]],
    ]);
    expect(content.patterns).toEqual([{ prefix: "read_", suffix: "", mapping: "shop/any_file" }]);
  });

  test("takes a window that is left out apart", () => {
    const rule = content.rules.find(({ code }) => code === "at_night");
    expect(rule?.clauses.map((clause) => clause[0])).toEqual([
      { operand: "minute_of_day", operator: "ge", subject: 0, values: [1200n] },
      { operand: "minute_of_day", operator: "lt", subject: 0, values: [420n] },
    ]);
  });

  test("keeps a sentence for every code", () => {
    const codes = [...content.rules, ...content.rows].map(({ code }) => code);
    expect(codes.filter((code) => !content.sentences.has(code))).toEqual([]);
    expect(content.sentences.get("tier_high")).toBe("The engine says tier_high.");
    expect([...content.sentences.keys()]).toEqual([...content.sentences.keys()].sort());
  });

  test("says what it was made from, by names that no disk has", () => {
    expect(content.sources.map(({ name, version }) => `${name} ${version}`)).toEqual([
      "base 2026.1",
      "org/acme 2026-11-22",
      "pack/shop 1.0.0",
      "profile/calm 1.0.0",
      "taxonomy/actions/files.yaml 2026.1",
      "taxonomy/actions/payments.yaml 2026.1",
      "taxonomy/actions/unknown.yaml 2026.1",
      "taxonomy/amplifiers.yaml 2026.1",
      "taxonomy/edition.yaml 2026.1",
      "taxonomy/fields.yaml 2026.1",
      "taxonomy/flags.yaml 2026.1",
      "taxonomy/reasons.yaml 2026.1",
      "taxonomy/tiers.yaml 2026.1",
    ]);
  });

  test("gives the calls that show when entries match", () => {
    expect(explain.calls).toMatchObject([
      {
        code: "amount_large",
        expected: "violates",
        call: { action: "payments.refund", fields: { amount: 85_000, currency: "USD" } },
        place: { file: "policies/base.yaml", line: 42, column: 9 },
      },
    ]);
    expect(explain.examples).toMatchObject([
      { pack: "shop", verdict: 1, action: "payments.refund", call: { tool: "create_refund" } },
    ]);
  });
});

describe("a fault is said with its place", () => {
  for (const { why, source, from, to, says } of FAULTS) {
    test(why, () => {
      const marked = changed(source, from, to);
      const text = marked.replaceAll("»", "");
      const found = faultsOf(smallSources({ [source]: text }));
      expect(found).toEqual(says);
      const places = marked.split("»").slice(0, -1);
      places.forEach((_, index) => {
        const before = places.slice(0, index + 1).join("");
        const lines = before.split("\n");
        const at = `${NAMES[source]}:${lines.length}:${(lines.at(-1) ?? "").length + 1} `;
        expect(
          found.some((line) => line.startsWith(at)),
          `a fault at ${at}`,
        ).toBe(true);
      });
    });
  }
});

describe("a fault of several sources is said", () => {
  const without = (name: SmallName): Source[] => smallSources({ [name]: undefined });
  const rows: readonly {
    readonly why: string;
    readonly sources: readonly Source[];
    readonly options?: CompileOptions;
    readonly says: readonly string[];
  }[] = [
    {
      why: "no base policy",
      sources: without("base"),
      says: [
        "policies/base.yaml:1:1 wanted a base policy; came no source with the key base; add policies/base.yaml of this release",
      ],
    },
    {
      why: "no flags",
      sources: without("flags"),
      says: [
        "taxonomy/flags.yaml:1:1 wanted the source taxonomy/flags.yaml; came no such source; add the taxonomy of this release",
      ],
    },
    {
      why: "no actions",
      sources: smallSources({ unknown: undefined, files: undefined, payments: undefined }),
      says: [
        "taxonomy/actions:1:1 wanted sources of taxonomy/actions; came none; add the taxonomy of this release",
      ],
    },
    {
      why: "no unknown actions",
      sources: smallSources({ unknown: undefined }),
      says: [
        "taxonomy/actions/files.yaml:1:1 wanted the action unknown.read; came a taxonomy without it; add taxonomy/actions/unknown.yaml",
        "taxonomy/actions/files.yaml:1:1 wanted the action unknown.unclassified; came a taxonomy without it; add taxonomy/actions/unknown.yaml",
      ],
    },
    {
      why: "two org policies",
      sources: [...smallSources(), { name: "other.yaml", text: smallText("org") }],
      says: [
        "other.yaml:1:1 wanted one org policy; came a second one; the first is acme.yaml; compile one at a time",
      ],
    },
    {
      why: "two packs of one name",
      sources: [
        ...leastSources(),
        ...["a.yaml", "b.yaml"].map((name) => ({ name, text: smallText("pack"), vouched: true })),
      ],
      says: [
        'b.yaml:1:7 wanted a pack name of its own; came "shop", which a.yaml has; rename one of the two',
      ],
    },
    {
      why: "one source twice",
      sources: [...smallSources(), { name: NAMES.org, text: smallText("org") }],
      says: ["acme.yaml:1:1 wanted each source once; came a second source of this name; remove one of them"],
    },
    {
      why: "a profile that was asked for and is not there",
      sources: smallSources(),
      options: { profile: "clam" },
      says: ['option profile:1:1 wanted a profile; came "clam"; nearest "calm"; correct the name'],
    },
    {
      why: "an empty file",
      sources: smallSources({ org: "# nothing\n" }),
      says: [
        "acme.yaml:1:1 wanted a YAML document; came an empty file; write the policy or leave the file out",
      ],
    },
    {
      why: "a mountain of brackets",
      sources: smallSources({ org: `org: ${"[".repeat(40)}${"]".repeat(40)}\n` }),
      says: ["acme.yaml:1:38 wanted at most 32 levels of nesting; came more; write the file flatter"],
    },
    {
      why: "a mountain range of brackets",
      sources: smallSources({ org: `org: ${"[".repeat(100_000)}\n` }),
      says: ["acme.yaml:1:133 wanted at most 32 levels of nesting; came more; write the file flatter"],
    },
    {
      why: "aliases that blow a file up",
      sources: smallSources({
        org: [
          "org: acme",
          'dated: "2026-11-22"',
          "domains:",
          "  - &a [x, x, x, x, x, x, x, x, x, x]",
          "  - &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]",
          "  - &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]",
          "  - &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]",
          "  - [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]",
          "",
        ].join("\n"),
      }),
      says: [
        "acme.yaml:4:27 wanted aliases that repeat at most 10000 values; came more; write the values out where they are needed",
      ],
    },
    {
      why: "a file that is too large",
      sources: smallSources({ org: `org: acme\n${"#".repeat(4 * 1024 * 1024)}\n` }),
      says: ["acme.yaml:1:1 wanted at most 4194304 characters; came 4194315 characters; split the file"],
    },
    {
      why: "a set of two kinds of values",
      sources: smallSources({
        org: changed(
          "org",
          "relax:",
          [
            "rows:",
            "  - id: known_files",
            "    on: { actions: [files.read] }",
            "    when: { path: { in_set: known_payees } }",
            "    verdict: review",
            "    reason: Some files.",
            "relax:",
          ].join("\n"),
        ),
      }),
      says: [
        // The row uses it first, for paths; the values must then be paths as well.
        'acme.yaml:8:82 wanted a path from / or ~; came "globex"; write the whole path, or use `under` for a relative one',
        'acme.yaml:8:90 wanted a path from / or ~; came "4711"; write the whole path, or use `under` for a relative one',
        "acme.yaml:29:30 wanted a set of text; came known_payees, a set of paths; make two sets: values are compared in one canonical form",
      ],
    },
    {
      why: "a name that a field and the context share",
      sources: smallSources({
        org: changed(
          "org",
          "relax:",
          [
            "rows:",
            "  - id: list_of_role",
            "    on: { actions: [payments.list] }",
            "    when: { role: [admin] }",
            "    verdict: review",
            "    reason: Whose role is it?",
            "relax:",
          ].join("\n"),
        ),
      }),
      says: [
        'acme.yaml:23:13 wanted one meaning; came "role", which is a field here too; write field.role for what the call sets, context.role for who asks and where',
      ],
    },
  ];
  for (const { why, sources, options, says } of rows) {
    test(why, () => expect(faultsOf(sources, options)).toEqual(says));
  }

  test("more packs claim a tool name than the engine looks at", () => {
    const packs = Array.from({ length: 9 }, (_, index) => ({
      name: `pack${index}.yaml`,
      vouched: true,
      text: smallText("pack")
        .replace("pack: shop", `pack: shop${index}`)
        .replace('patterns: ["read_*"]', index % 2 === 0 ? 'patterns: ["*_it"]' : 'patterns: ["read_*"]'),
    }));
    const found = faultsOf([...leastSources(), ...packs]);
    const fix = "list fewer packs in the org file, or narrow the patterns";
    const wanted = "wanted at most 8 packs that claim a tool name; came 9 for";
    expect(found).toContainEqual(expect.stringContaining(`${wanted} "create_refund"; ${fix}`));
    expect(found).toContainEqual(expect.stringContaining(`${wanted} "refund_order"; ${fix}`));
    // read_…_it is matched by both patterns, so by all nine packs.
    expect(found).toContainEqual(expect.stringContaining(`${wanted} "read_…_it"; ${fix}`));
    expect(found).toHaveLength(3);
    expect(faultsOf([...leastSources(), ...packs.slice(0, 8)])).toEqual([]);
  });

  test("an image that is too large", () => {
    // A source is bounded in characters and an image in bytes, of which these have three each.
    const values = Array.from({ length: 6_000 }, (_, index) => `${"\u20ac".repeat(250)}${index}`);
    const org = changed("org", "values: [globex, 4711]", `values: [${values.join(", ")}]`);
    const found = faultsOf(smallSources({ org }));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(
      new RegExp(
        `^acme.yaml:1:1 wanted an image of at most ${IMAGE_BYTES_MAX} bytes; came \\d+ bytes; use fewer`,
      ),
    );
  });
});

describe("a warning is said for", () => {
  const rows: readonly (readonly [why: string, source: SmallName, from: string, to: string, says: string])[] =
    [
      [
        "a rule below the defaults of its actions",
        "base",
        "raise: { amount: 15 }",
        "raise: { irreversibility: 10 }",
        "policies/base.yaml:36:5 wanted amount_large to change something about its actions; came no effect; raise above the default levels of its actions, or add a flag that they do not have",
      ],
      [
        "a rule of which one half does nothing",
        "base",
        "raise: { amount: 15 }",
        "raise: { amount: 15, irreversibility: 10 }",
        "policies/base.yaml:36:5 wanted amount_large to change something about its actions; came an effect that some of its levels or flags never have; raise above the default levels of its actions, or add a flag that they do not have",
      ],
      [
        "a set that no entry uses",
        "org",
        "when: { payee: { in_set: known_payees }, amount: { lt: 5000 } }",
        "when: { amount: { lt: 5000 } }",
        "acme.yaml:8:3 wanted a set that some entry uses; came known_payees, which none uses; use it in a condition, or remove it",
      ],
    ];
  const idle = (entry: string, other: string): string =>
    `wanted ${entry} to do what no other entry does; came ${other}, which does at least as much whenever it applies; remove it, or narrow the other one`;

  test("an entry that another one makes idle", () => {
    const text = changed(
      "org",
      "relax:",
      `rows:
  - { id: first, on: { actions: [files.read] }, when: { limit: { ge: 5 } }, verdict: review, reason: A. }
  - { id: second, on: { domains: [files, payments] }, when: { limit: { ge: 5 } }, verdict: deny, reason: B. }
  - { id: third, on: { domains: [files, payments] }, when: { limit: { ge: 5 } }, verdict: deny, reason: C. }
  - { id: told, on: { actions: [files.read] }, when: { limit: { ge: 5 } }, verdict: review, obligations: [{ kind: dry_run }], reason: D. }
  - { id: other, on: { actions: [files.read] }, when: { limit: { ge: 6 } }, verdict: review, reason: E. }
relax:`,
    ).replace(
      "rules:",
      `rules:
  - { id: weak, on: { actions: [files.read] }, when: { limit: present, actor: absent }, raise: { scope: 5 }, reason: A. }
  - { id: strong, on: { actions: [files.read] }, when: { actor: absent, limit: present }, raise: { scope: 6, volume: 1 }, reason: B. }`,
    );
    const { warnings } = compileSmall(smallSources({ org: text }));
    expect(warnings.map(issueText)).toEqual([
      `acme.yaml:14:7 ${idle("weak", "strong")}`,
      `acme.yaml:23:7 ${idle("first", "second")}`,
      `acme.yaml:25:7 ${idle("third", "second")}`,
    ]);
  });

  for (const [why, source, from, to, says] of rows) {
    test(why, () => {
      const { warnings } = compileChanged(source, from, to);
      expect(warnings.map(issueText)).toEqual([says]);
    });
  }

  test("a named action that lacks a field of the condition", () => {
    const { warnings } = compileChanged(
      "base",
      "on: { effects: [pay] }",
      "on: { actions: [payments.refund, files.read] }",
    );
    expect(warnings.map(issueText)).toEqual([
      "policies/base.yaml:37:38 wanted an action that has the fields of `when`; came files.read, which does not declare amount_minor; remove it from `on`, or write an entry of its own",
    ]);
  });
});

describe("conditions", () => {
  /** Clauses of a row of files.read and payments.refund with this condition, in short words. */
  function clausesOf(when: string, on = "payments.refund"): string[] {
    const rows = `rows:\n  - id: under_test\n    on: { actions: [${on}] }\n    when: ${when}\n    verdict: review\n    reason: A test.\nrelax:`;
    const { explain } = compileSmall(smallSources({ org: changed("org", "relax:", rows) }));
    const row = explain.content.rows.find(({ code }) => code === "under_test");
    return (row?.clauses ?? []).map((clause) =>
      clause
        .map(({ operand, operator, subject, set, values }) =>
          [operand, ...(subject === 0 ? [] : [subject]), operator, ...(set ? [set] : []), ...values].join(
            " ",
          ),
        )
        .join(", "),
    );
  }

  const rows: readonly (readonly [when: string, clauses: readonly string[], on?: string])[] = [
    ["{ payee: bob }", ["field_text 4 in bob"]],
    ["{ payee: [bob, alice, bob] }", ["field_text 4 in bob alice"]],
    ["{ payee: present }", ["field_text 4 present"]],
    ["{ payee: { in: [present] } }", ["field_text 4 in present"]],
    ["{ payee: { present: true, not_in: [bob] } }", ["field_text 4 present, field_text 4 not_in bob"]],
    ["{ payee: { not_in_set: known_payees } }", ["field_text 4 not_in_set known_payees"]],
    ["{ amount_minor: { ge: 1, lt: 10 } }", ["field_int 1 ge 1, field_int 1 lt 10"]],
    ["{ amount: absent }", ["amount_ref absent"]],
    ["{ currency: usd }", ["field_text 2 in USD"]],
    ["{ tier: [high, critical], score: { lt: 5000 } }", ["tier in 3 4, score lt 5000"]],
    ["{ flag: [OUTBOUND], primary_flag: FINANCIAL }", ["flag in 7, primary_flag in 4"]],
    ["{ flags_all: [OUTBOUND, MUTATION] }", ["flag in 7, flag in 8"]],
    [
      "{ level: { destination: { ge: 20 }, scope: { ge: 25, lt: 30 } } }",
      ["level ge 20, level 2 ge 25, level 2 lt 30"],
    ],
    ["{ mark: [amount_inexact], annotation: destructive }", ["mark in 0, annotation in 0"]],
    ["{ server_binding: [unbound, host] }", ["server_binding in 3 1"]],
    ["{ actor: Alice, role: { not_in: [Admin] } }", ["actor in Alice, role not_in Admin"]],
    ["{ context.role: ops, environment: Production }", ["role in ops, environment in production"]],
    ["{ field.role: Ops }", ["field_text 14 in ops"], "payments.list"],
    ["{ weekday: [monday, sunday] }", ["weekday in 0 6"]],
    ['{ time: { from: "09:00", to: "17:30" } }', ["minute_of_day ge 540, minute_of_day lt 1050"]],
    ['{ time: { from: "22:00", to: "06:00" } }', ["minute_of_day ge 1320", "minute_of_day lt 360"]],
    ['{ time: { not_from: "22:00", not_to: "06:00" } }', ["minute_of_day ge 360, minute_of_day lt 1320"]],
    ['{ time: { not_from: "09:00", not_to: "17:00" } }', ["minute_of_day ge 1020", "minute_of_day lt 540"]],
    ['{ time: { from: "00:00", to: "06:00" } }', ["minute_of_day lt 360"]],
    ['{ time: { from: "18:00", to: "00:00" } }', ["minute_of_day ge 1080"]],
    [
      '{ time: { from: "22:00", to: "06:00" }, payee: bob }',
      ["minute_of_day ge 1320, field_text 4 in bob", "minute_of_day lt 360, field_text 4 in bob"],
    ],
    ["{ any: [{ payee: bob }, { amount: { ge: 5 } }] }", ["field_text 4 in bob", "amount_ref ge 5"]],
    [
      "{ path: { under: [/Etc/, ~/.SSH, a/B], not_under: [/] } }",
      ["field_text 5 under /etc ~/.ssh a/b, field_text 5 not_under /"],
      "files.read",
    ],
    ['{ path: { name_in: ["*.PEM", id_*] } }', ["field_text 5 name_in *.pem id_*"], "files.read"],
    ['{ path: { in: [/a/../b//c/., "~", ~/x/] } }', ["field_text 5 in /b/c ~ ~/x"], "files.read"],
    ["{ path_scope: [outside] }", ["path_scope in 2"], "files.read"],
    ['{ path: { in: ["C:\\\\Users\\\\..\\\\x", "d:"] } }', ["field_text 5 in /c:/x /d:"], "files.read"],
    ["{ limit: [1, 2] }", ["field_int 28 in 1 2"], "files.read"],
  ];
  for (const [when, clauses, on] of rows) {
    test(when, () => expect(clausesOf(when, on)).toEqual(clauses));
  }

  test("an entry reaches the actions that have its fields, by name, domain and effect", () => {
    const actionsOf = (on: string, when: string): string[] => {
      const text = `rows:\n  - { id: under_test, on: ${on}, when: ${when}, verdict: review, reason: A test. }\nrelax:`;
      const { content } = compileSmall(smallSources({ org: changed("org", "relax:", text) })).explain;
      const index = content.rows.findIndex(({ code }) => code === "under_test");
      return content.actions.filter(({ rows: own }) => own.includes(index)).map(({ name }) => name);
    };
    expect(actionsOf("{ effects: [read] }", "{ actor: present }")).toEqual([
      "files.read",
      "payments.list",
      "unknown.read",
    ]);
    expect(actionsOf("{ effects: [read] }", "{ limit: present }")).toEqual(["files.read", "payments.list"]);
    expect(actionsOf('{ actions: ["payments.*"], domains: [files] }', "{ actor: present }")).toEqual([
      "files.read",
      "payments.refund",
      "payments.list",
    ]);
    expect(actionsOf('{ except: ["unknown.*", payments.list] }', "{ actor: present }")).toEqual([
      "files.read",
      "payments.refund",
    ]);
    expect(actionsOf("{ domains: [files, payments] }", "{ path_scope: outside }")).toEqual(["files.read"]);
  });
});

describe("mappings of one name", () => {
  const tools = (lines: string): Compiled => {
    const text = smallText("pack");
    const head = text.slice(0, text.indexOf("tools:"));
    return compileSmall(
      smallSources({ pack: `${head}tools:\n${lines}`, org: undefined, profile: undefined }),
    );
  };
  const good: readonly (readonly [why: string, tools: string, order: readonly string[]])[] = [
    [
      "guards that exclude each other",
      `  - { id: a, names: [act], args: { kind: [x, y] }, action: files.read }
  - { id: b, names: [act], args: { kind: [z] }, action: payments.list }
  - { id: c, names: [act], args: { kind: absent }, action: payments.list }
`,
      ["shop/a", "shop/b", "shop/c"],
    ],
    [
      "priorities",
      `  - { id: a, names: [act], action: files.read }
  - { id: b, names: [act], priority: 7, action: payments.list }
  - { id: c, names: [act], args: { kind: [z] }, action: payments.list }
`,
      ["shop/b", "shop/c", "shop/a"],
    ],
  ];
  for (const [why, text, order] of good) {
    test(`are ordered by ${why}`, () => {
      expect(tools(text).explain.content.tools.get("act")).toEqual(order);
    });
  }

  test("patterns are ordered by priority, then by how much they say", () => {
    const { patterns } = tools(`  - { id: a, patterns: ["get_*"], action: files.read }
  - { id: b, patterns: ["*_of_all"], priority: 1, action: payments.list }
  - { id: c, patterns: ["get_file_*", "get_*_list"], action: payments.list }
`).explain.content;
    expect(patterns.map(({ prefix, suffix }) => `${prefix}*${suffix}`)).toEqual([
      "*_of_all",
      "get_file_*",
      "get_*_list",
      "get_*",
    ]);
  });

  const bad: readonly (readonly [why: string, tools: string, says: string])[] = [
    [
      "patterns that say equally much of one name",
      `  - { id: a, patterns: ["get_*"], action: files.read }
  - { id: b, patterns: ["*_get"], action: payments.list }
`,
      'pack.yaml:9:25 wanted one mapping for a name; came a pattern that can match the same names as "get_*" of shop/a; give one of them a larger priority, or conditions on `args` that exclude each other',
    ],
    [
      "guards on elements of arrays, of which both can hold",
      `  - { id: a, names: [act], args: { "kinds[]": [x] }, action: files.read }
  - { id: b, names: [act], args: { "kinds[]": [y] }, action: payments.list }
`,
      'pack.yaml:9:22 wanted one mapping for a name; came "act", which shop/a has with the same priority 1; give one of them a larger priority, or conditions on `args` that exclude each other',
    ],
  ];
  for (const [why, text, says] of bad) {
    test(`are refused for ${why}`, () => {
      const head = smallText("pack").split("tools:")[0];
      const pack = `${head}tools:\n${text}`;
      expect(faultsOf(smallSources({ pack, org: undefined, profile: undefined }))).toEqual([
        `policies/packs/shop/${says}`,
      ]);
    });
  }
});

describe("layers", () => {
  test("what an org puts back to the base policy's number lowers nothing", () => {
    const back =
      "weights: { MUTATION: { bp: 1000, why: As base has it. } }\nthresholds: { medium: { bp: 3500, why: Back. } }";
    const org = changed("org", "weights: { MUTATION: { bp: 900, why: We change things all day. } }", back);
    const { content } = compileSmall(smallSources({ org })).explain;
    expect(content.lowered).toEqual([]);
    expect(content.thresholds[1]).toBe(430_783);
  });

  test("a stricter number lowers nothing", () => {
    const { content } = compileChanged("org", "MUTATION: { bp: 900,", "MUTATION: { bp: 2000,").explain;
    expect(content.lowered).toEqual([{ kind: "profile", name: "calm", authority: "profile" }]);
  });

  test("bounds hold for profile and org together", () => {
    // 500 bp by the profile and 600 more by the org are 1 100 from base.
    const org = changed("org", "rules:", "thresholds: { medium: { bp: 4600, why: More. } }\nrules:");
    expect(faultsOf(smallSources({ org }))).toEqual([
      "acme.yaml:13:29 wanted 2500 to 4500: at most 1000 from base; came 4600; stay within the bounds; only a relax entry goes further",
    ]);
  });

  test("the profile is the option's, else the org's, else general", () => {
    const general = { name: "general.yaml", text: 'profile: general\nversion: "1.0.0"\n' };
    const org = smallText("org").replace("profile: calm\n", "");
    expect(compileSmall([...smallSources(), general]).explain.content.profile).toBe("calm");
    expect(compileSmall([...smallSources(), general], { profile: "general" }).explain.content.profile).toBe(
      "general",
    );
    expect(compileSmall([...smallSources({ org }), general]).explain.content.profile).toBe("general");
    expect(compileSmall(smallSources({ org })).explain.content.profile).toBe("");
  });

  test("packs that the org leaves out are not in the image, and may even be broken", () => {
    const other = { name: "other.yaml", text: "pack: other\nnonsense: true\n" };
    expect(compileSmall([...smallSources(), other]).digest).toBe(SMALL_DIGEST);
    const org = changed("org", "packs: [shop]", "packs: all");
    expect(faultsOf([...smallSources({ org }), other])).not.toEqual([]);
  });
});

describe("nothing around the sources shows in the image", () => {
  test("their order", () => {
    const sources = [...smallSources(), ...secondPack()];
    const { digest } = compileSmall(sources);
    for (const shuffled of [[...sources].reverse(), [...sources.slice(5), ...sources.slice(0, 5)]]) {
      expect(compileSmall(shuffled).digest).toBe(digest);
    }
  });

  test("the folder that an org file lies in", () => {
    const moved = smallSources().map((source) => ({
      ...source,
      name: source.name === NAMES.org ? "/home/ops/policy/permit0.yaml" : source.name,
    }));
    expect(compileSmall(moved).digest).toBe(SMALL_DIGEST);
  });

  test("time zone, language and locale of the process", () => {
    const script = `
      import { compileSmall } from ${JSON.stringify(join(ROOT, "test/unit/small-policy.ts"))};
      console.log(compileSmall().digest, new Date(0).getHours(), (1234.5).toLocaleString());`;
    const done = spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
      cwd: ROOT,
      encoding: "utf8",
      env: { ...process.env, TZ: "Pacific/Apia", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" },
    });
    expect(done.stderr).toBe("");
    // 13:00 on the day before, and a decimal comma: the surroundings did reach the process.
    expect(done.stdout.trim()).toBe(`${SMALL_DIGEST} 13 1.234,5`);
  });

  function secondPack(): Source[] {
    const text = smallText("pack").replace("pack: shop", "pack: bazaar");
    return [{ name: "policies/packs/bazaar/pack.yaml", text, vouched: true }];
  }
});

describe("what is shipped", () => {
  test("compiles without a warning", () => {
    const { image, warnings } = compileDefault();
    expect(warnings.map(issueText)).toEqual([]);
    expect(image.length).toBeLessThan(IMAGE_BYTES_MAX);
  });

  test("the example of an org policy compiles without a warning", () => {
    const name = "examples/org/permit0.yaml";
    const text = readFileSync(join(ROOT, name), "utf8");
    const { warnings, explain } = compile([...checkoutSources(), { name, text }]);
    expect(warnings.map(issueText)).toEqual([]);
    expect(explain.content.sets.map(({ name: set }) => set)).toEqual(["release_branches", "suppliers"]);
  });

  test("thousands of entries reach their own actions and no others", () => {
    const rules = Array.from(
      { length: 2_000 },
      (_, index) =>
        `  - { id: rule_${index}, on: { actions: [${index % 2 === 0 ? "files.read" : "payments.list"}] }, when: { limit: { ge: ${index} } }, raise: { scope: 9 }, reason: Many. }`,
    );
    const org = changed("org", "rules:", `rules:\n${rules.join("\n")}`);
    const { content } = compileSmall(smallSources({ org })).explain;
    const countOf = (name: string): number =>
      content.actions.find((action) => action.name === name)?.rules.length ?? 0;
    expect(countOf("files.read")).toBe(1_000);
    expect(countOf("payments.list")).toBe(1_002);
    expect(countOf("payments.refund")).toBe(4);
    expect(countOf("unknown.unclassified")).toBe(0);
  });
});
