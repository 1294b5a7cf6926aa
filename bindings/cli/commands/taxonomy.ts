/** `permit0 taxonomy`: the list of actions, to read, search and export. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { nearest } from "permit0/engine";
import { packageFolder } from "permit0/node";
import { CliError, EXIT } from "../failure.js";
import { Output, remark } from "../output.js";
import { safe, table, wrap } from "../text.js";
import { addCoverage } from "./coverage.js";

/** The parts of taxonomy/taxonomy.json that are shown here; the file is generated from taxonomy/*.yaml. */
interface Taxonomy {
  readonly edition: string;
  readonly released: string;
  readonly title: string;
  readonly licence: string;
  readonly cite: string;
  readonly counts: { readonly domains: number; readonly actions: number };
  readonly flags: readonly { readonly id: string }[];
  readonly amplifiers: readonly { readonly id: string; readonly max: number }[];
  readonly domains: readonly Domain[];
}

interface Domain {
  readonly domain: string;
  readonly number: number;
  readonly title: string;
  readonly description: string;
  readonly actions: readonly Action[];
}

interface Action {
  readonly name: string;
  readonly number: number;
  readonly title: string;
  readonly description: string;
  readonly effect: string;
  readonly reversibility: string;
  readonly fields: readonly string[];
  readonly flags: { readonly primary: readonly string[]; readonly secondary: readonly string[] };
  readonly levels: Readonly<Record<string, { readonly level: number; readonly why: string }>>;
  readonly obligations: readonly Readonly<Record<string, unknown>>[];
  readonly tools: readonly string[];
  readonly aliases: readonly string[];
}

interface TaxonomyOptions {
  readonly edition?: string;
  readonly json?: boolean;
  readonly domain?: string;
  readonly format?: string;
  readonly output?: string;
}

/** Domain of the two actions that stand for what is not in the list. */
const UNKNOWN = "unknown";
const FORMATS = { csv: "taxonomy.csv", json: "taxonomy.json", md: "TAXONOMY.md" } as const;

export function addTaxonomy(program: Command): void {
  const taxonomy = program
    .command("taxonomy")
    .summary("the actions that calls are understood as")
    .description(
      "The actions that agents' tool calls are understood as: 33 domains, 215 actions, each with its risk.",
    );
  const edition = (): Option =>
    new Option("--edition <edition>", "edition of the taxonomy (default: the newest here)");

  taxonomy
    .command("list")
    .description("All actions by domain.")
    .addOption(edition())
    .option("--domain <name>", "only one domain")
    .option("--json", "as JSON, with flags and levels")
    .action(run(list));
  taxonomy
    .command("show <action>")
    .description(
      "One action: fields, flags, levels with their reasons, tools that map to it. Aliases resolve.",
    )
    .addOption(edition())
    .option("--json", "as JSON")
    .action(run(show));
  taxonomy
    .command("search <words...>")
    .description("Actions whose name, title, description, tools or aliases hold every word.")
    .addOption(edition())
    .option("--json", "as JSON")
    .action(run(search));
  taxonomy
    .command("export")
    .description("The whole taxonomy as one file.")
    .addOption(edition())
    .addOption(
      new Option("--format <format>", "csv, json or md").choices(Object.keys(FORMATS)).default("json"),
    )
    .option("-o, --output <file>", "write to a file instead of standard output")
    .action(run(exportFile));
  addCoverage(taxonomy);
}

/** Reads the taxonomy, runs a command on it, writes what it printed. */
function run<A extends unknown[]>(
  command: (taxonomy: Taxonomy, output: Output, options: TaxonomyOptions, ...args: A) => Promise<void>,
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    // commander gives the arguments, then the options, then the command.
    const options = given[given.length - 2] as TaxonomyOptions;
    const args = given.slice(0, -2) as A;
    const output = new Output();
    await command(readTaxonomy(options.edition), output, options, ...args);
    await output.flush();
    process.exitCode = EXIT.done;
  };
}

function taxonomyFile(name: string): string {
  return readFileSync(join(packageFolder(), "taxonomy", name), "utf8");
}

