/** The automaton that refa made says what the regular expressions say, and what went into the image is that automaton. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { automatonBytes } from "../../bindings/src/compile/detectors.ts";
import {
  type Automaton,
  buildAutomaton,
  KINDS,
  kindsOfBytes,
  packAutomaton,
  readDetectors,
} from "../../tools/detectors.ts";
import { Seeded } from "../unit/base-harness.ts";
import { judges, WALK_BYTES_MAX } from "./reference.ts";
import { changed, Sampler } from "./sample.ts";

const DETECTORS = readDetectors(
  readFileSync(new URL("../../taxonomy/detectors.yaml", import.meta.url), "utf8"),
);
const AUTOMATON = buildAutomaton(DETECTORS);
const JUDGES = judges(DETECTORS);
const SAMPLES = 40;
const ROOTS = { word: 1, hump: 2 } as const;

/** `detector:end` of everything that a walk from the first byte accepts. */
function walked(
  { classes, next, firstAccepting, items }: Automaton,
  root: "word" | "hump",
  text: string,
): string[] {
  const hits: string[] = [];
  let state: number = ROOTS[root];
  for (let at = 0; at < Math.min(text.length, WALK_BYTES_MAX) && state !== 0; at++) {
    state = next[state]?.[classes[text.charCodeAt(at)] ?? 0] ?? 0;
    for (const item of items[state - firstAccepting] ?? [])
      hits.push(`${DETECTORS.detectors[item]?.id}:${at + 1}`);
  }
  return hits.sort();
}

/** The same by the expressions, each tried on each prefix. */
function judged(root: "word" | "hump", text: string): string[] {
  const hits: string[] = [];
  for (let end = 1; end <= Math.min(text.length, WALK_BYTES_MAX); end++) {
    for (const { detector, head } of JUDGES) {
      if (root === "hump" && !detector.inner) continue;
      if (head.test(text.slice(0, end))) hits.push(`${detector.id}:${end}`);
    }
  }
  return hits.sort();
}

describe("expression and automaton agree", () => {
  test.each(DETECTORS.detectors.map((detector) => [detector.id, detector] as const))("%s", (_, detector) => {
    const seeded = new Seeded(DETECTORS.detectors.indexOf(detector) + 1);
    const sampler = new Sampler(DETECTORS, detector);
    for (let sample = 0; sample < SAMPLES; sample++) {
      const head = sampler.head(seeded);
      expect(walked(AUTOMATON, "word", head), head).toContain(`${detector.id}:${head.length}`);
      for (const text of [head, changed(head, seeded), head + changed(head, seeded)]) {
        expect(walked(AUTOMATON, "word", text), text).toEqual(judged("word", text));
        expect(walked(AUTOMATON, "hump", text), text).toEqual(judged("hump", text));
      }
    }
  });

  test("the cases of each detector", () => {
    for (const { yes = [], no = [] } of DETECTORS.detectors) {
      for (const text of [...yes, ...no]) {
        for (let at = 0; at < text.length; at++) {
          const rest = text.slice(at);
          if (/[^\0-\x7f]/.test(rest)) continue;
          expect(walked(AUTOMATON, "word", rest), rest).toEqual(judged("word", rest));
        }
      }
    }
  });
});

describe("the section", () => {
  const section = automatonBytes();
  const view = new DataView(section.buffer);
  const counts = [0, 4, 8, 12, 16, 20].map((at) => view.getUint32(at, true));
  const [classes = 0, states = 0, accepting = 0, items = 0, folds = 0, cells = 0] = counts;

  test("holds the automaton of the expressions", () => {
    expect([classes, states, accepting]).toEqual([
      AUTOMATON.classCount,
      AUTOMATON.next.length,
      AUTOMATON.firstAccepting,
    ]);
    expect([...section.subarray(24, 280)]).toEqual(AUTOMATON.classes);
    const cellsAt = 280 + folds * 4;
    const basesAt = cellsAt + cells * 4;
    const next = AUTOMATON.next.map((row, state) => {
      const base = view.getUint16(basesAt + state * 2, true);
      return row.map((_, kind) => {
        const cellAt = cellsAt + (base + kind) * 4;
        return view.getUint16(cellAt, true) === state ? view.getUint16(cellAt + 2, true) : 0;
      });
    });
    expect(next).toEqual(AUTOMATON.next);
    const startsAt = basesAt + states * 2;
    const starts = Array.from({ length: states - accepting + 1 }, (_, at) =>
      view.getUint16(startsAt + at * 2, true),
    );
    const itemsAt = startsAt + starts.length * 2;
    const listed = starts.slice(0, -1).map((start, at) => {
      const count = (starts[at + 1] ?? 0) - start;
      return Array.from({ length: count }, (_, item) => view.getUint16(itemsAt + (start + item) * 2, true));
    });
    expect(listed).toEqual(AUTOMATON.items);
    expect(starts.at(-1)).toBe(items);
    expect(section.length).toBe(Math.ceil((itemsAt + items * 2) / 4) * 4);
  });

  test("is small enough", () => {
    expect(section.length).toBeLessThan(100_000);
    expect(packAutomaton(AUTOMATON).length).toBeLessThan(40_000);
  });

  test("folds ascend, and none is ASCII", () => {
    const points = AUTOMATON.folds.map((fold) => fold >> 8);
    expect(points).toEqual([...new Set(points)].sort((one, other) => one - other));
    expect(points[0]).toBeGreaterThan(127);
  });
});

test("kinds of bytes are those of the page", () => {
  const kinds = kindsOfBytes();
  const page = readFileSync(new URL("../../docs/format/detect.md", import.meta.url), "utf8");
  const line = /\*Kinds\*.*/.exec(page)?.[0] ?? "";
  const bits = [...line.replaceAll(" ", "").matchAll(/[:,](\d+)(?=[a-zA-Z`])/g)].flatMap(([, bit]) =>
    bit === "0" ? [] : [Number(bit)],
  );
  expect(bits).toEqual(Object.values(KINDS).map(([bit]) => bit));
  expect(kinds["-".charCodeAt(0)]).toBe(16 + 8192);
  expect(kinds["\n".charCodeAt(0)]).toBe(1024 + 4096);
  expect(kinds["f".charCodeAt(0)]).toBe(4 + 256);
  expect(kinds[0x80]).toBe(0);
});
