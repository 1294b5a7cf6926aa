/**
 * What `npm run test:mutants` breaks on purpose, and which suites must notice. For each suite its subject is replaced by
 * one that allows or accepts all, by one that gives nothing, and by one that is off by one.
 */

export type Kind = "allow-all" | "empty" | "off-by-one";

export interface Suite {
  readonly name: string;
  /** Test files as vitest takes them; `specs` runs the AssemblyScript specs instead. */
  readonly files: readonly string[] | "specs";
  /** Kinds that make no sense for it, and why. */
  readonly without?: Readonly<Partial<Record<Kind, string>>>;
}

export interface Mutant {
  readonly name: string;
  readonly kind: Kind;
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** What must be built before the suites see it. */
  readonly build: "wasm" | "js" | "none";
  readonly suites: readonly string[];
}

export const SUITES: readonly Suite[] = [
  { name: "specs", files: "specs" },
  { name: "differential", files: ["test/differential/differential.test.ts"] },
  { name: "vectors", files: ["test/differential/vectors.test.ts"] },
  { name: "exhaustive", files: ["test/exhaustive/table.test.ts", "test/exhaustive/score.test.ts"] },
  {
    name: "property",
    files: ["test/property/adding.test.ts", "test/property/dropping.test.ts"],
    without: { "off-by-one": "properties compare two answers and know no value" },
  },
  { name: "policies", files: ["test/unit/policies.test.ts"] },
  { name: "engine", files: ["test/unit/engine.test.ts"] },
  { name: "cli", files: ["test/cli/sessions.test.ts"] },
  { name: "permit", files: ["test/unit/permit.test.ts"] },
  { name: "guard", files: ["test/unit/guard.test.ts"] },
  { name: "codec", files: ["test/unit/codec-encode.test.ts", "test/unit/codec-decode.test.ts"] },
  { name: "json", files: ["test/unit/codec-json.test.ts"] },
  {
    name: "sha256",
    files: ["test/unit/sha256.test.ts"],
    without: { "allow-all": "a digest accepts nothing" },
  },
  { name: "compile", files: ["test/unit/compile.test.ts"] },
  { name: "taxonomy", files: ["test/unit/taxonomy.test.ts", "test/tidy/taxonomy.test.ts"] },
  { name: "tidy", files: ["test/tidy/layers.test.ts", "test/tidy/words.test.ts", "test/tidy/docs.test.ts"] },
  { name: "closed list", files: ["test/property/closed-list.test.ts"] },
];

/** Suites that ask the built engine for verdicts and records. */
const ENGINE_SUITES = ["differential", "vectors", "policies", "cli"] as const;

const VERDICT = "whole.verdict = denied ? VERDICT_DENY : max(scored, strictestRow());";

