/** Who may import whom. The table is the rule; everything it does not allow is refused. */

import { resolveImport, type SourceFile, specifiers, withoutExtension } from "./sources.ts";

export interface Layer {
  readonly name: string;
  /** Paths that belong to it: a folder ends in a slash, a file has no extension. First match in the table wins. */
  readonly files: readonly string[];
  /** What it may import besides itself, written the same way, or a package name. */
  readonly may: readonly string[];
}

const BASE_AND_GEN = ["assembly/base/", "assembly/gen/"] as const;

/** What a layer after normalise may look at: the image, the context of the request, and the part under way. */
const VIEWS = ["assembly/policy/view", "assembly/request/view", "assembly/normalise/part"] as const;

/** The engine, from bytes in to bytes out. */
export const ASSEMBLY_LAYERS: readonly Layer[] = [
  // Specs may look at anything: they ship nowhere.
  { name: "specs", files: ["assembly/__tests__/"], may: ["assembly/"] },
  { name: "gen", files: ["assembly/gen/"], may: [] },
  { name: "base", files: ["assembly/base/"], may: ["assembly/gen/limits"] },
  { name: "policy", files: ["assembly/policy/"], may: [...BASE_AND_GEN] },
  { name: "request", files: ["assembly/request/"], may: [...BASE_AND_GEN] },
  {
    name: "normalise",
    files: ["assembly/normalise/"],
    may: [...BASE_AND_GEN, "assembly/policy/view", "assembly/request/view"],
  },
  // What the arguments hold, whatever the call does with them.
  {
    name: "detect",
    files: ["assembly/detect/"],
    may: [...BASE_AND_GEN, "assembly/policy/view", "assembly/request/view"],
  },
  // What came before: histories are opened, asked and written here; what counts in them is a condition.
  {
    name: "session",
    files: ["assembly/session/"],
    may: [
      ...BASE_AND_GEN,
      ...VIEWS,
      "assembly/normalise/name",
      "assembly/normalise/normalise",
      "assembly/record/commit",
    ],
  },
  {
    name: "condition",
    files: ["assembly/condition/"],
    may: [...BASE_AND_GEN, ...VIEWS, "assembly/session/"],
  },
  // What a part teaches a session stands among the rules that judge it.
  {
    name: "risk",
    files: ["assembly/risk/"],
    may: [...BASE_AND_GEN, ...VIEWS, "assembly/condition/", "assembly/session/learned"],
  },
  {
    name: "decide",
    files: ["assembly/decide/"],
    may: [...BASE_AND_GEN, ...VIEWS, "assembly/normalise/drafts", "assembly/condition/", "assembly/risk/"],
  },
  // Writes down what the layers before it found. It reads their results and calls nothing that decides.
  {
    name: "record",
    files: ["assembly/record/"],
    may: [
      ...BASE_AND_GEN,
      ...VIEWS,
      "assembly/normalise/normalise",
      "assembly/condition/lowered",
      "assembly/decide/",
      "assembly/session/",
    ],
  },
  // Joins what people said to what was found: it decides, and needs reasons and commitment for it.
  {
    name: "answer",
    files: ["assembly/answer/"],
    may: [
      ...BASE_AND_GEN,
      "assembly/policy/view",
      "assembly/request/view",
      "assembly/decide/",
      "assembly/record/commit",
      "assembly/record/reasons",
    ],
  },
  {
    name: "pipeline",
    files: ["assembly/pipeline"],
    may: [
      "assembly/gen/",
      "assembly/policy/",
      "assembly/request/",
      "assembly/detect/",
      "assembly/normalise/",
      "assembly/condition/",
      "assembly/session/",
      "assembly/risk/",
      "assembly/decide/",
      "assembly/record/",
      "assembly/answer/",
    ],
  },
  // The wall: starts the pipeline and the image check, hands out the addresses of their buffers and the result.
  {
    name: "index",
    files: ["assembly/index"],
    may: [
      "assembly/pipeline",
      "assembly/gen/",
      "assembly/policy/image",
      "assembly/policy/view",
      "assembly/request/read",
      "assembly/session/",
      "assembly/decide/call",
      "assembly/record/commit",
      "assembly/record/encode",
    ],
  },
  { name: "probe", files: ["assembly/probe"], may: ["assembly/"] },
];

