// Writes the three readings of the taxonomy: TAXONOMY.md for people, taxonomy.json for programs, taxonomy.csv for
// spreadsheets. `npx tsx tools/taxonomy.ts` writes them, `--check` only says whether they are fresh, `--pin` writes
// the numbers of a new edition to test/vectors/taxonomy, once.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parse } from "yaml";

/** YAML text by path relative to the repository: `taxonomy/flags.yaml`, `taxonomy/actions/email.yaml`, … */
export type TaxonomySources = Readonly<Record<string, string>>;

export interface RenderedTaxonomy {
  readonly md: string;
  readonly json: string;
  /** RFC 4180: header row, CRLF, quotes doubled; no cell starts a spreadsheet formula. */
  readonly csv: string;
}

export interface Edition {
  readonly edition: string;
  readonly released: string;
  readonly title: string;
  readonly licence: string;
  readonly domains: number;
  readonly actions: number;
  readonly cite: string;
  readonly doi?: string;
}

export interface Flag {
  readonly id: string;
  readonly number: number;
  readonly weight_bp: number;
  readonly protected: boolean;
  readonly title: string;
  readonly description: string;
}

export interface Amplifier {
  readonly id: string;
  readonly number: number;
  readonly max: number;
  readonly weight_milli: number;
  readonly title: string;
  readonly description: string;
  readonly levels: readonly { readonly at: number; readonly text: string }[];
}

export interface Tier {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly description: string;
}

export interface Field {
  readonly name: string;
  readonly number: number;
  readonly type: string;
  readonly many: boolean;
  readonly unit?: string;
  readonly description: string;
}

export interface Action {
  readonly verb: string;
  readonly number: number;
  readonly since: string;
  readonly title: string;
  readonly description: string;
  readonly effect: string;
  readonly reversibility: string;
  readonly fields: readonly string[];
  readonly flags: { readonly primary: readonly string[]; readonly secondary: readonly string[] };
  readonly levels: Readonly<Record<string, { readonly level: number; readonly why: string }>>;
  readonly obligations: readonly { readonly kind: string; readonly [member: string]: unknown }[];
  readonly tools: readonly string[];
  readonly aliases: readonly string[];
}

export interface Domain {
  readonly domain: string;
  readonly number: number;
  readonly title: string;
  readonly description: string;
  readonly actions: readonly Action[];
}

export interface Taxonomy {
  readonly edition: Edition;
  readonly flags: readonly Flag[];
  readonly amplifiers: readonly Amplifier[];
  readonly tiers: readonly Tier[];
  readonly fields: readonly Field[];
  /** By number, so `unknown` comes first. */
  readonly domains: readonly Domain[];
}

/** The numbers of base policy that the default scores are computed with. */
export interface Scale {
  /** Hazard of each flag as primary, in millionths of a nat, by flag id. */
  readonly hazards: Readonly<Record<string, number>>;
  /** Gain in thousandths at the maximum level, by amplifier id. */
  readonly gains: Readonly<Record<string, number>>;
  /** Hazards at which low, medium, high and critical begin. */
  readonly thresholds: readonly [number, number, number, number];
}

export interface DefaultRisk {
  readonly hazard: number;
  /** Basis points, 0..9 999. */
  readonly score: number;
  readonly tier: string;
}

const HAZARD_MAX = 60_000_000;
const TIER_STARTS = ["low", "medium", "high", "critical"] as const;

/** Parses the sources into one value. The schemas and test/unit/taxonomy.test.ts say what a valid one looks like. */
export function parseTaxonomy(sources: TaxonomySources): Taxonomy {
  const read = <T>(path: string): T => {
    const text = sources[path];
    if (text === undefined) throw new Error(`taxonomy: ${path} is missing from the sources`);
    return parse(text) as T;
  };
  const domains = Object.keys(sources)
    .filter((path) => path.startsWith("taxonomy/actions/"))
    .map((path) => read<Domain>(path))
    .sort((a, b) => a.number - b.number);
  return {
    edition: read<Edition>("taxonomy/edition.yaml"),
    flags: read<Flag[]>("taxonomy/flags.yaml"),
    amplifiers: read<Amplifier[]>("taxonomy/amplifiers.yaml"),
    tiers: read<Tier[]>("taxonomy/tiers.yaml"),
    fields: read<Field[]>("taxonomy/fields.yaml"),
    domains,
  };
}

