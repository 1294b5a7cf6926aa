/** A million decisions in one process: nothing may be left behind. */

import { openEmbedded } from "../../bindings/src/embedded.ts";
import { benchCalls } from "../calls.ts";
import type { Figure, PartResult } from "../results.ts";

const DECISIONS = 1_000_000;
/** Decisions before the first look: what the engine and the compiler of the host set up once is there by then. */
const SETTLED = 100_000;
/** What a garbage collector leaves differs by a little from run to run; a leak of one byte a decision is found. */
export const GROWTH_BYTES_MAX = 900_000;

export async function measureMemory(): Promise<PartResult> {
  const memories: WebAssembly.Memory[] = [];
  const Original = WebAssembly.Instance;
  // The library hides the engine's memory, so it is noted while the engine opens.
  WebAssembly.Instance = new Proxy(Original, {
    construct(target, args: ConstructorParameters<typeof WebAssembly.Instance>) {
      const instance = new target(...args);
      if (instance.exports.memory instanceof WebAssembly.Memory) memories.push(instance.exports.memory);
      return instance;
    },
  });
  const engine = await openEmbedded();
  WebAssembly.Instance = Original;
  const wasmBytes = (): number => memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);

  const calls = benchCalls(1_000, 440);
  const decide = (count: number): void => {
    for (let at = 0; at < count; at++) engine.decide((calls[at % calls.length] as (typeof calls)[0]).request);
  };
  decide(SETTLED);
  const before = heldBytes();
  const wasmBefore = wasmBytes();
  decide(DECISIONS);
  const growth = heldBytes() - before;
  const wasmGrowth = wasmBytes() - wasmBefore;
  if (growth > GROWTH_BYTES_MAX || wasmGrowth > 0) {
    throw new Error(
      `memory grew in ${DECISIONS} decisions: heap by ${growth} bytes (wanted at most ${GROWTH_BYTES_MAX}), Wasm by ${wasmGrowth} (wanted 0)`,
    );
  }
  const figure = (name: string, value: number): Figure => ({ name, value, unit: "bytes" });
  return {
    tables: [],
    figures: [
      figure("heap after 100 000 decisions", before),
      figure("heap growth in 1 000 000 more", growth),
      figure("Wasm memory", wasmBefore),
      figure("Wasm memory growth", wasmGrowth),
    ],
    notes: [],
  };
}

/** Bytes that live objects and their buffers hold, after everything else was collected. */
function heldBytes(): number {
  const collect = (globalThis as { gc?: () => void }).gc;
  if (collect === undefined) throw new Error("memory: run node with --expose-gc");
  for (let pass = 0; pass < 4; pass++) collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