/** Everything around the engine. */
export const BINDINGS_LAYERS: readonly Layer[] = [
  { name: "gen", files: ["bindings/src/gen/"], may: [] },
  { name: "compile", files: ["bindings/src/compile/"], may: ["bindings/src/", "yaml"] },
  { name: "analyse", files: ["bindings/src/analyse/"], may: ["bindings/src/"] },
  { name: "src", files: ["bindings/src/"], may: ["bindings/src/gen/", "build/wasm", "build/image"] },
  { name: "memory", files: ["bindings/memory/"], may: ["bindings/src/"] },
  {
    name: "keys",
    files: ["bindings/keys/"],
    may: ["bindings/src/", "@noble/ed25519", "@noble/hashes/"],
  },
  {
    name: "evidence",
    files: ["bindings/evidence/"],
    may: ["bindings/src/", "bindings/memory/", "bindings/keys/", "@noble/ed25519", "@noble/hashes/"],
  },
  {
    name: "review",
    files: ["bindings/review/"],
    may: ["bindings/src/", "bindings/keys/", "bindings/evidence/"],
  },
  {
    name: "token",
    files: ["bindings/token/"],
    may: ["bindings/src/", "bindings/keys/"],
  },
  {
    name: "gateway",
    files: ["bindings/gateway/"],
    may: ["bindings/src/", "bindings/keys/", "bindings/token/"],
  },
  // The page that an auditor opens: a reader of evidence like any other, with nothing of a host.
  {
    name: "page",
    files: ["bindings/page/"],
    may: ["bindings/src/", "bindings/memory/", "bindings/keys/", "bindings/evidence/"],
  },
  // The one native package, for those who want histories in a file.
  {
    name: "libsql",
    files: ["bindings/hosts/memory-libsql"],
    may: ["bindings/src/", "libsql"],
  },
  {
    name: "hosts",
    files: ["bindings/hosts/"],
    may: [
      "bindings/src/",
      "bindings/memory/",
      "bindings/keys/",
      "bindings/evidence/",
      "bindings/review/",
      "bindings/token/",
      "bindings/gateway/",
      "build/wasm",
      "build/image",
      "node:",
    ],
  },
  {
    name: "cli",
    files: ["bindings/cli/"],
    may: ["permit0", "permit0/", "commander", "picocolors", "yaml", "node:"],
  },
];

/** The second model reads the published pages and the taxonomy. It must not share a mistake with the engine. */
export const MODEL_LAYERS: readonly Layer[] = [
  { name: "model", files: ["test/model/"], may: ["yaml", "node:", "vitest"] },
];

function matches(target: string, pattern: string): boolean {
  if (pattern.endsWith("/") || pattern.endsWith(":")) return target.startsWith(pattern);
  return target === pattern;
}

function layerOf(path: string, layers: readonly Layer[]): Layer | undefined {
  const module = withoutExtension(path);
  return layers.find((layer) => layer.files.some((pattern) => matches(module, pattern)));
}

/** One sentence for each import the table does not allow, and for each file no layer claims. */
export function layerFaults(files: readonly SourceFile[], layers: readonly Layer[]): string[] {
  return files.flatMap(({ path, text }) => {
    const layer = layerOf(path, layers);
    if (!layer) return [`${path}: belongs to no layer of test/tidy/layers.ts`];
    return specifiers(text)
      .map((specifier) => resolveImport(path, specifier))
      .filter((target) => layerOf(target, layers) !== layer)
      .filter((target) => !layer.may.some((pattern) => matches(target, pattern)))
      .map((target) => `${path}: ${layer.name} may not import ${target}`);
  });
}

/** Modules reachable from one file by relative imports, each with its external imports. */
export function reachableExternals(entry: string, files: readonly SourceFile[]): Map<string, string[]> {
  const byModule = new Map(files.map((file) => [withoutExtension(file.path), file]));
  const reached = new Map<string, string[]>();
  const open = [withoutExtension(entry)];
  for (let module = open.pop(); module !== undefined; module = open.pop()) {
    const file = byModule.get(module);
    if (!file || reached.has(module)) continue;
    const targets = specifiers(file.text).map((specifier) => resolveImport(file.path, specifier));
    reached.set(
      module,
      targets.filter((target) => !byModule.has(target) && !target.startsWith("build/")),
    );
    open.push(...targets.filter((target) => byModule.has(target)));
  }
  return reached;
}
