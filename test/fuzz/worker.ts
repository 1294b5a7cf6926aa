/** One thread: fuzzes one target and tells the main thread what happens (pool.ts). */
import { parentPort, workerData } from "node:worker_threads";
import { fuzz, type Limits, type Report } from "./loop.ts";
import { minimise } from "./minimise.ts";
import { SharedInput } from "./shared.ts";
import { targetRow } from "./targets.ts";

export interface Task {
  readonly target: string;
  readonly seed: number;
  readonly limits: Limits;
  readonly shared: SharedArrayBuffer;
}

export interface Failure {
  readonly kind: string;
  readonly message: string;
  /** The target that the input is one of. */
  readonly target: string;
  /** The input that was met, and what was left of it. */
  readonly met: Uint8Array;
  readonly input: Uint8Array;
}

export type Message =
  | { readonly type: "progress"; readonly report: Report }
  | { readonly type: "failure"; readonly failure: Failure }
  | {
      readonly type: "done";
      readonly report: Report;
      readonly corpus: [signature: string, input: Uint8Array][];
    };

const { target: name, seed, limits, shared } = workerData as Task;
const say = (message: Message): void => parentPort?.postMessage(message);

const target = await targetRow(name).open(seed);
const current = new SharedInput(shared);
const portable = (input: Uint8Array): Uint8Array => target.portable?.(input) ?? input;
const report = fuzz(target, limits, {
  begin: (input) => current.put(input),
  progress: (soFar) => say({ type: "progress", report: soFar }),
  failed: (met, { kind, message, evidence }) => {
    const input = evidence?.input ?? minimise(target, portable(met), kind, (tried) => current.put(tried));
    say({ type: "failure", failure: { kind, message, target: evidence?.target ?? name, met, input } });
  },
});
say({ type: "done", report, corpus: target.corpus.entries() });
