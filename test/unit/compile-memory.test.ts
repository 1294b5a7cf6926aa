/** Memory in a policy: what becomes of it in the image, and what the compiler says when it cannot be meant. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compileModuleSync } from "../../bindings/src/abi.ts";
import { compareMemory } from "../../bindings/src/analyse/index.ts";
import { encode } from "../../bindings/src/codec/encode.ts";
import {
  type Compiled,
  CompileError,
  compile,
  type ImageContent,
  issueText,
} from "../../bindings/src/compile/index.ts";
import { type Cell, createEngine, type Decision, explain, type Request } from "../../bindings/src/engine.ts";
import * as codes from "../../bindings/src/gen/codes.ts";
import { ImageView } from "../../bindings/src/image.ts";
import { emptyCell } from "../../bindings/src/memory.ts";
import { hex, sha256 } from "../../bindings/src/sha256.ts";
import { signalText } from "../../bindings/src/signal-text.ts";
import { ROOT } from "../../tools/files.ts";
import { checkoutSources } from "../../tools/image.ts";
import { leastSources, NAMES, smallSources, smallText, WASM } from "./small-policy.ts";

const MEMORY = `memory:
  cells:
    session: { of: session }
    payee: { of: [payee, reference] }
  tallies:
    - id: money_out
      cell: session
      on: { domains: [payments] }
      when: { amount: { ge: 100 }, payee: [globex, acme] }
    - id: refunds
      cell: session
      on: { actions: [payments.refund] }
      counts: any
    - { id: to_payee, cell: payee, counts: denied }
  signals:
    - { id: money_out_day, tally: money_out, measure: sum, of: amount, within: 24h }
    - { id: refunds_share, tally: refunds, measure: ratio, other: money_out, within: 90s, missing: calm }
    - { id: payee_known, tally: to_payee, measure: age }
    - { id: payee_burst, tally: to_payee, measure: acceleration, within: 372h }
`;

const ENTRIES = `rules:
  - id: much_today
    on: { domains: [payments] }
    when: { signal.money_out_day: { ge: 100000 } }
    raise: { session: 20 }
    reason: Much money left today.
  - id: new_payee
    when: { signal.payee_known: { lt: 86400 } }
    raise: { destination: 20 }
    reason: Nobody has paid them before.
gates:
  - id: far_too_much
    on: { actions: [payments.refund] }
    when: { signal.money_out_day: { ge: 1000000 }, amount: present }
    reason: Enough for a day.
rows:
  - id: no_history
    on: { actions: [files.read] }
    when: { any: [{ signal.money_out_day: absent }, { signal.refunds_share: { ge: 2, lt: 5 } }] }
    verdict: review
    reason: Nobody knows what came before.
relax:
  - id: quiet_session
    on: { actions: [payments.refund] }
    when: { amount: { lt: 500 }, signal.money_out_day: { lt: 1000 } }
    verdict: allow
    owner: money@acme.example
    reason: Little left today.
    expires: "2027-03-31"
`;

const HEAD = 'org: acme\ndated: "2026-11-22"\n';

function compileOrg(text: string): Compiled {
  return compile([...leastSources(), { name: NAMES.org, text: `${HEAD}${text}` }]);
}

function faultsOf(run: () => unknown): string[] {
  try {
    run();
    return [];
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return error.issues.map(issueText);
  }
}

const compiled = compileOrg(MEMORY + ENTRIES);
const { content } = compiled.explain;

/** Number of a tally of an image, worked out again from what docs/format/cell.md says. */
function numberOf(image: ImageContent, index: number): bigint {
  const tally = image.tallies[index] as ImageContent["tallies"][number];
  const cell = image.cells[tally.cell] as ImageContent["cells"][number];
  const place = (names: Readonly<Record<number, string>>, name: string): number =>
    Number(Object.entries(names).find(([, one]) => one === name)?.[0]);
  const clauses = tally.clauses.map((clause) =>
    clause.map(({ operand, operator, subject, set, values }) => [
      place(codes.OPERAND_NAMES, operand),
      place(codes.OPERATOR_NAMES, operator),
      subject,
      set ?? "",
      values,
    ]),
  );
  const actions = image.actions.filter(({ tallies }) => tallies.includes(index)).map(({ name }) => name);
  const said = [
    cell.name,
    (codes.CELL_SOURCE_NAMES as readonly string[]).indexOf(cell.source),
    cell.keys,
    (codes.TALLY_COUNTS_NAMES as readonly string[]).indexOf(tally.counts),
    actions.sort(),
    clauses,
  ];
  const bytes = Buffer.concat([Buffer.from("cmp1:tally\n"), encode(said)]);
  return Buffer.from(sha256(bytes)).readBigUInt64LE();
}

