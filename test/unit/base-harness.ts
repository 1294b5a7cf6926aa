/** The base layer of the engine, compiled alone, so that tests can give it many inputs: assembly/__tests__/harness.ts. */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

interface Exports {
  memory: WebAssembly.Memory;
  INPUT: WebAssembly.Global;
  OUTPUT: WebAssembly.Global;
  sha256(size: number): void;
  sha256Pieces(size: number, first: number, step: number): void;
  utf8Valid(size: number): number;
  utf8CodePoints(size: number): number;
  compare(oneSize: number, otherSize: number): number;
  equal(size: number): number;
  hash32(size: number): number;
  index(size: number): number;
  errorAt(): number;
  nodes(): number;
  rewrite(): number;
  walk(): number;
  memberOfRoot(size: number, keySize: number): number;
  putInt(signed: number, capacity: number): number;
  minorOfFloat(exponent: number): number;
  minorOfText(size: number, exponent: number): number;
}

export interface Base {
  readonly run: Exports;
  /** Puts bytes where the next call reads them; returns how many. */
  give(bytes: Uint8Array): number;
  /** The bytes that are there now. */
  input(size: number): Uint8Array;
  output(size: number): Uint8Array;
  /** A 64-bit argument or result. */
  readonly wide: DataView;
}

const ENTRY = "assembly/__tests__/harness.ts";
const FLAGS =
  "-O3 --shrinkLevel 0 --converge --runtime stub --use abort= --initialMemory 32 --maximumMemory 32";

/** A fresh instance of the base layer, compiled with the flags of the release. */
export function openBase(): Base {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(compiledBase()), {});
  const run = instance.exports as unknown as Exports;
  const bytes = new Uint8Array(run.memory.buffer);
  const inputAt = run.INPUT.value as number;
  const outputAt = run.OUTPUT.value as number;
  return {
    run,
    give(given) {
      bytes.set(given, inputAt);
      return given.length;
    },
    input: (size) => bytes.slice(inputAt, inputAt + size),
    output: (size) => bytes.slice(outputAt, outputAt + size),
    wide: new DataView(run.memory.buffer, outputAt, 8),
  };
}

/** Compiling takes some seconds, so the result is kept under the digest of everything that went into it. */
function compiledBase(): Uint8Array<ArrayBuffer> {
  const folder = join(ROOT, "node_modules/.cache/permit0-base");
  const file = join(folder, `${sourceDigest()}.wasm`);
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    const fresh = `${file}.${process.pid}`;
    const compiler = join(ROOT, "node_modules/assemblyscript/bin/asc.js");
    const command = [compiler, ENTRY, "--config", "none", "-o", fresh, ...FLAGS.split(" ")];
    execFileSync(process.execPath, command, { cwd: ROOT, stdio: ["ignore", "ignore", "pipe"] });
    // Two test files may compile at once; each finds a whole file.
    renameSync(fresh, file);
  }
  return new Uint8Array(readFileSync(file));
}

function sourceDigest(): string {
  const digest = createHash("sha256").update(FLAGS);
  const base = readdirSync(join(ROOT, "assembly/base")).map((name) => `assembly/base/${name}`);
  for (const path of [
    ...base.sort(),
    "assembly/gen/limits.ts",
    ENTRY,
    "node_modules/assemblyscript/package.json",
  ]) {
    digest.update(`${path}\n`).update(readFileSync(join(ROOT, path)));
  }
  return digest.digest("hex");
}

/** Seeded integers: the same seed gives the same run. */
export class Seeded {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** 32 bits (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** 0 to end - 1. */
  below(end: number): number {
    return this.next() % end;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  bytes(size: number): Uint8Array {
    return Uint8Array.from({ length: size }, () => this.below(256));
  }
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

export function unhex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "hex"));
}