interface BasePolicy {
  readonly weights: Readonly<Record<string, { readonly bp: number }>>;
  readonly gains: Readonly<Record<string, { readonly gain: number }>>;
  readonly thresholds: Readonly<Record<string, { readonly bp: number }>>;
}

/** The scale of base policy, which may have been calibrated away from the weights that the taxonomy starts with. */
export function scaleOf(sources: TaxonomySources, taxonomy: Taxonomy): Scale {
  const text = sources["policies/base.yaml"];
  if (text === undefined) throw new Error("taxonomy: policies/base.yaml is missing from the sources");
  const base = parse(text) as BasePolicy;
  const pick = <T>(map: Readonly<Record<string, T>>, key: string): T => {
    const value = map[key];
    if (value === undefined) throw new Error(`policies/base.yaml: no number for ${key}`);
    return value;
  };
  const starts = TIER_STARTS.map((tier) => hazardOfScore(pick(base.thresholds, tier).bp));
  return {
    hazards: Object.fromEntries(
      taxonomy.flags.map(({ id }) => [id, hazardOfScore(pick(base.weights, id).bp)]),
    ),
    gains: Object.fromEntries(taxonomy.amplifiers.map(({ id }) => [id, pick(base.gains, id).gain])),
    thresholds: starts as unknown as Scale["thresholds"],
  };
}

/** ceil(-10^6 ln(1 - bp / 10^4)): the hazard at which a score of `bp` basis points begins. */
export function hazardOfScore(bp: number): number {
  return Math.ceil(-1_000_000 * Math.log(1 - bp / 10_000));
}

/** What an action scores when no fact of the call raises anything. */
export function defaultRisk(action: Action, taxonomy: Taxonomy, scale: Scale): DefaultRisk {
  const sum = (ids: readonly string[]) => ids.reduce((total, id) => total + (scale.hazards[id] ?? 0), 0);
  let hazard = Math.floor((2 * sum(action.flags.primary) + sum(action.flags.secondary)) / 2);
  for (const { id, max } of taxonomy.amplifiers) {
    const level = action.levels[id]?.level ?? 0;
    const factorMilli = 1_000 * max + (scale.gains[id] ?? 0) * level;
    hazard = Math.min(HAZARD_MAX, Math.floor((hazard * factorMilli) / (1_000 * max)));
  }
  const passed = scale.thresholds.filter((start) => start <= hazard).length;
  return {
    hazard,
    score: Math.floor(10_000 * (1 - Math.exp(-hazard / 1_000_000))),
    tier: taxonomy.tiers[passed]?.id ?? "",
  };
}

/** Renders all three readings. Pure: the same sources give the same bytes. */
export function renderTaxonomy(sources: TaxonomySources): RenderedTaxonomy {
  const taxonomy = parseTaxonomy(sources);
  return {
    md: renderMarkdown(taxonomy, scaleOf(sources, taxonomy)),
    json: renderJson(taxonomy),
    csv: renderCsv(taxonomy),
  };
}

// ---- Markdown

