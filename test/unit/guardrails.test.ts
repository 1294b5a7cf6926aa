/**
 * What the layers above the packs may not do: go past a bound, or make a call of the corpus less strict without a relax entry
 * that says so (docs/adr/0005-guardrails.md).
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { CompileError, compile, issueText } from "../../bindings/src/compile/index.ts";
import { VERDICT_NAMES } from "../../bindings/src/gen/codes.ts";
import type { Request } from "../../bindings/src/types.ts";
import { ROOT } from "../../tools/files.ts";
import { checkoutSources } from "../../tools/image.ts";
import { open, TIME_MS, WASM } from "./built.ts";

const SOURCES = checkoutSources();
const CORPUS = "policies/corpus.yaml";
const HEAD = 'dated: "2026-11-23"\n';

interface Corpus {
  readonly contexts: Readonly<Record<string, object>>;
  readonly points: readonly {
    readonly id: string;
    readonly who: string;
    readonly call: { readonly action?: string };
  }[];
}
const corpus = parse(readFileSync(join(ROOT, CORPUS), "utf8")) as Corpus;

/** Faults of an org policy, and of a profile that it uses. */
function faultsOf(org: string, profile?: string): string[] {
  const own = [
    { name: "org.yaml", text: `org: acme\n${HEAD}${profile === undefined ? "" : "profile: quiet\n"}${org}` },
  ];
  const quiet =
    profile === undefined
      ? []
      : [{ name: "quiet.yaml", text: `profile: quiet\nversion: "1.0.0"\n${profile}` }];
  try {
    compile([...SOURCES, ...own, ...quiet], { wasm: WASM });
    return [];
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return error.issues.map(issueText);
  }
}

const STAY = "stay within the bounds; only a relax entry goes further";

describe("bounds", () => {
  test.each<[string, string, string]>([
    [
      "less than half a weight",
      "weights: { FINANCIAL: { bp: 999, why: x } }",
      "1000 to 4000: half to twice the base policy's; came 999",
    ],
    [
      "more than twice a weight",
      "weights: { FINANCIAL: { bp: 4001, why: x } }",
      "1000 to 4000: half to twice the base policy's; came 4001",
    ],
    [
      "less than half a gain",
      "gains: { amount: { gain: 233, why: x } }",
      "234 to 936: half to twice the base policy's; came 233",
    ],
    [
      "more than twice a gain",
      "gains: { amount: { gain: 937, why: x } }",
      "234 to 936: half to twice the base policy's; came 937",
    ],
    [
      "a weaker DESTRUCTION",
      "weights: { DESTRUCTION: { bp: 2799, why: x } }",
      "at least 2800: DESTRUCTION is never weakened; came 2799",
    ],
    [
      "a weaker PHYSICAL",
      "weights: { PHYSICAL: { bp: 2599, why: x } }",
      "at least 2600: PHYSICAL is never weakened; came 2599",
    ],
    [
      "a weaker EXECUTION",
      "weights: { EXECUTION: { bp: 2199, why: x } }",
      "at least 2200: EXECUTION is never weakened; came 2199",
    ],
    [
      "a threshold far above",
      "thresholds: { high: { bp: 6501, why: x } }",
      "4500 to 6500: at most 1000 from base; came 6501",
    ],
    [
      "a threshold far below",
      "thresholds: { high: { bp: 4499, why: x } }",
      "4500 to 6500: at most 1000 from base; came 4499",
    ],
    ["a calmer verdict of a tier", "routing: { critical: review }", "deny or stricter; came review"],
  ])("%s is refused, in an org and in a profile", (_, text, says) => {
    for (const faults of [faultsOf(`${text}\n`), faultsOf("", `${text}\n`)]) {
      expect(faults).toHaveLength(1);
      expect(faults[0]).toMatch(/^(org|quiet)\.yaml:\d+:\d+ wanted /);
      expect(faults[0]).toContain(`wanted ${says}; ${STAY}`);
    }
  });

  test("are counted from base, so that two layers together go no further than one", () => {
    const profile = "thresholds: { critical: { bp: 8000, why: x } }\n";
    expect(faultsOf("thresholds: { critical: { bp: 8501, why: x } }\n", profile)[0]).toContain(
      "wanted 6500 to 8500: at most 1000 from base; came 8501",
    );
  });

  test("stricter numbers need nothing", () => {
    expect(
      faultsOf("weights: { FINANCIAL: { bp: 4000, why: x } }\nthresholds: { low: { bp: 1000, why: x } }\n"),
    ).toEqual([]);
  });

  test.each(["gates: []", "gates: [{ id: none_at_all, when: { tier: critical }, reason: x }]"])(
    "gates are only added: %s",
    (gates) => {
      const { content } = compile([
        ...SOURCES,
        { name: "org.yaml", text: `org: acme\n${HEAD}${gates}\n` },
      ]).explain;
      expect(content.rows.filter(({ kind, layer }) => kind === "gate" && layer === "base")).toHaveLength(5);
    },
  );

  test.each(["profile", "pack"])("a %s has no relax entries", (layer) => {
    const text =
      layer === "profile"
        ? 'profile: quiet\nversion: "1.0.0"\nrelax: []\n'
        : 'pack: quiet\nversion: "1.0.0"\npublisher: x\nrelax: []\n';
    expect(() =>
      compile([...SOURCES, { name: "quiet.yaml", text }], layer === "profile" ? { profile: "quiet" } : {}),
    ).toThrow(/relax/);
  });
});

/** Numbers under which a refund of $25 000 scores low. */
const QUIET = `weights: { FINANCIAL: { bp: 1000, why: Refunds are routine. } }
gains: { amount: { gain: 234, why: Sums matter little here. } }
thresholds: { low: { bp: 2500, why: x }, medium: { bp: 4500, why: x } }
`;

