/** Hosts of URLs against test/vectors/lang/addresses.jsonl. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { utf8 } from "../bytes.ts";
import { classifyHost, parseUrl } from "../canonical.ts";

interface Row {
  url: string;
  reads_as: string;
  why: string;
}

const rows = readFileSync(new URL("../../vectors/lang/addresses.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as Row);

function readsAs(text: string): string {
  const url = parseUrl(utf8(text));
  if (typeof url === "string") return url;
  const words = [url.host === null ? "opaque" : classifyHost(url.host, () => false)];
  if (url.userinfo) words.push("userinfo");
  if (url.host?.idn === true) words.push("idn");
  return words.join(" ");
}

describe("addresses", () => {
  it.each(rows)("$url: $why", ({ url, reads_as }) => {
    expect(readsAs(url)).toBe(reads_as);
  });
});
