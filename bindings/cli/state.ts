/** `check --state FILE`: a log in a file, and the histories that its records give. */

import type { Decision } from "permit0";
import type { Engine, Request } from "permit0/engine";
import { LogFault, MemoryStore, Remembering } from "permit0/memory";
import { fillStore, JsonLinesLog } from "permit0/node";
import { CliError } from "./failure.js";

/** Decides with the memory of one file. Nobody waits for a machine that might stop, so lines are written in batches. */
export class StateFile {
  readonly #log: JsonLinesLog;
  readonly #remembering: Remembering;

  private constructor(log: JsonLinesLog, store: MemoryStore) {
    this.#log = log;
    this.#remembering = new Remembering({ store, log });
  }

  /** @throws CliError when the file cannot be read or does not add up. */
  static async open(file: string): Promise<StateFile> {
    try {
      const log = new JsonLinesLog(file, { durability: "batched" });
      const store = new MemoryStore();
      await fillStore(store, file);
      return new StateFile(log, store);
    } catch (error) {
      throw fileError(file, error);
    }
  }

  /** Decisions in the file. */
  get size(): number {
    return this.#log.size;
  }

  decide(engine: Engine, request: Request): Promise<Decision> {
    const { durability } = this.#remembering;
    return this.#remembering.decide(engine, { ...request, durability });
  }

  close(): void {
    this.#log.close();
  }
}

/** What is wrong with a file of a log, with its line. */
export function fileError(file: string, error: unknown): CliError {
  if (error instanceof LogFault) return new CliError("file", `${file}:${error.seq + 1}: ${error.message}`);
  return new CliError("file", `${file}: wanted a log of decisions; ${(error as Error).message}`);
}
