/** The main thread's side: shares a target out among workers, hears what they say, and notices when one says nothing. */
import { Worker } from "node:worker_threads";
import { emptyReport, type Limits, type Report } from "./loop.ts";
import { SharedInput } from "./shared.ts";
import type { Failure, Message, Task } from "./worker.ts";

export interface Run {
  readonly target: string;
  readonly seed: number;
  readonly workers: number;
  readonly limits: Limits;
  /** A worker that stays with one input for longer hangs. */
  readonly hangSeconds: number;
}

export interface Result {
  readonly report: Report;
  readonly failures: readonly Failure[];
  readonly corpus: readonly [signature: string, input: Uint8Array][];
  readonly seconds: number;
}

const WATCH_MS = 500;
/** Opening a target compiles policies and images. */
const START_SECONDS = 120;

// Workers do not inherit tsx's loader on every Node line, so each registers it for itself.
const START = `import("tsx/esm/api").then(({ register }) => {
  register();
  return import(${JSON.stringify(new URL("./worker.ts", import.meta.url).href)});
});`;

export async function runTarget(run: Run, progress: (report: Report) => void): Promise<Result> {
  const started = performance.now();
  const failures: Failure[] = [];
  const corpus: [string, Uint8Array][] = [];
  const reports = Array.from({ length: run.workers }, emptyReport);
  const shares = Array.from({ length: run.workers }, (_, at) => share(run.limits.count, run.workers, at));
  await Promise.all(
    shares.map((count, at) => {
      const limits = { ...run.limits, count };
      // Far apart, so that no worker runs into another one's sequence.
      const seed = (run.seed + at * 0x9e3779b9) >>> 0;
      return watched({ target: run.target, seed, limits }, run.hangSeconds, (message) => {
        if (message.type === "failure") failures.push(message.failure);
        else {
          reports[at] = message.report;
          progress(merged(reports));
        }
        if (message.type === "done") corpus.push(...message.corpus);
      });
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  return { report: merged(reports), failures, corpus, seconds };
}

function share(count: number, workers: number, at: number): number {
  if (!Number.isFinite(count)) return count;
  return Math.floor((count * (at + 1)) / workers) - Math.floor((count * at) / workers);
}

/** Seconds on the wall, and seconds that this process was given: on a busy machine a worker waits without hanging. */
function clocks(): { readonly wall: number; readonly cpu: number } {
  const { user, system } = process.cpuUsage();
  return { wall: performance.now() / 1000, cpu: (user + system) / 1e6 };
}

/** One worker, until it is done, has died, or stands still. The last two are failures of the input it was at. */
function watched(
  task: Omit<Task, "shared">,
  hangSeconds: number,
  hear: (message: Message) => void,
): Promise<void> {
  const shared = new SharedInput();
  const worker = new Worker(START, { eval: true, workerData: { ...task, shared: shared.buffer } });
  let beats = 0;
  let still = clocks();
  return new Promise((resolve) => {
    const end = (kind?: string, message?: string): void => {
      clearInterval(watching);
      if (kind !== undefined) {
        const input = shared.input();
        const failure = { kind, message: message ?? kind, target: task.target, met: input, input };
        hear({ type: "failure", failure });
      }
      void worker.terminate().then(() => resolve());
    };
    const watching = setInterval(() => {
      const now = clocks();
      if (shared.beats !== beats) {
        beats = shared.beats;
        still = now;
      }
      const patience = beats === 0 ? START_SECONDS : hangSeconds;
      if (Math.min(now.wall - still.wall, now.cpu - still.cpu) > patience) {
        end("hang", `no sign of life for ${patience} s`);
      }
    }, WATCH_MS);
    worker.on("message", (message: Message) => {
      hear(message);
      if (message.type === "done") end();
    });
    worker.on("error", (error) => end("worker-died", error.stack ?? String(error)));
  });
}

function merged(reports: readonly Report[]): Report {
  const sum = emptyReport();
  for (const report of reports) {
    sum.cases += report.cases;
    sum.accepted += report.accepted;
    // Workers reach much the same; how much of it is shared is not known here.
    sum.signatures = Math.max(sum.signatures, report.signatures);
    sum.corpus = Math.max(sum.corpus, report.corpus);
    for (const [status, count] of report.statuses) {
      sum.statuses.set(status, (sum.statuses.get(status) ?? 0) + count);
    }
  }
  return sum;
}
