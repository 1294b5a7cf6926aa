/**
 * Score and tier of every hazard there is, 0 to 60 000 000, against exact thresholds: the smallest hazard of each score is
 * worked out once with big integers (test/model/risk.ts), and then every call of the engine is one comparison.
 */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { buildPath, moduleOf, Wasm } from "../differential/wasm.ts";
import { loadImageModel } from "../model/model.ts";
import { HAZARD_MAX, scoreThresholds } from "../model/risk.ts";
import { Refusal } from "../model/wire.ts";

interface Probe {
  /** Basis points of a hazard. */
  score(hazard: number): number;
  /** Tier of a hazard by the thresholds of the loaded image. */
  tier(hazard: number): number;
}

describe("score and tier", () => {
  let probe: Probe;
  let thresholds: number[];

  beforeAll(() => {
    const module = moduleOf("probe.wasm");
    if (module === null) throw new Error("build/probe.wasm is missing: run npm run build");
    const bytes = new Uint8Array(readFileSync(buildPath("base.image")));
    const wasm = new Wasm(module);
    expect(wasm.loadImage(bytes).status).toBe(0);
    probe = wasm.exports as unknown as Probe;
    const image = loadImageModel(bytes);
    if (image instanceof Refusal) throw image;
    thresholds = image.thresholds.map(Number);
  });

  it("are exact for every hazard", { timeout: 600_000 }, () => {
    const least = scoreThresholds.map(Number);
    const most = Number(HAZARD_MAX);
    let score = 0;
    let tier = 0;
    let wrong = "";
    for (let hazard = 0; hazard <= most && wrong === ""; hazard++) {
      while (score < 9999 && hazard >= (least[score + 1] as number)) score++;
      while (tier < 4 && hazard >= (thresholds[tier] as number)) tier++;
      const found = probe.score(hazard);
      if (found !== score) wrong = `hazard ${hazard}: score ${found}, exactly ${score}`;
      const foundTier = probe.tier(hazard);
      if (foundTier !== tier) wrong = `hazard ${hazard}: tier ${foundTier}, by the thresholds ${tier}`;
    }
    expect(wrong).toBe("");
    expect([score, tier]).toEqual([9999, 4]);
  });

  it("never disagree: the score at which a tier begins is the weight it was written with", () => {
    // Base writes 15, 35, 55 and 75 %; a hazard below the threshold scores less, the threshold itself reaches it.
    thresholds.forEach((threshold, i) => {
      const written = [1500, 3500, 5500, 7500][i] as number;
      expect(probe.score(threshold)).toBe(written);
      expect(probe.score(threshold - 1)).toBe(written - 1);
    });
  });

  it("has ten thousand scores with thresholds that ascend", () => {
    expect(scoreThresholds.length).toBe(10_000);
    for (let s = 1; s < scoreThresholds.length; s++) {
      expect((scoreThresholds[s] as bigint) > (scoreThresholds[s - 1] as bigint)).toBe(true);
    }
    // 1 - e^(-x) computed in doubles agrees to a few ulps, so it can only be wrong next to a threshold.
    for (let s = 1; s < scoreThresholds.length; s += 7) {
      const exact = Number(scoreThresholds[s]);
      expect(Math.abs(exact - -1e6 * Math.log1p(-s / 10_000))).toBeLessThanOrEqual(1);
    }
  });
});
