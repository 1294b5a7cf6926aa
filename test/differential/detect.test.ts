/** Detectors against their own examples, and the automaton of an image against the regular expressions it is made of. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Node } from "../model/cmp.ts";
import { readCmp, writeCmp } from "../model/cmp.ts";
import { isA, KIND } from "../model/detect/kinds.ts";
import { textOf } from "../model/detect/text.ts";
import { scanArguments } from "../model/detect.ts";
import { readImage } from "../model/image.ts";
import type { Automaton } from "../model/image-languages.ts";
import type { Request } from "../model/request.ts";
import { type Plain, toWritable } from "../model/request-writer.ts";
import { limit } from "../model/wire.ts";
import { randomArguments } from "./generate-detect.ts";
import { Random } from "./random.ts";

interface Detector {
  id: string;
  mark: string;
  head: string;
  any_case?: boolean;
  inner?: boolean;
  check?: string;
  yes?: string[];
  no?: string[];
}

const yaml = parse(readFileSync(new URL("../../taxonomy/detectors.yaml", import.meta.url), "utf8")) as {
  fragments: Record<string, string>;
  detectors: Detector[];
};

const file = new URL("../../build/base.image", import.meta.url);
const image = existsSync(file) ? readImage(new Uint8Array(readFileSync(file))) : null;

function payloadOf(args: Record<string, Plain>): Node & { type: "map" } {
  return readCmp(writeCmp(toWritable(args))) as Node & { type: "map" };
}

function marksOf(args: Record<string, Plain>): Set<string> {
  if (image === null) throw new Error("no image");
  return scanArguments({ payload: payloadOf(args) } as Request, image);
}

/** Marks that one hit sets by itself. */
const shown = yaml.detectors.filter(({ check }) => !["note", "address", "telephone"].includes(check ?? ""));
const yes = shown.flatMap(({ id, mark, yes: texts = [] }) => texts.map((text) => ({ id, mark, text })));
const no = shown.flatMap(({ id, mark, no: texts = [] }) => texts.map((text) => ({ id, mark, text })));

interface Case {
  why: string;
  args: Record<string, Plain>;
  marks: string[];
}

const cases = readFileSync(new URL("../vectors/detect.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as Case);

describe.skipIf(image === null)("detectors", () => {
  it.each(cases)("$why", ({ args, marks }) => {
    expect([...marksOf(args)].sort()).toEqual([...marks].sort());
  });

  it.each(yes)("$id sees $text", ({ mark, text }) => {
    expect([...marksOf({ text })]).toContain(mark);
  });

  it.each(no)("$id does not see $text", ({ mark, text }) => {
    expect([...marksOf({ text })]).not.toContain(mark);
  });

  it("writes keys and values as the page shows", () => {
    expect(textOf(payloadOf({ user: { pin: 7, note: "hi" } }), new Map())).toBe("user=\nnote=hi\npin=\n");
  });

  it("has an automaton that finds what the regular expressions find", () => {
    const automaton = image?.automaton as Automaton;
    const ids = (image?.detectors ?? []).map(({ id }) => id);
    const heads = yaml.detectors.map(({ id, head, any_case, inner }) => ({
      id,
      inner: inner === true,
      form: new RegExp(
        `^(?:${head.replace(/\{(assign|gap|sep)\}/g, (_, name: string) => `(?:${yaml.fragments[name]})`)})$`,
        any_case === true ? "i" : "",
      ),
    }));
    for (const text of textsToWalk(automaton.folds)) {
      for (let start = 0; start < text.length; start++) {
        const root = rootAt(text, start);
        if (root === null) continue;
        const most = text.slice(start, start + limit("detect_walk_bytes_max"));
        const found = walkAll(automaton, ids, root, most);
        for (let size = 1; size <= most.length; size++) {
          const wanted = heads.filter(
            ({ inner, form }) => (root === 1 || inner) && form.test(most.slice(0, size)),
          );
          expect([text, start, size, (found.get(size) ?? []).sort()]).toEqual([
            text,
            start,
            size,
            wanted.map(({ id }) => id).sort(),
          ]);
        }
      }
    }
  }, 60_000);
});

function rootAt(text: string, at: number): 1 | 2 | null {
  if (!(isA(text, at - 1, KIND.alnum) && isA(text, at, KIND.alnum))) return 1;
  return isA(text, at - 1, KIND.lower) && isA(text, at, KIND.upper) ? 2 : null;
}

/** Detectors by the number of bytes after which the automaton accepts them. */
function walkAll(automaton: Automaton, ids: string[], root: number, text: string): Map<number, string[]> {
  const found = new Map<number, string[]>();
  let state = root;
  for (let at = 0; at < text.length && state !== 0; at++) {
    const kind = automaton.classOf[text.charCodeAt(at)] as number;
    state = automaton.next[state * automaton.classes + kind] as number;
    if (state < automaton.firstAccepting) continue;
    const items = automaton.items[state - automaton.firstAccepting] as number[];
    found.set(
      at + 1,
      items.map((item) => ids[item] as string),
    );
  }
  return found;
}

/** Every example, and some random arguments, short enough to try every position. */
function textsToWalk(folds: Map<number, number>): string[] {
  const texts = [...yes, ...no].map(({ text }) => textOf(payloadOf({ a: text }), folds));
  for (let seed = 1; seed <= 30; seed++) {
    texts.push(textOf(payloadOf(randomArguments(new Random(seed))), folds).slice(0, 200));
  }
  return texts;
}
