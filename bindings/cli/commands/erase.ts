/** `permit0 erase`: what a log kept of a person can be read by nobody any more, and the log says so. */

import type { Command } from "commander";
import type { EvidenceLog } from "permit0/evidence";
import { openLog } from "permit0/node";
import { CliError, EXIT } from "../failure.js";
import { openLogFolder, subjectKeysOf } from "../log-folder.js";
import { Output } from "../output.js";
import { safe } from "../text.js";

interface EraseOptions {
  readonly log?: string;
  readonly keys?: string;
  readonly by?: string;
  readonly reason?: string;
  readonly json?: boolean;
}

export function addErase(program: Command): void {
  program
    .command("erase")
    .summary("end what a log kept of a person")
    .description(
      "Destroys the key that the requests of one subject are sealed with, in all logs that share the keys, and writes a signed entry that says so. What drove each verdict stays in its record. For people: an agent must not be able to run this.",
    )
    .argument("<subject>", "the principal, else actor, else session, as calls gave it")
    .option("--log <folder>", "log whose entry says so (required)")
    .option("--keys <folder>", "folder of the keys (default: ~/.permit0/keys)")
    .option("--by <name>", "who says so (required)")
    .option("--reason <text>", "why (required)")
    .option("--json", "the result as JSON on standard output")
    .addHelpText(
      "after",
      "\nExit: 0 erased, 2 could not run.\n\nExample:\n  $ permit0 erase ann@acme.example --log evidence --by dpo@acme.example --reason 'request of 2026-11-02'",
    )
    .action(async (subject: string, options: EraseOptions) => {
      process.exitCode = await erase(subject, options);
    });
}

async function erase(subject: string, { log, keys, by, reason, json }: EraseOptions): Promise<number> {
  const folder = needed(log, "--log FOLDER");
  const who = needed(by, "--by NAME");
  const why = needed(reason, "--reason TEXT");
  const subjects = await subjectKeysOf(keys);
  const id = subjects.idOf(subject);
  const shards = await shardsOf(folder);
  // All of them first: the key ends for all, so each must say so.
  const logs: EvidenceLog[] = [];
  let wasThere = false;
  try {
    for (const shard of shards)
      logs.push(await openLog(folder, { ...(keys === undefined ? {} : { keys }), shard }));
    wasThere = subjects.key(id) !== undefined;
    // First the key: an entry must not say what has not happened. Whoever is stopped in between runs this again.
    subjects.destroy(id);
    for (const each of logs) await each.noteErased(id, who, why);
  } finally {
    for (const each of logs) await each.close();
  }
  const output = new Output();
  const entries = logs.map(({ shard, size }) => `${shard}/${size - 1}`);
  const name = Buffer.from(id).toString("hex");
  if (json === true) await output.json({ subject: name, entries, key: wasThere ? "destroyed" : "none" });
  else {
    const told = wasThere ? "its key is destroyed" : "there was no key of it, or none any more";
    await output.line(`erased ${safe(subject)} (${name}): ${told}; said by entry ${entries.join(", ")}`);
  }
  await output.flush();
  return EXIT.done;
}

/** Names of the shards of a log that is there. */
async function shardsOf(folder: string): Promise<readonly string[]> {
  const names = await (await openLogFolder(folder)).list();
  const shards = new Set(
    names.filter((name) => name.endsWith(".seg")).map((name) => name.split("/")[0] ?? ""),
  );
  if (shards.size > 0) return [...shards];
  throw new CliError("file", `${folder}: wanted the folder of a log; there is no shard in it`);
}

function needed(value: string | undefined, option: string): string {
  if (value !== undefined && value !== "") return value;
  throw new CliError("usage", `wanted ${option}; came nothing`);
}
