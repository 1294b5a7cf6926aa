/**
 * Builds everything that ships: the engine, the default policy image, the bundles and their declarations.
 *
 *   tsx tools/build.ts                 all four steps, in order
 *   tsx tools/build.ts wasm image      only the named steps
 *   tsx tools/build.ts --frozen        never touch a committed file; say so when one is out of date
 *   tsx tools/build.ts --if-stale      do nothing when the last whole build had the same sources
 *
 * Steps and what they write (both folders are ignored by git):
 *   wasm    build/core.wasm, build/probe.wasm (debug, one export a layer), build/wasm.js
 *   image   build/base.image, build/image.js
 *   js      dist/*.js, dist/core.wasm, dist/base.image, dist/verify.html
 *   types   dist/types
 *
 * One committed file is refreshed: bindings/src/gen/engine-digest.ts, the digests of engine and image. A
 * frozen build leaves it alone, so that a fresh clone with a stale digest fails its tests.
 */

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import binaryen from "binaryen";
import { type BuildOptions, build as bundle } from "esbuild";
import { ROOT, sourceFiles } from "./files.ts";
import { pageText } from "./page.ts";

export const DIGEST_FILE = "bindings/src/gen/engine-digest.ts";

/** Bundle name under dist/ and the source file it starts from. */
export const ENTRIES: Readonly<Record<string, string>> = {
  index: "bindings/src/index.ts",
  engine: "bindings/src/engine.ts",
  compile: "bindings/src/compile/index.ts",
  analyse: "bindings/src/analyse/index.ts",
  inline: "bindings/hosts/inline.ts",
  node: "bindings/hosts/node.ts",
  deno: "bindings/hosts/deno.ts",
  bun: "bindings/hosts/bun.ts",
  browser: "bindings/hosts/browser.ts",
  memory: "bindings/memory/index.ts",
  evidence: "bindings/evidence/index.ts",
  review: "bindings/review/index.ts",
  token: "bindings/token/index.ts",
  gateway: "bindings/gateway/index.ts",
  "memory-libsql": "bindings/hosts/memory-libsql.ts",
  "cli/main": "bindings/cli/main.ts",
};

/** What stays an import: Node's own modules, the package's dependencies, and the package by its own name. */
const EXTERNAL = ["node:*", "yaml", "commander", "picocolors", "libsql", "@noble/*", "permit0", "permit0/*"];

const BUNDLE_OPTIONS: BuildOptions = {
  absWorkingDir: ROOT,
  bundle: true,
  format: "esm",
  platform: "neutral",
  target: "es2022",
  legalComments: "none",
  logLevel: "warning",
  external: EXTERNAL,
};

class BuildError extends Error {}

function requireFile(path: string, wanted: string): void {
  if (existsSync(join(ROOT, path))) return;
  throw new BuildError(`${path}: wanted ${wanted}, found no such file`);
}

export function sha256Hex(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function runNode(script: string, args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [script, ...args], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  }
  const [code, signal] = await once(child, "close");
  if (code !== 0) throw new BuildError(`${script} ${args.join(" ")}: exit ${code ?? signal}\n${said.trim()}`);
}

/** Compiles one entry; the working directory is the package root because asc writes source paths into the file. */
async function compileWasm(entry: string, target: string): Promise<void> {
  requireFile(entry, `the entry of the ${target} build`);
  await runNode("node_modules/assemblyscript/bin/asc.js", [entry, "--target", target]);
}

/** What asc may use in a module, and so may the optimizer. */
const WASM_FEATURES =
  binaryen.Features.MutableGlobals |
  binaryen.Features.SignExt |
  binaryen.Features.NontrappingFPToInt |
  binaryen.Features.BulkMemory |
  binaryen.Features.BulkMemoryOpt;

/**
 * Optimizes the engine. asc's own optimizer copies so many functions into their callers that the module outgrows its
 * budget; with less of that the same optimizer makes it as fast, and a seventh smaller (docs/adr/0006-speed-before-size.md).
 */
function optimizeWasm(path: string): void {
  const module = binaryen.readBinary(readFileSync(join(ROOT, path)));
  module.setFeatures(WASM_FEATURES);
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(0);
  binaryen.setZeroFilledMemory(true);
  binaryen.setLowMemoryUnused(false);
  binaryen.setGenerateStackIR(true);
  binaryen.setOptimizeStackIR(true);
  binaryen.setAlwaysInlineMaxSize(12);
  binaryen.setFlexibleInlineMaxSize(27);
  binaryen.setOneCallerInlineMaxSize(1000);
  module.optimize();
  module.optimize();
  if (!module.validate()) throw new BuildError(`${path} is not valid after optimization`);
  writeFileSync(join(ROOT, path), module.emitBinary());
  module.dispose();
}

