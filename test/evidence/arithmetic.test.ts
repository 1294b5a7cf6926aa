/** What a record alone proves: good ones pass, and no number of them can be changed unless it is free. */

import { describe, expect, test } from "vitest";
import { checkArithmetic, quickScoreOf } from "../../bindings/evidence/arithmetic.ts";
import { digestAfter } from "../../bindings/memory/fold.ts";
import { decode } from "../../bindings/src/codec/decode.ts";
import { encode } from "../../bindings/src/codec/encode.ts";
import { HAZARD_MAX } from "../../bindings/src/gen/limits.ts";
import { scoreOf } from "../../bindings/src/hazard.ts";
import { TIME_MS } from "../unit/built.ts";
import { freshRecords, type KnownRecord, recordsOfVectors } from "./records.ts";

type Members = Record<string, unknown>;
type Step = string | number;

const vectors = recordsOfVectors();
const fresh = freshRecords();
const all = [...vectors, ...fresh];

const check = ({ record, maxima }: KnownRecord, members?: unknown): string | undefined => {
  const fault = checkArithmetic(members === undefined ? record : encode(members), maxima);
  return fault === undefined ? undefined : `${fault.path}: ${fault.reason}`;
};

const named = (why: string): KnownRecord => {
  const found = fresh.find((one) => one.why === why);
  if (found === undefined) throw new Error(`no record ${why}`);
  return found;
};

test.each(all.map((one) => [one.why, one] as const))("passes: %s", (_, known) => {
  expect(check(known)).toBeUndefined();
});

test("there are records of every kind among them", () => {
  expect(vectors.length).toBeGreaterThan(30);
  const members = all.map(({ record }) => decode(record) as Members);
  const counted = members.flatMap(({ parts = [] }) => (parts as Members[]).map((part) => part.counted));
  expect(new Set(counted)).toEqual(new Set(["full", "minimal", "duplicate"]));
  expect(new Set(members.map(({ verdict }) => verdict))).toEqual(new Set(["allow", "review", "deny"]));
  for (const key of ["cells", "event", "gate", "by"]) expect(members.some((one) => key in one)).toBe(true);
});

/** Every value in a record that holds no other, with the steps that lead to it. */
function* leaves(
  value: unknown,
  steps: readonly Step[] = [],
): Generator<readonly [readonly Step[], unknown]> {
  if (Array.isArray(value)) for (const [at, one] of value.entries()) yield* leaves(one, [...steps, at]);
  else if (typeof value === "object" && value !== null && !(value instanceof Uint8Array))
    for (const [key, one] of Object.entries(value)) yield* leaves(one, [...steps, key]);
  else yield [steps, value];
}

function changed(record: Uint8Array, steps: readonly Step[], value: unknown): Members {
  const whole = decode(record) as Members;
  let place = whole as Record<Step, unknown>;
  for (const step of steps.slice(0, -1)) place = place[step] as Record<Step, unknown>;
  place[steps.at(-1) as Step] = value;
  return whole;
}

const pattern = (steps: readonly Step[]): string =>
  steps.map((step) => (typeof step === "number" ? "#" : step)).join(".");

/** Numbers that stand for themselves: the record has nothing to hold them against. A replay has. */
const FREE_NUMBERS: readonly string[] = [
  "time_ms",
  "approval.at_ms",
  "approval.expires_ms",
  "obligations.approvers",
  "obligations.ttl_ms",
  // As long as the hazard stays in its tier.
  "thresholds.#",
];

describe("a number that was changed is found, unless it is free", () => {
  /** Of a part: free where arithmetic rounds it away, so the part comes to the same hazard. */
  const isRounded = (steps: readonly Step[], members: Members): boolean => {
    if (steps[0] !== "parts" || (steps[2] !== "flags" && steps[2] !== "levels")) return false;
    const [, part, list, at, place] = steps as [string, number, string, number, number];
    const parts = members.parts as { flags: number[][]; levels: number[][]; hazard: number }[];
    const { flags, levels } = parts[part] as (typeof parts)[number];
    // The gain of an amplifier that stands at 0, and anything that multiplies nothing.
    if (list === "levels") return (place === 1 && levels[at]?.[0] === 0) || flags.length === 0;
    // Half of an odd number is rounded down.
    if (place === 2) return flags[at]?.[1] === 1;
    // Which flag it is, is said by its number alone.
    return place === 0;
  };

  test.each(all.map((one) => [one.why, one] as const))("%s", (_, known) => {
    const original = decode(known.record) as Members;
    for (const [steps, value] of leaves(original)) {
      if (typeof value !== "number") continue;
      for (const other of [value + 1, value - 1, value * 2 + 7]) {
        const members = changed(known.record, steps, other);
        if (FREE_NUMBERS.includes(pattern(steps)) || isRounded(steps, original)) continue;
        expect(check(known, members), `${pattern(steps)}: ${value} to ${other}`).toBeDefined();
      }
    }
  });
});