describe("memory comes out of the image as it went in", () => {
  test("kinds in the order of their names, each with its tallies by number", () => {
    expect(content.cells.map(({ name, source, keys }) => ({ name, source, keys }))).toEqual([
      { name: "payee", source: "fields", keys: ["payee", "reference"] },
      { name: "session", source: "context", keys: ["session"] },
    ]);
    expect(content.cells.map(({ tallies }) => tallies)).toEqual([[0], [1, 2]]);
    const [, first, second] = content.tallies;
    expect((first?.number ?? 0n) < (second?.number ?? 0n)).toBe(true);
    expect(content.tallies.map(({ cell }) => cell)).toEqual([0, 1, 1]);
  });

  test("actions list what counts them, and only those that have the key and what is asked", () => {
    const countsOf = (name: string): string[] =>
      (content.actions.find((action) => action.name === name)?.tallies ?? [])
        .map((index) => content.tallies[index]?.counts ?? "")
        .sort();
    expect(countsOf("payments.refund")).toEqual(["any", "denied", "ran"]);
    expect(countsOf("payments.list")).toEqual([]);
    expect(countsOf("files.read")).toEqual([]);
  });

  test("signals, with their window in seconds; 31 days where none is asked for", () => {
    const shown = content.signals.map(({ tally, other, ...rest }) => ({
      ...rest,
      tally: content.tallies[tally]?.counts,
      other: content.tallies[other]?.counts,
    }));
    expect(shown).toEqual([
      {
        name: "money_out_day",
        measure: "sum",
        of: "amount",
        windowS: 86_400,
        calm: false,
        tally: "ran",
        other: "ran",
      },
      {
        name: "refunds_share",
        measure: "ratio",
        of: "amount",
        windowS: 90,
        calm: true,
        tally: "any",
        other: "ran",
      },
      {
        name: "payee_known",
        measure: "age",
        of: "amount",
        windowS: 2_678_400,
        calm: false,
        tally: "denied",
        other: "denied",
      },
      {
        name: "payee_burst",
        measure: "acceleration",
        of: "amount",
        windowS: 1_339_200,
        calm: false,
        tally: "denied",
        other: "denied",
      },
    ]);
  });

  test("conditions ask for a signal by its index", () => {
    const clauses = content.rows.find(({ code }) => code === "no_history")?.clauses;
    expect(clauses).toEqual([
      [{ operand: "signal", operator: "absent", subject: 0, values: [] }],
      [
        { operand: "signal", operator: "ge", subject: 1, values: [2n] },
        { operand: "signal", operator: "lt", subject: 1, values: [5n] },
      ],
    ]);
  });

  test("an entry that asks about histories by fields is for actions that have them", () => {
    const concerned = content.actions.filter(({ rules }) =>
      rules.some((index) => content.rules[index]?.code === "new_payee"),
    );
    expect(concerned.map(({ name }) => name)).toEqual(["payments.refund"]);
  });

  test("a policy without memory has empty sections", () => {
    const { cells, tallies, signals, actions } = compile(leastSources()).explain.content;
    expect([cells, tallies, signals]).toEqual([[], [], []]);
    expect(actions.every((action) => action.tallies.length === 0)).toBe(true);
  });
});

