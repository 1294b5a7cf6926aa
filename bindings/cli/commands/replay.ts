/**
 * `permit0 replay`: the digests of all histories, computed again from the records of a log, and of a folder also each
 * decision that it kept the request of, decided again.
 */

import type { Command } from "commander";
import { eventText } from "permit0/engine";
import type { EntryDifference, LoggedEvent, MemberDifference, ReplayReport } from "permit0/evidence";
import { EMBEDDED_DIGESTS, embeddedWasm } from "permit0/inline";
import { LogFault, type LoggedFacts, Replay, shownEvent } from "permit0/memory";
import { nodeSha256, readLog } from "permit0/node";
import { CliError, EXIT } from "../failure.js";
import {
  addLogFolderOptions,
  countOption,
  isFolder,
  type LogFolderOptions,
  notText,
  openingOf,
  openLogFolder,
  saltsOf,
} from "../log-folder.js";
import { Output, remark } from "../output.js";
import { fileError } from "../state.js";
import { cut, safe, timeText } from "../text.js";

interface ReplayOptions extends LogFolderOptions {
  readonly from?: string;
  readonly to?: string;
  readonly shard?: string;
  readonly json?: boolean;
}

export function addReplay(program: Command): void {
  const command = program
    .command("replay")
    .summary("compute the histories of a log again")
    .description(
      "Computes the digest of every history again from the records of a log, and checks that they join. Shows its events. Of the folder of a log, also decides each request again that was kept and can be opened, and shows what differs.",
    )
    .argument("<log>", "file that check --state or a program wrote, or the folder of a log")
    .option("--from <n>", "begin to compute at this record and take those before it at their word", "0")
    .option("--to <n>", "stop to compute before this entry (a folder)")
    .option("--shard <name>", "this shard alone (a folder)")
    .option("--json", "the result as JSON on standard output");
  addLogFolderOptions(command)
    .addHelpText(
      "after",
      `
Exit: 0 all of it adds up, 1 a record does not, 2 could not run.

Examples:
  $ permit0 check --jsonl --state decisions.jsonl < calls.jsonl
  $ permit0 replay decisions.jsonl
  $ permit0 replay log --from 1000 --to 2000`,
    )
    .action(async (log: string, options: ReplayOptions) => {
      process.exitCode = isFolder(log) ? await replayFolder(log, options) : await replay(log, options);
    });
}

async function replay(file: string, options: ReplayOptions): Promise<number> {
  const { from = "0", json = false } = options;
  for (const name of ["to", "shard", "keys", "keySalt"] as const)
    if (options[name] !== undefined)
      throw new CliError("usage", `--${DASHED[name]} is for the folder of a log, and ${file} is a file`);
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

const DASHED = { to: "to", shard: "shard", keys: "keys", keySalt: "key-salt" } as const;

async function replayFolder(folder: string, options: ReplayOptions): Promise<number> {
  const { from = "0", to, shard, json = false } = options;
  const first = countOption(from, "--from");
  const storage = await openLogFolder(folder);
  const open = await openingOf(options);
  const salts = await saltsOf(options);
  const { replayLog } = await import("permit0/evidence");
  const output = new Output();
  const events: LoggedEvent[] = [];
  const differences: EntryDifference[] = [];
  const report = await replayLog(storage, {
    engines: new Map([[EMBEDDED_DIGESTS.engine, embeddedWasm()]]),
    hash: nodeSha256,
    from: first,
    ...(to === undefined ? {} : { to: countOption(to, "--to") }),
    ...(shard === undefined ? {} : { shard }),
    ...(open === undefined ? {} : { open }),
    ...salts,
    onEvent: async (event) => {
      if (json) events.push(event);
      else await output.line(`${event.shard} ${eventLine(event).replace(/^record /, "")}`);
    },
    onDifference: async (difference) => {
      if (json) differences.push(difference);
      else await output.lines(differenceLines(difference));
    },
  });
  const entries = report.shards.reduce((sum, one) => sum + one.entries, 0);
  if (first > entries)
    throw new CliError("usage", `--from: wanted at most ${entries}, the entries of ${folder}; came ${first}`);
  if (json) {
    const shown = events.map((event) => ({ shard: event.shard, ...eventJson(event) }));
    await output.json({ from: first, ...report, differences, events: shown });
  } else if (report.fault === undefined) await output.lines(cellLines(report));
  await output.flush();
  for (const text of replayRemarks(folder, report)) remark(text);
  return report.fault !== undefined || report.differing > 0 ? EXIT.findings : EXIT.done;
}

function cellLines({ shards }: ReplayReport): string[] {
  const several = shards.length > 1;
  return shards.flatMap(({ shard, cells }) =>
    cells.map(({ id, digest }) => `${several ? `${shard} ` : ""}${id} ${digest}`),
  );
}

function replayRemarks(folder: string, { shards, checked, differing, not, fault }: ReplayReport): string[] {
  const sum = (of: (shard: ReplayReport["shards"][number]) => number): number =>
    shards.reduce((total, shard) => total + of(shard), 0);
  const torn = sum((shard) => shard.torn);
  return [
    ...(torn === 0 ? [] : [`${torn} bytes at the end are not a whole write and were left out`]),
    ...(fault === undefined
      ? []
      : [`${safe(folder)}: shard ${fault.shard}, entry ${fault.seq}: ${safe(fault.message)}`]),
    `${sum(({ entries }) => entries)} entries, ${sum(({ decisions }) => decisions)} decisions, ${sum(({ cells }) => cells.length)} histories, ${sum(({ gaps }) => gaps)} gaps`,
    `${checked} decided again, ${differing} differ; not decided again: ${notText(not)}`,
  ];
}

function differenceLines({ shard, seq, members, reason }: EntryDifference): string[] {
  const head = `${shard} ${seq}  DIFFERS`;
  if (members.length === 0)
    return [`${head}: ${safe(reason ?? "another record with the same members that a reader sees")}`];
  return [`${head}:`, ...members.map(memberLine)];
}

const VALUE_COLUMNS = 120;

function memberLine({ member, was, is }: MemberDifference): string {
  const shown = (value: unknown): string => cut(safe(JSON.stringify(value) ?? "none"), VALUE_COLUMNS);
  return `  ${member}: the record says ${shown(was)}, decided again ${shown(is)}`;
}

type ShownEvent = Pick<LoggedFacts, "time_ms" | "verdict" | "event"> & { readonly seq: number };

function eventJson({ seq, time_ms, verdict, event }: ShownEvent): object {
  return { seq, time_ms, verdict, event: shownEvent(event as NonNullable<typeof event>) };
}

function eventLine({ seq, time_ms, verdict, event }: ShownEvent): string {
  const denied = verdict === "allow" ? "" : "DENIED: ";
  const text = eventText(event as NonNullable<typeof event>);
  return `record ${seq}  ${timeText(time_ms)}  ${denied}${safe(text)}`;
}
