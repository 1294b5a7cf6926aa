/**
 * What the pass over the arguments costs: the same calls decided with the default policy, and with the same image without
 * its automaton. The fastest of many rounds, turn about, so that a busy machine disturbs both alike.
 *
 *   tsx bench/detect.ts
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as layout from "../bindings/src/gen/layout.ts";
import { Wasm } from "../test/differential/wasm.ts";
import { encodeRequest, type Plain } from "../test/model/request-writer.ts";

const ROUNDS = 60;
const ROUND_NS = 2e6;
const PROSE = readFileSync(new URL("../docs/policies.md", import.meta.url), "latin1").replace(
  /[^\0-\x7f]/g,
  "",
);
const CODE = readFileSync(new URL("../bindings/src/engine.ts", import.meta.url), "latin1");

const CALLS: readonly (readonly [name: string, args: Plain])[] = [
  ["a short call", { path: "src/index.ts" }],
  [
    "a mail",
    { to: "bob@example.com", subject: "Lunch", body: "Noon at the usual place? I can bring the papers." },
  ],
  ["1 KiB of prose", { path: "notes.txt", content: PROSE.slice(0, 1024) }],
  ["32 KiB of prose", { path: "notes.txt", content: PROSE.repeat(4).slice(0, 32_768) }],
  ["32 KiB of code", { path: "a.ts", content: CODE.repeat(8).slice(0, 32_768) }],
  [
    "32 KiB of base64",
    { path: "a.b64", content: Buffer.from(PROSE.repeat(4)).toString("base64").slice(0, 32_768) },
  ],
  ["32 KiB made to be slow", { path: "a.txt", content: "ssn ".repeat(8192) }],
];

function withoutAutomaton(image: Uint8Array): Uint8Array {
  const copy = image.slice();
  const directory = layout.HEADER_DIRECTORY + layout.SECTION_AUTOMATON * layout.DIRECTORY_BYTES;
  new DataView(copy.buffer).setUint32(directory + 4, 0, true);
  const digest = createHash("sha256").update(copy.subarray(layout.HEADER_DIRECTORY)).digest();
  copy.set(digest, layout.HEADER_DIGEST);
  return copy;
}

/** An engine with this image, and a request of a call in its inbox. */
function prepared(module: WebAssembly.Module, image: Uint8Array, args: Plain): () => void {
  const engine = new Wasm(module);
  if (engine.loadImage(image).status !== 0) throw new Error("bench: the image was refused");
  const digest = new Uint8Array(createHash("sha256").update(image).digest());
  const request = encodeRequest({ tool: "write_file", args }, digest);
  if (engine.decide(request).status !== 0) throw new Error("bench: the request was refused");
  return () => engine.exports.decide(request.length);
}

function roundNs(run: () => void, count: number): number {
  const start = process.hrtime.bigint();
  for (let call = 0; call < count; call++) run();
  return Number(process.hrtime.bigint() - start) / count;
}

const wasm = new WebAssembly.Module(readFileSync(new URL("../build/core.wasm", import.meta.url)));
const full = new Uint8Array(readFileSync(new URL("../build/base.image", import.meta.url)));
const bare = withoutAutomaton(full);
console.log("call                       bytes    without       with   ratio  ns a byte");
for (const [name, args] of CALLS) {
  const runs = [bare, full].map((image) => prepared(wasm, image, args));
  const bytes = Buffer.byteLength(JSON.stringify(args));
  const counts = runs.map((run) => Math.max(1, Math.floor(ROUND_NS / roundNs(run, 20))));
  const fastest = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < ROUNDS; round++) {
    runs.forEach((run, which) => {
      fastest[which] = Math.min(fastest[which] ?? 0, roundNs(run, counts[which] ?? 1));
    });
  }
  const [without = 0, withPass = 0] = fastest;
  const shown = [
    bytes.toFixed(0).padStart(8),
    `${without.toFixed(0)} ns`.padStart(10),
    `${withPass.toFixed(0)} ns`.padStart(10),
  ];
  const perByte = ((withPass - without) / bytes).toFixed(2);
  console.log(name.padEnd(24), ...shown, (withPass / without).toFixed(2).padStart(7), perByte.padStart(10));
}