function renderMarkdown(taxonomy: Taxonomy, scale: Scale): string {
  const { edition } = taxonomy;
  const listed = taxonomy.domains.filter(({ number }) => number > 0);
  const unknown = taxonomy.domains.filter(({ number }) => number === 0);
  const lines: string[] = [
    "<!-- Written by tools/taxonomy.ts from taxonomy/*.yaml and policies/base.yaml. Do not edit. -->",
    "",
    `# ${edition.title}, edition ${edition.edition}`,
    "",
    `${edition.domains} domains and ${edition.actions} actions that AI agents perform with tools, released ${edition.released} under ${edition.licence}.`,
    "Every tool call becomes one or more of these actions; what maps to nothing is one of the two unknown ones.",
    "",
    `**Cite as:** ${edition.cite}`,
    "",
    "**Stable:** names, numbers and aliases are never changed, removed or used again; later editions only append ([CHANGELOG.md](CHANGELOG.md)).",
    "",
    "How to read the tables:",
    "",
    "- *Flags*: kinds of risk. Those in brackets are secondary and count half.",
    "- *Default levels*: the calmest value each dimension of context can have for the action. Facts of a call raise levels; nothing lowers them.",
    "- *Score* and *tier*: what base policy makes of these defaults when no fact of the call raises anything. Minimal and low are allowed, medium and high reviewed, critical denied.",
    "",
    "## Flags",
    "",
    ...table(
      ["flag", "number", "weight", "protected", "meaning"],
      taxonomy.flags.map((flag) => [
        flag.id,
        `${flag.number}`,
        percent(flag.weight_bp),
        flag.protected ? "yes" : "",
        `${flag.title}. ${flag.description}`,
      ]),
    ),
    "",
    "The weight is the score of a call that carries this flag alone, as primary and with nothing raised, before base policy calibrates it. Protected flags cannot be weakened by any policy.",
    "",
    "## Amplifiers",
    "",
    ...table(
      ["amplifier", "number", "max", "weight", "what it asks", "levels"],
      taxonomy.amplifiers.map((amplifier) => [
        amplifier.id,
        `${amplifier.number}`,
        `${amplifier.max}`,
        `.${`${amplifier.weight_milli}`.padStart(3, "0")}`,
        amplifier.description,
        amplifier.levels.map(({ at, text }) => `${at}: ${text}`).join("; "),
      ]),
    ),
    "",
    "## Tiers",
    "",
    ...table(
      ["tier", "number", "meaning"],
      taxonomy.tiers.map((tier) => [tier.id, `${tier.number}`, tier.description]),
    ),
    "",
    "## Fields",
    "",
    ...table(
      ["field", "number", "type", "meaning"],
      taxonomy.fields.map((field) => [
        field.name,
        `${field.number}`,
        `${field.type}${field.many ? ", several" : ""}${field.unit === undefined ? "" : `, in ${field.unit}`}`,
        field.description,
      ]),
    ),
    "",
    "## Domains",
    "",
    ...listed.map(({ domain, title, actions }) => {
      const verbs = actions.map(({ verb }) => verb).join(" ");
      return `- [${domain}](#${anchor(title)}): ${verbs}`;
    }),
  ];
  for (const domain of [...listed, ...unknown]) lines.push("", ...renderDomain(domain, taxonomy, scale));
  return `${lines.join("\n")}\n`;
}

function renderDomain(domain: Domain, taxonomy: Taxonomy, scale: Scale): string[] {
  const rows = domain.actions.map((action) => {
    const { score, tier } = defaultRisk(action, taxonomy, scale);
    return [
      `\`${domain.domain}.${action.verb}\``,
      `${action.number}`,
      action.effect,
      action.reversibility,
      flagsOf(action),
      levelsOf(action, taxonomy)
        .map(({ id, level }) => `${id} ${level}`)
        .join(", "),
      percent(score),
      tier,
    ];
  });
  return [
    `## ${domain.title}`,
    "",
    `Domain \`${domain.domain}\`, number ${domain.number}. ${domain.description}`,
    "",
    ...table(
      ["action", "number", "effect", "reversibility", "flags", "default levels", "score", "tier"],
      rows,
    ),
    ...domain.actions.flatMap((action) => ["", ...renderReasons(domain, action, taxonomy)]),
  ];
}

function renderReasons(domain: Domain, action: Action, taxonomy: Taxonomy): string[] {
  const list = (label: string, names: readonly string[]) =>
    names.length === 0 ? [] : [`- ${label}: ${names.map((name) => `\`${name}\``).join(", ")}`];
  return [
    `**\`${domain.domain}.${action.verb}\`** ${action.title}. ${action.description}`,
    "",
    ...levelsOf(action, taxonomy).map(({ id, level, why }) => `- ${id} ${level}: ${cell(why)}`),
    ...action.obligations.map((obligation) => `- obligation ${obligationText(obligation)}`),
    ...list("fields", action.fields),
    ...list("tools", action.tools),
    ...list("aliases", action.aliases),
  ];
}

function flagsOf({ flags }: Action): string {
  const secondary = flags.secondary.length === 0 ? [] : [`(${flags.secondary.join(", ")})`];
  return [...(flags.primary.length === 0 ? [] : [flags.primary.join(", ")]), ...secondary].join(" ");
}

/** Default levels in the order of the arithmetic, whatever order the file has. */
function levelsOf(action: Action, taxonomy: Taxonomy): { id: string; level: number; why: string }[] {
  return taxonomy.amplifiers.flatMap(({ id }) => {
    const entry = action.levels[id];
    return entry === undefined ? [] : [{ id, level: entry.level, why: entry.why }];
  });
}

