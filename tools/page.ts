/**
 * Puts the page of bindings/page into one file that needs nothing else: dist/verify.html. Its policy names its own script
 * and style by digest; the worker is text of that script, so it may come from a blob, and nothing may come from anywhere.
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type BuildOptions, build as bundle } from "esbuild";
import { ROOT } from "./files.ts";

const PAGE = "bindings/page";

/** The page as text. */
export async function pageText(options: BuildOptions): Promise<string> {
  const worker = await scriptOf("worker.ts", options);
  const script = await scriptOf("main.ts", { ...options, define: { WORKER_SOURCE: JSON.stringify(worker) } });
  const style = readFileSync(join(ROOT, PAGE, "page.css"), "utf8");
  // A script may well hold the end of a style: that of the report that the verifier writes again.
  for (const [name, text] of Object.entries({ script, style }))
    if (new RegExp(`<(/${name}|!--)`, "i").test(text))
      throw new Error(`page: its ${name} would end early in HTML`);
  const policy = [
    "default-src 'none'",
    `script-src '${digestOf(script)}' 'wasm-unsafe-eval'`,
    `style-src '${digestOf(style)}'`,
    "worker-src blob:",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types permit0-worker",
  ].join("; ");
  let page = readFileSync(join(ROOT, PAGE, "page.html"), "utf8");
  for (const [place, text] of [
    ["default-src 'none'", policy],
    ["<!-- style -->", `<style>${style}</style>`],
    ["<!-- script -->", `<script>${script}</script>`],
  ] as const) {
    if (!page.includes(place)) throw new Error(`page: page.html has no place for ${place}`);
    page = page.replace(place, () => text);
  }
  return page;
}

async function scriptOf(file: string, options: BuildOptions): Promise<string> {
  const { outputFiles } = await bundle({
    ...options,
    entryPoints: [join(PAGE, file)],
    format: "iife",
    platform: "browser",
    external: [],
    minify: true,
    write: false,
  });
  const [output] = outputFiles ?? [];
  if (output === undefined) throw new Error(`page: the bundle of ${file} is empty`);
  return output.text.trimEnd();
}

function digestOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
