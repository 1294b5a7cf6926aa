/** `permit0 lint`: what a policy says and probably does not mean. */

import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import type { Finding } from "permit0/analyse";
import { timeOption } from "../calls.js";
import { CliError, EXIT } from "../failure.js";
import { Output } from "../output.js";
import { compilePolicy, openImage, readPolicy, textOf } from "../policy.js";
import { sarifOf } from "../sarif.js";
import { pointedOut } from "../source.js";
import { safe } from "../text.js";

interface LintOptions {
  readonly on?: string;
  readonly profile?: string;
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
    const compiled = await compilePolicy([{ name: policy, text, vouched: true }], options.profile);
    findings = lint(compiled, await openImage(compiled.image), nowMs, (file) => file === policy);
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    findings = error.issues.map((issue) => ({
      rule: "error",
      level: "error",
      place: issue,
      message: messageOf(issue),
    }));
  }
  findings.sort((one, other) => one.place.line - other.place.line || one.place.column - other.place.column);
  if (options.sarif !== undefined) write(options.sarif, sarifOf(findings, LINT_RULES));
  const output = new Output();
  if (options.json === true) await output.json({ findings });
  else {
    for (const { rule, level, place, message } of findings) {
      await output.line(safe(`${place.file}:${place.line}:${place.column} ${level} ${rule}: ${message}`));
      await output.lines(pointedOut(text, place).map((line) => `  ${safe(line)}`));
    }
    if (findings.length === 0) await output.line(`${safe(policy)}: nothing to report`);
  }
  await output.flush();
  return findings.some(({ level }) => level !== "note") ? EXIT.findings : EXIT.done;
}

/** A fault of the compiler, told like a finding. */
interface ErrorFinding extends Omit<Finding, "rule" | "level"> {
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
