/** `permit0 replay`: the digests of all histories, computed again from the records of a log. */

import type { Command } from "commander";
import { eventText } from "permit0/engine";
import { LogFault, type LoggedFacts, Replay, shownEvent } from "permit0/memory";
import { readLog } from "permit0/node";
import { CliError, EXIT } from "../failure.js";
import { Output, remark } from "../output.js";
import { fileError } from "../state.js";
import { safe, timeText } from "../text.js";

interface ReplayOptions {
  readonly from?: string;
  readonly json?: boolean;
}

export function addReplay(program: Command): void {
  program
    .command("replay")
    .summary("compute the histories of a log again")
    .description(
      "Computes the digest of every history again from the records of a log, and checks that they join. Shows its events.",
    )
    .argument("<file>", "log that check --state or a program wrote")
    .option("--from <n>", "begin to compute at this record and take those before it at their word", "0")
    .option("--json", "the result as JSON on standard output")
    .addHelpText(
      "after",
      `
Exit: 0 all of it adds up, 1 a record does not, 2 could not run.

Examples:
  $ permit0 check --jsonl --state decisions.jsonl < calls.jsonl
  $ permit0 replay decisions.jsonl`,
    )
    .action(async (file: string, options: ReplayOptions) => {
      process.exitCode = await replay(file, options);
    });
}

async function replay(file: string, { from = "0", json = false }: ReplayOptions): Promise<number> {
  if (!/^\d{1,15}$/.test(from))
    throw new CliError("usage", `--from: wanted the number of a record, came ${JSON.stringify(from)}`);
  const first = Number(from);
  const found = new Replay();
  const events: (LoggedFacts & { readonly seq: number })[] = [];
  let records = 0;
  let cutBytes = 0;
  let fault: LogFault | undefined;
  try {
    for (const entry of readLog(file, (bytes) => {
      cutBytes = bytes;
    })) {
      const facts = entry.seq < first ? found.trust(entry) : found.add(entry);
      if (facts.event !== undefined) events.push({ ...facts, seq: entry.seq });
      records++;
    }
  } catch (error) {
    if (!(error instanceof LogFault)) throw fileError(file, error);
    fault = error;
  }
  if (fault === undefined && first > records)
    throw new CliError("usage", `--from: wanted at most ${records}, the records of ${file}; came ${first}`);

  const output = new Output();
  const { gaps } = found;
  const cells = found.digests();
  if (json) {
    const place = fault === undefined ? {} : { fault: { line: fault.seq + 1, message: fault.message } };
    const shown = events.map(eventJson);
    await output.json({ records, from: first, gaps, cells, events: shown, ...place });
  } else if (fault === undefined) {
    for (const event of events) await output.line(eventLine(event));
    for (const { id, digest } of cells) await output.line(`${id} ${digest}`);
  }
  await output.flush();
  if (cutBytes > 0) remark(`the last line has no end; its ${cutBytes} bytes were left out`);
  if (fault !== undefined) {
    remark(`${safe(file)}:${fault.seq + 1}: ${safe(fault.message)}`);
    return EXIT.findings;
  }
  const told = events.length === 0 ? "" : ` (${events.length} of them events)`;
  remark(`${records} records${told}, ${cells.length} histories, ${gaps} gaps`);
  return EXIT.done;
}

function eventJson({ seq, time_ms, verdict, event }: LoggedFacts & { readonly seq: number }): object {
  return { seq, time_ms, verdict, event: shownEvent(event as NonNullable<typeof event>) };
}

function eventLine({ seq, time_ms, verdict, event }: LoggedFacts & { readonly seq: number }): string {
  const denied = verdict === "allow" ? "" : "DENIED: ";
  const text = eventText(event as NonNullable<typeof event>);
  return `record ${seq}  ${timeText(time_ms)}  ${denied}${safe(text)}`;
}
