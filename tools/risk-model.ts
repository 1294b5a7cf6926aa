/**
 * Writes what docs/risk-model.md shows from the engine: the arithmetic of five records, line by line, the same as a table
 * for spreadsheets in docs/risk-model.csv, and which worked cases hold which gain. Needs the release build.
 *
 *   npx tsx tools/risk-model.ts           writes page and table
 *   npx tsx tools/risk-model.ts --check   exit 1 when one of them is out of date
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "yaml";
import { compile } from "../bindings/src/compile/index.ts";
import { type Decision, type Engine, openEngine, percent, type Request } from "../bindings/src/engine.ts";
import { grouped } from "../bindings/src/explain.ts";
import { AMPLIFIER_NAMES, TIER_NAMES } from "../bindings/src/gen/codes.ts";
import { ROOT } from "./files.ts";
import { checkoutSources } from "./image.ts";

export const PAGE = "docs/risk-model.md";
export const TABLE = "docs/risk-model.csv";

const BASE = "policies/base.yaml";
const TIME_MS = Date.UTC(2026, 0, 1);
/** How far a gain is moved, in per cent of itself, to see which cases hold it. */
const MOVE_PERCENT = 25;

interface WorkedRecord {
  readonly id: string;
  readonly title: string;
  readonly action: string;
  readonly fields: Readonly<Record<string, string | number>>;
  /** Vouched for by the host; without it nobody is known. */
  readonly environment?: "development" | "production";
}

const RECORDS: readonly WorkedRecord[] = [
  {
    id: "calm_mail",
    title: "A calm mail",
    action: "email.send",
    fields: { to: "alice@example.com", subject: "reminder" },
    environment: "development",
  },
  {
    id: "refund_850",
    title: "A refund of $850, asked for by nobody known",
    action: "payments.refund",
    fields: { amount: 85_000, currency: "USD" },
  },
  {
    id: "transfer_25000",
    title: "A transfer of $25 000 abroad",
    action: "payments.transfer",
    fields: { amount: 2_500_000, currency: "USD", payee: "DE89370400440532013000" },
    environment: "production",
  },
  {
    id: "drop_table",
    title: "DROP TABLE in production",
    action: "db.admin",
    fields: { query: "DROP TABLE orders" },
    environment: "production",
  },
  {
    id: "admin_grant",
    title: "An administrator role",
    action: "iam.assign_role",
    fields: { user: "bob", role: "admin" },
    environment: "production",
  },
];

const ACTOR = "alice@example.com";

function requestOf({ action, fields, environment }: WorkedRecord): Request {
  const known =
    environment === undefined
      ? { asserted_by: {} }
      : { actor: ACTOR, environment, asserted_by: { actor: "host", environment: "host" } };
  return { action, fields, context: { ...known, time_ms: TIME_MS } };
}

function commandOf({ action, fields, environment }: WorkedRecord): string {
  const known =
    environment === undefined
      ? ""
      : ` \\\n  --actor ${ACTOR} --environment ${environment} --asserted-by host`;
  return `npx permit0 explain --action ${action} --fields '${JSON.stringify(fields)}'${known}`;
}

interface BaseNumbers {
  readonly weights: Readonly<Record<string, { readonly bp: number }>>;
  readonly thresholds: Readonly<Record<string, { readonly bp: number }>>;
  readonly gains: Readonly<Record<string, { readonly gain: number }>>;
}

function engineWith(base: (text: string) => string, organisation: string | undefined): Promise<Engine> {
  const sources = checkoutSources().map(({ name, text, ...rest }) => ({
    ...rest,
    name,
    text: name === BASE ? base(text) : text,
  }));
  const own = organisation === undefined ? [] : [{ name: "permit0.yaml", text: organisation }];
  const wasm = new Uint8Array(readFileSync(join(ROOT, "build/core.wasm")));
  return openEngine({ wasm, image: compile([...sources, ...own]).image });
}

/** One step of the arithmetic; numbers that a step does not have are absent. */
interface Step {
  readonly step: "flag" | "H0" | "amplifier" | "score" | "tier" | "verdict";
  readonly name: string;
  readonly role?: string;
  readonly weightBp?: number;
  readonly level?: number;
  readonly max?: number;
  readonly gain?: number;
  readonly numerator?: number;
  readonly denominator?: number;
  readonly before?: number;
  readonly after?: number;
}