test("of the free ones, each is refused outside its bounds", () => {
  const known = named("a refund in three histories");
  for (const [steps, value] of leaves(decode(known.record))) {
    if (typeof value !== "number") continue;
    for (const other of [-1, 1.5, 2 ** 53, "1", null]) {
      expect(
        check(known, changed(known.record, steps, other)),
        `${pattern(steps)} to ${other}`,
      ).toBeDefined();
    }
  }
});

/** Texts and bytes that stand for themselves. */
const FREE_OTHERS: readonly string[] = [
  "args",
  "request",
  "engine",
  "image",
  "binding",
  "durability",
  "mode",
  "edition",
  "lowered_by.#.#",
  "obligations.disclose.#",
  "obligations.notify.#",
  "obligations.redact.#",
  // Names of the policy; those in `rows` and `gate` must be among the reasons.
  "parts.#.action",
  "parts.#.mapping",
  "reasons.#",
  // What a person or a host said.
  "event.by",
  "event.of",
  "event.reason",
  "event.source",
  "event.status",
  "event.value",
  "approval.approvers.#.signature",
  "reviewer.by",
  "reviewer.prompt",
  "reviewer.reason",
];

test.each(all.map((one) => [one.why, one] as const))(
  "texts and bytes that were changed are found: %s",
  (_, known) => {
    const { cells } = decode(known.record) as { cells: { events: Uint8Array; note?: Uint8Array }[] };
    // Of an approval that is over nobody asks who gave it and what they saw.
    const isOver = known.why === "a refund whose approval is over";
    for (const [steps, value] of leaves(decode(known.record))) {
      if (isOver && /^approval\.(approvers|reasons)\./.test(pattern(steps))) continue;
      if (typeof value === "number" || FREE_OTHERS.includes(pattern(steps))) continue;
      // Of a history that was not changed only the request says which it is.
      const cell = steps[2] === "id" ? cells[steps[1] as number] : undefined;
      if (cell?.events.length === 0 && cell.note === undefined) continue;
      const others =
        value instanceof Uint8Array
          ? [
              value.map((byte, at) => (at === 5 ? byte ^ 1 : byte)),
              value.slice(1),
              new Uint8Array([...value, 0]),
            ]
          : [`${value}x`, "", 1, null];
      for (const other of others) {
        if (
          value instanceof Uint8Array &&
          value.length === 0 &&
          other instanceof Uint8Array &&
          other.length === 0
        )
          continue;
        expect(
          check(known, changed(known.record, steps, other)),
          `${pattern(steps)}: ${value}`,
        ).toBeDefined();
      }
    }
  },
);

test.each(all.map((one) => [one.why, one] as const))("a key more or less is found: %s", (_, known) => {
  expect(check(known, { ...(decode(known.record) as Members), extra: 1 })).toMatch(/^extra: no key/);
  for (const key of Object.keys(decode(known.record) as Members)) {
    const members = decode(known.record) as Members;
    delete members[key];
    // Where it is not said that there were histories, there may have been none; a denied event has none to go into.
    const { verdict, event } = members;
    if (
      key === "cells" &&
      (event === undefined ? !`${members.reasons}`.includes("state_") : verdict === "deny")
    )
      continue;
    expect(check(known, members), key).toBeDefined();
  }
});

test("bytes that are not canonical, or too many, are no record", () => {
  const { record, maxima } = named("a mail that is counted");
  expect(checkArithmetic(record.subarray(1), maxima)?.reason).toContain("cmp_");
  expect(checkArithmetic(new Uint8Array([...record, 0xc0]), maxima)?.reason).toContain("cmp_trailing");
  expect(checkArithmetic(new Uint8Array(32_769), maxima)?.reason).toContain("at most 32768 bytes");
  for (const value of [null, 1, [], {}, "x", new Uint8Array(3)])
    expect(checkArithmetic(encode(value), maxima)).toBeDefined();
});