function obligationText({ kind, ...members }: Action["obligations"][number]): string {
  return [kind, ...Object.values(members).map((value) => `${value}`)].join(": ");
}

function percent(bp: number): string {
  return `${Math.floor(bp / 100)}.${Math.floor((bp % 100) / 10)} %`;
}

/** The anchor that Markdown renderers give a heading. */
function anchor(title: string): string {
  return title.toLowerCase().replaceAll(" ", "-");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

/** Text that can neither end a table cell nor start markup of its own. */
function cell(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll("\n", " ");
}

// ---- JSON

type Json = string | number | boolean | null | readonly Json[] | { readonly [member: string]: Json };

function renderJson(taxonomy: Taxonomy): string {
  const { domains, actions, ...edition } = taxonomy.edition;
  const value = {
    ...edition,
    counts: { domains, actions },
    flags: taxonomy.flags,
    amplifiers: taxonomy.amplifiers,
    tiers: taxonomy.tiers,
    fields: taxonomy.fields,
    domains: taxonomy.domains.map((domain) => ({
      ...domain,
      actions: domain.actions.map((action) => ({
        name: `${domain.domain}.${action.verb}`,
        ...action,
        levels: Object.fromEntries(
          levelsOf(action, taxonomy).map(({ id, level, why }) => [id, { level, why }]),
        ),
      })),
    })),
  };
  return `${layJson(value as unknown as Json, 0)}\n`;
}

/**
 * JSON laid out as Biome lays it out, so that the generated file passes the formatter: objects one member a line,
 * arrays of plain values on one line where they fit, else one a line.
 */
function layJson(value: Json, depth: number, usedColumns = 0): string {
  const inner = "  ".repeat(depth + 1);
  const outer = "  ".repeat(depth);
  if (Array.isArray(value)) {
    const items = value as readonly Json[];
    const plain = items.every((item) => typeof item !== "object" || item === null);
    if (plain) {
      const line = `[${items.map((item) => JSON.stringify(item)).join(", ")}]`;
      if (items.length === 0 || usedColumns + line.length <= LINE_COLUMNS) return line;
    }
    return `[\n${items.map((item) => inner + layJson(item, depth + 1)).join(",\n")}\n${outer}]`;
  }
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value);
    const lay = ([key, member]: [string, Json], index: number) => {
      const lead = `${inner}${JSON.stringify(key)}: `;
      const commaColumns = index < members.length - 1 ? 1 : 0;
      return lead + layJson(member, depth + 1, lead.length + commaColumns);
    };
    return members.length === 0 ? "{}" : `{\n${members.map(lay).join(",\n")}\n${outer}}`;
  }
  return JSON.stringify(value);
}

const LINE_COLUMNS = 110;

// ---- CSV

function renderCsv(taxonomy: Taxonomy): string {
  const head = [
    "edition",
    "name",
    "number",
    "domain",
    "domain_number",
    "verb",
    "since",
    "title",
    "description",
    "effect",
    "reversibility",
    "primary_flags",
    "secondary_flags",
    ...taxonomy.amplifiers.map(({ id }) => `level_${id}`),
    "fields",
    "obligations",
    "tools",
    "aliases",
  ];
  const rows = taxonomy.domains
    .flatMap((domain) => domain.actions.map((action) => ({ domain, action })))
    .sort((a, b) => a.action.number - b.action.number)
    .map(({ domain, action }) => [
      taxonomy.edition.edition,
      `${domain.domain}.${action.verb}`,
      `${action.number}`,
      domain.domain,
      `${domain.number}`,
      action.verb,
      action.since,
      action.title,
      action.description,
      action.effect,
      action.reversibility,
      action.flags.primary.join(" "),
      action.flags.secondary.join(" "),
      ...taxonomy.amplifiers.map(({ id }) => `${action.levels[id]?.level ?? 0}`),
      action.fields.join(" "),
      action.obligations.map(obligationText).join("; "),
      action.tools.join(" "),
      action.aliases.join(" "),
    ]);
  return [head, ...rows].map((row) => `${row.map(csvCell).join(",")}\r\n`).join("");
}

/** One CSV cell. A leading =, +, -, @, tab or return would be run as a formula by spreadsheets, so it gets a quote mark. */
export function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

// ---- Pins

