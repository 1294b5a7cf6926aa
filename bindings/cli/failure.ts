/** Exit codes and the errors that lead to them. */

import { EngineError } from "permit0";
import { CodecError } from "permit0/node";

/** 0: done. 1: done, with findings. 2: could not run. */
export const EXIT = { done: 0, findings: 1, failed: 2 } as const;

/** The command could not run: wrong usage, a file that cannot be read. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly code: string;

  constructor(code: "usage" | "file", message: string) {
    super(message);
    this.code = code;
  }
}

/** An error as data: `{code, message, …}`. Anything unforeseen is an internal error. */
export function errorFacts(error: unknown): Record<string, unknown> {
  if (error instanceof EngineError) return error.toJSON();
  if (error instanceof CodecError) {
    const { code, message, path, line, column } = error;
    const place = { ...(path ? { path } : {}), ...(line === undefined ? {} : { line, column }) };
    return { code, message, ...place, wanted: error.wanted, came: error.came };
  }
  if (error instanceof CliError) return { code: error.code, message: error.message };
  return {
    code: "internal",
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}
