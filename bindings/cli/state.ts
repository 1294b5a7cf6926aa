/** `check --state FILE`: a log in a file, and the histories that its records give. */

import type { Decision } from "permit0";
import type { Engine, EventRequest, Request } from "permit0/engine";
import { type EventBody, LogFault, MemoryStore, Remembering } from "permit0/memory";
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
    let log: JsonLinesLog | undefined;
    try {
      log = new JsonLinesLog(file, { durability: "batched" });
      const store = new MemoryStore();
      await fillStore(store, file);
      return new StateFile(log, store);
    } catch (error) {
      log?.close();
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

  /** Keeps events in order; one that is denied is in the log too, and the others are not tried. */
  async take(
    engine: Engine,
    bodies: readonly EventBody[],
    context: EventRequest["context"],
  ): Promise<readonly Decision[]> {
    const { durability } = this.#remembering;
    const decisions: Decision[] = [];
    for (const body of bodies) {
      const decision = await this.#remembering.decide(engine, { ...body, context, durability });
      decisions.push(decision);
      if (decision.verdict !== "allow") break;
    }
    return decisions;
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