describe("the number of a tally", () => {
  const digestOf = (text: string): string => compileOrg(text + ENTRIES).digest;
  const numbers = (text: string): bigint[] =>
    compileOrg(text + ENTRIES).explain.content.tallies.map(({ number }) => number);

  test("is what cell.md says", () => {
    content.tallies.forEach(({ number }, index) => {
      expect(number).toBe(numberOf(content, index));
    });
  });

  test("does not change with names, order and place", () => {
    const changed = MEMORY.replace("[globex, acme]", "[acme, globex, acme]")
      .replace(
        "{ amount: { ge: 100 }, payee: [acme, globex, acme] }",
        "{ payee: [acme, globex], amount: { ge: 100 } }",
      )
      .replace("{ domains: [payments] }", "{ actions: [payments.refund] }")
      .replaceAll("money_out", "out");
    expect(changed).not.toBe(MEMORY);
    const entries = ENTRIES.replaceAll("money_out", "out");
    expect(compileOrg(changed + entries).explain.content.tallies.map(({ number }) => number)).toEqual(
      content.tallies.map(({ number }) => number),
    );
    expect(digestOf(MEMORY)).toBe(compiled.digest);
  });

  test.each([
    ["another verdict", "counts: any", "counts: ran"],
    ["another bound", "{ ge: 100 }", "{ ge: 101 }"],
    ["another value", "[globex, acme]", "[globex]"],
    ["another kind", "of: session", "of: agent"],
    ["other fields", "[payee, reference]", "[reference, payee]"],
  ])("changes with %s", (_what, from, to) => {
    const changed = MEMORY.replace(from, to);
    expect(changed).not.toBe(MEMORY);
    expect(numbers(changed)).not.toEqual(numbers(MEMORY));
  });

  test("stays when a set gets another member or another index", () => {
    const tallies = (sets: string): bigint[] =>
      compileOrg(
        `sets:\n${sets}${MEMORY.replace("payee: [globex, acme]", "payee: { in_set: known }")}${ENTRIES}`,
      ).explain.content.tallies.map(({ number }) => number);
    const set = (name: string, values: string): string =>
      `  ${name}: { owner: a@acme.example, reason: Known., values: [${values}] }\n`;
    expect(tallies(set("known", "a"))).toEqual(tallies(set("also", "x") + set("known", "a, b")));
  });

  test("two tallies that say the same are one entry", () => {
    const twice = MEMORY.replace(
      "  signals:\n",
      "    - { id: again, cell: payee, counts: denied, on: { domains: [payments] } }\n  signals:\n",
    ).replace("payee_burst, tally: to_payee", "payee_burst, tally: again");
    const { digest, explain } = compileOrg(twice + ENTRIES);
    expect(explain.content.tallies).toHaveLength(3);
    expect(digest).not.toBe(compiled.digest); // The source is another one.
    expect(explain.content.signals).toEqual(content.signals);
  });
});

