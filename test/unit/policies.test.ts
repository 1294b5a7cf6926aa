/**
 * The shipped policies through the real compiler and engine: every `passes`, `violates` and example row, the table of
 * scores in docs/policies.md, and what must hold for base policy as a whole.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { decideExample } from "../../bindings/src/analyse/cases.ts";
import { compile, type Pack } from "../../bindings/src/compile/index.ts";
import { type Engine, openEngine } from "../../bindings/src/engine.ts";
import type { Decision, Request } from "../../bindings/src/types.ts";
import { ROOT } from "../../tools/files.ts";
import { checkoutSources } from "../../tools/image.ts";

const SOURCES = checkoutSources();
const DATA = join(ROOT, "../shared/data");
const TIME_MS = 1_790_000_000_000;

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

async function engineFor(organisation?: string): Promise<Engine> {
  const own = organisation === undefined ? [] : [{ name: "permit0.yaml", text: organisation }];
  const { image } = compile([...SOURCES, ...own]);
  return openEngine({ wasm: readFileSync(join(ROOT, "build/core.wasm")), image });
}

type Row = Readonly<Record<string, unknown>>;

/** A row of a policy file as a request; without a context of its own, nobody is known. */
function requestOf(row: Row): Request {
  return {
    ...row,
    context: { time_ms: TIME_MS, ...(row.context as object | undefined) },
  } as unknown as Request;
}

/** What the record says about an entry: its code stands among the reasons if it matched and changed something. */
function names(decision: Decision, code: string): boolean {
  return decision.reasons.some((reason) => reason.code === code);
}

interface PackFile {
  readonly pack: string;
  readonly tools?: readonly { readonly action: string }[];
}

const PACKS = SOURCES.filter(({ name }) => name.startsWith("policies/packs/")).map(
  ({ text }) => parse(text) as PackFile,
);

const { explain, warnings } = compile(SOURCES);

test("the shipped policies compile without a warning", () => {
  expect(warnings).toEqual([]);
});

describe("rows of the policy files", () => {
  let engine: Engine;
  beforeAll(async () => {
    const servers = PACKS.filter(({ pack }) => pack !== "generic").map(
      ({ pack }) => `  ${pack}: { pack: ${pack} }\n`,
    );
    engine = await engineFor(`org: test\ndated: "2026-11-22"\npacks: all\nservers:\n${servers.join("")}`);
  });

  test.each(explain.calls.map((row) => [row.code, row.expected, row.place.line, row] as const))(
    "%s %s, line %i",
    (code, expected, _line, row) => {
      expect(names(engine.decide(requestOf(row.call)), code)).toBe(expected === "violates");
    },
  );

  test.each(explain.examples.map((row) => [row.pack, row.place.line, row] as const))(
    "example of %s, line %i",
    (name, _line, row) => {
      const pack = explain.packs.find((one) => one.name === name) as Pack;
      const decision = decideExample(pack, row, engine);
      expect(decision.verdict).toBe(["allow", "review", "deny"][row.verdict]);
      expect(decision.parts.map(({ action }) => action)).toContain(row.action);
    },
  );

  test.each(PACKS.map((pack) => [pack.pack, pack] as const))(
    "%s shows every action it maps to",
    (name, pack) => {
      const shown = new Set(explain.examples.filter((row) => row.pack === name).map(({ action }) => action));
      const missing = new Set(
        (pack.tools ?? []).map(({ action }) => action).filter((action) => !shown.has(action)),
      );
      expect([...missing]).toEqual([]);
    },
  );

  test("enough rows are run that a lost list would be noticed", () => {
    expect(explain.calls.length).toBeGreaterThan(100);
    expect(explain.examples.length).toBeGreaterThan(250);
  });
});

const NOT_BASE = [
  ...["fintech", "healthcare"].map((name) => [`policies/profiles/${name}.yaml`, `profile: ${name}`] as const),
  ...readdirSync(join(ROOT, "examples/org")).map((name) => [`examples/org/${name}`, undefined] as const),
];

describe.each(NOT_BASE)("entries of %s", async (file, profile) => {
  const own = { name: file, text: readFileSync(join(ROOT, file), "utf8") };
  const org = { name: "permit0.yaml", text: `org: test\ndated: "2026-11-23"\n${profile}\n` };
  const compiled = compile(profile === undefined ? [...SOURCES, own] : [...SOURCES, org]);
  const calls = compiled.explain.calls.filter(({ place }) => place.file === file);
  const engine = await openEngine({
    wasm: readFileSync(join(ROOT, "build/core.wasm")),
    image: compiled.image,
  });

  test("compile without a warning, and show themselves on calls", () => {
    expect(compiled.warnings).toEqual([]);
    expect(calls.length).toBeGreaterThan(3);
  });

  test.each(calls.map((row) => [row.code, row.expected, row.place.line, row] as const))(
    "%s %s, line %i",
    (code, expected, _line, row) => {
      expect(names(engine.decide(requestOf(row.call)), code)).toBe(expected === "violates");
    },
  );
});

