/** The pass in the engine: the cases of each detector, the vectors, drawn texts, damaged automata, real calls. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import * as layout from "../../bindings/src/gen/layout.ts";
import { readDetectors } from "../../tools/detectors.ts";
import type { Plain } from "../model/request-writer.ts";
import { Seeded } from "../unit/base-harness.ts";
import { openProbe, Probe } from "./probe.ts";
import { found, judges } from "./reference.ts";
import { changed, Sampler } from "./sample.ts";

const read = (path: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../${path}`, import.meta.url)));
const text = (path: string): string => new TextDecoder().decode(read(path));
const DETECTORS = readDetectors(text("taxonomy/detectors.yaml"));
const JUDGES = judges(DETECTORS);
const DATA = new URL("../../../shared/data/calls-dev.jsonl.gz", import.meta.url);
const SAMPLES = 20;

let probe: Probe;
beforeAll(() => {
  probe = openProbe();
});

describe("cases", () => {
  const shown = DETECTORS.detectors.filter(({ yes, no }) => yes || no);

  test.each(shown.map((detector) => [detector.id, detector] as const))(
    "%s",
    (_, { mark, yes = [], no = [] }) => {
      for (const shownText of yes) expect(probe.marks({ x: shownText }), shownText).toContain(mark);
      for (const shownText of no) expect(probe.marks({ x: shownText }), shownText).not.toContain(mark);
    },
  );

  test("a detector has cases, or its texts are drawn, or it only counts", () => {
    const bare = DETECTORS.detectors.filter(
      ({ yes, tail, check = "" }) => !yes && !tail && !/key|note|address|telephone/.test(check),
    );
    expect(bare.map(({ id }) => id)).toEqual([]);
  });
});

describe("vectors", () => {
  interface Vector {
    readonly why: string;
    readonly args: Plain;
    readonly marks: readonly string[];
  }
  const vectors = text("test/vectors/detect.jsonl")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Vector);

  test.each(vectors.map((vector) => [vector.why, vector] as const))("%s", (_, { args, marks }) => {
    expect(probe.marks(args)).toEqual(marks);
  });
});

describe("drawn texts", () => {
  const unchecked = DETECTORS.detectors.filter(({ check }) => check === undefined);
  const checked = new Set(DETECTORS.detectors.filter(({ check }) => check !== undefined).map(({ id }) => id));

  test.each(unchecked.map((detector) => [detector.id, detector] as const))("%s", (_, detector) => {
    const seeded = new Seeded(DETECTORS.detectors.indexOf(detector) + 1000);
    const sampler = new Sampler(DETECTORS, detector);
    let hits = 0;
    for (let sample = 0; sample < SAMPLES; sample++) {
      const drawn = sampler.text(seeded);
      for (const given of [drawn, ` ${drawn}.`, changed(drawn, seeded), drawn.slice(0, -1), `q${drawn}`]) {
        // As the engine writes the member: its name is empty.
        const ids = found(JUDGES, `=${given}\n`);
        const marks = probe.marks({ "": given });
        const wanted = [...ids].filter((id) => !checked.has(id));
        if (ids.has(detector.id)) hits++;
        if (wanted.length > 0) expect(marks, given).toContain(detector.mark);
        else if (ids.size === 0) expect(marks, given).toEqual([]);
      }
    }
    expect(hits).toBeGreaterThan(SAMPLES);
  });
});

describe("folding", () => {
  test("nothing that is not seen hides a name", () => {
    for (const point of [0xad, 0x200b, 0x200d, 0x2060, 0xfeff, 0xfe0f, 0xe0041]) {
      expect(probe.marks({ x: `pass${String.fromCodePoint(point)}word=hunter22` })).toEqual(["secret_seen"]);
    }
  });

  test("every fold of the table", () => {
    for (const [from, to] of Object.values(DETECTORS.folds).flatMap((letters) => Object.entries(letters))) {
      const tail = "abcdef012345".replaceAll(to, "z").repeat(3);
      // A tail of the letter's own kind: with the fold it goes on, without it it breaks.
      expect(probe.marks({ x: `npm_${tail.slice(0, 18)}${from}${tail.slice(0, 17)}` }), from).toEqual([
        "secret_seen",
      ]);
    }
  });
});

/** An image with one byte of a section changed and its digest put right. */
function damaged(image: Uint8Array, section: number, seeded: Seeded): Uint8Array {
  const copy = image.slice();
  const view = new DataView(copy.buffer);
  const directory = layout.HEADER_DIRECTORY + section * layout.DIRECTORY_BYTES;
  const at = view.getUint32(directory, true);
  const bytes = view.getUint32(directory + 4, true) * (layout.SECTION_ENTRY_BYTES[section] ?? 1);
  // Counts and classes stand in front; the rest is as likely as all of them.
  const place = at + (seeded.below(2) === 0 ? seeded.below(Math.min(bytes, 300)) : seeded.below(bytes));
  copy[place] = seeded.pick([0, 1, 0x7f, 0x80, 0xff, seeded.below(256)]);
  const digest = createHash("sha256").update(copy.subarray(layout.HEADER_DIRECTORY)).digest();
  copy.set(digest, layout.HEADER_DIGEST);
  return copy;
}

