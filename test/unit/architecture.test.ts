/** The bytes that ARCHITECTURE.md shows are the bytes that the codec writes. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { encode } from "../../bindings/src/codec/encode.ts";

const page = readFileSync(new URL("../../ARCHITECTURE.md", import.meta.url), "utf8");

function spaced(value: unknown): string {
  return Buffer.from(encode(value))
    .toString("hex")
    .replace(/..(?=.)/g, "$& ");
}

test.each([
  ["the arguments", spaced({ path: "~/.ssh/id_rsa" })],
  ["the binding", spaced({ binding: "advisory" }).slice(3)],
  ["the version", spaced({ v: 1 }).slice(3)],
])("ARCHITECTURE.md shows %s as encoded", (_what, hex) => {
  expect(page).toContain(hex);
});