/** One change each, at »; every line that is said. */
const FAULTS: readonly (readonly [why: string, from: string, to: string, says: readonly string[]])[] = [
  [
    "an unknown key",
    "measure: age }",
    "measure: age, wihin: 1h }",
    [
      'wanted one of the keys of a signal (id, tally, measure, of, other, within, missing); came "wihin"; nearest "within"; correct or remove the key',
    ],
  ],
  [
    "an unknown owner",
    "of: session }",
    "of: sesion }",
    [
      'wanted whose history it is, or a list of fields: one of session, agent, principal, actor, tenant; came "sesion"; nearest "session"; correct the name',
    ],
  ],
  [
    "a field that is no list",
    "of: session }",
    "of: payee }",
    [
      'wanted one of session, agent, principal, actor, tenant, freezes, or a list of fields; came "payee"; write [payee]',
    ],
  ],
  [
    "a field that is none",
    "[payee, reference]",
    "[paye]",
    ['wanted a field with a text; came "paye"; nearest "payee"; correct the name'],
  ],
  [
    "a field of numbers",
    "[payee, reference]",
    "[amount_minor]",
    [
      "wanted a field with a text; came amount_minor, which has a number; histories are of names: of a receiver, an account, a path",
    ],
  ],
  [
    "three fields",
    "[payee, reference]",
    "[payee, reference, account]",
    ["wanted one field, or two; came 3; name whose history it is"],
  ],
  [
    "a kind that is none",
    "id: refunds\n      cell: session",
    "id: refunds\n      cell: sesion",
    [
      'wanted a kind of histories of this layer or one below; came "sesion"; nearest "session"; correct the name',
    ],
  ],
  [
    "an unknown tally",
    "tally: refunds,",
    "tally: refund,",
    ['wanted a tally of this layer or one below; came "refund"; nearest "refunds"; correct the name'],
  ],
  [
    "an unknown measure",
    "measure: sum",
    "measure: sun",
    [
      'wanted a measure: one of count, sum, distinct, largest, average, tier, since, idle, ratio, acceleration, age, follows; came "sun"; nearest "sum"; correct the name',
    ],
  ],
  [
    "a sum of nothing",
    "measure: sum, of: amount,",
    "measure: sum,",
    ["wanted the key of of a signal with the measure sum; came no such key; add of"],
  ],
  [
    "a count of amounts",
    "measure: sum,",
    "measure: count,",
    ['wanted no of of a signal with the measure count; came "amount"; remove it'],
  ],
  [
    "no other tally",
    "other: money_out, ",
    "",
    ["wanted the key other of a signal with the measure ratio; came no such key; add other"],
  ],
  [
    "another tally of other histories",
    "other: money_out",
    "other: to_payee",
    [
      "wanted a tally of the histories session, as refunds is; came to_payee, of payee; count both in one kind of histories",
    ],
  ],
  [
    "no window",
    ", within: 24h",
    "",
    ["wanted the key within of a signal with the measure sum; came no such key; add within"],
  ],
  [
    "a window of an age",
    "measure: age",
    "measure: age, within: 1h",
    ['wanted no within of a signal with the measure age; came "1h"; remove it'],
  ],
  [
    "a window without a unit",
    "within: 24h",
    "within: 24",
    ["wanted a time such as 90s, 15m, 24h or 7d; came 24; write a whole number and s, m, h or d"],
  ],
  [
    "a window of nothing",
    "within: 24h",
    "within: 0h",
    ['wanted a time such as 90s, 15m, 24h or 7d; came "0h"; write a whole number and s, m, h or d'],
  ],
  [
    "a window of more than a month",
    "within: 24h",
    "within: 32d",
    ['wanted at most 31d; came "32d"; shorten it: histories hold 31 days'],
  ],
  [
    "an acceleration over too long",
    "within: 372h",
    "within: 373h",
    ['wanted at most 372h, half of 31d; came "373h"; shorten it: histories hold 31 days'],
  ],
  [
    "a third thing that is missing",
    "missing: calm",
    "missing: quiet",
    ['wanted what holds where no memory is kept: one of unknown, calm; came "quiet"; use a known name'],
  ],
  [
    "an id twice",
    "id: refunds\n",
    "id: money_out\n",
    [
      'wanted an id that is used once; came "money_out", used at acme.yaml:8; rename one of the two; a layer adds to what lies below it and changes nothing of it',
      'wanted a tally of this layer or one below; came "refunds"; use a known name',
    ],
  ],
  [
    "a tally that asks for risk",
    "{ amount: { ge: 100 }, payee",
    "{ tier: [high], payee",
    [
      'wanted a fact that is known before scoring; came "tier"; use it in a gate or a row; a tally counts before the score',
    ],
  ],
  [
    "a tally that asks for a level",
    "{ amount: { ge: 100 }, payee",
    "{ level: { amount: { ge: 3 } }, payee",
    [
      'wanted a fact that is known before scoring; came "level"; use it in a gate or a row; a tally counts before the score',
    ],
  ],
  [
    "a tally of nothing",
    "- { id: to_payee, cell: payee, counts: denied }",
    "- { id: to_payee, cell: payee, counts: denied, on: { domains: [files] } }",
    [
      "wanted an action that declares every field of `when` and of its histories' key; came none; widen `on`, or use other fields",
    ],
  ],
  [
    "amounts of what has none",
    "on: { domains: [payments] }\n      when: { amount: { ge: 100 }, payee: [globex, acme] }",
    "on: { domains: [files] }",
    [
      "wanted a tally of actions with an amount; came money_out, of whose actions none declares amount_minor; measure units, or count other actions",
    ],
  ],
  [
    "an unknown signal",
    "signal.money_out_day: { ge: 100000 }",
    "signal.money_out_dy: { ge: 100000 }",
    [
      'wanted a signal of this layer or one below; came "signal.money_out_dy"; nearest "signal.money_out_day"; correct the name',
    ],
  ],
  [
    "a fact that is nearly a signal",
    "signal.money_out_day: { ge: 100000 }",
    "signl.money_out_day: { ge: 100000 }",
    ['wanted a field or fact; came "signl.money_out_day"; nearest "signal.money_out_day"; correct the name'],
  ],
  [
    "a test that numbers lack",
    "signal.money_out_day: { ge: 100000 }",
    "signal.money_out_day: 5",
    [
      "wanted one of the tests of signal.money_out_day (ge, lt, present, absent); came in; use one of these tests",
    ],
  ],
  [
    "bounds that no number meets",
    "{ ge: 2, lt: 5 }",
    "{ ge: 5, lt: 2 }",
    ["wanted bounds that a number can meet; came ge 5 and lt 2; swap them"],
  ],
  [
    "a bound that every number meets",
    "{ ge: 100000 }",
    "{ ge: 0 }",
    [
      "wanted a bound from 1 to 9007199254740991: signal.money_out_day is a number from 0 to 9007199254740991; came ge 0; choose a bound that tells numbers apart",
    ],
  ],
  [
    "a relax entry that a signal alone bounds",
    "{ amount: { lt: 500 }, signal",
    "{ signal",
    [
      "wanted a test in every clause that bounds the call by a field or amount (in, in_set, lt, under, …); came a clause without one; say what may be lowered",
    ],
  ],
  [
    "an entry for actions without such histories",
    "    when: { signal.payee_known: { lt: 86400 } }",
    "    on: { domains: [files] }\n    when: { signal.payee_known: { lt: 86400 } }",
    [
      "wanted an action that declares every field of `when` and that some tally of payee counts; came none; widen `on`, or use other fields",
    ],
  ],
];

