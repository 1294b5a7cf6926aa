/** What is added to a policy or a call to raise never lowers, and what calms is needed for calm. */
import { describe, expect, it } from "vitest";
import { randomRequest } from "../differential/generate.ts";
import { randomImage } from "../differential/images.ts";
import { Random } from "../differential/random.ts";
import type { WasmAnswer } from "../differential/wasm.ts";
import type { ImageSource, RowSource, RuleSource } from "../model/image-writer.ts";
import { sampleImage } from "../model/sample.ts";
import { type Fields, Judge, readMap, SEED, story, without, withValue } from "./ask.ts";
import { calmImage } from "./calm.ts";

const IMAGES = 16;
const REQUESTS = 40;

/** Another policy than the given one, and what it changes. */
type Change = (source: ImageSource, random: Random) => ImageSource;

/**
 * Asks the same requests of a policy and of its changed copy; the copy must be at least as strict. `onlySample` leaves
 * the random policies out, for a change that they seldom notice, and asks more.
 */
function expectAtLeastAsStrict(what: string, change: Change, seed: number, onlySample = false): void {
  let stricter = 0;
  for (let i = 0; i < IMAGES; i++) {
    const random = new Random(SEED + seed + i);
    // The hand-made image asks about recipients, hosts and amounts in nearly every action.
    const source = plainUnknownRead(
      calmImage(onlySample || i % 4 === 0 ? sampleImage : randomImage(random), true),
    );
    const [plain, changed] = [new Judge(source), new Judge(change(source, random))];
    for (let n = 0; n < (onlySample ? 10 * REQUESTS : REQUESTS); n++) {
      const bytes = randomRequest(random, plain.image);
      const before = plain.decide(bytes);
      if (before.status !== 0) continue;
      const request = readMap(bytes);
      const after = changed.decide(changed.readdress(request));
      expect(after.status).toBe(0);
      if (after.verdict < before.verdict) throw new Error(story(what, before, after, request));
      if (after.verdict > before.verdict || after.hazard > before.hazard) stricter++;
    }
  }
  // A change that never mattered would prove nothing.
  expect(stricter).toBeGreaterThan(0);
}

/**
 * unknown.read stands for a calmer reading than unknown.unclassified only as long as a policy does not say otherwise; a
 * random one may, so its own entries about unknown.read are left out, and those that relax unknown.unclassified.
 */
function plainUnknownRead(source: ImageSource): ImageSource {
  const actions = source.actions.map((action) => {
    if (action.name === "unknown.read") return { ...action, rules: [], rows: [], obligations: [] };
    if (action.name !== "unknown.unclassified") return action;
    return { ...action, rows: (action.rows ?? []).filter((row) => source.rows[row]?.kind !== "relax") };
  });
  return { ...source, actions };
}

/** An entry of a policy, taken from another random one, put in front of or behind those of every action. */
function another(random: Random): ImageSource {
  return calmImage(randomImage(random), true);
}

