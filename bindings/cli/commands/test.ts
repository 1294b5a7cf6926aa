/** `permit0 test`: the calls that policies and case files show, put to the engine. */

import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import type { CaseResult, WorkedCase } from "permit0/analyse";
import type { Compiled, Pack, Source } from "permit0/compile";
import { packageSources } from "permit0/node";
import { type CaseFile, caseFileOf } from "../cases.js";
import { CliError, EXIT } from "../failure.js";
import { junitOf } from "../junit.js";
import { packOption } from "../options.js";
import { Output } from "../output.js";
import { compilePolicy, openImage, packSources, readPolicy, textOf } from "../policy.js";
import { safe } from "../text.js";

export interface TestOptions {
  readonly policy?: string;
  readonly pack?: readonly string[];
  readonly json?: boolean;
  readonly junit?: string;
}

export function addTest(program: Command): void {
  program
    .command("test")
    .argument("[files...]", "policies and case files in YAML (default: everything that is shipped)")
    .summary("run the calls that policies and case files show")
    .description(
      "Puts the calls under `passes`, `violates` and `examples` of policies, and the worked cases of case files, to the engine.",
    )
    .option("--policy <file>", "policy for case files that name none")
    .addOption(packOption())
    .option("--junit <file>", "also write the results as JUnit XML")
    .option("--json", "the results as JSON")
    .addHelpText(
      "after",
      "\nExit: 0 all passed, 1 some failed, 2 could not run, or the policy has errors.\n\nExample:\n  $ permit0 test permit0.yaml cases.yaml",
    )
    .action(async (files: string[], options: TestOptions) => {
      process.exitCode = await runTests(files, options);
    });
}

/** Results of one file. */
export interface Suite {
  readonly file: string;
  readonly results: readonly CaseResult[];
  /** What to write when nothing was run. */
  readonly example?: string;
}

async function runTests(files: readonly string[], options: TestOptions): Promise<number> {
  return report(
    files.length === 0
      ? await testShipped()
      : await Promise.all(files.map((file) => testFile(file, options))),
    options,
  );
}

/** Writes what came out, and says with which code to end. */
export async function report(suites: readonly Suite[], options: TestOptions): Promise<number> {
  const results = suites.flatMap((suite) => suite.results);
  const failed = results.filter(({ passed }) => !passed);
  if (options.junit !== undefined) write(options.junit, junitOf(suites));
  const output = new Output();
  if (options.json === true) {
    await output.json({
      passed: results.length - failed.length,
      failed: failed.length,
      suites: suites.map(({ file, results: own }) => ({ file, results: own })),
    });
  } else {
    for (const { file, results: own, example } of suites) {
      if (own.length === 0 && example !== undefined) {
        await output.line(`${safe(file)}: no examples, so nothing was run; write one for each row:`);
        await output.lines(["  examples:", `    - ${example}`]);
        continue;
      }
      const bad = own.filter(({ passed }) => !passed);
      await output.line(
        `${safe(file)}: ${own.length - bad.length} passed${bad.length === 0 ? "" : `, ${bad.length} failed`}`,
      );
      await output.lines(bad.flatMap(failureLines));
    }
    if (results.length === 0 && suites.every(({ example }) => example === undefined))
      await output.line("no calls: add `passes` and `violates` to the entries, or give a case file");
  }
  await output.flush();
  return failed.length === 0 ? EXIT.done : EXIT.findings;
}

function failureLines({ name, place, wanted, came, reasons }: CaseResult): string[] {
  const lead = `  ${safe(place.file)}:${place.line}:${place.column} ${safe(name)}`;
  return [
    lead,
    `    wanted ${safe(wanted)}`,
    `    came   ${safe(came)}`,
    ...(reasons.length === 0 ? [] : [`    because ${reasons.join(", ")}`]),
  ];
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new CliError("file", `${file}: wanted to write the results; ${(error as Error).message}`);
  }
}

/** An org that binds every pack's server under the pack's name, as the examples of packs suppose. */
const ALL_BOUND = "permit0-test.yaml";

