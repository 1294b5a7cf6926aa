/** `permit0 pack`: to write, test and look through packs, and to see which there are. */

import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import type { PackFinding } from "permit0/analyse";
import type { Explanation, Pack, Source } from "permit0/compile";
import { CliError, EXIT } from "../failure.js";
import { Output } from "../output.js";
import { compilePolicy, openImage, packSources } from "../policy.js";
import { starterPack } from "../starter-pack.js";
import { safe, table } from "../text.js";
import { type ErrorFinding, errorFindings, printFindings } from "./lint.js";
import { compileBound, packSuite, report, type TestOptions, testFile } from "./test.js";

const FILE = "pack.yaml";
const NAME = /^[a-z][a-z0-9_]{0,62}$/;
const TITLE_CHARACTERS_MAX = 100;

/** @returns the command, so that others can add theirs. */
export function addPack(program: Command): Command {
  const pack = program
    .command("pack")
    .summary("write, test and list packs")
    .description("Packs say which tools of a product are which actions, and where the facts are in a call.");
  pack
    .command("new")
    .argument("<name>", "short name: a-z, 0-9 and _")
    .summary("write a commented pack to start from")
    .description("Writes a pack that compiles and passes its own examples. It never overwrites a file.")
    .option("--title <title>", "name of the product (default: the short name)")
    .option("--folder <folder>", "where packs are kept", "packs")
    .option("--org <name>", "name of the organisation, as in its policy", "acme")
    .addHelpText("after", "\nExit: 0 written, 2 could not run.")
    .action(async (name: string, options: NewOptions) => {
      process.exitCode = await newPack(name, options);
    });
  pack
    .command("test")
    .argument("<files...>", "packs in YAML, or folders that have some")
    .summary("run the calls that packs show")
    .description(
      "Puts the calls under `examples` to the engine, with everything that is shipped beside the pack and its server bound to it.",
    )
    .option("--junit <file>", "also write the results as JUnit XML")
    .option("--json", "the results as JSON")
    .addHelpText("after", "\nExit: 0 all passed, 1 some failed, 2 could not run, or the pack has errors.")
    .action(async (files: string[], options: TestOptions) => {
      process.exitCode = await testPacks(files, options);
    });
  pack
    .command("lint")
    .argument("<files...>", "packs in YAML, or folders that have some")
    .summary("what a pack says and probably does not mean")
    .description(
      "Looks for rows without an example, names that other packs claim, facts that are left behind, patterns that match too much. Errors are reported like findings.",
    )
    .option("--notes", "list the notes too; else they are counted")
    .option("--json", "the findings as JSON, notes included")
    .addHelpText("after", "\nExit: 0 nothing but notes, 1 warnings or errors, 2 could not run.")
    .action(async (files: string[], options: LintOptions) => {
      process.exitCode = await lintPacks(files, options);
    });
  pack
    .command("list")
    .summary("the packs there are")
    .description("The packs of this release, and those given: version, publisher, what they map, digest.")
    .option("--pack <files...>", "packs in YAML to list beside the shipped ones")
    .option("--json", "as JSON")
    .action(async (options: { readonly pack?: readonly string[]; readonly json?: boolean }) => {
      process.exitCode = await listPacks(options.pack, options.json === true);
    });
  return pack;
}

interface NewOptions {
  readonly title?: string;
  readonly folder: string;
  readonly org: string;
}

async function newPack(name: string, { title = name, folder, org }: NewOptions): Promise<number> {
  if (!NAME.test(name)) {
    throw new CliError("usage", `wanted a short name of a-z, 0-9 and _, came ${JSON.stringify(name)}`);
  }
  if (title.trim() === "" || title.length > TITLE_CHARACTERS_MAX) {
    throw new CliError(
      "usage",
      `--title: wanted 1 to ${TITLE_CHARACTERS_MAX} characters, came ${title.length}`,
    );
  }
  const file = join(folder, name, FILE);
  if (existsSync(file)) {
    throw new CliError(
      "file",
      `${file}: there is one already, and new never overwrites; take another name or folder`,
    );
  }
  try {
    mkdirSync(join(folder, name), { recursive: true });
    // `wx`: whoever wrote the file in between keeps it.
    writeFileSync(file, starterPack(name, safe(title), safe(org)), { flag: "wx" });
  } catch (error) {
    throw new CliError("file", `${file}: wanted to write it; ${(error as Error).message}`);
  }
  const output = new Output();
  await output.lines([
    `${safe(file)} written. Next:`,
    "  put the product's tools in the place of the examples",
    `  permit0 pack test ${safe(file)}    runs the calls it shows`,
    `  permit0 pack lint ${safe(file)}    says what is probably not meant`,
  ]);
  await output.flush();
  return EXIT.done;
}

/** Files as they are, and of folders every `pack.yaml` in them or one level below. */
function packFiles(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    if (!existsSync(path))
      throw new CliError("file", `${path}: wanted a pack or a folder; there is no such file`);
    if (!statSync(path).isDirectory()) return [path];
    const below = readdirSync(path).sort();
    const found = [FILE, ...below.map((name) => join(name, FILE))]
      .map((name) => join(path, name))
      .filter((file) => existsSync(file));
    if (found.length === 0) {
      throw new CliError("file", `${path}: wanted ${FILE} in the folder or one level below; came none`);
    }
    return found;
  });
}

