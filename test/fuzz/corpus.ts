/**
 * Inputs worth mutating, one a signature, the smallest. On disk a target's corpus is one file of lines, `signature` and the
 * input in hex or, where a long one would make the page useless, deflated in base64.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { ROOT } from "../../tools/files.ts";
import type { Random } from "../differential/random.ts";

const ENTRIES_MAX = 4096;
const ACCEPTED_PERCENT = 85;
const HEX_BYTES_MAX = 512;

export class Corpus {
  readonly #bySignature = new Map<string, number>();
  readonly #inputs: Uint8Array[] = [];
  readonly #signatures: string[] = [];
  readonly #accepted: Uint8Array[] = [];

  /** @param entriesMax more would be a history of the run, not a corpus. */
  constructor(readonly entriesMax: number = ENTRIES_MAX) {}

  get size(): number {
    return this.#inputs.length;
  }

  /** Whether an input of this size would be taken. */
  wants(signature: string, bytes: number): boolean {
    const at = this.#bySignature.get(signature);
    if (at === undefined) return this.#inputs.length < this.entriesMax;
    return bytes < (this.#inputs[at] as Uint8Array).length;
  }

  add(signature: string, input: Uint8Array, isAccepted: boolean): void {
    const at = this.#bySignature.get(signature);
    if (at === undefined) {
      this.#bySignature.set(signature, this.#inputs.length);
      this.#inputs.push(input);
      this.#signatures.push(signature);
      if (isAccepted) this.#accepted.push(input);
      return;
    }
    const old = this.#inputs[at] as Uint8Array;
    this.#inputs[at] = input;
    const place = isAccepted ? this.#accepted.indexOf(old) : -1;
    if (place >= 0) this.#accepted[place] = input;
  }

  /** Mostly one that was accepted: what grows out of a refused input is refused at the same place. */
  pick(random: Random): Uint8Array {
    return random.pick(
      random.chance(ACCEPTED_PERCENT) && this.#accepted.length > 0 ? this.#accepted : this.#inputs,
    );
  }

  entries(): [signature: string, input: Uint8Array][] {
    return this.#inputs.map((input, at) => [this.#signatures[at] as string, input]);
  }
}

export const FUZZ_FOLDER = join(ROOT, "test/fuzz");

function corpusPath(target: string): string {
  return join(FUZZ_FOLDER, "corpus", `${target}.txt`);
}

/** The inputs that are kept in git. */
export function keptInputs(target: string): [signature: string, input: Uint8Array][] {
  const path = corpusPath(target);
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [signature = "", form = "", text = ""] = line.split(" ");
      const bytes = Buffer.from(text, form === "hex" ? "hex" : "base64");
      return [signature, new Uint8Array(form === "hex" ? bytes : inflateRawSync(bytes))];
    });
}

/** Writes what is kept in git. A signature has no space in it. */
export function keepInputs(target: string, about: string, entries: [string, Uint8Array][]): void {
  const lines = [...entries]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([signature, input]) => {
      const isShort = input.length <= HEX_BYTES_MAX;
      const bytes = isShort ? Buffer.from(input) : deflateRawSync(input, { level: 9 });
      return `${signature} ${isShort ? "hex" : "deflate"} ${bytes.toString(isShort ? "hex" : "base64")}`;
    });
  writeFileSync(corpusPath(target), `${[`# ${about}`, ...lines].join("\n")}\n`);
}
