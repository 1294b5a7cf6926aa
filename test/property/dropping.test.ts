/** A fact that is lost never calms: not a field, not a fact of the context, not the word of whoever vouches for it. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { randomRequest } from "../differential/generate.ts";
import { randomImage } from "../differential/images.ts";
import { Random } from "../differential/random.ts";
import { buildPath, type WasmAnswer } from "../differential/wasm.ts";
import type { Image } from "../model/image.ts";
import type { ImageSource } from "../model/image-writer.ts";
import { fieldNumber, wire } from "../model/wire.ts";
import { type Fields, Judge, readMap, recordOf, SEED, story, without, withValue } from "./ask.ts";
import { calmImage } from "./calm.ts";

interface Drop {
  what: string;
  request: Fields;
}

const context = (request: Fields): Fields => request.get("context") as Fields;

function contextDrops(request: Fields): Drop[] {
  const facts = context(request);
  const asserted = facts.get("asserted_by") as Fields;
  const drops = [...facts.keys()]
    .filter((key) => key !== "time_ms" && key !== "asserted_by")
    .map((key) => ({ what: `context.${key}`, request: withValue(request, "context", without(facts, key)) }));
  for (const key of asserted.keys()) {
    const less = withValue(facts, "asserted_by", without(asserted, key));
    drops.push({ what: `asserted_by.${key}`, request: withValue(request, "context", less) });
  }
  return drops;
}

function hostDrops(request: Fields): Drop[] {
  const facts = context(request);
  const host = facts.get("host") as Fields | undefined;
  return [...(host?.keys() ?? [])].map((key) => ({
    what: `host.${key}`,
    request: withValue(request, "context", withValue(facts, "host", without(host as Fields, key))),
  }));
}

const isAboutHost = (drop: Drop): boolean => /host/.test(drop.what);

/** Fields that stand behind one fact together: leaving one of them out changes the fact, leaving all out loses it. */
const GROUPS = [
  ["path", "destination_path"],
  ["url", "host"],
].map((names) => names.map(fieldNumber));

/** The direct form without one field, by all its input names, or without one group of fields. */
function fieldDrops(request: Fields, image: Image): Drop[] {
  const fields = request.get("fields") as Fields | undefined;
  if (fields === undefined) return [];
  const numberOf = (name: string): number => image.look(wire.namespaces.field as number, name) as number;
  const groups = new Set(
    [...fields.keys()].map((name) => GROUPS.find((g) => g.includes(numberOf(name))) ?? [numberOf(name)]),
  );
  return [...groups].map((group) => {
    const kept = new Map([...fields].filter(([name]) => !group.includes(numberOf(name))));
    return { what: `field ${group}`, request: withValue(request, "fields", kept) };
  });
}

function expectNotCalmer(judge: Judge, request: Fields, before: WasmAnswer, drops: Drop[]): number {
  for (const drop of drops) {
    const after = judge.decide(drop.request);
    expect(after.status).toBe(0);
    // A tool call may take another of its readings; the direct form has only one, so its hazard says more.
    const isDirect = request.has("action");
    if (after.verdict < before.verdict || (isDirect && after.hazard < before.hazard)) {
      throw new Error(story(`without ${drop.what}`, before, after, request));
    }
  }
  return drops.length;
}

/** Random requests that are decided, as maps. */
function* decided(
  judge: Judge,
  random: Random,
  count: number,
): Generator<{ request: Fields; before: WasmAnswer }> {
  for (let i = 0; i < count; i++) {
    const bytes = randomRequest(random, judge.image);
    const before = judge.decide(bytes);
    if (before.status === 0) yield { request: readMap(bytes), before };
  }
}

describe("a fact that is lost", () => {
  it("never calms under random policies", { timeout: 600_000 }, () => {
    let checked = 0;
    for (let i = 0; i < 40; i++) {
      const random = new Random(SEED + i);
      const source: ImageSource = calmImage(randomImage(random), i % 2 === 0);
      // A currency that is left out gives way to the default, which is named in the record; without one it is unknown.
      if (i % 3 === 0) delete source.defaultCurrency;
      const judge = new Judge(source);
      for (const { request, before } of decided(judge, random, 60)) {
        const overflowed = recordOf(before).reasons.includes("values_overflow");
        let drops = contextDrops(request);
        if (i % 2 === 0) drops = drops.filter((drop) => !isAboutHost(drop));
        else drops.push(...hostDrops(request).filter((drop) => drop.what !== "host.realpaths"));
        const host = context(request).get("host") as Fields | undefined;
        if (host?.has("realpaths") === true) drops = drops.filter((drop) => !isAboutHost(drop));
        if (!overflowed) {
          drops.push(
            ...fieldDrops(request, judge.image).filter(
              (drop) =>
                source.defaultCurrency === undefined || drop.what !== `field ${fieldNumber("currency")}`,
            ),
          );
        }
        checked += expectNotCalmer(judge, request, before, drops);
      }
    }
    expect(checked).toBeGreaterThan(10_000);
  });

  it("never calms under the default policy, if it is a fact of the context", { timeout: 600_000 }, () => {
    const judge = new Judge(new Uint8Array(readFileSync(buildPath("base.image"))));
    let checked = 0;
    for (const { request, before } of decided(judge, new Random(SEED), 1500)) {
      const drops = [...contextDrops(request), ...hostDrops(request)];
      for (const drop of drops) {
        const after = judge.decide(drop.request);
        if (after.verdict < before.verdict)
          throw new Error(story(`without ${drop.what}`, before, after, request));
      }
      checked += drops.length;
    }
    expect(checked).toBeGreaterThan(5000);
  });

  it("calms under the default policy only where a rule asks whether the field is there, or could be read", {
    timeout: 600_000,
  }, () => {
    const judge = new Judge(new Uint8Array(readFileSync(buildPath("base.image"))));
    // Entries that base wrote with `present`, or about a mark, stop matching when the field goes: base.yaml says so.
    const askingPresence = new Set<string>();
    for (const action of judge.image.actions) {
      for (const entry of [...action.rules, ...action.rows]) {
        const asks = entry.clauses.flat().some((p) => p.operator === "present" || p.operand === "mark");
        if (asks) askingPresence.add(entry.code);
      }
    }
    let calmed = 0;
    for (const { request, before } of decided(judge, new Random(SEED + 1), 1500)) {
      for (const drop of fieldDrops(request, judge.image)) {
        const after = judge.decide(drop.request);
        if (after.verdict >= before.verdict) continue;
        calmed++;
        const stillThere = recordOf(after).reasons;
        const gone = recordOf(before).reasons.filter((code) => !stillThere.includes(code));
        if (!gone.some((code) => askingPresence.has(code))) {
          throw new Error(story(`without ${drop.what}`, before, after, request));
        }
      }
    }
    expect(calmed).toBeGreaterThan(0);
  });
});