/** The two files that end up in bundles as text. */
const EMBEDDED = { wasm: "build/core.wasm", image: "build/base.image" } as const;

function writeEmbedded(name: keyof typeof EMBEDDED): void {
  const bytes = readFileSync(join(ROOT, EMBEDDED[name]));
  const constant = name.toUpperCase();
  writeFileSync(
    join(ROOT, `build/${name}.js`),
    `// Written by tools/build.ts.\nexport const ${constant}_SHA256 = "${sha256Hex(bytes)}";\n` +
      `export const ${constant}_BASE64 =\n  "${bytes.toString("base64")}";\n`,
  );
}

/** The types of what {@link writeEmbedded} writes; sources can be checked before anything is compiled. */
function writeEmbeddedTypes(): void {
  mkdirSync(join(ROOT, "build"), { recursive: true });
  for (const name of Object.keys(EMBEDDED)) {
    const constant = name.toUpperCase();
    writeFileSync(
      join(ROOT, `build/${name}.d.ts`),
      `export declare const ${constant}_SHA256: string;\nexport declare const ${constant}_BASE64: string;\n`,
    );
  }
}

/** The text of the committed digest file for the two files in build/. */
export function digestSource(engineSha256: string, imageSha256: string): string {
  return [
    "// Written by `npm run build`; do not edit. A release is known by these two digests.",
    "",
    "/** SHA-256 of core.wasm, in lower-case hex. */",
    `export const ENGINE_SHA256 = "${engineSha256}";`,
    "",
    "/** SHA-256 of base.image, the default policy, in lower-case hex. */",
    `export const BASE_IMAGE_SHA256 = "${imageSha256}";`,
    "",
  ].join("\n");
}

/** Digests of the files in build/, as a fresh build left them. */
export function builtDigests(): { engine: string; image: string } {
  return {
    engine: sha256Hex(readFileSync(join(ROOT, "build/core.wasm"))),
    image: sha256Hex(readFileSync(join(ROOT, "build/base.image"))),
  };
}

function refreshDigest(frozen: boolean): void {
  const { engine, image } = builtDigests();
  const wanted = digestSource(engine, image);
  const path = join(ROOT, DIGEST_FILE);
  const found = existsSync(path) ? readFileSync(path, "utf8") : "";
  if (found === wanted) return;
  if (frozen) {
    console.warn(`${DIGEST_FILE} is out of date: run npm run build and commit the file`);
    return;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, wanted);
  console.log(`${DIGEST_FILE} refreshed`);
}

async function buildWasm(): Promise<void> {
  await compileWasm("assembly/index.ts", "release");
  optimizeWasm("build/core.wasm");
  await compileWasm("assembly/probe.ts", "debug");
  writeEmbedded("wasm");
}

async function buildImage(frozen: boolean): Promise<void> {
  const tool = "tools/image.ts";
  requireFile(tool, "the tool that compiles policies/ into the default image");
  const module = (await import(pathToFileURL(join(ROOT, tool)).href)) as {
    buildDefaultImages(): Promise<void> | void;
  };
  rmSync(join(ROOT, "build/base.image"), { force: true });
  await module.buildDefaultImages();
  requireFile("build/base.image", `the image that ${tool} writes`);
  writeEmbedded("image");
  refreshDigest(frozen);
}

/** One minified file for a web page, from a line of imports: what the page downloads, with what it does not use left out. */
export async function bundleForBrowser(source: string): Promise<Uint8Array> {
  const { outputFiles } = await bundle({
    ...BUNDLE_OPTIONS,
    stdin: { contents: source, resolveDir: ROOT, loader: "ts" },
    platform: "browser",
    external: [],
    minify: true,
    write: false,
  });
  const [file] = outputFiles ?? [];
  if (!file) throw new BuildError("the browser bundle is empty");
  return file.contents;
}

