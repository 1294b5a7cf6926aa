/** What a command remembers: histories, and the log that they come from, in a folder (`--log`) or in one file (`--state`). */

import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import type { Decision } from "permit0";
import type { Engine, EventRequest, Request } from "permit0/engine";
import { type EventBody, type Log, LogFault, MemoryStore, Remembering, type Store } from "permit0/memory";
import { fillStore, JsonLinesLog, openLog } from "permit0/node";
import { CliError } from "./failure.js";
import { remark } from "./output.js";

/** Where a command remembers. */
export interface StateOptions {
  readonly log?: string;
  readonly state?: string;
  readonly keys?: string;
  readonly shard?: string;
  readonly durability?: string;
  readonly witness?: readonly string[];
  readonly quorum?: string;
}

export function addStateOptions(command: Command): Command {
  return command
    .optionsGroup("What is remembered:")
    .option("--log <folder>", "write every answer to this log, and decide with its histories")
    .option("--keys <folder>", "keys that sign the log and seal requests (default: ~/.permit0/keys)")
    .option("--shard <name>", "this writer's part of the log (default: main)")
    .option("--durability <word>", "strict, batched or none: when a record is on the disk (default: strict)")
    .option("--witness <url=key...>", "show each checkpoint of the log to this witness")
    .option("--quorum <n>", "how many witnesses must cosign (default: all)")
    .option("--state <file>", "decide with the histories of this file of JSON lines, and append to it");
}

const DURABILITIES = ["strict", "batched", "none"] as const;

/** A log that knows how long it is. */
type SizedLog = Log & { readonly size: number };

export class State {
  readonly #log: SizedLog;
  readonly #remembering: Remembering;
  /** Requests that are kept must not be guessed from their commitments. */
  readonly #isSalted: boolean;

  private constructor(log: SizedLog, store: Store, isSalted: boolean) {
    this.#log = log;
    this.#isSalted = isSalted;
    this.#remembering = new Remembering({ store, log });
  }

  /** Undefined where nothing is to be remembered. @throws CliError when it cannot be read or does not add up. */
  static async open(options: StateOptions): Promise<State | undefined> {
    const { log, state, keys, shard, durability } = options;
    if (log !== undefined && state !== undefined)
      throw new CliError(
        "usage",
        "wanted --log or --state; came both; a folder is the log, a file is the older form",
      );
    const ofLog = [keys, shard, durability, options.witness, options.quorum];
    if (log === undefined && ofLog.some((option) => option !== undefined))
      throw new CliError(
        "usage",
        "--keys, --shard, --durability, --witness and --quorum belong to --log; name its folder",
      );
    if (state !== undefined) return State.#ofFile(state);
    return log === undefined ? undefined : State.#ofFolder(log, options);
  }

  static async #ofFolder(
    folder: string,
    { keys, shard, durability = "strict", witness = [], quorum }: StateOptions,
  ): Promise<State> {
    const word = DURABILITIES.find((each) => each === durability);
    if (word === undefined)
      throw new CliError(
        "usage",
        `--durability: wanted ${DURABILITIES.join(", ")}; came ${JSON.stringify(durability)}`,
      );
    const log = await openLog(folder, {
      durability: word,
      witnesses: witness.map(witnessAddress),
      ...(quorum === undefined ? {} : { quorum: Number(quorum) }),
      onRemark: remark,
      ...(keys === undefined ? {} : { keys }),
      ...(shard === undefined ? {} : { shard }),
    });
    return new State(log, log.store, true);
  }

  /** Nobody waits for a machine that might stop, so lines are written in batches. */
  static async #ofFile(file: string): Promise<State> {
    let log: JsonLinesLog | undefined;
    try {
      log = new JsonLinesLog(file, { durability: "batched" });
      const store = new MemoryStore();
      await fillStore(store, file);
      return new State(log, store, false);
    } catch (error) {
      log?.close();
      throw fileError(file, error);
    }
  }

  /** The engine with the key salt of the log, if the log names one. */
  engineFor(engine: Engine): Engine {
    const { keySalt } = this.#log;
    return keySalt === undefined ? engine : engine.withKeySalt(keySalt);
  }

  /** Entries in the log. */
  get size(): number {
    return this.#log.size;
  }

  decide(engine: Engine, request: Request): Promise<Decision> {
    return this.#remembering.decide(engine, { ...request, ...this.#surroundings() });
  }

  /** Keeps events in order; one that is denied is in the log too, and the others are not tried. */
  async take(
    engine: Engine,
    bodies: readonly EventBody[],
    context: EventRequest["context"],
  ): Promise<readonly Decision[]> {
    const decisions: Decision[] = [];
    for (const body of bodies) {
      const decision = await this.#remembering.decide(engine, { ...body, context, ...this.#surroundings() });
      decisions.push(decision);
      if (decision.verdict !== "allow") break;
    }
    return decisions;
  }

  async close(): Promise<void> {
    await this.#log.close();
  }

  #surroundings(): Pick<Request, "durability" | "salt"> {
    const { durability } = this.#remembering;
    return this.#isSalted ? { durability, salt: new Uint8Array(randomBytes(32)) } : { durability };
  }
}

function witnessAddress(text: string): { url: string; key: string } {
  // A key has equals signs at its end, and an address may have some.
  const [, url, key] = /^(https?:\/\/.+?)=([^=+]+\+[0-9a-f]{8}\+.+)$/s.exec(text) ?? [];
  if (url !== undefined && key !== undefined) return { url, key };
  throw new CliError(
    "usage",
    `--witness: wanted URL=KEY, the key as \`permit0 witness key\` prints it; came ${JSON.stringify(text)}`,
  );
}

/** What is wrong with a file of a log, with its line. */
export function fileError(file: string, error: unknown): CliError {
  if (error instanceof LogFault) return new CliError("file", `${file}:${error.seq + 1}: ${error.message}`);
  return new CliError("file", `${file}: wanted a log of decisions; ${(error as Error).message}`);
}
