/** `permit0 servers`: pins a tool server to its definitions, and shows what changed since. */

import type { Command } from "commander";
import type { Drift } from "permit0/analyse";
import { definitionDigests, type ToolDefinition } from "permit0/engine";
import { CliError, EXIT } from "../failure.js";
import { packOption } from "../options.js";
import { Output } from "../output.js";
import { pinnedTools, readTools, type ServerEntry, serverOf, writePin } from "../pins.js";
import { compilePolicy, packSources, readPolicy, textOf } from "../policy.js";
import { cut, safe, wrap } from "../text.js";

interface ServersOptions {
  readonly tools: string;
  readonly policy: string;
  readonly pack?: readonly string[];
  readonly json?: boolean;
}

const POLICY = "permit0.yaml";
/** Of a text that a server wrote, and of its beginning that is the same as before. */
const SHOWN_CHARACTERS_MAX = 400;
const SAME_CHARACTERS_MAX = 40;
const NAMES_MAX = 20;
const CHANGES_MAX = 100;

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
    .addOption(packOption())
    .option("--json", "the result as JSON");
}

function entryOf(name: string, policy: string): { text: string; entry: ServerEntry } {
  const text = textOf(readPolicy(policy), policy);
  return { text, entry: serverOf(policy, text, name) };
}

async function pin(name: string, { tools: file, policy, pack, json }: ServersOptions): Promise<number> {
  const { entry } = entryOf(name, policy);
  const tools = readTools(file);
  const digests = definitionDigests(tools);
  const pinned = entry.withPin(digests.server);
  // A policy that does not compile with the pin is left as it was.
  await compilePolicy([...packSources(pack), { name: policy, text: pinned }], undefined);
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
      await output.line(`${safe(tool.name)}  ${(digests.tools.get(tool.name) ?? "").slice(0, 12)}`);
      await output.lines(toolLines(tool, output.columns).map((line) => `  ${line}`));
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
    const shown = (drift ?? []).slice(0, CHANGES_MAX);
    const all = new Map([...(before ?? []), ...tools].map((tool) => [tool.name, tool]));
    await output.lines(shown.flatMap((one) => driftLines(one, all.get(one.tool), output)));
    const more = (drift ?? []).length - shown.length;
    if (more > 0) await output.line(`and ${more} more changes; --json has all of them`);
    if (drift === undefined) {
      await output.line(
        "the pinned definitions are not at hand, so the difference cannot be shown; now it has",
      );
      for (const tool of tools.slice(0, CHANGES_MAX)) {
        await output.line(`  ${safe(tool.name)}`);
        await output.lines(toolLines(tool, output.columns).map((line) => `    ${line}`));
      }
      if (tools.length > CHANGES_MAX) await output.line(`  and ${tools.length - CHANGES_MAX} more tools`);
    }
    await output.line(`${safe(name)}: changed, pinned sha256:${entry.pin}`);
    await output.line(`${" ".repeat(safe(name).length)}            now sha256:${seen}`);
    await output.line("Until somebody pins it again, its calls are judged as those of an unbound server.");
  }
  await output.flush();
  return changed ? EXIT.findings : EXIT.done;
}

/** What a server says of a tool: its description and the arguments it takes. */
function toolLines({ description, inputSchema }: ToolDefinition, columns: number): string[] {
  const text = typeof description === "string" && description !== "" ? description : "no description";
  const { properties } = (inputSchema ?? {}) as { readonly properties?: unknown };
  const names = typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
  const more = names.length > NAMES_MAX ? ` and ${names.length - NAMES_MAX} more` : "";
  const takes = names.slice(0, NAMES_MAX).map((name) => cut(safe(name), SAME_CHARACTERS_MAX));
  return [
    ...wrap(excerpt(text), columns - 4),
    ...(takes.length === 0 ? [] : wrap(`takes ${takes.join(", ")}${more}`, columns - 4)),
  ];
}

/** Part of a text that a server wrote, safe to print; what is left out is said, because a change may hide behind it. */
function excerpt(text: string, from = 0): string {
  const start = from <= SAME_CHARACTERS_MAX ? 0 : from - SAME_CHARACTERS_MAX;
  const rest = text.length - start - SHOWN_CHARACTERS_MAX;
  const lead = start === 0 ? "" : "...";
  const end = rest <= 0 ? "" : `... (${rest} more characters; --json has them)`;
  return `${lead}${safe(text.slice(start, start + SHOWN_CHARACTERS_MAX))}${end}`;
}

function driftLines(drift: Drift, definition: ToolDefinition | undefined, output: Output): string[] {
  const { tool, kind, path, before = "", after = "" } = drift;
  const { colors, columns } = output;
  const sign = { added: "+", removed: "-", changed: "~" }[kind];
  const paint = kind === "added" ? colors.green : colors.red;
  if (path === undefined) {
    const lines = definition === undefined ? [] : toolLines(definition, columns);
    return [`${sign} ${safe(tool)}  ${kind}`, ...lines.map((line) => paint(`    ${line}`))];
  }
  let same = 0;
  while (same < before.length && before[same] === after[same]) same++;
  return [
    `${sign} ${safe(tool)}  ${cut(safe(path), SHOWN_CHARACTERS_MAX)}`,
    ...(drift.before === undefined ? [] : [colors.red(`    - ${excerpt(before, same)}`)]),
    ...(drift.after === undefined ? [] : [colors.green(`    + ${excerpt(after, same)}`)]),
  ];
}
