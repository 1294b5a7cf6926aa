/** The command line of the fuzzer. */
import { parseArgs } from "node:util";
import { TARGETS } from "./targets.ts";

export const USAGE = `usage: npm run test:slow [-- target…] [options]
       npm run test:slow -- replay FILE…     try the inputs of files again
       npm run test:slow -- minimise         write test/fuzz/corpus anew from what a run reaches

targets (all of them when none is named):
${TARGETS.map(({ name, about }) => `  ${name.padEnd(14)}${about}`).join("\n")}

options:
  --seed HEX      the sequence to take, 1 to 8 hex digits; a random one when not given
  --count N       inputs for each target, instead of a whole run
  --seconds N     at most so much time for each target
  --scale F       so much of a whole run, such as 0.001
  --workers N     threads, 2 when not given
  --help          this text
`;

export interface Options {
  readonly command: "fuzz" | "replay" | "minimise" | "help";
  readonly targets: readonly string[];
  readonly files: readonly string[];
  readonly seed?: number;
  readonly count?: number;
  readonly seconds?: number;
  readonly scale: number;
  readonly workers: number;
}

/** A command line that means nothing. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const WORKERS = 2;
const WORKERS_MAX = 64;

export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parse(args);
  const [first, ...rest] = positionals;
  const common = {
    ...(values.seed === undefined ? {} : { seed: seedOf(values.seed) }),
    ...(values.count === undefined ? {} : { count: numberOf("count", values.count, 1) }),
    ...(values.seconds === undefined ? {} : { seconds: numberOf("seconds", values.seconds, 0) }),
    scale: values.scale === undefined ? 1 : numberOf("scale", values.scale, 0),
    workers: values.workers === undefined ? WORKERS : numberOf("workers", values.workers, 1),
    targets: [],
    files: [],
  };
  if (!Number.isInteger(common.workers) || common.workers > WORKERS_MAX) {
    throw new UsageError(`--workers: wanted a whole number up to ${WORKERS_MAX}; came ${values.workers}`);
  }
  if (common.scale === 0) throw new UsageError("--scale: wanted more than 0; came 0");
  if (values.help === true) return { ...common, command: "help" };
  if (first === "replay") {
    if (rest.length === 0) throw new UsageError("replay: wanted a file; came none");
    return { ...common, command: "replay", files: rest };
  }
  if (first === "minimise") {
    if (rest.length > 0) throw new UsageError(`minimise: wanted nothing more; came ${rest.join(" ")}`);
    return { ...common, command: "minimise" };
  }
  const names = TARGETS.map(({ name }) => name);
  const unknown = positionals.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`wanted one of ${names.join(", ")}, replay, minimise; came ${unknown}`);
  }
  return { ...common, command: "fuzz", targets: positionals.length === 0 ? names : positionals };
}

function parse(args: readonly string[]) {
  try {
    const text = { type: "string" } as const;
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        seed: text,
        count: text,
        seconds: text,
        scale: text,
        workers: text,
        help: { type: "boolean" },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function seedOf(text: string): number {
  const digits = /^(?:0x)?([0-9a-f]{1,8})$/i.exec(text)?.[1];
  if (digits === undefined) throw new UsageError(`--seed: wanted 1 to 8 hex digits; came ${text}`);
  return Number.parseInt(digits, 16);
}

function numberOf(name: string, text: string, least: number): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least)) throw new UsageError(`--${name}: wanted a number from ${least} up; came ${text}`);
  return value;
}