function stepsOf(decision: Decision, base: BaseNumbers): Step[] {
  const [part] = decision.parts;
  if (part === undefined) throw new Error("a decision of the engine has a part");
  const flags = part.flags.map(({ flag, role, hazard }): Step => {
    const weightBp = base.weights[flag]?.bp;
    return { step: "flag", name: flag, role, ...(weightBp === undefined ? {} : { weightBp }), after: hazard };
  });
  const twice = part.flags.reduce((sum, { role, hazard }) => sum + (role === "primary" ? 2 : 1) * hazard, 0);
  let hazard = Math.floor(twice / 2);
  const start: Step = { step: "H0", name: "H0", numerator: 1, denominator: 2, before: twice, after: hazard };
  const amplifiers = part.amplifiers.map(({ amplifier, level, max, gain }): Step => {
    const before = hazard;
    const numerator = 1000 * max + gain * level;
    const denominator = 1000 * max;
    hazard = Math.floor((before * numerator) / denominator);
    return {
      step: "amplifier",
      name: amplifier,
      level,
      max,
      gain,
      numerator,
      denominator,
      before,
      after: hazard,
    };
  });
  if (hazard !== decision.hazard)
    throw new Error(`${decision.action}: ${hazard}, the record ${decision.hazard}`);
  const tier = TIER_NAMES.indexOf(decision.tier);
  const threshold = decision.thresholds[tier - 1] ?? 0;
  const thresholdBp = base.thresholds[decision.tier]?.bp ?? 0;
  return [
    ...flags,
    start,
    ...amplifiers,
    { step: "score", name: "score", before: hazard, after: decision.score },
    { step: "tier", name: decision.tier, weightBp: thresholdBp, before: hazard, after: threshold },
    { step: "verdict", name: decision.verdict },
  ];
}

const COLUMNS = [
  "step",
  "name",
  "role",
  "weightBp",
  "level",
  "max",
  "gain",
  "numerator",
  "denominator",
  "before",
  "after",
] as const satisfies readonly (keyof Step)[];

const HEADINGS = ["record", ...COLUMNS.map((column) => (column === "weightBp" ? "weight_bp" : column))];

/** A cell that no spreadsheet takes for a formula and that needs no quotes. */
function cell(value: string | number | undefined): string {
  const text = `${value ?? ""}`;
  if (!/^([A-Za-z0-9][A-Za-z0-9_ ]*)?$/.test(text)) throw new Error(`not a plain cell: ${text}`);
  return text;
}

function stepLine({
  step,
  name,
  role,
  weightBp,
  level,
  max,
  gain,
  numerator,
  denominator,
  before,
  after,
}: Step): string[] {
  const n = (value: number | undefined) => grouped(value ?? 0);
  switch (step) {
    case "flag":
      return [
        `${name.padEnd(15)} ${role?.padEnd(9)} h = ceil(-10^6 ln(1 - ${n(weightBp)} / 10 000)) = ${n(after)}`,
      ];
    case "H0":
      return [`${name.padEnd(15)} floor(${n(before)} / 2) = ${n(after)}`];
    case "amplifier":
      if (level === 0) return [];
      return [
        `${name.padEnd(15)} ${`${level}`.padStart(2)} of ${max}, gain ${gain}: ` +
          `floor(${n(before)} x ${n(numerator)} / ${n(denominator)}) = ${n(after)}`,
      ];
    case "score":
      return [`${name.padEnd(15)} floor(10 000 x (1 - e^(-${n(before)} / 10^6))) = ${n(after)}`];
    case "tier":
      return [`${name.padEnd(15)} from ${n(after)} = ceil(-10^6 ln(1 - ${n(weightBp)} / 10 000)) on`];
    case "verdict":
      return [];
  }
}

function recordSection(record: WorkedRecord, decision: Decision, steps: readonly Step[]): string {
  const flags = steps.filter(({ step }) => step === "flag");
  const sum = flags.map(({ role, after }) =>
    role === "primary" ? `2 x ${grouped(after ?? 0)}` : grouped(after ?? 0),
  );
  const calm = steps.filter(({ step, level }) => step === "amplifier" && level === 0).map(({ name }) => name);
  const lines = steps.flatMap((step) => {
    const line = stepLine(step);
    if (step.step === "H0")
      return [`${"twice the sum".padEnd(15)} ${sum.join(" + ")} = ${grouped(step.before ?? 0)}`, ...line];
    return line;
  });
  const codes = decision.reasons.map(({ code }) => `\`${code}\``).join(", ");
  return [
    `### ${record.title}`,
    "",
    "```sh",
    commandOf(record),
    "```",
    "",
    "```text",
    ...lines,
    `at 0, factor 1  ${calm.join(", ")}`,
    "```",
    "",
    `${percent(decision.score)}, ${decision.tier}, **${decision.verdict}**. Reasons: ${codes}.`,
    "",
  ].join("\n");
}