describe("what raises", () => {
  it("a rule more never lowers", { timeout: 300_000 }, () => {
    expectAtLeastAsStrict(
      "one more rule",
      (source, random) => {
        const rule: RuleSource = { ...random.pick(another(random).rules), code: "one_more", clauses: [] };
        delete rule.pack;
        const rules = [...source.rules, rule];
        const actions = source.actions.map((action) => ({
          ...action,
          rules: [...(action.rules ?? []), rules.length - 1],
        }));
        return { ...source, rules, actions };
      },
      100,
    );
  });

  it("a row or gate more never lowers", { timeout: 300_000 }, () => {
    expectAtLeastAsStrict(
      "one more row",
      (source, random) => {
        const row: RowSource = random.pick<RowSource>([
          { code: "one_more", kind: "row", verdict: random.pick(["allow", "review", "deny"]) },
          { code: "one_more", kind: "gate", verdict: "deny" },
        ]);
        const rows = [...source.rows, row];
        const actions = source.actions.map((action) => ({
          ...action,
          rows: [rows.length - 1, ...(action.rows ?? [])],
        }));
        return { ...source, rows, actions };
      },
      200,
    );
  });

  it("annotations never lower", { timeout: 300_000 }, () => {
    let stricter = 0;
    for (let i = 0; i < IMAGES; i++) {
      const random = new Random(SEED + 300 + i);
      const judge = new Judge(plainUnknownRead(calmImage(randomImage(random), true)));
      for (let n = 0; n < REQUESTS; n++) {
        const bytes = randomRequest(random, judge.image);
        const annotated = judge.decide(bytes);
        if (annotated.status !== 0) continue;
        const request = readMap(bytes);
        if (!request.has("annotations")) continue;
        const bare = judge.decide(without(request, "annotations"));
        if (annotated.verdict < bare.verdict) throw new Error(story("annotations", bare, annotated, request));
        if (annotated.verdict > bare.verdict) stricter++;
      }
    }
    expect(stricter).toBeGreaterThan(0);
  });

  it("gates dominate: whatever else matches, the verdict is deny", { timeout: 300_000 }, () => {
    let gated = 0;
    for (let i = 0; i < IMAGES; i++) {
      const random = new Random(SEED + 400 + i);
      const judge = new Judge(randomImage(random));
      for (let n = 0; n < REQUESTS; n++) {
        const answer = judge.decide(randomRequest(random, judge.image));
        if (answer.status !== 0 || !hasGate(answer)) continue;
        gated++;
        expect(answer.verdict).toBe(2);
      }
    }
    expect(gated).toBeGreaterThan(50);
  });
});

function hasGate(answer: WasmAnswer): boolean {
  // The key `gate` as CMP/1 writes it: a str of four bytes.
  return Buffer.from(answer.record).includes(Buffer.from("\xa4gate", "latin1"));
}

describe("what calms", () => {
  it("a relax entry less never lowers", { timeout: 300_000 }, () => {
    expectAtLeastAsStrict(
      "without relax entries",
      (source) => ({
        ...source,
        actions: source.actions.map((action) => ({
          ...action,
          rows: (action.rows ?? []).filter((index) => source.rows[index]?.kind !== "relax"),
        })),
      }),
      520,
    );
  });

  it("an empty org set never lowers", { timeout: 300_000 }, () => {
    expectAtLeastAsStrict(
      "empty sets",
      (source) => ({ ...source, sets: source.sets.map((set) => ({ ...set, values: [] })) }),
      600,
    );
  });

  it("an organisation without domains never lowers", { timeout: 300_000 }, () => {
    expectAtLeastAsStrict("no domains", (source) => ({ ...source, domains: [], domainsUnder: [] }), 700);
  });

  it("no default currency never lowers", { timeout: 300_000 }, () => {
    expectAtLeastAsStrict(
      "no default currency",
      (source) => {
        const { defaultCurrency: _, ...rest } = source;
        return rest;
      },
      800,
      true,
    );
  });

  it("unknown.read switched off never lowers", { timeout: 300_000 }, () => {
    expectAtLeastAsStrict("unknown.read off", (source) => ({ ...source, unknownRead: false }), 900);
  });

  it("an unbound server never lowers", { timeout: 300_000 }, () => {
    expectAtLeastAsStrict("no server bound", (source) => ({ ...source, servers: [] }), 1000);
  });

  it("a claim is never calmer than nothing", { timeout: 300_000 }, () => {
    let checked = 0;
    for (let i = 0; i < IMAGES; i++) {
      const random = new Random(SEED + 1100 + i);
      const judge = new Judge(calmImage(randomImage(random), true));
      for (let n = 0; n < REQUESTS; n++) {
        const bytes = randomRequest(random, judge.image);
        if (judge.decide(bytes).status !== 0) continue;
        const request = readMap(bytes);
        const context = withValue(request.get("context") as Fields, "asserted_by", new Map());
        const claimed = judge.decide(withValue(request, "context", context));
        for (const key of ["actor", "environment", "roles", "tz_min", "host"]) {
          if (!context.has(key)) continue;
          const silent = judge.decide(withValue(request, "context", without(context, key)));
          if (claimed.verdict < silent.verdict) {
            throw new Error(story(`claims ${key}`, silent, claimed, request));
          }
          checked++;
        }
      }
    }
    expect(checked).toBeGreaterThan(1000);
  });
});
