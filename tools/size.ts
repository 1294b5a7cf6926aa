/**
 * Weighs what a user downloads and holds it to bench/budget.json. Exit 1 when anything is over.
 *
 * Growth past the budget needs the new number in the same change, with the reason in its message.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { bundleForBrowser } from "./build.ts";
import { ROOT } from "./files.ts";

export interface SizeRow {
  readonly name: string;
  readonly unit: "bytes" | "count";
  readonly found: number;
  readonly max: number;
}

/** The names of bench/budget.json's size section, each an inclusive maximum. */
type Budget = Readonly<Record<string, number>>;

const GZIP_LEVEL = 9;

/** The engine with its Wasm; the page brings the image of its own policy. */
const PAGE_WITH_OWN_POLICY = `
  export { openEngine } from "./bindings/src/engine.ts";
  export { embeddedWasm } from "./bindings/hosts/inline.ts";
`;

/** Everything: permit, guard, the engine and the base policy. */
const PAGE_WITH_BASE_POLICY = 'export * from "./bindings/src/index.ts";';

function gzipBytes(bytes: Uint8Array): number {
  return gzipSync(bytes, { level: GZIP_LEVEL }).length;
}

async function measure(): Promise<Record<string, number>> {
  const wasm = readFileSync(join(ROOT, "build/core.wasm"));
  const image = readFileSync(join(ROOT, "build/base.image"));
  const ownPolicy = await bundleForBrowser(PAGE_WITH_OWN_POLICY);
  const basePolicy = await bundleForBrowser(PAGE_WITH_BASE_POLICY);
  return {
    wasm_bytes: wasm.length,
    wasm_gzip_bytes: gzipBytes(wasm),
    wasm_exports_count: WebAssembly.Module.exports(new WebAssembly.Module(wasm)).length,
    image_bytes: image.length,
    image_gzip_bytes: gzipBytes(image),
    browser_bytes: ownPolicy.length,
    browser_gzip_bytes: gzipBytes(ownPolicy),
    browser_with_base_policy_bytes: basePolicy.length,
    browser_with_base_policy_gzip_bytes: gzipBytes(basePolicy),
  };
}

/** Joins what was measured with what is allowed; a number on one side only is a mistake in the budget. */
export function compare(found: Readonly<Record<string, number>>, budget: Budget): SizeRow[] {
  const names = new Set([...Object.keys(found), ...Object.keys(budget)]);
  return [...names].map((name) => {
    const measured = found[name];
    const max = budget[name];
    if (measured === undefined) throw new Error(`budget.json: size.${name}: nothing measures this number`);
    if (max === undefined) throw new Error(`budget.json: size.${name}: wanted a maximum, found none`);
    return { name, unit: name.endsWith("_count") ? "count" : "bytes", found: measured, max };
  });
}

export function table(rows: readonly SizeRow[]): string {
  const lines = rows.map((row) => {
    const percent = row.max === 0 ? "-" : `${Math.round((100 * row.found) / row.max)} %`;
    return [row.name, String(row.found), String(row.max), percent, row.found > row.max ? "over" : "ok"];
  });
  const all = [["what", "found", "budget", "used", ""], ...lines];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((line) => line[column]?.length ?? 0)));
  return all
    .map(([name = "", ...rest]) =>
      [name.padEnd(widths[0] ?? 0), ...rest.map((cell, at) => cell.padStart(widths[at + 1] ?? 0))]
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

async function main(): Promise<void> {
  const text = readFileSync(join(ROOT, "bench/budget.json"), "utf8");
  const { size } = JSON.parse(text) as { size: Budget };
  const rows = compare(await measure(), size);
  console.log(table(rows));
  const over = rows.filter((row) => row.found > row.max);
  console.log(`size: ${rows.length - over.length} within budget, ${over.length} over`);
  if (over.length > 0) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
