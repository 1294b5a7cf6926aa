/**
 * Two real processes that share one store ask for the same session at the same time, round after round, and only one of
 * them may pass.
 *
 *   tsx test/memory/hammer.ts --rounds 10000
 */

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readLog } from "../../bindings/hosts/log.ts";
import { Replay } from "../../bindings/memory/replay.ts";
import { memoryImage } from "./policy.ts";

export interface HammerResult {
  readonly rounds: number;
  /** Rounds in which so many processes passed, by that number. */
  readonly passed: readonly number[];
  /** How often each reason came first in what was not allowed. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Records in the logs of the processes. */
  readonly records: number;
}

export interface Answer {
  readonly verdict: string;
  readonly reason: string;
}

const PROCESSES = 2;
const CHILD = fileURLToPath(new URL("./hammer-child.ts", import.meta.url));

export async function hammer(rounds: number): Promise<HammerResult> {
  const folder = mkdtempSync(join(tmpdir(), "permit0-hammer-"));
  const names = Array.from({ length: PROCESSES }, (_, at) => join(folder, `${at}`));
  const image = join(folder, "image");
  writeFileSync(image, memoryImage());
  const children = names.map((name) =>
    fork(CHILD, [image, join(folder, "store.db"), `${name}.jsonl`], { execArgv: ["--import", "tsx"] }),
  );
  try {
    await Promise.all(children.map((child) => next(child)));
    const passed = Array.from({ length: PROCESSES + 1 }, () => 0);
    const reasons: Record<string, number> = {};
    for (let round = 0; round < rounds; round++) {
      const answers = children.map((child) => next<Answer>(child));
      for (const child of children) child.send(`s-${round}`);
      const all = await Promise.all(answers);
      const allowed = all.filter(({ verdict }) => verdict === "allow").length;
      passed[allowed] = (passed[allowed] as number) + 1;
      for (const { verdict, reason } of all) {
        if (verdict !== "allow") reasons[reason] = (reasons[reason] ?? 0) + 1;
      }
    }
    const ends = children.map((child) => once(child, "exit"));
    for (const child of children) child.send("end");
    await Promise.all(ends);
    return {
      rounds,
      passed,
      reasons,
      records: names.reduce((sum, name) => sum + recordsOf(`${name}.jsonl`), 0),
    };
  } finally {
    for (const child of children) child.kill();
    rmSync(folder, { recursive: true });
  }
}

/** Records of a log that adds up. */
function recordsOf(file: string): number {
  const replay = new Replay();
  let records = 0;
  for (const entry of readLog(file)) {
    replay.add(entry);
    records++;
  }
  return records;
}

/** What a process says next; it must not end before it does. */
async function next<T>(child: ChildProcess): Promise<T> {
  const stop = new AbortController();
  const { signal } = stop;
  try {
    const said = once(child, "message", { signal }).then(([message]) => message as T);
    const ended = once(child, "exit", { signal }).then(([code]) => {
      throw new Error(`a process of the hammer ended with ${code}`);
    });
    return (await Promise.race([said, ended])) as T;
  } finally {
    stop.abort();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf("--rounds");
  const result = await hammer(at < 0 ? 10_000 : Number(process.argv[at + 1]));
  console.log(JSON.stringify(result, null, 2));
  if (result.passed.slice(2).some((rounds) => rounds > 0)) process.exitCode = 1;
}