/** Numbers of one edition as later editions must keep them: by number, so that a moved name shows as a changed line. */
export interface TaxonomyPin {
  readonly edition: string;
  readonly domains: readonly (readonly [number, string])[];
  readonly actions: readonly (readonly [number, string])[];
  readonly flags: readonly (readonly [number, string])[];
  readonly amplifiers: readonly (readonly [number, string])[];
  readonly tiers: readonly (readonly [number, string])[];
  readonly fields: readonly (readonly [number, string])[];
  /** Alias to action name, by alias. */
  readonly aliases: readonly (readonly [string, string])[];
}

/** What a released edition promises for ever. */
export function pinTaxonomy(taxonomy: Taxonomy): TaxonomyPin {
  const byNumber = (pairs: (readonly [number, string])[]) => pairs.sort((a, b) => a[0] - b[0]);
  const actions = taxonomy.domains.flatMap(({ domain, actions: list }) =>
    list.map((action) => ({ ...action, name: `${domain}.${action.verb}` })),
  );
  return {
    edition: taxonomy.edition.edition,
    domains: byNumber(taxonomy.domains.map(({ number, domain }) => [number, domain])),
    actions: byNumber(actions.map(({ number, name }) => [number, name])),
    flags: byNumber(taxonomy.flags.map(({ number, id }) => [number, id])),
    amplifiers: byNumber(taxonomy.amplifiers.map(({ number, id }) => [number, id])),
    tiers: byNumber(taxonomy.tiers.map(({ number, id }) => [number, id])),
    fields: byNumber(taxonomy.fields.map(({ number, name }) => [number, name])),
    aliases: actions
      .flatMap(({ name, aliases }) => aliases.map((alias): [string, string] => [alias, name]))
      .sort((a, b) => (a[0] < b[0] ? -1 : 1)),
  };
}

function renderPin(pin: TaxonomyPin): string {
  const { edition, ...lists } = pin;
  const list = ([name, pairs]: [string, readonly unknown[]]) =>
    `  ${JSON.stringify(name)}: [\n${pairs.map((pair) => `    ${JSON.stringify(pair)}`).join(",\n")}\n  ]`;
  return `{\n  "edition": ${JSON.stringify(edition)},\n${Object.entries(lists).map(list).join(",\n")}\n}\n`;
}

// ---- Files

/** Reads the sources that `renderTaxonomy` needs from a checkout. */
export function readTaxonomySources(root: string): TaxonomySources {
  const paths = ["edition", "flags", "amplifiers", "tiers", "fields"].map((name) => `taxonomy/${name}.yaml`);
  const actions = readdirSync(join(root, "taxonomy/actions"))
    .filter((file) => file.endsWith(".yaml"))
    .sort()
    .map((file) => `taxonomy/actions/${file}`);
  return Object.fromEntries(
    [...paths, ...actions, "policies/base.yaml"].map((path) => [
      path,
      readFileSync(join(root, path), "utf8"),
    ]),
  );
}

/** Generated file by reading. */
export const TAXONOMY_OUTPUTS = {
  md: "taxonomy/TAXONOMY.md",
  json: "taxonomy/taxonomy.json",
  csv: "taxonomy/taxonomy.csv",
} as const;

function main(args: readonly string[]): number {
  const root = resolve(fileURLToPath(import.meta.url), "../..");
  const sources = readTaxonomySources(root);
  const rendered = renderTaxonomy(sources);
  let stale = 0;
  for (const reading of ["md", "json", "csv"] as const) {
    const path = join(root, TAXONOMY_OUTPUTS[reading]);
    if (existsSync(path) && readFileSync(path, "utf8") === rendered[reading]) continue;
    stale += 1;
    if (!args.includes("--check")) writeFileSync(path, rendered[reading]);
    console.log(`${args.includes("--check") ? "stale" : "wrote"} ${TAXONOMY_OUTPUTS[reading]}`);
  }
  if (args.includes("--pin")) {
    const pin = pinTaxonomy(parseTaxonomy(sources));
    const path = join(root, `test/vectors/taxonomy/${pin.edition}.json`);
    if (existsSync(path)) {
      console.error(
        `${path}: an edition is pinned once; append to the taxonomy under a new edition in edition.yaml`,
      );
      return 1;
    }
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, renderPin(pin));
    console.log(`wrote test/vectors/taxonomy/${pin.edition}.json`);
  }
  return args.includes("--check") && stale > 0 ? 1 : 0;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = main(process.argv.slice(2));
}
