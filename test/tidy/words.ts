/** Names and words that must not occur somewhere, each with its reason and a snippet that proves the rule bites. */

import { namesUsed, type SourceFile } from "./sources.ts";

export interface WordRule {
  readonly why: string;
  readonly applies: (path: string) => boolean;
  /** Faults of one file, as `line: what`. */
  readonly find: (text: string) => string[];
  /** Text that must be refused. */
  readonly bad: readonly string[];
  /** Text that must pass. */
  readonly good: readonly string[];
}

function forbiddenNames(names: readonly string[]): (text: string) => string[] {
  const wanted = new Set(names);
  return (text) =>
    namesUsed(text)
      .filter(({ name }) => wanted.has(name))
      .map(({ name, line }) => `${line}: ${name}`);
}

function forbiddenText(pattern: RegExp): (text: string) => string[] {
  return (text) =>
    text.split("\n").flatMap((line, at) => {
      const found = pattern.exec(line);
      return found ? [`${at + 1}: ${found[0]}`] : [];
    });
}

const inBindingsSource = (path: string): boolean => path.startsWith("bindings/src/") && path.endsWith(".ts");
const inTidy = (path: string): boolean => path.startsWith("test/tidy/");

// Spelt in halves so that this file does not break its own rule.
const UNFINISHED = new RegExp(`(?://|#|\\*|<!--).*\\b(${["TO" + "DO", "FIX" + "ME"].join("|")})\\b`);
const MACHINE_PATH = new RegExp(
  `(?<![\\w.-])(${["/wor" + "k/(main|shared|\\.library)", "/tm" + "p/p0"].join("|")})`,
);

export const WORD_RULES: readonly WordRule[] = [
  {
    why: "only abi.ts and the host clock know the outside: a decision must not depend on time or chance",
    applies: (path) => inBindingsSource(path) && path !== "bindings/src/clock.ts",
    find: forbiddenNames([
      "Date",
      "process",
      "performance",
      "Math.random",
      "crypto.getRandomValues",
      "crypto.randomUUID",
      "setTimeout",
      "setInterval",
    ]),
    bad: ["const at = Date.now();", "new Date()", "process.env.MODE", "Math.random()", "performance.now()"],
    good: ["// Date is not read here", 'const text = "process";', "event.Date", "const { date } = row;"],
  },
  {
    why: "scores are computed in the engine: these functions differ between hosts in the last bit",
    applies: inBindingsSource,
    find: forbiddenNames(
      ["exp", "expm1", "log", "log1p", "log2", "log10", "pow", "tanh", "sin", "cos"].map(
        (name) => `Math.${name}`,
      ),
    ),
    bad: ["Math.exp(1)", "const h = -Math.log(1 - w);"],
    good: ["Math.floor(1.5)", "// Math.exp", 'console["log"]'],
  },
  {
    why: "the same rows give the same report for ever: no clock, no chance, no locale",
    applies: (path) => path.startsWith("bindings/evidence/report/") && path.endsWith(".ts"),
    find: forbiddenText(
      /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bIntl\b|\blocaleCompare\b|\btoLocale\w+|\bgetTimezoneOffset\b/,
    ),
    bad: [
      "const at = Date.now();",
      "new Date()",
      "names.sort((a, b) => a.localeCompare(b))",
      "count.toLocaleString()",
    ],
    good: ["new Date(timeMs).toISOString()", "names.sort()"],
  },
  {
    why: "one file knows the wall: bindings/src/abi.ts",
    applies: (path) => inBindingsSource(path) && path !== "bindings/src/abi.ts",
    find: forbiddenNames(["WebAssembly", "exports.memory"]),
    bad: ["new WebAssembly.Module(bytes)", "new Uint8Array(exports.memory.buffer)"],
    good: ["// WebAssembly is named in abi.ts only", 'throw new Error("no WebAssembly here")'],
  },
  {
    why: "work left for later is an issue, not a comment",
    applies: (path) => !inTidy(path),
    find: forbiddenText(UNFINISHED),
    bad: ["// TO" + "DO: later", "# FIX" + "ME"],
    good: ["export const todoCount = 3;", 'args: { query: "TO' + 'DO repo:acme/web" }'],
  },
  {
    why: "a path of one machine means nothing on another",
    applies: (path) => !inTidy(path),
    find: forbiddenText(MACHINE_PATH),
    bad: ["see /wor" + "k/shared/DESIGN.md", "cd /tm" + "p/p0"],
    good: ["/home/alice/work/main.ts", "/tmp/build.log"],
  },
  {
    why: "the engine never leaves whole numbers",
    applies: (path) => path.startsWith("assembly/") && path.endsWith(".ts"),
    find: forbiddenNames(["f32", "f64", "Math", "Mathf", "JSMath", "NaN", "Infinity"]),
    bad: ["let score: f64 = 0.5;", "Math.exp(x)"],
    good: ["// never an f64", "let score: i32 = 5000;"],
  },
];

export function wordFaults(files: readonly SourceFile[], rule: WordRule): string[] {
  return files
    .filter(({ path }) => rule.applies(path))
    .flatMap(({ path, text }) => rule.find(text).map((fault) => `${path}:${fault}`));
}
