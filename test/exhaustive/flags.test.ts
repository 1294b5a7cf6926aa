/** Every flag absent, secondary or primary (3^9 = 19 683 ways), and every level, through the whole engine. */
import { describe, expect, it } from "vitest";
import { difference } from "../differential/compare.ts";
import { moduleOf, Wasm } from "../differential/wasm.ts";
import { type ActionSource, writeImage } from "../model/image-writer.ts";
import { loadImageModel } from "../model/model.ts";
import { encodeRequest } from "../model/request-writer.ts";
import { hazard, score, tier } from "../model/risk.ts";
import { sampleImage } from "../model/sample.ts";
import { amplifierMaxima, flagNames, Refusal } from "../model/wire.ts";

const LEVELS: [string, number[]][] = [
  ["calm", amplifierMaxima.map(() => 0)],
  ["half", amplifierMaxima.map((max) => Math.floor(max / 2))],
  ["full", amplifierMaxima],
];
/** An image carries at most this many of the ways here; they take several images. */
const ACTIONS_PER_IMAGE = 2187;

describe("every set of flags", () => {
  it.each(LEVELS)(
    "has the model's hazard at %s levels, between none and all",
    { timeout: 300_000 },
    (_, levels) => {
      const module = moduleOf("core.wasm");
      if (module === null) throw new Error("build/core.wasm is missing: run npm run build");
      const ways = 3 ** flagNames.length;
      const most = hazard(flagNames.keys(), [], levels, {
        ...sampleImage,
        hazards: sampleImage.hazards.map(BigInt),
      });
      /** What the engine said, by way. */
      const hazards: number[] = [];
      for (let start = 0; start < ways; start += ACTIONS_PER_IMAGE) {
        const actions: ActionSource[] = [];
        for (let way = start; way < Math.min(ways, start + ACTIONS_PER_IMAGE); way++) {
          const roles = flagNames.map((_, flag) => Math.floor(way / 3 ** flag) % 3);
          actions.push({
            name: `way.${way}`,
            number: 1000 + way,
            primary: roles.flatMap((role, flag) => (role === 2 ? [flag] : [])),
            secondary: roles.flatMap((role, flag) => (role === 1 ? [flag] : [])),
            levels,
            fields: [],
          });
        }
        const bytes = writeImage({ ...sampleImage, actions: [...sampleImage.actions, ...actions] });
        const image = loadImageModel(bytes);
        if (image instanceof Refusal) throw image;
        const wasm = new Wasm(module);
        expect(wasm.loadImage(bytes).status).toBe(0);
        for (const action of actions) {
          const request = encodeRequest({ action: action.name, fields: {} }, image.digest);
          // Bytes of the record too, but only now and then: a comparison of numbers is ten times as fast.
          if (action.number % 50 === 0) expect(difference(wasm, bytes, request)).toBeNull();
          const answer = wasm.decide(request);
          const expected = hazard(action.primary ?? [], action.secondary ?? [], levels, image);
          const found = [BigInt(answer.hazard), answer.score, answer.tier];
          const wanted = [expected, score(expected), tier(expected, image.thresholds)];
          if (found.join() !== wanted.join())
            throw new Error(`${action.name}: engine ${found}, model ${wanted}`);
          expect(expected <= most).toBe(true);
          hazards.push(answer.hazard);
        }
      }
      expect(hazards.length).toBe(19_683);
      // A flag more, or a secondary flag made primary, never lowers.
      for (let way = 0; way < ways; way++) {
        for (let flag = 0; flag < flagNames.length; flag++) {
          if (Math.floor(way / 3 ** flag) % 3 === 2) continue;
          const [less, more] = [hazards[way] as number, hazards[way + 3 ** flag] as number];
          if (more < less) throw new Error(`way ${way}: flag ${flag} raised from ${less} to ${more}`);
        }
      }
    },
  );
});

describe("every level", () => {
  it("never lowers the hazard when it rises, whatever the other levels are", () => {
    const module = moduleOf("core.wasm");
    if (module === null) throw new Error("build/core.wasm is missing: run npm run build");
    const actions: ActionSource[] = [];
    LEVELS.forEach(([name, others]) => {
      amplifierMaxima.forEach((max, amplifier) => {
        for (let level = 0; level <= max; level++) {
          actions.push({
            name: `${name}.amplifier${amplifier}.level${level}`,
            number: 1000 + actions.length,
            primary: [4],
            secondary: [5, 7],
            levels: others.map((other, d) => (d === amplifier ? level : other)),
            fields: [],
          });
        }
      });
    });
    const bytes = writeImage({ ...sampleImage, actions: [...sampleImage.actions, ...actions] });
    const image = loadImageModel(bytes);
    if (image instanceof Refusal) throw image;
    const wasm = new Wasm(module);
    expect(wasm.loadImage(bytes).status).toBe(0);
    const hazardOf = (action: ActionSource): number => {
      const answer = wasm.decide(encodeRequest({ action: action.name, fields: {} }, image.digest));
      expect(BigInt(answer.hazard)).toBe(hazard([4], [5, 7], action.levels ?? [], image));
      return answer.hazard;
    };
    let steps = 0;
    actions.forEach((action, i) => {
      if (action.name.endsWith(".level0")) return;
      expect(hazardOf(action)).toBeGreaterThan(hazardOf(actions[i - 1] as ActionSource));
      steps++;
    });
    expect(steps).toBe(LEVELS.length * amplifierMaxima.reduce((sum, max) => sum + max, 0));
  });
});