describe("what its members say about each other", () => {
  const edit = (why: string, change: (members: Members) => void): string | undefined => {
    const known = named(why);
    const members = decode(known.record) as Members;
    change(members);
    return check(known, members);
  };
  const MAIL = "a mail that is counted";
  const GATED = "everything goes";

  test("a verdict is no calmer than its gate and its reasons", () => {
    expect(edit(GATED, (one) => (one.verdict = "review"))).toMatch(/^verdict: wanted deny: the gate/);
    expect(edit("a call without its histories", (one) => (one.verdict = "allow"))).toMatch(
      /^verdict: wanted deny with/,
    );
    expect(edit("an event without a history", (one) => (one.verdict = "allow"))).toMatch(
      /^verdict: wanted deny/,
    );
    expect(edit("a label", (one) => (one.verdict = "deny"))).toMatch(/^verdict: wanted allow/);
    expect(edit("a label", (one) => (one.verdict = "review"))).toMatch(/^(verdict|obligations)/);
    expect(edit("a host that stopped", (one) => (one.verdict = "review"))).toMatch(/^verdict: wanted deny/);
    const review = { verdict: "review", obligations: {} };
    expect(edit("a tool that only reads", (one) => Object.assign(one, review, { cells: [] }))).toMatch(
      /approvers/,
    );
  });

  test("a gate is the first reason, and only a gate is one before the state", () => {
    expect(edit(GATED, (one) => (one.gate = "another"))).toMatch(/^reasons\[0\]: wanted the gate another/);
    expect(edit(GATED, (one) => delete one.gate)).toMatch(/^reasons\[0\]: wanted a gate/);
    expect(edit(MAIL, (one) => (one.reasons as string[]).unshift("elevated"))).toMatch(/may not stand here/);
    expect(edit(MAIL, (one) => (one.reasons = ["tier_high"]))).toMatch(/^reasons\[0\]: wanted tier_/);
    expect(edit(MAIL, (one) => (one.reasons as string[]).push(`tier_${one.tier}`))).toMatch(/each code once/);
    expect(edit(MAIL, (one) => (one.rows = ["one_mail"]))).toMatch(/^rows\[0\]/);
    const relax = (one: Members): unknown =>
      Object.assign(one, { rows: ["calm"], reasons: [`tier_${one.tier}`, "calm"] });
    expect(edit(MAIL, relax)).toMatch(/lowered_by does not name/);
  });

  test("an answer says what came of it", () => {
    const APPROVED = "an approved refund";
    const DENIED = "a refund that a reviewer denies";
    const approval = (one: Members): Members => one.approval as Members;
    const without = (one: Members, code: string): unknown =>
      (one.reasons = (one.reasons as string[]).filter((other) => other !== code));
    const reviewed = { verdict: "review", obligations: { approvers: 1 } };
    expect(edit(APPROVED, (one) => Object.assign(one, reviewed))).toMatch(
      /^verdict: wanted allow with approved/,
    );
    expect(edit(APPROVED, (one) => (one.time_ms = TIME_MS + 60_000))).toMatch(/wanted approval_expired/);
    expect(edit(APPROVED, (one) => (approval(one).expires_ms = TIME_MS + 86_400_001))).toMatch(
      /wanted approval_expired/,
    );
    expect(edit(APPROVED, (one) => (one.args = new Uint8Array(32)))).toMatch(/wanted approval_mismatch/);
    expect(edit(APPROVED, (one) => (approval(one).reasons = []))).toMatch(/wanted approval_stale/);
    expect(edit(APPROVED, (one) => ((one.obligations as Members).approvers = 3))).toMatch(
      /wanted approval_quorum or approval_self/,
    );
    expect(edit(APPROVED, (one) => (one.lowered_by = []))).toMatch(/^lowered_by: wanted each approver/);
    expect(edit(APPROVED, (one) => (approval(one).approvers as unknown[]).reverse())).toMatch(
      /ids that ascend/,
    );
    expect(edit(APPROVED, (one) => without(one, "approved"))).toMatch(/an approval that did not lower/);
    expect(edit(APPROVED, (one) => (one.reasons as string[]).splice(1, 0, "approval_self"))).toMatch(
      /wanted one of/,
    );
    expect(edit(DENIED, (one) => Object.assign(one, reviewed))).toMatch(/^verdict: wanted at least deny/);
    expect(edit(DENIED, (one) => without(one, "reviewer_denied"))).toMatch(/wanted reviewer_denied among/);
    expect(edit(MAIL, (one) => (one.reasons as string[]).unshift("approved"))).toMatch(
      /approved without an answer/,
    );
    expect(edit("a label", (one) => (one.parent = new Uint8Array(32)))).toMatch(/not without an answer/);
  });

  test("parts count as they may", () => {
    const part = (one: Members, at: number): Members => (one.parts as Members[])[at] as Members;
    const twice = "the same command twice";
    expect(edit(twice, (one) => (part(one, 0).counted = "duplicate"))).toMatch(/no full part before it/);
    expect(edit(twice, (one) => (part(one, 1).action = "files.read"))).toMatch(/no full part before it/);
    expect(edit(MAIL, (one) => (part(one, 0).counted = "minimal"))).toMatch(/counted/);
    expect(edit(twice, (one) => ((part(one, 1).levels as number[][])[0] = [0, 621]))).toMatch(/has the gain/);
    expect(edit(MAIL, (one) => ((part(one, 0).levels as number[][])[0] = [41, 620]))).toMatch(
      /wanted at most 40/,
    );
    expect(edit(MAIL, (one) => (part(one, 0).flags as unknown[]).reverse())).toMatch(/by number, each once/);
    expect(edit(MAIL, (one) => (one.parts = []))).toMatch(/^(parts|hazard)/);
    expect(edit("a tool that only reads", (one) => (one.lowered_by = []))).toMatch(/unknown_read/);
  });

  test("histories hold what the call put into them", () => {
    const cell = (one: Members, at = 0): Members => (one.cells as Members[])[at] as Members;
    expect(edit(MAIL, (one) => (one.cells = [cell(one), cell(one)]))).toMatch(
      /^cells\[1\]\.id: wanted each once/,
    );
    expect(edit(MAIL, (one) => (cell(one).events = new Uint8Array(39)))).toMatch(/40 bytes each/);
    expect(edit(MAIL, (one) => (cell(one).note = new Uint8Array(0)))).toMatch(/a note, or no such key/);
    expect(edit("a freeze", (one) => ((one.event as Members).kind = "thaw"))).toMatch(/its marks are not/);
    expect(edit("a label", (one) => ((one.event as Members).labels = ["secret"]))).toMatch(
      /its bits are not/,
    );
    expect(edit("what a user typed", (one) => ((one.event as Members).trust = "tool"))).toMatch(
      /its marks are not/,
    );
    expect(edit("a label", (one) => (one.cells = []))).toMatch(/^cells: wanted the one history/);
    expect(edit("a call without its histories", (one) => delete one.cells)).toMatch(/^cells: wanted them/);
  });

  describe("what is put into a history fits the call, even where the digests agree", () => {
    interface Cell {
      readonly id: Uint8Array;
      readonly before: Uint8Array;
      events: Uint8Array;
      note?: Uint8Array;
    }
    type Put = Partial<Pick<Cell, "events" | "note">>;
    const cellsIn = (members: Members): readonly Cell[] => members.cells as readonly Cell[];
    /** The first history that something was put into, or the first one. */
    const place = Math.max(
      0,
      cellsIn(decode(named(MAIL).record) as Members).findIndex((cell) => cell.events.length > 0),
    );
    const put = (why: string, members: Put, change?: (one: Members) => void): string | undefined =>
      edit(why, (one) => {
        const cell = cellsIn(one)[why === MAIL ? place : 0] as Cell;
        Object.assign(cell, members);
        Object.assign(cell, { after: digestAfter(cell.id, cell.before, cell.events, cell.note) });
        change?.(one);
      });
    const { events } = cellsIn(decode(named(MAIL).record) as Members)[place] as Cell;
    const event = (at: number, ...bytes: number[]): Put => {
      const other = events.slice();
      other.set(bytes, at);
      return { events: other };
    };
    const note = (bits: number, ...marks: number[]): Put => {
      const bytes = new Uint8Array(8 + 8 * marks.length);
      const view = new DataView(bytes.buffer);
      view.setUint16(0, bits, true);
      view.setUint32(4, marks.length, true);
      for (const [at, mark] of marks.entries()) view.setUint32(8 + 8 * at, mark, true);
      return { note: bytes };
    };
    const written = (count: number): number[] => Array.from({ length: count }, (_, at) => 8 * at + 2);

    test("as it was put in it passes", () => {
      expect(events.length).toBe(40);
      expect(put(MAIL, {})).toBeUndefined();
      expect(put(MAIL, note(0x01))).toBeUndefined();
      expect(put(MAIL, note(0, ...written(64)))).toBeUndefined();
      expect(put(MAIL, note(1 << 10))).toBeUndefined();
    });

    test.each<[string, { events?: Uint8Array; note?: Uint8Array }, RegExp]>([
      ["an earlier time", event(0, 0, 0, 0, 0, 0, 0), /a time before/],
      ["no such time", event(6, 0xff, 0xff), /a time before/],
      ["too large an amount", event(14, 0xff), /too large an amount/],
      ["no units", event(24, 0, 0, 0, 0), /counts nothing/],
      ["no tally", event(28, 0, 0), /in no tally/],
      ["another tier", event(32, 4), /a tier of no part/],
      ["no tier", event(32, 9), /a tier of no part/],
      ["another verdict", event(33, 2), /another verdict/],
      ["no zeros", event(39, 1), /name of another call/],
      ["more events than parts", { events: new Uint8Array([...events, ...events]) }, /a tier of no part/],
      ["an empty note", note(0), /nothing is noted/],
      ["a note that observes", note(1 << 8), /does not observe/],
      ["a mark of a user", note(0, 8), /what it wrote/],
      ["a mark twice", note(0, 10, 10), /each mark once/],
      ["marks beside all written", note(1 << 10, 10), /more marks/],
      ["more marks than fit", note(0, ...written(65)), /more marks/],
    ])("%s", (_, members, fault) => {
      expect(put(MAIL, members)).toMatch(fault);
    });

    test("a call that did not run leaves no note, unless it ran all the same", () => {
      expect(put(GATED, note(1))).toMatch(/did not run/);
      expect(put(GATED, note(1), (one) => Object.assign(one, { mode: "shadow" }))).toBeUndefined();
    });

    test("an event is counted nowhere, and leaves the note that it says", () => {
      expect(put("a label", { events })).toMatch(/counted in no tally/);
      expect(put("a freeze", note(0, 11, 3, 3))).toMatch(/one mark, or two/);
      expect(put("a thaw", note(0, 12, 4))).toMatch(/one mark, or two/);
      expect(put("what became of a call", note(0))).toMatch(/nothing is noted/);
      expect(put("what became of a call", note(1))).toMatch(/its bits are not/);
    });
  });

  test("lists stand in their order, each entry once", () => {
    const obligations = (redact: string[]) => (one: Members) =>
      Object.assign(one, { obligations: { redact } });
    expect(edit(MAIL, obligations(["b", "a"]))).toMatch(/^obligations\.redact\[0\]/);
    expect(edit(MAIL, obligations(["a", "a"]))).toMatch(/^obligations\.redact\[1\]/);
    expect(edit(MAIL, obligations(["\u{1f600}", "\uff5e"]))).toMatch(/^obligations\.redact\[0\]/);
    expect(edit(MAIL, obligations(["\uff5e", "\u{1f600}"]))).toBeUndefined();
    const entry = ["context", "actor", "sso"];
    expect(edit(MAIL, (one) => (one.lowered_by = [entry, entry]))).toMatch(/each entry once/);
    expect(edit(MAIL, (one) => (one.lowered_by = [["domain", "host", "org"], entry]))).toMatch(
      /order of the format/,
    );
  });
});

test("the quick score is the exact one", () => {
  const hazards = [0, 1, 99, 100, 101, HAZARD_MAX];
  for (let hazard = 1; hazard < HAZARD_MAX; hazard = Math.ceil(hazard * 1.003)) hazards.push(hazard);
  // Where the score steps up, one before and one behind.
  for (let score = 1; score < 10_000; score += 7) {
    const edge = Math.round(-1e6 * Math.log(1 - score / 10_000));
    hazards.push(edge - 1, edge, edge + 1);
  }
  for (const hazard of hazards) expect([hazard, quickScoreOf(hazard)]).toEqual([hazard, scoreOf(hazard)]);
});
