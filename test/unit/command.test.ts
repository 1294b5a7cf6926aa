/** Commands taken apart by tables, case by case: test/vectors/lang. */

import { describe, expect, test } from "vitest";
import {
  DIRECTORY_BYTES,
  HEADER_DIGEST,
  HEADER_DIRECTORY,
  SECTION_COMMANDS,
  SECTION_ENTRY_BYTES,
  SECTION_LITERALS,
  SECTION_NAMES,
  SECTION_OPERANDS,
  SECTION_OPTIONS,
} from "../../bindings/src/gen/layout.ts";
import { sha256 } from "../../bindings/src/sha256.ts";
import { imageOf, Probe, readCases } from "./command-probe.ts";

const { image, actions } = imageOf("test/vectors/lang/commands.yaml");
const shell = imageOf("policies/packs/shell/pack.yaml");
const tables = await Probe.open(image, actions);
const shellPack = await Probe.open(shell.image, shell.actions);
if (!tables || !shellPack) throw new Error("an image was refused");
const cases = readCases("test/vectors/lang/command.jsonl");

for (const [what, probe, all] of [
  ["the tables of the cases", tables, cases],
  ["the pack shell", shellPack, readCases("test/vectors/lang/shell-pack.jsonl")],
] as const) {
  describe(`a command is taken apart by ${what}`, () => {
    for (const one of all) {
      const title = [...one.words, ...(one.input ? [`< ${one.input}`] : [])].join(" ").replaceAll("\t", "~");
      test(title, () => expect(probe.partsOf(one)).toEqual(one.parts));
    }
  });
}

describe("a damaged image", () => {
  test("is refused, or is read without a trap", async () => {
    const sections = [SECTION_NAMES, SECTION_COMMANDS, SECTION_OPTIONS, SECTION_OPERANDS, SECTION_LITERALS];
    const places = sections.flatMap((section) => {
      const at = HEADER_DIRECTORY + section * DIRECTORY_BYTES;
      const view = new DataView(image.buffer, image.byteOffset);
      const size = view.getUint32(at + 4, true) * (SECTION_ENTRY_BYTES[section] ?? 0);
      return Array.from({ length: 40 }, (_, index) => view.getUint32(at, true) + ((index * 7919) % size));
    });
    let refused = 0;
    for (const place of places) {
      const damaged = image.slice();
      damaged[place] = (damaged[place] ?? 0) ^ (1 << (place % 8));
      damaged.set(sha256(damaged.subarray(HEADER_DIRECTORY)), HEADER_DIGEST);
      const other = await Probe.open(damaged, actions);
      if (other === undefined) refused += 1;
      else for (const one of cases) other.partsOf(one);
    }
    expect(refused).toBeGreaterThan(30);
    expect(refused).toBeLessThan(places.length);
  });
});

describe("whatever the words are", () => {
  test("nothing traps, and every command ends", () => {
    const texts = [...new Set(cases.flatMap(({ words }) => words))];
    let seed = 7;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % below;
    };
    for (let round = 0; round < 20_000; round++) {
      const words = Array.from({ length: 1 + random(12) }, () => texts[random(texts.length)] ?? "");
      tables.partsOf({
        words,
        input: ["none", "pipe", "file"][random(3)] ?? "none",
        directory: random(2) ? "/d" : "",
      });
    }
  });

  test("the longest chains of commands end too", () => {
    expect(tables.partsOf({ words: [...new Array(3000).fill("sudo"), "rm", "x"] }).at(-1)).toContain(
      "opaque_command",
    );
    const finds = tables.partsOf({ words: new Array(1000).fill(["find", "-exec"]).flat() });
    expect(finds.at(0)).toBe("overflow");
  });
});
