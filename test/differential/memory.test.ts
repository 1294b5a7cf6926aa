/**
 * The engine against the second model over sequences of calls with histories: the ids that a call names, the record and
 * every byte of the next cells, under random policies, long histories, and stores that lose, age or damage something.
 *
 *   SEED=7 CASES=100000 npx vitest run test/differential/memory
 */
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hexOf } from "../model/bytes.ts";
import { hits } from "../model/coverage.ts";
import { writeImage } from "../model/image-writer.ts";
import { decideModel, nameModel } from "../model/model.ts";
import { statusCode } from "../model/wire.ts";
import { open } from "./both.ts";
import { difference } from "./compare.ts";
import { Sequence } from "./generate-memory.ts";
import { changedMemory, memoryImage } from "./images.ts";
import { compareTexts } from "./observe.ts";
import { Random } from "./random.ts";

const SEED = Number(process.env.SEED ?? 20261127);
const CASES = Number(process.env.CASES ?? 4_000);
const CALLS = 50;
const TEXTS = CASES;
const REASONS = ["frozen", "state_invalid", "state_stale", "state_full", "cells_overflow", "time_backwards"];

const statuses = new Map<string, number>();
const reasons = new Map<string, number>();

function meet(map: Map<string, number>, name: string): void {
  map.set(name, (map.get(name) ?? 0) + 1);
}

/** Asks both the same calls of one sequence; the policy changes in the middle. */
function agree(index: number): void {
  const random = new Random(SEED + index);
  const source = memoryImage(random);
  const first = writeImage(source);
  const keySalt = Uint8Array.from({ length: 32 }, () => random.below(256));
  let { wasm, model } = open(first);
  wasm.setKeySalt(keySalt);
  const sequence = new Sequence(random, first, model, keySalt);
  for (let call = 0; call < CALLS; call++) {
    if (call === CALLS / 2) {
      const changed = writeImage(changedMemory(random, source));
      ({ wasm, model } = open(changed));
      wasm.setKeySalt(keySalt);
      sequence.move(changed, model);
    }
    const step = sequence.next();
    const fail = (found: string): never => {
      const file = join(tmpdir(), `permit0-memory-${SEED}.image`);
      writeFileSync(file, sequence.bytes);
      throw new Error(
        `seed ${SEED}, sequence ${index}, call ${call}: ${found}\nrequest ${hexOf(step.request)}\n` +
          `key salt ${hexOf(keySalt)}\ncells ${step.cells.map((cell) => hexOf(cell) || "-").join(" ")}\nimage written to ${file}`,
      );
    };
    const named = nameModel(sequence.bytes, step.request, keySalt);
    const ids = wasm.name(step.request);
    if (named.status !== ids.status || named.offset !== ids.offset) {
      fail(
        `name: engine ${statusCode(ids.status)} at ${ids.offset}, model ${statusCode(named.status)} at ${named.offset}`,
      );
    }
    if (named.ids.map(hexOf).join() !== ids.ids.map(hexOf).join()) {
      fail(`ids: engine ${ids.ids.map(hexOf).join()}, model ${named.ids.map(hexOf).join()}`);
    }
    const answer = decideModel(sequence.bytes, step.request, step.cells, keySalt);
    const found = difference(wasm, sequence.bytes, step.request, answer, step.cells);
    if (found !== null) fail(found);
    meet(statuses, statusCode(answer.status));
    if ("record" in answer) {
      const text = Buffer.from(answer.record).toString("latin1");
      for (const reason of REASONS) {
        if (text.includes(reason)) meet(reasons, reason);
      }
      if (answer.cells.some((cell) => cell !== null)) meet(reasons, "changed");
    }
    sequence.keep(step, answer);
  }
}

describe("the engine and the model, with histories", () => {
  it("agree about random sequences", { timeout: 1_200_000 }, () => {
    for (let index = 0; index < Math.ceil(CASES / CALLS); index++) agree(index);
    expect(statuses.get("ok") ?? 0).toBeGreaterThan(CASES / 2);
    for (const reason of [...REASONS, "changed"]) {
      expect(reasons.get(reason) ?? 0, reason).toBeGreaterThan(0);
    }
    for (const what of [
      "one event of valid",
      "several events of valid",
      "no event of valid",
      "without a name",
    ]) {
      expect(hits.get(`decided again: ${what}`) ?? 0, what).toBeGreaterThan(0);
    }
  });

  it("see the same in texts", { timeout: 600_000 }, () => {
    const random = new Random(SEED);
    const { wasm } = open(writeImage(memoryImage(random)));
    const keySalt = Uint8Array.from({ length: 32 }, () => random.below(256));
    wasm.setKeySalt(keySalt);
    const found = compareTexts((text, isUser) => wasm.observe(text, isUser), keySalt, random, TEXTS);
    expect(found, `seed ${SEED}`).toBeNull();
  });
});
