/** `permit0 servers`: pins a tool server to its definitions, and shows what changed since. */

import type { Command } from "commander";
import type { Drift } from "permit0/analyse";
import { definitionDigests } from "permit0/engine";
import { CliError, EXIT } from "../failure.js";
import { Output } from "../output.js";
import { pinnedTools, readTools, type ServerEntry, serverOf, writePin } from "../pins.js";
import { compilePolicy, readPolicy, textOf } from "../policy.js";
import { type Colors, cut, safe, wrap } from "../text.js";

interface ServersOptions {
  readonly tools: string;
  readonly policy: string;
  readonly json?: boolean;
}

const POLICY = "permit0.yaml";
const DESCRIPTION_COLUMNS_MAX = 200;

export function addServers(program: Command): void {
  const servers = program
    .command("servers")
    .summary("pin tool servers, and see what changed")
    .description(
      "Pins a tool server to what it says about its tools. A pinned server counts as bound only while it says the same.",
    );
  addOptions(servers.command("pin"), "pin a server to these definitions: a person's act")
    .addHelpText("after", "\nRead what it prints: from now on calls of these tools are judged by the pack.")
    .action(async (name: string, options: ServersOptions) => {
      process.exitCode = await pin(name, options);
    });
  addOptions(servers.command("check"), "compare a server's definitions with the pinned ones")
    .addHelpText("after", "\nExit: 0 as pinned, 1 changed, 2 could not run.")
    .action(async (name: string, options: ServersOptions) => {
      process.exitCode = await check(name, options);
    });
}

function addOptions(command: Command, summary: string): Command {
  return command
    .argument("<name>", "name of the server, as under servers of the policy")
    .summary(summary)
    .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
    .requiredOption("--tools <file>", "the server's answer to tools/list, as JSON")
    .option("--policy <file>", "the organisation's policy", POLICY)
    .option("--json", "the result as JSON");
}

function entryOf(name: string, policy: string): { text: string; entry: ServerEntry } {
  const text = textOf(readPolicy(policy), policy);
  return { text, entry: serverOf(policy, text, name) };
}

async function pin(name: string, { tools: file, policy, json }: ServersOptions): Promise<number> {
  const { entry } = entryOf(name, policy);
  const tools = readTools(file);
  const digests = definitionDigests(tools);
  const pinned = entry.withPin(digests.server);
  // A policy that does not compile with the pin is left as it was.
  await compilePolicy([{ name: policy, text: pinned }], undefined);
  writePin(policy, pinned, name, tools);
  const output = new Output();
  if (json === true) {
    await output.json({
      server: name,
      pin: `sha256:${digests.server}`,
      tools: Object.fromEntries(digests.tools),
    });
  } else {
    for (const tool of tools) {
      const text = safe(typeof tool.description === "string" ? tool.description : "no description");
      await output.line(`${safe(tool.name)}  ${(digests.tools.get(tool.name) ?? "").slice(0, 12)}`);
      await output.lines(
        wrap(cut(text, DESCRIPTION_COLUMNS_MAX), output.columns - 2).map((line) => `  ${line}`),
      );
    }
    await output.line(`${safe(name)}: ${tools.length} tools pinned, sha256:${digests.server}`);
    await output.line(`judged by the pack ${safe(entry.pack)}; compile ${safe(policy)} again`);
  }
  await output.flush();
  return EXIT.done;
}

async function check(name: string, { tools: file, policy, json }: ServersOptions): Promise<number> {
  const { entry } = entryOf(name, policy);
  if (entry.pin === undefined) {
    const fix = `permit0 servers pin ${name} --tools ${file}`;
    throw new CliError(
      "usage",
      `${policy}: wanted a pin of the server ${JSON.stringify(name)}; came none; run ${fix}`,
    );
  }
  const tools = readTools(file);
  const seen = definitionDigests(tools).server;
  const before = pinnedTools(policy, name, entry.pin);
  const { driftOf } = await import("permit0/analyse");
  const drift = before === undefined ? undefined : driftOf(before, tools);
  const changed = seen !== entry.pin;
  const output = new Output();
  if (json === true) {
    await output.json({
      server: name,
      pinned: `sha256:${entry.pin}`,
      seen: `sha256:${seen}`,
      changed,
      ...(drift === undefined ? {} : { drift }),
    });
  } else if (!changed) {
    await output.line(`${safe(name)}: ${tools.length} tools, as pinned`);
  } else {
    await output.lines((drift ?? []).flatMap((one) => driftLines(one, output.colors)));
    if (drift === undefined)
      await output.line("the pinned definitions are not at hand, so the difference cannot be shown");
    await output.line(`${safe(name)}: changed, pinned sha256:${entry.pin}`);
    await output.line(`${" ".repeat(safe(name).length)}            now sha256:${seen}`);
    await output.line("Until somebody pins it again, its calls are judged as those of an unbound server.");
  }
  await output.flush();
  return changed ? EXIT.findings : EXIT.done;
}

function driftLines({ tool, kind, path, before, after }: Drift, colors: Colors): string[] {
  const sign = { added: "+", removed: "-", changed: "~" }[kind];
  const head = `${sign} ${safe(tool)}${path === undefined ? ` ${kind}` : `  ${safe(path)}`}`;
  return [
    head,
    ...(before === undefined ? [] : [colors.red(`    - ${safe(before)}`)]),
    ...(after === undefined ? [] : [colors.green(`    + ${safe(after)}`)]),
  ];
}