function boundOrg(packs: readonly string[], profile: string | undefined): Source {
  const servers = packs.filter((name) => name !== "generic").map((name) => `  ${name}: { pack: ${name} }\n`);
  const head = `org: test\ndated: "2026-01-01"\npacks: all\n${profile === undefined ? "" : `profile: ${profile}\n`}`;
  return {
    name: ALL_BOUND,
    text: `${head}servers:${servers.length === 0 ? " {}" : `\n${servers.join("")}`}`,
  };
}

/** An example of a pack as one writes it, with a tool of the pack where it names one. */
function exampleFor({ mappings }: Pack): string {
  const row = mappings.find(({ names }) => names.size > 0);
  const [tool = "TOOL"] = row?.names.keys() ?? [];
  const action = row?.action.name ?? "ACTION";
  return safe(`{ tool: ${tool}, args: {}, verdict: review, action: ${action}, why: "Why this is right." }`);
}

/** Results of the examples of one pack. */
export async function packSuite(compiled: Compiled, file: string): Promise<Suite> {
  const pack = compiled.explain.packs.find(({ place }) => place.file === file);
  const results = await examplesOf(compiled, file);
  return { file, results, ...(pack === undefined ? {} : { example: exampleFor(pack) }) };
}

async function examplesOf(compiled: Compiled, file: string): Promise<CaseResult[]> {
  const { runExamples, runPackExamples } = await import("permit0/analyse");
  const engine = await openImage(compiled.image);
  const isOwn = (name: string): boolean => name === file;
  return [...runExamples(compiled, engine, isOwn), ...runPackExamples(compiled, engine, isOwn)];
}

/** Everything that is shipped: base, packs and profiles. */
async function testShipped(): Promise<Suite[]> {
  const sources = packageSources();
  const packs = sources.flatMap(({ name }) => /^policies\/packs\/(\w+)\//.exec(name)?.[1] ?? []);
  const profiles = sources.flatMap(({ name }) => /^policies\/profiles\/(\w+)\.yaml$/.exec(name)?.[1] ?? []);
  const suites: Suite[] = [];
  for (const profile of profiles) {
    const compiled = await compilePolicy([boundOrg(packs, profile)], undefined);
    const files = [
      `policies/profiles/${profile}.yaml`,
      ...(profile === "general"
        ? ["policies/base.yaml", ...packs.map((pack) => `policies/packs/${pack}/pack.yaml`)]
        : []),
    ];
    for (const file of files) suites.push({ file, results: await examplesOf(compiled, file) });
  }
  return suites;
}

export async function testFile(file: string, options: TestOptions): Promise<Suite> {
  const text = textOf(readPolicy(file), file);
  const cases = await caseFileOf(file, text);
  if (cases !== undefined) return { file, results: await testCases(cases, options) };
  // Whoever tests a pack is writing it; no image comes out of this.
  const sources = [...packSources(options.pack), { name: file, text, vouched: true }];
  if (/^org:/m.test(text))
    return { file, results: await examplesOf(await compilePolicy(sources, undefined), file) };
  return packSuite(await compileBound(sources), file);
}

/** Compiles packs, or a profile, beside everything that is shipped, every pack's server bound under the pack's own name. */
export async function compileBound(sources: readonly Source[]): Promise<Compiled> {
  const named = (kind: string): string[] =>
    sources.flatMap(({ text }) => new RegExp(`^${kind}: *"?(\\w+)"?`, "m").exec(text)?.[1] ?? []);
  const shipped = packageSources().flatMap((one) => /^policies\/packs\/(\w+)\//.exec(one.name)?.[1] ?? []);
  const packs = [...new Set([...shipped, ...named("pack")])];
  return compilePolicy([...sources, boundOrg(packs, named("profile")[0])], undefined);
}

async function testCases(
  { organisation, cases }: CaseFile,
  { policy, pack }: TestOptions,
): Promise<CaseResult[]> {
  const { runCases } = await import("permit0/analyse");
  const own =
    organisation ??
    (policy === undefined ? undefined : { name: policy, text: textOf(readPolicy(policy), policy) });
  const { image } = await compilePolicy(
    [...packSources(pack), ...(own === undefined ? [] : [own])],
    undefined,
  );
  return runCases(cases as WorkedCase[], await openImage(image));
}