describe("the corpus", () => {
  test("has at least 200 unlike points over every domain and action, none of them changed by accident", () => {
    expect(corpus.points.length).toBeGreaterThanOrEqual(200);
    expect(new Set(corpus.points.map(({ id }) => id)).size).toBe(corpus.points.length);
    const bare = new Set(corpus.points.map(({ call }) => call.action));
    const { actions } = compile(SOURCES).explain.content;
    expect(actions.map(({ name }) => name).filter((name) => !bare.has(name))).toEqual([]);
  });

  test("a profile that quietly lets a refund of $25 000 pass does not compile, and the error has the entry it would need", () => {
    const faults = faultsOf("", QUIET);
    const refund = faults.find((fault) => fault.includes(" payments.refund,"));
    expect(refund).toMatch(
      /^quiet\.yaml:3:29 wanted review for the corpus point refund_100000_\w+, payments\.refund, as the base policy has it \(high, \d+\.\d\d %\); came review \(low, \d+\.\d\d %, held by large_payment alone\); /,
    );
    expect(refund).toContain(
      "undo what is calmer in weights.FINANCIAL, gains.amount, thresholds.low, thresholds.medium",
    );
    expect(refund).toMatch(
      /or let an org policy say so under relax: - \{ id: relaxed_refund_\w+, on: \{ actions: \[payments\.refund\] \}, when: \{ .+ \}, verdict: allow, owner: "…", reason: "…", expires: "…" \}$/,
    );
    // What is not shown in full is named or counted.
    expect(
      faults.some((fault) => /no further point of the corpus less strict; came .+ and \d+ more;/.test(fault)),
    ).toBe(true);
  });

  test("numbers that move no point compile, and every decision says that they were moved", async () => {
    const text = `org: acme\n${HEAD}weights: { MUTATION: { bp: 999, why: x } }\n`;
    const { image } = compile([...SOURCES, { name: "org.yaml", text }], { wasm: WASM });
    const decision = (await open(image)).decide({
      action: "files.read",
      fields: {},
      context: { time_ms: TIME_MS },
    });
    expect(decision.lowered_by).toContainEqual({ kind: "profile", name: "acme", authority: "org" });
  });

  test("the entries that the errors ask for make their points legal", () => {
    const pointOf = (fault: string) => /corpus point (\w+)/.exec(fault)?.[1];
    const moved = (relax: string): string[] =>
      faultsOf(`weights: { FINANCIAL: { bp: 1870, why: x } }\n${relax}`);
    const asking = moved("").filter((fault) => fault.includes(" under relax: - "));
    const entries = asking.flatMap((fault) => /under relax: (- .+)$/.exec(fault)?.[1] ?? []);
    expect(entries.filter((entry) => entry.includes("when: { amount: { lt: 5001 } }"))).toHaveLength(1);
    const filled = entries.map((entry) =>
      entry
        .replace('owner: "…"', "owner: a@acme.example")
        .replace('reason: "…"', "reason: Known.")
        .replace('expires: "…"', 'expires: "2027-01-31"'),
    );
    // What is left has no fact that an entry could name, and the error says to undo the number.
    const left = moved(`relax:\n${filled.map((entry) => `  ${entry}\n`).join("")}`);
    expect(left.filter((fault) => !fault.includes("; undo what is calmer in "))).toEqual([]);
    expect(asking.map(pointOf).filter((point) => left.map(pointOf).includes(point))).toEqual([]);
  });

  test("without the corpus or the engine a calmer number is refused", () => {
    const org = { name: "org.yaml", text: `org: acme\n${HEAD}weights: { MUTATION: { bp: 999, why: x } }\n` };
    const without = SOURCES.filter(({ name }) => name !== CORPUS);
    expect(() => compile([...without, org], { wasm: WASM })).toThrow(
      /came no source policies\/corpus\.yaml;/,
    );
    expect(() => compile([...SOURCES, org])).toThrow(/came no engine;/);
  });

  test("a corpus with a mistake is a fault with its place", () => {
    const org = { name: "org.yaml", text: `org: acme\n${HEAD}weights: { MUTATION: { bp: 999, why: x } }\n` };
    const bad =
      'corpus: "1.0.0"\ncontexts: { nobody: {} }\npoints:\n  - { id: one, who: nobdy, call: { action: a.b, fields: {} } }\n';
    const sources = [...SOURCES.filter(({ name }) => name !== CORPUS), { name: CORPUS, text: bad }, org];
    expect(() => compile(sources, { wasm: WASM })).toThrow(
      /policies\/corpus\.yaml:4:\d+ wanted a context of this file; came "nobdy"; nearest "nobody"/,
    );
  });
});

test.each(["general", "fintech", "healthcare"])(
  "no point is less strict under the profile %s than under base alone",
  async (profile) => {
    const bare = { name: "bare.yaml", text: 'profile: bare\nversion: "1.0.0"\n' };
    const strictness = async (name: string): Promise<number[]> => {
      const engine = await open(compile([...SOURCES, bare], { profile: name }).image);
      return corpus.points.map(({ who, call }) => {
        const request = {
          ...call,
          context: { time_ms: TIME_MS, ...corpus.contexts[who] },
        } as unknown as Request;
        return VERDICT_NAMES.indexOf(engine.decide(request).verdict);
      });
    };
    const [before, after] = [await strictness("bare"), await strictness(profile)];
    expect(corpus.points.filter((_, at) => (after[at] as number) < (before[at] as number))).toEqual([]);
  },
);