test("a damaged image is refused or gives marks, and never traps", { timeout: 120_000 }, () => {
  const module = read("build/probe.wasm");
  const image = read("build/base.image");
  const seeded = new Seeded(7);
  const texts = DETECTORS.detectors.flatMap(({ yes = [] }) => yes).join("\n");
  let refused = 0;
  const rounds = 60;
  for (let round = 0; round < rounds; round++) {
    const section = round % 2 === 0 ? layout.SECTION_AUTOMATON : layout.SECTION_DETECTORS;
    let one: Probe;
    try {
      one = new Probe(module, damaged(image, section, seeded));
    } catch (error) {
      expect(String(error)).toContain("status 45");
      refused++;
      continue;
    }
    one.give({ texts });
    expect(one.bits() & ~0x1f8000).toBe(0);
  }
  expect(refused).toBeGreaterThan(5);
  expect(refused).toBeLessThan(rounds);
});

test("any text is scanned", { timeout: 60_000 }, () => {
  const seeded = new Seeded(11);
  const pieces = DETECTORS.detectors.flatMap(({ yes = [], no = [] }) => [...yes, ...no]);
  for (let round = 0; round < 300; round++) {
    let long = "";
    while (long.length < seeded.below(3000)) {
      long +=
        seeded.below(3) === 0
          ? String.fromCodePoint(seeded.below(0xd000))
          : changed(seeded.pick(pieces), seeded);
    }
    probe.give({ [long.slice(0, 40)]: [long, seeded.next() * 2 ** 20, { deep: long }] });
    const bits = probe.bits();
    expect(bits & ~0x1f8000).toBe(0);
    expect(probe.bits()).toBe(bits);
  }
});

test("the largest text fits", () => {
  probe.give({ a: Array.from({ length: 7000 }, () => 2n ** 64n - 1n) });
  expect(probe.bits()).toBe(0);
});

test.skipIf(!existsSync(DATA))(
  "at most one in two hundred benign texts of the shared data holds a secret",
  { timeout: 120_000 },
  () => {
    interface Call {
      readonly label: string;
      readonly args: Plain;
    }
    const calls = gunzipSync(readFileSync(DATA))
      .toString()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Call);
    let texts = 0;
    let secrets = 0;
    const look = (value: unknown, key: string | undefined): void => {
      if (typeof value === "string") {
        texts++;
        if (probe.marks(key === undefined ? { "": [value] } : { [key]: value }).includes("secret_seen"))
          secrets++;
      } else if (Array.isArray(value)) {
        for (const element of value) look(element, undefined);
      } else if (typeof value === "object" && value !== null) {
        for (const [name, member] of Object.entries(value)) look(member, name);
      }
    };
    for (const { label, args } of calls) if (label === "benign") look(args, undefined);
    expect(texts).toBeGreaterThan(20_000);
    expect(secrets / texts).toBeLessThan(0.005);
  },
);