async function testPacks(paths: readonly string[], options: TestOptions): Promise<number> {
  const files = packFiles(paths);
  // Anything else than a pack is refused before the first is run.
  const sources = packSources(files).map((source) => ({ ...source, vouched: true }));
  const { CompileError } = await import("permit0/compile");
  const suites = [];
  try {
    const compiled = await compileBound(sources);
    for (const file of files) suites.push(await packSuite(compiled, file));
  } catch (error) {
    // Two files may be two versions of one pack.
    if (!(error instanceof CompileError) || files.length === 1) throw error;
    for (const file of files) suites.push(await testFile(file, options));
  }
  return report(suites, options);
}

interface LintOptions {
  readonly notes?: boolean;
  readonly json?: boolean;
}

type Findings = readonly (PackFinding | ErrorFinding)[];

async function lintPacks(paths: readonly string[], { notes, json }: LintOptions): Promise<number> {
  const output = new Output();
  const all: (PackFinding | ErrorFinding)[] = [];
  const sources = packSources(packFiles(paths)).map((source) => ({ ...source, vouched: true }));
  const byFile = await findingsOf(sources);
  for (const { name, text } of sources) {
    const findings = byFile.get(name) ?? [];
    all.push(...findings);
    if (json === true) continue;
    const listed = notes === true ? findings : findings.filter(({ level }) => level !== "note");
    if (listed.length > 0 || findings.length === 0) await printFindings(output, name, text, listed);
    if (listed.length < findings.length) {
      const counted = findings.filter(({ level }) => level === "note");
      await output.line(safe(`${name}: ${countsOf(counted)}; --notes lists them`));
    }
  }
  if (json === true) await output.json({ findings: all });
  await output.flush();
  return all.some(({ level }) => level !== "note") ? EXIT.findings : EXIT.done;
}

/** `3 notes: 2 claimed-elsewhere, 1 calm-pattern`. */
function countsOf(findings: Findings): string {
  const counts = new Map<string, number>();
  for (const { rule } of findings) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  const kinds = [...counts].sort(([, one], [, other]) => other - one);
  const total = `${findings.length} note${findings.length === 1 ? "" : "s"}`;
  return `${total}: ${kinds.map(([rule, count]) => `${count} ${rule}`).join(", ")}`;
}

/**
 * Findings by file. Compiling takes seconds, so all packs are compiled at once; those that do not compile so are compiled
 * each alone, because two files may be two versions of one pack.
 */
async function findingsOf(sources: readonly Source[]): Promise<Map<string, Findings>> {
  const { lintPack } = await import("permit0/analyse");
  const { CompileError } = await import("permit0/compile");
  try {
    const compiled = await compileBound(sources);
    const engine = await openImage(compiled.image);
    const packs = compiled.explain.packs.filter(({ place }) =>
      sources.some(({ name }) => name === place.file),
    );
    return new Map(packs.map((pack) => [pack.place.file, lintPack(compiled, engine, pack.name)]));
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    const [first, ...more] = sources;
    if (first && more.length === 0) return new Map([[first.name, errorFindings(error.issues)]]);
    const isBlamed = ({ name }: Source): boolean => error.issues.some(({ file }) => file === name);
    const sound = sources.filter((source) => !isBlamed(source));
    // Where the fault is in none of them, one of them has another one's name.
    const groups =
      sound.length === sources.length
        ? sources.map((one) => [one])
        : [...sources.filter(isBlamed).map((one) => [one]), sound];
    const found = new Map<string, Findings>();
    for (const group of groups.filter(({ length }) => length > 0)) {
      for (const [file, findings] of await findingsOf(group)) found.set(file, findings);
    }
    return found;
  }
}

async function listPacks(files: readonly string[] | undefined, json: boolean): Promise<number> {
  const named = packSources(files).map((source) => ({ ...source, vouched: true }));
  const { explain } = await compilePolicy(named, undefined);
  const packs = explain.packs.map((pack) => describe(pack, explain));
  const output = new Output();
  if (json) await output.json({ packs });
  else {
    const head = [
      "pack",
      "version",
      "publisher",
      "tools",
      "requests",
      "commands",
      "actions",
      "digest",
      "title",
    ];
    const rows = packs.map((pack) => [
      pack.name,
      pack.version,
      pack.publisher,
      `${pack.tools}`.padStart(5),
      `${pack.requests}`.padStart(8),
      `${pack.commands}`.padStart(8),
      `${pack.actions}`.padStart(7),
      pack.digest.slice(0, DIGEST_CHARACTERS),
      pack.title,
    ]);
    await output.lines(table([head, ...rows]).map(safe));
  }
  await output.flush();
  return EXIT.done;
}

/** Of a digest in the table; the JSON has all of it. */
const DIGEST_CHARACTERS = 12;

function describe(pack: Pack, { content }: Explanation) {
  const { name, version, publisher, title, mappings, apis, commands } = pack;
  const actions = new Set([
    ...[...mappings, ...apis].map(({ action }) => action.name),
    ...commands.flatMap(({ action, options }) =>
      [action, ...options.map((option) => option.action)].flatMap((one) =>
        one === undefined || one === "none" ? [] : [one.name],
      ),
    ),
  ]);
  return {
    name,
    version,
    publisher,
    title,
    /** Names and patterns of tools. */
    tools: mappings.reduce((sum, { names, patterns }) => sum + names.size + patterns.length, 0),
    requests: apis.reduce((sum, { paths }) => sum + paths.length, 0),
    commands: commands.reduce((sum, { names }) => sum + names.size, 0),
    actions: actions.size,
    examples: pack.examples.length,
    digest: content.sources.find((source) => source.name === `pack/${name}`)?.digest ?? "",
  };
}
