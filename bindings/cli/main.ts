/**
 * `permit0`: the command line. Results go to standard output, remarks to standard error. It reads the files it is told
 * to read and no others, and no environment variable chooses a mode or a policy.
 */

import { Command, CommanderError } from "commander";
import { addApprovals } from "./commands/approvals.js";
import { addBacktest } from "./commands/backtest.js";
import { addCheck } from "./commands/check.js";
import { addCompile } from "./commands/compile.js";
import { addDemo } from "./commands/demo.js";
import { addDiff } from "./commands/diff.js";
import { addErase } from "./commands/erase.js";
import { addEvidence, addProve } from "./commands/evidence.js";
import { addExplain } from "./commands/explain.js";
import { addFmt } from "./commands/fmt.js";
import { addFreeze, addFrozen, addThaw } from "./commands/freeze.js";
import { addInit } from "./commands/init.js";
import { addKeys } from "./commands/keys.js";
import { addLint } from "./commands/lint.js";
import { addPack } from "./commands/pack.js";
import { addPackDraft } from "./commands/pack-draft.js";
import { addPackSign } from "./commands/pack-sign.js";
import { addPersons } from "./commands/persons.js";
import { addReplay } from "./commands/replay.js";
import { addSchema } from "./commands/schema.js";
import { addServers } from "./commands/servers.js";
import { addTaxonomy } from "./commands/taxonomy.js";
import { addTest } from "./commands/test.js";
import { addToken } from "./commands/token.js";
import { addVerify } from "./commands/verify.js";
import { addWitness } from "./commands/witness.js";
import { EXIT, errorFacts } from "./failure.js";
import { leaveQuietly, remark } from "./output.js";
import { safe } from "./text.js";
import { version } from "./version.js";

function program(): Command {
  const command = new Command("permit0")
    .description("Decides whether an agent's tool call may run: allow, review or deny, and why.")
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .exitOverride()
    .configureHelp({ showGlobalOptions: false })
    .addHelpText("after", "\nStart here:\n  $ permit0 demo");
  addDemo(command);
  addCheck(command);
  addExplain(command);
  addVerify(command);
  addReplay(command);
  addFreeze(command);
  addThaw(command);
  addFrozen(command);
  addCompile(command);
  addTest(command);
  addLint(command);
  addDiff(command);
  addBacktest(command);
  addFmt(command);
  addInit(command);
  addSchema(command);
  const pack = addPack(command);
  addPackDraft(pack);
  addPackSign(pack);
  addTaxonomy(command);
  addServers(command);
  addEvidence(command);
  addProve(command);
  addToken(command);
  addKeys(command);
  addApprovals(command);
  addPersons(command);
  addErase(command);
  addWitness(command);
  return command;
}

async function main(args: readonly string[]): Promise<void> {
  leaveQuietly();
  try {
    await program().parseAsync(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version end this way too, with 0; a wrong option has been explained on standard error.
      process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.failed;
      return;
    }
    fail(error, args.includes("--json"));
  }
}

function fail(error: unknown, json: boolean): void {
  const facts = errorFacts(error);
  if (json) process.stdout.write(`${JSON.stringify({ error: facts }, null, 2)}\n`);
  const text = String(facts.message);
  const lead = facts.code === "policy" ? "permit0: the policy has errors\n" : "permit0: ";
  remark(
    `${lead}${text
      .split("\n")
      .map((line) => safe(line))
      .join("\n")}`,
  );
  process.exitCode = EXIT.failed;
}

await main(process.argv.slice(2));