function readTaxonomy(edition: string | undefined): Taxonomy {
  const taxonomy = JSON.parse(taxonomyFile(FORMATS.json)) as Taxonomy;
  if (edition === undefined || edition === taxonomy.edition) return taxonomy;
  throw new CliError(
    "usage",
    `--edition: wanted ${taxonomy.edition}, the edition of this release; came ${edition}`,
  );
}

function actionsOf(taxonomy: Taxonomy): Action[] {
  return taxonomy.domains.flatMap(({ actions }) => actions);
}

/** An action with all ten levels, so that a reader needs no other page to know what a missing one is. */
function withLevels(action: Action, taxonomy: Taxonomy): unknown {
  const levels = taxonomy.amplifiers.map(({ id, max }) => {
    const { level = 0, why } = action.levels[id] ?? {};
    return [id, { level, max, ...(why === undefined ? {} : { why }) }];
  });
  return { ...action, levels: Object.fromEntries(levels) };
}

async function list(taxonomy: Taxonomy, output: Output, options: TaxonomyOptions): Promise<void> {
  const { edition, released, licence, cite, counts } = taxonomy;
  const wanted = (domain: Domain): boolean =>
    options.domain === undefined || domain.domain === options.domain;
  const domains = taxonomy.domains.filter(wanted);
  if (domains.length === 0) {
    const names = taxonomy.domains.map(({ domain }) => domain);
    throw new CliError("usage", `--domain: wanted one of ${names.join(", ")}; came ${options.domain}`);
  }
  const listed = domains.filter(({ domain }) => domain !== UNKNOWN);
  const unknown = domains.filter(({ domain }) => domain === UNKNOWN);
  if (options.json === true) {
    const describe = (list: readonly Domain[]): unknown[] =>
      list.flatMap(({ domain, actions }) =>
        actions.map((action) => ({ domain, ...(withLevels(action, taxonomy) as object) })),
      );
    await output.json({
      edition,
      released,
      licence,
      cite,
      counts,
      domains: listed.map(({ domain, number, title, description, actions }) => ({
        domain,
        number,
        title,
        description,
        actions: actions.map(({ name }) => name),
      })),
      actions: describe(listed),
      // What a call becomes that is none of the actions.
      unknown: describe(unknown),
    });
    return;
  }
  const { colors } = output;
  await output.line(colors.bold(`${taxonomy.title}, edition ${edition}`));
  await output.line(
    `${counts.domains} domains, ${counts.actions} actions. Show one: permit0 taxonomy show payments.refund`,
  );
  const columns = Math.max(...actionsOf(taxonomy).map(({ name }) => name.length));
  for (const { title, actions } of [...listed, ...unknown]) {
    await output.line("");
    await output.line(colors.bold(title));
    for (const action of actions) await output.line(`  ${action.name.padEnd(columns)}  ${action.title}`);
  }
}

/** The action of a name or an alias. */
function find(taxonomy: Taxonomy, name: string): Action {
  const found = actionsOf(taxonomy).find((action) => action.name === name || action.aliases.includes(name));
  if (found !== undefined) return found;
  const meant = nearest(
    name,
    actionsOf(taxonomy).flatMap((action) => [action.name, ...action.aliases]),
  );
  const hint = meant === undefined ? "; `permit0 taxonomy search` finds some" : `; did you mean ${meant}?`;
  throw new CliError(
    "usage",
    `${safe(name)}: wanted an action of edition ${taxonomy.edition} or an alias${hint}`,
  );
}