describe("docs/policies.md", () => {
  const contexts = {
    nobody: {},
    development: {
      actor: "alice@example.com",
      environment: "development",
      host: { cwd: "/home/alice/project" },
      asserted_by: { actor: "host", environment: "host", host: "host" },
    },
    production: {
      actor: "alice@example.com",
      environment: "production",
      host: { cwd: "/home/alice/project" },
      asserted_by: { actor: "host", environment: "host", host: "host" },
    },
  };
  const rows = read("docs/policies.md")
    .split("\n")
    .flatMap((line) => {
      const found = /^\| `([a-z0-9_.]+) (\{.*\})` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/.exec(line);
      return found ? [found.slice(1, 6) as [string, string, string, string, string]] : [];
    });
  let engine: Engine;
  beforeAll(async () => {
    engine = await engineFor(
      'org: example\ndated: "2026-11-22"\npacks: all\ndomains: [example.com, "*.example.com"]\n',
    );
  });

  function shown(name: string, json: string, context: object): string {
    const values = JSON.parse(json) as object;
    const call = name.includes(".") ? { action: name, fields: values } : { tool: name, args: values };
    const { score, tier, verdict } = engine.decide(requestOf({ ...call, context }));
    return `${(score / 100).toFixed(2)} ${tier}, ${verdict}`;
  }

  test("has the table of scores", () => {
    expect(rows.length).toBeGreaterThan(40);
  });

  test.each(rows)("%s %s", (name, json, nobody, development, production) => {
    expect(shown(name, json, contexts.nobody)).toBe(nobody);
    expect(shown(name, json, contexts.development)).toBe(development);
    expect(shown(name, json, contexts.production)).toBe(production);
  });
});

interface BaseFile {
  readonly currencies: Readonly<
    Record<string, { readonly exponent: number; readonly reference_milli: number }>
  >;
  readonly unknown_read: Readonly<Record<"read" | "heads" | "things" | "act", readonly string[]>>;
  readonly unknown_looks: Readonly<Record<string, { readonly words?: readonly string[] }>>;
  readonly rules: readonly PathEntry[];
  readonly rows: readonly PathEntry[];
  readonly gates: readonly { readonly id: string; readonly passes?: unknown; readonly violates?: unknown }[];
}

interface PathEntry {
  readonly id: string;
  readonly when?: {
    readonly any?: readonly Readonly<Record<string, { under?: unknown; name_in?: unknown }>>[];
  };
}

/** The words of names that speak for a class of tools. */
function actingWords({ unknown_looks: looks }: BaseFile): string[] {
  return Object.values(looks).flatMap(({ words }) => words ?? []);
}

