/** The worked example of docs/format/record.md is what the engine does, and its bytes are all there. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compileModuleSync } from "../../bindings/src/abi.ts";
import { compile } from "../../bindings/src/compile/index.ts";
import { createEngine } from "../../bindings/src/engine.ts";
import { ROOT } from "../../tools/files.ts";
import { EXAMPLE_PAGE, exampleSection } from "../../tools/record-example.ts";
import { WASM } from "./built.ts";
import { leastSources } from "./small-policy.ts";

const page = readFileSync(join(ROOT, EXAMPLE_PAGE), "utf8");

test("the page is fresh: npx tsx tools/record-example.ts writes it", () => {
  expect(page).toContain(exampleSection(WASM));
});

test("the request on the page gives the record on the page", () => {
  const blocks = [...page.slice(page.indexOf("## Worked example")).matchAll(/^```\n([\s\S]*?)^```$/gm)];
  const [request, record] = blocks.map(([, block = ""]) => {
    const digits = block.split("\n").map((line) => /^[0-9a-f]*/.exec(line)?.[0] ?? "");
    return new Uint8Array(Buffer.from(digits.join(""), "hex"));
  });
  const { image } = compile(leastSources());
  const engine = createEngine(compileModuleSync(WASM), image, "11".repeat(32));
  const decision = engine.decideBytes(request as Uint8Array);
  expect(decision.record).toEqual(record);
  expect(page).toContain(decision.digests.record);
});
