/** The engine is what it says: no way out, no floats, no heap, and exactly the doors listed here. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "../../tools/files.ts";
import { readWasm, type WasmShape } from "./wasm.ts";

/** 64 KiB each; asconfig.json fixes the same number at both ends, so memory never moves under a host's view. */
const MEMORY_PAGES = 174;

/** Typed by hand: a new door into the engine is a decision. */
const EXPORTS: readonly string[] = [
  "memory memory",
  "REQUEST_AT global",
  "IMAGE_AT global",
  "RECORD_AT global",
  "RESULT_AT global",
  "CELLS_AT global",
  "CELL_SIZES_AT global",
  "CELL_IDS_AT global",
  "KEY_SALT_AT global",
  "loadImage function",
  "name function",
  "decide function",
  "observe function",
];

function faults(shape: WasmShape, exportsWanted: readonly string[], pages: number): string[] {
  const found: string[] = [];
  if (shape.imports.length > 0) found.push(`imports ${shape.imports.join(", ")}`);
  for (const [what, count] of Object.entries(shape.counts)) {
    if (count > 0) found.push(`${count} x ${what}`);
  }
  if (shape.hasStart) found.push("a start function");
  const [memory, ...more] = shape.memories;
  if (!memory || more.length > 0) found.push(`${shape.memories.length} memories`);
  else if (memory.minPages !== pages || memory.maxPages !== pages) {
    found.push(`memory of ${memory.minPages} to ${memory.maxPages ?? "any"} pages`);
  }
  const wanted = new Set(exportsWanted);
  const exported = new Set(shape.exports);
  for (const name of exported) if (!wanted.has(name)) found.push(`unlisted export ${name}`);
  for (const name of wanted) if (!exported.has(name)) found.push(`missing export ${name}`);
  return found;
}

test("the release engine has no import, float, growth or unlisted export", () => {
  const shape = readWasm(readFileSync(join(ROOT, "build/core.wasm")));
  expect(faults(shape, EXPORTS, MEMORY_PAGES)).toEqual([]);
});

// --- The check itself can fail -----------------------------------------------------------------------------

type Bytes = readonly number[];
const section = (id: number, body: Bytes): Bytes => [id, body.length, ...body];
const text = (name: string): Bytes => [name.length, ...new TextEncoder().encode(name)];

interface ModuleParts {
  readonly types?: Bytes;
  readonly imports?: Bytes;
  readonly memory?: Bytes;
  readonly globals?: Bytes;
  readonly start?: boolean;
  readonly code?: Bytes;
}

/** A module with one function () -> (), one memory of two pages, and one export "go". */
function moduleOf(parts: ModuleParts): Uint8Array<ArrayBuffer> {
  const body = [0x00, ...(parts.code ?? []), 0x0b];
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, parts.types ?? [1, 0x60, 0, 0]),
    ...(parts.imports ? section(2, parts.imports) : []),
    ...section(3, [1, 0]),
    ...section(4, [1, 0x70, 0, 1]),
    ...section(5, parts.memory ?? [1, 1, 2, 2]),
    ...(parts.globals ? section(6, parts.globals) : []),
    ...section(7, [1, ...text("go"), 0, parts.imports ? 1 : 0]),
    ...(parts.start ? section(8, [0]) : []),
    ...section(10, [1, body.length, ...body]),
  ]);
}

interface BadModule extends ModuleParts {
  readonly why: string;
  readonly fault: RegExp;
}

const BAD: readonly BadModule[] = [
  {
    why: "imports a function",
    imports: [1, ...text("env"), ...text("abort"), 0, 0],
    fault: /imports env.abort/,
  },
  { why: "a float constant", code: [0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0x1a], fault: /1 x float/ },
  { why: "loads a float", code: [0x41, 0, 0x2a, 2, 0, 0x1a], fault: /1 x float/ },
  { why: "converts to a float", code: [0x41, 0, 0xb7, 0x1a], fault: /1 x float/ },
  { why: "saturating float conversion", code: [0x43, 0, 0, 0, 0, 0xfc, 0, 0x1a], fault: /2 x float/ },
  { why: "a float global", globals: [1, 0x7c, 0, 0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0x0b], fault: /x float/ },
  { why: "grows memory", code: [0x41, 1, 0x40, 0, 0x1a], fault: /1 x memory.grow/ },
  { why: "calls through a table", code: [0x41, 0, 0x11, 0, 0], fault: /1 x call_indirect/ },
  { why: "memory that can grow", memory: [1, 1, 2, 3], fault: /memory of 2 to 3 pages/ },
  { why: "memory without a maximum", memory: [1, 0, 2], fault: /memory of 2 to any pages/ },
  { why: "runs code at instantiation", start: true, fault: /start function/ },
];

describe("the check refuses a module that", () => {
  for (const { why, fault, ...parts } of BAD) {
    test(why, () => {
      const bytes = moduleOf(parts);
      expect(WebAssembly.validate(bytes), "the example must be a valid module").toBe(true);
      expect(faults(readWasm(bytes), ["go function"], 2).join("; ")).toMatch(fault);
    });
  }

  test("has another export, or lacks one", () => {
    expect(faults(readWasm(moduleOf({})), ["stop function"], 2)).toEqual([
      "unlisted export go function",
      "missing export stop function",
    ]);
  });

  test("uses an instruction that is not in the table", () => {
    // i8x16.splat, of the SIMD set.
    expect(() => readWasm(moduleOf({ code: [0x41, 0, 0xfd, 0x0f, 0x1a] }))).toThrow(/0xfd/);
  });

  test("but not one that keeps the rules", () => {
    expect(faults(readWasm(moduleOf({ code: [0x41, 1, 0x1a] })), ["go function"], 2)).toEqual([]);
  });
});