describe("the compiler refuses", () => {
  const text = MEMORY + ENTRIES;
  for (const [why, from, to, says] of FAULTS) {
    test(why, () => {
      expect(text.split(from).length, "stands there").toBeGreaterThan(1);
      const lines = faultsOf(() => compileOrg(text.replace(from, () => to)));
      expect(lines).toHaveLength(says.length);
      lines.forEach((line, index) => {
        expect(line).toMatch(/^acme\.yaml:\d+:\d+ /);
        expect(line).toContain(says[index]);
      });
    });
  }

  test("a signal in a tally, whether it is known by then or not", () => {
    const late = MEMORY.replace(
      "{ id: to_payee,",
      "{ id: to_payee, when: { signal.money_out_day: present },",
    );
    const [line, ...others] = faultsOf(() => compileOrg(late));
    expect(line).toContain(
      'wanted a fact of the call; came "signal.money_out_day"; ask for the signal in a rule, gate or row; a tally counts before any signal is known',
    );
    expect(others).toEqual([]);
  });

  test("memory in a pack", () => {
    const pack = `${smallText("pack")}memory: {}\n`;
    expect(faultsOf(() => compile(smallSources({ pack }))).join()).toContain('came "memory"');
  });

  test("more than 16 tallies of a kind, and more than 8 kinds", () => {
    const many = (count: number, line: (at: number) => string): string =>
      Array.from({ length: count }, (_, at) => `${line(at)}\n`).join("");
    const tallies = (count: number): string =>
      `memory:\n  cells:\n    session: { of: session }\n  tallies:\n${many(count, (at) => `    - { id: tally_${at}, cell: session, when: { amount: { ge: ${at + 1} } } }`)}`;
    expect(faultsOf(() => compileOrg(tallies(16)))).toEqual([]);
    expect(faultsOf(() => compileOrg(tallies(17)))).toEqual([
      "acme.yaml:23:9 wanted at most 16 different tallies of session; came 17; count less, or in another kind of histories",
    ]);
    const kinds = (count: number): string =>
      `memory:\n  cells:\n${many(count, (at) => `    kind_${at}: { of: session }`)}  tallies:\n${many(count, (at) => `    - { id: tally_${at}, cell: kind_${at} }`)}`;
    expect(faultsOf(() => compileOrg(kinds(8)))).toEqual([]);
    expect(faultsOf(() => compileOrg(kinds(9)))).toEqual([
      "acme.yaml:13:5 wanted at most 8 kinds of histories in which something is counted; came 9; count in fewer kinds",
    ]);
  });
});

