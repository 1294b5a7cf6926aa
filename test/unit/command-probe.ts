/** Commands taken apart by the debug target of the engine, one command at a time, for tests. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageSources } from "../../bindings/hosts/node.ts";
import { compile } from "../../bindings/src/compile/index.ts";
import { FIELD_NAMES, LANGUAGE_NAMES, MARK_NAMES } from "../../bindings/src/gen/codes.ts";
import { ROOT } from "../../tools/files.ts";

const INPUTS = ["none", "pipe", "file", "text"];
/** Bits of a word, by the letter that stands for each in a case. */
const BITS: Readonly<Record<string, number>> = { x: 1, g: 2, q: 4, w: 8 };

export interface Case {
  /** Words; after a tab the letters of their bits. */
  readonly words: readonly string[];
  readonly input?: string;
  readonly directory?: string;
  /** `action pack/row field=value … +mark …`, and `language: text +mark …` for texts that wait. */
  readonly parts: readonly string[];
}

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly IMAGE_AT: WebAssembly.Global;
  readonly TEXT_AT: WebAssembly.Global;
  readonly DRAFTS_AT: WebAssembly.Global;
  loadImage(size: number): number;
  command(words: number): number;
}

const module = await WebAssembly.compile(readFileSync(join(ROOT, "build/probe.wasm")));

export function readCases(path: string): Case[] {
  const lines = readFileSync(join(ROOT, path), "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Case);
}

/** The image of the shipped taxonomy and base policy with these packs, and the names of its actions. */
export function imageOf(...paths: readonly string[]): { image: Uint8Array; actions: readonly string[] } {
  const shipped = packageSources(ROOT).filter(({ name }) => !name.includes("/packs/"));
  const packs = paths.map((name) => ({ name, text: readFileSync(join(ROOT, name), "utf8"), vouched: true }));
  const { image, explain } = compile([...shipped, ...packs]);
  return { image, actions: explain.content.actions.map(({ name }) => name) };
}

function padded(size: number): number {
  return (size + 3) & ~3;
}

export class Probe {
  readonly #exports: Exports;
  readonly #actions: readonly string[];
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  private constructor(exports: Exports, actions: readonly string[]) {
    this.#exports = exports;
    this.#actions = actions;
    this.#bytes = new Uint8Array(exports.memory.buffer);
    this.#view = new DataView(exports.memory.buffer);
  }

  /** An engine with this image, or undefined when it refuses it. */
  static async open(image: Uint8Array, actions: readonly string[]): Promise<Probe | undefined> {
    const exports = (await WebAssembly.instantiate(module, {})).exports as unknown as Exports;
    new Uint8Array(exports.memory.buffer).set(image, exports.IMAGE_AT.value);
    return exports.loadImage(image.length) === 0 ? new Probe(exports, actions) : undefined;
  }

  /** Parts of one command, as texts. */
  partsOf({ words, input = "none", directory = "" }: Omit<Case, "parts">): string[] {
    const encoder = new TextEncoder();
    let at = this.#exports.TEXT_AT.value as number;
    const put = (value: number): void => {
      this.#view.setUint32(at, value, true);
      at += 4;
    };
    const putText = (text: Uint8Array): void => {
      this.#bytes.set(text, at);
      at += padded(text.length);
    };
    const [kind = "", ...rest] = input.split(":");
    const inputText = encoder.encode(rest.join(":"));
    const directoryText = encoder.encode(directory);
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
    return this.#read(this.#exports.command(words.length));
  }

  #read(size: number): string[] {
    const decoder = new TextDecoder();
    const start = this.#exports.DRAFTS_AT.value as number;
    let at = start;
    const take = (): number => {
      at += 4;
      return this.#view.getUint32(at - 4, true);
    };
    const takeText = (): string => {
      const length = take();
      const text = decoder.decode(this.#bytes.slice(at, at + length));
      at += padded(length);
      return text;
    };
    const marksOf = (bits: number): string[] =>
      MARK_NAMES.flatMap((name, bit) => ((bits >>> bit) & 1 ? [`+${name}`] : []));
    const parts: string[] = take() ? ["overflow"] : [];
    const count = take();
    for (let index = 0; index < count; index++) {
      const action = this.#actions[take()] ?? "?";
      const marks = marksOf(take());
      const id = takeText();
      const facts = Array.from({ length: take() }, () => `${FIELD_NAMES[take()]}=${takeText()}`);
      parts.push([action, id, ...facts, ...marks].join(" "));
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
}
