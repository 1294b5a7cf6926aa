/** The parser of the shell, compiled alone (assembly/__tests__/shell-harness.ts), and what it says about a text. */

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { main } from "assemblyscript/asc";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const ENTRY = "assembly/__tests__/shell-harness.ts";
const REPLACED = "assembly/normalise/lang/command.ts";
const RECORDER = "assembly/__tests__/shell-recorder.ts";
const FLAGS =
  "-O3 --shrinkLevel 0 --converge --runtime stub --use abort= --initialMemory 160 --maximumMemory 160";

const DIALECTS = ["sh", "bash", "dash", "zsh"];
const INPUTS = ["none", "pipe", "file", "text"];
const FIELDS = new Map([
  [5, "path"],
  [8, "host"],
  [24, "command"],
]);
const ACTIONS = new Map([
  [0, "process.shell"],
  [3, "files.read"],
  [4, "files.write"],
  [10, "network.http_post"],
]);
const MARK_OPAQUE = 1 << 10;
const MARK_EXPANDS = 1 << 12;

export interface Call {
  readonly words: readonly string[];
  /** What is not known of each: E expands, G globs, Q quoted. */
  readonly bits: readonly string[];
  readonly group: number;
  readonly input: string;
  readonly text?: string;
  readonly directory?: string;
  readonly expands?: true;
}

export interface Part {
  readonly action: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly group: number;
  readonly expands?: true;
}

export interface Taken {
  /** Calls and redirections in the order they came. */
  readonly events: readonly (Call | Part)[];
  readonly calls: readonly Call[];
  readonly parts: readonly Part[];
  readonly opaque: boolean;
  readonly reason: number;
  readonly overflowed: boolean;
  /** How long the engine took. */
  readonly ms: number;
}

interface Exports {
  memory: WebAssembly.Memory;
  TEXT_AT: WebAssembly.Global;
  PARTS_AT: WebAssembly.Global;
  CALLS_AT: WebAssembly.Global;
  take(bytes: number, dialect: number, depth: number): number;
  callsBytes(): number;
  reason(): number;
  overflowed(): number;
  group(number: number): number;
}

/** Groups are numbered as they first come; the image knows the command `ls` and lets `FOO` be assigned. */
export async function openShell(): Promise<(text: string, dialect?: string, depth?: number) => Taken> {
  const { instance } = await WebAssembly.instantiate(await compiled(), {});
  const run = instance.exports as unknown as Exports;
  const bytes = new Uint8Array(run.memory.buffer);
  const view = new DataView(run.memory.buffer);
  const at = (global: WebAssembly.Global) => global.value as number;
  const decoder = new TextDecoder();
  const textAt = (from: number, size: number) => decoder.decode(bytes.subarray(from, from + size));

  return (text, dialect, depth = 0) => {
    const given = new TextEncoder().encode(text);
    bytes.set(given, at(run.TEXT_AT));
    const began = performance.now();
    const count = run.take(given.length, dialect === undefined ? -1 : DIALECTS.indexOf(dialect), depth);
    const ms = performance.now() - began;
    const events: { order: number; event: Call | Part }[] = [];
    let cursor = at(run.CALLS_AT);
    const end = cursor + run.callsBytes();
    const next = (): number => {
      cursor += 4;
      return view.getUint32(cursor - 4, true);
    };
    while (cursor < end) {
      const order = next();
      const marks = next();
      const group = run.group(next());
      next();
      const directory = textAt(next(), next());
      const input = next();
      const said = textAt(next(), next());
      const words: string[] = [];
      const bits: string[] = [];
      const size = next();
      for (let word = 0; word < size; word++) {
        words.push(textAt(next(), next()));
        const known = next();
        bits.push(`${known & 1 ? "E" : ""}${known & 2 ? "G" : ""}${known & 4 ? "Q" : ""}`);
      }
      const call: Call = {
        words,
        bits,
        group,
        input: INPUTS[input] as string,
        ...(input === 3 && { text: said }),
        ...(directory !== "" && { directory }),
        ...(marks & MARK_EXPANDS && { expands: true as const }),
      };
      events.push({ order: order + 0.5, event: call });
    }
    cursor = at(run.PARTS_AT);
    let opaque = false;
    for (let order = 0; order < count; order++) {
      const marks = next();
      const group = next();
      const action = ACTIONS.get(next()) ?? "";
      const facts: Record<string, string> = {};
      for (let left = next(); left > 0; left--) {
        const field = next();
        facts[FIELDS.get(field) ?? String(field)] = textAt(next(), next());
      }
      if (marks & MARK_OPAQUE) {
        opaque = true;
        continue;
      }
      const part: Part = { action, facts, group, ...(marks & MARK_EXPANDS && { expands: true as const }) };
      events.push({ order: order + 1, event: part });
    }
    const numbers = new Map<number, number>();
    events.sort((one, other) => one.order - other.order);
    const named = events.map(({ event }) => {
      if (!numbers.has(event.group)) numbers.set(event.group, numbers.size);
      return { ...event, group: numbers.get(event.group) as number };
    });
    return {
      events: named,
      calls: named.filter((event): event is Call => "words" in event),
      parts: named.filter((event): event is Part => "facts" in event),
      opaque,
      reason: run.reason(),
      ms,
      overflowed: run.overflowed() !== 0,
    };
  };
}

/** Compiling takes some seconds, so the result is kept under the digest of everything that went into it. */
async function compiled(): Promise<Uint8Array<ArrayBuffer>> {
  const folder = join(ROOT, "node_modules/.cache/permit0-shell");
  const file = join(folder, `${sourceDigest()}.wasm`);
  if (existsSync(file)) return new Uint8Array(readFileSync(file));
  let wasm: Uint8Array | undefined;
  const { error, stderr } = await main([ENTRY, "--config", "none", "-o", "shell.wasm", ...FLAGS.split(" ")], {
    readFile: (name) => {
      const path = name.replaceAll("\\", "/").endsWith(REPLACED) ? RECORDER : name;
      const whole = join(ROOT, path);
      return existsSync(whole) ? readFileSync(whole, "utf8") : null;
    },
    writeFile: (_name, contents) => {
      if (typeof contents !== "string") wasm = contents;
    },
    listFiles: () => [],
  });
  if (error || !wasm) throw new Error(`${error?.message}\n${stderr.toString()}`);
  mkdirSync(folder, { recursive: true });
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, wasm);
  renameSync(fresh, file);
  return new Uint8Array(wasm);
}

function sourceDigest(): string {
  const digest = createHash("sha256").update(FLAGS);
  for (const folder of ["base", "gen", "policy", "request", "normalise", "normalise/lang", "__tests__"]) {
    for (const name of readdirSync(join(ROOT, "assembly", folder)).sort()) {
      if (!name.endsWith(".ts")) continue;
      digest.update(`${folder}/${name}\n`).update(readFileSync(join(ROOT, "assembly", folder, name)));
    }
  }
  return digest.digest("hex");
}