describe("layers", () => {
  const base = smallText("base").replace("rules:\n", `${MEMORY}rules:\n`);
  const withBase = (memory: string): Compiled =>
    compile([
      ...leastSources().filter(({ name }) => name !== NAMES.base),
      { name: NAMES.base, text: base },
      { name: NAMES.org, text: HEAD + memory },
    ]);

  test("an org asks for signals of base, adds its own, and may say a kind again", () => {
    const own = `memory:
  cells: { session: { of: session }, agent: { of: agent } }
  tallies: [{ id: reads, cell: agent, on: { actions: [files.read] } }]
  signals: [{ id: reads_hour, tally: reads, measure: count, within: 1h }, { id: money_week, tally: money_out, measure: count, within: 7d }]
rows:
  - { id: busy, when: { signal.reads_hour: { ge: 100 }, signal.money_week: { ge: 2 } }, verdict: review, reason: Busy. }
`;
    const { explain, warnings } = withBase(own);
    expect(warnings).toEqual([]);
    expect(explain.content.cells.map(({ name }) => name)).toEqual(["payee", "session", "agent"]);
    expect(explain.content.signals.map(({ name }) => name).slice(-2)).toEqual(["reads_hour", "money_week"]);
  });

  test("none says otherwise what lies below it", () => {
    const own = `memory:
  cells: { session: { of: agent } }
  tallies: [{ id: money_out, cell: session }]
  signals: [{ id: money_out_day, tally: refunds, measure: count, within: 1h }]
`;
    const lines = faultsOf(() => withBase(own));
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(
      /^acme\.yaml:4:12 wanted of session, as session is at policies\/base\.yaml:\d+; came of agent;/,
    );
    expect(lines[1]).toMatch(
      /^acme\.yaml:5:15 wanted an id that is used once; came "money_out", used at policies\/base\.yaml:\d+;/,
    );
    expect(lines[2]).toMatch(
      /^acme\.yaml:6:15 wanted an id that is used once; came "money_out_day", used at /,
    );
  });

  test("what only the org says and nothing uses is a warning", () => {
    const { warnings } = compileOrg(`memory:
  cells: { session: { of: session }, tenant: { of: tenant }, agent: { of: agent } }
  tallies: [{ id: reads, cell: agent }, { id: writes, cell: agent, counts: any }]
  signals: [{ id: reads_hour, tally: reads, measure: count, within: 1h }]
`);
    expect(warnings.map(({ kind, came }) => [kind, came])).toEqual([
      // A session learns, even if nothing is counted in it.
      ["unused-memory", "tenant, which none does"],
      ["unused-memory", "writes, which none does"],
      ["unused-memory", "reads_hour, which none does"],
    ]);
  });
});

