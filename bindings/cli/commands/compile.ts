/** `permit0 compile`: a policy in YAML to the image that an engine loads. */

import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import type { Explanation } from "permit0/compile";
import { CliError, EXIT } from "../failure.js";
import { Output, remark } from "../output.js";
import { compilePolicy, isImage, packSource, readPolicy, textOf } from "../policy.js";
import { pointedOut } from "../source.js";
import { safe, table } from "../text.js";

interface CompileCommandOptions {
  readonly output?: string;
  readonly profile?: string;
  readonly pack?: readonly string[];
  readonly json?: boolean;
}

export function addCompile(program: Command): void {
  program
    .command("compile")
    .argument("<policy>", "policy of an organisation, in YAML")
    .summary("compile a policy in YAML to an image")
    .description(
      "Compiles a policy, on top of the base policy and packs of this release, to the image an engine loads.",
    )
    .option("-o, --output <file>", "write the image to a file; without it the policy is only checked")
    .option("--profile <name>", "shipped profile to start from, instead of the policy's own")
    .option(
      "--pack <files...>",
      "packs of publishers that the policy lists, each with its signature beside it (pack.sig)",
    )
    .option("--json", "digest, counts and warnings as JSON")
    .addHelpText(
      "after",
      "\nExit: 0 compiled, 1 the policy has errors (file:line:column each), 2 could not run.",
    )
    .action(async (policy: string, options: CompileCommandOptions) => {
      process.exitCode = await compileFile(policy, options);
    });
}

async function compileFile(policy: string, options: CompileCommandOptions): Promise<number> {
  const bytes = readPolicy(policy);
  if (isImage(bytes)) throw new CliError("usage", `${policy}: wanted a policy in YAML, came an image`);
  const output = new Output();
  const { CompileError, issueText } = await import("permit0/compile");
  try {
    const { image, digest, warnings, explain } = await compilePolicy(
      [{ name: policy, text: textOf(bytes, policy) }, ...(options.pack ?? []).map(packSource)],
      options.profile,
    );
    if (options.output !== undefined) writeImage(options.output, image);
    const counts = countsOf(explain);
    if (options.json === true) {
      await output.json({
        digest,
        bytes: image.length,
        counts,
        warnings,
        ...(options.output === undefined ? {} : { output: options.output }),
      });
    } else {
      for (const warning of warnings) remark(`warning: ${safe(issueText(warning))}`);
      const rows = Object.entries(counts).map(([name, count]) => [name, `${count}`.padStart(6)]);
      await output.line(`${safe(policy)}: ${digest}`);
      await output.lines(
        table([["bytes", `${image.length}`.padStart(6)], ...rows]).map((line) => `  ${line}`),
      );
      if (options.output !== undefined) await output.line(`written to ${safe(options.output)}`);
    }
    await output.flush();
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    if (options.json === true) await output.json({ errors: error.issues });
    const text = textOf(bytes, policy);
    for (const issue of error.issues) {
      remark(safe(issueText(issue)));
      if (issue.file === policy) for (const line of pointedOut(text, issue)) remark(`  ${safe(line)}`);
    }
    remark(error.issues.length === 1 ? "1 error" : `${error.issues.length} errors`);
    await output.flush();
    return EXIT.findings;
  }
}

function writeImage(file: string, image: Uint8Array): void {
  try {
    writeFileSync(file, image);
  } catch (error) {
    throw new CliError("file", `${file}: wanted to write the image; ${(error as Error).message}`);
  }
}

function countsOf({ content }: Explanation): Record<string, number> {
  const { actions, packs, tools, patterns, rules, rows, sets } = content;
  const ofKind = (kind: string): number => rows.filter((row) => row.kind === kind).length;
  return {
    actions: actions.length,
    packs: packs.length,
    tools: tools.size,
    patterns: patterns.length,
    rules: rules.length,
    gates: ofKind("gate"),
    rows: ofKind("row"),
    relax: ofKind("relax"),
    sets: sets.length,
  };
}
