/** Examples of docs/format that follow from the compiler: written again here and compared. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { compile } from "../../bindings/src/compile/index.ts";
import * as layout from "../../bindings/src/gen/layout.ts";
import { hex, sha256 } from "../../bindings/src/sha256.ts";
import { ROOT } from "../../tools/files.ts";
import { leastSources } from "./small-policy.ts";

const page = (name: string): string => readFileSync(join(ROOT, "docs/format", name), "utf8");

function spaced(bytes: Uint8Array): string {
  return (hex(bytes).match(/../g) ?? []).join(" ");
}

/** Lines `offset  bytes  what they are`, eight bytes a line. */
function headerExample(image: Uint8Array): string {
  const view = new DataView(image.buffer, image.byteOffset);
  const u32 = (at: number): number => view.getUint32(at, true);
  const wire = parse(readFileSync(join(ROOT, "taxonomy/wire.yaml"), "utf8")) as {
    sections: readonly { readonly name: string }[];
  };
  const line = (at: number, size: number, note: string): string =>
    `${at.toString(16).padStart(2, "0")}  ${spaced(image.subarray(at, at + size)).padEnd(23)}  ${note}`.trimEnd();
  return [
    line(0, 4, "P0IM"),
    line(4, 2, "image version 1"),
    line(6, 2, "ABI version 1"),
    line(8, 4, `${u32(8)} bytes`),
    line(12, 4, `${u32(12)} sections`),
    line(16, 8, "SHA-256 of what follows this digest"),
    ...[24, 32, 40].map((at) => line(at, 8, "")),
    ...wire.sections.map(({ name }, section) => {
      const at = layout.HEADER_DIRECTORY + section * layout.DIRECTORY_BYTES;
      return line(at, 8, `${name}: at ${u32(at)}, ${u32(at + 4)}`);
    }),
  ].join("\n");
}

test("image.md: the header of a small image", () => {
  const { image, digest } = compile(leastSources());
  expect(page("image.md")).toContain(`\`\`\`text\n${headerExample(image)}\n\`\`\``);
  expect(page("image.md")).toContain(`\`${digest}\``);
});

test("cell.md: the id of a session", () => {
  const text = new TextEncoder();
  // fixarray 2, fixstr 7 "session", fixstr 3 "s-1".
  const value = new Uint8Array([0x92, 0xa7, ...text.encode("session"), 0xa3, ...text.encode("s-1")]);
  const domain = text.encode("cmp1:cell\n");
  expect(page("cell.md")).toContain(`\`${spaced(value)}\``);
  expect(page("cell.md")).toContain(`\`${spaced(domain)}\``);
  expect(page("cell.md")).toContain(`\`${hex(sha256(domain, new Uint8Array(32), value))}\``);
});