export const MUTANTS: readonly Mutant[] = [
  {
    name: "every verdict is allow",
    kind: "allow-all",
    file: "assembly/decide/call.ts",
    find: VERDICT,
    replace: "whole.verdict = 0;",
    build: "wasm",
    suites: [...ENGINE_SUITES, "exhaustive", "property"],
  },
  {
    name: "no record is written",
    kind: "empty",
    file: "assembly/record/encode.ts",
    find: "return writerOverflowed() ? 0 : writerSize();",
    replace: "return 0;",
    build: "wasm",
    suites: [...ENGINE_SUITES, "exhaustive", "property"],
  },
  {
    name: "a level is one lower than its rule says",
    kind: "off-by-one",
    file: "assembly/risk/assess.ts",
    find: "setLevel(amplifier, value);",
    replace: "setLevel(amplifier, value - 1);",
    build: "wasm",
    suites: ENGINE_SUITES,
  },
  {
    name: "a score is one higher",
    kind: "off-by-one",
    file: "assembly/risk/score.ts",
    find: "const score = SCORE_MAX - <i32>",
    replace: "const score = SCORE_MAX - 1 - <i32>",
    build: "wasm",
    suites: ["exhaustive", "specs"],
  },
  {
    name: "every name fits every pattern",
    kind: "allow-all",
    file: "assembly/condition/patterns.ts",
    find: "  return fits(at, end, pattern, pattern + patternBytes);",
    replace: "  return true;",
    build: "none",
    suites: ["specs"],
  },
  {
    name: "no path lies under anything",
    kind: "empty",
    file: "assembly/condition/patterns.ts",
    find: "  const patternEnd = pattern + patternBytes;\n  if (patternBytes == 0) return false;",
    replace: "  const patternEnd = pattern + patternBytes;\n  if (patternBytes >= 0) return false;",
    build: "none",
    suites: ["specs"],
  },
  {
    name: "review and deny let the call run",
    kind: "allow-all",
    file: "bindings/src/permit.ts",
    find: "    needPermission(decision, met);",
    replace: "    void met;",
    build: "js",
    suites: ["permit", "guard"],
  },
  {
    name: "a guarded body gives nothing back",
    kind: "empty",
    file: "bindings/src/guard.ts",
    find: "      if (frame.asked > 0) return result;",
    replace: "      if (frame.asked > 0) return undefined;",
    build: "js",
    suites: ["guard"],
  },
  {
    name: "one require too many is wanted",
    kind: "off-by-one",
    file: "bindings/src/guard.ts",
    find: "      if (frame.asked > 0) return result;",
    replace: "      if (frame.asked > 1) return result;",
    build: "js",
    suites: ["guard"],
  },
  {
    name: "no obligation is met",
    kind: "empty",
    file: "bindings/src/permit.ts",
    find: "const met: ReadonlySet<string> = new Set(obligations);",
    replace: "const met: ReadonlySet<string> = new Set();",
    build: "js",
    suites: ["permit"],
  },
  {
    name: "shadow mode may last a day longer",
    kind: "off-by-one",
    file: "bindings/src/permit.ts",
    find: "const SHADOW_MS_MAX = 30 *",
    replace: "const SHADOW_MS_MAX = 31 *",
    build: "js",
    suites: ["permit"],
  },
  {
    name: "an image may be another than expected",
    kind: "allow-all",
    file: "bindings/src/engine.ts",
    find: "  if (found === expected.toLowerCase()) return;",
    replace: "  if (found !== undefined) return;",
    build: "none",
    suites: ["engine"],
  },
  {
    name: "a decision has lost its record",
    kind: "empty",
    file: "bindings/src/decision.ts",
    find: "    return this.#record.slice();",
    replace: "    return this.#record.slice(this.#record.length);",
    build: "none",
    suites: ["engine"],
  },
  {
    name: "the score is read one byte too far",
    kind: "off-by-one",
    file: "bindings/src/abi.ts",
    find: "const RESULT_SCORE = 10;",
    replace: "const RESULT_SCORE = 11;",
    build: "none",
    suites: ["engine"],
  },
  {
    name: "getters are called and trusted",
    kind: "allow-all",
    file: "bindings/src/codec/encode.ts",
    find: "if (descriptor.get !== undefined || descriptor.set !== undefined) {",
    replace: "if (descriptor === undefined) {",
    build: "none",
    suites: ["codec"],
  },
  {
    name: "a text is written without its bytes",
    kind: "empty",
    file: "bindings/src/codec/encode.ts",
    find: "        this.#cursor = payload + length;",
    replace: "        this.#cursor = payload;",
    build: "none",
    suites: ["codec"],
  },
  {
    name: "32 bytes get the header for 31",
    kind: "off-by-one",
    file: "bindings/src/codec/encode.ts",
    find: "const header = length < 32 ? 1 : 2;",
    replace: "const header = length <= 32 ? 1 : 2;",
    build: "none",
    suites: ["codec"],
  },
  {
    name: "a key may stand twice",
    kind: "allow-all",
    file: "bindings/src/codec/json.ts",
    find: "if (seen.has(key)) this.#fail",
    replace: "if (seen.has(key) && key.length > 99) this.#fail",
    build: "none",
    suites: ["json"],
  },
  {
    name: "every document is null",
    kind: "empty",
    file: "bindings/src/codec/json.ts",
    find: 'export function parseJson(text: string, name = ""): JsonValue {',
    replace:
      'export function parseJson(text: string, name = ""): JsonValue {\n  if (text !== name) return null;',
    build: "none",
    suites: ["json"],
  },
  {
    name: "a nesting too deep by one is read",
    kind: "off-by-one",
    file: "bindings/src/codec/json.ts",
    find: "    if (depth >= DEPTH_MAX) {",
    replace: "    if (depth > DEPTH_MAX) {",
    build: "none",
    suites: ["json"],
  },
  {
    name: "every digest is zeros",
    kind: "empty",
    file: "assembly/base/sha256.ts",
    find: "    store<u32>(out + offset, BigEndian.load32(STATE + offset));",
    replace: "    store<u32>(out + offset, 0);",
    build: "none",
    suites: ["sha256", "specs"],
  },
  {
    name: "padding leaves one byte too few",
    kind: "off-by-one",
    file: "assembly/base/sha256.ts",
    find: "  if (waiting > LENGTH_AT) {",
    replace: "  if (waiting > LENGTH_AT + 1) {",
    build: "none",
    suites: ["sha256"],
  },
  {
    name: "faults of a policy are forgotten",
    kind: "allow-all",
    file: "bindings/src/compile/issues.ts",
    find: "    if (this.#faults.length === 0) return;",
    replace: "    if (this.#faults.length >= 0) return;",
    build: "none",
    suites: ["compile"],
  },
  {
    name: "no sentence reaches the image",
    kind: "empty",
    file: "bindings/src/compile/lower.ts",
    find: "const sentences = [...own, ...entries.map(({ code, reason }) => [code, reason] as const)];",
    replace: "const sentences = own.slice(own.length);",
    build: "none",
    suites: ["compile"],
  },
  {
    name: "a hazard is one too small",
    kind: "off-by-one",
    file: "bindings/src/compile/ln.ts",
    find: "return Number(lowCeil);",
    replace: "return Number(lowCeil) - 1;",
    build: "none",
    suites: ["compile"],
  },
  {
    name: "every layer may import every other",
    kind: "allow-all",
    file: "test/tidy/layers.ts",
    find: "      .filter((target) => !layer.may.some((pattern) => matches(target, pattern)))",
    replace: "      .filter(() => false)",
    build: "none",
    suites: ["tidy"],
  },
  {
    name: "every error code counts as documented",
    kind: "empty",
    file: "test/tidy/docs.ts",
    find: "return codes.filter((code) => !pages.some(",
    replace: "return codes.slice(codes.length).filter((code) => !pages.some(",
    build: "none",
    suites: ["tidy"],
  },
  {
    name: "a link starts one folder too deep",
    kind: "off-by-one",
    file: "test/tidy/docs.ts",
    find: "posix.join(posix.dirname(path), file)",
    replace: "posix.join(path, file)",
    build: "none",
    suites: ["tidy"],
  },
  {
    name: "the table of the taxonomy has lost its head",
    kind: "empty",
    file: "taxonomy/taxonomy.csv",
    find: "edition,name,number,domain,",
    replace: "",
    build: "none",
    suites: ["taxonomy"],
  },
  {
    name: "a flag that protects is not protected",
    kind: "allow-all",
    file: "taxonomy/flags.yaml",
    find: "- id: EXECUTION\n  number: 2\n  weight_bp: 2200\n  protected: true",
    replace: "- id: EXECUTION\n  number: 2\n  weight_bp: 2200\n  protected: false",
    build: "none",
    suites: ["taxonomy"],
  },
  {
    name: "a wire number moves by one",
    kind: "off-by-one",
    file: "taxonomy/flags.yaml",
    find: "  number: 8\n",
    replace: "  number: 9\n",
    build: "none",
    suites: ["taxonomy"],
  },
  {
    name: "a key of the request is forgotten",
    kind: "empty",
    file: "taxonomy/wire.yaml",
    find: "reviewer, salt, server, tool, v]",
    replace: "reviewer, server, tool, v]",
    build: "none",
    suites: ["closed list"],
  },
  {
    name: "an input that lowers is said to raise",
    kind: "allow-all",
    file: "taxonomy/wire.yaml",
    find: "{ number: 13, name: environment,     value: text, lowers: 4 }",
    replace: "{ number: 13, name: environment,     value: text, lowers: 0 }",
    build: "none",
    suites: ["closed list"],
  },
  {
    name: "a ninth input",
    kind: "off-by-one",
    file: "SECURITY.md",
    find: "| 8 | a person's approval |",
    replace: "| 9 | a friendly tone | | |\n| 8 | a person's approval |",
    build: "none",
    suites: ["closed list"],
  },
];
