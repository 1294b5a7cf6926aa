/** Commands taken apart by tables, case by case: test/vectors/lang/command.jsonl over the tables of commands.yaml. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageSources } from "../../bindings/hosts/node.ts";
import { compile } from "../../bindings/src/compile/index.ts";
import { FIELD_NAMES, LANGUAGE_NAMES, MARK_NAMES } from "../../bindings/src/gen/codes.ts";
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
import { ROOT } from "../../tools/files.ts";

const FOLDER = "test/vectors/lang";
const INPUTS = ["none", "pipe", "file", "text"];
/** Bits of a word, by the letter that stands for each in a case. */
const BITS: Readonly<Record<string, number>> = { x: 1, g: 2, q: 4, w: 8 };

interface Case {
  /** Words; after a tab the letters of their bits. */
  readonly words: readonly string[];
  readonly input?: string;
  readonly directory?: string;
  /** `action pack/row field=value … +mark …`, and `shell: text +mark …` for texts that wait. */
  readonly parts: readonly string[];
}

const sources = packageSources(ROOT).filter(({ name }) => !name.includes("/packs/"));
const tables = { name: `${FOLDER}/commands.yaml`, text: readFileSync(join(ROOT, FOLDER, "commands.yaml"), "utf8") };
const { image, explain } = compile([...sources, tables]);
const module = await WebAssembly.compile(readFileSync(join(ROOT, "build/probe.wasm")));

interface Probe {
  readonly memory: WebAssembly.Memory;
  readonly IMAGE_AT: WebAssembly.Global;
  readonly TEXT_AT: WebAssembly.Global;
  readonly DRAFTS_AT: WebAssembly.Global;
  loadImage(size: number): number;
  command(words: number): number;
}

/** An engine with this image, or undefined when it refuses it. */
async function openProbe(file: Uint8Array): Promise<Probe | undefined> {
  const opened = (await WebAssembly.instantiate(module, {})).exports as unknown as Probe;
  new Uint8Array(opened.memory.buffer).set(file, opened.IMAGE_AT.value);
  return opened.loadImage(file.length) === 0 ? opened : undefined;
}

const found = await openProbe(image);
if (!found) throw new Error("the image was refused");
const whole = found;

function padded(size: number): number {
  return (size + 3) & ~3;
}

/** Runs one command through the probe; gives its parts as texts. */
function partsOf({ words, input = "none", directory = "" }: Case, probe = whole): string[] {
  const bytes = new Uint8Array(probe.memory.buffer);
  const view = new DataView(probe.memory.buffer);
  const encoder = new TextEncoder();
  const start = probe.TEXT_AT.value as number;
  const [kind = "", ...rest] = input.split(":");
  const inputText = encoder.encode(rest.join(":"));
  const directoryText = encoder.encode(directory);
  let at = start;
  const put = (value: number): void => {
    view.setUint32(at, value, true);
    at += 4;
  };
  const putText = (text: Uint8Array): void => {
    bytes.set(text, at);
    at += padded(text.length);
  };
  for (const value of [0, INPUTS.indexOf(kind), inputText.length, directoryText.length, 0, 0]) put(value);
  putText(inputText);
  putText(directoryText);
  for (const word of words) {
    const [text = "", letters = ""] = word.split("\t");
    const encoded = encoder.encode(text);
    put([...letters].reduce((bits, letter) => bits | (BITS[letter] ?? 0), 0));
    put(encoded.length);
    putText(encoded);
  }
  const size = probe.command(words.length);
  return readParts(probe, size);
}

function readParts(probe: Probe, size: number): string[] {
  const start = probe.DRAFTS_AT.value as number;
  const bytes = new Uint8Array(probe.memory.buffer);
  const view = new DataView(probe.memory.buffer);
  const decoder = new TextDecoder();
  let at = start;
  const take = (): number => {
    at += 4;
    return view.getUint32(at - 4, true);
  };
  const takeText = (): string => {
    const length = take();
    at += padded(length);
    return decoder.decode(bytes.slice(at - padded(length), at - padded(length) + length));
  };
  const marksOf = (bits: number): string[] =>
    MARK_NAMES.flatMap((name, bit) => ((bits >>> bit) & 1 ? [`+${name}`] : []));
  const overflowed = take();
  const count = take();
  const parts: string[] = overflowed ? ["overflow"] : [];
  for (let index = 0; index < count; index++) {
    const action = explain.content.actions[take()]?.name ?? "?";
    const marks = take();
    const id = takeText();
    const facts = Array.from({ length: take() }, () => {
      const field = FIELD_NAMES[take()];
      return `${field}=${takeText()}`;
    });
    parts.push([action, id, ...facts, ...marksOf(marks)].join(" "));
  }
  while (at < start + size) {
    const language = LANGUAGE_NAMES[take()];
    const marks = marksOf(take());
    const text = takeText();
    const directory = takeText();
    parts.push([`${language}: ${text}`, ...(directory ? [`in ${directory}`] : []), ...marks].join(" "));
  }
  return parts;
}

const lines = readFileSync(join(ROOT, FOLDER, "command.jsonl"), "utf8").trim().split("\n");
const cases = lines.map((line) => JSON.parse(line) as Case);

if (process.env["WRITE_VECTORS"]) {
  const text = cases.map((one) => `${JSON.stringify({ ...one, parts: partsOf(one) })}\n`).join("");
  writeFileSync(join(ROOT, FOLDER, "command.jsonl"), text);
}

describe("a command is taken apart", () => {
  test("in many cases", () => expect(cases.length).toBeGreaterThan(80));

  for (const one of cases) {
    const title = [...one.words, ...(one.input ? [`< ${one.input}`] : [])].join(" ").replaceAll("\t", "~");
    test(title, () => expect(partsOf(one)).toEqual(one.parts));
  }
});

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
      const other = await openProbe(damaged);
      if (other === undefined) refused += 1;
      else for (const one of cases) partsOf(one, other);
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
      partsOf({ words, input: INPUTS[random(3)] ?? "none", directory: random(2) ? "/d" : "", parts: [] });
    }
  });

  test("the longest chains of commands end too", () => {
    expect(partsOf({ words: [...new Array(3000).fill("sudo"), "rm", "x"], parts: [] }).at(-1)).toContain("opaque_command");
    const finds = partsOf({ words: new Array(1000).fill(["find", "-exec"]).flat(), parts: [] });
    expect(finds.at(0)).toBe("overflow");
  });
});
