/** The examples of docs/format/cmp1.md are what the encoder writes. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { encode } from "../../bindings/src/codec/encode.ts";
import { parseJson } from "../../bindings/src/codec/json.ts";
import { hex } from "./base-harness.ts";

const PAGE = readFileSync(new URL("../../docs/format/cmp1.md", import.meta.url), "utf8");

describe("docs/format/cmp1.md", () => {
  const section = PAGE.slice(PAGE.indexOf("## Examples"), PAGE.indexOf("## Digests"));
  const rows = [...section.matchAll(/^\| `(.+)` \| `([0-9a-f]+)` \|$/gm)];

  it("has its rows", () => {
    expect(rows.length).toBe(20);
  });

  it.each(rows.map(([, text, bytes]) => ({ text: text as string, bytes: bytes as string })))(
    "$text",
    ({ text, bytes }) => {
      expect(hex(encode(parseJson(text)))).toBe(bytes);
    },
  );

  it("spells the arguments of a call byte by byte, with their digest", () => {
    const [, value, listing] = /```\n(\{.*\})\n\n([\s\S]*?)```/.exec(section) as unknown as [
      string,
      string,
      string,
    ];
    const bytes = listing
      .split("\n")
      .map((line) => line.replace(/ {3,}("|map).*$/, "").replace(/[^0-9a-f]/g, ""))
      .join("");
    const encoded = encode(parseJson(value));
    expect(bytes).toBe(hex(encoded));
    const digest = createHash("sha256").update("cmp1:args\n").update(encoded).digest("hex");
    expect(PAGE).toContain(`have the args digest \`${digest}\``);
  });

  it("names every code that there is", () => {
    const source = readFileSync(new URL("../../bindings/src/codec/errors.ts", import.meta.url), "utf8");
    const codes = [...source.matchAll(/^ {2}\| "([a-z_0-9]+)"/gm)].map(([, code]) => code as string);
    expect(codes.length).toBeGreaterThan(20);
    for (const code of codes) expect(PAGE, code).toContain(`\`${code}\``);
  });
});
