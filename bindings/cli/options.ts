/** Options that several commands share, said once. */

import { type Command, Option } from "commander";

/** The call to decide, who is behind it, and the policy to decide it with. */
export function addCallOptions(command: Command): Command {
  return command
    .optionsGroup("The call:")
    .option("--tool <name>", "tool as the agent calls it")
    .option("--args <json>", "its arguments")
    .option("--server <name>", "its tool server; without it the tool is the host's own")
    .option("--annotations <json>", "hints of the tool's definition (MCP); they can only raise")
    .option("--action <name>", "canonical action, instead of --tool: payments.refund")
    .option("--fields <json>", "its fields; an integer amount is in minor units (85000 USD is $850.00)")
    .optionsGroup("Who and when:")
    .option("--actor <name>", "on whose behalf the agent acts")
    .option("--agent <name>", "which agent")
    .option("--session <id>", "which session")
    .option("--environment <name>", "production, staging, development")
    .option("--asserted-by <name>", "who vouches for actor and environment; without it they can only raise")
    .option("--time-ms <time>", "milliseconds since 1970, a UTC date, or now (default: the epoch)");
}

/** The policy to decide with. */
export function addPolicyOptions(command: Command): Command {
  return command
    .optionsGroup("The policy:")
    .option("--policy <file>", "policy in YAML, or an image (default: the base policy)")
    .option("--profile <name>", "shipped profile to start from, instead of the policy's own")
    .addOption(packOption());
}

/** Packs beside the shipped ones. Nothing is looked for where nobody pointed. */
export function packOption(): Option {
  return new Option("--pack <files...>", "packs in YAML to use beside the shipped ones");
}

export function addEpochOption(command: Command): Command {
  return command.addOption(
    new Option("--epoch <time>", "time of calls that say none (default: 2026-01-01, so that output repeats)"),
  );
}
