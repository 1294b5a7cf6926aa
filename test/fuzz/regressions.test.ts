/**
 * What the fuzzer keeps, in the ordinary run: every input of the corpus and every regression holds, the canary is found,
 * and the command line says no to what it does not know.
 */
import { describe, expect, test } from "vitest";
import { packCase, unpackCase } from "./cases.ts";
import { Corpus, keptInputs } from "./corpus.ts";
import { fuzz } from "./loop.ts";
import { minimise } from "./minimise.ts";
import { readOptions } from "./options.ts";
import { regressions } from "./regressions.ts";
import { asBroken, Broken, failureOf, type Target } from "./target.ts";
import { targetRow } from "./targets.ts";

const WITH_CORPUS = ["requests", "images", "yaml"];

describe("the corpus of", () => {
  for (const name of WITH_CORPUS) {
    test(name, async () => {
      const target = await targetRow(name).open(1);
      const inputs = keptInputs(name);
      expect(inputs.length).toBeGreaterThan(10);
      const failed = inputs.flatMap(([signature, input]) => {
        const failure = failureOf(target, input);
        return failure === null ? [] : [`${signature}: ${failure.kind}: ${failure.message}`];
      });
      expect(failed).toEqual([]);
    });
  }
});

describe("what once failed holds:", () => {
  for (const { target, name, input } of regressions()) {
    test(`${target}/${name}`, async () => {
      expect(failureOf(await targetRow(target).open(1), input)).toBeNull();
    });
  }
});

test("the canary is found, made smaller, and no fault of the right engine", async () => {
  const { open, count, canary } = targetRow("canary");
  const target = await open(7);
  const found: { input: Uint8Array; failure: Broken }[] = [];
  fuzz(
    target,
    { count, seconds: Number.POSITIVE_INFINITY, failuresMax: 1 },
    {
      begin: () => {},
      progress: () => {},
      failed: (input, failure) => found.push({ input, failure }),
    },
  );
  expect(found.map(({ failure }) => failure.kind)).toEqual([canary?.kind]);
  const met = target.portable?.(found[0]?.input as Uint8Array) as Uint8Array;
  const small = minimise(target, met, canary?.kind as string);
  expect(small.length).toBeLessThan(met.length);
  expect(failureOf(target, small)?.kind).toBe(canary?.kind);
  expect(failureOf(await targetRow("requests").open(1), small)).toBeNull();
});

test("an input is made as small as it can be while it fails in the same way", () => {
  const target: Target = {
    corpus: new Corpus(),
    next: () => new Uint8Array(0),
    check: (input) => {
      if (input.includes(7) && input.includes(9)) throw new Broken("both", "7 and 9");
      return { status: "ok", cases: 1, accepted: 1, signature: "ok" };
    },
  };
  const input = Uint8Array.from({ length: 200 }, (_, at) => (at === 50 ? 7 : at === 150 ? 9 : 1));
  expect([...minimise(target, input, "both")]).toEqual([7, 9]);
});

test("an error that nobody expected is told apart by where it was thrown", () => {
  expect(asBroken(new TypeError("x")).kind).toMatch(/^TypeError-/);
});

test("an image and its requests are one input", () => {
  const requests = [Uint8Array.of(1, 2), new Uint8Array(0)];
  const { image, requests: again } = unpackCase(packCase({ image: Uint8Array.of(9), requests }));
  expect([[...image], ...again.map((request) => [...request])]).toEqual([[9], [1, 2], []]);
});

describe("the command line", () => {
  test("takes targets and options", () => {
    const options = readOptions(["yaml", "--seed", "0xff", "--scale", "0.5", "--workers", "1"]);
    expect(options).toMatchObject({ command: "fuzz", targets: ["yaml"], seed: 255, scale: 0.5, workers: 1 });
  });
  for (const [args, says] of [
    [["nobody"], "wanted one of requests, images, yaml"],
    [["--seed", "xyz"], "--seed: wanted 1 to 8 hex digits; came xyz"],
    [["--count", "-1"], "count"],
    [["--workers", "0"], "--workers: wanted a number from 1 up; came 0"],
    [["--scale", "0"], "--scale: wanted more than 0; came 0"],
    [["--nothing"], "--nothing"],
    [["replay"], "replay: wanted a file; came none"],
  ] as const) {
    test(`refuses ${args.join(" ")}`, () => expect(() => readOptions(args)).toThrow(says));
  }
});