async function buildBundles(): Promise<void> {
  for (const [name, source] of Object.entries(ENTRIES)) requireFile(source, `the source of dist/${name}.js`);
  for (const path of ["build/wasm.js", "build/image.js"]) {
    requireFile(path, "what the steps wasm and image write; run npm run build");
  }
  mkdirSync(join(ROOT, "dist"), { recursive: true });
  for (const name of readdirSync(join(ROOT, "dist"))) {
    if (name !== "types") rmSync(join(ROOT, "dist", name), { recursive: true });
  }
  // One call with shared chunks: a class is the same class whichever subpath it was imported from, and the
  // engine is in the package once.
  await bundle({
    ...BUNDLE_OPTIONS,
    entryPoints: { ...ENTRIES },
    outdir: "dist",
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
  });
  const command = join(ROOT, "dist/cli/main.js");
  const source = readFileSync(command, "utf8");
  if (!source.startsWith("#!")) writeFileSync(command, `#!/usr/bin/env node\n${source}`);
  chmodSync(command, 0o755);
  for (const file of ["core.wasm", "base.image"]) {
    copyFileSync(join(ROOT, "build", file), join(ROOT, "dist", file));
  }
  await buildPage();
}

/** The page for auditors, in one file. */
export async function buildPage(): Promise<void> {
  requireFile("build/wasm.js", "what the step wasm writes; run npm run build");
  writeFileSync(join(ROOT, "dist/verify.html"), await pageText(BUNDLE_OPTIONS));
}

async function buildTypes(): Promise<void> {
  rmSync(join(ROOT, "dist/types"), { recursive: true, force: true });
  await runNode("node_modules/typescript/bin/tsc", ["-p", "tsconfig.build.json"]);
  const types = join(ROOT, "dist/types");
  for (const file of readdirSync(types, { recursive: true, encoding: "utf8" })) {
    if (file.endsWith(".d.ts")) useScriptExtensions(join(types, file));
  }
  for (const target of declaredTypes()) requireFile(target, "the declarations that package.json names");
}

/** Sources import "./x.ts"; declarations say "./x.js", which every TypeScript version resolves. */
function useScriptExtensions(path: string): void {
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replace(/((?:from|import\()\s*"\.{1,2}\/[^"]*)\.ts"/g, '$1.js"'));
}

/** Every "types" path of the exports map. */
function declaredTypes(): string[] {
  const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    exports: Record<string, string | { types?: string }>;
  };
  const targets = Object.values(manifest.exports);
  return targets.flatMap((target) => (typeof target === "string" || !target.types ? [] : [target.types]));
}

const STEPS: Readonly<Record<string, (frozen: boolean) => Promise<void> | void>> = {
  wasm: buildWasm,
  image: buildImage,
  js: buildBundles,
  types: buildTypes,
};

const FLAGS = ["--frozen", "--if-stale"];

/** What a build reads, besides the tools in the lock file. */
const INPUTS =
  /^(assembly|bindings|policies|taxonomy|tools)\/|^(asconfig|package|package-lock|tsconfig(\.build)?)\.json$/;
const STAMP = "build/sources.sha256";

/** One digest over every input, so that npm can ask for a build often and get one only when something changed. */
function inputsDigest(): string {
  const lines = sourceFiles()
    .filter((path) => INPUTS.test(path) && path !== DIGEST_FILE)
    .map((path) => `${sha256Hex(readFileSync(join(ROOT, path)))}  ${path}\n`);
  return sha256Hex(new TextEncoder().encode(lines.join("")));
}

function isFresh(): boolean {
  const stamp = join(ROOT, STAMP);
  if (!existsSync(stamp) || !existsSync(join(ROOT, "dist/index.js"))) return false;
  return readFileSync(stamp, "utf8") === inputsDigest();
}

async function runSteps(names: readonly string[], frozen: boolean): Promise<void> {
  for (const name of names) {
    const startMs = performance.now();
    await STEPS[name]?.(frozen);
    console.log(`${name.padEnd(6)} ${Math.round(performance.now() - startMs)} ms`);
  }
}

async function main(args: readonly string[]): Promise<void> {
  const frozen = args.includes("--frozen");
  const names = args.filter((arg) => !FLAGS.includes(arg));
  const unknown = names.find((name) => !(name in STEPS));
  if (unknown !== undefined) {
    throw new BuildError(`${unknown}: wanted one of ${[...Object.keys(STEPS), ...FLAGS].join(", ")}`);
  }
  if (args.includes("--if-stale") && isFresh()) return;
  writeEmbeddedTypes();
  if (names.length > 0) return runSteps(names, frozen);
  rmSync(join(ROOT, STAMP), { force: true });
  const inputs = inputsDigest();
  // Declarations need the sources only, so they are written while the engine compiles.
  await Promise.all([runSteps(["wasm", "image", "js"], frozen), runSteps(["types"], frozen)]);
  writeFileSync(join(ROOT, STAMP), inputs);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    // A step that fails for a known reason says it in one line; anything else is a fault with its stack.
    console.error(error instanceof BuildError ? `build: ${error.message}` : error);
    process.exitCode = 1;
  });
}