async function show(
  taxonomy: Taxonomy,
  output: Output,
  options: TaxonomyOptions,
  name: string,
): Promise<void> {
  const action = find(taxonomy, name);
  if (options.json === true) {
    await output.json({ edition: taxonomy.edition, ...(withLevels(action, taxonomy) as object) });
    return;
  }
  const { colors, columns } = output;
  const alias = action.name === name ? "" : ` (asked for as ${name})`;
  await output.line(`${colors.bold(action.name)}  ${action.title}${alias}`);
  await output.lines(wrap(action.description, columns));
  await output.line("");
  const levels = taxonomy.amplifiers.flatMap(({ id, max }) => {
    const entry = action.levels[id];
    return entry === undefined ? [] : [[`${id} ${entry.level} of ${max}`, entry.why]];
  });
  const rows = [
    ["effect", action.effect],
    ["undo", action.reversibility],
    [
      "flags",
      [...action.flags.primary, ...action.flags.secondary.map((flag) => `(${flag})`)].join(" ") || "none",
    ],
    ...levels.map(([head, why], at) => [at === 0 ? "levels" : "", `${head}: ${why}`]),
    ...action.obligations.map((obligation, at) => [
      at === 0 ? "obligations" : "",
      Object.values(obligation).join(": "),
    ]),
    ["fields", action.fields.join(", ") || "none"],
    ["tools", action.tools.join(", ") || "none"],
    ["aliases", action.aliases.join(", ") || "none"],
    ["cite as", `${action.name}@${taxonomy.edition}`],
  ];
  const headColumns = Math.max(...rows.map(([head = ""]) => head.length)) + 2;
  for (const [head = "", text = ""] of rows) {
    const [first = "", ...rest] = wrap(text, columns - headColumns);
    await output.line(`${colors.dim(head.padEnd(headColumns))}${first}`);
    for (const more of rest) await output.line(`${"".padEnd(headColumns)}${more}`);
  }
}

/** Endings that change the form of a word and not what it is about, longest first, with what may stand in their place. */
const ENDINGS: readonly (readonly [ending: string, stems: readonly string[]])[] = [
  ["ies", ["y"]],
  ["ing", ["", "e"]],
  ["es", ["", "e"]],
  ["ed", ["", "e"]],
  ["s", [""]],
];
const STEM_CHARACTERS_MIN = 3;

/** A word and its simpler forms: `refunds` and `refund`, `policies` and `policy`, `deleting` and `delete`. */
function formsOf(word: string): string[] {
  const forms = ENDINGS.flatMap(([ending, stems]) => {
    const stem = word.slice(0, -ending.length);
    return word.endsWith(ending) && stem.length >= STEM_CHARACTERS_MIN ? stems.map((end) => stem + end) : [];
  });
  return [word, ...forms];
}

/** Actions that hold every word in one of its forms, those that hold it in name or title first. */
function ranked(taxonomy: Taxonomy, words: readonly string[]): Action[] {
  const wanted = words.map((word) => formsOf(word.toLowerCase())).filter(([word]) => word !== "");
  const holds = (text: string): boolean => {
    const all = text.toLowerCase();
    return wanted.every((forms) => forms.some((form) => all.includes(form)));
  };
  const near = (action: Action): string => `${action.name} ${action.title}`;
  const far = (action: Action): string =>
    [near(action), action.description, action.effect, ...action.tools, ...action.aliases].join(" ");
  const all = actionsOf(taxonomy);
  const first = all.filter((action) => holds(near(action)));
  return [...first, ...all.filter((action) => !first.includes(action) && holds(far(action)))];
}

async function search(
  taxonomy: Taxonomy,
  output: Output,
  options: TaxonomyOptions,
  words: readonly string[],
): Promise<void> {
  const found = ranked(taxonomy, words);
  if (options.json === true) {
    await output.json({
      edition: taxonomy.edition,
      actions: found.map((action) => withLevels(action, taxonomy)),
    });
    return;
  }
  await output.lines(table(found.map(({ name, title }) => [name, title])));
  if (found.length === 0)
    remark(`no action holds ${words.map((word) => JSON.stringify(word)).join(" and ")}`);
}

async function exportFile(taxonomy: Taxonomy, output: Output, options: TaxonomyOptions): Promise<void> {
  const text = taxonomyFile(FORMATS[(options.format ?? "json") as keyof typeof FORMATS]);
  if (options.output === undefined) {
    await output.text(text);
    return;
  }
  try {
    writeFileSync(options.output, text);
  } catch (error) {
    throw new CliError(
      "file",
      `${options.output}: wanted to write edition ${taxonomy.edition}; ${(error as Error).message}`,
    );
  }
}