describe("what a host reads of it", () => {
  const view = new ImageView(compiled.image);

  test("kinds, tallies and signals by name", () => {
    expect(view.cells()).toEqual([
      { name: "payee", source: "fields", keys: ["payee", "reference"] },
      { name: "session", source: "context", keys: ["session"] },
    ]);
    expect(view.tallies().map(({ number }) => BigInt(`0x${number}`))).toEqual(
      content.tallies.map(({ number }) => number),
    );
    expect(view.signals().map(({ name, tally }) => [name, tally.cell.name, tally.actions])).toEqual(
      ["money_out_day", "refunds_share", "payee_known", "payee_burst"].map((name) => [
        name,
        name.startsWith("payee") ? "payee" : "session",
        ["payments.refund"],
      ]),
    );
  });

  test("which signals an entry asks for", () => {
    const names = (code: string): string[] => view.asked(code).map(({ name }) => name);
    expect(names("no_history")).toEqual(["money_out_day", "refunds_share"]);
    expect(names("much_today")).toEqual(["money_out_day"]);
    expect(names("amount_large")).toEqual([]);
    expect(new ImageView(compile(leastSources()).image).asked("amount_large")).toEqual([]);
  });

  test("a sentence for each", () => {
    expect(view.signals().map(signalText)).toEqual([
      "the whole amount, in cents, of calls of payments.refund under its condition that ran in the last 24 h of this session",
      "how many calls of payments.refund whatever the verdict for a thousand of calls of payments.refund under its condition that ran in the last 90 s of this session",
      "seconds since the first call that counts for the same payee and reference",
      "how many calls of payments.refund that were denied in the last 372 h of the same payee and reference for a thousand in the time before",
    ]);
  });
});

describe("a decision without memory", () => {
  const engine = createEngine(compileModuleSync(WASM), compiled.image, hex(sha256(WASM)));
  const decide = (action: string, fields: object): Decision =>
    engine.decide({ action, fields, context: { time_ms: 1_767_225_600_000 } } as unknown as Request);
  const refund = decide("payments.refund", { amount: 300, currency: "USD", payee: "globex" });

  test("takes what is unknown as met, and lowers nothing on it", () => {
    const codes = refund.reasons.map(({ code }) => code);
    expect(codes).toContain("far_too_much");
    expect(codes).toContain("much_today");
    expect(codes).toContain("new_payee");
    expect(codes).not.toContain("quiet_session");
  });

  test("takes the number of an empty history where the policy says calm", () => {
    const calm = compileOrg(
      MEMORY.replaceAll("within: 24h", "within: 24h, missing: calm") +
        ENTRIES.slice(0, ENTRIES.indexOf("relax:")),
    );
    const calmEngine = createEngine(compileModuleSync(WASM), calm.image, hex(sha256(WASM)));
    const request = {
      action: "payments.refund",
      fields: { amount: 300, currency: "USD", payee: "globex" },
      context: { time_ms: 1_767_225_600_000 },
    };
    const reasons = calmEngine.decide(request as unknown as Request).reasons.map(({ code }) => code);
    expect(reasons).not.toContain("far_too_much");
    expect(reasons).not.toContain("much_today");
    expect(reasons).toContain("new_payee");
  });

  test("is explained with what the entries ask", () => {
    const { lines } = explain(refund, engine.image);
    const start = lines.indexOf("memory asked");
    expect(lines.slice(start + 1, start + 3)).toEqual([
      "  far_too_much asks money_out_day: the whole amount, in cents, of calls of payments.refund under its condition that ran in the last 24 h of this session; unknown, so it counts as met, where no memory is kept",
      expect.stringContaining(" asks "),
    ]);
    const read = decide("files.read", { path: "notes.txt" });
    expect(explain(read, engine.image).lines.join()).toContain("no_history asks refunds_share");
    const plain = createEngine(compileModuleSync(WASM), compile(leastSources()).image, hex(sha256(WASM)));
    const request = { action: "files.read", fields: {}, context: { time_ms: 0 } } as unknown as Request;
    expect(explain(plain.decide(request), plain.image).lines).not.toContain("memory asked");
  });
});

