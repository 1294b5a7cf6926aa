/**
 * A hundred tools of MCP servers, drawn by chance, against somebody who wrote no pack and judged each from its definition
 * alone before seeing a mapping (test/vectors/mcp/README.md).
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "permit0/engine";
import { beforeAll, describe, expect, test } from "vitest";
import { compilePolicy, openImage } from "../../bindings/cli/policy.ts";
import { ROOT } from "../../tools/files.ts";
import { TIME_MS } from "./built.ts";

interface Judged {
  readonly server: string;
  /** Absent: no pack is for this server. */
  readonly pack?: string;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly judged: string;
  readonly also?: readonly string[];
  readonly mapped: string;
}

const ROWS = readFileSync(join(ROOT, "test/vectors/mcp/sample.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Judged);

let engine: Engine;
beforeAll(async () => {
  const packs = new Map(ROWS.map(({ server, pack }) => [server, pack]));
  const servers = [...packs].flatMap(([server, pack]) => (pack ? [`  ${server}: { pack: ${pack} }\n`] : []));
  const text = `org: test\ndated: "2026-01-01"\nservers:\n${servers.join("")}`;
  engine = await openImage((await compilePolicy([{ name: "org.yaml", text }], undefined)).image);
}, 120_000);

describe("a tool of a bound server becomes", () => {
  test.each(ROWS.map((row) => [row.tool, row.mapped, row] as const))("%s: %s", (tool, mapped, row) => {
    const { server, pack, args } = row;
    const call = { tool, args, ...(pack ? { server } : {}), context: { time_ms: TIME_MS } };
    expect(engine.decide(call).parts[0]?.action).toBe(mapped);
  });
});

test("ninety-five of a hundred are what the judge says", () => {
  const right = ROWS.filter(({ judged, also = [], mapped }) => [judged, ...also].includes(mapped));
  expect(ROWS).toHaveLength(100);
  expect(right.length).toBeGreaterThanOrEqual(95);
});
