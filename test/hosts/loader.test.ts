/**
 * The engine is an ordinary AssemblyScript module: AssemblyScript's own loader opens it and gets the same bytes as the
 * hand-written wall in bindings/src/abi.ts.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { instantiateSync } from "@assemblyscript/loader";
import { expect, test } from "vitest";
import { encode } from "../../bindings/src/codec/encode.ts";
import { openEngine } from "../../bindings/src/engine.ts";
import { ROOT } from "../../tools/files.ts";

interface EngineExports extends Record<string, unknown> {
  readonly memory: WebAssembly.Memory;
  readonly IMAGE_AT: WebAssembly.Global;
  readonly REQUEST_AT: WebAssembly.Global;
  readonly RECORD_AT: WebAssembly.Global;
  readonly RESULT_AT: WebAssembly.Global;
  loadImage(bytes: number): number;
  decide(bytes: number): number;
}

const RECORD_BYTES_OFFSET = 4;
const STATUS_DONE = 0;

test("AssemblyScript's loader and the library get the same record", async () => {
  const wasm = readFileSync(join(ROOT, "build/core.wasm"));
  const image = readFileSync(join(ROOT, "build/base.image"));
  const engine = await openEngine({ wasm, image });
  const request = encode({
    v: 1,
    mode: "enforce",
    binding: "advisory",
    durability: "none",
    salt: new Uint8Array(32),
    engine: Buffer.from(engine.digests.engine, "hex"),
    image: Buffer.from(engine.digests.image, "hex"),
    context: { time_ms: 1_700_000_000_000, asserted_by: {} },
    action: "payments.refund",
    fields: { amount: 85_000, currency: "USD" },
  });

  const { exports } = instantiateSync<EngineExports>(wasm, {});
  const memory = new Uint8Array(exports.memory.buffer);
  memory.set(image, exports.IMAGE_AT.value);
  expect(exports.loadImage(image.length)).toBe(STATUS_DONE);
  memory.set(request, exports.REQUEST_AT.value);
  expect(exports.decide(request.length)).toBe(STATUS_DONE);
  const view = new DataView(exports.memory.buffer);
  const recordBytes = view.getUint32(exports.RESULT_AT.value + RECORD_BYTES_OFFSET, true);
  const record = memory.slice(exports.RECORD_AT.value, exports.RECORD_AT.value + recordBytes);

  expect(recordBytes).toBeGreaterThan(0);
  expect(engine.decideBytes(request).record).toEqual(record);
});