describe("base policy", () => {
  const base = parse(read("policies/base.yaml")) as BaseFile;
  let engine: Engine;
  beforeAll(async () => {
    engine = await engineFor();
  });

  test("lets every kind of read pass when nothing at all is known, except secrets, nameless files and records of people", () => {
    const reads = explain.content.actions.filter(({ effect }) => effect === "read").map(({ name }) => name);
    expect(reads.length).toBeGreaterThan(15);
    const stopped = reads.filter((action) => {
      if (action === "unknown.read") return false; // Only the engine itself gives this action.
      return engine.decide(requestOf({ action, fields: {} })).verdict !== "allow";
    });
    // Typed out by hand: those of the row records_need_a_reader, then the two.
    const records = [
      ...["aml.get_alert", "claims.get_claim", "clinical.read_record", "collections.get_account"],
      ...["credit.get_application", "hr.read_record", "kyc.get_status", "ledger.get_balance"],
      ...["matters.read_matter", "prescriptions.get", "underwriting.get_submission"],
    ];
    expect(stopped.sort()).toEqual([...records, "files.read", "secrets.read"].sort());
  });

  test("lets no action that pays, grants, destroys or runs code pass when nothing at all is known", () => {
    const strict = ["delete", "execute", "pay", "grant", "physical"];
    const actions = explain.content.actions.filter(({ effect }) => strict.includes(effect));
    expect(actions.length).toBeGreaterThan(30);
    const passed = actions.filter(
      ({ name }) => engine.decide(requestOf({ action: name, fields: {} })).verdict === "allow",
    );
    expect(passed.map(({ name }) => name)).toEqual([]);
  });

  test("shows for every gate a call that it denies and one that it does not", () => {
    const silent = base.gates.filter(({ passes, violates }) => !passes || !violates).map(({ id }) => id);
    expect(silent).toEqual([]);
  });

  // The file format has no way to write a list once, so the places and names stand twice: for what is written, and for
  // what is put there by a copy, a move or a download.
  test.each([
    ["rules", "autorun_written", "autorun_placed"],
    ["rules", "agent_configured", "agent_config_placed"],
    ["rows", "own_rules_written", "own_rules_placed"],
  ] as const)("%s %s and %s name the same places", (list, written, placed) => {
    const listed = (id: string, field: string) =>
      base[list]
        .find((entry) => entry.id === id)
        ?.when?.any?.map((clause) => [clause[field]?.under ?? null, clause[field]?.name_in ?? null]);
    expect(listed(written, "path")).toBeDefined();
    expect(listed(placed, "destination_path")).toEqual(listed(written, "path"));
  });

  test("words of unknown.read: no word both reads and acts, and acting is the wide list", () => {
    const { read: reading, heads, act, things } = base.unknown_read;
    const acting = [...act, ...actingWords(base)];
    expect([...reading, ...heads].filter((word) => acting.includes(word))).toEqual([]);
    expect(acting.length).toBeGreaterThan(550);
    expect(reading.length + heads.length).toBeLessThan(170);
    for (const door of ["query", "run", "execute", "open", "load", "browse"])
      expect(reading).not.toContain(door);
    const grave = ["delete", "money", "exec"].flatMap((name) => base.unknown_looks[name]?.words ?? []);
    expect(things.filter((word) => grave.includes(word))).toEqual([]);
  });

  test.each([
    ["USD", 2],
    ["JPY", 0],
    ["KWD", 3],
    ["CLF", 4],
    ["MGA", 2],
    ["ISK", 0],
  ])("currency %s has %i digits", (code, exponent) => {
    expect(base.currencies[code]?.exponent).toBe(exponent);
  });

  test("every currency is rated, coarsely: one significant digit, or 15 and its tenfolds", () => {
    const currencies = Object.entries(base.currencies);
    expect(currencies.length).toBeGreaterThanOrEqual(60);
    const fine = currencies.filter(([, { reference_milli: rate }]) => !/^([1-9]|15)0*$/.test(`${rate}`));
    expect(fine).toEqual([]);
  });

  test("a word that could be a trap in YAML is text", () => {
    const { read: reading, heads, act } = base.unknown_read;
    const words = [...reading, ...heads, ...act, ...actingWords(base)];
    expect(words.filter((word) => typeof word !== "string")).toEqual([]);
    expect(new Set(words).size).toBe(words.length);
  });
});

interface DataCall {
  readonly tool: string;
  readonly args: object;
  readonly label: string;
  readonly key: string;
}

describe("calls of public benchmarks", () => {
  const file = join(DATA, "calls-dev.jsonl.gz");
  if (!existsSync(file)) {
    test.skip("skipped: ../shared/data/calls-dev.jsonl.gz is not there", () => {});
    return;
  }
  const readOrWrite = JSON.parse(readFileSync(join(DATA, "rw.json"), "utf8")) as Record<string, string>;
  const calls = gunzipSync(readFileSync(file))
    .toString("utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as DataCall);
  const stopped = { attacks: 0, reads: 0 };
  const seen = { attacks: new Set<string>(), reads: 0 };
  const asRead: string[] = [];

  beforeAll(async () => {
    const engine = await engineFor();
    for (const { tool, args, label, key } of calls) {
      const isRead = label === "benign" && readOrWrite[tool] === "read";
      if (label === "attack" ? seen.attacks.has(key) : !isRead) continue;
      const decision = engine.decide(requestOf({ tool, args }));
      const stops = decision.verdict === "allow" ? 0 : 1;
      if (isRead) {
        seen.reads++;
        stopped.reads += stops;
      } else {
        seen.attacks.add(key);
        stopped.attacks += stops;
        if (decision.parts[0]?.action === "unknown.read") asRead.push(tool);
      }
    }
  });

  test("no attack passes as an unknown read", () => {
    expect(asRead).toEqual([]);
  });
  test("at least 97 of 100 benign reads pass", () => {
    expect(seen.reads).toBeGreaterThan(8000);
    expect(seen.reads - stopped.reads).toBeGreaterThanOrEqual(0.97 * seen.reads);
  });
  test("at least 85 of 100 different attacks are stopped", () => {
    expect(seen.attacks.size).toBeGreaterThan(600);
    expect(stopped.attacks).toBeGreaterThanOrEqual(0.85 * seen.attacks.size);
  });
});