describe("decisions with memory", () => {
  const policy = compileOrg(`memory:
  cells: { session: { of: session }, payee: { of: [payee, reference] } }
  tallies:
    - { id: money, cell: session, on: { domains: [payments] }, when: { payee: { in: [globex] } } }
    - { id: reads, cell: session, on: { actions: [files.read] } }
    - { id: paid, cell: payee, counts: any }
  signals:
    - { id: money_day, tally: money, measure: sum, of: amount, within: 24h }
    - { id: money_after_read, tally: money, measure: follows, other: reads, within: 1h, missing: calm }
    - { id: paid_hour, tally: paid, measure: count, within: 1h }
rows:
  - { id: much, on: { domains: [payments] }, when: { signal.money_day: { ge: 1000 } }, verdict: review, reason: Much. }
  - { id: after_read, when: { signal.money_after_read: { ge: 1 } }, verdict: review, reason: Read before. }
  - { id: often, when: { signal.paid_hour: { ge: 3 } }, verdict: review, reason: Often. }
`);

  /** Decides refunds, amount and payee, and reads, of one session; the rows that each matched. */
  function rowsOf(calls: readonly (readonly [amount: number, payee: string] | "read")[]): string[][] {
    const engine = createEngine(compileModuleSync(WASM), policy.image, hex(sha256(WASM)));
    const kept = new Map<string, Cell>();
    return calls.map((one, at) => {
      const fields =
        one === "read" ? {} : { amount: one[0], currency: "USD", payee: one[1], reference: "order" };
      const context = { time_ms: 1_767_225_600_000 + at * 1000, session: "s-1" };
      const action = one === "read" ? "files.read" : "payments.refund";
      const call = engine.prepare({ action, fields, context } as unknown as Request);
      const { rows, next } = call.decide(call.ids.map((id) => kept.get(hex(id)) ?? emptyCell(id)));
      for (const { id, after, bytes } of next) if (bytes) kept.set(hex(id), { id, digest: after, bytes });
      return rows.filter((row) => row !== "reads_private");
    });
  }

  test("amounts add up over a session, of calls that meet the condition alone", () => {
    const calls = [
      [400, "globex"],
      [500, "stranger"],
      [400, "globex"],
      [199, "globex"],
      [1, "globex"],
    ] as const;
    expect(rowsOf(calls).map((rows) => rows.includes("much"))).toEqual([false, false, false, false, true]);
  });

  test("what follows a read is seen, whatever came between", () => {
    const calls = [[1, "globex"], "read", [1, "stranger"], [1, "globex"]] as const;
    expect(rowsOf(calls).map((rows) => rows.includes("after_read"))).toEqual([false, false, false, true]);
  });

  test("a history by fields is of these fields alone", () => {
    const calls = [
      [1, "a"],
      [1, "b"],
      [1, "a"],
      [1, "b"],
      [1, "a"],
    ] as const;
    expect(rowsOf(calls).map((rows) => rows.includes("often"))).toEqual([false, false, false, false, true]);
  });
});

test("the page shows a memory that compiles with the shipped policy", () => {
  const page = readFileSync(join(ROOT, "docs/policies.md"), "utf8");
  const [, text = ""] = /## Memory\n[^#]*?```yaml\n([^`]*)```/.exec(page) ?? [];
  const { explain, warnings } = compile([...checkoutSources(), { name: NAMES.org, text: `${HEAD}${text}` }]);
  // Those of base come first.
  expect(explain.content.signals.slice(-3).map(({ measure }) => measure)).toEqual(["sum", "follows", "age"]);
  // The row asks for one of the three.
  expect(warnings.filter(({ file }) => file === NAMES.org).map(({ came }) => came)).toEqual([
    "sent_after_read, which none does",
    "payee_age, which none does",
  ]);
});

test("two policies are compared in what they say about memory", () => {
  const other = compileOrg(
    (MEMORY + ENTRIES).replace("within: 24h", "within: 48h").replace("ge: 100000 }", "ge: 200000 }"),
  ).explain.content;
  expect(compareMemory(content, content)).toEqual([]);
  expect(
    compareMemory(content, other).map(({ what, was, is }) => [what, was?.slice(-32), is?.slice(-32)]),
  ).toEqual([
    ["rule much_today", "signal.money_out_day ge 100000", "signal.money_out_day ge 200000"],
    [
      "signal money_out_day",
      "ithin 86400 s, unknown without memory".slice(-32),
      "ithin 172800 s, unknown without memory".slice(-32),
    ],
  ]);
  const none = compile(leastSources()).explain.content;
  expect(compareMemory(none, content).every(({ was }) => was === undefined)).toBe(true);
});