interface Calibration {
  readonly organisation: string;
  readonly contexts: Readonly<Record<string, object>>;
  readonly cases: readonly {
    readonly id: string;
    readonly who: string;
    readonly call: object;
    readonly tier: string;
    readonly verdict: string;
  }[];
}

/** Cases whose tier or verdict is another one with a changed gain. */
async function casesMoved(
  { organisation, contexts, cases }: Calibration,
  amplifier: string,
  gain: number,
): Promise<string[]> {
  const line = new RegExp(`^( {2}${amplifier}: \\{ gain: )\\d+`, "m");
  const engine = await engineWith((text) => text.replace(line, `$1${gain}`), organisation);
  return cases
    .filter(({ call, who, tier, verdict }) => {
      const request = { ...call, context: { time_ms: TIME_MS, ...contexts[who] } } as unknown as Request;
      const decision = engine.decide(request);
      return decision.tier !== tier || decision.verdict !== verdict;
    })
    .map(({ id }) => id);
}

async function heldTable(base: BaseNumbers): Promise<string> {
  const calibration = parse(readFileSync(join(ROOT, "policies/calibration.yaml"), "utf8")) as Calibration;
  const rows: string[] = [];
  for (const amplifier of AMPLIFIER_NAMES) {
    const gain = base.gains[amplifier]?.gain ?? 0;
    const shown = async (sign: number) => {
      const moved = await casesMoved(
        calibration,
        amplifier,
        gain + Math.round((sign * gain * MOVE_PERCENT) / 100),
      );
      return moved.length === 0 ? "none" : moved.map((id) => `\`${id}\``).join(", ");
    };
    rows.push(`| ${amplifier} | ${gain} | ${await shown(-1)} | ${await shown(1)} |`);
  }
  return [
    `| gain of | now | ${MOVE_PERCENT} % less moves | ${MOVE_PERCENT} % more moves |`,
    "| --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

/** The text between two marks of the page, replaced. */
function between(page: string, name: string, text: string): string {
  const start = `<!-- ${name}: written by tools/risk-model.ts -->\n`;
  const end = `<!-- end of ${name} -->`;
  const from = page.indexOf(start);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${PAGE}: wanted the marks of ${name}`);
  return page.slice(0, from + start.length) + text + page.slice(to);
}

/** Page and table as they should be. */
export async function riskModelFiles(): Promise<readonly (readonly [path: string, text: string])[]> {
  const base = parse(readFileSync(join(ROOT, BASE), "utf8")) as BaseNumbers;
  const engine = await engineWith((text) => text, undefined);
  const sections: string[] = [];
  const rows: string[] = [HEADINGS.join(",")];
  for (const record of RECORDS) {
    const decision = engine.decide(requestOf(record));
    const steps = stepsOf(decision, base);
    sections.push(recordSection(record, decision, steps));
    rows.push(
      ...steps.map((step) => [record.id, ...COLUMNS.map((column) => step[column])].map(cell).join(",")),
    );
  }
  const page = readFileSync(join(ROOT, PAGE), "utf8");
  const withRecords = between(page, "records", `\n${sections.join("\n")}\n`);
  return [
    [PAGE, between(withRecords, "gains", `\n${await heldTable(base)}\n`)],
    [TABLE, `${rows.join("\n")}\n`],
  ];
}

/** The five calls, for tests that decide them in their own way. */
export function workedRequests(): readonly (readonly [id: string, request: Request])[] {
  return RECORDS.map((record) => [record.id, requestOf(record)]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const check = process.argv.includes("--check");
  for (const [path, text] of await riskModelFiles()) {
    if (!check) {
      writeFileSync(join(ROOT, path), text);
      console.log(`wrote ${path}`);
    } else if (readFileSync(join(ROOT, path), "utf8") !== text) {
      console.error(`${path} is out of date: run npx tsx tools/risk-model.ts`);
      process.exitCode = 1;
    }
  }
}
