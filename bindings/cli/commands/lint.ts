/** `permit0 lint`: what a policy says and probably does not mean. */

import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import type { Finding } from "permit0/analyse";
import type { Issue, Place } from "permit0/compile";
import { timeOption } from "../calls.js";
import { CliError, EXIT } from "../failure.js";
import { packOption } from "../options.js";
import { Output } from "../output.js";
import { compilePolicy, openImage, packSources, readPolicy, textOf } from "../policy.js";
import { sarifOf } from "../sarif.js";
import { pointedOut } from "../source.js";
import { safe } from "../text.js";

interface LintOptions {
  readonly on?: string;
  readonly profile?: string;
  readonly pack?: readonly string[];
  readonly json?: boolean;
  readonly sarif?: string;
}

export function addLint(program: Command): void {
  program
    .command("lint")
    .argument("<policy>", "policy in YAML")
    .summary("what a policy says and probably does not mean")
    .description(
      "Looks for entries that are shadowed, idle, contradictory, always true, in conflict, ended or never used. Errors of the policy are reported like findings.",
    )
    .option("--on <time>", "the day that ends are measured by: a UTC date, or now (default: now)")
    .option("--profile <name>", "shipped profile to start from, instead of the policy's own")
    .addOption(packOption())
    .option("--sarif <file>", "also write the findings as SARIF 2.1.0")
    .option("--json", "the findings as JSON")
    .addHelpText("after", "\nExit: 0 nothing but notes, 1 warnings or errors, 2 could not run.")
    .action(async (policy: string, options: LintOptions) => {
      process.exitCode = await lintFile(policy, options);
    });
}

async function lintFile(policy: string, options: LintOptions): Promise<number> {
  const text = textOf(readPolicy(policy), policy);
  const nowMs = timeOption(options.on ?? "now", "--on");
  const { LINT_RULES, lint } = await import("permit0/analyse");
  const { CompileError } = await import("permit0/compile");
  let findings: (Finding | ErrorFinding)[];
  try {
    const own = { name: policy, text, vouched: true };
    const compiled = await compilePolicy([...packSources(options.pack), own], options.profile);
    findings = lint(compiled, await openImage(compiled.image), nowMs, (file) => file === policy);
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    findings = errorFindings(error.issues);
  }
  findings.sort((one, other) => one.place.line - other.place.line || one.place.column - other.place.column);
  if (options.sarif !== undefined) write(options.sarif, sarifOf(findings, LINT_RULES));
  const output = new Output();
  if (options.json === true) await output.json({ findings });
  else await printFindings(output, policy, text, findings);
  await output.flush();
  return findings.some(({ level }) => level !== "note") ? EXIT.findings : EXIT.done;
}

/** What is printed of a finding. */
export interface Shown {
  readonly rule: string;
  readonly level: string;
  readonly place: Place;
  readonly message: string;
}

/** Findings about one file, each with its line. */
export async function printFindings(
  output: Output,
  file: string,
  text: string,
  findings: readonly Shown[],
): Promise<void> {
  for (const { rule, level, place, message } of findings) {
    const kind = rule === level ? level : `${level} ${rule}`;
    await output.line(safe(`${place.file}:${place.line}:${place.column} ${kind}: ${message}`));
    if (place.file === file) await output.lines(pointedOut(text, place).map((line) => `  ${safe(line)}`));
  }
  if (findings.length === 0) await output.line(`${safe(file)}: nothing to report`);
}

/** Faults of the compiler, told like findings. */
export function errorFindings(issues: readonly Issue[]): ErrorFinding[] {
  return issues.map((issue) => ({
    rule: "error",
    level: "error",
    place: issue,
    message: messageOf(issue),
  }));
}

/** A fault of the compiler, told like a finding. */
export interface ErrorFinding extends Omit<Finding, "rule" | "level"> {
  readonly rule: "error";
  readonly level: "error";
}

function messageOf({
  wanted,
  came,
  nearest,
  fix,
}: {
  wanted: string;
  came: string;
  nearest?: string;
  fix: string;
}): string {
  return `wanted ${wanted}; came ${came}${nearest === undefined ? "" : `; did you mean ${JSON.stringify(nearest)}?`}; ${fix}`;
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new CliError("file", `${file}: wanted to write the findings; ${(error as Error).message}`);
  }
}
