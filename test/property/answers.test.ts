/** A reviewer only raises; an approval makes an allow of a review, and of nothing else; and neither changes what was scored. */
import { expect, it } from "vitest";
import { randomRequest } from "../differential/generate.ts";
import { randomImage } from "../differential/images.ts";
import { Random } from "../differential/random.ts";
import type { WasmAnswer } from "../differential/wasm.ts";
import { readCmp, type Writable, writableOf } from "../model/cmp.ts";
import { statusCode, wire } from "../model/wire.ts";
import { type Fields, Judge, readMap, recordOf, SEED, story, withValue } from "./ask.ts";

const VERDICTS = wire.verdicts;
const DAY_MS = 86_400_000n;
const digest = (random: Random): Uint8Array => Uint8Array.from({ length: 32 }, () => random.below(256));

const membersOf = (answer: WasmAnswer): Fields => writableOf(readCmp(answer.record)) as Fields;

function reviewerOf(random: Random): Fields {
  return new Map<string, Writable>([
    ["answer", random.pick(["deny", "escalate"])],
    ["by", "careful 1"],
    ["of", digest(random)],
    ["prompt", digest(random)],
  ]);
}

/** An approval that fits what was found; now and then one of its members is off. */
function approvalOf(random: Random, found: WasmAnswer, timeMs: bigint): Fields {
  const record = membersOf(found);
  const count = 1 + random.below(8);
  const approvers = Array.from(
    { length: count },
    (_, at) =>
      new Map<string, Writable>([
        ["id", `person ${at}`],
        ["key", `k4.pid.${at}`],
        ["signature", new Uint8Array(64)],
      ]),
  );
  const reasons = record.get("reasons") as string[];
  const off = random.below(12);
  return new Map<string, Writable>([
    ["approvers", approvers],
    ["args", off === 0 ? digest(random) : (record.get("args") as Uint8Array)],
    ["at_ms", off === 1 ? timeMs + 1n : timeMs],
    ["expires_ms", off === 2 ? timeMs + DAY_MS + 1n : timeMs + 1n],
    ["image", off === 3 ? digest(random) : (record.get("image") as Uint8Array)],
    ["of", digest(random)],
    ["reasons", off === 4 ? reasons.slice(1) : reasons],
  ]);
}

/** What both answers leave as it was. */
function scored({ score, hazard, tier, record }: WasmAnswer): unknown {
  const members = writableOf(readCmp(record)) as Fields;
  return [score, hazard, tier, members.get("parts"), members.get("rows"), members.get("gate")];
}

it("an answer never lowers, but an approval a review", { timeout: 300_000 }, () => {
  const met = new Map<string, number>();
  for (let i = 0; i < 30; i++) {
    const random = new Random(SEED + 900 + i);
    const judge = new Judge(randomImage(random));
    for (let n = 0; n < 40; n++) {
      const bytes = randomRequest(random, judge.image);
      const found = judge.decide(bytes);
      if (found.status !== 0) continue;
      const request = readMap(bytes);
      const timeMs = BigInt((request.get("context") as Fields).get("time_ms") as bigint | number);

      const said = reviewerOf(random);
      const asked = withValue(request, "reviewer", said);
      const reviewed = judge.decide(asked);
      expect(statusCode(reviewed.status)).toBe("ok");
      const least = said.get("answer") === "deny" ? VERDICTS.indexOf("deny") : VERDICTS.indexOf("review");
      if (reviewed.verdict !== Math.max(found.verdict, least))
        throw new Error(story("a reviewer", found, reviewed, asked));
      expect(scored(reviewed)).toEqual(scored(found));

      const wanted = withValue(request, "approval", approvalOf(random, found, timeMs));
      const approved = judge.decide(wanted);
      if (statusCode(approved.status) === "value_range") continue; // The end of its time is beyond all times.
      expect(statusCode(approved.status)).toBe("ok");
      const [before, after] = [recordOf(found), recordOf(approved)];
      const isApproved = after.reasons.includes("approved");
      const isAsBefore =
        approved.verdict === found.verdict && after.lowered_by.length === before.lowered_by.length;
      const isLowered =
        before.verdict === "review" &&
        after.verdict === "allow" &&
        after.lowered_by.some(([kind]) => kind === "approval");
      if (isApproved ? !isLowered : !isAsBefore)
        throw new Error(story("an approval", found, approved, wanted));
      expect(scored(approved)).toEqual(scored(found));
      const came = after.reasons.find((code) => wire.words.groups.reason_answer?.includes(code));
      expect(came === undefined).toBe(before.verdict !== "review");
      met.set(came ?? before.verdict, (met.get(came ?? before.verdict) ?? 0) + 1);
    }
  }
  for (const way of ["approved", "approval_mismatch", "approval_expired", "approval_stale", "allow", "deny"])
    expect(met.get(way) ?? 0, way).toBeGreaterThan(0);
});
