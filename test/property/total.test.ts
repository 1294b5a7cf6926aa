/** Every byte string has an answer, what only identifies a call changes nothing, and a canonical form is its own. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { hostText, pathValue, randomRequest, urlValue } from "../differential/generate.ts";
import { randomImage } from "../differential/images.ts";
import { Random } from "../differential/random.ts";
import { buildPath } from "../differential/wasm.ts";
import { utf8 } from "../model/bytes.ts";
import { parseAddress, parseHostField, parsePath, parseUrl, pathText } from "../model/canonical.ts";
import type { Writable } from "../model/cmp.ts";
import { canonicalToolName } from "../model/match.ts";
import { sampleImage } from "../model/sample.ts";
import { statusCode, wire } from "../model/wire.ts";
import { type Fields, Judge, readMap, recordOf, SEED, story, withValue } from "./ask.ts";

describe("any byte string", () => {
  it("gets a status, never a trap", { timeout: 300_000 }, () => {
    const judge = new Judge(sampleImage);
    const random = new Random(SEED + 1);
    const known = new Set(wire.statuses.map((status) => status.number));
    const met = new Set<string>();
    for (let i = 0; i < 20_000; i++) {
      // Headers of CMP/1 come up often enough to get somewhere.
      const bytes = Uint8Array.from({ length: random.below(120) }, () =>
        random.chance(50)
          ? random.pick([0x81, 0x91, 0xa1, 0xc0, 0xc4, 0xcb, 0xd9, 0xde, 0x61])
          : random.below(256),
      );
      const answer = judge.decide(bytes);
      expect(known.has(answer.status)).toBe(true);
      expect(answer.status).not.toBe(0);
      expect(answer.offset <= bytes.length).toBe(true);
      expect(answer.record.length).toBe(0);
      met.add(statusCode(answer.status));
    }
    expect(met.size).toBeGreaterThan(5);
  });

  it("does not hang the engine either: deep, wide and long ones are refused at once", () => {
    const judge = new Judge(sampleImage);
    const size = 65_536;
    for (const filling of [0x91, 0x81, 0xa0, 0xdc, 0xdd, 0xc6, 0xff, 0x00, 0x80]) {
      const answer = judge.decide(new Uint8Array(size).fill(filling));
      expect(answer.status).not.toBe(0);
    }
    const wide = new Uint8Array(size).fill(0xc0);
    wide.set([0xdc, 0xff, 0xfd], 0);
    expect(statusCode(judge.decide(wide).status)).toBe("value_type");
  });

  it("is answered alike the second time", () => {
    const random = new Random(SEED + 2);
    const judge = new Judge(new Uint8Array(readFileSync(buildPath("base.image"))));
    const requests = Array.from({ length: 300 }, () => randomRequest(random, judge.image));
    const first = requests.map((request) => judge.decide(request));
    const again = random.shuffle(requests.map((_, i) => i));
    for (const i of again) expect(judge.decide(requests[i] as Uint8Array)).toEqual(first[i]);
  });
});

describe("what only identifies a call", () => {
  it("changes neither verdict nor score nor reasons", { timeout: 300_000 }, () => {
    let checked = 0;
    for (let i = 0; i < 15; i++) {
      const random = new Random(SEED + 50 + i);
      const judge = new Judge(randomImage(random));
      for (let n = 0; n < 40; n++) {
        const bytes = randomRequest(random, judge.image);
        const before = judge.decide(bytes);
        if (before.status !== 0) continue;
        const request = readMap(bytes);
        for (const changed of renamed(request, random)) {
          const after = judge.decide(changed);
          expect(after.status).toBe(0);
          const same =
            after.verdict === before.verdict &&
            after.hazard === before.hazard &&
            recordOf(after).reasons.join() === recordOf(before).reasons.join();
          if (!same) throw new Error(story("another name", before, after, changed));
          checked++;
        }
      }
    }
    expect(checked).toBeGreaterThan(3000);
  });
});

/** The request with each member that only identifies it changed in turn. */
function renamed(request: Fields, random: Random): Fields[] {
  const context = request.get("context") as Fields;
  const digest = (): Writable => Uint8Array.from({ length: 32 }, () => random.below(256));
  const top: [string, Writable][] = [
    ["salt", digest()],
    ["engine", digest()],
    ["mode", random.pick(wire.modes)],
    ["binding", random.pick(wire.bindings)],
    ["durability", random.pick(wire.durabilities)],
  ];
  const inside = ["agent", "principal", "session", "parent", "tenant"];
  const host = context.get("host") as Fields | undefined;
  const shells: Fields[] =
    host === undefined
      ? []
      : [
          withValue(host, "dialect", random.pick(wire.dialects)),
          withValue(host, "persistent", random.chance(50)),
        ];
  return [
    ...top.map(([key, value]) => withValue(request, key, value)),
    ...inside.map((key) => withValue(request, "context", withValue(context, key, `x${random.below(1000)}`))),
    ...shells.map((changed) => withValue(request, "context", withValue(context, "host", changed))),
  ];
}

describe("a canonical form", () => {
  it("is its own canonical form", () => {
    const random = new Random(SEED + 3);
    for (let i = 0; i < 5000; i++) {
      const name = canonicalToolName(utf8(`${pathValue(random)} ${hostText(random)}`));
      expect(canonicalToolName(name)).toBe(name);

      const path = parsePath(utf8(pathValue(random)));
      // The longest path that is read grows by its anchor; as canonical text it would be too long to be read once more.
      if (typeof path !== "string" && pathText(path).length <= 4096) {
        const again = parsePath(pathText(path));
        expect(typeof again === "string" ? again : pathText(again)).toBe(pathText(path));
      }
      const host = parseHostField(utf8(hostText(random)));
      if (typeof host !== "string") {
        const again = parseHostField(host.text);
        expect(typeof again === "string" ? again : again.text).toBe(host.text);
      }
      const url = parseUrl(utf8(urlValue(random)));
      if (typeof url !== "string") {
        const again = parseUrl(url.text);
        expect(typeof again === "string" ? again : [again.text, again.scheme, again.host?.text]).toEqual([
          url.text,
          url.scheme,
          url.host?.text,
        ]);
      }
      const pieces = parseAddress(utf8(`${hostText(random)}@${hostText(random)}, <${hostText(random)}>`));
      if (typeof pieces !== "string") {
        // One final dot is dropped; an address that had two is nobody's, and loses the other the next time.
        for (const piece of pieces) if (!piece.endsWith(".")) expect(parseAddress(piece)).toEqual([piece]);
      }
    }
  });
});
